use std::collections::BTreeMap;
use std::process::Command;

use tempfile::TempDir;
use url::Url;
use uuid::Uuid;

use super::*;
use crate::contract::{ExtraParameter, Renewal, WalkthroughAnswers, WalkthroughId};
use crate::model::{
    Application, ApplicationId, ApplicationType, BaseUrl, ClientAuthentication, Colour, EndpointKey,
    EndpointOverrides, Instance, InstanceId, InstanceKind, Level, LevelName, Network, Practice, Proxy,
    Registration, SecretId, SecretKeeping,
};
use crate::ports::Now;

struct Noon;

impl Clock for Noon {
    fn now(&self) -> Now {
        Now { wall: 1_795_521_600_000, boot: 0 }
    }
}

fn file_in(directory: &Path) -> ConfigFile {
    ConfigFile::new(directory, Arc::new(Noon))
}

fn loaded(directory: &Path) -> Loaded {
    file_in(directory).load()
}

fn scratch() -> TempDir {
    tempfile::tempdir().unwrap()
}

fn instance(number: u128, kind: InstanceKind) -> Instance {
    Instance {
        id: InstanceId(Uuid::from_u128(number)),
        name: format!("Instance {number} “ä” \u{1f511}"),
        kind,
        colour: Colour::Teal,
        production: false,
        practice: None,
        network: Network { proxy: Proxy::System, extra_ca: String::new() },
        overrides: BTreeMap::new(),
        applications: Vec::new(),
    }
}

fn application(number: u128, registration: Registration) -> Application {
    Application {
        id: ApplicationId(Uuid::from_u128(number)),
        name: format!("Application {number}"),
        client_id: "a b:c".to_owned(),
        secret: SecretKeeping::None,
        secret_host: None,
        registration,
        scopes: vec!["tenants:read".to_owned()],
        extra: vec![ExtraParameter { name: "audience".to_owned(), value: "x y".to_owned() }],
        client_authentication: ClientAuthentication::ClientSecretBasic,
        renewal: Renewal { enabled: true, margin_seconds: None },
    }
}

/// Every variant of the model at least once.
fn everything() -> Config {
    let url = |text: &str| Url::parse(text).unwrap();
    let base = |text: &str| InstanceKind::ScaiKey { base: BaseUrl::parse(text).unwrap() };
    let colours =
        [Colour::Blue, Colour::Green, Colour::Amber, Colour::Red, Colour::Violet, Colour::Teal, Colour::Grey];
    let mut instances: Vec<Instance> = colours
        .into_iter()
        .zip(1..)
        .map(|(colour, number)| Instance { colour, ..instance(number, base("https://key.example/a")) })
        .collect();
    let mut practice = instance(20, base("http://127.0.0.1:8089"));
    practice.practice = Some(Practice { port: 8_089, lifetime_seconds: 60 });
    practice.production = true;
    practice.network =
        Network { proxy: Proxy::Url(url("http://proxy.example:3128")), extra_ca: "-----BEGIN\nx".to_owned() };
    practice.overrides = BTreeMap::from([
        (EndpointKey::Platform, EndpointOverrides::default()),
        (
            EndpointKey::Tenant { slug: "acme".to_owned() },
            EndpointOverrides {
                token_endpoint: Some(url("https://key.example/token?tenant=a")),
                jwks_uri: Some(url("https://key.example/keys")),
                issuer: Some("https://key.example/".to_owned()),
            },
        ),
    ]);
    let slug = || "acme".to_owned();
    let levels =
        [Level::Global, Level::Partner { tenant_slug: slug() }, Level::Tenant { tenant_slug: slug() }];
    for (number, level) in levels.into_iter().enumerate() {
        for application_type in [ApplicationType::Service, ApplicationType::Web] {
            let registration = Registration::ScaiKey { level: level.clone(), application_type };
            let number = 30 + 2 * number as u128 + u128::from(application_type == ApplicationType::Web);
            practice.applications.push(application(number, registration));
        }
    }
    practice.applications[0].secret = SecretKeeping::Keychain(SecretId(Uuid::from_u128(40)));
    practice.applications[0].secret_host = Some("127.0.0.1".to_owned());
    practice.applications[1].renewal = Renewal { enabled: false, margin_seconds: Some(7) };
    practice.applications[1].scopes.clear();
    let mut provider = instance(
        21,
        InstanceKind::OpenIdProvider {
            url: url("https://idp.example/t"),
            issuer: Some("https://IDP.example/t".to_owned()),
        },
    );
    provider.network.proxy = Proxy::None;
    provider.overrides = BTreeMap::from([(EndpointKey::Provider, EndpointOverrides::default())]);
    let methods = [
        ClientAuthentication::ClientSecretBasic,
        ClientAuthentication::ClientSecretBasicRaw,
        ClientAuthentication::ClientSecretPost,
    ];
    for (client_authentication, number) in methods.into_iter().zip(50..) {
        let application = application(number, Registration::Provider);
        provider.applications.push(Application { client_authentication, ..application });
    }
    let discovery = url("https://idp.example/.well-known/openid-configuration");
    instances.extend([
        practice,
        provider,
        instance(22, InstanceKind::OpenIdProvider { url: discovery, issuer: None }),
    ]);
    let answers = WalkthroughAnswers {
        instance: Some(InstanceId(Uuid::from_u128(20))),
        application: Some(ApplicationId(Uuid::from_u128(30))),
        tenant_slug: "acme".to_owned(),
        level: Some(LevelName::Partner),
        scopes: vec!["openid".to_owned()],
    };
    let walkthroughs = BTreeMap::from([
        (WalkthroughId::SERVICE_TO_SERVICE, answers),
        (WalkthroughId::QUICKSTART, WalkthroughAnswers::default()),
    ]);
    let retired = vec![SecretId(Uuid::from_u128(60))];
    Config { instances, default_margin_seconds: Some(30), retired, walkthroughs }
}

/// Small, and told apart by its margin.
fn small(margin: u32) -> Config {
    let mut config = everything();
    config.instances.truncate(1);
    config.default_margin_seconds = Some(margin);
    config
}

/// A directory in which `small(1)` was saved and then `small(2)`.
fn saved_twice() -> TempDir {
    let directory = scratch();
    let mut file = file_in(directory.path());
    assert_eq!(file.load(), Loaded::writable(Config::default()));
    file.save(&small(1)).unwrap();
    file.save(&small(2)).unwrap();
    directory
}

fn text_of(path: &Path) -> String {
    fs::read_to_string(path).unwrap()
}

fn names(directory: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

const ASIDE: &str = "companion.json.corrupt-1795521600000";

/// The damaged file was set aside as it is, and the backup is used and can be saved over.
fn check_damage_is_survived(damaged: &[u8]) {
    let directory = saved_twice();
    let main = directory.path().join(FILE);
    fs::write(&main, damaged).unwrap();
    let mut file = file_in(directory.path());
    let loaded = file.load();
    let shown = String::from_utf8_lossy(damaged);
    assert_eq!(loaded.config, small(1), "{shown}");
    assert_eq!(loaded.read_only, None, "{shown}");
    assert!(loaded.notice.is_some_and(|notice| notice.contains(ASIDE)), "{shown}");
    assert_eq!(fs::read(directory.path().join(ASIDE)).unwrap(), damaged);
    // The only good copy stays until there is another.
    assert_eq!(super::read(&backup(&main)).config(), Some(small(1)));
    file.save(&small(3)).unwrap();
    drop(file);
    assert_eq!(self::loaded(directory.path()).config, small(3));
    assert_eq!(super::read(&backup(&main)).config(), Some(small(1)));
}

impl Found {
    fn config(self) -> Option<Config> {
        match self {
            Self::Good(good) => Some(good.config),
            _ => None,
        }
    }
}

#[test]
fn every_variant_comes_back() {
    let directory = scratch();
    let mut file = file_in(directory.path());
    file.load();
    file.save(&everything()).unwrap();
    drop(file);
    let loaded = loaded(directory.path());
    assert_eq!(loaded, Loaded::writable(everything()));
}

#[test]
fn the_format_does_not_change_by_accident() {
    let mut config = everything();
    config.instances.drain(..7);
    config.instances[0].applications.truncate(1);
    config.instances[1].applications.truncate(1);
    let written = write_text(&config, &Value::Null, 7).unwrap().1;
    let golden: Value = serde_json::from_str(include_str!("golden.json")).unwrap();
    assert_eq!(written, golden, "{written:#}");
}

#[test]
fn a_secret_for_this_session_is_saved_as_none() {
    let mut config = everything();
    config.instances[7].applications[0].secret = SecretKeeping::Session(SecretId(Uuid::from_u128(4_711)));
    let text = write_text(&config, &Value::Null, 1).unwrap().0;
    let text = String::from_utf8(text).unwrap();
    assert!(!text.contains("1267"), "0x1267 = 4711 is in the file");
    let read = parse(text.into_bytes()).unwrap().config;
    assert_eq!(read.instances[7].applications[0].secret, SecretKeeping::None);
}

#[test]
fn f_sto_2_every_prefix_of_the_file_is_survived() {
    let whole = fs::read(saved_twice().path().join(FILE)).unwrap();
    for length in 0..whole.len() {
        let prefix = &whole[..length];
        assert!(parse(prefix.to_vec()).is_none(), "{length} bytes are taken for the file");
        // The whole way with the disk for some of them; it is the same from here on.
        if length % 97 == 0 || length + 3 > whole.len() {
            check_damage_is_survived(prefix);
        }
    }
}

#[test]
fn f_sto_3_a_file_of_zeros_is_survived() {
    check_damage_is_survived(&vec![0; 1_000]);
}

#[test]
fn f_sto_4_json_of_another_shape_is_survived() {
    let crc = crc32(b"{}");
    let wrong = [
        "null".to_owned(),
        "[]".to_owned(),
        "{}".to_owned(),
        "\"x\"".to_owned(),
        r#"{"schema":"1"}"#.to_owned(),
        r#"{"schema":0,"generation":1,"crc":0,"data":{}}"#.to_owned(),
        r#"{"schema":-1,"generation":1,"crc":0,"data":{}}"#.to_owned(),
        format!(r#"{{"schema":1,"generation":1,"crc":{crc},"data":{{}}}}"#),
    ];
    for text in wrong {
        check_damage_is_survived(text.as_bytes());
    }
    // A base URL that a secret must never be sent to.
    let whole = String::from_utf8(write_text(&small(1), &Value::Null, 1).unwrap().0).unwrap();
    let start = whole.find("\"data\": ").unwrap() + 8;
    let old = whole.get(start..).unwrap().strip_suffix("\n}").unwrap();
    let new = old.replace("https://", "http://");
    let text = whole.replace(old, &new);
    let text = text.replace(&crc32(old.as_bytes()).to_string(), &crc32(new.as_bytes()).to_string());
    check_damage_is_survived(text.as_bytes());
}

#[test]
fn f_sto_5_a_changed_byte_is_never_taken_for_data() {
    let whole = fs::read(saved_twice().path().join(FILE)).unwrap();
    for at in 0..whole.len() {
        for bit in 0..8 {
            let mut changed = whole.clone();
            changed[at] ^= 1 << bit;
            if let Some(good) = parse(changed) {
                assert!(good.newer || good.config == small(2), "bit {bit} of byte {at}");
            }
        }
    }
    let mut changed = whole;
    let at = changed.len() - 40;
    changed[at] ^= 1;
    check_damage_is_survived(&changed);
}

#[test]
fn crc32_is_the_usual_one() {
    assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
}

#[test]
fn f_sto_6_with_both_damaged_nothing_is_written_until_the_user_decides() {
    let directory = saved_twice();
    let main = directory.path().join(FILE);
    fs::write(&main, "main").unwrap();
    fs::write(backup(&main), "copy").unwrap();
    for _ in 0..2 {
        let mut file = file_in(directory.path());
        let loaded = file.load();
        assert_eq!(loaded.config, Config::default());
        assert!(loaded.read_only.is_some_and(|reason| reason.contains(".bak")));
        assert!(matches!(file.save(&small(3)), Err(AppError::ReadOnly { .. })));
        assert_eq!((text_of(&main), text_of(&backup(&main))), ("main".to_owned(), "copy".to_owned()));
    }
    let mut file = file_in(directory.path());
    file.load();
    file.set_damaged_aside().unwrap();
    assert_eq!(file.load(), Loaded::writable(Config::default()));
    file.save(&small(3)).unwrap();
    let mut kept: Vec<String> = Vec::new();
    for name in names(directory.path()) {
        if name.contains("corrupt") {
            kept.push(text_of(&directory.path().join(name)));
        }
    }
    kept.sort();
    assert_eq!(kept, ["copy", "main"]);
}

#[test]
fn f_sto_6_a_damaged_file_without_backup_stays_where_it_is() {
    let directory = scratch();
    fs::write(directory.path().join(FILE), "main").unwrap();
    assert!(loaded(directory.path()).read_only.is_some());
    assert_eq!(text_of(&directory.path().join(FILE)), "main");
}

#[test]
fn a_lost_file_is_taken_from_its_backup() {
    let directory = saved_twice();
    fs::remove_file(directory.path().join(FILE)).unwrap();
    let mut file = file_in(directory.path());
    let loaded = file.load();
    assert_eq!((loaded.config, loaded.read_only), (small(1), None));
    assert!(loaded.notice.is_some());
    file.save(&small(3)).unwrap();
}

/// Runs one of the ignored tests in a process of its own behind a shell that prepares for it.
#[cfg(unix)]
fn in_a_shell(prepare: &str, test: &str, directory: &Path) {
    let output = Command::new("sh")
        .args(["-c", &format!("{prepare}; exec \"$0\" \"$@\"")])
        .arg(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", &format!("adapters::config_file::tests::{test}")])
        .env("SCAIKEY_TEST_DIRECTORY", directory)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
}

fn given_directory() -> PathBuf {
    std::env::var_os("SCAIKEY_TEST_DIRECTORY").unwrap().into()
}

#[cfg(unix)]
#[test]
fn f_sto_7_a_disk_that_takes_no_more_leaves_everything_as_it_was() {
    let directory = saved_twice();
    let before = (names(directory.path()), fs::read(directory.path().join(FILE)).unwrap());
    // The signal is ignored, so that a write beyond the limit fails as on a full disk.
    in_a_shell("trap '' XFSZ; ulimit -f 0", "inner_save_without_space", directory.path());
    assert_eq!((names(directory.path()), fs::read(directory.path().join(FILE)).unwrap()), before);
    assert_eq!(loaded(directory.path()).config, small(2));
}

#[test]
#[ignore = "run by f_sto_7 in a process of its own"]
fn inner_save_without_space() {
    let mut file = file_in(&given_directory());
    assert_eq!(file.load().read_only, None);
    for _ in 0..2 {
        let error = file.save(&small(3)).unwrap_err();
        assert!(matches!(error, AppError::Storage { .. }), "{error:?}");
    }
}

#[cfg(unix)]
#[test]
fn f_sto_17_only_the_user_may_read_it_whatever_the_umask() {
    use std::os::unix::fs::PermissionsExt as _;

    for umask in ["000", "022", "0777"] {
        let outer = scratch();
        let directory = outer.path().join("a/b");
        in_a_shell(&format!("umask {umask}"), "inner_save_with_a_umask", &directory);
        let mode = |path: PathBuf| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(directory.clone()), 0o700, "umask {umask}");
        for name in [FILE, "companion.json.bak"] {
            assert_eq!(mode(directory.join(name)), 0o600, "{name}, umask {umask}");
        }
        assert_eq!(mode(directory.join(LOCK)) & 0o077, 0);
    }
}

#[test]
#[ignore = "run by f_sto_17 in a process of its own"]
fn inner_save_with_a_umask() {
    let mut file = file_in(&given_directory());
    assert_eq!(file.load().read_only, None);
    file.save(&small(1)).unwrap();
    file.save(&small(2)).unwrap();
}

#[test]
fn f_sto_8_a_directory_that_is_a_file_is_said() {
    let outer = scratch();
    let directory = outer.path().join("config");
    fs::write(&directory, "a file").unwrap();
    let mut file = file_in(&directory);
    let reason = file.load().read_only.unwrap();
    assert!(reason.contains("config"), "{reason}");
    assert_eq!(file.save(&small(1)), Err(AppError::ReadOnly { reason, can_set_aside: false }));
    assert_eq!(text_of(&directory), "a file");
}

#[test]
fn f_sto_8_a_file_that_is_a_directory_is_said() {
    let directory = scratch();
    fs::create_dir(directory.path().join(FILE)).unwrap();
    let mut file = file_in(directory.path());
    assert!(file.load().read_only.is_some());
    assert!(matches!(file.save(&small(1)), Err(AppError::ReadOnly { .. })));
}

#[test]
fn f_sto_8_a_directory_that_vanishes_is_made_again() {
    let outer = scratch();
    let directory = outer.path().join("config");
    let mut file = file_in(&directory);
    file.load();
    file.save(&small(1)).unwrap();
    fs::remove_dir_all(&directory).unwrap();
    file.save(&small(2)).unwrap();
    drop(file);
    assert_eq!(loaded(&directory).config, small(2));
}

#[cfg(unix)]
#[test]
fn f_sto_8_a_link_is_followed_and_kept() {
    use std::os::unix::fs::symlink;

    let (directory, elsewhere) = (scratch(), scratch());
    let real = elsewhere.path().join("my companion.json");
    let link = directory.path().join(FILE);
    fs::copy(saved_twice().path().join(FILE), &real).unwrap();
    symlink(&real, &link).unwrap();
    let mut file = file_in(directory.path());
    assert_eq!(file.load(), Loaded::writable(small(2)));
    file.save(&small(3)).unwrap();
    assert!(link.is_symlink());
    assert_eq!(super::read(&real).config(), Some(small(3)));
    drop(file);
    fs::remove_file(&real).unwrap();
    let mut file = file_in(directory.path());
    assert!(file.load().read_only.is_some_and(|reason| reason.contains("link")));
    assert!(matches!(file.save(&small(4)), Err(AppError::ReadOnly { .. })));
    assert!(link.is_symlink() && !real.exists());
}

#[test]
fn f_sto_9_an_odd_path_is_no_matter() {
    let outer = scratch();
    let directory = outer.path().join(format!("with space ä {}", "x".repeat(200)));
    let mut file = file_in(&directory);
    file.load();
    file.save(&small(1)).unwrap();
    #[cfg(target_os = "linux")]
    {
        use std::os::unix::ffi::OsStrExt as _;
        let directory = outer.path().join(std::ffi::OsStr::from_bytes(b"\xff\xfe"));
        let mut file = file_in(&directory);
        file.load();
        file.save(&small(1)).unwrap();
        assert!(file.path().ends_with(FILE));
    }
}

#[test]
fn f_sto_11_a_file_changed_by_another_program_is_not_overwritten() {
    let directory = saved_twice();
    let main = directory.path().join(FILE);
    let mut file = file_in(directory.path());
    file.load();
    fs::copy(backup(&main), &main).unwrap();
    let error = file.save(&small(3)).unwrap_err();
    assert!(matches!(&error, AppError::Storage { detail, .. } if detail.contains("Another")), "{error:?}");
    assert_eq!(super::read(&main).config(), Some(small(1)));
    // Loading again is all it needs.
    assert_eq!(file.load().config, small(1));
    file.save(&small(3)).unwrap();
    assert_eq!(super::read(&main).config(), Some(small(3)));
}

#[test]
fn f_sto_12_a_newer_schema_is_shown_and_never_rewritten() {
    let directory = saved_twice();
    let main = directory.path().join(FILE);
    let newer = text_of(&main).replace("\"schema\": 1", "\"schema\": 2");
    for (text, config) in [(newer.as_str(), small(2)), (r#"{"schema":2,"all":"new"}"#, Config::default())] {
        fs::write(&main, text).unwrap();
        let mut file = file_in(directory.path());
        let loaded = file.load();
        assert_eq!(loaded.config, config);
        assert!(loaded.read_only.is_some_and(|reason| reason.contains("newer")));
        assert!(matches!(file.save(&small(3)), Err(AppError::ReadOnly { .. })));
        assert_eq!(text_of(&main), text);
    }
}

#[test]
fn a_file_from_before_the_walkthroughs_is_read() {
    let mut config = everything();
    let mut data = write_text(&config, &Value::Null, 1).unwrap().1["data"].clone();
    data.as_object_mut().unwrap().remove("walkthroughs");
    let read = serde_json::from_value::<stored::Stored>(data).unwrap().into_config();
    config.walkthroughs.clear();
    assert_eq!(read, Some(config));
}

#[test]
fn f_sto_14_unknown_fields_survive() {
    let directory = saved_twice();
    let main = directory.path().join(FILE);
    let mut config = everything();
    let mut old = write_text(&config, &Value::Null, 1).unwrap().1;
    old["later"] = "envelope".into();
    old["data"]["later"] = serde_json::json!({"deep": [1, 2.5, null]});
    old["data"]["instances"][7]["later"] = "instance".into();
    old["data"]["instances"][7]["server"]["later"] = "server".into();
    old["data"]["instances"][7]["overrides"][1]["later"] = "override".into();
    old["data"]["instances"][8]["applications"][2]["later"] = "application".into();
    old["data"]["instances"][8]["applications"][2]["renewal"]["later"] = "renewal".into();
    old["data"]["instances"][1]["later"] = "deleted".into();
    old["data"]["walkthroughs"]["later"] = "walkthrough".into();
    old["data"]["walkthroughs"]["serviceToService"]["later"] = "answer".into();
    old["data"]["walkthroughs"]["quickstart"]["later"] = "forgotten".into();
    let data = old["data"].to_string();
    let text = old
        .to_string()
        .replace(&format!("\"crc\":{}", old["crc"]), &format!("\"crc\":{}", crc32(data.as_bytes())));
    fs::write(&main, &text).unwrap();
    let mut file = file_in(directory.path());
    assert_eq!(file.load(), Loaded::writable(config.clone()));
    // Two times over, with everything at another place and one instance gone.
    config.instances.remove(1);
    config.walkthroughs.remove(&WalkthroughId::QUICKSTART);
    config.instances.reverse();
    config.instances[2].applications[0].name = "renamed".to_owned();
    file.save(&config).unwrap();
    file.save(&config).unwrap();
    let new: Value = serde_json::from_str(&text_of(&main)).unwrap();
    assert_eq!(new["later"], "envelope");
    assert_eq!(new["data"]["walkthroughs"]["later"], "walkthrough");
    assert_eq!(new["data"]["walkthroughs"]["serviceToService"]["later"], "answer");
    assert_eq!(new["data"]["walkthroughs"]["quickstart"], Value::Null);
    assert_eq!(new["data"]["later"], serde_json::json!({"deep": [1, 2.5, null]}));
    assert_eq!(new["data"]["instances"][2]["later"], "instance");
    assert_eq!(new["data"]["instances"][2]["server"]["later"], "server");
    assert_eq!(new["data"]["instances"][2]["overrides"][1]["later"], "override");
    let application = &new["data"]["instances"][1]["applications"][2];
    assert_eq!(
        (&application["later"], &application["renewal"]["later"]),
        (&"application".into(), &"renewal".into())
    );
    assert!(!new.to_string().contains("deleted"));
    drop(file);
    assert_eq!(loaded(directory.path()).config, config);
}

#[test]
fn what_belongs_to_another_kind_is_not_taken_over() {
    let old = serde_json::json!({"kind": "url", "url": "http://proxy.example"});
    let mut new = serde_json::json!({"kind": "none"});
    keep_unknown(&old, &mut new);
    assert_eq!(new, serde_json::json!({"kind": "none"}));
}

#[test]
fn f_sto_15_ten_thousand_applications() {
    let mut config = everything();
    let many = (0..10_000).map(|number| application(1_000 + number, Registration::Provider));
    config.instances[8].applications = many.collect();
    let directory = scratch();
    let mut file = file_in(directory.path());
    file.load();
    file.save(&config).unwrap();
    drop(file);
    assert_eq!(loaded(directory.path()).config, config);
}

#[test]
fn f_sto_16_what_a_crash_left_behind_is_swept_and_nothing_else() {
    let directory = saved_twice();
    for name in
        [".companion-abc.tmp", ".companion-.tmp", "notes.tmp", ".companion-abc", "companion.json.corrupt-1"]
    {
        fs::write(directory.path().join(name), "x").unwrap();
    }
    let _ = loaded(directory.path());
    assert_eq!(
        names(directory.path()),
        [".companion-abc", FILE, "companion.json.bak", "companion.json.corrupt-1", LOCK, "notes.tmp"]
    );
}

#[test]
fn f_con_2_f_con_11_one_process_writes_and_the_next_one_after_it() {
    let directory = saved_twice();
    let mut first = file_in(directory.path());
    first.load();
    // It must not even sweep: the file may be one that the first is just writing.
    fs::write(directory.path().join(".companion-abc.tmp"), "x").unwrap();
    let mut second = file_in(directory.path());
    let loaded = second.load();
    assert_eq!(loaded.config, small(2));
    assert!(loaded.read_only.is_some_and(|reason| reason.contains("running already")));
    assert!(matches!(second.save(&small(3)), Err(AppError::ReadOnly { .. })));
    assert!(second.set_damaged_aside().is_err());
    assert!(directory.path().join(".companion-abc.tmp").exists());
    first.save(&small(4)).unwrap();
    drop(first);
    let loaded = second.load();
    assert_eq!((loaded.config, loaded.read_only), (small(4), None));
    second.save(&small(5)).unwrap();
}

#[test]
fn nothing_is_saved_before_it_was_loaded() {
    let directory = saved_twice();
    let mut file = file_in(directory.path());
    assert!(matches!(file.save(&small(3)), Err(AppError::ReadOnly { .. })));
    assert_eq!(loaded(directory.path()).config, small(2));
}

#[test]
fn f_sto_1_nothing_is_ever_written_in_place() {
    let directory = saved_twice();
    let main = directory.path().join(FILE);
    let mut file = file_in(directory.path());
    file.load();
    // A second name of the same file sees what is written into it, and nothing of a rename.
    for path in [main.clone(), backup(&main)] {
        fs::hard_link(&path, with_suffix(&path, ".linked")).unwrap();
    }
    file.save(&small(3)).unwrap();
    assert_eq!(super::read(&with_suffix(&main, ".linked")).config(), Some(small(2)));
    assert_eq!(super::read(&with_suffix(&backup(&main), ".linked")).config(), Some(small(1)));
}
