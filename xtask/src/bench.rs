//! Measures. Numbers are printed, never judged: a machine that is busy must not fail a build.

use crate::process::{cargo, run};
use crate::say::say;
use crate::setup::{Purpose, prepare};
use crate::{Failure, Root};

/// `cargo xtask bench`
pub(crate) fn everything(root: &Root) -> Result<(), Failure> {
    prepare(root, Purpose::Window)?;
    core(root)?;
    window(root)
}

/// The core alone: decoding, checks, the loop.
fn core(root: &Root) -> Result<(), Failure> {
    say("\n── the core");
    run(&mut cargo(root, &["bench", "--package=scaikey-core"]))
}

/// The window: time to the first paint and memory, beside a bare window built in the same run.
fn window(_root: &Root) -> Result<(), Failure> {
    say("\n── the window\nnot measured yet");
    Ok(())
}
