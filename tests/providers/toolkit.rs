//! django-oauth-toolkit: opaque tokens, discovery by OpenID and by RFC 8414 alone.

use scaikey_core::contract::{AppError, EndpointOrigin, InstanceKindName, PhaseView};
use scaikey_core::model::ClientAuthentication;
use support::world::instance_draft;

use crate::both::{opaque_and_masked, renewed};
use crate::desk::{Desk, secret};
use crate::servers::django;

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_beyond_ascii_works_by_basic_form_encoded_and_by_post() {
    let desk = Desk::at(&format!("{}/o", django())).await;
    for method in [ClientAuthentication::ClientSecretBasic, ClientAuthentication::ClientSecretPost] {
        let id = desk
            .application(|draft| {
                draft.client_id = "demo-accent".to_owned();
                draft.client_authentication = method;
                secret(draft, "p@ss:w/ord+%20é");
            })
            .await;
        assert_eq!(desk.world.request(id).await.phase, PhaseView::Idle, "{method:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_token_is_opaque_and_shown_masked() {
    let desk = Desk::at(&format!("{}/o", django())).await;
    let id = desk.application(|_| {}).await;
    opaque_and_masked(&desk, id).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_scope_is_refused_and_named() {
    let desk = Desk::at(&format!("{}/o", django())).await;
    let id = desk.application(|draft| draft.scopes.push("wat".to_owned())).await;
    let told = desk.world.refused(id).await;
    let AppError::ScopeRefused { requested, server } = told else { panic!("{told:?}") };
    assert_eq!(requested, ["api:read", "wat"]);
    assert_eq!((server.status, server.error.as_deref()), (400, Some("invalid_scope")));
}

#[tokio::test(flavor = "multi_thread")]
async fn no_scope_asked_for_gets_them_all() {
    let desk = Desk::at(&format!("{}/o", django())).await;
    let id = desk.application(|draft| draft.scopes.clear()).await;
    let mut scopes = desk.world.request(id).await.token.unwrap().scopes;
    scopes.sort();
    assert_eq!(scopes, ["api:read", "api:write"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_issuer_with_a_document_by_rfc_8414_alone_is_found() {
    // There is a page at the other address: 404 in HTML.
    let issuer = format!("{}/plain", django());
    let desk = Desk::at(&issuer).await;
    let draft = instance_draft(InstanceKindName::OpenIdProvider, &issuer);
    let report = desk.world.companion.discover(&draft, None).await.unwrap();
    assert_eq!(report.discovery_url, format!("{}/.well-known/oauth-authorization-server/plain", django()));
    assert_eq!(report.notes, [""; 0]);
    assert_eq!(report.endpoints.discovery_error, None);
    let token_endpoint = report.endpoints.token_endpoint.unwrap();
    assert_eq!(token_endpoint.value, format!("{}/o/token/", django()));
    assert_eq!(token_endpoint.origin, EndpointOrigin::Discovered);
    let id = desk.application(|_| {}).await;
    assert_eq!(desk.world.request(id).await.phase, PhaseView::Idle);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slash_too_many_in_the_issuer_is_told_and_the_token_comes() {
    let issuer = format!("{}/o/", django());
    let desk = Desk::at(&issuer).await;
    let draft = instance_draft(InstanceKindName::OpenIdProvider, &issuer);
    let report = desk.world.companion.discover(&draft, None).await.unwrap();
    let note = format!("names the issuer {}/o, but {issuer} was asked for", django());
    assert!(report.notes.iter().any(|told| told.contains(&note)), "{:?}", report.notes);
    let id = desk.application(|_| {}).await;
    opaque_and_masked(&desk, id).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_issuer_without_any_document_says_what_was_asked() {
    let desk = Desk::at(django()).await;
    // The root has a document by RFC 8414, which names the root: that is an issuer too.
    let id = desk.application(|_| {}).await;
    assert_eq!(desk.world.request(id).await.phase, PhaseView::Idle);
    let desk = Desk::at(&format!("{}/.well-known/nothing", django())).await;
    let id = desk.application(|_| {}).await;
    let told = desk.world.refused(id).await;
    let AppError::EndpointNotFound { server } = told else { panic!("{told:?}") };
    assert_eq!((server.status, server.url), (404, format!("{}/.well-known/nothing", django())));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_opaque_token_is_renewed() {
    let desk = Desk::at(&format!("{}/o", django())).await;
    let id = desk.application(|_| {}).await;
    renewed(&desk, id).await;
}
