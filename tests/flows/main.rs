//! Whole flows over loopback HTTP and on the disk: real requests, played or real servers, a killed process.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking, in its helpers too")]

mod activity;
mod answers;
mod calls;
mod companion;
mod config_file;
mod desk;
mod errors;
mod http;
mod inspector;
mod rotation;
mod walkthroughs;
