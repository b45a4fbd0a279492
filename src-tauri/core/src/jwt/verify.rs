//! The signature, and only the signature: claims are judged in [`checks`](super::checks).
//!
//! The key decides which algorithms may verify with it (RFC 8725 §3.1). The token only says which one was used,
//! and a disagreement ends the matter. Keys and addresses of keys in the header are never followed.

use aws_lc_rs::hmac;
use aws_lc_rs::signature::{self, UnparsedPublicKey};
use jsonwebtoken::crypto::aws_lc;
use jsonwebtoken::{Algorithm as Jwa, DecodingKey};

use super::jwk::{Curve, Jwk, JwkSet, KeyOrigin, Material, Unusable, bytes_in_words};
use super::jws::{Decoded, JoseHeader, decode_part};
use super::words::{list, quote};
use crate::contract::TokenKind;

/// What became of a signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignatureVerdict {
    /// A key of the set made it.
    Valid {
        /// The algorithm.
        alg: String,
        /// The key's name, where it has one.
        kid: Option<String>,
        /// Which key it is, as an index of [`JwkSet::keys`].
        key: usize,
        /// What is odd all the same, in sentences without the last full stop.
        warning: Option<String>,
    },
    /// No key that fits made it, or the token is one that a strict reader refuses.
    Invalid {
        /// Why, in a sentence without its full stop.
        reason: String,
    },
    /// Algorithm and key do not belong together, or the key must not be used.
    AlgorithmRefused {
        /// Why, likewise.
        reason: String,
    },
    /// The set has no such key.
    KeyNotFound {
        /// The key's name in the token.
        kid: Option<String>,
        /// The names in the set.
        known: Vec<String>,
        /// Whether the user gave the set; else an issuer publishes it.
        given: bool,
    },
    /// It could not be checked here.
    NotChecked {
        /// Why, likewise.
        reason: String,
    },
}

use SignatureVerdict::{AlgorithmRefused, Invalid, KeyNotFound, NotChecked, Valid};

/// A signature algorithm that can be verified here.
#[derive(Debug, Clone, Copy)]
struct Algorithm {
    name: &'static str,
    family: Family,
    /// How jsonwebtoken calls it; `None` where it does not know it, or does not verify it for us.
    jwa: Option<Jwa>,
}

/// The one kind of key that an algorithm is verified with.
#[derive(Debug, Clone, Copy)]
enum Family {
    Rsa,
    Ec(Curve),
    Ed25519,
    Hmac(&'static hmac::Algorithm),
}

impl Family {
    fn takes(self, material: &Material) -> bool {
        match (self, material) {
            (Self::Rsa, Material::Rsa { .. })
            | (Self::Ed25519, Material::Ed25519 { .. })
            | (Self::Hmac(_), Material::Hmac { .. }) => true,
            (Self::Ec(wanted), Material::Ec { curve, .. }) => wanted == *curve,
            _ => false,
        }
    }
}

const fn algorithm(name: &'static str, family: Family, jwa: Option<Jwa>) -> Algorithm {
    Algorithm { name, family, jwa }
}

/// The allow-list (RFC 7518 §3.1, RFC 8037, RFC 9864). Names are compared exactly.
const ALGORITHMS: [Algorithm; 14] = [
    algorithm("HS256", Family::Hmac(&hmac::HMAC_SHA256), None),
    algorithm("HS384", Family::Hmac(&hmac::HMAC_SHA384), None),
    algorithm("HS512", Family::Hmac(&hmac::HMAC_SHA512), None),
    algorithm("RS256", Family::Rsa, Some(Jwa::RS256)),
    algorithm("RS384", Family::Rsa, Some(Jwa::RS384)),
    algorithm("RS512", Family::Rsa, Some(Jwa::RS512)),
    algorithm("PS256", Family::Rsa, Some(Jwa::PS256)),
    algorithm("PS384", Family::Rsa, Some(Jwa::PS384)),
    algorithm("PS512", Family::Rsa, Some(Jwa::PS512)),
    algorithm("ES256", Family::Ec(Curve::P256), Some(Jwa::ES256)),
    algorithm("ES384", Family::Ec(Curve::P384), Some(Jwa::ES384)),
    algorithm("ES512", Family::Ec(Curve::P521), None),
    algorithm("EdDSA", Family::Ed25519, Some(Jwa::EdDSA)),
    algorithm("Ed25519", Family::Ed25519, None),
];

/// Installs the cryptography behind jsonwebtoken, once; without it, its first use could panic. To be called at
/// start; [`verify`] calls it too.
pub fn install_crypto() {
    // An error says that it is installed already.
    let _: Result<_, _> = aws_lc::DEFAULT_PROVIDER.install_default();
}

/// Checks a token's signature against these keys. `decoded` is what
/// [`decode_unverified`](super::decode_unverified) made of this token.
#[must_use]
pub fn verify(token: &str, decoded: &Decoded, keys: &JwkSet) -> SignatureVerdict {
    judge(token, decoded, keys).unwrap_or_else(|verdict| verdict)
}

/// What the header alone says about the algorithm: an error where no key could ever help.
pub(super) fn check_algorithm(header: &JoseHeader) -> Result<(), SignatureVerdict> {
    algorithm_of(header).map(|_| ())
}

fn algorithm_of(header: &JoseHeader) -> Result<Algorithm, SignatureVerdict> {
    let refused = |reason: String| Err(AlgorithmRefused { reason });
    let Some(name) = header.alg() else {
        return refused(match header.members().raw("alg") {
            None => "The header names no algorithm".to_owned(),
            Some(raw) => format!("alg is {}, not the name of an algorithm", super::claims::kind_of(raw)),
        });
    };
    if let Some(found) = ALGORITHMS.into_iter().find(|a| a.name == name) {
        return Ok(found);
    }
    let upper = name.to_ascii_uppercase();
    if upper == "NONE" {
        return refused(format!("alg is {}: the token is not signed", quote(&name)));
    }
    if let Some(meant) = ALGORITHMS.iter().find(|a| a.name.eq_ignore_ascii_case(&name)) {
        return refused(format!("alg is {}; the algorithm's name is {}", quote(&name), meant.name));
    }
    if name.is_empty() {
        return refused("The header names no algorithm: alg is empty".to_owned());
    }
    Err(NotChecked { reason: format!("Cannot verify {} here", quote(&name)) })
}

fn judge(token: &str, decoded: &Decoded, keys: &JwkSet) -> Result<SignatureVerdict, SignatureVerdict> {
    let not_checked = |reason: &str| NotChecked { reason: reason.to_owned() };
    match decoded.kind {
        TokenKind::Opaque => return Err(not_checked("An opaque token has no signature to check")),
        TokenKind::Jwe => {
            return Err(not_checked("An encrypted token (JWE) can only be read by its recipient"));
        }
        TokenKind::JwsJson => {
            return Err(not_checked("Each signature of a JWS in its JSON form is checked by itself"));
        }
        TokenKind::Jwt => {}
    }
    if let Some(problem) = &decoded.malformed {
        return Err(Invalid { reason: format!("Malformed: {}", problem.trim_end_matches('.')) });
    }
    let (Some(header), Some((signed, signature))) = (&decoded.header, &decoded.pieces) else {
        return Err(Invalid { reason: "Malformed: a part of the token is missing".to_owned() });
    };
    let (Some(signed), Some(signature_text)) = (token.get(signed.clone()), token.get(signature.clone()))
    else {
        return Err(not_checked("The pieces belong to another token"));
    };
    judge_signature(header, signed.as_bytes(), signature_text, keys)
}

/// Checks one signature against these keys: `signed` is the JWS signing input (RFC 7515 §5.2), `signature` is
/// base64url, and `header` is the JOSE header of that signature. For the signatures of a JWS in its JSON form;
/// [`verify`] does the same for a token in its compact form.
#[must_use]
pub fn verify_signature(
    header: &JoseHeader,
    signed: &[u8],
    signature: &str,
    keys: &JwkSet,
) -> SignatureVerdict {
    judge_signature(header, signed, signature, keys).unwrap_or_else(|verdict| verdict)
}

fn judge_signature(
    header: &JoseHeader,
    signed: &[u8],
    signature_text: &str,
    keys: &JwkSet,
) -> Result<SignatureVerdict, SignatureVerdict> {
    understood(header)?;
    let algorithm = algorithm_of(header)?;
    if matches!(algorithm.family, Family::Hmac(_)) && keys.origin == KeyOrigin::Published {
        let reason = format!(
            "“{}” is made with a shared secret; the issuer's published keys never verify it",
            algorithm.name
        );
        return Err(AlgorithmRefused { reason });
    }
    let (Some(signature), None) = decode_part("signature", signature_text) else {
        return Err(Invalid { reason: "Malformed: the signature is not base64url".to_owned() });
    };
    if signature.is_empty() {
        return Err(Invalid { reason: "The signature is empty".to_owned() });
    }

    let kid = header.kid();
    let candidates = candidates(kid.as_deref(), algorithm, keys)?;
    let mut reason = None;
    for (index, key) in &candidates {
        match made_by(key, algorithm, signed, signature_text, &signature) {
            Ok(()) => {
                let odd = [
                    ambiguous(kid.as_deref(), key, candidates.len(), keys.origin),
                    weak(&key.material, algorithm),
                ];
                let odd: Vec<String> = odd.into_iter().flatten().collect();
                return Ok(Valid {
                    alg: algorithm.name.to_owned(),
                    kid: key.kid.clone(),
                    key: *index,
                    warning: (!odd.is_empty()).then(|| odd.join(". ")),
                });
            }
            Err(why) => reason = Some(why),
        }
    }
    if kid.is_some() && candidates.iter().all(|(_, key)| key.kid.is_some() && key.kid != kid) {
        return Err(not_found(kid, keys));
    }
    let reason = match (candidates.len(), reason) {
        (1, Some(reason)) => reason,
        (n, _) => format!("None of the {n} {} keys that fit made this signature", keys.origin.word()),
    };
    Err(Invalid { reason })
}

/// What is odd about how the key was found, `of` how many that fit.
fn ambiguous(kid: Option<&str>, key: &Jwk, of: usize, origin: KeyOrigin) -> Option<String> {
    match (kid, key.kid.as_deref()) {
        (Some(kid), Some(other)) if kid != other => Some(format!(
            "The token names key {}; the {} one that fits is named {}",
            quote(kid),
            origin.word(),
            quote(other)
        )),
        (Some(_), Some(_)) if of > 1 => {
            Some(format!("More than one {} key has this name; one of them fits", origin.word()))
        }
        (None, _) if of > 1 => {
            Some("The token names no key; one of those that fit made its signature".to_owned())
        }
        _ => None,
    }
}

/// What is to be said of a secret that can be guessed. RFC 7518 §3.2 wants as many bytes as the hash has.
fn weak(material: &Material, algorithm: Algorithm) -> Option<String> {
    let (Material::Hmac { secret }, Family::Hmac(hmac)) = (material, algorithm.family) else { return None };
    let wanted = hmac.digest_algorithm().output_len();
    let secret = secret.as_slice();
    (secret.len() < wanted).then(|| {
        format!(
            "Weak key: the shared secret has {}, {} wants at least {wanted} (RFC 7518 §3.2); it may be guessed \
             from any token",
            bytes_in_words(secret),
            algorithm.name
        )
    })
}

fn not_found(kid: Option<String>, keys: &JwkSet) -> SignatureVerdict {
    let known = keys.kids().map(str::to_owned).collect();
    KeyNotFound { kid, known, given: keys.origin == KeyOrigin::Given }
}

/// Refuses what changes the meaning of a token and is not understood here.
fn understood(header: &JoseHeader) -> Result<(), SignatureVerdict> {
    let members = header.members();
    let invalid = |reason: &str| Err(Invalid { reason: reason.to_owned() });
    check_critical(header).map_err(|reason| Invalid { reason })?;
    if members.raw("b64").is_some_and(|b64| b64 != "true") {
        return invalid("The payload is not encoded (b64: false), which is not understood here");
    }
    if members.has("zip") {
        return invalid("The payload is compressed (zip), which a signed token must not be");
    }
    if members.has("kid") && header.kid().is_none() {
        return invalid("The header's kid is not a text");
    }
    Ok(())
}

/// Whether no header member is marked as critical: none is understood here (RFC 7515 §4.1.11, RFC 7797).
///
/// # Errors
/// Which ones are, in a sentence without its full stop.
pub(super) fn check_critical(header: &JoseHeader) -> Result<(), String> {
    if !header.members().has("crit") {
        return Ok(());
    }
    match header.members().strings("crit") {
        Some(names) if !names.is_empty() => {
            let names: Vec<String> = names.iter().map(|name| quote(name)).collect();
            let names = list(&names, 5);
            Err(format!("The header marks {names} as critical, which is not understood here"))
        }
        _ => Err("The header's crit is no list of names".to_owned()),
    }
}

/// The keys that may have made the signature and fit the algorithm, with their place in the set: those of the
/// token's `kid`, or all where it names none. Of given keys also all where none has its name: a key in PEM has
/// no name, and the user says that it is the one.
fn candidates<'k>(
    kid: Option<&str>,
    algorithm: Algorithm,
    set: &'k JwkSet,
) -> Result<Vec<(usize, &'k Jwk)>, SignatureVerdict> {
    let given = set.origin == KeyOrigin::Given;
    let named = kid.filter(|kid| !given || set.has_kid(Some(kid)));
    let all =
        || set.keys.iter().enumerate().filter(|(_, key)| named.is_none() || key.kid.as_deref() == named);
    let fitting: Vec<_> = all().filter(|(_, key)| misfit(key, algorithm).is_none()).collect();
    if !fitting.is_empty() {
        return Ok(fitting);
    }
    let name = match named {
        Some(kid) => format!("Key {}", quote(kid)),
        None if given => "The given key".to_owned(),
        None => return Err(not_found(None, set)),
    };
    let misfits: Vec<String> = all().filter_map(|(_, key)| misfit(key, algorithm)).collect();
    match misfits.as_slice() {
        [only] => return Err(AlgorithmRefused { reason: format!("{name} {only}") }),
        [first, ..] if named.is_some() => {
            return Err(AlgorithmRefused { reason: format!("{name} {first}") });
        }
        [_, ..] => {
            let reason = format!("None of the {} given keys is for {}", misfits.len(), algorithm.name);
            return Err(AlgorithmRefused { reason });
        }
        [] => {}
    }
    let unusable = |key: &&Unusable| named.is_none() || key.kid.as_deref() == named;
    match set.unusable.iter().find(unusable) {
        Some(key) if key.refused => Err(AlgorithmRefused { reason: format!("{name} {}", key.reason) }),
        Some(key) => Err(NotChecked { reason: format!("{name} {}", key.reason) }),
        None => Err(match named {
            Some(kid) => not_found(Some(kid.to_owned()), set),
            None => NotChecked { reason: "No key was given".to_owned() },
        }),
    }
}

/// Why a key must not verify this algorithm, in words that go on after "Key “x”".
fn misfit(key: &Jwk, algorithm: Algorithm) -> Option<String> {
    if !algorithm.family.takes(&key.material) {
        let needs = match (&key.material, algorithm.family) {
            (_, Family::Hmac(_)) => ", which needs a shared secret",
            (Material::Hmac { .. }, _) => ", which needs a public key",
            _ => "",
        };
        return Some(format!("is {}; the token says {}{needs}", key.describe(), algorithm.name));
    }
    // RFC 9864 gave EdDSA on Ed25519 a name of its own.
    let same = |alg: &str| {
        alg == algorithm.name
            || (matches!(algorithm.family, Family::Ed25519) && matches!(alg, "EdDSA" | "Ed25519"))
    };
    match key.alg.as_deref() {
        Some(alg) if !same(alg) => {
            Some(format!("is for {} only; the token says {}", quote(alg), algorithm.name))
        }
        _ => None,
    }
}

/// Whether this key made the signature; if not, why.
fn made_by(
    key: &Jwk,
    algorithm: Algorithm,
    signed: &[u8],
    encoded: &str,
    signature: &[u8],
) -> Result<(), String> {
    let expected = match (algorithm.family, &key.material) {
        (Family::Hmac(hmac), _) => hmac.tag_len(),
        (_, Material::Rsa { n, .. }) => n.len(),
        (_, Material::Ec { curve, .. }) => 2 * curve.size(),
        _ => 64,
    };
    if signature.len() != expected {
        let is = signature.len();
        return Err(match key.material {
            Material::Ec { .. } if signature.first() == Some(&0x30) => {
                format!("The signature is DER, {is} bytes; a JWS holds the bare r and s, {expected} bytes")
            }
            _ => format!("The signature has {is} bytes; {} with this key makes {expected}", algorithm.name),
        });
    }
    let with_jsonwebtoken = |jwa, key: &DecodingKey| {
        install_crypto();
        jsonwebtoken::crypto::verify(encoded, signed, key, jwa).unwrap_or(false)
    };
    let valid = match (algorithm.family, algorithm.jwa, &key.material) {
        (_, Some(jwa), Material::Rsa { n, e }) => {
            with_jsonwebtoken(jwa, &DecodingKey::from_rsa_raw_components(n, e))
        }
        (_, Some(jwa), Material::Ec { point, .. }) => {
            with_jsonwebtoken(jwa, &DecodingKey::from_ec_der(point))
        }
        (_, Some(jwa), Material::Ed25519 { x }) => with_jsonwebtoken(jwa, &DecodingKey::from_ed_der(x)),
        (_, None, Material::Ec { curve, point }) => {
            UnparsedPublicKey::new(curve.verification(), point).verify(signed, signature).is_ok()
        }
        (_, None, Material::Ed25519 { x }) => {
            UnparsedPublicKey::new(&signature::ED25519, x).verify(signed, signature).is_ok()
        }
        (Family::Hmac(hmac), None, Material::Hmac { secret }) => {
            // Compares in constant time.
            hmac::verify(&hmac::Key::new(*hmac, secret.as_slice()), signed, signature).is_ok()
        }
        _ => false,
    };
    if valid {
        Ok(())
    } else {
        Err("The signature does not match: the token was changed, or another key made it".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::decode_unverified;
    use super::super::samples::{b64, given, keys, pem, rfc_vectors, set};
    use super::*;

    fn judged(token: &str, keys: &JwkSet) -> SignatureVerdict {
        verify(token, &decode_unverified(token), keys)
    }

    fn signed(alg: &str) -> String {
        keys().sign(alg, &json!({ "alg": alg, "kid": "k" }).to_string(), r#"{"sub":"s"}"#)
    }

    /// The token with one bit of its signature flipped.
    fn flipped(token: &str) -> String {
        let (input, signature) = token.rsplit_once('.').unwrap();
        let mut bytes = decode_part("", signature).0.unwrap();
        bytes[20] ^= 1;
        format!("{input}.{}", b64(&bytes))
    }

    fn check_invalid(token: &str, keys: &JwkSet, reason: &str) {
        assert_eq!(judged(token, keys), Invalid { reason: reason.to_owned() }, "{token}");
    }

    fn check_refused(token: &str, keys: &JwkSet, reason: &str) {
        assert_eq!(judged(token, keys), AlgorithmRefused { reason: reason.to_owned() }, "{token}");
    }

    fn check_not_checked(token: &str, keys: &JwkSet, reason: &str) {
        assert_eq!(judged(token, keys), NotChecked { reason: reason.to_owned() }, "{token}");
    }

    const MISMATCH: &str = "The signature does not match: the token was changed, or another key made it";

    #[test]
    fn installing_twice_is_harmless() {
        install_crypto();
        install_crypto();
    }

    #[test]
    fn the_examples_of_the_rfcs() {
        for vector in rfc_vectors() {
            let (token, key) = (vector["token"].as_str().unwrap(), vector["jwk"].clone());
            // RFC 7515 A.1 is made with a shared secret: it verifies where the secret is given, and never with
            // one that is published.
            let one = std::slice::from_ref(&key);
            for (set, expected) in [(set(one), "published"), (given(one), "given")] {
                let word = match judged(token, &set) {
                    Valid { .. } => "valid",
                    AlgorithmRefused { .. } => "algorithm refused",
                    other => panic!("{}: {other:?}", vector["source"]),
                };
                assert_eq!(word, vector[expected], "{} {expected}", vector["source"]);
            }
        }
    }

    #[test]
    fn f_jwt_27_every_algorithm_verifies_and_notices_a_changed_bit() {
        for Algorithm { name, .. } in ALGORITHMS {
            let (token, set) = (signed(name), given(&[keys().jwk(name, "k")]));
            assert_eq!(
                judged(&token, &set),
                Valid { alg: name.to_owned(), kid: Some("k".to_owned()), key: 0, warning: None },
                "{name}"
            );
            // One bit flipped in the signature, and another payload.
            check_invalid(&flipped(&token), &set, MISMATCH);
            let (input, signature) = token.rsplit_once('.').unwrap();
            let (header, _) = input.split_once('.').unwrap();
            check_invalid(&format!("{header}.{}.{signature}", b64(br#"{"sub":"t"}"#)), &set, MISMATCH);
        }
    }

    #[test]
    fn f_jwt_18_none_in_all_spellings() {
        let set = set(&[keys().jwk("RS256", "k")]);
        for (alg, reason) in [
            (json!("none"), "alg is “none”: the token is not signed"),
            (json!("None"), "alg is “None”: the token is not signed"),
            (json!("noNE"), "alg is “noNE”: the token is not signed"),
            (json!(""), "The header names no algorithm: alg is empty"),
            (json!(null), "alg is null, not the name of an algorithm"),
            (json!(1), "alg is a number, not the name of an algorithm"),
            (json!("rs256"), "alg is “rs256”; the algorithm's name is RS256"),
        ] {
            for signature in ["", "AA"] {
                let header = b64(json!({ "alg": alg, "kid": "k" }).to_string().as_bytes());
                check_refused(&format!("{header}.e30.{signature}"), &set, reason);
            }
        }
        check_refused(&format!("{}.e30.AA", b64(b"{}")), &set, "The header names no algorithm");
    }

    #[test]
    fn f_jwt_19_hmac_over_a_public_key() {
        let jwk = keys().jwk("RS256", "k");
        let set = set(&[jwk.clone(), json!({ "kty": "oct", "kid": "s", "k": "AAAA" })]);
        let n = decode_part("", jwk["n"].as_str().unwrap()).0.unwrap();
        for kid in ["k", "s"] {
            for secret in [jwk.to_string().into_bytes(), n.clone(), vec![0, 0, 0]] {
                let input =
                    format!("{}.e30", b64(json!({ "alg": "HS256", "kid": kid }).to_string().as_bytes()));
                let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, &secret);
                let tag = aws_lc_rs::hmac::sign(&key, input.as_bytes());
                check_refused(
                    &format!("{input}.{}", b64(tag.as_ref())),
                    &set,
                    "“HS256” is made with a shared secret; the issuer's published keys never verify it",
                );
            }
        }
    }

    #[test]
    fn f_jwt_20_algorithm_and_key_must_fit() {
        let of = |alg: &str| set(&[keys().jwk(alg, "k")]);
        check_refused(&signed("RS256"), &of("ES256"), "Key “k” is an EC key on P-256; the token says RS256");
        check_refused(
            &signed("ES256"),
            &of("RS256"),
            "Key “k” is an RSA key of 2048 bits; the token says ES256",
        );
        check_refused(&signed("ES256"), &of("ES384"), "Key “k” is an EC key on P-384; the token says ES256");
        check_refused(&signed("ES256"), &of("EdDSA"), "Key “k” is an Ed25519 key; the token says ES256");
        let labelled = |alg: &str, label: &str| {
            let mut key = keys().jwk(alg, "k");
            key["alg"] = json!(label);
            set(&[key])
        };
        check_refused(
            &signed("PS256"),
            &labelled("RS256", "RS256"),
            "Key “k” is for “RS256” only; the token says PS256",
        );
        check_refused(
            &signed("RS256"),
            &labelled("RS256", "RSA-OAEP"),
            "Key “k” is for “RSA-OAEP” only; the token says RS256",
        );
        for (alg, label) in [("EdDSA", "Ed25519"), ("Ed25519", "EdDSA"), ("RS256", "RS256")] {
            assert!(matches!(judged(&signed(alg), &labelled(alg, label)), Valid { .. }), "{alg}");
        }
    }

    #[test]
    fn f_jwt_20_given_keys_must_fit_as_well() {
        let key = |alg: &str| given(&[keys().jwk(alg, "k")]);
        let pem = |alg: &str| super::super::key_text::read(&pem("PUBLIC KEY", &keys().public_der(alg)), 0);
        let pem = |alg: &str| pem(alg).unwrap().set;
        for (token, key, reason) in [
            (
                "HS256",
                key("RS256"),
                "Key “k” is an RSA key of 2048 bits; the token says HS256, which needs a shared secret",
            ),
            (
                "HS256",
                pem("RS256"),
                "The given key is an RSA key of 2048 bits; the token says HS256, which needs a shared secret",
            ),
            (
                "HS512",
                pem("EdDSA"),
                "The given key is an Ed25519 key; the token says HS512, which needs a shared secret",
            ),
            (
                "RS256",
                key("HS256"),
                "Key “k” is a shared secret of 64 bytes; the token says RS256, which needs a public key",
            ),
            ("ES256", pem("ES384"), "The given key is an EC key on P-384; the token says ES256"),
            ("EdDSA", pem("RS256"), "The given key is an RSA key of 2048 bits; the token says EdDSA"),
        ] {
            check_refused(&signed(token), &key, reason);
        }
        let secret =
            super::super::key_text::shared_secret("s", crate::contract::SecretEncoding::Text).unwrap();
        check_refused(
            &signed("RS256"),
            &secret.set,
            "The given key is a shared secret of 1 byte; the token says RS256, which needs a public key",
        );
        let labelled = |label: &str| {
            let mut key = keys().jwk("HS256", "k");
            key["alg"] = json!(label);
            given(&[key])
        };
        check_refused(
            &signed("HS256"),
            &labelled("HS512"),
            "Key “k” is for “HS512” only; the token says HS256",
        );
        assert!(matches!(judged(&signed("HS256"), &labelled("HS256")), Valid { .. }));
        let others = given(&[keys().jwk("ES384", "a"), keys().jwk("EdDSA", "b")]);
        check_refused(&signed("RS256"), &others, "None of the 2 given keys is for RS256");
    }

    #[test]
    fn given_keys_are_tried_whatever_they_are_called() {
        let valid = |kid: Option<&str>, warning: Option<&str>| Valid {
            alg: "ES256".to_owned(),
            kid: kid.map(str::to_owned),
            key: 0,
            warning: warning.map(str::to_owned),
        };
        let token = signed("ES256");
        let mut nameless = keys().jwk("ES256", "");
        nameless.as_object_mut().unwrap().remove("kid");
        assert_eq!(judged(&token, &given(&[nameless.clone()])), valid(None, None));
        assert_eq!(
            judged(&token, &given(&[keys().jwk("ES256", "other")])),
            valid(Some("other"), Some("The token names key “k”; the given one that fits is named “other”"))
        );
        // Where one has the name, it must be that one; and published keys are only what they are called.
        let named = given(&[keys().jwk("RS256", "k"), keys().jwk("ES256", "other")]);
        check_refused(&token, &named, "Key “k” is an RSA key of 2048 bits; the token says ES256");
        for set in [set(&[nameless.clone()]), set(&[keys().jwk("ES256", "other")])] {
            assert!(matches!(judged(&token, &set), KeyNotFound { given: false, .. }));
        }

        let broken = flipped(&token);
        check_invalid(&broken, &given(&[nameless]), MISMATCH);
        assert_eq!(
            judged(&broken, &given(&[keys().jwk("ES256", "other")])),
            KeyNotFound { kid: Some("k".to_owned()), known: vec!["other".to_owned()], given: true }
        );
        check_not_checked(&token, &given(&[]), "No key was given");
        let two = given(&[keys().jwk("ES256", "k"), keys().jwk("ES256", "k")]);
        let twice = "More than one given key has this name; one of them fits";
        assert_eq!(judged(&token, &two), valid(Some("k"), Some(twice)));
        check_invalid(&broken, &two, "None of the 2 given keys that fit made this signature");
    }

    #[test]
    fn one_signature_of_several_is_checked_by_itself() {
        let token = signed("ES256");
        let (input, signature) = token.rsplit_once('.').unwrap();
        let header = decode_unverified(&token).header.unwrap();
        let set = set(&[keys().jwk("ES256", "k")]);
        let verdict = |input: &str| verify_signature(&header, input.as_bytes(), signature, &set);
        assert!(matches!(verdict(input), Valid { .. }));
        assert_eq!(verdict("e30.e30"), Invalid { reason: MISMATCH.to_owned() });
    }

    #[test]
    fn f_jwt_21_algorithms_that_cannot_be_verified_here() {
        for alg in ["ES256K", "Ed448", "ML-DSA-65", "unheard-of"] {
            let token = format!("{}.e30.AA", b64(json!({ "alg": alg }).to_string().as_bytes()));
            check_not_checked(&token, &set(&[]), &format!("Cannot verify “{alg}” here"));
        }
    }

    #[test]
    fn f_jwt_22_23_24_headers_that_are_not_understood() {
        let set = set(&[keys().jwk("RS256", "k")]);
        for (name, value, reason) in [
            ("crit", json!(["x"]), "The header marks “x” as critical, which is not understood here"),
            ("crit", json!(["b64"]), "The header marks “b64” as critical, which is not understood here"),
            ("crit", json!([]), "The header's crit is no list of names"),
            ("crit", json!(1), "The header's crit is no list of names"),
            ("b64", json!(false), "The payload is not encoded (b64: false), which is not understood here"),
            ("zip", json!("DEF"), "The payload is compressed (zip), which a signed token must not be"),
        ] {
            let mut header = json!({ "alg": "RS256", "kid": "k" });
            header[name] = value;
            check_invalid(&keys().sign("RS256", &header.to_string(), "{}"), &set, reason);
        }
    }

    #[test]
    fn f_jwt_25_keys_in_the_header_are_not_followed() {
        let mut header = json!({ "alg": "RS256", "kid": "mine", "jku": "http://127.0.0.1:1/", "x5u": "http://127.0.0.1:1/" });
        header["jwk"] = keys().jwk("RS256", "mine");
        let token = keys().sign("RS256", &header.to_string(), "{}");
        let other = set(&[keys().jwk("ES256", "theirs")]);
        assert_eq!(
            judged(&token, &other),
            KeyNotFound { kid: Some("mine".to_owned()), known: vec!["theirs".to_owned()], given: false }
        );
        assert!(matches!(judged(&token, &set(&[keys().jwk("RS256", "mine")])), Valid { .. }));
    }

    #[test]
    fn f_jwt_26_a_hostile_kid_is_only_a_name() {
        let set = set(&[keys().jwk("RS256", "k")]);
        for kid in ["../../x", "' OR 1=1", &"k".repeat(300_000), "", "k\u{202e}", "K"] {
            let token = keys().sign("RS256", &json!({ "alg": "RS256", "kid": kid }).to_string(), "{}");
            let known = vec!["k".to_owned()];
            assert_eq!(judged(&token, &set), KeyNotFound { kid: Some(kid.to_owned()), known, given: false });
        }
        let token = keys().sign("RS256", r#"{"alg":"RS256","kid":7}"#, "{}");
        check_invalid(&token, &set, "The header's kid is not a text");
    }

    #[test]
    fn f_jwt_27_signatures_of_the_wrong_shape() {
        let es256 = set(&[keys().jwk("ES256", "k")]);
        let with =
            |signature: &[u8]| format!("{}.{}", signed("ES256").rsplit_once('.').unwrap().0, b64(signature));
        check_invalid(&with(&[]), &es256, "The signature is empty");
        check_invalid(&with(&[1; 63]), &es256, "The signature has 63 bytes; ES256 with this key makes 64");
        let (r, s) = (&[1; 32][..], &[0; 32][..]);
        for zero in [[s, s], [r, s], [s, r]] {
            check_invalid(&with(&zero.concat()), &es256, MISMATCH);
        }
        let mut der = vec![0x30, 0x44];
        der.extend([1; 68]);
        check_invalid(
            &with(&der),
            &es256,
            "The signature is DER, 70 bytes; a JWS holds the bare r and s, 64 bytes",
        );
        for (alg, length) in [("RS256", 256), ("PS512", 256), ("ES512", 132), ("EdDSA", 64), ("HS384", 48)] {
            let token = signed(alg);
            let (input, signature) = token.rsplit_once('.').unwrap();
            let whole = decode_part("", signature).0.unwrap();
            let cut = length - 1;
            for wrong in [&whole[..cut], &[&whole[..], &[0]].concat()] {
                check_invalid(
                    &format!("{input}.{}", b64(wrong)),
                    &given(&[keys().jwk(alg, "k")]),
                    &format!("The signature has {} bytes; {alg} with this key makes {length}", wrong.len()),
                );
            }
        }
    }

    #[test]
    fn f_jwt_28_weak_keys_do_not_verify() {
        let rsa =
            |bytes: usize| json!({ "kty": "RSA", "kid": "k", "n": b64(&vec![0xff; bytes]), "e": "AQAB" });
        let large = "Key “k” is too large to be used here: 16384 bits, more than 8192";
        for of in [set, given] {
            for (bytes, reason) in [
                (64, "Key “k” is weak: 512 bits, fewer than 2048 (RFC 8725 §3.4)"),
                (128, "Key “k” is weak: 1024 bits, fewer than 2048 (RFC 8725 §3.4)"),
            ] {
                check_refused(&signed("RS256"), &of(&[rsa(bytes)]), reason);
            }
            check_not_checked(&signed("RS256"), &of(&[rsa(2048)]), large);
        }
        let broken = json!({ "kty": "RSA", "kid": "k", "e": "AQAB" });
        check_not_checked(&signed("RS256"), &set(&[broken]), "Key “k” has no n");
    }

    #[test]
    fn malformed_tokens_do_not_verify_even_if_they_could_be_read() {
        let set = set(&[keys().jwk("ES256", "k")]);
        let token = signed("ES256");
        let no_part = "Malformed: The token has 2 parts; a signed JWT has 3";
        check_invalid(token.rsplit_once('.').unwrap().0, &set, no_part);
        check_invalid(
            &format!("{token}=="),
            &set,
            "Malformed: The signature is padded with =: base64url has none of that",
        );
        check_invalid(
            &format!("{token}\n"),
            &set,
            "Malformed: The signature has white space in it: base64url has none of that",
        );
        let twice = keys().sign("ES256", r#"{"alg":"none","alg":"ES256","kid":"k"}"#, "{}");
        check_invalid(
            &twice,
            &set,
            "Malformed: The header says “alg” more than once; here the last one counts",
        );
        check_not_checked("rt_1", &set, "An opaque token has no signature to check");
        let jwe = format!("{}.AA.AA.AA.AA", b64(br#"{"alg":"dir","enc":"A128GCM"}"#));
        check_not_checked(&jwe, &set, "An encrypted token (JWE) can only be read by its recipient");
    }

    fn nameless(alg: &str) -> String {
        keys().sign(alg, &json!({ "alg": alg }).to_string(), "{}")
    }

    #[test]
    fn f_jwk_4_no_kid_in_the_token() {
        let (rsa, ec) = (keys().jwk("RS256", "a"), keys().jwk("ES256", "b"));
        let valid = |kid: &str, key: usize, warning: Option<&str>| Valid {
            alg: "ES256".to_owned(),
            kid: Some(kid.to_owned()),
            key,
            warning: warning.map(str::to_owned),
        };
        assert_eq!(judged(&nameless("ES256"), &set(&[rsa.clone(), ec.clone()])), valid("b", 1, None));
        let mut twin = ec.clone();
        twin["kid"] = json!("twin");
        assert_eq!(
            judged(&nameless("ES256"), &set(&[twin, ec])),
            valid("twin", 0, Some("The token names no key; one of those that fit made its signature"))
        );
        assert_eq!(
            judged(&nameless("EdDSA"), &set(&[rsa])),
            KeyNotFound { kid: None, known: vec!["a".to_owned()], given: false }
        );
    }

    #[test]
    fn f_jwk_5_two_keys_of_one_name() {
        let both = set(&[keys().jwk("RS256", "k"), keys().jwk("ES256", "k")]);
        for alg in ["RS256", "ES256"] {
            assert!(matches!(judged(&signed(alg), &both), Valid { warning: None, .. }), "{alg}");
        }
        let stranger = aws_lc_rs::signature::EcdsaKeyPair::generate(
            &aws_lc_rs::signature::ECDSA_P256_SHA256_FIXED_SIGNING,
        )
        .unwrap();
        let point = aws_lc_rs::signature::KeyPair::public_key(&stranger).as_ref()[1..].to_vec();
        let (x, y) = point.split_at(32);
        let other: Value = json!({ "kty": "EC", "crv": "P-256", "kid": "k", "x": b64(x), "y": b64(y) });
        let same = set(&[other.clone(), keys().jwk("ES256", "k")]);
        assert_eq!(
            judged(&signed("ES256"), &same),
            Valid {
                alg: "ES256".to_owned(),
                kid: Some("k".to_owned()),
                key: 1,
                warning: Some("More than one published key has this name; one of them fits".to_owned()),
            }
        );
        let wrong = set(&[other.clone(), other]);
        check_invalid(&signed("ES256"), &wrong, "None of the 2 published keys that fit made this signature");
    }

    #[test]
    fn f_jwk_2_3_a_good_key_among_broken_ones_verifies() {
        let mut other_alg = keys().jwk("RS256", "alg");
        other_alg["alg"] = json!("XX256");
        let mut enc = keys().jwk("RS256", "enc");
        enc["use"] = json!("enc");
        let mixed = set(&[
            json!({ "kty": "new", "kid": "kty" }),
            json!({ "kty": "EC", "crv": "secp256k1", "kid": "crv" }),
            other_alg,
            enc,
            json!({ "kty": "RSA", "kid": "k" }),
            keys().jwk("ES256", "k"),
            keys().jwk("RS256", "k"),
        ]);
        let token =
            |kid: &str| keys().sign("RS256", &json!({ "alg": "RS256", "kid": kid }).to_string(), "{}");
        assert!(matches!(judged(&token("k"), &mixed), Valid { key: 2, warning: None, .. }));
        check_refused(&token("alg"), &mixed, "Key “alg” is for “XX256” only; the token says RS256");
        check_refused(&token("enc"), &mixed, "Key “enc” is for encryption (use: enc)");
        check_not_checked(&token("kty"), &mixed, "Key “kty” has the unknown kty “new”");
        check_not_checked(
            &token("crv"),
            &mixed,
            "Key “crv” is on “secp256k1”, which cannot be verified here",
        );
    }

    #[test]
    fn f_jwk_7_a_key_that_is_rotated_between_two_checks() {
        let token = signed("RS256");
        let (before, after) = (set(&[keys().jwk("RS256", "old")]), set(&[keys().jwk("RS256", "k")]));
        assert!(matches!(judged(&token, &before), KeyNotFound { .. }) && !before.has_kid(Some("k")));
        assert!(matches!(judged(&token, &after), Valid { .. }));
    }

    #[test]
    fn f_jwk_8_the_last_key_that_is_read_of_a_huge_set_verifies() {
        let kid = |n: usize| if n == 99 { "k".to_owned() } else { n.to_string() };
        let many: Vec<Value> = (0..5000).map(|n| keys().jwk("ES256", &kid(n))).collect();
        assert!(matches!(judged(&signed("ES256"), &set(&many)), Valid { key: 99, .. }));
        assert!(matches!(judged(&signed("ES256"), &set(&many[..99])), KeyNotFound { .. }));
    }

    #[test]
    fn f_jwk_6_an_unknown_kid() {
        let known = set(&[keys().jwk("RS256", "a"), json!({ "kty": "RSA", "kid": "b" })]);
        assert_eq!(
            judged(&signed("RS256"), &known),
            KeyNotFound {
                kid: Some("k".to_owned()),
                known: vec!["a".to_owned(), "b".to_owned()],
                given: false
            }
        );
    }
}
