/** Where the marks of a token's life stand, and which labels fit under them. */
import type { TokenView } from "../lib/contract/TokenView";
import { clockTime } from "../lib/time";

/** What is known of a token's life, in Unix milliseconds. */
export interface LifeTimes {
  issuedAt: number | null;
  notBefore: number | null;
  renewsAt: number | null;
  expiresAt: number | null;
}

export interface LifeMark {
  kind: "issued" | "notBefore" | "now" | "renews" | "expires" | "unstated";
  /** Along the line, 0 to 1. */
  at: number;
  text: string;
}

export interface LifeLabel {
  text: string;
  /** Where its left edge stands, in pixels; the right-most one is measured from the right. */
  left: number;
  right: number | null;
}

export interface Life {
  /** `future`: not valid yet. `unknown`: valid, and nobody says until when. */
  state: "alive" | "expired" | "future" | "unknown";
  marks: LifeMark[];
  /** Where on the line it begins to be valid, 0 to 1. */
  from: number;
  /** How much of the line has passed, 0 to 1. */
  passed: number;
  /** The same in words. It does not change with every tick. */
  words: string;
}

/** The life of a token in hand, which counts from when it came. */
export const timesOf = (token: Pick<TokenView, "receivedAt" | "expiresAt" | "renewsAt">): LifeTimes => ({
  issuedAt: token.receivedAt,
  notBefore: null,
  renewsAt: token.renewsAt,
  expiresAt: token.expiresAt,
});

/** What is valid keeps at least this share of the line, however far away now is. */
const SMALLEST_LIFE = 0.7;

/** The marks of a token's life, in order. */
export function lifeOf(times: LifeTimes, now: number): Life {
  const { issuedAt, expiresAt } = times;
  const state = stateOf(times, now);
  // What is valid as soon as it is issued needs no second mark for that.
  const notBefore = times.notBefore === issuedAt && state !== "future" ? null : times.notBefore;
  const renewsAt =
    state === "alive" && times.renewsAt !== null && expiresAt !== null && times.renewsAt <= expiresAt
      ? times.renewsAt
      : null;

  // One that is issued when it begins to be valid is told once, as what matters.
  const issued = state === "future" && issuedAt === notBefore ? null : issuedAt;
  const told: { kind: LifeMark["kind"]; instant: number; what: string }[] = [];
  const tell = (kind: LifeMark["kind"], instant: number | null, what: string) => {
    if (instant !== null) told.push({ kind, instant, what });
  };
  tell("issued", issued, "issued");
  tell("notBefore", notBefore, state === "future" ? "valid from" : "not before");
  // Without an end, nobody knows how far along the line now is.
  if (state !== "unknown") tell("now", now, "now");
  tell("renews", renewsAt, "renews");
  tell("expires", expiresAt, state === "expired" ? "expired" : "expires");
  // Sorting is stable: the end stays behind what falls together with it.
  told.sort((one, other) => one.instant - other.instant);

  const instants = told.map(({ instant }) => instant);
  const pivot = state === "expired" ? expiresAt : state === "future" ? notBefore : null;
  const along = scaleOf(instants, pivot, state === "expired", expiresAt === null);
  const marks: LifeMark[] = told.map(({ kind, instant, what }) => ({
    kind,
    at: along(instant),
    text: kind === "now" ? what : `${what} ${clock(instant, now)}`,
  }));
  if (expiresAt === null) {
    marks.push({ kind: "unstated", at: 1, text: "end not stated" });
  }
  const passed =
    state === "expired" ? along(expiresAt ?? now) : state === "alive" ? Math.max(0, along(now)) : 0;
  return {
    state,
    marks,
    from: notBefore === null ? 0 : state === "alive" ? Math.min(along(notBefore), passed) : along(notBefore),
    passed,
    words: wordsOf(told, times, state, now),
  };
}

function stateOf({ notBefore, expiresAt }: LifeTimes, now: number): Life["state"] {
  if (expiresAt !== null && now >= expiresAt) return "expired";
  if (notBefore !== null && now < notBefore) return "future";
  return expiresAt === null ? "unknown" : "alive";
}

/**
 * Where instants, which are in order, stand on a line of length 1: evenly, but what is valid keeps its smallest
 * share before the pivot (`ended`) or after it.
 */
function scaleOf(
  instants: readonly number[],
  pivot: number | null,
  ended: boolean,
  endless: boolean,
): (instant: number) => number {
  const first = instants[0] ?? 0;
  const last = instants.at(-1) ?? first;
  if (pivot === null) return (instant) => (last > first ? (instant - first) / (last - first) : 0);
  const even = last > first ? (pivot - first) / (last - first) : 1;
  const share = ended
    ? Math.max(SMALLEST_LIFE, even)
    : endless
      ? 1 - SMALLEST_LIFE
      : Math.min(1 - SMALLEST_LIFE, even);
  return (instant) => {
    if (instant <= pivot) return pivot > first ? ((instant - first) / (pivot - first)) * share : share;
    return share + ((instant - pivot) / (last - pivot)) * (1 - share);
  };
}

const BEYOND = "beyond the calendar";
const clock = (instant: number, now: number) =>
  Number.isNaN(new Date(instant).getTime()) ? BEYOND : clockTime(instant, now);

function wordsOf(
  told: readonly { kind: LifeMark["kind"]; instant: number; what: string }[],
  times: LifeTimes,
  state: Life["state"],
  now: number,
): string {
  const facts = told
    .filter(({ kind }) => kind !== "now")
    .map(({ what, instant }) => {
      const at = clock(instant, now);
      return at === BEYOND || what === "valid from" ? `${what} ${at}` : `${what} at ${at}`;
    })
    .join(", ");
  const sentences = [
    state === "future" ? "Not valid yet" : "",
    `${facts.charAt(0).toUpperCase()}${facts.slice(1)}`,
    times.issuedAt === null ? "When it was issued is not stated" : "",
    times.expiresAt === null ? "When it expires is not stated" : "",
  ];
  return sentences
    .filter((sentence) => sentence !== "")
    .map((sentence) => `${sentence}.`)
    .join(" ");
}

const GAP = 10;
/** Dropped first when not all fit. */
const DROP_ORDER: readonly LifeMark["kind"][] = ["now", "issued", "notBefore", "renews"];

interface Group {
  marks: LifeMark[];
  left: number;
  width: number;
}

/**
 * Labels under the line that never overlap: those too near to each other become one
 * (`renews 14:04:12 · expires 14:05:12`), and what does not fit at all is left out.
 */
export function lifeLabels(
  marks: readonly LifeMark[],
  width: number,
  measure: (text: string) => number,
): LifeLabel[] {
  const groups = arrange(marks, width, measure);
  if (groups.some((group) => group.width > width)) {
    const victim = DROP_ORDER.find((kind) => marks.some((mark) => mark.kind === kind));
    if (victim !== undefined) {
      return lifeLabels(
        marks.filter((mark) => mark.kind !== victim),
        width,
        measure,
      );
    }
  }
  return groups.map((group) => ({
    text: textOf(group.marks),
    left: group.left,
    right: group.marks.some(({ at }) => at === 1) ? 0 : null,
  }));
}

const textOf = (marks: readonly LifeMark[]) => marks.map(({ text }) => text).join(" · ");

function arrange(marks: readonly LifeMark[], width: number, measure: (text: string) => number): Group[] {
  const place = (members: LifeMark[]): Group => {
    const own = measure(textOf(members));
    const first = members[0]?.at ?? 0;
    const last = members.at(-1)?.at ?? first;
    // A group that touches an end of the line keeps to it.
    const wanted = last === 1 ? width - own : first === 0 ? 0 : ((first + last) / 2) * width - own / 2;
    return { marks: members, left: Math.max(0, Math.min(width - own, wanted)), width: own };
  };
  const groups: Group[] = [];
  for (const mark of marks) {
    let group = place([mark]);
    let before = groups.at(-1);
    while (before !== undefined && before.left + before.width + GAP > group.left) {
      groups.pop();
      group = place([...before.marks, ...group.marks]);
      before = groups.at(-1);
    }
    groups.push(group);
  }
  return groups;
}
