//! The activity: every request this program made, with its answer. Masked when it is recorded: nothing of
//! this holds a secret or a token.

use serde::Serialize;
use ts_rs::TS;

use super::error::AppError;
use crate::model::{ApplicationId, InstanceId};

/// Identifies a recorded exchange within this run; a later one has a higher number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, serde::Deserialize, TS)]
#[serde(transparent)]
#[ts(export, type = "number")]
pub struct ExchangeId(pub u64);

/// What a request was made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub enum Purpose {
    /// Reading a discovery document (RFC 8414 §3).
    Discovery,
    /// Fetching published keys (RFC 7517 §5).
    Keys,
    /// A token that the user asked for.
    Token,
    /// A token that the schedule asked for.
    Renewal,
    /// A token request that only tries something out: a draft, a new secret, another level.
    Trial,
    /// A call of an API.
    Endpoint,
    /// A call with a bad token on purpose, to see whether the API checks.
    ApiCheck,
}

/// A row of the activity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct ExchangeSummary {
    /// Its number.
    pub id: ExchangeId,
    /// When it was sent, in Unix milliseconds.
    pub at: i64,
    /// What for.
    pub purpose: Purpose,
    /// For which instance, where it is a saved one.
    pub instance: Option<InstanceId>,
    /// For which application.
    pub application: Option<ApplicationId>,
    /// `GET`, `POST` …
    pub method: String,
    /// Where to, with its query, masked.
    pub url: String,
    /// The status; `None` when no answer began.
    pub status: Option<u16>,
    /// What went wrong on the way, in a sentence; `None` when a whole answer came.
    pub failure: Option<String>,
    /// From sending to the last byte, in milliseconds.
    pub duration_ms: u32,
    /// No whole answer, or a status of 400 and more.
    pub failed: bool,
}

/// A header field as recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct HeaderView {
    /// Its name, lower case.
    pub name: String,
    /// Its value, masked.
    pub value: String,
}

/// A body as recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct BodyView {
    /// The text, masked; empty where it is no text.
    pub text: String,
    /// How many bytes there were.
    pub bytes: u64,
    /// The text is only its beginning.
    pub cut: bool,
    /// Something in it was masked.
    pub masked: bool,
    /// The media type without parameters, lower case.
    pub media_type: Option<String>,
}

/// A request or an answer as recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct MessageView {
    /// The first line: `POST /token HTTP/1.1` or `HTTP/1.1 200 OK`.
    pub line: String,
    /// The header fields in their order.
    pub headers: Vec<HeaderView>,
    /// The body, if there was one.
    pub body: Option<BodyView>,
}

/// How long the parts took, in milliseconds with a fraction. A part that did not happen is `None`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct TimingView {
    /// Asking DNS.
    pub dns: Option<f64>,
    /// Connecting, TLS included, DNS not.
    pub connect: Option<f64>,
    /// From sending to the first byte of the answer.
    pub wait: Option<f64>,
    /// From the first to the last byte of the answer.
    pub body: Option<f64>,
    /// All in all.
    pub total: f64,
    /// A kept connection was used; `None` when none came about.
    pub reused: Option<bool>,
}

/// The TLS of a connection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct TlsView {
    /// `TLS 1.3`.
    pub version: Option<String>,
    /// Who signed the certificate.
    pub issuer: Option<String>,
    /// Whom it is for.
    pub subject: Option<String>,
    /// Until when it is valid, in Unix milliseconds.
    pub valid_until: Option<i64>,
}

/// The connection a request went over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct ConnectionView {
    /// The other side's address and port.
    pub remote: Option<String>,
    /// The proxy it went through, without user information.
    pub proxy: Option<String>,
    /// `None` for plain http.
    pub tls: Option<TlsView>,
}

/// A recorded exchange in full.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct ExchangeView {
    /// Its row.
    pub summary: ExchangeSummary,
    /// What was sent.
    pub request: MessageView,
    /// What came back, if anything did; of an answer that was cut off no body.
    pub response: Option<MessageView>,
    /// Why it was nothing, or not the whole.
    pub error: Option<AppError>,
    /// How long the parts took.
    pub timing: TimingView,
    /// The connection, if one came about.
    pub connection: Option<ConnectionView>,
    /// The same request for a POSIX shell, with `$CLIENT_SECRET` and `$ACCESS_TOKEN` in place of the real ones.
    pub curl: String,
}

/// Where an export went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct ExportReport {
    /// The file.
    pub path: String,
    /// How many exchanges are in it.
    pub exchanges: u32,
}
