//! Each walkthrough from its first to its last step, against the practice server: what it sends, and where each
//! step stands after it.

use std::path::Path;

use axum::Router;
use axum::body::Bytes;
use axum::http::HeaderMap;
use scaikey_core::adapters::MemorySecrets;
use scaikey_core::companion::{Companion, StepRun};
use scaikey_core::contract::{
    AppError, ApplicationDraft, Certainty, InstanceKindName, Keep, Outcome, SecretDraft, Snapshot,
    StepOutcome, WalkthroughAnswers, WalkthroughId, WalkthroughView, WebhookCheckName, WebhookReport,
};
use scaikey_core::model::{ApplicationId, ClientAuthentication, InstanceId, LevelName};
use scaikey_core::secret::Secret;
use scaikey_core::walkthrough;
use scaikey_core::walkthrough::webhook;
use scaikey_practice::{Level, NewApplication, Practice};
use support::raw_server::closed_port;
use support::shell::{run, run_curl};
use support::world::{PRACTICE_SECRET, World, application_draft, find, instance_draft, practice_on};
use tokio::sync::mpsc;

use crate::desk::{Desk, TENANTS, get};
const QUICKSTART: WalkthroughId = WalkthroughId::QUICKSTART;
const REPAIR_403: WalkthroughId = WalkthroughId::REPAIR_403;
const ROTATE_SECRET: WalkthroughId = WalkthroughId::ROTATE_SECRET;
const SERVICE_TO_SERVICE: WalkthroughId = WalkthroughId::SERVICE_TO_SERVICE;
const WEBHOOK: WalkthroughId = WalkthroughId::WEBHOOK;

const ALL: [WalkthroughId; 5] = [QUICKSTART, SERVICE_TO_SERVICE, REPAIR_403, WEBHOOK, ROTATE_SECRET];

const NO_APPLICATION: Option<&str> = Some("Choose or register an application first.");
const NO_TOKEN: Option<&str> = Some("Request a token first.");
const LAST_RUN: &str = "The token was in memory only and went with the last run.";
/// Within the same second the practice server would give the same token again.
const A_MOMENT: i64 = 2_000;
/// A note with a time in it.
const TOOK: &str = "200 in … ms";

/// Where a step stands: done, its note, why it cannot be run.
type Stands<'a> = (bool, &'a str, Option<&'a str>);

fn view(companion: &Companion, id: WalkthroughId) -> WalkthroughView {
    let snapshot = companion.snapshot();
    snapshot.walkthroughs.iter().find(|view| view.id == id).unwrap().clone()
}

/// Compares all steps of a walkthrough with where they should stand.
#[track_caller]
fn stands(companion: &Companion, id: WalkthroughId, expected: &[Stands<'_>]) {
    let view = view(companion, id);
    let notes = view.steps.iter().map(|step| match step.note.strip_prefix("200 in ") {
        Some(rest) if rest.ends_with(" ms") => TOOK,
        _ => step.note.as_str(),
    });
    let found: Vec<Stands<'_>> =
        view.steps.iter().zip(notes).map(|(step, note)| (step.done, note, step.blocked.as_deref())).collect();
    assert_eq!(found, expected);
    let current = expected.iter().position(|(done, ..)| !done).unwrap_or(expected.len() - 1);
    assert_eq!(view.current, u32::try_from(current).unwrap());
}

async fn step(companion: &Companion, id: WalkthroughId, step: u32) -> StepOutcome {
    match companion.run_step(id, step).await.unwrap() {
        StepRun::Done(outcome) => *outcome,
        other => panic!("{other:?}"),
    }
}

/// The walkthrough is done with this application.
async fn choose(companion: &Companion, id: WalkthroughId, application: ApplicationId) {
    let mut answers = view(companion, id).answers;
    answers.application = Some(application);
    companion.answer_walkthrough(id, answers).await.unwrap();
}

/// A practice instance without an application.
struct Tour {
    world: World,
    practice: Practice,
    instance: InstanceId,
    _folder: tempfile::TempDir,
}

impl Tour {
    async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let world = World::start(folder.path(), &MemorySecrets::new());
        for id in ALL {
            let view = view(&world.companion, id);
            assert_eq!((view.current, view.answers), (0, WalkthroughAnswers::default()));
            for (step, progress) in walkthrough::find(id).steps.iter().zip(&view.steps) {
                let blocked = step.action.map(|_| "Choose an instance first.");
                let found = (progress.done, progress.note.as_str(), progress.blocked.as_deref());
                assert_eq!(found, (false, "", blocked), "{id:?}, {}", step.title);
            }
        }
        let practice = practice_on(&world.clock);
        let instance = world.companion.add_practice(practice.port(), 3_600).await.unwrap();
        Self { world, practice, instance, _folder: folder }
    }

    fn draft(&self, scopes: &[&str]) -> ApplicationDraft {
        application_draft(self.instance, "svc_demo", PRACTICE_SECRET, scopes)
    }
}

const REGISTERED: Stands<'_> = (true, "demo, secret in the keychain", None);

#[tokio::test(flavor = "multi_thread")]
async fn contract_6_1_the_quickstart_for_a_global_application() {
    let tour = Tour::start().await;
    let companion = &tour.world.companion;
    let nothing = (false, "", None);
    let wanting = (false, "", NO_APPLICATION);
    stands(companion, QUICKSTART, &[nothing, wanting, nothing, wanting, wanting]);
    assert_eq!(view(companion, QUICKSTART).answers.instance, Some(tour.instance), "the practice is proposed");

    // Register, and bring ID and secret here.
    let id = companion.save_application(tour.draft(&["openid", "admin:read"])).await.unwrap();
    let before_token = (false, "", NO_TOKEN);
    stands(companion, QUICKSTART, &[REGISTERED, nothing, nothing, before_token, nothing]);
    assert_eq!(view(companion, QUICKSTART).answers.application, Some(id));

    // Request an access token. Decoding it needs nothing more.
    let outcome = step(companion, QUICKSTART, 1).await;
    let (took, decoded) = ((true, TOOK, None), (true, "sub equals client_id", None));
    stands(companion, QUICKSTART, &[REGISTERED, took, decoded, nothing, (false, "before it expires", None)]);
    let made = companion.exchange(outcome.exchange.unwrap()).await.unwrap();
    assert_eq!((made.summary.method.as_str(), made.summary.status), ("POST", Some(200)));
    let details = companion.inspect_token(id).await.unwrap();
    assert!(details.checks.iter().all(|check| check.outcome != Outcome::Failed), "{:?}", details.checks);

    // Call a protected endpoint.
    let call = step(companion, QUICKSTART, 3).await.call.unwrap();
    assert_eq!((call.status, call.table.unwrap().rows.len()), (200, 3));
    stands(companion, QUICKSTART, &[REGISTERED, took, decoded, took, (false, "before it expires", None)]);

    // Let it renew: by a click …
    tour.world.clock.advance(A_MOMENT);
    step(companion, QUICKSTART, 4).await;
    stands(companion, QUICKSTART, &[REGISTERED, took, decoded, took, (true, "renewed once", None)]);
    // … and by itself.
    tour.world.clock.advance(3_590_000);
    companion.inspect_token(id).await.unwrap();
    let twice = |snapshot: &Snapshot| find(snapshot, id)?.token.filter(|token| token.count == 3);
    tour.world.until("it is renewed", twice).await;
    stands(companion, QUICKSTART, &[REGISTERED, took, decoded, took, (true, "renewed 2 times", None)]);

    for without in [0, 2, 5] {
        let refused = companion.run_step(QUICKSTART, without).await.unwrap_err();
        assert_eq!(refused, AppError::not_found("step"), "there is nothing to run in step {without}");
    }
    // The same facts stand in the other walkthroughs.
    assert!(view(companion, SERVICE_TO_SERVICE).steps.iter().all(|step| step.done));
    assert!(view(companion, REPAIR_403).steps.iter().all(|step| step.done));
}

#[tokio::test(flavor = "multi_thread")]
async fn contract_6_1_the_quickstart_for_a_tenants_application() {
    let tour = Tour::start().await;
    let companion = &tour.world.companion;
    let at_acme = NewApplication::service("t", Level::Tenant { slug: "acme".to_owned() }, &["openid"]);
    tour.practice.register(at_acme.with_credentials("svc_t", PRACTICE_SECRET)).unwrap();
    let mut draft = tour.draft(&["openid"]);
    (draft.client_id, draft.level) = ("svc_t".to_owned(), Some(LevelName::Tenant));
    draft.tenant_slug = "acme".to_owned();
    companion.save_application(draft).await.unwrap();
    step(companion, QUICKSTART, 1).await;
    let asked = tour.practice.requests();
    let asked = asked.iter().find(|request| request.method == "POST").unwrap();
    assert_eq!(asked.path_and_query, "/api/v1/auth/tenants/acme/oauth/token");
    let (nothing, took) = ((false, "", None), (true, TOOK, None));
    let (decoded, once) = ((true, "sub equals client_id", None), (false, "before it expires", None));
    stands(companion, QUICKSTART, &[REGISTERED, took, decoded, nothing, once]);
    // Whether the admin API takes it is not documented: whatever it says is told.
    let call = step(companion, QUICKSTART, 3).await.call.unwrap();
    assert_eq!((call.status, call.error.is_some()), (401, true));
    stands(companion, QUICKSTART, &[REGISTERED, took, decoded, (false, "refused: 401", None), once]);
    tour.world.clock.advance(A_MOMENT);
    step(companion, QUICKSTART, 4).await;
    let renewed = (true, "renewed once", None);
    stands(companion, QUICKSTART, &[REGISTERED, took, decoded, (false, "refused: 401", None), renewed]);
}

#[tokio::test(flavor = "multi_thread")]
async fn contract_6_1_what_is_refused_on_the_way_is_told_at_its_step() {
    let tour = Tour::start().await;
    let companion = &tour.world.companion;
    let mut draft = tour.draft(&["openid"]);
    draft.client_id = "svc_unknown".to_owned();
    let id = companion.save_application(draft).await.unwrap();
    let refused = companion.run_step(QUICKSTART, 1).await.unwrap_err();
    assert!(matches!(refused, AppError::ClientRefused { .. }), "{refused:?}");
    let no = (false, "refused: 401", None);
    stands(companion, QUICKSTART, &[REGISTERED, no, no, (false, "refused: 401", NO_TOKEN), no]);

    let mut mended = tour.draft(&["openid"]);
    (mended.id, mended.secret) = (Some(id), SecretDraft::Unchanged);
    companion.save_application(mended).await.unwrap();
    // Done elsewhere: a plain request, a plain call, however its path is written.
    companion.await_token(id).await.unwrap();
    companion.call_endpoint(id, &get("/api/v1/admin/tenants")).await.unwrap();
    let (took, decoded) = ((true, TOOK, None), (true, "sub equals client_id", None));
    let once = (false, "before it expires", None);
    stands(companion, QUICKSTART, &[REGISTERED, took, decoded, (false, "refused: 403", None), once]);
    companion.ask_for_scopes(id, vec!["admin:read".to_owned()]).await.unwrap();
    stands(companion, QUICKSTART, &[REGISTERED, took, decoded, (false, "", None), once]);
    let whole = format!("{}{TENANTS}?page=1", tour.practice.base_url());
    companion.call_endpoint(id, &get(&whole)).await.unwrap();
    stands(companion, QUICKSTART, &[REGISTERED, took, decoded, (true, TOOK, None), once]);
    // Another endpoint is another one.
    companion.call_endpoint(id, &get("/api/v1/admin/tenants/tnt_nobody")).await.unwrap();
    stands(companion, QUICKSTART, &[REGISTERED, took, decoded, (true, TOOK, None), once]);

    // Its end is told, too.
    tour.practice.stop();
    tour.world.clock.advance(3_700_000);
    companion.inspect_token(id).await.unwrap();
    let over = |snapshot: &Snapshot| {
        let view = snapshot.walkthroughs.iter().find(|view| view.id == QUICKSTART)?;
        view.steps[1].note.ends_with("(is tried again)").then(|| view.steps[1].clone())
    };
    let told = tour.world.until("the renewal fails", over).await;
    assert!(!told.done && told.note.starts_with("Nobody listens at"), "{told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn contract_6_2_service_to_service() {
    let tour = Tour::start().await;
    let companion = &tour.world.companion;
    let (nothing, wanting) = ((false, "", None), (false, "", NO_APPLICATION));
    stands(companion, SERVICE_TO_SERVICE, &[nothing, nothing, nothing, wanting, wanting, wanting]);

    // The choices are made before they become irreversible.
    let mut answers = view(companion, SERVICE_TO_SERVICE).answers;
    answers.level = Some(LevelName::Tenant);
    companion.answer_walkthrough(SERVICE_TO_SERVICE, answers.clone()).await.unwrap();
    let slug = (false, "TENANT: enter the tenant's slug", None);
    stands(companion, SERVICE_TO_SERVICE, &[slug, nothing, nothing, wanting, wanting, wanting]);
    answers.tenant_slug = "acme".to_owned();
    companion.answer_walkthrough(SERVICE_TO_SERVICE, answers.clone()).await.unwrap();
    let slug = (true, "TENANT, acme", None);
    stands(companion, SERVICE_TO_SERVICE, &[slug, nothing, nothing, wanting, wanting, wanting]);
    answers.level = Some(LevelName::Global);
    answers.scopes = vec!["admin:read".to_owned()];
    companion.answer_walkthrough(SERVICE_TO_SERVICE, answers).await.unwrap();
    let chosen = [(true, "GLOBAL", None), (true, "admin:read", None)];
    stands(companion, SERVICE_TO_SERVICE, &[&chosen[..], &[nothing, wanting, wanting, wanting]].concat());

    let id = companion.save_application(tour.draft(&["admin:read"])).await.unwrap();
    let registered = [(true, "GLOBAL", None), (true, "asks for admin:read", None), REGISTERED];
    let open = [nothing, (false, "", NO_TOKEN), nothing];
    stands(companion, SERVICE_TO_SERVICE, &[&registered[..], &open].concat());
    assert_eq!(companion.code_samples(id).await.unwrap().len(), 4);

    step(companion, SERVICE_TO_SERVICE, 3).await;
    let (took, once) = ((true, TOOK, None), (false, "before it expires", None));
    stands(companion, SERVICE_TO_SERVICE, &[&registered[..], &[took, nothing, once]].concat());
    let call = step(companion, SERVICE_TO_SERVICE, 4).await.call.unwrap();
    assert_eq!((call.status, call.table.unwrap().rows.len()), (200, 3));
    stands(companion, SERVICE_TO_SERVICE, &[&registered[..], &[took, took, once]].concat());
    tour.world.clock.advance(A_MOMENT);
    step(companion, SERVICE_TO_SERVICE, 5).await;
    let renewed = (true, "renewed once", None);
    stands(companion, SERVICE_TO_SERVICE, &[&registered[..], &[took, took, renewed]].concat());

    // An application of another level than the chosen one is not proposed.
    let mut answers = view(companion, SERVICE_TO_SERVICE).answers;
    (answers.application, answers.level) = (None, Some(LevelName::Tenant));
    companion.answer_walkthrough(SERVICE_TO_SERVICE, answers).await.unwrap();
    assert_eq!(view(companion, SERVICE_TO_SERVICE).answers.application, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn contract_6_3_repairing_the_403() {
    let tour = Tour::start().await;
    let companion = &tour.world.companion;
    tour.practice.set_allowed_scopes("svc_demo", &["openid"]).unwrap();
    let id = companion.save_application(tour.draft(&["openid"])).await.unwrap();
    let (nothing, asks) = ((false, "", None), (false, "asks for openid", None));
    stands(companion, REPAIR_403, &[nothing, nothing, asks, nothing, (false, "", NO_TOKEN)]);

    // Refused elsewhere, from where the walkthrough is opened.
    assert_eq!(companion.call_endpoint(id, &get(TENANTS)).await.unwrap().status, 403);
    let old = tour.world.token(id).await;
    let lacks = "no admin scope: openid";
    let seen = [(true, lacks, None), nothing, asks, (false, lacks, None), (false, "refused: 403", None)];
    stands(companion, REPAIR_403, &seen);

    // Asking alone does not help: it is not allowed.
    let refused = companion.run_step(REPAIR_403, 2).await.unwrap_err();
    assert!(matches!(refused, AppError::ScopeRefused { .. }), "{refused:?}");
    let asks = (true, "asks for openid admin:read", None);
    let no = (false, "refused: 400", None);
    stands(companion, REPAIR_403, &[no, nothing, asks, no, (false, "refused: 400", NO_TOKEN)]);

    // Allowed at the application, where the practice server is told so by whoever runs it.
    match companion.run_step(REPAIR_403, 1).await.unwrap() {
        StepRun::AllowOnPractice { application, scopes } => {
            assert_eq!((application, scopes.as_slice()), (id, &["admin:read".to_owned()][..]));
            tour.practice.set_allowed_scopes("svc_demo", &["openid", "admin:read"]).unwrap();
        }
        other => panic!("{other:?}"),
    }
    // The trap: the old token stays as narrow as it was.
    let wanted = format!("{}{TENANTS}", tour.practice.base_url());
    let with_old = format!("curl -H \"Authorization: Bearer $ACCESS_TOKEN\" '{wanted}'");
    assert_eq!(run_curl(&with_old, &[("ACCESS_TOKEN", &old)]).await.status, 403);

    step(companion, REPAIR_403, 3).await;
    let has = (true, "openid admin:read", None);
    let allowed = (true, "granted to the token", None);
    stands(companion, REPAIR_403, &[has, allowed, asks, has, nothing]);
    assert_eq!(step(companion, REPAIR_403, 4).await.call.unwrap().status, 200);
    stands(companion, REPAIR_403, &[has, allowed, asks, has, (true, TOOK, None)]);
    assert_eq!(run_curl(&with_old, &[("ACCESS_TOKEN", &old)]).await.status, 403, "and it still is");
}

/// The same trap inside: where no scope is sent, nothing has to be changed here, and the token in hand is the old
/// one until another is requested.
#[tokio::test(flavor = "multi_thread")]
async fn contract_6_3_a_token_that_was_cached_stays_narrow() {
    let tour = Tour::start().await;
    let companion = &tour.world.companion;
    tour.practice.set_allowed_scopes("svc_demo", &["openid"]).unwrap();
    companion.save_application(tour.draft(&[])).await.unwrap();
    step(companion, QUICKSTART, 1).await;
    tour.practice.set_allowed_scopes("svc_demo", &["openid", "admin:read"]).unwrap();
    assert_eq!(step(companion, REPAIR_403, 4).await.call.unwrap().status, 403);
    let lacks = "no admin scope: openid";
    let asks = (true, "sends no scope, so it gets all that is allowed", None);
    let narrow =
        [(true, lacks, None), (false, "", None), asks, (false, lacks, None), (false, "refused: 403", None)];
    stands(companion, REPAIR_403, &narrow);
    step(companion, REPAIR_403, 3).await;
    assert_eq!(step(companion, REPAIR_403, 4).await.call.unwrap().status, 200);
    assert!(view(companion, REPAIR_403).steps.iter().all(|step| step.done));
    // Asking by name would narrow it.
    step(companion, REPAIR_403, 2).await;
    assert_eq!(companion.snapshot().instances[0].applications[0].scopes, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_rotation_step_by_step() {
    let tour = Tour::start().await;
    let companion = &tour.world.companion;
    let id = companion.save_application(tour.draft(&["admin:read"])).await.unwrap();
    assert_eq!(view(companion, ROTATE_SECRET).answers.application, None, "what is changed has to be chosen");
    choose(companion, ROTATE_SECRET, id).await;
    let nothing = (false, "", None);
    let enter = (false, "", Some("Enter the new secret first."));
    stands(companion, ROTATE_SECRET, &[REGISTERED, nothing, enter, enter, nothing]);

    step(companion, ROTATE_SECRET, 0).await;
    let token = tour.world.token(id).await;
    companion.propose_secret(id, Secret::new("n3w/secret")).await.unwrap();
    let given = (true, "in memory beside the old one", None);
    let untried = (false, "", Some("Try the new secret first."));
    stands(companion, ROTATE_SECRET, &[REGISTERED, given, nothing, untried, nothing]);

    step(companion, ROTATE_SECRET, 2).await;
    let tried = (false, "new refused, old accepted", None);
    let refused = (false, "", Some("The new secret was refused."));
    stands(companion, ROTATE_SECRET, &[REGISTERED, given, tried, refused, nothing]);

    tour.practice.set_secret("svc_demo", "n3w/secret").unwrap();
    step(companion, ROTATE_SECRET, 2).await;
    let tried = (true, "new accepted, old refused", None);
    stands(companion, ROTATE_SECRET, &[REGISTERED, given, tried, nothing, nothing]);

    step(companion, ROTATE_SECRET, 3).await;
    let past = (true, "", Some("Enter the new secret first."));
    stands(companion, ROTATE_SECRET, &[REGISTERED, (true, "", None), past, past, nothing]);
    assert_eq!(tour.world.token(id).await, token, "the token in hand is kept");

    tour.world.clock.advance(A_MOMENT);
    step(companion, ROTATE_SECRET, 4).await;
    stands(companion, ROTATE_SECRET, &[REGISTERED, (true, "", None), past, past, (true, TOOK, None)]);
}

/// Has the practice server send a webhook to a listener of the test's own. Its header lines and its body.
async fn delivered(practice: &Practice) -> (String, String) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    let (deliver, mut arrived) = mpsc::channel(1);
    let take = move |headers: HeaderMap, body: Bytes| async move {
        let lines = headers.iter().map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()));
        let lines: Vec<String> = lines.collect();
        deliver.send((lines.join("\n"), String::from_utf8(body.to_vec()).unwrap())).await.unwrap();
    };
    let serving = tokio::spawn(axum::serve(listener, Router::new().fallback(take)).into_future());
    assert_eq!(practice.send_webhook(&url).await.unwrap().status, 200);
    serving.abort();
    arrived.recv().await.unwrap()
}

fn outcome(report: &WebhookReport, name: WebhookCheckName) -> Outcome {
    report.checks.iter().find(|check| check.name == name).unwrap().outcome
}

#[tokio::test(flavor = "multi_thread")]
async fn contract_6_5_verifying_a_webhook() {
    let tour = Tour::start().await;
    let companion = &tour.world.companion;
    let nothing = (false, "", None);
    stands(companion, WEBHOOK, &[nothing, nothing, nothing]);
    let (headers, body) = delivered(&tour.practice).await;
    companion.webhook_received().await;
    let arrived = |snapshot: &Snapshot| {
        let view = snapshot.walkthroughs.iter().find(|view| view.id == WEBHOOK)?;
        view.steps[0].done.then_some(())
    };
    tour.world.until("it is here", arrived).await;
    let here = (true, "received", None);
    stands(companion, WEBHOOK, &[here, nothing, nothing]);

    // Tampered with on the way; and that is not taken for the event.
    let secret = Secret::new(tour.practice.webhook_secret());
    let forged = body.replace("SUSPENDED", "ACTIVE");
    assert_ne!(forged, body);
    let report = companion.verify_webhook(&headers, &forged, &secret).await.unwrap();
    assert!(!report.verified && report.expected != report.received, "{report:?}");
    assert_eq!(outcome(&report, WebhookCheckName::Signature), Outcome::Failed);
    tour.world
        .until("it was looked at", |snapshot| {
            let view = snapshot.walkthroughs.iter().find(|view| view.id == WEBHOOK)?;
            (view.steps[1].note == "does not match").then_some(())
        })
        .await;
    stands(companion, WEBHOOK, &[here, (false, "does not match", None), nothing]);

    let report = companion.verify_webhook(&headers, &body, &secret).await.unwrap();
    assert!(report.verified, "{report:?}");
    assert!(report.checks.iter().all(|check| check.outcome == Outcome::Passed), "{report:?}");
    let done = [here, (true, "matches", None), (true, "fresh", None)];
    let all = |snapshot: &Snapshot| {
        let view = snapshot.walkthroughs.iter().find(|view| view.id == WEBHOOK)?;
        view.steps.iter().all(|step| step.done).then_some(())
    };
    tour.world.until("it is verified", all).await;
    stands(companion, WEBHOOK, &done);

    // The command that is shown computes the same.
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("body.json"), &body).unwrap();
    let shown = companion.step_request(WEBHOOK, 1).await.unwrap().unwrap();
    assert_eq!(shown.certainty, Certainty::Inferred);
    let timestamp = headers.lines().find_map(|line| line.strip_prefix("x-scaikey-timestamp: ")).unwrap();
    let variables = [("TIMESTAMP", timestamp), ("WEBHOOK_SECRET", secret.expose())];
    let printed = run(&shown.curl, &variables, folder.path()).await;
    assert!(printed.trim().ends_with(&report.received.unwrap()), "{printed}");

    // A second time it is a duplicate, and still genuine.
    let again = companion.verify_webhook(&headers, &body, &secret).await.unwrap();
    assert_eq!((again.verified, outcome(&again, WebhookCheckName::Duplicate)), (true, Outcome::Failed));
    // Old ones, and ones signed with another secret.
    let late = timestamp.parse::<i64>().unwrap() - 301;
    let signed = |secret: &str| {
        let signature = Practice::sign_webhook(secret, late, body.as_bytes());
        format!("X-ScaiKey-Signature: {signature}\nX-ScaiKey-Timestamp: {late}")
    };
    let old = companion.verify_webhook(&signed(secret.expose()), &body, &secret).await.unwrap();
    assert_eq!((old.verified, outcome(&old, WebhookCheckName::Fresh)), (false, Outcome::Failed));
    let other = companion.verify_webhook(&signed("other"), &body, &secret).await.unwrap();
    assert_eq!(outcome(&other, WebhookCheckName::Signature), Outcome::Failed);
    let cut = companion.verify_webhook(&headers, &format!("{body}\n"), &secret).await.unwrap();
    assert!(cut.differs.contains("line break at the body's end"), "{}", cut.differs);
    assert_eq!(webhook::event_id(&headers, body.as_bytes()).unwrap().get(..4), Some("evt_"));
    let shown = format!("{:?}{again:?}", companion.snapshot());
    assert!(!shown.contains(secret.expose()), "the webhook's secret is on the screen");
}

/// Drives every walkthrough as far as it goes with an application that has a token with an admin scope.
async fn walk(desk: &Desk) {
    let (companion, id) = (desk.companion(), desk.id);
    for walkthrough in [QUICKSTART, SERVICE_TO_SERVICE, REPAIR_403, ROTATE_SECRET] {
        choose(companion, walkthrough, id).await;
    }
    step(companion, QUICKSTART, 1).await;
    step(companion, QUICKSTART, 3).await;
    desk.world.clock.advance(A_MOMENT);
    step(companion, QUICKSTART, 4).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_survive_a_restart_and_steps_that_need_a_token_are_open_again() {
    let desk = Desk::asking_for(&["admin:read"]).await;
    walk(&desk).await;
    let mut answers = view(desk.companion(), SERVICE_TO_SERVICE).answers;
    answers.level = Some(LevelName::Global);
    answers.scopes = vec!["admin:read".to_owned(), "users:read".to_owned()];
    answers.tenant_slug = "acme".to_owned();
    desk.companion().answer_walkthrough(SERVICE_TO_SERVICE, answers).await.unwrap();
    let before = ALL.map(|id| view(desk.companion(), id).answers);
    let (took, gone) = ((true, TOOK, None), (false, LAST_RUN, None));
    let decoded = (true, "sub equals client_id", None);
    let all = [REGISTERED, took, decoded, took, (true, "renewed once", None)];
    stands(desk.companion(), QUICKSTART, &all);

    let Desk { world, practice, instance, id, folder } = desk;
    let world = world.restart(folder.path()).await;
    let companion = &world.companion;
    assert_eq!(ALL.map(|id| view(companion, id).answers), before);
    stands(companion, QUICKSTART, &[REGISTERED, gone, gone, (false, LAST_RUN, NO_TOKEN), gone]);
    let asks = (true, "asks for admin:read", None);
    stands(companion, REPAIR_403, &[gone, (false, "", None), asks, gone, (false, LAST_RUN, NO_TOKEN)]);
    // Going on is running it again.
    step(companion, QUICKSTART, 1).await;
    step(companion, QUICKSTART, 3).await;
    stands(companion, QUICKSTART, &[REGISTERED, took, decoded, took, (false, "before it expires", None)]);

    // What is deleted drops out of the answers, and comes back with an undo.
    companion.delete_application(id).await.unwrap();
    for walkthrough in ALL {
        assert_eq!(view(companion, walkthrough).answers.application, None);
    }
    let (nothing, wanting) = ((false, "", None), (false, "", NO_APPLICATION));
    stands(companion, QUICKSTART, &[nothing, wanting, nothing, wanting, wanting]);
    assert_eq!(companion.step_request(QUICKSTART, 1).await.unwrap(), None);
    assert_eq!(companion.run_step(QUICKSTART, 1).await.unwrap_err(), AppError::not_found("application"));
    let undo = companion.snapshot().undo.clone().unwrap();
    companion.undo_delete(undo.id).await.unwrap();
    assert_eq!(ALL.map(|id| view(companion, id).answers), before);
    companion.delete_instance(instance).await.unwrap();
    assert_eq!(view(companion, SERVICE_TO_SERVICE).answers.instance, None);
    assert_eq!(view(companion, SERVICE_TO_SERVICE).answers.scopes, ["admin:read", "users:read"]);
    drop(practice);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_cannot_be_reached_is_told_at_its_steps() {
    let folder = tempfile::tempdir().unwrap();
    let world = World::start(folder.path(), &MemorySecrets::new());
    let companion = &world.companion;
    let url = format!("http://127.0.0.1:{}", closed_port().await);
    let instance = companion.save_instance(instance_draft(InstanceKindName::ScaiKey, &url)).await.unwrap();
    let mut draft = application_draft(instance, "svc_demo", PRACTICE_SECRET, &["openid"]);
    draft.renewal.enabled = false;
    companion.save_application(draft).await.unwrap();
    companion.run_step(QUICKSTART, 1).await.unwrap_err();
    let told = view(companion, QUICKSTART).steps[1].clone();
    assert!(!told.done && told.note.starts_with("Nobody listens at 127.0.0.1"), "{told:?}");
    // Only the practice server can be told to allow a scope.
    let allow = view(companion, REPAIR_403).steps[1].clone();
    assert!(allow.blocked.unwrap().contains("allow it in the admin UI"));
}

/// Runs what a step shows in `sh`, with the run's own values.
struct Shell<'a> {
    companion: &'a Companion,
    variables: Vec<(&'a str, &'a str)>,
    folder: &'a Path,
}

impl Shell<'_> {
    async fn shown(&self, id: WalkthroughId, step: u32) -> String {
        let shown = self.companion.step_request(id, step).await.unwrap().unwrap();
        for (_, value) in &self.variables {
            assert!(!shown.curl.contains(value), "{id:?} {step} holds a secret");
        }
        shown.curl
    }

    async fn status(&self, id: WalkthroughId, step: u32) -> (u16, String) {
        let ran = run_curl(&self.shown(id, step).await, &self.variables).await;
        (ran.status, ran.body)
    }

    async fn printed(&self, id: WalkthroughId, step: u32) -> String {
        run(&self.shown(id, step).await, &self.variables, self.folder).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_shown_command_works_with_the_variables_set() {
    use ClientAuthentication::{ClientSecretBasic, ClientSecretBasicRaw, ClientSecretPost};
    for method in [ClientSecretBasic, ClientSecretBasicRaw, ClientSecretPost] {
        // The practice server decodes Basic, so there a secret that decoding changes is refused raw.
        let (old, new) = match method {
            ClientSecretBasicRaw => ("plain-s3cret", "another-s3cret"),
            // Only the new one has to be encoded: it is, too.
            ClientSecretPost => ("plain-s3cret", PRACTICE_SECRET),
            ClientSecretBasic => (PRACTICE_SECRET, "another-s3cret"),
        };
        let desk = Desk::with(|draft| {
            draft.client_authentication = method;
            draft.scopes = vec!["openid".to_owned(), "admin:read".to_owned()];
            draft.secret = SecretDraft::Set { value: Secret::new(old), keep: Keep::Keychain };
        })
        .await;
        desk.practice.set_secret("svc_demo", old).unwrap();
        walk(&desk).await;
        let (token, admin) = (desk.world.token(desk.id).await, desk.practice.admin_token().unwrap());
        let app_id = desk.practice.application_id("svc_demo").unwrap();
        let shell = Shell {
            companion: desk.companion(),
            variables: vec![
                ("CLIENT_SECRET", old),
                ("NEW_CLIENT_SECRET", new),
                ("ACCESS_TOKEN", &token),
                ("ADMIN_TOKEN", &admin),
                ("APP_ID", &app_id),
            ],
            folder: desk.folder.path(),
        };
        for (id, step) in [
            (QUICKSTART, 1),
            (QUICKSTART, 4),
            (SERVICE_TO_SERVICE, 3),
            (SERVICE_TO_SERVICE, 5),
            (REPAIR_403, 2),
            (REPAIR_403, 3),
            (ROTATE_SECRET, 4),
        ] {
            let (status, body) = shell.status(id, step).await;
            assert_eq!(status, 200, "{method:?} {id:?} {step}: {body}");
            assert!(body.contains("\"access_token\"") && body.contains("openid admin:read"), "{id:?} {step}");
        }
        for (id, step) in [(QUICKSTART, 3), (SERVICE_TO_SERVICE, 4), (REPAIR_403, 4)] {
            let (status, body) = shell.status(id, step).await;
            assert_eq!((status, body.contains("initech")), (200, true), "{method:?} {id:?} {step}: {body}");
        }
        for (id, step) in [(QUICKSTART, 2), (REPAIR_403, 0)] {
            let printed = shell.printed(id, step).await;
            assert!(printed.contains("\"sub\": \"svc_demo\""), "{printed}");
        }
        desk.practice.set_allowed_scopes("svc_demo", &["openid"]).unwrap();
        assert_eq!(shell.status(REPAIR_403, 1).await.0, 200);
        assert_eq!(desk.practice.allowed_scopes("svc_demo").unwrap(), ["openid", "admin:read"]);

        // Each secret, the old one second.
        desk.companion().propose_secret(desk.id, Secret::new(new)).await.unwrap();
        let (status, body) = shell.status(ROTATE_SECRET, 2).await;
        assert_eq!((status, body.matches("access_token").count()), (200, 1), "{method:?}: {body}");
        desk.practice.set_secret("svc_demo", new).unwrap();
        let (status, body) = shell.status(ROTATE_SECRET, 2).await;
        assert_eq!((status, body.matches("access_token").count()), (401, 1), "{method:?}: {body}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_secret_that_must_be_encoded_is_although_the_old_one_need_not_be() {
    let desk = Desk::with(|draft| {
        draft.secret = SecretDraft::Set { value: Secret::new("plain-s3cret"), keep: Keep::Keychain };
    })
    .await;
    choose(desk.companion(), ROTATE_SECRET, desk.id).await;
    desk.companion().propose_secret(desk.id, Secret::new(PRACTICE_SECRET)).await.unwrap();
    let shell = Shell {
        companion: desk.companion(),
        variables: vec![("CLIENT_SECRET", "plain-s3cret"), ("NEW_CLIENT_SECRET", PRACTICE_SECRET)],
        folder: desk.folder.path(),
    };
    let (status, body) = shell.status(ROTATE_SECRET, 2).await;
    assert_eq!((status, body.matches("access_token").count()), (401, 1), "{body}");
}
