import { describe, expect, it } from "vitest";
import { aToken } from "../lib/example";
import { allowedWords, diagnose } from "./diagnosis";
import { asFieldHolds, pastedInto } from "./panels/exact";
import { compared, howFar } from "./words";
import { aStep, aText, aView, progress } from "./example";

describe("the diagnosis", () => {
  const needed = (scopes: string[], got: string[] | null) =>
    diagnose({ scopes, token: got === null ? null : aToken({ scopes: got }) }).needed;

  it("follows from what was asked for and what came", () => {
    expect(needed(["openid"], null)).toBe("unknown");
    expect(needed(["admin:read"], ["admin:read"])).toBe("none");
    expect(needed([], ["openid", "admin:write"])).toBe("none");
    expect(needed([], ["openid"])).toBe("allowed");
    expect(needed(["openid"], ["openid"])).toBe("request");
    expect(needed(["openid", "admin:read"], ["openid"])).toBe("either");
  });
  it("says no more about what is allowed than is known", () => {
    expect(allowedWords({ scopes: [], token: aToken({ scopes: ["openid"] }) })).toContain("all of them");
    expect(allowedWords({ scopes: ["openid"], token: aToken({ scopes: ["openid"] }) })).toContain("At least");
    expect(allowedWords({ scopes: ["openid"], token: null })).toBe("");
  });
});

describe("a text to the byte", () => {
  it("takes a paste at the place that the field shows", () => {
    const before = "a\r\nb\r\nc";
    expect(asFieldHolds(before)).toBe("a\nb\nc");
    expect(pastedInto(before, 2, 3, "X\r\n")).toBe("a\r\nX\r\n\r\nc");
    expect(pastedInto(before, 0, 5, "\r\n")).toBe("\r\n");
    expect(pastedInto(before, 5, 5, "!")).toBe("a\r\nb\r\nc!");
    expect(pastedInto("", 0, 0, "a\r\n")).toBe("a\r\n");
  });
});

describe("the words", () => {
  it("say how far it has come", () => {
    const text = aText([aStep(), aStep()]);
    const done = progress({ done: true });
    expect(howFar(text, undefined)).toBe("2 steps");
    expect(howFar(text, aView([done, progress()]))).toBe("1 of 2 steps");
    expect(howFar(text, aView([done, done]))).toBe("2 steps done");
    expect(howFar(aText([aStep()]), undefined)).toBe("1 step");
  });
  it("mark where two texts differ", () => {
    expect(compared("aabbc", "aaccc")).toEqual([
      { text: "aa", differs: false },
      { text: "bb", differs: true },
      { text: "c", differs: false },
    ]);
    expect(compared("ab", "a")).toEqual([
      { text: "a", differs: false },
      { text: "b", differs: true },
    ]);
  });
});
