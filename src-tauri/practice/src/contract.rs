//! What ScaiKey's public documentation says, as data: paths of both flavours, claims, documented errors.
//!
//! Read this first. The core has its own copy: written twice on purpose, so that one wrong path cannot pass
//! everywhere. Comments name what the documentation leaves open; there the practice server follows the RFC.

use serde::Serialize;

/// Discovery for GLOBAL applications. With `/oauth`, unlike the tenant one.
pub(crate) const PLATFORM_DISCOVERY: &str = "/api/v1/platform/oauth/.well-known/openid-configuration";
/// Keys for GLOBAL applications. Without `/oauth`.
pub(crate) const PLATFORM_JWKS: &str = "/api/v1/platform/.well-known/jwks.json";
/// Tokens for GLOBAL applications.
pub(crate) const PLATFORM_TOKEN: &str = "/api/v1/platform/oauth/token";

/// Discovery for TENANT and PARTNER applications. Without `/oauth`.
pub(crate) const TENANT_DISCOVERY: &str = "/api/v1/auth/tenants/{slug}/.well-known/openid-configuration";
/// Keys for TENANT and PARTNER applications: the same keys as the platform's.
pub(crate) const TENANT_JWKS: &str = "/api/v1/auth/tenants/{slug}/.well-known/jwks.json";
/// Tokens for TENANT and PARTNER applications.
pub(crate) const TENANT_TOKEN: &str = "/api/v1/auth/tenants/{slug}/oauth/token";

/// Everything below is the admin API.
pub(crate) const ADMIN_PREFIX: &str = "/api/v1/admin/";
/// The tenants collection, in the generated reference's spelling (with the slash).
pub(crate) const TENANTS: &str = "/api/v1/admin/tenants/";
/// One tenant.
pub(crate) const TENANT: &str = "/api/v1/admin/tenants/{id}";
/// The applications collection, in the generated reference's spelling (with the slash).
pub(crate) const APPLICATIONS: &str = "/api/v1/admin/applications/";
/// One application, by its `app_…` id.
pub(crate) const APPLICATION: &str = "/api/v1/admin/applications/{id}";

/// Where people administer ScaiKey.
pub(crate) const ADMIN_PAGE: &str = "/admin/";
/// The list of applications there.
pub(crate) const ADMIN_PAGE_APPLICATIONS: &str = "/admin/applications";

/// A tenant-flavour path with its slug filled in.
pub(crate) fn of_tenant(template: &str, slug: &str) -> String {
    template.replace("{slug}", slug)
}

/// `iss` of platform tokens. Inferred (contract 3.4): other products say `{base}`, ScaiKey itself says nothing.
pub(crate) fn platform_issuer(base: &str) -> String {
    base.to_owned()
}

/// `iss` of tenant tokens: the tenant's **id**, not its slug.
pub(crate) fn tenant_issuer(base: &str, tenant_id: &str) -> String {
    format!("{base}/tenants/{tenant_id}")
}

/// The only grant the practice server has.
pub(crate) const CLIENT_CREDENTIALS: &str = "client_credentials";
/// The scope that lets a platform token read.
pub(crate) const ADMIN_READ: &str = "admin:read";
/// The scope that lets a platform token write.
pub(crate) const ADMIN_WRITE: &str = "admin:write";
/// The role that may do everything.
pub(crate) const SUPER_ADMIN: &str = "super_admin";
/// Seconds an access token lives unless something else was set.
pub(crate) const DEFAULT_LIFETIME: u32 = 3600;

/// The documented text of the one documented 403 (`troubleshooting/platform-token-403`), to the letter.
pub(crate) const NEEDS_ADMIN_SCOPE: &str = "Platform token requires admin:read or admin:write scope";

/// The claims of an access token, in the order of the documented sample, the others after it.
///
/// Absent, because the visible list does not name them: `nbf`, `jti`, `sid`, `azp`, `auth_time`.
#[derive(Debug, Serialize)]
pub(crate) struct AccessTokenClaims {
    /// See [`platform_issuer`] and [`tenant_issuer`].
    pub(crate) iss: String,
    /// The requesting client. Always a string here; whether it can be an array is unknown (contract 8.2.4).
    pub(crate) aud: String,
    /// For service tokens the `client_id`; for people `usr_…`.
    pub(crate) sub: String,
    /// Space-separated.
    pub(crate) scope: String,
    /// Tenant-scoped flows only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) tenant_id: Option<String>,
    /// Unix seconds.
    pub(crate) exp: i64,
    /// Unix seconds.
    pub(crate) iat: i64,
    /// All flows.
    pub(crate) client_id: String,
    /// Platform tokens only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) app_scope: Option<&'static str>,
    /// `client_credentials` tokens of GLOBAL applications only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) platform_token: Option<bool>,
    /// `client_credentials` grant only; not to be confused with the answer's `token_type`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) token_type: Option<&'static str>,
    /// Partner-level tokens only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) partner_id: Option<String>,
    /// Admin tokens only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) role: Option<&'static str>,
}
