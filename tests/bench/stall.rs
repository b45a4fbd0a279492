//! How long the window does not answer while a large token is pasted, read and shown.

use std::path::Path;

use serde_json::{Value, json};
use support::window::{Desktop, SOON, Window};

use crate::linux::{quantile, say};

/// How often each is done.
const TIMES: usize = 7;

/// The longest time between two turns of the page's event loop while something is done and until it has settled:
/// that is how long a key press would wait. Painting is not in it, since there is no screen to paint on.
const GAP: &str = r#"
    const [act, done] = arguments;
    const settled = 400;
    let longest = 0, last = performance.now(), quiet = last;
    const channel = new MessageChannel();
    const turn = () => {
        const now = performance.now();
        if (now - last > 8) quiet = now;
        longest = Math.max(longest, now - last);
        last = now;
        if (now - quiet > settled) done(longest);
        else channel.port2.postMessage(null);
    };
    channel.port1.onmessage = turn;
    new Function(act)();
    turn();
"#;

/// Pastes what is in `window.token`, as a paste outside of a field does.
const PASTE: &str = "const data = new DataTransfer();
    data.setData('text/plain', window.token);
    document.body.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));";

fn click(testid: &str) -> String {
    format!("document.querySelector('[data-testid={testid}]').click();")
}

pub(crate) async fn measure(app: &Path) {
    let desktop = Desktop::start_for("bench-stall", app).await;
    let window = desktop.open_window().await;
    window.wait_for("try-practice", SOON).await;
    window.click("open-inspector").await;
    window.wait_for("inspector-page", SOON).await;
    say("the longest time in which the window does not answer, over several times");
    let small = json!({ "sub": "s", "exp": 1 }).to_string();
    let megabyte = json!({ "sub": "x".repeat(1_000_000) }).to_string();
    let claims: serde_json::Map<String, Value> =
        (0..10_000).map(|n| (format!("claim_{n}"), json!(format!("value {n}")))).collect();
    let claims = Value::Object(claims).to_string();
    let rows = json!({ "list": (0..100_000).collect::<Vec<u32>>() }).to_string();
    let baseline = pasted(&window, &small, None).await;
    for (what, payload) in
        [("1 MB in one claim", &megabyte), ("10,000 claims", &claims), ("100,000 numbers", &rows)]
    {
        row(&format!("paste {what}"), pasted(&window, payload, None).await, baseline);
        row(&format!("its JSON, {what}"), pasted(&window, payload, Some("claims-json")).await, baseline);
    }
    window.quit().await;
}

/// Pastes a token with this payload, again and again: the median of the longest gaps, in milliseconds, of the paste
/// or of the click that follows it.
async fn pasted(window: &Window<'_>, payload: &str, then: Option<&str>) -> f64 {
    let encoded = base64::Engine::encode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, payload);
    let token =
        format!("window.token = 'eyJhbGciOiJSUzI1NiJ9.' + {}; return null", json!(format!("{encoded}.AAAA")));
    window.evaluate(&token).await;
    let mut gaps = Vec::new();
    for _ in 0..TIMES {
        window
            .evaluate("document.querySelector('[data-testid=inspector-clear]')?.click(); return null")
            .await;
        gaps.push(gap(window, PASTE).await);
        window.wait_for("inspector-verdict", SOON).await;
        if let Some(then) = then {
            gaps.pop();
            gaps.push(gap(window, &click(then)).await);
            window.evaluate(&format!("{} return null", click("claims-explained"))).await;
        }
    }
    quantile(&gaps, 0.5)
}

async fn gap(window: &Window<'_>, act: &str) -> f64 {
    let longest = window.client().execute_async(GAP, vec![json!(act)]).await.expect("a time");
    longest.as_f64().expect("milliseconds")
}

fn row(what: &str, longest: f64, baseline: f64) {
    say(&format!("  {what:<30}  {longest:>8.0} ms        aim: 100 ms, ({baseline:.0} ms a small token)"));
}
