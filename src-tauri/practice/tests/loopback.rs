//! The practice server over loopback HTTP, as a tool of somebody else would use it.
//!
//! Signatures and claims are checked with the published keys alone, never with the server's own code.

#![allow(clippy::unwrap_used, reason = "what the tests share fails by panicking, too")]

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{DecodingKey, Validation, decode, decode_header};
use reqwest::{Client, Method, StatusCode};
use scaikey_practice::{
    Algorithm, Answer, ApplicationType, Endpoint, ExpiredTokenError, Level, NewApplication, Options, Port,
    Practice, RegisterError, RegisteredApplication, StartError,
};
use serde_json::{Value, json};

const PLATFORM_TOKEN: &str = "/api/v1/platform/oauth/token";
const ACME_TOKEN: &str = "/api/v1/auth/tenants/acme/oauth/token";
const PLATFORM_JWKS: &str = "/api/v1/platform/.well-known/jwks.json";
const NOW: i64 = 1_795_500_000;

/// A server with a clock that tests move, and a client that follows nothing.
struct Bench {
    practice: Practice,
    clock: Arc<AtomicI64>,
    client: Client,
}

struct Got {
    status: StatusCode,
    headers: reqwest::header::HeaderMap,
    text: String,
}

impl Got {
    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("not JSON: {}", self.text))
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    fn token(&self) -> String {
        assert_eq!(self.status, StatusCode::OK, "{}", self.text);
        self.json()["access_token"].as_str().unwrap().to_owned()
    }
}

impl Bench {
    fn new() -> Bench {
        Bench::with(Options::for_tests())
    }

    fn with(options: Options) -> Bench {
        let clock = Arc::new(AtomicI64::new(NOW));
        let hand = Arc::clone(&clock);
        let clocked = Options { clock: Arc::new(move || hand.load(Ordering::SeqCst)), ..options };
        let practice = Practice::start(clocked).unwrap();
        Bench { practice, clock, client: client() }
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.practice.base_url())
    }

    async fn send(&self, request: reqwest::RequestBuilder) -> Got {
        got(request.send().await.unwrap()).await
    }

    async fn get(&self, path: &str) -> Got {
        self.send(self.client.get(self.url(path))).await
    }

    async fn get_as(&self, token: &str, path: &str) -> Got {
        self.send(self.client.get(self.url(path)).bearer_auth(token)).await
    }

    async fn send_json(&self, method: Method, token: &str, path: &str, body: &Value) -> Got {
        let request = self.client.request(method, self.url(path)).bearer_auth(token);
        self.send(request.header("content-type", "application/json").body(body.to_string())).await
    }

    /// A token request with HTTP Basic.
    async fn basic(&self, path: &str, application: &RegisteredApplication, body: &str) -> Got {
        let secret = application.client_secret.clone().unwrap();
        let request = self.client.post(self.url(path)).basic_auth(&application.client_id, Some(secret));
        self.send(form(request, body)).await
    }

    /// A token request with this body and nothing else.
    async fn post(&self, path: &str, body: &str) -> Got {
        self.send(form(self.client.post(self.url(path)), body)).await
    }

    fn register(&self, level: Level, scopes: &[&str]) -> RegisteredApplication {
        self.practice.register(NewApplication::service("test", level, scopes)).unwrap()
    }

    /// The token of a new GLOBAL application with these scopes.
    async fn platform_token(&self, scopes: &[&str]) -> String {
        let application = self.register(Level::Global, scopes);
        self.basic(PLATFORM_TOKEN, &application, "grant_type=client_credentials").await.token()
    }

    fn admin(&self) -> String {
        self.practice.admin_token().unwrap()
    }
}

fn client() -> Client {
    #[expect(clippy::disallowed_methods, reason = "a test's own client, for loopback only")]
    let builder = Client::builder();
    builder.redirect(reqwest::redirect::Policy::none()).no_proxy().build().unwrap()
}

async fn got(response: reqwest::Response) -> Got {
    let (status, headers) = (response.status(), response.headers().clone());
    Got { status, headers, text: response.text().await.unwrap() }
}

fn form(request: reqwest::RequestBuilder, body: &str) -> reqwest::RequestBuilder {
    request.header("content-type", "application/x-www-form-urlencoded").body(body.to_owned())
}

fn acme() -> Level {
    Level::Tenant { slug: "acme".to_owned() }
}

/// The claims without looking at the signature.
fn claims(token: &str) -> Value {
    let payload = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}

/// Whether a published key made the signature.
fn verifies(token: &str, jwks: &Value) -> bool {
    let header = decode_header(token).unwrap();
    let set: JwkSet = serde_json::from_value(jwks.clone()).unwrap();
    let Some(jwk) = set.find(header.kid.as_deref().unwrap()) else { return false };
    let mut validation = Validation::new(header.alg);
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    validation.validate_aud = false;
    decode::<Value>(token, &DecodingKey::from_jwk(jwk).unwrap(), &validation).is_ok()
}

fn check_error(got: &Got, status: u16, error: &str) {
    assert_eq!(got.status, status, "{}", got.text);
    assert_eq!(got.json()["error"], error, "{}", got.text);
    assert!(got.json()["error_description"].is_string(), "{}", got.text);
    assert_eq!(got.header("cache-control"), Some("no-store"));
}

/// One raw request; the whole answer as text. For what a proper client would never send.
fn raw(port: u16, request: &str) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

// ---- discovery and keys

#[tokio::test]
async fn discovery_of_both_flavours_names_issuer_and_addresses_that_work() {
    let bench = Bench::new();
    let base = bench.practice.base_url();
    for (path, issuer) in [
        ("/api/v1/platform/oauth/.well-known/openid-configuration", base.to_owned()),
        (
            "/api/v1/auth/tenants/acme/.well-known/openid-configuration",
            format!("{base}/tenants/tnt_practiceacme"),
        ),
    ] {
        let found = bench.get(path).await;
        assert_eq!(found.status, 200);
        assert_eq!(found.header("content-type"), Some("application/json"));
        let document = found.json();
        assert_eq!(document["issuer"], issuer);
        let jwks = got(bench.client.get(document["jwks_uri"].as_str().unwrap()).send().await.unwrap()).await;
        assert_eq!(jwks.json(), bench.practice.jwks());
        let token = bench.client.post(document["token_endpoint"].as_str().unwrap());
        check_error(&bench.send(form(token, "")).await, 400, "invalid_request");
    }
}

#[tokio::test]
async fn paths_are_as_asymmetric_as_documented() {
    let bench = Bench::new();
    for path in [
        "/api/v1/platform/.well-known/openid-configuration",
        "/api/v1/platform/oauth/.well-known/jwks.json",
        "/api/v1/auth/tenants/acme/oauth/.well-known/openid-configuration",
        "/api/v1/auth/tenants/acme/oauth/.well-known/jwks.json",
        "/api/v1/auth/tenants/tnt_practiceacme/.well-known/jwks.json",
        "/api/v1/auth/tenants/nobody/.well-known/openid-configuration",
        "/.well-known/openid-configuration",
        "/oauth/token",
    ] {
        let found = bench.get(path).await;
        assert_eq!(found.status, 404, "{path}");
        assert!(found.json()["detail"].is_string(), "{path}");
    }
    assert_eq!(bench.get(PLATFORM_TOKEN).await.status, 405);
}

#[tokio::test]
async fn both_flavours_publish_the_same_keys_without_private_members() {
    let bench = Bench::new();
    bench.practice.use_algorithm(Algorithm::Es256).unwrap();
    let platform = bench.get(PLATFORM_JWKS).await.json();
    let tenant = bench.get("/api/v1/auth/tenants/globex/.well-known/jwks.json").await.json();
    assert_eq!(platform, tenant);
    let members: Vec<Vec<&String>> = platform["keys"]
        .as_array()
        .unwrap()
        .iter()
        .map(|key| key.as_object().unwrap().keys().collect())
        .collect();
    assert_eq!(
        members,
        [vec!["alg", "e", "kid", "kty", "n", "use"], vec!["alg", "crv", "kid", "kty", "use", "x", "y"]]
    );
}

#[tokio::test]
async fn tokens_verify_with_the_published_keys_in_both_algorithms() {
    for algorithm in [Algorithm::Rs256, Algorithm::Es256] {
        let bench = Bench::with(Options { algorithm, ..Options::for_tests() });
        let token = bench.platform_token(&["openid"]).await;
        assert!(verifies(&token, &bench.get(PLATFORM_JWKS).await.json()), "{algorithm:?}");
        assert!(!verifies(
            &token,
            &Practice::start(Options { algorithm, ..Options::for_tests() }).unwrap().jwks()
        ));
        let header: Value =
            serde_json::from_slice(&URL_SAFE_NO_PAD.decode(token.split('.').next().unwrap()).unwrap())
                .unwrap();
        assert_eq!(header, json!({ "alg": algorithm.name(), "typ": "JWT", "kid": "2026-11-a" }));
    }
}

#[tokio::test]
async fn after_a_rotation_the_old_key_stays_published_until_it_is_retired() {
    let bench = Bench::new();
    let old = bench.admin();
    assert_eq!(bench.practice.rotate_keys().unwrap(), "2026-11-b");
    let new = bench.admin();
    assert_eq!(decode_header(&new).unwrap().kid.as_deref(), Some("2026-11-b"));

    let both = bench.get(PLATFORM_JWKS).await.json();
    assert!(verifies(&old, &both) && verifies(&new, &both));
    assert_eq!(bench.get_as(&old, "/api/v1/admin/tenants/").await.status, 200);

    bench.practice.retire_old_keys();
    let one = bench.get(PLATFORM_JWKS).await.json();
    assert!(!verifies(&old, &one) && verifies(&new, &one));
    assert_eq!(bench.get_as(&old, "/api/v1/admin/tenants/").await.status, 401);
    assert_eq!(bench.get_as(&new, "/api/v1/admin/tenants/").await.status, 200);
}

#[tokio::test]
async fn the_algorithm_changes_with_an_overlap_and_once_only() {
    let bench = Bench::new();
    let rsa = bench.admin();
    assert_eq!(bench.practice.use_algorithm(Algorithm::Rs256).unwrap(), "2026-11-a");
    assert_eq!(bench.practice.use_algorithm(Algorithm::Es256).unwrap(), "2026-11-b");
    let ec = bench.admin();
    assert_eq!(decode_header(&ec).unwrap().alg, jsonwebtoken::Algorithm::ES256);
    let jwks = bench.practice.jwks();
    assert!(verifies(&rsa, &jwks) && verifies(&ec, &jwks));
}

// ---- the token endpoint

#[tokio::test]
async fn a_global_application_gets_exactly_the_documented_claims() {
    let bench = Bench::new();
    let application = bench.register(Level::Global, &["openid", "admin:read"]);
    let answer =
        bench.basic(PLATFORM_TOKEN, &application, "grant_type=client_credentials&scope=admin:read").await;
    let token = answer.token();
    assert_eq!(
        answer.json(),
        json!({ "access_token": token, "token_type": "Bearer", "expires_in": 3600, "scope": "admin:read" })
    );
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(
        claims(&token),
        json!({
            "iss": bench.practice.base_url(),
            "aud": application.client_id,
            "sub": application.client_id,
            "scope": "admin:read",
            "exp": NOW + 3600,
            "iat": NOW,
            "client_id": application.client_id,
            "app_scope": "GLOBAL",
            "platform_token": true,
            "token_type": "client_credentials",
        })
    );
}

#[tokio::test]
async fn tenant_and_partner_applications_get_tenant_tokens() {
    let bench = Bench::new();
    for (level, partner_id) in [(acme(), None), (Level::Partner, Some("prt_practice"))] {
        let application = bench.register(level, &["users:read"]);
        let token = bench.basic(ACME_TOKEN, &application, "grant_type=client_credentials").await.token();
        let mut expected = json!({
            "iss": format!("{}/tenants/tnt_practiceacme", bench.practice.base_url()),
            "aud": application.client_id,
            "sub": application.client_id,
            "scope": "users:read",
            "tenant_id": "tnt_practiceacme",
            "exp": NOW + 3600,
            "iat": NOW,
            "client_id": application.client_id,
            "token_type": "client_credentials",
        });
        if let Some(partner_id) = partner_id {
            expected["partner_id"] = partner_id.into();
        }
        assert_eq!(claims(&token), expected);
    }
}

#[tokio::test]
async fn the_wrong_flavour_is_refused() {
    let bench = Bench::new();
    let grant = "grant_type=client_credentials";
    let global = bench.register(Level::Global, &[]);
    let tenant = bench.register(acme(), &[]);
    let partner = bench.register(Level::Partner, &[]);
    for (path, application) in [
        (ACME_TOKEN, &global),
        (PLATFORM_TOKEN, &tenant),
        (PLATFORM_TOKEN, &partner),
        ("/api/v1/auth/tenants/globex/oauth/token", &tenant),
        ("/api/v1/auth/tenants/initech/oauth/token", &partner),
    ] {
        check_error(&bench.basic(path, application, grant).await, 400, "unauthorized_client");
    }
    let nowhere = bench.basic("/api/v1/auth/tenants/nobody/oauth/token", &tenant, grant).await;
    assert_eq!(nowhere.status, 404);
}

#[tokio::test]
async fn id_and_secret_are_taken_by_basic_and_by_post() {
    let bench = Bench::new();
    let new =
        NewApplication::service("odd", Level::Global, &["openid"]).with_credentials("a:b c", "p+q&r%=ü");
    bench.practice.register(new).unwrap();
    let post = "grant_type=client_credentials&client_id=a%3Ab+c&client_secret=p%2Bq%26r%25%3D%C3%BC";
    bench.post(PLATFORM_TOKEN, post).await.token();

    let encoded = STANDARD.encode("a%3Ab+c:p%2Bq%26r%25%3D%C3%BC");
    let request =
        bench.client.post(bench.url(PLATFORM_TOKEN)).header("authorization", format!("Basic {encoded}"));
    bench.send(form(request, "grant_type=client_credentials&client_id=a%3Ab+c")).await.token();
}

#[tokio::test]
async fn a_wrong_secret_and_an_unknown_client_look_the_same() {
    let bench = Bench::new();
    let application = bench.register(Level::Global, &["openid"]);
    let grant = "grant_type=client_credentials";
    let mut answers = Vec::new();
    for (id, secret) in
        [(application.client_id.as_str(), "wrong"), ("nobody", "wrong"), (&application.client_id, "")]
    {
        let request = bench.client.post(bench.url(PLATFORM_TOKEN)).basic_auth(id, Some(secret));
        let answer = bench.send(form(request, grant)).await;
        check_error(&answer, 401, "invalid_client");
        assert!(answer.header("www-authenticate").unwrap().starts_with("Basic "));
        answers.push(answer.text);

        let answer =
            bench.post(PLATFORM_TOKEN, &format!("{grant}&client_id={id}&client_secret={secret}")).await;
        check_error(&answer, 401, "invalid_client");
        assert_eq!(answer.header("www-authenticate"), None);
        answers.push(answer.text);
    }
    answers.dedup();
    assert_eq!(answers.len(), 1);
    check_error(&bench.post(PLATFORM_TOKEN, grant).await, 401, "invalid_client");
}

#[tokio::test]
async fn malformed_token_requests_follow_the_rfc() {
    let bench = Bench::new();
    let application = bench.register(Level::Global, &["openid"]);
    let secret = application.client_secret.clone().unwrap();
    for (body, error) in [
        ("", "invalid_request"),
        ("grant_type=", "invalid_request"),
        ("grant_type=client_credentials&grant_type=client_credentials", "invalid_request"),
        (&format!("grant_type=client_credentials&client_secret={secret}"), "invalid_request"),
        ("grant_type=client_credentials&client_id=other", "invalid_request"),
        ("grant_type=password", "unsupported_grant_type"),
        ("grant_type=authorization_code", "unsupported_grant_type"),
        ("grant_type=client_credentials&scope=admin:read", "invalid_scope"),
        ("grant_type=client_credentials&scope=%22", "invalid_scope"),
    ] {
        check_error(&bench.basic(PLATFORM_TOKEN, &application, body).await, 400, error);
    }
    let request =
        bench.client.post(bench.url(PLATFORM_TOKEN)).basic_auth(&application.client_id, Some(secret));
    let json =
        request.header("content-type", "application/json").body(r#"{"grant_type":"client_credentials"}"#);
    check_error(&bench.send(json).await, 400, "invalid_request");
}

#[tokio::test]
async fn public_applications_cannot_use_client_credentials() {
    let bench = Bench::new();
    for kind in [ApplicationType::Spa, ApplicationType::Native] {
        let new = NewApplication::service("public", Level::Global, &["openid"]).of_type(kind);
        let application = bench.practice.register(new).unwrap();
        let body = format!("grant_type=client_credentials&client_id={}", application.client_id);
        check_error(&bench.post(PLATFORM_TOKEN, &body).await, 400, "unauthorized_client");
    }
    let web = NewApplication::service("web", Level::Global, &["openid"]).of_type(ApplicationType::Web);
    let web = bench.practice.register(web).unwrap();
    bench.basic(PLATFORM_TOKEN, &web, "grant_type=client_credentials").await.token();
}

#[tokio::test]
async fn without_scope_a_token_has_all_that_is_allowed() {
    let bench = Bench::new();
    let application = bench.register(Level::Global, &["openid", "admin:read", "users:read"]);
    for (body, expected) in [
        ("", "openid admin:read users:read"),
        ("&scope=", "openid admin:read users:read"),
        ("&scope=users:read", "users:read"),
        ("&scope=users:read+openid+users:read", "users:read openid"),
    ] {
        let answer =
            bench.basic(PLATFORM_TOKEN, &application, &format!("grant_type=client_credentials{body}")).await;
        assert_eq!(claims(&answer.token())["scope"], expected, "{body}");
        assert_eq!(answer.json()["scope"], expected, "{body}");
    }
}

#[tokio::test]
async fn the_lifetime_is_the_applications_own_or_the_runs() {
    let bench = Bench::with(Options { lifetime_seconds: 20, ..Options::for_tests() });
    let application = bench.register(Level::Global, &["openid"]);
    let lifetime = async || {
        let answer = bench.basic(PLATFORM_TOKEN, &application, "grant_type=client_credentials").await;
        let claims = claims(&answer.token());
        let lifetime = answer.json()["expires_in"].as_i64().unwrap();
        assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), lifetime);
        lifetime
    };
    assert_eq!(lifetime().await, 20);
    bench.practice.set_lifetime(30);
    assert_eq!(lifetime().await, 30);
    bench.practice.set_token_lifetime(&application.client_id, Some(7)).unwrap();
    assert_eq!(lifetime().await, 7);
    bench.practice.set_token_lifetime(&application.client_id, None).unwrap();
    assert_eq!(lifetime().await, 30);
}

#[tokio::test]
async fn a_new_secret_replaces_the_old_one() {
    let bench = Bench::new();
    let mut application = bench.register(Level::Global, &["openid"]);
    let old = application.clone();
    let grant = "grant_type=client_credentials";
    application.client_secret = Some(bench.practice.rotate_secret(&application.client_id).unwrap());
    bench.basic(PLATFORM_TOKEN, &application, grant).await.token();
    check_error(&bench.basic(PLATFORM_TOKEN, &old, grant).await, 401, "invalid_client");

    bench.practice.set_secret(&application.client_id, "saved-before").unwrap();
    application.client_secret = Some("saved-before".to_owned());
    bench.basic(PLATFORM_TOKEN, &application, grant).await.token();

    bench.practice.remove(&application.client_id).unwrap();
    check_error(&bench.basic(PLATFORM_TOKEN, &application, grant).await, 401, "invalid_client");
    assert!(bench.practice.rotate_secret(&application.client_id).is_err());
}

// ---- the admin API

#[tokio::test]
async fn the_documented_403_to_the_letter() {
    let bench = Bench::new();
    let token = bench.platform_token(&["openid"]).await;
    for path in
        ["/api/v1/admin/tenants/", "/api/v1/admin/tenants/tnt_practiceacme", "/api/v1/admin/applications/"]
    {
        let refused = bench.get_as(&token, path).await;
        assert_eq!(refused.status, 403, "{path}");
        assert_eq!(refused.text, r#"{"detail":"Platform token requires admin:read or admin:write scope"}"#);
        assert_eq!(refused.header("content-type"), Some("application/json"));
    }
    let refused = bench.send_json(Method::PATCH, &token, "/api/v1/admin/applications/x", &json!({})).await;
    assert_eq!(refused.text, r#"{"detail":"Platform token requires admin:read or admin:write scope"}"#);
}

#[tokio::test]
async fn reading_needs_an_admin_scope_and_writing_needs_admin_write() {
    let bench = Bench::new();
    let id = bench.register(Level::Global, &[]).id;
    let path = format!("/api/v1/admin/applications/{id}");
    for (scopes, reads, writes) in [
        (&["admin:read"][..], 200, 403),
        (&["admin:write"][..], 200, 200),
        (&["openid", "admin:read", "admin:write"][..], 200, 200),
        (&["admin:readonly", "xadmin:write"][..], 403, 403),
    ] {
        let token = bench.platform_token(scopes).await;
        assert_eq!(bench.get_as(&token, &path).await.status, reads, "{scopes:?}");
        let patched = bench.send_json(Method::PATCH, &token, &path, &json!({ "name": "x" })).await;
        assert_eq!(patched.status, writes, "{scopes:?}");
    }
}

#[tokio::test]
async fn without_a_token_or_with_another_it_is_401() {
    let bench = Bench::new();
    let path = "/api/v1/admin/tenants/";
    let naked = bench.get(path).await;
    assert_eq!((naked.status.as_u16(), naked.header("www-authenticate")), (401, Some("Bearer")));
    assert!(naked.json()["detail"].is_string());

    let other_server = Bench::new();
    let tenant = bench.register(acme(), &["admin:read", "admin:write"]);
    let tenant_token = bench.basic(ACME_TOKEN, &tenant, "grant_type=client_credentials").await.token();
    let good = bench.admin();
    let (signed, signature) = good.rsplit_once('.').unwrap();
    let (head, _) = signed.split_once('.').unwrap();
    let forged_claims = json!({ "iss": bench.practice.base_url(), "role": "super_admin", "exp": NOW + 9 });
    let forged_payload = URL_SAFE_NO_PAD.encode(forged_claims.to_string());
    let unsigned = URL_SAFE_NO_PAD.encode(r#"{"alg":"none","kid":"2026-11-a"}"#);
    let timeless =
        bench.practice.sign(&json!({ "iss": bench.practice.base_url(), "role": "super_admin" })).unwrap();
    for (what, token) in [
        ("junk", "junk".to_owned()),
        ("another server's", other_server.admin()),
        ("a tenant application's", tenant_token),
        ("other claims under a good signature", format!("{head}.{forged_payload}.{signature}")),
        ("unsigned", format!("{unsigned}.{forged_payload}.")),
        ("without exp", timeless),
    ] {
        let refused = bench.get_as(&token, path).await;
        assert_eq!(refused.status, 401, "{what}");
        assert_eq!(refused.header("www-authenticate"), Some(r#"Bearer error="invalid_token""#), "{what}");
    }
    let basic = bench.client.get(bench.url(path)).basic_auth("x", Some("y"));
    assert_eq!(bench.send(basic).await.status, 401);
    assert_eq!(bench.get_as(&good, path).await.status, 200);
}

#[tokio::test]
async fn a_token_is_refused_from_the_second_it_expires() {
    let bench = Bench::with(Options { lifetime_seconds: 20, ..Options::for_tests() });
    let token = bench.platform_token(&["admin:read"]).await;
    bench.clock.store(NOW + 19, Ordering::SeqCst);
    assert_eq!(bench.get_as(&token, "/api/v1/admin/tenants/").await.status, 200);
    bench.clock.store(NOW + 20, Ordering::SeqCst);
    assert_eq!(bench.get_as(&token, "/api/v1/admin/tenants/").await.status, 401);
}

#[tokio::test]
async fn tenants_are_listed_in_pages_and_filtered() {
    let bench = Bench::new();
    let admin = bench.admin();
    let ids = async |query: &str| -> Vec<String> {
        let listed = bench.get_as(&admin, &format!("/api/v1/admin/tenants/{query}")).await.json();
        listed["items"].as_array().unwrap().iter().map(|t| t["slug"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(ids("").await, ["acme", "globex", "initech"]);
    assert_eq!(ids("?page=1&per_page=1").await, ["acme"]);
    assert_eq!(ids("?page=2&per_page=2").await, ["initech"]);
    assert_eq!(ids("?search=GLOB").await, ["globex"]);
    assert_eq!(ids("?partner_id=prt_practice").await, ["acme", "globex"]);
    assert_eq!(ids("?status=SUSPENDED").await, Vec::<String>::new());

    let one = bench.get_as(&admin, "/api/v1/admin/tenants/tnt_practiceglobex").await;
    assert_eq!(one.json()["slug"], "globex");
    let none = bench.get_as(&admin, "/api/v1/admin/tenants/tnt_nobody").await;
    assert_eq!((none.status.as_u16(), none.text.as_str()), (404, r#"{"detail":"Tenant not found"}"#));
}

#[tokio::test]
async fn applications_are_created_read_listed_and_changed() {
    let bench = Bench::new();
    let admin = bench.admin();
    let wanted = json!({
        "name": "Reporting",
        "application_type": "SERVICE",
        "scope": "TENANT",
        "tenant_id": "tnt_practiceacme",
        "allowed_scopes": ["openid", "users:read"],
        "redirect_uris": ["https://app.example/cb"],
    });
    let created = bench.send_json(Method::POST, &admin, "/api/v1/admin/applications/", &wanted).await;
    assert_eq!(created.status, 201, "{}", created.text);
    let mut created = created.json();
    for (name, value) in wanted.as_object().unwrap() {
        assert_eq!(&created[name], value, "{name}");
    }
    assert_eq!(created["token_lifetime"], 3600);
    let path = format!("/api/v1/admin/applications/{}", created["id"].as_str().unwrap());

    // It works, and its secret is shown this once only.
    let application = RegisteredApplication {
        id: created["id"].as_str().unwrap().to_owned(),
        client_id: created["client_id"].as_str().unwrap().to_owned(),
        client_secret: Some(created["client_secret"].as_str().unwrap().to_owned()),
    };
    assert!(application.id.starts_with("app_"));
    bench.basic(ACME_TOKEN, &application, "grant_type=client_credentials").await.token();
    created.as_object_mut().unwrap().remove("client_secret");
    assert_eq!(bench.get_as(&admin, &path).await.json(), created);

    bench.register(Level::Global, &[]);
    for (query, total) in [
        ("", 2),
        ("?scope=TENANT", 1),
        ("?tenant_id=tnt_practiceacme", 1),
        ("?tenant_id=tnt_practiceglobex", 0),
        ("?application_type=WEB", 0),
        ("?search=report", 1),
        ("?partner_id=prt_practice", 0),
    ] {
        let listed = bench.get_as(&admin, &format!("/api/v1/admin/applications/{query}")).await;
        assert_eq!(listed.json()["total"], total, "{query}");
        assert!(!listed.text.contains("client_secret"), "{query}");
    }

    let change = json!({ "allowed_scopes": ["users:read", "groups:read"], "token_lifetime": 60 });
    let changed = bench.send_json(Method::PATCH, &admin, &path, &change).await;
    assert_eq!(changed.status, 200);
    created["allowed_scopes"] = change["allowed_scopes"].clone();
    created["token_lifetime"] = 60.into();
    assert_eq!(changed.json(), created, "allowed_scopes is replaced, all else stays");
    assert_eq!(bench.get_as(&admin, &path).await.json(), created);
    let token = bench.basic(ACME_TOKEN, &application, "grant_type=client_credentials").await.token();
    assert_eq!(claims(&token)["scope"], "users:read groups:read");
    assert_eq!(claims(&token)["exp"], NOW + 60);

    let missing =
        bench.send_json(Method::PATCH, &admin, "/api/v1/admin/applications/app_x", &json!({})).await;
    assert_eq!(missing.status, 404);
}

#[tokio::test]
async fn a_global_application_with_admin_write_creates_applications_of_every_level() {
    let bench = Bench::new();
    let token = bench.platform_token(&["admin:write"]).await;
    for (body, secret) in [
        (json!({ "name": "g", "application_type": "WEB", "scope": "GLOBAL" }), true),
        (
            json!({ "name": "p", "application_type": "SERVICE", "scope": "PARTNER", "partner_id": "prt_practice" }),
            true,
        ),
        (
            json!({ "name": "s", "application_type": "SPA", "scope": "TENANT", "tenant_id": "tnt_practiceinitech" }),
            false,
        ),
    ] {
        let created = bench.send_json(Method::POST, &token, "/api/v1/admin/applications/", &body).await;
        assert_eq!(created.status, 201, "{}", created.text);
        assert_eq!(created.json().get("client_secret").is_some(), secret, "{body}");
    }
}

#[tokio::test]
async fn tokens_keep_the_scopes_they_were_made_with() {
    let bench = Bench::new();
    let application = bench.register(Level::Global, &["openid"]);
    let grant = "grant_type=client_credentials";
    let old = bench.basic(PLATFORM_TOKEN, &application, grant).await.token();
    let path = format!("/api/v1/admin/applications/{}", application.id);
    let repair = json!({ "allowed_scopes": ["openid", "admin:read", "admin:write"] });
    assert_eq!(bench.send_json(Method::PATCH, &bench.admin(), &path, &repair).await.status, 200);
    assert_eq!(bench.get_as(&old, "/api/v1/admin/tenants/").await.status, 403);
    let new = bench.basic(PLATFORM_TOKEN, &application, grant).await.token();
    assert_eq!(bench.get_as(&new, "/api/v1/admin/tenants/").await.status, 200);
}

#[tokio::test]
async fn mistakes_are_answered_with_422_in_the_documented_shape() {
    let bench = Bench::new();
    let admin = bench.admin();
    let id = bench.register(Level::Global, &["openid"]).id;
    let path = format!("/api/v1/admin/applications/{id}");
    let before = bench.get_as(&admin, &path).await.json();
    let check = |answer: Got, place: Value| {
        assert_eq!(answer.status, 422, "{}", answer.text);
        let problems = answer.json()["detail"].as_array().unwrap().clone();
        assert!(problems.iter().any(|problem| problem["loc"] == place), "{place} in {}", answer.text);
        for problem in problems {
            assert_eq!(problem.as_object().unwrap().keys().collect::<Vec<_>>(), ["loc", "msg", "type"]);
            assert!(problem["msg"].is_string() && problem["type"].is_string());
        }
    };
    for query in ["?page=0", "?page=one"] {
        check(
            bench.get_as(&admin, &format!("/api/v1/admin/tenants/{query}")).await,
            json!(["query", "page"]),
        );
    }
    for (body, field) in [
        (json!({ "allowed_scopes": "openid" }), "allowed_scopes"),
        (json!({ "allowed_scopes": ["openid", 1] }), "allowed_scopes"),
        (json!({ "allowed_scopes": ["two scopes"] }), "allowed_scopes"),
        (json!({ "token_lifetime": 0, "name": "kept out" }), "token_lifetime"),
        (json!({ "token_lifetime": "60" }), "token_lifetime"),
        (json!({ "scope": "TENANT" }), "scope"),
        (json!({ "application_type": "SPA" }), "application_type"),
        (json!({ "name": 5 }), "name"),
    ] {
        check(bench.send_json(Method::PATCH, &admin, &path, &body).await, json!(["body", field]));
    }
    assert_eq!(bench.get_as(&admin, &path).await.json(), before, "a refused change changes nothing");
    for (body, field) in [
        (json!({}), "name"),
        (json!({ "name": "x", "scope": "GLOBAL" }), "application_type"),
        (json!({ "name": "x", "application_type": "SERVICE", "scope": "global" }), "scope"),
        (json!({ "name": "x", "application_type": "SERVICE", "scope": "TENANT" }), "tenant_id"),
        (
            json!({ "name": "x", "application_type": "SERVICE", "scope": "TENANT", "tenant_id": "acme" }),
            "tenant_id",
        ),
        (
            json!({ "name": "x", "application_type": "SERVICE", "scope": "PARTNER", "partner_id": "prt_x" }),
            "partner_id",
        ),
    ] {
        check(
            bench.send_json(Method::POST, &admin, "/api/v1/admin/applications/", &body).await,
            json!(["body", field]),
        );
    }
    for body in ["", "[]", "{"] {
        let request = bench.client.patch(bench.url(&path)).bearer_auth(&admin).body(body);
        let answer = bench.send(request).await;
        assert_eq!(
            (answer.status.as_u16(), &answer.json()["detail"][0]["loc"][0]),
            (422, &json!("body")),
            "{body}"
        );
    }
}

#[tokio::test]
async fn collections_without_a_slash_redirect_to_the_same_host() {
    let bench = Bench::new();
    let port = bench.practice.port();
    for host in ["127.0.0.1", "localhost"] {
        for (method, path) in [
            (Method::GET, "/api/v1/admin/tenants"),
            (Method::GET, "/api/v1/admin/applications"),
            (Method::POST, "/api/v1/admin/applications"),
        ] {
            let request = bench
                .client
                .request(method, bench.url(&format!("{path}?page=1&search=a%20b")))
                .header("host", format!("{host}:{port}"));
            let redirect = bench.send(request).await;
            assert_eq!(redirect.status, 307, "{path}");
            let expected = format!("http://{host}:{port}{path}/?page=1&search=a%20b");
            assert_eq!(redirect.header("location"), Some(expected.as_str()));
        }
    }
    assert_eq!(bench.get_as(&bench.admin(), "/api/v1/admin/users/").await.status, 404);
}

// ---- the gate

#[tokio::test]
async fn web_pages_cannot_use_it() {
    let bench = Bench::new();
    let own = format!("http://localhost:{}", bench.practice.port());
    for (origin, site, status) in [
        (None, None, 200),
        (Some(own.as_str()), None, 200),
        (Some(bench.practice.base_url()), Some("same-origin"), 200),
        (None, Some("none"), 200),
        (Some("null"), None, 403),
        (Some(""), None, 403),
        (Some("https://evil.example"), None, 403),
        (Some("http://localhost:1"), None, 403),
        (Some("http://localhost"), None, 403),
        (Some("https://localhost"), None, 403),
        (None, Some("cross-site"), 403),
        (None, Some("same-site"), 403),
    ] {
        let mut request = bench.client.get(bench.url(PLATFORM_JWKS));
        if let Some(origin) = origin {
            request = request.header("origin", origin);
        }
        if let Some(site) = site {
            request = request.header("sec-fetch-site", site);
        }
        let answer = bench.send(request).await;
        assert_eq!(answer.status, status, "{origin:?} {site:?}");
        assert_eq!(answer.header("access-control-allow-origin"), None);
    }
    let twice = bench.client.get(bench.url(PLATFORM_JWKS)).header("origin", &own).header("origin", "null");
    assert_eq!(bench.send(twice).await.status, 403);
    let preflight = bench.client.request(Method::OPTIONS, bench.url(PLATFORM_TOKEN));
    assert_eq!(bench.send(preflight.header("origin", "https://evil.example")).await.status, 403);
}

#[tokio::test]
async fn a_foreign_host_is_refused() {
    let bench = Bench::new();
    let port = bench.practice.port();
    let ask = |line: &str, headers: &str| {
        raw(port, &format!("GET {line} HTTP/1.1\r\n{headers}Connection: close\r\n\r\n"))
    };
    for (line, headers, accepted) in [
        (PLATFORM_JWKS, format!("Host: 127.0.0.1:{port}\r\n"), true),
        (PLATFORM_JWKS, format!("Host: localhost:{port}\r\n"), true),
        (PLATFORM_JWKS, format!("Host: evil.example:{port}\r\n"), false),
        (PLATFORM_JWKS, "Host: 127.0.0.1\r\n".to_owned(), false),
        (PLATFORM_JWKS, format!("Host: localhost:{port}\r\nHost: evil.example\r\n"), false),
        (PLATFORM_JWKS, String::new(), false),
        (&format!("http://evil.example:{port}{PLATFORM_JWKS}"), format!("Host: localhost:{port}\r\n"), false),
    ] {
        let answer = ask(line, &headers);
        assert_eq!(answer.starts_with("HTTP/1.1 200"), accepted, "{line} {headers}: {answer}");
    }
    assert!(bench.practice.requests().iter().all(|request| request.header("host").unwrap().contains("1:")
        || request.header("host").unwrap().contains("localhost:")));
    assert_eq!(bench.practice.requests().len(), 2, "refused requests are not recorded");
}

#[tokio::test]
async fn it_listens_on_127_0_0_1_only() {
    let bench = Bench::new();
    let port = bench.practice.port();
    // Free at another loopback address, so nothing listens on all of them.
    drop(TcpListener::bind(("127.0.0.2", port)).unwrap());
}

#[tokio::test]
async fn an_enormous_body_is_refused() {
    let bench = Bench::new();
    let answer = bench.post(PLATFORM_TOKEN, &"x".repeat(100_000)).await;
    assert_eq!(answer.status, 413);
}

// ---- what tests set and read

#[tokio::test]
async fn the_next_answers_are_played_in_order_then_it_is_itself_again() {
    let bench = Bench::new();
    let application = bench.register(Level::Global, &["openid"]);
    let ask = async || bench.basic(PLATFORM_TOKEN, &application, "grant_type=client_credentials").await;
    bench.practice.next_answers(
        Endpoint::Token,
        vec![
            Answer::status(403),
            Answer::json(400, r#"{"error":{"code":"odd"}}"#).header("retry-after", "7"),
            Answer::status(405).header("content-type", "text/html").body("<html>"),
            Answer::status(200).header("set-cookie", "a=1").header("set-cookie", "b=2").body([0xff, 0x00]),
        ],
    );
    let empty = ask().await;
    assert_eq!((empty.status.as_u16(), empty.text.as_str(), empty.header("content-type")), (403, "", None));
    let odd = ask().await;
    assert_eq!((odd.status.as_u16(), odd.header("retry-after")), (400, Some("7")));
    assert_eq!(odd.text, r#"{"error":{"code":"odd"}}"#);
    assert_eq!(bench.get(PLATFORM_JWKS).await.status, 200, "another endpoint takes no answer away");
    let html = ask().await;
    assert_eq!((html.status.as_u16(), html.text.as_str()), (405, "<html>"));
    let bytes = form(bench.client.post(bench.url(ACME_TOKEN)), "").send().await.unwrap();
    assert_eq!(bytes.headers().get_all("set-cookie").iter().count(), 2);
    assert_eq!(bytes.bytes().await.unwrap().as_ref(), [0xff, 0x00], "both flavours, byte for byte");
    ask().await.token();

    bench.practice.next_answers(Endpoint::Token, vec![Answer::status(500)]);
    bench.practice.next_answers(Endpoint::Token, Vec::new());
    ask().await.token();
}

#[tokio::test]
async fn every_endpoint_can_play_answers() {
    let bench = Bench::new();
    for (endpoint, path) in [
        (Endpoint::Jwks, PLATFORM_JWKS),
        (Endpoint::Jwks, "/api/v1/auth/tenants/acme/.well-known/jwks.json"),
        (Endpoint::Discovery, "/api/v1/platform/oauth/.well-known/openid-configuration"),
        (Endpoint::Discovery, "/api/v1/auth/tenants/acme/.well-known/openid-configuration"),
        (Endpoint::Admin, "/api/v1/admin/tenants/"),
        (Endpoint::Admin, "/api/v1/admin/tenants"),
    ] {
        let page = Answer::status(200).header("content-type", "text/html").body("<h1>Sign in</h1>");
        bench.practice.next_answers(endpoint, vec![page]);
        assert_eq!(bench.get(path).await.text, "<h1>Sign in</h1>", "{path}");
    }
}

#[tokio::test]
async fn an_impossible_answer_says_so() {
    let bench = Bench::new();
    for answer in [
        Answer::status(42),
        Answer::status(200).header("bad name", "x"),
        Answer::status(200).header("x", "a\nb"),
    ] {
        bench.practice.next_answers(Endpoint::Jwks, vec![answer]);
        let got = bench.get(PLATFORM_JWKS).await;
        assert!(got.status == 500 && got.text.contains("impossible"), "{}", got.text);
    }
}

#[tokio::test]
async fn odd_tokens_can_be_signed_for_answers() {
    let bench = Bench::new();
    let odd = bench
        .practice
        .sign(&json!({ "sub": null, "aud": ["a", "b"], "auth_time": 1795528751.872234 }))
        .unwrap();
    assert!(verifies(&odd, &bench.practice.jwks()));
    assert_eq!(claims(&odd)["aud"], json!(["a", "b"]));

    let bare = bench.practice.sign_with(&json!({ "alg": "RS512" }), &json!({ "cid": "x" })).unwrap();
    assert_eq!(decode_header(&bare).unwrap().typ, None);
    let jwks = bench.practice.jwks();
    let (n, e) = (jwks["keys"][0]["n"].as_str().unwrap(), jwks["keys"][0]["e"].as_str().unwrap());
    let mut validation = Validation::new(jsonwebtoken::Algorithm::RS512);
    validation.required_spec_claims.clear();
    decode::<Value>(&bare, &DecodingKey::from_rsa_components(n, e).unwrap(), &validation).unwrap();
}

#[tokio::test]
async fn requests_are_recorded_masked_and_bounded() {
    let bench = Bench::new();
    let application = bench.register(Level::Global, &["openid"]);
    bench.basic(PLATFORM_TOKEN, &application, "grant_type=client_credentials&audience=x%20y").await.token();
    let requests = bench.practice.requests();
    let [request] = requests.as_slice() else { panic!("one request, not {requests:?}") };
    assert_eq!((request.method.as_str(), request.path_and_query.as_str()), ("POST", PLATFORM_TOKEN));
    assert!(request.header("authorization").unwrap().starts_with("Basic "));
    assert_eq!(request.form_field("audience").as_deref(), Some("x y"));
    assert!(!format!("{request:?}").contains(request.header("authorization").unwrap()));

    for _ in 0..300 {
        bench.get("/x?y=1").await;
    }
    assert_eq!(bench.practice.requests().len(), 256);
    assert_eq!(bench.practice.requests()[0].path_and_query, "/x?y=1");
    bench.practice.forget_requests();
    assert!(bench.practice.requests().is_empty());

    let quiet = Bench::with(Options { port: Port::Any, ..Options::default() });
    quiet.get(PLATFORM_JWKS).await;
    assert!(quiet.practice.requests().is_empty());
}

#[tokio::test]
async fn latency_delays_answers() {
    let bench = Bench::new();
    bench.practice.set_latency(Duration::from_secs(60));
    let slow = bench.client.get(bench.url(PLATFORM_JWKS)).timeout(Duration::from_millis(50)).send().await;
    assert!(slow.unwrap_err().is_timeout());
    bench.practice.set_latency(Duration::ZERO);
    assert_eq!(bench.get(PLATFORM_JWKS).await.status, 200);
    bench.practice.next_answers(Endpoint::Jwks, vec![Answer::status(200).after(Duration::from_secs(60))]);
    let slow = bench.client.get(bench.url(PLATFORM_JWKS)).timeout(Duration::from_millis(50)).send().await;
    assert!(slow.unwrap_err().is_timeout());
}

// ---- starting and stopping

#[tokio::test]
async fn a_preferred_port_gives_way_and_an_exact_one_does_not() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let elsewhere = Practice::start(Options { port: Port::Preferred(port), ..Options::for_tests() }).unwrap();
    assert_ne!(elsewhere.port(), port);
    let exact = Practice::start(Options { port: Port::Exact(port), ..Options::for_tests() });
    assert!(matches!(exact, Err(StartError::PortTaken { port: named }) if named == port));
    drop(taken);
    for wanted in [Port::Exact(port), Port::Preferred(port)] {
        let there = Practice::start(Options { port: wanted, ..Options::for_tests() }).unwrap();
        assert_eq!(there.base_url(), format!("http://127.0.0.1:{port}"));
    }
}

#[tokio::test]
async fn it_starts_again_on_its_port_with_saved_applications() {
    let saved = NewApplication::service("saved", acme(), &["users:read"])
        .with_credentials("saved-id", "saved-secret");
    let first = Bench::new();
    let port = first.practice.port();
    let old = first.platform_token(&["admin:read"]).await;
    drop(first);
    let options =
        Options { port: Port::Preferred(port), applications: vec![saved.clone()], ..Options::for_tests() };
    let second = Bench::with(options);
    assert_eq!(second.practice.port(), port);
    let body = "grant_type=client_credentials&client_id=saved-id&client_secret=saved-secret";
    second.post(ACME_TOKEN, body).await.token();
    assert_eq!(second.get_as(&old, "/api/v1/admin/tenants/").await.status, 401, "keys are not kept");

    let twice = Practice::start(Options { applications: vec![saved.clone(), saved], ..Options::for_tests() });
    assert!(matches!(twice, Err(StartError::Application(_))));
}

#[tokio::test]
async fn stopping_frees_the_port_and_answers_who_waits() {
    let bench = Bench::new();
    let port = bench.practice.port();
    bench.practice.set_latency(Duration::from_secs(600));
    let waiting = tokio::spawn(bench.client.get(bench.url(PLATFORM_JWKS)).send());
    while bench.practice.requests().is_empty() {
        tokio::task::yield_now().await;
    }
    let idle = TcpStream::connect(("127.0.0.1", port)).unwrap();
    let mut half = TcpStream::connect(("127.0.0.1", port)).unwrap();
    half.write_all(b"POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nab").unwrap();

    let practice = bench.practice.clone();
    tokio::task::spawn_blocking(move || practice.stop()).await.unwrap();
    assert_eq!(waiting.await.unwrap().unwrap().status(), 200, "not cut off, and not after ten minutes");
    for mut stream in [idle, half] {
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        let mut rest = Vec::new();
        // The end of the stream or a reset, but not a time-out: nobody holds the connection.
        if let Err(error) = stream.read_to_end(&mut rest) {
            assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
        }
    }
    drop(TcpListener::bind(("127.0.0.1", port)).unwrap());
    bench.practice.stop();
}

#[test]
fn dropping_the_last_handle_stops_it_without_a_runtime_of_the_caller() {
    let practice = Practice::start(Options::for_tests()).unwrap();
    let port = practice.port();
    let clone = practice.clone();
    drop(practice);
    let request =
        format!("GET {PLATFORM_JWKS} HTTP/1.1\r\nHost: localhost:{port}\r\nConnection: close\r\n\r\n");
    assert!(raw(port, &request).starts_with("HTTP/1.1 200"));
    drop(clone);
    assert!(TcpStream::connect(("127.0.0.1", port)).is_err());
    drop(TcpListener::bind(("127.0.0.1", port)).unwrap());
}

#[test]
fn debug_output_of_the_handle_and_its_options_has_no_secret() {
    let application = NewApplication::service("x", Level::Global, &[]).with_credentials("c", "top-secret");
    let options = Options { applications: vec![application], ..Options::for_tests() };
    assert!(!format!("{options:?}").contains("top-secret"));
    let practice = Practice::start(options).unwrap();
    assert!(!format!("{practice:?}").contains("top-secret"));
}

// ---- what the app asks the handle

#[tokio::test]
async fn the_handle_knows_scopes_and_ids_of_applications() {
    let bench = Bench::new();
    let application = bench.register(Level::Global, &["openid", "admin:read"]);
    let id = &application.client_id;
    assert_eq!(bench.practice.application_id(id).unwrap(), application.id);
    assert_eq!(bench.practice.allowed_scopes(id).unwrap(), ["openid", "admin:read"]);
    bench.practice.set_allowed_scopes(id, &["users:read"]).unwrap();
    assert_eq!(bench.practice.allowed_scopes(id).unwrap(), ["users:read"]);
    let unknown = RegisterError::UnknownClient("nobody".to_owned());
    assert_eq!(bench.practice.application_id("nobody"), Err(unknown.clone()));
    assert_eq!(bench.practice.allowed_scopes("nobody"), Err(unknown.clone()));
    assert_eq!(bench.practice.expired_token("nobody"), Err(ExpiredTokenError::Application(unknown)));
}

#[tokio::test]
async fn an_expired_token_is_like_a_valid_one_but_for_its_times() {
    let bench = Bench::new();
    bench.practice.set_lifetime(600);
    for (level, path) in [(Level::Global, PLATFORM_TOKEN), (acme(), ACME_TOKEN), (Level::Partner, ACME_TOKEN)]
    {
        let application = bench.register(level, &["openid", "admin:read"]);
        let valid = bench.basic(path, &application, "grant_type=client_credentials").await.token();
        let expired = bench.practice.expired_token(&application.client_id).unwrap();
        assert!(verifies(&expired, &bench.get(PLATFORM_JWKS).await.json()));
        let mut expected = claims(&valid);
        expected["exp"] = (NOW - 60).into();
        expected["iat"] = (NOW - 660).into();
        assert_eq!(claims(&expired), expected);
        assert_eq!(bench.get_as(&expired, "/api/v1/admin/tenants/").await.status, 401);
    }
    let spa = NewApplication::service("spa", Level::Global, &[]).of_type(ApplicationType::Spa);
    let spa = bench.practice.register(spa).unwrap();
    assert_eq!(bench.practice.expired_token(&spa.client_id), Err(ExpiredTokenError::NoToken));
}
