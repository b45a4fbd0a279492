//! Preferences whose loss costs nothing. They alone are kept by `tauri-plugin-store`, and only from here: the
//! page has no permission for it.

use scaikey_core::contract::{AppError, Preferences};
use tauri::AppHandle;
use tauri_plugin_store::StoreExt as _;

/// The file's name, in the identifier's data directory.
pub(crate) const PREFERENCES_FILE: &str = "preferences.json";
const KEY: &str = "preferences";

/// What is saved, or the defaults. A file that cannot be read is one without preferences.
pub(crate) fn read(app: &AppHandle) -> Preferences {
    let saved = app.store(PREFERENCES_FILE).ok().and_then(|store| store.get(KEY));
    saved.and_then(|value| serde_json::from_value(value).ok()).unwrap_or_default()
}

/// Saves them.
pub(crate) fn save(app: &AppHandle, preferences: &Preferences) -> Result<(), AppError> {
    let failed = |detail: String| AppError::Storage { path: PREFERENCES_FILE.to_owned(), detail };
    let store = app.store(PREFERENCES_FILE).map_err(|error| failed(error.to_string()))?;
    let value = serde_json::to_value(preferences).map_err(|error| failed(error.to_string()))?;
    store.set(KEY, value);
    store.save().map_err(|error| failed(error.to_string()))
}
