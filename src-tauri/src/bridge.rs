//! From the companion to the page: the newest snapshot as one event.

use scaikey_core::companion::Companion;
use tauri::{AppHandle, Emitter as _};

/// The event's name.
const SNAPSHOT: &str = "snapshot";

/// Passes snapshots on for as long as the companion lives. A page that is slow gets only the newest.
pub(crate) fn start(app: &AppHandle, companion: &Companion) {
    let app = app.clone();
    let mut snapshots = companion.snapshots();
    tauri::async_runtime::spawn(async move {
        while snapshots.changed().await.is_ok() {
            let snapshot = snapshots.borrow_and_update().clone();
            if let Err(error) = app.emit_to("main", SNAPSHOT, &*snapshot) {
                tracing::warn!(%error, "a snapshot did not reach the page");
            }
        }
    });
}
