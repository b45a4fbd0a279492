/** Something secret on screen for a short while: a token, or an answer as it came. */
import type { AppError } from "../lib/contract/AppError";
import { toAppError } from "../lib/ipc";

/** After this it is hidden again. */
export const SHOWN_FOR_MS = 30_000;

/** Holds a revealed text, and lets go of it in time, with the window's focus, and when told to. */
export class Reveal<K> {
  readonly #read: (of: K) => Promise<string>;
  #text = $state.raw<string | null>(null);
  #error = $state.raw<AppError | null>(null);
  #hidesAt = $state(0);
  #busy = $state(false);
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Rises whenever what is under way stops being wanted. */
  #run = 0;

  constructor(read: (of: K) => Promise<string>) {
    this.#read = read;
  }

  get text(): string | null {
    return this.#text;
  }
  get error(): AppError | null {
    return this.#error;
  }
  get busy(): boolean {
    return this.#busy;
  }
  /** Whole seconds until it is hidden. */
  secondsLeft(now: number): number {
    return Math.min(SHOWN_FOR_MS / 1_000, Math.max(0, Math.ceil((this.#hidesAt - now) / 1_000)));
  }

  async show(of: K): Promise<void> {
    this.hide();
    const run = this.#run;
    this.#busy = true;
    try {
      const text = await this.#read(of);
      if (run !== this.#run) return;
      this.#text = text;
      this.#hidesAt = Date.now() + SHOWN_FOR_MS;
      this.#timer = setTimeout(() => {
        this.hide();
      }, SHOWN_FOR_MS);
    } catch (thrown) {
      if (run === this.#run) this.#error = toAppError(thrown);
    } finally {
      if (run === this.#run) this.#busy = false;
    }
  }

  hide(): void {
    this.#run += 1;
    clearTimeout(this.#timer);
    this.#text = null;
    this.#error = null;
    this.#busy = false;
  }

  /** Hides it whenever nobody may be looking. Returns what ends that, and hides it. */
  guard(): () => void {
    const hide = () => {
      this.hide();
    };
    const whenHidden = () => {
      if (document.hidden) this.hide();
    };
    window.addEventListener("blur", hide);
    window.addEventListener("pagehide", hide);
    document.addEventListener("visibilitychange", whenHidden);
    return () => {
      window.removeEventListener("blur", hide);
      window.removeEventListener("pagehide", hide);
      document.removeEventListener("visibilitychange", whenHidden);
      this.hide();
    };
  }
}

/**
 * A {@link Reveal} for a component, to be called while that is made: it ends with it, and with another value of
 * `which`, because then what was revealed is not what the component shows.
 */
export function revealing<K>(read: (of: K) => Promise<string>, which: () => unknown): Reveal<K> {
  const reveal = new Reveal(read);
  const shown = $derived(which());
  $effect(() => reveal.guard());
  $effect(() => {
    void shown;
    return () => {
      reveal.hide();
    };
  });
  return reveal;
}
