import { cleanup, fireEvent, render, screen, waitFor } from "@testing-library/svelte";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { companion } from "../lib/companion.svelte";
import type { AppError } from "../lib/contract/AppError";
import type { ApplicationDraft } from "../lib/contract/ApplicationDraft";
import type { ApplicationView } from "../lib/contract/ApplicationView";
import type { InstanceView } from "../lib/contract/InstanceView";
import type { Problem } from "../lib/contract/Problem";
import type { TestReport } from "../lib/contract/TestReport";
import { anError, serverWords } from "../lib/example";
import * as ipc from "../lib/ipc";
import ApplicationDialog from "./ApplicationDialog.svelte";

vi.mock("../lib/ipc", () => ({
  call: vi.fn(),
  onSnapshot: vi.fn(),
  toAppError: (thrown: unknown) => thrown,
}));

const application: ApplicationView = {
  id: "a1",
  name: "billing-sync",
  clientId: "svc_1",
  level: "TENANT",
  tenantSlug: "acme",
  applicationType: "SERVICE",
  endpointKey: { kind: "tenant", slug: "acme" },
  scopes: ["openid"],
  extra: [],
  clientAuthentication: "clientSecretBasic",
  renewal: { enabled: true, marginSeconds: null },
  secret: "keychain",
  token: null,
  phase: { kind: "idle" },
  candidate: null,
};
const instance: InstanceView = {
  id: "i1",
  name: "Staging",
  kind: "scaiKey",
  url: "https://id.example",
  host: "id.example",
  colour: "blue",
  production: false,
  practice: null,
  proxy: { kind: "system" },
  extraCa: "",
  endpointSets: [],
  clockOffsetMs: null,
  applications: [application],
};
const report: TestReport = {
  durationMs: 41,
  kind: "jwt",
  lifetimeSeconds: 3600,
  scopes: ["admin:read", "openid"],
  checks: [
    { name: "signature", outcome: "passed", reason: "RS256", note: null },
    { name: "issuer", outcome: "failed", reason: "another one", note: null },
  ],
  notes: ["token_type was missing"],
};

type Answer = (args: { draft: ApplicationDraft }) => unknown;
let answers: Record<string, Answer>;
const called = (name: string) => vi.mocked(ipc.call).mock.calls.filter(([other]) => other === name);
const draftOf = (name: string, index = -1) =>
  (called(name).at(index) as unknown as [string, { draft: ApplicationDraft }])[1].draft;
const refuse = (error: AppError) => () => Promise.reject(error as unknown as Error);

beforeEach(() => {
  answers = {
    check_application: () => [],
    save_application: () => "a2",
    request_token: () => null,
    test_application: () => report,
  };
  vi.mocked(ipc.call).mockReset();
  vi.mocked(ipc.call).mockImplementation(((name: string, args: { draft: ApplicationDraft }) =>
    Promise.resolve(answers[name]?.(args) ?? null)) as unknown as typeof ipc.call);
});
afterEach(cleanup);

const locked = anError("keychainLocked", [{ kind: "retryKeychain" }, { kind: "keepForSession" }]);
const byId = (id: string) => screen.getByTestId(id);
const type = (id: string, value: string) => fireEvent.input(byId(id), { target: { value } });
const click = (id: string) => fireEvent.click(byId(id));
const settle = () => new Promise((resolve) => setTimeout(resolve, 200));

function open(id: string | null = null, focus?: "secret" | "scopes") {
  const onclose = vi.fn();
  render(ApplicationDialog, { instance, id, focus, onclose });
  return onclose;
}

describe("inline validation", () => {
  const error: Problem = { field: "clientId", severity: "error", message: "Enter the client ID." };
  const notice: Problem = { field: "secret", severity: "notice", message: "It ends with a space." };

  it("says errors after blur, notices at once", async () => {
    answers["check_application"] = () => [error, notice];
    open();
    await type("secret-input", "s ");
    await screen.findByText("It ends with a space.");
    expect(screen.queryByText("Enter the client ID.")).toBeNull();
    await fireEvent.blur(byId("client-id"));
    await screen.findByText("Enter the client ID.");
    expect(byId("client-id").getAttribute("aria-invalid")).toBe("true");
  });

  it("says errors after a submit, and closes nothing", async () => {
    answers["save_application"] = refuse(anError("invalidInput", [], { problems: [error] }));
    const onclose = open();
    await click("save");
    await screen.findByText("Enter the client ID.");
    expect(screen.queryByTestId("error-card")).toBeNull();
    expect(onclose).not.toHaveBeenCalled();
  });

  it("refuses a margin that is no number without asking", async () => {
    open("a1");
    await type("margin", "soon");
    await click("save");
    expect(called("save_application")).toEqual([]);
    await screen.findByText("The margin is 5 to 3600 seconds.");
  });
});

describe("the secret", () => {
  it("is never trimmed and leaves with the save", async () => {
    const onclose = open();
    await type("client-id", "svc_2");
    await type("secret-input", "  p@ss:w/ord ");
    await click("save");
    await waitFor(() => {
      expect(onclose).toHaveBeenCalled();
    });
    expect(draftOf("save_application").secret).toEqual({
      kind: "set",
      value: "  p@ss:w/ord ",
      keep: "keychain",
    });
    expect((byId("secret-input") as HTMLInputElement).value).toBe("");
    expect(companion.place).toEqual({ kind: "application", id: "a2" });
    expect(called("request_token")).toHaveLength(1);
  });

  it("is not shown when it is saved, and stays unchanged", async () => {
    open("a1");
    expect(byId("secret-place").textContent).toBe("In the keychain");
    expect(screen.queryByTestId("secret-input")).toBeNull();
    await click("save");
    await waitFor(() => {
      expect(draftOf("save_application").secret).toEqual({ kind: "unchanged" });
    });
    expect(called("request_token")).toEqual([]);
  });

  it("can be replaced, with an empty masked field", async () => {
    open("a1");
    await click("replace-secret");
    const input = byId("secret-input") as HTMLInputElement;
    expect([input.value, input.type]).toEqual(["", "password"]);
    await click("show-secret");
    expect(input.type).toBe("text");
    await click("keep-saved-secret");
    expect(screen.queryByTestId("secret-input")).toBeNull();
  });

  it("points out a line break that a paste would lose", async () => {
    open();
    const clipboardData = { getData: () => "s3cret\n" };
    await fireEvent(byId("secret-input"), Object.assign(new Event("paste"), { clipboardData }));
    await screen.findByText(/ended with a line break/);
  });
});

describe("a keychain that fails at save", () => {
  it("offers the session and saves with it", async () => {
    answers["save_application"] = ({ draft }) =>
      draft.secret.kind === "set" && draft.secret.keep === "session" ? "a2" : refuse(locked)();
    const onclose = open();
    await type("secret-input", "s");
    await click("save");
    await fireEvent.click(await screen.findByTestId("error-action-keepForSession"));
    await waitFor(() => {
      expect(onclose).toHaveBeenCalled();
    });
    expect(draftOf("save_application").secret).toEqual({ kind: "set", value: "s", keep: "session" });
  });

  it("is asked again on demand", async () => {
    answers["save_application"] = refuse(locked);
    open();
    await click("save");
    await fireEvent.click(await screen.findByTestId("error-action-retryKeychain"));
    await waitFor(() => {
      expect(called("save_application")).toHaveLength(2);
    });
    expect(called("retry_keychain")).toHaveLength(1);
  });
});

describe("Test", () => {
  it("explains the result in place, and says when it is stale", async () => {
    open("a1");
    await click("test");
    const result = await screen.findByTestId("test-result");
    expect(result.textContent).toContain("Works: a JWT for 3600 s with admin:read openid, in 41 ms");
    expect(result.textContent).toContain("Signature: passed");
    expect(result.textContent).toContain("Issuer: failed");
    expect(result.textContent).toContain("token_type was missing");
    expect(result.textContent).not.toContain("Test again");
    await type("application-name", "other");
    expect(byId("test-result").textContent).toContain("Test again");
    expect(called("save_application")).toEqual([]);
  });

  it("tries another way to send the secret with one click", async () => {
    answers["test_application"] = ({ draft }) =>
      draft.clientAuthentication === "clientSecretPost"
        ? report
        : refuse(
            anError("clientRefused", [{ kind: "tryMethod", method: "clientSecretPost" }], {
              server: serverWords(),
            }),
          )();
    open("a1");
    await click("test");
    const card = await screen.findByTestId("error-card");
    expect(card.textContent).toContain("The server answered 401. It gave no reason.");
    await fireEvent.click(screen.getByTestId("error-action-tryMethod"));
    await screen.findByTestId("test-result");
    expect((byId("method-clientSecretPost") as HTMLInputElement).checked).toBe(true);
    expect(screen.queryByTestId("error-card")).toBeNull();
  });

  it("lets the secret be entered again", async () => {
    answers["test_application"] = refuse(anError("secretMissing", [{ kind: "enterSecret" }]));
    open("a1");
    await click("test");
    await fireEvent.click(await screen.findByTestId("error-action-enterSecret"));
    await waitFor(() => {
      expect(document.activeElement).toBe(byId("secret-input"));
    });
  });
});

describe("scopes", () => {
  it("are added and removed by keys", async () => {
    open("a1");
    await type("scope-input", "admin:read");
    await fireEvent.keyDown(byId("scope-input"), { key: "," });
    await type("scope-input", "openid");
    await fireEvent.keyDown(byId("scope-input"), { key: " " });
    await click("suggest-admin:write");
    await fireEvent.keyDown(byId("scope-input"), { key: "Backspace" });
    await settle();
    expect(draftOf("check_application").scopes).toEqual(["openid", "admin:read"]);
  });

  it("say what none means", async () => {
    open("a1");
    await fireEvent.click(screen.getByLabelText("Remove openid"));
    expect(byId("no-scopes").textContent).toContain("grants all that the application may have");
  });
});

describe("closing", () => {
  it("asks about what was typed", async () => {
    const onclose = open("a1");
    await type("application-name", "other");
    await click("cancel");
    expect(onclose).not.toHaveBeenCalled();
    await click("keep-editing");
    expect((byId("application-name") as HTMLInputElement).value).toBe("other");
    await click("cancel");
    await click("discard");
    expect(onclose).toHaveBeenCalledOnce();
  });

  it("asks nothing when nothing was typed", async () => {
    const onclose = open("a1");
    await click("cancel");
    expect(onclose).toHaveBeenCalledOnce();
  });
});
