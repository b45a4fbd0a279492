//! What may come in. Advisory databases know next to nothing about tauri and its plugins, so the versions that
//! mended known faults stand here.

use std::collections::{BTreeMap, BTreeSet};

use crate::{files, json, none, read, set, toml};

type Version = (u64, u64, u64);

/// Never below these, where they are in the tree at all.
const AT_LEAST: [(&str, Version, &str); 9] = [
    ("tauri", (2, 12, 0), "CVE-2026-42184 (2.11.1); what is relied on was read in 2.12"),
    ("tauri-plugin-clipboard-manager", (2, 5, 0), "the first that can keep a text out of clipboard history"),
    ("tauri-plugin-single-instance", (2, 5, 5), "a hang and a panic at start"),
    ("tauri-plugin-store", (2, 5, 0), "as reviewed; called from Rust only"),
    ("tauri-plugin-opener", (2, 7, 2), "a panic when called from a runtime"),
    ("tauri-plugin-dialog", (2, 8, 4), "CVE-2026-95627; called from Rust only"),
    ("jsonwebtoken", (11, 1, 0), "CVE-2026-25537 (10.3.0); what is relied on was read in 11.1"),
    ("keyring-core", (1, 1, 0), "as reviewed"),
    ("zbus-secret-service-keyring-store", (1, 0, 1), "as reviewed"),
];

/// Never in the tree.
const NEVER: [&str; 9] = [
    "keyring",                      // holds a failed start for the whole run
    "linux-keyutils-keyring-store", // forgets at logout
    "rsa",                          // RUSTSEC-2023-0071
    "tauri-plugin-deep-link",       // another app can claim the scheme
    "tauri-plugin-fs",              // dialogs widen its scope
    "tauri-plugin-http",            // CVE-2026-95623
    "tauri-plugin-log",             // its defaults write to a file
    "tauri-plugin-shell",           // CVE-2025-31477
    "tauri-plugin-updater",         // CVE-2026-95624, CVE-2026-95625
];

#[test]
fn known_faults_stay_mended() {
    let locked = locked();
    assert!(locked.contains_key("tauri") && locked.contains_key("jsonwebtoken"), "Cargo.lock was not read");
    let mut old = Vec::new();
    for (name, wanted, why) in AT_LEAST {
        for found in locked.get(name).into_iter().flatten().filter(|found| **found < wanted) {
            old.push(format!("{name} {found:?} is older than {wanted:?}: {why}"));
        }
        // The next major version is to be read first.
        for found in locked.get(name).into_iter().flatten().filter(|found| found.0 > wanted.0) {
            old.push(format!("{name} {found:?} has not been reviewed, only {wanted:?}"));
        }
    }
    none("Versions", &old);
    let never = NEVER.into_iter().filter(|name| locked.contains_key(*name)).map(str::to_owned);
    none("Not to be used", &never.collect::<Vec<_>>());
}

#[test]
fn tauri_stays_at_version_2() {
    // "Latest" is an alpha of version 3, in both worlds.
    let dependencies = toml("Cargo.toml");
    let mut wrong = Vec::new();
    for table in ["dependencies", "build-dependencies"] {
        for (name, value) in dependencies[table].as_table().unwrap() {
            let version = value.as_str().or_else(|| value.get("version")?.as_str()).unwrap_or_default();
            if name.starts_with("tauri") && version != "2" && !version.starts_with("2.") {
                wrong.push(format!("Cargo.toml: {name} = {version}"));
            }
        }
    }
    let page = json("ui/package.json");
    for table in ["dependencies", "devDependencies"] {
        for (name, version) in page[table].as_object().into_iter().flatten() {
            let version = version.as_str().unwrap();
            if name.starts_with("@tauri-apps/") && version != "^2" && !version.starts_with("^2.") {
                wrong.push(format!("ui/package.json: {name} = {version}"));
            }
        }
    }
    none("Pin to version 2", &wrong);
}

#[test]
fn tauri_has_only_the_features_that_are_used() {
    let root = toml("Cargo.toml");
    let tauri = root["dependencies"]["tauri"].as_table().unwrap();
    // The defaults bring the dynamic permissions along.
    assert_eq!(tauri["default-features"].as_bool(), Some(false));
    let features = tauri["features"].as_array().unwrap().iter().map(|feature| feature.as_str().unwrap());
    let features = set(features);
    let harmful = set(["devtools", "tracing", "protocol-asset", "isolation", "dynamic-acl", "unstable"]);
    assert_eq!(features.intersection(&harmful).collect::<Vec<_>>(), Vec::<&String>::new());
    let ours = root["features"].as_table().unwrap();
    assert!(!ours.contains_key("default"), "a default feature is one that nobody chose");
    let turned_on = format!("{ours:?}");
    for harmful in harmful {
        assert!(!turned_on.contains(&format!("tauri/{harmful}")), "a feature turns {harmful} on");
    }
}

#[test]
fn the_advisories_set_aside_are_the_known_twelve() {
    let deny = toml("deny.toml");
    let ignored = deny["advisories"]["ignore"].as_array().unwrap();
    let mut ids = BTreeSet::new();
    for entry in ignored {
        let id = entry["id"].as_str().unwrap();
        assert!(entry["reason"].as_str().unwrap().contains("Remove with"), "{id} says when it ends");
        ids.insert(id.to_owned());
    }
    let mut wanted = set(["RUSTSEC-2024-0370", "RUSTSEC-2024-0429"]);
    wanted.extend((411..=420).map(|number| format!("RUSTSEC-2024-0{number}")));
    assert_eq!(wanted.len(), 12);
    assert_eq!(ids, wanted);
    for blanket in ["unmaintained", "unsound"] {
        assert!(deny["advisories"].get(blanket).is_none(), "{blanket} is set aside one by one");
    }
    // RUSTSEC-2024-0429 is about this type.
    let users = files("src-tauri", &[".rs"]).into_iter().filter(|file| read(file).contains("VariantStrIter"));
    none("Unsound", &users.collect::<Vec<_>>());
}

#[test]
fn only_the_shell_can_name_tauri() {
    let mut wrong = Vec::new();
    for package in ["core", "practice", "cli"] {
        let folder = format!("src-tauri/{package}");
        for name in dependency_names(&toml(&format!("{folder}/Cargo.toml"))) {
            if ["tauri", "wry", "tao", "gtk", "webkit2gtk"].iter().any(|word| name.starts_with(word)) {
                wrong.push(format!("{folder}/Cargo.toml: {name}"));
            }
        }
        let sources = files(&folder, &[".rs"]).into_iter();
        wrong.extend(
            sources.filter(|file| ["tauri::", "use tauri"].iter().any(|word| read(file).contains(word))),
        );
    }
    none("The core, the practice server and the command line know no window", &wrong);
}

#[test]
fn the_contract_is_written_twice() {
    // A path that is wrong in one would be wrong in both if one were made from the other.
    for (package, other) in [("core", "scaikey-practice"), ("practice", "scaikey-core")] {
        let names = dependency_names(&toml(&format!("src-tauri/{package}/Cargo.toml")));
        assert!(!names.contains(other), "{package} depends on {other}");
    }
}

/// The names in every table of dependencies but that for tests, also those for one system.
fn dependency_names(manifest: &toml::Table) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for (key, value) in manifest {
        let Some(table) = value.as_table() else { continue };
        match key.as_str() {
            "dependencies" | "build-dependencies" => names.extend(table.keys().cloned()),
            "target" => {
                names.extend(table.values().filter_map(toml::Value::as_table).flat_map(dependency_names));
            }
            _ => {}
        }
    }
    names
}

/// Every version of every crate in `Cargo.lock`.
fn locked() -> BTreeMap<String, Vec<Version>> {
    let mut locked: BTreeMap<String, Vec<Version>> = BTreeMap::new();
    for package in toml("Cargo.lock")["package"].as_array().unwrap() {
        let text = package["version"].as_str().unwrap();
        let plain = text.split(['-', '+']).next().unwrap();
        let mut numbers = plain.split('.').map(|number| number.parse().unwrap());
        let mut next = || numbers.next().unwrap();
        let version = (next(), next(), next());
        locked.entry(package["name"].as_str().unwrap().to_owned()).or_default().push(version);
    }
    locked
}
