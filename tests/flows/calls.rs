//! Calling an API with the token in hand, over real HTTP.

use std::collections::BTreeMap;

use scaikey_core::adapters::MemorySecrets;
use scaikey_core::contract::{
    ActivityArgs, ApiCheckRow, ApiTrial, AppError, BadToken, CallReport, EndpointRequest, EndpointsDraft,
    FixAction, HttpMethod, InstanceKindName, Purpose, WalkthroughId,
};
use scaikey_core::model::{ApplicationId, EndpointKey};
use scaikey_practice::{Answer, Endpoint, Practice};
use serde_json::{Value, json};
use support::raw_server::{RawServer, Step};
use support::world::{PRACTICE_SECRET, World, application_draft, find, instance_draft, practice_on};

use crate::desk::{Desk, TENANTS, error_of, get, with_query};

const APPLICATIONS: &str = "/api/v1/admin/applications/";

#[tokio::test(flavor = "multi_thread")]
async fn the_tenants_are_a_table() {
    let desk = Desk::asking_for(&["admin:read"]).await;
    let report = desk.get(TENANTS).await;
    assert_eq!((report.status, report.reason.as_str(), report.error.clone()), (200, "OK", None));
    assert_eq!(report.url, format!("{}{TENANTS}", desk.practice.base_url()));
    assert_eq!((report.redirected_from, report.challenges), (None, Vec::new()));
    assert_eq!(report.body.media_type.as_deref(), Some("application/json"));
    let table = report.table.unwrap();
    let row = |cells: &[String]| {
        table.columns.iter().cloned().zip(cells.iter().cloned()).collect::<BTreeMap<_, _>>()
    };
    let rows: Vec<_> = table.rows.iter().map(|cells| row(cells)).collect();
    let slugs: Vec<_> = rows.iter().map(|row| row["slug"].as_str()).collect();
    assert_eq!((slugs, table.total), (vec!["acme", "globex", "initech"], 3));
    assert_eq!((rows[0]["name"].as_str(), rows[0]["status"].as_str()), ("Acme", "ACTIVE"));
    assert_eq!(rows[2]["partner_id"], "null");
    let mut around = table.around.clone();
    around.sort();
    assert_eq!(around, ["page: 1", "pages: 1", "per_page: 20", "total: 3"]);

    let one =
        desk.call(&with_query(TENANTS, &[("search", "glo"), ("", "left out"), ("per_page", "2")])).await;
    assert_eq!(one.table.unwrap().rows.len(), 1);
    let sent = desk.admin_requests();
    assert_eq!(sent[1].path_and_query, format!("{TENANTS}?search=glo&per_page=2"));
    let token = desk.world.token(desk.id).await;
    assert!(sent.iter().all(|request| request.header("authorization") == Some(&format!("Bearer {token}"))));
}

/// What creates an application.
fn create(name: &str) -> EndpointRequest {
    let body = json!({
        "name": name, "application_type": "SERVICE", "scope": "GLOBAL", "allowed_scopes": ["openid"],
    });
    EndpointRequest { method: HttpMethod::Post, body: body.to_string(), ..get(APPLICATIONS) }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_in_an_answer_is_masked_and_can_be_revealed_until_the_next_call() {
    let desk = Desk::asking_for(&["admin:read", "admin:write"]).await;
    let report = desk.call(&create("made by a call")).await;
    assert_eq!((report.status, report.reason.as_str(), &report.error), (201, "Created", &None));
    assert!(report.body.masked && !report.body.cut);
    let shown: Value = serde_json::from_str(&report.body.text).unwrap();
    assert_eq!((&shown["client_secret"], &shown["name"]), (&json!("••••"), &json!("made by a call")));

    let whole = desk.companion().reveal_answer(report.exchange).await.unwrap();
    let whole: Value = serde_json::from_str(whole.expose()).unwrap();
    let secret = whole["client_secret"].as_str().unwrap();
    assert!(secret.len() > 20);
    let told = format!("{report:?}{}{}", serde_json::to_string(&report).unwrap(), desk.all_told().await);
    assert!(!told.contains(secret), "the secret is in {told}");
    assert!(told.contains("made by a call"));
    // It is a real one.
    let client_id = whole["client_id"].as_str().unwrap();
    let mut draft = application_draft(desk.instance, client_id, secret, &["openid"]);
    draft.name = "the new one".to_owned();
    desk.companion().test_application(&draft).await.unwrap();

    // Nothing is masked in a list, so there is nothing to reveal; and the answer before is forgotten.
    let list = desk.get(APPLICATIONS).await;
    let gone = AppError::NotFound { what: "answer".to_owned() };
    assert_eq!(desk.companion().reveal_answer(report.exchange).await.unwrap_err(), gone);
    assert_eq!(desk.companion().reveal_answer(list.exchange).await.unwrap_err(), gone);
    assert_eq!(list.table.unwrap().rows.len(), 2, "the application is there");
}

#[tokio::test(flavor = "multi_thread")]
async fn contract_5_1_a_missing_scope_is_told_and_the_same_call_works_with_it() {
    // However the path is written.
    for path in
        [TENANTS, "/api/v1/admin/tenants", "{base}/api/v1/admin/tenants/", "/api/v1/admin/tenants/?page=1"]
    {
        let desk = Desk::asking_for(&["openid"]).await;
        let request = get(&path.replace("{base}", desk.practice.base_url()));
        let refused = desk.call(&request).await;
        assert_eq!(refused.status, 403, "{path}");
        let Some(AppError::ScopeMissing { has, requested, needs, server }) = &refused.error else {
            panic!("{path}: {:?}", refused.error)
        };
        assert_eq!(
            (has.as_slice(), requested.as_slice()),
            (&["openid".to_owned()][..], &["openid".to_owned()][..])
        );
        assert_eq!(needs.as_deref(), Some("admin:read"));
        assert_eq!(
            server.excerpt.as_deref(),
            Some("Platform token requires admin:read or admin:write scope")
        );
        let told = error_of(&refused);
        assert_eq!(told.title, "The token has no admin scope.");
        let repair = FixAction::StartWalkthrough { walkthrough: WalkthroughId::REPAIR_403 };
        assert!(told.fixes.iter().any(|fix| fix.action == repair), "{:?}", told.fixes);
        let FixAction::AskForScopes { scopes } = &told.fixes[0].action else { panic!("{:?}", told.fixes) };
        desk.companion().ask_for_scopes(desk.id, scopes.clone()).await.unwrap();
        assert_eq!(desk.call(&request).await.status, 200, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_with_a_token_that_only_reads_needs_another_scope() {
    let desk = Desk::asking_for(&["admin:read"]).await;
    let refused = desk.call(&create("x")).await;
    let told = error_of(&refused);
    assert_eq!((refused.status, told.kind.as_str()), (403, "scopeMissing"));
    assert_eq!(told.title, "The token has admin:read, this needs admin:write.");
    let ask = FixAction::AskForScopes { scopes: vec!["admin:write".to_owned()] };
    assert_eq!(told.fixes[0].action, ask);
    desk.companion().ask_for_scopes(desk.id, vec!["admin:write".to_owned()]).await.unwrap();
    assert_eq!(desk.call(&create("x")).await.status, 201);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_of_a_retired_key_is_rejected_and_a_new_one_works() {
    let desk = Desk::asking_for(&["admin:read"]).await;
    assert_eq!(desk.get(TENANTS).await.status, 200);
    desk.practice.rotate_keys().unwrap();
    desk.practice.retire_old_keys();
    let refused = desk.get(TENANTS).await;
    assert_eq!((refused.status, refused.challenges[0].error.as_deref()), (401, Some("invalid_token")));
    let Some(AppError::TokenRejected { challenge, .. }) = &refused.error else {
        panic!("{:?}", refused.error)
    };
    assert_eq!(challenge.as_deref(), Some("invalid_token"));
    let told = error_of(&refused);
    assert_eq!(told.title, format!("127.0.0.1:{} does not take this token.", desk.practice.port()));
    assert!(told.help.contains("It said: invalid_token"), "{}", told.help);
    assert_eq!(told.server.unwrap().excerpt.as_deref(), Some("Invalid or expired token"));
    assert_eq!(told.fixes[0].action, FixAction::AskForScopes { scopes: Vec::new() });
    desk.companion().ask_for_scopes(desk.id, Vec::new()).await.unwrap();
    assert_eq!(desk.get(TENANTS).await.status, 200);
    assert_eq!(find(&desk.companion().snapshot(), desk.id).unwrap().scopes, ["admin:read"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_is_not_valid_is_told_with_its_places() {
    let desk = Desk::asking_for(&["admin:read", "admin:write"]).await;
    let refused = desk.call(&with_query(TENANTS, &[("per_page", "0"), ("page", "x")])).await;
    assert_eq!((refused.status, refused.reason.as_str()), (422, "Unprocessable Entity"));
    let Some(AppError::RequestInvalid { problems, .. }) = &refused.error else {
        panic!("{:?}", refused.error)
    };
    let expected = [
        "query.page: Input should be a valid integer",
        "query.per_page: Input should be greater than or equal to 1",
    ];
    assert_eq!(problems, &expected);
    let told = error_of(&refused);
    assert_eq!(told.title, "The API found the request itself not valid.");
    assert!(expected.iter().all(|problem| told.help.contains(problem)), "{}", told.help);

    let body = EndpointRequest { body: "{\"name\": 1}".to_owned(), ..create("") };
    let refused = desk.call(&body).await;
    let Some(AppError::RequestInvalid { problems, .. }) = &refused.error else {
        panic!("{:?}", refused.error)
    };
    assert!(problems.contains(&"body.name: Input should be a valid string".to_owned()), "{problems:?}");
    assert_eq!(desk.call(&with_query(TENANTS, &[("per_page", "1")])).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn f_srv_17_a_wrong_path_is_told() {
    let desk = Desk::asking_for(&["admin:read"]).await;
    for path in ["/api/v1/admin/tenants/tnt_nobody", "/api/v1/admin/nothing/"] {
        let refused = desk.get(path).await;
        let told = error_of(&refused);
        assert_eq!((refused.status, told.kind.as_str()), (404, "endpointNotFound"), "{path}");
        assert!(told.title.contains(path), "{}", told.title);
    }
}

/// A ScaiKey at a server of the test's own; its tokens come from the practice server.
struct Raw {
    world: World,
    id: ApplicationId,
    practice: Practice,
    _folder: tempfile::TempDir,
}

impl Raw {
    async fn at(server: &RawServer) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let world = World::start(folder.path(), &MemorySecrets::new());
        let practice = practice_on(&world.clock);
        let base = practice.base_url();
        let mut draft =
            instance_draft(InstanceKindName::ScaiKey, &format!("http://127.0.0.1:{}", server.port()));
        draft.endpoints = vec![EndpointsDraft {
            key: EndpointKey::Platform,
            token_endpoint: format!("{base}/api/v1/platform/oauth/token"),
            jwks_uri: format!("{base}/api/v1/platform/.well-known/jwks.json"),
            issuer: String::new(),
        }];
        let instance = world.companion.save_instance(draft).await.unwrap();
        // Its first request is for the discovery document; it must not meet the answers to calls.
        world.until("the document", |snapshot| snapshot.instances[0].endpoint_sets[0].discovered_at).await;
        let draft = application_draft(instance, "svc_demo", PRACTICE_SECRET, &["admin:read"]);
        let id = world.companion.save_application(draft).await.unwrap();
        Self { world, id, practice, _folder: folder }
    }

    async fn get(&self, path: &str) -> CallReport {
        self.world.companion.call_endpoint(self.id, &get(path)).await.unwrap()
    }
}

fn answer(status: &str, headers: &str, body: &str) -> [Step; 2] {
    [Step::ReadRequest, Step::answer(status, &format!("{headers}Connection: close\r\n"), body)]
}

fn document() -> [Step; 2] {
    answer("200 OK", "Content-Type: application/json\r\n", "{}")
}

#[tokio::test(flavor = "multi_thread")]
async fn f_net_21_a_web_page_is_no_answer_of_an_api() {
    let page = "<!doctype html><html><title>Hotel Wi-Fi</title></html>";
    let html = |status| answer(status, "Content-Type: text/html; charset=utf-8\r\n", page);
    let server =
        RawServer::start_each(&[&document(), &html("200 OK"), &html("403 Forbidden"), &html("502 No")]).await;
    let raw = Raw::at(&server).await;
    let told = raw.get(TENANTS).await;
    assert_eq!((told.status, told.table.is_none(), told.body.text.as_str()), (200, true, page));
    assert_eq!(told.body.media_type.as_deref(), Some("text/html"));
    let error = error_of(&told);
    assert_eq!(error.kind, "notJson");
    assert!(error.title.contains("“Hotel Wi-Fi”"), "{}", error.title);
    // The token has what is documented to be needed, so the 403 says nothing about scopes.
    let told = raw.get(TENANTS).await;
    assert_eq!((told.status, error_of(&told).kind.as_str()), (403, "serverRefused"));
    let told = raw.get(TENANTS).await;
    assert_eq!((told.status, error_of(&told).kind.as_str()), (502, "serverUnavailable"));
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc_9110_11_6_1_all_challenges_of_an_answer_are_read() {
    let headers = "WWW-Authenticate: Negotiate, Basic realm=\"a, \\\"b\\\"\"\r\n\
                   WWW-Authenticate: Bearer realm=\"api\", error=\"invalid_token\", \
                   error_description=\"The token was revoked\", scope=\"admin:read\"\r\n";
    let forbidden = "WWW-Authenticate: Bearer error=\"insufficient_scope\", scope=\"admin:all\"\r\n";
    let server = RawServer::start_each(&[
        &document(),
        &answer("401 Unauthorized", headers, ""),
        &answer("403 Forbidden", forbidden, ""),
    ])
    .await;
    let raw = Raw::at(&server).await;
    let refused = raw.get(TENANTS).await;
    let schemes: Vec<_> = refused.challenges.iter().map(|challenge| challenge.scheme.as_str()).collect();
    assert_eq!(schemes, ["Negotiate", "Basic", "Bearer"]);
    assert_eq!(refused.challenges[1].realm.as_deref(), Some("a, \"b\""));
    let bearer = &refused.challenges[2];
    assert_eq!(
        (bearer.realm.as_deref(), bearer.error.as_deref(), bearer.scope.as_deref()),
        (Some("api"), Some("invalid_token"), Some("admin:read"))
    );
    assert!(error_of(&refused).help.contains("It said: The token was revoked."), "{refused:?}");
    // What the server says it needs counts more than what is documented.
    let Some(AppError::ScopeMissing { needs, .. }) = raw.get(TENANTS).await.error else {
        panic!("{refused:?}")
    };
    assert_eq!(needs.as_deref(), Some("admin:all"));
}

#[tokio::test(flavor = "multi_thread")]
async fn contract_4_2_a_redirect_to_the_slash_is_followed_with_the_token() {
    let desk = Desk::asking_for(&["admin:read"]).await;
    let report = desk.call(&with_query("/api/v1/admin/tenants", &[("search", "acme")])).await;
    assert_eq!((report.status, report.table.unwrap().rows.len()), (200, 1));
    assert_eq!(report.redirected_from.as_deref(), Some("/api/v1/admin/tenants"));
    assert_eq!(report.url, format!("{}{TENANTS}", desk.practice.base_url()));
    let sent = desk.admin_requests();
    let asked: Vec<_> = sent.iter().map(|request| request.path_and_query.as_str()).collect();
    assert_eq!(asked, ["/api/v1/admin/tenants?search=acme", "/api/v1/admin/tenants/?search=acme"]);
    let bearer = format!("Bearer {}", desk.world.token(desk.id).await);
    assert!(sent.iter().all(|request| request.header("authorization") == Some(&bearer)));
    // The exchange shown is the last one.
    let shown = desk.companion().exchange(report.exchange).await.unwrap();
    assert_eq!(shown.summary.status, Some(200));

    // A body goes along, too.
    desk.companion().ask_for_scopes(desk.id, vec!["admin:write".to_owned()]).await.unwrap();
    let made =
        desk.call(&EndpointRequest { path: "/api/v1/admin/applications".to_owned(), ..create("y") }).await;
    assert_eq!((made.status, made.redirected_from.is_some()), (201, true));
}

#[tokio::test(flavor = "multi_thread")]
async fn f_net_14_no_other_redirect_is_followed() {
    let desk = Desk::asking_for(&["admin:read"]).await;
    let second = RawServer::start(&document()).await;
    let (own, other) = (desk.practice.port(), second.port());
    for location in [
        format!("http://127.0.0.1:{other}{TENANTS}"),
        format!("http://localhost:{other}{TENANTS}"),
        format!("//127.0.0.1:{other}{TENANTS}"),
        format!("http://user:pass@127.0.0.1:{own}{TENANTS}"),
        format!("http://localhost:{own}{TENANTS}"),
        format!("https://127.0.0.1:{own}{TENANTS}"),
        format!("https://127.0.0.1:{other}{TENANTS}"),
        "/login".to_owned(),
    ] {
        for status in [301, 302, 303, 307, 308] {
            desk.practice.forget_requests();
            let moved = Answer::status(status).header("location", &location);
            desk.practice.next_answers(Endpoint::Admin, vec![moved]);
            let report = desk.get("/api/v1/admin/tenants").await;
            assert_eq!((report.status, report.redirected_from.as_deref()), (status, None), "{location}");
            let Some(AppError::Redirected { .. }) = report.error else { panic!("{location}: {report:?}") };
            assert_eq!(desk.admin_requests().len(), 1, "{status} {location}");
        }
    }
    assert!(second.seen().is_empty(), "the second server was sent something: {:?}", second.seen());
}

#[tokio::test(flavor = "multi_thread")]
async fn contract_4_2_a_second_redirect_is_not_followed() {
    let desk = Desk::asking_for(&["admin:read"]).await;
    let there = Answer::status(307).header("location", TENANTS);
    let back = Answer::status(307).header("location", "/api/v1/admin/tenants");
    desk.practice.next_answers(Endpoint::Admin, vec![there.clone(), back, there]);
    let report = desk.get("/api/v1/admin/tenants").await;
    assert_eq!((report.status, desk.admin_requests().len()), (307, 2));
    assert_eq!(error_of(&report).kind, "redirected");
}

#[tokio::test(flavor = "multi_thread")]
async fn contract_4_3_what_must_not_be_sent_is_refused_before_anything_is() {
    let desk = Desk::asking_for(&["admin:read"]).await;
    // Keys included, so that nothing is under way any more.
    desk.world.request(desk.id).await;
    desk.practice.forget_requests();
    let elsewhere = RawServer::start(&document()).await;
    let mismatches = "/api/v1/admin/users/identity-source/mismatches";
    let other = format!("http://127.0.0.1:{}{TENANTS}", elsewhere.port());
    let host = format!("http://localhost:{}{TENANTS}", desk.practice.port());
    let rows = [
        (with_query(mismatches, &[("fix", "true")]), "never sends it"),
        (with_query(mismatches, &[("tenant_id", "t"), ("Fix", "1")]), "never sends it"),
        (get(&format!("{mismatches}/?fix=true")), "never sends it"),
        (get("/api/v1/admin/users/identity-source/%6dismatches?fix=true"), "never sends it"),
        (get(&other), "The token goes only to http://127.0.0.1"),
        (get(&host), "The token goes only to http://127.0.0.1"),
        (get("//evil.example/x"), "one slash"),
        (get("/api/v1/admin/tenants/{tenant_id}"), "braces"),
        (EndpointRequest { body: "{".to_owned(), ..create("") }, "not JSON"),
    ];
    for (request, words) in rows {
        let refused = desk.companion().call_endpoint(desk.id, &request).await.unwrap_err();
        let AppError::InvalidInput { problems } = refused else { panic!("{request:?}: {refused:?}") };
        assert!(problems[0].message.contains(words), "{request:?}: {problems:?}");
        let preview = desk.companion().preview_call(desk.id, &request).await.unwrap();
        assert_eq!((preview.url.as_str(), preview.problem), ("", Some(problems[0].message.clone())));
        if request.query.is_empty() && request.body.is_empty() {
            desk.companion().check_api(desk.id, &request.path).await.unwrap_err();
        }
    }
    assert_eq!(desk.practice.requests().len(), 0);
    assert!(elsewhere.seen().is_empty());
    // Without `fix` the list is asked for.
    desk.call(&with_query(mismatches, &[("tenant_id", "t")])).await;
    assert_eq!(desk.admin_requests().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_preview_sends_nothing_and_is_what_is_sent() {
    let desk = Desk::asking_for(&["admin:read"]).await;
    // Keys included, so that nothing is under way any more.
    desk.world.request(desk.id).await;
    let token = desk.world.token(desk.id).await;
    desk.practice.forget_requests();
    let request = with_query(TENANTS, &[("search", "it's & more")]);
    let preview = desk.companion().preview_call(desk.id, &request).await.unwrap();
    assert_eq!(desk.practice.requests().len(), 0);
    assert_eq!(preview.url, format!("{}{TENANTS}?search=it%27s+%26+more", desk.practice.base_url()));
    assert_eq!(preview.problem, None);
    assert!(preview.curl.contains("$ACCESS_TOKEN") && !preview.curl.contains(&token), "{}", preview.curl);
    let ran = support::shell::run_curl(&preview.curl, &[("ACCESS_TOKEN", &token)]).await;
    assert_eq!(ran.status, 200, "{}", ran.body);
    desk.call(&request).await;
    let sent = desk.admin_requests();
    assert_eq!(sent[0].path_and_query, sent[1].path_and_query);
    assert_eq!(sent[0].header("authorization"), sent[1].header("authorization"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_inside_its_margin_is_renewed_before_the_call() {
    let desk = Desk::with(|draft| draft.renewal.enabled = false).await;
    assert_eq!(desk.get(TENANTS).await.status, 200);
    let first = desk.world.token(desk.id).await;
    desk.world.clock.advance(3_000_000);
    assert_eq!(desk.get(TENANTS).await.status, 200);
    assert_eq!(desk.world.token(desk.id).await, first, "it is not renewed before its margin");
    desk.world.clock.advance(580_000);
    assert_eq!(desk.get(TENANTS).await.status, 200);
    let second = desk.world.token(desk.id).await;
    assert_ne!(second, first);
    let sent = desk.admin_requests();
    let tokens: Vec<_> = sent.iter().map(|request| request.header("authorization").unwrap()).collect();
    assert_eq!(tokens, [&format!("Bearer {first}"), &format!("Bearer {first}"), &format!("Bearer {second}")]);

    // Where none can be had and none is left, the call is not made.
    desk.practice.remove("svc_demo").unwrap();
    desk.world.clock.advance(3_700_000);
    let refused = desk.companion().call_endpoint(desk.id, &get(TENANTS)).await.unwrap_err();
    assert!(matches!(refused, AppError::ClientRefused { .. }), "{refused:?}");
    assert_eq!(desk.admin_requests().len(), 3);
}

fn trials(rows: &[ApiCheckRow]) -> Vec<(BadToken, ApiTrial)> {
    rows.iter().map(|row| (row.token, row.trial.clone())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_api_that_checks_rejects_all_bad_tokens() {
    let desk = Desk::asking_for(&["admin:read"]).await;
    desk.practice.set_lifetime(60);
    let rejected = ApiTrial::Rejected { status: 401 };
    let rows = desk.companion().check_api(desk.id, TENANTS).await.unwrap();
    let [none, changed, expired] = rows.as_slice() else { panic!("{rows:?}") };
    assert_eq!((none.token, &none.trial), (BadToken::None, &rejected));
    assert_eq!((changed.token, &changed.trial), (BadToken::ChangedSignature, &rejected));
    let ApiTrial::NotTried { reason } = &expired.trial else { panic!("{expired:?}") };
    assert!(reason.contains("expired") && expired.exchange.is_none(), "{reason}");

    let first = desk.world.token(desk.id).await;
    desk.world.clock.advance(61_000);
    desk.practice.forget_requests();
    let rows = desk.companion().check_api(desk.id, TENANTS).await.unwrap();
    let all = [BadToken::None, BadToken::ChangedSignature, BadToken::Expired];
    assert_eq!(trials(&rows), all.map(|token| (token, rejected.clone())));
    let second = desk.world.token(desk.id).await;
    let sent = desk.admin_requests();
    assert_eq!(sent[0].header("authorization"), None);
    let (before, signature) = second.rsplit_once('.').unwrap();
    let (theirs, changed) = sent[1].header("authorization").unwrap().rsplit_once('.').unwrap();
    assert_eq!(theirs, format!("Bearer {before}"));
    assert!(changed != signature && changed.len() == signature.len());
    assert_eq!(sent[2].header("authorization"), Some(format!("Bearer {first}").as_str()));
    // The good token still is one.
    assert_eq!(desk.get(TENANTS).await.status, 200);

    let shown = desk.companion().activity(ActivityArgs::default()).await;
    let checks: Vec<_> = shown.iter().filter(|row| row.purpose == Purpose::ApiCheck).collect();
    assert_eq!(checks.len(), 5);
    let ids: Vec<_> = rows.iter().filter_map(|row| row.exchange).collect();
    assert!(ids.iter().all(|id| checks.iter().any(|row| row.id == *id)) && ids.len() == 3);
    for row in checks {
        assert_eq!((row.application, row.status), (Some(desk.id), Some(401)));
        let exchange = desk.companion().exchange(row.id).await.unwrap();
        let values = exchange.request.headers.iter().filter(|field| field.name == "authorization");
        assert!(values.into_iter().all(|field| field.value == "Bearer ••••"), "{exchange:?}");
    }
    let told = desk.all_told().await;
    for token in [&first, &second] {
        assert!(!told.contains(token.rsplit('.').next().unwrap()), "a signature is in {told}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_api_that_does_not_check_is_told_so() {
    let json = "Content-Type: application/json\r\n";
    let trouble = answer("503 Busy", json, "{}");
    let server = RawServer::start_each(&[
        &document(),
        &answer("200 OK", json, "[]"),
        &answer("204 No Content", "", ""),
        &trouble,
        &[Step::ReadRequest, Step::Reset],
    ])
    .await;
    let raw = Raw::at(&server).await;
    raw.practice.set_lifetime(60);
    raw.world.companion.await_token(raw.id).await.unwrap();
    raw.world.clock.advance(61_000);
    let rows = raw.world.companion.check_api(raw.id, "/any").await.unwrap();
    assert_eq!(
        trials(&rows),
        [
            (BadToken::None, ApiTrial::Accepted { status: 200 }),
            (BadToken::ChangedSignature, ApiTrial::Accepted { status: 204 }),
            (BadToken::Expired, ApiTrial::Unclear { status: 503 }),
        ]
    );
    let rows = raw.world.companion.check_api(raw.id, "/any").await.unwrap();
    assert!(rows.iter().all(|row| matches!(row.trial, ApiTrial::Failed { .. })), "{rows:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_suggested_is_documented_and_fits_the_practice_server() {
    let desk = Desk::asking_for(&["admin:read"]).await;
    let found = desk.companion().endpoints(desk.id).await.unwrap();
    let first = found.iter().find(|endpoint| endpoint.path == TENANTS).unwrap();
    assert_eq!(first.needs.as_deref(), Some("admin:read"));
    let query: Vec<_> = first.query.iter().map(|name| (name.as_str(), "1")).collect();
    assert_eq!(desk.call(&with_query(TENANTS, &query)).await.status, 200);
    desk.companion().delete_application(desk.id).await.unwrap();
    let gone = AppError::not_found("application");
    assert_eq!(desk.companion().endpoints(desk.id).await.unwrap_err(), gone);
    assert_eq!(desk.companion().call_endpoint(desk.id, &get(TENANTS)).await.unwrap_err(), gone);
}
