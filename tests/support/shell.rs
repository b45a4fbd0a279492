//! Runs copied commands as a user would: in the system's shell, with the variables set.

use std::path::Path;

use tokio::process::Command;

/// What a copied curl command got.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ran {
    /// The status; 0 where no answer came.
    pub status: u16,
    /// The body.
    pub body: String,
}

/// Runs a copied curl command in `sh`, with these variables set.
///
/// # Panics
/// If there is no `sh` or no curl.
pub async fn run_curl(command: &str, variables: &[(&str, &str)]) -> Ran {
    // The command itself stays as it was copied; around it curl is made quiet, direct and told to say the status.
    let script =
        format!("curl() {{ command curl -sS --noproxy '*' -w '\\n%{{http_code}}' \"$@\"; }}\n{command}\n");
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(script).envs(variables.iter().copied());
    let output = shell.output().await.expect("sh runs");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let (body, status) = said.rsplit_once('\n').unwrap_or(("", said.as_str()));
    let errors = String::from_utf8_lossy(&output.stderr);
    let status = status.parse().unwrap_or_else(|_| panic!("curl did not run: {errors}"));
    Ran { status, body: body.to_owned() }
}

/// Runs any copied command in `sh` in this folder, with these variables set, and returns what it printed.
///
/// # Panics
/// If there is no `sh`, or the command fails.
pub async fn run(command: &str, variables: &[(&str, &str)], folder: &Path) -> String {
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(command).envs(variables.iter().copied()).current_dir(folder);
    let output = shell.output().await.expect("sh runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}
