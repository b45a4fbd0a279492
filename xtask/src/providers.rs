//! What others wrote and the tests ask: the authorization servers of `tests/providers`, one from npm and one from
//! PyPI, and the JOSE library that `tests/jwt` compares with.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::process::{NPM, program, run};
use crate::{Failure, Root};

/// Installs them, each when its list of packages is another than the last time.
pub(crate) fn install(root: &Root) -> Result<(), Failure> {
    let tests = root.folder.join("tests");

    for (name, folder) in [("oidc-provider", "providers/oidc-provider"), ("jose", "jwt/jose")] {
        let node = tests.join(folder);
        let list = node.join("package-lock.json");
        when_changed(root, name, &list, &node.join("node_modules"), || {
            let mut install = program(NPM, &node);
            run(install.args(["ci", "--no-audit", "--no-fund"]))
        })?;
    }

    let list = tests.join("providers/django/requirements.txt");
    let venv = root.target.join("providers/venv");
    when_changed(root, "django", &list, &venv, || {
        let python = if cfg!(windows) { "python" } else { "python3" };
        let mut create = program(python, &root.folder);
        run(create.args(["-m", "venv", "--clear"]).arg(&venv))?;
        let mut install = Command::new(python_of(&venv));
        install.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"]);
        run(install.arg(&list))
    })
}

/// Installs what a list names, unless it is there; remembers the list for the next time.
fn when_changed(
    root: &Root,
    name: &str,
    list: &Path,
    installed: &Path,
    install: impl FnOnce() -> Result<(), Failure>,
) -> Result<(), Failure> {
    let wanted = fs::read(list).map_err(|why| format!("{}: {why}", list.display()))?;
    let stamp = root.notes().join("providers").join(name);
    if installed.is_dir() && fs::read(&stamp).is_ok_and(|last| last == wanted) {
        return Ok(());
    }
    install()?;
    fs::create_dir_all(root.notes().join("providers"))?;
    fs::write(stamp, wanted)?;
    Ok(())
}

/// The Python of a virtual environment.
fn python_of(venv: &Path) -> PathBuf {
    venv.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" })
}
