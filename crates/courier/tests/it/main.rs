//! Messages to receivers on this machine.

#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod receivers;
mod ssrf;
mod support;
mod tls;
