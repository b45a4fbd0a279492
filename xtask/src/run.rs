//! Builds the app and opens its window.

use std::process::Command;

use crate::process::{FEATURES, cargo, run};
use crate::setup::{Purpose, prepare};
use crate::{Failure, Root, page};

/// `cargo xtask run [arguments of the app]`
pub(crate) fn window(root: &Root, arguments: &[String]) -> Result<(), Failure> {
    prepare(root, Purpose::Window)?;
    page::build(root)?;
    // The whole workspace, because the features of shared crates then are those of `cargo xtask test`, and
    // nothing is built twice.
    run(&mut cargo(root, &["build", "--workspace", "--bins", FEATURES]))?;
    let mut app = Command::new(root.target.join("debug/scaikey-companion"));
    app.args(arguments);
    become_it(&mut app)
}

/// On Unix the app takes this task's place, so that it gets the signals itself.
#[cfg(unix)]
fn become_it(app: &mut Command) -> Result<(), Failure> {
    use std::os::unix::process::CommandExt as _;
    Err(format!("`{}` cannot be run: {}", crate::process::line(app), app.exec()).into())
}

#[cfg(not(unix))]
fn become_it(app: &mut Command) -> Result<(), Failure> {
    run(app)
}
