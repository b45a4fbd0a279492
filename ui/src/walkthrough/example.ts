/** Views for tests. */
import { aReport as aCallReport } from "../endpoint/example";
import { NO_ANSWERS } from "../lib/answers";
import type { CallReport } from "../lib/contract/CallReport";
import type { StepProgress } from "../lib/contract/StepProgress";
import type { StepText } from "../lib/contract/StepText";
import type { WalkthroughAnswers } from "../lib/contract/WalkthroughAnswers";
import type { WalkthroughText } from "../lib/contract/WalkthroughText";
import type { WalkthroughView } from "../lib/contract/WalkthroughView";
import type { WebhookReport } from "../lib/contract/WebhookReport";

export const aStep = (change: Partial<StepText> = {}): StepText => ({
  title: "Call a protected endpoint",
  text: "Ask for your tenants.",
  meaning: "",
  panel: "none",
  action: null,
  pitfalls: [],
  undocumented: "",
  ...change,
});

export const aText = (steps: StepText[], change: Partial<WalkthroughText> = {}): WalkthroughText => ({
  id: "quickstart",
  title: "Quickstart",
  summary: "From nothing to a token.",
  documentation: "quickstart",
  steps,
  ...change,
});

export const progress = (change: Partial<StepProgress> = {}): StepProgress => ({
  done: false,
  note: "",
  blocked: null,
  ...change,
});

export const aView = (steps: StepProgress[], answers: Partial<WalkthroughAnswers> = {}): WalkthroughView => ({
  id: "quickstart",
  answers: { ...NO_ANSWERS, ...answers },
  steps,
  current: Math.max(
    0,
    steps.findIndex(({ done }) => !done),
  ),
});

export const aCall = (change: Partial<CallReport> = {}): CallReport =>
  aCallReport({ exchange: 7, table: null, ...change });

export const aReport = (change: Partial<WebhookReport> = {}): WebhookReport => ({
  checks: [
    { name: "header", outcome: "passed", reason: "", certainty: "documented" },
    { name: "signature", outcome: "failed", reason: "It is that of another body.", certainty: "documented" },
    { name: "fresh", outcome: "skipped", reason: "", certainty: "inferred" },
  ],
  expected: "aabb",
  received: "aacc",
  differs: "It matches without the newline at the body's end.",
  verified: false,
  ...change,
});
