//! A token decoded and its signature checked, beside the bare call of jsonwebtoken on the same token with the
//! same key. Prints both, and what one is of the other beside its aim.

use std::hint::black_box;
use std::io::Write as _;
use std::time::{Duration, Instant};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair, RsaPublicKeyComponents};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use scaikey_core::jwt::{JwkSet, SignatureVerdict, decode_unverified, verify};
use serde_json::{Value, json};

/// What ours may take of what jsonwebtoken takes.
const AIM: f64 = 1.2;

/// How often each is measured, in turns, so that whatever else the machine does falls on both.
const ROUNDS: usize = 41;

/// How long one measurement runs at least.
const ROUND: Duration = Duration::from_millis(5);

#[expect(clippy::disallowed_methods, reason = "a benchmark reads the clock")]
fn clock() -> Instant {
    Instant::now()
}

fn b64(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// A signed token of about this many characters: the claims of a service token and the groups of its owner.
fn token(key: &RsaKeyPair, length: usize) -> String {
    let header = b64(br#"{"alg":"RS256","typ":"at+jwt","kid":"2026-11-a"}"#);
    let mut groups: Vec<Value> = Vec::new();
    loop {
        let claims = json!({
            "iss": "https://auth.example.org/tenants/t_01", "sub": "svc_deploy", "client_id": "svc_deploy",
            "aud": ["https://api.example.org"], "iat": 1_795_525_512, "exp": 4_102_444_800_i64,
            "jti": "0b8d6c1e-5f0c-4a4b-9a53-1f0f4f7f2f11", "scope": "jobs:read jobs:write logs:read",
            "groups": groups,
        });
        let input = format!("{header}.{}", b64(claims.to_string().as_bytes()));
        if input.len() + 343 >= length {
            let mut signature = vec![0; key.public_modulus_len()];
            key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), input.as_bytes(), &mut signature)
                .expect("signed");
            return format!("{input}.{}", b64(&signature));
        }
        let step = (length - input.len()) / 200 + 1;
        let first = groups.len();
        groups.extend((first..first + step).map(|n| {
            json!({ "id": format!("grp_{n:06}"), "name": format!("Group “{n}”"), "role": "member", "since": 1_700_000_000 + n })
        }));
    }
}

/// What one call takes, in nanoseconds.
fn measure(call: &mut dyn FnMut()) -> f64 {
    let begin = clock();
    let mut calls = 0_u32;
    while begin.elapsed() < ROUND {
        call();
        calls += 1;
    }
    begin.elapsed().as_secs_f64() * 1e9 / f64::from(calls)
}

fn median(mut of: Vec<f64>) -> f64 {
    of.sort_by(f64::total_cmp);
    of[of.len() / 2]
}

fn main() {
    scaikey_core::jwt::install_crypto();
    let key = RsaKeyPair::generate(KeySize::Rsa2048).expect("a key");
    let RsaPublicKeyComponents { n, e } = RsaPublicKeyComponents::<Vec<u8>>::from(key.public_key());
    let jwk = json!({ "kty": "RSA", "kid": "2026-11-a", "n": b64(&n), "e": b64(&e) });
    let keys = JwkSet::parse(json!({ "keys": [jwk] }).to_string().as_bytes()).expect("a key set");
    let bare_key = DecodingKey::from_rsa_raw_components(&n, &e);
    let mut validation = Validation::new(Algorithm::RS256);
    validation.validate_aud = false;

    let mut out = std::io::stdout();
    for (name, length) in [("1 KB", 1_000), ("100 KB", 100_000)] {
        let token = token(&key, length);
        let mut ours = || {
            let decoded = decode_unverified(black_box(&token));
            let verdict = verify(&token, &decoded, &keys);
            assert!(matches!(verdict, SignatureVerdict::Valid { .. }));
            black_box(decoded);
        };
        let mut bare = || {
            let token = jsonwebtoken::decode::<Value>(black_box(&token), &bare_key, &validation);
            black_box(token.expect("valid"));
        };
        let (mut of_ours, mut of_bare) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            of_ours.push(measure(&mut ours));
            of_bare.push(measure(&mut bare));
        }
        let (ours, bare) = (median(of_ours) / 1e3, median(of_bare) / 1e3);
        let ratio = ours / bare;
        let verdict = if ratio <= AIM { "met" } else { "missed" };
        writeln!(
            out,
            "{name} RS256 ({} characters): decode and verify {ours:.1} µs, jsonwebtoken {bare:.1} µs, ratio {ratio:.2} \
             (aim: at most {AIM}, {verdict})",
            token.len()
        )
        .expect("standard output");
    }
}
