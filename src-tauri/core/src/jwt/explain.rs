//! Every claim in a sentence, and what is odd about it.

use super::checks::LOOKS_LIKE_MS;
use super::claims::{Placed, Time, UnverifiedClaims, compact, kind_of, strings_of, time_of};
use super::dictionary::{
    BETTER, Entry, ID_TOKEN_ONLY, Nature, OIDC_SCOPES, RFC9068_ALWAYS, SCAIKEY, SCAIKEY_ALWAYS,
    SCAIKEY_SCOPES, SCAIKEY_VALUES, look_up,
};
use super::jws::Decoded;
use super::words::{duration, has_hidden, visible};
use crate::contract::{ClaimGroup, ClaimRow, ValueShape};

/// The most scopes that are explained one by one.
const MOST_SCOPES: usize = 16;

/// A life longer than this gets a remark, in milliseconds.
const LONG_LIFE_MS: i64 = 24 * 60 * 60 * 1000;

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

/// The claims of a token, explained, in the order of their groups; none for a token whose payload cannot be read.
/// A claim that should be there and is not has a row too, without a value.
#[must_use]
pub fn explain(decoded: &Decoded, reader: &Reader<'_>) -> Vec<ClaimRow> {
    let Some(claims) = &decoded.payload else { return Vec::new() };
    let duplicates = claims.duplicates();
    let mut rows: Vec<(usize, ClaimRow)> = claims
        .placed()
        .map(|Placed { name, raw, range }| {
            let mut row = row(name, raw, claims, reader);
            row.1.place = decoded.place_of_payload(range);
            // Sorted; a hostile token may have tens of thousands.
            if duplicates.binary_search(&name).is_ok() {
                row.1.notes.push("Stands here more than once; the last one counts".to_owned());
            }
            row
        })
        .collect();
    rows.extend(missing(decoded, claims, reader));
    // Stable: what the dictionary does not know keeps the token's order.
    rows.sort_by_key(|(place, row)| (row.group, *place));
    rows.into_iter().map(|(_, row)| row).collect()
}

fn row(name: &str, raw: &str, claims: &UnverifiedClaims, reader: &Reader<'_>) -> (usize, ClaimRow) {
    let text = serde_json::from_str::<String>(raw).ok();
    let mut notes = Vec::new();
    if text.as_deref().is_some_and(has_hidden) || has_hidden(&compact(raw)) || has_hidden(name) {
        notes.push("Has invisible characters, shown as \\u{…}".to_owned());
    }
    if text.is_none() && kind_of(raw) == "a text" {
        notes.push("Is not valid Unicode".to_owned());
    }
    let mut row = ClaimRow {
        name: visible(name),
        value: visible(&text.clone().unwrap_or_else(|| compact(raw))),
        group: ClaimGroup::Other,
        meaning: String::new(),
        source: None,
        notes,
        instant: None,
        shape: ValueShape::Plain,
        parts: Vec::new(),
        place: None,
    };
    let Some((place, entry)) = look_up(name, reader.scaikey) else { return (usize::MAX, row) };
    row.group = entry.group;
    row.source = Some(entry.source.to_owned());
    row.meaning = entry.meaning.to_owned();
    match entry.nature {
        Nature::Time | Nature::Past => time(&mut row, entry, raw, claims, reader),
        Nature::Scopes => scopes(&mut row, raw, reader),
        Nature::Audience => audience(&mut row, raw, reader),
        Nature::Personal => {
            if !is_id_token(claims) {
                row.notes.push("Personal data: every API that gets the token can read it".to_owned());
            }
        }
        Nature::Name | Nature::Text => {
            if text.is_none() {
                row.notes.push(format!("Is {}, not a text", kind_of(raw)));
            }
            if entry.nature == Nature::Name && !row.value.is_ascii() {
                row.notes.push("Has letters beyond ASCII, which can look like others".to_owned());
            }
        }
        Nature::Any => {}
    }
    if entry.name == "sub" {
        subject(&mut row, text.as_deref(), reader);
    }
    if entry.name == "iss" && reader.issuer_matches {
        row.meaning = "Matches the issuer this instance publishes.".to_owned();
    }
    // Only reached for ScaiKey's tokens: elsewhere these claims are not in the dictionary.
    if let Some((_, _, meaning)) =
        SCAIKEY_VALUES.iter().find(|(claim, value, _)| *claim == name && *value == raw)
    {
        row.meaning = (*meaning).to_owned();
    }
    if ID_TOKEN_ONLY.contains(&name) {
        row.notes.push("Usual in an ID token, not in an access token".to_owned());
    }
    (place, row)
}

fn is_id_token(claims: &UnverifiedClaims) -> bool {
    ID_TOKEN_ONLY.iter().any(|name| claims.has(name))
}

fn subject(row: &mut ClaimRow, sub: Option<&str>, reader: &Reader<'_>) {
    let (Some(sub), scaikey) = (sub, reader.scaikey) else { return };
    if reader.client_id == Some(sub) {
        row.meaning = "The service itself: same as client_id, so no user is involved.".to_owned();
        row.source = Some(if scaikey { SCAIKEY } else { "RFC 9068 §2.2" }.to_owned());
    } else if scaikey && sub.starts_with("usr_") {
        row.meaning = "A user.".to_owned();
    }
}

fn audience(row: &mut ClaimRow, raw: &str, reader: &Reader<'_>) {
    match strings_of(raw) {
        None => row.notes.push(format!("Is {}; it should be a text or a list of texts", kind_of(raw))),
        Some(all) if all.is_empty() => row.notes.push("An empty list: meant for nobody".to_owned()),
        Some(all) => {
            if all.iter().any(|aud| !aud.is_ascii()) {
                row.notes.push("Has letters beyond ASCII, which can look like others".to_owned());
            }
            if let ([one], Some(client_id)) = (all.as_slice(), reader.client_id)
                && one == client_id
            {
                row.meaning = "This application itself. An API that expects another audience will refuse it."
                    .to_owned();
            }
        }
    }
}

fn scopes(row: &mut ClaimRow, raw: &str, reader: &Reader<'_>) {
    let Some(texts) = strings_of(raw) else {
        row.notes.push(format!("Is {}, not a text", kind_of(raw)));
        return;
    };
    let scopes: Vec<&str> = texts.iter().flat_map(|text| text.split_ascii_whitespace()).collect();
    if scopes.is_empty() {
        row.meaning = "Allows nothing: no scope was granted.".to_owned();
        return;
    }
    let known = |table: &[(&str, &'static str)], scope: &str| {
        table.iter().find(|(name, _)| *name == scope).map(|(_, meaning)| *meaning)
    };
    let mut meanings: Vec<String> = scopes
        .iter()
        .take(MOST_SCOPES)
        .map(|scope| {
            let meaning = if reader.scaikey {
                known(SCAIKEY_SCOPES, scope).unwrap_or("not documented by ScaiKey")
            } else {
                known(OIDC_SCOPES, scope).unwrap_or("its meaning is up to the server")
            };
            format!("{}: {meaning}", visible(scope))
        })
        .collect();
    if scopes.len() > MOST_SCOPES {
        meanings.push(format!("and {} more", scopes.len() - MOST_SCOPES));
    }
    row.meaning = format!("{}.", meanings.join("; "));
    if kind_of(raw) == "a list" && row.name == "scope" {
        row.notes.push("A list; RFC 8693 has one text with spaces".to_owned());
    }
}

fn time(row: &mut ClaimRow, entry: &Entry, raw: &str, claims: &UnverifiedClaims, reader: &Reader<'_>) {
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
    if let ("exp", Time::At(iat)) = (entry.name, claims.time("iat"))
        && !looks_like_ms
        && iat < LOOKS_LIKE_MS
    {
        let life = at.saturating_sub(iat);
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
}

/// Rows for claims that should be there.
fn missing(decoded: &Decoded, claims: &UnverifiedClaims, reader: &Reader<'_>) -> Vec<(usize, ClaimRow)> {
    let typ = decoded.header.as_ref().and_then(super::JoseHeader::typ);
    let (names, why) = match typ.as_deref() {
        Some("at+jwt") => (RFC9068_ALWAYS, "RFC 9068 §2.2 requires it"),
        _ if reader.scaikey && !is_id_token(claims) => {
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
                source: Some(entry.source.to_owned()),
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
                (
                    ClaimGroup::What,
                    "scope",
                    "admin:read openid",
                    "admin:read: read the admin API; openid: get an ID token."
                ),
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
        check_row(r#""sub":"usr_1""#, true, ("usr_1", "A user.", &[], None));
        check_row(r#""sub":7"#, false, ("7", "Whom the token is about.", &["Is a number, not a text"], None));
    }

    #[test]
    fn scopes_in_words() {
        for (raw, scaikey, meaning, notes) in [
            (
                r#""admin:write secrets:read""#,
                true,
                "admin:write: create, change and delete in the admin API; secrets:read: not documented by ScaiKey.",
                &[][..],
            ),
            (r#""phone x""#, false, "phone: see the phone number; x: its meaning is up to the server.", &[]),
            (r#""""#, true, "Allows nothing: no scope was granted.", &[]),
            (
                r#"["email"]"#,
                false,
                "email: see the email address.",
                &["A list; RFC 8693 has one text with spaces"],
            ),
            ("5", false, "What it allows.", &["Is a number, not a text"]),
        ] {
            let row = explained(&format!("{{\"scope\":{raw}}}"), scaikey)
                .into_iter()
                .find(|r| r.name == "scope")
                .unwrap();
            assert_eq!(
                (row.meaning.as_str(), row.notes),
                (meaning, notes.iter().map(|n| (*n).to_owned()).collect())
            );
        }
        let many = vec!["s"; 5000].join(" ");
        let row = explained(&format!("{{\"scp\":\"{many}\"}}"), false)
            .into_iter()
            .find(|r| r.name == "scp")
            .unwrap();
        assert!(row.meaning.ends_with("; and 4984 more."), "{}", row.meaning);
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
    }
}
