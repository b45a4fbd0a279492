/** What is being looked at. It outlives the page, ends with the app, and is written nowhere. */
import { untrack } from "svelte";
import { companion } from "../lib/companion.svelte";
import type { AppError } from "../lib/contract/AppError";
import type { ExpectedValues } from "../lib/contract/ExpectedValues";
import type { InspectPastedArgs } from "../lib/contract/InspectPastedArgs";
import type { Inspection } from "../lib/contract/Inspection";
import type { KeyOffer } from "../lib/contract/KeyOffer";
import type { KeySource } from "../lib/contract/KeySource";
import type { SecretEncoding } from "../lib/contract/SecretEncoding";
import type { TokenRef } from "../lib/contract/TokenRef";
import { call, toAppError } from "../lib/ipc";

/** How long typing must pause. */
export const ASK_AFTER_MS = 120;
/** A text field lays all of a longer text out anew with every letter, so none is made for it. In UTF-16 units. */
export const LONGEST_EDITED = 20_000;
export const MOST_LEEWAY_SECONDS = 600;

/** Where the key comes from, as one value of a list. */
export type KeyChoice = "automatic" | "pasted" | "shared" | `instance:${string}` | `issuer:${string}`;

/** What the pasted token is compared with. */
export interface OtherToken {
  ref: TokenRef;
  /** Fits after “Compared with”. */
  title: string;
}

const NOTHING_EXPECTED: ExpectedValues = {
  issuer: "",
  audience: "",
  profile: "automatic",
  nonce: "",
  accessToken: "",
  leewaySeconds: 0,
};

class Inspector {
  #text = $state.raw("");
  #choice = $state(0);
  #expected = $state.raw(NOTHING_EXPECTED);
  #keyChoice = $state.raw<KeyChoice>("automatic");
  #other = $state.raw<OtherToken | null>(null);
  #issuers = $state.raw<string[]>([]);
  #editing = $state(true);
  #inspection = $state.raw<Inspection | null>(null);
  #error = $state.raw<AppError | null>(null);
  /** The text came as a whole: once a token is found in it, it makes room for that. */
  #pasted = false;
  #answeredAt = $state(0);
  /** Rises when the same question may have another answer. */
  #turn = $state(0);
  /** The key, certificate or JWK Set that was pasted. */
  keyText = $state("");
  /** The shared secret. */
  secret = $state("");
  encoding = $state<SecretEncoding>("text");

  get text(): string {
    return this.#text;
  }
  /** Which of the tokens in the text, from 0. */
  get choice(): number {
    return this.#choice;
  }
  get expected(): ExpectedValues {
    return this.#expected;
  }
  /** An instance that was deleted is no choice any more. */
  get keyChoice(): KeyChoice {
    const id = after("instance:", this.#keyChoice);
    return id !== null && !companion.instance(id) ? "automatic" : this.#keyChoice;
  }
  /** The issuers whose keys were fetched by name. */
  get issuers(): readonly string[] {
    return this.#issuers;
  }
  get other(): OtherToken | null {
    return this.#other;
  }
  /** The newest answer; the one before stays until the next comes. */
  get inspection(): Inspection | null {
    return this.#inspection;
  }
  get error(): AppError | null {
    return this.#error;
  }
  get long(): boolean {
    return this.#text.length > LONGEST_EDITED;
  }
  /** The text stands in a field. */
  get editing(): boolean {
    return this.#editing && !this.long;
  }

  get #keys(): KeySource {
    const chosen = this.keyChoice;
    if (chosen === "automatic") return { kind: "automatic" };
    if (chosen === "pasted") return { kind: "pasted", text: this.keyText };
    if (chosen === "shared") return { kind: "shared", value: this.secret, encoding: this.encoding };
    const instance = after("instance:", chosen);
    return instance !== null
      ? { kind: "instance", instance }
      : { kind: "issuer", issuer: after("issuer:", chosen) ?? "" };
  }

  /** Takes the text as it is typed. */
  type(text: string): void {
    this.#take(text);
    this.#pasted = false;
    this.#editing = true;
  }
  /** Takes a text that came as a whole. */
  paste(text: string): void {
    this.#take(text);
    this.#pasted = true;
  }
  #take(text: string): void {
    this.#text = text;
    this.#choice = 0;
    if (text.trim() === "") this.#forgetAnswer();
  }
  edit(editing: boolean): void {
    this.#editing = editing;
  }
  choose(choice: number): void {
    this.#choice = choice;
  }
  takeKeysFrom(choice: KeyChoice): void {
    this.#keyChoice = choice;
  }
  expect(change: Partial<ExpectedValues>): void {
    this.#expected = { ...this.#expected, ...change };
  }
  compareWith(other: OtherToken | null): void {
    this.#other = other;
  }
  /** Forgets everything. */
  clear(): void {
    this.#text = "";
    this.#choice = 0;
    this.#expected = NOTHING_EXPECTED;
    this.#keyChoice = "automatic";
    this.#other = null;
    this.#issuers = [];
    this.keyText = "";
    this.secret = "";
    this.encoding = "text";
    this.#forgetAnswer();
  }
  #forgetAnswer(): void {
    this.#inspection = null;
    this.#error = null;
    this.#editing = true;
  }

  /** Fetches keys that were offered, and checks with them. Rejects with an {@link AppError}. */
  async fetchKeys(offer: KeyOffer): Promise<void> {
    await call("fetch_keys", { offer });
    if (offer.kind === "issuer" && !this.#issuers.includes(offer.issuer)) {
      this.#issuers = [...this.#issuers, offer.issuer];
    }
    this.#again();
  }
  #again(): void {
    this.#turn += 1;
  }

  /** A moment has passed since the answer at which the check of times ends differently. */
  #overtaken(now: number): boolean {
    const { details, clockOffsetMs } = this.#inspection ?? { details: null, clockOffsetMs: null };
    if (details === null) return false;
    const offset = clockOffsetMs ?? 0;
    const leeway = this.#expected.leewaySeconds * 1_000;
    const { expiresAt, notBefore, issuedAt } = details.life;
    return [
      expiresAt === null ? null : expiresAt - offset,
      expiresAt === null ? null : expiresAt - offset + leeway,
      notBefore === null ? null : notBefore - offset - leeway,
      issuedAt === null ? null : issuedAt - offset - leeway,
    ].some((moment) => moment !== null && moment > this.#answeredAt && moment <= now);
  }

  /** Asks, and keeps the answers, as long as a component shows them; to be called while that is made. */
  watch(): void {
    // Another instance may be the token's issuer.
    const instances = $derived(companion.instances.map(({ id, url }) => `${id} ${url}`).join("\n"));
    const overtaken = $derived(this.#overtaken(companion.now));
    $effect(() => {
      if (overtaken) untrack(() => this.#again());
    });
    $effect(() => {
      void this.#turn;
      void instances;
      const args: InspectPastedArgs = {
        text: this.#text,
        choice: this.#choice,
        keys: this.#keys,
        expected: this.#expected,
      };
      if (args.text.trim() === "") return;
      let wanted = true;
      const timer = setTimeout(() => {
        call("inspect_pasted", args).then(
          (answer) => {
            if (!wanted) return;
            this.#inspection = answer;
            this.#answeredAt = Date.now();
            this.#error = null;
            if (this.#pasted) this.#editing = answer.details === null;
            this.#pasted = false;
          },
          (thrown: unknown) => {
            if (!wanted) return;
            // What is on screen would pass for an answer.
            this.#forgetAnswer();
            this.#error = toAppError(thrown);
          },
        );
      }, ASK_AFTER_MS);
      return () => {
        wanted = false;
        clearTimeout(timer);
      };
    });
  }
}

function after(prefix: "instance:" | "issuer:", choice: KeyChoice): string | null {
  return choice.startsWith(prefix) ? choice.slice(prefix.length) : null;
}

export const inspector = new Inspector();
