//! From what was typed to what is valid. Each function returns everything it has to say about a draft, field
//! by field, and the valid value if there is one.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use url::{Host, Url};

use super::{
    Application, ApplicationId, BaseUrl, ClientAuthentication, EndpointKey, EndpointOverrides, Instance,
    InstanceId, InstanceKind, Level, LevelName, Network, Practice, Proxy, Registration, SecretKeeping,
};
use crate::contract::{
    ApplicationDraft, EndpointsDraft, Field, InstanceDraft, InstanceKindName, Problem, ProxyDraft,
    SecretDraft, Severity, WalkthroughAnswers,
};
use crate::scaikey;

/// The longest text of one field, in characters.
const LONGEST: usize = 2_000;
/// The longest name, in characters.
const LONGEST_NAME: usize = 200;
/// Token request parameters that are this program's to set.
const RESERVED: [&str; 15] = [
    "assertion",
    "client_assertion",
    "client_assertion_type",
    "client_id",
    "client_secret",
    "code",
    "code_verifier",
    "grant_type",
    "password",
    "redirect_uri",
    "refresh_token",
    "request",
    "request_uri",
    "scope",
    "username",
];
/// The smallest and the largest renewal margin, in seconds.
pub const MARGIN_SECONDS: std::ops::RangeInclusive<u32> = 5..=3_600;

/// Collects what there is to say about a draft.
#[derive(Default)]
struct Findings(Vec<Problem>);

impl Findings {
    fn error(&mut self, field: Field, message: impl Into<String>) {
        self.0.push(Problem { field, severity: Severity::Error, message: message.into() });
    }

    fn notice(&mut self, field: Field, message: impl Into<String>) {
        self.0.push(Problem { field, severity: Severity::Notice, message: message.into() });
    }

    fn has_errors(&self) -> bool {
        self.0.iter().any(|problem| problem.severity == Severity::Error)
    }
}

/// True for addresses that never leave this computer: `127.0.0.0/8`, `::1` and the name `localhost`.
#[must_use]
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => IpAddr::V4(address).is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::V6(address).is_loopback(),
        Some(Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        None => false,
    }
}

/// Whether a secret or a token may be sent to this URL: `https`, or `http` on loopback; no user
/// information, no fragment (RFC 6749 §3.2).
///
/// # Errors
/// Why not, in words.
pub fn safe_endpoint(url: &Url) -> Result<(), String> {
    match url.scheme() {
        "https" => {}
        "http" if is_loopback(url) => {}
        "http" => return Err("Plain http is used on this computer only. Use https.".to_owned()),
        other => return Err(format!("“{other}:” is not a web address. Use https.")),
    }
    if url.host_str().is_none_or(str::is_empty) {
        return Err("There is no host in it.".to_owned());
    }
    if url.port() == Some(0) {
        return Err("Port 0 cannot be connected to.".to_owned());
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("A user name or password does not belong in the address.".to_owned());
    }
    if url.fragment().is_some() {
        return Err("A part after # does not belong in the address.".to_owned());
    }
    Ok(())
}

/// Reads a URL as people type it: with spaces around it, or without its scheme. What was changed is said.
fn read_url(text: &str, field: Field, findings: &mut Findings) -> Option<Url> {
    let trimmed = text.trim();
    if trimmed.is_empty() {
        findings.error(field, "Enter the address, such as https://scaikey.example.com.");
        return None;
    }
    if trimmed.chars().count() > LONGEST {
        findings.error(field, format!("That is longer than {LONGEST} characters."));
        return None;
    }
    if trimmed.chars().any(|c| c.is_control() || c.is_whitespace()) {
        findings.error(field, "There is a space or a line break inside the address.");
        return None;
    }
    if trimmed != text {
        findings.notice(field, "Spaces around the address are left out.");
    }
    let with_scheme = if trimmed.contains("://") {
        trimmed.to_owned()
    } else {
        let local = Url::parse(&format!("http://{trimmed}")).is_ok_and(|url| is_loopback(&url));
        let scheme = if local { "http" } else { "https" };
        findings.notice(field, format!("Read as {scheme}://{trimmed}"));
        format!("{scheme}://{trimmed}")
    };
    let url = match Url::parse(&with_scheme) {
        Ok(url) => url,
        Err(error) => {
            findings.error(field, format!("This is not an address: {error}."));
            return None;
        }
    };
    if let Err(why) = safe_endpoint(&url) {
        findings.error(field, why);
        return None;
    }
    Some(url)
}

/// A ScaiKey's base URL, cut back from the addresses that people copy from a browser or from the docs.
fn read_base(text: &str, findings: &mut Findings) -> Option<BaseUrl> {
    let mut url = read_url(text, Field::Url, findings)?;
    if url.query().is_some() {
        findings.error(Field::Url, "The base URL has no part after ?. Leave it out.");
        return None;
    }
    let path = url.path().trim_end_matches('/').to_owned();
    let kept = ["/admin", "/api/v1", "/.well-known"]
        .iter()
        .filter_map(|mark| path.find(mark))
        .min()
        .and_then(|cut| path.get(..cut));
    if let Some(kept) = kept {
        url.set_path(kept);
        findings.notice(Field::Url, format!("The base URL is {}", url.as_str().trim_end_matches('/')));
    } else {
        url.set_path(&path);
    }
    Some(BaseUrl(url))
}

fn read_name(text: &str, fallback: &str, findings: &mut Findings) -> String {
    let name = text.trim();
    if name.chars().count() > LONGEST_NAME {
        findings.error(Field::Name, format!("A name has at most {LONGEST_NAME} characters."));
    }
    if name.chars().any(char::is_control) {
        findings.error(Field::Name, "There is a line break or another control character in the name.");
    }
    if name.is_empty() { fallback.to_owned() } else { name.to_owned() }
}

fn read_overrides(
    drafts: &[EndpointsDraft],
    findings: &mut Findings,
) -> BTreeMap<EndpointKey, EndpointOverrides> {
    let mut overrides = BTreeMap::new();
    for draft in drafts {
        let mut endpoint = |text: &str| match text.trim() {
            "" => None,
            _ => read_url(text, Field::Endpoints, findings),
        };
        let set = EndpointOverrides {
            token_endpoint: endpoint(&draft.token_endpoint),
            jwks_uri: endpoint(&draft.jwks_uri),
            issuer: Some(draft.issuer.trim().to_owned()).filter(|issuer| !issuer.is_empty()),
        };
        if set != EndpointOverrides::default() {
            overrides.insert(draft.key.clone(), set);
        }
    }
    overrides
}

fn read_proxy(draft: &ProxyDraft, findings: &mut Findings) -> Proxy {
    match draft {
        ProxyDraft::System => Proxy::System,
        ProxyDraft::None => Proxy::None,
        ProxyDraft::Url { url } => {
            let text = url.trim();
            let with_scheme = if text.contains("://") { text.to_owned() } else { format!("http://{text}") };
            match Url::parse(&with_scheme) {
                Ok(url) if matches!(url.scheme(), "http" | "https") && url.host_str().is_some() => {
                    if url.password().is_some() {
                        // It would stand in the configuration file.
                        findings.error(Field::Proxy, "A proxy password cannot be saved here. Leave it out.");
                    }
                    Proxy::Url(url)
                }
                _ => {
                    findings.error(Field::Proxy, "Enter the proxy as http://host:port.");
                    Proxy::None
                }
            }
        }
    }
}

/// Whether a text is one or more PEM certificates, as far as its frame tells.
fn looks_like_pem(text: &str) -> bool {
    text.contains("-----BEGIN CERTIFICATE-----") && text.contains("-----END CERTIFICATE-----")
}

/// Reads an instance as typed. `existing` is the saved one that it edits; its applications and its practice
/// mark are kept.
#[must_use]
pub fn parse_instance(
    draft: &InstanceDraft,
    fresh: InstanceId,
    existing: Option<&Instance>,
) -> (Option<Instance>, Vec<Problem>) {
    let mut findings = Findings::default();
    let kind = match draft.kind {
        InstanceKindName::ScaiKey => {
            read_base(&draft.url, &mut findings).map(|base| InstanceKind::ScaiKey { base })
        }
        InstanceKindName::OpenIdProvider => read_url(&draft.url, Field::Url, &mut findings).map(|url| {
            // The issuer is compared as a string (RFC 8414 §3.3), so it is kept as typed.
            let typed = draft.url.trim();
            let typed = if typed.contains("://") { typed } else { url.as_str() };
            let issuer = (!url.path().contains("/.well-known/")).then(|| typed.to_owned());
            InstanceKind::OpenIdProvider { url, issuer }
        }),
    };
    let host = kind.as_ref().map(|kind| kind.host()).unwrap_or_default();
    let name = read_name(&draft.name, &host, &mut findings);
    let extra_ca = draft.extra_ca.trim();
    if !extra_ca.is_empty() && !looks_like_pem(extra_ca) {
        findings.error(
            Field::ExtraCa,
            "Paste certificates in PEM form: from -----BEGIN CERTIFICATE----- to -----END CERTIFICATE-----.",
        );
    }
    let proxy = read_proxy(&draft.proxy, &mut findings);
    let overrides = read_overrides(&draft.endpoints, &mut findings);
    let valid = !findings.has_errors();
    let instance = kind.filter(|_| valid).map(|kind| Instance {
        id: existing.map_or(fresh, |instance| instance.id),
        name,
        kind,
        colour: draft.colour,
        production: draft.production,
        practice: existing.and_then(|instance| instance.practice),
        network: Network { proxy, extra_ca: extra_ca.to_owned() },
        overrides,
        applications: existing.map(|instance| instance.applications.clone()).unwrap_or_default(),
    });
    (instance, findings.0)
}

/// RFC 6749 §3.3: a scope token is `1*( %x21 / %x23-5B / %x5D-7E )`.
fn is_scope_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| matches!(b, 0x21 | 0x23..=0x5b | 0x5d..=0x7e))
}

/// Points out what a paste brought along; nothing is trimmed.
fn note_edges(text: &str, field: Field, what: &str, findings: &mut Findings) {
    let edges = [("begins", text.chars().next()), ("ends", text.chars().next_back())];
    for (verb, edge) in edges {
        match edge {
            Some('\n' | '\r') => {
                findings.notice(field, format!("{what} {verb} with a line break. It is kept as it is."));
            }
            Some(c) if c.is_whitespace() => {
                findings.notice(field, format!("{what} {verb} with a space. It is kept as it is."));
            }
            _ => {}
        }
    }
}

fn read_client_id(text: &str, findings: &mut Findings) {
    if text.is_empty() {
        findings.error(Field::ClientId, "Enter the client ID that was issued at registration.");
    } else if text.trim().is_empty() {
        findings.error(Field::ClientId, "The client ID is blank.");
    } else if text.chars().any(char::is_control) {
        findings
            .error(Field::ClientId, "There is a line break or another control character in it. Remove it.");
    } else if text.chars().count() > LONGEST {
        findings.error(Field::ClientId, format!("That is longer than {LONGEST} characters."));
    } else {
        note_edges(text, Field::ClientId, "The client ID", findings);
    }
}

fn read_secret(draft: &SecretDraft, is_new: bool, findings: &mut Findings) {
    match draft {
        SecretDraft::Unchanged if is_new => {
            findings.notice(Field::Secret, "Without the client secret no token can be requested.");
        }
        SecretDraft::Unchanged => {}
        SecretDraft::Set { value, .. } if value.is_empty() => {
            findings.error(Field::Secret, "Enter the client secret.");
        }
        SecretDraft::Set { value, .. } if value.expose().len() > 64 * 1024 => {
            findings.error(Field::Secret, "A client secret has at most 64 KiB.");
        }
        SecretDraft::Set { value, .. } => {
            note_edges(value.expose(), Field::Secret, "The client secret", findings);
        }
    }
}

fn read_level(draft: &ApplicationDraft, findings: &mut Findings) -> Option<Level> {
    let slug = || draft.tenant_slug.trim().to_owned();
    let level = match draft.level {
        None => {
            findings.error(Field::Level, "Choose the level the application is registered at.");
            return None;
        }
        Some(LevelName::Global) => return Some(Level::Global),
        Some(LevelName::Partner) => Level::Partner { tenant_slug: slug() },
        Some(LevelName::Tenant) => Level::Tenant { tenant_slug: slug() },
    };
    let text = slug();
    if text.is_empty() {
        findings.error(
            Field::TenantSlug,
            "Enter the tenant's slug: the name it has in addresses, not its tnt_ id.",
        );
        return None;
    }
    check_slug(&text, findings).then_some(level)
}

/// Whether a tenant's slug can stand in an address. Empty is for the caller to judge.
fn check_slug(text: &str, findings: &mut Findings) -> bool {
    if text.chars().any(|c| c.is_control() || c.is_whitespace() || matches!(c, '/' | '?' | '#' | '%' | '\\'))
        || matches!(text, "." | "..")
    {
        findings.error(
            Field::TenantSlug,
            "A slug is one part of an address: no spaces, slashes or question marks.",
        );
        return false;
    }
    if text.chars().count() > LONGEST {
        findings.error(Field::TenantSlug, format!("That is longer than {LONGEST} characters."));
        return false;
    }
    if text.starts_with("tnt_") {
        findings.notice(Field::TenantSlug, "This looks like the tenant's id. Addresses use its slug.");
    }
    true
}

/// Reads what was answered in a walkthrough. Nothing of it has to be there yet.
#[must_use]
pub fn parse_answers(answers: &WalkthroughAnswers) -> (Option<WalkthroughAnswers>, Vec<Problem>) {
    let mut findings = Findings::default();
    let tenant_slug = answers.tenant_slug.trim().to_owned();
    check_slug(&tenant_slug, &mut findings);
    let scopes = read_scopes(&answers.scopes, &mut findings);
    let valid = !findings.has_errors();
    let answers = valid.then(|| WalkthroughAnswers { tenant_slug, scopes, ..answers.clone() });
    (answers, findings.0)
}

fn read_scopes(scopes: &[String], findings: &mut Findings) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let mut kept = Vec::new();
    for scope in scopes {
        if !is_scope_token(scope) {
            findings.error(
                Field::Scopes,
                format!(
                    "“{}” is not a scope: no spaces, quotes, backslashes or letters beyond ASCII.",
                    scope.escape_debug()
                ),
            );
        } else if seen.insert(scope) {
            kept.push(scope.clone());
        }
    }
    kept
}

fn read_extra(draft: &ApplicationDraft, findings: &mut Findings) {
    let mut seen = BTreeSet::new();
    for parameter in &draft.extra {
        let name = parameter.name.as_str();
        if name.is_empty() || name.chars().any(|c| c.is_control() || c.is_whitespace()) {
            findings.error(Field::Extra, "A parameter's name has no spaces and is not empty.");
        } else if RESERVED.contains(&name) {
            findings.error(Field::Extra, format!("“{name}” is set by the fields above."));
        } else if !seen.insert(name) {
            findings.error(Field::Extra, format!("“{name}” stands here twice; RFC 6749 allows it once."));
        } else if parameter.value.is_empty() {
            findings.notice(Field::Extra, format!("“{name}” has no value, so it is not sent."));
        }
        if parameter.value.chars().any(char::is_control) {
            findings.error(Field::Extra, format!("There is a line break in the value of “{name}”."));
        }
    }
}

/// Reads an application as typed for `instance`. `existing` is the saved one that it edits; its secret's
/// place is kept here and changed by whoever stores a new one.
#[must_use]
pub fn parse_application(
    draft: &ApplicationDraft,
    fresh: ApplicationId,
    instance: &Instance,
    existing: Option<&Application>,
) -> (Option<Application>, Vec<Problem>) {
    let mut findings = Findings::default();
    read_client_id(&draft.client_id, &mut findings);
    read_secret(&draft.secret, existing.is_none(), &mut findings);
    let name = read_name(&draft.name, draft.client_id.trim(), &mut findings);
    let registration = match instance.kind {
        InstanceKind::OpenIdProvider { .. } => Some(Registration::Provider),
        InstanceKind::ScaiKey { .. } => read_level(draft, &mut findings)
            .zip(draft.application_type)
            .map(|(level, application_type)| Registration::ScaiKey { level, application_type }),
    };
    let scopes = read_scopes(&draft.scopes, &mut findings);
    read_extra(draft, &mut findings);
    if let Some(margin) = draft.renewal.margin_seconds
        && !MARGIN_SECONDS.contains(&margin)
    {
        findings.error(Field::Margin, "The margin is 5 to 3600 seconds.");
    }
    if draft.client_authentication == ClientAuthentication::ClientSecretBasicRaw
        && draft.client_id.contains(':')
    {
        findings.notice(
            Field::ClientId,
            "With a colon in the client ID, Basic “as is” cannot be read back by the server. Choose another client authentication.",
        );
    }
    if registration.is_none() && !findings.has_errors() {
        findings.error(Field::Level, "Choose the application's type.");
    }
    let valid = !findings.has_errors();
    let application = registration.filter(|_| valid).map(|registration| Application {
        id: existing.map_or(fresh, |application| application.id),
        name,
        client_id: draft.client_id.clone(),
        secret: existing.map_or(SecretKeeping::None, |application| application.secret),
        secret_host: existing.and_then(|application| application.secret_host.clone()),
        registration,
        scopes,
        extra: draft.extra.iter().filter(|parameter| !parameter.value.is_empty()).cloned().collect(),
        client_authentication: draft.client_authentication,
        renewal: draft.renewal,
    });
    (application, findings.0)
}

impl BaseUrl {
    /// The URL of a documented path, which begins with a slash.
    #[must_use]
    pub fn at(&self, path: &str) -> Option<Url> {
        Url::parse(&format!("{}{path}", self.as_str())).ok()
    }

    /// Its text, without a slash at the end.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str().trim_end_matches('/')
    }

    /// The base of a practice server on this port.
    #[must_use]
    pub fn loopback(port: u16) -> Option<Self> {
        Url::parse(&format!("http://127.0.0.1:{port}")).ok().map(Self)
    }

    /// Reads a saved one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let url = Url::parse(text).ok()?;
        safe_endpoint(&url).is_ok().then_some(Self(url))
    }
}

impl Instance {
    /// The host that a secret of this endpoint set goes to: that of a token endpoint typed by hand, else the
    /// instance's own (a discovered endpoint on another host is refused).
    #[must_use]
    pub fn secret_host(&self, key: &EndpointKey) -> Option<String> {
        let typed = self.overrides.get(key).and_then(|set| set.token_endpoint.as_ref());
        let (InstanceKind::ScaiKey { base: BaseUrl(own) } | InstanceKind::OpenIdProvider { url: own, .. }) =
            &self.kind;
        typed.unwrap_or(own).host_str().map(str::to_owned)
    }
}

impl InstanceKind {
    /// Base URL, issuer or discovery URL, as it is shown and edited.
    #[must_use]
    pub fn url_text(&self) -> String {
        match self {
            Self::ScaiKey { base } => base.as_str().to_owned(),
            Self::OpenIdProvider { url, issuer } => issuer.clone().unwrap_or_else(|| url.to_string()),
        }
    }

    /// Host and port, for the sidebar and as a default name.
    #[must_use]
    pub fn host(&self) -> String {
        let (Self::ScaiKey { base: BaseUrl(url) } | Self::OpenIdProvider { url, .. }) = self;
        host_and_port(url)
    }
}

/// `host`, or `host:port` where the port is not the scheme's own.
#[must_use]
pub fn host_and_port(url: &Url) -> String {
    match (url.host_str(), url.port()) {
        (Some(host), Some(port)) => format!("{host}:{port}"),
        (Some(host), None) => host.to_owned(),
        (None, _) => String::new(),
    }
}

impl Application {
    /// Which endpoint set it uses (contract 1.4).
    #[must_use]
    pub fn endpoint_key(&self) -> EndpointKey {
        match &self.registration {
            Registration::Provider => EndpointKey::Provider,
            Registration::ScaiKey { level: Level::Global, .. } => EndpointKey::Platform,
            Registration::ScaiKey {
                level: Level::Partner { tenant_slug } | Level::Tenant { tenant_slug },
                ..
            } => EndpointKey::Tenant { slug: tenant_slug.clone() },
        }
    }
}

impl Practice {
    /// Lifetimes a practice server's tokens can be given, in seconds.
    pub const LIFETIME_SECONDS: std::ops::RangeInclusive<u32> = 10..=86_400;

    /// The lifetime to begin with: ScaiKey's own default (contract 3.5).
    pub const DEFAULT_LIFETIME_SECONDS: u32 = scaikey::DEFAULT_TOKEN_LIFETIME_SECONDS;
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::contract::{ExtraParameter, Renewal};
    use crate::model::{ApplicationType, Colour};

    fn instance_draft(kind: InstanceKindName, url: &str) -> InstanceDraft {
        InstanceDraft {
            id: None,
            name: String::new(),
            kind,
            url: url.to_owned(),
            colour: Colour::Blue,
            production: false,
            proxy: ProxyDraft::System,
            extra_ca: String::new(),
            endpoints: Vec::new(),
        }
    }

    fn base_of(url: &str) -> Result<String, String> {
        let draft = instance_draft(InstanceKindName::ScaiKey, url);
        let (instance, problems) = parse_instance(&draft, InstanceId(Uuid::nil()), None);
        match instance {
            Some(instance) => Ok(instance.kind.url_text()),
            None => Err(problems.into_iter().map(|p| p.message).collect::<Vec<_>>().join(" ")),
        }
    }

    #[test]
    fn f_ui_1_a_base_url_is_read_as_people_type_it() {
        for (typed, read) in [
            ("https://scaikey.scailabs.ai", "https://scaikey.scailabs.ai"),
            ("https://scaikey.scailabs.ai/", "https://scaikey.scailabs.ai"),
            ("  https://scaikey.scailabs.ai\n", "https://scaikey.scailabs.ai"),
            ("scaikey.scailabs.ai", "https://scaikey.scailabs.ai"),
            ("HTTPS://ScaiKey.ScaiLabs.AI:443/", "https://scaikey.scailabs.ai"),
            ("https://proxy.example.com/id/", "https://proxy.example.com/id"),
            ("https://scaikey.scailabs.ai/admin/applications", "https://scaikey.scailabs.ai"),
            (
                "https://scaikey.scailabs.ai/api/v1/platform/oauth/.well-known/openid-configuration",
                "https://scaikey.scailabs.ai",
            ),
            ("localhost:8089", "http://localhost:8089"),
            ("http://127.0.0.1:8089", "http://127.0.0.1:8089"),
            ("http://[::1]:8089/", "http://[::1]:8089"),
            ("https://münchen.example", "https://xn--mnchen-3ya.example"),
        ] {
            assert_eq!(base_of(typed).as_deref(), Ok(read), "{typed}");
        }
    }

    #[test]
    fn f_ui_1_an_address_that_cannot_be_used_says_why() {
        for (typed, word) in [
            ("", "Enter the address"),
            ("https://exa mple.com", "space"),
            ("https://example.com/\nX: y", "line break"),
            ("http://scaikey.scailabs.ai", "Plain http"),
            ("http://10.0.0.5", "Plain http"),
            ("https://user:secret@example.com", "user name or password"),
            ("https://example.com/#x", "after #"),
            ("https://example.com/?a=b", "after ?"),
            ("https://example.com:0", "Port 0"),
            ("https://example.com:99999", "not an address"),
            ("ftp://example.com", "not a web address"),
            ("https://", "not an address"),
        ] {
            let answer = base_of(typed);
            assert!(answer.as_ref().is_err_and(|why| why.contains(word)), "{typed}: {answer:?}");
        }
        assert!(base_of(&format!("https://{}.com", "a".repeat(10_000))).is_err());
    }

    #[test]
    fn an_issuer_is_kept_as_typed_and_a_discovery_url_names_none() {
        let issuer_of = |url: &str| {
            let draft = instance_draft(InstanceKindName::OpenIdProvider, url);
            match parse_instance(&draft, InstanceId(Uuid::nil()), None).0.unwrap().kind {
                InstanceKind::OpenIdProvider { issuer, .. } => issuer,
                InstanceKind::ScaiKey { .. } => panic!("not a ScaiKey"),
            }
        };
        assert_eq!(
            issuer_of("https://id.example.com/realm/").as_deref(),
            Some("https://id.example.com/realm/")
        );
        assert_eq!(issuer_of("https://id.example.com").as_deref(), Some("https://id.example.com"));
        assert_eq!(issuer_of("https://id.example.com/.well-known/openid-configuration"), None);
    }

    fn application_draft() -> ApplicationDraft {
        ApplicationDraft {
            id: None,
            instance: InstanceId(Uuid::nil()),
            name: String::new(),
            client_id: "svc_1".to_owned(),
            secret: SecretDraft::Unchanged,
            level: Some(LevelName::Global),
            tenant_slug: String::new(),
            application_type: Some(ApplicationType::Service),
            scopes: vec!["openid".to_owned()],
            extra: Vec::new(),
            client_authentication: ClientAuthentication::ClientSecretBasic,
            renewal: Renewal { enabled: true, margin_seconds: None },
        }
    }

    /// The messages of the errors that a changed draft gets; empty when it is valid.
    #[track_caller]
    fn check_application(change: impl FnOnce(&mut ApplicationDraft)) -> (Vec<String>, Vec<String>) {
        let draft = instance_draft(InstanceKindName::ScaiKey, "https://scaikey.example");
        let instance = parse_instance(&draft, InstanceId(Uuid::nil()), None).0.unwrap();
        let mut draft = application_draft();
        change(&mut draft);
        let (application, problems) = parse_application(&draft, ApplicationId(Uuid::nil()), &instance, None);
        let (errors, notices): (Vec<_>, Vec<_>) =
            problems.into_iter().partition(|problem| problem.severity == Severity::Error);
        assert_eq!(application.is_none(), !errors.is_empty());
        let words = |list: Vec<Problem>| list.into_iter().map(|problem| problem.message).collect();
        (words(errors), words(notices))
    }

    #[test]
    fn a_plain_application_is_valid() {
        assert!(check_application(|_| {}).0.is_empty());
    }

    #[test]
    fn f_ui_2_edges_from_a_paste_are_pointed_out_and_kept() {
        let (errors, notices) = check_application(|draft| {
            draft.secret = SecretDraft::Set {
                value: crate::secret::Secret::new(" s3cret\n"),
                keep: crate::contract::Keep::Keychain,
            };
            draft.client_id = "svc_1 ".to_owned();
        });
        assert!(errors.is_empty(), "{errors:?}");
        assert!(notices.iter().any(|n| n.contains("secret begins with a space")), "{notices:?}");
        assert!(notices.iter().any(|n| n.contains("secret ends with a line break")));
        assert!(notices.iter().any(|n| n.contains("client ID ends with a space")));
    }

    #[test]
    fn f_ui_4_reserved_and_repeated_parameters_are_refused() {
        let parameter = |name: &str| ExtraParameter { name: name.to_owned(), value: "v".to_owned() };
        for names in [vec!["scope"], vec!["client_secret"], vec!["a", "a"], vec![""]] {
            let (errors, _) =
                check_application(|draft| draft.extra = names.iter().map(|name| parameter(name)).collect());
            assert_eq!(errors.len(), 1, "{names:?}");
        }
        assert!(check_application(|draft| draft.extra = vec![parameter("audience")]).0.is_empty());
    }

    #[test]
    fn f_ui_5_line_breaks_inside_a_field_are_refused() {
        for change in [
            (|draft: &mut ApplicationDraft| draft.client_id = "a\r\nX-Evil: 1".to_owned()) as fn(&mut _),
            |draft| draft.name = "a\r\nb".to_owned(),
            |draft| draft.scopes = vec!["a\nb".to_owned()],
            |draft| {
                draft.extra =
                    vec![ExtraParameter { name: "audience".to_owned(), value: "a\r\nb".to_owned() }];
            },
            |draft| {
                draft.level = Some(LevelName::Tenant);
                draft.tenant_slug = "a\nb".to_owned();
            },
        ] {
            assert_eq!(check_application(change).0.len(), 1);
        }
    }

    #[test]
    fn the_level_decides_the_endpoint_set_and_what_it_needs() {
        let (errors, _) = check_application(|draft| draft.level = Some(LevelName::Partner));
        assert!(errors.iter().any(|error| error.contains("slug")));
        let (errors, _) = check_application(|draft| {
            draft.level = Some(LevelName::Tenant);
            draft.tenant_slug = "../admin".to_owned();
        });
        assert_eq!(errors.len(), 1);
    }
}
