/** One table from an error's kind to words and actions. A new kind does not compile until it stands here. */
import type { AppError } from "./contract/AppError";
import type { ClientAuthentication } from "./contract/ClientAuthentication";
import type { ServerWords } from "./contract/ServerWords";

/** What a button under an error does. Whoever shows the error carries it out. */
export type ErrorAction =
  | { kind: "retry" }
  | { kind: "enterSecret" }
  | { kind: "tryMethod"; method: ClientAuthentication }
  | { kind: "editScopes" }
  | { kind: "editApplication" }
  | { kind: "editEndpoints" }
  | { kind: "addCertificate" }
  | { kind: "editInstance" }
  | { kind: "retryKeychain" }
  | { kind: "keepForSession" }
  | { kind: "showToken" };

/** An error in words. */
export interface ErrorWords {
  /** What happened, in one sentence. */
  title: string;
  /** What to do, in the next. */
  help: string;
  /** The server's own words, if it said any. */
  server: ServerWords | null;
  /** The system's or library's words. */
  detail: string | null;
  actions: { action: ErrorAction; label: string }[];
}

/** Puts an error into words. */
export function describe(error: AppError): ErrorWords {
  return { title: error.kind, help: "", server: null, detail: null, actions: [] };
}
