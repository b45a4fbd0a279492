//! Where no answer came, or one from somewhere else.

use super::super::error::{ErrorView, ServerWords, Stage, TlsProblem};
use super::fixes::{
    add_certificate, address_of, check_endpoints, edit_application, edit_instance, retry, type_endpoint,
};
use super::{host_of, row, seconds};

pub(super) fn timed_out(stage: &str, limit: u32, address: &str) -> String {
    let limit = seconds(limit);
    match stage {
        "connect" => format!("{address} could not be connected to within {limit}."),
        "answer" => format!("{address} did not answer within {limit}."),
        "total" => format!("The answer of {address} was not complete within {limit}."),
        _ => format!("{address} took longer than {limit}."),
    }
}

pub(super) fn tls(problem: TlsProblem, address: &str) -> ErrorView {
    let (title, help, fixes) = match problem {
        TlsProblem::Expired => (
            format!("The certificate of {address} has expired."),
            "Its operator must renew it. If your computer's date is wrong, set the clock and try again.",
            vec![retry()],
        ),
        TlsProblem::NotYetValid => (
            format!("The certificate of {address} is not valid yet."),
            "Check the date and time of this computer, then try again.",
            vec![retry()],
        ),
        TlsProblem::WrongHost => (
            format!("The certificate of {address} is for another host."),
            "Check the host name in the instance's URL. A captive portal or a proxy may also stand in between.",
            vec![edit_instance(), retry()],
        ),
        TlsProblem::UnknownCa => (
            format!("The certificate of {address} is signed by nobody this computer trusts."),
            "If your company signs its own certificates, add its CA certificate. It is trusted for this instance only.",
            vec![add_certificate(), retry()],
        ),
        TlsProblem::NotTls => (
            format!("{address} does not speak TLS."),
            "Check the port and the scheme in the URL. A server on this computer may need http instead of https.",
            vec![edit_instance(), retry()],
        ),
        TlsProblem::Other => (
            format!("No secure connection to {address} could be made."),
            "The words of the TLS library below say why.",
            vec![retry(), edit_instance()],
        ),
    };
    row("tls", title, help).fixes(fixes)
}

pub(super) fn redirected(location: &str, server: ServerWords) -> ErrorView {
    let location = if location.is_empty() { "another address" } else { location };
    let help = match server.stage {
        Stage::Token => {
            "A secret is never sent after a redirect. Check the endpoints, and enter the final address yourself if you \
             trust it."
        }
        Stage::Endpoint => {
            "A token is not sent on to another address. Call that one yourself if you trust it."
        }
        Stage::Discovery | Stage::Keys => {
            "A redirect is not followed: what it leads to would decide where secrets go. Enter the final address \
             yourself if you trust it."
        }
    };
    row("redirected", format!("{} wanted to send the request on to {location}.", host_of(&server.url)), help)
        .fixes(address_of(server.stage).into_iter().collect())
        .said(server)
}

pub(super) fn endpoint_not_found(server: ServerWords) -> ErrorView {
    let url = &server.url;
    let (title, help, fixes) = match server.stage {
        Stage::Token => (
            format!("There is no token endpoint at {url}."),
            "The path is probably wrong. Check the level and tenant of the application and the endpoints of the \
             instance.",
            vec![check_endpoints(), edit_application()],
        ),
        Stage::Discovery => (
            format!("There is no discovery document at {url}."),
            "Check the URL of the instance. If the server has no such document, enter its endpoints by hand.",
            vec![edit_instance(), type_endpoint()],
        ),
        Stage::Keys => (
            format!("There are no keys at {url}."),
            "Without keys no signature can be checked. Check the address of the keys (jwks_uri).",
            vec![check_endpoints(), retry()],
        ),
        Stage::Endpoint if server.status == 405 => (
            format!("The API does not take this method at {url}."),
            "Choose another method, or check the path.",
            Vec::new(),
        ),
        Stage::Endpoint => (
            format!("The API has no such path: {url}."),
            "Check the path, and an ID in it: nothing may be saved under it. ScaiKey's collections are documented with \
             a slash at the end.",
            Vec::new(),
        ),
    };
    row("endpointNotFound", title, help).fixes(fixes).said(server)
}
