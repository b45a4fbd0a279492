//! A secret that is easy to recognise goes in, and is then looked for everywhere.

use std::fs;
use std::path::PathBuf;

use support::window::Desktop;

use crate::journey::{add_application, request_another, server_with};
use crate::{copy_token, names};

const SECRET: &str = "canary-8d1f0c5e7a";

#[tokio::test]
async fn secrets_and_tokens_are_nowhere_but_in_their_place() {
    let desktop = Desktop::start("canary").await;
    let (server, client_id) = server_with(SECRET);
    let window = desktop.open_window().await;
    add_application(&window, server.base_url(), &client_id, SECRET).await;
    assert!(!window.page().await.contains(SECRET), "it does not come back to the page");
    request_another(&window).await;
    let token = copy_token(&desktop, &window).await;
    let signature = token.rsplit('.').next().expect("a signature");
    let asked = server.requests().iter().any(|request| request.path_and_query.ends_with("/oauth/token"));
    assert!(asked, "the secret was used at all");

    // Before *Show*: nothing in the page, in a file, in what was printed, on the command line.
    let canaries = [SECRET, signature];
    let page = window.page().await;
    for canary in canaries {
        assert!(!page.contains(canary), "the page holds {canary}");
    }
    let nothing: Vec<(PathBuf, &str)> = Vec::new();
    assert_eq!(desktop.files_with(&canaries), nothing);
    for place in ["cmdline", "environ"] {
        let text = fs::read(format!("/proc/{}/{place}", window.process_id())).unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        assert!(!canaries.iter().any(|canary| text.contains(canary)), "{place}");
    }

    // The same look finds what is there, or it would prove nothing.
    window.click(names::SHOW_TOKEN).await;
    window
        .wait_until("the whole token", crate::REQUEST, async || window.page().await.contains(signature))
        .await;
    window.quit().await;
    assert_eq!(desktop.files_with(&canaries), nothing, "nor after the end");
    let planted = desktop.config().join("planted");
    fs::write(&planted, format!("x{SECRET}x")).expect("a file");
    assert_eq!(desktop.files_with(&canaries), [(planted, SECRET)]);
}
