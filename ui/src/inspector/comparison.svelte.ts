/** What differs between two tokens, asked for anew whenever it may have changed. */
import type { AppError } from "../lib/contract/AppError";
import type { Comparison } from "../lib/contract/Comparison";
import type { TokenRef } from "../lib/contract/TokenRef";
import { call, toAppError } from "../lib/ipc";

export interface ComparisonState {
  /** The newest answer; that of the same two owners stays until the next comes. */
  readonly comparison: Comparison | null;
  readonly error: AppError | null;
  /** An answer is on its way. */
  readonly busy: boolean;
}

const ownerOf = (ref: TokenRef) => (ref.kind === "application" ? ref.application : "");

function sameRef(one: TokenRef | null, other: TokenRef | null): boolean {
  if (one === null || other === null) return one === other;
  if (one.kind === "application") {
    return other.kind === "application" && one.application === other.application && one.token === other.token;
  }
  return other.kind === "pasted" && one.text === other.text && one.choice === other.choice;
}

/** A getter of the same object for as long as it names the same token: every snapshot makes new ones. */
function steady(ref: () => TokenRef | null): () => TokenRef | null {
  let last: TokenRef | null = null;
  const current = $derived.by(() => {
    const next = ref();
    if (!sameRef(last, next)) last = next;
    return last;
  });
  return () => current;
}

/**
 * To be called while a component is made. Nothing is asked while one of the two is `null`. `refresh` changes when
 * a token has become another one under the same name, such as the one in hand of an application that renewed.
 */
export function compareTokens(
  before: () => TokenRef | null,
  after: () => TokenRef | null,
  refresh: () => unknown = () => undefined,
): ComparisonState {
  let comparison = $state.raw<Comparison | null>(null);
  let error = $state.raw<AppError | null>(null);
  let busy = $state(false);
  let owners: [string, string] | null = null;
  let run = 0;

  const one = steady(before);
  const other = steady(after);
  const edition = $derived(refresh());

  $effect(() => {
    void edition;
    const [first, second] = [one(), other()];
    run += 1;
    const mine = run;
    const asked: [string, string] | null =
      first === null || second === null ? null : [ownerOf(first), ownerOf(second)];
    if (asked === null || owners?.[0] !== asked[0] || owners[1] !== asked[1]) {
      comparison = null;
      error = null;
    }
    owners = asked;
    busy = asked !== null;
    if (first === null || second === null) return;
    call("compare_tokens", { before: first, after: second }).then(
      (answer) => {
        if (mine !== run) return;
        comparison = answer;
        error = null;
        busy = false;
      },
      (thrown: unknown) => {
        if (mine !== run) return;
        // What is on screen may be of other tokens.
        comparison = null;
        error = toAppError(thrown);
        busy = false;
      },
    );
  });
  $effect(() => () => {
    run += 1;
  });

  return {
    get comparison() {
      return comparison;
    },
    get error() {
      return error;
    },
    get busy() {
      return busy;
    },
  };
}
