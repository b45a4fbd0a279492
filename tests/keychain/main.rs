//! The real Secret Service: gnome-keyring on a D-Bus session of its own, with a home of its own.
//!
//! Where the two are not installed these tests say so and pass; on the machine that decides they are.

#![cfg(target_os = "linux")]

use std::path::Path;
use std::process::{Command, Output};

use scaikey_core::adapters::PlatformKeychain;
use scaikey_core::contract::AppError;
use scaikey_core::model::SecretId;
use scaikey_core::ports::SecretStore;
use scaikey_core::secret::Secret;
use tempfile::TempDir;
use uuid::Uuid;

const SERVICE: &str = "ai.scailabs.scaikey-companion.test";

/// Starts and unlocks a keyring (it is created with this password), then becomes the test.
const UNLOCKED: &str = "printf test | gnome-keyring-daemon --unlock --components=secrets >/dev/null";

/// A session of its own.
struct Session {
    home: TempDir,
    run: TempDir,
}

impl Session {
    fn new() -> Option<Self> {
        let installed = |program: &str| {
            let paths = std::env::var_os("PATH").unwrap_or_default();
            std::env::split_paths(&paths).any(|path| path.join(program).is_file())
        };
        if !installed("dbus-run-session") || !installed("gnome-keyring-daemon") {
            support::not_there("dbus or gnome-keyring is not installed");
            return None;
        }
        Some(Self {
            home: tempfile::tempdir().expect("a directory"),
            run: tempfile::tempdir().expect("a directory"),
        })
    }

    fn prepare<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        let home: &Path = self.home.path();
        command
            .env("HOME", home)
            .env("XDG_DATA_HOME", home.join(".local/share"))
            .env("XDG_CACHE_HOME", home.join(".cache"))
            .env("XDG_CONFIG_HOME", home.join(".config"))
            .env("XDG_RUNTIME_DIR", self.run.path())
            .env_remove("DBUS_SESSION_BUS_ADDRESS")
            .env_remove("GNOME_KEYRING_CONTROL")
            .env_remove("DISPLAY")
            .env_remove("WAYLAND_DISPLAY")
    }

    /// Runs one of the inner tests in a D-Bus session, behind a script.
    fn run(&self, script: &str, inner: &str) {
        let mut command = Command::new("dbus-run-session");
        command.args(["--", "timeout", "60", "bash", "-c", &format!("{script}; exec \"$0\" \"$@\"")]);
        check(
            self.prepare(command.arg(std::env::current_exe().expect("this program")).args(inner_test(inner)))
                .output(),
        );
    }

    /// Runs one of the inner tests without any session.
    fn run_without_a_bus(&self, inner: &str) {
        let mut command = Command::new(std::env::current_exe().expect("this program"));
        check(self.prepare(command.args(inner_test(inner))).output());
    }
}

fn inner_test(name: &str) -> [&str; 4] {
    ["--ignored", "--exact", name, "--nocapture"]
}

fn check(output: std::io::Result<Output>) {
    let output = output.expect("a process");
    let said =
        format!("{}\n{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
}

fn id() -> SecretId {
    SecretId(Uuid::from_u128(7))
}

/// What is hard to keep: more than one entry, and characters that keyrings have been seen to spoil.
fn awkward() -> Secret {
    Secret::new(format!(" \n\0🔑-----BEGIN X-----\n{}\n ", "0123456789".repeat(500)))
}

#[test]
fn a_secret_is_there_after_a_restart_of_the_program_and_of_the_keyring() {
    let Some(session) = Session::new() else { return };
    session.run(UNLOCKED, "inner_set");
    // A session of its own each time, so a new daemon too: it reads what the first one left on the disk.
    session.run(UNLOCKED, "inner_get");
    session.run(UNLOCKED, "inner_delete");
    session.run(UNLOCKED, "inner_missing");
}

#[test]
fn f_key_4_a_restarted_daemon_is_connected_to_again() {
    let Some(session) = Session::new() else { return };
    session.run(UNLOCKED, "inner_restart_of_the_daemon");
}

#[test]
fn f_key_3_a_keyring_that_nobody_unlocks_is_locked() {
    let Some(session) = Session::new() else { return };
    session.run(UNLOCKED, "inner_set");
    // Started by the bus when it is asked for, and not unlocked. There is nobody to ask for the password.
    session.run("gnome-keyring-daemon --start --components=secrets >/dev/null", "inner_locked");
}

#[test]
fn f_key_1_no_bus_is_a_missing_keychain() {
    let Some(session) = Session::new() else { return };
    session.run_without_a_bus("inner_no_keychain");
}

#[test]
fn f_key_1_no_secret_service_on_the_bus_is_a_missing_keychain() {
    let Some(session) = Session::new() else { return };
    // A bus that knows of no service to start.
    let config = session.home.path().join("bus.conf");
    let text = "<!DOCTYPE busconfig PUBLIC \"-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN\" \
                \"http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd\">\
                <busconfig><type>session</type><listen>unix:tmpdir=/tmp</listen><policy context=\"default\">\
                <allow send_destination=\"*\"/><allow eavesdrop=\"true\"/><allow own=\"*\"/></policy></busconfig>";
    std::fs::write(&config, text).unwrap();
    let mut command = Command::new("dbus-run-session");
    command.arg("--config-file").arg(&config).args(["--", "timeout", "60"]);
    command.arg(std::env::current_exe().unwrap()).args(inner_test("inner_no_keychain"));
    check(session.prepare(&mut command).output());
}

#[test]
#[ignore = "run in a session of its own"]
fn inner_set() {
    let keychain = PlatformKeychain::new(SERVICE);
    keychain.set(id(), &Secret::new("an older one")).unwrap();
    keychain.set(id(), &awkward()).unwrap();
    assert_eq!(keychain.get(id()).unwrap(), awkward());
}

#[test]
#[ignore = "run in a session of its own"]
fn inner_get() {
    assert_eq!(PlatformKeychain::new(SERVICE).get(id()).unwrap(), awkward());
}

#[test]
#[ignore = "run in a session of its own"]
fn inner_delete() {
    PlatformKeychain::new(SERVICE).delete(id()).unwrap();
}

#[test]
#[ignore = "run in a session of its own"]
fn inner_missing() {
    let keychain = PlatformKeychain::new(SERVICE);
    assert_eq!(keychain.get(id()), Err(AppError::SecretMissing));
    keychain.delete(id()).unwrap();
}

#[test]
#[ignore = "run in a session of its own"]
fn inner_restart_of_the_daemon() {
    let keychain = PlatformKeychain::new(SERVICE);
    keychain.set(id(), &awkward()).unwrap();
    // `--replace` takes the place of the running one; the session the keychain's connection had is gone with it.
    let script = "printf test | gnome-keyring-daemon --replace --unlock --components=secrets >/dev/null";
    assert!(Command::new("bash").args(["-c", script]).status().unwrap().success());
    assert_eq!(keychain.get(id()).unwrap(), awkward());
    keychain.set(id(), &Secret::new("after")).unwrap();
}

#[test]
#[ignore = "run in a session of its own"]
fn inner_locked() {
    let keychain = PlatformKeychain::new(SERVICE);
    assert_eq!(keychain.get(id()), Err(AppError::KeychainLocked));
    let other = SecretId(Uuid::from_u128(8));
    assert_eq!(keychain.set(other, &Secret::new("x")), Err(AppError::KeychainLocked));
}

#[test]
#[ignore = "run in a session of its own"]
fn inner_no_keychain() {
    let keychain = PlatformKeychain::new(SERVICE);
    for _ in 0..2 {
        let error = keychain.get(id()).unwrap_err();
        assert!(matches!(error, AppError::KeychainMissing { .. }), "{error:?}");
    }
}
