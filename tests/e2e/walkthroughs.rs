//! The walkthroughs, done as a newcomer does them: by clicking what is offered.

use std::os::unix::fs::PermissionsExt as _;
use std::time::Duration;

use serde_json::Value;
use support::window::{Desktop, SOON, Window};

use crate::{
    REQUEST, admin_api_answers, ask_for_openid_only, claims, copy_token, names, try_practice,
    wait_until_verified,
};

/// With tokens of 20 s, a renewal comes within this time.
const A_LIFE: Duration = Duration::from_secs(30);

/// Opens a step of the walkthrough that is on screen.
async fn open_step(window: &Window<'_>, index: usize) {
    window.click(&names::walkthrough_step(index)).await;
}

/// Whether a step's mark says that it is done.
async fn is_done(window: &Window<'_>, index: usize) -> bool {
    let script = format!(
        "return document.querySelector('[data-testid=\"{}\"]').dataset.done === 'true'",
        names::walkthrough_step(index)
    );
    window.evaluate(&script).await == Value::Bool(true)
}

async fn wait_until_done(window: &Window<'_>, index: usize, limit: Duration) {
    window
        .wait_until(&format!("step {index} to be done"), limit, async || is_done(window, index).await)
        .await;
}

/// The cells of the table on screen, row by row.
async fn rows(window: &Window<'_>, table: &str) -> Vec<String> {
    let script = format!(
        "return [...document.querySelectorAll('[data-testid=\"{table}\"] tbody tr')].map((row) => row.textContent)"
    );
    let rows = window.evaluate(&script).await;
    rows.as_array().expect("rows").iter().map(|row| row.as_str().unwrap_or_default().to_owned()).collect()
}

#[tokio::test]
async fn the_quickstart_from_step_one_to_five_by_clicks_only() {
    let desktop = Desktop::start("quickstart").await;
    let window = desktop.open_window().await;
    window.click(names::TRY_PRACTICE).await;
    window.wait_for(names::WALKTHROUGH_PAGE, REQUEST).await;

    // 1: register an application, here by one click.
    open_step(&window, 0).await;
    window.click(names::REGISTER_PRACTICE).await;
    wait_until_done(&window, 0, REQUEST).await;
    window.screenshot("1-registered").await;
    // It is another one than the first, and has no token yet.
    window.wait_until("the new application to count", SOON, async || !is_done(&window, 1).await).await;

    // 2: request a token.
    window.click(names::STEP_NEXT).await;
    let request = window.wait_for_text(names::STEP_REQUEST, SOON, |text| text.contains("curl")).await;
    assert!(
        request.contains("grant_type=client_credentials") && request.contains("$CLIENT_SECRET"),
        "{request}"
    );
    window.click(names::STEP_RUN).await;
    wait_until_done(&window, 1, REQUEST).await;
    window.screenshot("2-token").await;

    // 3: decode it.
    window.click(names::STEP_NEXT).await;
    wait_until_done(&window, 2, REQUEST).await;
    window.screenshot("3-decoded").await;

    // 4: call a protected endpoint.
    window.click(names::STEP_NEXT).await;
    window.click(names::STEP_RUN).await;
    window.wait_for_text(names::STEP_STATUS, REQUEST, |status| status.contains("200")).await;
    assert_eq!(rows(&window, names::CALL_TABLE).await.len(), 3, "the practice server has three tenants");
    wait_until_done(&window, 3, SOON).await;
    window.screenshot("4-tenants").await;

    // 5: let it renew, with tokens short enough to watch it.
    window.click(names::STEP_NEXT).await;
    window.click(names::WATCH_RENEWAL).await;
    wait_until_done(&window, 4, A_LIFE).await;
    window.screenshot("5-renewed").await;

    // What was done survives: the application is remembered, the token is not.
    window.quit().await;
    let window = desktop.open_window().await;
    window.click(names::WALKTHROUGHS).await;
    window.click(&names::open_walkthrough("quickstart")).await;
    wait_until_done(&window, 0, SOON).await;
    assert!(!is_done(&window, 1).await, "the token was in memory only");
    window.screenshot("6-after-a-restart").await;
    window.quit().await;
}

#[tokio::test]
async fn a_403_is_repaired_by_the_button_under_it() {
    let desktop = Desktop::start("repair-403").await;
    let window = desktop.open_window().await;
    try_practice(&window).await;

    ask_for_openid_only(&window).await;
    let narrow = copy_token(&desktop, &window).await;
    assert_eq!(claims(&narrow)["scope"], "openid");

    // Be refused.
    window.click(names::WALKTHROUGHS).await;
    window.click(&names::open_walkthrough("quickstart")).await;
    open_step(&window, 3).await;
    window.click(names::STEP_RUN).await;
    window.wait_for_text(names::STEP_STATUS, REQUEST, |status| status.contains("403")).await;
    let words = window.wait_for_text(names::STEP_ERROR, SOON, |words| !words.is_empty()).await;
    window.screenshot("1-refused").await;
    assert!(words.contains("no admin scope"), "{words}");
    assert!(words.contains("Platform token requires admin:read or admin:write scope"), "{words}");

    // Press the fix.
    window.click(names::ASK_FOR_SCOPES).await;
    window.wait_for_text(names::STEP_STATUS, REQUEST, |status| status.contains("200")).await;
    assert_eq!(rows(&window, names::CALL_TABLE).await.len(), 3, "tenants");
    window.screenshot("2-tenants").await;
    wait_until_done(&window, 3, SOON).await;
    assert!(!window.sees(names::STEP_ERROR).await);

    // The repair walkthrough agrees: nothing is left to do.
    window.click(names::WALKTHROUGHS).await;
    window.click(&names::open_walkthrough("repair403")).await;
    for step in 0..5 {
        wait_until_done(&window, step, SOON).await;
    }
    window.screenshot("3-repaired").await;
    window.quit().await;
}

#[tokio::test]
async fn a_service_its_secret_and_a_webhook() {
    let desktop = Desktop::start("walkthroughs").await;
    let window = desktop.open_window().await;
    try_practice(&window).await;

    window.click(names::WALKTHROUGHS).await;
    window.click(&names::open_walkthrough("serviceToService")).await;
    open_step(&window, 3).await;
    window.wait_for_text(names::CODE_TEXT, SOON, |text| text.contains("CLIENT_SECRET")).await;
    for language in ["rust", "python", "typescript"] {
        window.click(&format!("code-tab-{language}")).await;
        window.wait_for_text(names::CODE_TEXT, SOON, |text| text.contains("CLIENT_SECRET")).await;
        window.screenshot(&format!("1-code-{language}")).await;
    }

    // Rotate: the token in hand stays until the next one.
    window.click(names::APP_ITEM).await;
    wait_until_verified(&window).await;
    let before = copy_token(&desktop, &window).await;
    window.click(names::WALKTHROUGHS).await;
    window.click(&names::open_walkthrough("rotateSecret")).await;
    choose_first_application(&window).await;
    open_step(&window, 1).await;
    window.click(names::ROTATE_PRACTICE).await;
    wait_until_done(&window, 1, REQUEST).await;
    open_step(&window, 2).await;
    window.click(names::STEP_RUN).await;
    window.wait_for_text(names::SECRET_TRIAL_NEW, REQUEST, |words| words.contains("ccepted")).await;
    window.wait_for_text(names::SECRET_TRIAL_OLD, REQUEST, |words| words.contains("efused")).await;
    window.screenshot("2-both-secrets").await;
    open_step(&window, 3).await;
    window.click(names::STEP_RUN).await;
    wait_until_done(&window, 3, REQUEST).await;
    window.click(names::APP_ITEM).await;
    assert_eq!(copy_token(&desktop, &window).await, before, "the valid token was not lost");
    window.click(names::WALKTHROUGHS).await;
    window.click(&names::open_walkthrough("rotateSecret")).await;
    open_step(&window, 4).await;
    window.click(names::STEP_RUN).await;
    wait_until_done(&window, 4, REQUEST).await;
    window.screenshot("3-rotated").await;
    window.click(names::APP_ITEM).await;
    let after = copy_token(&desktop, &window).await;
    let base_url = claims(&after)["iss"].as_str().expect("an issuer").to_owned();
    assert_eq!(admin_api_answers(&base_url, &after).await, 200);

    // A webhook.
    window.click(names::WALKTHROUGHS).await;
    window.click(&names::open_walkthrough("webhook")).await;
    window.click(names::WEBHOOK_RECEIVE).await;
    window
        .wait_until("the delivery", REQUEST, async || {
            window.value(names::WEBHOOK_BODY).await.contains("tenant.updated")
        })
        .await;
    window.click(names::WEBHOOK_VERIFY).await;
    wait_until_done(&window, 1, REQUEST).await;
    window.screenshot("4-webhook-verified").await;
    let body = window.value(names::WEBHOOK_BODY).await;
    window.type_into(names::WEBHOOK_BODY, &body.replace("SUSPENDED", "ACTIVE")).await;
    window.click(names::WEBHOOK_VERIFY).await;
    window.wait_until("the changed body to be found out", REQUEST, async || !is_done(&window, 1).await).await;
    window.screenshot("5-webhook-refused").await;
    window.quit().await;
}

async fn choose_first_application(window: &Window<'_>) {
    let applications = window.wait_for(names::WALKTHROUGH_APPLICATION, SOON).await;
    applications.select_by_label("demo-service").await.expect("the application to choose");
    wait_until_done(window, 0, REQUEST).await;
}

#[tokio::test]
async fn pages_open_in_the_systems_browser_and_no_others() {
    let desktop = Desktop::start("browser").await;
    let folder = desktop.home().join("bin");
    let opened = desktop.home().join("opened");
    std::fs::create_dir(&folder).expect("a folder");
    let browser = folder.join("xdg-open");
    std::fs::write(&browser, format!("#!/bin/sh\nprintf '%s\\n' \"$1\" >> '{}'\n", opened.display()))
        .expect("a script");
    std::fs::set_permissions(&browser, std::fs::Permissions::from_mode(0o755)).expect("a program");
    #[expect(clippy::disallowed_methods, reason = "the test's own environment, with one folder more")]
    let path = std::env::var("PATH").unwrap_or_default();
    let path = format!("{}:{path}", folder.display());
    let window = desktop.open_window_with(&[], &[("PATH", path.as_str())]).await;
    window.click(names::TRY_PRACTICE).await;
    window.wait_for(names::WALKTHROUGH_PAGE, REQUEST).await;
    window.click(names::OPEN_DOCUMENTATION).await;
    open_step(&window, 0).await;
    window.click(names::OPEN_ADMIN).await;
    let lines = || std::fs::read_to_string(&opened).unwrap_or_default();
    window.wait_until("both pages to be opened", SOON, async || lines().lines().count() == 2).await;
    let lines: Vec<String> = lines().lines().map(str::to_owned).collect();
    assert_eq!(lines[0], "https://www.scailabs.ai/docs/scaikey/quickstart");
    assert!(lines[1].starts_with("http://127.0.0.1:") && lines[1].ends_with("/admin/"), "{}", lines[1]);

    // The page cannot have anything else opened.
    let refused = window
        .evaluate(
            "return window.__TAURI_INTERNALS__.invoke('open_page', { args: { page: { kind: 'documentation', page: '../../evil' } } })
               .then(() => 'opened', (error) => error.kind)",
        )
        .await;
    assert_eq!(refused, "notFound");
    window.quit().await;
}
