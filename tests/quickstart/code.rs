//! The code samples, generated from real values, against the practice server.

use std::ffi::OsStr;

use scaikey_core::model::ClientAuthentication;
use scaikey_core::walkthrough::code::{SampleContext, samples};
use scaikey_practice::{Level, NewApplication, Options, Port, Practice, StartError};

use super::*;

/// With characters that mean something in a form, in Basic and in a shell.
const SECRET: &str = "p@ss:w/ord+%20 'q\"\\";
/// Sent as it is, it reads the same form-decoded.
const PLAIN_SECRET: &str = "plain-secret_0.9";
const TENANTS: &str = "Acme\nGlobex\nInitech\n";

const METHODS: [(ClientAuthentication, &str); 3] = [
    (ClientAuthentication::ClientSecretBasic, SECRET),
    (ClientAuthentication::ClientSecretBasicRaw, PLAIN_SECRET),
    (ClientAuthentication::ClientSecretPost, SECRET),
];

fn options(port: Port, client_id: &str, secret: &str, allowed: &[&str]) -> Options {
    let application =
        NewApplication::service("demo", Level::Global, allowed).with_credentials(client_id, secret);
    Options { port, record: true, applications: vec![application], ..Options::default() }
}

fn practice(secret: &str) -> Practice {
    Practice::start(options(Port::Any, "svc demo", secret, &["openid", "admin:read"])).unwrap()
}

fn context(base: &str, client_id: &str, client_authentication: ClientAuthentication) -> SampleContext {
    SampleContext {
        token_endpoint: format!("{base}/api/v1/platform/oauth/token"),
        tenants_url: format!("{base}/api/v1/admin/tenants/"),
        client_id: client_id.to_owned(),
        scopes: vec!["openid".to_owned(), "admin:read".to_owned()],
        client_authentication,
    }
}

/// A sample on the disk, ready to be run.
struct Program {
    directory: TempDir,
    command: Vec<String>,
}

impl Program {
    /// `None` for Rust, which cargo compiles.
    fn new(language: &str, text: &str) -> Option<Program> {
        let directory = tempfile::tempdir().unwrap();
        let command: &[&str] = match language {
            "curl" => &["bash", "token_loop.sh"],
            "python" => &["python3", "token_loop.py"],
            "typescript" => &["node", "token_loop.js"],
            _ => return None,
        };
        let file = command[1].replace(".js", ".ts");
        std::fs::write(directory.path().join(file), text).unwrap();
        if language == "typescript" {
            compile(directory.path());
        }
        Some(Program { directory, command: command.iter().map(|&part| part.to_owned()).collect() })
    }

    fn command(&self, secret: &str) -> Command {
        let mut command = Command::new(&self.command[0]);
        command.args(&self.command[1..]).current_dir(self.directory.path());
        with_secret(&mut command, secret);
        command
    }
}

fn with_secret(command: &mut Command, secret: &str) {
    command.env("CLIENT_SECRET", secret).env("no_proxy", "127.0.0.1").env("NO_PROXY", "127.0.0.1");
}

/// Checks the types as strictly as a reader's project may, and writes JavaScript.
fn compile(directory: &Path) {
    let modules = concat!(env!("CARGO_MANIFEST_DIR"), "/../ui/node_modules");
    let output = Command::new("node")
        .arg(format!("{modules}/typescript/bin/tsc"))
        .args(
            "--strict --noUnusedLocals --noUncheckedIndexedAccess --skipLibCheck --target es2022".split(' '),
        )
        .args("--module commonjs --lib es2022 --types node --typeRoots".split(' '))
        .args([&format!("{modules}/@types"), "token_loop.ts"])
        .current_dir(directory)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}

fn token_requests(practice: &Practice) -> usize {
    practice.requests().iter().filter(|request| request.path_and_query.ends_with("/token")).count()
}

#[track_caller]
fn check_lists_the_tenants(mut command: Command, practice: &Practice) {
    practice.forget_requests();
    let output = command.output().unwrap();
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{complaints}");
    assert_eq!(String::from_utf8_lossy(&output.stdout), TENANTS, "{complaints}");
    assert_eq!(token_requests(practice), 1);
}

/// Runs it with `--watch` until it has listed the tenants so often, and says how many tokens that took.
fn tokens_for(mut command: Command, practice: &Practice, pause: &str, lists: usize) -> usize {
    practice.forget_requests();
    let mut running = command.args(["--watch", pause]).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(running.stdout.take().unwrap()).lines();
    for _ in 0..lists {
        for name in TENANTS.lines() {
            assert_eq!(lines.next().unwrap().unwrap(), name);
        }
    }
    let tokens = token_requests(practice);
    running.kill().unwrap();
    running.wait().unwrap();
    tokens
}

/// One token serves many calls; one that lives two seconds is asked for again each second.
fn check_watching(command: impl Fn() -> Command, practice: &Practice) {
    assert_eq!(tokens_for(command(), practice, "0.01", 3), 1);
    practice.set_lifetime(2);
    assert!(tokens_for(command(), practice, "1.01", 3) >= 3);
    practice.set_lifetime(3600);
}

#[track_caller]
fn check_a_refusal_is_shown(mut command: Command, practice: &Practice, client_id: &str, secret: &str) {
    practice.set_allowed_scopes(client_id, &["openid"]).unwrap();
    let output = command.output().unwrap();
    practice.set_allowed_scopes(client_id, &["openid", "admin:read"]).unwrap();
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && output.stdout.is_empty());
    assert!(complaints.contains("invalid_scope"), "{complaints}");
    assert!(!complaints.contains(secret));
}

fn check_language(language: &str) {
    for (method, secret) in METHODS {
        let practice = practice(secret);
        let samples = samples(&context(practice.base_url(), "svc demo", method));
        let sample = samples.iter().find(|sample| sample.language == language).unwrap();
        let program = Program::new(language, &sample.text).unwrap();
        check_lists_the_tenants(program.command(secret), &practice);
        if method == ClientAuthentication::ClientSecretBasic {
            check_watching(|| program.command(secret), &practice);
            check_a_refusal_is_shown(program.command(secret), &practice, "svc demo", secret);
        }
    }
}

#[test]
fn curl_lists_the_tenants() {
    check_language("curl");
}

#[test]
fn python_lists_the_tenants() {
    check_language("python");
}

#[test]
fn typescript_lists_the_tenants() {
    check_language("typescript");
}

const FIXED_PORT: u16 = 18_089;

/// The values that the compiled sample was written with.
fn fixed() -> SampleContext {
    let base = format!("http://127.0.0.1:{FIXED_PORT}");
    context(&base, "svc_demo", ClientAuthentication::ClientSecretBasic)
}

/// On the port that stands in the compiled sample. Another run of these tests may have it for a while.
fn practice_on_the_fixed_port() -> Practice {
    let allowed = ["openid", "admin:read"];
    for _ in 0..3_000 {
        match Practice::start(options(Port::Exact(FIXED_PORT), "svc_demo", SECRET, &allowed)) {
            Err(StartError::PortTaken { .. }) => std::thread::sleep(std::time::Duration::from_millis(20)),
            started => return started.unwrap(),
        }
    }
    panic!("port {FIXED_PORT} is taken for a minute");
}

#[test]
fn the_compiled_rust_is_what_the_app_writes() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/quickstart/samples/token_loop.rs");
    let sample = samples(&fixed()).into_iter().find(|sample| sample.language == "rust").unwrap();
    // Set to write it anew after the template was changed.
    if std::env::var_os("WRITE_SAMPLES").as_deref() == Some(OsStr::new("1")) {
        std::fs::write(file, &sample.text).unwrap();
    }
    assert_eq!(std::fs::read_to_string(file).unwrap(), sample.text);
}

#[test]
fn rust_lists_the_tenants() {
    let program = build(&["--example", "token_loop"]).join("examples/token_loop");
    let practice = practice_on_the_fixed_port();
    let command = || {
        let mut command = Command::new(&program);
        with_secret(&mut command, SECRET);
        command
    };
    check_lists_the_tenants(command(), &practice);
    check_watching(command, &practice);
    check_a_refusal_is_shown(command(), &practice, "svc_demo", SECRET);
}
