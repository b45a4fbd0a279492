//! oidc-provider: JWTs by RFC 9068 where the client names a resource, opaque tokens otherwise.

use scaikey_core::contract::{
    CheckName, EndpointOrigin, EndpointsDraft, InstanceKindName, Outcome, TokenDetails, TokenKind, Verdict,
};
use scaikey_core::model::EndpointKey;
use support::world::{find, instance_draft};

use crate::desk::{Desk, check, resource};
use crate::servers::{django, oidc_provider};

const RS256: &str = "https://api.example/rs256";
const ES256: &str = "https://api.example/es256";
const RS512: &str = "https://api.example/rs512";
const OTHER_SUBJECT: &str = "https://api.example/other-subject";
const OPAQUE: &str = "https://api.example/opaque";

#[track_caller]
fn passed(details: &TokenDetails) {
    for check in &details.checks {
        assert_eq!(check.outcome, Outcome::Passed, "{check:?}");
    }
    assert_eq!(details.checks.len(), 6);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_jwt_is_verified_with_the_published_keys() {
    let desk = Desk::at(oidc_provider()).await;
    // The RSA key names no `alg`, so it serves both of its algorithms.
    for (api, algorithm) in [(RS256, "RS256"), (RS512, "RS512"), (ES256, "ES256")] {
        let id = desk.application(|draft| resource(draft, api)).await;
        let token = desk.world.request(id).await.token.unwrap();
        assert_eq!((token.kind, &token.verdict), (TokenKind::Jwt, &Verdict::Verified), "{api}");
        assert_eq!(token.expires_at.map(|end| end - token.received_at), Some(300_000));
        let details = desk.details(id).await;
        passed(&details);
        assert!(check(&details, CheckName::Algorithm).reason.starts_with(algorithm));
        assert_eq!(details.problems, [""; 0]);
        assert_eq!(details.notes, [""; 0]);
        let claim = |name: &str| details.claims.iter().find(|claim| claim.name == name).unwrap();
        assert_eq!(claim("aud").value, api);
        assert_eq!(claim("client_id").value, "demo-service");
        assert!(claim("aud").source.as_deref().is_some_and(|source| source.starts_with("RFC ")));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_keys_of_another_server_verify_nothing() {
    let desk = Desk::at(oidc_provider()).await;
    let mut draft = instance_draft(InstanceKindName::OpenIdProvider, oidc_provider());
    draft.endpoints = vec![EndpointsDraft {
        key: EndpointKey::Provider,
        token_endpoint: String::new(),
        jwks_uri: format!("{}/o/.well-known/jwks.json", django()),
        issuer: String::new(),
    }];
    let instance = desk.world.companion.save_instance(draft).await.unwrap();
    let id = desk
        .application(|draft| {
            draft.instance = instance;
            resource(draft, RS256);
        })
        .await;
    let token = desk.world.request(id).await.token.unwrap();
    let Verdict::Refused { reason } = token.verdict else { panic!("{:?}", token.verdict) };
    assert!(reason.contains("Key “rsa” is not among the issuer's published keys"), "{reason}");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_resource_and_for_an_opaque_api_the_token_is_opaque_and_shown_masked() {
    let desk = Desk::at(oidc_provider()).await;
    for api in [None, Some(OPAQUE)] {
        let id = desk.application(|draft| api.into_iter().for_each(|api| resource(draft, api))).await;
        crate::both::opaque_and_masked(&desk, id).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_subject_is_no_fault_where_none_is_documented() {
    let desk = Desk::at(oidc_provider()).await;
    let id = desk.application(|draft| resource(draft, OTHER_SUBJECT)).await;
    assert_eq!(desk.world.request(id).await.token.unwrap().verdict, Verdict::Verified);
    let details = desk.details(id).await;
    let subject = check(&details, CheckName::Subject);
    assert_eq!(subject.outcome, Outcome::Skipped);
    assert!(subject.reason.contains("services/demo") && subject.reason.contains("not documented"));
    let others = details.checks.iter().filter(|check| check.name != CheckName::Subject);
    assert!(others.into_iter().all(|check| check.outcome == Outcome::Passed), "{:?}", details.checks);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_resource_is_refused_in_the_servers_words() {
    let desk = Desk::at(oidc_provider()).await;
    let id = desk.application(|draft| resource(draft, "https://other.example/")).await;
    let told = desk.world.refused(id).await;
    let scaikey_core::contract::AppError::ServerRefused { server } = told else { panic!("{told:?}") };
    assert_eq!(server.error.as_deref(), Some("invalid_target"));
    assert!(server.description.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_issuer_with_a_path_a_slash_or_a_name_verifies() {
    let plain = oidc_provider();
    let named = plain.replace("127.0.0.1", "localhost");
    for issuer in [plain.to_owned(), format!("{plain}/realm"), format!("{plain}/slash/"), named] {
        let desk = Desk::at(&issuer).await;
        let id = desk.application(|draft| resource(draft, RS256)).await;
        let token = desk.world.request(id).await.token.unwrap();
        assert_eq!(token.verdict, Verdict::Verified, "{issuer}");
        let details = desk.details(id).await;
        passed(&details);
        assert_eq!(check(&details, CheckName::Issuer).note, None, "{issuer}");
        let snapshot = desk.world.companion.snapshot();
        let set = &snapshot.instances[0].endpoint_sets[0];
        assert_eq!(set.issuer.as_ref().unwrap().value, issuer);
        assert_eq!(set.token_endpoint.as_ref().unwrap().origin, EndpointOrigin::Discovered);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slash_too_many_or_too_few_in_the_issuer_is_told() {
    let base = oidc_provider();
    for (typed, published) in [
        (format!("{base}/"), base.to_owned()),
        (format!("{base}/realm/"), format!("{base}/realm")),
        (format!("{base}/slash"), format!("{base}/slash/")),
    ] {
        let desk = Desk::at(&typed).await;
        let draft = instance_draft(InstanceKindName::OpenIdProvider, &typed);
        let report = desk.world.companion.discover(&draft, None).await.unwrap();
        let note = format!("names the issuer {published}, but {typed} was asked for");
        assert!(report.notes.iter().any(|told| told.contains(&note)), "{:?}", report.notes);
        let id = desk.application(|draft| resource(draft, RS256)).await;
        let token = desk.world.request(id).await.token.unwrap();
        let Verdict::Refused { reason } = token.verdict else { panic!("{:?}", token.verdict) };
        assert!(reason.contains("only the slash at the end differs"), "{reason}");
        // That is known before the keys are there, by which the signature turns out right all the same.
        let details = desk.details_with_keys(id).await;
        let failed = details.checks.iter().filter(|check| check.outcome != Outcome::Passed);
        assert_eq!(failed.map(|check| check.name).collect::<Vec<_>>(), [CheckName::Issuer]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn either_well_known_address_may_be_given_instead_of_the_issuer() {
    for path in ["openid-configuration", "oauth-authorization-server", "oauth-authorization-server/realm"] {
        let url = format!("{}/.well-known/{path}", oidc_provider());
        let desk = Desk::at(&url).await;
        let id = desk.application(|draft| resource(draft, RS256)).await;
        assert_eq!(desk.world.request(id).await.token.unwrap().verdict, Verdict::Verified, "{path}");
        passed(&desk.details(id).await);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_document_says_what_the_server_can() {
    let desk = Desk::at(oidc_provider()).await;
    let draft = instance_draft(InstanceKindName::OpenIdProvider, oidc_provider());
    let report = desk.world.companion.discover(&draft, None).await.unwrap();
    assert_eq!(report.notes, [""; 0]);
    assert_eq!(report.endpoints.discovery_error, None);
    assert!(report.grant_types.contains(&"client_credentials".to_owned()));
    assert!(report.scopes.contains(&"api:read".to_owned()));
    for method in ["client_secret_basic", "client_secret_post"] {
        assert!(report.authentication_methods.contains(&method.to_owned()));
    }
    assert_eq!(report.discovery_url, format!("{}/.well-known/openid-configuration", oidc_provider()));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_scope_is_told_where_the_token_or_the_answer_names_any() {
    let desk = Desk::at(oidc_provider()).await;
    // Alone: 200 with an opaque token and no word about scopes.
    let id = desk.application(|draft| draft.scopes = vec!["wat".to_owned()]).await;
    let token = desk.world.request(id).await.token.unwrap();
    assert_eq!((token.kind, token.scopes), (TokenKind::Opaque, Vec::new()));
    let details = desk.details(id).await;
    let scopes = check(&details, CheckName::Scopes);
    assert_eq!(scopes.outcome, Outcome::Passed);
    assert!(scopes.note.as_deref().is_some_and(|note| note.contains("names a scope")), "{scopes:?}");
    // Beside a known one: the token has less than was asked for, and says so.
    let id = desk
        .application(|draft| {
            resource(draft, RS256);
            draft.scopes.push("wat".to_owned());
        })
        .await;
    let token = desk.world.request(id).await.token.unwrap();
    assert_eq!(token.scopes, ["api:read"]);
    let details = desk.details(id).await;
    let scopes = check(&details, CheckName::Scopes);
    assert_eq!(scopes.outcome, Outcome::Failed);
    assert!(scopes.reason.contains("wat") && scopes.reason.contains("got api:read"), "{scopes:?}");
    assert_eq!(token.verdict, Verdict::Refused { reason: scopes.reason.clone() });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_jwt_is_renewed_and_verified_again() {
    let desk = Desk::at(oidc_provider()).await;
    let id = desk.application(|draft| resource(draft, ES256)).await;
    crate::both::renewed(&desk, id).await;
    let token = find(&desk.world.companion.snapshot(), id).unwrap().token.unwrap();
    assert_eq!(token.count, 2);
}
