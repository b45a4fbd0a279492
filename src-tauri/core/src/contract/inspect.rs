//! The inspector: a pasted token, its keys and its checks, and two tokens side by side.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::token::{TokenDetails, TokenKind};
use crate::model::{ApplicationId, InstanceId};
use crate::secret::Secret;

/// Arguments of `inspect_pasted`.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct InspectPastedArgs {
    /// Anything that holds a token.
    #[ts(type = "string")]
    pub text: Secret,
    /// Which of the tokens in it is meant, from 0.
    pub choice: u32,
    /// Where the key for its signature comes from.
    pub keys: KeySource,
    /// What it is compared with.
    pub expected: ExpectedValues,
}

/// Where the key for a pasted token's signature comes from. Choosing one never fetches anything.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[ts(export)]
pub enum KeySource {
    /// The saved instance, or the fetched issuer, that the token's `iss` names.
    Automatic,
    /// The keys that a saved instance publishes, as far as they are in memory.
    Instance {
        /// Which.
        instance: InstanceId,
    },
    /// The keys that an issuer publishes, as far as they were fetched.
    Issuer {
        /// Its `issuer` (RFC 8414 §2).
        issuer: String,
    },
    /// A public key in PEM, a certificate, a JWK or a JWK Set.
    Pasted {
        /// Its text. A JWK may be a shared secret.
        #[ts(type = "string")]
        text: Secret,
    },
    /// A shared secret, for the HMAC algorithms.
    Shared {
        /// It.
        #[ts(type = "string")]
        value: Secret,
        /// How it is written.
        encoding: SecretEncoding,
    },
}

/// How a shared secret is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub enum SecretEncoding {
    /// The characters are the secret.
    #[default]
    Text,
    /// Base64 or base64url of the secret's bytes.
    Base64,
}

/// What a token is compared with. An empty text expects nothing.
#[derive(Debug, Clone, Default, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
#[ts(export)]
pub struct ExpectedValues {
    /// `iss`; empty: that of the instance or issuer whose keys are used.
    pub issuer: String,
    /// A value that `aud` must have.
    pub audience: String,
    /// What kind of token it should be.
    pub profile: TokenProfile,
    /// `nonce` of the sign-in that asked for an ID token (OpenID Connect Core §3.1.3.7).
    pub nonce: String,
    /// The access token that came with an ID token, for its `at_hash`.
    #[ts(type = "string")]
    pub access_token: Secret,
    /// How many seconds early or late a token may be, 0 to 600.
    pub leeway_seconds: u32,
}

/// What kind of token it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub enum TokenProfile {
    /// What it seems to be.
    #[default]
    Automatic,
    /// Any JWT.
    Any,
    /// An access token of RFC 9068.
    AccessToken,
    /// A service token of a ScaiKey (contract 3.2, 3.3).
    ScaikeyService,
    /// An ID token (OpenID Connect Core §2).
    IdToken,
}

/// A pasted text, looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct Inspection {
    /// What was found in the text.
    pub paste: PasteView,
    /// The chosen token; `None` where none was found.
    pub details: Option<TokenDetails>,
    /// The keys it was checked with.
    pub keys: KeysView,
    /// The server's clock minus this computer's, in milliseconds, where it is known.
    pub clock_offset_ms: Option<i64>,
}

/// What was found in a pasted text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct PasteView {
    /// The tokens in it, in the order in which they are offered.
    pub found: Vec<FoundToken>,
    /// Which of them is looked at.
    pub choice: u32,
    /// Its text, put together from wrapped lines and without what stood around it. The page has it already, in
    /// what was pasted.
    pub token: String,
    /// What was cut away or put together, in sentences.
    pub cut: Vec<String>,
    /// Why no token was found and what can be pasted, in a sentence; `None` where one was, or nothing was pasted.
    pub problem: Option<String>,
}

/// One of the tokens in a pasted text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct FoundToken {
    /// What it is called where it stood, such as `access_token` or `Authorization`; else `Token`.
    pub name: String,
    /// What it is, by its shape.
    pub kind: TokenKind,
}

/// The keys a token was checked with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct KeysView {
    /// Where they come from.
    pub origin: KeysOrigin,
    /// They, at most 100.
    pub keys: Vec<KeyRow>,
    /// What is odd about them, in sentences.
    pub warnings: Vec<String>,
    /// Why they could not be read or had, in a sentence.
    pub error: Option<String>,
    /// When they were fetched, in Unix milliseconds.
    pub fetched_at: Option<i64>,
    /// What could be fetched, if the user wants it.
    pub offers: Vec<KeyOffer>,
}

/// Where keys come from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[ts(export)]
pub enum KeysOrigin {
    /// There are none.
    Nowhere,
    /// A saved instance publishes them.
    Instance {
        /// Which.
        instance: InstanceId,
        /// Its name.
        name: String,
    },
    /// An issuer publishes them.
    Issuer {
        /// Its `issuer`.
        issuer: String,
    },
    /// They were pasted: what they are, such as `a certificate`.
    Pasted {
        /// In a few words.
        what: String,
    },
    /// A shared secret was typed.
    Shared,
}

/// One key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct KeyRow {
    /// Its name.
    pub kid: Option<String>,
    /// What it is, such as `an RSA key of 2048 bits`.
    pub what: String,
    /// Why it verifies nothing; `None` for one that may.
    pub problem: Option<String>,
    /// It made the token's signature.
    pub fits: bool,
}

/// Keys that could be fetched. Nothing is fetched before the user says so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[ts(export)]
pub enum KeyOffer {
    /// Those of a saved instance.
    Instance {
        /// Which.
        instance: InstanceId,
        /// Its name.
        name: String,
    },
    /// Those of the issuer that the token names, by its discovery document.
    Issuer {
        /// Its `issuer`, an `https` address or one on this computer.
        issuer: String,
    },
}

/// Arguments of `fetch_keys`.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct FetchKeysArgs {
    /// Whose.
    pub offer: KeyOffer,
}

/// One of two tokens to compare.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[ts(export)]
pub enum TokenRef {
    /// An application's.
    Application {
        /// Whose.
        application: ApplicationId,
        /// Which: one of its history; `None` is the one in hand.
        token: Option<u64>,
    },
    /// A pasted one.
    Pasted {
        /// Anything that holds a token.
        #[ts(type = "string")]
        text: Secret,
        /// Which of the tokens in it is meant, from 0.
        choice: u32,
    },
}

/// Arguments of `compare_tokens`.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct CompareTokensArgs {
    /// The one.
    pub before: TokenRef,
    /// The other.
    pub after: TokenRef,
}

/// Two tokens side by side.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct Comparison {
    /// The one.
    pub before: ComparedToken,
    /// The other.
    pub after: ComparedToken,
    /// What differs, header members first, then claims in the order of the *Explained* view.
    pub differences: Vec<Difference>,
    /// The names of what is the same in both, header members first.
    pub same: Vec<String>,
}

/// One of two compared tokens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct ComparedToken {
    /// What it is called, such as an application's name.
    pub title: String,
    /// What it is.
    pub kind: TokenKind,
    /// When it was received, in Unix milliseconds, where this program received it.
    pub received_at: Option<i64>,
    /// What could not be read, in sentences.
    pub problems: Vec<String>,
}

/// Where in a token something stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub enum TokenPart {
    /// In the JOSE header.
    Header,
    /// In the payload.
    Payload,
}

/// How something differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub enum DifferenceKind {
    /// Only the second token has it.
    Added,
    /// Only the first has it.
    Removed,
    /// Both have it, with other values.
    Changed,
}

/// One claim or header member that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct Difference {
    /// Where it stands.
    pub part: TokenPart,
    /// Its name, exactly.
    pub name: String,
    /// How it differs.
    pub kind: DifferenceKind,
    /// Its value in the first token, as in [`ClaimRow`](super::token::ClaimRow).
    pub before: Option<String>,
    /// Its value in the second.
    pub after: Option<String>,
    /// For a time claim: the instants, in Unix milliseconds.
    pub instants: Option<(i64, i64)>,
    /// The difference in a sentence, such as `1 h later`; empty where the values say it all.
    pub words: String,
    /// For scopes, audiences and other lists: what only the second has.
    pub added: Vec<String>,
    /// What only the first has.
    pub removed: Vec<String>,
    /// What both have.
    pub kept: Vec<String>,
}
