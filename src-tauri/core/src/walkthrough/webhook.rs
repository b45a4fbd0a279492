//! Verifies a webhook (contract 4.7 and 6.5), and where the signature does not match, finds out which part
//! differs. Pure: the time and what was seen before are arguments.

use std::borrow::Cow;

use aws_lc_rs::hmac;
use serde_json::Value;

use crate::contract::Certainty::{Documented, Inferred};
use crate::contract::{Certainty, Outcome, WebhookCheck, WebhookCheckName, WebhookReport};
use crate::jwt::words::duration;
use crate::secret::Secret;

const SIGNATURE: &str = "x-scaikey-signature";
const TIMESTAMP: &str = "x-scaikey-timestamp";
const EVENT_ID: &str = "x-scaikey-event-id";
const EVENT_TYPE: &str = "x-scaikey-event-type";

/// How old a delivery may be. The rule of other Scai products; ScaiKey's own is not documented.
const FRESH_MS: i64 = 300_000;

/// Verifies a delivery: header lines as they were pasted, the body to the byte.
///
/// `seen` says whether an event of this ID was verified before.
#[must_use]
pub fn verify(
    headers: &str,
    body: &[u8],
    secret: &Secret,
    now_ms: i64,
    seen: &dyn Fn(&str) -> bool,
) -> WebhookReport {
    let headers = Headers::read(headers);
    let signature = headers.signature();
    let event = Event::read(&headers, body);
    let matched = signature.as_ref().ok().map(|signature| {
        let (matches, differs) = compare(signature, headers.get(TIMESTAMP), body, secret);
        (signature, matches, differs)
    });
    let (signature_check, expected, received, differs) = match matched {
        _ if secret.is_empty() => {
            let reason = "Without the webhook's secret it cannot be computed.";
            let received = signature.as_ref().ok().map(|signature| signature.v1.to_owned());
            (skipped(reason), None, received, String::new())
        }
        None => (skipped("There is no signature to compare with."), None, None, String::new()),
        Some((signature, matches, differs)) => {
            let found = if matches {
                passed("HMAC-SHA256 of t, a dot and the body, with this secret.")
            } else {
                failed(format!("It is not the HMAC-SHA256 of t, a dot and the body. {differs}"))
            };
            let expected = hex(sign(signature.t, body, secret.expose().as_bytes()).as_ref());
            (found, Some(expected), Some(signature.v1.to_owned()), differs)
        }
    };
    let checks = vec![
        check(WebhookCheckName::Header, Documented, header_check(&signature)),
        check(WebhookCheckName::Timestamp, Documented, timestamp_check(&headers, &signature)),
        check(WebhookCheckName::Signature, Documented, signature_check),
        check(WebhookCheckName::Fresh, Inferred, fresh_check(&signature, now_ms)),
        check(WebhookCheckName::Event, Documented, event.agrees()),
        check(WebhookCheckName::Duplicate, Documented, event.duplicate(seen)),
    ];
    // A repeated delivery is genuine, too.
    let verified = checks.iter().all(|check| match check.name {
        WebhookCheckName::Duplicate => true,
        WebhookCheckName::Header | WebhookCheckName::Signature | WebhookCheckName::Fresh => {
            check.outcome == Outcome::Passed
        }
        WebhookCheckName::Timestamp | WebhookCheckName::Event => check.outcome != Outcome::Failed,
    });
    WebhookReport { checks, expected, received, differs, verified }
}

/// The ID of a delivery's event, for remembering that it was verified.
#[must_use]
pub fn event_id(headers: &str, body: &[u8]) -> Option<String> {
    Event::read(&Headers::read(headers), body).id()
}

/// How a check ended, and why.
type Finding = (Outcome, String);

fn passed(reason: impl Into<String>) -> Finding {
    (Outcome::Passed, reason.into())
}

fn failed(reason: impl Into<String>) -> Finding {
    (Outcome::Failed, reason.into())
}

fn skipped(reason: impl Into<String>) -> Finding {
    (Outcome::Skipped, reason.into())
}

fn check(name: WebhookCheckName, certainty: Certainty, (outcome, reason): Finding) -> WebhookCheck {
    WebhookCheck { name, outcome, reason, certainty }
}

/// Header lines: name in lower case, and value.
struct Headers(Vec<(String, String)>);

impl Headers {
    /// Reads lines as they are pasted: from a log, from `curl -v`, or the signature alone.
    fn read(text: &str) -> Self {
        Self(text.lines().filter_map(Self::line).collect())
    }

    fn line(line: &str) -> Option<(String, String)> {
        let line = line.trim().trim_start_matches(['<', '>']).trim();
        if line.starts_with("t=") || line.starts_with("v1=") {
            return Some((SIGNATURE.to_owned(), line.to_owned()));
        }
        let (name, value) = line.split_once(':')?;
        Some((name.trim().to_ascii_lowercase(), value.trim().to_owned()))
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    fn signature(&self) -> Result<Signature<'_>, String> {
        let Some(value) = self.get(SIGNATURE) else {
            return Err("There is no X-ScaiKey-Signature among the header lines.".to_owned());
        };
        let part = |wanted: &str| {
            let mut parts = value.split(',').filter_map(|part| part.trim().split_once('='));
            let mut found = parts.by_ref().filter(|(name, _)| *name == wanted).map(|(_, value)| value.trim());
            match (found.next(), found.next()) {
                (Some(value), None) if !value.is_empty() => Ok(value),
                (Some(_), Some(_)) => Err(format!("{wanted}= stands in X-ScaiKey-Signature twice.")),
                _ => Err(format!("There is no {wanted}= in X-ScaiKey-Signature.")),
            }
        };
        let (t, v1) = (part("t")?, part("v1")?);
        let seconds: i64 = t.parse().map_err(|_| "t in X-ScaiKey-Signature is not a number.".to_owned())?;
        Ok(Signature { t, seconds, v1 })
    }
}

/// `t=…,v1=…`, in any order.
struct Signature<'a> {
    /// As it stands there: that is what was signed.
    t: &'a str,
    seconds: i64,
    v1: &'a str,
}

fn header_check(signature: &Result<Signature<'_>, String>) -> Finding {
    match signature {
        Ok(_) => passed("X-ScaiKey-Signature holds t and v1."),
        Err(why) => failed(why.clone()),
    }
}

fn timestamp_check(headers: &Headers, signature: &Result<Signature<'_>, String>) -> Finding {
    match (headers.get(TIMESTAMP), signature) {
        (None, _) => skipped("There is no X-ScaiKey-Timestamp among the header lines."),
        (_, Err(_)) => skipped("There is no t to compare it with."),
        (Some(sent), Ok(signature)) if sent == signature.t => passed("X-ScaiKey-Timestamp is the same as t."),
        (Some(_), Ok(_)) => failed("X-ScaiKey-Timestamp is not the same as t in X-ScaiKey-Signature."),
    }
}

fn fresh_check(signature: &Result<Signature<'_>, String>, now_ms: i64) -> Finding {
    let rule = "Five minutes are the rule of other Scai products; ScaiKey names none.";
    let Ok(signature) = signature else { return skipped("There is no t.") };
    let age = now_ms.saturating_sub(signature.seconds.saturating_mul(1_000));
    let how_far = duration(age.saturating_abs());
    match age {
        // A thousand times now: nobody signs that far ahead.
        _ if signature.seconds > now_ms / 1_000 * 100 => {
            failed("t looks like milliseconds; it is in seconds.")
        }
        FRESH_MS.. if age > FRESH_MS => failed(format!("It was signed {how_far} ago. {rule}")),
        ..0 if age < -FRESH_MS => failed(format!("Its t is {how_far} ahead: a clock is off. {rule}")),
        ..0 => passed(format!("Its t is {how_far} ahead. {rule}")),
        _ => passed(format!("It was signed {how_far} ago. {rule}")),
    }
}

/// ID and type of the event, in the header and in the body.
struct Event {
    in_header: [Option<String>; 2],
    /// `None` where the body is no JSON object.
    in_body: Option<[Option<String>; 2]>,
}

impl Event {
    fn read(headers: &Headers, body: &[u8]) -> Self {
        let header = |name| headers.get(name).map(str::to_owned);
        let object = serde_json::from_slice::<Value>(body).ok().filter(Value::is_object);
        let member = |name: &str| object.as_ref().and_then(|object| object[name].as_str().map(str::to_owned));
        Self {
            in_header: [header(EVENT_ID), header(EVENT_TYPE)],
            in_body: object.as_ref().map(|_| [member("event_id"), member("event_type")]),
        }
    }

    fn agrees(&self) -> Finding {
        let Some(in_body) = &self.in_body else {
            return failed("The body is no JSON object, as an event is.");
        };
        let names = [("event_id", "X-ScaiKey-Event-ID"), ("event_type", "X-ScaiKey-Event-Type")];
        let mut compared = Vec::new();
        for (((member, header), in_body), in_header) in names.into_iter().zip(in_body).zip(&self.in_header) {
            match (in_body, in_header) {
                (None, _) => return failed(format!("There is no {member} in the body.")),
                (Some(one), Some(other)) if one != other => {
                    return failed(format!("{member} in the body is not {header}. Only the body is signed."));
                }
                (Some(_), Some(_)) => compared.push(member),
                (Some(_), None) => {}
            }
        }
        match compared.as_slice() {
            [] => skipped("Neither event_id nor event_type stands among the header lines."),
            same => passed(format!("{} the same in header and body.", are(same))),
        }
    }

    /// The body's before the header's: only the body is signed.
    fn id(&self) -> Option<String> {
        let in_body = self.in_body.as_ref().and_then(|members| members[0].clone());
        in_body.or_else(|| self.in_header[0].clone())
    }

    fn duplicate(&self, seen: &dyn Fn(&str) -> bool) -> Finding {
        match self.id() {
            None => skipped("There is no event ID."),
            Some(id) if seen(&id) => failed(
                "This event was verified here before. Deliveries are repeated: answer with success and do nothing.",
            ),
            Some(_) => passed("This event was not verified here before."),
        }
    }
}

fn are(members: &[&str]) -> String {
    match members {
        [one] => format!("{one} is"),
        more => format!("{} are", more.join(" and ")),
    }
}

fn sign(t: &str, body: &[u8], secret: &[u8]) -> hmac::Tag {
    let mut context = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, secret));
    context.update(t.as_bytes());
    context.update(b".");
    context.update(body);
    context.sign()
}

/// Whether it is the signature of these, compared in constant time.
fn is_signed(v1: &[u8], t: &str, body: &[u8], secret: &[u8]) -> bool {
    let message = [t.as_bytes(), b".", body].concat();
    hmac::verify(&hmac::Key::new(hmac::HMAC_SHA256, secret), &message, v1).is_ok()
}

/// Whether the signature matches, and what to say about a difference.
fn compare(signature: &Signature<'_>, sent: Option<&str>, body: &[u8], secret: &Secret) -> (bool, String) {
    let Some(v1) = unhex(signature.v1) else {
        return (false, "v1 is not an HMAC-SHA256 in hex: that has 64 digits.".to_owned());
    };
    let own = secret.expose();
    if is_signed(&v1, signature.t, body, own.as_bytes()) {
        let upper = signature.v1.contains(|c: char| c.is_ascii_uppercase());
        let words = "Its hex is in upper case: compare it as bytes, not as text.";
        return (true, if upper { words.to_owned() } else { String::new() });
    }
    let other_time =
        sent.filter(|sent| *sent != signature.t).filter(|sent| is_signed(&v1, sent, body, own.as_bytes()));
    if other_time.is_some() {
        return (false, "It matches with the time of X-ScaiKey-Timestamp in the place of t.".to_owned());
    }
    let bodies = other_bodies(body);
    if let Some((_, words)) =
        bodies.iter().find(|(body, _)| is_signed(&v1, signature.t, body, own.as_bytes()))
    {
        return (false, (*words).to_owned());
    }
    let secrets = other_secrets(own);
    let by_secret =
        secrets.iter().find(|(secret, _)| is_signed(&v1, signature.t, body, secret.expose().as_bytes()));
    let words = by_secret.map_or("The secret or the body is another one.", |(_, words)| *words);
    (false, words.to_owned())
}

/// The body as it may have been before something on the way changed it, with what to say if it matches.
fn other_bodies(body: &[u8]) -> Vec<(Cow<'_, [u8]>, &'static str)> {
    const WITHOUT_LINE_BREAK: &str = "It matches without the line break at the body's end.";
    const WITH_LINE_BREAK: &str = "It matches with a line break at the body's end.";
    let mut others: Vec<(Cow<'_, [u8]>, &'static str)> = Vec::new();
    if let Some(shorter) = body.strip_suffix(b"\n") {
        others.push((shorter.into(), WITHOUT_LINE_BREAK));
        others.extend(shorter.strip_suffix(b"\r").map(|shorter| (shorter.into(), WITHOUT_LINE_BREAK)));
    }
    for line_break in [&b"\n"[..], b"\r\n"] {
        others.push(([body, line_break].concat().into(), WITH_LINE_BREAK));
    }
    if let Ok(text) = std::str::from_utf8(body) {
        let unix = text.replace("\r\n", "\n");
        let windows = unix.replace('\n', "\r\n");
        others.push((unix.into_bytes().into(), "It matches with LF for CRLF: the line ends were changed."));
        others
            .push((windows.into_bytes().into(), "It matches with CRLF for LF: the line ends were changed."));
    }
    if let Ok(json) = serde_json::from_slice::<Value>(body) {
        // The sender's way: compact, keys sorted (contract 4.7). Whether it escapes what is not ASCII is unknown.
        let words = "It matches as compact JSON with sorted keys: the body was written anew on the way.";
        let text = json.to_string();
        others.push((ascii_only(&text).into_bytes().into(), words));
        others.push((text.into_bytes().into(), words));
    }
    others
}

/// The secret as it may be meant, with what to say if it matches.
fn other_secrets(secret: &str) -> Vec<(Secret, &'static str)> {
    vec![
        (Secret::new(secret.trim()), "It matches without the space or line break around the secret."),
        (
            Secret::new(format!("{secret}\n")),
            "It matches with a line break at the secret's end: the sender has one.",
        ),
    ]
}

/// JSON with everything beyond ASCII as `\uXXXX`.
fn ascii_only(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    let mut units = [0; 2];
    for c in json.chars() {
        if c.is_ascii() {
            out.push(c);
        } else {
            out.extend(c.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}")));
        }
    }
    out
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// 32 bytes from 64 hex digits, of either case.
fn unhex(text: &str) -> Option<Vec<u8>> {
    if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    text.as_bytes()
        .chunks(2)
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "whsec_p@ss:w/ord+%20";
    const T: i64 = 1_795_525_512;
    const NOW: i64 = T * 1_000 + 41_000;
    // Made with Python: json.dumps(…, sort_keys=True, separators=(",", ":")) and hmac.new(…, sha256).
    const BODY: &str = r#"{"actor":{"id":null,"type":"system"},"data":{"age":1.0,"n":12345678901234567,"name":"Zo\u00eb"},"event_id":"evt_1","event_type":"user.created","resource":{"id":"usr_1","type":"user"},"tenant_id":"tnt_1","timestamp":"2026-11-24T12:00:00Z"}"#;
    const V1: &str = "0079fab34b31d797b9fbdb35534e33c885fa610599c42ff45c210be39545e3d0";
    /// The same with `ensure_ascii=False`.
    const V1_UTF8: &str = "51c5efc2601658673b1bd39076b0ec1b4e0dd58f7830d853694f56b0d9bf7596";

    fn lines(t: i64, v1: &str) -> String {
        format!(
            "X-ScaiKey-Webhook-ID: 7\nX-ScaiKey-Event-ID: evt_1\nX-ScaiKey-Event-Type: user.created\n\
             X-ScaiKey-Timestamp: {T}\nX-ScaiKey-Signature: t={t},v1={v1}\nUser-Agent: ScaiKey-Webhook/1.0"
        )
    }

    fn report(headers: &str, body: &str, secret: &str) -> WebhookReport {
        verify(headers, body.as_bytes(), &Secret::new(secret), NOW, &|_| false)
    }

    fn outcome(report: &WebhookReport, name: WebhookCheckName) -> Outcome {
        report.checks.iter().find(|check| check.name == name).unwrap().outcome
    }

    /// Every check in its order: `p`assed, `f`ailed, `s`kipped.
    fn outcomes(report: &WebhookReport) -> String {
        let letter = |check: &WebhookCheck| match check.outcome {
            Outcome::Passed => 'p',
            Outcome::Failed => 'f',
            Outcome::Skipped => 's',
        };
        report.checks.iter().map(letter).collect()
    }

    #[test]
    fn a_delivery_made_by_another_program_is_verified() {
        let report = report(&lines(T, V1), BODY, SECRET);
        assert_eq!(outcomes(&report), "pppppp", "{report:?}");
        assert!(report.verified && report.differs.is_empty());
        assert_eq!((report.expected.as_deref(), report.received.as_deref()), (Some(V1), Some(V1)));
        for check in &report.checks {
            assert!(check.reason.ends_with('.'));
            assert_eq!(check.certainty == Inferred, check.name == WebhookCheckName::Fresh);
        }
    }

    #[test]
    fn header_lines_are_read_as_they_are_pasted() {
        for headers in [
            format!("t={T},v1={V1}"),
            format!("  v1={V1} , t={T}  "),
            format!("x-scaikey-signature:t={T},v1={V1}"),
            format!("< X-SCAIKEY-SIGNATURE:  t={T}, v1={V1}\r\n< "),
            format!("POST /hook HTTP/1.1\n> X-ScaiKey-Signature: v0=abc,t={T},v1={V1}\n\n"),
        ] {
            let report = report(&headers, BODY, SECRET);
            assert!(report.verified, "{headers}\n{report:?}");
            assert_eq!(outcome(&report, WebhookCheckName::Timestamp), Outcome::Skipped);
        }
    }

    #[test]
    fn a_signature_header_that_cannot_be_read_says_why() {
        for (headers, part) in [
            (String::new(), "no X-ScaiKey-Signature"),
            (format!("X-ScaiKey-Signature: {V1}"), "no t="),
            (format!("X-ScaiKey-Signature: t={T}"), "no v1="),
            (format!("X-ScaiKey-Signature: t={T},v1="), "no v1="),
            (format!("X-ScaiKey-Signature: t=now,v1={V1}"), "not a number"),
            (format!("X-ScaiKey-Signature: t={T},t=1,v1={V1}"), "t= stands in X-ScaiKey-Signature twice"),
            (
                format!("X-ScaiKey-Signature: t={T},v1={V1},v1={V1}"),
                "v1= stands in X-ScaiKey-Signature twice",
            ),
        ] {
            let report = report(&headers, BODY, SECRET);
            assert!(!report.verified && report.checks[0].reason.contains(part), "{headers}: {report:?}");
            assert_eq!(outcome(&report, WebhookCheckName::Signature), Outcome::Skipped);
            assert_eq!(report.expected, None);
        }
    }

    #[track_caller]
    fn check_differs(headers: &str, body: &str, secret: &str, part: &str) {
        let report = report(headers, body, secret);
        assert!(report.differs.contains(part), "{report:?}");
        assert!(!report.verified);
        assert_eq!(outcome(&report, WebhookCheckName::Signature), Outcome::Failed);
        assert!(!format!("{report:?}").contains(secret.trim()), "the secret is in the report");
    }

    #[test]
    fn it_is_said_which_part_differs() {
        let headers = lines(T, V1);
        check_differs(&headers, &format!("{BODY}\n"), SECRET, "without the line break at the body's end");
        check_differs(&headers, &format!("{BODY}\r\n"), SECRET, "without the line break at the body's end");
        check_differs(&headers, BODY, &format!("{SECRET}\n"), "around the secret");
        check_differs(&headers, BODY, &format!(" {SECRET} "), "around the secret");
        check_differs(&headers, BODY, "whsec_wrong", "The secret or the body is another one.");
        check_differs(
            &headers,
            &BODY.replace("usr_1", "usr_2"),
            SECRET,
            "The secret or the body is another one.",
        );
        check_differs(&lines(T - 1, V1), BODY, SECRET, "time of X-ScaiKey-Timestamp");
        check_differs(&lines(T, "00ff"), BODY, SECRET, "64 digits");
        check_differs(&lines(T, &V1.replace('0', "x")), BODY, SECRET, "64 digits");

        let value: Value = serde_json::from_str(BODY).unwrap();
        let indented = serde_json::to_string_pretty(&value).unwrap();
        check_differs(&headers, &indented, SECRET, "compact JSON with sorted keys");
        let unsorted = BODY.replacen(r#""actor":{"id":null,"type":"system"},"#, "", 1);
        let unsorted =
            unsorted.replace("12:00:00Z\"}", "12:00:00Z\",\"actor\":{\"type\":\"system\",\"id\":null}}");
        check_differs(&headers, &unsorted, SECRET, "compact JSON with sorted keys");
        check_differs(&lines(T, V1_UTF8), BODY, SECRET, "compact JSON with sorted keys");
    }

    /// What this module signs itself: the vectors above say that it signs rightly.
    #[test]
    fn changed_line_ends_are_found() {
        let signed = |body: &str, secret: &str| {
            lines(T, &hex(sign(&T.to_string(), body.as_bytes(), secret.as_bytes()).as_ref()))
        };
        let (unix, windows) = ("{\n\"a\": 1\n}", "{\r\n\"a\": 1\r\n}");
        check_differs(&signed(unix, SECRET), windows, SECRET, "LF for CRLF");
        check_differs(&signed(windows, SECRET), unix, SECRET, "CRLF for LF");
        for ended in [format!("{BODY}\n"), format!("{BODY}\r\n")] {
            check_differs(&signed(&ended, SECRET), BODY, SECRET, "with a line break at the body's end");
        }
        check_differs(&signed(BODY, &format!("{SECRET}\n")), BODY, SECRET, "the sender has one");
    }

    #[test]
    fn upper_case_matches_as_bytes() {
        let report = report(&lines(T, &V1.to_uppercase()), BODY, SECRET);
        assert!(report.verified && report.differs.contains("upper case"));
    }

    #[test]
    fn five_minutes_either_way_are_fresh() {
        let at = |now_ms| {
            let report = verify(&lines(T, V1), BODY.as_bytes(), &Secret::new(SECRET), now_ms, &|_| false);
            assert_eq!(report.verified, outcome(&report, WebhookCheckName::Fresh) == Outcome::Passed);
            (outcome(&report, WebhookCheckName::Fresh), report.checks[3].reason.clone())
        };
        for (seconds, expected) in [
            (0, Outcome::Passed),
            (300, Outcome::Passed),
            (301, Outcome::Failed),
            (-300, Outcome::Passed),
            (-301, Outcome::Failed),
        ] {
            let (outcome, reason) = at((T + seconds) * 1_000);
            assert_eq!(outcome, expected, "{seconds}");
            assert!(reason.contains("other Scai products"), "{reason}");
        }
        assert!(at((T - 600) * 1_000).1.contains("ahead"));
        let report = report(&format!("t={}000,v1={V1}", T), BODY, SECRET);
        assert!(report.checks[3].reason.contains("milliseconds"));
    }

    #[test]
    fn f_clk_odd_times_do_not_overflow() {
        for t in [i64::MAX, i64::MIN, 0, -1] {
            for now_ms in [i64::MAX, i64::MIN, 0] {
                let report = verify(&lines(t, V1), BODY.as_bytes(), &Secret::new(SECRET), now_ms, &|_| false);
                assert!(!report.verified);
            }
        }
    }

    #[test]
    fn the_timestamp_header_and_the_event_must_agree() {
        let headers = lines(T, V1);
        let other = headers.replace(&format!("Timestamp: {T}"), "Timestamp: 1");
        assert_eq!(outcomes(&report(&other, BODY, SECRET)), "pfpppp");
        for (from, to) in [("evt_1", "evt_2"), ("user.created", "user.deleted")] {
            let report = report(&headers.replace(from, to), BODY, SECRET);
            assert_eq!(outcomes(&report), "ppppfp", "{from}");
            assert!(!report.verified);
        }
        for body in ["not json", "[]", "{}", r#"{"event_id":"evt_1"}"#] {
            assert_eq!(outcome(&report(&headers, body, SECRET), WebhookCheckName::Event), Outcome::Failed);
        }
        let bare = format!("t={T},v1={V1}");
        assert_eq!(outcome(&report(&bare, BODY, SECRET), WebhookCheckName::Event), Outcome::Skipped);
    }

    #[test]
    fn an_event_that_was_seen_is_genuine_and_said_to_be_a_duplicate() {
        let seen = |id: &str| id == "evt_1";
        let report = verify(&lines(T, V1), BODY.as_bytes(), &Secret::new(SECRET), NOW, &seen);
        assert_eq!(outcomes(&report), "pppppf");
        assert!(report.verified);
        assert_eq!(event_id("", BODY.as_bytes()).as_deref(), Some("evt_1"));
        assert_eq!(event_id("X-ScaiKey-Event-ID: evt_9", b"?").as_deref(), Some("evt_9"));
        assert_eq!(event_id("", b"?"), None);
    }

    #[test]
    fn nothing_and_rubbish_are_survived() {
        for body in [&b""[..], b"\n", b"\xff\xfe\r\n", b"{"] {
            for headers in ["", ":", "t=", "=\n,\n<", &lines(T, V1)] {
                assert!(!verify(headers, body, &Secret::new(SECRET), NOW, &|_| true).verified);
            }
        }
        let report = report(&lines(T, V1), BODY, "");
        assert!(!report.verified && report.expected.is_none());
        assert_eq!(outcomes(&report), "ppsppp");
    }
}
