//! Takes secrets and tokens out of what is recorded. Pure: from text to text.
//!
//! Three things are masked, wherever they stand: the secrets that the request itself carried, in whatever
//! encoding they come back; what looks like a JWT; and the values of members, fields and parameters whose
//! name says that they are secret. A text need not be valid JSON for that, nor whole.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use url::Url;
use zeroize::Zeroizing;

use crate::oauth::http::{Authorization, Body, FieldValue, FormField, HttpRequest};

/// Stands where something was.
pub const MARK: &str = "••••";

/// The same as a JSON value.
const QUOTED: &str = "\"••••\"";

/// A secret shorter than this is not looked for in other texts: it would be found in every word, and the
/// holes would tell it. In its own place it is masked all the same.
const SHORTEST: usize = 4;

/// Schemes of `Authorization` that are no secret.
const SCHEMES: [&str; 5] = ["Basic", "Bearer", "Digest", "DPoP", "Negotiate"];

/// How deep JSON in JSON strings is looked into.
const DEEPEST: u8 = 4;

/// What must not be seen in anything that belongs to one request.
pub struct Mask {
    /// The secrets that it carried, and their base64.
    secrets: Vec<Zeroizing<String>>,
}

impl Mask {
    /// The mask for a request and its answer.
    #[must_use]
    pub fn of(request: &HttpRequest) -> Self {
        let mut secrets = Vec::new();
        match &request.authorization {
            Some(authorization @ Authorization::Basic { password, .. }) => {
                let header = authorization.header_value();
                let pair = header.expose().trim_start_matches("Basic ").trim_end_matches('=');
                secrets.extend(forms(password.expose()));
                secrets.push(Zeroizing::new(pair.to_owned()));
                secrets.push(Zeroizing::new(pair.replace('+', "-").replace('/', "_")));
            }
            Some(Authorization::Bearer(token)) => secrets.extend(forms(token.expose())),
            None => {}
        }
        if let Some(Body::Form(fields)) = &request.body {
            for field in fields {
                if let FieldValue::Secret(secret) = &field.value {
                    secrets.extend(forms(secret.expose()));
                }
            }
        }
        secrets.retain(|secret| secret.chars().count() >= SHORTEST);
        // The longest first: one may be part of another.
        secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        secrets.dedup();
        Self { secrets }
    }

    /// A text of any kind: a body, a phrase, a part of a URL.
    #[must_use]
    pub fn text(&self, text: &str) -> String {
        self.at_depth(text, 0)
    }

    fn at_depth(&self, text: &str, depth: u8) -> String {
        let masked = self.secrets.iter().fold(text.to_owned(), |text, secret| {
            replace(&text, |_, rest| Hidden::first(occurrence(rest, secret.as_bytes())?))
        });
        let masked = replace(&masked, jwts());
        let masked = replace(&masked, parameter);
        let masked = replace(&masked, member);
        if depth == DEEPEST {
            return masked;
        }
        // What an escape hides in a string shows when the string is read.
        replace(&masked, |before, rest| {
            if before == Some('\\') {
                return None;
            }
            let content = string_content(rest)?;
            if !content.contains('\\') {
                return None;
            }
            let read: String = serde_json::from_str(&format!("\"{content}\"")).ok()?;
            (self.at_depth(&read, depth + 1) != read).then_some(Hidden::from(1, 1 + content.len()))
        })
    }

    /// The value of a header field. Of credentials the scheme is kept.
    #[must_use]
    pub fn header(&self, name: &str, value: &str) -> String {
        match name.to_ascii_lowercase().as_str() {
            "authorization" | "proxy-authorization" => match value.split_once(' ') {
                Some((scheme, _)) if SCHEMES.iter().any(|known| known.eq_ignore_ascii_case(scheme)) => {
                    format!("{scheme} {MARK}")
                }
                // Without a scheme that is known, even the first word may be the secret.
                _ => MARK.to_owned(),
            },
            "cookie" | "set-cookie" => MARK.to_owned(),
            name if is_sensitive(name) => MARK.to_owned(),
            _ => self.text(value),
        }
    }

    /// A URL with its query. User information is left out.
    #[must_use]
    pub fn url(&self, url: &Url) -> String {
        let mut bare = url.clone();
        // These fail only for URLs that cannot have a user name at all.
        let _ = bare.set_username("");
        let _ = bare.set_password(None);
        self.text(bare.as_str())
    }

    /// A form, encoded as it was sent.
    #[must_use]
    pub fn form(&self, fields: &[FormField]) -> String {
        let encoded = fields.iter().map(|field| {
            let plain = match &field.value {
                FieldValue::Plain(text) if !is_sensitive(&field.name) => Some(text.clone()),
                FieldValue::Plain(_) | FieldValue::Secret(_) => None,
            };
            let field = FormField::plain(&field.name, plain.as_deref().unwrap_or_default());
            let pair = Body::Form(vec![field]).encode();
            // The mark itself is not encoded: it was not sent.
            if plain.is_some() { pair.expose().to_owned() } else { format!("{}{MARK}", pair.expose()) }
        });
        self.text(&encoded.collect::<Vec<_>>().join("&"))
    }
}

/// A secret as it is and in base64, where it may come back.
fn forms(secret: &str) -> [Zeroizing<String>; 3] {
    let unpadded = |text: String| Zeroizing::new(text.trim_end_matches('=').to_owned());
    [Zeroizing::new(secret.to_owned()), unpadded(STANDARD.encode(secret)), unpadded(URL_SAFE.encode(secret))]
}

/// Whether the value under a name is a secret or a token.
#[must_use]
pub fn is_sensitive(name: &str) -> bool {
    const ENDINGS: [&str; 6] = ["token", "secret", "password", "assertion", "apikey", "privatekey"];
    let name = letters(name);
    is_code(&name) || ENDINGS.iter().any(|ending| name.ends_with(ending))
}

/// RFC 6749 §4.1.2 and RFC 7636 §4.1.
fn is_code(letters: &str) -> bool {
    matches!(letters, "code" | "codeverifier")
}

/// `clientSecret`, `client-secret` and `client_secret` are one name.
fn letters(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_ascii_lowercase()
}

/// A part of a text that must not be seen.
struct Hidden {
    start: usize,
    end: usize,
    /// What stands in its place.
    put: &'static str,
}

impl Hidden {
    fn from(start: usize, end: usize) -> Self {
        Self { start, end, put: MARK }
    }

    #[expect(clippy::unnecessary_wraps, reason = "it ends a chain of options")]
    fn first(length: usize) -> Option<Self> {
        Some(Self::from(0, length))
    }
}

/// Hides what `find` finds at the beginning of the rest of a text. It is also told the character before.
fn replace(text: &str, mut find: impl FnMut(Option<char>, &str) -> Option<Hidden>) -> String {
    let mut out = String::with_capacity(text.len());
    let (mut rest, mut before) = (text, None);
    while let Some(next) = rest.chars().next() {
        let found = find(before, rest).and_then(|hidden| {
            let gone = rest.get(hidden.start..hidden.end).filter(|gone| !gone.is_empty() && *gone != MARK)?;
            Some((rest.get(..hidden.start)?, gone, rest.get(hidden.end..)?, hidden.put))
        });
        match found {
            Some((kept, gone, after, put)) => {
                out.push_str(kept);
                out.push_str(put);
                (rest, before) = (after, gone.chars().next_back());
            }
            None => {
                out.push(next);
                (rest, before) = (rest.get(next.len_utf8()..).unwrap_or_default(), Some(next));
            }
        }
    }
    out
}

/// How much of the beginning of `text` is this secret: as it is, or percent-encoded, form-encoded, escaped
/// as in JSON or in HTML, or in a mixture of these.
fn occurrence(text: &str, secret: &[u8]) -> Option<usize> {
    let text = text.as_bytes();
    let (first, head) = (secret.first()?, text.first()?);
    if first != head && !matches!(head, b'%' | b'\\' | b'&' | b'+') {
        return None;
    }
    // Each pair: so much of the secret ends so far in the text. An escape can be read in two ways.
    let mut ends = std::collections::BTreeSet::from([(0, 0)]);
    let mut longest = None;
    while let Some((known, at)) = ends.pop_first() {
        let (Some(wanted), Some(rest)) = (secret.get(known..), text.get(at..)) else { continue };
        if wanted.is_empty() {
            longest = longest.max(Some(at));
            continue;
        }
        for (unit, length) in units(rest) {
            if wanted.starts_with(unit.as_bytes()) {
                ends.insert((known + unit.len(), at + length));
            }
        }
        if let Some(length) = percent(rest, wanted.first()) {
            ends.insert((known + 1, at + length));
        }
        if rest.first() == wanted.first() {
            ends.insert((known + 1, at + 1));
        }
    }
    longest
}

/// `%2F` for one byte of the secret; and its length.
fn percent(rest: &[u8], wanted: Option<&u8>) -> Option<usize> {
    let digits = std::str::from_utf8(rest.strip_prefix(b"%")?.get(..2)?).ok()?;
    (u8::from_str_radix(digits, 16).ok().as_ref() == wanted).then_some(3)
}

/// What an escape at the beginning stands for, and its length.
fn units(rest: &[u8]) -> Vec<(String, usize)> {
    const NAMED: [(&str, &str); 14] = [
        ("+", " "),
        ("\\\"", "\""),
        ("\\\\", "\\"),
        ("\\/", "/"),
        ("\\b", "\u{8}"),
        ("\\f", "\u{c}"),
        ("\\n", "\n"),
        ("\\r", "\r"),
        ("\\t", "\t"),
        ("\\'", "'"),
        ("&amp;", "&"),
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
    ];
    if !matches!(rest.first(), Some(b'+' | b'\\' | b'&')) {
        return Vec::new();
    }
    let named = NAMED.iter().filter(|(escape, _)| rest.starts_with(escape.as_bytes()));
    let mut found: Vec<_> = named.map(|(escape, text)| ((*text).to_owned(), escape.len())).collect();
    found.extend(unicode_escape(rest).or_else(|| entity(rest)));
    found
}

/// `\u00e9`, or two of them for one character beyond the first 65,536.
fn unicode_escape(rest: &[u8]) -> Option<(String, usize)> {
    let unit = |at: usize| {
        let digits = rest.get(at..)?.strip_prefix(b"\\u")?.get(..4)?;
        u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
    };
    let first = unit(0)?;
    let pair = unit(6).filter(|_| (0xd800..0xdc00).contains(&first));
    let units: Vec<u16> = std::iter::once(first).chain(pair).collect();
    let length = units.len() * 6;
    Some((String::from_utf16(&units).ok()?, length))
}

/// `&#39;` or `&#x27;`.
fn entity(rest: &[u8]) -> Option<(String, usize)> {
    let digits = rest.strip_prefix(b"&#")?;
    let length = digits.iter().take(8).position(|byte| *byte == b';')?;
    let digits = std::str::from_utf8(digits.get(..length)?).ok()?;
    let code = match digits.strip_prefix(['x', 'X']) {
        Some(digits) => u32::from_str_radix(digits, 16),
        None => digits.parse(),
    };
    Some((char::from_u32(code.ok()?)?.to_string(), "&#".len() + length + ";".len()))
}

/// Finds what looks like `eyJ….….…`: a JWS, a JWE, or the beginning of one.
fn jwts() -> impl FnMut(Option<char>, &str) -> Option<Hidden> {
    // Where no token can begin before so much of the text is left: a run that was looked through already.
    let mut none_before = usize::MAX;
    move |_, rest| {
        let after = rest.strip_prefix("eyJ").filter(|_| rest.len() <= none_before)?;
        let in_token = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        let end = after.find(|c| !in_token(c)).unwrap_or(after.len());
        none_before = after.len() - end;
        let (header, others) = after.get(..end)?.split_once('.')?;
        if header.is_empty() || others.is_empty() { None } else { Hidden::first("eyJ".len() + end) }
    }
}

/// `name=value` in a query, a fragment or a form, where the name says that the value is secret.
fn parameter(before: Option<char>, rest: &str) -> Option<Hidden> {
    let in_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '%');
    if before.is_some_and(in_name) {
        return None;
    }
    let (name, value) = rest.split_at_checked(rest.find(|c| !in_name(c))?)?;
    let value = value.strip_prefix('=').filter(|_| is_sensitive(&percent_decoded(name)))?;
    let ends = |c: char| c.is_whitespace() || matches!(c, '&' | '#' | ';' | ',' | '"' | '\'' | '<' | '>');
    let length = value.find(ends).unwrap_or(value.len());
    let start = name.len() + 1;
    Some(Hidden::from(start, start + length))
}

fn percent_decoded(name: &str) -> String {
    form_urlencoded::parse(name.as_bytes()).next().map(|(name, _)| name.into_owned()).unwrap_or_default()
}

/// The content of the JSON string that begins here; to the end of the text where it does not end.
fn string_content(rest: &str) -> Option<&str> {
    let content = rest.strip_prefix('"')?;
    let mut escaped = false;
    let end = content.find(|c| {
        let ends = c == '"' && !escaped;
        escaped = c == '\\' && !escaped;
        ends
    });
    content.get(..end.unwrap_or(content.len()))
}

/// `"name": value` of JSON, where the name says that the value is secret. Every quote is tried as the first
/// of a name, so that one too many elsewhere hides nothing; an escaped one too, for JSON within strings.
fn member(before: Option<char>, rest: &str) -> Option<Hidden> {
    /// No sensitive name is longer.
    const LONGEST: usize = 128;
    if before == Some('\\') {
        return None;
    }
    let quote = rest.find(|c| c != '\\')?;
    let content = rest.get(quote..)?.strip_prefix('"')?;
    let name_end = content.bytes().take(LONGEST).position(|byte| byte == b'"')?;
    let name = content.get(..name_end)?;
    if !closes(name, quote) {
        return None;
    }
    let after = content.get(name_end + 1..)?;
    let value = after.trim_start().strip_prefix(':')?.trim_start();
    let name: String = serde_json::from_str(&format!("\"{name}\"")).unwrap_or_else(|_| name.to_owned());
    if !is_sensitive(&name) {
        return None;
    }
    let start = rest.len() - value.len();
    let opening = value.find(|c| c != '\\').unwrap_or(value.len());
    if let Some(content) = value.get(opening..)?.strip_prefix('"') {
        let ends = |(at, _): &(usize, &str)| content.get(..*at).is_some_and(|text| closes(text, opening));
        // The backslashes before the closing quote are part of it.
        let end = content.match_indices('"').find(ends).map_or(content.len(), |(at, _)| at - opening);
        let start = start + opening + 1;
        return Some(Hidden::from(start, start + end));
    }
    if is_code(&letters(&name)) {
        // A number is another code: an error's, say.
        return None;
    }
    let length = if value.starts_with(['{', '[']) {
        container(value)
    } else {
        value.find(|c: char| !c.is_ascii_alphanumeric() && !"+-._".contains(c)).unwrap_or(value.len())
    };
    let said_anyway = matches!(value.get(..length)?, "true" | "false" | "null");
    (!said_anyway).then_some(Hidden { start, end: start + length, put: QUOTED })
}

/// Whether a quote behind this text ends a string that was begun by one behind `level` backslashes. In a
/// string in a string each level doubles the backslashes and adds one.
fn closes(text: &str, level: usize) -> bool {
    let backslashes = text.bytes().rev().take_while(|byte| *byte == b'\\').count();
    backslashes % (2 * (level + 1)) == level
}

/// How far it is to the bracket that closes the one here; to the end where none does.
fn container(value: &str) -> usize {
    let (mut depth, mut in_string, mut escaped) = (0_u32, false, false);
    let is_last = |c: char| {
        if in_string {
            in_string = escaped || c != '"';
            escaped = c == '\\' && !escaped;
            return false;
        }
        match c {
            '"' => in_string = true,
            '{' | '[' => depth += 1,
            '}' | ']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0
    };
    // Brackets and braces are one byte each.
    value.find(is_last).map_or(value.len(), |at| at + 1)
}

#[cfg(test)]
#[path = "mask_tests.rs"]
mod tests;
