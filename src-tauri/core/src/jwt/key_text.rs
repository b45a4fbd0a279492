//! The key that a user pastes: PEM, a certificate, a JWK or a JWK Set, or a shared secret. Nothing is fetched,
//! nothing is trusted but the user's word that this is the key.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use x509_parser::oid_registry::asn1_rs::{Oid, Tag, oid};
use x509_parser::prelude::{FromDer as _, X509Certificate};
use x509_parser::public_key::RSAPublicKey;
use x509_parser::x509::SubjectPublicKeyInfo;
use zeroize::Zeroizing;

use super::claims::UnverifiedClaims;
use super::jwk::{self, Curve, Fault, JwkSet, KeyOrigin, Material};
use super::words::{about, quote};
use crate::contract::SecretEncoding;

/// The longest text that is read.
const LONGEST: usize = 1024 * 1024;

/// The most PEM blocks that are read of one text.
const MOST_BLOCKS: usize = 100;

/// Begins every block of PEM (RFC 7468 §2).
const BEGIN: &str = "-----BEGIN ";

/// Base64 of either alphabet comes here as base64url without padding. Stray last bits are let pass: DER says
/// itself how long it is, and of a secret they are none of its bytes.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::URL_SAFE,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::RequireNone),
);

const RSA: Oid<'static> = oid!(1.2.840.113549.1.1.1);
const RSA_PSS: Oid<'static> = oid!(1.2.840.113549.1.1.10);
const EC: Oid<'static> = oid!(1.2.840.10045.2.1);
const ED25519: Oid<'static> = oid!(1.3.101.112);
const ED448: Oid<'static> = oid!(1.3.101.113);

/// The curves of RFC 5480 §2.1.1.1.
const CURVES: [(Oid<'static>, Curve); 3] = [
    (oid!(1.2.840.10045.3.1.7), Curve::P256),
    (oid!(1.3.132.0.34), Curve::P384),
    (oid!(1.3.132.0.35), Curve::P521),
];

/// Keys that a user gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GivenKeys {
    /// They, with what is odd about them.
    pub set: JwkSet,
    /// What they are, such as `an RSA public key in PEM`; foreign text in it is made visible.
    pub what: String,
}

/// The answer to a private key. It must not become a habit to paste one.
fn private_key(name: &str, command: &str) -> String {
    format!(
        "This is a private {name}. Signatures are checked with the public one, and whoever has the private one \
         can sign tokens: do not paste it anywhere. Paste what “{command}” prints."
    )
}

/// What prints the public half of a private key.
const PUBLIC_HALF: &str = "openssl pkey -in key.pem -pubout";

const EXPECTED: &str = "A public key or a certificate in PEM, a JWK or a JWK Set was expected.";

/// Reads what a user pastes as the key for a signature. `now_ms` is this computer's clock, in Unix milliseconds;
/// a certificate is compared with it. Whose key it is, and who signed a certificate, is not checked.
///
/// # Errors
/// Why there is no key in it and what to paste instead, in sentences. A key that cannot be used is no error: the
/// set says why.
pub fn read(text: &str, now_ms: i64) -> Result<GivenKeys, String> {
    let text = text.trim_start_matches('\u{feff}').trim();
    if text.is_empty() {
        return Err(format!("The key is empty. {EXPECTED}"));
    }
    if text.len() > LONGEST {
        return Err("The text is longer than 1 MiB; no key is.".to_owned());
    }
    if text.starts_with('{')
        && let Some(keys) = json_keys(text)
    {
        return keys;
    }
    if text.contains(BEGIN) {
        return pem(text, now_ms);
    }
    if let Some(der) = base64_of_der(text) {
        return der_key(&der, now_ms);
    }
    Err(no_key(text))
}

/// Takes a shared secret for the HMAC algorithms.
///
/// # Errors
/// Why it cannot be used and what to do, in sentences: it is empty, not base64 although it should be, or a public
/// key, with which anyone could have made the token (RFC 8725 §3.1). A weak one is no error: the verdict says so.
pub fn shared_secret(text: &str, encoding: SecretEncoding) -> Result<GivenKeys, String> {
    if text.len() > LONGEST {
        return Err("The secret is longer than 1 MiB.".to_owned());
    }
    if let Some(what) = public_key_in(text.as_bytes()) {
        return Err(key_as_secret(what));
    }
    let secret = match encoding {
        SecretEncoding::Text => Zeroizing::new(text.as_bytes().to_vec()),
        SecretEncoding::Base64 => base64(text).ok_or(
            "The secret is not base64. If its characters are the secret themselves, say that it is text.",
        )?,
    };
    if secret.is_empty() {
        return Err("The secret is empty.".to_owned());
    }
    if let Some(what) = public_key_in(&secret) {
        return Err(key_as_secret(what));
    }
    let mut set = JwkSet::empty(KeyOrigin::Given);
    if encoding == SecretEncoding::Text && text.trim() != text {
        set.warnings
            .push("The secret begins or ends with white space, which is taken as a part of it.".to_owned());
    }
    set.push("a shared secret", jwk::hmac(secret), "The secret");
    Ok(GivenKeys { set, what: "a shared secret".to_owned() })
}

fn key_as_secret(what: &str) -> String {
    format!(
        "This is {what}, not a secret. Anyone may know it, so a token that was made with it as a secret proves \
         nothing (RFC 8725 §3.1). Give it as a key instead."
    )
}

/// What kind of public key, certificate or JWK these bytes are, if any; then they are no secret.
pub(super) fn public_key_in(secret: &[u8]) -> Option<&'static str> {
    if let Some(what) = kind_of_der(secret) {
        return Some(what);
    }
    let text = std::str::from_utf8(secret).ok()?.trim();
    if text.contains(BEGIN) {
        return Some("a key or certificate in PEM");
    }
    if text.starts_with('{') {
        let object = UnverifiedClaims::parse(text).ok()?;
        return match (object.has("keys"), object.has("kty")) {
            (true, _) => Some("a JWK Set"),
            (_, true) => Some("a JWK"),
            _ => None,
        };
    }
    if is_ssh(text) {
        return Some("an SSH key");
    }
    kind_of_der(&base64(text)?)
}

/// What a DER structure is, where it is a key or a certificate.
fn kind_of_der(der: &[u8]) -> Option<&'static str> {
    if X509Certificate::from_der(der).is_ok() {
        Some("a certificate")
    } else if SubjectPublicKeyInfo::from_der(der).is_ok() || RSAPublicKey::from_der(der).is_ok() {
        Some("a public key")
    } else {
        None
    }
}

/// Reads a JWK or a JWK Set; `None` where the JSON is neither.
fn json_keys(text: &str) -> Option<Result<GivenKeys, String>> {
    let object = UnverifiedClaims::parse(text).ok()?;
    if object.has("keys") {
        let set = JwkSet::of(&object, KeyOrigin::Given);
        return Some(set.map(|set| GivenKeys { what: "a JWK Set".to_owned(), set }));
    }
    if !object.has("kty") {
        return None;
    }
    let mut set = JwkSet::empty(KeyOrigin::Given);
    set.push_jwk(text, "The key");
    let what = match set.keys.first().map(|key| &key.material) {
        Some(material) => format!("{} as a JWK", named(material)),
        None => "a JWK".to_owned(),
    };
    Some(Ok(GivenKeys { set, what }))
}

/// What a key is called where its size does not matter.
fn named(material: &Material) -> &'static str {
    match material {
        Material::Rsa { .. } => "an RSA public key",
        Material::Ec { .. } => "an EC public key",
        Material::Ed25519 { .. } => "an Ed25519 public key",
        Material::Hmac { .. } => "a shared secret",
    }
}

/// Base64 of either alphabet, padded or not, wrapped or not.
fn base64(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    let mut plain = Zeroizing::new(String::with_capacity(text.len()));
    let letters = text.trim().trim_end_matches('=').chars().filter(|c| !c.is_ascii_whitespace());
    plain.extend(letters.map(|c| match c {
        '+' => '-',
        '/' => '_',
        c => c,
    }));
    BASE64.decode(plain.as_bytes()).ok().map(Zeroizing::new)
}

/// The bytes of a DER sequence that stands there in base64 without PEM around it, as in `x5c`, perhaps in quotes
/// and brackets.
fn base64_of_der(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    let first = text.trim_matches(|c: char| matches!(c, '[' | ']' | '"' | '\'' | ',') || c.is_whitespace());
    let first = first.split(['"', ',']).next()?;
    base64(first).filter(|der| matches!(der.as_slice(), [0x30, ..]))
}

/// A block of PEM.
struct Block<'t> {
    label: &'t str,
    body: &'t str,
}

/// The blocks of PEM in a text. Line ends may be gone, or written as `\n`, as in a file of settings.
fn blocks(text: &str) -> Result<Vec<Block<'_>>, String> {
    let mut blocks = Vec::new();
    let mut rest = text;
    while let Some((_, after)) = rest.split_once(BEGIN) {
        let Some((label, after)) = after.split_once("-----") else {
            return Err(
                "A line of the PEM is cut off: it begins with “-----BEGIN” and has no end.".to_owned()
            );
        };
        let end = format!("-----END {label}-----");
        let Some((body, after)) = after.split_once(&end) else {
            return Err(format!("The PEM is cut off: the line {} is missing.", quote(&end)));
        };
        blocks.push(Block { label, body });
        if blocks.len() > MOST_BLOCKS {
            return Err(format!("The text has more than {MOST_BLOCKS} blocks of PEM."));
        }
        rest = after;
    }
    Ok(blocks)
}

fn pem(text: &str, now_ms: i64) -> Result<GivenKeys, String> {
    let text = Zeroizing::new(text.replace("\\r", "").replace("\\n", "\n").replace("\\/", "/"));
    let blocks = blocks(&text)?;
    if let Some(block) = blocks.iter().find(|block| block.label.ends_with("PRIVATE KEY")) {
        return Err(match block.label {
            "OPENSSH PRIVATE KEY" => private_key("SSH key", "ssh-keygen -e -m PKCS8 -f key"),
            _ => private_key("key", PUBLIC_HALF),
        });
    }

    let mut set = JwkSet::empty(KeyOrigin::Given);
    let mut what = Vec::new();
    let mut certificates = 0;
    for block in &blocks {
        let der = || {
            base64(block.body).ok_or_else(|| {
                format!("What stands between the lines of the {} is not base64.", quote(block.label))
            })
        };
        match block.label {
            "PUBLIC KEY" | "EC PUBLIC KEY" => push_public(&mut set, &mut what, spki(&der()?), "in PEM"),
            "RSA PUBLIC KEY" => {
                let der = der()?;
                // Some programs write this label around the other form.
                let key = pkcs1(&der).unwrap_or_else(|| spki(&der));
                push_public(&mut set, &mut what, key, "in PEM");
            }
            "CERTIFICATE" | "X509 CERTIFICATE" | "TRUSTED CERTIFICATE" => {
                certificates += 1;
                if certificates == 1 {
                    what.push(push_certificate(&mut set, &der()?, now_ms)?);
                }
            }
            // Stands before a private key, or before nothing.
            "EC PARAMETERS" => {}
            "CERTIFICATE REQUEST" | "NEW CERTIFICATE REQUEST" => {
                return Err(format!("This is a request for a certificate, not a certificate. {EXPECTED}"));
            }
            "PGP PUBLIC KEY BLOCK" | "SSH2 PUBLIC KEY" => {
                return Err(format!(
                    "Tokens are not signed with this kind of key ({}). {EXPECTED}",
                    quote(block.label)
                ));
            }
            label => return Err(format!("A PEM block {} holds no public key. {EXPECTED}", quote(label))),
        }
    }
    if certificates > 1 {
        set.warnings
            .push(format!("The text has {certificates} certificates; the first is used, as in a chain."));
    }
    match what.as_slice() {
        [] => Err(format!("The PEM holds no public key. {EXPECTED}")),
        [only] => Ok(GivenKeys { what: only.clone(), set }),
        several => Ok(GivenKeys { what: format!("{} keys in PEM", several.len()), set }),
    }
}

fn push_public(set: &mut JwkSet, what: &mut Vec<String>, key: Result<Material, Fault>, form: &str) {
    what.push(match &key {
        Ok(material) => format!("{} {form}", named(material)),
        Err(_) => format!("a public key {form}"),
    });
    set.push("a public key", key, "The key");
}

/// Takes the key of a certificate, and says what the certificate is called.
fn push_certificate(set: &mut JwkSet, der: &[u8], now_ms: i64) -> Result<String, String> {
    let Ok((_, certificate)) = X509Certificate::from_der(der) else {
        return Err("The certificate cannot be read: it is no X.509 in DER, or it is cut off.".to_owned());
    };
    let ms = |at: i64| at.saturating_mul(1_000);
    let (from, until) = (certificate.validity().not_before, certificate.validity().not_after);
    let late = now_ms.saturating_sub(ms(until.timestamp()));
    let early = ms(from.timestamp()).saturating_sub(now_ms);
    if late > 0 {
        set.warnings.push(format!("The certificate expired {} ago.", about(late)));
    }
    if early > 0 {
        set.warnings.push(format!("The certificate is not valid for another {}.", about(early)));
    }
    match certificate.key_usage() {
        Ok(Some(usage)) if !usage.value.digital_signature() => {
            let said = "The certificate is not for digital signatures (its keyUsage says so).";
            set.warnings.push(said.to_owned());
        }
        Err(_) => set.warnings.push("The certificate's keyUsage cannot be read.".to_owned()),
        Ok(_) => {}
    }
    set.warnings.push(
        "Who signed the certificate was not checked; that its key is the issuer's is for you to know."
            .to_owned(),
    );
    set.push("a certificate's key", key_of(certificate.public_key()), "The certificate's key");
    let subject = certificate.subject().to_string();
    Ok(if subject.is_empty() {
        "a certificate without a name".to_owned()
    } else {
        format!("a certificate of {}", quote(&subject))
    })
}

/// A key in DER without PEM around it.
fn der_key(der: &[u8], now_ms: i64) -> Result<GivenKeys, String> {
    if is_private(der) {
        return Err(private_key("key", PUBLIC_HALF));
    }
    let mut set = JwkSet::empty(KeyOrigin::Given);
    if X509Certificate::from_der(der).is_ok() {
        let what = push_certificate(&mut set, der, now_ms)?;
        return Ok(GivenKeys { set, what });
    }
    let mut what = Vec::new();
    let key = pkcs1(der).unwrap_or_else(|| spki(der));
    push_public(&mut set, &mut what, key, "in base64");
    Ok(GivenKeys { set, what: what.concat() })
}

/// Whether DER begins as a private key does (PKCS#8, PKCS#1, SEC 1): a sequence whose first member is the
/// version, 0 or 1.
fn is_private(der: &[u8]) -> bool {
    let content = match der {
        [0x30, short, rest @ ..] if *short < 0x80 => rest,
        [0x30, 0x81, _, rest @ ..] | [0x30, 0x82, _, _, rest @ ..] | [0x30, 0x83, _, _, _, rest @ ..] => rest,
        _ => return false,
    };
    matches!(content, [0x02, 0x01, 0 | 1, ..])
}

fn broken<T>(reason: impl Into<String>) -> Result<T, Fault> {
    Err(Fault::Broken(reason.into()))
}

/// An RSA key as PKCS#1 has it (RFC 8017 A.1.1); `None` where it is something else.
fn pkcs1(der: &[u8]) -> Option<Result<Material, Fault>> {
    match RSAPublicKey::from_der(der) {
        Ok((&[], key)) => Some(jwk::rsa(key.modulus, key.exponent)),
        _ => None,
    }
}

/// A key as a certificate has it, by itself (RFC 5280 §4.1.2.7).
fn spki(der: &[u8]) -> Result<Material, Fault> {
    match SubjectPublicKeyInfo::from_der(der) {
        Ok((&[], info)) => key_of(&info),
        Ok(_) => broken("has something behind its end"),
        Err(_) => broken("cannot be read: it is no public key in DER, or it is cut off"),
    }
}

fn key_of(info: &SubjectPublicKeyInfo<'_>) -> Result<Material, Fault> {
    let algorithm = &info.algorithm.algorithm;
    let bits: &[u8] = &info.subject_public_key.data;
    if *algorithm == RSA {
        pkcs1(bits).unwrap_or_else(|| broken("is an RSA key that cannot be read"))
    } else if *algorithm == EC {
        // A curve that is written out (RFC 3279 §2.3.5) is not compared with the named ones.
        let named = info.algorithm.parameters.as_ref().filter(|any| any.tag() == Tag::Oid);
        let Some(curve) = named.and_then(|any| any.as_oid().ok()) else {
            return broken("has a curve without a name, which cannot be verified here");
        };
        match CURVES.iter().find(|(oid, _)| *oid == curve) {
            Some((_, curve)) => jwk::ec_point(*curve, bits.to_vec()),
            None => broken(format!("is on the curve {curve}, which cannot be verified here")),
        }
    } else if *algorithm == ED25519 {
        jwk::ed25519(bits.to_vec())
    } else if *algorithm == ED448 {
        broken("is an Ed448 key, which cannot be verified here")
    } else if *algorithm == RSA_PSS {
        broken("is an RSA key for PSS only (RFC 4055), which is not read here; give it as a JWK")
    } else {
        broken(format!("is of the kind {algorithm}, which cannot be verified here"))
    }
}

fn is_ssh(text: &str) -> bool {
    ["ssh-rsa ", "ssh-ed25519 ", "ecdsa-sha2-", "ssh-dss "].into_iter().any(|start| text.starts_with(start))
}

/// What a text is that holds no key, and what to paste instead.
fn no_key(text: &str) -> String {
    let is = if text.starts_with('<') {
        "This is HTML or XML."
    } else if text.starts_with('{') {
        return no_key_in_json(text);
    } else if text.starts_with('[') {
        "This is a list. A JWK Set is an object with “keys”."
    } else if is_ssh(text) {
        return "This is a public key as SSH writes it. Paste what “ssh-keygen -e -m PKCS8 -f key.pub” \
                prints."
            .to_owned();
    } else if text.starts_with("ey") && text.contains('.') && !text.contains(char::is_whitespace) {
        "This is a token, not the key for its signature."
    } else if text.starts_with("https://") || text.starts_with("http://") {
        "This is an address, and it is not fetched from here. Paste what it answers, or choose the issuer's \
         keys."
    } else {
        "This is no key. If it is a shared secret, choose that."
    };
    format!("{is} {EXPECTED}")
}

fn no_key_in_json(text: &str) -> String {
    let object = match UnverifiedClaims::parse(text) {
        Ok(object) => object,
        Err(what) => return format!("The text looks like JSON and is {what}. {EXPECTED}"),
    };
    let is = if object.has("jwks_uri") {
        "This is a discovery document. The keys are at the address in its jwks_uri: paste what that answers, or \
         choose the issuer's keys."
    } else if object.has("signatures") || object.has("signature") || object.has("access_token") {
        "This is a token, not the key for its signature."
    } else {
        "This is JSON, but neither a JWK (it has no “kty”) nor a JWK Set (it has no “keys”)."
    };
    format!("{is} {EXPECTED}")
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::STANDARD;
    use proptest::prelude::*;
    use serde_json::json;

    use super::super::samples::{Certificate, b64, der, keys, pem, rsa_spki, spki};
    use super::super::{SignatureVerdict, decode_unverified, verify};
    use super::*;

    /// 2026-11-26, in Unix milliseconds.
    const NOW: i64 = 1_795_700_000_000;

    const DAY: i64 = 86_400_000;

    const GOOD: Certificate<'_> = Certificate {
        subject: "keys.example",
        valid: ("20200101000000Z", "20900101000000Z"),
        usage: Some(0x80),
    };

    const CHAIN: &str =
        "Who signed the certificate was not checked; that its key is the issuer's is for you to know.";

    fn signed(alg: &str) -> String {
        keys().sign(alg, &json!({ "alg": alg, "kid": "k" }).to_string(), "{}")
    }

    fn judged(token: &str, keys: &GivenKeys) -> SignatureVerdict {
        verify(token, &decode_unverified(token), &keys.set)
    }

    /// A text is read as this, and its key verifies tokens of this algorithm.
    fn check_read(text: &str, alg: &str, what: &str, warnings: &[&str]) {
        let given = read(text, NOW).unwrap();
        assert_eq!((given.what.as_str(), given.set.origin), (what, KeyOrigin::Given), "{text}");
        assert_eq!(given.set.warnings, warnings, "{text}");
        let verdict = judged(&signed(alg), &given);
        assert!(matches!(verdict, SignatureVerdict::Valid { warning: None, .. }), "{text}: {verdict:?}");
    }

    fn check_no_key(text: &str, start: &str) {
        let error = read(text, NOW).unwrap_err();
        assert!(error.starts_with(start), "{text}: {error}");
    }

    /// A text is read, and its one key cannot be used.
    fn check_unusable(text: &str, warnings: &[&str], verdict: &SignatureVerdict) {
        let given = read(text, NOW).unwrap();
        assert_eq!(given.set.warnings, warnings, "{text}");
        assert_eq!(&judged(&signed("RS256"), &given), verdict, "{text}");
    }

    #[test]
    fn every_form_of_every_key_verifies() {
        for (alg, what) in [
            ("RS256", "an RSA public key"),
            ("PS512", "an RSA public key"),
            ("ES256", "an EC public key"),
            ("ES384", "an EC public key"),
            ("ES512", "an EC public key"),
            ("EdDSA", "an Ed25519 public key"),
        ] {
            let public = keys().public_der(alg);
            let in_pem = format!("{what} in PEM");
            let block = pem("PUBLIC KEY", &public);
            check_read(&block, alg, &in_pem, &[]);
            check_read(&format!("\u{feff}  KEY=\"{block}\""), alg, &in_pem, &[]);
            check_read(&block.replace('\n', "\\n"), alg, &in_pem, &[]);
            check_read(&block.replace('\n', "\\r\\n"), alg, &in_pem, &[]);
            check_read(&block.replace('\n', " "), alg, &in_pem, &[]);
            check_read(&json!({ "public_key": block }).to_string(), alg, &in_pem, &[]);

            let bare = STANDARD.encode(&public);
            let in_base64 = format!("{what} in base64");
            check_read(&bare, alg, &in_base64, &[]);
            check_read(&b64(&public), alg, &in_base64, &[]);

            let certificate = GOOD.der(&public);
            let of = "a certificate of “CN=keys.example”";
            check_read(&pem("CERTIFICATE", &certificate), alg, of, &[CHAIN]);
            // As in x5c.
            check_read(&json!([STANDARD.encode(&certificate), bare]).to_string(), alg, of, &[CHAIN]);

            let jwk = keys().jwk(alg, "k");
            check_read(&jwk.to_string(), alg, &format!("{what} as a JWK"), &[]);
            check_read(&json!({ "keys": [jwk] }).to_string(), alg, "a JWK Set", &[]);
        }
        check_read(&pem("RSA PUBLIC KEY", &keys().pkcs1()), "RS256", "an RSA public key in PEM", &[]);
        check_read(
            &pem("RSA PUBLIC KEY", &keys().public_der("RS256")),
            "RS256",
            "an RSA public key in PEM",
            &[],
        );
        check_read(&STANDARD.encode(keys().pkcs1()), "RS256", "an RSA public key in base64", &[]);
        check_read(
            &pem("EC PUBLIC KEY", &keys().public_der("ES384")),
            "ES384",
            "an EC public key in PEM",
            &[],
        );
        check_read(&keys().jwk("HS256", "k").to_string(), "HS256", "a shared secret as a JWK", &[]);
    }

    #[test]
    fn compressed_points_verify() {
        // RFC 5480 §2.2 allows them; a JWK never has one.
        for (alg, size) in [("ES256", 32), ("ES384", 48), ("ES512", 66)] {
            let public = keys().public_der(alg);
            let (head, point) = public.split_at(public.len() - 2 * size - 1);
            let SubjectPublicKeyInfo { algorithm, .. } = SubjectPublicKeyInfo::from_der(&public).unwrap().1;
            assert_eq!((point[0], head.last()), (4, Some(&0)));
            let compressed = [&[2 + (point[2 * size] & 1)], &point[1..=size]].concat();
            let curve = algorithm.parameters.unwrap();
            let curve = der(6, &[curve.as_bytes()]);
            let short = spki(&[0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1], &curve, &compressed);
            check_read(&pem("PUBLIC KEY", &short), alg, "an EC public key in PEM", &[]);
        }
    }

    #[test]
    fn several_blocks_are_several_keys_and_of_certificates_the_first_counts() {
        let several =
            pem("PUBLIC KEY", &keys().public_der("ES256")) + &pem("RSA PUBLIC KEY", &keys().pkcs1());
        for alg in ["ES256", "RS256"] {
            check_read(&several, alg, "2 keys in PEM", &[]);
        }
        let chain = pem("CERTIFICATE", &GOOD.der(&keys().public_der("ES256")))
            + &pem("CERTIFICATE", &GOOD.der(&keys().public_der("RS256")));
        let counted = "The text has 2 certificates; the first is used, as in a chain.";
        check_read(&chain, "ES256", "a certificate of “CN=keys.example”", &[CHAIN, counted]);
        assert_eq!(
            judged(&signed("RS256"), &read(&chain, NOW).unwrap()),
            SignatureVerdict::AlgorithmRefused {
                reason: "The given key is an EC key on P-256; the token says RS256".to_owned()
            }
        );
        check_no_key(&pem("PUBLIC KEY", &[]).repeat(101), "The text has more than 100 blocks of PEM.");
    }

    #[test]
    fn certificates_that_are_odd() {
        let public = keys().public_der("ES256");
        let with = |certificate: Certificate<'_>| pem("CERTIFICATE", &certificate.der(&public));
        for (certificate, what, warning) in [
            (
                Certificate { valid: ("20200101000000Z", "20261123000000Z"), ..GOOD },
                "a certificate of “CN=keys.example”",
                Some("The certificate expired 3 d ago."),
            ),
            (
                Certificate { valid: ("20261201000000Z", "20900101000000Z"), ..GOOD },
                "a certificate of “CN=keys.example”",
                Some("The certificate is not valid for another 4 d."),
            ),
            (
                Certificate { usage: Some(0x20), ..GOOD },
                "a certificate of “CN=keys.example”",
                Some("The certificate is not for digital signatures (its keyUsage says so)."),
            ),
            (Certificate { usage: None, ..GOOD }, "a certificate of “CN=keys.example”", None),
            (Certificate { subject: "a\u{202e}b", ..GOOD }, "a certificate of “CN=a\\u{202e}b”", None),
        ] {
            let warnings: Vec<&str> = warning.into_iter().chain([CHAIN]).collect();
            check_read(&with(certificate), "ES256", what, &warnings);
        }
        let cut = GOOD.der(&public);
        check_no_key(&pem("CERTIFICATE", &cut[..cut.len() - 9]), "The certificate cannot be read");
        assert_eq!(NOW / DAY, 20_783);
    }

    #[test]
    fn private_keys_are_not_read() {
        for label in ["PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY", "ENCRYPTED PRIVATE KEY"] {
            check_no_key(&pem(label, &keys().pkcs8()), "This is a private key.");
        }
        check_no_key(&pem("OPENSSH PRIVATE KEY", b"openssh-key-v1"), "This is a private SSH key.");
        check_no_key(&STANDARD.encode(keys().pkcs8()), "This is a private key.");
        // One beside a certificate spoils the lot.
        let both = pem("CERTIFICATE", &GOOD.der(&keys().public_der("RS256"))) + &pem("PRIVATE KEY", &[]);
        check_no_key(&both, "This is a private key.");
        assert!(
            read(&pem("PRIVATE KEY", &[]), NOW).unwrap_err().contains("openssl pkey -in key.pem -pubout")
        );
    }

    #[test]
    fn f_jwk_10_of_a_private_jwk_only_the_public_half_is_used() {
        for alg in ["RS256", "ES256", "EdDSA"] {
            let mut jwk = keys().jwk(alg, "k");
            jwk["d"] = json!("AAAA");
            jwk["key_ops"] = json!(["sign"]);
            let given = read(&jwk.to_string(), NOW).unwrap();
            let warning = "Key “k” is a private key (it has d): whoever has it can sign tokens. Only its public \
                           half was used; do not paste it anywhere.";
            assert_eq!(given.set.warnings, [warning]);
            assert!(matches!(judged(&signed(alg), &given), SignatureVerdict::Valid { .. }), "{alg}");
            assert!(!format!("{given:?}").contains("AAAA"));
        }
    }

    #[test]
    fn texts_that_are_no_key() {
        for (text, start) in [
            ("", "The key is empty. A public key"),
            (" \n", "The key is empty."),
            ("<!doctype html>", "This is HTML or XML. A public key"),
            (&signed("ES256"), "This is a token, not the key for its signature."),
            (r#"{"payload":"e30","signatures":[]}"#, "This is a token, not the key for its signature."),
            (r#"{"access_token":"ey"}"#, "This is a token, not the key for its signature."),
            (r#"{"issuer":"https://i","jwks_uri":"https://i/jwks"}"#, "This is a discovery document."),
            (r#"{"a":1}"#, "This is JSON, but neither a JWK (it has no “kty”) nor a JWK Set"),
            (r#"{"kty":"RSA""#, "The text looks like JSON and is not JSON (EOF while parsing an object"),
            (r#"{"keys":{}}"#, "“keys” is an object; it should be a list of keys."),
            ("[1]", "This is a list. A JWK Set is an object with “keys”."),
            ("ssh-rsa AAAAB3NzaC1yc2E me@here", "This is a public key as SSH writes it."),
            ("https://issuer.example/jwks", "This is an address, and it is not fetched from here."),
            ("hunter2", "This is no key. If it is a shared secret, choose that. A public key"),
            (
                "-----BEGIN PUBLIC KEY-----\nMIIB",
                "The PEM is cut off: the line “-----END PUBLIC KEY-----” is",
            ),
            ("-----BEGIN PUBLIC KEY", "A line of the PEM is cut off"),
            ("-----BEGIN X-----\n-----END X-----", "A PEM block “X” holds no public key."),
            ("-----BEGIN EC PARAMETERS-----\n-----END EC PARAMETERS-----", "The PEM holds no public key."),
            (
                "-----BEGIN PUBLIC KEY-----\n$$\n-----END PUBLIC KEY-----",
                "What stands between the lines of the “PUBLIC KEY” is not base64.",
            ),
            (&pem("CERTIFICATE REQUEST", &[]), "This is a request for a certificate, not a certificate."),
            (&pem("PGP PUBLIC KEY BLOCK", &[]), "Tokens are not signed with this kind of key"),
            (&" a".repeat(LONGEST), "The text is longer than 1 MiB; no key is."),
        ] {
            check_no_key(text, start);
        }
    }

    #[test]
    fn f_jwk_3_keys_that_cannot_be_used_say_why() {
        let ec = [0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1];
        let point = [4; 65];
        for (public, reason) in [
            (
                spki(&ec, &[6, 5, 0x2b, 0x81, 4, 0, 0x0a], &point),
                "is on the curve 1.3.132.0.10, which cannot be verified here",
            ),
            (spki(&ec, &[], &point), "has a curve without a name, which cannot be verified here"),
            (
                spki(&ec, &der(0x30, &[&[2, 1, 1]]), &point),
                "has a curve without a name, which cannot be verified here",
            ),
            (spki(&[0x2b, 0x65, 0x71], &[], &[0; 57]), "is an Ed448 key, which cannot be verified here"),
            (
                spki(&[0x2b, 0x65, 0x6e], &[], &[0; 32]),
                "is of the kind 1.3.101.110, which cannot be verified here",
            ),
            (spki(&[0x2b, 0x65, 0x70], &[], &[0; 31]), "has an x of 31 bytes; Ed25519 has 32"),
            (
                spki(&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 10], &[], &[0]),
                "is an RSA key for PSS only (RFC 4055), which is not read here; give it as a JWK",
            ),
            (
                spki(&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1], &[5, 0], &[0]),
                "is an RSA key that cannot be read",
            ),
            (der(0x30, &[b"nonsense"]), "cannot be read: it is no public key in DER, or it is cut off"),
            ([keys().public_der("RS256"), vec![0]].concat(), "has something behind its end"),
        ] {
            check_unusable(
                &pem("PUBLIC KEY", &public),
                &[&format!("The key {reason}.")],
                &SignatureVerdict::NotChecked { reason: format!("The given key {reason}") },
            );
        }
        check_unusable(
            r#"{"kty":"new"}"#,
            &["The key has the unknown kty “new”."],
            &SignatureVerdict::NotChecked {
                reason: "The given key has the unknown kty “new”".to_owned()
            },
        );
    }

    #[test]
    fn f_jwt_28_29_30_given_keys_are_no_better_than_published_ones() {
        let p256 = [6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7];
        let refused = |reason: String| SignatureVerdict::AlgorithmRefused { reason };
        for (public, reason) in [
            (rsa_spki(&[0xff; 64], &[1, 0, 1]), "is weak: 512 bits, fewer than 2048 (RFC 8725 §3.4)"),
            (rsa_spki(&[0xff; 128], &[1, 0, 1]), "is weak: 1024 bits, fewer than 2048 (RFC 8725 §3.4)"),
            (rsa_spki(&[0xff; 256], &[1]), "is worthless: its exponent is 0 or 1"),
            (rsa_spki(&[0xff; 256], &[4]), "is worthless: its exponent is even"),
            (
                spki(&[0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1], &p256, &[4; 65]),
                "is no point on P-256 (RFC 8725 §3.4)",
            ),
        ] {
            let warning = format!("The key {reason}.");
            check_unusable(
                &pem("PUBLIC KEY", &public),
                &[&warning],
                &refused(format!("The given key {reason}")),
            );
            let warning = format!("The certificate's key {reason}.");
            let certificate = pem("CERTIFICATE", &GOOD.der(&public));
            check_unusable(&certificate, &[CHAIN, &warning], &refused(format!("The given key {reason}")));
        }
        let large = "is too large to be used here: 16384 bits, more than 8192";
        check_unusable(
            &pem("PUBLIC KEY", &rsa_spki(&[0xff; 2048], &[1, 0, 1])),
            &[&format!("The key {large}.")],
            &SignatureVerdict::NotChecked { reason: format!("The given key {large}") },
        );
    }

    #[test]
    fn f_jwt_19_a_public_key_is_no_secret() {
        use SecretEncoding::{Base64, Text};
        let public = keys().public_der("RS256");
        let block = pem("PUBLIC KEY", &public);
        let certificate = GOOD.der(&public);
        let jwk = keys().jwk("RS256", "k").to_string();
        let jwks = json!({ "keys": [keys().jwk("RS256", "k")] }).to_string();
        for (text, encoding, what) in [
            (block.clone(), Text, "a key or certificate in PEM"),
            (block.trim().to_owned(), Text, "a key or certificate in PEM"),
            (STANDARD.encode(&block), Base64, "a key or certificate in PEM"),
            (pem("CERTIFICATE", &certificate), Base64, "a key or certificate in PEM"),
            (STANDARD.encode(&public), Text, "a public key"),
            (STANDARD.encode(&public), Base64, "a public key"),
            (b64(&public), Base64, "a public key"),
            (STANDARD.encode(keys().pkcs1()), Base64, "a public key"),
            (STANDARD.encode(&certificate), Base64, "a certificate"),
            (STANDARD.encode(&certificate), Text, "a certificate"),
            (jwk.clone(), Text, "a JWK"),
            (STANDARD.encode(&jwk), Base64, "a JWK"),
            (jwks.clone(), Text, "a JWK Set"),
            ("ssh-rsa AAAAB3NzaC1yc2E me@here".to_owned(), Text, "an SSH key"),
        ] {
            let error = shared_secret(&text, encoding).unwrap_err();
            assert!(error.starts_with(&format!("This is {what}, not a secret.")), "{text}: {error}");
        }
        // The same in a JWK.
        for (secret, what) in [
            (block.into_bytes(), "a key or certificate in PEM"),
            (public, "a public key"),
            (certificate, "a certificate"),
            (jwk.into_bytes(), "a JWK"),
            (jwks.into_bytes(), "a JWK Set"),
        ] {
            let oct = json!({ "kty": "oct", "k": b64(&secret) }).to_string();
            let reason =
                format!("is {what} used as a secret, which anyone may know (RFC 8725 §3.1); it is not used");
            check_unusable(
                &oct,
                &[&format!("The key {reason}.")],
                &SignatureVerdict::AlgorithmRefused { reason: format!("The given key {reason}") },
            );
        }
    }

    #[test]
    fn f_jwt_31_secrets_that_are_empty_or_short() {
        use SecretEncoding::{Base64, Text};
        let hs256 = |secret: &[u8]| {
            let input = format!("{}.e30", b64(br#"{"alg":"HS256"}"#));
            let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, secret);
            format!("{input}.{}", b64(aws_lc_rs::hmac::sign(&key, input.as_bytes()).as_ref()))
        };
        for (text, encoding) in [("", Text), ("", Base64), (" =", Base64)] {
            assert_eq!(shared_secret(text, encoding), Err("The secret is empty.".to_owned()));
        }
        let empty = read(r#"{"kty":"oct","k":""}"#, NOW).unwrap();
        assert_eq!(
            judged(&hs256(b""), &empty),
            SignatureVerdict::AlgorithmRefused {
                reason: "The given key is an empty secret, which anyone knows".to_owned()
            }
        );
        assert!(shared_secret("p$ss", Base64).unwrap_err().starts_with("The secret is not base64."));
        for (text, encoding, secret, weak) in [
            ("hunter2", Text, &b"hunter2"[..], Some("7 bytes")),
            ("x", Text, b"x", Some("1 byte")),
            ("aHVudGVyMg==", Base64, b"hunter2", Some("7 bytes")),
            ("aHVu\ndGVyMg", Base64, b"hunter2", Some("7 bytes")),
            ("pä", Text, "pä".as_bytes(), Some("3 bytes")),
            ("_-8", Base64, &[0xff, 0xef], Some("2 bytes")),
            (&"x".repeat(31), Text, &[b'x'; 31], Some("31 bytes")),
            (&"x".repeat(32), Text, &[b'x'; 32], None),
        ] {
            let given = shared_secret(text, encoding).unwrap();
            assert_eq!((given.what.as_str(), given.set.warnings.len()), ("a shared secret", 0));
            let warning = weak.map(|weak| {
                format!(
                    "Weak key: the shared secret has {weak}, HS256 wants at least 32 (RFC 7518 §3.2); it may be \
                     guessed from any token"
                )
            });
            let expected = SignatureVerdict::Valid { alg: "HS256".to_owned(), kid: None, key: 0, warning };
            assert_eq!(judged(&hs256(secret), &given), expected, "{text}");
        }
        let spaced = shared_secret("hunter2\n", Text).unwrap();
        assert_eq!(
            spaced.set.warnings,
            ["The secret begins or ends with white space, which is taken as a part of it."]
        );
        assert!(!format!("{spaced:?}").contains("hunter2"));
    }

    proptest! {
        #[test]
        fn any_text_can_be_read(text in any::<String>(), now in any::<i64>()) {
            let _: Result<GivenKeys, String> = read(&text, now);
            let _: Result<GivenKeys, String> = shared_secret(&text, SecretEncoding::Base64);
        }

        #[test]
        fn any_bytes_in_pem_can_be_read(
            label in "(RSA |EC )?PUBLIC KEY|CERTIFICATE",
            bytes in any::<Vec<u8>>(),
            at in any::<prop::sample::Index>(),
            change in any::<u8>(),
        ) {
            let _: Result<GivenKeys, String> = read(&pem(&label, &bytes), NOW);
            let mut public = GOOD.der(&keys().public_der("ES256"));
            *at.get_mut(&mut public) ^= change;
            let _: Result<GivenKeys, String> = read(&pem(&label, &public), NOW);
            let _: Result<GivenKeys, String> = read(&STANDARD.encode(&public), NOW);
        }
    }
}
