//! What an organization may set: weights and tolerances, and the fields a document has to give.

pub(crate) mod requirements;
pub(crate) mod weights;
mod whom;

pub use requirements::{requirements, set_requirements};
pub use weights::{Version, current, set_weights, weights, weights_by_id};
pub use whom::For;
