//! What is the same at both servers.

use scaikey_core::contract::{AppError, PhaseView};
use scaikey_core::model::{ApplicationId, ClientAuthentication};

use crate::desk::{Desk, SECRET, secret};
use crate::servers::{django, oidc_provider};

/// The issuers of both.
fn issuers() -> [String; 2] {
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
        AppError::ClientRefused { method, alternatives, server } => {
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
            let value = scaikey_core::secret::Secret::new(SECRET);
            let keep = scaikey_core::contract::Keep::Keychain;
            desk.world.companion.set_secret(id, value, keep).await.unwrap();
            assert_eq!(desk.world.request(id).await.phase, PhaseView::Idle, "{issuer}");
        }
        let id = desk.application(|draft| draft.client_id = "nobody".to_owned()).await;
        client_refused(&desk, id).await;
    }
}
