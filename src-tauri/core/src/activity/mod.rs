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
        // Two that end at once may be reported in the other order.
        let place = self.exchanges.partition_point(|(newer, _)| newer.summary.id > exchange.summary.id);
        self.exchanges.insert(place, (exchange, bytes));
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
        let place = self.exchanges.binary_search_by(|(exchange, _)| id.cmp(&exchange.summary.id)).ok()?;
        self.exchanges.get(place).map(|(exchange, _)| exchange)
    }

    /// The newest one.
    #[must_use]
    pub fn newest(&self) -> Option<ExchangeId> {
        self.exchanges.front().map(|(exchange, _)| exchange.summary.id)
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

#[cfg(test)]
pub(crate) mod tests {
    use url::Url;
    use uuid::Uuid;

    use super::*;
    use crate::contract::{AppError, HttpMethod, Purpose, Stage, TimingView};
    use crate::model::ApplicationId;
    use crate::oauth::http::{Body, FormField, HttpRequest};
    use crate::secret::Secret;

    /// A recorded exchange of no saved instance.
    pub(crate) fn exchange(
        id: u64,
        application: Option<ApplicationId>,
        body: &str,
        failed: bool,
    ) -> Arc<ExchangeView> {
        let request = HttpRequest {
            stage: Stage::Token,
            method: HttpMethod::Post,
            url: Url::parse("https://ada:c4n4ry@id.example:8443/token?code=c4n4ry#x").unwrap(),
            authorization: None,
            accept: "application/json",
            body: Some(Body::Form(vec![FormField::secret("client_secret", &Secret::new("c4n4ry"))])),
        };
        let error = AppError::ConnectionClosed { address: "id.example:443".to_owned(), in_answer: false };
        let answer = Answer {
            version: "HTTP/1.1".to_owned(),
            status: 200,
            reason: "OK".to_owned(),
            headers: vec![("location".to_owned(), "/x?code=c4n4ry".to_owned())],
            media_type: Some("application/json".to_owned()),
        };
        Arc::new(record(Facts {
            id: ExchangeId(id),
            about: About { purpose: Purpose::Token, instance: None, application },
            request: &request,
            user_agent: "test",
            at: 0,
            answer: (!failed).then_some(answer),
            body: (!failed).then_some(body.as_bytes()),
            error: failed.then_some(&error),
            timing: TimingView {
                dns: None,
                connect: Some(2.0),
                wait: Some(5.0),
                body: Some(1.0),
                total: 9.4,
                reused: Some(false),
            },
            connection: None,
        }))
    }

    fn ids(activity: &Activity, wanted: ActivityArgs) -> Vec<u64> {
        activity.list(&wanted).iter().map(|exchange| exchange.summary.id.0).collect()
    }

    #[test]
    fn the_newest_come_first_and_can_be_chosen() {
        let mut activity = Activity::default();
        let own = Some(ApplicationId(Uuid::from_u128(1)));
        for (id, application, failed) in [(1, own, false), (3, own, true), (2, None, true)] {
            activity.record(exchange(id, application, "{}", failed));
        }
        let all = ActivityArgs::default();
        assert_eq!(ids(&activity, all), [3, 2, 1]);
        assert_eq!(ids(&activity, ActivityArgs { application: own, ..all }), [3, 1]);
        assert_eq!(ids(&activity, ActivityArgs { failures: true, ..all }), [3, 2]);
        assert_eq!(ids(&activity, ActivityArgs { application: own, failures: true }), [3]);
        assert_eq!(activity.newest(), Some(ExchangeId(3)));
        assert!(activity.find(ExchangeId(2)).is_some() && activity.find(ExchangeId(4)).is_none());
        activity.clear();
        assert_eq!((ids(&activity, all), activity.newest(), activity.bytes), (Vec::new(), None, 0));
    }

    #[test]
    fn memory_is_bounded_by_number_and_by_size() {
        let mut activity = Activity::default();
        (1..=600).for_each(|id| activity.record(exchange(id, None, "{}", false)));
        assert_eq!(activity.list(&ActivityArgs::default()).len(), 500);
        assert!(activity.find(ExchangeId(100)).is_none() && activity.find(ExchangeId(101)).is_some());
        let large = "é".repeat(50_000);
        (601..=750).for_each(|id| activity.record(exchange(id, None, &large, false)));
        assert!(activity.bytes <= Activity::MOST_BYTES);
        assert!((100..130).contains(&activity.exchanges.len()), "{}", activity.exchanges.len());
        let kept = activity.find(ExchangeId(750)).unwrap().response.clone().unwrap().body.unwrap();
        assert_eq!((kept.text.len(), kept.bytes, kept.cut, kept.masked), (65_536, 100_000, true, false));
    }

    #[test]
    fn what_is_recorded_is_masked_already() {
        let token = format!("{{\"a\":\"{}\",\"access_token\":\"c4n4ry\"}}", "x".repeat(70_000));
        let recorded = exchange(1, None, &token, false);
        let told = format!("{recorded:?} {}", har(std::iter::once(&*recorded)));
        assert!(!told.contains("c4n4ry"), "{told}");
        assert_eq!(recorded.request.line, "POST /token?code=•••• HTTP/1.1");
        let sent = recorded.request.body.as_ref().unwrap();
        assert_eq!((sent.text.as_str(), sent.bytes, sent.masked), ("client_secret=••••", 20, true));
        let came = recorded.response.as_ref().unwrap();
        assert_eq!(came.line, "HTTP/1.1 200 OK");
        assert!(came.body.as_ref().unwrap().masked);
        assert_eq!(recorded.summary.duration_ms, 9);
    }
}
