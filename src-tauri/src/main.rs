//! The window of ScaiKey Companion.
// No console window beside it on Windows.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

use std::process::ExitCode;

use scaikey_companion::Surroundings;

fn main() -> ExitCode {
    #[cfg(target_os = "linux")]
    linux::prepare();
    scaikey_companion::run(Surroundings { automation: is_set("TAURI_AUTOMATION") })
}

#[expect(clippy::disallowed_methods, reason = "the environment is read here, once")]
fn is_set(name: &str) -> bool {
    std::env::var(name).is_ok()
}

#[cfg(target_os = "linux")]
mod linux {
    /// With it WebKitGTK shows an empty window on NVIDIA and other drivers (tauri#9394).
    const RENDERER: &str = "WEBKIT_DISABLE_DMABUF_RENDERER";

    /// What must be done before any thread runs and before GTK starts.
    pub(crate) fn prepare() {
        if !super::is_set(RENDERER) {
            // GLib's own way to set a variable; no thread runs yet that could read it meanwhile. Where it
            // fails, the window is tried without.
            let _ = glib::setenv(RENDERER, "1", false);
        }
        // What a plugin or the web view writes is the user's alone too.
        rustix::process::umask(rustix::fs::Mode::RWXG | rustix::fs::Mode::RWXO);
        if !cfg!(debug_assertions) {
            keep_secrets_out_of_dumps();
        }
    }

    /// No core file and no attaching: memory may hold secrets. Where the system refuses, the app still runs.
    fn keep_secrets_out_of_dumps() {
        use rustix::process::{DumpableBehavior, Resource, Rlimit, set_dumpable_behavior, setrlimit};
        let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
        let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
    }
}
