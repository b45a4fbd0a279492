//! `scaikey decode` beside `jwt decode` of the crate `jwt-cli`, as whole processes: from the start to the end that
//! was waited for, in turns, what they write thrown away. Both are copied first, as an installation does: how a
//! linker wrote a file decides how fast the system can load it.
//!
//! `cargo xtask bench decode` installs what is compared and passes it on: `… <jwt>`.

use std::error::Error;
use std::ffi::OsStr;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use scaikey_core::adapters::SystemClock;
use scaikey_practice::{Options, Practice};
use serde_json::{Value, json};

/// How often each is run, in turns.
const RUNS: usize = 1_000;

/// What ours may take of what the other takes.
const AIM: f64 = 1.0;

/// What one argument may be long on Linux (`MAX_ARG_STRLEN`) leaves room for this many groups, 100 KB.
const GROUPS: usize = 1_170;

/// The token's life, in seconds: longer than the measuring.
const LIFE: i64 = 86_400;

/// Milliseconds of each run, the shortest first.
type Times = Vec<f64>;

fn main() -> Result<(), Box<dyn Error>> {
    // Cargo adds `--bench`.
    let mut words = std::env::args_os().skip(1).filter(|word| word != "--bench");
    let other = words.next().ok_or("the path of jwt-cli's program is missing: cargo xtask bench decode")?;
    let folder = tempfile::tempdir()?;
    let installed = |program: &OsStr, name: &str| -> io::Result<PathBuf> {
        let path = folder.path().join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
        fs::copy(program, &path)?;
        Ok(path)
    };
    let ours = installed(OsStr::new(env!("CARGO_BIN_EXE_scaikey")), "scaikey")?;
    let other = installed(&other, "jwt")?;

    let practice = Practice::start(Options::for_tests())?;
    let (short, long) = (practice.sign(&claims(0))?, practice.sign(&claims(GROUPS))?);
    let keys = folder.path().join("keys.json");
    fs::write(&keys, practice.jwks().to_string())?;
    drop(practice);

    let mut out = std::io::stdout().lock();
    writeln!(out, "scaikey decode beside jwt decode, whole processes, {RUNS} runs each in turns")?;
    for (name, token, keys) in [
        ("decoded", &short, None),
        ("and verified", &short, Some(keys.as_path())),
        ("decoded", &long, None),
        ("and verified", &long, Some(keys.as_path())),
    ] {
        let (ours, other) = in_turns(&mut scaikey(&ours, token, keys), &mut jwt(&other, token, keys))?;
        let length = token.len();
        for (which, share, aim) in
            [("shortest", 0.0, format!("  aim: {AIM} x")), ("median", 0.5, String::new())]
        {
            let (ours, other) = (quantile(&ours, share), quantile(&other, share));
            let ratio = ours / other;
            writeln!(
                out,
                "  {name:<12} {length:>7} characters, {which:<8} {ours:>7.3} ms to {other:>7.3} ms {ratio:>6.2} x{aim}"
            )?;
        }
    }
    Ok(())
}

fn claims(groups: usize) -> Value {
    let now = SystemClock.wall() / 1_000;
    let groups: Vec<Value> = (0..groups)
        .map(|n| json!({ "id": format!("grp_{n:06}"), "name": "Group “ä”", "since": now - 1 }))
        .collect();
    json!({
        "iss": "https://auth.example.org/tenants/t_01", "sub": "svc_deploy", "client_id": "svc_deploy",
        "aud": ["https://api.example.org"], "iat": now, "exp": now + LIFE, "scope": "jobs:read jobs:write",
        "groups": groups,
    })
}

fn scaikey(program: &Path, token: &str, keys: Option<&Path>) -> (Command, i32) {
    let mut command = Command::new(program);
    command.args(["decode", token]);
    if let Some(keys) = keys {
        command.arg("--jwks").arg(keys);
    }
    // Decoded, but not checked, is 3.
    (command, if keys.is_some() { 0 } else { 3 })
}

fn jwt(program: &Path, token: &str, keys: Option<&Path>) -> (Command, i32) {
    let mut command = Command::new(program);
    command.arg("decode");
    if let Some(keys) = keys {
        command.arg("--secret").arg(format!("@{}", keys.display())).args(["--alg", "RS256"]);
    }
    command.arg(token);
    (command, 0)
}

/// Runs both in turns, each as often, the first of each not counted.
fn in_turns(one: &mut (Command, i32), other: &mut (Command, i32)) -> Result<(Times, Times), Box<dyn Error>> {
    let mut times = (Vec::with_capacity(RUNS), Vec::with_capacity(RUNS));
    run(one)?;
    run(other)?;
    for _ in 0..RUNS {
        times.0.push(run(one)?);
        times.1.push(run(other)?);
    }
    times.0.sort_by(f64::total_cmp);
    times.1.sort_by(f64::total_cmp);
    Ok(times)
}

/// What a run takes, in milliseconds; it must end as it should.
#[expect(clippy::disallowed_methods, reason = "a benchmark reads the clock")]
fn run((command, code): &mut (Command, i32)) -> Result<f64, Box<dyn Error>> {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let begin = Instant::now();
    let status = command.status()?;
    let took = begin.elapsed().as_secs_f64() * 1_000.0;
    if status.code() == Some(*code) {
        Ok(took)
    } else {
        Err(format!("`{}` ended with {status}", command.get_program().to_string_lossy()).into())
    }
}

fn quantile(sorted: &[f64], share: f64) -> f64 {
    let last = sorted.len().saturating_sub(1) as f64;
    sorted.get((last * share).round() as usize).copied().unwrap_or(f64::NAN)
}
