/** The parts of a token's text, and which stretches of it are on the page. */
import type { Place } from "../lib/contract/Place";
import type { TokenKind } from "../lib/contract/TokenKind";

/** `plain` stands between the parts, and is all of what has none. */
export type RawPart = "header" | "payload" | "signature" | "plain";

/** A stretch of the text that looks the same throughout, or one that is left out. */
export interface Stretch {
  from: number;
  to: number;
  part: RawPart;
  /** It is marked. */
  marked: boolean;
  /** It is not on the page. */
  hidden: boolean;
}

/** More characters than these are shown on demand. */
export const MOST_SHOWN = 20_000;
/** So much is shown around a mark that stands beyond them. */
const AROUND = 500;

// RFC 7515 §3.1, and RFC 7516 §3.1: what is encrypted takes the place of the payload, the keys for it the last colour.
const JWS: readonly RawPart[] = ["header", "payload", "signature"];
const JWE: readonly RawPart[] = ["header", "signature", "plain", "payload", "signature"];

/** Where each part of a token begins and ends, the dots between them as parts of their own. */
function partsOf(text: string, kind: TokenKind): { to: number; part: RawPart }[] {
  if (kind === "opaque") return [{ to: text.length, part: "signature" }];
  const wanted = kind === "jwt" ? JWS : kind === "jwe" ? JWE : [];
  const parts: { to: number; part: RawPart }[] = [];
  let from = 0;
  for (const [index, part] of wanted.entries()) {
    // Whatever follows belongs to the last one.
    const dot = index === wanted.length - 1 ? -1 : text.indexOf(".", from);
    parts.push({ to: dot < 0 ? text.length : dot, part });
    if (dot < 0) break;
    parts.push({ to: dot + 1, part: "plain" });
    from = dot + 1;
  }
  return parts.length > 0 ? parts : [{ to: text.length, part: "plain" }];
}

/** Cuts a token's text into stretches. They lie one behind the other and cover it; a place beyond it is no place. */
export function stretchesOf(text: string, kind: TokenKind, place: Place | null, all: boolean): Stretch[] {
  const mark = place === null || place.from >= place.to || place.to > text.length ? null : place;
  const shown: [from: number, to: number][] = [[0, all ? text.length : Math.min(MOST_SHOWN, text.length)]];
  if (mark !== null) {
    shown.push([
      Math.max(0, mark.from - AROUND),
      Math.min(text.length, mark.to + AROUND, mark.from + MOST_SHOWN),
    ]);
  }
  const edges = new Set([0, text.length, ...shown.flat(), ...(mark === null ? [] : [mark.from, mark.to])]);
  const parts = partsOf(text, kind);
  for (const { to } of parts) edges.add(to);
  const cuts = [...edges].sort((one, other) => one - other);

  const stretches: Stretch[] = [];
  let part = 0;
  for (const [index, to] of cuts.entries()) {
    const from = cuts[index - 1];
    if (from === undefined) continue;
    while (part < parts.length - 1 && (parts[part]?.to ?? 0) <= from) part += 1;
    const next: Stretch = {
      from,
      to,
      part: parts[part]?.part ?? "plain",
      marked: mark !== null && from >= mark.from && to <= mark.to,
      hidden: !shown.some(([first, end]) => from >= first && to <= end),
    };
    const last = stretches.at(-1);
    const same =
      last?.hidden === next.hidden &&
      (next.hidden || (last.part === next.part && last.marked === next.marked));
    if (last !== undefined && same) last.to = to;
    else stretches.push(next);
  }
  return stretches;
}
