/** What running a step came to. It is kept while the app runs, so that a step can be left and come back to. */
import { SvelteMap } from "svelte/reactivity";
import { millis, statusWords } from "../activity/words";
import { companion } from "../lib/companion.svelte";
import type { AppError } from "../lib/contract/AppError";
import type { StepOutcome } from "../lib/contract/StepOutcome";
import type { WalkthroughId } from "../lib/contract/WalkthroughId";
import { call, toAppError } from "../lib/ipc";

/** How a run ended. */
export interface Run {
  /** Whose: with another one chosen, it says nothing. */
  application: string | null;
  outcome: StepOutcome | null;
  /** The recorded exchange, if one was made. */
  exchange: number | null;
  error: AppError | null;
  /** `200 OK`, `403 Forbidden`, `Done`, `Failed`. */
  status: string;
  /** In milliseconds, where an exchange was made. */
  duration: number | null;
}

const keyOf = (walkthrough: WalkthroughId, step: number) => `${walkthrough}/${step}`;

/** `200 OK` of `HTTP/1.1 200 OK`. */
const statusOf = (line: string) => line.split(" ").slice(1).join(" ");

class Runs {
  #done = new SvelteMap<string, Run>();
  #busy = new SvelteMap<string, true>();

  of(walkthrough: WalkthroughId, step: number, application: string | null): Run | null {
    const run = this.#done.get(keyOf(walkthrough, step));
    return run !== undefined && run.application === application ? run : null;
  }

  busy(walkthrough: WalkthroughId, step: number): boolean {
    return this.#busy.has(keyOf(walkthrough, step));
  }

  /** Runs a step for real. A second time while it runs does nothing. */
  async run(walkthrough: WalkthroughId, step: number, application: string | null): Promise<void> {
    const key = keyOf(walkthrough, step);
    if (this.#busy.has(key)) return;
    this.#busy.set(key, true);
    try {
      const run = await attempt(walkthrough, step, application);
      const before = this.#done.get(key);
      this.#done.set(key, { application, ...run });
      const took = run.duration === null ? "" : ` in ${millis(run.duration)}`;
      // An alert is read out by itself, but not when it says the same again.
      const title = run.error?.title;
      const again = title !== undefined && title === before?.error?.title;
      companion.announce(`${run.status}${took}${again ? `: ${title}` : ""}`);
    } finally {
      this.#busy.delete(key);
    }
  }
}

async function attempt(
  walkthrough: WalkthroughId,
  step: number,
  application: string | null,
): Promise<Omit<Run, "application">> {
  const before = companion.snapshot?.newestExchange ?? 0;
  try {
    const outcome = await call("run_step", { walkthrough, step });
    const exchange = outcome.exchange ?? outcome.call?.exchange ?? null;
    const done = { outcome, exchange, error: outcome.call?.error ?? null };
    if (outcome.call !== null) {
      const { status, reason, durationMs } = outcome.call;
      return { ...done, status: `${status} ${reason}`.trim(), duration: durationMs };
    }
    return { ...done, ...(await measured(exchange)) };
  } catch (thrown) {
    const error = toAppError(thrown);
    const exchange = await lastFailure(application, before);
    const { status, duration } = await measured(exchange);
    return { outcome: null, exchange, error, status: status === "Done" ? "Failed" : status, duration };
  }
}

/** Status and duration of an exchange. Without them the step was run all the same. */
async function measured(exchange: number | null): Promise<Pick<Run, "status" | "duration">> {
  if (exchange === null) return { status: "Done", duration: null };
  try {
    const { response, summary } = await call("exchange", { exchange });
    return {
      status: response === null ? statusWords(summary) : statusOf(response.line),
      duration: summary.durationMs,
    };
  } catch {
    return { status: "Done", duration: null };
  }
}

/** The exchange that a step failed with. A rejection does not name it, but it is the newest failed one. */
async function lastFailure(application: string | null, before: number): Promise<number | null> {
  if (application === null) return null;
  try {
    const [newest] = await call("activity", { application, failures: true });
    return newest !== undefined && newest.id > before ? newest.id : null;
  } catch {
    return null;
  }
}

export const runs = new Runs();
