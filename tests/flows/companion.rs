//! The companion against the practice server, over real HTTP.

use scaikey_core::adapters::MemorySecrets;
use scaikey_core::contract::{
    AppError, ApplicationDraft, CheckName, EndpointOrigin, InstanceKindName, Keep, Outcome, PhaseView,
    SecretDraft, SecretView, TokenKind, Verdict,
};
use scaikey_core::model::{ApplicationId, ClientAuthentication, EndpointKey, LevelName};
use scaikey_core::secret::Secret;
use scaikey_practice::{Algorithm, Answer, Endpoint, Level, NewApplication, Practice};
use support::world::{PRACTICE_SECRET, World, application_draft, find, instance_draft, practice_on};

struct Desk {
    world: World,
    practice: Practice,
    folder: tempfile::TempDir,
}

impl Desk {
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let world = World::start(folder.path(), &MemorySecrets::new());
        let practice = practice_on(&world.clock);
        Self { world, practice, folder }
    }

    async fn application(&self, change: impl FnOnce(&mut ApplicationDraft)) -> ApplicationId {
        let instance = self.world.add_scaikey(self.practice.base_url()).await;
        let mut draft = application_draft(instance, "svc_demo", PRACTICE_SECRET, &["admin:read"]);
        change(&mut draft);
        self.world.companion.save_application(draft).await.unwrap()
    }

    fn token_requests(&self) -> usize {
        self.practice.requests().iter().filter(|request| request.method == "POST").count()
    }
}

async fn tenants_status(base: &str, token: &str) -> u16 {
    let url = format!("{base}/api/v1/admin/tenants/");
    #[expect(clippy::disallowed_methods, reason = "the test plays a user's own client")]
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    client.get(url).header("authorization", format!("Bearer {token}")).send().await.unwrap().status().as_u16()
}

#[tokio::test(flavor = "multi_thread")]
async fn from_nothing_to_a_verified_token_that_the_admin_api_accepts() {
    let desk = Desk::start();
    let id = desk.application(|_| {}).await;
    let view = desk.world.request(id).await;
    let token = view.token.unwrap();
    assert_eq!(token.verdict, Verdict::Verified);
    assert_eq!(token.kind, TokenKind::Jwt);
    assert_eq!(token.scopes, ["admin:read"]);
    assert_eq!(token.expires_at.unwrap() - token.received_at, 3_600_000);
    let renews = token.renews_at.unwrap();
    assert!((3_534_000..=3_540_000).contains(&(renews - token.received_at)));
    let details = desk.world.companion.inspect_token(id).await.unwrap();
    for check in &details.checks {
        assert_eq!(check.outcome, Outcome::Passed, "{check:?}");
    }
    assert_eq!(details.checks.len(), 6);
    let copied = desk.world.companion.copy_token(id, "bare").await.unwrap();
    assert_eq!(copied.text.expose(), desk.world.token(id).await);
    assert_eq!(tenants_status(desk.practice.base_url(), copied.text.expose()).await, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_level_uses_its_flavour_and_both_algorithms_verify() {
    let desk = Desk::start();
    let tenant = Level::Tenant { slug: "acme".to_owned() };
    for (client, level) in [("svc_tenant", tenant), ("svc_partner", Level::Partner)] {
        let new = NewApplication::service(client, level, &["openid"]).with_credentials(client, "s3cret");
        desk.practice.register(new).unwrap();
    }
    for algorithm in [Algorithm::Rs256, Algorithm::Es256] {
        desk.practice.use_algorithm(algorithm).unwrap();
        for (client, level) in [("svc_tenant", LevelName::Tenant), ("svc_partner", LevelName::Partner)] {
            let id = desk
                .application(|draft| {
                    draft.client_id = client.to_owned();
                    draft.secret = SecretDraft::Set { value: Secret::new("s3cret"), keep: Keep::Keychain };
                    draft.level = Some(level);
                    draft.tenant_slug = "acme".to_owned();
                    draft.scopes = vec!["openid".to_owned()];
                })
                .await;
            let view = desk.world.request(id).await;
            assert_eq!(view.token.unwrap().verdict, Verdict::Verified, "{client} {algorithm:?}");
            let path = &desk.practice.requests().last().unwrap().path_and_query.clone();
            assert!(path.starts_with("/api/v1/auth/tenants/acme/"), "{path}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn f_jwk_7_a_rotated_key_is_fetched_once_and_verifies() {
    let desk = Desk::start();
    let id = desk.application(|_| {}).await;
    desk.world.request(id).await;
    desk.practice.rotate_keys().unwrap();
    // The keys were fetched a moment ago: within a minute they are not asked for again.
    let view = desk.world.request(id).await;
    assert!(matches!(view.token.unwrap().verdict, Verdict::Refused { .. } | Verdict::NotVerified { .. }));
    desk.world.clock.advance(61_000);
    let view = desk.world.request(id).await;
    assert_eq!(view.token.unwrap().verdict, Verdict::Verified);
    let fetches = desk.practice.requests().iter().filter(|r| r.path_and_query.ends_with("jwks.json")).count();
    assert_eq!(fetches, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_secret_is_told_with_the_other_ways_and_entering_it_again_works() {
    let desk = Desk::start();
    let id = desk
        .application(|draft| {
            draft.secret = SecretDraft::Set { value: Secret::new("p@ss:wrong"), keep: Keep::Keychain };
        })
        .await;
    let AppError::ClientRefused { method, alternatives, server, .. } = desk.world.refused(id).await else {
        panic!()
    };
    assert_eq!(method, ClientAuthentication::ClientSecretBasic);
    assert_eq!(
        alternatives,
        [ClientAuthentication::ClientSecretBasicRaw, ClientAuthentication::ClientSecretPost]
    );
    assert_eq!((server.status, server.error.as_deref()), (401, Some("invalid_client")));
    desk.world.companion.set_secret(id, Secret::new(PRACTICE_SECRET), Keep::Keychain).await.unwrap();
    assert_eq!(desk.world.request(id).await.phase, PhaseView::Idle);
    // The old secret is gone from the keychain, the new one is there.
    desk.world.until("the old secret goes", |_| (desk.world.secrets.ids().len() == 1).then_some(())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn post_works_and_the_secret_never_stands_in_a_url() {
    let desk = Desk::start();
    let id =
        desk.application(|draft| draft.client_authentication = ClientAuthentication::ClientSecretPost).await;
    assert_eq!(desk.world.request(id).await.phase, PhaseView::Idle);
    let requests = desk.practice.requests();
    let token = requests.iter().find(|request| request.method == "POST").unwrap();
    assert_eq!(token.header("authorization"), None);
    assert_eq!(token.form_field("client_secret").as_deref(), Some(PRACTICE_SECRET));
    assert!(requests.iter().all(|request| !request.path_and_query.contains("word")));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_wrong_flavour_is_refused_in_the_servers_words() {
    let desk = Desk::start();
    let id = desk
        .application(|draft| {
            draft.level = Some(LevelName::Tenant);
            draft.tenant_slug = "acme".to_owned();
        })
        .await;
    let refused = desk.world.refused(id).await;
    assert!(matches!(refused, AppError::WrongFlavour { level: LevelName::Tenant, .. }), "{refused:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_renewed_before_its_end_and_after_a_suspend() {
    let desk = Desk::start();
    let id = desk.application(|_| {}).await;
    desk.world.request(id).await;
    for ahead in [3_545_000, 28_800_000] {
        let before = desk.world.token(id).await;
        let count = find(&desk.world.companion.snapshot(), id).unwrap().token.unwrap().count;
        desk.world.clock.advance(ahead);
        // Any event wakes the loop, as its own timer does within 15 s.
        desk.world.companion.inspect_token(id).await.unwrap();
        desk.world.until("a new token", |s| (find(s, id)?.token?.count > count).then_some(())).await;
        assert_ne!(desk.world.token(id).await, before);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn f_con_1_a_hundred_parallel_requests_are_one() {
    let desk = Desk::start();
    let id = desk.application(|_| {}).await;
    desk.practice.set_latency(std::time::Duration::from_millis(200));
    let asks = (0..100).map(|_| {
        let companion = desk.world.companion.clone();
        tokio::spawn(async move { companion.request_token(id).await })
    });
    for ask in asks.collect::<Vec<_>>() {
        ask.await.unwrap().unwrap();
    }
    desk.world.settled(id).await;
    assert_eq!(desk.token_requests(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_saved_is_there_after_a_restart_with_its_secret() {
    let desk = Desk::start();
    let id = desk.application(|_| {}).await;
    let session = desk.application(|draft| {
        draft.secret = SecretDraft::Set { value: Secret::new(PRACTICE_SECRET), keep: Keep::Session };
    });
    let session = session.await;
    assert_eq!(desk.world.request(session).await.phase, PhaseView::Idle);
    let Desk { world, practice, folder } = desk;
    let world = world.restart(folder.path()).await;
    let snapshot = world.companion.snapshot();
    assert_eq!(snapshot.instances.len(), 2);
    assert_eq!(find(&snapshot, id).unwrap().token, None, "tokens live in memory only");
    assert_eq!(world.request(id).await.phase, PhaseView::Idle);
    assert_eq!(find(&snapshot, session).unwrap().secret, SecretView::Missing);
    assert_eq!(world.refused(session).await, AppError::SecretMissing);
    drop(practice);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_and_no_token_reaches_the_file_the_snapshot_or_an_error() {
    let desk = Desk::start();
    let canary = "canary-7f3a-secret";
    let new = NewApplication::service("c", Level::Global, &["openid"]).with_credentials("svc_canary", canary);
    desk.practice.register(new).unwrap();
    let id = desk
        .application(|draft| {
            draft.client_id = "svc_canary".to_owned();
            draft.secret = SecretDraft::Set { value: Secret::new(canary), keep: Keep::Keychain };
            draft.scopes = vec!["openid".to_owned()];
        })
        .await;
    let view = desk.world.request(id).await;
    let token = desk.world.token(id).await;
    let signature = token.rsplit('.').next().unwrap();
    let details = desk.world.companion.inspect_token(id).await.unwrap();
    let mut seen = vec![
        format!("{view:?}"),
        serde_json::to_string(&*desk.world.companion.snapshot()).unwrap(),
        serde_json::to_string(&details).unwrap(),
    ];
    desk.practice.set_secret("svc_canary", "another").unwrap();
    seen.push(format!("{:?}", desk.world.refused(id).await));
    for entry in std::fs::read_dir(desk.folder.path()).unwrap() {
        let path = entry.unwrap().path();
        seen.push(String::from_utf8_lossy(&std::fs::read(path).unwrap()).into_owned());
    }
    assert!(seen.iter().any(|text| text.contains("svc_canary")), "the search looks in the right places");
    for text in &seen {
        assert!(!text.contains(canary), "the secret is in: {text}");
        assert!(!text.contains(signature), "the signature is in: {text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_locked_keychain_is_said_and_the_session_is_the_users_choice() {
    let desk = Desk::start();
    let instance = desk.world.add_scaikey(desk.practice.base_url()).await;
    // The probe at start comes first.
    desk.world
        .until("the probe", |s| {
            (s.keychain.status == scaikey_core::contract::KeychainStatus::Ready).then_some(())
        })
        .await;
    desk.world.secrets.fail_next(AppError::KeychainLocked);
    let mut draft = application_draft(instance, "svc_demo", PRACTICE_SECRET, &["admin:read"]);
    let refused = desk.world.companion.save_application(draft.clone()).await;
    assert_eq!(refused, Err(AppError::KeychainLocked));
    assert!(desk.world.companion.snapshot().instances[0].applications.is_empty(), "nothing half-saved");
    assert!(matches!(
        desk.world.companion.snapshot().keychain.status,
        scaikey_core::contract::KeychainStatus::Failed { error: AppError::KeychainLocked }
    ));
    draft.secret = SecretDraft::Set { value: Secret::new(PRACTICE_SECRET), keep: Keep::Session };
    let id = desk.world.companion.save_application(draft).await.unwrap();
    assert_eq!(desk.world.request(id).await.secret, SecretView::Session);
    assert!(desk.world.secrets.ids().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn f_key_6_a_secret_deleted_by_another_program_is_missed_and_the_application_kept() {
    let desk = Desk::start();
    let id = desk.application(|_| {}).await;
    for secret in desk.world.secrets.ids() {
        scaikey_core::ports::SecretStore::delete(&desk.world.secrets, secret).unwrap();
    }
    assert_eq!(desk.world.refused(id).await, AppError::SecretMissing);
    desk.world.companion.set_secret(id, Secret::new(PRACTICE_SECRET), Keep::Keychain).await.unwrap();
    assert_eq!(desk.world.request(id).await.phase, PhaseView::Idle);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_discovery_document_falls_back_to_the_documented_paths() {
    let desk = Desk::start();
    let draft = instance_draft(InstanceKindName::ScaiKey, desk.practice.base_url());
    let found = desk.world.companion.discover(&draft, None).await.unwrap();
    assert_eq!(found.endpoints.token_endpoint.unwrap().origin, EndpointOrigin::Discovered);
    assert_eq!(found.endpoints.issuer.unwrap().value, desk.practice.base_url());
    for answer in [
        Answer::status(404),
        Answer::status(200).header("content-type", "text/html").body("<html><title>Sign in</title>"),
        Answer::json(200, "[]"),
        Answer::status(503),
    ] {
        desk.practice.next_answers(Endpoint::Discovery, vec![answer]);
        let report = desk.world.companion.discover(&draft, None).await.unwrap();
        let token_endpoint = report.endpoints.token_endpoint.unwrap();
        assert_eq!(token_endpoint.origin, EndpointOrigin::Documented);
        assert!(token_endpoint.value.ends_with("/api/v1/platform/oauth/token"));
        assert!(report.endpoints.discovery_error.is_some());
    }
    desk.practice.next_answers(Endpoint::Discovery, vec![Answer::status(404)]);
    let id = desk.application(|_| {}).await;
    let view = desk.world.request(id).await;
    let token = view.token.unwrap();
    // The issuer is not published anywhere, but it is one of the two forms seen (contract 3.4).
    assert_eq!(token.verdict, Verdict::Verified);
    let details = desk.world.companion.inspect_token(id).await.unwrap();
    let issuer = details.checks.iter().find(|check| check.name == CheckName::Issuer).unwrap();
    assert!(issuer.note.is_some(), "{issuer:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_discovered_endpoint_on_another_host_gets_no_secret() {
    let desk = Desk::start();
    let elsewhere = r#"{"token_endpoint":"https://evil.example/token"}"#;
    desk.practice.next_answers(Endpoint::Discovery, vec![Answer::json(200, elsewhere)]);
    let id = desk.application(|_| {}).await;
    assert!(matches!(desk.world.refused(id).await, AppError::UnsafeEndpoint { .. }));
    assert_eq!(desk.token_requests(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_saved_secret_goes_only_to_the_host_it_was_entered_for() {
    let desk = Desk::start();
    let id = desk.application(|_| {}).await;
    assert_eq!(desk.world.request(id).await.phase, PhaseView::Idle);
    // Somebody, or a script in the page, types another token endpoint in.
    let elsewhere = practice_on(&desk.world.clock);
    let instance = desk.world.companion.snapshot().instances[0].id;
    let mut draft = instance_draft(InstanceKindName::ScaiKey, desk.practice.base_url());
    draft.id = Some(instance);
    draft.endpoints = vec![scaikey_core::contract::EndpointsDraft {
        key: EndpointKey::Platform,
        token_endpoint: format!("http://localhost:{}/api/v1/platform/oauth/token", elsewhere.port()),
        jwks_uri: String::new(),
        issuer: String::new(),
    }];
    desk.world.companion.save_instance(draft.clone()).await.unwrap();
    let refused = desk.world.refused(id).await;
    assert_eq!(
        refused,
        AppError::SecretForOtherHost {
            entered_for: "127.0.0.1".to_owned(),
            endpoint: "localhost".to_owned()
        }
    );
    let mut test = application_draft(instance, "svc_demo", "", &[]);
    test.id = Some(id);
    test.secret = SecretDraft::Unchanged;
    assert_eq!(desk.world.companion.test_application(&test).await.err(), Some(refused));
    assert!(elsewhere.requests().is_empty(), "nothing was sent there");
    // Back on its host the secret works again; nothing was lost.
    draft.endpoints.clear();
    desk.world.companion.save_instance(draft.clone()).await.unwrap();
    assert_eq!(desk.world.request(id).await.phase, PhaseView::Idle);
    // And entered again, it goes where the user says.
    draft.endpoints = vec![scaikey_core::contract::EndpointsDraft {
        key: EndpointKey::Platform,
        token_endpoint: format!("http://localhost:{}/api/v1/platform/oauth/token", elsewhere.port()),
        jwks_uri: String::new(),
        issuer: String::new(),
    }];
    desk.world.companion.save_instance(draft).await.unwrap();
    desk.world.companion.set_secret(id, Secret::new(PRACTICE_SECRET), Keep::Keychain).await.unwrap();
    assert_eq!(desk.world.request(id).await.phase, PhaseView::Idle);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_before_saving_is_a_real_request_and_saves_nothing() {
    let desk = Desk::start();
    let instance = desk.world.add_scaikey(desk.practice.base_url()).await;
    let draft = application_draft(instance, "svc_demo", PRACTICE_SECRET, &["openid", "admin:read"]);
    let report = desk.world.companion.test_application(&draft).await.unwrap();
    assert_eq!(report.lifetime_seconds, Some(3_600));
    assert_eq!(report.scopes, ["openid", "admin:read"]);
    assert!(report.checks.iter().all(|check| check.outcome == Outcome::Passed), "{:?}", report.checks);
    let wrong = application_draft(instance, "svc_demo", "wrong", &[]);
    let refused = desk.world.companion.test_application(&wrong).await;
    assert!(matches!(refused, Err(AppError::ClientRefused { .. })));
    assert!(desk.world.companion.snapshot().instances[0].applications.is_empty());
    assert!(desk.world.secrets.ids().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_in_trouble_is_tried_again_and_retry_after_wins() {
    let desk = Desk::start();
    let id = desk.application(|_| {}).await;
    let limited = Answer::json(429, "{}").header("retry-after", "100");
    desk.practice.next_answers(Endpoint::Token, vec![Answer::status(503), limited]);
    assert!(matches!(desk.world.refused(id).await, AppError::ServerUnavailable { .. }));
    let wait = |snapshot: &scaikey_core::contract::Snapshot| match find(snapshot, id)?.phase {
        PhaseView::Waiting { retry_at, error: AppError::RateLimited { .. } } => Some(retry_at),
        _ => None,
    };
    // The second try comes by itself, after a second.
    let retry_at = desk.world.until("the second try", wait).await;
    let now = scaikey_core::ports::Clock::now(&*desk.world.clock).wall;
    assert!((90_000..=100_000).contains(&(retry_at - now)), "{}", retry_at - now);
    desk.world.clock.advance(101_000);
    desk.world.companion.copy_token(id, "bare").await.unwrap();
    assert_eq!(desk.world.settled(id).await.phase, PhaseView::Idle);
}

#[tokio::test(flavor = "multi_thread")]
async fn duplicates_reordering_deleting_and_undo_survive_a_restart() {
    let desk = Desk::start();
    let id = desk.application(|_| {}).await;
    let companion = &desk.world.companion;
    let copy = companion.duplicate_application(id).await.unwrap();
    assert_eq!(desk.world.request(copy).await.phase, PhaseView::Idle, "the copy has the secret too");
    assert_eq!(find(&companion.snapshot(), copy).unwrap().name, "demo copy");
    companion.move_application(copy, 0).await.unwrap();
    let order = |snapshot: &scaikey_core::contract::Snapshot| {
        snapshot.instances[0].applications.iter().map(|view| view.id).collect::<Vec<_>>()
    };
    assert_eq!(order(&companion.snapshot()), [copy, id]);
    companion.delete_application(id).await.unwrap();
    let undo = companion.snapshot().undo.clone().unwrap();
    companion.undo_delete(undo.id).await.unwrap();
    assert_eq!(order(&companion.snapshot()), [copy, id]);
    companion.delete_application(copy).await.unwrap();
    let Desk { world, folder, practice } = desk;
    let secrets = world.secrets.clone();
    assert_eq!(secrets.ids().len(), 2, "a deletion that can be undone keeps its secret");
    let world = world.restart(folder.path()).await;
    assert_eq!(order(&world.companion.snapshot()), [id]);
    // At the next start the tombstone is carried out.
    world.until("the secret goes", |_| (secrets.ids().len() == 1).then_some(())).await;
    assert_eq!(world.request(id).await.phase, PhaseView::Idle);
    drop(practice);
}

#[tokio::test(flavor = "multi_thread")]
async fn remove_everything_leaves_nothing_in_file_backup_and_keychain() {
    remove_everything(|_| {}).await;
    // Without a secret in the keychain there is no second write that would clear the backup by the way.
    remove_everything(|draft| draft.secret = SecretDraft::Unchanged).await;
}

async fn remove_everything(change: impl FnOnce(&mut ApplicationDraft)) {
    let desk = Desk::start();
    desk.application(change).await;
    desk.world.companion.remove_everything().await.unwrap();
    assert!(desk.world.companion.snapshot().instances.is_empty());
    desk.world.until("the secrets go", |_| desk.world.secrets.ids().is_empty().then_some(())).await;
    for entry in std::fs::read_dir(desk.folder.path()).unwrap() {
        let path = entry.unwrap().path();
        let text = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned();
        assert!(!text.contains("svc_demo"), "{} still names the client", path.display());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn endpoints_typed_by_hand_are_used_and_shown_so() {
    let desk = Desk::start();
    let mut draft = instance_draft(InstanceKindName::OpenIdProvider, "https://id.example.com");
    draft.endpoints = vec![scaikey_core::contract::EndpointsDraft {
        key: EndpointKey::Provider,
        token_endpoint: format!("{}/api/v1/platform/oauth/token", desk.practice.base_url()),
        jwks_uri: format!("{}/api/v1/platform/.well-known/jwks.json", desk.practice.base_url()),
        issuer: desk.practice.base_url().to_owned(),
    }];
    let instance = desk.world.companion.save_instance(draft).await.unwrap();
    let mut draft = application_draft(instance, "svc_demo", PRACTICE_SECRET, &["openid"]);
    draft.level = None;
    draft.application_type = None;
    let id = desk.world.companion.save_application(draft).await.unwrap();
    let view = desk.world.request(id).await;
    assert_eq!(view.token.unwrap().verdict, Verdict::Verified);
    let snapshot = desk.world.companion.snapshot();
    let set = &snapshot.instances[0].endpoint_sets[0];
    assert_eq!(set.token_endpoint.as_ref().unwrap().origin, EndpointOrigin::Typed);
}
