//! ScaiKey's quickstart, typed as it is documented, against `scaikey practice`.
//!
//! The commands below are the documentation's own text (contract 6.1 and 6.3); only its placeholders are filled in.
//! They run in `bash` with `curl`, `base64` and `python3`, as a reader would run them. `steps` runs what the
//! walkthroughs show, `code` the samples they offer.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "what the tests share fails by panicking, too")]

mod code;
mod steps;

use std::io::{BufRead as _, BufReader, Read as _};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::OnceLock;

use serde_json::{Value, json};
use tempfile::TempDir;

/// Step 2, GLOBAL application.
const REQUEST_A_TOKEN: &str = r#"curl -X POST "$SCAIKEY/api/v1/platform/oauth/token" \
  -u "$CLIENT_ID:$CLIENT_SECRET" \
  -d "grant_type=client_credentials" \
  -d "scope=admin:read""#;

/// Step 2, TENANT application: "same body against" this address.
const TENANT_TOKEN_URL: &str = "$SCAIKEY/api/v1/auth/tenants/{slug}/oauth/token";

/// Step 3.
const DECODE: &str = r#"echo "$ACCESS_TOKEN" | cut -d. -f2 | base64 -d 2>/dev/null | python3 -m json.tool"#;

/// Step 4. The documented code could not be read; inferred from the prose.
const CALL: &str = r#"curl -H "Authorization: Bearer $ACCESS_TOKEN" \
  "$SCAIKEY/api/v1/admin/tenants/""#;

/// `troubleshooting/platform-token-403`, step 3.
const REPAIR: &str = r#"curl -X PATCH "$SCAIKEY/api/v1/admin/applications/<app_id>" \
  -H "Authorization: Bearer <super_admin_token>" \
  -H "Content-Type: application/json" \
  -d '{"allowed_scopes":["openid","admin:read","admin:write"]}'"#;

const REFUSED: &str = r#"{"detail":"Platform token requires admin:read or admin:write scope"}"#;

/// The last line `scaikey practice` prints at its start.
const LAST_LINE: &str = "# Ctrl-C stops it.\n";

/// Builds a program of this workspace, into the directory this test was built into, which is returned.
fn build(what: &[&str]) -> PathBuf {
    // …/target/debug/deps/quickstart-…
    let this = std::env::current_exe().unwrap();
    let profile = this.parent().unwrap().parent().unwrap();
    let mut build = Command::new(env!("CARGO"));
    // With the features of the whole workspace, as the tests are: others would build every dependency anew.
    build
        .args(["build", "--quiet", "--workspace", "--features", "scaikey-companion/custom-protocol"])
        .args(what);
    build.arg("--target-dir").arg(profile.parent().unwrap());
    build.current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
    if profile.ends_with("release") {
        build.arg("--release");
    }
    assert!(build.status().unwrap().success(), "{what:?} does not build");
    profile.to_owned()
}

/// Builds `scaikey` once.
fn scaikey() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| build(&["--bin", "scaikey"]).join("scaikey"))
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// `scaikey practice` running, its lines saved as a reader would save them.
struct Session {
    server: Child,
    directory: TempDir,
}

impl Session {
    fn start(arguments: &[&str]) -> Session {
        let port = free_port().to_string();
        Session::start_plainly(&[&["--port", &port], arguments].concat())
    }

    fn start_plainly(arguments: &[&str]) -> Session {
        let mut command = Command::new(scaikey());
        command.arg("practice").args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut server = command.spawn().unwrap();
        let mut lines = String::new();
        let mut out = BufReader::new(server.stdout.take().unwrap());
        while !lines.ends_with(LAST_LINE) {
            assert_ne!(out.read_line(&mut lines).unwrap(), 0, "it ended after {lines:?}");
        }
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join("practice.env"), lines).unwrap();
        Session { server, directory }
    }

    /// Runs a command in a shell that knows the variables, and `ACCESS_TOKEN`.
    fn bash(&self, command: &str, access_token: &str) -> String {
        let output = Command::new("bash")
            .args(["-c", &format!(". ./practice.env\n{command}")])
            .current_dir(self.directory.path())
            .env("ACCESS_TOKEN", access_token)
            .env("no_proxy", "127.0.0.1")
            .output()
            .unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let complaints = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{command}\n{text}\n{complaints}");
        text
    }

    fn bash_json(&self, command: &str, access_token: &str) -> Value {
        let text = self.bash(command, access_token);
        serde_json::from_str(&text).unwrap_or_else(|_| panic!("not JSON from {command}: {text}"))
    }

    /// The access token of a token request that answers as step 2 says.
    fn token(&self, command: &str, scope: &str) -> String {
        let answer = self.bash_json(command, "");
        let token =
            answer["access_token"].as_str().unwrap_or_else(|| panic!("no token: {answer}")).to_owned();
        let expected =
            json!({ "access_token": token, "token_type": "Bearer", "expires_in": 3600, "scope": scope });
        assert_eq!(answer, expected);
        token
    }

    fn variable(&self, name: &str) -> String {
        self.bash(&format!(r#"printf %s "${name}""#), "")
    }

    /// Sends a signal and waits for the end.
    fn end(mut self, signal: &str) -> Output {
        let pid = self.server.id().to_string();
        assert!(Command::new("kill").args([signal, &pid]).status().unwrap().success());
        let status = self.server.wait().unwrap();
        let mut stderr = Vec::new();
        self.server.stderr.take().unwrap().read_to_end(&mut stderr).unwrap();
        Output { status, stdout: Vec::new(), stderr }
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // An error says that it has ended already.
        drop(self.server.kill());
        drop(self.server.wait());
    }
}

#[test]
fn steps_two_to_four_for_a_global_application() {
    let session = Session::start(&[]);
    let token = session.token(REQUEST_A_TOKEN, "admin:read");

    let claims = session.bash_json(DECODE, &token);
    let client_id = session.variable("CLIENT_ID");
    assert_eq!(claims["sub"], client_id.as_str(), "sub equals client_id for service tokens");
    assert_eq!(claims["client_id"], client_id.as_str());
    assert_eq!(claims["iss"], session.variable("SCAIKEY").as_str());
    assert_eq!(claims["scope"], "admin:read");
    assert_eq!(claims["platform_token"], true);
    assert_eq!(claims["app_scope"], "GLOBAL");
    assert_eq!(claims["token_type"], "client_credentials");
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 3600);
    // The sample's first member.
    assert!(session.bash(DECODE, &token).trim_start_matches(['{', '\n', ' ']).starts_with("\"iss\""));

    let tenants = session.bash(CALL, &token);
    assert!(tenants.contains("tnt_practiceacme") && tenants.contains("\"globex\""), "{tenants}");
    let without_slash = CALL.replace("tenants/", "tenants").replace("curl", "curl --location");
    assert_eq!(session.bash(&without_slash, &token), tenants);
}

#[test]
fn step_two_for_a_tenant_application() {
    let session = Session::start(&[]);
    let command = REQUEST_A_TOKEN
        .replace("$SCAIKEY/api/v1/platform/oauth/token", &TENANT_TOKEN_URL.replace("{slug}", "$TENANT_SLUG"))
        .replace("$CLIENT_ID", "$TENANT_CLIENT_ID")
        .replace("$CLIENT_SECRET", "$TENANT_CLIENT_SECRET")
        .replace("scope=admin:read", "scope=users:read");
    let token = session.token(&command, "users:read");
    let claims = session.bash_json(DECODE, &token);
    assert_eq!(claims["tenant_id"], "tnt_practiceacme");
    assert_eq!(claims["iss"], format!("{}/tenants/tnt_practiceacme", session.variable("SCAIKEY")));
    assert_eq!(claims.get("platform_token"), None);

    // The flavour that is not the application's.
    let crossed = command.replace("auth/tenants/$TENANT_SLUG", "platform");
    assert_eq!(session.bash_json(&crossed, "")["error"], "unauthorized_client");
    let crossed = REQUEST_A_TOKEN.replace("platform", "auth/tenants/$TENANT_SLUG");
    assert_eq!(session.bash_json(&crossed, "")["error"], "unauthorized_client");
}

#[test]
fn the_403_and_its_repair() {
    let session = Session::start(&["--allowed-scopes", "openid"]);
    let without_scope = REQUEST_A_TOKEN.replace(" \\\n  -d \"scope=admin:read\"", "");
    assert!(!without_scope.contains("scope"));
    let old = session.token(&without_scope, "openid");
    assert_eq!(session.bash(CALL, &old), REFUSED);
    assert!(session.bash(&CALL.replace("curl", "curl -i"), &old).starts_with("HTTP/1.1 403 Forbidden\r\n"));
    assert_eq!(session.bash_json(REQUEST_A_TOKEN, "")["error"], "invalid_scope");

    let repair = REPAIR.replace("<app_id>", "$APP_ID").replace("<super_admin_token>", "$ADMIN_TOKEN");
    let repaired = session.bash_json(&repair, "");
    assert_eq!(repaired["allowed_scopes"], json!(["openid", "admin:read", "admin:write"]));

    assert_eq!(session.bash(CALL, &old), REFUSED, "a token made before stays narrow");
    for (command, scope) in
        [(REQUEST_A_TOKEN, "admin:read"), (without_scope.as_str(), "openid admin:read admin:write")]
    {
        let new = session.token(command, scope);
        assert_eq!(session.bash_json(DECODE, &new)["scope"], scope);
        assert!(session.bash(CALL, &new).contains("tnt_practiceacme"));
    }
}

#[test]
fn every_line_is_shell_and_every_variable_is_exported() {
    let session = Session::start(&["--lifetime", "20"]);
    let lines = std::fs::read_to_string(session.directory.path().join("practice.env")).unwrap();
    for line in lines.lines() {
        assert!(line.starts_with("export ") || line.starts_with('#'), "{line}");
    }
    for name in [
        "SCAIKEY",
        "APP_ID",
        "CLIENT_ID",
        "CLIENT_SECRET",
        "TENANT_SLUG",
        "TENANT_CLIENT_ID",
        "TENANT_CLIENT_SECRET",
        "ADMIN_TOKEN",
    ] {
        assert!(!session.bash(&format!("printenv {name}"), "").trim().is_empty(), "{name}");
    }
    assert_eq!(session.bash_json(REQUEST_A_TOKEN, "")["expires_in"], 20);
}

#[test]
fn ctrl_c_and_sigterm_end_it_and_free_its_port() {
    for signal in ["-INT", "-TERM"] {
        let session = Session::start(&[]);
        let address = session.variable("SCAIKEY").replace("http://", "");
        let ended = session.end(signal);
        assert_eq!(ended.status.code(), Some(0), "{signal}");
        assert_eq!(String::from_utf8(ended.stderr).unwrap(), "");
        drop(TcpListener::bind(address).unwrap());
    }
}

#[test]
fn a_taken_port_is_an_error_when_named_and_a_remark_when_not() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let refused = Command::new(scaikey()).args(["practice", "--port", &port]).output().unwrap();
    assert_eq!(refused.status.code(), Some(3));
    assert!(refused.stdout.is_empty());
    assert_eq!(
        String::from_utf8(refused.stderr).unwrap(),
        format!("scaikey: port {port} of 127.0.0.1 is taken\n")
    );

    // Taken by this test, or by somebody else: taken in any case.
    let _default = TcpListener::bind("127.0.0.1:8089");
    let session = Session::start_plainly(&[]);
    let base = session.variable("SCAIKEY");
    let port = base.rsplit(':').next().unwrap().to_owned();
    assert_ne!(port, "8089");
    let ended = session.end("-INT");
    assert_eq!(
        String::from_utf8(ended.stderr).unwrap(),
        format!("scaikey: port 8089 is taken, so it listens on {port}\n")
    );
}

#[test]
fn wrong_arguments_are_exit_code_2() {
    for arguments in [
        &["practice", "--port", "0"][..],
        &["practice", "--port", "70000"],
        &["practice", "--lifetime", "0"],
        &["practice", "--allowed-scopes", "two scopes"],
        &["practise"],
        &[],
    ] {
        let output = Command::new(scaikey()).args(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(output.stdout.is_empty() && !output.stderr.is_empty(), "{arguments:?}");
    }
}

#[test]
fn help_has_examples_and_exit_codes() {
    let output = Command::new(scaikey()).args(["practice", "--help"]).output().unwrap();
    assert!(output.status.success());
    let help = String::from_utf8(output.stdout).unwrap();
    for part in ["Examples:", "Exit codes:", "--port <N>", "--lifetime <SECONDS>", "[default: 3600]"] {
        assert!(help.contains(part), "{part} is not in {help}");
    }
}
