//! The VerifyHQ API in memory, asked over HTTP. Modules mirror `src`.

#![allow(clippy::unwrap_used, unreachable_pub, reason = "a test stops at the first surprise")]

mod admin;
mod document;
mod identity;
mod liveness;
mod seed;
mod support;
