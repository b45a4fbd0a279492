//! The protocol, without any IO: requests are built and answers are read as data.

pub mod http;
pub mod json;
pub mod metadata;
pub mod refusal;
pub mod token_request;
pub mod token_response;
