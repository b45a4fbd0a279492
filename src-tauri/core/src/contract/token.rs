//! A token as the page sees it: decoded, explained and checked, without its signature.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::endpoint::Certainty;
use super::snapshot::Verdict;

/// What a token is, by its shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub enum TokenKind {
    /// A signed JWT (RFC 7515 compact serialisation).
    Jwt,
    /// A signed JWS in its JSON form (RFC 7515 §7.2), with one signature or several. No JWT (RFC 7519 §1).
    JwsJson,
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
    /// [`PageLink::Source`](super::walkthrough::PageLink::Source) opens it.
    pub source: Option<String>,
    /// What is odd about it ("looks like milliseconds").
    pub notes: Vec<String>,
    /// For a time claim: the instant, in Unix milliseconds.
    pub instant: Option<i64>,
    /// How its parts, if it has any, belong together.
    pub shape: ValueShape,
    /// What it is made of, each with what it means: scopes, methods of `amr`, the actors of `act`.
    pub parts: Vec<ValuePart>,
    /// Where it stands in the token's text, in characters from 0; `None` for a claim that is not there and for a
    /// token whose text is not plain base64url.
    pub place: Option<Place>,
}

/// How a value's parts belong together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub enum ValueShape {
    /// It is not taken apart.
    Plain,
    /// They stand side by side.
    List,
    /// Each acts for the one before it (RFC 8693 §4.1): the first is the subject, the second the current actor.
    Chain,
}

/// A part of a value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct ValuePart {
    /// It, as text.
    pub value: String,
    /// What it means, in a few words; empty where nobody says.
    pub meaning: String,
}

/// A stretch of a token's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct Place {
    /// Its first character.
    pub from: u32,
    /// The one after its last.
    pub to: u32,
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
    /// No critical header member that is not understood (RFC 7515 §4.1.11).
    Critical,
    /// `typ` is that of the expected kind of token (RFC 8725 §3.11).
    Type,
    /// `iss` is the issuer this instance publishes (contract 3.4).
    Issuer,
    /// `aud` has the expected value (RFC 7519 §4.1.3).
    Audience,
    /// `sub` equals `client_id` (contract 6.1).
    Subject,
    /// Not expired, not early.
    Time,
    /// `nonce` is that of the sign-in (OpenID Connect Core §3.1.3.7).
    Nonce,
    /// `at_hash` belongs to the access token (OpenID Connect Core §3.1.3.8).
    AccessTokenHash,
    /// It has what its profile requires.
    Profile,
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

/// What kind of token it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct Recognised {
    /// What it is, such as `A service token`.
    pub name: String,
    /// Why, each in a sentence without its full stop.
    pub reasons: Vec<String>,
    /// Whether the conclusion is documented.
    pub certainty: Certainty,
    /// Where it is, such as `ScaiKey` or `RFC 9068 §2.1`.
    pub source: Option<String>,
}

/// The instants of a token's life that it states itself, in Unix milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct TokenLife {
    /// `iat`.
    pub issued_at: Option<i64>,
    /// `nbf`.
    pub not_before: Option<i64>,
    /// `exp`.
    pub expires_at: Option<i64>,
}

/// One signature of a JWS in its JSON form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct SignatureRow {
    /// Its header as JSON text, protected members first; `None` where it cannot be read.
    pub header_json: Option<String>,
    /// How its check ended.
    pub outcome: Outcome,
    /// Why, in a sentence.
    pub reason: String,
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
    /// The payload as text, where it is none; made visible, and cut where it is very long.
    pub payload_text: Option<String>,
    /// What kind of token it is and why; `None` where nothing says so.
    pub recognised: Option<Recognised>,
    /// Its life, as far as it says so itself.
    pub life: TokenLife,
    /// The header's members, explained.
    pub header: Vec<ClaimRow>,
    /// The claims, explained, in the order of their groups.
    pub claims: Vec<ClaimRow>,
    /// The signatures of a JWS in its JSON form; else empty.
    pub signatures: Vec<SignatureRow>,
    /// What could not be read, part by part.
    pub problems: Vec<String>,
    /// The checks.
    pub checks: Vec<Check>,
    /// What they come to.
    pub verdict: Verdict,
    /// What the token answer itself had that is odd but tolerated.
    pub notes: Vec<String>,
}
