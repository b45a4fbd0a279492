//! Whole flows against authorization servers that others wrote.

#![expect(clippy::unwrap_used, reason = "all of this is a test")]

mod both;
mod desk;
mod oidc;
mod servers;
mod toolkit;
mod walkthroughs;
