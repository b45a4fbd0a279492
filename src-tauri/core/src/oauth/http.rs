//! A request and an answer as data: what the protocol builds and reads.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use form_urlencoded::Serializer;
use url::Url;

use crate::contract::{HttpMethod, Stage};
use crate::secret::Secret;

/// A request, ready to be sent. What is secret in it is a [`Secret`] and stands apart from the rest, so that
/// nobody who records or shows the request has to guess.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpRequest {
    /// What it is for.
    pub stage: Stage,
    /// Method.
    pub method: HttpMethod,
    /// URL, without fragment.
    pub url: Url,
    /// `Authorization`, if any.
    pub authorization: Option<Authorization>,
    /// `Accept`.
    pub accept: &'static str,
    /// The body, if any.
    pub body: Option<Body>,
}

/// What stands in `Authorization`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Authorization {
    /// `Basic` (RFC 7617 §2).
    Basic {
        /// The user: a client ID.
        user: String,
        /// Its secret.
        password: Secret,
        /// Both are form-encoded first, as RFC 6749 §2.3.1 wants it.
        form_encoded: bool,
    },
    /// `Bearer` (RFC 6750 §2.1).
    Bearer(Secret),
}

impl Authorization {
    /// Its scheme.
    #[must_use]
    pub fn scheme(&self) -> &'static str {
        match self {
            Self::Basic { .. } => "Basic",
            Self::Bearer(_) => "Bearer",
        }
    }

    /// The header's value.
    #[must_use]
    pub fn header_value(&self) -> Secret {
        match self {
            Self::Basic { user, password, form_encoded: true } => {
                basic(&form_encode(user), &form_encode(password.expose()))
            }
            Self::Basic { user, password, form_encoded: false } => basic(user, password.expose()),
            Self::Bearer(token) => Secret::new(format!("Bearer {}", token.expose())),
        }
    }
}

/// A body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    /// `application/x-www-form-urlencoded`.
    Form(Vec<FormField>),
    /// `application/json`, as typed.
    Json(String),
}

/// A field of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormField {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: FieldValue,
}

/// The value of a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldValue {
    /// Anybody may see it.
    Plain(String),
    /// It stays unseen.
    Secret(Secret),
}

impl FormField {
    /// A field that anybody may see.
    #[must_use]
    pub fn plain(name: &str, value: &str) -> Self {
        Self { name: name.to_owned(), value: FieldValue::Plain(value.to_owned()) }
    }

    /// A field that stays unseen.
    #[must_use]
    pub fn secret(name: &str, value: &Secret) -> Self {
        Self { name: name.to_owned(), value: FieldValue::Secret(value.clone()) }
    }
}

impl Body {
    /// `Content-Type`.
    #[must_use]
    pub fn media_type(&self) -> &'static str {
        match self {
            Self::Form(_) => "application/x-www-form-urlencoded",
            Self::Json(_) => "application/json",
        }
    }

    /// The text to send.
    #[must_use]
    pub fn encode(&self) -> Secret {
        match self {
            Self::Form(fields) => {
                let mut form = Serializer::new(String::new());
                for field in fields {
                    form.append_pair(
                        &field.name,
                        match &field.value {
                            FieldValue::Plain(text) => text,
                            FieldValue::Secret(secret) => secret.expose(),
                        },
                    );
                }
                Secret::new(form.finish())
            }
            Self::Json(text) => Secret::new(text.as_str()),
        }
    }
}

/// `application/x-www-form-urlencoded` of one text (RFC 6749 appendix B): a space becomes `+`.
#[must_use]
pub fn form_encode(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

/// RFC 7617 §2: the base64 of `user:password`, in UTF-8.
fn basic(user: &str, password: &str) -> Secret {
    Secret::new(format!("Basic {}", STANDARD.encode(format!("{user}:{password}"))))
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
    /// `WWW-Authenticate`, as sent; several of them with commas between.
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
