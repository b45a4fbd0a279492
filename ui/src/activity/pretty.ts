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
