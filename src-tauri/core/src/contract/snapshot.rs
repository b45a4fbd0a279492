//! What the screen shows: one value, published whenever something changed. It never holds a token or a
//! secret.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::draft::{ExtraParameter, InstanceKindName, Renewal};
use super::error::AppError;
use super::exchange::ExchangeId;
use super::token::TokenKind;
use super::walkthrough::{CandidateView, WalkthroughView};
use crate::model::{
    ApplicationId, ApplicationType, ClientAuthentication, Colour, EndpointKey, InstanceId, LevelName,
};

/// Everything the window shows. All times are Unix milliseconds on this computer's clock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct Snapshot {
    /// Rises with every change; an older one is dropped by the page.
    pub revision: u64,
    /// The instances in the user's order.
    pub instances: Vec<InstanceView>,
    /// How the keychain is.
    pub keychain: KeychainView,
    /// How the saved data is.
    pub storage: StorageView,
    /// The default renewal margin in seconds; `None` is the automatic one (10 % of the life, at most 60 s).
    pub default_margin_seconds: Option<u32>,
    /// What was deleted last and can still be brought back.
    pub undo: Option<UndoView>,
    /// How far each walkthrough has come.
    pub walkthroughs: Vec<WalkthroughView>,
    /// The newest recorded exchange: when it rises, there is more to read with `activity`.
    pub newest_exchange: Option<ExchangeId>,
}

/// The keychain, honestly.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct KeychainView {
    /// Its name, such as "Secret Service (GNOME Keyring)".
    pub name: String,
    /// How it is.
    pub status: KeychainStatus,
}

/// See [`KeychainView`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(tag = "kind", rename_all = "camelCase")]
#[ts(export)]
pub enum KeychainStatus {
    /// Not asked yet in this run.
    Unknown,
    /// Writing, reading back and deleting a probe entry worked.
    Ready,
    /// A call has waited for more than 5 s, probably for the system's unlock dialog.
    Waiting,
    /// It failed.
    Failed {
        /// Why.
        error: AppError,
    },
}

/// The configuration file, honestly.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct StorageView {
    /// Why nothing can be saved in this run; `None` when it can.
    pub read_only: Option<String>,
    /// File and backup are both damaged, and can be set aside to start anew.
    pub can_set_aside: bool,
    /// Something that happened at load (a damaged file was set aside and the backup used).
    pub notice: Option<String>,
}

/// See [`Snapshot::undo`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct UndoView {
    /// For `undo_delete`.
    pub id: u64,
    /// The name of what was deleted.
    pub name: String,
    /// Until when it can be brought back; then its secrets leave the keychain.
    pub until: i64,
}

/// A saved instance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct InstanceView {
    /// Its id.
    pub id: InstanceId,
    /// Its name.
    pub name: String,
    /// Which kind of server.
    pub kind: InstanceKindName,
    /// Base URL, issuer or discovery URL, normalised.
    pub url: String,
    /// Host and port of that URL, for the sidebar.
    pub host: String,
    /// Its mark.
    pub colour: Colour,
    /// Copying from it says so.
    pub production: bool,
    /// The practice server's state, if this is the practice instance.
    pub practice: Option<PracticeView>,
    /// Which proxy.
    pub proxy: super::draft::ProxyDraft,
    /// PEM certificates trusted for this instance besides the system's.
    pub extra_ca: String,
    /// What is known of its endpoints, one per flavour and tenant in use.
    pub endpoint_sets: Vec<EndpointSetView>,
    /// The server's clock minus this computer's, in milliseconds, from the last `Date` header.
    pub clock_offset_ms: Option<i64>,
    /// Its applications in the user's order.
    pub applications: Vec<ApplicationView>,
}

/// The practice server that belongs to an instance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct PracticeView {
    /// The port it was last given.
    pub port: u16,
    /// Lifetime of the tokens it issues, in seconds.
    pub lifetime_seconds: u32,
    /// It is running.
    pub running: bool,
    /// Why it could not be started.
    pub error: Option<AppError>,
}

/// Endpoints of one flavour and tenant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct EndpointSetView {
    /// Which set.
    pub key: EndpointKey,
    /// Where tokens are requested, and how that is known.
    pub token_endpoint: Option<EndpointView>,
    /// Where the keys are.
    pub jwks_uri: Option<EndpointView>,
    /// The issuer expected in tokens.
    pub issuer: Option<EndpointView>,
    /// When the discovery document was read.
    pub discovered_at: Option<i64>,
    /// Why it could not be read.
    pub discovery_error: Option<AppError>,
}

/// One endpoint with its origin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct EndpointView {
    /// The URL (or issuer string).
    pub value: String,
    /// How it is known.
    pub origin: EndpointOrigin,
}

/// How an endpoint is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub enum EndpointOrigin {
    /// Typed by hand.
    Typed,
    /// Read from the discovery document.
    Discovered,
    /// The documented path (contract 2.1).
    Documented,
}

/// A saved application.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct ApplicationView {
    /// Its id.
    pub id: ApplicationId,
    /// Its name.
    pub name: String,
    /// The client ID.
    pub client_id: String,
    /// ScaiKey only.
    pub level: Option<LevelName>,
    /// The tenant's slug, where the level needs one.
    pub tenant_slug: Option<String>,
    /// ScaiKey only.
    pub application_type: Option<ApplicationType>,
    /// Which endpoint set it uses.
    pub endpoint_key: EndpointKey,
    /// The scopes it asks for.
    pub scopes: Vec<String>,
    /// Further token request parameters.
    pub extra: Vec<ExtraParameter>,
    /// How it proves itself.
    pub client_authentication: ClientAuthentication,
    /// Whether and when to renew.
    pub renewal: Renewal,
    /// Where its secret is.
    pub secret: SecretView,
    /// The token in hand, even an expired one.
    pub token: Option<TokenView>,
    /// What is going on.
    pub phase: PhaseView,
    /// A new secret that is being tried out.
    pub candidate: Option<CandidateView>,
}

/// Where a secret is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub enum SecretView {
    /// In the keychain (as far as is known).
    Keychain,
    /// In memory, until the app quits.
    Session,
    /// Nowhere: it must be entered.
    Missing,
}

/// The token in hand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct TokenView {
    /// Changes when another token arrives.
    pub id: u64,
    /// Rises when the checks may have changed (keys arrived): time to ask `inspect_token` again.
    pub checked: u32,
    /// What it is.
    pub kind: TokenKind,
    /// RFC 6749 `token_type` as answered.
    pub token_type: String,
    /// The beginning of the header's base64url text; empty for an opaque token.
    pub header_preview: String,
    /// The beginning of the payload's.
    pub payload_preview: String,
    /// The exchange it came in, while that is remembered.
    pub exchange: Option<ExchangeId>,
    /// When the answer arrived.
    pub received_at: i64,
    /// When it ends; `None` when the server did not say.
    pub expires_at: Option<i64>,
    /// When it will be renewed; `None` when it will not be by itself.
    pub renews_at: Option<i64>,
    /// Why it will not renew by itself although that is switched on.
    pub no_renewal: Option<String>,
    /// The scopes that were granted, where the answer or the token says so.
    pub scopes: Vec<String>,
    /// The verdict on its signature and claims.
    pub verdict: Verdict,
    /// How many tokens with this client, these scopes and parameters there were in this run, this one included.
    pub count: u32,
    /// The tokens before, as far as they are remembered, the newest last.
    pub history: Vec<PastToken>,
}

/// A token that was replaced. Its header and claims are remembered, its signature is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct PastToken {
    /// The [`TokenView::id`] it had.
    pub id: u64,
    /// When it arrived.
    pub received_at: i64,
}

/// The verdict shown beside a token. Never a silent green.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "camelCase")]
#[ts(export)]
pub enum Verdict {
    /// Every check that ran passed, the signature among them.
    Verified,
    /// Keys are being fetched.
    Pending,
    /// Something could not be checked.
    NotVerified {
        /// What and why, in a few words.
        reason: String,
    },
    /// A check failed.
    Refused {
        /// Which and why, in a few words.
        reason: String,
    },
}

/// What is going on with an application's token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[ts(export)]
pub enum PhaseView {
    /// Nothing.
    Idle,
    /// A request is under way.
    Requesting {
        /// Since when.
        since: i64,
        /// It was begun by the schedule, not by a click.
        renewal: bool,
    },
    /// The last try failed in a way that may pass; it is tried again.
    Waiting {
        /// When.
        retry_at: i64,
        /// What went wrong.
        error: AppError,
    },
    /// The last try failed in a way that only the user can mend.
    Failed {
        /// What went wrong.
        error: AppError,
    },
}
