//! Start to first paint, and memory once the window is at rest, beside a bare window.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};

use support::window::Desktop;

use crate::linux::{quantile, say};
use crate::memory::{self, Memory};

/// Starts of each that count; one more of each comes before, so that all files are in memory.
const STARTS: usize = 11;
/// How often a file is looked at for the line that is waited for.
const LOOK: Duration = Duration::from_millis(1);
/// How long a window may take to paint, or to come to rest.
const LIMIT: Duration = Duration::from_secs(60);

/// A program to be measured.
struct Subject<'a> {
    program: &'a Path,
    /// The file in which it says that it has painted.
    says_in: PathBuf,
    /// Whether it is told that file.
    is_told: bool,
    env: &'static [(&'static str, &'static str)],
}

#[derive(Default)]
struct Figures {
    /// Until its own code began to log, in ms; only the app does.
    began: Vec<f64>,
    painted: Vec<f64>,
    memory: Vec<Memory>,
}

pub(crate) async fn measure(app: &Path, bare: &Path) {
    let desktop = Desktop::start_for("bench-window", app).await;
    let log = "data/ai.scailabs.scaikey-companion/logs/companion.log";
    let app = Subject { program: app, says_in: desktop.home().join(log), is_told: false, env: &[] };
    let bare = Subject {
        program: bare,
        says_in: desktop.home().join("bare.log"),
        is_told: true,
        // The app sets it for itself, by starting itself anew; both are to draw in the same way.
        env: &[("WEBKIT_DISABLE_DMABUF_RENDERER", "1")],
    };
    let (mut ours, mut baseline) = (Figures::default(), Figures::default());
    for start in 0..=STARTS {
        if start == 1 {
            (ours, baseline) = (Figures::default(), Figures::default());
        }
        one_start(&desktop, &bare, &mut baseline);
        one_start(&desktop, &app, &mut ours);
    }
    report(&ours, &baseline);
}

fn one_start(desktop: &Desktop, subject: &Subject<'_>, figures: &mut Figures) {
    // It is not there before the first start.
    drop(std::fs::remove_file(&subject.says_in));
    let told = [subject.says_in.as_os_str()];
    let args: &[&OsStr] = if subject.is_told { &told } else { &[] };
    let begin = clock();
    let process = desktop.launch(subject.program, args, subject.env);
    let mut began = None;
    let painted = loop {
        let said = std::fs::read_to_string(&subject.says_in).unwrap_or_default();
        let now = begin.elapsed();
        if began.is_none() && !said.is_empty() {
            began = Some(now);
        }
        if said.contains("painted") {
            break now;
        }
        assert!(now < LIMIT, "no paint within {LIMIT:?}: {}", desktop.process_output());
        sleep(LOOK);
    };
    figures.began.extend(began.map(ms));
    figures.painted.push(ms(painted));
    let at_rest = memory::at_rest(process.id(), LIMIT);
    figures.memory.push(at_rest.memory);
    drop(process);
    // The web processes notice that theirs is gone.
    let begin = clock();
    while at_rest.processes.iter().any(|process| Path::new(&format!("/proc/{process}")).exists()) {
        assert!(begin.elapsed() < LIMIT, "{} left processes behind", subject.program.display());
        sleep(Duration::from_millis(20));
    }
}

fn report(ours: &Figures, bare: &Figures) {
    say(&format!("the window beside a bare one, {STARTS} starts of each in turn, medians"));
    let (app, base) = (median(&ours.painted), median(&bare.painted));
    row("start to first paint", app / base, "1.25", &format!("{app:.0} ms to {base:.0} ms"));
    // Memory that is shared counts in parts, unless the system refuses to say.
    let exact = ours.memory.iter().chain(&bare.memory).all(|memory| memory.proportional.is_some());
    let mib = |figures: &Figures| -> Vec<f64> {
        let kib = |memory: &Memory| memory.proportional.filter(|_| exact).unwrap_or(memory.resident);
        figures.memory.iter().map(|memory| kib(memory) / 1_024.0).collect()
    };
    let (app_mib, bare_mib) = (mib(ours), mib(bare));
    let (app, base) = (median(&app_mib), median(&bare_mib));
    let kind = if exact { "PSS" } else { "RSS: only root may see the PSS of the app" };
    row("memory, all its processes", app / base, "1.2", &format!("{app:.1} MiB to {base:.1} MiB, {kind}"));
    for (name, kib) in parts(ours) {
        let (app, base) = (kib / 1_024.0, parts(bare).find(|part| part.0 == name).map_or(0.0, |part| part.1));
        say(&format!("    {name:<30}{app:>8.1} MiB to {:.1} MiB", base / 1_024.0));
    }
    let fastest = |values: &[f64]| quantile(values, 0.0);
    let (app, base) = (fastest(&ours.painted), fastest(&bare.painted));
    say(&format!("    the fastest start of each     {:>8.2} x ({app:.0} ms to {base:.0} ms)", app / base));
    let (began, fastest) = (median(&ours.began), fastest(&ours.began));
    say(&format!("    of it until its own code ran  {began:>8.0} ms, the fastest {fastest:.0} ms"));
    say(&format!(
        "    first paint, spread           {} to {} ms",
        spread(&ours.painted),
        spread(&bare.painted)
    ));
    say(&format!("    memory, spread                {} to {} MiB", spread(&app_mib), spread(&bare_mib)));
}

/// The processes of the last start by name.
fn parts(figures: &Figures) -> impl Iterator<Item = (&str, f64)> {
    figures
        .memory
        .last()
        .into_iter()
        .flat_map(|memory| &memory.parts)
        .map(|(name, kib)| (name.as_str(), *kib))
}

fn row(what: &str, ratio: f64, aim: &str, from: &str) {
    say(&format!("  {what:<30}  {ratio:>8.2} x         aim: {aim} ({from})"));
}

fn median(values: &[f64]) -> f64 {
    quantile(values, 0.5)
}

fn spread(values: &[f64]) -> String {
    format!("{:.0}–{:.0}", quantile(values, 0.0), quantile(values, 1.0))
}

fn ms(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1_000.0
}

#[expect(clippy::disallowed_methods, reason = "a benchmark reads the clock")]
pub(crate) fn clock() -> Instant {
    Instant::now()
}
