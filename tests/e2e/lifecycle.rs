//! A start, a second start, a crash, an end: as a user has them, without a driver where none is needed.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::time::Duration;

use support::raw_server::{RawServer, Step};
use support::window::{Desktop, IDENTIFIER, Running, SOON, eventually};
use tokio::time::Instant;

use crate::journey::{add_application, request_another, server_with};
use crate::{copy_token, names, try_practice, wait_until_verified};

/// A start until the window is painted, on a slow computer.
const START: Duration = Duration::from_secs(40);

/// Quitting may not take longer than this, whatever hangs.
const GOODBYE: Duration = Duration::from_secs(2);

/// The form in which a password manager asks clipboard managers to keep no history (KDE's, which others know too).
const HINT: &str = "x-kde-passwordManagerHint";

/// Starts the app without a driver and waits until its page is painted.
async fn start_painted(desktop: &Desktop) -> Running<'_> {
    let painted = || desktop.log().matches("painted").count();
    let before = painted();
    let app = desktop.start_app();
    eventually("the page to be painted", START, async || painted() > before).await;
    app
}

/// Closes the window, and says how long the app took to end.
async fn close(app: &Running<'_>) -> Duration {
    let from = Instant::now();
    app.close();
    eventually("the app to end", START, async || !app.runs()).await;
    from.elapsed()
}

/// Every file and folder of the app's user, but for what belongs to the desktop itself.
fn left_behind(desktop: &Desktop) -> Vec<String> {
    let mut found = Vec::new();
    for folder in ["config", "data", "cache", "state"] {
        for path in Desktop::files_below(&desktop.home().join(folder)) {
            // The keychain's own, lists of the system's fonts, and what the graphics driver has compiled.
            if !["keyrings/", "fontconfig/", "mesa_shader_cache"].iter().any(|other| path.starts_with(other))
            {
                found.push(format!("{folder}/{path}"));
            }
        }
    }
    found
}

/// What is left that neither the app wrote itself nor is always there and empty: tauri-runtime-wry makes a lasting
/// context even for a window that does not use it, and WebKit then writes three random salts and a database
/// without a row for it. A page that uses that context leaves more.
fn of_the_page(desktop: &Desktop) -> Vec<String> {
    let known = |path: &str| {
        let parts: Vec<_> = path.split('/').collect();
        match parts[..] {
            ["config", IDENTIFIER, file] => {
                ["companion.json", "companion.json.bak", "companion.lock"].contains(&file)
            }
            ["data", IDENTIFIER, "preferences.json" | "hsts-storage.sqlite"] => true,
            ["data", IDENTIFIER, "logs", "companion.log"] => true,
            ["data", IDENTIFIER, "storage", "salt"] => true,
            ["data", IDENTIFIER, "WebKitCache" | "mediakeys", _, "salt"] => true,
            _ => false,
        }
    };
    let mut found = left_behind(desktop);
    found.retain(|path| !path.ends_with('/') && !known(path));
    found
}

#[tokio::test]
async fn nothing_of_the_page_is_left_on_disk_and_the_rest_is_private() {
    let desktop = Desktop::start("disk").await;
    let app = start_painted(&desktop).await;
    assert!(close(&app).await < GOODBYE);
    assert_eq!(of_the_page(&desktop), Vec::<String>::new(), "of {:?}", left_behind(&desktop));

    // The same look finds what the web view keeps where it may: under a driver, which needs a lasting context.
    let window = desktop.open_window().await;
    try_practice(&window).await;
    window.click(names::SETTINGS).await;
    window.click("theme-dark").await;
    let saved = desktop.home().join(format!("data/{IDENTIFIER}/preferences.json"));
    window.wait_until("the preferences to be saved", SOON, async || saved.is_file()).await;
    window.quit().await;
    assert_ne!(of_the_page(&desktop), Vec::<String>::new(), "of {:?}", left_behind(&desktop));

    // Whatever is in the app's folders is the user's alone, whoever wrote it.
    let ours = ["config", "data"].map(|folder| format!("{folder}/{IDENTIFIER}/"));
    let mut seen = Vec::new();
    for path in left_behind(&desktop) {
        if ours.iter().any(|folder| path.starts_with(folder)) {
            let mode = fs::metadata(desktop.home().join(&path)).expect("a file").permissions().mode() & 0o777;
            assert_eq!(mode, if path.ends_with('/') { 0o700 } else { 0o600 }, "{path}: {mode:o}");
            seen.push(path);
        }
    }
    for file in ["companion.json", "companion.lock", "preferences.json", "logs/companion.log"] {
        assert!(seen.iter().any(|path| path.ends_with(file)), "{file} was looked at: {seen:?}");
    }
}

#[tokio::test]
async fn a_second_start_shows_the_first_and_a_crash_leaves_no_lock() {
    let desktop = Desktop::start("second-start").await;
    let first = start_painted(&desktop).await;
    first.blur();
    assert!(!first.has_focus());
    let second = desktop.start_app();
    eventually("the second to end by itself", START, async || !second.runs()).await;
    assert!(first.runs() && first.has_window());
    eventually("the first to have the keyboard", SOON, async || first.has_focus()).await;
    assert_eq!(desktop.log().matches("started").count(), 1, "the second one touched nothing");

    first.kill();
    eventually("the first to be gone", SOON, async || !first.runs()).await;
    desktop.wait_until_left().await;
    let after = start_painted(&desktop).await;
    assert!(after.has_window());
    assert!(close(&after).await < GOODBYE);

    // The lock was taken over: what is changed now is saved, and found again.
    let window = desktop.open_window().await;
    try_practice(&window).await;
    assert!(!window.sees("read-only").await);
    window.kill().await;
    let window = desktop.open_window().await;
    window.wait_for(names::APP_ITEM, SOON).await;
    assert!(!window.sees("read-only").await);
    window.quit().await;
}

#[tokio::test]
async fn a_copied_token_is_marked_as_secret_and_taken_back_only_if_it_is_still_there() {
    let desktop = Desktop::start("clipboard").await;
    let window = desktop.open_window().await;
    try_practice(&window).await;

    // Only what is a secret says so.
    desktop.set_clipboard("something else");
    window.click(names::COPY_ID).await;
    window
        .wait_until("the client ID on the clipboard", SOON, async || {
            desktop.clipboard().await.is_some_and(|text| text != "something else")
        })
        .await;
    assert!(!desktop.clipboard_targets().await.iter().any(|target| target == HINT));
    copy_token(&desktop, &window).await;
    let targets = desktop.clipboard_targets().await;
    assert!(targets.iter().any(|target| target == HINT), "{targets:?}");
    assert_eq!(desktop.clipboard_as(HINT).await.as_deref(), Some(b"secret".as_slice()));

    // What another program put there meanwhile is not ours to take.
    desktop.set_clipboard("of another program");
    window.quit().await;
    assert_eq!(desktop.clipboard().await.as_deref(), Some("of another program"));

    // A token that is still there is taken back.
    let window = desktop.open_window().await;
    window.click(names::APP_ITEM).await;
    window.click(names::REQUEST_TOKEN).await;
    wait_until_verified(&window).await;
    let token = copy_token(&desktop, &window).await;
    assert_eq!(desktop.clipboard().await, Some(token));
    window.quit().await;
    assert_eq!(desktop.clipboard().await, None, "nothing of it is left");
}

#[tokio::test]
async fn quitting_takes_no_longer_than_two_seconds_whatever_hangs() {
    let desktop = Desktop::start("quit").await;
    let (server, client_id) = server_with("a-good-secret");
    let window = desktop.open_window().await;
    add_application(&window, server.base_url(), &client_id, "a-good-secret").await;
    request_another(&window).await;
    copy_token(&desktop, &window).await;

    // A server that takes the connection and then says nothing, and a keychain that does the same.
    let silent = RawServer::start(&[Step::ReadRequest, Step::Stall]).await;
    window.click(names::ADD_INSTANCE).await;
    window.type_into(names::INSTANCE_URL, silent.url("/").as_str()).await;
    window.click(names::DISCOVER).await;
    window.wait_until("the request to the silent server", SOON, async || !silent.seen().is_empty()).await;
    desktop.freeze_keychain();
    window.evaluate("void window.__TAURI_INTERNALS__.invoke('retry_keychain'); return null").await;
    let from = Instant::now();
    window.quit().await;
    let took = from.elapsed();
    assert!(took < GOODBYE, "it took {took:?}");
}
