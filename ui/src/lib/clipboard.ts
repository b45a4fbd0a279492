/**
 * Puts what is on screen anyway on the clipboard. A token or secret never goes this way: the shell copies those, marks
 * them as secret and clears them.
 */
export async function copyShown(text: string): Promise<void> {
  await navigator.clipboard.writeText(text);
}
