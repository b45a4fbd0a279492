import { describe, expect, it } from "vitest";
import { commandOf, faces, keyShortcuts, isTyping, SHORTCUTS, zoomStep, type KeyPress } from "./keys";

const press = (key: string, change: Partial<KeyPress> = {}): KeyPress => ({
  key,
  code: "",
  ctrlKey: false,
  metaKey: false,
  shiftKey: false,
  altKey: false,
  ...change,
});
const ctrl = (key: string, change: Partial<KeyPress> = {}) => press(key, { ctrlKey: true, ...change });
const here = { mac: false, typing: false, dialog: false };

describe("the keyboard map", () => {
  it.each([
    [ctrl("k"), "palette"],
    [ctrl("C", { shiftKey: true }), "copyToken"],
    [ctrl("r"), "requestToken"],
    [ctrl("n"), "newApplication"],
    [ctrl("i"), "inspect"],
    [ctrl("+", { shiftKey: true }), "zoomIn"],
    [ctrl("="), "zoomIn"],
    [ctrl("-"), "zoomOut"],
    [ctrl("0", { code: "Digit0" }), "zoomReset"],
    [press("?", { shiftKey: true }), "shortcuts"],
    [press("F5"), "swallow"],
    [ctrl("R", { shiftKey: true }), "swallow"],
  ])("%o", (key, command) => {
    expect(commandOf(key, here)?.command).toBe(command);
  });

  it("opens applications by the key's place, whatever it types", () => {
    expect(commandOf(ctrl("1", { code: "Digit1" }), here)).toEqual({ command: "openApplication", index: 0 });
    expect(commandOf(ctrl("ç", { code: "Digit9" }), here)).toEqual({ command: "openApplication", index: 8 });
  });

  it("leaves typing alone", () => {
    const typing = { ...here, typing: true };
    expect(commandOf(press("?", { shiftKey: true }), typing)).toBeNull();
    expect(commandOf(ctrl("c"), typing)).toBeNull();
    expect(commandOf(ctrl("v"), typing)).toBeNull();
    expect(commandOf(press("k"), typing)).toBeNull();
    expect(commandOf(ctrl("C", { shiftKey: true }), typing)?.command).toBe("copyToken");
  });

  it("takes AltGr for typing", () => {
    expect(commandOf(ctrl("k", { altKey: true }), here)).toBeNull();
  });

  it("does not act under a dialog, but never reloads either", () => {
    const dialog = { ...here, dialog: true };
    expect(commandOf(ctrl("n"), dialog)).toBeNull();
    expect(commandOf(ctrl("C", { shiftKey: true }), dialog)).toBeNull();
    expect(commandOf(ctrl("r"), dialog)?.command).toBe("swallow");
    expect(commandOf(ctrl("k"), dialog)?.command).toBe("palette");
    expect(commandOf(ctrl("+"), dialog)?.command).toBe("zoomIn");
  });

  it("takes ⌘ on a Mac, and only that", () => {
    const mac = { ...here, mac: true };
    expect(commandOf(press("k", { metaKey: true }), mac)?.command).toBe("palette");
    expect(commandOf(ctrl("k"), mac)).toBeNull();
    expect(commandOf(press("k", { metaKey: true }), here)).toBeNull();
  });

  it("shows the keys as they are on this computer", () => {
    expect(faces("copyToken", false)).toEqual(["Ctrl", "Shift", "C"]);
    expect(faces("copyToken", true)).toEqual(["⌘", "⇧", "C"]);
    expect(faces("swallow", false)).toEqual([]);
  });

  it("lists every command but the swallowed keys", () => {
    const listed = new Set(
      SHORTCUTS.filter(({ label }) => label !== undefined).map(({ command }) => command),
    );
    for (const { command } of SHORTCUTS) expect(listed.has(command)).toBe(command !== "swallow");
  });
});

it("knows where letters are typed", () => {
  const input = document.createElement("input");
  expect(isTyping(input)).toBe(true);
  input.type = "checkbox";
  expect(isTyping(input)).toBe(false);
  expect(isTyping(document.createElement("textarea"))).toBe(true);
  expect(isTyping(document.createElement("button"))).toBe(false);
});

it("zooms in steps and stops at the ends", () => {
  expect(zoomStep(100, 1)).toBe(110);
  expect(zoomStep(100, -1)).toBe(90);
  expect(zoomStep(103, 1)).toBe(110);
  expect(zoomStep(200, 1)).toBe(200);
  expect(zoomStep(50, -1)).toBe(50);
  expect(zoomStep(175, 0)).toBe(100);
});

it("writes the keys for a screen reader too", () => {
  expect(faces("copyToken", false)).toEqual(["Ctrl", "Shift", "C"]);
  expect(keyShortcuts("copyToken", false)).toBe("Control+Shift+C");
  expect(keyShortcuts("requestToken", true)).toBe("Meta+R");
});
