//! The protocol, without any IO.

pub mod http;
