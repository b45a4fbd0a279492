//! A step's request with the user's own values, as a command for a POSIX shell. Secrets and tokens stand in it
//! as variables, so there is nothing to mask.

use super::{RequestTemplate, step};
use crate::contract::{Certainty, StepRequest, WalkthroughAnswers, WalkthroughId};
use crate::copy::{Quoting, quote};
use crate::model::{Application, ClientAuthentication, EndpointKey, Instance, InstanceKind, LevelName};
use crate::oauth::metadata::{ServerMetadata, resolve};
use crate::scaikey::{self, APPLICATIONS_PATH, TENANTS_PATH};

/// The user's own values. Without any, steps that need some have no request.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Context {
    /// A ScaiKey's base URL.
    base: Option<String>,
    /// The token endpoint, and whether it is the documented one.
    token_endpoint: Option<(String, bool)>,
    /// Of the application, once there is one.
    client: Option<Client>,
    /// The scopes to ask for; empty sends none.
    scopes: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Client {
    id: String,
    authentication: ClientAuthentication,
}

impl Context {
    /// The values of a chosen instance and application. Before there is an application, level, tenant and scopes
    /// are those of the answers. `metadata` is what was discovered for an endpoint set.
    #[must_use]
    pub fn new<'a>(
        instance: &Instance,
        application: Option<&Application>,
        answers: &WalkthroughAnswers,
        metadata: impl FnOnce(&EndpointKey) -> Option<&'a ServerMetadata>,
    ) -> Self {
        let base = match &instance.kind {
            InstanceKind::ScaiKey { base } => Some(base),
            InstanceKind::OpenIdProvider { .. } => None,
        };
        let key = match (application, base) {
            (Some(application), _) => Some(application.endpoint_key()),
            (None, Some(_)) => key_of_answers(answers),
            (None, None) => Some(EndpointKey::Provider),
        };
        let token_endpoint = key.and_then(|key| {
            let (url, _) = resolve(instance, &key, metadata(&key)).token_endpoint?;
            let documented = base.zip(scaikey::paths(&key)).and_then(|(base, paths)| base.at(&paths.token));
            Some((url.to_string(), documented == Some(url)))
        });
        Self {
            base: base.map(|base| base.as_str().to_owned()),
            token_endpoint,
            client: application.map(|application| Client {
                id: application.client_id.clone(),
                authentication: application.client_authentication,
            }),
            scopes: application.map_or(&answers.scopes, |application| &application.scopes).clone(),
        }
    }
}

/// Which endpoint set the chosen level means; the platform's while none was chosen.
fn key_of_answers(answers: &WalkthroughAnswers) -> Option<EndpointKey> {
    match (answers.level, answers.tenant_slug.as_str()) {
        (None | Some(LevelName::Global), _) => Some(EndpointKey::Platform),
        (Some(LevelName::Partner | LevelName::Tenant), "") => None,
        (Some(LevelName::Partner | LevelName::Tenant), slug) => {
            Some(EndpointKey::Tenant { slug: slug.to_owned() })
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
            let (curl, documented) = token(context, "CLIENT_SECRET")?;
            Some(token_request(curl, documented, source))
        }
        RequestTemplate::TrySecrets => {
            let ((new, documented), (old, _)) =
                (token(context, "NEW_CLIENT_SECRET")?, token(context, "CLIENT_SECRET")?);
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
    let (url, documented) = context.token_endpoint.as_ref()?;
    let authentication = context
        .client
        .as_ref()
        .map_or(ClientAuthentication::ClientSecretBasic, |client| client.authentication);
    let id = context.client.as_ref().map_or_else(
        || "\"$CLIENT_ID\"".to_owned(),
        |client| {
            shell(&match authentication {
                ClientAuthentication::ClientSecretBasic => {
                    form_urlencoded::byte_serialize(client.id.as_bytes()).collect()
                }
                ClientAuthentication::ClientSecretBasicRaw | ClientAuthentication::ClientSecretPost => {
                    client.id.clone()
                }
            })
        },
    );
    let mut parts = vec![format!("curl -X POST {}", shell(url))];
    let mut remark = String::new();
    match authentication {
        ClientAuthentication::ClientSecretBasic => {
            remark = format!(
                "# With + / : % or the like in it, form-encode ${variable} first (RFC 6749, 2.3.1).\n"
            );
            parts.push(format!("-u {id}\":${variable}\""));
        }
        ClientAuthentication::ClientSecretBasicRaw => parts.push(format!("-u {id}\":${variable}\"")),
        ClientAuthentication::ClientSecretPost => {
            parts.push(format!("--data-urlencode client_id={id}"));
            parts.push(format!("--data-urlencode \"client_secret=${variable}\""));
        }
    }
    parts.push("-d 'grant_type=client_credentials'".to_owned());
    if !context.scopes.is_empty() {
        let scope = context.scopes.join(" ");
        // `-d` sends a text as it is.
        let plain = scope.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, ':' | '.' | '_' | '-'));
        let option = if plain { "-d" } else { "--data-urlencode" };
        parts.push(format!("{option} {}", shell(&format!("scope={scope}"))));
    }
    Some((remark + &command(&parts), *documented))
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
    use crate::walkthrough::catalog::WALKTHROUGHS;

    fn context() -> Context {
        Context {
            base: Some("https://key.example".to_owned()),
            token_endpoint: Some(("https://key.example/api/v1/platform/oauth/token".to_owned(), true)),
            client: Some(Client {
                id: "svc_demo".to_owned(),
                authentication: ClientAuthentication::ClientSecretBasic,
            }),
            scopes: vec!["admin:read".to_owned()],
        }
    }

    fn with_client(id: &str, authentication: ClientAuthentication) -> Context {
        Context { client: Some(Client { id: id.to_owned(), authentication }), ..context() }
    }

    fn curl(context: &Context) -> String {
        step_request(WalkthroughId::Quickstart, 1, context).unwrap().curl
    }

    #[test]
    fn the_token_request_is_the_documented_one() {
        let request = step_request(WalkthroughId::Quickstart, 1, &context()).unwrap();
        assert_eq!(
            request.curl,
            "# With + / : % or the like in it, form-encode $CLIENT_SECRET first (RFC 6749, 2.3.1).\n\
             curl -X POST 'https://key.example/api/v1/platform/oauth/token' \\\n  \
             -u 'svc_demo'\":$CLIENT_SECRET\" \\\n  \
             -d 'grant_type=client_credentials' \\\n  \
             -d 'scope=admin:read'"
        );
        assert_eq!(
            (request.certainty, request.source.as_str()),
            (Certainty::Documented, "quickstart, step 2")
        );
        let elsewhere =
            Context { token_endpoint: Some(("https://idp.example/token".to_owned(), false)), ..context() };
        let request = step_request(WalkthroughId::Quickstart, 1, &elsewhere).unwrap();
        assert_eq!(request.certainty, Certainty::Inferred);
        assert!(!request.source.contains("quickstart"));
    }

    #[test]
    fn each_client_authentication_has_its_form() {
        use ClientAuthentication as A;
        assert!(curl(&with_client("a b", A::ClientSecretBasic)).contains("-u 'a+b'\":$CLIENT_SECRET\""));
        let raw = curl(&with_client("a b", A::ClientSecretBasicRaw));
        assert!(raw.starts_with("curl ") && raw.contains("-u 'a b'\":$CLIENT_SECRET\""));
        let post = curl(&with_client("a&b", A::ClientSecretPost));
        assert!(post.contains("--data-urlencode client_id='a&b'"), "{post}");
        assert!(post.contains("--data-urlencode \"client_secret=$CLIENT_SECRET\"") && !post.contains("-u "));
        let none = curl(&Context { client: None, ..context() });
        assert!(none.contains("-u \"$CLIENT_ID\"\":$CLIENT_SECRET\""));
    }

    #[test]
    fn scopes_are_sent_so_that_a_form_can_be_read() {
        let asks = |scopes: &[&str]| {
            let scopes = scopes.iter().map(|&scope| scope.to_owned()).collect();
            curl(&Context { scopes, ..context() })
        };
        assert!(!asks(&[]).contains("scope"));
        assert!(asks(&["openid", "admin:read"]).ends_with("--data-urlencode 'scope=openid admin:read'"));
        assert!(asks(&["it's+&"]).ends_with("--data-urlencode 'scope=it'\\''s+&'"));
    }

    #[test]
    fn the_repair_names_what_stays_allowed() {
        let scopes = vec!["users:read".to_owned(), "openid".to_owned()];
        let request = step_request(WalkthroughId::Repair403, 1, &Context { scopes, ..context() }).unwrap();
        let lines: Vec<_> = request.curl.lines().collect();
        assert_eq!(lines[2], "curl -X PATCH 'https://key.example/api/v1/admin/applications/'\"$APP_ID\" \\");
        assert_eq!(lines[5], "  -d '{\"allowed_scopes\":[\"openid\",\"users:read\",\"admin:read\"]}'");
        assert!(request.curl.contains("Bearer $ADMIN_TOKEN"));
    }

    #[test]
    fn before_there_is_an_application_the_answers_say_which_flavour() {
        let chosen = |level, slug: &str| {
            let answers =
                WalkthroughAnswers { level, tenant_slug: slug.to_owned(), ..WalkthroughAnswers::default() };
            key_of_answers(&answers)
        };
        assert_eq!(chosen(None, ""), Some(EndpointKey::Platform));
        assert_eq!(chosen(Some(LevelName::Global), "acme"), Some(EndpointKey::Platform));
        assert_eq!(chosen(Some(LevelName::Tenant), ""), None);
        let tenant = Some(EndpointKey::Tenant { slug: "acme".to_owned() });
        assert_eq!(chosen(Some(LevelName::Tenant), "acme"), tenant);
        assert_eq!(chosen(Some(LevelName::Partner), "acme"), tenant);
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
        assert_eq!(step_request(WalkthroughId::Quickstart, 1, &nothing), None);
        assert_eq!(step_request(WalkthroughId::Quickstart, 3, &nothing), None);
        assert!(step_request(WalkthroughId::Quickstart, 2, &nothing).is_some());
        assert!(step_request(WalkthroughId::Webhook, 1, &nothing).is_some());
        assert_eq!(step_request(WalkthroughId::Webhook, 9, &nothing), None);
    }
}
