//! Our verdicts beside those of the crate `jsonwebtoken` and of `jose` under Node, on the same tokens and keys.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use scaikey_core::contract::{CheckName, Outcome};
use scaikey_core::jwt::{
    Expectations, IssuerExpectation, Profile, SignatureVerdict, UnverifiedClaims, Values, check,
    decode_unverified, install_crypto, verify,
};
use serde_json::{Value, json};

use crate::keys::{given, judge, published};
use crate::tokens::{Rng, cases, claims, flattened, sets, sign};

/// What jsonwebtoken says, used as its documentation has it: the key is found by its name, and the algorithms are
/// those of the key.
fn jsonwebtoken_says(token: &str, keys: &[Value]) -> Result<(), String> {
    let header = jsonwebtoken::decode_header(token).map_err(|why| why.to_string())?;
    let mut said = Err("no such key".to_owned());
    for key in keys.iter().filter(|key| header.kid.is_none() || key["kid"].as_str() == header.kid.as_deref())
    {
        let Ok(jwk) = serde_json::from_value::<jsonwebtoken::jwk::Jwk>(key.clone()) else { continue };
        let Ok(decoding) = DecodingKey::from_jwk(&jwk) else { continue };
        let mut validation = Validation::new_for_family(decoding.family());
        match key["crv"].as_str() {
            Some("P-256") => validation.algorithms = vec![Algorithm::ES256],
            Some("P-384") => validation.algorithms = vec![Algorithm::ES384],
            _ => {}
        }
        if let Some(alg) = key["alg"].as_str() {
            validation.algorithms.retain(|known| format!("{known:?}") == alg);
        }
        validation.required_spec_claims.clear();
        (validation.validate_exp, validation.validate_aud) = (false, false);
        match jsonwebtoken::decode::<Value>(token, &decoding, &validation) {
            Ok(_) => return Ok(()),
            Err(why) if said.as_ref().is_err_and(|said| said.starts_with("JSON")) => drop(why),
            Err(why) => said = Err(why.to_string()),
        }
    }
    said
}

/// What jose says to each line, and to the sets that come first.
fn jose_says(sets: &Value, lines: &[Value]) -> Vec<Result<(), String>> {
    let folder: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("jwt/jose");
    // A test that cannot run fails: a skipped one would look like a passed one.
    assert!(folder.join("node_modules/jose").is_dir(), "jose is not there: run `cargo xtask setup`");
    let mut node = Command::new("node");
    node.arg("judge.mjs").current_dir(folder).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut process = node.spawn().expect("node");
    let mut input = process.stdin.take().unwrap();
    let text: String = std::iter::once(sets).chain(lines).map(|line| format!("{line}\n")).collect();
    // It answers while it reads, so one of the two must not wait for the other.
    let writer = std::thread::spawn(move || input.write_all(text.as_bytes()));
    let output = process.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    assert!(output.status.success(), "jose's judge failed");
    let answers: Vec<String> = String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect();
    assert_eq!(answers.len(), lines.len());
    answers.into_iter().map(|said| if said == "ok" { Ok(()) } else { Err(said) }).collect()
}

/// Who else judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Other {
    JsonWebToken,
    Jose,
}

use Other::{Jose, JsonWebToken};

/// What a disagreement can come from, read without the code under test as far as it goes.
struct Facts<'a> {
    header: Value,
    /// Whether the header begins with a byte order mark.
    marked: bool,
    /// Names that the header says twice.
    doubled: Vec<String>,
    payload: Vec<u8>,
    /// Whether the signature's text is base64url as RFC 7515 §2 has it.
    strict_signature: bool,
    keys: &'a [Value],
}

impl<'a> Facts<'a> {
    fn of(token: &str, keys: &'a [Value]) -> Self {
        let mut parts = token.split('.');
        let mut next = || parts.next().unwrap_or_default();
        let header = URL_SAFE_NO_PAD.decode(next()).unwrap_or_default();
        let payload = URL_SAFE_NO_PAD.decode(next()).unwrap_or_default();
        let (marked, header) = match header.strip_prefix(b"\xef\xbb\xbf") {
            Some(header) => (true, header.to_vec()),
            None => (false, header),
        };
        let members = UnverifiedClaims::parse(&String::from_utf8_lossy(&header)).ok();
        let doubled = members.as_ref().map(UnverifiedClaims::duplicates).unwrap_or_default();
        Self {
            header: serde_json::from_slice(&header).unwrap_or_default(),
            marked,
            doubled: doubled.into_iter().map(str::to_owned).collect(),
            payload,
            strict_signature: URL_SAFE_NO_PAD.decode(next()).is_ok(),
            keys,
        }
    }

    fn has(&self, member: &str) -> bool {
        self.header.get(member).is_some()
    }

    fn alg(&self) -> &str {
        self.header["alg"].as_str().unwrap_or_default()
    }

    /// Whether no key is called as the header says.
    fn no_such_key(&self) -> bool {
        self.has("kid") && self.keys.iter().all(|key| key["kid"] != self.header["kid"])
    }

    /// Whether the payload is what jsonwebtoken can read: an object that names no claim of RFC 7519 twice.
    fn has_claims(&self) -> bool {
        let twice = |claims: &UnverifiedClaims| {
            claims.duplicates().iter().any(|name| ["iss", "sub", "aud", "exp", "nbf"].contains(name))
        };
        serde_json::from_slice::<Value>(&self.payload).is_ok_and(|payload| payload.is_object())
            && std::str::from_utf8(&self.payload)
                .is_ok_and(|text| UnverifiedClaims::parse(text).is_ok_and(|claims| !twice(&claims)))
    }
}

/// A kind of disagreement that is understood.
struct Class<F> {
    other: Other,
    /// Whether we pass it and the other does not.
    ours: bool,
    /// Stands in our reason where we refuse it, in the other's where it does.
    said: &'static str,
    /// What must be so.
    fact: F,
    /// Why the two differ, and who is right. It names the class.
    why: &'static str,
}

const fn class<F>(other: Other, ours: bool, said: &'static str, fact: F, why: &'static str) -> Class<F> {
    Class { other, ours, said, fact, why }
}

/// What came of comparing.
struct Comparison<'c, F> {
    classes: &'c [Class<F>],
    seen: Vec<usize>,
    alike: usize,
    unexplained: Vec<String>,
}

impl<'c, F> Comparison<'c, F> {
    fn new(classes: &'c [Class<F>]) -> Self {
        Self { classes, seen: vec![0; classes.len()], alike: 0, unexplained: Vec::new() }
    }

    /// Enters two verdicts, each with its reason where it refuses.
    fn enter(
        &mut self,
        other: Other,
        ours: &Result<(), String>,
        theirs: &Result<(), String>,
        is_so: impl Fn(&F) -> bool,
        what: impl FnOnce() -> String,
    ) {
        let said = match (ours, theirs) {
            (Ok(()), Err(said)) | (Err(said), Ok(())) => said,
            _ => {
                self.alike += 1;
                return;
            }
        };
        let fits = |class: &Class<F>| {
            (class.other, class.ours) == (other, ours.is_ok())
                && said.contains(class.said)
                && is_so(&class.fact)
        };
        match self.classes.iter().position(fits) {
            Some(class) => self.seen[class] += 1,
            None => self.unexplained.push(format!("{}: {ours:?}, {other:?} {theirs:?}", what())),
        }
    }

    /// Fails for a disagreement of no class, and for a class that no longer occurs.
    #[track_caller]
    fn close(self) {
        let count = self.unexplained.len();
        assert_eq!(self.unexplained, Vec::<String>::new(), "{count} disagreements");
        let gone = self.classes.iter().zip(&self.seen).filter(|(_, seen)| **seen == 0);
        let gone: Vec<_> = gone.map(|(class, _)| (class.other, class.why)).collect();
        assert_eq!(gone, [], "no longer seen");
    }
}

/// A fact about a token.
type OfToken = fn(&Facts) -> bool;

/// A fact about a payload.
type OfPayload = fn(&Value) -> bool;

const CLASSES: [Class<OfToken>; 21] = [
    class(
        JsonWebToken,
        false,
        "as critical",
        |f| f.has("crit"),
        "it does not look at crit; RFC 7515 §4.1.11 makes such a token invalid",
    ),
    class(
        JsonWebToken,
        false,
        "crit is no list",
        |f| f.has("crit"),
        "likewise, for a crit that is empty or no list",
    ),
    class(
        JsonWebToken,
        false,
        "b64",
        |f| f.has("b64") && f.header["b64"] != true,
        "it does not know b64: what it verified is not what RFC 7797 signs",
    ),
    class(
        JsonWebToken,
        false,
        "zip",
        |f| f.has("zip"),
        "it does not look at zip, which belongs to encryption (RFC 7516 §4.1.3)",
    ),
    class(
        JsonWebToken,
        false,
        "kid is not a text",
        |f| f.header["kid"].is_null() && f.has("kid"),
        "it takes a kid of null for none; RFC 7515 §4.1.4 wants a string",
    ),
    class(
        JsonWebToken,
        false,
        "more than once",
        |f| !f.doubled.is_empty(),
        "it lets members that it does not know stand twice; RFC 7515 §4 wants unique names",
    ),
    class(
        JsonWebToken,
        false,
        "",
        |f| f.keys.iter().all(|key| key["use"] == "enc"),
        "it does not look at a key's use; RFC 7517 §4.2",
    ),
    class(
        JsonWebToken,
        false,
        "",
        |f| f.keys.iter().all(|key| key["key_ops"] == json!(["sign"])),
        "it does not look at a key's key_ops; RFC 7517 §4.3",
    ),
    class(
        JsonWebToken,
        true,
        "unknown variant",
        |f| matches!(f.alg(), "ES512" | "Ed25519"),
        "it does not know ES512, nor the name Ed25519 of RFC 9864",
    ),
    class(
        JsonWebToken,
        true,
        "JSON error",
        |f| !f.has_claims(),
        "it reads claims before it says that a signature is good; a JWS may carry anything",
    ),
    class(
        JsonWebToken,
        true,
        "expected a string",
        |f| ["typ", "cty"].iter().any(|name| f.header[*name].is_number()),
        "it refuses a typ or cty that is no text, which says nothing about the signature",
    ),
    class(
        Jose,
        false,
        "more than once",
        |f| !f.doubled.is_empty(),
        "JSON.parse takes the last of members that stand twice; RFC 7515 §4 lets a reader refuse them, which is safer",
    ),
    class(
        Jose,
        false,
        "“b64” as critical",
        |f| f.has("crit"),
        "it knows RFC 7797, and we say that we do not",
    ),
    class(
        Jose,
        false,
        "payload is not base64url",
        |f| f.header["b64"] == false,
        "likewise, for a payload that stands as it is",
    ),
    class(
        Jose,
        false,
        "b64: false",
        |f| f.has("b64") && !f.has("crit"),
        "it ignores a b64 that crit does not name; RFC 7797 §6 wants it named",
    ),
    class(
        Jose,
        false,
        "zip",
        |f| f.has("zip"),
        "it does not look at zip in a JWS, which belongs to encryption (RFC 7516 §4.1.3)",
    ),
    class(
        Jose,
        false,
        "Malformed: The signature",
        |f| !f.strict_signature,
        "it decodes the signature leniently: padding, white space, stray bits; RFC 7515 §2 has none",
    ),
    class(
        Jose,
        true,
        "NO_MATCHING_KEY",
        |f| f.alg() == "Ed25519" && f.keys.iter().any(|key| key["alg"] == "EdDSA"),
        "to it a key for EdDSA is none for Ed25519; RFC 9864 §2.2 gives the one algorithm its second name",
    ),
    class(
        Jose,
        false,
        "begins with a byte order mark",
        |f| f.marked,
        "it ignores a byte order mark before the header, as RFC 8259 §8.1 lets it; we do not",
    ),
    // With keys that the user gave.
    class(
        JsonWebToken,
        true,
        "no such key",
        |f| f.no_such_key(),
        "a given key is tried whatever the token's kid says, and a warning says so; it was told to go by the kid",
    ),
    class(
        Jose,
        true,
        "NO_MATCHING_KEY",
        |f| f.no_such_key(),
        "a given key is tried whatever the token's kid says, and a warning says so; it goes by the kid",
    ),
];

/// The two ways in which we are asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Origin {
    /// As keys of an issuer, among which no shared secret counts.
    Published,
    /// As keys that the user gave.
    Given,
}

#[test]
fn ten_thousand_tokens_as_jsonwebtoken_and_jose_judge_them() {
    install_crypto();
    let sets = sets();
    let cases = cases(1, 12_000);
    assert!(cases.len() > 10_000);
    let lines: Vec<Value> =
        cases.iter().map(|case| json!({ "token": case.token, "set": case.set })).collect();
    let jose = jose_says(&sets.iter().map(|(_, keys)| json!({ "keys": keys })).collect(), &lines);

    let ours: Vec<_> = sets
        .iter()
        .map(|(_, keys)| [(Origin::Published, published(keys)), (Origin::Given, given(keys))])
        .collect();
    let (mut comparison, mut verified, mut hmac) = (Comparison::new(&CLASSES), 0, 0);
    for (case, jose) in cases.iter().zip(&jose) {
        let (set, keys) = &sets[case.set];
        let facts = Facts::of(&case.token, keys);
        let jsonwebtoken = jsonwebtoken_says(&case.token, keys);
        for (origin, ours) in &ours[case.set] {
            let us = match judge(&case.token, ours) {
                SignatureVerdict::Valid { .. } => Ok(()),
                verdict => Err(format!("{verdict:?}")),
            };
            if *origin == Origin::Published && facts.alg().starts_with("HS") {
                // The others are given the secret; a published one never verifies.
                assert!(us.is_err(), "{} [{set}]", case.how);
                hmac += 1;
                continue;
            }
            verified += usize::from(us.is_ok());
            for (other, them) in [(JsonWebToken, &jsonwebtoken), (Jose, jose)] {
                let what = || format!("{}, under {origin:?} keys “{set}”", case.how);
                comparison.enter(other, &us, them, |fact| fact(&facts), what);
            }
        }
    }
    compare_json(&mut comparison);
    assert!(verified > 3_000 && hmac > 3_000, "{verified} verified, {hmac} with a published secret");
    assert!(comparison.alike > 45_000, "{} alike", comparison.alike);
    comparison.close();
}

/// Goes on with JWS in their JSON form, of which `jsonwebtoken` knows nothing: each signature is judged on its own.
fn compare_json(comparison: &mut Comparison<OfToken>) {
    let (_, keys) = sets().swap_remove(0);
    let ours = given(&keys);
    let mut rng = Rng::new(3);
    let cases: Vec<_> = (0..3_000).map(|_| flattened(&mut rng)).collect();
    let lines: Vec<Value> = cases.iter().map(|(_, jws)| json!({ "token": jws, "set": 0 })).collect();
    let mut verified = 0;
    for ((how, jws), them) in cases.iter().zip(jose_says(&json!([{ "keys": keys }]), &lines)) {
        let decoded = decode_unverified(&jws.to_string());
        let [signature] = decoded.signatures.as_slice() else { panic!("{how}: not one signature") };
        let us = match verify(&signature.compact, &signature.decoded, &ours) {
            SignatureVerdict::Valid { .. } => Ok(()),
            verdict => Err(format!("{verdict:?}")),
        };
        verified += usize::from(us.is_ok());
        let facts = Facts::of(&signature.compact, &keys);
        comparison.enter(Jose, &us, &them, |fact| fact(&facts), || format!("{how}, in JSON"));
    }
    assert!(verified > 500, "{verified} verified");
}

/// The issuer and the audience that are expected where they are.
const EXPECTED: &str = "https://a";

/// What jsonwebtoken says of one claim: the others are not looked at.
fn claim_as_jsonwebtoken(
    token: &str,
    key: &DecodingKey,
    only: impl FnOnce(&mut Validation),
) -> Result<(), String> {
    let mut validation = Validation::new(Algorithm::EdDSA);
    validation.required_spec_claims.clear();
    (validation.validate_exp, validation.validate_aud) = (false, false);
    only(&mut validation);
    jsonwebtoken::decode::<Value>(token, key, &validation).map(drop).map_err(|why| why.to_string())
}

/// As for the signature; the fact is about the payload.
const CLAIM_CLASSES: [Class<OfPayload>; 6] = [
    class(
        JsonWebToken,
        true,
        "JSON error",
        |payload| ["exp", "nbf"].iter().any(|name| payload[*name].is_array()),
        "it reads no claim at all where a time is a list; issuer and audience are right all the same",
    ),
    class(
        JsonWebToken,
        true,
        "format for claim: nbf",
        |payload| payload["nbf"] == -1,
        "it knows no time before 1970; RFC 7519 §2 has any number of seconds, and this one is long past",
    ),
    class(
        JsonWebToken,
        false,
        "iss is a list",
        |payload| payload["iss"].is_array(),
        "it takes a list of issuers; RFC 7519 §4.1.1 has one",
    ),
    class(
        JsonWebToken,
        false,
        "iat is ",
        |payload| payload.get("iat").is_some(),
        "it does not look at iat; RFC 7519 §4.1.6 wants a NumericDate",
    ),
    class(
        Jose,
        false,
        "aud is a list, not",
        |payload| payload["aud"].as_array().is_some_and(|aud| aud.iter().any(Value::is_number)),
        "it is content with one right audience in a list that holds something else than texts",
    ),
    class(
        Jose,
        false,
        "the number is too large",
        |payload| ["exp", "iat"].iter().any(|name| payload[*name] == 1e30),
        "to it 1e30 is a time; no calendar has it, and JavaScript's Date neither",
    ),
];

#[test]
fn claims_as_jsonwebtoken_and_jose_judge_them() {
    install_crypto();
    let now = i64::try_from(jsonwebtoken::get_current_timestamp()).unwrap();
    let (_, keys) = sets().swap_remove(0);
    let fresh = keys.iter().find(|key| key["kid"] == "fresh").unwrap();
    let key = DecodingKey::from_jwk(&serde_json::from_value(fresh.clone()).unwrap()).unwrap();

    let mut rng = Rng::new(2);
    let (mut comparison, mut good) = (Comparison::new(&CLAIM_CLASSES), 0);
    let (mut lines, mut overall) = (Vec::new(), Vec::new());
    for _ in 0..4_000 {
        let payload = claims(&mut rng, now);
        let leeway = *rng.pick(&[0_u32, 60, 600]);
        let token = sign("EdDSA", r#"{"alg":"EdDSA","kid":"fresh"}"#, payload.to_string().as_bytes());
        let line = json!({
            "token": token, "set": 0, "now": now, "leeway": leeway, "iss": EXPECTED, "aud": EXPECTED,
        });
        let expected = Expectations {
            issuer: IssuerExpectation { published: Some(EXPECTED), scaikey_forms: None },
            request: None,
            values: Some(Values {
                profile: Profile::Any,
                audience: Some(EXPECTED),
                nonce: None,
                access_token: None,
            }),
            now_ms: now * 1000,
            clock_offset_ms: None,
            signature: None,
            keys_unavailable: None,
            keys_age_ms: None,
            leeway_seconds: leeway.into(),
        };
        let checks = check(&decode_unverified(&token), &expected);
        let mut all = Ok(());
        for name in [CheckName::Time, CheckName::Issuer, CheckName::Audience] {
            let found = checks.iter().find(|check| check.name == name).unwrap();
            let us = if found.outcome == Outcome::Failed { Err(found.reason.clone()) } else { Ok(()) };
            let them = claim_as_jsonwebtoken(&token, &key, |validation| match name {
                CheckName::Time => {
                    (validation.validate_exp, validation.validate_nbf) = (true, true);
                    validation.leeway = leeway.into();
                }
                CheckName::Issuer => {
                    validation.set_issuer(&[EXPECTED]);
                    validation.set_required_spec_claims(&["iss"]);
                }
                _ => {
                    validation.validate_aud = true;
                    validation.set_audience(&[EXPECTED]);
                    validation.set_required_spec_claims(&["aud"]);
                }
            });
            comparison.enter(
                JsonWebToken,
                &us,
                &them,
                |fact| fact(&payload),
                || format!("{name:?}, {payload}"),
            );
            all = all.and(us);
        }
        good += usize::from(all.is_ok());
        lines.push(line);
        overall.push((all, payload));
    }
    // It judges all claims at once.
    for ((us, payload), them) in overall.iter().zip(jose_says(&json!([{ "keys": keys }]), &lines)) {
        comparison.enter(Jose, us, &them, |fact| fact(payload), || payload.to_string());
    }
    assert!(good > 500, "{good} good");
    comparison.close();
}
