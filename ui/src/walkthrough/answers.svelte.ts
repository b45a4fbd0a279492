/** The answers of a walkthrough: as they count in the core, and what was just given on top of them. */
import { NO_ANSWERS } from "../lib/answers";
import { companion } from "../lib/companion.svelte";
import type { WalkthroughAnswers } from "../lib/contract/WalkthroughAnswers";
import type { WalkthroughId } from "../lib/contract/WalkthroughId";
import { call } from "../lib/ipc";

export class Answers {
  readonly #walkthrough: WalkthroughId;
  /** Given, and not in a snapshot yet: the next answer must not undo it. */
  #given = $state.raw<WalkthroughAnswers | null>(null);
  /** A snapshot after this one knows them. */
  #since = $state(0);
  #saving = $state(0);
  /** One after the other: the last one given is the last one saved. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(walkthrough: WalkthroughId) {
    this.#walkthrough = walkthrough;
  }

  get now(): WalkthroughAnswers {
    const view = companion.snapshot?.walkthroughs.find(({ id }) => id === this.#walkthrough);
    const known = this.#saving === 0 && (companion.snapshot?.revision ?? 0) > this.#since;
    return (known ? null : this.#given) ?? view?.answers ?? NO_ANSWERS;
  }

  /** Saves a changed answer with all the others. */
  async give(change: Partial<WalkthroughAnswers>): Promise<void> {
    const answers = { ...this.now, ...change };
    this.#given = answers;
    this.#since = companion.snapshot?.revision ?? 0;
    this.#saving += 1;
    const save = () => call("answer_walkthrough", { walkthrough: this.#walkthrough, answers });
    const saved = this.#last.then(() => companion.attempt(save));
    this.#last = saved;
    if (!(await saved) && this.#given === answers) this.#given = null;
    this.#saving -= 1;
  }
}
