/** The form of each application's call. It outlives the page, so that switching applications loses nothing. */
import type { AppError } from "../lib/contract/AppError";
import type { ApplicationId } from "../lib/contract/ApplicationId";
import type { CallReport } from "../lib/contract/CallReport";
import type { EndpointRequest } from "../lib/contract/EndpointRequest";
import type { EndpointSuggestion } from "../lib/contract/EndpointSuggestion";
import type { HttpMethod } from "../lib/contract/HttpMethod";
import { call, toAppError } from "../lib/ipc";
import { gaps, requestOf } from "./words";

/** A query parameter as it is typed. */
export interface QueryRow {
  /** Tells the rows apart. */
  key: number;
  name: string;
  value: string;
}

/** What came of the last call, and what it was. */
export type Answer = { request: EndpointRequest } & (
  { kind: "report"; report: CallReport } | { kind: "failed"; error: AppError }
);

let nextKey = 1;

export class CallForm {
  readonly #application: ApplicationId;
  method = $state<HttpMethod>("GET");
  path = $state("");
  query = $state<QueryRow[]>([]);
  body = $state("");
  /** Something was typed or chosen: nothing is filled in by itself any more. */
  touched = $state(false);
  #answer = $state.raw<Answer | null>(null);
  #running = $state(false);

  constructor(application: ApplicationId) {
    this.#application = application;
  }

  get request(): EndpointRequest {
    return requestOf(this);
  }
  /** The parts of the path that are still to be filled in. */
  get gaps(): string[] {
    return gaps(this.path);
  }
  get answer(): Answer | null {
    return this.#answer;
  }
  get running(): boolean {
    return this.#running;
  }

  addRow(name = ""): void {
    this.query.push({ key: nextKey++, name, value: "" });
  }
  removeRow(key: number): void {
    this.query = this.query.filter((row) => row.key !== key);
  }

  /** Takes over a documented endpoint. What was typed stays where the endpoint takes it too. */
  take({ method, path, query, body }: EndpointSuggestion): void {
    this.method = method;
    this.path = path;
    this.query = this.query.filter(({ name }) => query.includes(name));
    if (body !== "") this.body = body;
  }

  /** Makes a call. The last answer stays until the next has come. */
  async run(request: EndpointRequest): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    try {
      const report = await call("call_endpoint", { application: this.#application, request });
      this.#answer = { request, kind: "report", report };
    } catch (thrown) {
      this.#answer = { request, kind: "failed", error: toAppError(thrown) };
    } finally {
      this.#running = false;
    }
  }
}

// Nothing on the page follows which forms there are.
// eslint-disable-next-line svelte/prefer-svelte-reactivity
const forms = new Map<ApplicationId, CallForm>();

/** The form of an application, the same for as long as the page is loaded. */
export function callForm(application: ApplicationId): CallForm {
  let form = forms.get(application);
  if (form === undefined) {
    form = new CallForm(application);
    forms.set(application, form);
  }
  return form;
}
