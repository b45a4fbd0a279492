//! The inspector: whatever is pasted is read, explained and checked, and can do no harm.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use fantoccini::key::Key;
use serde_json::{Value, json};
use support::window::{Desktop, SOON, Window};

use crate::looks::{STICKS_OUT, THEMES, look, tab_through, theme};
use crate::{REQUEST, claims, copy_token, names, try_practice, wait_until_verified};

/// A token whose signature nobody made.
fn unsigned(payload: &str) -> String {
    let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
    format!("{}.{}.AAAA", part(r#"{"alg":"RS256","kid":"k"}"#), part(payload))
}

/// Pastes from the real clipboard, as a person does, in place of what was there.
async fn paste(desktop: &Desktop, window: &Window<'_>, text: &str) {
    if window.sees(names::INSPECTOR_CLEAR).await {
        window.click(names::INSPECTOR_CLEAR).await;
    }
    desktop.set_clipboard(text);
    window.click(names::INSPECTOR_TEXT).await;
    window.press(&format!("{}v", char::from(Key::Control))).await;
}

/// How a check ended.
async fn outcome(window: &Window<'_>, check: &str) -> String {
    let script = format!("return document.querySelector('[data-testid=\"{check}\"]')?.dataset.outcome ?? ''");
    window.evaluate(&script).await.as_str().unwrap_or_default().to_owned()
}

async fn wait_for_outcome(window: &Window<'_>, check: &str, wished: &str) {
    window
        .wait_until(&format!("{check} to be {wished}"), REQUEST, async || {
            outcome(window, check).await == wished
        })
        .await;
}

/// Chooses a value of a list as a person does, but without its menu, which no driver can reach.
async fn choose(window: &Window<'_>, list: &str, value: &str) {
    let element = window.wait_for(list, SOON).await;
    element.select_by_value(value).await.expect("a choice");
}

#[tokio::test]
async fn a_copied_token_is_found_verified_and_compared() {
    let desktop = Desktop::start("inspector").await;
    let window = desktop.open_window().await;
    try_practice(&window).await;
    window.focus();
    let token = copy_token(&desktop, &window).await;

    // By keyboard, from a whole header.
    window.press(&format!("{}i", char::from(Key::Control))).await;
    window.wait_for(names::INSPECTOR_PAGE, SOON).await;
    paste(&desktop, &window, &format!("curl -H 'Authorization: Bearer {token}' https://api.example/")).await;
    window.wait_for_text(names::INSPECTOR_VERDICT, REQUEST, |words| words.contains("Verified")).await;
    window.wait_for_text(names::INSPECTOR_CUT, SOON, |words| !words.is_empty()).await;
    window.wait_for_text(names::INSPECTOR_RECOGNISED, SOON, |words| words.contains("platform token")).await;
    let key = window.text(names::CHECK_SIGNATURE).await;
    assert!(key.contains("RS256 with key"), "{key}");

    // A claim that takes the focus shows its place in the token.
    let focus = "document.querySelector('[data-testid=claim-sub] button').focus(); return null";
    window.evaluate(focus).await;
    let marked = window.text(names::RAW_MARK).await;
    let payload = URL_SAFE_NO_PAD.decode(token.split('.').nth(1).expect("a payload")).expect("base64url");
    // Its base64 is cut at whole characters of the token, so it decodes once it is lined up with them.
    let at = token.find(&marked).expect("a piece of the token") - token.find('.').expect("a dot") - 1;
    let (from, to) = (at * 3 / 4, (at + marked.len()) * 3 / 4);
    let sub = claims(&token)["sub"].as_str().expect("a subject").to_owned();
    let there = String::from_utf8_lossy(&payload[from..to]).into_owned();
    assert!(there.contains(&sub), "{there}");

    // A path in the JSON, by keyboard.
    window.click(names::CLAIMS_JSON).await;
    let first = format!("[data-testid={}] [data-testid={}]", names::PAYLOAD_JSON, names::JSON_ROW);
    window.evaluate(&format!("document.querySelectorAll('{first}')[1].focus(); return null")).await;
    window.press("p").await;
    window
        .wait_until("the path on the clipboard", SOON, async || {
            desktop.clipboard().await.as_deref() == Some("$.iss")
        })
        .await;
    window.click(names::CLAIMS_EXPLAINED).await;

    // What is expected is compared.
    window.type_into(names::EXPECTED_AUDIENCE, "another").await;
    wait_for_outcome(&window, names::CHECK_AUDIENCE, "failed").await;
    window.type_into(names::EXPECTED_AUDIENCE, &sub).await;
    wait_for_outcome(&window, names::CHECK_AUDIENCE, "passed").await;

    // A key of another kind, and a wrong one.
    choose(&window, names::KEY_SOURCE, "shared").await;
    window.type_into(names::KEY_SECRET, "a shared secret").await;
    wait_for_outcome(&window, "check-algorithm", "failed").await;
    choose(&window, names::KEY_SOURCE, "automatic").await;
    wait_for_outcome(&window, names::CHECK_SIGNATURE, "passed").await;

    // A changed token is refused.
    let (head, tail) = token.split_at(token.len() - 20);
    let (first, rest) = tail.split_at(1);
    let forged = format!("{head}{}{rest}", if first == "A" { "B" } else { "A" });
    paste(&desktop, &window, &forged).await;
    wait_for_outcome(&window, names::CHECK_SIGNATURE, "failed").await;
    window.screenshot("forged").await;

    // Beside the application's next token, and there beside the one before.
    window.click(names::APP_ITEM).await;
    window.click(names::REQUEST_TOKEN).await;
    wait_until_verified(&window).await;
    window.click(names::CLAIMS_COMPARISON).await;
    window.wait_for_text(names::COMPARISON_SUMMARY, REQUEST, |words| !words.is_empty()).await;
    window.wait_for(&names::difference("iat"), SOON).await;
    window.screenshot("previous-and-now").await;
    window.press(&format!("{}i", char::from(Key::Control))).await;
    window.click(names::INSPECTOR_COMPARE).await;
    window.wait_for(names::COMPARE_WITH, SOON).await;
    window.click(names::COMPARE_START).await;
    window.wait_for(names::COMPARISON, REQUEST).await;
    window.wait_for(&names::difference("iat"), SOON).await;
    window.screenshot("compared").await;

    // It is written nowhere, and gone once it is cleared.
    let (_, signature) = token.rsplit_once('.').expect("a signature");
    assert_eq!(desktop.files_with(&[signature]), []);
    window.click(names::INSPECTOR_CLEAR).await;
    assert!(!window.page().await.contains(&forged), "the token is gone from the page");
    window.quit().await;
}

/// A claim set that means harm: its name, its payload, a claim, and what must be seen of that claim.
struct Hostile {
    what: &'static str,
    payload: String,
    claim: String,
    seen: String,
}

/// The text of a claim as a JSON string.
fn text(what: &'static str, claim: &str, value: &str, seen: &str) -> Hostile {
    let payload = format!("{{{}:{}}}", json!(claim), json!(value));
    Hostile { what, payload, claim: claim.to_owned(), seen: seen.to_owned() }
}

/// A value as it is written.
fn raw(what: &'static str, claim: &str, value: &str) -> Hostile {
    let payload = format!("{{{}:{value}}}", json!(claim));
    Hostile { what, payload, claim: claim.to_owned(), seen: value.to_owned() }
}

fn same(what: &'static str, claim: &str, value: &str) -> Hostile {
    text(what, claim, value, value)
}

fn hostile() -> Vec<Hostile> {
    let run = "<script>window.harm = 1</script>";
    let image = "<img src=x onerror='window.harm = 1'>";
    vec![
        same("script", "sub", run),
        same("image", "iss", image),
        same("attribute", "aud", "\"><svg onload=window.harm=1>"),
        same("frame", "name", "<iframe srcdoc='<script>parent.harm = 1</script>'></iframe>"),
        same("style", "email", "</style><style>*{display:none}</style>"),
        same("comment", "jti", "<!-- --><base href=//evil.example>"),
        same("link", "website", "javascript:window.harm=1"),
        same("data", "picture", "data:text/html,<script>window.harm=1</script>"),
        same(
            "template",
            "sub",
            "{{constructor.constructor('window.harm=1')()}} ${window.harm=1} {@html harm}",
        ),
        same("entity", "sub", "&lt;b&gt; &#x202e; &amp;"),
        text("override", "sub", "admin\u{202e}nimda", "admin\\u{202e}nimda"),
        text("isolate", "iss", "\u{2066}evil\u{2069}", "\\u{2066}evil\\u{2069}"),
        text("zero width", "client_id", "svc\u{200b}_1", "svc\\u{200b}_1"),
        text("terminal", "sub", "\u{1b}[2J\u{7}", "\\u{1b}[2J\\u{7}"),
        text("mark", "sub", "\u{feff}x", "\\u{feff}x"),
        text("tags", "sub", "x\u{e0041}", "x\\u{e0041}"),
        same("homoglyph", "iss", "https://ехample.com"),
        same("combining", "sub", &format!("Z{}", "\u{308}".repeat(200))),
        same("right to left", "name", "مرحبا بالعالم"),
        same("emoji", "name", "👩‍👩‍👧‍👦 🏳️‍🌈").visible(),
        raw("large number", "n", "9007199254740993"),
        raw("huge number", "n", "1e400"),
        raw("negative zero", "n", "-0"),
        raw("digits", "n", &"9".repeat(500)),
        raw("fraction", "n", "1.0"),
        same("prototype", "__proto__", "polluted"),
        same("constructor", "constructor", "x"),
        same("method", "toString", "x"),
        same("lookup", "hasOwnProperty", "x"),
        same("one long word", "sub", &"x".repeat(100_000)),
        same("long name", &"n".repeat(250), "x"),
        text("lines", "sub", &"a\n".repeat(300), &"a\\u{a}".repeat(300)),
        raw("nesting", "deep", &format!("{}{}", "[".repeat(300), "]".repeat(300))),
        raw("duplicate", "exp", "1,\"exp\":2").seen("2"),
    ]
}

impl Hostile {
    fn seen(self, seen: &str) -> Self {
        Self { seen: seen.to_owned(), ..self }
    }

    /// Joiners are invisible, so they are written out.
    fn visible(self) -> Self {
        let seen = self.seen.replace('\u{200d}', "\\u{200d}");
        Self { seen, ..self }
    }
}

/// What hostile claims must not have done to the page.
const HARM: &str = r#"
    const found = [];
    if (window.harm !== undefined) found.push("a script ran");
    if ({}.polluted !== undefined || typeof {}.toString !== "function") found.push("a prototype was changed");
    const page = document.querySelector("[data-testid=inspector-page]");
    for (const alien of page.querySelectorAll("script, img, iframe, object, embed, base, style, link, a[href^=javascript]")) {
      found.push(alien.outerHTML);
    }
    return found;
"#;

#[tokio::test]
async fn f_jwt_32_33_34_hostile_claims_are_inert_and_exact() {
    let desktop = Desktop::start("inspector-hostile").await;
    let window = desktop.open_window().await;
    window.wait_for(names::TRY_PRACTICE, SOON).await;
    window.focus();
    window.press(&format!("{}i", char::from(Key::Control))).await;
    window.wait_for(names::INSPECTOR_PAGE, SOON).await;
    let sets = hostile();
    assert!(sets.len() >= 30);
    for Hostile { what, payload, claim, seen } in sets {
        paste(&desktop, &window, &unsigned(&payload)).await;
        // The last row of this name, whole where it was folded; without the marks around invisible characters.
        let row = format!(
            "const rows = [...document.querySelectorAll('[data-testid=claims] .claim')]
               .filter((row) => row.dataset.testid === 'claim-' + {});
             const row = rows.at(-1);
             if (row === undefined) return null;
             for (const button of row.querySelectorAll('button[aria-expanded=false]')) button.click();
             const value = row.querySelector('dd .value') ?? row.querySelector('dd .part .chip');
             return value?.textContent ?? null;",
            json!(claim)
        );
        window
            .wait_until(&format!("{what}: the claim"), REQUEST, async || {
                window.evaluate(&row).await.as_str().is_some_and(|shown| shown == seen)
            })
            .await;
        assert_eq!(window.evaluate(HARM).await, json!([]), "{what}");
        look(&window, "system", &format!("50-hostile-{}", what.replace(' ', "-"))).await;
        // And the same in the JSON: the text itself, to the character, where its rows are all on the page.
        window.click(names::CLAIMS_JSON).await;
        window.wait_for(names::JSON_ROW, SOON).await;
        assert_eq!(window.evaluate(HARM).await, json!([]), "{what} as JSON");
        assert_eq!(window.evaluate(STICKS_OUT).await, json!([]), "{what} as JSON");
        window.click(names::CLAIMS_EXPLAINED).await;
    }
    window.quit().await;
}

/// What is pasted, and the name of its picture.
fn kinds() -> Vec<(&'static str, String)> {
    let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
    let actors = r#"{"iss":"https://i.example","aud":["api","web"],"sub":"usr_7h2q","exp":4102444800,"iat":1795525512,"nbf":4102441200,"scope":"openid admin:read x","act":{"sub":"svc_a","act":{"sub":"svc_b"}},"cnf":{"jkt":"0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"},"amr":["pwd","otp"],"acr":"phr"}"#;
    vec![
        ("future", unsigned(actors)),
        ("expired-ms", unsigned(r#"{"iss":"https://i.example","exp":"1795525512","iat":1795525512000,"nonce":"n"}"#)),
        ("jwe", format!("{}.AA.AA.AA.AA", part(r#"{"alg":"RSA-OAEP-256","enc":"A256GCM","kid":"e"}"#))),
        (
            "json-form",
            json!({ "payload": part(r#"{"sub":"s"}"#), "signatures": [
                { "protected": part(r#"{"alg":"RS256"}"#), "header": { "kid": "a" }, "signature": "AAAA" },
                { "protected": part(r#"{"alg":"ES256"}"#), "header": { "kid": "b" }, "signature": "AAAA" },
            ]})
            .to_string(),
        ),
        (
            "answer",
            json!({ "access_token": "an-opaque-token-0123456789", "token_type": "Bearer", "expires_in": 3600,
                    "id_token": unsigned(r#"{"iss":"https://i.example","sub":"s","aud":"web","nonce":"n","at_hash":"x"}"#) })
            .to_string(),
        ),
        ("unreadable", format!("{}.$$$.AAAA", part(r#"{"alg":"none"}"#))),
        ("nothing", "There is no token in this sentence.".to_owned()),
    ]
}

#[tokio::test]
async fn every_kind_of_token_looks_right() {
    let desktop = Desktop::start("inspector-looks").await;
    let window = desktop.open_window().await;
    try_practice(&window).await;
    window.focus();
    let token = copy_token(&desktop, &window).await;
    for colours in THEMES {
        theme(&window, colours).await;
        window.click(names::OPEN_INSPECTOR).await;
        if window.sees(names::INSPECTOR_CLEAR).await {
            window.click(names::INSPECTOR_CLEAR).await;
        }
        look(&window, colours, "40-empty").await;
        paste(&desktop, &window, &token).await;
        window.wait_for_text(names::INSPECTOR_VERDICT, REQUEST, |words| words.contains("Verified")).await;
        look(&window, colours, "41-verified").await;
        window.click(names::CLAIMS_JSON).await;
        window.wait_for(names::JSON_ROW, SOON).await;
        look(&window, colours, "42-json").await;
        window.click(names::CLAIMS_EXPLAINED).await;
        for (name, text) in kinds() {
            paste(&desktop, &window, &text).await;
            let there = if name == "nothing" { names::INSPECTOR_PROBLEM } else { names::INSPECTOR_VERDICT };
            window.wait_for(there, REQUEST).await;
            look(&window, colours, &format!("43-{name}")).await;
            if name == "future" {
                let act = "document.querySelector('[data-testid=claim-act]').scrollIntoView({ block: 'center' }); return null";
                window.evaluate(act).await;
                look(&window, colours, "44-actors").await;
            }
        }
    }
    window.resize(880, 600).await;
    tab_through(&window, "inspector, nothing found").await;
    paste(&desktop, &window, &kinds()[0].1).await;
    window.wait_for(names::INSPECTOR_VERDICT, REQUEST).await;
    tab_through(&window, "inspector").await;
    let offers = window.evaluate("return document.querySelectorAll('[data-testid=key-offer]').length").await;
    assert_eq!(offers, Value::from(1), "the issuer can be asked, and was not");
    window.quit().await;
}
