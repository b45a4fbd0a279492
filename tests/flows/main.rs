//! Whole flows over loopback HTTP: real requests, played or real servers.

mod config_file;
mod http;
