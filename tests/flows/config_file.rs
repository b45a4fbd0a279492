//! The configuration file and a process that is killed while it writes.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use scaikey_core::adapters::{ConfigFile, SystemClock};
use scaikey_core::model::{Config, SecretId};
use scaikey_core::ports::{ConfigStore as _, Loaded};
use uuid::Uuid;

const DIRECTORY: &str = "SCAIKEY_TEST_DIRECTORY";

/// The config that is saved as the `number`th: long enough to be written in more than one piece, and different
/// in every part.
fn numbered(number: u32) -> Config {
    let retired = (0..500).map(|part| SecretId(Uuid::from_u128(u128::from(number) << 64 | part))).collect();
    Config { default_margin_seconds: Some(number), retired, ..Config::default() }
}

fn load(directory: &Path) -> (ConfigFile, Loaded) {
    let mut file = ConfigFile::new(directory, Arc::new(SystemClock));
    let loaded = file.load();
    (file, loaded)
}

fn start(directory: &Path) -> Child {
    Command::new(std::env::current_exe().expect("this program"))
        .args(["--exact", "config_file::inner_save_for_ever", "--ignored", "--nocapture"])
        .env(DIRECTORY, directory)
        .stdout(Stdio::piped())
        .spawn()
        .expect("a process")
}

#[test]
fn f_sto_1_a_kill_while_saving_loses_nothing_that_was_saved() {
    let directory = tempfile::tempdir().unwrap();
    let mut last = 0;
    for round in 0..60_u64 {
        let mut child = start(directory.path());
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        assert!(lines.by_ref().any(|line| line.contains("saved")), "round {round}: nothing was saved");
        // Not a wait for something: a moment of the writing at which to strike, another one each time.
        std::thread::sleep(Duration::from_micros(round * 7_919 % 6_000));
        child.kill().unwrap();
        child.wait().unwrap();
        // What the process said before it died was on the disk before it said so.
        let said = lines.filter_map(|line| line.strip_prefix("saved ")?.parse().ok()).max();
        let (_file, loaded) = load(directory.path());
        assert_eq!((&loaded.read_only, &loaded.notice), (&None, &None), "round {round}");
        let number = loaded.config.default_margin_seconds.unwrap();
        assert_eq!(loaded.config, numbered(number), "round {round}: a mixture");
        assert!(
            number > last && said.is_none_or(|said: u32| number >= said),
            "round {round}: {number}, {said:?}"
        );
        last = number;
        let leftover = std::fs::read_dir(directory.path()).unwrap().count();
        assert!(leftover <= 3, "round {round}: temporary files stayed");
    }
}

#[test]
#[ignore = "run by f_sto_1 in a process of its own, which is killed"]
fn inner_save_for_ever() {
    use std::io::Write as _;
    let directory = std::env::var_os(DIRECTORY).unwrap();
    let (mut file, loaded) = load(Path::new(&directory));
    let first = loaded.config.default_margin_seconds.unwrap_or(0) + 1;
    for number in first.. {
        file.save(&numbered(number)).unwrap();
        writeln!(std::io::stdout(), "\nsaved {number}").unwrap();
    }
}
