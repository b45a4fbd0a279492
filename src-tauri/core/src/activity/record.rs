//! From what the HTTP client saw to what is remembered of it. Pure; everything is masked here.

use url::{Position, Url};

use super::curl::{CLIENT_SECRET, masked_curl};
use super::mask::{MARK, Mask};
use crate::contract::{
    AppError, BodyView, ConnectionView, ErrorView, ExchangeId, ExchangeSummary, ExchangeView, HeaderView,
    MessageView, Purpose, TimingView,
};
use crate::model::{ApplicationId, InstanceId};
use crate::oauth::http::{Body, HttpRequest};

/// The most bytes of a body that are remembered.
const MOST_BODY: usize = 64 * 1024;

/// What a request is made for, and for whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct About {
    /// What for.
    pub purpose: Purpose,
    /// For which saved instance.
    pub instance: Option<InstanceId>,
    /// For which saved application.
    pub application: Option<ApplicationId>,
}

/// What the HTTP client knows of one exchange.
pub(crate) struct Facts<'a> {
    pub(crate) id: ExchangeId,
    pub(crate) about: About,
    pub(crate) request: &'a HttpRequest,
    pub(crate) user_agent: &'a str,
    /// When it was sent, in Unix milliseconds.
    pub(crate) at: i64,
    /// What came back, as far as it did.
    pub(crate) answer: Option<Answer>,
    /// Its body, if that came whole.
    pub(crate) body: Option<&'a [u8]>,
    /// Why it was not a whole answer.
    pub(crate) error: Option<&'a AppError>,
    pub(crate) timing: TimingView,
    pub(crate) connection: Option<ConnectionView>,
}

/// An answer as it came.
pub(crate) struct Answer {
    /// `HTTP/1.1`.
    pub(crate) version: String,
    pub(crate) status: u16,
    /// The words behind the status, where the version has any.
    pub(crate) reason: String,
    pub(crate) headers: Vec<(String, String)>,
    /// `Content-Type`, lower case, without parameters.
    pub(crate) media_type: Option<String>,
}

/// What is remembered.
pub(crate) fn record(facts: Facts<'_>) -> ExchangeView {
    let Facts { id, about, request, user_agent, at, answer, body, error, timing, connection } = facts;
    let mask = Mask::of(request);
    let version = answer.as_ref().map_or("HTTP/1.1", |answer| answer.version.as_str());
    let method = request.method.as_str();
    let url = mask.url(&request.url);
    let target = mask.text(&request.url[Position::BeforePath..Position::AfterQuery]);
    let status = answer.as_ref().map(|answer| answer.status);
    ExchangeView {
        summary: ExchangeSummary {
            id,
            at,
            purpose: about.purpose,
            instance: about.instance,
            application: about.application,
            method: method.to_owned(),
            url,
            status,
            failure: error.map(|error| mask.text(&ErrorView::from(error.clone()).title)),
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it saturates")]
            duration_ms: timing.total.round() as u32,
            failed: error.is_some() || status.is_some_and(|status| status >= 400),
        },
        request: MessageView {
            line: format!("{method} {target} {version}"),
            headers: sent_headers(request, user_agent, &mask),
            body: request.body.as_ref().map(|body| sent_body(body, &mask)),
        },
        response: answer.map(|answer| received(answer, body, &mask)),
        error: error.cloned(),
        timing,
        connection,
        curl: masked_curl(request, &mask, CLIENT_SECRET),
    }
}

/// The header fields in the order in which they are sent.
fn sent_headers(request: &HttpRequest, user_agent: &str, mask: &Mask) -> Vec<HeaderView> {
    let field = |name: &str, value: String| HeaderView { name: name.to_owned(), value };
    let mut headers = vec![field("accept", request.accept.to_owned())];
    if let Some(authorization) = &request.authorization {
        headers.push(field("authorization", format!("{} {MARK}", authorization.scheme())));
    }
    if let Some(body) = &request.body {
        headers.push(field("content-type", body.media_type().to_owned()));
    }
    headers.push(field("user-agent", user_agent.to_owned()));
    headers.push(field("host", mask.text(&host(&request.url))));
    if let Some(body) = &request.body {
        headers.push(field("content-length", body.encode().expose().len().to_string()));
    }
    headers
}

/// `Host`: the port only where it is not the scheme's own.
fn host(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

fn sent_body(body: &Body, mask: &Mask) -> BodyView {
    let sent = body.encode();
    let text = match body {
        Body::Form(fields) => mask.form(fields),
        Body::Json(text) => mask.text(text),
    };
    let masked = text != sent.expose();
    body_view(text, masked, sent.expose().len(), Some(body.media_type().to_owned()))
}

fn received(answer: Answer, body: Option<&[u8]>, mask: &Mask) -> MessageView {
    let Answer { version, status, reason, headers, media_type } = answer;
    let reason = mask.text(&reason);
    MessageView {
        line: format!("{version} {status} {reason}").trim_end().to_owned(),
        headers: headers
            .into_iter()
            .map(|(name, value)| HeaderView { value: mask.header(&name, &value), name })
            .collect(),
        body: body.filter(|body| !body.is_empty()).map(|body| {
            let text = std::str::from_utf8(body).unwrap_or_default();
            let shown = mask.text(text);
            let masked = shown != text;
            body_view(shown, masked, body.len(), media_type)
        }),
    }
}

/// A body whose text is masked already: only now is it cut, or a secret's beginning could stay.
fn body_view(mut text: String, masked: bool, bytes: usize, media_type: Option<String>) -> BodyView {
    let cut = text.len() > MOST_BODY;
    if cut {
        let end = (0..=MOST_BODY).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default();
        text.truncate(end);
        text.shrink_to_fit();
    }
    BodyView { text, bytes: bytes as u64, cut, masked, media_type }
}
