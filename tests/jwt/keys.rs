//! Keys as the tests have them, and the one place where they become a set.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use scaikey_core::jwt::{JwkSet, SignatureVerdict, decode_unverified, verify};
use serde_json::{Value, json};

/// Whether HMAC is verified with keys that the user gives. Until it is, the cases with a shared secret expect to be
/// refused.
pub(crate) const HMAC: bool = false;

/// Unpadded base64url.
pub(crate) fn b64(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// A set of these keys, given by the user: it may hold a shared secret.
pub(crate) fn given(keys: &[Value]) -> JwkSet {
    JwkSet::parse(json!({ "keys": keys }).to_string().as_bytes()).unwrap()
}

/// What becomes of a token's signature under these keys.
pub(crate) fn judge(token: &str, keys: &JwkSet) -> SignatureVerdict {
    verify(token, &decode_unverified(token), keys)
}

/// Whether a token's signature is good.
pub(crate) fn verifies(token: &str, keys: &JwkSet) -> bool {
    matches!(judge(token, keys), SignatureVerdict::Valid { .. })
}
