//! The real window, driven as a person would drive it: real WebKit, real keychain, real clipboard, real HTTP on
//! loopback. `cargo xtask test` builds what it needs; alone: `cargo build --features custom-protocol`, then
//! `cargo test --workspace --features custom-protocol --test e2e`. Pictures are left in `test-output/`.

#![cfg(target_os = "linux")]

mod canary;
mod hardening;
mod inspector;
mod journey;
mod keyboard;
mod keychain;
mod lifecycle;
mod looks;
mod names;
mod walkthroughs;

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use fantoccini::key::Key;
use serde_json::Value;
use support::window::{Desktop, SOON, Window};

/// How long a token request and all that follows may take.
const REQUEST: Duration = Duration::from_secs(20);

/// The claims of a token, as they are; nothing is checked.
fn claims(token: &str) -> Value {
    let payload = token.split('.').nth(1).expect("three parts");
    let bytes = URL_SAFE_NO_PAD.decode(payload).expect("base64url");
    serde_json::from_slice(&bytes).expect("JSON")
}

/// A claim that is a time in seconds.
fn time(token: &str, claim: &str) -> i64 {
    claims(token)[claim].as_i64().unwrap_or_else(|| panic!("no time in {claim}"))
}

/// *Try it without an account*, and from the quickstart on to the application's page.
async fn try_practice(window: &Window<'_>) {
    window.click(names::TRY_PRACTICE).await;
    window.wait_for(names::WALKTHROUGH_PAGE, REQUEST).await;
    window.click(names::APP_ITEM).await;
    wait_until_verified(window).await;
}

/// Takes `admin:read` out of what the practice application asks for, and requests a token without it.
async fn ask_for_openid_only(window: &Window<'_>) {
    window.click(names::EDIT_APPLICATION).await;
    window.wait_for(names::APPLICATION_FORM, SOON).await;
    window.click(names::SCOPE_INPUT).await;
    // Takes the last one away.
    window.press(&Key::Backspace.to_string()).await;
    window.click(names::SAVE).await;
    window.wait_gone(names::APPLICATION_FORM, REQUEST).await;
    window.click(names::REQUEST_TOKEN).await;
    wait_until_verified(window).await;
}

/// Waits until the token is shown as verified.
async fn wait_until_verified(window: &Window<'_>) {
    window.wait_for_text(names::VERDICT, REQUEST, |verdict| verdict.contains("Verified")).await;
}

/// Clicks *Copy token*, and reads the clipboard as another program would once the button says so.
async fn copy_token(desktop: &Desktop, window: &Window<'_>) -> String {
    // Whatever was copied before is gone, so what is read then is new.
    desktop.set_clipboard("something else");
    window.click(names::COPY_TOKEN).await;
    window.wait_for_text(names::COPY_TOKEN, SOON, |label| label.contains("Copied")).await;
    desktop.clipboard().await.expect("a text on the clipboard")
}

/// What the admin API answers to this token: the probe of the documentation.
async fn admin_api_answers(base_url: &str, token: &str) -> u16 {
    #[expect(
        clippy::disallowed_methods,
        reason = "asked as another program would, not by the app's own client"
    )]
    let client = reqwest::Client::builder().no_proxy().build().expect("a client");
    let url = format!("{base_url}/api/v1/admin/tenants/?page=1&per_page=1");
    let request = client.get(url).header("authorization", format!("Bearer {token}"));
    request.send().await.expect("an answer").status().as_u16()
}
