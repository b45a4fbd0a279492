//! Keys as the tests have them, and the one place where they become a set.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use scaikey_core::jwt::{JwkSet, SignatureVerdict, decode_unverified, key_text, verify};
use serde_json::{Value, json};

/// Unpadded base64url.
pub(crate) fn b64(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// A set of these keys, given by the user: it may hold a shared secret.
pub(crate) fn given(keys: &[Value]) -> JwkSet {
    key_text::read(&json!({ "keys": keys }).to_string(), 0).unwrap().set
}

/// A set of these keys, as an issuer publishes them.
pub(crate) fn published(keys: &[Value]) -> JwkSet {
    JwkSet::parse(json!({ "keys": keys }).to_string().as_bytes()).unwrap()
}

/// What becomes of a token's signature under these keys.
pub(crate) fn judge(token: &str, keys: &JwkSet) -> SignatureVerdict {
    verify(token, &decode_unverified(token), keys)
}
