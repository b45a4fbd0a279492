//! A request and an answer as data: what the protocol builds and reads.

use url::Url;

use crate::contract::Stage;
use crate::secret::Secret;

/// An HTTP method this program uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// GET.
    Get,
    /// POST.
    Post,
}

/// A request, ready to be sent. What may be secret is a [`Secret`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpRequest {
    /// What it is for.
    pub stage: Stage,
    /// Method.
    pub method: Method,
    /// URL, without fragment.
    pub url: Url,
    /// `Authorization`, if any.
    pub authorization: Option<Secret>,
    /// `Accept`.
    pub accept: &'static str,
    /// A form body (`application/x-www-form-urlencoded`), already encoded.
    pub form: Option<Secret>,
}

/// An answer, read to its end (at most [`HttpResponse::LIMIT`] bytes of body).
#[derive(Clone, PartialEq, Eq)]
pub struct HttpResponse {
    /// Status.
    pub status: u16,
    /// `Content-Type`, lower case, without parameters.
    pub content_type: Option<String>,
    /// `Location`, as sent.
    pub location: Option<String>,
    /// `WWW-Authenticate`, as sent.
    pub www_authenticate: Option<String>,
    /// `Retry-After` in seconds from when the answer arrived (a date is converted; negative is 0; at most 1 h).
    pub retry_after_seconds: Option<u32>,
    /// `Content-Encoding` other than `identity`: never asked for, so the body cannot be read.
    pub content_encoding: Option<String>,
    /// The server's clock (`Date`) minus this computer's at arrival, in milliseconds; accurate to a second.
    pub clock_offset_ms: Option<i64>,
    /// From sending to the end of the body, in milliseconds.
    pub duration_ms: u32,
    /// The body.
    pub body: Vec<u8>,
}

impl HttpResponse {
    /// The most bytes of a body that are read (1 MiB).
    pub const LIMIT: usize = 1024 * 1024;
}

impl std::fmt::Debug for HttpResponse {
    // A body may hold a token.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HttpResponse")
            .field("status", &self.status)
            .field("content_type", &self.content_type)
            .field("body_bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}
