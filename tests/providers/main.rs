//! Whole flows against authorization servers that others wrote.

mod both;
mod desk;
mod oidc;
mod servers;
mod toolkit;
