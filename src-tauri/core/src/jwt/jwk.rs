//! Keys (RFC 7517), read one by one: a broken key never hides a good one, and a key that must not verify
//! signatures never does. What an issuer publishes holds no secrets; what the user gives may.

use std::collections::HashSet;
use std::fmt;

use aws_lc_rs::signature::{self, UnparsedPublicKey, VerificationAlgorithm};
use serde_json::value::RawValue;
use zeroize::Zeroizing;

use super::claims::{UnverifiedClaims, kind_of};
use super::jws::decode_part;
use super::key_text::public_key_in;
use super::words::quote;
use crate::contract::KeyRow;

/// The longest key set that is read.
const LONGEST_SET: usize = 1024 * 1024;

/// The most keys that are read of one set.
const MOST_KEYS: usize = 100;

/// Members that only a private key has (RFC 7518 §6).
const PRIVATE: [&str; 7] = ["d", "p", "q", "dp", "dq", "qi", "oth"];

/// The RSA sizes that are used, in bits: RFC 8725 §3.4 wants 2048; above 8192 the crypto library stops.
const RSA_BITS: std::ops::RangeInclusive<usize> = 2048..=8192;

/// Where keys come from. It decides whether a shared secret may be among them, and what they are called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum KeyOrigin {
    /// An issuer publishes them, so anyone has them.
    #[default]
    Published,
    /// The user gave them.
    Given,
}

impl KeyOrigin {
    /// What such keys are called in a sentence.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Published => "published",
            Self::Given => "given",
        }
    }
}

/// A key that may verify signatures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Jwk {
    /// Its name in the set.
    pub kid: Option<String>,
    /// The one algorithm it is for, where it says so.
    pub alg: Option<String>,
    pub(super) material: Material,
}

/// What a key is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Material {
    Rsa { n: Vec<u8>, e: Vec<u8> },
    Ec { curve: Curve, point: Vec<u8> },
    Ed25519 { x: Vec<u8> },
    Hmac { secret: SecretBytes },
}

/// A shared secret. Wiped from memory when dropped, and never shown.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct SecretBytes(Zeroizing<Vec<u8>>);

impl SecretBytes {
    pub(super) fn as_slice(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for SecretBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretBytes(••••)")
    }
}

/// The curves of ES256, ES384 and ES512.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Curve {
    P256,
    P384,
    P521,
}

impl Curve {
    /// The length of a coordinate, in bytes.
    pub(super) fn size(self) -> usize {
        match self {
            Self::P256 => 32,
            Self::P384 => 48,
            Self::P521 => 66,
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::P256 => "P-256",
            Self::P384 => "P-384",
            Self::P521 => "P-521",
        }
    }

    pub(super) fn verification(self) -> &'static dyn VerificationAlgorithm {
        match self {
            Self::P256 => &signature::ECDSA_P256_SHA256_FIXED,
            Self::P384 => &signature::ECDSA_P384_SHA384_FIXED,
            Self::P521 => &signature::ECDSA_P521_SHA512_FIXED,
        }
    }
}

impl Jwk {
    /// What kind of key it is, for a sentence.
    #[must_use]
    pub fn describe(&self) -> String {
        match &self.material {
            Material::Rsa { n, .. } => format!("an RSA key of {} bits", bits(n)),
            Material::Ec { curve, .. } => format!("an EC key on {}", curve.name()),
            Material::Ed25519 { .. } => "an Ed25519 key".to_owned(),
            Material::Hmac { secret } => format!("a shared secret of {}", bytes_in_words(secret.as_slice())),
        }
    }
}

/// `1 byte`, `32 bytes`.
pub(super) fn bytes_in_words(bytes: &[u8]) -> String {
    match bytes.len() {
        1 => "1 byte".to_owned(),
        n => format!("{n} bytes"),
    }
}

/// A key of the set that verifies nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unusable {
    pub(super) kid: Option<String>,
    /// What kind of key it is, as far as it says.
    what: &'static str,
    /// How many usable keys stand before it in the set.
    after: usize,
    /// In words that go on after "Key “x”".
    pub(super) reason: String,
    /// Using it would be wrong, not only impossible here.
    pub(super) refused: bool,
}

/// The keys of an issuer, or those that the user gave.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct JwkSet {
    /// Those that may verify signatures, in order.
    pub keys: Vec<Jwk>,
    /// What is odd about the set, and why keys were left out, in sentences.
    pub warnings: Vec<String>,
    /// Where they come from.
    pub origin: KeyOrigin,
    pub(super) unusable: Vec<Unusable>,
}

impl JwkSet {
    /// Reads the body of a JWKS answer.
    ///
    /// # Errors
    /// Why it is no key set, in a sentence. A broken key in it is a warning.
    pub fn parse(body: &[u8]) -> Result<Self, String> {
        if body.len() > LONGEST_SET {
            return Err("The key set is longer than 1 MiB.".to_owned());
        }
        let text = std::str::from_utf8(body).map_err(|_| "The key set is not UTF-8.".to_owned())?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        if text.trim().is_empty() {
            return Err("The answer is empty; a key set was expected.".to_owned());
        }
        if text.trim_start().starts_with('<') {
            return Err("The answer is HTML or XML; a key set in JSON was expected.".to_owned());
        }
        let object = UnverifiedClaims::parse(text).map_err(|what| format!("The key set is {what}."))?;
        if !object.has("keys") {
            return Err("The answer has no “keys”, so it is no key set.".to_owned());
        }
        Self::of(&object, KeyOrigin::Published)
    }

    /// A set of keys of this origin that has none yet.
    pub(super) fn empty(origin: KeyOrigin) -> Self {
        Self { origin, ..Self::default() }
    }

    /// Reads a JWK Set (RFC 7517 §5) that has `keys`.
    pub(super) fn of(object: &UnverifiedClaims, origin: KeyOrigin) -> Result<Self, String> {
        if object.duplicates().contains(&"keys") {
            return Err("The key set says “keys” more than once.".to_owned());
        }
        let raw = object.raw("keys").unwrap_or_default();
        let keys: Vec<&RawValue> = serde_json::from_str(raw)
            .map_err(|_| format!("“keys” is {}; it should be a list of keys.", kind_of(raw)))?;

        let mut set = Self::empty(origin);
        if keys.is_empty() {
            set.warnings.push("The key set is empty.".to_owned());
        }
        if keys.len() > MOST_KEYS {
            set.warnings.push(format!("The set has {} keys; the first {MOST_KEYS} are read.", keys.len()));
        }
        for (index, raw) in keys.iter().take(MOST_KEYS).enumerate() {
            set.push_jwk(raw.get(), &format!("Key {} of the set", index + 1));
        }
        set.warn_of_doubles();
        let secrets = set.keys.iter().filter(|key| matches!(key.material, Material::Hmac { .. })).count();
        if secrets > 0 && secrets < set.keys.len() {
            set.warnings.push(
                "There are shared secrets among the public keys: if the set is published, anyone can make tokens \
                 with them."
                    .to_owned(),
            );
        }
        Ok(set)
    }

    /// Reads one JWK into the set. `unnamed` is what it is called where it has no `kid`.
    pub(super) fn push_jwk(&mut self, raw: &str, unnamed: &str) {
        let (kid, what, key) = parse_key(raw, self.origin);
        let called =
            |kid: Option<&str>| kid.map_or_else(|| unnamed.to_owned(), |kid| format!("Key {}", quote(kid)));
        match key {
            Ok(Read { alg, material, warning }) => {
                if let Some(warning) = warning {
                    self.warnings.push(format!("{} {warning}.", called(kid.as_deref())));
                }
                self.keys.push(Jwk { kid, alg, material });
            }
            Err(fault) => {
                let name = called(kid.as_deref());
                self.push_fault(kid, what, fault, &name);
            }
        }
    }

    /// Takes a key that was not read from a JWK. `unnamed` as in [`push_jwk`](Self::push_jwk).
    pub(super) fn push(&mut self, what: &'static str, key: Result<Material, Fault>, unnamed: &str) {
        match key {
            Ok(material) => self.keys.push(Jwk { kid: None, alg: None, material }),
            Err(fault) => self.push_fault(None, what, fault, unnamed),
        }
    }

    fn push_fault(&mut self, kid: Option<String>, what: &'static str, fault: Fault, name: &str) {
        let (reason, refused) = match fault {
            Fault::Refused(reason) => (reason, true),
            Fault::Broken(reason) => (reason, false),
        };
        self.warnings.push(format!("{name} {reason}."));
        self.unusable.push(Unusable { kid, what, after: self.keys.len(), reason, refused });
    }

    fn warn_of_doubles(&mut self) {
        let mut seen = HashSet::new();
        let named = self.keys.iter().filter_map(|key| key.kid.as_deref());
        if let Some(kid) = named.into_iter().find(|kid| !seen.insert(*kid)) {
            self.warnings.push(format!("More than one key is named {}.", quote(kid)));
        }
    }

    /// All keys, usable or not, in the set's order. `fits` is the one that made a signature, as an index of
    /// [`keys`](Self::keys).
    #[must_use]
    pub fn rows(&self, fits: Option<usize>) -> Vec<KeyRow> {
        let mut unusable = self.unusable.iter().peekable();
        let mut rows = Vec::with_capacity(self.keys.len() + self.unusable.len());
        for index in 0..=self.keys.len() {
            while let Some(key) = unusable.next_if(|key| key.after <= index) {
                rows.push(KeyRow {
                    kid: key.kid.clone(),
                    what: key.what.to_owned(),
                    problem: Some(format!("It {}.", key.reason)),
                    fits: false,
                });
            }
            if let Some(key) = self.keys.get(index) {
                rows.push(KeyRow {
                    kid: key.kid.clone(),
                    what: key.describe(),
                    problem: None,
                    fits: fits == Some(index),
                });
            }
        }
        rows
    }

    /// Whether the set has a key for a token with this `kid`, usable or not; for a token without one, whether it
    /// has any key. Where not, fetching the set again may help.
    #[must_use]
    pub fn has_kid(&self, kid: Option<&str>) -> bool {
        match kid {
            Some(kid) => self.kids().any(|known| known == kid),
            None => !self.keys.is_empty(),
        }
    }

    /// The names of all keys in the set, usable or not.
    pub fn kids(&self) -> impl Iterator<Item = &str> {
        let usable = self.keys.iter().filter_map(|key| key.kid.as_deref());
        usable.chain(self.unusable.iter().filter_map(|key| key.kid.as_deref()))
    }
}

/// The size of a big-endian number without leading zeros.
fn bits(n: &[u8]) -> usize {
    n.first().map_or(0, |first| n.len() * 8 - first.leading_zeros() as usize)
}

/// Why a key is not taken: `Refused` where using it would be wrong, `Broken` where it cannot be read here. In
/// words that go on after "Key “x”".
#[derive(Debug)]
pub(super) enum Fault {
    Refused(String),
    Broken(String),
}

fn refused<T>(reason: impl Into<String>) -> Result<T, Fault> {
    Err(Fault::Refused(reason.into()))
}

fn broken<T>(reason: impl Into<String>) -> Result<T, Fault> {
    Err(Fault::Broken(reason.into()))
}

/// What was read of a JWK.
struct Read {
    alg: Option<String>,
    material: Material,
    /// In words that go on after "Key “x”".
    warning: Option<String>,
}

/// A JWK's name, what kind of key it says it is, and the key.
fn parse_key(raw: &str, origin: KeyOrigin) -> (Option<String>, &'static str, Result<Read, Fault>) {
    match UnverifiedClaims::parse(raw) {
        Ok(members) => {
            let what = match members.str("kty").as_deref() {
                Some("oct") => "a shared secret",
                Some("RSA") => "an RSA key",
                Some("EC") => "an EC key",
                Some("OKP") => "an Edwards-curve key",
                _ => "a key of an unknown kind",
            };
            (members.str("kid"), what, read(&members, origin))
        }
        Err(what) => (None, "no key", broken(format!("is {what}"))),
    }
}

/// A member that must be a string where it is there.
fn optional(members: &UnverifiedClaims, name: &str) -> Result<Option<String>, Fault> {
    match (members.raw(name), members.str(name)) {
        (None, _) => Ok(None),
        (Some(_), Some(text)) => Ok(Some(text)),
        (Some(raw), None) => broken(format!("has {} as its {name}", kind_of(raw))),
    }
}

/// A member that must be there, base64url.
fn bytes(members: &UnverifiedClaims, name: &str) -> Result<Vec<u8>, Fault> {
    let Some(text) = optional(members, name)?.map(Zeroizing::new) else {
        return broken(format!("has no {name}"));
    };
    match decode_part(name, &text) {
        (Some(bytes), None) => Ok(bytes),
        _ => broken(format!("has an {name} that is not base64url")),
    }
}

fn read(members: &UnverifiedClaims, origin: KeyOrigin) -> Result<Read, Fault> {
    if let Some(name) = members.duplicates().first() {
        return broken(format!("says {} more than once", quote(name)));
    }
    let Some(kty) = optional(members, "kty")? else { return broken("has no kty") };
    let private = PRIVATE.into_iter().find(|name| members.has(name));
    if origin == KeyOrigin::Published {
        if kty == "oct" || members.has("k") {
            return refused("is a shared secret, which has no place in a published set; it is not used");
        }
        if let Some(name) = private {
            return refused(format!(
                "is a private key ({name} is published): anyone can sign tokens with it; it is not used"
            ));
        }
    }
    optional(members, "kid")?;
    let alg = optional(members, "alg")?;
    match optional(members, "use")?.as_deref() {
        None | Some("sig") => {}
        Some("enc") => return refused("is for encryption (use: enc)"),
        Some(other) => return refused(format!("is not for signatures (use: {})", quote(other))),
    }
    if let Some(raw) = members.raw("key_ops") {
        // The public half of a key that may sign is one that may verify.
        let verifies = |op: &String| op == "verify" || (op == "sign" && private.is_some());
        match serde_json::from_str::<Vec<String>>(raw) {
            Ok(ops) if ops.iter().any(verifies) => {}
            Ok(_) => return refused("is not for verifying (key_ops)"),
            Err(_) => return broken("has key_ops that are no list of texts"),
        }
    }
    let material = match kty.as_str() {
        "RSA" => {
            let (n, e) = (bytes(members, "n")?, bytes(members, "e")?);
            rsa(&n, &e)?
        }
        "EC" => ec(members)?,
        "OKP" => okp(members)?,
        "oct" => hmac(Zeroizing::new(bytes(members, "k")?))?,
        other => return broken(format!("has the unknown kty {}", quote(other))),
    };
    let warning = private.filter(|_| kty != "oct").map(|name| {
        format!(
            "is a private key (it has {name}): whoever has it can sign tokens. Only its public half was used; do \
             not paste it anywhere"
        )
    });
    Ok(Read { alg, material, warning })
}

/// An RSA key of these big-endian numbers.
pub(super) fn rsa(n: &[u8], e: &[u8]) -> Result<Material, Fault> {
    // RFC 7518 §6.3.1.1: some libraries prefix a zero octet; readers have to expect it. DER does, too.
    let number = |bytes: &[u8]| -> Vec<u8> { bytes.iter().copied().skip_while(|b| *b == 0).collect() };
    let (n, e) = (number(n), number(e));
    let size = bits(&n);
    if size < *RSA_BITS.start() {
        return refused(format!("is weak: {size} bits, fewer than 2048 (RFC 8725 §3.4)"));
    }
    if size > *RSA_BITS.end() {
        return broken(format!("is too large to be used here: {size} bits, more than 8192"));
    }
    match e.as_slice() {
        [] | [1] => return refused("is worthless: its exponent is 0 or 1"),
        e if e.last().is_some_and(|b| b % 2 == 0) => return refused("is worthless: its exponent is even"),
        e if e.len() > 4 => return broken("has an exponent too large to be used here"),
        _ => {}
    }
    Ok(Material::Rsa { n, e })
}

/// An EC key of this point (SEC 1 §2.3.3).
pub(super) fn ec_point(curve: Curve, point: Vec<u8>) -> Result<Material, Fault> {
    if UnparsedPublicKey::new(curve.verification(), &point).parse().is_err() {
        return refused(format!("is no point on {} (RFC 8725 §3.4)", curve.name()));
    }
    Ok(Material::Ec { curve, point })
}

/// An Ed25519 key (RFC 8032 §5.1.5).
pub(super) fn ed25519(x: Vec<u8>) -> Result<Material, Fault> {
    if x.len() != 32 {
        return broken(format!("has an x of {} bytes; Ed25519 has 32", x.len()));
    }
    Ok(Material::Ed25519 { x })
}

/// A shared secret. One that is a public key in disguise is refused: anyone could have made the token with it
/// (RFC 8725 §3.1).
pub(super) fn hmac(secret: Zeroizing<Vec<u8>>) -> Result<Material, Fault> {
    if secret.is_empty() {
        return refused("is an empty secret, which anyone knows");
    }
    if let Some(what) = public_key_in(&secret) {
        return refused(format!(
            "is {what} used as a secret, which anyone may know (RFC 8725 §3.1); it is not used"
        ));
    }
    Ok(Material::Hmac { secret: SecretBytes(secret) })
}

fn ec(members: &UnverifiedClaims) -> Result<Material, Fault> {
    let curve = match optional(members, "crv")?.as_deref() {
        None => return broken("has no crv"),
        Some("P-256") => Curve::P256,
        Some("P-384") => Curve::P384,
        Some("P-521") => Curve::P521,
        Some(other) => return broken(format!("is on {}, which cannot be verified here", quote(other))),
    };
    let mut point = vec![4];
    for name in ["x", "y"] {
        let coordinate = bytes(members, name)?;
        if coordinate.len() != curve.size() {
            let (is, size) = (coordinate.len(), curve.size());
            return broken(format!("has an {name} of {is} bytes; {} has {size}", curve.name()));
        }
        point.extend(coordinate);
    }
    ec_point(curve, point)
}

fn okp(members: &UnverifiedClaims) -> Result<Material, Fault> {
    match optional(members, "crv")?.as_deref() {
        None => broken("has no crv"),
        Some("Ed25519") => ed25519(bytes(members, "x")?),
        Some(other) => broken(format!("is on {}, which cannot be verified here", quote(other))),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::samples::{b64, given, keys, set};
    use super::*;

    fn check_refused_body(body: &str, error: &str) {
        assert_eq!(JwkSet::parse(body.as_bytes()), Err(error.to_owned()), "{body}");
    }

    /// The one warning of a set that holds this key alone.
    fn check_unusable(key: &Value, refused: bool, reason: &str) {
        let set = set(std::slice::from_ref(key));
        assert_eq!(set.warnings, [format!("Key “k” {reason}.")], "{key}");
        assert!(set.keys.is_empty(), "{key}");
        assert_eq!(set.unusable.first().map(|u| u.refused), Some(refused), "{key}");
    }

    fn with(mut key: Value, name: &str, value: Value) -> Value {
        key.as_object_mut().unwrap().insert(name.to_owned(), value);
        key
    }

    fn without(mut key: Value, name: &str) -> Value {
        key.as_object_mut().unwrap().remove(name);
        key
    }

    #[test]
    fn f_jwk_1_answers_that_are_no_set() {
        check_refused_body("", "The answer is empty; a key set was expected.");
        check_refused_body(" <!doctype html>", "The answer is HTML or XML; a key set in JSON was expected.");
        check_refused_body("[]", "The key set is a list, not a JSON object.");
        check_refused_body("{}", "The answer has no “keys”, so it is no key set.");
        check_refused_body(r#"{"keys":{}}"#, "“keys” is an object; it should be a list of keys.");
        check_refused_body(r#"{"keys":[],"keys":[]}"#, "The key set says “keys” more than once.");
        assert_eq!(JwkSet::parse(b"\xff"), Err("The key set is not UTF-8.".to_owned()));
        assert_eq!(set(&[]).warnings, ["The key set is empty."]);
    }

    #[test]
    fn f_jwk_2_3_broken_keys_do_not_hide_a_good_one() {
        let good = keys().jwk("RS256", "good");
        let set = set(&[
            json!(1),
            json!({ "kty": "new", "kid": "unknown" }),
            without(keys().jwk("RS256", "no-n"), "n"),
            with(keys().jwk("RS256", "enc"), "use", json!("enc")),
            json!({ "kty": "EC", "crv": "secp256k1", "kid": "curve" }),
            with(keys().jwk("ES256", "typed"), "x", json!(5)),
            keys().jwk("ES512", "p521"),
            keys().jwk("ES256", "good"),
            good,
        ]);
        assert_eq!(
            set.warnings,
            [
                "Key 1 of the set is a number, not a JSON object.",
                "Key “unknown” has the unknown kty “new”.",
                "Key “no-n” has no n.",
                "Key “enc” is for encryption (use: enc).",
                "Key “curve” is on “secp256k1”, which cannot be verified here.",
                "Key “typed” has a number as its x.",
                "More than one key is named “good”.",
            ]
        );
        assert_eq!(
            set.keys.iter().filter_map(|k| k.kid.as_deref()).collect::<Vec<_>>(),
            ["p521", "good", "good"]
        );
        assert!(set.has_kid(Some("good")) && set.has_kid(Some("enc")) && set.has_kid(None));
        assert!(!set.has_kid(Some("other")));
    }

    #[test]
    fn f_jwk_8_a_huge_set_is_cut() {
        let many: Vec<Value> = (0..5000).map(|i| json!({ "kty": "x", "kid": i.to_string() })).collect();
        let set = set(&many);
        assert_eq!(
            set.warnings.first().map(String::as_str),
            Some("The set has 5000 keys; the first 100 are read.")
        );
        assert_eq!(set.warnings.len(), 101);
        check_refused_body(&" ".repeat(LONGEST_SET + 1), "The key set is longer than 1 MiB.");
    }

    #[test]
    fn f_jwk_10_secrets_in_the_set_are_never_used() {
        let oct = json!({ "kty": "oct", "k": "AAAA", "kid": "k" });
        check_unusable(
            &oct,
            true,
            "is a shared secret, which has no place in a published set; it is not used",
        );
        for alg in ["RS256", "ES256", "EdDSA"] {
            check_unusable(
                &with(keys().jwk(alg, "k"), "d", json!("AAAA")),
                true,
                "is a private key (d is published): anyone can sign tokens with it; it is not used",
            );
        }
    }

    #[test]
    fn f_jwk_10_secrets_that_were_given_are_used_and_never_shown() {
        let mixed = given(&[keys().jwk("HS256", "k"), keys().jwk("RS256", "r")]);
        assert_eq!(
            mixed.warnings,
            [
                "There are shared secrets among the public keys: if the set is published, anyone can make tokens \
              with them."
            ]
        );
        let set = given(&[keys().jwk("HS256", "k"), json!({ "kty": "oct", "kid": "none" })]);
        assert_eq!(set.warnings, ["Key “none” has no k."]);
        assert_eq!(set.keys.first().map(Jwk::describe).as_deref(), Some("a shared secret of 64 bytes"));
        let shown = format!("{set:?}");
        assert!(shown.contains("SecretBytes(••••)"));
        assert!(!shown.contains(&b64(keys().secret())) && !shown.contains("255, 254"), "{shown}");
    }

    #[test]
    fn rows_keep_the_order_of_the_set() {
        let set = set(&[
            json!(1),
            keys().jwk("RS256", "a"),
            json!({ "kty": "OKP", "kid": "b", "crv": "X25519" }),
            json!({ "kty": "EC", "kid": "c" }),
            keys().jwk("ES384", "d"),
            json!({ "kty": "oct", "kid": "e", "k": "AAAA" }),
            json!({ "kty": "ML-KEM" }),
        ]);
        let rows: Vec<_> =
            set.rows(Some(1)).into_iter().map(|row| (row.kid, row.what, row.problem, row.fits)).collect();
        let row = |kid: Option<&str>, what: &str, problem: Option<&str>, fits: bool| {
            (kid.map(str::to_owned), what.to_owned(), problem.map(str::to_owned), fits)
        };
        assert_eq!(
            rows,
            [
                row(None, "no key", Some("It is a number, not a JSON object."), false),
                row(Some("a"), "an RSA key of 2048 bits", None, false),
                row(
                    Some("b"),
                    "an Edwards-curve key",
                    Some("It is on “X25519”, which cannot be verified here."),
                    false
                ),
                row(Some("c"), "an EC key", Some("It has no crv."), false),
                row(Some("d"), "an EC key on P-384", None, true),
                row(
                    Some("e"),
                    "a shared secret",
                    Some("It is a shared secret, which has no place in a published set; it is not used."),
                    false
                ),
                row(None, "a key of an unknown kind", Some("It has the unknown kty “ML-KEM”."), false),
            ]
        );
        assert!(set.rows(None).iter().all(|row| !row.fits));
    }

    #[test]
    fn f_jwk_11_keys_for_other_uses() {
        let key = || keys().jwk("ES256", "k");
        check_unusable(&with(key(), "use", json!("enc")), true, "is for encryption (use: enc)");
        check_unusable(&with(key(), "use", json!("Sig")), true, "is not for signatures (use: “Sig”)");
        check_unusable(&with(key(), "use", json!(1)), false, "has a number as its use");
        check_unusable(&with(key(), "key_ops", json!(["sign"])), true, "is not for verifying (key_ops)");
        check_unusable(
            &with(key(), "key_ops", json!("verify")),
            false,
            "has key_ops that are no list of texts",
        );
        check_unusable(&with(key(), "alg", json!([])), false, "has a list as its alg");
        assert_eq!(set(&[with(key(), "key_ops", json!(["verify"]))]).warnings, [""; 0]);
    }

    #[test]
    fn f_jwt_28_30_rsa_sizes_and_exponents() {
        let rsa = |bytes: usize, e: &[u8]| json!({ "kty": "RSA", "kid": "k", "n": b64(&vec![0xff; bytes]), "e": b64(e) });
        check_unusable(&rsa(64, &[1, 0, 1]), true, "is weak: 512 bits, fewer than 2048 (RFC 8725 §3.4)");
        check_unusable(&rsa(128, &[1, 0, 1]), true, "is weak: 1024 bits, fewer than 2048 (RFC 8725 §3.4)");
        check_unusable(
            &rsa(2048, &[1, 0, 1]),
            false,
            "is too large to be used here: 16384 bits, more than 8192",
        );
        check_unusable(&rsa(256, &[1]), true, "is worthless: its exponent is 0 or 1");
        check_unusable(&rsa(256, &[0]), true, "is worthless: its exponent is 0 or 1");
        check_unusable(&rsa(256, &[4]), true, "is worthless: its exponent is even");
        check_unusable(&rsa(256, &[1; 9]), false, "has an exponent too large to be used here");
        check_unusable(&rsa(0, &[3]), true, "is weak: 0 bits, fewer than 2048 (RFC 8725 §3.4)");
        let zero_first = json!({ "kty": "RSA", "n": b64(&[&[0][..], &[0xff; 256]].concat()), "e": "AQAB" });
        assert_eq!(
            set(&[zero_first]).keys.first().map(Jwk::describe).as_deref(),
            Some("an RSA key of 2048 bits")
        );
    }

    #[test]
    fn f_jwt_29_points_off_the_curve() {
        let key = || keys().jwk("ES256", "k");
        check_unusable(&with(key(), "y", json!(b64(&[7; 32]))), true, "is no point on P-256 (RFC 8725 §3.4)");
        check_unusable(&with(key(), "y", json!(b64(&[7; 31]))), false, "has an y of 31 bytes; P-256 has 32");
        check_unusable(&with(key(), "crv", json!("P-384")), false, "has an x of 32 bytes; P-384 has 48");
        check_unusable(&with(key(), "x", json!("a=")), false, "has an x that is not base64url");
        check_unusable(&without(key(), "crv"), false, "has no crv");
        let ed = with(keys().jwk("EdDSA", "k"), "crv", json!("X25519"));
        check_unusable(&ed, false, "is on “X25519”, which cannot be verified here");
    }
}
