// Keeps an access token valid, and lists the tenants with it.
//
//     CLIENT_SECRET=… cargo run [-- --watch SECONDS]
//
// [dependencies]
// reqwest = "0.13"
// serde_json = "1"
// tokio = { version = "1", features = ["macros", "rt-multi-thread", "time"] }

use std::error::Error;
use std::time::{Duration, Instant};

use serde_json::Value;

const TOKEN_ENDPOINT: &str = "http://127.0.0.1:18089/api/v1/platform/oauth/token";
const TENANTS_URL: &str = "http://127.0.0.1:18089/api/v1/admin/tenants/";
const CLIENT_ID: &str = "svc_demo";
const SCOPE: &str = "openid admin:read";

type Outcome<T> = Result<T, Box<dyn Error>>;

struct ScaiKey {
    http: reqwest::Client,
    secret: String,
    token: String,
    renew_at: Instant,
}

impl ScaiKey {
    /// The access token; requested again shortly before its end.
    async fn token(&mut self) -> Outcome<&str> {
        if self.token.is_empty() || Instant::now() >= self.renew_at {
            let mut form = "grant_type=client_credentials".to_owned();
            if !SCOPE.is_empty() {
                form += &format!("&scope={}", form_encode(SCOPE));
            }
            let request = self.http.post(TOKEN_ENDPOINT).header("accept", "application/json");
            let request = request.header("content-type", "application/x-www-form-urlencoded");
            // RFC 6749, 2.3.1: both are form-encoded first.
            let (id, secret) = (form_encode(CLIENT_ID), form_encode(&self.secret));
            let request = request.basic_auth(id, Some(secret));
            let answer = ask(request.body(form)).await?;
            self.token = answer["access_token"].as_str().ok_or("no access_token")?.to_owned();
            // A tenth of its life before the end, but 5 to 60 seconds, and at most half its life.
            let life = answer["expires_in"].as_f64().unwrap_or(0.0);
            let margin = (life / 10.0).clamp(5.0, 60.0).min(life / 2.0);
            self.renew_at = Instant::now() + Duration::from_secs_f64(life - margin);
        }
        Ok(&self.token)
    }

    async fn list_tenants(&mut self) -> Outcome<()> {
        let token = self.token().await?.to_owned();
        let answer = ask(self.http.get(TENANTS_URL).bearer_auth(token)).await?;
        // The shape of the list is not documented: the first array in the answer is taken.
        let first = || answer.as_object()?.values().find_map(Value::as_array);
        for tenant in answer.as_array().or_else(first).into_iter().flatten() {
            println!("{}", tenant["name"].as_str().unwrap_or_default());
        }
        Ok(())
    }
}

/// The answer's JSON.
async fn ask(request: reqwest::RequestBuilder) -> Outcome<Value> {
    let answer = request.send().await?;
    let (status, url) = (answer.status(), answer.url().clone());
    let text = answer.text().await?;
    if !status.is_success() {
        return Err(format!("{status} from {url}: {text}").into());
    }
    Ok(serde_json::from_str(&text)?)
}

/// `application/x-www-form-urlencoded` of one text.
fn form_encode(text: &str) -> String {
    let encode = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'*' | b'-' | b'.' | b'_' => char::from(byte).to_string(),
        b' ' => "+".to_owned(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(encode).collect()
}

#[tokio::main]
async fn main() -> Outcome<()> {
    let http = reqwest::Client::builder()
        // The token must not follow a redirect to another host.
        .redirect(reqwest::redirect::Policy::none())
        .timeout(Duration::from_secs(30))
        .build()?;
    let secret = std::env::var("CLIENT_SECRET")?;
    let mut scaikey = ScaiKey { http, secret, token: String::new(), renew_at: Instant::now() };
    scaikey.list_tenants().await?;
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.as_slice() {
        [option, seconds] if option == "--watch" => {
            let pause = Duration::from_secs_f64(seconds.parse()?);
            loop {
                tokio::time::sleep(pause).await;
                scaikey.list_tenants().await?;
            }
        }
        _ => Ok(()),
    }
}
