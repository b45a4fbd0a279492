//! A text read character by character, each as it is meant: `%22`, `\"`, `\u0022` and `&quot;` are a quote.

/// How a character is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Written {
    /// As itself.
    Plain,
    /// As `%` and two hexadecimal digits (RFC 3986 §2.1).
    Percent,
    /// With a backslash, as in JSON and in source code, or as an entity of HTML.
    Escaped,
    /// A line break with a backslash before it, by which a shell goes on with the line.
    Continued,
}

/// A character as it is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Unit {
    pub(super) c: char,
    pub(super) written: Written,
    /// The byte after it.
    pub(super) end: usize,
}

/// The character at a byte of the text; `None` at its end.
pub(super) fn unit(text: &str, at: usize) -> Option<Unit> {
    let bytes = text.as_bytes();
    let byte = |ahead: usize| bytes.get(at + ahead).copied();
    let of = |c: char, written: Written, length: usize| Some(Unit { c, written, end: at + length });
    let first = byte(0)?;
    match (first, byte(1)) {
        (b'%', Some(_)) => {
            if let Some(code) = hex(bytes, at + 1, 2)
                && let Some(c) = char::from_u32(code).filter(char::is_ascii)
            {
                return of(c, Written::Percent, 3);
            }
        }
        (b'\\', Some(next)) => match next {
            b'\n' => return of('\n', Written::Continued, 2),
            b'\r' if byte(2) == Some(b'\n') => return of('\n', Written::Continued, 3),
            b'n' => return of('\n', Written::Escaped, 2),
            b'r' => return of('\r', Written::Escaped, 2),
            b't' => return of('\t', Written::Escaped, 2),
            b'"' | b'\'' | b'`' | b'/' | b'\\' => return of(char::from(next), Written::Escaped, 2),
            b'u' => {
                if let Some(c) = hex(bytes, at + 2, 4).and_then(char::from_u32) {
                    return of(c, Written::Escaped, 6);
                }
            }
            _ => {}
        },
        (b'&', Some(_)) => {
            let rest = bytes.get(at..).unwrap_or_default();
            for (entity, c) in [("&quot;", '"'), ("&amp;", '&'), ("&#34;", '"'), ("&#39;", '\'')] {
                if rest.starts_with(entity.as_bytes()) {
                    return of(c, Written::Escaped, entity.len());
                }
            }
        }
        _ => {}
    }
    if first.is_ascii() {
        return of(char::from(first), Written::Plain, 1);
    }
    let c = text.get(at..)?.chars().next()?;
    of(c, Written::Plain, c.len_utf8())
}

fn hex(bytes: &[u8], at: usize, digits: usize) -> Option<u32> {
    bytes
        .get(at..at + digits)?
        .iter()
        .try_fold(0, |code, byte| Some(code * 16 + char::from(*byte).to_digit(16)?))
}

/// Whether it is a quote, of whatever kind.
pub(super) fn is_quote(c: char) -> bool {
    matches!(
        c,
        '"' | '\'' | '`' | '´' | '«' | '»' | '‹' | '›' | '\u{2018}'..='\u{201f}' | '\u{300c}'..='\u{300f}' | '＂' | '＇'
    )
}

/// Whether it has no width, so that nobody knows that it was copied along.
pub(super) fn is_hidden(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// Whether it belongs into a JWT, or into one in standard base64 with padding.
pub(super) fn is_of_token(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '+' | '/' | '=')
}

/// Whether it belongs into a name such as `access_token` or `X-Auth-Token`.
pub(super) fn is_of_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_')
}

/// Whether a word or a value ends at it.
pub(super) fn ends_value(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || is_quote(c)
        || matches!(
            c,
            ',' | ';' | '&' | '<' | '>' | '(' | ')' | '{' | '}' | '[' | ']' | '|' | '\\' | '#' | '?'
        )
}
