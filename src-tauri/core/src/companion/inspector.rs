//! The inspector: what the window may ask of it.

use url::Url;

use super::event::{Answer, Answered, Event};
use super::run::World;
use super::{Companion, unexpected};
use crate::contract::{
    AppError, CompareTokensArgs, Comparison, Field, InspectPastedArgs, Inspection, KeyOffer, Problem,
    ServerWords, Severity, Stage, TokenRef,
};
use crate::inspect::compare::{Side, compare};
use crate::inspect::{inspect, paste};
use crate::jwt::JwkSet;
use crate::model::{Network, Proxy};
use crate::oauth::metadata::keys_of_issuer;
use crate::oauth::refusal::shown_url;

/// Work on more text than this, in bytes, gets a thread of its own, so that nothing waits behind it.
const LARGE: usize = 32 * 1024;

impl Companion {
    /// A pasted text: the token in it decoded, explained and checked. Nothing is fetched.
    ///
    /// # Errors
    /// Only when the companion has ended.
    pub async fn inspect_pasted(&self, args: &InspectPastedArgs) -> Result<Inspection, AppError> {
        let known = match self.ask(|reply| Event::ReadKnown { reply }).await? {
            Answer::Known(known) => *known,
            other => return Err(unexpected(&other)),
        };
        let args = args.clone();
        aside(args.text.expose().len(), move || {
            let choice = usize::try_from(args.choice).unwrap_or(usize::MAX);
            inspect(args.text.expose(), choice, &args.keys, &args.expected, &known)
        })
        .await
    }

    /// Fetches keys that [`inspect_pasted`](Self::inspect_pasted) offered; resolves when they are there.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for an instance that is gone, [`AppError::InvalidInput`] for an issuer that is not
    /// asked, and whatever the fetching ends with. Keys from before stay.
    pub async fn fetch_keys(&self, offer: &KeyOffer) -> Result<(), AppError> {
        let offer = offer.clone();
        self.ask(|reply| Event::FetchKeys { offer, reply }).await.map(|_| ())
    }

    /// Two tokens side by side.
    ///
    /// # Errors
    /// [`AppError::NotFound`] and [`AppError::NoToken`] for one that is not there (any more),
    /// [`AppError::InvalidInput`] for a text without a token.
    pub async fn compare_tokens(&self, args: &CompareTokensArgs) -> Result<Comparison, AppError> {
        let (before, after) = (self.side(&args.before).await?, self.side(&args.after).await?);
        let bytes =
            [&before, &after].map(|side| side.claims.as_ref().map_or(0, |claims| claims.text().len()));
        aside(bytes.iter().sum(), move || compare(before, after)).await
    }

    async fn side(&self, token: &TokenRef) -> Result<Side, AppError> {
        match token {
            TokenRef::Application { application, token } => {
                let (application, token) = (*application, *token);
                match self.ask(|reply| Event::ReadSide { application, token, reply }).await? {
                    Answer::Side(side) => Ok(*side),
                    other => Err(unexpected(&other)),
                }
            }
            TokenRef::Pasted { text, choice } => {
                let (text, choice) = (text.clone(), usize::try_from(*choice).unwrap_or(usize::MAX));
                aside(text.expose().len(), move || pasted_side(text.expose(), choice)).await?
            }
        }
    }
}

/// The chosen token of a pasted text.
fn pasted_side(text: &str, choice: usize) -> Result<Side, AppError> {
    let pasted = paste::find(text);
    let choice = choice.min(pasted.tokens.len().saturating_sub(1));
    match pasted.tokens.get(choice) {
        Some(found) => Ok(Side::read("Pasted token", &found.token)),
        None => {
            let message = pasted.problem.unwrap_or_else(|| "Paste a token to compare.".to_owned());
            let problem = Problem { field: Field::Token, severity: Severity::Error, message };
            Err(AppError::InvalidInput { problems: vec![problem] })
        }
    }
}

/// Does work on this many bytes where it holds up nobody.
async fn aside<T: Send + 'static>(
    bytes: usize,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, AppError> {
    if bytes <= LARGE {
        return Ok(work());
    }
    // The words of a panic may hold what was pasted.
    let failed = |_| AppError::Internal { detail: "looking at the token has failed".to_owned() };
    tokio::task::spawn_blocking(work).await.map_err(failed)
}

impl World {
    /// Fetches the keys of an issuer that is not saved, by its discovery document, which is at one of these
    /// addresses. The clock offset is that of the host that has the document.
    pub(super) async fn fetch_issuer(&self, issuer: &str, urls: &[Url]) -> Answered<JwkSet> {
        let network = Network { proxy: Proxy::System, extra_ca: String::new() };
        let (url, Answered { result, clock_offset_ms, exchange }) =
            self.fetch_metadata(None, &network, urls).await;
        let refused = |error| Answered { result: Err(error), clock_offset_ms, exchange };
        let metadata = match result {
            Ok(metadata) => metadata,
            Err(error) => return refused(error),
        };
        match keys_of_issuer(issuer, &metadata) {
            Ok(Some(address)) => {
                let answer = self.fetch_keys(None, &network, &address).await;
                Answered { clock_offset_ms: clock_offset_ms.or(answer.clock_offset_ms), ..answer }
            }
            Ok(None) => refused(AppError::EndpointUnknown { endpoint: "jwks_uri".to_owned() }),
            Err(what) => {
                let server = Box::new(ServerWords {
                    stage: Stage::Discovery,
                    status: 200,
                    url: url.as_ref().map(shown_url).unwrap_or_default(),
                    error: None,
                    description: None,
                    uri: None,
                    excerpt: None,
                });
                refused(AppError::MalformedAnswer { what, server })
            }
        }
    }
}
