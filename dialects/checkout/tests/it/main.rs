//! The Identities API in memory, asked over HTTP.

#![allow(clippy::unwrap_used, unreachable_pub, reason = "a test stops at the first surprise")]

mod applicants;
mod errors;
mod support;
mod token;
