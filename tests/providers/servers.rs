//! The servers: started once per test binary, ended with it.

use std::fs::{self, File};
use std::io::{self, BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{LazyLock, mpsc};
use std::time::Duration;

/// How long a server may take until it is ready. On a busy machine Django needs 14 s.
const PATIENCE: Duration = Duration::from_secs(120);

/// A running server. It ends when its standard input closes, which happens however this process ends.
struct Server {
    url: String,
    _process: Child,
}

/// A server, or why there is none: each test that wants it says so.
type Started = LazyLock<Result<Server, String>>;

static OIDC_PROVIDER: Started = LazyLock::new(|| {
    let folder = tests().join("oidc-provider");
    installed(&folder.join("node_modules/oidc-provider/package.json"))?;
    let mut node = Command::new("node");
    node.arg("server.mjs").current_dir(folder);
    start("oidc-provider", node)
});

static DJANGO: Started = LazyLock::new(|| {
    let python = if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" };
    let python = target().join("providers/venv").join(python);
    installed(&python)?;
    let mut django = Command::new(python);
    django.arg("server.py").current_dir(tests().join("django"));
    start("django", django)
});

/// The base URL of oidc-provider, such as `http://127.0.0.1:4000`.
pub(crate) fn oidc_provider() -> &'static str {
    url(&OIDC_PROVIDER)
}

/// The base URL of the Django server.
pub(crate) fn django() -> &'static str {
    url(&DJANGO)
}

fn url(started: &'static Started) -> &'static str {
    match &**started {
        Ok(server) => &server.url,
        Err(why) => panic!("{why}"),
    }
}

fn tests() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("providers")
}

fn target() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("..")
}

/// A test that cannot run fails: a skipped one would look like a passed one.
fn installed(path: &Path) -> Result<(), String> {
    let missing = || format!("{} is not there: run `cargo xtask setup`", path.display());
    path.exists().then_some(()).ok_or_else(missing)
}

fn start(name: &str, mut command: Command) -> Result<Server, String> {
    let log = target().join("providers").join(format!("{name}.log"));
    let cannot = |why: io::Error| format!("{name} cannot be started ({why}): run `cargo xtask setup`");
    fs::create_dir_all(target().join("providers")).map_err(cannot)?;
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(File::create(&log).map_err(cannot)?);
    let mut process = command.spawn().map_err(cannot)?;
    let output = process.stdout.take().unwrap();
    let (ready, is_ready) = mpsc::channel();
    std::thread::spawn(move || {
        // It goes on reading, or the server would stop at a full pipe.
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            if let Some(url) = line.strip_prefix("READY ") {
                drop(ready.send(url.to_owned()));
            }
        }
    });
    match is_ready.recv_timeout(PATIENCE) {
        Ok(url) => Ok(Server { url, _process: process }),
        Err(_) => {
            drop(process.kill());
            drop(process.wait());
            let said = fs::read_to_string(&log).unwrap_or_default();
            Err(format!("{name} did not start; try `cargo xtask setup`. It said: {said}"))
        }
    }
}
