//! The activity: what is remembered of requests, and what is not.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use scaikey_core::activity::{About, har};
use scaikey_core::adapters::http::{Limits, Sent};
use scaikey_core::adapters::{Http, MemorySecrets, SystemClock};
use scaikey_core::contract::{
    ActivityArgs, AppError, ExchangeSummary, ExchangeView, HttpMethod, InstanceKindName, Purpose, Snapshot,
    Stage,
};
use scaikey_core::model::{ApplicationId, ClientAuthentication, Network, Proxy};
use scaikey_core::oauth::http::{Authorization, Body, FormField, HttpRequest};
use scaikey_core::secret::Secret;
use scaikey_practice::{Answer, Endpoint, Practice};
use serde_json::Value;
use support::certificates::{Authority, Valid};
use support::raw_server::{RawServer, Step};
use support::shell::run_curl;
use support::world::{PRACTICE_SECRET, World, application_draft, find, instance_draft, practice_on};
use url::Url;

const CANARY: &str = "c4n4ry-body";
/// Everything that a shell, a form, a URL and JSON have for special.
const HARD_SECRET: &str = "it's \"$(echo x)\" \\`é` &=#?;*~!";

struct Desk {
    world: World,
    practice: Practice,
    _folder: tempfile::TempDir,
}

impl Desk {
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let world = World::start(folder.path(), &MemorySecrets::new());
        let practice = practice_on(&world.clock);
        Self { world, practice, _folder: folder }
    }

    async fn application(&self, secret: &str, method: ClientAuthentication) -> ApplicationId {
        let instance = self.world.add_scaikey(self.practice.base_url()).await;
        let mut draft = application_draft(instance, "svc_demo", secret, &["openid", "admin:read"]);
        draft.client_authentication = method;
        self.world.companion.save_application(draft).await.unwrap()
    }

    async fn activity(&self) -> Vec<ExchangeSummary> {
        self.world.companion.activity(ActivityArgs::default()).await
    }

    /// Everything that can be read of the activity, as one text.
    async fn all_told(&self) -> String {
        let mut told = self.world.companion.har(ActivityArgs::default()).await.unwrap().0;
        for row in self.activity().await {
            let exchange = self.world.companion.exchange(row.id).await.unwrap();
            told.push_str(&serde_json::to_string(&(row, &exchange)).unwrap());
            told.push_str(&format!("{exchange:?}\n{}", exchange.curl));
        }
        told
    }
}

fn purposes(rows: &[ExchangeSummary]) -> Vec<(Purpose, Option<u16>)> {
    rows.iter().map(|row| (row.purpose, row.status)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_request_is_remembered_with_its_purpose_newest_first() {
    let desk = Desk::start();
    let id = desk.application(PRACTICE_SECRET, ClientAuthentication::ClientSecretBasic).await;
    let view = desk.world.request(id).await;
    let rows = desk.activity().await;
    let expected = [(Purpose::Keys, Some(200)), (Purpose::Token, Some(200)), (Purpose::Discovery, Some(200))];
    assert_eq!(purposes(&rows), expected);
    assert!(rows.windows(2).all(|pair| pair[0].id > pair[1].id && pair[0].at >= pair[1].at));
    assert!(rows.iter().all(|row| row.instance.is_some() && !row.failed && row.failure.is_none()));
    assert_eq!(rows.iter().map(|row| row.application).collect::<Vec<_>>(), [None, Some(id), None]);
    assert_eq!(view.token.unwrap().exchange, Some(rows[1].id));
    let newest = desk.world.until("the newest is told", |snapshot| snapshot.newest_exchange).await;
    assert_eq!(newest, rows[0].id);

    desk.world.clock.advance(3_541_000);
    let wanted = ActivityArgs { application: Some(id), failures: false };
    // Any event lets the loop look at the clock.
    desk.activity().await;
    let count = |snapshot: &Snapshot| find(snapshot, id)?.token.filter(|token| token.count == 2);
    desk.world.until("it is renewed", count).await;
    let renewed = desk.world.companion.activity(wanted).await;
    assert_eq!(purposes(&renewed), [(Purpose::Renewal, Some(200)), (Purpose::Token, Some(200))]);

    let mut draft = application_draft(rows[0].instance.unwrap(), "svc_demo", "wrong", &["openid"]);
    draft.id = Some(id);
    desk.world.companion.test_application(&draft).await.unwrap_err();
    let failed = desk.world.companion.activity(ActivityArgs { application: Some(id), failures: true }).await;
    assert_eq!(purposes(&failed), [(Purpose::Trial, Some(401))]);
    assert!(failed[0].failed && failed[0].failure.is_none());

    let exchange = desk.world.companion.exchange(rows[1].id).await.unwrap();
    assert_eq!(exchange.request.line, "POST /api/v1/platform/oauth/token HTTP/1.1");
    let answer = exchange.response.unwrap();
    assert_eq!(answer.line, "HTTP/1.1 200 OK");
    let body: Value = serde_json::from_str(&answer.body.unwrap().text).unwrap();
    assert_eq!((&body["access_token"], &body["expires_in"]), (&"••••".into(), &3600.into()));

    desk.world.companion.clear_activity().await;
    assert_eq!(desk.activity().await, []);
    let gone = desk.world.companion.exchange(rows[1].id).await.unwrap_err();
    assert_eq!(gone, AppError::NotFound { what: "exchange".to_owned() });
    let token = find(&desk.world.companion.snapshot(), id).unwrap().token.unwrap();
    assert_eq!(token.exchange, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn removing_everything_forgets_the_activity() {
    let desk = Desk::start();
    let id = desk.application(PRACTICE_SECRET, ClientAuthentication::ClientSecretBasic).await;
    desk.world.request(id).await;
    desk.world.companion.remove_everything().await.unwrap();
    assert_eq!(desk.activity().await, []);
    assert_eq!(desk.world.companion.har(ActivityArgs::default()).await.unwrap().1, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_remembered_is_bounded() {
    let desk = Desk::start();
    let draft = instance_draft(InstanceKindName::ScaiKey, desk.practice.base_url());
    for _ in 0..600 {
        desk.world.companion.discover(&draft, None).await.unwrap();
    }
    let rows = desk.activity().await;
    assert_eq!(rows.len(), 500);
    assert_eq!(rows[0].id.0 - rows[499].id.0, 499);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_canary_reaches_the_activity_a_har_or_a_curl() {
    for method in [
        ClientAuthentication::ClientSecretBasic,
        ClientAuthentication::ClientSecretBasicRaw,
        ClientAuthentication::ClientSecretPost,
    ] {
        for secret in [PRACTICE_SECRET, HARD_SECRET] {
            let desk = Desk::start();
            let id = desk.application(secret, method).await;
            let token = desk.practice.sign(&serde_json::json!({ "sub": "svc_demo" })).unwrap();
            let echo =
                format!("secret was {secret}, {token}, {}", scaikey_core::oauth::http::form_encode(secret));
            let body = serde_json::json!({
                "access_token": token, "token_type": "Bearer", "expires_in": 60, "refresh_token": CANARY,
                "note": echo, "nested": [{ "client_secret": CANARY }],
            });
            let answer = Answer::json(200, body.to_string()).header("x-echo", &format!("id_token={CANARY}"));
            let refused = Answer::json(
                401,
                serde_json::json!({ "error": "invalid_client", "error_description": echo }).to_string(),
            );
            desk.practice.next_answers(Endpoint::Token, vec![answer.header("set-cookie", CANARY), refused]);
            desk.world.request(id).await;
            let text = desk.world.token(id).await;
            desk.world.request(id).await;
            let told = desk.all_told().await;
            let signature = text.rsplit('.').next().unwrap();
            let escaped = serde_json::to_string(secret).unwrap();
            for canary in [secret, escaped.trim_matches('"'), CANARY, signature] {
                assert!(!told.contains(canary), "{method:?}: {canary} is in {told}");
            }
            assert!(told.contains("svc_demo") && told.contains("invalid_client"), "{told}");
        }
    }
}

const DIRECT: Network = Network { proxy: Proxy::None, extra_ca: String::new() };
const CALL: About = About { purpose: Purpose::Endpoint, instance: None, application: None };

fn request(method: HttpMethod, url: Url, body: Option<Body>) -> HttpRequest {
    let authorization = Some(Authorization::Bearer(Secret::new("t0ken")));
    HttpRequest { stage: Stage::Endpoint, method, url, authorization, accept: "application/json", body }
}

async fn send(http: &Http, network: &Network, request: &HttpRequest) -> Sent {
    http.send(CALL, network, request, &SystemClock).await
}

fn ok(body: &str) -> [Step; 2] {
    [Step::ReadRequest, Step::answer("200 Fine", "Content-Type: application/json\r\n", body)]
}

#[tokio::test]
async fn what_is_remembered_of_a_request_is_what_was_sent() {
    let form = Body::Form(vec![FormField::plain("a", "b c")]);
    let json = Body::Json("{\"name\": \"é\"}".to_owned());
    for (method, body, text) in [
        (HttpMethod::Get, None, ""),
        (HttpMethod::Post, Some(form), "a=b+c"),
        (HttpMethod::Patch, Some(json), "{\"name\": \"é\"}"),
        (HttpMethod::Delete, None, ""),
    ] {
        let server = RawServer::start(&ok("{\"b\": 1}")).await;
        let http = Http::new("scaikey-test");
        let Sent { exchange, .. } =
            send(&http, &DIRECT, &request(method, server.url("/api?x=1"), body)).await;
        let seen = server.seen().first().unwrap().text();
        let (head, sent) = seen.split_once("\r\n\r\n").unwrap();
        let kept = exchange.request;
        let fields = kept.headers.iter().map(|field| format!("{}: {}", field.name, field.value));
        let lines: Vec<String> = std::iter::once(kept.line.clone()).chain(fields).collect();
        assert_eq!(lines, head.replace("t0ken", "••••").lines().collect::<Vec<_>>());
        assert_eq!((sent, kept.body.map(|body| body.text).unwrap_or_default().as_str()), (text, text));
        let answer = exchange.response.unwrap();
        assert_eq!(
            (answer.line.as_str(), answer.body.unwrap().text.as_str()),
            ("HTTP/1.1 200 Fine", "{\"b\": 1}")
        );
    }
}

#[tokio::test]
async fn timing_and_tls_tell_a_new_connection_from_a_kept_one() {
    let authority = Authority::new();
    let twice = [ok("{}"), ok("{}")].concat();
    let server = RawServer::start_tls(authority.server("localhost", Valid::NOW), &twice).await;
    let network = Network { proxy: Proxy::None, extra_ca: authority.pem.clone() };
    let http = Http::new("scaikey-test");
    let get = request(HttpMethod::Get, server.url("/a"), None);
    let first = send(&http, &network, &get).await.exchange;
    let second = send(&http, &network, &get).await.exchange;
    assert_eq!((first.timing.reused, second.timing.reused), (Some(false), Some(true)));
    assert!(first.timing.connect.unwrap() > 0.0 && second.timing.connect.is_none());
    // `localhost` is never asked of DNS.
    assert_eq!((first.timing.dns, second.timing.dns), (None, None));
    for timing in [first.timing, second.timing] {
        let parts = [timing.dns, timing.connect, timing.wait, timing.body].into_iter().flatten().sum::<f64>();
        assert!(
            timing.wait.unwrap() > 0.0 && timing.body.is_some() && parts <= timing.total + 0.001,
            "{timing:?}"
        );
    }
    assert!(first.summary.id < second.summary.id);
    for exchange in [first, second] {
        let connection = exchange.connection.unwrap();
        assert_eq!(connection.remote, Some(format!("127.0.0.1:{}", server.port())));
        let tls = connection.tls.unwrap();
        assert_eq!(tls.version.as_deref(), Some("TLS 1.3"));
        assert!(tls.issuer.unwrap().contains("ScaiKey test authority"));
        assert!(tls.subject.is_some());
        // 2090-01-01
        assert_eq!(tls.valid_until, Some(3_786_912_000_000));
    }
}

#[tokio::test]
async fn a_failure_is_remembered_with_how_far_it_came() {
    let http = Http::with_limits("scaikey-test", Limits::default());
    let failed = |exchange: &ExchangeView| {
        assert!(exchange.summary.failed && exchange.error.is_some() && exchange.summary.failure.is_some());
    };
    let unsafe_url = Url::parse("http://ada:t0ken@idp.example/token").unwrap();
    let exchange = send(&http, &DIRECT, &request(HttpMethod::Get, unsafe_url, None)).await.exchange;
    failed(&exchange);
    assert_eq!((exchange.timing.reused, exchange.connection), (None, None));

    let unknown = Url::parse("https://no-such-host.invalid/").unwrap();
    let exchange = send(&http, &DIRECT, &request(HttpMethod::Get, unknown, None)).await.exchange;
    failed(&exchange);
    assert!(exchange.timing.dns.is_some() && exchange.timing.wait.is_none(), "{:?}", exchange.timing);
    assert_eq!(exchange.timing.reused, None);

    let cut = Step::write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"a\"");
    let server = RawServer::start(&[Step::ReadRequest, cut]).await;
    let exchange = send(&http, &DIRECT, &request(HttpMethod::Get, server.url("/"), None)).await.exchange;
    failed(&exchange);
    assert_eq!((exchange.summary.status, exchange.timing.reused), (Some(200), Some(false)));
    assert_eq!(exchange.response.unwrap().body, None);
    assert!(exchange.timing.connect.is_some());

    let server = RawServer::start_each(&[&[Step::ReadRequest], &ok("{}")]).await;
    let exchange = send(&http, &DIRECT, &request(HttpMethod::Get, server.url("/"), None)).await.exchange;
    assert!(!exchange.summary.failed, "a GET that was sent once more is one exchange");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copied_curl_works_with_the_variables_set() {
    use ClientAuthentication::{ClientSecretBasic, ClientSecretBasicRaw, ClientSecretPost};
    for secret in [PRACTICE_SECRET, HARD_SECRET, "plain-s3cret"] {
        for method in [ClientSecretBasic, ClientSecretBasicRaw, ClientSecretPost] {
            let desk = Desk::start();
            desk.practice.set_secret("svc_demo", secret).unwrap();
            let id = desk.application(secret, method).await;
            desk.world.request(id).await;
            let rows = desk.activity().await;
            let asked = rows.iter().find(|row| row.application == Some(id)).unwrap();
            let curl = desk.world.companion.exchange(asked.id).await.unwrap().curl;
            assert!(!curl.contains(secret), "{curl}");
            let ran = run_curl(&curl, &[("CLIENT_SECRET", secret)]).await;
            assert_eq!(Some(ran.status), asked.status, "{curl}\n{}", ran.body);
            // The practice server decodes Basic, so there a secret that decoding changes is refused raw.
            let raw_differs = method == ClientSecretBasicRaw && secret == PRACTICE_SECRET;
            assert_eq!(ran.status, if raw_differs { 401 } else { 200 }, "{curl}\n{}", ran.body);
        }
    }
}

#[tokio::test]
async fn a_copied_curl_sends_what_the_companion_sent() {
    let json = Body::Json("{\"it's\": \"$HOME `x` \\\\ é\"}".to_owned());
    let basic = |form_encoded| Authorization::Basic {
        user: "o'neil $x".to_owned(),
        password: Secret::new("p@ss'\"$`\\:w/ord+%20é"),
        form_encoded,
    };
    let server = RawServer::start(&ok("{}")).await;
    let http = Http::new("scaikey-test");
    let form = Body::Form(vec![FormField::plain("scope", "a b&c='d'")]);
    for (authorization, body, read) in [
        (basic(true), Some(form), form_decoded as fn(&str) -> String),
        (basic(false), None, str::to_owned),
        (Authorization::Bearer(Secret::new("t0ken")), Some(json), str::to_owned),
    ] {
        let mut sent = request(HttpMethod::Put, server.url("/a[1]?b={c}&d='e'"), body);
        sent.authorization = Some(authorization);
        let exchange = send(&http, &DIRECT, &sent).await.exchange;
        let variables = [("CLIENT_SECRET", "p@ss'\"$`\\:w/ord+%20é"), ("ACCESS_TOKEN", "t0ken")];
        assert_eq!(run_curl(&exchange.curl, &variables).await.status, 200, "{}", exchange.curl);
        let seen = server.seen();
        let [.., ours, theirs] = seen.as_slice() else { panic!("two requests") };
        assert_eq!(essence(&ours.text(), read), essence(&theirs.text(), read), "{}", exchange.curl);
    }
}

/// What two clients that send the same have in common: the line, the credentials, the body.
fn essence(request: &str, read: fn(&str) -> String) -> (String, String, String) {
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    let (line, fields) = head.split_once("\r\n").unwrap();
    let field = fields.lines().find(|line| line.to_ascii_lowercase().starts_with("authorization:")).unwrap();
    let value = field.split_once(' ').unwrap().1;
    let credentials = match value.strip_prefix("Basic ") {
        Some(encoded) => read(&String::from_utf8(STANDARD.decode(encoded).unwrap()).unwrap()),
        None => value.to_owned(),
    };
    // curl may write a space as `%20`, which a form reads as the same.
    (line.to_owned(), credentials, body.replace("%20", "+"))
}

/// RFC 6749 §2.3.1: one client encodes every byte, the other what it must; both mean the same.
fn form_decoded(pair: &str) -> String {
    let url = Url::parse(&format!("http://x/?{pair}")).unwrap();
    url.query_pairs().map(|(name, _)| name.into_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_activity_is_a_valid_har() {
    let desk = Desk::start();
    let id = desk.application("wrong", ClientAuthentication::ClientSecretPost).await;
    desk.world.request(id).await;
    let (text, count) = desk.world.companion.har(ActivityArgs::default()).await.unwrap();
    let har: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(har["log"]["entries"].as_array().unwrap().len(), count as usize);
    check_har(&har);
    let statuses: Vec<u64> = har["log"]["entries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| e["response"]["status"].as_u64().unwrap())
        .collect();
    assert_eq!(statuses, [200, 401], "oldest first");

    let http = Http::new("scaikey-test");
    let url = Url::parse("http://idp.example/?a=b").unwrap();
    let failed = send(&http, &DIRECT, &request(HttpMethod::Get, url, None)).await.exchange;
    let har: Value = serde_json::from_str(&har_of(&failed)).unwrap();
    check_har(&har);
    assert_eq!(har["log"]["entries"][0]["response"]["status"], 0);
    assert_eq!(har["log"]["entries"][0]["request"]["queryString"][0]["value"], "b");
}

fn har_of(exchange: &ExchangeView) -> String {
    har(std::iter::once(exchange))
}

/// The members that HAR 1.2 requires, with their types.
fn check_har(har: &Value) {
    let log = &har["log"];
    assert_eq!(log["version"], "1.2");
    strings(&log["creator"], &["name", "version"]);
    for entry in log["entries"].as_array().unwrap() {
        strings(entry, &["startedDateTime"]);
        assert!(entry["startedDateTime"].as_str().unwrap().ends_with('Z') && entry["cache"].is_object());
        strings(&entry["request"], &["method", "url", "httpVersion"]);
        strings(&entry["response"], &["statusText", "httpVersion", "redirectURL"]);
        for message in [&entry["request"], &entry["response"]] {
            assert!(message["cookies"].is_array() && message["headersSize"].is_i64());
            assert!(message["bodySize"].is_i64());
            message["headers"]
                .as_array()
                .unwrap()
                .iter()
                .for_each(|field| strings(field, &["name", "value"]));
        }
        assert!(entry["request"]["queryString"].is_array() && entry["response"]["status"].is_u64());
        assert!(entry["response"]["content"]["size"].is_u64());
        strings(&entry["response"]["content"], &["mimeType"]);
        if entry["request"]["method"] == "POST" {
            strings(&entry["request"]["postData"], &["mimeType", "text"]);
        }
        let timings = entry["timings"].as_object().unwrap();
        assert!(["send", "wait", "receive"].iter().all(|part| timings[*part].as_f64().unwrap() >= 0.0));
        let parts: f64 = timings.values().map(|part| part.as_f64().unwrap()).filter(|part| *part > 0.0).sum();
        assert!((parts - entry["time"].as_f64().unwrap()).abs() < 0.01, "{entry}");
    }
}

fn strings(value: &Value, names: &[&str]) {
    for name in names {
        assert!(value[*name].is_string(), "{name} in {value}");
    }
}
