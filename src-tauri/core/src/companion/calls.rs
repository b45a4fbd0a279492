//! Calling an API with an application's token: what the window may ask for.

use super::event::{Answer, Event};
use super::state::{EndpointCall, TokenUse};
use super::{Companion, unexpected};
use crate::activity::curl::curl;
use crate::contract::{
    ApiCheckRow, AppError, CallPreview, CallReport, EndpointRequest, ExchangeId, HttpMethod,
};
use crate::endpoint::target;
use crate::model::ApplicationId;
use crate::secret::Secret;

impl Companion {
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
        Ok(EndpointCall { method: request.method, url, path: request.path.trim().to_owned(), body })
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
                let curl = curl(&call.request(Secret::new(String::new())));
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
        let url = self.endpoint_call(application, &request).await?.url;
        match self.use_token(application, TokenUse::CheckApi { url }).await? {
            Answer::ApiCheck(rows) => Ok(rows),
            other => Err(unexpected(&other)),
        }
    }
}
