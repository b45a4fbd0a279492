//! From HTTP to the endpoints: the routes, and the gate every request passes first.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Path, RawQuery, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::{get, post};
use serde_json::{Value, json};

use crate::answers::{Endpoint, RecordedRequest};
use crate::token::Flavour;
use crate::world::{RECORDED_AT_MOST, World, detail, json_response};
use crate::{admin, admin_page, contract, token};

/// No documented request comes near it.
const LARGEST_BODY: usize = 64 * 1024;

type Shared = State<Arc<World>>;

/// All routes behind the gate.
pub(crate) fn router(world: Arc<World>) -> Router {
    Router::new()
        .route(contract::PLATFORM_DISCOVERY, get(platform_discovery))
        .route(contract::TENANT_DISCOVERY, get(tenant_discovery))
        .route(contract::PLATFORM_JWKS, get(platform_jwks))
        .route(contract::TENANT_JWKS, get(tenant_jwks))
        .route(contract::PLATFORM_TOKEN, post(platform_token))
        .route(contract::TENANT_TOKEN, post(tenant_token))
        .route(contract::TENANTS, get(list_tenants))
        .route(contract::TENANT, get(get_tenant))
        .route(contract::APPLICATIONS, get(list_applications).post(create_application))
        .route(contract::APPLICATION, get(get_application).patch(change_application))
        .route(contract::TENANTS.trim_end_matches('/'), get(add_slash))
        .route(contract::APPLICATIONS.trim_end_matches('/'), get(add_slash).post(add_slash))
        .merge(admin_page::routes())
        .route(contract::ADMIN_PAGE.trim_end_matches('/'), get(add_slash))
        // Unknown (contract 8.2.1): these two texts are what the stack's framework says.
        .fallback(async || detail(StatusCode::NOT_FOUND, "Not Found"))
        .method_not_allowed_fallback(async || detail(StatusCode::METHOD_NOT_ALLOWED, "Method Not Allowed"))
        .layer(from_fn_with_state(Arc::clone(&world), gate))
        .with_state(world)
}

/// Refuses what no local tool sends, records, waits, and plays the answers that tests have set.
async fn gate(State(world): Shared, request: Request, next: Next) -> Response {
    if let Err(refusal) = check_source(&world, request.headers(), request.uri()) {
        return refusal.into_response();
    }
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, LARGEST_BODY).await else {
        return detail(StatusCode::PAYLOAD_TOO_LARGE, "The request is too large");
    };

    let (played, latency) = {
        let mut state = world.state();
        if world.record {
            while state.recorded.len() >= RECORDED_AT_MOST {
                state.recorded.pop_front();
            }
            let recorded = RecordedRequest::new(&parts.method, &parts.uri, &parts.headers, &body);
            state.recorded.push_back(recorded);
        }
        let endpoint = Endpoint::of(parts.uri.path());
        let played =
            endpoint.and_then(|endpoint| state.next_answers.get_mut(&endpoint)).and_then(VecDeque::pop_front);
        (played, state.latency)
    };

    pause(&world, latency + played.as_ref().map_or(Duration::ZERO, |answer| answer.delay)).await;
    match played {
        Some(answer) => answer.into_response(),
        None => next.run(Request::from_parts(parts, Body::from(body))).await,
    }
}

/// Waits, but not past the server's end.
async fn pause(world: &World, duration: Duration) {
    if duration.is_zero() {
        return;
    }
    let mut stopping = world.stopping.clone();
    tokio::select! {
        () = tokio::time::sleep(duration) => {}
        _ = stopping.wait_for(|&stopping| stopping) => {}
    }
}

/// Why a request is not from a local tool.
#[derive(Debug, PartialEq, Eq)]
enum Foreign {
    Host,
    Origin,
}

impl Foreign {
    fn into_response(self) -> Response {
        match self {
            Foreign::Host => detail(
                StatusCode::MISDIRECTED_REQUEST,
                "The practice server answers to 127.0.0.1 and localhost at its own port only",
            ),
            Foreign::Origin => detail(StatusCode::FORBIDDEN, "The practice server is not for web pages"),
        }
    }
}

/// No web page may use the server: not by a name that was rebound to 127.0.0.1 (`Host`), and not by a cross-site
/// form or fetch (`Origin`, and `Sec-Fetch-Site` for the requests that browsers send without `Origin`).
fn check_source(world: &World, headers: &HeaderMap, uri: &Uri) -> Result<(), Foreign> {
    let host = only(headers, header::HOST).ok_or(Foreign::Host)?;
    if !is_own_authority(host, world.port) {
        return Err(Foreign::Host);
    }
    // A request line in absolute form names a host too, and overrides the header (RFC 9112 §3.2.2).
    if uri.authority().is_some_and(|authority| !is_own_authority(authority.as_str(), world.port)) {
        return Err(Foreign::Host);
    }
    if headers.contains_key(header::ORIGIN) {
        let origin = only(headers, header::ORIGIN).ok_or(Foreign::Origin)?;
        let authority = origin.strip_prefix("http://").ok_or(Foreign::Origin)?;
        if !is_own_authority(authority, world.port) {
            return Err(Foreign::Origin);
        }
    }
    let site = HeaderName::from_static("sec-fetch-site");
    if headers.contains_key(&site) && !matches!(only(headers, site), Some("same-origin" | "none")) {
        return Err(Foreign::Origin);
    }
    Ok(())
}

/// The value of a header field that is there exactly once.
fn only(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?;
    if values.next().is_some() {
        return None;
    }
    value.to_str().ok()
}

fn is_own_authority(authority: &str, port: u16) -> bool {
    let Some((host, given_port)) = authority.rsplit_once(':') else {
        // Without a port it means port 80.
        return port == 80 && is_own_host(authority);
    };
    is_own_host(host) && given_port == port.to_string()
}

fn is_own_host(host: &str) -> bool {
    host == "127.0.0.1" || host.eq_ignore_ascii_case("localhost")
}

async fn platform_discovery(State(world): Shared) -> Response {
    json_response(
        StatusCode::OK,
        &discovery(
            &world,
            contract::platform_issuer(&world.base),
            contract::PLATFORM_TOKEN.to_owned(),
            contract::PLATFORM_JWKS.to_owned(),
        ),
    )
}

async fn tenant_discovery(State(world): Shared, Path(slug): Path<String>) -> Response {
    let Some(id) = tenant_id(&world, &slug) else { return no_tenant() };
    let mut document = discovery(
        &world,
        contract::tenant_issuer(&world.base, &id),
        contract::of_tenant(contract::TENANT_TOKEN, &slug),
        contract::of_tenant(contract::TENANT_JWKS, &slug),
    );
    // The platform's document is described as minimal, this one is not.
    document["subject_types_supported"] = json!(["public"]);
    document["id_token_signing_alg_values_supported"] = json!(["RS256", "ES256"]);
    json_response(StatusCode::OK, &document)
}

/// Unknown (contract 8.1.10): the members. Named as in RFC 8414 §2; what the practice server does not serve (sign-in,
/// userinfo, introspection) is not listed.
fn discovery(world: &World, issuer: String, token: String, jwks: String) -> Value {
    let state = world.state();
    let mut scopes: Vec<&str> = vec!["openid", contract::ADMIN_READ, contract::ADMIN_WRITE];
    for scope in state.directory.applications().iter().flat_map(|application| &application.allowed_scopes) {
        if !scopes.contains(&scope.as_str()) {
            scopes.push(scope);
        }
    }
    json!({
        "issuer": issuer,
        "token_endpoint": format!("{}{token}", world.base),
        "jwks_uri": format!("{}{jwks}", world.base),
        "scopes_supported": scopes,
        "response_types_supported": [],
        "grant_types_supported": [contract::CLIENT_CREDENTIALS],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
    })
}

async fn platform_jwks(State(world): Shared) -> Response {
    json_response(StatusCode::OK, &world.state().keys.jwks())
}

/// Documented: the same keys as the platform's.
async fn tenant_jwks(State(world): Shared, Path(slug): Path<String>) -> Response {
    if tenant_id(&world, &slug).is_none() {
        return no_tenant();
    }
    json_response(StatusCode::OK, &world.state().keys.jwks())
}

fn tenant_id(world: &World, slug: &str) -> Option<String> {
    world.state().directory.tenant_of_slug(slug).map(|tenant| tenant.id.clone())
}

/// Unknown (contract 8.2.1): the answer for a tenant that does not exist.
fn no_tenant() -> Response {
    detail(StatusCode::NOT_FOUND, "Tenant not found")
}

async fn platform_token(State(world): Shared, headers: HeaderMap, body: Bytes) -> Response {
    token::answer(&world, &Flavour::Platform, &headers, &body)
}

async fn tenant_token(
    State(world): Shared,
    Path(slug): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    token::answer(&world, &Flavour::Tenant(slug), &headers, &body)
}

async fn list_tenants(State(world): Shared, headers: HeaderMap, RawQuery(query): RawQuery) -> Response {
    admin::list_tenants(&world, &headers, &query.unwrap_or_default())
}

async fn get_tenant(State(world): Shared, headers: HeaderMap, Path(id): Path<String>) -> Response {
    admin::get_tenant(&world, &headers, &id)
}

async fn list_applications(State(world): Shared, headers: HeaderMap, RawQuery(query): RawQuery) -> Response {
    admin::list_applications(&world, &headers, &query.unwrap_or_default())
}

async fn create_application(State(world): Shared, headers: HeaderMap, body: Bytes) -> Response {
    admin::create_application(&world, &headers, &body)
}

async fn get_application(State(world): Shared, headers: HeaderMap, Path(id): Path<String>) -> Response {
    admin::get_application(&world, &headers, &id)
}

async fn change_application(
    State(world): Shared,
    headers: HeaderMap,
    Path(id): Path<String>,
    body: Bytes,
) -> Response {
    admin::change_application(&world, &headers, &id, &body)
}

/// Inferred (contract 4.2): the generated reference writes collections with a slash, the hand-written page without;
/// the stack's framework redirects. To the host that was asked, or a client would drop `Authorization`.
async fn add_slash(headers: HeaderMap, uri: Uri) -> Response {
    let host = only(&headers, header::HOST).unwrap_or_default();
    let query = uri.query().map_or_else(String::new, |query| format!("?{query}"));
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::TEMPORARY_REDIRECT;
    if let Ok(location) = HeaderValue::try_from(format!("http://{host}{}/{query}", uri.path())) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::is_own_authority;

    #[test]
    fn own_authorities() {
        for (authority, port, own) in [
            ("127.0.0.1:8089", 8089, true),
            ("localhost:8089", 8089, true),
            ("LocalHost:8089", 8089, true),
            ("127.0.0.1", 80, true),
            ("127.0.0.1", 8089, false),
            ("127.0.0.1:8090", 8089, false),
            ("127.0.0.1:08089", 8089, false),
            ("127.0.0.1:", 8089, false),
            ("evil.example:8089", 8089, false),
            ("localhost.evil.example:8089", 8089, false),
            ("evil@localhost:8089", 8089, false),
            ("[::1]:8089", 8089, false),
            ("0.0.0.0:8089", 8089, false),
            ("127.0.0.1.:8089", 8089, false),
            ("", 80, false),
        ] {
            assert_eq!(is_own_authority(authority, port), own, "{authority} at {port}");
        }
    }
}
