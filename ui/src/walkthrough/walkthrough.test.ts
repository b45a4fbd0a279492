import { cleanup, fireEvent, render, screen, waitFor, within } from "@testing-library/svelte";
import { flushSync } from "svelte";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { companion } from "../lib/companion.svelte";
import type { ApplicationView } from "../lib/contract/ApplicationView";
import type { InstanceView } from "../lib/contract/InstanceView";
import type { StepProgress } from "../lib/contract/StepProgress";
import type { StepText } from "../lib/contract/StepText";
import type { WalkthroughAnswers } from "../lib/contract/WalkthroughAnswers";
import { anApplication, anError, anInstance, aSnapshot, aToken, somePreferences } from "../lib/example";
import { tokenDetails } from "../tokens/example";
import { aCall, aReport, aStep, aText, aView, progress } from "./example";
import WalkthroughPage from "./WalkthroughPage.svelte";
import WalkthroughsPage from "./WalkthroughsPage.svelte";

const { call } = vi.hoisted(() => ({ call: vi.fn() }));
vi.mock("../lib/ipc", () => ({
  call,
  onSnapshot: async () => undefined,
  toAppError: (thrown: unknown) => thrown,
}));
// Every test has texts of its own; the real ones are asked for once.
const { texts } = vi.hoisted(() => ({
  texts: { all: [] as unknown[], error: null, load: async () => undefined, of: (_: string): unknown => null },
}));
vi.mock("./texts.svelte", () => ({ texts }));

const PRACTICE = { port: 8089, lifetimeSeconds: 3_600, running: true, error: null };
let revision = 1;
/** What a command answers; a function is asked each time. */
let answers: Record<string, unknown>;
let fresh = 0;
/** Runs are remembered by application, so each test has its own. */
let whose = "";

interface Stage {
  step?: Partial<StepText>;
  steps?: StepText[];
  progress?: StepProgress[];
  given?: Partial<WalkthroughAnswers>;
  application?: Partial<ApplicationView>;
  instance?: Partial<InstanceView>;
}
function publish({ steps, step, progress: given, ...stage }: Stage): void {
  const all = steps ?? [aStep(step)];
  const text = aText(all);
  texts.all = [text];
  texts.of = () => text;
  const application = anApplication({ id: whose, ...stage.application });
  companion.take(
    aSnapshot({
      revision: revision++,
      instances: [anInstance({ applications: [application], ...stage.instance }), anInstance({ id: "i2" })],
      walkthroughs: [
        aView(given ?? all.map(() => progress()), { instance: "i1", application: whose, ...stage.given }),
      ],
      newestExchange: 3,
    }),
  );
}
function show(stage: Stage, step?: number): void {
  publish(stage);
  render(WalkthroughPage, { id: "quickstart", step });
}
const called = (name: string) => call.mock.calls.filter(([command]) => command === name);
const click = (testid: string) => fireEvent.click(screen.getByTestId(testid));
const type = (testid: string, value: string) =>
  fireEvent.input(screen.getByTestId(testid), { target: { value } });
const valueOf = (testid: string) => (screen.getByTestId(testid) as HTMLInputElement).value;

beforeEach(async () => {
  whose = `app-${(fresh += 1)}`;
  answers = {
    preferences: somePreferences(),
    copy_formats: [],
    step_request: { curl: "# a remark\ncurl x", certainty: "documented", source: "quickstart, step 4" },
    run_step: { exchange: 7, call: aCall() },
    activity: [],
    code_samples: [],
  };
  call.mockReset().mockImplementation(async (name: string, args: unknown) => {
    const answer = answers[name];
    return typeof answer === "function" ? (answer as (args: unknown) => unknown)(args) : (answer ?? null);
  });
  answers["snapshot"] = aSnapshot({ revision: revision++ });
  await companion.start();
  companion.open({ kind: "home" });
  companion.closeDialog();
  companion.dismissProblem();
  call.mockClear();
});
afterEach(cleanup);

describe("the list", () => {
  it("says how far each has come, and opens it", async () => {
    publish({ steps: [aStep(), aStep()], progress: [progress({ done: true }), progress()] });
    render(WalkthroughsPage);
    const card = within(screen.getByTestId("walkthrough-card-quickstart"));
    expect(card.getByText("1 of 2 steps")).toBeTruthy();
    await fireEvent.click(card.getByRole("button", { name: "Go on: Quickstart" }));
    expect(companion.place).toEqual({ kind: "walkthrough", id: "quickstart" });
  });
});

describe("the rail", () => {
  const steps = ["One", "Two", "Three"].map((title) => aStep({ title }));
  const done = [progress({ done: true, note: "200 in 41 ms" }), progress(), progress()];

  it("is an ordered list that marks what is open, and says what is done", async () => {
    show({ steps, progress: done });
    const rail = screen.getByRole("list", { name: "Steps" });
    expect(rail.tagName).toBe("OL");
    expect(within(rail).getAllByRole("listitem")).toHaveLength(3);
    const current = () =>
      [0, 1, 2].map((at) => screen.getByTestId(`walkthrough-step-${at}`).getAttribute("aria-current"));
    expect(current()).toEqual([null, "step", null]);
    expect(screen.getByTestId("walkthrough-step-0").textContent).toContain("Step 1 of 3, done:");
    expect(screen.getByTestId("walkthrough-step-0").textContent).toContain("200 in 41 ms");
    expect(screen.getByTestId("step-title").textContent).toBe("Two");
    await click("walkthrough-step-2");
    expect(screen.getByTestId("step-title").textContent).toBe("Three");
    expect(current()).toEqual([null, null, "step"]);
  });

  it("does not jump when a step becomes done: it says so and offers the next one", async () => {
    show({ steps, progress: done });
    publish({ steps, progress: [progress({ done: true }), progress({ done: true }), progress()] });
    flushSync();
    expect(screen.getByTestId("step-title").textContent).toBe("Two");
    expect(companion.announcement).toContain("Step 2 is done: Two");
    await click("step-next");
    expect(screen.getByTestId("step-title").textContent).toBe("Three");
    expect(screen.queryByTestId("step-next")).toBeNull();
  });

  it("begins where it is told to", () => {
    show({ steps, progress: done }, 0);
    expect(screen.getByTestId("step-title").textContent).toBe("One");
  });
});

describe("a step", () => {
  it("shows its request with the remarks set off and how sure it is", async () => {
    show({ step: { action: "listTenants" } });
    const request = await screen.findByTestId("step-request");
    expect(request.textContent).toBe("# a remark\ncurl x");
    expect(request.querySelector(".remark")?.textContent).toBe("# a remark");
    expect(screen.getByTestId("step-certainty").textContent).toBe("Documented: quickstart, step 4");
    await click("step-copy-curl");
    await waitFor(() => {
      expect(screen.getByTestId("step-copy-curl").textContent).toBe("Copied");
    });
    expect(call).toHaveBeenCalledWith("copy_step_request", { walkthrough: "quickstart", step: 0 });
  });

  it("says why it cannot be run", async () => {
    show({
      step: { action: "listTenants" },
      progress: [progress({ blocked: "There is no token yet." })],
    });
    const button = screen.getByTestId("step-run") as HTMLButtonElement;
    expect(button.disabled).toBe(true);
    const reason = document.getElementById(button.getAttribute("aria-describedby") ?? "");
    expect(reason?.textContent).toBe("There is no token yet.");
  });

  it("runs for real, and shows status, time and table", async () => {
    const table = { columns: ["name"], rows: [["Acme"]], total: 1, around: [] };
    answers["run_step"] = { exchange: 7, call: aCall({ table }) };
    show({ step: { action: "listTenants", panel: "endpoint" } });
    await click("step-run");
    expect(await screen.findByText("200 OK")).toBeTruthy();
    expect(screen.getByTestId("step-status").textContent).toContain("38 ms");
    expect(screen.getByText("Acme")).toBeTruthy();
    expect(companion.announcement).toContain("200 OK in 38 ms");
    expect(screen.getByTestId("step-exchange")).toBeTruthy();
  });

  it("is busy while it runs, and runs once", async () => {
    let finish = (_: unknown): void => undefined;
    answers["run_step"] = () => new Promise((resolve) => (finish = resolve));
    show({ step: { action: "requestToken" } });
    await click("step-run");
    expect(screen.getByTestId("step-run").getAttribute("aria-busy")).toBe("true");
    await click("step-run");
    expect(called("run_step")).toHaveLength(1);
    finish({ exchange: null, call: null });
    expect(await screen.findByText("Done")).toBeTruthy();
  });

  it("shows a refusal with its fix, and the fix runs the step again", async () => {
    const error = anError("missingScope", [{ kind: "askForScopes", scopes: ["admin:read"] }]);
    answers["run_step"] = {
      exchange: 7,
      call: aCall({ status: 403, reason: "Forbidden", error }),
    };
    show({ step: { action: "listTenants", panel: "endpoint" } });
    await click("step-run");
    expect((await screen.findByTestId("step-error")).textContent).toContain("What happened: missingScope.");
    expect(screen.getByText("403 Forbidden")).toBeTruthy();
    expect(companion.announcement).toContain("403 Forbidden in 38 ms");
    // The alert's words do not change, so it says nothing the second time.
    await click("step-run");
    await waitFor(() => {
      expect(companion.announcement).toContain("403 Forbidden in 38 ms: What happened: missingScope.");
    });
    answers["run_step"] = { exchange: 8, call: aCall() };
    await click("error-action-askForScopes");
    expect(call).toHaveBeenCalledWith("ask_for_scopes", { application: whose, scopes: ["admin:read"] });
    expect(await screen.findByText("200 OK")).toBeTruthy();
    expect(called("run_step")).toHaveLength(3);
    expect(screen.queryByTestId("step-error")).toBeNull();
  });

  it("shows the exchange that a rejection does not name", async () => {
    answers["run_step"] = () => Promise.reject(anError("clientRefused", [{ kind: "retry" }]));
    answers["activity"] = [{ id: 9 }];
    answers["exchange"] = {
      response: { line: "HTTP/1.1 401 Unauthorized" },
      summary: { durationMs: 12 },
    };
    show({ step: { action: "requestToken" } });
    await click("step-run");
    expect(await screen.findByText("401 Unauthorized")).toBeTruthy();
    await click("error-action-retry");
    await waitFor(() => {
      expect(called("run_step")).toHaveLength(2);
    });
    expect(called("request_token")).toHaveLength(0);
  });

  it("forgets what was run for another application", async () => {
    show({ step: { action: "listTenants" } });
    await click("step-run");
    await screen.findByText("200 OK");
    publish({ step: { action: "listTenants" }, given: { application: null } });
    flushSync();
    expect(screen.queryByText("200 OK")).toBeNull();
  });

  it("has a space before the arrow that leads out of the app", () => {
    show({});
    expect(screen.getByTestId("open-documentation").textContent).toBe("ScaiKey's page about it\u00a0↗");
  });

  it("keeps hostile text inert", async () => {
    const hostile = `<img src=x onerror="window.hurt=1"><script>window.hurt=1</script>`;
    answers["step_request"] = { curl: hostile, certainty: "unknown", source: hostile };
    answers["run_step"] = {
      exchange: 7,
      call: aCall({
        reason: hostile,
        table: { columns: [hostile], rows: [[hostile]], total: 1, around: [hostile] },
      }),
    };
    show({
      step: { action: "listTenants", panel: "endpoint", title: hostile, text: hostile, meaning: hostile },
      progress: [progress({ note: hostile })],
      application: { name: hostile },
    });
    await click("step-run");
    await screen.findByTestId("step-meaning");
    const page = screen.getByTestId("walkthrough-page");
    expect(page.querySelector("img, script")).toBeNull();
    expect(screen.getByTestId("step-title").textContent).toBe(hostile);
    expect("hurt" in window).toBe(false);
  });
});

describe("the answers", () => {
  it("are saved all together; another instance has other applications", async () => {
    show({ step: { panel: "register" }, given: { scopes: ["openid"] } });
    await fireEvent.change(screen.getByTestId("walkthrough-instance"), { target: { value: "i2" } });
    expect(called("answer_walkthrough").at(-1)?.[1]).toEqual({
      walkthrough: "quickstart",
      answers: { instance: "i2", application: null, tenantSlug: "", level: null, scopes: ["openid"] },
    });
  });

  it("do not undo one another before a snapshot has come", async () => {
    show({ step: { panel: "chooseLevel" } });
    await click("level-TENANT");
    await fireEvent.change(await screen.findByTestId("level-tenant"), { target: { value: " acme " } });
    await waitFor(() => {
      expect(called("answer_walkthrough")).toHaveLength(2);
    });
    expect(called("answer_walkthrough").at(-1)?.[1].answers).toMatchObject({
      level: "TENANT",
      tenantSlug: "acme",
    });
  });

  it("open ScaiKey's page", async () => {
    show({});
    await click("open-documentation");
    expect(call).toHaveBeenCalledWith("open_page", { page: { kind: "documentation", page: "quickstart" } });
  });
});

describe("the panels", () => {
  it("say that the level cannot be changed before it is chosen", () => {
    show({ step: { panel: "chooseLevel" } });
    const warning = screen.getByTestId("level-irreversible");
    expect(warning.textContent).toContain("cannot be changed later");
    expect(
      warning.compareDocumentPosition(screen.getByTestId("level-GLOBAL")) & Node.DOCUMENT_POSITION_FOLLOWING,
    ).toBeTruthy();
    expect(screen.getByTestId("walkthrough-page").textContent).toContain(
      "Only a super_admin may register it",
    );
    expect(screen.queryByTestId("level-tenant")).toBeNull();
  });

  it("register on the practice server only there", async () => {
    show({ step: { panel: "register" } });
    expect(screen.queryByTestId("register-practice")).toBeNull();
    await click("open-admin");
    expect(call).toHaveBeenCalledWith("open_page", { page: { kind: "adminUi", instance: "i1" } });
    publish({ step: { panel: "register" }, instance: { practice: PRACTICE } });
    flushSync();
    await click("register-practice");
    expect(call).toHaveBeenCalledWith("register_practice_application", {
      walkthrough: "quickstart",
      name: "",
    });
  });

  it("take over a client ID and secret of one's own, with what was chosen before", async () => {
    show({ step: { panel: "register" }, given: { application: null, level: "GLOBAL", scopes: ["openid"] } });
    await click("register-own");
    const { dialog } = companion;
    if (dialog?.kind !== "application") throw new Error("no dialog");
    expect(dialog).toMatchObject({
      instance: "i1",
      id: null,
      prefill: { level: "GLOBAL", scopes: ["openid"] },
    });
    dialog.onsaved?.("new");
    await waitFor(() => {
      expect(called("answer_walkthrough").at(-1)?.[1].answers).toMatchObject({ application: "new" });
    });
  });

  it("let the renewal be watched on the practice server, and back", async () => {
    const application = { token: aToken({ count: 4 }) };
    show({ step: { panel: "renewal" }, application, instance: { practice: PRACTICE } });
    expect(screen.getByTestId("token-count").textContent).toBe("4 tokens in this run");
    await click("watch-renewal");
    await waitFor(() => {
      expect(call).toHaveBeenCalledWith("request_token", { application: whose });
    });
    expect(call).toHaveBeenCalledWith("set_practice_lifetime", { instance: "i1", seconds: 20 });
    publish({
      step: { panel: "renewal" },
      application,
      instance: { practice: { ...PRACTICE, lifetimeSeconds: 20 } },
    });
    flushSync();
    await click("watch-renewal-end");
    expect(call).toHaveBeenCalledWith("set_practice_lifetime", { instance: "i1", seconds: 3_600 });
  });

  it("show code in the language that is chosen, and copy it", async () => {
    answers["code_samples"] = ["curl", "rust"].map((language) => ({
      language,
      label: language,
      run: "",
      text: `code in ${language}`,
    }));
    show({ step: { panel: "code" } });
    expect((await screen.findByTestId("code-text")).textContent).toBe("code in curl");
    await click("code-tab-rust");
    expect(screen.getByTestId("code-text").textContent).toBe("code in rust");
    await click("code-copy");
    expect(call).toHaveBeenCalledWith("copy_code_sample", { application: whose, language: "rust" });
  });

  it("say which fix a 403 takes", () => {
    show({
      step: { panel: "diagnosis" },
      application: { scopes: ["openid"], token: aToken({ scopes: ["openid"] }) },
    });
    expect(screen.getByTestId("diagnosis-asked").textContent).toContain("openid");
    expect(screen.getByTestId("diagnosis-allowed").textContent).toContain("Only the admin UI shows it");
    expect(screen.getByTestId("diagnosis-result").textContent).toContain(
      "Ask for it in the token request: needed",
    );
  });

  it("drop a new secret as soon as it was sent, also when it was not taken", async () => {
    answers["propose_secret"] = () => Promise.reject(anError("internal"));
    show({ step: { panel: "newSecret" } });
    await type("new-secret", "canary-secret");
    expect(screen.getByTestId("new-secret").getAttribute("type")).toBe("password");
    await fireEvent.submit(screen.getByTestId("new-secret").closest("form") as HTMLFormElement);
    expect(valueOf("new-secret")).toBe("");
    expect(call).toHaveBeenCalledWith("propose_secret", { application: whose, value: "canary-secret" });
    await screen.findByTestId("panel-error");
    expect(document.body.innerHTML).not.toContain("canary-secret");
    expect(screen.queryByTestId("error-action-retry")).toBeNull();
  });

  it("have the practice server make a new secret", async () => {
    show({ step: { panel: "newSecret" }, instance: { practice: PRACTICE } });
    await click("rotate-practice");
    expect(call).toHaveBeenCalledWith("rotate_practice_secret", { application: whose });
  });

  it("say how both secrets were taken, and what is not documented", () => {
    show({
      step: { panel: "secretTrials" },
      application: {
        candidate: { new: { kind: "accepted", exchange: 1 }, old: { kind: "refused", error: anError("x") } },
      },
    });
    expect(screen.getByTestId("secret-trial-new").textContent).toContain("Accepted");
    expect(screen.getByTestId("secret-trial-old").textContent).toContain("Refused");
    expect(screen.getByTestId("secret-trial-old").dataset["outcome"]).toBe("refused");
    expect(screen.getByTestId("secret-overlap").textContent).toContain("does not document");
  });
});

it.each([
  "none",
  "register",
  "chooseLevel",
  "chooseScopes",
  "token",
  "endpoint",
  "renewal",
  "code",
  "diagnosis",
  "webhook",
  "newSecret",
  "secretTrials",
] as const)("everything of the panel %s that can be used or read by columns has a name", async (panel) => {
  const table = { columns: ["name"], rows: [["Acme"]], total: 1, around: [] };
  answers["run_step"] = { exchange: 7, call: aCall({ table }) };
  answers["inspect_token"] = tokenDetails();
  answers["code_samples"] = [{ language: "curl", label: "curl", run: "", text: "curl x" }];
  show({
    step: { panel, action: "listTenants" },
    given: { level: "TENANT" },
    application: { token: aToken(), candidate: { new: null, old: null } },
    instance: { practice: PRACTICE },
  });
  await screen.findByTestId("step-request");
  await click("step-run");
  await screen.findByText("200 OK");
  for (const role of ["button", "textbox", "combobox", "radio", "checkbox", "table", "region"])
    expect(screen.queryAllByRole(role, { name: /^\s*$/ }).map(({ outerHTML }) => outerHTML)).toEqual([]);
  for (const input of document.querySelectorAll("input"))
    expect(input.labels?.length ?? 0, input.outerHTML).toBeGreaterThan(0);
});

describe("the webhook", () => {
  const step = { panel: "webhook" as const };

  it("is verified to the byte; the secret is dropped; each check is shown", async () => {
    answers["verify_webhook"] = aReport();
    show({ step });
    await type("webhook-secret", "whsec-canary");
    await type("webhook-headers", "X-ScaiKey-Signature: t=1,v1=aacc");
    await type("webhook-body", '{"a":1}\n');
    expect((screen.getByTestId("webhook-verify") as HTMLButtonElement).disabled).toBe(false);
    await fireEvent.submit(screen.getByTestId("webhook-body").closest("form") as HTMLFormElement);
    expect(called("verify_webhook")[0]?.[1]).toEqual({
      secret: { kind: "typed", value: "whsec-canary" },
      headers: "X-ScaiKey-Signature: t=1,v1=aacc",
      body: '{"a":1}\n',
    });
    expect(valueOf("webhook-secret")).toBe("");
    const checks = await screen.findAllByTestId("webhook-check");
    expect(checks.map(({ dataset }) => [dataset["name"], dataset["outcome"]])).toEqual([
      ["header", "passed"],
      ["signature", "failed"],
      ["fresh", "skipped"],
    ]);
    expect(checks[2]?.textContent).toContain("Inferred");
    expect(screen.getByTestId("webhook-expected").querySelector("mark")?.textContent).toBe("bb");
    expect(screen.getByTestId("webhook-received").querySelector("mark")?.textContent).toBe("cc");
    expect(screen.getByTestId("webhook-differs").textContent).toContain("without the newline");
    await type("webhook-body", '{"a":1}');
    expect(screen.queryByTestId("webhook-report")).toBeNull();
  });

  it("keeps pasted CRLF line ends, and says so", async () => {
    answers["verify_webhook"] = aReport();
    show({ step });
    await type("webhook-secret", "s");
    const body = screen.getByTestId("webhook-body") as HTMLTextAreaElement;
    body.setSelectionRange(0, 0);
    const paste = new Event("paste", { bubbles: true, cancelable: true });
    Object.assign(paste, { clipboardData: { getData: () => "{\r\n}" } });
    await fireEvent(body, paste);
    expect(paste.defaultPrevented).toBe(true);
    expect(screen.getByText(/It has CRLF line ends/)).toBeTruthy();
    await fireEvent.submit(body.closest("form") as HTMLFormElement);
    expect(called("verify_webhook")[0]?.[1].body).toBe("{\r\n}");
  });

  it("comes from the practice server, and is verified with its secret", async () => {
    answers["receive_practice_webhook"] = { headers: "X-A: 1", body: "{}" };
    answers["verify_webhook"] = aReport({ verified: true });
    show({ step, instance: { practice: PRACTICE } });
    await click("webhook-receive");
    await waitFor(() => {
      expect(valueOf("webhook-body")).toBe("{}");
    });
    expect(screen.queryByTestId("webhook-secret")).toBeNull();
    await fireEvent.submit(screen.getByTestId("webhook-body").closest("form") as HTMLFormElement);
    expect(called("verify_webhook")[0]?.[1].secret).toEqual({ kind: "practice" });
    expect((await screen.findByTestId("webhook-verified")).textContent).toBe("✓ Verified");
  });
});

it("the practice server opens the Quickstart, answered with what was made", async () => {
  const instances = [
    anInstance({ id: "p", practice: PRACTICE, applications: [anApplication({ id: "demo" })] }),
  ];
  answers["start_practice"] = "demo";
  answers["snapshot"] = () => aSnapshot({ revision: revision++, instances });
  await companion.tryPractice();
  expect(companion.place).toEqual({ kind: "walkthrough", id: "quickstart", step: 0 });
  expect(called("answer_walkthrough")[0]?.[1]).toMatchObject({
    walkthrough: "quickstart",
    answers: { instance: "p", application: "demo" },
  });
});
