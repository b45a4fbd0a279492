//! Other programs.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::say::{Stopwatch, coloured, say};
use crate::{Failure, Root};

/// The features with which everything is built, so that nothing is built twice.
pub(crate) const FEATURES: &str = "--features=custom-protocol";

/// A program to be run in a folder.
pub(crate) fn program(name: &str, folder: &Path) -> Command {
    let mut command = Command::new(name);
    command.current_dir(folder);
    // What cargo tells this task about itself would look like a change to the build scripts that ask for it.
    for (variable, _) in std::env::vars_os() {
        let name = variable.to_string_lossy();
        if name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_") {
            command.env_remove(&variable);
        }
    }
    if coloured() {
        command.env("CARGO_TERM_COLOR", "always").env("FORCE_COLOR", "1");
    } else {
        command.env("CARGO_TERM_COLOR", "never").env("NO_COLOR", "1");
    }
    command
}

/// Cargo, in the root of the workspace.
pub(crate) fn cargo(root: &Root, arguments: &[&str]) -> Command {
    let mut command = program("cargo", &root.folder);
    command.args(arguments);
    command
}

/// npm, in the page's folder.
pub(crate) fn npm(root: &Root, arguments: &[&str]) -> Command {
    let mut command = program(NPM, &root.ui());
    command.args(arguments);
    command
}

/// npm is a script on Windows, and a script needs its ending.
pub(crate) const NPM: &str = if cfg!(windows) { "npm.cmd" } else { "npm" };

/// What was called, for a message.
pub(crate) fn line(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

/// Runs a program to its end; what it prints goes to the terminal.
pub(crate) fn run(command: &mut Command) -> Result<(), Failure> {
    let status = command.status().map_err(|why| format!("`{}` cannot be run: {why}", line(command)))?;
    if status.success() { Ok(()) } else { Err(format!("`{}` failed ({status})", line(command)).into()) }
}

/// Like [`run`], and shows each line of its standard output to `read` as well.
pub(crate) fn run_and_read(command: &mut Command, mut read: impl FnMut(&str)) -> Result<(), Failure> {
    command.stdin(Stdio::null()).stdout(Stdio::piped());
    let mut child = command.spawn().map_err(|why| format!("`{}` cannot be run: {why}", line(command)))?;
    if let Some(output) = child.stdout.take() {
        for bytes in BufReader::new(output).split(b'\n') {
            let text = String::from_utf8_lossy(&bytes?).into_owned();
            say(&text);
            read(&text);
        }
    }
    let status = child.wait()?;
    if status.success() { Ok(()) } else { Err(format!("`{}` failed ({status})", line(command)).into()) }
}

/// The first line that a program prints; `None` if it is not there or fails.
pub(crate) fn first_line(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).stderr(Stdio::null()).output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    output.status.success().then(|| text.lines().next().unwrap_or_default().to_owned())
}

/// Whether a program ends well within a limit; it is stopped when the limit is over.
pub(crate) fn succeeds_within(command: &mut Command, limit: Duration) -> bool {
    let quiet = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let Ok(mut child) = quiet.spawn() else { return false };
    let watch = Stopwatch::start();
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return status.success(),
            Ok(None) if watch.elapsed() < limit => std::thread::sleep(Duration::from_millis(100)),
            _ => {
                drop(child.kill());
                drop(child.wait());
                return false;
            }
        }
    }
}
