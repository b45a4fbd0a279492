//! A new client secret beside the old one: taken in, tried out, switched to. It is in memory only until then.

use uuid::Uuid;

use super::event::{Answer, Event};
use super::{Companion, probe};
use crate::contract::{AppError, Keep, SecretTrial};
use crate::model::{ApplicationId, SecretId, SecretKeeping};
use crate::secret::Secret;

impl Companion {
    /// Takes in a new client secret, to be tried out.
    ///
    /// # Errors
    /// [`AppError::NotFound`], [`AppError::InvalidInput`] for an empty one.
    pub async fn propose_secret(&self, application: ApplicationId, value: Secret) -> Result<(), AppError> {
        super::change::check_secret(&value)?;
        let secret = SecretId(Uuid::new_v4());
        self.world.keep_in_session(secret, value);
        self.ask(|reply| Event::Proposed { application, secret, reply }).await.map(|_| ())
    }

    /// Asks for a token with the new secret and with the old one, in this order. Neither token is kept.
    ///
    /// # Errors
    /// [`AppError::NotFound`] where there is no new secret. How each was taken is seen in the snapshot.
    pub async fn try_secrets(&self, application: ApplicationId) -> Result<(), AppError> {
        let secret = self.candidate(application).await?;
        let config = self.config().await?;
        let (_, saved) = config.find(application).ok_or_else(|| AppError::not_found("application"))?;
        let trial = async |keeping: SecretKeeping| match probe::try_secret(
            &self.world,
            &config,
            application,
            keeping,
        )
        .await
        {
            Ok(exchange) => SecretTrial::Accepted { exchange },
            Err(error) => SecretTrial::Refused { error },
        };
        let new = trial(SecretKeeping::Session(secret)).await;
        let old = trial(saved.secret).await;
        self.ask(|reply| Event::SecretsTried { application, secret, new, old, reply }).await.map(|_| ())
    }

    /// Uses the new secret from now on, kept where the old one was. The token in hand stays.
    ///
    /// # Errors
    /// [`AppError::NotFound`] where there is no new secret, and those of
    /// [`set_secret`](Self::set_secret); then the old one is still used.
    pub async fn switch_secret(&self, application: ApplicationId) -> Result<(), AppError> {
        let secret = self.candidate(application).await?;
        let value = self.world.read_secret(SecretKeeping::Session(secret)).await?;
        let config = self.config().await?;
        let (_, saved) = config.find(application).ok_or_else(|| AppError::not_found("application"))?;
        let keep = match saved.secret {
            SecretKeeping::Session(_) => Keep::Session,
            SecretKeeping::Keychain(_) | SecretKeeping::None => Keep::Keychain,
        };
        self.set_secret(application, value, keep).await?;
        self.ask(|reply| Event::CandidateGone { application, switched: true, reply }).await.map(|_| ())
    }

    /// Forgets a new secret that was not switched to.
    ///
    /// # Errors
    /// Only when the companion has ended.
    pub async fn discard_secret(&self, application: ApplicationId) -> Result<(), AppError> {
        self.ask(|reply| Event::CandidateGone { application, switched: false, reply }).await.map(|_| ())
    }

    /// The new secret that is being tried out.
    pub(super) async fn candidate(&self, application: ApplicationId) -> Result<SecretId, AppError> {
        match self.ask(|reply| Event::ReadCandidate { application, reply }).await? {
            Answer::Candidate(secret) => Ok(secret),
            other => Err(super::unexpected(&other)),
        }
    }
}
