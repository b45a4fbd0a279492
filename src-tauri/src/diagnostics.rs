//! The diagnostics text, built from an allow-list: counts and kinds, never a name, address, id or secret of
//! the user's.

use scaikey_core::contract::{AppError, Diagnostics, KeychainStatus, PhaseView, Snapshot};

/// Builds the text.
pub(crate) fn of(snapshot: &Snapshot) -> Diagnostics {
    let version = env!("CARGO_PKG_VERSION").to_owned();
    let applications = || snapshot.instances.iter().flat_map(|instance| &instance.applications);
    let with_token = applications().filter(|application| application.token.is_some()).count();
    let mut errors: Vec<String> = applications()
        .filter_map(|application| match &application.phase {
            PhaseView::Failed { error } | PhaseView::Waiting { error, .. } => Some(kind_of(error)),
            PhaseView::Idle | PhaseView::Requesting { .. } => None,
        })
        .collect();
    errors.sort();
    let keychain = match &snapshot.keychain.status {
        KeychainStatus::Unknown => "not asked yet".to_owned(),
        KeychainStatus::Ready => "ready".to_owned(),
        KeychainStatus::Waiting => "waiting".to_owned(),
        KeychainStatus::Failed { error } => kind_of(error),
    };
    let webview = tauri::webview_version().unwrap_or_else(|_| "unknown".to_owned());
    let lines = [
        format!("ScaiKey Companion {version}"),
        format!("System: {} {}", std::env::consts::OS, std::env::consts::ARCH),
        format!("Web view: {webview}"),
        format!("Keychain: {keychain} ({})", snapshot.keychain.name),
        format!("Saving: {}", if snapshot.storage.read_only.is_some() { "read-only" } else { "works" }),
        format!("Instances: {}", snapshot.instances.len()),
        format!("Applications: {}, {with_token} with a token", applications().count()),
        format!("Errors now: {}", if errors.is_empty() { "none".to_owned() } else { errors.join(", ") }),
    ];
    Diagnostics { text: lines.join("\n"), version }
}

/// An error's kind, as the page knows it.
pub(crate) fn kind_of(error: &AppError) -> String {
    let value = serde_json::to_value(error).unwrap_or_default();
    value.get("kind").and_then(|kind| kind.as_str()).unwrap_or("unknown").to_owned()
}
