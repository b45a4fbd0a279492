//! The practice server inside the app: started on demand, and again at the next start for the saved practice
//! instance.

use std::sync::{Mutex, PoisonError};

use scaikey_core::companion::{Companion, PracticeApplication};
use scaikey_core::contract::{
    AppError, ApplicationDraft, InstanceView, Keep, PracticeView, Renewal, SecretDraft, WalkthroughId,
    WebhookDelivery,
};
use scaikey_core::model::{
    ApplicationId, ApplicationType, ClientAuthentication, Instance, InstanceId, Level, LevelName,
    Practice as Saved, Registration,
};
use scaikey_core::secret::Secret;
use scaikey_practice::{NewApplication, Options, Port, Practice, RegisterError};
use tauri::{AppHandle, Manager as _};

use crate::{Desk, webhook};

/// The port to begin with.
const FIRST_PORT: u16 = 8089;
/// The client that *Try it without an account* registers.
const CLIENT_NAME: &str = "demo-service";
const SCOPES: [&str; 2] = ["openid", "admin:read"];

/// Holds the running server.
#[derive(Default)]
pub(crate) struct Host {
    running: Mutex<Option<Practice>>,
    /// One start at a time.
    starting: tokio::sync::Mutex<()>,
}

impl Host {
    fn running(&self) -> Option<Practice> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Stops the server.
    pub(crate) fn stop(&self) {
        let running = self.running.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(practice) = running {
            practice.stop();
        }
    }

    /// Stops the server when its instance is gone.
    pub(crate) fn stop_unless_saved(&self, companion: &Companion) {
        if saved(companion).is_none() {
            self.stop();
        }
    }

    /// Starts the server for what is saved, unless it is running. Without a practice instance one is added.
    async fn ensure(&self, companion: &Companion) -> Result<(Practice, InstanceId), AppError> {
        let _one_at_a_time = self.starting.lock().await;
        if let (Some(practice), Some(instance)) = (self.running(), saved(companion)) {
            return Ok((practice, instance.id));
        }
        let practice = match self.running() {
            Some(practice) => practice,
            None => {
                let before = saved(companion).and_then(|instance| instance.practice);
                let practice = start(before).await?;
                *self.running.lock().unwrap_or_else(PoisonError::into_inner) = Some(practice.clone());
                practice
            }
        };
        let id = match companion.practice_seed().await? {
            Some((instance, applications)) => {
                register_saved(companion, &practice, &applications).await;
                follow_port(companion, &practice, &instance).await?;
                instance.id
            }
            None => companion.add_practice(practice.port(), Saved::DEFAULT_LIFETIME_SECONDS).await?,
        };
        companion.practice_status(Ok(())).await;
        Ok((practice, id))
    }

    /// The running server of a saved practice instance, which is started for it where it is not.
    async fn at_hand(&self, companion: &Companion) -> Result<(Practice, InstanceId), AppError> {
        let started = self.ensure(companion).await;
        if let Err(error) = &started {
            companion.practice_status(Err(error.clone())).await;
        }
        started
    }

    /// *Try it without an account*: server, instance, application, and a token under way.
    pub(crate) async fn try_out(&self, companion: &Companion) -> Result<ApplicationId, AppError> {
        let (practice, instance) = self.at_hand(companion).await?;
        let first = saved(companion).and_then(|saved| saved.applications.first().map(|first| first.id));
        let application = match first {
            Some(application) => application,
            None => {
                let wanted = Wanted { name: CLIENT_NAME.to_owned(), ..Wanted::default() };
                register(companion, &practice, instance, wanted).await?
            }
        };
        companion.request_token(application).await?;
        Ok(application)
    }

    /// Registers an application as a walkthrough's answers say, saves it and answers the walkthrough with it.
    pub(crate) async fn register(
        &self,
        companion: &Companion,
        walkthrough: WalkthroughId,
        name: &str,
    ) -> Result<ApplicationId, AppError> {
        let (practice, instance) = self.at_hand(companion).await?;
        let progress = companion.snapshot();
        let mut answers = progress
            .walkthroughs
            .iter()
            .find(|progress| progress.id == walkthrough)
            .map(|progress| progress.answers.clone())
            .unwrap_or_default();
        let wanted = Wanted {
            name: if name.trim().is_empty() { CLIENT_NAME.to_owned() } else { name.trim().to_owned() },
            level: answers.level.unwrap_or(LevelName::Global),
            tenant_slug: answers.tenant_slug.clone(),
            scopes: if answers.scopes.is_empty() { Wanted::default().scopes } else { answers.scopes.clone() },
        };
        let application = register(companion, &practice, instance, wanted).await?;
        answers.instance = Some(instance);
        answers.application = Some(application);
        companion.answer_walkthrough(walkthrough, answers).await?;
        Ok(application)
    }

    /// Has the server generate a new secret for an application, to be tried out beside the old one.
    pub(crate) async fn rotate_secret(
        &self,
        companion: &Companion,
        application: ApplicationId,
    ) -> Result<(), AppError> {
        let (practice, client_id) = self.registered(companion, application).await?;
        let secret = practice.rotate_secret(&client_id).map_err(refused)?;
        companion.propose_secret(application, Secret::new(secret)).await
    }

    /// Adds to what an application may ever obtain.
    pub(crate) async fn allow_scopes(
        &self,
        companion: &Companion,
        application: ApplicationId,
        scopes: &[String],
    ) -> Result<(), AppError> {
        let (practice, client_id) = self.registered(companion, application).await?;
        let mut allowed = practice.allowed_scopes(&client_id).map_err(refused)?;
        allowed.extend(scopes.iter().filter(|scope| !allowed.contains(scope)).cloned().collect::<Vec<_>>());
        let named: Vec<&str> = allowed.iter().map(String::as_str).collect();
        practice.set_allowed_scopes(&client_id, &named).map_err(refused)?;
        companion.scopes_allowed(application, allowed).await;
        Ok(())
    }

    /// The server with the client ID of an application of the practice instance.
    async fn registered(
        &self,
        companion: &Companion,
        application: ApplicationId,
    ) -> Result<(Practice, String), AppError> {
        let (practice, _) = self.at_hand(companion).await?;
        let applications = saved(companion).map(|instance| instance.applications).unwrap_or_default();
        let found = applications.into_iter().find(|found| found.id == application);
        found
            .map(|found| (practice, found.client_id))
            .ok_or_else(|| AppError::not_found("practice application"))
    }

    /// Has the server send a webhook to this app, over real HTTP.
    pub(crate) async fn receive_webhook(&self, companion: &Companion) -> Result<WebhookDelivery, AppError> {
        let (practice, _) = self.at_hand(companion).await?;
        let failed = |detail: String| AppError::Practice { detail };
        let receiver = webhook::Receiver::open().await.map_err(|error| failed(error.to_string()))?;
        let url = receiver.url().to_owned();
        let (sent, delivery) = tokio::join!(practice.send_webhook(&url), receiver.receive());
        sent.map_err(|error| failed(error.to_string()))?;
        delivery.ok_or_else(|| failed("no webhook arrived".to_owned()))
    }

    /// The secret that the running server signs webhooks with.
    pub(crate) fn webhook_secret(&self) -> Result<Secret, AppError> {
        let stopped = || AppError::Practice { detail: "the practice server is not running".to_owned() };
        self.running().map(|practice| Secret::new(practice.webhook_secret())).ok_or_else(stopped)
    }

    /// Sets how long the server's tokens live.
    pub(crate) async fn set_lifetime(
        &self,
        companion: &Companion,
        instance: InstanceId,
        seconds: u32,
    ) -> Result<(), AppError> {
        companion.set_practice_lifetime(instance, seconds).await?;
        if let Some(practice) = self.running() {
            practice.set_lifetime(seconds);
        }
        Ok(())
    }
}

async fn start(before: Option<PracticeView>) -> Result<Practice, AppError> {
    let lifetime = before.as_ref().map_or(Saved::DEFAULT_LIFETIME_SECONDS, |saved| saved.lifetime_seconds);
    let options = Options {
        port: Port::Preferred(before.map_or(FIRST_PORT, |saved| saved.port)),
        lifetime_seconds: lifetime,
        ..Options::default()
    };
    // Making a key takes tenths of a second.
    let started = tauri::async_runtime::spawn_blocking(|| Practice::start(options)).await;
    let failed = |detail: String| AppError::Practice { detail };
    let practice =
        started.map_err(|error| failed(error.to_string()))?.map_err(|error| failed(error.to_string()))?;
    tracing::info!(port = practice.port(), "the practice server is running");
    Ok(practice)
}

/// The server stores nothing, so it is told what was registered before.
async fn register_saved(companion: &Companion, practice: &Practice, applications: &[PracticeApplication]) {
    for PracticeApplication { application, secret } in applications {
        let Registration::ScaiKey { level, application_type } = &application.registration else { continue };
        let level = match level {
            Level::Global => scaikey_practice::Level::Global,
            Level::Partner { .. } => scaikey_practice::Level::Partner,
            Level::Tenant { tenant_slug } => scaikey_practice::Level::Tenant { slug: tenant_slug.clone() },
        };
        let allowed = allowed(&application.scopes);
        let known = NewApplication {
            application_type: match application_type {
                ApplicationType::Service => scaikey_practice::ApplicationType::Service,
                ApplicationType::Web => scaikey_practice::ApplicationType::Web,
            },
            allowed_scopes: allowed.clone(),
            ..NewApplication::service(&application.name, level, &[])
        };
        // One that the server cannot take, such as a second one with the same client ID, is refused there
        // when it asks for a token; that says more than an error here.
        if practice.register(known.with_credentials(&application.client_id, secret.expose())).is_ok() {
            companion.scopes_allowed(application.id, allowed).await;
        }
    }
}

/// What an application from an earlier run may obtain: what it asks for, and what a first application may, so
/// that one that asks for less can be repaired after a restart too.
fn allowed(asked: &[String]) -> Vec<String> {
    let more = SCOPES.iter().filter(|scope| !asked.iter().any(|asked| asked == *scope));
    asked.iter().cloned().chain(more.map(|&scope| scope.to_owned())).collect()
}

/// Another program may have taken the port since; then the base URL follows.
async fn follow_port(
    companion: &Companion,
    practice: &Practice,
    instance: &Instance,
) -> Result<(), AppError> {
    let port = practice.port();
    if instance.practice.is_some_and(|saved| saved.port == port) {
        return Ok(());
    }
    companion.move_practice(instance.id, port).await
}

/// What an application is to be registered with.
struct Wanted {
    name: String,
    level: LevelName,
    /// Empty takes the first tenant.
    tenant_slug: String,
    scopes: Vec<String>,
}

impl Default for Wanted {
    fn default() -> Self {
        let scopes = SCOPES.iter().map(|&scope| scope.to_owned()).collect();
        Self { name: String::new(), level: LevelName::Global, tenant_slug: String::new(), scopes }
    }
}

/// Registers an application at the server and saves it with its secret.
async fn register(
    companion: &Companion,
    practice: &Practice,
    instance: InstanceId,
    wanted: Wanted,
) -> Result<ApplicationId, AppError> {
    let Wanted { name, level, mut tenant_slug, scopes } = wanted;
    let name = free_name(companion, &name);
    if level == LevelName::Global {
        tenant_slug.clear();
    } else if tenant_slug.is_empty() {
        let tenants = practice.tenants();
        // A partner's application asks at a tenant of its partner.
        let fits = tenants.iter().find(|tenant| level != LevelName::Partner || tenant.partner);
        tenant_slug = fits.map(|tenant| tenant.slug.clone()).unwrap_or_default();
    }
    let at = match level {
        LevelName::Global => scaikey_practice::Level::Global,
        LevelName::Partner => scaikey_practice::Level::Partner,
        LevelName::Tenant => scaikey_practice::Level::Tenant { slug: tenant_slug.clone() },
    };
    let allowed: Vec<&str> = scopes.iter().map(String::as_str).collect();
    let registered = practice.register(NewApplication::service(&name, at, &allowed)).map_err(refused)?;
    let secret = Secret::new(registered.client_secret.unwrap_or_default());
    let draft = |keep| ApplicationDraft {
        id: None,
        instance,
        name: name.clone(),
        client_id: registered.client_id.clone(),
        secret: SecretDraft::Set { value: secret.clone(), keep },
        level: Some(level),
        tenant_slug: tenant_slug.clone(),
        application_type: Some(ApplicationType::Service),
        scopes: scopes.clone(),
        extra: Vec::new(),
        client_authentication: ClientAuthentication::ClientSecretBasic,
        renewal: Renewal { enabled: true, margin_seconds: None },
    };
    let id = match companion.save_application(draft(Keep::Keychain)).await {
        // Without a keychain one can still practise: this secret protects nothing, and the page shows that
        // it is kept for this session only.
        Err(
            AppError::KeychainMissing { .. }
            | AppError::KeychainLocked
            | AppError::KeychainDenied { .. }
            | AppError::KeychainTimedOut
            | AppError::KeychainFailed { .. },
        ) => companion.save_application(draft(Keep::Session)).await,
        other => other,
    }?;
    companion.scopes_allowed(id, scopes).await;
    Ok(id)
}

/// `name`, `name 2` …: the first that no application of the practice instance has.
fn free_name(companion: &Companion, name: &str) -> String {
    let taken: Vec<String> = saved(companion)
        .map(|instance| instance.applications.into_iter().map(|application| application.name).collect())
        .unwrap_or_default();
    let candidates = std::iter::once(name.to_owned()).chain((2..).map(|number| format!("{name} {number}")));
    candidates.into_iter().find(|candidate| !taken.contains(candidate)).unwrap_or_default()
}

fn refused(error: RegisterError) -> AppError {
    AppError::Practice { detail: error.to_string() }
}

/// The saved practice instance, as far as the screen knows it.
fn saved(companion: &Companion) -> Option<InstanceView> {
    companion.snapshot().instances.iter().find(|instance| instance.practice.is_some()).cloned()
}

/// At start: the saved practice instance gets its server back.
pub(crate) fn start_saved(app: &AppHandle) {
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        let desk = app.state::<Desk>();
        if saved(&desk.companion).is_some()
            && let Err(error) = desk.practice.at_hand(&desk.companion).await
        {
            tracing::warn!(kind = crate::diagnostics::kind_of(&error), "the practice server did not start");
        }
    });
}
