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
    const done = arguments[0];
    const settled = 300;
    const begin = performance.now();
    let longest = 0, last = begin, quiet = last, shown = null;
    const channel = new MessageChannel();
    const turn = () => {
        const now = performance.now();
        if (now - last > 8) quiet = now;
        if (shown === null && document.querySelector("[data-testid=UNTIL]") !== null) shown = quiet = now;
        longest = Math.max(longest, now - last);
        last = now;
        if (shown !== null && now - quiet > settled) done([longest, shown - begin]);
        else channel.port2.postMessage(null);
    };
    channel.port1.onmessage = turn;
    ACT
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
        row(&format!("paste {what}"), &pasted(&window, payload, None).await, &baseline);
        row(&format!("its JSON, {what}"), &pasted(&window, payload, Some("claims-json")).await, &baseline);
    }
    window.quit().await;
}

/// In milliseconds.
struct Figures {
    /// The longest time in which the page did not answer.
    gap: f64,
    /// Until what was wanted stood there.
    shown: f64,
}

/// Pastes a token with this payload, again and again: the medians of the paste, or of the click that follows it.
async fn pasted(window: &Window<'_>, payload: &str, then: Option<&str>) -> Figures {
    let encoded = base64::Engine::encode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, payload);
    let token =
        format!("window.token = 'eyJhbGciOiJSUzI1NiJ9.' + {}; return null", json!(format!("{encoded}.AAAA")));
    window.evaluate(&token).await;
    let (mut gaps, mut shown) = (Vec::new(), Vec::new());
    for _ in 0..TIMES {
        window
            .evaluate("document.querySelector('[data-testid=inspector-clear]')?.click(); return null")
            .await;
        let mut figures = act(window, PASTE, "inspector-verdict").await;
        if let Some(then) = then {
            figures = act(window, &click(then), "json-row").await;
            window.evaluate(&format!("{} return null", click("claims-explained"))).await;
        }
        gaps.push(figures.gap);
        shown.push(figures.shown);
    }
    Figures { gap: quantile(&gaps, 0.5), shown: quantile(&shown, 0.5) }
}

/// Does something in the page until an element is there and all is quiet.
async fn act(window: &Window<'_>, act: &str, until: &str) -> Figures {
    // The page's own rules forbid it to make a script of a text.
    let script = GAP.replace("ACT", act).replace("UNTIL", until);
    let times = window.client().execute_async(&script, Vec::new()).await.expect("times");
    let time = |index: usize| times[index].as_f64().expect("milliseconds");
    Figures { gap: time(0), shown: time(1) }
}

fn row(what: &str, figures: &Figures, baseline: &Figures) {
    say(&format!(
        "  {what:<30}  {:>8.0} ms        aim: 100 ms, ({:.0} ms a small token); there after {:.0} ms ({:.0} ms)",
        figures.gap, baseline.gap, figures.shown, baseline.shown
    ));
}
