//! What people type into the admin page, and what is wrong with it.

use axum::http::{HeaderMap, header};

use crate::directory::{ApplicationType, Directory, Level, NewApplication, is_scope_token};

/// What is wrong with one field.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Problem {
    /// The field's `name` and `id`.
    pub(super) field: &'static str,
    pub(super) message: String,
}

impl Problem {
    pub(super) fn new(field: &'static str, message: impl Into<String>) -> Problem {
        Problem { field, message: message.into() }
    }
}

/// The fields of a sent form.
pub(super) struct Fields(Vec<(String, String)>);

impl Fields {
    /// `None` unless it is a form.
    pub(super) fn read(headers: &HeaderMap, body: &[u8]) -> Option<Fields> {
        let media_type = headers.get(header::CONTENT_TYPE)?.to_str().ok()?.split(';').next()?;
        if !media_type.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            return None;
        }
        let fields = form_urlencoded::parse(body);
        Some(Fields(fields.map(|(name, value)| (name.into_owned(), value.into_owned())).collect()))
    }

    /// Empty if it was not sent.
    pub(super) fn text(&self, name: &str) -> String {
        self.0.iter().find(|(this, _)| this == name).map_or_else(String::new, |(_, value)| value.clone())
    }
}

/// An application's settings, as typed.
#[derive(Debug)]
pub(super) struct Settings {
    pub(super) allowed_scopes: String,
    pub(super) token_lifetime: String,
}

/// Allowed scopes, and seconds that tokens live.
type CheckedSettings = (Vec<String>, Option<u32>);

impl Settings {
    pub(super) fn read(fields: &Fields) -> Settings {
        Settings {
            allowed_scopes: fields.text("allowed_scopes"),
            token_lifetime: fields.text("token_lifetime"),
        }
    }

    /// Settings as they are, to be edited.
    pub(super) fn of(allowed_scopes: &[String], token_lifetime: Option<u32>) -> Settings {
        Settings {
            allowed_scopes: allowed_scopes.join(" "),
            token_lifetime: token_lifetime.map_or_else(String::new, |seconds| seconds.to_string()),
        }
    }

    pub(super) fn checked(&self) -> Result<CheckedSettings, Vec<Problem>> {
        match (self.scopes(), self.lifetime()) {
            (Ok(scopes), Ok(lifetime)) => Ok((scopes, lifetime)),
            (scopes, lifetime) => Err(scopes.err().into_iter().chain(lifetime.err()).collect()),
        }
    }

    fn scopes(&self) -> Result<Vec<String>, Problem> {
        let mut scopes: Vec<String> = Vec::new();
        for scope in self.allowed_scopes.split_whitespace() {
            if !is_scope_token(scope) {
                let message =
                    format!("{scope} is not a scope: only ASCII without quotation marks and backslashes.");
                return Err(Problem::new("allowed_scopes", message));
            }
            if !scopes.iter().any(|known| known == scope) {
                scopes.push(scope.to_owned());
            }
        }
        Ok(scopes)
    }

    fn lifetime(&self) -> Result<Option<u32>, Problem> {
        match self.token_lifetime.trim() {
            "" => Ok(None),
            seconds => match seconds.parse() {
                Ok(seconds @ 1..) => Ok(Some(seconds)),
                Ok(0) | Err(_) => {
                    Err(Problem::new("token_lifetime", "Enter whole seconds, 1 or more, or nothing."))
                }
            },
        }
    }
}

/// A new application, as typed.
#[derive(Debug)]
pub(super) struct Draft {
    pub(super) name: String,
    pub(super) application_type: String,
    pub(super) level: String,
    /// Its slug.
    pub(super) tenant: String,
    pub(super) settings: Settings,
}

/// What the quickstart's first step wants.
impl Default for Draft {
    fn default() -> Draft {
        Draft {
            name: String::new(),
            application_type: ApplicationType::Service.name().to_owned(),
            level: Level::Global.name().to_owned(),
            tenant: String::new(),
            settings: Settings::of(&["openid".to_owned(), "admin:read".to_owned()], None),
        }
    }
}

impl Draft {
    pub(super) fn read(fields: &Fields) -> Draft {
        Draft {
            name: fields.text("name"),
            application_type: fields.text("application_type"),
            level: fields.text("level"),
            tenant: fields.text("tenant"),
            settings: Settings::read(fields),
        }
    }

    pub(super) fn checked(&self, directory: &Directory) -> Result<NewApplication, Vec<Problem>> {
        let mut problems = Vec::new();
        if self.name.trim().is_empty() {
            problems.push(Problem::new("name", "Enter a name."));
        }
        let application_type = ApplicationType::from_name(&self.application_type);
        if application_type.is_none() {
            problems.push(Problem::new("application_type", "Choose a type."));
        }
        let level = self.level(directory).map_err(|problem| problems.push(problem));
        let settings = self.settings.checked().map_err(|more| problems.extend(more));
        match (application_type, level, settings) {
            (Some(application_type), Ok(level), Ok((allowed_scopes, token_lifetime)))
                if problems.is_empty() =>
            {
                Ok(NewApplication {
                    allowed_scopes,
                    token_lifetime,
                    ..NewApplication::service(&self.name, level, &[]).of_type(application_type)
                })
            }
            _ => Err(problems),
        }
    }

    fn level(&self, directory: &Directory) -> Result<Level, Problem> {
        match self.level.as_str() {
            "GLOBAL" => Ok(Level::Global),
            "PARTNER" => Ok(Level::Partner),
            "TENANT" => match directory.tenant_of_slug(&self.tenant) {
                Some(tenant) => Ok(Level::Tenant { slug: tenant.slug.clone() }),
                None => Err(Problem::new("tenant", "Choose the tenant it belongs to.")),
            },
            _ => Err(Problem::new("level", "Choose a scope level.")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::practice_tenants;

    #[test]
    fn settings_are_read_as_people_write_them() {
        for (scopes, lifetime, expected) in [
            ("openid admin:read", "3600", Ok((vec!["openid", "admin:read"], Some(3600)))),
            ("  b\t a\r\nb ", " 1 ", Ok((vec!["b", "a"], Some(1)))),
            ("", "", Ok((vec![], None))),
            ("openid \"x\"", "0", Err(vec!["allowed_scopes", "token_lifetime"])),
            ("é", "", Err(vec!["allowed_scopes"])),
            ("a\\b", "4294967295", Err(vec!["allowed_scopes"])),
            ("", "4294967296", Err(vec!["token_lifetime"])),
            ("", "1.5", Err(vec!["token_lifetime"])),
            ("", "-1", Err(vec!["token_lifetime"])),
            ("", "an hour", Err(vec!["token_lifetime"])),
        ] {
            let settings =
                Settings { allowed_scopes: scopes.to_owned(), token_lifetime: lifetime.to_owned() };
            let expected = expected
                .map(|(scopes, lifetime)| (scopes.into_iter().map(str::to_owned).collect(), lifetime));
            let checked = settings.checked();
            let checked =
                checked.map_err(|problems| problems.iter().map(|problem| problem.field).collect::<Vec<_>>());
            assert_eq!(checked, expected, "{scopes:?} {lifetime:?}");
        }
    }

    #[test]
    fn every_field_of_a_draft_is_checked() {
        let directory = Directory::new(practice_tenants());
        let draft = |name: &str, kind: &str, level: &str, tenant: &str, scopes: &str| Draft {
            name: name.to_owned(),
            application_type: kind.to_owned(),
            level: level.to_owned(),
            tenant: tenant.to_owned(),
            settings: Settings { allowed_scopes: scopes.to_owned(), token_lifetime: String::new() },
        };
        for (draft, wrong) in [
            (Draft { name: "x".to_owned(), ..Draft::default() }, vec![]),
            (draft("x", "SPA", "PARTNER", "", ""), vec![]),
            (draft("x", "WEB", "TENANT", "acme", "openid"), vec![]),
            (draft("x", "WEB", "GLOBAL", "nobody", ""), vec![]),
            (
                draft(" ", "web", "tenant", "acme", "\""),
                vec!["name", "application_type", "level", "allowed_scopes"],
            ),
            (draft("x", "SERVICE", "TENANT", "", ""), vec!["tenant"]),
            (draft("x", "SERVICE", "TENANT", "tnt_practiceacme", ""), vec!["tenant"]),
            (draft("", "", "", "", ""), vec!["name", "application_type", "level"]),
        ] {
            let problems = draft.checked(&directory).err().unwrap_or_default();
            assert_eq!(problems.iter().map(|problem| problem.field).collect::<Vec<_>>(), wrong, "{draft:?}");
        }
    }
}
