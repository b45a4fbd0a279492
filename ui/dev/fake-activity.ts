/**
 * The activity and the API calls of `npm run dev:fake`. What a call answers is chosen by its path or by
 * `?scenario=`: `/tenants/` a table, `/forbidden` 403, `/unauthorized` 401, `/invalid` 422, `/html` a web page,
 * `/empty` an empty list, `/nothing` 204, `/secret` a masked body, `/moved` a redirect, `/offline` no answer.
 * `?scenario=busy` begins with 400 exchanges and adds one every two seconds.
 */
import type { AppError } from "../src/lib/contract/AppError";
import type { ApplicationView } from "../src/lib/contract/ApplicationView";
import type { BodyView } from "../src/lib/contract/BodyView";
import type { CallReport } from "../src/lib/contract/CallReport";
import type { Commands } from "../src/lib/contract/Commands";
import type { EndpointRequest } from "../src/lib/contract/EndpointRequest";
import type { EndpointSuggestion } from "../src/lib/contract/EndpointSuggestion";
import type { ExchangeSummary } from "../src/lib/contract/ExchangeSummary";
import type { ExchangeView } from "../src/lib/contract/ExchangeView";
import type { InstanceView } from "../src/lib/contract/InstanceView";
import type { Purpose } from "../src/lib/contract/Purpose";
import type { TableView } from "../src/lib/contract/TableView";
import { error, gone, serverWords } from "./errors";
import type { Handlers } from "./handlers";

/** What the rest of the fake gives. */
export interface Surroundings {
  scenario: string;
  application: (id: string) => ApplicationView;
  instanceOf: (id: string) => InstanceView;
  /** Every application, for the long list. */
  applications: () => { application: ApplicationView; instance: InstanceView }[];
  /** The newest exchange has risen. */
  publish: (newest: number) => void;
}

const later = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

const body = (text: string, mediaType: string | null, change: Partial<BodyView> = {}): BodyView => ({
  text,
  bytes: new TextEncoder().encode(text).length,
  cut: false,
  masked: false,
  mediaType,
  ...change,
});
const json = (value: unknown, change: Partial<BodyView> = {}) =>
  body(JSON.stringify(value), "application/json", change);

const SUGGESTIONS: EndpointSuggestion[] = [
  [
    "List tenants",
    "GET",
    "/api/v1/admin/tenants/",
    ["page", "per_page", "search", "status", "partner_id"],
    "",
    "admin:read",
    "",
    false,
  ],
  ["Get a tenant", "GET", "/api/v1/admin/tenants/{tenant_id}", [], "", "admin:read", "", false],
  [
    "Create a tenant",
    "POST",
    "/api/v1/admin/tenants/",
    [],
    '{\n  "name": "Acme",\n  "slug": "acme"\n}',
    "admin:write",
    "",
    true,
  ],
  [
    "Update a tenant",
    "PATCH",
    "/api/v1/admin/tenants/{tenant_id}",
    [],
    '{\n  "name": "Acme"\n}',
    "admin:write",
    "",
    true,
  ],
  ["Delete a tenant", "DELETE", "/api/v1/admin/tenants/{tenant_id}", [], "", "admin:write", "", true],
  [
    "List applications",
    "GET",
    "/api/v1/admin/applications/",
    ["page", "per_page", "tenant_id", "partner_id", "scope", "application_type", "search"],
    "",
    null,
    "What is listed depends on the role.",
    false,
  ],
  [
    "Check identity sources",
    "GET",
    "/api/v1/admin/users/identity-source/mismatches",
    ["tenant_id"],
    "",
    null,
    "With fix=true it would change data; that is never sent.",
    false,
  ],
  [
    "Audit trail",
    "GET",
    "/api/v1/admin/audit/",
    [
      "page",
      "per_page",
      "tenant_id",
      "actor_id",
      "actor_email",
      "action",
      "resource_type",
      "resource_id",
      "result",
      "start_time",
      "end_time",
      "ip_address",
    ],
    "",
    null,
    "",
    false,
  ],
].map(
  ([title, method, path, query, start, needs, note, changes]) =>
    ({ title, method, path, query, body: start, needs, note, changes }) as EndpointSuggestion,
);

interface Answered {
  status: number;
  reason: string;
  body: BodyView;
  table?: TableView;
  headers?: [string, string][];
  error?: AppError;
  challenges?: CallReport["challenges"];
  redirectedFrom?: string;
}

const TENANTS = Array.from({ length: 40 }, (_, i) => ({
  id: `tnt_${String(i).padStart(4, "0")}`,
  name: i === 2 ? '<img src=x onerror="alert(1)"> & Söhne' : `Tenant number ${i}`,
  slug: `tenant-${i}`,
  status: i % 7 === 3 ? "SUSPENDED" : "ACTIVE",
  partner_id: "prt_main",
  created_at: "2026-03-01T09:30:00Z",
}));
const tableOf = (rows: Record<string, unknown>[], around: string[]): TableView => {
  const columns = Object.keys(rows[0] ?? {});
  return {
    columns,
    rows: rows.map((row) => columns.map((column) => String(row[column]))),
    total: rows.length,
    around,
  };
};

function answer(url: string, request: EndpointRequest, scenario: string): Answered {
  const asked = `${request.path} ${scenario}`;
  const server = (status: number, description: string | null, code: string | null = null) =>
    serverWords({ stage: "endpoint", status, url, error: code, description });
  if (asked.includes("forbidden")) {
    const words = "Platform token requires admin:read or admin:write scope";
    return {
      status: 403,
      reason: "Forbidden",
      body: json({ detail: words }),
      error: error(
        "scopeMissing",
        "The token has no admin scope.",
        "The request asked for openid only, so the token could not carry it.",
        [
          {
            action: { kind: "askForScopes", scopes: ["admin:read"] },
            label: "Ask for admin:read and try again",
          },
          { action: { kind: "openAdminUi" }, label: "Open the application in the admin UI" },
        ],
        { server: server(403, words) },
      ),
    };
  }
  if (asked.includes("unauthorized"))
    return {
      status: 401,
      reason: "Unauthorized",
      body: json({ detail: "Invalid token" }),
      headers: [["www-authenticate", 'Bearer realm="scaikey", error="invalid_token"']],
      challenges: [
        {
          scheme: "Bearer",
          realm: "scaikey",
          error: "invalid_token",
          description: "The access token expired",
          scope: null,
        },
      ],
      error: error(
        "tokenRejected",
        "The API does not accept this token.",
        "Request a new one and try again.",
        [{ action: { kind: "retry" }, label: "Try again" }],
        { server: server(401, "The access token expired", "invalid_token") },
      ),
    };
  if (asked.includes("invalid"))
    return {
      status: 422,
      reason: "Unprocessable Content",
      body: json({ detail: [{ loc: ["query", "page"], msg: "value is not a valid integer", type: "int" }] }),
      error: error(
        "requestInvalid",
        "The request itself is not valid.",
        "query.page: value is not a valid integer",
        [],
        { server: server(422, "value is not a valid integer") },
      ),
    };
  if (asked.includes("html"))
    return {
      status: 200,
      reason: "OK",
      body: body(
        "<!doctype html>\n<title>Sign in</title>\n<script>alert(1)</script>\n<h1>Sign in</h1>",
        "text/html",
      ),
      error: error("notJson", "A web page titled “Sign in” came instead of JSON.", "Check the path.", [], {
        server: server(200, null),
      }),
    };
  if (asked.includes("empty"))
    return {
      status: 200,
      reason: "OK",
      body: json({ items: [], total: 0 }),
      table: { columns: [], rows: [], total: 0, around: ["total: 0"] },
    };
  if (asked.includes("nothing") || request.method === "DELETE")
    return { status: 204, reason: "No Content", body: body("", null) };
  if (asked.includes("secret"))
    return {
      status: 201,
      reason: "Created",
      body: json({ client_id: "app_1", client_secret: "••••••••", big: 1 }, { masked: true }),
    };
  const moved = asked.includes("moved") ? { redirectedFrom: "/api/v1/admin/tenants" } : {};
  if (request.method !== "GET") return { status: 201, reason: "Created", body: json(TENANTS[0]), ...moved };
  return {
    status: 200,
    reason: "OK",
    body: json({ items: TENANTS, total: TENANTS.length, page: 1 }),
    table: tableOf(TENANTS, ["total: 40", "page: 1"]),
    ...moved,
  };
}

/** The handlers for the activity and for calls. */
export function activityHandlers(at: Surroundings) {
  let recorded: ExchangeView[] = [];
  let next = 1;

  function record(
    purpose: Purpose,
    application: ApplicationView,
    instance: InstanceView,
    request: { method: string; url: string; body?: BodyView },
    answered: Answered | null,
    change: { at?: number; error?: AppError; ms?: number } = {},
  ): ExchangeView {
    const https = request.url.startsWith("https");
    const total = change.ms ?? 20 + Math.random() * 60;
    const reused = purpose === "endpoint" && next % 3 === 0;
    const { host, pathname, search } = new URL(request.url);
    const summary: ExchangeSummary = {
      id: next++,
      at: change.at ?? Date.now(),
      purpose,
      instance: instance.id,
      application: application.id,
      method: request.method,
      url: request.url,
      status: answered?.status ?? null,
      failure: change.error?.title ?? null,
      durationMs: Math.round(total),
      failed: answered === null || answered.status >= 400,
    };
    const form = purpose === "token" || purpose === "renewal";
    const view: ExchangeView = {
      summary,
      request: {
        line: `${request.method} ${pathname}${search} HTTP/1.1`,
        headers: [
          { name: "host", value: host },
          { name: "authorization", value: form ? "Basic ••••••••" : "Bearer ••••••••" },
          { name: "accept", value: "application/json" },
        ],
        body: request.body ?? null,
      },
      response:
        answered === null
          ? null
          : {
              line: `HTTP/1.1 ${answered.status} ${answered.reason}`,
              headers: [
                { name: "content-type", value: answered.body.mediaType ?? "application/json" },
                ...(answered.headers ?? []).map(([name, value]) => ({ name, value })),
                { name: "date", value: new Date(summary.at).toUTCString() },
              ],
              body: answered.body.bytes === 0 ? null : answered.body,
            },
      error: change.error ?? null,
      timing:
        answered === null
          ? { dns: 1.2, connect: total - 1.2, wait: null, body: null, total, reused: null }
          : {
              dns: reused ? null : 1.8,
              connect: reused ? null : total * 0.35,
              wait: total * (reused ? 0.9 : 0.5),
              body: 0.7,
              total,
              reused,
            },
      connection:
        answered === null
          ? null
          : {
              remote: https ? "203.0.113.7:443" : "127.0.0.1:8089",
              proxy: null,
              tls: https
                ? {
                    version: "TLS 1.3",
                    issuer: "CN=R11, O=Let's Encrypt, C=US",
                    subject: `CN=${host}`,
                    validUntil: summary.at + 61 * 86_400_000,
                  }
                : null,
            },
      curl: `curl -X ${request.method} \\\n  -H "Authorization: Bearer $ACCESS_TOKEN" \\\n  -H 'Accept: application/json' \\\n  '${request.url}'`,
    };
    recorded = [view, ...recorded].slice(0, 500);
    return view;
  }

  const tokenRequest = (
    purpose: Purpose,
    { application, instance }: { application: ApplicationView; instance: InstanceView },
    when: number,
  ) =>
    record(
      purpose,
      application,
      instance,
      {
        method: "POST",
        url: instance.endpointSets[0]?.tokenEndpoint?.value ?? instance.url,
        body: body(
          "grant_type=client_credentials&scope=admin%3Aread+openid",
          "application/x-www-form-urlencoded",
        ),
      },
      {
        status: 200,
        reason: "OK",
        body: json({ access_token: "••••••••", token_type: "Bearer", expires_in: 3600 }, { masked: true }),
      },
      { at: when },
    );
  const tlsFailure = error(
    "tls",
    "The certificate of scaikey.staging.acme.io:443 has expired.",
    "Its operator must renew it. If your computer's date is wrong, set the clock and try again.",
    [{ action: { kind: "retry" }, label: "Try now" }],
    { detail: "invalid peer certificate: certificate expired" },
  );

  /** What has happened before the page opened. */
  function past(): void {
    const all = at.applications();
    const [one] = all;
    if (one === undefined) return;
    const now = Date.now();
    const many = at.scenario === "busy" ? 400 : 6;
    for (let i = many; i > 0; i--) {
      const whose = all[i % all.length] ?? one;
      const when = now - i * 31_000;
      const { application, instance } = whose;
      if (i % 6 === 0)
        record(
          "discovery",
          application,
          instance,
          { method: "GET", url: `${instance.url}/.well-known/openid-configuration` },
          { status: 200, reason: "OK", body: json({ issuer: instance.url }) },
          { at: when },
        );
      else if (i % 6 === 1) tokenRequest(i % 4 === 1 ? "renewal" : "token", whose, when);
      else if (i % 6 === 2)
        record(
          "keys",
          application,
          instance,
          { method: "GET", url: `${instance.url}/.well-known/jwks.json` },
          null,
          { at: when, error: tlsFailure, ms: 18.4 },
        );
      else {
        const request: EndpointRequest = {
          method: "GET",
          path: i % 6 === 3 ? "/api/v1/admin/forbidden" : "/api/v1/admin/tenants/",
          query: [],
          body: "",
        };
        const url = `${instance.url}${request.path}?page=${i}`;
        record("endpoint", application, instance, { method: "GET", url }, answer(url, request, ""), {
          at: when,
        });
      }
    }
  }
  past();
  // The first request of the application on screen is what its token came from.
  const [first] = at.applications();
  if (first?.application.token)
    first.application.token.exchange = tokenRequest("token", first, Date.now() - 8_600).summary.id;
  at.publish(next - 1);
  if (at.scenario === "busy")
    setInterval(() => {
      const all = at.applications();
      const whose = all[next % all.length];
      if (whose) tokenRequest("renewal", whose, Date.now());
      at.publish(next - 1);
    }, 2_000);

  const urlOf = (application: string, { path, query }: EndpointRequest) => {
    const url = new URL(path, at.instanceOf(application).url);
    for (const { name, value } of query) url.searchParams.append(name, value);
    return url.href;
  };
  const chosen = ({ application, failures }: Commands["activity"]["args"]) =>
    recorded
      .map(({ summary }) => summary)
      .filter(
        (summary) =>
          (application === null || summary.application === application) && (!failures || summary.failed),
      );

  return {
    endpoints: () => SUGGESTIONS,
    preview_call: ({ application, request }) => {
      if (!request.path.startsWith("/")) return { url: "", curl: "", problem: "A path begins with /." };
      const url = urlOf(application, request);
      return {
        url,
        curl: `curl -X ${request.method} -H "Authorization: Bearer $ACCESS_TOKEN" '${url}'`,
        problem: null,
      };
    },
    call_endpoint: async ({ application, request }) => {
      await later(400);
      const url = urlOf(application, request);
      const who = at.application(application);
      const instance = at.instanceOf(application);
      if (request.path.includes("offline")) {
        record("endpoint", who, instance, { method: request.method, url }, null, {
          error: tlsFailure,
          ms: 18,
        });
        at.publish(next - 1);
        throw tlsFailure;
      }
      const answered = answer(url, request, who.scopes.includes("admin:read") ? at.scenario : "forbidden");
      const sent = request.body === "" ? {} : { body: body(request.body, "application/json") };
      const { summary } = record(
        "endpoint",
        who,
        instance,
        { method: request.method, url, ...sent },
        answered,
      );
      at.publish(next - 1);
      return {
        exchange: summary.id,
        status: answered.status,
        reason: answered.reason,
        durationMs: summary.durationMs,
        url,
        redirectedFrom: answered.redirectedFrom ?? null,
        body: answered.body,
        table: answered.table ?? null,
        challenges: answered.challenges ?? [],
        error: answered.error ?? null,
      };
    },
    reveal_answer: () =>
      '{"client_id":"app_1","client_secret":"a-secret-of-the-fake","big":9007199254740993}',
    check_api: async ({ application, path }) => {
      await later(700);
      const url = urlOf(application, { method: "GET", path, query: [], body: "" });
      const ask = (status: number, reason: string) =>
        record(
          "apiCheck",
          at.application(application),
          at.instanceOf(application),
          { method: "GET", url },
          { status, reason, body: json({ detail: reason }) },
        ).summary.id;
      const rows: Commands["check_api"]["result"] = [
        { token: "none", trial: { kind: "rejected", status: 401 }, exchange: ask(401, "Unauthorized") },
        { token: "changedSignature", trial: { kind: "accepted", status: 200 }, exchange: ask(200, "OK") },
        {
          token: "expired",
          trial: { kind: "notTried", reason: "this run has had no token that has ended" },
          exchange: null,
        },
      ];
      at.publish(next - 1);
      return rows;
    },
    activity: chosen,
    exchange: async ({ exchange }) => {
      await later(30);
      const found = recorded.find(({ summary }) => summary.id === exchange);
      if (!found) throw gone("exchange");
      return found;
    },
    copy_curl: () => null,
    export_activity: async (args) => {
      await later(300);
      return { path: "/home/you/Downloads/scaikey-activity-2026-11-25.har", exchanges: chosen(args).length };
    },
    clear_activity: () => {
      recorded = [];
      return null;
    },
  } satisfies Partial<Handlers>;
}
