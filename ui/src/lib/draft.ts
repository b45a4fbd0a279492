/** A saved application as the draft that would save it unchanged. */
import type { ApplicationDraft } from "./contract/ApplicationDraft";
import type { ApplicationView } from "./contract/ApplicationView";

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
