//! A companion with a real HTTP client and a real configuration file, a keychain in memory, and a clock that a
//! test can move.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use scaikey_core::adapters::{ConfigFile, Http, MemorySecrets, SystemClock};
use scaikey_core::companion::{Companion, Outside};
use scaikey_core::contract::{
    AppError, ApplicationDraft, ApplicationView, InstanceDraft, InstanceKindName, Keep, PhaseView,
    ProxyDraft, Renewal, SecretDraft, Snapshot,
};
use scaikey_core::model::{
    ApplicationId, ApplicationType, ClientAuthentication, Colour, InstanceId, LevelName,
};
use scaikey_core::ports::{Clock, Now};
use scaikey_core::secret::Secret;
use scaikey_practice::{Level, NewApplication, Options, Practice};

/// The computer's clocks, moved by the test.
#[derive(Default)]
pub struct MovedClock {
    both: AtomicI64,
    wall: AtomicI64,
}

impl MovedClock {
    /// Moves both clocks on, as time or a suspend does.
    pub fn advance(&self, ms: i64) {
        self.both.fetch_add(ms, Ordering::SeqCst);
    }

    /// Sets the wall clock wrong by this much, as a user or a flat battery does.
    pub fn set_wrong(&self, ms: i64) {
        self.wall.store(ms, Ordering::SeqCst);
    }
}

impl Clock for MovedClock {
    fn now(&self) -> Now {
        let (real, moved) = (SystemClock.now(), self.both.load(Ordering::SeqCst));
        Now { wall: real.wall + moved + self.wall.load(Ordering::SeqCst), boot: real.boot + moved }
    }
}

/// A running companion and what the test holds of its outside world.
pub struct World {
    /// It.
    pub companion: Companion,
    /// Its keychain.
    pub secrets: MemorySecrets,
    /// Its clock.
    pub clock: Arc<MovedClock>,
}

impl World {
    /// Starts a companion on this configuration folder and this keychain.
    pub fn start(folder: &Path, secrets: &MemorySecrets) -> Self {
        let clock = Arc::new(MovedClock::default());
        let companion = Companion::start(Outside {
            clock: clock.clone(),
            secrets: Box::new(secrets.clone()),
            config: Box::new(ConfigFile::new(folder, clock.clone())),
            http: Http::new("ScaiKey-Companion/test"),
        });
        Self { companion, secrets: secrets.clone(), clock }
    }

    /// Ends this companion, and starts another on the same configuration folder and keychain once it has let go of
    /// the folder: its lock goes when its last task does.
    ///
    /// # Panics
    /// After 10 s.
    pub async fn restart(self, folder: &Path) -> Self {
        let Self { companion, secrets, .. } = self;
        drop(companion);
        let begin = tokio::time::Instant::now();
        loop {
            let world = Self::start(folder, &secrets);
            if world.companion.snapshot().storage.read_only.is_none() {
                return world;
            }
            assert!(begin.elapsed().as_secs() < 10, "the lock is still held");
            tokio::task::yield_now().await;
        }
    }

    /// Waits until the snapshot is as the test wants it.
    ///
    /// # Panics
    /// After 20 s.
    pub async fn until<T>(&self, what: &str, wanted: impl Fn(&Snapshot) -> Option<T>) -> T {
        let mut snapshots = self.companion.snapshots();
        let look = async {
            loop {
                if let Some(found) = wanted(&snapshots.borrow_and_update()) {
                    return found;
                }
                assert!(snapshots.changed().await.is_ok(), "the companion has ended");
            }
        };
        match tokio::time::timeout(Duration::from_secs(20), look).await {
            Ok(found) => found,
            Err(_) => panic!("{what}: not within 20 s; the snapshot is {:#?}", self.companion.snapshot()),
        }
    }

    /// Waits until nothing is under way for an application, and returns it.
    pub async fn settled(&self, id: ApplicationId) -> ApplicationView {
        self.until("the request ends", |snapshot| {
            let view = find(snapshot, id)?;
            let pending = matches!(&view.token, Some(token) if token.verdict == scaikey_core::contract::Verdict::Pending);
            (!matches!(view.phase, PhaseView::Requesting { .. }) && !pending).then_some(view)
        })
        .await
    }

    /// Requests a token and waits for what comes of it.
    pub async fn request(&self, id: ApplicationId) -> ApplicationView {
        self.companion.request_token(id).await.expect("the application is there");
        self.settled(id).await
    }

    /// Requests a token that is expected to be refused.
    pub async fn refused(&self, id: ApplicationId) -> AppError {
        match self.request(id).await.phase {
            PhaseView::Failed { error } | PhaseView::Waiting { error, .. } => error,
            other => panic!("not refused: {other:?}"),
        }
    }

    /// The token in hand.
    pub async fn token(&self, id: ApplicationId) -> String {
        self.companion.reveal_token(id).await.expect("a token").expose().to_owned()
    }

    /// Saves a ScaiKey instance at this base URL.
    pub async fn add_scaikey(&self, url: &str) -> InstanceId {
        self.companion.save_instance(instance_draft(InstanceKindName::ScaiKey, url)).await.expect("saved")
    }

    /// Saves another provider with this issuer.
    pub async fn add_provider(&self, issuer: &str) -> InstanceId {
        self.companion
            .save_instance(instance_draft(InstanceKindName::OpenIdProvider, issuer))
            .await
            .expect("saved")
    }
}

/// An application in a snapshot.
pub fn find(snapshot: &Snapshot, id: ApplicationId) -> Option<ApplicationView> {
    snapshot.instances.iter().flat_map(|instance| &instance.applications).find(|view| view.id == id).cloned()
}

/// An instance as typed.
pub fn instance_draft(kind: InstanceKindName, url: &str) -> InstanceDraft {
    InstanceDraft {
        id: None,
        name: "Test".to_owned(),
        kind,
        url: url.to_owned(),
        colour: Colour::Blue,
        production: false,
        proxy: ProxyDraft::System,
        extra_ca: String::new(),
        endpoints: Vec::new(),
    }
}

/// A `GLOBAL` service as typed.
pub fn application_draft(
    instance: InstanceId,
    client_id: &str,
    secret: &str,
    scopes: &[&str],
) -> ApplicationDraft {
    ApplicationDraft {
        id: None,
        instance,
        name: "demo".to_owned(),
        client_id: client_id.to_owned(),
        secret: SecretDraft::Set { value: Secret::new(secret), keep: Keep::Keychain },
        level: Some(LevelName::Global),
        tenant_slug: String::new(),
        application_type: Some(ApplicationType::Service),
        scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
        extra: Vec::new(),
        client_authentication: ClientAuthentication::ClientSecretBasic,
        renewal: Renewal { enabled: true, margin_seconds: None },
    }
}

/// A practice server for a test, with one `GLOBAL` service: its client ID is `svc_demo`, its secret
/// [`PRACTICE_SECRET`].
pub fn practice() -> Practice {
    practice_with(Options::for_tests())
}

/// The same on the test's clock, so that time passes for both.
pub fn practice_on(clock: &Arc<MovedClock>) -> Practice {
    let clock = Arc::clone(clock);
    practice_with(Options { clock: Arc::new(move || clock.now().wall / 1_000), ..Options::for_tests() })
}

fn practice_with(options: Options) -> Practice {
    let application =
        NewApplication::service("demo", Level::Global, &["openid", "admin:read", "admin:write"])
            .with_credentials("svc_demo", PRACTICE_SECRET);
    let options = Options { applications: vec![application], ..options };
    Practice::start(options).expect("the practice server starts")
}

/// The secret of [`practice`]'s service.
pub const PRACTICE_SECRET: &str = "p@ss:w/ord+%20";
