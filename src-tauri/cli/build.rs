//! Links the unwinder into the program on Linux, as `gcc -static-libgcc` does. Rust would load it as a library of its
//! own at each start, a tenth of what `scaikey decode` takes (`cargo xtask bench decode`). Where the compiler has no
//! such archive, it is loaded.

use std::env;
use std::io::{self, Write as _};
use std::path::Path;
use std::process::Command;

/// The unwinder's archive. Its name is no usual one for a linker, so it is given as it is.
const ARCHIVE: &str = "libgcc_eh.a";

fn main() -> io::Result<()> {
    let mut cargo = io::stdout().lock();
    writeln!(cargo, "cargo::rerun-if-changed=build.rs")?;
    if let Some(folder) = folder() {
        writeln!(cargo, "cargo::rustc-link-search=native={folder}")?;
        writeln!(cargo, "cargo::rustc-link-lib=static:+verbatim={ARCHIVE}")?;
    }
    Ok(())
}

/// Where the compiler has it; `None` where it has none, or something else is built for.
fn folder() -> Option<String> {
    let gnu = variable("CARGO_CFG_TARGET_OS")? == "linux" && variable("CARGO_CFG_TARGET_ENV")? == "gnu";
    let native = variable("HOST")? == variable("TARGET")?;
    if !gnu || !native {
        return None;
    }
    let answer = Command::new("cc").arg(format!("-print-file-name={ARCHIVE}")).output().ok()?;
    let path = String::from_utf8(answer.stdout).ok()?;
    // A compiler that does not know it answers with the name alone.
    let folder = Path::new(path.trim()).parent().filter(|folder| folder.is_absolute())?;
    folder.to_str().map(str::to_owned)
}

#[expect(clippy::disallowed_methods, reason = "this is how cargo tells a build script what is built")]
fn variable(name: &str) -> Option<String> {
    env::var(name).ok()
}
