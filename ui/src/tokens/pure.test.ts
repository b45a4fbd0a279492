import { describe, expect, it } from "vitest";
import { draftOf } from "../lib/draft";
import type { Place } from "../lib/contract/Place";
import type { TokenKind } from "../lib/contract/TokenKind";
import { applicationView, START, tokenView } from "./example";
import { type Life, lifeLabels, lifeOf, type LifeMark, timesOf } from "./life";
import { LONGEST_COLOURED } from "./pieces";
import { MOST_SHOWN, stretchesOf } from "./raw";
import { secretNotices, withoutStrays } from "./secret";
import { shellPieces } from "./shell";
import { beginning, counted, textBlocks, textPieces } from "./text";
import { copyWords, dialOf, renewalWords, verdictWords } from "./words";

const joined = (pieces: { text: string }[]) => pieces.map(({ text }) => text).join("");

describe("shellPieces", () => {
  const of = (text: string, kind: string) =>
    shellPieces(text).flatMap((piece) => (piece.kind === kind ? piece.text : []));

  it.each([
    "# a remark\ncurl -u 'svc_1':\"$CLIENT_SECRET\" \\\n  'https://a/?b=#c'",
    "ENCODED_SECRET=$(printf %s \"$X\" | od -An -tx1 -v | tr -d ' \\n' | sed 's/../%&/g')\ncurl",
    "curl --data-raw '{\"a\":\n# no remark\n\"it'\\''s\"}'",
    'unclosed "$A \\',
    "unclosed 'a $B",
    '$ ${ ${A $1 "$" \\',
    "",
    "\u202e-x \ud800",
  ])("keeps every character of %j", (text) => {
    expect(joined(shellPieces(text))).toBe(text);
  });
  it("tells remarks, options, strings and variables apart", () => {
    const text = '# with $X\ncurl -u \'a b\':"$CLIENT_SECRET" --data-raw=x a-b https://h/#c -H "A: \\"$T -q"';
    expect(of(text, "remark")).toEqual(["# with $X"]);
    expect(of(text, "option")).toEqual(["-u", "--data-raw", "-H"]);
    expect(of(text, "variable")).toEqual(["$CLIENT_SECRET", "$T"]);
    expect(of(text, "string")).toEqual(["'a b'", '"', '"', '"A: \\"', ' -q"']);
  });
  it("does not colour what is too long or in too many pieces", () => {
    const long = `'${"a".repeat(LONGEST_COLOURED)}'`;
    expect(shellPieces(long)).toEqual([{ kind: "plain", text: long }]);
    const many = "'' ".repeat(30_000);
    expect(shellPieces(many)).toEqual([{ kind: "plain", text: many }]);
  });
  it("takes what stands between quotes as it is, over several lines too", () => {
    expect(of("-d '$A\n# b\n-c'", "string")).toEqual(["'$A\n# b\n-c'"]);
    expect(of('"a\n# b"', "remark")).toEqual([]);
    expect(of('"a \\$B"', "variable")).toEqual([]);
  });
  it("takes time in proportion to the text", () => {
    const began = performance.now();
    for (const unit of ['"', "'", "\\", "$", " -", "#\n", '"$', "${"]) {
      const text = unit.repeat(Math.floor(LONGEST_COLOURED / unit.length));
      expect(joined(shellPieces(text))).toBe(text);
    }
    expect(performance.now() - began).toBeLessThan(3_000);
  });
});

describe("textPieces", () => {
  it("marks what cannot be seen and loses nothing", () => {
    const text = "a\u202eb\u0000\u200bc\ud800\n";
    const pieces = textPieces(text);
    expect(joined(pieces)).toBe(text);
    expect(pieces.flatMap(({ code }) => code ?? [])).toEqual(["U+202E", "U+0000", "U+200B", "U+D800"]);
  });
  it("leaves plain text and emoji alone", () => {
    expect(textPieces("né 😀")).toEqual([{ text: "né 😀", code: null }]);
  });
  it("stays small for a text of nothing else", () => {
    const text = "\u202e".repeat(100_000);
    const pieces = textPieces(text);
    expect(pieces.length).toBeLessThan(3_000);
    expect(joined(pieces)).toBe(text);
  });
});

describe("beginning and counted", () => {
  it("never cuts a character in two", () => {
    expect(beginning("a😀b", 2)).toBe("a");
    expect(beginning("a😀b", 3)).toBe("a😀");
  });
  it("counts in words", () => {
    expect(counted(1, "claim")).toBe("1 claim");
    expect(counted(100_000, "character")).toBe("100,000 characters");
  });
});

describe("lifeOf", () => {
  it("has four marks while it lives", () => {
    const life = lifeOf(timesOf(tokenView()), START + 900_000);
    expect(life.state).toBe("alive");
    expect(life.marks.map(({ kind }) => kind)).toEqual(["issued", "now", "renews", "expires"]);
    expect(life.passed).toBe(0.25);
    expect(life.words).toMatch(/^Issued at .*, renews at .*, expires at .*\.$/);
  });
  it("puts now beyond the end once it has expired, however long ago", () => {
    for (const later of [1, 3_600_000, 90 * 86_400_000]) {
      const life = lifeOf(timesOf(tokenView()), START + 3_600_000 + later);
      expect(life.state).toBe("expired");
      expect(life.marks.map(({ kind }) => kind)).toEqual(["issued", "expires", "now"]);
      expect(life.marks[1]?.at).toBeGreaterThanOrEqual(0.7);
      expect(life.marks[2]?.at).toBe(1);
      expect(life.words).toContain("expired at");
    }
  });
  it("says so when the end is unknown", () => {
    const life = lifeOf(timesOf(tokenView({ expiresAt: null, renewsAt: null })), START);
    expect(life.state).toBe("unknown");
    expect(life.words).toContain("When it expires is not stated.");
  });
  it("survives a clock that went back and a life of nothing", () => {
    expect(lifeOf(timesOf(tokenView()), START - 99_999).passed).toBe(0);
    expect(lifeOf(timesOf(tokenView({ expiresAt: START })), START).state).toBe("expired");
  });
});

describe("lifeOf any token", () => {
  const MINUTE = 60_000;
  const at = (...minutes: (number | null)[]) => {
    const [issuedAt = null, notBefore = null, expiresAt = null] = minutes.map((each) =>
      each === null ? null : START + each * MINUTE,
    );
    return lifeOf({ issuedAt, notBefore, renewsAt: null, expiresAt }, START);
  };
  const kinds = (life: Life) => life.marks.map(({ kind }) => kind).join(" ");
  it.each([
    ["valid", [-10, -10, 30], "alive", "issued now expires", 0],
    ["valid since a while", [-30, -20, 10], "alive", "issued notBefore now expires", 0.25],
    ["not valid yet", [-5, 60, 120], "future", "issued now notBefore expires", 0.3],
    ["valid from when it is issued, later", [60, 60, 120], "future", "now notBefore expires", 0.3],
    ["not valid yet, without an end", [0, 60, null], "future", "issued now notBefore unstated", 0.3],
    ["without an end", [-10, null, null], "unknown", "issued unstated", 0],
    ["without a beginning", [null, null, 30], "alive", "now expires", 0],
    ["without anything", [null, null, null], "unknown", "unstated", 0],
    ["expired", [-60, -60, -30], "expired", "issued expires now", 0],
    ["expired, without a beginning", [null, null, -30], "expired", "expires now", 0],
    ["expired before it was issued", [-10, null, -30], "expired", "expires issued now", 0],
    ["expired before it would be valid", [-30, 60, -10], "expired", "issued expires now notBefore", 1],
  ] as const)("%s", (_, times, state, marks, from) => {
    const life = at(...times);
    expect([life.state, kinds(life)]).toEqual([state, marks]);
    expect(life.from).toBeCloseTo(from);
    const places = life.marks.map((mark) => mark.at);
    expect(places).toEqual([...places].sort((one, other) => one - other));
    expect(places.every((place) => place >= 0 && place <= 1)).toBe(true);
    expect(life.passed).toBeGreaterThanOrEqual(0);
    expect(life.passed).toBeLessThanOrEqual(1);
  });
  it("says the same in words", () => {
    expect(at(-5, 60, 120).words).toMatch(/^Not valid yet\. Issued at .*, valid from .*, expires at .*\.$/);
    expect(at(null, null, -30).words).toMatch(/^Expired at .*\. When it was issued is not stated\.$/);
    expect(at(null, null, null).words).toBe(
      "When it was issued is not stated. When it expires is not stated.",
    );
  });
  it("survives times that no calendar has", () => {
    const life = lifeOf({ issuedAt: -9e18, notBefore: null, renewsAt: null, expiresAt: 9e18 }, START);
    expect(life.state).toBe("alive");
    expect(life.words).toBe("Issued beyond the calendar, expires beyond the calendar.");
    expect(life.marks.map(({ text }) => text).join()).not.toContain("Invalid");
  });
  it("has labels that never overlap", () => {
    const measure = (text: string) => text.length * 6;
    for (const times of [
      [-5, 60, 120],
      [-5, 60, null],
      [null, null, -1],
      [-10, null, -30],
      [-30, 60, -10],
      [-30, -20, 1],
    ]) {
      for (let width = 120; width <= 1_000; width += 40) {
        let end = -10;
        const labels = lifeLabels(at(...times).marks, width, measure);
        for (const { text, left, right } of labels) {
          const from = right === null ? left : width - measure(text);
          expect(from).toBeGreaterThanOrEqual(end + 10 - 1e-6);
          end = from + measure(text);
        }
      }
    }
  });
});

describe("stretchesOf", () => {
  const TOKEN = "aaaa.bbbbbb.cc";
  const JWE = "hh.kk.ii.cc.tt";
  const seen = (text: string, kind: TokenKind, place: Place | null = null, all = false) =>
    stretchesOf(text, kind, place, all).map(
      ({ from, to, part, marked, hidden }) =>
        `${hidden ? "-" : part.charAt(0)}${marked ? "*" : ""}${to - from > 40 ? to - from : text.slice(from, to)}`,
    );
  it.each([
    ["jwt", TOKEN, null, ["haaaa", "p.", "pbbbbbb", "p.", "scc"]],
    ["jwe", JWE, null, ["hhh", "p.", "skk", "p.ii.", "pcc", "p.", "stt"]],
    ["opaque", TOKEN, null, [`s${TOKEN}`]],
    ["jwsJson", '{"payload":"x.y"}', null, ['p{"payload":"x.y"}']],
    ["jwt", "aaaa", null, ["haaaa"]],
    ["jwt", "a.b.c.d", null, ["ha", "p.", "pb", "p.", "sc.d"]],
    ["jwt", "", null, []],
    ["jwt", TOKEN, { from: 6, to: 8 }, ["haaaa", "p.", "pb", "p*bb", "pbbb", "p.", "scc"]],
    ["jwt", TOKEN, { from: 3, to: 7 }, ["haaa", "h*a", "p*.", "p*bb", "pbbbb", "p.", "scc"]],
    ["jwt", TOKEN, { from: 7, to: 7 }, ["haaaa", "p.", "pbbbbbb", "p.", "scc"]],
    ["jwt", TOKEN, { from: 7, to: 99 }, ["haaaa", "p.", "pbbbbbb", "p.", "scc"]],
  ] as const)("%s %s, %j marked", (kind, text, place, wanted) => {
    expect(seen(text, kind, place)).toEqual(wanted);
  });
  it("leaves out what is long, but not what is marked", () => {
    const long = `aaaa.${"b".repeat(1_400_000)}.cc`;
    const shown = (place: Place | null, all = false) =>
      stretchesOf(long, "jwt", place, all)
        .filter(({ hidden }) => !hidden)
        .reduce((sum, { from, to }) => sum + to - from, 0);
    expect(seen(long, "jwt")).toEqual(["haaaa", "p.", `p${MOST_SHOWN - 5}`, `-${long.length - MOST_SHOWN}`]);
    const far = { from: 1_000_000, to: 1_000_020 };
    expect(stretchesOf(long, "jwt", far, false).filter(({ marked }) => marked)).toHaveLength(1);
    expect(shown(far)).toBe(MOST_SHOWN + 1_020);
    expect(shown({ from: 5, to: 1_400_005 })).toBeLessThan(3 * MOST_SHOWN);
    expect(shown(null, true)).toBe(long.length);
  });
});

describe("textBlocks", () => {
  it.each(["", "a", "a".repeat(16_384), "a".repeat(100_001), `${"a".repeat(16_383)}${"😀".repeat(20_000)}`])(
    "joined are the text, none ends within a character",
    (text) => {
      const blocks = textBlocks(text);
      expect(blocks.join("")).toBe(text);
      expect(blocks.length).toBe(Math.max(1, Math.ceil(text.length / 16_384)));
      for (const block of blocks) expect(/\p{Cs}/u.test(block)).toBe(false);
    },
  );
});

describe("lifeLabels", () => {
  const measure = (text: string) => text.length * 6;
  const marks = (...at: [LifeMark["kind"], number][]): LifeMark[] =>
    at.map(([kind, where]) => ({ kind, at: where, text: `${kind} 13:05:12` }));

  it("joins labels that are too near", () => {
    const labels = lifeLabels(
      marks(["issued", 0], ["now", 0.4], ["renews", 0.98], ["expires", 1]),
      600,
      measure,
    );
    expect(labels.map(({ text }) => text)).toEqual([
      "issued 13:05:12",
      "now 13:05:12",
      "renews 13:05:12 · expires 13:05:12",
    ]);
    expect(labels.map(({ right }) => right)).toEqual([null, null, 0]);
  });
  it("joins now with what it is near to", () => {
    const [first] = lifeLabels(marks(["issued", 0], ["now", 0.01], ["expires", 1]), 600, measure);
    expect(first).toEqual({ text: "issued 13:05:12 · now 13:05:12", left: 0, right: null });
  });
  it("leaves out what does not fit, the end last", () => {
    const narrow = lifeLabels(
      marks(["issued", 0], ["now", 0.5], ["renews", 0.9], ["expires", 1]),
      120,
      measure,
    );
    expect(narrow.map(({ text }) => text)).toEqual(["expires 13:05:12"]);
  });
  it("never overlaps, at any width and any time", () => {
    for (let width = 120; width <= 1_000; width += 20) {
      for (let step = 0; step <= 50; step += 1) {
        const now = START + step * 72_000;
        const labels = lifeLabels(lifeOf(timesOf(tokenView()), now).marks, width, measure);
        let end = -10;
        for (const { text, left, right } of labels) {
          const from = right === null ? left : width - measure(text);
          expect(from).toBeGreaterThanOrEqual(end + 10 - 1e-6);
          end = from + measure(text);
        }
        if (labels.length > 1) expect(end).toBeLessThanOrEqual(width + 1e-6);
      }
    }
  });
});

describe("words", () => {
  it("has words for each verdict, none of them a silent green", () => {
    expect(verdictWords({ kind: "verified" })).toEqual({ tone: "ok", text: "✓ Verified" });
    expect(verdictWords({ kind: "pending" })).toEqual({ tone: "plain", text: "Checking…" });
    expect(verdictWords({ kind: "notVerified", reason: "no keys" })).toEqual({
      tone: "warn",
      text: "Not verified: no keys",
    });
    expect(verdictWords({ kind: "refused", reason: "wrong issuer" })).toEqual({
      tone: "bad",
      text: "✕ wrong issuer",
    });
  });
  it("counts down, turns amber in the last minute and keeps telling since when it has expired", () => {
    const end = START + 3_600_000;
    expect(dialOf(tokenView(), end - 3_082_000)).toMatchObject({
      large: "51 min",
      small: "22 s left",
      tone: "ok",
    });
    expect(dialOf(tokenView(), end - 60_000)).toMatchObject({ large: "1 min", small: "left", tone: "ok" });
    expect(dialOf(tokenView(), end - 59_000)).toMatchObject({ large: "59 s", small: "left", tone: "warn" });
    expect(dialOf(tokenView(), end + 180_000)).toMatchObject({
      large: "Expired",
      small: "3 min ago",
      share: 0,
    });
    expect(dialOf(tokenView({ expiresAt: null }), end)).toMatchObject({ large: "No end", small: "stated" });
  });
  it("says whether it renews", () => {
    expect(renewalWords(applicationView(), START)).toMatch(/^renews itself at /);
    expect(renewalWords(applicationView(), START + 3_550_000)).toBe("renewal is due");
    const off = { enabled: false, marginSeconds: null };
    const still = tokenView({ renewsAt: null });
    expect(renewalWords(applicationView({ renewal: off, token: still }), START)).toBe("renewal is off");
    const why = tokenView({ renewsAt: null, noRenewal: "It lives too shortly." });
    expect(renewalWords(applicationView({ token: why }), START)).toBe("It lives too shortly.");
    const phase = { kind: "requesting", since: START, renewal: true } as const;
    expect(renewalWords(applicationView({ phase }), START)).toBe("renewing…");
  });
  it("names the remembered form on the button", () => {
    const formats = [
      { id: "bare", label: "Token only", example: "…" },
      { id: "curl", label: "curl", example: "curl …" },
    ];
    expect(copyWords(formats, "bare")).toBe("Copy token");
    expect(copyWords(formats, "curl")).toBe("Copy as curl");
    expect(copyWords(formats, "gone")).toBe("Copy token");
    expect(copyWords([], undefined)).toBe("Copy token");
  });
});

describe("secrets", () => {
  it("points out what a paste brought along", () => {
    expect(secretNotices("a b")).toEqual([]);
    expect(secretNotices(" a\n")).toEqual(["It holds a line break.", "It begins with a space."]);
    expect(secretNotices("a\t")).toEqual(["It ends with a space."]);
  });
  it("takes it away when asked", () => {
    expect(withoutStrays(" a b\r\n")).toBe("a b");
  });
});

describe("draftOf", () => {
  it("saves an application as it is", () => {
    expect(draftOf(applicationView(), "instance-1")).toEqual({
      id: "app-1",
      instance: "instance-1",
      name: "billing-sync",
      clientId: "svc_9f2k1x0qd7",
      secret: { kind: "unchanged" },
      level: "TENANT",
      tenantSlug: "acme",
      applicationType: "SERVICE",
      scopes: ["admin:read", "openid"],
      extra: [{ name: "audience", value: "https://api.acme.io" }],
      clientAuthentication: "clientSecretBasic",
      renewal: { enabled: true, marginSeconds: null },
    });
    expect(draftOf(applicationView({ tenantSlug: null }), "i").tenantSlug).toBe("");
  });
});
