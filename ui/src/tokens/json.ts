/** Colours for JSON text without parsing it. */
import { cut, type Piece } from "./pieces";

export type JsonPieceKind = "key" | "string" | "number" | "keyword";

// Sticky, without nested repetition: each takes time linear in what it matches.
const STRING = /"(?:[^"\\]|\\[^])*"?/y;
const NUMBER = /-?\d[\d.eE+-]*/y;
const KEYWORD = /(?:true|false|null)\b/y;
const PLAIN = /[^"\d\-tfn]+/y;
const COLON = /[ \t\r\n]*:/y;

/** Cuts JSON text into pieces. What is no JSON stays plain; nothing is lost, added or read. */
export function jsonPieces(text: string): Piece<JsonPieceKind>[] {
  return cut(text, (match) => {
    const string = match(STRING);
    if (string !== null) {
      return { kind: match(COLON, string.length) === null ? "string" : "key", text: string };
    }
    const number = match(NUMBER);
    if (number !== null) return { kind: "number", text: number };
    const keyword = match(KEYWORD);
    if (keyword !== null) return { kind: "keyword", text: keyword };
    const plain = match(PLAIN);
    return plain === null ? null : { kind: "plain", text: plain };
  });
}
