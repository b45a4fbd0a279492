//! The admin page, for the steps of the walkthroughs that a person does in a browser.
//!
//! Documented are its address, that of the list, and what an application's form asks for (contract 0.3, 6.1, 6.2,
//! 6.3). Unknown: how it looks, every other address, and how one signs in; here nobody does. No script runs on it.

mod forms;
mod markup;
mod views;

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, RawQuery, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};

use crate::directory::RegisterError;
use crate::webhook::WebhookError;
use crate::world::{World, with};
use crate::{contract, random, webhook};

use forms::{Draft, Fields, Problem, Settings};
use markup::Html;
use views::{Notice, Occasion, WebhookForm};

/// Nothing but the page's own style sheet and forms: no script, no frame, nothing from elsewhere.
const CONTENT_SECURITY_POLICY: &str =
    "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

type Shared = State<Arc<World>>;

/// The admin page's routes, behind a gate of their own. They stand behind the server's gate, too.
pub(crate) fn routes() -> Router<Arc<World>> {
    Router::new()
        .route(contract::ADMIN_PAGE, get(list))
        .route("/admin/style.css", get(style))
        .route(contract::ADMIN_PAGE_APPLICATIONS, get(list).post(create))
        .route("/admin/applications/new", get(new))
        .route("/admin/applications/{id}", get(show).post(change))
        .route("/admin/applications/{id}/secret", get(back).post(new_secret))
        .route("/admin/webhook", post(send_webhook).get(async || see_other("/admin/#webhooks")))
        .layer(from_fn(own_forms_only))
}

/// Whatever changes something must come from one of these pages; and every answer says what a browser may do with it.
async fn own_forms_only(request: Request, next: Next) -> Response {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    let response = if reads || is_from_own_page(request.headers()) {
        next.run(request).await
    } else {
        answer(
            StatusCode::FORBIDDEN,
            views::message(
                "Refused",
                "This did not come from a form of the admin page. Nothing was changed.",
            ),
        )
    };
    let response = with(response, header::CACHE_CONTROL, "no-store");
    let response = with(response, header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY);
    let response = with(response, header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    // Not `no-referrer`: with that, browsers send the page's own forms with `Origin: null`.
    with(response, header::REFERRER_POLICY, "same-origin")
}

/// The server's gate has refused a foreign `Origin` already; here one of the two has to be there.
fn is_from_own_page(headers: &HeaderMap) -> bool {
    let site = headers.get(HeaderName::from_static("sec-fetch-site"));
    headers.contains_key(header::ORIGIN) || site.is_some_and(|site| site == "same-origin")
}

fn answer(status: StatusCode, page: Html) -> Response {
    (status, [(header::CONTENT_TYPE, "text/html; charset=utf-8")], page.into_string()).into_response()
}

fn see_other(location: &str) -> Response {
    match HeaderValue::try_from(location) {
        Ok(location) => (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response(),
        // An id is percent-encoded before it gets here.
        Err(_) => unavailable("The address cannot be written"),
    }
}

fn no_application() -> Response {
    answer(
        StatusCode::NOT_FOUND,
        views::message("No such application", "It was removed, or the server was started anew since."),
    )
}

fn not_a_form() -> Response {
    answer(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        views::message(
            "Not a form",
            "The body must be application/x-www-form-urlencoded. Nothing was changed.",
        ),
    )
}

fn unavailable(why: &str) -> Response {
    answer(StatusCode::INTERNAL_SERVER_ERROR, views::message("That did not work", why))
}

async fn style() -> Response {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], include_str!("admin_page/style.css"))
        .into_response()
}

async fn list(State(world): Shared) -> Response {
    answer(StatusCode::OK, list_page(&world, &WebhookForm { url: String::new(), problems: Vec::new() }))
}

fn list_page(world: &World, form: &WebhookForm) -> Html {
    let state = world.state();
    views::applications(&state.directory, state.lifetime, &world.webhook_secret, form)
}

async fn new(State(world): Shared) -> Response {
    let state = world.state();
    let page = views::new_application(&state.directory, state.lifetime, &Draft::default(), &[]);
    answer(StatusCode::OK, page)
}

/// Answers with the secret rather than with a redirect: it is shown this once, and then it is nowhere.
async fn create(State(world): Shared, headers: HeaderMap, body: Bytes) -> Response {
    let Some(fields) = Fields::read(&headers, &body) else { return not_a_form() };
    let draft = Draft::read(&fields);
    let mut state = world.state();
    let new = match draft.checked(&state.directory) {
        Ok(new) => new,
        Err(problems) => {
            let page = views::new_application(&state.directory, state.lifetime, &draft, &problems);
            return answer(StatusCode::UNPROCESSABLE_ENTITY, page);
        }
    };
    let registered = match state.directory.register(new) {
        Ok(registered) => registered,
        Err(error) => return unavailable(&error.to_string()),
    };
    let Some(application) = state.directory.application(&registered.id) else { return no_application() };
    let secret = registered.client_secret.as_deref();
    answer(StatusCode::CREATED, views::credentials(&world.base, application, secret, Occasion::Created))
}

async fn show(State(world): Shared, Path(id): Path<String>, RawQuery(query): RawQuery) -> Response {
    let notice = if query.as_deref() == Some("saved") { Notice::Saved } else { Notice::None };
    application_page(&world, &id, None, &notice)
}

/// With the settings as typed, or as they are.
fn application_page(world: &World, id: &str, typed: Option<Settings>, notice: &Notice) -> Response {
    let state = world.state();
    let Some(application) = state.directory.application(id) else { return no_application() };
    let settings =
        typed.unwrap_or_else(|| Settings::of(&application.allowed_scopes, application.token_lifetime));
    let page =
        views::application(&state.directory, state.lifetime, &world.base, application, &settings, notice);
    let status = match notice {
        Notice::None | Notice::Saved => StatusCode::OK,
        Notice::Problems(_) => StatusCode::UNPROCESSABLE_ENTITY,
    };
    answer(status, page)
}

async fn change(State(world): Shared, Path(id): Path<String>, headers: HeaderMap, body: Bytes) -> Response {
    let Some(fields) = Fields::read(&headers, &body) else { return not_a_form() };
    let settings = Settings::read(&fields);
    match settings.checked() {
        Ok((allowed_scopes, token_lifetime)) => {
            let mut state = world.state();
            let Some(application) = state.directory.application_mut(&id) else { return no_application() };
            application.allowed_scopes = allowed_scopes;
            application.token_lifetime = token_lifetime;
            see_other(&format!("{}?saved", views::path_of(&id)))
        }
        Err(problems) => application_page(&world, &id, Some(settings), &Notice::Problems(problems)),
    }
}

/// As for [`create`], the secret is in the answer.
async fn new_secret(State(world): Shared, Path(id): Path<String>) -> Response {
    let Ok(secret) = random::secret() else { return unavailable(&RegisterError::Random.to_string()) };
    let mut state = world.state();
    let Some(client_id) = state.directory.application(&id).map(|application| application.client_id.clone())
    else {
        return no_application();
    };
    if let Err(error) = state.directory.set_secret(&client_id, secret.clone()) {
        return answer(StatusCode::CONFLICT, views::message("No secret", &error.to_string()));
    }
    let Some(application) = state.directory.application(&id) else { return no_application() };
    answer(StatusCode::OK, views::credentials(&world.base, application, Some(&secret), Occasion::NewSecret))
}

/// Whoever opens the address of a new secret again, by hand, does not want another one.
async fn back(Path(id): Path<String>) -> Response {
    see_other(&views::path_of(&id))
}

async fn send_webhook(State(world): Shared, headers: HeaderMap, body: Bytes) -> Response {
    let Some(fields) = Fields::read(&headers, &body) else { return not_a_form() };
    let url = fields.text("url");
    let error = match webhook::send(&world, &url).await {
        Ok(sent) => return answer(StatusCode::OK, views::sent_webhook(&sent)),
        Err(error) => error,
    };
    let status = match error {
        WebhookError::NotLoopback => StatusCode::UNPROCESSABLE_ENTITY,
        WebhookError::Connect { .. } | WebhookError::Http(_) => StatusCode::BAD_GATEWAY,
        WebhookError::TimedOut => StatusCode::GATEWAY_TIMEOUT,
        WebhookError::NoTenant | WebhookError::Random => StatusCode::INTERNAL_SERVER_ERROR,
    };
    let problems = vec![Problem::new("url", format!("Not delivered: {error}."))];
    answer(status, list_page(&world, &WebhookForm { url, problems }))
}
