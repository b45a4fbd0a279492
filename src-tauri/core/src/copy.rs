//! The forms a token can be copied in. The list is data: a new form is a new row.

use crate::contract::CopyFormatView;
use crate::secret::Secret;

/// What a form may need beside the token.
#[derive(Debug, Clone, Copy)]
pub struct Material<'a> {
    /// The access token.
    pub token: &'a str,
    /// `token_type`, as answered.
    pub token_type: &'a str,
    /// Seconds it has left, where known.
    pub expires_in: Option<i64>,
    /// The granted scopes, separated by spaces.
    pub scope: &'a str,
    /// The URL for the forms that call something.
    pub url: &'a str,
}

/// How a text is made safe in the language it is put into.
#[derive(Clone, Copy)]
pub(crate) enum Quoting {
    /// Single quotes; a quote inside becomes `'\''` (POSIX shells).
    Posix,
    /// Single quotes; backslash and quote are escaped with a backslash (fish, Python, JavaScript).
    Backslash,
    /// Single quotes; a quote inside is doubled (PowerShell).
    Doubled,
    /// Double quotes with the escapes of JSON, which Rust and `.env` readers share.
    Json,
}

/// A text as a literal of that language, its quotes included.
pub(crate) fn quote(text: &str, quoting: Quoting) -> String {
    match quoting {
        Quoting::Posix => format!("'{}'", text.replace('\'', "'\\''")),
        Quoting::Backslash => {
            format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'").replace('\n', "\\n"))
        }
        Quoting::Doubled => format!("'{}'", text.replace('\'', "''")),
        Quoting::Json => serde_json::Value::from(text).to_string(),
    }
}

/// A row of the list.
struct Format {
    id: &'static str,
    label: &'static str,
    render: fn(&Material<'_>) -> String,
}

/// `Bearer <token>`: the scheme's name as RFC 6750 §2.1 writes it.
fn bearer(material: &Material<'_>) -> String {
    format!("Bearer {}", material.token)
}

fn header(material: &Material<'_>) -> String {
    format!("Authorization: {}", bearer(material))
}

const FORMATS: &[Format] = &[
    Format { id: "bare", label: "Token", render: |m| m.token.to_owned() },
    Format { id: "header", label: "Authorization header", render: header },
    Format {
        id: "curl",
        label: "curl",
        // The token stands in a header, never in the URL (RFC 6750 §5.3).
        render: |m| format!("curl -H {} {}", quote(&header(m), Quoting::Posix), quote(m.url, Quoting::Posix)),
    },
    Format {
        id: "export",
        label: "Shell export",
        render: |m| format!("export ACCESS_TOKEN={}", quote(m.token, Quoting::Posix)),
    },
    Format {
        id: "fish",
        label: "fish",
        render: |m| format!("set -x ACCESS_TOKEN {}", quote(m.token, Quoting::Backslash)),
    },
    Format {
        id: "powershell",
        label: "PowerShell",
        render: |m| format!("$env:ACCESS_TOKEN = {}", quote(m.token, Quoting::Doubled)),
    },
    Format {
        id: "dotenv",
        label: ".env line",
        render: |m| format!("ACCESS_TOKEN={}", quote(m.token, Quoting::Json)),
    },
    Format { id: "json", label: "JSON answer", render: json },
    Format {
        id: "httpie",
        label: "HTTPie",
        render: |m| format!("http {} {}", quote(m.url, Quoting::Posix), quote(&header(m), Quoting::Posix)),
    },
    Format {
        id: "python",
        label: "Python requests",
        render: |m| {
            format!(
                "import requests\n\nresponse = requests.get(\n    {},\n    headers={{'Authorization': {}}},\n)\nprint(response.status_code, response.text)",
                quote(m.url, Quoting::Backslash),
                quote(&bearer(m), Quoting::Backslash)
            )
        },
    },
    Format {
        id: "javascript",
        label: "JavaScript fetch",
        render: |m| {
            format!(
                "const response = await fetch({}, {{\n  headers: {{ Authorization: {} }},\n}});\nconsole.log(response.status, await response.text());",
                quote(m.url, Quoting::Backslash),
                quote(&bearer(m), Quoting::Backslash)
            )
        },
    },
    Format {
        id: "rust",
        label: "Rust reqwest",
        render: |m| {
            format!(
                "let response = reqwest::Client::new()\n    .get({})\n    .bearer_auth({})\n    .send()\n    .await?;\nprintln!(\"{{}} {{}}\", response.status(), response.text().await?);",
                quote(m.url, Quoting::Json),
                quote(m.token, Quoting::Json)
            )
        },
    },
];

/// The members of RFC 6749 §5.1 again, with the life that is left.
fn json(material: &Material<'_>) -> String {
    let mut members = vec![
        format!("\"access_token\": {}", quote(material.token, Quoting::Json)),
        format!("\"token_type\": {}", quote(material.token_type, Quoting::Json)),
    ];
    if let Some(seconds) = material.expires_in {
        members.push(format!("\"expires_in\": {seconds}"));
    }
    if !material.scope.is_empty() {
        members.push(format!("\"scope\": {}", quote(material.scope, Quoting::Json)));
    }
    format!("{{\n  {}\n}}", members.join(",\n  "))
}

/// The list, for the menu.
#[must_use]
pub fn formats() -> Vec<CopyFormatView> {
    let example =
        Material {
            token: "…", token_type: "Bearer", expires_in: Some(3_600), scope: "", url: "https://…"
        };
    FORMATS
        .iter()
        .map(|format| CopyFormatView {
            id: format.id.to_owned(),
            label: format.label.to_owned(),
            example: (format.render)(&example),
        })
        .collect()
}

/// A token in one of the forms; `None` for an unknown form. Never ends with a line break.
#[must_use]
pub fn render(id: &str, material: &Material<'_>) -> Option<Secret> {
    FORMATS.iter().find(|format| format.id == id).map(|format| Secret::new((format.render)(material)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(id: &str, token: &str, expected: &str) {
        let material = Material {
            token,
            token_type: "Bearer",
            expires_in: Some(59),
            scope: "a b",
            url: "https://x.example/a?b=1&c",
        };
        assert_eq!(render(id, &material).unwrap().expose(), expected);
    }

    #[test]
    fn each_form_is_what_its_reader_wants() {
        check("bare", "e.y.J", "e.y.J");
        check("header", "e.y.J", "Authorization: Bearer e.y.J");
        check("curl", "e.y.J", "curl -H 'Authorization: Bearer e.y.J' 'https://x.example/a?b=1&c'");
        check("export", "e.y.J", "export ACCESS_TOKEN='e.y.J'");
        check("fish", "e.y.J", "set -x ACCESS_TOKEN 'e.y.J'");
        check("powershell", "e.y.J", "$env:ACCESS_TOKEN = 'e.y.J'");
        check("dotenv", "e.y.J", "ACCESS_TOKEN=\"e.y.J\"");
        check("httpie", "e.y.J", "http 'https://x.example/a?b=1&c' 'Authorization: Bearer e.y.J'");
        check(
            "json",
            "e.y.J",
            "{\n  \"access_token\": \"e.y.J\",\n  \"token_type\": \"Bearer\",\n  \"expires_in\": 59,\n  \"scope\": \"a b\"\n}",
        );
    }

    #[test]
    fn a_hostile_token_cannot_leave_its_quotes() {
        check("export", "a'; rm -rf ~ #", "export ACCESS_TOKEN='a'\\''; rm -rf ~ #'");
        check("fish", "a\\'b", "set -x ACCESS_TOKEN 'a\\\\\\'b'");
        check("powershell", "a'b", "$env:ACCESS_TOKEN = 'a''b'");
        check("dotenv", "a\"\nb", "ACCESS_TOKEN=\"a\\\"\\nb\"");
    }

    #[test]
    fn no_form_ends_with_a_line_break_and_ids_are_unique() {
        let formats = formats();
        let ids: std::collections::BTreeSet<_> = formats.iter().map(|format| &format.id).collect();
        assert_eq!(ids.len(), formats.len());
        assert!(formats.iter().all(|format| !format.example.ends_with('\n')));
    }
}
