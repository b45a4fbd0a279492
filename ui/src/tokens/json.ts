/** Colours for JSON text without parsing it: the pieces joined are the text, to the character. */

export type JsonPieceKind = "key" | "string" | "number" | "keyword" | "plain";

export interface JsonPiece {
  kind: JsonPieceKind;
  text: string;
}

/** Above this many characters nothing is coloured. */
export const LONGEST_COLOURED = 200 * 1024;
/** Nor above this many pieces, each of which is an element on the page. */
export const MOST_PIECES = 20_000;

// Sticky, without nested repetition: each takes time linear in what it matches.
const STRING = /"(?:[^"\\]|\\[^])*"?/y;
const NUMBER = /-?\d[\d.eE+-]*/y;
const KEYWORD = /(?:true|false|null)\b/y;
const PLAIN = /[^"\d\-tfn]+/y;
const COLON = /[ \t\r\n]*:/y;

/** Cuts JSON text into pieces. What is no JSON stays plain; nothing is lost, added or read. */
export function jsonPieces(text: string): JsonPiece[] {
  const pieces: JsonPiece[] = [];
  if (text.length > LONGEST_COLOURED) return [{ kind: "plain", text }];
  let at = 0;
  const match = (pattern: RegExp): string | null => {
    pattern.lastIndex = at;
    return pattern.exec(text)?.[0] ?? null;
  };
  const push = (kind: JsonPieceKind, part: string) => {
    const last = pieces.at(-1);
    if (kind === "plain" && last?.kind === "plain") last.text += part;
    else pieces.push({ kind, text: part });
    at += part.length;
  };
  while (at < text.length) {
    const string = match(STRING);
    if (string !== null) {
      at += string.length;
      const kind = match(COLON) === null ? "string" : "key";
      at -= string.length;
      push(kind, string);
    } else {
      const number = match(NUMBER);
      const keyword = number === null ? match(KEYWORD) : null;
      if (number !== null) push("number", number);
      else if (keyword !== null) push("keyword", keyword);
      else push("plain", match(PLAIN) ?? text.charAt(at));
    }
    if (pieces.length > MOST_PIECES) return [{ kind: "plain", text }];
  }
  return pieces;
}
