//! All that the companion knows, in one value with one owner.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

use super::event::{Change, Deleted, LastCall, Planned, ReplyId, TokenUse};
use super::history::History;
use crate::activity::Activity;
use crate::contract::{AppError, ExchangeId, KeychainStatus, SecretTrial, TokenKind, Verdict};
use crate::jwt::{JwkSet, SignatureVerdict};
use crate::model::{Application, ApplicationId, Config, EndpointKey, Instance, InstanceId, SecretId};
use crate::oauth::metadata::ServerMetadata;
use crate::oauth::token_response::TokenResponse;
use crate::ports::{Loaded, Now};
use crate::secret::Secret;
use crate::walkthrough::{CallFacts, WebhookFacts};

/// All that the companion knows. All times are milliseconds on the boot clock, which neither stops nor jumps;
/// only [`State::wall`] turns one into a time of day, for showing.
#[derive(Debug)]
pub struct State {
    /// What is on disk. Changes only after it was written.
    pub config: Config,
    /// Rises with everything that the screen shows.
    pub revision: u64,
    /// The clocks at the last event.
    pub now: Now,
    /// The tokens.
    pub slots: HashMap<ApplicationId, TokenSlot>,
    /// What was learned of endpoints and keys.
    pub endpoints: BTreeMap<(InstanceId, EndpointKey), EndpointSet>,
    /// Server clock minus this computer's, in milliseconds.
    pub clock_offsets: HashMap<InstanceId, i64>,
    /// The issuers beside the saved instances whose keys the user had fetched, those asked last at the end.
    pub issuers: VecDeque<FetchedIssuer>,
    /// Who waits for the keys of such an issuer, which are on their way.
    pub awaiting_issuers: BTreeMap<String, Vec<ReplyId>>,
    /// New client secrets that are being tried out.
    pub candidates: HashMap<ApplicationId, Candidate>,
    /// Applications whose secret was switched in this run, each with how many tokens it had had by then.
    pub switches: HashMap<ApplicationId, u32>,
    /// What applications are allowed to ask for, where the practice server said so.
    pub allowed: HashMap<ApplicationId, Vec<String>>,
    /// The webhook that was looked at last.
    pub webhook: Option<WebhookFacts>,
    /// The IDs of the events that were verified in this run.
    pub events_seen: BTreeSet<String>,
    /// What was asked and answered.
    pub activity: Activity,
    /// How the practice server is.
    pub practice: PracticeStatus,
    /// The keychain's name.
    pub keychain_name: String,
    /// How the keychain is.
    pub keychain: KeychainStatus,
    /// Why nothing can be saved in this run.
    pub read_only: Option<String>,
    /// Because file and backup are both damaged, and can be set aside.
    pub can_set_aside: bool,
    /// What was found at start.
    pub notice: Option<String>,
    /// What was deleted last.
    pub trash: Option<Trash>,
    /// Changes that wait for their turn to be written.
    pub queue: VecDeque<(Change, ReplyId)>,
    /// The change that is being written.
    pub writing: Option<(Planned, ReplyId)>,
    /// Retired keychain entries whose deletion was tried in this run.
    pub deleting: BTreeSet<SecretId>,
    /// The applications that were saved before this run.
    pub loaded: BTreeSet<ApplicationId>,
    /// The last number given out for an attempt, a token, an undo.
    pub numbers: u64,
}

/// A new client secret that is being tried out.
#[derive(Debug)]
pub struct Candidate {
    /// Where it is, in memory.
    pub secret: SecretId,
    /// How it was taken, and how the old one was.
    pub trials: Option<(SecretTrial, SecretTrial)>,
}

/// How the practice server is.
#[derive(Debug, Default)]
pub struct PracticeStatus {
    /// It is running.
    pub running: bool,
    /// Why it could not be started.
    pub error: Option<AppError>,
}

/// What was deleted and can still be brought back.
#[derive(Debug)]
pub struct Trash {
    /// For `undo_delete`.
    pub id: u64,
    /// Until when.
    pub until: i64,
    /// What it was.
    pub item: Deleted,
}

/// What was learned of one endpoint set.
#[derive(Debug, Default)]
pub struct EndpointSet {
    /// The discovery document.
    pub metadata: Option<ServerMetadata>,
    /// When it was read.
    pub discovered: Option<i64>,
    /// Why the last try failed.
    pub discovery_error: Option<AppError>,
    /// When the last try began.
    pub discovery_tried: Option<i64>,
    /// The try that is under way.
    pub discovering: Option<u64>,
    /// The published keys.
    pub keys: Option<JwkSet>,
    /// When they were fetched.
    pub keys_fetched: Option<i64>,
    /// Why the last try failed.
    pub keys_error: Option<AppError>,
    /// When the last try began.
    pub keys_tried: Option<i64>,
    /// The try that is under way.
    pub fetching_keys: Option<u64>,
    /// Who waits for it.
    pub awaiting_keys: Vec<ReplyId>,
}

/// What was fetched of an issuer that is not saved.
#[derive(Debug, Default)]
pub struct FetchedIssuer {
    /// Its `issuer`, as the token names it and its document too.
    pub issuer: String,
    /// Its keys.
    pub keys: Option<JwkSet>,
    /// When they were fetched.
    pub keys_fetched: Option<i64>,
    /// Why the last try failed.
    pub keys_error: Option<AppError>,
    /// Its clock minus this computer's, in milliseconds.
    pub clock_offset_ms: Option<i64>,
}

impl EndpointSet {
    /// Forgets failures and tries, so that the next need asks again. What is under way is given up.
    pub fn forget_failures(&mut self) {
        self.discovery_error = None;
        self.discovery_tried = None;
        self.discovering = None;
        self.keys_error = None;
        self.keys_tried = None;
        self.fetching_keys = None;
    }
}

/// One application's token and what is going on with it. An old token stays usable while a new one is
/// asked for.
#[derive(Debug, Default)]
pub struct TokenSlot {
    /// The token in hand, even an expired one.
    pub token: Option<Box<TokenSet>>,
    /// What is going on.
    pub phase: Phase,
    /// When the last request was begun.
    pub last_request: Option<i64>,
    /// Who waits for a token that is being renewed.
    pub waiting: Vec<PendingUse>,
    /// How many tokens of this identity (client, scopes, parameters) there were in this run.
    pub count: u32,
    /// The tokens before, with their ends, the newest last: at most [`TokenSlot::KEPT`].
    pub previous: VecDeque<(Secret, i64)>,
    /// What the tokens of this identity before said.
    pub history: History,
    /// The last call of an API.
    pub call: Option<LastCall>,
    /// The last call of the list of tenants.
    pub tenants_call: Option<CallFacts>,
}

impl TokenSlot {
    /// Two are enough to have one that has ended, unless tokens live for less than their renewal's margin.
    pub const KEPT: usize = 2;

    /// A token of this application that has ended.
    #[must_use]
    pub fn ended_token(&self, now: Now) -> Option<&Secret> {
        let in_hand = self.token.as_ref().filter(|token| !token.is_valid(now));
        let before = || self.previous.iter().rev().find(|(_, ends)| *ends <= now.boot).map(|(text, _)| text);
        in_hand.map(|token| &token.response.access_token).or_else(before)
    }
}

/// See [`TokenSlot`].
#[derive(Debug, Default)]
pub enum Phase {
    /// Nothing.
    #[default]
    Idle,
    /// A request is under way.
    Requesting(Attempt),
    /// The last try failed in a way that may pass.
    Waiting {
        /// When to try again.
        retry_at: i64,
        /// How often it failed in a row.
        tries: u32,
        /// How.
        error: AppError,
    },
    /// The last try failed in a way that only the user can mend.
    Failed(AppError),
}

/// A request that is under way. Its answer counts only while the slot still holds this attempt.
#[derive(Debug)]
pub struct Attempt {
    /// Its number.
    pub number: u64,
    /// Since when.
    pub since: i64,
    /// Begun by the schedule, not by a click.
    pub renewal: bool,
    /// How often it failed in a row before.
    pub tries: u32,
    /// It waits for the discovery document.
    pub awaits_discovery: bool,
}

/// Somebody who waits for a token.
#[derive(Debug)]
pub struct PendingUse {
    /// Who asked.
    pub reply: ReplyId,
    /// What for.
    pub purpose: TokenUse,
    /// The token that was there before.
    pub before: Option<u64>,
    /// After this time the old token is given, if it is still valid.
    pub patience: i64,
}

/// A token with what is known of it.
#[derive(Debug)]
pub struct TokenSet {
    /// Its number; another token has another.
    pub id: u64,
    /// The answer it came in.
    pub response: TokenResponse,
    /// The recorded exchange of that answer.
    pub exchange: Option<ExchangeId>,
    /// What it is.
    pub kind: TokenKind,
    /// When it arrived.
    pub received: i64,
    /// When it ends.
    pub expires: Option<i64>,
    /// Its life, in milliseconds.
    pub life: Option<i64>,
    /// When to renew it.
    pub renews: Option<i64>,
    /// The scopes granted, as far as is known.
    pub scopes: Vec<String>,
    /// Its `sub` equals `client_id`; `None` where it has none that can be read.
    pub subject_is_client: Option<bool>,
    /// The signature's verdict; `None` while keys are on their way.
    pub signature: Option<SignatureVerdict>,
    /// The verdict on everything.
    pub verdict: Verdict,
    /// Rises when the checks may have changed.
    pub checked: u32,
    /// Its end was noticed.
    pub ended: bool,
}

impl TokenSet {
    /// Whether it can still be used.
    #[must_use]
    pub fn is_valid(&self, now: Now) -> bool {
        self.expires.is_none_or(|expires| now.boot < expires)
    }
}

impl State {
    /// The state at start.
    #[must_use]
    pub fn new(loaded: Loaded, keychain_name: String, now: Now) -> Self {
        let instances = loaded.config.instances.iter();
        let applications = instances.flat_map(|instance| &instance.applications);
        let mut state = Self {
            loaded: applications.map(|application| application.id).collect(),
            config: Config::default(),
            revision: 1,
            now,
            slots: HashMap::new(),
            endpoints: BTreeMap::new(),
            clock_offsets: HashMap::new(),
            issuers: VecDeque::new(),
            awaiting_issuers: BTreeMap::new(),
            candidates: HashMap::new(),
            switches: HashMap::new(),
            allowed: HashMap::new(),
            webhook: None,
            events_seen: BTreeSet::new(),
            activity: Activity::default(),
            practice: PracticeStatus::default(),
            keychain_name,
            keychain: KeychainStatus::Unknown,
            read_only: None,
            can_set_aside: false,
            notice: None,
            trash: None,
            queue: VecDeque::new(),
            writing: None,
            deleting: BTreeSet::new(),
            numbers: 0,
        };
        state.take_loaded(loaded);
        state
    }

    /// Takes in what was found on disk.
    pub fn take_loaded(&mut self, loaded: Loaded) {
        let Loaded { config, read_only, can_set_aside, notice } = loaded;
        self.config = config;
        self.read_only = read_only;
        self.can_set_aside = can_set_aside;
        self.notice = notice;
    }

    /// A number that was not given out before.
    pub fn number(&mut self) -> u64 {
        self.numbers += 1;
        self.numbers
    }

    /// A boot-clock time as Unix milliseconds on the wall clock as it is now.
    #[must_use]
    pub fn wall(&self, boot: i64) -> i64 {
        boot.saturating_sub(self.now.boot).saturating_add(self.now.wall)
    }

    /// A saved application with its instance.
    #[must_use]
    pub fn find(&self, id: ApplicationId) -> Option<(&Instance, &Application)> {
        self.config.find(id)
    }
}

impl Config {
    /// An application with its instance.
    #[must_use]
    pub fn find(&self, id: ApplicationId) -> Option<(&Instance, &Application)> {
        self.instances.iter().find_map(|instance| {
            instance
                .applications
                .iter()
                .find(|application| application.id == id)
                .map(|found| (instance, found))
        })
    }

    /// An instance.
    #[must_use]
    pub fn instance(&self, id: InstanceId) -> Option<&Instance> {
        self.instances.iter().find(|instance| instance.id == id)
    }
}
