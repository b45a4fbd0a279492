//! The loop and the effects: everything around [`update`](super::update::update) that waits for something.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use tokio::sync::{mpsc, oneshot, watch};
use url::Url;

use super::event::{Answer, Answered, Effect, Event, NewSecret, ReplyId, SecretSource};
use super::state::State;
use super::update::{keychain_status, next_deadline, start, update};
use crate::activity::About;
use crate::adapters::http::Sent;
use crate::adapters::{Http, Keychain};
use crate::contract::{AppError, ExchangeView, Keep, KeychainStatus, Purpose, Snapshot, Stage};
use crate::jwt::JwkSet;
use crate::model::{Config, InstanceId, Network, SecretId, SecretKeeping};
use crate::oauth::http::{HttpRequest, HttpResponse};
use crate::oauth::metadata::{self, ServerMetadata};
use crate::oauth::refusal::has_reserved;
use crate::oauth::token_request::TokenRequest;
use crate::oauth::token_response::{self, TokenResponse};
use crate::ports::{Clock, ConfigStore, Loaded};
use crate::schedule::LONGEST_SLEEP_MS;
use crate::secret::Secret;

/// How many events may wait for their turn.
const INBOX: usize = 1_024;

/// The outside world, shared by the loop and its tasks.
pub(super) struct World {
    http: Http,
    pub(super) clock: Arc<dyn Clock>,
    keychain: Keychain,
    /// Secrets that the user chose to keep for this session only.
    session: Mutex<HashMap<SecretId, Secret>>,
    /// Which of the secrets that were read hold a character that is form-encoded.
    reserved: Mutex<HashMap<SecretId, bool>>,
    config: Mutex<Box<dyn ConfigStore>>,
    replies: Mutex<HashMap<ReplyId, oneshot::Sender<Result<Answer, AppError>>>>,
    last_reply: AtomicU64,
    /// Where exchanges are reported. Weak, so that the loop can end; set when it starts.
    inbox: OnceLock<mpsc::WeakSender<Event>>,
}

impl World {
    pub(super) fn new(
        http: Http,
        clock: Arc<dyn Clock>,
        keychain: Keychain,
        config: Box<dyn ConfigStore>,
    ) -> Self {
        Self {
            http,
            clock,
            keychain,
            session: Mutex::default(),
            reserved: Mutex::default(),
            config: Mutex::new(config),
            replies: Mutex::default(),
            last_reply: AtomicU64::new(0),
            inbox: OnceLock::new(),
        }
    }

    /// Registers somebody who waits for an answer.
    pub(super) fn await_reply(&self) -> (ReplyId, oneshot::Receiver<Result<Answer, AppError>>) {
        // Number 0 stands for "nobody waits".
        let id = ReplyId(self.last_reply.fetch_add(1, Ordering::Relaxed) + 1);
        let (sender, receiver) = oneshot::channel();
        locked(&self.replies).insert(id, sender);
        (id, receiver)
    }

    /// The text of a kept secret.
    pub(super) async fn read_secret(&self, keeping: SecretKeeping) -> Result<Secret, AppError> {
        let (id, secret) = match keeping {
            SecretKeeping::Keychain(id) => (id, self.keychain.get(id).await?),
            SecretKeeping::Session(id) => {
                (id, locked(&self.session).get(&id).cloned().ok_or(AppError::SecretMissing)?)
            }
            SecretKeeping::None => return Err(AppError::SecretMissing),
        };
        locked(&self.reserved).insert(id, has_reserved(secret.expose()));
        Ok(secret)
    }

    /// Whether a secret holds a character that is form-encoded; `None` before it was read in this run. So a
    /// page that shows a command need not have the keychain asked.
    pub(super) fn is_reserved(&self, keeping: SecretKeeping) -> Option<bool> {
        match keeping {
            SecretKeeping::Keychain(id) | SecretKeeping::Session(id) => {
                locked(&self.reserved).get(&id).copied()
            }
            SecretKeeping::None => None,
        }
    }

    /// Where the configuration file is.
    pub(super) fn config_path(&self) -> String {
        locked(&self.config).path()
    }

    async fn store_secret(&self, new: &NewSecret) -> Result<(), AppError> {
        let text = match &new.source {
            SecretSource::Given(text) => text.clone(),
            SecretSource::CopyOf(keeping) => self.read_secret(*keeping).await?,
        };
        match new.keep {
            Keep::Keychain => self.keychain.set(new.id, text).await,
            Keep::Session => {
                self.keep_in_session(new.id, text);
                Ok(())
            }
        }
    }

    async fn save(self: &Arc<Self>, config: Config) -> Result<(), AppError> {
        let world = Arc::clone(self);
        // Writing waits for the disk, which must not hold up the loop.
        let task = tokio::task::spawn_blocking(move || locked(&world.config).save(&config));
        task.await.unwrap_or_else(|error| Err(AppError::Internal { detail: error.to_string() }))
    }

    async fn set_damaged_aside(self: &Arc<Self>) -> Result<Loaded, AppError> {
        let world = Arc::clone(self);
        let task = tokio::task::spawn_blocking(move || locked(&world.config).set_damaged_aside());
        task.await.unwrap_or_else(|error| Err(AppError::Internal { detail: error.to_string() }))
    }

    /// Stores secrets and writes the configuration. A kill at any point loses nothing: a new secret's name is
    /// on disk (as retired) before the secret is in the keychain, and the old one is deleted last.
    async fn persist(
        self: &Arc<Self>,
        before: Config,
        after: Config,
        secrets: &[NewSecret],
    ) -> Result<(), AppError> {
        let in_keychain: Vec<_> =
            secrets.iter().filter(|new| new.keep == Keep::Keychain).map(|new| new.id).collect();
        if !in_keychain.is_empty() {
            let mut announced = before.clone();
            announced.retired.extend(&in_keychain);
            self.save(announced).await?;
        }
        let mut result = Ok(());
        for new in secrets {
            if result.is_ok() {
                result = self.store_secret(new).await;
            }
        }
        if result.is_ok() {
            let emptied = after.instances.is_empty() && !before.instances.is_empty();
            result = self.save(after.clone()).await;
            // The backup is the file before: written twice, it too holds nothing of what was removed. That the
            // first write stands is true all the same, and the next one does it.
            if emptied && result.is_ok() && self.save(after).await.is_err() {
                tracing::warn!("the backup still holds what was removed, until the next change is saved");
            }
        }
        if result.is_err() && !in_keychain.is_empty() {
            // Best effort: what stays is named as retired in the file and deleted at the next start.
            for id in in_keychain {
                let _ = self.keychain.delete(id).await;
            }
            let _ = self.save(before).await;
        }
        result
    }

    /// Sends a request. Every request of the companion goes through here, so that all are remembered.
    pub(super) async fn send(
        &self,
        about: About,
        network: &Network,
        request: &HttpRequest,
    ) -> (Result<HttpResponse, AppError>, Arc<ExchangeView>) {
        let Sent { outcome, exchange } = self.http.send(about, network, request, &*self.clock).await;
        let exchange = Arc::new(exchange);
        if let Some(inbox) = self.inbox.get().and_then(mpsc::WeakSender::upgrade) {
            // A closed inbox means that the loop has ended: nobody is left to tell.
            let _ = inbox.send(Event::Exchanged(Arc::clone(&exchange))).await;
        }
        (outcome, exchange)
    }

    /// Keeps a secret in memory, for as long as something uses it.
    pub(super) fn keep_in_session(&self, id: SecretId, secret: Secret) {
        locked(&self.session).insert(id, secret);
    }

    /// Requests a token; the clock offset is that of the answer.
    pub(super) async fn request_token(
        &self,
        about: About,
        network: &Network,
        request: &TokenRequest,
        secret: &Secret,
    ) -> Answered<TokenResponse> {
        let reserved = has_reserved(&request.client_id) || has_reserved(secret.expose());
        let sent = self.send(about, network, &request.build(secret)).await;
        answered(sent, |response| token_response::read(request, response, reserved))
    }

    /// Reads the first discovery document that is there. The error of the first address is the one told.
    pub(super) async fn fetch_metadata(
        &self,
        instance: Option<InstanceId>,
        network: &Network,
        urls: &[Url],
    ) -> (Option<Url>, Answered<ServerMetadata>) {
        let unknown = AppError::EndpointUnknown { endpoint: "discovery".to_owned() };
        let about = About { purpose: Purpose::Discovery, instance, application: None };
        let mut first = Answered::unsent(unknown);
        for (index, url) in urls.iter().enumerate() {
            let sent = self.send(about, network, &metadata::get(Stage::Discovery, url)).await;
            let answer = answered(sent, |response| metadata::read(url, response));
            if answer.result.is_ok() {
                return (Some(url.clone()), answer);
            }
            if index == 0 {
                first = answer;
            }
        }
        (None, first)
    }

    /// Fetches published keys (RFC 7517 §5).
    pub(super) async fn fetch_keys(
        &self,
        instance: Option<InstanceId>,
        network: &Network,
        url: &Url,
    ) -> Answered<JwkSet> {
        let about = About { purpose: Purpose::Keys, instance, application: None };
        let sent = self.send(about, network, &metadata::get(Stage::Keys, url)).await;
        answered(sent, |response| metadata::read_keys(url, response))
    }
}

fn answered<T>(
    (sent, exchange): (Result<HttpResponse, AppError>, Arc<ExchangeView>),
    read: impl FnOnce(&HttpResponse) -> Result<T, AppError>,
) -> Answered<T> {
    let clock_offset_ms = sent.as_ref().ok().and_then(|response| response.clock_offset_ms);
    let result = sent.and_then(|response| read(&response));
    Answered { result, clock_offset_ms, exchange: Some(exchange.summary.id) }
}

/// A lock whose holder panicked still guards sound data here: each holder does one thing.
fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Starts the loop. It ends when the last sender of the inbox is gone.
pub(super) fn spawn(
    world: Arc<World>,
    mut state: State,
) -> (mpsc::Sender<Event>, watch::Receiver<Arc<Snapshot>>) {
    let (inbox, mut events) = mpsc::channel::<Event>(INBOX);
    let (publish, snapshots) = watch::channel(Arc::new(Snapshot::of(&state)));
    let tasks = Tasks { world: Arc::clone(&world), inbox: inbox.downgrade() };
    // A world gets one loop, so it is not set already.
    let _ = world.inbox.set(inbox.downgrade());
    tokio::spawn(async move {
        tasks.probe_keychain();
        tasks.watch_keychain();
        for effect in start(&mut state) {
            tasks.perform(effect);
        }
        loop {
            let now = world.clock.now();
            let wait = next_deadline(&state).map_or(LONGEST_SLEEP_MS, |at| at - now.boot);
            let wait = Duration::from_millis(wait.clamp(0, LONGEST_SLEEP_MS).unsigned_abs());
            let mut next = tokio::select! {
                event = events.recv() => match event {
                    Some(event) => Some(event),
                    None => return,
                },
                () = tokio::time::sleep(wait) => Some(Event::Tick),
            };
            let revision = state.revision;
            let mut effects = Vec::new();
            // All that came meanwhile is taken in before the screen is told once.
            while let Some(event) = next {
                effects.extend(update(&mut state, event, world.clock.now()));
                next = events.try_recv().ok();
            }
            if state.revision != revision {
                publish.send_replace(Arc::new(Snapshot::of(&state)));
            }
            for effect in effects {
                tasks.perform(effect);
            }
        }
    });
    (inbox, snapshots)
}

/// Does what [`update`] wants done, each in a task of its own that reports back as an event.
#[derive(Clone)]
struct Tasks {
    world: Arc<World>,
    /// Weak, so that the loop can end when nobody outside can reach it any more.
    inbox: mpsc::WeakSender<Event>,
}

impl Tasks {
    async fn report(&self, event: Event) {
        if let Some(inbox) = self.inbox.upgrade() {
            // A closed inbox means that the loop has ended: nobody is left to tell.
            let _ = inbox.send(event).await;
        }
    }

    /// Tells the screen how the keychain is, where an answer says something about it.
    async fn report_keychain<T>(&self, result: &Result<T, AppError>) {
        let status = match result {
            Ok(_) | Err(AppError::SecretMissing) => Some(KeychainStatus::Ready),
            Err(error) => keychain_status(error),
        };
        if let Some(status) = status {
            self.report(Event::Keychain(status)).await;
        }
    }

    fn probe_keychain(&self) {
        let tasks = self.clone();
        tokio::spawn(async move {
            let result = tasks.world.keychain.probe().await;
            tasks.report_keychain(&result).await;
        });
    }

    fn watch_keychain(&self) {
        // Not the whole world: whoever waits for it to end would wait for ever.
        let (inbox, mut waiting) = (self.inbox.clone(), self.world.keychain.waiting());
        tokio::spawn(async move {
            while waiting.changed().await.is_ok() {
                let calls = *waiting.borrow_and_update();
                let Some(inbox) = inbox.upgrade() else { return };
                // A closed inbox means that the loop has ended: nobody is left to tell.
                if calls > 0 && inbox.send(Event::Keychain(KeychainStatus::Waiting)).await.is_err() {
                    return;
                }
            }
        });
    }

    fn perform(&self, effect: Effect) {
        let tasks = self.clone();
        match effect {
            Effect::Reply { to, result } => {
                let waiting = locked(&self.world.replies).remove(&to);
                if let Some(waiting) = waiting {
                    // Whoever asked may have gone, for instance because the page was reloaded.
                    let _ = waiting.send(result);
                }
            }
            Effect::DropIdleConnections => self.world.http.drop_idle(),
            Effect::KeepInSession(used) => locked(&self.world.session).retain(|id, _| used.contains(id)),
            Effect::RequestToken { application, attempt, about, network, request, secret } => {
                tokio::spawn(async move {
                    let answer = match tasks.world.read_secret(secret).await {
                        Ok(text) => tasks.world.request_token(about, &network, &request, &text).await,
                        Err(error) => {
                            let answer = Answered::unsent(error);
                            if matches!(secret, SecretKeeping::Keychain(_)) {
                                tasks.report_keychain(&answer.result).await;
                            }
                            answer
                        }
                    };
                    tasks.report(Event::TokenAnswered { application, attempt, answer }).await;
                });
            }
            Effect::Call { application, wanted, reply } => {
                tokio::spawn(async move {
                    let (call, result) = tasks.world.call(application, *wanted).await;
                    tasks.report(Event::CallAnswered { application, call, result, reply }).await;
                });
            }
            Effect::CheckApi { application, wanted, ended, reply } => {
                tokio::spawn(async move {
                    let rows = tasks.world.check_api(application, *wanted, ended).await;
                    tasks.report(Event::ApiChecked { rows, reply }).await;
                });
            }
            Effect::FetchMetadata { instance, key, attempt, network, urls } => {
                tokio::spawn(async move {
                    let (_, answer) = tasks.world.fetch_metadata(Some(instance), &network, &urls).await;
                    tasks.report(Event::MetadataAnswered { instance, key, attempt, answer }).await;
                });
            }
            Effect::FetchKeys { instance, key, attempt, network, url } => {
                tokio::spawn(async move {
                    let answer = tasks.world.fetch_keys(Some(instance), &network, &url).await;
                    tasks.report(Event::KeysAnswered { instance, key, attempt, answer }).await;
                });
            }
            Effect::FetchIssuer { issuer, urls } => {
                tokio::spawn(async move {
                    let answer = tasks.world.fetch_issuer(&issuer, &urls).await;
                    tasks.report(Event::IssuerAnswered { issuer, answer }).await;
                });
            }
            Effect::Persist { before, after, secrets } => {
                tokio::spawn(async move {
                    let result = tasks.world.persist(*before, *after, &secrets).await;
                    if secrets.iter().any(|new| new.keep == Keep::Keychain) {
                        tasks.report_keychain(&result).await;
                    }
                    tasks.report(Event::Written(result)).await;
                });
            }
            Effect::SetDamagedAside { reply } => {
                tokio::spawn(async move {
                    let result = tasks.world.set_damaged_aside().await;
                    tasks.report(Event::SetAside { result, reply }).await;
                });
            }
            Effect::DeleteSecrets(ids) => {
                tokio::spawn(async move {
                    let mut gone = Vec::new();
                    for id in ids {
                        // One that cannot be deleted now stays named as retired and is tried at the next start.
                        if tasks.world.keychain.delete(id).await.is_ok() {
                            gone.push(id);
                        }
                    }
                    if !gone.is_empty() {
                        tasks.report(Event::SecretsDeleted(gone)).await;
                    }
                });
            }
        }
    }
}

/// Asks the keychain again and waits for its answer.
pub(super) async fn retry_keychain(world: &Arc<World>, inbox: &mpsc::Sender<Event>) -> Result<(), AppError> {
    let result = world.keychain.probe().await;
    Tasks { world: Arc::clone(world), inbox: inbox.downgrade() }.report_keychain(&result).await;
    result
}
