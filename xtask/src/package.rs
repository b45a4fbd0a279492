//! Builds the packages.

use crate::process::{program, run};
use crate::say::say;
use crate::setup::{Purpose, prepare};
use crate::{Failure, Root};

/// `cargo xtask package`
pub(crate) fn bundles(root: &Root) -> Result<(), Failure> {
    prepare(root, Purpose::Window)?;
    let name = if cfg!(windows) { "tauri.cmd" } else { "tauri" };
    let tauri = root.ui().join("node_modules/.bin").join(name);
    if !tauri.is_file() {
        return Err("`@tauri-apps/cli` is missing from ui/package.json".into());
    }
    // It builds the page itself (`beforeBuildCommand` in tauri.conf.json).
    let mut build = program(&tauri.to_string_lossy(), &root.folder);
    build.args(["build", "--ci", "--bundles", "deb,rpm"]);
    run(&mut build)?;
    say(&format!("The packages are in {}.", root.target.join("release/bundle").display()));
    Ok(())
}
