//! What comes of an event: the heart of the companion, and pure. Read this first.

use super::change::plan;
use super::event::{
    Answer, Answered, Change, CopyGrant, Deleted, Effect, EndpointCall, Event, LastCall, ReplyId, TokenUse,
    TrashChange, WantedCall,
};
use super::keys;
use super::state::{Attempt, Candidate, EndpointSet, PendingUse, Phase, State, TokenSet, TokenSlot, Trash};
use crate::activity::About;
use crate::contract::{AppError, ExchangeId, HttpMethod, KeychainStatus, Purpose};
use crate::copy;
use crate::endpoint::refusal::SentToken;
use crate::jwt::words;
use crate::model::{
    Application, ApplicationId, Config, EndpointKey, Instance, InstanceId, InstanceKind, SecretId,
    SecretKeeping,
};
use crate::oauth::metadata::{discovery_urls, resolve};
use crate::oauth::token_request::TokenRequest;
use crate::oauth::token_response::TokenResponse;
use crate::ports::Now;
use crate::scaikey;
use crate::schedule;
use crate::walkthrough::{CallFacts, code};

/// A discovery document is read again after this time (1 h).
const METADATA_AGE_MS: i64 = 3_600_000;
/// A failed discovery is tried again after this time, when a token is requested.
const DISCOVERY_PAUSE_MS: i64 = 10_000;
/// Keys are fetched again for an unknown `kid` at most this often.
const KEYS_PAUSE_MS: i64 = 60_000;
/// Keys older than this are fetched again with the next token.
const KEYS_AGE_MS: i64 = 300_000;
/// How long a use waits for a renewal while the old token is still valid.
const USE_PATIENCE_MS: i64 = 5_000;
/// How long a deletion can be undone.
const UNDO_MS: i64 = 30_000;

/// Takes in an event at a time, and says what is to be done.
pub fn update(state: &mut State, event: Event, now: Now) -> Vec<Effect> {
    let mut effects = Vec::new();
    // Questions and the passing of time alone change nothing on the screen.
    let quiet = matches!(
        event,
        Event::Tick
            | Event::Inspect { .. }
            | Event::ReadKnown { .. }
            | Event::ReadSide { .. }
            | Event::Reveal { .. }
            | Event::RevealAnswer { .. }
            | Event::ReadCandidate { .. }
            | Event::ReadEventsSeen { .. }
            | Event::ReadSamples { .. }
            | Event::ReadRequestContext { .. }
            | Event::ReadConfig { .. }
            | Event::ReadActivity { .. }
            | Event::ReadExchange { .. }
    );
    let mut changed = observe_clocks(state, now, &mut effects);
    match event {
        Event::Tick => {}
        Event::RequestToken { application, reply } => {
            let result = begin(state, application, false, &mut effects).map(|()| Answer::Done);
            effects.push(Effect::Reply { to: reply, result });
        }
        Event::Use { application, purpose, reply } => {
            want_token(state, application, purpose, reply, &mut effects)
        }
        Event::CallAnswered { application, call, result, reply } => {
            // The application may have been deleted meanwhile; whoever asked gets the answer all the same.
            if let (Some(call), Some(slot)) = (call, state.slots.get_mut(&application)) {
                if call.method == HttpMethod::Get && scaikey::is_tenants(&call.path) {
                    let (status, duration_ms) = (call.status, call.duration_ms);
                    slot.tenants_call = Some(CallFacts { status, duration_ms });
                }
                slot.call = Some(*call);
            }
            effects.push(Effect::Reply { to: reply, result: result.map(Answer::Call) });
        }
        Event::ApiChecked { rows, reply } => {
            effects.push(Effect::Reply { to: reply, result: Ok(Answer::ApiCheck(rows)) });
        }
        Event::RevealAnswer { exchange, reply } => {
            let calls = state.slots.values().filter_map(|slot| slot.call.as_ref());
            let body = calls.filter(|call| call.exchange == exchange).find_map(|call| call.unmasked.clone());
            let result = body.map(Answer::Token).ok_or_else(|| AppError::not_found("answer"));
            effects.push(Effect::Reply { to: reply, result });
        }
        Event::Reveal { application, reply } => {
            let token = state.slots.get(&application).and_then(|slot| slot.token.as_ref());
            let result = token.map(|token| Answer::Token(token.response.access_token.clone()));
            effects.push(Effect::Reply { to: reply, result: result.ok_or(AppError::NoToken) });
        }
        Event::Inspect { application, reply } => {
            let token = state.slots.get(&application).and_then(|slot| slot.token.as_deref());
            let details = token.and_then(|token| Some(state.standing(application)?.details(token)));
            let result = details.map(|details| Answer::Details(Box::new(details))).ok_or(AppError::NoToken);
            effects.push(Effect::Reply { to: reply, result });
        }
        Event::ReadKnown { reply } => {
            let known = Answer::Known(Box::new(state.known()));
            effects.push(Effect::Reply { to: reply, result: Ok(known) });
        }
        Event::ReadSide { application, token, reply } => {
            let result = state.side(application, token).map(|side| Answer::Side(Box::new(side)));
            effects.push(Effect::Reply { to: reply, result });
        }
        Event::FetchKeys { offer, reply } => keys::want(state, offer, reply, &mut effects),
        Event::IssuerAnswered { issuer, answer } => keys::take_issuer(state, issuer, answer, &mut effects),
        Event::Proposed { application, secret, reply } => {
            let known = state.config.find(application).is_some();
            if known {
                state.candidates.insert(application, Candidate { secret, trials: None });
            }
            effects.push(Effect::KeepInSession(session_secrets_in_use(state)));
            let result = if known { Ok(Answer::Done) } else { Err(AppError::not_found("application")) };
            effects.push(Effect::Reply { to: reply, result });
        }
        Event::ReadCandidate { application, reply } => {
            let candidate = state.candidates.get(&application).map(|found| Answer::Candidate(found.secret));
            effects.push(Effect::Reply {
                to: reply,
                result: candidate.ok_or_else(|| AppError::not_found("secret")),
            });
        }
        Event::SecretsTried { application, secret, new, old, reply } => {
            let candidate = state.candidates.get_mut(&application);
            if let Some(candidate) = candidate.filter(|candidate| candidate.secret == secret) {
                candidate.trials = Some((new, old));
            }
            effects.push(Effect::Reply { to: reply, result: Ok(Answer::Done) });
        }
        Event::CandidateGone { application, switched, reply } => {
            if state.candidates.remove(&application).is_some() && switched {
                let count = state.slots.get(&application).map_or(0, |slot| slot.count);
                state.switches.insert(application, count);
            }
            effects.push(Effect::KeepInSession(session_secrets_in_use(state)));
            effects.push(Effect::Reply { to: reply, result: Ok(Answer::Done) });
        }
        Event::ReadRequestContext { walkthrough, reply } => {
            let context = Box::new(state.request_context(walkthrough));
            effects.push(Effect::Reply { to: reply, result: Ok(Answer::RequestContext(context)) });
        }
        Event::ReadSamples { application, reply } => {
            let result = match state.find(application) {
                Some(_) => {
                    let context = state.sample_context(application);
                    Ok(Answer::Samples(context.map(|context| code::samples(&context)).unwrap_or_default()))
                }
                None => Err(AppError::not_found("application")),
            };
            effects.push(Effect::Reply { to: reply, result });
        }
        Event::ReadEventsSeen { reply } => {
            let seen = Answer::EventsSeen(state.events_seen.clone());
            effects.push(Effect::Reply { to: reply, result: Ok(seen) });
        }
        Event::Allowed { application, scopes } => {
            state.allowed.insert(application, scopes);
        }
        Event::Webhook { facts, event_id } => {
            state.webhook = Some(facts);
            state.events_seen.extend(event_id);
        }
        Event::ReadConfig { reply } => {
            let result = Ok(Answer::Config(Box::new(state.config.clone())));
            effects.push(Effect::Reply { to: reply, result });
        }
        Event::Change { change, reply } => {
            if let Some(reason) = &state.read_only {
                let result =
                    Err(AppError::ReadOnly { reason: reason.clone(), can_set_aside: state.can_set_aside });
                effects.push(Effect::Reply { to: reply, result });
            } else {
                state.queue.push_back((change, reply));
            }
        }
        // The trash keeps it, and so its secrets, until it is back on the disk.
        Event::Undo { id, reply } => match state.trash.as_ref().filter(|trash| trash.id == id) {
            Some(trash) => state.queue.push_back((Change::Restore(trash.item.clone()), reply)),
            None => {
                let result = Err(AppError::not_found("undo"));
                effects.push(Effect::Reply { to: reply, result });
            }
        },
        Event::SetDamagedAside { reply } if state.can_set_aside => {
            effects.push(Effect::SetDamagedAside { reply });
        }
        Event::SetDamagedAside { reply } => {
            let result = Err(AppError::NotFound { what: "damaged file".to_owned() });
            effects.push(Effect::Reply { to: reply, result });
        }
        Event::SetAside { result, reply } => {
            let result = result.map(|loaded| {
                // Clicked twice: what was saved since then is not to be lost.
                if state.can_set_aside {
                    state.take_loaded(loaded);
                }
                Answer::Done
            });
            effects.push(Effect::Reply { to: reply, result });
        }
        Event::MetadataAnswered { instance, key, attempt, answer } => {
            note_clock(state, instance, answer.clock_offset_ms);
            let set = state.endpoints.entry((instance, key.clone())).or_default();
            if set.discovering == Some(attempt) {
                set.discovering = None;
                match answer.result {
                    Ok(metadata) => {
                        set.metadata = Some(metadata);
                        set.discovered = Some(now.boot);
                        set.discovery_error = None;
                    }
                    Err(error) => set.discovery_error = Some(error),
                }
                go_on_after_discovery(state, instance, &key, &mut effects);
                keys::begin_awaited(state, instance, &key, &mut effects);
            }
        }
        Event::KeysAnswered { instance, key, attempt, answer } => {
            note_clock(state, instance, answer.clock_offset_ms);
            let set = state.endpoints.entry((instance, key.clone())).or_default();
            if set.fetching_keys == Some(attempt) {
                set.fetching_keys = None;
                let result = match answer.result {
                    Ok(keys) => {
                        set.keys = Some(keys);
                        set.keys_fetched = Some(now.boot);
                        set.keys_error = None;
                        Ok(())
                    }
                    // Keys from before stay: an old key still verifies an old token (F-JWK-9).
                    Err(error) => {
                        set.keys_error = Some(error.clone());
                        Err(error)
                    }
                };
                keys::answer_awaiting(set, &result, &mut effects);
                judge_again(state, instance, &key);
            }
        }
        Event::TokenAnswered { application, attempt, answer } => {
            take_answer(state, application, attempt, answer, &mut effects);
        }
        Event::Exchanged(exchange) => {
            // One that was under way when everything was removed is not remembered.
            let home = exchange.summary.instance;
            if home.is_none_or(|id| state.config.instance(id).is_some()) {
                state.activity.record(exchange);
            }
        }
        Event::ReadActivity { wanted, reply } => {
            let result = Ok(Answer::Exchanges(state.activity.list(&wanted)));
            effects.push(Effect::Reply { to: reply, result });
        }
        Event::ReadExchange { exchange, reply } => {
            let found = state.activity.find(exchange).cloned();
            let result = found.map(|found| Answer::Exchanges(vec![found]));
            let gone = || AppError::NotFound { what: "exchange".to_owned() };
            effects.push(Effect::Reply { to: reply, result: result.ok_or_else(gone) });
        }
        Event::ClearActivity { reply } => {
            state.activity.clear();
            effects.push(Effect::Reply { to: reply, result: Ok(Answer::Done) });
        }
        Event::Written(result) => take_written(state, result, &mut effects),
        Event::SecretsDeleted(ids) => {
            state.queue.push_back((Change::ForgetRetired(ids), ReplyId(0)));
        }
        Event::Keychain(status) => {
            // A probe that comes back must not hide that another call still waits, and the other way round;
            // the keychain's one thread answers in order, so the last word is the true one.
            state.keychain = status;
        }
        Event::Practice { running, error } => {
            state.practice.running = running;
            state.practice.error = error;
        }
    }
    changed |= take_out_trash(state, &mut effects);
    changed |= notice_endings(state);
    changed |= start_due(state, &mut effects);
    settle_impatient(state, &mut effects);
    write_next(state, &mut effects);
    if changed || !quiet {
        state.revision += 1;
    }
    effects
}

/// The boot-clock time at which something is due next.
#[must_use]
pub fn next_deadline(state: &State) -> Option<i64> {
    let may_start = renewals_in_flight(state) < schedule::AT_ONCE;
    let slots =
        state.config.instances.iter().flat_map(|instance| &instance.applications).filter_map(|application| {
            let slot = state.slots.get(&application.id)?;
            let due = if may_start { due_at(application, slot) } else { None };
            let ends = slot.token.as_ref().filter(|token| !token.ended).and_then(|token| token.expires);
            let patience =
                slot.waiting.iter().map(|pending| pending.patience).filter(|at| *at > state.now.boot).min();
            [due, ends, patience].into_iter().flatten().min()
        });
    // While a write is under way its end is the next event; an undo may be waiting for it.
    let trash = state.trash.as_ref().filter(|_| state.writing.is_none()).map(|trash| trash.until);
    slots.chain(trash).min()
}

/// Compares the clocks with the last look: a suspend or a changed clock shows as a jump.
/// Says whether times of day on the screen have moved.
fn observe_clocks(state: &mut State, now: Now, effects: &mut Vec<Effect>) -> bool {
    let slept = now.boot - state.now.boot;
    let stepped = (now.wall - state.now.wall) - slept;
    state.now = now;
    if stepped.abs() > schedule::CLOCK_STEP_MS {
        // Offsets were measured against the old wall clock.
        state.clock_offsets.clear();
        state.issuers.iter_mut().for_each(|known| known.clock_offset_ms = None);
    }
    if slept > schedule::LONGEST_SLEEP_MS + schedule::CLOCK_STEP_MS {
        // Connections from before are dead, and whoever waits for a network may find one now.
        effects.push(Effect::DropIdleConnections);
        for slot in state.slots.values_mut() {
            if let Phase::Waiting { retry_at, .. } = &mut slot.phase {
                *retry_at = now.boot;
            }
        }
    }
    stepped.abs() > schedule::CLOCK_STEP_MS
}

fn note_clock(state: &mut State, instance: InstanceId, offset: Option<i64>) {
    if let Some(offset) = offset {
        state.clock_offsets.insert(instance, offset);
    }
}

/// Begins a token request, unless one is under way.
fn begin(
    state: &mut State,
    id: ApplicationId,
    renewal: bool,
    effects: &mut Vec<Effect>,
) -> Result<(), AppError> {
    let number = state.number();
    let now = state.now;
    let Some((instance, application)) = state.config.find(id) else {
        return Err(AppError::not_found("application"));
    };
    let slot = state.slots.entry(id).or_default();
    let tries = match &slot.phase {
        Phase::Requesting(_) => return Ok(()),
        Phase::Waiting { tries, .. } if renewal => *tries,
        Phase::Waiting { .. } | Phase::Idle | Phase::Failed(_) => 0,
    };
    if application.secret == SecretKeeping::None {
        slot.phase = Phase::Failed(AppError::SecretMissing);
        return Ok(());
    }
    slot.last_request = Some(now.boot);
    let key = application.endpoint_key();
    let set = state.endpoints.entry((instance.id, key.clone())).or_default();
    fetch_metadata(set, instance, key.clone(), number, now, effects);
    // A known or typed endpoint need not wait for a document that is only being refreshed.
    let typed = instance.overrides.get(&key).is_some_and(|set| set.token_endpoint.is_some());
    let awaits_discovery = set.discovering.is_some() && set.metadata.is_none() && !typed;
    slot.phase = Phase::Requesting(Attempt { number, since: now.boot, renewal, tries, awaits_discovery });
    if !awaits_discovery {
        send(state, id, effects);
    }
    Ok(())
}

/// Sends the token request of an application whose endpoints are known by now.
fn send(state: &mut State, id: ApplicationId, effects: &mut Vec<Effect>) {
    let Some((instance, application)) = state.config.find(id) else { return };
    let set = state.endpoints.get(&(instance.id, application.endpoint_key()));
    let endpoint = token_endpoint(instance, application, set);
    let Some(slot) = state.slots.get_mut(&id) else { return };
    let Phase::Requesting(attempt) = &mut slot.phase else { return };
    attempt.awaits_discovery = false;
    match endpoint {
        Ok(endpoint) => effects.push(Effect::RequestToken {
            application: id,
            attempt: attempt.number,
            about: About {
                purpose: if attempt.renewal { Purpose::Renewal } else { Purpose::Token },
                instance: Some(instance.id),
                application: Some(id),
            },
            network: instance.network.clone(),
            request: Box::new(TokenRequest::of(application, endpoint)),
            secret: application.secret,
        }),
        Err(error) => {
            let answer = Answered::unsent(error);
            let number = attempt.number;
            take_answer(state, id, number, answer, effects);
        }
    }
}

/// Where an application asks for a token, as far as is known, if its secret may go there.
///
/// # Errors
/// Why there is no such endpoint, or [`AppError::SecretForOtherHost`].
pub(super) fn token_endpoint(
    instance: &Instance,
    application: &Application,
    set: Option<&EndpointSet>,
) -> Result<url::Url, AppError> {
    let resolved = resolve(instance, &application.endpoint_key(), set.and_then(|set| set.metadata.as_ref()));
    let unknown = || AppError::EndpointUnknown { endpoint: "token_endpoint".to_owned() };
    let Some((endpoint, _)) = resolved.token_endpoint else {
        let error = resolved.refused.or_else(|| set.and_then(|set| set.discovery_error.clone()));
        return Err(error.unwrap_or_else(unknown));
    };
    may_get_secret(application, &endpoint).map(|()| endpoint)
}

/// Whether an application's secret may go to this endpoint: only to the host it was entered for.
fn may_get_secret(application: &Application, endpoint: &url::Url) -> Result<(), AppError> {
    match &application.secret_host {
        Some(host) if endpoint.host_str() != Some(host) => Err(AppError::SecretForOtherHost {
            entered_for: host.clone(),
            endpoint: endpoint.host_str().unwrap_or_default().to_owned(),
        }),
        _ => Ok(()),
    }
}

/// Requests that waited for the discovery document go on, with it or without.
fn go_on_after_discovery(
    state: &mut State,
    instance: InstanceId,
    key: &EndpointKey,
    effects: &mut Vec<Effect>,
) {
    for id in applications_of(&state.config, instance, key) {
        let waits = state.slots.get(&id).is_some_and(
            |slot| matches!(&slot.phase, Phase::Requesting(attempt) if attempt.awaits_discovery),
        );
        if waits {
            send(state, id, effects);
        }
        let wants_keys = with_token(state, id, |standing, token| standing.judge(token)).unwrap_or(false);
        fetch_keys_for(state, id, wants_keys, effects);
    }
}

fn applications_of(config: &Config, instance: InstanceId, key: &EndpointKey) -> Vec<ApplicationId> {
    let applications = config.instance(instance).map(|instance| instance.applications.as_slice());
    let of_set = |application: &&Application| application.endpoint_key() == *key;
    applications.unwrap_or_default().iter().filter(of_set).map(|application| application.id).collect()
}

/// Judges every token of an endpoint set anew, after its keys or its document changed.
fn judge_again(state: &mut State, instance: InstanceId, key: &EndpointKey) {
    for id in applications_of(&state.config, instance, key) {
        with_token(state, id, |standing, token| {
            standing.judge(token);
        });
    }
}

/// Lends a token together with what it is judged by.
fn with_token<R>(
    state: &mut State,
    id: ApplicationId,
    work: impl FnOnce(&super::token::Standing<'_>, &mut super::state::TokenSet) -> R,
) -> Option<R> {
    let mut token = state.slots.get_mut(&id)?.token.take()?;
    let result = state.standing(id).map(|standing| work(&standing, &mut token));
    state.slots.get_mut(&id)?.token = Some(token);
    result
}

/// Takes in the answer to a token request, if it is the one that is waited for.
fn take_answer(
    state: &mut State,
    id: ApplicationId,
    number: u64,
    answer: Answered<TokenResponse>,
    effects: &mut Vec<Effect>,
) {
    let Some((instance, application)) = state.config.find(id) else { return };
    let (home, renewal_on) = (instance.id, application.renewal.enabled);
    let Some(slot) = state.slots.get_mut(&id) else { return };
    let tries = match &slot.phase {
        Phase::Requesting(attempt) if attempt.number == number => attempt.tries,
        // The answer of an attempt that was given up.
        _ => return,
    };
    match answer.result {
        Ok(response) => {
            slot.phase = Phase::Idle;
            note_clock(state, home, answer.clock_offset_ms);
            take_token(state, id, response, answer.exchange, effects);
        }
        Err(error) => {
            slot.phase = if schedule::is_transient(&error) && renewal_on {
                let wait = schedule::back_off(&error, tries + 1, number);
                Phase::Waiting { retry_at: state.now.boot + wait, tries: tries + 1, error }
            } else {
                Phase::Failed(error)
            };
            note_clock(state, home, answer.clock_offset_ms);
        }
    }
    settle_uses(state, id, effects);
}

fn take_token(
    state: &mut State,
    id: ApplicationId,
    response: TokenResponse,
    exchange: Option<ExchangeId>,
    effects: &mut Vec<Effect>,
) {
    let number = state.number();
    let Some(standing) = state.standing(id) else { return };
    let mut token = standing.take(number, response);
    token.exchange = exchange;
    let slot = state.slots.entry(id).or_default();
    let same = slot.token.take_if(|old| old.response.access_token == token.response.access_token);
    match same {
        // The server gave the same token again: no "new" one, and asking again before its end is idle.
        Some(old) => {
            token.id = old.id;
            token.checked += old.checked;
            let idle_until = token.expires.map(|expires| expires.max(token.received + schedule::APART_MS));
            token.renews = token.renews.and(idle_until);
        }
        None => {
            slot.count += 1;
            if let Some(old) = slot.token.take() {
                slot.history.push(&old);
                if let Some(ends) = old.expires {
                    slot.previous.push_back((old.response.access_token, ends));
                    while slot.previous.len() > TokenSlot::KEPT {
                        slot.previous.pop_front();
                    }
                }
            }
        }
    }
    slot.token = Some(Box::new(token));
    let wants_keys = with_token(state, id, |standing, token| standing.judge(token)).unwrap_or(false);
    fetch_keys_for(state, id, wants_keys, effects);
}

/// Fetches keys where they can help: none are there, the `kid` is unknown, or they have grown old.
fn fetch_keys_for(state: &mut State, id: ApplicationId, wanted: bool, effects: &mut Vec<Effect>) {
    let number = state.number();
    let now = state.now;
    let Some((instance, application)) = state.config.find(id) else { return };
    let is_jwt = state.slots.get(&id).and_then(|slot| slot.token.as_ref());
    if is_jwt.is_none_or(|token| token.kind != crate::contract::TokenKind::Jwt) {
        return;
    }
    let key = application.endpoint_key();
    let set: &mut EndpointSet = state.endpoints.entry((instance.id, key.clone())).or_default();
    let old = set.keys_fetched.is_some_and(|at| now.boot - at >= KEYS_AGE_MS);
    let paused = set.keys_tried.is_some_and(|at| now.boot - at < KEYS_PAUSE_MS);
    if set.fetching_keys.is_some() || paused || !(wanted || old) {
        return;
    }
    begin_keys(set, instance, key, number, now, effects);
    with_token(state, id, |standing, token| standing.judge(token));
}

/// Begins to fetch keys, where their address is known. None may be on their way.
pub(super) fn begin_keys(
    set: &mut EndpointSet,
    instance: &Instance,
    key: EndpointKey,
    attempt: u64,
    now: Now,
    effects: &mut Vec<Effect>,
) {
    match resolve(instance, &key, set.metadata.as_ref()).jwks_uri {
        Some((url, _)) => {
            set.fetching_keys = Some(attempt);
            set.keys_tried = Some(now.boot);
            let network = instance.network.clone();
            effects.push(Effect::FetchKeys { instance: instance.id, key, attempt, network, url });
        }
        None => set.keys_error = Some(AppError::EndpointUnknown { endpoint: "jwks_uri".to_owned() }),
    }
}

/// A token for some use: the one in hand if it is fresh, else a renewed one.
fn want_token(
    state: &mut State,
    id: ApplicationId,
    purpose: TokenUse,
    reply: ReplyId,
    effects: &mut Vec<Effect>,
) {
    let now = state.now;
    let Some(margin) = state.standing(id).map(|standing| standing.margin_seconds()) else {
        let result = Err(AppError::not_found("application"));
        effects.push(Effect::Reply { to: reply, result });
        return;
    };
    let slot = state.slots.entry(id).or_default();
    let token = slot.token.as_ref();
    let new_one = matches!(purpose, TokenUse::Arrival);
    let fresh = !new_one
        && token.is_some_and(|token| match (token.expires, token.life) {
            (Some(expires), Some(life)) => now.boot < expires - schedule::margin(life, margin),
            _ => true,
        });
    let valid = token.is_some_and(|token| token.is_valid(now));
    // A refusal is not asked for again while there is a token to give, nor within 5 s of the last request.
    let refused = matches!(slot.phase, Phase::Failed(_));
    let just_asked = slot.last_request.is_some_and(|at| now.boot - at < schedule::APART_MS);
    let before = token.map(|token| token.id);
    let patience = if new_one { i64::MAX } else { now.boot + USE_PATIENCE_MS };
    slot.waiting.push(PendingUse { reply, purpose, before, patience });
    let under_way = matches!(slot.phase, Phase::Requesting(_));
    if !fresh && !under_way && (new_one || !(valid && (refused || just_asked))) {
        // An unknown application was handled above, so this cannot fail.
        let _ = begin(state, id, false, effects);
    }
    if fresh {
        serve(state, id, effects, |pending| !matches!(pending.purpose, TokenUse::Arrival));
    }
    settle_uses(state, id, effects);
}

/// Serves those who need not wait any longer because no request is under way.
fn settle_uses(state: &mut State, id: ApplicationId, effects: &mut Vec<Effect>) {
    let under_way = state.slots.get(&id).is_some_and(|slot| matches!(slot.phase, Phase::Requesting(_)));
    if !under_way {
        serve(state, id, effects, |_| true);
    }
}

/// Serves those whose patience has ended, where the old token is still valid.
fn settle_impatient(state: &mut State, effects: &mut Vec<Effect>) {
    let now = state.now;
    let waiting: Vec<_> = state
        .slots
        .iter()
        .filter(|(_, slot)| slot.waiting.iter().any(|pending| pending.patience <= now.boot))
        .filter(|(_, slot)| slot.token.as_ref().is_some_and(|token| token.is_valid(now)))
        .map(|(id, _)| *id)
        .collect();
    for id in waiting {
        serve(state, id, effects, |pending| pending.patience <= now.boot);
    }
}

fn serve(
    state: &mut State,
    id: ApplicationId,
    effects: &mut Vec<Effect>,
    which: impl Fn(&PendingUse) -> bool,
) {
    let Some(slot) = state.slots.get_mut(&id) else { return };
    let (served, kept) = std::mem::take(&mut slot.waiting).into_iter().partition(which);
    slot.waiting = kept;
    let served: Vec<PendingUse> = served;
    for pending in served {
        let reply = pending.reply;
        effects.push(match use_of(state, id, pending) {
            Ok(effect) => effect,
            Err(error) => Effect::Reply { to: reply, result: Err(error) },
        });
    }
}

/// What becomes of somebody who waited for a token, now that there is one or will be none.
fn use_of(state: &State, id: ApplicationId, pending: PendingUse) -> Result<Effect, AppError> {
    let (instance, application) = state.find(id).ok_or_else(|| AppError::not_found("application"))?;
    let slot = state.slots.get(&id).ok_or(AppError::NoToken)?;
    let failure = match &slot.phase {
        Phase::Waiting { error, .. } | Phase::Failed(error) => Some(error.clone()),
        Phase::Idle | Phase::Requesting(_) => None,
    };
    let reply = pending.reply;
    if let (TokenUse::Arrival, Some(error)) = (&pending.purpose, &failure) {
        return Err(error.clone());
    }
    let token = slot.token.as_ref().filter(|token| token.is_valid(state.now));
    let token = token.ok_or_else(|| failure.clone().unwrap_or(AppError::NoToken))?;
    let wanted = |call: EndpointCall| {
        Box::new(WantedCall {
            instance: instance.id,
            network: instance.network.clone(),
            call,
            token: token.response.access_token.clone(),
            token_id: token.id,
            sent: SentToken {
                scopes: token.scopes.clone(),
                requested: application.scopes.clone(),
                clock_offset_ms: state.clock_offsets.get(&instance.id).copied(),
            },
        })
    };
    Ok(match pending.purpose {
        TokenUse::Copy { format } => {
            let renewed = pending.before != Some(token.id);
            let last_call = slot.call.as_ref().filter(|call| call.method == HttpMethod::Get);
            let outcome = (renewed, failure.is_some());
            let grant = copy_grant(state.now, instance, token, &format, last_call, outcome)?;
            Effect::Reply { to: reply, result: Ok(Answer::Copy(grant)) }
        }
        TokenUse::Call(call) => Effect::Call { application: id, wanted: wanted(*call), reply },
        TokenUse::CheckApi(call) => {
            let ended = slot.ended_token(state.now).cloned();
            Effect::CheckApi { application: id, wanted: wanted(*call), ended, reply }
        }
        TokenUse::Arrival => Effect::Reply { to: reply, result: Ok(Answer::Arrived(token.exchange)) },
    })
}

/// A token for the clipboard.
fn copy_grant(
    now: Now,
    instance: &Instance,
    token: &TokenSet,
    format: &str,
    last_call: Option<&LastCall>,
    (renewed, failed): (bool, bool),
) -> Result<CopyGrant, AppError> {
    let left = token.expires.map(|expires| expires - now.boot);
    let url = match (last_call, &instance.kind) {
        (Some(call), _) => call.url.to_string(),
        (None, InstanceKind::ScaiKey { base }) => format!("{}{}", base.as_str(), scaikey::TENANTS_PATH),
        (None, InstanceKind::OpenIdProvider { .. }) => "https://api.example.com/".to_owned(),
    };
    let material = copy::Material {
        token: token.response.access_token.expose(),
        token_type: &token.response.token_type,
        expires_in: left.map(|left| left / 1_000),
        scope: &token.scopes.join(" "),
        url: &url,
    };
    let text = copy::render(format, &material).ok_or_else(|| AppError::not_found("format"))?;
    let warning = match left {
        Some(left) if failed && !renewed => {
            Some(format!("It could not be renewed. This one is valid for another {}.", words::duration(left)))
        }
        _ if token.response.access_token.expose().chars().any(|c| c.is_control() || c.is_whitespace()) => {
            Some("It holds characters that cannot stand in an Authorization header.".to_owned())
        }
        _ => None,
    };
    Ok(CopyGrant { text, renewed, production: instance.production, warning })
}

fn renewals_in_flight(state: &State) -> usize {
    let by_schedule =
        |slot: &&TokenSlot| matches!(&slot.phase, Phase::Requesting(attempt) if attempt.renewal);
    state.slots.values().filter(by_schedule).count()
}

/// When the schedule wants to ask for a token.
fn due_at(application: &Application, slot: &TokenSlot) -> Option<i64> {
    if !application.renewal.enabled {
        return None;
    }
    match &slot.phase {
        Phase::Idle => slot.token.as_ref().and_then(|token| token.renews),
        Phase::Waiting { retry_at, .. } => Some(*retry_at),
        Phase::Requesting(_) | Phase::Failed(_) => None,
    }
}

/// Starts what is due: at most four at once, the earliest end first. Says whether anything was.
fn start_due(state: &mut State, effects: &mut Vec<Effect>) -> bool {
    let now = state.now.boot;
    let mut due: Vec<(i64, ApplicationId)> = Vec::new();
    for application in state.config.instances.iter().flat_map(|instance| &instance.applications) {
        let Some(slot) = state.slots.get(&application.id) else { continue };
        if due_at(application, slot).is_some_and(|at| at <= now) {
            let ends = slot.token.as_ref().and_then(|token| token.expires);
            due.push((ends.unwrap_or(i64::MAX), application.id));
        }
    }
    if due.is_empty() {
        return false;
    }
    let free = schedule::AT_ONCE.saturating_sub(renewals_in_flight(state));
    due.sort_unstable();
    for (_, id) in due.into_iter().take(free) {
        // It was found a moment ago, so this cannot fail.
        let _ = begin(state, id, true, effects);
    }
    free > 0
}

/// Judges tokens anew whose end has come. Says whether there were any.
fn notice_endings(state: &mut State) -> bool {
    let now = state.now;
    let ended: Vec<_> = state
        .slots
        .iter()
        .filter(|(_, slot)| slot.token.as_ref().is_some_and(|token| !token.ended && !token.is_valid(now)))
        .map(|(id, _)| *id)
        .collect();
    for id in &ended {
        with_token(state, *id, |standing, token| standing.judge(token));
    }
    !ended.is_empty()
}

/// When a deletion can no longer be undone, its secrets leave the keychain. Says whether that was now.
fn take_out_trash(state: &mut State, effects: &mut Vec<Effect>) -> bool {
    let coming_back = |change: &Change| matches!(change, Change::Restore(_));
    let restoring = state.queue.iter().any(|(change, _)| coming_back(change))
        || state.writing.as_ref().is_some_and(|(planned, _)| matches!(planned.trash, TrashChange::Empty));
    if restoring {
        return false;
    }
    let ended = state.trash.take_if(|trash| trash.until <= state.now.boot).is_some();
    if ended {
        delete_retired(state, effects);
        effects.push(Effect::KeepInSession(session_secrets_in_use(state)));
    }
    ended
}

fn delete_retired(state: &mut State, effects: &mut Vec<Effect>) {
    let kept = state.trash.as_ref().map(|trash| trash.item.secrets()).unwrap_or_default();
    let retired = state.config.retired.iter().filter(|id| !kept.contains(id));
    let ids: Vec<_> = retired.copied().filter(|id| !state.deleting.contains(id)).collect();
    if !ids.is_empty() {
        state.deleting.extend(&ids);
        effects.push(Effect::DeleteSecrets(ids));
    }
}

/// What is done first, at start: retired secrets of an earlier run are deleted.
pub fn start(state: &mut State) -> Vec<Effect> {
    let mut effects = Vec::new();
    if state.read_only.is_none() {
        delete_retired(state, &mut effects);
    }
    effects
}

/// Writes the next change that waits, one at a time.
fn write_next(state: &mut State, effects: &mut Vec<Effect>) {
    while state.writing.is_none() {
        let Some((change, reply)) = state.queue.pop_front() else { return };
        match plan(&state.config, change) {
            Ok(planned) => {
                effects.push(Effect::Persist {
                    before: Box::new(state.config.clone()),
                    after: Box::new(planned.config.clone()),
                    secrets: planned.secrets.clone(),
                });
                state.writing = Some((planned, reply));
            }
            Err(error) => effects.push(Effect::Reply { to: reply, result: Err(error) }),
        }
    }
}

/// A change is on disk, or not. Only now does it become true.
fn take_written(state: &mut State, result: Result<(), AppError>, effects: &mut Vec<Effect>) {
    let Some((planned, reply)) = state.writing.take() else { return };
    if let Err(error) = result {
        effects.push(Effect::Reply { to: reply, result: Err(error) });
        return;
    }
    let before = std::mem::replace(&mut state.config, planned.config);
    match planned.trash {
        TrashChange::Keep => {}
        TrashChange::Empty => state.trash = None,
        TrashChange::Fill(item) => {
            let until = state.now.boot + UNDO_MS;
            state.trash = Some(Trash { id: state.number(), until, item });
        }
    }
    forget_what_changed(state, &before, effects);
    effects.push(Effect::KeepInSession(session_secrets_in_use(state)));
    if let Answer::Instance(id) = planned.answer {
        read_discovery(state, id, effects);
    }
    if state.config.instances.is_empty() && state.trash.is_none() {
        state.endpoints.clear();
        state.issuers.clear();
        state.activity.clear();
    }
    delete_retired(state, effects);
    effects.push(Effect::Reply { to: reply, result: Ok(planned.answer) });
}

/// The secrets in memory that something still uses, or could after an undo. All others are forgotten.
fn session_secrets_in_use(state: &State) -> Vec<SecretId> {
    let saved = state.config.instances.iter().flat_map(|instance| &instance.applications);
    let deleted: &[Application] = match state.trash.as_ref().map(|trash| &trash.item) {
        Some(Deleted::Instance { instance, .. }) => &instance.applications,
        Some(Deleted::Application { application, .. }) => std::slice::from_ref(application),
        None => &[],
    };
    let in_session = |application: &Application| match application.secret {
        SecretKeeping::Session(id) => Some(id),
        SecretKeeping::Keychain(_) | SecretKeeping::None => None,
    };
    let candidates = state.candidates.values().map(|candidate| candidate.secret);
    saved.chain(deleted).filter_map(in_session).chain(candidates).collect()
}

/// Reads the discovery document of an instance that was just saved, so that its page shows what it publishes.
fn read_discovery(state: &mut State, id: InstanceId, effects: &mut Vec<Effect>) {
    let number = state.number();
    let Some(instance) = state.config.instance(id) else { return };
    let key = match instance.kind {
        InstanceKind::ScaiKey { .. } => EndpointKey::Platform,
        InstanceKind::OpenIdProvider { .. } => EndpointKey::Provider,
    };
    let set = state.endpoints.entry((id, key.clone())).or_default();
    fetch_metadata(set, instance, key, number, state.now, effects);
}

/// Begins to read a discovery document, unless one is known, was just looked for or is on its way.
fn fetch_metadata(
    set: &mut EndpointSet,
    instance: &Instance,
    key: EndpointKey,
    attempt: u64,
    now: Now,
    effects: &mut Vec<Effect>,
) {
    let paused = set.discovery_error.is_some()
        && set.discovery_tried.is_some_and(|at| now.boot - at < DISCOVERY_PAUSE_MS);
    if is_stale(set, now) && !paused && set.discovering.is_none() {
        begin_discovery(set, instance, key, attempt, now, effects);
    }
}

/// Whether the discovery document is to be read (again).
pub(super) fn is_stale(set: &EndpointSet, now: Now) -> bool {
    set.discovered.is_none_or(|at| now.boot - at > METADATA_AGE_MS)
}

/// Begins to read a discovery document. None may be on its way.
pub(super) fn begin_discovery(
    set: &mut EndpointSet,
    instance: &Instance,
    key: EndpointKey,
    attempt: u64,
    now: Now,
    effects: &mut Vec<Effect>,
) {
    set.discovering = Some(attempt);
    set.discovery_tried = Some(now.boot);
    let (network, urls) = (instance.network.clone(), discovery_urls(&instance.kind, &key));
    effects.push(Effect::FetchMetadata { instance: instance.id, key, attempt, network, urls });
}

/// Drops tokens, attempts and documents that belong to something else now: another URL, client, scope or
/// parameter never shows the old token as current.
fn forget_what_changed(state: &mut State, before: &Config, effects: &mut Vec<Effect>) {
    for instance in &before.instances {
        let now = state.config.instance(instance.id);
        let same_place =
            now.is_some_and(|now| now.kind == instance.kind && now.overrides == instance.overrides);
        let same_way = now.is_some_and(|now| now.network == instance.network);
        let mut awaiting_keys = Vec::new();
        if !same_place || !same_way {
            for (_, set) in state.endpoints.iter_mut().filter(|((home, _), _)| *home == instance.id) {
                awaiting_keys.append(&mut set.awaiting_keys);
                // What failed before may work now.
                set.forget_failures();
            }
        }
        if !same_place {
            state.endpoints.retain(|(home, _), _| *home != instance.id);
            state.clock_offsets.remove(&instance.id);
        }
        for reply in awaiting_keys {
            keys::want_of_instance(state, instance.id, reply, effects);
        }
        for old in &instance.applications {
            let current = state.config.find(old.id).map(|(home, found)| (home.id, found.clone()));
            let keeps = current
                .as_ref()
                .is_some_and(|(home, found)| same_place && *home == instance.id && is_same_token(old, found));
            let unchanged = keeps && same_way && current.as_ref().is_some_and(|(_, found)| found == old);
            if unchanged {
                continue;
            }
            if let Some(slot) = state.slots.get_mut(&old.id) {
                // An answer that is under way belongs to the old version and is dropped.
                slot.phase = Phase::Idle;
                let for_arrival = |pending: &PendingUse| matches!(pending.purpose, TokenUse::Arrival);
                let (arrivals, others) = std::mem::take(&mut slot.waiting).into_iter().partition(for_arrival);
                slot.waiting = others;
                let arrivals: Vec<PendingUse> = arrivals;
                for PendingUse { reply: to, .. } in arrivals {
                    effects.push(Effect::Reply { to, result: Err(AppError::NoToken) });
                }
                if !keeps {
                    slot.token = None;
                    slot.count = 0;
                    slot.previous.clear();
                    slot.history.clear();
                    slot.call = None;
                    slot.tenants_call = None;
                }
            }
            settle_uses(state, old.id, effects);
            if !keeps {
                state.switches.remove(&old.id);
            }
            if current.is_none() {
                state.candidates.remove(&old.id);
                state.allowed.remove(&old.id);
                state.slots.remove(&old.id);
            } else {
                with_token(state, old.id, |standing, token| {
                    standing.plan_renewal(token);
                    standing.judge(token);
                });
            }
        }
    }
    if before.default_margin_seconds != state.config.default_margin_seconds {
        let ids: Vec<_> = state.slots.keys().copied().collect();
        for id in ids {
            with_token(state, id, |standing, token| standing.plan_renewal(token));
        }
    }
}

/// Whether a token of the old version is still this application's: identity is client, scopes and
/// parameters, beside the instance and its endpoints.
fn is_same_token(old: &Application, found: &Application) -> bool {
    old.client_id == found.client_id
        && old.registration == found.registration
        && old.scopes == found.scopes
        && old.extra == found.extra
}

/// Whether the keychain as it is now deserves a word on the screen.
#[must_use]
pub fn keychain_status(error: &AppError) -> Option<KeychainStatus> {
    matches!(
        error,
        AppError::KeychainLocked
            | AppError::KeychainMissing { .. }
            | AppError::KeychainDenied { .. }
            | AppError::KeychainTimedOut
            | AppError::KeychainFailed { .. }
    )
    .then(|| KeychainStatus::Failed { error: error.clone() })
}

#[cfg(test)]
#[path = "update_tests.rs"]
mod tests;
