//! How lengths of time and foreign text are put into words.

use std::fmt::Write as _;

/// The most characters of foreign text that a sentence quotes.
const QUOTED: usize = 80;

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// A length of time in its two largest units: `59 s`, `4 min 12 s`, `2 h 5 min`, `3 d 4 h`. The sign is dropped.
#[must_use]
pub fn duration(ms: i64) -> String {
    let s = ms.saturating_abs() / 1000;
    let (large, unit, small, small_unit) = match s {
        ..MINUTE => return format!("{s} s"),
        MINUTE..HOUR => (s / MINUTE, "min", s % MINUTE, "s"),
        HOUR..DAY => (s / HOUR, "h", s % HOUR / MINUTE, "min"),
        _ => (s / DAY, "d", s % DAY / HOUR, "h"),
    };
    if small == 0 { format!("{large} {unit}") } else { format!("{large} {unit} {small} {small_unit}") }
}

/// A length of time in its largest unit, for "3 min ago".
#[must_use]
pub fn about(ms: i64) -> String {
    let s = ms.saturating_abs() / 1000;
    match s {
        ..MINUTE => format!("{s} s"),
        MINUTE..HOUR => format!("{} min", s / MINUTE),
        HOUR..DAY => format!("{} h", s / HOUR),
        _ => format!("{} d", s / DAY),
    }
}

/// A difference of clocks: tenths of a second below ten seconds, else rounded to its largest unit.
#[must_use]
pub fn difference(ms: i64) -> String {
    let tenths = (ms.saturating_abs() / 100).max(i64::from(ms != 0));
    if tenths < 100 { format!("{}.{} s", tenths / 10, tenths % 10) } else { about(rounded(ms)) }
}

/// How far this computer's clock is off, from the server's clock minus this one's.
#[must_use]
pub fn clock_is_off(offset_ms: i64) -> String {
    let way = if offset_ms > 0 { "slow" } else { "fast" };
    format!("Your clock is {} {way}", about(offset_ms))
}

/// Half a unit more, so that cutting off rounds: 6 min 59 s are called 7 min.
fn rounded(ms: i64) -> i64 {
    let ms = ms.saturating_abs();
    let half = match ms / 1_000 {
        ..MINUTE => 500,
        MINUTE..HOUR => MINUTE * 500,
        HOUR..DAY => HOUR * 500,
        _ => DAY * 500,
    };
    ms.saturating_add(half)
}

/// Whether a character is invisible, or changes what stands around it.
#[must_use]
pub fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180e}' | '\u{3164}' | '\u{feff}'
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// The text with control, bidi and zero-width characters written out as `\u{202e}`.
#[must_use]
pub fn visible(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if is_hidden(c) {
            // Writing to a String cannot fail.
            let _: std::fmt::Result = write!(out, "\\u{{{:x}}}", u32::from(c));
        } else {
            out.push(c);
        }
    }
    out
}

/// Whether [`visible`] would change the text.
#[must_use]
pub fn has_hidden(text: &str) -> bool {
    text.chars().any(is_hidden)
}

/// Foreign text inside a sentence: in quotes, made visible, and cut.
#[must_use]
pub fn quote(text: &str) -> String {
    let shown: String = text.chars().take(QUOTED).collect();
    let cut = if shown.len() < text.len() { "…" } else { "" };
    format!("“{}{cut}”", visible(&shown))
}

/// A few things in a row: `a, b, c and 4 more`.
#[must_use]
pub fn list<T: AsRef<str>>(items: &[T], most: usize) -> String {
    let shown: Vec<&str> = items.iter().take(most).map(AsRef::as_ref).collect();
    match items.len().saturating_sub(most) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_lengths_of_time() {
        for (ms, both, one) in [
            (0, "0 s", "0 s"),
            (59_999, "59 s", "59 s"),
            (60_000, "1 min", "1 min"),
            (252_000, "4 min 12 s", "4 min"),
            (7_500_000, "2 h 5 min", "2 h"),
            (-180_000, "3 min", "3 min"),
            (90_000_000, "1 d 1 h", "1 d"),
            (i64::MIN, "106751991167 d 7 h", "106751991167 d"),
        ] {
            assert_eq!(duration(ms), both, "{ms}");
            assert_eq!(about(ms), one, "{ms}");
        }
    }

    #[test]
    fn check_differences() {
        for (ms, words) in [
            (200, "0.2 s"),
            (-1900, "1.9 s"),
            (3, "0.1 s"),
            (0, "0.0 s"),
            (420_000, "7 min"),
            (12_000, "12 s"),
        ] {
            assert_eq!(difference(ms), words, "{ms}");
        }
    }

    #[test]
    fn check_foreign_text() {
        for (text, shown) in [
            ("plain ü 𝄞", "plain ü 𝄞"),
            ("a\u{202e}b", "a\\u{202e}b"),
            ("\0\u{1b}[31m", "\\u{0}\\u{1b}[31m"),
            ("zero\u{200b}width\u{feff}", "zero\\u{200b}width\\u{feff}"),
            ("<script>", "<script>"),
        ] {
            assert_eq!(visible(text), shown);
            assert_eq!(has_hidden(text), text != shown);
        }
        assert_eq!(quote(&"é".repeat(200)), format!("“{}…”", "é".repeat(80)));
        assert_eq!(list(&["a", "b", "c"], 2), "a, b and 1 more");
    }
}
