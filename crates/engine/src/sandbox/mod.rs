//! The sandbox: outcomes that are steered, and a clock that is set forward.

pub(crate) mod clock;
pub(crate) mod scenarios;
pub(crate) mod steer;

pub use clock::advance;
pub use scenarios::{SCENARIOS, Scenario};
