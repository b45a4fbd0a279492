import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Problem } from "./contract/Problem";
import { CHECK_AFTER_MS, Problems } from "./problems.svelte";

const error: Problem = { field: "clientId", severity: "error", message: "Enter it." };
const notice: Problem = { field: "clientId", severity: "notice", message: "It ends with a space." };

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

async function checked(problems: Problems, found: Problem[]): Promise<void> {
  problems.schedule(() => Promise.resolve(found));
  await vi.advanceTimersByTimeAsync(CHECK_AFTER_MS);
}

describe("Problems", () => {
  it("says errors only after the field was left, notices once it was edited", async () => {
    const problems = new Problems();
    await checked(problems, [error, notice]);
    expect(problems.of("clientId")).toEqual([]);
    problems.edit("clientId");
    expect(problems.of("clientId")).toEqual([notice]);
    problems.leave("clientId");
    expect(problems.of("clientId")).toEqual([error, notice]);
    expect(problems.of("name")).toEqual([]);
  });

  it("says everything once the form was submitted", async () => {
    const problems = new Problems();
    await checked(problems, [error]);
    problems.submit();
    expect(problems.of("clientId")).toEqual([error]);
  });

  it("drops an answer that a newer check has overtaken", async () => {
    const problems = new Problems();
    let answer: (found: Problem[]) => void = () => undefined;
    problems.schedule(() => new Promise((resolve) => (answer = resolve)));
    await vi.advanceTimersByTimeAsync(CHECK_AFTER_MS);
    await checked(problems, []);
    answer([error]);
    await vi.advanceTimersByTimeAsync(0);
    expect(problems.errors).toEqual([]);
  });

  it("asks once for a burst of typing and survives a failed check", async () => {
    const problems = new Problems();
    const check = vi.fn(() => Promise.reject(new Error("gone")));
    problems.schedule(check);
    problems.schedule(check);
    await vi.advanceTimersByTimeAsync(2 * CHECK_AFTER_MS);
    expect(check).toHaveBeenCalledOnce();
    expect(problems.errors).toEqual([]);
  });
});
