//! What a page that has been taken over could try: the window itself refuses it, whatever the page's code says.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use support::window::{Desktop, SOON, Window, eventually};

use crate::{copy_token, names, try_practice};

/// So large is what the page sends when it sends too much.
const TEN_MEGABYTES: usize = 10 * 1024 * 1024;

/// Calls a command as the page does; what it answers, or how it refuses.
async fn call(window: &Window<'_>, command: &str, args: Value) -> Result<Value, Value> {
    let script = "const [command, args, done] = arguments; \
                  window.__TAURI_INTERNALS__.invoke(command, args) \
                  .then((value) => done({ well: value }), (error) => done({ refused: error }));";
    let answer = window.client().execute_async(script, vec![json!(command), args]).await;
    let answer = answer.expect("an answer to a command");
    match answer.get("refused") {
        Some(refused) => Err(refused.clone()),
        None => Ok(answer["well"].clone()),
    }
}

#[tokio::test]
async fn the_page_may_call_nothing_but_the_apps_own_commands() {
    let desktop = Desktop::start("commands").await;
    let window = desktop.open_window().await;
    window.wait_for(names::TRY_PRACTICE, SOON).await;

    let elsewhere = desktop.home().join("planted.json");
    std::fs::write(&elsewhere, r#"{"a":"b"}"#).expect("a file");
    desktop.set_clipboard("of another program");
    for (command, args) in [
        ("plugin:store|load", json!({ "path": elsewhere, "options": {} })),
        ("plugin:store|get_store", json!({ "path": "preferences.json" })),
        ("plugin:store|save", json!({ "rid": 0 })),
        ("plugin:clipboard-manager|read_text", json!({})),
        ("plugin:clipboard-manager|write_text", json!({ "text": "planted" })),
        ("plugin:event|emit", json!({ "event": "snapshot", "payload": {} })),
        ("plugin:event|emit_to", json!({ "target": { "kind": "Any" }, "event": "snapshot", "payload": {} })),
        ("plugin:window|close", json!({ "label": "main" })),
        ("plugin:window|set_title", json!({ "label": "main", "value": "planted" })),
        ("plugin:webview|create_webview_window", json!({ "options": { "label": "second" } })),
        ("plugin:webview|internal_toggle_devtools", json!({})),
        ("plugin:path|resolve_directory", json!({ "directory": 21 })),
        ("plugin:app|version", json!({})),
        ("plugin:shell|execute", json!({ "program": "true" })),
        ("plugin:fs|read_file", json!({ "path": "/etc/passwd" })),
        ("read_file", json!({ "path": "/etc/passwd" })),
        ("", json!({})),
    ] {
        let answer = call(&window, command, args).await;
        let refused = answer.expect_err(command).to_string();
        assert!(
            refused.contains("not allowed") || refused.contains("not found"),
            "{command} is refused for what it is, not for its arguments: {refused}"
        );
    }
    assert_eq!(desktop.clipboard().await.as_deref(), Some("of another program"));

    // The same way in is open for what the app needs, or all the refusals would prove nothing.
    let snapshot = call(&window, "snapshot", json!({})).await.expect("a snapshot");
    assert_eq!(snapshot["instances"], json!([]));
    window.quit().await;
}

#[tokio::test]
async fn wrong_arguments_are_refused_and_the_app_goes_on() {
    let desktop = Desktop::start("arguments").await;
    let window = desktop.open_window().await;
    window.wait_for(names::TRY_PRACTICE, SOON).await;
    let nobody = "00000000-0000-7000-8000-000000000000";

    let large = "x".repeat(TEN_MEGABYTES);
    let draft = |url: &str| {
        json!({ "draft": {
            "id": null, "name": "", "colour": "blue", "production": false, "kind": "scaiKey", "url": url,
            "endpoints": [], "proxy": { "kind": "system" }, "extraCa": "",
        }})
    };
    for (what, command, args) in [
        ("no arguments", "request_token", json!({})),
        ("null", "request_token", json!({ "args": null })),
        ("a number", "request_token", json!({ "args": 1 })),
        ("an array", "request_token", json!({ "args": [[[[]]]] })),
        ("another name", "request_token", json!({ "args": { "app": nobody } })),
        ("a number as an id", "request_token", json!({ "args": { "application": 7 } })),
        ("no id at all", "reveal_token", json!({ "args": { "application": "../../x" } })),
        ("an id of nobody", "reveal_token", json!({ "args": { "application": nobody } })),
        ("an index below 0", "move_instance", json!({ "args": { "instance": nobody, "index": -1 } })),
        ("an index too large", "move_instance", json!({ "args": { "instance": nobody, "index": 1e300 } })),
        (
            "a theme that is none",
            "save_preferences",
            json!({ "args": { "preferences": { "theme": "pink" } } }),
        ),
        ("a form that is none", "copy_token", json!({ "args": { "application": nobody, "format": "x" } })),
        ("a lifetime that is text", "set_practice_lifetime", json!({ "args": { "seconds": "1" } })),
        ("a prototype", "save_instance", json!({ "args": { "__proto__": { "draft": 1 } } })),
        ("10 MB as an id", "request_token", json!({ "args": { "application": large } })),
        ("10 MB as a secret", "set_secret", {
            json!({ "args": { "application": nobody, "value": large, "keep": "session" } })
        }),
        ("10 MB as an address to read", "discover", json!({ "args": draft(&large) })),
        ("10 MB as an address to save", "save_instance", json!({ "args": draft(&large) })),
    ] {
        let refused = call(&window, command, args).await.expect_err(what).to_string();
        assert!(refused.len() < 10_000, "{what}: the answer is {} bytes long", refused.len());
        let end: String = refused.chars().take(300).collect();
        assert!(!end.contains("internal"), "{what} is no fault of the app's: {end}");
    }
    // Nothing of all that is left, and the app does what it is for.
    let snapshot = call(&window, "snapshot", json!({})).await.expect("a snapshot");
    assert_eq!(snapshot["instances"], json!([]));
    assert!(desktop.log().len() < 20_000, "the log does not hold what was sent");
    try_practice(&window).await;
    copy_token(&desktop, &window).await;
    window.quit().await;
}

/// Listens at a port of this computer, and keeps whatever is sent there.
///
/// WebKit opens a connection as soon as a link is clicked, before anybody is asked whether it may be followed; no
/// setting of its GTK port turns that off. So connections are not counted: nothing may be sent over them.
struct Listener {
    port: u16,
    received: Arc<Mutex<Vec<u8>>>,
}

impl Listener {
    fn start() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let port = listener.local_addr().expect("its number").port();
        let received = Arc::new(Mutex::new(Vec::new()));
        let all = received.clone();
        // It ends with the test's process; a thread that waits costs nothing.
        std::thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                let all = all.clone();
                std::thread::spawn(move || {
                    for byte in std::io::BufReader::new(connection).bytes().map_while(Result::ok) {
                        all.lock().expect("bytes").push(byte);
                    }
                });
            }
        });
        Self { port, received }
    }

    /// What was sent. It is proven to listen: the test sends something itself, last.
    async fn received(&self) -> String {
        let text = || String::from_utf8_lossy(&self.received.lock().expect("bytes")).into_owned();
        let mut mine = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).expect("a listener");
        mine.write_all(b"mine").expect("a connection that takes bytes");
        eventually("the test's own bytes", SOON, async || text().contains("mine")).await;
        text()
    }
}

#[tokio::test]
async fn the_page_goes_nowhere_and_opens_no_second_window() {
    let desktop = Desktop::start("navigation").await;
    let window = desktop.open_window().await;
    try_practice(&window).await;
    let listener = Listener::start();
    let here = format!("http://127.0.0.1:{}/", listener.port);
    let home = window.client().current_url().await.expect("an address");
    assert_eq!(home.as_str(), "tauri://localhost");
    // It is lost with the page, even if the same page is loaded anew.
    window.evaluate("window.mark = 'the first page'; window.refused = []; \
        document.addEventListener('securitypolicyviolation', (event) => window.refused.push(event.violatedDirective)); \
        return null").await;

    let kept = || desktop.log().matches("the page wanted to leave and was kept").count();
    let alone = || desktop.log().matches("the page wanted a second window and got none").count();
    let refused = async || window.evaluate("return window.refused.length").await.as_u64().unwrap_or(0);
    let away = [
        ("an address", "location.href = to"),
        ("a replaced address", "location.replace(to)"),
        (
            "a click on a link",
            "const a = document.createElement('a'); a.href = to; document.body.append(a); a.click()",
        ),
        (
            "a meta refresh",
            "const m = document.createElement('meta'); m.httpEquiv = 'refresh'; \
            m.content = '0;url=' + to; document.head.append(m)",
        ),
        (
            "a submitted form",
            "const f = document.createElement('form'); f.action = to; f.method = 'post'; \
            document.body.append(f); f.submit()",
        ),
        ("window.open in place", "window.open(to, '_self')"),
        ("a frame", "const f = document.createElement('iframe'); f.src = to; document.body.append(f)"),
    ];
    let elsewhere = ["https://example.com/", here.as_str(), "tauri://elsewhere/"];
    for (what, script) in away {
        for to in elsewhere {
            let (before, violations) = (kept() + alone(), refused().await);
            let script = format!(
                "const to = arguments[0]; try {{ {script} }} catch (e) {{ return String(e) }} return null"
            );
            let thrown = window.client().execute(&script, vec![json!(to)]).await.expect("a script that runs");
            // Somebody refuses: the page's own engine at once, its policy, or the shell.
            if thrown.is_null() {
                window
                    .wait_until(&format!("{what} to {to} to be refused"), SOON, async || {
                        kept() + alone() > before || refused().await > violations
                    })
                    .await;
            }
        }
    }
    // A second window needs a person's click; then it is the shell that refuses.
    for (what, script) in [
        ("window.open", "button.onclick = () => { window.second = window.open(to) }"),
        ("a link to a new window", "button.href = to; button.target = '_blank'"),
        (
            "a form to a new window",
            "button.onclick = () => { const f = document.createElement('form'); \
            f.action = to; f.target = '_blank'; document.body.append(f); f.submit() }",
        ),
    ] {
        let before = alone() + usize::try_from(refused().await).expect("a number");
        let script = format!(
            "const to = arguments[0]; document.querySelector('[data-testid=trap]')?.remove(); \
             const button = document.createElement('a'); button.textContent = 'trap'; \
             button.dataset.testid = 'trap'; Object.assign(button.style, {{ position: 'fixed', inset: '0 auto auto 0', \
             zIndex: 99 }}); {script}; document.body.append(button); return null"
        );
        window.client().execute(&script, vec![json!(here)]).await.expect("a script that runs");
        window.click("trap").await;
        window
            .wait_until(&format!("{what} to be refused"), SOON, async || {
                alone() + usize::try_from(refused().await).expect("a number") > before
            })
            .await;
    }
    assert_eq!(window.evaluate("return window.second ?? null").await, json!(null));

    assert_eq!(window.evaluate("return window.mark").await, "the first page");
    assert_eq!(window.client().current_url().await.expect("an address"), home);
    assert_eq!(window.client().windows().await.expect("windows").len(), 1);
    assert_eq!(listener.received().await, "mine", "nobody was asked for a page");
    assert!(call(&window, "snapshot", json!({})).await.is_ok());
    copy_token(&desktop, &window).await;
    assert!(kept() > 0 && alone() > 0 && refused().await > 0, "all three guards were needed");
    window.quit().await;
}

#[tokio::test]
async fn the_policy_stops_foreign_scripts_styles_and_requests() {
    let desktop = Desktop::start("policy").await;
    let window = desktop.open_window().await;
    window.wait_for(names::TRY_PRACTICE, SOON).await;
    let listener = Listener::start();
    let to = format!("127.0.0.1:{}", listener.port);
    window.evaluate("window.refused = []; window.ran = []; \
        document.addEventListener('securitypolicyviolation', (event) => window.refused.push(event.effectiveDirective)); \
        return null").await;

    // Where the engine knows trusted types, a text is no script to begin with. What takes the page over could make
    // itself a policy that trusts everything, so it does; the rest must hold without.
    if window.evaluate("return typeof window.trustedTypes").await == "object" {
        let thrown = window
            .evaluate("try { document.body.innerHTML = '<b>x</b>'; return null } catch (error) { return error.name }")
            .await;
        assert_eq!(thrown, "TypeError", "a text is not markup");
        window
            .evaluate(
                "const trust = (text) => text; return String(trustedTypes.createPolicy('default', \
                 { createHTML: trust, createScript: trust, createScriptURL: trust }))",
            )
            .await;
    }
    for (what, directive, script) in [
        (
            "an inline script",
            "script-src",
            "const s = document.createElement('script'); \
            s.textContent = 'window.ran.push(1)'; document.body.append(s)",
        ),
        (
            "an inline handler",
            "script-src",
            "const b = document.createElement('b'); \
            b.setAttribute('onclick', 'window.ran.push(2)'); document.body.append(b); b.click()",
        ),
        (
            "markup with a handler",
            "script-src",
            "const b = document.createElement('b'); \
            b.innerHTML = '<img src=x onerror=\"window.ran.push(3)\">'; document.body.append(b)",
        ),
        ("eval", "script-src", "(0, eval)('window.ran.push(4)')"),
        ("new Function", "script-src", "new Function('window.ran.push(5)')()"),
        ("a timer with a text", "script-src", "setTimeout('window.ran.push(6)', 0)"),
        (
            "a javascript: address",
            "script-src",
            "const a = document.createElement('a'); \
            a.href = 'javascript:window.ran.push(7)'; document.body.append(a); a.click()",
        ),
        (
            "a script from elsewhere",
            "script-src",
            "const s = document.createElement('script'); \
            s.src = 'http://TO/x.js'; document.body.append(s)",
        ),
        ("an import from elsewhere", "script-src", "import('http://TO/x.js').catch(() => {})"),
        (
            "a data: script",
            "script-src",
            "const s = document.createElement('script'); \
            s.src = 'data:text/javascript,window.ran.push(8)'; document.body.append(s)",
        ),
        ("a blob: worker", "script-src|worker-src", "new Worker(URL.createObjectURL(new Blob(['1'])))"),
        ("a style attribute", "style-src", "document.body.setAttribute('style', 'outline: 7px solid red')"),
        (
            "an inline style sheet",
            "style-src",
            "const s = document.createElement('style'); \
            s.textContent = 'body { outline: 7px solid red }'; document.head.append(s)",
        ),
        (
            "a style sheet from elsewhere",
            "style-src",
            "const s = document.createElement('link'); \
            s.rel = 'stylesheet'; s.href = 'http://TO/x.css'; document.head.append(s)",
        ),
        ("a request", "connect-src", "fetch('http://TO/').catch(() => {})"),
        (
            "a request without an answer",
            "connect-src",
            "fetch('http://TO/', { mode: 'no-cors' }).catch(() => {})",
        ),
        (
            "an old request",
            "connect-src",
            "const x = new XMLHttpRequest(); x.open('GET', 'http://TO/'); x.send()",
        ),
        ("a beacon", "connect-src", "navigator.sendBeacon('http://TO/', 'x')"),
        ("a socket", "connect-src", "new WebSocket('ws://TO/')"),
        ("a stream of events", "connect-src", "new EventSource('http://TO/')"),
        ("a picture", "img-src", "new Image().src = 'http://TO/x.png'"),
        ("a font", "font-src", "new FontFace('x', 'url(http://TO/x.woff2)').load().catch(() => {})"),
        (
            "a film",
            "media-src",
            "const v = document.createElement('video'); v.src = 'http://TO/x.mp4'; v.load(); document.body.append(v)",
        ),
        (
            "a frame",
            "frame-src",
            "const f = document.createElement('iframe'); f.src = 'http://TO/'; document.body.append(f)",
        ),
        (
            "an object",
            "object-src",
            "const o = document.createElement('object'); o.data = 'http://TO/'; document.body.append(o)",
        ),
        (
            "another base",
            "base-uri",
            "const b = document.createElement('base'); b.href = 'http://TO/'; document.head.append(b)",
        ),
        (
            "a form",
            "form-action",
            "const f = document.createElement('form'); f.action = 'http://TO/'; document.body.append(f); f.submit()",
        ),
    ] {
        let script = script.replace("TO", &to);
        let script = format!(
            "window.refused = []; try {{ {script} }} catch (error) {{ return String(error) }} return null"
        );
        let thrown = window.evaluate(&script).await;
        window
            .wait_until(
                &format!("{what} to be refused by {directive} (thrown: {thrown})"),
                SOON,
                async || {
                    let refused = window.evaluate("return window.refused").await;
                    let refused = refused.as_array().cloned().unwrap_or_default();
                    let fits = |found: &Value| {
                        directive
                            .split('|')
                            .any(|wished| found.as_str().is_some_and(|found| found.starts_with(wished)))
                    };
                    refused.iter().any(fits)
                },
            )
            .await;
    }
    assert_eq!(window.evaluate("return window.ran").await, json!([]), "no foreign script ran");
    assert_eq!(window.evaluate("return getComputedStyle(document.body).outlineStyle").await, "none");
    assert_eq!(listener.received().await, "mine", "nothing left the page");

    assert_eq!(window.evaluate("return Object.isFrozen(Object.prototype)").await, true);
    assert_eq!(window.evaluate("return typeof window.__TAURI__").await, "undefined");
    try_practice(&window).await;
    window.quit().await;
}
