//! Planted secrets never survive; everything else does.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::contract::{HttpMethod, Stage};
use crate::oauth::http::{FormField, form_encode};
use crate::secret::Secret;

const JWT: &str = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJzdmMifQ.c2lnbmF0dXJl";

fn request(secret: &str) -> HttpRequest {
    HttpRequest {
        stage: Stage::Token,
        method: HttpMethod::Post,
        url: Url::parse("https://id.example/token").unwrap(),
        authorization: Some(Authorization::Basic {
            user: "svc".to_owned(),
            password: Secret::new(secret),
            form_encoded: true,
        }),
        accept: "application/json",
        body: None,
    }
}

#[track_caller]
fn check(text: &str, expected: &str) {
    assert_eq!(Mask::of(&request("c4n4ry/+%")).text(text), expected);
}

#[test]
fn secret_members_are_masked_and_all_else_stays_as_it_was() {
    check(
        r#"{"token_type":"Bearer","access_token":"opaque","n":1.0e2,"n":1,"refresh_token" : "r\"1" ,"scope":"a"}"#,
        r#"{"token_type":"Bearer","access_token":"••••","n":1.0e2,"n":1,"refresh_token" : "••••" ,"scope":"a"}"#,
    );
    check(
        r#"{"token_endpoint":"https://x","expires_in":3600}"#,
        r#"{"token_endpoint":"https://x","expires_in":3600}"#,
    );
    check(
        r#"{"clientSecret":"a","X-Api-Key":"b","secret":null}"#,
        r#"{"clientSecret":"••••","X-Api-Key":"••••","secret":null}"#,
    );
    check(r#"{"password":123456,"code":403,"ok":true}"#, r#"{"password":"••••","code":403,"ok":true}"#);
    check(
        r#"{"token":{"a":["}",1]},"b":[{"id_token":"x"}]}"#,
        r#"{"token":"••••","b":[{"id_token":"••••"}]}"#,
    );
    check(r#"{"access\u005ftoken":"x"}"#, r#"{"access\u005ftoken":"••••"}"#);
    check("", "");
    check("••••", "••••");
}

#[test]
fn broken_json_is_masked_all_the_same() {
    check(r#"{"access_token":"cut of"#, r#"{"access_token":"••••"#);
    check(r#"{"access_token":"cut of\"#, r#"{"access_token":"••••"#);
    check(r#"{"access_token":{"cut":"of"#, r#"{"access_token":"••••""#);
    check(r#"say "hello {"access_token":"x"} "#, r#"say "hello {"access_token":"••••"} "#);
    check(r#"say 5" {"access_token":"x"}"#, r#"say 5" {"access_token":"••••"}"#);
    check(
        r#"log {\"access_token\":\"x\\\"y\",\"b\":\"c\"}"#,
        r#"log {\"access_token\":\"••••\",\"b\":\"c\"}"#,
    );
}

#[test]
fn json_in_json_strings_is_looked_into() {
    let inner = json!({ "access_token": "opaque \"1\"", "b": "c" }).to_string();
    let twice = json!({ "body": json!({ "body": inner }).to_string() }).to_string();
    let masked = Mask::of(&request("c4n4ry")).text(&twice);
    assert!(!masked.contains("opaque") && masked.contains('b'), "{masked}");
    let outer: Value = serde_json::from_str(&masked).unwrap();
    let middle: Value = serde_json::from_str(outer["body"].as_str().unwrap()).unwrap();
    let inner: Value = serde_json::from_str(middle["body"].as_str().unwrap()).unwrap();
    assert_eq!(inner, json!({ "access_token": "••••", "b": "c" }));
}

#[test]
fn what_looks_like_a_jwt_is_masked_anywhere() {
    check(&format!("<p>{JWT}</p>"), "<p>••••</p>");
    check(&format!(r#"{{"detail":"bad token {JWT}."}}"#), r#"{"detail":"bad token ••••"}"#);
    // No part of it but the header holds `eyJ` as it is.
    check(r#"{"hint":"\u0065yJhbGciOiJub25lIn0.IHsic3ViIjoiYSJ9.c2ln"}"#, r#"{"hint":"••••"}"#);
    check("eyJ is how a JWT begins. eyJabc", "eyJ is how a JWT begins. eyJabc");
}

#[test]
fn parameters_with_secret_names_are_masked_in_urls_and_forms() {
    check("https://a/cb?code=abc&state=1#access_token=x", "https://a/cb?code=••••&state=1#access_token=••••");
    check("access_token=abc&expires_in=3600", "access_token=••••&expires_in=3600");
    check("tokens=1&q=token", "tokens=1&q=token");
    check("/a?client%5Fsecret=x", "/a?client%5Fsecret=••••");
}

#[test]
fn the_requests_own_secret_is_found_in_every_encoding() {
    for text in ["c4n4ry/+%", "c4n4ry%2F%2b%25", "c4n4ry\\/\\u002B%", "c4n4ry&#47;&#x2b;%", "YzRuNHJ5LyslCg"]
    {
        let masked = Mask::of(&request("c4n4ry/+%")).text(&format!("you sent {text} to us"));
        assert!(!masked.contains("c4n4ry"), "{masked}");
    }
    let mask = Mask::of(&request("c4n4ry/+%"));
    let header = request("c4n4ry/+%").authorization.unwrap().header_value();
    assert_eq!(mask.text(&format!("got {}", header.expose())).replace('=', ""), "got Basic ••••");
    // Too short to be looked for, and in its own place it is still unseen.
    assert_eq!(Mask::of(&request("abc")).text("abcdef"), "abcdef");
    assert_eq!(mask.form(&[FormField::secret("client_secret", &Secret::new("abc"))]), "client_secret=••••");
}

#[test]
fn of_credentials_in_headers_the_scheme_stays() {
    let mask = Mask::of(&request("c4n4ry"));
    assert_eq!(mask.header("Authorization", "Bearer abc"), "Bearer ••••");
    assert_eq!(mask.header("proxy-authorization", "c4n4ry abc"), "••••");
    assert_eq!(mask.header("set-cookie", "sid=1; Path=/"), "••••");
    assert_eq!(mask.header("x-api-key", "abc"), "••••");
    assert_eq!(mask.header("location", "/cb?code=abc&a=b"), "/cb?code=••••&a=b");
    assert_eq!(mask.header("www-authenticate", "Bearer realm=\"x\""), "Bearer realm=\"x\"");
}

#[test]
fn a_url_loses_its_user_and_its_secrets() {
    let url = Url::parse("https://ada:pw@id.example/a?password=1&b=2#access_token=3").unwrap();
    let masked = Mask::of(&request("c4n4ry")).url(&url);
    assert_eq!(masked, "https://id.example/a?password=••••&b=2#access_token=••••");
}

#[test]
fn hostile_texts_are_masked_in_little_time() {
    // Quadratic work on one of these would take minutes.
    for unit in ["\\\"", "\"", "{", "\"token\":{", "eyJ", "\\\\", "%25", "a=", "\\u0061", "&#39;"] {
        let text = unit.repeat(200_000 / unit.len());
        assert!(!Mask::of(&request("c4n4ry\\\\\\\\\\\\")).text(&text).is_empty());
    }
}

fn html(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;").replace('\'', "&#39;")
}

proptest! {
    #[test]
    fn a_planted_secret_never_survives(secret in "[^•]{4,40}", before in "[ -~]{0,20}", after in "[ -~]{0,20}") {
        let mask = Mask::of(&request(&secret));
        let percent: String = secret.bytes().map(|byte| format!("%{byte:02x}")).collect();
        let json = json!({ "message": secret }).to_string();
        for planted in [secret.clone(), form_encode(&secret), percent, html(&secret)] {
            let masked = mask.text(&format!("{before}{planted}{after}"));
            prop_assert!(!masked.contains(&planted), "{masked}");
        }
        let masked = mask.text(&json);
        prop_assert!(masked != json && !masked.contains(&secret), "{masked}");
        let nested = json!({ "body": json }).to_string();
        prop_assert!(mask.text(&nested) != nested);
    }

    #[test]
    fn a_planted_token_never_survives(
        token in "[!-~]{6,60}",
        name in "(access|refresh|id)_token|client_secret|password|assertion",
        before in any::<u32>(),
        cut in 1_usize..6,
    ) {
        let mask = Mask::of(&request("other"));
        let whole = format!("{{\"n\": {before},\"{name}\" :{}}}", json!(token));
        let cut = whole.get(..whole.len() - cut).unwrap().to_owned();
        // Its JSON form, cut as the text is.
        let planted: String = json!(token).to_string().chars().skip(1).take(5).collect();
        for text in [whole, cut] {
            let masked = mask.text(&text);
            prop_assert!(!masked.contains(&planted), "{masked}");
            let expected = format!("{{\"n\": {before},");
            prop_assert!(masked.starts_with(&expected), "{masked}");
        }
    }

    #[test]
    fn what_holds_no_secret_stays_as_it_is(words in prop::collection::vec("[a-d0-9 ]{0,12}", 0..6)) {
        let text = json!({ "items": words, "total": words.len() }).to_string();
        prop_assert_eq!(Mask::of(&request("c4n4ry")).text(&text), text);
    }

    #[test]
    fn any_text_is_taken(text in "\\PC*") {
        let _ = Mask::of(&request("c4n4ry")).text(&text);
    }
}
