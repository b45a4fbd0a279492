//! What claims and scopes mean, as data, each with where that is written.

use crate::contract::ClaimGroup;

use ClaimGroup::{What, When, Where, Who};

/// The source of what ScaiKey's own pages say. Nothing that was only concluded from them stands here.
pub const SCAIKEY: &str = "ScaiKey";

/// How a claim's value is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nature {
    /// As it is.
    Any,
    /// It should be a text.
    Text,
    /// A text that names someone or something: look-alike letters are pointed out.
    Name,
    /// One or several audiences.
    Audience,
    /// Scopes.
    Scopes,
    /// A `NumericDate` that lies in the past when all is well.
    Past,
    /// Any other `NumericDate`.
    Time,
    /// Says something about a person.
    Personal,
}

/// One claim.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    /// Its name.
    pub name: &'static str,
    /// Where it is shown.
    pub group: ClaimGroup,
    /// How to look at its value.
    pub nature: Nature,
    /// What it means.
    pub meaning: &'static str,
    /// Where that is written.
    pub source: &'static str,
}

const fn e(
    name: &'static str,
    group: ClaimGroup,
    nature: Nature,
    meaning: &'static str,
    source: &'static str,
) -> Entry {
    Entry { name, group, nature, meaning, source }
}

const OIDC: &str = "OpenID Connect Core §5.1";
const ID_TOKEN: &str = "OpenID Connect Core §2";
const CUSTOM: &str = "in common use, no standard";

/// The claims, in the order they are shown. Where a name stands twice, ScaiKey's meaning comes first and holds
/// for ScaiKey's tokens only.
#[rustfmt::skip]
pub const CLAIMS: &[Entry] = {
    use Nature::{Any, Audience, Name, Past, Personal, Scopes, Text, Time};
    &[
        e("sub", Who, Name, "Whom the token is about: a user, or for a service its client_id.", SCAIKEY),
        e("sub", Who, Name, "Whom the token is about.", "RFC 7519 §4.1.2"),
        e("client_id", Who, Name, "The application that asked for the token.", SCAIKEY),
        e("client_id", Who, Name, "The application that asked for the token.", "RFC 8693 §4.3"),
        e("azp", Who, Name, "The application the token was issued to.", ID_TOKEN),
        e("token_type", Who, Text, "Tells service tokens from user tokens. Not the token_type of the answer.", SCAIKEY),
        e("act", Who, Any, "Delegated by token exchange: who acts for the subject.", SCAIKEY),
        e("act", Who, Any, "Delegated: who acts for the subject.", "RFC 8693 §4.1"),
        e("may_act", Who, Any, "Who may act for the subject.", "RFC 8693 §4.4"),
        e("role", Who, Text, "The admin role of whoever signed in.", SCAIKEY),
        e("tenant_id", Who, Name, "The tenant of whom the token is about.", SCAIKEY),
        e("partner_id", Who, Name, "The partner at which the user has a role.", SCAIKEY),
        e("sid", Who, Text, "The session at the issuer.", "OpenID Connect Front-Channel Logout §3"),
        e("name", Who, Personal, "Full name.", OIDC),
        e("given_name", Who, Personal, "First name.", OIDC),
        e("family_name", Who, Personal, "Last name.", OIDC),
        e("middle_name", Who, Personal, "Middle name.", OIDC),
        e("nickname", Who, Personal, "Nickname.", OIDC),
        e("preferred_username", Who, Personal, "The name the user goes by. It may change and is not unique.", OIDC),
        e("email", Who, Personal, "Email address. It may change and is not unique.", OIDC),
        e("email_verified", Who, Any, "Whether the issuer made sure that the address is the user's.", OIDC),
        e("phone_number", Who, Personal, "Phone number.", OIDC),
        e("phone_number_verified", Who, Any, "Whether the issuer made sure that the number is the user's.", OIDC),
        e("address", Who, Personal, "Postal address.", OIDC),
        e("birthdate", Who, Personal, "Date of birth.", OIDC),
        e("gender", Who, Personal, "Gender.", OIDC),
        e("profile", Who, Personal, "The user's profile page.", OIDC),
        e("picture", Who, Personal, "The user's picture.", OIDC),
        e("website", Who, Personal, "The user's website.", OIDC),
        e("zoneinfo", Who, Any, "The user's time zone.", OIDC),
        e("locale", Who, Any, "The user's language.", OIDC),
        e("acr", Who, Text, "How strongly the user was authenticated.", ID_TOKEN),
        e("amr", Who, Any, "By which methods the user was authenticated.", ID_TOKEN),
        e("sub_jwk", Who, Any, "The subject's own public key.", "OpenID Connect Core §7.4"),
        e("_claim_names", Who, Any, "Claims that stand elsewhere.", "OpenID Connect Core §5.6.2"),
        e("_claim_sources", Who, Any, "Where those claims stand.", "OpenID Connect Core §5.6.2"),

        e("iss", Where, Name, "Who issued the token.", "RFC 7519 §4.1.1"),
        e("aud", Where, Audience, "The application it is meant for. An API that expects another audience will refuse it.", SCAIKEY),
        e("aud", Where, Audience, "Whom it is meant for. An API that expects another audience will refuse it.", "RFC 7519 §4.1.3"),
        e("app_scope", Where, Text, "The level at which the application is registered.", SCAIKEY),
        e("cnf", Where, Any, "Bound to a key: only its holder can use the token.", "RFC 7800 §3.1"),

        e("scope", What, Scopes, "What it allows.", SCAIKEY),
        e("scope", What, Scopes, "What it allows.", "RFC 8693 §4.2"),
        e("scp", What, Scopes, "What it allows.", CUSTOM),
        e("platform_token", What, Any, "Whether the admin API accepts it across tenants.", SCAIKEY),
        e("authorization_details", What, Any, "What it allows, in detail.", "RFC 9396 §9.1"),
        e("groups", What, Any, "The groups of whom the token is about.", "RFC 9068 §2.2.3.1"),
        e("roles", What, Any, "The roles of whom the token is about.", "RFC 9068 §2.2.3.1"),
        e("entitlements", What, Any, "What whom the token is about is entitled to.", "RFC 9068 §2.2.3.1"),
        e("permissions", What, Any, "Permissions. What they allow is up to the API.", CUSTOM),
        e("events", What, Any, "What happened: this is an event, not an access token.", "RFC 8417 §2.2"),

        e("exp", When, Time, "The token ends here.", "RFC 7519 §4.1.4"),
        e("nbf", When, Time, "Not valid before this.", "RFC 7519 §4.1.5"),
        e("iat", When, Past, "Issued at this moment.", "RFC 7519 §4.1.6"),
        e("auth_time", When, Past, "When the user last signed in.", ID_TOKEN),
        e("updated_at", When, Past, "When what is known of the user last changed.", OIDC),
        e("jti", When, Text, "The token's own name, so that it can be told from others and used only once.", "RFC 7519 §4.1.7"),
        e("nonce", When, Text, "Ties an ID token to the sign-in that asked for it.", ID_TOKEN),
        e("at_hash", When, Text, "Ties an ID token to its access token.", "OpenID Connect Core §3.1.3.6"),
        e("c_hash", When, Text, "Ties an ID token to its authorization code.", "OpenID Connect Core §3.3.2.11"),
        e("txn", When, Text, "The transaction it belongs to.", "RFC 8417 §2.2"),
        e("toe", When, Past, "When the event happened.", "RFC 8417 §2.2"),
    ]
};

/// Values with a meaning of their own in ScaiKey's tokens: claim, value as JSON, meaning.
#[rustfmt::skip]
pub const SCAIKEY_VALUES: &[(&str, &str, &str)] = &[
    ("token_type", "\"client_credentials\"", "Minted for a service, not for a signed-in person."),
    ("app_scope", "\"GLOBAL\"", "Acts on every tenant of the platform."),
    ("app_scope", "\"PARTNER\"", "Acts on the tenants of one partner."),
    ("app_scope", "\"TENANT\"", "Acts on one tenant only."),
    ("platform_token", "true", "The admin API accepts it across tenants."),
    ("role", "\"super_admin\"", "The widest of the three admin roles."),
    ("role", "\"partner_admin\"", "The middle one of the three admin roles."),
    ("role", "\"tenant_admin\"", "The narrowest admin role: one tenant."),
];

/// Scopes that ScaiKey documents (contract 3.7).
#[rustfmt::skip]
pub const SCAIKEY_SCOPES: &[(&str, &str)] = &[
    ("openid", "get an ID token"),
    ("profile", "release identity claims"),
    ("email", "release identity claims"),
    ("admin:read", "read the admin API"),
    ("admin:write", "create, change and delete in the admin API"),
    ("users:read", "narrower than admin:read"),
    ("groups:read", "narrower than admin:read"),
];

/// Scopes of OpenID Connect Core §5.4 and §11.
#[rustfmt::skip]
pub const OIDC_SCOPES: &[(&str, &str)] = &[
    ("openid", "get an ID token"),
    ("profile", "see name, picture and the like"),
    ("email", "see the email address"),
    ("address", "see the postal address"),
    ("phone", "see the phone number"),
    ("offline_access", "get a refresh token"),
];

/// The claims that must be there, and who says so: ScaiKey's access tokens (contract 3.2).
pub const SCAIKEY_ALWAYS: &[&str] = &["sub", "iss", "aud", "scope", "exp", "iat"];

/// The same for `typ: at+jwt` (RFC 9068 §2.2).
pub const RFC9068_ALWAYS: &[&str] = &["sub", "client_id", "iss", "aud", "exp", "iat", "jti"];

/// The same for an ID token (OpenID Connect Core §2).
pub const ID_TOKEN_ALWAYS: &[&str] = &["sub", "iss", "aud", "exp", "iat"];

/// What any token does better not to leave out.
pub const BETTER: &[&str] = &["aud", "exp"];

/// What only an ID token carries.
pub const ID_TOKEN_ONLY: &[&str] = &["nonce", "at_hash", "c_hash"];

/// The address of a source of this dictionary; `None` for one that it does not have.
#[must_use]
pub fn address(_source: &str) -> Option<String> {
    None
}

/// The entry for a claim, with its place in the order.
#[must_use]
pub fn look_up(name: &str, scaikey: bool) -> Option<(usize, &'static Entry)> {
    CLAIMS.iter().enumerate().find(|(_, entry)| entry.name == name && (scaikey || entry.source != SCAIKEY))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_dictionary_is_in_order_and_says_nothing_twice() {
        let mut seen = BTreeSet::new();
        for pair in CLAIMS.windows(2) {
            assert!(pair[0].group <= pair[1].group, "{}", pair[1].name);
        }
        for entry in CLAIMS {
            assert!(seen.insert((entry.name, entry.source == SCAIKEY)), "{}", entry.name);
            assert!(entry.meaning.ends_with('.') && !entry.meaning.contains('!'), "{}", entry.meaning);
        }
        for name in SCAIKEY_ALWAYS.iter().chain(RFC9068_ALWAYS).chain(BETTER).chain(ID_TOKEN_ONLY) {
            assert!(look_up(name, true).is_some(), "{name}");
        }
        for (name, value, _) in SCAIKEY_VALUES {
            assert!(look_up(name, true).is_some_and(|(_, entry)| entry.source == SCAIKEY), "{name}");
            assert!(serde_json::from_str::<serde_json::Value>(value).is_ok());
        }
    }

    #[test]
    fn every_claim_of_the_standards_is_known() {
        let oidc = "sub name given_name family_name middle_name nickname preferred_username profile picture website \
                    email email_verified gender birthdate zoneinfo locale phone_number phone_number_verified address \
                    updated_at iss aud exp iat auth_time nonce acr amr azp at_hash c_hash sub_jwk _claim_names \
                    _claim_sources";
        let rfc = "iss sub aud exp nbf iat jti client_id auth_time acr amr scope groups roles entitlements act may_act cnf";
        for name in oidc.split_whitespace().chain(rfc.split_whitespace()) {
            assert!(look_up(name, false).is_some(), "{name}");
        }
        let scaikey = "iss aud sub scope exp iat tenant_id partner_id role client_id app_scope platform_token token_type act";
        for name in scaikey.split_whitespace() {
            assert!(look_up(name, true).is_some(), "{name}");
        }
        assert!(look_up("tenant_id", false).is_none(), "ScaiKey's word means nothing elsewhere");
    }
}
