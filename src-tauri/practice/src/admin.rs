//! The admin API: tenants to read, applications to read, create and change.

use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use serde_json::{Map, Value, json};

use crate::contract;
use crate::directory::{
    Application, ApplicationType, Level, NewApplication, PARTNER_ID, RegisterError, is_scope_token,
};
use crate::world::{World, detail, json_response, with};

/// What a call needs.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Need {
    Read,
    Write,
}

/// Why a call is refused.
#[derive(Debug)]
enum Refusal {
    /// Unknown (contract 8.2.1): the answer without a token. Follows RFC 6750 §3: a bare challenge.
    NoToken,
    /// Unknown (contract 8.2.1): the answer for a token that is not accepted. Follows RFC 6750 §3.1.
    InvalidToken,
    /// The documented 403, to the letter.
    NeedsAdminScope,
    /// Unknown (contract 4.1): a write with `admin:read` alone. Follows RFC 6750 §3.1 `insufficient_scope`: 403.
    NeedsAdminWrite,
    /// Unknown (contract 8.2.1): the text; the shape is the documented one.
    NotFound(&'static str),
    /// The documented 422.
    Invalid(Vec<Problem>),
}

/// One entry of the documented `HTTPValidationError`.
#[derive(Debug)]
struct Problem {
    place: Vec<Value>,
    message: String,
    kind: &'static str,
}

impl Problem {
    fn new(place: &[&str], message: impl Into<String>, kind: &'static str) -> Problem {
        Problem { place: place.iter().map(|&part| part.into()).collect(), message: message.into(), kind }
    }

    fn of_field(name: &str, message: impl Into<String>, kind: &'static str) -> Problem {
        Problem::new(&["body", name], message, kind)
    }
}

impl Refusal {
    fn into_response(self) -> Response {
        match self {
            Refusal::NoToken => with(
                detail(StatusCode::UNAUTHORIZED, "Not authenticated"),
                header::WWW_AUTHENTICATE,
                "Bearer",
            ),
            Refusal::InvalidToken => with(
                detail(StatusCode::UNAUTHORIZED, "Invalid or expired token"),
                header::WWW_AUTHENTICATE,
                r#"Bearer error="invalid_token""#,
            ),
            Refusal::NeedsAdminScope => detail(StatusCode::FORBIDDEN, contract::NEEDS_ADMIN_SCOPE),
            Refusal::NeedsAdminWrite => {
                detail(StatusCode::FORBIDDEN, "Platform token requires admin:write scope")
            }
            Refusal::NotFound(text) => detail(StatusCode::NOT_FOUND, text),
            Refusal::Invalid(problems) => {
                let problems: Vec<Value> = problems
                    .into_iter()
                    .map(|problem| json!({ "loc": problem.place, "msg": problem.message, "type": problem.kind }))
                    .collect();
                json_response(StatusCode::UNPROCESSABLE_ENTITY, &json!({ "detail": problems }))
            }
        }
    }
}

type Outcome = Result<Response, Refusal>;

fn answered(outcome: Outcome) -> Response {
    outcome.unwrap_or_else(Refusal::into_response)
}

/// `GET /api/v1/admin/tenants/`
pub(crate) fn list_tenants(world: &World, headers: &HeaderMap, query: &str) -> Response {
    answered((|| {
        authorise(world, headers, Need::Read)?;
        let query = Query::read(query)?;
        let state = world.state();
        let found = state.directory.tenants().iter().filter(|tenant| {
            query.matches_search(&[&tenant.name, &tenant.slug])
                && query.matches("status", Some("ACTIVE"))
                && query.matches("partner_id", tenant.partner_id())
        });
        Ok(json_response(StatusCode::OK, &query.page_of(found.map(|tenant| tenant.as_json()).collect())))
    })())
}

/// `GET /api/v1/admin/tenants/{id}`
pub(crate) fn get_tenant(world: &World, headers: &HeaderMap, id: &str) -> Response {
    answered((|| {
        authorise(world, headers, Need::Read)?;
        let state = world.state();
        let tenant = state.directory.tenant_of_id(id).ok_or(Refusal::NotFound("Tenant not found"))?;
        Ok(json_response(StatusCode::OK, &tenant.as_json()))
    })())
}

/// `GET /api/v1/admin/applications/`
pub(crate) fn list_applications(world: &World, headers: &HeaderMap, query: &str) -> Response {
    answered((|| {
        authorise(world, headers, Need::Read)?;
        let query = Query::read(query)?;
        let state = world.state();
        let found = state.directory.applications().iter().filter(|application| {
            let tenant = match &application.level {
                Level::Tenant { slug } => state.directory.tenant_of_slug(slug),
                Level::Global | Level::Partner => None,
            };
            query.matches_search(&[&application.name, &application.client_id])
                && query.matches("scope", Some(application.level.name()))
                && query.matches("application_type", Some(application.application_type.name()))
                && query.matches("tenant_id", tenant.map(|tenant| tenant.id.as_str()))
                && query.matches("partner_id", (application.level == Level::Partner).then_some(PARTNER_ID))
        });
        let found =
            found.map(|application| state.directory.application_json(application, state.lifetime)).collect();
        Ok(json_response(StatusCode::OK, &query.page_of(found)))
    })())
}

/// `GET /api/v1/admin/applications/{id}`
pub(crate) fn get_application(world: &World, headers: &HeaderMap, id: &str) -> Response {
    answered((|| {
        authorise(world, headers, Need::Read)?;
        let state = world.state();
        let application = state.directory.application(id).ok_or(NO_APPLICATION)?;
        Ok(json_response(StatusCode::OK, &state.directory.application_json(application, state.lifetime)))
    })())
}

/// `POST /api/v1/admin/applications/`: 201 with the secret, for the only time.
///
/// Unknown (contract 8.1.8): the schema of the request. The members are the documented fields (contract 1.5).
pub(crate) fn create_application(world: &World, headers: &HeaderMap, body: &[u8]) -> Response {
    answered((|| {
        authorise(world, headers, Need::Write)?;
        let mut fields = Fields::read(body)?;
        let mut state = world.state();
        let name = fields.required_text("name");
        let application_type = fields.required_choice("application_type", ApplicationType::from_name);
        let scope = fields.required_choice("scope", |text| {
            ["GLOBAL", "PARTNER", "TENANT"].into_iter().find(|&level| level == text)
        });
        let level = match scope {
            Some("GLOBAL") => Some(Level::Global),
            Some("PARTNER") => {
                fields.required_choice("partner_id", |id| (id == PARTNER_ID).then_some(Level::Partner))
            }
            Some(_) => fields.required_choice("tenant_id", |id| {
                let tenant = state.directory.tenant_of_id(id)?;
                Some(Level::Tenant { slug: tenant.slug.clone() })
            }),
            None => None,
        };
        let allowed_scopes = fields.scopes("allowed_scopes").unwrap_or_default();
        let redirect_uris = fields.texts("redirect_uris").unwrap_or_default();
        let allowed_origins = fields.texts("allowed_origins").unwrap_or_default();
        let token_lifetime = fields.seconds("token_lifetime");
        fields.finish()?;
        // Every missing one has left a problem behind, so `finish` has refused already.
        let (Some(name), Some(application_type), Some(level)) = (name, application_type, level) else {
            return Err(Refusal::Invalid(Vec::new()));
        };

        let registered = state
            .directory
            .register(NewApplication {
                name,
                id: None,
                client_id: None,
                client_secret: None,
                level,
                application_type,
                allowed_scopes,
                token_lifetime,
            })
            .map_err(|error: RegisterError| {
                Refusal::Invalid(vec![Problem::new(&["body"], error.to_string(), "value_error")])
            })?;
        if let Some(application) = state.directory.application_mut(&registered.id) {
            application.redirect_uris = redirect_uris;
            application.allowed_origins = allowed_origins;
        }
        let application = state.directory.application(&registered.id).ok_or(NO_APPLICATION)?;
        let mut created = state.directory.application_json(application, state.lifetime);
        if let Some(secret) = registered.client_secret {
            created["client_secret"] = secret.into();
        }
        // Inferred: 201, as for tenants and users.
        Ok(json_response(StatusCode::CREATED, &created))
    })())
}

/// `PATCH /api/v1/admin/applications/{id}`: what is there is replaced, what is not stays.
pub(crate) fn change_application(world: &World, headers: &HeaderMap, id: &str, body: &[u8]) -> Response {
    answered((|| {
        authorise(world, headers, Need::Write)?;
        let mut fields = Fields::read(body)?;
        let mut state = world.state();
        let application = state.directory.application_mut(id).ok_or(NO_APPLICATION)?;
        let name = fields.text("name");
        let allowed_scopes = fields.scopes("allowed_scopes");
        let redirect_uris = fields.texts("redirect_uris");
        let allowed_origins = fields.texts("allowed_origins");
        let token_lifetime = fields.seconds("token_lifetime");
        fields.refuse_change("scope", application.level.name());
        fields.refuse_change("application_type", application.application_type.name());
        fields.finish()?;

        replace(&mut application.name, name);
        // Documented: replaces the list, does not merge.
        replace(&mut application.allowed_scopes, allowed_scopes);
        replace(&mut application.redirect_uris, redirect_uris);
        replace(&mut application.allowed_origins, allowed_origins);
        if token_lifetime.is_some() {
            application.token_lifetime = token_lifetime;
        }
        let application: &Application = state.directory.application(id).ok_or(NO_APPLICATION)?;
        Ok(json_response(StatusCode::OK, &state.directory.application_json(application, state.lifetime)))
    })())
}

const NO_APPLICATION: Refusal = Refusal::NotFound("Application not found");

fn replace<T>(place: &mut T, new: Option<T>) {
    if let Some(new) = new {
        *place = new;
    }
}

/// Who may come in (documented): a person with an admin role, or a GLOBAL application's token with an admin scope.
///
/// Unknown (contract 8.2.12): whether tokens of TENANT applications are accepted. Here they are not.
fn authorise(world: &World, headers: &HeaderMap, need: Need) -> Result<(), Refusal> {
    let mut authorization = headers.get_all(header::AUTHORIZATION).iter();
    let Some(value) = authorization.next() else { return Err(Refusal::NoToken) };
    let token = value
        .to_str()
        .ok()
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token.trim());
    let (Some(token), None) = (token, authorization.next()) else { return Err(Refusal::NoToken) };

    let keys = world.state().keys.clone();
    let claims = keys.verified_claims(token).ok_or(Refusal::InvalidToken)?;
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    let alive = claims.get("exp").and_then(Value::as_i64).is_some_and(|exp| world.now() < exp);
    if !alive || text("iss") != Some(contract::platform_issuer(&world.base).as_str()) {
        return Err(Refusal::InvalidToken);
    }
    if text("role") == Some(contract::SUPER_ADMIN) {
        return Ok(());
    }
    if claims.get("platform_token") != Some(&Value::Bool(true)) {
        return Err(Refusal::InvalidToken);
    }
    let has = |scope: &str| text("scope").is_some_and(|all| all.split(' ').any(|this| this == scope));
    match (has(contract::ADMIN_READ), has(contract::ADMIN_WRITE), need) {
        (false, false, _) => Err(Refusal::NeedsAdminScope),
        (true, false, Need::Write) => Err(Refusal::NeedsAdminWrite),
        // Unknown (contract 4.1): whether `admin:write` alone reads. The 403's text says "or", so it does here.
        (_, true, _) | (true, false, Need::Read) => Ok(()),
    }
}

/// Filters and the page of a list.
struct Query {
    fields: Vec<(String, String)>,
    page: usize,
    per_page: usize,
}

impl Query {
    /// Unknown (contract 8.2.3): defaults, maximum and base. Here 20, 100 and 1.
    fn read(query: &str) -> Result<Query, Refusal> {
        let fields: Vec<(String, String)> = form_urlencoded::parse(query.as_bytes())
            .map(|(name, value)| (name.into_owned(), value.into_owned()))
            .collect();
        let mut problems = Vec::new();
        let mut number = |name: &str, default: usize, most: usize| {
            let Some((_, text)) = fields.iter().find(|(this, _)| this == name) else { return default };
            let (message, kind) = match text.parse::<i64>() {
                Err(_) => ("Input should be a valid integer".to_owned(), "int_parsing"),
                Ok(given) => match usize::try_from(given) {
                    Ok(given) if given > most => {
                        (format!("Input should be less than or equal to {most}"), "less_than_equal")
                    }
                    Ok(given) if given > 0 => return given,
                    Ok(_) | Err(_) => {
                        ("Input should be greater than or equal to 1".to_owned(), "greater_than_equal")
                    }
                },
            };
            problems.push(Problem::new(&["query", name], message, kind));
            default
        };
        let page = number("page", 1, usize::MAX);
        let per_page = number("per_page", 20, 100);
        if problems.is_empty() {
            Ok(Query { fields, page, per_page })
        } else {
            Err(Refusal::Invalid(problems))
        }
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(this, _)| this == name).map(|(_, value)| value.as_str())
    }

    fn matches(&self, name: &str, value: Option<&str>) -> bool {
        self.get(name).is_none_or(|wanted| Some(wanted) == value)
    }

    fn matches_search(&self, texts: &[&str]) -> bool {
        let Some(wanted) = self.get("search") else { return true };
        let wanted = wanted.to_lowercase();
        texts.iter().any(|text| text.to_lowercase().contains(&wanted))
    }

    /// Unknown (contract 8.2.3): the shape of a list. Here `items` with the numbers around it.
    fn page_of(&self, found: Vec<Value>) -> Value {
        let total = found.len();
        let start = (self.page - 1).saturating_mul(self.per_page);
        let items: Vec<Value> = found.into_iter().skip(start).take(self.per_page).collect();
        json!({
            "items": items,
            "total": total,
            "page": self.page,
            "per_page": self.per_page,
            "pages": total.div_ceil(self.per_page),
        })
    }
}

/// A JSON object being read, and what was wrong with it so far.
struct Fields {
    object: Map<String, Value>,
    problems: Vec<Problem>,
}

impl Fields {
    fn read(body: &[u8]) -> Result<Fields, Refusal> {
        match serde_json::from_slice(body) {
            Ok(Value::Object(object)) => Ok(Fields { object, problems: Vec::new() }),
            Ok(_) => Err(Refusal::Invalid(vec![Problem::new(
                &["body"],
                "Input should be a valid dictionary",
                "dict_type",
            )])),
            Err(_) if body.is_empty() => {
                Err(Refusal::Invalid(vec![Problem::new(&["body"], "Field required", "missing")]))
            }
            Err(error) => {
                let mut problem = Problem::new(&["body"], "JSON decode error", "json_invalid");
                problem.place.push(error.column().into());
                Err(Refusal::Invalid(vec![problem]))
            }
        }
    }

    /// `null` counts as absent.
    fn get(&self, name: &str) -> Option<&Value> {
        self.object.get(name).filter(|value| !value.is_null())
    }

    fn problem(&mut self, name: &str, message: impl Into<String>, kind: &'static str) {
        self.problems.push(Problem::of_field(name, message, kind));
    }

    fn text(&mut self, name: &str) -> Option<String> {
        match self.get(name)? {
            Value::String(text) => Some(text.clone()),
            _ => {
                self.problem(name, "Input should be a valid string", "string_type");
                None
            }
        }
    }

    fn required_text(&mut self, name: &str) -> Option<String> {
        if self.get(name).is_none() {
            self.problem(name, "Field required", "missing");
        }
        self.text(name)
    }

    fn required_choice<T>(&mut self, name: &str, parse: impl Fn(&str) -> Option<T>) -> Option<T> {
        let text = self.required_text(name)?;
        let parsed = parse(&text);
        if parsed.is_none() {
            self.problem(name, "Input is not one of the known values", "enum");
        }
        parsed
    }

    fn texts(&mut self, name: &str) -> Option<Vec<String>> {
        let texts = self.get(name)?.as_array().and_then(|values| {
            values.iter().map(|value| value.as_str().map(str::to_owned)).collect::<Option<Vec<_>>>()
        });
        if texts.is_none() {
            self.problem(name, "Input should be a valid list of strings", "list_type");
        }
        texts
    }

    fn scopes(&mut self, name: &str) -> Option<Vec<String>> {
        let scopes = self.texts(name)?;
        if !scopes.iter().all(|scope| is_scope_token(scope)) {
            self.problem(name, "Every entry must be one scope", "value_error");
            return None;
        }
        Some(scopes)
    }

    fn seconds(&mut self, name: &str) -> Option<u32> {
        let given = self.get(name)?.as_u64().and_then(|seconds| u32::try_from(seconds).ok());
        if !matches!(given, Some(1..)) {
            self.problem(name, "Input should be an integer greater than or equal to 1", "greater_than_equal");
            return None;
        }
        given
    }

    /// Documented: the level is fixed at registration. Unknown: what a try is answered with.
    fn refuse_change(&mut self, name: &str, current: &str) {
        if self.text(name).is_some_and(|wanted| wanted != current) {
            self.problem(name, "Cannot be changed after registration", "value_error");
        }
    }

    fn finish(self) -> Result<(), Refusal> {
        if self.problems.is_empty() { Ok(()) } else { Err(Refusal::Invalid(self.problems)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_begin_at_one_and_end_at_the_end() {
        let five = || (1..=5).map(Value::from).collect::<Vec<_>>();
        for (query, expected) in [
            ("page=1&per_page=2", vec![1, 2]),
            ("page=3&per_page=2", vec![5]),
            ("page=4&per_page=2", vec![]),
            ("page=9223372036854775807&per_page=100", vec![]),
            ("", vec![1, 2, 3, 4, 5]),
        ] {
            let page = Query::read(query).unwrap().page_of(five());
            assert_eq!(page["items"], json!(expected), "{query}");
            assert_eq!(page["total"], 5, "{query}");
        }
    }

    #[test]
    fn odd_page_numbers_are_refused() {
        for query in [
            "page=0",
            "page=-1",
            "page=x",
            "page=",
            "per_page=101",
            "per_page=0",
            "page=99999999999999999999",
        ] {
            assert!(matches!(Query::read(query), Err(Refusal::Invalid(_))), "{query}");
        }
    }
}
