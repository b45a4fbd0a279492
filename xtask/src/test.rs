//! Every check and every test, in one go. A failure does not stop the rest: one run tells all there is to mend.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, ExitCode};

use crate::process::{FEATURES, cargo, npm, run_and_read};
use crate::say::{Stopwatch, say, seconds};
use crate::setup::{Purpose, prepare};
use crate::tally::Tally;
use crate::{Failure, Root, deny};

/// `cargo xtask test`
pub(crate) fn everything(root: &Root) -> ExitCode {
    let mut report = Report { rows: Vec::new(), watch: Stopwatch::start() };
    if report.act("setup", || prepare(root, Purpose::Tests)) {
        steps(root, &mut report);
    } else {
        report.skip("everything else", "setup failed");
    }
    report.close()
}

fn steps(root: &Root, report: &mut Report) {
    // It is needed last and takes a minute or two to build the first time.
    let deny = deny::Tool::begin(root);

    report.run("format", vec![cargo(root, &["fmt", "--all", "--check"])]);
    report.run("page: types", vec![npm(root, &["run", "check"])]);
    report.run("page: lint", vec![npm(root, &["run", "lint"])]);
    report.run("page: tests", vec![npm(root, &["run", "test"])]);
    report.run("page: build", vec![npm(root, &["run", "build"])]);

    let clippy = |targets: &[&str]| {
        let words = [&["clippy", "--workspace"], targets, &[FEATURES, "--", "--deny=warnings"]];
        cargo(root, &words.concat())
    };
    // The tests with a step of their own are no part of "all targets", as `cargo test` alone leaves them out.
    report.run("clippy", vec![clippy(&["--all-targets"]), clippy(&["--test=e2e", "--test=jwt"])]);

    let contract = root.notes().join("contract");
    let mut tests = cargo(root, &["test", "--workspace", "--no-fail-fast", FEATURES]);
    tests.env("TS_RS_EXPORT_DIR", &contract);
    let emptied = !contract.exists() || fs::remove_dir_all(&contract).is_ok();
    report.run("tests", vec![tests]);
    report.act("contract", || compare_contract(root, &contract, emptied));

    report.run("tests of JWTs", vec![cargo(root, &["test", "--workspace", "--test=jwt", FEATURES])]);

    let window = ["test", "--workspace", "--test=e2e", FEATURES, "--", "--test-threads=1"];
    if cfg!(target_os = "linux") {
        report.run("tests of the window", vec![cargo(root, &window)]);
    } else {
        report.skip("tests of the window", "they need Linux");
    }

    let mut doc = cargo(root, &["doc", "--workspace", "--no-deps", FEATURES]);
    doc.env("RUSTDOCFLAGS", "--deny=warnings");
    report.run("documentation", vec![doc]);

    dependencies(report, deny);
}

/// Licences, sources, banned crates; advisories where their database can be reached.
fn dependencies(report: &mut Report, deny: Result<deny::Tool<'_>, Failure>) {
    let tool = deny.and_then(|mut tool| tool.ready().map(|()| tool));
    let tool = match tool {
        Ok(tool) => tool,
        Err(failure) => {
            report.act("dependencies", || Err(failure));
            report.skip("advisories", "no cargo-deny");
            return;
        }
    };
    report.run("dependencies", vec![tool.check(&["bans", "licenses", "sources"])]);
    if tool.has_database() {
        report.run("advisories", vec![tool.check(&["advisories"])]);
    } else {
        report.skip("advisories", "database not reachable");
    }
}

/// The contract in the tree is what the Rust types say, file by file.
fn compare_contract(root: &Root, generated: &Path, emptied: bool) -> Result<(), Failure> {
    if !emptied {
        return Err(format!("{} cannot be emptied", generated.display()).into());
    }
    let (wanted, found) = (files(generated)?, files(&root.ui().join("src/lib/contract"))?);
    if wanted.is_empty() {
        return Err("nothing was generated: do the tests compile?".into());
    }
    let mut names: Vec<&String> = wanted.keys().chain(found.keys()).collect();
    names.sort();
    names.dedup();
    names.retain(|name| wanted.get(*name) != found.get(*name));
    if names.is_empty() {
        return Ok(());
    }
    for name in &names {
        let what = match (wanted.contains_key(*name), found.contains_key(*name)) {
            (true, true) => "is not what the Rust type says",
            (true, false) => "is missing",
            _ => "belongs to no Rust type",
        };
        say(&format!("ui/src/lib/contract/{name} {what}"));
    }
    Err("`cargo test -p scaikey-core` writes the contract anew; commit it".into())
}

/// The files of a folder with their text; none when there is no folder.
fn files(folder: &Path) -> Result<BTreeMap<String, Vec<u8>>, Failure> {
    let mut files = BTreeMap::new();
    if folder.is_dir() {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            files.insert(name, fs::read(path)?);
        }
    }
    Ok(files)
}

/// What has been done so far.
struct Report {
    rows: Vec<Row>,
    watch: Stopwatch,
}

/// One step.
struct Row {
    name: &'static str,
    outcome: Outcome,
    tally: Tally,
    took: String,
    /// What its tests lacked on this machine, in words.
    lacked: Vec<String>,
}

/// Begins a line in which a test says what it lacks: `support::not_there` in `tests`.
const LACKED: &str = "SKIPPED: ";

/// How a step ended.
enum Outcome {
    Passed,
    Failed,
    Skipped(&'static str),
}

impl Report {
    /// Runs programs, one after the other, and counts the tests that they tell of.
    fn run(&mut self, name: &'static str, commands: Vec<Command>) {
        let (mut tally, mut lacked) = (Tally::default(), Vec::new());
        self.step(name, || {
            let mut failure = None;
            for mut command in commands {
                let done = run_and_read(&mut command, |line| {
                    tally.read(line);
                    lacked.extend(line.strip_prefix(LACKED).map(str::to_owned));
                });
                failure = failure.or(done.err());
            }
            // A test that had nothing to do counts as passed for its runner.
            tally.set_aside(lacked.len());
            lacked.dedup();
            (tally, lacked, failure)
        });
    }

    /// Does something that is a check of its own; true if it went well.
    fn act(&mut self, name: &'static str, act: impl FnOnce() -> Result<(), Failure>) -> bool {
        self.step(name, || (Tally::default(), Vec::new(), act().err()))
    }

    fn step(
        &mut self,
        name: &'static str,
        step: impl FnOnce() -> (Tally, Vec<String>, Option<Failure>),
    ) -> bool {
        say(&format!("\n── {name}"));
        let watch = Stopwatch::start();
        let (mut tally, lacked, failure) = step();
        if let Some(failure) = &failure {
            say(&failure.to_string());
        }
        // A step without tests is one check; a step can also fail beside its tests.
        match &failure {
            Some(_) if tally.failed == 0 => tally.failed = 1,
            None if tally.is_empty() => tally.passed = 1,
            _ => {}
        }
        let outcome = if failure.is_none() { Outcome::Passed } else { Outcome::Failed };
        let passed = failure.is_none();
        self.rows.push(Row { name, outcome, tally, took: seconds(watch.elapsed()), lacked });
        passed
    }

    fn skip(&mut self, name: &'static str, why: &'static str) {
        let tally = Tally { skipped: 1, ..Tally::default() };
        self.rows.push(Row {
            name,
            outcome: Outcome::Skipped(why),
            tally,
            took: String::new(),
            lacked: Vec::new(),
        });
    }

    /// The summary; its last line is the count.
    fn close(self) -> ExitCode {
        say("\n── summary");
        let mut all = Tally::default();
        for row in &self.rows {
            let (word, remark) = match row.outcome {
                Outcome::Passed => ("passed", row.remark()),
                Outcome::Failed => ("FAILED", row.remark()),
                Outcome::Skipped(why) => ("not run", why.to_owned()),
            };
            say(format!("{:<20} {word:<8} {:>12}  {remark}", row.name, row.took).trim_end());
            all += row.tally;
        }
        say(&format!("{:<20} {:<8} {:>12}", "all", "", seconds(self.watch.elapsed())));
        for row in &self.rows {
            if let Outcome::Skipped(why) = row.outcome {
                say(&format!("{}: not run, {why}", row.name));
            }
            for what in &row.lacked {
                say(&format!("{}: skipped, {what}", row.name));
            }
        }
        let (passed, failed) = (all.passed, all.failed);
        let skipped = if all.skipped == 0 { String::new() } else { format!(", {} skipped", all.skipped) };
        say(&format!("\n{passed} passed, {failed} failed{skipped}"));
        if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}

impl Row {
    fn remark(&self) -> String {
        let Tally { passed, failed, skipped } = self.tally;
        if passed + failed + skipped <= 1 {
            return String::new();
        }
        let mut remark = format!("{passed} passed");
        for (count, word) in [(failed, "failed"), (skipped, "skipped")] {
            if count > 0 {
                remark += &format!(", {count} {word}");
            }
        }
        remark
    }
}
