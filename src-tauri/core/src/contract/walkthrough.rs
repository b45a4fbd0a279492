//! Walkthroughs as the page sees them: texts once, progress in every snapshot, the requests on demand.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::endpoint::{CallReport, Certainty};
use super::error::AppError;
use super::exchange::ExchangeId;
use super::walkthrough_id::WalkthroughId;
use crate::model::{ApplicationId, InstanceId, LevelName};

/// What a step shows beside its words and its request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub enum Panel {
    /// Nothing more.
    None,
    /// Register an application: in the admin UI, or by one click on the practice server.
    Register,
    /// Choose the level, before it cannot be changed any more.
    ChooseLevel,
    /// Choose the scopes.
    ChooseScopes,
    /// The token with its claims and checks.
    Token,
    /// The answer of the endpoint that was called.
    Endpoint,
    /// The token's life line and countdown.
    Renewal,
    /// Code in four languages.
    Code,
    /// Which scopes were asked for, allowed, and got.
    Diagnosis,
    /// Paste a webhook and verify it.
    Webhook,
    /// Enter the new client secret.
    NewSecret,
    /// How the new and the old secret were taken.
    SecretTrials,
}

/// What *Run it* does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub enum StepAction {
    /// Requests a token.
    RequestToken,
    /// Lists the tenants.
    ListTenants,
    /// Puts `admin:read` among the scopes that are asked for.
    AskForAdminRead,
    /// Allows `admin:read` where the application is registered (contract 6.3, step 3).
    AllowAdminRead,
    /// Asks for a token with the new and with the old secret.
    TrySecrets,
    /// Uses the new secret from now on.
    SwitchSecret,
}

/// Something that can go wrong in a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct PitfallText {
    /// What is seen.
    pub sign: String,
    /// What mends it.
    pub remedy: String,
    /// How sure that is.
    pub certainty: Certainty,
}

/// A step in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct StepText {
    /// Its title.
    pub title: String,
    /// What it is about, in a few sentences.
    pub text: String,
    /// What its answer means.
    pub meaning: String,
    /// What it shows.
    pub panel: Panel,
    /// What *Run it* does; `None` where there is nothing to run.
    pub action: Option<StepAction>,
    /// What can go wrong.
    pub pitfalls: Vec<PitfallText>,
    /// What ScaiKey does not document here; may be empty.
    pub undocumented: String,
}

/// A walkthrough in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct WalkthroughText {
    /// Which.
    pub id: WalkthroughId,
    /// Its title.
    pub title: String,
    /// What one gets of it, in a sentence.
    pub summary: String,
    /// ScaiKey's page about it, if it has one.
    pub documentation: Option<String>,
    /// The steps.
    pub steps: Vec<StepText>,
}

/// What the user answered in a walkthrough. Survives a restart.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
#[ts(export)]
pub struct WalkthroughAnswers {
    /// Which instance.
    pub instance: Option<InstanceId>,
    /// Which application.
    pub application: Option<ApplicationId>,
    /// The tenant's slug, where a level needs one.
    pub tenant_slug: String,
    /// The level that was chosen.
    pub level: Option<LevelName>,
    /// The scopes that were chosen.
    pub scopes: Vec<String>,
}

/// Where a step stands. Derived from the state, never set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct StepProgress {
    /// Its condition holds.
    pub done: bool,
    /// A few words under its title: `200 in 41 ms`, `refused: 403`; may be empty.
    pub note: String,
    /// Why its action cannot be run now; `None` when it can.
    pub blocked: Option<String>,
}

/// Where a walkthrough stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct WalkthroughView {
    /// Which.
    pub id: WalkthroughId,
    /// The answers as they count now: what was deleted meanwhile is `None`.
    pub answers: WalkthroughAnswers,
    /// The steps.
    pub steps: Vec<StepProgress>,
    /// The first step that is not done; the last one when all are.
    pub current: u32,
}

/// A step's request with the user's own values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct StepRequest {
    /// For a POSIX shell, secrets as variables. Lines that begin with `#` are remarks.
    pub curl: String,
    /// How sure it is that ScaiKey documents this request.
    pub certainty: Certainty,
    /// Where, such as `quickstart, step 2`.
    pub source: String,
}

/// What running a step came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct StepOutcome {
    /// The exchange it made.
    pub exchange: Option<ExchangeId>,
    /// The answer of an endpoint.
    pub call: Option<CallReport>,
}

/// Code that keeps a token valid, in one language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct CodeSample {
    /// `curl`, `rust`, `python`, `typescript`.
    pub language: String,
    /// For the tab.
    pub label: String,
    /// What it needs and how it is run, in a sentence.
    pub run: String,
    /// The code. The secret is read from `$CLIENT_SECRET`.
    pub text: String,
}

/// How a secret was taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[ts(export)]
pub enum SecretTrial {
    /// A token came.
    Accepted {
        /// The recorded exchange.
        exchange: Option<ExchangeId>,
    },
    /// None did.
    Refused {
        /// Why.
        error: AppError,
    },
}

/// A new client secret that is being tried out. It is in memory only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct CandidateView {
    /// How the new one was taken; `None` before it was tried.
    pub new: Option<SecretTrial>,
    /// How the old one was.
    pub old: Option<SecretTrial>,
}

/// What was found out about a webhook.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub enum WebhookCheckName {
    /// `X-ScaiKey-Signature` is there and can be read.
    Header,
    /// Its timestamp is the one of `X-ScaiKey-Timestamp`.
    Timestamp,
    /// The signature is that of timestamp, body and secret.
    Signature,
    /// The timestamp is not too old (5 minutes; other products' rule, contract 6.5).
    Fresh,
    /// Event ID and type are the same in header and body.
    Event,
    /// The event has not been verified here before.
    Duplicate,
}

/// One check of a webhook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct WebhookCheck {
    /// What it looked at.
    pub name: WebhookCheckName,
    /// How it ended.
    pub outcome: super::token::Outcome,
    /// Why, in a sentence.
    pub reason: String,
    /// How sure it is that ScaiKey documents the rule.
    pub certainty: Certainty,
}

/// A webhook, verified.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct WebhookReport {
    /// The checks.
    pub checks: Vec<WebhookCheck>,
    /// The signature that was expected, in hex; `None` without a timestamp to sign.
    pub expected: Option<String>,
    /// The signature that came.
    pub received: Option<String>,
    /// What differs, such as `It matches without the newline at the body's end.`; may be empty.
    pub differs: String,
    /// Every check that matters passed.
    pub verified: bool,
}

/// A webhook as it arrived.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct WebhookDelivery {
    /// Its header fields, one in a line.
    pub headers: String,
    /// Its body, to the byte.
    pub body: String,
}

/// A page that can be opened in the system's browser. Only these can.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[ts(export)]
pub enum PageLink {
    /// A page of ScaiKey's public documentation, such as `quickstart`.
    Documentation {
        /// Its path below the documentation's root.
        page: String,
    },
    /// An instance's admin UI.
    AdminUi {
        /// Which instance.
        instance: InstanceId,
    },
    /// The list of applications in it.
    AdminApplications {
        /// Which instance.
        instance: InstanceId,
    },
    /// Where the meaning of a claim is written.
    Source {
        /// A source of the dictionary, such as `RFC 7519 §4.1.1`.
        source: String,
    },
}
