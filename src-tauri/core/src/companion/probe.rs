//! Trying out a draft: real requests, nothing saved, nothing kept.

use uuid::Uuid;

use super::event::Answered;
use super::run::World;
use super::state::EndpointSet;
use super::token::Standing;
use super::update::token_endpoint;
use crate::activity::About;
use crate::contract::{
    AppError, ApplicationDraft, DiscoveryReport, EndpointSetView, ExchangeId, Field, InstanceDraft, Problem,
    Purpose, SecretDraft, Severity, TestReport,
};
use crate::model::{
    Application, ApplicationId, Config, EndpointKey, Instance, InstanceId, InstanceKind, SecretKeeping,
    parse_application, parse_instance,
};
use crate::oauth::metadata::{discovery_urls, resolve};
use crate::oauth::token_request::TokenRequest;
use crate::oauth::token_response::TokenResponse;
use crate::secret::Secret;

/// The saved instance that a draft is for.
pub(super) fn instance_of<'a>(
    config: &'a Config,
    draft: &ApplicationDraft,
) -> Result<&'a Instance, AppError> {
    config.instance(draft.instance).ok_or_else(|| AppError::NotFound { what: "instance".to_owned() })
}

/// Reads an instance's discovery document.
pub(super) async fn discover(
    world: &World,
    config: &Config,
    draft: &InstanceDraft,
    tenant_slug: Option<&str>,
) -> Result<DiscoveryReport, AppError> {
    let existing = draft.id.and_then(|id| config.instance(id));
    let (instance, problems) = parse_instance(draft, InstanceId(Uuid::nil()), existing);
    let instance = instance.ok_or(AppError::InvalidInput { problems })?;
    let key = match (&instance.kind, tenant_slug) {
        (InstanceKind::OpenIdProvider { .. }, _) => EndpointKey::Provider,
        (InstanceKind::ScaiKey { .. }, Some(slug)) => EndpointKey::Tenant { slug: slug.to_owned() },
        (InstanceKind::ScaiKey { .. }, None) => EndpointKey::Platform,
    };
    let urls = discovery_urls(&instance.kind, &key);
    let (found, answer) = world.fetch_metadata(draft.id, &instance.network, &urls).await;
    let (metadata, error) = match answer.result {
        Ok(metadata) => (Some(metadata), None),
        Err(error) => (None, Some(error)),
    };
    let resolved = resolve(&instance, &key, metadata.as_ref());
    let [token_endpoint, jwks_uri, issuer] = resolved.views();
    let discovered_at = metadata.as_ref().map(|_| world.clock.now().wall);
    let metadata = metadata.unwrap_or_default();
    Ok(DiscoveryReport {
        url: instance.kind.url_text(),
        discovery_url: found.or_else(|| urls.first().cloned()).map(|url| url.to_string()).unwrap_or_default(),
        endpoints: EndpointSetView {
            key,
            token_endpoint,
            jwks_uri,
            issuer,
            discovered_at,
            discovery_error: resolved.refused.or(error),
        },
        scopes: metadata.scopes,
        grant_types: metadata.grant_types,
        authentication_methods: metadata.authentication_methods,
        notes: resolved.notes,
    })
}

/// Makes one real token request with a draft.
pub(super) async fn test(
    world: &World,
    config: &Config,
    draft: &ApplicationDraft,
) -> Result<TestReport, AppError> {
    let instance = instance_of(config, draft)?;
    let existing = draft.id.and_then(|id| config.find(id)).map(|(_, application)| application);
    let (application, problems) = parse_application(draft, ApplicationId(Uuid::nil()), instance, existing);
    let mut application = application.ok_or(AppError::InvalidInput { problems })?;
    let secret = match (&draft.secret, existing) {
        (SecretDraft::Set { value, .. }, _) => {
            // As it will be when it is saved.
            application.secret_host = instance.secret_host(&application.endpoint_key());
            value.clone()
        }
        (SecretDraft::Unchanged, Some(saved)) => world.read_secret(saved.secret).await?,
        (SecretDraft::Unchanged, None) => {
            let message = "Enter the client secret.".to_owned();
            let problem = Problem { field: Field::Secret, severity: Severity::Error, message };
            return Err(AppError::InvalidInput { problems: vec![problem] });
        }
    };
    let mut set = EndpointSet::default();
    let trial = Trial { world, instance, application: &application, saved: draft.id };
    let answer = trial.request(&mut set, &secret).await?;
    let response = answer.result?;
    let duration_ms = response.duration_ms;
    if let Some((url, _)) = resolve(instance, &application.endpoint_key(), set.metadata.as_ref()).jwks_uri {
        match world.fetch_keys(Some(instance.id), &instance.network, &url).await.result {
            Ok(keys) => {
                set.keys = Some(keys);
                set.keys_fetched = Some(world.clock.now().boot);
            }
            Err(error) => set.keys_error = Some(error),
        }
    }
    let standing = Standing {
        instance,
        application: &application,
        endpoints: Some(&set),
        clock_offset_ms: answer.clock_offset_ms,
        default_margin_seconds: config.default_margin_seconds,
        now: world.clock.now(),
    };
    let token = standing.take(1, response);
    let details = standing.details(&token);
    Ok(TestReport {
        duration_ms,
        kind: token.kind,
        lifetime_seconds: token.life.and_then(|life| u32::try_from(life / 1_000).ok()),
        scopes: token.scopes,
        checks: details.checks,
        notes: details.notes,
    })
}

/// Makes one real token request with a saved application and another secret. The token is dropped; what is
/// returned is the exchange it came in.
pub(super) async fn try_secret(
    world: &World,
    config: &Config,
    application: ApplicationId,
    secret: SecretKeeping,
) -> Result<Option<ExchangeId>, AppError> {
    let (instance, found) = config.find(application).ok_or_else(|| AppError::not_found("application"))?;
    let secret = world.read_secret(secret).await?;
    let trial = Trial { world, instance, application: found, saved: Some(application) };
    let answer = trial.request(&mut EndpointSet::default(), &secret).await?;
    answer.result.map(|_| answer.exchange)
}

/// A token request that only tries something out.
struct Trial<'a> {
    world: &'a World,
    instance: &'a Instance,
    application: &'a Application,
    /// The saved application it is made for.
    saved: Option<ApplicationId>,
}

impl Trial<'_> {
    /// Reads the discovery document and requests a token. What the document says is left in `set`.
    async fn request(
        &self,
        set: &mut EndpointSet,
        secret: &Secret,
    ) -> Result<Answered<TokenResponse>, AppError> {
        let Self { world, instance, application, saved } = *self;
        let urls = discovery_urls(&instance.kind, &application.endpoint_key());
        let (_, found) = world.fetch_metadata(Some(instance.id), &instance.network, &urls).await;
        match found.result {
            Ok(metadata) => set.metadata = Some(metadata),
            Err(error) => set.discovery_error = Some(error),
        }
        let endpoint = token_endpoint(instance, application, Some(set))?;
        let request = TokenRequest::of(application, endpoint);
        let about = About { purpose: Purpose::Trial, instance: Some(instance.id), application: saved };
        Ok(world.request_token(about, &instance.network, &request, secret).await)
    }
}
