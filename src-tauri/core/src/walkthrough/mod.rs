//! Walkthroughs. What they say is data ([`catalog`]), how far one has come is derived ([`progress`]): nothing
//! is ever ticked off, so a step that was done elsewhere counts.

pub mod catalog;
pub mod code;
pub mod progress;
pub mod request;
pub mod webhook;

use crate::contract::{
    CandidateView, Certainty, Outcome, Panel, PitfallText, SecretView, StepAction, StepText,
    WalkthroughAnswers, WalkthroughId, WalkthroughText, WebhookCheckName, WebhookReport,
};
use crate::model::LevelName;

/// A walkthrough: its words and what is behind its steps.
#[derive(Debug)]
pub struct Walkthrough {
    /// Which.
    pub id: WalkthroughId,
    /// Its title.
    pub title: &'static str,
    /// What one gets of it, in a sentence.
    pub summary: &'static str,
    /// ScaiKey's page about it, if it has one.
    pub documentation: Option<&'static str>,
    /// Which applications it proposes by itself.
    pub proposes: Proposal,
    /// The steps.
    pub steps: &'static [Step],
}

/// Which application a walkthrough proposes where none was chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proposal {
    /// The instance's only one, if it is of the level that was chosen.
    OnlyOne,
    /// None: it needs none, or it changes one, and that has to be chosen.
    None,
}

/// A step.
#[derive(Debug)]
pub struct Step {
    /// Its title.
    pub title: &'static str,
    /// What it is about, in a few sentences.
    pub text: &'static str,
    /// What its answer means.
    pub meaning: &'static str,
    /// What it shows.
    pub panel: Panel,
    /// What *Run it* does.
    pub action: Option<StepAction>,
    /// What it sends.
    pub request: RequestTemplate,
    /// When it is done.
    pub condition: Condition,
    /// What can go wrong.
    pub pitfalls: &'static [Pitfall],
    /// What ScaiKey does not document here; may be empty.
    pub undocumented: &'static str,
}

/// Something that can go wrong.
#[derive(Debug)]
pub struct Pitfall {
    /// What is seen.
    pub sign: &'static str,
    /// What mends it.
    pub remedy: &'static str,
    /// How sure that is.
    pub certainty: Certainty,
}

/// What a step sends; [`request`] fills in the user's own values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequestTemplate {
    /// Nothing.
    None,
    /// The token request of this page and step.
    Token {
        /// Where it is documented.
        source: &'static str,
    },
    /// The documented command that decodes a token. It sends nothing.
    Decode,
    /// The list of tenants.
    ListTenants,
    /// The change of `allowed_scopes`.
    AllowScopes,
    /// The token request with the new and with the old secret.
    TrySecrets,
    /// The signature's rule, as a command. It sends nothing.
    WebhookSignature,
}

/// When a step is done. [`progress`] looks it up in the [`Facts`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Condition {
    /// There is an application with a secret.
    Registered,
    /// A level was chosen, with a tenant where it needs one, or an application has one already.
    LevelChosen,
    /// Scopes were chosen, or an application has them already.
    ScopesChosen,
    /// A valid token is in hand.
    TokenInHand,
    /// The token's `sub` equals `client_id`.
    SubjectIsClient,
    /// The last call of the list of tenants succeeded.
    TenantsListed,
    /// There was a token before the valid one in hand.
    Renewed,
    /// The scopes of a token in hand can be seen.
    ScopesSeen,
    /// The application is known to be allowed an admin scope.
    AdminAllowed,
    /// The request asks for an admin scope, or for all that is allowed.
    AdminAskedFor,
    /// The valid token in hand has an admin scope.
    AdminGranted,
    /// A webhook is there.
    WebhookReceived,
    /// Its signature is right.
    WebhookSigned,
    /// It is not too old.
    WebhookFresh,
    /// A new secret was entered.
    CandidateGiven,
    /// Both secrets were tried, and the new one was accepted.
    SecretsTried,
    /// The new secret is used.
    Switched,
    /// A token came with the new secret.
    TokenSinceSwitch,
}

/// All that is known of the instance and the application a walkthrough is done with.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Facts {
    /// The answers as they count now.
    pub answers: WalkthroughAnswers,
    /// The chosen instance.
    pub instance: Option<InstanceFacts>,
    /// The chosen application.
    pub application: Option<ApplicationFacts>,
    /// Its token in hand, even an expired one.
    pub token: Option<TokenFacts>,
    /// It was saved in an earlier run and has not asked for a token in this one.
    pub from_last_run: bool,
    /// Why its last token request failed.
    pub trouble: Option<Trouble>,
    /// The scopes it is allowed, where they are known.
    pub allowed: Option<Vec<String>>,
    /// Its last call of the list of tenants.
    pub tenants_call: Option<CallFacts>,
    /// The new secret that is being tried out.
    pub candidate: Option<CandidateView>,
    /// Its secret was switched in this run.
    pub switched: bool,
    /// A token came since then.
    pub token_since_switch: bool,
    /// The webhook that was looked at last.
    pub webhook: Option<WebhookFacts>,
}

/// Of an instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InstanceFacts {
    /// It is the practice server.
    pub practice: bool,
    /// It is a ScaiKey.
    pub scaikey: bool,
}

/// Of an application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApplicationFacts {
    /// Its name.
    pub name: String,
    /// Its level; `None` at another provider.
    pub level: Option<LevelName>,
    /// The tenant's slug, where its level needs one.
    pub tenant_slug: Option<String>,
    /// The scopes it asks for.
    pub scopes: Vec<String>,
    /// Where its secret is.
    pub secret: SecretView,
}

/// Of a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenFacts {
    /// It has not ended.
    pub valid: bool,
    /// The scopes granted, as far as is known.
    pub scopes: Vec<String>,
    /// Its `sub` equals `client_id`; `None` where it has none that can be read.
    pub subject_is_client: Option<bool>,
    /// How many tokens there were in this run, this one included.
    pub count: u32,
    /// How long its request took, in milliseconds.
    pub duration_ms: u32,
}

/// Of a token request that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// The answer's status, if one came.
    pub status: Option<u16>,
    /// What happened, in a sentence.
    pub title: String,
    /// It is tried again by itself.
    pub again: bool,
}

/// Of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CallFacts {
    /// The answer's status.
    pub status: u16,
    /// How long it took, in milliseconds.
    pub duration_ms: u32,
}

/// Of a webhook that was received or pasted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct WebhookFacts {
    /// Its signature is right; `None` before it was verified.
    pub signed: Option<bool>,
    /// It is not too old; `None` before it was verified, or without a timestamp.
    pub fresh: Option<bool>,
}

impl WebhookFacts {
    /// What a report came to.
    #[must_use]
    pub fn of(report: &WebhookReport) -> Self {
        let outcome = |name| {
            let check = report.checks.iter().find(|check| check.name == name)?;
            match check.outcome {
                Outcome::Passed => Some(true),
                Outcome::Failed => Some(false),
                Outcome::Skipped => None,
            }
        };
        Self { signed: outcome(WebhookCheckName::Signature), fresh: outcome(WebhookCheckName::Fresh) }
    }
}

/// The walkthrough of this id.
#[must_use]
pub fn find(id: WalkthroughId) -> &'static Walkthrough {
    // A test holds that each id has its row, so the first is never taken for another.
    catalog::WALKTHROUGHS.iter().find(|walkthrough| walkthrough.id == id).unwrap_or(&catalog::WALKTHROUGHS[0])
}

/// A step of a walkthrough; 0 is the first.
#[must_use]
pub fn step(id: WalkthroughId, index: u32) -> Option<&'static Step> {
    find(id).steps.get(usize::try_from(index).ok()?)
}

/// All walkthroughs in words.
#[must_use]
pub fn texts() -> Vec<WalkthroughText> {
    catalog::WALKTHROUGHS.iter().map(walkthrough_text).collect()
}

fn walkthrough_text(walkthrough: &Walkthrough) -> WalkthroughText {
    WalkthroughText {
        id: walkthrough.id,
        title: walkthrough.title.to_owned(),
        summary: walkthrough.summary.to_owned(),
        documentation: walkthrough.documentation.map(str::to_owned),
        steps: walkthrough.steps.iter().map(step_text).collect(),
    }
}

fn step_text(step: &Step) -> StepText {
    StepText {
        title: step.title.to_owned(),
        text: step.text.to_owned(),
        meaning: step.meaning.to_owned(),
        panel: step.panel,
        action: step.action,
        pitfalls: step.pitfalls.iter().map(pitfall_text).collect(),
        undocumented: step.undocumented.to_owned(),
    }
}

fn pitfall_text(pitfall: &Pitfall) -> PitfallText {
    PitfallText {
        sign: pitfall.sign.to_owned(),
        remedy: pitfall.remedy.to_owned(),
        certainty: pitfall.certainty,
    }
}
