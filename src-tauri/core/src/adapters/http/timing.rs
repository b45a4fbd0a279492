//! How long the parts of a request take. reqwest tells only when an answer begins, so the resolver and the
//! connector report to a probe, which finds them through the task that sends.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tower_service::Service;

use crate::contract::TimingView;

tokio::task_local! {
    static PROBE: Arc<Probe>;
}

/// Reads the clock that measures.
pub(super) fn instant() -> Instant {
    #[expect(clippy::disallowed_methods, reason = "measured for showing; nothing is decided by it")]
    Instant::now()
}

/// What one try of one request has taken so far.
pub(super) struct Probe {
    began: Instant,
    steps: Mutex<Steps>,
}

#[derive(Clone, Copy, Default)]
struct Steps {
    dns: Option<Step>,
    connect: Option<Step>,
    /// The answer has begun.
    answered: Option<Instant>,
}

/// A step with its end, if that has come.
#[derive(Clone, Copy)]
struct Step {
    began: Instant,
    ended: Option<Instant>,
    succeeded: bool,
}

impl Step {
    fn begun() -> Option<Self> {
        Some(Self { began: instant(), ended: None, succeeded: false })
    }

    fn end<T, E>(step: &mut Option<Self>, outcome: &Result<T, E>) {
        if let Some(step) = step {
            (step.ended, step.succeeded) = (Some(instant()), outcome.is_ok());
        }
    }

    fn length(self, now: Instant) -> Duration {
        self.ended.unwrap_or(now).saturating_duration_since(self.began)
    }
}

impl Probe {
    pub(super) fn begin() -> Arc<Self> {
        Arc::new(Self { began: instant(), steps: Mutex::default() })
    }

    /// Lets what `work` does be measured.
    pub(super) async fn watch<F: Future>(self: &Arc<Self>, work: F) -> F::Output {
        PROBE.scope(Arc::clone(self), work).await
    }

    /// The answer begins.
    pub(super) fn answered(&self) {
        self.note(|steps| steps.answered = Some(instant()));
    }

    fn note(&self, change: impl FnOnce(&mut Steps)) {
        change(&mut self.steps.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// What it comes to; `began` is when the first try did.
    pub(super) fn timing(&self, began: Instant) -> TimingView {
        let now = instant();
        let Steps { dns, connect, answered } = *self.steps.lock().unwrap_or_else(PoisonError::into_inner);
        // A connection that was begun beside is none of this answer's: a kept one came free first.
        let connect = connect.filter(|step| answered.is_none() || step.succeeded);
        let dns = dns.filter(|_| connect.is_some()).map(|step| step.length(now));
        let sent = connect.and_then(|step| step.ended).unwrap_or(self.began);
        TimingView {
            dns: dns.map(millis),
            connect: connect.map(|step| millis(step.length(now).saturating_sub(dns.unwrap_or_default()))),
            wait: answered.map(|answered| millis(answered.saturating_duration_since(sent))),
            body: answered.map(|answered| millis(now.saturating_duration_since(answered))),
            total: millis(now.saturating_duration_since(began)),
            reused: match connect {
                Some(step) => step.succeeded.then_some(false),
                None => Some(true),
            },
        }
    }
}

/// What it comes to where nothing was sent.
pub(super) fn nothing_sent(began: Instant) -> TimingView {
    let total = millis(instant().saturating_duration_since(began));
    TimingView { dns: None, connect: None, wait: None, body: None, total, reused: None }
}

fn millis(length: Duration) -> f64 {
    length.as_secs_f64() * 1_000.0
}

/// The probe of the request that this task sends.
fn current() -> Option<Arc<Probe>> {
    PROBE.try_with(Arc::clone).ok()
}

/// Asks the system, as reqwest does by itself, and measures that.
pub(super) struct TimedResolver;

impl Resolve for TimedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let probe = current();
        Box::pin(async move {
            if let Some(probe) = &probe {
                probe.note(|steps| steps.dns = Step::begun());
            }
            // Port 0 stands for the URL's.
            let found = tokio::net::lookup_host((name.as_str(), 0)).await;
            if let Some(probe) = &probe {
                probe.note(|steps| Step::end(&mut steps.dns, &found));
            }
            let found: Addrs = Box::new(found?.collect::<Vec<_>>().into_iter());
            Ok(found)
        })
    }
}

/// A connector that is measured.
#[derive(Clone)]
pub(super) struct Timed<S>(pub(super) S);

impl<S, R> Service<R> for Timed<S>
where
    S: Service<R>,
    S::Future: Send + 'static,
    S::Response: 'static,
    S::Error: 'static,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, target: R) -> Self::Future {
        let connecting = self.0.call(target);
        // Taken here: connecting may go on in a task of its own when a kept connection comes free.
        let Some(probe) = current() else { return Box::pin(connecting) };
        Box::pin(async move {
            probe.note(|steps| steps.connect = Step::begun());
            let outcome = probe.watch(connecting).await;
            probe.note(|steps| Step::end(&mut steps.connect, &outcome));
            outcome
        })
    }
}
