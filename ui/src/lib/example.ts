/** Views for tests. */
import type { AppError } from "./contract/AppError";
import type { ApplicationView } from "./contract/ApplicationView";
import type { Fix } from "./contract/Fix";
import type { FixAction } from "./contract/FixAction";
import type { InstanceView } from "./contract/InstanceView";
import type { Preferences } from "./contract/Preferences";
import type { ServerWords } from "./contract/ServerWords";
import type { Snapshot } from "./contract/Snapshot";
import type { TokenView } from "./contract/TokenView";

export const anApplication = (change: Partial<ApplicationView> = {}): ApplicationView => ({
  id: "a1",
  name: "billing-sync",
  clientId: "svc_1",
  level: "GLOBAL",
  tenantSlug: null,
  applicationType: "SERVICE",
  endpointKey: { kind: "platform" },
  scopes: [],
  extra: [],
  clientAuthentication: "clientSecretBasic",
  renewal: { enabled: true, marginSeconds: null },
  secret: "keychain",
  token: null,
  phase: { kind: "idle" },
  candidate: null,
  ...change,
});

export const aToken = (change: Partial<TokenView> = {}): TokenView => ({
  id: 1,
  checked: 1,
  kind: "jwt",
  tokenType: "Bearer",
  headerPreview: "eyJ",
  payloadPreview: "eyJ",
  exchange: null,
  receivedAt: 0,
  expiresAt: 3_600_000,
  renewsAt: null,
  noRenewal: null,
  scopes: [],
  verdict: { kind: "verified" },
  count: 1,
  history: [],
  ...change,
});

export const anInstance = (change: Partial<InstanceView> = {}): InstanceView => ({
  id: "i1",
  name: "Staging",
  kind: "scaiKey",
  url: "https://scaikey.example",
  host: "scaikey.example",
  colour: "blue",
  production: false,
  practice: null,
  proxy: { kind: "system" },
  extraCa: "",
  endpointSets: [],
  clockOffsetMs: null,
  applications: [],
  ...change,
});

export const aSnapshot = (change: Partial<Snapshot> = {}): Snapshot => ({
  revision: 1,
  instances: [],
  keychain: { name: "Secret Service", status: { kind: "ready" } },
  storage: { readOnly: null, canSetAside: false, notice: null },
  defaultMarginSeconds: null,
  undo: null,
  walkthroughs: [],
  newestExchange: null,
  ...change,
});

export const somePreferences = (change: Partial<Preferences> = {}): Preferences => ({
  theme: "system",
  clearClipboardSeconds: 60,
  zoomPercent: 100,
  copyFormat: "bare",
  lastApplication: null,
  ...change,
});

/** An error; each of its buttons says the kind of its fix. */
export const anError = (kind: string, fixes: FixAction[] = [], change: Partial<AppError> = {}): AppError => ({
  kind,
  title: `What happened: ${kind}.`,
  help: "What to do.",
  server: null,
  detail: null,
  fixes: fixes.map((action): Fix => ({ action, label: action.kind })),
  problems: [],
  ...change,
});

export const serverWords = (change: Partial<ServerWords> = {}): ServerWords => ({
  stage: "token",
  status: 401,
  url: "https://scaikey.example/token",
  error: null,
  description: null,
  uri: null,
  excerpt: null,
  ...change,
});
