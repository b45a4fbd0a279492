/** Views for tests. */
import type { ApplicationView } from "../lib/contract/ApplicationView";
import type { InstanceView } from "../lib/contract/InstanceView";
import type { TokenDetails } from "../lib/contract/TokenDetails";
import type { TokenView } from "../lib/contract/TokenView";

export const START = Date.UTC(2026, 10, 25, 13, 5, 12);

export const tokenView = (over: Partial<TokenView> = {}): TokenView => ({
  id: 1,
  checked: 1,
  kind: "jwt",
  tokenType: "Bearer",
  headerPreview: "eyJhbGciOiJSUzI1NiIs",
  payloadPreview: "eyJpc3MiOiJodHRwczov",
  exchange: null,
  receivedAt: START,
  expiresAt: START + 3_600_000,
  renewsAt: START + 3_540_000,
  noRenewal: null,
  scopes: ["admin:read", "openid"],
  verdict: { kind: "verified" },
  count: 1,
  history: [],
  ...over,
});

export const applicationView = (over: Partial<ApplicationView> = {}): ApplicationView => ({
  id: "app-1",
  name: "billing-sync",
  clientId: "svc_9f2k1x0qd7",
  level: "TENANT",
  tenantSlug: "acme",
  applicationType: "SERVICE",
  endpointKey: { kind: "tenant", slug: "acme" },
  scopes: ["admin:read", "openid"],
  extra: [{ name: "audience", value: "https://api.acme.io" }],
  clientAuthentication: "clientSecretBasic",
  renewal: { enabled: true, marginSeconds: null },
  secret: "keychain",
  token: tokenView(),
  phase: { kind: "idle" },
  candidate: null,
  ...over,
});

export const instanceView = (over: Partial<InstanceView> = {}): InstanceView => ({
  id: "instance-1",
  name: "ScaiLabs production",
  kind: "scaiKey",
  url: "https://scaikey.scailabs.ai",
  host: "scaikey.scailabs.ai",
  colour: "red",
  production: true,
  practice: null,
  proxy: { kind: "system" },
  extraCa: "",
  endpointSets: [],
  clockOffsetMs: null,
  applications: [],
  ...over,
});

export const tokenDetails = (over: Partial<TokenDetails> = {}): TokenDetails => ({
  tokenId: 1,
  kind: "jwt",
  headerJson: '{\n  "alg": "RS256"\n}',
  payloadJson: '{\n  "sub": "svc_9f2k1x0qd7"\n}',
  claims: [
    {
      name: "sub",
      value: "svc_9f2k1x0qd7",
      group: "who",
      meaning: "The service itself.",
      source: "RFC 7519 §4.1.2",
      notes: [],
      instant: null,
      shape: "plain",
      parts: [],
      place: null,
    },
  ],
  payloadText: null,
  recognised: null,
  life: { issuedAt: null, notBefore: null, expiresAt: null },
  header: [],
  signatures: [],
  verdict: { kind: "verified" },
  problems: [],
  checks: [{ name: "signature", outcome: "passed", reason: "RS256 with key “2026-11-a”", note: null }],
  notes: [],
  ...over,
});
