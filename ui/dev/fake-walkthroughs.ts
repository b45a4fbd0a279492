/**
 * Walkthroughs for `npm run dev:fake`: `?place=walkthroughs`, or `?place=quickstart` (any other id likewise)
 * with `&step=3` for the step that is open. `?scenario=` chooses the stage: `walk-new` (nothing registered),
 * `walk-403` (the token has openid only), `walk-rotated` (the old secret is refused), `walk-done`.
 */
import type { Certainty } from "../src/lib/contract/Certainty";
import type { AppError } from "../src/lib/contract/AppError";
import type { ApplicationView } from "../src/lib/contract/ApplicationView";
import type { ExchangeView } from "../src/lib/contract/ExchangeView";
import type { Panel } from "../src/lib/contract/Panel";
import type { PitfallText } from "../src/lib/contract/PitfallText";
import type { Snapshot } from "../src/lib/contract/Snapshot";
import type { StepAction } from "../src/lib/contract/StepAction";
import type { StepProgress } from "../src/lib/contract/StepProgress";
import type { StepText } from "../src/lib/contract/StepText";
import type { WalkthroughAnswers } from "../src/lib/contract/WalkthroughAnswers";
import type { WalkthroughId } from "../src/lib/contract/WalkthroughId";
import type { WalkthroughText } from "../src/lib/contract/WalkthroughText";
import type { WebhookReport } from "../src/lib/contract/WebhookReport";
import type { Handlers } from "./handlers";

/** What they need of the rest. */
export interface World {
  snapshot: Snapshot;
  publish: () => void;
  find: (id: string) => ApplicationView;
  later: (ms: number) => Promise<unknown>;
  renew: (id: string) => Promise<void>;
  application: (id: string, name: string, change?: Partial<ApplicationView>) => ApplicationView;
  scenario: string;
}

const pitfall = (sign: string, remedy: string, certainty: Certainty = "documented"): PitfallText => ({
  sign,
  remedy,
  certainty,
});
const step = (
  title: string,
  text: string,
  panel: Panel,
  action: StepAction | null = null,
  more: Partial<StepText> = {},
): StepText => ({ title, text, meaning: "", panel, action, pitfalls: [], undocumented: "", ...more });

const REGISTER = step(
  "Register an application",
  "In the admin UI, create an application of the type SERVICE. Allow at least openid, and admin:read to call the admin API. Copy the client ID and the secret: the secret is shown once.",
  "register",
  null,
  {
    pitfalls: [
      pitfall("The secret is lost", "It cannot be shown again. Generate a new one on the same application."),
    ],
    undocumented: "What a client ID looks like: its shape is not checked here.",
  },
);
const REQUEST = step(
  "Request an access token",
  "The application proves itself with its client ID and secret, and gets a token for itself.",
  "none",
  "requestToken",
  {
    meaning: "The answer holds the token, its type and for how many seconds it lives.",
    pitfalls: [
      pitfall(
        "A GLOBAL application is refused at a tenant's URL",
        "Use the platform endpoint for GLOBAL, the tenant's for TENANT and PARTNER.",
      ),
      pitfall("401", "Client ID or secret are wrong.", "unknown"),
    ],
    undocumented: "What the server answers to a wrong secret.",
  },
);
const DECODE = step(
  "Decode the token",
  "A token is three parts of base64url text. What it says about you is in the second one.",
  "token",
  null,
  { meaning: "sub equals client_id: the token is for the service itself, and no user is involved." },
);
const CALL = step(
  "Call a protected endpoint",
  "Ask the admin API for your tenants. The token travels in the Authorization header.",
  "endpoint",
  "listTenants",
  {
    meaning: "You see the tenants that the application may read.",
    pitfalls: [
      pitfall(
        "403 Platform token requires admin:read or admin:write scope",
        "Ask for admin:read, and allow it.",
      ),
    ],
  },
);

const TEXTS: WalkthroughText[] = [
  {
    id: "quickstart",
    title: "Quickstart",
    summary: "From nothing to a working access token in five steps.",
    documentation: "quickstart",
    steps: [
      REGISTER,
      REQUEST,
      DECODE,
      CALL,
      step(
        "Let it renew",
        "There is no refresh token here. Shortly before its end, the companion requests the next one.",
        "renewal",
        null,
        {
          meaning: "A service does the same: keep the token in memory, and request a new one a little early.",
        },
      ),
    ],
  },
  {
    id: "serviceToService",
    title: "A service that talks to the admin API",
    summary: "Choose level and scopes before they count, and take home a token loop in your language.",
    documentation: "tutorials/service-to-service",
    steps: [
      step("Choose the level", "The level says where its tokens act.", "chooseLevel"),
      step("Choose the scopes", "Take as few as it needs.", "chooseScopes"),
      REGISTER,
      REQUEST,
      CALL,
      step("Keep it valid in code", "A loop that requests a token early enough.", "code"),
    ],
  },
  {
    id: "repair403",
    title: "Repair the 403",
    summary: "The token request succeeds and the admin API still refuses: find out why, and mend it.",
    documentation: "troubleshooting/platform-token-403",
    steps: [
      step("Look into the token", "Which scopes were asked for, which came?", "diagnosis"),
      step("Ask for admin:read", "The token request must name it.", "none", "askForAdminRead"),
      step("Allow admin:read", "The application must be allowed to have it.", "none", "allowAdminRead", {
        pitfalls: [
          pitfall("The list lost a scope", "A change replaces the whole list, so name all of them."),
        ],
      }),
      REQUEST,
      CALL,
    ],
  },
  {
    id: "webhook",
    title: "Verify a webhook",
    summary: "Paste what arrived, and see which part of it does not fit the signature.",
    documentation: "reference/webhooks",
    steps: [
      step(
        "Verify the signature",
        "The signature is an HMAC-SHA256 over the timestamp, a dot and the raw body.",
        "webhook",
      ),
    ],
  },
  {
    id: "rotateSecret",
    title: "Rotate a client secret",
    summary: "Take in the new one, try it beside the old one, and switch without losing a valid token.",
    documentation: null,
    steps: [
      step("Take in the new secret", "Generate it on the same application.", "newSecret"),
      step("Try both", "Ask for a token with each.", "secretTrials", "trySecrets"),
      step("Switch", "From now on the new one is used.", "none", "switchSecret", {
        undocumented: "Whether tokens issued with the old secret stay valid.",
      }),
    ],
  },
];

const CURLS: Partial<Record<StepAction, string>> = {
  requestToken: `# what the button runs, with the secret in $CLIENT_SECRET
curl -X POST 'http://127.0.0.1:8089/api/v1/platform/oauth/token' \\
  -u 'svc_demo':"$CLIENT_SECRET" \\
  -d 'grant_type=client_credentials' \\
  -d 'scope=openid'`,
  listTenants: `# what the button runs, with the token in $ACCESS_TOKEN
curl -H "Authorization: Bearer $ACCESS_TOKEN" \\
  'http://127.0.0.1:8089/api/v1/admin/tenants/'`,
  allowAdminRead: `# a super admin's token is needed; the list is replaced
curl -X PATCH 'http://127.0.0.1:8089/api/v1/admin/applications/app_demo' \\
  -H "Authorization: Bearer $SUPER_ADMIN_TOKEN" \\
  -H 'Content-Type: application/json' \\
  -d '{"allowed_scopes":["openid","admin:read"]}'`,
};

const noAdminScope = (asked: string[]): AppError => ({
  kind: "missingScope",
  title: "The token has no admin scope.",
  help: `The request asked for ${asked.join(" ")} only, so the token could not carry it.`,
  server: {
    stage: "endpoint",
    status: 403,
    url: "http://127.0.0.1:8089/api/v1/admin/tenants/",
    error: null,
    description: "Platform token requires admin:read or admin:write scope",
    uri: null,
    excerpt: null,
  },
  detail: null,
  fixes: [
    {
      action: { kind: "askForScopes", scopes: ["admin:read"] },
      label: "Ask for admin:read and try again",
    },
    { action: { kind: "startWalkthrough", walkthrough: "repair403" }, label: "Lead me through it" },
  ],
  problems: [],
});

const hex = (seed: number) =>
  Array.from({ length: 64 }, (_, index) => ((index * 7 + seed * 13) % 16).toString(16)).join("");
const DELIVERY = {
  headers: `X-ScaiKey-Webhook-ID: 41
X-ScaiKey-Event-ID: evt_practice0001
X-ScaiKey-Event-Type: user.created
X-ScaiKey-Timestamp: 1795525512
X-ScaiKey-Signature: t=1795525512,v1=${hex(1)}`,
  body: '{"data":{},"event_id":"evt_practice0001","event_type":"user.created"}',
};

/** The handlers; and `progress`, which is to be called before a snapshot is given away. */
export function fakeWalkthroughs(world: World) {
  const { snapshot, publish, find, later, renew, scenario } = world;
  const practice = snapshot.instances.find((instance) => instance.practice !== null);
  const fresh: WalkthroughAnswers = {
    instance: practice?.id ?? null,
    application: practice?.applications[0]?.id ?? null,
    tenantSlug: "",
    level: null,
    scopes: [],
  };
  const answers = new Map<WalkthroughId, WalkthroughAnswers>(TEXTS.map(({ id }) => [id, { ...fresh }]));
  const notes = new Map<string, StepProgress>();
  const done = (note = ""): StepProgress => ({ done: true, note, blocked: null });
  const open = (note = "", blocked: string | null = null): StepProgress => ({ done: false, note, blocked });
  const exchanges = new Map<number, ExchangeView>();

  if (scenario === "walk-new" && practice) {
    practice.applications = [];
    for (const id of answers.keys()) answers.set(id, { ...fresh, application: null });
  }
  if (scenario === "walk-403" && practice) {
    for (const demo of practice.applications) {
      demo.scopes = ["openid"];
      if (demo.token) demo.token.scopes = ["openid"];
    }
  }
  const chosen = (id: WalkthroughId): ApplicationView | null => {
    const whose = answers.get(id)?.application ?? null;
    return snapshot.instances.flatMap((at) => at.applications).find((entry) => entry.id === whose) ?? null;
  };
  if (scenario === "walk-rotated") {
    const whose = chosen("rotateSecret");
    if (whose) {
      const { title, help } = { title: "The server refused client ID or secret.", help: "Enter it again." };
      const error = {
        kind: "clientRefused",
        title,
        help,
        server: null,
        detail: null,
        fixes: [],
        problems: [],
      };
      whose.candidate = { new: { kind: "accepted", exchange: 3 }, old: { kind: "refused", error } };
    }
  }

  function stepProgress(id: WalkthroughId, index: number, { panel, action }: StepText): StepProgress {
    const ran = notes.get(`${id}/${index}`);
    if (scenario === "walk-done") return done();
    const whose = chosen(id);
    const given = answers.get(id);
    if (panel === "register") {
      return whose ? done(`${whose.name}, secret in the keychain`) : open();
    }
    if (panel === "chooseLevel") return given?.level ? done(given.level) : open();
    if (panel === "chooseScopes") return given?.scopes.length ? done(given.scopes.join(" ")) : open();
    if (panel === "webhook") return ran ?? open();
    if (!whose) return open("", "Choose an application first.");
    if (action === "requestToken" || panel === "diagnosis") {
      return whose.token ? done(action ? "200 in 41 ms" : "") : open();
    }
    if (panel === "token") return whose.token ? done("sub equals client_id") : open();
    if (panel === "renewal") return (whose.token?.count ?? 0) > 2 ? done() : open("before it expires");
    if (panel === "newSecret") return whose.candidate ? done("in memory") : open();
    if (panel === "secretTrials") {
      if (!whose.candidate) return open("", "Take in the new secret first.");
      return whose.candidate.new?.kind === "accepted" ? done("the new one is accepted") : open();
    }
    return ran ?? open();
  }
  function progress(): void {
    snapshot.walkthroughs = TEXTS.map(({ id, steps }) => {
      const all = steps.map((text, index) => stepProgress(id, index, text));
      const current = all.findIndex((entry) => !entry.done);
      return {
        id,
        answers: answers.get(id) ?? fresh,
        steps: all,
        current: current < 0 ? all.length - 1 : current,
      };
    });
  }
  progress();

  // Above those of the activity.
  let nextExchange = 10_000;
  function record(status: string, path: string): number {
    const id = nextExchange++;
    const code = Number(status.split(" ")[0]);
    exchanges.set(id, {
      summary: {
        id,
        at: Date.now(),
        purpose: "endpoint",
        instance: "practice",
        application: "demo",
        method: "GET",
        url: `http://127.0.0.1:8089${path}`,
        status: code,
        failure: null,
        durationMs: 38,
        failed: code >= 400,
      },
      request: {
        line: `GET ${path} HTTP/1.1`,
        headers: [
          { name: "authorization", value: "Bearer ••••••••" },
          { name: "accept", value: "application/json" },
        ],
        body: null,
      },
      response: { line: `HTTP/1.1 ${status}`, headers: [], body: null },
      error: null,
      timing: { dns: null, connect: 1.2, wait: 35.1, body: 0.4, total: 38, reused: false },
      connection: { remote: "127.0.0.1:8089", proxy: null, tls: null },
      curl: CURLS.listTenants ?? "",
    });
    snapshot.newestExchange = id;
    return id;
  }

  function listTenants(whose: ApplicationView) {
    const scopes = whose.token?.scopes ?? [];
    const allowed = scopes.some((scope) => scope.startsWith("admin:"));
    const [status, reason] = allowed ? [200, "OK"] : [403, "Forbidden"];
    const path = "/api/v1/admin/tenants/";
    const rows = [
      ["Acme", "acme", "ACTIVE", "tnt_acme0001"],
      ["Widget & Söhne", "widget", "SUSPENDED", "tnt_widget0001"],
    ];
    return {
      exchange: record(`${status} ${reason}`, path),
      status,
      reason,
      durationMs: 38,
      url: `http://127.0.0.1:8089${path}`,
      redirectedFrom: null,
      body: { text: "[]", bytes: 2, cut: false, masked: false, mediaType: "application/json" },
      table: allowed
        ? { columns: ["name", "slug", "status", "id"], rows, total: 2, around: ["total: 2"] }
        : null,
      challenges: [],
      error: allowed ? null : noAdminScope(whose.scopes),
    };
  }

  async function runStep(id: WalkthroughId, index: number, action: StepAction, whose: ApplicationView) {
    const key = `${id}/${index}`;
    await later(500);
    if (action === "listTenants") {
      const call = listTenants(whose);
      notes.set(key, call.error ? open("refused: 403") : done("200 in 38 ms"));
      return { exchange: call.exchange, call };
    }
    if (action === "requestToken" || action === "askForAdminRead") {
      if (action === "askForAdminRead") whose.scopes = [...new Set([...whose.scopes, "admin:read"])];
      await renew(whose.id);
    }
    if (action === "trySecrets" && whose.candidate) {
      whose.candidate = {
        new: { kind: "accepted", exchange: null },
        old: { kind: "accepted", exchange: null },
      };
    }
    if (action === "switchSecret") whose.candidate = null;
    notes.set(key, done("200 in 41 ms"));
    return { exchange: record("200 OK", "/api/v1/platform/oauth/token"), call: null };
  }

  const textOf = (id: WalkthroughId, index: number) => TEXTS.find((text) => text.id === id)?.steps[index];

  const handlers = {
    walkthroughs: () => TEXTS,
    answer_walkthrough: ({ walkthrough, answers: given }) => {
      answers.set(walkthrough, given);
      publish();
      return null;
    },
    step_request: ({ walkthrough, step: index }) => {
      const curl = CURLS[textOf(walkthrough, index)?.action ?? "switchSecret"];
      if (curl === undefined || chosen(walkthrough) === null) return null;
      const inferred = curl.includes("tenants/");
      return {
        curl,
        certainty: inferred ? "inferred" : "documented",
        source: inferred ? "quickstart, step 4" : "quickstart, step 2",
      };
    },
    copy_step_request: () => null,
    run_step: async ({ walkthrough, step: index }) => {
      const action = textOf(walkthrough, index)?.action;
      const whose = chosen(walkthrough);
      if (!action || !whose) return { exchange: null, call: null };
      const outcome = await runStep(walkthrough, index, action, whose);
      publish();
      return outcome;
    },
    register_practice_application: async ({ walkthrough, name }) => {
      await later(400);
      const id = `walk-${nextExchange++}`;
      practice?.applications.push(world.application(id, name === "" ? "demo-service" : name));
      answers.set(walkthrough, { ...fresh, application: id });
      publish();
      return id;
    },
    code_samples: () =>
      [
        ["curl", "curl", "Needs a POSIX shell, curl and jq.", 'curl -u "svc_demo:$CLIENT_SECRET" …'],
        ["rust", "Rust", "Needs reqwest and tokio: cargo run.", "fn main() {\n    // …\n}"],
        ["python", "Python", "Needs Python 3.9: python3 token_loop.py.", "import os\n\nwhile True:\n    ..."],
        ["typescript", "TypeScript", "Needs Node 22: node token-loop.ts.", "const secret = process.env.…"],
      ].map(([language = "", label = "", run = "", text = ""]) => ({ language, label, run, text })),
    copy_code_sample: () => null,
    propose_secret: ({ application }) => {
      find(application).candidate = { new: null, old: null };
      publish();
      return null;
    },
    rotate_practice_secret: async ({ application }) => {
      await later(300);
      find(application).candidate = { new: null, old: null };
      publish();
      return null;
    },
    discard_secret: ({ application }) => {
      find(application).candidate = null;
      publish();
      return null;
    },
    receive_practice_webhook: async () => {
      await later(400);
      return DELIVERY;
    },
    verify_webhook: async ({ body }) => {
      await later(100);
      const fits = body === DELIVERY.body;
      const report: WebhookReport = {
        checks: [
          { name: "header", outcome: "passed", reason: "t and v1 are there.", certainty: "documented" },
          { name: "timestamp", outcome: "passed", reason: "", certainty: "documented" },
          {
            name: "signature",
            outcome: fits ? "passed" : "failed",
            reason: fits
              ? "HMAC-SHA256 over timestamp, dot and body"
              : "It is that of another body or secret.",
            certainty: "documented",
          },
          { name: "fresh", outcome: "failed", reason: "It is 8 min old.", certainty: "inferred" },
          { name: "event", outcome: "passed", reason: "", certainty: "documented" },
          {
            name: "duplicate",
            outcome: "skipped",
            reason: "The signature does not fit.",
            certainty: "documented",
          },
        ],
        expected: hex(fits ? 1 : 2),
        received: hex(1),
        differs: fits ? "" : "It matches without the newline at the body's end.",
        verified: fits,
      };
      notes.set("webhook/0", fits ? done("verified") : open("not verified"));
      publish();
      return report;
    },
  } satisfies Partial<Handlers>;
  return { handlers, progress, exchange: (id: number) => exchanges.get(id) };
}

/** The walkthrough that an address asks for. */
export const walkthroughOf = (place: string): WalkthroughId | undefined =>
  TEXTS.find(({ id }) => id === place)?.id;
