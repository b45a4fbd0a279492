/** What differs between two tokens, in words and in pieces. */
import type { Comparison } from "../lib/contract/Comparison";
import type { Difference } from "../lib/contract/Difference";
import type { DifferenceKind } from "../lib/contract/DifferenceKind";
import type { TokenKind } from "../lib/contract/TokenKind";
import type { TokenPart } from "../lib/contract/TokenPart";
import { beginning, counted } from "../tokens/text";

export const KINDS: Record<DifferenceKind, { mark: string; word: string }> = {
  added: { mark: "+", word: "Added" },
  removed: { mark: "−", word: "Removed" },
  changed: { mark: "≠", word: "Changed" },
};

export const PARTS: readonly { part: TokenPart; title: string }[] = [
  { part: "header", title: "Header" },
  { part: "payload", title: "Claims" },
];

/** What a token is called where it is not the usual JWT. */
export const TOKEN_KINDS: Record<TokenKind, string | null> = {
  jwt: null,
  jwsJson: "JSON serialisation",
  jwe: "Encrypted",
  opaque: "Opaque",
};

/** `1 header member and 4 claims differ, 6 are the same.` Why something cannot be compared, its problems say. */
export function summary({ before, after, differences, same }: Comparison): string {
  if (differences.length === 0) {
    if (same.length === 0) return "Nothing can be compared.";
    return before.problems.length + after.problems.length > 0
      ? "Nothing differs in what can be read."
      : "Nothing differs: header and claims are the same. Signatures are not compared.";
  }
  const headers = differences.filter(({ part }) => part === "header").length;
  const claims = differences.length - headers;
  const what = [
    ...(headers > 0 ? [counted(headers, "header member")] : []),
    ...(claims > 0 ? [counted(claims, "claim")] : []),
  ].join(" and ");
  const count = same.length.toLocaleString("en");
  const rest = same.length === 0 ? "nothing is" : same.length === 1 ? "1 is" : `${count} are`;
  return `${what} ${differences.length === 1 ? "differs" : "differ"}, ${rest} the same.`;
}

/** Whether it is shown as a set: what came, what went, what stayed. */
export const isSet = ({ added, removed, kept }: Difference): boolean =>
  added.length + removed.length + kept.length > 0;

/** A text, cut into what it shares with another at both ends and what is its own. Joined they are the text. */
export interface Contrast {
  start: string;
  own: string;
  end: string;
}

const isHigh = (unit: number) => unit >= 0xd800 && unit <= 0xdbff;
const isLow = (unit: number) => unit >= 0xdc00 && unit <= 0xdfff;

/**
 * Cuts a text where it begins and ends to differ from another, never within a character. Where they share less than
 * half of the longer one, all of it is its own: what is left in common says nothing.
 */
export function contrast(text: string, other: string): Contrast {
  const shorter = Math.min(text.length, other.length);
  let start = 0;
  while (start < shorter && text.charCodeAt(start) === other.charCodeAt(start)) start += 1;
  if (start > 0 && isHigh(text.charCodeAt(start - 1))) start -= 1;
  let end = 0;
  while (
    end < shorter - start &&
    text.charCodeAt(text.length - 1 - end) === other.charCodeAt(other.length - 1 - end)
  ) {
    end += 1;
  }
  if (end > 0 && isLow(text.charCodeAt(text.length - end))) end -= 1;
  if ((start + end) * 2 < Math.max(text.length, other.length)) return { start: "", own: text, end: "" };
  return {
    start: text.slice(0, start),
    own: text.slice(start, text.length - end),
    end: text.slice(text.length - end),
  };
}

/** The end of a text, never beginning within a character. */
function ending(text: string, length: number): string {
  const cut = text.slice(Math.max(0, text.length - length));
  return isLow(cut.charCodeAt(0)) && cut.length < text.length ? cut.slice(1) : cut;
}

/** Longer values are folded. */
export const FOLDED_AT = 300;
/** So much of what two long values share stands around the place where they differ. */
const AROUND = 60;

/** Of a long text, the place where it differs. A side whose text was cut gets a `…` where it is shown. */
export function folded({ start, own, end }: Contrast): Contrast {
  return { start: ending(start, AROUND), own: beginning(own, FOLDED_AT), end: beginning(end, AROUND) };
}
