import { cleanup, fireEvent, render, screen } from "@testing-library/svelte";
import { tick } from "svelte";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { call } from "../lib/ipc";
import { START } from "./example";
import JsonText from "./JsonText.svelte";

vi.mock("../lib/ipc", () => ({ call: vi.fn(), onSnapshot: vi.fn(() => Promise.resolve()) }));

const copy = vi.mocked(call);
const copied = () => copy.mock.calls.map(([name, args]) => `${name}: ${(args as { text: string }).text}`);

beforeEach(() => {
  copy.mockReset();
  copy.mockResolvedValue(null);
});
afterEach(cleanup);

const settle = async () => {
  for (let turn = 0; turn < 6; turn += 1) await Promise.resolve();
  await tick();
};
const show = (text: string, over: { now?: number; searchable?: boolean; secret?: boolean } = {}) =>
  render(JsonText, { label: "Payload", text, testid: "json", searchable: true, ...over });
const rows = () => screen.getAllByTestId("json-row");
/** A row's text without its fold and its buttons. */
const said = (row: HTMLElement) => {
  const copy = row.cloneNode(true) as HTMLElement;
  for (const button of copy.querySelectorAll("button")) button.remove();
  return copy.textContent.replace(/\s+/g, " ").trim();
};
const texts = () => rows().map(said);
const press = async (key: string, more: object = {}) => {
  await fireEvent.keyDown(document.activeElement ?? document.body, { key, ...more });
  await settle();
};
const focus = async (index: number) => {
  rows()[index]?.focus();
  await settle();
};
const focused = () => said(document.activeElement as HTMLElement);
const type = async (query: string) => {
  await fireEvent.input(screen.getByTestId("json-search"), { target: { value: query } });
  await settle();
};

const ACT = '{"sub":"usr_1","act":{"sub":"svc_1","act":{"sub":"svc_2"}},"a b":[1,{}],"exp":9007199254740993}';

describe("the text", () => {
  it("stands there to the digit, with its names in order", () => {
    show('{"__proto__":1e400,"a":1,"a":-0,"n":12345678901234567890,"s":"\\u202e<b>"}');
    expect(texts()).toEqual([
      "{",
      '"__proto__": 1e400,',
      '"a": 1, // this name stands here more than once',
      '"a": -0, // this name stands here more than once',
      '"n": 12345678901234567890,',
      '"s": "\\u202e<b>"',
    ]);
    expect(screen.getByTestId("json").querySelector("b")).toBeNull();
  });
  it("marks what cannot be seen", () => {
    show('["admin\u202egnp"]');
    expect(screen.getByTestId("json").querySelector("[data-code='U+202E']")?.textContent).toBe("\u202e");
  });
  it("is shown as it is where it is no JSON", () => {
    show("no JSON at all");
    expect(screen.getByTestId("json").textContent).toBe("no JSON at all");
    cleanup();
    show('{"a":1,"b":"cut o');
    expect(texts()).toEqual(["{ // does not end", '"a": 1', '"b":"cut o // from here on it is no JSON']);
  });
  it("tells times beside their numbers, where they are times", () => {
    const at = START / 1_000;
    show(`{"exp":${at - 480},"iat":1e400,"nbf":"${at}","other":${at},"in":{"exp":${at}}}`, { now: START });
    expect(texts()).toEqual([
      "{",
      `"exp": ${at - 480}, // 8 min ago`,
      '"iat": 1e400,',
      `"nbf": "${at}",`,
      `"other": ${at},`,
      '"in": {',
      `"exp": ${at}`,
    ]);
  });
  it("shows what is long on demand, whole", async () => {
    show(`{"big":"${"x".repeat(100_000)}"}`);
    expect(screen.getByTestId("json").textContent.length).toBeLessThan(1_000);
    await fireEvent.click(screen.getByText("Show all 100,000 characters"));
    expect(screen.getByTestId("json-whole-text").textContent).toHaveLength(100_002);
  });
  it("keeps what is folded when the same text comes again", async () => {
    const { rerender } = show(ACT);
    await focus(2);
    await press("ArrowLeft");
    const before = texts();
    await rerender({ label: "Payload", text: ACT, testid: "json", searchable: true });
    expect(texts()).toEqual(before);
    await rerender({ label: "Payload", text: "[1]", testid: "json", searchable: true });
    expect(texts()).toEqual(["[", "1"]);
  });
});

describe("the tree", () => {
  it("says level, place and state of each row", () => {
    show(ACT);
    const [root, , act] = rows();
    expect(screen.getByRole("tree").getAttribute("aria-label")).toBe("Payload");
    const state = (row: HTMLElement | undefined) =>
      ["level", "setsize", "posinset", "expanded"].map((name) => row?.getAttribute(`aria-${name}`) ?? null);
    expect(state(root)).toEqual(["1", "1", "1", "true"]);
    expect(state(act)).toEqual(["2", "4", "2", "true"]);
    expect(act?.getAttribute("aria-label")).toBe('"act": 2 members');
    expect(rows().filter(({ tabIndex }) => tabIndex === 0)).toEqual([root]);
  });
  it("is walked and folded by keys", async () => {
    show(ACT);
    await focus(0);
    const steps: [key: string, at: string][] = [
      ["ArrowDown", '"sub": "usr_1",'],
      ["ArrowDown", '"act": {'],
      ["ArrowRight", '"sub": "svc_1",'],
      ["ArrowLeft", '"act": {'],
      ["ArrowLeft", '"act": {…}, // 2 members'],
      ["ArrowDown", '"a b": ['],
      ["ArrowUp", '"act": {…}, // 2 members'],
      ["ArrowRight", '"act": {'],
      ["Enter", '"act": {…}, // 2 members'],
      [" ", '"act": {'],
      ["End", '"exp": 9007199254740993'],
      ["ArrowDown", '"exp": 9007199254740993'],
      ["Home", "{"],
      ["ArrowUp", "{"],
      ["PageDown", '"exp": 9007199254740993'],
      ["ArrowLeft", "{"],
      ["ArrowLeft", "{…} // 4 members"],
    ];
    for (const [key, at] of steps) {
      await press(key);
      expect(focused(), key).toBe(at);
    }
    expect(rows()).toHaveLength(1);
  });
  it("folds by mouse, and all at once", async () => {
    show(ACT);
    const all = texts();
    await fireEvent.click(screen.getAllByTestId("json-fold")[1] as HTMLElement);
    expect(texts()).toContain('"act": {…}, // 2 members');
    await fireEvent.click(screen.getByTestId("json-fold-all"));
    expect(texts()).toEqual(all);
    await fireEvent.click(screen.getByTestId("json-fold-all"));
    expect(texts()).toEqual([
      "{",
      '"sub": "usr_1",',
      '"act": {…}, // 2 members',
      '"a b": […], // 2 items',
      '"exp": 9007199254740993',
    ]);
  });
});

describe("copying", () => {
  it("takes value and path of the focused row by keys", async () => {
    show(ACT);
    await focus(3);
    await press("c");
    await press("p");
    await focus(8);
    await press("p");
    await press("c", { ctrlKey: true });
    await focus(0);
    await press("c");
    expect(copied()).toEqual(["svc_1", "$.act.sub", "$['a b'][1]", ACT].map((text) => `copy_text: ${text}`));
  });
  it("takes them by buttons of the focused row", async () => {
    show(ACT);
    expect(screen.queryByTestId("json-copy-value")).toBeNull();
    await focus(9);
    await fireEvent.click(screen.getByTestId("json-copy-value"));
    await settle();
    expect(screen.getByTestId("json-copy-value").textContent).toBe("Copied");
    await fireEvent.click(screen.getByTestId("json-copy-path"));
    expect(copied()).toEqual(["copy_text: 9007199254740993", "copy_text: $.exp"]);
  });
  it("takes nothing where there are secrets", async () => {
    show(ACT, { secret: true });
    await focus(1);
    expect(screen.queryByTestId("json-copy-value")).toBeNull();
    await press("c");
    expect(copy).not.toHaveBeenCalled();
  });
  it("says so when the clipboard fails", async () => {
    copy.mockRejectedValue(new Error("no"));
    show(ACT);
    await focus(1);
    await press("c");
    expect(screen.getByRole("alert").textContent).toContain("The clipboard did not take it.");
  });
});

describe("searching", () => {
  const count = () => screen.getByTestId("json-count").textContent;
  const current = () => said(rows().find(({ tabIndex }) => tabIndex === 0) as HTMLElement);

  it("counts, and goes from one to the next and around", async () => {
    show(ACT);
    await type("SUB");
    expect(count()).toBe("1 of 3");
    const field = screen.getByTestId("json-search");
    field.focus();
    for (const [shiftKey, words] of [
      [false, "2 of 3"],
      [false, "3 of 3"],
      [false, "1 of 3"],
      [true, "3 of 3"],
    ] as const) {
      await press("Enter", { shiftKey });
      expect(count()).toBe(words);
    }
    await fireEvent.click(screen.getByTestId("json-next"));
    await settle();
    expect(count()).toBe("1 of 3");
    expect(screen.getByTestId("json").querySelectorAll("mark")).toHaveLength(3);
    await type("nowhere");
    expect(count()).toBe("Not found");
  });
  it("opens what is folded", async () => {
    show(ACT);
    await focus(2);
    await press("ArrowLeft");
    await type("svc_2");
    expect(count()).toBe("1 of 1");
    expect(current()).toBe('"sub": "svc_2"');
  });
  it("is reached by its keys, and left by Escape", async () => {
    show(ACT);
    await focus(2);
    await press("f", { ctrlKey: true });
    expect(document.activeElement).toBe(screen.getByTestId("json-search"));
    await type("exp");
    await press("Escape");
    expect(focused()).toBe('"exp": 9007199254740993');
    expect(screen.queryByTestId("json-count")).toBeNull();
  });
  it("is left out where the eyes are faster", () => {
    show("[1]", { searchable: false });
    expect(screen.queryByTestId("json-search")).toBeNull();
  });
});

describe("a large text", () => {
  const MANY = `{${Array.from({ length: 10_000 }, (_, index) => `"name_${index}":"${"v".repeat(90)}"`).join(",")}}`;
  it("has only what is in view on the page", async () => {
    show(MANY);
    expect(rows().length).toBeLessThan(80);
    await type("name_9876");
    expect(screen.getByTestId("json-count").textContent).toBe("1 of 1");
    expect(texts().some((text) => text.startsWith('"name_9876"'))).toBe(true);
    expect(rows().length).toBeLessThan(80);
  });
  it("keeps the row that has the focus", async () => {
    show(MANY);
    await focus(1);
    const box = screen.getByTestId("json");
    box.scrollTop = 100_000;
    await fireEvent.scroll(box);
    expect(focused()).toContain('"name_0"');
    await press("End");
    expect(focused()).toContain('"name_9999"');
    await press("ArrowUp");
    expect(focused()).toContain('"name_9998"');
  });
});
