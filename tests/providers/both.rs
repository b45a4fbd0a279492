//! What is the same at both servers.

use scaikey_core::contract::{AppError, CheckName, Keep, Outcome, PhaseView, TokenKind, Verdict};
use scaikey_core::model::{ApplicationId, ClientAuthentication};
use scaikey_core::secret::Secret;
use support::world::find;

use crate::desk::{Desk, SECRET, check, secret};
use crate::servers::{django, oidc_provider};

/// The issuers of both.
pub(crate) fn issuers() -> [String; 2] {
    [oidc_provider().to_owned(), format!("{}/o", django())]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_by_basic_form_encoded_and_by_post() {
    for issuer in issuers() {
        let desk = Desk::at(&issuer).await;
        for method in [ClientAuthentication::ClientSecretBasic, ClientAuthentication::ClientSecretPost] {
            let id = desk.application(|draft| draft.client_authentication = method).await;
            let view = desk.world.request(id).await;
            assert_eq!(view.phase, PhaseView::Idle, "{issuer} {method:?}");
            let token = view.token.unwrap();
            assert_eq!(token.token_type, "Bearer", "{issuer} {method:?}");
            assert_eq!(token.scopes, ["api:read"], "{issuer} {method:?}");
        }
    }
}

async fn client_refused(desk: &Desk, id: ApplicationId) -> (ClientAuthentication, Vec<ClientAuthentication>) {
    match desk.world.refused(id).await {
        AppError::ClientRefused { method, alternatives, server, .. } => {
            assert_eq!((server.status, server.error.as_deref()), (401, Some("invalid_client")));
            assert!(server.url.ends_with("/token") || server.url.ends_with("/o/token/"), "{}", server.url);
            (method, alternatives)
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn basic_as_is_is_refused_and_the_offered_ways_work() {
    for issuer in issuers() {
        let desk = Desk::at(&issuer).await;
        let raw = ClientAuthentication::ClientSecretBasicRaw;
        let id = desk.application(|draft| draft.client_authentication = raw).await;
        let (method, alternatives) = client_refused(&desk, id).await;
        assert_eq!(method, raw, "{issuer}");
        assert_eq!(
            alternatives,
            [ClientAuthentication::ClientSecretBasic, ClientAuthentication::ClientSecretPost],
            "{issuer}"
        );
        for method in alternatives {
            let draft = desk.draft(|draft| draft.client_authentication = method);
            desk.world.companion.test_application(&draft).await.unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_secret_is_told_and_entering_it_again_works() {
    use ClientAuthentication::{ClientSecretBasic, ClientSecretBasicRaw, ClientSecretPost};
    for issuer in issuers() {
        let desk = Desk::at(&issuer).await;
        // With nothing to encode in it, both forms of Basic are the same: only post is another way.
        let rows: [(&str, &[ClientAuthentication]); 2] =
            [("p@ss:wrong", &[ClientSecretBasicRaw, ClientSecretPost]), ("wrong", &[ClientSecretPost])];
        for (wrong, others) in rows {
            let id = desk.application(|draft| secret(draft, wrong)).await;
            let told = client_refused(&desk, id).await;
            assert_eq!(told, (ClientSecretBasic, others.to_vec()), "{issuer} {wrong}");
            desk.world.companion.set_secret(id, Secret::new(SECRET), Keep::Keychain).await.unwrap();
            assert_eq!(desk.world.request(id).await.phase, PhaseView::Idle, "{issuer}");
        }
        let id = desk.application(|draft| draft.client_id = "nobody".to_owned()).await;
        client_refused(&desk, id).await;
    }
}

/// Requests a token that is opaque: no error, no check that failed, and nothing of it on the screen.
pub(crate) async fn opaque_and_masked(desk: &Desk, id: ApplicationId) {
    let view = desk.world.request(id).await;
    assert_eq!(view.phase, PhaseView::Idle);
    let token = view.token.unwrap();
    assert_eq!(token.kind, TokenKind::Opaque);
    let Verdict::NotVerified { reason } = &token.verdict else { panic!("{:?}", token.verdict) };
    assert!(reason.contains("opaque"), "{reason}");
    assert_eq!((token.header_preview.as_str(), token.payload_preview.as_str()), ("", ""));
    let details = desk.details(id).await;
    assert_eq!(
        (details.kind, &details.header_json, &details.payload_json),
        (TokenKind::Opaque, &None, &None)
    );
    assert_eq!((details.claims.len(), details.problems.len(), details.notes.len()), (0, 0, 0));
    for check in &details.checks {
        let wanted = if check.name == CheckName::Scopes { Outcome::Passed } else { Outcome::Skipped };
        assert_eq!(check.outcome, wanted, "{check:?}");
    }
    let text = desk.world.token(id).await;
    // A piece of it in the middle would give it away too.
    let pieces = [text.get(..8), text.get(12..20), text.get(text.len() - 8..)].map(Option::unwrap);
    let mut seen = vec![
        serde_json::to_string(&*desk.world.companion.snapshot()).unwrap(),
        serde_json::to_string(&details).unwrap(),
        format!("{token:?}"),
    ];
    for piece in pieces {
        assert!(seen.iter().all(|seen| !seen.contains(piece)), "{piece} of the token is in {seen:?}");
    }
    // The search would find it.
    seen.push(text.clone());
    assert!(pieces.iter().all(|piece| seen.iter().any(|seen| seen.contains(piece))));
    let copied = desk.world.companion.copy_token(id, "bare").await.unwrap();
    assert_eq!(copied.text.expose(), text, "what is copied is the whole token");
}

/// Requests a token and lets time pass until the next one comes by itself.
pub(crate) async fn renewed(desk: &Desk, id: ApplicationId) {
    let token = desk.world.request(id).await.token.unwrap();
    let first = desk.world.token(id).await;
    let renews = token.renews_at.unwrap() - token.received_at;
    assert!(renews < 300_000, "{renews}");
    desk.world.clock.advance(renews + 1_000);
    // Any event wakes the loop, as its own timer does within 15 s.
    desk.details(id).await;
    desk.world.until("another token", |s| (find(s, id)?.token?.count > token.count).then_some(())).await;
    let view = desk.world.settled(id).await;
    assert_ne!(desk.world.token(id).await, first);
    assert_eq!(view.token.unwrap().verdict, token.verdict);
    assert_ne!(check(&desk.details(id).await, CheckName::Time).outcome, Outcome::Failed);
}
