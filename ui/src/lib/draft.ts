/** A saved application as the draft that would save it unchanged. */
import type { ApplicationDraft } from "./contract/ApplicationDraft";
import type { ApplicationView } from "./contract/ApplicationView";
import type { LevelName } from "./contract/LevelName";

/** Whether an application of this level is asked for at a tenant's endpoints, named by its slug. */
export const needsTenant = (level: LevelName | null): boolean => level === "PARTNER" || level === "TENANT";

/** The draft of a saved application; its secret stays where it is. */
export function draftOf(application: ApplicationView, instanceId: string): ApplicationDraft {
  return {
    id: application.id,
    instance: instanceId,
    name: application.name,
    clientId: application.clientId,
    secret: { kind: "unchanged" },
    level: application.level,
    tenantSlug: application.tenantSlug ?? "",
    applicationType: application.applicationType,
    scopes: [...application.scopes],
    extra: application.extra.map(({ name, value }) => ({ name, value })),
    clientAuthentication: application.clientAuthentication,
    renewal: { ...application.renewal },
  };
}
