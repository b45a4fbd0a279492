//! Keys for the inspector: which issuers are known, and the fetching of keys that the user asked for. Pure.

use super::event::{Answer, Answered, Effect, ReplyId};
use super::state::{EndpointSet, FetchedIssuer, State};
use super::update::{begin_discovery, begin_keys, is_stale};
use super::view::keys_of;
use crate::contract::{AppError, ErrorView, Field, KeyOffer, Problem, Severity};
use crate::inspect::compare::Side;
use crate::inspect::{Known, KnownIssuer};
use crate::jwt::JwkSet;
use crate::model::{Application, ApplicationId, EndpointKey, Instance, InstanceId, InstanceKind};
use crate::oauth::metadata::{issuer_urls, resolve};
use crate::oauth::refusal::shown;

/// The most issuers that are not saved whose keys are kept.
const MOST_ISSUERS: usize = 16;

/// Keys that came this long ago, in milliseconds, are not fetched again: a second click, or two windows of time.
const JUST_FETCHED_MS: i64 = 10_000;

/// The user wants keys to be fetched.
pub(super) fn want(state: &mut State, offer: KeyOffer, reply: ReplyId, effects: &mut Vec<Effect>) {
    match offer {
        KeyOffer::Instance { instance, .. } => want_of_instance(state, instance, reply, effects),
        KeyOffer::Issuer { issuer } => want_of_issuer(state, issuer, reply, effects),
    }
}

/// Fetches the keys of a saved instance, by the discovery document as it is now where the last try failed. They
/// stand where its applications' tokens find them too.
pub(super) fn want_of_instance(state: &mut State, id: InstanceId, reply: ReplyId, effects: &mut Vec<Effect>) {
    let (attempt, now) = (state.number(), state.now);
    let Some(instance) = state.config.instance(id) else {
        effects.push(Effect::Reply { to: reply, result: Err(AppError::not_found("instance")) });
        return;
    };
    let key = key_of(state, instance);
    let set = state.endpoints.entry((id, key.clone())).or_default();
    let under_way = set.fetching_keys.is_some() || set.discovering.is_some();
    let failed = set.keys_error.is_some() || set.discovery_error.is_some();
    if !under_way && !failed && is_new(set.keys_fetched, now.boot) {
        effects.push(Effect::Reply { to: reply, result: Ok(Answer::Done) });
        return;
    }
    set.awaiting_keys.push(reply);
    if under_way {
        return;
    }
    if failed || is_stale(set, now) {
        begin_discovery(set, instance, key, attempt, now, effects);
    } else {
        begin_awaited(state, id, &key, effects);
    }
}

/// Begins to fetch the keys that somebody waits for, now that their address is known, or says why it is not.
pub(super) fn begin_awaited(state: &mut State, id: InstanceId, key: &EndpointKey, effects: &mut Vec<Effect>) {
    let (attempt, now) = (state.number(), state.now);
    let Some(instance) = state.config.instance(id) else { return };
    let Some(set) = state.endpoints.get_mut(&(id, key.clone())) else { return };
    if set.awaiting_keys.is_empty() || set.fetching_keys.is_some() {
        return;
    }
    begin_keys(set, instance, key.clone(), attempt, now, effects);
    if set.fetching_keys.is_none() {
        let unknown = || AppError::EndpointUnknown { endpoint: "jwks_uri".to_owned() };
        let error = set.discovery_error.clone().unwrap_or_else(unknown);
        answer_awaiting(set, &Err(error), effects);
    }
}

/// Answers everybody who waits for the keys of an endpoint set.
pub(super) fn answer_awaiting(
    set: &mut EndpointSet,
    result: &Result<(), AppError>,
    effects: &mut Vec<Effect>,
) {
    for to in std::mem::take(&mut set.awaiting_keys) {
        effects.push(Effect::Reply { to, result: result.clone().map(|()| Answer::Done) });
    }
}

/// The endpoint set whose keys are fetched and used: the one whose keys are the newest, else the first that an
/// application uses. A ScaiKey has the same keys in both flavours (contract 7).
fn key_of(state: &State, instance: &Instance) -> EndpointKey {
    let keys = keys_of(instance);
    let fetched = |key: &EndpointKey| state.endpoints.get(&(instance.id, key.clone()))?.keys_fetched;
    let newest = keys.iter().filter(|key| fetched(key).is_some()).max_by_key(|key| fetched(key)).cloned();
    let used = || instance.applications.first().map(Application::endpoint_key);
    let own = || match instance.kind {
        InstanceKind::ScaiKey { .. } => EndpointKey::Platform,
        InstanceKind::OpenIdProvider { .. } => EndpointKey::Provider,
    };
    newest.or_else(used).unwrap_or_else(own)
}

fn is_new(fetched: Option<i64>, now: i64) -> bool {
    fetched.is_some_and(|at| now - at < JUST_FETCHED_MS)
}

/// Fetches the keys of an issuer that is not saved. Whoever asks while they are on their way gets them too.
fn want_of_issuer(state: &mut State, issuer: String, reply: ReplyId, effects: &mut Vec<Effect>) {
    let known = state.issuers.iter().find(|known| known.issuer == issuer);
    if known.is_some_and(|known| known.keys_error.is_none() && is_new(known.keys_fetched, state.now.boot)) {
        effects.push(Effect::Reply { to: reply, result: Ok(Answer::Done) });
        return;
    }
    if let Some(waiting) = state.awaiting_issuers.get_mut(&issuer) {
        waiting.push(reply);
        return;
    }
    match issuer_urls(&issuer) {
        Ok(urls) => {
            state.awaiting_issuers.insert(issuer.clone(), vec![reply]);
            effects.push(Effect::FetchIssuer { issuer, urls });
        }
        Err(why) => {
            let message = format!("The issuer {} is not asked: {why}", shown(&issuer));
            let problem = Problem { field: Field::Url, severity: Severity::Error, message };
            let result = Err(AppError::InvalidInput { problems: vec![problem] });
            effects.push(Effect::Reply { to: reply, result });
        }
    }
}

/// The keys of an issuer came, or not. Keys from before stay: an old key still verifies an old token (F-JWK-9).
pub(super) fn take_issuer(
    state: &mut State,
    issuer: String,
    answer: Answered<JwkSet>,
    effects: &mut Vec<Effect>,
) {
    let known = state.issuers.iter().position(|known| known.issuer == issuer);
    let known = known.and_then(|at| state.issuers.remove(at));
    let waiting = state.awaiting_issuers.remove(&issuer).unwrap_or_default();
    let mut known = known.unwrap_or_else(|| FetchedIssuer { issuer, ..FetchedIssuer::default() });
    known.clock_offset_ms = answer.clock_offset_ms.or(known.clock_offset_ms);
    let result = match answer.result {
        Ok(keys) => {
            known.keys = Some(keys);
            known.keys_fetched = Some(state.now.boot);
            known.keys_error = None;
            Ok(())
        }
        Err(error) => {
            known.keys_error = Some(error.clone());
            Err(AppError::IssuerKeys { issuer: known.issuer.clone(), cause: Box::new(error) })
        }
    };
    state.issuers.push_back(known);
    while state.issuers.len() > MOST_ISSUERS {
        state.issuers.pop_front();
    }
    for to in waiting {
        effects.push(Effect::Reply { to, result: result.clone().map(|()| Answer::Done) });
    }
}

impl State {
    /// What is known when a pasted token is looked at.
    pub(super) fn known(&self) -> Known {
        let saved = self.config.instances.iter().map(|instance| self.known_instance(instance));
        let fetched = self.issuers.iter().map(|known| KnownIssuer {
            instance: None,
            issuers: vec![known.issuer.clone()],
            scaikey_base: None,
            keys: known.keys.clone(),
            keys_fetched_at: known.keys_fetched.map(|at| self.wall(at)),
            keys_error: known.keys_error.as_ref().map(in_words),
            clock_offset_ms: known.clock_offset_ms,
        });
        Known { now_ms: self.now.wall, issuers: saved.chain(fetched).collect() }
    }

    fn known_instance(&self, instance: &Instance) -> KnownIssuer {
        let set_of = |key: &EndpointKey| self.endpoints.get(&(instance.id, key.clone()));
        let mut issuers = Vec::new();
        for key in keys_of(instance) {
            let metadata = set_of(&key).and_then(|set| set.metadata.as_ref());
            if let Some((issuer, _)) = resolve(instance, &key, metadata).issuer
                && !issuers.contains(&issuer)
            {
                issuers.push(issuer);
            }
        }
        let set = set_of(&key_of(self, instance));
        let keys = set.and_then(|set| set.keys.as_ref());
        let error = set.and_then(|set| {
            let undiscovered = || set.discovery_error.as_ref().filter(|_| keys.is_none());
            set.keys_error.as_ref().or_else(undiscovered)
        });
        KnownIssuer {
            instance: Some((instance.id, instance.name.clone())),
            issuers,
            scaikey_base: match &instance.kind {
                InstanceKind::ScaiKey { base } => Some(base.as_str().to_owned()),
                InstanceKind::OpenIdProvider { .. } => None,
            },
            keys: keys.cloned(),
            keys_fetched_at: set.and_then(|set| set.keys_fetched).map(|at| self.wall(at)),
            keys_error: error.map(in_words),
            clock_offset_ms: self.clock_offsets.get(&instance.id).copied(),
        }
    }

    /// An application's token for comparing: the one in hand, or one of its history.
    ///
    /// # Errors
    /// [`AppError::NotFound`], [`AppError::NoToken`].
    pub(super) fn side(&self, application: ApplicationId, token: Option<u64>) -> Result<Side, AppError> {
        let (instance, found) = self.find(application).ok_or_else(|| AppError::not_found("application"))?;
        let slot = self.slots.get(&application);
        let in_hand = slot.and_then(|slot| slot.token.as_deref());
        let in_hand = in_hand.filter(|in_hand| token.is_none_or(|id| id == in_hand.id));
        let (mut side, received) = match (in_hand, token) {
            (Some(in_hand), _) => {
                (Side::read(&found.name, in_hand.response.access_token.expose()), in_hand.received)
            }
            (None, None) => return Err(AppError::NoToken),
            (None, Some(id)) => {
                let past = slot.and_then(|slot| slot.history.iter().find(|past| past.id == id));
                let past = past.ok_or_else(|| AppError::not_found("token"))?;
                (past.side(&found.name), past.received)
            }
        };
        side.received_at = Some(self.wall(received));
        side.scaikey = matches!(instance.kind, InstanceKind::ScaiKey { .. });
        Ok(side)
    }
}

/// Why keys could not be had, in a sentence.
fn in_words(error: &AppError) -> String {
    ErrorView::from(error.clone()).title
}
