/** The one place that carries out what the buttons under an error offer. */
import { companion } from "./companion.svelte";
import type { AppError } from "./contract/AppError";
import type { ApplicationView } from "./contract/ApplicationView";
import type { ClientAuthentication } from "./contract/ClientAuthentication";
import type { Fix } from "./contract/Fix";
import type { FixAction } from "./contract/FixAction";
import type { InstanceView } from "./contract/InstanceView";
import type { Keep } from "./contract/Keep";
import type { LevelName } from "./contract/LevelName";
import { draftOf, needsTenant } from "./draft";
import { call, toAppError } from "./ipc";

type Kind = FixAction["kind"];

/** What is done for each kind of fix. One that is not here cannot be carried out where the error is shown. */
export type Remedies = { [K in Kind]?: (action: Extract<FixAction, { kind: K }>) => unknown };

/** Carries a fix out. */
export async function carryOut(handlers: Remedies, action: FixAction): Promise<void> {
  // Each handler takes exactly the kind it stands at.
  const handler = handlers[action.kind] as ((action: FixAction) => unknown) | undefined;
  await handler?.(action);
}

/** The fixes that somebody would carry out. */
export const offered = (fixes: readonly Fix[], handlers: Remedies): Fix[] =>
  fixes.filter(({ action }) => handlers[action.kind] !== undefined);

/** Leaves out what cannot apply at this instance. */
export const applicable = (fixes: readonly Fix[], instance: Pick<InstanceView, "kind" | "practice">): Fix[] =>
  fixes.filter(({ action }) => {
    if (action.kind === "allowScopes") return instance.practice !== null;
    if (action.kind === "openAdminUi") return instance.kind === "scaiKey";
    return true;
  });

/** What needs neither an application nor an instance. */
export const ANYWHERE = {
  copyDiagnostics: async () => {
    await call("copy_diagnostics");
    companion.announce("Diagnostics copied");
  },
  setDamagedAside: async () => {
    await call("set_damaged_aside");
    companion.announce("The damaged files were set aside");
  },
  startWalkthrough: ({ walkthrough }) => {
    companion.closeDialog();
    companion.open({ kind: "walkthrough", id: walkthrough });
  },
} satisfies Remedies;

/** The commands of these change the application, request a token and wait for it. */
const REQUESTS_TOKEN: readonly Kind[] = ["askForScopes", "dropScopes", "allowScopes"];

/** What must be asked before a fix can be carried out: a form shows it in place. */
export type Asked = { kind: "secret"; keep: Keep } | { kind: "tenant"; level: LevelName };

/** Of what the fixes are. It is read when it is needed: give getters where it changes. */
export interface FixesOptions {
  readonly application: ApplicationView;
  readonly instance: InstanceView;
  /** Does again what failed. Without it, that was a token request. */
  readonly retry?: (() => unknown) | undefined;
  /** Shows the token for copying by hand. Without it, that is not offered. */
  readonly showToken?: (() => unknown) | undefined;
}

/**
 * Carries out the fixes of an error of a saved application. Show {@link offered} with `fixes.handlers`, call
 * {@link run} on a click, draw a form for {@link asked}, and {@link failure} where a fix itself failed.
 */
export class Fixes {
  #options: FixesOptions;
  #busy = $state(false);
  #asked = $state.raw<Asked | null>(null);
  #failure = $state.raw<{ error: AppError; of: FixAction } | null>(null);
  #done = $state.raw<Kind | null>(null);

  constructor(options: FixesOptions) {
    this.#options = options;
  }

  /** A fix is under way. */
  get busy(): boolean {
    return this.#busy;
  }
  get asked(): Asked | null {
    return this.#asked;
  }
  /** Why the last fix could not be carried out. */
  get failure(): AppError | null {
    return this.#failure?.error ?? null;
  }
  /** That fix makes a token request, so the snapshot may tell of the same. */
  get failureIsInSnapshot(): boolean {
    return this.#failure !== null && REQUESTS_TOKEN.includes(this.#failure.of.kind);
  }
  /** The fix that was carried out last. */
  get done(): Kind | null {
    return this.#done;
  }

  readonly handlers: Remedies = {
    ...ANYWHERE,
    retry: () => this.again(),
    enterSecret: () => {
      this.#asked = { kind: "secret", keep: "keychain" };
    },
    keepForSession: () => {
      this.#asked = { kind: "secret", keep: "session" };
    },
    tryMethod: ({ method }) => this.#tryMethod(method),
    tryLevel: ({ level }) => this.#tryLevel(level),
    askForScopes: async ({ scopes }) => {
      await call("ask_for_scopes", { application: this.#id, scopes });
      await this.#withNewToken();
    },
    dropScopes: async ({ scopes }) => {
      await call("drop_scopes", { application: this.#id, scopes });
      await this.#withNewToken();
    },
    allowScopes: async ({ scopes }) => {
      await call("allow_practice_scopes", { application: this.#id, scopes });
      // The token in hand was issued before.
      await call("ask_for_scopes", { application: this.#id, scopes });
      await this.#withNewToken();
    },
    editScopes: () => {
      this.#editApplication("scopes");
    },
    editApplication: () => {
      this.#editApplication();
    },
    editEndpoints: () => {
      companion.openDialog({ kind: "instance", id: this.#at.id, focus: "endpoints" });
    },
    useEndpoint: ({ url }) => {
      const use = { key: this.#options.application.endpointKey, url };
      companion.openDialog({ kind: "instance", id: this.#at.id, focus: "endpoints", use });
    },
    addCertificate: () => {
      companion.openDialog({ kind: "instance", id: this.#at.id, focus: "extraCa" });
    },
    editInstance: () => {
      companion.openDialog({ kind: "instance", id: this.#at.id });
    },
    retryKeychain: async () => {
      await call("retry_keychain");
      await this.again();
    },
    showToken: () => this.#options.showToken?.(),
    startWalkthrough: async (action) => {
      // It is about this application, whatever it was about before.
      const [instance, application] = [this.#at.id, this.#id];
      await companion.answerWalkthrough(action.walkthrough, { instance, application });
      ANYWHERE.startWalkthrough(action);
    },
    openAdminUi: () => call("open_page", { page: { kind: "adminUi", instance: this.#at.id } }),
  };

  /** The fixes of an error that can be carried out here. */
  offered(error: AppError): Fix[] {
    const { showToken, ...others } = this.handlers;
    const handlers = this.#options.showToken === undefined ? others : { ...others, showToken };
    return offered(applicable(error.fixes, this.#at), handlers);
  }

  /** Carries a fix out. */
  async run(action: FixAction): Promise<void> {
    await this.#whileBusy(action, () => carryOut(this.handlers, action));
  }

  /** Carries out a fix of {@link failure}: trying again is doing that fix again. */
  async runForFailure(action: FixAction): Promise<void> {
    const of = this.#failure?.of;
    await this.run(action.kind === "retry" && of !== undefined ? of : action);
  }

  /** The tenant that was asked for is known now. */
  async tryTenant(level: LevelName, tenantSlug: string): Promise<void> {
    await this.#whileBusy({ kind: "tryLevel", level }, () => this.#tryLevel(level, tenantSlug));
  }

  /** Takes away the form that {@link asked} brought. */
  answered(): void {
    this.#asked = null;
  }

  /** Does again what failed. */
  async again(): Promise<void> {
    if (this.#options.retry) await this.#options.retry();
    else await companion.requestToken(this.#id);
  }

  get #id(): string {
    return this.#options.application.id;
  }
  get #at(): InstanceView {
    return this.#options.instance;
  }

  /** The command has brought a token already. */
  async #withNewToken(): Promise<void> {
    await this.#options.retry?.();
  }

  async #tryMethod(clientAuthentication: ClientAuthentication): Promise<void> {
    const draft = { ...draftOf(this.#options.application, this.#at.id), clientAuthentication };
    await call("save_application", { draft });
    await this.again();
  }

  async #tryLevel(level: LevelName, typed?: string): Promise<void> {
    const tenantSlug = needsTenant(level) ? (typed ?? this.#options.application.tenantSlug ?? "") : "";
    if (needsTenant(level) && tenantSlug === "") {
      this.#asked = { kind: "tenant", level };
      return;
    }
    await call("try_level", { application: this.#id, level, tenantSlug });
    this.#asked = null;
    await this.again();
  }

  #editApplication(focus?: "scopes"): void {
    companion.openDialog({ kind: "application", instance: this.#at.id, id: this.#id, focus });
  }

  async #whileBusy(action: FixAction, work: () => Promise<unknown>): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    this.#failure = null;
    this.#done = null;
    try {
      await work();
      this.#done = action.kind;
    } catch (thrown) {
      this.#failure = { error: toAppError(thrown), of: action };
    } finally {
      this.#busy = false;
    }
  }
}
