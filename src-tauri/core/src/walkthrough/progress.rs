//! How far a walkthrough has come: derived from the facts each time, so that it cannot be wrong for long.

use super::{ApplicationFacts, Condition, Facts, Step, TokenFacts, Trouble, Walkthrough};
use crate::contract::{SecretTrial, SecretView, StepAction, StepProgress};
use crate::model::LevelName;
use crate::scaikey::has_admin_scope;

/// Where each step stands.
#[must_use]
pub fn progress(walkthrough: &Walkthrough, facts: &Facts) -> Vec<StepProgress> {
    walkthrough.steps.iter().map(|step| step_progress(step, facts)).collect()
}

/// The first step that is not done; the last one when all are.
#[must_use]
pub fn current(steps: &[StepProgress]) -> u32 {
    let last = steps.len().saturating_sub(1);
    let index = steps.iter().position(|step| !step.done).unwrap_or(last);
    u32::try_from(index).unwrap_or(u32::MAX)
}

fn step_progress(step: &Step, facts: &Facts) -> StepProgress {
    let (done, note) = judge(step.condition, facts);
    StepProgress {
        done,
        note,
        blocked: step.action.and_then(|action| blocked(action, facts)).map(str::to_owned),
    }
}

/// What stands in the way of an action; `None` when nothing does.
#[must_use]
pub fn blocked(action: StepAction, facts: &Facts) -> Option<&'static str> {
    let Some(instance) = facts.instance else { return Some("Choose an instance first.") };
    let Some(application) = &facts.application else {
        return Some("Choose or register an application first.");
    };
    let no_secret = application.secret == SecretView::Missing;
    let no_scaikey = "Only a ScaiKey has this. The chosen instance is another provider.";
    match action {
        StepAction::RequestToken if no_secret => Some("Enter the client secret first."),
        StepAction::RequestToken => None,
        StepAction::ListTenants | StepAction::AskForAdminRead if !instance.scaikey => Some(no_scaikey),
        StepAction::ListTenants if facts.token.is_none() => Some("Request a token first."),
        StepAction::ListTenants | StepAction::AskForAdminRead => None,
        StepAction::AllowAdminRead if !instance.practice => {
            Some("Here only the practice server can be told so. At your ScaiKey, allow it in the admin UI.")
        }
        StepAction::AllowAdminRead => None,
        StepAction::TrySecrets if facts.candidate.is_none() => Some("Enter the new secret first."),
        StepAction::TrySecrets if no_secret => Some("The old secret is not here. Enter it first."),
        StepAction::TrySecrets => None,
        StepAction::SwitchSecret => match facts.candidate.as_ref().map(|candidate| &candidate.new) {
            None => Some("Enter the new secret first."),
            Some(None) => Some("Try the new secret first."),
            Some(Some(SecretTrial::Refused { .. })) => Some("The new secret was refused."),
            Some(Some(SecretTrial::Accepted { .. })) => None,
        },
    }
}

/// Whether a condition holds, and a few words about it.
fn judge(condition: Condition, facts: &Facts) -> (bool, String) {
    match condition {
        Condition::Registered => registered(facts),
        Condition::LevelChosen => level_chosen(facts),
        Condition::ScopesChosen => scopes_chosen(facts),
        Condition::TokenInHand => match &facts.token {
            Some(token) if token.valid => (true, trouble_or(facts, answered(token))),
            _ => (false, no_token(facts)),
        },
        Condition::SubjectIsClient => of_token(facts, |token| match token.subject_is_client {
            Some(true) => (true, "sub equals client_id".to_owned()),
            Some(false) => (false, "sub is not the client ID".to_owned()),
            None => (false, "no sub that can be read".to_owned()),
        }),
        Condition::TenantsListed => tenants_listed(facts),
        Condition::Renewed => of_valid_token(facts, |token| match token.count {
            0 | 1 => (false, "before it expires".to_owned()),
            2 => (true, "renewed once".to_owned()),
            more => (true, format!("renewed {} times", more - 1)),
        }),
        Condition::ScopesSeen => of_token(facts, |token| (true, scopes_of(token))),
        Condition::AdminAllowed => admin_allowed(facts),
        Condition::AdminAskedFor => admin_asked_for(facts),
        Condition::AdminGranted => of_valid_token(facts, |token| {
            (has_admin_scope(&token.scopes), trouble_or(facts, scopes_of(token)))
        }),
        Condition::WebhookReceived => match facts.webhook {
            Some(_) => (true, "received".to_owned()),
            None => (false, String::new()),
        },
        Condition::WebhookSigned => match facts.webhook.and_then(|webhook| webhook.signed) {
            Some(true) => (true, "matches".to_owned()),
            Some(false) => (false, "does not match".to_owned()),
            None => (false, String::new()),
        },
        // Without a right signature anybody may have written the time.
        Condition::WebhookFresh => match facts.webhook.map(|webhook| (webhook.signed, webhook.fresh)) {
            Some((Some(true), Some(true))) => (true, "fresh".to_owned()),
            Some((_, Some(false))) => (false, "not fresh".to_owned()),
            _ => (false, String::new()),
        },
        Condition::CandidateGiven => match (&facts.candidate, facts.switched) {
            (Some(_), _) => (true, "in memory beside the old one".to_owned()),
            (None, switched) => (switched, String::new()),
        },
        Condition::SecretsTried => secrets_tried(facts),
        Condition::Switched => (facts.switched, String::new()),
        Condition::TokenSinceSwitch => match &facts.token {
            Some(token) if facts.token_since_switch && token.valid => (true, answered(token)),
            _ if facts.switched => (false, trouble_or(facts, String::new())),
            _ => (false, String::new()),
        },
    }
}

fn registered(facts: &Facts) -> (bool, String) {
    let Some(ApplicationFacts { name, secret, .. }) = &facts.application else {
        return (false, String::new());
    };
    match secret {
        SecretView::Keychain => (true, format!("{name}, secret in the keychain")),
        SecretView::Session => (true, format!("{name}, secret for this session")),
        SecretView::Missing => (false, format!("{name}, no secret")),
    }
}

fn level_chosen(facts: &Facts) -> (bool, String) {
    let (level, slug) = match &facts.application {
        Some(application) => (application.level, application.tenant_slug.as_deref().unwrap_or_default()),
        None => (facts.answers.level, facts.answers.tenant_slug.as_str()),
    };
    match (level, slug) {
        (Some(LevelName::Global), _) => (true, "GLOBAL".to_owned()),
        (Some(LevelName::Tenant), "") => (false, "TENANT: enter the tenant's slug".to_owned()),
        (Some(LevelName::Partner), "") => (false, "PARTNER: enter a tenant's slug".to_owned()),
        (Some(LevelName::Tenant), slug) => (true, format!("TENANT, {slug}")),
        (Some(LevelName::Partner), slug) => (true, format!("PARTNER, at {slug}")),
        (None, _) => (false, String::new()),
    }
}

fn scopes_chosen(facts: &Facts) -> (bool, String) {
    match &facts.application {
        Some(application) => (true, asks_for(application)),
        None => (!facts.answers.scopes.is_empty(), facts.answers.scopes.join(" ")),
    }
}

fn tenants_listed(facts: &Facts) -> (bool, String) {
    match facts.tenants_call {
        Some(call) if (200..300).contains(&call.status) => {
            (true, format!("{} in {} ms", call.status, call.duration_ms))
        }
        Some(call) => (false, refused(call.status)),
        None if facts.token.is_none() => (false, no_token(facts)),
        None => (false, String::new()),
    }
}

/// A token that was granted an admin scope proves that it is allowed, wherever that was done.
fn admin_allowed(facts: &Facts) -> (bool, String) {
    let granted = facts.token.as_ref().is_some_and(|token| has_admin_scope(&token.scopes));
    match &facts.allowed {
        _ if granted => (true, "granted to the token".to_owned()),
        Some(allowed) => {
            let note = if allowed.is_empty() { "none".to_owned() } else { allowed.join(" ") };
            (has_admin_scope(allowed), format!("allowed: {note}"))
        }
        None => (false, String::new()),
    }
}

fn admin_asked_for(facts: &Facts) -> (bool, String) {
    let Some(application) = &facts.application else { return (false, String::new()) };
    let asked = application.scopes.is_empty() || has_admin_scope(&application.scopes);
    (asked, asks_for(application))
}

fn secrets_tried(facts: &Facts) -> (bool, String) {
    let word = |trial: &SecretTrial| match trial {
        SecretTrial::Accepted { .. } => "accepted",
        SecretTrial::Refused { .. } => "refused",
    };
    let Some(candidate) = &facts.candidate else { return (facts.switched, String::new()) };
    let note = match (&candidate.new, &candidate.old) {
        (None, None) => String::new(),
        (Some(new), None) => format!("new {}", word(new)),
        (None, Some(old)) => format!("old {}", word(old)),
        (Some(new), Some(old)) => format!("new {}, old {}", word(new), word(old)),
    };
    let good = matches!(candidate.new, Some(SecretTrial::Accepted { .. })) && candidate.old.is_some();
    (good, note)
}

/// A condition of the token in hand, be it expired or not.
fn of_token(facts: &Facts, judge: impl FnOnce(&TokenFacts) -> (bool, String)) -> (bool, String) {
    facts.token.as_ref().map_or_else(|| (false, no_token(facts)), judge)
}

/// A condition of a valid token.
fn of_valid_token(facts: &Facts, judge: impl FnOnce(&TokenFacts) -> (bool, String)) -> (bool, String) {
    match &facts.token {
        Some(token) if token.valid => judge(token),
        _ => (false, no_token(facts)),
    }
}

/// Why there is no valid token.
fn no_token(facts: &Facts) -> String {
    let usual = if facts.token.is_some() {
        "expired"
    } else if facts.from_last_run {
        "The token was in memory only and went with the last run."
    } else {
        ""
    };
    trouble_or(facts, usual.to_owned())
}

/// The last request's error, or the usual words.
fn trouble_or(facts: &Facts, usual: String) -> String {
    let Some(Trouble { status, title, again }) = &facts.trouble else { return usual };
    let what = status.map_or_else(|| title.clone(), refused);
    if *again { format!("{what} (is tried again)") } else { what }
}

fn refused(status: u16) -> String {
    format!("refused: {status}")
}

/// A token answer has status 200, or it is none.
fn answered(token: &TokenFacts) -> String {
    format!("200 in {} ms", token.duration_ms)
}

fn scopes_of(token: &TokenFacts) -> String {
    match (has_admin_scope(&token.scopes), token.scopes.join(" ")) {
        (_, scopes) if scopes.is_empty() => "no scope".to_owned(),
        (true, scopes) => scopes,
        (false, scopes) => format!("no admin scope: {scopes}"),
    }
}

fn asks_for(application: &ApplicationFacts) -> String {
    match application.scopes.join(" ") {
        scopes if scopes.is_empty() => "sends no scope, so it gets all that is allowed".to_owned(),
        scopes => format!("asks for {scopes}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::{AppError, CandidateView, WalkthroughAnswers, WalkthroughId};
    use crate::walkthrough::{CallFacts, InstanceFacts, WebhookFacts, find};

    fn scopes(list: &[&str]) -> Vec<String> {
        list.iter().map(|&scope| scope.to_owned()).collect()
    }

    fn application() -> ApplicationFacts {
        ApplicationFacts {
            name: "demo-service".to_owned(),
            level: Some(LevelName::Global),
            tenant_slug: None,
            scopes: scopes(&["openid"]),
            secret: SecretView::Keychain,
        }
    }

    fn token() -> TokenFacts {
        TokenFacts {
            valid: true,
            scopes: scopes(&["openid"]),
            subject_is_client: Some(true),
            count: 1,
            duration_ms: 41,
        }
    }

    /// An application on the practice server, with nothing done yet.
    fn ready() -> Facts {
        Facts {
            instance: Some(InstanceFacts { practice: true, scaikey: true }),
            application: Some(application()),
            ..Facts::default()
        }
    }

    fn with_token(token: TokenFacts) -> Facts {
        Facts { token: Some(token), ..ready() }
    }

    fn with_call(status: u16) -> Facts {
        Facts { tenants_call: Some(CallFacts { status, duration_ms: 41 }), ..with_token(token()) }
    }

    fn chosen(level: LevelName, tenant_slug: &str) -> Facts {
        let answers = WalkthroughAnswers {
            level: Some(level),
            tenant_slug: tenant_slug.to_owned(),
            ..WalkthroughAnswers::default()
        };
        Facts { answers, ..Facts::default() }
    }

    fn accepted() -> Option<SecretTrial> {
        Some(SecretTrial::Accepted { exchange: None })
    }

    fn turned_down() -> Option<SecretTrial> {
        Some(SecretTrial::Refused { error: AppError::SecretMissing })
    }

    fn with_candidate(new: Option<SecretTrial>, old: Option<SecretTrial>) -> Facts {
        Facts { candidate: Some(CandidateView { new, old }), ..ready() }
    }

    fn switched() -> Facts {
        Facts { switched: true, ..ready() }
    }

    fn with_webhook(signed: Option<bool>, fresh: Option<bool>) -> Facts {
        Facts { webhook: Some(WebhookFacts { signed, fresh }), ..Facts::default() }
    }

    fn with_trouble(status: Option<u16>, again: bool, facts: Facts) -> Facts {
        let title = "Nobody answers.".to_owned();
        Facts { trouble: Some(Trouble { status, title, again }), ..facts }
    }

    #[test]
    fn each_condition_both_ways() {
        use Condition as C;
        let secret =
            |secret| Facts { application: Some(ApplicationFacts { secret, ..application() }), ..ready() };
        let asks = |list: &[&str]| Facts {
            application: Some(ApplicationFacts { scopes: scopes(list), ..application() }),
            ..ready()
        };
        let granted = |list: &[&str]| with_token(TokenFacts { scopes: scopes(list), ..token() });
        let expired =
            |list: &[&str]| with_token(TokenFacts { valid: false, scopes: scopes(list), ..token() });
        let subject = |subject| with_token(TokenFacts { subject_is_client: subject, ..token() });
        let count = |count| with_token(TokenFacts { count, ..token() });
        let allowed = |list: &[&str]| Facts { allowed: Some(scopes(list)), ..granted(&["openid"]) };
        let tenant = ApplicationFacts {
            level: Some(LevelName::Tenant),
            tenant_slug: Some("acme".to_owned()),
            ..application()
        };
        let chosen_scopes = Facts {
            answers: WalkthroughAnswers { scopes: scopes(&["a", "b"]), ..WalkthroughAnswers::default() },
            ..Facts::default()
        };
        let since = Facts { token_since_switch: true, token: Some(token()), ..switched() };
        let table = [
            (C::Registered, Facts::default(), false, ""),
            (C::Registered, secret(SecretView::Keychain), true, "demo-service, secret in the keychain"),
            (C::Registered, secret(SecretView::Session), true, "demo-service, secret for this session"),
            (C::Registered, secret(SecretView::Missing), false, "demo-service, no secret"),
            (C::LevelChosen, Facts::default(), false, ""),
            (C::LevelChosen, chosen(LevelName::Global, ""), true, "GLOBAL"),
            (C::LevelChosen, chosen(LevelName::Tenant, ""), false, "TENANT: enter the tenant's slug"),
            (C::LevelChosen, chosen(LevelName::Tenant, "acme"), true, "TENANT, acme"),
            (C::LevelChosen, chosen(LevelName::Partner, ""), false, "PARTNER: enter a tenant's slug"),
            (C::LevelChosen, chosen(LevelName::Partner, "acme"), true, "PARTNER, at acme"),
            (
                C::LevelChosen,
                Facts { application: Some(tenant), ..chosen(LevelName::Global, "") },
                true,
                "TENANT, acme",
            ),
            (C::ScopesChosen, Facts::default(), false, ""),
            (C::ScopesChosen, chosen_scopes, true, "a b"),
            (C::ScopesChosen, ready(), true, "asks for openid"),
            (C::TokenInHand, ready(), false, ""),
            (C::TokenInHand, with_token(token()), true, "200 in 41 ms"),
            (C::TokenInHand, expired(&[]), false, "expired"),
            (C::SubjectIsClient, ready(), false, ""),
            (C::SubjectIsClient, subject(Some(true)), true, "sub equals client_id"),
            (C::SubjectIsClient, subject(Some(false)), false, "sub is not the client ID"),
            (C::SubjectIsClient, subject(None), false, "no sub that can be read"),
            (C::TenantsListed, with_token(token()), false, ""),
            (C::TenantsListed, with_call(200), true, "200 in 41 ms"),
            (C::TenantsListed, with_call(403), false, "refused: 403"),
            (C::TenantsListed, with_call(302), false, "refused: 302"),
            (C::Renewed, ready(), false, ""),
            (C::Renewed, count(1), false, "before it expires"),
            (C::Renewed, count(2), true, "renewed once"),
            (C::Renewed, count(3), true, "renewed 2 times"),
            (C::ScopesSeen, ready(), false, ""),
            (C::ScopesSeen, expired(&["openid"]), true, "no admin scope: openid"),
            (C::ScopesSeen, granted(&[]), true, "no scope"),
            (C::ScopesSeen, granted(&["openid", "admin:read"]), true, "openid admin:read"),
            (C::AdminAllowed, granted(&["openid"]), false, ""),
            (C::AdminAllowed, granted(&["admin:write"]), true, "granted to the token"),
            (C::AdminAllowed, allowed(&[]), false, "allowed: none"),
            (C::AdminAllowed, allowed(&["openid"]), false, "allowed: openid"),
            (C::AdminAllowed, allowed(&["openid", "admin:read"]), true, "allowed: openid admin:read"),
            (C::AdminAskedFor, Facts::default(), false, ""),
            (C::AdminAskedFor, asks(&["openid"]), false, "asks for openid"),
            (C::AdminAskedFor, asks(&["admin:read"]), true, "asks for admin:read"),
            (C::AdminAskedFor, asks(&[]), true, "sends no scope, so it gets all that is allowed"),
            (C::AdminGranted, granted(&["openid"]), false, "no admin scope: openid"),
            (C::AdminGranted, granted(&["admin:read"]), true, "admin:read"),
            (C::AdminGranted, expired(&["admin:read"]), false, "expired"),
            (C::WebhookReceived, Facts::default(), false, ""),
            (C::WebhookReceived, with_webhook(None, None), true, "received"),
            (C::WebhookSigned, with_webhook(None, None), false, ""),
            (C::WebhookSigned, with_webhook(Some(true), None), true, "matches"),
            (C::WebhookSigned, with_webhook(Some(false), None), false, "does not match"),
            (C::WebhookFresh, with_webhook(Some(true), None), false, ""),
            (C::WebhookFresh, with_webhook(Some(true), Some(true)), true, "fresh"),
            (C::WebhookFresh, with_webhook(Some(true), Some(false)), false, "not fresh"),
            (C::WebhookFresh, with_webhook(Some(false), Some(true)), false, ""),
            (C::CandidateGiven, ready(), false, ""),
            (C::CandidateGiven, with_candidate(None, None), true, "in memory beside the old one"),
            (C::CandidateGiven, switched(), true, ""),
            (C::SecretsTried, ready(), false, ""),
            (C::SecretsTried, with_candidate(None, None), false, ""),
            (C::SecretsTried, with_candidate(accepted(), None), false, "new accepted"),
            (C::SecretsTried, with_candidate(None, accepted()), false, "old accepted"),
            (C::SecretsTried, with_candidate(accepted(), turned_down()), true, "new accepted, old refused"),
            (C::SecretsTried, with_candidate(accepted(), accepted()), true, "new accepted, old accepted"),
            (C::SecretsTried, with_candidate(turned_down(), accepted()), false, "new refused, old accepted"),
            (C::SecretsTried, switched(), true, ""),
            (C::Switched, with_candidate(accepted(), accepted()), false, ""),
            (C::Switched, switched(), true, ""),
            (C::TokenSinceSwitch, with_token(token()), false, ""),
            (C::TokenSinceSwitch, switched(), false, ""),
            (C::TokenSinceSwitch, since, true, "200 in 41 ms"),
        ];
        for (condition, facts, done, note) in table {
            assert_eq!(judge(condition, &facts), (done, note.to_owned()), "{condition:?} {facts:?}");
        }
    }

    #[test]
    fn a_failed_request_is_said_where_a_token_is_wanted() {
        let (_, note) = judge(Condition::TokenInHand, &with_trouble(Some(401), false, ready()));
        assert_eq!(note, "refused: 401");
        let (_, note) = judge(Condition::SubjectIsClient, &with_trouble(None, true, ready()));
        assert_eq!(note, "Nobody answers. (is tried again)");
        // The old token is still good.
        let (done, note) =
            judge(Condition::TokenInHand, &with_trouble(Some(401), false, with_token(token())));
        assert_eq!((done, note.as_str()), (true, "refused: 401"));
    }

    #[test]
    fn after_a_restart_what_needs_a_token_is_open_again_and_says_why() {
        let facts = Facts { from_last_run: true, ..ready() };
        let steps = progress(find(WalkthroughId::QUICKSTART), &facts);
        assert!(steps[0].done);
        assert_eq!(current(&steps), 1);
        for step in &steps[1..] {
            assert!(!step.done);
            assert_eq!(step.note, "The token was in memory only and went with the last run.");
        }
    }

    #[test]
    fn the_quickstart_from_nothing_to_the_end() {
        let quickstart = find(WalkthroughId::QUICKSTART);
        let at = |facts: &Facts| current(&progress(quickstart, facts));
        assert_eq!(at(&Facts::default()), 0);
        assert_eq!(at(&ready()), 1);
        // Decoding is done with the token: the checks have run.
        assert_eq!(at(&with_token(token())), 3);
        assert_eq!(at(&with_call(403)), 3);
        assert_eq!(at(&with_call(200)), 4);
        let end = Facts { token: Some(TokenFacts { count: 2, ..token() }), ..with_call(200) };
        assert!(progress(quickstart, &end).iter().all(|step| step.done));
        assert_eq!(at(&end), 4, "the last one when all are done");
        assert_eq!(current(&[]), 0);
    }

    #[test]
    fn the_403_and_its_repair() {
        let repair = find(WalkthroughId::REPAIR_403);
        let at = |facts: &Facts| current(&progress(repair, facts));
        assert_eq!(at(&ready()), 0);
        assert_eq!(at(&with_call(403)), 1);
        let admin = scopes(&["openid", "admin:read"]);
        let allowed = Facts { allowed: Some(admin.clone()), ..with_call(403) };
        assert_eq!(at(&allowed), 2);
        let application = ApplicationFacts { scopes: admin.clone(), ..application() };
        let asked = Facts { application: Some(application), ..allowed };
        assert_eq!(at(&asked), 3, "the cached token is the trap");
        let granted = Facts { token: Some(TokenFacts { scopes: admin, ..token() }), ..asked };
        assert_eq!(at(&granted), 4);
    }

    #[track_caller]
    fn check_blocked(action: StepAction, facts: &Facts, part: Option<&str>) {
        match (blocked(action, facts), part) {
            (Some(why), Some(part)) => assert!(why.contains(part), "{why}"),
            (why, part) => assert_eq!(why, part),
        }
    }

    #[test]
    fn what_cannot_be_run_says_why() {
        use StepAction as A;
        for action in [
            A::RequestToken,
            A::ListTenants,
            A::AskForAdminRead,
            A::AllowAdminRead,
            A::TrySecrets,
            A::SwitchSecret,
        ] {
            check_blocked(action, &Facts::default(), Some("Choose an instance first."));
            check_blocked(
                action,
                &Facts { application: None, ..ready() },
                Some("Choose or register an application first."),
            );
        }
        let instance = |practice, scaikey| Facts {
            instance: Some(InstanceFacts { practice, scaikey }),
            ..with_token(token())
        };
        let no_secret = ApplicationFacts { secret: SecretView::Missing, ..application() };
        let no_secret = Facts { application: Some(no_secret), ..with_candidate(None, None) };
        check_blocked(A::RequestToken, &no_secret, Some("client secret"));
        check_blocked(A::RequestToken, &ready(), None);
        check_blocked(A::ListTenants, &ready(), Some("Request a token first."));
        check_blocked(A::ListTenants, &instance(false, false), Some("another provider"));
        check_blocked(A::ListTenants, &instance(false, true), None);
        check_blocked(A::AskForAdminRead, &instance(false, false), Some("another provider"));
        check_blocked(A::AskForAdminRead, &instance(false, true), None);
        check_blocked(A::AllowAdminRead, &instance(false, true), Some("admin UI"));
        check_blocked(A::AllowAdminRead, &instance(true, true), None);
        check_blocked(A::TrySecrets, &ready(), Some("new secret"));
        check_blocked(A::TrySecrets, &no_secret, Some("old secret"));
        check_blocked(A::TrySecrets, &with_candidate(None, None), None);
        check_blocked(A::SwitchSecret, &ready(), Some("Enter"));
        check_blocked(A::SwitchSecret, &with_candidate(None, accepted()), Some("Try"));
        check_blocked(A::SwitchSecret, &with_candidate(turned_down(), accepted()), Some("refused"));
        check_blocked(A::SwitchSecret, &with_candidate(accepted(), None), None);
    }
}
