/** The keyboard map: what the page listens to, and what the list of shortcuts shows. */

export type Command =
  | "palette"
  | "copyToken"
  | "requestToken"
  | "newApplication"
  | "inspect"
  | "openApplication"
  | "shortcuts"
  | "zoomIn"
  | "zoomOut"
  | "zoomReset"
  /** The webview would reload or print; this page has no use for that. */
  | "swallow";

interface Shortcut {
  command: Command;
  /** With Ctrl, or ⌘ on a Mac. */
  mod: boolean;
  /** `undefined` takes both: the key itself may need Shift on this keyboard. */
  shift?: boolean;
  /** Matches `KeyboardEvent.key` in lower case, or `KeyboardEvent.code`. */
  keys: string[];
  /** Also while something is typed, and over an open dialog. */
  always?: boolean;
  /** For the list; without it the shortcut is not listed. */
  label?: string;
  /** How the key is shown. */
  face?: string;
}

const DIGITS = [1, 2, 3, 4, 5, 6, 7, 8, 9];

export const SHORTCUTS: readonly Shortcut[] = [
  {
    command: "palette",
    mod: true,
    shift: false,
    keys: ["k"],
    always: true,
    label: "Search or run",
    face: "K",
  },
  { command: "copyToken", mod: true, shift: true, keys: ["c"], label: "Copy the token", face: "C" },
  { command: "requestToken", mod: true, shift: false, keys: ["r"], label: "Request a new token", face: "R" },
  { command: "newApplication", mod: true, shift: false, keys: ["n"], label: "Add an application", face: "N" },
  { command: "inspect", mod: true, shift: false, keys: ["i"], label: "Inspect a token", face: "I" },
  {
    command: "openApplication",
    mod: true,
    keys: DIGITS.flatMap((digit) => [`Digit${digit}`, `Numpad${digit}`]),
    label: "Open one of the first nine applications",
    face: "1 … 9",
  },
  { command: "zoomIn", mod: true, keys: ["+", "="], always: true, label: "Zoom in", face: "+" },
  { command: "zoomOut", mod: true, keys: ["-", "_"], always: true, label: "Zoom out", face: "−" },
  {
    command: "zoomReset",
    mod: true,
    keys: ["Digit0", "Numpad0"],
    always: true,
    label: "Zoom to 100 %",
    face: "0",
  },
  { command: "shortcuts", mod: false, keys: ["?"], label: "Show this list", face: "?" },
  { command: "swallow", mod: true, keys: ["r", "p"], always: true },
  { command: "swallow", mod: false, keys: ["f5"], always: true },
];

export type KeyPress = Pick<KeyboardEvent, "key" | "code" | "ctrlKey" | "metaKey" | "shiftKey" | "altKey">;

export interface KeyContext {
  mac: boolean;
  /** The focus is in something to type in. */
  typing: boolean;
  /** A dialog is open. */
  dialog: boolean;
}

/** What a key press means here, and for `openApplication` which one (0 is the first). */
export function commandOf(press: KeyPress, context: KeyContext): { command: Command; index: number } | null {
  const mod = context.mac ? press.metaKey : press.ctrlKey;
  const other = context.mac ? press.ctrlKey : press.metaKey;
  // AltGr is Ctrl and Alt together: it types, it commands nothing.
  if (other || press.altKey) return null;
  for (const { command, keys, always = false, ...shortcut } of SHORTCUTS) {
    if (shortcut.mod !== mod) continue;
    if (shortcut.shift !== undefined && shortcut.shift !== press.shiftKey) continue;
    if (!keys.includes(press.key.toLowerCase()) && !keys.includes(press.code)) continue;
    if (!always && (context.dialog || (context.typing && !mod))) continue;
    const digit = /^(?:Digit|Numpad)(\d)$/.exec(press.code)?.[1];
    return { command, index: digit === undefined ? 0 : Number(digit) - 1 };
  }
  return null;
}

/** Whether the focus is where letters are typed. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (
    target.isContentEditable ||
    target instanceof HTMLTextAreaElement ||
    target instanceof HTMLSelectElement
  ) {
    return true;
  }
  return (
    target instanceof HTMLInputElement &&
    !["checkbox", "radio", "button", "submit", "range"].includes(target.type)
  );
}

export const isMac: boolean =
  typeof navigator !== "undefined" && /Mac|iP(?:hone|ad)/.test(navigator.userAgent);

/** The keys of a command as they are written on this computer: `["Ctrl", "Shift", "C"]`. */
export function faces(command: Command, mac: boolean = isMac): string[] {
  const shortcut = SHORTCUTS.find((entry) => entry.command === command && entry.face !== undefined);
  if (shortcut?.face === undefined) return [];
  return [
    ...(shortcut.mod ? [mac ? "⌘" : "Ctrl"] : []),
    ...(shortcut.shift === true ? [mac ? "⇧" : "Shift"] : []),
    shortcut.face,
  ];
}

/** The keys of a command as `aria-keyshortcuts` writes them: `Control+Shift+C`. */
export const keyShortcuts = (command: Command, mac: boolean = isMac): string =>
  faces(command, mac)
    .map((face) => ARIA_NAMES[face] ?? face)
    .join("+");

const ARIA_NAMES: Record<string, string> = { Ctrl: "Control", "⌘": "Meta", "⇧": "Shift" };

const ZOOMS = [50, 67, 75, 80, 90, 100, 110, 125, 150, 175, 200];

/** The next step of the zoom in a direction; 0 resets it. */
export function zoomStep(percent: number, direction: -1 | 0 | 1): number {
  if (direction === 0) return 100;
  const next =
    direction > 0 ? ZOOMS.find((step) => step > percent) : ZOOMS.findLast((step) => step < percent);
  return next ?? percent;
}
