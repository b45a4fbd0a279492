/** Where the marks of a token's life stand, and which labels fit under them. */
import type { TokenView } from "../lib/contract/TokenView";
import { clockTime } from "../lib/time";

export interface LifeMark {
  kind: "issued" | "now" | "renews" | "expires";
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
  /** `unknown`: the server did not say how long the token lives. */
  state: "alive" | "expired" | "unknown";
  marks: LifeMark[];
  /** How much of it has passed, 0 to 1. */
  passed: number;
  /** The same in words. It does not change with every tick. */
  words: string;
}

/** An expired token's life keeps at least this share of the line, however long ago it ended. */
const SMALLEST_LIFE = 0.7;

/** The marks of a token's life, in order. */
export function lifeOf(token: Pick<TokenView, "receivedAt" | "expiresAt" | "renewsAt">, now: number): Life {
  const { receivedAt: issued, expiresAt: expires, renewsAt } = token;
  const clock = (instant: number) => clockTime(instant, now);
  const start: LifeMark = { kind: "issued", at: 0, text: `issued ${clock(issued)}` };
  if (expires === null) {
    return {
      state: "unknown",
      marks: [start, { kind: "expires", at: 1, text: "the server did not say when it expires" }],
      passed: 0,
      words: `Issued at ${clock(issued)}. The server did not say when it expires.`,
    };
  }
  const life = Math.max(1, expires - issued);
  if (now >= expires) {
    const end = Math.min(1, Math.max(SMALLEST_LIFE, life / Math.max(life, now - issued)));
    return {
      state: "expired",
      marks: [
        start,
        { kind: "expires", at: end, text: `expired ${clock(expires)}` },
        { kind: "now", at: 1, text: "now" },
      ],
      passed: end,
      words: `Issued at ${clock(issued)}, expired at ${clock(expires)}.`,
    };
  }
  const along = (instant: number) => Math.min(1, Math.max(0, (instant - issued) / life));
  const passed = along(now);
  const marks: LifeMark[] = [start, { kind: "now", at: passed, text: "now" }];
  if (renewsAt !== null && renewsAt <= expires) {
    marks.push({ kind: "renews", at: along(renewsAt), text: `renews ${clock(renewsAt)}` });
  }
  marks.sort((one, other) => one.at - other.at);
  marks.push({ kind: "expires", at: 1, text: `expires ${clock(expires)}` });
  const renewal = renewsAt === null ? "" : ` renews at ${clock(renewsAt)},`;
  return {
    state: "alive",
    marks,
    passed,
    words: `Issued at ${clock(issued)},${renewal} expires at ${clock(expires)}.`,
  };
}

const GAP = 10;
/** Dropped first when not all fit. */
const DROP_ORDER: readonly LifeMark["kind"][] = ["now", "issued", "renews"];

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
