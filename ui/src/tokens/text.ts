/** Text from a token: it may hold anything, so what cannot be seen is made visible, and nothing is changed. */

export interface TextPiece {
  text: string;
  /** Set for a character that cannot be seen or turns the text around: its code, such as `U+202E`. */
  code: string | null;
}

/** More marks than this say nothing more; the rest stands as it is, fenced in by its element. */
export const MOST_MARKS = 1_000;

// Controls but tab and line feed, format and bidi characters, line separators, lone surrogates, tags.
const ODD =
  // eslint-disable-next-line no-control-regex
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]|\p{Cs}/gu;

const codeOf = (character: string) =>
  `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;

/** Cuts a text at its odd characters. The pieces joined are the text. */
export function textPieces(text: string, most = MOST_MARKS): TextPiece[] {
  const pieces: TextPiece[] = [];
  let from = 0;
  for (const match of text.matchAll(ODD)) {
    if (pieces.length >= most * 2) break;
    if (match.index > from) pieces.push({ text: text.slice(from, match.index), code: null });
    pieces.push({ text: match[0], code: codeOf(match[0]) });
    from = match.index + match[0].length;
  }
  if (from < text.length) pieces.push({ text: text.slice(from), code: null });
  return pieces;
}

/** The beginning of a text, never ending within a character. */
export function beginning(text: string, length: number): string {
  const cut = text.slice(0, length);
  const last = cut.charCodeAt(cut.length - 1);
  return last >= 0xd800 && last <= 0xdbff && cut.length < text.length ? cut.slice(0, -1) : cut;
}

/** So many characters are laid out in a few milliseconds. */
const BLOCK = 16_384;
/** A text in blocks, none of which ends within a character; a short one is one block. */
export function textBlocks(text: string): string[] {
  const blocks: string[] = [];
  let from = 0;
  do {
    const block = beginning(text.slice(from, from + BLOCK + 1), BLOCK);
    blocks.push(block);
    from += block.length;
  } while (from < text.length);
  return blocks;
}

/** `1 character`, `100,000 characters`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString("en")} ${count === 1 ? one : many}`;
}
