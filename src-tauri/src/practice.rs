//! The practice server inside the app: started on demand, and again at the next start for the saved practice
//! instance.

use std::sync::{Mutex, PoisonError};

use scaikey_core::companion::{Companion, PracticeApplication};
use scaikey_core::contract::{AppError, ApplicationDraft, Keep, Renewal, SecretDraft};
use scaikey_core::model::{
    ApplicationId, ApplicationType, ClientAuthentication, Instance, InstanceId, Level, LevelName,
    Practice as Saved, Registration,
};
use scaikey_core::secret::Secret;
use scaikey_practice::{NewApplication, Options, Port, Practice};
use tauri::{AppHandle, Manager as _};

use crate::Desk;

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
    pub(crate) async fn stop_unless_saved(&self, companion: &Companion) -> Result<(), AppError> {
        if companion.practice_seed().await?.is_none() {
            self.stop();
        }
        Ok(())
    }

    /// Starts the server for what is saved, unless it is running. Without a practice instance one is added.
    async fn ensure(&self, companion: &Companion) -> Result<(Practice, InstanceId), AppError> {
        let _one_at_a_time = self.starting.lock().await;
        let seed = companion.practice_seed().await?;
        let saved = seed.as_ref().map(|(instance, _)| (instance.id, instance.practice));
        let running = self.running();
        let practice = match running {
            Some(practice) => practice,
            None => {
                let practice = start(saved.and_then(|(_, practice)| practice)).await?;
                *self.running.lock().unwrap_or_else(PoisonError::into_inner) = Some(practice.clone());
                practice
            }
        };
        let id = match seed {
            Some((instance, applications)) => {
                register_saved(&practice, &applications);
                follow_port(companion, &practice, &instance).await?;
                instance.id
            }
            None => companion.add_practice(practice.port(), Saved::DEFAULT_LIFETIME_SECONDS).await?,
        };
        companion.practice_status(Ok(())).await;
        Ok((practice, id))
    }

    /// *Try it without an account*: server, instance, application, and a token under way.
    pub(crate) async fn try_out(&self, companion: &Companion) -> Result<ApplicationId, AppError> {
        let (practice, instance) = match self.ensure(companion).await {
            Ok(started) => started,
            Err(error) => {
                companion.practice_status(Err(error.clone())).await;
                return Err(error);
            }
        };
        let saved =
            companion.practice_seed().await?.and_then(|(saved, _)| saved.applications.first().map(|a| a.id));
        let application = match saved {
            Some(application) => application,
            None => register_first(companion, &practice, instance).await?,
        };
        companion.request_token(application).await?;
        Ok(application)
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

async fn start(saved: Option<Saved>) -> Result<Practice, AppError> {
    let options = Options {
        port: Port::Preferred(saved.map_or(FIRST_PORT, |practice| practice.port)),
        lifetime_seconds: saved.map_or(Saved::DEFAULT_LIFETIME_SECONDS, |practice| practice.lifetime_seconds),
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
fn register_saved(practice: &Practice, applications: &[PracticeApplication]) {
    for PracticeApplication { application, secret } in applications {
        let Registration::ScaiKey { level, application_type } = &application.registration else { continue };
        let level = match level {
            Level::Global => scaikey_practice::Level::Global,
            Level::Partner { .. } => scaikey_practice::Level::Partner,
            Level::Tenant { tenant_slug } => scaikey_practice::Level::Tenant { slug: tenant_slug.clone() },
        };
        let known = NewApplication {
            application_type: match application_type {
                ApplicationType::Service => scaikey_practice::ApplicationType::Service,
                ApplicationType::Web => scaikey_practice::ApplicationType::Web,
            },
            allowed_scopes: application.scopes.clone(),
            ..NewApplication::service(&application.name, level, &[])
        };
        // One that the server cannot take, such as a second one with the same client ID, is refused there
        // when it asks for a token; that says more than an error here.
        let _ = practice.register(known.with_credentials(&application.client_id, secret.expose()));
    }
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

async fn register_first(
    companion: &Companion,
    practice: &Practice,
    instance: InstanceId,
) -> Result<ApplicationId, AppError> {
    let new = NewApplication::service(CLIENT_NAME, scaikey_practice::Level::Global, &SCOPES);
    let registered =
        practice.register(new).map_err(|error| AppError::Practice { detail: error.to_string() })?;
    let secret = Secret::new(registered.client_secret.unwrap_or_default());
    let draft = |keep| ApplicationDraft {
        id: None,
        instance,
        name: CLIENT_NAME.to_owned(),
        client_id: registered.client_id.clone(),
        secret: SecretDraft::Set { value: secret.clone(), keep },
        level: Some(LevelName::Global),
        tenant_slug: String::new(),
        application_type: Some(ApplicationType::Service),
        scopes: SCOPES.iter().map(|scope| (*scope).to_owned()).collect(),
        extra: Vec::new(),
        client_authentication: ClientAuthentication::ClientSecretBasic,
        renewal: Renewal { enabled: true, margin_seconds: None },
    };
    match companion.save_application(draft(Keep::Keychain)).await {
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
    }
}

/// At start: the saved practice instance gets its server back.
pub(crate) fn start_saved(app: &AppHandle) {
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        let desk = app.state::<Desk>();
        let is_saved = desk.companion.practice_seed().await.is_ok_and(|seed| seed.is_some());
        if is_saved && let Err(error) = desk.practice.ensure(&desk.companion).await {
            tracing::warn!(kind = crate::diagnostics::kind_of(&error), "the practice server did not start");
            desk.companion.practice_status(Err(error)).await;
        }
    });
}
