//! Calling an API with the token in hand (RFC 6750). Pure: what is sent, what may be followed, what an answer
//! means.
//!
//! Reading order: [`catalog`] (ScaiKey's documented endpoints as data), [`target`], [`challenge`], [`table`],
//! [`refusal`], [`bad_token`].

pub mod bad_token;
pub mod catalog;
pub mod challenge;
pub mod refusal;
pub mod table;
pub mod target;
