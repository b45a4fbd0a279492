import { afterEach, expect, it, vi } from "vitest";
import { internalError } from "./errors";
import { anError } from "./example";
import { call, toAppError } from "./ipc";

const { invoke } = vi.hoisted(() => ({ invoke: vi.fn() }));
vi.mock("@tauri-apps/api/core", () => ({ invoke }));
vi.mock("@tauri-apps/api/event", () => ({ listen: vi.fn() }));

afterEach(() => {
  vi.useRealTimers();
});

it("passes the arguments under one name", async () => {
  invoke.mockResolvedValue(null);
  await call("request_token", { application: "a" });
  expect(invoke).toHaveBeenLastCalledWith("request_token", { args: { application: "a" } });
  await call("snapshot");
  expect(invoke).toHaveBeenLastCalledWith("snapshot", {});
});

it("rejects with an error of the contract, whatever was thrown", async () => {
  invoke.mockRejectedValueOnce(anError("noToken"));
  await expect(call("snapshot")).rejects.toEqual(anError("noToken"));
  invoke.mockRejectedValueOnce("command not found");
  await expect(call("snapshot")).rejects.toEqual(internalError("command not found"));
  expect(toAppError(null)).toEqual(internalError("null"));
  // Not a whole error: the page would have nothing to show.
  expect(toAppError({ kind: "noToken" }).kind).toBe("internal");
});

it("does not wait for ever", async () => {
  vi.useFakeTimers();
  invoke.mockReturnValueOnce(new Promise(() => undefined));
  const waiting = expect(call("snapshot")).rejects.toEqual(internalError("snapshot did not answer"));
  await vi.advanceTimersByTimeAsync(90_000);
  await waiting;
});
