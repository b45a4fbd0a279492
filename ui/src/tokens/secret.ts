/** What a pasted secret may have brought along. It is pointed out, never taken away unasked. */
export function secretNotices(value: string): string[] {
  const notices: string[] = [];
  if (/[\r\n]/.test(value)) notices.push("It holds a line break.");
  if (/^[^\S\r\n]/.test(value)) notices.push("It begins with a space.");
  if (/[^\S\r\n]$/.test(value)) notices.push("It ends with a space.");
  return notices;
}

/** Without line breaks, and without spaces at its ends. */
export function withoutStrays(value: string): string {
  return value.replace(/[\r\n]+/g, "").trim();
}
