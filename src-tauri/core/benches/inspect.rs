//! A token decoded and its signature checked, beside the bare call of jsonwebtoken on the same token with the
//! same key; and all that the inspector does with what was pasted, up to the largest that it is meant for.

use std::hint::black_box;
use std::io::Write;
use std::time::{Duration, Instant};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair, RsaPublicKeyComponents};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use scaikey_core::contract::{ExpectedValues, KeySource, Verdict};
use scaikey_core::inspect::{Known, inspect, paste};
use scaikey_core::jwt::{JwkSet, SignatureVerdict, decode_unverified, verify};
use scaikey_core::secret::Secret;
use serde_json::{Value, json};

/// What ours may take of what jsonwebtoken takes.
const AIM: f64 = 1.2;

/// How long the largest inspection may take, in milliseconds.
const LONGEST: f64 = 100.0;

/// How often each is measured, in turns.
const ROUNDS: usize = 500;

/// How often a whole inspection is measured, which takes longer.
const INSPECTIONS: usize = 25;

/// How long one measurement runs at least: short, so that some fall between what else the machine does.
const ROUND: Duration = Duration::from_millis(1);

#[expect(clippy::disallowed_methods, reason = "a benchmark reads the clock")]
fn clock() -> Instant {
    Instant::now()
}

fn b64(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// How the payload of a token is filled up to its length.
#[derive(Clone, Copy)]
enum Shape {
    /// A few claims, one of them a long list.
    OneLongClaim,
    /// Many short claims.
    ManyClaims,
}

/// A signed token of at least this many characters, and not many more.
fn token(key: &RsaKeyPair, length: usize, shape: Shape) -> String {
    let header = b64(br#"{"alg":"RS256","typ":"at+jwt","kid":"2026-11-a"}"#);
    let mut claims = json!({
        "iss": "https://auth.example.org/tenants/t_01", "sub": "svc_deploy", "client_id": "svc_deploy",
        "aud": ["https://api.example.org"], "iat": 1_795_525_512, "exp": 4_102_444_800_i64,
        "jti": "0b8d6c1e-5f0c-4a4b-9a53-1f0f4f7f2f11", "scope": "jobs:read jobs:write logs:read",
        "groups": [],
    });
    let mut added = 0;
    loop {
        let input = format!("{header}.{}", b64(claims.to_string().as_bytes()));
        let missing = length.saturating_sub(input.len() + 343);
        if missing == 0 {
            let mut signature = vec![0; key.public_modulus_len()];
            key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), input.as_bytes(), &mut signature)
                .expect("signed");
            return format!("{input}.{}", b64(&signature));
        }
        // A claim takes about 100 characters, a group 120.
        for _ in 0..=missing / 150 {
            let group = json!({ "id": format!("grp_{added:06}"), "name": "Group “ä”", "since": 1_700_000_000 + added });
            match (shape, claims["groups"].as_array_mut()) {
                (Shape::OneLongClaim, Some(groups)) => groups.push(group),
                _ => claims[format!("https://example.org/claims/{added}")] = group["id"].clone(),
            }
            added += 1;
        }
    }
}

/// What one call takes, in microseconds.
fn measure(call: &mut dyn FnMut()) -> f64 {
    let begin = clock();
    let mut calls = 0_u32;
    while begin.elapsed() < ROUND {
        call();
        calls += 1;
    }
    begin.elapsed().as_secs_f64() * 1e6 / f64::from(calls)
}

/// A key, and what each side takes it as.
struct Keys {
    pair: RsaKeyPair,
    set_text: String,
    set: JwkSet,
    bare: DecodingKey,
}

impl Keys {
    fn new() -> Self {
        let pair = RsaKeyPair::generate(KeySize::Rsa2048).expect("a key");
        let RsaPublicKeyComponents { n, e } = RsaPublicKeyComponents::<Vec<u8>>::from(pair.public_key());
        let jwk = json!({ "kty": "RSA", "kid": "2026-11-a", "n": b64(&n), "e": b64(&e) });
        let set_text = json!({ "keys": [jwk] }).to_string();
        let set = JwkSet::parse(set_text.as_bytes()).expect("a key set");
        let bare = DecodingKey::from_rsa_raw_components(&n, &e);
        Self { pair, set_text, set, bare }
    }
}

fn main() -> std::io::Result<()> {
    scaikey_core::jwt::install_crypto();
    let keys = Keys::new();
    verification(&keys)?;
    inspection(&keys)
}

/// Decoding and verifying, beside the bare call.
fn verification(keys: &Keys) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    let mut validation = Validation::new(Algorithm::RS256);
    validation.validate_aud = false;

    writeln!(out, "decode and verify an RS256 token, beside jsonwebtoken's decode of the same")?;
    for (name, length, shape) in [
        ("1 KB", 1_000, Shape::OneLongClaim),
        ("100 KB, one long claim", 100_000, Shape::OneLongClaim),
        ("100 KB, many claims", 100_000, Shape::ManyClaims),
    ] {
        let token = token(&keys.pair, length, shape);
        let mut ours = || {
            let decoded = decode_unverified(black_box(&token));
            let verdict = verify(&token, &decoded, &keys.set);
            assert!(matches!(verdict, SignatureVerdict::Valid { .. }));
            black_box(decoded);
        };
        let mut bare = || {
            let decoded = jsonwebtoken::decode::<Value>(black_box(&token), &keys.bare, &validation);
            black_box(decoded.expect("valid"));
        };
        // The shortest round is the one that the machine's other work disturbed least.
        let mut shortest = (f64::MAX, f64::MAX);
        for _ in 0..ROUNDS {
            shortest = (shortest.0.min(measure(&mut ours)), shortest.1.min(measure(&mut bare)));
        }
        let (ours, bare) = shortest;
        let ratio = ours / bare;
        let length = token.len();
        writeln!(
            out,
            "  {name:<24} {length:>7} characters {ours:>8.1} µs to {bare:>8.1} µs {ratio:>6.2} x  aim: {AIM} x"
        )?;
    }
    Ok(())
}

/// All that the inspector does with a text, its signature checked with a pasted key set.
fn inspection(keys: &Keys) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    let source = KeySource::Pasted { text: Secret::new(keys.set_text.as_str()) };
    let expected = ExpectedValues::default();
    let known = Known { now_ms: 1_795_525_600_000, issuers: Vec::new() };

    writeln!(out, "inspect what was pasted: found, decoded, verified, every claim explained")?;
    for (name, length, shape, aim) in [
        ("1 KB", 1_000, Shape::OneLongClaim, None),
        ("1 MB, one long claim", 1_400_000, Shape::OneLongClaim, Some(LONGEST)),
        ("1 MB, many claims", 1_400_000, Shape::ManyClaims, Some(LONGEST)),
        ("10,000 claims", 634_000, Shape::ManyClaims, Some(LONGEST)),
    ] {
        let token = token(&keys.pair, length, shape);
        let mut claims = 0;
        let ms = shortest_ms(&mut || {
            let inspection = inspect(black_box(&token), 0, &source, &expected, &known);
            let details = inspection.details.expect("a token");
            assert!(matches!(details.verdict, Verdict::Verified), "{:?}", details.verdict);
            claims = details.claims.len();
        });
        row(&mut out, name, token.len(), &format!("{claims:>6} claims"), ms, aim)?;
    }

    let token = token(&keys.pair, 1_000, Shape::OneLongClaim);
    let curl = format!("curl -sS -H 'Authorization: Bearer {token}' \\\n  https://api.example.org/v1/jobs");
    let ms = shortest_ms(&mut || assert_eq!(paste::find(black_box(&curl)).tokens.len(), 1));
    row(&mut out, "found in a curl command", curl.len(), "", ms, None)
}

/// What a call takes in the least disturbed of its rounds, in milliseconds.
fn shortest_ms(call: &mut dyn FnMut()) -> f64 {
    (0..INSPECTIONS).map(|_| measure(call)).fold(f64::MAX, f64::min) / 1_000.0
}

fn row(
    out: &mut impl Write,
    name: &str,
    length: usize,
    claims: &str,
    ms: f64,
    aim: Option<f64>,
) -> std::io::Result<()> {
    let aim = aim.map(|aim| format!("  aim: {aim} ms")).unwrap_or_default();
    writeln!(out, "  {name:<24} {length:>7} characters {claims:>13} {ms:>10.3} ms{aim}")
}
