//! The companion: one loop that owns the state, and the handle that the window and the tests hold.
//!
//! Reading order: [`state`], [`event`], [`update`], then `run`.

mod calls;
mod change;
pub mod event;
pub mod history;
mod inspector;
mod keys;
mod probe;
mod rotation;
mod run;
pub mod state;
mod token;
pub mod update;
mod view;
mod walkthroughs;

use std::sync::Arc;

use tokio::sync::{mpsc, watch};
use uuid::Uuid;

use crate::activity::har;
use crate::adapters::{Http, Keychain};
use crate::contract::{
    ActivityArgs, AppError, ApplicationDraft, DiscoveryReport, ExchangeId, ExchangeSummary, ExchangeView,
    InstanceDraft, Keep, Problem, Snapshot, TestReport, TokenDetails, WalkthroughAnswers, WalkthroughId,
};
use crate::model::{
    ApplicationId, BaseUrl, Colour, Config, Instance, InstanceId, InstanceKind, LevelName, Network, Practice,
    Proxy, SecretId, parse_application, parse_instance,
};
use crate::ports::{Clock, ConfigStore, SecretStore};
use crate::secret::Secret;
use event::{Answer, Change, CopyGrant, Event, ReplyId, TokenUse};
use run::World;
use state::State;

pub use walkthroughs::StepRun;

/// The outside world, chosen once by whoever starts the companion: the shell or a test.
pub struct Outside {
    /// Reads the clocks.
    pub clock: Arc<dyn Clock>,
    /// The keychain; it gets a thread of its own.
    pub secrets: Box<dyn SecretStore>,
    /// The configuration file.
    pub config: Box<dyn ConfigStore>,
    /// The HTTP client.
    pub http: Http,
}

/// A handle on the running companion. Cheap to clone; the loop ends with the last one.
#[derive(Clone)]
pub struct Companion {
    world: Arc<World>,
    inbox: mpsc::Sender<Event>,
    snapshots: watch::Receiver<Arc<Snapshot>>,
}

/// A saved application of the practice instance, with its secret: what the practice server is told at start.
#[derive(Debug, Clone)]
pub struct PracticeApplication {
    /// It, with its level and scopes.
    pub application: crate::model::Application,
    /// Its secret.
    pub secret: Secret,
}

impl Companion {
    /// Loads what is saved and starts the loop. Needs a Tokio runtime.
    #[must_use]
    pub fn start(outside: Outside) -> Self {
        crate::jwt::install_crypto();
        let Outside { clock, secrets, mut config, http } = outside;
        let loaded = config.load();
        let keychain_name = secrets.name();
        let state = State::new(loaded, keychain_name, clock.now());
        let world = Arc::new(World::new(http, clock, Keychain::start(secrets), config));
        let (inbox, snapshots) = run::spawn(Arc::clone(&world), state);
        Self { world, inbox, snapshots }
    }

    /// Snapshots as they are published; the newest wins.
    #[must_use]
    pub fn snapshots(&self) -> watch::Receiver<Arc<Snapshot>> {
        self.snapshots.clone()
    }

    /// The snapshot as it is now.
    #[must_use]
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.snapshots.borrow().clone()
    }

    /// Where the configuration file is.
    #[must_use]
    pub fn config_path(&self) -> String {
        self.world.config_path()
    }

    async fn ask(&self, event: impl FnOnce(ReplyId) -> Event) -> Result<Answer, AppError> {
        let (id, answer) = self.world.await_reply();
        let ended = || AppError::Internal { detail: "the companion has ended".to_owned() };
        self.inbox.send(event(id)).await.map_err(|_| ended())?;
        answer.await.unwrap_or_else(|_| Err(ended()))
    }

    async fn change(&self, change: Change) -> Result<Answer, AppError> {
        self.ask(|reply| Event::Change { change, reply }).await
    }

    async fn change_only(&self, change: Change) -> Result<(), AppError> {
        self.change(change).await.map(|_| ())
    }

    async fn change_application(&self, change: Change) -> Result<ApplicationId, AppError> {
        match self.change(change).await? {
            Answer::Application(id) => Ok(id),
            other => Err(unexpected(&other)),
        }
    }

    async fn config(&self) -> Result<Config, AppError> {
        match self.ask(|reply| Event::ReadConfig { reply }).await? {
            Answer::Config(config) => Ok(*config),
            other => Err(unexpected(&other)),
        }
    }

    /// What is wrong with an instance draft, field by field.
    ///
    /// # Errors
    /// Only when the companion has ended.
    pub async fn check_instance(&self, draft: &InstanceDraft) -> Result<Vec<Problem>, AppError> {
        let config = self.config().await?;
        let existing = draft.id.and_then(|id| config.instance(id));
        Ok(parse_instance(draft, InstanceId(Uuid::nil()), existing).1)
    }

    /// What is wrong with an application draft, field by field.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for an unknown instance.
    pub async fn check_application(&self, draft: &ApplicationDraft) -> Result<Vec<Problem>, AppError> {
        let config = self.config().await?;
        let instance = probe::instance_of(&config, draft)?;
        let existing = draft.id.and_then(|id| config.find(id)).map(|(_, application)| application);
        Ok(parse_application(draft, ApplicationId(Uuid::nil()), instance, existing).1)
    }

    /// Reads an instance's discovery document without saving anything.
    ///
    /// # Errors
    /// [`AppError::InvalidInput`]. A document that cannot be read is part of the report.
    pub async fn discover(
        &self,
        draft: &InstanceDraft,
        tenant_slug: Option<&str>,
    ) -> Result<DiscoveryReport, AppError> {
        let config = self.config().await?;
        probe::discover(&self.world, &config, draft, tenant_slug).await
    }

    /// Makes one real token request with a draft, without saving anything.
    ///
    /// # Errors
    /// [`AppError::InvalidInput`], and whatever the request ends with.
    pub async fn test_application(&self, draft: &ApplicationDraft) -> Result<TestReport, AppError> {
        let config = self.config().await?;
        probe::test(&self.world, &config, draft).await
    }

    /// Adds or changes an instance.
    ///
    /// # Errors
    /// [`AppError::InvalidInput`], [`AppError::ReadOnly`] or [`AppError::Storage`]; then nothing has changed.
    pub async fn save_instance(&self, draft: InstanceDraft) -> Result<InstanceId, AppError> {
        let change = Change::SaveInstance { draft: Box::new(draft), fresh: InstanceId(Uuid::new_v4()) };
        match self.change(change).await? {
            Answer::Instance(id) => Ok(id),
            other => Err(unexpected(&other)),
        }
    }

    /// Adds the practice instance, on this port.
    ///
    /// # Errors
    /// As [`save_instance`](Self::save_instance).
    pub async fn add_practice(&self, port: u16, lifetime_seconds: u32) -> Result<InstanceId, AppError> {
        let base = BaseUrl::loopback(port)
            .ok_or_else(|| AppError::Internal { detail: "no loopback address".to_owned() })?;
        let instance = Instance {
            id: InstanceId(Uuid::new_v4()),
            name: "Practice".to_owned(),
            kind: InstanceKind::ScaiKey { base },
            colour: Colour::Green,
            production: false,
            practice: Some(Practice { port, lifetime_seconds }),
            network: Network { proxy: Proxy::None, extra_ca: String::new() },
            overrides: std::collections::BTreeMap::new(),
            applications: Vec::new(),
        };
        let id = instance.id;
        self.change_only(Change::AddPractice(Box::new(instance))).await?;
        Ok(id)
    }

    /// The practice server got another port.
    ///
    /// # Errors
    /// As [`save_instance`](Self::save_instance).
    pub async fn move_practice(&self, instance: InstanceId, port: u16) -> Result<(), AppError> {
        self.change_only(Change::PracticeMoved { instance, port }).await
    }

    /// The practice server's tokens shall live this many seconds.
    ///
    /// # Errors
    /// As [`save_instance`](Self::save_instance).
    pub async fn set_practice_lifetime(&self, instance: InstanceId, seconds: u32) -> Result<(), AppError> {
        self.change_only(Change::PracticeLifetime { instance, seconds }).await
    }

    /// The practice server is running, or could not be started.
    pub async fn practice_status(&self, status: Result<(), AppError>) {
        let running = status.is_ok();
        // A closed inbox means that the app is quitting.
        let _ = self.inbox.send(Event::Practice { running, error: status.err() }).await;
    }

    /// The practice instance with its applications and their secrets, for seeding the server. An application
    /// whose secret is gone is left out: its next request says so.
    ///
    /// # Errors
    /// Only when the companion has ended.
    pub async fn practice_seed(&self) -> Result<Option<(Instance, Vec<PracticeApplication>)>, AppError> {
        let config = self.config().await?;
        let Some(instance) = config.instances.into_iter().find(|instance| instance.practice.is_some()) else {
            return Ok(None);
        };
        let mut seeds = Vec::new();
        for application in &instance.applications {
            if let Ok(secret) = self.world.read_secret(application.secret).await {
                seeds.push(PracticeApplication { application: application.clone(), secret });
            }
        }
        Ok(Some((instance, seeds)))
    }

    /// Deletes an instance with its applications.
    ///
    /// # Errors
    /// [`AppError::NotFound`], [`AppError::ReadOnly`] or [`AppError::Storage`].
    pub async fn delete_instance(&self, instance: InstanceId) -> Result<(), AppError> {
        self.change_only(Change::DeleteInstance(instance)).await
    }

    /// Moves an instance to a place in the list.
    ///
    /// # Errors
    /// As [`delete_instance`](Self::delete_instance).
    pub async fn move_instance(&self, instance: InstanceId, index: usize) -> Result<(), AppError> {
        self.change_only(Change::MoveInstance { instance, index }).await
    }

    /// Adds or changes an application; its secret is in the keychain when this resolves.
    ///
    /// # Errors
    /// As [`save_instance`](Self::save_instance), and the keychain's kinds.
    pub async fn save_application(&self, draft: ApplicationDraft) -> Result<ApplicationId, AppError> {
        self.change_application(Change::SaveApplication {
            draft: Box::new(draft),
            fresh: ApplicationId(Uuid::new_v4()),
            secret: SecretId(Uuid::new_v4()),
        })
        .await
    }

    /// Copies an application, its secret included.
    ///
    /// # Errors
    /// As [`save_application`](Self::save_application).
    pub async fn duplicate_application(&self, application: ApplicationId) -> Result<ApplicationId, AppError> {
        let (fresh, secret) = (ApplicationId(Uuid::new_v4()), SecretId(Uuid::new_v4()));
        self.change_application(Change::DuplicateApplication { application, fresh, secret }).await
    }

    /// Deletes an application.
    ///
    /// # Errors
    /// As [`delete_instance`](Self::delete_instance).
    pub async fn delete_application(&self, application: ApplicationId) -> Result<(), AppError> {
        self.change_only(Change::DeleteApplication(application)).await
    }

    /// Moves an application within its instance.
    ///
    /// # Errors
    /// As [`delete_instance`](Self::delete_instance).
    pub async fn move_application(&self, application: ApplicationId, index: usize) -> Result<(), AppError> {
        self.change_only(Change::MoveApplication { application, index }).await
    }

    /// Stores a secret again.
    ///
    /// # Errors
    /// As [`save_application`](Self::save_application).
    pub async fn set_secret(
        &self,
        application: ApplicationId,
        value: Secret,
        keep: Keep,
    ) -> Result<(), AppError> {
        let secret = SecretId(Uuid::new_v4());
        self.change_only(Change::SetSecret { application, value, keep, secret }).await
    }

    /// Brings back what was deleted last.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when it is too late, and those of any change.
    pub async fn undo_delete(&self, id: u64) -> Result<(), AppError> {
        self.ask(|reply| Event::Undo { id, reply }).await.map(|_| ())
    }

    /// Sets the default renewal margin in seconds; `None` is the automatic one.
    ///
    /// # Errors
    /// As [`save_instance`](Self::save_instance).
    pub async fn set_default_margin(&self, seconds: Option<u32>) -> Result<(), AppError> {
        self.change_only(Change::DefaultMargin(seconds)).await
    }

    /// Saves what was answered in a walkthrough.
    ///
    /// # Errors
    /// As [`save_instance`](Self::save_instance).
    pub async fn answer_walkthrough(
        &self,
        walkthrough: WalkthroughId,
        answers: WalkthroughAnswers,
    ) -> Result<(), AppError> {
        self.change_only(Change::AnswerWalkthrough { walkthrough, answers }).await
    }

    /// Removes every instance, application and secret.
    ///
    /// # Errors
    /// [`AppError::ReadOnly`] or [`AppError::Storage`].
    pub async fn remove_everything(&self) -> Result<(), AppError> {
        self.change_only(Change::RemoveEverything).await
    }

    /// Requests a new token; resolves as soon as that is under way.
    ///
    /// # Errors
    /// [`AppError::NotFound`]. What becomes of the request is seen in the snapshot.
    pub async fn request_token(&self, application: ApplicationId) -> Result<(), AppError> {
        self.ask(|reply| Event::RequestToken { application, reply }).await.map(|_| ())
    }

    /// Asks for more scopes from now on, and for a token with them; resolves when it is there. An application
    /// that names no scope asks for all it may have: to name one would narrow that, so it only asks again.
    ///
    /// # Errors
    /// Those of [`save_application`](Self::save_application) and [`await_token`](Self::await_token).
    pub async fn ask_for_scopes(
        &self,
        application: ApplicationId,
        scopes: Vec<String>,
    ) -> Result<(), AppError> {
        let add = |draft: &mut ApplicationDraft| {
            if !draft.scopes.is_empty() {
                let new: Vec<_> = scopes.into_iter().filter(|scope| !draft.scopes.contains(scope)).collect();
                draft.scopes.extend(new);
            }
        };
        self.change_and_obtain(application, add).await
    }

    /// Asks for fewer scopes from now on, and for a token; resolves when it is there. Where none is left,
    /// none is sent.
    ///
    /// # Errors
    /// As [`ask_for_scopes`](Self::ask_for_scopes).
    pub async fn drop_scopes(&self, application: ApplicationId, scopes: Vec<String>) -> Result<(), AppError> {
        let drop = |draft: &mut ApplicationDraft| draft.scopes.retain(|scope| !scopes.contains(scope));
        self.change_and_obtain(application, drop).await
    }

    /// Tries one token request as an application of another level. If a token comes, it is saved so, and a
    /// token is requested; if not, nothing has changed.
    ///
    /// # Errors
    /// [`AppError::InvalidInput`] without a slug where the level needs one; what the request ends with; those
    /// of [`save_application`](Self::save_application).
    pub async fn try_level(
        &self,
        application: ApplicationId,
        level: LevelName,
        tenant_slug: String,
    ) -> Result<(), AppError> {
        let mut draft = self.draft_of(application).await?;
        draft.level = Some(level);
        draft.tenant_slug = tenant_slug;
        self.test_application(&draft).await?;
        self.save_application(draft).await?;
        self.await_token(application).await.map(|_| ())
    }

    async fn draft_of(&self, application: ApplicationId) -> Result<ApplicationDraft, AppError> {
        let config = self.config().await?;
        let (instance, found) =
            config.find(application).ok_or_else(|| AppError::NotFound { what: "application".to_owned() })?;
        Ok(change::draft_of(instance.id, found))
    }

    async fn change_and_obtain(
        &self,
        application: ApplicationId,
        change: impl FnOnce(&mut ApplicationDraft),
    ) -> Result<(), AppError> {
        let saved = self.draft_of(application).await?;
        let mut draft = saved.clone();
        change(&mut draft);
        // What changes nothing need not be written, nor can it be where nothing can.
        if draft != saved {
            self.save_application(draft).await?;
        }
        self.await_token(application).await.map(|_| ())
    }

    /// A token for the clipboard, renewed first when it is inside its margin.
    ///
    /// # Errors
    /// [`AppError::NoToken`], or why none could be had.
    pub async fn copy_token(&self, application: ApplicationId, format: &str) -> Result<CopyGrant, AppError> {
        let purpose = TokenUse::Copy { format: format.to_owned() };
        match self.use_token(application, purpose).await? {
            Answer::Copy(grant) => Ok(grant),
            other => Err(unexpected(&other)),
        }
    }

    async fn use_token(&self, application: ApplicationId, purpose: TokenUse) -> Result<Answer, AppError> {
        self.ask(|reply| Event::Use { application, purpose, reply }).await
    }

    /// Requests a new token and waits for it. Says in which exchange it came.
    ///
    /// # Errors
    /// [`AppError::NotFound`], or why none came.
    pub async fn await_token(&self, application: ApplicationId) -> Result<Option<ExchangeId>, AppError> {
        match self.use_token(application, TokenUse::Arrival).await? {
            Answer::Arrived(exchange) => Ok(exchange),
            other => Err(unexpected(&other)),
        }
    }

    /// The whole token, for showing after the user asked for it.
    ///
    /// # Errors
    /// [`AppError::NoToken`].
    pub async fn reveal_token(&self, application: ApplicationId) -> Result<Secret, AppError> {
        match self.ask(|reply| Event::Reveal { application, reply }).await? {
            Answer::Token(text) => Ok(text),
            other => Err(unexpected(&other)),
        }
    }

    /// The token decoded, explained and checked.
    ///
    /// # Errors
    /// [`AppError::NoToken`].
    pub async fn inspect_token(&self, application: ApplicationId) -> Result<TokenDetails, AppError> {
        match self.ask(|reply| Event::Inspect { application, reply }).await? {
            Answer::Details(details) => Ok(*details),
            other => Err(unexpected(&other)),
        }
    }

    /// Sets a damaged configuration file and its backup aside, so that saving works again.
    ///
    /// # Errors
    /// [`AppError::NotFound`] where nothing is damaged; [`AppError::Storage`] where a file cannot be renamed.
    pub async fn set_damaged_aside(&self) -> Result<(), AppError> {
        self.ask(|reply| Event::SetDamagedAside { reply }).await.map(|_| ())
    }

    async fn exchanges(
        &self,
        event: impl FnOnce(ReplyId) -> Event,
    ) -> Result<Vec<Arc<ExchangeView>>, AppError> {
        match self.ask(event).await? {
            Answer::Exchanges(found) => Ok(found),
            other => Err(unexpected(&other)),
        }
    }

    /// What was asked and answered in this run, newest first.
    pub async fn activity(&self, wanted: ActivityArgs) -> Vec<ExchangeSummary> {
        let found = self.exchanges(|reply| Event::ReadActivity { wanted, reply }).await;
        // It fails only when the companion has ended.
        found.unwrap_or_default().iter().map(|exchange| exchange.summary.clone()).collect()
    }

    /// One exchange in full.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when it is no longer remembered.
    pub async fn exchange(&self, exchange: ExchangeId) -> Result<ExchangeView, AppError> {
        let found = self.exchanges(|reply| Event::ReadExchange { exchange, reply }).await?;
        let found = found.into_iter().next();
        found.map(Arc::unwrap_or_clone).ok_or_else(|| AppError::NotFound { what: "exchange".to_owned() })
    }

    /// The activity as the text of a HAR file, and how many exchanges are in it.
    ///
    /// # Errors
    /// Only when the companion has ended.
    pub async fn har(&self, wanted: ActivityArgs) -> Result<(String, u32), AppError> {
        let found = self.exchanges(|reply| Event::ReadActivity { wanted, reply }).await?;
        let count = u32::try_from(found.len()).unwrap_or(u32::MAX);
        Ok((har(found.iter().map(|exchange| &**exchange)), count))
    }

    /// Forgets the activity.
    pub async fn clear_activity(&self) {
        // It fails only when the companion has ended, and the activity with it.
        let _ = self.ask(|reply| Event::ClearActivity { reply }).await;
    }

    /// Asks the keychain again.
    ///
    /// # Errors
    /// The keychain's kinds.
    pub async fn retry_keychain(&self) -> Result<(), AppError> {
        run::retry_keychain(&self.world, &self.inbox).await
    }
}

fn unexpected(answer: &Answer) -> AppError {
    AppError::Internal { detail: format!("an answer of another kind: {:?}", std::mem::discriminant(answer)) }
}
