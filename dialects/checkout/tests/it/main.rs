//! The Identities API in memory, asked over HTTP.

#![allow(clippy::unwrap_used, unreachable_pub, reason = "a test stops at the first surprise")]

mod adv;
mod aml;
mod applicants;
mod assets;
mod attempts;
mod errors;
mod fav;
mod iddv;
mod idv;
mod native;
mod pdf;
mod report;
mod scenarios;
mod seed;
mod support;
mod token;
mod walk;
mod workflows;
