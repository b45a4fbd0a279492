/** Something that is done on a click: whether it is under way, and why it failed. */
import type { AppError } from "./contract/AppError";
import { toAppError } from "./ipc";

export class Work {
  #busy = $state(false);
  #error = $state.raw<AppError | null>(null);
  #again = $state.raw<(() => Promise<void>) | null>(null);

  get busy(): boolean {
    return this.#busy;
  }
  get error(): AppError | null {
    return this.#error;
  }

  /** Does again what failed; `null` where that must be started anew. */
  get again(): (() => Promise<void>) | null {
    return this.#again;
  }

  /** Does it, unless something is under way. What holds a secret is done `once`: it is not kept for later. */
  async run(work: () => Promise<unknown>, { once = false } = {}): Promise<void> {
    if (this.#busy) return;
    this.#again = null;
    this.#busy = true;
    try {
      await work();
      this.#error = null;
    } catch (thrown) {
      this.#error = toAppError(thrown);
      if (!once) this.#again = () => this.run(work);
    } finally {
      this.#busy = false;
    }
  }
}
