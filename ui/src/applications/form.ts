/** The words of the application dialog, and what a new application starts with. */
import type { ApplicationDraft } from "../lib/contract/ApplicationDraft";
import type { ApplicationType } from "../lib/contract/ApplicationType";
import type { ClientAuthentication } from "../lib/contract/ClientAuthentication";
import type { InstanceView } from "../lib/contract/InstanceView";
import type { LevelName } from "../lib/contract/LevelName";

export const LEVELS: { value: LevelName; label: string; detail: string }[] = [
  {
    value: "GLOBAL",
    label: "GLOBAL",
    detail: "Its tokens act on any tenant. Uses the platform endpoints.",
  },
  {
    value: "PARTNER",
    label: "PARTNER",
    detail: "Its tokens act on that partner's tenants. Uses a tenant's endpoints, named by its slug.",
  },
  {
    value: "TENANT",
    label: "TENANT",
    detail: "Its tokens act on that tenant only. Uses the tenant's endpoints.",
  },
];

export const TYPES: { value: ApplicationType; label: string; detail: string }[] = [
  { value: "SERVICE", label: "SERVICE", detail: "A backend without a browser." },
  { value: "WEB", label: "WEB", detail: "A web app with a backend." },
];

export const METHODS: { value: ClientAuthentication; label: string; detail: string }[] = [
  {
    value: "clientSecretBasic",
    label: "Basic, form-encoded",
    detail: "As the standard says (RFC 6749 §2.3.1). Right for most servers.",
  },
  {
    value: "clientSecretBasicRaw",
    label: "Basic, as is",
    detail: "For servers that do not decode. Differs only when ID or secret hold special characters.",
  },
  {
    value: "clientSecretPost",
    label: "Secret in the body",
    detail: "For servers that do not take Basic, or cut the secret at a colon.",
  },
];

/** What a scope allows, as far as that is documented. */
export const SCOPES: { name: string; meaning: string; scaiKey: boolean }[] = [
  {
    name: "openid",
    meaning: "Asks for an ID token when someone signs in",
    scaiKey: false,
  },
  { name: "admin:read", meaning: "Read the admin API", scaiKey: true },
  { name: "admin:write", meaning: "Create, change and delete through the admin API", scaiKey: true },
  { name: "users:read", meaning: "Read users, narrower than admin:read", scaiKey: true },
  { name: "groups:read", meaning: "Read groups, narrower than admin:read", scaiKey: true },
];

/** What a scope allows, in a few words. */
export const scopeMeaning = (scope: string): string =>
  SCOPES.find(({ name }) => name === scope)?.meaning ?? "What it allows is not documented";

/** What a new application starts with; its level is that of its neighbour, if it has one. Never a guess. */
export function newDraft(instance: InstanceView): ApplicationDraft {
  const scaiKey = instance.kind === "scaiKey";
  const neighbour = instance.applications.at(-1);
  return {
    id: null,
    instance: instance.id,
    name: "",
    clientId: "",
    secret: { kind: "unchanged" },
    level: scaiKey ? (neighbour?.level ?? null) : null,
    tenantSlug: neighbour?.tenantSlug ?? "",
    applicationType: scaiKey ? "SERVICE" : null,
    scopes: [],
    extra: [],
    clientAuthentication: "clientSecretBasic",
    renewal: { enabled: true, marginSeconds: null },
  };
}

/** The seconds of a margin as typed: `null` when empty, `undefined` when it is no such number. */
export function marginOf(text: string): number | null | undefined {
  const typed = text.trim();
  if (typed === "") return null;
  return /^\d{1,6}$/.test(typed) ? Number(typed) : undefined;
}

/** `begins with a line break`, for a pasted text that a one-line field cannot hold as it is. */
export function lineBreaksIn(text: string): string | null {
  if (!/[\r\n]/.test(text)) return null;
  if (!/[\r\n]/.test(text.trim())) {
    return /^\s*[\r\n]/.test(text) ? "began with a line break" : "ended with a line break";
  }
  return "held a line break";
}
