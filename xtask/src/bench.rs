//! Measures. Numbers are printed, never judged: a machine that is busy must not fail a build.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::process::{FEATURES, cargo, run, run_and_read};
use crate::say::say;
use crate::setup::{Purpose, prepare};
use crate::{Failure, Root, page};

/// `cargo xtask bench [window|copy|scheduler]`
pub(crate) fn measure(root: &Root, what: &[String]) -> Result<(), Failure> {
    let parts: Vec<&str> = match what.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [] => vec!["scheduler", "window", "copy"],
        [part @ ("scheduler" | "window" | "copy")] => vec![part],
        _ => return Err("cargo xtask bench [window|copy|scheduler]".into()),
    };
    let windows = parts.iter().any(|part| *part != "scheduler");
    if windows && !cfg!(target_os = "linux") {
        return Err(
            "the window is measured on Linux only; `cargo xtask bench scheduler` runs anywhere".into()
        );
    }
    prepare(root, if windows { Purpose::Tests } else { Purpose::Window })?;
    // All is built before anything is measured.
    let app = if windows { app(root)? } else { PathBuf::new() };
    let bare = if parts.contains(&"window") { bare_window(root)? } else { PathBuf::new() };
    let mut table = Vec::new();
    for part in parts {
        say(&format!("\n── {part}"));
        let mut command = match part {
            "scheduler" => cargo(root, &["bench", "--package=scaikey-core", "--bench=scheduler"]),
            "window" => outside(root, part, &[&app, &bare]),
            _ => outside(root, part, &[&app]),
        };
        run_and_read(&mut command, |line| {
            // What has an aim belongs in the table.
            if line.contains("aim:") {
                table.push(format!("{part:<10}{line}"));
            }
        })?;
    }
    say("\n── beside the aims");
    table.iter().for_each(|line| say(line));
    Ok(())
}

/// The app as it is shipped.
fn app(root: &Root) -> Result<PathBuf, Failure> {
    page::build(root)?;
    run(&mut cargo(root, &["build", "--release", "--bins", FEATURES]))?;
    Ok(root.target.join("release/scaikey-companion"))
}

/// The baseline: a window with nothing in it, of the same versions and built with the same settings.
fn bare_window(root: &Root) -> Result<PathBuf, Failure> {
    let folder = root.folder.join("tests/bench/bare-window");
    fs::copy(root.folder.join("Cargo.lock"), folder.join("Cargo.lock"))?;
    let mut build = cargo(root, &["build", "--release", "--manifest-path"]);
    build.arg(folder.join("Cargo.toml")).arg("--target-dir").arg(&root.target);
    run(&mut build)?;
    Ok(root.target.join("release/bare-window"))
}

/// The program that measures from outside. It is built like the tests, with which it shares nearly everything.
fn outside(root: &Root, part: &str, programs: &[&Path]) -> Command {
    let mut command =
        cargo(root, &["bench", "--workspace", "--profile=dev", "--bench=window", FEATURES, "--", part]);
    command.args(programs);
    command
}
