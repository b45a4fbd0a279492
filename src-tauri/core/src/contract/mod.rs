//! What crosses between Rust and TypeScript. The files under `ui/src/lib/contract` are generated from these
//! types; a secret type does not implement `TS`, so it cannot cross by accident.

pub mod commands;
pub mod draft;
pub mod error;
pub mod snapshot;
pub mod token;

pub use commands::*;
pub use draft::*;
pub use error::*;
pub use snapshot::*;
pub use token::*;
