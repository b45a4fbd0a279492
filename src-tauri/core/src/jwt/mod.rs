//! Tokens read and judged: a tolerant viewer and a strict verdict, kept apart. Pure: no clock, no network.
//!
//! [`jws`] takes a token to pieces and says what is wrong with each; [`claims`] holds a JSON object exactly as
//! it was written, [`json_form`] reads a JWS that is JSON itself. [`jwk`] reads published keys one by one,
//! [`key_text`] those that a user pastes, [`mod@verify`] checks the signature against them and nothing else.
//! [`checks`] puts signature, issuer, audience, time and the rest into sentences, [`profile`] what one kind of token
//! must have; [`mod@explain`] does so for every claim and header member, from the data in [`dictionary`], and
//! [`mod@recognise`] for the whole.

pub mod checks;
pub mod claims;
pub mod dictionary;
pub mod explain;
pub mod json_form;
pub mod jwk;
pub mod jws;
pub mod key_text;
pub mod profile;
pub mod recognise;
pub mod verify;
pub mod words;

pub use checks::{Expectations, IssuerExpectation, Request, ScaiKeyForms, Values, check, verdict};
pub use claims::{Time, UnverifiedClaims};
pub use explain::{Reader, explain, explain_header, too_long_for_a_header};
pub use json_form::JsonSignature;
pub use jwk::{Jwk, JwkSet, KeyOrigin};
pub use jws::{Decoded, JoseHeader, decode_unverified};
pub use key_text::GivenKeys;
pub use profile::Profile;
pub use recognise::{life_of, recognise};
pub use verify::{SignatureVerdict, install_crypto, verify, verify_signature};

#[cfg(test)]
pub(crate) mod samples;
