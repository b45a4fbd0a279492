//! A token as the page sees it: decoded, explained and checked, without its signature.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What a token is, by its shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub enum TokenKind {
    /// A signed JWT (RFC 7515 compact serialisation).
    Jwt,
    /// An encrypted JWT (RFC 7516): only its header can be read.
    Jwe,
    /// Anything else: means something to its issuer only.
    Opaque,
}

/// The groups of the *Explained* view, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub enum ClaimGroup {
    /// Who.
    Who,
    /// Where it is valid.
    Where,
    /// What it allows.
    What,
    /// When.
    When,
    /// Claims this program does not know.
    Other,
}

/// One claim, explained.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct ClaimRow {
    /// Its name, exactly.
    pub name: String,
    /// Its value as text: a string without quotes, anything else as its JSON, exact to the digit.
    pub value: String,
    /// Which group it stands in.
    pub group: ClaimGroup,
    /// What it means here, in a sentence; empty for an unknown claim.
    pub meaning: String,
    /// Where that meaning is documented, such as `RFC 7519 §4.1.1` or `ScaiKey`; `None` for an unknown claim.
    pub source: Option<String>,
    /// What is odd about it ("looks like milliseconds").
    pub notes: Vec<String>,
    /// For a time claim: the instant, in Unix milliseconds.
    pub instant: Option<i64>,
}

/// What a check looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub enum CheckName {
    /// The signature against the issuer's published keys.
    Signature,
    /// Algorithm and key belong together (RFC 8725 §3.1).
    Algorithm,
    /// `iss` is the issuer this instance publishes (contract 3.4).
    Issuer,
    /// `sub` equals `client_id` (contract 6.1).
    Subject,
    /// Not expired, not early.
    Time,
    /// Scopes asked and got.
    Scopes,
}

/// How a check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub enum Outcome {
    /// It holds.
    Passed,
    /// It does not.
    Failed,
    /// It was not checked.
    Skipped,
}

/// One check with its outcome and reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct Check {
    /// What it looked at.
    pub name: CheckName,
    /// How it ended.
    pub outcome: Outcome,
    /// Why, in a sentence; may be empty for a plain pass.
    pub reason: String,
    /// A remark beside a pass, such as two strings that differ in a tolerated way.
    pub note: Option<String>,
}

/// A token decoded, explained and checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct TokenDetails {
    /// Which token: changes when another one arrives.
    pub token_id: u64,
    /// What it is.
    pub kind: TokenKind,
    /// The header as JSON text, indented, exact; `None` for an opaque token.
    pub header_json: Option<String>,
    /// The payload likewise; `None` for an opaque or encrypted token.
    pub payload_json: Option<String>,
    /// The claims, explained, in the order of their groups.
    pub claims: Vec<ClaimRow>,
    /// What could not be read, part by part.
    pub problems: Vec<String>,
    /// The checks.
    pub checks: Vec<Check>,
    /// What the token answer itself had that is odd but tolerated.
    pub notes: Vec<String>,
}
