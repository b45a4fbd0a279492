//! Errors: what went wrong, as facts. What the page sees of one is an [`ErrorView`], put into words by the
//! one table in `words.rs`.

use serde::Serialize;
use ts_rs::TS;

use super::draft::Problem;
use super::walkthrough_id::WalkthroughId;
use crate::model::{ClientAuthentication, LevelName};

/// At which stage something went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub enum Stage {
    /// Reading the discovery document.
    Discovery,
    /// Fetching the keys.
    Keys,
    /// Requesting a token.
    Token,
    /// Calling an API.
    Endpoint,
}

/// What a button under an error does. It does the fix itself, or leads to the one field that needs it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[ts(export)]
pub enum FixAction {
    /// Does again what failed.
    Retry,
    /// Asks for the client secret in place.
    EnterSecret,
    /// Asks for it, and keeps it for this session only.
    KeepForSession,
    /// Authenticates in another way from now on, and tries again.
    TryMethod {
        /// In which.
        method: ClientAuthentication,
    },
    /// Asks as an application of another level: one trial request, saved if it succeeds.
    TryLevel {
        /// Which. `TENANT` and `PARTNER` need a tenant's slug, which is asked for where none is known.
        level: LevelName,
    },
    /// Asks for these scopes too from now on, requests a token and does again what failed.
    AskForScopes {
        /// Which.
        scopes: Vec<String>,
    },
    /// No longer asks for these scopes, and tries again.
    DropScopes {
        /// Which.
        scopes: Vec<String>,
    },
    /// Allows these scopes where the application is registered, and tries again. For the practice instance
    /// only: whoever shows the error leaves it out elsewhere.
    AllowScopes {
        /// Which.
        scopes: Vec<String>,
    },
    /// Opens the application's form at its scopes.
    EditScopes,
    /// Opens the application's form.
    EditApplication,
    /// Opens the instance's form at its endpoints.
    EditEndpoints,
    /// Takes a token endpoint over into those typed by hand: in the instance's form, which it opens where it
    /// is not open yet.
    UseEndpoint {
        /// Which URL.
        url: String,
    },
    /// Opens the instance's form at its certificates.
    AddCertificate,
    /// Opens the instance's form.
    EditInstance,
    /// Asks the keychain again, and then does again what failed.
    RetryKeychain,
    /// Shows the token for copying by hand.
    ShowToken,
    /// Opens the instance's admin UI in the system's browser. For a ScaiKey only: whoever shows the error
    /// leaves it out elsewhere.
    OpenAdminUi,
    /// Opens a walkthrough.
    StartWalkthrough {
        /// Which.
        walkthrough: WalkthroughId,
    },
    /// Copies the diagnostics text.
    CopyDiagnostics,
    /// Sets a damaged configuration file aside and starts anew.
    SetDamagedAside,
}

/// A button under an error.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct Fix {
    /// What it does.
    pub action: FixAction,
    /// What it says.
    pub label: String,
}

/// What went wrong. The page sees it in words, with what can be done about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, rename = "AppError")]
pub struct ErrorView {
    /// Its kind: the name of a variant of `AppError`.
    pub kind: String,
    /// What happened, in one sentence.
    pub title: String,
    /// What to do, in the next.
    pub help: String,
    /// The server's own words, if it said any.
    pub server: Option<ServerWords>,
    /// The system's or library's words.
    pub detail: Option<String>,
    /// What can be done about it, the best first.
    pub fixes: Vec<Fix>,
    /// What is wrong with a draft, field by field.
    pub problems: Vec<Problem>,
}

/// What the server itself said, for showing beside our own words. Plain text, cut to
/// [`ServerWords::MAX`] characters, control characters escaped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct ServerWords {
    /// At which stage it said so.
    pub stage: Stage,
    /// HTTP status.
    pub status: u16,
    /// The URL that was asked, without query and user information.
    pub url: String,
    /// RFC 6749 §5.2 `error`, if the answer had one.
    pub error: Option<String>,
    /// RFC 6749 §5.2 `error_description`.
    pub description: Option<String>,
    /// RFC 6749 §5.2 `error_uri`, only if it is an `https` URL.
    pub uri: Option<String>,
    /// The beginning of the body, where it was not an RFC 6749 error object.
    pub excerpt: Option<String>,
}

impl ServerWords {
    /// The most characters of one text that are kept.
    pub const MAX: usize = 500;
}

/// What exactly is wrong with a server's certificate or TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub enum TlsProblem {
    /// The certificate has expired.
    Expired,
    /// The certificate is not valid yet.
    NotYetValid,
    /// The certificate is for another host.
    WrongHost,
    /// Signed by nobody this computer trusts.
    UnknownCa,
    /// The other side does not speak TLS.
    NotTls,
    /// Something else.
    Other,
}

/// What went wrong. The page sees it in words, with what can be done about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS, thiserror::Error)]
#[serde(into = "ErrorView")]
#[ts(as = "ErrorView")]
#[error("{self:?}")]
pub enum AppError {
    /// A draft cannot be saved like this.
    InvalidInput {
        /// What is wrong, field by field.
        problems: Vec<Problem>,
    },
    /// It is not (or no longer) there.
    NotFound {
        /// What was looked for: `instance`, `application`, `token`, `undo`.
        what: String,
    },
    /// The saved data cannot be changed in this run.
    ReadOnly {
        /// Why.
        reason: String,
        /// File and backup are both damaged, and can be set aside to start anew.
        can_set_aside: bool,
    },
    /// The configuration could not be written or read.
    Storage {
        /// The file.
        path: String,
        /// The system's words.
        detail: String,
    },
    /// The keychain is there, but locked, and was not unlocked.
    KeychainLocked,
    /// No keychain could be reached.
    KeychainMissing {
        /// The system's words.
        detail: String,
    },
    /// The user or a policy denied access.
    KeychainDenied {
        /// The system's words.
        detail: String,
    },
    /// The keychain did not answer in time (60 s).
    KeychainTimedOut,
    /// The keychain failed in another way.
    KeychainFailed {
        /// The system's words.
        detail: String,
    },
    /// The application has no secret any more.
    SecretMissing,
    /// The secret was entered for one host, and the token endpoint is on another now.
    SecretForOtherHost {
        /// The host it was entered for.
        entered_for: String,
        /// The host it would go to.
        endpoint: String,
    },
    /// DNS does not know the host.
    HostNotFound {
        /// The host.
        host: String,
    },
    /// Nobody listens there.
    ConnectionRefused {
        /// `host:port`.
        address: String,
    },
    /// The network or the host cannot be reached.
    Unreachable {
        /// `host:port`.
        address: String,
        /// The system's words.
        detail: String,
    },
    /// It took too long.
    TimedOut {
        /// `connect`, `answer` or `total`.
        stage: String,
        /// The limit, in seconds.
        seconds: u32,
        /// `host:port`.
        address: String,
    },
    /// The connection ended before the answer was complete.
    ConnectionClosed {
        /// `host:port`.
        address: String,
        /// True when part of the answer had arrived.
        in_answer: bool,
    },
    /// TLS failed.
    Tls {
        /// What is wrong.
        problem: TlsProblem,
        /// `host:port`.
        address: String,
        /// The TLS library's words.
        detail: String,
    },
    /// The proxy failed or refused.
    Proxy {
        /// The proxy, without user information.
        proxy: String,
        /// The system's words.
        detail: String,
    },
    /// The endpoint answered with a redirect, which is never followed (RFC 9700 §4.12).
    Redirected {
        /// Where to, without query.
        location: String,
        /// The server's words.
        server: Box<ServerWords>,
    },
    /// HTML or another text where JSON was expected.
    NotJson {
        /// The page's title, when it was HTML.
        title: Option<String>,
        /// The server's words.
        server: Box<ServerWords>,
    },
    /// The answer is JSON, but not what the RFC says it is.
    MalformedAnswer {
        /// What is wrong with it.
        what: String,
        /// The server's words.
        server: Box<ServerWords>,
    },
    /// More than is accepted.
    AnswerTooLarge {
        /// At which stage.
        stage: Stage,
        /// The limit, in bytes.
        limit: u64,
        /// The URL, without query.
        url: String,
    },
    /// `invalid_client`, or a status that means it: ID or secret wrong, or sent in a way the server does
    /// not take.
    ClientRefused {
        /// How the client authenticated itself.
        method: ClientAuthentication,
        /// Other methods worth trying (contract and providers: no single encoding serves all servers).
        alternatives: Vec<ClientAuthentication>,
        /// The level it asked as, where a ScaiKey was asked: the other flavour is worth trying too.
        level: Option<LevelName>,
        /// The server's words.
        server: Box<ServerWords>,
    },
    /// `invalid_scope`.
    ScopeRefused {
        /// The scopes that were asked for.
        requested: Vec<String>,
        /// The server's words.
        server: Box<ServerWords>,
    },
    /// A ScaiKey said `unauthorized_client`: the application may be asking at the other flavour's endpoint
    /// (contract 5.2). How ScaiKey answers that is not documented.
    WrongFlavour {
        /// The level it asks as.
        level: LevelName,
        /// The server's words.
        server: Box<ServerWords>,
    },
    /// 401 of an API: it does not take the token.
    TokenRejected {
        /// What `WWW-Authenticate` said of it (RFC 6750 §3.1), if anything.
        challenge: Option<String>,
        /// The server's clock minus this computer's, in milliseconds, where it is known.
        clock_offset_ms: Option<i64>,
        /// The server's words.
        server: Box<ServerWords>,
    },
    /// 403 of an API: the token's scopes do not suffice.
    ScopeMissing {
        /// The scopes the token has.
        has: Vec<String>,
        /// The scopes that were asked for; empty where none was sent.
        requested: Vec<String>,
        /// What the call needs, where that is documented or the server said so.
        needs: Option<String>,
        /// The server's words.
        server: Box<ServerWords>,
    },
    /// 422 of an API: the request itself is not valid (contract 4.2).
    RequestInvalid {
        /// What is wrong, each as `place: message`.
        problems: Vec<String>,
        /// The server's words.
        server: Box<ServerWords>,
    },
    /// `unauthorized_client` or `unsupported_grant_type`: this application may not use the grant.
    GrantRefused {
        /// The server's words.
        server: Box<ServerWords>,
    },
    /// 404 or 405: probably a wrong path.
    EndpointNotFound {
        /// The server's words.
        server: Box<ServerWords>,
    },
    /// 429.
    RateLimited {
        /// What `Retry-After` said, in seconds.
        retry_after_seconds: Option<u32>,
        /// The server's words.
        server: Box<ServerWords>,
    },
    /// 5xx, 408, 425 or `temporarily_unavailable`.
    ServerUnavailable {
        /// The server's words.
        server: Box<ServerWords>,
    },
    /// Any other refusal.
    ServerRefused {
        /// The server's words.
        server: Box<ServerWords>,
    },
    /// An endpoint has a URL that a secret is never sent to.
    UnsafeEndpoint {
        /// The URL.
        url: String,
        /// Why not.
        reason: String,
    },
    /// No endpoint is known for this step.
    EndpointUnknown {
        /// `token_endpoint` or `jwks_uri`.
        endpoint: String,
    },
    /// The keys of an issuer that is not saved could not be had.
    IssuerKeys {
        /// Its `issuer`.
        issuer: String,
        /// What went wrong.
        cause: Box<AppError>,
    },
    /// There is no token to copy or show.
    NoToken,
    /// A page could not be opened in the system's browser.
    Browser {
        /// Where it would have led to.
        url: String,
        /// The system's words.
        detail: String,
    },
    /// The clipboard could not be written, or held something else when read back.
    Clipboard {
        /// The system's words.
        detail: String,
    },
    /// The practice server could not be started.
    Practice {
        /// The system's words.
        detail: String,
    },
    /// A fault of this program.
    Internal {
        /// For the bug report.
        detail: String,
    },
}

impl AppError {
    /// Something is not (or no longer) there.
    #[must_use]
    pub fn not_found(what: &str) -> Self {
        Self::NotFound { what: what.to_owned() }
    }
}
