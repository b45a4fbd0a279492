/**
 * Stands in for lib/ipc.ts in `npm run dev:fake`: every state of the page in a plain browser.
 * `?scenario=` chooses the state (see `scenarios`), `?theme=light|dark` the look, `?place=` what is open:
 * `settings`, `activity`, `inspector`, an id, and `?dialog=` what lies over it (see App's dialogs). `?click=` names test ids
 * that are clicked then, one after the other.
 */
import type { AppError } from "../src/lib/contract/AppError";
import type { ApplicationView } from "../src/lib/contract/ApplicationView";
import type { Commands } from "../src/lib/contract/Commands";
import type { CopyFormatView } from "../src/lib/contract/CopyFormatView";
import type { EndpointSetView } from "../src/lib/contract/EndpointSetView";
import type { InstanceView } from "../src/lib/contract/InstanceView";
import type { PastToken } from "../src/lib/contract/PastToken";
import type { Preferences } from "../src/lib/contract/Preferences";
import type { Problem } from "../src/lib/contract/Problem";
import type { Snapshot } from "../src/lib/contract/Snapshot";
import type { Theme } from "../src/lib/contract/Theme";
import type { TokenDetails } from "../src/lib/contract/TokenDetails";
import type { TokenView } from "../src/lib/contract/TokenView";
import { internalError } from "../src/lib/errors";
import * as errors from "./errors";
import { activityHandlers } from "./fake-activity";
import { fakeComparison } from "./fake-comparison";
import { fakeInspector, pasted } from "./fake-inspector";
import { fakeWalkthroughs, walkthroughOf } from "./fake-walkthroughs";
import type { Handlers } from "./handlers";

const query = new URLSearchParams(location.search);
const scenario = query.get("scenario") ?? "application";
const start = Date.now();
const MINUTE = 60_000;

/** As the real one does. */
export function toAppError(thrown: unknown): AppError {
  if (typeof thrown === "object" && thrown !== null && "kind" in thrown) return thrown as AppError;
  return internalError(String(thrown));
}

const base64url = (text: string) => btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const HEADER = { alg: "RS256", typ: "at+jwt", kid: "2026-11-a" };

let nextToken = 1;
/** Two tokens before one of such an age, each an hour older. */
const past = (age: number): PastToken[] =>
  [2, 1].map((hours) => ({ id: nextToken++, receivedAt: start - age - hours * 59 * MINUTE }));
function token(clientId: string, age: number, life: number, change: Partial<TokenView> = {}): TokenView {
  const receivedAt = start - age;
  return {
    id: nextToken++,
    checked: 1,
    kind: "jwt",
    tokenType: "Bearer",
    headerPreview: base64url(JSON.stringify(HEADER)).slice(0, 28),
    payloadPreview: base64url(JSON.stringify({ iss: "https://scaikey.scailabs.ai", sub: clientId })).slice(
      0,
      28,
    ),
    exchange: null,
    receivedAt,
    expiresAt: receivedAt + life,
    renewsAt: receivedAt + life - MINUTE,
    noRenewal: null,
    scopes: ["admin:read", "openid"],
    verdict: { kind: "verified" },
    count: 2,
    history: [],
    ...change,
  };
}

function application(id: string, name: string, change: Partial<ApplicationView> = {}): ApplicationView {
  return {
    id,
    name,
    clientId: `svc_${id}`,
    level: "GLOBAL",
    tenantSlug: null,
    applicationType: "SERVICE",
    endpointKey: { kind: "platform" },
    scopes: ["admin:read", "openid"],
    extra: [],
    clientAuthentication: "clientSecretBasic",
    renewal: { enabled: true, marginSeconds: null },
    secret: "keychain",
    token: null,
    phase: { kind: "idle" },
    candidate: null,
    ...change,
  };
}

const endpoints = (base: string, change: Partial<EndpointSetView> = {}): EndpointSetView => ({
  key: { kind: "platform" },
  tokenEndpoint: { value: `${base}/api/v1/platform/oauth/token`, origin: "discovered" },
  jwksUri: { value: `${base}/.well-known/jwks.json`, origin: "discovered" },
  issuer: { value: base, origin: "discovered" },
  discoveredAt: start - 3 * MINUTE,
  discoveryError: null,
  ...change,
});

function instance(id: string, name: string, url: string, change: Partial<InstanceView> = {}): InstanceView {
  return {
    id,
    name,
    kind: "scaiKey",
    url,
    host: new URL(url).host,
    colour: "blue",
    production: false,
    practice: null,
    proxy: { kind: "system" },
    extraCa: "",
    endpointSets: [endpoints(url)],
    clockOffsetMs: 200,
    applications: [],
    ...change,
  };
}

function realistic(): InstanceView[] {
  const life = 60 * MINUTE;
  return [
    instance("prod", "ScaiLabs production", "https://scaikey.scailabs.ai", {
      colour: "red",
      production: true,
      applications: [
        application("9f2k1x0qd7", "billing-sync", {
          token: token("svc_9f2k1x0qd7", 8.6 * MINUTE, life, { history: past(8.6 * MINUTE) }),
        }),
        application("audit", "audit-export", {
          token: token("svc_audit", 59.3 * MINUTE, life),
          phase: { kind: "requesting", since: start - 400, renewal: true },
        }),
      ],
    }),
    instance("staging", "Staging", "https://scaikey.staging.acme.io", {
      endpointSets: [
        endpoints("https://scaikey.staging.acme.io"),
        endpoints("https://scaikey.staging.acme.io/tenants/widget", {
          key: { kind: "tenant", slug: "widget" },
          tokenEndpoint: {
            value: "https://scaikey.staging.acme.io/api/v1/tenants/widget/oauth/token",
            origin: "documented",
          },
          jwksUri: null,
          issuer: { value: "https://scaikey.staging.acme.io/tenants/tnt_widget0001", origin: "typed" },
          discoveredAt: null,
          discoveryError: errors.noDiscovery,
        }),
      ],
      clockOffsetMs: 430_000,
      applications: [
        application("portal", "portal-web", {
          level: "TENANT",
          tenantSlug: "widget",
          applicationType: "WEB",
          endpointKey: { kind: "tenant", slug: "widget" },
        }),
        application("usage", "usage-report", { phase: { kind: "failed", error: errors.wrongSecret } }),
        application("night", "nightly-sync", {
          phase: { kind: "waiting", retryAt: start + 12_500, error: errors.offline },
          token: token("svc_night", 59.6 * MINUTE, life, {
            verdict: { kind: "notVerified", reason: "no keys yet" },
          }),
        }),
      ],
    }),
    instance("practice", "Practice", "http://127.0.0.1:8089", {
      colour: "green",
      practice: { port: 8089, lifetimeSeconds: 3_600, running: true, error: null },
      clockOffsetMs: 0,
      applications: [application("demo", "demo-service", { token: token("svc_demo", 1.5 * MINUTE, life) })],
    }),
  ];
}

const snapshot: Snapshot = {
  revision: 1,
  instances: realistic(),
  keychain: { name: "Secret Service (GNOME Keyring)", status: { kind: "ready" } },
  storage: { readOnly: null, canSetAside: false, notice: null },
  defaultMarginSeconds: null,
  undo: null,
  walkthroughs: [],
  newestExchange: null,
};
let preferences: Preferences = {
  theme: (query.get("theme") ?? "system") as Theme,
  clearClipboardSeconds: 60,
  zoomPercent: Number(query.get("zoom") ?? 100),
  copyFormat: "bare",
  lastApplication: "9f2k1x0qd7",
};

const find = (id: string): ApplicationView => {
  const found = snapshot.instances
    .flatMap(({ applications }) => applications)
    .find((entry) => entry.id === id);
  if (!found) throw errors.gone("application");
  return found;
};
const findInstance = (id: string): InstanceView => {
  const found = snapshot.instances.find((entry) => entry.id === id);
  if (!found) throw errors.gone("instance");
  return found;
};
const first = () => find("9f2k1x0qd7");

const scenarios: Record<string, () => void> = {
  application: () => undefined,
  first: () => {
    snapshot.instances = [];
    preferences.lastApplication = null;
  },
  many: () => {
    const states = [
      (id: string) => ({ token: token(id, 8 * MINUTE, 60 * MINUTE) }),
      (id: string) => ({ token: token(id, 59.2 * MINUTE, 60 * MINUTE) }),
      () => ({ phase: { kind: "failed" as const, error: errors.wrongSecret } }),
      () => ({}),
    ];
    for (const [n, at] of snapshot.instances.entries()) {
      for (let i = 0; i < 340; i++) {
        const id = `${n}-${i}`;
        const name =
          i % 9 === 4 ? `a-service-with-a-very-long-name-that-nobody-shortened-${i}` : `service-${i}`;
        at.applications.push(application(id, name, states[i % states.length]?.(id)));
      }
    }
  },
  long: () => {
    const at = findInstance("prod");
    at.name = "The production platform of the department of very long instance names, Frankfurt region";
    at.host = "scaikey.production.europe-west3.internal.long-subdomain.customer.example.com:8443";
    first().name =
      "an-application-with-a-name-that-is-long-enough-to-break-every-layout-that-was-not-tried-with-it";
    first().clientId = `svc_${"9f2k1x0qd7".repeat(12)}`;
    first().scopes = Array.from({ length: 24 }, (_, i) => `resource-${i}:read-and-write`);
    const held = first().token;
    if (held) held.scopes = first().scopes;
  },
  failed: () => {
    Object.assign(first(), { token: null, phase: { kind: "failed", error: errors.wrongSecret } });
  },
  scope: () => {
    Object.assign(first(), {
      token: null,
      phase: {
        kind: "failed",
        error: errors.scopeRefused(["admin:write"]),
      },
    });
  },
  level: () => {
    Object.assign(first(), { token: null, phase: { kind: "failed", error: errors.wrongLevel } });
  },
  unsafe: () => {
    Object.assign(first(), { token: null, phase: { kind: "failed", error: errors.unsafeEndpoint } });
  },
  waiting: () => {
    Object.assign(first(), { phase: { kind: "waiting", retryAt: start + 12_500, error: errors.offline } });
  },
  requesting: () => {
    Object.assign(first(), { token: null, phase: { kind: "requesting", since: start, renewal: false } });
  },
  renewing: () => {
    Object.assign(first(), { phase: { kind: "requesting", since: start, renewal: true } });
  },
  notoken: () => {
    first().token = null;
  },
  nosecret: () => {
    Object.assign(first(), { token: null, secret: "missing" });
  },
  opaque: () => {
    Object.assign(first().token ?? {}, {
      kind: "opaque",
      headerPreview: "",
      payloadPreview: "",
      verdict: { kind: "notVerified", reason: "it is opaque" },
    });
  },
  expired: () => {
    first().token = token("svc_9f2k1x0qd7", 63 * MINUTE, 60 * MINUTE, {
      noRenewal: "Renewal is off.",
      renewsAt: null,
    });
  },
  ending: () => {
    first().token = token("svc_9f2k1x0qd7", 59.35 * MINUTE, 60 * MINUTE);
  },
  refused: () => {
    Object.assign(first().token ?? {}, {
      verdict: { kind: "refused", reason: "the signature does not fit the key" },
    });
  },
  locked: () => {
    snapshot.keychain.status = { kind: "failed", error: errors.keychainLocked };
    Object.assign(first(), { token: null, phase: { kind: "failed", error: errors.keychainLocked } });
  },
  unlocking: () => {
    snapshot.keychain.status = { kind: "waiting" };
  },
  readonly: () => {
    snapshot.storage.readOnly = "Another ScaiKey Companion is running and holds the file.";
    snapshot.storage.notice =
      "The saved file was damaged. It was set aside and the backup from today 11:04 is in use.";
  },
  damaged: () => {
    snapshot.storage.readOnly = "The saved file and its backup are both damaged.";
    snapshot.storage.canSetAside = true;
  },
  undo: () => {
    snapshot.undo = { id: 1, name: "audit-export", until: start + 25_000 };
  },
  stopped: () => {
    const { practice } = findInstance("practice");
    if (practice)
      Object.assign(practice, {
        running: false,
        error: errors.practiceStopped,
      });
  },
  broken: () => undefined,
};
(scenarios[scenario] ?? scenarios["application"])?.();

const payload = (id: string) => {
  const { clientId, token: held } = find(id);
  return {
    iss: "https://scaikey.scailabs.ai",
    sub: clientId,
    aud: clientId,
    scope: held?.scopes.join(" ") ?? "",
    token_type: "client_credentials",
    app_scope: "GLOBAL",
    platform_token: true,
    iat: Math.floor((held?.receivedAt ?? 0) / 1_000),
    exp: Math.floor((held?.expiresAt ?? 0) / 1_000),
  };
};

const BARE_DETAILS = {
  payloadText: null,
  recognised: null,
  life: { issuedAt: null, notBefore: null, expiresAt: null },
  header: [],
  signatures: [],
};

function details(id: string): TokenDetails {
  const held = find(id).token;
  if (held === null) throw errors.noToken;
  if (held.kind !== "jwt") {
    return {
      tokenId: held.id,
      kind: held.kind,
      headerJson: null,
      payloadJson: null,
      ...BARE_DETAILS,
      claims: [],
      verdict: held.verdict,
      problems: [],
      checks: [
        {
          name: "signature",
          outcome: "skipped",
          reason: "The token is opaque: only ScaiKey can read it.",
          note: null,
        },
      ],
      notes: [],
    };
  }
  const body = payload(id);
  const row = (
    name: string,
    value: unknown,
    group: "who" | "where" | "what" | "when" | "other",
    meaning: string,
    source: string | null,
    instant: number | null = null,
    notes: string[] = [],
  ) => ({
    name,
    value: String(value),
    group,
    meaning,
    source,
    instant,
    notes,
    shape: "plain" as const,
    parts: [],
    place: null,
  });
  const refused = held.verdict.kind === "refused";
  return {
    tokenId: held.id,
    kind: "jwt",
    headerJson: JSON.stringify(HEADER, null, 2),
    payloadJson: JSON.stringify(body, null, 2),
    ...BARE_DETAILS,
    verdict: held.verdict,
    claims: [
      row(
        "sub",
        body.sub,
        "who",
        "The service itself: same as client_id, so no user is involved.",
        "RFC 7519 §4.1.2",
      ),
      row(
        "token_type",
        body.token_type,
        "who",
        "Minted for a service, not for a signed-in person.",
        "ScaiKey",
      ),
      row("iss", body.iss, "where", "Matches the issuer this instance publishes.", "RFC 7519 §4.1.1"),
      row(
        "aud",
        body.aud,
        "where",
        "An API that expects another audience will refuse it.",
        "RFC 7519 §4.1.3",
      ),
      row("app_scope", body.app_scope, "where", "Acts on every tenant of the platform.", "ScaiKey"),
      row(
        "scope",
        body.scope,
        "what",
        "Read the admin API. It cannot create, change or delete.",
        "RFC 8693 §4.2",
      ),
      row(
        "platform_token",
        body.platform_token,
        "what",
        "The admin API accepts it across tenants.",
        "ScaiKey",
      ),
      row("iat", body.iat, "when", "When it was issued.", "RFC 7519 §4.1.6", body.iat * 1_000),
      row("exp", body.exp, "when", "When it ends.", "RFC 7519 §4.1.4", body.exp * 1_000),
    ],
    problems: [],
    checks: [
      {
        name: "signature",
        outcome: refused ? "failed" : "passed",
        reason: refused
          ? "The signature does not fit the key “2026-11-a”."
          : "RS256 with key “2026-11-a”, fetched 3 min ago",
        note: null,
      },
      { name: "algorithm", outcome: "passed", reason: "RS256 is what the key is for", note: null },
      { name: "issuer", outcome: "passed", reason: "Same as this instance publishes", note: null },
      { name: "subject", outcome: "passed", reason: "", note: null },
      { name: "time", outcome: "passed", reason: "Your clock and the server's differ by 0.2 s", note: null },
      { name: "scopes", outcome: "passed", reason: "Got what was asked", note: null },
    ],
    notes: [],
  };
}

const fullToken = (id: string) =>
  `${base64url(JSON.stringify(HEADER))}.${base64url(JSON.stringify(payload(id)))}.${base64url("signature".repeat(28))}`;

const FORMATS: CopyFormatView[] = [
  { id: "bare", label: "Token", example: "eyJ…" },
  { id: "header", label: "Authorization header", example: "Authorization: Bearer eyJ…" },
  { id: "curl", label: "curl", example: "curl -H 'Authorization: Bearer eyJ…' 'https://…'" },
  { id: "sh", label: "Shell export", example: "export ACCESS_TOKEN='eyJ…'" },
  { id: "fish", label: "fish", example: "set -x ACCESS_TOKEN 'eyJ…'" },
  { id: "powershell", label: "PowerShell", example: "$env:ACCESS_TOKEN = 'eyJ…'" },
  { id: "env", label: ".env line", example: "ACCESS_TOKEN=eyJ…" },
  { id: "json", label: "JSON answer", example: '{"access_token":"eyJ…","token_type":"Bearer"}' },
  { id: "httpie", label: "HTTPie", example: "https -A bearer -a 'eyJ…' …" },
  {
    id: "python",
    label: "Python requests",
    example: "requests.get(url, headers={'Authorization': 'Bearer eyJ…'})",
  },
  {
    id: "fetch",
    label: "JavaScript fetch",
    example: "fetch(url, { headers: { Authorization: 'Bearer eyJ…' } })",
  },
  { id: "reqwest", label: "Rust reqwest", example: 'client.get(url).bearer_auth("eyJ…")' },
];

let listener: ((snapshot: Snapshot) => void) | undefined;
function publish(): void {
  snapshot.revision++;
  walkthroughs.progress();
  listener?.(structuredClone(snapshot));
}

/** As the real one does. */
export async function onSnapshot(callback: (snapshot: Snapshot) => void): Promise<void> {
  listener = callback;
}

const later = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const walkthroughs = fakeWalkthroughs({ snapshot, publish, find, later, renew, application, scenario });
let nextId = 1;

async function renew(id: string): Promise<void> {
  const target = find(id);
  if (target.phase.kind === "requesting") return;
  target.phase = { kind: "requesting", since: Date.now(), renewal: false };
  publish();
  await later(700);
  const life =
    (snapshot.instances.find(({ applications }) => applications.includes(target))?.practice
      ?.lifetimeSeconds ?? 3_600) * 1_000;
  const before = target.token;
  const count = (before?.count ?? 0) + 1;
  const history =
    before === null ? [] : [...before.history, { id: before.id, receivedAt: before.receivedAt }];
  target.token = token(target.clientId, start - Date.now(), life, {
    count,
    scopes: target.scopes,
    history,
  });
  target.phase = { kind: "idle" };
  publish();
}

function place<T>(list: T[], item: T, index: number): void {
  list.splice(list.indexOf(item), 1);
  list.splice(index, 0, item);
  publish();
}

let undone: (() => void) | undefined;
function forget<T extends { name: string }>(list: T[], item: T): void {
  const index = list.indexOf(item);
  list.splice(index, 1);
  undone = () => {
    list.splice(index, 0, item);
  };
  snapshot.undo = { id: nextId++, name: item.name, until: Date.now() + 30_000 };
  publish();
}

const required = (field: Problem["field"], value: string, message: string): Problem[] =>
  value.trim() === "" ? [{ field, severity: "error", message }] : [];

const NOTHING_FOUND = { scopes: [], grantTypes: [], authenticationMethods: [], notes: [] };

const activity = activityHandlers({
  scenario,
  application: find,
  instanceOf: (id) => {
    const at = snapshot.instances.find(({ applications }) => applications.some((entry) => entry.id === id));
    if (!at) throw errors.gone("application");
    return at;
  },
  applications: () =>
    snapshot.instances.flatMap((at) =>
      at.applications.map((entry) => ({ application: entry, instance: at })),
    ),
  publish: (newest) => {
    snapshot.newestExchange = newest;
    publish();
  },
});

const handlers: Handlers = {
  ...walkthroughs.handlers,
  ...activity,
  ...fakeInspector({ instances: () => snapshot.instances, later }),
  ...fakeComparison({ find, header: HEADER, payload }),
  exchange: (args) => walkthroughs.exchange(args.exchange) ?? activity.exchange(args),
  snapshot: () => {
    if (scenario === "broken") throw internalError("snapshot did not answer");
    return structuredClone(snapshot);
  },
  discover: async ({ draft, tenantSlug }) => {
    await later(500);
    const url = draft.url.trim().replace(/\/+$/, "");
    if (url.includes("elsewhere")) {
      const { unsafeEndpoint: discoveryError } = errors;
      const refused = endpoints(url, { tokenEndpoint: null, discoveryError });
      return {
        ...NOTHING_FOUND,
        url,
        discoveryUrl: `${url}/.well-known/openid-configuration`,
        endpoints: refused,
      };
    }
    if (url.includes("offline")) throw errors.hostNotFound(url.replace(/^https?:\/\//, ""));
    return {
      url,
      discoveryUrl: `${url}/.well-known/openid-configuration`,
      endpoints: endpoints(url, tenantSlug === null ? {} : { key: { kind: "tenant", slug: tenantSlug } }),
      scopes: ["openid", "profile", "email", "admin:read", "admin:write"],
      grantTypes: ["client_credentials", "authorization_code", "refresh_token"],
      authenticationMethods: ["client_secret_basic", "client_secret_post"],
      notes: [],
    };
  },
  check_instance: ({ draft }) => required("url", draft.url, "Enter the address of your ScaiKey."),
  save_instance: async ({ draft }) => {
    await later(200);
    const url = draft.url.trim().replace(/\/+$/, "");
    const id = draft.id ?? `new-${nextId++}`;
    const name = draft.name.trim() === "" ? new URL(url).host : draft.name;
    const { kind, colour, production, proxy, extraCa } = draft;
    const change = { name, kind, url, host: new URL(url).host, colour, production, proxy, extraCa };
    if (draft.id === null) snapshot.instances.push(instance(id, name, url, change));
    else Object.assign(findInstance(id), change);
    publish();
    return id;
  },
  delete_instance: ({ instance: id }) => {
    forget(snapshot.instances, findInstance(id));
    return null;
  },
  move_instance: ({ instance: id, index }) => {
    place(snapshot.instances, findInstance(id), index);
    return null;
  },
  check_application: ({ draft }) => {
    const problems = required("clientId", draft.clientId, "Enter the client ID.");
    if (draft.secret.kind === "set" && draft.secret.value !== draft.secret.value.trim()) {
      problems.push({
        field: "secret",
        severity: "notice",
        message: "It begins or ends with a space or a line break. It is sent like that.",
      });
    }
    return problems;
  },
  test_application: async ({ draft }) => {
    await later(900);
    if (draft.secret.kind === "set" && draft.secret.value.includes("wrong")) throw errors.wrongSecret;
    return {
      durationMs: 41,
      kind: "jwt",
      lifetimeSeconds: 3_600,
      scopes: draft.scopes,
      checks: details("demo").checks,
      notes: [],
    };
  },
  save_application: async ({ draft }) => {
    await later(200);
    const id = draft.id ?? `new-${nextId++}`;
    const { clientId, level, applicationType, scopes, extra, clientAuthentication, renewal } = draft;
    const change: Partial<ApplicationView> = {
      clientId,
      level,
      tenantSlug: draft.tenantSlug === "" ? null : draft.tenantSlug,
      applicationType,
      scopes,
      extra,
      clientAuthentication,
      renewal,
      name: draft.name.trim() === "" ? clientId : draft.name,
    };
    if (draft.secret.kind === "set") change.secret = draft.secret.keep;
    if (draft.id === null) {
      findInstance(draft.instance).applications.push(
        application(id, clientId, { secret: "missing", ...change }),
      );
    } else {
      Object.assign(find(id), change);
    }
    publish();
    return id;
  },
  duplicate_application: ({ application: id }) => {
    const original = find(id);
    const copy = {
      ...structuredClone(original),
      id: `new-${nextId++}`,
      name: `${original.name} copy`,
      token: null,
    };
    snapshot.instances.find(({ applications }) => applications.includes(original))?.applications.push(copy);
    publish();
    return copy.id;
  },
  delete_application: ({ application: id }) => {
    const gone = find(id);
    const at = snapshot.instances.find(({ applications }) => applications.includes(gone));
    if (at) forget(at.applications, gone);
    return null;
  },
  move_application: ({ application: id, index }) => {
    const moved = find(id);
    const at = snapshot.instances.find(({ applications }) => applications.includes(moved));
    if (at) place(at.applications, moved, index);
    return null;
  },
  set_secret: ({ application: id, keep }) => {
    if (scenario === "locked" && keep === "keychain") throw errors.keychainLocked;
    Object.assign(find(id), { secret: keep, phase: { kind: "idle" } });
    publish();
    return null;
  },
  undo_delete: () => {
    undone?.();
    snapshot.undo = null;
    publish();
    return null;
  },
  request_token: ({ application: id }) => {
    void renew(id);
    return null;
  },
  inspect_token: async ({ application: id }) => {
    await later(20);
    return details(id);
  },
  reveal_token: ({ application: id }) => fullToken(id),
  copy_formats: () => FORMATS,
  copy_token: async ({ application: id }) => {
    await later(150);
    if (find(id).token === null) await renew(id);
    if (scenario === "clipboard") throw errors.clipboard;
    const at = snapshot.instances.find(({ applications }) => applications.some((entry) => entry.id === id));
    const clears = preferences.clearClipboardSeconds;
    return {
      clearsAt: clears === null ? null : Date.now() + clears * 1_000,
      renewed: false,
      production: at?.production ?? false,
      warning: null,
    };
  },
  copy_text: () => null,
  start_practice: async () => {
    await later(900);
    const at = realistic().find(({ practice }) => practice !== null);
    if (at && !snapshot.instances.some(({ practice }) => practice !== null)) snapshot.instances.push(at);
    publish();
    return "demo";
  },
  set_practice_lifetime: async ({ instance: id, seconds }) => {
    await later(150);
    const { practice } = findInstance(id);
    if (practice) practice.lifetimeSeconds = seconds;
    publish();
    return null;
  },
  preferences: () => ({ ...preferences }),
  save_preferences: (args) => {
    preferences = args.preferences;
    return null;
  },
  set_default_margin: async ({ seconds }) => {
    await later(150);
    snapshot.defaultMarginSeconds = seconds;
    publish();
    return null;
  },
  retry_keychain: async () => {
    snapshot.keychain.status = { kind: "waiting" };
    publish();
    await later(1_500);
    snapshot.keychain.status = { kind: "ready" };
    publish();
    return null;
  },
  storage_report: () => ({
    configPath: "/home/you/.config/ai.scailabs.scaikey-companion/companion.json",
    preferencesPath: "/home/you/.config/ai.scailabs.scaikey-companion/preferences.json",
    logPath: "/home/you/.local/state/ai.scailabs.scaikey-companion/companion.log",
    keychain: snapshot.keychain.name,
    secrets: snapshot.instances
      .flatMap(({ applications }) => applications)
      .filter(({ secret }) => secret === "keychain").length,
  }),
  remove_everything: async () => {
    await later(300);
    snapshot.instances = [];
    snapshot.undo = null;
    publish();
    return null;
  },
  diagnostics: () => ({
    version: "0.1.0",
    text: "ScaiKey Companion 0.1.0\nSystem: linux x86_64\nWeb view: 2.50.1\nKeychain: ready (Secret Service (GNOME Keyring))\nSaving: works\nInstances: 3\nApplications: 6, 4 with a token\nErrors now: clientRefused, unreachable",
  }),
  copy_diagnostics: () => null,
  open_page: () => null,
  ask_for_scopes: async ({ application: id, scopes }) => {
    const asked = find(id);
    asked.scopes = [...new Set([...asked.scopes, ...scopes])];
    await renew(id);
    return null;
  },
  drop_scopes: async ({ application: id, scopes }) => {
    const asked = find(id);
    asked.scopes = asked.scopes.filter((scope) => !scopes.includes(scope));
    await renew(id);
    return null;
  },
  allow_practice_scopes: async () => {
    await later(150);
    return null;
  },
  try_level: async ({ application: id, level, tenantSlug }) => {
    await later(700);
    if (tenantSlug === "wrong") throw errors.wrongLevel;
    Object.assign(find(id), { level, tenantSlug: tenantSlug === "" ? null : tenantSlug });
    publish();
    return null;
  },
  set_damaged_aside: async () => {
    await later(150);
    snapshot.storage = { readOnly: null, canSetAside: false, notice: null };
    publish();
    return null;
  },
  painted: () => null,
};

/** As the real one does. */
export async function call<K extends keyof Commands>(
  name: K,
  ...args: Commands[K]["args"] extends null ? [] : [args: Commands[K]["args"]]
): Promise<Commands[K]["result"]> {
  await later(scenario === "slow" ? 1_500 : 5);
  return structuredClone(await handlers[name](args[0] as Commands[K]["args"]));
}

/** Opens what the address asks for, once the page is there. */
async function stage(): Promise<void> {
  await later(300);
  const { companion } = await import("../src/lib/companion.svelte");
  const at = query.get("place");
  const walkthrough = walkthroughOf(at ?? "");
  if (at === "settings" || at === "walkthroughs" || at === "activity") companion.open({ kind: at });
  else if (at === "inspector") {
    companion.open({ kind: at });
    const { inspector } = await import("../src/inspector/inspector.svelte");
    const text = pasted(scenario);
    if (text !== undefined) inspector.paste(text);
  } else if (walkthrough !== undefined) {
    const step = query.get("step");
    companion.open({
      kind: "walkthrough",
      id: walkthrough,
      ...(step === null ? {} : { step: Number(step) }),
    });
  } else if (at !== null && snapshot.instances.some(({ id }) => id === at))
    companion.open({ kind: "instance", id: at });
  else if (at !== null) companion.open({ kind: "application", id: at });
  switch (query.get("dialog")) {
    case "palette":
    case "shortcuts":
    case "removeEverything":
      companion.openDialog({ kind: query.get("dialog") as "palette" });
      break;
    case "instance":
      companion.openDialog({ kind: "instance", id: query.get("id") });
      break;
    case "application":
      companion.openDialog({ kind: "application", instance: "staging", id: query.get("id") });
      break;
    case "deleteInstance":
      companion.openDialog({ kind: "deleteInstance", id: "prod" });
      break;
    case "deleteApplication":
      companion.openDialog({ kind: "deleteApplication", id: "audit" });
  }
  for (const testid of query.get("click")?.split(",") ?? []) {
    await later(900);
    document.querySelector<HTMLElement>(`[data-testid="${testid}"]`)?.click();
  }
  if (query.has("problem")) await companion.attempt(() => Promise.reject(errors.clipboard));
}
void stage();
