//! Every error that a user can act on: provoked over real HTTP, told in words, and mended by its own fix.

use scaikey_core::adapters::MemorySecrets;
use scaikey_core::contract::{
    AppError, ApplicationDraft, CallReport, EndpointsDraft, ErrorView, FixAction, InstanceDraft,
    InstanceKindName, Keep, ProxyDraft, SecretDraft, WalkthroughId,
};
use scaikey_core::model::{ApplicationId, ClientAuthentication, EndpointKey, LevelName};
use scaikey_core::secret::Secret;
use scaikey_practice::{Answer, Endpoint, Level, NewApplication, Options, Port, Practice};
use support::certificates::{Authority, Valid, self_signed};
use support::raw_server::{RawServer, Step, closed_port};
use support::world::{
    PRACTICE_SECRET, World, application_draft, find, instance_draft, practice, practice_on,
};

use crate::desk::{TENANTS, get};

/// Where a kind is shown.
enum Shown {
    /// By this test of this file.
    Here(&'static str),
    /// By this test of another one.
    In(&'static str, &'static str),
    /// By none, and why.
    Not(&'static str),
}

use Shown::{Here, In, Not};

const SHOWN: [(&str, Shown); AppError::KINDS.len()] = [
    ("invalidInput", Here("an_entry_that_cannot_be_used_is_told_and_corrected")),
    ("notFound", Here("what_is_gone_is_told")),
    (
        "readOnly",
        In("config_file.rs", "f_sto_6_damaged_files_are_set_aside_and_saving_works_in_the_same_run"),
    ),
    ("storage", Here("f_sto_11_a_file_changed_by_another_program_is_not_overwritten")),
    ("keychainLocked", Here("f_key_each_fault_of_the_keychain_is_told_and_both_fixes_work")),
    ("keychainMissing", Here("f_key_each_fault_of_the_keychain_is_told_and_both_fixes_work")),
    ("keychainDenied", Here("f_key_each_fault_of_the_keychain_is_told_and_both_fixes_work")),
    ("keychainTimedOut", Here("f_key_each_fault_of_the_keychain_is_told_and_both_fixes_work")),
    ("keychainFailed", Here("f_key_each_fault_of_the_keychain_is_told_and_both_fixes_work")),
    (
        "secretMissing",
        In("companion.rs", "f_key_6_a_secret_deleted_by_another_program_is_missed_and_the_application_kept"),
    ),
    ("secretForOtherHost", In("companion.rs", "a_saved_secret_goes_only_to_the_host_it_was_entered_for")),
    ("hostNotFound", Here("f_net_1_a_host_that_is_not_found_is_corrected")),
    ("connectionRefused", Here("f_net_22_offline_at_start_and_the_network_back_needs_nobody")),
    (
        "unreachable",
        Not(
            "no machine of the tests can be cut off from its network; `adapters/http` maps the system's words",
        ),
    ),
    ("timedOut", In("http.rs", "f_net_5_a_server_that_never_answers_is_given_up")),
    ("connectionClosed", Here("f_net_7_an_answer_that_never_came_is_asked_for_again")),
    ("tls", Here("f_net_12_an_unknown_authority_is_added_for_this_instance")),
    ("proxy", Here("f_net_18_a_proxy_that_is_down_is_left_out")),
    ("redirected", Here("f_net_15_a_moved_endpoint_is_entered_by_hand")),
    ("notJson", Here("f_net_21_odd_answers_are_told_and_asked_for_again")),
    ("malformedAnswer", Here("f_net_21_odd_answers_are_told_and_asked_for_again")),
    ("answerTooLarge", Here("f_net_21_odd_answers_are_told_and_asked_for_again")),
    ("clientRefused", Here("f_srv_13_a_wrong_secret_method_level_or_client_is_mended")),
    ("scopeRefused", Here("f_srv_14_a_refused_scope_is_dropped_or_allowed")),
    ("wrongFlavour", Here("contract_5_2_the_wrong_flavour_is_detected_and_the_other_one_tried")),
    ("tokenRejected", In("calls.rs", "a_token_of_a_retired_key_is_rejected_and_a_new_one_works")),
    ("scopeMissing", Here("contract_5_1_a_token_without_admin_scope_is_widened")),
    ("requestInvalid", In("calls.rs", "a_request_that_is_not_valid_is_told_with_its_places")),
    ("grantRefused", Here("contract_5_2_a_client_that_may_not_use_the_grant_is_replaced")),
    ("endpointNotFound", Here("f_srv_17_a_wrong_path_or_tenant_is_corrected")),
    ("rateLimited", In("companion.rs", "a_server_in_trouble_is_tried_again_and_retry_after_wins")),
    ("serverUnavailable", In("companion.rs", "a_server_in_trouble_is_tried_again_and_retry_after_wins")),
    ("serverRefused", Here("f_net_21_odd_answers_are_told_and_asked_for_again")),
    ("unsafeEndpoint", Here("f_jwk_13_an_endpoint_elsewhere_gets_the_secret_only_by_hand")),
    ("endpointUnknown", Here("an_unknown_endpoint_is_entered_by_hand")),
    ("issuerKeys", In("inspector.rs", "f_jwk_1_14_what_is_no_key_set_and_no_document_is_told")),
    ("noToken", Here("without_a_token_one_is_requested")),
    ("browser", Not("raised by the shell, which alone opens pages")),
    ("clipboard", Not("raised by the shell, which alone has a clipboard; e2e copies with and without one")),
    ("practice", Not("raised by the shell, which alone starts the practice server")),
    ("internal", Not("a fault of this program, which no flow may provoke")),
];

#[test]
fn every_kind_is_provoked_or_says_why_not() {
    let listed: Vec<_> = SHOWN.iter().map(|(kind, _)| *kind).collect();
    assert_eq!(listed, AppError::KINDS);
    for (kind, shown) in &SHOWN {
        let (file, name) = match shown {
            Here(name) => (include_str!("errors.rs"), *name),
            In("calls.rs", name) => (include_str!("calls.rs"), *name),
            In("companion.rs", name) => (include_str!("companion.rs"), *name),
            In("config_file.rs", name) => (include_str!("config_file.rs"), *name),
            In("http.rs", name) => (include_str!("http.rs"), *name),
            In("inspector.rs", name) => (include_str!("inspector.rs"), *name),
            In(file, _) => panic!("{kind}: {file} is not among the flows"),
            Not(reason) => {
                assert!(reason.contains(' '), "{kind}");
                continue;
            }
        };
        assert!(file.contains(&format!("fn {name}(")), "{kind}: there is no {name}");
    }
}

/// One application at one instance, and the practice server that may be behind it.
struct Desk {
    world: World,
    practice: Practice,
    id: ApplicationId,
    folder: tempfile::TempDir,
}

impl Desk {
    /// A desk that does not renew, so that nothing is tried again behind the test's back.
    async fn with(change: impl FnOnce(&mut ApplicationDraft)) -> Self {
        Self::at(|_| {}, change).await
    }

    /// At an instance that is not the practice server as it should be.
    async fn at(place: impl FnOnce(&mut InstanceDraft), change: impl FnOnce(&mut ApplicationDraft)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let world = World::start(folder.path(), &MemorySecrets::new());
        let practice = practice_on(&world.clock);
        let mut instance = instance_draft(InstanceKindName::ScaiKey, practice.base_url());
        place(&mut instance);
        let instance = world.companion.save_instance(instance).await.unwrap();
        let mut draft = application_draft(instance, "svc_demo", PRACTICE_SECRET, &["admin:read"]);
        draft.renewal.enabled = false;
        change(&mut draft);
        let id = world.companion.save_application(draft).await.unwrap();
        Self { world, practice, id, folder }
    }

    /// Requests a token that must be refused: with this kind, these words and, first, this fix.
    async fn refused(&self, kind: &str, words: &[&str], label: &str) -> FixAction {
        let error = self.world.companion.await_token(self.id).await.unwrap_err();
        told(error, kind, words, label)
    }

    /// Does what the button does, as the page would, where it needs no further word of the user's.
    async fn apply(&self, action: FixAction) -> Result<(), AppError> {
        let companion = &self.world.companion;
        match action {
            FixAction::Retry => {}
            FixAction::EnterSecret => self.enter(Keep::Keychain).await,
            FixAction::KeepForSession => self.enter(Keep::Session).await,
            FixAction::TryMethod { method } => {
                self.edit(|draft| draft.client_authentication = method).await;
            }
            FixAction::TryLevel { level } => {
                let slug = if level == LevelName::Global { "" } else { "acme" };
                return companion.try_level(self.id, level, slug.to_owned()).await;
            }
            FixAction::AskForScopes { scopes } => return companion.ask_for_scopes(self.id, scopes).await,
            FixAction::DropScopes { scopes } => return companion.drop_scopes(self.id, scopes).await,
            FixAction::AllowScopes { scopes } => {
                let mut allowed = vec!["openid", "admin:read", "admin:write"];
                allowed.extend(scopes.iter().map(String::as_str));
                self.practice.set_allowed_scopes("svc_demo", &allowed).unwrap();
            }
            FixAction::RetryKeychain => companion.retry_keychain().await.unwrap(),
            other => panic!("{other:?} needs the user's word"),
        }
        companion.await_token(self.id).await.map(|_| ())
    }

    async fn enter(&self, keep: Keep) {
        self.world.companion.set_secret(self.id, Secret::new(PRACTICE_SECRET), keep).await.unwrap();
    }

    /// Registers `svc_t`, a `TENANT` service of acme.
    fn register_at_acme(&self) {
        let tenant = Level::Tenant { slug: "acme".to_owned() };
        let new = NewApplication::service("t", tenant, &["openid"]);
        self.practice.register(new.with_credentials("svc_t", PRACTICE_SECRET)).unwrap();
    }

    /// Edits the application and saves it.
    async fn edit(&self, change: impl FnOnce(&mut ApplicationDraft)) {
        let snapshot = self.world.companion.snapshot();
        let view = find(&snapshot, self.id).unwrap();
        let mut draft = application_draft(snapshot.instances[0].id, &view.client_id, "", &[]);
        draft.id = Some(self.id);
        draft.secret = SecretDraft::Unchanged;
        draft.level = view.level;
        draft.application_type = view.application_type;
        draft.tenant_slug = view.tenant_slug.unwrap_or_default();
        draft.scopes = view.scopes;
        draft.client_authentication = view.client_authentication;
        draft.renewal = view.renewal;
        change(&mut draft);
        self.world.companion.save_application(draft).await.unwrap();
    }

    /// Edits the instance and saves it.
    async fn move_to(&self, change: impl FnOnce(&mut InstanceDraft)) {
        let snapshot = self.world.companion.snapshot();
        let view = &snapshot.instances[0];
        let mut draft = instance_draft(view.kind, &view.url);
        draft.id = Some(view.id);
        draft.proxy = view.proxy.clone();
        draft.extra_ca.clone_from(&view.extra_ca);
        change(&mut draft);
        self.world.companion.save_instance(draft).await.unwrap();
    }

    /// The token endpoint typed by hand.
    fn by_hand(&self, key: EndpointKey) -> Vec<EndpointsDraft> {
        typed(key, &format!("{}/api/v1/platform/oauth/token", self.practice.base_url()))
    }

    async fn obtain(&self) {
        self.world.companion.await_token(self.id).await.unwrap();
    }
}

fn typed(key: EndpointKey, token_endpoint: &str) -> Vec<EndpointsDraft> {
    let token_endpoint = token_endpoint.to_owned();
    vec![EndpointsDraft { key, token_endpoint, jwks_uri: String::new(), issuer: String::new() }]
}

/// An error as the page sees it, which must be of this kind, say these words and offer this fix.
#[track_caller]
fn told(error: AppError, kind: &str, words: &[&str], label: &str) -> FixAction {
    let view = ErrorView::from(error);
    assert_eq!(view.kind, kind, "{view:?}");
    let said = format!("{} {}", view.title, view.help);
    for word in words {
        assert!(said.contains(word), "“{word}” is not in: {said}");
    }
    let fix = view.fixes.iter().find(|fix| fix.label == label);
    fix.unwrap_or_else(|| panic!("no “{label}” among {:?}", view.fixes)).action.clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn f_srv_13_a_wrong_secret_method_level_or_client_is_mended() {
    let wrong = SecretDraft::Set { value: Secret::new("wrong"), keep: Keep::Keychain };
    let desk = Desk::with(|draft| draft.secret = wrong).await;
    let words = ["does not accept", "Basic, form-encoded", "a wrong one is answered like a wrong secret"];
    let fix = desk.refused("clientRefused", &words, "Enter the secret again").await;
    desk.apply(fix).await.unwrap();

    // The secret holds what form-encoding changes, and the server decodes it.
    let raw = ClientAuthentication::ClientSecretBasicRaw;
    let desk = Desk::with(|draft| draft.client_authentication = raw).await;
    let fix = desk.refused("clientRefused", &["Basic, as is"], "Try with Basic, form-encoded").await;
    desk.apply(fix).await.unwrap();

    // A server that calls the wrong flavour a wrong client.
    let desk = Desk::with(|draft| {
        draft.level = Some(LevelName::Partner);
        draft.tenant_slug = "acme".to_owned();
    })
    .await;
    let refusal = Answer::json(401, r#"{"error":"invalid_client"}"#);
    desk.practice.next_answers(Endpoint::Token, vec![refusal]);
    let words = ["asked as PARTNER", "another level"];
    let fix = desk.refused("clientRefused", &words, "Try as a GLOBAL application").await;
    desk.apply(fix).await.unwrap();

    let desk = Desk::with(|draft| draft.client_id = "svc_unknown".to_owned()).await;
    desk.refused("clientRefused", &["check the client ID"], "Enter the secret again").await;
    desk.edit(|draft| draft.client_id = "svc_demo".to_owned()).await;
    desk.obtain().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn contract_5_2_the_wrong_flavour_is_detected_and_the_other_one_tried() {
    let at_acme = |draft: &mut ApplicationDraft| {
        draft.level = Some(LevelName::Tenant);
        draft.tenant_slug = "acme".to_owned();
    };
    let desk = Desk::with(at_acme).await;
    let words = ["as TENANT", "GLOBAL applications ask at the platform's", "not documented"];
    let fix = desk.refused("wrongFlavour", &words, "Try as a GLOBAL application").await;
    desk.apply(fix).await.unwrap();
    let view = find(&desk.world.companion.snapshot(), desk.id).unwrap();
    assert_eq!((view.level, view.tenant_slug), (Some(LevelName::Global), None));

    // And back. Where the trial is refused too, nothing is saved.
    let desk = Desk::with(|_| {}).await;
    desk.register_at_acme();
    desk.edit(|draft| {
        draft.client_id = "svc_t".to_owned();
        draft.scopes = Vec::new();
    })
    .await;
    let fix = desk.refused("wrongFlavour", &["as GLOBAL"], "Try as a TENANT application").await;
    let companion = &desk.world.companion;
    let elsewhere = companion.try_level(desk.id, LevelName::Tenant, "globex".to_owned()).await;
    told(elsewhere.unwrap_err(), "wrongFlavour", &["another tenant's"], "Edit the application");
    let without = companion.try_level(desk.id, LevelName::Tenant, String::new()).await.unwrap_err();
    assert!(matches!(without, AppError::InvalidInput { .. }), "{without:?}");
    assert_eq!(find(&companion.snapshot(), desk.id).unwrap().level, Some(LevelName::Global));
    desk.apply(fix).await.unwrap();
    let view = find(&companion.snapshot(), desk.id).unwrap();
    assert_eq!((view.level, view.tenant_slug.as_deref()), (Some(LevelName::Tenant), Some("acme")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trial_as_another_level_keeps_the_secret_to_its_host() {
    let desk = Desk::with(|_| {}).await;
    let elsewhere = practice();
    let url = format!("http://localhost:{}/token", elsewhere.port());
    desk.move_to(|draft| draft.endpoints = typed(EndpointKey::Tenant { slug: "acme".to_owned() }, &url))
        .await;
    let tried = desk.world.companion.try_level(desk.id, LevelName::Tenant, "acme".to_owned()).await;
    told(tried.unwrap_err(), "secretForOtherHost", &["127.0.0.1", "localhost"], "Enter the secret again");
    assert!(elsewhere.requests().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn f_srv_14_a_refused_scope_is_dropped_or_allowed() {
    let ask = |draft: &mut ApplicationDraft| {
        draft.scopes = vec!["openid".to_owned(), "users:read".to_owned()];
    };
    let words = ["refused the scope users:read."];
    let desk = Desk::with(ask).await;
    let fix = desk.refused("scopeRefused", &words, "Ask without users:read and try again").await;
    desk.apply(fix).await.unwrap();
    assert_eq!(find(&desk.world.companion.snapshot(), desk.id).unwrap().token.unwrap().scopes, ["openid"]);

    let desk = Desk::with(ask).await;
    let label = "Allow users:read on the practice server and try again";
    let fix = desk.refused("scopeRefused", &words, label).await;
    desk.apply(fix).await.unwrap();
    let token = find(&desk.world.companion.snapshot(), desk.id).unwrap().token.unwrap();
    assert_eq!(token.scopes, ["openid", "users:read"]);

    // A server that does not say which: the user chooses.
    let desk = Desk::with(ask).await;
    desk.practice.next_answers(Endpoint::Token, vec![Answer::json(400, r#"{"error":"invalid_scope"}"#)]);
    let fix = desk.refused("scopeRefused", &["openid users:read"], "Change the scopes").await;
    assert_eq!(fix, FixAction::EditScopes);
    desk.edit(|draft| draft.scopes = vec!["openid".to_owned()]).await;
    desk.obtain().await;
}

/// Asks for the tenants with the token in hand.
async fn tenants(desk: &Desk) -> CallReport {
    desk.world.companion.call_endpoint(desk.id, &get(TENANTS)).await.unwrap()
}

/// The 403 that a call for the tenants must be answered with.
async fn scope_missing(desk: &Desk) -> AppError {
    let report = tenants(desk).await;
    assert_eq!(report.status, 403);
    report.error.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn contract_5_1_a_token_without_admin_scope_is_widened() {
    // The request was too narrow.
    let desk = Desk::with(|draft| draft.scopes = vec!["openid".to_owned()]).await;
    desk.obtain().await;
    let error = scope_missing(&desk).await;
    let words = ["The token has no admin scope.", "asked for openid only", "a new one must be requested"];
    let repair = told(error.clone(), "scopeMissing", &words, "Repair it step by step");
    assert_eq!(repair, FixAction::StartWalkthrough { walkthrough: WalkthroughId::REPAIR_403 });
    let fix = told(error, "scopeMissing", &[], "Ask for admin:read and try again");
    desk.apply(fix).await.unwrap();
    assert_eq!(tenants(&desk).await.status, 200);
    assert_eq!(find(&desk.world.companion.snapshot(), desk.id).unwrap().scopes, ["openid", "admin:read"]);

    // The application may not have it, and names no scope: to name one would narrow the request.
    let desk = Desk::with(|draft| draft.scopes = Vec::new()).await;
    desk.practice.set_allowed_scopes("svc_demo", &["openid"]).unwrap();
    desk.obtain().await;
    let error = scope_missing(&desk).await;
    let words = ["No scope was sent", "not among its allowed scopes"];
    let ask = told(error.clone(), "scopeMissing", &words, "Request a new token and try again");
    desk.apply(ask).await.unwrap();
    assert_eq!(tenants(&desk).await.status, 403, "a new token alone does not help");
    let label = "Allow admin:read on the practice server and try again";
    desk.apply(told(error, "scopeMissing", &[], label)).await.unwrap();
    assert_eq!(tenants(&desk).await.status, 200);
    let asked = vec!["admin:read".to_owned()];
    desk.world.companion.ask_for_scopes(desk.id, asked).await.unwrap();
    let view = find(&desk.world.companion.snapshot(), desk.id).unwrap();
    assert!(view.scopes.is_empty() && view.token.unwrap().scopes.len() > 1, "nothing was narrowed");
}

#[tokio::test(flavor = "multi_thread")]
async fn contract_5_2_a_client_that_may_not_use_the_grant_is_replaced() {
    let desk = Desk::at(
        |draft| {
            draft.kind = InstanceKindName::OpenIdProvider;
            draft.url.push_str("/api/v1/platform/oauth");
        },
        |draft| {
            draft.level = None;
            draft.application_type = None;
            draft.client_id = "svc_t".to_owned();
        },
    )
    .await;
    desk.register_at_acme();
    let fix = desk.refused("grantRefused", &["SPA and NATIVE never may"], "Edit the application").await;
    assert_eq!(fix, FixAction::EditApplication);
    desk.edit(|draft| draft.client_id = "svc_demo".to_owned()).await;
    desk.obtain().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn f_srv_17_a_wrong_path_or_tenant_is_corrected() {
    let desk = Desk::at(|draft| draft.url.push_str("/wrong"), |_| {}).await;
    let words = ["no token endpoint at http://127.0.0.1", "/wrong/api/v1/platform/oauth/token"];
    let fix = desk.refused("endpointNotFound", &words, "Check the endpoints").await;
    assert_eq!(fix, FixAction::EditEndpoints);
    let found = desk.world.companion.snapshot().instances[0].endpoint_sets[0].discovery_error.clone();
    let words = ["no discovery document at http://127.0.0.1"];
    told(found.unwrap(), "endpointNotFound", &words, "Edit the instance");
    desk.move_to(|draft| draft.endpoints = desk.by_hand(EndpointKey::Platform)).await;
    desk.obtain().await;

    let desk = Desk::with(|_| {}).await;
    desk.register_at_acme();
    let ask_at = |slug: &str| {
        let slug = slug.to_owned();
        |draft: &mut ApplicationDraft| {
            draft.client_id = "svc_t".to_owned();
            draft.level = Some(LevelName::Tenant);
            draft.tenant_slug = slug;
            draft.scopes = vec!["openid".to_owned()];
        }
    };
    desk.edit(ask_at("akme")).await;
    let words = ["Check the level and tenant"];
    let fix = desk.refused("endpointNotFound", &words, "Edit the application").await;
    assert_eq!(fix, FixAction::EditApplication);
    desk.edit(ask_at("acme")).await;
    desk.obtain().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn f_net_21_odd_answers_are_told_and_asked_for_again() {
    let desk = Desk::with(|_| {}).await;
    let html = |status: u16| Answer::status(status).header("content-type", "text/html");
    let page = "<!doctype html><title>Hotel Wi-Fi</title>";
    let large = format!(r#"{{"x":"{}"}}"#, "a".repeat(2 * 1024 * 1024));
    let rows: Vec<(Answer, &str, &[&str])> = vec![
        (html(200).body(page), "notJson", &["“Hotel Wi-Fi”", "sign in there with a browser"]),
        (html(400).body("<html>"), "notJson", &["is not JSON", "sign-in page"]),
        (Answer::json(200, "{}"), "malformedAnswer", &["There is no access_token in it."]),
        (Answer::json(200, large), "answerTooLarge", &["larger than 1 MiB"]),
        (Answer::json(400, r#"{"error":"other"}"#), "serverRefused", &["nothing is guessed"]),
        (Answer::json(415, "{}"), "serverRefused", &["Its own words say why"]),
    ];
    for (answer, kind, words) in rows {
        desk.practice.next_answers(Endpoint::Token, vec![answer]);
        let fix = desk.refused(kind, words, "Try now").await;
        assert_eq!(fix, FixAction::Retry);
        desk.apply(fix).await.unwrap();
    }
    for (status, kind, words) in [
        (503, "serverUnavailable", ["cannot answer at the moment", "asked for again by itself"]),
        (429, "rateLimited", ["wants fewer requests", "asks to wait 7 seconds"]),
    ] {
        let answer = Answer::json(status, "{}").header("retry-after", "7");
        desk.practice.next_answers(Endpoint::Token, vec![answer]);
        let fix = desk.refused(kind, &words, "Try now").await;
        desk.apply(fix).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn f_net_15_a_moved_endpoint_is_entered_by_hand() {
    let desk = Desk::with(|_| {}).await;
    let moved = Answer::status(307).header("location", "https://login.example/token?x=1");
    desk.practice.next_answers(Endpoint::Token, vec![moved]);
    let words = ["send the request on to https://login.example/token.", "never sent after a redirect"];
    let fix = desk.refused("redirected", &words, "Check the endpoints").await;
    assert_eq!(fix, FixAction::EditEndpoints);
    desk.move_to(|draft| draft.endpoints = desk.by_hand(EndpointKey::Platform)).await;
    desk.obtain().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn f_jwk_13_an_endpoint_elsewhere_gets_the_secret_only_by_hand() {
    let desk = Desk::with(|_| {}).await;
    let elsewhere = r#"{"token_endpoint":"https://evil.example/token"}"#;
    // The instance was saved a moment ago, and its document is read by itself. This one is for the tenant.
    desk.world
        .until("the platform's document", |snapshot| snapshot.instances[0].endpoint_sets[0].discovered_at)
        .await;
    desk.practice.next_answers(Endpoint::Discovery, vec![Answer::json(200, elsewhere)]);
    desk.edit(|draft| {
        draft.level = Some(LevelName::Partner);
        draft.tenant_slug = "acme".to_owned();
    })
    .await;
    let words = ["No secret is sent to https://evil.example/token."];
    let fix = desk.refused("unsafeEndpoint", &words, "Enter the endpoint by hand").await;
    assert_eq!(fix, FixAction::EditEndpoints);
    let key = EndpointKey::Tenant { slug: "acme".to_owned() };
    desk.move_to(|draft| draft.endpoints = desk.by_hand(key)).await;
    desk.obtain().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_endpoint_is_entered_by_hand() {
    let desk = Desk::at(
        |draft| {
            draft.kind = InstanceKindName::OpenIdProvider;
            draft.url.push_str("/nothing-here");
        },
        |draft| {
            draft.level = None;
            draft.application_type = None;
        },
    )
    .await;
    // No document at all: that is what is told, with the same fix.
    let words = ["no discovery document", "enter its endpoints by hand"];
    desk.refused("endpointNotFound", &words, "Enter the endpoint by hand").await;

    let server = RawServer::start(&answering("{}")).await;
    let issuer = format!("http://127.0.0.1:{}", server.port());
    desk.move_to(|draft| draft.url = issuer).await;
    let words = ["The token endpoint of this server is not known."];
    let fix = desk.refused("endpointUnknown", &words, "Enter the endpoint by hand").await;
    assert_eq!(fix, FixAction::EditEndpoints);
    desk.move_to(|draft| draft.endpoints = desk.by_hand(EndpointKey::Provider)).await;
    desk.obtain().await;
}

const TOKEN: &str = r#"{"access_token":"t","token_type":"Bearer","expires_in":60}"#;

/// A server that answers each request with this JSON.
fn answering(body: &str) -> [Step; 2] {
    let headers = "Content-Type: application/json\r\nConnection: close\r\n";
    [Step::ReadRequest, Step::answer("200 OK", headers, body)]
}

#[tokio::test(flavor = "multi_thread")]
async fn f_net_1_a_host_that_is_not_found_is_corrected() {
    let desk = Desk::at(|draft| draft.url = "https://no-such-host.invalid".to_owned(), |_| {}).await;
    let words = ["The host no-such-host.invalid was not found.", "VPN", "asked for again by itself"];
    let fix = desk.refused("hostNotFound", &words, "Edit the instance").await;
    assert_eq!(fix, FixAction::EditInstance);
    let url = desk.practice.base_url().to_owned();
    desk.move_to(|draft| draft.url = url).await;
    // A secret goes to the host it was entered for, so the corrected one needs a word.
    let words = ["entered for no-such-host.invalid", "It was not sent."];
    let fix = desk.refused("secretForOtherHost", &words, "Enter the secret again").await;
    desk.apply(fix).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn f_net_22_offline_at_start_and_the_network_back_needs_nobody() {
    let port = closed_port().await;
    let url = format!("http://127.0.0.1:{port}");
    let desk = Desk::at(|draft| draft.url = url, |draft| draft.renewal.enabled = true).await;
    let words = ["Nobody listens at 127.0.0.1:", "asked for again by itself"];
    desk.refused("connectionRefused", &words, "Try now").await;
    let application = NewApplication::service("demo", Level::Global, &["admin:read"])
        .with_credentials("svc_demo", PRACTICE_SECRET);
    let options =
        Options { port: Port::Exact(port), applications: vec![application], ..Options::for_tests() };
    let _back = Practice::start(options).unwrap();
    desk.world.clock.advance(15_000);
    // Any event wakes the loop, as its own timer does within 15 s.
    assert_eq!(desk.world.companion.inspect_token(desk.id).await, Err(AppError::NoToken));
    desk.world.until("a token", |snapshot| find(snapshot, desk.id)?.token).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn f_net_7_an_answer_that_never_came_is_asked_for_again() {
    // The first connection asks for the discovery document, the second for a token.
    let (document, token) = (answering("{}"), answering(TOKEN));
    let server = RawServer::start_each(&[&document, &[Step::ReadRequest], &token]).await;
    let url = format!("http://127.0.0.1:{}", server.port());
    let desk = Desk::at(|draft| draft.url = url, |_| {}).await;
    let words = ["ended the connection before it answered."];
    let fix = desk.refused("connectionClosed", &words, "Try now").await;
    desk.apply(fix).await.unwrap();
}

/// A desk at a TLS server.
async fn tls_desk(server: &RawServer, host: &str, extra_ca: &str) -> Desk {
    let url = format!("https://{host}:{}", server.port());
    let place = |draft: &mut InstanceDraft| {
        draft.url = url;
        extra_ca.clone_into(&mut draft.extra_ca);
    };
    Desk::at(place, |_| {}).await
}

#[tokio::test(flavor = "multi_thread")]
async fn f_net_12_an_unknown_authority_is_added_for_this_instance() {
    let authority = Authority::new();
    let server = RawServer::start_tls(authority.server("localhost", Valid::NOW), &answering(TOKEN)).await;
    let desk = tls_desk(&server, "localhost", "").await;
    let words = ["signed by nobody this computer trusts", "for this instance only"];
    let fix = desk.refused("tls", &words, "Add a certificate for this instance").await;
    assert_eq!(fix, FixAction::AddCertificate);
    desk.move_to(|draft| draft.extra_ca.clone_from(&authority.pem)).await;
    desk.obtain().await;

    let (config, pem) = self_signed("localhost");
    let server = RawServer::start_tls(config, &answering(TOKEN)).await;
    let desk = tls_desk(&server, "localhost", "").await;
    desk.refused("tls", &words, "Add a certificate for this instance").await;
    desk.move_to(|draft| draft.extra_ca = pem).await;
    desk.obtain().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn f_net_10_11_and_13_other_tls_faults_lead_to_the_clock_or_the_address() {
    let authority = Authority::new();
    let past = Valid { from: 2020, until: 2021 };
    let server = RawServer::start_tls(authority.server("localhost", past), &answering(TOKEN)).await;
    let desk = tls_desk(&server, "localhost", &authority.pem).await;
    desk.refused("tls", &["has expired", "set the clock"], "Try now").await;

    let server = RawServer::start_tls(authority.server("localhost", Valid::NOW), &answering(TOKEN)).await;
    let desk = tls_desk(&server, "127.0.0.1", &authority.pem).await;
    let fix = desk.refused("tls", &["is for another host"], "Edit the instance").await;
    assert_eq!(fix, FixAction::EditInstance);
    let url = format!("https://localhost:{}", server.port());
    desk.move_to(|draft| draft.url = url).await;
    desk.enter(Keep::Keychain).await;
    desk.obtain().await;

    let desk = Desk::at(|draft| draft.url = draft.url.replace("http://", "https://"), |_| {}).await;
    let fix =
        desk.refused("tls", &["does not speak TLS", "http instead of https"], "Edit the instance").await;
    assert_eq!(fix, FixAction::EditInstance);
    let url = desk.practice.base_url().to_owned();
    desk.move_to(|draft| draft.url = url).await;
    desk.obtain().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn f_net_18_a_proxy_that_is_down_is_left_out() {
    let proxy = format!("http://127.0.0.1:{}", closed_port().await);
    let place = |draft: &mut InstanceDraft| {
        draft.url = "https://no-such-host.invalid".to_owned();
        draft.proxy = ProxyDraft::Url { url: proxy };
    };
    let desk = Desk::at(place, |_| {}).await;
    let words = ["The proxy http://127.0.0.1:", "or none, for this instance"];
    let fix = desk.refused("proxy", &words, "Edit the instance").await;
    assert_eq!(fix, FixAction::EditInstance);
    // Loopback never takes a proxy, and no other server is here: the next thing told shows that it is left out.
    desk.move_to(|draft| draft.proxy = ProxyDraft::None).await;
    desk.refused("hostNotFound", &[], "Try now").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn f_key_each_fault_of_the_keychain_is_told_and_both_fixes_work() {
    let detail = || "no answer".to_owned();
    for (fault, kind, word) in [
        (AppError::KeychainLocked, "keychainLocked", "Unlock it"),
        (AppError::KeychainMissing { detail: detail() }, "keychainMissing", "Start the keychain service"),
        (AppError::KeychainDenied { detail: detail() }, "keychainDenied", "Allow ScaiKey Companion"),
        (AppError::KeychainTimedOut, "keychainTimedOut", "unlock dialog behind other windows"),
        (AppError::KeychainFailed { detail: detail() }, "keychainFailed", "Its own words are below"),
    ] {
        for label in ["Try the keychain again", "Keep for this session only"] {
            let desk = Desk::with(|_| {}).await;
            desk.world.secrets.fail_next(fault.clone());
            let fix = desk.refused(kind, &[word], label).await;
            desk.apply(fix).await.unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn f_sto_11_a_file_changed_by_another_program_is_not_overwritten() {
    let desk = Desk::with(|_| {}).await;
    let file = desk.folder.path().join("companion.json");
    let ours = std::fs::read(&file).unwrap();
    std::fs::write(&file, "theirs").unwrap();
    let refused = desk.world.companion.set_default_margin(Some(30)).await.unwrap_err();
    let words = ["companion.json could not be read or written."];
    let fix = told(refused, "storage", &words, "Try now");
    assert_eq!((fix, std::fs::read_to_string(&file).unwrap().as_str()), (FixAction::Retry, "theirs"));
    std::fs::write(&file, ours).unwrap();
    desk.world.companion.set_default_margin(Some(30)).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_that_cannot_be_used_is_told_and_corrected() {
    let desk = Desk::with(|_| {}).await;
    let draft = instance_draft(InstanceKindName::ScaiKey, "http://scaikey.example");
    let refused = ErrorView::from(desk.world.companion.save_instance(draft).await.unwrap_err());
    assert_eq!(
        (refused.kind.as_str(), refused.title.as_str()),
        ("invalidInput", "One entry cannot be used.")
    );
    assert_eq!(refused.help, refused.problems[0].message, "the field's own words say what to do");
    desk.world.add_scaikey("https://scaikey.example").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_gone_is_told() {
    let desk = Desk::with(|_| {}).await;
    let companion = &desk.world.companion;
    companion.delete_application(desk.id).await.unwrap();
    for refused in [
        companion.await_token(desk.id).await.unwrap_err(),
        companion.ask_for_scopes(desk.id, Vec::new()).await.unwrap_err(),
        companion.try_level(desk.id, LevelName::Global, String::new()).await.unwrap_err(),
    ] {
        let view = ErrorView::from(refused);
        assert_eq!((view.kind.as_str(), view.fixes.len()), ("notFound", 0));
        assert_eq!(view.title, "This application is not there any more.");
    }
    let undo = companion.snapshot().undo.clone().unwrap();
    companion.undo_delete(undo.id).await.unwrap();
    desk.obtain().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_token_one_is_requested() {
    let desk = Desk::with(|_| {}).await;
    let refused = desk.world.companion.reveal_token(desk.id).await.unwrap_err();
    let fix = told(refused, "noToken", &["Request one first."], "Request a token");
    desk.apply(fix).await.unwrap();
    desk.world.companion.reveal_token(desk.id).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn no_error_in_words_holds_a_secret_or_a_token() {
    let desk = Desk::with(|_| {}).await;
    desk.obtain().await;
    let token = desk.world.token(desk.id).await;
    let echo = serde_json::json!({
        "error": "invalid_client",
        "access_token": token,
    });
    for status in [400, 401, 403, 500] {
        desk.practice.next_answers(Endpoint::Token, vec![Answer::json(status, echo.to_string())]);
        let error = desk.world.companion.await_token(desk.id).await.unwrap_err();
        let seen = format!("{error:?} {}", serde_json::to_string(&ErrorView::from(error.clone())).unwrap());
        assert!(!seen.contains(&token) && !seen.contains(PRACTICE_SECRET), "{status}");
    }
}
