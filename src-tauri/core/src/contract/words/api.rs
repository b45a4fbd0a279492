//! Refusals of an API that was called with a token.

use super::super::error::{ErrorView, ServerWords};
use super::fixes::{allow, ask_for, open_admin_ui, repair_403};
use super::{host_of, row, sentence};
use crate::jwt::words::clock_is_off;

/// A clock that is off by more than this makes verifiers refuse good tokens (contract 5.3).
const CLOCK_MATTERS_MS: i64 = 60_000;

pub(super) fn token_rejected(
    challenge: Option<String>,
    clock_offset_ms: Option<i64>,
    server: ServerWords,
) -> ErrorView {
    let host = host_of(&server.url);
    let title = format!("{host} does not take this token.");
    let off = clock_offset_ms.filter(|offset| offset.saturating_abs() > CLOCK_MATTERS_MS);
    let clock = off.map(|offset| format!("{}: set it. ", clock_is_off(offset)));
    let said = challenge.map(|said| format!("It said: {} ", sentence(&said)));
    let help = "Request a new one. If that is refused too, look at its checks: issuer, audience and signature must \
                be what the API expects.";
    row("tokenRejected", title, said.into_iter().chain(clock).collect::<String>() + help)
        .fixes(vec![ask_for(Vec::new())])
        .said(server)
}

/// A 403, told apart by what was asked for and what came (contract 5.1).
pub(super) fn scope_missing(
    has: Vec<String>,
    requested: Vec<String>,
    needs: Option<String>,
    server: ServerWords,
) -> ErrorView {
    let needs: Vec<String> =
        needs.iter().flat_map(|needs| needs.split_whitespace()).map(str::to_owned).collect();
    let lacks = |scopes: &[String]| needs.iter().any(|scope| !scopes.contains(scope));
    let fixes = vec![repair_403(), open_admin_ui()];
    if !lacks(&has) {
        let title = match needs.as_slice() {
            [] => "The token may not do this.".to_owned(),
            _ => format!("The token has {}, and may still not do this.", needs.join(" ")),
        };
        let help = "Its scopes may not suffice, or its level. ScaiKey documents its admin API for GLOBAL service \
                    applications; whether others may call it is not documented.";
        return row("scopeMissing", title, help).fixes(fixes).said(server);
    }
    let is_admin = |scope: &String| scope == "admin:read" || scope == "admin:write";
    let title = if needs.iter().all(is_admin) && !has.iter().any(is_admin) {
        "The token has no admin scope.".to_owned()
    } else {
        let has = if has.is_empty() { "no scope".to_owned() } else { has.join(" ") };
        format!("The token has {has}, this needs {}.", needs.join(" "))
    };
    let wanted = needs.join(" ");
    let too_narrow = !requested.is_empty() && lacks(&requested);
    let cause = if too_narrow {
        format!(
            "The request asked for {} only, so the token could not carry {wanted}. The application must be allowed \
             to have it, too.",
            requested.join(" ")
        )
    } else if requested.is_empty() {
        format!(
            "No scope was sent, so the token got all that the application may have: {wanted} is not among its allowed \
             scopes. Add it there."
        )
    } else {
        format!(
            "The request asked for {wanted}, and the token came without it: the application may not have it. Add it to \
             its allowed scopes."
        )
    };
    let help =
        format!("{cause} A token keeps the scopes it was issued with, so a new one must be requested.");
    // A request that sends no scope asks for all that is allowed: to name one would narrow it.
    let ask = ask_for(if requested.is_empty() { Vec::new() } else { needs.clone() });
    // On the practice server it can be allowed from here.
    let allow = (!too_narrow).then(|| allow(needs));
    let fixes = std::iter::once(ask).chain(allow).chain(fixes).collect();
    row("scopeMissing", title, help).fixes(fixes).said(server)
}

pub(super) fn request_invalid(problems: &[String], server: ServerWords) -> ErrorView {
    let list: Vec<String> = problems.iter().map(|problem| sentence(problem)).collect();
    let help = match list.as_slice() {
        [] => "It did not say what. Correct the request and send it again.".to_owned(),
        _ => format!("{} Correct that and send it again.", list.join(" ")),
    };
    row("requestInvalid", "The API found the request itself not valid.", help).said(server)
}
