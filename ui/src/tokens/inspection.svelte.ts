/** The details of a token, asked for anew whenever they may have changed. */
import type { AppError } from "../lib/contract/AppError";
import type { ApplicationView } from "../lib/contract/ApplicationView";
import type { TokenDetails } from "../lib/contract/TokenDetails";
import { call, toAppError } from "../lib/ipc";

export interface Inspection {
  /** The newest details; those of the token before stay until the next come. */
  readonly details: TokenDetails | null;
  readonly error: AppError | null;
}

/** To be called while a component is made. */
export function inspect(application: () => ApplicationView, now: () => number): Inspection {
  let details = $state.raw<TokenDetails | null>(null);
  let error = $state.raw<AppError | null>(null);
  let shownFor = "";
  let run = 0;

  const id = $derived(application().id);
  const tokenId = $derived(application().token?.id);
  const checked = $derived(application().token?.checked);
  const ended = $derived.by(() => {
    const end = application().token?.expiresAt ?? null;
    return end !== null && now() >= end;
  });

  $effect(() => {
    void checked;
    void ended;
    const [asked, wanted] = [id, tokenId];
    run += 1;
    const mine = run;
    if (shownFor !== asked || wanted === undefined) {
      details = null;
      error = null;
      shownFor = asked;
    }
    if (wanted === undefined) return;
    call("inspect_token", { application: asked }).then(
      (answer) => {
        if (mine !== run || answer.tokenId !== wanted) return;
        details = answer;
        error = null;
      },
      (thrown: unknown) => {
        if (mine !== run) return;
        // What is on screen may be another token's.
        if (details?.tokenId !== wanted) details = null;
        error = toAppError(thrown);
      },
    );
  });
  $effect(() => () => {
    run += 1;
  });

  return {
    get details() {
      return details;
    },
    get error() {
      return error;
    },
  };
}
