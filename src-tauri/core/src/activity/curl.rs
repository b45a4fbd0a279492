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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::{ExtraParameter, Stage};
    use crate::model::ClientAuthentication;
    use crate::oauth::token_request::TokenRequest;
    use crate::secret::Secret;
    use url::Url;

    fn token(id: &str, client_authentication: ClientAuthentication, secret: &str) -> String {
        let request = TokenRequest {
            level: None,
            endpoint: Url::parse("https://id.example/token?t='a'").unwrap(),
            client_id: id.to_owned(),
            client_authentication,
            scopes: vec!["openid".to_owned(), "admin:read".to_owned()],
            extra: vec![
                ExtraParameter { name: "audience".to_owned(), value: "https://api/".to_owned() },
                ExtraParameter { name: "password".to_owned(), value: "c4n4ry".to_owned() },
            ],
        };
        curl(&request.build(&Secret::new(secret)))
    }

    const FORM: &str = " \\
  -d 'grant_type=client_credentials' \\
  --data-urlencode 'scope=openid admin:read' \\
  -d 'audience=https://api/' \\
  --data-urlencode \"password=$PASSWORD\"";

    #[test]
    fn basic_encodes_only_what_is_reserved() {
        use ClientAuthentication::{ClientSecretBasic as Basic, ClientSecretBasicRaw as Raw};
        let url = "curl -X POST 'https://id.example/token?t=%27a%27' \\\n";
        let command = token("svc_demo", Basic, "s3cret");
        assert_eq!(command, format!("{url}  -u 'svc_demo':\"$CLIENT_SECRET\"{FORM}"));
        let command = token("it's", Raw, "p@ss:w/ord+%20");
        assert_eq!(command, format!("{url}  -u 'it'\\''s':\"$CLIENT_SECRET\"{FORM}"));
        let command = token("it's", Basic, "p@ss:w/ord+%20");
        assert_eq!(command, format!("{}{url}  -u 'it%27s':\"$ENCODED_SECRET\"{FORM}", encode(CLIENT_SECRET)));
    }

    #[test]
    fn post_encodes_the_secret_in_the_body() {
        let command = token("svc&1", ClientAuthentication::ClientSecretPost, "p@ss");
        let url = "curl -X POST 'https://id.example/token?t=%27a%27'";
        let last = " \\\n  --data-urlencode 'client_id=svc&1' \\\n  --data-urlencode \"client_secret=$CLIENT_SECRET\"";
        assert_eq!(command, format!("{url}{FORM}{last}"));
    }

    #[test]
    fn an_api_is_called_with_the_token_in_a_variable() {
        let mut request = HttpRequest {
            stage: Stage::Endpoint,
            method: HttpMethod::Get,
            url: Url::parse("https://id.example/api?a[b]=c4n4ry").unwrap(),
            authorization: Some(Authorization::Bearer(Secret::new("c4n4ry"))),
            accept: "application/json",
            body: None,
        };
        let header = "-H \"Authorization: Bearer $ACCESS_TOKEN\"";
        assert_eq!(
            curl(&request),
            format!("curl --globoff 'https://id.example/api?a[b]=••••' \\\n  {header}")
        );
        request.method = HttpMethod::Patch;
        request.url.set_query(None);
        request.body = Some(Body::Json("{\"name\": \"it's\"}".to_owned()));
        assert_eq!(
            curl(&request),
            format!(
                "curl -X PATCH 'https://id.example/api' \\\n  {header} \\\n  -H 'Content-Type: application/json' \\\n  --data-raw '{{\"name\": \"it'\\''s\"}}'"
            )
        );
    }
}
