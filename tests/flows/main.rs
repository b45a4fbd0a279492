//! Whole flows over loopback HTTP and on the disk: real requests, played or real servers, a killed process.

mod answers;
mod companion;
mod config_file;
mod http;
