/** The walkthroughs in words. They never change, so they are asked for once. */
import type { AppError } from "../lib/contract/AppError";
import type { WalkthroughId } from "../lib/contract/WalkthroughId";
import type { WalkthroughText } from "../lib/contract/WalkthroughText";
import { call, toAppError } from "../lib/ipc";

class Texts {
  #all = $state.raw<WalkthroughText[] | null>(null);
  #error = $state.raw<AppError | null>(null);
  #asked = false;

  /** `null` while they are on their way. */
  get all(): WalkthroughText[] | null {
    return this.#all;
  }
  get error(): AppError | null {
    return this.#error;
  }

  of(id: WalkthroughId): WalkthroughText | undefined {
    return this.#all?.find((text) => text.id === id);
  }

  /** Asks for them, unless that was done; after a failure it asks again. */
  async load(): Promise<void> {
    if (this.#asked) return;
    this.#asked = true;
    this.#error = null;
    try {
      this.#all = await call("walkthroughs");
    } catch (thrown) {
      this.#asked = false;
      this.#error = toAppError(thrown);
    }
  }
}

export const texts = new Texts();
