//! The companion in simulated time: events in, effects out, no clock, no network.

use std::sync::Arc;

use uuid::Uuid;

use super::*;
use crate::activity::tests::exchange;
use crate::companion::event::NewSecret;
use crate::contract::{
    ApplicationDraft, BodyView, CallReport, InstanceDraft, InstanceKindName, Keep, KeyOffer, PhaseView,
    ProxyDraft, Renewal, SecretDraft, SecretTrial, Snapshot, Verdict,
};
use crate::model::{ApplicationType, ClientAuthentication, Colour, LevelName, SecretId};
use crate::oauth::metadata::ServerMetadata;
use crate::ports::Loaded;
use crate::secret::Secret;

/// A companion whose outside world is played by the test.
struct Sim {
    state: State,
    now: Now,
    replies: Vec<(ReplyId, Result<Answer, AppError>)>,
    /// Requests that were sent and not answered yet.
    sent: Vec<(ApplicationId, u64)>,
    fetched_keys: u32,
    /// What comes of fetching keys; `None` leaves the answer to the test.
    published: Option<Result<&'static str, AppError>>,
    held_keys: Vec<(InstanceId, EndpointKey, u64)>,
    /// Whose keys were asked for and are not answered yet.
    asked: Vec<String>,
    deleted: Vec<SecretId>,
    in_session: Vec<SecretId>,
    calls: Vec<(Box<WantedCall>, ReplyId)>,
    checks: Vec<(Box<WantedCall>, Option<Secret>, ReplyId)>,
    stored: Vec<NewSecret>,
    /// Fails the next write.
    fail_write: Option<AppError>,
    last_reply: u64,
}

impl Sim {
    fn new() -> Self {
        let now = Now { wall: 1_795_525_512_000, boot: 1_000_000 };
        let loaded = Loaded::writable(Config::default());
        Self {
            state: State::new(loaded, "Test".to_owned(), now),
            now,
            replies: Vec::new(),
            sent: Vec::new(),
            fetched_keys: 0,
            published: Some(Ok(r#"{"keys":[]}"#)),
            held_keys: Vec::new(),
            asked: Vec::new(),
            deleted: Vec::new(),
            in_session: Vec::new(),
            calls: Vec::new(),
            checks: Vec::new(),
            stored: Vec::new(),
            fail_write: None,
            last_reply: 0,
        }
    }

    /// Feeds an event and plays the outside world, except for token answers.
    fn feed(&mut self, event: Event) {
        let mut effects = update(&mut self.state, event, self.now);
        while !effects.is_empty() {
            let effect = effects.remove(0);
            match effect {
                Effect::Reply { to, result } => self.replies.push((to, result)),
                Effect::RequestToken { application, attempt, .. } => self.sent.push((application, attempt)),
                Effect::FetchMetadata { instance, key, attempt, .. } => {
                    let result = Ok(ServerMetadata::default());
                    let answer = Answered { result, clock_offset_ms: Some(0), exchange: None };
                    let event = Event::MetadataAnswered { instance, key, attempt, answer };
                    effects.extend(update(&mut self.state, event, self.now));
                }
                Effect::FetchKeys { instance, key, attempt, .. } => {
                    self.fetched_keys += 1;
                    match self.published.clone() {
                        Some(published) => {
                            let event = keys_answered(instance, key, attempt, published);
                            effects.extend(update(&mut self.state, event, self.now));
                        }
                        None => self.held_keys.push((instance, key, attempt)),
                    }
                }
                Effect::Persist { secrets, .. } => {
                    let result = self.fail_write.take().map_or(Ok(()), Err);
                    if result.is_ok() {
                        self.stored.extend(secrets);
                    }
                    effects.extend(update(&mut self.state, Event::Written(result), self.now));
                }
                Effect::DeleteSecrets(ids) => {
                    self.deleted.extend(&ids);
                    effects.extend(update(&mut self.state, Event::SecretsDeleted(ids), self.now));
                }
                Effect::FetchIssuer { issuer, .. } => self.asked.push(issuer),
                Effect::DropIdleConnections | Effect::SetDamagedAside { .. } => {}
                Effect::KeepInSession(used) => self.in_session = used,
                Effect::Call { wanted, reply, .. } => self.calls.push((wanted, reply)),
                Effect::CheckApi { wanted, ended, reply, .. } => self.checks.push((wanted, ended, reply)),
            }
        }
    }

    fn reply(&mut self) -> ReplyId {
        self.last_reply += 1;
        ReplyId(self.last_reply)
    }

    /// The answer to the last question, which must have come.
    #[track_caller]
    fn answer(&mut self) -> Result<Answer, AppError> {
        let wanted = ReplyId(self.last_reply);
        let at = self.replies.iter().position(|(id, _)| *id == wanted).expect("no answer yet");
        self.replies.remove(at).1
    }

    fn has_answer(&self) -> bool {
        self.replies.iter().any(|(id, _)| *id == ReplyId(self.last_reply))
    }

    fn change(&mut self, change: Change) -> Result<Answer, AppError> {
        let reply = self.reply();
        self.feed(Event::Change { change, reply });
        self.answer()
    }

    /// Time passes as it does when the loop sleeps: from deadline to deadline.
    fn pass(&mut self, ms: i64) {
        let end = self.now.boot + ms;
        while self.now.boot < end {
            let sleep =
                next_deadline(&self.state).map_or(schedule::LONGEST_SLEEP_MS, |at| at - self.now.boot);
            let step = sleep.clamp(1, schedule::LONGEST_SLEEP_MS).min(end - self.now.boot);
            self.now = Now { wall: self.now.wall + step, boot: self.now.boot + step };
            self.feed(Event::Tick);
        }
    }

    fn instance_draft() -> InstanceDraft {
        InstanceDraft {
            id: None,
            name: "Test".to_owned(),
            kind: InstanceKindName::ScaiKey,
            url: "https://scaikey.example".to_owned(),
            colour: Colour::Blue,
            production: false,
            proxy: ProxyDraft::System,
            extra_ca: String::new(),
            endpoints: Vec::new(),
        }
    }

    fn add_instance(&mut self) -> InstanceId {
        let draft = Self::instance_draft();
        let fresh = InstanceId(Uuid::new_v4());
        self.change(Change::SaveInstance { draft: Box::new(draft), fresh }).unwrap();
        fresh
    }

    fn draft(instance: InstanceId, id: Option<ApplicationId>, scope: &str) -> Box<ApplicationDraft> {
        Box::new(ApplicationDraft {
            id,
            instance,
            name: "app".to_owned(),
            client_id: "svc".to_owned(),
            secret: match id {
                Some(_) => SecretDraft::Unchanged,
                None => SecretDraft::Set { value: Secret::new("s"), keep: Keep::Keychain },
            },
            level: Some(LevelName::Global),
            tenant_slug: String::new(),
            application_type: Some(ApplicationType::Service),
            scopes: vec![scope.to_owned()],
            extra: Vec::new(),
            client_authentication: ClientAuthentication::ClientSecretBasic,
            renewal: Renewal { enabled: true, margin_seconds: None },
        })
    }

    fn add_application(&mut self, instance: InstanceId) -> ApplicationId {
        let (fresh, secret) = (ApplicationId(Uuid::new_v4()), SecretId(Uuid::new_v4()));
        let draft = Self::draft(instance, None, "openid");
        self.change(Change::SaveApplication { draft, fresh, secret }).unwrap();
        fresh
    }

    fn with_application() -> (Self, ApplicationId) {
        let mut sim = Self::new();
        let instance = sim.add_instance();
        let application = sim.add_application(instance);
        (sim, application)
    }

    fn request(&mut self, application: ApplicationId) {
        let reply = self.reply();
        self.feed(Event::RequestToken { application, reply });
        self.answer().unwrap();
    }

    fn copy(&mut self, application: ApplicationId) {
        let reply = self.reply();
        let purpose = TokenUse::Copy { format: "bare".to_owned() };
        self.feed(Event::Use { application, purpose, reply });
    }

    /// The text that the last copy got, with its warning.
    #[track_caller]
    fn copied(&mut self) -> (String, Option<String>) {
        match self.answer().unwrap() {
            Answer::Copy(grant) => (grant.text.expose().to_owned(), grant.warning),
            other => panic!("{other:?}"),
        }
    }

    /// Answers the oldest request that was sent.
    #[track_caller]
    fn answer_token(&mut self, result: Result<(&str, u32), AppError>) {
        let (application, attempt) = self.sent.remove(0);
        let result = result.map(|(text, seconds)| TokenResponse {
            access_token: Secret::new(text),
            token_type: "Bearer".to_owned(),
            expires_in: Some(seconds),
            scope: Some("openid".to_owned()),
            notes: Vec::new(),
            duration_ms: 1,
        });
        let answer = Answered { result, clock_offset_ms: Some(0), exchange: None };
        self.feed(Event::TokenAnswered { application, attempt, answer });
    }

    fn phase(&self, application: ApplicationId) -> PhaseView {
        self.view(application).phase
    }

    fn view(&self, application: ApplicationId) -> crate::contract::ApplicationView {
        let snapshot = Snapshot::of(&self.state);
        let mut all = snapshot.instances.into_iter().flat_map(|instance| instance.applications);
        all.find(|view| view.id == application).unwrap()
    }

    fn token_text(&self, application: ApplicationId) -> Option<&str> {
        Some(self.state.slots.get(&application)?.token.as_ref()?.response.access_token.expose())
    }
}

fn keys_answered(
    instance: InstanceId,
    key: EndpointKey,
    attempt: u64,
    published: Result<&str, AppError>,
) -> Event {
    let result = published.and_then(|text| {
        crate::jwt::JwkSet::parse(text.as_bytes()).map_err(|detail| AppError::Internal { detail })
    });
    let answer = Answered { result, clock_offset_ms: None, exchange: None };
    Event::KeysAnswered { instance, key, attempt, answer }
}

fn refused() -> AppError {
    let server = Box::new(crate::contract::ServerWords {
        stage: crate::contract::Stage::Token,
        status: 401,
        url: String::new(),
        error: Some("invalid_client".to_owned()),
        description: None,
        uri: None,
        excerpt: None,
    });
    let method = ClientAuthentication::ClientSecretBasic;
    AppError::ClientRefused { method, alternatives: Vec::new(), level: None, server }
}

fn offline() -> AppError {
    AppError::HostNotFound { host: "scaikey.example".to_owned() }
}

#[test]
fn f_con_1_a_hundred_clicks_are_one_request() {
    let (mut sim, application) = Sim::with_application();
    for _ in 0..100 {
        sim.request(application);
    }
    assert_eq!(sim.sent.len(), 1);
    sim.answer_token(Ok(("t1", 3_600)));
    assert_eq!(sim.token_text(application), Some("t1"));
    assert_eq!(sim.phase(application), PhaseView::Idle);
}

#[test]
fn a_token_of_twenty_seconds_is_renewed_before_its_end_again_and_again() {
    let (mut sim, application) = Sim::with_application();
    sim.request(application);
    sim.answer_token(Ok(("t0", 20)));
    for round in 1..50 {
        let ends = sim.view(application).token.unwrap().expires_at.unwrap();
        while sim.sent.is_empty() {
            sim.pass(100);
        }
        let left = ends - sim.now.wall;
        assert!((4_000..=5_600).contains(&left), "renewed {left} ms before the end");
        assert!(matches!(sim.phase(application), PhaseView::Requesting { renewal: true, .. }));
        // The old one stays usable meanwhile.
        let before = format!("t{}", round - 1);
        assert_eq!(sim.token_text(application), Some(before.as_str()));
        sim.answer_token(Ok((&format!("t{round}"), 20)));
    }
    assert_eq!(sim.view(application).token.unwrap().count, 50);
}

#[test]
fn f_clk_1_eight_hours_of_suspend_over_the_end_renew_at_once() {
    let (mut sim, application) = Sim::with_application();
    sim.request(application);
    sim.answer_token(Ok(("t0", 3_600)));
    sim.now = Now { wall: sim.now.wall + 28_800_000, boot: sim.now.boot + 28_800_000 };
    sim.feed(Event::Tick);
    assert_eq!(sim.sent.len(), 1);
}

#[test]
fn f_clk_2_a_changed_wall_clock_moves_what_is_shown_and_nothing_else() {
    for step in [86_400_000, -86_400_000, 30_000, -30_000] {
        let (mut sim, application) = Sim::with_application();
        sim.request(application);
        sim.answer_token(Ok(("t0", 3_600)));
        let revision = sim.state.revision;
        sim.now = Now { wall: sim.now.wall + step, boot: sim.now.boot + 1_000 };
        sim.feed(Event::Tick);
        assert!(sim.sent.is_empty(), "{step}: nothing is due");
        assert!(sim.state.revision > revision, "{step}: the screen is told");
        let left = sim.view(application).token.unwrap().expires_at.unwrap() - sim.now.wall;
        assert_eq!(left, 3_599_000, "{step}");
    }
}

#[test]
fn f_clk_4_at_most_four_at_once_and_the_earliest_end_first() {
    let mut sim = Sim::new();
    let instance = sim.add_instance();
    let applications: Vec<_> = (0..50).map(|_| sim.add_application(instance)).collect();
    // The later ones end earlier.
    for (index, application) in applications.iter().enumerate() {
        sim.request(*application);
        sim.answer_token(Ok((&format!("t{index}"), 4_000 - u32::try_from(index).unwrap())));
    }
    sim.now = Now { wall: sim.now.wall + 3_990_000, boot: sim.now.boot + 3_990_000 };
    sim.feed(Event::Tick);
    let order: Vec<_> = applications.iter().rev().copied().collect();
    let mut begun = Vec::new();
    while !sim.sent.is_empty() {
        assert!(sim.sent.len() <= schedule::AT_ONCE);
        begun.push(sim.sent[0].0);
        sim.answer_token(Ok((&format!("n{}", begun.len()), 3_600)));
    }
    assert_eq!(begun, order);
}

#[test]
fn f_clk_6_a_server_that_is_away_for_an_hour_is_asked_until_it_is_back() {
    let (mut sim, application) = Sim::with_application();
    sim.request(application);
    sim.answer_token(Ok(("t0", 600)));
    sim.pass(560_000);
    let mut tries = 0;
    let begin = sim.now.boot;
    while sim.now.boot - begin < 3_600_000 {
        if sim.sent.is_empty() {
            sim.pass(500);
        } else {
            tries += 1;
            sim.answer_token(Err(offline()));
            let PhaseView::Waiting { retry_at, .. } = sim.phase(application) else { panic!() };
            assert!(retry_at - sim.now.wall <= 15_000);
        }
    }
    assert!((240..=300).contains(&tries), "{tries} tries in an hour");
    assert_eq!(
        sim.view(application).token.unwrap().verdict,
        Verdict::NotVerified { reason: opaque_reason(&sim, application) }
    );
    while sim.sent.is_empty() {
        sim.pass(500);
    }
    sim.answer_token(Ok(("t1", 600)));
    assert_eq!(sim.token_text(application), Some("t1"));
}

/// Whatever the checks say of an opaque token: here it only matters that it is not called verified.
fn opaque_reason(sim: &Sim, application: ApplicationId) -> String {
    match sim.view(application).token.unwrap().verdict {
        Verdict::NotVerified { reason } => reason,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_refusal_stops_the_schedule_and_the_old_token_stays_until_its_own_end() {
    let (mut sim, application) = Sim::with_application();
    sim.request(application);
    sim.answer_token(Ok(("t0", 600)));
    sim.pass(560_000);
    sim.answer_token(Err(refused()));
    assert!(matches!(sim.phase(application), PhaseView::Failed { error: AppError::ClientRefused { .. } }));
    let shown = sim.view(application).token.unwrap();
    assert_eq!(shown.renews_at, None, "nothing is promised that will not happen");
    assert!(shown.no_renewal.is_some());
    sim.copy(application);
    let (text, warning) = sim.copied();
    assert_eq!(text, "t0");
    assert!(warning.unwrap().starts_with("It could not be renewed."));
    sim.pass(3_600_000);
    assert!(sim.sent.is_empty(), "a wrong secret is not tried again by itself");
    sim.copy(application);
    sim.answer_token(Err(refused()));
    assert!(matches!(sim.answer(), Err(AppError::ClientRefused { .. })));
}

impl Sim {
    fn obtain(&mut self, application: ApplicationId) {
        let reply = self.reply();
        self.feed(Event::Use { application, purpose: TokenUse::Arrival, reply });
    }
}

#[test]
fn whoever_obtains_a_token_is_answered_when_the_request_has_ended() {
    let (mut sim, application) = Sim::with_application();
    sim.obtain(application);
    assert!(!sim.has_answer());
    sim.answer_token(Ok(("t0", 3_600)));
    assert!(matches!(sim.answer(), Ok(Answer::Arrived(_))));
    sim.obtain(application);
    sim.answer_token(Err(refused()));
    assert!(matches!(sim.answer(), Err(AppError::ClientRefused { .. })), "an old token is no new one");
    sim.obtain(application);
    sim.answer_token(Err(offline()));
    assert!(matches!(sim.answer(), Err(AppError::HostNotFound { .. })), "nobody waits for the network");
    sim.obtain(ApplicationId(Uuid::new_v4()));
    assert!(matches!(sim.answer(), Err(AppError::NotFound { .. })));
}

#[test]
fn whoever_obtains_a_token_is_answered_when_the_request_is_given_up() {
    let (mut sim, application) = Sim::with_application();
    sim.obtain(application);
    let waiting = ReplyId(sim.last_reply);
    let home = sim.state.find(application).unwrap().0.id;
    let (fresh, secret) = (ApplicationId(Uuid::new_v4()), SecretId(Uuid::new_v4()));
    let draft = Sim::draft(home, Some(application), "profile");
    sim.change(Change::SaveApplication { draft, fresh, secret }).unwrap();
    let at = sim.replies.iter().position(|(id, _)| *id == waiting).expect("no answer");
    assert!(matches!(sim.replies.remove(at).1, Err(AppError::NoToken)));
}

#[test]
fn a_damaged_file_is_set_aside_only_where_one_is_damaged() {
    let mut sim = Sim::new();
    let reply = sim.reply();
    sim.feed(Event::SetDamagedAside { reply });
    assert!(matches!(sim.answer(), Err(AppError::NotFound { .. })));

    sim.state.read_only = Some("damaged".to_owned());
    sim.state.can_set_aside = true;
    let draft = Box::new(Sim::instance_draft());
    let save = Change::SaveInstance { draft, fresh: InstanceId(Uuid::new_v4()) };
    let refused = sim.change(save.clone());
    assert!(matches!(refused, Err(AppError::ReadOnly { can_set_aside: true, .. })), "{refused:?}");
    let reply = sim.reply();
    sim.feed(Event::SetDamagedAside { reply });
    assert!(!sim.has_answer(), "it is on its way");
    sim.feed(Event::SetAside { result: Ok(Loaded::writable(Config::default())), reply });
    assert!(matches!(sim.answer(), Ok(Answer::Done)));
    sim.change(save).unwrap();
    // The answer to a second click comes late, and what was saved meanwhile stays.
    sim.feed(Event::SetAside { result: Ok(Loaded::writable(Config::default())), reply });
    assert_eq!(sim.state.config.instances.len(), 1);
}

#[test]
fn a_copy_inside_the_margin_gets_a_renewed_token() {
    let (mut sim, application) = Sim::with_application();
    sim.request(application);
    sim.answer_token(Ok(("t0", 3_600)));
    sim.copy(application);
    assert_eq!(sim.copied().0, "t0");
    sim.now = Now { wall: sim.now.wall + 3_545_000, boot: sim.now.boot + 3_545_000 };
    sim.copy(application);
    assert!(!sim.has_answer());
    sim.answer_token(Ok(("t1", 3_600)));
    assert_eq!(sim.copied().0, "t1");
}

#[test]
fn f_clp_7_a_copy_of_an_ended_token_waits_for_a_new_one() {
    let (mut sim, application) = Sim::with_application();
    sim.copy(application);
    assert!(!sim.has_answer());
    sim.pass(20_000);
    assert!(!sim.has_answer());
    sim.answer_token(Ok(("t0", 3_600)));
    assert_eq!(sim.copied().0, "t0");
}

#[test]
fn f_clp_8_a_copy_during_a_renewal_waits_five_seconds_and_then_gets_the_valid_old_one() {
    let (mut sim, application) = Sim::with_application();
    sim.request(application);
    sim.answer_token(Ok(("t0", 3_600)));
    sim.pass(3_541_000);
    assert_eq!(sim.sent.len(), 1);
    sim.copy(application);
    sim.pass(4_900);
    assert!(!sim.has_answer());
    sim.pass(200);
    assert_eq!(sim.copied().0, "t0");
}

#[test]
fn two_renewals_are_five_seconds_apart_copies_included() {
    let (mut sim, application) = Sim::with_application();
    sim.request(application);
    sim.answer_token(Ok(("t0", 2)));
    sim.pass(1_500);
    sim.copy(application);
    assert_eq!(sim.copied().0, "t0");
    assert!(sim.sent.is_empty());
    sim.pass(3_400);
    assert!(sim.sent.is_empty());
    sim.pass(200);
    assert_eq!(sim.sent.len(), 1);
}

#[test]
fn f_clk_7_an_edit_during_a_request_throws_its_answer_away() {
    let (mut sim, application) = Sim::with_application();
    let instance = sim.state.config.instances[0].id;
    sim.request(application);
    sim.answer_token(Ok(("t0", 3_600)));
    sim.request(application);
    let draft = Sim::draft(instance, Some(application), "admin:read");
    let (fresh, secret) = (ApplicationId(Uuid::new_v4()), SecretId(Uuid::new_v4()));
    sim.change(Change::SaveApplication { draft, fresh, secret }).unwrap();
    assert_eq!(sim.token_text(application), None, "a changed scope never shows the old token as current");
    sim.answer_token(Ok(("late", 3_600)));
    assert_eq!(sim.token_text(application), None);
    assert_eq!(sim.phase(application), PhaseView::Idle);
}

#[test]
fn f_clk_8_a_deletion_during_a_request_creates_nothing_anew() {
    let (mut sim, application) = Sim::with_application();
    sim.request(application);
    sim.change(Change::DeleteApplication(application)).unwrap();
    sim.answer_token(Ok(("late", 3_600)));
    assert!(sim.state.slots.is_empty());
    assert!(sim.state.config.instances[0].applications.is_empty());
}

#[test]
fn f_clk_9_renewal_switched_off_in_flight_stays_off() {
    let (mut sim, application) = Sim::with_application();
    let instance = sim.state.config.instances[0].id;
    sim.request(application);
    sim.answer_token(Ok(("t0", 600)));
    let mut draft = Sim::draft(instance, Some(application), "openid");
    draft.renewal.enabled = false;
    let (fresh, secret) = (ApplicationId(Uuid::new_v4()), SecretId(Uuid::new_v4()));
    sim.change(Change::SaveApplication { draft, fresh, secret }).unwrap();
    assert_eq!(sim.token_text(application), Some("t0"), "the token is still this application's");
    assert_eq!(sim.view(application).token.unwrap().renews_at, None);
    sim.pass(3_600_000);
    assert!(sim.sent.is_empty());
}

#[test]
fn f_srv_37_the_same_token_again_is_no_new_one() {
    let (mut sim, application) = Sim::with_application();
    sim.request(application);
    sim.answer_token(Ok(("t0", 600)));
    let first = sim.view(application).token.unwrap();
    sim.pass(560_000);
    sim.answer_token(Ok(("t0", 40)));
    let second = sim.view(application).token.unwrap();
    assert_eq!((second.id, second.count), (first.id, 1));
    sim.pass(30_000);
    assert!(sim.sent.is_empty(), "asking again before its end would be idle");
    sim.pass(11_000);
    assert_eq!(sim.sent.len(), 1);
}

#[test]
fn a_deletion_can_be_undone_for_thirty_seconds_and_then_its_secret_goes() {
    let (mut sim, application) = Sim::with_application();
    let before = sim.state.config.clone();
    sim.change(Change::DeleteApplication(application)).unwrap();
    let undo = Snapshot::of(&sim.state).undo.unwrap();
    sim.pass(29_000);
    assert!(sim.deleted.is_empty());
    let reply = sim.reply();
    sim.feed(Event::Undo { id: undo.id, reply });
    sim.answer().unwrap();
    assert_eq!(sim.state.config, before);
    sim.pass(60_000);
    assert!(sim.deleted.is_empty());

    sim.change(Change::DeleteInstance(before.instances[0].id)).unwrap();
    sim.pass(31_000);
    assert_eq!(sim.deleted, [sim.stored[0].id]);
    assert!(sim.state.config.retired.is_empty());
    assert!(Snapshot::of(&sim.state).undo.is_none());
    let reply = sim.reply();
    sim.feed(Event::Undo { id: undo.id, reply });
    assert!(matches!(sim.answer(), Err(AppError::NotFound { .. })));
}

#[test]
fn a_new_secret_retires_the_old_one_and_clears_the_refusal() {
    let (mut sim, application) = Sim::with_application();
    let old = sim.stored[0].id;
    sim.request(application);
    sim.answer_token(Err(refused()));
    let secret = SecretId(Uuid::new_v4());
    let change = Change::SetSecret { application, value: Secret::new("new"), keep: Keep::Keychain, secret };
    sim.change(change).unwrap();
    assert_eq!(sim.phase(application), PhaseView::Idle);
    assert_eq!(sim.deleted, [old]);
    assert_eq!(sim.state.find(application).unwrap().1.secret, SecretKeeping::Keychain(secret));
}

#[test]
fn what_could_not_be_written_did_not_happen() {
    let (mut sim, application) = Sim::with_application();
    let before = sim.state.config.clone();
    sim.fail_write = Some(AppError::Storage { path: String::new(), detail: "disk full".to_owned() });
    assert!(matches!(sim.change(Change::DeleteApplication(application)), Err(AppError::Storage { .. })));
    assert_eq!(sim.state.config, before);
    assert!(Snapshot::of(&sim.state).undo.is_none());
}

#[test]
fn changes_are_written_one_after_the_other_and_none_is_lost() {
    let mut sim = Sim::new();
    let mut effects = Vec::new();
    for index in 0..20 {
        let change = Change::DefaultMargin(Some(10 + index));
        effects.extend(update(&mut sim.state, Event::Change { change, reply: ReplyId(1) }, sim.now));
    }
    let writes = |effects: &[Effect]| effects.iter().filter(|e| matches!(e, Effect::Persist { .. })).count();
    assert_eq!(writes(&effects), 1);
    for _ in 0..20 {
        let next = update(&mut sim.state, Event::Written(Ok(())), sim.now);
        assert!(writes(&next) <= 1);
    }
    assert_eq!(sim.state.config.default_margin_seconds, Some(29));
}

#[test]
fn f_jwk_6_an_unknown_key_is_looked_for_once_a_minute() {
    let (mut sim, application) = Sim::with_application();
    // Header {"alg":"RS256","kid":"x"}, payload {}, any signature.
    let token = |n: u32| format!("eyJhbGciOiJSUzI1NiIsImtpZCI6IngifQ.e30.AAA{n}");
    for n in 0..9 {
        sim.request(application);
        sim.answer_token(Ok((&token(n), 3_600)));
        sim.pass(5_000);
    }
    assert_eq!(sim.fetched_keys, 1);
    sim.pass(60_000);
    sim.request(application);
    sim.answer_token(Ok((&token(9), 3_600)));
    assert_eq!(sim.fetched_keys, 2);
    assert!(matches!(
        sim.view(application).token.unwrap().verdict,
        Verdict::NotVerified { .. } | Verdict::Refused { .. }
    ));
}

#[test]
fn without_a_secret_nothing_is_sent() {
    let mut sim = Sim::new();
    let instance = sim.add_instance();
    let mut draft = Sim::draft(instance, None, "openid");
    draft.secret = SecretDraft::Unchanged;
    let (fresh, secret) = (ApplicationId(Uuid::new_v4()), SecretId(Uuid::new_v4()));
    sim.change(Change::SaveApplication { draft, fresh, secret }).unwrap();
    sim.request(fresh);
    assert!(sim.sent.is_empty());
    assert_eq!(sim.phase(fresh), PhaseView::Failed { error: AppError::SecretMissing });
}

#[test]
fn the_snapshot_holds_no_token_and_no_signature() {
    let (mut sim, application) = Sim::with_application();
    sim.request(application);
    sim.answer_token(Ok(("eyJhbGciOiJSUzI1NiJ9.e30.c2lnbmF0dXJl", 3_600)));
    let text = serde_json::to_string(&Snapshot::of(&sim.state)).unwrap();
    assert!(text.contains("eyJhbGciOiJSUzI1NiJ9"));
    assert!(!text.contains("c2lnbmF0dXJl"));
    sim.request(application);
    sim.answer_token(Ok(("opaque-canary-token", 3_600)));
    let text = serde_json::to_string(&Snapshot::of(&sim.state)).unwrap();
    assert!(!text.contains("opaque-canary"));
}

#[test]
fn the_details_of_a_token_say_what_it_is_and_when_it_lives() {
    let (mut sim, application) = Sim::with_application();
    let mut details = |token: &str| {
        sim.request(application);
        sim.answer_token(Ok((token, 3_600)));
        let reply = sim.reply();
        sim.feed(Event::Inspect { application, reply });
        match sim.answer().unwrap() {
            Answer::Details(details) => details,
            other => panic!("{other:?}"),
        }
    };
    // {"alg":"RS256"}.{"sub":"usr_1","iat":5,"exp":9}
    let short = details("eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ1c3JfMSIsImlhdCI6NSwiZXhwIjo5fQ.AA");
    assert_eq!(short.recognised.map(|kind| kind.name).as_deref(), Some("A user's token"));
    assert_eq!(
        (short.life.issued_at, short.life.not_before, short.life.expires_at),
        (Some(5_000), None, Some(9_000))
    );
    let header: Vec<_> = short.header.iter().map(|row| (row.name.as_str(), row.meaning.as_str())).collect();
    assert_eq!(header, [("alg", "RSASSA-PKCS1-v1_5 with SHA-256.")]);
    assert!(!short.notes.iter().any(|note| note.contains("8 KB")), "{:?}", short.notes);
    let long = details(&format!("eyJhbGciOiJSUzI1NiJ9.e30.{}", "A".repeat(8_192)));
    assert!(long.notes.iter().any(|note| note.contains("8 KB")), "{:?}", long.notes);
}

#[test]
fn a_tick_with_nothing_to_do_tells_the_screen_nothing() {
    let (mut sim, application) = Sim::with_application();
    sim.request(application);
    sim.answer_token(Ok(("t0", 3_600)));
    let revision = sim.state.revision;
    sim.pass(60_000);
    assert_eq!(sim.state.revision, revision);
}

#[test]
fn an_undo_that_waits_for_another_write_loses_no_secret() {
    let (mut sim, application) = Sim::with_application();
    sim.change(Change::DeleteApplication(application)).unwrap();
    let undo = Snapshot::of(&sim.state).undo.unwrap();
    // A write that waits for the keychain, as long as a user may take to unlock it.
    let mut effects = Vec::new();
    let slow = Event::Change { change: Change::DefaultMargin(Some(30)), reply: ReplyId(900) };
    effects.extend(update(&mut sim.state, slow, sim.now));
    effects.extend(update(&mut sim.state, Event::Undo { id: undo.id, reply: ReplyId(901) }, sim.now));
    sim.now = Now { wall: sim.now.wall + 50_000, boot: sim.now.boot + 50_000 };
    effects.extend(update(&mut sim.state, Event::Tick, sim.now));
    effects.extend(update(&mut sim.state, Event::Written(Ok(())), sim.now));
    assert!(!effects.iter().any(|effect| matches!(effect, Effect::DeleteSecrets(_))), "{effects:?}");
    sim.feed(Event::Written(Ok(())));
    assert!(sim.state.find(application).is_some());
    assert!(sim.deleted.is_empty());
    assert!(sim.state.config.retired.is_empty());
    assert!(Snapshot::of(&sim.state).undo.is_none());
}

#[test]
fn an_undo_that_cannot_be_written_can_be_tried_again() {
    let (mut sim, application) = Sim::with_application();
    sim.change(Change::DeleteApplication(application)).unwrap();
    let undo = Snapshot::of(&sim.state).undo.unwrap();
    sim.fail_write = Some(AppError::Storage { path: String::new(), detail: "disk full".to_owned() });
    let reply = sim.reply();
    sim.feed(Event::Undo { id: undo.id, reply });
    assert!(matches!(sim.answer(), Err(AppError::Storage { .. })));
    let reply = sim.reply();
    sim.feed(Event::Undo { id: undo.id, reply });
    sim.answer().unwrap();
    assert!(sim.state.find(application).is_some());
}

#[test]
fn remove_everything_leaves_nothing_to_undo() {
    let (mut sim, application) = Sim::with_application();
    sim.change(Change::DeleteApplication(application)).unwrap();
    sim.change(Change::RemoveEverything).unwrap();
    assert!(Snapshot::of(&sim.state).undo.is_none());
    assert_eq!(sim.deleted, [sim.stored[0].id]);
}

#[test]
fn removing_everything_forgets_the_activity_and_what_ends_later_is_not_remembered() {
    let (mut sim, application) = Sim::with_application();
    let instance = sim.state.config.instances[0].id;
    let mut of_instance = exchange(1, Some(application), "{}", false);
    Arc::make_mut(&mut of_instance).summary.instance = Some(instance);
    sim.feed(Event::Exchanged(Arc::clone(&of_instance)));
    sim.feed(Event::Exchanged(exchange(2, None, "{}", true)));
    assert_eq!(Snapshot::of(&sim.state).newest_exchange, Some(ExchangeId(2)));
    sim.change(Change::DeleteInstance(instance)).unwrap();
    assert!(sim.state.activity.find(ExchangeId(1)).is_some(), "it can come back");
    sim.change(Change::RemoveEverything).unwrap();
    sim.feed(Event::Exchanged(of_instance));
    assert_eq!(Snapshot::of(&sim.state).newest_exchange, None);
}

#[test]
fn a_server_that_gives_the_same_ended_token_is_asked_every_five_seconds_at_most() {
    let (mut sim, application) = Sim::with_application();
    sim.request(application);
    for _ in 0..20 {
        sim.answer_token(Ok(("t0", 0)));
        assert!(sim.sent.is_empty(), "not again at once");
        sim.pass(4_900);
        assert!(sim.sent.is_empty());
        sim.pass(200);
        assert_eq!(sim.sent.len(), 1);
    }
}

#[test]
fn a_secret_kept_for_the_session_is_forgotten_when_nothing_can_use_it_any_more() {
    let session = |application| {
        let secret = SecretId(Uuid::new_v4());
        (Change::SetSecret { application, value: Secret::new("x"), keep: Keep::Session, secret }, secret)
    };
    let (mut sim, application) = Sim::with_application();
    let (change, secret) = session(application);
    sim.change(change).unwrap();
    assert_eq!(sim.in_session, [secret]);
    sim.change(Change::DeleteApplication(application)).unwrap();
    assert_eq!(sim.in_session, [secret], "it can still be undone");
    sim.pass(31_000);
    assert!(sim.in_session.is_empty());

    let (mut sim, application) = Sim::with_application();
    sim.change(session(application).0).unwrap();
    let (change, second) = session(application);
    sim.change(change).unwrap();
    assert_eq!(sim.in_session, [second]);
    sim.change(Change::DeleteApplication(application)).unwrap();
    sim.change(Change::RemoveEverything).unwrap();
    assert!(sim.in_session.is_empty());
}

#[test]
fn a_changed_proxy_keeps_the_token_and_another_endpoint_does_not() {
    let (mut sim, application) = Sim::with_application();
    sim.request(application);
    sim.answer_token(Ok(("t0", 3_600)));
    let mut draft = Sim::instance_draft();
    draft.id = Some(sim.state.config.instances[0].id);
    draft.proxy = ProxyDraft::None;
    let change = |draft: &InstanceDraft| Change::SaveInstance {
        draft: Box::new(draft.clone()),
        fresh: InstanceId(Uuid::new_v4()),
    };
    sim.change(change(&draft)).unwrap();
    assert_eq!(sim.token_text(application), Some("t0"));
    draft.endpoints = vec![crate::contract::EndpointsDraft {
        key: EndpointKey::Platform,
        token_endpoint: "https://other.example/token".to_owned(),
        jwks_uri: String::new(),
        issuer: String::new(),
    }];
    sim.change(change(&draft)).unwrap();
    assert_eq!(sim.token_text(application), None, "it is another server's token now");
}

#[test]
fn the_answer_of_a_given_up_attempt_is_dropped_while_a_new_one_is_under_way() {
    let (mut sim, application) = Sim::with_application();
    let instance = sim.state.config.instances[0].id;
    sim.request(application);
    let draft = Sim::draft(instance, Some(application), "admin:read");
    let (fresh, secret) = (ApplicationId(Uuid::new_v4()), SecretId(Uuid::new_v4()));
    sim.change(Change::SaveApplication { draft, fresh, secret }).unwrap();
    sim.request(application);
    assert_eq!(sim.sent.len(), 2);
    sim.answer_token(Ok(("for the old scope", 3_600)));
    assert_eq!(sim.token_text(application), None);
    sim.answer_token(Ok(("for the new scope", 3_600)));
    assert_eq!(sim.token_text(application), Some("for the new scope"));
}

#[test]
fn saving_an_application_with_another_secret_retires_the_old_one() {
    let (mut sim, application) = Sim::with_application();
    let instance = sim.state.config.instances[0].id;
    let old = sim.stored[0].id;
    let mut draft = Sim::draft(instance, Some(application), "openid");
    draft.secret = SecretDraft::Set { value: Secret::new("new"), keep: Keep::Keychain };
    let (fresh, secret) = (ApplicationId(Uuid::new_v4()), SecretId(Uuid::new_v4()));
    sim.change(Change::SaveApplication { draft, fresh, secret }).unwrap();
    assert_eq!(sim.deleted, [old]);
}

impl Sim {
    fn call(&mut self, application: ApplicationId, path: &str) {
        let purpose = TokenUse::Call(Box::new(endpoint_call(path)));
        let reply = self.reply();
        self.feed(Event::Use { application, purpose, reply });
    }

    /// The API answers the call that is under way.
    fn answer_call(&mut self, application: ApplicationId, status: u16, exchange: u64) {
        let (wanted, reply) = self.calls.remove(0);
        let body = BodyView { text: String::new(), bytes: 0, cut: false, masked: true, media_type: None };
        let report = CallReport {
            exchange: ExchangeId(exchange),
            status,
            reason: String::new(),
            duration_ms: 38,
            url: wanted.call.url.to_string(),
            redirected_from: None,
            body,
            table: None,
            challenges: Vec::new(),
            error: None,
        };
        let call = LastCall {
            method: wanted.call.method,
            url: wanted.call.url,
            path: wanted.call.path,
            status,
            duration_ms: 38,
            token: wanted.token_id,
            exchange: ExchangeId(exchange),
            unmasked: Some(Secret::new(format!("body {exchange}"))),
        };
        let (call, result) = (Some(Box::new(call)), Ok(Box::new(report)));
        self.feed(Event::CallAnswered { application, call, result, reply });
    }

    fn revealed(&mut self, exchange: u64) -> Option<String> {
        let reply = self.reply();
        self.feed(Event::RevealAnswer { exchange: ExchangeId(exchange), reply });
        match self.answer() {
            Ok(Answer::Token(text)) => Some(text.expose().to_owned()),
            _ => None,
        }
    }
}

fn endpoint_call(path: &str) -> EndpointCall {
    EndpointCall {
        method: HttpMethod::Get,
        url: url::Url::parse(&format!("https://id.example{path}")).unwrap(),
        path: path.to_owned(),
        body: None,
    }
}

#[test]
fn a_call_goes_with_a_fresh_token() {
    let (mut sim, application) = Sim::with_application();
    sim.call(application, scaikey::TENANTS_PATH);
    assert!(sim.calls.is_empty(), "there is no token yet");
    sim.answer_token(Ok(("t0", 3_600)));
    assert_eq!(sim.calls[0].0.token.expose(), "t0");
    sim.answer_call(application, 200, 1);
    assert!(matches!(sim.answer(), Ok(Answer::Call(report)) if report.status == 200));

    // Inside its margin it is renewed first.
    sim.pass(3_600_000 - 30_000);
    sim.call(application, "/x");
    assert!(sim.calls.is_empty(), "it waits for the renewal");
    sim.answer_token(Ok(("t1", 3_600)));
    assert_eq!(sim.calls[0].0.token.expose(), "t1");

    // And where none can be had, the call says why.
    let (mut sim, application) = Sim::with_application();
    sim.call(application, "/x");
    sim.answer_token(Err(refused()));
    assert!(matches!(sim.answer(), Err(AppError::ClientRefused { .. })));
    assert!(sim.calls.is_empty());
}

#[test]
fn only_the_last_answer_can_be_revealed_and_another_scope_forgets_it() {
    let (mut sim, application) = Sim::with_application();
    sim.call(application, "/a");
    sim.answer_token(Ok(("t0", 3_600)));
    sim.answer_call(application, 200, 7);
    assert_eq!(sim.revealed(7).as_deref(), Some("body 7"));
    sim.call(application, "/b");
    sim.answer_call(application, 200, 8);
    assert_eq!((sim.revealed(7), sim.revealed(8).as_deref()), (None, Some("body 8")));
    let home = sim.state.find(application).unwrap().0.id;
    let (fresh, secret) = (ApplicationId(Uuid::new_v4()), SecretId(Uuid::new_v4()));
    let draft = Sim::draft(home, Some(application), "profile");
    sim.change(Change::SaveApplication { draft, fresh, secret }).unwrap();
    assert_eq!(sim.revealed(8), None);
}

#[test]
fn an_ended_token_is_kept_for_checking_the_api_and_goes_with_its_identity() {
    let (mut sim, application) = Sim::with_application();
    let check = |sim: &mut Sim| {
        let purpose = TokenUse::CheckApi(Box::new(endpoint_call("/x")));
        let reply = sim.reply();
        sim.feed(Event::Use { application, purpose, reply });
        let (wanted, ended, _) = sim.checks.pop().expect("a check");
        (wanted.token.expose().to_owned(), ended.map(|token| token.expose().to_owned()))
    };
    sim.copy(application);
    sim.answer_token(Ok(("t0", 100)));
    assert_eq!(check(&mut sim), ("t0".to_owned(), None), "nothing has ended yet");
    sim.pass(95_000);
    sim.answer_token(Ok(("t1", 3_600)));
    assert_eq!(check(&mut sim), ("t1".to_owned(), None), "the one before is still valid");
    sim.pass(6_000);
    assert_eq!(check(&mut sim), ("t1".to_owned(), Some("t0".to_owned())));

    let home = sim.state.find(application).unwrap().0.id;
    let (fresh, secret) = (ApplicationId(Uuid::new_v4()), SecretId(Uuid::new_v4()));
    let draft = Sim::draft(home, Some(application), "profile");
    sim.change(Change::SaveApplication { draft, fresh, secret }).unwrap();
    sim.copy(application);
    sim.answer_token(Ok(("t2", 3_600)));
    assert_eq!(check(&mut sim), ("t2".to_owned(), None), "a token of other scopes is not sent again");
}

#[test]
fn a_new_secret_is_kept_while_it_is_tried_and_forgotten_after() {
    let (mut sim, application) = Sim::with_application();
    let (first, second) = (SecretId(Uuid::new_v4()), SecretId(Uuid::new_v4()));
    let propose = |sim: &mut Sim, secret| {
        let reply = sim.reply();
        sim.feed(Event::Proposed { application, secret, reply });
        sim.answer().unwrap();
    };
    propose(&mut sim, first);
    assert_eq!(sim.in_session, [first]);
    propose(&mut sim, second);
    assert_eq!(sim.in_session, [second], "the latest counts");

    // What is said of one that was replaced meanwhile does not count.
    let tried = |sim: &mut Sim, secret| {
        let reply = sim.reply();
        let (new, old) =
            (SecretTrial::Accepted { exchange: None }, SecretTrial::Refused { error: refused() });
        sim.feed(Event::SecretsTried { application, secret, new, old, reply });
    };
    tried(&mut sim, first);
    assert!(sim.state.candidates[&application].trials.is_none());
    tried(&mut sim, second);
    assert!(sim.state.candidates[&application].trials.is_some());

    let reply = sim.reply();
    sim.feed(Event::CandidateGone { application, switched: true, reply });
    assert!(sim.in_session.is_empty() && sim.state.candidates.is_empty());
    assert_eq!(sim.state.switches[&application], 0);

    let reply = sim.reply();
    let unknown = ApplicationId(Uuid::new_v4());
    sim.feed(Event::Proposed { application: unknown, secret: first, reply });
    assert!(matches!(sim.answer(), Err(AppError::NotFound { .. })));
    assert!(sim.in_session.is_empty(), "nothing uses it");
}

/// A JWT with these claims.
fn jwt(claims: &str) -> String {
    use base64::Engine as _;
    let part = |text: &str| base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(text);
    format!("{}.{}.c2lnbmF0dXJl", part(r#"{"alg":"RS256","kid":"x"}"#), part(claims))
}

impl Sim {
    /// Requests a token and answers with this one.
    fn renew(&mut self, application: ApplicationId, token: &str) {
        self.request(application);
        self.answer_token(Ok((token, 3_600)));
    }

    /// The numbers in the history on the screen.
    fn past(&self, application: ApplicationId) -> Vec<u64> {
        self.view(application).token.unwrap().history.iter().map(|past| past.id).collect()
    }

    /// The claim `n` of a token, as it is compared.
    fn claim(&mut self, application: ApplicationId, token: Option<u64>) -> Result<String, AppError> {
        let reply = self.reply();
        self.feed(Event::ReadSide { application, token, reply });
        match self.answer()? {
            Answer::Side(side) => Ok(side.claims.unwrap().raw("n").unwrap().to_owned()),
            other => panic!("{other:?}"),
        }
    }

    fn want_keys(&mut self, offer: KeyOffer) -> ReplyId {
        let reply = self.reply();
        self.feed(Event::FetchKeys { offer, reply });
        reply
    }

    /// How somebody was answered; `None` if not yet.
    fn ended(&self, reply: ReplyId) -> Option<Result<(), AppError>> {
        let (_, result) = self.replies.iter().find(|(id, _)| *id == reply)?;
        Some(result.as_ref().map(|_| ()).map_err(Clone::clone))
    }

    fn answer_issuer(&mut self, published: Result<&str, AppError>) {
        let issuer = self.asked.remove(0);
        let result = published.and_then(|text| {
            crate::jwt::JwkSet::parse(text.as_bytes()).map_err(|detail| AppError::Internal { detail })
        });
        let answer = Answered { result, clock_offset_ms: Some(5), exchange: None };
        self.feed(Event::IssuerAnswered { issuer, answer });
    }
}

fn issuer(issuer: &str) -> KeyOffer {
    KeyOffer::Issuer { issuer: issuer.to_owned() }
}

#[test]
fn the_last_ten_tokens_are_remembered_without_their_signature() {
    let (mut sim, application) = Sim::with_application();
    for n in 0..13 {
        sim.renew(application, &jwt(&format!("{{\"n\":{n}}}")));
        sim.pass(10_000);
    }
    let past = sim.past(application);
    assert_eq!(past.len(), 10);
    assert!(past.windows(2).all(|pair| pair[0] < pair[1]), "the newest last: {past:?}");
    assert_eq!(sim.claim(application, None).unwrap(), "12");
    assert_eq!(sim.claim(application, past.last().copied()).unwrap(), "11");
    assert_eq!(sim.claim(application, past.first().copied()).unwrap(), "2");
    let in_hand = sim.view(application).token.unwrap().id;
    assert_eq!(sim.claim(application, Some(in_hand)).unwrap(), "12");
    assert_eq!(sim.claim(application, Some(past[0] - 1)), Err(AppError::not_found("token")));
    let shown = sim.view(application).token.unwrap();
    let received: Vec<_> = shown.history.iter().map(|past| past.received_at).collect();
    assert!(received.windows(2).all(|pair| pair[1] - pair[0] == 10_000), "{received:?}");
    assert_eq!(received.last(), Some(&(shown.received_at - 10_000)));
    let kept = format!("{:?}", sim.state.slots[&application].history);
    assert!(!kept.contains("c2lnbmF0dXJl") && !kept.contains("RS256"), "{kept}");
}

#[test]
fn the_same_token_again_is_no_past_one() {
    let (mut sim, application) = Sim::with_application();
    sim.renew(application, &jwt("{\"n\":0}"));
    sim.renew(application, &jwt("{\"n\":0}"));
    assert!(sim.past(application).is_empty());
    sim.renew(application, "an-opaque-token");
    assert_eq!(sim.past(application).len(), 1);
}

#[test]
fn large_tokens_are_remembered_as_far_as_there_is_room() {
    let (mut sim, application) = Sim::with_application();
    let large = |n: usize, bytes: usize| jwt(&format!("{{\"n\":{n},\"x\":\"{}\"}}", "x".repeat(bytes)));
    for n in 0..6 {
        sim.renew(application, &large(n, 100_000));
    }
    let past = sim.past(application);
    assert_eq!(past.len(), 2, "two of 100 kB go into 256 KiB");
    assert_eq!(sim.claim(application, Some(past[1])).unwrap(), "4");
    sim.renew(application, &large(6, 300_000));
    assert_eq!(sim.past(application).len(), 2);
    sim.renew(application, &large(7, 1));
    assert!(
        sim.past(application).is_empty(),
        "the one before was too large, and none older stands in for it"
    );
    sim.renew(application, &large(8, 1));
    assert_eq!(sim.past(application).len(), 1);
}

#[test]
fn the_history_goes_with_its_identity_and_with_its_application() {
    let (mut sim, application) = Sim::with_application();
    let home = sim.state.config.instances[0].id;
    sim.renew(application, &jwt("{\"n\":0}"));
    sim.renew(application, &jwt("{\"n\":1}"));
    let past = sim.past(application)[0];
    let (fresh, secret) = (ApplicationId(Uuid::new_v4()), SecretId(Uuid::new_v4()));
    let draft = Sim::draft(home, Some(application), "profile");
    sim.change(Change::SaveApplication { draft, fresh, secret }).unwrap();
    assert_eq!(sim.claim(application, None), Err(AppError::NoToken));
    assert_eq!(sim.claim(application, Some(past)), Err(AppError::not_found("token")));
    sim.renew(application, &jwt("{\"n\":2}"));
    assert!(sim.past(application).is_empty());
    sim.renew(application, &jwt("{\"n\":3}"));
    sim.change(Change::DeleteApplication(application)).unwrap();
    assert!(sim.state.slots.is_empty());
    assert_eq!(sim.claim(application, None), Err(AppError::not_found("application")));
}

#[test]
fn f_jwk_15_a_hundred_clicks_for_keys_are_one_request() {
    let (mut sim, application) = Sim::with_application();
    let instance = sim.state.config.instances[0].id;
    sim.published = None;
    // A token whose keys are on their way, and a hundred clicks beside it.
    sim.renew(application, &jwt("{\"n\":0}"));
    let offer = || KeyOffer::Instance { instance, name: "Test".to_owned() };
    let clicks: Vec<_> = (0..100).map(|_| sim.want_keys(offer())).collect();
    assert_eq!((sim.fetched_keys, sim.held_keys.len()), (1, 1));
    assert!(clicks.iter().all(|click| sim.ended(*click).is_none()));
    let (home, key, attempt) = sim.held_keys.remove(0);
    sim.feed(keys_answered(home, key, attempt, Ok(r#"{"keys":[]}"#)));
    assert!(clicks.iter().all(|click| sim.ended(*click) == Some(Ok(()))));
    // They are new, so one more click a moment later asks for nothing.
    let late = sim.want_keys(offer());
    assert_eq!((sim.ended(late), sim.fetched_keys), (Some(Ok(())), 1));
    sim.pass(11_000);
    sim.want_keys(offer());
    assert_eq!(sim.fetched_keys, 2);

    let clicks: Vec<_> = (0..100).map(|_| sim.want_keys(issuer("https://id.example"))).collect();
    assert_eq!(sim.asked, ["https://id.example"]);
    sim.answer_issuer(Ok(r#"{"keys":[]}"#));
    assert!(clicks.iter().all(|click| sim.ended(*click) == Some(Ok(()))));
    sim.want_keys(issuer("https://id.example"));
    assert_eq!(sim.asked, Vec::<String>::new());
}

#[test]
fn f_jwk_9_a_refetch_that_fails_keeps_the_keys_and_their_age() {
    let mut sim = Sim::new();
    let instance = sim.add_instance();
    let offer = || KeyOffer::Instance { instance, name: "Test".to_owned() };
    sim.want_keys(offer());
    assert_eq!(sim.answer().map(|_| ()), Ok(()));
    sim.want_keys(issuer("https://id.example"));
    sim.answer_issuer(Ok(r#"{"keys":[]}"#));
    let then = sim.now.wall;
    sim.pass(60_000);
    sim.published = Some(Err(offline()));
    sim.want_keys(offer());
    assert_eq!(sim.answer().map(|_| ()), Err(offline()));
    sim.want_keys(issuer("https://id.example"));
    sim.answer_issuer(Err(offline()));
    let gone = AppError::IssuerKeys { issuer: "https://id.example".to_owned(), cause: Box::new(offline()) };
    assert_eq!(sim.answer().map(|_| ()), Err(gone));
    let known = sim.state.known();
    assert_eq!(known.issuers.len(), 2);
    for known in &known.issuers {
        assert!(known.keys.is_some());
        assert_eq!(known.keys_fetched_at, Some(then));
        assert_eq!(known.keys_error.as_deref(), Some("The host scaikey.example was not found."));
    }
    // What failed may be tried at once, and its success takes the error away.
    sim.published = Some(Ok(r#"{"keys":[]}"#));
    sim.want_keys(offer());
    assert_eq!(sim.answer().map(|_| ()), Ok(()));
    assert_eq!(sim.state.known().issuers[0].keys_error, None);
    assert_eq!(sim.state.known().issuers[0].keys_fetched_at, Some(then + 60_000));
}

#[test]
fn keys_that_are_waited_for_are_asked_for_again_where_the_instance_changes() {
    let mut sim = Sim::new();
    let instance = sim.add_instance();
    let offer = || KeyOffer::Instance { instance, name: "Test".to_owned() };
    sim.published = None;
    let click = sim.want_keys(offer());
    let old = sim.held_keys.remove(0);
    let mut draft = Sim::instance_draft();
    (draft.id, draft.url) = (Some(instance), "https://other.example".to_owned());
    let fresh = InstanceId(Uuid::new_v4());
    sim.change(Change::SaveInstance { draft: Box::new(draft), fresh }).unwrap();
    // The answer of the old place is dropped.
    sim.feed(keys_answered(old.0, old.1, old.2, Ok(r#"{"keys":[]}"#)));
    assert_eq!(sim.ended(click), None);
    let (home, key, attempt) = sim.held_keys.remove(0);
    sim.feed(keys_answered(home, key, attempt, Ok(r#"{"keys":[]}"#)));
    assert_eq!(sim.ended(click), Some(Ok(())));
    sim.pass(60_000);
    let click = sim.want_keys(offer());
    sim.change(Change::DeleteInstance(instance)).unwrap();
    assert_eq!(sim.ended(click), Some(Err(AppError::not_found("instance"))));
    sim.want_keys(offer());
    assert_eq!(sim.answer().map(|_| ()), Err(AppError::not_found("instance")));
}

#[test]
fn sixteen_issuers_are_kept_and_what_is_no_issuer_is_not_asked() {
    let mut sim = Sim::new();
    for n in 0..20 {
        sim.want_keys(issuer(&format!("https://id{n}.example")));
        sim.answer_issuer(Ok(r#"{"keys":[]}"#));
    }
    let known = sim.state.known();
    assert_eq!(known.issuers.len(), 16);
    assert_eq!(known.issuers[0].issuers, ["https://id4.example"]);
    assert_eq!(known.issuers[15].clock_offset_ms, Some(5));
    for wrong in ["http://id.example", "file:///etc/passwd", "urn:example", ""] {
        sim.want_keys(issuer(wrong));
        assert!(matches!(sim.answer(), Err(AppError::InvalidInput { .. })), "{wrong}");
        assert_eq!(sim.asked, Vec::<String>::new());
    }
}

#[test]
fn what_is_known_changes_nothing_on_the_screen() {
    let (mut sim, application) = Sim::with_application();
    sim.renew(application, &jwt("{\"n\":0}"));
    let revision = sim.state.revision;
    let (known, side) = (sim.reply(), sim.reply());
    sim.feed(Event::ReadKnown { reply: known });
    sim.feed(Event::ReadSide { application, token: None, reply: side });
    assert_eq!(sim.state.revision, revision);
    let known = sim.state.known();
    assert_eq!(known.issuers[0].scaikey_base.as_deref(), Some("https://scaikey.example"));
    assert!(known.issuers[0].keys.is_some(), "the token's keys serve the inspector too");
    assert_eq!(known.issuers[0].clock_offset_ms, Some(0));
}
