//! From the state to what the screen shows. The one place where it is decided what the page may see.

use super::state::{Phase, State, TokenSlot};
use crate::contract::{
    ApplicationView, CandidateView, EndpointSetView, ErrorView, InstanceKindName, InstanceView, KeychainView,
    PhaseView, PracticeView, ProxyDraft, SecretView, Snapshot, StorageView, UndoView, WalkthroughAnswers,
    WalkthroughId, WalkthroughView,
};
use crate::model::{
    Application, ApplicationId, Config, EndpointKey, Instance, InstanceKind, Level, Proxy, Registration,
    SecretKeeping,
};
use crate::oauth::metadata::{ServerMetadata, resolve};
use crate::walkthrough::catalog::WALKTHROUGHS;
use crate::walkthrough::code::SampleContext;
use crate::walkthrough::request::Context;
use crate::walkthrough::{
    self, ApplicationFacts, Facts, InstanceFacts, Proposal, TokenFacts, Trouble, Walkthrough, progress,
};

impl Snapshot {
    /// The state as the screen shows it.
    #[must_use]
    pub fn of(state: &State) -> Self {
        Self {
            revision: state.revision,
            instances: state.config.instances.iter().map(|instance| instance_view(state, instance)).collect(),
            keychain: KeychainView { name: state.keychain_name.clone(), status: state.keychain.clone() },
            storage: StorageView {
                read_only: state.read_only.clone(),
                can_set_aside: state.can_set_aside,
                notice: state.notice.clone(),
            },
            default_margin_seconds: state.config.default_margin_seconds,
            undo: state.trash.as_ref().map(|trash| UndoView {
                id: trash.id,
                name: trash.item.name().to_owned(),
                until: state.wall(trash.until),
            }),
            walkthroughs: WALKTHROUGHS
                .iter()
                .map(|walkthrough| walkthrough_view(state, walkthrough))
                .collect(),
            newest_exchange: state.activity.newest(),
        }
    }
}

/// The endpoint sets that matter for an instance: its own first, then each tenant's that is in use.
pub(super) fn keys_of(instance: &Instance) -> Vec<EndpointKey> {
    let own = match instance.kind {
        InstanceKind::ScaiKey { .. } => EndpointKey::Platform,
        InstanceKind::OpenIdProvider { .. } => EndpointKey::Provider,
    };
    let mut keys = vec![own];
    let used = instance.applications.iter().map(Application::endpoint_key);
    for key in used.chain(instance.overrides.keys().cloned()) {
        if !keys.contains(&key) {
            keys.push(key);
        }
    }
    keys
}

fn instance_view(state: &State, instance: &Instance) -> InstanceView {
    let sets = keys_of(instance).into_iter().map(|key| {
        let set = state.endpoints.get(&(instance.id, key.clone()));
        let resolved = resolve(instance, &key, set.and_then(|set| set.metadata.as_ref()));
        let [token_endpoint, jwks_uri, issuer] = resolved.views();
        EndpointSetView {
            key,
            token_endpoint,
            jwks_uri,
            issuer,
            discovered_at: set.and_then(|set| set.discovered).map(|at| state.wall(at)),
            discovery_error: resolved.refused.or_else(|| set.and_then(|set| set.discovery_error.clone())),
        }
    });
    InstanceView {
        id: instance.id,
        name: instance.name.clone(),
        kind: match instance.kind {
            InstanceKind::ScaiKey { .. } => InstanceKindName::ScaiKey,
            InstanceKind::OpenIdProvider { .. } => InstanceKindName::OpenIdProvider,
        },
        url: instance.kind.url_text(),
        host: instance.kind.host(),
        colour: instance.colour,
        production: instance.production,
        practice: instance.practice.map(|practice| PracticeView {
            port: practice.port,
            lifetime_seconds: practice.lifetime_seconds,
            running: state.practice.running,
            error: state.practice.error.clone(),
        }),
        proxy: match &instance.network.proxy {
            Proxy::System => ProxyDraft::System,
            Proxy::None => ProxyDraft::None,
            Proxy::Url(url) => ProxyDraft::Url { url: url.to_string() },
        },
        extra_ca: instance.network.extra_ca.clone(),
        endpoint_sets: sets.collect(),
        clock_offset_ms: state.clock_offsets.get(&instance.id).copied(),
        applications: instance.applications.iter().map(|found| application_view(state, found)).collect(),
    }
}

fn application_view(state: &State, application: &Application) -> ApplicationView {
    let level = application.registration.level();
    let application_type = match &application.registration {
        Registration::Provider => None,
        Registration::ScaiKey { application_type, .. } => Some(*application_type),
    };
    let slot = state.slots.get(&application.id);
    let token = slot.and_then(|slot| {
        let token = slot.token.as_deref()?;
        let mut view = state.standing(application.id)?.view(token, slot, |boot| state.wall(boot));
        view.exchange = view.exchange.filter(|id| state.activity.find(*id).is_some());
        if matches!(slot.phase, Phase::Failed(_)) && view.renews_at.take().is_some() {
            view.no_renewal = Some("It is not renewed until the last request's error is mended.".to_owned());
        }
        Some(view)
    });
    ApplicationView {
        id: application.id,
        name: application.name.clone(),
        client_id: application.client_id.clone(),
        level: level.map(Level::name),
        tenant_slug: level.and_then(Level::tenant_slug).map(str::to_owned),
        application_type,
        endpoint_key: application.endpoint_key(),
        scopes: application.scopes.clone(),
        extra: application.extra.clone(),
        client_authentication: application.client_authentication,
        renewal: application.renewal,
        secret: secret_view(application),
        token,
        phase: slot.map_or(PhaseView::Idle, |slot| phase_view(state, slot)),
        candidate: candidate_view(state, application.id),
    }
}

fn secret_view(application: &Application) -> SecretView {
    match application.secret {
        SecretKeeping::Keychain(_) => SecretView::Keychain,
        SecretKeeping::Session(_) => SecretView::Session,
        SecretKeeping::None => SecretView::Missing,
    }
}

/// An application's level, and the tenant's slug where it needs one; none at another provider.
fn candidate_view(state: &State, id: ApplicationId) -> Option<CandidateView> {
    let (new, old) = state.candidates.get(&id)?.trials.clone().unzip();
    Some(CandidateView { new, old })
}

fn phase_view(state: &State, slot: &TokenSlot) -> PhaseView {
    match &slot.phase {
        Phase::Idle => PhaseView::Idle,
        Phase::Requesting(attempt) => {
            PhaseView::Requesting { since: state.wall(attempt.since), renewal: attempt.renewal }
        }
        Phase::Waiting { retry_at, error, .. } => {
            PhaseView::Waiting { retry_at: state.wall(*retry_at), error: error.clone() }
        }
        Phase::Failed(error) => PhaseView::Failed { error: error.clone() },
    }
}

fn walkthrough_view(state: &State, walkthrough: &Walkthrough) -> WalkthroughView {
    let facts = facts(state, walkthrough);
    let steps = progress::progress(walkthrough, &facts);
    let current = progress::current(&steps);
    WalkthroughView { id: walkthrough.id, answers: facts.answers, steps, current }
}

/// The answers as they count now: what was deleted is dropped, what was not chosen is proposed.
pub(super) fn answers(config: &Config, walkthrough: &Walkthrough) -> WalkthroughAnswers {
    let mut answers = config.walkthroughs.get(&walkthrough.id).cloned().unwrap_or_default();
    let chosen = answers.instance.and_then(|id| config.instance(id));
    let instance = chosen.or_else(|| proposed_instance(&config.instances));
    answers.instance = instance.map(|instance| instance.id);
    let applications = instance.map_or(&[][..], |instance| &instance.applications);
    // The level cannot be changed later: who chooses another one needs another application.
    let fits = |application: &&Application| {
        answers.level.is_none() || application.registration.level().map(Level::name) == answers.level
    };
    let chosen = applications.iter().find(|application| Some(application.id) == answers.application);
    let proposed = || match (walkthrough.proposes, applications) {
        (Proposal::OnlyOne, [only]) => Some(only),
        _ => None,
    };
    let application = chosen.or_else(proposed).filter(fits);
    answers.application = application.map(|application| application.id);
    answers
}

/// The practice instance, or the first.
fn proposed_instance(instances: &[Instance]) -> Option<&Instance> {
    instances.iter().find(|instance| instance.practice.is_some()).or(instances.first())
}

/// What is known of the instance and the application a walkthrough is done with.
pub(super) fn facts(state: &State, walkthrough: &Walkthrough) -> Facts {
    let answers = answers(&state.config, walkthrough);
    let instance = answers.instance.and_then(|id| state.config.instance(id));
    let application = answers.application.and_then(|id| state.config.find(id)).map(|(_, found)| found);
    let slot = application.and_then(|application| state.slots.get(&application.id));
    let token = slot.and_then(|slot| slot.token.as_deref().map(|token| (token, slot.count)));
    let switched = application.and_then(|application| state.switches.get(&application.id).copied());
    let not_asked = slot.is_none_or(|slot| slot.last_request.is_none());
    Facts {
        instance: instance.map(|instance| InstanceFacts {
            practice: instance.practice.is_some(),
            scaikey: matches!(instance.kind, InstanceKind::ScaiKey { .. }),
        }),
        application: application.map(|application| {
            let level = application.registration.level();
            ApplicationFacts {
                name: application.name.clone(),
                level: level.map(Level::name),
                tenant_slug: level.and_then(Level::tenant_slug).map(str::to_owned),
                scopes: application.scopes.clone(),
                secret: secret_view(application),
            }
        }),
        token: token.map(|(token, count)| TokenFacts {
            valid: token.is_valid(state.now),
            scopes: token.scopes.clone(),
            subject_is_client: token.subject_is_client,
            count,
            duration_ms: token.response.duration_ms,
        }),
        from_last_run: not_asked
            && application.is_some_and(|application| state.loaded.contains(&application.id)),
        trouble: slot.and_then(trouble),
        allowed: application.and_then(|application| state.allowed.get(&application.id)).cloned(),
        tenants_call: slot.and_then(|slot| slot.tenants_call),
        candidate: application.and_then(|application| candidate_view(state, application.id)),
        switched: switched.is_some(),
        token_since_switch: switched.is_some_and(|before| slot.is_some_and(|slot| slot.count > before)),
        webhook: state.webhook,
        answers,
    }
}

impl State {
    /// The values that a walkthrough's requests are filled with.
    #[must_use]
    pub fn request_context(&self, walkthrough: WalkthroughId) -> Context {
        let answers = answers(&self.config, walkthrough::find(walkthrough));
        let Some(instance) = answers.instance.and_then(|id| self.config.instance(id)) else {
            return Context::default();
        };
        let application = answers.application.and_then(|id| self.config.find(id)).map(|(_, found)| found);
        let metadata = application.and_then(|found| self.metadata_of(instance, found));
        Context::new(instance, application, metadata)
    }

    /// The values that an application's code samples are filled with; `None` where there are none for it.
    #[must_use]
    pub fn sample_context(&self, application: ApplicationId) -> Option<SampleContext> {
        let (instance, application) = self.find(application)?;
        SampleContext::new(instance, application, self.metadata_of(instance, application))
    }

    /// What was discovered for an application's endpoints.
    fn metadata_of(&self, instance: &Instance, application: &Application) -> Option<&ServerMetadata> {
        self.endpoints.get(&(instance.id, application.endpoint_key()))?.metadata.as_ref()
    }
}

fn trouble(slot: &TokenSlot) -> Option<Trouble> {
    let (error, again) = match &slot.phase {
        Phase::Failed(error) => (error, false),
        Phase::Waiting { error, .. } => (error, true),
        Phase::Idle | Phase::Requesting(_) => return None,
    };
    let view = ErrorView::from(error.clone());
    Some(Trouble { status: view.server.map(|server| server.status), title: view.title, again })
}

#[cfg(test)]
#[path = "view_tests.rs"]
mod tests;
