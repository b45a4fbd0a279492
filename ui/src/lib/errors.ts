/** Errors come from the core in words. Here is only what the page itself has to say of one. */
import type { AppError } from "./contract/AppError";
import type { FixAction } from "./contract/FixAction";
import type { ServerWords } from "./contract/ServerWords";

/** The server's answer as a sentence: `The server answered 401: invalid_client · Unknown client`. */
export function serverSentence({ status, error, description, excerpt }: ServerWords): string {
  const said = [error, description].filter((part) => part !== null && part !== "");
  if (said.length > 0) return `The server answered ${status}: ${said.join(" · ")}`;
  const plain = excerpt?.trim() ?? "";
  return plain === ""
    ? `The server answered ${status}. It gave no reason.`
    : `The server answered ${status}: ${plain}`;
}

/** A fault that the core cannot tell of: a command that never answers, or something unknown that was thrown. */
export const internalError = (detail: string): AppError => ({
  kind: "internal",
  title: "Something in this app went wrong.",
  help: "Try again. If it comes back, report it with the diagnostics.",
  server: null,
  detail,
  fixes: [
    { action: { kind: "retry" }, label: "Try now" },
    { action: { kind: "copyDiagnostics" }, label: "Copy diagnostics" },
  ],
  problems: [],
});

/** What stands in place of a token before anything was tried, where no secret is known. */
export const SECRET_MISSING: AppError = {
  kind: "secretMissing",
  title: "The client secret of this application is not known any more.",
  help: "It was removed from the keychain, or it was kept for an earlier session only. Enter it again.",
  server: null,
  detail: null,
  fixes: [{ action: { kind: "enterSecret" }, label: "Enter the secret again" }],
  problems: [],
};

/** Whether such a fix is among those of an error. */
export const offers = (error: AppError, kind: FixAction["kind"]): boolean =>
  error.fixes.some(({ action }) => action.kind === kind);
