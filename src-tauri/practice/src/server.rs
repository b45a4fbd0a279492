//! Starting and stopping, and everything that can be set while the server runs.

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use serde_json::Value;
use tokio::sync::watch;

use crate::answers::{Answer, Endpoint, RecordedRequest};
use crate::clock::{Clock, system_clock};
use crate::contract::{self, AccessTokenClaims};
use crate::directory::{
    Directory, NewApplication, RegisterError, RegisteredApplication, Tenant, practice_tenants,
};
use crate::http::router;
use crate::keys::{Algorithm, KeyError, KeyRing};
use crate::random;
use crate::token;
use crate::webhook::{self, SentWebhook, WebhookError};
use crate::world::{State, World};

/// The port the server likes best.
pub const DEFAULT_PORT: u16 = 8089;

/// How long requests that are being answered may take when the server stops.
const LAST_WORDS: Duration = Duration::from_millis(200);

/// How long an admin token lives: longer than anybody leaves the server running. 30 days in seconds.
const ADMIN_TOKEN_LIFETIME: i64 = 30 * 24 * 3600;

/// How long ago an expired token expired, in seconds. A verifier that tolerates a minute of clock skew may accept it in
/// its first second.
const EXPIRED_SINCE: i64 = 60;

/// Which port of 127.0.0.1 to listen on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Port {
    /// This one, or any other if it cannot be had.
    Preferred(u16),
    /// This one or none.
    Exact(u16),
    /// Any free one.
    Any,
}

/// How to start.
#[derive(Clone)]
pub struct Options {
    /// Where to listen.
    pub port: Port,
    /// Seconds a token lives, for applications without a lifetime of their own.
    pub lifetime_seconds: u32,
    /// Waited before every answer.
    pub latency: Duration,
    /// How tokens are signed.
    pub algorithm: Algorithm,
    /// The tenants that exist.
    pub tenants: Vec<Tenant>,
    /// The applications that are registered from the start.
    pub applications: Vec<NewApplication>,
    /// Whether requests are kept for [`Practice::requests`]. They hold secrets: for tests only.
    pub record: bool,
    /// What time it is.
    pub clock: Clock,
}

/// The preferred port 8089, tokens of an hour, no latency, RS256, three tenants, no application, no recording, the
/// computer's clock.
impl Default for Options {
    fn default() -> Options {
        Options {
            port: Port::Preferred(DEFAULT_PORT),
            lifetime_seconds: contract::DEFAULT_LIFETIME,
            latency: Duration::ZERO,
            algorithm: Algorithm::Rs256,
            tenants: practice_tenants(),
            applications: Vec::new(),
            record: false,
            clock: system_clock(),
        }
    }
}

impl Options {
    /// Any free port, and requests are recorded.
    #[must_use]
    pub fn for_tests() -> Options {
        Options { port: Port::Any, record: true, ..Options::default() }
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("port", &self.port)
            .field("lifetime_seconds", &self.lifetime_seconds)
            .field("latency", &self.latency)
            .field("algorithm", &self.algorithm)
            .field("tenants", &self.tenants)
            .field("applications", &self.applications)
            .field("record", &self.record)
            .finish_non_exhaustive()
    }
}

/// Why the server did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Something else listens there.
    #[error("port {port} of 127.0.0.1 is taken")]
    PortTaken {
        /// The port that was asked for.
        port: u16,
    },
    /// The operating system refused to listen, or to start a thread.
    #[error("127.0.0.1 cannot be listened on: {0}")]
    Io(#[from] io::Error),
    /// No signing key could be made.
    #[error(transparent)]
    Keys(#[from] KeyError),
    /// One of [`Options::applications`] cannot be registered.
    #[error("an application cannot be registered: {0}")]
    Application(#[from] RegisterError),
}

/// Why there is no expired token.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExpiredTokenError {
    /// There is no such application.
    #[error(transparent)]
    Application(#[from] RegisterError),
    /// It could not get a valid token either: it is public, or its partner has no tenant.
    #[error("this application gets no token by client_credentials")]
    NoToken,
    /// It cannot be signed.
    #[error(transparent)]
    Key(#[from] KeyError),
}

/// A running practice server.
///
/// A cheap handle: clones are the same server. It runs on a thread and a runtime of its own, so it needs none of the
/// caller's, and its end leaves nothing behind. It stops when [`Practice::stop`] is called or the last clone is
/// dropped.
#[derive(Clone)]
pub struct Practice {
    world: Arc<World>,
    running: Arc<Running>,
}

impl Practice {
    /// Starts listening on 127.0.0.1; when it returns, requests are answered.
    ///
    /// Blocks for the time it takes to make an RSA key (tenths of a second): from async code that must not wait,
    /// call it in `spawn_blocking`.
    ///
    /// # Errors
    ///
    /// [`StartError`]; nothing is left running then.
    pub fn start(options: Options) -> Result<Practice, StartError> {
        let listener = listen(options.port)?;
        let port = listener.local_addr()?.port();
        let mut directory = Directory::new(options.tenants);
        for application in options.applications {
            directory.register(application)?;
        }
        let state = State {
            directory,
            keys: KeyRing::new(options.algorithm, (options.clock)())?,
            lifetime: options.lifetime_seconds,
            latency: options.latency,
            next_answers: HashMap::new(),
            recorded: VecDeque::new(),
            deliveries: 0,
        };
        let webhook_secret = random::secret().map_err(|_| KeyError::Generation)?;
        let (stop, stopping) = watch::channel(false);
        let world =
            Arc::new(World::new(port, options.clock, options.record, webhook_secret, stopping, state));
        let running = Running::start(listener, Arc::clone(&world), stop)?;
        Ok(Practice { world, running: Arc::new(running) })
    }

    /// `http://127.0.0.1:<port>`, without a slash at its end.
    #[must_use]
    pub fn base_url(&self) -> &str {
        &self.world.base
    }

    /// The port it listens on.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.world.port
    }

    /// Where a person opens the admin page.
    #[must_use]
    pub fn admin_url(&self) -> String {
        format!("{}{}", self.world.base, contract::ADMIN_PAGE)
    }

    /// A new admin token: a user JWT with role `super_admin`, as the admin UI's login would give.
    ///
    /// # Errors
    ///
    /// [`KeyError`] if it cannot be signed.
    pub fn admin_token(&self) -> Result<String, KeyError> {
        let now = self.world.now();
        // Unknown (contract 8.1.10, 8.2.4): audience, scope and issuer of the admin UI's tokens.
        let claims = AccessTokenClaims {
            iss: contract::platform_issuer(&self.world.base),
            aud: "scaikey-admin".to_owned(),
            sub: "usr_practiceadmin".to_owned(),
            scope: "openid profile email".to_owned(),
            tenant_id: None,
            exp: now.saturating_add(ADMIN_TOKEN_LIFETIME),
            iat: now,
            client_id: "scaikey-admin".to_owned(),
            app_scope: None,
            platform_token: None,
            token_type: None,
            partner_id: None,
            role: Some(contract::SUPER_ADMIN),
        };
        let claims = serde_json::to_vec(&claims).map_err(|_| KeyError::Generation)?;
        self.world.state().keys.current().sign(&claims)
    }

    /// The tenants that exist.
    #[must_use]
    pub fn tenants(&self) -> Vec<Tenant> {
        self.world.state().directory.tenants().to_vec()
    }

    /// Registers an application; shows its secret for the only time.
    ///
    /// # Errors
    ///
    /// [`RegisterError`]; nothing has changed then.
    pub fn register(&self, application: NewApplication) -> Result<RegisteredApplication, RegisterError> {
        self.world.state().directory.register(application)
    }

    /// What an application may ever obtain, in the order it has in tokens.
    ///
    /// # Errors
    ///
    /// [`RegisterError::UnknownClient`].
    pub fn allowed_scopes(&self, client_id: &str) -> Result<Vec<String>, RegisterError> {
        Ok(self.world.state().directory.known_client(client_id)?.allowed_scopes.clone())
    }

    /// The `app_…` id by which the admin API and the admin page know an application.
    ///
    /// # Errors
    ///
    /// [`RegisterError::UnknownClient`].
    pub fn application_id(&self, client_id: &str) -> Result<String, RegisterError> {
        Ok(self.world.state().directory.known_client(client_id)?.id.clone())
    }

    /// A token of this application, rightly signed and with all its allowed scopes, that expired 60 s ago: to see
    /// whether an API checks that. A PARTNER application's is for the first tenant of the partner.
    ///
    /// # Errors
    ///
    /// [`ExpiredTokenError`].
    pub fn expired_token(&self, client_id: &str) -> Result<String, ExpiredTokenError> {
        let (key, claims) = {
            let state = self.world.state();
            let application = state.directory.known_client(client_id)?;
            let lifetime = application.token_lifetime.unwrap_or(state.lifetime);
            let issued = self.world.now().saturating_sub(i64::from(lifetime)).saturating_sub(EXPIRED_SINCE);
            let claims = token::own_claims(&self.world.base, &state.directory, application, issued, lifetime)
                .ok_or(ExpiredTokenError::NoToken)?;
            (state.keys.current(), claims)
        };
        let claims = serde_json::to_vec(&claims).map_err(|_| KeyError::Generation)?;
        Ok(key.sign(&claims)?)
    }

    /// Forgets an application. Its tokens stay valid until they expire.
    ///
    /// # Errors
    ///
    /// [`RegisterError::UnknownClient`].
    pub fn remove(&self, client_id: &str) -> Result<(), RegisterError> {
        self.world.state().directory.remove(client_id)
    }

    /// Gives an application this secret; the old one is refused from now on.
    ///
    /// # Errors
    ///
    /// [`RegisterError::UnknownClient`], [`RegisterError::PublicClient`], [`RegisterError::Empty`].
    pub fn set_secret(&self, client_id: &str, secret: &str) -> Result<(), RegisterError> {
        self.world.state().directory.set_secret(client_id, secret.to_owned())
    }

    /// Gives an application a new secret, as "generate a new one" in the admin UI; returns it.
    ///
    /// # Errors
    ///
    /// As [`Practice::set_secret`], and [`RegisterError::Random`].
    pub fn rotate_secret(&self, client_id: &str) -> Result<String, RegisterError> {
        let secret = random::secret().map_err(|_| RegisterError::Random)?;
        self.set_secret(client_id, &secret)?;
        Ok(secret)
    }

    /// Replaces what an application may ever obtain. Tokens it has keep their scopes.
    ///
    /// # Errors
    ///
    /// [`RegisterError::UnknownClient`], [`RegisterError::NotAScope`].
    pub fn set_allowed_scopes(&self, client_id: &str, scopes: &[&str]) -> Result<(), RegisterError> {
        if let Some(odd) = scopes.iter().find(|scope| !crate::directory::is_scope_token(scope)) {
            return Err(RegisterError::NotAScope((*odd).to_owned()));
        }
        self.world.state().directory.client_mut(client_id)?.allowed_scopes =
            scopes.iter().map(|&scope| scope.to_owned()).collect();
        Ok(())
    }

    /// Seconds the application's tokens live from now on; `None` follows the run's lifetime.
    ///
    /// # Errors
    ///
    /// [`RegisterError::UnknownClient`].
    pub fn set_token_lifetime(&self, client_id: &str, seconds: Option<u32>) -> Result<(), RegisterError> {
        self.world.state().directory.client_mut(client_id)?.token_lifetime = seconds;
        Ok(())
    }

    /// Seconds new tokens live, for applications without a lifetime of their own.
    pub fn set_lifetime(&self, seconds: u32) {
        self.world.state().lifetime = seconds;
    }

    /// Waited before every answer, from the next request on.
    pub fn set_latency(&self, latency: Duration) {
        self.world.state().latency = latency;
    }

    /// Signs with a new key from now on; returns its `kid`. The old key stays published.
    ///
    /// # Errors
    ///
    /// [`KeyError`]; nothing has changed then.
    pub fn rotate_keys(&self) -> Result<String, KeyError> {
        let algorithm = self.world.state().keys.algorithm();
        self.rotate_to(algorithm)
    }

    /// Signs with this algorithm from now on, with a new key unless it is the current key's; returns the `kid`. The
    /// old key stays published.
    ///
    /// # Errors
    ///
    /// [`KeyError`]; nothing has changed then.
    pub fn use_algorithm(&self, algorithm: Algorithm) -> Result<String, KeyError> {
        {
            let state = self.world.state();
            if state.keys.algorithm() == algorithm {
                return Ok(state.keys.kid().to_owned());
            }
        }
        self.rotate_to(algorithm)
    }

    fn rotate_to(&self, algorithm: Algorithm) -> Result<String, KeyError> {
        // One rotation at a time, and requests are answered while the key is being made.
        let _alone = self.running.rotating.lock().unwrap_or_else(PoisonError::into_inner);
        let before = self.world.state().keys.clone();
        let keys = before.rotated(algorithm, self.world.now())?;
        let kid = keys.kid().to_owned();
        self.world.state().keys = keys;
        Ok(kid)
    }

    /// Ends the overlap after rotations: only the current key stays published, older tokens are refused.
    pub fn retire_old_keys(&self) {
        let _alone = self.running.rotating.lock().unwrap_or_else(PoisonError::into_inner);
        self.world.state().keys.retire_old();
    }

    /// The JWK Set as it is published.
    #[must_use]
    pub fn jwks(&self) -> Value {
        self.world.state().keys.jwks()
    }

    /// Signs any claims with the current key under the usual header; for answers with odd tokens.
    ///
    /// # Errors
    ///
    /// [`KeyError`] if it cannot be signed.
    pub fn sign(&self, claims: &Value) -> Result<String, KeyError> {
        let key = self.world.state().keys.current();
        key.sign(claims.to_string().as_bytes())
    }

    /// Signs any claims with the current key under any header, such as one without `typ` or `kid`, or with `RS512`.
    ///
    /// # Errors
    ///
    /// [`KeyError::Algorithm`] unless the header's `alg` suits the current key.
    pub fn sign_with(&self, header: &Value, claims: &Value) -> Result<String, KeyError> {
        let key = self.world.state().keys.current();
        key.sign_with(header, claims.to_string().as_bytes())
    }

    /// What signs this run's webhooks. The admin page shows it, too.
    #[must_use]
    pub fn webhook_secret(&self) -> String {
        self.world.webhook_secret.clone()
    }

    /// Posts one signed event to a receiver on this computer: `tenant.updated`, which says that the first tenant was
    /// suspended. The event is made up, nothing changes here. Whatever status the receiver answers is a success.
    ///
    /// Unlike the rest of the handle it needs the caller to run on tokio.
    ///
    /// # Errors
    ///
    /// [`WebhookError`].
    pub async fn send_webhook(&self, url: &str) -> Result<SentWebhook, WebhookError> {
        webhook::send(&self.world, url).await
    }

    /// The value of `X-ScaiKey-Signature` for any webhook: to send one that is late, repeated or forged.
    #[must_use]
    pub fn sign_webhook(secret: &str, timestamp: i64, body: &[u8]) -> String {
        webhook::signature(secret, timestamp, body)
    }

    /// The next requests to this endpoint get these answers, in order; then it is itself again. Replaces what was set
    /// before and not yet played; an empty list clears it.
    pub fn next_answers(&self, endpoint: Endpoint, answers: Vec<Answer>) {
        self.world.state().next_answers.insert(endpoint, answers.into());
    }

    /// The requests that came, oldest first, the last 256 of them. Empty unless [`Options::record`] is set. Requests
    /// with a foreign `Host` or `Origin` are not among them.
    #[must_use]
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.world.state().recorded.iter().cloned().collect()
    }

    /// Forgets the requests recorded so far.
    pub fn forget_requests(&self) {
        self.world.state().recorded.clear();
    }

    /// Stops at once: no new connection is taken, waiting answers are given, and after 200 ms at the latest everything
    /// is closed. When it returns the port is free. Can be called again; then nothing happens.
    pub fn stop(&self) {
        self.running.stop();
    }
}

/// Nothing secret.
impl fmt::Debug for Practice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Practice").field("base_url", &self.world.base).finish_non_exhaustive()
    }
}

fn listen(port: Port) -> Result<TcpListener, StartError> {
    let bind = |port: u16| TcpListener::bind((Ipv4Addr::LOCALHOST, port));
    match port {
        Port::Any => Ok(bind(0)?),
        Port::Preferred(port) => Ok(bind(port).or_else(|_| bind(0))?),
        Port::Exact(port) => bind(port).map_err(|error| match error.kind() {
            io::ErrorKind::AddrInUse => StartError::PortTaken { port },
            _ => StartError::Io(error),
        }),
    }
}

/// The thread that serves. Its runtime owns every connection's task, so its end is theirs.
struct Running {
    stop: watch::Sender<bool>,
    thread: Mutex<Option<JoinHandle<()>>>,
    rotating: Mutex<()>,
}

impl Running {
    fn start(
        listener: TcpListener,
        world: Arc<World>,
        stop: watch::Sender<bool>,
    ) -> Result<Running, StartError> {
        listener.set_nonblocking(true)?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let listener = {
            let _inside = runtime.enter();
            tokio::net::TcpListener::from_std(listener)?
        };
        let thread = std::thread::Builder::new()
            .name("scaikey-practice".to_owned())
            .spawn(move || runtime.block_on(serve(listener, world)))?;
        Ok(Running { stop, thread: Mutex::new(Some(thread)), rotating: Mutex::new(()) })
    }

    fn stop(&self) {
        self.stop.send_replace(true);
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread {
            // A panic of the server's thread ends it as well as its return does.
            drop(thread.join());
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop();
    }
}

async fn serve(listener: tokio::net::TcpListener, world: Arc<World>) {
    let stopped = |mut stopping: watch::Receiver<bool>| async move {
        // An error means that the handle is gone: a reason to stop as well.
        drop(stopping.wait_for(|&stopping| stopping).await);
    };
    let stopping = world.stopping.clone();
    let deadline = {
        let stopped = stopped(stopping.clone());
        async move {
            stopped.await;
            tokio::time::sleep(LAST_WORDS).await;
        }
    };
    let serving = axum::serve(listener, router(world)).with_graceful_shutdown(stopped(stopping));
    tokio::select! {
        // Serving itself never fails: errors of single connections are not errors of the server.
        _ = serving => {}
        () = deadline => {}
    }
}
