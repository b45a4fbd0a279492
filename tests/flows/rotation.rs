//! A new client secret beside the old one, against the practice server.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use scaikey_core::companion::StepRun;
use scaikey_core::contract::{
    AppError, CandidateView, Keep, PhaseView, SecretDraft, SecretTrial, SecretView, StepAction,
    WalkthroughAnswers, WalkthroughId,
};
use scaikey_core::model::ClientAuthentication;
use scaikey_core::oauth::http::form_encode;
use scaikey_core::ports::SecretStore as _;
use scaikey_core::secret::Secret;
use scaikey_core::walkthrough;
use support::world::{PRACTICE_SECRET, find};

use crate::desk::{Desk, TENANTS};

const NEW: &str = "n3w/s+cret%41";

impl Desk {
    /// Runs the step of the rotation that does this.
    async fn rotate(&self, action: StepAction) -> Result<(), AppError> {
        let answers = WalkthroughAnswers { application: Some(self.id), ..WalkthroughAnswers::default() };
        self.companion().answer_walkthrough(WalkthroughId::ROTATE_SECRET, answers).await.unwrap();
        let steps = walkthrough::find(WalkthroughId::ROTATE_SECRET).steps;
        let step = steps.iter().position(|step| step.action == Some(action)).unwrap();
        let ran = self.companion().run_step(WalkthroughId::ROTATE_SECRET, step.try_into().unwrap()).await?;
        let StepRun::Done(outcome) = ran else { panic!("{ran:?}") };
        assert!(outcome.call.is_none());
        Ok(())
    }

    async fn propose(&self, secret: &str) {
        self.companion().propose_secret(self.id, Secret::new(secret)).await.unwrap();
    }

    fn candidate(&self) -> Option<CandidateView> {
        find(&self.companion().snapshot(), self.id).unwrap().candidate
    }

    /// The client secrets that the newest token requests were sent with, oldest first.
    fn secrets_sent(&self) -> Vec<String> {
        let secret = |request: &scaikey_practice::RecordedRequest| {
            let encoded = request.header("authorization").unwrap().strip_prefix("Basic ").unwrap();
            let pair = String::from_utf8(STANDARD.decode(encoded).unwrap()).unwrap();
            pair.split_once(':').unwrap().1.to_owned()
        };
        self.token_requests().iter().map(secret).collect()
    }

    /// The texts in the keychain.
    fn kept(&self) -> Vec<String> {
        let secrets = &self.world.secrets;
        // One that is deleted at this very moment is not kept.
        let texts = secrets.ids().into_iter().filter_map(|id| secrets.get(id).ok());
        texts.map(|text| text.expose().to_owned()).collect()
    }

    /// Waits until the keychain holds this and nothing else.
    async fn keeps_only(&self, secrets: &[&str]) {
        self.world.until("the keychain", |_| (self.kept() == secrets).then_some(())).await;
    }
}

fn accepted(trial: &Option<SecretTrial>) -> bool {
    match trial {
        Some(SecretTrial::Accepted { exchange }) => exchange.is_some(),
        Some(SecretTrial::Refused { error: AppError::ClientRefused { .. } }) => false,
        other => panic!("{other:?}"),
    }
}

/// How the new and the old one were taken.
fn taken(desk: &Desk) -> (bool, bool) {
    let candidate = desk.candidate().unwrap();
    (accepted(&candidate.new), accepted(&candidate.old))
}

#[tokio::test(flavor = "multi_thread")]
async fn both_secrets_are_tried_and_the_token_in_hand_stays() {
    let desk = Desk::asking_for(&["admin:read"]).await;
    desk.world.request(desk.id).await;
    let token = desk.world.token(desk.id).await;
    assert_eq!(desk.rotate(StepAction::TrySecrets).await.unwrap_err(), AppError::not_found("secret"));
    desk.propose(NEW).await;
    assert_eq!(desk.candidate(), Some(CandidateView { new: None, old: None }));
    desk.practice.forget_requests();

    // Not set there yet.
    desk.rotate(StepAction::TrySecrets).await.unwrap();
    assert_eq!(taken(&desk), (false, true));
    assert_eq!(desk.secrets_sent(), [form_encode(NEW), form_encode(PRACTICE_SECRET)]);

    // Set there now.
    desk.practice.set_secret("svc_demo", NEW).unwrap();
    desk.rotate(StepAction::TrySecrets).await.unwrap();
    assert_eq!(taken(&desk), (true, false));

    assert_eq!(desk.world.token(desk.id).await, token);
    assert_eq!(find(&desk.companion().snapshot(), desk.id).unwrap().token.unwrap().count, 1);
    assert_eq!(desk.kept(), [PRACTICE_SECRET], "the new one is in memory only");
}

#[tokio::test(flavor = "multi_thread")]
async fn switching_keeps_the_token_and_the_next_one_comes_with_the_new_secret() {
    let desk = Desk::asking_for(&["admin:read"]).await;
    desk.world.request(desk.id).await;
    let token = desk.world.token(desk.id).await;
    let new = desk.practice.rotate_secret("svc_demo").unwrap();
    desk.propose(&new).await;
    desk.rotate(StepAction::TrySecrets).await.unwrap();
    assert_eq!(taken(&desk), (true, false));
    desk.practice.forget_requests();

    desk.rotate(StepAction::SwitchSecret).await.unwrap();
    assert_eq!(desk.world.token(desk.id).await, token);
    assert_eq!((desk.candidate(), desk.secrets_sent().len()), (None, 0));
    desk.keeps_only(&[&new]).await;
    assert_eq!(desk.get(TENANTS).await.status, 200, "the token in hand is good");
    assert_eq!(desk.world.token(desk.id).await, token);

    // Within the same second it would be the same token.
    desk.world.clock.advance(2_000);
    desk.companion().await_token(desk.id).await.unwrap();
    assert_ne!(desk.world.token(desk.id).await, token);
    assert_eq!(desk.secrets_sent(), [form_encode(&new)]);
    let told = desk.all_told().await;
    for secret in [new.as_str(), PRACTICE_SECRET, &form_encode(PRACTICE_SECRET), &STANDARD.encode(&new)] {
        assert!(!told.contains(secret), "a secret is in {told}");
    }

    // And after a restart, too.
    let Desk { world, practice, id, folder, .. } = desk;
    let world = world.restart(folder.path()).await;
    world.companion.await_token(id).await.unwrap();
    assert_eq!(practice.requests().iter().filter(|request| request.method == "POST").count(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_schedule_renews_with_the_new_secret() {
    let desk = Desk::asking_for(&["admin:read"]).await;
    desk.world.request(desk.id).await;
    let new = desk.practice.rotate_secret("svc_demo").unwrap();
    desk.propose(&new).await;
    desk.rotate(StepAction::SwitchSecret).await.unwrap();
    desk.world.clock.advance(3_590_000);
    // Any event wakes the loop, as its own timer does within 15 s.
    desk.companion().inspect_token(desk.id).await.unwrap();
    let renewed = |count| {
        move |view: scaikey_core::contract::ApplicationView| view.token.filter(|token| token.count == count)
    };
    desk.world.until("it is renewed", |snapshot| find(snapshot, desk.id).and_then(renewed(2))).await;
    assert_eq!(desk.secrets_sent().last().unwrap(), &form_encode(&new));
}

/// What a rotation that was given up must not change. Times may differ by a millisecond each time they are shown.
fn essence(desk: &Desk) -> (SecretView, PhaseView, u64, u32) {
    let view = find(&desk.companion().snapshot(), desk.id).unwrap();
    let token = view.token.unwrap();
    (view.secret, view.phase, token.id, token.count)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_secret_that_is_wrong_or_given_up_leaves_everything_as_it_was() {
    let desk = Desk::asking_for(&["admin:read"]).await;
    desk.world.request(desk.id).await;
    let (token, before) = (desk.world.token(desk.id).await, essence(&desk));
    let file = std::fs::read(desk.folder.path().join("companion.json")).unwrap();
    desk.companion().propose_secret(desk.id, Secret::new("")).await.unwrap_err();
    desk.propose("a first one").await;
    desk.propose("wr0ng/s+cret").await;
    desk.companion().try_secrets(desk.id).await.unwrap();
    assert_eq!(taken(&desk), (false, true));
    let refused = desk.candidate().unwrap().new.unwrap();
    let shown = serde_json::to_string(&refused).unwrap();
    assert!(shown.contains("clientRefused") && !shown.contains("wr0ng"), "{shown}");

    desk.companion().discard_secret(desk.id).await.unwrap();
    assert_eq!((essence(&desk), desk.candidate()), (before, None));
    assert_eq!((desk.world.token(desk.id).await, desk.kept()), (token, vec![PRACTICE_SECRET.to_owned()]));
    assert_eq!(std::fs::read(desk.folder.path().join("companion.json")).unwrap(), file);
    for gone in [
        desk.companion().try_secrets(desk.id).await.unwrap_err(),
        desk.companion().switch_secret(desk.id).await.unwrap_err(),
    ] {
        assert_eq!(gone, AppError::not_found("secret"));
    }
    desk.companion().await_token(desk.id).await.unwrap();
    assert!(!desk.all_told().await.contains("wr0ng"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_keychain_that_refuses_the_switch_changes_nothing() {
    let desk = Desk::asking_for(&["admin:read"]).await;
    desk.world.request(desk.id).await;
    desk.propose(NEW).await;
    desk.rotate(StepAction::TrySecrets).await.unwrap();
    let before = desk.candidate();
    desk.world.secrets.fail_next(AppError::KeychainLocked);
    let refused = desk.companion().switch_secret(desk.id).await.unwrap_err();
    assert_eq!((refused, desk.candidate()), (AppError::KeychainLocked, before));
    desk.companion().await_token(desk.id).await.unwrap();
    assert_eq!(desk.secrets_sent().last().unwrap(), &form_encode(PRACTICE_SECRET));
    // Unlocked, the same click does it.
    desk.practice.set_secret("svc_demo", NEW).unwrap();
    desk.companion().switch_secret(desk.id).await.unwrap();
    desk.keeps_only(&[NEW]).await;
    desk.companion().await_token(desk.id).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_that_was_for_this_session_only_is_replaced_by_one_that_is() {
    for method in [ClientAuthentication::ClientSecretBasic, ClientAuthentication::ClientSecretPost] {
        let desk = Desk::with(|draft| {
            draft.client_authentication = method;
            draft.secret = SecretDraft::Set { value: Secret::new(PRACTICE_SECRET), keep: Keep::Session };
        })
        .await;
        desk.practice.set_secret("svc_demo", NEW).unwrap();
        desk.propose(NEW).await;
        desk.companion().try_secrets(desk.id).await.unwrap();
        assert_eq!(taken(&desk), (true, false), "{method:?}");
        desk.companion().switch_secret(desk.id).await.unwrap();
        let view = find(&desk.companion().snapshot(), desk.id).unwrap();
        assert_eq!((view.secret, desk.kept().len()), (SecretView::Session, 0));
        desk.companion().await_token(desk.id).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_secret_goes_with_its_application_and_with_the_run() {
    let desk = Desk::asking_for(&["admin:read"]).await;
    desk.propose(NEW).await;
    desk.companion().delete_application(desk.id).await.unwrap();
    let refused = desk.companion().propose_secret(desk.id, Secret::new(NEW)).await.unwrap_err();
    assert_eq!(refused, AppError::not_found("application"));
    let undo = desk.companion().snapshot().undo.clone().unwrap();
    desk.companion().undo_delete(undo.id).await.unwrap();
    assert_eq!(desk.candidate(), None);

    desk.propose(NEW).await;
    let Desk { world, practice: _practice, id, folder, .. } = desk;
    let world = world.restart(folder.path()).await;
    assert_eq!(find(&world.companion.snapshot(), id).unwrap().candidate, None);
    world.companion.await_token(id).await.unwrap();
}
