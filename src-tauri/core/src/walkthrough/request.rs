//! A step's request with the user's own values, as a command for a POSIX shell. Secrets and tokens stand in it
//! as variables, so there is nothing to mask.

use super::{RequestTemplate, step};
use crate::activity::{CLIENT_SECRET, curl_to_come};
use crate::contract::{Certainty, StepRequest, WalkthroughId};
use crate::copy::{Quoting, quote};
use crate::model::{Application, Instance, InstanceKind};
use crate::oauth::metadata::{ServerMetadata, resolve};
use crate::oauth::token_request::TokenRequest;
use crate::scaikey::{self, APPLICATIONS_PATH, TENANTS_PATH};

/// The user's own values. Without any, steps that need some have no request.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Context {
    /// A ScaiKey's base URL.
    pub base: Option<String>,
    /// What the application sends, and whether to the documented token endpoint.
    pub token: Option<(TokenRequest, bool)>,
    /// The scopes it asks for.
    pub scopes: Vec<String>,
    /// Its secret holds a character that is form-encoded.
    pub reserved: bool,
}

impl Context {
    /// The values of a chosen instance and application; `metadata` is what was discovered for its endpoints.
    #[must_use]
    pub fn new(
        instance: &Instance,
        application: Option<&Application>,
        metadata: Option<&ServerMetadata>,
    ) -> Self {
        let base = match &instance.kind {
            InstanceKind::ScaiKey { base } => Some(base),
            InstanceKind::OpenIdProvider { .. } => None,
        };
        let token = application.and_then(|application| {
            let key = application.endpoint_key();
            let (url, _) = resolve(instance, &key, metadata).token_endpoint?;
            let documented = base.zip(scaikey::paths(&key)).and_then(|(base, paths)| base.at(&paths.token));
            let documented = documented.as_ref() == Some(&url);
            Some((TokenRequest::of(application, url), documented))
        });
        Self {
            base: base.map(|base| base.as_str().to_owned()),
            token,
            scopes: application.map(|application| application.scopes.clone()).unwrap_or_default(),
            reserved: false,
        }
    }
}

/// What a step sends; 0 is the first. `None` where it sends nothing, or what it needs is not known yet.
#[must_use]
pub fn step_request(walkthrough: WalkthroughId, index: u32, context: &Context) -> Option<StepRequest> {
    let base = || context.base.as_deref();
    match step(walkthrough, index)?.request {
        RequestTemplate::None => None,
        RequestTemplate::Token { source } => {
            let (curl, documented) = token(context, CLIENT_SECRET)?;
            Some(token_request(curl, documented, source))
        }
        RequestTemplate::TrySecrets => {
            let ((new, documented), (old, _)) =
                (token(context, "NEW_CLIENT_SECRET")?, token(context, CLIENT_SECRET)?);
            let curl = format!("# With the new secret\n{new}\n\n# With the old one\n{old}");
            Some(token_request(curl, documented, "quickstart, step 2, with each secret"))
        }
        RequestTemplate::Decode => {
            Some(request(DECODE.to_owned(), Certainty::Documented, "quickstart, step 3"))
        }
        RequestTemplate::ListTenants => Some(request(
            list_tenants(base()?),
            Certainty::Inferred,
            "quickstart, step 4; its command could not be read, the path is inferred",
        )),
        RequestTemplate::AllowScopes => Some(request(
            allow_scopes(base()?, &context.scopes),
            Certainty::Documented,
            "troubleshooting/platform-token-403, step 3",
        )),
        RequestTemplate::WebhookSignature => Some(request(
            SIGNATURE.to_owned(),
            Certainty::Inferred,
            "reference/webhooks has the rule; this command follows it",
        )),
    }
}

fn request(curl: String, certainty: Certainty, source: &str) -> StepRequest {
    StepRequest { curl, certainty, source: source.to_owned() }
}

fn token_request(curl: String, documented: bool, source: &str) -> StepRequest {
    if documented {
        request(curl, Certainty::Documented, source)
    } else {
        request(curl, Certainty::Inferred, "RFC 6749, section 4.4.2, at this instance's own token endpoint")
    }
}

/// The documented decoding. It does not know base64url, which is said.
const DECODE: &str = "# base64 -d stops at - and _, which a token may hold; the claims shown here are whole.\n\
    echo \"$ACCESS_TOKEN\" | cut -d. -f2 | base64 -d 2>/dev/null | python3 -m json.tool";

const SIGNATURE: &str = "# $TIMESTAMP is the t of X-ScaiKey-Signature; body.json holds the body, to the byte.\n\
    { printf '%s.' \"$TIMESTAMP\"; cat body.json; } | openssl dgst -sha256 -hmac \"$WEBHOOK_SECRET\"";

/// One option or address on each line.
fn command(parts: &[String]) -> String {
    parts.join(" \\\n  ")
}

/// The token request with the secret of this variable, and whether it goes to the documented endpoint.
fn token(context: &Context, variable: &str) -> Option<(String, bool)> {
    let (request, documented) = context.token.as_ref()?;
    Some((curl_to_come(request, variable, context.reserved), *documented))
}

fn list_tenants(base: &str) -> String {
    command(&[
        "curl -H \"Authorization: Bearer $ACCESS_TOKEN\"".to_owned(),
        shell(&format!("{base}{TENANTS_PATH}")),
    ])
}

/// Allows what is asked for, and what the repair is about. `openid` is in the documented list.
fn allow_scopes(base: &str, asked: &[String]) -> String {
    let mut allowed = vec!["openid"];
    for scope in asked.iter().map(String::as_str).chain(["admin:read"]) {
        if !allowed.contains(&scope) {
            allowed.push(scope);
        }
    }
    let body = serde_json::json!({ "allowed_scopes": allowed }).to_string();
    let remarks = "# $APP_ID is the application's id (app_…), $ADMIN_TOKEN a super-admin's token.\n\
                   # The list replaces the old one: name every scope that shall stay allowed.\n";
    let parts = [
        format!("curl -X PATCH {}\"$APP_ID\"", shell(&format!("{base}{APPLICATIONS_PATH}"))),
        "-H \"Authorization: Bearer $ADMIN_TOKEN\"".to_owned(),
        "-H 'Content-Type: application/json'".to_owned(),
        format!("-d {}", shell(&body)),
    ];
    format!("{remarks}{}", command(&parts))
}

fn shell(text: &str) -> String {
    quote(text, Quoting::Posix)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{ClientAuthentication, LevelName};
    use crate::walkthrough::catalog::WALKTHROUGHS;
    use url::Url;

    fn context() -> Context {
        let request = TokenRequest {
            endpoint: Url::parse("https://key.example/api/v1/platform/oauth/token").unwrap(),
            client_id: "svc_demo".to_owned(),
            client_authentication: ClientAuthentication::ClientSecretBasic,
            level: Some(LevelName::Global),
            scopes: vec!["admin:read".to_owned()],
            extra: Vec::new(),
        };
        Context {
            base: Some("https://key.example".to_owned()),
            scopes: request.scopes.clone(),
            token: Some((request, true)),
            reserved: false,
        }
    }

    #[test]
    fn the_token_request_is_the_documented_one() {
        let request = step_request(WalkthroughId::QUICKSTART, 1, &context()).unwrap();
        assert_eq!(
            request.curl,
            "curl -X POST 'https://key.example/api/v1/platform/oauth/token' \\\n  \
             -u 'svc_demo':\"$CLIENT_SECRET\" \\\n  \
             -d 'grant_type=client_credentials' \\\n  \
             -d 'scope=admin:read'"
        );
        assert_eq!(
            (request.certainty, request.source.as_str()),
            (Certainty::Documented, "quickstart, step 2")
        );
        let mut elsewhere = context();
        elsewhere.token.as_mut().unwrap().1 = false;
        let request = step_request(WalkthroughId::QUICKSTART, 1, &elsewhere).unwrap();
        assert_eq!(request.certainty, Certainty::Inferred);
        assert!(!request.source.contains("quickstart"));
    }

    #[test]
    fn a_secret_with_reserved_characters_is_encoded_first() {
        let reserved = Context { reserved: true, ..context() };
        let curl = step_request(WalkthroughId::QUICKSTART, 1, &reserved).unwrap().curl;
        assert!(curl.starts_with("ENCODED_SECRET=$(printf %s \"$CLIENT_SECRET\" |"), "{curl}");
        assert!(curl.contains("-u 'svc_demo':\"$ENCODED_SECRET\""), "{curl}");
        let both = step_request(WalkthroughId::ROTATE_SECRET, 2, &reserved).unwrap().curl;
        assert!(both.contains("\"$NEW_CLIENT_SECRET\" |") && both.contains("\"$CLIENT_SECRET\" |"), "{both}");
    }

    #[test]
    fn the_repair_names_what_stays_allowed() {
        let scopes = vec!["users:read".to_owned(), "openid".to_owned()];
        let request = step_request(WalkthroughId::REPAIR_403, 1, &Context { scopes, ..context() }).unwrap();
        let lines: Vec<_> = request.curl.lines().collect();
        assert_eq!(lines[2], "curl -X PATCH 'https://key.example/api/v1/admin/applications/'\"$APP_ID\" \\");
        assert_eq!(lines[5], "  -d '{\"allowed_scopes\":[\"openid\",\"users:read\",\"admin:read\"]}'");
        assert!(request.curl.contains("Bearer $ADMIN_TOKEN"));
    }

    #[test]
    fn a_step_that_runs_something_shows_what_it_sends() {
        for walkthrough in &WALKTHROUGHS {
            for (index, step) in (0..).zip(walkthrough.steps) {
                let request = step_request(walkthrough.id, index, &context());
                assert_eq!(request.is_some(), step.request != RequestTemplate::None, "{}", step.title);
                let Some(request) = request else { continue };
                assert!(!request.source.is_empty() && !request.curl.ends_with('\n'));
                // Only these may stand unquoted for the shell to fill in.
                for part in request.curl.split('$').skip(1) {
                    let name: String =
                        part.chars().take_while(|c| c.is_ascii_uppercase() || *c == '_').collect();
                    let known =
                        ["CLIENT_SECRET", "NEW_CLIENT_SECRET", "ACCESS_TOKEN", "ADMIN_TOKEN", "APP_ID"];
                    let known = known.into_iter().chain(["TIMESTAMP", "WEBHOOK_SECRET"]).any(|it| it == name);
                    assert!(known, "{}", request.curl);
                }
            }
        }
    }

    #[test]
    fn without_values_only_the_commands_that_need_none_are_shown() {
        let nothing = Context::default();
        assert_eq!(step_request(WalkthroughId::QUICKSTART, 1, &nothing), None);
        assert_eq!(step_request(WalkthroughId::QUICKSTART, 3, &nothing), None);
        assert!(step_request(WalkthroughId::QUICKSTART, 2, &nothing).is_some());
        assert!(step_request(WalkthroughId::WEBHOOK, 1, &nothing).is_some());
        assert_eq!(step_request(WalkthroughId::WEBHOOK, 9, &nothing), None);
    }
}
