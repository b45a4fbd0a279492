//! Our verdicts beside those of the crate `jsonwebtoken` and of `jose` under Node, on the same tokens and keys.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use scaikey_core::jwt::install_crypto;
use serde_json::{Value, json};

use crate::keys::{given, judge};
use crate::tokens::{cases, sets};
use scaikey_core::jwt::SignatureVerdict;

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
            Err(why) => said = Err(why.to_string()),
        }
    }
    said
}

/// What jose says to each line, and to the sets that come first.
fn jose_says(sets: &Value, lines: &[Value]) -> Vec<String> {
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
    answers
}

#[test]
fn explore() {
    install_crypto();
    let sets = sets();
    let ours: Vec<_> = sets.iter().map(|(_, keys)| given(keys)).collect();
    let all: Value = sets.iter().map(|(_, keys)| json!({ "keys": keys })).collect();
    let cases = cases(1, 12_000);
    let lines: Vec<Value> =
        cases.iter().map(|case| json!({ "token": case.token, "set": case.set })).collect();
    let jose = jose_says(&all, &lines);
    let mut groups: BTreeMap<String, (usize, String)> = BTreeMap::new();
    let mut good = 0;
    for (case, jose) in cases.iter().zip(&jose) {
        let verdict = judge(&case.token, &ours[case.set]);
        let us = matches!(verdict, SignatureVerdict::Valid { .. });
        good += usize::from(us);
        let jwt = jsonwebtoken_says(&case.token, &sets[case.set].1);
        for (who, them, said) in
            [("jsonwebtoken", jwt.is_ok(), format!("{jwt:?}")), ("jose", jose == "ok", jose.clone())]
        {
            if us != them {
                let reason = format!("{verdict:?}");
                let reason: String = reason.chars().take(110).collect();
                let key = format!("{who} {us} {them} {said} | {reason}");
                let entry = groups.entry(key).or_default();
                entry.0 += 1;
                entry.1 = format!("{} [{}]", case.how, sets[case.set].0);
            }
        }
    }
    for (key, (n, example)) in groups {
        eprintln!("{n:5} {key}\n        e.g. {example}");
    }
    eprintln!("{} cases, {good} good", cases.len());
}
