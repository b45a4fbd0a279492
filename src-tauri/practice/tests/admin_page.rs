//! The admin page over loopback HTTP, as a browser without scripts would use it.

#![allow(clippy::unwrap_used, reason = "what the tests share fails by panicking, too")]

use std::io::{Read as _, Write as _};
use std::net::TcpListener;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::{Client, RequestBuilder, Response, StatusCode};
use scaikey_practice::{ApplicationType, Level, NewApplication, Options, Practice, RegisteredApplication};
use serde_json::Value;

const PLATFORM_TOKEN: &str = "/api/v1/platform/oauth/token";
const ACME_TOKEN: &str = "/api/v1/auth/tenants/acme/oauth/token";
const HOSTILE: &str = r#""><script>alert('1')</script><b title='&amp;"#;

struct Browser {
    practice: Practice,
    client: Client,
}

struct Page {
    status: StatusCode,
    headers: reqwest::header::HeaderMap,
    text: String,
}

impl Page {
    async fn of(response: Response) -> Page {
        let (status, headers) = (response.status(), response.headers().clone());
        Page { status, headers, text: response.text().await.unwrap() }
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// The tag of the field with this id.
    fn tag(&self, id: &str) -> &str {
        let mark = format!(r#"id="{id}""#);
        self.text
            .split('<')
            .filter_map(|piece| piece.split('>').next())
            .find(|tag| tag.contains(&mark))
            .unwrap_or_else(|| panic!("no {id} in {}", self.text))
    }

    /// The value of the field with this id.
    fn value(&self, id: &str) -> &str {
        self.tag(id).split(r#" value=""#).nth(1).unwrap().split('"').next().unwrap()
    }

    fn says(&self, text: &str) -> bool {
        self.text.contains(text)
    }
}

impl Browser {
    fn new() -> Browser {
        Browser::with(Options::for_tests())
    }

    fn with(options: Options) -> Browser {
        #[expect(clippy::disallowed_methods, reason = "a test's own client, for loopback only")]
        let client = Client::builder();
        let client = client.redirect(reqwest::redirect::Policy::none()).no_proxy().build().unwrap();
        Browser { practice: Practice::start(options).unwrap(), client }
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.practice.base_url())
    }

    async fn get(&self, path: &str) -> Page {
        Page::of(self.client.get(self.url(path)).send().await.unwrap()).await
    }

    /// A form as a program would send it: without what browsers add.
    fn bare(&self, path: &str, fields: &[(&str, &str)]) -> RequestBuilder {
        let body: String = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = self.client.post(self.url(path));
        request.header("content-type", "application/x-www-form-urlencoded").body(body)
    }

    async fn submit(&self, path: &str, fields: &[(&str, &str)]) -> Page {
        let request = self.bare(path, fields).header("origin", self.practice.base_url());
        Page::of(request.header("sec-fetch-site", "same-origin").send().await.unwrap()).await
    }

    /// Creates an application by the form; its id, client id and secret.
    async fn create(&self, changed: &[(&str, &str)]) -> (Page, RegisteredApplication) {
        let page = self.submit("/admin/applications", &draft(changed)).await;
        assert_eq!(page.status, 201, "{}", page.text);
        let client_id = page.value("client_id").to_owned();
        let client_secret =
            page.says(r#"id="client_secret""#).then(|| page.value("client_secret").to_owned());
        let id = self.practice.application_id(&client_id).unwrap();
        (page, RegisteredApplication { id, client_id, client_secret })
    }

    async fn token(&self, path: &str, application: &RegisteredApplication, scope: &str) -> Page {
        let fields = [("grant_type", "client_credentials"), ("scope", scope)];
        let fields = if scope.is_empty() { &fields[..1] } else { &fields[..] };
        let request = self
            .bare(path, fields)
            .basic_auth(&application.client_id, Some(application.client_secret.clone().unwrap()));
        Page::of(request.send().await.unwrap()).await
    }

    fn register(&self, name: &str, scopes: &[&str]) -> RegisteredApplication {
        self.practice.register(NewApplication::service(name, Level::Global, scopes)).unwrap()
    }
}

/// The form as it stands when it is opened, but for these fields.
fn draft<'a>(changed: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut fields = vec![
        ("name", "Reporting"),
        ("application_type", "SERVICE"),
        ("level", "GLOBAL"),
        ("tenant", ""),
        ("allowed_scopes", "openid admin:read"),
        ("token_lifetime", ""),
    ];
    for &(name, value) in changed {
        fields.iter_mut().find(|(this, _)| *this == name).unwrap().1 = value;
    }
    fields
}

fn claims(token: &Page) -> Value {
    assert_eq!(token.status, 200, "{}", token.text);
    let answer: Value = serde_json::from_str(&token.text).unwrap();
    let payload = answer["access_token"].as_str().unwrap().split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}

fn path_of(application: &RegisteredApplication) -> String {
    format!("/admin/applications/{}", application.id)
}

// ---- reading

#[tokio::test]
async fn every_page_says_what_it_is_and_runs_nothing() {
    let browser = Browser::new();
    let application = browser.register("x", &["openid"]);
    assert_eq!(browser.practice.admin_url(), browser.url("/admin/"));
    for (path, status) in [
        ("/admin/", 200),
        ("/admin/applications", 200),
        ("/admin/applications/new", 200),
        (path_of(&application).as_str(), 200),
        ("/admin/applications/app_nobody", 404),
    ] {
        let page = browser.get(path).await;
        assert_eq!(page.status, status, "{path}");
        assert!(page.says("Practice server — not a real ScaiKey"), "{path}");
        assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
        assert_eq!(page.header("cache-control"), Some("no-store"));
        assert_eq!(
            page.header("content-security-policy"),
            Some(
                "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
            )
        );
        // With `no-referrer`, browsers would send the page's own forms with `Origin: null`.
        assert_eq!(page.header("referrer-policy"), Some("same-origin"));
        for forbidden in ["<script", "style=", "<style", "javascript:", " onclick"] {
            assert!(!page.says(forbidden), "{forbidden} in {path}");
        }
        assert_eq!(page.text.matches("<h1").count(), 1, "{path}");
    }
    let style = browser.get("/admin/style.css").await;
    assert_eq!((style.status.as_u16(), style.header("content-type")), (200, Some("text/css; charset=utf-8")));
    assert_eq!(style.header("cache-control"), Some("no-store"));
    assert!(style.says("prefers-color-scheme: dark") && !style.says("url("));
}

#[tokio::test]
async fn the_address_without_a_slash_leads_there() {
    let browser = Browser::new();
    let redirect = browser.get("/admin").await;
    assert_eq!(
        (redirect.status.as_u16(), redirect.header("location")),
        (307, Some(&*browser.url("/admin/")))
    );
}

#[tokio::test]
async fn the_list_shows_each_application_and_leads_to_it() {
    let browser = Browser::new();
    assert!(browser.get("/admin/").await.says("There is none yet"));
    let application = browser.register("Billing", &["openid", "users:read"]);
    let tenant = Level::Tenant { slug: "acme".to_owned() };
    let spa = NewApplication::service("Shop", tenant, &[]).of_type(ApplicationType::Spa);
    browser.practice.register(NewApplication { token_lifetime: Some(60), ..spa }).unwrap();
    for path in ["/admin/", "/admin/applications"] {
        let page = browser.get(path).await;
        for text in [
            &format!(r#"<a href="{}">Billing</a>"#, path_of(&application)),
            &application.client_id,
            "openid users:read",
            "SERVICE",
            "GLOBAL",
            "3600 s",
            "Shop",
            "SPA",
            "TENANT: Acme",
            "60 s",
        ] {
            assert!(page.says(text), "{text} in {}", page.text);
        }
        assert!(!page.says(&application.client_secret.clone().unwrap()));
    }
}

#[tokio::test]
async fn hostile_names_stay_text() {
    let tenants = vec![scaikey_practice::Tenant {
        id: HOSTILE.to_owned(),
        slug: HOSTILE.to_owned(),
        name: HOSTILE.to_owned(),
        partner: true,
    }];
    let browser = Browser::with(Options { tenants, ..Options::for_tests() });
    let named = NewApplication {
        id: Some(HOSTILE.to_owned()),
        client_id: Some(HOSTILE.to_owned()),
        client_secret: Some("s".to_owned()),
        ..NewApplication::service(HOSTILE, Level::Tenant { slug: HOSTILE.to_owned() }, &["<b>"])
    };
    browser.practice.register(named).unwrap();
    let encoded: String = form_urlencoded::byte_serialize(HOSTILE.as_bytes()).collect();
    let path = format!("/admin/applications/{}", encoded.replace('+', "%20"));

    let list = browser.get("/admin/").await;
    assert!(list.says(&format!(r#"<a href="{path}">"#)), "{}", list.text);
    let application = browser.get(&path).await;
    let new = browser.get("/admin/applications/new").await;
    assert_eq!(
        (list.status, application.status, new.status),
        (StatusCode::OK, StatusCode::OK, StatusCode::OK)
    );
    let secret = browser.submit(&format!("{path}/secret"), &[]).await;
    let mut pages = vec![list, application, new, secret];
    let typed = [("name", HOSTILE), ("level", HOSTILE), ("allowed_scopes", HOSTILE), ("tenant", HOSTILE)];
    pages.push(browser.submit("/admin/applications", &draft(&typed)).await);
    pages.push(browser.submit("/admin/applications", &draft(&[("name", HOSTILE)])).await);
    pages.push(browser.submit(&path, &[("allowed_scopes", HOSTILE), ("token_lifetime", HOSTILE)]).await);
    pages.push(browser.submit("/admin/webhook", &[("url", HOSTILE)]).await);
    let saved = browser.submit(&path, &[("allowed_scopes", "openid")]).await;
    assert_eq!(saved.header("location"), Some(&*format!("{path}?saved")));
    for page in pages {
        assert!(page.says("&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;"), "{}", page.text);
        for markup in ["<script", "<b>", "<b title", "alert('1')", "\"&gt;", "title='"] {
            assert!(!page.says(markup), "{markup} in {}", page.text);
        }
    }
}

// ---- creating

#[tokio::test]
async fn what_the_form_creates_gets_tokens() {
    let browser = Browser::new();
    let form = browser.get("/admin/applications/new").await;
    assert_eq!(form.value("allowed_scopes"), "openid admin:read");
    assert!(form.tag("application_type").ends_with(r#"value="SERVICE" checked"#), "{}", form.text);
    assert!(form.tag("level").ends_with(r#"value="GLOBAL" checked"#));

    let (page, application) = browser.create(&[]).await;
    assert!(page.says(&browser.url(PLATFORM_TOKEN)));
    let token = browser.token(PLATFORM_TOKEN, &application, "admin:read").await;
    assert_eq!(claims(&token)["scope"], "admin:read");

    let tenant = [
        ("name", "Users"),
        ("application_type", "WEB"),
        ("level", "TENANT"),
        ("tenant", "acme"),
        ("allowed_scopes", " users:read\topenid  users:read "),
        ("token_lifetime", "90"),
    ];
    let (page, application) = browser.create(&tenant).await;
    assert!(page.says(&browser.url(ACME_TOKEN)));
    let claims = claims(&browser.token(ACME_TOKEN, &application, "").await);
    assert_eq!(claims["scope"], "users:read openid");
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 90);

    let (page, application) = browser.create(&[("application_type", "NATIVE"), ("level", "PARTNER")]).await;
    assert!(application.client_secret.is_none() && page.says("has no secret"), "{}", page.text);
    let settings = browser.get(&path_of(&application)).await;
    assert!(settings.says("PARTNER") && !settings.says("Generate a new secret"));
}

#[tokio::test]
async fn a_secret_is_shown_exactly_once() {
    let browser = Browser::new();
    let (page, application) = browser.create(&[]).await;
    let secret = application.client_secret.clone().unwrap();
    assert_eq!(page.text.matches(&secret).count(), 1);
    assert_eq!(page.header("cache-control"), Some("no-store"));
    assert!(page.says("cannot be retrieved again"));
    for path in ["/admin/", "/admin/applications", &path_of(&application)] {
        assert!(!browser.get(path).await.says(&secret), "{path}");
    }
}

#[tokio::test]
async fn a_form_with_mistakes_comes_back_as_it_was_typed() {
    let browser = Browser::new();
    let typed = [
        ("name", " "),
        ("application_type", "WEB"),
        ("level", "TENANT"),
        ("tenant", ""),
        ("allowed_scopes", "openid \u{e9}"),
        ("token_lifetime", "soon"),
    ];
    let page = browser.submit("/admin/applications", &draft(&typed)).await;
    assert_eq!(page.status, 422);
    assert!(page.says("<title>Not created"));
    assert_eq!(page.value("name"), " ");
    assert_eq!(page.value("allowed_scopes"), "openid \u{e9}");
    assert_eq!(page.value("token_lifetime"), "soon");
    assert!(page.tag("application_type-WEB").ends_with("checked"));
    assert!(page.tag("level-TENANT").ends_with("checked"));
    for (field, message) in [
        ("name", "Enter a name."),
        ("tenant", "Choose the tenant it belongs to."),
        ("allowed_scopes", "\u{e9} is not a scope"),
        ("token_lifetime", "Enter whole seconds"),
    ] {
        assert!(page.says(&format!(r#"id="{field}-problem">{message}"#)), "{}", page.text);
        let tag = page.tag(field);
        assert!(tag.contains(r#"aria-invalid="true""#), "{tag}");
        assert!(tag.contains(&format!("{field}-problem")), "{tag}");
        assert!(page.says(&format!(r##"<a href="#{field}">{message}"##)), "{}", page.text);
    }
    for field in ["application_type", "level"] {
        let page = browser.submit("/admin/applications", &draft(&[(field, "odd")])).await;
        assert_eq!(page.status, 422);
        assert!(page.says(&format!(r#"id="{field}-problem""#)), "{}", page.text);
    }
    let chosen = draft(&[("name", ""), ("level", "TENANT"), ("tenant", "globex")]);
    assert!(browser.submit("/admin/applications", &chosen).await.says(r#"value="globex" selected"#));
    assert!(browser.get("/admin/").await.says("There is none yet"), "nothing was created");
}

// ---- changing

#[tokio::test]
async fn a_scope_allowed_on_the_page_is_granted_from_then_on() {
    let browser = Browser::new();
    let application = browser.register("x", &["openid"]);
    let path = path_of(&application);
    assert_eq!(browser.token(PLATFORM_TOKEN, &application, "admin:read").await.status, 400);
    let settings = browser.get(&path).await;
    assert!(settings.says("Settings") && settings.says("Allowed scopes"));
    assert_eq!((settings.value("allowed_scopes"), settings.value("token_lifetime")), ("openid", ""));

    let saved = [("allowed_scopes", "openid admin:read"), ("token_lifetime", "120")];
    let saved = browser.submit(&path, &saved).await;
    assert_eq!((saved.status.as_u16(), saved.header("location")), (303, Some(&*format!("{path}?saved"))));
    let settings = browser.get(saved.header("location").unwrap()).await;
    assert!(settings.says(r#"role="status""#) && settings.says("request"), "{}", settings.text);
    assert_eq!(
        (settings.value("allowed_scopes"), settings.value("token_lifetime")),
        ("openid admin:read", "120")
    );
    assert_eq!(browser.practice.allowed_scopes(&application.client_id).unwrap(), ["openid", "admin:read"]);

    let token = browser.token(PLATFORM_TOKEN, &application, "admin:read").await;
    assert_eq!(claims(&token)["scope"], "admin:read");
    let answer: Value = serde_json::from_str(&token.text).unwrap();
    assert_eq!(answer["expires_in"], 120);
    let tenants = browser.client.get(browser.url("/api/v1/admin/tenants/"));
    let tenants = tenants.bearer_auth(answer["access_token"].as_str().unwrap()).send().await.unwrap();
    assert_eq!(tenants.status(), 200);

    let mistaken = [("allowed_scopes", "users:read"), ("token_lifetime", "0")];
    let mistaken = browser.submit(&path, &mistaken).await;
    assert_eq!(mistaken.status, 422);
    assert!(mistaken.says("<title>Not saved") && mistaken.says(r#"id="token_lifetime-problem""#));
    assert_eq!((mistaken.value("allowed_scopes"), mistaken.value("token_lifetime")), ("users:read", "0"));
    assert_eq!(browser.practice.allowed_scopes(&application.client_id).unwrap(), ["openid", "admin:read"]);

    // Without a lifetime of its own it follows the server's again.
    browser.submit(&path, &[("allowed_scopes", ""), ("token_lifetime", "")]).await;
    browser.practice.set_lifetime(30);
    let token = browser.token(PLATFORM_TOKEN, &application, "").await;
    let answer: Value = serde_json::from_str(&token.text).unwrap();
    assert_eq!((&answer["expires_in"], &answer["scope"]), (&30.into(), &"".into()));
}

#[tokio::test]
async fn a_new_secret_replaces_the_old_one_at_once() {
    let browser = Browser::new();
    let mut application = browser.register("x", &["openid"]);
    let path = path_of(&application);
    let page = browser.get(&path).await;
    assert!(page.says("Generate a new secret") && page.says("for ScaiKey itself that is not documented"));

    let page = browser.submit(&format!("{path}/secret"), &[]).await;
    assert_eq!(page.status, 200);
    assert!(page.says("not documented"));
    assert_eq!(page.value("client_id"), application.client_id);
    let new = page.value("client_secret").to_owned();
    assert_eq!(page.text.matches(&new).count(), 1);
    assert!(!browser.get(&path).await.says(&new));

    assert_eq!(browser.token(PLATFORM_TOKEN, &application, "").await.status, 401);
    application.client_secret = Some(new);
    assert_eq!(browser.token(PLATFORM_TOKEN, &application, "").await.status, 200);

    // Opening that address by hand makes no third one.
    let back = browser.get(&format!("{path}/secret")).await;
    assert_eq!((back.status.as_u16(), back.header("location")), (303, Some(path.as_str())));
    assert_eq!(browser.token(PLATFORM_TOKEN, &application, "").await.status, 200);

    let spa = NewApplication::service("spa", Level::Global, &[]).of_type(ApplicationType::Spa);
    let spa = browser.practice.register(spa).unwrap();
    assert_eq!(browser.submit(&format!("{}/secret", path_of(&spa)), &[]).await.status, 409);
    assert_eq!(browser.submit("/admin/applications/app_nobody/secret", &[]).await.status, 404);
    assert_eq!(browser.submit("/admin/applications/app_nobody", &[]).await.status, 404);
}

// ---- the gate

#[tokio::test]
async fn forms_from_elsewhere_and_from_nowhere_are_refused() {
    let browser = Browser::new();
    let application = browser.register("x", &["openid"]);
    let path = path_of(&application);
    let own = format!("http://localhost:{}", browser.practice.port());
    let fields = draft(&[]);
    for (origin, site, accepted) in [
        (None, None, false),
        (None, Some("none"), false),
        (None, Some("same-site"), false),
        (None, Some("cross-site"), false),
        (Some("null"), None, false),
        (Some("null"), Some("same-origin"), false),
        (Some("https://evil.example"), None, false),
        (Some("https://evil.example"), Some("same-origin"), false),
        (Some("http://localhost:1"), None, false),
        (Some(browser.practice.base_url()), Some("cross-site"), false),
        (Some(browser.practice.base_url()), None, true),
        (Some(own.as_str()), Some("same-origin"), true),
        (None, Some("same-origin"), true),
    ] {
        for (path, success) in [
            ("/admin/applications", 201),
            (path.as_str(), 303),
            (&format!("{path}/secret"), 200),
            ("/admin/webhook", 422),
        ] {
            let mut request = browser.bare(path, &fields);
            if let Some(origin) = origin {
                request = request.header("origin", origin);
            }
            if let Some(site) = site {
                request = request.header("sec-fetch-site", site);
            }
            let page = Page::of(request.send().await.unwrap()).await;
            let expected = if accepted { success } else { 403 };
            assert_eq!(page.status, expected, "{path} {origin:?} {site:?}: {}", page.text);
        }
        if !accepted {
            assert!(!browser.get("/admin/").await.says("Reporting"), "{origin:?} {site:?}");
            assert_eq!(browser.practice.allowed_scopes(&application.client_id).unwrap(), ["openid"]);
            assert_eq!(browser.token(PLATFORM_TOKEN, &application, "").await.status, 200);
        }
    }
}

#[tokio::test]
async fn only_forms_are_read() {
    let browser = Browser::new();
    let application = browser.register("x", &["openid"]);
    for path in ["/admin/applications", &path_of(&application), "/admin/webhook"] {
        for media_type in [None, Some("text/plain"), Some("application/json")] {
            let mut request = browser.client.post(browser.url(path)).body("name=x");
            if let Some(media_type) = media_type {
                request = request.header("content-type", media_type);
            }
            let page = Page::of(request.header("origin", browser.practice.base_url()).send().await.unwrap());
            assert_eq!(page.await.status, 415, "{path} {media_type:?}");
        }
    }
    assert_eq!(browser.practice.allowed_scopes(&application.client_id).unwrap(), ["openid"]);
}

// ---- webhooks

#[tokio::test]
async fn a_test_webhook_is_sent_and_shown() {
    let browser = Browser::new();
    let list = browser.get("/admin/").await;
    assert_eq!(list.value("webhook_secret"), browser.practice.webhook_secret());

    for (answer, verdict) in
        [("204 No Content", "note ok"), ("401 Unauthorized", "so it did not take the event")]
    {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/hooks", listener.local_addr().unwrap());
        let receiver = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = String::new();
            while !request.contains("SUSPENDED") {
                let mut piece = [0; 4096];
                let length = stream.read(&mut piece).unwrap();
                assert_ne!(length, 0, "{request}");
                request.push_str(std::str::from_utf8(&piece[..length]).unwrap());
            }
            write!(stream, "HTTP/1.1 {answer}\r\nContent-Length: 0\r\n\r\n").unwrap();
            request
        });
        let page = browser.submit("/admin/webhook", &[("url", &url)]).await;
        let request = receiver.join().unwrap();
        assert_eq!(page.status, 200, "{}", page.text);
        assert!(page.says(verdict), "{}", page.text);
        let signature = request.split("x-scaikey-signature: ").nth(1).unwrap().lines().next().unwrap();
        assert!(page.says(signature), "{}", page.text);
        assert!(page.says("&quot;status&quot;:&quot;SUSPENDED&quot;"));
    }
}

#[tokio::test]
async fn a_webhook_that_cannot_be_sent_says_why_at_its_field() {
    let browser = Browser::new();
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    for (url, status, message) in [
        ("http://example.com/", 422, "on this computer only"),
        ("https://127.0.0.1/", 422, "on this computer only"),
        ("", 422, "on this computer only"),
        (&format!("http://{free}/"), 502, "cannot be reached"),
    ] {
        let page = browser.submit("/admin/webhook", &[("url", url)]).await;
        assert_eq!(page.status, status, "{url}");
        assert_eq!(page.value("url"), url);
        assert!(page.tag("url").contains(r#"aria-invalid="true""#));
        assert!(page.says(r#"id="url-problem">Not delivered: "#) && page.says(message), "{}", page.text);
    }
    let again = browser.get("/admin/webhook").await;
    assert_eq!((again.status.as_u16(), again.header("location")), (303, Some("/admin/#webhooks")));
}
