//! What became of messages, and sending them again.

mod deliveries;
mod replay;
pub(crate) mod sweep;

pub use deliveries::{Attempt, Delivery, Filter, MAX, attempts, deliveries};
pub(crate) use replay::replay_in;
pub use replay::{Again, Replayed, replay};
