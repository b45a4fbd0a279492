/** The rows of the activity, read again whenever there may be more. */
import type { ActivityArgs } from "../lib/contract/ActivityArgs";
import type { AppError } from "../lib/contract/AppError";
import type { ExchangeId } from "../lib/contract/ExchangeId";
import type { ExchangeSummary } from "../lib/contract/ExchangeSummary";
import { call, toAppError } from "../lib/ipc";

/** Between two readings at least: a burst of requests is one change on the screen. */
export const PAUSE_MS = 300;

export interface Recorded {
  /** Newest first; `null` before they have come. */
  readonly rows: ExchangeSummary[] | null;
  readonly error: AppError | null;
  /** Reads at once. */
  again(): void;
}

/**
 * To be called while a component is made. Another filter is read for at once, a newer exchange after a pause;
 * `before` is called just before the rows change.
 */
export function recorded(
  filter: () => ActivityArgs,
  newest: () => ExchangeId | null,
  before: () => void,
): Recorded {
  let rows = $state.raw<ExchangeSummary[] | null>(null);
  let error = $state.raw<AppError | null>(null);
  let run = 0;
  let readAt = -Infinity;
  let timer: ReturnType<typeof setTimeout> | undefined;

  async function read(args: ActivityArgs): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    run += 1;
    const mine = run;
    readAt = performance.now();
    try {
      const answer = await call("activity", args);
      if (mine !== run) return;
      before();
      rows = answer;
      error = null;
    } catch (thrown) {
      if (mine === run) error = toAppError(thrown);
    }
  }

  const application = $derived(filter().application);
  const failures = $derived(filter().failures);
  let lastNewest: ExchangeId | null | undefined;
  let lastFilter = "";
  $effect(() => {
    const args = { application, failures };
    const now = newest();
    const which = JSON.stringify(args);
    const filterChanged = which !== lastFilter;
    const newestChanged = now !== lastNewest;
    lastFilter = which;
    lastNewest = now;
    if (filterChanged) void read(args);
    else if (newestChanged) {
      // The one that is waiting reads this too.
      timer ??= setTimeout(
        () => void read({ application, failures }),
        Math.max(0, PAUSE_MS - (performance.now() - readAt)),
      );
    }
  });
  $effect(() => () => {
    run += 1;
    clearTimeout(timer);
  });

  return {
    get rows() {
      return rows;
    },
    get error() {
      return error;
    },
    again() {
      void read({ application, failures });
    },
  };
}
