//! `scaikey decode`: a token read, explained and checked.

mod report;

use std::fs::File;
use std::io::{self, BufWriter, IsTerminal as _, Read as _, Write as _};
use std::path::Path;

use clap::Args;
use scaikey_core::activity::About;
use scaikey_core::adapters::{Http, SystemClock};
use scaikey_core::contract::{
    Check, CheckName, ErrorView, ExpectedValues, Inspection, KeySource, Outcome, Purpose, Stage, TokenKind,
    TokenProfile,
};
use scaikey_core::inspect::{Known, inspect, paste};
use scaikey_core::model::{Network, Proxy, safe_endpoint};
use scaikey_core::oauth::metadata;
use scaikey_core::secret::Secret;
use url::Url;

use crate::Failure;

/// Decode a token, explain its claims and check it
#[derive(Debug, Args)]
#[command(help_template = HELP, before_long_help = DESCRIPTION, after_help = AFTER_HELP, max_term_width = 100)]
pub(crate) struct Arguments {
    /// The token, or "-" for standard input
    ///
    /// Without it, standard input is read as well, unless it is a terminal. That keeps the token out of the list of
    /// processes and out of the shell's history.
    #[arg(value_name = "TOKEN")]
    token: Option<String>,

    /// Check the signature with these keys
    ///
    /// At the URL or in the file is a JWK Set, a JWK, a public key in PEM or a certificate. A URL must be https, or
    /// http on this computer; redirects are not followed.
    #[arg(long, value_name = "URL|FILE")]
    jwks: Option<String>,

    /// Write one JSON object instead of text
    #[arg(long)]
    json: bool,

    /// The issuer that the token must name
    #[arg(long, value_name = "ISSUER")]
    issuer: Option<String>,

    /// The audience that the token must be meant for
    #[arg(long, value_name = "AUDIENCE")]
    audience: Option<String>,

    /// What kind of token it must be; without it, what it seems to be
    #[arg(long, value_name = "KIND")]
    kind: Option<Kind>,

    /// How many seconds early or late the token may be, at most 600
    #[arg(long, value_name = "SECONDS", default_value_t = 0, value_parser = clap::value_parser!(u32).range(0..=600))]
    leeway: u32,
}

/// The kinds of token that can be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Kind {
    /// Any JWT
    Any,
    /// An access token of RFC 9068
    AccessToken,
    /// A ScaiKey service token
    Service,
    /// An OpenID Connect ID token
    IdToken,
}

/// What it is, how it is called, what it does: the order of a manual page.
const HELP: &str = "\
scaikey decode - {about}

{usage-heading} {usage}

{before-help}{all-args}{after-help}";

const DESCRIPTION: &str = "\
TOKEN may be anything that holds a token: the token itself, an Authorization header, a curl command, a whole token \
response, a line of a .env file. What was cut away is said.

Without --jwks nothing is fetched and the signature is not checked. The token itself never leaves this computer, and \
keys or addresses of keys in its header are never used.";

const AFTER_HELP: &str = r#"Exit codes:
  0  the signature was verified and every check that was made passed
  1  an argument is wrong, or there is nothing to read
  2  there is no token in what was given
  3  decoded, but the signature was not checked
  4  the signature was refused
  5  expired or not yet valid
  6  another check of a claim failed
  7  the keys could not be had

  Where several apply, the first of 2, 7, 4, 5, 6, 3 is taken. Only 0 says that
  the token can be trusted: without the signature checked, 5 and 6 are what the
  token says of itself.

Environment, where --jwks names a URL:
  HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY
     the proxy that is used
  SSL_CERT_FILE, SSL_CERT_DIR
     on Linux, where the trusted certificates are

Examples:
  Read a token from the clipboard (Linux, macOS, Windows):
    wl-paste | scaikey decode
    pbpaste | scaikey decode
    powershell Get-Clipboard | scaikey decode

  Check it with the keys that the ScaiKey publishes:
    KEYS="$SCAIKEY/api/v1/platform/.well-known/jwks.json"
    scaikey decode - --jwks "$KEYS" < token.txt

  One claim, for a script; numbers keep every digit:
    scaikey decode - --json < token.txt | jq -r .payload.sub

  Renew only when it is needed:
    scaikey decode - < token.txt > /dev/null || test $? -ne 5 || renew"#;

/// Exit codes, as the help lists them.
mod code {
    pub(super) const VERIFIED: u8 = 0;
    pub(super) const USAGE: u8 = 1;
    pub(super) const NO_TOKEN: u8 = 2;
    pub(super) const NOT_CHECKED: u8 = 3;
    pub(super) const SIGNATURE_REFUSED: u8 = 4;
    pub(super) const NOT_NOW: u8 = 5;
    pub(super) const CLAIM_REFUSED: u8 = 6;
    pub(super) const NO_KEYS: u8 = 7;
}

/// The longest input that is read, in bytes. The inspector takes no more either.
const LONGEST_INPUT: u64 = paste::LONGEST_TEXT as u64 + 1;

/// The longest file of keys that is read, in bytes.
const LONGEST_KEYS: u64 = 1024 * 1024 + 1;

pub(crate) fn run(arguments: &Arguments) -> Result<u8, Failure> {
    let text = input(arguments)?;
    let keys = match &arguments.jwks {
        Some(place) => KeySource::Pasted { text: keys(place)? },
        None => KeySource::Automatic,
    };
    let expected = ExpectedValues {
        issuer: arguments.issuer.clone().unwrap_or_default(),
        audience: arguments.audience.clone().unwrap_or_default(),
        profile: match arguments.kind {
            None => TokenProfile::Automatic,
            Some(Kind::Any) => TokenProfile::Any,
            Some(Kind::AccessToken) => TokenProfile::AccessToken,
            Some(Kind::Service) => TokenProfile::ScaikeyService,
            Some(Kind::IdToken) => TokenProfile::IdToken,
        },
        leeway_seconds: arguments.leeway,
        ..ExpectedValues::default()
    };
    let known = Known { now_ms: SystemClock.wall(), issuers: Vec::new() };
    let inspection = inspect(text.expose(), 0, &keys, &expected, &known);
    if let (Some(_), Some(error)) = (&arguments.jwks, &inspection.keys.error) {
        return Err(Failure::new(code::NO_KEYS, error.clone()));
    }
    let code = exit_code(&inspection);
    let mut out = BufWriter::new(io::stdout().lock());
    let written = if arguments.json {
        report::json(&mut out, &inspection, code)
    } else {
        report::text(&mut out, &inspection, known.now_ms)
    };
    match written.and_then(|()| out.flush()) {
        Ok(()) => Ok(code),
        // Who reads it has seen enough, as `head` does; the verdict is the same.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(code),
        Err(error) => {
            Err(Failure::new(code::USAGE, format!("standard output could not be written: {error}")))
        }
    }
}

/// The text that holds the token.
fn input(arguments: &Arguments) -> Result<Secret, Failure> {
    match arguments.token.as_deref() {
        Some("-") => {}
        Some(token) => return Ok(Secret::new(token)),
        None if io::stdin().is_terminal() => {
            let what = "there is no token: give it as an argument, or pipe it in (see scaikey decode --help)";
            return Err(Failure::new(code::USAGE, what));
        }
        None => {}
    }
    let mut bytes = Vec::new();
    io::stdin()
        .lock()
        .take(LONGEST_INPUT)
        .read_to_end(&mut bytes)
        .map_err(|error| Failure::new(code::USAGE, format!("standard input could not be read: {error}")))?;
    Ok(Secret::new(text(bytes)))
}

/// Bytes as text: UTF-8, or UTF-16 where they begin by saying so, as what PowerShell writes to a file does. What is
/// neither is no token; the inspector says what it is instead.
fn text(bytes: Vec<u8>) -> String {
    let units = |of: fn([u8; 2]) -> u16| -> Vec<u16> {
        let (pairs, _) = bytes.as_chunks::<2>();
        pairs.iter().skip(1).map(|pair| of(*pair)).collect()
    };
    match bytes.as_slice() {
        [0xff, 0xfe, ..] => String::from_utf16_lossy(&units(u16::from_le_bytes)),
        [0xfe, 0xff, ..] => String::from_utf16_lossy(&units(u16::from_be_bytes)),
        _ => String::from_utf8(bytes).unwrap_or_else(|e| String::from_utf8_lossy(e.as_bytes()).into_owned()),
    }
}

/// The text of the keys at a URL or in a file.
fn keys(place: &str) -> Result<Secret, Failure> {
    let failed = |what: String| Failure::new(code::NO_KEYS, what);
    match Url::parse(place) {
        Ok(url) if matches!(url.scheme(), "http" | "https") => {
            safe_endpoint(&url).map_err(|why| Failure::new(code::USAGE, format!("--jwks {place}: {why}")))?;
            fetch(&url).map_err(failed)
        }
        _ => {
            let unreadable = |error: io::Error| failed(format!("{place} could not be read: {error}"));
            let mut bytes = Vec::new();
            File::open(Path::new(place))
                .and_then(|file| file.take(LONGEST_KEYS).read_to_end(&mut bytes))
                .map_err(unreadable)?;
            Ok(Secret::new(text(bytes)))
        }
    }
}

/// Fetches published keys (RFC 7517 §5), by the same client as the app's.
fn fetch(url: &Url) -> Result<Secret, String> {
    let words = |error| {
        let ErrorView { title, help, .. } = error;
        format!("{title} {help}")
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| format!("the keys could not be fetched: {error}"))?;
    let http = Http::new(concat!("scaikey/", env!("CARGO_PKG_VERSION")));
    let network = Network { proxy: Proxy::System, extra_ca: String::new() };
    let about = About { purpose: Purpose::Keys, instance: None, application: None };
    let request = metadata::get(Stage::Keys, url);
    let sent = runtime.block_on(http.send(about, &network, &request, &SystemClock));
    let response = sent.outcome.map_err(|error| words(error.into()))?;
    metadata::read_keys(url, &response).map_err(|error| words(error.into()))?;
    // It was read as keys, so it is UTF-8.
    Ok(Secret::new(String::from_utf8_lossy(&response.body)))
}

/// What the inspection comes to, as the help lists it.
fn exit_code(inspection: &Inspection) -> u8 {
    let Some(details) = &inspection.details else { return code::NO_TOKEN };
    if details.kind == TokenKind::Opaque {
        return code::NO_TOKEN;
    }
    let failed = |names: &[CheckName]| {
        let failed = |check: &Check| check.outcome == Outcome::Failed && names.contains(&check.name);
        details.checks.iter().any(failed)
    };
    if failed(&[CheckName::Signature, CheckName::Algorithm, CheckName::Critical]) {
        return code::SIGNATURE_REFUSED;
    }
    if failed(&[CheckName::Time]) {
        return code::NOT_NOW;
    }
    if details.checks.iter().any(|check| check.outcome == Outcome::Failed) {
        return code::CLAIM_REFUSED;
    }
    match details.verdict {
        scaikey_core::contract::Verdict::Verified => code::VERIFIED,
        _ => code::NOT_CHECKED,
    }
}
