//! Refusals of a token endpoint that have more to say.

use super::super::error::{ErrorView, FixAction, ServerWords};
use super::fixes::{
    allow, edit_application, enter_secret, fix, level_words, method_words, open_admin_ui, try_method,
    try_other_flavour,
};
use super::row;
use crate::model::{ClientAuthentication, LevelName};

pub(super) fn client_refused(
    method: ClientAuthentication,
    alternatives: Vec<ClientAuthentication>,
    level: Option<LevelName>,
    server: ServerWords,
) -> ErrorView {
    let mut help = format!(
        "Enter the secret again, and check the client ID: a wrong one is answered like a wrong secret (RFC 6749 \
         §5.2). Both were sent as {}",
        method_words(method)
    );
    help.push_str(if alternatives.is_empty() {
        "."
    } else {
        "; some servers take them only in another way."
    });
    if let Some(level) = level {
        let asked = format!(" The application asked as {}.", level_words(level));
        help.push_str(&asked);
        help.push_str(" If it is registered at another level, ask as that.");
    }
    let methods = alternatives.into_iter().map(try_method);
    let fixes = std::iter::once(enter_secret()).chain(methods).chain(level.map(try_other_flavour));
    row("clientRefused", "The server does not accept this client ID and secret.", help)
        .fixes(fixes.collect())
        .said(server)
}

pub(super) fn wrong_flavour(level: LevelName, server: ServerWords) -> ErrorView {
    let level_name = level_words(level);
    row(
        "wrongFlavour",
        format!("ScaiKey does not give this application a token as {level_name}."),
        format!(
            "It asked as {level_name}. ScaiKey's documentation says: GLOBAL applications ask at the platform's token \
             endpoint, TENANT and PARTNER ones at that of their tenant. How a mix-up is answered is not documented, \
             so this may be one. It may also be another tenant's, or SPA or NATIVE, which may not use \
             client_credentials."
        ),
    )
    .fixes(vec![try_other_flavour(level), edit_application()])
    .said(server)
}

pub(super) fn scope_refused(requested: Vec<String>, server: ServerWords) -> ErrorView {
    let edit = fix(FixAction::EditScopes, "Change the scopes");
    if requested.is_empty() {
        return row(
            "scopeRefused",
            "The server refused the request because of its scopes, though none were asked for.",
            "It may need to be told which. Add the scopes this application was registered with.",
        )
        .fixes(vec![edit, open_admin_ui()])
        .said(server);
    }
    let named = named_by(&server, &requested);
    let refused = if named.is_empty() { &requested } else { &named };
    let title = match refused.as_slice() {
        [one] => format!("The server refused the scope {one}."),
        _ => format!("The server refused the scopes that were asked for: {}.", refused.join(" ")),
    };
    let drop = if named.is_empty() { edit } else { drop_scopes(&requested, named.clone()) };
    let fixes = vec![drop, allow(refused.clone()), open_admin_ui()];
    row(
        "scopeRefused",
        title,
        "Ask only for scopes that this application may have, or allow it more where it is registered.",
    )
    .fixes(fixes)
    .said(server)
}

/// The requested scopes that stand in the server's words, each as a word of its own.
fn named_by(server: &ServerWords, requested: &[String]) -> Vec<String> {
    let said = server.description.as_deref().unwrap_or_default();
    // A scope may hold nearly anything (RFC 6749 §3.3), so words end at spaces, and only then lose their quotes.
    let bare = |word: &str| word.trim_matches(|c: char| !c.is_alphanumeric()).to_owned();
    let words: Vec<String> = said.split([' ', ',', ';', '\n']).map(bare).collect();
    requested.iter().filter(|scope| words.contains(&bare(scope))).cloned().collect()
}

fn drop_scopes(requested: &[String], scopes: Vec<String>) -> super::super::error::Fix {
    let all = requested.iter().all(|scope| scopes.contains(scope));
    let label = if all {
        "Send no scope and try again".to_owned()
    } else {
        format!("Ask without {} and try again", scopes.join(" "))
    };
    fix(FixAction::DropScopes { scopes }, label)
}
