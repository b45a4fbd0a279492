//! What the inspector says of a pasted token, by where its key comes from.

use serde_json::json;
use uuid::Uuid;

use super::{Known, KnownIssuer, inspect};
use crate::contract::{
    CheckName, ExpectedValues, Inspection, KeyOffer, KeySource, KeysOrigin, Outcome, SecretEncoding,
    TokenKind, TokenProfile, Verdict,
};
use crate::jwt::samples::{b64, keys, set};
use crate::model::InstanceId;
use crate::secret::Secret;

use Outcome::{Failed, Passed, Skipped};

const NOW: i64 = 1_795_525_512_000;
const BASE: &str = "https://k.example";
const STAGING: InstanceId = InstanceId(Uuid::from_u128(7));

/// A ScaiKey that is saved, with the key `k`.
fn staging() -> KnownIssuer {
    KnownIssuer {
        instance: Some((STAGING, "Staging".to_owned())),
        issuers: vec![BASE.to_owned()],
        scaikey_base: Some(BASE.to_owned()),
        keys: Some(set(&[keys().jwk("ES256", "k")])),
        keys_fetched_at: Some(NOW - 180_000),
        keys_error: None,
        clock_offset_ms: Some(200),
    }
}

fn known(issuers: Vec<KnownIssuer>) -> Known {
    Known { now_ms: NOW, issuers }
}

fn token(kid: &str, iss: &str) -> String {
    let claims = json!({
        "iss": iss, "aud": "api", "sub": "svc", "client_id": "svc", "scope": "openid",
        "exp": NOW / 1000 + 600, "iat": NOW / 1000, "token_type": "client_credentials",
    });
    keys().sign("ES256", &json!({ "alg": "ES256", "kid": kid }).to_string(), &claims.to_string())
}

fn look(text: &str, source: &KeySource, known: &Known) -> Inspection {
    inspect(text, 0, source, &ExpectedValues::default(), known)
}

#[track_caller]
fn check_of(inspection: &Inspection, name: CheckName) -> (Outcome, &str, Option<&str>) {
    let checks = &inspection.details.as_ref().unwrap().checks;
    let check = checks.iter().find(|check| check.name == name).unwrap();
    (check.outcome, &check.reason, check.note.as_deref())
}

fn offer() -> KeyOffer {
    KeyOffer::Instance { instance: STAGING, name: "Staging".to_owned() }
}

fn pasted(text: impl Into<String>) -> KeySource {
    KeySource::Pasted { text: Secret::new(text) }
}

#[test]
fn a_saved_instances_token_is_verified_with_its_keys() {
    let known = known(vec![staging()]);
    let tenant = format!("{BASE}/tenants/tnt_1");
    for source in [KeySource::Automatic, KeySource::Instance { instance: STAGING }] {
        for iss in [BASE, &tenant] {
            let found = look(&token("k", iss), &source, &known);
            let details = found.details.as_ref().unwrap();
            assert_eq!(details.verdict, Verdict::Verified, "{:?}", details.checks);
            assert_eq!(
                check_of(&found, CheckName::Signature),
                (Passed, "ES256 with key “k”, fetched 3 min ago", None)
            );
            assert_eq!(check_of(&found, CheckName::Profile).0, Passed, "it is judged as a service token");
            assert_eq!(
                found.keys.origin,
                KeysOrigin::Instance { instance: STAGING, name: "Staging".to_owned() }
            );
            assert_eq!((found.keys.offers.len(), found.clock_offset_ms), (0, Some(200)));
            assert!(found.keys.keys.iter().all(|key| key.fits), "{:?}", found.keys.keys);
        }
    }
}

#[test]
fn keys_that_could_help_are_offered_and_none_is_fetched() {
    let cold = KnownIssuer { keys: None, keys_fetched_at: None, ..staging() };
    let found = look(&token("k", BASE), &KeySource::Automatic, &known(vec![cold]));
    assert_eq!(
        check_of(&found, CheckName::Signature),
        (Skipped, "The keys of “Staging” were not fetched yet", None)
    );
    assert_eq!(found.keys.offers, [offer()]);

    // f_jwk_6: an unknown kid may be a rotated one.
    let found = look(&token("new", BASE), &KeySource::Automatic, &known(vec![staging()]));
    assert_eq!(check_of(&found, CheckName::Signature).0, Failed);
    assert_eq!(found.keys.offers, [offer()]);

    for (iss, offers) in [
        ("https://i.example/a", vec![KeyOffer::Issuer { issuer: "https://i.example/a".to_owned() }]),
        ("http://127.0.0.1:9", vec![KeyOffer::Issuer { issuer: "http://127.0.0.1:9".to_owned() }]),
        ("http://i.example", vec![]),
        ("file:///etc/passwd", vec![]),
        ("https://u:p@i.example", vec![]),
        ("https://i.example?x", vec![]),
        ("not an address", vec![]),
    ] {
        let found = look(&token("k", iss), &KeySource::Automatic, &known(vec![staging()]));
        assert_eq!(found.keys.offers, offers, "{iss}");
        assert_eq!(check_of(&found, CheckName::Signature).0, Skipped);
        assert_eq!(check_of(&found, CheckName::Issuer).0, Skipped);
    }
}

#[test]
fn f_jwk_9_old_keys_stay_and_say_so() {
    let stale = KnownIssuer { keys_error: Some("the host was not found".to_owned()), ..staging() };
    let found = look(&token("k", BASE), &KeySource::Automatic, &known(vec![stale]));
    assert_eq!(
        check_of(&found, CheckName::Signature),
        (
            Passed,
            "ES256 with key “k”, fetched 3 min ago",
            Some("Newer keys could not be had: the host was not found")
        )
    );
    assert_eq!(found.keys.offers, [offer()]);
}

#[test]
fn an_issuer_and_its_keys_belong_together() {
    // RFC 8725 §3.8: the signature holds, but not by the issuer that the token names.
    let known = known(vec![staging()]);
    let source = KeySource::Instance { instance: STAGING };
    let found = look(&token("k", "https://i.example"), &source, &known);
    assert_eq!(check_of(&found, CheckName::Signature).0, Passed);
    assert_eq!(check_of(&found, CheckName::Issuer).0, Failed);
    assert!(matches!(found.details.unwrap().verdict, Verdict::Refused { .. }));
}

#[test]
fn keys_that_were_pasted() {
    let known = known(Vec::new());
    let jwk = keys().jwk("ES256", "k").to_string();
    let found = look(&token("k", "https://i.example"), &pasted(&jwk), &known);
    assert_eq!(check_of(&found, CheckName::Signature).0, Passed);
    assert!(matches!(found.keys.origin, KeysOrigin::Pasted { .. }));
    let other = keys().jwk("RS256", "k").to_string();
    let found = look(&token("k", "https://i.example"), &pasted(other), &known);
    assert_eq!(check_of(&found, CheckName::Algorithm).0, Failed);
    for nothing in ["", " \n"] {
        let found = look(&token("k", BASE), &pasted(nothing), &known);
        assert_eq!(check_of(&found, CheckName::Signature).0, Skipped);
    }
    let found = look(&token("k", BASE), &pasted("nonsense"), &known);
    assert_eq!(check_of(&found, CheckName::Signature).0, Skipped);
    assert!(found.keys.error.is_some_and(|error| error.ends_with('.')));
}

#[test]
fn f_jwt_19_a_public_key_is_no_shared_secret() {
    let known = known(Vec::new());
    let jwk = keys().jwk("RS256", "k").to_string();
    let input = format!("{}.{}", b64(br#"{"alg":"HS256"}"#), b64(b"{}"));
    let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, jwk.as_bytes());
    let forged = format!("{input}.{}", b64(aws_lc_rs::hmac::sign(&key, input.as_bytes()).as_ref()));
    for source in
        [KeySource::Shared { value: Secret::new(&*jwk), encoding: SecretEncoding::Text }, pasted(&*jwk)]
    {
        let found = look(&forged, &source, &known);
        assert_ne!(found.details.unwrap().verdict, Verdict::Verified);
    }
}

#[test]
fn f_jwt_25_keys_of_the_tokens_own_are_offered_to_nobody() {
    let own = keys().jwk("ES256", "k");
    let header = json!({
        "alg": "ES256", "kid": "k", "jwk": own, "jku": "https://evil.example/keys", "x5u": "https://evil.example/c",
    });
    let evil = keys().sign("ES256", &header.to_string(), r#"{"iss":"https://i.example"}"#);
    let found = look(&evil, &KeySource::Automatic, &known(vec![staging()]));
    assert_eq!(check_of(&found, CheckName::Signature).0, Skipped);
    assert_eq!(
        check_of(&found, CheckName::Algorithm).2,
        Some("The header brings or points to a key of its own (jku, jwk, x5u); it was not used")
    );
    assert_eq!(found.keys.offers, [KeyOffer::Issuer { issuer: "https://i.example".to_owned() }]);
}

#[test]
fn expected_values_are_compared() {
    let known = known(vec![staging()]);
    let expected = ExpectedValues {
        issuer: "https://other.example".to_owned(),
        audience: "another".to_owned(),
        profile: TokenProfile::AccessToken,
        ..ExpectedValues::default()
    };
    let found = inspect(&token("k", BASE), 0, &KeySource::Automatic, &expected, &known);
    for name in [CheckName::Issuer, CheckName::Audience, CheckName::Type, CheckName::Profile] {
        assert_eq!(check_of(&found, name).0, Failed, "{name:?}");
    }
}

#[test]
fn scaikeys_words_mean_something_in_scaikeys_tokens_only() {
    let foreign = |claims: &str| {
        let token = keys().sign("ES256", r#"{"alg":"ES256"}"#, claims);
        look(&token, &KeySource::Automatic, &known(vec![staging()])).details.unwrap()
    };
    let details = foreign(r#"{"iss":"https://i.example","app_scope":"GLOBAL"}"#);
    assert_eq!(
        details.notes,
        ["Its issuer is not known here. It is read as a token of a ScaiKey because it has app_scope."]
    );
    let row = details.claims.iter().find(|row| row.name == "app_scope").unwrap();
    assert_eq!(row.source.as_deref(), Some("ScaiKey"));
    let details =
        foreign(r#"{"iss":"https://i.example","token_type":"client_credentials","sub":"c","client_id":"c"}"#);
    assert!(details.notes[0].contains("because it has token_type"), "{:?}", details.notes);
    assert!(details.recognised.unwrap().name.starts_with("A service token"));
    let details =
        foreign(r#"{"iss":"https://i.example","app_scope":"x","token_type":"Bearer","role":"admin"}"#);
    assert!(details.notes.is_empty());
    assert!(
        details.claims.iter().all(|row| row.source.as_deref() != Some("ScaiKey")),
        "{:?}",
        details.claims
    );
}

#[test]
fn what_is_no_token_has_no_details() {
    for text in ["", "  "] {
        let found = look(text, &KeySource::Automatic, &known(Vec::new()));
        assert_eq!((found.details, found.paste.problem), (None, None));
    }
    let jwe = format!("{}.AA.AA.AA.AA", b64(br#"{"alg":"dir","enc":"A128GCM"}"#));
    let found = look(&jwe, &KeySource::Automatic, &known(vec![staging()]));
    assert_eq!(found.details.as_ref().map(|details| details.kind), Some(TokenKind::Jwe));
    assert_eq!(found.keys.offers, []);
}

#[test]
fn each_signature_of_a_json_form_has_its_verdict_and_the_whole_is_no_jwt() {
    let one = |alg: &str, payload: &str| {
        let token = keys().sign(alg, &json!({ "alg": alg, "kid": alg }).to_string(), payload);
        let mut parts = token.split('.').map(str::to_owned);
        let mut next = || parts.next().unwrap();
        let (protected, payload, signature) = (next(), next(), next());
        (payload, json!({ "protected": protected, "signature": signature }))
    };
    let (payload, first) = one("ES256", r#"{"sub":"s"}"#);
    let (_, second) = one("EdDSA", r#"{"sub":"s"}"#);
    let (_, forged) = one("EdDSA", r#"{"sub":"t"}"#);
    let both = json!({ "keys": [keys().jwk("ES256", "ES256"), keys().jwk("EdDSA", "EdDSA")] }).to_string();
    for (signatures, outcomes, whole) in
        [([&first, &second], [Passed, Passed], Passed), ([&first, &forged], [Passed, Failed], Failed)]
    {
        let text = json!({ "payload": payload, "signatures": signatures }).to_string();
        let found = look(&text, &pasted(&*both), &known(Vec::new()));
        let details = found.details.as_ref().unwrap();
        assert_eq!(details.kind, TokenKind::JwsJson);
        assert_eq!(details.signatures.iter().map(|row| row.outcome).collect::<Vec<_>>(), outcomes);
        assert_eq!(check_of(&found, CheckName::Signature).0, whole);
        assert_ne!(details.verdict, Verdict::Verified);
        assert_eq!(details.recognised.as_ref().unwrap().reasons[0], "It has 2 signatures");
    }
    // Without keys each says why.
    let text = json!({ "payload": payload, "signatures": [first] }).to_string();
    let details = look(&text, &KeySource::Automatic, &known(Vec::new())).details.unwrap();
    assert_eq!(details.signatures[0].reason, "No key was chosen to check it with");
}
