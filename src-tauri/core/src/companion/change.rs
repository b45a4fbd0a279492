//! Works out a change of the saved data, without doing it.

use super::event::{Answer, Change, Deleted, NewSecret, Planned, SecretSource, TrashChange, keychain_ids};
use crate::contract::{AppError, ApplicationDraft, Field, Keep, Problem, SecretDraft, Severity};
use crate::model::{
    Application, ApplicationId, BaseUrl, Config, Instance, InstanceId, InstanceKind, Level, MARGIN_SECONDS,
    Practice, Registration, SecretId, SecretKeeping, parse_answers, parse_application, parse_instance,
};
use crate::secret::Secret;

fn invalid(problems: Vec<Problem>) -> AppError {
    AppError::InvalidInput { problems }
}

fn out_of_range(field: Field, message: &str) -> AppError {
    invalid(vec![Problem { field, severity: Severity::Error, message: message.to_owned() }])
}

fn instance_mut(config: &mut Config, id: InstanceId) -> Result<&mut Instance, AppError> {
    config
        .instances
        .iter_mut()
        .find(|instance| instance.id == id)
        .ok_or_else(|| AppError::not_found("instance"))
}

/// The application's instance with the application's place in it.
fn place_of(config: &mut Config, id: ApplicationId) -> Result<(&mut Instance, usize), AppError> {
    config
        .instances
        .iter_mut()
        .find_map(|instance| {
            let index = instance.applications.iter().position(|application| application.id == id)?;
            Some((instance, index))
        })
        .ok_or_else(|| AppError::not_found("application"))
}

/// Where a secret will be, once it is stored.
fn keeping(id: SecretId, keep: Keep) -> SecretKeeping {
    match keep {
        Keep::Keychain => SecretKeeping::Keychain(id),
        Keep::Session => SecretKeeping::Session(id),
    }
}

/// A saved application as it would be typed, for changing one thing of it the way that all is checked.
pub(super) fn draft_of(instance: InstanceId, application: &Application) -> ApplicationDraft {
    let (level, application_type) = match &application.registration {
        Registration::ScaiKey { level, application_type } => (Some(level), Some(*application_type)),
        Registration::Provider => (None, None),
    };
    ApplicationDraft {
        id: Some(application.id),
        instance,
        name: application.name.clone(),
        client_id: application.client_id.clone(),
        secret: SecretDraft::Unchanged,
        level: level.map(Level::name),
        tenant_slug: level.and_then(Level::tenant_slug).unwrap_or_default().to_owned(),
        application_type,
        scopes: application.scopes.clone(),
        extra: application.extra.clone(),
        client_authentication: application.client_authentication,
        renewal: application.renewal,
    }
}

/// Works out what a change makes of the configuration.
///
/// # Errors
/// [`AppError::NotFound`] and [`AppError::InvalidInput`]; then nothing is changed.
pub(super) fn plan(config: &Config, change: Change) -> Result<Planned, AppError> {
    let mut planned = Planned {
        config: config.clone(),
        secrets: Vec::new(),
        trash: TrashChange::Keep,
        answer: Answer::Done,
    };
    let config = &mut planned.config;
    match change {
        Change::SaveInstance { draft, fresh } => {
            let existing =
                draft.id.map(|id| instance_mut(config, id).map(|found| found.clone())).transpose()?;
            let (parsed, problems) = parse_instance(&draft, fresh, existing.as_ref());
            let parsed = parsed.ok_or_else(|| invalid(problems))?;
            planned.answer = Answer::Instance(parsed.id);
            match config.instances.iter_mut().find(|instance| instance.id == parsed.id) {
                Some(saved) => *saved = parsed,
                None => config.instances.push(parsed),
            }
        }
        Change::AddPractice(instance) => {
            planned.answer = Answer::Instance(instance.id);
            config.instances.push(*instance);
        }
        Change::PracticeMoved { instance, port } => {
            let instance = instance_mut(config, instance)?;
            let lifetime_seconds = instance
                .practice
                .map_or(Practice::DEFAULT_LIFETIME_SECONDS, |practice| practice.lifetime_seconds);
            instance.practice = Some(Practice { port, lifetime_seconds });
            if let Some(base) = BaseUrl::loopback(port) {
                instance.kind = InstanceKind::ScaiKey { base };
            }
        }
        Change::PracticeLifetime { instance, seconds } => {
            if !Practice::LIFETIME_SECONDS.contains(&seconds) {
                return Err(out_of_range(Field::Lifetime, "A lifetime is 10 to 86400 seconds."));
            }
            let practice = instance_mut(config, instance)?.practice.as_mut();
            practice.ok_or_else(|| AppError::not_found("instance"))?.lifetime_seconds = seconds;
        }
        Change::DeleteInstance(id) => {
            let index = config.instances.iter().position(|instance| instance.id == id);
            let index = index.ok_or_else(|| AppError::not_found("instance"))?;
            let instance = Box::new(config.instances.remove(index));
            config.retired.extend(keychain_ids(&instance.applications));
            planned.trash = TrashChange::Fill(Deleted::Instance { index, instance });
        }
        Change::MoveInstance { instance, index } => {
            let from = config.instances.iter().position(|found| found.id == instance);
            let moved = config.instances.remove(from.ok_or_else(|| AppError::not_found("instance"))?);
            config.instances.insert(index.min(config.instances.len()), moved);
        }
        Change::SaveApplication { draft, fresh, secret } => {
            let existing =
                draft.id.map(|id| place_of(config, id).map(|(home, at)| home.applications[at].clone()));
            let existing = existing.transpose()?;
            let home = instance_mut(config, draft.instance)?;
            let (parsed, problems) = parse_application(&draft, fresh, home, existing.as_ref());
            let mut parsed = parsed.ok_or_else(|| invalid(problems))?;
            planned.answer = Answer::Application(parsed.id);
            let stored = match &draft.secret {
                SecretDraft::Unchanged => None,
                SecretDraft::Set { value, keep } => Some((value.clone(), *keep)),
            };
            let old = stored.as_ref().and(Some(parsed.secret));
            if let Some((value, keep)) = stored {
                parsed.secret = keeping(secret, keep);
                parsed.secret_host = home.secret_host(&parsed.endpoint_key());
                planned.secrets.push(NewSecret { id: secret, source: SecretSource::Given(value), keep });
            }
            match existing {
                Some(_) => {
                    let (home, at) = place_of(config, parsed.id)?;
                    home.applications[at] = parsed;
                }
                None => instance_mut(config, draft.instance)?.applications.push(parsed),
            }
            retire(config, old);
        }
        Change::DuplicateApplication { application, fresh, secret } => {
            let (home, at) = place_of(config, application)?;
            let mut copy = Application { id: fresh, ..home.applications[at].clone() };
            copy.name = copy_name(&home.applications, &copy.name);
            let source = SecretSource::CopyOf(copy.secret);
            let keep = match copy.secret {
                SecretKeeping::Keychain(_) => Some(Keep::Keychain),
                SecretKeeping::Session(_) => Some(Keep::Session),
                SecretKeeping::None => None,
            };
            if let Some(keep) = keep {
                copy.secret = keeping(secret, keep);
                planned.secrets.push(NewSecret { id: secret, source, keep });
            }
            home.applications.insert(at + 1, copy);
            planned.answer = Answer::Application(fresh);
        }
        Change::DeleteApplication(id) => {
            let (home, index) = place_of(config, id)?;
            let instance = home.id;
            let application = Box::new(home.applications.remove(index));
            retire(config, Some(application.secret));
            planned.trash = TrashChange::Fill(Deleted::Application { instance, index, application });
        }
        Change::MoveApplication { application, index } => {
            let (home, from) = place_of(config, application)?;
            let moved = home.applications.remove(from);
            home.applications.insert(index.min(home.applications.len()), moved);
        }
        Change::SetSecret { application, value, keep, secret } => {
            check_secret(&value)?;
            let (home, at) = place_of(config, application)?;
            let host = home.secret_host(&home.applications[at].endpoint_key());
            let saved = &mut home.applications[at];
            saved.secret_host = host;
            let old = std::mem::replace(&mut saved.secret, keeping(secret, keep));
            planned.secrets.push(NewSecret { id: secret, source: SecretSource::Given(value), keep });
            planned.answer = Answer::Application(application);
            retire(config, Some(old));
        }
        Change::Restore(deleted) => {
            planned.trash = TrashChange::Empty;
            let back = deleted.secrets();
            config.retired.retain(|id| !back.contains(id));
            match deleted {
                Deleted::Instance { index, instance } => {
                    config.instances.insert(index.min(config.instances.len()), *instance);
                }
                Deleted::Application { instance, index, application } => {
                    let home = instance_mut(config, instance)?;
                    home.applications.insert(index.min(home.applications.len()), *application);
                }
            }
        }
        Change::DefaultMargin(seconds) => {
            if seconds.is_some_and(|seconds| !MARGIN_SECONDS.contains(&seconds)) {
                return Err(out_of_range(Field::Margin, "The margin is 5 to 3600 seconds."));
            }
            config.default_margin_seconds = seconds;
        }
        Change::AnswerWalkthrough { walkthrough, answers } => {
            let (parsed, problems) = parse_answers(&answers);
            config.walkthroughs.insert(walkthrough, parsed.ok_or_else(|| invalid(problems))?);
        }
        Change::ForgetRetired(ids) => config.retired.retain(|id| !ids.contains(id)),
        Change::RemoveEverything => {
            let used: Vec<_> =
                config.instances.iter().flat_map(|instance| keychain_ids(&instance.applications)).collect();
            config.retired.extend(used);
            config.instances.clear();
            config.default_margin_seconds = None;
            config.walkthroughs.clear();
            // What was deleted a moment ago goes for good too.
            planned.trash = TrashChange::Empty;
        }
    }
    Ok(planned)
}

/// A secret that can be one.
pub(super) fn check_secret(value: &Secret) -> Result<(), AppError> {
    if value.is_empty() {
        return Err(out_of_range(Field::Secret, "Enter the client secret."));
    }
    Ok(())
}

/// A keychain entry that nothing uses any more is remembered until it is deleted.
fn retire(config: &mut Config, old: Option<SecretKeeping>) {
    if let Some(SecretKeeping::Keychain(id)) = old {
        config.retired.push(id);
    }
}

/// `name copy`, `name copy 2` …: the first that is free.
fn copy_name(applications: &[Application], name: &str) -> String {
    let free = |candidate: &String| applications.iter().all(|application| application.name != *candidate);
    let first = format!("{name} copy");
    if free(&first) {
        return first;
    }
    (2..).map(|number| format!("{name} copy {number}")).find(free).unwrap_or(first)
}
