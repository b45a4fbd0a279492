//! Programs from crates, kept beside the build so that the machine is not touched.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::process::cargo;
use crate::{Failure, Root};

/// Where they lie.
pub(crate) fn folder(root: &Root) -> PathBuf {
    root.target.join("tools")
}

/// One of them.
pub(crate) fn program(root: &Root, name: &str) -> PathBuf {
    folder(root).join("bin").join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
}

/// Builds a crate's programs, of exactly this version and what it was published with.
pub(crate) fn install(root: &Root, package: &str, version: &str) -> Command {
    let mut install = cargo(root, &["install", package, "--locked", "--version", version]);
    install.arg("--root").arg(folder(root)).arg("--target-dir").arg(build(root));
    install
}

/// Removes what it was built in: only the program is needed again.
pub(crate) fn tidy(root: &Root) -> Result<(), Failure> {
    Ok(fs::remove_dir_all(build(root))?)
}

fn build(root: &Root) -> PathBuf {
    folder(root).join("build")
}
