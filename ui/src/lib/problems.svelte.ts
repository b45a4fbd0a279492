/** Inline validation of a form: what is wrong with each field, and from when on it is said. */
import { SvelteSet } from "svelte/reactivity";
import type { Field } from "./contract/Field";
import type { Problem } from "./contract/Problem";

/** How long typing must pause before a draft is checked. */
export const CHECK_AFTER_MS = 150;

/**
 * Keeps the newest answer of a check. Notices are said at once, errors only when the field was left or the form
 * was submitted.
 */
export class Problems {
  #found = $state.raw<Problem[]>([]);
  #left = new SvelteSet<Field>();
  #edited = new SvelteSet<Field>();
  #submitted = $state(false);
  #newest = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Checks after a pause; an answer that a newer check has overtaken is dropped. */
  schedule(check: () => Promise<Problem[]>): void {
    clearTimeout(this.#timer);
    this.#newest += 1;
    const mine = this.#newest;
    this.#timer = setTimeout(() => {
      check().then(
        (found) => {
          if (mine === this.#newest) this.#found = found;
        },
        // The form can still be sent: then the same fault is shown with its words.
        () => undefined,
      );
    }, CHECK_AFTER_MS);
  }

  /** No check that is under way has a say any more. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#newest += 1;
  }

  /** The answer to a submitted form. */
  refuse(found: Problem[]): void {
    this.stop();
    this.#found = found;
    this.#submitted = true;
  }

  /** From now on every error is shown. */
  submit(): void {
    this.#submitted = true;
  }

  leave(field: Field): void {
    this.#left.add(field);
  }

  edit(field: Field): void {
    this.#edited.add(field);
  }

  /** What is to be said under a field now. */
  of(field: Field): Problem[] {
    const errors = this.#submitted || this.#left.has(field);
    const notices = errors || this.#edited.has(field);
    return this.#found.filter(
      (problem) => problem.field === field && (problem.severity === "error" ? errors : notices),
    );
  }

  /** Everything that prevents saving, shown or not. */
  get errors(): Problem[] {
    return this.#found.filter(({ severity }) => severity === "error");
  }
}
