use std::any::Any;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use keyring_core::api::{CredentialApi, CredentialStoreApi};
use keyring_core::{Credential, Result as StoreResult};

use super::*;

/// What a fake keychain holds, shared by all connections to it.
#[derive(Default)]
struct Vault {
    entries: BTreeMap<String, Vec<Vec<u8>>>,
    /// The connections with a lower number are dead: the daemon was restarted.
    alive_from: usize,
    opened: usize,
    absent: bool,
    /// Called before each write with its number.
    writes: usize,
    fail_write: Option<(usize, fn() -> StoreError)>,
    /// Keeps something else than it was given.
    forgetful: bool,
    panics: bool,
    longest: usize,
}

#[derive(Clone, Default)]
struct FakeKeychain(Arc<Mutex<Vault>>);

struct FakeStore(FakeKeychain, usize);

struct FakeEntry {
    vault: FakeKeychain,
    connection: usize,
    user: String,
    /// Which of several; `None` is a search by name.
    index: Option<usize>,
}

fn broken() -> StoreError {
    StoreError::PlatformFailure("the bus is gone".into())
}

impl FakeKeychain {
    fn keychain(&self) -> PlatformKeychain {
        let vault = self.clone();
        let open = move || {
            let mut inner = vault.lock();
            if inner.absent {
                return Err(broken());
            }
            inner.opened += 1;
            let store: Arc<CredentialStore> = Arc::new(FakeStore(vault.clone(), inner.opened));
            Ok(store)
        };
        PlatformKeychain::with_store("test", "fake", &[], Box::new(open))
    }

    fn lock(&self) -> MutexGuard<'_, Vault> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many writes there were, and how many connections.
    fn counts(&self) -> (usize, usize) {
        let inner = self.lock();
        (inner.writes, inner.opened)
    }

    fn users(&self) -> Vec<String> {
        self.lock().entries.keys().cloned().collect()
    }

    fn put(&self, user: &str, text: &[u8]) {
        self.lock().entries.entry(user.to_owned()).or_default().push(text.to_vec());
    }

    fn replace(&self, user: &str, text: &[u8]) {
        self.lock().entries.insert(user.to_owned(), vec![text.to_vec()]);
    }
}

impl CredentialStoreApi for FakeStore {
    fn vendor(&self) -> String {
        "fake".to_owned()
    }

    fn id(&self) -> String {
        "fake".to_owned()
    }

    fn build(&self, _: &str, user: &str, _: Option<&HashMap<&str, &str>>) -> StoreResult<Entry> {
        let (vault, connection, user) = (self.0.clone(), self.1, user.to_owned());
        Ok(Entry::new_with_credential(Arc::new(FakeEntry { vault, connection, user, index: None })))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl FakeEntry {
    /// The entries and which of them is meant.
    fn found(&self) -> StoreResult<usize> {
        let inner = self.vault.lock();
        assert!(!inner.panics, "a poisoned lock");
        if self.connection < inner.alive_from {
            return Err(broken());
        }
        let count = inner.entries.get(&self.user).map_or(0, Vec::len);
        match (self.index, count) {
            (Some(index), _) => Ok(index),
            (None, 0) => Err(StoreError::NoEntry),
            (None, 1) => Ok(0),
            (None, _) => {
                let one = |index| {
                    Entry::new_with_credential(Arc::new(Self {
                        vault: self.vault.clone(),
                        connection: self.connection,
                        user: self.user.clone(),
                        index: Some(index),
                    }))
                };
                Err(StoreError::Ambiguous((0..count).map(one).collect()))
            }
        }
    }
}

impl CredentialApi for FakeEntry {
    fn set_secret(&self, secret: &[u8]) -> StoreResult<()> {
        let index = match self.found() {
            Err(StoreError::NoEntry) => None,
            found => Some(found?),
        };
        let mut inner = self.vault.lock();
        inner.writes += 1;
        if let Some((number, error)) = inner.fail_write
            && number == inner.writes
        {
            return Err(error());
        }
        inner.longest = inner.longest.max(secret.len());
        let kept = if inner.forgetful { b"11.eA".to_vec() } else { secret.to_vec() };
        let texts = inner.entries.entry(self.user.clone()).or_default();
        match index {
            None => texts.push(kept),
            Some(index) => texts[index] = kept,
        }
        Ok(())
    }

    fn get_secret(&self) -> StoreResult<Vec<u8>> {
        let index = self.found()?;
        Ok(self.vault.lock().entries[&self.user][index].clone())
    }

    fn delete_credential(&self) -> StoreResult<()> {
        let index = self.found()?;
        let mut inner = self.vault.lock();
        let texts = inner.entries.get_mut(&self.user).unwrap();
        // Those of an ambiguous answer are deleted one by one; their numbers must not move.
        texts[index] = b"deleted".to_vec();
        if texts.iter().all(|text| text == b"deleted") {
            inner.entries.remove(&self.user);
        }
        Ok(())
    }

    fn get_credential(&self) -> StoreResult<Option<Arc<Credential>>> {
        Ok(None)
    }

    fn get_specifiers(&self) -> Option<(String, String)> {
        None
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

fn id(number: u128) -> SecretId {
    SecretId(Uuid::from_u128(number))
}

/// Texts that one keychain or another has been seen to spoil.
fn awkward() -> Vec<String> {
    let long = "0123456789abcdef".repeat(4_096);
    let texts = [
        "",
        " ",
        " x ",
        "\n",
        "a\nb\r\n",
        "\0",
        "a\0b",
        "🔑",
        "\u{202e}x",
        "zażółć",
        "-----BEGIN\nx\n",
        "%+:/",
    ];
    let mut texts: Vec<String> = texts.into_iter().map(str::to_owned).collect();
    texts.extend(["x".repeat(1_281), "🔑".repeat(641), "x".repeat(2_561), long]);
    texts
}

#[test]
fn f_key_9_f_key_10_every_secret_comes_back_exactly_and_is_one_short_line() {
    let fake = FakeKeychain::default();
    let keychain = fake.keychain();
    for (number, text) in awkward().into_iter().enumerate() {
        let id = id(number as u128);
        let secret = Secret::new(text);
        keychain.set(id, &secret).unwrap();
        // Another program start reads it.
        assert_eq!(fake.keychain().get(id).unwrap(), secret, "text {number}");
    }
    let vault = fake.lock();
    assert!(vault.longest <= ENTRY_BYTES, "{} bytes", vault.longest);
    for text in vault.entries.values().flatten() {
        assert!(text.iter().all(u8::is_ascii_graphic), "{:?}", String::from_utf8_lossy(text));
    }
}

#[test]
fn f_key_9_the_longest_that_fits_in_one_entry_and_one_more() {
    let fake = FakeKeychain::default();
    let keychain = fake.keychain();
    let mut entries = Vec::new();
    for length in 1_400..1_600 {
        let secret = Secret::new("y".repeat(length));
        keychain.set(id(1), &secret).unwrap();
        assert_eq!(keychain.get(id(1)).unwrap(), secret, "{length}");
        entries.push(fake.users().len());
    }
    assert!(entries.first() == Some(&1) && entries.last() == Some(&3), "{entries:?}");
    keychain.set(id(1), &Secret::new("short again")).unwrap();
    assert_eq!(fake.users().len(), 1, "pieces of the longer one stayed");
}

#[test]
fn f_key_9_a_missing_or_foreign_piece_is_told_and_never_a_shorter_secret() {
    let secret = Secret::new("z".repeat(5_000));
    let damaged = |damage: &dyn Fn(&FakeKeychain)| {
        let fake = FakeKeychain::default();
        fake.keychain().set(id(1), &secret).unwrap();
        damage(&fake);
        fake.keychain().get(id(1)).unwrap_err()
    };
    let piece = |number| piece_name(id(1), number);
    for number in 1..=4 {
        let gone = damaged(&|fake| {
            fake.lock().entries.remove(&piece(number)).unwrap();
        });
        assert_eq!(gone, incomplete(), "piece {number}");
        let cut = damaged(&|fake| {
            fake.lock().entries.get_mut(&piece(number)).unwrap()[0].pop();
        });
        assert_eq!(cut, incomplete(), "piece {number}");
        let flipped = damaged(&|fake| {
            let mut vault = fake.lock();
            let last = vault.entries.get_mut(&piece(number)).unwrap()[0].last_mut().unwrap();
            *last = if *last == b'A' { b'B' } else { b'A' };
        });
        assert_eq!(flipped, incomplete(), "piece {number}");
        let older = damaged(&|fake| fake.replace(&piece(number), b"31.enpj"));
        assert_eq!(older, incomplete(), "piece {number}");
    }
}

#[test]
fn f_key_6_a_deleted_entry_is_a_missing_secret() {
    let keychain = FakeKeychain::default().keychain();
    assert_eq!(keychain.get(id(1)), Err(AppError::SecretMissing));
    keychain.delete(id(1)).unwrap();
}

#[test]
fn f_key_7_an_entry_changed_by_another_program_is_told_without_its_text() {
    let texts: [&[u8]; 12] = [
        b"",
        b"c4n4ry",
        b"1c4n4ry",
        b"1.c4n4ry",
        b"12.c4n4ry!",
        b"12.c4n4ry=",
        b"2c4n4ry",
        b"21.0.5.c4n4ry",
        b"21.99999.5.c4n4ry",
        b"9c4n4ry",
        b"\xff\xfec4n4ry",
        b"12._w",
    ];
    for text in texts {
        let fake = FakeKeychain::default();
        fake.put(&id(1).0.to_string(), text);
        let error = fake.keychain().get(id(1)).unwrap_err();
        assert_eq!(error, changed(), "{:?}", String::from_utf8_lossy(text));
        assert!(!format!("{error:?}").contains("c4n4ry"));
        // It can be replaced, and deleted.
        fake.keychain().set(id(1), &Secret::new("new")).unwrap();
        fake.keychain().delete(id(1)).unwrap();
        assert_eq!(fake.users(), Vec::<String>::new());
    }
}

#[test]
fn f_key_7_an_error_with_raw_bytes_in_it_is_told_without_them() {
    let bytes = b"c4n4ry".to_vec();
    let errors = [
        StoreError::BadEncoding(bytes.clone()),
        StoreError::BadDataFormat(bytes.clone(), "c4n4ry".into()),
        StoreError::BadStoreFormat("c4n4ry".to_owned()),
        StoreError::Invalid("c4n4ry".to_owned(), "c4n4ry".to_owned()),
        StoreError::NotSupportedByStore("c4n4ry".to_owned()),
        StoreError::TooLong("c4n4ry".to_owned(), 3),
    ];
    for error in errors {
        let told = said_by_store(&error);
        assert!(matches!(told, AppError::KeychainFailed { .. }));
        assert!(!format!("{told:?}").contains("c4n4ry"));
    }
}

#[test]
fn f_key_8_of_two_entries_the_newer_counts_and_both_are_deleted() {
    let fake = FakeKeychain::default();
    let user = id(1).0.to_string();
    // "old", "new", and something another program left there.
    for text in ["1100.b2xk", "1200.bmV3", "garbage"] {
        fake.put(&user, text.as_bytes());
    }
    let keychain = fake.keychain();
    assert_eq!(keychain.get(id(1)).unwrap(), Secret::new("new"));
    keychain.set(id(1), &Secret::new("newest")).unwrap();
    assert_eq!(keychain.get(id(1)).unwrap(), Secret::new("newest"));
    assert_eq!(fake.lock().entries[&user].len(), 3, "the others are kept");
    keychain.delete(id(1)).unwrap();
    assert_eq!(fake.users(), Vec::<String>::new());
}

#[test]
fn f_key_4_a_restarted_daemon_is_connected_to_again() {
    let fake = FakeKeychain::default();
    let keychain = fake.keychain();
    keychain.set(id(1), &Secret::new("kept")).unwrap();
    assert_eq!(fake.lock().opened, 1, "one connection is enough");
    fake.lock().alive_from = 2;
    assert_eq!(keychain.get(id(1)).unwrap(), Secret::new("kept"));
    assert_eq!(fake.lock().opened, 2);
}

#[test]
fn f_key_1_f_key_19_a_keychain_that_comes_up_later_is_found() {
    let fake = FakeKeychain::default();
    fake.lock().absent = true;
    let keychain = fake.keychain();
    let error = keychain.get(id(1)).unwrap_err();
    assert!(matches!(error, AppError::KeychainMissing { .. }), "{error:?}");
    fake.lock().absent = false;
    keychain.set(id(1), &Secret::new("x")).unwrap();
    fake.lock().alive_from = 5;
    assert!(matches!(keychain.get(id(1)), Err(AppError::KeychainFailed { .. })), "it does not try for ever");
    assert_eq!(fake.lock().opened, 2);
}

#[test]
fn f_con_8_a_store_that_panics_is_opened_again() {
    let fake = FakeKeychain::default();
    let keychain = fake.keychain();
    fake.lock().panics = true;
    assert!(matches!(keychain.get(id(1)), Err(AppError::KeychainFailed { .. })));
    fake.lock().panics = false;
    keychain.set(id(1), &Secret::new("x")).unwrap();
}

#[test]
fn f_key_11_a_write_that_does_not_read_back_is_an_error_and_leaves_nothing() {
    let fake = FakeKeychain::default();
    fake.lock().forgetful = true;
    let error = fake.keychain().set(id(1), &Secret::new("c4n4ry")).unwrap_err();
    assert!(matches!(error, AppError::KeychainFailed { .. }));
    assert_eq!(fake.users(), Vec::<String>::new());
}

#[test]
fn f_key_11_a_write_that_fails_half_way_leaves_nothing_and_asks_once() {
    for number in 1..=5 {
        let fake = FakeKeychain::default();
        let refused = || StoreError::NoStorageAccess("no".into());
        fake.lock().fail_write = Some((number, refused));
        let error = fake.keychain().set(id(1), &Secret::new("z".repeat(5_000))).unwrap_err();
        assert!(matches!(error, AppError::KeychainDenied { .. }), "{error:?}");
        assert_eq!(fake.users(), Vec::<String>::new(), "write {number}");
        assert_eq!(fake.counts(), (number, 1));
    }
}

#[cfg(target_os = "linux")]
#[test]
fn f_key_3_a_dismissed_prompt_is_a_locked_keychain_and_is_shown_once() {
    let fake = FakeKeychain::default();
    let dismissed = || StoreError::NoStorageAccess(Box::new(secret_service::Error::Prompt));
    fake.lock().fail_write = Some((1, dismissed));
    let error = fake.keychain().set(id(1), &Secret::new("x"));
    assert_eq!(error, Err(AppError::KeychainLocked));
    assert_eq!(fake.counts(), (1, 1));
}

#[cfg(target_os = "linux")]
#[test]
fn f_key_13_no_default_collection_is_a_missing_keychain() {
    let error = StoreError::NoStorageAccess(Box::new(secret_service::Error::NoResult));
    assert!(matches!(said_by_store(&error), AppError::KeychainMissing { .. }));
}

/// A store whose calls hang until they are let go.
struct Hanging {
    inner: MemorySecrets,
    calls: Arc<AtomicUsize>,
    gate: mpsc::Receiver<()>,
}

impl Hanging {
    fn hang(&self) {
        self.calls.fetch_add(1, Ordering::SeqCst);
        self.gate.recv().expect("let go");
    }
}

impl SecretStore for Hanging {
    fn name(&self) -> String {
        "hanging".to_owned()
    }

    fn get(&self, id: SecretId) -> Result<Secret, AppError> {
        self.hang();
        self.inner.get(id)
    }

    fn set(&self, id: SecretId, secret: &Secret) -> Result<(), AppError> {
        self.hang();
        self.inner.set(id, secret)
    }

    fn delete(&self, id: SecretId) -> Result<(), AppError> {
        self.inner.delete(id)
    }
}

struct Hung {
    keychain: Arc<Keychain>,
    inner: MemorySecrets,
    calls: Arc<AtomicUsize>,
    release: mpsc::Sender<()>,
}

fn hanging(notice: Duration, give_up: Duration) -> Hung {
    let (release, gate) = mpsc::channel();
    let (inner, calls) = (MemorySecrets::new(), Arc::new(AtomicUsize::new(0)));
    let store = Hanging { inner: inner.clone(), calls: Arc::clone(&calls), gate };
    let keychain = Arc::new(Keychain::with_patience(Box::new(store), Patience { notice, give_up }));
    Hung { keychain, inner, calls, release }
}

const SOON: Duration = Duration::from_millis(10);
const NEVER: Duration = Duration::from_secs(3_600);

#[tokio::test]
async fn the_thread_does_what_the_store_does() {
    let secrets = MemorySecrets::new();
    let keychain = Keychain::start(Box::new(secrets.clone()));
    keychain.probe().await.unwrap();
    assert_eq!(secrets.ids(), [], "the probe stayed");
    keychain.set(id(1), Secret::new("x")).await.unwrap();
    assert_eq!(keychain.get(id(1)).await.unwrap(), Secret::new("x"));
    keychain.delete(id(1)).await.unwrap();
    assert_eq!(keychain.get(id(1)).await, Err(AppError::SecretMissing));
    secrets.fail_next(AppError::KeychainLocked);
    assert_eq!(keychain.probe().await, Err(AppError::KeychainLocked));
    keychain.probe().await.unwrap();
    assert_eq!(*keychain.waiting().borrow(), 0);
}

#[tokio::test]
async fn f_key_2_a_call_that_waits_is_told_and_ends_well_when_the_user_answers() {
    let hung = hanging(SOON, NEVER);
    let mut waiting = hung.keychain.waiting();
    let keychain = Arc::clone(&hung.keychain);
    let call = tokio::spawn(async move { keychain.set(id(1), Secret::new("x")).await });
    waiting.wait_for(|count| *count == 1).await.unwrap();
    hung.release.send(()).unwrap();
    call.await.unwrap().unwrap();
    assert_eq!(*waiting.borrow_and_update(), 0);
    assert_eq!(hung.inner.ids(), [id(1)]);
}

#[tokio::test]
async fn f_key_5_a_keychain_that_hangs_is_given_up_and_what_it_does_later_is_undone() {
    let hung = hanging(SOON, SOON * 2);
    assert_eq!(hung.keychain.set(id(1), Secret::new("x")).await, Err(AppError::KeychainTimedOut));
    assert_eq!(*hung.keychain.waiting().borrow(), 0);
    // Stands behind the one that hangs, is given up there, and must never begin.
    assert_eq!(hung.keychain.set(id(2), Secret::new("y")).await, Err(AppError::KeychainTimedOut));
    hung.release.send(()).unwrap();
    hung.release.send(()).unwrap();
    // The thread takes one after the other: when this is answered, the two above are over.
    assert_eq!(hung.keychain.get(id(1)).await, Err(AppError::SecretMissing));
    assert_eq!(hung.calls.load(Ordering::SeqCst), 2);
    assert_eq!(hung.inner.ids(), []);
}

#[tokio::test]
async fn f_con_10_a_hanging_call_does_not_hold_up_the_end() {
    let hung = hanging(NEVER, NEVER);
    let keychain = Arc::clone(&hung.keychain);
    let call = tokio::spawn(async move { keychain.get(id(1)).await });
    while hung.calls.load(Ordering::SeqCst) == 0 {
        tokio::task::yield_now().await;
    }
    call.abort();
    assert!(call.await.unwrap_err().is_cancelled());
    // Returns although the call still hangs: the gate is dropped only after it.
    drop(hung.keychain);
    drop(hung.release);
}

#[test]
fn secrets_in_memory_fail_once_when_told_to() {
    let secrets = MemorySecrets::new();
    secrets.set(id(1), &Secret::new("x")).unwrap();
    secrets.fail_next(AppError::KeychainLocked);
    assert_eq!(secrets.set(id(1), &Secret::new("y")), Err(AppError::KeychainLocked));
    assert_eq!(secrets.get(id(1)).unwrap(), Secret::new("x"));
}
