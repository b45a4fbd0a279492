//! What can happen, and what can come of it: two closed lists.

use std::collections::BTreeSet;
use std::sync::Arc;

use url::Url;

use crate::activity::About;
use crate::contract::{
    ActivityArgs, ApiCheckRow, AppError, ApplicationDraft, CallReport, CodeSample, ExchangeId, ExchangeView,
    HttpMethod, InstanceDraft, Keep, KeyOffer, KeychainStatus, SecretTrial, TokenDetails, WalkthroughAnswers,
    WalkthroughId,
};
use crate::endpoint::refusal::SentToken;
use crate::inspect::Known;
use crate::inspect::compare::Side;
use crate::jwt::JwkSet;
use crate::model::{
    Application, ApplicationId, Config, EndpointKey, Instance, InstanceId, Network, SecretId, SecretKeeping,
};
use crate::oauth::metadata::ServerMetadata;
use crate::oauth::token_request::TokenRequest;
use crate::oauth::token_response::TokenResponse;
use crate::ports::Loaded;
use crate::secret::Secret;
use crate::walkthrough::WebhookFacts;
use crate::walkthrough::request::Context;

/// Names who waits for an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ReplyId(pub u64);

/// An answer with what its HTTP response said of the server's clock.
#[derive(Debug)]
pub struct Answered<T> {
    /// What came of it.
    pub result: Result<T, AppError>,
    /// Server clock minus this computer's, in milliseconds.
    pub clock_offset_ms: Option<i64>,
    /// The recorded exchange it came in.
    pub exchange: Option<ExchangeId>,
}

impl<T> Answered<T> {
    /// Nothing was sent.
    pub fn unsent(error: AppError) -> Self {
        Self { result: Err(error), clock_offset_ms: None, exchange: None }
    }
}

/// Something happened: a click, a timer, an answer.
#[derive(Debug)]
pub enum Event {
    /// Time has passed.
    Tick,
    /// The user wants a new token.
    RequestToken {
        /// Whose.
        application: ApplicationId,
        /// Resolved when it is under way.
        reply: ReplyId,
    },
    /// Somebody wants to use a token.
    Use {
        /// Whose.
        application: ApplicationId,
        /// What for.
        purpose: TokenUse,
        /// Resolved when it was used, or could not be.
        reply: ReplyId,
    },
    /// An API answered, or not.
    CallAnswered {
        /// With whose token it was called.
        application: ApplicationId,
        /// What is remembered of it; nothing where no answer came.
        call: Option<Box<LastCall>>,
        /// What it said.
        result: Result<Box<CallReport>, AppError>,
        /// Who waits for it.
        reply: ReplyId,
    },
    /// An API was called with bad tokens.
    ApiChecked {
        /// How it took them.
        rows: Vec<ApiCheckRow>,
        /// Who waits for it.
        reply: ReplyId,
    },
    /// The user wants to see the answer of the last call as it came.
    RevealAnswer {
        /// Which.
        exchange: ExchangeId,
        /// Resolved with [`Answer::Token`].
        reply: ReplyId,
    },
    /// The user wants to see the whole token.
    Reveal {
        /// Whose.
        application: ApplicationId,
        /// Resolved with [`Answer::Token`].
        reply: ReplyId,
    },
    /// The page wants the token explained.
    Inspect {
        /// Whose.
        application: ApplicationId,
        /// Resolved with [`Answer::Details`].
        reply: ReplyId,
    },
    /// Somebody wants to know what a pasted token can be judged by.
    ReadKnown {
        /// Resolved with [`Answer::Known`].
        reply: ReplyId,
    },
    /// The user wants keys for a pasted token.
    FetchKeys {
        /// Whose.
        offer: KeyOffer,
        /// Resolved when they are there, or could not be had.
        reply: ReplyId,
    },
    /// The keys of an issuer that is not saved came, or not.
    IssuerAnswered {
        /// Whose.
        issuer: String,
        /// They.
        answer: Answered<JwkSet>,
    },
    /// Somebody wants to compare a token.
    ReadSide {
        /// Whose.
        application: ApplicationId,
        /// Which: one of its history; `None` is the one in hand.
        token: Option<u64>,
        /// Resolved with [`Answer::Side`].
        reply: ReplyId,
    },
    /// A new client secret is to be tried out.
    Proposed {
        /// Whose.
        application: ApplicationId,
        /// Where it is, in memory.
        secret: SecretId,
        /// Resolved when it is known.
        reply: ReplyId,
    },
    /// Somebody wants to know where the new secret is.
    ReadCandidate {
        /// Whose.
        application: ApplicationId,
        /// Resolved with [`Answer::Candidate`].
        reply: ReplyId,
    },
    /// The new secret and the old one were tried out.
    SecretsTried {
        /// Whose.
        application: ApplicationId,
        /// Which new one.
        secret: SecretId,
        /// How it was taken.
        new: SecretTrial,
        /// How the old one was.
        old: SecretTrial,
        /// Resolved when it is known.
        reply: ReplyId,
    },
    /// A new secret is no candidate any more.
    CandidateGone {
        /// Whose.
        application: ApplicationId,
        /// It is the application's secret now; else it is forgotten.
        switched: bool,
        /// Resolved when it is known.
        reply: ReplyId,
    },
    /// Somebody wants the values that a walkthrough's requests are filled with.
    ReadRequestContext {
        /// Which.
        walkthrough: WalkthroughId,
        /// Resolved with [`Answer::RequestContext`].
        reply: ReplyId,
    },
    /// Somebody wants code that keeps an application's token valid.
    ReadSamples {
        /// Whose.
        application: ApplicationId,
        /// Resolved with [`Answer::Samples`].
        reply: ReplyId,
    },
    /// Somebody wants to know which events were verified before.
    ReadEventsSeen {
        /// Resolved with [`Answer::EventsSeen`].
        reply: ReplyId,
    },
    /// The practice server allows an application these scopes.
    Allowed {
        /// Which.
        application: ApplicationId,
        /// All that it may ask for.
        scopes: Vec<String>,
    },
    /// A webhook was received or looked at.
    Webhook {
        /// What is known of it.
        facts: WebhookFacts,
        /// The ID of its event, where it was verified.
        event_id: Option<String>,
    },
    /// Something outside the loop wants to know what is saved.
    ReadConfig {
        /// Resolved with [`Answer::Config`].
        reply: ReplyId,
    },
    /// The saved data shall change.
    Change {
        /// How.
        change: Change,
        /// Resolved when it is on disk.
        reply: ReplyId,
    },
    /// What was deleted last shall come back.
    Undo {
        /// Which deletion.
        id: u64,
        /// Resolved when it is on disk.
        reply: ReplyId,
    },
    /// The damaged configuration shall be set aside.
    SetDamagedAside {
        /// Resolved when it is.
        reply: ReplyId,
    },
    /// The damaged configuration was set aside, or not.
    SetAside {
        /// What was loaded then.
        result: Result<Loaded, AppError>,
        /// Who waits for it.
        reply: ReplyId,
    },
    /// A discovery document came, or not.
    MetadataAnswered {
        /// Whose.
        instance: InstanceId,
        /// Which set.
        key: EndpointKey,
        /// Which try.
        attempt: u64,
        /// It.
        answer: Answered<ServerMetadata>,
    },
    /// Keys came, or not.
    KeysAnswered {
        /// Whose.
        instance: InstanceId,
        /// Which set.
        key: EndpointKey,
        /// Which try.
        attempt: u64,
        /// They.
        answer: Answered<JwkSet>,
    },
    /// A token came, or not.
    TokenAnswered {
        /// Whose.
        application: ApplicationId,
        /// Which try.
        attempt: u64,
        /// It.
        answer: Answered<TokenResponse>,
    },
    /// A request was made and recorded.
    Exchanged(Arc<ExchangeView>),
    /// Somebody wants to know what was asked and answered.
    ReadActivity {
        /// Which of it.
        wanted: ActivityArgs,
        /// Resolved with [`Answer::Exchanges`].
        reply: ReplyId,
    },
    /// Somebody wants one exchange in full.
    ReadExchange {
        /// Which.
        exchange: ExchangeId,
        /// Resolved with [`Answer::Exchanges`] of one.
        reply: ReplyId,
    },
    /// What was asked and answered shall be forgotten.
    ClearActivity {
        /// Resolved when it is.
        reply: ReplyId,
    },
    /// The configuration was written, or not.
    Written(Result<(), AppError>),
    /// These retired secrets are gone from the keychain.
    SecretsDeleted(Vec<SecretId>),
    /// The keychain is in this state.
    Keychain(KeychainStatus),
    /// The practice server is in this state.
    Practice {
        /// It is running.
        running: bool,
        /// Why it could not be started.
        error: Option<AppError>,
    },
}

/// What came of an event, for the outside world to do.
#[derive(Debug)]
pub enum Effect {
    /// Read the secret and ask for a token.
    RequestToken {
        /// Whose.
        application: ApplicationId,
        /// Which try.
        attempt: u64,
        /// What for, and for whom.
        about: About,
        /// How to get there.
        network: Network,
        /// What to send.
        request: Box<TokenRequest>,
        /// Where the secret is.
        secret: SecretKeeping,
    },
    /// Call an API.
    Call {
        /// With whose token.
        application: ApplicationId,
        /// What to call, with what.
        wanted: Box<WantedCall>,
        /// Who waits.
        reply: ReplyId,
    },
    /// Call an API with tokens that it must not accept.
    CheckApi {
        /// Made from whose token.
        application: ApplicationId,
        /// What to call, with the token in hand.
        wanted: Box<WantedCall>,
        /// A token that has ended.
        ended: Option<Secret>,
        /// Who waits.
        reply: ReplyId,
    },
    /// Read a discovery document: the first of these addresses that has one.
    FetchMetadata {
        /// Whose.
        instance: InstanceId,
        /// Which set.
        key: EndpointKey,
        /// Which try.
        attempt: u64,
        /// How to get there.
        network: Network,
        /// Where it may be.
        urls: Vec<Url>,
    },
    /// Fetch published keys.
    FetchKeys {
        /// Whose.
        instance: InstanceId,
        /// Which set.
        key: EndpointKey,
        /// Which try.
        attempt: u64,
        /// How to get there.
        network: Network,
        /// Where they are.
        url: Url,
    },
    /// Fetch the keys of an issuer that is not saved.
    FetchIssuer {
        /// Whose.
        issuer: String,
        /// Where its discovery document may be.
        urls: Vec<Url>,
    },
    /// Store secrets and write the configuration, in an order that loses nothing.
    Persist {
        /// What is on disk now.
        before: Box<Config>,
        /// What shall be.
        after: Box<Config>,
        /// The secrets to store first.
        secrets: Vec<NewSecret>,
    },
    /// Set the damaged configuration aside and load what is there then.
    SetDamagedAside {
        /// Who waits for it.
        reply: ReplyId,
    },
    /// Delete secrets that nothing uses.
    DeleteSecrets(Vec<SecretId>),
    /// Of the secrets in memory only these are still used.
    KeepInSession(Vec<SecretId>),
    /// Connections from before a suspend are dead.
    DropIdleConnections,
    /// Somebody gets an answer.
    Reply {
        /// Who.
        to: ReplyId,
        /// What.
        result: Result<Answer, AppError>,
    },
}

/// What a token is wanted for.
#[derive(Debug)]
pub enum TokenUse {
    /// The clipboard.
    Copy {
        /// In which form.
        format: String,
    },
    /// A call of an API.
    Call(Box<EndpointCall>),
    /// Calls with bad tokens, made from this one.
    CheckApi(Box<EndpointCall>),
    /// Only to know that a new one came.
    Arrival,
}

/// A call of an API, without its token.
#[derive(Debug, Clone)]
pub struct EndpointCall {
    /// Method.
    pub method: HttpMethod,
    /// Where to.
    pub url: Url,
    /// Its path behind the base URL, which tells endpoints apart.
    pub path: String,
    /// A JSON body.
    pub body: Option<String>,
}

/// The last call of an API with an application's token.
#[derive(Debug)]
pub struct LastCall {
    /// Method.
    pub method: HttpMethod,
    /// Where to.
    pub url: Url,
    /// Its path behind the base URL.
    pub path: String,
    /// The status of its answer.
    pub status: u16,
    /// How long it took, in milliseconds.
    pub duration_ms: u32,
    /// The number of the token that was sent.
    pub token: u64,
    /// The recorded exchange.
    pub exchange: ExchangeId,
    /// The answer's body as it came, where something in the recorded one was masked.
    pub unmasked: Option<Secret>,
}

/// A call with all that it needs.
#[derive(Debug)]
pub struct WantedCall {
    /// Of which instance.
    pub instance: InstanceId,
    /// How to get there.
    pub network: Network,
    /// What to send.
    pub call: EndpointCall,
    /// The token.
    pub token: Secret,
    /// Its number.
    pub token_id: u64,
    /// What is known of it.
    pub sent: SentToken,
}

/// A secret that is to be stored under a new name.
#[derive(Debug, Clone)]
pub struct NewSecret {
    /// The name.
    pub id: SecretId,
    /// Where its text comes from.
    pub source: SecretSource,
    /// Where to keep it.
    pub keep: Keep,
}

/// See [`NewSecret`].
#[derive(Debug, Clone)]
pub enum SecretSource {
    /// It was typed.
    Given(Secret),
    /// It is another application's.
    CopyOf(SecretKeeping),
}

/// What somebody who waited gets.
#[derive(Debug)]
pub enum Answer {
    /// It is done.
    Done,
    /// The instance that was saved.
    Instance(InstanceId),
    /// The application that was saved.
    Application(ApplicationId),
    /// A token's text.
    Token(Secret),
    /// A token, explained.
    Details(Box<TokenDetails>),
    /// What a pasted token can be judged by.
    Known(Box<Known>),
    /// A token to compare.
    Side(Box<Side>),
    /// A token in the form that was asked for.
    Copy(CopyGrant),
    /// What an API answered.
    Call(Box<CallReport>),
    /// How an API took bad tokens.
    ApiCheck(Vec<ApiCheckRow>),
    /// Where a new secret is.
    Candidate(SecretId),
    /// What a walkthrough's requests are filled with.
    RequestContext(Box<Context>),
    /// Code samples.
    Samples(Vec<CodeSample>),
    /// The IDs of webhook events that were verified in this run.
    EventsSeen(BTreeSet<String>),
    /// A token came, in this exchange.
    Arrived(Option<ExchangeId>),
    /// What is saved.
    Config(Box<Config>),
    /// Recorded exchanges, newest first.
    Exchanges(Vec<Arc<ExchangeView>>),
}

/// A text for the clipboard.
#[derive(Debug)]
pub struct CopyGrant {
    /// The text.
    pub text: Secret,
    /// The token was renewed first.
    pub renewed: bool,
    /// It belongs to a production instance.
    pub production: bool,
    /// What to know about it.
    pub warning: Option<String>,
}

/// A change of the saved data. New ids come with it, so that planning it needs no randomness.
#[derive(Debug, Clone)]
pub enum Change {
    /// Adds or changes an instance.
    SaveInstance {
        /// As typed.
        draft: Box<InstanceDraft>,
        /// The id of a new one.
        fresh: InstanceId,
    },
    /// Adds the practice instance.
    AddPractice(Box<Instance>),
    /// The practice server got another port.
    PracticeMoved {
        /// Which instance.
        instance: InstanceId,
        /// The port.
        port: u16,
    },
    /// The practice server's tokens shall live this long.
    PracticeLifetime {
        /// Which instance.
        instance: InstanceId,
        /// In seconds.
        seconds: u32,
    },
    /// Deletes an instance.
    DeleteInstance(InstanceId),
    /// Moves an instance.
    MoveInstance {
        /// Which.
        instance: InstanceId,
        /// Where to.
        index: usize,
    },
    /// Adds or changes an application.
    SaveApplication {
        /// As typed.
        draft: Box<ApplicationDraft>,
        /// The id of a new one.
        fresh: ApplicationId,
        /// The name of its secret, if one was typed.
        secret: SecretId,
    },
    /// Copies an application.
    DuplicateApplication {
        /// Which.
        application: ApplicationId,
        /// The copy's id.
        fresh: ApplicationId,
        /// The name of its secret.
        secret: SecretId,
    },
    /// Deletes an application.
    DeleteApplication(ApplicationId),
    /// Moves an application.
    MoveApplication {
        /// Which.
        application: ApplicationId,
        /// Where to.
        index: usize,
    },
    /// Stores a secret.
    SetSecret {
        /// Whose.
        application: ApplicationId,
        /// It.
        value: Secret,
        /// Where.
        keep: Keep,
        /// Under which name.
        secret: SecretId,
    },
    /// Brings something back.
    Restore(Deleted),
    /// Sets the default renewal margin.
    DefaultMargin(Option<u32>),
    /// Saves what was answered in a walkthrough.
    AnswerWalkthrough {
        /// Which.
        walkthrough: WalkthroughId,
        /// All its answers.
        answers: WalkthroughAnswers,
    },
    /// These retired secrets are gone.
    ForgetRetired(Vec<SecretId>),
    /// Everything goes.
    RemoveEverything,
}

/// What a change does to what can be undone.
#[derive(Debug)]
pub enum TrashChange {
    /// Nothing.
    Keep,
    /// It came back, or it is gone for good.
    Empty,
    /// This was deleted and can come back.
    Fill(Deleted),
}

/// A change worked out: what is to be written, and what becomes true when it is.
#[derive(Debug)]
pub struct Planned {
    /// The configuration to write.
    pub config: Config,
    /// The secrets to store first.
    pub secrets: Vec<NewSecret>,
    /// What becomes of what can be undone.
    pub trash: TrashChange,
    /// The answer when it is on disk.
    pub answer: Answer,
}

/// What was deleted and may come back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Deleted {
    /// An instance with its applications.
    Instance {
        /// Where it stood.
        index: usize,
        /// It.
        instance: Box<Instance>,
    },
    /// One application.
    Application {
        /// Where it was registered.
        instance: InstanceId,
        /// Where it stood.
        index: usize,
        /// It.
        application: Box<Application>,
    },
}

impl Deleted {
    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Instance { instance, .. } => &instance.name,
            Self::Application { application, .. } => &application.name,
        }
    }

    /// The keychain entries that went with it.
    #[must_use]
    pub fn secrets(&self) -> Vec<SecretId> {
        match self {
            Self::Instance { instance, .. } => keychain_ids(&instance.applications),
            Self::Application { application, .. } => keychain_ids(std::slice::from_ref(application)),
        }
    }
}

/// The keychain entries that these applications use.
#[must_use]
pub fn keychain_ids(applications: &[Application]) -> Vec<SecretId> {
    applications
        .iter()
        .filter_map(|application| match application.secret {
            SecretKeeping::Keychain(id) => Some(id),
            SecretKeeping::Session(_) | SecretKeeping::None => None,
        })
        .collect()
}
