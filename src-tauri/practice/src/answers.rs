//! What tests play and read: the next answers of an endpoint, and the requests that came.

use std::fmt;
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri};
use axum::response::Response;

use crate::contract;

/// A group of endpoints, of both flavours, that answers can be set for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Endpoint {
    /// `…/oauth/token`
    Token,
    /// `….well-known/jwks.json`
    Jwks,
    /// `….well-known/openid-configuration`
    Discovery,
    /// `/api/v1/admin/…`
    Admin,
}

impl Endpoint {
    /// Which one a path belongs to, unknown tenants and unknown collections included.
    pub(crate) fn of(path: &str) -> Option<Endpoint> {
        if path.starts_with(contract::ADMIN_PREFIX) {
            Some(Endpoint::Admin)
        } else if path.ends_with("/oauth/token") {
            Some(Endpoint::Token)
        } else if path.ends_with("/.well-known/jwks.json") {
            Some(Endpoint::Jwks)
        } else if path.ends_with("/.well-known/openid-configuration") {
            Some(Endpoint::Discovery)
        } else {
            None
        }
    }
}

/// Any answer, however odd, sent as it is. Only `content-length` and `date` are added.
#[derive(Clone, PartialEq, Eq)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// Header fields in order; the same name may come twice. No `content-type` unless it is here.
    pub headers: Vec<(String, String)>,
    /// The body, byte for byte.
    pub body: Vec<u8>,
    /// Waited before answering, on top of the server's latency.
    pub delay: Duration,
}

impl Answer {
    /// An answer with neither header nor body.
    #[must_use]
    pub fn status(status: u16) -> Answer {
        Answer { status, headers: Vec::new(), body: Vec::new(), delay: Duration::ZERO }
    }

    /// An answer as `application/json`. The body need not be JSON.
    #[must_use]
    pub fn json(status: u16, body: impl Into<Vec<u8>>) -> Answer {
        Answer::status(status).header("content-type", "application/json").body(body)
    }

    /// The same with a header field more.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Answer {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The same with this body.
    #[must_use]
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Answer {
        self.body = body.into();
        self
    }

    /// The same, later.
    #[must_use]
    pub fn after(mut self, delay: Duration) -> Answer {
        self.delay = delay;
        self
    }

    /// The answer on the wire. What HTTP cannot carry is a mistake of the test and comes back as a 500 that says so.
    pub(crate) fn into_response(self) -> Response {
        let mut response = Response::new(Body::from(self.body));
        match StatusCode::from_u16(self.status) {
            Ok(status) => *response.status_mut() = status,
            Err(_) => return impossible("status"),
        }
        for (name, value) in self.headers {
            let (Ok(name), Ok(value)) =
                (HeaderName::try_from(name.as_str()), HeaderValue::from_bytes(value.as_bytes()))
            else {
                return impossible("header");
            };
            response.headers_mut().append(name, value);
        }
        response
    }
}

/// Without header values and body: they may hold tokens.
impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer")
            .field("status", &self.status)
            .field("headers", &self.headers.iter().map(|(name, _)| name).collect::<Vec<_>>())
            .field("body_length", &self.body.len())
            .field("delay", &self.delay)
            .finish()
    }
}

fn impossible(what: &str) -> Response {
    let mut response =
        Response::new(Body::from(format!("the answer set for this request has an impossible {what}")));
    *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
    response
}

/// A request that came in. For tests only: it may hold secrets.
#[derive(Clone, PartialEq, Eq)]
pub struct RecordedRequest {
    /// The method, upper case.
    pub method: String,
    /// Path and query as they came.
    pub path_and_query: String,
    /// Header fields in order, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: String,
}

impl RecordedRequest {
    pub(crate) fn new(method: &Method, uri: &Uri, headers: &HeaderMap, body: &[u8]) -> RecordedRequest {
        RecordedRequest {
            method: method.to_string(),
            path_and_query: uri.path_and_query().map_or_else(String::new, ToString::to_string),
            headers: headers
                .iter()
                .map(|(name, value)| {
                    (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned())
                })
                .collect(),
            body: String::from_utf8_lossy(body).into_owned(),
        }
    }

    /// The first header field of this name (lower case).
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(this, _)| this == name).map(|(_, value)| value.as_str())
    }

    /// The value of a form field of the body, decoded.
    #[must_use]
    pub fn form_field(&self, name: &str) -> Option<String> {
        form_urlencoded::parse(self.body.as_bytes())
            .find(|(this, _)| this == name)
            .map(|(_, value)| value.into_owned())
    }
}

/// Without authorization, cookies and body.
impl fmt::Debug for RecordedRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let masked = |(name, value): &(String, String)| {
            let secret = matches!(name.as_str(), "authorization" | "proxy-authorization" | "cookie");
            (name.clone(), if secret { "[masked]".to_owned() } else { value.clone() })
        };
        f.debug_struct("RecordedRequest")
            .field("method", &self.method)
            .field("path_and_query", &self.path_and_query)
            .field("headers", &self.headers.iter().map(masked).collect::<Vec<_>>())
            .field("body", &format_args!("[masked, {} bytes]", self.body.len()))
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_output_masks_authorization_and_body() {
        let request = RecordedRequest {
            method: "POST".to_owned(),
            path_and_query: "/x".to_owned(),
            headers: vec![
                ("authorization".to_owned(), "Basic c2VjcmV0".to_owned()),
                ("accept".to_owned(), "text/odd".to_owned()),
            ],
            body: "client_secret=hush".to_owned(),
        };
        let shown = format!("{request:?}");
        assert!(!shown.contains("c2VjcmV0") && !shown.contains("hush"), "{shown}");
        assert!(shown.contains("text/odd"), "{shown}");
        assert_eq!(request.form_field("client_secret").as_deref(), Some("hush"));

        let answer = Answer::json(200, r#"{"access_token":"hush"}"#).header("location", "hush");
        assert!(!format!("{answer:?}").contains("hush"));
    }

    #[test]
    fn endpoints_of_both_flavours_are_recognised() {
        for (path, expected) in [
            (contract::PLATFORM_TOKEN, Some(Endpoint::Token)),
            (contract::TENANT_TOKEN, Some(Endpoint::Token)),
            (contract::PLATFORM_JWKS, Some(Endpoint::Jwks)),
            (contract::TENANT_JWKS, Some(Endpoint::Jwks)),
            (contract::PLATFORM_DISCOVERY, Some(Endpoint::Discovery)),
            (contract::TENANT_DISCOVERY, Some(Endpoint::Discovery)),
            (contract::TENANTS, Some(Endpoint::Admin)),
            ("/api/v1/admin/users/", Some(Endpoint::Admin)),
            ("/", None),
        ] {
            assert_eq!(Endpoint::of(path), expected, "{path}");
        }
    }
}
