//! The activity: every request of this run with its answer, masked when it is recorded. In memory only.

mod curl;
mod har;
pub mod mask;
mod record;

use std::collections::VecDeque;
use std::sync::Arc;

use crate::contract::{ActivityArgs, ExchangeId, ExchangeView, MessageView};

pub use curl::{CLIENT_SECRET, curl, curl_to_come};
pub use har::har;
pub use record::About;
pub(crate) use record::{Answer, Facts, record};

/// What is remembered of the exchanges: the newest, within bounds.
#[derive(Debug, Default)]
pub struct Activity {
    /// The newest first, each with the length of its texts.
    exchanges: VecDeque<(Arc<ExchangeView>, usize)>,
    /// The length of all texts.
    bytes: usize,
}

impl Activity {
    /// The most exchanges that are remembered.
    pub const MOST: usize = 500;
    /// The most bytes of text in all.
    pub const MOST_BYTES: usize = 8 * 1024 * 1024;

    /// Remembers an exchange; the oldest make room.
    pub fn record(&mut self, exchange: Arc<ExchangeView>) {
        let bytes = weight(&exchange);
        self.exchanges.push_front((exchange, bytes));
        self.bytes += bytes;
        while self.exchanges.len() > Self::MOST || self.bytes > Self::MOST_BYTES {
            let Some((_, bytes)) = self.exchanges.pop_back() else { return };
            self.bytes -= bytes;
        }
    }

    /// What was asked for, newest first.
    #[must_use]
    pub fn list(&self, wanted: &ActivityArgs) -> Vec<Arc<ExchangeView>> {
        let is_wanted = |exchange: &&Arc<ExchangeView>| {
            let row = &exchange.summary;
            (wanted.application.is_none() || row.application == wanted.application)
                && (row.failed || !wanted.failures)
        };
        self.exchanges.iter().map(|(exchange, _)| exchange).filter(is_wanted).cloned().collect()
    }

    /// One exchange, while it is remembered.
    #[must_use]
    pub fn find(&self, id: ExchangeId) -> Option<&Arc<ExchangeView>> {
        self.exchanges.iter().map(|(exchange, _)| exchange).find(|exchange| exchange.summary.id == id)
    }

    /// The newest one.
    #[must_use]
    pub fn newest(&self) -> Option<ExchangeId> {
        self.exchanges.iter().map(|(exchange, _)| exchange.summary.id).max()
    }

    /// Forgets all.
    pub fn clear(&mut self) {
        *self = Self::default();
    }
}

/// About how many bytes of text an exchange holds.
fn weight(exchange: &ExchangeView) -> usize {
    let message = |message: &MessageView| {
        let headers = message.headers.iter().map(|field| field.name.len() + field.value.len());
        let body = message.body.as_ref().map_or(0, |body| body.text.len());
        message.line.len() + headers.sum::<usize>() + body
    };
    message(&exchange.request)
        + exchange.response.as_ref().map_or(0, message)
        + exchange.summary.url.len()
        + exchange.curl.len()
}
