//! What several test binaries share.

#[cfg(target_os = "linux")]
pub mod window;
