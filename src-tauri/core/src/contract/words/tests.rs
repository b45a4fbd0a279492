use super::*;
use crate::contract::{Field, TlsProblem};
use crate::model::{ClientAuthentication, LevelName};

fn said(stage: Stage, status: u16, description: &str) -> Box<ServerWords> {
    Box::new(ServerWords {
        stage,
        status,
        url: "https://id.example:8443/token".to_owned(),
        error: Some("some_code".to_owned()),
        description: Some(description.to_owned()),
        uri: None,
        excerpt: None,
    })
}

fn owned(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

fn problem(message: &str, severity: Severity) -> Problem {
    Problem { field: Field::Url, severity, message: message.to_owned() }
}

/// A sample of the kind that stands behind this one's; it names every kind, so a new one does not compile
/// until it stands here.
fn after(error: &AppError) -> Option<AppError> {
    let text = str::to_owned;
    let server = || said(Stage::Token, 400, "No.");
    Some(match error {
        AppError::InvalidInput { .. } => AppError::NotFound { what: text("application") },
        AppError::NotFound { .. } => AppError::ReadOnly { reason: text("newer"), can_set_aside: false },
        AppError::ReadOnly { .. } => AppError::Storage { path: text("/home/a/x"), detail: text("full") },
        AppError::Storage { .. } => AppError::KeychainLocked,
        AppError::KeychainLocked => AppError::KeychainMissing { detail: text("no D-Bus") },
        AppError::KeychainMissing { .. } => AppError::KeychainDenied { detail: text("-25293") },
        AppError::KeychainDenied { .. } => AppError::KeychainTimedOut,
        AppError::KeychainTimedOut => AppError::KeychainFailed { detail: text("oops") },
        AppError::KeychainFailed { .. } => AppError::SecretMissing,
        AppError::SecretMissing => {
            AppError::SecretForOtherHost { entered_for: text("id.example"), endpoint: text("other.example") }
        }
        AppError::SecretForOtherHost { .. } => AppError::HostNotFound { host: text("id.example") },
        AppError::HostNotFound { .. } => AppError::ConnectionRefused { address: text("id.example:1") },
        AppError::ConnectionRefused { .. } => {
            AppError::Unreachable { address: text("id.example:1"), detail: text("ENETUNREACH") }
        }
        AppError::Unreachable { .. } => {
            AppError::TimedOut { stage: text("connect"), seconds: 5, address: text("id.example:1") }
        }
        AppError::TimedOut { .. } => {
            AppError::ConnectionClosed { address: text("id.example:1"), in_answer: true }
        }
        AppError::ConnectionClosed { .. } => AppError::Tls {
            problem: TlsProblem::UnknownCa,
            address: text("id.example:1"),
            detail: text("UnknownIssuer"),
        },
        AppError::Tls { .. } => AppError::Proxy { proxy: text("http://p:1/"), detail: text("407") },
        AppError::Proxy { .. } => {
            AppError::Redirected { location: text("https://login.example/"), server: server() }
        }
        AppError::Redirected { .. } => {
            AppError::NotJson { title: Some(text("Hotel Wi-Fi")), server: server() }
        }
        AppError::NotJson { .. } => {
            AppError::MalformedAnswer { what: text("There is no access_token in it."), server: server() }
        }
        AppError::MalformedAnswer { .. } => AppError::AnswerTooLarge {
            stage: Stage::Token,
            limit: 1_048_576,
            url: text("https://id.example/"),
        },
        AppError::AnswerTooLarge { .. } => AppError::ClientRefused {
            method: ClientAuthentication::ClientSecretBasic,
            alternatives: vec![
                ClientAuthentication::ClientSecretBasicRaw,
                ClientAuthentication::ClientSecretPost,
            ],
            level: Some(LevelName::Global),
            server: server(),
        },
        AppError::ClientRefused { .. } => {
            AppError::ScopeRefused { requested: owned(&["admin:read", "openid"]), server: server() }
        }
        AppError::ScopeRefused { .. } => {
            AppError::WrongFlavour { level: LevelName::Tenant, server: server() }
        }
        AppError::WrongFlavour { .. } => AppError::TokenRejected {
            challenge: Some(text("invalid_token: no")),
            clock_offset_ms: None,
            server: said(Stage::Endpoint, 401, ""),
        },
        AppError::TokenRejected { .. } => missing(&["openid"], &["openid"], Some("admin:read")),
        AppError::ScopeMissing { .. } => AppError::RequestInvalid {
            problems: owned(&["body.name: Field required"]),
            server: said(Stage::Endpoint, 422, ""),
        },
        AppError::RequestInvalid { .. } => AppError::GrantRefused { server: server() },
        AppError::GrantRefused { .. } => AppError::EndpointNotFound { server: server() },
        AppError::EndpointNotFound { .. } => {
            AppError::RateLimited { retry_after_seconds: Some(30), server: server() }
        }
        AppError::RateLimited { .. } => AppError::ServerUnavailable { server: server() },
        AppError::ServerUnavailable { .. } => AppError::ServerRefused { server: server() },
        AppError::ServerRefused { .. } => {
            AppError::UnsafeEndpoint { url: text("http://other.example/"), reason: text("another host") }
        }
        AppError::UnsafeEndpoint { .. } => AppError::EndpointUnknown { endpoint: text("token_endpoint") },
        AppError::EndpointUnknown { .. } => AppError::IssuerKeys {
            issuer: text("https://issuer.example"),
            cause: Box::new(AppError::HostNotFound { host: text("issuer.example") }),
        },
        AppError::IssuerKeys { .. } => AppError::NoToken,
        AppError::NoToken => {
            AppError::Browser { url: text("https://docs.example/"), detail: text("no xdg-open") }
        }
        AppError::Browser { .. } => AppError::Clipboard { detail: text("held by another program") },
        AppError::Clipboard { .. } => AppError::Practice { detail: text("address in use") },
        AppError::Practice { .. } => AppError::Internal { detail: text("a bug") },
        AppError::Internal { .. } => return None,
    })
}

fn missing(has: &[&str], requested: &[&str], needs: Option<&str>) -> AppError {
    AppError::ScopeMissing {
        has: owned(has),
        requested: owned(requested),
        needs: needs.map(str::to_owned),
        server: said(Stage::Endpoint, 403, ""),
    }
}

/// One of each kind, in the order of the variants.
fn kinds() -> Vec<AppError> {
    let first = AppError::InvalidInput { problems: vec![problem("Port 0 is none.", Severity::Error)] };
    std::iter::successors(Some(first), after).collect()
}

/// Every kind in every shape that has words of its own.
fn samples() -> Vec<AppError> {
    let mut samples = kinds();
    for what in ["instance", "token", "undo", "format"] {
        samples.push(AppError::NotFound { what: what.to_owned() });
    }
    samples.push(AppError::InvalidInput { problems: Vec::new() });
    samples.push(AppError::ReadOnly { reason: "damaged".to_owned(), can_set_aside: true });
    for stage in ["answer", "total", "other"] {
        let (stage, address) = (stage.to_owned(), "id.example:1".to_owned());
        samples.push(AppError::TimedOut { stage, seconds: 1, address });
    }
    for problem in [
        TlsProblem::Expired,
        TlsProblem::NotYetValid,
        TlsProblem::WrongHost,
        TlsProblem::NotTls,
        TlsProblem::Other,
    ] {
        samples.push(AppError::Tls { problem, address: "id.example:1".to_owned(), detail: "x".to_owned() });
    }
    for stage in [Stage::Discovery, Stage::Keys, Stage::Token, Stage::Endpoint] {
        let server = || said(stage, 404, "No.");
        samples.extend([
            AppError::EndpointNotFound { server: server() },
            AppError::EndpointNotFound { server: said(stage, 405, "") },
            AppError::Redirected { location: String::new(), server: server() },
            AppError::NotJson { title: None, server: server() },
            AppError::MalformedAnswer { what: "no period".to_owned(), server: server() },
            AppError::ServerRefused { server: server() },
            AppError::RateLimited { retry_after_seconds: None, server: server() },
        ]);
    }
    let server = || said(Stage::Token, 400, "Not openid, says “admin:read”.");
    samples.extend([
        AppError::ScopeRefused { requested: Vec::new(), server: server() },
        AppError::ScopeRefused { requested: owned(&["admin:read", "admin:write"]), server: server() },
        AppError::ScopeRefused { requested: owned(&["admin:read"]), server: server() },
        AppError::WrongFlavour { level: LevelName::Global, server: server() },
        AppError::WrongFlavour { level: LevelName::Partner, server: server() },
        missing(&[], &["openid"], Some("users:read")),
        missing(&["openid"], &[], Some("admin:read")),
        missing(&["openid"], &["admin:read"], Some("admin:read")),
        missing(&["admin:read"], &[], Some("admin:read")),
        missing(&["openid"], &[], None),
        AppError::ClientRefused {
            method: ClientAuthentication::ClientSecretPost,
            alternatives: Vec::new(),
            level: None,
            server: server(),
        },
        AppError::TokenRejected {
            challenge: None,
            clock_offset_ms: Some(-420_000),
            server: said(Stage::Endpoint, 401, ""),
        },
        AppError::RequestInvalid { problems: Vec::new(), server: said(Stage::Endpoint, 422, "") },
    ]);
    samples
}

fn view(error: AppError) -> ErrorView {
    error.into()
}

fn labels(view: &ErrorView) -> Vec<&str> {
    view.fixes.iter().map(|fix| fix.label.as_str()).collect()
}

#[test]
fn every_kind_has_its_row_and_its_name() {
    let shown: Vec<_> = kinds().into_iter().map(|error| (format!("{error:?}"), view(error).kind)).collect();
    for (variant, kind) in &shown {
        let name = variant.split([' ', '{']).next().unwrap();
        let (first, rest) = kind.split_at_checked(1).unwrap();
        assert_eq!(name, first.to_uppercase() + rest);
    }
    let shown: Vec<_> = shown.iter().map(|(_, kind)| kind.as_str()).collect();
    assert_eq!(shown, AppError::KINDS);
}

#[test]
fn every_error_is_said_in_plain_sentences() {
    for error in samples() {
        let shown = format!("{error:?}");
        let view = view(error);
        for text in [&view.title, &view.help] {
            assert!(!text.trim().is_empty() && text.ends_with('.'), "{shown}: {text}");
            assert!(!text.contains("  ") && !text.contains(".."), "{shown}: {text}");
        }
        let all = format!("{} {} {}", view.title, view.help, labels(&view).join(" "));
        for word in ["rror", "!", "None", "Some(", "Failed to", "oops "] {
            assert!(!all.contains(word), "{shown}: {all} has {word}");
        }
        let mut unique = labels(&view);
        unique.sort_unstable();
        unique.dedup();
        assert_eq!(unique.len(), view.fixes.len(), "{shown}: {:?}", labels(&view));
    }
}

#[test]
fn no_text_is_made_by_debug_so_no_secret_can_slip_in() {
    for source in [
        include_str!("../words.rs"),
        include_str!("api.rs"),
        include_str!("connection.rs"),
        include_str!("token.rs"),
    ] {
        assert!(!source.contains(":?}") && !source.contains("expose("));
    }
}

#[test]
fn the_servers_words_and_the_systems_stay_beside_ours() {
    for error in kinds() {
        let shown = format!("{error:?}");
        let view = view(error);
        assert_eq!(view.server.is_some(), shown.contains("server: ServerWords"), "{shown}");
        if shown.contains("detail: ") || shown.contains("reason: ") {
            assert!(view.detail.is_some_and(|detail| shown.contains(&detail)), "{shown}");
        }
        assert_eq!(view.problems.is_empty(), view.kind != "invalidInput");
    }
}

#[test]
fn what_passes_by_itself_says_that_it_is_tried_again() {
    for error in samples() {
        let passes = is_transient(&error);
        let view = view(error);
        let of_a_call = view.server.as_ref().is_some_and(|server| server.stage == Stage::Endpoint);
        assert_eq!(view.help.contains("asked for again by itself"), passes && !of_a_call, "{view:?}");
    }
}

#[test]
fn a_missing_endpoint_is_told_by_its_stage() {
    for (stage, title, fixes) in [
        (
            Stage::Discovery,
            "no discovery document at https",
            vec!["Edit the instance", "Enter the endpoint by hand"],
        ),
        (Stage::Keys, "no keys at https", vec!["Check the endpoints", "Try now"]),
        (Stage::Token, "no token endpoint at https", vec!["Check the endpoints", "Edit the application"]),
        (Stage::Endpoint, "The API has no such path", vec![]),
    ] {
        let view = view(AppError::EndpointNotFound { server: said(stage, 404, "") });
        assert!(view.title.contains(title), "{}", view.title);
        assert_eq!(labels(&view), fixes);
    }
    // Whatever an API answers, the endpoints of the instance are not what is wrong.
    for error in samples() {
        let view = view(error);
        if view.server.as_ref().is_some_and(|server| server.stage == Stage::Endpoint) {
            let edits = [FixAction::EditEndpoints, FixAction::EditInstance, FixAction::EditApplication];
            assert!(view.fixes.iter().all(|fix| !edits.contains(&fix.action)), "{view:?}");
        }
    }
}

#[test]
fn a_refused_client_is_offered_the_other_ways_and_the_other_flavour() {
    let refused = |level| AppError::ClientRefused {
        method: ClientAuthentication::ClientSecretBasic,
        alternatives: vec![
            ClientAuthentication::ClientSecretBasicRaw,
            ClientAuthentication::ClientSecretPost,
        ],
        level,
        server: said(Stage::Token, 401, ""),
    };
    let methods = ["Enter the secret again", "Try with Basic, as is", "Try with secret in the body"];
    let told = view(refused(None));
    assert_eq!(labels(&told), methods);
    assert!(told.help.contains("Basic, form-encoded") && told.help.contains("RFC 6749 §5.2"));
    for (level, label) in [
        (LevelName::Global, "Try as a TENANT application"),
        (LevelName::Tenant, "Try as a GLOBAL application"),
        (LevelName::Partner, "Try as a GLOBAL application"),
    ] {
        assert_eq!(labels(&view(refused(Some(level)))).last(), Some(&label));
        let told = view(AppError::WrongFlavour { level, server: said(Stage::Token, 400, "") });
        assert_eq!(labels(&told), [label, "Edit the application"]);
        assert!(told.help.contains("not documented"));
    }
}

#[test]
fn refused_scopes_are_dropped_where_the_server_named_them() {
    let refused = |requested: &[&str], description: &str| {
        view(AppError::ScopeRefused {
            requested: owned(requested),
            server: said(Stage::Token, 400, description),
        })
    };
    let told = refused(&["admin:read", "admin"], "The scopes do not include “admin:read”.");
    assert_eq!(told.title, "The server refused the scope admin:read.");
    assert_eq!(
        labels(&told),
        [
            "Ask without admin:read and try again",
            "Allow admin:read on the practice server and try again",
            "Open the application in the admin UI"
        ]
    );
    assert_eq!(labels(&refused(&["a"], "Not a, please"))[0], "Send no scope and try again");
    let told = refused(&["a", "b"], "No.");
    assert!(told.title.contains("a b"));
    assert_eq!(labels(&told)[..2], ["Change the scopes", "Allow a b on the practice server and try again"]);
}

#[test]
fn contract_5_1_a_missing_scope_is_told_by_what_was_asked_and_what_came() {
    let told = view(missing(&["openid"], &["openid"], Some("admin:read")));
    assert_eq!(told.title, "The token has no admin scope.");
    assert!(told.help.contains("asked for openid only"));
    assert_eq!(
        labels(&told),
        [
            "Ask for admin:read and try again",
            "Repair it step by step",
            "Open the application in the admin UI"
        ]
    );
    // The application may not have it: the request cannot mend that, whoever allows it can.
    let told = view(missing(&["openid"], &[], Some("admin:read")));
    assert!(told.help.contains("not among its allowed scopes"));
    assert_eq!(told.fixes[0].action, FixAction::AskForScopes { scopes: Vec::new() });
    assert_eq!(labels(&told)[1], "Allow admin:read on the practice server and try again");
    let told = view(missing(&["openid"], &["admin:read"], Some("admin:read")));
    assert!(told.help.contains("may not have it"));

    let told = view(missing(&["openid"], &["openid"], Some("users:read")));
    assert_eq!(told.title, "The token has openid, this needs users:read.");
    let told = view(missing(&["admin:read"], &["admin:read"], Some("admin:write")));
    assert_eq!(told.title, "The token has admin:read, this needs admin:write.");
    // It has what is needed: asking for it again would mend nothing.
    let told = view(missing(&["admin:read"], &["admin:read"], Some("admin:read")));
    assert_eq!(labels(&told), ["Repair it step by step", "Open the application in the admin UI"]);
}

#[test]
fn a_refused_token_is_told_with_a_clock_that_is_off() {
    let rejected = |clock_offset_ms| {
        view(AppError::TokenRejected {
            challenge: Some("invalid_token: The token is not valid yet".to_owned()),
            clock_offset_ms,
            server: said(Stage::Endpoint, 401, ""),
        })
    };
    assert!(rejected(Some(420_000)).help.contains("Your clock is 7 min slow"));
    assert!(rejected(Some(-61_000)).help.contains("Your clock is 1 min fast"));
    assert!(!rejected(Some(59_000)).help.contains("clock"));
    assert!(rejected(None).help.starts_with("It said: invalid_token: The token is not valid yet. "));
}
