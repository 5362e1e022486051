//! The Athenty API in memory, asked over HTTP.

#![allow(clippy::unwrap_used, unreachable_pub, reason = "a test stops at the first surprise")]

mod client;
mod create;
mod detail;
mod events;
mod gate;
mod list;
mod seed;
mod share;
mod support;
