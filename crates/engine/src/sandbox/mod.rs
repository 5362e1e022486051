//! The sandbox: outcomes that are steered, and a clock that is set forward.

pub(crate) mod clock;
mod scenarios;
pub(crate) mod steer;
pub(crate) mod steering;

pub use clock::advance;
pub use scenarios::{SCENARIOS, Scenario};
pub use steering::{Steered, steered};
