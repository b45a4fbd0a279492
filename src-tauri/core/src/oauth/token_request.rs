//! The access token request (RFC 6749 §4.4.2) with its client authentication (§2.3.1).

use url::Url;

use super::http::{Authorization, Body, FormField, HttpRequest};
use crate::contract::{ExtraParameter, HttpMethod, Stage};
use crate::model::{Application, ClientAuthentication, Level, LevelName};
use crate::secret::Secret;

/// All that a `client_credentials` request is made of, the secret aside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenRequest {
    /// The token endpoint; a query it has is kept (RFC 6749 §3.2).
    pub endpoint: Url,
    /// `client_id`.
    pub client_id: String,
    /// How the client proves itself.
    pub client_authentication: ClientAuthentication,
    /// The level it asks as, at a ScaiKey: not sent, but it explains a refusal.
    pub level: Option<LevelName>,
    /// `scope`; empty sends none.
    pub scopes: Vec<String>,
    /// Further parameters.
    pub extra: Vec<ExtraParameter>,
}

impl TokenRequest {
    /// What an application sends to this token endpoint.
    #[must_use]
    pub fn of(application: &Application, endpoint: Url) -> Self {
        Self {
            endpoint,
            client_id: application.client_id.clone(),
            client_authentication: application.client_authentication,
            level: application.registration.level().map(Level::name),
            scopes: application.scopes.clone(),
            extra: application.extra.clone(),
        }
    }

    /// The request to send. The secret stands in the header **or** in the body, never in both and never in
    /// the URL.
    #[must_use]
    pub fn build(&self, client_secret: &Secret) -> HttpRequest {
        let mut form = vec![FormField::plain("grant_type", "client_credentials")];
        if !self.scopes.is_empty() {
            form.push(FormField::plain("scope", &self.scopes.join(" ")));
        }
        form.extend(self.extra.iter().map(|parameter| FormField::plain(&parameter.name, &parameter.value)));
        let basic = |form_encoded| Authorization::Basic {
            user: self.client_id.clone(),
            password: client_secret.clone(),
            form_encoded,
        };
        let authorization = match self.client_authentication {
            ClientAuthentication::ClientSecretBasic => Some(basic(true)),
            ClientAuthentication::ClientSecretBasicRaw => Some(basic(false)),
            ClientAuthentication::ClientSecretPost => {
                form.push(FormField::plain("client_id", &self.client_id));
                form.push(FormField::secret("client_secret", client_secret));
                None
            }
        };
        HttpRequest {
            stage: Stage::Token,
            method: HttpMethod::Post,
            url: self.endpoint.clone(),
            authorization,
            accept: "application/json",
            body: Some(Body::Form(form)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(client_id: &str, client_authentication: ClientAuthentication) -> TokenRequest {
        TokenRequest {
            endpoint: Url::parse("https://id.example/token?tenant=a").unwrap(),
            client_id: client_id.to_owned(),
            client_authentication,
            level: None,
            scopes: vec!["openid".to_owned(), "admin:read".to_owned()],
            extra: vec![ExtraParameter {
                name: "audience".to_owned(),
                value: "https://api/?x=1&y".to_owned(),
            }],
        }
    }

    #[track_caller]
    fn check_basic(method: ClientAuthentication, id: &str, secret: &str, header: &str) {
        let built = request(id, method).build(&Secret::new(secret));
        assert_eq!(built.authorization.unwrap().header_value().expose(), header);
        let form = built.body.unwrap().encode();
        assert!(!form.expose().contains("client_secret") && !form.expose().contains("client_id"));
    }

    #[test]
    fn rfc_6749_2_3_1_basic_is_form_encoded_first() {
        use ClientAuthentication::ClientSecretBasic as Basic;
        // The vector of hardening 2.1, found by AppAuth-Android.
        check_basic(
            Basic,
            "1PpG/Q 1",
            "z/tZ9VwFZqApmIQ+ZH1I5pLk/uB4ud:X2/8bL+wfFTt1rFw=",
            "Basic MVBwRyUyRlErMTp6JTJGdFo5VndGWnFBcG1JUSUyQlpIMUk1cExrJTJGdUI0dWQlM0FYMiUyRjhiTCUyQndmRlR0MXJGdyUzRA==",
        );
        // RFC 6749 §2.3.1's own example.
        check_basic(
            Basic,
            "s6BhdRkqt3",
            "7Fjfp0ZBr1KtDRbnfVdmIw",
            "Basic czZCaGRSa3F0Mzo3RmpmcDBaQnIxS3REUmJuZlZkbUl3",
        );
        check_basic(Basic, "a", "", "Basic YTo=");
        // `a:p%40ss%3Aw%2Ford%2B%2520`
        check_basic(Basic, "a", "p@ss:w/ord+%20", "Basic YTpwJTQwc3MlM0F3JTJGb3JkJTJCJTI1MjA=");
        // `%C2%A7:%F0%9F%94%91`
        check_basic(Basic, "§", "🔑", "Basic JUMyJUE3OiVGMCU5RiU5NCU5MQ==");
    }

    #[test]
    fn rfc_7617_basic_as_is() {
        use ClientAuthentication::ClientSecretBasicRaw as Raw;
        check_basic(Raw, "Aladdin", "open sesame", "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
        // RFC 7617 §2.1: "test" and "123£" in UTF-8.
        check_basic(Raw, "test", "123£", "Basic dGVzdDoxMjPCow==");
    }

    #[test]
    fn post_puts_both_into_the_body_and_nothing_into_the_header() {
        let built =
            request("svc&1", ClientAuthentication::ClientSecretPost).build(&Secret::new("p@ss:w/ord+%20"));
        assert_eq!(built.authorization, None);
        assert_eq!(
            built.body.unwrap().encode().expose(),
            "grant_type=client_credentials&scope=openid+admin%3Aread&audience=https%3A%2F%2Fapi%2F%3Fx%3D1%26y\
             &client_id=svc%261&client_secret=p%40ss%3Aw%2Ford%2B%2520"
        );
    }

    #[test]
    fn the_endpoints_query_is_kept_and_holds_no_secret() {
        for method in [
            ClientAuthentication::ClientSecretBasic,
            ClientAuthentication::ClientSecretBasicRaw,
            ClientAuthentication::ClientSecretPost,
        ] {
            let built = request("svc", method).build(&Secret::new("canary"));
            assert_eq!(built.url.as_str(), "https://id.example/token?tenant=a");
        }
    }

    #[test]
    fn no_scope_asked_for_sends_no_scope() {
        let mut request = request("svc", ClientAuthentication::ClientSecretBasic);
        request.scopes.clear();
        request.extra.clear();
        let form = request.build(&Secret::new("s")).body.unwrap().encode();
        assert_eq!(form.expose(), "grant_type=client_credentials");
    }
}
