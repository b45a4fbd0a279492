//! What the user saves: instances (saved ScaiKeys or other OpenID providers) and the applications registered
//! there. Behind [`parse_instance`] and [`parse_application`] everything is valid by construction.

mod parse;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use url::Url;
use uuid::Uuid;

use crate::contract::{ExtraParameter, Renewal, WalkthroughAnswers, WalkthroughId};

pub use parse::{
    MARGIN_SECONDS, host_and_port, is_loopback, parse_answers, parse_application, parse_instance,
    safe_endpoint,
};

/// Identifies a saved instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(transparent)]
#[ts(export, type = "string")]
pub struct InstanceId(pub Uuid);

/// Identifies a saved application.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(transparent)]
#[ts(export, type = "string")]
pub struct ApplicationId(pub Uuid);

/// The user name of a keychain entry: a random id, so that nothing can be read from it or confused with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SecretId(pub Uuid);

/// An instance's mark in the sidebar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
#[allow(missing_docs, reason = "a colour's name says all")]
pub enum Colour {
    Blue,
    Green,
    Amber,
    Red,
    Violet,
    Teal,
    Grey,
}

/// The names of the levels an application can be registered at (contract 1.4). ScaiKey's pages call this
/// "scope"; here it is never called so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "UPPERCASE")]
#[ts(export)]
pub enum LevelName {
    /// The platform: platform endpoints.
    Global,
    /// A partner: tenant endpoints, with a tenant's slug.
    Partner,
    /// One tenant: tenant endpoints.
    Tenant,
}

/// Application types that may use `client_credentials` (contract 1.3); `SPA` and `NATIVE` come with sign-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "UPPERCASE")]
#[ts(export)]
pub enum ApplicationType {
    /// A backend without browser.
    Service,
    /// A web app with a backend.
    Web,
}

/// How a confidential client proves itself at the token endpoint (RFC 6749 §2.3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub enum ClientAuthentication {
    /// HTTP Basic with form-encoded ID and secret, as the RFC says. The default.
    ClientSecretBasic,
    /// HTTP Basic with ID and secret as they are: against the RFC, but half of all servers want it.
    ClientSecretBasicRaw,
    /// ID and secret as form fields.
    ClientSecretPost,
}

/// Which endpoint set an application uses.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "camelCase")]
#[ts(export)]
pub enum EndpointKey {
    /// ScaiKey's platform flavour (`GLOBAL` applications).
    Platform,
    /// ScaiKey's tenant flavour.
    Tenant {
        /// The tenant's slug.
        slug: String,
    },
    /// The one set of another OpenID provider.
    Provider,
}

/// A ScaiKey's base URL: `https` (or `http` on loopback), no query, fragment or user information, and no
/// slash at its end.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct BaseUrl(pub(crate) Url);

/// Which kind of server an instance is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InstanceKind {
    /// A ScaiKey.
    ScaiKey {
        /// Its base URL.
        base: BaseUrl,
    },
    /// Any other OpenID provider.
    OpenIdProvider {
        /// Its issuer, exactly as given, or the URL of its discovery document.
        url: Url,
        /// The issuer as typed, for the string comparison of RFC 8414 §3.3; `None` where the user gave a
        /// discovery URL, which says nothing of the issuer.
        issuer: Option<String>,
    },
}

/// Which proxy requests to an instance take.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Proxy {
    /// What the system or the environment says.
    System,
    /// Always direct.
    None,
    /// This one.
    Url(Url),
}

/// How to reach an instance.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Network {
    /// Which proxy. Loopback addresses never use one.
    pub proxy: Proxy,
    /// PEM certificates trusted besides the system's; empty for none.
    pub extra_ca: String,
}

/// Endpoints typed by hand.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EndpointOverrides {
    /// Token endpoint.
    pub token_endpoint: Option<Url>,
    /// Where the keys are.
    pub jwks_uri: Option<Url>,
    /// Expected issuer.
    pub issuer: Option<String>,
}

/// What the practice instance keeps about its server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Practice {
    /// The port it was last given.
    pub port: u16,
    /// Lifetime of its tokens, in seconds.
    pub lifetime_seconds: u32,
}

/// A saved ScaiKey or other OpenID provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instance {
    /// Its id.
    pub id: InstanceId,
    /// Its name, never empty.
    pub name: String,
    /// Which kind of server.
    pub kind: InstanceKind,
    /// Its mark.
    pub colour: Colour,
    /// Copying from it says so.
    pub production: bool,
    /// Set on the practice instance.
    pub practice: Option<Practice>,
    /// How to reach it.
    pub network: Network,
    /// Endpoints typed by hand.
    pub overrides: BTreeMap<EndpointKey, EndpointOverrides>,
    /// Its applications in the user's order.
    pub applications: Vec<Application>,
}

/// The level an application is registered at, with what each needs.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Level {
    /// The platform.
    Global,
    /// A partner; its tokens are requested at a tenant's endpoint.
    Partner {
        /// That tenant's slug.
        tenant_slug: String,
    },
    /// One tenant.
    Tenant {
        /// Its slug.
        tenant_slug: String,
    },
}

impl Level {
    /// Its name.
    #[must_use]
    pub fn name(&self) -> LevelName {
        match self {
            Self::Global => LevelName::Global,
            Self::Partner { .. } => LevelName::Partner,
            Self::Tenant { .. } => LevelName::Tenant,
        }
    }

    /// The slug of the tenant it asks at.
    #[must_use]
    pub fn tenant_slug(&self) -> Option<&str> {
        match self {
            Self::Global => None,
            Self::Partner { tenant_slug } | Self::Tenant { tenant_slug } => Some(tenant_slug),
        }
    }
}

/// What is known of an application's registration.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Registration {
    /// At a ScaiKey.
    ScaiKey {
        /// Its level; decides the flavour.
        level: Level,
        /// Its type.
        application_type: ApplicationType,
    },
    /// At another provider.
    Provider,
}

impl Registration {
    /// Its level, at a ScaiKey.
    #[must_use]
    pub fn level(&self) -> Option<&Level> {
        match self {
            Self::ScaiKey { level, .. } => Some(level),
            Self::Provider => None,
        }
    }
}

/// Where a client secret is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecretKeeping {
    /// In the keychain, under this name.
    Keychain(SecretId),
    /// In memory, until the app quits. Saved as "none".
    Session(SecretId),
    /// Nowhere.
    None,
}

/// A client registered at an instance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Application {
    /// Its id.
    pub id: ApplicationId,
    /// Its name, never empty.
    pub name: String,
    /// The client ID, as issued.
    pub client_id: String,
    /// Where its secret is.
    pub secret: SecretKeeping,
    /// The host that the secret was entered for. It is sent to no other until it is entered again: whoever can
    /// change an endpoint must not get a saved secret by it. `None` while there is no secret.
    pub secret_host: Option<String>,
    /// Its registration.
    pub registration: Registration,
    /// Scopes to ask for; empty sends no `scope`.
    pub scopes: Vec<String>,
    /// Further token request parameters; no reserved name, no name twice.
    pub extra: Vec<ExtraParameter>,
    /// How it proves itself.
    pub client_authentication: ClientAuthentication,
    /// Whether and when to renew.
    pub renewal: Renewal,
}

/// All that is saved in the configuration file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Config {
    /// The instances in the user's order.
    pub instances: Vec<Instance>,
    /// The default renewal margin in seconds; `None` is the automatic one.
    pub default_margin_seconds: Option<u32>,
    /// Keychain entries that no application uses (any more, or yet): they are deleted at the next start. An
    /// id stands here before its secret is written, so that a crash in between leaves no orphan behind.
    pub retired: Vec<SecretId>,
    /// What was answered in the walkthroughs. What it names may have been deleted meanwhile.
    pub walkthroughs: BTreeMap<WalkthroughId, WalkthroughAnswers>,
}
