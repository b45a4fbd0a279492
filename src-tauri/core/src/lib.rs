//! The core of ScaiKey Companion. It cannot name the window's framework.

pub mod contract;
pub mod jwt;
pub mod model;
pub mod ports;
pub mod secret;
