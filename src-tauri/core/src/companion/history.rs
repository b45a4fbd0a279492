//! The tokens before the one in hand, as far as they are remembered: what they said, without the signature.

use std::collections::VecDeque;

use super::state::TokenSet;
use crate::contract::TokenKind;
use crate::inspect::compare::Side;
use crate::jwt::{UnverifiedClaims, decode_unverified};
use crate::secret::Secret;

/// The tokens of one identity that were replaced, the newest last: at most [`History::MOST`], of together at most
/// [`History::BYTES`].
#[derive(Debug, Default)]
pub struct History(VecDeque<Past>);

/// A token that was replaced. Nobody can use it: its signature is not here.
#[derive(Debug)]
pub struct Past {
    /// The number it had.
    pub id: u64,
    /// When it arrived, on the boot clock in milliseconds.
    pub received: i64,
    kind: TokenKind,
    /// The header as JSON text. Claims may say much of a person, so both are kept as secrets are.
    header: Option<Secret>,
    claims: Option<Secret>,
    problems: Vec<String>,
}

impl History {
    /// The most tokens of one application.
    pub const MOST: usize = 10;
    /// The most bytes of header, claims and remarks of one application.
    pub const BYTES: usize = 256 * 1024;

    /// Remembers a token that is being replaced, and forgets the oldest that there is no room for. One that is
    /// larger than the room leaves nothing: an older one must not pass for the previous one.
    pub fn push(&mut self, token: &TokenSet) {
        self.0.push_back(Past::of(token));
        while self.0.len() > Self::MOST || self.0.iter().map(Past::bytes).sum::<usize>() > Self::BYTES {
            self.0.pop_front();
        }
    }

    /// Forgets all of them.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// They, the newest last.
    pub fn iter(&self) -> impl Iterator<Item = &Past> {
        self.0.iter()
    }
}

impl Past {
    fn of(token: &TokenSet) -> Self {
        let decoded = decode_unverified(token.response.access_token.expose());
        Self {
            id: token.id,
            received: token.received,
            kind: decoded.kind,
            header: decoded.header.map(|header| Secret::new(header.members().text())),
            claims: decoded.payload.map(|claims| Secret::new(claims.text())),
            problems: decoded.problems,
        }
    }

    fn bytes(&self) -> usize {
        let texts = self.header.iter().chain(&self.claims).map(|text| text.expose().len());
        texts.chain(self.problems.iter().map(String::len)).sum()
    }

    /// It, for comparing.
    pub(super) fn side(&self, title: &str) -> Side {
        let read = |text: &Option<Secret>| {
            text.as_ref().and_then(|text| UnverifiedClaims::parse(text.expose()).ok())
        };
        Side {
            title: title.to_owned(),
            kind: self.kind,
            received_at: None,
            scaikey: false,
            header: read(&self.header),
            claims: read(&self.claims),
            problems: self.problems.clone(),
        }
    }
}
