//! What the shell promises about itself, without a screen.

use serde_json::Value;

fn settings() -> Value {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/tauri.conf.json"))
        .expect("the settings");
    serde_json::from_str(&text).expect("JSON")
}

#[test]
fn the_keychain_service_is_the_bundle_identifier_and_never_changes() {
    assert_eq!(settings()["identifier"], scaikey_companion::IDENTIFIER);
    assert_eq!(scaikey_companion::IDENTIFIER, "ai.scailabs.scaikey-companion");
}

#[test]
fn the_bundle_has_the_packages_version() {
    assert_eq!(settings()["version"], env!("CARGO_PKG_VERSION"));
}

#[test]
fn the_window_is_made_in_code_alone() {
    assert_eq!(settings()["app"]["windows"], serde_json::json!([]));
}
