//! The window and the end of the program.

use std::time::Duration;

use scaikey_core::contract::AppError;
use tauri::webview::NewWindowResponse;
use tauri::{AppHandle, Manager, Url, WebviewUrl, WebviewWindowBuilder};

use crate::{Desk, Surroundings};

/// The bundle identifier, which is also the keychain's service name. Never changed: saved data hangs on it.
pub const IDENTIFIER: &str = "ai.scailabs.scaikey-companion";

/// The smallest window that the layout holds in.
const SMALLEST: (f64, f64) = (880.0, 600.0);
/// How long quitting may wait for the clipboard.
const LONGEST_GOODBYE: Duration = Duration::from_millis(1_500);

/// Whether the page may go there: only to itself. What the user drops or pastes never navigates.
fn is_own_page(url: &Url) -> bool {
    match url.scheme() {
        "tauri" => url.host_str() == Some("localhost"),
        // Windows serves the app as `http(s)://tauri.localhost`.
        "http" | "https" if url.host_str() == Some("tauri.localhost") => true,
        "http" => cfg!(dev) && url.host_str() == Some("localhost") && url.port() == Some(5173),
        _ => false,
    }
}

/// Opens the one window. It is made in code and not in the configuration file, because
/// `incognito` must be left off while a WebDriver drives it.
pub(crate) fn open_window(app: &AppHandle, surroundings: Surroundings) -> tauri::Result<()> {
    WebviewWindowBuilder::new(app, "main", WebviewUrl::default())
        .title("ScaiKey Companion")
        .inner_size(1180.0, 800.0)
        .min_inner_size(SMALLEST.0, SMALLEST.1)
        .on_navigation(|url| {
            let own = is_own_page(url);
            if !own {
                // Where to is not logged: an address may hold anything.
                tracing::warn!("the page wanted to leave and was kept");
            }
            own
        })
        .on_new_window(|_, _| {
            tracing::warn!("the page wanted a second window and got none");
            NewWindowResponse::Deny
        })
        // Nothing of the page is kept on disk: no cache, no storage, no form texts.
        .incognito(!surroundings.automation)
        .general_autofill_enabled(false)
        .devtools(cfg!(debug_assertions))
        .build()?;
    Ok(())
}

/// Brings the window to the front, for a second start of the app.
pub(crate) fn show_window(app: &AppHandle) {
    if let Some(window) = app.get_webview_window("main") {
        // A window manager may refuse any of these; there is nothing else to try.
        let _ = window.unminimize();
        let _ = window.show();
        let _ = window.set_focus();
    }
}

/// Opens a page in the system's browser. What may be opened is decided in the core.
pub(crate) async fn open_in_browser(url: Url) -> Result<(), AppError> {
    let shown = url.to_string();
    let opened = tauri::async_runtime::spawn_blocking(move || open::that_detached(url.as_str())).await;
    let failed = |detail: String| AppError::Browser { url: shown.clone(), detail };
    opened.map_err(|error| failed(error.to_string()))?.map_err(|error| failed(error.to_string()))
}

/// Quits, after a token of ours was taken off the clipboard. Not on the main thread: reading the clipboard
/// there can deadlock when the page owns it.
pub(crate) fn quit(app: &AppHandle) {
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        let desk = app.state::<Desk>();
        // A clipboard that hangs must not keep the app from quitting.
        let _ = tokio::time::timeout(LONGEST_GOODBYE, desk.clipboard.clear_if_ours()).await;
        desk.practice.stop();
        tracing::info!("quit");
        app.exit(0);
    });
}

/// Quits when the session ends or somebody says `kill`, as it does when the window is closed.
#[cfg(unix)]
pub(crate) fn quit_when_told(app: &AppHandle) {
    use tokio::signal::unix::{SignalKind, signal};
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        // Without the signal the system ends the app at once; nothing is lost but the clearing.
        let Ok(mut told) = signal(SignalKind::terminate()) else { return };
        if told.recv().await.is_some() {
            quit(&app);
        }
    });
}

/// Elsewhere the system asks the window to close.
#[cfg(not(unix))]
pub(crate) fn quit_when_told(_app: &AppHandle) {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_goes_nowhere_but_to_itself() {
        for (url, allowed) in [
            ("tauri://localhost", true),
            ("tauri://localhost/index.html", true),
            ("http://tauri.localhost/", true),
            ("https://evil.example/", false),
            ("http://localhost:8089/", false),
            ("http://tauri.localhost.evil.example/", false),
            ("file:///etc/passwd", false),
            ("data:text/html,x", false),
            ("javascript:alert(1)", false),
            ("tauri://evil/", false),
        ] {
            assert_eq!(is_own_page(&Url::parse(url).unwrap()), allowed, "{url}");
        }
    }
}
