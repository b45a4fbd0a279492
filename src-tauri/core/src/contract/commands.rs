//! The command table: what the page may ask for. One row here, one function in the shell's `commands.rs`,
//! one permission in `permissions/commands.toml`; a test holds the three together.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::draft::{ApplicationDraft, InstanceDraft, Keep, Problem};
use super::endpoint::{ApiCheckRow, CallPreview, CallReport, EndpointRequest, EndpointSuggestion};
use super::error::AppError;
use super::exchange::{ExchangeId, ExchangeSummary, ExchangeView, ExportReport};
use super::inspect::{CompareTokensArgs, Comparison, FetchKeysArgs, InspectPastedArgs, Inspection};
use super::snapshot::{EndpointSetView, Snapshot};
use super::token::{Check, TokenDetails, TokenKind};
use super::walkthrough::{
    CodeSample, PageLink, StepOutcome, StepRequest, WalkthroughAnswers, WalkthroughText, WebhookDelivery,
    WebhookReport,
};
use super::walkthrough_id::WalkthroughId;
use crate::model::{ApplicationId, InstanceId, LevelName};
use crate::secret::Secret;

/// A row of the table: what goes in and what comes back.
#[derive(TS)]
#[ts(export)]
pub struct Call<A: TS, R: TS> {
    /// The arguments, passed under the name `args`.
    pub args: A,
    /// The result.
    pub result: R,
}

/// The whole table. A field's name is the command's name; each rejects with [`AppError`].
#[derive(TS)]
#[ts(export)]
pub struct Commands {
    /// The state of everything, for the first paint and after a reload.
    pub snapshot: Call<(), Snapshot>,

    /// Reads an instance's discovery document without saving anything.
    pub discover: Call<DiscoverArgs, DiscoveryReport>,
    /// What is wrong with an instance draft, field by field.
    pub check_instance: Call<CheckInstanceArgs, Vec<Problem>>,
    /// Adds or changes an instance; resolves when it is on disk.
    pub save_instance: Call<SaveInstanceArgs, InstanceId>,
    /// Deletes an instance with its applications. It can be undone for a while.
    pub delete_instance: Call<InstanceArgs, ()>,
    /// Moves an instance to a place in the list (0 is the first).
    pub move_instance: Call<MoveInstanceArgs, ()>,

    /// What is wrong with an application draft, field by field.
    pub check_application: Call<CheckApplicationArgs, Vec<Problem>>,
    /// Makes one real token request with a draft, without saving anything.
    pub test_application: Call<TestApplicationArgs, TestReport>,
    /// Adds or changes an application; resolves when it is on disk and its secret is in the keychain.
    pub save_application: Call<SaveApplicationArgs, ApplicationId>,
    /// Copies an application under a new name, its secret included.
    pub duplicate_application: Call<ApplicationArgs, ApplicationId>,
    /// Deletes an application. It can be undone for a while.
    pub delete_application: Call<ApplicationArgs, ()>,
    /// Moves an application within its instance (0 is the first).
    pub move_application: Call<MoveApplicationArgs, ()>,
    /// Enters a secret again, in place.
    pub set_secret: Call<SetSecretArgs, ()>,
    /// Brings back what was deleted last.
    pub undo_delete: Call<UndoArgs, ()>,

    /// Requests a new token. Resolves as soon as it is under way; what follows is seen in the snapshot.
    pub request_token: Call<ApplicationArgs, ()>,
    /// The current token decoded, explained and checked.
    pub inspect_token: Call<ApplicationArgs, TokenDetails>,
    /// A pasted text: the token in it decoded, explained and checked. Nothing is fetched.
    pub inspect_pasted: Call<InspectPastedArgs, Inspection>,
    /// Fetches keys that `inspect_pasted` offered; resolves when they are there to be checked with.
    pub fetch_keys: Call<FetchKeysArgs, ()>,
    /// Two tokens side by side.
    pub compare_tokens: Call<CompareTokensArgs, Comparison>,
    /// The full token. The one command that returns one; only after *Show*.
    pub reveal_token: Call<ApplicationArgs, String>,
    /// The forms a token can be copied in.
    pub copy_formats: Call<(), Vec<CopyFormatView>>,
    /// Renews the token if it is inside its margin, puts it on the clipboard and reads it back.
    pub copy_token: Call<CopyTokenArgs, CopyReceipt>,
    /// Puts a text on the clipboard that is on screen and no secret, such as a client ID, and reads it back. Tokens and
    /// secrets go by commands of their own.
    pub copy_text: Call<CopyTextArgs, ()>,

    /// The documented endpoints of an application's instance.
    pub endpoints: Call<ApplicationArgs, Vec<EndpointSuggestion>>,
    /// What a call would send. Nothing is sent.
    pub preview_call: Call<CallEndpointArgs, CallPreview>,
    /// Calls an endpoint with the token in hand, renewed first when it is inside its margin.
    pub call_endpoint: Call<CallEndpointArgs, CallReport>,
    /// The answer of an application's last call as it came, where something in it was masked.
    pub reveal_answer: Call<ExchangeArgs, String>,
    /// Calls an endpoint with tokens that it must not accept.
    pub check_api: Call<CheckApiArgs, Vec<ApiCheckRow>>,

    /// What was asked and answered in this run, newest first.
    pub activity: Call<ActivityArgs, Vec<ExchangeSummary>>,
    /// One exchange in full.
    pub exchange: Call<ExchangeArgs, ExchangeView>,
    /// Copies an exchange's request as a curl command without secrets.
    pub copy_curl: Call<ExchangeArgs, ()>,
    /// Writes the activity as a HAR file into the folder for downloads.
    pub export_activity: Call<ActivityArgs, ExportReport>,
    /// Forgets the activity.
    pub clear_activity: Call<(), ()>,

    /// All walkthroughs in words.
    pub walkthroughs: Call<(), Vec<WalkthroughText>>,
    /// Saves the answers given in a walkthrough.
    pub answer_walkthrough: Call<AnswerWalkthroughArgs, ()>,
    /// A step's request with the user's own values; `None` where it has none (yet).
    pub step_request: Call<StepArgs, Option<StepRequest>>,
    /// Copies that request.
    pub copy_step_request: Call<StepArgs, ()>,
    /// Runs a step for real; resolves when its answer is there.
    pub run_step: Call<StepArgs, StepOutcome>,
    /// Registers an application on the practice server, saves it with its secret, and answers the
    /// walkthrough with it.
    pub register_practice_application: Call<RegisterPracticeArgs, ApplicationId>,
    /// Code that keeps a token of this application valid.
    pub code_samples: Call<ApplicationArgs, Vec<CodeSample>>,
    /// Copies one of them.
    pub copy_code_sample: Call<CopyCodeArgs, ()>,
    /// Takes in a new client secret, in memory, to be tried out beside the old one.
    pub propose_secret: Call<ProposeSecretArgs, ()>,
    /// Has the practice server generate a new secret and takes it in likewise.
    pub rotate_practice_secret: Call<ApplicationArgs, ()>,
    /// Forgets a new secret that was not switched to.
    pub discard_secret: Call<ApplicationArgs, ()>,
    /// Verifies a webhook.
    pub verify_webhook: Call<VerifyWebhookArgs, WebhookReport>,
    /// Has the practice server send a webhook to this app.
    pub receive_practice_webhook: Call<(), WebhookDelivery>,
    /// Opens a page in the system's browser.
    pub open_page: Call<OpenPageArgs, ()>,

    /// Asks for more scopes from now on, and for a token with them; resolves when it is there.
    pub ask_for_scopes: Call<ScopesArgs, ()>,
    /// Asks for fewer scopes from now on, and for a token; resolves when it is there.
    pub drop_scopes: Call<ScopesArgs, ()>,
    /// Allows scopes for an application on the practice server.
    pub allow_practice_scopes: Call<ScopesArgs, ()>,
    /// Tries a token request as an application of another level, and saves it so if a token comes.
    pub try_level: Call<TryLevelArgs, ()>,
    /// Sets a damaged configuration file and its backup aside, so that saving works again.
    pub set_damaged_aside: Call<(), ()>,

    /// Starts the practice server, saves an instance and an application for it and requests a token.
    pub start_practice: Call<(), ApplicationId>,
    /// Sets the lifetime of the practice server's tokens.
    pub set_practice_lifetime: Call<PracticeLifetimeArgs, ()>,

    /// Preferences of this window.
    pub preferences: Call<(), Preferences>,
    /// Saves them.
    pub save_preferences: Call<SavePreferencesArgs, ()>,
    /// Saves the default renewal margin.
    pub set_default_margin: Call<DefaultMarginArgs, ()>,
    /// Asks the keychain again after it failed.
    pub retry_keychain: Call<(), ()>,
    /// What is stored where.
    pub storage_report: Call<(), StorageReport>,
    /// Deletes every instance, application, secret and preference.
    pub remove_everything: Call<(), ()>,
    /// The text that *Copy diagnostics* copies, for showing it first.
    pub diagnostics: Call<(), Diagnostics>,
    /// Copies that text.
    pub copy_diagnostics: Call<(), ()>,
    /// The page has painted for the first time.
    pub painted: Call<(), ()>,
}

/// A command about one instance.
#[derive(Debug, Clone, Copy, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct InstanceArgs {
    /// Which.
    pub instance: InstanceId,
}

/// A command about one application.
#[derive(Debug, Clone, Copy, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct ApplicationArgs {
    /// Which.
    pub application: ApplicationId,
}

/// Arguments of `discover`.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct DiscoverArgs {
    /// The instance as typed.
    pub draft: InstanceDraft,
    /// For a ScaiKey: read this tenant's document instead of the platform's.
    pub tenant_slug: Option<String>,
}

/// Arguments of `check_instance`.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct CheckInstanceArgs {
    /// As typed.
    pub draft: InstanceDraft,
}

/// Arguments of `save_instance`.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct SaveInstanceArgs {
    /// As typed.
    pub draft: InstanceDraft,
}

/// Arguments of `move_instance`.
#[derive(Debug, Clone, Copy, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct MoveInstanceArgs {
    /// Which.
    pub instance: InstanceId,
    /// Where to.
    pub index: u32,
}

/// Arguments of `check_application`.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct CheckApplicationArgs {
    /// As typed.
    pub draft: ApplicationDraft,
}

/// Arguments of `test_application`.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct TestApplicationArgs {
    /// As typed.
    pub draft: ApplicationDraft,
}

/// Arguments of `save_application`.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct SaveApplicationArgs {
    /// As typed.
    pub draft: ApplicationDraft,
}

/// Arguments of `move_application`.
#[derive(Debug, Clone, Copy, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct MoveApplicationArgs {
    /// Which.
    pub application: ApplicationId,
    /// Where to, within its instance.
    pub index: u32,
}

/// Arguments of `set_secret`.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct SetSecretArgs {
    /// Whose.
    pub application: ApplicationId,
    /// The secret, on its way in.
    #[ts(type = "string")]
    pub value: Secret,
    /// Where to keep it.
    pub keep: Keep,
}

/// Arguments of `undo_delete`.
#[derive(Debug, Clone, Copy, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct UndoArgs {
    /// From [`UndoView`](super::snapshot::UndoView).
    pub id: u64,
}

/// Arguments of `copy_token`.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct CopyTokenArgs {
    /// Whose token.
    pub application: ApplicationId,
    /// Which form: the `id` of a [`CopyFormatView`].
    pub format: String,
}

/// Arguments of `preview_call` and `call_endpoint`.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct CallEndpointArgs {
    /// With whose token.
    pub application: ApplicationId,
    /// What to call.
    pub request: EndpointRequest,
}

/// Arguments of `check_api`.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct CheckApiArgs {
    /// With whose token.
    pub application: ApplicationId,
    /// Which path; it is asked with GET.
    pub path: String,
}

/// A command about one exchange.
#[derive(Debug, Clone, Copy, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct ExchangeArgs {
    /// Which.
    pub exchange: ExchangeId,
}

/// Arguments of `activity` and `export_activity`.
#[derive(Debug, Clone, Copy, Default, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct ActivityArgs {
    /// Only this application's.
    pub application: Option<ApplicationId>,
    /// Only what failed.
    pub failures: bool,
}

/// Arguments of `answer_walkthrough`.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct AnswerWalkthroughArgs {
    /// Which walkthrough.
    pub walkthrough: WalkthroughId,
    /// All its answers.
    pub answers: WalkthroughAnswers,
}

/// A command about one step.
#[derive(Debug, Clone, Copy, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct StepArgs {
    /// Which walkthrough.
    pub walkthrough: WalkthroughId,
    /// Which step (0 is the first).
    pub step: u32,
}

/// Arguments of `register_practice_application`.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct RegisterPracticeArgs {
    /// For which walkthrough; its answers say level, tenant and scopes.
    pub walkthrough: WalkthroughId,
    /// The application's name; empty takes a usual one.
    pub name: String,
}

/// Arguments of `copy_code_sample`.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct CopyCodeArgs {
    /// For which application.
    pub application: ApplicationId,
    /// The `language` of a [`CodeSample`].
    pub language: String,
}

/// Arguments of `propose_secret`.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct ProposeSecretArgs {
    /// For which application.
    pub application: ApplicationId,
    /// The secret, on its way in.
    #[ts(type = "string")]
    pub value: Secret,
}

/// Which secret a webhook is signed with.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "camelCase")]
#[ts(export)]
pub enum WebhookSecret {
    /// This one, on its way in.
    Typed {
        /// It.
        #[ts(type = "string")]
        value: Secret,
    },
    /// The practice server's.
    Practice,
}

/// Arguments of `verify_webhook`.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct VerifyWebhookArgs {
    /// The secret.
    pub secret: WebhookSecret,
    /// The header fields, one in a line.
    pub headers: String,
    /// The body, to the byte.
    pub body: String,
}

/// Arguments of `copy_text`.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct CopyTextArgs {
    /// The text.
    pub text: String,
}

/// Arguments of `open_page`.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct OpenPageArgs {
    /// Which.
    pub page: PageLink,
}

/// A command about scopes of an application.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct ScopesArgs {
    /// Which application.
    pub application: ApplicationId,
    /// Which scopes.
    pub scopes: Vec<String>,
}

/// Arguments of `try_level`.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct TryLevelArgs {
    /// Which application.
    pub application: ApplicationId,
    /// As which level.
    pub level: LevelName,
    /// The tenant's slug; empty for `GLOBAL`.
    pub tenant_slug: String,
}

/// Arguments of `set_practice_lifetime`.
#[derive(Debug, Clone, Copy, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct PracticeLifetimeArgs {
    /// The practice instance.
    pub instance: InstanceId,
    /// 10 to 86,400 seconds.
    pub seconds: u32,
}

/// Arguments of `save_preferences`.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct SavePreferencesArgs {
    /// All of them.
    pub preferences: Preferences,
}

/// Arguments of `set_default_margin`.
#[derive(Debug, Clone, Copy, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct DefaultMarginArgs {
    /// 5 to 3,600 seconds; `None` is the automatic one.
    pub seconds: Option<u32>,
}

/// What a discovery document said, or why it could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct DiscoveryReport {
    /// The instance's URL, normalised, as it would be saved.
    pub url: String,
    /// The discovery URL that was read.
    pub discovery_url: String,
    /// The endpoints that would be used, and how each is known.
    pub endpoints: EndpointSetView,
    /// `scopes_supported`, if listed.
    pub scopes: Vec<String>,
    /// `grant_types_supported`, if listed.
    pub grant_types: Vec<String>,
    /// `token_endpoint_auth_methods_supported`, if listed.
    pub authentication_methods: Vec<String>,
    /// What is worth knowing (an endpoint on another host; the issuer differs from the URL).
    pub notes: Vec<String>,
}

/// How a test request went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct TestReport {
    /// How long the token request took, in milliseconds.
    pub duration_ms: u32,
    /// What kind of token came.
    pub kind: TokenKind,
    /// Its lifetime in seconds, where the server said so.
    pub lifetime_seconds: Option<u32>,
    /// The scopes granted, where known.
    pub scopes: Vec<String>,
    /// The checks.
    pub checks: Vec<Check>,
    /// What was odd but tolerated.
    pub notes: Vec<String>,
}

/// A form that a token can be copied in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct CopyFormatView {
    /// For `copy_token`.
    pub id: String,
    /// For the menu, such as `Authorization header`.
    pub label: String,
    /// What it looks like, with `…` for the token.
    pub example: String,
}

/// What was put on the clipboard and verified by reading it back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct CopyReceipt {
    /// When it will be cleared, in Unix milliseconds; `None` when it will not be.
    pub clears_at: Option<i64>,
    /// The token was renewed first.
    pub renewed: bool,
    /// It belongs to a production instance.
    pub production: bool,
    /// Something to know about it: it has expired, it holds a character that is not allowed.
    pub warning: Option<String>,
}

/// The look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, Default)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub enum Theme {
    /// As the system has it.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

/// Preferences whose loss costs nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
#[ts(export)]
pub struct Preferences {
    /// The look.
    pub theme: Theme,
    /// After how many seconds a copied token is cleared (30, 60 or 120); `None` never clears by time.
    pub clear_clipboard_seconds: Option<u32>,
    /// Zoom of the page in percent, 50 to 200.
    pub zoom_percent: u32,
    /// The form that was copied last.
    pub copy_format: String,
    /// The application that was open last.
    pub last_application: Option<ApplicationId>,
}

impl Default for Preferences {
    fn default() -> Self {
        Self {
            theme: Theme::System,
            clear_clipboard_seconds: Some(60),
            zoom_percent: 100,
            copy_format: "bare".to_owned(),
            last_application: None,
        }
    }
}

/// What is stored where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct StorageReport {
    /// Instances and applications.
    pub config_path: String,
    /// Preferences.
    pub preferences_path: String,
    /// The log.
    pub log_path: String,
    /// The keychain's name.
    pub keychain: String,
    /// How many secrets are in it.
    pub secrets: u32,
}

/// The diagnostics text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct Diagnostics {
    /// Built from an allow-list; holds no name, URL, id or secret of the user's.
    pub text: String,
    /// Version of the app.
    pub version: String,
}

/// Keeps the error type in the generated table even where no command names it.
#[derive(TS)]
#[ts(export)]
pub struct Rejection {
    /// What each command rejects with.
    pub error: AppError,
}
