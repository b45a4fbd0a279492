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

    // Nor after it was used: in a call, the activity, a curl command and an export.
    window.click(names::OPEN_CALL).await;
    window.click(names::CALL_RUN).await;
    window.wait_for_text(names::CALL_STATUS, crate::REQUEST, |status| status.contains("200")).await;
    window.click(names::ACTIVITY).await;
    window.click(names::EXPORT_HAR).await;
    let exported = PathBuf::from(window.text(names::EXPORT_PATH).await.trim());
    let har = fs::read_to_string(&exported).unwrap_or_else(|error| panic!("{exported:?}: {error}"));
    assert!(har.contains("/oauth/token") && har.contains("/admin/tenants/"), "the export holds the requests");
    let rows = window.client().find_all(fantoccini::Locator::Css("[data-testid=activity-row]")).await;
    let rows = rows.expect("rows").len();
    assert!(rows >= 4, "discovery, keys, token and call: {rows}");
    for row in 0..rows {
        let open = format!("document.querySelectorAll('[data-testid=activity-row]')[{row}].click()");
        window.evaluate(&open).await;
        window.wait_for(names::EXCHANGE_CARD, crate::REQUEST).await;
        window.click(names::COPY_CURL).await;
        window
            .wait_until("the command on the clipboard", crate::REQUEST, async || {
                desktop.clipboard().await.is_some_and(|text| text.starts_with("curl"))
            })
            .await;
        let text = desktop.clipboard().await.unwrap_or_default();
        let page = window.page().await;
        for canary in canaries {
            assert!(!page.contains(canary), "exchange {row} shows {canary}");
            assert!(!text.contains(canary), "the command of exchange {row} holds {canary}");
        }
        desktop.set_clipboard("something else");
        window.evaluate(&open).await;
    }
    assert_eq!(desktop.files_with(&canaries), nothing, "nor in the export");
    window.click(names::APP_ITEM).await;

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
