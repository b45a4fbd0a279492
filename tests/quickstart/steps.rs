//! What the walkthroughs' steps show, run in a shell as it is shown, with the variables set.

use std::collections::BTreeMap;

use scaikey_core::contract::{Renewal, WalkthroughId};
use scaikey_core::model::{
    Application, ApplicationId, ApplicationType, BaseUrl, ClientAuthentication, Colour, Instance, InstanceId,
    InstanceKind, Level, Network, Proxy, Registration, SecretKeeping,
};
use scaikey_core::walkthrough::request::{Context, step_request};
use scaikey_practice::{NewApplication, Options, Practice};
use uuid::Uuid;

use super::*;

/// A practice server with one application, and the same application as it is saved.
struct Desk {
    practice: Practice,
    application: Application,
    instance: Instance,
    variables: Vec<(&'static str, String)>,
}

impl Desk {
    fn new(level: Level, asks_for: &[&str], client_authentication: ClientAuthentication) -> Desk {
        let practice = Practice::start(Options::for_tests()).unwrap();
        let at = match &level {
            Level::Global => scaikey_practice::Level::Global,
            Level::Partner { .. } => scaikey_practice::Level::Partner,
            Level::Tenant { tenant_slug } => scaikey_practice::Level::Tenant { slug: tenant_slug.clone() },
        };
        let registered =
            practice.register(NewApplication::service("demo", at, &["openid", "users:read"])).unwrap();
        let application = Application {
            id: ApplicationId(Uuid::nil()),
            name: "demo".to_owned(),
            client_id: registered.client_id,
            secret: SecretKeeping::None,
            secret_host: None,
            registration: Registration::ScaiKey { level, application_type: ApplicationType::Service },
            scopes: asks_for.iter().map(|&scope| scope.to_owned()).collect(),
            extra: Vec::new(),
            client_authentication,
            renewal: Renewal { enabled: true, margin_seconds: None },
        };
        let instance = Instance {
            id: InstanceId(Uuid::nil()),
            name: "Practice".to_owned(),
            kind: InstanceKind::ScaiKey { base: BaseUrl::parse(practice.base_url()).unwrap() },
            colour: Colour::Green,
            production: false,
            practice: None,
            network: Network { proxy: Proxy::None, extra_ca: String::new() },
            overrides: BTreeMap::new(),
            applications: Vec::new(),
        };
        let variables = vec![
            ("CLIENT_SECRET", registered.client_secret.unwrap()),
            ("APP_ID", registered.id),
            ("ADMIN_TOKEN", practice.admin_token().unwrap()),
        ];
        Desk { practice, application, instance, variables }
    }

    fn run(&self, walkthrough: WalkthroughId, step: u32) -> String {
        let context = Context::new(&self.instance, Some(&self.application), None);
        let shown = step_request(walkthrough, step, &context).unwrap().curl;
        for (_, secret) in &self.variables {
            assert!(!shown.contains(secret.as_str()));
        }
        // `dash` where it is the system's `sh`: nothing may need more than POSIX.
        let output = Command::new("sh")
            .args(["-c", &shown])
            .envs(self.variables.iter().cloned())
            .env("no_proxy", "127.0.0.1")
            .output()
            .unwrap();
        assert!(output.status.success(), "{shown}\n{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// Runs a token request and keeps the token; returns its scope.
    fn request_token(&mut self, walkthrough: WalkthroughId, step: u32) -> String {
        let text = self.run(walkthrough, step);
        let answer: Value = serde_json::from_str(&text).unwrap();
        let token = answer["access_token"].as_str().unwrap_or_else(|| panic!("no token: {text}"));
        self.variables.retain(|(name, _)| *name != "ACCESS_TOKEN");
        self.variables.push(("ACCESS_TOKEN", token.to_owned()));
        answer["scope"].as_str().unwrap().to_owned()
    }
}

#[test]
fn the_token_request_of_each_level_and_client_authentication() {
    let slug = || "acme".to_owned();
    for level in
        [Level::Global, Level::Partner { tenant_slug: slug() }, Level::Tenant { tenant_slug: slug() }]
    {
        for method in [
            ClientAuthentication::ClientSecretBasic,
            ClientAuthentication::ClientSecretBasicRaw,
            ClientAuthentication::ClientSecretPost,
        ] {
            let mut desk = Desk::new(level.clone(), &["openid", "users:read"], method);
            assert_eq!(desk.request_token(WalkthroughId::QUICKSTART, 1), "openid users:read");
            assert_eq!(desk.request_token(WalkthroughId::SERVICE_TO_SERVICE, 5), "openid users:read");
        }
    }
}

#[test]
fn the_repair_by_what_its_steps_show() {
    let basic = ClientAuthentication::ClientSecretBasic;
    let mut desk = Desk::new(Level::Global, &["openid"], basic);
    assert_eq!(desk.request_token(WalkthroughId::QUICKSTART, 1), "openid");
    let claims: Value = serde_json::from_str(&desk.run(WalkthroughId::REPAIR_403, 0)).unwrap();
    assert_eq!(claims["scope"], "openid");
    assert_eq!(desk.run(WalkthroughId::REPAIR_403, 4), REFUSED);

    let repaired: Value = serde_json::from_str(&desk.run(WalkthroughId::REPAIR_403, 1)).unwrap();
    assert_eq!(repaired["allowed_scopes"], json!(["openid", "admin:read"]));
    assert_eq!(desk.run(WalkthroughId::REPAIR_403, 4), REFUSED, "the old token stays narrow");
    desk.application.scopes.push("admin:read".to_owned());
    assert_eq!(desk.request_token(WalkthroughId::REPAIR_403, 3), "openid admin:read");
    assert!(desk.run(WalkthroughId::REPAIR_403, 4).contains("tnt_practiceacme"));
}

#[test]
fn both_secrets_are_tried_as_the_rotation_shows() {
    let basic = ClientAuthentication::ClientSecretBasic;
    let mut desk = Desk::new(Level::Global, &["openid"], basic);
    let new = desk.practice.rotate_secret(&desk.application.client_id).unwrap();
    desk.variables.push(("NEW_CLIENT_SECRET", new));
    let text = desk.run(WalkthroughId::ROTATE_SECRET, 2);
    let answers: Vec<Value> =
        serde_json::Deserializer::from_str(&text).into_iter::<Value>().map(Result::unwrap).collect();
    assert_eq!(answers.len(), 2, "{text}");
    assert!(answers[0]["access_token"].is_string(), "the new one first");
}
