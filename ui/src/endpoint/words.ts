/** What can be read from a call as it is typed, and words for what came of it. */
import { jsonFault } from "../activity/pretty";
import type { ApiTrial } from "../lib/contract/ApiTrial";
import type { BadToken } from "../lib/contract/BadToken";
import type { ChallengeView } from "../lib/contract/ChallengeView";
import type { EndpointRequest } from "../lib/contract/EndpointRequest";
import type { EndpointSuggestion } from "../lib/contract/EndpointSuggestion";
import type { HttpMethod } from "../lib/contract/HttpMethod";

export const METHODS: readonly HttpMethod[] = ["GET", "POST", "PUT", "PATCH", "DELETE"];

export const takesBody = (method: HttpMethod): boolean =>
  method === "POST" || method === "PUT" || method === "PATCH";

/** The parts of a path that are to be filled in: `{tenant_id}`. */
export const gaps = (path: string): string[] => path.match(/\{[^{}]*\}/g) ?? [];

/** What is wrong with a body as JSON; `null` where nothing is, or where there is none. */
export const bodyFault = (text: string): string | null => (text.trim() === "" ? null : jsonFault(text));

/** A call as it is typed. */
export interface TypedCall {
  method: HttpMethod;
  path: string;
  query: readonly { name: string; value: string }[];
  body: string;
}

/** What is sent of it: a parameter without a value is left out, as is a body where the method takes none. */
export const requestOf = ({ method, path, query, body }: TypedCall): EndpointRequest => ({
  method,
  path: path.trim(),
  query: query
    .filter(({ name, value }) => name.trim() !== "" && value !== "")
    .map(({ name, value }) => ({ name: name.trim(), value })),
  body: takesBody(method) ? body : "",
});

const segments = (path: string) => (path.split(/[?#]/, 1)[0] ?? "").split("/");

/** The documented endpoint that a call is one of, if it is one. */
export function documented(
  suggestions: readonly EndpointSuggestion[],
  { method, path }: Pick<TypedCall, "method" | "path">,
): EndpointSuggestion | undefined {
  const typed = segments(path.trim());
  const fits = (pattern: string): boolean => {
    const parts = segments(pattern);
    return (
      parts.length === typed.length &&
      parts.every((part, index) => part === typed[index] || (gaps(part).length > 0 && typed[index] !== ""))
    );
  };
  const ofMethod = suggestions.filter((suggestion) => suggestion.method === method);
  return (
    ofMethod.find((one) => segments(one.path).join("/") === typed.join("/")) ??
    ofMethod.find((one) => fits(one.path))
  );
}

/** A challenge as a sentence. */
export function challengeWords({ scheme, realm, error, description, scope }: ChallengeView): string {
  const said = [
    error,
    description,
    scope === null ? null : `needs the scope ${scope}`,
    realm === null ? null : `realm “${realm}”`,
  ].filter((part) => part !== null && part !== "");
  return said.length === 0 ? `It asks for ${scheme}, and says no more.` : `${scheme}: ${said.join(" · ")}`;
}

export const BAD_TOKENS: Record<BadToken, string> = {
  none: "No token",
  changedSignature: "Changed signature",
  expired: "Expired token",
};

/** How an API took a bad token. */
export function trialWords(trial: ApiTrial): { mark: string; tone: "ok" | "warn" | "bad"; words: string } {
  switch (trial.kind) {
    case "rejected":
      return { mark: "✓", tone: "ok", words: `Rejected ${trial.status}` };
    case "accepted":
      return { mark: "✕", tone: "bad", words: `Accepted ${trial.status}: the API does not check this` };
    case "unclear":
      return { mark: "?", tone: "warn", words: `Unclear ${trial.status}: it says nothing about the token` };
    case "notTried":
      return { mark: "?", tone: "warn", words: `Not tried: ${trial.reason}` };
    case "failed":
      return { mark: "?", tone: "warn", words: `No answer: ${trial.error.title}` };
  }
}
