//! What may stand where.

use crate::{files, none, read};

/// Lines of these files that a check does not like, as `file:line: text`.
fn lines(files: Vec<String>, unwanted: impl Fn(&str) -> bool) -> Vec<String> {
    let mut found = Vec::new();
    for file in files {
        for (number, line) in read(&file).lines().enumerate() {
            if unwanted(line) {
                found.push(format!("{file}:{}: {}", number + 1, line.trim()));
            }
        }
    }
    found
}

fn page() -> Vec<String> {
    let mut files = files("ui/src", &[".ts", ".svelte", ".css", ".html"]);
    files.push("ui/index.html".to_owned());
    files
}

/// Whether a line has this text, and not as the end of a longer name.
fn says(line: &str, text: &str) -> bool {
    let is_part_of_a_name = |character: char| character.is_alphanumeric() || character == '_';
    line.match_indices(text).any(|(at, _)| !line.get(..at).unwrap_or("").ends_with(is_part_of_a_name))
}

#[test]
fn one_file_talks_to_rust() {
    let others = page().into_iter().filter(|file| file != "ui/src/lib/ipc.ts").collect();
    let imports = |line: &str| {
        line.contains("@tauri-apps/")
            && ["from ", "import ", "import("].iter().any(|word| line.contains(word))
    };
    assert!(imports("import { invoke } from \"@tauri-apps/api/core\";"));
    assert!(imports("const core = await import('@tauri-apps/api/core');"));
    none("Only ui/src/lib/ipc.ts imports @tauri-apps", &lines(others, imports));
    let direct = |line: &str| line.contains("__TAURI");
    none("Nothing goes around it", &lines(page(), direct));
}

#[test]
fn the_page_makes_no_markup_from_text() {
    const MAKERS: [&str; 8] = [
        "{@html",
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "srcdoc",
        "eval(",
        "new Function",
    ];
    let makes = |line: &str| MAKERS.iter().any(|maker| says(line, maker));
    assert!(makes("<p>{@html claim.value}</p>") && makes("  node.innerHTML = text;"));
    // A test may look at the markup that was made.
    let sources = page().into_iter().filter(|file| !file.contains(".test.")).collect();
    none("Text from a server or a token must stay text", &lines(sources, makes));
}

#[test]
fn the_page_reaches_no_network() {
    const REQUESTS: [&str; 11] = [
        "fetch(",
        "XMLHttpRequest",
        "WebSocket(",
        "EventSource(",
        "sendBeacon",
        "import(\"http",
        "src=\"http",
        "src='http",
        "url(http",
        "url(\"http",
        "@import \"http",
    ];
    let requests = |line: &str| {
        REQUESTS.iter().any(|request| says(line, request))
            || (line.contains("<link") && line.contains("href=\"http"))
    };
    assert!(requests("  await fetch(url)") && !requests("  await prefetch(url)"));
    assert!(requests("<link rel=\"stylesheet\" href=\"https://fonts.example/a.css\">"));
    none("All requests are Rust's", &lines(page(), requests));
}

#[test]
fn the_page_stores_nothing() {
    let stores = |line: &str| {
        ["localStorage", "sessionStorage", "indexedDB", "document.cookie"]
            .iter()
            .any(|store| says(line, store))
    };
    none("The webview keeps nothing on disk", &lines(page(), stores));
}

#[test]
fn keychain_errors_are_never_printed_whole() {
    // `Debug` of these errors holds the secret's bytes.
    // Tests print what they made up themselves.
    let product = files("src-tauri", &[".rs"]).into_iter().filter(|file| !file.ends_with("/tests.rs"));
    let touching = product.filter(|file| {
        let text = read(file);
        text.contains("keyring_core") || text.contains("keyring_store")
    });
    let prints = |line: &str| line.contains(":?}") || line.contains("dbg!(") || line.contains("= ?");
    assert!(prints("format!(\"{error:?}\")") && prints("warn!(error = ?error)"));
    none("Map a keychain's error before it is printed", &lines(touching.collect(), prints));
}

#[test]
fn names_say_what_a_thing_is() {
    const EMPTY: [&str; 6] = ["Manager", "Service", "Helper", "Util", "Processor", "Handler"];
    let names_nothing = |line: &str| {
        let words: Vec<&str> = line.split(|c: char| !c.is_alphanumeric() && c != '_').collect();
        words.windows(2).any(|pair| {
            matches!(pair[0], "struct" | "enum" | "trait" | "type" | "union" | "class" | "interface")
                && EMPTY
                    .iter()
                    .any(|empty| pair[1].trim_end_matches('s').ends_with(empty) || pair[1].starts_with(empty))
        })
    };
    assert!(names_nothing("pub(crate) struct TokenManager {") && names_nothing("type StringUtils = u8;"));
    assert!(!names_nothing("struct Token; // no Manager") && !names_nothing("let service: u8;"));
    let mut sources = files("ui/src", &[".ts", ".svelte"]);
    for folder in ["src-tauri", "tests", "xtask"] {
        sources.extend(files(folder, &[".rs"]));
    }
    sources.retain(|file| !file.starts_with("tests/tidy/"));
    none("A name for this?", &lines(sources, names_nothing));
}

#[test]
fn no_registry_is_named() {
    // Which mirror a machine uses is its own affair; the lock files name the official ones.
    let hosts =
        [["crates", "io"], ["npmjs", "org"], ["npmjs", "com"], ["pypi", "org"], ["pythonhosted", "org"]];
    let hosts = hosts.map(|parts| parts.join("."));
    let names = |line: &str| hosts.iter().any(|host| line.contains(host.as_str()));
    let mut text = files("", &[]);
    text.retain(|file| {
        let name = file.rsplit('/').next().unwrap();
        let known = ["Cargo.lock", "package-lock.json", "deny.toml"].contains(&name);
        let picture = [".png", ".ico", ".icns", ".woff2", ".pdf"].iter().any(|ending| name.ends_with(ending));
        !known && !picture
    });
    // A test vector may be any bytes.
    text.retain(|file| !["tests/vectors/", "tests/jwt/corpus/"].iter().any(|bytes| file.starts_with(bytes)));
    assert!(text.len() > 20, "the tree was not read");
    none("Only lock files name a registry", &lines(text, names));
}
