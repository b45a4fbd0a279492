//! ScaiKey's documented admin endpoints (contract 4.3) as data. The list bodies are documented as "any", so
//! nothing is said of their shape.

use crate::contract::{EndpointSuggestion, HttpMethod};
use crate::scaikey::{ADMIN_READ, ADMIN_WRITE, TENANTS_PATH};

/// A row of the list.
struct Endpoint {
    title: &'static str,
    method: HttpMethod,
    path: &'static str,
    query: &'static [&'static str],
    body: &'static str,
    /// `None` where only roles are documented, or nothing.
    needs: Option<&'static str>,
    note: &'static str,
}

const PAGE: &str = "page";
const PER_PAGE: &str = "per_page";
const SEARCH: &str = "search";
const TENANT: &str = "tenant_id";
const PARTNER: &str = "partner_id";

const fn read(
    title: &'static str,
    path: &'static str,
    query: &'static [&'static str],
    note: &'static str,
) -> Endpoint {
    Endpoint { title, method: HttpMethod::Get, path, query, body: "", needs: Some(ADMIN_READ), note }
}

const fn write(
    title: &'static str,
    method: HttpMethod,
    path: &'static str,
    body: &'static str,
    note: &'static str,
) -> Endpoint {
    Endpoint { title, method, path, query: &[], body, needs: Some(ADMIN_WRITE), note }
}

/// The one endpoint that changes data although it is a GET, when `fix` is true (contract 4.3).
pub(super) const MISMATCHES_PATH: &str = "/api/v1/admin/users/identity-source/mismatches";

const ENDPOINTS: &[Endpoint] = &[
    read("List tenants", TENANTS_PATH, &[PAGE, PER_PAGE, SEARCH, "status", PARTNER], ""),
    read("Get a tenant", "/api/v1/admin/tenants/{tenant_id}", &[], ""),
    write(
        "Create a tenant",
        HttpMethod::Post,
        TENANTS_PATH,
        "{\n  \"name\": \"\",\n  \"slug\": \"\"\n}",
        "The body is documented as an object without a schema.",
    ),
    write(
        "Change a tenant",
        HttpMethod::Patch,
        "/api/v1/admin/tenants/{tenant_id}",
        "{\n  \"name\": \"\"\n}",
        "Takes name, slug, status, contact_email, partner_id, settings and branding.",
    ),
    write("Delete a tenant", HttpMethod::Delete, "/api/v1/admin/tenants/{tenant_id}", "", "A soft delete."),
    read(
        "List partners",
        "/api/v1/admin/partners/",
        &[PAGE, PER_PAGE, SEARCH, "status"],
        "For platform admins only.",
    ),
    read(
        "List applications",
        "/api/v1/admin/applications/",
        &[PAGE, PER_PAGE, TENANT, PARTNER, "scope", "application_type", SEARCH],
        "Here scope means the level: GLOBAL, PARTNER or TENANT.",
    ),
    read("Get an application", "/api/v1/admin/applications/{application_id}", &[], ""),
    write(
        "Create an application",
        HttpMethod::Post,
        "/api/v1/admin/applications/",
        "{\n  \"name\": \"\",\n  \"application_type\": \"SERVICE\",\n  \"scope\": \"GLOBAL\",\n  \"allowed_scopes\": [\"openid\", \"admin:read\"]\n}",
        "The body's schema is not documented; the members are the documented fields. The secret is shown once.",
    ),
    write(
        "Change allowed scopes",
        HttpMethod::Patch,
        "/api/v1/admin/applications/{application_id}",
        "{\n  \"allowed_scopes\": [\"openid\", \"admin:read\", \"admin:write\"]\n}",
        "Replaces the whole list. The documented example uses a super_admin token.",
    ),
    read("List users", "/api/v1/admin/users/", &[PAGE, PER_PAGE, SEARCH, "status", TENANT, PARTNER], ""),
    write(
        "Create a user",
        HttpMethod::Post,
        "/api/v1/admin/users/",
        "{\n}",
        "The body is documented as an object.",
    ),
    read(
        "Identity-source mismatches",
        MISMATCHES_PATH,
        &[TENANT],
        "With fix=true it changes data although it is a GET, so this app never sends fix.",
    ),
    read(
        "List groups",
        "/api/v1/admin/groups/",
        &[PAGE, PER_PAGE, SEARCH, TENANT, PARTNER, "group_type"],
        "",
    ),
    read("List sessions", "/api/v1/admin/sessions/", &[PAGE, PER_PAGE, "user_id", TENANT, PARTNER], ""),
    write("Revoke a session", HttpMethod::Delete, "/api/v1/admin/sessions/{session_id}", "", ""),
    Endpoint {
        title: "Who am I (admin user)",
        method: HttpMethod::Get,
        path: "/api/v1/admin/auth/me",
        query: &[],
        body: "",
        needs: None,
        note: "For an admin user's token. What it does with a platform token is not documented.",
    },
    read(
        "Audit trail",
        "/api/v1/admin/audit/",
        &[
            PAGE,
            PER_PAGE,
            TENANT,
            PARTNER,
            "actor_id",
            "actor_email",
            "action",
            "resource_type",
            "resource_id",
            "result",
            "start_time",
            "end_time",
            "ip_address",
        ],
        "",
    ),
    read("Audit actions", "/api/v1/admin/audit/actions", &[], ""),
    read("Audit resource types", "/api/v1/admin/audit/resource-types", &[], ""),
    read(
        "List MCP agents",
        "/api/v1/admin/agents/",
        &[PAGE, PER_PAGE, TENANT, "status", "agent_type", SEARCH],
        "",
    ),
    read(
        "List identity providers",
        "/api/v1/admin/identity-providers/",
        &[PAGE, PER_PAGE, TENANT, "provider_type", SEARCH],
        "",
    ),
    read("List webhooks", "/api/v1/admin/webhooks/", &[PAGE, PER_PAGE, TENANT, PARTNER], ""),
    read("Webhook events", "/api/v1/admin/webhooks/events", &[], ""),
    read("Get a webhook", "/api/v1/admin/webhooks/{webhook_id}", &[], ""),
];

/// All of them, for the page.
#[must_use]
pub fn suggestions() -> Vec<EndpointSuggestion> {
    ENDPOINTS
        .iter()
        .map(|endpoint| EndpointSuggestion {
            title: endpoint.title.to_owned(),
            method: endpoint.method,
            path: endpoint.path.to_owned(),
            query: endpoint.query.iter().map(|&name| name.to_owned()).collect(),
            body: endpoint.body.to_owned(),
            needs: endpoint.needs.map(str::to_owned),
            note: endpoint.note.to_owned(),
            changes: endpoint.method != HttpMethod::Get,
        })
        .collect()
}

/// What a call needs, where it is documented. Paths with and without the slash at the end are the same one
/// (contract 4.2).
#[must_use]
pub fn needs(method: HttpMethod, path: &str) -> Option<&'static str> {
    let fits = |endpoint: &&Endpoint| endpoint.method == method && matches(endpoint.path, path);
    let admin = path.starts_with("/api/v1/admin/").then_some(match method {
        HttpMethod::Get => ADMIN_READ,
        HttpMethod::Post | HttpMethod::Put | HttpMethod::Patch | HttpMethod::Delete => ADMIN_WRITE,
    });
    // The rule for the whole admin API (contract 4.1) covers what the list has not.
    ENDPOINTS.iter().find(fits).map_or(admin, |endpoint| endpoint.needs)
}

fn matches(template: &str, path: &str) -> bool {
    let parts = |text: &'_ str| text.trim_end_matches('/').split('/').map(str::to_owned).collect::<Vec<_>>();
    let (template, path) = (parts(template), parts(path));
    template.len() == path.len()
        && template.iter().zip(&path).all(|(template, part)| template.starts_with('{') || template == part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_call_needs() {
        use HttpMethod::{Delete, Get, Patch, Post};
        for (method, path, needed) in [
            (Get, "/api/v1/admin/tenants/", Some("admin:read")),
            (Get, "/api/v1/admin/tenants", Some("admin:read")),
            (Get, "/api/v1/admin/tenants/tnt_1", Some("admin:read")),
            (Post, "/api/v1/admin/tenants/", Some("admin:write")),
            (Patch, "/api/v1/admin/applications/app_1", Some("admin:write")),
            (Delete, "/api/v1/admin/sessions/7", Some("admin:write")),
            // The list of audit actions is not "one audit entry".
            (Get, "/api/v1/admin/audit/actions", Some("admin:read")),
            (Get, "/api/v1/admin/auth/me", None),
            (Get, "/api/v1/admin/something/else", Some("admin:read")),
            (Get, "/api/v1/tenants/tnt_1/ous", None),
            (Get, "/", None),
        ] {
            assert_eq!(needs(method, path), needed, "{method:?} {path}");
        }
    }

    #[test]
    fn no_suggestion_changes_data_by_a_get() {
        for suggestion in suggestions() {
            assert!(!suggestion.query.iter().any(|name| name == "fix"), "{}", suggestion.title);
            assert_eq!(suggestion.changes, suggestion.method != HttpMethod::Get);
            assert!(suggestion.path.starts_with("/api/v1/admin/"), "{}", suggestion.path);
            assert!(
                suggestion.body.is_empty()
                    || serde_json::from_str::<serde_json::Value>(&suggestion.body).is_ok()
            );
        }
    }
}
