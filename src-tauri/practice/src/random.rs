//! Ids and secrets that need no escaping anywhere: not in a shell, a URL, a form or HTTP Basic.

use aws_lc_rs::error::Unspecified;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// A new client secret: 256 bits as letters, digits, `-` and `_` only.
///
/// The documented `curl -u "$CLIENT_ID:$CLIENT_SECRET"` does not form-encode what RFC 6749 §2.3.1 wants encoded;
/// with this alphabet there is nothing to encode.
pub(crate) fn secret() -> Result<String, Unspecified> {
    let mut bytes = [0; 32];
    aws_lc_rs::rand::fill(&mut bytes)?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// `length` random lower-case letters and digits.
///
/// `client_id` and the `app_…` id have no documented pattern (contract 1.5, 8.2.11); this is the look of the examples.
pub(crate) fn id(length: usize) -> Result<String, Unspecified> {
    const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
    let mut bytes = vec![0; length];
    aws_lc_rs::rand::fill(&mut bytes)?;
    Ok(bytes.into_iter().map(|byte| char::from(ALPHABET[usize::from(byte % 32)])).collect())
}

#[cfg(test)]
mod tests {
    #[test]
    fn secrets_use_letters_digits_hyphen_and_underscore_only() {
        for _ in 0..200 {
            let secret = super::secret().unwrap();
            assert_eq!(secret.len(), 43);
            assert!(secret.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_'), "{secret}");
        }
    }
}
