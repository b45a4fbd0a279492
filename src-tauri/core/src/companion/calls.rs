//! Calling an API with an application's token: what the window may ask for.

use std::sync::Arc;

use super::event::{Answer, EndpointCall, Event, LastCall, TokenUse, WantedCall};
use super::run::World;
use super::{Companion, unexpected};
use crate::activity::mask::Mask;
use crate::activity::{About, curl};
use crate::contract::{
    ApiCheckRow, ApiTrial, AppError, BadToken, BodyView, CallPreview, CallReport, EndpointRequest,
    EndpointSuggestion, ExchangeId, ExchangeView, HttpMethod, Purpose, Stage,
};
use crate::endpoint::{bad_token, catalog, challenge, refusal, table, target};
use crate::model::{ApplicationId, InstanceKind};
use crate::oauth::http::{Authorization, Body, HttpRequest, HttpResponse};
use crate::oauth::refusal::shown_url;
use crate::secret::Secret;

impl Companion {
    /// The documented endpoints of an application's instance; none where it is another provider.
    ///
    /// # Errors
    /// [`AppError::NotFound`].
    pub async fn endpoints(&self, application: ApplicationId) -> Result<Vec<EndpointSuggestion>, AppError> {
        let config = self.config().await?;
        let (instance, _) = config.find(application).ok_or_else(|| AppError::not_found("application"))?;
        Ok(match instance.kind {
            InstanceKind::ScaiKey { .. } => catalog::suggestions(),
            InstanceKind::OpenIdProvider { .. } => Vec::new(),
        })
    }

    /// What a call would be: its URL and what stands against it.
    ///
    /// # Errors
    /// [`AppError::NotFound`], [`AppError::InvalidInput`].
    async fn endpoint_call(
        &self,
        application: ApplicationId,
        request: &EndpointRequest,
    ) -> Result<EndpointCall, AppError> {
        let config = self.config().await?;
        let (instance, _) = config.find(application).ok_or_else(|| AppError::not_found("application"))?;
        let url = target::resolve(&instance.kind, request)?;
        let body = Some(request.body.trim().to_owned()).filter(|body| !body.is_empty());
        let path = target::path_of(&instance.kind, &url).to_owned();
        Ok(EndpointCall { method: request.method, url, path, body })
    }

    /// What a call would send. Nothing is sent.
    ///
    /// # Errors
    /// [`AppError::NotFound`]. What cannot be sent is part of the preview.
    pub async fn preview_call(
        &self,
        application: ApplicationId,
        request: &EndpointRequest,
    ) -> Result<CallPreview, AppError> {
        match self.endpoint_call(application, request).await {
            Ok(call) => {
                let url = call.url.to_string();
                let curl = curl(&call.request(Some(Secret::new(""))));
                Ok(CallPreview { url, curl, problem: None })
            }
            Err(AppError::InvalidInput { problems }) => {
                let problem = problems.into_iter().next().map(|problem| problem.message);
                Ok(CallPreview { url: String::new(), curl: String::new(), problem })
            }
            Err(error) => Err(error),
        }
    }

    /// Calls an API with the token in hand, renewed first when it is inside its margin.
    ///
    /// # Errors
    /// [`AppError::InvalidInput`], [`AppError::NoToken`], why no token could be had, and why no answer came.
    /// A refusal by the API is part of the report.
    pub async fn call_endpoint(
        &self,
        application: ApplicationId,
        request: &EndpointRequest,
    ) -> Result<CallReport, AppError> {
        let call = Box::new(self.endpoint_call(application, request).await?);
        match self.use_token(application, TokenUse::Call(call)).await? {
            Answer::Call(report) => Ok(*report),
            other => Err(unexpected(&other)),
        }
    }

    /// The answer of an application's last call as it came.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when another call came after it, or nothing in it was masked.
    pub async fn reveal_answer(&self, exchange: ExchangeId) -> Result<Secret, AppError> {
        match self.ask(|reply| Event::RevealAnswer { exchange, reply }).await? {
            Answer::Token(text) => Ok(text),
            other => Err(unexpected(&other)),
        }
    }

    /// Calls an API with tokens that it must not accept, one after the other.
    ///
    /// # Errors
    /// As [`call_endpoint`](Self::call_endpoint).
    pub async fn check_api(
        &self,
        application: ApplicationId,
        path: &str,
    ) -> Result<Vec<ApiCheckRow>, AppError> {
        let (method, path) = (HttpMethod::Get, path.to_owned());
        let request = EndpointRequest { method, path, query: Vec::new(), body: String::new() };
        let call = self.endpoint_call(application, &request).await?;
        match self.use_token(application, TokenUse::CheckApi(Box::new(call))).await? {
            Answer::ApiCheck(rows) => Ok(rows),
            other => Err(unexpected(&other)),
        }
    }
}

impl EndpointCall {
    /// The request, with a token or without one.
    fn request(&self, token: Option<Secret>) -> HttpRequest {
        HttpRequest {
            stage: Stage::Endpoint,
            method: self.method,
            url: self.url.clone(),
            authorization: token.map(Authorization::Bearer),
            accept: "application/json",
            body: self.body.clone().map(Body::Json),
        }
    }
}

impl World {
    /// Makes a call. A redirect that only adds or drops a slash at the end of the path is followed with the token.
    pub(super) async fn call(
        &self,
        application: ApplicationId,
        wanted: WantedCall,
    ) -> (Option<Box<LastCall>>, Result<Box<CallReport>, AppError>) {
        let WantedCall { instance, network, mut call, token, token_id, sent } = wanted;
        let about =
            About { purpose: Purpose::Endpoint, instance: Some(instance), application: Some(application) };
        let mut request = call.request(Some(token));
        let (mut outcome, mut exchange) = self.send(about, &network, &request).await;
        let mut redirected_from = None;
        if let Ok(answer) = &outcome
            && let Some(url) = target::slash_redirect(&call.url, answer.status, answer.location.as_deref())
        {
            redirected_from = Some(call.url.path().to_owned());
            call.url = url.clone();
            request.url = url;
            (outcome, exchange) = self.send(about, &network, &request).await;
        }
        let answer = match outcome {
            Ok(answer) => answer,
            Err(error) => return (None, Err(error)),
        };
        let body = recorded_body(&exchange);
        // The recorded body may be cut.
        let whole = Mask::of(&request).text(&String::from_utf8_lossy(&answer.body));
        let unmasked = body.masked.then(|| Secret::new(String::from_utf8_lossy(&answer.body).into_owned()));
        let report = CallReport {
            exchange: exchange.summary.id,
            status: answer.status,
            reason: reason(answer.status),
            duration_ms: exchange.summary.duration_ms,
            url: shown_url(&call.url),
            redirected_from,
            table: table::read(&whole),
            body,
            challenges: answer.www_authenticate.as_deref().map(challenge::read).unwrap_or_default(),
            error: refusal::explain(call.method, &call.url, &call.path, &answer, &sent),
        };
        let last = LastCall {
            method: call.method,
            url: call.url,
            path: call.path,
            status: report.status,
            duration_ms: report.duration_ms,
            token: token_id,
            exchange: report.exchange,
            unmasked,
        };
        (Some(Box::new(last)), Ok(Box::new(report)))
    }

    /// Calls an API without a token, with a changed one and with one that has ended.
    pub(super) async fn check_api(
        &self,
        application: ApplicationId,
        wanted: WantedCall,
        ended: Option<Secret>,
    ) -> Vec<ApiCheckRow> {
        let WantedCall { instance, network, call, token, .. } = wanted;
        let about =
            About { purpose: Purpose::ApiCheck, instance: Some(instance), application: Some(application) };
        let not_tried = |reason: &str| ApiTrial::NotTried { reason: reason.to_owned() };
        let changed = bad_token::with_changed_signature(&token);
        let tokens = [
            (BadToken::None, Ok(None)),
            (
                BadToken::ChangedSignature,
                changed.map(Some).ok_or_else(|| not_tried("The token has no signature to change.")),
            ),
            (
                BadToken::Expired,
                ended.map(Some).ok_or_else(|| {
                    not_tried(
                        "No token of this application has expired in this run. Check again when one has.",
                    )
                }),
            ),
        ];
        let mut rows = Vec::new();
        for (kind, token) in tokens {
            let (trial, exchange) = match token {
                Err(trial) => (trial, None),
                Ok(token) => {
                    let (outcome, exchange): (Result<HttpResponse, AppError>, Arc<ExchangeView>) =
                        self.send(about, &network, &call.request(token)).await;
                    let trial = match outcome {
                        Ok(answer) => bad_token::verdict(answer.status),
                        Err(error) => ApiTrial::Failed { error },
                    };
                    (trial, Some(exchange.summary.id))
                }
            };
            rows.push(ApiCheckRow { token: kind, trial, exchange });
        }
        rows
    }
}

/// The body as it was recorded: masked, and cut where it is long.
fn recorded_body(exchange: &ExchangeView) -> BodyView {
    let body = exchange.response.as_ref().and_then(|response| response.body.clone());
    body.unwrap_or(BodyView { text: String::new(), bytes: 0, cut: false, masked: false, media_type: None })
}

/// The usual phrase of a status (RFC 9110 §15); HTTP/2 and later send none.
fn reason(status: u16) -> String {
    let status = hyper::StatusCode::from_u16(status).ok();
    status.and_then(|status| status.canonical_reason()).unwrap_or_default().to_owned()
}
