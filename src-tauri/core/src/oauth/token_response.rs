//! The access token answer (RFC 6749 §5.1), read strictly; what is tolerated is noted.

use serde_json::Value;

use super::http::HttpResponse;
use super::json::Members;
use super::refusal::{common, server_words, shown, token_refusal};
use super::token_request::TokenRequest;
use crate::contract::{AppError, Stage};
use crate::secret::Secret;

/// The largest access token that is accepted, in bytes.
const LARGEST_TOKEN: usize = 256 * 1024;

/// A token as it was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenResponse {
    /// `access_token`, exactly.
    pub access_token: Secret,
    /// `token_type`, as sent.
    pub token_type: String,
    /// `expires_in` in seconds; `None` where absent or unusable (a note says so).
    pub expires_in: Option<u32>,
    /// `scope`, as sent.
    pub scope: Option<String>,
    /// What was odd but tolerated, in words.
    pub notes: Vec<String>,
    /// From sending to the end of the answer, in milliseconds.
    pub duration_ms: u32,
}

/// Reads the answer to a token request.
///
/// # Errors
/// Any answer kind of [`AppError`].
pub fn read(
    request: &TokenRequest,
    response: &HttpResponse,
    reserved_in_credentials: bool,
) -> Result<TokenResponse, AppError> {
    let url = &request.endpoint;
    let malformed =
        |what: String| AppError::MalformedAnswer { what, server: server_words(Stage::Token, url, response) };
    let refused = || token_refusal(request, response, reserved_in_credentials);
    if response.status != 200 {
        if (200..300).contains(&response.status) {
            return Err(malformed(format!("A token answer has status 200, not {}.", response.status)));
        }
        return Err(refused());
    }
    if let Some(error) = common(Stage::Token, url, response) {
        return Err(error);
    }
    let members = Members::parse(&response.body).map_err(malformed)?;
    if members.once("access_token").map_err(malformed)?.is_none() && members.text("error").is_some() {
        // 200 with an error object: real servers do it.
        return Err(refused());
    }
    let mut notes = Vec::new();
    if response.content_type.as_deref() != Some("application/json") {
        let sent = response.content_type.as_deref().map_or("none".to_owned(), shown);
        notes.push(format!("The content type is {sent}; RFC 6749 §5.1 wants application/json."));
    }
    let access_token = read_access_token(&members, &mut notes).map_err(malformed)?;
    let token_type = read_token_type(&members, &mut notes).map_err(malformed)?;
    let expires_in = members.once("expires_in").map_err(malformed)?;
    let expires_in = expires_in.and_then(|value| read_expires_in(value, &mut notes));
    let scope = match members.once("scope").map_err(malformed)? {
        Some(Value::String(scope)) => Some(scope.clone()),
        Some(_) => {
            notes.push("The scope member is not a text, so it is left out.".to_owned());
            None
        }
        None => None,
    };
    if members.text("refresh_token").is_some() {
        notes.push(
            "A refresh token came too. RFC 6749 §4.4.3 expects none for this grant, so it is ignored."
                .to_owned(),
        );
    }
    Ok(TokenResponse {
        access_token,
        token_type,
        expires_in,
        scope,
        notes,
        duration_ms: response.duration_ms,
    })
}

fn read_access_token(members: &Members, notes: &mut Vec<String>) -> Result<Secret, String> {
    let text = match members.once("access_token")? {
        Some(Value::String(text)) => text,
        Some(_) => return Err("The access_token is not a text.".to_owned()),
        None => return Err("There is no access_token in it.".to_owned()),
    };
    if text.is_empty() {
        return Err("The access_token is empty.".to_owned());
    }
    if text.len() > LARGEST_TOKEN {
        return Err(format!("The access_token has more than {} KiB.", LARGEST_TOKEN / 1024));
    }
    // RFC 6750 §2.1: b64token; anything else cannot stand in an Authorization header.
    if !text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~+/=".contains(&b)) {
        notes.push("The token holds characters that RFC 6750 §2.1 does not allow in a header.".to_owned());
    }
    Ok(Secret::new(text.as_str()))
}

fn read_token_type(members: &Members, notes: &mut Vec<String>) -> Result<String, String> {
    let text = match members.once("token_type")? {
        Some(Value::String(text)) => text,
        Some(_) => return Err("The token_type is not a text.".to_owned()),
        None => return Err("There is no token_type in it; RFC 6749 §5.1 requires one.".to_owned()),
    };
    if !text.eq_ignore_ascii_case("bearer") {
        notes.push(format!(
            "The token type is “{}”, not Bearer: an API may want it in another form.",
            shown(text)
        ));
    }
    Ok(shown(text))
}

/// `expires_in` in whole seconds, as tolerantly as real servers need.
fn read_expires_in(value: &Value, notes: &mut Vec<String>) -> Option<u32> {
    let number = match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => {
            let number = text.trim().parse::<f64>().ok().filter(|number| number.is_finite());
            if number.is_some() {
                notes.push("expires_in is a text; RFC 6749 §5.1 wants a number.".to_owned());
            }
            number
        }
        _ => None,
    };
    let Some(number) = number.filter(|number| number.is_finite()) else {
        notes.push("expires_in is not a number of seconds, so it is left out.".to_owned());
        return None;
    };
    if number <= 0.0 {
        notes.push(format!("expires_in is {number}: the token was answered as already expired."));
        return Some(0);
    }
    // Ten years is longer than any token lives, and no clock arithmetic overflows on it.
    const LONGEST: f64 = 315_360_000.0;
    if number > LONGEST {
        notes.push("expires_in is longer than ten years; it is taken as ten years.".to_owned());
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to 0..=LONGEST")]
    Some(number.min(LONGEST).floor() as u32)
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::*;
    use crate::model::{ClientAuthentication, LevelName};

    fn request() -> TokenRequest {
        TokenRequest {
            endpoint: Url::parse("https://id.example/token?tenant=a").unwrap(),
            client_id: "svc".to_owned(),
            client_authentication: ClientAuthentication::ClientSecretBasic,
            level: None,
            scopes: vec!["admin:read".to_owned()],
            extra: Vec::new(),
        }
    }

    fn answer(status: u16, content_type: &str, body: &[u8]) -> HttpResponse {
        HttpResponse {
            status,
            content_type: Some(content_type.to_owned()).filter(|text| !text.is_empty()),
            location: None,
            www_authenticate: None,
            retry_after_seconds: None,
            content_encoding: None,
            clock_offset_ms: None,
            duration_ms: 1,
            body: body.to_vec(),
        }
    }

    fn read_json(status: u16, body: &str) -> Result<TokenResponse, AppError> {
        read(&request(), &answer(status, "application/json", body.as_bytes()), true)
    }

    /// Reads a good answer with one member replaced or added.
    fn read_with(members: &str) -> Result<TokenResponse, AppError> {
        read_json(200, &format!(r#"{{"access_token":"t","token_type":"Bearer",{members}}}"#))
    }

    #[track_caller]
    fn check_malformed(body: &[u8], word: &str) {
        match read(&request(), &answer(200, "application/json", body), true) {
            Err(AppError::MalformedAnswer { what, .. }) => assert!(what.contains(word), "{what}"),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_documented_answer_is_read_without_a_note() {
        let token = read_with(r#""expires_in":3600,"scope":"admin:read""#).unwrap();
        assert_eq!(token.access_token.expose(), "t");
        assert_eq!((token.expires_in, token.scope.as_deref()), (Some(3600), Some("admin:read")));
        assert!(token.notes.is_empty());
    }

    #[test]
    fn f_srv_1_to_8_and_28_each_malformed_answer_says_what_is_wrong() {
        check_malformed(b"", "empty");
        check_malformed(b" \n", "empty");
        check_malformed("\u{feff}{}".as_bytes(), "no access_token");
        check_malformed(b"\xff\xfe{\0}\0", "UTF-16");
        for body in ["null", "[]", "\"x\"", "7"] {
            check_malformed(body.as_bytes(), "not an object");
        }
        check_malformed(b"{\"", "cut off");
        check_malformed(b"{} {}", "not JSON");
        check_malformed(b"{}", "no access_token");
        check_malformed(br#"{"access_token":"","token_type":"Bearer"}"#, "empty");
        check_malformed(br#"{"access_token":5,"token_type":"Bearer"}"#, "not a text");
        check_malformed(br#"{"access_token":{},"token_type":"Bearer"}"#, "not a text");
        check_malformed(br#"{"access_token":"t"}"#, "no token_type");
        check_malformed(br#"{"access_token":"t","token_type":"Bearer","access_token":"u"}"#, "twice");
        let large = format!(r#"{{"access_token":"{}","token_type":"Bearer"}}"#, "a".repeat(300 * 1024));
        check_malformed(large.as_bytes(), "256 KiB");
        let fits = format!(r#"{{"access_token":"{}","token_type":"Bearer"}}"#, "a".repeat(64 * 1024));
        assert!(read_json(200, &fits).is_ok());
    }

    #[test]
    fn f_srv_26_and_27_deep_and_wide_json_is_survived() {
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        check_malformed(format!(r#"{{"x":{deep}}}"#).as_bytes(), "not JSON");
        let wide = (0..100_000).map(|n| format!("\"m{n}\":1,")).collect::<String>();
        assert!(read_with(&format!("{wide}\"z\":1")).is_ok());
    }

    #[test]
    fn f_srv_10_every_expires_in_has_a_defined_result() {
        for (sent, read, noted) in [
            ("3600", Some(3600), false),
            ("3600.7", Some(3600), false),
            ("\"3600\"", Some(3600), true),
            ("0", Some(0), true),
            ("-5", Some(0), true),
            ("1e18", Some(315_360_000), true),
            ("1e308", Some(315_360_000), true),
            ("\"NaN\"", None, true),
            ("\"Tue\"", None, true),
            ("true", None, true),
            ("{}", None, true),
            ("null", None, false),
        ] {
            let token = read_with(&format!("\"expires_in\":{sent}")).unwrap();
            assert_eq!(
                (token.expires_in, !token.notes.is_empty()),
                (read, noted),
                "{sent}: {:?}",
                token.notes
            );
        }
        assert_eq!(read_with("\"x\":1").unwrap().expires_in, None);
    }

    #[test]
    fn f_srv_9_token_types() {
        for sent in ["bearer", "BEARER", "Bearer"] {
            let token = read_json(200, &format!(r#"{{"access_token":"t","token_type":"{sent}"}}"#)).unwrap();
            assert!(token.notes.is_empty());
        }
        for sent in ["mac", "access_token"] {
            let token = read_json(200, &format!(r#"{{"access_token":"t","token_type":"{sent}"}}"#)).unwrap();
            assert!(token.notes.iter().any(|note| note.contains(sent)));
        }
    }

    #[test]
    fn rfc_6749_4_4_3_a_refresh_token_is_ignored() {
        let token = read_with(r#""refresh_token":"canary""#).unwrap();
        assert!(token.notes.iter().any(|note| note.contains("ignored")));
        assert!(!format!("{token:?}").contains("canary"));
    }

    #[test]
    fn f_srv_30_a_token_that_cannot_stand_in_a_header_is_noted() {
        let token = read_json(200, r#"{"access_token":"a\nb","token_type":"Bearer"}"#).unwrap();
        assert!(token.notes.iter().any(|note| note.contains("RFC 6750")));
    }

    #[test]
    fn a_wrong_secret_in_every_form_seen_is_a_refused_client() {
        for (status, content_type, body) in [
            (401, "application/json", r#"{"error":"invalid_client"}"#),
            (400, "application/json", r#"{"error":"invalid_client","error_description":"no"}"#),
            (200, "application/json", r#"{"error":"invalid_client"}"#),
            (404, "application/json", r#"{"error":"invalid_client"}"#),
            (403, "", ""),
            (401, "", ""),
            (401, "application/problem+json", r#"{"title":"Unauthorized","status":401}"#),
            (401, "application/json", r#"{"error":{"code":5}}"#),
        ] {
            let error = read(&request(), &answer(status, content_type, body.as_bytes()), true).unwrap_err();
            let AppError::ClientRefused { method, alternatives, .. } = error else {
                panic!("{body}: {error:?}")
            };
            assert_eq!(method, ClientAuthentication::ClientSecretBasic);
            assert_eq!(
                alternatives,
                [ClientAuthentication::ClientSecretBasicRaw, ClientAuthentication::ClientSecretPost]
            );
        }
        let error = read(&request(), &answer(401, "", b""), false).unwrap_err();
        let AppError::ClientRefused { alternatives, .. } = error else { panic!("{error:?}") };
        assert_eq!(alternatives, [ClientAuthentication::ClientSecretPost]);
    }

    #[track_caller]
    fn check_kind(status: u16, content_type: &str, body: &str, kind: &str) {
        let error = read(&request(), &answer(status, content_type, body.as_bytes()), true).unwrap_err();
        let json = serde_json::to_value(&error).unwrap();
        assert_eq!(json["kind"], kind, "{status} {body}: {error:?}");
    }

    #[test]
    fn f_srv_refusals_by_status_and_code() {
        let json = "application/json";
        check_kind(400, json, r#"{"error":"invalid_scope"}"#, "scopeRefused");
        check_kind(400, json, r#"{"error":"scope_invalid"}"#, "scopeRefused");
        check_kind(400, json, r#"{"error":"unauthorized_client"}"#, "grantRefused");
        check_kind(400, json, r#"{"error":"unsupported_grant_type"}"#, "grantRefused");
        check_kind(400, json, r#"{"error":"temporarily_unavailable"}"#, "serverUnavailable");
        check_kind(400, json, r#"{"error":"other_error"}"#, "serverRefused");
        check_kind(400, json, r#"{"timestamp":1,"error":"BadRequest","message":"x"}"#, "serverRefused");
        check_kind(422, json, r#"{"detail":[{"loc":["body"],"msg":"x","type":"y"}]}"#, "serverRefused");
        check_kind(404, "text/html", "<html>", "endpointNotFound");
        check_kind(405, "text/html", "<html>", "endpointNotFound");
        check_kind(429, "", "", "rateLimited");
        for status in [408, 425, 500, 502, 503, 504] {
            check_kind(status, "text/html", "<html><title>Bad gateway</title>", "serverUnavailable");
        }
        check_kind(307, "", "", "redirected");
        check_kind(200, "text/html", "<!DOCTYPE html><title>Sign in to the Wi-Fi</title>", "notJson");
        check_kind(400, "text/html", "<html>", "notJson");
        check_kind(204, "", "", "malformedAnswer");
    }

    #[test]
    fn an_unauthorised_client_of_a_scaikey_may_be_of_the_other_flavour() {
        let request = TokenRequest { level: Some(LevelName::Tenant), ..request() };
        let answer = |body: &str| answer(400, "application/json", body.as_bytes());
        let error = read(&request, &answer(r#"{"error":"unauthorized_client"}"#), true).unwrap_err();
        assert!(matches!(error, AppError::WrongFlavour { level: LevelName::Tenant, .. }), "{error:?}");
        let error = read(&request, &answer(r#"{"error":"unsupported_grant_type"}"#), true).unwrap_err();
        assert!(matches!(error, AppError::GrantRefused { .. }), "{error:?}");
        let error = read(&request, &answer(r#"{"error":"invalid_client"}"#), true).unwrap_err();
        assert!(matches!(error, AppError::ClientRefused { level: Some(LevelName::Tenant), .. }), "{error:?}");
    }

    #[test]
    fn f_srv_34_the_servers_words_are_inert_and_cut() {
        let body = format!(
            r#"{{"error":"x","error_description":"<img src=x onerror=alert(1)>\u202e\u0000\u001b[31m{}","error_uri":"javascript:alert(1)"}}"#,
            "a".repeat(1_000_000)
        );
        let AppError::ServerRefused { server } = read_json(400, &body).unwrap_err() else { panic!() };
        let description = server.description.unwrap();
        assert!(description.starts_with("<img src=x onerror=alert(1)>\\u{202e}\\u{0}\\u{1b}[31m"));
        assert!(description.chars().count() < 600);
        assert_eq!(server.uri, None);
        assert_eq!(server.url, "https://id.example/token");
    }

    #[test]
    fn no_error_holds_a_token_that_came_with_it() {
        let body = r#"{"access_token":"canary","expires_in":1}"#;
        assert!(!format!("{:?}", read_json(200, body).unwrap_err()).contains("canary"));
        let twice = r#"{"access_token":"canary","access_token":"canary","token_type":"Bearer"}"#;
        assert!(!format!("{:?}", read_json(400, twice).unwrap_err()).contains("canary"));
    }
}
