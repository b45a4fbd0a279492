//! What crosses between Rust and TypeScript. The files under `ui/src/lib/contract` are generated from these
//! types; a secret type does not implement `TS`, so it cannot cross by accident.

pub mod commands;
pub mod draft;
pub mod endpoint;
pub mod error;
pub mod exchange;
pub mod inspect;
pub mod snapshot;
pub mod token;
pub mod walkthrough;
pub mod walkthrough_id;
mod words;

pub use commands::*;
pub use draft::*;
pub use endpoint::*;
pub use error::*;
pub use exchange::*;
pub use inspect::*;
pub use snapshot::*;
pub use token::*;
pub use walkthrough::*;
pub use walkthrough_id::*;
