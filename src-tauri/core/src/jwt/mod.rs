//! Tokens read and judged: a tolerant viewer and a strict verdict, kept apart. Pure: no clock, no network.
//!
//! [`jws`] takes a token to pieces and says what is wrong with each; [`claims`] holds a JSON object exactly as
//! it was written, [`json_form`] reads a JWS that is JSON itself. [`jwk`] reads published keys one by one, [`mod@verify`] checks the signature against them and
//! nothing else. [`checks`] puts signature, issuer, subject, time and scopes into sentences; [`mod@explain`] does
//! so for every claim, from the data in [`dictionary`].

pub mod checks;
pub mod claims;
pub mod dictionary;
pub mod explain;
pub mod json_form;
pub mod jwk;
pub mod jws;
pub mod verify;
pub mod words;

pub use checks::{Expectations, IssuerExpectation, ScaiKeyForms, check, verdict};
pub use claims::{Time, UnverifiedClaims};
pub use explain::{Reader, explain};
pub use json_form::JsonSignature;
pub use jwk::{Jwk, JwkSet};
pub use jws::{Decoded, JoseHeader, decode_unverified};
pub use verify::{SignatureVerdict, install_crypto, verify};

#[cfg(test)]
pub(crate) mod samples;
