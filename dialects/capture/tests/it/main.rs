//! The whole API in memory.

#![allow(clippy::unwrap_used, unreachable_pub, reason = "a test stops at the first surprise")]

mod abort;
mod data;
mod done;
mod log;
mod pictures;
mod resume;
mod share;
mod steps;
mod support;
mod token;
mod whole;
