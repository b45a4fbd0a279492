//! What several test binaries share.

pub mod certificates;
pub mod raw_server;
//! What the tests share.

#[cfg(target_os = "linux")]
pub mod window;
