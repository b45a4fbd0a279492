/** Words and numbers for recorded exchanges. */
import type { ExchangeSummary } from "../lib/contract/ExchangeSummary";
import type { Purpose } from "../lib/contract/Purpose";
import type { TimingView } from "../lib/contract/TimingView";

export const PURPOSES: Record<Purpose, string> = {
  discovery: "Discovery",
  keys: "Keys",
  token: "Token",
  renewal: "Renewal",
  trial: "Trial request",
  endpoint: "API call",
  apiCheck: "API check",
};

/** How a status is shown; `null` is that no answer came. */
export function statusTone(status: number | null): "ok" | "plain" | "bad" {
  if (status === null || status >= 400) return "bad";
  return status >= 200 && status < 300 ? "ok" : "plain";
}

export const statusWords = ({ status }: Pick<ExchangeSummary, "status">): string =>
  status === null ? "No answer" : String(status);

/** A URL in two pieces: where to, and what for there. */
export function urlParts(url: string): { host: string; path: string } {
  const [, host, path] = /^[a-z][a-z\d+.-]*:\/\/([^/?#]*)(.*)$/i.exec(url) ?? [];
  return host === undefined ? { host: "", path: url } : { host, path: path === "" ? "/" : (path ?? "") };
}

/** `0.4 ms`, `38 ms`, `1,240 ms`, `12.3 s`. */
export function millis(ms: number): string {
  if (ms >= 10_000) return `${(ms / 1_000).toLocaleString("en", { maximumFractionDigits: 1 })} s`;
  return `${ms.toLocaleString("en", { maximumFractionDigits: ms < 10 ? 1 : 0 })} ms`;
}

/** A part of the time an exchange took. */
export interface TimingBar {
  name: string;
  /** `null` for a part that did not happen. */
  ms: number | null;
  /** Where its bar begins and how long it is, each as a share of the whole, 0 to 1. */
  from: number;
  share: number;
}

/** The parts one after the other, and the whole. */
export function timingBars({ dns, connect, wait, body, total }: TimingView): TimingBar[] {
  const parts = [
    { name: "DNS", ms: dns },
    { name: "Connect, TLS included", ms: connect },
    { name: "Wait for the answer", ms: wait },
    { name: "Read the answer", ms: body },
  ];
  const sum = parts.reduce((all, { ms }) => all + (ms ?? 0), 0);
  const whole = Math.max(total, sum) || 1;
  let at = 0;
  const bars = parts.map(({ name, ms }): TimingBar => {
    const bar = { name, ms, from: at / whole, share: (ms ?? 0) / whole };
    at += ms ?? 0;
    return bar;
  });
  return [...bars, { name: "Total", ms: total, from: 0, share: total / whole }];
}
