//! Measures. Numbers are printed, never judged: a machine that is busy must not fail a build.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::process::{FEATURES, cargo, first_line, run, run_and_read};
use crate::say::say;
use crate::setup::{Purpose, prepare};
use crate::{Failure, Root, page, tools};

/// The version of `jwt-cli` that `scaikey decode` is compared with.
const JWT_CLI: &str = "6.2.0";

/// What can be measured, in this order.
const PARTS: [&str; 6] = ["scheduler", "inspect", "decode", "window", "copy", "stall"];

/// `cargo xtask bench [scheduler|inspect|decode|window|copy|stall]`
pub(crate) fn measure(root: &Root, what: &[String]) -> Result<(), Failure> {
    let usage = || format!("cargo xtask bench [{}]", PARTS.join("|"));
    let parts = match what {
        [] => PARTS.to_vec(),
        [part] => vec![PARTS.into_iter().find(|known| known == part).ok_or_else(usage)?],
        _ => return Err(usage().into()),
    };
    let windows = parts.iter().any(|part| matches!(*part, "window" | "copy" | "stall"));
    if windows && !cfg!(target_os = "linux") {
        return Err(
            "the window, a copy and a stall are measured on Linux only; the others can be named".into()
        );
    }
    prepare(root, if windows { Purpose::Tests } else { Purpose::Window })?;
    // All is built before anything is measured.
    let app = if windows { app(root)? } else { PathBuf::new() };
    let bare = if parts.contains(&"window") { bare_window(root)? } else { PathBuf::new() };
    let jwt = if parts.contains(&"decode") { jwt_cli(root)? } else { PathBuf::new() };
    let mut table = Vec::new();
    for part in parts {
        say(&format!("\n── {part}"));
        let mut command = match part {
            "scheduler" | "inspect" => cargo(root, &["bench", "--package=scaikey-core", "--bench", part]),
            "decode" => cargo(root, &["bench", "--package=scaikey-cli", "--bench=decode", "--"]),
            _ => outside(root, part),
        };
        match part {
            "decode" => command.arg(&jwt),
            "window" => command.args([&app, &bare]),
            "copy" | "stall" => command.arg(&app),
            _ => &mut command,
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

/// What `scaikey decode` is compared with. Nothing else needs it, so it is built here only.
fn jwt_cli(root: &Root) -> Result<PathBuf, Failure> {
    let path = tools::program(root, "jwt");
    let version = format!("jwt {JWT_CLI}");
    if first_line(&path.to_string_lossy(), &["--version"]).as_ref() != Some(&version) {
        run(&mut tools::install(root, "jwt-cli", JWT_CLI))?;
        tools::tidy(root)?;
    }
    Ok(path)
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
fn outside(root: &Root, part: &str) -> Command {
    cargo(root, &["bench", "--workspace", "--profile=dev", "--bench=window", FEATURES, "--", part])
}
