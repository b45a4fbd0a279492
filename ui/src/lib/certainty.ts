/** How sure something is, in words. */
import type { Certainty } from "./contract/Certainty";

export const CERTAINTIES: Record<Certainty, { words: string; tone: "plain" | "ok" | "warn" }> = {
  documented: { words: "Documented", tone: "ok" },
  inferred: { words: "Inferred", tone: "warn" },
  unknown: { words: "Not documented", tone: "plain" },
};

/** `Documented: quickstart, step 2`; `Inferred: …` names what it was inferred from. */
export function certaintyWords({ certainty, source }: { certainty: Certainty; source: string }): string {
  const { words } = CERTAINTIES[certainty];
  return certainty !== "unknown" && source !== "" ? `${words}: ${source}` : words;
}
