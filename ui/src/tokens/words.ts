/** Words for a token's state. */
import type { ApplicationView } from "../lib/contract/ApplicationView";
import type { Check } from "../lib/contract/Check";
import type { CheckName } from "../lib/contract/CheckName";
import type { ClaimGroup } from "../lib/contract/ClaimGroup";
import type { CopyFormatView } from "../lib/contract/CopyFormatView";
import type { Outcome } from "../lib/contract/Outcome";
import type { Verdict } from "../lib/contract/Verdict";
import { clockTime, durationParts, shortDuration } from "../lib/time";

export type Tone = "plain" | "ok" | "warn" | "bad";

/** The verdict in words. A green one says what it is. */
export function verdictWords(verdict: Verdict): { tone: Tone; text: string } {
  switch (verdict.kind) {
    case "verified":
      return { tone: "ok", text: "✓ Verified" };
    case "pending":
      return { tone: "plain", text: "Checking…" };
    case "notVerified":
      return { tone: "warn", text: `Not verified: ${verdict.reason}` };
    case "refused":
      return { tone: "bad", text: `✕ ${verdict.reason}` };
  }
}

/** What the dial says. */
export interface Dial {
  large: string;
  small: string;
  tone: "ok" | "warn" | "none";
  /** How much is left, 0 to 1. */
  share: number;
}

/** The time left, in two lines. In the last minute it turns amber; afterwards it says since when. */
export function dialOf(token: { receivedAt: number; expiresAt: number | null }, now: number): Dial {
  const { receivedAt, expiresAt } = token;
  if (expiresAt === null) return { large: "No end", small: "stated", tone: "none", share: 0 };
  const left = expiresAt - now;
  if (left <= 0)
    return {
      large: "Expired",
      small: left > -1_000 ? "just now" : `${shortDuration(-left)} ago`,
      tone: "none",
      share: 0,
    };
  const [large, small] = durationParts(left);
  return {
    large,
    small: small === "" ? "left" : `${small} left`,
    tone: left < 60_000 ? "warn" : "ok",
    share: left / Math.max(1, expiresAt - receivedAt),
  };
}

/** Whether and when it is renewed; nothing when there is nothing to say. */
export function renewalWords(application: ApplicationView, now: number): string | null {
  const { token, phase, renewal } = application;
  if (token === null) return null;
  if (phase.kind === "requesting") return phase.renewal ? "renewing…" : "requesting a new one…";
  if (token.renewsAt !== null) {
    return token.renewsAt > now ? `renews itself at ${clockTime(token.renewsAt, now)}` : "renewal is due";
  }
  if (!renewal.enabled) return "renewal is off";
  return token.noRenewal;
}

/** What the copy button does. */
export function copyWords(formats: readonly CopyFormatView[], remembered: string | undefined): string {
  const format = formats.find(({ id }) => id === remembered);
  return format === undefined || format.id === "bare" ? "Copy token" : `Copy as ${format.label}`;
}

export const CHECK_TITLES: Record<CheckName, string> = {
  signature: "Signature",
  algorithm: "Algorithm fits the key",
  critical: "Nothing critical is unknown",
  type: "Type of token",
  issuer: "Issuer is this instance",
  audience: "Audience",
  subject: "sub equals client_id",
  time: "Not expired, not early",
  nonce: "Nonce is the sign-in's",
  accessTokenHash: "at_hash fits the access token",
  profile: "Has what its kind requires",
  scopes: "Scopes: got what was asked",
};

/** What the checks come to, in few words. */
export interface Summary {
  tone: Tone;
  text: string;
}

/** `5 of 8 pass`: green only where all do. */
export function checksSummary(checks: readonly Check[]): Summary {
  const passed = checks.filter(({ outcome }) => outcome === "passed").length;
  const tone = checks.some(({ outcome }) => outcome === "failed")
    ? "bad"
    : passed === checks.length
      ? "ok"
      : "warn";
  return { tone, text: `${passed} of ${checks.length} pass` };
}

export const OUTCOMES: Record<Outcome, { mark: string; tone: Tone; words: string }> = {
  passed: { mark: "✓", tone: "ok", words: "Passed" },
  failed: { mark: "✕", tone: "bad", words: "Failed" },
  skipped: { mark: "?", tone: "warn", words: "Not checked" },
};

export const GROUPS: readonly { group: ClaimGroup; title: string }[] = [
  { group: "who", title: "Who" },
  { group: "where", title: "Where it is valid" },
  { group: "what", title: "What it allows" },
  { group: "when", title: "When" },
  { group: "other", title: "Other claims" },
];
