//! The way of a new user, from the first start to the second day.

use std::time::Duration;

use scaikey_practice::{Level, NewApplication, Options, Practice};
use support::window::{Desktop, SOON, Window};

use crate::{REQUEST, admin_api_answers, claims, copy_token, names, time, try_practice, wait_until_verified};

#[tokio::test]
async fn from_the_first_start_to_a_token_that_stays_valid() {
    let desktop = Desktop::start("first-start").await;
    let window = desktop.open_window().await;
    window.wait_for(names::TRY_PRACTICE, SOON).await;
    window.screenshot("1-first-start").await;

    try_practice(&window).await;
    window.screenshot("2-verified").await;

    // What is on the clipboard is the token and nothing but the token, and it works.
    let token = copy_token(&desktop, &window).await;
    window.screenshot("3-copied").await;
    assert!(token.split('.').count() == 3 && token == token.trim(), "exactly a token: {token:?}");
    let forms = desktop.clipboard_targets().await;
    assert!(!forms.iter().any(|form| form.contains("html")), "text only: {forms:?}");
    let base_url = claims(&token)["iss"].as_str().expect("an issuer").to_owned();
    assert!(base_url.starts_with("http://127.0.0.1:"), "the practice server: {base_url}");
    assert_eq!(admin_api_answers(&base_url, &token).await, 200);
    assert_eq!(admin_api_answers(&base_url, "not a token").await, 401);

    // With a short life, it is another one before it ends.
    window.click(names::INSTANCE_ITEM).await;
    window.type_into(names::PRACTICE_LIFETIME, "20").await;
    window.click(names::SAVE_LIFETIME).await;
    window
        .wait_until("the lifetime to be saved", SOON, async || {
            window.evaluate("return document.querySelector('[data-testid=announcement]').textContent").await
                == "Saved"
        })
        .await;
    window.click(names::APP_ITEM).await;
    request_another(&window).await;
    let short = copy_token(&desktop, &window).await;
    assert_eq!(time(&short, "exp") - time(&short, "iat"), 20);
    let shown = issued(&window).await;
    window.screenshot("4-short-life").await;
    window
        .wait_until("another token by itself", Duration::from_secs(20), async || {
            let left = window.text(names::COUNTDOWN).await;
            assert!(!left.contains("Expired"), "it expired before it was renewed");
            issued(&window).await != shown
        })
        .await;
    wait_until_verified(&window).await;
    window.screenshot("5-renewed").await;
    let renewed = copy_token(&desktop, &window).await;
    assert_ne!(renewed, short);
    assert!(time(&renewed, "iat") < time(&short, "exp"), "renewed before the old one ended");
    assert_eq!(admin_api_answers(&base_url, &renewed).await, 200);

    // After a restart everything is there, and the secret comes from the keychain.
    window.quit().await;
    assert_ne!(desktop.clipboard().await.as_deref(), Some(renewed.as_str()), "cleared at quit");
    let window = desktop.open_window().await;
    window.click(names::APP_ITEM).await;
    if !window.sees(names::VERDICT).await {
        window.click(names::REQUEST_TOKEN).await;
    }
    wait_until_verified(&window).await;
    window.screenshot("6-after-a-restart").await;
    let again = copy_token(&desktop, &window).await;
    let base_url = claims(&again)["iss"].as_str().expect("an issuer").to_owned();
    assert_eq!(admin_api_answers(&base_url, &again).await, 200);
    window.quit().await;
}

#[tokio::test]
async fn a_wrong_secret_is_explained_and_entered_again_in_place() {
    let desktop = Desktop::start("wrong-secret").await;
    let (server, client_id) = server_with("a-good-secret");
    let window = desktop.open_window().await;
    add_application(&window, server.base_url(), &client_id, "a-good-secret").await;
    request_another(&window).await;
    let old = copy_token(&desktop, &window).await;

    // Somebody else gives the application a new secret.
    let secret = server.rotate_secret(&client_id).expect("a new secret");
    server.forget_requests();
    window.click(names::REQUEST_TOKEN).await;
    let words = window.wait_for_text(names::FAILURE, REQUEST, |words| !words.is_empty()).await;
    window.screenshot("1-explained").await;
    assert!(words.contains("secret"), "it says what is wrong: {words}");
    assert!(words.contains("invalid_client"), "it shows the server's own words: {words}");
    // A wrong secret is asked once: trying it over and over locks accounts. (That it stays at one is shown in
    // simulated time.)
    assert_eq!(server.requests().len(), 1, "one request, one refusal");
    // The old token is still good.
    assert_eq!(copy_token(&desktop, &window).await, old);

    window.click(names::ENTER_SECRET).await;
    window.type_into(names::SECRET_INPUT, &secret).await;
    window.screenshot("2-entered-again").await;
    window.click(names::SAVE_SECRET).await;
    window.wait_gone(names::FAILURE, REQUEST).await;
    wait_until_verified(&window).await;
    window.screenshot("3-works").await;
    let token = copy_token(&desktop, &window).await;
    assert_ne!(token, old);
    assert_eq!(admin_api_answers(server.base_url(), &token).await, 200);
    window.quit().await;
}

/// A server that is not the app's own, with one application on it.
pub(crate) fn server_with(secret: &str) -> (Practice, String) {
    let server = Practice::start(Options::for_tests()).expect("a server");
    let application = NewApplication::service("billing", Level::Global, &["admin:read"])
        .with_credentials("scaikey-billing", secret);
    let registered = server.register(application).expect("an application");
    (server, registered.client_id)
}

/// Adds an instance and an application by hand.
pub(crate) async fn add_application(window: &Window<'_>, base_url: &str, client_id: &str, secret: &str) {
    window.click(names::ADD_INSTANCE).await;
    window.type_into(names::INSTANCE_URL, base_url).await;
    window.click(names::DISCOVER).await;
    window.wait_for_text(names::SAVE, REQUEST, |label| label.contains("Save")).await;
    window.click(names::SAVE).await;
    // The form for the first application follows by itself.
    window.wait_for(names::APPLICATION_FORM, SOON).await;
    window.type_into(names::APPLICATION_NAME, "billing").await;
    window.type_into(names::CLIENT_ID, client_id).await;
    window.type_into(names::SECRET_INPUT, secret).await;
    window.click(names::LEVEL_GLOBAL).await;
    window.click(names::TEST).await;
    window.wait_for_text(names::TEST_RESULT, REQUEST, |words| words.contains("Works")).await;
    window.click(names::SAVE).await;
    window.wait_gone(names::APPLICATION_FORM, REQUEST).await;
    window.wait_for(names::APP_ITEM, SOON).await;
}

/// Requests a token and waits until another one than before is shown as verified.
pub(crate) async fn request_another(window: &Window<'_>) {
    let before = if window.sees(names::CLAIM_IAT).await { issued(window).await } else { None };
    window
        .wait_until("another second, so that another token comes", SOON, async || {
            before.is_none_or(|before| before < now_seconds())
        })
        .await;
    window.click(names::REQUEST_TOKEN).await;
    window
        .wait_until("another token", REQUEST, async || {
            window.sees(names::CLAIM_IAT).await && issued(window).await != before
        })
        .await;
    wait_until_verified(window).await;
}

/// When the token on screen was issued, in Unix seconds.
async fn issued(window: &Window<'_>) -> Option<i64> {
    let text = window.text(names::CLAIM_IAT).await;
    text.split_whitespace().find_map(|word| word.parse().ok())
}

#[expect(clippy::disallowed_methods, reason = "the test looks at the clock as a person does")]
fn now_seconds() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970");
    i64::try_from(since.as_secs()).expect("a time")
}
