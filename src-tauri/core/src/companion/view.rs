//! From the state to what the screen shows. The one place where it is decided what the page may see.

use super::state::{Phase, State, TokenSlot};
use crate::contract::{
    ApplicationView, EndpointSetView, InstanceKindName, InstanceView, KeychainView, PhaseView, PracticeView,
    ProxyDraft, SecretView, Snapshot, StorageView, UndoView,
};
use crate::model::{
    Application, EndpointKey, Instance, InstanceKind, Level, LevelName, Proxy, Registration, SecretKeeping,
};
use crate::oauth::metadata::resolve;

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
                can_set_aside: false,
                notice: state.notice.clone(),
            },
            default_margin_seconds: state.config.default_margin_seconds,
            undo: state.trash.as_ref().map(|trash| UndoView {
                id: trash.id,
                name: trash.item.name().to_owned(),
                until: state.wall(trash.until),
            }),
            walkthroughs: Vec::new(),
            newest_exchange: state.activity.newest(),
        }
    }
}

/// The endpoint sets that matter for an instance: its own first, then each tenant's that is in use.
fn keys_of(instance: &Instance) -> Vec<EndpointKey> {
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
    let (level, tenant_slug, application_type) = match &application.registration {
        Registration::Provider => (None, None, None),
        Registration::ScaiKey { level, application_type } => {
            let (name, slug) = match level {
                Level::Global => (LevelName::Global, None),
                Level::Partner { tenant_slug } => (LevelName::Partner, Some(tenant_slug.clone())),
                Level::Tenant { tenant_slug } => (LevelName::Tenant, Some(tenant_slug.clone())),
            };
            (Some(name), slug, Some(*application_type))
        }
    };
    let slot = state.slots.get(&application.id);
    let token = slot.and_then(|slot| {
        let token = slot.token.as_deref()?;
        let mut view = state.standing(application.id)?.view(token, slot.count, |boot| state.wall(boot));
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
        level,
        tenant_slug,
        application_type,
        endpoint_key: application.endpoint_key(),
        scopes: application.scopes.clone(),
        extra: application.extra.clone(),
        client_authentication: application.client_authentication,
        renewal: application.renewal,
        secret: match application.secret {
            SecretKeeping::Keychain(_) => SecretView::Keychain,
            SecretKeeping::Session(_) => SecretView::Session,
            SecretKeeping::None => SecretView::Missing,
        },
        token,
        phase: slot.map_or(PhaseView::Idle, |slot| phase_view(state, slot)),
        candidate: None,
    }
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
