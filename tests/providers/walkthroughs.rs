//! What of walkthroughs, calls and the activity applies at other providers.

use scaikey_core::companion::StepRun;
use scaikey_core::contract::{
    AppError, Certainty, SecretTrial, StepAction, StepProgress, WalkthroughAnswers, WalkthroughId,
};
use scaikey_core::model::{ApplicationId, ClientAuthentication};
use scaikey_core::secret::Secret;
use support::shell::run_curl;
use support::world::find;

use crate::both::issuers;
use crate::desk::{Desk, SECRET};

const NO_SCAIKEY: &str = "Only a ScaiKey has this. The chosen instance is another provider.";

fn step(desk: &Desk, id: WalkthroughId, step: usize) -> StepProgress {
    let snapshot = desk.world.companion.snapshot();
    snapshot.walkthroughs.iter().find(|view| view.id == id).unwrap().steps[step].clone()
}

async fn choose(desk: &Desk, walkthrough: WalkthroughId, id: ApplicationId) {
    let (instance, application) = (Some(desk.instance), Some(id));
    let answers = WalkthroughAnswers { instance, application, ..WalkthroughAnswers::default() };
    desk.world.companion.answer_walkthrough(walkthrough, answers).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copied_token_request_gets_a_token_too() {
    use ClientAuthentication::{ClientSecretBasic, ClientSecretBasicRaw, ClientSecretPost};
    for issuer in issuers() {
        let desk = Desk::at(&issuer).await;
        for (method, status) in
            [(ClientSecretBasic, 200), (ClientSecretPost, 200), (ClientSecretBasicRaw, 401)]
        {
            let id = desk.application(|draft| draft.client_authentication = method).await;
            // Where it is refused, the copied one is, too.
            let exchange = match desk.world.companion.await_token(id).await {
                Ok(exchange) => exchange.unwrap(),
                Err(AppError::ClientRefused { .. }) => {
                    let failures =
                        scaikey_core::contract::ActivityArgs { application: Some(id), failures: true };
                    desk.world.companion.activity(failures).await[0].id
                }
                Err(other) => panic!("{issuer} {method:?}: {other:?}"),
            };
            let shown = desk.world.companion.exchange(exchange).await.unwrap();
            assert!(!shown.curl.contains(SECRET), "{issuer} {method:?}");
            let ran = run_curl(&shown.curl, &[("CLIENT_SECRET", SECRET)]).await;
            assert_eq!((ran.status, shown.summary.status), (status, Some(status)), "{issuer} {method:?}");
            assert_eq!(ran.body.contains("\"access_token\""), status == 200, "{issuer} {method:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_quickstart_goes_as_far_as_a_provider_has_it() {
    let id = WalkthroughId::QUICKSTART;
    for issuer in issuers() {
        let desk = Desk::at(&issuer).await;
        let application = desk.application(|_| {}).await;
        choose(&desk, id, application).await;
        assert!(step(&desk, id, 0).done);
        // Before that, where to ask for a token is not known.
        desk.world
            .until("the document", |snapshot| snapshot.instances[0].endpoint_sets.first()?.discovered_at)
            .await;
        let shown = desk.world.companion.step_request(id, 1).await.unwrap().unwrap();
        assert_eq!(shown.certainty, Certainty::Inferred, "ScaiKey documents no other provider");
        let ran = run_curl(&shown.curl, &[("CLIENT_SECRET", SECRET)]).await;
        assert_eq!(ran.status, 200, "{issuer}: {}", ran.body);
        let StepRun::Done(outcome) = desk.world.companion.run_step(id, 1).await.unwrap() else { panic!() };
        assert!(outcome.exchange.is_some());
        let token = step(&desk, id, 1);
        assert!(token.done && token.note.starts_with("200 in "), "{token:?}");
        // Opaque here, so there is no `sub` to compare.
        let decoded = step(&desk, id, 2);
        assert_eq!((decoded.done, decoded.note.as_str()), (false, "no sub that can be read"), "{issuer}");
        assert_eq!(step(&desk, id, 3).blocked.as_deref(), Some(NO_SCAIKEY));
        assert_eq!(step(&desk, WalkthroughId::SERVICE_TO_SERVICE, 4).blocked.as_deref(), Some(NO_SCAIKEY));
        assert_eq!(desk.world.companion.step_request(id, 3).await.unwrap(), None);
        assert_eq!(desk.world.companion.endpoints(application).await.unwrap(), []);
        // Another token.
        desk.world.companion.run_step(id, 4).await.unwrap();
        assert_eq!(step(&desk, id, 4).note, "renewed once", "{issuer}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_jwt_of_a_provider_is_decoded() {
    let desk = Desk::at(crate::servers::oidc_provider()).await;
    let application =
        desk.application(|draft| crate::desk::resource(draft, "https://api.example/rs256")).await;
    choose(&desk, WalkthroughId::QUICKSTART, application).await;
    desk.world.companion.run_step(WalkthroughId::QUICKSTART, 1).await.unwrap();
    assert_eq!(step(&desk, WalkthroughId::QUICKSTART, 2).note, "sub equals client_id");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_secret_is_tried_beside_the_old_one() {
    let id = WalkthroughId::ROTATE_SECRET;
    for issuer in issuers() {
        let desk = Desk::at(&issuer).await;
        let application = desk.application(|_| {}).await;
        choose(&desk, id, application).await;
        desk.world.companion.propose_secret(application, Secret::new("not-set-there")).await.unwrap();
        let steps = scaikey_core::walkthrough::find(id).steps;
        let index = steps.iter().position(|step| step.action == Some(StepAction::TrySecrets)).unwrap();
        desk.world.companion.run_step(id, index.try_into().unwrap()).await.unwrap();
        assert_eq!(step(&desk, id, index).note, "new refused, old accepted", "{issuer}");
        let candidate = find(&desk.world.companion.snapshot(), application).unwrap().candidate.unwrap();
        let refused =
            matches!(candidate.new, Some(SecretTrial::Refused { error: AppError::ClientRefused { .. } }));
        assert!(refused, "{issuer}: {candidate:?}");
        desk.world.companion.discard_secret(application).await.unwrap();
        desk.world.companion.await_token(application).await.unwrap();
    }
}
