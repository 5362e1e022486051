//! The sandbox.

mod scenarios;

pub use scenarios::{SCENARIOS, Scenario, advance};
pub(crate) use scenarios::{check, is, steer, today};
