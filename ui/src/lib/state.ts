/** What an application's token is doing, in the few words the sidebar has room for. */
import type { AppError } from "./contract/AppError";
import type { ApplicationView } from "./contract/ApplicationView";
import { shortDuration } from "./time";

export interface ShortState {
  /** The share of the token's life that is left, 0 to 1. */
  share: number;
  tone: "ok" | "warn" | "bad" | "none";
  busy: boolean;
  words: string;
}

const LAST_MINUTE_MS = 60_000;

const OFFLINE = "offline";

/** What a token request can fail with. What only a call can come to, such as a scope that is missing, is not here. */
const FAILURES: Partial<Record<string, string>> = {
  hostNotFound: OFFLINE,
  unreachable: OFFLINE,
  connectionRefused: OFFLINE,
  timedOut: OFFLINE,
  connectionClosed: "cut off",
  tls: "TLS failed",
  proxy: "proxy failed",
  secretMissing: "no secret",
  secretForOtherHost: "other host",
  keychainLocked: "keychain locked",
  keychainMissing: "no keychain",
  keychainDenied: "no keychain",
  keychainTimedOut: "no keychain",
  keychainFailed: "no keychain",
  clientRefused: "wrong secret",
  wrongFlavour: "wrong endpoint",
  scopeRefused: "scope refused",
  grantRefused: "grant refused",
  serverRefused: "refused",
  endpointNotFound: "wrong path",
  endpointUnknown: "no endpoint",
  unsafeEndpoint: "unsafe endpoint",
  redirected: "redirected",
  notJson: "not JSON",
  malformedAnswer: "odd answer",
  answerTooLarge: "huge answer",
  rateLimited: "rate limited",
  serverUnavailable: "server down",
};

const failure = ({ kind }: AppError): string => FAILURES[kind] ?? "error";
const isOffline = (error: AppError): boolean => failure(error) === OFFLINE;

export function shortState({ token, phase, secret }: ApplicationView, now: number): ShortState {
  const expiresAt = token?.expiresAt ?? null;
  const left = expiresAt === null ? null : expiresAt - now;
  const usable = token !== null && (left === null || left > 0);
  const share =
    token === null || !usable
      ? 0
      : left === null
        ? 1
        : Math.min(1, left / Math.max(1, left + now - token.receivedAt));
  const ending = left !== null && left < LAST_MINUTE_MS;

  switch (phase.kind) {
    case "requesting":
      return { share, tone: "none", busy: true, words: phase.renewal ? "renewing…" : "requesting…" };
    case "waiting": {
      const again = `retry in ${shortDuration(Math.max(0, phase.retryAt - now))}`;
      const words = isOffline(phase.error) ? `offline, ${again}` : again;
      return { share, tone: "warn", busy: false, words };
    }
    case "failed":
      return { share: usable ? share : 1, tone: "bad", busy: false, words: failure(phase.error) };
    case "idle":
      if (token === null) {
        return { share, tone: "none", busy: false, words: secret === "missing" ? "no secret" : "no token" };
      }
      if (left === null) return { share, tone: "ok", busy: false, words: "no expiry" };
      if (!usable) return { share: 0, tone: "none", busy: false, words: "expired" };
      return { share, tone: ending ? "warn" : "ok", busy: false, words: shortDuration(left) };
  }
}
