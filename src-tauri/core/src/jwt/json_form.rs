//! A JWS in its JSON form (RFC 7515 §7.2), flattened or general: one payload, one signature or several.
//!
//! It is no JWT (RFC 7519 §1, RFC 8725bis §3.14), so the whole never passes as one; each signature can be verified
//! on its own, as the compact text that it signs.

use serde_json::value::RawValue;

use super::claims::{UnverifiedClaims, kind_of};
use super::jws::{Decoded, JoseHeader, Part, decode_part, repeated};
use super::words::{list, quote, visible};
use crate::contract::TokenKind;

/// The most signatures that are read: each is put together with a copy of the payload.
const MOST_SIGNATURES: usize = 16;

/// The members that the two forms know.
const KNOWN: [&str; 5] = ["payload", "protected", "header", "signature", "signatures"];

/// One signature of a JWS in its JSON form.
#[derive(Debug, Clone)]
pub struct JsonSignature {
    /// It in pieces, with the protected and the unprotected header as one, the protected members first. Its payload
    /// is left out: it is that of the whole.
    pub decoded: Decoded,
    /// The text it is verified as, `protected.payload.signature`: what [`verify`](super::verify()) takes with
    /// `decoded`. Without a protected header it begins with a dot.
    pub compact: String,
    /// The names of the header members that the signature does not cover, in order. With `alg` among them, the
    /// algorithm is nobody's word.
    pub unprotected: Vec<String>,
}

/// Whether a JSON object is a JWS, with or without its payload.
#[must_use]
pub fn is_jws(members: &UnverifiedClaims) -> bool {
    if members.has("payload") {
        members.has("signature") || members.has("signatures")
    } else {
        // Its payload is kept elsewhere (RFC 7515 appendix F). "signature" alone may be anything.
        members.has("signatures")
            || members.has("signature") && (members.has("protected") || members.has("header"))
    }
}

/// What a JSON object is that is no JWS: words that go on after "This is".
#[must_use]
pub fn describe(members: &UnverifiedClaims) -> &'static str {
    let has = |name: &str| members.has(name);
    if has("access_token") || has("id_token") || has("refresh_token") {
        "the answer of a token endpoint; the token is one of its members"
    } else if has("keys") {
        "a JWK Set: keys to check tokens with, not a token"
    } else if has("kty") {
        "a JWK: a key, not a token"
    } else if has("ciphertext") {
        "a JWE in its JSON form (RFC 7516 §7.2): it is encrypted, and only the compact form's header is read here"
    } else if has("jwks_uri") || has("token_endpoint") || has("authorization_endpoint") {
        "a discovery document: it describes an issuer and holds no token"
    } else if has("client_secret") {
        "a client's credentials: a client secret is not a token"
    } else if has("private_key") {
        "a file with a private key: a key is not a token"
    } else if has("active") {
        "the answer of an introspection endpoint: it tells of a token and does not hold it"
    } else if has("error") {
        "an error answer: it holds no token"
    } else if has("alg") && (has("typ") || has("kid") || members.iter().count() == 1) {
        "a token's header, already decoded: without payload and signature it is not a token"
    } else if ["iss", "sub", "aud", "exp", "iat", "scope"].into_iter().any(has) {
        "a token's claims, already decoded: without header and signature it is not a token"
    } else {
        "JSON, but neither a token nor a JWS in its JSON form (RFC 7515 §7.2)"
    }
}

/// Takes a JSON text to pieces, into `decoded`, which stays opaque where it is no JWS.
pub(super) fn decode(text: &str, decoded: &mut Decoded) {
    let members = match UnverifiedClaims::parse(text) {
        Ok(members) => members,
        Err(what) => {
            decoded.problems.push(format!("The text begins like JSON, but is {}.", visible(&what)));
            return;
        }
    };
    if !is_jws(&members) {
        decoded.problems.push(format!("This is {}.", describe(&members)));
        return;
    }
    decoded.kind = TokenKind::JwsJson;

    // What makes every signature malformed.
    let mut shared = repeated("JSON text", &members);
    decoded.problems.extend(shared.clone());
    let extra: Vec<String> =
        members.iter().map(|(name, _)| name).filter(|name| !KNOWN.contains(name)).map(quote).collect();
    if !extra.is_empty() {
        decoded.problems.push(format!("A JWS has no members {}; they are ignored.", list(&extra, 5)));
    }
    let payload = payload(text, &members, decoded, &mut shared);

    let several = members.raw("signatures");
    if several.is_some() && ["protected", "header", "signature"].into_iter().any(|name| members.has(name)) {
        let both =
            "The members of one signature stand beside a list of signatures (RFC 7515 §7.2.2).".to_owned();
        decoded.problems.push(both.clone());
        shared.get_or_insert(both);
    }
    let objects = match several.map(serde_json::from_str::<Vec<&RawValue>>) {
        None => vec![Ok(members.clone())],
        Some(Ok(all)) => {
            if all.is_empty() {
                decoded.problems.push("The list of signatures is empty.".to_owned());
            }
            if all.len() > MOST_SIGNATURES {
                decoded.problems.push(format!(
                    "There are {} signatures; only the first {MOST_SIGNATURES} are read.",
                    all.len()
                ));
            }
            all.into_iter().take(MOST_SIGNATURES).map(|raw| UnverifiedClaims::parse(raw.get())).collect()
        }
        Some(Err(_)) => {
            let is = several.map_or("nothing", kind_of);
            decoded.problems.push(format!("The member signatures is {is}, not a list."));
            Vec::new()
        }
    };
    let numbered = objects.len() > 1;
    for (number, object) in (1..).zip(objects) {
        let signature = match object {
            Ok(object) => read_signature(&object, &payload, shared.as_ref()),
            Err(what) => {
                decoded.problems.push(format!("Signature {number} is {}.", visible(&what)));
                continue;
            }
        };
        decoded.problems.extend(signature.decoded.problems.iter().map(|problem| {
            if numbered { format!("Signature {number}: {problem}") } else { problem.clone() }
        }));
        decoded.signatures.push(signature);
    }
    if let Some(first) = decoded.signatures.first() {
        decoded.header.clone_from(&first.decoded.header);
        decoded.header_at = protected_place(text, &members, first);
    }
}

/// Reads the payload into `decoded` and returns it as it is encoded; empty where there is none.
fn payload(
    text: &str,
    members: &UnverifiedClaims,
    decoded: &mut Decoded,
    shared: &mut Option<String>,
) -> String {
    let encoded = match members.raw("payload") {
        None => Err("The payload is not in the token: it is kept elsewhere (detached, RFC 7515 appendix F)."
            .to_owned()),
        Some(raw) => members.str("payload").ok_or_else(|| match kind_of(raw) {
            "a text" => "The payload is not valid Unicode.".to_owned(),
            is => format!("The payload is {is}, not a text."),
        }),
    };
    let encoded = match encoded {
        Ok(encoded) => encoded,
        Err(problem) => {
            decoded.problems.push(problem.clone());
            shared.get_or_insert(problem);
            return String::new();
        }
    };
    let part = Part::read("payload", &encoded);
    if let Some(problem) = &part.encoding {
        shared.get_or_insert_with(|| problem.clone());
    }
    if part.plain {
        decoded.payload_at = place_of_text(text, members, "payload");
    }
    decoded.take_payload(part);
    encoded
}

/// Where the text of a member stands in the whole text, without its quotes; `None` where it has escapes or stands
/// after what is not ASCII, because a place counts characters.
fn place_of_text(text: &str, members: &UnverifiedClaims, name: &str) -> Option<std::ops::Range<usize>> {
    let member = members.placed().filter(|member| member.name == name).last()?;
    let place = member.range.end - member.raw.len() + 1..member.range.end.checked_sub(1)?;
    (!member.raw.contains('\\') && text.get(..place.start)?.is_ascii()).then_some(place)
}

/// Where the first signature's header stands, if it is all protected and the form is the flattened one.
fn protected_place(
    text: &str,
    members: &UnverifiedClaims,
    first: &JsonSignature,
) -> Option<std::ops::Range<usize>> {
    let plain = first.unprotected.is_empty() && first.decoded.header_at.is_some();
    if plain { place_of_text(text, members, "protected") } else { None }
}

fn read_signature(object: &UnverifiedClaims, payload: &str, shared: Option<&String>) -> JsonSignature {
    // As compact text it is like any other.
    let mut decoded = Decoded::of_kind(TokenKind::Jwt);
    let mut malformed = Vec::new();
    let string = |name: &str, malformed: &mut Vec<String>| match (object.raw(name), object.str(name)) {
        (None, _) => None,
        (Some(_), Some(text)) => Some(text),
        (Some(raw), None) => {
            malformed.push(format!("The member {name} is {}, not a text.", kind_of(raw)));
            None
        }
    };
    let encoded = string("protected", &mut malformed);
    let signature = string("signature", &mut malformed);

    let mut protected = None;
    match encoded.as_deref() {
        None => {}
        Some("") => malformed.push(
            "The protected header is empty; where there is none, it is left out (RFC 7515 §7.2.1)."
                .to_owned(),
        ),
        Some(encoded) => {
            let part = Part::read("protected header", encoded);
            if part.plain {
                decoded.header_at = Some(0..encoded.len());
            }
            malformed.extend(part.encoding);
            malformed.extend(part.content);
            malformed.extend(part.object.as_ref().and_then(|header| repeated("protected header", header)));
            protected = part.object;
        }
    }
    let unprotected = object.raw("header").and_then(|raw| match UnverifiedClaims::parse(raw) {
        Ok(header) => {
            malformed.extend(repeated("unprotected header", &header));
            Some(header)
        }
        Err(what) => {
            malformed.push(format!("The unprotected header is {}.", visible(&what)));
            None
        }
    });
    if let (Some(protected), Some(unprotected)) = (&protected, &unprotected) {
        let both: Vec<String> =
            unprotected.iter().map(|(name, _)| name).filter(|name| protected.has(name)).map(quote).collect();
        if !both.is_empty() {
            malformed.push(format!(
                "The protected and the unprotected header both have {}, which they must not (RFC 7515 §7.2.1).",
                list(&both, 5)
            ));
        }
    }
    if unprotected.as_ref().is_some_and(|header| header.has("crit")) {
        malformed
            .push("crit stands in the unprotected header, where it must not (RFC 7515 §4.1.11).".to_owned());
    }
    let names =
        unprotected.iter().flat_map(|header| header.iter().map(|(name, _)| name.to_owned())).collect();
    let header = match (protected, unprotected) {
        (Some(protected), Some(unprotected)) => merged(&protected, &unprotected),
        (one, other) => one.or(other),
    };
    if header.is_none() && malformed.is_empty() {
        malformed.push("The signature has neither a protected nor an unprotected header.".to_owned());
    }

    let (encoded, signature) = (encoded.unwrap_or_default(), signature.unwrap_or_default());
    if signature.is_empty() {
        decoded.problems.push("The signature is empty.".to_owned());
    }
    malformed.extend(decode_part("signature", &signature).1);
    let signed = encoded.len() + 1 + payload.len();
    let compact = format!("{encoded}.{payload}.{signature}");
    decoded.pieces = Some((0..signed, signed + 1..compact.len()));
    decoded.header = header.map(JoseHeader::of);
    decoded.problems.extend(malformed.iter().cloned());
    decoded.malformed = malformed.into_iter().next().or_else(|| shared.cloned());
    JsonSignature { decoded, compact, unprotected: names }
}

/// Two headers as one object, each member as it is written.
fn merged(protected: &UnverifiedClaims, unprotected: &UnverifiedClaims) -> Option<UnverifiedClaims> {
    let members: Vec<&str> = [protected, unprotected]
        .into_iter()
        .flat_map(|header| header.placed().filter_map(|member| header.text().get(member.range)))
        .collect();
    UnverifiedClaims::parse(&format!("{{{}}}", members.join(","))).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::samples::{b64, keys, rfc_vectors, rfc7520_vectors, set};
    use super::super::{SignatureVerdict, decode_unverified, verify};
    use super::*;

    /// A JSON text read, with what is wrong with it, and with each signature why it is malformed.
    fn check_read(text: &str, kind: TokenKind, problems: &[&str], malformed: &[Option<&str>]) -> Decoded {
        let decoded = decode_unverified(text);
        assert_eq!(decoded.kind, kind, "{text}");
        assert_eq!(decoded.problems, problems, "{text}");
        let found: Vec<_> = decoded.signatures.iter().map(|one| one.decoded.malformed.as_deref()).collect();
        assert_eq!(found, malformed, "{text}");
        decoded
    }

    fn verdicts(decoded: &Decoded, all: &[Value]) -> Vec<SignatureVerdict> {
        let set = set(all);
        decoded.signatures.iter().map(|one| verify(&one.compact, &one.decoded, &set)).collect()
    }

    /// The three members of a flattened form, signed with ES256.
    fn flattened(header: &str, payload: &str) -> Value {
        let compact = keys().sign("ES256", header, payload);
        let parts: Vec<&str> = compact.split('.').collect();
        json!({ "protected": parts[0], "payload": parts[1], "signature": parts[2] })
    }

    const ES256: &str = r#"{"alg":"ES256","kid":"k"}"#;

    #[test]
    fn the_examples_of_rfc_7520() {
        for vector in rfc7520_vectors() {
            let at = format!("{} {}", vector["source"], vector["form"]);
            let token = vector["token"].as_str().unwrap();
            let decoded = decode_unverified(token);
            let compact = vector["form"] == "compact";
            assert_eq!(decoded.kind, if compact { TokenKind::Jwt } else { TokenKind::JwsJson }, "{at}");
            assert_eq!(decoded.payload_text.as_deref(), vector["payload"].as_str(), "{at}");
            let missing = decoded.problems.iter().any(|p| p.starts_with("The payload is not in the token"));
            assert_eq!(missing, vector["payload"].is_null(), "{at}: {:?}", decoded.problems);

            let keys = set(vector["keys"].as_array().unwrap());
            let verdicts: Vec<_> = if compact {
                vec![(decoded.header.clone(), vec![], verify(token, &decoded, &keys))]
            } else {
                let one = |one: &JsonSignature| {
                    let verdict = verify(&one.compact, &one.decoded, &keys);
                    (one.decoded.header.clone(), one.unprotected.clone(), verdict)
                };
                decoded.signatures.iter().map(one).collect()
            };
            let expected = vector["signatures"].as_array().unwrap();
            assert_eq!(verdicts.len(), expected.len(), "{at}");
            for ((header, unprotected, verdict), expected) in verdicts.iter().zip(expected) {
                assert_eq!(
                    header.as_ref().and_then(JoseHeader::alg).as_deref(),
                    expected["alg"].as_str(),
                    "{at}"
                );
                assert_eq!(json!(unprotected), expected["unprotected"], "{at}");
                let valid = matches!(verdict, SignatureVerdict::Valid { .. });
                match expected["verdict"].as_str().unwrap() {
                    "valid" => assert!(valid, "{at}: {verdict:?}"),
                    "detached" => assert!(!valid, "{at}"),
                    // Only a shared secret verifies it: here it is read, and judged where secrets are.
                    other => assert_eq!(other, "hmac", "{at}"),
                }
            }
        }
    }

    #[test]
    fn the_json_examples_of_rfc_7515() {
        // Appendix A.6 puts the tokens of A.2 and A.3 together, with their kid unprotected; A.7 is the second alone.
        let vectors = rfc_vectors();
        let of = |source: &str| vectors.iter().find(|vector| vector["source"] == source).unwrap();
        let mut keys = [of("RFC 7515 A.2")["jwk"].clone(), of("RFC 7515 A.3")["jwk"].clone()];
        let kids = ["2010-12-29", "e9bc097a-ce51-4036-9562-d2ade882db0d"];
        for (key, kid) in keys.iter_mut().zip(kids) {
            key["kid"] = json!(kid);
        }
        let parts = |source: &str| -> Vec<String> {
            of(source)["token"].as_str().unwrap().split('.').map(str::to_owned).collect()
        };
        let signature = |source: &str, kid: &str| json!({ "protected": parts(source)[0], "header": { "kid": kid }, "signature": parts(source)[2] });
        let general = json!({
            "payload": parts("RFC 7515 A.2")[1],
            "signatures": [signature("RFC 7515 A.2", kids[0]), signature("RFC 7515 A.3", kids[1])],
        });
        let mut flat = signature("RFC 7515 A.3", kids[1]);
        flat["payload"] = json!(parts("RFC 7515 A.3")[1]);
        for (text, expected) in [(general, 2), (flat, 1)] {
            let decoded = check_read(&text.to_string(), TokenKind::JwsJson, &[], &vec![None; expected]);
            assert_eq!(decoded.payload.as_ref().and_then(|p| p.str("iss")).as_deref(), Some("joe"));
            for verdict in verdicts(&decoded, &keys) {
                assert!(matches!(verdict, SignatureVerdict::Valid { .. }), "{verdict:?}");
            }
        }
    }

    #[test]
    fn the_whole_is_never_a_jwt() {
        let text = flattened(ES256, r#"{"sub":"s"}"#).to_string();
        let decoded = check_read(&text, TokenKind::JwsJson, &[], &[None]);
        let keys = [keys().jwk("ES256", "k")];
        assert!(matches!(verdicts(&decoded, &keys)[0], SignatureVerdict::Valid { .. }));
        assert_eq!(
            verify(&text, &decoded, &set(&keys)),
            SignatureVerdict::NotChecked {
                reason: "Each signature of a JWS in its JSON form is checked by itself".to_owned()
            }
        );
    }

    #[test]
    fn the_places_of_a_flattened_form() {
        let payload = b64(br#"{"a":1}"#);
        let text = format!(r#"{{"payload":"{payload}","protected":"{}","signature":"AA"}}"#, b64(b"{}"));
        let decoded = decode_unverified(&text);
        let place = decoded.place_of_payload(0..7).unwrap();
        assert_eq!(text.get(place.from as usize..place.to as usize), Some(payload.as_str()));
        let place = decoded.place_of_header(0..2).unwrap();
        assert_eq!(text.get(place.from as usize..place.to as usize), Some("e30"));
        let after_more_than_ascii =
            format!(r#"{{"é":1,"payload":"{payload}","header":{{}},"signature":"AA"}}"#);
        let decoded = decode_unverified(&after_more_than_ascii);
        assert_eq!((decoded.place_of_payload(0..7), decoded.place_of_header(0..2)), (None, None));
    }

    #[test]
    fn headers_are_put_together_and_kept_apart() {
        let mut text = flattened(r#"{"alg":"ES256"}"#, "{}");
        text["header"] = json!({ "kid": "k", "x": 9_007_199_254_740_993_u64 });
        let decoded = check_read(&text.to_string(), TokenKind::JwsJson, &[], &[None]);
        assert_eq!(decoded.signatures[0].unprotected, ["kid", "x"]);
        let header = decoded.header.unwrap();
        assert_eq!(header.members().text(), r#"{"alg":"ES256","kid":"k","x":9007199254740993}"#);

        let alone = json!({ "payload": "e30", "header": { "alg": "ES256" }, "signature": "AA" });
        let decoded = check_read(&alone.to_string(), TokenKind::JwsJson, &[], &[None]);
        assert_eq!(decoded.signatures[0].unprotected, ["alg"]);
        assert_eq!(decoded.signatures[0].compact, ".e30.AA");
    }

    #[test]
    fn what_makes_a_signature_malformed() {
        let header = b64(ES256.as_bytes());
        for (members, problem) in [
            (
                json!({ "protected": header, "header": { "kid": "k" } }),
                "The protected and the unprotected header both have “kid”, which they must not (RFC 7515 §7.2.1).",
            ),
            (
                json!({ "protected": header, "header": { "crit": ["x"] } }),
                "crit stands in the unprotected header, where it must not (RFC 7515 §4.1.11).",
            ),
            (
                json!({ "protected": "", "header": { "alg": "ES256" } }),
                "The protected header is empty; where there is none, it is left out (RFC 7515 §7.2.1).",
            ),
            (json!({ "protected": { "alg": "ES256" } }), "The member protected is an object, not a text."),
            (json!({ "header": "x" }), "The unprotected header is a text, not a JSON object."),
            (json!({ "protected": b64(b"[]") }), "The protected header is a list, not a JSON object."),
            (
                json!({ "protected": format!("{header}=") }),
                "The protected header is padded with =: base64url has none of that.",
            ),
            (
                json!({ "protected": b64(br#"{"alg":"none","alg":"ES256"}"#) }),
                "The protected header says “alg” more than once; here the last one counts.",
            ),
            (json!({}), "The signature has neither a protected nor an unprotected header."),
            (json!({ "protected": header, "signature": 1 }), "The member signature is a number, not a text."),
            (
                json!({ "protected": header, "signature": "A" }),
                "The signature is not base64url: it is cut off.",
            ),
        ] {
            let mut text = json!({ "payload": "e30", "signature": "AA" });
            text.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
            let decoded = decode_unverified(&text.to_string());
            assert_eq!(decoded.signatures[0].decoded.malformed.as_deref(), Some(problem), "{text}");
            assert!(decoded.problems.iter().any(|p| p == problem), "{text}");
        }
    }

    #[test]
    fn what_is_odd_about_the_whole() {
        let kind = TokenKind::JwsJson;
        let header = b64(ES256.as_bytes());
        let twice = "The JSON text says “payload” more than once; here the last one counts.";
        check_read(
            &format!(r#"{{"payload":"e30","payload":"","protected":"{header}","signature":"AA"}}"#),
            kind,
            &[twice, "The payload is empty."],
            &[Some(twice)],
        );
        check_read(
            &format!(r#"{{"payload":"e30","x":1,"protected":"{header}","signature":"AA"}}"#),
            kind,
            &["A JWS has no members “x”; they are ignored."],
            &[None],
        );
        let both = "The members of one signature stand beside a list of signatures (RFC 7515 §7.2.2).";
        check_read(
            &format!(
                r#"{{"payload":"e30","signature":"AA","signatures":[{{"protected":"{header}","signature":"AA"}}]}}"#
            ),
            kind,
            &[both],
            &[Some(both)],
        );
        check_read(r#"{"payload":"e30","signatures":[]}"#, kind, &["The list of signatures is empty."], &[]);
        check_read(
            r#"{"payload":"e30","signatures":{}}"#,
            kind,
            &["The member signatures is an object, not a list."],
            &[],
        );
        check_read(
            &format!(r#"{{"payload":"e30","signatures":[7,{{"protected":"{header}","signature":""}}]}}"#),
            kind,
            &["Signature 1 is a number, not a JSON object.", "Signature 2: The signature is empty."],
            &[None],
        );
        let number = "The payload is a number, not a text.";
        check_read(
            &format!(r#"{{"payload":1,"protected":"{header}","signature":"AA"}}"#),
            kind,
            &[number],
            &[Some(number)],
        );
        let many = format!(
            r#"{{"payload":"e30","signatures":[{}]}}"#,
            vec![r#"{"header":{},"signature":"AA"}"#; 30].join(",")
        );
        check_read(&many, kind, &["There are 30 signatures; only the first 16 are read."], &[None; 16]);
    }

    #[test]
    fn json_that_is_no_jws_is_named() {
        for (text, problem) in [
            (
                "{",
                "The text begins like JSON, but is not JSON (EOF while parsing an object at line 1, column 1).",
            ),
            (r#"{"keys":[]}"#, "This is a JWK Set: keys to check tokens with, not a token."),
            (r#"{"kty":"RSA","alg":"RS256"}"#, "This is a JWK: a key, not a token."),
            (
                r#"{"access_token":"x"}"#,
                "This is the answer of a token endpoint; the token is one of its members.",
            ),
            (
                r#"{"issuer":"x","jwks_uri":"y"}"#,
                "This is a discovery document: it describes an issuer and holds no token.",
            ),
            (
                r#"{"sub":"x","exp":1}"#,
                "This is a token's claims, already decoded: without header and signature it is not a token.",
            ),
            (
                r#"{"alg":"RS256","kid":"1"}"#,
                "This is a token's header, already decoded: without payload and signature it is not a token.",
            ),
            (
                r#"{"payload":"e30"}"#,
                "This is JSON, but neither a token nor a JWS in its JSON form (RFC 7515 §7.2).",
            ),
        ] {
            check_read(text, TokenKind::Opaque, &[problem], &[]);
        }
    }
}
