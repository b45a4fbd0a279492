//! Tokens and keys for the tests of this module.

use std::sync::OnceLock;

use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    self, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RsaEncoding, RsaKeyPair, RsaPublicKeyComponents,
};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use super::jwk::JwkSet;

pub(crate) fn b64(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The vectors of RFC 7515 appendix A and RFC 8037 appendix A.4.
pub(crate) fn rfc_vectors() -> Vec<Value> {
    serde_json::from_str(include_str!("../../../../tests/vectors/rfc_jws.json")).unwrap()
}

/// The examples of RFC 7520 §4.1 to §4.8, in every form they have there.
pub(crate) fn rfc7520_vectors() -> Vec<Value> {
    serde_json::from_str(include_str!("../../../../tests/vectors/rfc7520_jws.json")).unwrap()
}

/// A key set of these keys.
pub(crate) fn set(keys: &[Value]) -> JwkSet {
    JwkSet::parse(json!({ "keys": keys }).to_string().as_bytes()).unwrap()
}

/// These keys as the user gives them.
pub(crate) fn given(keys: &[Value]) -> JwkSet {
    super::key_text::read(&json!({ "keys": keys }).to_string(), 0).unwrap().set
}

/// The key pairs that sign the tests' tokens, made once per run.
pub(crate) struct Keys {
    rsa: RsaKeyPair,
    p256: EcdsaKeyPair,
    p384: EcdsaKeyPair,
    p521: EcdsaKeyPair,
    ed: Ed25519KeyPair,
    /// Long enough for every HMAC algorithm.
    secret: [u8; 64],
}

pub(crate) fn keys() -> &'static Keys {
    static KEYS: OnceLock<Keys> = OnceLock::new();
    KEYS.get_or_init(|| Keys {
        rsa: RsaKeyPair::generate(KeySize::Rsa2048).unwrap(),
        p256: EcdsaKeyPair::generate(&signature::ECDSA_P256_SHA256_FIXED_SIGNING).unwrap(),
        p384: EcdsaKeyPair::generate(&signature::ECDSA_P384_SHA384_FIXED_SIGNING).unwrap(),
        p521: EcdsaKeyPair::generate(&signature::ECDSA_P521_SHA512_FIXED_SIGNING).unwrap(),
        ed: Ed25519KeyPair::generate().unwrap(),
        secret: std::array::from_fn(|i| u8::try_from(255 - i).unwrap()),
    })
}

/// A block of PEM.
pub(crate) fn pem(label: &str, der: &[u8]) -> String {
    let lines: Vec<u8> = STANDARD.encode(der).into_bytes().chunks(64).collect::<Vec<_>>().join(&b'\n');
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", String::from_utf8(lines).unwrap())
}

/// A DER value (X.690 §8.1) of this tag with these contents.
pub(crate) fn der(tag: u8, contents: &[&[u8]]) -> Vec<u8> {
    let content = contents.concat();
    let length = content.len().to_be_bytes();
    let length = &length[length.iter().take_while(|b| **b == 0).count()..];
    let mut der = vec![tag];
    if content.len() >= 0x80 {
        der.push(0x80 | u8::try_from(length.len()).unwrap());
        der.extend(length);
    } else {
        der.push(u8::try_from(content.len()).unwrap());
    }
    der.extend(content);
    der
}

/// A `SubjectPublicKeyInfo` (RFC 5280 §4.1.2.7) of this algorithm, the contents of its OID and its parameters in
/// DER.
pub(crate) fn spki(oid: &[u8], parameters: &[u8], key: &[u8]) -> Vec<u8> {
    der(0x30, &[&der(0x30, &[&der(6, &[oid]), parameters]), &der(3, &[&[0], key])])
}

/// The `SubjectPublicKeyInfo` of an RSA key of this modulus, which needs no leading zero, and this exponent.
pub(crate) fn rsa_spki(n: &[u8], e: &[u8]) -> Vec<u8> {
    let key = der(0x30, &[&der(2, &[&[0], n]), &der(2, &[e])]);
    spki(&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1], &[5, 0], &key)
}

/// What a made certificate says of itself.
pub(crate) struct Certificate<'a> {
    pub(crate) subject: &'a str,
    /// As `GeneralizedTime`, such as `20200101000000Z`.
    pub(crate) valid: (&'a str, &'a str),
    /// `keyUsage` as the first byte of its bits: 0x80 is `digitalSignature`.
    pub(crate) usage: Option<u8>,
}

impl Certificate<'_> {
    /// The certificate of this key, in DER. Its signature is none: nobody checks it.
    pub(crate) fn der(&self, spki: &[u8]) -> Vec<u8> {
        let algorithm = der(0x30, &[&der(6, &[&[0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2]])]);
        let name = |text: &str| {
            let common_name = der(0x30, &[&der(6, &[&[0x55, 4, 3]]), &der(0x0c, &[text.as_bytes()])]);
            der(0x30, &[&der(0x31, &[&common_name])])
        };
        let time = |text: &str| der(0x18, &[text.as_bytes()]);
        let extensions = self.usage.map_or_else(Vec::new, |usage| {
            let bits = der(4, &[&der(3, &[&[0, usage]])]);
            let extension = der(0x30, &[&der(6, &[&[0x55, 0x1d, 0x0f]]), &[1, 1, 0xff], &bits]);
            der(0xa3, &[&der(0x30, &[&extension])])
        });
        let content = der(
            0x30,
            &[
                &der(0xa0, &[&[2, 1, 2]]),
                &[2, 1, 1],
                &algorithm,
                &name("issuer"),
                &der(0x30, &[&time(self.valid.0), &time(self.valid.1)]),
                &name(self.subject),
                spki,
                &extensions,
            ],
        );
        der(0x30, &[&content, &algorithm, &der(3, &[&[0, 0]])])
    }
}

impl Keys {
    /// The public key that verifies this algorithm, as `SubjectPublicKeyInfo`.
    pub(crate) fn public_der(&self, alg: &str) -> Vec<u8> {
        let of = |key: &dyn AsDer<PublicKeyX509Der<'static>>| key.as_der().unwrap().as_ref().to_vec();
        match alg {
            "ES256" => of(self.p256.public_key()),
            "ES384" => of(self.p384.public_key()),
            "ES512" => of(self.p521.public_key()),
            "EdDSA" | "Ed25519" => of(self.ed.public_key()),
            _ => of(self.rsa.public_key()),
        }
    }

    /// The RSA key as `RSAPublicKey` of PKCS#1.
    pub(crate) fn pkcs1(&self) -> Vec<u8> {
        self.rsa.public_key().as_ref().to_vec()
    }

    /// The RSA key pair as `PrivateKeyInfo` of PKCS#8.
    pub(crate) fn pkcs8(&self) -> Vec<u8> {
        let der: aws_lc_rs::encoding::Pkcs8V1Der<'_> = self.rsa.as_der().unwrap();
        der.as_ref().to_vec()
    }

    /// The shared secret.
    pub(crate) fn secret(&self) -> &[u8] {
        &self.secret
    }

    /// The key that verifies this algorithm, as a JWK with this `kid`; for HMAC the shared secret.
    pub(crate) fn jwk(&self, alg: &str, kid: &str) -> Value {
        let ec = |crv: &str, pair: &EcdsaKeyPair| {
            let point = pair.public_key().as_ref()[1..].to_vec();
            let (x, y) = point.split_at(point.len() / 2);
            json!({ "kty": "EC", "crv": crv, "kid": kid, "x": b64(x), "y": b64(y) })
        };
        match alg {
            "ES256" => ec("P-256", &self.p256),
            "ES384" => ec("P-384", &self.p384),
            "ES512" => ec("P-521", &self.p521),
            "HS256" | "HS384" | "HS512" => json!({ "kty": "oct", "kid": kid, "k": b64(&self.secret) }),
            "EdDSA" | "Ed25519" => {
                json!({ "kty": "OKP", "crv": "Ed25519", "kid": kid, "x": b64(self.ed.public_key().as_ref()) })
            }
            _ => {
                let RsaPublicKeyComponents { n, e } =
                    RsaPublicKeyComponents::<Vec<u8>>::from(self.rsa.public_key());
                json!({ "kty": "RSA", "kid": kid, "n": b64(&n), "e": b64(&e) })
            }
        }
    }

    /// A token signed with this algorithm. The header is taken as it is.
    pub(crate) fn sign(&self, alg: &str, header: &str, payload: &str) -> String {
        let input = format!("{}.{}", b64(header.as_bytes()), b64(payload.as_bytes()));
        let rng = SystemRandom::new();
        let rsa = |padding: &'static dyn RsaEncoding| {
            let mut out = vec![0; self.rsa.public_modulus_len()];
            self.rsa.sign(padding, &rng, input.as_bytes(), &mut out).unwrap();
            out
        };
        let ec = |pair: &EcdsaKeyPair| pair.sign(&rng, input.as_bytes()).unwrap().as_ref().to_vec();
        let hmac = |algorithm| {
            let tag = hmac::sign(&hmac::Key::new(algorithm, &self.secret), input.as_bytes());
            tag.as_ref().to_vec()
        };
        let signature = match alg {
            "HS256" => hmac(hmac::HMAC_SHA256),
            "HS384" => hmac(hmac::HMAC_SHA384),
            "HS512" => hmac(hmac::HMAC_SHA512),
            "RS256" => rsa(&signature::RSA_PKCS1_SHA256),
            "RS384" => rsa(&signature::RSA_PKCS1_SHA384),
            "RS512" => rsa(&signature::RSA_PKCS1_SHA512),
            "PS256" => rsa(&signature::RSA_PSS_SHA256),
            "PS384" => rsa(&signature::RSA_PSS_SHA384),
            "PS512" => rsa(&signature::RSA_PSS_SHA512),
            "ES256" => ec(&self.p256),
            "ES384" => ec(&self.p384),
            "ES512" => ec(&self.p521),
            _ => self.ed.sign(input.as_bytes()).as_ref().to_vec(),
        };
        format!("{input}.{}", b64(&signature))
    }
}
