//! Doing a walkthrough: its requests with the user's own values, and running a step for real.

use url::Url;

use super::event::{Answer, Event};
use super::{Companion, unexpected};
use crate::contract::{
    AppError, CallReport, CodeSample, EndpointRequest, HttpMethod, KeychainStatus, PageLink, StepAction,
    StepOutcome, StepRequest, WalkthroughAnswers, WalkthroughId, WebhookReport,
};
use crate::model::{ApplicationId, InstanceId, InstanceKind, SecretKeeping};
use crate::oauth::refusal::has_reserved;
use crate::scaikey::{self, ADMIN_READ, TENANTS_PATH};
use crate::secret::Secret;
use crate::walkthrough::{self, WebhookFacts, request, webhook};

/// What running a step came to.
#[derive(Debug)]
pub enum StepRun {
    /// It was run.
    Done(Box<StepOutcome>),
    /// It is for whoever runs the practice server: these scopes are to be allowed there.
    AllowOnPractice {
        /// For which application.
        application: ApplicationId,
        /// Which.
        scopes: Vec<String>,
    },
}

impl Companion {
    /// The answers of a walkthrough as they count now.
    fn answers(&self, id: WalkthroughId) -> WalkthroughAnswers {
        let snapshot = self.snapshot();
        let progress = snapshot.walkthroughs.iter().find(|progress| progress.id == id);
        progress.map(|progress| progress.answers.clone()).unwrap_or_default()
    }

    /// Runs a step for real; what it did is seen in the snapshot too.
    ///
    /// # Errors
    /// [`AppError::NotFound`] where there is nothing to run or nothing to run it with, and whatever the request
    /// ends with.
    pub async fn run_step(&self, id: WalkthroughId, step: u32) -> Result<StepRun, AppError> {
        let action = walkthrough::step(id, step).and_then(|step| step.action);
        let action = action.ok_or_else(|| AppError::not_found("step"))?;
        let application = self.answers(id).application.ok_or_else(|| AppError::not_found("application"))?;
        let outcome = match action {
            StepAction::RequestToken => {
                StepOutcome { exchange: self.await_token(application).await?, call: None }
            }
            StepAction::ListTenants => of_call(self.call_endpoint(application, &list_tenants()).await?),
            StepAction::AskForAdminRead => {
                self.ask_for_scopes(application, vec![ADMIN_READ.to_owned()]).await?;
                NOTHING
            }
            StepAction::AllowAdminRead => {
                return Ok(StepRun::AllowOnPractice { application, scopes: vec![ADMIN_READ.to_owned()] });
            }
            StepAction::TrySecrets => {
                self.try_secrets(application).await?;
                NOTHING
            }
            StepAction::SwitchSecret => {
                self.switch_secret(application).await?;
                NOTHING
            }
        };
        Ok(StepRun::Done(Box::new(outcome)))
    }

    /// A step's request with the user's own values; `None` where it has none, or not yet.
    ///
    /// # Errors
    /// Only when the companion has ended.
    pub async fn step_request(&self, id: WalkthroughId, step: u32) -> Result<Option<StepRequest>, AppError> {
        let mut context = match self.ask(|reply| Event::ReadRequestContext { walkthrough: id, reply }).await?
        {
            Answer::RequestContext(context) => *context,
            other => return Err(unexpected(&other)),
        };
        context.reserved = self.secret_is_reserved(id).await;
        Ok(request::step_request(id, step, &context))
    }

    /// Whether the application's secret, or a new one beside it, holds a character that is form-encoded. A keychain
    /// that would ask is not asked for that.
    async fn secret_is_reserved(&self, id: WalkthroughId) -> bool {
        let ready = matches!(self.snapshot().keychain.status, KeychainStatus::Ready);
        let (Some(application), Ok(config)) = (self.answers(id).application, self.config().await) else {
            return false;
        };
        let saved = config.find(application).map(|(_, found)| found.secret);
        let new = self.candidate(application).await.ok().map(SecretKeeping::Session);
        for keeping in saved.into_iter().chain(new) {
            let reserved = match self.world.is_reserved(keeping) {
                Some(known) => known,
                None if ready => {
                    self.world.read_secret(keeping).await.is_ok_and(|secret| has_reserved(secret.expose()))
                }
                None => false,
            };
            if reserved {
                return true;
            }
        }
        false
    }

    /// Code that keeps a token of an application valid, in four languages; none at another provider, which has no
    /// list of tenants.
    ///
    /// # Errors
    /// [`AppError::NotFound`].
    pub async fn code_samples(&self, application: ApplicationId) -> Result<Vec<CodeSample>, AppError> {
        match self.ask(|reply| Event::ReadSamples { application, reply }).await? {
            Answer::Samples(samples) => Ok(samples),
            other => Err(unexpected(&other)),
        }
    }

    /// Verifies a webhook, and remembers its event.
    ///
    /// # Errors
    /// Only when the companion has ended.
    pub async fn verify_webhook(
        &self,
        headers: &str,
        body: &str,
        secret: &Secret,
    ) -> Result<WebhookReport, AppError> {
        let seen = match self.ask(|reply| Event::ReadEventsSeen { reply }).await? {
            Answer::EventsSeen(seen) => seen,
            other => return Err(unexpected(&other)),
        };
        let now = self.world.clock.now().wall;
        let report = webhook::verify(headers, body.as_bytes(), secret, now, &|id| seen.contains(id));
        let facts = WebhookFacts::of(&report);
        // An event that was forged does not count as seen.
        let event_id = report.verified.then(|| webhook::event_id(headers, body.as_bytes())).flatten();
        self.webhook(facts, event_id).await;
        Ok(report)
    }

    /// The practice server allows an application these scopes, and no others.
    pub async fn scopes_allowed(&self, application: ApplicationId, scopes: Vec<String>) {
        // A closed inbox means that the app is quitting.
        let _ = self.inbox.send(Event::Allowed { application, scopes }).await;
    }

    /// A webhook is here, and was not verified yet.
    pub async fn webhook_received(&self) {
        self.webhook(WebhookFacts::default(), None).await;
    }

    async fn webhook(&self, facts: WebhookFacts, event_id: Option<String>) {
        // A closed inbox means that the app is quitting.
        let _ = self.inbox.send(Event::Webhook { facts, event_id }).await;
    }

    /// The address of a page that may be opened in the system's browser.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for a page that ScaiKey's documentation does not have, and for an instance that
    /// has no admin UI.
    pub async fn page(&self, page: &PageLink) -> Result<Url, AppError> {
        let missing = || AppError::not_found("page");
        match page {
            PageLink::Documentation { page } => scaikey::documentation(page).ok_or_else(missing),
            PageLink::AdminUi { instance } => self.below(*instance, scaikey::ADMIN_UI_PATH).await,
            PageLink::AdminApplications { instance } => {
                self.below(*instance, scaikey::ADMIN_APPLICATIONS_PATH).await
            }
            PageLink::Source { source } => crate::jwt::dictionary::address(source)
                .and_then(|url| Url::parse(&url).ok())
                .ok_or_else(missing),
        }
    }

    async fn below(&self, instance: InstanceId, path: &str) -> Result<Url, AppError> {
        let config = self.config().await?;
        let instance = config.instance(instance).ok_or_else(|| AppError::not_found("instance"))?;
        match &instance.kind {
            InstanceKind::ScaiKey { base } => base.at(path),
            InstanceKind::OpenIdProvider { .. } => None,
        }
        .ok_or_else(|| AppError::not_found("page"))
    }
}

/// A step that made no exchange worth showing.
const NOTHING: StepOutcome = StepOutcome { exchange: None, call: None };

/// The quickstart's protected endpoint.
fn list_tenants() -> EndpointRequest {
    EndpointRequest {
        method: HttpMethod::Get,
        path: TENANTS_PATH.to_owned(),
        query: Vec::new(),
        body: String::new(),
    }
}

fn of_call(call: CallReport) -> StepOutcome {
    StepOutcome { exchange: Some(call.exchange), call: Some(call) }
}
