/** Times in words. All instants are Unix milliseconds; all texts are of a steady width where they tick. */

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** The two largest units of a duration: `59 s`, `4 min 12 s`, `2 h 5 min`, `3 d 4 h`. */
export function duration(ms: number): string {
  const [large, small] = durationParts(ms);
  return small === "" ? large : `${large} ${small}`;
}

/** The same in two pieces, for the ring: `["51 min", "22 s"]`. */
export function durationParts(ms: number): [large: string, small: string] {
  const left = Math.max(0, Math.floor(ms / SECOND)) * SECOND;
  if (left < MINUTE) return [`${left / SECOND} s`, ""];
  const [unit, name, below, belowName] =
    left < HOUR
      ? ([MINUTE, "min", SECOND, "s"] as const)
      : left < DAY
        ? ([HOUR, "h", MINUTE, "min"] as const)
        : ([DAY, "d", HOUR, "h"] as const);
  const large = Math.floor(left / unit);
  const small = Math.floor((left % unit) / below);
  return [`${large} ${name}`, small === 0 ? "" : `${small} ${belowName}`];
}

/** The largest unit only, for the sidebar: `51 min`. */
export function shortDuration(ms: number): string {
  return durationParts(ms)[0];
}

/** `3 min ago`, `in 51 min`, `now`. */
export function relative(instant: number, now: number): string {
  const difference = instant - now;
  if (Math.abs(difference) < SECOND) return "now";
  return difference < 0 ? `${duration(-difference)} ago` : `in ${duration(difference)}`;
}

/** Local time of day, with the date where it is another day: `14:04:12`, `25 Nov 2026, 14:04:12`. */
export function clockTime(instant: number, now: number): string {
  const at = new Date(instant);
  const time = at.toLocaleTimeString(undefined, { hour12: false });
  const sameDay = at.toDateString() === new Date(now).toDateString();
  if (sameDay) return time;
  return `${at.toLocaleDateString(undefined, { day: "numeric", month: "short", year: "numeric" })}, ${time}`;
}

/** When the day of an instant began here. */
export const startOfDay = (instant: number): number => new Date(instant).setHours(0, 0, 0, 0);

/** Exact local time and UTC, on demand. Years beyond what a date can hold have none. */
export function exactTimes(instant: number): { local: string; utc: string } | null {
  const at = new Date(instant);
  if (Number.isNaN(at.getTime())) return null;
  const local = at.toLocaleString(undefined, { dateStyle: "full", timeStyle: "long", hour12: false });
  return { local, utc: at.toISOString().replace(".000Z", "Z") };
}
