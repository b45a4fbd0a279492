//! The verdicts on tokens beside those of others: test vectors, other implementations, and inputs nobody thought of.
//!
//! `wycheproof` holds Project Wycheproof's vectors, `differential` the same tokens judged by `jsonwebtoken` and by
//! `jose` under Node. `fuzz` replays what `corpus/` holds and goes on from there; `tokens` makes the tokens for both.

#![expect(clippy::unwrap_used, reason = "all of this is a test")]

mod differential;
mod fuzz;
mod keys;
mod tokens;
mod wycheproof;
