//! The outside world as the core asks for it: three small traits, no more. HTTP is none of them: tests fake
//! the server, not the client.

use crate::contract::AppError;
use crate::model::{Config, SecretId};
use crate::secret::Secret;

/// Two clocks read together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Now {
    /// This computer's wall clock, in Unix milliseconds. May jump.
    pub wall: i64,
    /// Milliseconds since some fixed point, suspend included. Never jumps; deadlines live on it.
    pub boot: i64,
}

/// Reads the clocks.
pub trait Clock: Send + Sync {
    /// Both clocks, now.
    fn now(&self) -> Now;
}

/// A keychain. Called on one thread of its own, never from async code: a call may wait for the system's
/// unlock dialog. Errors are the `Keychain…` kinds of [`AppError`].
pub trait SecretStore: Send {
    /// Its name for the user, such as "Secret Service".
    fn name(&self) -> String;

    /// The secret, exactly as it was set.
    ///
    /// # Errors
    /// [`AppError::SecretMissing`] where there is none.
    fn get(&self, id: SecretId) -> Result<Secret, AppError>;

    /// Stores a secret and reads it back; an answer that differs is an error.
    ///
    /// # Errors
    /// A keychain kind; then nothing usable was stored.
    fn set(&self, id: SecretId, secret: &Secret) -> Result<(), AppError>;

    /// Deletes a secret. One that is not there is no error.
    ///
    /// # Errors
    /// A keychain kind.
    fn delete(&self, id: SecretId) -> Result<(), AppError>;
}

/// What was found at start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loaded {
    /// The saved data, or an empty one.
    pub config: Config,
    /// Why nothing may be written in this run (another process holds the lock, a newer version wrote the
    /// file, file and backup are both damaged).
    pub read_only: Option<String>,
    /// It is because file and backup are both damaged, which [`ConfigStore::set_damaged_aside`] ends.
    pub can_set_aside: bool,
    /// What the user should know (a damaged file was set aside, the backup was used).
    pub notice: Option<String>,
}

impl Loaded {
    /// Saved data that can be written, with nothing to say about it.
    #[must_use]
    pub fn writable(config: Config) -> Self {
        Self { config, read_only: None, can_set_aside: false, notice: None }
    }
}

/// The configuration file.
pub trait ConfigStore: Send {
    /// Where it is, for showing.
    fn path(&self) -> String;

    /// Reads it. Damage is never an error: see [`Loaded`].
    fn load(&mut self) -> Loaded;

    /// Writes it; returns when it is on the disk.
    ///
    /// # Errors
    /// [`AppError::Storage`] or [`AppError::ReadOnly`]; then the old file is as it was.
    fn save(&mut self, config: &Config) -> Result<(), AppError>;

    /// The user's decision, where file and backup are both damaged: both are set aside under other names, and
    /// what is loaded then is a new start.
    ///
    /// # Errors
    /// [`AppError::ReadOnly`] without the lock; [`AppError::Storage`] where a file cannot be renamed.
    fn set_damaged_aside(&mut self) -> Result<Loaded, AppError>;
}
