//! Two tokens side by side: what differs, claim by claim. Linear in what they hold.

use std::collections::{HashMap, HashSet};

use crate::contract::{
    ClaimGroup, ComparedToken, Comparison, Difference, DifferenceKind, TokenKind, TokenPart,
};
use crate::jwt::claims::{Time, UnverifiedClaims, compact, kind_of, time_of};
use crate::jwt::dictionary::{Nature, look_up};
use crate::jwt::words::{duration, visible};
use crate::jwt::{Decoded, decode_unverified};

/// Claims that list things of which the order says nothing.
const SETS: &[&str] = &["aud", "scope", "scp", "amr", "groups", "roles", "entitlements", "permissions"];

/// One of two tokens to compare: what can be read of it.
#[derive(Debug, Clone)]
pub struct Side {
    /// What it is called.
    pub title: String,
    /// What it is.
    pub kind: TokenKind,
    /// When it was received, in Unix milliseconds, where this program received it.
    pub received_at: Option<i64>,
    /// Whether a ScaiKey issued it: then ScaiKey's own claims stand where its dictionary has them.
    pub scaikey: bool,
    /// Its JOSE header, where it can be read.
    pub header: Option<UnverifiedClaims>,
    /// Its claims, where they can be read.
    pub claims: Option<UnverifiedClaims>,
    /// What could not be read, in sentences.
    pub problems: Vec<String>,
}

impl Side {
    /// A token's text, read as far as it goes. Nothing is verified.
    #[must_use]
    pub fn read(title: &str, token: &str) -> Self {
        Self::of(title, decode_unverified(token))
    }

    /// A token that was taken to pieces.
    #[must_use]
    pub fn of(title: &str, decoded: Decoded) -> Self {
        Self {
            title: title.to_owned(),
            kind: decoded.kind,
            received_at: None,
            scaikey: false,
            header: decoded.header.map(|header| header.members().clone()),
            claims: decoded.payload,
            problems: decoded.problems,
        }
    }

    /// What keeps it from being compared, by its kind.
    fn unreadable(&self) -> Option<&'static str> {
        match self.kind {
            TokenKind::Jwe => Some("It is encrypted: only its header can be compared."),
            TokenKind::Opaque => Some(
                "It is opaque: it means something to its issuer only, and nothing in it can be compared.",
            ),
            TokenKind::Jwt | TokenKind::JwsJson if self.claims.is_none() => {
                Some("Its payload is no set of claims, so only its header can be compared.")
            }
            TokenKind::Jwt | TokenKind::JwsJson => None,
        }
    }

    fn compared(self) -> ComparedToken {
        let unreadable = self.unreadable().map(str::to_owned);
        let mut problems = self.problems;
        problems.extend(unreadable);
        ComparedToken {
            title: visible(&self.title),
            kind: self.kind,
            received_at: self.received_at,
            problems,
        }
    }
}

/// Compares two tokens. What only one of them lets read is not compared; its problems say so.
#[must_use]
pub fn compare(before: Side, after: Side) -> Comparison {
    let scaikey = before.scaikey || after.scaikey;
    let (mut differences, mut same) = (Vec::new(), Vec::new());
    if let (Some(old), Some(new)) = (&before.header, &after.header) {
        compare_part(TokenPart::Header, names(old, new), (old, new), &mut differences, &mut same);
    }
    if let (Some(old), Some(new)) = (&before.claims, &after.claims) {
        let mut names = names(old, new);
        // Stable: what the dictionary does not know keeps the tokens' order.
        names.sort_by_cached_key(|name| {
            look_up(name, scaikey)
                .map_or((ClaimGroup::Other, usize::MAX), |(place, entry)| (entry.group, place))
        });
        compare_part(TokenPart::Payload, names, (old, new), &mut differences, &mut same);
    }
    Comparison { before: before.compared(), after: after.compared(), differences, same }
}

/// The names in two objects, each once: in the order of the first, then those that only the second has.
fn names<'a>(old: &'a UnverifiedClaims, new: &'a UnverifiedClaims) -> Vec<&'a str> {
    let mut seen = HashSet::new();
    let names = old.iter().chain(new.iter()).map(|(name, _)| name);
    names.filter(|name| seen.insert(*name)).collect()
}

/// The members of an object by name. Of duplicates the last counts.
fn by_name(object: &UnverifiedClaims) -> HashMap<&str, &str> {
    object.iter().collect()
}

fn compare_part(
    part: TokenPart,
    names: Vec<&str>,
    (old, new): (&UnverifiedClaims, &UnverifiedClaims),
    differences: &mut Vec<Difference>,
    same: &mut Vec<String>,
) {
    let (old, new) = (by_name(old), by_name(new));
    for name in names {
        match difference(part, name, old.get(name).copied(), new.get(name).copied()) {
            Some(difference) => differences.push(difference),
            None => same.push(visible(name)),
        }
    }
}

/// How a member differs, by its two values as JSON text; `None` where it does not.
fn difference(part: TokenPart, name: &str, old: Option<&str>, new: Option<&str>) -> Option<Difference> {
    let kind = match (old, new) {
        (None, _) => DifferenceKind::Added,
        (_, None) => DifferenceKind::Removed,
        (Some(_), Some(_)) => DifferenceKind::Changed,
    };
    let is_set = part == TokenPart::Payload && SETS.contains(&name);
    let is_time = part == TokenPart::Payload && is_time(name);
    let mut difference = Difference {
        part,
        name: visible(name),
        kind,
        before: old.map(value_text),
        after: new.map(value_text),
        instants: None,
        words: String::new(),
        added: Vec::new(),
        removed: Vec::new(),
        kept: Vec::new(),
    };
    let elements = |raw: Option<&str>| raw.map_or(Some(Vec::new()), |raw| elements(name, raw, is_set));
    let lists = elements(old).zip(elements(new));
    if let Some((old, new)) = &lists {
        (difference.added, difference.removed, difference.kept) = as_sets(old, new);
    }
    let (Some(old), Some(new)) = (old, new) else { return Some(difference) };
    let same_members = lists.is_some() && difference.added.is_empty() && difference.removed.is_empty();
    let (old_kind, new_kind) = (kind_of(old), kind_of(new));
    if same_value(old, new) || (is_set && same_members && old_kind == new_kind) {
        return None;
    }
    difference.words = if same_members && old_kind != new_kind {
        format!("The same values, as {old_kind} before and as {new_kind} now")
    } else if old_kind != new_kind {
        format!("It was {old_kind} and is {new_kind} now")
    } else if same_members {
        "The same values, in another order or number".to_owned()
    } else if old_kind == "a number" && same_number(old, new) {
        "The same number, written in another way".to_owned()
    } else {
        String::new()
    };
    if is_time && let (Time::At(old), Time::At(new)) = (time_of(old), time_of(new)) {
        difference.instants = Some((old, new));
        if difference.words.is_empty() {
            difference.words = apart(old, new);
        }
    }
    Some(difference)
}

fn is_time(name: &str) -> bool {
    // A time is one whoever issued the token.
    look_up(name, true).is_some_and(|(_, entry)| matches!(entry.nature, Nature::Time | Nature::Past))
}

/// How far apart two instants are, in milliseconds.
fn apart(old: i64, new: i64) -> String {
    let way = if new < old { "earlier" } else { "later" };
    match new.saturating_sub(old) {
        -999..=999 => format!("Less than 1 s {way}"),
        difference => format!("{} {way}", duration(difference)),
    }
}

/// A value as text: a string without quotes, anything else as its JSON, exact to the digit.
fn value_text(raw: &str) -> String {
    match string(raw) {
        Some(text) => visible(&text),
        None => visible(&compact(raw)),
    }
}

fn string(raw: &str) -> Option<String> {
    if kind_of(raw) == "a text" { serde_json::from_str(raw).ok() } else { None }
}

/// Whether two values are the same: strings by what they say, anything else to the letter but for white space.
fn same_value(old: &str, new: &str) -> bool {
    match (string(old), string(new)) {
        (Some(old), Some(new)) => old == new,
        (None, None) => compact(old) == compact(new),
        _ => false,
    }
}

/// What a value lists: the scopes of a text, the texts of a list. `None` for one that lists nothing.
fn elements(name: &str, raw: &str, is_set: bool) -> Option<Vec<String>> {
    match kind_of(raw) {
        "a list" => serde_json::from_str(raw).ok(),
        "a text" if is_set => string(raw).map(|text| match name {
            "scope" | "scp" => text.split(' ').filter(|one| !one.is_empty()).map(str::to_owned).collect(),
            _ => vec![text],
        }),
        _ => None,
    }
}

/// What only the second has, what only the first has, and what both have: each once, in order, made visible.
fn as_sets(old: &[String], new: &[String]) -> (Vec<String>, Vec<String>, Vec<String>) {
    let (in_old, in_new): (HashSet<&str>, HashSet<&str>) =
        (old.iter().map(String::as_str).collect(), new.iter().map(String::as_str).collect());
    let pick = |from: &[String], wanted: &dyn Fn(&str) -> bool| {
        let mut seen = HashSet::new();
        let once = from.iter().map(String::as_str).filter(|one| wanted(one));
        once.filter(|one| seen.insert(one.to_owned())).map(visible).collect()
    };
    (
        pick(new, &|one| !in_old.contains(one)),
        pick(old, &|one| !in_new.contains(one)),
        pick(new, &|one| in_old.contains(one)),
    )
}

/// Whether two JSON numbers are equal, however they are written and however many digits they have.
fn same_number(old: &str, new: &str) -> bool {
    matches!((normal(old), normal(new)), (Some(old), Some(new)) if old == new)
}

/// A JSON number (RFC 8259 §6) as its sign, its digits without zeros at either end, and the power of ten of the
/// last one; `None` where that power is out of range.
fn normal(raw: &str) -> Option<(bool, String, i64)> {
    let raw = raw.trim();
    let (negative, rest) = raw.strip_prefix('-').map_or((false, raw), |rest| (true, rest));
    let (mantissa, power) = match rest.split_once(['e', 'E']) {
        Some((mantissa, power)) => (mantissa, power.parse::<i64>().ok()?),
        None => (rest, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    let significant = digits.trim_start_matches('0').trim_end_matches('0');
    if significant.is_empty() {
        return Some((false, String::new(), 0));
    }
    let zeros = digits.len() - digits.trim_end_matches('0').len();
    let power =
        power.checked_sub(i64::try_from(fraction.len()).ok()?)?.checked_add(i64::try_from(zeros).ok()?)?;
    Some((negative, significant.to_owned(), power))
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;
    use crate::jwt::samples::b64;

    fn token(header: &str, payload: &str) -> String {
        format!("{}.{}.AAAA", b64(header.as_bytes()), b64(payload.as_bytes()))
    }

    fn compared(old: &str, new: &str) -> Comparison {
        let header = r#"{"alg":"RS256"}"#;
        compare(Side::read("old", &token(header, old)), Side::read("new", &token(header, new)))
    }

    /// The one difference of a claim that has these values as JSON.
    #[track_caller]
    fn one(name: &str, old: &str, new: &str) -> Difference {
        let object = |value: &str| format!("{{\"{name}\":{value}}}");
        let mut found = compared(&object(old), &object(new)).differences;
        assert_eq!(found.len(), 1, "{name}: {old} and {new}");
        found.remove(0)
    }

    #[track_caller]
    fn check_same(name: &str, old: &str, new: &str) {
        let found = compared(&format!("{{\"{name}\":{old}}}"), &format!("{{\"{name}\":{new}}}"));
        assert_eq!(found.differences, [], "{name}");
        assert_eq!(found.same, ["alg", name]);
    }

    #[test]
    fn what_was_added_removed_and_changed() {
        let old = Side::read(
            "old",
            &token(
                r#"{"typ":"JWT","alg":"RS256","kid":"k1"}"#,
                r#"{"zz":1,"exp":10,"a":"x","sub":"s","gone":null}"#,
            ),
        );
        let new = Side::read(
            "new",
            &token(
                r#"{"alg":"RS256","kid":"k2","new":true}"#,
                r#"{"b":[1, 2],"sub":"s","A":"x","a":"y","exp":20,"zz":1}"#,
            ),
        );
        let found = compare(old, new);
        let rows: Vec<_> = found
            .differences
            .iter()
            .map(|row| (row.part, row.name.as_str(), row.kind, row.before.as_deref(), row.after.as_deref()))
            .collect();
        use DifferenceKind::{Added, Changed, Removed};
        use TokenPart::{Header, Payload};
        assert_eq!(
            rows,
            [
                (Header, "typ", Removed, Some("JWT"), None),
                (Header, "kid", Changed, Some("k1"), Some("k2")),
                (Header, "new", Added, None, Some("true")),
                (Payload, "exp", Changed, Some("10"), Some("20")),
                (Payload, "a", Changed, Some("x"), Some("y")),
                (Payload, "gone", Removed, Some("null"), None),
                (Payload, "b", Added, None, Some("[1,2]")),
                (Payload, "A", Added, None, Some("x")),
            ]
        );
        assert_eq!(found.same, ["alg", "sub", "zz"]);
        assert_eq!((found.before.title.as_str(), found.after.title.as_str()), ("old", "new"));
        assert_eq!((found.before.problems, found.after.problems), (vec![], vec![]));
    }

    #[test]
    fn scopes_and_audiences_are_sets() {
        let scope = one("scope", r#""openid admin:read  email""#, r#""email admin:write openid openid""#);
        assert_eq!(scope.added, ["admin:write"]);
        assert_eq!(scope.removed, ["admin:read"]);
        assert_eq!(scope.kept, ["email", "openid"]);
        check_same("scope", r#""a b""#, r#""b a a""#);
        check_same("aud", r#"["a","b"]"#, r#"[ "b", "a" ]"#);
        check_same("amr", r#"["pwd","otp"]"#, r#"["otp","pwd"]"#);
        let aud = one("aud", r#""a b""#, r#"["a b","c"]"#);
        assert_eq!(
            (aud.added, aud.removed, aud.kept),
            (vec!["c".to_owned()], vec![], vec!["a b".to_owned()])
        );
        assert_eq!(aud.words, "It was a text and is a list now");
        assert_eq!(
            one("aud", r#""a""#, r#"["a"]"#).words,
            "The same values, as a text before and as a list now"
        );
        let roles = one("roles", r#"["a"]"#, r#"[]"#);
        assert_eq!((roles.added, roles.removed), (vec![], vec!["a".to_owned()]));
        // An unknown list may mean something by its order.
        let unknown = one("steps", r#"["a","b"]"#, r#"["b","a"]"#);
        assert!(unknown.words.starts_with("The same values"), "{}", unknown.words);
        assert_eq!((unknown.added.len(), unknown.removed.len(), unknown.kept.len()), (0, 0, 2));
        // A list of other things is no set of texts.
        assert_eq!(one("aud", "[1]", "[2]").kept, Vec::<String>::new());
    }

    #[test]
    fn what_one_side_alone_lists_is_listed() {
        let found = compared("{}", r#"{"scope":"a b"}"#).differences.remove(0);
        assert_eq!((found.kind, found.added), (DifferenceKind::Added, vec!["a".to_owned(), "b".to_owned()]));
        let found = compared(r#"{"scope":"a b"}"#, "{}").differences.remove(0);
        assert_eq!(
            (found.kind, found.removed),
            (DifferenceKind::Removed, vec!["a".to_owned(), "b".to_owned()])
        );
    }

    #[test]
    fn times_say_how_far_they_are_apart() {
        for (name, old, new, words) in [
            ("exp", "1795528751", "1795532351", "1 h later"),
            ("iat", "1795532351", "1795528799", "59 min 12 s earlier"),
            ("nbf", "10", "10.5", "Less than 1 s later"),
            ("auth_time", "10.0", "10", "The same number, written in another way"),
            ("exp", "\"10\"", "10", "It was a text and is a number now"),
            ("exp", "1e30", "2e30", ""),
            ("order", "1795528751", "1795532351", ""),
        ] {
            assert_eq!(one(name, old, new).words, words, "{name}: {old} and {new}");
        }
        assert_eq!(one("exp", "10", "20").instants, Some((10_000, 20_000)));
        assert_eq!(one("exp", "10", "true").instants, None);
        assert_eq!(one("order", "10", "20").instants, None);
    }

    #[test]
    fn f_jwt_33_numbers_are_compared_to_the_digit() {
        let same = "The same number, written in another way";
        for (old, new, words) in [
            ("1", "1.0", same),
            ("100", "1e2", same),
            ("-0", "0", same),
            ("0.10", "1E-1", same),
            ("9007199254740993", "9007199254740992", ""),
            ("1", "-1", ""),
            ("1e99999999999999999999", "2e99999999999999999999", ""),
            ("\"1\"", "1", "It was a text and is a number now"),
        ] {
            assert_eq!(one("n", old, new).words, words, "{old} and {new}");
        }
        check_same("n", "9007199254740993", "9007199254740993");
    }

    #[test]
    fn strings_are_compared_by_what_they_say() {
        check_same("s", r#""a\/\u0062""#, r#""a/b""#);
        let hidden = one("s", r#""a""#, r#""a\u200b""#);
        assert_eq!(hidden.after.as_deref(), Some("a\\u{200b}"));
        assert_eq!(one("s", r#""\ud800""#, r#""x""#).before.as_deref(), Some(r#""\ud800""#));
        check_same("o", r#"{ "a" : [ 1 ] }"#, r#"{"a":[1]}"#);
    }

    #[test]
    fn f_jwt_11_of_duplicates_the_last_counts_and_that_is_said() {
        let found = compared(r#"{"a":1,"a":2}"#, r#"{"a":2}"#);
        assert_eq!(found.differences, []);
        assert!(found.before.problems.iter().any(|problem| problem.contains("“a” more than once")));
        assert_eq!(found.after.problems, Vec::<String>::new());
    }

    #[test]
    fn f_jwt_34_names_are_only_names() {
        assert_eq!(one("__proto__", "{}", "1").name, "__proto__");
        check_same("constructor", "1", "1");
    }

    #[test]
    fn what_cannot_be_read_is_not_compared_and_says_so() {
        let jwt = || Side::read("new", &token(r#"{"alg":"RS256"}"#, r#"{"a":1}"#));
        let opaque = compare(Side::read("old", "opaque-token"), jwt());
        assert_eq!((opaque.differences, opaque.same), (vec![], vec![]));
        assert!(opaque.before.problems.iter().any(|problem| problem.contains("opaque")));
        let jwe = format!("{}.a.b.c.d", b64(br#"{"alg":"dir","enc":"A256GCM"}"#));
        let jwe = compare(Side::read("old", &jwe), jwt());
        let names: Vec<_> = jwe.differences.iter().map(|row| row.name.as_str()).collect();
        assert_eq!(names, ["alg", "enc"]);
        assert!(jwe.before.problems.iter().any(|problem| problem.contains("encrypted")));
        let list = compare(Side::read("old", &token(r#"{"alg":"RS256"}"#, "[1]")), jwt());
        assert_eq!((list.differences, list.same), (vec![], vec!["alg".to_owned()]));
        assert_eq!(list.before.problems.len(), 2);
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "the test measures real time")]
    fn ten_thousand_claims_are_compared_at_once() {
        let object = |value: usize| {
            let members: Vec<_> = (0..10_000).map(|n| format!("\"claim{n}\":\"{}\"", n % value)).collect();
            let scopes: Vec<_> = (0..10_000).map(|n| (n * value).to_string()).collect();
            format!("{{{},\"scope\":\"{}\"}}", members.join(","), scopes.join(" "))
        };
        let (old, new) =
            (Side::read("old", &token("{}", &object(7))), Side::read("new", &token("{}", &object(11))));
        let begin = Instant::now();
        let found = compare(old, new);
        assert_eq!(found.differences.len() + found.same.len(), 10_001);
        // A machine under load takes its time; what is quadratic takes a hundred times as long.
        assert!(begin.elapsed() < Duration::from_secs(2), "{:?}", begin.elapsed());
    }
}
