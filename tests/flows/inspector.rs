//! The inspector over real HTTP: what it fetches when it is told to, and that it fetches nothing else.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::http::{StatusCode, Uri, header};
use scaikey_core::contract::{
    ActivityArgs, AppError, CompareTokensArgs, Comparison, DifferenceKind, ErrorView, ExpectedValues,
    InspectPastedArgs, Inspection, KeyOffer, KeySource, KeysOrigin, Purpose, TokenKind, TokenRef, Verdict,
};
use scaikey_core::secret::Secret;
use scaikey_practice::{Algorithm, Answer, Endpoint};
use serde_json::json;

use crate::desk::Desk;

/// An issuer that is not saved: its documents by path, and which paths were asked for.
struct Elsewhere {
    base: String,
    documents: Documents,
    asked: Arc<Mutex<Vec<String>>>,
    serving: tokio::task::JoinHandle<std::io::Result<()>>,
}

type Documents = Arc<Mutex<HashMap<String, (StatusCode, &'static str, String)>>>;

const CONFIGURATION: &str = "/.well-known/openid-configuration";
const KEYS: &str = "/keys";

impl Elsewhere {
    async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let (documents, asked) = (Documents::default(), Arc::<Mutex<Vec<String>>>::default());
        let (found, seen) = (Arc::clone(&documents), Arc::clone(&asked));
        // The same server by another name, so that it would notice.
        let another_host = format!("{}/elsewhere", base.replace("127.0.0.1", "localhost"));
        let answer = move |uri: Uri| async move {
            seen.lock().unwrap().push(uri.to_string());
            let document = found.lock().unwrap().get(uri.path()).cloned();
            let (status, media_type, body) =
                document.unwrap_or((StatusCode::NOT_FOUND, "text/plain", String::new()));
            (status, [(header::CONTENT_TYPE, media_type.to_owned()), (header::LOCATION, another_host)], body)
        };
        let serving = tokio::spawn(axum::serve(listener, Router::new().fallback(answer)).into_future());
        Self { base, documents, asked, serving }
    }

    /// One that publishes these keys.
    async fn with_keys(keys: &str) -> Self {
        let elsewhere = Self::start().await;
        elsewhere.has(CONFIGURATION, &elsewhere.document(&elsewhere.base));
        elsewhere.has(KEYS, keys);
        elsewhere
    }

    /// The discovery document of this issuer, whose keys are here.
    fn document(&self, issuer: &str) -> String {
        json!({ "issuer": issuer, "jwks_uri": format!("{}{KEYS}", self.base) }).to_string()
    }

    fn has(&self, path: &str, body: &str) {
        self.answers(path, StatusCode::OK, "application/json", body);
    }

    fn answers(&self, path: &str, status: StatusCode, media_type: &'static str, body: &str) {
        self.documents.lock().unwrap().insert(path.to_owned(), (status, media_type, body.to_owned()));
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }

    fn offer(&self) -> KeyOffer {
        KeyOffer::Issuer { issuer: self.base.clone() }
    }
}

impl Drop for Elsewhere {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Desk {
    async fn inspect(&self, text: &str, keys: KeySource) -> Inspection {
        let (text, expected) = (Secret::new(text), ExpectedValues::default());
        self.companion().inspect_pasted(&InspectPastedArgs { text, choice: 0, keys, expected }).await.unwrap()
    }

    async fn compare(&self, before: TokenRef, after: TokenRef) -> Result<Comparison, AppError> {
        self.companion().compare_tokens(&CompareTokensArgs { before, after }).await
    }

    fn saved(&self) -> KeyOffer {
        KeyOffer::Instance { instance: self.instance, name: "Practice".to_owned() }
    }

    fn jwks_requests(&self) -> usize {
        self.practice.requests().iter().filter(|asked| asked.path_and_query.ends_with("jwks.json")).count()
    }

    /// A token of this issuer, signed with the practice server's key.
    fn token_of(&self, issuer: &str) -> String {
        let now = self.world.companion.snapshot().revision;
        let exp = 4_102_444_800_u64;
        self.practice.sign(&json!({ "iss": issuer, "sub": "x", "aud": "y", "exp": exp, "n": now })).unwrap()
    }
}

fn pasted(text: &str) -> TokenRef {
    TokenRef::Pasted { text: Secret::new(text), choice: 0 }
}

/// Why an issuer's keys could not be had.
fn cause(error: AppError) -> AppError {
    match error {
        AppError::IssuerKeys { cause, .. } => *cause,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pasted_token_of_a_saved_instance_verifies_with_the_keys_in_memory() {
    let desk = Desk::with(|_| {}).await;
    assert_eq!(desk.world.request(desk.id).await.token.unwrap().verdict, Verdict::Verified);
    let token = desk.world.token(desk.id).await;
    let before = desk.practice.requests().len();
    let seen = desk.inspect(&format!("Authorization: Bearer {token}"), KeySource::Automatic).await;
    let details = seen.details.unwrap();
    assert_eq!(details.verdict, Verdict::Verified, "{:?}", details.checks);
    assert_eq!(seen.paste.token, token);
    assert!(matches!(seen.keys.origin, KeysOrigin::Instance { instance, .. } if instance == desk.instance));
    assert!(seen.keys.keys.iter().any(|key| key.fits) && seen.keys.fetched_at.is_some());
    assert!(seen.clock_offset_ms.is_some());
    assert_eq!(desk.practice.requests().len(), before, "nothing was fetched");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_fetched_before_the_user_says_so() {
    let desk = Desk::with(|_| {}).await;
    let elsewhere = Elsewhere::with_keys(&desk.practice.jwks().to_string()).await;
    let token = desk.token_of(&elsewhere.base);
    let seen = desk.inspect(&token, KeySource::Automatic).await;
    assert!(matches!(seen.details.unwrap().verdict, Verdict::NotVerified { .. }));
    assert_eq!(seen.keys.offers, [elsewhere.offer()]);
    let issuer = elsewhere.base.clone();
    desk.inspect(&token, KeySource::Issuer { issuer }).await;
    assert!(elsewhere.asked().is_empty());

    desk.companion().fetch_keys(&elsewhere.offer()).await.unwrap();
    assert_eq!(elsewhere.asked(), [CONFIGURATION, KEYS]);
    let seen = desk.inspect(&token, KeySource::Automatic).await;
    let details = seen.details.unwrap();
    assert_eq!(details.verdict, Verdict::Verified, "{:?}", details.checks);
    assert_eq!(seen.keys.origin, KeysOrigin::Issuer { issuer: elsewhere.base.clone() });
    assert_eq!(elsewhere.asked().len(), 2);

    // What was asked stands in the activity, for no instance.
    let rows = desk.companion().activity(ActivityArgs::default()).await;
    let ours: Vec<_> = rows.iter().filter(|row| row.instance.is_none()).map(|row| row.purpose).collect();
    assert_eq!(ours, [Purpose::Keys, Purpose::Discovery]);
}

#[tokio::test(flavor = "multi_thread")]
async fn f_jwk_6_a_kid_that_is_not_there_is_fetched_when_asked_and_then_named() {
    let desk = Desk::with(|_| {}).await;
    desk.world.request(desk.id).await;
    desk.practice.rotate_keys().unwrap();
    let token = desk.token_of(desk.practice.base_url());
    let seen = desk.inspect(&token, KeySource::Automatic).await;
    assert!(!matches!(seen.details.unwrap().verdict, Verdict::Verified));
    assert!(
        matches!(seen.keys.offers.as_slice(), [KeyOffer::Instance { instance, .. }] if *instance == desk.instance),
        "{:?}",
        seen.keys.offers
    );
    desk.world.clock.advance(11_000);
    let (before, tokens) = (desk.jwks_requests(), desk.token_requests().len());
    desk.companion().fetch_keys(&seen.keys.offers[0]).await.unwrap();
    assert_eq!((desk.jwks_requests(), desk.token_requests().len()), (before + 1, tokens));
    let seen = desk.inspect(&token, KeySource::Automatic).await;
    assert!(seen.keys.keys.iter().any(|key| key.fits), "{:?}", seen.keys);
}

#[tokio::test(flavor = "multi_thread")]
async fn f_jwk_1_14_what_is_no_key_set_and_no_document_is_told() {
    let desk = Desk::with(|_| {}).await;
    let elsewhere = Elsewhere::start().await;
    let fetched = async || {
        let error = desk.companion().fetch_keys(&elsewhere.offer()).await.unwrap_err();
        assert_eq!(ErrorView::from(error.clone()).kind, "issuerKeys");
        let view = ErrorView::from(cause(error));
        (view.kind, view.title)
    };
    let html = "<html><title>Sign in</title></html>";
    assert_eq!(fetched().await.0, "endpointNotFound");
    assert_eq!(elsewhere.asked(), [CONFIGURATION, "/.well-known/oauth-authorization-server"]);
    elsewhere.answers(CONFIGURATION, StatusCode::OK, "text/html", html);
    assert_eq!(fetched().await.0, "notJson");
    elsewhere.answers(CONFIGURATION, StatusCode::FOUND, "text/plain", "");
    assert_eq!(fetched().await.0, "redirected");
    elsewhere.has(CONFIGURATION, "[]");
    assert_eq!(fetched().await.0, "malformedAnswer");
    elsewhere.has(CONFIGURATION, &json!({ "issuer": elsewhere.base }).to_string());
    assert_eq!(fetched().await.0, "endpointUnknown");

    elsewhere.has(CONFIGURATION, &elsewhere.document(&elsewhere.base));
    assert_eq!(fetched().await.0, "endpointNotFound");
    for (body, word) in [("", "empty"), ("[]", "list"), (r#"{"keys":{}}"#, "object"), ("{}", "no “keys”")]
    {
        elsewhere.has(KEYS, body);
        let (kind, title) = fetched().await;
        assert!(kind == "malformedAnswer" && title.contains(word), "{body}: {title}");
    }
    elsewhere.answers(KEYS, StatusCode::OK, "text/html", html);
    assert_eq!(fetched().await.0, "notJson");
    elsewhere.answers(KEYS, StatusCode::FOUND, "text/plain", "");
    assert_eq!(fetched().await.0, "redirected");
    assert!(!elsewhere.asked().iter().any(|path| path == "/elsewhere"), "a redirect is never followed");

    // The last error stands beside the token, and an empty set is one.
    let token = desk.token_of(&elsewhere.base);
    let seen = desk.inspect(&token, KeySource::Automatic).await;
    assert!(seen.keys.error.is_some());
    elsewhere.has(KEYS, r#"{"keys":[]}"#);
    desk.companion().fetch_keys(&elsewhere.offer()).await.unwrap();
    let seen = desk.inspect(&token, KeySource::Automatic).await;
    assert!(seen.keys.error.is_none() && seen.keys.fetched_at.is_some(), "{:?}", seen.keys);
}

#[tokio::test(flavor = "multi_thread")]
async fn f_jwk_12_another_issuer_s_document_gives_no_keys() {
    let desk = Desk::with(|_| {}).await;
    let elsewhere = Elsewhere::with_keys(&desk.practice.jwks().to_string()).await;
    for other in
        [format!("{}/", elsewhere.base), elsewhere.base.to_uppercase(), "https://id.example".to_owned()]
    {
        elsewhere.has(CONFIGURATION, &elsewhere.document(&other));
        let error = desk.companion().fetch_keys(&elsewhere.offer()).await.unwrap_err();
        let AppError::MalformedAnswer { what, server } = cause(error) else { panic!("another kind") };
        assert!(what.contains(&other) && what.contains("RFC 8414"), "{what}");
        assert_eq!(server.url, format!("{}{CONFIGURATION}", elsewhere.base));
    }
    assert!(!elsewhere.asked().iter().any(|path| path == KEYS));
}

#[tokio::test(flavor = "multi_thread")]
async fn f_jwk_16_keys_are_fetched_from_the_web_only() {
    let desk = Desk::with(|_| {}).await;
    let elsewhere = Elsewhere::start().await;
    for uri in ["file:///etc/passwd", "http://169.254.169.254/latest/", "/keys"] {
        let document = json!({ "issuer": elsewhere.base, "jwks_uri": uri });
        elsewhere.has(CONFIGURATION, &document.to_string());
        let error = desk.companion().fetch_keys(&elsewhere.offer()).await.unwrap_err();
        let error = cause(error);
        assert!(matches!(&error, AppError::MalformedAnswer { what, .. } if what.contains(uri)), "{error:?}");
    }
    for issuer in ["file:///etc/passwd", "http://169.254.169.254", "javascript:alert(1)", "acme"] {
        let offer = KeyOffer::Issuer { issuer: issuer.to_owned() };
        let error = desk.companion().fetch_keys(&offer).await.unwrap_err();
        let AppError::InvalidInput { problems } = error else { panic!("{error:?}") };
        assert!(problems[0].message.contains(issuer), "{problems:?}");
    }
    assert_eq!(elsewhere.asked(), [CONFIGURATION; 3]);
}

#[tokio::test(flavor = "multi_thread")]
async fn f_jwk_9_keys_in_memory_outlive_their_server() {
    let desk = Desk::with(|_| {}).await;
    let elsewhere = Elsewhere::with_keys(&desk.practice.jwks().to_string()).await;
    let token = desk.token_of(&elsewhere.base);
    desk.companion().fetch_keys(&elsewhere.offer()).await.unwrap();
    let fetched_at = desk.inspect(&token, KeySource::Automatic).await.keys.fetched_at;
    assert!(fetched_at.is_some());
    elsewhere.answers(KEYS, StatusCode::SERVICE_UNAVAILABLE, "text/plain", "");
    desk.world.clock.advance(3_600_000);
    let error = desk.companion().fetch_keys(&elsewhere.offer()).await.unwrap_err();
    assert!(matches!(cause(error), AppError::ServerUnavailable { .. }));
    let seen = desk.inspect(&token, KeySource::Automatic).await;
    let details = seen.details.unwrap();
    assert_eq!(details.verdict, Verdict::Verified, "{:?}", details.checks);
    // The wall clock as it is now: a few milliseconds of real time may have passed between the readings.
    let drift = seen.keys.fetched_at.unwrap() - fetched_at.unwrap();
    assert!(drift.abs() < 5_000, "{drift}");
}

#[tokio::test(flavor = "multi_thread")]
async fn f_jwk_15_a_hundred_at_once_fetch_keys_once() {
    let desk = Desk::with(|_| {}).await;
    desk.practice.next_answers(Endpoint::Jwks, vec![slow_keys(&desk)]);
    let elsewhere = Elsewhere::with_keys(&desk.practice.jwks().to_string()).await;
    let token = desk.token_of(&elsewhere.base);
    let mut tasks = tokio::task::JoinSet::new();
    for n in 0..100 {
        let (companion, id) = (desk.companion().clone(), desk.id);
        let (saved, issuer, token) = (desk.saved(), elsewhere.offer(), token.clone());
        tasks.spawn(async move {
            match n % 3 {
                // A token whose signature is to be verified, and clicks beside it.
                0 => companion.await_token(id).await.map(|_| ()),
                1 => companion.fetch_keys(&saved).await,
                _ => companion.fetch_keys(&issuer).await,
            }?;
            let (text, keys) = (Secret::new(token), KeySource::Automatic);
            let expected = ExpectedValues::default();
            companion.inspect_pasted(&InspectPastedArgs { text, choice: 0, keys, expected }).await
        });
    }
    while let Some(done) = tasks.join_next().await {
        done.unwrap().unwrap();
    }
    assert_eq!(desk.world.settled(desk.id).await.token.unwrap().verdict, Verdict::Verified);
    assert_eq!(desk.jwks_requests(), 1);
    assert_eq!(elsewhere.asked(), [CONFIGURATION, KEYS]);
}

/// The practice server's keys, a moment later, so that all can ask while they are on their way.
fn slow_keys(desk: &Desk) -> Answer {
    Answer::json(200, desk.practice.jwks().to_string()).after(std::time::Duration::from_millis(300))
}

#[tokio::test(flavor = "multi_thread")]
async fn f_jwt_25_a_key_that_a_token_brings_or_points_to_is_never_used() {
    let desk = Desk::with(|_| {}).await;
    desk.practice.use_algorithm(Algorithm::Rs256).unwrap();
    let elsewhere = Elsewhere::with_keys(&desk.practice.jwks().to_string()).await;
    let keys = desk.practice.jwks();
    let key = keys["keys"].as_array().unwrap().last().unwrap();
    let there = format!("{}{KEYS}", elsewhere.base);
    let before = desk.practice.requests().len();
    for (name, value) in
        [("jku", json!(there)), ("x5u", json!(there)), ("jwk", key.clone()), ("x5c", json!(["MIIB"]))]
    {
        let mut header = json!({ "alg": "RS256", "typ": "JWT" });
        header[name] = value;
        // Of an issuer that is not known, and of the saved one, whose keys are not in memory.
        for issuer in [elsewhere.base.as_str(), desk.practice.base_url()] {
            let claims = json!({ "iss": issuer, "exp": 4_102_444_800_u64 });
            let token = desk.practice.sign_with(&header, &claims).unwrap();
            let seen = desk.inspect(&token, KeySource::Automatic).await;
            let verdict = seen.details.unwrap().verdict;
            assert!(!matches!(verdict, Verdict::Verified), "{name}: {verdict:?}");
            assert!(seen.keys.keys.is_empty(), "{name}");
        }
    }
    assert!(elsewhere.asked().is_empty());
    assert_eq!(desk.practice.requests().len(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_tokens_before_are_compared_with_the_one_in_hand() {
    let desk = Desk::with(|_| {}).await;
    let application = desk.id;
    let in_hand = || TokenRef::Application { application, token: None };
    assert_eq!(desk.compare(in_hand(), in_hand()).await.unwrap_err(), AppError::NoToken);
    let mut texts = Vec::new();
    for _ in 0..3 {
        desk.world.request(application).await;
        texts.push(desk.world.token(application).await);
        desk.world.clock.advance(3_600_000);
    }
    let shown = desk.world.settled(application).await.token.unwrap();
    assert_eq!(shown.history.len(), 2);
    let past = |n: usize| TokenRef::Application { application, token: Some(shown.history[n].id) };
    let found = desk.compare(past(1), in_hand()).await.unwrap();
    assert_eq!((found.before.title.as_str(), found.after.title.as_str()), ("demo", "demo"));
    assert_eq!(found.before.received_at.map(|at| at < found.after.received_at.unwrap()), Some(true));
    let times: Vec<_> =
        found.differences.iter().filter(|row| row.name == "exp" || row.name == "iat").collect();
    assert_eq!(times.len(), 2, "{:?}", found.differences);
    for row in times {
        assert_eq!((row.kind, row.words.as_str()), (DifferenceKind::Changed, "1 h later"), "{row:?}");
    }
    assert!(["iss", "sub", "aud", "scope"].iter().all(|name| found.same.iter().any(|same| same == name)));
    // The history says what the text said, and the signature is no part of it.
    let found = desk.compare(pasted(&texts[0]), past(0)).await.unwrap();
    assert_eq!((found.differences, found.before.title.as_str()), (vec![], "Pasted token"));
    let gone = TokenRef::Application { application, token: Some(u64::MAX) };
    assert_eq!(desk.compare(gone, in_hand()).await.unwrap_err(), AppError::not_found("token"));
    let signature = texts[0].rsplit('.').next().unwrap();
    assert!(!format!("{:?}", desk.companion().snapshot()).contains(signature));
}

#[tokio::test(flavor = "multi_thread")]
async fn pasted_texts_are_compared_as_far_as_they_hold_tokens() {
    let desk = Desk::with(|_| {}).await;
    desk.world.request(desk.id).await;
    let in_hand = || TokenRef::Application { application: desk.id, token: None };
    let found = desk
        .compare(pasted("Authorization: Bearer 8f14e45fceea167a5a36dedd4bea2543"), in_hand())
        .await
        .unwrap();
    assert_eq!((found.before.kind, found.differences.len()), (TokenKind::Opaque, 0));
    assert_eq!(found.before.problems.len(), 1);
    let error = desk.compare(in_hand(), pasted("  ")).await.unwrap_err();
    let AppError::InvalidInput { problems } = error else { panic!("{error:?}") };
    assert_eq!(problems.len(), 1);
    // Large ones too, beside the loop.
    let large = json!({ "x": "x".repeat(200_000), "iss": "a" });
    let large = desk.practice.sign(&large).unwrap();
    let found = desk.compare(pasted(&large), in_hand()).await.unwrap();
    assert!(found.differences.iter().any(|row| row.name == "x" && row.kind == DifferenceKind::Removed));
    let seen = desk.inspect(&large, KeySource::Automatic).await;
    assert_eq!(seen.paste.token, large);
}
