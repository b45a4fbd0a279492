import { cleanup, fireEvent, render, screen } from "@testing-library/svelte";
import { tick } from "svelte";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { ClaimRow } from "../lib/contract/ClaimRow";
import type { TokenDetails } from "../lib/contract/TokenDetails";
import { call } from "../lib/ipc";
import { applicationView, instanceView, tokenDetails, tokenView } from "../tokens/example";
import ApplicationPage from "./ApplicationPage.svelte";

vi.mock("../lib/ipc", () => ({
  call: vi.fn(),
  onSnapshot: vi.fn(() => Promise.resolve()),
  toAppError: (thrown: unknown) => thrown,
}));
const calls = vi.mocked(call);
let inspections: ((details: TokenDetails) => void)[];

beforeEach(() => {
  inspections = [];
  calls.mockReset();
  calls.mockImplementation(((name: string) =>
    name === "inspect_token"
      ? new Promise((resolve) => inspections.push(resolve))
      : Promise.resolve(
          name === "endpoints" ? [] : name === "reveal_token" ? "HEADIS.x.y" : null,
        )) as typeof call);
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});
const settle = async () => {
  for (let turn = 0; turn < 8; turn += 1) await Promise.resolve();
  await tick();
};
const page = () => render(ApplicationPage, { application: applicationView(), instance: instanceView() });
const withValue = (tokenId: number, value: string) => {
  const details = tokenDetails({ tokenId });
  return { ...details, claims: details.claims.map((row) => ({ ...row, value })) };
};
const claim = () => screen.queryByTestId("claim-sub")?.textContent ?? "";

describe("the details of a token", () => {
  it("are asked for again when the token or its checks change, and stay until the next come", async () => {
    const { rerender } = page();
    expect(inspections).toHaveLength(1);
    inspections[0]?.(withValue(1, "first"));
    await settle();
    expect(claim()).toContain("first");

    await rerender({ application: applicationView() });
    expect(inspections).toHaveLength(1);
    await rerender({ application: applicationView({ token: tokenView({ checked: 2 }) }) });
    expect(inspections).toHaveLength(2);
    expect(claim()).toContain("first");
    await rerender({ application: applicationView({ token: tokenView({ id: 2 }) }) });
    expect(inspections).toHaveLength(3);
    inspections[1]?.(withValue(1, "stale"));
    await settle();
    expect(claim()).toContain("first");
    inspections[2]?.(withValue(1, "of another token"));
    await settle();
    expect(claim()).toContain("first");
    await rerender({ application: applicationView({ token: tokenView({ id: 2, checked: 5 }) }) });
    inspections[3]?.(withValue(2, "second"));
    await settle();
    expect(claim()).toContain("second");
  });
  it("of one application never stand under another", async () => {
    const { rerender } = page();
    inspections[0]?.(withValue(1, "first"));
    await settle();
    await rerender({ application: applicationView({ id: "app-2" }) });
    expect(claim()).toBe("");
    expect(screen.getByTestId("claims").textContent).toContain("Reading the token…");
  });
});

describe("a claim's place in the token", () => {
  it("is marked while the whole token is shown, and is not otherwise", async () => {
    page();
    const row = { ...withValue(1, "first").claims[0], place: { from: 4, to: 6 } } as ClaimRow;
    inspections[0]?.(tokenDetails({ claims: [row] }));
    await settle();
    const name = () => screen.getByTestId("claim-sub").querySelector<HTMLElement>("dt button");
    expect(name()).toBeNull();
    await fireEvent.click(screen.getByTestId("show-token"));
    await settle();
    name()?.focus();
    await settle();
    expect(screen.getByTestId("raw-mark").textContent).toBe("IS");
    await fireEvent.click(screen.getByTestId("show-token"));
    await settle();
    expect(name()).toBeNull();
    expect(screen.queryByTestId("raw-mark")).toBeNull();
  });
});

describe("the header", () => {
  it("copies the client ID and says so for two seconds", async () => {
    vi.useFakeTimers();
    page();
    const button = screen.getByTestId("copy-id");
    await fireEvent.click(button);
    await settle();
    expect(calls).toHaveBeenCalledWith("copy_text", { text: "svc_9f2k1x0qd7" });
    expect(button.textContent).toBe("Copied");
    vi.advanceTimersByTime(2_000);
    await settle();
    expect(button.textContent).toBe("Copy ID");
  });
  it("marks production and a secret that will be gone", () => {
    render(ApplicationPage, {
      application: applicationView({ secret: "session" }),
      instance: instanceView(),
    });
    expect(screen.getByTestId("production").textContent).toBe("Production");
    expect(screen.getByTestId("secret-state").textContent).toBe("Secret for this session only");
  });
});

describe("the exchange that produced the token", () => {
  it("is read when it is opened, and not before", async () => {
    render(ApplicationPage, {
      application: applicationView({ token: tokenView({ exchange: 4 }) }),
      instance: instanceView(),
    });
    await settle();
    expect(calls).not.toHaveBeenCalledWith("exchange", { exchange: 4 });
    const details = screen.getByTestId("token-exchange").closest("details") as HTMLDetailsElement;
    details.open = true;
    await fireEvent(details, new Event("toggle"));
    await settle();
    expect(calls).toHaveBeenCalledWith("exchange", { exchange: 4 });
  });
  it("is not offered where it is not known", () => {
    render(ApplicationPage, {
      application: applicationView({ token: tokenView({ exchange: null }) }),
      instance: instanceView(),
    });
    expect(screen.queryByTestId("token-exchange")).toBeNull();
    expect(screen.getByTestId("open-call")).toBeTruthy();
  });
});

it("compares the token with the one before it where its claims are shown", async () => {
  const token = tokenView({ id: 2, history: [{ id: 1, receivedAt: 0 }] });
  render(ApplicationPage, { application: applicationView({ token }), instance: instanceView() });
  inspections[0]?.(tokenDetails({ tokenId: 2 }));
  await settle();
  const asked = () => calls.mock.calls.filter(([name]) => name === "compare_tokens").map(([, args]) => args);
  expect(asked()).toEqual([]);
  await fireEvent.click(screen.getByTestId("claims-comparison"));
  const application = "app-1";
  expect(asked()).toEqual([
    {
      before: { kind: "application", application, token: 1 },
      after: { kind: "application", application, token: null },
    },
  ]);
});
