//! What several test binaries share.

pub mod certificates;
pub mod raw_server;
pub mod shell;
#[cfg(target_os = "linux")]
pub mod window;
pub mod world;

/// Says that a test had nothing to do because something it needs is not on this machine: `cargo xtask test` reads it
/// and names it in its summary. Only for what a machine may lack without anything being wrong.
pub fn not_there(what: &str) {
    use std::io::Write as _;
    // Past the test runner, which keeps what a passing test prints to itself. It may stand in the middle of a line.
    drop(writeln!(std::io::stdout().lock(), "\nSKIPPED: {what}"));
}
