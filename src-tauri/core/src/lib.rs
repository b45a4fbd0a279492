//! The core of ScaiKey Companion. It cannot name the window's framework.

pub mod activity;
pub mod adapters;
pub mod companion;
pub mod contract;
pub mod copy;
pub mod endpoint;
pub mod inspect;
pub mod jwt;
pub mod model;
pub mod oauth;
pub mod ports;
pub mod scaikey;
pub mod schedule;
pub mod secret;
pub mod walkthrough;
