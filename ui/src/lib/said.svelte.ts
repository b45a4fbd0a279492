/** What a button says for a moment after it has done its work. */

/** So long it is said. */
export const SAID_FOR_MS = 2_000;

/** Holds what was said last. To be made while a component is made: it ends with it. */
export class Said<T> {
  #value = $state.raw<T | null>(null);
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    $effect(() => () => {
      clearTimeout(this.#timer);
    });
  }

  /** What is being said, `null` for nothing. */
  get value(): T | null {
    return this.#value;
  }

  say(value: T): void {
    this.#value = value;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#value = null;
    }, SAID_FOR_MS);
  }
}
