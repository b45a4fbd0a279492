//! Tokens by the thousand: signed ones, and what can be made of them. The same seed makes the same tokens.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use aws_lc_rs::hmac;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE, URL_SAFE_NO_PAD};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::keys::b64;

/// Numbers that look random (SplitMix64).
pub(crate) struct Rng(u64);

impl Rng {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below this one; 0 where there is none.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        let number = self.next() % u64::try_from(end.max(1)).unwrap();
        usize::try_from(number).unwrap()
    }

    pub(crate) fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }
}

/// A token of `signed.json`.
#[derive(Deserialize)]
pub(crate) struct Signed {
    /// What is special about it.
    pub(crate) what: String,
    pub(crate) token: String,
}

/// What `jose/sign.mjs` made.
#[derive(Deserialize)]
pub(crate) struct Fixture {
    keys: BTreeMap<String, Value>,
    /// Keys that made none of the tokens.
    others: BTreeMap<String, Value>,
    pub(crate) tokens: Vec<Signed>,
}

pub(crate) static FIXTURE: LazyLock<Fixture> =
    LazyLock::new(|| serde_json::from_str(include_str!("signed.json")).unwrap());

/// Signs while the test runs: quickly, and each time the same.
static FRESH: LazyLock<Ed25519KeyPair> =
    LazyLock::new(|| Ed25519KeyPair::from_seed_unchecked(&[7; 32]).unwrap());

const SECRET: [u8; 64] = [9; 64];

/// A token of this header and payload, signed by the algorithm (EdDSA or one with HMAC), whatever the header says.
pub(crate) fn sign(alg: &str, header: &str, payload: &[u8]) -> String {
    sign_with(alg, &SECRET, header, payload)
}

fn sign_with(alg: &str, secret: &[u8], header: &str, payload: &[u8]) -> String {
    let input = format!("{}.{}", b64(header.as_bytes()), b64(payload));
    let mac = |hash| hmac::sign(&hmac::Key::new(hash, secret), input.as_bytes()).as_ref().to_vec();
    let signature = match alg {
        "HS256" => mac(hmac::HMAC_SHA256),
        "HS384" => mac(hmac::HMAC_SHA384),
        "HS512" => mac(hmac::HMAC_SHA512),
        _ => FRESH.sign(input.as_bytes()).as_ref().to_vec(),
    };
    format!("{input}.{}", b64(&signature))
}

fn with(mut key: Value, name: &str, value: impl Into<Value>) -> Value {
    key.as_object_mut().unwrap().insert(name.to_owned(), value.into());
    key
}

/// The sets under which every token is judged: what is special, and the keys.
pub(crate) fn sets() -> Vec<(&'static str, Vec<Value>)> {
    let named = |keys: &BTreeMap<String, Value>| -> Vec<Value> {
        keys.iter().map(|(kid, key)| with(key.clone(), "kid", kid.as_str())).collect()
    };
    let mut keys = named(&FIXTURE.keys);
    keys.push(
        json!({ "kty": "OKP", "crv": "Ed25519", "kid": "fresh", "x": b64(FRESH.public_key().as_ref()) }),
    );
    keys.push(json!({ "kty": "oct", "kid": "secret", "k": b64(&SECRET) }));
    let others = named(&FIXTURE.others);
    let each =
        |name: &str, value: Value| keys.iter().map(|key| with(key.clone(), name, value.clone())).collect();
    let without_names = || {
        let mut keys = keys.clone();
        for key in &mut keys {
            key.as_object_mut().unwrap().remove("kid");
        }
        keys
    };
    let for_one = keys.iter().map(|key| {
        let alg = match (key["kty"].as_str().unwrap(), key["crv"].as_str()) {
            ("RSA", _) => "PS256",
            (_, Some("P-256")) => "ES256",
            (_, Some("P-384")) => "ES384",
            (_, Some("P-521")) => "ES512",
            (_, Some("secp256k1")) => "ES256K",
            (_, Some("Ed448")) => "Ed448",
            ("OKP", _) => "EdDSA",
            _ => "HS256",
        };
        with(key.clone(), "alg", alg)
    });
    vec![
        ("named", keys.clone()),
        ("unnamed", without_names()),
        ("other keys", others.clone()),
        ("two of each name", [others, keys.clone()].concat()),
        ("for one algorithm", for_one.collect()),
        ("use sig", each("use", json!("sig"))),
        ("use enc", each("use", json!("enc"))),
        ("key_ops verify", each("key_ops", json!(["verify"]))),
        ("key_ops sign", each("key_ops", json!(["sign"]))),
        (
            "broken ones",
            [vec![json!({ "kty": "RSA", "kid": "rsa" }), json!({ "kty": "x" })], keys.clone()].concat(),
        ),
        ("none", Vec::new()),
    ]
}

/// A token, and the set under which it is judged.
pub(crate) struct Case {
    /// How it was made.
    pub(crate) how: String,
    pub(crate) token: String,
    /// An index into [`sets`].
    pub(crate) set: usize,
}

/// Every signed token under every set, and as many more, made of them by chance.
pub(crate) fn cases(seed: u64, more: usize) -> Vec<Case> {
    let count = sets().len();
    let mut cases = Vec::new();
    for Signed { what, token, .. } in &FIXTURE.tokens {
        cases.extend((0..count).map(|set| Case { how: what.clone(), token: token.clone(), set }));
    }
    let mut rng = Rng::new(seed);
    for _ in 0..more {
        let (how, token) = match rng.below(4) {
            0 => fresh(&mut rng),
            _ => {
                let from = rng.pick(&FIXTURE.tokens);
                let (how, token) = changed(&from.token, &mut rng);
                (format!("{}, {how}", from.what), token)
            }
        };
        // Most under the keys that could verify it.
        let set = if rng.below(4) == 0 { rng.below(count) } else { rng.below(2) };
        cases.push(Case { how, token, set });
    }
    cases
}

/// The three parts, decoded. `None` for what has other parts.
pub(crate) fn parts(token: &str) -> Option<[Vec<u8>; 3]> {
    let parts: Vec<Vec<u8>> =
        token.split('.').map(|part| URL_SAFE_NO_PAD.decode(part)).collect::<Result<_, _>>().ok()?;
    parts.try_into().ok()
}

const ALGORITHMS: [&str; 24] = [
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519",
    "HS256", "HS384", "HS512", "ES256K", "Ed448", "none", "None", "NONE", "nOnE", "", "rs256", "RS1",
    "ES521",
];

/// Members that make a difference, or should make none.
const MEMBERS: [&str; 24] = [
    r#""crit":["b64"]"#,
    r#""crit":["exp"]"#,
    r#""crit":[]"#,
    r#""crit":null"#,
    r#""b64":true"#,
    r#""b64":false"#,
    r#""zip":"DEF""#,
    r#""alg":"none""#,
    r#""alg":"HS256""#,
    r#""kid":"rsa""#,
    r#""kid":"""#,
    r#""kid":null"#,
    r#""kid":1"#,
    r#""typ":"JWT""#,
    r#""typ":"at+jwt""#,
    r#""typ":null"#,
    r#""cty":"JWT""#,
    r#""enc":"A256GCM""#,
    r#""jku":"https://evil.example/""#,
    r#""jwk":{"kty":"oct","k":"AAAA"}"#,
    r#""x5c":[]"#,
    r#""exp":1"#,
    r#""nonce":"n""#,
    r#""__proto__":{"kid":"rsa"}"#,
];

const PAYLOADS: [&[u8]; 12] = [
    br#"{"sub":"s"}"#,
    br#"{}"#,
    br#" {"a" : 1} "#,
    br#"{"exp":"soon"}"#,
    br#"{"iss":["a"],"aud":{}}"#,
    br#"{"sub":"a","sub":"b"}"#,
    b"[]",
    b"null",
    b"",
    b"text",
    b"{\"a\":\"\xff\"}",
    br#"{"a":[[[[[[[[[[]]]]]]]]]]}"#,
];

/// A token signed for this test, of a header put together by chance.
pub(crate) fn fresh(rng: &mut Rng) -> (String, String) {
    let alg = *rng.pick(&["EdDSA", "HS256", "HS384", "HS512"]);
    let kid = if alg == "EdDSA" { "fresh" } else { "secret" };
    let mut members = Vec::new();
    match rng.below(10) {
        0 => {}
        1 => members.push(format!(r#""alg":"{}""#, rng.pick(&ALGORITHMS))),
        _ => members.push(format!(r#""alg":"{alg}""#)),
    }
    if rng.below(3) != 0 {
        members.push(format!(r#""kid":"{kid}""#));
    }
    for _ in 0..rng.below(3) {
        members.push((*rng.pick(&MEMBERS)).to_owned());
    }
    for at in (1..members.len()).rev() {
        let other = rng.below(at + 1);
        members.swap(at, other);
    }
    let header = format!("{{{}}}", members.join(","));
    let payload = if rng.below(3) == 0 { *rng.pick(&PAYLOADS) } else { PAYLOADS[0] };
    if rng.below(20) == 0 {
        // The oldest trick: what is public used as the secret.
        let header = header.replace("secret", "rsa").replace("fresh", "rsa");
        let n = FIXTURE.keys["rsa"]["n"].as_str().unwrap();
        return (
            format!("{header} signed with a public key"),
            sign_with("HS256", n.as_bytes(), &header, payload),
        );
    }
    (format!("{header} signed"), sign(alg, &header, payload))
}

/// A token changed in one way.
pub(crate) fn changed(token: &str, rng: &mut Rng) -> (&'static str, String) {
    let texts: Vec<&str> = token.split('.').collect();
    let (Some([header, payload, signature]), [h, p, s]) = (parts(token), texts.as_slice()) else {
        return ("as it is", token.to_owned());
    };
    let joined = |h: &str, p: &str, s: &str| format!("{h}.{p}.{s}");
    let encoded = |h: &[u8], p: &[u8], s: &[u8]| joined(&b64(h), &b64(p), &b64(s));
    let other = rng.pick(&FIXTURE.tokens);
    let other: Vec<&str> = other.token.split('.').collect();
    match rng.below(30) {
        0 => ("a bit of the signature flipped", joined(h, p, &b64(&flipped(&signature, rng)))),
        1 => ("a bit of the header flipped", joined(&b64(&flipped(&header, rng)), p, s)),
        2 => ("a bit of the payload flipped", joined(h, &b64(&flipped(&payload, rng)), s)),
        3 => {
            let end = rng.below(signature.len());
            ("the signature cut", joined(h, p, &b64(&signature[..end])))
        }
        4 => ("the token cut", token.chars().take(rng.below(token.len())).collect()),
        5 => ("the signature lengthened", joined(h, p, &b64(&[signature, vec![0]].concat()))),
        6 => ("a zero before the signature", joined(h, p, &b64(&[vec![0], signature].concat()))),
        7 => ("a signature of zeros", joined(h, p, &b64(&vec![0; signature.len()]))),
        8 => ("no signature", joined(h, p, "")),
        9 => ("without the signature's part", format!("{h}.{p}")),
        10 => ("a part more", format!("{token}.{s}")),
        11 => ("another's header", joined(other[0], p, s)),
        12 => ("another's payload", joined(h, other[1], s)),
        13 => ("another's signature", joined(h, p, other[2])),
        14 => ("parts swapped", joined(p, h, s)),
        15..=18 => {
            let header = String::from_utf8_lossy(&header);
            let now = serde_json::from_str::<Value>(&header).ok();
            let now = now.as_ref().and_then(|header| header["alg"].as_str()).unwrap_or("?");
            let to = format!("\"{}\"", rng.pick(&ALGORITHMS));
            let header = header.replace(&format!("\"{now}\""), &to);
            let signature = if rng.below(4) == 0 { "" } else { s };
            ("alg changed", joined(&b64(header.as_bytes()), p, signature))
        }
        19 => {
            let member = *rng.pick(&MEMBERS);
            let header = String::from_utf8_lossy(&header).replacen('{', &format!("{{{member},"), 1);
            ("a member added", joined(&b64(header.as_bytes()), p, s))
        }
        20 | 21 => {
            let mut texts = [h.to_string(), p.to_string(), s.to_string()];
            let at = rng.below(3);
            let bytes = [&header, &payload, &signature][at];
            texts[at] = if rng.below(2) == 0 { URL_SAFE.encode(bytes) } else { STANDARD.encode(bytes) };
            ("padded, or of the other alphabet", texts.join("."))
        }
        22 | 23 => {
            let mut texts = [h.to_string(), p.to_string(), s.to_string()];
            let at = rng.below(3);
            texts[at] = with_trailing_bits(&texts[at], rng);
            ("trailing bits", texts.join("."))
        }
        24 => {
            let at = rng.below(token.len() + 1);
            let mut changed = token.to_owned();
            changed.insert(at, *rng.pick(&[' ', '\n', '\t', '=', '.', '+', '/', '\u{e9}', '\0', '~']));
            ("a character inserted", changed)
        }
        25 => {
            let mut bytes = token.as_bytes().to_vec();
            let at = rng.below(bytes.len());
            bytes[at] = b"ABCDEFabcdef0123456789-_"[rng.below(24)];
            ("a character replaced", String::from_utf8(bytes).unwrap())
        }
        26 => {
            let padding = *rng.pick(&[" ", "\n", "\r\n", "\t"]);
            ("white space around", format!("{padding}{token}{padding}"))
        }
        27 => ("signature in DER", joined(h, p, &b64(&der(&signature)))),
        28 => match negated(&signature) {
            Some(negated) => ("s negated", joined(h, p, &b64(&negated))),
            None => ("as it is", token.to_owned()),
        },
        _ => ("encoded again", encoded(&header, &payload, &signature)),
    }
}

fn flipped(bytes: &[u8], rng: &mut Rng) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    if !bytes.is_empty() {
        let at = rng.below(bytes.len());
        bytes[at] ^= 1 << rng.below(8);
    }
    bytes
}

/// Base64url whose last character says the same bytes and, in the bits that no byte uses, something.
fn with_trailing_bits(text: &str, rng: &mut Rng) -> String {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let unused = match text.len() % 4 {
        2 => 16,
        3 => 4,
        _ => return text.to_owned(),
    };
    let mut bytes = text.as_bytes().to_vec();
    let last = bytes.last_mut().unwrap();
    let value = ALPHABET.iter().position(|c| c == last).unwrap();
    *last = ALPHABET[value + 1 + rng.below(unused - 1)];
    String::from_utf8(bytes).unwrap()
}

/// An ECDSA signature as X.509 has it.
fn der(signature: &[u8]) -> Vec<u8> {
    let number = |half: &[u8]| {
        let mut digits: Vec<u8> = half.iter().copied().skip_while(|byte| *byte == 0).collect();
        if digits.first().is_none_or(|first| *first > 0x7f) {
            digits.insert(0, 0);
        }
        [&[2, u8::try_from(digits.len()).unwrap_or(0xff)][..], &digits].concat()
    };
    let (r, s) = signature.split_at(signature.len() / 2);
    let both = [number(r), number(s)].concat();
    let length = u8::try_from(both.len()).unwrap_or(0xff);
    let head = if length > 0x7f { vec![0x30, 0x81, length] } else { vec![0x30, length] };
    [head, both].concat()
}

/// The order of P-256.
const ORDER: [u8; 32] = [
    0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6, 0xfa,
    0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
];

/// The other ECDSA signature of the same key over the same bytes, if it is one on P-256: `s` and `n - s` both do.
fn negated(signature: &[u8]) -> Option<Vec<u8>> {
    if signature.len() != 64 {
        return None;
    }
    let mut out = signature.to_vec();
    let mut borrow = 0;
    for at in (0..32).rev() {
        let difference = i16::from(ORDER[at]) - i16::from(signature[32 + at]) - borrow;
        borrow = i16::from(difference < 0);
        out[32 + at] = u8::try_from(difference + 256 * borrow).unwrap();
    }
    (borrow == 0).then_some(out)
}

/// A JWS in its JSON form, flattened (RFC 7515 §7.2.2), from a token as it is or changed, or signed for this test;
/// with members in its unprotected header.
pub(crate) fn flattened(rng: &mut Rng) -> (String, Value) {
    let from = rng.pick(&FIXTURE.tokens);
    let (how, token) = match rng.below(4) {
        0 => ("as it is", from.token.clone()),
        1 => ("signed", fresh(rng).1),
        _ => changed(&from.token, rng),
    };
    let mut parts = token.split('.');
    let mut next = || parts.next().unwrap_or_default();
    let mut jws = json!({ "protected": next(), "payload": next(), "signature": next() });
    let header = match rng.below(8) {
        0 => json!({}),
        1 => json!({ "x": 1 }),
        2 => json!({ "kid": "ed" }),
        3 => json!({ "alg": "EdDSA" }),
        4 => json!({ "crit": ["x"], "x": 1 }),
        5 => {
            // Nothing of the header is covered by the signature.
            let signed = sign("EdDSA", "", br#"{"sub":"s"}"#);
            let (payload, signature) = signed.trim_start_matches('.').split_once('.').unwrap();
            let header = json!({ "alg": "EdDSA", "kid": "fresh" });
            return (
                "unprotected".to_owned(),
                json!({ "payload": payload, "signature": signature, "header": header }),
            );
        }
        _ => return (format!("{}, {how}", from.what), jws),
    };
    let what = format!("{}, {how}, {header} unprotected", from.what);
    jws["header"] = header;
    (what, jws)
}

/// A payload with the claims that decide about time, issuer and audience: good ones, and up to three that are odd.
/// `now` is in Unix seconds; no time is within two minutes of where a verdict changes.
pub(crate) fn claims(rng: &mut Rng, now: i64) -> Value {
    let mut payload = json!({ "sub": "s", "exp": now + 10_000, "iat": now - 10_000, "iss": "https://a", "aud": "https://a" });
    for _ in 0..rng.below(4) {
        let name = *rng.pick(&["exp", "nbf", "iat", "iss", "aud"]);
        let value = match (name, rng.below(6)) {
            (_, 0) => {
                rng.pick(&[json!(null), json!(7), json!(true), json!({}), json!([]), json!("")]).clone()
            }
            ("iss" | "aud" | "exp", 1) => {
                payload.as_object_mut().unwrap().remove(name);
                continue;
            }
            ("iss" | "aud", _) => {
                let values = [
                    json!("https://a/"),
                    json!("HTTPS://A"),
                    json!("https://b"),
                    json!(["https://a"]),
                    json!(["x", "https://a"]),
                    json!(["https://a/", "B"]),
                    json!(["https://a", 7]),
                ];
                rng.pick(&values).clone()
            }
            (_, 1) => rng.pick(&[json!(-1), json!(0), json!(1e30), json!((now + 10_000) * 1000)]).clone(),
            (_, 2) => rng.pick(&[json!((now + 10_000).to_string()), json!([now + 10_000])]).clone(),
            (_, 3) => Value::from(now as f64 + rng.pick(&[10_000.5, -10_000.5])),
            (_, 4) => json!(now + rng.pick(&[-300, 300])),
            _ => json!(now + rng.pick(&[-10_000, 10_000, -100_000_000, 100_000_000])),
        };
        payload[name] = value;
    }
    payload
}
