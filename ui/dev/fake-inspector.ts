/**
 * Stands in for the shell where a pasted token is looked at. `?place=inspector&scenario=` names what is pasted
 * (see `pastes`); without one the page is empty.
 */
import type { Check } from "../src/lib/contract/Check";
import type { ClaimGroup } from "../src/lib/contract/ClaimGroup";
import type { ClaimRow } from "../src/lib/contract/ClaimRow";
import type { InspectPastedArgs } from "../src/lib/contract/InspectPastedArgs";
import type { Inspection } from "../src/lib/contract/Inspection";
import type { InstanceView } from "../src/lib/contract/InstanceView";
import type { KeysView } from "../src/lib/contract/KeysView";
import type { Outcome } from "../src/lib/contract/Outcome";
import type { Recognised } from "../src/lib/contract/Recognised";
import type { TokenDetails } from "../src/lib/contract/TokenDetails";
import type { TokenKind } from "../src/lib/contract/TokenKind";
import type { Verdict } from "../src/lib/contract/Verdict";
import { internalError } from "../src/lib/errors";
import { hostNotFound } from "./errors";
import type { Handlers } from "./handlers";

type Json = Record<string, unknown>;

const now = () => Math.floor(Date.now() / 1_000);
const MINUTE = 60;
const bytes = (text: string) =>
  Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join("");
const base64url = (text: string) =>
  btoa(bytes(text)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const fromBase64url = (text: string) =>
  new TextDecoder().decode(
    Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0)),
  );
const SIGNATURE = base64url("no signature at all ".repeat(13)).slice(0, 342);
const jws = (header: Json, payload: Json | string) =>
  `${base64url(JSON.stringify(header))}.${base64url(typeof payload === "string" ? payload : JSON.stringify(payload))}.${SIGNATURE}`;

const HEADER = { alg: "RS256", typ: "at+jwt", kid: "2026-11-a" };
const user = (change: Json = {}): Json => ({
  iss: "https://scaikey.staging.acme.io/tenants/tnt_widget0001",
  aud: "portal-web",
  sub: "usr_7h2q",
  scope: "openid profile email",
  iat: now() - 68 * MINUTE,
  exp: now() - 8 * MINUTE,
  ...change,
});
const service = (change: Json = {}): Json => ({
  iss: "https://scaikey.scailabs.ai",
  sub: "svc_9f2k1x0qd7",
  aud: "svc_9f2k1x0qd7",
  scope: "admin:read openid",
  token_type: "client_credentials",
  app_scope: "GLOBAL",
  platform_token: true,
  iat: now() - 9 * MINUTE,
  exp: now() + 51 * MINUTE,
  ...change,
});

const HOSTILE: Json = {
  iss: "https://evil.example/<script>alert(1)</script>",
  sub: "admin\u202etxt.exe\u200b",
  aud: ["a".repeat(3_000), "b"],
  ["x".repeat(400)]: "a long name",
  __proto__x: { polluted: true },
  html: "<img src=x onerror=alert(1)>",
  exp: 8_640_000_000_001,
};

/** What is pasted in each scenario. */
const pastes: Record<string, () => string> = {
  user: () => jws(HEADER, user()),
  verified: () => `curl -H 'Authorization: Bearer ${jws(HEADER, service())}' \\\n  https://api.acme.io/v1`,
  future: () => jws(HEADER, service({ nbf: now() + 30 * MINUTE, exp: now() + 90 * MINUTE })),
  refused: () => jws({ ...HEADER, kid: "2026-10-z" }, service()),
  answer: () =>
    JSON.stringify(
      {
        access_token: jws(HEADER, service()),
        id_token: jws(
          { alg: "RS256", kid: "2026-11-a" },
          user({ nonce: "n-0S6_WzA2Mj", at_hash: "MTIzNDU2Nzg" }),
        ),
        refresh_token: "rt_8xLOxBtZp8",
        token_type: "Bearer",
        expires_in: 3_600,
      },
      null,
      2,
    ),
  jwe: () =>
    `${base64url('{"alg":"RSA-OAEP-256","enc":"A256GCM","kid":"enc-1"}')}.a2V5.aXY.Y2lwaGVydGV4dA.dGFn`,
  jwsjson: () =>
    JSON.stringify({
      payload: base64url(JSON.stringify(service())),
      signatures: [
        { protected: base64url('{"alg":"RS256"}'), header: { kid: "2026-11-a" }, signature: SIGNATURE },
        {
          protected: base64url('{"alg":"ES256"}'),
          header: { kid: "other" },
          signature: SIGNATURE.slice(0, 86),
        },
        { protected: "!!", signature: "AA" },
      ],
    }),
  opaque: () => "Authorization: Bearer sk_opaque_7Qv2mX0aZ3kP9sLw",
  text: () => jws({ alg: "RS256" }, "It’s a dangerous business, Frodo, going out your door.\u202e"),
  parts: () => `${base64url(JSON.stringify(HEADER))}.eyJpc3MiOi%%%.${SIGNATURE}`,
  hostile: () => jws(HEADER, HOSTILE),
  claims: () =>
    jws(HEADER, Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`claim_${i}`, `value ${i}`]))),
  long: () => jws(HEADER, service({ padding: "0123456789abcdef".repeat(47_000) })),
  longnothing: () => "not a token, ".repeat(80_000),
  nothing: () => "Hello, is there a token in here?",
  failing: () => "the shell fails",
};

/** What is pasted in this scenario, if something is. */
export const pasted = (scenario: string): string | undefined => pastes[scenario]?.();

const read = (part: string | undefined): Json | string | null => {
  try {
    const text = fromBase64url(part ?? "");
    try {
      const value: unknown = JSON.parse(text);
      return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : text;
    } catch {
      return text;
    }
  } catch {
    return null;
  }
};

const MEANINGS: Record<string, [ClaimGroup, string, string | null]> = {
  iss: ["where", "Who issued it.", "RFC 7519 §4.1.1"],
  aud: [
    "where",
    "Who it is meant for. An API that expects another audience will refuse it.",
    "RFC 7519 §4.1.3",
  ],
  sub: ["who", "Whom it is about.", "RFC 7519 §4.1.2"],
  scope: ["what", "What it allows.", "RFC 8693 §4.2"],
  token_type: ["who", "Minted for a service, not for a signed-in person.", "ScaiKey"],
  app_scope: ["where", "Acts on every tenant of the platform.", "ScaiKey"],
  platform_token: ["what", "The admin API accepts it across tenants.", "ScaiKey"],
  nonce: ["other", "Binds it to the sign-in that asked for it.", "OpenID Connect Core §2"],
  at_hash: ["other", "Binds it to the access token that came with it.", "OpenID Connect Core §3.1.3.6"],
  nbf: ["when", "When it begins to be valid.", "RFC 7519 §4.1.5"],
  iat: ["when", "When it was issued.", "RFC 7519 §4.1.6"],
  exp: ["when", "When it ends.", "RFC 7519 §4.1.4"],
};

/** More members than these are not looked for in the text. */
const MOST_PLACED = 200;

/** About where a member stands in the token's text: base64url makes four characters of three bytes. */
function placeOf(json: Json, text: string, name: string, from: number): ClaimRow["place"] {
  const member = JSON.stringify({ [name]: json[name] }).slice(1, -1);
  const at = text.indexOf(member);
  if (at < 0) return null;
  const begin = bytes(text.slice(0, at)).length;
  const end = begin + bytes(member).length;
  return { from: from + Math.floor((begin * 8) / 6), to: from + Math.ceil((end * 8) / 6) };
}

function rowsOf(json: Json, from: number): ClaimRow[] {
  const members = Object.entries(json);
  const text = members.length > MOST_PLACED ? null : JSON.stringify(json);
  return members.map(([name, value]) => {
    const [group, meaning, source] = MEANINGS[name] ?? (["other", "", null] as const);
    const time = group === "when" && typeof value === "number";
    return {
      name,
      value: typeof value === "string" ? value : JSON.stringify(value),
      group,
      meaning,
      source,
      notes: time && value > 1e11 ? ["It looks like milliseconds."] : [],
      instant: time ? value * 1_000 : null,
      shape: name === "scope" ? "list" : "plain",
      parts:
        name === "scope"
          ? String(value)
              .split(" ")
              .map((scope) => ({
                value: scope,
                meaning: scope === "admin:read" ? "Read the admin API." : "",
              }))
          : [],
      place: text === null ? null : placeOf(json, text, name, from),
    };
  });
}

const check = (name: Check["name"], outcome: Outcome, reason: string, note: string | null = null): Check => ({
  name,
  outcome,
  reason,
  note,
});

const numberOf = (json: Json | null, name: string) => {
  const value = json?.[name];
  return typeof value === "number" ? value * 1_000 : null;
};

function recognise(claims: Json | null): Recognised | null {
  const sub = String(claims?.["sub"] ?? "");
  if (claims?.["token_type"] === "client_credentials")
    return {
      name: "A service token",
      reasons: ["token_type is client_credentials", "sub and aud are the client ID"],
      certainty: "documented",
      source: "ScaiKey",
    };
  if (claims?.["nonce"] !== undefined)
    return {
      name: "An ID token",
      reasons: ["It has a nonce and an at_hash"],
      certainty: "documented",
      source: "OpenID Connect Core §2",
    };
  if (sub.startsWith("usr_"))
    return {
      name: "A user token",
      reasons: ["sub begins with usr_"],
      certainty: "inferred",
      source: "the prefix of ids",
    };
  return null;
}

interface Found {
  name: string;
  kind: TokenKind;
  token: string;
}

function find(text: string): Found[] {
  const trimmed = text.trim();
  if (trimmed.startsWith("{")) {
    try {
      const json = JSON.parse(trimmed) as Json;
      if ("payload" in json) return [{ name: "Token", kind: "jwsJson", token: trimmed }];
      return Object.entries(json)
        .filter(([name, value]) => /_token$/.test(name) && typeof value === "string")
        .map(([name, value]) => ({ name, kind: kindOf(String(value)), token: String(value) }));
    } catch {
      // Then it is looked for as in any text.
    }
  }
  const token = /eyJ[\w-]+\.[^\s'"]*/.exec(text)?.[0] ?? /\b[a-z]{2}_[\w-]{8,}/.exec(text)?.[0];
  return token === undefined
    ? []
    : [{ name: text.includes("Authorization") ? "Authorization" : "Token", kind: kindOf(token), token }];
}
function kindOf(token: string): TokenKind {
  const dots = token.split(".").length - 1;
  return dots === 4 ? "jwe" : dots === 2 ? "jwt" : "opaque";
}

interface Signature {
  verdict: Verdict;
  checks: Check[];
  keys: KeysView;
}

const KEYS: KeysView["keys"] = [
  {
    kid: "2026-10-old",
    what: "an RSA key of 1,024 bits",
    problem: "It is too short: 2048 bits are the least.",
    fits: false,
  },
  { kid: "2026-11-a", what: "an RSA key of 2048 bits", problem: null, fits: true },
  { kid: "enc-1", what: "an RSA key of 2048 bits", problem: "It is for encryption.", fits: false },
  { kid: null, what: "an EC key on P-256", problem: null, fits: false },
];

export function fakeInspector(at: {
  instances: () => InstanceView[];
  later: (ms: number) => Promise<unknown>;
}): Pick<Handlers, "inspect_pasted" | "fetch_keys"> {
  const fetched = new Set(["prod"]);
  const fetchedAt = Date.now() - 3 * MINUTE * 1_000;

  function signature(args: InspectPastedArgs, header: Json | null, claims: Json | null): Signature {
    const issuer = String(claims?.["iss"] ?? "");
    const bare = { keys: [], warnings: [], error: null, fetchedAt: null, offers: [] };
    const failed = header?.["kid"] === "2026-10-z";
    const refused = (reason: string): Signature["verdict"] => ({ kind: "refused", reason });
    const open = (reason: string, keys: KeysView): Signature => ({
      verdict: { kind: "notVerified", reason: "no key to check it with" },
      checks: [check("signature", "skipped", reason), check("algorithm", "skipped", "there is no key.")],
      keys,
    });
    const closed = (keys: KeysView): Signature => ({
      verdict: failed ? refused("The signature does not fit") : { kind: "verified" },
      checks: failed
        ? [
            check("signature", "failed", "None of the 4 keys made it. Choose another source of keys."),
            check("algorithm", "passed", "RS256 is what the keys are for"),
          ]
        : [
            check("signature", "passed", "RS256 with key “2026-11-a”"),
            check("algorithm", "passed", "RS256 is what the key is for"),
          ],
      keys: failed ? { ...keys, keys: keys.keys.map((key) => ({ ...key, fits: false })) } : keys,
    });
    const { keys } = args;
    if (keys.kind === "pasted") {
      if (!/BEGIN|"kty"/.test(keys.text))
        return open("the key could not be read.", {
          ...bare,
          origin: { kind: "pasted", what: "a text" },
          error: "This is no key: paste PEM with its BEGIN and END lines, a certificate, a JWK or a JWK Set.",
        });
      return closed({ ...bare, origin: { kind: "pasted", what: "a JWK Set of 4 keys" }, keys: KEYS });
    }
    if (keys.kind === "shared")
      return {
        verdict: refused("RS256 takes no shared secret"),
        checks: [
          check("signature", "failed", "The token says RS256, which takes no shared secret."),
          check("algorithm", "failed", "A shared secret is for HS256, HS384 and HS512."),
        ],
        keys: {
          ...bare,
          origin: { kind: "shared" },
          warnings: [`The secret has ${keys.value.length} bytes: HS256 needs 32 (RFC 7518 §3.2).`],
        },
      };
    const instance = at
      .instances()
      .find(({ id, url }) => (keys.kind === "instance" ? id === keys.instance : issuer.startsWith(url)));
    if (instance !== undefined && keys.kind !== "issuer") {
      const origin = { kind: "instance", instance: instance.id, name: instance.name } as const;
      if (fetched.has(instance.id)) return closed({ ...bare, origin, keys: KEYS, fetchedAt });
      return open(`The keys of “${instance.name}” are not here yet.`, {
        ...bare,
        origin,
        offers: [{ kind: "instance", instance: instance.id, name: instance.name }],
      });
    }
    const named = keys.kind === "issuer" ? keys.issuer : issuer;
    if (fetched.has(named))
      return closed({ ...bare, origin: { kind: "issuer", issuer: named }, keys: KEYS, fetchedAt });
    return open("choose where the key comes from.", {
      ...bare,
      origin: { kind: "nowhere" },
      offers: named.startsWith("https://") ? [{ kind: "issuer", issuer: named }] : [],
    });
  }

  function details(found: Found, args: InspectPastedArgs): { details: TokenDetails; keys: KeysView } {
    const { token, kind } = found;
    const json = kind === "jwsJson" ? (JSON.parse(token) as Json) : null;
    const [first, second] = json === null ? token.split(".") : [undefined, String(json["payload"])];
    const head = kind === "opaque" ? null : read(first);
    const body = kind === "jwt" || kind === "jwsJson" ? read(second) : null;
    const header = typeof head === "object" ? head : null;
    const claims = typeof body === "object" ? body : null;
    const signed = signature(args, header, claims);
    const expiresAt = numberOf(claims, "exp");
    const notBefore = numberOf(claims, "nbf");
    const leeway = args.expected.leewaySeconds * 1_000;
    const late = expiresAt !== null && Date.now() >= expiresAt + leeway;
    const early = notBefore !== null && Date.now() < notBefore - leeway;
    const { issuer, audience } = args.expected;
    const checks: Check[] =
      kind === "jwe" || kind === "opaque"
        ? [
            check(
              "signature",
              "skipped",
              kind === "jwe" ? "it is encrypted." : "only its issuer can read it.",
            ),
          ]
        : [
            ...signed.checks,
            check("critical", "passed", "The header names nothing critical"),
            check("type", "passed", `typ is ${String(header?.["typ"] ?? "absent")}`),
            claims?.["iss"] === undefined
              ? check("issuer", "failed", "It names no issuer.")
              : issuer === "" || issuer === claims["iss"]
                ? check("issuer", "passed", `It is ${String(claims["iss"]).slice(0, 60)}`)
                : check("issuer", "failed", `It is not ${issuer}.`),
            audience === ""
              ? check("audience", "skipped", "no value is expected.")
              : [claims?.["aud"]].flat().includes(audience)
                ? check("audience", "passed", `It names ${audience}`)
                : check("audience", "failed", `It does not name ${audience}.`),
            late
              ? check("time", "failed", "It has expired.")
              : early
                ? check("time", "failed", "It is not valid yet.")
                : check("time", "passed", "On the server's clock"),
            ...(claims?.["nonce"] === undefined
              ? []
              : [
                  args.expected.nonce === ""
                    ? check("nonce", "skipped", "enter the nonce of the sign-in.")
                    : check("nonce", args.expected.nonce === claims["nonce"] ? "passed" : "failed", ""),
                  check("accessTokenHash", "skipped", "enter the access token that came with it."),
                ]),
            check("profile", "passed", "", "RFC 9068 asks for a client_id too."),
          ];
    const verdict: Verdict =
      kind === "jwe"
        ? { kind: "notVerified", reason: "it is encrypted" }
        : kind === "opaque"
          ? { kind: "notVerified", reason: "it is opaque" }
          : late && signed.verdict.kind === "verified"
            ? { kind: "refused", reason: "Expired" }
            : signed.verdict;
    const lead = (first ?? "").length + 1;
    return {
      keys: signed.keys,
      details: {
        tokenId: 0,
        kind,
        headerJson: header === null ? null : JSON.stringify(header, null, 2),
        payloadJson: claims === null ? null : JSON.stringify(claims, null, 2),
        payloadText: typeof body === "string" ? body : null,
        recognised: recognise(claims),
        life: { issuedAt: numberOf(claims, "iat"), notBefore, expiresAt },
        header: header === null ? [] : rowsOf(header, 0),
        claims: claims === null ? [] : rowsOf(claims, kind === "jwt" ? lead : 0),
        signatures:
          json === null
            ? []
            : (json["signatures"] as Json[]).map((one, index) => {
                const protectedHeader = read(String(one["protected"]));
                return {
                  headerJson:
                    typeof protectedHeader === "object" && protectedHeader !== null
                      ? JSON.stringify({ ...protectedHeader, ...(one["header"] as Json) }, null, 2)
                      : null,
                  outcome: (["passed", "skipped", "failed"] as const)[index % 3] ?? "skipped",
                  reason: [
                    "RS256 with key “2026-11-a”",
                    "there is no key “other”.",
                    "Its header is no base64url.",
                  ][index % 3] as string,
                };
              }),
        problems:
          (kind === "jwt" || kind === "jwsJson") && body === null
            ? ["The payload is no base64url: the character “%” stands at place 12."]
            : [],
        checks,
        verdict,
        notes: [],
      },
    };
  }

  return {
    inspect_pasted: async (args): Promise<Inspection> => {
      await at.later(10);
      if (args.text === pastes["failing"]?.()) throw internalError("inspect_pasted did not answer");
      const found = find(args.text);
      const chosen = found[args.choice];
      if (chosen === undefined)
        return {
          paste: {
            found: [],
            choice: 0,
            token: "",
            cut: [],
            problem:
              "There is no token in this text. Paste a token, an Authorization header, a curl command, a token answer or a line of an .env file.",
          },
          details: null,
          keys: {
            origin: { kind: "nowhere" },
            keys: [],
            warnings: [],
            error: null,
            fetchedAt: null,
            offers: [],
          },
          clockOffsetMs: null,
        };
      const cut = args.text.trim() === chosen.token ? [] : ["What stood around the token was left out."];
      return {
        paste: {
          found: found.map(({ name, kind }) => ({ name, kind })),
          choice: args.choice,
          token: chosen.token,
          cut,
          problem: null,
        },
        clockOffsetMs: 430_000,
        ...details(chosen, args),
      };
    },
    fetch_keys: async ({ offer }) => {
      await at.later(900);
      if (offer.kind === "instance") fetched.add(offer.instance);
      else if (offer.issuer.includes("evil")) throw hostNotFound("evil.example");
      else fetched.add(offer.issuer);
      return null;
    },
  };
}
