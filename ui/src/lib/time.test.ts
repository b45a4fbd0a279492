import { describe, expect, it } from "vitest";
import { clockTime, duration, durationParts, exactTimes, relative, shortDuration } from "./time";

const S = 1_000;
const M = 60 * S;
const H = 60 * M;
const D = 24 * H;

describe("duration", () => {
  it.each([
    [0, "0 s"],
    [-5 * S, "0 s"],
    [999, "0 s"],
    [59 * S, "59 s"],
    [59 * S + 999, "59 s"],
    [M, "1 min"],
    [4 * M + 12 * S, "4 min 12 s"],
    [H, "1 h"],
    [2 * H + 5 * M + 59 * S, "2 h 5 min"],
    [D, "1 d"],
    [3 * D + 4 * H, "3 d 4 h"],
  ])("%i ms are %s", (ms, words) => {
    expect(duration(ms)).toBe(words);
  });

  it("comes in two pieces and short", () => {
    expect(durationParts(51 * M + 22 * S)).toEqual(["51 min", "22 s"]);
    expect(durationParts(38 * S)).toEqual(["38 s", ""]);
    expect(shortDuration(51 * M + 22 * S)).toBe("51 min");
  });
});

it("says when, relative to now", () => {
  const now = Date.UTC(2026, 10, 24, 12);
  expect(relative(now, now)).toBe("now");
  expect(relative(now - 3 * M, now)).toBe("3 min ago");
  expect(relative(now + 51 * M, now)).toBe("in 51 min");
});

it("names the day where it is another one", () => {
  const now = new Date(2026, 10, 24, 12).getTime();
  expect(clockTime(now, now)).not.toContain("2026");
  expect(clockTime(now + 2 * D, now)).toContain("2026");
});

it("gives exact times, and none beyond what a date holds", () => {
  expect(exactTimes(Date.UTC(2026, 10, 24, 12))?.utc).toBe("2026-11-24T12:00:00Z");
  expect(exactTimes(9e15)).toBeNull();
});
