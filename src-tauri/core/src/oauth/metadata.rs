//! Authorization server metadata (RFC 8414, OpenID Connect Discovery 1.0): where to ask for it and what of it
//! is used.

use std::net::IpAddr;

use url::{Host, Url};

use super::http::{HttpRequest, HttpResponse};
use super::json::Members;
use super::refusal::{common, server_words, shown};
use crate::contract::{AppError, EndpointOrigin, EndpointView, HttpMethod, Stage};
use crate::jwt::JwkSet;
use crate::model::{
    BaseUrl, EndpointKey, EndpointOverrides, Instance, InstanceKind, host_and_port, is_loopback,
    safe_endpoint,
};
use crate::scaikey;

/// What this program uses of a discovery document. Every member is optional (contract 2.2).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ServerMetadata {
    /// `issuer`, exactly.
    pub issuer: Option<String>,
    /// `token_endpoint`, as written.
    pub token_endpoint: Option<String>,
    /// `jwks_uri`, as written.
    pub jwks_uri: Option<String>,
    /// `scopes_supported`.
    pub scopes: Vec<String>,
    /// `grant_types_supported`.
    pub grant_types: Vec<String>,
    /// `token_endpoint_auth_methods_supported`.
    pub authentication_methods: Vec<String>,
}

/// A plain GET for JSON.
#[must_use]
pub fn get(stage: Stage, url: &Url) -> HttpRequest {
    HttpRequest {
        stage,
        method: HttpMethod::Get,
        url: url.clone(),
        authorization: None,
        accept: "application/json",
        body: None,
    }
}

/// Reads a key set's answer (RFC 7517 §5).
///
/// # Errors
/// What is wrong with it; a broken key in it is a warning of the set.
pub fn read_keys(url: &Url, response: &HttpResponse) -> Result<JwkSet, AppError> {
    if let Some(error) = common(Stage::Keys, url, response) {
        return Err(error);
    }
    let server = || server_words(Stage::Keys, url, response);
    if response.status != 200 {
        return Err(AppError::ServerRefused { server: server() });
    }
    JwkSet::parse(&response.body).map_err(|what| AppError::MalformedAnswer { what, server: server() })
}

/// Where the discovery document of an endpoint set may be, in the order to try.
///
/// For an issuer, OpenID Connect appends the well-known path and RFC 8414 §3.1 inserts it before the
/// issuer's own path; both are tried.
#[must_use]
pub fn discovery_urls(kind: &InstanceKind, key: &EndpointKey) -> Vec<Url> {
    match kind {
        InstanceKind::ScaiKey { base } => {
            scaikey::paths(key).and_then(|paths| base.at(&paths.discovery)).into_iter().collect()
        }
        InstanceKind::OpenIdProvider { url, issuer: None } => vec![url.clone()],
        InstanceKind::OpenIdProvider { url, issuer: Some(_) } => {
            let path = url.path().trim_end_matches('/').to_owned();
            let mut appended = url.clone();
            appended.set_path(&format!("{path}/.well-known/openid-configuration"));
            let mut inserted = url.clone();
            inserted.set_path(&format!("/.well-known/oauth-authorization-server{path}"));
            vec![appended, inserted]
        }
    }
}

/// Reads a discovery document.
///
/// # Errors
/// Any answer kind of [`AppError`].
pub fn read(url: &Url, response: &HttpResponse) -> Result<ServerMetadata, AppError> {
    if let Some(error) = common(Stage::Discovery, url, response) {
        return Err(error);
    }
    if response.status != 200 {
        return Err(AppError::ServerRefused { server: server_words(Stage::Discovery, url, response) });
    }
    let malformed = |what: String| AppError::MalformedAnswer {
        what,
        server: server_words(Stage::Discovery, url, response),
    };
    let members = Members::parse(&response.body).map_err(malformed)?;
    let text = |name: &str| -> Result<Option<String>, AppError> {
        match members.once(name).map_err(malformed)? {
            None => Ok(None),
            Some(value) => match value.as_str() {
                Some(text) if text.chars().count() <= 2_000 => Ok(Some(text.to_owned())),
                _ => Err(malformed(format!("The member “{name}” is not a text of reasonable length."))),
            },
        }
    };
    Ok(ServerMetadata {
        issuer: text("issuer")?,
        token_endpoint: text("token_endpoint")?,
        jwks_uri: text("jwks_uri")?,
        scopes: members.texts("scopes_supported"),
        grant_types: members.texts("grant_types_supported"),
        authentication_methods: members.texts("token_endpoint_auth_methods_supported"),
    })
}

/// The endpoints of one set, each with how it is known: typed by hand before discovered before documented.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Endpoints {
    /// Where tokens are requested.
    pub token_endpoint: Option<(Url, EndpointOrigin)>,
    /// Where the keys are.
    pub jwks_uri: Option<(Url, EndpointOrigin)>,
    /// The issuer expected in tokens.
    pub issuer: Option<(String, EndpointOrigin)>,
    /// What was refused: a discovered URL that a secret is never sent to.
    pub refused: Option<AppError>,
    /// What is worth knowing about the document.
    pub notes: Vec<String>,
}

impl Endpoints {
    /// For showing.
    #[must_use]
    pub fn views(&self) -> [Option<EndpointView>; 3] {
        let url = |endpoint: &Option<(Url, EndpointOrigin)>| {
            endpoint.as_ref().map(|(url, origin)| EndpointView { value: url.to_string(), origin: *origin })
        };
        let issuer =
            self.issuer.as_ref().map(|(text, origin)| EndpointView { value: shown(text), origin: *origin });
        [url(&self.token_endpoint), url(&self.jwks_uri), issuer]
    }
}

/// Puts together what was typed, discovered and documented.
///
/// A discovered token endpoint on another host than the instance's is never used silently (RFC 9700 §2.6): it
/// is refused until the user types it in.
#[must_use]
pub fn resolve(instance: &Instance, key: &EndpointKey, metadata: Option<&ServerMetadata>) -> Endpoints {
    let overrides = instance.overrides.get(key);
    let documented = match &instance.kind {
        InstanceKind::ScaiKey { base } => documented_urls(base, key),
        InstanceKind::OpenIdProvider { .. } => None,
    };
    let mut endpoints = Endpoints::default();
    let typed = |of: fn(&EndpointOverrides) -> Option<&Url>| {
        overrides.and_then(of).map(|url| (url.clone(), EndpointOrigin::Typed))
    };
    let token_url = metadata.and_then(|metadata| metadata.token_endpoint.as_deref());
    endpoints.token_endpoint = typed(|set| set.token_endpoint.as_ref()).or_else(|| match token_url {
        None => documented.as_ref().map(|(token, _)| (token.clone(), EndpointOrigin::Documented)),
        Some(text) => match discovered_endpoint(text, instance) {
            Ok(url) => Some((url, EndpointOrigin::Discovered)),
            Err(reason) => {
                endpoints.refused = Some(AppError::UnsafeEndpoint { url: shown(text), reason });
                None
            }
        },
    });
    let jwks_url = metadata.and_then(|metadata| metadata.jwks_uri.as_deref());
    endpoints.jwks_uri = typed(|set| set.jwks_uri.as_ref()).or_else(|| match jwks_url {
        None => documented.as_ref().map(|(_, jwks)| (jwks.clone(), EndpointOrigin::Documented)),
        // Nothing secret is sent for keys, so another host is fine; a scheme that is not the web's is not.
        Some(text) => match web_address(text) {
            Ok(url) => Some((url, EndpointOrigin::Discovered)),
            Err(why) => {
                endpoints.notes.push(format!("The published jwks_uri is not used: {} {why}", shown(text)));
                None
            }
        },
    });
    let asked = match &instance.kind {
        InstanceKind::OpenIdProvider { issuer, .. } => issuer.as_deref(),
        InstanceKind::ScaiKey { .. } => None,
    };
    let published = metadata.and_then(|metadata| metadata.issuer.as_deref());
    if let (Some(asked), Some(published)) = (asked, published)
        && asked != published
    {
        endpoints.notes.push(issuer_differs(asked, published));
    }
    endpoints.issuer = overrides
        .and_then(|set| set.issuer.clone())
        .map(|issuer| (issuer, EndpointOrigin::Typed))
        // Where the user gave an issuer, that is what a token must carry; else what the document says.
        .or_else(|| asked.map(|issuer| (issuer.to_owned(), EndpointOrigin::Typed)))
        .or_else(|| published.map(|issuer| (issuer.to_owned(), EndpointOrigin::Discovered)));
    endpoints
}

/// What is wrong with a document that names another issuer than the one that was asked for.
fn issuer_differs(asked: &str, published: &str) -> String {
    format!(
        "The document names the issuer {}, but {} was asked for. RFC 8414 §3.3 wants them equal to the letter.",
        shown(published),
        shown(asked)
    )
}

/// An address that may be asked without a secret.
fn web_address(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|error| format!("It is not an address: {error}."))?;
    safe_endpoint(&url)?;
    if is_link_local(&url) {
        return Err(
            "Link-local addresses, where machines keep what only they may know, are not asked.".to_owned()
        );
    }
    Ok(url)
}

/// Whether a host is named by a link-local address (RFC 3927, RFC 4291 §2.5.6), IPv4 inside of IPv6 included.
fn is_link_local(url: &Url) -> bool {
    let address = match url.host() {
        Some(Host::Ipv4(address)) => IpAddr::V4(address),
        Some(Host::Ipv6(address)) => IpAddr::V6(address),
        Some(Host::Domain(_)) | None => return false,
    };
    match address.to_canonical() {
        IpAddr::V4(address) => address.is_link_local(),
        IpAddr::V6(address) => address.is_unicast_link_local(),
    }
}

/// Where the discovery document of an issuer may be, in the order to try: an issuer that is not saved, and that
/// anybody may have written into a token.
///
/// # Errors
/// Why it is not asked, in a sentence: it is no `https` address nor one on this computer, or has a query
/// (RFC 8414 §2).
pub fn issuer_urls(issuer: &str) -> Result<Vec<Url>, String> {
    let url = web_address(issuer)?;
    if url.query().is_some() {
        return Err("An issuer has no query (RFC 8414 §2).".to_owned());
    }
    let kind = InstanceKind::OpenIdProvider { url, issuer: Some(issuer.to_owned()) };
    Ok(discovery_urls(&kind, &EndpointKey::Provider))
}

/// Where an issuer publishes its keys, by its discovery document. Nothing secret is sent there, so another host is
/// fine; this computer is not, unless the issuer is on it too: a token must not make it call itself.
///
/// # Errors
/// In sentences: the document is another issuer's (RFC 8414 §3.3), or its `jwks_uri` is not used. `None` where it
/// names none.
pub fn keys_of_issuer(issuer: &str, metadata: &ServerMetadata) -> Result<Option<Url>, String> {
    match metadata.issuer.as_deref() {
        Some(published) if published == issuer => {}
        Some(published) => return Err(issuer_differs(issuer, published)),
        None => return Err("The document names no issuer (RFC 8414 §2).".to_owned()),
    }
    let Some(text) = metadata.jwks_uri.as_deref() else { return Ok(None) };
    let unused = |why: String| format!("The published jwks_uri is not used: {} {why}", shown(text));
    let url = web_address(text).map_err(unused)?;
    if is_loopback(&url) && !Url::parse(issuer).is_ok_and(|issuer| is_loopback(&issuer)) {
        return Err(unused("It leads to this computer, where the issuer is not.".to_owned()));
    }
    Ok(Some(url))
}

fn documented_urls(base: &BaseUrl, key: &EndpointKey) -> Option<(Url, Url)> {
    let paths = scaikey::paths(key)?;
    Some((base.at(&paths.token)?, base.at(&paths.jwks)?))
}

/// A token endpoint out of a discovery document, if a secret may be sent there.
fn discovered_endpoint(text: &str, instance: &Instance) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|error| format!("It is not an address: {error}."))?;
    safe_endpoint(&url)?;
    let own = instance.kind.host();
    let (InstanceKind::ScaiKey { base: BaseUrl(home) } | InstanceKind::OpenIdProvider { url: home, .. }) =
        &instance.kind;
    if url.host() == home.host() {
        return Ok(url);
    }
    Err(format!(
        "The discovery document of {own} points to {}, another host. A secret is not sent there unless you enter the endpoint by hand.",
        host_and_port(&url)
    ))
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::contract::{InstanceDraft, InstanceKindName, ProxyDraft};
    use crate::model::{Colour, InstanceId, parse_instance};

    fn instance(kind: InstanceKindName, url: &str) -> Instance {
        let draft = InstanceDraft {
            id: None,
            name: String::new(),
            kind,
            url: url.to_owned(),
            colour: Colour::Blue,
            production: false,
            proxy: ProxyDraft::System,
            extra_ca: String::new(),
            endpoints: Vec::new(),
        };
        parse_instance(&draft, InstanceId(Uuid::nil()), None).0.unwrap()
    }

    #[track_caller]
    fn check_discovery_urls(kind: InstanceKindName, url: &str, key: &EndpointKey, expected: &[&str]) {
        let urls = discovery_urls(&instance(kind, url).kind, key);
        assert_eq!(urls.iter().map(Url::as_str).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn contract_2_1_paths_are_asymmetric() {
        let base = "https://scaikey.example/id";
        check_discovery_urls(
            InstanceKindName::ScaiKey,
            base,
            &EndpointKey::Platform,
            &["https://scaikey.example/id/api/v1/platform/oauth/.well-known/openid-configuration"],
        );
        check_discovery_urls(
            InstanceKindName::ScaiKey,
            base,
            &EndpointKey::Tenant { slug: "acme".to_owned() },
            &["https://scaikey.example/id/api/v1/auth/tenants/acme/.well-known/openid-configuration"],
        );
        let endpoints = resolve(&instance(InstanceKindName::ScaiKey, base), &EndpointKey::Platform, None);
        assert_eq!(
            endpoints.jwks_uri.unwrap().0.as_str(),
            "https://scaikey.example/id/api/v1/platform/.well-known/jwks.json"
        );
        assert_eq!(
            endpoints.token_endpoint.unwrap(),
            (
                Url::parse("https://scaikey.example/id/api/v1/platform/oauth/token").unwrap(),
                EndpointOrigin::Documented
            )
        );
    }

    #[test]
    fn rfc_8414_3_1_inserts_and_openid_appends() {
        check_discovery_urls(
            InstanceKindName::OpenIdProvider,
            "https://ID.example:8443/realm/",
            &EndpointKey::Provider,
            &[
                "https://id.example:8443/realm/.well-known/openid-configuration",
                "https://id.example:8443/.well-known/oauth-authorization-server/realm",
            ],
        );
        check_discovery_urls(
            InstanceKindName::OpenIdProvider,
            "https://id.example/x/.well-known/openid-configuration",
            &EndpointKey::Provider,
            &["https://id.example/x/.well-known/openid-configuration"],
        );
    }

    /// What comes of a discovered token endpoint: the URL, or why it is refused.
    fn discovered(token_endpoint: &str) -> Result<String, String> {
        let metadata =
            ServerMetadata { token_endpoint: Some(token_endpoint.to_owned()), ..ServerMetadata::default() };
        let instance = instance(InstanceKindName::OpenIdProvider, "https://id.example");
        let endpoints = resolve(&instance, &EndpointKey::Provider, Some(&metadata));
        match endpoints.refused {
            Some(AppError::UnsafeEndpoint { reason, .. }) => {
                assert_eq!(endpoints.token_endpoint, None);
                Err(reason)
            }
            _ => Ok(endpoints.token_endpoint.unwrap().0.to_string()),
        }
    }

    #[test]
    fn f_jwk_13_a_discovered_endpoint_elsewhere_is_never_used_silently() {
        assert_eq!(
            discovered("https://id.example/oauth/token"),
            Ok("https://id.example/oauth/token".to_owned())
        );
        assert_eq!(discovered("https://id.example:8443/t"), Ok("https://id.example:8443/t".to_owned()));
        for (endpoint, word) in [
            ("https://evil.example/token", "another host"),
            ("http://id.example/token", "Plain http"),
            ("file:///etc/passwd", "not a web address"),
            ("/token", "not an address"),
        ] {
            assert!(discovered(endpoint).is_err_and(|why| why.contains(word)), "{endpoint}");
        }
    }

    #[test]
    fn f_jwk_16_keys_are_not_fetched_from_anything_but_the_web() {
        for uri in ["file:///etc/passwd", "http://169.254.169.254/latest/", "https://169.254.169.254/latest/"]
        {
            let metadata = ServerMetadata { jwks_uri: Some(uri.to_owned()), ..ServerMetadata::default() };
            let instance = instance(InstanceKindName::OpenIdProvider, "https://id.example");
            let endpoints = resolve(&instance, &EndpointKey::Provider, Some(&metadata));
            assert_eq!(endpoints.jwks_uri, None);
            assert_eq!(endpoints.notes.len(), 1);
        }
    }

    #[test]
    fn f_jwk_12_an_issuer_that_differs_by_a_slash_is_told() {
        let metadata =
            ServerMetadata { issuer: Some("https://id.example/".to_owned()), ..ServerMetadata::default() };
        let instance = instance(InstanceKindName::OpenIdProvider, "https://id.example");
        let endpoints = resolve(&instance, &EndpointKey::Provider, Some(&metadata));
        assert!(
            endpoints.notes.iter().any(|note| note.contains("https://id.example/,")),
            "{:?}",
            endpoints.notes
        );
        assert_eq!(endpoints.issuer.unwrap().0, "https://id.example");
    }

    #[test]
    fn f_jwk_12_an_issuer_that_is_not_saved_must_be_named_to_the_letter() {
        let asked = "https://id.example/realm";
        for (published, right) in [
            (Some("https://id.example/realm"), true),
            (Some("https://id.example/realm/"), false),
            (Some("https://ID.example/realm"), false),
            (Some("https://id.example:443/realm"), false),
            (None, false),
        ] {
            let metadata = ServerMetadata {
                issuer: published.map(str::to_owned),
                jwks_uri: Some("https://keys.example/jwks".to_owned()),
                ..ServerMetadata::default()
            };
            let found = keys_of_issuer(asked, &metadata);
            assert_eq!(found.is_ok(), right, "{published:?}: {found:?}");
            if let (Some(published), Err(why)) = (published, found) {
                assert!(why.contains(published) && why.contains(asked), "{why}");
            }
        }
    }

    #[test]
    fn f_jwk_16_a_pasted_token_does_not_choose_what_is_asked() {
        for (issuer, word) in [
            ("file:///etc/passwd", "not a web address"),
            ("http://169.254.169.254/latest", "Plain http"),
            ("http://id.example", "Plain http"),
            ("https://169.254.169.254", "Link-local"),
            ("https://[fe80::1]", "Link-local"),
            ("https://[::ffff:169.254.169.254]", "Link-local"),
            ("https://user@id.example", "user name"),
            ("https://id.example/?a=b", "query"),
            ("id.example", "not an address"),
            ("", "not an address"),
        ] {
            let refused = issuer_urls(issuer);
            assert!(refused.as_ref().is_err_and(|why| why.contains(word)), "{issuer}: {refused:?}");
        }
        let jwks = |issuer: &str, uri: &str| {
            let metadata = ServerMetadata {
                issuer: Some(issuer.to_owned()),
                jwks_uri: Some(uri.to_owned()),
                ..ServerMetadata::default()
            };
            keys_of_issuer(issuer, &metadata)
        };
        let (far, here) = ("https://id.example", "http://127.0.0.1:8089");
        for uri in [
            "file:///etc/passwd",
            "http://169.254.169.254/latest",
            "https://localhost/jwks",
            "http://[::1]/jwks",
        ] {
            assert!(jwks(far, uri).is_err_and(|why| why.contains(uri)), "{uri}");
        }
        assert_eq!(jwks(far, "https://keys.example/").unwrap().unwrap().as_str(), "https://keys.example/");
        assert_eq!(jwks(here, "http://127.0.0.1:8089/jwks").unwrap().unwrap().port(), Some(8089));
    }

    #[test]
    fn what_was_typed_wins() {
        let mut instance = instance(InstanceKindName::ScaiKey, "https://scaikey.example");
        let typed = EndpointOverrides {
            token_endpoint: Some(Url::parse("https://proxy.example/t").unwrap()),
            jwks_uri: None,
            issuer: Some("https://inner".to_owned()),
        };
        instance.overrides.insert(EndpointKey::Platform, typed);
        let metadata = ServerMetadata {
            token_endpoint: Some("https://scaikey.example/found".to_owned()),
            issuer: Some("https://scaikey.example".to_owned()),
            ..ServerMetadata::default()
        };
        let endpoints = resolve(&instance, &EndpointKey::Platform, Some(&metadata));
        assert_eq!(endpoints.token_endpoint.unwrap().1, EndpointOrigin::Typed);
        assert_eq!(endpoints.issuer.unwrap(), ("https://inner".to_owned(), EndpointOrigin::Typed));
        assert_eq!(endpoints.refused, None);
    }
}
