//! A request as a command for a POSIX shell. Secrets stand in variables of the shell.

use super::mask::{Mask, is_sensitive};
use crate::contract::HttpMethod;
use crate::copy::{Quoting, quote};
use crate::oauth::http::{Authorization, Body, FieldValue, FormField, HttpRequest, form_encode};
use crate::oauth::refusal::has_reserved;

/// Form-encodes `$CLIENT_SECRET` with what every POSIX system has: curl does not do it for `-u`.
const ENCODE_SECRET: &str =
    "ENCODED_SECRET=$(printf %s \"$CLIENT_SECRET\" | od -An -tx1 -v | tr -d ' \\n' | sed 's/../%&/g')";

/// A request for a POSIX shell, with `$CLIENT_SECRET` and `$ACCESS_TOKEN` in place of the real ones. What else
/// says by its name that it is secret is masked, or stands in a variable of that name.
#[must_use]
pub fn curl(request: &HttpRequest) -> String {
    masked_curl(request, &Mask::of(request))
}

pub(super) fn masked_curl(request: &HttpRequest, mask: &Mask) -> String {
    let literal = |text: &str| quote(&mask.text(text), Quoting::Posix);
    let url = mask.url(&request.url);
    let mut parts = Vec::new();
    let mut before = "";
    let method = match request.method {
        HttpMethod::Get => String::new(),
        other => format!(" -X {}", other.as_str()),
    };
    // curl would read brackets and braces as a pattern.
    let globs = if url.contains(['[', ']', '{', '}']) { " --globoff" } else { "" };
    parts.push(format!("curl{method}{globs} {}", quote(&url, Quoting::Posix)));
    match &request.authorization {
        Some(Authorization::Basic { user, password, form_encoded }) => {
            let (mut user, mut variable) = (user.clone(), "CLIENT_SECRET");
            if *form_encoded {
                user = form_encode(&user);
                if has_reserved(password.expose()) {
                    (before, variable) = (ENCODE_SECRET, "ENCODED_SECRET");
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
        Some(Body::Form(fields)) => parts.extend(fields.iter().map(|field| form_field(field, mask))),
        Some(Body::Json(text)) => {
            parts.push("-H 'Content-Type: application/json'".to_owned());
            parts.push(format!("--data-raw {}", literal(text)));
        }
        None => {}
    }
    let command = parts.join(" \\\n  ");
    if before.is_empty() { command } else { format!("{before}\n{command}") }
}

fn form_field(field: &FormField, mask: &Mask) -> String {
    let name = form_encode(&field.name);
    match &field.value {
        FieldValue::Plain(value) if !is_sensitive(&field.name) => {
            let option = if is_plain(value) { "-d" } else { "--data-urlencode" };
            format!("{option} {}", quote(&mask.text(&format!("{name}={value}")), Quoting::Posix))
        }
        FieldValue::Plain(_) | FieldValue::Secret(_) => {
            format!("--data-urlencode \"{}=${}\"", quoted_name(&name), variable(&field.name))
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
