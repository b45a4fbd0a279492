//! cargo-deny, kept beside the build so that the machine is not touched.

use std::fs::{self, File};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::process::{first_line, program, succeeds_within};
use crate::say::say;
use crate::{Failure, Root, tools};

/// The version whose answers are known.
const VERSION: &str = "0.20.2";

/// How long the advisory database may take to arrive.
const DATABASE: Duration = Duration::from_secs(120);

/// The tool, maybe still being built.
pub(crate) struct Tool<'r> {
    root: &'r Root,
    path: PathBuf,
    build: Option<Child>,
}

impl<'r> Tool<'r> {
    /// Finds the tool, or begins to build it in the background (about 90 s on two cores).
    pub(crate) fn begin(root: &'r Root) -> Result<Self, Failure> {
        let version = format!("cargo-deny {VERSION}");
        let own = tools::program(root, "cargo-deny");
        for path in [own.clone(), PathBuf::from("cargo-deny")] {
            if first_line(&path.to_string_lossy(), &["--version"]).as_ref() == Some(&version) {
                return Ok(Self { root, path, build: None });
            }
        }
        say(&format!("Building {version} in the background."));
        let folder = tools::folder(root);
        fs::create_dir_all(&folder)?;
        let log = File::create(folder.join("cargo-deny.log"))?;
        let mut install = tools::install(root, "cargo-deny", VERSION);
        install.arg("--debug");
        install.env("CARGO_PROFILE_DEV_DEBUG", "false");
        let build = install.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log).spawn()?;
        Ok(Self { root, path: own, build: Some(build) })
    }

    /// Waits until the tool is there.
    pub(crate) fn ready(&mut self) -> Result<(), Failure> {
        let Some(mut build) = self.build.take() else { return Ok(()) };
        if build.wait()?.success() {
            tools::tidy(self.root)
        } else {
            let log = tools::folder(self.root).join("cargo-deny.log");
            say(&fs::read_to_string(&log).unwrap_or_default());
            Err(format!("cargo-deny could not be built, see {}", log.display()).into())
        }
    }

    /// A check of these.
    pub(crate) fn check(&self, what: &[&str]) -> Command {
        let mut command = self.command();
        command.args(["--workspace", "check", "--hide-inclusion-graph"]).args(what);
        command
    }

    /// Whether the advisory database is there, fetched now.
    pub(crate) fn has_database(&self) -> bool {
        let mut fetch = self.command();
        succeeds_within(fetch.args(["fetch", "db"]), DATABASE)
    }

    fn command(&self) -> Command {
        program(&self.path.to_string_lossy(), &self.root.folder)
    }
}

impl Drop for Tool<'_> {
    fn drop(&mut self) {
        if let Some(build) = &mut self.build {
            drop(build.kill());
            drop(build.wait());
        }
    }
}
