//! The inspector: from a pasted text to a token read, explained and checked, and two tokens side by side. Pure:
//! the window and the command line call the same functions, and neither clock nor network is read here.

pub mod compare;
pub mod paste;

use crate::contract::{
    ExpectedValues, FoundToken, Inspection, KeySource, KeysOrigin, KeysView, PasteView, TokenDetails,
    TokenLife, Verdict,
};
use crate::jwt::{JwkSet, Reader, decode_unverified, explain};
use crate::model::InstanceId;

/// What is known when a token is looked at.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// This computer's clock, in Unix milliseconds.
    pub now_ms: i64,
    /// The issuers whose keys may be used, the saved instances first.
    pub issuers: Vec<KnownIssuer>,
}

/// An issuer that is known: a saved instance, or one whose keys were fetched for the inspector.
#[derive(Debug, Clone)]
pub struct KnownIssuer {
    /// The saved instance with its name; `None` for one that is not saved.
    pub instance: Option<(InstanceId, String)>,
    /// What it publishes as its `issuer` (RFC 8414 §2). A ScaiKey may have several, one for each tenant.
    pub issuers: Vec<String>,
    /// The base URL of a ScaiKey, whose tokens have been seen with two forms of issuer (contract 3.4).
    pub scaikey_base: Option<String>,
    /// Its keys, where they are in memory.
    pub keys: Option<JwkSet>,
    /// When they were fetched, in Unix milliseconds.
    pub keys_fetched_at: Option<i64>,
    /// Why keys could not be had the last time, in a sentence.
    pub keys_error: Option<String>,
    /// The server's clock minus this computer's, in milliseconds.
    pub clock_offset_ms: Option<i64>,
}

/// Looks at a pasted text. It never fails: it says what it found and what is wrong with it.
#[must_use]
pub fn inspect(
    text: &str,
    choice: usize,
    _keys: &KeySource,
    _expected: &ExpectedValues,
    known: &Known,
) -> Inspection {
    let pasted = paste::find(text);
    let choice = choice.min(pasted.tokens.len().saturating_sub(1));
    let found = pasted
        .tokens
        .iter()
        .map(|token| FoundToken { name: token.name.clone(), kind: decode_unverified(&token.token).kind })
        .collect();
    let chosen = pasted.tokens.get(choice);
    let details = chosen.map(|chosen| {
        let decoded = decode_unverified(&chosen.token);
        let reader = Reader { client_id: None, issuer_matches: false, now_ms: known.now_ms, scaikey: false };
        TokenDetails {
            token_id: 0,
            kind: decoded.kind,
            header_json: decoded.header.as_ref().map(|header| header.members().pretty()),
            payload_json: decoded.payload.as_ref().map(|payload| payload.pretty()),
            payload_text: decoded.payload_text.clone(),
            recognised: None,
            life: TokenLife::default(),
            header: Vec::new(),
            claims: explain(&decoded, &reader),
            signatures: Vec::new(),
            problems: decoded.problems,
            checks: Vec::new(),
            verdict: Verdict::NotVerified { reason: "The signature was not checked".to_owned() },
            notes: Vec::new(),
        }
    });
    Inspection {
        paste: PasteView {
            found,
            choice: u32::try_from(choice).unwrap_or(0),
            token: chosen.map(|chosen| chosen.token.clone()).unwrap_or_default(),
            cut: chosen.map(|chosen| chosen.cut.clone()).unwrap_or_default(),
            problem: pasted.problem,
        },
        details,
        keys: KeysView {
            origin: KeysOrigin::Nowhere,
            keys: Vec::new(),
            warnings: Vec::new(),
            error: None,
            fetched_at: None,
            offers: Vec::new(),
        },
        clock_offset_ms: None,
    }
}
