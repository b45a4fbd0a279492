//! Calling an API with the token in hand.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::error::AppError;
use super::exchange::{BodyView, ExchangeId};

/// Methods an endpoint can be called with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "UPPERCASE")]
#[ts(export)]
#[allow(missing_docs, reason = "RFC 9110 §9 and RFC 5789 say it all")]
pub enum HttpMethod {
    Get,
    Post,
    Put,
    Patch,
    Delete,
}

impl HttpMethod {
    /// As it stands in a request.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

/// A query parameter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct QueryParameter {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
}

/// A call as typed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct EndpointRequest {
    /// Method.
    pub method: HttpMethod,
    /// Path behind the instance's base URL, beginning with `/`; or a whole URL on the same host.
    pub path: String,
    /// Query parameters in their order; one without a name is left out.
    pub query: Vec<QueryParameter>,
    /// A JSON body; empty for none.
    pub body: String,
}

/// How sure it is that an endpoint is as described.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub enum Certainty {
    /// ScaiKey documents it.
    Documented,
    /// Concluded, stated nowhere.
    Inferred,
    /// Not documented anywhere.
    Unknown,
}

/// A documented endpoint (contract 4.3).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct EndpointSuggestion {
    /// What it does.
    pub title: String,
    /// Method.
    pub method: HttpMethod,
    /// Path; a part in braces is to be filled in.
    pub path: String,
    /// Query parameters it takes.
    pub query: Vec<String>,
    /// A body to begin with; empty for none.
    pub body: String,
    /// What it needs, such as `admin:read`; `None` where that is not documented.
    pub needs: Option<String>,
    /// What to know before calling it; may be empty.
    pub note: String,
    /// It changes data.
    pub changes: bool,
}

/// A call before it is made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct CallPreview {
    /// The URL it would go to; empty where it cannot be made.
    pub url: String,
    /// The same for a POSIX shell, with the token in `$ACCESS_TOKEN`.
    pub curl: String,
    /// Why it cannot be made, or what to know before; `None` when nothing stands against it.
    pub problem: Option<String>,
}

/// JSON that is a list of objects, as a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct TableView {
    /// The members that occur, in the order they are first seen.
    pub columns: Vec<String>,
    /// The rows; a member that is not there is an empty text.
    pub rows: Vec<Vec<String>>,
    /// How many rows there are; more than `rows` where they were cut.
    pub total: u32,
    /// Members around the list, such as `total` and `page`, as `name: value`.
    pub around: Vec<String>,
}

/// A `WWW-Authenticate` challenge (RFC 9110 §11.6.1, RFC 6750 §3).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct ChallengeView {
    /// `Bearer`, `Basic` …
    pub scheme: String,
    /// `realm`.
    pub realm: Option<String>,
    /// RFC 6750 §3.1 `error`.
    pub error: Option<String>,
    /// `error_description`.
    pub description: Option<String>,
    /// `scope`: what is needed.
    pub scope: Option<String>,
}

/// What an endpoint answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct CallReport {
    /// The recorded exchange; of a redirect that was followed, the last.
    pub exchange: ExchangeId,
    /// The status.
    pub status: u16,
    /// Its usual phrase.
    pub reason: String,
    /// How long it took, in milliseconds.
    pub duration_ms: u32,
    /// The URL that answered.
    pub url: String,
    /// The path that was asked first, where a redirect on the same host was followed.
    pub redirected_from: Option<String>,
    /// The body, masked.
    pub body: BodyView,
    /// The body as a table, where it is a list of objects.
    pub table: Option<TableView>,
    /// What `WWW-Authenticate` said.
    pub challenges: Vec<ChallengeView>,
    /// What a refusal means for the token in hand; `None` for a success.
    pub error: Option<AppError>,
}

/// A call with a token that an API must not accept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub enum BadToken {
    /// No token at all.
    None,
    /// The token in hand with another signature.
    ChangedSignature,
    /// A token of this application that has ended.
    Expired,
}

/// How an API took it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[ts(export)]
pub enum ApiTrial {
    /// Refused, as it should be.
    Rejected {
        /// With which status.
        status: u16,
    },
    /// Accepted: the API does not check this.
    Accepted {
        /// With which status.
        status: u16,
    },
    /// Neither: an answer that says nothing about the token.
    Unclear {
        /// With which status.
        status: u16,
    },
    /// Not tried.
    NotTried {
        /// Why.
        reason: String,
    },
    /// No answer came.
    Failed {
        /// Why.
        error: AppError,
    },
}

/// A row of *Does the API really check?*.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct ApiCheckRow {
    /// What was sent.
    pub token: BadToken,
    /// How it was taken.
    pub trial: ApiTrial,
    /// The recorded exchange.
    pub exchange: Option<ExchangeId>,
}
