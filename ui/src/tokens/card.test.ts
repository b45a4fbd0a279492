import { cleanup, fireEvent, render, screen, waitFor, within } from "@testing-library/svelte";
import { createRawSnippet, flushSync, tick } from "svelte";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { companion } from "../lib/companion.svelte";
import type { AppError } from "../lib/contract/AppError";
import type { ApplicationView } from "../lib/contract/ApplicationView";
import type { FixAction } from "../lib/contract/FixAction";
import { draftOf } from "../lib/draft";
import { anError } from "../lib/example";
import { call } from "../lib/ipc";
import { applicationView, instanceView, START, tokenDetails, tokenView } from "./example";
import ChecksCard from "./ChecksCard.svelte";
import ClaimsCard from "./ClaimsCard.svelte";
import TokenCard from "./TokenCard.svelte";

vi.mock("../lib/ipc", () => ({
  call: vi.fn(),
  onSnapshot: vi.fn(() => Promise.resolve()),
  toAppError: (thrown: unknown) => thrown as AppError,
}));

const TOKEN = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJzdmMifQ.c2lnbmF0dXJl";
const calls = vi.mocked(call);
type Answer = (args: unknown) => unknown;
let answers: Record<string, Answer>;

beforeEach(() => {
  answers = {};
  calls.mockReset();
  calls.mockImplementation(((name: string, args: unknown) =>
    Promise.resolve().then(() => answers[name]?.(args) ?? null)) as typeof call);
  companion.closeDialog();
  companion.dismissCopy();
  companion.dismissProblem();
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

const called = (name: string) =>
  calls.mock.calls.filter(([which]) => which === name).map((entry) => entry[1]);
const settle = async () => {
  for (let turn = 0; turn < 8; turn += 1) await Promise.resolve();
  await tick();
};
const card = (over: Partial<ApplicationView> = {}) =>
  render(TokenCard, { application: applicationView(over), instance: instanceView() });
const failed = (error: AppError, over: Partial<ApplicationView> = {}) =>
  card({ token: null, phase: { kind: "failed", error }, ...over });

describe("showing a token", () => {
  const reveal = async () => {
    await fireEvent.click(screen.getByTestId("show-token"));
    await settle();
  };
  beforeEach(() => {
    vi.useFakeTimers({ now: START + 60_000 });
    answers["reveal_token"] = () => TOKEN;
  });

  it("hides it after 30 seconds and says how long", async () => {
    const stop = companion.startClock();
    card();
    expect(document.body.textContent).not.toContain("c2lnbmF0dXJl");
    await reveal();
    expect(screen.getByTestId("whole-token").textContent.trim()).toBe(TOKEN);
    expect(screen.getByTestId("show-token").textContent).toBe("Hide");
    vi.advanceTimersByTime(3_000);
    await settle();
    expect(screen.getByTestId("hides-in").textContent).toBe("hides in 27 s");
    vi.advanceTimersByTime(26_999);
    await settle();
    expect(screen.queryByTestId("whole-token")).not.toBeNull();
    vi.advanceTimersByTime(1);
    await settle();
    expect(screen.queryByTestId("whole-token")).toBeNull();
    expect(document.body.textContent).not.toContain("c2lnbmF0dXJl");
    stop();
  });
  it("hides it when the window loses the focus", async () => {
    card();
    await reveal();
    window.dispatchEvent(new Event("blur"));
    await settle();
    expect(screen.queryByTestId("whole-token")).toBeNull();
  });
  it("drops an answer that comes after the window lost the focus", async () => {
    let answer: (token: string) => void = () => undefined;
    answers["reveal_token"] = () => new Promise((resolve) => (answer = resolve));
    card();
    await reveal();
    window.dispatchEvent(new Event("blur"));
    answer(TOKEN);
    await settle();
    expect(screen.queryByTestId("whole-token")).toBeNull();
  });
  it("hides it when another token comes, not when the same one is checked", async () => {
    const { rerender } = card();
    await reveal();
    await rerender({ application: applicationView({ token: tokenView({ checked: 2 }) }) });
    expect(screen.queryByTestId("whole-token")).not.toBeNull();
    await rerender({ application: applicationView({ token: tokenView({ id: 2 }) }) });
    expect(screen.queryByTestId("whole-token")).toBeNull();
  });
  it("shows nothing of an opaque token before it is asked for", async () => {
    answers["reveal_token"] = () => "opaque-secret-value";
    card({ token: tokenView({ kind: "opaque", headerPreview: "", payloadPreview: "" }) });
    expect(screen.getByTestId("raw-token").textContent).toMatch(/^\s*•+\s*opaque token\s*$/);
    expect(called("reveal_token")).toEqual([]);
    await reveal();
    expect(screen.getByTestId("whole-token").textContent.trim()).toBe("opaque-secret-value");
  });
});

describe("the card", () => {
  it("offers to get a first token", async () => {
    card({ token: null });
    const button = screen.getByTestId("request-token");
    expect(button.textContent).toContain("Get a token");
    await fireEvent.click(button);
    expect(called("request_token")).toEqual([{ application: "app-1" }]);
  });
  it("keeps showing the token while it is renewed", () => {
    card({ phase: { kind: "requesting", since: START, renewal: true } });
    expect(screen.getByTestId("raw-token").textContent).toBe("eyJhbGciOi….eyJpc3MiOi….••••••••••••");
    expect(screen.getByTestId("renewal").textContent).toBe("renewing…");
    expect(screen.getByTestId("request-token").getAttribute("aria-busy")).toBe("true");
  });
  it("waits, and tries again on a click", async () => {
    const error = anError("hostNotFound", [{ kind: "retry" }]);
    card({ phase: { kind: "waiting", retryAt: companion.now + 12_000, error } });
    expect(screen.getByTestId("retry-in").textContent).toBe("Tries again in 12 s");
    await fireEvent.click(screen.getByTestId("error-action-retry"));
    expect(called("request_token")).toHaveLength(1);
  });
  it("keeps the problem in sight while it is tried again", async () => {
    const error = anError("hostNotFound", [{ kind: "retry" }]);
    const { rerender } = failed(error);
    await rerender({
      application: applicationView({
        token: null,
        phase: { kind: "requesting", since: START, renewal: false },
      }),
    });
    expect(screen.queryByTestId("error-card")).not.toBeNull();
    await rerender({ application: applicationView() });
    expect(screen.queryByTestId("error-card")).toBeNull();
  });
  it("says what became of a copy", async () => {
    answers["copy_token"] = () => ({
      clearsAt: companion.now + 58_000,
      renewed: true,
      production: true,
      warning: "It has expired.",
    });
    card();
    await fireEvent.click(screen.getByTestId("copy-token"));
    await settle();
    const said = screen.getByTestId("copy-receipt").textContent;
    for (const part of ["From production", "Renewed first", "in 58 s", "It has expired."]) {
      expect(said).toContain(part);
    }
  });
  it("offers the text when the clipboard fails", async () => {
    answers["copy_token"] = () => {
      throw anError("clipboard", [{ kind: "showToken" }, { kind: "retry" }]);
    };
    answers["reveal_token"] = () => TOKEN;
    card();
    await fireEvent.click(screen.getByTestId("copy-token"));
    await settle();
    await fireEvent.click(screen.getByTestId("error-action-showToken"));
    await settle();
    const area = screen.getByTestId<HTMLTextAreaElement>("manual-copy");
    expect(area.value).toBe(TOKEN);
    expect(area.readOnly).toBe(true);
    expect([area.selectionStart, area.selectionEnd]).toEqual([0, TOKEN.length]);
  });
});

describe("actions under an error", () => {
  const tryPost: FixAction = { kind: "tryMethod", method: "clientSecretPost" };
  it("tries another method", async () => {
    failed(anError("clientRefused", [tryPost]));
    await fireEvent.click(screen.getByTestId("error-action-tryMethod"));
    await waitFor(() => expect(called("request_token")).toHaveLength(1));
    expect(called("save_application")).toEqual([
      {
        draft: { ...draftOf(applicationView(), "instance-1"), clientAuthentication: "clientSecretPost" },
      },
    ]);
  });
  it("does not request when saving failed", async () => {
    answers["save_application"] = () => {
      throw anError("storage", [{ kind: "retry" }]);
    };
    failed(anError("clientRefused", [tryPost]));
    await fireEvent.click(screen.getByTestId("error-action-tryMethod"));
    await settle();
    expect(called("request_token")).toEqual([]);
    expect(screen.getByTestId("fix-error").dataset["kind"]).toBe("storage");
    // Trying again is trying that method again.
    answers["save_application"] = () => null;
    await fireEvent.click(within(screen.getByTestId("fix-error")).getByTestId("error-action-retry"));
    await waitFor(() => expect(called("request_token")).toHaveLength(1));
    expect(called("save_application")).toHaveLength(2);
    expect(screen.queryByTestId("fix-error")).toBeNull();
  });
  it("always leaves a way to ask again", async () => {
    failed(anError("scopeRefused", [{ kind: "editScopes" }]));
    await fireEvent.click(screen.getByTestId("request-token"));
    expect(called("request_token")).toHaveLength(1);
  });
  it("opens the dialogs", async () => {
    failed(anError("scopeRefused", [{ kind: "editScopes" }]));
    await fireEvent.click(screen.getByTestId("error-action-editScopes"));
    expect(companion.dialog).toEqual({
      kind: "application",
      instance: "instance-1",
      id: "app-1",
      focus: "scopes",
    });
    cleanup();
    failed(anError("tls", [{ kind: "addCertificate" }]));
    await fireEvent.click(screen.getByTestId("error-action-addCertificate"));
    expect(companion.dialog).toEqual({ kind: "instance", id: "instance-1", focus: "extraCa" });
  });
  it("asks for a tenant in place, and tries with it", async () => {
    failed(anError("wrongFlavour", [{ kind: "tryLevel", level: "TENANT" }]), { tenantSlug: null });
    await fireEvent.click(screen.getByTestId("error-action-tryLevel"));
    const input = await screen.findByTestId("tenant-input");
    expect(document.activeElement).toBe(input);
    await fireEvent.click(screen.getByTestId("try-tenant"));
    expect(document.body.textContent).toContain("Enter the tenant slug.");
    await fireEvent.input(input, { target: { value: " acme " } });
    await fireEvent.click(screen.getByTestId("try-tenant"));
    await waitFor(() => expect(screen.queryByTestId("tenant-input")).toBeNull());
    expect(called("try_level")).toEqual([{ application: "app-1", level: "TENANT", tenantSlug: "acme" }]);
  });
  it("tells a trial that failed in the same way, and a token request that did only once", async () => {
    const error = anError("wrongFlavour", [
      { kind: "tryLevel", level: "GLOBAL" },
      { kind: "askForScopes", scopes: ["a"] },
    ]);
    answers["try_level"] = answers["ask_for_scopes"] = () => {
      throw error;
    };
    failed(error);
    await fireEvent.click(screen.getByTestId("error-action-tryLevel"));
    await screen.findByTestId("fix-error");
    await fireEvent.click(within(screen.getByTestId("error-card")).getByTestId("error-action-askForScopes"));
    await waitFor(() => expect(screen.queryByTestId("fix-error")).toBeNull());
    expect(called("ask_for_scopes")).toHaveLength(1);
  });
  it("asks the keychain again", async () => {
    failed(anError("keychainLocked", [{ kind: "retryKeychain" }]));
    await fireEvent.click(screen.getByTestId("error-action-retryKeychain"));
    await waitFor(() => expect(called("request_token")).toHaveLength(1));
    expect(called("retry_keychain")).toHaveLength(1);
  });
});

describe("entering a secret again", () => {
  const open = async () => {
    card({ token: null, secret: "missing" });
    await fireEvent.click(screen.getByTestId("error-action-enterSecret"));
    return screen.getByTestId<HTMLInputElement>("secret-input");
  };
  const type = (input: HTMLInputElement, value: string) => fireEvent.input(input, { target: { value } });

  it("saves what was typed, never trimmed, and empties the field", async () => {
    let release: () => void = () => undefined;
    answers["request_token"] = () => new Promise<void>((resolve) => (release = resolve));
    const input = await open();
    expect(input.type).toBe("password");
    expect(document.activeElement).toBe(input);
    await type(input, "  s3cret ");
    expect(document.body.textContent).toContain("It begins with a space.");
    await fireEvent.click(screen.getByTestId("save-secret"));
    await settle();
    expect(called("set_secret")).toEqual([{ application: "app-1", value: "  s3cret ", keep: "keychain" }]);
    expect(input.value).toBe("");
    expect(called("request_token")).toHaveLength(1);
    release();
    await settle();
    expect(screen.queryByTestId("secret-input")).toBeNull();
  });
  it("keeps the line break of a paste and takes it away when asked", async () => {
    const input = await open();
    const data = new DataTransfer();
    data.setData("text/plain", "s3cret\n");
    await fireEvent(
      input,
      new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }),
    );
    expect(document.body.textContent).toContain("It holds a line break.");
    await fireEvent.click(screen.getByTestId("save-secret"));
    await settle();
    expect(called("set_secret")).toEqual([{ application: "app-1", value: "s3cret\n", keep: "keychain" }]);
  });
  it("goes to the field again where it is open already, and keeps what was typed", async () => {
    const input = await open();
    await type(input, "half");
    screen.getByTestId("save-secret").focus();
    await fireEvent.click(screen.getByTestId("error-action-enterSecret"));
    expect(document.activeElement).toBe(input);
    expect(input.value).toBe("half");
  });
  it("saves nothing when nothing was typed", async () => {
    await open();
    await fireEvent.click(screen.getByTestId("save-secret"));
    expect(called("set_secret")).toEqual([]);
    expect(document.body.textContent).toContain("Enter the secret.");
  });
  it("offers to keep it for the session when the keychain fails", async () => {
    answers["set_secret"] = (args) => {
      if ((args as { keep: string }).keep === "keychain") throw anError("keychainMissing");
      return null;
    };
    const input = await open();
    await type(input, "s3cret");
    await fireEvent.click(screen.getByTestId("save-secret"));
    await settle();
    const error = screen.getByTestId("secret-error");
    const session = Array.from(error.querySelectorAll("button")).find((button) =>
      button.textContent.includes("Keep for this session only"),
    );
    expect(input.value).toBe("s3cret");
    if (session === undefined) throw new Error("no button");
    await fireEvent.click(session);
    await settle();
    expect(called("set_secret").at(-1)).toEqual({ application: "app-1", value: "s3cret", keep: "session" });
    expect(called("request_token")).toHaveLength(1);
  });
});

describe("claims", () => {
  const row = (name: string, value: string) => ({
    name,
    value,
    group: "other" as const,
    meaning: "",
    source: null,
    notes: ["looks <b>odd</b>"],
    instant: null,
    shape: "plain" as const,
    parts: [],
    place: null,
  });
  it("shows hostile text as text", () => {
    const script = "<script>alert(1)</script>";
    const bidi = "admin\u202egnp.exe";
    render(ClaimsCard, {
      details: tokenDetails({
        claims: [row(script, "<img src=x onerror=alert(1)>"), row("__proto__", bidi), row("__proto__", "2")],
        problems: [script],
      }),
      now: START,
    });
    const claims = screen.getByTestId("claims");
    expect(claims.querySelector("script, img, b b")).toBeNull();
    expect(claims.textContent).toContain(script);
    expect(claims.textContent).toContain("<img src=x onerror=alert(1)>");
    expect(screen.getAllByTestId("claim-__proto__")).toHaveLength(2);
    expect(screen.getAllByTestId("claim-__proto__")[0]?.textContent).toContain(bidi);
    expect(claims.querySelector("[data-code='U+202E']")?.textContent).toBe("\u202e");
  });
  it("folds what is long", async () => {
    render(ClaimsCard, {
      details: tokenDetails({ claims: [row("big", "x".repeat(100_000))] }),
      now: START,
    });
    const claim = screen.getByTestId("claim-big");
    expect(claim.textContent.length).toBeLessThan(1_000);
    await fireEvent.click(screen.getByText("Show all 100,000 characters"));
    expect(claim.textContent.length).toBeGreaterThan(100_000);
  });
  it("shows 200 rows, then all, those further down when they come near", async () => {
    const near: ((entries: { isIntersecting: boolean }[]) => void)[] = [];
    vi.stubGlobal(
      "IntersectionObserver",
      class {
        constructor(tell: (entries: { isIntersecting: boolean }[]) => void) {
          near.push(tell);
        }
        observe = () => undefined;
        disconnect = () => undefined;
      },
    );
    const groups = ["who", "where", "other"] as const;
    const claims = groups.flatMap((group, at) =>
      Array.from({ length: at === 2 ? 847 : 76 + at }, (_, index) => ({
        ...row(`${group}${index}`, "v"),
        group,
      })),
    );
    expect(claims).toHaveLength(1_000);
    render(ClaimsCard, { details: tokenDetails({ claims }), now: START });
    const names = () => Array.from(document.querySelectorAll("dt"), ({ textContent }) => textContent);
    const titles = () => Array.from(document.querySelectorAll("h3"), ({ textContent }) => textContent);
    expect(names()).toEqual(claims.slice(0, 200).map(({ name }) => name));
    expect(titles()).toEqual(["Who", "Where it is valid", "Other claims"]);
    await fireEvent.click(screen.getByText("Show all 1,000 claims"));
    expect(names()).toHaveLength(200);
    near[1]?.([{ isIntersecting: false }, { isIntersecting: true }]);
    flushSync();
    expect(names()).toEqual([...claims.slice(0, 200), ...claims.slice(250, 300)].map(({ name }) => name));
    for (const tell of near) tell([{ isIntersecting: true }]);
    flushSync();
    expect(names()).toEqual(claims.map(({ name }) => name));
    expect(titles()).toHaveLength(3);
    await fireEvent.click(screen.getByText("Show the first 200 claims"));
    expect(names()).toHaveLength(200);
    vi.unstubAllGlobals();
  });
  it("shows the JSON to the digit", async () => {
    const payloadJson = '{\n  "__proto__": 1e400,\n  "n": 12345678901234567890\n}';
    render(ClaimsCard, { details: tokenDetails({ payloadJson }), now: START });
    await fireEvent.click(screen.getByTestId("claims-json"));
    const text = screen.getByTestId("payload-json").textContent;
    for (const part of ['"__proto__": 1e400,', '"n": 12345678901234567890']) expect(text).toContain(part);
    expect(screen.getByTestId("header-json").textContent).toContain('"alg": "RS256"');
  });
  it("tells where the claim is that is pointed at", async () => {
    const marks: unknown[] = [];
    const claims = [
      { ...row("a", "1"), place: { from: 3, to: 9 } },
      { ...row("b", "2"), place: { from: 10, to: 14 } },
      row("c", "3"),
    ];
    const { unmount } = render(ClaimsCard, {
      details: tokenDetails({ claims }),
      now: START,
      onmark: (place: unknown) => marks.push(place),
    });
    const [a, b] = [screen.getByTestId("claim-a"), screen.getByTestId("claim-b")];
    const button = within(a).getByRole("button", { name: "a" });
    expect(within(screen.getByTestId("claim-c")).queryByRole("button")).toBeNull();
    button.focus();
    await fireEvent.mouseEnter(b);
    await fireEvent.mouseLeave(b);
    button.blur();
    expect(marks).toEqual([{ from: 3, to: 9 }, { from: 10, to: 14 }, { from: 3, to: 9 }, null]);
    button.focus();
    unmount();
    expect(marks.at(-1)).toBeNull();
  });
  it("has the header folded above the claims, with what matters in a line", async () => {
    const header = [
      row("alg", "RS256"),
      row("typ", "at+jwt"),
      row("kid", "k\u202e1"),
      row("jku", "https://x"),
    ];
    const { rerender } = render(ClaimsCard, { details: tokenDetails({ header }), now: START });
    const summary = screen.getByTestId("claims-header");
    expect(summary.textContent).toBe("Header: RS256, at+jwt, key k\u202e1");
    expect(summary.querySelector("[data-code='U+202E']")).not.toBeNull();
    expect((summary.parentElement as HTMLDetailsElement).open).toBe(false);
    expect(screen.getByTestId("claim-jku").textContent).toContain("https://x");
    await rerender({
      details: tokenDetails({ kind: "jwe", header, claims: [], payloadJson: null }),
      now: START,
    });
    expect((screen.getByTestId("claims-header").parentElement as HTMLDetailsElement).open).toBe(true);
    expect(screen.getByTestId("claims").textContent).not.toContain("It holds no claims.");
  });
  it("shows how it differs from the one before, where that is known", async () => {
    const details = tokenDetails();
    const { rerender } = render(ClaimsCard, { details, now: START });
    expect(screen.queryByTestId("claims-comparison")).toBeNull();
    const comparison = createRawSnippet(() => ({ render: () => "<p>the difference</p>" }));
    await rerender({ details, now: START, comparison });
    await fireEvent.click(screen.getByTestId("claims-comparison"));
    expect(screen.getByTestId("claims").textContent).toContain("the difference");
    expect(screen.queryByTestId("claim-sub")).toBeNull();
    await rerender({ details, now: START, comparison: undefined });
    expect(screen.queryByTestId("claim-sub")).not.toBeNull();
  });
  it("takes apart what has parts, each with its meaning", async () => {
    const part = (value: string, meaning = "") => ({ value, meaning });
    const scopes = Array.from({ length: 60 }, (_, index) => part(`s${index}`, index === 0 ? "reads" : ""));
    render(ClaimsCard, {
      details: tokenDetails({
        claims: [
          { ...row("scope", "s0 s1"), shape: "list", parts: scopes },
          { ...row("act", "{}"), shape: "chain", parts: [part("usr_1"), part("svc_1"), part("svc_2")] },
        ],
      }),
      now: START,
    });
    const parts = (claim: string) =>
      within(screen.getByTestId(`claim-${claim}`)).getAllByTestId("claim-part");
    const words = (of: HTMLElement) => of.textContent.replace(/\s+/g, " ").trim();
    expect(parts("scope")).toHaveLength(50);
    expect(words(parts("scope")[0] as HTMLElement)).toBe("s0 reads");
    await fireEvent.click(screen.getByText("Show all 60 parts"));
    expect(parts("scope")).toHaveLength(60);
    expect(parts("act").map(words)).toEqual([
      "usr_1",
      "←for whom acts svc_1",
      "←for whom acted before svc_2",
    ]);
  });
  it("opens the source of a meaning in the browser", async () => {
    render(ClaimsCard, { details: tokenDetails(), now: START });
    await fireEvent.click(screen.getByTestId("claim-source"));
    expect(called("open_page")).toEqual([{ page: { kind: "source", source: "RFC 7519 §4.1.2" } }]);
  });
  it("shows the header of each signature", async () => {
    const signatures = Array.from({ length: 25 }, (_, index) => ({
      headerJson: index === 1 ? null : `{"alg":"RS${index}"}`,
      outcome: "skipped" as const,
      reason: "",
    }));
    render(ClaimsCard, {
      details: tokenDetails({ kind: "jwsJson", headerJson: null, signatures }),
      now: START,
    });
    await fireEvent.click(screen.getByTestId("claims-json"));
    expect(screen.getByTestId("signature-1-json").textContent).toContain('"alg": "RS0"');
    expect(screen.queryByTestId("signature-2-json")).toBeNull();
    expect(screen.queryByTestId("signature-21-json")).toBeNull();
    expect(screen.getByTestId("claims").textContent).toContain("5 more signatures");
  });
  it("shows a payload that is no JSON as text", async () => {
    render(ClaimsCard, {
      details: tokenDetails({ claims: [], payloadJson: null, payloadText: "<b>plain\u202e</b>" }),
      now: START,
    });
    expect(screen.getByTestId("payload-text").textContent).toBe("<b>plain\u202e</b>");
    await fireEvent.click(screen.getByTestId("claims-json"));
    expect(screen.getByTestId("payload-text").querySelector("b")).toBeNull();
  });
  it("is honest about what it cannot read", () => {
    render(ClaimsCard, {
      details: tokenDetails({ kind: "opaque", headerJson: null, payloadJson: null, claims: [] }),
      now: START,
    });
    expect(screen.getByTestId("claims").textContent).toContain("Nothing can be read from it.");
    cleanup();
    render(ClaimsCard, {
      details: tokenDetails({ kind: "jwe", payloadJson: null, claims: [] }),
      now: START,
    });
    expect(screen.getByTestId("claims").textContent).toContain("Encrypted: only its header can be read.");
    expect(screen.getByTestId("header-json").textContent).toContain("RS256");
  });
  it("tells a time in words, exactly on demand", () => {
    const claim = { ...row("exp", "1795525512"), instant: START };
    render(ClaimsCard, { details: tokenDetails({ claims: [claim] }), now: START + 180_000 });
    const text = screen.getByTestId("claim-exp").textContent;
    expect(text).toContain("3 min ago");
    expect(text).toContain("2026-11-25T13:05:12Z");
  });
});

describe("checks", () => {
  it("says how each ended in words", () => {
    render(ChecksCard, {
      details: tokenDetails({
        checks: [
          { name: "signature", outcome: "passed", reason: "RS256", note: null },
          { name: "issuer", outcome: "failed", reason: "another issuer", note: null },
          { name: "subject", outcome: "skipped", reason: "no sub", note: "odd" },
        ],
      }),
    });
    expect(screen.getByTestId("checks-summary").textContent).toBe("1 of 3 pass");
    expect(screen.getByTestId("checks-summary").className).toContain("bad");
    expect(screen.getByTestId("check-issuer").dataset["outcome"]).toBe("failed");
    expect(screen.getByTestId("check-issuer").textContent).toContain("Issuer is this instance: failed");
    expect(screen.getByTestId("check-subject").textContent).toContain("Not checked: no sub");
  });
});

describe("verdicts", () => {
  it.each([
    [{ kind: "verified" }, "✓ Verified"],
    [{ kind: "pending" }, "Checking…"],
    [{ kind: "notVerified", reason: "no keys" }, "Not verified: no keys"],
    [{ kind: "refused", reason: "Wrong issuer" }, "✕ Wrong issuer"],
  ] as const)("%j", (verdict, words) => {
    card({ token: tokenView({ verdict }) });
    flushSync();
    expect(screen.getByTestId("verdict").textContent).toBe(words);
  });
});
