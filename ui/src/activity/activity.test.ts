import { cleanup, fireEvent, render, screen } from "@testing-library/svelte";
import { tick } from "svelte";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { anError } from "../lib/example";
import { aBody, anExchange, aSummary } from "./example";
import ExchangeCard from "./ExchangeCard.svelte";
import { millis, PURPOSES, statusTone, statusWords, timingBars, urlParts } from "./words";

const { call } = vi.hoisted(() => ({ call: vi.fn() }));
vi.mock("../lib/ipc", () => ({
  call,
  onSnapshot: async () => undefined,
  toAppError: (thrown: unknown) => thrown,
}));
const settle = async () => {
  for (let turn = 0; turn < 8; turn += 1) await Promise.resolve();
  await tick();
};
beforeEach(() => {
  call.mockReset().mockResolvedValue(null);
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

describe("the words", () => {
  it("name each purpose", () => {
    expect(PURPOSES).toEqual({
      discovery: "Discovery",
      keys: "Keys",
      token: "Token",
      renewal: "Renewal",
      trial: "Trial request",
      endpoint: "API call",
      apiCheck: "API check",
    });
  });
  it("never show a missing answer as a good one", () => {
    expect(statusWords({ status: null })).toBe("No answer");
    expect([null, 101, 200, 204, 301, 400, 503].map(statusTone)).toEqual([
      "bad",
      "plain",
      "ok",
      "ok",
      "plain",
      "bad",
      "bad",
    ]);
  });
  it("take a URL apart", () => {
    expect(urlParts("https://a.example:8443/x?y=/z")).toEqual({ host: "a.example:8443", path: "/x?y=/z" });
    expect(urlParts("http://a.example")).toEqual({ host: "a.example", path: "/" });
    expect(urlParts("no url")).toEqual({ host: "", path: "no url" });
  });
  it("round what nobody reads", () => {
    expect([0.44, 9.96, 38.4, 1_240, 12_340].map(millis)).toEqual([
      "0.4 ms",
      "10 ms",
      "38 ms",
      "1,240 ms",
      "12.3 s",
    ]);
  });
});

describe("the timing", () => {
  it("puts the parts one after the other", () => {
    const bars = timingBars({ dns: 10, connect: 30, wait: 50, body: 10, total: 100, reused: false });
    expect(bars.map(({ name, from, share }) => [name, from, share])).toEqual([
      ["DNS", 0, 0.1],
      ["Connect, TLS included", 0.1, 0.3],
      ["Wait for the answer", 0.4, 0.5],
      ["Read the answer", 0.9, 0.1],
      ["Total", 0, 1],
    ]);
  });
  it("stays within its track where the parts are longer than the whole, and where nothing took time", () => {
    const off = timingBars({ dns: 10, connect: null, wait: 30, body: null, total: 20, reused: null });
    expect(off.every(({ from, share }) => from + share <= 1)).toBe(true);
    const none = timingBars({ dns: null, connect: null, wait: null, body: null, total: 0, reused: true });
    expect(none.every(({ from, share }) => from === 0 && share === 0)).toBe(true);
  });
});

describe("an exchange", () => {
  it("is read by its number, and shows request, response and timing", async () => {
    call.mockImplementation(async (name: string) => (name === "exchange" ? anExchange() : null));
    render(ExchangeCard, { exchange: 7 });
    expect(call).toHaveBeenCalledWith("exchange", { exchange: 7 });
    await settle();
    const card = screen.getByTestId("exchange-card");
    expect(card.textContent).toContain("Bearer ••••••••");
    await fireEvent.click(screen.getByTestId("exchange-response"));
    expect(screen.getByTestId("exchange-response-body").textContent).toContain('"detail": "no"');
    await fireEvent.click(screen.getByTestId("exchange-timing"));
    for (const said of ["20 ms", "TLS 1.3", "CN=R11", "203.0.113.7:443"])
      expect(card.textContent).toContain(said);
  });
  it("says that it is forgotten", async () => {
    call.mockRejectedValue(anError("notFound"));
    render(ExchangeCard, { exchange: 7 });
    await settle();
    expect(screen.getByTestId("exchange-card").textContent).toContain("not remembered any more");
  });
  it("says why no answer came", async () => {
    const error = anError("tls", [], { title: "The certificate has expired.", detail: "CertExpired" });
    const summary = aSummary({ status: null, failure: error.title, failed: true });
    render(ExchangeCard, { exchange: anExchange({ summary, response: null, error, connection: null }) });
    await fireEvent.click(screen.getByTestId("exchange-response"));
    const { textContent } = screen.getByTestId("exchange-card");
    for (const said of ["No answer", "The certificate has expired.", "CertExpired"])
      expect(textContent).toContain(said);
  });
  it("says what of a body is missing, and makes no markup of it", async () => {
    const body = aBody({ text: "<img src=x><b>hi", mediaType: "text/html", cut: true, masked: true });
    render(ExchangeCard, {
      exchange: anExchange({ response: { line: "HTTP/1.1 200 OK", headers: [], body } }),
    });
    await fireEvent.click(screen.getByTestId("exchange-response"));
    const shown = screen.getByTestId("exchange-response-body");
    expect(shown.textContent).toBe("<img src=x><b>hi");
    expect(shown.querySelector("img, b")).toBeNull();
    expect(screen.getByTestId("exchange-response-body-facts").textContent).toBe(
      "text/html · 15 bytes · only the beginning is kept · secrets and tokens in it are masked",
    );
  });
  it("is copied as curl, and the button says so for two seconds", async () => {
    vi.useFakeTimers();
    render(ExchangeCard, { exchange: anExchange() });
    const button = screen.getByTestId("copy-curl");
    await fireEvent.click(button);
    await settle();
    expect(call).toHaveBeenCalledWith("copy_curl", { exchange: 1 });
    expect(button.textContent).toBe("Copied");
    vi.advanceTimersByTime(2_000);
    await settle();
    expect(button.textContent).toBe("Copy as curl");
  });
  it("does not say Copied where it was not", async () => {
    call.mockRejectedValue(anError("clipboard"));
    render(ExchangeCard, { exchange: anExchange() });
    await fireEvent.click(screen.getByTestId("copy-curl"));
    await settle();
    expect(screen.getByTestId("copy-curl").textContent).toBe("Copy as curl");
  });
});
