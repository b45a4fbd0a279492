//! Code that keeps a token valid, in four languages, with the user's own values. The secret is read from
//! `CLIENT_SECRET`; it never stands in the code.
//!
//! The tutorial's own code could not be read (contract 8.1.11): this follows its prose and RFC 6749.

use crate::contract::CodeSample;
use crate::copy::{Quoting, quote};
use crate::model::{Application, ClientAuthentication, Instance, InstanceKind};
use crate::oauth::metadata::{ServerMetadata, resolve};
use crate::scaikey::TENANTS_PATH;

/// What the samples are filled with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SampleContext {
    /// The token endpoint.
    pub token_endpoint: String,
    /// The list of tenants.
    pub tenants_url: String,
    /// The client ID.
    pub client_id: String,
    /// The scopes to ask for; empty sends none.
    pub scopes: Vec<String>,
    /// How the client proves itself.
    pub client_authentication: ClientAuthentication,
}

impl SampleContext {
    /// The values of an application at a ScaiKey; `None` at another provider, which has no list of tenants, and
    /// without a token endpoint. `metadata` is what was discovered for the application's endpoint set.
    #[must_use]
    pub fn new(
        instance: &Instance,
        application: &Application,
        metadata: Option<&ServerMetadata>,
    ) -> Option<Self> {
        let InstanceKind::ScaiKey { base } = &instance.kind else { return None };
        let (token_endpoint, _) = resolve(instance, &application.endpoint_key(), metadata).token_endpoint?;
        Some(Self {
            token_endpoint: token_endpoint.to_string(),
            tenants_url: base.at(TENANTS_PATH)?.to_string(),
            client_id: application.client_id.clone(),
            scopes: application.scopes.clone(),
            client_authentication: application.client_authentication,
        })
    }
}

/// A language: a template, and the parts of it that the client authentication decides.
struct Language {
    id: &'static str,
    label: &'static str,
    run: &'static str,
    template: &'static str,
    quoting: Quoting,
    /// By name.
    parts: fn(ClientAuthentication) -> &'static [(&'static str, &'static str)],
}

const LANGUAGES: [Language; 4] = [
    Language {
        id: "curl",
        label: "curl",
        run: "Needs curl and jq. Save it as token_loop.sh, export CLIENT_SECRET and run: bash token_loop.sh",
        template: include_str!("samples/token_loop.sh.in"),
        quoting: Quoting::Posix,
        parts: |method| match method {
            ClientAuthentication::ClientSecretBasic => &[(
                "AUTH",
                "# RFC 6749, 2.3.1: both are form-encoded first.\n    jq --null-input --raw-output '\"user = \" + ((env.client_id | @uri) + \":\" + (env.CLIENT_SECRET | @uri) | @json)'",
            )],
            ClientAuthentication::ClientSecretBasicRaw => &[(
                "AUTH",
                "jq --null-input --raw-output '\"user = \" + (env.client_id + \":\" + env.CLIENT_SECRET | @json)'",
            )],
            ClientAuthentication::ClientSecretPost => &[(
                "AUTH",
                "jq --null-input --raw-output '\n      \"data-urlencode = \" + (\"client_id=\" + env.client_id, \"client_secret=\" + env.CLIENT_SECRET | @json)'",
            )],
        },
    },
    Language {
        id: "rust",
        label: "Rust",
        run: "Needs reqwest, serde_json and tokio. Make it src/main.rs, set CLIENT_SECRET and run: cargo run",
        template: include_str!("samples/token_loop.rs.in"),
        quoting: Quoting::Json,
        parts: |method| match method {
            ClientAuthentication::ClientSecretBasic => &[(
                "AUTH",
                "            // RFC 6749, 2.3.1: both are form-encoded first.
            let (id, secret) = (form_encode(CLIENT_ID), form_encode(&self.secret));
            let request = request.basic_auth(id, Some(secret));",
            )],
            ClientAuthentication::ClientSecretBasicRaw => {
                &[("AUTH", "            let request = request.basic_auth(CLIENT_ID, Some(&self.secret));")]
            }
            ClientAuthentication::ClientSecretPost => &[(
                "AUTH",
                "            let (id, secret) = (form_encode(CLIENT_ID), form_encode(&self.secret));
            form += &format!(\"&client_id={id}&client_secret={secret}\");",
            )],
        },
    },
    Language {
        id: "python",
        label: "Python",
        run: "Python 3.8 or newer, nothing else. Save it as token_loop.py, set CLIENT_SECRET and run: python3 token_loop.py",
        template: include_str!("samples/token_loop.py.in"),
        quoting: Quoting::Json,
        parts: |method| match method {
            ClientAuthentication::ClientSecretBasic => &[
                ("IMPORT", "import base64\n"),
                (
                    "AUTH",
                    "        # RFC 6749, 2.3.1: both are form-encoded first.
        pair = \":\".join(urllib.parse.quote_plus(text) for text in (CLIENT_ID, CLIENT_SECRET))
        headers[\"Authorization\"] = \"Basic \" + base64.b64encode(pair.encode()).decode()",
                ),
            ],
            ClientAuthentication::ClientSecretBasicRaw => &[
                ("IMPORT", "import base64\n"),
                (
                    "AUTH",
                    "        pair = f\"{CLIENT_ID}:{CLIENT_SECRET}\"
        headers[\"Authorization\"] = \"Basic \" + base64.b64encode(pair.encode()).decode()",
                ),
            ],
            ClientAuthentication::ClientSecretPost => &[
                ("IMPORT", ""),
                ("AUTH", "        form.update(client_id=CLIENT_ID, client_secret=CLIENT_SECRET)"),
            ],
        },
    },
    Language {
        id: "typescript",
        label: "TypeScript",
        run: "Node 20 or newer, nothing else. Save it as token_loop.ts, set CLIENT_SECRET and run: npx tsx token_loop.ts",
        template: include_str!("samples/token_loop.ts.in"),
        quoting: Quoting::Json,
        parts: |method| match method {
            ClientAuthentication::ClientSecretBasic => &[
                (
                    "HELPER",
                    "
/** `application/x-www-form-urlencoded` of one text. */
function formEncode(text: string): string {
  return new URLSearchParams([[\"\", text]]).toString().slice(1);
}
",
                ),
                (
                    "AUTH",
                    "    // RFC 6749, 2.3.1: both are form-encoded first.
    const pair = Buffer.from(`${formEncode(CLIENT_ID)}:${formEncode(CLIENT_SECRET)}`);
    headers.set(\"Authorization\", `Basic ${pair.toString(\"base64\")}`);",
                ),
            ],
            ClientAuthentication::ClientSecretBasicRaw => &[
                ("HELPER", ""),
                (
                    "AUTH",
                    "    const pair = Buffer.from(`${CLIENT_ID}:${CLIENT_SECRET}`);
    headers.set(\"Authorization\", `Basic ${pair.toString(\"base64\")}`);",
                ),
            ],
            ClientAuthentication::ClientSecretPost => &[
                ("HELPER", ""),
                (
                    "AUTH",
                    "    body.set(\"client_id\", CLIENT_ID);
    body.set(\"client_secret\", CLIENT_SECRET);",
                ),
            ],
        },
    },
];

/// The code, in each language.
#[must_use]
pub fn samples(context: &SampleContext) -> Vec<CodeSample> {
    LANGUAGES.iter().map(|language| sample(language, context)).collect()
}

fn sample(language: &Language, context: &SampleContext) -> CodeSample {
    let scope = context.scopes.join(" ");
    let literal = |text: &str| quote(text, language.quoting);
    let values = [
        ("TOKEN_ENDPOINT", literal(&context.token_endpoint)),
        ("TENANTS_URL", literal(&context.tenants_url)),
        ("CLIENT_ID", literal(&context.client_id)),
        ("SCOPE", literal(&scope)),
    ];
    let parts = (language.parts)(context.client_authentication);
    let value_of = |name: &str| {
        let value = values.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str());
        value.or_else(|| parts.iter().find(|(known, _)| *known == name).map(|(_, part)| *part))
    };
    CodeSample {
        language: language.id.to_owned(),
        label: language.label.to_owned(),
        run: language.run.to_owned(),
        text: fill(language.template, value_of),
    }
}

/// Puts values in the place of `«NAME»`. In one pass: a value is never looked into.
fn fill<'a>(template: &'a str, value_of: impl Fn(&str) -> Option<&'a str>) -> String {
    let mut pieces = template.split('«');
    let mut text = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (name, rest) = piece.split_once('»').unwrap_or((piece, ""));
        text.push_str(value_of(name).unwrap_or_default());
        text.push_str(rest);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const METHODS: [ClientAuthentication; 3] = [
        ClientAuthentication::ClientSecretBasic,
        ClientAuthentication::ClientSecretBasicRaw,
        ClientAuthentication::ClientSecretPost,
    ];

    fn context(client_id: &str, client_authentication: ClientAuthentication) -> SampleContext {
        SampleContext {
            token_endpoint: "https://key.example/token".to_owned(),
            tenants_url: "https://key.example/tenants/".to_owned(),
            client_id: client_id.to_owned(),
            scopes: vec!["openid".to_owned(), "admin:read".to_owned()],
            client_authentication,
        }
    }

    #[test]
    fn nothing_is_left_to_fill_in() {
        for method in METHODS {
            let samples = samples(&context("svc", method));
            let languages: Vec<_> = samples.iter().map(|sample| sample.language.as_str()).collect();
            assert_eq!(languages, ["curl", "rust", "python", "typescript"]);
            for CodeSample { text, run, language, .. } in samples {
                assert!(!text.contains(['«', '»']) && text.ends_with('\n'), "{language}");
                assert!(text.contains("CLIENT_SECRET") && run.contains("CLIENT_SECRET"), "{language}");
                assert!(text.contains("openid admin:read"), "{language}");
            }
        }
        for language in &LANGUAGES {
            let places = language.template.matches('«').count();
            assert_eq!(places, language.template.matches('»').count());
            for method in METHODS {
                let parts = (language.parts)(method).len();
                assert_eq!(places, 4 + parts, "{}: each place has its value", language.id);
            }
        }
    }

    #[test]
    fn a_value_cannot_leave_its_quotes() {
        let hostile = "a'\"\\ «SCOPE» ${x} $(id)";
        let quoted = [
            r#"client_id='a'\''"\ «SCOPE» ${x} $(id)'"#,
            r#"CLIENT_ID: &str = "a'\"\\ «SCOPE» ${x} $(id)""#,
            r#"CLIENT_ID = "a'\"\\ «SCOPE» ${x} $(id)""#,
            r#"CLIENT_ID = "a'\"\\ «SCOPE» ${x} $(id)""#,
        ];
        let samples = samples(&context(hostile, ClientAuthentication::ClientSecretBasic));
        for (sample, quoted) in samples.iter().zip(quoted) {
            assert!(sample.text.contains(quoted), "{}", sample.text);
            assert_eq!(sample.text.matches("$(id)").count(), 1);
        }
    }
}
