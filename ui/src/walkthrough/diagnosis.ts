/** Why a token has no admin scope: read from what was asked for and what came (contract 5.1). */
import type { ApplicationView } from "../lib/contract/ApplicationView";
import type { Certainty } from "../lib/contract/Certainty";

const ADMIN = ["admin:read", "admin:write"];
const hasAdmin = (scopes: readonly string[]) => scopes.some((scope) => ADMIN.includes(scope));

export interface Diagnosis {
  /** Which of both fixes it takes: in the request, where the application is registered, or none. */
  needed: "none" | "request" | "allowed" | "either" | "unknown";
  words: string;
  certainty: Certainty;
}

export function diagnose({ scopes, token }: Pick<ApplicationView, "scopes" | "token">): Diagnosis {
  if (token === null) {
    return {
      needed: "unknown",
      words: "There is no token to look into yet. Request one first.",
      certainty: "documented",
    };
  }
  if (hasAdmin(token.scopes)) {
    return {
      needed: "none",
      words: "Nothing has to be mended: the token carries an admin scope.",
      certainty: "documented",
    };
  }
  if (scopes.length === 0) {
    return {
      needed: "allowed",
      words:
        "No scope was asked for, so the token carries all that is allowed, and no admin scope is. Allow it where the application is registered.",
      certainty: "inferred",
    };
  }
  if (!hasAdmin(scopes)) {
    return {
      needed: "request",
      words:
        "No admin scope was asked for, so the token could not carry one. Ask for it. Whether it is allowed too shows only then.",
      certainty: "inferred",
    };
  }
  return {
    needed: "either",
    words:
      "An admin scope is asked for, and the token does not carry it: it is not allowed, or the token is older than the change. Request a new one; if that has none either, allow it where the application is registered.",
    certainty: "inferred",
  };
}

/** What is known about the allowed scopes without asking the server. */
export function allowedWords({ scopes, token }: Pick<ApplicationView, "scopes" | "token">): string {
  if (token === null || token.scopes.length === 0) return "";
  const carried = token.scopes.join(" ");
  return scopes.length === 0
    ? `With no scope asked for, the token carries all of them: ${carried}.`
    : `At least what the token carries: ${carried}.`;
}
