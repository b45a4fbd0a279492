/** Colours for a shell command without running or parsing it. */
import { cut, type Match, type Piece } from "./pieces";

export type ShellPieceKind = "remark" | "option" | "string" | "variable";

// Sticky, without nested repetition: each takes time linear in what it matches.
const REMARK = /#[^\n]*/y;
const OPTION = /--?[A-Za-z][\w-]*/y;
const VARIABLE = /\$(?:[A-Za-z_]\w*|\{[A-Za-z_]\w*\})/y;
const SINGLE_QUOTED = /'[^']*'?/y;
const QUOTE = /"/y;
/** A piece of what stands between double quotes: a variable is still one there. */
const QUOTED = /(?:[^"\\$]|\\[^])+|[^"]/y;
const ESCAPED = /\\[^]/y;
const PLAIN = /[^'"\\$#\s(-]+/y;

/** Cuts a command for a POSIX shell into pieces. Nothing is lost or added. */
export function shellPieces(text: string): Piece<ShellPieceKind>[] {
  /** The character before: it says whether a line or a word begins. */
  let before = "\n";
  let quoted = false;

  function next(match: Match): Piece<ShellPieceKind> {
    const first = (kind: ShellPieceKind | "plain", pattern: RegExp): Piece<ShellPieceKind> | null => {
      const found = match(pattern);
      return found === null ? null : { kind, text: found };
    };
    const quote = match(QUOTE);
    if (quote !== null) {
      quoted = !quoted;
      return { kind: "string", text: quote };
    }
    return (
      first("variable", VARIABLE) ??
      (quoted ? first("string", QUOTED) : null) ??
      (before === "\n" ? first("remark", REMARK) : null) ??
      (/[\s(]/.test(before) ? first("option", OPTION) : null) ??
      first("string", SINGLE_QUOTED) ??
      first("plain", ESCAPED) ??
      first("plain", PLAIN) ?? { kind: "plain", text: match(/[^]/y) ?? "" }
    );
  }
  return cut(text, (match) => {
    const piece = next(match);
    before = piece.text.at(-1) ?? before;
    return piece;
  });
}
