//! Inputs made by chance, for as long as there is time: what a corpus holds is replayed first, then changed.
//!
//! The same seed makes the same inputs, in the same order. `SCAIKEY_FUZZ_SECONDS` is the time for each target (10
//! where it is not set), `SCAIKEY_FUZZ_SEED` another seed. What fails is written to a file, which belongs into
//! `corpus/` once the fault is mended.

use std::any::Any;
use std::cell::Cell;
use std::fs;
use std::io::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::Path;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use aws_lc_rs::hmac;
use aws_lc_rs::signature::{self, RsaParameters, RsaPublicKeyComponents, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use scaikey_core::contract::{ExpectedValues, KeySource, SecretEncoding, TokenKind, Verdict};
use scaikey_core::inspect::{Known, KnownIssuer, inspect, paste};
use scaikey_core::jwt::claims::compact;
use scaikey_core::jwt::{
    JwkSet, SignatureVerdict, UnverifiedClaims, decode_unverified, key_text, verify, words,
};
use scaikey_core::secret::Secret;
use serde_json::{Value, json};

use crate::keys::{b64, given, published};
use crate::tokens::{FIXTURE, Rng, changed, fresh, sets};

/// The longest input; up to here nothing may take longer than [`LIMIT`].
const LONGEST: usize = 64 * 1024;

const LIMIT: Duration = Duration::from_secs(1);

#[expect(clippy::disallowed_methods, reason = "a stopwatch; no verdict depends on it")]
fn now() -> Instant {
    Instant::now()
}

fn setting(name: &str) -> Option<u64> {
    std::env::var_os(name).map(|value| value.to_str().and_then(|value| value.parse().ok()).expect(name))
}

/// Checks the corpus of this name and the seeds, then what can be made of them until the time is over.
fn fuzz(name: &str, seeds: impl FnOnce(&mut Rng) -> Vec<Vec<u8>>, check: impl Fn(&[u8], &mut Rng)) {
    let mut rng = Rng::new(setting("SCAIKEY_FUZZ_SEED").unwrap_or(8));
    let mut pool = corpus(name);
    assert!(pool.len() >= 10, "the corpus of {name} is not there");
    pool.extend(seeds(&mut rng));
    for input in &pool {
        run(name, input, &mut rng, &check);
    }
    let (kept, start) = (pool.len(), now());
    let time = Duration::from_secs(setting("SCAIKEY_FUZZ_SECONDS").unwrap_or(10));
    let mut count = kept;
    while start.elapsed() < time {
        // Some inputs are changed further, so that more than a few changes come together.
        let mut input = rng.pick(&pool).clone();
        for _ in 0..=rng.below(4) {
            input = mutated(&input, &pool, &mut rng);
            input.truncate(LONGEST);
        }
        run(name, &input, &mut rng, &check);
        count += 1;
        if input.len() < 4096 && rng.below(8) == 0 {
            if pool.len() < kept + 1000 {
                pool.push(input);
            } else {
                let at = kept + rng.below(1000);
                pool[at] = input;
            }
        }
    }
    say(&format!("{name}: {count} inputs"));
}

/// The files of a target's corpus, by name.
fn corpus(name: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("jwt/corpus").join(name);
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files.iter().map(|file| fs::read(file).unwrap()).collect()
}

fn run(name: &str, input: &[u8], rng: &mut Rng, check: &impl Fn(&[u8], &mut Rng)) {
    // A busy machine can stop this process for a second, but hardly for the same input three times.
    for attempt in 0..3 {
        let start = now();
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| check(input, rng))) {
            failed(name, input, panic);
        }
        if start.elapsed() < LIMIT || input.len() > LONGEST {
            return;
        }
        if attempt == 2 {
            failed(name, input, Box::new("It takes too long."));
        }
    }
}

/// Keeps the input. It is not printed: it may look like somebody's token.
fn failed(name: &str, input: &[u8], panic: Box<dyn Any + Send>) -> ! {
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("fuzz-{name}"));
    fs::write(&file, input).unwrap();
    say(&format!("The input is in {}", file.display()));
    resume_unwind(panic)
}

/// Past the test runner, which keeps what a passing test prints to itself.
fn say(line: &str) {
    drop(writeln!(std::io::stderr().lock(), "{line}"));
}

/// Words that mean something to one of the readers.
const WORDS: [&str; 56] = [
    ".",
    "..",
    "=",
    "==",
    "-",
    "_",
    "+",
    "/",
    " ",
    "\n",
    "\r\n",
    "\t",
    "\"",
    "'",
    "\\",
    "\\n",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "ey",
    "eyJ",
    "e30",
    "Bearer ",
    "Authorization: ",
    "access_token=",
    "id_token",
    "#",
    "&",
    "?",
    "%2E",
    "%",
    "\\u0000",
    "\\ud800",
    "\u{202e}",
    "\u{200b}",
    "\u{feff}",
    "\0",
    "\"keys\":[",
    "\"kty\":\"RSA\",",
    "\"kty\":\"oct\",",
    "\"d\":\"AA\",",
    "\"e\":\"AQAB\",",
    "\"alg\":\"none\",",
    "\"crit\":[\"b64\"],",
    "\"payload\":\"e30\",",
    "\"signatures\":[",
    "-----BEGIN PUBLIC KEY-----\n",
    "-----END PUBLIC KEY-----\n",
    "1e999",
    "-0",
    "null",
    "é",
    "𝄞",
];

/// An input changed in one way.
fn mutated(input: &[u8], pool: &[Vec<u8>], rng: &mut Rng) -> Vec<u8> {
    let mut out = input.to_vec();
    let at = rng.below(out.len() + 1);
    let range = |rng: &mut Rng| {
        let (one, two) = (rng.below(input.len() + 1), rng.below(input.len() + 1));
        one.min(two)..one.max(two)
    };
    match rng.below(12) {
        0 if at < out.len() => out[at] ^= 1 << rng.below(8),
        1 if at < out.len() => out[at] = *rng.pick(b"AZaz09-_+/=.{}[]\":,\\ \n\0\xff"),
        2 => drop(out.drain(range(rng))),
        3 => {
            let copy = input[range(rng)].to_vec();
            drop(out.splice(at..at, copy));
        }
        4 => {
            let other = rng.pick(pool);
            let from = rng.below(other.len() + 1);
            out.truncate(at);
            out.extend(&other[from..]);
        }
        5 => out.truncate(at),
        6..=8 => drop(out.splice(at..at, rng.pick(&WORDS).bytes())),
        9 => {
            // Long ones are rare, as they take their time.
            let longest = if rng.below(20) == 0 { LONGEST } else { 2048 };
            let piece = if rng.below(2) == 0 {
                input[range(rng)].to_vec()
            } else {
                rng.pick(&WORDS).bytes().collect()
            };
            let piece = piece.get(..64).map_or(piece.clone(), <[u8]>::to_vec);
            let count = rng.below(longest) / piece.len().max(1);
            drop(out.splice(at..at, piece.repeat(count)));
        }
        _ => match std::str::from_utf8(input) {
            Ok(token) if !token.is_empty() => out = inside(token, rng),
            _ => {}
        },
    }
    out
}

/// A token changed as a token, or what stands in one of its parts changed as JSON.
fn inside(token: &str, rng: &mut Rng) -> Vec<u8> {
    if rng.below(2) == 0 {
        return changed(token, rng).1.into_bytes();
    }
    let mut parts: Vec<String> = token.split('.').map(str::to_owned).collect();
    let at = rng.below(parts.len());
    if let Ok(mut json) = URL_SAFE_NO_PAD.decode(&parts[at]) {
        let place = rng.below(json.len() + 1);
        let word = *rng.pick(&WORDS);
        drop(json.splice(place..place, word.bytes()));
        parts[at] = b64(&json);
    }
    parts.join(".").into_bytes()
}

fn some_tokens(rng: &mut Rng) -> Vec<String> {
    let mut tokens: Vec<String> = FIXTURE.tokens.iter().map(|signed| signed.token.clone()).collect();
    tokens.extend((0..50).map(|_| fresh(rng).1));
    let [h, p, s] = ["eyJhbGciOiJub25lIn0", "e30", "AA"];
    tokens.push(format!("{h}.{p}."));
    tokens.push(format!("{}.{s}.{s}.{s}.{s}", b64(br#"{"alg":"dir","enc":"A128GCM"}"#)));
    let json = json!({ "payload": p, "protected": h, "signature": s, "header": { "kid": "k" } });
    tokens.push(json.to_string());
    tokens
        .push(json!({ "payload": p, "signatures": [json, { "protected": h, "signature": s }] }).to_string());
    tokens.extend((0..20).map(|_| in_json(&rng.pick(&FIXTURE.tokens).token)));
    tokens
}

/// A token in the JSON form of a JWS, flattened (RFC 7515 §7.2.2).
fn in_json(token: &str) -> String {
    let mut parts = token.split('.');
    let mut next = || parts.next().unwrap_or_default();
    json!({ "protected": next(), "payload": next(), "signature": next() }).to_string()
}

fn as_bytes(texts: Vec<String>) -> Vec<Vec<u8>> {
    texts.into_iter().map(String::into_bytes).collect()
}

/// A sentence that may be shown: nothing in it is invisible or turns the text around.
fn is_plain(sentence: &str) {
    assert!(!words::has_hidden(sentence), "hidden characters in a sentence");
}

fn is_a_sentence(sentence: &str) {
    is_plain(sentence);
    assert!(sentence.ends_with('.'), "no full stop");
}

/// The indented text says what the object says, member by member.
fn comes_back(object: &UnverifiedClaims) {
    let again = UnverifiedClaims::parse(&object.pretty()).expect("indented JSON is JSON");
    let members = |object: &UnverifiedClaims| -> Vec<(String, String)> {
        object.iter().map(|(name, value)| (name.to_owned(), compact(value))).collect()
    };
    assert_eq!(members(object), members(&again), "indenting changed a member");
}

#[test]
fn fuzz_decode() {
    fuzz(
        "decode",
        |rng| as_bytes(some_tokens(rng)),
        |input, _| {
            let text = String::from_utf8_lossy(input);
            let decoded = decode_unverified(&text);
            decoded.problems.iter().for_each(|problem| is_a_sentence(problem));
            decoded.header.iter().for_each(|header| comes_back(header.members()));
            decoded.payload.iter().for_each(comes_back);
            match decoded.kind {
                TokenKind::Opaque => assert!(decoded.header.is_none() && decoded.payload.is_none()),
                TokenKind::Jwe => assert!(decoded.header.is_some() && decoded.payload.is_none()),
                TokenKind::Jwt | TokenKind::JwsJson => {}
            }
        },
    );
}

/// The keys as they are written, and as they are read.
struct Keys {
    raw: Vec<Value>,
    published: JwkSet,
    given: JwkSet,
}

static KEYS: LazyLock<Keys> = LazyLock::new(|| {
    let raw = sets().swap_remove(0).1;
    Keys { published: published(&raw), given: given(&raw), raw }
});

/// Whether one of the keys made the signature of a token in compact form, by the cryptography alone.
fn is_signed(token: &str, keys: &[Value]) -> bool {
    let Some((header, _)) = token.split_once('.') else { return false };
    let Ok(header) = URL_SAFE_NO_PAD.decode(header) else { return false };
    let header = header.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&header);
    let Ok(header) = serde_json::from_slice::<Value>(header) else { return false };
    if header.get("crit").is_some() || header.get("zip").is_some() {
        return false;
    }
    is_signed_as(header["alg"].as_str().unwrap_or_default(), token, keys)
}

/// Likewise, where the algorithm is known.
fn is_signed_as(alg: &str, token: &str, keys: &[Value]) -> bool {
    let Some((signed, signature)) = token.rsplit_once('.') else { return false };
    let strict = token.split('.').map(|part| URL_SAFE_NO_PAD.decode(part)).collect::<Result<Vec<_>, _>>();
    let (Ok(parts), Ok(signature)) = (strict, URL_SAFE_NO_PAD.decode(signature)) else { return false };
    parts.len() == 3 && keys.iter().any(|key| signed_by(key, alg, signed.as_bytes(), &signature))
}

fn signed_by(key: &Value, alg: &str, signed: &[u8], signature: &[u8]) -> bool {
    let bytes = |name: &str| URL_SAFE_NO_PAD.decode(key[name].as_str().unwrap_or_default()).unwrap();
    let rsa = |how: &'static RsaParameters| {
        RsaPublicKeyComponents { n: bytes("n"), e: bytes("e") }.verify(how, signed, signature).is_ok()
    };
    let ec = |how| {
        let point = [vec![4], bytes("x"), bytes("y")].concat();
        UnparsedPublicKey::new(how, point).verify(signed, signature).is_ok()
    };
    let mac = |how| hmac::verify(&hmac::Key::new(how, &bytes("k")), signed, signature).is_ok();
    match (key["kty"].as_str().unwrap(), key["crv"].as_str(), alg) {
        ("RSA", _, "RS256") => rsa(&signature::RSA_PKCS1_2048_8192_SHA256),
        ("RSA", _, "RS384") => rsa(&signature::RSA_PKCS1_2048_8192_SHA384),
        ("RSA", _, "RS512") => rsa(&signature::RSA_PKCS1_2048_8192_SHA512),
        ("RSA", _, "PS256") => rsa(&signature::RSA_PSS_2048_8192_SHA256),
        ("RSA", _, "PS384") => rsa(&signature::RSA_PSS_2048_8192_SHA384),
        ("RSA", _, "PS512") => rsa(&signature::RSA_PSS_2048_8192_SHA512),
        ("EC", Some("P-256"), "ES256") => ec(&signature::ECDSA_P256_SHA256_FIXED),
        ("EC", Some("P-384"), "ES384") => ec(&signature::ECDSA_P384_SHA384_FIXED),
        ("EC", Some("P-521"), "ES512") => ec(&signature::ECDSA_P521_SHA512_FIXED),
        ("OKP", Some("Ed25519"), "EdDSA" | "Ed25519") => {
            UnparsedPublicKey::new(&signature::ED25519, bytes("x")).verify(signed, signature).is_ok()
        }
        ("oct", _, "HS256") => mac(hmac::HMAC_SHA256),
        ("oct", _, "HS384") => mac(hmac::HMAC_SHA384),
        ("oct", _, "HS512") => mac(hmac::HMAC_SHA512),
        _ => false,
    }
}

/// Whether these keys verify a text; what each verdict must keep to is checked on the way.
fn is_verified(text: &str, keys: &JwkSet, rng: &mut Rng) -> bool {
    let decoded = decode_unverified(text);
    for signature in &decoded.signatures {
        let verdict = verify(&signature.compact, &signature.decoded, keys);
        if let SignatureVerdict::Valid { alg, .. } = verdict {
            assert!(is_signed_as(&alg, &signature.compact, &KEYS.raw), "verified, and no key made it");
        }
    }
    match verify(text, &decoded, keys) {
        SignatureVerdict::Valid { alg, warning, .. } => {
            assert!(is_signed(text, &KEYS.raw), "verified, and no key made it");
            assert!(keys == &KEYS.given || !alg.starts_with("HS"), "verified with a published secret");
            warning.iter().for_each(|warning| is_plain(warning));
            // Another character in the header or the payload.
            let mut bytes = text.as_bytes().to_vec();
            let at = rng.below(text.rfind('.').unwrap());
            let other = *rng.pick(b"ABCDwxyz0189-_");
            if std::mem::replace(&mut bytes[at], other) != other {
                let spoilt = String::from_utf8(bytes).unwrap();
                let verdict = verify(&spoilt, &decode_unverified(&spoilt), keys);
                assert!(!matches!(verdict, SignatureVerdict::Valid { .. }), "changed, and still verified");
            }
            return true;
        }
        SignatureVerdict::Invalid { reason }
        | SignatureVerdict::AlgorithmRefused { reason }
        | SignatureVerdict::NotChecked { reason } => is_plain(&reason),
        SignatureVerdict::KeyNotFound { .. } => {}
    }
    false
}

#[test]
fn fuzz_verify() {
    let verified = Cell::new(0);
    fuzz(
        "verify",
        |rng| as_bytes(some_tokens(rng)),
        |input, rng| {
            let text = String::from_utf8_lossy(input);
            for keys in [&KEYS.published, &KEYS.given] {
                verified.set(verified.get() + u32::from(is_verified(&text, keys, rng)));
            }
        },
    );
    assert!(verified.get() > 100, "only {} verified", verified.get());
}

#[test]
fn fuzz_jwks() {
    let seeds = |_: &mut Rng| {
        let sets = sets().into_iter().map(|(_, keys)| json!({ "keys": keys }));
        let keys = KEYS.raw.iter().cloned();
        sets.chain(keys).map(|value| value.to_string().into_bytes()).collect()
    };
    fuzz("jwks", seeds, |input, _| {
        match JwkSet::parse(input) {
            Ok(set) => {
                assert!(set.keys.len() <= 100);
                set.warnings.iter().for_each(|warning| is_a_sentence(warning));
                assert!(
                    set.keys.iter().all(|key| !key.describe().contains("secret")),
                    "a secret is published"
                );
            }
            Err(why) => is_a_sentence(&why),
        }
        match key_text::read(&String::from_utf8_lossy(input), 0) {
            Ok(found) => {
                is_plain(&found.what);
                found.set.warnings.iter().for_each(|warning| is_a_sentence(warning));
            }
            Err(why) => is_a_sentence(&why),
        }
    });
}

/// Texts in which tokens stand.
fn texts(rng: &mut Rng) -> Vec<String> {
    let tokens = some_tokens(rng);
    let mut texts = Vec::new();
    for _ in 0..200 {
        let from: &String = rng.pick(&tokens);
        let token = changed(from, rng).1;
        let other: &String = rng.pick(&tokens);
        texts.push(match rng.below(10) {
            0 => format!("Authorization: Bearer {token}"),
            1 => format!("curl -H 'Authorization: Bearer {token}' https://api.example/ -d token={other}"),
            2 => json!({ "access_token": token, "id_token": other, "token_type": "Bearer" }).to_string(),
            3 => format!("# secrets\nTOKEN=\"{token}\"\nOTHER={other}\n"),
            4 => format!("https://app.example/cb#access_token={token}&state=x&id_token={other}"),
            5 => format!("“{token}”, "),
            6 => wrapped(&token, 64, "\n"),
            7 => wrapped(&token, 76, "\r\n    "),
            8 => format!("{{\"data\":{{\"t\":[{{\"token\":\"{token}\"}}]}}}}"),
            _ => format!("Here it is: {token}. And the other, {other}!"),
        });
    }
    texts.extend(tokens);
    texts
}

fn wrapped(text: &str, width: usize, end: &str) -> String {
    let mut out = String::new();
    for (at, character) in text.chars().enumerate() {
        if at > 0 && at % width == 0 {
            out.push_str(end);
        }
        out.push(character);
    }
    out
}

/// A text without what may stand between the pieces of one token: white space and what has no width, quotes and the
/// signs between literals, dots among them, backslashes, marks of quoted mail.
fn without_joints(text: &str) -> String {
    let joint = |c: char| {
        c.is_whitespace()
            || words::has_hidden(c.encode_utf8(&mut [0; 4]))
            || "\"'`´«»‹›＂＇+.^|\\>".contains(c)
            || matches!(c, '\u{2018}'..='\u{201f}' | '\u{300c}'..='\u{300f}')
    };
    text.chars().filter(|c| !joint(*c)).collect()
}

/// A text with what is written as `%2E`, `\u002e`, `\.` or an entity written plainly, once.
fn unescaped(text: &str) -> String {
    let code = |digits: Option<&str>| u32::from_str_radix(digits?, 16).ok().and_then(char::from_u32);
    let mut out = String::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let entity = [("&quot;", '"'), ("&amp;", '&'), ("&#34;", '"'), ("&#39;", '\'')];
        let entity = entity.into_iter().find(|(name, _)| rest.starts_with(name));
        let (c, length) = match (first, entity) {
            (_, Some((name, c))) => (c, name.len()),
            ('%', _) => code(rest.get(1..3)).filter(char::is_ascii).map_or((first, 1), |c| (c, 3)),
            ('\\', _) if rest.starts_with("\\u") => code(rest.get(2..6)).map_or((first, 1), |c| (c, 6)),
            ('\\', _) => match rest.chars().nth(1) {
                Some('n' | 'r' | 't') => (' ', 2),
                Some(c) if "\"'`/\\".contains(c) => (c, 2),
                _ => (first, 1),
            },
            _ => (first, first.len_utf8()),
        };
        out.push(c);
        rest = rest.get(length..).unwrap_or_default();
    }
    out
}

/// Whether the token stands in the text, as it is or escaped, in one piece or wrapped.
fn stands_in(token: &str, text: &str) -> bool {
    let (plain, meant) = (without_joints(text), without_joints(&unescaped(text)));
    let token_plain = without_joints(token);
    plain.contains(&token_plain)
        || meant.contains(&token_plain)
        || meant.contains(&without_joints(&unescaped(token)))
}

#[test]
fn fuzz_paste() {
    fuzz(
        "paste",
        |rng| as_bytes(texts(rng)),
        |input, _| {
            let text = String::from_utf8_lossy(input);
            let pasted = paste::find(&text);
            for found in &pasted.tokens {
                assert!(stands_in(&found.token, &text), "a token that does not stand in the text");
                is_plain(&found.name);
                found.cut.iter().for_each(|cut| is_a_sentence(cut));
            }
            pasted.problem.iter().for_each(|problem| is_a_sentence(problem));
            assert!(
                !pasted.tokens.is_empty() || pasted.problem.is_some() || text.trim().is_empty(),
                "nothing is said"
            );
        },
    );
}

#[test]
fn fuzz_inspect() {
    let issuer = KnownIssuer {
        instance: None,
        issuers: vec!["https://a".to_owned()],
        scaikey_base: None,
        keys: Some(KEYS.published.clone()),
        keys_fetched_at: Some(0),
        keys_error: None,
        clock_offset_ms: Some(1),
    };
    let known = Known { now_ms: 1_800_000_000_000, issuers: vec![issuer] };
    let pasted = Secret::new(json!({ "keys": KEYS.raw }).to_string());
    let sources = [
        KeySource::Automatic,
        KeySource::Issuer { issuer: "https://a".to_owned() },
        KeySource::Pasted { text: pasted },
        KeySource::Shared { value: Secret::new("secret"), encoding: SecretEncoding::Text },
    ];
    let expected =
        ExpectedValues { issuer: "https://a".to_owned(), audience: "x".to_owned(), ..Default::default() };
    let verified = Cell::new(0);
    fuzz(
        "inspect",
        |rng| as_bytes(texts(rng)),
        |input, rng| {
            let text = String::from_utf8_lossy(input);
            let inspection = inspect(&text, rng.below(3), rng.pick(&sources), &expected, &known);
            // The page gets it as JSON.
            serde_json::to_value(&inspection).unwrap();
            let found = inspection.paste.found.len();
            assert_eq!(found > 0, inspection.details.is_some());
            assert!(usize::try_from(inspection.paste.choice).unwrap() < found.max(1));
            inspection.paste.cut.iter().for_each(|cut| is_a_sentence(cut));
            if let Some(details) = &inspection.details {
                details.problems.iter().for_each(|problem| is_a_sentence(problem));
                for check in &details.checks {
                    is_plain(&check.reason);
                    check.note.iter().for_each(|note| is_plain(note));
                }
                if details.verdict == Verdict::Verified {
                    verified.set(verified.get() + 1);
                    assert!(is_signed(&inspection.paste.token, &KEYS.raw), "verified, and no key made it");
                }
            }
        },
    );
    assert!(verified.get() > 10, "only {} verified", verified.get());
}
