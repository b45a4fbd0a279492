//! The log file: what the app did, never with what. Owner-only, and small.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

/// The log file's name; the one before it has `.1` added.
pub(crate) const LOG_FILE: &str = "companion.log";
/// A file is put aside when it has reached this many bytes.
const LARGEST: u64 = 512 * 1024;

/// Starts logging into this folder. Our own events from `info` on, of all else only warnings; what a page
/// writes to its console is not taken in.
pub(crate) fn start(folder: &Path) -> io::Result<()> {
    std::fs::create_dir_all(folder)?;
    let filter = Targets::new()
        .with_default(LevelFilter::WARN)
        // It logs the names of keychain entries.
        .with_target("keyring_core", LevelFilter::OFF)
        .with_target("scaikey_companion", LevelFilter::INFO)
        .with_target("scaikey_core", LevelFilter::INFO)
        .with_target("scaikey_practice", LevelFilter::INFO);
    let lines = tracing_subscriber::fmt::layer().with_ansi(false).with_writer(Journal::open(folder)?);
    // Fails only when somebody else has set a subscriber, as tests do; then that one has the events.
    let _ = tracing_subscriber::registry().with(filter).with(lines).try_init();
    std::panic::set_hook(Box::new(|info| {
        // The place only: a message may hold input.
        let place = info.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(place, "a fault of this program");
    }));
    Ok(())
}

struct Journal {
    path: PathBuf,
    file: Mutex<(File, u64)>,
}

fn open_private(path: &Path) -> io::Result<(File, u64)> {
    let mut options = OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    let file = options.open(path)?;
    let size = file.metadata()?.len();
    Ok((file, size))
}

impl Journal {
    fn open(folder: &Path) -> io::Result<Self> {
        let path = folder.join(LOG_FILE);
        let file = Mutex::new(open_private(&path)?);
        Ok(Self { path, file })
    }
}

/// A line on its way into the file.
struct Line<'a> {
    path: &'a Path,
    file: MutexGuard<'a, (File, u64)>,
}

impl Write for Line<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.file.1 >= LARGEST {
            std::fs::rename(self.path, self.path.with_extension("log.1"))?;
            *self.file = open_private(self.path)?;
        }
        let written = self.file.0.write(bytes)?;
        self.file.1 += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.0.flush()
    }
}

impl<'a> MakeWriter<'a> for Journal {
    type Writer = Line<'a>;

    fn make_writer(&'a self) -> Line<'a> {
        Line { path: &self.path, file: self.file.lock().unwrap_or_else(PoisonError::into_inner) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_is_private_and_put_aside_when_it_has_grown() {
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::open(folder.path()).unwrap();
        let line = [b'x'; 64 * 1024];
        for _ in 0..20 {
            journal.make_writer().write_all(&line).unwrap();
        }
        let size = |name: &str| std::fs::metadata(folder.path().join(name)).unwrap().len();
        assert!(size(LOG_FILE) <= LARGEST + line.len() as u64);
        assert_eq!(size("companion.log.1"), LARGEST);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = std::fs::metadata(folder.path().join(LOG_FILE)).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }
}
