import { cleanup, fireEvent, render, screen, within } from "@testing-library/svelte";
import { tick } from "svelte";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { anInspection } from "../inspector/example";
import { ASK_AFTER_MS, inspector, LONGEST_EDITED } from "../inspector/inspector.svelte";
import { SAMPLE } from "../inspector/sample";
import { companion } from "../lib/companion.svelte";
import type { InspectPastedArgs } from "../lib/contract/InspectPastedArgs";
import type { Inspection } from "../lib/contract/Inspection";
import { anError, anInstance, aSnapshot } from "../lib/example";
import InspectPage from "./InspectPage.svelte";

const { call } = vi.hoisted(() => ({ call: vi.fn() }));
vi.mock("../lib/ipc", () => ({
  call,
  onSnapshot: async () => undefined,
  toAppError: (thrown: unknown) => thrown,
}));

const NOW = Date.UTC(2026, 10, 25, 13, 0, 0);
let revision = 1;
let answers: Record<string, (args: never) => unknown>;
let stop: () => void;

const settle = async () => {
  for (let turn = 0; turn < 12; turn += 1) await Promise.resolve();
  await tick();
};
/** Until the answer has come. */
const pause = async () => {
  await settle();
  await vi.advanceTimersByTimeAsync(ASK_AFTER_MS);
  await settle();
};
const asked = () =>
  call.mock.calls.filter(([name]) => name === "inspect_pasted").map(([, args]) => args as InspectPastedArgs);
const field = () => screen.getByTestId<HTMLTextAreaElement>("inspector-text");
const type = (id: string, value: string) => fireEvent.input(screen.getByTestId(id), { target: { value } });
const choose = (id: string, value: string) => fireEvent.change(screen.getByTestId(id), { target: { value } });
const press = async (id: string) => {
  await fireEvent.click(screen.getByTestId(id));
  await settle();
};
const pasteOver = async (target: Element, text: string) => {
  const event = new Event("paste", { bubbles: true, cancelable: true });
  Object.assign(event, { clipboardData: { getData: () => text } });
  await fireEvent(target, event);
  return event;
};
/** As a browser tells of what was pasted into a field. */
const pasteInto = async (value: string) => {
  field().value = value;
  await fireEvent(field(), new InputEvent("input", { inputType: "insertFromPaste", bubbles: true }));
};
const inspected = (answer: Inspection) => {
  answers["inspect_pasted"] = () => answer;
};
async function open(): Promise<void> {
  render(InspectPage);
  await settle();
}
/** With a token that was typed. */
async function look(answer: Inspection): Promise<void> {
  inspected(answer);
  await open();
  await type("inspector-text", "eyJh.eyJw.c2ln");
  await pause();
}

beforeEach(() => {
  vi.useFakeTimers({ now: NOW });
  answers = { inspect_pasted: () => anInspection() };
  call.mockReset().mockImplementation(async (name: string, args: never) => answers[name]?.(args) ?? null);
  companion.take(aSnapshot({ revision: revision++, instances: [anInstance()] }));
  companion.open({ kind: "inspector" });
  stop = companion.startClock();
  // The clock of the tests before stood elsewhere.
  document.dispatchEvent(new Event("visibilitychange"));
});
afterEach(() => {
  cleanup();
  stop();
  inspector.clear();
  companion.closeDialog();
  vi.useRealTimers();
});

describe("what is pasted", () => {
  it("is asked about once typing pauses, and nothing is asked about nothing", async () => {
    await open();
    expect(document.activeElement).toBe(field());
    await pause();
    await type("inspector-text", "e");
    await vi.advanceTimersByTimeAsync(ASK_AFTER_MS - 1);
    await type("inspector-text", "ey");
    await pause();
    await type("inspector-text", "  ");
    await pause();
    expect(asked().map(({ text }) => text)).toEqual(["ey"]);
    expect(screen.queryByTestId("inspector-verdict")).toBeNull();
  });

  it("shows the newest answer, whichever comes last", async () => {
    const waiting: ((answer: Inspection) => void)[] = [];
    answers["inspect_pasted"] = () => new Promise((resolve) => waiting.push(resolve));
    await open();
    await type("inspector-text", "first");
    await pause();
    await type("inspector-text", "second");
    await pause();
    waiting[1]?.(anInspection({ details: { verdict: { kind: "verified" } } }));
    await settle();
    waiting[0]?.(anInspection({ details: { verdict: { kind: "refused", reason: "The first one" } } }));
    await settle();
    expect(screen.getByTestId("inspector-verdict").textContent).toBe("✓ Verified");
  });

  it("makes room for the coloured token, and can be edited again", async () => {
    await open();
    await pasteInto("Authorization: Bearer eyJh.eyJw.c2ln");
    expect(screen.getByTestId("inspector-text")).toBeTruthy();
    await pause();
    await settle();
    expect(screen.queryByTestId("inspector-text")).toBeNull();
    expect(document.activeElement).toBe(screen.getByTestId("whole-token"));
    await press("inspector-edit");
    expect(document.activeElement).toBe(field());
    expect(field().value).toBe("Authorization: Bearer eyJh.eyJw.c2ln");
    await type("inspector-text", "eyJh.eyJw.c2l");
    await pause();
    // What is typed stays in sight while it is typed.
    expect(screen.getByTestId("inspector-text")).toBeTruthy();
    await press("inspector-done");
    expect(screen.queryByTestId("inspector-text")).toBeNull();
  });

  it("stays in its field where no token is in it, and it is said what can be pasted", async () => {
    inspected(anInspection({ details: null, paste: { found: [], problem: "There is no token in it." } }));
    await open();
    await pasteInto("Hello");
    await pause();
    expect(screen.getByTestId("inspector-problem").textContent).toContain("There is no token in it.");
    expect(field().value).toBe("Hello");
    expect(screen.queryByTestId("claims")).toBeNull();
  });

  it("takes the place of another one where nothing is being typed", async () => {
    await look(anInspection());
    await pasteOver(document.body, "another");
    expect(inspector.text).toBe("another");
    const kept = await pasteOver(screen.getByTestId("expected-issuer"), "https://issuer.example");
    expect([inspector.text, kept.defaultPrevented]).toEqual(["another", false]);
  });

  it("never gets into the field when it is long", async () => {
    await open();
    const long = "a".repeat(LONGEST_EDITED + 1);
    const event = await pasteOver(field(), long);
    expect(event.defaultPrevented).toBe(true);
    expect(inspector.text).toBe(long);
    await settle();
    expect(screen.queryByTestId("inspector-text")).toBeNull();
    await pause();
    expect(asked().map(({ text }) => text.length)).toEqual([long.length]);
    expect(screen.queryByTestId("inspector-edit")).toBeNull();
    await press("inspector-clear");
    expect(document.activeElement).toBe(field());
    expect((await pasteOver(field(), "short")).defaultPrevented).toBe(false);
  });

  it("is told of: what was cut, and which of several tokens it is", async () => {
    await look(
      anInspection({
        paste: {
          found: [
            { name: "access_token", kind: "jwt" },
            { name: "id_token", kind: "jwt" },
          ],
          cut: ["The name of the header was left out."],
        },
        details: {
          recognised: {
            name: "A user token",
            reasons: ["sub begins with usr_"],
            certainty: "inferred",
            source: null,
          },
        },
      }),
    );
    expect(screen.getByTestId("inspector-cut").textContent).toContain("The name of the header was left out.");
    const said = screen.getByTestId("inspector-recognised").textContent?.replace(/\s+/g, " ");
    expect(said).toContain("A user token Inferred sub begins with usr_");
    await press("inspector-found-1");
    await pause();
    expect(asked().map(({ choice }) => choice)).toEqual([0, 1]);
    await type("inspector-text", "another");
    await pause();
    expect(asked().at(-1)?.choice).toBe(0);
  });

  it("is an example on demand", async () => {
    await open();
    await press("inspector-example");
    await pause();
    expect(asked().map(({ text }) => text)).toEqual([SAMPLE]);
    expect(screen.queryByTestId("inspector-example")).toBeNull();
  });

  it("is forgotten with all that belongs to it, and only then", async () => {
    await look(anInspection());
    await choose("key-source", "shared");
    await type("key-secret", "a secret");
    await type("expected-audience", "api");
    cleanup();
    await open();
    await pause();
    expect(asked().at(-1)).toMatchObject({
      text: "eyJh.eyJw.c2ln",
      keys: { kind: "shared", value: "a secret", encoding: "text" },
      expected: { audience: "api" },
    });
    await press("inspector-clear");
    expect(inspector.inspection).toBeNull();
    await type("inspector-text", "other");
    await pause();
    expect(asked().at(-1)).toMatchObject({ keys: { kind: "automatic" }, expected: { audience: "" } });
    expect(inspector.secret).toBe("");
  });

  it("says why it could not be asked about, and shows no old answer", async () => {
    await look(anInspection());
    answers["inspect_pasted"] = () => Promise.reject(anError("internal"));
    await type("inspector-text", "other");
    await pause();
    expect(screen.getByTestId("inspector-error").textContent).toContain("What to do.");
    expect(screen.queryByTestId("claims")).toBeNull();
  });
});

describe("the key", () => {
  const offered = { kind: "instance", instance: "i1", name: "Staging" } as const;

  it("is fetched on a click only, and then checked with", async () => {
    let finish = (): void => undefined;
    answers["fetch_keys"] = () => new Promise<null>((resolve) => (finish = () => resolve(null)));
    await look(anInspection({ keys: { offers: [offered] } }));
    expect(call.mock.calls.filter(([name]) => name === "fetch_keys")).toEqual([]);
    const button = screen.getByTestId("key-offer");
    expect(button.textContent).toBe("Fetch Staging's keys");
    expect(button.nextElementSibling?.textContent).toContain("This contacts scaikey.example.");
    await press("key-offer");
    expect(button.getAttribute("aria-busy")).toBe("true");
    expect(asked()).toHaveLength(1);
    button.focus();
    inspected(anInspection({ keys: { origin: { kind: "instance", instance: "i1", name: "Staging" } } }));
    finish();
    await pause();
    expect(asked()).toHaveLength(2);
    // The button is gone, and the focus has not gone with it.
    await settle();
    expect(screen.queryByTestId("key-offer")).toBeNull();
    expect(document.activeElement).toBe(screen.getByTestId("key-source"));
    expect(call.mock.calls.filter(([name]) => name === "fetch_keys")).toEqual([
      ["fetch_keys", { offer: offered }],
    ]);
  });

  it("of an issuer can be chosen once it was fetched", async () => {
    await look(anInspection({ keys: { offers: [{ kind: "issuer", issuer: "https://id.example/a" }] } }));
    expect(screen.getByTestId("key-offer").textContent).toBe("Ask https://id.example/a for its keys");
    await press("key-offer");
    await choose("key-source", "issuer:https://id.example/a");
    await pause();
    expect(asked().at(-1)?.keys).toEqual({ kind: "issuer", issuer: "https://id.example/a" });
  });

  it("that could not be had says why, and what can be done", async () => {
    answers["fetch_keys"] = () =>
      Promise.reject(anError("tls", [{ kind: "retry" }, { kind: "addCertificate" }]));
    await look(anInspection({ keys: { offers: [offered], error: "There are no keys." } }));
    expect(screen.getByTestId("keys-error").textContent).toContain("There are no keys.");
    await press("key-offer");
    expect(screen.getByTestId("keys-error").textContent).toContain("What happened: tls.");
    await press("error-action-addCertificate");
    expect(companion.dialog).toEqual({ kind: "instance", id: "i1", focus: "extraCa" });
    // Another text, another story.
    await type("inspector-text", "other");
    await pause();
    expect(screen.getByTestId("keys-error").textContent).not.toContain("tls");
  });

  it("comes from a saved instance, a text or a secret", async () => {
    await look(anInspection());
    await choose("key-source", "instance:i1");
    await pause();
    expect(asked().at(-1)?.keys).toEqual({ kind: "instance", instance: "i1" });
    await choose("key-source", "pasted");
    await type("key-text", '{"kty":"RSA"}');
    await pause();
    expect(asked().at(-1)?.keys).toEqual({ kind: "pasted", text: '{"kty":"RSA"}' });
    await choose("key-source", "shared");
    expect(screen.getByTestId<HTMLInputElement>("key-secret").type).toBe("password");
    await type("key-secret", "c2VjcmV0");
    await press("key-encoding-base64");
    await pause();
    expect(asked().at(-1)?.keys).toEqual({ kind: "shared", value: "c2VjcmV0", encoding: "base64" });
  });

  it("of an instance that is deleted is no choice any more", async () => {
    await look(anInspection());
    await choose("key-source", "instance:i1");
    companion.take(aSnapshot({ revision: revision++, instances: [anInstance({ id: "i2" })] }));
    await pause();
    expect(screen.getByTestId<HTMLSelectElement>("key-source").value).toBe("automatic");
    expect(asked().at(-1)?.keys).toEqual({ kind: "automatic" });
  });

  it("that made the signature stands first, and what is odd is said", async () => {
    const key = { kid: "a", what: "an RSA key of 2048 bits", problem: null, fits: false };
    await look(
      anInspection({
        keys: {
          origin: { kind: "instance", instance: "i1", name: "Staging" },
          keys: [
            { ...key, problem: "It is too short." },
            key,
            ...Array.from({ length: 8 }, () => key),
            { ...key, kid: null, fits: true },
          ],
          warnings: ["Two keys have the same name."],
          fetchedAt: NOW - 180_000,
        },
      }),
    );
    expect(screen.getByTestId("keys-origin").textContent).toContain("Fetched 3 min ago.");
    expect(screen.getByTestId("keys-warning").textContent).toContain("Two keys have the same name.");
    const rows = screen.getAllByTestId("key-row");
    expect(rows).toHaveLength(6);
    expect(rows[0]?.textContent).toContain("It made this signature.");
    expect(rows[1]?.textContent).toContain("It is too short.");
    await fireEvent.click(screen.getByText("Show all 11 keys"));
    expect(screen.getAllByTestId("key-row")).toHaveLength(11);
  });

  it("is one click away where the signature is not checked", async () => {
    await look(
      anInspection({
        details: { checks: [{ name: "signature", outcome: "skipped", reason: "", note: null }] },
      }),
    );
    await press("choose-key");
    expect(document.activeElement).toBe(screen.getByTestId("key-source"));
  });
});

describe("what is expected", () => {
  it("is compared", async () => {
    await look(anInspection());
    await type("expected-issuer", "https://id.example");
    await type("expected-audience", "api");
    await choose("expected-profile", "idToken");
    await type("expected-nonce", "n-1");
    await type("expected-access-token", "eyJ");
    await type("expected-leeway", "60");
    await pause();
    expect(asked().at(-1)?.expected).toEqual({
      issuer: "https://id.example",
      audience: "api",
      profile: "idToken",
      nonce: "n-1",
      accessToken: "eyJ",
      leewaySeconds: 60,
    });
  });

  it.each(["-1", "601", "1.5", ""])("takes no leeway of %s", async (leeway) => {
    await look(anInspection());
    await type("expected-leeway", "30");
    await type("expected-leeway", leeway);
    await pause();
    expect(screen.getByTestId("expected-leeway").getAttribute("aria-invalid")).toBe("true");
    expect(asked().at(-1)?.expected.leewaySeconds).toBe(30);
  });

  it("asks for a nonce where the token is an ID token, elsewhere on demand", async () => {
    await look(anInspection());
    expect(screen.queryByTestId("expected-nonce")).toBeNull();
    expect(screen.getByTestId("expected-more")).toBeTruthy();
    inspected(
      anInspection({ details: { checks: [{ name: "nonce", outcome: "skipped", reason: "", note: null }] } }),
    );
    await type("inspector-text", "an ID token");
    await pause();
    expect(screen.getByTestId("expected-nonce")).toBeTruthy();
  });
});

describe("the token", () => {
  const timely = { name: "time", outcome: "passed", reason: "", note: null } as const;

  it("is judged anew when its time has come, and only then", async () => {
    const life = { issuedAt: NOW - 60_000, notBefore: null, expiresAt: NOW + 10_000 };
    await look(anInspection({ details: { life, checks: [timely] }, clockOffsetMs: 2_000 }));
    await type("expected-leeway", "5");
    await pause();
    expect(asked()).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(6_000);
    expect(asked()).toHaveLength(2);
    // By the server's clock it ends two seconds early, and with the leeway five later.
    await vi.advanceTimersByTimeAsync(3_000);
    expect(asked()).toHaveLength(3);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(asked()).toHaveLength(4);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(asked()).toHaveLength(4);
  });

  it("has a verdict, and checks whose sum says what matters most", async () => {
    await look(
      anInspection({
        details: {
          verdict: { kind: "notVerified", reason: "no keys" },
          life: { issuedAt: null, notBefore: null, expiresAt: NOW - 1_000 },
          checks: [
            { ...timely, outcome: "failed" },
            { ...timely, name: "issuer" },
          ],
        },
      }),
    );
    expect(screen.getByTestId("inspector-verdict").textContent).toBe("Not verified: no keys");
    expect(screen.getByTestId("checks-summary").textContent).toBe("Expired");
    expect(within(screen.getByTestId("check-issuer")).getByText("Issuer")).toBeTruthy();
    expect(screen.getByTestId("life-line").getAttribute("aria-label")).toContain("xpired");
  });

  it("may have several signatures", async () => {
    await look(
      anInspection({
        details: {
          kind: "jwsJson",
          signatures: [
            { headerJson: '{"alg":"RS256"}', outcome: "passed", reason: "RS256 with key “a”" },
            { headerJson: null, outcome: "failed", reason: "It is no base64url." },
          ],
        },
      }),
    );
    const rows = screen.getAllByTestId("signature-row");
    expect(rows.map((row) => row.dataset["outcome"])).toEqual(["passed", "failed"]);
    expect(rows[1]?.textContent).toContain("Its header cannot be read.");
  });

  it.each(["opaque", "jwe"] as const)("that is %s asks for no key", async (kind) => {
    await look(anInspection({ details: { kind } }));
    expect(screen.queryByTestId("key-card")).toBeNull();
    expect(screen.queryByTestId("expected")).toBeNull();
  });
});
