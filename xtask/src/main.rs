//! What a contributor does with this repository, one word each: `cargo xtask setup`, `run`, `test`, `package`,
//! `bench`. It has no dependencies, so that it is there a second after a fresh clone.

mod bench;
mod deny;
mod package;
mod page;
mod process;
mod providers;
mod run;
mod say;
mod setup;
mod tally;
mod test;
mod tools;

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use say::say;

/// Why a task stopped, in words for the person at the terminal.
type Failure = Box<dyn Error>;

const USAGE: &str = "\
cargo xtask <task>

  setup      check what is needed, install what is missing
  run        build the app and open its window
  test       every check and every test, with one summary
  package    build the .deb and the .rpm
  bench      measure the scheduler, the inspector, `scaikey decode`, the window and a copy, or the one named
";

fn main() -> ExitCode {
    let root = Root::find();
    let mut words = std::env::args().skip(1);
    let task = words.next().unwrap_or_default();
    let rest: Vec<String> = words.collect();
    let done = match task.as_str() {
        "setup" => setup::everything(&root),
        "run" => run::window(&root, &rest),
        "test" => return test::everything(&root),
        "package" => package::bundles(&root),
        "bench" => bench::measure(&root, &rest),
        _ => {
            say(USAGE.trim_end());
            let asked = matches!(task.as_str(), "" | "help" | "-h" | "--help");
            return if asked { ExitCode::SUCCESS } else { ExitCode::from(2) };
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            say(&format!("\n{failure}"));
            ExitCode::FAILURE
        }
    }
}

/// Where things lie.
struct Root {
    folder: PathBuf,
    target: PathBuf,
}

impl Root {
    fn find() -> Self {
        let own = Path::new(env!("CARGO_MANIFEST_DIR"));
        let folder = own.parent().unwrap_or(own).to_owned();
        let target = match std::env::var_os("CARGO_TARGET_DIR") {
            Some(target) => folder.join(target),
            None => folder.join("target"),
        };
        Self { folder, target }
    }

    /// The page's sources.
    fn ui(&self) -> PathBuf {
        self.folder.join("ui")
    }

    /// What the tasks themselves remember.
    fn notes(&self) -> PathBuf {
        self.target.join("xtask")
    }
}
