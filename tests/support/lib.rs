//! What several test binaries share.

pub mod certificates;
pub mod raw_server;
