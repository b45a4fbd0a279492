/** Inspections for tests. */
import type { Inspection } from "../lib/contract/Inspection";
import type { KeysView } from "../lib/contract/KeysView";
import type { PasteView } from "../lib/contract/PasteView";
import type { TokenDetails } from "../lib/contract/TokenDetails";
import { tokenDetails } from "../tokens/example";

export const somePaste = (change: Partial<PasteView> = {}): PasteView => ({
  found: [{ name: "Token", kind: "jwt" }],
  choice: 0,
  token: "eyJh.eyJw.c2ln",
  cut: [],
  problem: null,
  ...change,
});

export const someKeys = (change: Partial<KeysView> = {}): KeysView => ({
  origin: { kind: "nowhere" },
  keys: [],
  warnings: [],
  error: null,
  fetchedAt: null,
  offers: [],
  ...change,
});

interface Change {
  paste?: Partial<PasteView>;
  /** `null` where no token was found. */
  details?: Partial<TokenDetails> | null;
  keys?: Partial<KeysView>;
  clockOffsetMs?: number;
}

export const anInspection = ({ paste, details, keys, clockOffsetMs }: Change = {}): Inspection => ({
  paste: somePaste(paste),
  details: details === null ? null : tokenDetails(details),
  keys: someKeys(keys),
  clockOffsetMs: clockOffsetMs ?? null,
});
