/** What the instance dialog works on: drafts, and the words for keys and origins. */
import type { Colour } from "../lib/contract/Colour";
import type { EndpointKey } from "../lib/contract/EndpointKey";
import type { EndpointOrigin } from "../lib/contract/EndpointOrigin";
import type { EndpointSetView } from "../lib/contract/EndpointSetView";
import type { EndpointView } from "../lib/contract/EndpointView";
import type { EndpointsDraft } from "../lib/contract/EndpointsDraft";
import type { InstanceDraft } from "../lib/contract/InstanceDraft";
import type { InstanceKindName } from "../lib/contract/InstanceKindName";
import type { InstanceView } from "../lib/contract/InstanceView";

export const COLOURS: { value: Colour; label: string; tint: string }[] = [
  { value: "blue", label: "Blue", tint: "blue" },
  { value: "green", label: "Green", tint: "green" },
  { value: "amber", label: "Amber", tint: "amber" },
  { value: "red", label: "Red", tint: "red" },
  { value: "violet", label: "Violet", tint: "violet" },
  { value: "teal", label: "Teal", tint: "teal" },
  { value: "grey", label: "Grey", tint: "grey" },
];

export const ORIGINS: Record<EndpointOrigin, string> = {
  typed: "typed by hand",
  discovered: "from discovery",
  documented: "documented path",
};

export const keyText = (key: EndpointKey): string =>
  key.kind === "tenant" ? `tenant/${key.slug}` : key.kind;

export function keyWords(key: EndpointKey): string {
  switch (key.kind) {
    case "platform":
      return "Platform (GLOBAL applications)";
    case "tenant":
      return `Tenant ${key.slug}`;
    case "provider":
      return "Provider";
  }
}

const typed = (view: EndpointView | null): string => (view?.origin === "typed" ? view.value : "");

const emptySet = (kind: InstanceKindName): EndpointsDraft => ({
  key: kind === "scaiKey" ? { kind: "platform" } : { kind: "provider" },
  tokenEndpoint: "",
  jwksUri: "",
  issuer: "",
});

/** What a new instance starts with; the colour is the first that no other one has. */
export function newDraft(others: InstanceView[]): InstanceDraft {
  const used = others.map(({ colour }) => colour);
  return {
    id: null,
    name: "",
    kind: "scaiKey",
    url: "",
    colour: COLOURS.find(({ value }) => !used.includes(value))?.value ?? "blue",
    production: false,
    proxy: { kind: "system" },
    extraCa: "",
    endpoints: [emptySet("scaiKey")],
  };
}

/** A saved instance as a draft. */
export function draftOf(instance: InstanceView): InstanceDraft {
  const sets = instance.endpointSets.map(({ key, tokenEndpoint, jwksUri, issuer }) => ({
    key,
    tokenEndpoint: typed(tokenEndpoint),
    jwksUri: typed(jwksUri),
    issuer: typed(issuer),
  }));
  return {
    id: instance.id,
    name: instance.name,
    kind: instance.kind,
    url: instance.url,
    colour: instance.colour,
    production: instance.production,
    proxy: instance.proxy,
    extraCa: instance.extraCa,
    endpoints: sets.length > 0 ? sets : [emptySet(instance.kind)],
  };
}

/** The draft as another kind of server, which has other endpoint sets. */
export function withKind(draft: InstanceDraft, kind: InstanceKindName): InstanceDraft {
  return { ...draft, kind, endpoints: [emptySet(kind)] };
}

/** What stands in an endpoint's empty input: what would be used then. */
export function placeholders(
  key: EndpointKey,
  sets: EndpointSetView[],
): Record<"tokenEndpoint" | "jwksUri" | "issuer", string> {
  const set = sets.find((other) => keyText(other.key) === keyText(key));
  const found = (view: EndpointView | null | undefined): string =>
    view && view.origin !== "typed" ? view.value : "";
  return {
    tokenEndpoint: found(set?.tokenEndpoint),
    jwksUri: found(set?.jwksUri),
    issuer: found(set?.issuer),
  };
}

/** The host in an address as it is typed, for the name's placeholder. */
export function hostIn(url: string): string {
  const text = url.trim();
  try {
    return new URL(text.includes("://") ? text : `https://${text}`).host;
  } catch {
    return "";
  }
}
