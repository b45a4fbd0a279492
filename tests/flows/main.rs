//! Whole flows over loopback HTTP: real requests, played or real servers.

mod answers;
mod companion;
mod http;
