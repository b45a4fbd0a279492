/** Words for what was pasted, where its key comes from, and how its checks ended. */
import type { CheckName } from "../lib/contract/CheckName";
import type { InstanceView } from "../lib/contract/InstanceView";
import type { KeyOffer } from "../lib/contract/KeyOffer";
import type { KeysOrigin } from "../lib/contract/KeysOrigin";
import type { TokenDetails } from "../lib/contract/TokenDetails";
import type { TokenProfile } from "../lib/contract/TokenProfile";
import { duration } from "../lib/time";
import { CHECK_TITLES, checksSummary, type Summary } from "../tokens/words";

/** No instance is named that a pasted token should be of. */
export const PASTED_CHECK_TITLES: Record<CheckName, string> = { ...CHECK_TITLES, issuer: "Issuer" };

export const PROFILES: readonly { value: TokenProfile; label: string }[] = [
  { value: "automatic", label: "Automatic: what it seems to be" },
  { value: "any", label: "Any JWT" },
  { value: "accessToken", label: "Access token (RFC 9068)" },
  { value: "scaikeyService", label: "ScaiKey service token" },
  { value: "idToken", label: "ID token (OpenID Connect)" },
];

/** What the checks come to: first of all whether it can still, or already, be used. */
export function pastedSummary({ checks, life }: TokenDetails, now: number): Summary {
  const untimely = checks.some(({ name, outcome }) => name === "time" && outcome === "failed");
  if (untimely && life.expiresAt !== null && life.expiresAt <= now) return { tone: "bad", text: "Expired" };
  if (untimely && life.notBefore !== null && life.notBefore > now) {
    return { tone: "bad", text: "Not valid yet" };
  }
  return checksSummary(checks);
}

/** Whether the values that only an ID token is compared with are asked for without being looked for. */
export const seemsIdToken = (profile: TokenProfile, details: TokenDetails | null): boolean =>
  profile === "idToken" ||
  (profile === "automatic" &&
    (details?.checks.some(({ name }) => name === "nonce" || name === "accessTokenHash") ?? false));

/** Where the keys come from, in a sentence. */
export function originWords(origin: KeysOrigin, automatic: boolean): string {
  switch (origin.kind) {
    case "nowhere":
      return automatic
        ? "There are no keys yet of the issuer that the token names."
        : "There are no keys from here yet.";
    case "instance":
      return automatic
        ? `The keys of “${origin.name}”: the token names it as its issuer.`
        : `The keys that “${origin.name}” publishes.`;
    case "issuer":
      return `The keys that ${origin.issuer} publishes.`;
    case "pasted":
      return `What you pasted: ${origin.what}.`;
    case "shared":
      return "The shared secret that you entered.";
  }
}

/** What fetching them does: the button, and the sentence beside it. */
export function offerWords(
  offer: KeyOffer,
  instances: readonly Pick<InstanceView, "id" | "host">[],
): { label: string; contacts: string } {
  if (offer.kind === "issuer") {
    return {
      label: `Ask ${offer.issuer} for its keys`,
      contacts: `This contacts ${hostOf(offer.issuer)}. The token is not sent.`,
    };
  }
  const host = instances.find(({ id }) => id === offer.instance)?.host;
  return {
    label: `Fetch ${offer.name}'s keys`,
    contacts: `This contacts ${host ?? offer.name}. The token is not sent.`,
  };
}

function hostOf(address: string): string {
  try {
    return new URL(address).host;
  } catch {
    return address;
  }
}

/** Clocks that differ by less than this are not told of, in milliseconds. */
const CLOCKS_AGREE_MS = 1_000;

/** How the server's clock differs from this computer's; nothing where it does not, or where that is not known. */
export function clockWords(offsetMs: number | null): string | null {
  if (offsetMs === null || Math.abs(offsetMs) < CLOCKS_AGREE_MS) return null;
  const ahead = offsetMs > 0 ? "ahead of" : "behind";
  return `Times are compared by the server's clock, which is ${duration(Math.abs(offsetMs))} ${ahead} this computer's.`;
}
