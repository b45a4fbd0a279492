//! The keyboard alone: everything on the way from the first start to a token on the clipboard.

use fantoccini::key::Key;
use support::window::{Desktop, SOON, Window};

use crate::{REQUEST, names, wait_until_verified};

/// Where the focus is (`data-testid`).
async fn focused(window: &Window<'_>) -> String {
    let at = window.evaluate("return document.activeElement?.dataset.testid ?? ''").await;
    at.as_str().unwrap_or_default().to_owned()
}

/// Presses Tab until the focus is there.
async fn tab_to(window: &Window<'_>, testid: &str) {
    let mut been = Vec::new();
    while focused(window).await != testid {
        assert!(been.len() < 60, "Tab does not come to {testid}, only to {been:?}");
        window.press(&Key::Tab.to_string()).await;
        been.push(focused(window).await);
    }
}

async fn enter(window: &Window<'_>) {
    window.press(&Key::Enter.to_string()).await;
}

/// Presses a key with Ctrl, and Shift if wished; both are let go afterwards.
async fn control(window: &Window<'_>, shift: bool, key: &str) {
    let shift = if shift { Key::Shift.to_string() } else { String::new() };
    window.press(&format!("{}{shift}{key}{}", char::from(Key::Control), char::from(Key::Null))).await;
}

/// When the token on screen was issued, as it stands there.
async fn issued(window: &Window<'_>) -> String {
    let text = window.text(names::CLAIM_IAT).await;
    text.split_whitespace().find(|word| word.parse::<i64>().is_ok()).unwrap_or_default().to_owned()
}

#[tokio::test]
async fn from_the_first_start_to_a_copied_token_without_a_mouse() {
    let desktop = Desktop::start("keyboard").await;
    let window = desktop.open_window().await;
    window.wait_for(names::TRY_PRACTICE, SOON).await;
    window.focus();
    // A reload would lose it.
    window.evaluate("window.mark = 'the first page'; return null").await;

    // The settings and back: there is a way out of every page.
    tab_to(&window, names::SETTINGS).await;
    enter(&window).await;
    window.wait_for(names::SETTINGS_PAGE, SOON).await;
    tab_to(&window, names::BACK).await;
    enter(&window).await;
    window.wait_for(names::TRY_PRACTICE, SOON).await;

    tab_to(&window, names::TRY_PRACTICE).await;
    enter(&window).await;
    window.wait_for(names::WALKTHROUGH_PAGE, REQUEST).await;
    tab_to(&window, names::APP_ITEM).await;
    enter(&window).await;
    wait_until_verified(&window).await;
    window.wait_for(names::CLAIM_IAT, SOON).await;

    desktop.set_clipboard("something else");
    control(&window, true, "c").await;
    window.wait_for_text(names::COPY_TOKEN, SOON, |label| label.contains("Copied")).await;
    let first = desktop.clipboard().await.expect("a token");
    assert_eq!(first.split('.').count(), 3, "{first}");

    // Another token, not another page. Within the same second the server may issue the same one again.
    let before = issued(&window).await;
    window
        .wait_until("another token after Ctrl R", REQUEST, async || {
            control(&window, false, "r").await;
            issued(&window).await != before
        })
        .await;
    assert_eq!(window.evaluate("return window.mark ?? null").await, "the first page");
    // The page has no use for these, and the web view's own must not come through.
    for (shift, key) in [(false, "p"), (true, "r")] {
        control(&window, shift, key).await;
    }
    window.press(&Key::F5.to_string()).await;
    assert_eq!(window.evaluate("return window.mark ?? null").await, "the first page");

    // The palette runs whatever has a name.
    control(&window, false, "k").await;
    window.wait_for(names::PALETTE, SOON).await;
    window.press("copy the").await;
    desktop.set_clipboard("something else");
    enter(&window).await;
    window.wait_gone(names::PALETTE, SOON).await;
    window
        .wait_until("the token on the clipboard", SOON, async || {
            desktop.clipboard().await.is_some_and(|text| text.split('.').count() == 3)
        })
        .await;
    assert_ne!(desktop.clipboard().await, Some(first));
    control(&window, false, "k").await;
    window.wait_for(names::PALETTE, SOON).await;
    window.press(&Key::Escape.to_string()).await;
    window.wait_gone(names::PALETTE, SOON).await;

    // By Tab alone to the button, and it is the same as its shortcut.
    desktop.set_clipboard("something else");
    tab_to(&window, names::COPY_TOKEN).await;
    enter(&window).await;
    window
        .wait_until("the token on the clipboard", SOON, async || {
            desktop.clipboard().await.is_some_and(|text| text.split('.').count() == 3)
        })
        .await;
    window.quit().await;
}
