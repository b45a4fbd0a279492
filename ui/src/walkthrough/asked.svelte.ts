/** Something that is asked for anew whenever what it depends on changes. */
import type { AppError } from "../lib/contract/AppError";
import { toAppError } from "../lib/ipc";

export interface Asked<T> {
  /** The newest answer; the one before stays until the next comes. */
  readonly value: T | null;
  readonly error: AppError | null;
}

/** To be called while a component is made. `ask` reads what the answer depends on before it waits. */
export function asked<T>(ask: () => Promise<T>): Asked<T> {
  let value = $state.raw<T | null>(null);
  let error = $state.raw<AppError | null>(null);
  let newest = 0;

  $effect(() => {
    newest += 1;
    const mine = newest;
    ask().then(
      (answer) => {
        if (mine !== newest) return;
        value = answer;
        error = null;
      },
      (thrown: unknown) => {
        if (mine === newest) error = toAppError(thrown);
      },
    );
  });
  $effect(() => () => {
    newest += 1;
  });

  return {
    get value() {
      return value;
    },
    get error() {
      return error;
    },
  };
}
