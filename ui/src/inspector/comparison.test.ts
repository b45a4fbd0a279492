import { cleanup, fireEvent, render, screen, within } from "@testing-library/svelte";
import { tick } from "svelte";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { companion } from "../lib/companion.svelte";
import type { AppError } from "../lib/contract/AppError";
import type { ApplicationView } from "../lib/contract/ApplicationView";
import type { Comparison } from "../lib/contract/Comparison";
import type { Difference } from "../lib/contract/Difference";
import type { TokenRef } from "../lib/contract/TokenRef";
import { aSnapshot, anError } from "../lib/example";
import { call } from "../lib/ipc";
import { applicationView, instanceView, START, tokenView } from "../tokens/example";
import ApplicationComparison from "./ApplicationComparison.svelte";
import CompareWith from "./CompareWith.svelte";
import ComparisonView from "./ComparisonView.svelte";
import { contrast, folded, summary } from "./differences";

vi.mock("../lib/ipc", () => ({
  call: vi.fn(),
  onSnapshot: vi.fn(() => Promise.resolve()),
  toAppError: (thrown: unknown) => thrown as AppError,
}));
const calls = vi.mocked(call);

interface Asked {
  name: string;
  args: { before: TokenRef; after: TokenRef };
  answer: (comparison: unknown) => void;
  fail: (error: AppError) => void;
}
let asked: Asked[];
beforeEach(() => {
  asked = [];
  calls.mockReset();
  calls.mockImplementation(
    ((name: string, args: Asked["args"]) =>
      new Promise<unknown>((answer, fail) => {
        asked.push({ name, args, answer, fail });
      })) as typeof call,
  );
});
afterEach(cleanup);
const settle = async () => {
  for (let turn = 0; turn < 8; turn += 1) await Promise.resolve();
  await tick();
};

const difference = (name: string, over: Partial<Difference> = {}): Difference => ({
  part: "payload",
  name,
  kind: "changed",
  before: "one",
  after: "two",
  instants: null,
  words: "",
  added: [],
  removed: [],
  kept: [],
  ...over,
});
const comparison = (over: Partial<Comparison> = {}): Comparison => ({
  before: { title: "billing-sync", kind: "jwt", receivedAt: START - 3_600_000, problems: [] },
  after: { title: "billing-sync", kind: "jwt", receivedAt: START, problems: [] },
  differences: [difference("jti")],
  same: ["alg", "iss", "sub"],
  ...over,
});
const titled = (title: string) =>
  comparison({ before: { title, kind: "jwt", receivedAt: null, problems: [] } });
const ofApplication = (application: string, token: number | null): TokenRef => ({
  kind: "application",
  application,
  token,
});
const text = (testid: string) => screen.getByTestId(testid).textContent.replace(/\s+/g, " ").trim();

describe("the summary", () => {
  const header = difference("kid", { part: "header" });
  const claims = ["iat", "exp", "jti", "scope"].map((name) => difference(name));
  const token = (over: object) => ({ ...comparison().before, ...over });
  it.each<[string, Partial<Comparison>]>([
    ["4 claims differ, 3 are the same.", { differences: claims }],
    ["1 claim differs, 1 is the same.", { differences: claims.slice(0, 1), same: ["iss"] }],
    ["1 header member and 4 claims differ, 3 are the same.", { differences: [header, ...claims] }],
    ["1 header member differs, nothing is the same.", { differences: [header], same: [] }],
    ["Nothing differs: header and claims are the same. Signatures are not compared.", { differences: [] }],
    [
      "Nothing differs in what can be read.",
      { differences: [], after: token({ problems: ["The payload is not JSON."] }) },
    ],
    ["Nothing can be compared.", { differences: [], same: [], after: token({ kind: "opaque" }) }],
  ])("says “%s”", (words, over) => {
    expect(summary(comparison(over))).toBe(words);
  });
});

describe("where two values differ", () => {
  it.each([
    ["2026-10-c", "2026-11-c", ["2026-1", "0", "-c"]],
    ["aaaa", "aaaaa", ["aaaa", "", ""]],
    ["abc", "xyz", ["", "abc", ""]],
    // Each of them is two code units, of which the first is the same.
    ["key 😀 one", "key 😁 one", ["key ", "😀", " one"]],
    // And here the second.
    ["key 😀 one", "key \u{1fa00} one", ["key ", "😀", " one"]],
    ["", "abc", ["", "", ""]],
  ])("cuts %j against %j", (one, other, [start, own, end]) => {
    expect(contrast(one, other)).toEqual({ start, own, end });
  });
  it("stays in sight when long values are folded", () => {
    const shared = "x".repeat(100_000);
    const { start, own, end } = folded(contrast(`${shared}one${shared}`, `${shared}two${shared}`));
    expect(own).toBe("one");
    expect(start).toBe("x".repeat(60));
    expect(end).toBe("x".repeat(60));
    expect(folded({ start: "😀".repeat(50), own: "", end: "" }).start).toBe("😀".repeat(30));
    expect(folded({ start: `${"😀".repeat(50)}a`, own: "", end: "" }).start).toBe(`${"😀".repeat(29)}a`);
  });
});

describe("the view of a comparison", () => {
  const show = (over: Partial<Comparison> = {}) =>
    render(ComparisonView, { comparison: comparison(over), now: START });

  it("says of each difference what it is in words, not by colour alone", () => {
    show({
      differences: [
        difference("kid", { part: "header", before: "2026-10-c", after: "2026-11-a" }),
        difference("act", { kind: "added", before: null }),
        difference("email", { kind: "removed", after: null }),
      ],
    });
    for (const [name, kind, words] of [
      ["kid", "changed", "kid ≠Changed First 2026-10-c Second 2026-11-a"],
      ["act", "added", "act +Added First Not there Second two"],
      ["email", "removed", "email −Removed First one Second Not there"],
    ] as const) {
      expect(screen.getByTestId(`difference-${name}`).dataset["kind"]).toBe(kind);
      expect(text(`difference-${name}`)).toBe(words);
    }
    const groups = screen.getAllByRole("rowgroup").map((group) => group.getAttribute("aria-label"));
    expect(groups).toEqual([null, "Header", "Claims"]);
    expect(screen.getAllByRole("rowheader").map((cell) => cell.textContent.trim())[0]).toBe("Header");
  });
  it("shows times as clock times with how far they are apart", () => {
    show({
      differences: [
        difference("iat", {
          before: "1795608312",
          after: "1795611912",
          instants: [START, START + 3_600_000],
          words: "1 h later",
        }),
      ],
    });
    const row = within(screen.getByTestId("difference-iat"));
    expect(row.getByText("1 h later")).toBeTruthy();
    expect(row.getByText("1795608312")).toBeTruthy();
    expect(row.getByText("2026-11-25T14:05:12Z")).toBeTruthy();
    expect(row.getAllByText("Exact")).toHaveLength(2);
  });
  it("shows lists as what came, went and stayed, and as they are written on demand", async () => {
    show({
      differences: [
        difference("scope", {
          before: "openid admin:read",
          after: "openid admin:write",
          added: ["admin:write"],
          removed: ["admin:read"],
          kept: ["openid"],
        }),
      ],
    });
    const entries = (name: string) =>
      within(screen.getByRole("list", { name }))
        .getAllByRole("listitem")
        .map((item) => item.textContent.trim());
    expect(entries("Added: 1 entry")).toEqual(["+admin:write"]);
    expect(entries("Removed: 1 entry")).toEqual(["−admin:read"]);
    expect(entries("In both: 1 entry")).toEqual(["=openid"]);
    const row = screen.getByTestId("difference-scope");
    expect(row.textContent).not.toContain("openid admin:write");
    const details = within(row).getByText("As written").closest("details");
    if (details === null) throw new Error("no disclosure");
    details.open = true;
    await fireEvent(details, new Event("toggle"));
    expect(row.textContent).toContain("openid admin:write");
  });
  it("keeps hostile texts inert and exact", () => {
    const hostile = '<img src=x onerror="alert(1)">\u202eexe';
    show({
      before: { title: hostile, kind: "jwe", receivedAt: null, problems: [hostile] },
      differences: [
        difference(hostile, { before: hostile, after: "" }),
        difference("__proto__", { added: [hostile], removed: ["constructor"] }),
      ],
      same: [hostile, hostile],
    });
    const view = screen.getByTestId("comparison");
    expect(view.querySelector("img")).toBeNull();
    expect(view.querySelectorAll('[data-code="U+202E"]').length).toBeGreaterThanOrEqual(4);
    expect(screen.getByTestId(`difference-${hostile}`).textContent).toContain(hostile);
    expect(screen.getByTestId(`difference-${hostile}`).textContent).toContain("Empty");
    expect(view.textContent).toContain("Encrypted");
  });
  it("folds long values around the place where they differ", async () => {
    const shared = "x".repeat(5_000);
    show({ differences: [difference("long", { before: `${shared}a`, after: `${shared}b` })] });
    const row = screen.getByTestId("difference-long");
    const values = () => [...row.querySelectorAll(".value")].map((value) => value.textContent);
    expect(values()).toEqual([`…${"x".repeat(60)}a`, `…${"x".repeat(60)}b`]);
    const all = within(row).getAllByText("Show all 5,001 characters");
    if (all[0] === undefined) throw new Error("no button");
    await fireEvent.click(all[0]);
    expect(values()).toEqual([`${shared}a`, `…${"x".repeat(60)}b`]);
    expect([...row.querySelectorAll("mark")].map((mark) => mark.textContent)).toEqual(["a", "b"]);
  });
  it("shows thousands of differences and of equal names in portions", async () => {
    const names = Array.from({ length: 3_050 }, (_, index) => `claim-${index}`);
    show({ differences: names.map((name) => difference(name)), same: names });
    expect(text("comparison-summary")).toBe("3,050 claims differ, 3,050 are the same.");
    const rows = () => document.querySelectorAll("[data-kind]").length;
    expect(rows()).toBe(200);
    expect(text("comparison-more")).toBe("Show the next 200 of 3,050 differences");
    await fireEvent.click(screen.getByTestId("comparison-more"));
    expect(rows()).toBe(400);
    const same = screen.getByTestId("comparison-same").closest("details");
    if (same === null) throw new Error("no disclosure");
    expect(same.querySelectorAll("li")).toHaveLength(0);
    same.open = true;
    await fireEvent(same, new Event("toggle"));
    expect(same.querySelectorAll("li")).toHaveLength(200);
  });
  it("says what could not be read, and on which side", () => {
    show({
      before: { ...comparison().before, problems: ["The payload is not JSON."] },
      differences: [],
    });
    expect(text("comparison")).toContain("First: The payload is not JSON.");
    expect(screen.queryByRole("table")).toBeNull();
  });
});

const two = (over: Partial<ApplicationView> = {}) =>
  applicationView({
    token: tokenView({
      id: 3,
      history: [
        { id: 1, receivedAt: START - 7_200_000 },
        { id: 2, receivedAt: START - 3_600_000 },
      ],
    }),
    ...over,
  });
let revision = 0;
/** Saved: `billing-sync` with earlier tokens, and `audit-export` with one. */
function save(own = two(), more: ApplicationView[] = []): ApplicationView {
  const other = applicationView({ id: "app-2", name: "audit-export", token: tokenView({ id: 9 }) });
  const without = applicationView({ id: "app-3", name: "portal-web", token: null });
  revision += 1;
  companion.take(
    aSnapshot({ revision, instances: [instanceView({ applications: [own, other, without, ...more] })] }),
  );
  return own;
}
const optionTexts = (testid: string) =>
  within(screen.getByTestId(testid))
    .getAllByRole("option")
    .map((option) => option.textContent.trim());

describe("asking what differs", () => {
  const title = () => screen.queryByTestId("comparison")?.querySelector("b")?.textContent ?? null;
  const choose = (value: string) =>
    fireEvent.change(screen.getByTestId("comparison-earlier"), { target: { value } });

  it("waits until there are two, and asks again only for other tokens", async () => {
    const { rerender } = render(ApplicationComparison, { application: save(applicationView()) });
    expect(asked).toEqual([]);
    await rerender({ application: two() });
    expect(asked).toHaveLength(1);
    await rerender({ application: two() });
    expect(asked).toHaveLength(1);
    asked[0]?.answer(titled("first"));
    await settle();
    const renewed = tokenView({ id: 4, history: [{ id: 2, receivedAt: START }] });
    await rerender({ application: applicationView({ token: renewed }) });
    expect(asked).toHaveLength(2);
    // Until the next comes.
    expect(title()).toBe("first");
  });
  it("takes the newest answer, whichever comes last", async () => {
    render(ApplicationComparison, { application: save() });
    await choose("1");
    asked[1]?.answer(titled("newest"));
    await settle();
    asked[0]?.answer(titled("stale"));
    await settle();
    expect(title()).toBe("newest");
  });
  it("shows nothing of other tokens after an error, and the error no longer than it is true", async () => {
    render(ApplicationComparison, { application: save() });
    asked[0]?.answer(titled("first"));
    await settle();
    await choose("1");
    asked[1]?.fail(anError("gone"));
    await settle();
    expect(title()).toBeNull();
    expect(text("comparison-error")).toContain("What happened: gone.");
    await choose("2");
    asked[2]?.answer(titled("second"));
    await settle();
    expect(title()).toBe("second");
    expect(screen.queryByTestId("comparison-error")).toBeNull();
  });
  it("never shows the token of one application under the name of another", async () => {
    render(ApplicationComparison, { application: save() });
    asked[0]?.answer(titled("first"));
    await settle();
    await fireEvent.click(screen.getByTestId("compare-other"));
    await fireEvent.submit(await screen.findByTestId("compare-with"));
    await settle();
    expect(title()).toBeNull();
    asked[1]?.answer(titled("audit-export"));
    await settle();
    expect(title()).toBe("audit-export");
  });
});

describe("previous and now", () => {
  it("compares the token in hand with the newest before it, anew when it renews", async () => {
    const { rerender } = render(ApplicationComparison, { application: save() });
    expect(asked[0]?.args).toEqual({
      before: ofApplication("app-1", 2),
      after: ofApplication("app-1", null),
    });
    asked[0]?.answer(comparison());
    await settle();
    expect(text("comparison")).toContain("Previous");
    const renewed = tokenView({
      id: 4,
      history: [
        { id: 2, receivedAt: START - 3_600_000 },
        { id: 3, receivedAt: START },
      ],
    });
    await rerender({ application: applicationView({ token: renewed }) });
    expect(asked).toHaveLength(2);
    expect(asked[1]?.args.before).toEqual(ofApplication("app-1", 3));
    await rerender({ application: applicationView({ token: { ...renewed, checked: 7 } }) });
    expect(asked).toHaveLength(2);
  });
  it("compares with an earlier one, the newest of them first in the list", async () => {
    const { rerender } = render(ApplicationComparison, { application: save() });
    expect(optionTexts("comparison-earlier")).toHaveLength(2);
    await fireEvent.change(screen.getByTestId("comparison-earlier"), { target: { value: "1" } });
    expect(asked.at(-1)?.args.before).toEqual(ofApplication("app-1", 1));
    // It is remembered no longer.
    await rerender({
      application: applicationView({
        token: tokenView({ id: 4, history: [{ id: 3, receivedAt: START }] }),
      }),
    });
    expect(asked.at(-1)?.args.before).toEqual(ofApplication("app-1", 3));
    expect(screen.queryByTestId("comparison-earlier")).toBeNull();
  });
  it("says that there is none yet, and requests one", async () => {
    render(ApplicationComparison, { application: save(applicationView()) });
    expect(asked).toEqual([]);
    expect(document.body.textContent).toContain("There is no earlier token yet.");
    await fireEvent.click(screen.getByTestId("comparison-request"));
    expect(calls).toHaveBeenCalledWith("request_token", { application: "app-1" });
  });
  it("compares with another application's token, and goes back", async () => {
    render(ApplicationComparison, { application: save() });
    await fireEvent.click(screen.getByTestId("compare-other"));
    await fireEvent.click(await screen.findByTestId("compare-application-audit-export"));
    await fireEvent.submit(screen.getByTestId("compare-with"));
    expect(asked.at(-1)?.args.before).toEqual(ofApplication("app-2", null));
    expect(optionTexts("comparison-earlier").at(-1)).toBe("audit-export");
    await fireEvent.change(screen.getByTestId("comparison-earlier"), { target: { value: "2" } });
    expect(asked.at(-1)?.args.before).toEqual(ofApplication("app-1", 2));
  });
});

describe("choosing the other token", () => {
  const onchoose = vi.fn();
  const onclose = vi.fn();
  beforeEach(() => {
    onchoose.mockReset();
    onclose.mockReset();
  });
  const open = (exclude: string | null = null) => render(CompareWith, { exclude, onchoose, onclose });
  const submit = async () => {
    await fireEvent.submit(screen.getByTestId("compare-with"));
    await settle();
  };
  const paste = (value: string) =>
    fireEvent.input(screen.getByTestId("compare-pasted"), { target: { value } });

  it("offers the applications with a token, but not the one that is compared", () => {
    save();
    open("app-1");
    expect(screen.getAllByTestId(/^compare-application-/).map(({ dataset }) => dataset["testid"])).toEqual([
      "compare-application-audit-export",
    ]);
    expect(screen.queryByTestId("compare-filter")).toBeNull();
  });
  it("takes the token in hand or one before it", async () => {
    save();
    open();
    await submit();
    expect(onchoose).toHaveBeenLastCalledWith(ofApplication("app-1", null), "billing-sync");
    await fireEvent.change(screen.getByTestId("compare-history"), { target: { value: "1" } });
    await submit();
    const [ref, title] = onchoose.mock.lastCall ?? [];
    expect(ref).toEqual(ofApplication("app-1", 1));
    expect(title).toMatch(/^billing-sync, the one of /);
    await fireEvent.click(screen.getByTestId("compare-application-audit-export"));
    await submit();
    expect(onchoose).toHaveBeenLastCalledWith(ofApplication("app-2", null), "audit-export");
  });
  it("filters many, and compares with none that is not in sight", async () => {
    const many = Array.from({ length: 200 }, (_, index) =>
      applicationView({ id: `many-${index}`, name: `service-${index}` }),
    );
    save(two(), many);
    open();
    expect(screen.getAllByTestId(/^compare-application-/)).toHaveLength(60);
    expect(document.body.textContent).toContain("And 142 more.");
    await fireEvent.click(screen.getByTestId("compare-application-service-5"));
    await fireEvent.input(screen.getByTestId("compare-filter"), { target: { value: "SERVICE-19" } });
    expect(screen.getAllByTestId(/^compare-application-/)).toHaveLength(11);
    await submit();
    expect(onchoose).toHaveBeenLastCalledWith(ofApplication("many-19", null), "service-19");
  });
  it("takes a pasted token and says when there is none", async () => {
    save();
    open();
    await paste("  ");
    await submit();
    expect(document.body.textContent).toContain("Paste a token first.");
    await paste("hello");
    await submit();
    asked[0]?.answer({ paste: { found: [], problem: "There is no token in “hello”." } });
    await settle();
    expect(document.body.textContent).toContain("There is no token in “hello”.");
    expect(onchoose).not.toHaveBeenCalled();
    await paste("eyJ.eyJ.");
    expect(document.body.textContent).not.toContain("There is no token in");
    await submit();
    asked[1]?.answer({ paste: { found: [{ name: "Token", kind: "jwt" }], problem: null } });
    await settle();
    expect(onchoose).toHaveBeenLastCalledWith(
      { kind: "pasted", text: "eyJ.eyJ.", choice: 0 },
      "the pasted token",
    );
  });
  it("asks which of several pasted tokens is meant", async () => {
    save();
    open();
    await paste("two of them");
    await submit();
    const found = [
      { name: "access_token", kind: "jwt" },
      { name: "refresh_token", kind: "opaque" },
    ];
    asked[0]?.answer({ paste: { found, problem: null } });
    await settle();
    expect(onchoose).not.toHaveBeenCalled();
    expect(optionTexts("compare-found")).toEqual(["access_token", "refresh_token (Opaque)"]);
    await fireEvent.change(screen.getByTestId("compare-found"), { target: { value: "1" } });
    await submit();
    expect(onchoose).toHaveBeenLastCalledWith(
      { kind: "pasted", text: "two of them", choice: 1 },
      "the pasted token",
    );
  });
  it("leaves an answer to what was pasted before aside, and says what failed", async () => {
    save();
    open();
    await paste("first");
    await submit();
    await paste("second");
    asked[0]?.answer({ paste: { found: [{ name: "Token", kind: "jwt" }], problem: null } });
    await settle();
    expect(onchoose).not.toHaveBeenCalled();
    await submit();
    asked[1]?.fail(anError("internal"));
    await settle();
    expect(screen.getByRole("alert").textContent).toContain("What happened: internal.");
  });
});
