//! The postman: takes due messages to their endpoints, each endpoint at its own pace, and records what came of it.
//!
//! A message goes out at least once and always under the same id. Nothing is promised about the order; events are
//! numbered. An endpoint that fails is tried with one message at a time, so what it makes us wait for is its own.

mod attempt;
mod claim;
mod health;
mod message;
mod record;
mod room;
mod run;

pub use run::{recover, run, run_pending};
