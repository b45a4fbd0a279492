//! The buttons under an error.

use url::Url;

use super::super::error::{Fix, FixAction, Stage};
use crate::contract::WalkthroughId;
use crate::model::{ClientAuthentication, LevelName, safe_endpoint};

pub(super) fn fix(action: FixAction, label: impl Into<String>) -> Fix {
    Fix { action, label: label.into() }
}

pub(super) fn retry() -> Fix {
    fix(FixAction::Retry, "Try now")
}

pub(super) fn enter_secret() -> Fix {
    fix(FixAction::EnterSecret, "Enter the secret again")
}

pub(super) fn edit_application() -> Fix {
    fix(FixAction::EditApplication, "Edit the application")
}

pub(super) fn edit_instance() -> Fix {
    fix(FixAction::EditInstance, "Edit the instance")
}

pub(super) fn check_endpoints() -> Fix {
    fix(FixAction::EditEndpoints, "Check the endpoints")
}

pub(super) fn type_endpoint() -> Fix {
    fix(FixAction::EditEndpoints, "Enter the endpoint by hand")
}

/// Taking a refused endpoint over, where a secret may be sent to such an address at all.
pub(super) fn use_endpoint(url: &str) -> Option<Fix> {
    let safe = Url::parse(url).is_ok_and(|parsed| safe_endpoint(&parsed).is_ok());
    safe.then(|| fix(FixAction::UseEndpoint { url: url.to_owned() }, "Use this endpoint"))
}

pub(super) fn add_certificate() -> Fix {
    fix(FixAction::AddCertificate, "Add a certificate for this instance")
}

pub(super) fn open_admin_ui() -> Fix {
    fix(FixAction::OpenAdminUi, "Open the application in the admin UI")
}

pub(super) fn repair_403() -> Fix {
    fix(FixAction::StartWalkthrough { walkthrough: WalkthroughId::REPAIR_403 }, "Repair it step by step")
}

/// What can be done where the keychain does not do its part.
pub(super) fn keychain() -> Vec<Fix> {
    vec![
        fix(FixAction::RetryKeychain, "Try the keychain again"),
        fix(FixAction::KeepForSession, "Keep for this session only"),
    ]
}

/// Where the address of a stage is set, if it is set anywhere: the path of a call is typed beside its answer.
pub(super) fn address_of(stage: Stage) -> Option<Fix> {
    match stage {
        Stage::Discovery => Some(edit_instance()),
        Stage::Keys | Stage::Token => Some(check_endpoints()),
        Stage::Endpoint => None,
    }
}

/// How a client proves itself, in a few words.
pub(super) fn method_words(method: ClientAuthentication) -> &'static str {
    match method {
        ClientAuthentication::ClientSecretBasic => "Basic, form-encoded",
        ClientAuthentication::ClientSecretBasicRaw => "Basic, as is",
        ClientAuthentication::ClientSecretPost => "secret in the body",
    }
}

pub(super) fn try_method(method: ClientAuthentication) -> Fix {
    fix(FixAction::TryMethod { method }, format!("Try with {}", method_words(method)))
}

/// A level as ScaiKey writes it.
pub(super) fn level_words(level: LevelName) -> &'static str {
    match level {
        LevelName::Global => "GLOBAL",
        LevelName::Partner => "PARTNER",
        LevelName::Tenant => "TENANT",
    }
}

/// The other flavour. `PARTNER` asks at the same endpoint as `TENANT`, so trying one of them is enough.
pub(super) fn try_other_flavour(level: LevelName) -> Fix {
    let level = match level {
        LevelName::Global => LevelName::Tenant,
        LevelName::Partner | LevelName::Tenant => LevelName::Global,
    };
    fix(FixAction::TryLevel { level }, format!("Try as a {} application", level_words(level)))
}

/// Asks for these scopes too. Without any it is only a new token.
pub(super) fn ask_for(scopes: Vec<String>) -> Fix {
    let label = if scopes.is_empty() {
        "Request a new token and try again".to_owned()
    } else {
        format!("Ask for {} and try again", scopes.join(" "))
    };
    fix(FixAction::AskForScopes { scopes }, label)
}

pub(super) fn allow(scopes: Vec<String>) -> Fix {
    let label = format!("Allow {} on the practice server and try again", scopes.join(" "));
    fix(FixAction::AllowScopes { scopes }, label)
}
