import { beforeEach, expect, it, vi } from "vitest";
import type { Snapshot } from "./contract/Snapshot";
import { anApplication, anError, anInstance, aSnapshot, aToken, somePreferences } from "./example";

const shell = vi.hoisted(() => ({ call: vi.fn(), publish: (_: unknown): void => undefined }));
vi.mock("./ipc", () => ({
  call: shell.call,
  onSnapshot: async (callback: (snapshot: Snapshot) => void) => {
    shell.publish = callback as (snapshot: unknown) => void;
  },
  toAppError: (thrown: unknown) => thrown,
}));

const saved = aSnapshot({
  revision: 5,
  instances: [
    anInstance({ id: "empty" }),
    anInstance({ id: "i", applications: [anApplication({ id: "a" }), anApplication({ id: "b" })] }),
  ],
});
let answers: Record<string, unknown>;

async function fresh() {
  vi.resetModules();
  return (await import("./companion.svelte")).companion;
}

beforeEach(() => {
  answers = { snapshot: saved, preferences: somePreferences(), copy_formats: [] };
  shell.call.mockReset().mockImplementation(async (name: string) => {
    const answer = answers[name] ?? null;
    if (answer instanceof Error) throw answer;
    return answer;
  });
});

it("drops a snapshot that is older than the one in hand", async () => {
  const companion = await fresh();
  await companion.start();
  shell.publish({ ...saved, revision: 4, instances: [] });
  expect(companion.snapshot?.revision).toBe(5);
  expect(companion.instances).toHaveLength(2);
  shell.publish({ ...saved, revision: 6, instances: [] });
  expect(companion.instances).toHaveLength(0);
});

it("keeps a published snapshot when the first answer comes later and is older", async () => {
  const companion = await fresh();
  const starting = companion.start();
  await vi.waitFor(() => {
    expect(shell.call).toHaveBeenCalled();
  });
  shell.publish({ ...saved, revision: 9 });
  await starting;
  expect(companion.snapshot?.revision).toBe(9);
});

it("opens what was open last, or the first application", async () => {
  let companion = await fresh();
  await companion.start();
  expect(companion.place).toEqual({ kind: "application", id: "a" });
  answers["preferences"] = somePreferences({ lastApplication: "b" });
  companion = await fresh();
  await companion.start();
  expect(companion.place).toEqual({ kind: "application", id: "b" });
  answers["preferences"] = somePreferences({ lastApplication: "gone" });
  companion = await fresh();
  await companion.start();
  expect(companion.place).toEqual({ kind: "application", id: "a" });
});

it("shows the first there is when what was open is gone", async () => {
  const companion = await fresh();
  await companion.start();
  companion.open({ kind: "application", id: "b" });
  shell.publish({
    ...saved,
    revision: 6,
    instances: [anInstance({ id: "i", applications: [anApplication({ id: "a" })] })],
  });
  expect(companion.current?.id).toBe("a");
  shell.publish({ ...saved, revision: 7, instances: [anInstance({ id: "i" })] });
  expect(companion.place).toEqual({ kind: "instance", id: "i" });
  shell.publish({ ...saved, revision: 8, instances: [] });
  expect(companion.place).toEqual({ kind: "home" });
});

it("waits for the snapshot of what was just saved", async () => {
  const companion = await fresh();
  await companion.start();
  companion.open({ kind: "application", id: "new" });
  shell.publish({ ...saved, revision: 6 });
  expect(companion.place).toEqual({ kind: "application", id: "new" });
});

it("moves within the list only", async () => {
  const companion = await fresh();
  await companion.start();
  expect(await companion.moveApplication("a", -1)).toBe(false);
  expect(await companion.moveApplication("a", 1)).toBe(true);
  expect(shell.call).toHaveBeenLastCalledWith("move_application", { application: "a", index: 1 });
  expect(await companion.moveInstance("i", 1)).toBe(false);
  expect(await companion.moveInstance("i", -1)).toBe(true);
  expect(shell.call).toHaveBeenLastCalledWith("move_instance", { instance: "i", index: 0 });
});

it("tells a new token and a failure of the application on screen", async () => {
  const companion = await fresh();
  await companion.start();
  const withA = (change: Parameters<typeof anApplication>[0], revision: number) =>
    aSnapshot({
      revision,
      instances: [anInstance({ id: "i", applications: [anApplication({ id: "a", ...change })] })],
    });
  shell.publish(withA({ token: aToken({ id: 7, expiresAt: null }) }, 6));
  expect(companion.announcement).toBe("billing-sync: new token");
  shell.publish(withA({ phase: { kind: "failed", error: anError("secretMissing") } }, 7));
  expect(companion.announcement).toBe("billing-sync: no new token");
});

it("keeps the error of an action until it is dismissed or another begins", async () => {
  const companion = await fresh();
  await companion.start();
  answers["request_token"] = Object.assign(new Error(), anError("secretMissing"));
  await companion.requestToken("a");
  expect(companion.problem?.kind).toBe("secretMissing");
  companion.dismissProblem();
  expect(companion.problem).toBeNull();
});

it("copies once at a time, and remembers the form", async () => {
  const companion = await fresh();
  await companion.start();
  answers["copy_token"] = { clearsAt: null, renewed: false, production: true, warning: null };
  await Promise.all([companion.copyToken("a", "header"), companion.copyToken("a", "curl")]);
  expect(shell.call.mock.calls.filter(([name]) => name === "copy_token")).toHaveLength(1);
  expect(companion.copy?.kind).toBe("copied");
  expect(companion.announcement).toBe("Copied from a production instance");
  expect(companion.preferences?.copyFormat).toBe("header");
});

it("says the same words twice when asked to", async () => {
  const companion = await fresh();
  companion.announce("Copied");
  const once = companion.announcement;
  companion.announce("Copied");
  expect(companion.announcement).not.toBe(once);
  expect(companion.announcement.trim()).toBe("Copied");
});
