//! Where a call goes: only to the host that the instance is on, since the token goes with it.

use url::Url;

use super::catalog::MISMATCHES_PATH;
use crate::contract::{AppError, EndpointRequest, Field, Problem, Severity};
use crate::model::{InstanceKind, safe_endpoint};

/// The most characters of a path or a query that are sent.
const LONGEST: usize = 8_000;

/// The URL of a call as typed.
///
/// # Errors
/// [`AppError::InvalidInput`] with what to change. Another host is refused: a page that was taken over could
/// otherwise have the token sent anywhere.
pub fn resolve(kind: &InstanceKind, request: &EndpointRequest) -> Result<Url, AppError> {
    let path = request.path.trim();
    let mut url = join(kind, path).map_err(invalid)?;
    for parameter in &request.query {
        if !parameter.name.is_empty() {
            url.query_pairs_mut().append_pair(&parameter.name, &parameter.value);
        }
    }
    if url.as_str().len() > LONGEST {
        return Err(invalid(format!("The address is longer than {LONGEST} characters.")));
    }
    if sends_fix(&url) {
        return Err(invalid(
            "With fix the list of mismatches changes data, although it is a GET. This app never sends it."
                .to_owned(),
        ));
    }
    check_body(request)?;
    Ok(url)
}

fn join(kind: &InstanceKind, path: &str) -> Result<Url, String> {
    let home = match kind {
        InstanceKind::ScaiKey { base } => base.at("").ok_or("The instance has no usable address.")?,
        InstanceKind::OpenIdProvider { url, .. } => url.clone(),
    };
    if path.is_empty() {
        return Err("Enter a path, such as /api/v1/admin/tenants/.".to_owned());
    }
    if path.contains('{') || path.contains('}') {
        return Err("Fill in the part in braces first.".to_owned());
    }
    if path.chars().any(|c| c.is_control() || c == ' ') {
        return Err("A path holds no spaces and no line breaks.".to_owned());
    }
    let url = if let Some(rest) = path.strip_prefix('/') {
        if rest.starts_with('/') || rest.starts_with('\\') {
            return Err("A path begins with one slash.".to_owned());
        }
        match kind {
            InstanceKind::ScaiKey { base } => base.at(path),
            InstanceKind::OpenIdProvider { .. } => home.join(path).ok(),
        }
    } else {
        Url::parse(path).ok()
    };
    let url = url.ok_or_else(|| {
        format!("“{}” is no path. It begins with a slash.", path.chars().take(80).collect::<String>())
    })?;
    safe_endpoint(&url)?;
    if url.origin() != home.origin() {
        return Err(format!(
            "The token goes only to {}. To call another host, add an instance for it, or copy the token as curl.",
            home.origin().ascii_serialization()
        ));
    }
    Ok(url)
}

/// The path of a URL behind the instance's base URL, however it was typed: what tells one endpoint from another.
#[must_use]
pub fn path_of<'a>(kind: &InstanceKind, url: &'a Url) -> &'a str {
    let path = url.path();
    match kind {
        InstanceKind::ScaiKey { base } => {
            path.strip_prefix(base.0.path().trim_end_matches('/')).unwrap_or(path)
        }
        InstanceKind::OpenIdProvider { .. } => path,
    }
}

/// Whether a URL may be the one GET that changes data. Some servers read two slashes as one, and with a `%` in it
/// a path may be that one in another spelling.
fn sends_fix(url: &Url) -> bool {
    let parts: Vec<_> = url.path().split('/').filter(|part| !part.is_empty()).collect();
    let same = url.path().contains('%') || format!("/{}", parts.join("/")).ends_with(MISMATCHES_PATH);
    same && url.query_pairs().any(|(name, _)| name.eq_ignore_ascii_case("fix"))
}

fn check_body(request: &EndpointRequest) -> Result<(), AppError> {
    use crate::contract::HttpMethod::{Delete, Get, Patch, Post, Put};
    let body = request.body.trim();
    match request.method {
        Get | Delete if !body.is_empty() => Err(invalid(
            "GET and DELETE are sent without a body. Take it out, or choose another method.".to_owned(),
        )),
        Post | Put | Patch if !body.is_empty() => {
            serde_json::from_str::<serde::de::IgnoredAny>(body).map(|_| ()).map_err(|error| {
                let (line, column) = (error.line(), error.column());
                invalid(format!("The body is not JSON (line {line}, column {column})."))
            })
        }
        _ => Ok(()),
    }
}

fn invalid(message: String) -> AppError {
    AppError::InvalidInput {
        problems: vec![Problem { field: Field::Url, severity: Severity::Error, message }],
    }
}

/// The URL to go on to after a redirect, where it is the same one but for a slash at the end of its path
/// (contract 4.2). Any other redirect is not followed.
#[must_use]
pub fn slash_redirect(from: &Url, status: u16, location: Option<&str>) -> Option<Url> {
    if !matches!(status, 301 | 302 | 307 | 308) {
        return None;
    }
    let to = from.join(location?).ok()?;
    let bare = |url: &Url| url.path().trim_end_matches('/').to_owned();
    let same = to.origin() == from.origin()
        && bare(&to) == bare(from)
        && to.path() != from.path()
        && to.query() == from.query()
        && to.fragment().is_none()
        && to.username().is_empty()
        && to.password().is_none();
    same.then_some(to)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::{HttpMethod, QueryParameter};
    use crate::model::BaseUrl;

    fn scaikey(base: &str) -> InstanceKind {
        InstanceKind::ScaiKey { base: BaseUrl(Url::parse(base).unwrap()) }
    }

    fn get(path: &str, query: &[(&str, &str)]) -> EndpointRequest {
        let query = query
            .iter()
            .map(|(name, value)| QueryParameter { name: (*name).to_owned(), value: (*value).to_owned() })
            .collect();
        EndpointRequest { method: HttpMethod::Get, path: path.to_owned(), query, body: String::new() }
    }

    #[track_caller]
    fn refused(kind: &InstanceKind, request: &EndpointRequest, words: &str) {
        match resolve(kind, request) {
            Err(AppError::InvalidInput { problems }) => {
                assert!(problems.iter().any(|problem| problem.message.contains(words)), "{problems:?}");
            }
            other => panic!("not refused: {other:?}"),
        }
    }

    #[test]
    fn a_path_goes_behind_the_base_url() {
        for (base, path, query, url) in [
            (
                "https://id.example",
                "/api/v1/admin/tenants/",
                &[][..],
                "https://id.example/api/v1/admin/tenants/",
            ),
            ("https://id.example/sk", "/x", &[], "https://id.example/sk/x"),
            ("https://id.example", "/x", &[("a", "1 &2"), ("", "gone")], "https://id.example/x?a=1+%262"),
            ("https://id.example", "/x?b=2", &[("a", "1")], "https://id.example/x?b=2&a=1"),
            ("https://id.example", "https://id.example/y", &[], "https://id.example/y"),
            ("http://127.0.0.1:8089", " /x ", &[], "http://127.0.0.1:8089/x"),
        ] {
            assert_eq!(resolve(&scaikey(base), &get(path, query)).unwrap().as_str(), url);
        }
        let provider = InstanceKind::OpenIdProvider {
            url: Url::parse("https://op.example/realm").unwrap(),
            issuer: None,
        };
        assert_eq!(resolve(&provider, &get("/me", &[])).unwrap().as_str(), "https://op.example/me");
    }

    #[test]
    fn the_token_goes_to_no_other_host() {
        let home = scaikey("https://id.example");
        for path in ["https://evil.example/x", "https://id.example:8443/x", "http://127.0.0.1/x"] {
            refused(&home, &get(path, &[]), "The token goes only to https://id.example");
        }
        for path in ["//evil.example/x", "/\\evil.example/x"] {
            refused(&home, &get(path, &[]), "one slash");
        }
        refused(&home, &get("http://id.example/x", &[]), "https");
        refused(&home, &get("https://a:b@id.example/x", &[]), "password");
        refused(&home, &get("javascript:alert(1)", &[]), "web address");
        refused(&home, &get("", &[]), "Enter a path");
        refused(&home, &get("/t/{tenant_id}", &[]), "braces");
        refused(&home, &get("/a\r\nHost: evil", &[]), "line breaks");
        refused(&home, &get("tenants", &[]), "begins with a slash");
    }

    #[test]
    fn fix_is_never_sent() {
        let home = scaikey("https://id.example");
        for (path, query) in [
            (MISMATCHES_PATH, &[("fix", "true")][..]),
            (MISMATCHES_PATH, &[("FIX", "1")]),
            ("/api/v1/admin/users/identity-source/%6dismatches?fi%78=true", &[]),
            ("/api/v1/admin/users//identity-source/mismatches?fix=true", &[]),
            ("/api/v1/admin/users/identity-source/mismatches/?fix=true", &[]),
            ("/api/v1/admin/users/../users/identity-source/mismatches?fix=yes", &[]),
        ] {
            refused(&home, &get(path, query), "never sends");
        }
        assert!(resolve(&home, &get(MISMATCHES_PATH, &[("tenant_id", "t")])).is_ok());
        assert!(resolve(&home, &get("/api/v1/admin/users/", &[("fix", "true")])).is_ok());
    }

    #[test]
    fn an_endpoint_is_told_however_its_path_was_typed() {
        for (base, path) in [
            ("https://id.example", "/api/v1/admin/tenants/"),
            ("https://id.example/sk", "/api/v1/admin/tenants/?page=1"),
            ("https://id.example/sk", "https://id.example/sk/api/v1/admin/tenants/"),
            // Beside the base, not behind it.
            ("https://id.example/sk", "https://id.example/api/v1/admin/tenants/"),
        ] {
            let home = scaikey(base);
            let url = resolve(&home, &get(path, &[])).unwrap();
            assert_eq!(path_of(&home, &url), "/api/v1/admin/tenants/", "{base} {path}");
        }
    }

    #[test]
    fn a_body_is_json_and_stands_where_it_belongs() {
        let home = scaikey("https://id.example");
        let with = |method, body: &str| EndpointRequest { method, body: body.to_owned(), ..get("/x", &[]) };
        assert!(resolve(&home, &with(HttpMethod::Post, "{\"a\": 1}")).is_ok());
        assert!(resolve(&home, &with(HttpMethod::Post, "")).is_ok());
        refused(&home, &with(HttpMethod::Patch, "{\"a\": }"), "not JSON (line 1, column 7)");
        refused(&home, &with(HttpMethod::Get, "{}"), "without a body");
    }

    #[test]
    fn only_a_slash_at_the_end_is_followed() {
        let from = Url::parse("https://id.example/api/tenants?page=1").unwrap();
        let slash = "https://id.example/api/tenants/?page=1";
        for location in [slash, "/api/tenants/?page=1"] {
            assert_eq!(slash_redirect(&from, 307, Some(location)).unwrap().as_str(), slash);
        }
        for (status, location) in [
            (307, Some("https://evil.example/api/tenants/?page=1")),
            (307, Some("http://id.example/api/tenants/?page=1")),
            (307, Some("https://id.example:8443/api/tenants/?page=1")),
            (307, Some("https://a:b@id.example/api/tenants/?page=1")),
            (307, Some("//evil.example/api/tenants/?page=1")),
            (307, Some("/api/tenants?page=1")),
            (307, Some("/api/tenants/")),
            (307, Some("/login/")),
            (307, None),
            (303, Some("/api/tenants/?page=1")),
            (200, Some("/api/tenants/?page=1")),
        ] {
            assert_eq!(slash_redirect(&from, status, location), None, "{status} {location:?}");
        }
    }
}
