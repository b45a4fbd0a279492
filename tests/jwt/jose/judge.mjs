// Says what jose makes of tokens. The first line of the standard input is a list of key sets, each line after it a
// case: {"token", "set"}, and for the claims also {"now", "leeway", "iss", "aud"}. A token is a text, or an object for
// a JWS in its JSON form, flattened. The answer to each is a line of
// its own: "ok", or the code of the error and the claim it is about.
import { createInterface } from "node:readline";
import {
  compactVerify,
  createLocalJWKSet,
  decodeProtectedHeader,
  flattenedVerify,
  importJWK,
  jwtVerify,
} from "jose";

// createLocalJWKSet knows public keys only; a shared secret is chosen here by the same rules.
function secrets(keys, { alg, kid }) {
  const fits = (key) =>
    key.kty === "oct" &&
    (kid === undefined || key.kid === kid) &&
    (key.alg === undefined || key.alg === alg) &&
    (key.use === undefined || key.use === "sig") &&
    (key.key_ops === undefined || key.key_ops.includes("verify"));
  return keys.filter(fits);
}

// The protected header, and in the JSON form what stands beside it.
function headerOf(token) {
  const isThere = typeof token === "string" || token.protected;
  return { ...(isThere ? decodeProtectedHeader(token) : {}), ...token.header };
}

async function verify(token, { keys, published }, check) {
  const { alg, kid } = headerOf(token);
  if (!String(alg).startsWith("HS")) {
    try {
      return await check(token, published);
    } catch (error) {
      if (error.code !== "ERR_JWKS_MULTIPLE_MATCHING_KEYS") throw error;
      return firstOf(error, (key) => check(token, key));
    }
  }
  const imported = secrets(keys, { alg, kid }).map((key) => importJWK(key, alg));
  return firstOf(imported, async (key) => check(token, await key));
}

async function firstOf(keys, check) {
  let last = Object.assign(new Error(), { code: "ERR_JWKS_NO_MATCHING_KEY" });
  for await (const key of keys) {
    try {
      return await check(key);
    } catch (error) {
      last = error;
    }
  }
  throw last;
}

async function judge({ token, set, now, leeway, iss, aud }, sets) {
  const claims = { currentDate: new Date(now * 1000), clockTolerance: leeway, issuer: iss, audience: aud };
  const check = (token, key) => {
    if (typeof token === "object") return flattenedVerify(token, key);
    return now === undefined ? compactVerify(token, key) : jwtVerify(token, key, claims);
  };
  try {
    await verify(token, sets[set], check);
    return "ok";
  } catch (error) {
    return [error.code ?? error.name, error.claim].filter(Boolean).join(" ");
  }
}

let sets;
for await (const line of createInterface({ input: process.stdin })) {
  if (sets === undefined) {
    sets = JSON.parse(line).map(({ keys }) => {
      const open = keys.filter((key) => key.kty !== "oct");
      return { keys, published: createLocalJWKSet({ keys: open }) };
    });
  } else {
    console.log(await judge(JSON.parse(line), sets));
  }
}
