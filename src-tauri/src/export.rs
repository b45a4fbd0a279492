//! Saves an export where downloads go.

use std::io::Write as _;
use std::path::PathBuf;

use scaikey_core::adapters::SystemClock;
use scaikey_core::contract::{AppError, ExportReport};
use scaikey_core::ports::Clock as _;
use tauri::{AppHandle, Manager as _};

/// Saves a HAR file under a name that is not taken.
pub(crate) async fn save(app: &AppHandle, har: String, exchanges: u32) -> Result<ExportReport, AppError> {
    let folder = app.path().download_dir().or_else(|_| app.path().home_dir());
    let folder = folder.map_err(|error| storage(PathBuf::new(), &error.to_string()))?;
    let work = move || write(folder, &har);
    let done = tauri::async_runtime::spawn_blocking(work).await;
    let path = done.unwrap_or_else(|error| Err(AppError::Internal { detail: error.to_string() }))?;
    Ok(ExportReport { path: path.display().to_string(), exchanges })
}

fn write(folder: PathBuf, har: &str) -> Result<PathBuf, AppError> {
    std::fs::create_dir_all(&folder).map_err(|error| storage(folder.clone(), &error.to_string()))?;
    let path = folder.join(format!("scaikey-activity-{}.har", SystemClock.now().wall));
    let failed = |error: std::io::Error| storage(path.clone(), &error.to_string());
    // Never over something that is there.
    let mut file = std::fs::File::create_new(&path).map_err(failed)?;
    file.write_all(har.as_bytes()).and_then(|()| file.sync_all()).map_err(failed)?;
    Ok(path)
}

fn storage(path: PathBuf, detail: &str) -> AppError {
    AppError::Storage { path: path.display().to_string(), detail: detail.to_owned() }
}
