//! The configuration file and a process that is killed while it writes.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use scaikey_core::adapters::{ConfigFile, Http, MemorySecrets, SystemClock};
use scaikey_core::companion::{Companion, Outside};
use scaikey_core::contract::{AppError, ErrorView, FixAction, InstanceKindName};
use scaikey_core::model::{Config, SecretId};
use scaikey_core::ports::{ConfigStore, Loaded};
use support::world::{World, instance_draft};
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

#[tokio::test(flavor = "multi_thread")]
async fn f_sto_6_damaged_files_are_set_aside_and_saving_works_in_the_same_run() {
    let folder = tempfile::tempdir().unwrap();
    let main = folder.path().join("companion.json");
    let backup = folder.path().join("companion.json.bak");
    std::fs::write(&main, "main").unwrap();
    std::fs::write(&backup, "copy").unwrap();
    let world = World::start(folder.path(), &MemorySecrets::new());
    let draft = instance_draft(InstanceKindName::ScaiKey, "https://scaikey.example");
    let refused = world.companion.save_instance(draft.clone()).await.unwrap_err();
    let told = ErrorView::from(refused);
    assert_eq!(told.kind, "readOnly");
    assert_eq!(told.fixes[0].action, FixAction::SetDamagedAside);
    assert!(world.companion.snapshot().storage.can_set_aside);

    world.companion.set_damaged_aside().await.unwrap();
    world.companion.save_instance(draft).await.unwrap();
    let storage = world.companion.snapshot().storage.clone();
    assert_eq!((storage.read_only, storage.can_set_aside), (None, false));
    let again = world.companion.set_damaged_aside().await;
    assert!(matches!(again, Err(AppError::NotFound { .. })), "{again:?}");
    assert!(std::fs::read_to_string(&main).unwrap().contains("scaikey.example"));
    let mut kept: Vec<String> = Vec::new();
    for entry in std::fs::read_dir(folder.path()).unwrap() {
        let path = entry.unwrap().path();
        if path.to_string_lossy().contains("corrupt") {
            kept.push(std::fs::read_to_string(path).unwrap());
        }
    }
    kept.sort();
    assert_eq!(kept, ["copy", "main"], "nothing is deleted");
}

/// A disk that is full from the second write on that holds no instance.
struct FullForTheBackup {
    file: ConfigFile,
    emptied: bool,
}

impl ConfigStore for FullForTheBackup {
    fn path(&self) -> String {
        self.file.path()
    }

    fn load(&mut self) -> Loaded {
        self.file.load()
    }

    fn save(&mut self, config: &Config) -> Result<(), AppError> {
        if std::mem::replace(&mut self.emptied, config.instances.is_empty()) {
            return Err(AppError::Storage { path: self.path(), detail: "full".to_owned() });
        }
        self.file.save(config)
    }

    fn set_damaged_aside(&mut self) -> Result<Loaded, AppError> {
        self.file.set_damaged_aside()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_removed_is_gone_even_if_the_backup_could_not_be_emptied() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Arc::new(SystemClock);
    let file = ConfigFile::new(folder.path(), clock.clone());
    let companion = Companion::start(Outside {
        clock,
        secrets: Box::new(MemorySecrets::new()),
        config: Box::new(FullForTheBackup { file, emptied: false }),
        http: Http::new("ScaiKey-Companion/test"),
    });
    let draft = instance_draft(InstanceKindName::ScaiKey, "https://scaikey.example");
    let instance = companion.save_instance(draft).await.unwrap();
    companion.delete_instance(instance).await.unwrap();
    // The first write stands, so that is what is shown and what is there.
    assert!(companion.snapshot().instances.is_empty());
    let text = std::fs::read_to_string(folder.path().join("companion.json")).unwrap();
    assert!(!text.contains("scaikey.example"));
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
