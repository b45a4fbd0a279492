//! What no compiler and no linter keeps: these tests only read files of the tree.
//!
//! `settings` is the window's hardening, `dependencies` what may come in, `sources` what may stand where, `faults`
//! that each known fault has a test.

#![expect(clippy::unwrap_used, reason = "all of this is a test")]

mod dependencies;
mod faults;
mod settings;
mod sources;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The root of the workspace.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// The text of a file, named from the root.
fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|why| panic!("{path}: {why}"))
}

fn json(path: &str) -> serde_json::Value {
    serde_json::from_str(&read(path)).unwrap_or_else(|why| panic!("{path}: {why}"))
}

fn toml(path: &str) -> toml::Table {
    read(path).parse().unwrap_or_else(|why| panic!("{path}: {why}"))
}

/// The files below a folder with one of these endings (all, if none is given), named from the root. What is
/// built, installed or kept by git itself is left out.
fn files(folder: &str, endings: &[&str]) -> Vec<String> {
    const LEFT_OUT: [&str; 8] =
        [".git", ".venv", "__pycache__", "dist", "gen", "node_modules", "target", "test-output"];
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        let entries = fs::read_dir(&folder).unwrap_or_else(|why| panic!("{}: {why}", folder.display()));
        for entry in entries.map(Result::unwrap) {
            let (path, name) = (entry.path(), entry.file_name().into_string().unwrap());
            if LEFT_OUT.contains(&name.as_str()) {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
            } else if endings.is_empty() || endings.iter().any(|ending| name.ends_with(ending)) {
                found.push(path.strip_prefix(root()).unwrap().to_str().unwrap().to_owned());
            }
        }
    }
    found.sort();
    found
}

/// Fails with all that was found, not only with the first.
#[track_caller]
fn none(what: &str, found: &[String]) {
    assert!(found.is_empty(), "{what}:\n  {}", found.join("\n  "));
}

fn set<'a>(names: impl IntoIterator<Item = &'a str>) -> BTreeSet<String> {
    names.into_iter().map(str::to_owned).collect()
}
