//! The strict verdict: a list of checks, each passed, failed or not checked, with its reason in a sentence. What
//! belongs to one kind of token only is in `profile`.

use std::collections::BTreeSet;

use super::claims::{Time, UnverifiedClaims, kind_of};
use super::jws::Decoded;
use super::profile::{self, Profile};
use super::verify::{SignatureVerdict, check_algorithm};
use super::words::{about, clock_is_off, difference, duration, list, quote};
use crate::contract::{Check, CheckName, Outcome, TokenKind, Verdict};

/// The reason of the signature's check while keys are on their way.
const PENDING: &str = "The issuer's keys are being fetched";

/// A server's `Date` says no more than this.
const DATE_STEP_MS: i64 = 1_000;

/// Clocks that differ by less are called the same.
const CLOCKS_AGREE_MS: i64 = 5_000;

/// The most leeway, so that no setting switches the check off.
const MOST_LEEWAY_SECONDS: i64 = 600;

/// A time claim above this, in milliseconds, is taken for milliseconds written as seconds (13 digits).
pub(super) const LOOKS_LIKE_MS: i64 = 100_000_000_000_000;

/// The issuer a token should name.
#[derive(Debug, Clone, Copy, Default)]
pub struct IssuerExpectation<'a> {
    /// What the discovery document or the user says.
    pub published: Option<&'a str>,
    /// Set for a ScaiKey: its tokens have been seen with two forms of issuer (contract 3.4).
    pub scaikey_forms: Option<ScaiKeyForms<'a>>,
}

/// The forms `{base}` and `{base}/tenants/{id}`. The tenant's id is not known beforehand.
#[derive(Debug, Clone, Copy)]
pub struct ScaiKeyForms<'a> {
    /// The instance's base URL; a slash at its end does not count.
    pub base: &'a str,
}

impl ScaiKeyForms<'_> {
    /// Whether `iss` is `{base}` or `{base}/tenants/{id}`.
    #[must_use]
    pub fn include(self, iss: &str) -> bool {
        let Some(rest) = iss.strip_prefix(self.base.trim_end_matches('/')) else { return false };
        let is_id = |id: &str| !id.is_empty() && !id.contains(['/', '?', '#']);
        rest.is_empty() || rest.strip_prefix("/tenants/").is_some_and(is_id)
    }
}

/// The request for a token.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// The application that made it.
    pub client_id: &'a str,
    /// Whether the server documents that `sub` equals `client_id` for this grant.
    pub subject_documented: bool,
    /// The scopes that were asked for.
    pub scopes: &'a [String],
    /// `scope` of the token answer.
    pub answered_scope: Option<&'a str>,
}

/// Values that a token should have. What is `None` is not expected.
#[derive(Debug, Clone, Copy)]
pub struct Values<'a> {
    /// What kind of token it is judged as.
    pub profile: Profile,
    /// A value that `aud` must have.
    pub audience: Option<&'a str>,
    /// `nonce` of the sign-in.
    pub nonce: Option<&'a str>,
    /// The access token that came with an ID token.
    pub access_token: Option<&'a str>,
}

/// What a token is checked against.
#[derive(Debug, Clone, Copy)]
pub struct Expectations<'a> {
    /// The issuer it should name.
    pub issuer: IssuerExpectation<'a>,
    /// The request that it answers; `None` for a token that came from elsewhere.
    pub request: Option<Request<'a>>,
    /// What somebody expects of a token that came from elsewhere.
    pub values: Option<Values<'a>>,
    /// This computer's clock, in Unix milliseconds.
    pub now_ms: i64,
    /// The server's clock minus this computer's.
    pub clock_offset_ms: Option<i64>,
    /// What became of the signature; `None` while no keys are there.
    pub signature: Option<&'a SignatureVerdict>,
    /// Why keys could not be had, in a sentence.
    pub keys_unavailable: Option<&'a str>,
    /// How long ago the keys were fetched.
    pub keys_age_ms: Option<i64>,
    /// How many seconds early or late a token may be.
    pub leeway_seconds: i64,
}

/// How a check ended, before it gets its name.
pub(super) struct Ending {
    outcome: Outcome,
    reason: String,
    note: Option<String>,
}

impl Ending {
    fn new(outcome: Outcome, reason: impl Into<String>) -> Self {
        Self { outcome, reason: reason.into(), note: None }
    }

    pub(super) fn passed(reason: impl Into<String>) -> Self {
        Self::new(Outcome::Passed, reason)
    }

    pub(super) fn failed(reason: impl Into<String>) -> Self {
        Self::new(Outcome::Failed, reason)
    }

    pub(super) fn skipped(reason: impl Into<String>) -> Self {
        Self::new(Outcome::Skipped, reason)
    }

    pub(super) fn note(mut self, note: Option<String>) -> Self {
        self.note = note;
        self
    }
}

/// All checks, in the order they are shown.
#[must_use]
pub fn check(decoded: &Decoded, expected: &Expectations<'_>) -> Vec<Check> {
    let claims = claims_of(decoded);
    let on_claims = |check: &dyn Fn(&UnverifiedClaims) -> Ending| match &claims {
        Ok(claims) => check(claims),
        Err(why) => Ending::skipped(*why),
    };
    let mut checks = vec![
        (CheckName::Signature, signature(decoded, expected)),
        (CheckName::Algorithm, algorithm(decoded, expected)),
    ];
    if let Some(values) = &expected.values {
        checks.push((CheckName::Critical, profile::critical(decoded)));
        checks.push((CheckName::Type, profile::typ(decoded, values.profile)));
    }
    checks.push((CheckName::Issuer, on_claims(&|claims| issuer(claims, expected))));
    if let Some(values) = &expected.values {
        checks.push((CheckName::Audience, on_claims(&|claims| profile::audience(claims, values.audience))));
    }
    if let Some(request) = &expected.request {
        checks.push((CheckName::Subject, on_claims(&|claims| subject(claims, request))));
    }
    checks.push((CheckName::Time, on_claims(&|claims| time(claims, expected))));
    if let Some(values) = &expected.values {
        let id_token = values.profile == Profile::IdToken;
        if id_token || values.nonce.is_some() {
            checks.push((CheckName::Nonce, on_claims(&|claims| profile::nonce(claims, values.nonce))));
        }
        if id_token || values.access_token.is_some() {
            let at_hash = |claims: &UnverifiedClaims| {
                profile::access_token_hash(claims, decoded.header.as_ref(), values.access_token)
            };
            checks.push((CheckName::AccessTokenHash, on_claims(&at_hash)));
        }
        if values.profile != Profile::Any {
            checks.push((CheckName::Profile, on_claims(&|claims| profile::required(claims, values.profile))));
        }
    }
    if let Some(request) = &expected.request {
        let scaikey = expected.issuer.scaikey_forms.is_some();
        checks.push((CheckName::Scopes, scopes(claims.ok(), request, scaikey)));
    }
    checks
        .into_iter()
        .map(|(name, Ending { outcome, reason, note })| Check { name, outcome, reason, note })
        .collect()
}

/// The verdict that these checks make.
#[must_use]
pub fn verdict(checks: &[Check], kind: TokenKind) -> Verdict {
    if let Some(failed) = checks.iter().find(|check| check.outcome == Outcome::Failed) {
        return Verdict::Refused { reason: failed.reason.clone() };
    }
    match checks.iter().find(|check| check.name == CheckName::Signature) {
        Some(check) if check.outcome == Outcome::Passed && kind == TokenKind::JwsJson => {
            let reason = "The signature holds, but a JWS in its JSON form is no JWT (RFC 7519 §1)".to_owned();
            Verdict::NotVerified { reason }
        }
        Some(check) if check.outcome == Outcome::Passed && kind == TokenKind::Jwt => Verdict::Verified,
        Some(check) if check.reason == PENDING => Verdict::Pending,
        Some(check) => Verdict::NotVerified { reason: check.reason.clone() },
        None => Verdict::NotVerified { reason: "The signature was not checked".to_owned() },
    }
}

fn claims_of(decoded: &Decoded) -> Result<&UnverifiedClaims, &'static str> {
    match (decoded.kind, &decoded.payload) {
        (TokenKind::Opaque, _) => Err("An opaque token says this to its issuer only"),
        (TokenKind::Jwe, _) => Err("The claims are encrypted"),
        (TokenKind::Jwt | TokenKind::JwsJson, None) => Err("The payload cannot be read"),
        (TokenKind::Jwt | TokenKind::JwsJson, Some(claims)) => Ok(claims),
    }
}

/// A claim that a check looks at must stand there once.
pub(super) fn repeated(claims: &UnverifiedClaims, names: &[&str]) -> Option<Ending> {
    let twice = claims.duplicates().into_iter().find(|name| names.contains(name))?;
    Some(Ending::failed(format!("The token says {twice} more than once")))
}

fn signature(decoded: &Decoded, expected: &Expectations<'_>) -> Ending {
    match decoded.kind {
        TokenKind::Opaque => return Ending::skipped("An opaque token has no signature to check"),
        TokenKind::Jwe => {
            return Ending::skipped("An encrypted token (JWE) can only be read by its recipient");
        }
        TokenKind::Jwt | TokenKind::JwsJson => {}
    }
    let Some(verdict) = expected.signature else {
        return Ending::skipped(expected.keys_unavailable.unwrap_or(PENDING));
    };
    let (outcome, reason) = verdict.in_words();
    let SignatureVerdict::Valid { warning, .. } = verdict else { return Ending::new(outcome, reason) };
    let age = expected.keys_age_ms.map(|age| format!(", fetched {} ago", about(age.max(0))));
    // Keys that could not be fetched again still verify; their age says so.
    let stale = expected.keys_unavailable.map(|why| format!("Newer keys could not be had: {why}"));
    Ending::new(outcome, reason + age.as_deref().unwrap_or_default()).note(join([warning.clone(), stale]))
}

impl SignatureVerdict {
    /// How the check of the signature ended, and why, in a sentence without its full stop.
    #[must_use]
    pub fn in_words(&self) -> (Outcome, String) {
        match self {
            Self::Valid { alg, kid: Some(kid), .. } => {
                (Outcome::Passed, format!("{alg} with key {}", quote(kid)))
            }
            Self::Valid { alg, kid: None, .. } => {
                (Outcome::Passed, format!("{alg} with a key without a name"))
            }
            Self::Invalid { reason } => (Outcome::Failed, reason.clone()),
            Self::KeyNotFound { kid, known, given } => {
                let known: Vec<String> = known.iter().map(|kid| quote(kid)).collect();
                let known = if known.is_empty() { "they have no names".to_owned() } else { list(&known, 5) };
                let whose = if *given { "given" } else { "issuer's published" };
                let reason = match kid {
                    Some(kid) => format!("Key {} is not among the {whose} keys ({known})", quote(kid)),
                    None => format!("The token names no key, and none of the {whose} keys fits ({known})"),
                };
                (Outcome::Failed, reason)
            }
            Self::AlgorithmRefused { reason } | Self::NotChecked { reason } => {
                (Outcome::Skipped, reason.clone())
            }
        }
    }
}

fn algorithm(decoded: &Decoded, expected: &Expectations<'_>) -> Ending {
    let Some(header) = &decoded.header else {
        return Ending::skipped(match decoded.kind {
            TokenKind::Opaque => "An opaque token names no algorithm",
            _ => "The header cannot be read",
        });
    };
    if decoded.kind == TokenKind::Jwe {
        return Ending::skipped("The algorithm of an encrypted token (JWE) says nothing about a signature");
    }
    let own = header.own_keys();
    let note = (!own.is_empty()).then(|| {
        format!("The header brings or points to a key of its own ({}); it was not used", own.join(", "))
    });
    let by_header = check_algorithm(header).err();
    match by_header.as_ref().or(expected.signature) {
        Some(SignatureVerdict::AlgorithmRefused { reason }) => Ending::failed(reason.clone()),
        Some(SignatureVerdict::NotChecked { reason }) => Ending::skipped(reason.clone()),
        Some(SignatureVerdict::Valid { alg, .. }) => {
            Ending::passed(format!("{alg} belongs to this kind of key"))
        }
        Some(SignatureVerdict::KeyNotFound { .. }) => Ending::skipped("There is no key to compare it with"),
        Some(SignatureVerdict::Invalid { .. }) if decoded.malformed.is_some() => {
            Ending::skipped("The token is malformed")
        }
        Some(SignatureVerdict::Invalid { .. }) => Ending::skipped("The signature did not get that far"),
        None => Ending::skipped(expected.keys_unavailable.unwrap_or(PENDING)),
    }
    .note(note)
}

fn issuer(claims: &UnverifiedClaims, expected: &Expectations<'_>) -> Ending {
    let IssuerExpectation { published, scaikey_forms } = expected.issuer;
    let wanted = match (published, scaikey_forms) {
        (None, None) => return Ending::skipped("No issuer is known to compare it with"),
        (Some(published), _) => quote(published),
        (None, Some(forms)) => quote(forms.base),
    };
    if let Some(ending) = repeated(claims, &["iss"]) {
        return ending;
    }
    let iss = match (claims.raw("iss"), claims.str("iss")) {
        (None, _) => return Ending::failed(format!("The token has no iss; the issuer is {wanted}")),
        (Some(raw), None) => {
            return Ending::failed(format!("iss is {}, not a text; the issuer is {wanted}", kind_of(raw)));
        }
        (_, Some(iss)) => iss,
    };
    if published == Some(iss.as_str()) {
        return Ending::passed("");
    }
    if scaikey_forms.is_some_and(|forms| forms.include(&iss)) {
        let note = match published {
            Some(_) => format!("The token says {}, the instance publishes {wanted}", quote(&iss)),
            None => format!("The token says {}; the instance publishes no issuer", quote(&iss)),
        };
        return Ending::passed("").note(Some(note));
    }
    let hint = published.and_then(|published| nearly(published, &iss)).unwrap_or_default();
    Ending::failed(format!("The token says {}, the issuer is {wanted}{hint}", quote(&iss)))
}

/// The usual reasons why two issuers are not the same string.
fn nearly(one: &str, other: &str) -> Option<&'static str> {
    let (a, b) = (one.trim_end_matches('/'), other.trim_end_matches('/'));
    if a == b {
        return Some(": only the slash at the end differs");
    }
    if a.eq_ignore_ascii_case(b) {
        return Some(": only capital letters differ");
    }
    match (url::Url::parse(one), url::Url::parse(other)) {
        (Ok(a), Ok(b)) if a == b => Some(": only the way it is written differs, such as the port"),
        _ => None,
    }
}

fn subject(claims: &UnverifiedClaims, request: &Request<'_>) -> Ending {
    if let Some(ending) = repeated(claims, &["sub"]) {
        return ending;
    }
    let documented = request.subject_documented;
    let client = quote(request.client_id);
    match (claims.raw("sub"), claims.str("sub")) {
        (_, Some(sub)) if sub == request.client_id => Ending::passed(""),
        (_, Some(sub)) if documented => {
            Ending::failed(format!("sub is {}, client_id is {client}", quote(&sub)))
        }
        (_, Some(sub)) => Ending::skipped(format!(
            "sub is {}; what it should be is not documented for this token",
            quote(&sub)
        )),
        (None, _) if documented => Ending::failed(format!("The token has no sub; client_id is {client}")),
        (None, _) => Ending::skipped("The token has no sub"),
        (Some(raw), None) => Ending::failed(format!("sub is {}, not a text", kind_of(raw))),
    }
}

/// Which clock the time was checked by, and what is to be said about it.
fn clock(offset: Option<i64>) -> (&'static str, String, Option<String>) {
    match offset {
        None => ("your clock", "By your clock; the server's is not known".to_owned(), None),
        Some(offset) => {
            // `Date` has whole seconds (RFC 9110 §5.6.7), so less than one is no difference that is known.
            let apart = if offset.saturating_abs() < DATE_STEP_MS {
                "Your clock and the server's agree to the second".to_owned()
            } else {
                format!("Your clock and the server's differ by {}", difference(offset))
            };
            let wrong = (offset.saturating_abs() >= CLOCKS_AGREE_MS).then(|| clock_is_off(offset));
            ("the server's clock", apart, wrong)
        }
    }
}

fn time(claims: &UnverifiedClaims, expected: &Expectations<'_>) -> Ending {
    if let Some(ending) = repeated(claims, &["exp", "nbf", "iat"]) {
        return ending;
    }
    let (by, apart, wrong_clock) = clock(expected.clock_offset_ms);
    let now = expected.now_ms.saturating_add(expected.clock_offset_ms.unwrap_or(0));
    let leeway = expected.leeway_seconds.clamp(0, MOST_LEEWAY_SECONDS) * 1000;
    let leeway_words = duration(leeway);
    let mut notes = vec![wrong_clock];

    for name in ["exp", "nbf", "iat"] {
        match claims.time(name) {
            Time::NotANumber(kind) => return Ending::failed(format!("{name} is {kind}, not a number")),
            Time::OutOfRange => return Ending::failed(format!("{name} is no time: the number is too large")),
            Time::At(at) if at >= LOOKS_LIKE_MS => {
                notes.push(Some(format!("{name} looks like milliseconds; it is read as seconds")));
            }
            Time::At(_) | Time::Absent => {}
        }
    }
    let exp = claims.time("exp");
    if let Time::At(exp) = exp {
        // RFC 7519 §4.1.4: the current time must be before it.
        let late = now.saturating_sub(exp);
        if late >= leeway && late >= 0 {
            return Ending::failed(format!("Expired {} ago by {by}", about(late))).note(join(notes));
        }
        if late >= 0 {
            notes.push(Some(format!("Expired {} ago, within the leeway of {leeway_words}", about(late))));
        }
    }
    if let Time::At(nbf) = claims.time("nbf") {
        let early = nbf.saturating_sub(now);
        if early > leeway {
            return Ending::failed(format!("Not valid for another {} by {by}", about(early)))
                .note(join(notes));
        }
        if early > 0 {
            notes.push(Some(format!("Valid in {}, within the leeway of {leeway_words}", about(early))));
        }
    }
    if let Time::At(iat) = claims.time("iat") {
        let ahead = iat.saturating_sub(now);
        if ahead > leeway.max(CLOCKS_AGREE_MS) {
            notes.push(Some(format!("Issued {} in the future by {by}", about(ahead))));
        }
    }
    match exp {
        Time::At(_) => Ending::passed(apart),
        _ => Ending::skipped("The token has no exp, so it does not say when it ends"),
    }
    .note(join(notes))
}

fn join<I: IntoIterator<Item = Option<String>>>(notes: I) -> Option<String> {
    let notes: Vec<String> = notes.into_iter().flatten().collect();
    (!notes.is_empty()).then(|| notes.join(". "))
}

/// The scopes that a token itself says it has: `scope` as RFC 9068 has it, or a list, or `scp`.
///
/// # Errors
/// What is wrong with the claim.
pub(super) fn scopes_of(claims: &UnverifiedClaims) -> Result<Option<Vec<String>>, String> {
    let Some(name) = ["scope", "scp"].into_iter().find(|name| claims.has(name)) else { return Ok(None) };
    match claims.strings(name) {
        Some(texts) => {
            Ok(Some(texts.iter().flat_map(|text| text.split_ascii_whitespace()).map(str::to_owned).collect()))
        }
        None => Err(format!("{name} is {}, not a text", kind_of(claims.raw(name).unwrap_or_default()))),
    }
}

fn scopes(claims: Option<&UnverifiedClaims>, request: &Request<'_>, scaikey: bool) -> Ending {
    if let Some(ending) = claims.and_then(|claims| repeated(claims, &["scope", "scp"])) {
        return ending;
    }
    let own = match claims.map(scopes_of) {
        Some(Err(reason)) => return Ending::failed(reason),
        Some(Ok(own)) => own,
        None => None,
    };
    let asked: BTreeSet<&str> = request.scopes.iter().flat_map(|s| s.split_ascii_whitespace()).collect();
    if asked.is_empty() {
        return if scaikey {
            Ending::passed("No scope was asked for, so the application's full list was granted")
        } else {
            Ending::skipped("No scope was asked for")
        };
    }
    let answered = request
        .answered_scope
        .map(|scope| scope.split_ascii_whitespace().map(str::to_owned).collect::<Vec<_>>());
    let Some(got) = own.or(answered) else {
        return Ending::passed("").note(Some(
            "Neither token nor answer names a scope, which means: granted as asked (RFC 6749 §5.1)"
                .to_owned(),
        ));
    };
    let got: BTreeSet<&str> = got.iter().map(String::as_str).collect();
    let words = |set: &BTreeSet<&str>| -> String {
        let set: Vec<String> = set.iter().map(|scope| super::words::visible(scope)).collect();
        if set.is_empty() { "none".to_owned() } else { list(&set, 12) }
    };
    if !asked.is_subset(&got) {
        return Ending::failed(format!("Asked for {}, got {}", words(&asked), words(&got)));
    }
    let more: BTreeSet<&str> = got.difference(&asked).copied().collect();
    Ending::passed("")
        .note((!more.is_empty()).then(|| format!("Granted without being asked for: {}", words(&more))))
}

#[cfg(test)]
mod tests {
    use super::super::samples::{b64, keys, set};
    use super::super::{decode_unverified, verify};
    use super::*;

    const NOW: i64 = 1_795_525_512_000;

    fn asked_nothing() -> Request<'static> {
        Request { client_id: "svc", subject_documented: false, scopes: &[], answered_scope: None }
    }

    fn nothing_expected() -> Expectations<'static> {
        Expectations {
            issuer: IssuerExpectation::default(),
            request: Some(asked_nothing()),
            values: None,
            now_ms: NOW,
            clock_offset_ms: None,
            signature: None,
            keys_unavailable: None,
            keys_age_ms: None,
            leeway_seconds: 0,
        }
    }

    fn decoded(payload: &str) -> Decoded {
        decode_unverified(&format!("{}.{}.AA", b64(br#"{"alg":"RS256","kid":"k"}"#), b64(payload.as_bytes())))
    }

    fn one(decoded: &Decoded, expected: &Expectations<'_>, name: CheckName) -> Check {
        let checks = check(decoded, expected);
        assert_eq!(
            checks.iter().map(|c| c.name).collect::<Vec<_>>(),
            [
                CheckName::Signature,
                CheckName::Algorithm,
                CheckName::Issuer,
                CheckName::Subject,
                CheckName::Time,
                CheckName::Scopes
            ]
        );
        checks.into_iter().find(|c| c.name == name).unwrap()
    }

    /// One check on one payload: `(outcome, reason, note)`.
    fn check_one(
        payload: &str,
        expected: &Expectations<'_>,
        name: CheckName,
        (outcome, reason, note): (Outcome, &str, Option<&str>),
    ) {
        let found = one(&decoded(payload), expected, name);
        assert_eq!(
            (found.outcome, found.reason.as_str(), found.note.as_deref()),
            (outcome, reason, note),
            "{payload}"
        );
    }

    use Outcome::{Failed, Passed, Skipped};

    #[test]
    fn f_jwt_13_14_15_time() {
        let exp = |s: i64| format!("{{\"exp\":{}}}", NOW / 1000 + s);
        let unknown = "By your clock; the server's is not known";
        for (payload, leeway, ending) in [
            (exp(1), 0, (Passed, unknown, None)),
            (exp(0), 0, (Failed, "Expired 0 s ago by your clock", None)),
            (exp(-180), 0, (Failed, "Expired 3 min ago by your clock", None)),
            (exp(-59), 60, (Passed, unknown, Some("Expired 59 s ago, within the leeway of 1 min"))),
            (exp(0), 60, (Passed, unknown, Some("Expired 0 s ago, within the leeway of 1 min"))),
            (exp(-60), 60, (Failed, "Expired 1 min ago by your clock", None)),
            (exp(-700), i64::MAX, (Failed, "Expired 11 min ago by your clock", None)),
            (exp(0), -5, (Failed, "Expired 0 s ago by your clock", None)),
            (
                format!("{{\"exp\":9999999999,\"nbf\":{}}}", NOW / 1000 + 300),
                0,
                (Failed, "Not valid for another 5 min by your clock", None),
            ),
            (
                format!("{{\"exp\":9999999999,\"nbf\":{}}}", NOW / 1000 + 30),
                60,
                (Passed, unknown, Some("Valid in 30 s, within the leeway of 1 min")),
            ),
            (
                format!("{{\"exp\":9999999999,\"iat\":{}}}", NOW / 1000 + 300),
                0,
                (Passed, unknown, Some("Issued 5 min in the future by your clock")),
            ),
            ("{}".to_owned(), 0, (Skipped, "The token has no exp, so it does not say when it ends", None)),
            (
                format!("{{\"nbf\":{}}}", NOW / 1000 + 300),
                0,
                (Failed, "Not valid for another 5 min by your clock", None),
            ),
        ] {
            check_one(
                &payload,
                &Expectations { leeway_seconds: leeway, ..nothing_expected() },
                CheckName::Time,
                ending,
            );
        }
    }

    #[test]
    fn f_jwt_12_35_times_that_are_none() {
        for (payload, ending) in [
            (r#"{"exp":"1795525512"}"#, (Failed, "exp is a text, not a number", None)),
            (r#"{"exp":null}"#, (Failed, "exp is null, not a number", None)),
            (r#"{"exp":1e30}"#, (Failed, "exp is no time: the number is too large", None)),
            (r#"{"exp":-1e30}"#, (Failed, "exp is no time: the number is too large", None)),
            (r#"{"exp":-1}"#, (Failed, "Expired 20781 d ago by your clock", None)),
            (r#"{"exp":0}"#, (Failed, "Expired 20781 d ago by your clock", None)),
            (r#"{"exp":1795525512.5}"#, (Passed, "By your clock; the server's is not known", None)),
            (r#"{"exp":4294967296}"#, (Passed, "By your clock; the server's is not known", None)),
            (
                r#"{"exp":1795525512000}"#,
                (
                    Passed,
                    "By your clock; the server's is not known",
                    Some("exp looks like milliseconds; it is read as seconds"),
                ),
            ),
            (r#"{"exp":9999999999,"nbf":[]}"#, (Failed, "nbf is a list, not a number", None)),
            (r#"{"exp":9999999999,"exp":1}"#, (Failed, "The token says exp more than once", None)),
        ] {
            check_one(payload, &nothing_expected(), CheckName::Time, ending);
        }
        for now_ms in [i64::MIN, -1, 0, i64::MAX] {
            for offset in [i64::MIN, i64::MAX] {
                let expected = Expectations { now_ms, clock_offset_ms: Some(offset), ..nothing_expected() };
                let _: Check = one(&decoded(r#"{"exp":1,"nbf":-1,"iat":0}"#), &expected, CheckName::Time);
            }
        }
    }

    #[test]
    fn time_goes_by_the_servers_clock() {
        let at = |s: i64| format!("{{\"exp\":{}}}", NOW / 1000 + s);
        for (payload, offset, ending) in [
            (at(10), 200, (Passed, "Your clock and the server's agree to the second", None)),
            (at(10), 1_200, (Passed, "Your clock and the server's differ by 1.2 s", None)),
            (
                at(-60),
                -420_000,
                (Passed, "Your clock and the server's differ by 7 min", Some("Your clock is 7 min fast")),
            ),
            (
                at(60),
                420_000,
                (Failed, "Expired 6 min ago by the server's clock", Some("Your clock is 7 min slow")),
            ),
        ] {
            let expected = Expectations { clock_offset_ms: Some(offset), ..nothing_expected() };
            check_one(&payload, &expected, CheckName::Time, ending);
        }
    }

    #[test]
    fn f_jwt_17_f_jwk_12_issuers() {
        let forms = Some(ScaiKeyForms { base: "https://k.example/" });
        let tenant = r#"{"iss":"https://k.example/tenants/t1"}"#;
        for (published, scaikey_forms, payload, ending) in [
            (None, None, tenant, (Skipped, "No issuer is known to compare it with", None)),
            (Some("https://k.example/tenants/t1"), forms, tenant, (Passed, "", None)),
            (
                Some("https://k.example"),
                forms,
                tenant,
                (
                    Passed,
                    "",
                    Some(
                        "The token says “https://k.example/tenants/t1”, the instance publishes “https://k.example”",
                    ),
                ),
            ),
            (
                None,
                forms,
                tenant,
                (
                    Passed,
                    "",
                    Some("The token says “https://k.example/tenants/t1”; the instance publishes no issuer"),
                ),
            ),
            (
                Some("https://k.example"),
                forms,
                r#"{"iss":"https://k.example/tenants/t1/x"}"#,
                (
                    Failed,
                    "The token says “https://k.example/tenants/t1/x”, the issuer is “https://k.example”",
                    None,
                ),
            ),
            (
                Some("https://k.example"),
                forms,
                r#"{"iss":"https://k.example.evil/tenants/t1"}"#,
                (
                    Failed,
                    "The token says “https://k.example.evil/tenants/t1”, the issuer is “https://k.example”",
                    None,
                ),
            ),
            (
                Some("https://i.example/"),
                None,
                r#"{"iss":"https://i.example"}"#,
                (
                    Failed,
                    "The token says “https://i.example”, the issuer is “https://i.example/”: only the slash at the end differs",
                    None,
                ),
            ),
            (
                Some("https://i.example"),
                None,
                r#"{"iss":"https://I.example"}"#,
                (
                    Failed,
                    "The token says “https://I.example”, the issuer is “https://i.example”: only capital letters differ",
                    None,
                ),
            ),
            (
                Some("https://i.example"),
                None,
                r#"{"iss":"https://i.example:443"}"#,
                (
                    Failed,
                    "The token says “https://i.example:443”, the issuer is “https://i.example”: only the way it is written differs, such as the port",
                    None,
                ),
            ),
            (Some("i"), None, "{}", (Failed, "The token has no iss; the issuer is “i”", None)),
            (
                Some("i"),
                None,
                r#"{"iss":123}"#,
                (Failed, "iss is a number, not a text; the issuer is “i”", None),
            ),
            (
                Some("i"),
                None,
                r#"{"iss":"i","iss":"i"}"#,
                (Failed, "The token says iss more than once", None),
            ),
            (
                Some("i"),
                None,
                r#"{"iss":"i\u202e"}"#,
                (Failed, "The token says “i\\u{202e}”, the issuer is “i”", None),
            ),
        ] {
            let issuer = IssuerExpectation { published, scaikey_forms };
            check_one(payload, &Expectations { issuer, ..nothing_expected() }, CheckName::Issuer, ending);
        }
    }

    #[test]
    fn subject_equals_client_id() {
        for (payload, documented, ending) in [
            (r#"{"sub":"svc"}"#, true, (Passed, "", None)),
            (r#"{"sub":"svc"}"#, false, (Passed, "", None)),
            (r#"{"sub":"usr_1"}"#, true, (Failed, "sub is “usr_1”, client_id is “svc”", None)),
            (
                r#"{"sub":"usr_1"}"#,
                false,
                (Skipped, "sub is “usr_1”; what it should be is not documented for this token", None),
            ),
            ("{}", true, (Failed, "The token has no sub; client_id is “svc”", None)),
            ("{}", false, (Skipped, "The token has no sub", None)),
            (r#"{"sub":1}"#, false, (Failed, "sub is a number, not a text", None)),
        ] {
            let request = Some(Request { subject_documented: documented, ..asked_nothing() });
            let expected = Expectations { request, ..nothing_expected() };
            check_one(payload, &expected, CheckName::Subject, ending);
        }
    }

    #[test]
    fn f_srv_35_scopes_asked_and_got() {
        let asked = |s: &str| s.split(' ').filter(|s| !s.is_empty()).map(str::to_owned).collect::<Vec<_>>();
        let as_asked =
            "Neither token nor answer names a scope, which means: granted as asked (RFC 6749 §5.1)";
        for (wanted, answered, payload, ending) in [
            ("a b", None, r#"{"scope":"b a"}"#, (Passed, "", None)),
            (
                "admin:write",
                None,
                r#"{"scope":"admin:read"}"#,
                (Failed, "Asked for admin:write, got admin:read", None),
            ),
            ("a", Some("a"), r#"{"scope":"b"}"#, (Failed, "Asked for a, got b", None)),
            ("a", Some("a c"), "{}", (Passed, "", Some("Granted without being asked for: c"))),
            ("a", None, r#"{"scp":["a","b"]}"#, (Passed, "", Some("Granted without being asked for: b"))),
            ("a", None, r#"{"scope":""}"#, (Failed, "Asked for a, got none", None)),
            ("a", None, r#"{"scope":7}"#, (Failed, "scope is a number, not a text", None)),
            (
                "a",
                None,
                r#"{"scope":"a","scope":"b"}"#,
                (Failed, "The token says scope more than once", None),
            ),
            ("a", None, "{}", (Passed, "", Some(as_asked))),
            ("", None, r#"{"scope":"a"}"#, (Skipped, "No scope was asked for", None)),
        ] {
            let requested = asked(wanted);
            let request = Some(Request { scopes: &requested, answered_scope: answered, ..asked_nothing() });
            let expected = Expectations { request, ..nothing_expected() };
            check_one(payload, &expected, CheckName::Scopes, ending);
        }
        let issuer =
            IssuerExpectation { published: None, scaikey_forms: Some(ScaiKeyForms { base: "https://k" }) };
        check_one(
            "{}",
            &Expectations { issuer, ..nothing_expected() },
            CheckName::Scopes,
            (Passed, "No scope was asked for, so the application's full list was granted", None),
        );
    }

    /// A signature's verdict in both of its checks, and the token's verdict.
    fn check_signature(
        signature: Option<&SignatureVerdict>,
        (outcome, reason): (Outcome, &str),
        (algorithm, why): (Outcome, &str),
        expected_verdict: &Verdict,
    ) {
        let expected = Expectations { signature, keys_age_ms: Some(181_000), ..nothing_expected() };
        let checks = check(&decoded(r#"{"exp":9999999999}"#), &expected);
        let [first, second, ..] = checks.as_slice() else { panic!("six checks") };
        assert_eq!((first.outcome, first.reason.as_str()), (outcome, reason));
        assert_eq!((second.outcome, second.reason.as_str()), (algorithm, why));
        assert_eq!(&verdict(&checks, TokenKind::Jwt), expected_verdict);
    }

    #[test]
    fn signatures_and_verdicts() {
        let refused = |reason: &str| Verdict::Refused { reason: reason.to_owned() };
        let valid = |kid: Option<&str>| SignatureVerdict::Valid {
            alg: "RS256".to_owned(),
            kid: kid.map(str::to_owned),
            key: 0,
            warning: None,
        };
        let belongs = (Passed, "RS256 belongs to this kind of key");
        check_signature(
            Some(&valid(Some("2026-11-a"))),
            (Passed, "RS256 with key “2026-11-a”, fetched 3 min ago"),
            belongs,
            &Verdict::Verified,
        );
        check_signature(
            Some(&valid(None)),
            (Passed, "RS256 with a key without a name, fetched 3 min ago"),
            belongs,
            &Verdict::Verified,
        );
        let reason = || "why".to_owned();
        check_signature(
            Some(&SignatureVerdict::Invalid { reason: reason() }),
            (Failed, "why"),
            (Skipped, "The signature did not get that far"),
            &refused("why"),
        );
        check_signature(
            Some(&SignatureVerdict::AlgorithmRefused { reason: reason() }),
            (Skipped, "why"),
            (Failed, "why"),
            &refused("why"),
        );
        check_signature(
            Some(&SignatureVerdict::NotChecked { reason: reason() }),
            (Skipped, "why"),
            (Skipped, "why"),
            &Verdict::NotVerified { reason: reason() },
        );
        let kids = |n: usize| (0..n).map(|i| i.to_string()).collect::<Vec<_>>();
        let missing = "Key “k” is not among the issuer's published keys (“0”, “1”, “2”, “3”, “4” and 2 more)";
        check_signature(
            Some(&SignatureVerdict::KeyNotFound { kid: Some("k".to_owned()), known: kids(7), given: false }),
            (Failed, missing),
            (Skipped, "There is no key to compare it with"),
            &refused(missing),
        );
        check_signature(None, (Skipped, PENDING), (Skipped, PENDING), &Verdict::Pending);
        let why = "The keys could not be fetched: host not found";
        let expected = Expectations { keys_unavailable: Some(why), ..nothing_expected() };
        let checks = check(&decoded("{}"), &expected);
        assert_eq!(verdict(&checks, TokenKind::Jwt), Verdict::NotVerified { reason: why.to_owned() });
    }

    #[test]
    fn f_jwk_9_cached_keys_verify_and_say_their_age() {
        let token = keys().sign("ES256", r#"{"alg":"ES256","kid":"a","jku":"https://evil"}"#, r#"{"exp":1}"#);
        let decoded = decode_unverified(&token);
        let signature = verify(&token, &decoded, &set(&[keys().jwk("ES256", "a")]));
        let expected = Expectations {
            signature: Some(&signature),
            keys_unavailable: Some("host not found"),
            keys_age_ms: Some(7_200_000),
            ..nothing_expected()
        };
        let found = one(&decoded, &expected, CheckName::Signature);
        assert_eq!(found.reason, "ES256 with key “a”, fetched 2 h ago");
        assert_eq!(found.note.as_deref(), Some("Newer keys could not be had: host not found"));
        // f_jwt_25, and hardening 4.3.8: the signature is good and the token is expired, both are said.
        let algorithm = one(&decoded, &expected, CheckName::Algorithm);
        assert_eq!(
            algorithm.note.as_deref(),
            Some("The header brings or points to a key of its own (jku); it was not used")
        );
        assert_eq!(one(&decoded, &expected, CheckName::Time).outcome, Failed);
        assert!(matches!(verdict(&check(&decoded, &expected), TokenKind::Jwt), Verdict::Refused { .. }));
    }

    #[test]
    fn f_jwt_18_none_fails_even_without_keys() {
        let decoded = decode_unverified(&format!("{}.e30.", b64(br#"{"alg":"none"}"#)));
        let found = one(&decoded, &nothing_expected(), CheckName::Algorithm);
        assert_eq!(
            (found.outcome, found.reason.as_str()),
            (Failed, "alg is “none”: the token is not signed")
        );
    }

    #[test]
    fn f_srv_36_an_opaque_token_skips_what_cannot_be_checked() {
        let requested = vec!["a".to_owned()];
        let expected = Expectations {
            request: Some(Request {
                scopes: &requested,
                answered_scope: Some("a"),
                subject_documented: true,
                ..asked_nothing()
            }),
            ..nothing_expected()
        };
        let decoded = decode_unverified("rt_opaque");
        let checks = check(&decoded, &expected);
        for check in &checks {
            assert_eq!(
                check.outcome,
                if check.name == CheckName::Scopes { Passed } else { Skipped },
                "{check:?}"
            );
        }
        assert_eq!(
            verdict(&checks, decoded.kind),
            Verdict::NotVerified { reason: "An opaque token has no signature to check".to_owned() }
        );
        let jwe = decode_unverified(&format!("{}.AA.AA.AA.AA", b64(br#"{"alg":"dir","enc":"A128GCM"}"#)));
        assert_eq!(one(&jwe, &expected, CheckName::Time).reason, "The claims are encrypted");
        assert!(matches!(verdict(&check(&jwe, &expected), jwe.kind), Verdict::NotVerified { .. }));
    }
}
