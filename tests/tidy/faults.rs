//! Every fault that was listed for tokens and for keys has a test that says its number.

use std::collections::BTreeSet;

use crate::{files, none, read};

/// The lists of faults: how their tests are called, and how many there are.
const LISTS: [(&str, u32); 2] = [("f_jwt_", 36), ("f_jwk_", 16)];

/// The numbers behind each place where a name says `f_jwt_` or the like: `f_jwt_22_23_x` is a test of two.
fn numbers<'a>(name: &'a str, list: &'a str) -> impl Iterator<Item = u32> + 'a {
    name.split(list).skip(1).flat_map(|rest| rest.split('_').map_while(|word| word.parse().ok()))
}

/// The names of the test functions in a file.
fn tests(text: &str) -> impl Iterator<Item = &str> {
    let mut marked = false;
    text.lines().map(str::trim).filter_map(move |line| {
        if line.starts_with("#[") {
            marked |= line == "#[test]" || line.starts_with("#[tokio::test");
            return None;
        }
        let name =
            line.trim_start_matches("async ").strip_prefix("fn ").and_then(|rest| rest.split('(').next());
        std::mem::take(&mut marked).then_some(name).flatten()
    })
}

#[test]
fn each_fault_of_tokens_and_keys_has_a_test() {
    assert_eq!(numbers("f_jwt_17_f_jwk_12_13_issuers_2", "f_jwk_").collect::<Vec<_>>(), [12, 13]);
    assert_eq!(tests("#[test]\n#[ignore]\nfn one() {\nfn two() {").collect::<Vec<_>>(), ["one"]);

    let sources: Vec<String> =
        ["src-tauri", "tests"].iter().flat_map(|folder| files(folder, &[".rs"])).collect();
    let texts: Vec<String> = sources.iter().map(|file| read(file)).collect();
    let names: Vec<&str> = texts.iter().flat_map(|text| tests(text)).collect();
    let mut missing = Vec::new();
    for (list, last) in LISTS {
        let tested: BTreeSet<u32> = names.iter().flat_map(|name| numbers(name, list)).collect();
        missing.extend((1..=last).filter(|n| !tested.contains(n)).map(|n| format!("{list}{n}")));
        let unknown = tested.iter().filter(|n| !(1..=last).contains(*n));
        missing.extend(unknown.map(|n| format!("{list}{n} is no fault of the list")));
    }
    none("Faults without a test", &missing);
}
