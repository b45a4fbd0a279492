//! The configuration file: `companion.json`, one JSON object `{schema, generation, crc, data}`.
//!
//! It is never written in place: a new file is written beside it, brought to the disk and renamed over it, so
//! that a crash at any moment leaves the old one or the new one. The last good one is kept as
//! `companion.json.bak`. What cannot be read is set aside and never deleted.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use tempfile::NamedTempFile;

use crate::contract::AppError;
use crate::model::Config;
use crate::ports::{Clock, ConfigStore, Loaded};

mod stored;

/// The schema this version writes. It changes when an older version would misread the file.
const SCHEMA: u32 = 1;

const FILE: &str = "companion.json";
const LOCK: &str = "companion.lock";
const TEMPORARY: (&str, &str) = (".companion-", ".tmp");

/// What a newer version wrote is not touched, so of its file only this is looked at.
#[derive(Deserialize)]
struct Head {
    schema: u32,
}

#[derive(Deserialize)]
struct Envelope {
    generation: u64,
    crc: u32,
    data: Box<RawValue>,
}

#[derive(Serialize)]
struct NewEnvelope<'a> {
    schema: u32,
    /// Rises with every write.
    generation: u64,
    /// CRC-32 of the text of `data`.
    crc: u32,
    data: &'a RawValue,
    /// What this version does not know.
    #[serde(flatten)]
    other: Map<String, Value>,
}

/// A file that could be read.
struct Good {
    config: Config,
    generation: u64,
    newer: bool,
    /// All of it, for the fields this version does not know.
    value: Value,
    bytes: Vec<u8>,
}

/// What one of the two files is.
enum Found {
    Good(Box<Good>),
    /// It is not there.
    Nothing,
    /// It is there and makes no sense.
    Damaged,
    /// It is there, and the system does not let it be read, or it is a directory or a link to nothing.
    Unreadable(String),
}

/// What is known of the file on the disk.
struct Known {
    /// Its bytes when it was last read or written; `None` when there was no (good) one.
    bytes: Option<Vec<u8>>,
    value: Value,
    generation: u64,
}

/// The configuration file in a directory.
pub struct ConfigFile {
    directory: PathBuf,
    clock: Arc<dyn Clock>,
    /// Held as long as this lives; the system lets go of it when the process ends, however it ends.
    lock: Option<File>,
    /// `None` until it is loaded, and where nothing may be written.
    known: Option<Known>,
    read_only: String,
    can_set_aside: bool,
}

impl ConfigFile {
    /// The file in this directory, which is created when it is first loaded. `clock` is asked for the name of
    /// a damaged file that is set aside.
    #[must_use]
    pub fn new(directory: impl Into<PathBuf>, clock: Arc<dyn Clock>) -> Self {
        let read_only = "The saved data has not been loaded yet.".to_owned();
        Self { directory: directory.into(), clock, lock: None, known: None, read_only, can_set_aside: false }
    }

    /// The file itself where `companion.json` is a link: the link is kept, what it points to is written.
    fn target(&self) -> PathBuf {
        let file = self.directory.join(FILE);
        fs::canonicalize(&file).unwrap_or(file)
    }

    fn set_aside(&self, path: &Path) -> io::Result<PathBuf> {
        let mut number = self.clock.now().wall;
        loop {
            let aside = with_suffix(path, &format!(".corrupt-{number}"));
            // Nothing is ever overwritten by this.
            if !aside.exists() {
                fs::rename(path, &aside)?;
                return Ok(aside);
            }
            number += 1;
        }
    }

    /// Nothing can be saved in this run, and why.
    fn without_writing(&mut self, config: Config, reason: String, notice: Option<String>) -> Loaded {
        self.known = None;
        self.read_only.clone_from(&reason);
        self.can_set_aside = false;
        Loaded { config, read_only: Some(reason), can_set_aside: false, notice }
    }

    /// Neither file nor backup is good. Whether to start anew is the user's decision.
    fn without_a_good_one(&mut self, file: &Path, copy: &Path) -> Loaded {
        let reason = format!(
            "{FILE} is damaged, and there is no good backup. Nothing was deleted. Put a good copy in its place, or \
             move {} and {} away to start with nothing.",
            file.display(),
            copy.display()
        );
        let loaded = self.without_writing(Config::default(), reason, None);
        self.can_set_aside = true;
        Loaded { can_set_aside: true, ..loaded }
    }

    fn refusal(&self) -> AppError {
        AppError::ReadOnly { reason: self.read_only.clone(), can_set_aside: self.can_set_aside }
    }

    fn failed(&self, error: &io::Error) -> AppError {
        AppError::Storage { path: self.path(), detail: error.to_string() }
    }

    /// Takes the lock, unless it is held already. An error is why nothing may be written.
    fn take_lock(&mut self) -> Result<(), String> {
        if self.lock.is_some() {
            return Ok(());
        }
        let path = self.directory.join(LOCK);
        let cannot = |error: io::Error| format!("{} cannot be written: {error}.", path.display());
        create_private_directory(&self.directory)
            .map_err(|error| format!("{} cannot be created: {error}.", self.directory.display()))?;
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let lock = options.open(&path).map_err(cannot)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err("ScaiKey Companion is running already and uses this data.".to_owned());
            }
            // Some network file systems have no locks. Two writers are then noticed when one of them saves.
            Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => {}
            Err(TryLockError::Error(error)) => return Err(cannot(error)),
        }
        self.lock = Some(lock);
        Ok(())
    }

    /// Files that a crash left behind before they were renamed.
    fn sweep(directory: &Path) {
        for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            if name.starts_with(TEMPORARY.0)
                && name.ends_with(TEMPORARY.1)
                && fs::remove_file(entry.path()).is_err()
            {
                tracing::warn!("a leftover temporary file could not be removed");
            }
        }
    }

    fn load_unlocked(&mut self, why_not: String) -> Loaded {
        let file = self.target();
        let good = [file.clone(), backup(&file)].iter().find_map(|path| match read(path) {
            Found::Good(good) => Some(good.config),
            _ => None,
        });
        self.without_writing(good.unwrap_or_default(), why_not, None)
    }

    fn remember(&mut self, good: Good, bytes: Option<Vec<u8>>, notice: Option<String>) -> Loaded {
        if good.newer {
            let reason = "A newer version of ScaiKey Companion wrote the saved data.".to_owned();
            return self.without_writing(good.config, reason, notice);
        }
        self.known = Some(Known { bytes, value: good.value, generation: good.generation });
        Loaded { notice, ..Loaded::writable(good.config) }
    }

    fn load_backup(&mut self, file: &Path, damaged: bool) -> Loaded {
        let copy = backup(file);
        match (read(&copy), damaged) {
            (Found::Good(good), false) => {
                let notice = format!("{FILE} was not there. Its backup is used; look at what is in it.");
                self.remember(*good, None, Some(notice))
            }
            (Found::Good(good), true) => match self.set_aside(file) {
                Ok(aside) => {
                    let notice = format!(
                        "{FILE} was damaged. Its backup is used, so the last change may be missing. The damaged file \
                         is kept as {}.",
                        aside.display()
                    );
                    self.remember(*good, None, Some(notice))
                }
                Err(error) => {
                    let reason = format!("{FILE} is damaged and cannot be set aside: {error}.");
                    self.without_writing(good.config, reason, None)
                }
            },
            (Found::Nothing, false) => {
                self.known = Some(Known { bytes: None, value: Value::Null, generation: 0 });
                Loaded::writable(Config::default())
            }
            (Found::Unreadable(error), _) => self.without_writing(
                Config::default(),
                format!("{} cannot be read: {error}.", copy.display()),
                None,
            ),
            (Found::Nothing | Found::Damaged, _) => self.without_a_good_one(file, &copy),
        }
    }

    fn write(&self, known: &Known, text: &[u8]) -> io::Result<()> {
        let file = self.target();
        let directory = file.parent().unwrap_or(&self.directory);
        create_private_directory(directory)?;
        let new = write_beside(directory, text)?;
        if let Some(old) = &known.bytes {
            // Only what is known to be good becomes the backup, and not in place either.
            replace(write_beside(directory, old)?, &backup(&file))?;
        }
        replace(new, &file)?;
        sync_directory(directory)
    }
}

impl ConfigStore for ConfigFile {
    fn path(&self) -> String {
        self.directory.join(FILE).display().to_string()
    }

    fn load(&mut self) -> Loaded {
        if let Err(why_not) = self.take_lock() {
            return self.load_unlocked(why_not);
        }
        let file = self.target();
        Self::sweep(file.parent().unwrap_or(&self.directory));
        match read(&file) {
            Found::Good(good) => {
                let bytes = good.bytes.clone();
                self.remember(*good, Some(bytes), None)
            }
            Found::Unreadable(error) => {
                let reason = format!("{} cannot be read: {error}.", file.display());
                self.without_writing(Config::default(), reason, None)
            }
            Found::Nothing => self.load_backup(&file, false),
            Found::Damaged => self.load_backup(&file, true),
        }
    }

    fn save(&mut self, config: &Config) -> Result<(), AppError> {
        let Some(known) = &self.known else {
            return Err(self.refusal());
        };
        // A file that was deleted meanwhile may be written again; one that says something else may not.
        match fs::read(self.target()) {
            Ok(bytes) if Some(&bytes) == known.bytes.as_ref() => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(self.failed(&error)),
            Ok(_) => {
                let detail = "Another program has changed the file since it was loaded. Start ScaiKey Companion again \
                              to load it."
                    .to_owned();
                return Err(AppError::Storage { path: self.path(), detail });
            }
        }
        let generation = known.generation.saturating_add(1);
        let (text, value) = write_text(config, &known.value, generation)
            .map_err(|error| AppError::Internal { detail: error.to_string() })?;
        self.write(known, &text).map_err(|error| self.failed(&error))?;
        self.known = Some(Known { bytes: Some(text), value, generation });
        Ok(())
    }

    fn set_damaged_aside(&mut self) -> Result<Loaded, AppError> {
        if self.lock.is_none() {
            return Err(self.refusal());
        }
        let file = self.target();
        for path in [backup(&file), file] {
            if matches!(read(&path), Found::Damaged) {
                self.set_aside(&path).map_err(|error| self.failed(&error))?;
            }
        }
        Ok(self.load())
    }
}

/// The file's new text, with what this version does not know of the old one.
fn write_text(config: &Config, old: &Value, generation: u64) -> serde_json::Result<(Vec<u8>, Value)> {
    let mut data = serde_json::to_value(stored::Stored::of(config))?;
    keep_unknown(old.get("data").unwrap_or(&Value::Null), &mut data);
    let data = RawValue::from_string(serde_json::to_string_pretty(&data)?)?;
    let mut other = old.as_object().cloned().unwrap_or_default();
    for known in ["schema", "generation", "crc", "data"] {
        other.remove(known);
    }
    let crc = crc32(data.get().as_bytes());
    let envelope = NewEnvelope { schema: SCHEMA, generation, crc, data: &data, other };
    let text = serde_json::to_vec_pretty(&envelope)?;
    let value = serde_json::from_slice(&text)?;
    Ok((text, value))
}

/// Takes over members that are only in the old value. Everything this version knows is always written, `null`
/// included, so what is missing in the new value is unknown and not removed. Entries of a list belong together
/// by their `id`; things of different `kind` have nothing in common.
fn keep_unknown(old: &Value, new: &mut Value) {
    match (old, new) {
        (Value::Object(old), Value::Object(new)) => {
            if old.get("kind").is_some_and(Value::is_string) && old.get("kind") != new.get("kind") {
                return;
            }
            for (name, old) in old {
                match new.get_mut(name) {
                    Some(new) => keep_unknown(old, new),
                    None => {
                        new.insert(name.clone(), old.clone());
                    }
                }
            }
        }
        (Value::Array(old), Value::Array(new)) => {
            for new in new {
                let same = |old: &&Value| old.get("id").is_some() && old.get("id") == new.get("id");
                if let Some(old) = old.iter().find(same) {
                    keep_unknown(old, new);
                }
            }
        }
        _ => {}
    }
}

fn read(path: &Path) -> Found {
    match fs::read(path) {
        Ok(bytes) => parse(bytes).map_or(Found::Damaged, |good| Found::Good(Box::new(good))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            if path.is_symlink() {
                // The drive it points to may only be missing today: nothing may be written in its place.
                return Found::Unreadable("it is a link to a file that is not there".to_owned());
            }
            Found::Nothing
        }
        Err(error) => Found::Unreadable(error.to_string()),
    }
}

fn parse(bytes: Vec<u8>) -> Option<Good> {
    let head: Head = serde_json::from_slice(&bytes).ok()?;
    let value = serde_json::from_slice(&bytes).ok()?;
    if head.schema > SCHEMA {
        // Shown as far as it can be understood; it is not ours to judge whether it is damaged.
        let config =
            serde_json::from_slice::<Envelope>(&bytes).ok().and_then(|envelope| read_data(&envelope));
        let config = config.unwrap_or_default();
        return Some(Good { config, generation: 0, newer: true, value, bytes });
    }
    let envelope: Envelope = serde_json::from_slice(&bytes).ok().filter(|_| head.schema == SCHEMA)?;
    if envelope.crc != crc32(envelope.data.get().as_bytes()) {
        return None;
    }
    let (config, generation) = (read_data(&envelope)?, envelope.generation);
    Some(Good { config, generation, newer: false, value, bytes })
}

fn read_data(envelope: &Envelope) -> Option<Config> {
    serde_json::from_str::<stored::Stored>(envelope.data.get()).ok()?.into_config()
}

/// CRC-32 as in zip and PNG (ISO 3309), bit by bit: a file of a megabyte takes milliseconds.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |crc, byte| {
        (0..8).fold(
            crc ^ u32::from(*byte),
            |crc, _| {
                if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 }
            },
        )
    })
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

fn backup(file: &Path) -> PathBuf {
    with_suffix(file, ".bak")
}

/// Creates the directory for this user only, whatever the umask. One that is there is left as it is.
fn create_private_directory(directory: &Path) -> io::Result<()> {
    if directory.is_dir() {
        return Ok(());
    }
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(directory)?;
    make_private(directory, 0o700)
}

/// A umask can take away from the mode a file was created with.
#[cfg(unix)]
fn make_private(path: &Path, mode: u32) -> io::Result<()> {
    fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(mode))
}

#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "the same signature as on Unix")]
fn make_private(_: &Path, _: u32) -> io::Result<()> {
    Ok(())
}

/// A file of a name of its own in this directory, on the disk when this returns.
fn write_beside(directory: &Path, bytes: &[u8]) -> io::Result<NamedTempFile> {
    let mut file = tempfile::Builder::new().prefix(TEMPORARY.0).suffix(TEMPORARY.1).tempfile_in(directory)?;
    make_private(file.path(), 0o600)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    Ok(file)
}

#[cfg(not(windows))]
fn replace(file: NamedTempFile, path: &Path) -> io::Result<()> {
    file.persist(path)?;
    Ok(())
}

/// Virus scanners and synchronisers open a file just when it was written; for that moment it cannot be
/// replaced.
#[cfg(windows)]
fn replace(mut file: NamedTempFile, path: &Path) -> io::Result<()> {
    for _ in 0..10 {
        match file.persist(path) {
            Ok(_) => return Ok(()),
            Err(error) if error.error.kind() == io::ErrorKind::PermissionDenied => file = error.file,
            Err(error) => return Err(error.error),
        }
        std::thread::sleep(std::time::Duration::from_millis(30));
    }
    file.persist(path)?;
    Ok(())
}

/// Brings the rename itself to the disk. Windows does that by itself.
fn sync_directory(directory: &Path) -> io::Result<()> {
    #[cfg(unix)]
    {
        match File::open(directory)?.sync_all() {
            // Some network file systems do not know this for directories.
            Err(error) if error.kind() == io::ErrorKind::InvalidInput => Ok(()),
            outcome => outcome,
        }
    }
    #[cfg(not(unix))]
    {
        let _ = directory;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
