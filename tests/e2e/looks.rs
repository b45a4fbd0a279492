//! How it looks: a picture of every screen in both themes and at two sizes, to be looked at, and what can be said
//! of them without looking: nothing overflows sideways, no text is cut off, and the focus can be seen.

use fantoccini::key::Key;
use serde_json::json;
use support::window::{Desktop, SOON, Window};

use crate::journey::{add_application, server_with};
use crate::{REQUEST, ask_for_openid_only, copy_token, names, try_practice, wait_until_verified};

/// The smallest window that is allowed, and the whole screen of these tests.
const SIZES: [(u32, u32); 2] = [(880, 600), (1280, 860)];

pub(crate) const THEMES: [&str; 2] = ["light", "dark"];

/// More stops than that of the Tab key no screen of these tests has.
const MOST_STOPS: usize = 80;

/// What sticks out: a text that ends right of the page, or is wider than the box it stands in.
pub(crate) const STICKS_OUT: &str = r#"
    const found = [];
    const root = document.documentElement;
    if (root.scrollWidth > innerWidth) found.push(`the page is ${root.scrollWidth} wide`);
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let text = walker.nextNode(); text !== null; text = walker.nextNode()) {
      const parent = text.parentElement;
      if (text.data.trim() === "" || parent.closest(".visually-hidden, .sr, .skip, pre, textarea, .clip")) continue;
      if (!parent.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
      const range = document.createRange();
      range.selectNodeContents(text);
      const box = range.getBoundingClientRect();
      if (box.width === 0) continue;
      let edge = { left: 0, right: innerWidth };
      for (let around = parent; around !== document.body; around = around.parentElement) {
        const style = getComputedStyle(around);
        // Hidden from the eye on purpose, for a screen reader only.
        if (style.clipPath === "inset(50%)") { edge = null; break; }
        // A region that says so scrolls sideways, by keyboard too.
        if (style.overflowX === "auto" && around.matches("[role=region][tabindex='0']")) { edge = null; break; }
        if (style.overflowX === "visible") continue;
        // Three dots say that there is more; anything else cuts it off, or hides it until one scrolls sideways.
        edge = style.textOverflow === "ellipsis" ? null : around.getBoundingClientRect();
        break;
      }
      if (edge !== null && (box.right > edge.right + 1 || box.left < edge.left - 1)) {
        found.push(`“${text.data.trim().slice(0, 60)}” from ${box.left} to ${box.right}, its place to ${edge.right}`);
      }
    }
    return found;
"#;

/// Where the focus is and how it is shown there.
const FOCUS: &str = r#"
    const at = document.activeElement;
    // A choice that is drawn by what is around it shows the focus there.
    const shown = [at, at?.closest("label")].filter(Boolean).some((element) => {
      const style = getComputedStyle(element);
      return (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2) || style.boxShadow !== "none";
    });
    const box = at.getBoundingClientRect();
    const inside = box.width > 0 && box.height > 0 && box.right > 0 && box.left < innerWidth
      && box.bottom > 0 && box.top < innerHeight;
    return { body: at === document.body, shown, inside, html: `${at.dataset.testid ?? ""} ${at.outerHTML.slice(0, 160)}` + ` at ${box.left} ${box.top} ${box.right} ${box.bottom}` };
"#;

/// Takes a screen's pictures in both sizes, and looks for what sticks out.
pub(crate) async fn look(window: &Window<'_>, theme: &str, name: &str) {
    for (width, height) in SIZES {
        window.resize(width, height).await;
        window.screenshot(&format!("{name}-{theme}-{width}")).await;
        let found = window.evaluate(STICKS_OUT).await;
        assert_eq!(found, json!([]), "{name} at {width} × {height}, {theme}");
    }
}

/// Presses Tab until the focus is back where it was first; it must be seen on the whole way.
pub(crate) async fn tab_through(window: &Window<'_>, name: &str) {
    let mut been: Vec<String> = Vec::new();
    for _ in 0..MOST_STOPS {
        window.press(&Key::Tab.to_string()).await;
        let focus = window.evaluate(FOCUS).await;
        let at = focus["html"].as_str().unwrap_or_default().to_owned();
        if focus["body"] == true || been.first() == Some(&at) {
            break;
        }
        assert_eq!(focus["shown"], true, "{name}: the focus is not to be seen on {at}");
        // It is scrolled there with the next frame.
        window
            .wait_until(&format!("{name}: the focus to be inside of the window, on {at}"), SOON, async || {
                window.evaluate(FOCUS).await["inside"] == true
            })
            .await;
        been.push(at);
    }
    assert!(been.len() > 2, "{name}: the Tab key stops only at {been:?}");
}

/// Another theme, through the palette: whatever is open stays open.
pub(crate) async fn theme(window: &Window<'_>, theme: &str) {
    window.press(&format!("{}k", char::from(Key::Control))).await;
    window.type_into(names::PALETTE_FILTER, &format!("{theme} theme")).await;
    window.press(&Key::Enter.to_string()).await;
    window
        .wait_until("the theme", SOON, async || {
            window.evaluate("return document.documentElement.dataset.theme").await == theme
        })
        .await;
    window.wait_gone(names::PALETTE, SOON).await;
}

async fn escape(window: &Window<'_>, testid: &str) {
    window.press(&Key::Escape.to_string()).await;
    window.wait_gone(testid, SOON).await;
}

#[tokio::test]
async fn every_screen_fits_in_both_themes_and_sizes() {
    let desktop = Desktop::start("looks").await;
    let (server, client_id) = server_with("a-good-secret");
    let window = desktop.open_window().await;
    window.wait_for(names::TRY_PRACTICE, SOON).await;
    window.focus();
    for colours in THEMES {
        theme(&window, colours).await;
        look(&window, colours, "01-first-run").await;
    }
    tab_through(&window, "first run").await;
    try_practice(&window).await;
    add_application(&window, server.base_url(), &client_id, "a-good-secret").await;
    wait_until_verified(&window).await;

    for colours in THEMES {
        theme(&window, colours).await;
        window.click(names::APP_ITEM).await;
        wait_until_verified(&window).await;
        look(&window, colours, "02-application").await;
        window.click(names::CLAIMS_JSON).await;
        window.wait_for(names::PAYLOAD_JSON, SOON).await;
        look(&window, colours, "03-json").await;
        window.click(names::CLAIMS_EXPLAINED).await;
        copy_token(&desktop, &window).await;
        window.click(names::SHOW_TOKEN).await;
        window.wait_for(names::WHOLE_TOKEN, SOON).await;
        look(&window, colours, "04-copied-and-shown").await;
        window.click(names::SHOW_TOKEN).await;
        window.click(names::COPY_AS).await;
        window.wait_for(names::COPY_AS_HEADER, SOON).await;
        look(&window, colours, "05-copy-as").await;
        escape(&window, names::COPY_AS_HEADER).await;

        window.click(names::EDIT_APPLICATION).await;
        window.wait_for(names::APPLICATION_FORM, SOON).await;
        look(&window, colours, "06-edit-application").await;
        escape(&window, names::APPLICATION_FORM).await;
        window.click(names::ADD_APPLICATION).await;
        window.wait_for(names::APPLICATION_FORM, SOON).await;
        look(&window, colours, "07-add-application").await;
        window.click(names::SAVE).await;
        look(&window, colours, "08-add-application-refused").await;
        escape(&window, names::APPLICATION_FORM).await;
        window.click(names::ADD_INSTANCE).await;
        look(&window, colours, "09-add-instance").await;
        window.type_into(names::INSTANCE_URL, server.base_url()).await;
        window.click(names::DISCOVER).await;
        window.wait_for_text(names::SAVE, REQUEST, |label| label.contains("Save")).await;
        look(&window, colours, "10-discovered").await;
        window.type_into(names::INSTANCE_URL, "http://127.0.0.1:9/").await;
        window.click(names::DISCOVER).await;
        window.wait_for_text(names::DISCOVERY_RESULT, REQUEST, |words| words.contains("could not")).await;
        look(&window, colours, "11-not-discovered").await;
        window.press(&Key::Escape.to_string()).await;
        window.click(names::DISCARD).await;
        window.wait_gone(names::INSTANCE_FORM, SOON).await;

        window.click(names::INSTANCE_ITEM).await;
        window.wait_for(names::INSTANCE_PAGE, SOON).await;
        look(&window, colours, "12-instance").await;
        window.click(names::DELETE_THIS_INSTANCE).await;
        window.wait_for(names::CONFIRM_DELETE, SOON).await;
        look(&window, colours, "13-delete").await;
        escape(&window, names::CONFIRM_DELETE).await;
        window.click(names::SETTINGS).await;
        window.wait_for(names::SETTINGS_PAGE, SOON).await;
        look(&window, colours, "14-settings").await;
        window.click(names::SEARCH).await;
        window.wait_for(names::PALETTE, SOON).await;
        look(&window, colours, "15-palette").await;
        escape(&window, names::PALETTE).await;
        window.press("?").await;
        window.wait_for(names::SHORTCUTS, SOON).await;
        look(&window, colours, "16-shortcuts").await;
        escape(&window, names::SHORTCUTS).await;
    }

    window.resize(SIZES[0].0, SIZES[0].1).await;
    tab_through(&window, "settings").await;
    window.click(names::INSTANCE_ITEM).await;
    tab_through(&window, "instance").await;
    window.click(names::APP_ITEM).await;
    wait_until_verified(&window).await;
    tab_through(&window, "application").await;
    window.click(names::ADD_APPLICATION).await;
    window.wait_for(names::APPLICATION_FORM, SOON).await;
    tab_through(&window, "application form").await;
    escape(&window, names::APPLICATION_FORM).await;
    window.click(names::ADD_INSTANCE).await;
    window.wait_for(names::INSTANCE_FORM, SOON).await;
    tab_through(&window, "instance form").await;
    escape(&window, names::INSTANCE_FORM).await;

    server.rotate_secret(&client_id).expect("a new secret");
    window.click(names::APP_ITEM).await;
    let last = window.client().find_all(fantoccini::Locator::Css("[data-testid=app-item]")).await;
    last.expect("applications").last().expect("one").click().await.expect("a click");
    window.click(names::REQUEST_TOKEN).await;
    window.wait_for(names::FAILURE, REQUEST).await;
    for colours in THEMES {
        theme(&window, colours).await;
        look(&window, colours, "17-wrong-secret").await;
        window.click(names::ENTER_SECRET).await;
        window.wait_for(names::SECRET_INPUT, SOON).await;
        window
            .wait_until("the focus in the field for the secret", SOON, async || {
                window.evaluate(FOCUS).await["html"]
                    .as_str()
                    .is_some_and(|at| at.contains(names::SECRET_INPUT))
            })
            .await;
        look(&window, colours, "18-enter-secret").await;
    }
    window.quit().await;
}

#[tokio::test]
async fn the_walkthroughs_the_calls_and_the_activity_fit_too() {
    let desktop = Desktop::start("looks-walkthroughs").await;
    let window = desktop.open_window().await;
    try_practice(&window).await;
    window.focus();
    ask_for_openid_only(&window).await;
    for colours in THEMES {
        theme(&window, colours).await;
        window.click(names::WALKTHROUGHS).await;
        window.wait_for(&names::open_walkthrough("quickstart"), SOON).await;
        look(&window, colours, "20-walkthroughs").await;
        for (number, id, steps) in [
            (21, "quickstart", 5),
            (22, "serviceToService", 6),
            (23, "repair403", 5),
            (24, "webhook", 3),
            (25, "rotateSecret", 5),
        ] {
            window.click(names::WALKTHROUGHS).await;
            window.click(&names::open_walkthrough(id)).await;
            for step in 0..steps {
                window.click(&names::walkthrough_step(step)).await;
                if (id, step) == ("quickstart", 3) {
                    window.click(names::STEP_RUN).await;
                    window.wait_for(names::STEP_ERROR, REQUEST).await;
                }
                if (id, step) == ("webhook", 0) {
                    window.click(names::WEBHOOK_RECEIVE).await;
                    window
                        .wait_until("the delivery", REQUEST, async || {
                            !window.value(names::WEBHOOK_BODY).await.is_empty()
                        })
                        .await;
                    window.click(names::WEBHOOK_VERIFY).await;
                    window.wait_for(names::WEBHOOK_CHECK, REQUEST).await;
                }
                look(&window, colours, &format!("{number}-{id}-{}", step + 1)).await;
            }
        }
        window.click(names::APP_ITEM).await;
        wait_until_verified(&window).await;
        window.click(names::OPEN_CALL).await;
        look(&window, colours, "30-call").await;
        window.click(names::CALL_RUN).await;
        window.wait_for(names::CALL_ERROR, REQUEST).await;
        look(&window, colours, "31-call-refused").await;
        window.click(names::ACTIVITY).await;
        window.wait_for(names::ACTIVITY_PAGE, SOON).await;
        window.click(names::ACTIVITY_ROW).await;
        window.wait_for(names::EXCHANGE_CARD, SOON).await;
        look(&window, colours, "32-activity").await;
        window.click(names::EXCHANGE_TIMING).await;
        look(&window, colours, "33-activity-timing").await;
    }
    window.resize(SIZES[0].0, SIZES[0].1).await;
    tab_through(&window, "activity").await;
    window.click(names::WALKTHROUGHS).await;
    tab_through(&window, "walkthroughs").await;
    window.click(&names::open_walkthrough("quickstart")).await;
    window.click(&names::walkthrough_step(3)).await;
    tab_through(&window, "quickstart").await;

    // And with what was asked for.
    window.click(names::ASK_FOR_SCOPES).await;
    window.wait_for(names::CALL_TABLE, REQUEST).await;
    look(&window, "dark", "34-tenants").await;
    window.quit().await;
}

#[tokio::test]
async fn the_look_at_a_screen_finds_what_sticks_out() {
    let desktop = Desktop::start("looks-bad").await;
    let window = desktop.open_window().await;
    window.wait_for(names::TRY_PRACTICE, SOON).await;
    assert_eq!(window.evaluate(STICKS_OUT).await, json!([]));
    // A title that cannot wrap, then one in a box that cuts it off.
    window
        .evaluate(
            "document.querySelector('h1').style.whiteSpace = 'nowrap'; \
        document.querySelector('h1').textContent = 'a title that is too long '.repeat(20); return null",
        )
        .await;
    assert_ne!(window.evaluate(STICKS_OUT).await, json!([]));
    window.evaluate("document.querySelector('h1').style.overflow = 'hidden'; return null").await;
    assert_ne!(window.evaluate(STICKS_OUT).await, json!([]));
    window.evaluate("document.querySelector('h1').style.textOverflow = 'ellipsis'; return null").await;
    assert_eq!(window.evaluate(STICKS_OUT).await, json!([]));

    // A focus that is taken away by a style.
    let at_button = "document.querySelector('[data-testid=try-practice]').focus({ focusVisible: true }); ";
    assert_eq!(window.evaluate(&format!("{at_button}{FOCUS}")).await["shown"], true);
    window.evaluate("document.activeElement.style.outline = 'none'; return null").await;
    assert_eq!(window.evaluate(FOCUS).await["shown"], false);
    window.quit().await;
}
