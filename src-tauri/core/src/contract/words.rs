//! The one table from stage and fact to words and fixes. A kind does not compile until it has its row.

mod api;
mod connection;
mod fixes;
#[cfg(test)]
mod tests;
mod token;

use url::Url;

use super::draft::{Problem, Severity};
use super::error::{AppError, ErrorView, Fix, FixAction, ServerWords, Stage};
use crate::schedule::is_transient;
use connection::{endpoint_not_found, redirected, timed_out, tls};
use fixes::{
    address_of, check_endpoints, edit_application, edit_instance, enter_secret, fix, keychain, open_admin_ui,
    retry, type_endpoint, use_endpoint,
};

impl AppError {
    /// The kinds, in the order of the variants.
    pub const KINDS: [&str; 41] = [
        "invalidInput",
        "notFound",
        "readOnly",
        "storage",
        "keychainLocked",
        "keychainMissing",
        "keychainDenied",
        "keychainTimedOut",
        "keychainFailed",
        "secretMissing",
        "secretForOtherHost",
        "hostNotFound",
        "connectionRefused",
        "unreachable",
        "timedOut",
        "connectionClosed",
        "tls",
        "proxy",
        "redirected",
        "notJson",
        "malformedAnswer",
        "answerTooLarge",
        "clientRefused",
        "scopeRefused",
        "wrongFlavour",
        "tokenRejected",
        "scopeMissing",
        "requestInvalid",
        "grantRefused",
        "endpointNotFound",
        "rateLimited",
        "serverUnavailable",
        "serverRefused",
        "unsafeEndpoint",
        "endpointUnknown",
        "issuerKeys",
        "noToken",
        "browser",
        "clipboard",
        "practice",
        "internal",
    ];
}

impl From<AppError> for ErrorView {
    fn from(error: AppError) -> Self {
        let passes = is_transient(&error);
        let mut view = table(error);
        // Only tokens are asked for by the schedule: a call is not made twice.
        let of_a_call = view.server.as_ref().is_some_and(|server| server.stage == Stage::Endpoint);
        if passes && !of_a_call {
            view.help.push_str(" With renewal on, a token is asked for again by itself.");
        }
        view
    }
}

fn row(kind: &str, title: impl Into<String>, help: impl Into<String>) -> ErrorView {
    ErrorView {
        kind: kind.to_owned(),
        title: title.into(),
        help: help.into(),
        server: None,
        detail: None,
        fixes: Vec::new(),
        problems: Vec::new(),
    }
}

impl ErrorView {
    fn said(self, server: ServerWords) -> Self {
        Self { server: Some(server), ..self }
    }

    fn detail(self, detail: String) -> Self {
        Self { detail: Some(detail), ..self }
    }

    fn fixes(self, fixes: Vec<Fix>) -> Self {
        Self { fixes, ..self }
    }
}

/// The table.
fn table(error: AppError) -> ErrorView {
    match error {
        AppError::InvalidInput { problems } => invalid_input(problems),
        AppError::NotFound { what } => not_found(&what),
        AppError::ReadOnly { reason, can_set_aside: true } => row(
            "readOnly",
            "The saved data is damaged, so nothing can be saved.",
            "Put a good copy in its place and start the app again. Or set the damaged files aside, which keeps them, and \
             start with nothing.",
        )
        .fixes(vec![fix(FixAction::SetDamagedAside, "Set them aside and start with nothing")])
        .detail(reason),
        AppError::ReadOnly { reason, can_set_aside: false } => row(
            "readOnly",
            "Nothing can be saved in this run.",
            "Tokens can still be requested and copied. Mend the cause below, then start the app again.",
        )
        .detail(reason),
        AppError::Storage { path, detail } => row(
            "storage",
            format!("The file {path} could not be read or written."),
            "Check that the disk has space and that you may write there, then try again.",
        )
        .fixes(vec![retry()])
        .detail(detail),
        AppError::KeychainLocked => row(
            "keychainLocked",
            "The keychain is locked.",
            "Unlock it and try again. Or keep the secret in memory until the app quits.",
        )
        .fixes(keychain()),
        AppError::KeychainMissing { detail } => row(
            "keychainMissing",
            "No keychain could be reached.",
            "Start the keychain service and try again. Or keep the secret in memory until the app quits.",
        )
        .fixes(keychain())
        .detail(detail),
        AppError::KeychainDenied { detail } => row(
            "keychainDenied",
            "The keychain refused access.",
            "Allow ScaiKey Companion to use it and try again. Or keep the secret in memory until the app quits.",
        )
        .fixes(keychain())
        .detail(detail),
        AppError::KeychainTimedOut => row(
            "keychainTimedOut",
            "The keychain did not answer within 60 seconds.",
            "Look for its unlock dialog behind other windows and try again. Or keep the secret in memory until the app \
             quits.",
        )
        .fixes(keychain()),
        AppError::KeychainFailed { detail } => row(
            "keychainFailed",
            "The keychain failed.",
            "Try again, or keep the secret in memory until the app quits. Its own words are below.",
        )
        .fixes(keychain())
        .detail(detail),
        AppError::SecretMissing => row(
            "secretMissing",
            "The client secret of this application is not known any more.",
            "It was removed from the keychain, or it was kept for an earlier session only. Enter it again.",
        )
        .fixes(vec![enter_secret()]),
        AppError::SecretForOtherHost { entered_for, endpoint } => row(
            "secretForOtherHost",
            format!("The secret was entered for {entered_for}, and the token endpoint is on {endpoint} now."),
            format!("It was not sent. If {endpoint} is right, enter the secret again; if not, check the endpoints."),
        )
        .fixes(vec![enter_secret(), check_endpoints()]),
        AppError::HostNotFound { host } => row(
            "hostNotFound",
            format!("The host {host} was not found."),
            "Check the spelling in the instance's URL and your connection: some hosts are known only inside a VPN.",
        )
        .fixes(vec![retry(), edit_instance()]),
        AppError::ConnectionRefused { address } => row(
            "connectionRefused",
            format!("Nobody listens at {address}."),
            "Check that the server is running and that the port in the URL is right.",
        )
        .fixes(vec![retry(), edit_instance()]),
        AppError::Unreachable { address, detail } => row(
            "unreachable",
            format!("{address} cannot be reached."),
            "Check your network, VPN and firewall.",
        )
        .fixes(vec![retry()])
        .detail(detail),
        AppError::TimedOut { stage, seconds, address } => row(
            "timedOut",
            timed_out(&stage, seconds, &address),
            "The server may be busy, or a firewall drops the connection. Try again.",
        )
        .fixes(vec![retry()]),
        AppError::ConnectionClosed { address, in_answer } => row(
            "connectionClosed",
            format!(
                "{address} ended the connection {}.",
                if in_answer { "in the middle of its answer" } else { "before it answered" }
            ),
            "The server or a proxy in between may have restarted. Try again.",
        )
        .fixes(vec![retry()]),
        AppError::Tls { problem, address, detail } => tls(problem, &address).detail(detail),
        AppError::Proxy { proxy, detail } => row(
            "proxy",
            format!("The proxy {proxy} failed or refused.").replace("  ", " "),
            "Check the proxy, or choose another one, or none, for this instance.",
        )
        .fixes(vec![edit_instance(), retry()])
        .detail(detail),
        AppError::Redirected { location, server } => redirected(&location, *server),
        AppError::NotJson { title: None, server } => row(
            "notJson",
            format!("The answer of {} is not JSON.", host_of(&server.url)),
            "Check that the address is right and that no proxy or sign-in page stands in between.",
        )
        .fixes(retry_or_readdress(server.stage))
        .said(*server),
        AppError::NotJson { title: Some(title), server } => row(
            "notJson",
            format!("A web page titled “{title}” came instead of JSON."),
            "If it is the sign-in page of your network, sign in there with a browser and try again. If not, check the \
             address.",
        )
        .fixes(retry_or_readdress(server.stage))
        .said(*server),
        AppError::MalformedAnswer { what, server } => row(
            "malformedAnswer",
            format!(
                "The answer of {} is not what the standard asks for: {}",
                host_of(&server.url),
                sentence(&what)
            ),
            "Check that the address is right. If it is, show this to whoever runs the server.",
        )
        .fixes(retry_or_readdress(server.stage))
        .said(*server),
        AppError::AnswerTooLarge { stage, limit, url } => row(
            "answerTooLarge",
            format!("The answer of {} is larger than {}.", host_of(&url), bytes(limit)),
            "No token and no document is that large: check that the address is right. Of a list, ask for less at a time.",
        )
        .fixes(retry_or_readdress(stage))
        .detail(url),
        AppError::ClientRefused { method, alternatives, level, server } => {
            token::client_refused(method, alternatives, level, *server)
        }
        AppError::ScopeRefused { requested, server } => token::scope_refused(requested, *server),
        AppError::WrongFlavour { level, server } => token::wrong_flavour(level, *server),
        AppError::TokenRejected { challenge, clock_offset_ms, server } => {
            api::token_rejected(challenge, clock_offset_ms, *server)
        }
        AppError::ScopeMissing { has, requested, needs, server } => {
            api::scope_missing(has, requested, needs, *server)
        }
        AppError::RequestInvalid { problems, server } => api::request_invalid(&problems, *server),
        AppError::GrantRefused { server } => row(
            "grantRefused",
            "This application may not use client_credentials.",
            "At a ScaiKey only SERVICE and WEB applications may. SPA and NATIVE never may: they have no secret. Use \
             another client ID, or have the grant allowed where it is registered.",
        )
        .fixes(vec![edit_application(), open_admin_ui()])
        .said(*server),
        AppError::EndpointNotFound { server } => endpoint_not_found(*server),
        AppError::RateLimited { retry_after_seconds, server } => row(
            "rateLimited",
            format!("{} wants fewer requests.", host_of(&server.url)),
            match retry_after_seconds {
                None => "It did not say how long to wait. Wait a little before you try again.".to_owned(),
                Some(wait) => format!("It asks to wait {}.", seconds(wait)),
            },
        )
        .fixes(vec![retry()])
        .said(*server),
        AppError::ServerUnavailable { server } => row(
            "serverUnavailable",
            format!("{} cannot answer at the moment.", host_of(&server.url)),
            "This usually passes. Try again, or ask whoever runs the server.",
        )
        .fixes(vec![retry()])
        .said(*server),
        AppError::ServerRefused { server } => row(
            "serverRefused",
            format!("{} refused the request.", host_of(&server.url)),
            "Its own words say why. What they mean is not documented, so nothing is guessed here.",
        )
        .fixes(std::iter::once(retry()).chain(request_of(server.stage)).collect())
        .said(*server),
        AppError::UnsafeEndpoint { url, reason } => row(
            "unsafeEndpoint",
            format!("No secret is sent to {url}."),
            "If you know this address to be right, enter the endpoint by hand.",
        )
        .fixes(use_endpoint(&url).into_iter().chain([type_endpoint()]).collect())
        .detail(reason),
        AppError::EndpointUnknown { endpoint } => row(
            "endpointUnknown",
            format!("The {} of this server is not known.", endpoint_words(&endpoint)),
            "Its discovery document does not name it or could not be read. Enter it by hand.",
        )
        .fixes(vec![type_endpoint(), retry()]),
        AppError::IssuerKeys { issuer, cause } => ErrorView {
            kind: "issuerKeys".to_owned(),
            help: format!(
                "So {} gave no keys to check with. Try again, or paste its key or JWK Set instead.",
                crate::jwt::words::visible(&issuer)
            ),
            fixes: vec![retry()],
            ..table(*cause)
        },
        AppError::NoToken => row("noToken", "There is no token yet.", "Request one first.")
            .fixes(vec![fix(FixAction::Retry, "Request a token")]),
        AppError::Browser { url, detail } => row(
            "browser",
            "The page could not be opened in the browser.",
            format!("Try again, or open {url} yourself."),
        )
        .fixes(vec![retry()])
        .detail(detail),
        AppError::Clipboard { detail } => row(
            "clipboard",
            "The token did not reach the clipboard.",
            "Another program may hold the clipboard. Try again, or show the token and copy it yourself.",
        )
        .fixes(vec![
            fix(FixAction::ShowToken, "Show the token to copy it by hand"),
            fix(FixAction::Retry, "Copy again"),
        ])
        .detail(detail),
        AppError::Practice { detail } => row(
            "practice",
            "The practice server could not be started.",
            "Another program may use its port, or a firewall may block it. Try again.",
        )
        .fixes(vec![retry()])
        .detail(detail),
        AppError::Internal { detail } => row(
            "internal",
            "Something in this app went wrong.",
            "Try again. If it comes back, report it with the diagnostics.",
        )
        .fixes(vec![retry(), fix(FixAction::CopyDiagnostics, "Copy the diagnostics")])
        .detail(detail),
    }
}

fn invalid_input(problems: Vec<Problem>) -> ErrorView {
    let errors = problems.iter().filter(|problem| problem.severity == Severity::Error);
    let mut shown: Vec<_> = errors.map(|problem| problem.message.as_str()).collect();
    if shown.is_empty() {
        shown = problems.iter().map(|problem| problem.message.as_str()).collect();
    }
    let title = if shown.len() == 1 { "One entry cannot be used." } else { "Some entries cannot be used." };
    let help = if shown.is_empty() { "Check what you typed.".to_owned() } else { shown.join(" ") };
    ErrorView { problems, ..row("invalidInput", title, help) }
}

fn not_found(what: &str) -> ErrorView {
    const CHOOSE: &str = "It was deleted. Choose another one in the sidebar.";
    let (title, help) = match what {
        "instance" => ("This instance is not there any more.", CHOOSE),
        "application" => ("This application is not there any more.", CHOOSE),
        "token" => ("This token is not there any more.", "Request a new one."),
        "undo" => ("It can no longer be brought back.", "The 30 seconds are over. Add it again."),
        other => {
            let title = format!("What was asked for is not there any more ({other}).");
            return row("notFound", title, "It may have been deleted.");
        }
    };
    row("notFound", title, help)
}

fn endpoint_words(endpoint: &str) -> &str {
    match endpoint {
        "token_endpoint" => "token endpoint",
        "jwks_uri" => "address of the keys (jwks_uri)",
        other => other,
    }
}

/// What may have been wrong with what was asked at a stage.
fn request_of(stage: Stage) -> Option<Fix> {
    match stage {
        Stage::Token => Some(edit_application()),
        Stage::Discovery | Stage::Keys | Stage::Endpoint => address_of(stage),
    }
}

fn retry_or_readdress(stage: Stage) -> Vec<Fix> {
    std::iter::once(retry()).chain(address_of(stage)).collect()
}

/// Host and port of a URL.
fn host_of(url: &str) -> String {
    let parsed = Url::parse(url).ok();
    let host = parsed.as_ref().and_then(|url| {
        let host = url.host_str()?;
        Some(url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}")))
    });
    host.unwrap_or_else(|| url.to_owned())
}

/// A text that may lack its period.
fn sentence(text: &str) -> String {
    let text = text.trim_end();
    if text.ends_with(['.', '…', '?']) { text.to_owned() } else { format!("{text}.") }
}

fn bytes(limit: u64) -> String {
    match limit {
        ..1_024 => format!("{limit} bytes"),
        1_024..1_048_576 => format!("{} KiB", limit / 1_024),
        _ => format!("{} MiB", limit / 1_048_576),
    }
}

fn seconds(count: u32) -> String {
    if count == 1 { "1 second".to_owned() } else { format!("{count} seconds") }
}
