//! Every claim and every header member in a sentence, and what is odd about it.

mod header;
mod parts;

use super::checks::LOOKS_LIKE_MS;
use super::claims::{Placed, Time, UnverifiedClaims, compact, kind_of, time_of};
use super::dictionary::{
    BETTER, Entry, ID_CLAIMS, ID_TOKEN_ONLY, Nature, RFC9068_ALWAYS, SCAIKEY, SCAIKEY_ALWAYS, SCAIKEY_VALUES,
    TYPES, id_of, look_up, meant,
};
use super::jws::Decoded;
use super::recognise::is_id_token;
use super::words::{duration, has_hidden, quote, visible};
use crate::contract::{ClaimGroup, ClaimRow, ValueShape};

pub use header::explain_header;

/// A life longer than this gets a remark, in milliseconds.
const LONG_LIFE_MS: i64 = 24 * 60 * 60 * 1000;

/// The longest header line that Apache takes as it is installed, in bytes; others take about as much.
const LONGEST_HEADER: usize = 8190;

const NO_UNICODE: &str = "Is not valid Unicode";
const LOOK_ALIKES: &str = "Has letters beyond ASCII, which can look like others";
const TWICE: &str = "Stands here more than once; the last one counts";

/// For whom a token is explained.
#[derive(Debug, Clone, Copy)]
pub struct Reader<'a> {
    /// The application that asked for it.
    pub client_id: Option<&'a str>,
    /// Whether `iss` is exactly the issuer that the instance publishes.
    pub issuer_matches: bool,
    /// This computer's clock, or the server's where it is known, in Unix milliseconds.
    pub now_ms: i64,
    /// Whether a ScaiKey issued it: then ScaiKey's own claims mean something.
    pub scaikey: bool,
}

/// What of the whole token the row of a single claim needs, looked up once: a hostile token may have tens of
/// thousands of claims.
struct Facts {
    id_token: bool,
    subject: Option<String>,
    issued: Time,
    not_before: Time,
}

/// The claims of a token, explained, in the order of their groups; none for a token whose payload cannot be read.
/// A claim that should be there and is not has a row too, without a value.
#[must_use]
pub fn explain(decoded: &Decoded, reader: &Reader<'_>) -> Vec<ClaimRow> {
    let Some(claims) = &decoded.payload else { return Vec::new() };
    let duplicates = claims.duplicates();
    let facts = Facts {
        id_token: is_id_token(claims),
        subject: claims.str("sub"),
        issued: claims.time("iat"),
        not_before: claims.time("nbf"),
    };
    let mut rows: Vec<(usize, ClaimRow)> = claims
        .placed()
        .map(|Placed { name, raw, range }| {
            let mut row = row(name, raw, &facts, reader);
            row.1.place = decoded.place_of_payload(range);
            // Sorted; a hostile token may have tens of thousands.
            if duplicates.binary_search(&name).is_ok() {
                row.1.notes.push(TWICE.to_owned());
            }
            row
        })
        .collect();
    rows.extend(missing(decoded, claims, &facts, reader));
    // Stable: what the dictionary does not know keeps the token's order.
    rows.sort_by_key(|(place, row)| (row.group, *place));
    rows.into_iter().map(|(_, row)| row).collect()
}

/// What to say of a token that is too long for the header in which it is sent; `None` for one that is not.
#[must_use]
pub fn too_long_for_a_header(token: &str) -> Option<String> {
    let line = "Authorization: Bearer ".len() + token.len();
    (line > LONGEST_HEADER).then(|| {
        format!(
            "The token has {} bytes. Many servers refuse a header over 8 KB, so an API may answer 400 or 431 \
             before it looks at the token.",
            token.len()
        )
    })
}

/// A member as it stands there, not yet explained; with whether its value is a text.
fn plain_row(name: &str, raw: &str) -> (ClaimRow, bool) {
    let mut notes = Vec::new();
    // A long value is copied once.
    let (value, is_text) = match serde_json::from_str::<String>(raw) {
        Ok(text) => (text, true),
        Err(_) => (compact(raw), false),
    };
    let hidden = has_hidden(&value);
    if hidden || has_hidden(name) {
        notes.push("Has invisible characters, shown as \\u{…}".to_owned());
    }
    if !is_text && kind_of(raw) == "a text" {
        notes.push(NO_UNICODE.to_owned());
    }
    if is_text && looks_like_a_jwt(&value) {
        notes.push("Looks like a JWT of its own; paste it alone to read it".to_owned());
    }
    let row = ClaimRow {
        name: visible(name),
        value: if hidden { visible(&value) } else { value },
        group: ClaimGroup::Other,
        meaning: String::new(),
        source: None,
        notes,
        instant: None,
        shape: ValueShape::Plain,
        parts: Vec::new(),
        place: None,
    };
    (row, is_text)
}

fn row(name: &str, raw: &str, facts: &Facts, reader: &Reader<'_>) -> (usize, ClaimRow) {
    let (mut row, is_text) = plain_row(name, raw);
    let Some((place, entry)) = look_up(name, reader.scaikey) else {
        row.notes.extend(meant(name, reader.scaikey).map(did_you_mean));
        return (usize::MAX, row);
    };
    row.group = entry.group;
    row.source = entry.source.map(str::to_owned);
    row.meaning = match entry.source {
        Some(_) => entry.meaning.to_owned(),
        None => format!("{} In common use; no standard defines it.", entry.meaning),
    };
    match entry.nature {
        Nature::Time | Nature::Past => time(&mut row, entry, raw, facts, reader),
        Nature::Scopes => parts::scopes(&mut row, raw, reader),
        Nature::Audience => parts::audience(&mut row, raw, reader),
        Nature::Personal => {
            if !facts.id_token {
                row.notes.push("Personal data: every API that gets the token can read it".to_owned());
            }
        }
        Nature::Name | Nature::Text => text(&mut row, entry, raw, is_text),
        Nature::Flag => flag(&mut row, raw),
        Nature::Any => {}
    }
    match entry.name {
        "sub" | "client_id" | "azp" | "tenant_id" | "partner_id" if is_text => {
            identity(&mut row, entry, reader)
        }
        "iss" if reader.issuer_matches => {
            row.meaning = "Matches the issuer this instance publishes.".to_owned()
        }
        "acr" if is_text => parts::level(&mut row),
        "amr" => parts::methods(&mut row, raw),
        "act" => parts::chain(&mut row, raw, facts.subject.as_deref(), reader),
        "may_act" => parts::permitted_actor(&mut row, raw),
        "cnf" => parts::confirmation(&mut row, raw),
        "groups" | "roles" | "entitlements" | "permissions" => parts::names(&mut row, raw, reader),
        "authorization_details" => parts::details(&mut row, raw),
        "events" => parts::events(&mut row, raw),
        _ => {}
    }
    // Only reached for ScaiKey's tokens: elsewhere these claims are not in the dictionary.
    if let Some((_, _, meaning)) =
        SCAIKEY_VALUES.iter().find(|(claim, value, _)| *claim == name && *value == raw)
    {
        row.meaning = (*meaning).to_owned();
    }
    if ID_TOKEN_ONLY.contains(&name) && !facts.id_token {
        row.notes.push("Usual in an ID token, not in an access token".to_owned());
    }
    (place, row)
}

fn did_you_mean(known: &str) -> String {
    format!("Did you mean {}? Names are case-sensitive", quote(known))
}

/// Whether a text has the shape of a signed or encrypted JWT.
fn looks_like_a_jwt(text: &str) -> bool {
    text.starts_with("ey")
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
        && matches!(text.split('.').count(), 3 | 5)
}

/// Remarks on a value that should be a text.
fn text(row: &mut ClaimRow, entry: &Entry, raw: &str, is_text: bool) {
    if !is_text {
        row.notes.push(format!("Is {}, not a text", kind_of(raw)));
    }
    if entry.nature == Nature::Name && !row.value.is_ascii() {
        row.notes.push(LOOK_ALIKES.to_owned());
    }
}

/// Remarks on a value that should be true or false.
fn flag(row: &mut ClaimRow, raw: &str) {
    if kind_of(raw) != "true or false" {
        row.notes.push(format!("Is {}, not true or false", kind_of(raw)));
    }
}

/// Who is named, as far as the name says so itself.
fn identity(row: &mut ClaimRow, entry: &Entry, reader: &Reader<'_>) {
    if entry.name == "sub" && reader.client_id == Some(row.value.as_str()) {
        row.meaning = "The service itself: same as client_id, so no user is involved.".to_owned();
        row.source = Some(if reader.scaikey { SCAIKEY } else { "RFC 9068 §2.2" }.to_owned());
        return;
    }
    let Some((prefix, whose)) = id_of(&row.value).filter(|_| reader.scaikey) else { return };
    let documented = ID_CLAIMS.iter().find(|(claim, _)| *claim == entry.name).map(|(_, prefix)| *prefix);
    match (entry.name, documented) {
        ("sub", Some(known)) if known == prefix => row.meaning = "A user's ID.".to_owned(),
        (_, Some(known)) if known == prefix => {}
        ("tenant_id" | "partner_id", _) => row.notes.push(format!("By its beginning this is {whose}")),
        _ => row.meaning = format!("{} By its beginning, {whose}.", row.meaning),
    }
}

fn time(row: &mut ClaimRow, entry: &Entry, raw: &str, facts: &Facts, reader: &Reader<'_>) {
    let at = match time_of(raw) {
        Time::At(at) => at,
        Time::NotANumber(kind) => {
            row.notes.push(format!("Is {kind}, not a number: strict readers refuse it"));
            return;
        }
        Time::OutOfRange | Time::Absent => {
            row.notes.push("Is no time: the number is too large".to_owned());
            return;
        }
    };
    row.instant = Some(at);
    let looks_like_ms = at >= LOOKS_LIKE_MS;
    if looks_like_ms {
        row.notes.push("Looks like milliseconds; the claim counts seconds".to_owned());
    }
    match at {
        0 => row.notes.push("Is 0, the first moment of 1970".to_owned()),
        ..0 => row.notes.push("Lies before 1970".to_owned()),
        _ => {}
    }
    if raw.contains(['.', 'e', 'E']) {
        row.notes.push("Is no whole number; some readers expect one".to_owned());
    }
    if entry.nature == Nature::Past && at > reader.now_ms.saturating_add(5000) && !looks_like_ms {
        row.notes.push("Lies in the future".to_owned());
    }
    if entry.name == "exp" && !looks_like_ms {
        end(row, at, facts);
    }
}

/// What the other times say of `exp`.
fn end(row: &mut ClaimRow, at: i64, facts: &Facts) {
    if let Time::At(issued) = facts.issued
        && issued < LOOKS_LIKE_MS
    {
        let life = at.saturating_sub(issued);
        if life <= 0 {
            row.notes.push("Not after iat: the token was never valid".to_owned());
        } else {
            row.meaning = format!("The token ends here, {} after it was issued.", duration(life));
            if life > LONG_LIFE_MS {
                row.notes.push(format!(
                    "Valid for {}: long for a token that cannot be taken back",
                    duration(life)
                ));
            }
        }
    }
    if matches!(facts.not_before, Time::At(from) if from < LOOKS_LIKE_MS && at <= from) {
        row.notes.push("Not after nbf: the token is never valid".to_owned());
    }
}

/// Rows for claims that should be there.
fn missing(
    decoded: &Decoded,
    claims: &UnverifiedClaims,
    facts: &Facts,
    reader: &Reader<'_>,
) -> Vec<(usize, ClaimRow)> {
    let typ = decoded.header.as_ref().and_then(super::JoseHeader::typ);
    let (names, why) = match typ.as_deref() {
        Some("at+jwt") => (RFC9068_ALWAYS, "RFC 9068 §2.2 requires it"),
        // A proof, an event: what they need is another thing.
        Some(typ) if TYPES.iter().any(|kind| kind.typ == typ) => return Vec::new(),
        _ if reader.scaikey && !facts.id_token => {
            (SCAIKEY_ALWAYS, "ScaiKey documents it for every access token")
        }
        _ => (BETTER, "most APIs expect it"),
    };
    names
        .iter()
        .filter(|name| !claims.has(name))
        .filter_map(|name| look_up(name, reader.scaikey))
        .map(|(place, entry)| {
            let row = ClaimRow {
                name: entry.name.to_owned(),
                value: String::new(),
                group: entry.group,
                meaning: entry.meaning.to_owned(),
                source: entry.source.map(str::to_owned),
                notes: vec![format!("Not in this token; {why}")],
                instant: None,
                shape: ValueShape::Plain,
                parts: Vec::new(),
                place: None,
            };
            (place, row)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::decode_unverified;
    use super::super::dictionary::{CLAIMS, HEADER, address};
    use super::super::samples::b64;
    use super::*;
    use crate::contract::Place;

    const NOW: i64 = 1_795_525_600_000;

    fn explained(payload: &str, scaikey: bool) -> Vec<ClaimRow> {
        let reader = Reader { client_id: Some("svc"), issuer_matches: true, now_ms: NOW, scaikey };
        explain(
            &decode_unverified(&format!("{}.{}.AA", b64(br#"{"alg":"RS256"}"#), b64(payload.as_bytes()))),
            &reader,
        )
    }

    /// The row of one claim: `(value, meaning, notes, instant)`.
    fn check_row(
        member: &str,
        scaikey: bool,
        (value, meaning, notes, instant): (&str, &str, &[&str], Option<i64>),
    ) -> ClaimRow {
        let rows = explained(&format!("{{{member}}}"), scaikey);
        let row =
            rows.into_iter().find(|row| !row.notes.iter().any(|n| n.starts_with("Not in this"))).unwrap();
        assert_eq!(
            (row.value.as_str(), row.meaning.as_str(), row.notes.as_slice(), row.instant),
            (value, meaning, notes.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>().as_slice(), instant),
            "{member}"
        );
        row
    }

    #[test]
    fn every_claim_knows_its_place_in_the_token() {
        let places: Vec<_> =
            explained(r#"{"zz":1,"sub":"s"}"#, false).into_iter().map(|row| (row.name, row.place)).collect();
        // The header is 20 characters; a row for a claim that is not there has no place.
        assert!(places.contains(&("zz".to_owned(), Some(Place { from: 22, to: 31 }))), "{places:?}");
        assert!(places.contains(&("sub".to_owned(), Some(Place { from: 31, to: 44 }))), "{places:?}");
    }

    #[test]
    fn a_service_token_reads_as_in_the_picture() {
        let rows = explained(
            r#"{"iss":"https://k.example","aud":"svc","sub":"svc","scope":"admin:read openid",
                "exp":1795529112,"iat":1795525512,"token_type":"client_credentials","app_scope":"GLOBAL",
                "platform_token":true,"custom":[1, 2.50]}"#,
            true,
        );
        let shown: Vec<_> =
            rows.iter().map(|r| (r.group, r.name.as_str(), r.value.as_str(), r.meaning.as_str())).collect();
        let again = "An API that expects another audience will refuse it.";
        assert_eq!(
            shown,
            [
                (
                    ClaimGroup::Who,
                    "sub",
                    "svc",
                    "The service itself: same as client_id, so no user is involved."
                ),
                (
                    ClaimGroup::Who,
                    "token_type",
                    "client_credentials",
                    "Minted for a service, not for a signed-in person."
                ),
                (
                    ClaimGroup::Where,
                    "iss",
                    "https://k.example",
                    "Matches the issuer this instance publishes."
                ),
                (ClaimGroup::Where, "aud", "svc", &format!("This application itself. {again}")),
                (ClaimGroup::Where, "app_scope", "GLOBAL", "Acts on every tenant of the platform."),
                (ClaimGroup::What, "scope", "admin:read openid", "What it allows."),
                (ClaimGroup::What, "platform_token", "true", "The admin API accepts it across tenants."),
                (ClaimGroup::When, "exp", "1795529112", "The token ends here, 1 h after it was issued."),
                (ClaimGroup::When, "iat", "1795525512", "Issued at this moment."),
                (ClaimGroup::Other, "custom", "[1,2.50]", ""),
            ]
        );
        assert!(rows.iter().all(|r| r.notes.is_empty()), "{rows:?}");
        assert_eq!(rows.iter().map(|r| r.source.is_some()).filter(|known| !known).count(), 1);
    }

    #[test]
    fn f_jwt_12_35_times() {
        let no = "Is no time: the number is too large";
        let end = "The token ends here.";
        for (member, value, notes, instant) in [
            (
                r#""exp":"1795529112""#,
                "1795529112",
                &["Is a text, not a number: strict readers refuse it"][..],
                None,
            ),
            (r#""exp":null"#, "null", &["Is null, not a number: strict readers refuse it"], None),
            (r#""exp":1e30"#, "1e30", &[no], None),
            (r#""exp":99999999999999999999"#, "99999999999999999999", &[no], None),
            (
                r#""exp":1795529112000"#,
                "1795529112000",
                &["Looks like milliseconds; the claim counts seconds"],
                Some(1_795_529_112_000_000),
            ),
            (r#""exp":-5"#, "-5", &["Lies before 1970"], Some(-5000)),
            (r#""exp":0"#, "0", &["Is 0, the first moment of 1970"], Some(0)),
            (r#""exp":4294967296"#, "4294967296", &[], Some(4_294_967_296_000)),
            (
                r#""exp":1795528751.872234"#,
                "1795528751.872234",
                &["Is no whole number; some readers expect one"],
                Some(1_795_528_751_872),
            ),
        ] {
            check_row(member, false, (value, end, notes, instant));
        }
        check_row(
            r#""iat":1795529112"#,
            false,
            ("1795529112", "Issued at this moment.", &["Lies in the future"], Some(1_795_529_112_000)),
        );
    }

    #[test]
    fn lives_that_are_odd() {
        let exp = |payload: &str| explained(payload, false).into_iter().find(|r| r.name == "exp").unwrap();
        assert_eq!(exp(r#"{"exp":5,"iat":6}"#).notes, ["Not after iat: the token was never valid"]);
        let long = exp(r#"{"exp":1798117512,"iat":1795525512}"#);
        assert_eq!(long.meaning, "The token ends here, 30 d after it was issued.");
        assert_eq!(long.notes, ["Valid for 30 d: long for a token that cannot be taken back"]);
        assert_eq!(exp(r#"{"exp":5,"iat":1795525512000}"#).notes, [""; 0]);
    }

    #[test]
    fn f_jwt_16_audiences() {
        let meaning = "Whom it is meant for. An API that expects another audience will refuse it.";
        for (raw, value, notes) in [
            (r#"["a", "b"]"#, r#"["a","b"]"#, &[][..]),
            ("[]", "[]", &["An empty list: meant for nobody"]),
            ("7", "7", &["Is a number; it should be a text or a list of texts"]),
            ("{}", "{}", &["Is an object; it should be a text or a list of texts"]),
        ] {
            check_row(&format!("\"aud\":{raw}"), false, (value, meaning, notes, None));
        }
    }

    #[test]
    fn f_jwt_32_hostile_content_is_made_visible() {
        let hidden = "Has invisible characters, shown as \\u{…}";
        check_row("\"x\":\"a\\u202eb\"", false, ("a\\u{202e}b", "", &[hidden], None));
        check_row("\"x\":[\"\u{200b}\"]", false, ("[\"\\u{200b}\"]", "", &[hidden], None));
        check_row("\"x\":\"<script>alert(1)</script>\"", false, ("<script>alert(1)</script>", "", &[], None));
        check_row("\"x\":\"javascript:alert(1)\"", false, ("javascript:alert(1)", "", &[], None));
        let homoglyph = "Has letters beyond ASCII, which can look like others";
        check_row(
            "\"client_id\":\"sv\u{441}\"",
            false,
            ("sv\u{441}", "The application that asked for the token.", &[homoglyph], None),
        );
        let long = "x".repeat(100_000);
        check_row(&format!("\"x\":\"{long}\""), false, (&long, "", &[], None));
        check_row(r#""x":"\ud800""#, false, (r#""\ud800""#, "", &["Is not valid Unicode"], None));
        let row = check_row("\"x\\u202e\":1", false, ("1", "", &[hidden], None));
        assert_eq!(row.name, "x\\u{202e}");
    }

    #[test]
    fn f_jwt_33_34_digits_and_names() {
        check_row("\"n\":9007199254740993", false, ("9007199254740993", "", &[], None));
        check_row("\"n\":1.0", false, ("1.0", "", &[], None));
        let row = check_row("\"__proto__\":1", false, ("1", "", &[], None));
        assert_eq!((row.name.as_str(), row.group), ("__proto__", ClaimGroup::Other));
    }

    #[test]
    fn f_jwt_11_both_of_two_are_shown() {
        let rows = explained(r#"{"x":1,"x":2}"#, false);
        let twice = ["Stands here more than once; the last one counts"];
        let xs: Vec<_> = rows.iter().filter(|r| r.name == "x").collect();
        assert_eq!(xs.iter().map(|r| r.value.as_str()).collect::<Vec<_>>(), ["1", "2"]);
        assert!(xs.iter().all(|r| r.notes == twice));
    }

    #[test]
    fn f_jwt_15_what_is_missing_has_a_row() {
        let missing = |payload, scaikey| {
            let rows = explained(payload, scaikey);
            rows.into_iter().filter(|r| r.value.is_empty()).map(|r| (r.name, r.notes)).collect::<Vec<_>>()
        };
        let note = |name: &str, note: &str| (name.to_owned(), vec![note.to_owned()]);
        assert_eq!(
            missing(r#"{"a":1}"#, false),
            [
                note("aud", "Not in this token; most APIs expect it"),
                note("exp", "Not in this token; most APIs expect it")
            ]
        );
        assert_eq!(
            missing(r#"{"iss":"i","sub":"s","scope":"a","exp":1,"iat":1}"#, true),
            [note("aud", "Not in this token; ScaiKey documents it for every access token")]
        );
    }

    #[test]
    fn personal_data_is_for_id_tokens() {
        let note = "Personal data: every API that gets the token can read it";
        check_row(
            r#""email":"a@b.c""#,
            false,
            ("a@b.c", "Email address. It may change and is not unique.", &[note], None),
        );
        let rows = explained(r#"{"email":"a@b.c","nonce":"n"}"#, true);
        let notes = |name: &str| rows.iter().find(|r| r.name == name).map(|r| r.notes.clone());
        assert_eq!(notes("email"), Some(vec![]));
        assert_eq!(notes("nonce"), Some(vec![]));
        let rows = explained(r#"{"email":"a@b.c","nonce":"n","scope":"openid"}"#, true);
        let notes = |name: &str| rows.iter().find(|r| r.name == name).map(|r| r.notes.clone());
        assert_eq!(notes("email"), Some(vec![note.to_owned()]));
        assert_eq!(notes("nonce"), Some(vec!["Usual in an ID token, not in an access token".to_owned()]));
    }

    #[test]
    fn scaikeys_claims_mean_nothing_elsewhere() {
        let row = check_row(r#""app_scope":"GLOBAL""#, false, ("GLOBAL", "", &[], None));
        assert_eq!((row.group, row.source), (ClaimGroup::Other, None));
        let row = check_row(
            r#""sub":"svc""#,
            false,
            ("svc", "The service itself: same as client_id, so no user is involved.", &[], None),
        );
        assert_eq!(row.source.as_deref(), Some("RFC 9068 §2.2"));
        check_row(r#""sub":"usr_1""#, true, ("usr_1", "A user's ID.", &[], None));
        check_row(r#""sub":7"#, false, ("7", "Whom the token is about.", &["Is a number, not a text"], None));
    }

    /// The shape and the parts of one claim's row, with what is odd about it.
    fn check_parts(
        member: &str,
        scaikey: bool,
        shape: ValueShape,
        parts: &[(&str, &str)],
        notes: &[&str],
    ) -> ClaimRow {
        let name = member.split('"').nth(1).unwrap();
        let row =
            explained(&format!("{{{member}}}"), scaikey).into_iter().find(|row| row.name == name).unwrap();
        let shown: Vec<_> =
            row.parts.iter().map(|part| (part.value.as_str(), part.meaning.as_str())).collect();
        assert_eq!((row.shape, shown.as_slice()), (shape, parts), "{member}");
        assert_eq!(row.notes, notes, "{member}");
        row
    }

    #[test]
    fn scopes_in_words() {
        for (raw, scaikey, parts, notes) in [
            (
                r#""admin:write secrets:read phone""#,
                true,
                &[
                    ("admin:write", "create, change and delete in the admin API"),
                    ("secrets:read", "not documented by ScaiKey"),
                    ("phone", "in OpenID Connect: see the phone number; not documented by ScaiKey"),
                ][..],
                &[][..],
            ),
            (
                r#""phone x""#,
                false,
                &[("phone", "see the phone number"), ("x", "its meaning is up to the server")],
                &[],
            ),
            (
                r#"["email"]"#,
                false,
                &[("email", "see the email address")],
                &["A list; RFC 8693 has one text with spaces"],
            ),
            (
                r#""email email""#,
                false,
                &[("email", "see the email address"); 2],
                &["Says a scope more than once"],
            ),
        ] {
            let row = check_parts(&format!("\"scope\":{raw}"), scaikey, ValueShape::List, parts, notes);
            assert_eq!(row.meaning, "What it allows.");
        }
        let row = check_parts(r#""scope":"""#, true, ValueShape::Plain, &[], &[]);
        assert_eq!(row.meaning, "Allows nothing: no scope was granted.");
        check_parts(r#""scope":5"#, false, ValueShape::Plain, &[], &["Is a number, not a text"]);
        let many: Vec<String> = (0..5000).map(|n| n.to_string()).collect();
        let rows = explained(&format!("{{\"scp\":\"{}\"}}", many.join(" ")), false);
        let row = rows.into_iter().find(|row| row.name == "scp").unwrap();
        assert_eq!((row.parts.len(), row.value.len()), (500, many.join(" ").len()));
        assert_eq!(row.notes, ["Only the first 500 of 5000 are taken apart"]);
        assert_eq!(row.meaning, "What it allows. In common use; no standard defines it.");
        assert_eq!(row.source, None);
    }

    #[test]
    fn f_jwt_16_audiences_in_parts() {
        check_parts(
            r#""aud":["svc","app_9","https://api.example"]"#,
            true,
            ValueShape::List,
            &[
                ("svc", "this application"),
                ("app_9", "by its beginning, an application's ID"),
                ("https://api.example", ""),
            ],
            &[],
        );
        let row =
            check_parts(r#""aud":["svc"]"#, false, ValueShape::List, &[("svc", "this application")], &[]);
        assert!(row.meaning.starts_with("This application itself."));
        let row = check_parts(r#""aud":"app_9""#, true, ValueShape::Plain, &[], &[]);
        assert!(
            row.meaning.ends_with("will refuse it. By its beginning, an application's ID."),
            "{}",
            row.meaning
        );
    }

    #[test]
    fn methods_and_levels_of_authentication() {
        check_parts(
            r#""amr":["pwd","otp","vendor"]"#,
            false,
            ValueShape::List,
            &[
                ("pwd", "password"),
                ("otp", "one-time password"),
                ("vendor", "its meaning is up to the issuer"),
            ],
            &[],
        );
        let odd = ["Is a text; it should be a list of texts"];
        check_parts(r#""amr":"pwd""#, false, ValueShape::List, &[("pwd", "password")], &odd);
        check_parts(
            r#""amr":7"#,
            false,
            ValueShape::Plain,
            &[],
            &["Is a number; it should be a list of texts"],
        );
        for (acr, meaning, source) in [
            ("phrh", "with a key kept in hardware.", "OpenID Connect EAP ACR Values"),
            ("phr", "Authenticated in a way that resists phishing.", "OpenID Connect EAP ACR Values"),
            ("0", "for example by an old cookie.", "OpenID Connect Core §2"),
            ("1", "What the value means is up to the issuer.", "OpenID Connect Core §2"),
        ] {
            let row = check_parts(&format!("\"acr\":\"{acr}\""), false, ValueShape::Plain, &[], &[]);
            assert!(row.meaning.ends_with(meaning), "{}", row.meaning);
            assert_eq!(row.source.as_deref(), Some(source));
        }
        check_parts(r#""acr":0"#, false, ValueShape::Plain, &[], &["Is a number, not a text"]);
    }

    #[test]
    fn actors_are_a_chain() {
        let row = check_parts(
            r#""act":{"sub":"app_1","iss":"https://i","act":{"client_id":"b","act":{"email":"c@d","n":1}}},"sub":"usr_7""#,
            true,
            ValueShape::Chain,
            &[
                ("usr_7", "the subject"),
                (
                    "app_1",
                    "acts for the subject, named by “https://i”; by its beginning, an application's ID",
                ),
                ("b", "acted before; only the actor that acts now counts for access"),
                ("email: c@d, n: 1", "acted before; only the actor that acts now counts for access"),
            ],
            &[],
        );
        assert_eq!(
            (row.meaning.as_str(), row.source.as_deref()),
            ("Delegated by token exchange: who acts for the subject.", Some("ScaiKey"))
        );
        check_parts(
            r#""act":{}"#,
            false,
            ValueShape::Chain,
            &[("", "the subject, which the token does not name"), ("{}", "acts for the subject")],
            &[],
        );
        check_parts(r#""act":"x""#, false, ValueShape::Plain, &[], &["Is a text; it should be an object"]);
        check_parts(
            r#""act":{"sub":"a\u202e","act":7},"sub":"s""#,
            false,
            ValueShape::Chain,
            &[("s", "the subject"), ("a\\u{202e}", "acts for the subject")],
            &["Has an act within that is a number, not an object"],
        );
        for (depth, notes) in
            [(32, &[][..]), (33, &["Nested deeper than 32 actors; the rest is not taken apart"])]
        {
            let nested = format!("{}{{}}{}", r#"{"act":"#.repeat(depth - 1), "}".repeat(depth - 1));
            let rows = explained(&format!("{{\"sub\":\"s\",\"act\":{nested}}}"), false);
            let row = rows.into_iter().find(|row| row.name == "act").unwrap();
            assert_eq!(
                (row.parts.len(), row.notes.as_slice()),
                (33, notes.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>().as_slice())
            );
        }
        let long = format!(r#""act":{{"sub":"{}"}}"#, "x".repeat(70_000));
        check_parts(&long, false, ValueShape::Plain, &[], &["Too long to be taken apart"]);
        check_parts(
            r#""may_act":{"sub":"a","iss":"i"}"#,
            false,
            ValueShape::List,
            &[("a", "may act for the subject, named by “i”")],
            &[],
        );
    }

    #[test]
    fn keys_that_a_token_is_bound_to() {
        let jkt =
            "the SHA-256 thumbprint of the DPoP key, whose proof must come with every request (RFC 9449)";
        let row = check_parts(r#""cnf":{"jkt":"0Zc"}"#, false, ValueShape::List, &[("jkt: 0Zc", jkt)], &[]);
        assert_eq!(row.meaning, "Bound to a DPoP key: every request needs a proof made with it.");
        let tls = "the SHA-256 thumbprint of the client's TLS certificate (RFC 8705)";
        let row =
            check_parts(r#""cnf":{"x5t#S256":"a"}"#, false, ValueShape::List, &[("x5t#S256: a", tls)], &[]);
        assert_eq!(row.meaning, "Bound to a TLS certificate: only who connects with it can use the token.");
        check_parts(
            r#""cnf":{"jwk":{"kty":"EC", "d":"s"},"x":1}"#,
            false,
            ValueShape::List,
            &[
                (r#"jwk: {"kty":"EC","d":"s"}"#, "the key itself (RFC 7800)"),
                ("x: 1", "not in the standards known here"),
            ],
            &["Holds a secret key: whoever reads the token has it"],
        );
        check_parts(r#""cnf":{}"#, false, ValueShape::Plain, &[], &["Names no key"]);
        check_parts(r#""cnf":[]"#, false, ValueShape::Plain, &[], &["Is a list; it should be an object"]);
    }

    #[test]
    fn groups_details_and_events() {
        check_parts(
            r#""groups":["grp_1","grp_","x"]"#,
            true,
            ValueShape::List,
            &[("grp_1", "by its beginning, a group's ID"), ("grp_", ""), ("x", "")],
            &[],
        );
        check_parts(r#""groups":["grp_1"]"#, false, ValueShape::List, &[("grp_1", "")], &[]);
        check_parts(r#""roles":[]"#, false, ValueShape::Plain, &[], &["An empty list"]);
        check_parts(r#""roles":[{"value":"a"}]"#, false, ValueShape::Plain, &[], &[]);
        check_parts(
            r#""authorization_details":[{"type":"pay","actions":["a","b"],"locations":["https://x"]},{},7]"#,
            false,
            ValueShape::List,
            &[
                ("pay", "actions: “a”, “b”; locations: “https://x”"),
                ("", ""),
                ("", "is a number, not an object"),
            ],
            &["An entry has no type, which RFC 9396 §2 requires"],
        );
        let odd = ["Is an object; it should be a list of objects"];
        check_parts(r#""authorization_details":{}"#, false, ValueShape::Plain, &[], &odd);
        let logout = "http://schemas.openid.net/event/backchannel-logout";
        check_parts(
            &format!(r#""events":{{"{logout}":{{}},"urn:x":{{}}}}"#),
            false,
            ValueShape::List,
            &[(logout, "the session ended"), ("urn:x", "")],
            &[],
        );
        check_parts(r#""events":{}"#, false, ValueShape::Plain, &[], &["Names no event"]);
    }

    #[test]
    fn ids_by_their_beginnings() {
        for (member, scaikey, meaning, notes) in [
            (r#""sub":"usr_1""#, true, "A user's ID.", &[][..]),
            (
                r#""sub":"agt_1""#,
                true,
                "Whom the token is about: a user, or for a service its client_id. By its beginning, an MCP agent's ID.",
                &[],
            ),
            (r#""sub":"usr_1""#, false, "Whom the token is about.", &[]),
            (r#""tenant_id":"tnt_1""#, true, "The tenant of whom the token is about.", &[]),
            (
                r#""tenant_id":"prt_1""#,
                true,
                "The tenant of whom the token is about.",
                &["By its beginning this is a partner's ID"],
            ),
            (r#""partner_id":"prt_1""#, true, "The partner at which the user has a role.", &[]),
            (r#""partner_id":"ptn_1""#, true, "The partner at which the user has a role.", &[]),
            (
                r#""client_id":"app_1""#,
                true,
                "The application that asked for the token. By its beginning, an application's ID.",
                &[],
            ),
            (r#""client_id":"app_1""#, false, "The application that asked for the token.", &[]),
            (r#""client_id":"app_""#, true, "The application that asked for the token.", &[]),
            (r#""idp":"idp_1""#, true, "", &[]),
        ] {
            let row = check_parts(member, scaikey, ValueShape::Plain, &[], notes);
            assert_eq!(row.meaning, meaning, "{member}");
        }
    }

    #[test]
    fn remarks_on_single_claims() {
        let jwt = "Looks like a JWT of its own; paste it alone to read it";
        for (member, notes) in [
            (r#""Aud":"a""#, &["Did you mean “aud”? Names are case-sensitive"][..]),
            (r#""producerplmnid":1"#, &["Did you mean “producerPlmnId”? Names are case-sensitive"]),
            (r#""Custom":1"#, &[]),
            (r#""x":"eyJhIjoxfQ.eyJhIjoxfQ.AA""#, &[jwt]),
            (r#""x":"eyJhIjoxfQ.a.b.c.d""#, &[jwt]),
            (r#""x":"eyes. and. ears""#, &[]),
            (r#""x":"ey.a""#, &[]),
            (r#""email_verified":"true""#, &["Is a text, not true or false"]),
            (r#""email_verified":true"#, &[]),
            (r#""jti":5"#, &["Is a number, not a text"]),
            (r#""exp":5,"nbf":5"#, &["Not after nbf: the token is never valid"]),
            (r#""exp":6,"nbf":5"#, &[]),
        ] {
            check_parts(member, false, ValueShape::Plain, &[], notes);
        }
        assert_eq!(check_parts(r#""Tenant_Id":1"#, false, ValueShape::Plain, &[], &[]).source, None);
        check_parts(
            r#""Tenant_Id":1"#,
            true,
            ValueShape::Plain,
            &[],
            &["Did you mean “tenant_id”? Names are case-sensitive"],
        );
    }

    #[test]
    fn tokens_too_long_for_a_header() {
        assert_eq!(too_long_for_a_header(&"x".repeat(8190 - 22)), None);
        assert_eq!(
            too_long_for_a_header(&"x".repeat(8190 - 21)).as_deref(),
            Some(
                "The token has 8169 bytes. Many servers refuse a header over 8 KB, so an API may answer 400 or 431 \
                  before it looks at the token."
            )
        );
    }

    fn header_rows(header: &str) -> Vec<ClaimRow> {
        explain_header(&decode_unverified(&format!("{}.e30.AA", b64(header.as_bytes()))))
    }

    #[test]
    fn header_members_in_words() {
        let never = "Never used here: a token must not choose the key it is checked with";
        let unknown = "Not an algorithm of the standards known here";
        let alg = "The algorithm that the token says it is secured with.";
        for (member, meaning, source, notes) in [
            (r#""alg":"RS256""#, "RSASSA-PKCS1-v1_5 with SHA-256.", Some("RFC 7518 §3.3"), &[][..]),
            (
                r#""alg":"none""#,
                "No signature: anyone can have written this.",
                Some("RFC 7518 §3.6"),
                &["Never counts as verified"],
            ),
            (r#""alg":"NonE""#, alg, Some("RFC 7515 §4.1.1"), &[unknown, "Never counts as verified"]),
            (r#""alg":"rs256""#, alg, Some("RFC 7515 §4.1.1"), &[unknown]),
            (r#""alg":"A256GCM""#, alg, Some("RFC 7515 §4.1.1"), &[unknown]),
            (r#""alg":7"#, alg, Some("RFC 7515 §4.1.1"), &["Is a number, not a text"]),
            (r#""enc":"A256GCM""#, "AES-GCM of 256 bits.", Some("RFC 7518 §5.3"), &[]),
            (
                r#""typ":"JWT""#,
                "A JSON Web Token. It does not say of which kind.",
                Some("RFC 7519 §5.1"),
                &[],
            ),
            (r#""typ":"application/AT+jwt""#, "An access token.", Some("RFC 9068 §2.1"), &[]),
            (r#""typ":"x""#, "What kind of token it says it is.", Some("RFC 7515 §4.1.9"), &[]),
            (r#""cty":"JWT""#, "The payload is another JWT.", Some("RFC 7519 §5.2"), &[]),
            (
                r#""zip":"DEF""#,
                "Compressed with DEFLATE before it was encrypted.",
                Some("RFC 7516 §4.1.3"),
                &[],
            ),
            (
                r#""b64":false"#,
                "The payload stands there as it is, not in base64url.",
                Some("RFC 7797 §3"),
                &[],
            ),
            (
                r#""b64":"false""#,
                "Whether the payload is base64url.",
                Some("RFC 7797 §3"),
                &["Is a text, not true or false"],
            ),
            (
                r#""jku":"https://evil""#,
                "Where the token says its key can be fetched.",
                Some("RFC 7515 §4.1.2"),
                &[never],
            ),
            (
                r#""x5c":["AA"]"#,
                "A certificate that the token brings along.",
                Some("RFC 7515 §4.1.6"),
                &[never],
            ),
            (
                r#""jwk":{"k":"a"}"#,
                "A key that the token brings along.",
                Some("RFC 7515 §4.1.3"),
                &[never, "Holds a secret key: whoever reads the token has it"],
            ),
            (
                r#""kid":"\u0000../../x""#,
                "The name of the key: which of the issuer's keys to take.",
                Some("RFC 7515 §4.1.4"),
                &["Has invisible characters, shown as \\u{…}"],
            ),
            (r#""Alg":"HS256""#, "", None, &["Did you mean “alg”? Names are case-sensitive"]),
            (r#""x":1"#, "", None, &[]),
        ] {
            let rows = header_rows(&format!("{{{member}}}"));
            assert_eq!(rows.len(), 1);
            let row = &rows[0];
            assert_eq!(
                (row.meaning.as_str(), row.source.as_deref(), row.group),
                (meaning, source, ClaimGroup::Other),
                "{member}"
            );
            assert_eq!(row.notes, notes, "{member}");
        }
        let rows = header_rows(r#"{"kid":"a","crit":["exp","b64"],"kid":"b"}"#);
        assert_eq!(rows.iter().map(|row| row.name.as_str()).collect::<Vec<_>>(), ["kid", "crit", "kid"]);
        assert_eq!((&rows[0].notes, &rows[2].notes), (&vec![TWICE.to_owned()], &vec![TWICE.to_owned()]));
        let parts: Vec<_> =
            rows[1].parts.iter().map(|part| (part.value.as_str(), part.meaning.as_str())).collect();
        assert_eq!(parts, [("exp", ""), ("b64", "Whether the payload is base64url.")]);
        assert_eq!(header_rows(r#"{"crit":[]}"#)[0].notes, ["An empty list, which RFC 7515 forbids"]);
        assert_eq!(header_rows(r#"{"crit":"b64"}"#)[0].notes, ["Is a text; it should be a list of texts"]);
    }

    #[test]
    fn f_jwt_15_other_kinds_of_token_miss_nothing() {
        let reader = Reader { client_id: None, issuer_matches: false, now_ms: NOW, scaikey: false };
        let of = |typ: &str, payload: &str| {
            let header = format!(r#"{{"alg":"ES256","typ":"{typ}"}}"#);
            let token = format!("{}.{}.AA", b64(header.as_bytes()), b64(payload.as_bytes()));
            explain(&decode_unverified(&token), &reader)
                .into_iter()
                .map(|row| (row.name, row.notes))
                .collect::<Vec<_>>()
        };
        assert_eq!(of("dpop+jwt", r#"{"jti":"a"}"#), [("jti".to_owned(), vec![])]);
        let missing = of("at+jwt", r#"{"iss":"i","aud":"a","sub":"s","exp":1,"iat":0}"#);
        let missing: Vec<_> = missing
            .iter()
            .filter(|(_, notes)| notes == &["Not in this token; RFC 9068 §2.2 requires it"])
            .collect();
        assert_eq!(missing.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["client_id", "jti"]);
    }

    #[test]
    fn f_jwt_8_ten_thousand_claims_all_have_a_row() {
        for name in ["email", "exp", "act", "x"] {
            let same: Vec<String> = (0..10_000).map(|n| format!("\"{name}\":{n}")).collect();
            assert_eq!(
                explained(&format!("{{{}}}", same.join(",")), true).iter().filter(|r| r.name == name).count(),
                10_000
            );
        }
    }

    #[test]
    fn f_srv_36_an_opaque_token_has_no_rows() {
        let reader = Reader { client_id: None, issuer_matches: false, now_ms: NOW, scaikey: true };
        assert_eq!(explain(&decode_unverified("rt_x"), &reader), []);
    }

    proptest! {
        #[test]
        fn anything_can_be_explained(name in "sub|exp|iat|aud|scope|iss|.*", value in "[0-9.eE+-]{1,40}|\"[^\"\\\\]*\"|null|\\[\\]", now_ms in any::<i64>(), scaikey in any::<bool>()) {
            let payload = format!("{{{}:{value},\"iat\":{now_ms}}}", serde_json::to_string(&name).unwrap());
            let reader = Reader { client_id: None, issuer_matches: false, now_ms, scaikey };
            let _: Vec<ClaimRow> = explain(&decode_unverified(&format!("{}.{}.AA", b64(b"{}"), b64(payload.as_bytes()))), &reader);
        }

        #[test]
        fn any_value_of_a_known_name_can_be_explained(
            name in prop::sample::select(CLAIMS.iter().chain(HEADER).map(|entry| entry.name).collect::<Vec<_>>()),
            value in json(),
            scaikey in any::<bool>(),
        ) {
            let object = serde_json::json!({ name: value }).to_string();
            let token = format!("{}.{}.AA", b64(object.as_bytes()), b64(object.as_bytes()));
            let decoded = decode_unverified(&token);
            let reader = Reader { client_id: Some("svc"), issuer_matches: false, now_ms: NOW, scaikey };
            let rows = explain(&decoded, &reader);
            let header = explain_header(&decoded);
            prop_assert_eq!(header.len(), 1);
            for row in rows.iter().chain(&header) {
                // What a row says can be opened, is a sentence, and shows nothing that hides.
                prop_assert!(row.source.as_deref().is_none_or(|source| address(source).is_some()), "{:?}", row);
                prop_assert!(row.meaning.is_empty() || row.meaning.ends_with('.'), "{:?}", row);
                prop_assert!(row.parts.iter().all(|part| !has_hidden(&part.value) && !has_hidden(&part.meaning)));
                prop_assert_eq!(row.shape == ValueShape::Plain, row.parts.is_empty());
            }
        }
    }

    /// JSON with the members that mean something somewhere.
    fn json() -> impl Strategy<Value = serde_json::Value> {
        let name = "act|sub|client_id|iss|jwk|jkt|kid|d|type|actions|.{0,3}";
        let leaf = prop_oneof![
            Just(serde_json::Value::Null),
            any::<bool>().prop_map(serde_json::Value::from),
            any::<i64>().prop_map(serde_json::Value::from),
            "usr_1|pwd|openid x|svc|none|.{0,8}".prop_map(serde_json::Value::from),
        ];
        leaf.prop_recursive(6, 32, 4, move |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(serde_json::Value::from),
                prop::collection::btree_map(name, inner, 0..4)
                    .prop_map(|m| serde_json::Value::Object(m.into_iter().collect())),
            ]
        })
    }
}
