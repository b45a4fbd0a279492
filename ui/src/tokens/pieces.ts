/** Cuts a text into coloured pieces without reading it: joined, they are the text, to the character. */

export interface Piece<K extends string> {
  kind: K | "plain";
  text: string;
}

/** Above this many characters nothing is coloured. */
export const LONGEST_COLOURED = 200 * 1024;
/** Nor above this many pieces, each of which is an element on the page. */
export const MOST_PIECES = 20_000;

/** What a sticky pattern finds where the cutting has come to, or so many characters after it. */
export type Match = (pattern: RegExp, ahead?: number) => string | null;

/** Cuts a text: `next` names the piece that comes next; `null` is one plain character. */
export function cut<K extends string>(text: string, next: (match: Match) => Piece<K> | null): Piece<K>[] {
  const whole: Piece<K>[] = [{ kind: "plain", text }];
  if (text.length > LONGEST_COLOURED) return whole;
  const pieces: Piece<K>[] = [];
  let at = 0;
  const match: Match = (pattern, ahead = 0) => {
    pattern.lastIndex = at + ahead;
    return pattern.exec(text)?.[0] ?? null;
  };
  while (at < text.length) {
    const piece = next(match) ?? { kind: "plain", text: text.charAt(at) };
    const last = pieces.at(-1);
    if (piece.kind === last?.kind) last.text += piece.text;
    else pieces.push({ ...piece });
    at += piece.text.length;
    if (pieces.length > MOST_PIECES) return whole;
  }
  return pieces;
}
