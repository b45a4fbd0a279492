//! The shell: the only Rust that may name Tauri. It chooses the outside world once, starts the companion,
//! opens the window and passes on what goes in and out. What the app *does* is in `scaikey-core`.

mod bridge;
mod clipboard;
mod commands;
mod desktop;
mod diagnostics;
mod export;
mod journal;
mod practice;
mod preferences;
mod walkthroughs;
mod webhook;

use std::process::ExitCode;
use std::sync::Arc;

use scaikey_core::adapters::{ConfigFile, Http, PlatformKeychain, SystemClock};
use scaikey_core::companion::{Companion, Outside};
use tauri::{Manager, RunEvent, WindowEvent};

pub use desktop::IDENTIFIER;

/// What the environment said, read once in `main`.
#[derive(Debug, Clone, Copy)]
pub struct Surroundings {
    /// A WebDriver drives the window. It cannot with an ephemeral web context (wry 0.57).
    pub automation: bool,
}

/// What the commands work with.
struct Desk {
    companion: Companion,
    practice: practice::Host,
    clipboard: clipboard::Guard,
}

/// Opens the window and runs until it is closed.
#[must_use]
pub fn run(surroundings: Surroundings) -> ExitCode {
    let app = tauri::Builder::default()
        // First, so that a second start ends before it touches anything.
        .plugin(tauri_plugin_single_instance::init(|app, _, _| desktop::show_window(app)))
        .plugin(tauri_plugin_clipboard_manager::init())
        .plugin(tauri_plugin_store::Builder::default().build())
        .invoke_handler(commands::all())
        .setup(move |app| {
            journal::start(&app.path().app_log_dir()?)?;
            tracing::info!(version = env!("CARGO_PKG_VERSION"), "started");
            let clock = Arc::new(SystemClock);
            let config_dir = app.path().app_config_dir()?;
            let companion = tauri::async_runtime::block_on(async {
                Companion::start(Outside {
                    clock: clock.clone(),
                    secrets: Box::new(PlatformKeychain::new(IDENTIFIER)),
                    config: Box::new(ConfigFile::new(&config_dir, clock.clone())),
                    http: Http::new(concat!("ScaiKey-Companion/", env!("CARGO_PKG_VERSION"))),
                })
            });
            bridge::start(app.handle(), &companion);
            // All state before the window: a command that comes before its state panics (tauri#11949).
            app.manage(Desk {
                companion,
                practice: practice::Host::default(),
                clipboard: clipboard::Guard::new(app.handle().clone(), clock),
            });
            practice::start_saved(app.handle());
            desktop::quit_when_told(app.handle());
            desktop::open_window(app.handle(), surroundings)?;
            Ok(())
        })
        .build(tauri::generate_context!());
    let app = match app {
        Ok(app) => app,
        Err(error) => {
            // There is no window to say it in.
            use std::io::Write as _;
            let _ = writeln!(std::io::stderr().lock(), "ScaiKey Companion cannot start: {error}");
            return ExitCode::FAILURE;
        }
    };
    app.run(|app, event| match event {
        RunEvent::WindowEvent { event: WindowEvent::CloseRequested { api, .. }, .. } => {
            api.prevent_close();
            desktop::quit(app);
        }
        // Quit from a menu or by the system; our own exit comes with a code.
        RunEvent::ExitRequested { code: None, api, .. } => {
            api.prevent_exit();
            desktop::quit(app);
        }
        _ => {}
    });
    ExitCode::SUCCESS
}
