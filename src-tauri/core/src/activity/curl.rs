//! A request as a command for a POSIX shell. Secrets stand in variables of the shell.

use super::mask::{Mask, is_sensitive};
use crate::contract::HttpMethod;
use crate::copy::{Quoting, quote};
use crate::oauth::http::{Authorization, Body, FieldValue, FormField, HttpRequest, form_encode};
use crate::oauth::refusal::has_reserved;
use crate::oauth::token_request::TokenRequest;
use crate::secret::Secret;

/// The variable of the shell that a client secret is in, unless another one is named.
pub const CLIENT_SECRET: &str = "CLIENT_SECRET";

/// Form-encodes a variable with what every POSIX system has: curl does not do it for `-u`.
fn encode(variable: &str) -> String {
    format!("ENCODED_SECRET=$(printf %s \"${variable}\" | od -An -tx1 -v | tr -d ' \\n' | sed 's/../%&/g')\n")
}

/// A request for a POSIX shell, with `$CLIENT_SECRET` and `$ACCESS_TOKEN` in place of the real ones. What else
/// says by its name that it is secret is masked, or stands in a variable of that name.
#[must_use]
pub fn curl(request: &HttpRequest) -> String {
    masked_curl(request, &Mask::of(request), CLIENT_SECRET)
}

/// A token request for a POSIX shell before it was ever sent, with the secret in this variable. Whether the
/// secret holds a reserved character, and so has to be encoded first, has to be said: the secret itself is not
/// at hand.
#[must_use]
pub fn curl_to_come(request: &TokenRequest, variable: &str, reserved: bool) -> String {
    // It stands for the secret and is not to be seen; a mask of it fits nothing that a request holds.
    let stand_in = Secret::new(if reserved { "\u{fffd} \u{fffd}" } else { "stand-in-for-the-secret" });
    let request = request.build(&stand_in);
    masked_curl(&request, &Mask::of(&request), variable)
}

pub(super) fn masked_curl(request: &HttpRequest, mask: &Mask, client_secret: &str) -> String {
    let literal = |text: &str| quote(&mask.text(text), Quoting::Posix);
    let url = mask.url(&request.url);
    let mut parts = Vec::new();
    let mut before = String::new();
    let method = match request.method {
        HttpMethod::Get => String::new(),
        other => format!(" -X {}", other.as_str()),
    };
    // curl would read brackets and braces as a pattern.
    let globs = if url.contains(['[', ']', '{', '}']) { " --globoff" } else { "" };
    parts.push(format!("curl{method}{globs} {}", quote(&url, Quoting::Posix)));
    match &request.authorization {
        Some(Authorization::Basic { user, password, form_encoded }) => {
            let (mut user, mut variable) = (user.clone(), client_secret);
            if *form_encoded {
                user = form_encode(&user);
                if has_reserved(password.expose()) {
                    (before, variable) = (encode(client_secret), "ENCODED_SECRET");
                }
            }
            parts.push(format!("-u {}:\"${variable}\"", literal(&user)));
        }
        Some(Authorization::Bearer(_)) => {
            parts.push("-H \"Authorization: Bearer $ACCESS_TOKEN\"".to_owned());
        }
        None => {}
    }
    match &request.body {
        Some(Body::Form(fields)) => {
            parts.extend(fields.iter().map(|field| form_field(field, mask, client_secret)));
        }
        Some(Body::Json(text)) => {
            parts.push("-H 'Content-Type: application/json'".to_owned());
            parts.push(format!("--data-raw {}", literal(text)));
        }
        None => {}
    }
    let command = parts.join(" \\\n  ");
    before + &command
}

fn form_field(field: &FormField, mask: &Mask, client_secret: &str) -> String {
    let name = form_encode(&field.name);
    match &field.value {
        FieldValue::Plain(value) if !is_sensitive(&field.name) => {
            let option = if is_plain(value) { "-d" } else { "--data-urlencode" };
            format!("{option} {}", quote(&mask.text(&format!("{name}={value}")), Quoting::Posix))
        }
        FieldValue::Plain(_) | FieldValue::Secret(_) => {
            let variable = variable(&field.name);
            let variable = if variable == CLIENT_SECRET { client_secret } else { &variable };
            format!("--data-urlencode \"{}=${variable}\"", quoted_name(&name))
        }
    }
}

/// Whether a value stands in a form as it is.
fn is_plain(value: &str) -> bool {
    value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~:/@,!()*".contains(&byte))
}

/// A form-encoded name holds nothing that is special between double quotes: this keeps it so.
fn quoted_name(name: &str) -> String {
    name.chars().filter(|c| c.is_ascii_alphanumeric() || "%+-._*".contains(*c)).collect()
}

/// `client_secret` is in `$CLIENT_SECRET`.
fn variable(name: &str) -> String {
    name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' }).collect()
}
