//! The token endpoint of both flavours: `client_credentials`.

use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use crate::contract::{self, AccessTokenClaims};
use crate::directory::{Application, Directory, Level, PARTNER_ID, Tenant, is_scope_token};
use crate::world::{World, detail, json_response, with};

/// Which of ScaiKey's two families of endpoints was asked.
pub(crate) enum Flavour {
    Platform,
    /// With the slug from the path.
    Tenant(String),
}

/// An RFC 6749 §5.2 error.
struct TokenError {
    status: StatusCode,
    error: &'static str,
    description: String,
    /// Set where the client tried HTTP authentication (§5.2: it MUST then be told the scheme).
    challenge: bool,
}

impl TokenError {
    fn bad(error: &'static str, description: impl Into<String>) -> TokenError {
        TokenError {
            status: StatusCode::BAD_REQUEST,
            error,
            description: description.into(),
            challenge: false,
        }
    }

    /// Unknown (contract 8.2.1): status and body for a wrong secret and an unknown client. Follows RFC 6749 §5.2;
    /// the two cannot be told apart.
    fn invalid_client(challenge: bool) -> TokenError {
        TokenError {
            status: StatusCode::UNAUTHORIZED,
            error: "invalid_client",
            description: "Client authentication failed".to_owned(),
            challenge,
        }
    }

    fn into_response(self) -> Response {
        let body = json!({ "error": self.error, "error_description": self.description });
        let response = uncached(json_response(self.status, &body));
        if self.challenge {
            with(response, header::WWW_AUTHENTICATE, r#"Basic realm="ScaiKey", charset="UTF-8""#)
        } else {
            response
        }
    }
}

/// RFC 6749 §5.1.
fn uncached(response: Response) -> Response {
    with(with(response, header::CACHE_CONTROL, "no-store"), header::PRAGMA, "no-cache")
}

/// Answers a token request.
pub(crate) fn answer(world: &World, flavour: &Flavour, headers: &HeaderMap, body: &[u8]) -> Response {
    if let Flavour::Tenant(slug) = flavour
        && world.state().directory.tenant_of_slug(slug).is_none()
    {
        // Unknown (contract 8.2.1): the answer for a tenant that does not exist.
        return detail(StatusCode::NOT_FOUND, "Tenant not found");
    }
    issue(world, flavour, headers, body).unwrap_or_else(TokenError::into_response)
}

fn issue(world: &World, flavour: &Flavour, headers: &HeaderMap, body: &[u8]) -> Result<Response, TokenError> {
    let form = Form::read(headers, body)?;
    let grant_type =
        form.get("grant_type").ok_or_else(|| TokenError::bad("invalid_request", "grant_type is missing"))?;
    let credentials = Credentials::read(headers, &form)?;

    let now = world.now();
    let (key, claims, lifetime) = {
        let state = world.state();
        let application = credentials.authenticate(&state.directory)?;
        if grant_type != contract::CLIENT_CREDENTIALS {
            return Err(TokenError::bad(
                "unsupported_grant_type",
                "The practice server has client_credentials only",
            ));
        }
        let tenant = entitled(&state.directory, application, flavour)?;
        let scope = granted_scope(application, form.get("scope"))?;
        let lifetime = application.token_lifetime.unwrap_or(state.lifetime);
        let claims = service_claims(&world.base, application, tenant, scope, now, lifetime);
        (state.keys.current(), claims, lifetime)
    };

    let signed = serde_json::to_vec(&claims).ok().and_then(|claims| key.sign(&claims).ok());
    let Some(access_token) = signed else {
        return Ok(detail(StatusCode::INTERNAL_SERVER_ERROR, "The token could not be signed"));
    };
    // No refresh token for this grant, on purpose (`quickstart`).
    let body = json!({
        "access_token": access_token,
        "token_type": "Bearer",
        "expires_in": lifetime,
        "scope": claims.scope,
    });
    Ok(uncached(json_response(StatusCode::OK, &body)))
}

/// The claims of a service token, each present as the contract's table says (3.2).
fn service_claims(
    base: &str,
    application: &Application,
    tenant: Option<&Tenant>,
    scope: String,
    now: i64,
    lifetime: u32,
) -> AccessTokenClaims {
    let platform = application.level == Level::Global;
    AccessTokenClaims {
        iss: tenant.map_or_else(
            || contract::platform_issuer(base),
            |tenant| contract::tenant_issuer(base, &tenant.id),
        ),
        aud: application.client_id.clone(),
        sub: application.client_id.clone(),
        scope,
        tenant_id: tenant.map(|tenant| tenant.id.clone()),
        exp: now.saturating_add(i64::from(lifetime)),
        iat: now,
        client_id: application.client_id.clone(),
        app_scope: platform.then_some(application.level.name()),
        platform_token: platform.then_some(true),
        token_type: Some(contract::CLIENT_CREDENTIALS),
        partner_id: (application.level == Level::Partner).then(|| PARTNER_ID.to_owned()),
        role: None,
    }
}

/// The claims of a token with all allowed scopes, from wherever the application gets its tokens; `None` where it gets
/// none.
pub(crate) fn own_claims(
    base: &str,
    directory: &Directory,
    application: &Application,
    issued: i64,
    lifetime: u32,
) -> Option<AccessTokenClaims> {
    let flavour = match &application.level {
        Level::Global => Flavour::Platform,
        Level::Partner => {
            Flavour::Tenant(directory.tenants().iter().find(|tenant| tenant.partner)?.slug.clone())
        }
        Level::Tenant { slug } => Flavour::Tenant(slug.clone()),
    };
    let tenant = entitled(directory, application, &flavour).ok()?;
    let scope = granted_scope(application, None).ok()?;
    Some(service_claims(base, application, tenant, scope, issued, lifetime))
}

/// Whether this application may have a token here; the tenant it is for, if any.
///
/// Documented: the flavour follows the level, and `SPA` and `NATIVE` may not use this grant. Unknown (contract
/// 8.2.1): how a mistake is answered. Follows RFC 6749 §5.2: the client is known but not authorised.
fn entitled<'a>(
    directory: &'a Directory,
    application: &Application,
    flavour: &Flavour,
) -> Result<Option<&'a Tenant>, TokenError> {
    let refused = |description: &str| Err(TokenError::bad("unauthorized_client", description));
    if !application.application_type.is_confidential() {
        return refused("Public applications (SPA, NATIVE) cannot use client_credentials");
    }
    match (&application.level, flavour) {
        (Level::Global, Flavour::Platform) => Ok(None),
        (Level::Global, Flavour::Tenant(_)) => {
            refused("This is a GLOBAL application: use the platform token endpoint")
        }
        (Level::Partner | Level::Tenant { .. }, Flavour::Platform) => {
            refused("This is not a GLOBAL application: use the tenant token endpoint")
        }
        (Level::Partner, Flavour::Tenant(slug)) => match directory.tenant_of_slug(slug) {
            Some(tenant) if tenant.partner => Ok(Some(tenant)),
            Some(_) | None => refused("This tenant is not one of the application's partner"),
        },
        (Level::Tenant { slug: own }, Flavour::Tenant(slug)) => match directory.tenant_of_slug(slug) {
            Some(tenant) if own == slug => Ok(Some(tenant)),
            Some(_) | None => refused("This application belongs to another tenant"),
        },
    }
}

/// The scopes of the token: those asked for, else all that are allowed (documented).
fn granted_scope(application: &Application, asked: Option<&str>) -> Result<String, TokenError> {
    let Some(asked) = asked else { return Ok(application.allowed_scopes.join(" ")) };
    let mut granted: Vec<&str> = Vec::new();
    for scope in asked.split(' ').filter(|scope| !scope.is_empty()) {
        if !is_scope_token(scope) {
            return Err(TokenError::bad("invalid_scope", "A requested scope is malformed"));
        }
        if !application.allowed_scopes.iter().any(|allowed| allowed == scope) {
            // Unknown (contract 8.2.2): refused or narrowed. Follows RFC 6749 §5.2: refused.
            return Err(TokenError::bad(
                "invalid_scope",
                format!("The application's allowed_scopes do not include {scope}"),
            ));
        }
        if !granted.contains(&scope) {
            granted.push(scope);
        }
    }
    Ok(granted.join(" "))
}

/// The fields of a form this endpoint knows; the others are ignored (RFC 6749 §3.2).
struct Form(Vec<(String, String)>);

impl Form {
    /// Unknown (contract 8.2.1): a malformed token request. Follows RFC 6749 §5.2.
    fn read(headers: &HeaderMap, body: &[u8]) -> Result<Form, TokenError> {
        const KNOWN: [&str; 4] = ["grant_type", "scope", "client_id", "client_secret"];
        let media_type = headers
            .get(header::CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.split(';').next())
            .unwrap_or_default();
        if !media_type.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            return Err(TokenError::bad(
                "invalid_request",
                "The body must be application/x-www-form-urlencoded",
            ));
        }
        let mut fields: Vec<(String, String)> = Vec::new();
        for (name, value) in form_urlencoded::parse(body) {
            if !KNOWN.contains(&name.as_ref()) {
                continue;
            }
            if fields.iter().any(|(seen, _)| *seen == name) {
                return Err(TokenError::bad("invalid_request", format!("{name} is there twice")));
            }
            fields.push((name.into_owned(), value.into_owned()));
        }
        // A field without a value counts as omitted (RFC 6749 §3.2).
        fields.retain(|(_, value)| !value.is_empty());
        Ok(Form(fields))
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(this, _)| this == name).map(|(_, value)| value.as_str())
    }
}

/// What the client offered to prove who it is.
struct Credentials {
    client_id: String,
    secret: Option<String>,
    /// In the `Authorization` header rather than in the form.
    http: bool,
}

impl Credentials {
    fn read(headers: &HeaderMap, form: &Form) -> Result<Credentials, TokenError> {
        let mut authorization = headers.get_all(header::AUTHORIZATION).iter();
        let Some(first) = authorization.next() else {
            let client_id = form.get("client_id").ok_or_else(|| TokenError::invalid_client(false))?;
            return Ok(Credentials {
                client_id: client_id.to_owned(),
                secret: form.get("client_secret").map(str::to_owned),
                http: false,
            });
        };
        // RFC 6749 §2.3: not more than one way in a request.
        if authorization.next().is_some() || form.get("client_secret").is_some() {
            return Err(TokenError::bad("invalid_request", "More than one client authentication"));
        }
        let (client_id, secret) = first
            .to_str()
            .ok()
            .and_then(basic_credentials)
            .ok_or_else(|| TokenError::invalid_client(true))?;
        if form.get("client_id").is_some_and(|in_form| in_form != client_id) {
            return Err(TokenError::bad("invalid_request", "client_id differs from the authenticated one"));
        }
        Ok(Credentials { client_id, secret: Some(secret), http: true })
    }

    fn authenticate<'a>(&self, directory: &'a Directory) -> Result<&'a Application, TokenError> {
        let refused = || TokenError::invalid_client(self.http);
        let application = directory.client(&self.client_id).ok_or_else(refused)?;
        let proven = match (&self.secret, application.application_type.is_confidential()) {
            (Some(secret), true) => application.has_secret(secret),
            // A public client only says who it is; that this grant is not for it is said later.
            (None, false) => true,
            (Some(_), false) | (None, true) => false,
        };
        if proven { Ok(application) } else { Err(refused()) }
    }
}

/// Id and secret of an `Authorization: Basic` value, form-decoded as RFC 6749 §2.3.1 wants.
fn basic_credentials(value: &str) -> Option<(String, String)> {
    let (scheme, encoded) = value.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (id, secret) = decoded.split_once(':')?;
    Some((form_decoded(id), form_decoded(secret)))
}

/// One form-encoded value. A bare `&`, which an encoder would have written `%26`, stands for itself.
fn form_decoded(text: &str) -> String {
    let pair = format!("v={}", text.replace('&', "%26"));
    form_urlencoded::parse(pair.as_bytes()).next().map(|(_, value)| value.into_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::{ApplicationType, NewApplication, practice_tenants};

    fn check_basic(plain: &str, expected: Option<(&str, &str)>) {
        let value = format!("Basic {}", STANDARD.encode(plain));
        let expected = expected.map(|(id, secret)| (id.to_owned(), secret.to_owned()));
        assert_eq!(basic_credentials(&value), expected, "{plain}");
    }

    #[test]
    fn basic_credentials_are_form_decoded() {
        check_basic("id:secret", Some(("id", "secret")));
        check_basic("a%3Ab:c%2Bd+e%25", Some(("a:b", "c+d e%")));
        check_basic("id:s&t=u:v", Some(("id", "s&t=u:v")));
        check_basic("id:%C3%A9", Some(("id", "é")));
        check_basic("no colon", None);
        assert_eq!(basic_credentials("Bearer abc"), None);
        assert_eq!(basic_credentials("Basic ?"), None);
        assert_eq!(basic_credentials("bAsIc aTpz"), Some(("i".to_owned(), "s".to_owned())));
    }

    fn error_of<T>(result: Result<T, TokenError>) -> Option<&'static str> {
        result.err().map(|error| error.error)
    }

    #[test]
    fn the_flavour_follows_the_level() {
        let mut directory = Directory::new(practice_tenants());
        let mut add = |client_id: &str, level: Level, kind: ApplicationType| {
            let new = NewApplication {
                client_id: Some(client_id.to_owned()),
                ..NewApplication::service("", level, &[])
            };
            directory.register(new.of_type(kind)).unwrap();
        };
        add("global", Level::Global, ApplicationType::Service);
        add("web", Level::Global, ApplicationType::Web);
        add("spa", Level::Global, ApplicationType::Spa);
        add("native", Level::Global, ApplicationType::Native);
        add("partner", Level::Partner, ApplicationType::Service);
        add("tenant", Level::Tenant { slug: "acme".to_owned() }, ApplicationType::Service);

        for (client, slug, allowed) in [
            ("global", None, true),
            ("global", Some("acme"), false),
            ("web", None, true),
            ("spa", None, false),
            ("native", None, false),
            ("partner", None, false),
            ("partner", Some("acme"), true),
            ("partner", Some("globex"), true),
            ("partner", Some("initech"), false),
            ("tenant", None, false),
            ("tenant", Some("acme"), true),
            ("tenant", Some("globex"), false),
        ] {
            let flavour = slug.map_or(Flavour::Platform, |slug| Flavour::Tenant(slug.to_owned()));
            let result = entitled(&directory, directory.client(client).unwrap(), &flavour);
            let expected = if allowed { None } else { Some("unauthorized_client") };
            assert_eq!(error_of(result), expected, "{client} at {slug:?}");
        }
    }
}
