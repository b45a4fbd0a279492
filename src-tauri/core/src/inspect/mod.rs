//! The inspector: from a pasted text to a token read, explained and checked, and two tokens side by side. Pure:
//! the window and the command line call the same functions, and neither clock nor network is read here.

pub mod compare;
mod keys;
pub mod paste;

use crate::contract::{
    Check, CheckName, ExpectedValues, FoundToken, Inspection, KeySource, Outcome, PasteView, SignatureRow,
    TokenDetails, TokenKind, TokenProfile,
};
use crate::jwt::words::visible;
use crate::jwt::{
    Decoded, Expectations, IssuerExpectation, JsonSignature, JwkSet, Profile, Reader, ScaiKeyForms,
    SignatureVerdict, Values, check, decode_unverified, explain, explain_header, life_of, recognise,
    too_long_for_a_header, verdict, verify,
};
use crate::model::InstanceId;
use keys::Ring;

/// The most characters that are shown of a payload that is no JSON object.
const LONGEST_TEXT: usize = 10_000;

/// What is known when a token is looked at.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// This computer's clock, in Unix milliseconds.
    pub now_ms: i64,
    /// The issuers whose keys may be used, the saved instances first.
    pub issuers: Vec<KnownIssuer>,
}

/// An issuer that is known: a saved instance, or one whose keys were fetched for the inspector.
#[derive(Debug, Clone)]
pub struct KnownIssuer {
    /// The saved instance with its name; `None` for one that is not saved.
    pub instance: Option<(InstanceId, String)>,
    /// What it publishes as its `issuer` (RFC 8414 §2). A ScaiKey may have several, one for each tenant.
    pub issuers: Vec<String>,
    /// The base URL of a ScaiKey, whose tokens have been seen with two forms of issuer (contract 3.4).
    pub scaikey_base: Option<String>,
    /// Its keys, where they are in memory.
    pub keys: Option<JwkSet>,
    /// When they were fetched, in Unix milliseconds.
    pub keys_fetched_at: Option<i64>,
    /// Why keys could not be had the last time, in a sentence.
    pub keys_error: Option<String>,
    /// The server's clock minus this computer's, in milliseconds.
    pub clock_offset_ms: Option<i64>,
}

impl KnownIssuer {
    /// Whether a token that names this `iss` is this issuer's: exactly, or in one of ScaiKey's forms.
    fn issued(&self, iss: &str) -> bool {
        self.publishes(iss) || self.forms().is_some_and(|forms| forms.include(iss))
    }

    fn publishes(&self, iss: &str) -> bool {
        self.issuers.iter().any(|issuer| issuer == iss)
    }

    fn forms(&self) -> Option<ScaiKeyForms<'_>> {
        self.scaikey_base.as_deref().map(|base| ScaiKeyForms { base })
    }
}

/// Looks at a pasted text: `choice` names one of the tokens in it, from 0. It never fails: it says what it found and
/// what is wrong with it. No key is fetched for it, and none that the token brings or points to is used.
#[must_use]
pub fn inspect(
    text: &str,
    choice: usize,
    source: &KeySource,
    expected: &ExpectedValues,
    known: &Known,
) -> Inspection {
    let pasted = paste::find(text);
    let choice = choice.min(pasted.tokens.len().saturating_sub(1));
    let decoded: Vec<Decoded> = pasted.tokens.iter().map(|found| decode_unverified(&found.token)).collect();
    let found = pasted
        .tokens
        .iter()
        .zip(&decoded)
        .map(|(found, decoded)| FoundToken { name: found.name.clone(), kind: decoded.kind })
        .collect();
    let chosen = pasted.tokens.into_iter().zip(decoded).nth(choice);
    let look = chosen.as_ref().map(|(found, decoded)| Look::new(&found.token, decoded, source, known));
    let keys = look.as_ref().map_or_else(|| Ring::of(source, None, known).view(None), Look::keys_view);
    let clock_offset_ms = look.as_ref().and_then(Look::clock_offset_ms);
    let details = look.as_ref().map(|look| look.details(expected));
    let (token, cut) = chosen.map(|(found, _)| (found.token, found.cut)).unwrap_or_default();
    Inspection {
        paste: PasteView {
            found,
            choice: u32::try_from(choice).unwrap_or(u32::MAX),
            token,
            cut,
            problem: pasted.problem,
        },
        details,
        keys,
        clock_offset_ms,
    }
}

/// One token with the keys it is checked with.
struct Look<'a> {
    token: &'a str,
    decoded: &'a Decoded,
    known: &'a Known,
    ring: Ring<'a>,
    /// Whose token it is, where that is known: by the keys that were chosen, or by its `iss`.
    issuer: Option<&'a KnownIssuer>,
    signature: Option<SignatureVerdict>,
}

impl<'a> Look<'a> {
    fn new(token: &'a str, decoded: &'a Decoded, source: &KeySource, known: &'a Known) -> Self {
        let iss = decoded.payload.as_ref().and_then(|payload| payload.str("iss"));
        let ring = Ring::of(source, iss.as_deref(), known);
        let with = |keys: &JwkSet| match decoded.kind {
            TokenKind::Jwt => Some(verify(token, decoded, keys)),
            TokenKind::JwsJson => together(&verify_each(decoded, keys)),
            TokenKind::Jwe | TokenKind::Opaque => None,
        };
        let signature = ring.keys().and_then(with);
        let by_iss = || iss.as_deref().and_then(|iss| known.issuers.iter().find(|issuer| issuer.issued(iss)));
        let issuer = ring.issuer().or_else(by_iss);
        Self { token, decoded, known, ring, issuer, signature }
    }

    /// The signatures of a JWS in its JSON form, one by one.
    fn signature_rows(&self) -> Vec<SignatureRow> {
        let verdicts = self.ring.keys().map(|keys| verify_each(self.decoded, keys));
        let row = |(index, signature): (usize, &JsonSignature)| {
            let verdict = verdicts.as_ref().and_then(|verdicts| verdicts.get(index));
            let (outcome, reason) = match verdict {
                Some(verdict) => verdict.in_words(),
                None => (Outcome::Skipped, self.ring.unavailable().unwrap_or_default().to_owned()),
            };
            let reason = match signature.unprotected.iter().any(|name| name == "alg") {
                true => format!("{reason}; the signature does not protect alg"),
                false => reason,
            };
            let header = signature.decoded.header.as_ref();
            SignatureRow { header_json: header.map(|header| header.members().pretty()), outcome, reason }
        };
        self.decoded.signatures.iter().enumerate().map(row).collect()
    }

    fn clock_offset_ms(&self) -> Option<i64> {
        self.issuer.and_then(|issuer| issuer.clock_offset_ms)
    }

    fn keys_view(&self) -> crate::contract::KeysView {
        let mut ring = self.ring.view(self.signature.as_ref());
        if matches!(self.decoded.kind, TokenKind::Jwe | TokenKind::Opaque) {
            ring.offers.clear();
        }
        ring
    }

    /// Whether ScaiKey's own claims mean something in it: its issuer is a saved ScaiKey, it is judged as a ScaiKey's
    /// token, or it has claims that only ScaiKey documents.
    fn is_scaikey(&self, profile: TokenProfile) -> bool {
        match self.issuer {
            Some(issuer) => issuer.scaikey_base.is_some(),
            None => profile == TokenProfile::ScaikeyService || self.scaikey_claim().is_some(),
        }
    }

    /// A claim that ScaiKey documents and no standard knows (contract 3.2), with a value that it documents.
    fn scaikey_claim(&self) -> Option<&'static str> {
        let claims = self.decoded.payload.as_ref()?;
        let says = |name, values: &[&str]| claims.str(name).is_some_and(|value| values.contains(&&*value));
        if says("app_scope", &["GLOBAL", "PARTNER", "TENANT"]) {
            return Some("app_scope");
        }
        if says("token_type", &["client_credentials"]) {
            return Some("token_type");
        }
        (claims.raw("platform_token") == Some("true")).then_some("platform_token")
    }

    fn checks(&self, expected: &ExpectedValues, profile: Profile) -> Vec<Check> {
        let wanted = |text: &'_ str| (!text.is_empty()).then(|| text.to_owned());
        let iss = self.decoded.payload.as_ref().and_then(|payload| payload.str("iss"));
        let published = wanted(&expected.issuer).or_else(|| {
            let issuers = &self.issuer?.issuers;
            issuers.iter().find(|issuer| Some(*issuer) == iss.as_ref()).or_else(|| issuers.first()).cloned()
        });
        let forms = self.issuer.and_then(KnownIssuer::forms).filter(|_| expected.issuer.is_empty());
        let (audience, nonce) = (wanted(&expected.audience), wanted(&expected.nonce));
        let access_token = wanted(expected.access_token.expose());
        let fetched_at = self.ring.fetched_at();
        check(
            self.decoded,
            &Expectations {
                issuer: IssuerExpectation { published: published.as_deref(), scaikey_forms: forms },
                request: None,
                values: Some(Values {
                    profile,
                    audience: audience.as_deref(),
                    nonce: nonce.as_deref(),
                    access_token: access_token.as_deref(),
                }),
                now_ms: self.known.now_ms,
                clock_offset_ms: self.clock_offset_ms(),
                signature: self.signature.as_ref(),
                keys_unavailable: self.ring.unavailable(),
                keys_age_ms: fetched_at.map(|at| self.known.now_ms.saturating_sub(at)),
                leeway_seconds: i64::from(expected.leeway_seconds),
            },
        )
    }

    fn details(&self, expected: &ExpectedValues) -> TokenDetails {
        let decoded = self.decoded;
        let scaikey = self.is_scaikey(expected.profile);
        let profile = match expected.profile {
            TokenProfile::Automatic => Profile::of(decoded, scaikey),
            TokenProfile::Any => Profile::Any,
            TokenProfile::AccessToken => Profile::AccessToken,
            TokenProfile::ScaikeyService => Profile::ScaiKeyService,
            TokenProfile::IdToken => Profile::IdToken,
        };
        let checks = self.checks(expected, profile);
        let issuer_matches = self.issuer.is_some() && exactly_passed(&checks, CheckName::Issuer);
        let reader = Reader { client_id: None, issuer_matches, now_ms: self.known.now_ms, scaikey };
        let mut notes = Vec::new();
        if let (None, Some(claim)) = (self.issuer, self.scaikey_claim()) {
            notes.push(format!(
                "Its issuer is not known here. It is read as a token of a ScaiKey because it has {claim}."
            ));
        }
        let checked = Checked { checks, signatures: self.signature_rows(), notes };
        describe(0, self.token, decoded, &reader, checked)
    }
}

/// What checking a token came to.
#[derive(Debug, Default)]
pub struct Checked {
    /// The checks, in order.
    pub checks: Vec<Check>,
    /// Each signature of a JWS in its JSON form.
    pub signatures: Vec<SignatureRow>,
    /// What is odd about where the token came from.
    pub notes: Vec<String>,
}

/// A token that was checked, with everything that can be said of it. `token_id` tells it from other tokens.
#[must_use]
pub fn describe(
    token_id: u64,
    token: &str,
    decoded: &Decoded,
    reader: &Reader<'_>,
    Checked { checks, signatures, mut notes }: Checked,
) -> TokenDetails {
    notes.extend(too_long_for_a_header(token));
    TokenDetails {
        token_id,
        kind: decoded.kind,
        header_json: decoded.header.as_ref().map(|header| header.members().pretty()),
        payload_json: decoded.payload.as_ref().map(|payload| payload.pretty()),
        payload_text: decoded.payload_text.as_deref().map(payload_text),
        recognised: recognise(token, decoded, reader.scaikey),
        life: life_of(decoded),
        header: explain_header(decoded),
        claims: explain(decoded, reader),
        signatures,
        problems: decoded.problems.clone(),
        verdict: verdict(&checks, decoded.kind),
        checks,
        notes,
    }
}

/// A payload that is no JSON object, made visible and cut.
fn payload_text(text: &str) -> String {
    let shown: String = text.chars().take(LONGEST_TEXT).collect();
    let cut = if shown.len() < text.len() { "…" } else { "" };
    format!("{}{cut}", visible(&shown))
}

/// Verifies each signature of a JWS in its JSON form.
fn verify_each(decoded: &Decoded, keys: &JwkSet) -> Vec<SignatureVerdict> {
    let one = |signature: &JsonSignature| verify(&signature.compact, &signature.decoded, keys);
    decoded.signatures.iter().map(one).collect()
}

/// What the signatures of one JWS come to: the first that does not hold, else the first.
fn together(verdicts: &[SignatureVerdict]) -> Option<SignatureVerdict> {
    let fails = |verdict: &&SignatureVerdict| !matches!(verdict, SignatureVerdict::Valid { .. });
    verdicts.iter().find(fails).or_else(|| verdicts.first()).cloned()
}

/// Passed, without a remark that it does so only nearly.
fn exactly_passed(checks: &[Check], name: CheckName) -> bool {
    checks.iter().any(|check| check.name == name && check.outcome == Outcome::Passed && check.note.is_none())
}

#[cfg(test)]
mod tests;
