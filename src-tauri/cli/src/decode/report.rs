//! What `scaikey decode` writes. Foreign text is shown with its invisible and control characters written out, so
//! that no token can write to the terminal.

use std::io::{self, Write};

use scaikey_core::contract::{
    Certainty, Check, CheckName, ClaimGroup, ClaimRow, Inspection, KeysOrigin, Outcome, TokenDetails,
    TokenKind, Verdict,
};
use scaikey_core::jwt::words::{about, is_hidden, visible};
use serde::Serialize;
use serde_json::value::RawValue;

/// The width of the names of claims and checks.
const NAMES: usize = 16;

/// Writes the inspection for people.
pub(super) fn text(out: &mut impl Write, inspection: &Inspection, now_ms: i64) -> io::Result<()> {
    let Some(details) = &inspection.details else {
        let why = inspection.paste.problem.as_deref().unwrap_or("Nothing was given.");
        return writeln!(out, "{why}");
    };
    for cut in &inspection.paste.cut {
        writeln!(out, "{cut}")?;
    }
    if let [_, others @ ..] = inspection.paste.found.as_slice()
        && !others.is_empty()
    {
        let names: Vec<&str> = others.iter().map(|found| found.name.as_str()).collect();
        writeln!(out, "Not looked at: {}.", visible(&names.join(", ")))?;
    }
    writeln!(out, "{}", kind(details))?;
    // Of an encrypted token nothing else is known.
    if let Some(recognised) = details.recognised.as_ref().filter(|_| details.kind != TokenKind::Jwe) {
        let sure = match recognised.certainty {
            Certainty::Documented => "",
            Certainty::Inferred => " (concluded, not documented)",
            Certainty::Unknown => " (not documented)",
        };
        writeln!(out, "{}{sure}: {}.", recognised.name, recognised.reasons.join("; "))?;
    }
    for problem in details.problems.iter().chain(&details.notes) {
        writeln!(out, "! {problem}")?;
    }
    section(out, "Header", &details.header, now_ms)?;
    for (group, title) in [
        (ClaimGroup::Who, "Who"),
        (ClaimGroup::Where, "Where it is valid"),
        (ClaimGroup::What, "What it allows"),
        (ClaimGroup::When, "When"),
        (ClaimGroup::Other, "Other claims"),
    ] {
        let rows: Vec<&ClaimRow> = details.claims.iter().filter(|row| row.group == group).collect();
        section(out, title, rows, now_ms)?;
    }
    if details.kind == TokenKind::Opaque {
        return Ok(());
    }
    if let Some(payload) = &details.payload_text {
        writeln!(out, "\nPayload\n  {payload}")?;
    }
    writeln!(out, "\nChecks")?;
    for check in &details.checks {
        write_check(out, check)?;
    }
    for warning in &inspection.keys.warnings {
        writeln!(out, "  ! {warning}")?;
    }
    writeln!(out, "\n{}", verdict(&details.verdict))?;
    let no_keys = inspection.keys.origin == KeysOrigin::Nowhere && details.kind != TokenKind::Jwe;
    if no_keys && matches!(details.verdict, Verdict::NotVerified { .. }) {
        writeln!(out, "Give its issuer's keys with --jwks to have the signature checked.")?;
    }
    Ok(())
}

fn kind(details: &TokenDetails) -> &'static str {
    match details.kind {
        TokenKind::Jwt => "A signed JWT.",
        TokenKind::JwsJson => "A JWS in its JSON form, which is no JWT.",
        TokenKind::Jwe => "An encrypted token (JWE): only its header can be read.",
        TokenKind::Opaque => {
            "An opaque token: it means something to its issuer only. Nothing can be read from it."
        }
    }
}

fn section<'a>(
    out: &mut impl Write,
    title: &str,
    rows: impl IntoIterator<Item = &'a ClaimRow>,
    now_ms: i64,
) -> io::Result<()> {
    let mut rows = rows.into_iter().peekable();
    if rows.peek().is_none() {
        return Ok(());
    }
    writeln!(out, "\n{title}")?;
    for row in rows {
        let value = if row.value.is_empty() { "(none)" } else { &row.value };
        let indent = " ".repeat(NAMES + 3);
        if row.name.chars().count() > NAMES {
            // The values stay below each other.
            writeln!(out, "  {}\n{indent}{value}", row.name)?;
        } else {
            writeln!(out, "  {:NAMES$} {value}", row.name)?;
        }
        if let Some(at) = row.instant {
            let ago = now_ms.saturating_sub(at);
            let when = if ago >= 0 { format!("{} ago", about(ago)) } else { format!("in {}", about(ago)) };
            writeln!(out, "{indent}{} ({when})", utc(at))?;
        }
        for part in row.parts.iter().filter(|part| !part.meaning.is_empty()) {
            writeln!(out, "{indent}{}: {}", part.value, part.meaning)?;
        }
        if !row.meaning.is_empty() {
            let source = row.source.as_deref().map(|source| format!(" [{source}]")).unwrap_or_default();
            writeln!(out, "{indent}{}{source}", row.meaning)?;
        }
        for note in &row.notes {
            writeln!(out, "{indent}! {note}")?;
        }
    }
    Ok(())
}

/// An instant in UTC, as HTTP writes it; the number itself where that has no such form.
fn utc(ms: i64) -> String {
    let seconds = u64::try_from(ms.div_euclid(1_000)).ok();
    // After the year 9999 the form has no room.
    let time = seconds.filter(|seconds| *seconds < 253_402_300_800).map(std::time::Duration::from_secs);
    match time.and_then(|since| std::time::UNIX_EPOCH.checked_add(since)) {
        Some(time) => httpdate::fmt_http_date(time),
        None => format!("{ms} ms after 1970"),
    }
}

fn write_check(out: &mut impl Write, check: &Check) -> io::Result<()> {
    let (mark, words) = match check.outcome {
        Outcome::Passed => ("✓", "passed"),
        Outcome::Failed => ("✕", "failed"),
        Outcome::Skipped => ("?", "not checked"),
    };
    let reason =
        if check.reason.is_empty() { words.to_owned() } else { format!("{words}: {}", check.reason) };
    writeln!(out, "  {mark} {:NAMES$} {reason}", title(check.name))?;
    if let Some(note) = &check.note {
        writeln!(out, "    {:NAMES$} ! {note}", "")?;
    }
    Ok(())
}

fn title(name: CheckName) -> &'static str {
    match name {
        CheckName::Signature => "Signature",
        CheckName::Algorithm => "Algorithm",
        CheckName::Critical => "Critical members",
        CheckName::Type => "Type",
        CheckName::Issuer => "Issuer",
        CheckName::Audience => "Audience",
        CheckName::Subject => "Subject",
        CheckName::Time => "Time",
        CheckName::Nonce => "Nonce",
        CheckName::AccessTokenHash => "at_hash",
        CheckName::Profile => "Kind of token",
        CheckName::Scopes => "Scopes",
    }
}

fn verdict(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Verified => "Verified.".to_owned(),
        Verdict::Pending => "Not verified.".to_owned(),
        Verdict::NotVerified { reason } => format!("Not verified: {reason}."),
        Verdict::Refused { reason } => format!("Refused: {reason}."),
    }
}

/// What `--json` writes. The signature is not part of it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Report<'a> {
    exit_code: u8,
    kind: Option<TokenKind>,
    verdict: Option<&'a Verdict>,
    /// As it is in the token: order, duplicate names and every digit.
    header: Option<Box<RawValue>>,
    payload: Option<Box<RawValue>>,
    payload_text: Option<&'a str>,
    recognised: Option<&'a scaikey_core::contract::Recognised>,
    checks: &'a [Check],
    claims: &'a [ClaimRow],
    signatures: &'a [scaikey_core::contract::SignatureRow],
    problems: Vec<&'a str>,
    cut: &'a [String],
    keys: &'a scaikey_core::contract::KeysView,
}

/// Writes the inspection for programs: one JSON object on one line.
pub(super) fn json(out: &mut impl Write, inspection: &Inspection, exit_code: u8) -> io::Result<()> {
    let details = inspection.details.as_ref();
    // They were read as JSON before, so this does not fail; compact, since the members in it are indented.
    let raw = |text: Option<&String>| {
        text.and_then(|text| RawValue::from_string(scaikey_core::jwt::claims::compact(text)).ok())
    };
    let problems = inspection.paste.problem.iter();
    let problems =
        problems.chain(details.iter().flat_map(|details| details.problems.iter().chain(&details.notes)));
    let report = Report {
        exit_code,
        kind: details.map(|details| details.kind),
        verdict: details.map(|details| &details.verdict),
        header: raw(details.and_then(|details| details.header_json.as_ref())),
        payload: raw(details.and_then(|details| details.payload_json.as_ref())),
        payload_text: details.and_then(|details| details.payload_text.as_deref()),
        recognised: details.and_then(|details| details.recognised.as_ref()),
        checks: details.map(|details| details.checks.as_slice()).unwrap_or_default(),
        claims: details.map(|details| details.claims.as_slice()).unwrap_or_default(),
        signatures: details.map(|details| details.signatures.as_slice()).unwrap_or_default(),
        problems: problems.map(String::as_str).collect(),
        cut: &inspection.paste.cut,
        keys: &inspection.keys,
    };
    let text = serde_json::to_string(&report)?;
    writeln!(out, "{}", escaped(&text))
}

/// JSON text with what is invisible in its strings escaped: the same value, harmless to a terminal.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut units = [0; 2];
    for c in text.chars() {
        if is_hidden(c) {
            out.extend(c.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}")));
        } else {
            out.push(c);
        }
    }
    out
}
