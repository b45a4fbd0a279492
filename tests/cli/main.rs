//! `scaikey decode` as a whole process: what it reads, what it writes, how it ends.

use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};

use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use scaikey_core::adapters::SystemClock;
use scaikey_core::ports::Clock as _;
use scaikey_practice::{Options, Practice};
use serde_json::{Value, json};
use tempfile::TempDir;

const SECRET: &[u8] = b"a secret of more than thirty-two bytes";
const HOUR: i64 = 3_600;

/// Seconds since 1970.
fn now() -> i64 {
    SystemClock.now().wall / 1_000
}

/// A folder with the keys that the tokens of these tests are signed with.
struct Desk {
    folder: TempDir,
}

impl Desk {
    fn new() -> Self {
        jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER.install_default().unwrap_or(());
        let desk = Self { folder: tempfile::tempdir().expect("a folder") };
        let k = base64::Engine::encode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, SECRET);
        desk.write("keys.json", &json!({ "keys": [{ "kty": "oct", "kid": "k", "k": k }] }).to_string());
        desk
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).expect("a file");
    }

    fn token(&self, claims: &Value) -> String {
        let header = Header { kid: Some("k".to_owned()), ..Header::new(Algorithm::HS256) };
        encode(&header, claims, &EncodingKey::from_secret(SECRET)).expect("a token")
    }

    /// Starts `scaikey decode` here.
    fn start(&self, arguments: &[&str]) -> Child {
        Command::new(env!("CARGO_BIN_EXE_scaikey"))
            .arg("decode")
            .args(arguments)
            .current_dir(self.folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("a process")
    }

    /// Runs it with this on its standard input.
    fn decode(&self, arguments: &[&str], input: &str) -> Output {
        let mut child = self.start(arguments);
        // It may end before it has read everything.
        let _ = child.stdin.take().expect("a pipe").write_all(input.as_bytes());
        child.wait_with_output().expect("an end")
    }

    fn check(&self, arguments: &[&str], input: &str, code: i32) -> (String, String) {
        let output = self.decode(arguments, input);
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("text");
        let (out, err) = (text(&output.stdout), text(&output.stderr));
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {out}{err}");
        (out, err)
    }
}

fn good() -> Value {
    json!({ "iss": "https://i.example", "aud": "api", "sub": "s", "exp": now() + HOUR, "iat": now() })
}

#[test]
fn every_exit_code_is_as_the_help_says() {
    let desk = Desk::new();
    let token = desk.token(&good());
    let (expired, early) =
        (json!({ "exp": now() - HOUR }), json!({ "exp": now() + HOUR, "nbf": now() + HOUR }));
    let jwks = ["-", "--jwks", "keys.json"];
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let (first, rest) = signature.split_at(1);
    let forged = format!("{signed}.{}{rest}", if first == "A" { "B" } else { "A" });
    desk.write("page.html", "<html></html>");
    for (arguments, input, code) in [
        (&jwks[..], token.as_str(), 0),
        (&["-", "--jwks", "keys.json", "--issuer", "https://i.example", "--audience", "api"], &token, 0),
        (&["--nonsense"], "", 1),
        (&["-", "--leeway", "601"], &token, 1),
        (&["-", "--jwks", "http://i.example/keys"], &token, 1),
        (&jwks, "there is nothing here", 2),
        (&jwks, "", 2),
        (&["-"], &token, 3),
        (&["-"], "eyJhbGciOiJkaXIiLCJlbmMiOiJBMTI4R0NNIn0.AA.AA.AA.AA", 3),
        (&jwks, &forged, 4),
        (&jwks, "eyJhbGciOiJub25lIn0.e30.", 4),
        (&["-"], "eyJhbGciOiJub25lIn0.e30.", 4),
        (&jwks, &desk.token(&expired), 5),
        (&["-"], &desk.token(&expired), 5),
        (&jwks, &desk.token(&early), 5),
        (&["-", "--jwks", "keys.json", "--audience", "another"], &token, 6),
        (&["-", "--jwks", "keys.json", "--issuer", "https://another.example"], &token, 6),
        (&["-", "--jwks", "keys.json", "--kind", "access-token"], &token, 6),
        (&["-", "--jwks", "nowhere.json"], &token, 7),
        (&["-", "--jwks", "page.html"], &token, 7),
        (&["-", "--jwks", "http://127.0.0.1:1/keys"], &token, 7),
    ] {
        desk.check(arguments, input, code);
    }
}

#[test]
fn the_help_lists_what_the_exit_codes_mean() {
    let (out, _) = Desk::new().check(&["--help"], "", 0);
    for code in 0..=7 {
        assert!(out.contains(&format!("\n  {code}  ")), "{code} in {out}");
    }
}

#[test]
fn the_help_is_in_the_order_of_a_manual_page() {
    let (out, _) = Desk::new().check(&["--help"], "", 0);
    let parts = [
        "scaikey decode - ",
        "\nUsage: scaikey decode ",
        "\nTOKEN may be ",
        "\nArguments:",
        "\nOptions:",
        "\nExit codes:",
        "\nEnvironment",
        "\nExamples:",
    ];
    let places = parts.map(|part| out.find(part).unwrap_or_else(|| panic!("{part:?} is missing in {out}")));
    assert!(places.is_sorted() && places[0] == 0, "{places:?} in {out}");
    assert!(out.lines().all(|line| line.chars().count() <= 100), "{out}");
}

#[test]
fn a_reader_that_has_seen_enough_is_no_error() {
    let desk = Desk::new();
    for arguments in [&["-"][..], &["-", "--json"]] {
        let mut child = desk.start(arguments);
        // It writes nothing before it has read all.
        drop(child.stdout.take());
        child.stdin.take().expect("a pipe").write_all(desk.token(&good()).as_bytes()).expect("a reader");
        let output = child.wait_with_output().expect("an end");
        assert_eq!(output.status.code(), Some(3), "the verdict is the same");
        assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    }
}

#[test]
fn text_from_powershell_is_read() {
    let desk = Desk::new();
    let token = desk.token(&good());
    let keys = fs::read_to_string(desk.path("keys.json")).unwrap();
    let utf_16 = |text: &str, of: fn(u16) -> [u8; 2]| -> Vec<u8> {
        format!("\u{feff}{text}\r\n").encode_utf16().flat_map(of).collect()
    };
    for of in [u16::to_le_bytes as fn(u16) -> [u8; 2], u16::to_be_bytes] {
        fs::write(desk.path("keys16.json"), utf_16(&keys, of)).unwrap();
        let mut child = desk.start(&["-", "--jwks", "keys16.json"]);
        child.stdin.take().expect("a pipe").write_all(&utf_16(&token, of)).expect("a reader");
        let output = child.wait_with_output().expect("an end");
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stdout));
    }
}

#[test]
fn values_stand_below_each_other() {
    let desk = Desk::new();
    let token = desk.token(&json!({ "sub": "s", "https://example.org/claims/of/some/length": "value" }));
    let (out, _) = desk.check(&[&token], "", 3);
    let column = |value: &str| out.lines().find_map(|line| line.strip_suffix(value)).map(str::len);
    assert_eq!((column(" s"), column(" value")), (Some(18), Some(18)), "{out}");
}

#[test]
fn it_says_how_the_signature_can_be_checked() {
    let desk = Desk::new();
    let hint = "with --jwks";
    let (out, _) = desk.check(&[&desk.token(&good())], "", 3);
    assert!(out.contains(hint), "{out}");
    // No key would help here.
    for (arguments, input, code) in [
        (&["-"][..], "eyJhbGciOiJkaXIiLCJlbmMiOiJBMTI4R0NNIn0.AA.AA.AA.AA", 3),
        (&["-"], "eyJhbGciOiJub25lIn0.e30.", 4),
        (&["-", "--jwks", "keys.json"], &desk.token(&good()), 0),
    ] {
        let (out, _) = desk.check(arguments, input, code);
        assert!(!out.contains(hint), "{out}");
    }
}

#[test]
fn a_token_is_found_in_what_surrounds_it() {
    let desk = Desk::new();
    let token = desk.token(&good());
    let (plain, _) = desk.check(&[&token], "", 3);
    let (header, _) = desk.check(&["-"], &format!("Authorization: Bearer {token}\n"), 3);
    assert!(header.ends_with(&plain), "{header}");
    assert!(!header.contains(token.rsplit_once('.').unwrap().1), "the signature is not repeated");
}

#[test]
fn json_keeps_every_digit_and_the_order() {
    let desk = Desk::new();
    // {"b":9007199254740993,"a":1.0,"b":1e400}
    let token = "eyJhbGciOiJSUzI1NiJ9.eyJiIjo5MDA3MTk5MjU0NzQwOTkzLCJhIjoxLjAsImIiOjFlNDAwfQ.AA";
    let (out, _) = desk.check(&["-", "--json"], token, 3);
    assert!(out.contains(r#""payload":{"b":9007199254740993,"a":1.0,"b":1e400}"#), "{out}");
    assert_eq!(out.lines().count(), 1);
    let (out, _) = desk.check(&["-", "--json"], "nothing", 2);
    let report: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((&report["exitCode"], &report["payload"]), (&json!(2), &Value::Null));
}

#[test]
fn f_jwt_32_a_token_cannot_write_to_the_terminal() {
    let desk = Desk::new();
    let hostile = "\u{1b}[31mred\u{202e}\r\u{7}";
    let token = desk.token(&json!({ hostile: hostile, "sub": hostile, "iss": [hostile], "exp": hostile }));
    for arguments in [&["-"][..], &["-", "--json"]] {
        let output = desk.decode(arguments, &format!("{hostile} {token}"));
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(text.contains("red"), "{text:?}");
        assert!(!text.contains(['\u{1b}', '\u{202e}', '\r', '\u{7}']), "{text:?}");
    }
}

#[test]
fn keys_are_fetched_from_the_server_that_publishes_them() {
    let desk = Desk::new();
    let practice = Practice::start(Options::for_tests()).unwrap();
    let jwks = format!("{}/api/v1/platform/.well-known/jwks.json", practice.base_url().trim_end_matches('/'));
    let token = practice.sign(&good()).unwrap();
    let (out, _) = desk.check(&["-", "--jwks", &jwks], &token, 0);
    assert!(out.ends_with("Verified.\n"), "{out}");
    practice.rotate_keys().unwrap();
    practice.retire_old_keys();
    desk.check(&["-", "--jwks", &jwks], &token, 4);
    let asked = practice.requests().len();
    assert_eq!(asked, 2, "the keys, once each time");
    // Without --jwks nothing is asked, whatever the token says.
    desk.check(&[&token], "", 3);
    assert_eq!(practice.requests().len(), asked);
    desk.check(&["-", "--jwks", &format!("{}/nowhere", practice.base_url())], &token, 7);
}
