/**
 * JSON text taken apart without reading values: every node is a stretch of the text, so that each digit, escape,
 * duplicate name and the order stay as they are. One pass, no recursion, flat columns instead of objects: a payload
 * of a megabyte has up to half a million nodes.
 */

export const Kind = {
  object: 0,
  array: 1,
  string: 2,
  number: 3,
  /** `true`, `false` or `null`. */
  word: 4,
  /** An object or array below the deepest level. It is not taken apart. */
  deep: 5,
  /** From here on the text is no JSON. */
  rest: 6,
} as const;
export type Kind = (typeof Kind)[keyof typeof Kind];

/** Objects and arrays on more levels than these are not taken apart. */
export const DEEPEST = 200;

/** The nodes of a text in the order in which they stand there; a number names one. `-1` is none. */
export interface JsonTree {
  readonly text: string;
  /** A {@link Kind} each. */
  readonly kind: Readonly<Uint8Array>;
  /** Where its name stands with its quotes. */
  readonly nameFrom: Readonly<Int32Array>;
  readonly nameTo: Readonly<Int32Array>;
  /** Where its value stands. */
  readonly from: Readonly<Int32Array>;
  readonly to: Readonly<Int32Array>;
  readonly parent: Readonly<Int32Array>;
  readonly depth: Readonly<Uint8Array>;
  /** Which of its parent's children it is, from 0. */
  readonly index: Readonly<Int32Array>;
  /** How many children it has. */
  readonly count: Readonly<Int32Array>;
  /** The node after it and all that is in it. */
  readonly next: Readonly<Int32Array>;
  /** Objects and arrays that do not end. */
  readonly unclosed: ReadonlySet<number>;
  /** Members whose name stands in their object more than once. */
  readonly duplicates: ReadonlySet<number>;
  /** Nodes with a backslash in their name or value, in order. */
  readonly escaped: readonly number[];
  /** How many nodes stand on the first level: one, if the text is JSON. */
  readonly roots: number;
}

const TAB = 9;
const LF = 10;
const CR = 13;
const SPACE = 32;
const QUOTE = 34;
const COMMA = 44;
const COLON = 58;
const OPEN_ARRAY = 91;
const BACKSLASH = 92;
const CLOSE_ARRAY = 93;
const OPEN_OBJECT = 123;
const CLOSE_OBJECT = 125;
const MINUS = 45;
const POINT = 46;
const ZERO = 48;
const NINE = 57;
const LETTER_E = 101;
const WORDS = ["true", "false", "null"];

// Sticky, without nested repetition: linear in what they match.
const EXPONENT_OR_FRACTION = /(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[\da-fA-F]{4})/y;

const ends = (pattern: RegExp, text: string, at: number): number => {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : -1;
};

const isDigit = (code: number) => code >= ZERO && code <= NINE;

/** The end of a number that begins here, -1 where none does. */
function pastNumber(text: string, from: number): number {
  let at = text.charCodeAt(from) === MINUS ? from + 1 : from;
  const first = text.charCodeAt(at);
  if (!isDigit(first)) return -1;
  at += 1;
  if (first !== ZERO) while (isDigit(text.charCodeAt(at))) at += 1;
  const next = text.charCodeAt(at);
  return next === POINT || (next | 32) === LETTER_E ? ends(EXPONENT_OR_FRACTION, text, at) : at;
}

/** The end of `true`, `false` or `null`, -1 where none stands here. */
function pastWord(text: string, from: number): number {
  for (const word of WORDS) if (text.startsWith(word, from)) return from + word.length;
  return -1;
}

/** At most so many nodes has a text: each stands at its beginning, or after a comma or an opening bracket. */
function mostNodes(text: string): number {
  let most = 2;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === COMMA || code === OPEN_ARRAY || code === OPEN_OBJECT) most += 1;
  }
  return most;
}

function pastSpace(text: string, from: number): number {
  let at = from;
  for (;;) {
    const code = text.charCodeAt(at);
    if (code !== SPACE && code !== LF && code !== CR && code !== TAB) return at;
    at += 1;
  }
}

/** The end of the string that begins here, and whether it has escapes; `null` where none does. */
function pastString(text: string, from: number): { to: number; escaped: boolean } | null {
  if (text.charCodeAt(from) !== QUOTE) return null;
  let escaped = false;
  let at = from + 1;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) return { to: at + 1, escaped };
    if (code < SPACE) return null;
    if (code === BACKSLASH) {
      escaped = true;
      at = ends(ESCAPE, text, at);
      if (at < 0) return null;
    } else at += 1;
  }
  return null;
}

/** The end of an object or array that begins here, by its brackets only; -1 where it does not end. */
function pastBrackets(text: string, from: number): number {
  let open = 0;
  let at = from;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      const string = pastString(text, at);
      if (string === null) return -1;
      at = string.to;
      continue;
    }
    at += 1;
    if (code === OPEN_ARRAY || code === OPEN_OBJECT) open += 1;
    else if (code === CLOSE_ARRAY || code === CLOSE_OBJECT) {
      open -= 1;
      if (open === 0) return at;
    }
  }
  return -1;
}

/** Takes a text apart, as far as it is JSON (RFC 8259); from where it is none, the rest of it is one node. */
export function parseJson(text: string): JsonTree {
  const most = mostNodes(text);
  const kind = new Uint8Array(most);
  const depth = new Uint8Array(most);
  const nameFrom = new Int32Array(most);
  const nameTo = new Int32Array(most);
  const from = new Int32Array(most);
  const to = new Int32Array(most);
  const parent = new Int32Array(most);
  const index = new Int32Array(most);
  const count = new Int32Array(most);
  const next = new Int32Array(most);
  /** So many nodes there are. */
  let size = 0;
  const unclosed = new Set<number>();
  const duplicates = new Set<number>();
  const escaped: number[] = [];
  let roots = 0;
  /** The object or array that is open. */
  let open = -1;
  /** The names in each open object, and who has them first. */
  const names: Map<string, number>[] = [];

  function add(what: Kind, start: number, end: number, nameStart: number, nameEnd: number): number {
    const node = size;
    size += 1;
    kind[node] = what;
    nameFrom[node] = nameStart;
    nameTo[node] = nameEnd;
    from[node] = start;
    to[node] = end;
    parent[node] = open;
    next[node] = size;
    if (open < 0) {
      index[node] = roots;
      roots += 1;
    } else {
      depth[node] = (depth[open] ?? 0) + 1;
      index[node] = count[open] ?? 0;
      count[open] = (count[open] ?? 0) + 1;
    }
    return node;
  }
  function close(end: number): void {
    to[open] = end;
    next[open] = size;
    if (kind[open] === Kind.object) names.pop();
    open = parent[open] ?? -1;
  }
  /** Reads what stands here: the end of it, or -1 where it cannot be read. */
  function take(start: number): number {
    let at = start;
    let nameStart = -1;
    let nameEnd = -1;
    let escapes = false;
    if (open >= 0 && kind[open] === Kind.object) {
      const name = pastString(text, at);
      if (name === null) return -1;
      [nameStart, nameEnd] = [at, name.to];
      escapes = name.escaped;
      at = pastSpace(text, nameEnd);
      if (text.charCodeAt(at) !== COLON) return -1;
      at = pastSpace(text, at + 1);
    }
    const code = text.charCodeAt(at);
    let what: Kind;
    let end: number;
    if (code === OPEN_OBJECT || code === OPEN_ARRAY) {
      const fits = open < 0 || (depth[open] ?? 0) < DEEPEST - 1;
      what = !fits ? Kind.deep : code === OPEN_OBJECT ? Kind.object : Kind.array;
      end = fits ? at + 1 : pastBrackets(text, at);
    } else if (code === QUOTE) {
      what = Kind.string;
      const string = pastString(text, at);
      end = string?.to ?? -1;
      escapes ||= string?.escaped ?? false;
    } else {
      end = pastNumber(text, at);
      what = end < 0 ? Kind.word : Kind.number;
      if (end < 0) end = pastWord(text, at);
    }
    if (end < 0) return -1;
    const node = add(what, at, end, nameStart, nameEnd);
    if (escapes) escaped.push(node);
    if (nameStart >= 0) {
      const name = unquoted(text.slice(nameStart, nameEnd));
      const first = names.at(-1)?.get(name);
      if (first === undefined) names.at(-1)?.set(name, node);
      else duplicates.add(first).add(node);
    }
    if (what === Kind.object || what === Kind.array) {
      open = node;
      if (what === Kind.object) names.push(new Map());
    }
    return end;
  }

  let at = pastSpace(text, 0);
  /** A value must come next: the beginning, or after a comma. */
  let wanted = true;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    const closes = open >= 0 && code === (kind[open] === Kind.object ? CLOSE_OBJECT : CLOSE_ARRAY);
    let end: number;
    if (closes && (!wanted || count[open] === 0)) {
      close(at + 1);
      end = at + 1;
      wanted = false;
    } else if (wanted) {
      end = take(at);
      // What has just been opened may hold something.
      wanted = end >= 0 && open === size - 1;
    } else if (code === COMMA && open >= 0) {
      end = at + 1;
      wanted = true;
    } else end = -1;
    if (end < 0) {
      add(Kind.rest, at, text.length, -1, -1);
      at = text.length;
    } else at = pastSpace(text, end);
  }
  while (open >= 0) {
    unclosed.add(open);
    close(text.length);
  }
  return {
    text,
    kind: kind.subarray(0, size),
    depth: depth.subarray(0, size),
    nameFrom: nameFrom.subarray(0, size),
    nameTo: nameTo.subarray(0, size),
    from: from.subarray(0, size),
    to: to.subarray(0, size),
    parent: parent.subarray(0, size),
    index: index.subarray(0, size),
    count: count.subarray(0, size),
    next: next.subarray(0, size),
    unclosed,
    duplicates,
    escaped,
    roots,
  };
}

/** What a JSON string says. */
function unquoted(raw: string): string {
  return raw.includes("\\") ? (JSON.parse(raw) as string) : raw.slice(1, -1);
}

const stretch = (tree: JsonTree, from: number | undefined, to: number | undefined) =>
  tree.text.slice(from, to);

/** A node's name as it stands in the text, with its quotes; empty where it has none. */
export function rawName(tree: JsonTree, node: number): string {
  return (tree.nameFrom[node] ?? -1) < 0 ? "" : stretch(tree, tree.nameFrom[node], tree.nameTo[node]);
}

/** A node's value as it stands in the text. */
export function rawValue(tree: JsonTree, node: number): string {
  return stretch(tree, tree.from[node], tree.to[node]);
}

/** A node's value for the clipboard: what a string says, anything else and what cannot be said as it stands. */
export function valueText(tree: JsonTree, node: number): string {
  const raw = rawValue(tree, node);
  if (tree.kind[node] !== Kind.string) return raw;
  const said = unquoted(raw);
  // The clipboard would replace half of a surrogate pair.
  return /\p{Cs}/u.test(said) ? raw : said;
}

/** Whether a node is an object or array with something in it. */
export const canFold = (tree: JsonTree, node: number): boolean => (tree.count[node] ?? 0) > 0;

const SHORTHAND = /^[A-Za-z_]\w*$/;
const ESCAPES: Readonly<Record<string, string>> = {
  "\b": "\\b",
  "\t": "\\t",
  "\n": "\\n",
  "\f": "\\f",
  "\r": "\\r",
  "'": "\\'",
  "\\": "\\\\",
};

/** A name between single quotes, escaped as in a normalized path (RFC 9535 §2.7). */
const quoted = (name: string): string =>
  `'${name.replace(
    // eslint-disable-next-line no-control-regex
    /[\u0000-\u001f'\\]|\p{Cs}/gu,
    (odd) => ESCAPES[odd] ?? `\\u${odd.charCodeAt(0).toString(16).padStart(4, "0")}`,
  )}'`;

/** The JSONPath of a node (RFC 9535): with the shorthand `.name` where it has one, else as a normalized path. */
export function pathOf(tree: JsonTree, node: number): string {
  const steps: string[] = [];
  for (let at = node; at >= 0 && (tree.parent[at] ?? -1) >= 0; at = tree.parent[at] ?? -1) {
    const raw = rawName(tree, at);
    if (raw === "") steps.push(`[${tree.index[at] ?? 0}]`);
    else {
      const name = unquoted(raw);
      steps.push(SHORTHAND.test(name) ? `.${name}` : `[${quoted(name)}]`);
    }
  }
  return `$${steps.reverse().join("")}`;
}

/**
 * The rows on screen from top to bottom: a node, or the complement (`~node`) of one whose closing bracket stands
 * there. What is in a folded node is left out.
 */
export function visibleRows(tree: JsonTree, folded: Readonly<Uint8Array>): Int32Array {
  const rows = new Int32Array(tree.kind.length * 2);
  let length = 0;
  const open: number[] = [];
  for (let node = 0; node < tree.kind.length;) {
    rows[length++] = node;
    if (canFold(tree, node) && folded[node] !== 1) {
      open.push(node);
      node += 1;
    } else node = tree.next[node] ?? tree.kind.length;
    for (let last = open.at(-1); last !== undefined && (tree.next[last] ?? 0) <= node; last = open.at(-1)) {
      if (!tree.unclosed.has(last)) rows[length++] = ~last;
      open.pop();
    }
  }
  return rows.subarray(0, length);
}

const literally = (query: string) => query.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");

/** A pattern that finds a text wherever it stands, in capitals or not. */
export const patternOf = (query: string): RegExp => new RegExp(literally(query), "gi");

/** The nodes whose name or value has a text in it, in order. Not case-sensitive. Escapes are found as what they say. */
export function search(tree: JsonTree, query: string): number[] {
  if (query === "") return [];
  const pattern = patternOf(query);
  const { kind, nameFrom, nameTo, from, to } = tree;
  const startOf = (node: number) => ((nameFrom[node] ?? -1) >= 0 ? nameFrom[node] : from[node]) ?? Infinity;
  const found: number[] = [];
  let node = 0;
  // Without the flag `u` a match is as long as what is looked for.
  while (node < kind.length && pattern.test(tree.text)) {
    const end = pattern.lastIndex;
    const begin = end - query.length;
    while (startOf(node + 1) <= begin) node += 1;
    if (begin < startOf(node)) {
      pattern.lastIndex = startOf(node);
      continue;
    }
    const holds = (kind[node] ?? 0) <= Kind.array;
    const last = (holds ? nameTo[node] : to[node]) ?? -1;
    if (end <= (nameTo[node] ?? -1) || (!holds && begin >= (from[node] ?? 0) && end <= last)) {
      found.push(node);
      node += 1;
      pattern.lastIndex = Math.max(last, end);
    } else if (begin < (nameTo[node] ?? -1)) pattern.lastIndex = begin + 1;
    else if (!holds && begin < last) pattern.lastIndex = Math.max(begin + 1, from[node] ?? 0);
    else pattern.lastIndex = Math.min(startOf(node + 1), tree.text.length);
  }
  if (tree.escaped.length === 0) return found;
  const known = new Set(found);
  const said = tree.escaped.filter((escaped) => {
    if (known.has(escaped)) return false;
    const texts = [rawName(tree, escaped), kind[escaped] === Kind.string ? rawValue(tree, escaped) : ""];
    return texts.some((raw) => {
      pattern.lastIndex = 0;
      return raw !== "" && pattern.test(unquoted(raw));
    });
  });
  return said.length === 0 ? found : [...found, ...said].sort((one, other) => one - other);
}

/** Which rows of a long list are on the page: those in view and some around them. */
export function windowOf(
  scrolled: number,
  height: number,
  row: number,
  count: number,
): { first: number; last: number } {
  const around = 12;
  const first = Math.max(0, Math.min(count, Math.floor(scrolled / row) - around));
  return { first, last: Math.min(count, Math.ceil((scrolled + height) / row) + around) };
}
