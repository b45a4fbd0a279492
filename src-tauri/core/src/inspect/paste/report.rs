//! What is said of a pasted text: what was cut from around a token, or why there is none. Values are never quoted.

use super::jwt::Joins;
use super::unit::is_quote;
use super::{Found, NAMELESS, stripped};
use crate::jwt::words::{list, quote};
use crate::jwt::{UnverifiedClaims, json_form};

/// The most names that a sentence lists.
const MOST_NAMES: usize = 8;

/// What can be pasted.
const PASTE: &str = "Paste a token, or what holds one: an Authorization header, a curl command, the JSON answer of a \
                     token endpoint, or a URL with access_token.";

/// What the whole of a text is.
enum Whole {
    Json(UnverifiedClaims),
    Command(&'static str),
    HttpMessage,
    Url,
    Form,
    Other,
}

/// What is said of the tokens of one text.
pub(super) struct Report<'t> {
    text: &'t str,
    whole: Whole,
    /// Where its JSON begins.
    core: usize,
}

impl<'t> Report<'t> {
    pub(super) fn of(text: &'t str) -> Self {
        let range = stripped(text, 0..text.len());
        let core = text.get(range.clone()).unwrap_or_default();
        Self { text, whole: whole(core), core: range.start }
    }

    /// What was cut away or put together, in sentences.
    pub(super) fn cut(&self, found: &Found) -> Vec<String> {
        let mut cut = Vec::new();
        let before = self.text.get(..found.range.start).unwrap_or_default();
        let after = self.text.get(found.range.end..).unwrap_or_default();
        let quoted = before.ends_with(is_quote) || after.starts_with(is_quote);
        let plain = matches!(self.whole, Whole::Other);
        let name = found.label.name.clone().and_then(|name| self.text.get(name));
        match (found.label.scheme, name) {
            (Some(scheme), Some(name)) => {
                cut.push(format!("The word “{scheme}” and the name {} were cut.", quote(name)));
            }
            (Some(scheme), None) => cut.push(format!("The word “{scheme}” was cut.")),
            (None, Some(name)) if plain => cut.push(format!("The name {} was cut.", quote(name))),
            _ => {}
        }
        if quoted && !matches!(self.whole, Whole::Json(_)) {
            cut.push("The quotes around it were cut.".to_owned());
        }
        let rest = after.trim_start_matches(is_quote).trim_start();
        let mark = rest.chars().next().filter(|_| plain);
        match mark {
            Some(',') => cut.push("The comma after it was cut.".to_owned()),
            Some(';') => cut.push("The semicolon after it was cut.".to_owned()),
            _ => {}
        }
        if found.full_stop {
            cut.push("The full stop after it was cut.".to_owned());
        }
        joined(&found.joins, &mut cut);
        if found.unescaped {
            cut.push("Its percent-encoded or escaped characters were decoded.".to_owned());
        }
        let blank = |c: char| c.is_whitespace() || is_quote(c) || matches!(c, ',' | ';' | '.');
        let left = self.text.get(..found.label.start).unwrap_or_default();
        let more = !(left.trim_matches(blank).is_empty() && after.trim_matches(blank).is_empty());
        match self.rest(found) {
            Some(sentence) => cut.push(sentence),
            None if more => cut.push("The text around it was left out.".to_owned()),
            None if cut.is_empty() && (before.len() + after.len()) > 0 => {
                cut.push("The white space around it was cut.".to_owned());
            }
            None => {}
        }
        cut
    }

    fn rest(&self, found: &Found) -> Option<String> {
        let others = |what: &str, around: &str, names: Vec<String>| {
            Some(if names.is_empty() {
                format!("The {around} around it was left out.")
            } else {
                format!("The other {what} were left out: {}.", list(&names, MOST_NAMES))
            })
        };
        match &self.whole {
            Whole::Other => None,
            // A JWS that is JSON itself is taken whole.
            Whole::Json(_) if found.token.starts_with('{') && found.name == NAMELESS => None,
            Whole::Json(members) => {
                let at = found.range.start.checked_sub(self.core)?;
                let names = members.placed().filter(|member| !member.range.contains(&at));
                others("members of the JSON answer", "JSON", names.map(|member| shown(member.name)).collect())
            }
            Whole::Command(name) => Some(format!("The rest of the {name} command was left out.")),
            Whole::HttpMessage => Some("The rest of the HTTP message was left out.".to_owned()),
            Whole::Url => match self.parameters(found).as_slice() {
                [] => Some("The rest of the URL was left out.".to_owned()),
                names => Some(format!(
                    "The rest of the URL was left out, with the parameters {}.",
                    list(names, MOST_NAMES)
                )),
            },
            Whole::Form => others("parameters", "form", self.parameters(found)),
        }
    }

    /// The names of the other parameters of a URL or a form.
    fn parameters(&self, found: &Found) -> Vec<String> {
        let own = found.label.name.as_ref().map(|name| name.start);
        let mut names = Vec::new();
        let mut at = 0;
        for piece in self.text.split_inclusive(['?', '#', '&']) {
            let start = at;
            at += piece.len();
            if let Some((name, _)) = piece.split_once('=')
                && own != Some(start)
                && !name.is_empty()
                && name.len() <= 40
                && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.'))
                && names.len() <= 2 * MOST_NAMES
            {
                names.push(shown(name));
            }
        }
        names
    }
}

/// A name in a list: with quotes where it is more than one word.
fn shown(name: &str) -> String {
    let plain = !name.is_empty()
        && name.len() <= 40
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'));
    if plain { name.to_owned() } else { quote(name) }
}

fn joined(joins: &Joins, cut: &mut Vec<String>) {
    let mut said = |count: usize, one: &str, many: &str| match count {
        0 => {}
        1 => cut.push(format!("A {one} inside was taken out.")),
        n => cut.push(format!("{n} {many} inside were taken out.")),
    };
    said(joins.breaks, "line break", "line breaks");
    said(joins.spaces, "space", "spaces");
    said(joins.hidden, "character without width", "characters without width");
    if joins.continued > 0 {
        cut.push("The backslashes at the ends of its lines were taken out.".to_owned());
    }
    if joins.marks > 0 {
        cut.push("The marks at the beginning of its lines were taken out.".to_owned());
    }
    if joins.literals > 0 {
        cut.push("The quotes between its pieces were taken out.".to_owned());
    }
}

fn whole(core: &str) -> Whole {
    if core.starts_with('{')
        && let Ok(members) = UnverifiedClaims::parse(core)
    {
        return Whole::Json(members);
    }
    let mut words = core.trim_start_matches(['$', '%', '>', ' ']).split_ascii_whitespace();
    let first = words.next().unwrap_or_default();
    let single = words.next().is_none();
    if single {
        if first.contains("://") || first.starts_with(['#', '?', '/']) && first.contains('=') {
            return Whole::Url;
        }
        return if first.contains('&') && first.contains('=') { Whole::Form } else { Whole::Other };
    }
    let method = matches!(first, "GET" | "POST" | "PUT" | "PATCH" | "DELETE" | "HEAD" | "OPTIONS");
    if first.starts_with("HTTP/") || method && core.lines().next().is_some_and(|line| line.contains(" HTTP/"))
    {
        return Whole::HttpMessage;
    }
    let command = first.rsplit(['/', '\\']).next().unwrap_or_default();
    let command = command.strip_suffix(".exe").unwrap_or(command);
    let known = ["curl", "http", "https", "xh", "wget", "Invoke-RestMethod", "Invoke-WebRequest", "grpcurl"];
    known.into_iter().find(|known| known.eq_ignore_ascii_case(command)).map_or(Whole::Other, Whole::Command)
}

/// Why a text holds no token, and what can be pasted.
pub(super) fn nothing(text: &str) -> String {
    let core = text.get(stripped(text, 0..text.len())).unwrap_or_default();
    let lower: String = core.chars().take(4096).collect::<String>().to_ascii_lowercase();
    let key = "A public key or a certificate is pasted where the keys for the signature are chosen.";
    if let Some((_, begin)) = core.split_once("-----BEGIN ") {
        let what = begin.split_once("-----").map_or("", |(what, _)| what);
        return if what.contains("PRIVATE KEY") {
            format!("This is a private key, not a token, and no one else should see it. {PASTE}")
        } else if what.contains("CERTIFICATE") {
            format!("This is a certificate, not a token. {key}")
        } else if what.contains("PUBLIC KEY") {
            format!("This is a public key, not a token. {key}")
        } else {
            format!("This is a PEM file, not a token. {PASTE}")
        };
    }
    if core.starts_with('{')
        && let Ok(members) = UnverifiedClaims::parse(core)
    {
        let key = if members.has("keys") || members.has("kty") { key } else { PASTE };
        return format!("This is {}. {key}", json_form::describe(&members));
    }
    let what = if lower.starts_with("ssh-") || lower.starts_with("ecdsa-sha2-") {
        "This is an SSH key, not a token."
    } else if lower.contains("client_secret")
        || lower.contains("clientsecret")
        || lower.contains("client-secret")
    {
        "This names a client secret, which is not a token: it is what a token is requested with."
    } else if lower.contains("authorization: basic") || lower.starts_with("basic ") {
        "This is HTTP Basic authentication, a client's id and secret, not a token."
    } else if lower.contains("://") && (lower.contains("?code=") || lower.contains("&code=")) {
        "This URL holds an authorization code, which is exchanged for a token and is none itself."
    } else if lower.starts_with("http://") || lower.starts_with("https://") {
        "This is a URL without a token."
    } else if lower.starts_with("<!doctype") || lower.starts_with("<html") {
        "This is an HTML page without a token."
    } else if core.starts_with(['{', '[']) {
        "This looks like JSON, but there is no token in it."
    } else {
        "There is no token in this text."
    };
    format!("{what} {PASTE}")
}
