//! The contract as data: what ScaiKey documents. Nothing here is guessed; what is inferred says so.

use url::Url;

use crate::model::EndpointKey;

/// Default lifetime of an access token, in seconds (contract 3.5).
pub const DEFAULT_TOKEN_LIFETIME_SECONDS: u32 = 3_600;

/// The list of tenants: the quickstart's protected endpoint. The exact spelling with a slash at the end is
/// inferred (contract 6.1, step 4).
pub const TENANTS_PATH: &str = "/api/v1/admin/tenants/";

/// Whether a path is that of the list of tenants, with or without the slash at its end (contract 4.2).
#[must_use]
pub fn is_tenants(path: &str) -> bool {
    path.trim_end_matches('/') == TENANTS_PATH.trim_end_matches('/')
}

/// Where an instance's admin UI is (contract 0.3).
pub const ADMIN_UI_PATH: &str = "/admin/";

/// Where its list of applications is (contract 0.3).
pub const ADMIN_APPLICATIONS_PATH: &str = "/admin/applications";

/// The address of a page of the public documentation; `None` for one that is not known to be there.
#[must_use]
pub fn documentation(page: &str) -> Option<Url> {
    let known = DOCUMENTATION_PAGES.contains(&page);
    known.then(|| Url::parse(&format!("{DOCUMENTATION}{page}")).ok()).flatten()
}

/// The scope that lets a platform token read the admin API (contract 3.7).
pub const ADMIN_READ: &str = "admin:read";

/// The scope that lets it change things there.
pub const ADMIN_WRITE: &str = "admin:write";

/// Documented paths of one flavour (contract 2.1), to be put behind the base URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paths {
    /// The discovery document. The platform's has `/oauth` in it, the tenants' has not.
    pub discovery: String,
    /// The published keys. The platform's has no `/oauth`.
    pub jwks: String,
    /// The token endpoint.
    pub token: String,
}

/// The documented paths for an endpoint set; `None` for another provider's.
#[must_use]
pub fn paths(key: &EndpointKey) -> Option<Paths> {
    match key {
        EndpointKey::Platform => Some(Paths {
            discovery: "/api/v1/platform/oauth/.well-known/openid-configuration".to_owned(),
            jwks: "/api/v1/platform/.well-known/jwks.json".to_owned(),
            token: "/api/v1/platform/oauth/token".to_owned(),
        }),
        EndpointKey::Tenant { slug } => {
            let tenant = format!("/api/v1/auth/tenants/{slug}");
            Some(Paths {
                discovery: format!("{tenant}/.well-known/openid-configuration"),
                jwks: format!("{tenant}/.well-known/jwks.json"),
                token: format!("{tenant}/oauth/token"),
            })
        }
        EndpointKey::Provider => None,
    }
}

/// The root of ScaiKey's public documentation.
pub const DOCUMENTATION: &str = "https://www.scailabs.ai/docs/scaikey/";

/// The pages below it that were read for this program (contract 0.3).
pub const DOCUMENTATION_PAGES: [&str; 11] = [
    "quickstart",
    "concepts",
    "concepts/architecture",
    "concepts/oauth-and-oidc",
    "concepts/tokens-and-scopes",
    "concepts/applications",
    "tutorials/service-to-service",
    "reference/oauth-endpoints",
    "reference/admin-api",
    "reference/webhooks",
    "troubleshooting/platform-token-403",
];

/// The path of one application in the admin API, without its id (contract 4.3).
pub const APPLICATIONS_PATH: &str = "/api/v1/admin/applications/";

/// The scopes that open the admin API to a platform token (contract 4.1).
pub const ADMIN_SCOPES: [&str; 2] = ["admin:read", "admin:write"];

/// Whether an admin scope is among these.
#[must_use]
pub fn has_admin_scope(scopes: &[String]) -> bool {
    scopes.iter().any(|scope| ADMIN_SCOPES.contains(&scope.as_str()))
}
