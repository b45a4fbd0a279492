//! Tokens and keys for the tests of this module.

use std::sync::OnceLock;

use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    self, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RsaEncoding, RsaKeyPair, RsaPublicKeyComponents,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::jwk::JwkSet;

pub(crate) fn b64(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The vectors of RFC 7515 appendix A and RFC 8037 appendix A.4.
pub(crate) fn rfc_vectors() -> Vec<Value> {
    serde_json::from_str(include_str!("../../../../tests/vectors/rfc_jws.json")).unwrap()
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

impl Keys {
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
