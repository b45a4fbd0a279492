//! What several test binaries share.

pub mod certificates;
pub mod raw_server;
pub mod shell;
#[cfg(target_os = "linux")]
pub mod window;
pub mod world;
