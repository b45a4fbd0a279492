import { describe, expect, it } from "vitest";
import {
  canFold,
  DEEPEST,
  Kind,
  parseJson,
  pathOf,
  rawName,
  rawValue,
  search,
  valueText,
  visibleRows,
  windowOf,
} from "./json";

/** Every node as its name and value stand in the text; what holds others by its brackets only. */
const nodes = (text: string) => {
  const tree = parseJson(text);
  return Array.from(tree.kind, (kind, node) =>
    kind === Kind.object
      ? `${rawName(tree, node)}{${tree.count[node] ?? 0}`
      : kind === Kind.array
        ? `${rawName(tree, node)}[${tree.count[node] ?? 0}`
        : `${rawName(tree, node)}${kind === Kind.rest ? "!" : "="}${rawValue(tree, node)}`,
  );
};
const unfolded = (text: string) => {
  const tree = parseJson(text);
  return { tree, folded: new Uint8Array(tree.kind.length) };
};
const timed = (work: () => void): number => {
  const began = performance.now();
  work();
  return performance.now() - began;
};

describe("parseJson", () => {
  it.each([
    ["9007199254740993", ["=9007199254740993"]],
    ['{"n":1e400,"m":-0,"f":1.50,"e":1E+05}', ["{4", '"n"=1e400', '"m"=-0', '"f"=1.50', '"e"=1E+05']],
    [
      '{"a":1,"a":2,"__proto__":{"constructor":null}}',
      ["{3", '"a"=1', '"a"=2', '"__proto__"{1', '"constructor"=null'],
    ],
    [
      '["\\u0041\\"\\\\","\\ud800","\ud800","\u202e"]',
      ["[4", '="\\u0041\\"\\\\"', '="\\ud800"', '="\ud800"', '="\u202e"'],
    ],
    [' { "a b" : [ true , false ] , "" : { } } ', ["{2", '"a b"[2', "=true", "=false", '""{0']],
    ["[]", ["[0"]],
    ['"only"', ['="only"']],
    // What is no JSON, from where it is none.
    ["", []],
    [" \n", []],
    ["nonsense", ["!nonsense"]],
    ['{"a":1,}', ["{2", '"a"=1', "!}"]],
    ["[1 2]", ["[2", "=1", "!2]"]],
    ["[01]", ["[2", "=0", "!1]"]],
    ["{1:2}", ["{1", "!1:2}"]],
    ['{"a":}', ["{1", '!"a":}']],
    ['{"a":1]', ["{2", '"a"=1', "!]"]],
    ['["a\nb"]', ["[1", '!"a\nb"]']],
    ['["\\x"]', ["[1", '!"\\x"]']],
    ["{} {}", ["{0", "!{}"]],
    ["[1,", ["[1", "=1"]],
    ['{"a":"cut o', ["{1", '!"a":"cut o']],
    ["[NaN]", ["[1", "!NaN]"]],
    ["[\u00a01]", ["[1", "!\u00a01]"]],
  ])("keeps every digit, name and escape of %j", (text, wanted) => {
    expect(nodes(text)).toEqual(wanted);
  });
  it("agrees with JSON.parse on what is JSON", () => {
    const pieces = [
      "{",
      "}",
      "[",
      "]",
      ",",
      ":",
      '"a"',
      '"',
      "1",
      "-",
      "0",
      ".5",
      "e1",
      "true",
      "nul",
      " ",
      "\\n",
    ];
    let seed = 1;
    const random = (below: number) => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed % below;
    };
    let good = 0;
    for (let round = 0; round < 20_000; round += 1) {
      let text = "";
      for (let length = 1 + random(7); length > 0; length -= 1) text += pieces[random(pieces.length)] ?? "";
      let fits = true;
      try {
        JSON.parse(text);
        good += 1;
      } catch {
        fits = false;
      }
      const tree = parseJson(text);
      const taken = tree.roots === 1 && !tree.kind.includes(Kind.rest) && tree.unclosed.size === 0;
      expect(taken, text).toBe(fits);
    }
    expect(good).toBeGreaterThan(100);
  });
  it("says which names stand in their object more than once, however they are written", () => {
    const tree = parseJson('{"a":1,"\\u0061":{"a":2},"b":[{"a":3}]}');
    expect([...tree.duplicates]).toEqual([1, 2]);
  });
  it("does not take apart what is too deep, and does not run out of stack", () => {
    for (const [open, close] of [
      ["[", "]"],
      ['{"a":', "}"],
    ] as const) {
      const text = `${open.repeat(10_000)}1${close.repeat(10_000)}`;
      const tree = parseJson(text);
      expect(tree.kind).toHaveLength(DEEPEST + 1);
      expect(tree.kind[DEEPEST]).toBe(Kind.deep);
      expect(rawValue(tree, DEEPEST)).toBe(
        `${open.repeat(10_000 - DEEPEST)}1${close.repeat(10_000 - DEEPEST)}`,
      );
      expect(tree.to[0]).toBe(text.length);
      expect(parseJson(open.repeat(10_000)).kind.at(-1)).toBe(Kind.rest);
    }
  });
  it("takes time in proportion to the text", () => {
    const long = 1_000_000;
    const texts = [
      `[${"1,".repeat(long / 2)}1]`,
      `["${"a".repeat(long)}"]`,
      `["${"\\u0041".repeat(long / 6)}"]`,
      `[${"9".repeat(long)}]`,
      `{${Array.from({ length: 10_000 }, (_, index) => `"name${index}":"${"v".repeat(80)}"`).join(",")}}`,
      "[".repeat(long),
      '{"a":'.repeat(long / 5),
      " ".repeat(long),
      '"'.repeat(long),
      `[${"[],".repeat(long / 3)}[]]`,
    ];
    for (const text of texts) {
      expect(
        timed(() => parseJson(text)),
        text.slice(0, 12),
      ).toBeLessThan(1_500);
    }
  });
});

describe("paths and values", () => {
  const tree = parseJson(
    `{"act":{"sub":"x"},"a b":["0",["1"]],"it's":1,"\\u202e":2,"":3,"a\\\\b\\n":4,"_x1":5,"1x":6,"\\ud800":7,"é":8}`,
  );
  it.each([
    [0, "$"],
    [1, "$.act"],
    [2, "$.act.sub"],
    [3, "$['a b']"],
    [4, "$['a b'][0]"],
    [6, "$['a b'][1][0]"],
    [7, "$['it\\'s']"],
    [8, "$['\u202e']"],
    [9, "$['']"],
    [10, "$['a\\\\b\\n']"],
    [11, "$._x1"],
    [12, "$['1x']"],
    [13, "$['\\ud800']"],
    [14, "$['é']"],
  ])("node %i is at %s", (node, path) => {
    expect(pathOf(tree, node)).toBe(path);
  });
  it.each([
    ['["a\\u00e9\\n"]', "aé\n"],
    ['["\\ud83d\\ude00"]', "😀"],
    ['["\\ud800"]', '"\\ud800"'],
    ["[9007199254740993]", "9007199254740993"],
    ['[{ "a" : 1e400 }]', '{ "a" : 1e400 }'],
  ])("copies the first item of %j as %j", (text, value) => {
    expect(valueText(parseJson(text), 1)).toBe(value);
  });
});

describe("visibleRows", () => {
  const rowsOf = (text: string, ...closed: number[]) => {
    const { tree, folded } = unfolded(text);
    for (const node of closed) folded[node] = 1;
    return Array.from(visibleRows(tree, folded));
  };
  const text = '{"a":[1,[]],"b":{},"c":{"d":{"e":1}}}';
  it("has a row for each node and closing bracket", () => {
    expect(rowsOf(text)).toEqual([0, 1, 2, 3, ~1, 4, 5, 6, 7, ~6, ~5, ~0]);
  });
  it("leaves out what is folded, and what is folded within stays so", () => {
    expect(rowsOf(text, 1)).toEqual([0, 1, 4, 5, 6, 7, ~6, ~5, ~0]);
    expect(rowsOf(text, 1, 5)).toEqual([0, 1, 4, 5, ~0]);
    expect(rowsOf(text, 0, 5)).toEqual([0]);
  });
  it("closes nothing that does not end", () => {
    expect(rowsOf('{"a":[1,')).toEqual([0, 1, 2]);
  });
  it("knows what can be folded", () => {
    const tree = parseJson(text);
    expect(Array.from(tree.kind.keys()).filter((node) => canFold(tree, node))).toEqual([0, 1, 5, 6]);
  });
});

describe("search", () => {
  const found = (text: string, query: string) => search(parseJson(text), query);
  it.each([
    ["sub", [1, 3]],
    ["SUB", [1, 3]],
    ['"sub"', [1]],
    ["17", [2]],
    ["true", [4]],
    ["a", [3]],
    [":", []],
    [",", []],
    [" ", []],
    ["{", []],
    ["", []],
    [".*", []],
    ['"', [1, 2, 3, 4]],
  ] as const)("finds %j in names and values", (query, wanted) => {
    expect(found('{ "sub":\n "x", "exp" :1795, "suba": null , "t":true}', query)).toEqual(wanted);
  });
  it("finds what escapes say, and what they are", () => {
    expect(found('["caf\\u00e9","a\\nb",{"\\u0061bc":1}]', "café")).toEqual([1]);
    expect(found('["caf\\u00e9","a\\nb",{"\\u0061bc":1}]', "abc")).toEqual([4]);
    expect(found('["caf\\u00e9","a\\nb",{"\\u0061bc":1}]', "u00E9")).toEqual([1]);
  });
  it("finds a name and a value of the same member once, and what overlaps", () => {
    expect(found('{"aa":"aa","b":"aaa"}', "aa")).toEqual([1, 2]);
    expect(found('{"a\\"b":1}', 'a\\"b"')).toEqual([1]);
  });
  it("takes time in proportion to the text", () => {
    const indented = `[\n${"  1,\n".repeat(300_000)}  1\n]`;
    const tree = parseJson(indented);
    for (const query of ["1", " ", ",", "x", "\n  ", "1,"]) {
      expect(
        timed(() => search(tree, query)),
        query,
      ).toBeLessThan(1_500);
    }
    const one = parseJson(`["${"ab".repeat(500_000)}"]`);
    expect(timed(() => search(one, "b"))).toBeLessThan(1_500);
  });
});

describe("windowOf", () => {
  it("holds what is in view and a little more, within the list", () => {
    expect(windowOf(0, 440, 22, 10_000)).toEqual({ first: 0, last: 32 });
    expect(windowOf(2_200, 440, 22, 10_000)).toEqual({ first: 88, last: 132 });
    expect(windowOf(220_000, 440, 22, 10_000)).toEqual({ first: 9_988, last: 10_000 });
    expect(windowOf(500, 440, 22, 3)).toEqual({ first: 3, last: 3 });
  });
});
