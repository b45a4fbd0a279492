//! What an answer that is no success means: from status and body to the kind of error.

use url::Url;

use super::http::{HttpResponse, form_encode};
use super::json::Members;
use super::token_request::TokenRequest;
use crate::contract::{AppError, ServerWords, Stage};
use crate::model::ClientAuthentication;

/// A text of the server's for showing: control and direction characters are escaped, and it is cut.
#[must_use]
pub fn shown(text: &str) -> String {
    let mut shown = String::new();
    for (count, c) in text.chars().enumerate() {
        if count == ServerWords::MAX {
            shown.push('…');
            break;
        }
        let hidden = c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}');
        if hidden && c != '\n' { shown.extend(c.escape_unicode()) } else { shown.push(c) }
    }
    shown
}

/// A URL for showing: without query, fragment and user information.
#[must_use]
pub fn shown_url(url: &Url) -> String {
    let mut url = url.clone();
    url.set_query(None);
    url.set_fragment(None);
    // These fail only for URLs that cannot have a user name at all.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.to_string()
}

/// What the server said, for showing beside our own words. A token answer's body is never excerpted.
#[must_use]
pub fn server_words(stage: Stage, url: &Url, response: &HttpResponse) -> Box<ServerWords> {
    let members = Members::parse(&response.body).ok();
    let text = |name: &str| members.as_ref().and_then(|members| members.text(name)).map(shown);
    let mut words = Box::new(ServerWords {
        stage,
        status: response.status,
        url: shown_url(url),
        error: text("error"),
        description: text("error_description"),
        // `javascript:` or `file:` is no link.
        uri: text("error_uri").filter(|uri| Url::parse(uri).is_ok_and(|uri| uri.scheme() == "https")),
        excerpt: None,
    });
    let holds_token =
        members.as_ref().is_some_and(|members| !matches!(members.once("access_token"), Ok(None)));
    if words.error.is_none() && words.description.is_none() && !holds_token && response.status != 200 {
        // RFC 9457 problem documents, FastAPI's `detail` (contract 4.2), a bare text.
        let bare = String::from_utf8_lossy(&response.body);
        let said = ["detail", "message", "title"].iter().find_map(|name| text(name));
        words.excerpt = said.or_else(|| Some(shown(bare.trim()))).filter(|excerpt| !excerpt.is_empty());
    }
    words
}

/// The title of an HTML page, or `None` when the body is no HTML. A page without a title has an empty one.
fn html_title(response: &HttpResponse) -> Option<String> {
    let text = String::from_utf8_lossy(&response.body);
    let lower = text.to_ascii_lowercase();
    let is_html = response.content_type.as_deref() == Some("text/html")
        || lower.trim_start().starts_with("<!doctype html")
        || lower.trim_start().starts_with("<html");
    if !is_html {
        return None;
    }
    let title = lower.find("<title").and_then(|start| {
        let open = start + lower.get(start..)?.find('>')? + 1;
        let end = open + lower.get(open..)?.find("</title")?;
        text.get(open..end)
    });
    Some(shown(title.unwrap_or_default().trim()))
}

/// The kinds that any endpoint's answer can have, whatever was asked for: a redirect, an encoding that
/// was not asked for, HTML. `None` when the answer is worth reading as JSON.
#[must_use]
pub fn common(stage: Stage, url: &Url, response: &HttpResponse) -> Option<AppError> {
    let server = || server_words(stage, url, response);
    if (300..400).contains(&response.status) {
        let location = response.location.as_deref().unwrap_or_default();
        let location = url.join(location).map_or_else(|_| shown(location), |target| shown_url(&target));
        return Some(AppError::Redirected { location, server: server() });
    }
    if let Some(encoding) = &response.content_encoding {
        let what = format!("The answer is compressed ({}), which was not asked for.", shown(encoding));
        return Some(AppError::MalformedAnswer { what, server: server() });
    }
    if response.status == 407 {
        return Some(AppError::Proxy {
            proxy: String::new(),
            detail: "The proxy asks for a password (407).".into(),
        });
    }
    if matches!(response.status, 404 | 405) {
        return Some(AppError::EndpointNotFound {
            server: Box::new(ServerWords { excerpt: None, ..*server() }),
        });
    }
    if response.status == 429 {
        return Some(AppError::RateLimited {
            retry_after_seconds: response.retry_after_seconds,
            server: server(),
        });
    }
    if matches!(response.status, 408 | 425 | 500..=599) {
        let mut server = server();
        if html_title(response).is_some() {
            server.excerpt = None;
        }
        return Some(AppError::ServerUnavailable { server });
    }
    let title = html_title(response)?;
    let server = Box::new(ServerWords { excerpt: None, ..*server() });
    Some(AppError::NotJson { title: Some(title).filter(|title| !title.is_empty()), server })
}

/// What a token endpoint's refusal means (RFC 6749 §5.2), read as tolerantly as real servers need.
#[must_use]
pub fn token_refusal(
    request: &TokenRequest,
    response: &HttpResponse,
    reserved_in_credentials: bool,
) -> AppError {
    let server = server_words(Stage::Token, &request.endpoint, response);
    // An unknown client is 404 at some servers, with an RFC 6749 error; without one it is a wrong path.
    let code = server.error.clone().unwrap_or_default();
    match (code.as_str(), request.level) {
        ("invalid_scope" | "scope_invalid", _) => {
            return AppError::ScopeRefused { requested: request.scopes.clone(), server };
        }
        ("unauthorized_client", Some(level)) => {
            return AppError::WrongFlavour { level, server };
        }
        ("unauthorized_client" | "unsupported_grant_type", _) => return AppError::GrantRefused { server },
        ("temporarily_unavailable" | "slow_down", _) => return AppError::ServerUnavailable { server },
        ("invalid_client", _) => {}
        _ => {
            if let Some(error) = common(Stage::Token, &request.endpoint, response) {
                return error;
            }
            // 401 without a word, or 403 with an empty body, is how some say `invalid_client`.
            let silent = code.is_empty();
            if response.status != 401 && !(response.status == 403 && silent) {
                return AppError::ServerRefused { server };
            }
        }
    }
    let method = request.client_authentication;
    AppError::ClientRefused {
        method,
        alternatives: alternatives(method, reserved_in_credentials),
        level: request.level,
        server,
    }
}

/// The other ways worth trying. Basic with and without form-encoding differ only where ID or secret hold a
/// reserved character.
fn alternatives(method: ClientAuthentication, reserved: bool) -> Vec<ClientAuthentication> {
    use ClientAuthentication::{ClientSecretBasic, ClientSecretBasicRaw, ClientSecretPost};
    let mut others = match method {
        ClientSecretBasic => vec![ClientSecretBasicRaw, ClientSecretPost],
        ClientSecretBasicRaw => vec![ClientSecretBasic, ClientSecretPost],
        ClientSecretPost => vec![ClientSecretBasic, ClientSecretBasicRaw],
    };
    if !reserved {
        match method {
            ClientSecretPost => others.retain(|other| *other != ClientSecretBasicRaw),
            _ => others.retain(|other| *other == ClientSecretPost),
        }
    }
    others
}

/// Whether form-encoding changes a text, so that the two forms of Basic differ.
#[must_use]
pub fn has_reserved(text: &str) -> bool {
    form_encode(text) != text
}
