//! What became of messages, and sending them again.

mod deliveries;
mod replay;
pub(crate) mod sweep;

pub use deliveries::{Attempt, Delivery, Filter, MOST, attempts, deliveries};
pub use replay::{Again, Replayed, replay};
