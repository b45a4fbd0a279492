/** The store: the newest snapshot, what is open, the preferences, the ticking clock, and the actions. */
import { NO_ANSWERS } from "./answers";
import type { AppError } from "./contract/AppError";
import type { ApplicationDraft } from "./contract/ApplicationDraft";
import type { ApplicationView } from "./contract/ApplicationView";
import type { CopyFormatView } from "./contract/CopyFormatView";
import type { CopyReceipt } from "./contract/CopyReceipt";
import type { EndpointKey } from "./contract/EndpointKey";
import type { InstanceView } from "./contract/InstanceView";
import type { Preferences } from "./contract/Preferences";
import type { Snapshot } from "./contract/Snapshot";
import type { WalkthroughAnswers } from "./contract/WalkthroughAnswers";
import type { WalkthroughId } from "./contract/WalkthroughId";
import { call, onSnapshot, toAppError } from "./ipc";
import { duration } from "./time";

/** What the main area shows. */
export type Place =
  | { kind: "home" }
  | { kind: "application"; id: string }
  | { kind: "instance"; id: string }
  | { kind: "walkthroughs" }
  /** Without a step it begins with the first that is not done. */
  | { kind: "walkthrough"; id: WalkthroughId; step?: number }
  /** What was sent and answered; of one application, if one is named. */
  | { kind: "activity"; application?: string }
  /** A pasted token. */
  | { kind: "inspector" }
  | { kind: "settings" };

/** The dialog that is open over it. */
export type OpenDialog =
  | { kind: "palette" }
  | { kind: "shortcuts" }
  | {
      kind: "instance";
      id: string | null;
      focus?: "extraCa" | "endpoints";
      /** A token endpoint to take over into those typed by hand. */
      use?: { key: EndpointKey; url: string };
    }
  | {
      kind: "application";
      instance: string;
      id: string | null;
      focus?: "secret" | "scopes";
      /** What a new one starts with besides. */
      prefill?: Partial<ApplicationDraft>;
      /** Takes a new one over, instead of its page being opened. */
      onsaved?: (id: string) => void;
    }
  | { kind: "deleteInstance"; id: string }
  | { kind: "deleteApplication"; id: string }
  | { kind: "removeEverything" };

/** What became of the last copy. */
export type CopyState =
  | { kind: "copying"; application: string }
  | { kind: "copied"; application: string; receipt: CopyReceipt; at: number }
  | { kind: "failed"; application: string; error: AppError };

const nowMs = () => Date.now();

class Companion {
  #snapshot = $state.raw<Snapshot | null>(null);
  #preferences = $state.raw<Preferences | null>(null);
  #formats = $state.raw<CopyFormatView[]>([]);
  #now = $state(nowMs());
  #place = $state.raw<Place>({ kind: "home" });
  #dialog = $state.raw<OpenDialog | null>(null);
  #copy = $state.raw<CopyState | null>(null);
  #problem = $state.raw<AppError | null>(null);
  #announcement = $state("");

  /** The state of everything; `null` before the first one has come. */
  get snapshot(): Snapshot | null {
    return this.#snapshot;
  }
  /** This computer's clock in Unix milliseconds, ticking once a second while the window is visible. */
  get now(): number {
    return this.#now;
  }
  get preferences(): Preferences | null {
    return this.#preferences;
  }
  get formats(): CopyFormatView[] {
    return this.#formats;
  }
  /** With something saved, home is the first of it. */
  get place(): Place {
    if (this.#place.kind !== "home") return this.#place;
    const application = this.applications[0];
    if (application) return { kind: "application", id: application.id };
    const instance = this.instances[0];
    return instance ? { kind: "instance", id: instance.id } : this.#place;
  }
  get dialog(): OpenDialog | null {
    return this.#dialog;
  }
  get copy(): CopyState | null {
    return this.#copy;
  }
  /** An error of an action that has no place of its own on the page. */
  get problem(): AppError | null {
    return this.#problem;
  }
  /** What the polite live region says. */
  get announcement(): string {
    return this.#announcement;
  }
  get instances(): InstanceView[] {
    return this.#snapshot?.instances ?? [];
  }
  /** All applications in the order of the sidebar. */
  get applications(): ApplicationView[] {
    return this.instances.flatMap((instance) => instance.applications);
  }
  /** The application on screen, if one is. */
  get current(): ApplicationView | undefined {
    const { place } = this;
    return place.kind === "application" ? this.application(place.id) : undefined;
  }

  application(id: string): ApplicationView | undefined {
    return this.applications.find((application) => application.id === id);
  }
  instance(id: string): InstanceView | undefined {
    return this.instances.find((instance) => instance.id === id);
  }
  instanceOf(application: string): InstanceView | undefined {
    return this.instances.find((instance) => instance.applications.some(({ id }) => id === application));
  }

  /** Takes in a snapshot unless a newer one is here already. */
  take(snapshot: Snapshot): void {
    if (this.#snapshot !== null && snapshot.revision < this.#snapshot.revision) return;
    const before = this.current;
    this.#snapshot = snapshot;
    this.#leaveWhatIsGone();
    this.#tellWhatChanged(before, this.current);
  }

  /** A screen reader hears what became of the application on screen. */
  #tellWhatChanged(before: ApplicationView | undefined, after: ApplicationView | undefined): void {
    if (!before || before.id !== after?.id) return;
    if (after.token !== null && after.token.id !== before.token?.id) {
      const { expiresAt } = after.token;
      const life = expiresAt === null ? "" : `, valid for ${duration(expiresAt - nowMs())}`;
      this.announce(`${after.name}: new token${life}`);
    } else if (after.phase.kind === "failed" && before.phase.kind !== "failed") {
      this.announce(`${after.name}: no new token`);
    }
  }

  #leaveWhatIsGone(): void {
    const place = this.#place;
    const gone =
      (place.kind === "application" && this.#wasSeen(place.id) && !this.application(place.id)) ||
      (place.kind === "instance" && this.#wasSeen(place.id) && !this.instance(place.id));
    if (gone) this.#place = { kind: "home" };
    for (const { id } of this.applications) this.#seen.add(id);
    for (const { id } of this.instances) this.#seen.add(id);
  }

  /** Ids that were in a snapshot: one that was just saved may be opened before its snapshot comes. */
  #seen = new Set<string>();
  #wasSeen(id: string): boolean {
    return this.#seen.has(id);
  }

  #listening = false;

  /** Connects to the shell. Returns when the first snapshot is here. */
  async start(): Promise<void> {
    if (!this.#listening) {
      await onSnapshot((snapshot) => {
        this.take(snapshot);
      });
      this.#listening = true;
    }
    await this.#read();
    const last = this.#preferences?.lastApplication ?? null;
    const first = last !== null && this.application(last) ? last : this.applications[0]?.id;
    if (first !== undefined) this.#place = { kind: "application", id: first };
  }

  async #read(): Promise<void> {
    const [snapshot, preferences, formats] = await Promise.all([
      call("snapshot"),
      call("preferences"),
      call("copy_formats"),
    ]);
    this.take(snapshot);
    this.#preferences = preferences;
    this.#formats = formats;
  }

  /** Reads everything again, after it was removed. */
  async reload(): Promise<void> {
    this.#copy = null;
    await this.attempt(() => this.#read());
  }

  /** Starts the clock; it stands still while nobody sees it. Returns what stops it. */
  startClock(): () => void {
    const tick = () => {
      const before = this.#now;
      this.#now = nowMs();
      const expiresAt = this.current?.token?.expiresAt ?? null;
      if (expiresAt !== null && before < expiresAt && expiresAt <= this.#now) {
        this.announce(`${this.current?.name ?? ""}: the token has expired`);
      }
    };
    const timer = setInterval(() => {
      if (!document.hidden) tick();
    }, 1_000);
    document.addEventListener("visibilitychange", tick);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", tick);
    };
  }

  open(place: Place): void {
    this.#place = place;
    this.#problem = null;
    if (place.kind === "application" && this.#preferences !== null) {
      void this.savePreferences({ ...this.#preferences, lastApplication: place.id });
    }
  }
  openDialog(dialog: OpenDialog): void {
    this.#dialog = dialog;
  }
  closeDialog(): void {
    this.#dialog = null;
  }
  /** Says something to a screen reader; the same words twice are said twice. */
  announce(words: string): void {
    this.#announcement = this.#announcement === words ? `${words}\u00a0` : words;
  }
  dismissProblem(): void {
    this.#problem = null;
  }

  /** Runs an action whose failure has no place of its own; says whether it succeeded. */
  async attempt(work: () => Promise<unknown>): Promise<boolean> {
    this.#problem = null;
    try {
      await work();
      return true;
    } catch (thrown) {
      this.#problem = toAppError(thrown);
      return false;
    }
  }

  async requestToken(application: string): Promise<void> {
    await this.attempt(() => call("request_token", { application }));
  }

  /** Copies a token; the result is seen in {@link copy}. A second call while one is under way does nothing. */
  async copyToken(application: string, format?: string): Promise<void> {
    if (this.#copy?.kind === "copying") return;
    const chosen = format ?? this.#preferences?.copyFormat ?? "bare";
    this.#copy = { kind: "copying", application };
    try {
      const receipt = await call("copy_token", { application, format: chosen });
      this.#copy = { kind: "copied", application, receipt, at: nowMs() };
      this.announce(receipt.production ? "Copied from a production instance" : "Copied");
      if (this.#preferences !== null && this.#preferences.copyFormat !== chosen) {
        void this.savePreferences({ ...this.#preferences, copyFormat: chosen });
      }
    } catch (thrown) {
      this.#copy = { kind: "failed", application, error: toAppError(thrown) };
      this.announce("Not copied");
    }
  }
  dismissCopy(): void {
    this.#copy = null;
  }

  async savePreferences(preferences: Preferences): Promise<void> {
    this.#preferences = preferences;
    await this.attempt(() => call("save_preferences", { preferences }));
  }

  /** Changes one or some of the preferences. */
  async prefer(change: Partial<Preferences>): Promise<void> {
    if (this.#preferences !== null) await this.savePreferences({ ...this.#preferences, ...change });
  }

  /** Moves an application by one place within its instance; says whether there was one. */
  async moveApplication(id: string, by: -1 | 1): Promise<boolean> {
    const siblings = this.instanceOf(id)?.applications ?? [];
    const index = siblings.findIndex((application) => application.id === id) + by;
    if (index < 0 || index >= siblings.length) return false;
    const moved = await this.attempt(() => call("move_application", { application: id, index }));
    if (moved) this.announce(`Moved to place ${index + 1} of ${siblings.length}`);
    return moved;
  }

  async moveInstance(id: string, by: -1 | 1): Promise<boolean> {
    const index = this.instances.findIndex((instance) => instance.id === id) + by;
    if (index < 0 || index >= this.instances.length) return false;
    const moved = await this.attempt(() => call("move_instance", { instance: id, index }));
    if (moved) this.announce(`Moved to place ${index + 1} of ${this.instances.length}`);
    return moved;
  }

  /** Gives some answers of a walkthrough; the others stay. */
  async answerWalkthrough(walkthrough: WalkthroughId, change: Partial<WalkthroughAnswers>): Promise<void> {
    const view = this.#snapshot?.walkthroughs.find(({ id }) => id === walkthrough);
    const answers = { ...(view?.answers ?? NO_ANSWERS), ...change };
    await call("answer_walkthrough", { walkthrough, answers });
  }

  /** Starts the practice server and leads through the Quickstart with what was made on it. */
  async tryPractice(): Promise<void> {
    await this.attempt(async () => {
      const application = await call("start_practice");
      // The instance may be in no snapshot that has come yet.
      this.take(await call("snapshot"));
      const instance = this.instanceOf(application)?.id ?? null;
      await this.answerWalkthrough("quickstart", { instance, application });
      this.open({ kind: "walkthrough", id: "quickstart", step: 0 });
    });
  }
}

export const companion = new Companion();
