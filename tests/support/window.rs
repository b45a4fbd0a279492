//! The real window on a desktop of its own.
//!
//! A [`Desktop`] is a screen (Xvfb), a message bus, a keychain (gnome-keyring) and a home folder that nothing
//! else uses. It outlives the windows opened on it, so a test can quit the app and start it again and find what
//! was saved. Everything ends when it is dropped. The variables are set on the processes, never on the test
//! itself, so several desktops can live side by side.
//!
//! A [`Window`] is the app, driven through WebDriver. Elements are named by their `data-testid`. Whatever waits
//! has a limit; when it is over, the test fails with a picture of the window in `test-output/<test>/`.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::time::Duration;

use fantoccini::elements::Element;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::time::Instant;
use x11rb::connection::Connection as _;
use x11rb::protocol::xproto::{
    AtomEnum, ClientMessageEvent, ConnectionExt as _, EventMask, InputFocus, MapState,
};

/// How long something may take that is not a matter of the network: an element appears, a text changes.
pub const SOON: Duration = Duration::from_secs(15);

/// How often a condition is looked at again.
const POLL: Duration = Duration::from_millis(50);

/// After so many pictures the page is moving, and any of them will do.
const MOST_PICTURES: u32 = 10;

/// How long a process may take to start or to end.
const PROCESS: Duration = Duration::from_secs(40);

/// The folder in which the app keeps what is its own, below each of the user's folders.
pub const IDENTIFIER: &str = "ai.scailabs.scaikey-companion";

/// The password of the keychain, which is unlocked when the desktop starts.
const KEYCHAIN_PASSWORD: &str = "a desktop for tests";

/// A process that ends with its owner.
pub struct Process(Child);

impl Process {
    /// Its id.
    pub fn id(&self) -> u32 {
        self.0.id()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to do.
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// A screen, a message bus, a keychain and a home folder.
pub struct Desktop {
    test: String,
    binary: PathBuf,
    display: String,
    bus: String,
    keychain: Mutex<Option<Process>>,
    launches: Mutex<u32>,
    // Dropped in this order: the bus and the screen after what uses them, the home last.
    _bus: Process,
    _screen: Process,
    home: TempDir,
}

impl Desktop {
    /// Starts a desktop; `test` names the folder for its pictures.
    pub async fn start(test: &str) -> Self {
        Self::start_for(test, &binary()).await
    }

    /// Starts a desktop for another program than the window of this workspace.
    pub async fn start_for(test: &str, binary: &Path) -> Self {
        assert!(
            binary.is_file(),
            "{} is not there; build it first: cargo build --features custom-protocol",
            binary.display()
        );
        // In /tmp on purpose: the path of a socket may have no more than 108 bytes.
        let home = tempfile::Builder::new().prefix("scaikey-desktop-").tempdir().expect("a home folder");
        for folder in ["run", "config", "data", "cache", "state"] {
            fs::create_dir(home.path().join(folder)).expect("a folder in the home folder");
        }
        let run = home.path().join("run");
        fs::set_permissions(&run, fs::Permissions::from_mode(0o700)).expect("private runtime folder");

        let (screen, number) = start_and_read_line(
            Command::new("Xvfb").args([
                "-displayfd",
                "1",
                "-screen",
                "0",
                "1280x860x24",
                "-nolisten",
                "tcp",
                "-noreset",
            ]),
            &home.path().join("screen.log"),
        );
        let rules = home.path().join("bus.conf");
        fs::write(&rules, bus_rules(&run.join("bus"))).expect("rules for the bus");
        let (bus, address) = start_and_read_line(
            Command::new("dbus-daemon")
                .arg(format!("--config-file={}", rules.display()))
                .args(["--nofork", "--print-address=1"]),
            &home.path().join("bus.log"),
        );
        let desktop = Self {
            test: test.to_owned(),
            binary: binary.to_owned(),
            display: format!(":{number}"),
            bus: address,
            keychain: Mutex::new(None),
            launches: Mutex::new(0),
            _bus: bus,
            _screen: screen,
            home,
        };
        desktop.start_keychain().await;
        desktop
    }

    /// The home folder; it also holds `config`, `data`, `cache` and `state`.
    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// Where the app keeps its configuration (`$XDG_CONFIG_HOME`).
    pub fn config(&self) -> PathBuf {
        self.home().join("config")
    }

    /// Starts the keychain (again) and unlocks it.
    pub async fn start_keychain(&self) {
        let mut command = self.command("gnome-keyring-daemon");
        command.args(["--foreground", "--unlock", "--components=secrets"]);
        let log = log_file(&self.home().join("keychain.log"));
        command.stdout(log.try_clone().expect("a second handle")).stderr(log);
        let mut child = command.stdin(Stdio::piped()).spawn().expect("gnome-keyring-daemon");
        let mut stdin = child.stdin.take().expect("its standard input");
        stdin.write_all(KEYCHAIN_PASSWORD.as_bytes()).expect("the password");
        drop(stdin);
        *self.keychain.lock().expect("keychain") = Some(Process(child));
        let started = poll(PROCESS, async || self.keychain_answers().await).await;
        assert!(started, "the keychain did not start: {}", self.read("keychain.log"));
    }

    /// Ends the keychain, as if it had crashed. Nothing starts it again but [`Desktop::start_keychain`].
    pub fn stop_keychain(&self) {
        drop(self.keychain.lock().expect("keychain").take());
    }

    async fn keychain_answers(&self) -> bool {
        self.is_on_the_bus("org.freedesktop.secrets").await
    }

    /// Whether somebody on the session's bus has this name.
    async fn is_on_the_bus(&self, name: &str) -> bool {
        let mut ask = self.command("dbus-send");
        ask.args([
            "--session",
            "--print-reply",
            "--dest=org.freedesktop.DBus",
            "/org/freedesktop/DBus",
            "org.freedesktop.DBus.NameHasOwner",
        ]);
        ask.arg(format!("string:{name}"));
        let answer = output(ask, SOON).await;
        answer.is_some_and(|bytes| String::from_utf8_lossy(&bytes).contains("boolean true"))
    }

    /// Waits until an app that has ended is forgotten by the bus, too: whoever starts before that hands over to
    /// one that is no more.
    ///
    /// # Panics
    /// After 15 s.
    pub async fn wait_until_left(&self) {
        let name = format!("{IDENTIFIER}.SingleInstance");
        let left = poll(SOON, async || !self.is_on_the_bus(&name).await).await;
        assert!(left, "{name} is still on the bus");
    }

    /// Opens the app's window.
    pub async fn open_window(&self) -> Window<'_> {
        self.open_window_with(&[], &[]).await
    }

    /// Opens the app's window with these arguments and variables.
    pub async fn open_window_with(&self, args: &[&str], env: &[(&str, &str)]) -> Window<'_> {
        self.wait_until_left().await;
        let launch = {
            let mut launches = self.launches.lock().expect("launches");
            *launches += 1;
            *launches
        };
        let pid_file = self.home().join(format!("app-{launch}.pid"));
        // The driver starts the app; the script says under which id, and keeps what the app prints.
        let script = self.home().join(format!("app-{launch}.sh"));
        let text = format!(
            "#!/bin/sh\necho $$ > '{}'\nexec '{}' \"$@\" >> '{}' 2>> '{}'\n",
            pid_file.display(),
            self.binary.display(),
            self.home().join("app.stdout").display(),
            self.home().join("app.stderr").display(),
        );
        fs::write(&script, text).expect("the start script");
        fs::set_permissions(&script, fs::Permissions::from_mode(0o700)).expect("executable");

        let port = free_port();
        let mut command = self.command("WebKitWebDriver");
        command.args(["--host=127.0.0.1".to_owned(), format!("--port={port}")]);
        command.env("TAURI_AUTOMATION", "true").env("TAURI_WEBVIEW_AUTOMATION", "true");
        // The app turns this renderer off where nothing is set; with it off a WebDriver's picture never comes.
        command.env("WEBKIT_DISABLE_DMABUF_RENDERER", "0");
        command.envs(env.iter().copied());
        let log = log_file(&self.home().join("driver.log"));
        command.stdout(log.try_clone().expect("a second handle")).stderr(log);
        let driver = Process(command.stdin(Stdio::null()).spawn().expect("WebKitWebDriver"));
        let listening = poll(PROCESS, async || TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok()).await;
        assert!(listening, "WebKitWebDriver did not start: {}", self.read("driver.log"));

        let wishes = json!({
            "webkitgtk:browserOptions": { "binary": script, "args": args },
        });
        let Value::Object(wishes) = wishes else { unreachable!("it is an object") };
        let mut builder = ClientBuilder::new(HttpConnector::new());
        builder.capabilities(wishes);
        let address = format!("http://127.0.0.1:{port}");
        let client = match tokio::time::timeout(PROCESS, builder.connect(&address)).await {
            Ok(Ok(client)) => client,
            Ok(Err(error)) => panic!("no window: {error}\n{}", self.process_output()),
            Err(_) => panic!("no window within {PROCESS:?}\n{}", self.process_output()),
        };
        let pid = self.read(&format!("app-{launch}.pid")).trim().parse().expect("a process id");
        Window { desktop: self, app: App(pid), client, _driver: driver }
    }

    /// Starts the app as a user does: no driver, so nothing is set up otherwise than on a user's computer. What
    /// it shows cannot be seen; [`Desktop::log`] says how far it is.
    pub fn start_app(&self) -> Running<'_> {
        let mut command = self.command(self.binary.to_str().expect("a path that is text"));
        let log = |name: &str| log_file(&self.home().join(name));
        command.stdin(Stdio::null()).stdout(log("app.stdout")).stderr(log("app.stderr"));
        let child = command.spawn().expect("the app");
        let app = App(child.id());
        Running { desktop: self, app, _child: Process(child) }
    }

    /// What stands in the app's log file, of all its runs on this desktop.
    pub fn log(&self) -> String {
        self.read(&format!("data/{IDENTIFIER}/logs/companion.log"))
    }

    /// Every file and folder below a folder, as paths within it, sorted; folders end with a slash.
    pub fn files_below(folder: &Path) -> Vec<String> {
        let mut found = Vec::new();
        let mut folders = vec![folder.to_owned()];
        while let Some(next) = folders.pop() {
            for entry in fs::read_dir(&next).expect("a folder").flatten() {
                let path = entry.path();
                let name = path.strip_prefix(folder).expect("below it").display().to_string();
                if entry.file_type().expect("its type").is_dir() {
                    found.push(name + "/");
                    folders.push(path);
                } else {
                    found.push(name);
                }
            }
        }
        found.sort();
        found
    }

    /// Lets the keychain hang: it is there, and answers nothing.
    pub fn freeze_keychain(&self) {
        let keychain = self.keychain.lock().expect("keychain");
        App(keychain.as_ref().expect("a keychain that runs").0.id()).signal("STOP");
    }

    /// Starts a program as a person would, without a driver; it is killed when what is returned is dropped.
    pub fn launch(&self, program: &Path, args: &[&OsStr], env: &[(&str, &str)]) -> Process {
        let mut command = self.command(program);
        command.args(args).envs(env.iter().copied()).stdin(Stdio::null());
        command.stdout(log_file(&self.home().join("app.stdout")));
        command.stderr(log_file(&self.home().join("app.stderr")));
        Process(command.spawn().expect("setpriv"))
    }

    /// The text on the clipboard, as another program sees it; `None` when there is none.
    pub async fn clipboard(&self) -> Option<String> {
        let bytes = self.clipboard_as("UTF8_STRING").await?;
        Some(String::from_utf8(bytes).expect("text on the clipboard"))
    }

    /// The forms in which the clipboard offers its content, such as `UTF8_STRING`.
    pub async fn clipboard_targets(&self) -> Vec<String> {
        let bytes = self.clipboard_as("TARGETS").await.unwrap_or_default();
        String::from_utf8_lossy(&bytes).lines().map(str::to_owned).collect()
    }

    /// One form of the clipboard's content.
    pub async fn clipboard_as(&self, target: &str) -> Option<Vec<u8>> {
        let mut command = self.command("xclip");
        command.args(["-o", "-selection", "clipboard", "-t", target]);
        output(command, SOON).await
    }

    /// Puts a text on the clipboard, as another program would.
    pub fn set_clipboard(&self, text: &str) {
        let file = self.home().join("clipboard");
        fs::write(&file, text).expect("a file with the text");
        let mut command = self.command("xclip");
        // It goes on in the background to serve the text, until another program takes the clipboard.
        command.args(["-i", "-selection", "clipboard"]).arg(file);
        let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status().expect("xclip");
        assert!(status.success(), "xclip refused the text");
    }

    /// Everything the app has printed on this desktop: standard output, then standard error.
    pub fn process_output(&self) -> String {
        self.read("app.stdout") + &self.read("app.stderr")
    }

    /// Every file below the home folder that holds one of these texts, with the text. The driver's, the bus's
    /// and the keychain's own files are no matter of the app's, and an encrypted keychain holds none anyway.
    pub fn files_with<'t>(&self, texts: &[&'t str]) -> Vec<(PathBuf, &'t str)> {
        let mut found = Vec::new();
        let mut folders = vec![self.home().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(&folder).expect("a folder").flatten() {
                let (path, kind) = (entry.path(), entry.file_type().expect("its type"));
                if kind.is_dir() {
                    folders.push(path);
                } else if kind.is_file() && entry.file_name() != "clipboard" {
                    let bytes = fs::read(&path).unwrap_or_default();
                    let holds =
                        |text: &&str| bytes.windows(text.len()).any(|window| window == text.as_bytes());
                    found.extend(texts.iter().filter(|text| holds(text)).map(|text| (path.clone(), *text)));
                }
            }
        }
        found
    }

    /// A program on this desktop. It ends when the thread that started it ends, however the test ends.
    fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = on_this_thread(program);
        let home = self.home();
        command
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("LANG", "C.UTF-8")
            .env("USER", "tester")
            .env("HOME", home)
            .env("XDG_RUNTIME_DIR", home.join("run"))
            .env("XDG_CONFIG_HOME", home.join("config"))
            .env("XDG_DATA_HOME", home.join("data"))
            .env("XDG_CACHE_HOME", home.join("cache"))
            .env("XDG_STATE_HOME", home.join("state"))
            .env("XDG_SESSION_TYPE", "x11")
            .env("GDK_BACKEND", "x11")
            .env("GSETTINGS_BACKEND", "memory")
            .env("NO_AT_BRIDGE", "1")
            .env("DISPLAY", &self.display)
            .env("DBUS_SESSION_BUS_ADDRESS", &self.bus)
            .current_dir(home);
        command
    }

    fn read(&self, file: &str) -> String {
        let bytes = fs::read(self.home().join(file)).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    fn picture(&self, name: &str) -> PathBuf {
        let folder = workspace().join("test-output").join(&self.test);
        fs::create_dir_all(&folder).expect("a folder for pictures");
        folder.join(format!("{name}.png"))
    }
}

/// The app without a driver, as a user starts it.
pub struct Running<'d> {
    desktop: &'d Desktop,
    app: App,
    _child: Process,
}

impl Running<'_> {
    /// Its process still runs.
    pub fn runs(&self) -> bool {
        self.app.runs()
    }

    /// Its window is on the screen.
    pub fn has_window(&self) -> bool {
        Screen::of(self.desktop).window_of(self.app.0).is_some()
    }

    /// Its window has the keyboard.
    pub fn has_focus(&self) -> bool {
        let screen = Screen::of(self.desktop);
        screen.window_of(self.app.0).is_some_and(|window| screen.has_focus(window))
    }

    /// Takes the keyboard from its window, as a click on another one would.
    pub fn blur(&self) {
        let screen = Screen::of(self.desktop);
        screen.focus(screen.root);
    }

    /// Closes its window as the close button does.
    pub fn close(&self) {
        let screen = Screen::of(self.desktop);
        screen.close(screen.window_of(self.app.0).expect("the app's window on the screen"));
    }

    /// Ends it at once, as a crash or a loss of power would.
    pub fn kill(&self) {
        self.app.signal("KILL");
    }
}

/// The app's process; it is the driver's child, so it is known by its id.
struct App(u32);

impl App {
    /// It runs: a process that has ended but was not waited for does not count.
    fn runs(&self) -> bool {
        let state = fs::read_to_string(format!("/proc/{}/stat", self.0)).unwrap_or_default();
        // The name comes before, in brackets, and may hold anything.
        let state = state.rsplit_once(')').map_or("", |(_, rest)| rest.trim_start());
        !state.is_empty() && !state.starts_with(['Z', 'X'])
    }

    fn signal(&self, signal: &str) {
        if self.runs() {
            let command = format!("kill -{signal} {}", self.0);
            drop(Command::new("sh").args(["-c", &command]).stderr(Stdio::null()).status());
        }
    }
}

impl Drop for App {
    fn drop(&mut self) {
        self.signal("KILL");
    }
}

/// The app's window.
pub struct Window<'d> {
    desktop: &'d Desktop,
    app: App,
    client: Client,
    // Dropped after the app: it is the app's parent.
    _driver: Process,
}

impl Window<'_> {
    /// The WebDriver session, for what this type does not offer.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// The app's process id.
    pub fn process_id(&self) -> u32 {
        self.app.0
    }

    /// Waits until there is such an element and it can be seen.
    pub async fn wait_for(&self, testid: &str, limit: Duration) -> Element {
        self.wait_until(&format!("{testid} to appear"), limit, async || self.sees(testid).await).await;
        self.find(testid).await.expect("the element that was just seen")
    }

    /// Waits until no such element can be seen.
    pub async fn wait_gone(&self, testid: &str, limit: Duration) {
        self.wait_until(&format!("{testid} to go"), limit, async || !self.sees(testid).await).await;
    }

    /// Waits until the text of such an element is as wished, and returns it.
    pub async fn wait_for_text(
        &self,
        testid: &str,
        limit: Duration,
        wished: impl Fn(&str) -> bool,
    ) -> String {
        let last = Mutex::new(String::new());
        self.wait_until(&format!("the text of {testid}"), limit, async || {
            let text = self.try_text(testid).await.unwrap_or_default();
            let fits = wished(&text);
            *last.lock().expect("text") = text;
            fits
        })
        .await;
        last.into_inner().expect("text")
    }

    /// Waits until a condition holds. It is looked at again and again; when the limit is over, the test fails.
    pub async fn wait_until(&self, what: &str, limit: Duration, condition: impl AsyncFn() -> bool) {
        if !poll(limit, condition).await {
            self.fail(&format!("waited {limit:?} for {what}")).await;
        }
    }

    /// Such an element can be seen now.
    pub async fn sees(&self, testid: &str) -> bool {
        match self.find(testid).await {
            Some(element) => element.is_displayed().await.unwrap_or(false),
            None => false,
        }
    }

    /// Clicks such an element, as soon as it can be seen and is enabled.
    pub async fn click(&self, testid: &str) {
        self.wait_until(&format!("{testid} to take a click"), SOON, async || {
            let Some(element) = self.find(testid).await else { return false };
            // It may be drawn anew or covered at this very moment; then the next try finds it.
            element.is_displayed().await.unwrap_or(false)
                && element.is_enabled().await.unwrap_or(false)
                && self.stands_still(testid).await
                && element.click().await.is_ok()
        })
        .await;
    }

    /// Whether an element stays where it is for two frames. A click is aimed first and made then: on what is
    /// just moving it would hit something else.
    async fn stands_still(&self, testid: &str) -> bool {
        let script = "const [testid, done] = arguments;
            const place = () => JSON.stringify(document.querySelector(`[data-testid=\"${testid}\"]`)?.getBoundingClientRect());
            const before = place();
            requestAnimationFrame(() => requestAnimationFrame(() => done(place() === before)));";
        let still = self.client.execute_async(script, vec![json!(testid)]).await;
        still.is_ok_and(|still| still == json!(true))
    }

    /// The visible text of such an element, as soon as it is there.
    pub async fn text(&self, testid: &str) -> String {
        let element = self.wait_for(testid, SOON).await;
        element.text().await.expect("the text of an element")
    }

    /// The value of such an input.
    pub async fn value(&self, testid: &str) -> String {
        let element = self.wait_for(testid, SOON).await;
        element.prop("value").await.expect("the value of an input").unwrap_or_default()
    }

    /// Types into such an input, in place of what it holds.
    pub async fn type_into(&self, testid: &str, text: &str) {
        let element = self.wait_for(testid, SOON).await;
        element.clear().await.expect("an empty input");
        element.send_keys(text).await.expect("keys to be typed");
    }

    /// Presses keys wherever the focus is; a modifier (see `fantoccini::key::Key`) holds for the rest.
    pub async fn press(&self, keys: &str) {
        let element = self.client.active_element().await.expect("an element with the focus");
        element.send_keys(keys).await.expect("keys to be pressed");
    }

    /// What a script returns, run in the page. For looking only: a test acts as a person does.
    pub async fn evaluate(&self, script: &str) -> Value {
        self.client.execute(script, Vec::new()).await.expect("the script's result")
    }

    /// All that the page holds: its whole markup, and what stands in its inputs.
    pub async fn page(&self) -> String {
        let page = self
            .evaluate(
                "return document.documentElement.outerHTML + '\\n' + \
                 [...document.querySelectorAll('input, textarea')].map((input) => input.value).join('\\n')",
            )
            .await;
        page.as_str().expect("the page's text").to_owned()
    }

    /// Keeps a picture of the page as `test-output/<test>/<name>.png`.
    pub async fn screenshot(&self, name: &str) -> PathBuf {
        // What has just changed is painted some frames later, so the first of two that are alike is kept.
        let mut picture = self.raw_picture().await;
        for _ in 0..MOST_PICTURES {
            let frames = "const done = arguments[0]; let left = 4; \
                          const next = () => (left-- > 0 ? requestAnimationFrame(next) : done()); next();";
            drop(self.client.execute_async(frames, Vec::new()).await);
            let next = self.raw_picture().await;
            if next == picture {
                break;
            }
            picture = next;
        }
        let path = self.desktop.picture(name);
        fs::write(&path, picture).expect("a file for the picture");
        path
    }

    async fn raw_picture(&self) -> Vec<u8> {
        // The driver fails at times where the page is being drawn, and says nothing of why.
        for _ in 0..MOST_PICTURES {
            let picture = tokio::time::timeout(PROCESS, self.client.screenshot()).await;
            if let Ok(picture) = picture.expect("a picture in time") {
                return picture;
            }
        }
        panic!("no picture of the window in {MOST_PICTURES} tries")
    }

    /// Makes the page this large.
    pub async fn resize(&self, width: u32, height: u32) {
        self.client.set_window_size(width, height).await.expect("another size");
        let wished = json!([width, height]);
        self.wait_until(&format!("a window of {width} × {height}"), SOON, async || {
            self.evaluate("return [innerWidth, innerHeight]").await == wished
        })
        .await;
    }

    /// Gives the window the keyboard, as a click on its title would. There is no window manager to do it.
    pub fn focus(&self) {
        let screen = Screen::of(self.desktop);
        screen.focus(screen.window_of(self.app.0).expect("the app's window on the screen"));
    }

    /// Takes the keyboard from the window, as a click on another one would.
    pub fn blur(&self) {
        let screen = Screen::of(self.desktop);
        screen.focus(screen.root);
    }

    /// Closes the window as its close button does, and waits for the app to end.
    pub async fn quit(self) {
        let screen = Screen::of(self.desktop);
        screen.close(screen.window_of(self.app.0).expect("the app's window on the screen"));
        let ended = poll(PROCESS, async || !self.app.runs()).await;
        assert!(ended, "the app still runs {PROCESS:?} after its window was closed");
    }

    /// Ends the app at once, as a crash or a loss of power would.
    pub async fn kill(self) {
        self.app.signal("KILL");
        assert!(poll(PROCESS, async || !self.app.runs()).await, "the app cannot be killed");
    }

    async fn find(&self, testid: &str) -> Option<Element> {
        let selector = format!("[data-testid=\"{testid}\"]");
        self.client.find(Locator::Css(&selector)).await.ok()
    }

    async fn try_text(&self, testid: &str) -> Option<String> {
        self.find(testid).await?.text().await.ok()
    }

    async fn fail(&self, why: &str) -> ! {
        let picture = self.screenshot("failed").await;
        let page = self.evaluate("return document.body.innerText").await;
        panic!(
            "{why}; see {}\nThe page says:\n{}\nThe app printed:\n{}",
            picture.display(),
            page.as_str().unwrap_or_default(),
            self.desktop.process_output()
        );
    }
}

/// The screen, for what WebDriver cannot do: the close button and the focus.
struct Screen {
    connection: x11rb::rust_connection::RustConnection,
    root: u32,
}

impl Screen {
    fn of(desktop: &Desktop) -> Self {
        let (connection, screen) =
            x11rb::connect(Some(&desktop.display)).expect("a connection to the screen");
        let root = connection.setup().roots[screen].root;
        Self { connection, root }
    }

    fn atom(&self, name: &str) -> u32 {
        let cookie = self.connection.intern_atom(false, name.as_bytes()).expect("a request");
        cookie.reply().expect("an atom").atom
    }

    fn numbers(&self, window: u32, property: u32, kind: AtomEnum) -> Vec<u32> {
        let cookie = self.connection.get_property(false, window, property, kind, 0, 64);
        let reply = cookie.ok().and_then(|cookie| cookie.reply().ok());
        reply.and_then(|reply| reply.value32().map(Iterator::collect)).unwrap_or_default()
    }

    /// The window of a process that can be seen and closed.
    fn window_of(&self, process: u32) -> Option<u32> {
        let (owner, protocols) = (self.atom("_NET_WM_PID"), self.atom("WM_PROTOCOLS"));
        let delete = self.atom("WM_DELETE_WINDOW");
        let tree = self.connection.query_tree(self.root).expect("a request");
        tree.reply().expect("the windows on the screen").children.into_iter().find(|&window| {
            let attributes = self.connection.get_window_attributes(window).ok();
            let attributes = attributes.and_then(|cookie| cookie.reply().ok());
            attributes.is_some_and(|found| found.map_state == MapState::VIEWABLE)
                && self.numbers(window, owner, AtomEnum::CARDINAL) == [process]
                && self.numbers(window, protocols, AtomEnum::ATOM).contains(&delete)
        })
    }

    fn focus(&self, window: u32) {
        let request = self.connection.set_input_focus(InputFocus::PARENT, window, x11rb::CURRENT_TIME);
        request.expect("a request").check().expect("the focus");
    }

    /// The keyboard goes to this window, or to a part of it.
    fn has_focus(&self, window: u32) -> bool {
        let cookie = self.connection.get_input_focus().expect("a request");
        let mut at = cookie.reply().expect("the focus").focus;
        while at != window {
            let tree = self.connection.query_tree(at).ok().and_then(|cookie| cookie.reply().ok());
            match tree {
                Some(tree) if tree.parent != x11rb::NONE => at = tree.parent,
                _ => return false,
            }
        }
        true
    }

    fn close(&self, window: u32) {
        let (protocols, delete) = (self.atom("WM_PROTOCOLS"), self.atom("WM_DELETE_WINDOW"));
        let data = [delete, x11rb::CURRENT_TIME, 0, 0, 0];
        let event = ClientMessageEvent::new(32, window, protocols, data);
        let request = self.connection.send_event(false, window, EventMask::NO_EVENT, event);
        request.expect("a request").check().expect("the window told to close");
    }
}

/// The folder of the workspace.
pub fn workspace() -> PathBuf {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    tests.parent().expect("the folder above tests").to_owned()
}

/// The window's binary, as `cargo build --features custom-protocol` leaves it.
pub fn binary() -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| workspace().join("target"), |target| workspace().join(target));
    target.join("debug").join("scaikey-companion")
}

/// Waits until a condition holds, and fails when the limit is over.
pub async fn eventually(what: &str, limit: Duration, condition: impl AsyncFn() -> bool) {
    assert!(poll(limit, condition).await, "waited {limit:?} for {what}");
}

/// Looks at a condition again and again; false when the limit is over.
async fn poll(limit: Duration, condition: impl AsyncFn() -> bool) -> bool {
    let deadline = Instant::now() + limit;
    loop {
        if condition().await {
            return true;
        }
        if Instant::now() >= deadline {
            return false;
        }
        tokio::time::sleep(POLL).await;
    }
}

/// What a program prints, if it ends well and in time.
async fn output(command: Command, limit: Duration) -> Option<Vec<u8>> {
    let mut command = tokio::process::Command::from(command);
    command.stdin(Stdio::null()).kill_on_drop(true);
    let output = tokio::time::timeout(limit, command.output()).await.ok()?.expect("a program to run");
    output.status.success().then_some(output.stdout)
}

/// A program that the system ends together with the thread that started it.
fn on_this_thread(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "KILL", "--"]).arg(program);
    command
}

/// Starts a server and reads the line with which it says where it listens.
fn start_and_read_line(wished: &Command, log: &Path) -> (Process, String) {
    let mut command = on_this_thread(wished.get_program());
    let name = OsString::from(wished.get_program());
    command.args(wished.get_args()).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log_file(log));
    let mut child = command.spawn().expect("setpriv");
    let stdout = child.stdout.take().expect("its standard output");
    let process = Process(child);
    let mut line = String::new();
    // It ends with an empty line when the program ends.
    BufReader::new(stdout).read_line(&mut line).expect("a line");
    let line = line.trim().to_owned();
    let reason = fs::read_to_string(log).unwrap_or_default();
    assert!(!line.is_empty(), "{} did not start: {reason}", name.display());
    (process, line)
}

fn log_file(path: &Path) -> fs::File {
    fs::File::options().create(true).append(true).open(path).expect("a log file")
}

fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    listener.local_addr().expect("its number").port()
}

/// A bus that starts nothing by itself, so a keychain that is stopped stays stopped.
fn bus_rules(socket: &Path) -> String {
    format!(
        r#"<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path={}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"#,
        socket.display()
    )
}
