import { describe, expect, it } from "vitest";
import { anApplication, anError, aToken } from "./example";
import { shortState } from "./state";

const MINUTE = 60_000;
const token = aToken({ receivedAt: 0, expiresAt: 60 * MINUTE });
const failed = (kind: string) => anApplication({ phase: { kind: "failed", error: anError(kind) } });
const waiting = (kind: string, retryAt: number) =>
  anApplication({ token, phase: { kind: "waiting", error: anError(kind), retryAt } });

describe("the short state", () => {
  it.each([
    ["nothing yet", anApplication(), 0, "no token", "none"],
    ["no secret", anApplication({ secret: "missing" }), 0, "no secret", "none"],
    ["a fresh token", anApplication({ token }), 8.6 * MINUTE, "51 min", "ok"],
    ["a minute exactly", anApplication({ token }), 59 * MINUTE, "1 min", "ok"],
    ["the last minute", anApplication({ token }), 59 * MINUTE + 22_000, "38 s", "warn"],
    ["its end", anApplication({ token }), 60 * MINUTE, "expired", "none"],
    ["no end given", anApplication({ token: aToken({ expiresAt: null }) }), 0, "no expiry", "ok"],
    [
      "a request",
      anApplication({ phase: { kind: "requesting", since: 0, renewal: false } }),
      0,
      "requesting…",
      "none",
    ],
    [
      "a renewal",
      anApplication({ token, phase: { kind: "requesting", since: 0, renewal: true } }),
      0,
      "renewing…",
      "none",
    ],
    ["offline", waiting("unreachable", 12_500), 0, "offline, retry in 12 s", "warn"],
    ["a busy server", waiting("serverUnavailable", 12_500), 0, "retry in 12 s", "warn"],
    ["a retry that is due", waiting("serverUnavailable", 10), 5_000, "retry in 0 s", "warn"],
    ["a wrong secret", failed("clientRefused"), 0, "wrong secret", "bad"],
    ["a secret that is gone", failed("secretMissing"), 0, "no secret", "bad"],
    ["no keychain", failed("keychainMissing"), 0, "no keychain", "bad"],
    ["a locked keychain", failed("keychainLocked"), 0, "keychain locked", "bad"],
    ["no host", failed("hostNotFound"), 0, "offline", "bad"],
    ["the other flavour's endpoint", failed("wrongFlavour"), 0, "wrong endpoint", "bad"],
    ["a refused scope", failed("scopeRefused"), 0, "scope refused", "bad"],
    ["anything else", failed("internal"), 0, "error", "bad"],
  ])("of %s", (_, application, now, words, tone) => {
    expect(shortState(application, now)).toMatchObject({ words, tone });
  });

  // As they stand in src-tauri/core/src/contract/error.rs; the others come of calls, drafts and the app itself.
  it.each(
    (
      "keychainLocked keychainMissing keychainDenied keychainTimedOut keychainFailed secretMissing " +
      "secretForOtherHost hostNotFound connectionRefused unreachable timedOut connectionClosed tls proxy " +
      "redirected notJson malformedAnswer answerTooLarge clientRefused scopeRefused wrongFlavour grantRefused " +
      "endpointNotFound rateLimited serverUnavailable serverRefused unsafeEndpoint endpointUnknown"
    ).split(" "),
  )("has a few words of its own for %s", (kind) => {
    const { words } = shortState(failed(kind), 0);
    expect(words).not.toBe("error");
    // The sidebar has room for so many beside the name.
    expect(words.length).toBeLessThanOrEqual(15);
  });

  it("shows how much of the life is left", () => {
    expect(shortState(anApplication({ token }), 15 * MINUTE).share).toBe(0.75);
    expect(shortState(anApplication({ token }), 90 * MINUTE).share).toBe(0);
    // The server's clock may be ahead: never more than all of it.
    expect(shortState(anApplication({ token }), -MINUTE).share).toBe(1);
  });

  it("turns while something is under way", () => {
    expect(
      shortState(anApplication({ phase: { kind: "requesting", since: 0, renewal: false } }), 0).busy,
    ).toBe(true);
    expect(shortState(anApplication({ token }), 0).busy).toBe(false);
  });
});
