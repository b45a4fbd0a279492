//! The admin page's pages, from what they show to markup.

use crate::admin_page::forms::{Draft, Problem, Settings};
use crate::admin_page::markup::{Html, html};
use crate::contract;
use crate::directory::{Application, ApplicationType, Directory, Level};
use crate::webhook::SentWebhook;

/// The page around every page.
fn page(title: &str, path: Html, main: &Html) -> Html {
    html!(
        r#"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{} · Practice server</title>
<link rel="stylesheet" href="/admin/style.css">
</head>
<body>
<header>
<p class="banner"><strong>Practice server — not a real ScaiKey.</strong> Everything here is made up and ends with it.
There is no sign-in: whoever uses this computer may do everything.</p>
<nav aria-label="Where you are"><a href="/admin/applications">Applications</a>{}</nav>
</header>
<main>
{}
</main>
</body>
</html>
"#,
        title,
        path,
        main
    )
}

/// Where one is, below the list: the last part.
fn below(name: &str) -> Html {
    html!(r#" <span aria-hidden="true">›</span> <span aria-current="page">{}</span>"#, name)
}

/// Where an application's page is.
pub(super) fn path_of(id: &str) -> String {
    let encoded: String = form_urlencoded::byte_serialize(id.as_bytes()).collect();
    // That is for forms; in a path a plus is a plus.
    format!("{}/{}", contract::ADMIN_PAGE_APPLICATIONS, encoded.replace('+', "%20"))
}

/// `GLOBAL`, or `TENANT` and which.
fn level_text(level: &Level, directory: &Directory) -> String {
    match level {
        Level::Global | Level::Partner => level.name().to_owned(),
        Level::Tenant { slug } => {
            let name = directory.tenant_of_slug(slug).map_or(slug.as_str(), |tenant| tenant.name.as_str());
            format!("{}: {name}", level.name())
        }
    }
}

fn lifetime_text(application: &Application, run_lifetime: u32) -> String {
    format!("{} s", application.token_lifetime.unwrap_or(run_lifetime))
}

fn scopes_text(scopes: &[String]) -> String {
    if scopes.is_empty() { "none".to_owned() } else { scopes.join(" ") }
}

// ---- the list

/// What was typed as a webhook's address, and what is wrong with it.
pub(super) struct WebhookForm {
    pub(super) url: String,
    pub(super) problems: Vec<Problem>,
}

pub(super) fn applications(
    directory: &Directory,
    run_lifetime: u32,
    webhook_secret: &str,
    webhook: &WebhookForm,
) -> Html {
    let table = if directory.applications().is_empty() {
        Html::of("<p>There is none yet.</p>")
    } else {
        let rows: Html = directory
            .applications()
            .iter()
            .map(|application| {
                html!(
                    r#"<tr><th scope="row"><a href="{}">{}</a></th><td>{}</td><td>{}</td>
<td><code>{}</code></td><td><code>{}</code></td><td>{}</td></tr>
"#,
                    path_of(&application.id),
                    named(application),
                    application.application_type.name(),
                    level_text(&application.level, directory),
                    application.client_id,
                    scopes_text(&application.allowed_scopes),
                    lifetime_text(application, run_lifetime)
                )
            })
            .collect();
        html!(
            r#"<div class="wide" role="region" aria-labelledby="applications" tabindex="0">
<table>
<thead><tr><th scope="col">Name</th><th scope="col">Type</th><th scope="col">Scope level</th>
<th scope="col">Client ID</th><th scope="col">Allowed scopes</th><th scope="col">Token lifetime</th></tr></thead>
<tbody>
{}</tbody>
</table>
</div>"#,
            rows
        )
    };
    let main = html!(
        r#"{}<h1 id="applications">Applications</h1>
<p><a class="button primary" href="/admin/applications/new">Create an application</a></p>
{}
<section aria-labelledby="webhooks">
<h2 id="webhooks">Webhooks</h2>
<p>Sends one signed <code>tenant.updated</code> event, which says that a tenant was suspended. It was not.</p>
<form method="post" action="/admin/webhook">
{}
{}
<button>Send a test webhook</button>
</form>
</section>"#,
        summary(&webhook.problems),
        table,
        copied(
            "webhook_secret",
            "Webhook secret",
            "Your receiver checks the signature with it. It changes when the server starts.",
            webhook_secret
        ),
        input(
            "url",
            "Receiver",
            "An http address on this computer: 127.0.0.1, localhost or [::1].",
            &webhook.url,
            &Html::of(
                r#"type="url" required placeholder="http://127.0.0.1:9000/webhooks" autocomplete="off" spellcheck="false""#
            ),
            &webhook.problems
        ),
    );
    let title = if webhook.problems.is_empty() { "Applications" } else { "Not delivered: Applications" };
    page(title, Html::default(), &main)
}

/// A link needs a text.
fn named(application: &Application) -> &str {
    if application.name.trim().is_empty() { &application.id } else { &application.name }
}

// ---- one application

/// What an application's page says besides what the application is.
pub(super) enum Notice {
    None,
    Saved,
    Problems(Vec<Problem>),
}

pub(super) fn application(
    directory: &Directory,
    run_lifetime: u32,
    base: &str,
    application: &Application,
    settings: &Settings,
    notice: &Notice,
) -> Html {
    let name = named(application);
    let path = path_of(&application.id);
    let problems = match notice {
        Notice::Problems(problems) => problems.as_slice(),
        Notice::None | Notice::Saved => &[],
    };
    let saved = matches!(notice, Notice::Saved).then(|| {
        Html::of(
            r#"<p class="note ok" role="status">Saved. Tokens made before keep their scopes and their lifetime: request
a new one.</p>
"#,
        )
    });
    let secret = if application.application_type.is_confidential() {
        html!(
            r#"<p>It was shown when the application was created and cannot be retrieved. If it was lost or leaked, generate
a new one. The old one is refused at once; for ScaiKey itself that is not documented.</p>
<form method="post" action="{}/secret"><button>Generate a new secret</button></form>"#,
            path
        )
    } else {
        html!(
            "<p>{} applications are public: they have no secret and cannot use <code>client_credentials</code>.</p>",
            application.application_type.name()
        )
    };
    let main = html!(
        r#"{}{}<h1>{}</h1>
<dl>
<dt>Type</dt><dd>{}</dd>
<dt>Scope level</dt><dd>{}, fixed</dd>
<dt>Client ID</dt><dd><code>{}</code></dd>
<dt>Application ID</dt><dd><code>{}</code></dd>
<dt>Token endpoint</dt><dd><code>{}</code></dd>
</dl>
<section aria-labelledby="settings">
<h2 id="settings">Settings</h2>
<form method="post" action="{}">
{}
<button class="primary">Save</button>
</form>
</section>
<section aria-labelledby="secret">
<h2 id="secret">Client secret</h2>
{}
</section>"#,
        saved,
        summary(problems),
        name,
        application.application_type.name(),
        level_text(&application.level, directory),
        application.client_id,
        application.id,
        token_endpoint(base, application),
        path,
        settings_fields(settings, run_lifetime, problems),
        secret
    );
    let title = if problems.is_empty() { name.to_owned() } else { format!("Not saved: {name}") };
    page(&title, below(name), &main)
}

/// With `{slug}` in it for a PARTNER application: it may name any tenant of its partner.
fn token_endpoint(base: &str, application: &Application) -> String {
    match &application.level {
        Level::Global => format!("{base}{}", contract::PLATFORM_TOKEN),
        Level::Partner => format!("{base}{}", contract::TENANT_TOKEN),
        Level::Tenant { slug } => format!("{base}{}", contract::of_tenant(contract::TENANT_TOKEN, slug)),
    }
}

// ---- a secret, shown once

/// Why a secret is shown.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Occasion {
    Created,
    NewSecret,
}

pub(super) fn credentials(
    base: &str,
    application: &Application,
    secret: Option<&str>,
    occasion: Occasion,
) -> Html {
    let name = named(application);
    let (heading, old) = match occasion {
        Occasion::Created => (format!("{name} is created"), Html::default()),
        Occasion::NewSecret => (
            format!("New secret for {name}"),
            Html::of(
                "<p>The old secret is refused from now on. For ScaiKey itself that is not documented: there the old one may
stay valid for a while.</p>\n",
            ),
        ),
    };
    let shown = match secret {
        Some(secret) => html!(
            r#"<p class="note warn">Copy both now. The secret is shown this once and cannot be retrieved again.</p>
{}
{}
"#,
            copied("client_id", "Client ID", "", &application.client_id),
            copied("client_secret", "Client secret", "", secret)
        ),
        None => html!(
            r"<p>A public application has no secret. Copy its ID.</p>
{}
",
            copied("client_id", "Client ID", "", &application.client_id)
        ),
    };
    let main = html!(
        r#"<h1>{}</h1>
{}{}<dl><dt>Token endpoint</dt><dd><code>{}</code></dd></dl>
<p><a class="button" href="{}">Go to its settings</a></p>"#,
        heading,
        old,
        shown,
        token_endpoint(base, application),
        path_of(&application.id)
    );
    page(&heading, below(name), &main)
}

// ---- a new application

const TYPES: [(ApplicationType, &str); 4] = [
    (ApplicationType::Service, "A backend without a browser. It has a secret."),
    (ApplicationType::Web, "A web application with a backend. It has a secret."),
    (ApplicationType::Spa, "A browser application. Public: no secret, no client_credentials."),
    (ApplicationType::Native, "A mobile or desktop application. Public: no secret, no client_credentials."),
];

const LEVELS: [(&str, &str); 3] = [
    ("GLOBAL", "The platform. Its tokens act on any tenant."),
    ("PARTNER", "The practice partner. Its tokens act on that partner's tenants."),
    ("TENANT", "One tenant. Its tokens act on that one only."),
];

pub(super) fn new_application(
    directory: &Directory,
    run_lifetime: u32,
    draft: &Draft,
    problems: &[Problem],
) -> Html {
    let types = TYPES.map(|(kind, meaning)| (kind.name(), meaning));
    let tenants: Html = directory
        .tenants()
        .iter()
        .map(|tenant| {
            html!(
                r#"<option value="{}"{}>{} ({})</option>
"#,
                tenant.slug,
                (tenant.slug == draft.tenant).then(|| Html::of(" selected")),
                tenant.name,
                tenant.slug
            )
        })
        .collect();
    let tenant = html!(
        r#"<div class="field tenant">
<label for="tenant">Tenant</label>
<p class="hint" id="tenant-hint">For the level TENANT only.</p>
{}<select id="tenant" name="tenant" aria-describedby="tenant-hint{}"{}>
<option value="">Choose a tenant</option>
{}</select>
</div>"#,
        problem_text("tenant", problems),
        problem_reference("tenant", problems),
        invalid("tenant", problems),
        tenants
    );
    let main = html!(
        r#"{}<h1>New application</h1>
<form method="post" action="/admin/applications">
{}
{}
{}
{}
{}
<button class="primary">Create</button>
</form>"#,
        summary(problems),
        input(
            "name",
            "Name",
            "One that you recognise in a log.",
            &draft.name,
            &Html::of(r#"required autocomplete="off""#),
            problems
        ),
        choice("application_type", "Type", "", &types, &draft.application_type, problems),
        choice(
            "level",
            "Scope level",
            "Where it lives. It can never be changed.",
            &LEVELS,
            &draft.level,
            problems
        ),
        tenant,
        settings_fields(&draft.settings, run_lifetime, problems)
    );
    let title = if problems.is_empty() { "New application" } else { "Not created: New application" };
    page(title, below("New application"), &main)
}

fn settings_fields(settings: &Settings, run_lifetime: u32, problems: &[Problem]) -> Html {
    html!(
        "{}\n{}",
        input(
            "allowed_scopes",
            "Allowed scopes",
            "All that it can ever obtain, separated by spaces. The admin API wants admin:read, and admin:write for changes.",
            &settings.allowed_scopes,
            &Html::of(r#"class="code" autocomplete="off" autocapitalize="none" spellcheck="false""#),
            problems
        ),
        input(
            "token_lifetime",
            "Token lifetime",
            &format!("Seconds. Empty: as long as the server's other tokens, now {run_lifetime} s."),
            &settings.token_lifetime,
            &Html::of(r#"inputmode="numeric" autocomplete="off""#),
            problems
        )
    )
}

// ---- a webhook that was sent

pub(super) fn sent_webhook(sent: &SentWebhook) -> Html {
    let verdict = if (200..300).contains(&sent.status) {
        html!(r#"<p class="note ok">The receiver answered <strong>{}</strong>.</p>"#, sent.status.to_string())
    } else {
        html!(
            r#"<p class="note warn">The receiver answered <strong>{}</strong>, so it did not take the event.</p>"#,
            sent.status.to_string()
        )
    };
    let headers: Html = sent
        .headers
        .iter()
        .map(|(name, value)| {
            html!(
                r#"<tr><th scope="row"><code>{}</code></th><td><code>{}</code></td></tr>
"#,
                name,
                value
            )
        })
        .collect();
    let main = html!(
        r#"<h1>Webhook sent</h1>
{}
<h2 id="headers">Headers</h2>
<div class="wide" role="region" aria-labelledby="headers" tabindex="0">
<table>
<thead><tr><th scope="col">Name</th><th scope="col">Value</th></tr></thead>
<tbody>
{}</tbody>
</table>
</div>
<h2 id="body">Body</h2>
<pre role="region" aria-labelledby="body" tabindex="0">{}</pre>
<p>The signature's <code>v1</code> is HMAC-SHA256 with the webhook secret over <code>t</code>, a full stop and the body.
Check it against the bytes received.</p>
<p><a class="button" href="/admin/#webhooks">Send another</a></p>"#,
        verdict,
        headers,
        sent.body
    );
    page("Webhook sent", below("Webhook sent"), &main)
}

/// A page that only says something.
pub(super) fn message(heading: &str, text: &str) -> Html {
    let main = html!(
        r#"<h1>{}</h1>
<p>{}</p>"#,
        heading,
        text
    );
    page(heading, Html::default(), &main)
}

// ---- parts of forms

/// Says at the top how many fields are wrong, and leads there.
fn summary(problems: &[Problem]) -> Option<Html> {
    if problems.is_empty() {
        return None;
    }
    let items: Html = problems
        .iter()
        .map(|problem| html!(r##"<li><a href="#{}">{}</a></li>"##, problem.field, problem.message))
        .collect();
    Some(html!(
        r#"<div class="note bad" role="alert"><p><strong>Nothing was changed.</strong></p><ul>{}</ul></div>
"#,
        items
    ))
}

fn problem_of<'a>(field: &str, problems: &'a [Problem]) -> Option<&'a str> {
    problems.iter().find(|problem| problem.field == field).map(|problem| problem.message.as_str())
}

fn problem_text(field: &str, problems: &[Problem]) -> Option<Html> {
    let message = problem_of(field, problems)?;
    Some(html!(
        r#"<p class="problem" id="{}-problem">{}</p>
"#,
        field,
        message
    ))
}

/// For the end of `aria-describedby`.
fn problem_reference(field: &str, problems: &[Problem]) -> Option<Html> {
    problem_of(field, problems)?;
    Some(html!(" {}-problem", field))
}

fn invalid(field: &str, problems: &[Problem]) -> Option<Html> {
    problem_of(field, problems)?;
    Some(Html::of(r#" aria-invalid="true""#))
}

fn input(field: &str, label: &str, hint: &str, value: &str, attributes: &Html, problems: &[Problem]) -> Html {
    html!(
        r#"<div class="field">
<label for="{}">{}</label>
<p class="hint" id="{}-hint">{}</p>
{}<input id="{}" name="{}" value="{}" aria-describedby="{}-hint{}"{} {}>
</div>"#,
        field,
        label,
        field,
        hint,
        problem_text(field, problems),
        field,
        field,
        value,
        field,
        problem_reference(field, problems),
        invalid(field, problems),
        attributes
    )
}

/// A value to copy. A field, because the keyboard reaches it and *select all* stays inside. Without a name, so it is
/// not sent.
fn copied(id: &str, label: &str, hint: &str, value: &str) -> Html {
    html!(
        r#"<div class="field">
<label for="{}">{}</label>
<p class="hint">{}</p>
<input class="code" id="{}" value="{}" readonly autocomplete="off" spellcheck="false">
</div>"#,
        id,
        label,
        hint,
        id,
        value
    )
}

fn choice(
    field: &str,
    legend: &str,
    hint: &str,
    options: &[(&str, &str)],
    chosen: &str,
    problems: &[Problem],
) -> Html {
    let options: Html = options
        .iter()
        .enumerate()
        .map(|(index, &(value, meaning))| {
            // The first one has the field's own name, so that the summary's link leads there.
            let id = if index == 0 { field.to_owned() } else { format!("{field}-{value}") };
            html!(
                r#"<div class="option"><input type="radio" id="{}" name="{}" value="{}"{}>
<label for="{}"><strong>{}</strong> {}</label></div>
"#,
                id,
                field,
                value,
                (value == chosen).then(|| Html::of(" checked")),
                id,
                value,
                meaning
            )
        })
        .collect();
    html!(
        r#"<fieldset class="field"{}>
<legend>{}</legend>
<p class="hint">{}</p>
{}{}</fieldset>"#,
        problem_of(field, problems).map(|_| html!(r#" aria-describedby="{}-problem""#, field)),
        legend,
        hint,
        problem_text(field, problems),
        options
    )
}
