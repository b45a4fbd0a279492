//! A JSON object exactly as it was written: order, duplicates and every digit kept.
//!
//! Nothing here recurses: a value is kept as its text, and looked into only one level deep.

use std::fmt;
use std::ops::Range;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

/// Below this depth [`UnverifiedClaims::pretty`] stops indenting, or a hostile token of 2 MiB would fill the
/// memory with spaces.
const INDENTED_DEPTH: usize = 16;

/// The largest instant that JavaScript's `Date` can hold, in milliseconds.
const LAST_INSTANT: i64 = 8_640_000_000_000_000;

/// A JSON object that nobody has vouched for yet. It holds its text once, and where in it the members stand.
#[derive(Debug, Clone)]
pub struct UnverifiedClaims {
    text: String,
    members: Vec<Member>,
    /// The members by name, and those of one name in the text's order: numbers into `members`.
    by_name: Vec<u32>,
}

/// Where a member stands in the text.
#[derive(Debug, Clone)]
struct Member {
    name: Name,
    /// Where its name begins, with the quote.
    at: usize,
    value: Range<usize>,
}

#[derive(Debug, Clone)]
enum Name {
    /// As it stands between its quotes.
    Plain(Range<usize>),
    /// Written with escapes: what they come to.
    Escaped(Box<str>),
}

/// A member of an object and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its value as JSON text, exactly.
    pub raw: &'a str,
    /// The bytes of [`UnverifiedClaims::text`] that hold it, from its name's first quote to its value's end.
    pub range: Range<usize>,
}

/// A time claim (RFC 7519 `NumericDate`), read without losing what is wrong with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Time {
    /// The claim is not there.
    Absent,
    /// An instant, in Unix milliseconds.
    At(i64),
    /// A number that is no instant anyone can name, such as `1e30`.
    OutOfRange,
    /// Not a number: what it is instead.
    NotANumber(&'static str),
}

/// The members in order, as serde hands them over.
struct Members<'t>(Vec<(&'t RawValue, &'t RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;
        impl<'de> Visitor<'de> for InOrder {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members<'de>, A::Error> {
                let mut members = Vec::new();
                // The name is taken raw too: one with a lone surrogate must not hide all the others.
                while let Some(member) = map.next_entry::<&RawValue, &RawValue>()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(InOrder)
    }
}

/// Where a piece of a text stands in it.
fn place_in(text: &str, piece: &str) -> Range<usize> {
    // Both are of one allocation, so the difference of their addresses is the piece's offset.
    let at = piece.as_ptr().addr() - text.as_ptr().addr();
    at..at + piece.len()
}

/// A name from its JSON string; where that is no valid Unicode, what stands between its quotes.
fn name_of(raw: &str, at: usize) -> Name {
    if raw.contains('\\')
        && let Ok(name) = serde_json::from_str::<Box<str>>(raw)
    {
        return Name::Escaped(name);
    }
    Name::Plain(at + 1..at + raw.len() - 1)
}

/// What a JSON text is, by its first character.
#[must_use]
pub fn kind_of(raw: &str) -> &'static str {
    match raw.trim_start().chars().next() {
        Some('{') => "an object",
        Some('[') => "a list",
        Some('"') => "a text",
        Some('t' | 'f') => "true or false",
        Some('n') => "null",
        Some('-' | '0'..='9') => "a number",
        _ => "nothing",
    }
}

impl UnverifiedClaims {
    /// Reads a JSON object.
    ///
    /// # Errors
    /// What it is instead, in a few words that go on after "The payload is".
    pub fn parse(text: &str) -> Result<Self, String> {
        Self::read(text.to_owned()).map_err(|(_, what)| what)
    }

    /// Likewise, and keeps the text instead of a copy of it; an error gives it back.
    pub(super) fn read(text: String) -> Result<Self, (String, String)> {
        let members = match serde_json::from_str::<Members<'_>>(&text) {
            Ok(Members(members)) => members,
            Err(error) => {
                let what = what_else(&text, &error);
                return Err((text, what));
            }
        };
        let members: Vec<Member> = members
            .into_iter()
            .map(|(name, value)| {
                let at = place_in(&text, name.get()).start;
                Member { name: name_of(name.get(), at), at, value: place_in(&text, value.get()) }
            })
            .collect();
        let mut claims = Self { text, by_name: Vec::new(), members };
        let mut by_name: Vec<u32> = (0_u32..).take(claims.members.len()).collect();
        by_name.sort_by_cached_key(|member| claims.name_at(*member));
        claims.by_name = by_name;
        Ok(claims)
    }

    /// The text it was read from.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    fn slice(&self, range: &Range<usize>) -> &str {
        self.text.get(range.clone()).unwrap_or_default()
    }

    fn name<'a>(&'a self, member: &'a Member) -> &'a str {
        match &member.name {
            Name::Plain(range) => self.slice(range),
            Name::Escaped(name) => name,
        }
    }

    fn name_at(&self, member: u32) -> &str {
        self.members.get(member as usize).map_or("", |member| self.name(member))
    }

    /// Every member with its value as JSON text, in order, duplicates included.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.members.iter().map(|member| (self.name(member), self.slice(&member.value)))
    }

    /// Every member with its place in the text, likewise.
    pub fn placed(&self) -> impl Iterator<Item = Placed<'_>> {
        self.members.iter().map(|member| Placed {
            name: self.name(member),
            raw: self.slice(&member.value),
            range: member.at..member.value.end,
        })
    }

    /// Whether a member of this name is there.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.raw(name).is_some()
    }

    /// A member's value as JSON text, exactly. Of duplicates the last counts, as it does for most readers.
    #[must_use]
    pub fn raw(&self, name: &str) -> Option<&str> {
        let after = self.by_name.partition_point(|member| self.name_at(*member) <= name);
        let last = *self.by_name.get(after.checked_sub(1)?)?;
        let member = self.members.get(last as usize)?;
        (self.name(member) == name).then(|| self.slice(&member.value))
    }

    /// A member's value, where it is a string.
    #[must_use]
    pub fn str(&self, name: &str) -> Option<String> {
        self.raw(name).and_then(|raw| serde_json::from_str(raw).ok())
    }

    /// A member that holds one string or a list of them, such as `aud`.
    #[must_use]
    pub fn strings(&self, name: &str) -> Option<Vec<String>> {
        self.raw(name).and_then(strings_of)
    }

    /// A time claim.
    #[must_use]
    pub fn time(&self, name: &str) -> Time {
        self.raw(name).map_or(Time::Absent, time_of)
    }

    /// The names that stand there more than once, each once, sorted.
    #[must_use]
    pub fn duplicates(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self
            .by_name
            .windows(2)
            .filter_map(|pair| match pair {
                [one, next] if self.name_at(*one) == self.name_at(*next) => Some(self.name_at(*one)),
                _ => None,
            })
            .collect();
        names.dedup();
        names
    }

    /// The original text, indented by two spaces: every digit, the order and duplicates as they were.
    #[must_use]
    pub fn pretty(&self) -> String {
        pretty(&self.text)
    }
}

/// What a text is that is no JSON object, in a few words.
fn what_else(text: &str, error: &serde_json::Error) -> String {
    if serde_json::from_str::<&RawValue>(text).is_ok() {
        return format!("{}, not a JSON object", kind_of(text));
    }
    let said = error.to_string();
    let what = said.rsplit_once(" at line ").map_or(said.as_str(), |(what, _)| what);
    format!("not JSON ({what} at line {}, column {})", error.line(), error.column())
}

/// Reads a `NumericDate` from its JSON text.
#[must_use]
pub fn time_of(raw: &str) -> Time {
    if kind_of(raw) != "a number" {
        return Time::NotANumber(kind_of(raw));
    }
    let ms = match raw.parse::<i64>() {
        Ok(seconds) => seconds.checked_mul(1000),
        // A fraction, an exponent, or too many digits. A cast from f64 saturates.
        #[allow(clippy::cast_possible_truncation, reason = "the range is checked right below")]
        Err(_) => raw.parse::<f64>().ok().filter(|s| s.is_finite()).map(|s| (s * 1000.0).round() as i64),
    };
    ms.filter(|ms| (-LAST_INSTANT..=LAST_INSTANT).contains(ms)).map_or(Time::OutOfRange, Time::At)
}

/// One string or a list of them, from its JSON text.
#[must_use]
pub fn strings_of(raw: &str) -> Option<Vec<String>> {
    match kind_of(raw) {
        "a text" => serde_json::from_str(raw).ok().map(|one| vec![one]),
        _ => serde_json::from_str(raw).ok(),
    }
}

/// Takes the white space out of valid JSON without changing a token of it.
#[must_use]
pub fn compact(text: &str) -> String {
    let (mut in_string, mut escaped) = (false, false);
    let kept = |c: &char| {
        let keep = in_string || !c.is_ascii_whitespace();
        if *c == '"' && !escaped {
            in_string = !in_string;
        }
        escaped = in_string && !escaped && *c == '\\';
        keep
    };
    text.chars().filter(kept).collect()
}

/// Indents valid JSON without changing a token of it.
fn pretty(text: &str) -> String {
    let mut out = String::with_capacity(text.len() * 2);
    let mut depth = 0_usize;
    let mut in_string = false;
    let mut escaped = false;
    let line = |out: &mut String, depth: usize| {
        out.push('\n');
        out.extend(std::iter::repeat_n("  ", depth));
    };
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if in_string {
            out.push(c);
            in_string = escaped || c != '"';
            escaped = !escaped && c == '\\';
            continue;
        }
        match c {
            ' ' | '\t' | '\n' | '\r' => {}
            '{' | '[' => {
                out.push(c);
                while chars.next_if(|c| c.is_ascii_whitespace()).is_some() {}
                if let Some(end) = chars.next_if(|c| matches!(c, '}' | ']')) {
                    out.push(end);
                    continue;
                }
                depth += 1;
                if depth <= INDENTED_DEPTH {
                    line(&mut out, depth);
                }
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                if depth < INDENTED_DEPTH {
                    line(&mut out, depth);
                }
                out.push(c);
            }
            ',' => {
                out.push(c);
                if depth <= INDENTED_DEPTH {
                    line(&mut out, depth);
                } else {
                    out.push(' ');
                }
            }
            ':' => out.push_str(": "),
            _ => {
                in_string = c == '"';
                out.push(c);
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    fn parsed(text: &str) -> UnverifiedClaims {
        UnverifiedClaims::parse(text).unwrap_or_else(|e| panic!("{text}: {e}"))
    }

    fn check_pretty(text: &str, expected: &str) {
        assert_eq!(parsed(text).pretty(), expected);
    }

    #[test]
    fn f_jwt_33_every_digit_is_kept() {
        check_pretty(
            r#"{"a":9007199254740993,"b":1e400,"c":-0,"d":1.0,"e":1795528751.872234}"#,
            "{\n  \"a\": 9007199254740993,\n  \"b\": 1e400,\n  \"c\": -0,\n  \"d\": 1.0,\n  \"e\": 1795528751.872234\n}",
        );
    }

    #[test]
    fn pretty_keeps_strings_and_empty_containers() {
        check_pretty("{}", "{}");
        check_pretty("{ \r\n}", "{}");
        check_pretty(
            r#" {"a" : [ ] , "b\"{":[1,{"c":"x\\"}]}"#,
            "{\n  \"a\": [],\n  \"b\\\"{\": [\n    1,\n    {\n      \"c\": \"x\\\\\"\n    }\n  ]\n}",
        );
    }

    #[test]
    fn compact_keeps_strings() {
        assert_eq!(compact(r#"{ "a \" b" : [ 1 , "\\" ] }"#), r#"{"a \" b":[1,"\\"]}"#);
    }

    #[test]
    fn f_jwt_11_duplicates_are_kept_and_named() {
        let claims = parsed(r#"{"exp":1,"a":0,"\u0065xp":2}"#);
        assert_eq!(claims.duplicates(), ["exp"]);
        assert_eq!(claims.raw("exp"), Some("2"));
        assert_eq!(
            claims.iter().map(|(n, v)| format!("{n}={v}")).collect::<Vec<_>>(),
            ["exp=1", "a=0", "exp=2"]
        );
        check_pretty(r#"{"exp":1,"exp":2}"#, "{\n  \"exp\": 1,\n  \"exp\": 2\n}");
    }

    #[test]
    fn every_member_knows_its_place() {
        let text = "{ \"a\" : [1, 2] ,\"\\u0065xp\":\n\"ü\", \"\":null }";
        let claims = parsed(text);
        let placed: Vec<_> =
            claims.placed().map(|at| (at.name, at.raw, text.get(at.range.clone()).unwrap())).collect();
        assert_eq!(
            placed,
            [
                ("a", "[1, 2]", "\"a\" : [1, 2]"),
                ("exp", "\"ü\"", "\"\\u0065xp\":\n\"ü\""),
                ("", "null", "\"\":null"),
            ]
        );
        assert_eq!(claims.raw(""), Some("null"));
        assert_eq!(claims.raw("b"), None);
        assert_eq!(claims.raw("zzz"), None);
    }

    #[test]
    fn f_jwt_11_thrice_is_named_once() {
        let claims = parsed(r#"{"b":1,"a":1,"b":2,"a":2,"b":3,"c":0}"#);
        assert_eq!(claims.duplicates(), ["a", "b"]);
        assert_eq!((claims.raw("a"), claims.raw("b"), claims.raw("c")), (Some("2"), Some("3"), Some("0")));
    }

    #[test]
    fn f_jwt_9_nesting_does_not_overflow_the_stack() {
        let deep = format!("{{\"a\":{}{}}}", "[".repeat(300_000), "]".repeat(300_000));
        let claims = parsed(&deep);
        assert_eq!(claims.strings("a"), None);
        assert!(claims.pretty().len() < 2 * deep.len());
    }

    #[test]
    fn f_jwt_8_many_members_stay_small() {
        let wide = format!("{{\"a\":{}{}{}}}", "[".repeat(40), vec!["1"; 370_000].join(","), "]".repeat(40));
        assert!(parsed(&wide).pretty().len() < 2 * wide.len());
    }

    #[test]
    fn f_jwt_7_anything_else_is_named() {
        for (text, expected) in [
            ("[1]", "a list, not a JSON object"),
            ("\"x\"", "a text, not a JSON object"),
            ("null", "null, not a JSON object"),
            ("12", "a number, not a JSON object"),
            ("{\"a\":1", "not JSON (EOF while parsing an object at line 1, column 6)"),
            ("{\"a\":1}{", "not JSON (trailing characters at line 1, column 8)"),
            ("", "not JSON (EOF while parsing a value at line 1, column 0)"),
        ] {
            assert_eq!(UnverifiedClaims::parse(text).expect_err(text), expected);
        }
    }

    #[test]
    fn lone_surrogates_hide_nothing() {
        let claims = parsed(r#"{"\ud800":1,"b":"\udfff","c":"ok"}"#);
        assert_eq!(claims.str("b"), None);
        assert_eq!(claims.raw("b"), Some(r#""\udfff""#));
        assert_eq!(claims.str("c").as_deref(), Some("ok"));
        assert_eq!(claims.raw(r"\ud800"), Some("1"));
    }

    #[test]
    fn f_jwt_34_names_are_only_names() {
        let claims = parsed(r#"{"__proto__":{"a":1},"constructor":2,"toString":3}"#);
        assert_eq!(
            claims.iter().map(|(n, _)| n).collect::<Vec<_>>(),
            ["__proto__", "constructor", "toString"]
        );
    }

    #[test]
    fn f_jwt_12_times_of_every_kind() {
        for (raw, expected) in [
            ("1795528751", Time::At(1_795_528_751_000)),
            ("1795528751.872234", Time::At(1_795_528_751_872)),
            ("1.795528751e9", Time::At(1_795_528_751_000)),
            ("0", Time::At(0)),
            ("-1", Time::At(-1000)),
            ("-0", Time::At(0)),
            ("1795528751000", Time::At(1_795_528_751_000_000)),
            ("4102444800000000", Time::OutOfRange),
            ("9223372036854775807", Time::OutOfRange),
            ("99999999999999999999", Time::OutOfRange),
            ("1e30", Time::OutOfRange),
            ("-1e400", Time::OutOfRange),
            ("\"1795528751\"", Time::NotANumber("a text")),
            ("null", Time::NotANumber("null")),
            ("true", Time::NotANumber("true or false")),
            ("{}", Time::NotANumber("an object")),
        ] {
            assert_eq!(time_of(raw), expected, "{raw}");
        }
    }

    #[test]
    fn f_jwt_16_audiences_of_every_kind() {
        for (raw, expected) in [
            ("\"a\"", Some(vec!["a"])),
            ("[\"a\",\"b\"]", Some(vec!["a", "b"])),
            ("[]", Some(vec![])),
            ("1", None),
            ("[1]", None),
            ("{}", None),
        ] {
            let claims = parsed(&format!("{{\"aud\":{raw}}}"));
            assert_eq!(
                claims.strings("aud").as_deref(),
                expected.map(|v| v.into_iter().map(String::from).collect::<Vec<_>>()).as_deref()
            );
        }
    }

    fn json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            any::<String>().prop_map(Value::from),
        ];
        leaf.prop_recursive(24, 128, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map(any::<String>(), inner, 0..4)
                    .prop_map(|m| Value::Object(m.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn pretty_changes_only_white_space(value in json(), spaced in any::<bool>()) {
            let object = serde_json::json!({ "v": value });
            let text = if spaced { serde_json::to_string_pretty(&object) } else { serde_json::to_string(&object) }.unwrap();
            let pretty = parsed(&text).pretty();
            prop_assert_eq!(&parsed(&pretty).pretty(), &pretty);
            prop_assert_eq!(compact(&text), serde_json::to_string(&object).unwrap());
            prop_assert_eq!(serde_json::from_str::<Value>(&pretty).unwrap(), serde_json::from_str::<Value>(&text).unwrap());
        }
    }
}
