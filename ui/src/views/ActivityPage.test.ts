import { cleanup, fireEvent, render, screen } from "@testing-library/svelte";
import { tick } from "svelte";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { anExchange, aSummary } from "../activity/example";
import { PAUSE_MS } from "../activity/recorded.svelte";
import { companion } from "../lib/companion.svelte";
import type { ExchangeSummary } from "../lib/contract/ExchangeSummary";
import { anApplication, anError, anInstance, aSnapshot } from "../lib/example";
import ActivityPage from "./ActivityPage.svelte";

const { call } = vi.hoisted(() => ({ call: vi.fn() }));
vi.mock("../lib/ipc", () => ({
  call,
  onSnapshot: async () => undefined,
  toAppError: (thrown: unknown) => thrown,
}));

let revision = 1;
let rows: ExchangeSummary[];
let answers: Record<string, () => unknown>;
const publish = (newestExchange: number | null) => {
  companion.take(
    aSnapshot({
      revision: revision++,
      newestExchange,
      instances: [
        anInstance({ name: "Staging", applications: [anApplication({ id: "a1", name: "billing-sync" })] }),
      ],
    }),
  );
};
const settle = async () => {
  for (let turn = 0; turn < 8; turn += 1) await Promise.resolve();
  await tick();
};
const reads = () => call.mock.calls.filter(([name]) => name === "activity").map(([, args]) => args);
const shown = () => screen.queryAllByTestId("activity-row");

beforeEach(() => {
  vi.useFakeTimers();
  rows = [
    aSummary({ id: 3, status: 403, failed: true, application: "a1", instance: "i1" }),
    aSummary({ id: 2, purpose: "token", method: "POST", url: "https://scaikey.example/token" }),
    aSummary({ id: 1, purpose: "discovery", application: "gone", instance: "i1" }),
  ];
  answers = {
    activity: () => rows,
    exchange: () => anExchange(),
    export_activity: () => ({ path: "/home/you/Downloads/activity.har", exchanges: 3 }),
  };
  call.mockReset().mockImplementation(async (name: string) => answers[name]?.() ?? null);
  publish(3);
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

describe("the activity", () => {
  it("lists what was asked, newest first, and whose it was", async () => {
    render(ActivityPage);
    await settle();
    expect(shown()).toHaveLength(3);
    const [first, second, third] = shown().map(({ textContent }) => textContent ?? "");
    for (const said of ["API call", "GET", "/api/v1/admin/tenants/?page=2", "billing-sync", "403", "38 ms"])
      expect(first).toContain(said);
    expect(second).toContain("Token");
    expect(third).toContain("Staging");
  });
  it("asks for one application's and for failures only", async () => {
    const { rerender } = render(ActivityPage);
    await settle();
    await fireEvent.click(screen.getByTestId("activity-filter-failures"));
    await settle();
    await fireEvent.change(screen.getByTestId("activity-filter-application"), { target: { value: "a1" } });
    expect(companion.place).toEqual({ kind: "activity", application: "a1" });
    await rerender({ application: "a1" });
    await settle();
    expect(reads()).toEqual([
      { application: null, failures: false },
      { application: null, failures: true },
      { application: "a1", failures: true },
    ]);
  });
  it("is read again when there is more, a burst once", async () => {
    render(ActivityPage);
    await settle();
    expect(reads()).toHaveLength(1);
    for (const newest of [4, 5, 6]) {
      publish(newest);
      await settle();
    }
    expect(reads()).toHaveLength(1);
    rows = [aSummary({ id: 6 }), ...rows];
    await vi.advanceTimersByTimeAsync(PAUSE_MS);
    await settle();
    expect(reads()).toHaveLength(2);
    expect(shown()).toHaveLength(4);
    publish(6);
    await vi.advanceTimersByTimeAsync(PAUSE_MS * 3);
    expect(reads()).toHaveLength(2);
  });
  it("drops an answer that another filter has overtaken", async () => {
    let late: (rows: ExchangeSummary[]) => void = () => undefined;
    answers["activity"] = () => new Promise((resolve) => (late = resolve));
    render(ActivityPage);
    await settle();
    answers["activity"] = () => [];
    await fireEvent.click(screen.getByTestId("activity-filter-failures"));
    await settle();
    late(rows);
    await settle();
    expect(shown()).toHaveLength(0);
    expect(screen.getByTestId("activity-empty").textContent).toContain("fits the filter");
  });
  it("opens one exchange at a time, by keys too", async () => {
    render(ActivityPage);
    await settle();
    const [first, second] = shown() as [HTMLElement, HTMLElement];
    expect([first.tabIndex, second.tabIndex]).toEqual([0, -1]);
    first.focus();
    await fireEvent.keyDown(first, { key: "ArrowDown" });
    expect(document.activeElement).toBe(second);
    await fireEvent.click(second);
    await settle();
    expect(call).toHaveBeenCalledWith("exchange", { exchange: 2 });
    expect(screen.getAllByTestId("exchange-card")).toHaveLength(1);
    await fireEvent.click(first);
    await settle();
    expect(screen.getAllByTestId("exchange-card")).toHaveLength(1);
    expect([first, second].map((row) => row.getAttribute("aria-expanded"))).toEqual(["true", "false"]);
    await fireEvent.click(first);
    expect(screen.queryByTestId("exchange-card")).toBeNull();
  });
  it("keeps the open one open when it is read again", async () => {
    render(ActivityPage);
    await settle();
    await fireEvent.click(shown()[0] as HTMLElement);
    await settle();
    rows = [aSummary({ id: 4 }), ...rows];
    publish(4);
    await vi.advanceTimersByTimeAsync(PAUSE_MS);
    await settle();
    expect(shown().map((row) => row.getAttribute("aria-expanded"))).toEqual([
      "false",
      "true",
      "false",
      "false",
    ]);
    expect(call.mock.calls.filter(([name]) => name === "exchange")).toHaveLength(1);
  });
  it("exports what the filter shows, and says where it is and that no secret is in it", async () => {
    render(ActivityPage, { application: "a1" });
    await settle();
    await fireEvent.click(screen.getByTestId("export-har"));
    await settle();
    expect(call).toHaveBeenCalledWith("export_activity", { application: "a1", failures: false });
    expect(screen.getByTestId("export-path").textContent).toBe("/home/you/Downloads/activity.har");
    expect(screen.getByTestId("activity-page").textContent).toContain("No secret and no token is in it.");
  });
  it("says nothing of a file that could not be written", async () => {
    answers["export_activity"] = () => Promise.reject(anError("storage"));
    render(ActivityPage);
    await settle();
    await fireEvent.click(screen.getByTestId("export-har"));
    await settle();
    expect(screen.queryByTestId("export-path")).toBeNull();
    expect(companion.problem?.kind).toBe("storage");
  });
  it("is cleared, and then empty", async () => {
    render(ActivityPage);
    await settle();
    answers["clear_activity"] = () => {
      rows = [];
      return null;
    };
    const clear = screen.getByTestId("clear-activity");
    clear.focus();
    await fireEvent.click(clear);
    await settle();
    expect(shown()).toHaveLength(0);
    expect(companion.announcement).toContain("The activity is forgotten");
    expect(document.activeElement).toBe(clear);
    expect(screen.getByTestId("activity-empty").textContent).toContain("Nothing was asked yet");
  });
  it("says why it could not be read", async () => {
    answers["activity"] = () => Promise.reject(anError("internal", [], { title: "This program failed." }));
    render(ActivityPage);
    await settle();
    expect(screen.getByRole("alert").textContent).toContain("This program failed.");
  });
});
