//! What every dialect gets, tried on one that nobody has.

#![allow(clippy::unwrap_used, unreachable_pub, reason = "a test stops at the first surprise")]

mod answers;
mod bodies;
mod connections;
mod gate;
mod invented;
mod kit;
mod leftover;
mod limits;
mod repeat;
mod support;
