//! The Rust sample as the app writes it, so that it is compiled.

#![allow(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "what the user gets keeps the user's rules"
)]

include!("samples/token_loop.rs");
