//! The keychain of the operating system, the thread that talks to it, and secrets kept in memory only.
//!
//! An entry is one line of text, whatever the secret holds: one keychain drops its whole collection at a raw
//! newline, another takes UTF-8 only, a third takes no more than 2,560 bytes. The texts:
//!
//! - `1<written>.<secret>`: a whole secret, base64url;
//! - `2<written>.<pieces>.<characters>.<checksum>`: a secret in pieces, which are entries of their own,
//!   named `<id>-1`, `<id>-2` …;
//! - `3<written>.<part>`: one piece of it.
//!
//! `written` is when, in Unix milliseconds: it tells which of two entries of one name is the newer, and that
//! pieces belong together. A secret that is not whole is an error, never a part of a secret.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::error::Error as StdError;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};
use std::time::Duration;

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use keyring_core::{CredentialStore, Entry, Error as StoreError};
use tokio::sync::{oneshot, watch};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::system_clock::SystemClock;
use crate::contract::AppError;
use crate::model::SecretId;
use crate::oauth::refusal::shown;
use crate::ports::{Clock, SecretStore};
use crate::secret::Secret;

/// The most bytes of one entry's text. Windows takes 2,560 bytes.
const ENTRY_BYTES: usize = 2_000;

/// More pieces than this (about 2 MiB) are not a secret but damage.
const PIECES_MAX: usize = 1_024;

type Opened = keyring_core::Result<Arc<CredentialStore>>;

/// The keychain of this operating system: the Secret Service, the macOS keychain or the Windows credential
/// manager. It is opened when it is first needed, and anew after it failed: a keychain that starts after the
/// app, or starts again, is found.
pub struct PlatformKeychain {
    service: String,
    name: &'static str,
    modifiers: &'static [(&'static str, &'static str)],
    open: Box<dyn Fn() -> Opened + Send>,
    store: RefCell<Option<Arc<CredentialStore>>>,
}

/// What a store said, and whether asking again on a new connection may help.
struct Refusal {
    error: AppError,
    perhaps_stale: bool,
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        // A dismissed prompt arrives as `NoStorageAccess`: it must not be shown twice.
        let perhaps_stale = matches!(error, StoreError::PlatformFailure(_));
        Self { error: said_by_store(&error), perhaps_stale }
    }
}

impl From<AppError> for Refusal {
    fn from(error: AppError) -> Self {
        Self { error, perhaps_stale: false }
    }
}

impl PlatformKeychain {
    /// The keychain's entries for `service`: the app's bundle identifier, never changed.
    #[must_use]
    pub fn new(service: &str) -> Self {
        Self::with_store(service, platform::NAME, platform::MODIFIERS, Box::new(platform::open))
    }

    fn with_store(
        service: &str,
        name: &'static str,
        modifiers: &'static [(&'static str, &'static str)],
        open: Box<dyn Fn() -> Opened + Send>,
    ) -> Self {
        Self { service: service.to_owned(), name, modifiers, open, store: RefCell::new(None) }
    }

    /// Runs `ask` on the open store, and once more on a new one where the open one may have died.
    fn run<T>(&self, ask: impl Fn(&Access<'_>) -> Result<T, Refusal>) -> Result<T, AppError> {
        self.run_noting(&Cell::new(false), ask)
    }

    /// As [`run`](Self::run), and notes in `wrote` whether something was written.
    fn run_noting<T>(
        &self,
        wrote: &Cell<bool>,
        ask: impl Fn(&Access<'_>) -> Result<T, Refusal>,
    ) -> Result<T, AppError> {
        let mut kept = self.store.take();
        loop {
            let (store, fresh) = match kept.take() {
                Some(store) => (store, false),
                None => ((self.open)().map_err(|error| unreachable_store(&error))?, true),
            };
            let access = Access { keychain: self, store: &store, wrote };
            // The stores panic on a lock that an earlier panic poisoned; a new store has a new lock.
            let outcome = catch_unwind(AssertUnwindSafe(|| ask(&access))).unwrap_or_else(|_| {
                let detail = "The keychain's library failed.".to_owned();
                Err(Refusal { error: AppError::KeychainFailed { detail }, perhaps_stale: true })
            });
            match outcome {
                Err(refusal) if refusal.perhaps_stale => {
                    if fresh {
                        return Err(refusal.error);
                    }
                }
                outcome => {
                    self.store.replace(Some(store));
                    return outcome.map_err(|refusal| refusal.error);
                }
            }
        }
    }
}

/// One open store.
struct Access<'a> {
    keychain: &'a PlatformKeychain,
    store: &'a Arc<CredentialStore>,
    /// Something was written.
    wrote: &'a Cell<bool>,
}

impl Access<'_> {
    fn entry(&self, user: &str) -> Result<Entry, Refusal> {
        let modifiers: HashMap<&str, &str> = self.keychain.modifiers.iter().copied().collect();
        Ok(self.store.build(&self.keychain.service, user, Some(&modifiers))?)
    }

    /// The texts of all entries of this name: none, one, or more where another program copied one.
    fn texts(&self, user: &str) -> Result<Vec<Text>, Refusal> {
        match self.entry(user)?.get_secret() {
            Ok(bytes) => Ok(vec![Text::of(bytes)]),
            Err(StoreError::NoEntry) => Ok(Vec::new()),
            Err(StoreError::Ambiguous(entries)) => {
                tracing::warn!(count = entries.len(), "the keychain has several entries of one name");
                let read = |entry: Entry| Ok(Text::of(entry.get_secret()?));
                entries.into_iter().map(read).collect()
            }
            Err(error) => Err(error.into()),
        }
    }

    fn write(&self, user: &str, text: &Text) -> Result<(), Refusal> {
        let outcome = self.try_write(user, text);
        if outcome.is_ok() {
            self.wrote.set(true);
        }
        outcome
    }

    fn try_write(&self, user: &str, text: &Text) -> Result<(), Refusal> {
        match self.entry(user)?.set_secret(text.0.as_bytes()) {
            Err(StoreError::Ambiguous(entries)) => {
                // The one written is the newest from now on. The others are kept: who wrote them may know why.
                let first = entries.into_iter().next();
                Ok(first.map_or(Ok(()), |entry| entry.set_secret(text.0.as_bytes()))?)
            }
            outcome => Ok(outcome?),
        }
    }

    /// Deletes all entries of this name; false when there was none.
    fn erase(&self, user: &str) -> Result<bool, Refusal> {
        let gone = |outcome| match outcome {
            Ok(()) => Ok(true),
            Err(StoreError::NoEntry) => Ok(false),
            Err(error) => Err(error),
        };
        match self.entry(user)?.delete_credential() {
            Err(StoreError::Ambiguous(entries)) => {
                for entry in entries {
                    gone(entry.delete_credential())?;
                }
                Ok(true)
            }
            outcome => Ok(gone(outcome)?),
        }
    }

    fn get(&self, id: SecretId) -> Result<Secret, Refusal> {
        let texts = self.texts(&id.0.to_string())?;
        if texts.is_empty() {
            return Err(AppError::SecretMissing.into());
        }
        let head = texts.iter().filter_map(Text::head).max_by_key(Head::written).ok_or_else(changed)?;
        let (written, pieces, characters, checksum) = match head {
            Head::Whole { encoded, .. } => return Ok(decode(encoded)?),
            Head::InPieces { written, pieces, characters, checksum } => {
                (written, pieces, characters, checksum)
            }
        };
        let mut encoded = Zeroizing::new(String::with_capacity(characters.min(PIECES_MAX * ENTRY_BYTES)));
        for number in 1..=pieces {
            let texts = self.texts(&piece_name(id, number))?;
            let part = texts.iter().find_map(|text| text.part_of(written)).ok_or_else(incomplete)?;
            encoded.push_str(part);
        }
        if encoded.len() != characters || checksum_of(&encoded) != checksum {
            return Err(incomplete().into());
        }
        Ok(decode(&encoded)?)
    }

    fn set(&self, id: SecretId, secret: &Secret, written: i64) -> Result<(), Refusal> {
        let encoded = Zeroizing::new(BASE64_URL_SAFE_NO_PAD.encode(secret.expose()));
        let whole = Text(Zeroizing::new(format!("1{written}.{}", *encoded)));
        let mut pieces = 0;
        let head = if whole.0.len() <= ENTRY_BYTES {
            whole
        } else {
            let room = ENTRY_BYTES - format!("3{written}.").len();
            if encoded.len().div_ceil(room) > PIECES_MAX {
                let detail = "This secret is too long for a keychain.".to_owned();
                return Err(AppError::KeychainFailed { detail }.into());
            }
            let mut rest = encoded.as_str();
            while !rest.is_empty() {
                pieces += 1;
                let (part, after) = rest.split_at(room.min(rest.len()));
                rest = after;
                let text = Text(Zeroizing::new(format!("3{written}.{part}")));
                self.write(&piece_name(id, pieces), &text)?;
            }
            let (characters, checksum) = (encoded.len(), checksum_of(&encoded));
            Text(Zeroizing::new(format!("2{written}.{pieces}.{characters}.{checksum}")))
        };
        // Last, so that a head never names pieces that are not there yet.
        self.write(&id.0.to_string(), &head)?;
        // Pieces of a longer secret that had this name.
        self.erase_pieces_from(id, pieces + 1, 0)?;
        if self.get(id)? == *secret {
            return Ok(());
        }
        let detail = "The keychain gave back something else than was stored.".to_owned();
        Err(AppError::KeychainFailed { detail }.into())
    }

    fn delete(&self, id: SecretId) -> Result<(), Refusal> {
        let user = id.0.to_string();
        let known = self.texts(&user)?.iter().filter_map(Text::head).map(|head| head.pieces()).max();
        // The head goes last: if this is cut short, it still tells how many pieces there were.
        self.erase_pieces_from(id, 1, known.unwrap_or(0))?;
        self.erase(&user)?;
        Ok(())
    }

    /// Deletes pieces from this number on, to the last known one or the first that is not there.
    fn erase_pieces_from(&self, id: SecretId, first: usize, known: usize) -> Result<(), Refusal> {
        for number in first.. {
            if !self.erase(&piece_name(id, number))? && number >= known {
                break;
            }
        }
        Ok(())
    }
}

impl SecretStore for PlatformKeychain {
    fn name(&self) -> String {
        self.name.to_owned()
    }

    fn get(&self, id: SecretId) -> Result<Secret, AppError> {
        self.run(|access| access.get(id))
    }

    fn set(&self, id: SecretId, secret: &Secret) -> Result<(), AppError> {
        let written = SystemClock.now().wall;
        let wrote = Cell::new(false);
        let outcome = self.run_noting(&wrote, |access| access.set(id, secret, written));
        if outcome.is_err() && wrote.get() {
            // A part of a secret is of no use. The error that counts is the first.
            let _ = self.run(|access| access.delete(id));
        }
        outcome
    }

    fn delete(&self, id: SecretId) -> Result<(), AppError> {
        self.run(|access| access.delete(id))
    }
}

fn piece_name(id: SecretId, number: usize) -> String {
    format!("{}-{number}", id.0)
}

/// What stands in one entry.
struct Text(Zeroizing<String>);

/// What an entry's text says of a secret.
enum Head<'a> {
    Whole { written: i64, encoded: &'a str },
    InPieces { written: i64, pieces: usize, characters: usize, checksum: &'a str },
}

impl Head<'_> {
    fn written(&self) -> i64 {
        let (Self::Whole { written, .. } | Self::InPieces { written, .. }) = self;
        *written
    }

    fn pieces(&self) -> usize {
        match self {
            Self::Whole { .. } => 0,
            Self::InPieces { pieces, .. } => *pieces,
        }
    }
}

impl Text {
    /// What is no UTF-8 was not written by this program; it becomes a text that says nothing.
    fn of(bytes: Vec<u8>) -> Self {
        let bytes = Zeroizing::new(bytes);
        Self(Zeroizing::new(std::str::from_utf8(&bytes).unwrap_or_default().to_owned()))
    }

    fn head(&self) -> Option<Head<'_>> {
        if let Some(rest) = self.0.strip_prefix('1') {
            let (written, encoded) = rest.split_once('.')?;
            return Some(Head::Whole { written: written.parse().ok()?, encoded });
        }
        let mut parts = self.0.strip_prefix('2')?.split('.');
        let mut number = || parts.next()?.parse::<i64>().ok();
        let (written, pieces, characters) = (number()?, number()?, number()?);
        let pieces = usize::try_from(pieces).ok().filter(|pieces| (1..=PIECES_MAX).contains(pieces))?;
        let characters = usize::try_from(characters).ok()?;
        Some(Head::InPieces { written, pieces, characters, checksum: parts.next()? })
    }

    /// The part of a secret in this piece, if it belongs to what was written then.
    fn part_of(&self, written: i64) -> Option<&str> {
        self.0.strip_prefix('3')?.strip_prefix(&written.to_string())?.strip_prefix('.')
    }
}

fn checksum_of(encoded: &str) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(digest(&SHA256, encoded.as_bytes()))
}

fn decode(encoded: &str) -> Result<Secret, AppError> {
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(encoded).map(Zeroizing::new).map_err(|_| changed())?;
    std::str::from_utf8(&bytes).map(Secret::new).map_err(|_| changed())
}

fn changed() -> AppError {
    let detail = "Another program changed this entry. Enter the secret again.".to_owned();
    AppError::KeychainFailed { detail }
}

fn incomplete() -> AppError {
    let detail = "A part of this secret is missing in the keychain. Enter the secret again.".to_owned();
    AppError::KeychainFailed { detail }
}

/// The store could not even be opened.
fn unreachable_store(error: &StoreError) -> AppError {
    match said_by_store(error) {
        AppError::KeychainFailed { detail } => AppError::KeychainMissing { detail },
        other => other,
    }
}

/// A store's error in our words. Its `Debug` is never used and its `Display` neither: they hold the raw bytes
/// of what could not be read.
fn said_by_store(error: &StoreError) -> AppError {
    let failed = |detail: &str| AppError::KeychainFailed { detail: detail.to_owned() };
    match error {
        StoreError::NoEntry => AppError::SecretMissing,
        StoreError::PlatformFailure(cause) | StoreError::NoStorageAccess(cause) => {
            let no_access = matches!(error, StoreError::NoStorageAccess(_));
            platform::said_by_system(cause.as_ref(), no_access)
        }
        StoreError::BadEncoding(_) | StoreError::BadDataFormat(..) => changed(),
        StoreError::TooLong(..) => failed("The keychain does not take a text this long."),
        StoreError::Ambiguous(_) => failed("The keychain has several entries of one name."),
        StoreError::NoDefaultStore => AppError::KeychainMissing { detail: String::new() },
        _ => failed("The keychain refused."),
    }
}

/// An error of the system's own; it holds no secret.
fn told(cause: &(dyn StdError + 'static)) -> String {
    shown(&cause.to_string())
}

#[cfg(target_os = "linux")]
mod platform {
    use std::error::Error as StdError;

    use secret_service::Error as ServiceError;

    use super::{Opened, told};
    use crate::contract::AppError;

    pub(super) const NAME: &str = "Secret Service";
    /// Shown in the system's own window for keys and passwords.
    pub(super) const MODIFIERS: &[(&str, &str)] = &[("label", "ScaiKey Companion: client secret")];

    pub(super) fn open() -> Opened {
        let store = zbus_secret_service_keyring_store::Store::new()?;
        Ok(store)
    }

    pub(super) fn said_by_system(cause: &(dyn StdError + 'static), no_access: bool) -> AppError {
        match cause.downcast_ref::<ServiceError>() {
            Some(ServiceError::Locked | ServiceError::Prompt | ServiceError::PromptDisconnected) => {
                AppError::KeychainLocked
            }
            Some(ServiceError::NoResult) => {
                let detail = "There is no default keyring. Create one in the system's password window.";
                AppError::KeychainMissing { detail: detail.to_owned() }
            }
            Some(ServiceError::Unavailable) => AppError::KeychainMissing { detail: told(cause) },
            _ if no_access => AppError::KeychainDenied { detail: told(cause) },
            _ => AppError::KeychainFailed { detail: told(cause) },
        }
    }
}

#[cfg(target_os = "macos")]
mod platform {
    use std::error::Error as StdError;

    use super::{Opened, told};
    use crate::contract::AppError;

    pub(super) const NAME: &str = "macOS Keychain";
    pub(super) const MODIFIERS: &[(&str, &str)] = &[];

    pub(super) fn open() -> Opened {
        let store = apple_native_keyring_store::keychain::Store::new()?;
        Ok(store)
    }

    pub(super) fn said_by_system(cause: &(dyn StdError + 'static), no_access: bool) -> AppError {
        let code = cause.downcast_ref::<security_framework::base::Error>().map(|error| error.code());
        match code {
            // errSecNotAvailable, errSecNoSuchKeychain, errSecInvalidKeychain, errSecNoDefaultKeychain
            Some(-25291 | -25294 | -25295 | -25307) => AppError::KeychainMissing { detail: told(cause) },
            // userCanceledErr, errSecAuthFailed, errSecInteractionNotAllowed: they arrive as platform failures
            Some(-128 | -25293 | -25308) => AppError::KeychainDenied { detail: told(cause) },
            _ if no_access => AppError::KeychainDenied { detail: told(cause) },
            _ => AppError::KeychainFailed { detail: told(cause) },
        }
    }
}

#[cfg(target_os = "windows")]
mod platform {
    use std::error::Error as StdError;

    use super::{Opened, told};
    use crate::contract::AppError;

    pub(super) const NAME: &str = "Windows Credential Manager";
    /// The default roams with the user's profile to other computers.
    pub(super) const MODIFIERS: &[(&str, &str)] = &[("persistence", "Local")];

    pub(super) fn open() -> Opened {
        let store = windows_native_keyring_store::Store::new()?;
        Ok(store)
    }

    pub(super) fn said_by_system(cause: &(dyn StdError + 'static), no_access: bool) -> AppError {
        if no_access {
            // ERROR_NO_SUCH_LOGON_SESSION, the only one: there is no credential manager over SSH.
            AppError::KeychainMissing { detail: told(cause) }
        } else {
            AppError::KeychainFailed { detail: told(cause) }
        }
    }
}

/// How long callers wait for the keychain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// After this the call counts as waiting, probably for the system's unlock dialog.
    pub notice: Duration,
    /// After this the call is given up.
    pub give_up: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { notice: Duration::from_secs(5), give_up: Duration::from_secs(60) }
    }
}

/// One thing asked of the keychain's thread.
type Job = Box<dyn FnOnce(&dyn SecretStore) + Send>;

/// The keychain for async code: one thread of its own makes all calls, one after the other. It is never
/// joined: a call that waits for the user must not hold up the app's end.
pub struct Keychain {
    name: String,
    patience: Patience,
    jobs: mpsc::Sender<Job>,
    waiting: watch::Sender<usize>,
}

impl Keychain {
    /// Starts the thread. It ends when this is dropped and the call under way, if any, has returned.
    #[must_use]
    pub fn start(store: Box<dyn SecretStore>) -> Self {
        Self::with_patience(store, Patience::default())
    }

    /// The same with other limits, for tests.
    #[must_use]
    pub fn with_patience(store: Box<dyn SecretStore>, patience: Patience) -> Self {
        let name = store.name();
        let (jobs, inbox) = mpsc::channel::<Job>();
        let thread = std::thread::Builder::new().name("keychain".to_owned()).spawn(move || {
            while let Ok(job) = inbox.recv() {
                job(store.as_ref());
            }
        });
        if thread.is_err() {
            // The inbox went with the thread, so every call says that the keychain failed.
            tracing::error!("the keychain's thread could not be started");
        }
        Self { name, patience, jobs, waiting: watch::Sender::new(0) }
    }

    /// Its name for the user.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How many calls have waited for more than [`Patience::notice`] and still wait.
    #[must_use]
    pub fn waiting(&self) -> watch::Receiver<usize> {
        self.waiting.subscribe()
    }

    /// The secret, exactly as it was set.
    ///
    /// # Errors
    /// [`AppError::SecretMissing`] where there is none; a keychain kind.
    pub async fn get(&self, id: SecretId) -> Result<Secret, AppError> {
        self.ask(move |store| store.get(id), |_, _| {}).await
    }

    /// Stores a secret and reads it back. Use a new id for every secret: where nobody waits for the outcome
    /// any more (given up, or the future dropped), the entry is deleted again.
    ///
    /// # Errors
    /// A keychain kind; then nothing is stored under this id, or will not be for long.
    pub async fn set(&self, id: SecretId, secret: Secret) -> Result<(), AppError> {
        let undo = move |store: &dyn SecretStore, ()| {
            let _ = store.delete(id);
        };
        self.ask(move |store| store.set(id, &secret), undo).await
    }

    /// Deletes a secret. One that is not there is no error.
    ///
    /// # Errors
    /// A keychain kind.
    pub async fn delete(&self, id: SecretId) -> Result<(), AppError> {
        self.ask(move |store| store.delete(id), |_, ()| {}).await
    }

    /// Writes, reads and deletes an entry made up for this, to know that the keychain works.
    ///
    /// # Errors
    /// A keychain kind.
    pub async fn probe(&self) -> Result<(), AppError> {
        let probe = |store: &dyn SecretStore| {
            let id = SecretId(Uuid::new_v4());
            let secret = Secret::new("ScaiKey Companion asks whether this keychain works");
            store.set(id, &secret)?;
            let read = store.get(id);
            store.delete(id)?;
            if read? == secret {
                return Ok(());
            }
            let detail = "The keychain gave back something else than was stored.".to_owned();
            Err(AppError::KeychainFailed { detail })
        };
        self.ask(probe, |_, ()| {}).await
    }

    /// Runs `ask` on the thread. `undo` is run there where it succeeded but nobody waits any more.
    async fn ask<T: Send + 'static>(
        &self,
        ask: impl FnOnce(&dyn SecretStore) -> Result<T, AppError> + Send + 'static,
        undo: impl FnOnce(&dyn SecretStore, T) + Send + 'static,
    ) -> Result<T, AppError> {
        let (reply, mut outcome) = oneshot::channel();
        let job: Job = Box::new(move |store| {
            // Given up while it waited behind another call: it must not come true later.
            if reply.is_closed() {
                return;
            }
            if let Err(Ok(value)) = reply.send(ask(store)) {
                undo(store, value);
            }
        });
        let ended = || AppError::KeychainFailed { detail: "The keychain's thread has ended.".to_owned() };
        self.jobs.send(job).map_err(|_| ended())?;
        let at_once = tokio::time::timeout(self.patience.notice.min(self.patience.give_up), &mut outcome);
        if let Ok(outcome) = at_once.await {
            return outcome.unwrap_or_else(|_| Err(ended()));
        }
        let _waiting = Waiting::begin(&self.waiting);
        let rest = self.patience.give_up.saturating_sub(self.patience.notice);
        match tokio::time::timeout(rest, outcome).await {
            Ok(outcome) => outcome.unwrap_or_else(|_| Err(ended())),
            Err(_) => Err(AppError::KeychainTimedOut),
        }
    }
}

/// Counts one waiting call, until it is dropped.
struct Waiting<'a>(&'a watch::Sender<usize>);

impl<'a> Waiting<'a> {
    fn begin(count: &'a watch::Sender<usize>) -> Self {
        count.send_modify(|count| *count += 1);
        Self(count)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.send_modify(|count| *count = count.saturating_sub(1));
    }
}

/// Secrets in memory, until the app quits: for those that shall not be kept, and for tests. Clones share them.
#[derive(Clone, Default)]
pub struct MemorySecrets(Arc<Mutex<InMemory>>);

#[derive(Default)]
struct InMemory {
    secrets: HashMap<SecretId, Secret>,
    next: Option<AppError>,
}

impl MemorySecrets {
    /// None yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The next call fails with this error and does nothing.
    pub fn fail_next(&self, error: AppError) {
        self.locked().next = Some(error);
    }

    /// The ids there are, in no order.
    #[must_use]
    pub fn ids(&self) -> Vec<SecretId> {
        self.locked().secrets.keys().copied().collect()
    }

    fn locked(&self) -> MutexGuard<'_, InMemory> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn ready(&self) -> Result<MutexGuard<'_, InMemory>, AppError> {
        let mut memory = self.locked();
        memory.next.take().map_or(Ok(memory), Err)
    }
}

impl SecretStore for MemorySecrets {
    fn name(&self) -> String {
        "this session's memory".to_owned()
    }

    fn get(&self, id: SecretId) -> Result<Secret, AppError> {
        self.ready()?.secrets.get(&id).cloned().ok_or(AppError::SecretMissing)
    }

    fn set(&self, id: SecretId, secret: &Secret) -> Result<(), AppError> {
        self.ready()?.secrets.insert(id, secret.clone());
        Ok(())
    }

    fn delete(&self, id: SecretId) -> Result<(), AppError> {
        self.ready()?.secrets.remove(&id);
        Ok(())
    }
}

#[cfg(test)]
mod tests;
