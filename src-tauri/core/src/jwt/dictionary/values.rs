//! What single values mean: scopes, methods, levels, keys, events and IDs.

/// A value and what it means, in a few words.
pub type Meaning = (&'static str, &'static str);

/// What a table says of a value.
#[must_use]
pub fn meaning_in(table: &[Meaning], value: &str) -> Option<&'static str> {
    table.iter().find(|(known, _)| *known == value).map(|(_, meaning)| *meaning)
}

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
pub const SCAIKEY_SCOPES: &[Meaning] = &[
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
pub const OIDC_SCOPES: &[Meaning] = &[
    ("openid", "get an ID token"),
    ("profile", "see name, picture and the like"),
    ("email", "see the email address"),
    ("address", "see the postal address"),
    ("phone", "see the phone number"),
    ("offline_access", "get a refresh token"),
];

/// Values of `amr` (RFC 8176 §2).
#[rustfmt::skip]
pub const METHODS: &[Meaning] = &[
    ("face", "facial recognition"),
    ("fpt", "fingerprint"),
    ("geo", "where the user is"),
    ("hwk", "possession of a key kept in hardware"),
    ("iris", "iris scan"),
    ("kba", "questions only the user can answer"),
    ("mca", "more than one channel"),
    ("mfa", "more than one factor"),
    ("otp", "one-time password"),
    ("pin", "PIN or pattern that unlocks a key"),
    ("pop", "possession of a key"),
    ("pwd", "password"),
    ("rba", "by the risk of the sign-in"),
    ("retina", "retina scan"),
    ("sc", "smart card"),
    ("sms", "confirmed by text message"),
    ("swk", "possession of a key kept in software"),
    ("tel", "confirmed by a phone call"),
    ("user", "the user was there"),
    ("vbm", "voice"),
    ("wia", "Windows integrated authentication"),
];

/// Values of `acr` with a meaning everywhere: value, meaning, source.
#[rustfmt::skip]
pub const LEVELS: &[(&str, &str, &str)] = &[
    ("0", "Not strongly authenticated: below level 1 of ISO/IEC 29115, for example by an old cookie.", "OpenID Connect Core §2"),
    ("phr", "Authenticated in a way that resists phishing.", "OpenID Connect EAP ACR Values"),
    ("phrh", "Authenticated in a way that resists phishing, with a key kept in hardware.", "OpenID Connect EAP ACR Values"),
];

/// Members of `cnf` (RFC 7800 §3, RFC 8705 §3.1, RFC 9203 §3.2, RFC 9449 §6.1).
#[rustfmt::skip]
pub const CONFIRMATIONS: &[Meaning] = &[
    ("jwk", "the key itself (RFC 7800)"),
    ("jwe", "the key, encrypted (RFC 7800)"),
    ("kid", "the key's name (RFC 7800)"),
    ("jku", "where the key is; it is never fetched here (RFC 7800)"),
    ("x5t#S256", "the SHA-256 thumbprint of the client's TLS certificate (RFC 8705)"),
    ("osc", "key material of OSCORE (RFC 9203)"),
    ("jkt", "the SHA-256 thumbprint of the DPoP key, whose proof must come with every request (RFC 9449)"),
];

/// The event that makes a JWT a logout token (OpenID Connect Back-Channel Logout §2.4).
pub const LOGOUT_EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// Names of events (OpenID Connect Back-Channel Logout, CAEP, RISC).
#[rustfmt::skip]
pub const EVENTS: &[Meaning] = &[
    (LOGOUT_EVENT, "the session ended"),
    ("https://schemas.openid.net/secevent/caep/event-type/session-revoked", "a session was ended"),
    ("https://schemas.openid.net/secevent/caep/event-type/token-claims-change", "claims of a token changed"),
    ("https://schemas.openid.net/secevent/caep/event-type/credential-change", "a credential was made, changed or taken away"),
    ("https://schemas.openid.net/secevent/caep/event-type/assurance-level-change", "the strength of the sign-in changed"),
    ("https://schemas.openid.net/secevent/caep/event-type/device-compliance-change", "a device began or ceased to comply"),
    ("https://schemas.openid.net/secevent/risc/event-type/account-credential-change-required", "the user has to change a credential"),
    ("https://schemas.openid.net/secevent/risc/event-type/account-disabled", "an account was disabled"),
    ("https://schemas.openid.net/secevent/risc/event-type/account-enabled", "an account was enabled"),
    ("https://schemas.openid.net/secevent/risc/event-type/account-purged", "an account was deleted"),
];

/// How ScaiKey's IDs begin (contract 1.1), with whose ID it is.
#[rustfmt::skip]
pub const ID_PREFIXES: &[Meaning] = &[
    ("prt_", "a partner's ID"),
    ("tnt_", "a tenant's ID"),
    ("usr_", "a user's ID"),
    ("grp_", "a group's ID"),
    ("ou_", "an organizational unit's ID"),
    ("app_", "an application's ID"),
    ("idp_", "an identity provider's ID"),
    ("agt_", "an MCP agent's ID"),
];

/// Which of them ScaiKey documents for a claim (contract 3.2).
#[rustfmt::skip]
pub const ID_CLAIMS: &[(&str, &str)] = &[
    ("sub", "usr_"),
    ("tenant_id", "tnt_"),
    ("partner_id", "prt_"),
];

/// Whose ID a value is, by how it begins: the beginning and the words. Only of use in a ScaiKey's token.
#[must_use]
pub fn id_of(value: &str) -> Option<Meaning> {
    ID_PREFIXES.iter().find(|(prefix, _)| value.len() > prefix.len() && value.starts_with(prefix)).copied()
}
