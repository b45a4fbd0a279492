//! Whole flows of the core against servers and files that misbehave.

mod http;
