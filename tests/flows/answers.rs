//! Each odd answer that real servers were seen to give (and some that none should), over real HTTP, with its
//! defined result.

use scaikey_core::adapters::MemorySecrets;
use scaikey_core::contract::{AppError, PhaseView, TokenKind, Verdict};
use scaikey_core::model::ApplicationId;
use scaikey_practice::{Answer, Endpoint, Practice};
use support::world::{PRACTICE_SECRET, World, application_draft, practice};

struct Asked {
    world: World,
    practice: Practice,
    id: ApplicationId,
    _folder: tempfile::TempDir,
}

async fn asked() -> Asked {
    let folder = tempfile::tempdir().unwrap();
    let world = World::start(folder.path(), &MemorySecrets::new());
    let practice = practice();
    let instance = world.add_scaikey(practice.base_url()).await;
    let mut draft = application_draft(instance, "svc_demo", PRACTICE_SECRET, &["admin:read"]);
    // Without renewal a transient error is told and not tried again behind the test's back.
    draft.renewal.enabled = false;
    let id = world.companion.save_application(draft).await.unwrap();
    Asked { world, practice, id, _folder: folder }
}

fn json(status: u16, body: &str) -> Answer {
    Answer::json(status, body)
}

fn kind_of(error: &AppError) -> String {
    serde_json::to_value(error).unwrap()["kind"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_refusal_has_its_kind() {
    let asked = asked().await;
    let html = |status: u16| {
        Answer::status(status).header("content-type", "text/html").body("<html><title>No</title></html>")
    };
    let rows: Vec<(&str, Answer, &str)> = vec![
        ("403 with nothing", Answer::status(403), "clientRefused"),
        ("400 for 401", json(400, r#"{"error":"invalid_client"}"#), "clientRefused"),
        ("404 for an unknown client", json(404, r#"{"error":"invalid_client"}"#), "clientRefused"),
        (
            "RFC 9457",
            Answer::status(401)
                .header("content-type", "application/problem+json")
                .body(r#"{"title":"Unauthorized","status":401}"#),
            "clientRefused",
        ),
        ("Spring", json(400, r#"{"timestamp":1,"error":"BadRequest","message":"no"}"#), "serverRefused"),
        ("error as an object", json(400, r#"{"error":{"code":400,"message":"no"}}"#), "serverRefused"),
        (
            "Bearer challenge",
            Answer::status(401).header("www-authenticate", "Bearer error=\"invalid_client\"").body(""),
            "clientRefused",
        ),
        ("scope_invalid", json(400, r#"{"error":"scope_invalid"}"#), "scopeRefused"),
        ("other_error", json(400, r#"{"error":"other_error"}"#), "serverRefused"),
        ("device_not_found", json(400, r#"{"error":"device_not_found"}"#), "serverRefused"),
        ("HTML with 405", html(405), "endpointNotFound"),
        ("a sign-in page", html(200), "notJson"),
        ("invalid_scope", json(400, r#"{"error":"invalid_scope"}"#), "scopeRefused"),
        ("f_srv_17", json(404, "{}"), "endpointNotFound"),
        ("f_srv_19", json(415, "{}"), "serverRefused"),
        ("f_srv_21", Answer::status(502), "serverUnavailable"),
        ("f_srv_33", Answer::status(204), "malformedAnswer"),
        ("f_net_15", Answer::status(302).header("location", "/elsewhere"), "redirected"),
        ("f_srv_25", json(200, "x").header("content-encoding", "gzip"), "malformedAnswer"),
        (
            "f_srv_28",
            json(200, r#"{"access_token":"a","access_token":"b","token_type":"Bearer"}"#),
            "malformedAnswer",
        ),
        ("f_srv_31", json(200, r#"{"access_token":"a","token_type":"Bearer"}{}"#), "malformedAnswer"),
        (
            "FastAPI",
            json(422, r#"{"detail":[{"loc":["body","grant_type"],"msg":"x","type":"y"}]}"#),
            "serverRefused",
        ),
    ];
    for (name, answer, kind) in rows {
        asked.practice.next_answers(Endpoint::Token, vec![answer]);
        let error = asked.world.refused(asked.id).await;
        assert_eq!(kind_of(&error), kind, "{name}: {error:?}");
    }
    // And after all that the honest answer still works.
    assert_eq!(asked.world.request(asked.id).await.phase, PhaseView::Idle);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_odd_token_answer_is_taken_with_a_note_or_without() {
    let asked = asked().await;
    // Name, answer, a word of the notes ("" for none), granted scopes, lifetime in seconds.
    type Row = (&'static str, &'static str, &'static str, &'static [&'static str], Option<i64>);
    let rows: &[Row] = &[
        ("bearer", r#"{"access_token":"t1","token_type":"bearer","expires_in":300}"#, "", &[], Some(300)),
        (
            "access_token",
            r#"{"access_token":"t2","token_type":"access_token","expires_in":300}"#,
            "access_token",
            &[],
            Some(300),
        ),
        ("no expires_in", r#"{"access_token":"t3","token_type":"Bearer"}"#, "", &[], None),
        (
            "299 for 300",
            r#"{"access_token":"t4","token_type":"Bearer","expires_in":299}"#,
            "",
            &[],
            Some(299),
        ),
        (
            "unknown scope echoed",
            r#"{"access_token":"t5","token_type":"Bearer","scope":"admin:read wat"}"#,
            "",
            &["admin:read", "wat"],
            None,
        ),
        (
            "extra members",
            r#"{"access_token":"t6","token_type":"Bearer","expires_in":"60","created_at":1,"expires_at":2,"iat":3}"#,
            "text",
            &[],
            Some(60),
        ),
        (
            "refresh token",
            r#"{"access_token":"t7","token_type":"Bearer","refresh_token":"r"}"#,
            "ignored",
            &[],
            None,
        ),
        ("f_srv_4", "\u{feff}{\"access_token\":\"t8\",\"token_type\":\"Bearer\"}", "", &[], None),
    ];
    for (name, body, word, scopes, seconds) in rows {
        asked.practice.next_answers(Endpoint::Token, vec![json(200, body)]);
        let view = asked.world.request(asked.id).await;
        assert_eq!(view.phase, PhaseView::Idle, "{name}");
        let token = view.token.unwrap();
        assert_eq!(token.kind, TokenKind::Opaque, "{name}: an opaque token is no error");
        assert_eq!(token.scopes, *scopes, "{name}");
        let life = token.expires_at.map(|end| (end - token.received_at) / 1_000);
        assert_eq!(life, *seconds, "{name}");
        let notes = asked.world.companion.inspect_token(asked.id).await.unwrap().notes.join(" ");
        assert_eq!(notes.is_empty(), word.is_empty(), "{name}: {notes}");
        assert!(notes.contains(word), "{name}: {notes}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn f_srv_38_a_wrong_clock_is_told_and_not_taken_for_an_expired_token() {
    let asked = asked().await;
    // This computer's clock is 7 min slow: the server's is ahead.
    asked.world.clock.set_wrong(-420_000);
    let view = asked.world.request(asked.id).await;
    assert_eq!(view.token.unwrap().verdict, scaikey_core::contract::Verdict::Verified);
    let details = asked.world.companion.inspect_token(asked.id).await.unwrap();
    let time =
        details.checks.iter().find(|check| check.name == scaikey_core::contract::CheckName::Time).unwrap();
    let said = format!("{} {}", time.reason, time.note.clone().unwrap_or_default());
    assert!(said.contains("7 min") && said.contains("slow"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn jwts_of_other_servers_are_read_and_judged() {
    let asked = asked().await;
    let now = 1_795_525_512;
    let rows: &[(&str, serde_json::Value)] = &[
        ("aud array", serde_json::json!({"iss": "x", "aud": ["a", "b"], "sub": "svc_demo", "exp": now})),
        ("no sub", serde_json::json!({"iss": "x", "aud": "a", "exp": now})),
        ("sub null", serde_json::json!({"iss": "x", "sub": null, "cid": "svc_demo", "exp": now})),
        (
            "auth_time float",
            serde_json::json!({"iss": "x", "sub": "u", "auth_time": 1_795_528_751.872_234, "exp": now}),
        ),
        (
            "auth_time 0",
            serde_json::json!({"iss": "x", "sub": "u", "azp": "svc_demo", "auth_time": 0, "exp": now}),
        ),
    ];
    for (name, claims) in rows {
        let token = asked.practice.sign(claims).unwrap();
        let body =
            serde_json::json!({"access_token": token, "token_type": "Bearer", "expires_in": 60}).to_string();
        asked.practice.next_answers(Endpoint::Token, vec![json(200, &body)]);
        let view = asked.world.request(asked.id).await;
        assert_eq!(view.token.unwrap().kind, TokenKind::Jwt, "{name}");
        let details = asked.world.companion.inspect_token(asked.id).await.unwrap();
        assert_eq!(details.checks.len(), 6, "{name}");
        assert!(details.problems.is_empty(), "{name}: {:?}", details.problems);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_ends_before_the_answer_says_so_is_told_and_renewed_in_time() {
    let asked = asked().await;
    let now = scaikey_core::ports::Clock::now(&*asked.world.clock).wall / 1_000;
    for (seconds, told) in [(60, true), (299, false)] {
        let claims =
            serde_json::json!({"iss": asked.practice.base_url(), "sub": "svc_demo", "exp": now + seconds});
        let token = asked.practice.sign(&claims).unwrap();
        let body =
            serde_json::json!({"access_token": token, "token_type": "Bearer", "expires_in": 300}).to_string();
        asked.practice.next_answers(Endpoint::Token, vec![json(200, &body)]);
        let token = asked.world.request(asked.id).await.token.unwrap();
        assert_eq!(token.verdict, Verdict::Verified);
        let life = token.expires_at.map(|end| (end - token.received_at) / 1_000).unwrap();
        // To a second, as exact as the server's Date is.
        let sooner = if told { 58..=62 } else { 300..=300 };
        assert!(sooner.contains(&life), "{seconds}: {life}");
        let notes = asked.world.companion.inspect_token(asked.id).await.unwrap().notes.join(" ");
        assert_eq!(notes.contains("lives 5 min, its own exp is"), told, "{seconds}: {notes}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_and_tokens_that_name_little_are_verified() {
    let asked = asked().await;
    let bare = |media_type: &str| {
        let mut keys = asked.practice.jwks();
        for key in keys["keys"].as_array_mut().unwrap() {
            let key = key.as_object_mut().unwrap();
            key.remove("alg");
            key.remove("use");
        }
        Answer::status(200).header("content-type", media_type).body(keys.to_string())
    };
    let kid = asked.practice.jwks()["keys"][0]["kid"].clone();
    let rows = [
        ("no typ", serde_json::json!({"alg": "RS256", "kid": kid})),
        ("no typ and no kid", serde_json::json!({"alg": "RS256"})),
        ("RS512 with a key that names no alg", serde_json::json!({"alg": "RS512", "kid": kid})),
    ];
    let now = scaikey_core::ports::Clock::now(&*asked.world.clock).wall / 1_000;
    let claims =
        serde_json::json!({"iss": asked.practice.base_url(), "sub": "svc_demo", "exp": now + 86_400});
    for (name, header) in rows {
        // Past the time for which keys are kept.
        asked.world.clock.advance(301_000);
        asked.practice.next_answers(Endpoint::Jwks, vec![bare("application/jwk-set+json")]);
        let token = asked.practice.sign_with(&header, &claims).unwrap();
        let body = serde_json::json!({"access_token": token, "token_type": "Bearer"}).to_string();
        asked.practice.next_answers(Endpoint::Token, vec![json(200, &body)]);
        let view = asked.world.request(asked.id).await;
        assert_eq!(view.token.unwrap().verdict, Verdict::Verified, "{name}");
        let details = asked.world.companion.inspect_token(asked.id).await.unwrap();
        assert!(details.problems.is_empty() && details.notes.is_empty(), "{name}: {details:?}");
    }
}
