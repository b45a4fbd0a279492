//! What the user has typed, before it is valid. A draft is parsed once, in
//! [`model`](crate::model); behind that everything is valid by construction.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::model::{
    ApplicationId, ApplicationType, ClientAuthentication, Colour, EndpointKey, InstanceId, LevelName,
};
use crate::secret::Secret;

/// Which kind of server an instance is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub enum InstanceKindName {
    /// A ScaiKey, with its documented paths (contract 2.1).
    ScaiKey,
    /// Any other OpenID provider, found by its discovery document.
    OpenIdProvider,
}

/// Which proxy requests to an instance take. Loopback addresses never use one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "camelCase")]
#[ts(export)]
pub enum ProxyDraft {
    /// What the system or the environment says.
    System,
    /// Always direct.
    None,
    /// This one.
    Url {
        /// `http://host:port`, as typed.
        url: String,
    },
}

/// Endpoints typed by hand for one endpoint set; an empty text means "as found".
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct EndpointsDraft {
    /// Which set they belong to.
    pub key: EndpointKey,
    /// Token endpoint (RFC 6749 §3.2).
    pub token_endpoint: String,
    /// Where the keys are published (RFC 8414 `jwks_uri`).
    pub jwks_uri: String,
    /// The issuer that tokens of this set are expected to carry.
    pub issuer: String,
}

/// An instance as typed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct InstanceDraft {
    /// The saved instance this edits; `None` adds one.
    pub id: Option<InstanceId>,
    /// Its name; empty means the host.
    pub name: String,
    /// Which kind of server.
    pub kind: InstanceKindName,
    /// Base URL of a ScaiKey; issuer or discovery URL of another provider.
    pub url: String,
    /// Its mark in the sidebar.
    pub colour: Colour,
    /// Copying from it says so.
    pub production: bool,
    /// Which proxy to use.
    pub proxy: ProxyDraft,
    /// PEM certificates trusted for this instance besides the system's; may be empty.
    pub extra_ca: String,
    /// Endpoints typed by hand.
    pub endpoints: Vec<EndpointsDraft>,
}

/// Where a secret that is being saved shall be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub enum Keep {
    /// In the keychain of the operating system.
    Keychain,
    /// In memory, until the app quits.
    Session,
}

/// What a saved draft does with the client secret.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "camelCase")]
#[ts(export)]
pub enum SecretDraft {
    /// Leave the saved one.
    Unchanged,
    /// Use this one from now on. Kept exactly as typed.
    Set {
        /// The secret, on its way in.
        #[ts(type = "string")]
        value: Secret,
        /// Where to keep it.
        keep: Keep,
    },
}

/// A token request parameter beyond the standard ones, such as `audience` or `resource`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct ExtraParameter {
    /// Its name; the reserved ones (`grant_type`, `scope`, `client_id` …) are refused.
    pub name: String,
    /// Its value.
    pub value: String,
}

/// Whether and when a token is renewed by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct Renewal {
    /// Renew before expiry.
    pub enabled: bool,
    /// How many seconds before; `None` takes the default.
    pub margin_seconds: Option<u32>,
}

/// An application as typed.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct ApplicationDraft {
    /// The saved application this edits; `None` adds one.
    pub id: Option<ApplicationId>,
    /// The instance it is registered at.
    pub instance: InstanceId,
    /// Its name; empty means the client ID.
    pub name: String,
    /// The client ID as issued. No format is documented (contract 1.5), so none is enforced.
    pub client_id: String,
    /// What to do with the secret.
    pub secret: SecretDraft,
    /// ScaiKey only: the level it was registered at; decides the flavour (contract 1.4).
    pub level: Option<LevelName>,
    /// The tenant's slug; needed for `TENANT` and `PARTNER`.
    pub tenant_slug: String,
    /// ScaiKey only.
    pub application_type: Option<ApplicationType>,
    /// Scopes to ask for; empty sends no `scope` (contract 2.5: the full `allowed_scopes`).
    pub scopes: Vec<String>,
    /// Further token request parameters.
    pub extra: Vec<ExtraParameter>,
    /// How the client proves itself.
    pub client_authentication: ClientAuthentication,
    /// Whether and when to renew.
    pub renewal: Renewal,
}

/// The field of a draft that a [`Problem`] is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub enum Field {
    /// A name.
    Name,
    /// Base URL, issuer or discovery URL.
    Url,
    /// Proxy URL.
    Proxy,
    /// Extra certificates.
    ExtraCa,
    /// One of the endpoints typed by hand.
    Endpoints,
    /// Client ID.
    ClientId,
    /// Client secret.
    Secret,
    /// Level.
    Level,
    /// Tenant slug.
    TenantSlug,
    /// Scopes.
    Scopes,
    /// Extra token parameters.
    Extra,
    /// Renewal margin.
    Margin,
    /// Lifetime of the practice server's tokens.
    Lifetime,
    /// A pasted token.
    Token,
}

/// Whether a [`Problem`] prevents saving.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub enum Severity {
    /// It cannot be saved like this.
    Error,
    /// It can, but look at it.
    Notice,
}

/// Something about one field of a draft, in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct Problem {
    /// Which field.
    pub field: Field,
    /// Whether it prevents saving.
    pub severity: Severity,
    /// What is wrong and what to do, in one or two sentences.
    pub message: String,
}
