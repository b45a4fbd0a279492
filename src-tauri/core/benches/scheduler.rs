//! The scheduler with 10,000 applications in simulated time: how late it decides, what it costs, what it holds.
//! Prints figures beside their aims; the baseline in the same run is a bare binary heap of due times.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::io::Write as _;
use std::time::{Duration, Instant};

use scaikey_core::companion::event::{Answered, Change, Effect, Event, ReplyId};
use scaikey_core::companion::state::State;
use scaikey_core::companion::update::{next_deadline, update};
use scaikey_core::contract::{
    ApplicationDraft, InstanceDraft, InstanceKindName, Keep, ProxyDraft, Renewal, SecretDraft, Snapshot,
};
use scaikey_core::model::{
    ApplicationId, ApplicationType, ClientAuthentication, Colour, Config, InstanceId, LevelName, SecretId,
};
use scaikey_core::oauth::metadata::ServerMetadata;
use scaikey_core::oauth::token_response::TokenResponse;
use scaikey_core::ports::{Loaded, Now};
use scaikey_core::schedule;
use scaikey_core::secret::Secret;
use uuid::Uuid;

const APPLICATIONS: usize = 10_000;
const HOUR_MS: i64 = 3_600_000;

struct Sim {
    state: State,
    now: Now,
    /// What the processor spent in `update` and `next_deadline`.
    spent: Duration,
    in_flight: Vec<(ApplicationId, u64)>,
    most_in_flight: usize,
    begun: Vec<ApplicationId>,
    tokens: u64,
}

#[expect(clippy::disallowed_methods, reason = "a benchmark reads the clock")]
fn clock() -> Instant {
    Instant::now()
}

impl Sim {
    fn new() -> Self {
        let now = Now { wall: 1_795_525_512_000, boot: 1_000_000 };
        let loaded = Loaded::writable(Config::default());
        Self {
            state: State::new(loaded, "bench".to_owned(), now),
            now,
            spent: Duration::ZERO,
            in_flight: Vec::new(),
            most_in_flight: 0,
            begun: Vec::new(),
            tokens: 0,
        }
    }

    fn feed(&mut self, event: Event) {
        let begin = clock();
        let effects = update(&mut self.state, event, self.now);
        self.spent += begin.elapsed();
        for effect in effects {
            match effect {
                Effect::RequestToken { application, attempt, .. } => {
                    self.in_flight.push((application, attempt));
                    self.begun.push(application);
                }
                Effect::FetchMetadata { instance, key, attempt, .. } => {
                    let result = Ok(ServerMetadata::default());
                    let answer = Answered { result, clock_offset_ms: None, exchange: None };
                    self.feed(Event::MetadataAnswered { instance, key, attempt, answer });
                }
                Effect::Persist { .. } => self.feed(Event::Written(Ok(()))),
                _ => {}
            }
        }
        self.most_in_flight = self.most_in_flight.max(self.in_flight.len());
    }

    /// Answers what is in flight with tokens of this life.
    fn answer_all(&mut self, seconds: u32) {
        while let Some((application, attempt)) = self.in_flight.pop() {
            self.tokens += 1;
            let response = TokenResponse {
                access_token: Secret::new(format!("token-{}", self.tokens)),
                token_type: "Bearer".to_owned(),
                expires_in: Some(seconds),
                scope: None,
                notes: Vec::new(),
                duration_ms: 1,
            };
            let answer = Answered { result: Ok(response), clock_offset_ms: None, exchange: None };
            self.feed(Event::TokenAnswered { application, attempt, answer });
        }
    }

    /// How long the loop would sleep now, in milliseconds.
    fn sleep(&mut self) -> i64 {
        let begin = clock();
        let next = next_deadline(&self.state);
        self.spent += begin.elapsed();
        next.map_or(schedule::LONGEST_SLEEP_MS, |at| at - self.now.boot).clamp(1, schedule::LONGEST_SLEEP_MS)
    }

    fn advance(&mut self, ms: i64) {
        self.now = Now { wall: self.now.wall + ms, boot: self.now.boot + ms };
    }

    /// A configuration of many applications, put in place at once.
    fn fill(&mut self) -> Vec<ApplicationId> {
        let instance = InstanceId(Uuid::new_v4());
        let draft = InstanceDraft {
            id: None,
            name: "Bench".to_owned(),
            kind: InstanceKindName::ScaiKey,
            url: "https://scaikey.example".to_owned(),
            colour: Colour::Blue,
            production: false,
            proxy: ProxyDraft::System,
            extra_ca: String::new(),
            endpoints: Vec::new(),
        };
        let change = Change::SaveInstance { draft: Box::new(draft), fresh: instance };
        self.feed(Event::Change { change, reply: ReplyId(0) });
        let first = self.add(instance);
        let template = self.state.find(first).expect("just added").1.clone();
        let applications = &mut self.state.config.instances[0].applications;
        applications.extend((1..APPLICATIONS).map(|_| {
            let mut next = template.clone();
            next.id = ApplicationId(Uuid::new_v4());
            next
        }));
        applications.iter().map(|application| application.id).collect()
    }

    fn add(&mut self, instance: InstanceId) -> ApplicationId {
        let fresh = ApplicationId(Uuid::new_v4());
        let draft = ApplicationDraft {
            id: None,
            instance,
            name: "application".to_owned(),
            client_id: "svc_9f2k1x0qd7".to_owned(),
            secret: SecretDraft::Set { value: Secret::new("s"), keep: Keep::Keychain },
            level: Some(LevelName::Global),
            tenant_slug: String::new(),
            application_type: Some(ApplicationType::Service),
            scopes: vec!["openid".to_owned(), "admin:read".to_owned()],
            extra: Vec::new(),
            client_authentication: ClientAuthentication::ClientSecretBasic,
            renewal: Renewal { enabled: true, margin_seconds: None },
        };
        let secret = SecretId(Uuid::new_v4());
        let change = Change::SaveApplication { draft: Box::new(draft), fresh, secret };
        self.feed(Event::Change { change, reply: ReplyId(0) });
        fresh
    }
}

/// Resident memory of this process, in KiB.
fn resident_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|kib| kib.parse().ok()).unwrap_or(0)
}

fn main() -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    let before = resident_kib();
    let mut sim = Sim::new();
    let ids = sim.fill();
    // Due times spread over an hour: a token every 360 ms.
    for id in &ids {
        sim.feed(Event::RequestToken { application: *id, reply: ReplyId(0) });
        sim.answer_all(3_600);
        sim.advance(HOUR_MS / i64::try_from(APPLICATIONS).unwrap_or(1));
    }
    let bytes = resident_kib().saturating_sub(before) * 1_024 / APPLICATIONS as u64;

    sim.spent = Duration::ZERO;
    sim.begun.clear();
    let end = sim.now.boot + HOUR_MS;
    let mut latest = 0;
    while sim.now.boot < end {
        let sleep = sim.sleep();
        sim.advance(sleep);
        let planned: Vec<_> = sim.state.slots.values().filter_map(|s| s.token.as_ref()?.renews).collect();
        let late = planned.iter().map(|at| sim.now.boot - at).max().unwrap_or(0);
        latest = latest.max(late);
        sim.feed(Event::Tick);
        sim.answer_all(3_600);
    }
    let share = sim.spent.as_secs_f64() / 3_600.0 * 100.0;
    let renewals = sim.begun.len();
    let busy = sim.spent;

    sim.spent = Duration::ZERO;
    let begin = clock();
    let snapshot = Snapshot::of(&sim.state);
    let snapshot_ms = begin.elapsed().as_secs_f64() * 1_000.0;
    drop(snapshot);
    // Idle: looks at the clocks while nothing is due.
    for _ in 0..240 {
        sim.sleep();
        sim.feed(Event::Tick);
    }
    let idle = sim.spent.as_secs_f64() / 3_600.0 * 100.0;

    // The baseline: a bare heap that pops and pushes as often.
    let begin = clock();
    let mut heap: BinaryHeap<_> = (0..APPLICATIONS).map(|n| Reverse((n as u64 * 360, n))).collect();
    for _ in 0..renewals {
        if let Some(Reverse((at, n))) = heap.pop() {
            heap.push(Reverse((at + 3_540_000, n)));
        }
    }
    let heap_time = begin.elapsed();

    // A burst: all due at once.
    let mut burst = Sim::new();
    let ids = burst.fill();
    for (index, id) in ids.iter().enumerate() {
        burst.feed(Event::RequestToken { application: *id, reply: ReplyId(0) });
        burst.answer_all(7_200 - u32::try_from(index % 3_600).unwrap_or(0));
    }
    burst.begun.clear();
    burst.most_in_flight = 0;
    burst.advance(2 * HOUR_MS - 1_000);
    let ends =
        |sim: &Sim, id: &ApplicationId| sim.state.slots[id].token.as_ref().and_then(|token| token.expires);
    let expiry: std::collections::HashMap<_, _> = ids.iter().map(|id| (*id, ends(&burst, id))).collect();
    burst.feed(Event::Tick);
    while !burst.in_flight.is_empty() {
        burst.answer_all(3_600);
    }
    let order: Vec<_> = burst.begun.iter().map(|id| expiry[id]).collect();
    let sorted = order.is_sorted();

    writeln!(out, "scheduler, {APPLICATIONS} applications, due times spread over an hour, simulated")?;
    writeln!(out, "  decided after planned, at most  {latest:>8} ms        aim: 1000 ms")?;
    writeln!(out, "  processor, idle                 {idle:>8.4} %         aim: 1 % of one core")?;
    writeln!(out, "  processor, {renewals:>5} renewals      {share:>8.4} %         (the whole hour)")?;
    writeln!(out, "  memory each, without the token  {bytes:>8} bytes     aim: 2048 bytes")?;
    writeln!(out, "  burst, at most in flight        {:>8}           aim: 4", burst.most_in_flight)?;
    writeln!(out, "  burst, earliest end first       {sorted:>8}")?;
    writeln!(out, "  one snapshot of all             {snapshot_ms:>8.2} ms")?;
    writeln!(
        out,
        "  to a bare heap of due times     {:>8.1} x         ({:.1} ms to {:.3} ms for the hour)",
        busy.as_secs_f64() / heap_time.as_secs_f64(),
        busy.as_secs_f64() * 1_000.0,
        heap_time.as_secs_f64() * 1_000.0
    )
}
