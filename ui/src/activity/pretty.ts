/** Indents JSON text without reading it: numbers of any size, duplicate keys and all strings stay as they are. */

/** A longer text is shown as it came. */
export const LONGEST_INDENTED = 200 * 1024;
const STEP = "  ";

/** Why a text is not JSON; `null` where it is. */
export function jsonFault(text: string): string | null {
  try {
    JSON.parse(text);
    return null;
  } catch (thrown) {
    return thrown instanceof Error ? thrown.message : String(thrown);
  }
}

/** Whether a text is JSON. */
export const isJson = (text: string): boolean => jsonFault(text) === null;

// Sticky and without nested repetition: each takes time linear in what it matches.
const STRING = /"(?:[^"\\]|\\[^])*"?/y;
const SPACE = /[ \t\r\n]+/y;
const OTHER = /[^"{}[\],: \t\r\n]+/y;
const EMPTY = /[ \t\r\n]*[}\]]/y;

/** The text with line breaks and indentation of its own. */
export function indented(text: string): string {
  if (text.length > LONGEST_INDENTED) return text;
  let out = "";
  let depth = 0;
  let at = 0;
  const match = (pattern: RegExp): string | null => {
    pattern.lastIndex = at;
    return pattern.exec(text)?.[0] ?? null;
  };
  const newLine = () => {
    out += `\n${STEP.repeat(Math.min(depth, 40))}`;
  };
  while (at < text.length) {
    const piece = match(STRING) ?? match(SPACE) ?? match(OTHER) ?? text.charAt(at);
    at += piece.length;
    if (piece === "{" || piece === "[") {
      out += piece;
      const end = match(EMPTY);
      if (end === null) {
        depth += 1;
        newLine();
      } else {
        at += end.length;
        out += end.trim();
      }
    } else if (piece === "}" || piece === "]") {
      depth = Math.max(0, depth - 1);
      newLine();
      out += piece;
    } else if (piece === ",") {
      out += piece;
      newLine();
    } else if (piece === ":") out += ": ";
    else if (piece.trim() !== "") out += piece;
  }
  return out;
}
