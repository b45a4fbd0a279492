//! The window's hardening, and the one list of commands that is written in four places.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::{files, json, read, set, toml};

/// A setting that is false unless somebody turns it on.
fn is_off(settings: &Value, pointer: &str) -> bool {
    matches!(settings.pointer(pointer), None | Some(Value::Bool(false) | Value::Null))
}

#[test]
fn the_page_may_load_only_what_was_packed() {
    let settings = json("tauri.conf.json");
    let wanted = json!({
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self'",
        "font-src": "'self'",
        "connect-src": "ipc: http://ipc.localhost",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-src": "'none'",
        "frame-ancestors": "'none'",
        "object-src": "'none'",
        "require-trusted-types-for": "'script'",
    });
    // Whole, so that `data:`, `blob:`, `'unsafe-inline'` or a host cannot come in unseen.
    assert_eq!(settings["app"]["security"]["csp"], wanted);
    assert!(is_off(&settings, "/app/security/devCsp"), "the page is developed under the same rules");
    assert!(is_off(&settings, "/app/security/dangerousDisableAssetCspModification"));
}

#[test]
fn the_window_is_hardened() {
    let settings = json("tauri.conf.json");
    assert_eq!(settings["app"]["security"]["freezePrototype"], json!(true));
    // An empty list would make every file in `capabilities/` count.
    assert_eq!(settings["app"]["security"]["capabilities"], json!(["main"]));
    assert_eq!(
        settings["app"]["windows"],
        json!([]),
        "the window is made in code, where its flags are tested"
    );
    for off in [
        "/app/withGlobalTauri",
        "/app/security/assetProtocol/enable",
        "/app/security/dangerousUseHttpScheme",
        // It would take away commands that only Rust calls by name.
        "/build/removeUnusedCommands",
    ] {
        assert!(is_off(&settings, off), "{off} is on");
    }
    assert!(settings.get("plugins").is_none(), "no plugin is configured for the page");
    // Another one would lose every saved secret: the keychain's service is called like this.
    assert_eq!(settings["identifier"], json!("ai.scailabs.scaikey-companion"));
    assert_eq!(settings["build"]["frontendDist"], json!("ui/dist"));
}

#[test]
fn one_capability_for_one_window() {
    // Without the patterns in the build script the app has no capabilities at all, and nobody says so.
    let build = read("src-tauri/build.rs");
    for pattern in ["./src-tauri/capabilities/**/*", "./src-tauri/permissions/**/*"] {
        assert!(build.contains(pattern), "src-tauri/build.rs no longer names {pattern}");
    }
    assert_eq!(files("src-tauri/capabilities", &[]), ["src-tauri/capabilities/main.json"]);
    let main = json("src-tauri/capabilities/main.json");
    assert_eq!(main["identifier"], json!("main"));
    assert_eq!(main["windows"], json!(["main"]));
    assert!(main.get("remote").is_none(), "no page from elsewhere may call");
}

#[test]
fn the_page_may_ask_for_our_commands_and_no_others() {
    let main = json("src-tauri/capabilities/main.json");
    let granted = main["permissions"].as_array().unwrap();
    let granted: BTreeSet<String> =
        granted.iter().map(|name| name.as_str().expect("a name, without a scope").to_owned()).collect();
    let mut wanted = set(["core:event:allow-listen", "core:event:allow-unlisten"]);
    wanted.extend(contract().iter().map(|command| permission(command)));
    assert_eq!(granted, wanted, "src-tauri/capabilities/main.json (left) and the contract (right)");
}

#[test]
fn each_command_has_a_permission() {
    assert_eq!(files("src-tauri/permissions", &[]), ["src-tauri/permissions/commands.toml"]);
    let table = toml("src-tauri/permissions/commands.toml");
    assert_eq!(table.keys().collect::<Vec<_>>(), ["permission"], "only single permissions, no sets");
    let mut named = BTreeSet::new();
    for entry in table["permission"].as_array().unwrap() {
        let identifier = entry["identifier"].as_str().unwrap();
        let commands = entry["commands"].as_table().unwrap();
        assert_eq!(commands.keys().collect::<Vec<_>>(), ["allow"], "{identifier}");
        let allowed = commands["allow"].as_array().unwrap();
        assert_eq!(allowed.len(), 1, "{identifier} is about one command");
        let command = allowed[0].as_str().unwrap();
        assert_eq!(identifier, permission(command));
        named.insert(command.to_owned());
    }
    assert_eq!(named, contract(), "src-tauri/permissions/commands.toml (left) and the contract (right)");
}

#[test]
fn each_command_is_registered() {
    let registered = files("src-tauri/src", &[".rs"]).into_iter().map(|file| handlers(&read(&file)));
    let registered: BTreeSet<String> = registered.flatten().collect();
    assert_eq!(registered, contract(), "the macro `commands!` (left) and the contract (right)");
}

#[test]
fn lists_of_commands_are_read_as_they_are_written() {
    let handler = "x\ncommands! {\n    a(app) -> () { y(app) }\n\n    b_c(_app, args: X) -> Y {\n        z(app)\n    }\n}\nd(app)";
    assert_eq!(handlers(handler), set(["a", "b_c"]));
    let table = "pub struct Commands {\n /// Doc: Call<x>.\n pub a: Call<(), ()>,\n\n pub b_c: Call<X,\n Y>,\n}\npub z: Call<";
    assert_eq!(fields(table), set(["a", "b_c"]));
    assert_eq!(permission("b_c"), "allow-b-c");
}

/// The commands of the contract.
fn contract() -> BTreeSet<String> {
    let commands = fields(&read("src-tauri/core/src/contract/commands.rs"));
    assert!(!commands.is_empty(), "the table `Commands` was not found");
    commands
}

/// The fields of `struct Commands`.
fn fields(source: &str) -> BTreeSet<String> {
    let table = source.split_once("pub struct Commands {").map_or("", |(_, rest)| rest);
    let table = table.split("\n}").next().unwrap();
    let fields = table.lines().filter_map(|line| line.trim().strip_prefix("pub "));
    set(fields.filter_map(|line| line.split_once(": Call<")).map(|(name, _)| name))
}

/// The commands that are registered.
/// They are the rows `name(app …)` of the macro `commands!`, which registers each one that it defines.
fn handlers(source: &str) -> BTreeSet<String> {
    let tables = source.split("\ncommands! {\n").skip(1).filter_map(|rest| rest.split("\n}").next());
    let rows = tables.flat_map(str::lines).filter_map(|line| line.strip_prefix("    "));
    let names = rows.filter_map(|row| row.split_once("(app").or_else(|| row.split_once("(_app")));
    set(names.map(|(name, _)| name).filter(|name| !name.starts_with(' ')))
}

/// The name of a command's permission.
fn permission(command: &str) -> String {
    format!("allow-{}", command.replace('_', "-"))
}
