//! The one HTTP client, hardened: it follows no redirect, sends nothing in clear beyond this computer, waits
//! no longer and reads no more than the limits say, and its errors name what failed but never a query, a
//! user name, a body or a secret.

mod certificate;
mod timing;

use std::collections::HashMap;
use std::error::Error as StdError;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use hyper_util::client::proxy::matcher::Matcher;
use reqwest::header::{self, HeaderMap, HeaderName, HeaderValue};
use reqwest::redirect::Policy;
use reqwest::{Certificate, Client, Response, retry, tls};
use rustls::{CertificateError, Error as RustlsError, InvalidMessage};
use url::Url;

use self::timing::{Probe, Timed, TimedResolver};
use super::system_clock::unix_millis;
use crate::activity::{About, Answer, Facts, record};
use crate::contract::{
    AppError, ConnectionView, ExchangeId, ExchangeView, HttpMethod, ServerWords, Stage, TlsProblem,
};
use crate::model::{Network, Proxy, is_loopback, safe_endpoint};
use crate::oauth::http::{HttpRequest, HttpResponse};
use crate::oauth::refusal::{shown, shown_url};
use crate::ports::{Clock, Now};

/// An idle connection is closed after this long.
const POOL_IDLE: Duration = Duration::from_secs(30);

/// The longest `Retry-After` that is believed, in seconds.
const RETRY_AFTER_MAX: i64 = 3_600;

/// More distinct networks than this are never in use at once; the clients are then built anew.
const CLIENTS_MAX: usize = 64;

/// How long a request may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// To find the host, connect and agree on TLS.
    pub connect: Duration,
    /// Until the answer begins, and between two parts of it.
    pub read: Duration,
    /// All in all, a repeated GET included.
    pub total: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            read: Duration::from_secs(15),
            total: Duration::from_secs(30),
        }
    }
}

/// What makes two requests need different clients.
#[derive(Clone, PartialEq, Eq, Hash)]
struct ClientKey {
    /// Plain http; then on loopback only.
    plain: bool,
    proxy: Option<ChosenProxy>,
    extra_ca: String,
}

/// The proxy a request goes through, resolved.
#[derive(Clone, PartialEq, Eq, Hash)]
struct ChosenProxy {
    /// Without user information.
    url: Url,
    /// `Proxy-Authorization`.
    authorization: Option<HeaderValue>,
}

/// Sends requests. Cheap to share behind an `Arc`.
pub struct Http {
    user_agent: String,
    limits: Limits,
    clients: Mutex<HashMap<ClientKey, Client>>,
    /// The number of the last exchange.
    exchanges: AtomicU64,
}

/// What came of a request.
#[derive(Debug)]
pub struct Sent {
    /// The answer, or why there is none.
    pub outcome: Result<HttpResponse, AppError>,
    /// What is to be remembered of it, masked.
    pub exchange: ExchangeView,
}

/// What was seen of a request so far.
#[derive(Default)]
struct Seen {
    /// Of the last try; `None` where nothing was sent.
    probe: Option<Arc<Probe>>,
    answer: Option<Answer>,
    connection: Option<ConnectionView>,
}

impl Http {
    /// A client that calls itself `user_agent` (visible ASCII).
    #[must_use]
    pub fn new(user_agent: &str) -> Self {
        Self::with_limits(user_agent, Limits::default())
    }

    /// The same with other limits, for tests.
    #[must_use]
    pub fn with_limits(user_agent: &str, limits: Limits) -> Self {
        Self {
            user_agent: user_agent.to_owned(),
            limits,
            clients: Mutex::default(),
            exchanges: AtomicU64::new(0),
        }
    }

    /// Forgets all open connections. For after a suspend: connections that were open before it are dead,
    /// and the first request on each would fail. Requests under way are not touched.
    pub fn drop_idle(&self) {
        self.clients.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Sends a request and reads the answer to its end. Every status is an answer, redirects included; they
    /// are never followed. A GET is sent once more where its connection ended before an answer began (a kept
    /// connection that the server had closed meanwhile); nothing else ever is. Both tries are one exchange.
    ///
    /// The outcome's errors: [`AppError::UnsafeEndpoint`] before anything is sent; [`AppError::HostNotFound`],
    /// [`AppError::ConnectionRefused`], [`AppError::Unreachable`], [`AppError::TimedOut`],
    /// [`AppError::ConnectionClosed`], [`AppError::Tls`], [`AppError::Proxy`] where no whole answer came;
    /// [`AppError::MalformedAnswer`] where what came is no HTTP; [`AppError::AnswerTooLarge`].
    pub async fn send(
        &self,
        about: About,
        network: &Network,
        request: &HttpRequest,
        clock: &dyn Clock,
    ) -> Sent {
        let (began, sent) = (timing::instant(), clock.now());
        let mut seen = Seen::default();
        let outcome = self.deliver(network, request, clock, sent, &mut seen).await;
        let timing = match &seen.probe {
            Some(probe) => probe.timing(began),
            None => timing::nothing_sent(began),
        };
        let exchange = record(Facts {
            // Numbered at the end, so that the newest is always the last to be recorded.
            id: ExchangeId(self.exchanges.fetch_add(1, Ordering::Relaxed) + 1),
            about,
            request,
            user_agent: &self.user_agent,
            at: sent.wall,
            answer: seen.answer,
            body: outcome.as_ref().ok().map(|response| response.body.as_slice()),
            error: outcome.as_ref().err(),
            timing,
            connection: seen.connection,
        });
        Sent { outcome, exchange }
    }

    async fn deliver(
        &self,
        network: &Network,
        request: &HttpRequest,
        clock: &dyn Clock,
        sent: Now,
        seen: &mut Seen,
    ) -> Result<HttpResponse, AppError> {
        if let Err(reason) = safe_endpoint(&request.url) {
            return Err(AppError::UnsafeEndpoint { url: shown_url(&request.url), reason });
        }
        let place = Place { address: address(&request.url), proxy: choose_proxy(network, &request.url)? };
        let client = self.client(network, request, &place)?;
        let all = async {
            match self.once(&client, request, &place, clock, sent, seen).await {
                Err(AppError::ConnectionClosed { in_answer: false, .. })
                    if request.method == HttpMethod::Get =>
                {
                    self.once(&client, request, &place, clock, clock.now(), seen).await
                }
                outcome => outcome,
            }
        };
        tokio::time::timeout(self.limits.total, all)
            .await
            .unwrap_or_else(|_| Err(place.timed_out("total", self.limits.total)))
    }

    async fn once(
        &self,
        client: &Client,
        request: &HttpRequest,
        place: &Place,
        clock: &dyn Clock,
        sent: Now,
        seen: &mut Seen,
    ) -> Result<HttpResponse, AppError> {
        let built = build(client, request)?;
        let probe = Probe::begin();
        seen.probe = Some(Arc::clone(&probe));
        let answer =
            probe.watch(built.send()).await.map_err(|error| self.failure(request.stage, &error, place))?;
        probe.answered();
        let arrived = clock.now();
        seen.answer = Some(head(&answer));
        seen.connection = Some(connection(&answer, place));
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let body = self.read_body(answer, request, place).await?;
        let date = date_millis(&headers, &header::DATE);
        let middle = sent.wall.saturating_add(arrived.wall.saturating_sub(sent.wall) / 2);
        Ok(HttpResponse {
            status,
            content_type: content_type(&headers),
            location: text(&headers, &header::LOCATION),
            www_authenticate: challenges(&headers),
            retry_after_seconds: retry_after(&headers, date.unwrap_or(arrived.wall)),
            content_encoding: text(&headers, &header::CONTENT_ENCODING)
                .map(|encoding| encoding.trim().to_ascii_lowercase())
                .filter(|encoding| !encoding.is_empty() && encoding != "identity"),
            clock_offset_ms: date.map(|date| date.saturating_sub(middle)),
            duration_ms: u32::try_from(clock.now().boot.saturating_sub(sent.boot).max(0)).unwrap_or(u32::MAX),
            body,
        })
    }

    /// A body that says it is too long is not begun; one that turns out to be is left there.
    async fn read_body(
        &self,
        mut answer: Response,
        request: &HttpRequest,
        place: &Place,
    ) -> Result<Vec<u8>, AppError> {
        let limit = HttpResponse::LIMIT;
        let (stage, url) = (request.stage, shown_url(&request.url));
        let too_large = || AppError::AnswerTooLarge { stage, limit: limit as u64, url: url.clone() };
        if answer.content_length().is_some_and(|length| length > limit as u64) {
            return Err(too_large());
        }
        let mut body = Vec::new();
        loop {
            match answer.chunk().await {
                Ok(Some(chunk)) if body.len() + chunk.len() > limit => return Err(too_large()),
                Ok(Some(chunk)) => body.extend_from_slice(&chunk),
                Ok(None) => return Ok(body),
                Err(error) if error.is_timeout() => return Err(place.timed_out("answer", self.limits.read)),
                Err(_) => {
                    return Err(AppError::ConnectionClosed {
                        address: place.address.clone(),
                        in_answer: true,
                    });
                }
            }
        }
    }

    fn client(&self, network: &Network, request: &HttpRequest, place: &Place) -> Result<Client, AppError> {
        let plain = request.url.scheme() == "http";
        let extra_ca = if plain { String::new() } else { network.extra_ca.clone() };
        let key = ClientKey { plain, proxy: place.proxy.clone(), extra_ca };
        let known = self.clients.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
        if let Some(client) = known {
            return Ok(client);
        }
        let client = self.build_client(&key, place)?;
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        if clients.len() >= CLIENTS_MAX {
            clients.clear();
        }
        clients.insert(key, client.clone());
        Ok(client)
    }

    fn build_client(&self, key: &ClientKey, place: &Place) -> Result<Client, AppError> {
        let this_computer: [SocketAddr; 2] =
            [(Ipv6Addr::LOCALHOST, 0).into(), (Ipv4Addr::LOCALHOST, 0).into()];
        #[expect(clippy::disallowed_methods, reason = "this is the one place that builds a client")]
        let mut builder = Client::builder()
            .user_agent(self.user_agent.as_str())
            // 307 and 308 would send the form with the secret on to the other host.
            .redirect(Policy::none())
            .referer(false)
            .retry(retry::never())
            .https_only(!key.plain)
            .connect_timeout(self.limits.connect)
            .read_timeout(self.limits.read)
            .pool_idle_timeout(POOL_IDLE)
            // Plain http is trusted on loopback only, so the name must not be asked of a DNS server.
            .resolve_to_addrs("localhost", &this_computer)
            .dns_resolver(TimedResolver)
            .connector_layer(tower_layer::layer_fn(Timed))
            .tls_info(true)
            // What the system says is resolved in `choose_proxy`; here it must not be asked again.
            .no_proxy();
        if let Some(proxy) = &key.proxy {
            let mut route = reqwest::Proxy::all(proxy.url.as_str()).map_err(|_| place.bad_proxy())?;
            if let Some(authorization) = &proxy.authorization {
                route = route.custom_http_auth(authorization.clone());
            }
            builder = builder.proxy(route);
        }
        if key.plain {
            // No TLS, so no roots: a computer without any must still reach its own practice server.
            builder = builder.tls_certs_only([]);
        } else {
            builder = builder.min_tls_version(tls::Version::TLS_1_2);
            if !key.extra_ca.trim().is_empty() {
                builder =
                    builder.tls_certs_merge(read_pem(&key.extra_ca).ok_or_else(|| place.bad_extra_ca())?);
            }
        }
        builder.build().map_err(|error| AppError::Tls {
            problem: TlsProblem::Other,
            address: place.address.clone(),
            detail: words(&error),
        })
    }

    /// What it means that no answer began.
    fn failure(&self, stage: Stage, error: &reqwest::Error, place: &Place) -> AppError {
        let address = place.address.clone();
        let causes = Causes::of(error);
        // A certificate is the server's even behind a proxy: the proxy only passes bytes on.
        if let Some(tls) = causes.tls {
            let (problem, detail) = tls_problem(tls);
            return AppError::Tls { problem, address, detail };
        }
        if error.is_connect() && causes.handshake_cut {
            return AppError::ConnectionClosed { address, in_answer: false };
        }
        if let (Some(proxy), true) = (&place.proxy, error.is_connect()) {
            let detail = if error.is_timeout() {
                format!("No connection within {} s.", seconds(self.limits.connect))
            } else {
                words(error)
            };
            return AppError::Proxy { proxy: shown_url(&proxy.url), detail };
        }
        if error.is_timeout() {
            return if error.is_connect() {
                place.timed_out("connect", self.limits.connect)
            } else {
                place.timed_out("answer", self.limits.read)
            };
        }
        if error.is_dns() || causes.dns {
            return AppError::HostNotFound { host: place.host() };
        }
        match (causes.io, error.is_connect()) {
            (Some(io::ErrorKind::ConnectionRefused), true) => return AppError::ConnectionRefused { address },
            (Some(kind), _) if is_cut(kind) => {
                return AppError::ConnectionClosed { address, in_answer: false };
            }
            _ => {}
        }
        match causes.hyper {
            Some(hyper) if hyper.is_parse() => AppError::MalformedAnswer {
                what: "What came back is not HTTP. Is this the right port?".to_owned(),
                server: Box::new(ServerWords {
                    stage,
                    status: 0,
                    url: address,
                    error: None,
                    description: None,
                    uri: None,
                    excerpt: None,
                }),
            },
            Some(_) if !error.is_connect() => AppError::ConnectionClosed { address, in_answer: false },
            _ => AppError::Unreachable { address, detail: words(error) },
        }
    }
}

/// Where a request goes, for the words of its errors.
struct Place {
    /// `host:port`.
    address: String,
    proxy: Option<ChosenProxy>,
}

impl Place {
    fn host(&self) -> String {
        self.address.rsplit_once(':').map_or(self.address.as_str(), |(host, _)| host).to_owned()
    }

    fn timed_out(&self, stage: &str, limit: Duration) -> AppError {
        AppError::TimedOut { stage: stage.to_owned(), seconds: seconds(limit), address: self.address.clone() }
    }

    fn bad_proxy(&self) -> AppError {
        let proxy = self.proxy.as_ref().map(|proxy| shown_url(&proxy.url)).unwrap_or_default();
        AppError::Proxy { proxy, detail: "Only http and https proxies can be used.".to_owned() }
    }

    fn bad_extra_ca(&self) -> AppError {
        AppError::Tls {
            problem: TlsProblem::Other,
            address: self.address.clone(),
            detail: "The extra certificates saved for this instance cannot be read.".to_owned(),
        }
    }
}

/// `host:port`, the port always written.
fn address(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port_or_known_default().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

/// Whole seconds, rounded up.
fn seconds(limit: Duration) -> u32 {
    u32::try_from(limit.as_millis().div_ceil(1_000)).unwrap_or(u32::MAX)
}

/// The proxy for a URL. reqwest would resolve the system's itself, but then could not say which one failed,
/// and would send loopback requests to it too, in clear.
fn choose_proxy(network: &Network, url: &Url) -> Result<Option<ChosenProxy>, AppError> {
    if is_loopback(url) {
        return Ok(None);
    }
    let (url, authorization) = match &network.proxy {
        Proxy::None => return Ok(None),
        Proxy::Url(proxy) => {
            let matcher = Matcher::builder().all(proxy.as_str()).build();
            // The matcher takes the user information apart and decodes it.
            let authorization = intercepted(&matcher, url).and_then(|(_, authorization)| authorization);
            (proxy.clone(), authorization)
        }
        Proxy::System => match intercepted(&Matcher::from_system(), url) {
            None => return Ok(None),
            Some(found) => found,
        },
    };
    if !matches!(url.scheme(), "http" | "https") {
        let detail = "Only http and https proxies can be used.".to_owned();
        return Err(AppError::Proxy { proxy: shown_url(&url), detail });
    }
    let bare = Url::parse(&shown_url(&url)).unwrap_or(url);
    Ok(Some(ChosenProxy { url: bare, authorization }))
}

fn intercepted(matcher: &Matcher, url: &Url) -> Option<(Url, Option<HeaderValue>)> {
    let found = matcher.intercept(&url.as_str().parse::<hyper::Uri>().ok()?)?;
    let proxy = Url::parse(&found.uri().to_string()).ok()?;
    Some((proxy, found.basic_auth().cloned()))
}

/// At least one certificate, or nothing.
fn read_pem(pem: &str) -> Option<Vec<Certificate>> {
    Certificate::from_pem_bundle(pem.as_bytes()).ok().filter(|certificates| !certificates.is_empty())
}

fn build(client: &Client, request: &HttpRequest) -> Result<reqwest::RequestBuilder, AppError> {
    let method = match request.method {
        HttpMethod::Get => reqwest::Method::GET,
        HttpMethod::Post => reqwest::Method::POST,
        HttpMethod::Put => reqwest::Method::PUT,
        HttpMethod::Patch => reqwest::Method::PATCH,
        HttpMethod::Delete => reqwest::Method::DELETE,
    };
    let mut built = client.request(method, request.url.clone()).header(header::ACCEPT, request.accept);
    if let Some(authorization) = &request.authorization {
        let mut value = HeaderValue::from_str(authorization.header_value().expose())
            .map_err(|_| AppError::Internal { detail: "Authorization is not a header value".to_owned() })?;
        value.set_sensitive(true);
        built = built.header(header::AUTHORIZATION, value);
    }
    if let Some(body) = &request.body {
        built = built.header(header::CONTENT_TYPE, body.media_type()).body(body.encode().expose().to_owned());
    }
    Ok(built)
}

/// The beginning of an answer, as it came.
fn head(answer: &Response) -> Answer {
    let (version, status) = (answer.version(), answer.status());
    let said = answer.extensions().get::<hyper::ext::ReasonPhrase>();
    let reason = match said {
        Some(phrase) => shown(&String::from_utf8_lossy(phrase.as_bytes())),
        None if version < reqwest::Version::HTTP_2 => {
            status.canonical_reason().unwrap_or_default().to_owned()
        }
        // HTTP/2 has none (RFC 9113 §8.3.2).
        None => String::new(),
    };
    let value = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    Answer {
        version: format!("{version:?}").trim_end_matches(".0").to_owned(),
        status: status.as_u16(),
        reason,
        headers: answer.headers().iter().map(|(name, text)| (name.to_string(), value(text))).collect(),
        media_type: content_type(answer.headers()),
    }
}

/// The connection an answer came over.
fn connection(answer: &Response, place: &Place) -> ConnectionView {
    ConnectionView {
        remote: answer.remote_addr().map(|address| address.to_string()),
        proxy: place.proxy.as_ref().map(|proxy| shown_url(&proxy.url)),
        tls: answer.extensions().get().map(certificate::view),
    }
}

fn content_type(headers: &HeaderMap) -> Option<String> {
    text(headers, &header::CONTENT_TYPE).map(|kind| media_type(&kind))
}

fn text(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
}

/// All challenges in one text: several fields mean the same as one with commas (RFC 9110 §5.3).
fn challenges(headers: &HeaderMap) -> Option<String> {
    let fields = headers.get_all(header::WWW_AUTHENTICATE).iter();
    let said: Vec<_> = fields.map(|value| String::from_utf8_lossy(value.as_bytes())).collect();
    (!said.is_empty()).then(|| said.join(", "))
}

fn media_type(content_type: &str) -> String {
    content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// Unix milliseconds of a header that is a date.
fn date_millis(headers: &HeaderMap, name: &HeaderName) -> Option<i64> {
    httpdate::parse_http_date(headers.get(name)?.to_str().ok()?.trim()).ok().map(unix_millis)
}

/// `Retry-After` in seconds, 0 to an hour. A date is read against the server's own clock where it told it,
/// so that a wrong clock here does not matter.
fn retry_after(headers: &HeaderMap, now: i64) -> Option<u32> {
    let value = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    let digits = value.strip_prefix(['-', '+']).unwrap_or(value);
    let seconds = if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        if value.starts_with('-') { 0 } else { digits.parse().unwrap_or(i64::MAX) }
    } else {
        let until = date_millis(headers, &header::RETRY_AFTER)?;
        until.saturating_sub(now).saturating_add(999) / 1_000
    };
    u32::try_from(seconds.clamp(0, RETRY_AFTER_MAX)).ok()
}

/// What is found in an error's chain of causes.
#[derive(Default)]
struct Causes<'a> {
    tls: Option<&'a RustlsError>,
    hyper: Option<&'a hyper::Error>,
    io: Option<io::ErrorKind>,
    dns: bool,
    /// The connection ended within the TLS handshake.
    handshake_cut: bool,
}

impl<'a> Causes<'a> {
    fn of(error: &'a reqwest::Error) -> Self {
        let mut causes = Self::default();
        let mut next: Option<&(dyn StdError + 'static)> = error.source();
        while let Some(cause) = next {
            if let Some(tls) = cause.downcast_ref() {
                causes.tls.get_or_insert(tls);
            }
            if let Some(hyper) = cause.downcast_ref() {
                causes.hyper.get_or_insert(hyper);
            }
            // hyper-util keeps its connector's error to itself; its text is all there is.
            causes.dns |= cause.to_string() == "dns error";
            next = match cause.downcast_ref::<io::Error>() {
                Some(io) => {
                    causes.io = Some(io.kind());
                    causes.handshake_cut |= is_cut(io.kind()) && io.to_string().contains("handshake");
                    // The `source` of an io error passes over the very error it was made of.
                    io.get_ref().map(|inner| inner as &(dyn StdError + 'static))
                }
                None => cause.source(),
            };
        }
        causes
    }
}

fn is_cut(kind: io::ErrorKind) -> bool {
    use io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, UnexpectedEof};
    matches!(kind, BrokenPipe | ConnectionAborted | ConnectionReset | UnexpectedEof)
}

/// The causes' own words. reqwest's are passed over: they hold the URL with its query.
fn words(error: &reqwest::Error) -> String {
    let mut said: Vec<String> = Vec::new();
    let mut next = error.source();
    while let Some(cause) = next {
        if !cause.is::<reqwest::Error>() {
            let text = cause.to_string();
            // Many wrap an error and say the same again.
            if !said.last().is_some_and(|last| last.contains(&text)) {
                said.push(text);
            }
        }
        next = cause.source();
    }
    if said.is_empty() {
        return "The request could not be sent.".to_owned();
    }
    shown(&said.join(": "))
}

fn tls_problem(error: &RustlsError) -> (TlsProblem, String) {
    use CertificateError as Bad;
    let date = |time: rustls::pki_types::UnixTime| {
        let since = Duration::from_secs(time.as_secs().min(MAX_DATE));
        httpdate::fmt_http_date(std::time::UNIX_EPOCH + since)
    };
    match error {
        RustlsError::InvalidCertificate(bad) => match bad {
            Bad::ExpiredContext { not_after, .. } => {
                (TlsProblem::Expired, format!("The certificate was valid until {}.", date(*not_after)))
            }
            Bad::NotValidYetContext { not_before, .. } => {
                (TlsProblem::NotYetValid, format!("The certificate is valid from {}.", date(*not_before)))
            }
            Bad::Expired => (TlsProblem::Expired, shown(&error.to_string())),
            Bad::NotValidYet => (TlsProblem::NotYetValid, shown(&error.to_string())),
            Bad::NotValidForName | Bad::NotValidForNameContext { .. } => {
                (TlsProblem::WrongHost, shown(&error.to_string()))
            }
            // A bad signature: an authority of this very name is trusted, but with another key. That is what
            // a development authority looks like that was made anew.
            Bad::UnknownIssuer | Bad::BadSignature => (TlsProblem::UnknownCa, shown(&error.to_string())),
            // A certificate authority's own certificate used by a server: made by hand, signed by nobody.
            Bad::Other(other) if other.to_string().contains("CaUsedAsEndEntity") => {
                (TlsProblem::UnknownCa, shown(&error.to_string()))
            }
            _ => (TlsProblem::Other, shown(&error.to_string())),
        },
        RustlsError::InvalidMessage(InvalidMessage::InvalidContentType)
        | RustlsError::InvalidMessage(InvalidMessage::UnknownProtocolVersion)
        | RustlsError::InvalidMessage(InvalidMessage::MessageTooLarge)
        | RustlsError::PeerSentOversizedRecord => (TlsProblem::NotTls, shown(&error.to_string())),
        _ => (TlsProblem::Other, shown(&error.to_string())),
    }
}

/// The end of the year 9999, beyond which an HTTP date cannot be written.
const MAX_DATE: u64 = 253_402_300_799;

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: HeaderName, value: &str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_str(value).unwrap())])
    }

    #[test]
    fn f_srv_retry_after_is_read_in_every_form_and_clamped() {
        // Tue, 24 Nov 2026 15:00:00 GMT
        let now = 1_795_532_400_000;
        let cases = [
            ("0", Some(0)),
            ("7", Some(7)),
            (" 120 ", Some(120)),
            ("3601", Some(3_600)),
            ("99999999999999999999999", Some(3_600)),
            ("-5", Some(0)),
            ("Tue, 24 Nov 2026 15:00:30 GMT", Some(30)),
            ("Tuesday, 24-Nov-26 15:00:30 GMT", Some(30)),
            ("Tue, 24 Nov 2026 14:00:00 GMT", Some(0)),
            ("Thu, 31 Dec 2099 14:00:00 GMT", Some(3_600)),
            ("soon", None),
            ("1.5", None),
            ("", None),
            ("-", None),
        ];
        for (value, seconds) in cases {
            assert_eq!(retry_after(&headers(header::RETRY_AFTER, value), now), seconds, "{value:?}");
        }
        assert_eq!(retry_after(&HeaderMap::new(), now), None);
    }

    #[test]
    fn f_net_20_loopback_never_has_a_proxy() {
        let proxy = Proxy::Url(Url::parse("http://proxy.example:3128").unwrap());
        let network = Network { proxy, extra_ca: String::new() };
        for url in ["http://localhost:1/", "https://127.0.0.1/", "http://[::1]/", "http://127.9.9.9/"] {
            assert!(choose_proxy(&network, &Url::parse(url).unwrap()).unwrap().is_none(), "{url}");
        }
        let chosen = choose_proxy(&network, &Url::parse("https://idp.example/").unwrap()).unwrap().unwrap();
        assert_eq!(chosen.url.as_str(), "http://proxy.example:3128/");
    }

    #[test]
    fn f_net_18_a_proxys_password_is_taken_out_of_its_url() {
        let proxy = Proxy::Url(Url::parse("http://ada:s%40cret@proxy.example:3128").unwrap());
        let network = Network { proxy, extra_ca: String::new() };
        let chosen = choose_proxy(&network, &Url::parse("https://idp.example/").unwrap()).unwrap().unwrap();
        assert_eq!(chosen.url.as_str(), "http://proxy.example:3128/");
        // ada:s@cret
        assert_eq!(chosen.authorization.unwrap(), "Basic YWRhOnNAY3JldA==");
    }

    #[test]
    fn f_net_18_a_socks_proxy_is_refused_by_name() {
        let proxy = Proxy::Url(Url::parse("socks5://ada:secret@proxy.example:1080").unwrap());
        let network = Network { proxy, extra_ca: String::new() };
        let refused = choose_proxy(&network, &Url::parse("https://idp.example/").unwrap()).err().unwrap();
        assert!(matches!(&refused, AppError::Proxy { proxy, .. } if proxy == "socks5://proxy.example:1080"));
    }

    #[test]
    fn a_limit_is_told_in_whole_seconds() {
        assert_eq!(seconds(Duration::from_millis(1)), 1);
        assert_eq!(seconds(Duration::from_secs(15)), 15);
    }
}
