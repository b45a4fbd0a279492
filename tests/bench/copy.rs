//! From the click on *Copy token* to a clipboard that was read back, for a token that is there.

use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};
use support::window::{Desktop, SOON};

use crate::linux::{quantile, say};

/// How often it is copied.
const COPIES: usize = 300;

/// What the button does, and the cheapest command in turn with it. The page's clock counts whole
/// milliseconds, so each time is up to one off; the mean over all is not.
const COPY: &str = r#"
    const [application, copies, done] = arguments;
    const invoke = window.__TAURI_INTERNALS__.invoke;
    const timed = async (times, name, args) => {
        const begin = performance.now();
        const answer = await invoke(name, args);
        times.push(performance.now() - begin);
        return answer;
    };
    (async () => {
        const [copy, baseline] = [[], []];
        let renewed = 0;
        for (let turn = -10; turn < copies; turn += 1) {
            // The first turns only warm up.
            if (turn === 0) copy.length = baseline.length = 0;
            await timed(baseline, "preferences", {});
            const receipt = await timed(copy, "copy_token", { args: { application, format: "bare" } });
            if (receipt.renewed) renewed += 1;
        }
        return { copy, baseline, renewed };
    })().then(done, (error) => done({ error: JSON.stringify(error) ?? String(error) }));
"#;

pub(crate) async fn measure(app: &Path) {
    let desktop = Desktop::start_for("bench-copy", app).await;
    let window = desktop.open_window().await;
    window.click("try-practice").await;
    window.wait_for_text("verdict", Duration::from_secs(20), |verdict| verdict.contains("Verified")).await;
    window.wait_for("copy-token", SOON).await;
    let client = window.client();
    let snapshot = "const done = arguments[0];
        window.__TAURI_INTERNALS__.invoke('snapshot', {}).then(done, (error) => done(String(error)));";
    let snapshot = client.execute_async(snapshot, Vec::new()).await.expect("a snapshot");
    let application = &snapshot["instances"][0]["applications"][0]["id"];
    let figures = client.execute_async(COPY, vec![application.clone(), json!(COPIES)]).await;
    let figures = figures.expect("the times");
    assert!(figures["error"].is_null(), "a copy failed: {}", figures["error"]);
    let token = desktop.clipboard().await.unwrap_or_default();
    assert_eq!(token.split('.').count(), 3, "another program finds a token on the clipboard");
    report(&figures);
    window.quit().await;
}

fn report(figures: &Value) {
    let times = |name: &str| -> Vec<f64> {
        figures[name].as_array().expect("times").iter().filter_map(Value::as_f64).collect()
    };
    let (copy, baseline) = (times("copy"), times("baseline"));
    say(&format!("a click on Copy token, {COPIES} times, beside the cheapest command in turn with it"));
    row("99 of 100 copies at most", &copy, &baseline, 0.99, "aim: 10 ms, ");
    row("half of them at most", &copy, &baseline, 0.5, "");
    let (copy, baseline) = (mean(&copy), mean(&baseline));
    say(&format!(
        "  on average                      {copy:>8.2} ms        ({baseline:.2} ms the other, {:.1} x)",
        copy / baseline
    ));
    if figures["renewed"] != json!(0) {
        say(&format!("  asked for another token first   {:>8}", figures["renewed"]));
    }
}

fn row(what: &str, copy: &[f64], baseline: &[f64], share: f64, aim: &str) {
    let (copy, baseline) = (quantile(copy, share), quantile(baseline, share));
    say(&format!("  {what:<30}  {copy:>8.0} ms        {aim}({baseline:.0} ms the other)"));
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}
