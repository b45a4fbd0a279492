import { cleanup, fireEvent, render, screen } from "@testing-library/svelte";
import { tick } from "svelte";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { anExchange } from "../activity/example";
import type { InstanceView } from "../lib/contract/InstanceView";
import { anApplication, anError, anInstance, aToken } from "../lib/example";
import { SHOWN_FOR_MS } from "../tokens/reveal.svelte";
import CallEndpoint from "./CallEndpoint.svelte";
import { aReport, aSuggestion } from "./example";
import { PREVIEW_AFTER_MS } from "./preview.svelte";
import { challengeWords, documented, gaps, bodyFault, requestOf, trialWords } from "./words";

const { call } = vi.hoisted(() => ({ call: vi.fn() }));
vi.mock("../lib/ipc", () => ({
  call,
  onSnapshot: async () => undefined,
  toAppError: (thrown: unknown) => thrown,
}));

let answers: Record<string, (args: never) => unknown>;
const settle = async () => {
  for (let turn = 0; turn < 12; turn += 1) await Promise.resolve();
  await tick();
};
/** Until the preview has come. */
const pause = async () => {
  await vi.advanceTimersByTimeAsync(PREVIEW_AFTER_MS);
  await settle();
};
const called = (name: string) =>
  call.mock.calls.filter(([command]) => command === name).map(([, args]) => args);
const type = (id: string, value: string) => fireEvent.input(screen.getByTestId(id), { target: { value } });
const choose = (id: string, value: string) => fireEvent.change(screen.getByTestId(id), { target: { value } });
const press = async (id: string) => {
  await fireEvent.click(screen.getByTestId(id));
  await settle();
};

let nextId = 1;
/** Each has a form of its own, as the forms outlive the page. */
async function card(instance: Partial<InstanceView> = {}, id = `app-${nextId++}`) {
  const application = anApplication({ id, token: aToken({ scopes: ["openid"] }) });
  const rendered = render(CallEndpoint, { application, instance: anInstance(instance) });
  await settle();
  await pause();
  return { ...rendered, id };
}

beforeEach(() => {
  vi.useFakeTimers();
  answers = {
    endpoints: () => [],
    preview_call: ({ request }: { request: { path: string } }) => ({
      url: `https://scaikey.example${request.path}`,
      curl: `curl https://scaikey.example${request.path}`,
      problem: null,
    }),
    call_endpoint: () => aReport(),
    exchange: () => anExchange(),
  };
  call.mockReset().mockImplementation(async (name: string, args: never) => answers[name]?.(args) ?? null);
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

describe("what is read from a call", () => {
  it("is what must be filled in", () => {
    expect(gaps("/a/{tenant_id}/b/{x}")).toEqual(["{tenant_id}", "{x}"]);
    expect(gaps("/a/b")).toEqual([]);
  });
  it("is whether the body is JSON", () => {
    expect([bodyFault(""), bodyFault(" "), bodyFault('{"a":1}')]).toEqual([null, null, null]);
    expect(bodyFault("{a:1}")).not.toBeNull();
  });
  it("leaves out what has no value, and a body where there can be none", () => {
    const typed = {
      path: " /a ",
      query: [
        { name: "page", value: "" },
        { name: "", value: "x" },
        { name: " q ", value: " y" },
      ],
      body: "{}",
    };
    expect(requestOf({ ...typed, method: "GET" })).toEqual({
      method: "GET",
      path: "/a",
      query: [{ name: "q", value: " y" }],
      body: "",
    });
    expect(requestOf({ ...typed, method: "PATCH" }).body).toBe("{}");
  });
  it("is which documented endpoint it is, the exact one first", () => {
    const one = aSuggestion({ title: "one", path: "/t/{id}" });
    const me = aSuggestion({ title: "me", path: "/t/me" });
    const known = [one, me];
    const find = (path: string, method: "GET" | "POST" = "GET") => documented(known, { method, path })?.title;
    expect(find("/t/tnt_1?x=1")).toBe("one");
    expect(find("/t/me")).toBe("me");
    expect([find("/t/"), find("/t/a/b"), find("/t/me", "POST")]).toEqual([undefined, undefined, undefined]);
  });
});

describe("the words", () => {
  it("read a challenge out", () => {
    const challenge = { scheme: "Bearer", realm: null, error: null, description: null, scope: null };
    expect(challengeWords(challenge)).toBe("It asks for Bearer, and says no more.");
    expect(
      challengeWords({ ...challenge, error: "insufficient_scope", scope: "admin:read", realm: "api" }),
    ).toBe("Bearer: insufficient_scope · needs the scope admin:read · realm “api”");
  });
  it("never call an accepted bad token a success", () => {
    expect(trialWords({ kind: "rejected", status: 401 })).toEqual({
      mark: "✓",
      tone: "ok",
      words: "Rejected 401",
    });
    expect(trialWords({ kind: "accepted", status: 200 })).toEqual({
      mark: "✕",
      tone: "bad",
      words: "Accepted 200: the API does not check this",
    });
    expect(trialWords({ kind: "notTried", reason: "no token has ended" }).words).toBe(
      "Not tried: no token has ended",
    );
    expect(trialWords({ kind: "unclear", status: 404 }).tone).toBe("warn");
  });
});

describe("calling an endpoint", () => {
  it("begins with the first documented one, and says what it needs", async () => {
    answers["endpoints"] = () => [aSuggestion()];
    const { id } = await card();
    expect(screen.getByTestId<HTMLInputElement>("call-path").value).toBe("/api/v1/admin/tenants/");
    expect(screen.getByTestId("call-known").textContent).toContain("Needs admin:read.");
    await press("call-add-page");
    await type("call-query-value", "2");
    await press("call-run");
    expect(called("call_endpoint")).toEqual([
      {
        application: id,
        request: {
          method: "GET",
          path: "/api/v1/admin/tenants/",
          query: [{ name: "page", value: "2" }],
          body: "",
        },
      },
    ]);
  });
  it("says where it would go, after a pause", async () => {
    await card();
    await type("call-path", "/a");
    await type("call-path", "/ab");
    expect(called("preview_call")).toEqual([]);
    await pause();
    expect(called("preview_call")).toHaveLength(1);
    expect(screen.getByTestId("call-url").textContent).toBe("https://scaikey.example/ab");
  });
  it("sends nothing while a part of the path is to be filled in", async () => {
    await card();
    await type("call-path", "/t/{tenant_id}");
    await pause();
    const button = screen.getByTestId<HTMLButtonElement>("call-run");
    expect(button.disabled).toBe(true);
    expect(screen.getByTestId("call-card").textContent).toContain("Fill in {tenant_id}.");
    await fireEvent.submit(button.closest("form") as HTMLFormElement);
    await settle();
    expect(called("call_endpoint")).toEqual([]);
    await type("call-path", "/t/tnt_1");
    await pause();
    expect(button.disabled).toBe(false);
  });
  it("sends nothing that cannot be sent, and says why", async () => {
    answers["preview_call"] = () => ({ url: "", curl: "", problem: "It is on another host." });
    await card();
    await type("call-path", "https://elsewhere.example/");
    await pause();
    expect(screen.getByTestId<HTMLButtonElement>("call-run").disabled).toBe(true);
    expect(screen.getByTestId("call-card").textContent).toContain("It is on another host.");
  });
  it("asks before it changes data", async () => {
    await card();
    await choose("call-method", "POST");
    await type("call-path", "/t");
    await type("call-body", '{"name":"Acme"}');
    await pause();
    await press("call-run");
    expect(called("call_endpoint")).toEqual([]);
    await press("call-cancel");
    expect(screen.queryByTestId("call-confirm")).toBeNull();
    await press("call-run");
    await press("call-confirm");
    expect(called("call_endpoint")).toHaveLength(1);
    expect(screen.queryByTestId("call-confirm")).toBeNull();
  });
  it("asks again when the call became another one", async () => {
    await card();
    await choose("call-method", "DELETE");
    await type("call-path", "/t/1");
    await pause();
    await press("call-run");
    await type("call-path", "/t/2");
    await settle();
    expect(screen.queryByTestId("call-confirm")).toBeNull();
    expect(called("call_endpoint")).toEqual([]);
  });
  it("asks where a documented GET changes data", async () => {
    answers["endpoints"] = () => [aSuggestion({ changes: true, path: "/fix" })];
    await card();
    await type("call-path", "/fix");
    await pause();
    await press("call-run");
    expect(called("call_endpoint")).toEqual([]);
    expect(screen.getByTestId("call-confirm")).toBeTruthy();
  });
  it("asks twice on production", async () => {
    await card({ production: true });
    await choose("call-method", "DELETE");
    await type("call-path", "/t/1");
    await pause();
    await press("call-run");
    const send = screen.getByTestId<HTMLButtonElement>("call-confirm");
    expect(send.disabled).toBe(true);
    await press("call-confirm-production");
    expect(send.disabled).toBe(false);
    await press("call-confirm");
    expect(called("call_endpoint")).toHaveLength(1);
  });
  it("says that a body is not JSON, and offers none for GET", async () => {
    await card();
    expect(screen.queryByTestId("call-body")).toBeNull();
    await choose("call-method", "PUT");
    await type("call-body", "{a:1}");
    expect(screen.getByTestId("call-card").textContent).toContain("This is not JSON.");
    await type("call-body", '{"a":1}');
    expect(screen.getByTestId("call-card").textContent).not.toContain("This is not JSON.");
  });
  it("keeps what was typed, on errors and when another application was open", async () => {
    answers["call_endpoint"] = () =>
      Promise.reject(anError("tls", [], { title: "The certificate has expired." }));
    const { id, unmount } = await card();
    await type("call-path", "/typed");
    await press("call-add-parameter");
    await type("call-query-name", "q");
    await type("call-query-value", "1");
    await pause();
    await press("call-run");
    expect(screen.getByTestId("call-error").textContent).toContain("The certificate has expired.");
    unmount();
    const other = await card();
    expect(screen.getByTestId<HTMLInputElement>("call-path").value).toBe("");
    other.unmount();
    await card({}, id);
    expect(screen.getByTestId<HTMLInputElement>("call-path").value).toBe("/typed");
    expect(screen.getByTestId<HTMLInputElement>("call-query-value").value).toBe("1");
    expect(screen.getByTestId("call-error")).toBeTruthy();
  });
});

describe("the answer", () => {
  const answered = async (change: Parameters<typeof aReport>[0]) => {
    answers["call_endpoint"] = () => aReport(change);
    const rendered = await card();
    await type("call-path", "/t");
    await pause();
    await press("call-run");
    return rendered;
  };

  it("is a table whose cells are text", async () => {
    const cell = '<img src="x" onerror="alert(1)"><b>bold</b>';
    await answered({
      table: { columns: ["id", "<i>name"], rows: [["tnt_1", cell]], total: 3, around: ["page: 1"] },
    });
    const table = screen.getByTestId("call-table");
    expect([...table.querySelectorAll("th")].map(({ textContent }) => textContent)).toEqual([
      "id",
      "<i>name",
    ]);
    expect([...table.querySelectorAll("td")].map(({ textContent }) => textContent)).toEqual(["tnt_1", cell]);
    expect(table.querySelector("img, b, i")).toBeNull();
    expect(screen.getByTestId("call-answer").textContent).toContain("The first 1 of 3 rows");
    expect(screen.getByTestId("call-status").textContent).toBe("200 OK");
  });
  it("is shown as JSON and raw too", async () => {
    await answered({});
    await press("call-view-json");
    expect(screen.getByTestId("call-json").textContent).toContain('"items": [');
    await press("call-view-raw");
    expect(screen.getByTestId("call-raw").textContent).toBe('{"items":[{"id":"tnt_1","name":"Acme"}]}');
  });
  it("that is a web page is shown as its text", async () => {
    const text = "<title>Sign in</title><script>alert(1)</script>";
    await answered({
      table: null,
      body: { text, bytes: 40, cut: false, masked: false, mediaType: "text/html" },
    });
    expect(screen.getByTestId("call-raw").textContent).toBe(text);
    expect(screen.getByTestId("call-raw").querySelector("title, script")).toBeNull();
  });
  it("says what was refused and why, and a retry makes the call that failed", async () => {
    await answered({
      status: 401,
      reason: "Unauthorized",
      table: null,
      redirectedFrom: "/t",
      challenges: [{ scheme: "Bearer", realm: null, error: "invalid_token", description: null, scope: null }],
      error: anError("tokenRejected", [{ kind: "retry" }], { title: "The API does not accept this token." }),
    });
    expect(screen.getByTestId("call-error").textContent).toContain("The API does not accept this token.");
    expect(screen.getByTestId("call-challenge").textContent).toContain("Bearer: invalid_token");
    expect(screen.getByTestId("call-redirected").textContent).toContain("/t");
    // What is typed now was not asked about.
    await choose("call-method", "DELETE");
    await pause();
    answers["call_endpoint"] = () => aReport();
    await press("error-action-retry");
    expect(called("call_endpoint").map(({ request }) => request.method)).toEqual(["GET", "GET"]);
    expect(screen.queryByTestId("call-error")).toBeNull();
  });
  it("that was masked is shown for half a minute, and hidden when the window loses focus", async () => {
    const SECRET = "made-up-for-this-test";
    answers["reveal_answer"] = () => `{"client_secret":"${SECRET}"}`;
    const body = { text: '{"client_secret":"••••"}', bytes: 24, cut: false, masked: true, mediaType: null };
    const { container } = await answered({ table: null, body });
    expect(called("reveal_answer")).toEqual([]);
    await press("reveal-answer");
    expect(called("reveal_answer")).toEqual([{ exchange: 9 }]);
    expect(screen.getByTestId("answer-revealed").textContent).toContain(SECRET);
    await vi.advanceTimersByTimeAsync(SHOWN_FOR_MS - 1);
    expect(container.textContent).toContain(SECRET);
    await vi.advanceTimersByTimeAsync(1);
    await settle();
    expect(container.textContent).not.toContain(SECRET);
    await press("reveal-answer");
    expect(container.textContent).toContain(SECRET);
    window.dispatchEvent(new Event("blur"));
    await settle();
    expect(container.textContent).not.toContain(SECRET);
    // Another answer is not what was revealed.
    await press("reveal-answer");
    answers["call_endpoint"] = () => aReport({ exchange: 10, table: null, body });
    await press("call-run");
    expect(container.textContent).not.toContain(SECRET);
  });
});

describe("checking the API", () => {
  const open = async () => {
    const details = screen.getByTestId("check-api").closest("details") as HTMLDetailsElement;
    details.open = true;
    await fireEvent(details, new Event("toggle"));
    await settle();
  };

  it("asks first, and says how each token was taken", async () => {
    answers["check_api"] = () => [
      { token: "none", trial: { kind: "rejected", status: 401 }, exchange: 1 },
      { token: "changedSignature", trial: { kind: "accepted", status: 200 }, exchange: 2 },
      { token: "expired", trial: { kind: "notTried", reason: "none has ended" }, exchange: null },
    ];
    const { id } = await card({ host: "scaikey.example" });
    await type("call-path", "/t");
    await pause();
    await open();
    expect(screen.getByTestId("call-card").textContent).toContain(
      "This sends requests with bad tokens to scaikey.example. Some systems count them as attacks.",
    );
    expect(called("check_api")).toEqual([]);
    await press("check-api-confirm");
    expect(called("check_api")).toEqual([{ application: id, path: "/t" }]);
    const rows = screen.getAllByTestId("check-api-row").map(({ textContent }) => textContent ?? "");
    expect(rows[0]).toContain("Rejected 401");
    expect(rows[1]).toContain("Accepted 200: the API does not check this");
    expect(rows[2]).toContain("Not tried: none has ended");
  });
  it("cannot be done for a path that is to be filled in", async () => {
    await card();
    await type("call-path", "/t/{id}");
    await pause();
    await open();
    expect(screen.getByTestId<HTMLButtonElement>("check-api-confirm").disabled).toBe(true);
  });
});
