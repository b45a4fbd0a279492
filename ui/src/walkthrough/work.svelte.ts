/** Something a panel does on a click: whether it is under way, and why it failed. */
import type { AppError } from "../lib/contract/AppError";
import { toAppError } from "../lib/ipc";

export class Work {
  #busy = $state(false);
  #error = $state.raw<AppError | null>(null);
  #again: () => Promise<void> = async () => undefined;

  get busy(): boolean {
    return this.#busy;
  }
  get error(): AppError | null {
    return this.#error;
  }

  /** Does it, unless something is under way. */
  async run(work: () => Promise<unknown>): Promise<void> {
    if (this.#busy) return;
    this.#again = () => this.run(work);
    this.#busy = true;
    try {
      await work();
      this.#error = null;
    } catch (thrown) {
      this.#error = toAppError(thrown);
    } finally {
      this.#busy = false;
    }
  }

  /** Does again what failed. */
  readonly again = (): Promise<void> => this.#again();
}
