//! Checks what is needed and installs what is missing. On Debian and its relatives that includes the system's
//! packages; elsewhere it says which they are.

use std::fs;
use std::process::{Command, Stdio};

use crate::process::{NPM, first_line, line, run};
use crate::say::say;
use crate::{Failure, Root, deny, page, providers};

/// The oldest versions that will do.
const RUST: (u32, u32) = (1, 90);
const NODE: (u32, u32) = (20, 19);

/// What the window is linked with.
const WINDOW: &[&str] = &[
    "build-essential",
    "libayatana-appindicator3-dev",
    "libgtk-3-dev",
    "librsvg2-dev",
    "libwebkit2gtk-4.1-dev",
    "libxdo-dev",
    "pkg-config",
];

/// What the tests run beside it: a screen, a bus, a keychain, a driver for the window, a look at the clipboard,
/// the quickstart's `curl` and `jq`, Python for the other providers.
const TESTS: &[&str] =
    &["curl", "dbus", "git", "gnome-keyring", "jq", "python3-venv", "webkit2gtk-driver", "xclip", "xvfb"];

/// What the setup is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// To open the window, or to package it.
    Window,
    /// To test it.
    Tests,
}

/// `cargo xtask setup`
pub(crate) fn everything(root: &Root) -> Result<(), Failure> {
    prepare(root, Purpose::Tests)?;
    deny::Tool::begin(root)?.ready()?;
    say("Everything is there. Next: `cargo xtask run` or `cargo xtask test`.");
    Ok(())
}

/// What comes before each of the other tasks. It takes no time when everything is there.
pub(crate) fn prepare(root: &Root, purpose: Purpose) -> Result<(), Failure> {
    let npm = first_line(NPM, &["--version"]).ok_or("npm is not there. It comes with Node.");
    let wanted = [
        check("Rust", RUST, first_line("rustc", &["--version"]), "`rustup update stable`, or rustup.rs"),
        check("Node", NODE, first_line("node", &["--version"]), "nodejs.org, or your system's packages"),
        npm.map(drop).map_err(str::to_owned),
    ];
    let missing: Vec<String> = wanted.into_iter().filter_map(Result::err).collect();
    if !missing.is_empty() {
        return Err(missing.join("\n").into());
    }
    system_packages(purpose)?;
    page::install(root)?;
    match purpose {
        Purpose::Window => Ok(()),
        Purpose::Tests => providers::install(root),
    }
}

/// Whether a version is there and new enough.
fn check(name: &str, wanted: (u32, u32), found: Option<String>, from: &str) -> Result<(), String> {
    let needed = format!("{name} {}.{} or newer is needed", wanted.0, wanted.1);
    match found {
        None => Err(format!("{needed}, and there is none. Get it from {from}.")),
        Some(found) if version(&found) < Some(wanted) => {
            Err(format!("{needed}, and this is `{found}`. Get it from {from}."))
        }
        Some(_) => Ok(()),
    }
}

/// The first two numbers of `rustc 1.95.0 (…)` or `v20.20.2`.
fn version(text: &str) -> Option<(u32, u32)> {
    let word = text.split_whitespace().find(|word| word.contains(|c: char| c.is_ascii_digit()))?;
    let mut numbers = word.trim_start_matches('v').split('.').map(str::parse);
    Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
}

fn system_packages(purpose: Purpose) -> Result<(), Failure> {
    if cfg!(target_os = "macos") {
        return match first_line("xcode-select", &["-p"]) {
            Some(_) => Ok(()),
            None => Err("The Xcode command line tools are needed: `xcode-select --install`.".into()),
        };
    }
    if !cfg!(target_os = "linux") {
        return Ok(());
    }
    let wanted: Vec<&str> = match purpose {
        Purpose::Window => WINDOW.to_vec(),
        Purpose::Tests => [WINDOW, TESTS].concat(),
    };
    let system = fs::read_to_string("/etc/os-release").unwrap_or_default();
    if is_debian(&system) { install_on_debian(&wanted) } else { say_what_to_install(&wanted) }
}

/// Whether `/etc/os-release` is Debian's or a relative's.
fn is_debian(release: &str) -> bool {
    let values = release.lines().filter_map(|line| line.split_once('='));
    let names = values.filter(|(key, _)| matches!(*key, "ID" | "ID_LIKE"));
    let mut words = names.flat_map(|(_, value)| value.trim_matches('"').split_whitespace());
    words.any(|word| matches!(word, "debian" | "ubuntu"))
}

fn install_on_debian(wanted: &[&str]) -> Result<(), Failure> {
    // It fails when it does not know one of the names, and still tells about the others.
    let known = Command::new("dpkg-query")
        .args(["--show", "--showformat=${db:Status-Status} ${Package}\n"])
        .args(wanted)
        .stderr(Stdio::null())
        .output()?;
    let known = String::from_utf8_lossy(&known.stdout).into_owned();
    let installed = |package: &str| known.lines().any(|line| line == format!("installed {package}"));
    let missing: Vec<&str> = wanted.iter().copied().filter(|package| !installed(package)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    say(&format!("Installing system packages: {}", missing.join(" ")));
    let root = first_line("id", &["-u"]).is_some_and(|id| id == "0");
    let apt = |arguments: &[&str]| {
        let mut command = Command::new(if root { "env" } else { "sudo" });
        if !root {
            command.arg("env");
        }
        command.args(["DEBIAN_FRONTEND=noninteractive", "apt-get", "--quiet"]).args(arguments);
        command
    };
    run(&mut apt(&["update"]))?;
    let mut install = apt(&["install", "--yes", "--no-install-recommends"]);
    install.args(&missing);
    run(&mut install).map_err(|why| format!("{why}\nTo try it by hand: {}", line(&install)).into())
}

fn say_what_to_install(debian: &[&str]) -> Result<(), Failure> {
    if first_line("pkg-config", &["--exists", "webkit2gtk-4.1", "gtk+-3.0", "librsvg-2.0"]).is_some() {
        return Ok(());
    }
    let names = debian.join(" ");
    Err(format!(
        "WebKitGTK 4.1 and what belongs to it are needed to build the window. On Debian the packages are\n  {names}\n\
         on Fedora\n  webkit2gtk4.1-devel gtk3-devel librsvg2-devel libappindicator-gtk3-devel libxdo-devel\n\
         on Arch\n  webkit2gtk-4.1 gtk3 librsvg libappindicator-gtk3 xdotool base-devel\n\
         Install them, then run this again."
    )
    .into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read() {
        for (text, wanted) in [
            ("rustc 1.95.0 (59807616e 2026-04-14)", Some((1, 95))),
            ("v20.20.2", Some((20, 20))),
            ("rustc 1.91.0-nightly", Some((1, 91))),
            ("nothing", None),
        ] {
            assert_eq!(version(text), wanted, "{text}");
        }
    }

    #[test]
    fn an_old_version_is_named() {
        let told = check("Node", NODE, Some("v18.19.0".to_owned()), "x").unwrap_err();
        assert!(told.contains("20.19") && told.contains("v18.19.0"), "{told}");
        assert_eq!(check("Node", NODE, Some("v20.19.0".to_owned()), "x"), Ok(()));
        assert!(check("Node", NODE, None, "x").is_err());
    }

    #[test]
    fn relatives_of_debian_are_known() {
        assert!(is_debian("NAME=\"Debian GNU/Linux\"\nID=debian\n"));
        assert!(is_debian("ID=linuxmint\nID_LIKE=\"ubuntu debian\"\n"));
        assert!(!is_debian("ID=fedora\nHOME_URL=\"https://debian.example\"\n"));
    }
}
