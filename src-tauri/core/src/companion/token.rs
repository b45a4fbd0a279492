//! From a token answer to a token with everything that is known of it.

use super::state::{EndpointSet, State, TokenSet, TokenSlot};
use crate::contract::{PastToken, TokenDetails, TokenKind, TokenView, Verdict};
use crate::inspect::{self, Checked};
use crate::jwt::words::duration;
use crate::jwt::{
    Decoded, Expectations, IssuerExpectation, Reader, Request, ScaiKeyForms, SignatureVerdict, Time, check,
    decode_unverified, verdict, verify,
};
use crate::model::{Application, ApplicationId, Instance, InstanceKind};
use crate::oauth::metadata::resolve;
use crate::oauth::token_response::TokenResponse;
use crate::ports::Now;
use crate::schedule;

/// How much of header and payload the page gets before *Show*, in characters.
const PREVIEW: usize = 64;

/// Ends of a token that differ by less are called the same: clocks and the way take their time.
const ENDS_AGREE_MS: i64 = 10_000;

/// The default leeway of the time check, in seconds.
const LEEWAY_SECONDS: i64 = 0;

/// Where an application's token stands: what to judge it by.
pub(super) struct Standing<'a> {
    pub(super) instance: &'a Instance,
    pub(super) application: &'a Application,
    pub(super) endpoints: Option<&'a EndpointSet>,
    pub(super) clock_offset_ms: Option<i64>,
    pub(super) default_margin_seconds: Option<u32>,
    pub(super) now: Now,
}

impl State {
    /// What an application's token is judged by.
    pub(super) fn standing(&self, id: ApplicationId) -> Option<Standing<'_>> {
        let (instance, application) = self.find(id)?;
        Some(Standing {
            instance,
            application,
            endpoints: self.endpoints.get(&(instance.id, application.endpoint_key())),
            clock_offset_ms: self.clock_offsets.get(&instance.id).copied(),
            default_margin_seconds: self.config.default_margin_seconds,
            now: self.now,
        })
    }
}

impl Standing<'_> {
    /// Takes in a token answer. `id` and `count` number it.
    pub(super) fn take(&self, id: u64, mut response: TokenResponse) -> TokenSet {
        let decoded = decode_unverified(response.access_token.expose());
        let answered = response.expires_in.map(|seconds| i64::from(seconds) * 1_000);
        let own = self.life_of(&decoded);
        let differ = self.own_end_is_another(answered, own);
        if let Some(note) = &differ {
            response.notes.push(note.clone());
        }
        // The answer's word counts (RFC 6749 §5.1), unless the token itself ends sooner: an API goes by `exp`.
        let life = match (answered, own) {
            (Some(answered), Some(own)) if differ.is_some() => Some(answered.min(own)),
            (answered, own) => answered.or(own),
        };
        let scopes = granted_scopes(&decoded, &response).unwrap_or_default();
        let subject = decoded.payload.as_ref().and_then(|payload| payload.str("sub"));
        let mut token = TokenSet {
            id,
            kind: decoded.kind,
            received: self.now.boot,
            expires: life.map(|life| self.now.boot.saturating_add(life)),
            life,
            renews: None,
            scopes,
            subject_is_client: subject.map(|subject| subject == self.application.client_id),
            signature: None,
            verdict: Verdict::Pending,
            checked: 0,
            ended: false,
            response,
            exchange: None,
        };
        self.plan_renewal(&mut token);
        self.judge(&mut token);
        token
    }

    /// What to say where answer and token name different ends, in milliseconds from now. Without the server's
    /// clock nothing is said: this computer's may be the one that is wrong.
    fn own_end_is_another(&self, answered: Option<i64>, own: Option<i64>) -> Option<String> {
        self.clock_offset_ms?;
        let (answered, own) = (answered?, own?);
        ((answered - own).abs() > ENDS_AGREE_MS).then(|| {
            format!(
                "The answer says that the token lives {}, its own exp is {} away. The sooner one counts here.",
                duration(answered),
                duration(own)
            )
        })
    }

    /// The life of a token whose answer does not say it, from its `exp` and the server's clock.
    fn life_of(&self, decoded: &Decoded) -> Option<i64> {
        let Time::At(expires) = decoded.payload.as_ref()?.time("exp") else { return None };
        let server_now = self.now.wall.saturating_add(self.clock_offset_ms.unwrap_or(0));
        Some(expires.saturating_sub(server_now).clamp(0, 315_360_000_000))
    }

    /// Sets when a token is renewed.
    pub(super) fn plan_renewal(&self, token: &mut TokenSet) {
        token.renews = token.life.filter(|_| self.application.renewal.enabled).map(|life| {
            let spread = token.id ^ u64::from_le_bytes(first_bytes(self.application.id));
            schedule::renew_at(token.received, life, self.margin_seconds(), spread)
        });
    }

    /// The margin that was set for this application, or the default that was set.
    pub(super) fn margin_seconds(&self) -> Option<u32> {
        self.application.renewal.margin_seconds.or(self.default_margin_seconds)
    }

    /// Verifies the signature with the keys in hand and judges the whole. Returns true when other keys may
    /// help: none are there, or none has the token's `kid`.
    pub(super) fn judge(&self, token: &mut TokenSet) -> bool {
        let text = token.response.access_token.expose();
        let decoded = decode_unverified(text);
        let keys = self.endpoints.and_then(|set| set.keys.as_ref());
        token.signature = match (token.kind, keys) {
            (TokenKind::Jwt, Some(keys)) => Some(verify(text, &decoded, keys)),
            _ => None,
        };
        token.checked += 1;
        token.ended = !token.is_valid(self.now);
        token.verdict = verdict(&self.checks(token, &decoded), token.kind);
        match &token.signature {
            None => token.kind == TokenKind::Jwt,
            Some(SignatureVerdict::KeyNotFound { .. }) => true,
            Some(_) => false,
        }
    }

    fn checks(&self, token: &TokenSet, decoded: &Decoded) -> Vec<crate::contract::Check> {
        let resolved = resolve(
            self.instance,
            &self.application.endpoint_key(),
            self.endpoints.and_then(|set| set.metadata.as_ref()),
        );
        let base = match &self.instance.kind {
            InstanceKind::ScaiKey { base } => Some(base.as_str()),
            InstanceKind::OpenIdProvider { .. } => None,
        };
        // While keys are being fetched for an unknown `kid`, nothing is said of the signature yet.
        let fetching = self.endpoints.is_some_and(|set| set.fetching_keys.is_some());
        let unsure =
            |verdict: &&SignatureVerdict| fetching && matches!(verdict, SignatureVerdict::KeyNotFound { .. });
        let keys_unavailable = self.endpoints.and_then(|set| set.keys_error.as_ref()).map(unavailable);
        let keys_age_ms = self.endpoints.and_then(|set| set.keys_fetched).map(|at| self.now.boot - at);
        check(
            decoded,
            &Expectations {
                issuer: IssuerExpectation {
                    published: resolved.issuer.as_ref().map(|(issuer, _)| issuer.as_str()),
                    scaikey_forms: base.map(|base| ScaiKeyForms { base }),
                },
                request: Some(Request {
                    client_id: &self.application.client_id,
                    subject_documented: base.is_some(),
                    scopes: &self.application.scopes,
                    answered_scope: token.response.scope.as_deref(),
                }),
                values: None,
                now_ms: self.now.wall,
                clock_offset_ms: self.clock_offset_ms,
                signature: token.signature.as_ref().filter(|verdict| !unsure(verdict)),
                keys_unavailable: keys_unavailable.as_deref(),
                keys_age_ms,
                leeway_seconds: LEEWAY_SECONDS,
            },
        )
    }

    /// The token decoded, explained and checked.
    pub(super) fn details(&self, token: &TokenSet) -> TokenDetails {
        let text = token.response.access_token.expose();
        let decoded = decode_unverified(text);
        let checks = self.checks(token, &decoded);
        let issuer_matches = checks.iter().any(|check| {
            check.name == crate::contract::CheckName::Issuer
                && check.outcome == crate::contract::Outcome::Passed
                // With a note it is only one of the forms that were seen, not the published one.
                && check.note.is_none()
        });
        let reader = Reader {
            client_id: Some(&self.application.client_id),
            issuer_matches,
            now_ms: self.now.wall,
            scaikey: matches!(self.instance.kind, InstanceKind::ScaiKey { .. }),
        };
        let checked = Checked { checks, signatures: Vec::new(), notes: token.response.notes.clone() };
        inspect::describe(token.id, text, &decoded, &reader, checked)
    }

    /// The token as the snapshot shows it: of its text only the beginnings, of an opaque one nothing.
    pub(super) fn view(&self, token: &TokenSet, slot: &TokenSlot, wall: impl Fn(i64) -> i64) -> TokenView {
        let text = token.response.access_token.expose();
        let (header_preview, payload_preview) = match token.kind {
            TokenKind::Jwt => {
                let mut parts = text.split('.').map(|part| part.chars().take(PREVIEW).collect::<String>());
                (parts.next().unwrap_or_default(), parts.next().unwrap_or_default())
            }
            TokenKind::JwsJson | TokenKind::Jwe | TokenKind::Opaque => (String::new(), String::new()),
        };
        let no_renewal = match token.life {
            None if self.application.renewal.enabled => {
                Some("The server did not say how long it lives, so it is not renewed by itself.".to_owned())
            }
            _ => None,
        };
        TokenView {
            id: token.id,
            checked: token.checked,
            kind: token.kind,
            token_type: token.response.token_type.clone(),
            header_preview,
            payload_preview,
            exchange: token.exchange,
            received_at: wall(token.received),
            expires_at: token.expires.map(&wall),
            renews_at: token.renews.map(&wall),
            no_renewal,
            scopes: token.scopes.clone(),
            verdict: token.verdict.clone(),
            count: slot.count,
            history: slot
                .history
                .iter()
                .map(|past| PastToken { id: past.id, received_at: wall(past.received) })
                .collect(),
        }
    }
}

/// Why keys could not be had, in a few words.
fn unavailable(error: &crate::contract::AppError) -> String {
    use crate::contract::AppError;
    match error {
        AppError::EndpointNotFound { server } => format!("{} answered {}", server.url, server.status),
        AppError::ServerUnavailable { server } | AppError::ServerRefused { server } => {
            format!("{} answered {}", server.url, server.status)
        }
        AppError::NotJson { server, .. } => format!("{} answered with a page, not with keys", server.url),
        AppError::MalformedAnswer { what, .. } => what.clone(),
        AppError::EndpointUnknown { .. } => "no address for keys is known".to_owned(),
        AppError::HostNotFound { host } => format!("the host {host} was not found"),
        AppError::ConnectionRefused { address }
        | AppError::Unreachable { address, .. }
        | AppError::TimedOut { address, .. }
        | AppError::ConnectionClosed { address, .. }
        | AppError::Tls { address, .. } => format!("{address} could not be reached"),
        _ => "the keys could not be fetched".to_owned(),
    }
}

/// The scopes that were granted: the token's own claim before the answer's member.
fn granted_scopes(decoded: &Decoded, response: &TokenResponse) -> Option<Vec<String>> {
    let split = |text: &str| text.split(' ').filter(|scope| !scope.is_empty()).map(str::to_owned).collect();
    let payload = decoded.payload.as_ref();
    let claim = payload.and_then(|payload| payload.str("scope").or_else(|| payload.str("scp")));
    let list = payload.and_then(|payload| payload.strings("scope").or_else(|| payload.strings("scp")));
    match (claim, list, &response.scope) {
        (Some(text), _, _) => Some(split(&text)),
        (None, Some(list), _) => Some(list),
        (None, None, Some(text)) => Some(split(text)),
        (None, None, None) => None,
    }
}

fn first_bytes(id: ApplicationId) -> [u8; 8] {
    let mut bytes = [0; 8];
    for (to, from) in bytes.iter_mut().zip(id.0.as_bytes()) {
        *to = *from;
    }
    bytes
}
