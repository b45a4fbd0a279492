/** Texts whose every byte counts, in a field that has its own idea of line ends. */

/** How a text field holds a text: CRLF and CR are LF there. */
export const asFieldHolds = (text: string): string => text.replace(/\r\n?/g, "\n");

/** Whether a text field would hold it to the byte. */
export const survivesField = (text: string): boolean => !text.includes("\r");

/**
 * The text after a paste over `from` to `to` (places in what the field holds), to the byte: `before` is the
 * text itself, which may have other line ends than the field shows.
 */
export function pastedInto(before: string, from: number, to: number, pasted: string): string {
  return before.slice(0, placeIn(before, from)) + pasted + before.slice(placeIn(before, to));
}

/** The place in a text that a place in its field stands for: there, CRLF counts as one. */
function placeIn(text: string, place: number): number {
  let at = 0;
  for (let shown = 0; shown < place && at < text.length; shown += 1) {
    at += text.startsWith("\r\n", at) ? 2 : 1;
  }
  return at;
}
