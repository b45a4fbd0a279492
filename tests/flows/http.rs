//! The HTTP client against a server that answers as wrongly as the test wants.

use std::fmt::Write as _;
use std::process::Stdio;
use std::time::Duration;

use scaikey_core::activity::{About, har};
use scaikey_core::adapters::http::{Limits, Sent};
use scaikey_core::adapters::{Http, SystemClock};
use scaikey_core::contract::{AppError, HttpMethod, Purpose, Stage, TlsProblem};
use scaikey_core::model::{Network, Proxy};
use scaikey_core::oauth::http::{Authorization, Body, FormField, HttpRequest, HttpResponse};
use scaikey_core::ports::{Clock, Now};
use scaikey_core::secret::Secret;
use support::certificates::{Authority, Valid, self_signed};
use support::raw_server::{RawServer, Step, closed_port};
use url::Url;

/// Stands in every place of a request that must never be told.
const CANARY: &str = "c4n4ry";

const DIRECT: Network = Network { proxy: Proxy::None, extra_ca: String::new() };

fn post(mut url: Url) -> HttpRequest {
    url.set_query(Some(&format!("tenant={CANARY}")));
    HttpRequest {
        stage: Stage::Token,
        method: HttpMethod::Post,
        url,
        authorization: Some(Authorization::Bearer(Secret::new(CANARY))),
        accept: "application/json",
        body: Some(Body::Form(vec![FormField::secret("client_secret", &Secret::new(CANARY))])),
    }
}

fn get(url: Url) -> HttpRequest {
    HttpRequest { method: HttpMethod::Get, authorization: None, body: None, ..post(url) }
}

const TOKEN: About = About { purpose: Purpose::Token, instance: None, application: None };

/// Limits that nothing meets on a busy machine, for tests to make single ones short.
fn patient() -> Limits {
    let long = Duration::from_secs(60);
    Limits { connect: long, read: long, total: long }
}

async fn send(limits: Limits, network: &Network, request: &HttpRequest) -> Result<HttpResponse, AppError> {
    exchange(limits, network, request).await.outcome
}

async fn exchange(limits: Limits, network: &Network, request: &HttpRequest) -> Sent {
    let sent = Http::with_limits("scaikey-test", limits).send(TOKEN, network, request, &SystemClock).await;
    if let Err(error) = &sent.outcome {
        let told = format!("{error:?} {error} {}", serde_json::to_string(error).expect("JSON"));
        assert!(!told.contains(CANARY), "an error tells a secret: {told}");
    }
    if request.authorization.is_some() {
        let kept = format!("{:?} {}", sent.exchange, har(std::iter::once(&sent.exchange)));
        assert!(!kept.contains(CANARY), "what is remembered tells a secret: {kept}");
    }
    assert_eq!(sent.exchange.error.as_ref(), sent.outcome.as_ref().err());
    sent
}

/// Posts to a server that runs `script`.
async fn answer_to(script: &[Step]) -> Result<HttpResponse, AppError> {
    let server = RawServer::start(script).await;
    send(patient(), &DIRECT, &post(server.url("/token"))).await
}

fn ok(headers: &str, body: &str) -> [Step; 2] {
    [Step::ReadRequest, Step::answer("200 OK", headers, body)]
}

#[tokio::test]
async fn a_request_carries_what_it_was_given_and_nothing_else() {
    let server = RawServer::start(&ok("Content-Type: Application/JSON; charset=utf-8\r\n", "{}")).await;
    let answer = send(patient(), &DIRECT, &post(server.url("/token"))).await.unwrap();
    assert_eq!((answer.status, answer.body.as_slice()), (200, b"{}".as_slice()));
    assert_eq!(answer.content_type.as_deref(), Some("application/json"));
    assert_eq!(answer.content_encoding, None);
    let sent = server.seen().first().unwrap().text().to_ascii_lowercase();
    let (head, body) = sent.split_once("\r\n\r\n").unwrap();
    let mut lines: Vec<&str> = head.lines().collect();
    lines.sort_unstable();
    let host = format!("host: localhost:{}", server.port());
    assert_eq!(
        lines,
        [
            "accept: application/json",
            "authorization: bearer c4n4ry",
            "content-length: 20",
            "content-type: application/x-www-form-urlencoded",
            host.as_str(),
            "post /token?tenant=c4n4ry http/1.1",
            "user-agent: scaikey-test",
        ]
    );
    assert_eq!(body, "client_secret=c4n4ry");
}

#[tokio::test]
async fn f_net_1_a_host_that_does_not_exist_is_named() {
    let url = Url::parse("https://no-such-host.invalid/token").unwrap();
    let error = send(patient(), &DIRECT, &post(url)).await.unwrap_err();
    assert_eq!(error, AppError::HostNotFound { host: "no-such-host.invalid".to_owned() });
}

#[tokio::test]
async fn f_net_3_a_refused_connection_names_host_and_port() {
    let port = closed_port().await;
    let url = Url::parse(&format!("http://127.0.0.1:{port}/token")).unwrap();
    let error = send(patient(), &DIRECT, &post(url)).await.unwrap_err();
    assert_eq!(error, AppError::ConnectionRefused { address: format!("127.0.0.1:{port}") });
}

#[tokio::test]
async fn f_net_4_no_answer_to_the_tls_greeting_ends_the_connecting() {
    let server = RawServer::start(&[Step::Stall]).await;
    let url = Url::parse(&format!("https://localhost:{}/", server.port())).unwrap();
    let limits = Limits { connect: Duration::from_millis(200), ..patient() };
    let error = send(limits, &DIRECT, &post(url)).await.unwrap_err();
    assert_timed_out(&error, "connect");
}

#[tokio::test]
async fn f_net_5_a_server_that_never_answers_is_given_up() {
    let server = RawServer::start(&[Step::ReadRequest, Step::Stall]).await;
    let limits = Limits { read: Duration::from_millis(200), ..patient() };
    let error = send(limits, &DIRECT, &post(server.url("/"))).await.unwrap_err();
    assert_timed_out(&error, "answer");
}

#[tokio::test]
async fn f_net_5_a_body_that_stops_is_given_up() {
    let head = Step::write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{");
    let server = RawServer::start(&[Step::ReadRequest, head, Step::Stall]).await;
    let limits = Limits { read: Duration::from_millis(200), ..patient() };
    let error = send(limits, &DIRECT, &post(server.url("/"))).await.unwrap_err();
    assert_timed_out(&error, "answer");
}

#[tokio::test]
async fn f_net_6_a_body_that_drips_for_ever_meets_the_total_limit() {
    let head = Step::write("HTTP/1.1 200 OK\r\n\r\n");
    let server = RawServer::start(&[Step::ReadRequest, head, Step::Drip]).await;
    let limits = Limits { total: Duration::from_millis(500), ..patient() };
    let error = send(limits, &DIRECT, &post(server.url("/"))).await.unwrap_err();
    assert_timed_out(&error, "total");
}

fn assert_timed_out(error: &AppError, expected: &str) {
    assert!(
        matches!(error, AppError::TimedOut { stage, seconds: 1, address } if stage == expected && address.starts_with("localhost:")),
        "{error:?}"
    );
}

#[tokio::test]
async fn f_net_7_a_connection_closed_before_any_byte() {
    let error = answer_to(&[Step::ReadRequest]).await.unwrap_err();
    assert!(matches!(error, AppError::ConnectionClosed { in_answer: false, .. }), "{error:?}");
    let error = answer_to(&[Step::ReadRequest, Step::Reset]).await.unwrap_err();
    assert!(matches!(error, AppError::ConnectionClosed { in_answer: false, .. }), "{error:?}");
}

#[tokio::test]
async fn f_net_7_a_get_is_sent_once_more_and_a_post_never() {
    let closes = [Step::ReadRequest];
    let answers = ok("", "{}");
    let server = RawServer::start_each(&[&closes, &answers]).await;
    let answer = send(patient(), &DIRECT, &get(server.url("/keys"))).await.unwrap();
    assert_eq!((answer.status, server.seen().len()), (200, 2));

    let server = RawServer::start_each(&[&closes, &answers]).await;
    send(patient(), &DIRECT, &post(server.url("/token"))).await.unwrap_err();
    assert_eq!(server.seen().len(), 1);

    let server = RawServer::start(&closes).await;
    send(patient(), &DIRECT, &get(server.url("/keys"))).await.unwrap_err();
    assert_eq!(server.seen().len(), 2, "once more, not for ever");
}

#[tokio::test]
async fn f_net_8_an_answer_cut_off_is_no_answer() {
    let head = Step::write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"access_token\"");
    let error = answer_to(&[Step::ReadRequest, head]).await.unwrap_err();
    assert!(matches!(error, AppError::ConnectionClosed { in_answer: true, .. }), "{error:?}");
}

#[tokio::test]
async fn f_net_8_a_chunked_answer_cut_off_is_no_answer() {
    let head = Step::write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"acc\r\n");
    let error = answer_to(&[Step::ReadRequest, head]).await.unwrap_err();
    assert!(matches!(error, AppError::ConnectionClosed { in_answer: true, .. }), "{error:?}");
}

#[tokio::test]
async fn f_net_9_a_reset_within_the_body() {
    let head = Step::write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{");
    let error = answer_to(&[Step::ReadRequest, head, Step::Reset]).await.unwrap_err();
    assert!(matches!(error, AppError::ConnectionClosed { .. }), "{error:?}");
}

async fn tls_error(config: std::sync::Arc<rustls::ServerConfig>, extra_ca: &str) -> (TlsProblem, String) {
    let server = RawServer::start_tls(config, &ok("", "{}")).await;
    let network = Network { proxy: Proxy::None, extra_ca: extra_ca.to_owned() };
    let error = send(patient(), &network, &post(server.url("/token"))).await.expect_err("TLS fails");
    assert!(server.seen().iter().all(|seen| seen.received.is_empty()), "the secret was sent");
    match error {
        AppError::Tls { problem, address, detail } => {
            assert_eq!(address, format!("localhost:{}", server.port()));
            (problem, detail)
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn f_net_10_an_expired_certificate_says_since_when() {
    let authority = Authority::new();
    let config = authority.server("localhost", Valid { from: 2010, until: 2021 });
    let (problem, detail) = tls_error(config, &authority.pem).await;
    assert_eq!(problem, TlsProblem::Expired);
    assert!(detail.contains("Fri, 01 Jan 2021"), "{detail}");
    let config = authority.server("localhost", Valid { from: 2080, until: 2090 });
    let (problem, detail) = tls_error(config, &authority.pem).await;
    assert_eq!(problem, TlsProblem::NotYetValid);
    assert!(detail.contains("Mon, 01 Jan 2080"), "{detail}");
}

#[tokio::test]
async fn f_net_11_a_certificate_for_another_host_names_both() {
    let authority = Authority::new();
    let (problem, detail) = tls_error(authority.server("other.example", Valid::NOW), &authority.pem).await;
    assert_eq!(problem, TlsProblem::WrongHost);
    assert!(detail.contains("localhost") && detail.contains("other.example"), "{detail}");
}

#[tokio::test]
async fn f_net_12_a_certificate_nobody_trusts() {
    assert_eq!(tls_error(self_signed("localhost").0, "").await.0, TlsProblem::UnknownCa);
    let authority = Authority::new();
    assert_eq!(tls_error(authority.server("localhost", Valid::NOW), "").await.0, TlsProblem::UnknownCa);
    let other = Authority::new();
    let config = authority.server("localhost", Valid::NOW);
    assert_eq!(tls_error(config, &other.pem).await.0, TlsProblem::UnknownCa);
}

#[tokio::test]
async fn f_net_12_an_extra_authority_makes_it_work() {
    let authority = Authority::new();
    let (by_itself, pem) = self_signed("localhost");
    let both = format!("{}\n{}", authority.pem, pem);
    for config in [authority.server("localhost", Valid::NOW), by_itself] {
        let server = RawServer::start_tls(config, &ok("", "{}")).await;
        let network = Network { proxy: Proxy::None, extra_ca: both.clone() };
        let answer = send(patient(), &network, &post(server.url("/token"))).await.unwrap();
        assert_eq!(answer.status, 200);
    }
}

#[tokio::test]
async fn f_net_12_an_extra_authority_that_is_none_is_said() {
    let authority = Authority::new();
    for extra_ca in ["no PEM at all", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"] {
        let (problem, _) = tls_error(authority.server("localhost", Valid::NOW), extra_ca).await;
        assert_eq!(problem, TlsProblem::Other, "{extra_ca}");
    }
}

#[tokio::test]
async fn f_net_13_plain_http_on_the_tls_port() {
    for greeting in
        ["HTTP/1.1 400 Bad Request\r\n\r\n", "220 mail.example ESMTP\r\n", "\u{0}\u{1}\u{2}\u{3}garbage"]
    {
        let server = RawServer::start(&[Step::write(greeting), Step::Stall]).await;
        let url = Url::parse(&format!("https://localhost:{}/", server.port())).unwrap();
        let error = send(patient(), &DIRECT, &post(url)).await.unwrap_err();
        assert!(
            matches!(error, AppError::Tls { problem: TlsProblem::NotTls, .. }),
            "{greeting:?}: {error:?}"
        );
    }
}

#[tokio::test]
async fn f_net_13_a_connection_closed_within_the_tls_greeting() {
    let server = RawServer::start(&[]).await;
    let url = Url::parse(&format!("https://localhost:{}/", server.port())).unwrap();
    let error = send(patient(), &DIRECT, &post(url)).await.unwrap_err();
    assert!(matches!(error, AppError::ConnectionClosed { in_answer: false, .. }), "{error:?}");
}

#[tokio::test]
async fn f_net_13_what_is_no_http_is_said() {
    for greeting in
        ["\u{15}\u{3}\u{1}\u{0}\u{2}\u{2}\u{50}", "220 mail.example ESMTP\r\n", "HTTP/1.1 abc\r\n\r\n"]
    {
        let error = answer_to(&[Step::ReadRequest, Step::write(greeting)]).await.unwrap_err();
        assert!(matches!(error, AppError::MalformedAnswer { .. }), "{greeting:?}: {error:?}");
    }
}

#[tokio::test]
async fn f_net_14_a_redirect_sends_nothing_to_the_second_server() {
    let second = RawServer::start(&ok("", "{}")).await;
    for status in
        ["301 Moved", "302 Found", "303 See Other", "307 Temporary Redirect", "308 Permanent Redirect"]
    {
        let location = format!("Location: {}\r\n", second.url("/other"));
        let first = RawServer::start(&[Step::ReadRequest, Step::answer(status, &location, "")]).await;
        let answer = send(patient(), &DIRECT, &post(first.url("/token"))).await.unwrap();
        assert!((300..400).contains(&answer.status));
        assert_eq!(answer.location, Some(second.url("/other").to_string()));
        assert_eq!(first.seen().len(), 1);
    }
    assert_eq!(second.seen(), [], "a second server was contacted");
}

#[tokio::test]
async fn f_net_16_plain_http_beyond_this_computer_is_refused() {
    for url in [
        "http://10.0.0.5/token",
        "http://idp.example/token",
        "ftp://idp.example/token",
        "http://user:c4n4ry@localhost/",
        "https://idp.example/#part",
    ] {
        let error = send(patient(), &DIRECT, &post(Url::parse(url).unwrap())).await.unwrap_err();
        assert!(matches!(error, AppError::UnsafeEndpoint { .. }), "{url}: {error:?}");
    }
}

#[tokio::test]
async fn f_net_18_a_proxy_that_is_down_is_named() {
    let port = closed_port().await;
    let proxy = Url::parse(&format!("http://ada:{CANARY}@127.0.0.1:{port}")).unwrap();
    let network = Network { proxy: Proxy::Url(proxy), extra_ca: String::new() };
    let url = Url::parse("https://idp.example/token").unwrap();
    let error = send(patient(), &network, &post(url)).await.unwrap_err();
    assert!(
        matches!(&error, AppError::Proxy { proxy, .. } if *proxy == format!("http://127.0.0.1:{port}/")),
        "{error:?}"
    );
}

#[tokio::test]
async fn f_net_19_a_proxy_that_wants_a_password_says_so_and_gets_no_secret() {
    let proxy =
        RawServer::start(&[Step::ReadRequest, Step::answer("407 Proxy Authentication Required", "", "")])
            .await;
    let network = Network {
        proxy: Proxy::Url(Url::parse(&format!("http://127.0.0.1:{}", proxy.port())).unwrap()),
        extra_ca: String::new(),
    };
    let url = Url::parse("https://idp.example/token").unwrap();
    let error = send(patient(), &network, &post(url)).await.unwrap_err();
    assert!(
        matches!(&error, AppError::Proxy { detail, .. } if detail.contains("authorization")),
        "{error:?}"
    );
    let sent = proxy.seen().first().unwrap().text();
    assert!(sent.starts_with("CONNECT idp.example:443 ") && !sent.contains(CANARY), "{sent}");
}

#[tokio::test]
async fn f_net_20_loopback_is_direct_whatever_the_environment_says() {
    let target = RawServer::start(&ok("", "{}")).await;
    let proxy = RawServer::start(&[Step::ReadRequest, Step::answer("502 Bad Gateway", "", "")]).await;
    let proxy_url = format!("http://127.0.0.1:{}", proxy.port());
    let mut inner = tokio::process::Command::new(std::env::current_exe().unwrap());
    inner.args([
        "--exact",
        "http::inner_request_with_a_proxy_in_the_environment",
        "--ignored",
        "--nocapture",
    ]);
    for name in ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] {
        inner.env(name, &proxy_url);
    }
    for name in ["NO_PROXY", "no_proxy", "REQUEST_METHOD"] {
        inner.env_remove(name);
    }
    inner.env("SCAIKEY_TEST_URL", target.url("/token").as_str()).stdout(Stdio::piped());
    let output = inner.output().await.unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
    assert_eq!(target.seen().len(), 1);
    // The one request that came to the proxy is the one beyond this computer.
    let asked: Vec<String> = proxy.seen().iter().map(|seen| seen.text()).collect();
    assert!(matches!(asked.as_slice(), [only] if only.starts_with("CONNECT idp.example:443 ")), "{asked:?}");
}

#[tokio::test]
#[ignore = "run by f_net_20 in a process of its own, with a proxy in its environment"]
async fn inner_request_with_a_proxy_in_the_environment() {
    #[expect(clippy::disallowed_methods, reason = "this is the main of a process of its own")]
    let url = Url::parse(&std::env::var("SCAIKEY_TEST_URL").unwrap()).unwrap();
    let system = Network { proxy: Proxy::System, extra_ca: String::new() };
    assert_eq!(send(patient(), &system, &post(url)).await.unwrap().status, 200);
    let url = Url::parse("https://idp.example/token").unwrap();
    let error = send(patient(), &system, &post(url)).await.unwrap_err();
    assert!(
        matches!(&error, AppError::Proxy { proxy, .. } if proxy.starts_with("http://127.0.0.1:")),
        "{error:?}"
    );
}

#[tokio::test]
async fn f_net_21_a_page_is_handed_on_as_it_is() {
    let page = "<html><title>Sign in to the Wi-Fi</title></html>";
    let answer = answer_to(&ok("Content-Type: text/html\r\n", page)).await.unwrap();
    assert_eq!(answer.content_type.as_deref(), Some("text/html"));
    assert_eq!(answer.body, page.as_bytes());
}

#[tokio::test]
async fn f_net_26_a_kept_connection_is_used_again_until_it_is_dropped() {
    let twice = [ok("", "{}"), ok("", "{}")].concat();
    let server = RawServer::start(&twice).await;
    let http = Http::with_limits("scaikey-test", patient());
    let request = post(server.url("/token"));
    http.send(TOKEN, &DIRECT, &request, &SystemClock).await.outcome.unwrap();
    http.send(TOKEN, &DIRECT, &request, &SystemClock).await.outcome.unwrap();
    assert_eq!(server.seen().len(), 1);
    let server = RawServer::start(&twice).await;
    let request = post(server.url("/token"));
    http.send(TOKEN, &DIRECT, &request, &SystemClock).await.outcome.unwrap();
    http.drop_idle();
    http.send(TOKEN, &DIRECT, &request, &SystemClock).await.outcome.unwrap();
    assert_eq!(server.seen().len(), 2);
}

const ONE_GB: u64 = 1_000_000_000;

#[tokio::test]
async fn f_srv_22_a_body_without_end_is_left_at_the_limit() {
    for length in ["", "Transfer-Encoding: chunked\r\n"] {
        let begin = if length.is_empty() { "" } else { "3b9aca00\r\n" };
        let head = Step::write(&format!("HTTP/1.1 200 OK\r\n{length}\r\n{begin}"));
        let server = RawServer::start(&[Step::ReadRequest, head, Step::Flood(ONE_GB)]).await;
        let error = send(patient(), &DIRECT, &post(server.url("/token"))).await.unwrap_err();
        let url = format!("http://localhost:{}/token", server.port());
        assert_eq!(error, AppError::AnswerTooLarge { stage: Stage::Token, limit: 1_048_576, url });
        let written = server.seen().first().unwrap().written;
        assert!(written < ONE_GB / 20, "{written} bytes were taken");
    }
}

#[tokio::test]
async fn f_srv_22_a_body_that_says_it_is_too_long_is_not_begun() {
    let head = Step::write("HTTP/1.1 200 OK\r\nContent-Length: 10000000000\r\n\r\n");
    let error = answer_to(&[Step::ReadRequest, head, Step::Stall]).await.unwrap_err();
    assert!(matches!(error, AppError::AnswerTooLarge { .. }), "{error:?}");
}

#[tokio::test]
async fn f_srv_22_a_body_at_the_limit_is_read() {
    let answer = answer_to(&ok("", &"x".repeat(HttpResponse::LIMIT))).await.unwrap();
    assert_eq!(answer.body.len(), HttpResponse::LIMIT);
    let error = answer_to(&ok("", &"x".repeat(HttpResponse::LIMIT + 1))).await.unwrap_err();
    assert!(matches!(error, AppError::AnswerTooLarge { .. }), "{error:?}");
}

#[tokio::test]
async fn f_srv_endless_headers_are_refused() {
    let mut head = String::from("HTTP/1.1 200 OK\r\n");
    for number in 0..20_000 {
        let _ = write!(head, "X-{number}: {}\r\n", "x".repeat(50));
    }
    let error = answer_to(&[Step::ReadRequest, Step::write(&head), Step::Stall]).await.unwrap_err();
    assert!(matches!(error, AppError::MalformedAnswer { .. }), "{error:?}");
}

#[tokio::test]
async fn f_srv_an_encoding_nobody_asked_for_is_told() {
    let answer = answer_to(&ok("Content-Encoding: GZIP\r\n", "\u{1f}")).await.unwrap();
    assert_eq!(answer.content_encoding.as_deref(), Some("gzip"));
    assert_eq!(answer.body, b"\x1f");
    let answer = answer_to(&ok("Content-Encoding: identity\r\n", "{}")).await.unwrap();
    assert_eq!(answer.content_encoding, None);
}

#[tokio::test]
async fn f_srv_retry_after_and_www_authenticate_are_read() {
    let headers = "Retry-After: 17\r\nWWW-Authenticate: Basic realm=\"x\"\r\nWWW-Authenticate: Bearer\r\n";
    let answer = answer_to(&[Step::ReadRequest, Step::answer("429 Slow", headers, "")]).await.unwrap();
    assert_eq!((answer.status, answer.retry_after_seconds), (429, Some(17)));
    assert_eq!(answer.www_authenticate.as_deref(), Some("Basic realm=\"x\", Bearer"));
    // Against the server's own clock, which may be far from this computer's.
    let headers = "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\nRetry-After: Sun, 06 Nov 1994 08:50:37 GMT\r\n";
    let answer = answer_to(&[Step::ReadRequest, Step::answer("503 Busy", headers, "")]).await.unwrap();
    assert_eq!(answer.retry_after_seconds, Some(60));
}

#[tokio::test]
async fn f_clk_the_servers_clock_is_compared_with_the_middle_of_the_request() {
    /// A clock on which every look takes two seconds.
    struct Slow(std::sync::atomic::AtomicI64);
    impl Clock for Slow {
        fn now(&self) -> Now {
            let boot = self.0.fetch_add(2_000, std::sync::atomic::Ordering::Relaxed);
            // Sun, 06 Nov 1994 08:49:37 GMT
            Now { wall: 784_111_777_000 + boot, boot }
        }
    }
    let server = RawServer::start(&ok("Date: Sun, 06 Nov 1994 08:49:47 GMT\r\n", "{}")).await;
    let clock = Slow(0.into());
    let http = Http::with_limits("scaikey-test", patient());
    let answer = http.send(TOKEN, &DIRECT, &post(server.url("/")), &clock).await.outcome.unwrap();
    assert_eq!(answer.clock_offset_ms, Some(9_000));
    assert_eq!(answer.duration_ms, 4_000);
    let server = RawServer::start(&ok("", "{}")).await;
    let answer = http.send(TOKEN, &DIRECT, &post(server.url("/")), &clock).await.outcome.unwrap();
    assert_eq!(answer.clock_offset_ms, None);
}
