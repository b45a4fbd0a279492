//! A window with a static page and nothing else. It appends a line to the file given as its argument when the
//! page has painted.

use std::fs::OpenOptions;
use std::io::Write as _;

#[tauri::command]
fn painted() {
    let file = std::env::args_os().nth(1).expect("the file to write to");
    let mut file = OpenOptions::new().create(true).append(true).open(file).expect("that file");
    writeln!(file, "painted").expect("a line in it");
}

fn main() {
    tauri::Builder::default()
        .invoke_handler(tauri::generate_handler![painted])
        .run(tauri::generate_context!())
        .expect("a window");
}
