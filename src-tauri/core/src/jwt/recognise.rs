//! What kind of token it is, and why: by what ScaiKey documents (contract 3.3), else by the standards.
//!
//! Nothing here is verified: this says what a token claims to be.

use super::claims::{Time, UnverifiedClaims};
use super::dictionary::{LOGOUT_EVENT, SCAIKEY, TYPES};
use super::jws::Decoded;
use super::words::{list, quote};
use crate::contract::{Certainty, Recognised, TokenKind, TokenLife};
use crate::scaikey::ADMIN_SCOPES;

use Certainty::{Documented, Inferred};

/// The most names that a reason holds.
const MOST_NAMES: usize = 5;

/// What ScaiKey names of an ID token's own claims (contract 3.7).
const ID_CLAIMS: [&str; 3] = ["email", "name", "groups"];

/// How keys of other Scai products begin, as their own pages show them.
const PRODUCT_KEYS: [&str; 2] = ["sgk_", "skt_"];

/// How refresh tokens begin in those products' examples.
const REFRESH_TOKENS: [&str; 2] = ["rtk_", "rt_"];

/// What kind of token this is; `None` where nothing says so. `token` is the text that `decoded` was read from, and
/// `scaikey` says whether a ScaiKey issued it.
#[must_use]
pub fn recognise(token: &str, decoded: &Decoded, scaikey: bool) -> Option<Recognised> {
    match decoded.kind {
        TokenKind::Jwe => {
            return Some(recognised(
                "An encrypted token",
                vec!["It has five parts; only its header can be read".to_owned()],
                Documented,
                "RFC 7516 §3",
            ));
        }
        TokenKind::JwsJson => {
            let reasons = match decoded.signatures.len() {
                1 => "It has one signature".to_owned(),
                several => format!("It has {several} signatures"),
            };
            let no_jwt =
                "A JWT has the compact form only (RFC 7519 §1), so no API takes this as one".to_owned();
            return Some(recognised(
                "A JWS in its JSON form",
                vec![reasons, no_jwt],
                Documented,
                "RFC 7515 §7.2",
            ));
        }
        TokenKind::Opaque => return opaque(token.trim(), scaikey),
        TokenKind::Jwt => {}
    }
    let claims = decoded.payload.as_ref();
    let own = claims.filter(|_| scaikey).and_then(scaikeys);
    own.or_else(|| by_type(decoded)).or_else(|| claims.and_then(by_claims))
}

/// The instants that a token states itself. A claim that is no time counts as absent; of two the last counts.
#[must_use]
pub fn life_of(decoded: &Decoded) -> TokenLife {
    let at = |name: &str| match decoded.payload.as_ref()?.time(name) {
        Time::At(at) => Some(at),
        Time::Absent | Time::OutOfRange | Time::NotANumber(_) => None,
    };
    TokenLife { issued_at: at("iat"), not_before: at("nbf"), expires_at: at("exp") }
}

/// Whether the claims are those of an ID token. Some servers put a `nonce` or `auth_time` into access tokens
/// too; those have scopes.
pub(super) fn is_id_token(claims: &UnverifiedClaims) -> bool {
    let has = |name: &str| claims.has(name);
    let of_sign_in = has("nonce") || (has("auth_time") && has("azp"));
    has("at_hash") || has("c_hash") || (of_sign_in && !has("scope") && !has("scp"))
}

fn recognised(name: &str, reasons: Vec<String>, certainty: Certainty, source: &str) -> Recognised {
    Recognised { name: name.to_owned(), reasons, certainty, source: Some(source.to_owned()) }
}

/// A token of a ScaiKey, by the decision table of contract 3.3.
fn scaikeys(claims: &UnverifiedClaims) -> Option<Recognised> {
    let subject = claims.str("sub");
    let is_user = subject.as_deref().is_some_and(|sub| sub.starts_with("usr_"));
    let is_client = subject.is_some() && subject == claims.str("client_id");
    let of_service = claims.str("token_type").as_deref() == Some("client_credentials");
    let mut reasons = Vec::new();
    let mut certainty = Documented;
    let mut name = if claims.raw("platform_token") == Some("true") {
        reasons.push("platform_token is true: a client_credentials token of a GLOBAL application".to_owned());
        reasons.push(admin_api(claims));
        "A platform token".to_owned()
    } else if of_service {
        reasons
            .push("token_type is client_credentials, which tells service tokens from user tokens".to_owned());
        match claims.str("app_scope").as_deref() {
            Some(level @ ("TENANT" | "PARTNER")) => {
                reasons.push(format!("app_scope is {level}, the level of the application"));
                format!("A service token of a {level} application")
            }
            Some("GLOBAL") => "A service token".to_owned(),
            _ => {
                certainty = Inferred;
                reasons.push("platform_token is not true, as it is for a GLOBAL application".to_owned());
                "A service token of a TENANT or PARTNER application".to_owned()
            }
        }
    } else if claims.has("role") {
        reasons.push("role is there: an admin signed in".to_owned());
        "An admin's token".to_owned()
    } else if is_client {
        reasons.push("sub is the same as client_id".to_owned());
        "A service token".to_owned()
    } else if is_user
        && !claims.has("scope")
        && (is_id_token(claims) || ID_CLAIMS.iter().any(|name| claims.has(name)))
    {
        certainty = Inferred;
        reasons.push(id_token_reason(claims));
        reasons.push("scope is not there, which access tokens always have".to_owned());
        "A user's ID token".to_owned()
    } else if is_user {
        "A user's token".to_owned()
    } else {
        String::new()
    };
    if is_user {
        let odd = if name.starts_with("A service") || name.starts_with("A platform") {
            ", which does not fit a service token"
        } else {
            ""
        };
        reasons.push(format!("sub begins with usr_, as users' IDs do{odd}"));
    }
    if claims.has("act") {
        reasons.push("act is there: delegated by token exchange".to_owned());
        name = if name.is_empty() { "A delegated token".to_owned() } else { format!("{name}, delegated") };
    }
    (!name.is_empty()).then(|| recognised(&name, reasons, certainty, SCAIKEY))
}

/// What the admin API says to a platform token with these scopes (contract 4.1).
fn admin_api(claims: &UnverifiedClaims) -> String {
    let scopes = claims.strings("scope").unwrap_or_default();
    let admin: Vec<&str> = scopes
        .iter()
        .flat_map(|text| text.split_ascii_whitespace())
        .filter(|scope| ADMIN_SCOPES.contains(scope))
        .collect();
    if admin.is_empty() {
        format!("scope has neither {}: the admin API refuses it", ADMIN_SCOPES.join(" nor "))
    } else {
        format!("scope has {}: for the admin API", list(&admin, MOST_NAMES))
    }
}

/// A token that names its own kind (RFC 8725 §3.11).
fn by_type(decoded: &Decoded) -> Option<Recognised> {
    let typ = decoded.header.as_ref()?.typ()?;
    let kind = TYPES.iter().find(|kind| kind.typ == typ)?;
    Some(recognised(kind.name, vec![format!("typ is {typ}")], Documented, kind.source))
}

/// A token that shows its kind by its claims.
fn by_claims(claims: &UnverifiedClaims) -> Option<Recognised> {
    if let Some(events) = claims.raw("events").and_then(|raw| UnverifiedClaims::parse(raw).ok()) {
        if events.has(LOGOUT_EVENT) {
            let reason = "events has the event that makes it a logout token".to_owned();
            return Some(recognised(
                "A logout token",
                vec![reason],
                Documented,
                "OpenID Connect Back-Channel Logout §2.4",
            ));
        }
        let reason = "events says what happened".to_owned();
        return Some(recognised("A security event token", vec![reason], Inferred, "RFC 8417 §2.2"));
    }
    if claims.has("act") {
        let reason = "act says who acts for the subject".to_owned();
        return Some(recognised("A delegated token", vec![reason], Documented, "RFC 8693 §4.1"));
    }
    if is_id_token(claims) {
        return Some(recognised(
            "An ID token",
            vec![id_token_reason(claims)],
            Inferred,
            "OpenID Connect Core §2",
        ));
    }
    if claims.has("_sd_alg") || claims.has("_sd") {
        let reason = "_sd or _sd_alg is there: claims are disclosed beside it".to_owned();
        return Some(recognised(
            "A selectively disclosable token (SD-JWT)",
            vec![reason],
            Inferred,
            "RFC 9901 §4.1",
        ));
    }
    let scope = ["scope", "scp"].into_iter().find(|name| claims.has(name))?;
    let reason = format!("{scope} says what it allows, as in access tokens");
    Some(recognised("An access token", vec![reason], Inferred, "RFC 9068 §2.2.3"))
}

/// Which claims make it look like an ID token.
fn id_token_reason(claims: &UnverifiedClaims) -> String {
    let named: Vec<&str> = ["nonce", "at_hash", "c_hash", "auth_time", "azp"]
        .into_iter()
        .chain(ID_CLAIMS)
        .filter(|name| claims.has(name))
        .collect();
    format!("By its claims: it has {}", list(&named, MOST_NAMES))
}

/// A token that is no JWT.
fn opaque(token: &str, scaikey: bool) -> Option<Recognised> {
    let begins = |all: &[&'static str]| all.iter().find(|prefix| token.starts_with(**prefix)).copied();
    if let Some(prefix) = begins(&PRODUCT_KEYS) {
        let reasons = vec![format!(
            "By its beginning: other Scai products show keys that begin with {}",
            quote(prefix)
        )];
        return Some(Recognised {
            name: "A key of another Scai product".to_owned(),
            reasons,
            certainty: Inferred,
            source: None,
        });
    }
    if !scaikey || token.is_empty() {
        return None;
    }
    let mut reasons = vec!["It is no JWT, which ScaiKey's access and ID tokens are".to_owned()];
    let name = match begins(&REFRESH_TOKENS) {
        Some(prefix) => {
            reasons
                .push(format!("By its beginning: examples of refresh tokens begin with {}", quote(prefix)));
            "A refresh token"
        }
        None => "A refresh token, or a key of another product",
    };
    Some(recognised(name, reasons, Inferred, SCAIKEY))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::decode_unverified;
    use super::super::dictionary::address;
    use super::super::samples::b64;
    use super::*;

    fn token(header: &str, payload: &str) -> String {
        format!("{}.{}.AA", b64(header.as_bytes()), b64(payload.as_bytes()))
    }

    fn of(token: &str, scaikey: bool) -> Option<Recognised> {
        recognise(token, &decode_unverified(token), scaikey)
    }

    fn check_recognised(
        token: &str,
        scaikey: bool,
        name: &str,
        certainty: Certainty,
        source: Option<&str>,
        reasons: &[&str],
    ) {
        let found = of(token, scaikey).unwrap_or_else(|| panic!("{name}"));
        assert_eq!(
            (found.name.as_str(), found.certainty, found.source.as_deref()),
            (name, certainty, source)
        );
        assert_eq!(found.reasons, reasons, "{name}");
    }

    #[test]
    fn scaikeys_tokens_by_its_decision_table() {
        let service = "token_type is client_credentials, which tells service tokens from user tokens";
        let global = "platform_token is true: a client_credentials token of a GLOBAL application";
        let user = "sub begins with usr_, as users' IDs do";
        for (payload, name, certainty, reasons) in [
            (
                r#"{"platform_token":true,"token_type":"client_credentials","scope":"openid admin:read"}"#,
                "A platform token",
                Documented,
                &[global, "scope has admin:read: for the admin API"][..],
            ),
            (
                r#"{"platform_token":true,"scope":"openid"}"#,
                "A platform token",
                Documented,
                &[global, "scope has neither admin:read nor admin:write: the admin API refuses it"],
            ),
            (
                r#"{"token_type":"client_credentials","sub":"a","client_id":"a"}"#,
                "A service token of a TENANT or PARTNER application",
                Inferred,
                &[service, "platform_token is not true, as it is for a GLOBAL application"],
            ),
            (
                r#"{"token_type":"client_credentials","platform_token":"true"}"#,
                "A service token of a TENANT or PARTNER application",
                Inferred,
                &[service, "platform_token is not true, as it is for a GLOBAL application"],
            ),
            (
                r#"{"token_type":"client_credentials","app_scope":"PARTNER"}"#,
                "A service token of a PARTNER application",
                Documented,
                &[service, "app_scope is PARTNER, the level of the application"],
            ),
            (
                r#"{"token_type":"client_credentials","app_scope":"GLOBAL","sub":"usr_1"}"#,
                "A service token",
                Documented,
                &[service, "sub begins with usr_, as users' IDs do, which does not fit a service token"],
            ),
            (
                r#"{"sub":"a","client_id":"a"}"#,
                "A service token",
                Documented,
                &["sub is the same as client_id"],
            ),
            (r#"{"sub":"usr_1","scope":"a","nonce":"n"}"#, "A user's token", Documented, &[user]),
            (
                r#"{"sub":"usr_1","nonce":"n"}"#,
                "A user's ID token",
                Inferred,
                &["By its claims: it has nonce", "scope is not there, which access tokens always have", user],
            ),
            (r#"{"sub":"usr_1"}"#, "A user's token", Documented, &[user]),
            (r#"{"sub":"usr_1","email":"a","scope":"b"}"#, "A user's token", Documented, &[user]),
            (
                r#"{"sub":"usr_1","email":"a"}"#,
                "A user's ID token",
                Inferred,
                &["By its claims: it has email", "scope is not there, which access tokens always have", user],
            ),
            (
                r#"{"sub":"usr_1","role":"super_admin","scope":"a"}"#,
                "An admin's token",
                Documented,
                &["role is there: an admin signed in", user],
            ),
            (
                r#"{"sub":"usr_1","act":{"sub":"b"},"scope":"a"}"#,
                "A user's token, delegated",
                Documented,
                &[user, "act is there: delegated by token exchange"],
            ),
            (
                r#"{"act":{}}"#,
                "A delegated token",
                Documented,
                &["act is there: delegated by token exchange"],
            ),
        ] {
            check_recognised(&token("{}", payload), true, name, certainty, Some("ScaiKey"), reasons);
        }
        // Elsewhere these claims mean nothing.
        assert_eq!(of(&token("{}", r#"{"platform_token":true}"#), false), None);
        assert_eq!(of(&token("{}", r#"{"sub":"usr_1"}"#), false), None);
        assert_eq!(of(&token("{}", r#"{"sub":7,"client_id":7}"#), true), None);
    }

    #[test]
    fn other_tokens_by_the_standards() {
        let logout = r#"{"events":{"http://schemas.openid.net/event/backchannel-logout":{}}}"#;
        for (header, payload, name, certainty, source, reason) in [
            (
                r#"{"typ":"AT+JWT"}"#,
                r#"{"nonce":"n"}"#,
                "An access token",
                Documented,
                "RFC 9068 §2.1",
                "typ is at+jwt",
            ),
            (
                r#"{"typ":"application/dpop+jwt"}"#,
                "{}",
                "A DPoP proof",
                Documented,
                "RFC 9449 §4.2",
                "typ is dpop+jwt",
            ),
            (
                r#"{"typ":"logout+jwt"}"#,
                "not JSON",
                "A logout token",
                Documented,
                "OpenID Connect Back-Channel Logout §2.4",
                "typ is logout+jwt",
            ),
            (
                r#"{"typ":"secevent+jwt"}"#,
                "{}",
                "A security event token",
                Documented,
                "RFC 8417 §2.3",
                "typ is secevent+jwt",
            ),
            (
                "{}",
                logout,
                "A logout token",
                Documented,
                "OpenID Connect Back-Channel Logout §2.4",
                "events has the event that makes it a logout token",
            ),
            (
                "{}",
                r#"{"events":{"x":{}}}"#,
                "A security event token",
                Inferred,
                "RFC 8417 §2.2",
                "events says what happened",
            ),
            (
                "{}",
                r#"{"act":{},"scope":"a"}"#,
                "A delegated token",
                Documented,
                "RFC 8693 §4.1",
                "act says who acts for the subject",
            ),
            (
                r#"{"typ":"JWT"}"#,
                r#"{"auth_time":1,"azp":"a"}"#,
                "An ID token",
                Inferred,
                "OpenID Connect Core §2",
                "By its claims: it has auth_time, azp",
            ),
            (
                "{}",
                r#"{"at_hash":"a","scope":"openid"}"#,
                "An ID token",
                Inferred,
                "OpenID Connect Core §2",
                "By its claims: it has at_hash",
            ),
            (
                "{}",
                r#"{"auth_time":1,"azp":"a","scp":["x"]}"#,
                "An access token",
                Inferred,
                "RFC 9068 §2.2.3",
                "scp says what it allows, as in access tokens",
            ),
            (
                "{}",
                r#"{"_sd_alg":"sha-256"}"#,
                "A selectively disclosable token (SD-JWT)",
                Inferred,
                "RFC 9901 §4.1",
                "_sd or _sd_alg is there: claims are disclosed beside it",
            ),
        ] {
            for scaikey in [false, true] {
                if scaikey && payload.contains("act") {
                    continue;
                }
                check_recognised(&token(header, payload), scaikey, name, certainty, Some(source), &[reason]);
            }
        }
        assert_eq!(of(&token(r#"{"typ":"JWT"}"#, r#"{"sub":"a"}"#), false), None);
        assert_eq!(of(&token("{}", r#"{"events":7}"#), false), None);
    }

    #[test]
    fn f_jwt_2_3_tokens_that_are_no_signed_jwt() {
        let jwe = format!("{}.AA.AA.AA.AA", b64(br#"{"alg":"dir","enc":"A256GCM","typ":"at+jwt"}"#));
        let reason = "It has five parts; only its header can be read";
        check_recognised(&jwe, true, "An encrypted token", Documented, Some("RFC 7516 §3"), &[reason]);
        for scaikey in [true, false] {
            for (key, reason) in [
                ("sgk_a", "By its beginning: other Scai products show keys that begin with “sgk_”"),
                (" skt_a", "By its beginning: other Scai products show keys that begin with “skt_”"),
            ] {
                check_recognised(key, scaikey, "A key of another Scai product", Inferred, None, &[reason]);
            }
        }
        let no_jwt = "It is no JWT, which ScaiKey's access and ID tokens are";
        check_recognised(
            "a.b",
            true,
            "A refresh token, or a key of another product",
            Inferred,
            Some("ScaiKey"),
            &[no_jwt],
        );
        let begins = "By its beginning: examples of refresh tokens begin with “rtk_”";
        check_recognised("rtk_a", true, "A refresh token", Inferred, Some("ScaiKey"), &[no_jwt, begins]);
        assert_eq!(of("rt_a", false), None);
        assert_eq!(of("", true), None);
    }

    #[test]
    fn f_jwt_12_lives() {
        let life = |payload: &str| {
            let life = life_of(&decode_unverified(&token("{}", payload)));
            (life.issued_at, life.not_before, life.expires_at)
        };
        for (payload, expected) in [
            (r#"{"iat":1,"nbf":2,"exp":3}"#, (Some(1000), Some(2000), Some(3000))),
            (r#"{"exp":3,"exp":4}"#, (None, None, Some(4000))),
            (r#"{"exp":3,"exp":"x"}"#, (None, None, None)),
            (r#"{"iat":"1","nbf":1e30,"exp":1.5}"#, (None, None, Some(1500))),
            (r#"{"iat":-1}"#, (Some(-1000), None, None)),
            ("[]", (None, None, None)),
        ] {
            assert_eq!(life(payload), expected, "{payload}");
        }
    }

    proptest! {
        #[test]
        fn anything_is_recognised_or_not(typ in "at\\+jwt|dpop\\+jwt|JWT|.{0,8}", names in prop::collection::vec("sub|act|events|nonce|scope|role|token_type|platform_token|_sd|.{0,3}", 0..5), value in "true|7|\"client_credentials\"|\"usr_1\"|\\{\\}|\\[\\]", scaikey in any::<bool>()) {
            let members: Vec<String> = names.iter().map(|name| format!("{}:{value}", serde_json::to_string(name).unwrap())).collect();
            let header = serde_json::json!({ "typ": typ }).to_string();
            if let Some(found) = of(&token(&header, &format!("{{{}}}", members.join(","))), scaikey) {
                prop_assert!(!found.reasons.is_empty());
                prop_assert!(found.source.as_deref().is_none_or(|source| address(source).is_some()));
                // What was only concluded is never called documented.
                prop_assert!(found.certainty == Documented || found.certainty == Inferred);
            }
        }
    }
}
