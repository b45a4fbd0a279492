//! The outside world: the network, the keychain, the configuration file and the clocks. Everything else in
//! this crate is data and decisions.

pub mod config_file;
pub mod http;
pub mod keychain;
pub mod system_clock;

pub use config_file::ConfigFile;
pub use http::Http;
pub use keychain::{Keychain, MemorySecrets, PlatformKeychain};
pub use system_clock::SystemClock;
