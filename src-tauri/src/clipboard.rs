//! The clipboard: what we put there is read back, marked as secret, and taken away again if it is still ours.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use scaikey_core::contract::AppError;
use scaikey_core::ports::Clock;
use scaikey_core::secret::Secret;
use tauri::AppHandle;
use tauri_plugin_clipboard_manager::ClipboardExt as _;

/// Another program may hold the clipboard open for a moment (Windows): try this often.
const TRIES: u32 = 8;
/// The pause between two tries.
const PAUSE: Duration = Duration::from_millis(25);
/// How often the clock is looked at while a text waits to be cleared: a suspend must not prolong it.
const SLICE_MS: i64 = 5_000;

/// What we put on the clipboard last: recognised by its fingerprint, so that the text itself is not kept.
struct Ours {
    fingerprint: [u8; 32],
    generation: u64,
}

/// Writes to the clipboard and clears it again.
#[derive(Clone)]
pub(crate) struct Guard {
    app: AppHandle,
    clock: Arc<dyn Clock>,
    ours: Arc<Mutex<Option<Ours>>>,
    /// How many secrets were put there in this run: the number of a copy only ever rises, so that the timer of
    /// an older one never clears a newer one.
    copies: Arc<AtomicU64>,
}

impl Guard {
    pub(crate) fn new(app: AppHandle, clock: Arc<dyn Clock>) -> Self {
        Self { app, clock, ours: Arc::default(), copies: Arc::default() }
    }

    /// Puts a secret on the clipboard, asks the system to keep it out of the history, reads it back, and clears
    /// it after `clear_after` seconds if it is still ours. Returns when that will be, in Unix milliseconds.
    pub(crate) async fn put_secret(
        &self,
        text: Secret,
        clear_after: Option<u32>,
    ) -> Result<Option<i64>, AppError> {
        let generation = self.remember(&text);
        if let Err(error) = self.write(text, true).await {
            // It may be there all the same: written, and not read back as it should be.
            self.clear_if_ours().await;
            return Err(error);
        }
        let Some(seconds) = clear_after else { return Ok(None) };
        let now = self.clock.now();
        let wait = i64::from(seconds) * 1_000;
        self.clear_later(generation, now.boot + wait);
        Ok(Some(now.wall + wait))
    }

    /// Remembers a text as the last one of ours, by its fingerprint. Returns its number.
    fn remember(&self, text: &Secret) -> u64 {
        let mut ours = self.ours.lock().unwrap_or_else(PoisonError::into_inner);
        let generation = self.copies.fetch_add(1, Ordering::Relaxed);
        *ours = Some(Ours { fingerprint: text.fingerprint(), generation });
        generation
    }

    /// Puts a text on the clipboard that is no secret.
    pub(crate) async fn put_text(&self, text: String) -> Result<(), AppError> {
        self.write(Secret::new(text), false).await
    }

    async fn write(&self, text: Secret, secret: bool) -> Result<(), AppError> {
        let app = self.app.clone();
        let work = move || {
            let mut last = String::new();
            for attempt in 0..TRIES {
                if attempt > 0 {
                    std::thread::sleep(PAUSE);
                }
                let clipboard = app.clipboard();
                let written = if secret {
                    clipboard.write_secret(text.expose())
                } else {
                    clipboard.write_text(text.expose())
                };
                match written.and_then(|()| clipboard.read_text()) {
                    Ok(read) if read == text.expose() => return Ok(()),
                    Ok(_) => last = "it holds something else when read back".to_owned(),
                    Err(error) => last = error.to_string(),
                }
            }
            Err(AppError::Clipboard { detail: last })
        };
        // Not on the main thread: reading there can deadlock on Linux.
        let done = tauri::async_runtime::spawn_blocking(work).await;
        done.unwrap_or_else(|error| Err(AppError::Clipboard { detail: error.to_string() }))
    }

    /// Clears at a time of the boot clock, unless something newer was copied meanwhile.
    fn clear_later(&self, generation: u64, at: i64) {
        let guard = self.clone();
        tauri::async_runtime::spawn(async move {
            loop {
                let left = at - guard.clock.now().boot;
                if left <= 0 {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(left.min(SLICE_MS).unsigned_abs())).await;
            }
            let newest = guard
                .ours
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .as_ref()
                .map(|ours| ours.generation);
            if newest == Some(generation) {
                guard.clear_if_ours().await;
            }
        });
    }

    /// Clears the clipboard if it still holds what we put there last.
    pub(crate) async fn clear_if_ours(&self) {
        let Some(ours) = self.ours.lock().unwrap_or_else(PoisonError::into_inner).take() else { return };
        let app = self.app.clone();
        let work = move || {
            let clipboard = app.clipboard();
            let is_ours =
                clipboard.read_text().is_ok_and(|text| Secret::new(text).fingerprint() == ours.fingerprint);
            if is_ours && let Err(error) = clipboard.clear() {
                tracing::warn!(%error, "the clipboard could not be cleared");
            }
        };
        // A panic in there leaves the clipboard as it was.
        let _ = tauri::async_runtime::spawn_blocking(work).await;
    }
}
