// Makes ../signed.json: tokens signed by Node's own cryptography with keys that are thrown away, whatever their
// headers and payloads say. The tests read the file; this is run by hand when it has to hold something new:
// `node sign.mjs > ../signed.json`.
import { Buffer } from "node:buffer";
import * as crypto from "node:crypto";

const b64 = (data) => Buffer.from(data).toString("base64url");
const rsa = () => crypto.generateKeyPairSync("rsa", { modulusLength: 2048 });
const ec = (namedCurve) => crypto.generateKeyPairSync("ec", { namedCurve });
const oct = (bytes) => crypto.createSecretKey(crypto.randomBytes(bytes));

const pairs = {
  rsa: rsa(),
  small: crypto.generateKeyPairSync("rsa", { modulusLength: 1024 }),
  p256: ec("P-256"),
  p384: ec("P-384"),
  p521: ec("P-521"),
  k256: ec("secp256k1"),
  ed: crypto.generateKeyPairSync("ed25519"),
  ed448: crypto.generateKeyPairSync("ed448"),
  hs: { privateKey: oct(64), publicKey: undefined },
};
// Never used for signing: what stands in for a key that is not the right one.
const others = {
  rsa: rsa(),
  p256: ec("P-256"),
  p384: ec("P-384"),
  p521: ec("P-521"),
  ed: crypto.generateKeyPairSync("ed25519"),
  hs: { privateKey: oct(64), publicKey: undefined },
};
const publicJwk = ({ privateKey, publicKey }) => (publicKey ?? privateKey).export({ format: "jwk" });
const published = (all) => Object.fromEntries(Object.entries(all).map(([name, pair]) => [name, publicJwk(pair)]));

const algorithms = {
  RS256: "rsa",
  RS384: "rsa",
  RS512: "rsa",
  PS256: "rsa",
  PS384: "rsa",
  PS512: "rsa",
  ES256: "p256",
  ES384: "p384",
  ES512: "p521",
  ES256K: "k256",
  EdDSA: "ed",
  Ed25519: "ed",
  Ed448: "ed448",
  HS256: "hs",
  HS384: "hs",
  HS512: "hs",
};

function sign(alg, key, input) {
  const hash = alg.startsWith("Ed") ? undefined : `sha${alg.slice(2, 5)}`;
  if (alg.startsWith("HS")) return crypto.createHmac(hash, key).update(input).digest();
  const { RSA_PKCS1_PSS_PADDING: padding, RSA_PSS_SALTLEN_DIGEST: saltLength } = crypto.constants;
  if (alg.startsWith("PS")) return crypto.sign(hash, input, { key, padding, saltLength });
  return crypto.sign(hash, input, { key, dsaEncoding: "ieee-p1363" });
}

const tokens = [];
function add(what, alg, header, payload = '{"sub":"s"}', { name = algorithms[alg], encode = b64 } = {}) {
  const input = `${b64(header)}.${encode(payload)}`;
  const signature = sign(alg, pairs[name].privateKey, Buffer.from(input));
  tokens.push({ what, alg, key: name, token: `${input}.${b64(signature)}` });
}

for (const [alg, kid] of Object.entries(algorithms)) {
  const header = (more) => JSON.stringify({ alg, kid, ...more });
  add("plain", alg, header({ typ: "JWT" }), '{"iss":"https://a","aud":["x","y"],"exp":4102444800}');
  add("no kid", alg, JSON.stringify({ alg }));
  add("unknown kid", alg, header({ kid: "nobody" }));
  add("crit", alg, header({ crit: ["exp"], exp: 1 }));
  add("text", alg, header(), "just a text");
}
add("small key", "RS256", '{"alg":"RS256","kid":"small"}', undefined, { name: "small" });

for (const alg of ["EdDSA", "ES256", "HS256"]) {
  const kid = algorithms[alg];
  const rest = `"alg":"${alg}","kid":"${kid}"`;
  for (const [what, members] of [
    ["crit empty", `${rest},"crit":[]`],
    ["crit no list", `${rest},"crit":"exp","exp":1`],
    ["crit unknown", `${rest},"crit":["http://example.com/x"],"http://example.com/x":1`],
    ["crit absent member", `${rest},"crit":["x"]`],
    ["b64 true", `${rest},"b64":true`],
    ["b64 true, crit", `${rest},"b64":true,"crit":["b64"]`],
    ["b64 false", `${rest},"b64":false`],
    ["b64 null", `${rest},"b64":null`],
    ["zip", `${rest},"zip":"DEF"`],
    ["alg twice, none first", `"alg":"none",${rest}`],
    ["alg twice, none last", `${rest},"alg":"none"`],
    ["kid twice", `"kid":"nobody",${rest}`],
    ["typ twice", `"typ":"JWT","typ":"JWT",${rest}`],
    ["kid number", `"alg":"${alg}","kid":7`],
    ["kid null", `"alg":"${alg}","kid":null`],
    ["kid empty", `"alg":"${alg}","kid":""`],
    ["kid list", `"alg":"${alg}","kid":["${kid}"]`],
    ["kid hostile", `"alg":"${alg}","kid":"../../../dev/null' OR 1=1 --\\u0000\\u202e"`],
    ["own keys", `${rest},"jku":"https://evil.example/jwks","x5u":"https://evil.example/x5u","x5c":["AAAA"]`],
    ["own jwk", `${rest},"jwk":${JSON.stringify(publicJwk(others.ed))}`],
    ["alg none", `"alg":"none","kid":"${kid}"`],
    ["alg None", `"alg":"None","kid":"${kid}"`],
    ["alg empty", `"alg":"","kid":"${kid}"`],
    ["alg lower case", `"alg":"${alg.toLowerCase()}","kid":"${kid}"`],
    ["alg with a space", `"alg":"${alg} ","kid":"${kid}"`],
    ["alg number", `"alg":256,"kid":"${kid}"`],
    ["alg list", `"alg":["${alg}"],"kid":"${kid}"`],
    ["alg missing", `"kid":"${kid}"`],
    ["alg escaped", `"\\u0061lg":"${alg}","kid":"${kid}"`],
    ["typ number", `${rest},"typ":1`],
    ["cty number", `${rest},"cty":1`],
    ["unknown members", `${rest},"x":{"deep":[1,{"a":null}]},"__proto__":{"alg":"none"}`],
  ]) {
    add(what, alg, `{${members}}`);
  }
  for (const [what, header] of [
    ["white space", `\n { ${rest.replace(",", " ,\t")} } \r\n`],
    ["byte order mark", `\ufeff{${rest}}`],
    ["header a list", `[{${rest}}]`],
    ["header no JSON", `{${rest}`],
    ["header and more", `{${rest}} x`],
    ["header with a comma too many", `{${rest},}`],
    ["header with single quotes", `{'alg':'${alg}'}`],
    ["header empty", ""],
  ]) {
    add(what, alg, header);
  }
  for (const [what, payload] of [
    ["payload a list", "[1]"],
    ["payload a string", '"x"'],
    ["payload a number", "1"],
    ["payload null", "null"],
    ["payload empty", ""],
    ["payload no UTF-8", Buffer.from([0x7b, 0xff, 0xfe, 0x7d])],
    ["payload byte order mark", '\ufeff{"sub":"s"}'],
    ["payload claim twice", '{"sub":"a","sub":"b"}'],
    ["payload exp twice", '{"exp":1,"exp":4102444800}'],
    ["payload nested", `{"a":${"[".repeat(60)}${"]".repeat(60)}}`],
    ["payload lone surrogate", '{"a":"\\ud800"}'],
    ["payload huge number", '{"a":1e999,"b":123456789012345678901234567890}'],
    ["payload proto", '{"__proto__":{"x":1},"constructor":1}'],
  ]) {
    add(what, alg, `{${rest}}`, payload);
  }
  // RFC 7797: the payload stands in the token as it is.
  const bare = { encode: (text) => text };
  add("b64 false, crit", alg, `{${rest},"b64":false,"crit":["b64"]}`, "$02", bare);
  add("b64 false, crit, base64", alg, `{${rest},"b64":false,"crit":["b64"]}`, "eyJzdWIiOiJzIn0", bare);
}

const keys = published(pairs);
console.log(JSON.stringify({ keys, others: published(others), tokens }, null, 1));
