//! Who exists: one partner, its tenants, the registered applications. In memory only.

use std::fmt;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use serde_json::{Value, json};

use crate::random;

/// Where an application lives. Fixed at registration, it can never be changed (`tutorials/service-to-service`).
///
/// ScaiKey calls this the application's *scope*; that word is kept for OAuth scopes here.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Level {
    /// The platform: platform endpoints, any tenant.
    Global,
    /// The practice partner: tenant endpoints, with the slug of any of that partner's tenants.
    Partner,
    /// One tenant: that tenant's endpoints only.
    Tenant {
        /// The tenant's slug, as in the endpoints' paths.
        slug: String,
    },
}

impl Level {
    /// ScaiKey's word for it.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Level::Global => "GLOBAL",
            Level::Partner => "PARTNER",
            Level::Tenant { .. } => "TENANT",
        }
    }
}

/// What kind of client an application is (`concepts/applications`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ApplicationType {
    /// A web application with a backend: confidential.
    Web,
    /// A backend without a browser: confidential.
    Service,
    /// A browser application: public, no secret.
    Spa,
    /// A mobile or desktop application: public, no secret.
    Native,
}

impl ApplicationType {
    /// Every type, for parsers and tests.
    pub const ALL: [ApplicationType; 4] =
        [ApplicationType::Web, ApplicationType::Service, ApplicationType::Spa, ApplicationType::Native];

    /// ScaiKey's word for it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            ApplicationType::Web => "WEB",
            ApplicationType::Service => "SERVICE",
            ApplicationType::Spa => "SPA",
            ApplicationType::Native => "NATIVE",
        }
    }

    /// The type ScaiKey calls `name`.
    #[must_use]
    pub fn from_name(name: &str) -> Option<ApplicationType> {
        ApplicationType::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Whether it has a secret, and so may use `client_credentials`.
    #[must_use]
    pub fn is_confidential(self) -> bool {
        matches!(self, ApplicationType::Web | ApplicationType::Service)
    }
}

/// A tenant of the practice server. All belong to the practice partner unless `partner` is false.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tenant {
    /// `tnt_…`: in `iss` and `tenant_id`.
    pub id: String,
    /// In the endpoints' paths.
    pub slug: String,
    /// For people.
    pub name: String,
    /// Whether it belongs to the practice partner, so that PARTNER applications may act on it.
    pub partner: bool,
}

/// The one partner, `prt_…`.
pub(crate) const PARTNER_ID: &str = "prt_practice";

/// Acme and Globex under the practice partner, Initech outside it.
#[must_use]
pub fn practice_tenants() -> Vec<Tenant> {
    [("acme", "Acme", true), ("globex", "Globex", true), ("initech", "Initech", false)]
        .into_iter()
        .map(|(slug, name, partner)| Tenant {
            id: format!("tnt_practice{slug}"),
            slug: slug.to_owned(),
            name: name.to_owned(),
            partner,
        })
        .collect()
}

impl Tenant {
    pub(crate) fn partner_id(&self) -> Option<&'static str> {
        self.partner.then_some(PARTNER_ID)
    }

    /// The body's members are those the documentation names for tenants; the schema itself is *any*.
    pub(crate) fn as_json(&self) -> Value {
        json!({
            "id": self.id,
            "name": self.name,
            "slug": self.slug,
            "status": "ACTIVE",
            "partner_id": self.partner_id(),
            "settings": {},
        })
    }
}

/// An application to register. Whatever is `None` is made up by the server.
#[derive(Clone, PartialEq, Eq)]
pub struct NewApplication {
    /// For people.
    pub name: String,
    /// The `app_…` id of the admin API.
    pub id: Option<String>,
    /// The OAuth client id.
    pub client_id: Option<String>,
    /// The OAuth client secret. Must be `None` for `SPA` and `NATIVE`.
    pub client_secret: Option<String>,
    /// Where it lives.
    pub level: Level,
    /// What kind of client it is.
    pub application_type: ApplicationType,
    /// All OAuth scopes it can ever obtain, in the order they appear in tokens.
    pub allowed_scopes: Vec<String>,
    /// Seconds its tokens live; `None` follows the run's lifetime.
    pub token_lifetime: Option<u32>,
}

impl NewApplication {
    /// A `SERVICE` application with a made-up id and secret.
    #[must_use]
    pub fn service(name: &str, level: Level, allowed_scopes: &[&str]) -> NewApplication {
        NewApplication {
            name: name.to_owned(),
            id: None,
            client_id: None,
            client_secret: None,
            level,
            application_type: ApplicationType::Service,
            allowed_scopes: allowed_scopes.iter().map(|&scope| scope.to_owned()).collect(),
            token_lifetime: None,
        }
    }

    /// The same with a given client id and secret.
    #[must_use]
    pub fn with_credentials(mut self, client_id: &str, client_secret: &str) -> NewApplication {
        self.client_id = Some(client_id.to_owned());
        self.client_secret = Some(client_secret.to_owned());
        self
    }

    /// The same as another type.
    #[must_use]
    pub fn of_type(mut self, application_type: ApplicationType) -> NewApplication {
        self.application_type = application_type;
        self
    }
}

/// Without the secret.
impl fmt::Debug for NewApplication {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewApplication")
            .field("name", &self.name)
            .field("client_id", &self.client_id)
            .field("client_secret", &self.client_secret.as_ref().map(|_| "[masked]"))
            .field("level", &self.level)
            .field("application_type", &self.application_type)
            .field("allowed_scopes", &self.allowed_scopes)
            .finish_non_exhaustive()
    }
}

/// What registering gives: the one time the secret is shown.
#[derive(Clone, PartialEq, Eq)]
pub struct RegisteredApplication {
    /// The `app_…` id of the admin API.
    pub id: String,
    /// The OAuth client id.
    pub client_id: String,
    /// The OAuth client secret; `None` for `SPA` and `NATIVE`, which have none.
    pub client_secret: Option<String>,
}

/// Without the secret.
impl fmt::Debug for RegisteredApplication {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RegisteredApplication")
            .field("id", &self.id)
            .field("client_id", &self.client_id)
            .field("client_secret", &self.client_secret.as_ref().map(|_| "[masked]"))
            .finish()
    }
}

/// Why an application cannot be registered or changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RegisterError {
    /// No tenant has this slug.
    #[error("no tenant of the practice server is called {0:?}")]
    UnknownTenant(String),
    /// No application has this client id.
    #[error("no application of the practice server has the client id {0:?}")]
    UnknownClient(String),
    /// Another application has this client id or this `app_…` id already.
    #[error("an application {0:?} is registered already")]
    Taken(String),
    /// A public application (`SPA`, `NATIVE`) has no secret.
    #[error("a public application has no secret")]
    PublicClient,
    /// An empty client id or secret.
    #[error("the client id and the secret cannot be empty")]
    Empty,
    /// An entry of `allowed_scopes` is not an RFC 6749 §3.3 scope token.
    #[error("{0:?} is not a scope")]
    NotAScope(String),
    /// The cryptographic library could not make a random number.
    #[error("no random number could be made")]
    Random,
}

/// A registered application.
pub(crate) struct Application {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) client_id: String,
    secret: Option<String>,
    pub(crate) level: Level,
    pub(crate) application_type: ApplicationType,
    pub(crate) allowed_scopes: Vec<String>,
    pub(crate) redirect_uris: Vec<String>,
    pub(crate) allowed_origins: Vec<String>,
    pub(crate) token_lifetime: Option<u32>,
}

impl Application {
    pub(crate) fn has_secret(&self, offered: &str) -> bool {
        self.secret
            .as_ref()
            .is_some_and(|secret| verify_slices_are_equal(secret.as_bytes(), offered.as_bytes()).is_ok())
    }
}

/// RFC 6749 §3.3: printable ASCII without space, `"` and `\`.
pub(crate) fn is_scope_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| matches!(byte, 0x21 | 0x23..=0x5b | 0x5d..=0x7e))
}

/// Everything registered.
pub(crate) struct Directory {
    tenants: Vec<Tenant>,
    applications: Vec<Application>,
}

impl Directory {
    pub(crate) fn new(tenants: Vec<Tenant>) -> Directory {
        Directory { tenants, applications: Vec::new() }
    }

    pub(crate) fn tenants(&self) -> &[Tenant] {
        &self.tenants
    }

    pub(crate) fn tenant_of_slug(&self, slug: &str) -> Option<&Tenant> {
        self.tenants.iter().find(|tenant| tenant.slug == slug)
    }

    pub(crate) fn tenant_of_id(&self, id: &str) -> Option<&Tenant> {
        self.tenants.iter().find(|tenant| tenant.id == id)
    }

    pub(crate) fn applications(&self) -> &[Application] {
        &self.applications
    }

    pub(crate) fn client(&self, client_id: &str) -> Option<&Application> {
        self.applications.iter().find(|application| application.client_id == client_id)
    }

    pub(crate) fn application(&self, id: &str) -> Option<&Application> {
        self.applications.iter().find(|application| application.id == id)
    }

    pub(crate) fn application_mut(&mut self, id: &str) -> Option<&mut Application> {
        self.applications.iter_mut().find(|application| application.id == id)
    }

    pub(crate) fn known_client(&self, client_id: &str) -> Result<&Application, RegisterError> {
        self.client(client_id).ok_or_else(|| RegisterError::UnknownClient(client_id.to_owned()))
    }

    pub(crate) fn client_mut(&mut self, client_id: &str) -> Result<&mut Application, RegisterError> {
        self.applications
            .iter_mut()
            .find(|application| application.client_id == client_id)
            .ok_or_else(|| RegisterError::UnknownClient(client_id.to_owned()))
    }

    pub(crate) fn register(&mut self, new: NewApplication) -> Result<RegisteredApplication, RegisterError> {
        if let Level::Tenant { slug } = &new.level
            && self.tenant_of_slug(slug).is_none()
        {
            return Err(RegisterError::UnknownTenant(slug.clone()));
        }
        if let Some(odd) = new.allowed_scopes.iter().find(|scope| !is_scope_token(scope)) {
            return Err(RegisterError::NotAScope(odd.clone()));
        }
        if [&new.id, &new.client_id, &new.client_secret].into_iter().flatten().any(String::is_empty) {
            return Err(RegisterError::Empty);
        }
        let secret = match (new.application_type.is_confidential(), new.client_secret) {
            (true, Some(secret)) => Some(secret),
            (true, None) => Some(random::secret().map_err(|_| RegisterError::Random)?),
            (false, Some(_)) => return Err(RegisterError::PublicClient),
            (false, None) => None,
        };
        let id = match new.id {
            Some(id) => id,
            None => format!("app_{}", random::id(16).map_err(|_| RegisterError::Random)?),
        };
        let client_id = match new.client_id {
            Some(client_id) => client_id,
            None => random::id(32).map_err(|_| RegisterError::Random)?,
        };
        if self.application(&id).is_some() {
            return Err(RegisterError::Taken(id));
        }
        if self.client(&client_id).is_some() {
            return Err(RegisterError::Taken(client_id));
        }
        self.applications.push(Application {
            id: id.clone(),
            name: new.name,
            client_id: client_id.clone(),
            secret: secret.clone(),
            level: new.level,
            application_type: new.application_type,
            allowed_scopes: new.allowed_scopes,
            redirect_uris: Vec::new(),
            allowed_origins: Vec::new(),
            token_lifetime: new.token_lifetime,
        });
        Ok(RegisteredApplication { id, client_id, client_secret: secret })
    }

    /// Forgets an application; its tokens stay valid until they expire, like any JWT.
    pub(crate) fn remove(&mut self, client_id: &str) -> Result<(), RegisterError> {
        self.client_mut(client_id)?;
        self.applications.retain(|application| application.client_id != client_id);
        Ok(())
    }

    /// Unknown (contract 7): whether the old secret stays valid for a while. Here it does not.
    pub(crate) fn set_secret(&mut self, client_id: &str, secret: String) -> Result<(), RegisterError> {
        let application = self.client_mut(client_id)?;
        if !application.application_type.is_confidential() {
            return Err(RegisterError::PublicClient);
        }
        if secret.is_empty() {
            return Err(RegisterError::Empty);
        }
        application.secret = Some(secret);
        Ok(())
    }

    /// An application as the admin API shows it: never with its secret.
    ///
    /// Inferred: the schema is *any*; the member names are those the documentation uses for the fields
    /// (contract 1.5).
    pub(crate) fn application_json(&self, application: &Application, run_lifetime: u32) -> Value {
        let tenant_id = match &application.level {
            Level::Tenant { slug } => self.tenant_of_slug(slug).map(|tenant| tenant.id.as_str()),
            Level::Global | Level::Partner => None,
        };
        let partner_id = matches!(application.level, Level::Partner).then_some(PARTNER_ID);
        json!({
            "id": application.id,
            "name": application.name,
            "client_id": application.client_id,
            "application_type": application.application_type.name(),
            "scope": application.level.name(),
            "tenant_id": tenant_id,
            "partner_id": partner_id,
            "allowed_scopes": application.allowed_scopes,
            "redirect_uris": application.redirect_uris,
            "allowed_origins": application.allowed_origins,
            "token_lifetime": application.token_lifetime.unwrap_or(run_lifetime),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_refused(new: NewApplication, expected: RegisterError) {
        let mut directory = Directory::new(practice_tenants());
        directory
            .register(NewApplication::service("first", Level::Global, &[]).with_credentials("taken", "s"))
            .unwrap();
        assert_eq!(directory.register(new), Err(expected));
        assert_eq!(directory.applications().len(), 1, "a refused registration leaves nothing behind");
    }

    #[test]
    fn what_cannot_be_registered() {
        let global = || NewApplication::service("x", Level::Global, &["openid"]);
        check_refused(
            NewApplication::service("x", Level::Tenant { slug: "nobody".to_owned() }, &[]),
            RegisterError::UnknownTenant("nobody".to_owned()),
        );
        check_refused(global().with_credentials("taken", "s"), RegisterError::Taken("taken".to_owned()));
        check_refused(global().with_credentials("", "s"), RegisterError::Empty);
        check_refused(global().with_credentials("c", ""), RegisterError::Empty);
        check_refused(
            global().with_credentials("c", "s").of_type(ApplicationType::Spa),
            RegisterError::PublicClient,
        );
        check_refused(
            NewApplication::service("x", Level::Global, &["two scopes"]),
            RegisterError::NotAScope("two scopes".to_owned()),
        );
    }

    #[test]
    fn secrets_are_not_in_debug_output() {
        let new = NewApplication::service("x", Level::Global, &[]).with_credentials("c", "top-secret");
        assert!(!format!("{new:?}").contains("top-secret"));
        let registered = Directory::new(Vec::new()).register(new).unwrap();
        assert_eq!(registered.client_secret.as_deref(), Some("top-secret"));
        assert!(!format!("{registered:?}").contains("top-secret"));
    }

    #[test]
    fn public_applications_have_no_secret() {
        let mut directory = Directory::new(practice_tenants());
        for kind in ApplicationType::ALL {
            let registered =
                directory.register(NewApplication::service("x", Level::Global, &[]).of_type(kind)).unwrap();
            assert_eq!(registered.client_secret.is_some(), kind.is_confidential(), "{kind:?}");
            if !kind.is_confidential() {
                assert!(!directory.client(&registered.client_id).unwrap().has_secret(""));
            }
        }
    }
}
