//! The server's whole state, shared between the handle and the connections.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde_json::Value;
use tokio::sync::watch;

use crate::answers::{Answer, Endpoint, RecordedRequest};
use crate::clock::Clock;
use crate::directory::Directory;
use crate::keys::KeyRing;

/// Requests kept for tests; older ones are forgotten.
pub(crate) const RECORDED_AT_MOST: usize = 256;

pub(crate) struct World {
    /// `http://127.0.0.1:<port>`: what issuers and discovered addresses start with.
    pub(crate) base: String,
    pub(crate) port: u16,
    pub(crate) clock: Clock,
    pub(crate) record: bool,
    /// Signs webhooks. There is no way to change it.
    pub(crate) webhook_secret: String,
    /// Becomes true when the server stops, so that nobody sits out a latency.
    pub(crate) stopping: watch::Receiver<bool>,
    state: Mutex<State>,
}

/// What changes while the server runs.
pub(crate) struct State {
    pub(crate) directory: Directory,
    pub(crate) keys: KeyRing,
    /// Seconds, for applications without a lifetime of their own.
    pub(crate) lifetime: u32,
    pub(crate) latency: Duration,
    pub(crate) next_answers: HashMap<Endpoint, VecDeque<Answer>>,
    pub(crate) recorded: VecDeque<RecordedRequest>,
    /// Webhooks sent so far.
    pub(crate) deliveries: u64,
}

impl World {
    pub(crate) fn new(
        port: u16,
        clock: Clock,
        record: bool,
        webhook_secret: String,
        stopping: watch::Receiver<bool>,
        state: State,
    ) -> World {
        let base = format!("http://127.0.0.1:{port}");
        World { base, port, clock, record, webhook_secret, stopping, state: Mutex::new(state) }
    }

    /// Every change is one assignment or one push, so a panic elsewhere cannot have left it half done.
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn now(&self) -> i64 {
        (self.clock)()
    }
}

/// An answer as `application/json`.
pub(crate) fn json_response(status: StatusCode, body: &Value) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json")], body.to_string()).into_response()
}

/// `{"detail":"…"}`, the documented shape of the admin API's errors.
pub(crate) fn detail(status: StatusCode, text: &str) -> Response {
    json_response(status, &serde_json::json!({ "detail": text }))
}

/// The same response with one header field more.
pub(crate) fn with(mut response: Response, name: HeaderName, value: &'static str) -> Response {
    response.headers_mut().insert(name, HeaderValue::from_static(value));
    response
}
