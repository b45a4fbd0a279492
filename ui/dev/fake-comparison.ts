/** Stands in for the shell where two tokens are compared. */
import type { ApplicationView } from "../src/lib/contract/ApplicationView";
import type { ComparedToken } from "../src/lib/contract/ComparedToken";
import type { Difference } from "../src/lib/contract/Difference";
import type { TokenPart } from "../src/lib/contract/TokenPart";
import type { TokenRef } from "../src/lib/contract/TokenRef";
import { duration } from "../src/lib/time";
import * as errors from "./errors";
import type { Handlers } from "./handlers";

type Members = Record<string, unknown>;
interface Sides {
  token: ComparedToken;
  header: Members;
  payload: Members;
}

interface World {
  find: (id: string) => ApplicationView;
  /** Of the token that an application holds. */
  header: Members;
  payload: (id: string) => Members;
}

const TIMES = new Set(["iat", "exp", "nbf", "auth_time"]);
const written = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value));

/** Scopes, audiences and other lists of texts. */
function entriesOf(name: string, value: unknown): string[] | null {
  if (name === "scope" && typeof value === "string") return value.split(" ").filter((scope) => scope !== "");
  if (Array.isArray(value)) return value.map(written);
  return name === "aud" && value !== undefined ? [written(value)] : null;
}

function differenceOf(part: TokenPart, name: string, before: unknown, after: unknown): Difference {
  const [one, other] = [entriesOf(name, before), entriesOf(name, after)];
  const asSet = (one === null || other === null ? (one ?? other) : [...one, ...other]) !== null;
  const [left, right] = asSet ? [one ?? [], other ?? []] : [[], []];
  const times = TIMES.has(name) && typeof before === "number" && typeof after === "number";
  const later = times ? (after - before) * 1_000 : 0;
  return {
    part,
    name,
    kind: before === undefined ? "added" : after === undefined ? "removed" : "changed",
    before: before === undefined ? null : written(before),
    after: after === undefined ? null : written(after),
    instants: times ? [before * 1_000, after * 1_000] : null,
    words: later === 0 ? "" : `${duration(Math.abs(later))} ${later > 0 ? "later" : "earlier"}`,
    added: right.filter((entry) => !left.includes(entry)),
    removed: left.filter((entry) => !right.includes(entry)),
    kept: left.filter((entry) => right.includes(entry)),
  };
}

/** A past token of an application: another scope, signed with last month's key. */
function pastOf({ header, payload }: Sides, receivedAt: number): Pick<Sides, "header" | "payload"> {
  const iat = Math.floor(receivedAt / 1_000);
  const scope = String(payload["scope"] ?? "").split(" ");
  return {
    header: { ...header, kid: "2026-10-c" },
    payload: {
      ...payload,
      scope: [...scope.slice(1), "reports:read"].join(" "),
      iat,
      exp: iat + 3_600,
      jti: `0d1c9a52-7f0e-4c52-a1f2-${String(iat).padStart(12, "0")}`,
      acting_as: "system",
    },
  };
}

function pasted(text: string): Sides {
  const [, head = "", body = ""] = /(eyJ[\w-]+)\.([\w-]*)\.[\w-]*/.exec(text) ?? [];
  if (head === "") throw errors.noToken;
  const members = (part: string) =>
    JSON.parse(
      new TextDecoder().decode(
        Uint8Array.from(atob(part.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0)),
      ),
    ) as Members;
  return {
    token: { title: "Pasted token", kind: "jwt", receivedAt: null, problems: [] },
    header: members(head),
    payload: members(body),
  };
}

export function fakeComparison({ find, header, payload }: World): Pick<Handlers, "compare_tokens"> {
  function sidesOf(ref: TokenRef): Sides {
    if (ref.kind === "pasted") return pasted(ref.text);
    const application = find(ref.application);
    const held = application.token;
    if (held === null) throw errors.noToken;
    const jti = `0d1c9a52-7f0e-4c52-a1f2-${String(held.receivedAt).padStart(12, "0").slice(-12)}`;
    const sides: Sides = {
      token: { title: application.name, kind: held.kind, receivedAt: held.receivedAt, problems: [] },
      header,
      payload: { ...payload(ref.application), jti },
    };
    if (ref.token === null) return sides;
    const past = held.history.find(({ id }) => id === ref.token);
    if (!past) throw errors.noToken;
    return { token: { ...sides.token, receivedAt: past.receivedAt }, ...pastOf(sides, past.receivedAt) };
  }

  return {
    compare_tokens: ({ before, after }) => {
      const [one, other] = [sidesOf(before), sidesOf(after)];
      const differences: Difference[] = [];
      const same: string[] = [];
      for (const part of ["header", "payload"] as const) {
        for (const name of new Set([...Object.keys(one[part]), ...Object.keys(other[part])])) {
          const [left, right] = [one[part][name], other[part][name]];
          if (JSON.stringify(left) === JSON.stringify(right)) same.push(name);
          else differences.push(differenceOf(part, name, left, right));
        }
      }
      return { before: one.token, after: other.token, differences, same };
    },
  };
}
