//! A keychain that is not there, and comes back: what the user is told, and what helps.

use support::window::{Desktop, SOON};

use crate::journey::server_with;
use crate::{REQUEST, admin_api_answers, copy_token, names, wait_until_verified};

#[tokio::test]
async fn without_a_keychain_a_secret_is_kept_for_the_session_or_saved_once_it_is_back() {
    let desktop = Desktop::start("keychain").await;
    let (server, client_id) = server_with("a-good-secret");
    let window = desktop.open_window().await;
    window.click(names::ADD_INSTANCE).await;
    window.type_into(names::INSTANCE_URL, server.base_url()).await;
    window.click(names::DISCOVER).await;
    window.wait_for_text(names::SAVE, REQUEST, |label| label.contains("Save")).await;
    window.click(names::SAVE).await;
    window.wait_for(names::APPLICATION_FORM, SOON).await;

    desktop.stop_keychain();
    window.type_into(names::APPLICATION_NAME, "billing").await;
    window.type_into(names::CLIENT_ID, &client_id).await;
    window.type_into(names::SECRET_INPUT, "a-good-secret").await;
    window.click(names::LEVEL_GLOBAL).await;
    window.click(names::SAVE).await;
    let words = window.wait_for_text(names::FAILURE, REQUEST, |words| !words.is_empty()).await;
    window.screenshot("1-no-keychain").await;
    assert!(words.contains("No keychain could be reached"), "it says what is wrong: {words}");
    assert!(!window.sees(names::APP_ITEM).await, "it is not saved while it says that it is not");

    // For this session only: it works, and says so for as long as it is so.
    window.click(names::KEEP_FOR_SESSION).await;
    window.wait_gone(names::APPLICATION_FORM, REQUEST).await;
    wait_until_verified(&window).await;
    let state = window.text(names::SECRET_STATE).await;
    assert!(state.contains("session only"), "{state}");
    window.screenshot("2-for-this-session").await;
    let token = copy_token(&desktop, &window).await;
    assert_eq!(admin_api_answers(server.base_url(), &token).await, 200);

    // It comes back while the app runs; nothing needs to be started anew.
    window.click(names::EDIT_APPLICATION).await;
    window.click(names::REPLACE_SECRET).await;
    window.type_into(names::SECRET_INPUT, "a-good-secret").await;
    window.click(names::KEEP_SESSION).await;
    window.click(names::SAVE).await;
    window.wait_for_text(names::FAILURE, REQUEST, |words| words.contains("No keychain")).await;
    desktop.start_keychain().await;
    window.click(names::RETRY_KEYCHAIN_HERE).await;
    window.wait_gone(names::APPLICATION_FORM, REQUEST).await;
    window.wait_gone(names::SECRET_STATE, SOON).await;
    window.quit().await;

    // A start without it: the page says what is missing, and how to go on.
    desktop.stop_keychain();
    let window = desktop.open_window().await;
    window.click(names::APP_ITEM).await;
    if window.sees(names::REQUEST_TOKEN).await {
        window.click(names::REQUEST_TOKEN).await;
    }
    window.wait_for_text(names::FAILURE, REQUEST, |words| words.contains("No keychain")).await;
    window.wait_for_text(names::APP_STATE, SOON, |state| state.contains("no keychain")).await;
    window.screenshot("3-started-without").await;
    desktop.start_keychain().await;
    window.click(names::RETRY_KEYCHAIN_HERE).await;
    wait_until_verified(&window).await;
    window.wait_gone(names::FAILURE, SOON).await;
    window.screenshot("4-back").await;
    let token = copy_token(&desktop, &window).await;
    assert_eq!(admin_api_answers(server.base_url(), &token).await, 200);
    window.quit().await;
}
