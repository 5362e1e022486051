//! Invitations to servers on this machine.

#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod email;
mod settings;
mod sms;
