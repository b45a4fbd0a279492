//! What an API's refusal means for the token that was sent.

use url::Url;

use super::{catalog, challenge};
use crate::contract::{AppError, HttpMethod, Stage};
use crate::oauth::http::HttpResponse;
use crate::oauth::json::Members;
use crate::oauth::refusal::{common, server_words, shown};

/// What is known of the token that was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentToken {
    /// Its scopes.
    pub scopes: Vec<String>,
    /// The scopes that were asked for; empty where none was sent.
    pub requested: Vec<String>,
    /// Server clock minus this computer's, in milliseconds, where it is known.
    pub clock_offset_ms: Option<i64>,
}

/// The error that an answer is; `None` for a success. `path` is that behind the instance's base URL.
#[must_use]
pub fn explain(
    method: HttpMethod,
    url: &Url,
    path: &str,
    response: &HttpResponse,
    token: &SentToken,
) -> Option<AppError> {
    let server = || server_words(Stage::Endpoint, url, response);
    let challenges = response.www_authenticate.as_deref().map(challenge::read).unwrap_or_default();
    let bearer = challenges.iter().find(|challenge| challenge.scheme.eq_ignore_ascii_case("bearer"));
    match response.status {
        // A web page is no success, whatever its status says.
        200..=299 => common(Stage::Endpoint, url, response),
        401 => Some(AppError::TokenRejected {
            challenge: bearer.and_then(|bearer| bearer.description.clone().or_else(|| bearer.error.clone())),
            clock_offset_ms: response.clock_offset_ms.or(token.clock_offset_ms),
            server: server(),
        }),
        403 => {
            let said = bearer.and_then(|bearer| bearer.scope.clone());
            let needs = said.or_else(|| catalog::needs(method, path).map(str::to_owned));
            let lacks = needs.as_ref().is_some_and(|needs| {
                needs.split(' ').any(|scope| !token.scopes.iter().any(|has| has == scope))
            });
            // A token that has what is documented to be needed is refused for another reason.
            if lacks {
                let (has, requested) = (token.scopes.clone(), token.requested.clone());
                return Some(AppError::ScopeMissing { has, requested, needs, server: server() });
            }
            Some(AppError::ServerRefused { server: server() })
        }
        422 => Some(AppError::RequestInvalid { problems: problems(response), server: server() }),
        _ => Some(
            common(Stage::Endpoint, url, response)
                .unwrap_or_else(|| AppError::ServerRefused { server: server() }),
        ),
    }
}

/// The entries of the documented `HTTPValidationError` (contract 4.2), each as `place: message`.
fn problems(response: &HttpResponse) -> Vec<String> {
    let Ok(members) = Members::parse(&response.body) else { return Vec::new() };
    let Ok(Some(serde_json::Value::Array(entries))) = members.once("detail") else { return Vec::new() };
    let told = entries.iter().take(20).filter_map(|entry| {
        let place = entry.get("loc").and_then(|loc| loc.as_array()).map(|loc| {
            let parts = loc.iter().map(|part| part.as_str().map_or_else(|| part.to_string(), str::to_owned));
            parts.collect::<Vec<_>>().join(".")
        });
        let message = entry.get("msg")?.as_str()?;
        Some(shown(&place.map_or_else(|| message.to_owned(), |place| format!("{place}: {message}"))))
    });
    told.collect()
}
