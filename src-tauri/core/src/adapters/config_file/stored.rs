//! What stands in the file under `data`. The model can change without the file changing: the two meet in
//! this module only. Every member is always written, `null` included; see `keep_unknown`.
//!
//! A member added later has a default, so that a file without it is read. One that an older version would
//! misunderstand needs a new schema number.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::Url;

use crate::contract::{ExtraParameter, Renewal, WalkthroughAnswers, WalkthroughId};
use crate::model::{
    Application, ApplicationId, ApplicationType, BaseUrl, ClientAuthentication, Colour, Config, EndpointKey,
    EndpointOverrides, Instance, InstanceId, InstanceKind, Level, LevelName, Network, Practice, Proxy,
    Registration, SecretId, SecretKeeping,
};
use crate::walkthrough::catalog;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Stored {
    instances: Vec<StoredInstance>,
    #[serde(default)]
    default_margin_seconds: Option<u32>,
    #[serde(default)]
    retired: Vec<SecretId>,
    /// By the walkthrough's id. A newer version may have walkthroughs that this one does not know: they are not
    /// read, and `keep_unknown` writes them again.
    #[serde(default)]
    walkthroughs: BTreeMap<String, Value>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct StoredAnswers {
    instance: Option<InstanceId>,
    application: Option<ApplicationId>,
    tenant_slug: String,
    level: Option<LevelName>,
    scopes: Vec<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct StoredInstance {
    id: InstanceId,
    name: String,
    server: StoredKind,
    colour: Colour,
    production: bool,
    #[serde(default)]
    practice: Option<StoredPractice>,
    proxy: StoredProxy,
    #[serde(default)]
    extra_ca: String,
    #[serde(default)]
    overrides: Vec<StoredOverrides>,
    applications: Vec<StoredApplication>,
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
enum StoredKind {
    ScaiKey { base: String },
    OpenIdProvider { url: Url, issuer: Option<String> },
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct StoredPractice {
    port: u16,
    lifetime_seconds: u32,
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
enum StoredProxy {
    System,
    None,
    Url { url: Url },
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct StoredOverrides {
    /// Called `id`, so that unknown members of this entry find it again.
    id: EndpointKey,
    token_endpoint: Option<Url>,
    jwks_uri: Option<Url>,
    issuer: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct StoredApplication {
    id: ApplicationId,
    name: String,
    client_id: String,
    /// The keychain entry's name. A secret for this session only is none.
    secret: Option<SecretId>,
    /// The host it was entered for.
    #[serde(default)]
    secret_host: Option<String>,
    registration: StoredRegistration,
    scopes: Vec<String>,
    #[serde(default)]
    extra: Vec<ExtraParameter>,
    client_authentication: ClientAuthentication,
    renewal: Renewal,
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
enum StoredRegistration {
    ScaiKey { level: LevelName, tenant_slug: Option<String>, application_type: ApplicationType },
    Provider,
}

impl Stored {
    pub(super) fn of(config: &Config) -> Self {
        Self {
            instances: config.instances.iter().map(StoredInstance::of).collect(),
            default_margin_seconds: config.default_margin_seconds,
            retired: config.retired.clone(),
            walkthroughs: catalog::WALKTHROUGHS
                .iter()
                .map(|walkthrough| {
                    let answers = config.walkthroughs.get(&walkthrough.id).map(StoredAnswers::of);
                    (walkthrough.id.name().to_owned(), serde_json::json!(answers))
                })
                .collect(),
        }
    }

    /// Nothing where a value cannot be what this program wrote.
    pub(super) fn into_config(self) -> Option<Config> {
        Some(Config {
            instances: self.instances.into_iter().map(StoredInstance::into_model).collect::<Option<_>>()?,
            default_margin_seconds: self.default_margin_seconds,
            retired: self.retired,
            walkthroughs: read_answers(self.walkthroughs)?,
        })
    }
}

fn read_answers(stored: BTreeMap<String, Value>) -> Option<BTreeMap<WalkthroughId, WalkthroughAnswers>> {
    let mut read = BTreeMap::new();
    for (name, value) in stored {
        let Some(id) = WalkthroughId::named(&name) else { continue };
        let answers: Option<StoredAnswers> = serde_json::from_value(value).ok()?;
        read.extend(answers.map(|answers| (id, answers.into_model())));
    }
    Some(read)
}

impl StoredAnswers {
    fn of(answers: &WalkthroughAnswers) -> Self {
        Self {
            instance: answers.instance,
            application: answers.application,
            tenant_slug: answers.tenant_slug.clone(),
            level: answers.level,
            scopes: answers.scopes.clone(),
        }
    }

    fn into_model(self) -> WalkthroughAnswers {
        WalkthroughAnswers {
            instance: self.instance,
            application: self.application,
            tenant_slug: self.tenant_slug,
            level: self.level,
            scopes: self.scopes,
        }
    }
}

impl StoredInstance {
    fn of(instance: &Instance) -> Self {
        Self {
            id: instance.id,
            name: instance.name.clone(),
            server: match &instance.kind {
                InstanceKind::ScaiKey { base } => StoredKind::ScaiKey { base: base.0.to_string() },
                InstanceKind::OpenIdProvider { url, issuer } => {
                    StoredKind::OpenIdProvider { url: url.clone(), issuer: issuer.clone() }
                }
            },
            colour: instance.colour,
            production: instance.production,
            practice: instance.practice.map(|practice| StoredPractice {
                port: practice.port,
                lifetime_seconds: practice.lifetime_seconds,
            }),
            proxy: match &instance.network.proxy {
                Proxy::System => StoredProxy::System,
                Proxy::None => StoredProxy::None,
                Proxy::Url(url) => StoredProxy::Url { url: url.clone() },
            },
            extra_ca: instance.network.extra_ca.clone(),
            overrides: instance.overrides.iter().map(StoredOverrides::of).collect(),
            applications: instance.applications.iter().map(StoredApplication::of).collect(),
        }
    }

    fn into_model(self) -> Option<Instance> {
        Some(Instance {
            id: self.id,
            name: self.name,
            kind: match self.server {
                StoredKind::ScaiKey { base } => InstanceKind::ScaiKey { base: BaseUrl::parse(&base)? },
                StoredKind::OpenIdProvider { url, issuer } => InstanceKind::OpenIdProvider { url, issuer },
            },
            colour: self.colour,
            production: self.production,
            practice: self.practice.map(|practice| Practice {
                port: practice.port,
                lifetime_seconds: practice.lifetime_seconds,
            }),
            network: Network {
                proxy: match self.proxy {
                    StoredProxy::System => Proxy::System,
                    StoredProxy::None => Proxy::None,
                    StoredProxy::Url { url } => Proxy::Url(url),
                },
                extra_ca: self.extra_ca,
            },
            overrides: self.overrides.into_iter().map(StoredOverrides::into_model).collect(),
            applications: self
                .applications
                .into_iter()
                .map(StoredApplication::into_model)
                .collect::<Option<_>>()?,
        })
    }
}

impl StoredOverrides {
    fn of((key, overrides): (&EndpointKey, &EndpointOverrides)) -> Self {
        Self {
            id: key.clone(),
            token_endpoint: overrides.token_endpoint.clone(),
            jwks_uri: overrides.jwks_uri.clone(),
            issuer: overrides.issuer.clone(),
        }
    }

    fn into_model(self) -> (EndpointKey, EndpointOverrides) {
        let overrides = EndpointOverrides {
            token_endpoint: self.token_endpoint,
            jwks_uri: self.jwks_uri,
            issuer: self.issuer,
        };
        (self.id, overrides)
    }
}

impl StoredApplication {
    fn of(application: &Application) -> Self {
        Self {
            id: application.id,
            name: application.name.clone(),
            client_id: application.client_id.clone(),
            secret_host: application.secret_host.clone(),
            secret: match application.secret {
                SecretKeeping::Keychain(id) => Some(id),
                SecretKeeping::Session(_) | SecretKeeping::None => None,
            },
            registration: match &application.registration {
                Registration::Provider => StoredRegistration::Provider,
                Registration::ScaiKey { level, application_type } => {
                    let (level, tenant_slug) = match level {
                        Level::Global => (LevelName::Global, None),
                        Level::Partner { tenant_slug } => (LevelName::Partner, Some(tenant_slug.clone())),
                        Level::Tenant { tenant_slug } => (LevelName::Tenant, Some(tenant_slug.clone())),
                    };
                    StoredRegistration::ScaiKey { level, tenant_slug, application_type: *application_type }
                }
            },
            scopes: application.scopes.clone(),
            extra: application.extra.clone(),
            client_authentication: application.client_authentication,
            renewal: application.renewal,
        }
    }

    fn into_model(self) -> Option<Application> {
        Some(Application {
            id: self.id,
            name: self.name,
            client_id: self.client_id,
            secret: self.secret.map_or(SecretKeeping::None, SecretKeeping::Keychain),
            secret_host: self.secret_host,
            registration: match self.registration {
                StoredRegistration::Provider => Registration::Provider,
                StoredRegistration::ScaiKey { level, tenant_slug, application_type } => {
                    let level = match (level, tenant_slug) {
                        (LevelName::Global, _) => Level::Global,
                        (LevelName::Partner, Some(tenant_slug)) => Level::Partner { tenant_slug },
                        (LevelName::Tenant, Some(tenant_slug)) => Level::Tenant { tenant_slug },
                        (LevelName::Partner | LevelName::Tenant, None) => return None,
                    };
                    Registration::ScaiKey { level, application_type }
                }
            },
            scopes: self.scopes,
            extra: self.extra,
            client_authentication: self.client_authentication,
            renewal: self.renewal,
        })
    }
}
