//! The signing keys: made at start, replaced on demand, forgotten at the end.

use std::sync::Arc;

use aws_lc_rs::encoding::AsDer as _;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _, RsaKeyPair, RsaPublicKeyComponents,
};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jsonwebtoken::crypto::CryptoProvider;
use jsonwebtoken::{DecodingKey, EncodingKey, crypto};
use serde_json::{Value, json};

use crate::clock::year_and_month;

/// How the server signs. `RS256` is the documented default, `ES256` the documented alternative.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Algorithm {
    /// RSA 2048 with PKCS #1 v1.5 and SHA-256.
    #[default]
    Rs256,
    /// ECDSA on P-256 with SHA-256.
    Es256,
}

impl Algorithm {
    /// The name as JOSE writes it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Algorithm::Rs256 => "RS256",
            Algorithm::Es256 => "ES256",
        }
    }
}

/// A key could not be made, or something could not be signed with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The cryptographic library could not make a key or a random number.
    #[error("the cryptographic library could not make a key")]
    Generation,
    /// The header names no algorithm that the current key can sign with.
    #[error("the current key cannot sign with the header's `alg`")]
    Algorithm,
}

/// One key pair. Its private half is nowhere but here, in the form the signing library wants.
pub(crate) struct SigningKey {
    kid: String,
    algorithm: Algorithm,
    private: EncodingKey,
    public: DecodingKey,
    jwk: Value,
}

impl SigningKey {
    /// Takes tens to hundreds of milliseconds for RSA: never call it with a lock held.
    fn generate(algorithm: Algorithm, kid: String) -> Result<SigningKey, KeyError> {
        match algorithm {
            Algorithm::Rs256 => SigningKey::generate_rsa(kid),
            Algorithm::Es256 => SigningKey::generate_p256(kid),
        }
    }

    fn generate_rsa(kid: String) -> Result<SigningKey, KeyError> {
        let pair = RsaKeyPair::generate(KeySize::Rsa2048).map_err(|_| KeyError::Generation)?;
        let components = RsaPublicKeyComponents::<Vec<u8>>::from(pair.public_key());
        // The library signs with PKCS #1 and the generator gives PKCS #8; its PEM reader converts.
        let der = pair.as_der().map_err(|_| KeyError::Generation)?;
        let pem = format!(
            "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n",
            STANDARD.encode(der.as_ref())
        );
        let private = EncodingKey::from_rsa_pem(pem.as_bytes()).map_err(|_| KeyError::Generation)?;
        let jwk = json!({
            "kty": "RSA",
            "use": "sig",
            "alg": Algorithm::Rs256.name(),
            "kid": kid,
            "n": URL_SAFE_NO_PAD.encode(&components.n),
            "e": URL_SAFE_NO_PAD.encode(&components.e),
        });
        let public = DecodingKey::from_rsa_raw_components(&components.n, &components.e);
        Ok(SigningKey { kid, algorithm: Algorithm::Rs256, private, public, jwk })
    }

    fn generate_p256(kid: String) -> Result<SigningKey, KeyError> {
        let pair =
            EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).map_err(|_| KeyError::Generation)?;
        // An uncompressed point: 0x04, then x and y of 32 bytes each.
        let [4, coordinates @ ..] = pair.public_key().as_ref() else { return Err(KeyError::Generation) };
        let (x, y) = coordinates.split_at_checked(32).ok_or(KeyError::Generation)?;
        let (x, y) = (URL_SAFE_NO_PAD.encode(x), URL_SAFE_NO_PAD.encode(y));
        let der = pair.to_pkcs8v1().map_err(|_| KeyError::Generation)?;
        let public = DecodingKey::from_ec_components(&x, &y).map_err(|_| KeyError::Generation)?;
        let jwk = json!({
            "kty": "EC",
            "crv": "P-256",
            "use": "sig",
            "alg": Algorithm::Es256.name(),
            "kid": kid,
            "x": x,
            "y": y,
        });
        let private = EncodingKey::from_ec_der(der.as_ref());
        Ok(SigningKey { kid, algorithm: Algorithm::Es256, private, public, jwk })
    }

    /// Signs claims under the header this server writes.
    ///
    /// Unknown (contract 8.2.5): what ScaiKey's header holds. `typ` and `kid` follow RFC 7519 §5.1 and RFC 7515 §4.1.4.
    pub(crate) fn sign(&self, claims: &[u8]) -> Result<String, KeyError> {
        let header = json!({ "alg": self.algorithm.name(), "typ": "JWT", "kid": self.kid });
        self.sign_with(&header, claims)
    }

    /// Signs claims under any header whose `alg` suits the key.
    pub(crate) fn sign_with(&self, header: &Value, claims: &[u8]) -> Result<String, KeyError> {
        let algorithm: jsonwebtoken::Algorithm = header
            .get("alg")
            .and_then(Value::as_str)
            .and_then(|name| name.parse().ok())
            .ok_or(KeyError::Algorithm)?;
        let message =
            format!("{}.{}", URL_SAFE_NO_PAD.encode(header.to_string()), URL_SAFE_NO_PAD.encode(claims));
        let signature =
            crypto::sign(message.as_bytes(), &self.private, algorithm).map_err(|_| KeyError::Algorithm)?;
        Ok(format!("{message}.{signature}"))
    }
}

/// The current key and the ones still published so that tokens signed before a rotation verify.
#[derive(Clone)]
pub(crate) struct KeyRing {
    /// Newest last; never empty.
    keys: Vec<Arc<SigningKey>>,
    current: Arc<SigningKey>,
    made: usize,
}

impl KeyRing {
    /// A ring of one new key.
    pub(crate) fn new(algorithm: Algorithm, now: i64) -> Result<KeyRing, KeyError> {
        use_the_one_backend();
        let key = Arc::new(SigningKey::generate(algorithm, kid(now, 0))?);
        Ok(KeyRing { keys: vec![Arc::clone(&key)], current: key, made: 1 })
    }

    /// This ring with a new current key; the old ones stay published.
    ///
    /// Unknown (contract 8.2.5): interval and overlap of rotations, and whether RSA and EC keys coexist.
    pub(crate) fn rotated(&self, algorithm: Algorithm, now: i64) -> Result<KeyRing, KeyError> {
        let key = Arc::new(SigningKey::generate(algorithm, kid(now, self.made))?);
        let mut keys = self.keys.clone();
        keys.push(Arc::clone(&key));
        Ok(KeyRing { keys, current: key, made: self.made + 1 })
    }

    /// Ends the overlap: only the current key stays published, tokens of the others no longer verify.
    pub(crate) fn retire_old(&mut self) {
        self.keys = vec![Arc::clone(&self.current)];
    }

    pub(crate) fn current(&self) -> Arc<SigningKey> {
        Arc::clone(&self.current)
    }

    pub(crate) fn algorithm(&self) -> Algorithm {
        self.current.algorithm
    }

    pub(crate) fn kid(&self) -> &str {
        &self.current.kid
    }

    /// The JWK Set. Its members are the RFC's: the documented schema is *any* (contract 2.3).
    pub(crate) fn jwks(&self) -> Value {
        json!({ "keys": self.keys.iter().map(|key| &key.jwk).collect::<Vec<_>>() })
    }

    /// The claims of a token whose signature one of the published keys made. Says nothing about its times.
    pub(crate) fn verified_claims(&self, token: &str) -> Option<Value> {
        let (message, signature) = token.rsplit_once('.')?;
        let (header, claims) = message.split_once('.')?;
        let header: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header).ok()?).ok()?;
        let kid = header.get("kid")?.as_str()?;
        let key = self.keys.iter().find(|key| key.kid == kid)?;
        // The key decides the algorithm, never the token.
        if header.get("alg")?.as_str()? != key.algorithm.name() {
            return None;
        }
        let algorithm = match key.algorithm {
            Algorithm::Rs256 => jsonwebtoken::Algorithm::RS256,
            Algorithm::Es256 => jsonwebtoken::Algorithm::ES256,
        };
        match crypto::verify(signature, message.as_bytes(), &key.public, algorithm) {
            Ok(true) => serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).ok()?).ok(),
            Ok(false) | Err(_) => None,
        }
    }
}

/// `2026-11-a`, then `-b`; after `-z` comes `-ba`: always another name.
fn kid(now: i64, number: usize) -> String {
    let (year, month) = year_and_month(now);
    let mut letters = Vec::new();
    let mut rest = number;
    loop {
        letters.push(char::from(b'a' + u8::try_from(rest % 26).unwrap_or(0)));
        rest /= 26;
        if rest == 0 {
            break;
        }
    }
    let letters: String = letters.into_iter().rev().collect();
    format!("{year:04}-{month:02}-{letters}")
}

/// Two backends, or none, would panic at the first signature; naming ours removes the guess.
fn use_the_one_backend() {
    // The error says that somebody in this process was here before.
    let _: Result<(), &CryptoProvider> = crypto::aws_lc::DEFAULT_PROVIDER.install_default();
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::{Algorithm, KeyRing, kid};
    use serde_json::json;

    const NOVEMBER_2026: i64 = 1_795_500_000;

    #[test]
    fn kids_never_repeat_and_name_the_month() {
        assert_eq!(kid(NOVEMBER_2026, 0), "2026-11-a");
        assert_eq!(kid(NOVEMBER_2026, 1), "2026-11-b");
        let all: HashSet<_> = (0..2000).map(|number| kid(NOVEMBER_2026, number)).collect();
        assert_eq!(all.len(), 2000);
    }

    #[test]
    fn both_algorithms_sign_what_they_verify_and_nothing_else() {
        for algorithm in [Algorithm::Rs256, Algorithm::Es256] {
            let ring = KeyRing::new(algorithm, NOVEMBER_2026).unwrap();
            let other = KeyRing::new(algorithm, NOVEMBER_2026).unwrap();
            let token = ring.current().sign(br#"{"sub":"x"}"#).unwrap();
            assert_eq!(ring.verified_claims(&token), Some(json!({ "sub": "x" })));
            // The same kid with another key behind it.
            assert_eq!(other.verified_claims(&token), None, "{algorithm:?}");
            for odd in ["", ".", "..", "a.b.c", "a.b", &token.replace('.', "!")] {
                assert_eq!(ring.verified_claims(odd), None, "{odd}");
            }
        }
    }

    #[test]
    fn the_header_cannot_choose_the_algorithm() {
        let ring = KeyRing::new(Algorithm::Rs256, NOVEMBER_2026).unwrap();
        let header = json!({ "alg": "RS512", "kid": ring.kid() });
        let token = ring.current().sign_with(&header, b"{}").unwrap();
        assert_eq!(ring.verified_claims(&token), None);
        assert!(ring.current().sign_with(&json!({ "alg": "none" }), b"{}").is_err());
        assert!(ring.current().sign_with(&json!({ "alg": "ES256" }), b"{}").is_err());
    }
}
