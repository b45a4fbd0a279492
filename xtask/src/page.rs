//! The page: its packages, and its build when the sources are newer.

use std::fs;
use std::path::Path;
use std::time::SystemTime;

use crate::process::{npm, run};
use crate::{Failure, Root};

/// `npm ci`, when the lock file is another than the last time.
pub(crate) fn install(root: &Root) -> Result<(), Failure> {
    let lock = root.ui().join("package-lock.json");
    let wanted = fs::read(&lock).map_err(|why| format!("{}: {why}", lock.display()))?;
    let stamp = root.notes().join("package-lock.json");
    let there = root.ui().join("node_modules").is_dir();
    if there && fs::read(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    run(&mut npm(root, &["ci", "--no-audit", "--no-fund"]))?;
    fs::create_dir_all(root.notes())?;
    fs::write(stamp, wanted)?;
    Ok(())
}

/// `npm run build`, when a source is newer than what was built.
pub(crate) fn build(root: &Root) -> Result<(), Failure> {
    let ui = root.ui();
    let built = fs::metadata(ui.join("dist/index.html")).and_then(|page| page.modified()).ok();
    if built.is_some() && newest(&ui)? <= built {
        return Ok(());
    }
    run(&mut npm(root, &["run", "build"]))
}

/// When the newest file was changed that the build reads.
fn newest(folder: &Path) -> Result<Option<SystemTime>, Failure> {
    let mut newest = None;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let changed = match entry.file_type()?.is_dir() {
            true if name == "node_modules" || name == "dist" => None,
            true => self::newest(&entry.path())?,
            false => Some(entry.metadata()?.modified()?),
        };
        newest = newest.max(changed);
    }
    Ok(newest)
}
