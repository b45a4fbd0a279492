import { describe, expect, it } from "vitest";
import { tokenDetails } from "../tokens/example";
import { SAMPLE } from "./sample";
import { clockWords, offerWords, originWords, pastedSummary, seemsIdToken } from "./words";

describe("the words", () => {
  it("say first whether a token can still, or already, be used", () => {
    const summary = (
      outcome: "passed" | "failed",
      life: Partial<Record<"notBefore" | "expiresAt", number>>,
    ) =>
      pastedSummary(
        tokenDetails({
          life: { issuedAt: null, notBefore: null, expiresAt: null, ...life },
          checks: [{ name: "time", outcome, reason: "", note: null }],
        }),
        1_000,
      );
    expect(summary("failed", { expiresAt: 1_000 })).toEqual({ tone: "bad", text: "Expired" });
    expect(summary("failed", { notBefore: 1_001, expiresAt: 2_000 })).toEqual({
      tone: "bad",
      text: "Not valid yet",
    });
    expect(summary("failed", {})).toEqual({ tone: "bad", text: "0 of 1 pass" });
    // Within the leeway it has not expired.
    expect(summary("passed", { expiresAt: 999 })).toEqual({ tone: "ok", text: "1 of 1 pass" });
  });

  it("name where the keys come from", () => {
    const instance = { kind: "instance", instance: "i", name: "Staging" } as const;
    expect(originWords(instance, true)).toBe("The keys of “Staging”: the token names it as its issuer.");
    expect(originWords(instance, false)).toBe("The keys that “Staging” publishes.");
    expect(originWords({ kind: "pasted", what: "a JWK" }, false)).toBe("What you pasted: a JWK.");
  });

  it("name the host that is contacted", () => {
    const host = "scaikey.example";
    expect(offerWords({ kind: "instance", instance: "i", name: "Staging" }, [{ id: "i", host }])).toEqual({
      label: "Fetch Staging's keys",
      contacts: "This contacts scaikey.example. The token is not sent.",
    });
    expect(offerWords({ kind: "issuer", issuer: "https://id.example:8443/a" }, []).contacts).toBe(
      "This contacts id.example:8443. The token is not sent.",
    );
    expect(offerWords({ kind: "issuer", issuer: "no address" }, []).contacts).toContain("no address");
  });

  it("tell of a server's clock that differs", () => {
    expect([clockWords(null), clockWords(999), clockWords(-999)]).toEqual([null, null, null]);
    expect(clockWords(430_000)).toContain("7 min 10 s ahead of this computer's");
    expect(clockWords(-60_000)).toContain("1 min behind this computer's");
  });

  it("ask for what an ID token is compared with", () => {
    const details = tokenDetails({ checks: [{ name: "nonce", outcome: "skipped", reason: "", note: null }] });
    expect(seemsIdToken("automatic", details)).toBe(true);
    expect(seemsIdToken("accessToken", details)).toBe(false);
    expect(seemsIdToken("idToken", null)).toBe(true);
    expect(seemsIdToken("automatic", tokenDetails())).toBe(false);
  });
});

it("has an example that ended long ago", () => {
  const { access_token: token } = JSON.parse(SAMPLE) as { access_token: string };
  const [, payload] = token.split(".");
  const claims = JSON.parse(atob(payload ?? "")) as { exp: number };
  expect(claims.exp * 1_000).toBeLessThan(Date.UTC(2026, 1, 1));
});
