//! A local ScaiKey on loopback that speaks the documented contract.
//!
//! ```no_run
//! use scaikey_practice::{Level, NewApplication, Options, Practice};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let practice = Practice::start(Options::default())?;
//! let application = practice.register(NewApplication::service("my backend", Level::Global, &["admin:read"]))?;
//! // POST {practice.base_url()}/api/v1/platform/oauth/token with that id and secret.
//! # Ok(())
//! # }
//! ```
//!
//! In reading order: [`contract`] (the documentation as data), [`token`] and [`admin`] (the endpoints), [`http`] (the
//! routes and the gate), [`server`] (the handle), then [`admin_page`], [`webhook`], [`directory`], [`keys`],
//! [`answers`].
//!
//! It binds 127.0.0.1 only, stores nothing, and refuses foreign `Host` and `Origin`, so no web page but its own can use
//! it. Where
//! the documentation is silent it follows the RFC and a comment says `Unknown` or `Inferred` with the section of the
//! contract: never take such a point for ScaiKey's behaviour.

#![allow(rustdoc::private_intra_doc_links, reason = "the map of the code is for whoever reads the code")]

mod admin;
mod admin_page;
mod answers;
mod clock;
mod contract;
mod directory;
mod http;
mod keys;
mod random;
mod server;
mod token;
mod webhook;
mod world;

pub use answers::{Answer, Endpoint, RecordedRequest};
pub use clock::{Clock, system_clock};
pub use directory::{
    ApplicationType, Level, NewApplication, RegisterError, RegisteredApplication, Tenant, practice_tenants,
};
pub use keys::{Algorithm, KeyError};
pub use server::{DEFAULT_PORT, ExpiredTokenError, Options, Port, Practice, StartError};
pub use webhook::{SentWebhook, WebhookError};
