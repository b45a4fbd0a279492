//! What the walkthroughs make of the state.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::*;
use crate::companion::change::plan;
use crate::companion::event::Change;
use crate::contract::{AppError, Certainty, Field, Renewal, WalkthroughId};
use crate::model::{
    ApplicationId, ApplicationType, BaseUrl, ClientAuthentication, Colour, InstanceId, LevelName, Network,
    Practice, SecretId,
};
use crate::ports::{Loaded, Now};
use crate::walkthrough::find;
use crate::walkthrough::request::step_request;

fn instance(number: u128, applications: &[(u128, Level)]) -> Instance {
    Instance {
        id: InstanceId(Uuid::from_u128(number)),
        name: format!("Instance {number}"),
        kind: InstanceKind::ScaiKey { base: BaseUrl::parse("https://key.example").unwrap() },
        colour: Colour::Blue,
        production: false,
        practice: None,
        network: Network { proxy: Proxy::None, extra_ca: String::new() },
        overrides: BTreeMap::new(),
        applications: applications
            .iter()
            .map(|(number, level)| Application {
                id: ApplicationId(Uuid::from_u128(*number)),
                name: format!("Application {number}"),
                client_id: "svc".to_owned(),
                secret: SecretKeeping::Keychain(SecretId(Uuid::from_u128(*number))),
                secret_host: None,
                registration: Registration::ScaiKey {
                    level: level.clone(),
                    application_type: ApplicationType::Service,
                },
                scopes: Vec::new(),
                extra: Vec::new(),
                client_authentication: ClientAuthentication::ClientSecretBasic,
                renewal: Renewal { enabled: true, margin_seconds: None },
            })
            .collect(),
    }
}

fn config(instances: Vec<Instance>) -> Config {
    Config { instances, ..Config::default() }
}

/// Instance and application that count, by their numbers.
fn chosen(config: &Config, id: WalkthroughId) -> (Option<u128>, Option<u128>) {
    let answers = answers(config, find(id));
    (answers.instance.map(|id| id.0.as_u128()), answers.application.map(|id| id.0.as_u128()))
}

fn answered(instance: u128, application: u128) -> WalkthroughAnswers {
    WalkthroughAnswers {
        instance: Some(InstanceId(Uuid::from_u128(instance))),
        application: Some(ApplicationId(Uuid::from_u128(application))),
        ..WalkthroughAnswers::default()
    }
}

#[test]
fn where_nothing_was_chosen_something_is_proposed() {
    assert_eq!(chosen(&config(vec![]), WalkthroughId::QUICKSTART), (None, None));
    let global = || instance(1, &[(10, Level::Global)]);
    let two = || instance(2, &[(20, Level::Global), (21, Level::Global)]);
    let mut practice = instance(3, &[(30, Level::Global)]);
    practice.practice = Some(Practice { port: 1, lifetime_seconds: 60 });
    assert_eq!(chosen(&config(vec![global()]), WalkthroughId::QUICKSTART), (Some(1), Some(10)));
    assert_eq!(
        chosen(&config(vec![two(), global()]), WalkthroughId::QUICKSTART),
        (Some(2), None),
        "two would fit"
    );
    let config = config(vec![two(), global(), practice]);
    assert_eq!(chosen(&config, WalkthroughId::QUICKSTART), (Some(3), Some(30)), "the practice instance");
    assert_eq!(chosen(&config, WalkthroughId::WEBHOOK), (Some(3), None));
    assert_eq!(chosen(&config, WalkthroughId::ROTATE_SECRET), (Some(3), None), "that has to be chosen");

    // One of another level than the one that was chosen does not fit.
    for (level, application) in [(LevelName::Global, Some(30)), (LevelName::Tenant, None)] {
        let mut config = config.clone();
        let answers = WalkthroughAnswers { level: Some(level), ..WalkthroughAnswers::default() };
        config.walkthroughs.insert(WalkthroughId::SERVICE_TO_SERVICE, answers);
        assert_eq!(chosen(&config, WalkthroughId::SERVICE_TO_SERVICE), (Some(3), application));
        // Nor does one that was chosen before that.
        let answers = WalkthroughAnswers { level: Some(level), ..answered(3, 30) };
        config.walkthroughs.insert(WalkthroughId::SERVICE_TO_SERVICE, answers);
        assert_eq!(chosen(&config, WalkthroughId::SERVICE_TO_SERVICE), (Some(3), application));
    }
}

#[test]
fn what_was_chosen_counts_until_it_is_deleted() {
    let id = WalkthroughId::ROTATE_SECRET;
    let mut config = config(vec![instance(1, &[(10, Level::Global)]), instance(2, &[(20, Level::Global)])]);
    config.walkthroughs.insert(id, answered(2, 20));
    assert_eq!(chosen(&config, id), (Some(2), Some(20)));
    config.instances[1].applications.clear();
    assert_eq!(chosen(&config, id), (Some(2), None));
    config.instances.pop();
    assert_eq!(chosen(&config, id), (Some(1), None));
    // An application of another instance is none of this one's.
    config.walkthroughs.insert(id, answered(9, 10));
    assert_eq!(chosen(&config, id), (Some(1), Some(10)));
}

#[test]
fn after_a_restart_the_snapshot_says_where_each_walkthrough_stands() {
    let config = config(vec![instance(1, &[(10, Level::Tenant { tenant_slug: "acme".to_owned() })])]);
    let loaded = Loaded::writable(config);
    let state = State::new(loaded, "Test".to_owned(), Now { wall: 0, boot: 0 });
    let views = Snapshot::of(&state).walkthroughs;
    assert_eq!(views.len(), WALKTHROUGHS.len());
    for (view, walkthrough) in views.iter().zip(&WALKTHROUGHS) {
        assert_eq!((view.id, view.steps.len()), (walkthrough.id, walkthrough.steps.len()));
    }
    assert_eq!(views[0].current, 1);
    assert!(views[0].steps[1].note.contains("last run"));
    assert_eq!(views[1].steps[0].note, "TENANT, acme");
    assert_eq!(views[1].current, 3);

    // The requests are filled with the same application's values.
    let context = state.request_context(WalkthroughId::QUICKSTART);
    let request = step_request(WalkthroughId::QUICKSTART, 1, &context).unwrap();
    assert!(request.curl.contains("'https://key.example/api/v1/auth/tenants/acme/oauth/token'"));
    assert_eq!(request.certainty, Certainty::Documented);
    let sample = state.sample_context(ApplicationId(Uuid::from_u128(10))).unwrap();
    assert_eq!(sample.token_endpoint, "https://key.example/api/v1/auth/tenants/acme/oauth/token");
    assert_eq!(sample.tenants_url, "https://key.example/api/v1/admin/tenants/");
    assert_eq!(state.sample_context(ApplicationId(Uuid::from_u128(11))), None);
}

#[test]
fn answers_are_read_like_every_draft() {
    let id = WalkthroughId::SERVICE_TO_SERVICE;
    let before = config(vec![]);
    let answer = |tenant_slug: &str, scopes: &[&str]| {
        let scopes = scopes.iter().map(|&scope| scope.to_owned()).collect();
        let answers = WalkthroughAnswers {
            tenant_slug: tenant_slug.to_owned(),
            scopes,
            ..WalkthroughAnswers::default()
        };
        plan(&before, Change::AnswerWalkthrough { walkthrough: id, answers })
    };
    let planned = answer(" acme ", &["openid", "a:b", "openid"]).unwrap();
    let saved = &planned.config.walkthroughs[&id];
    assert_eq!((saved.tenant_slug.as_str(), saved.scopes.len()), ("acme", 2));
    assert!(answer("", &[]).is_ok(), "nothing has to be answered yet");
    for (slug, scopes, field) in [
        ("a/b", &[][..], Field::TenantSlug),
        ("..", &[], Field::TenantSlug),
        ("acme", &["two scopes"], Field::Scopes),
        ("acme", &[""], Field::Scopes),
    ] {
        match answer(slug, scopes) {
            Err(AppError::InvalidInput { problems }) => assert_eq!(problems[0].field, field),
            other => panic!("{slug:?} {scopes:?}: {other:?}"),
        }
    }
    let mut all = before.clone();
    all.walkthroughs.insert(id, answered(1, 2));
    assert!(plan(&all, Change::RemoveEverything).unwrap().config.walkthroughs.is_empty());
}
