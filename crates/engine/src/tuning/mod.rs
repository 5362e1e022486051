//! What an organization may set: policies, weights and tolerances, and the fields a document has to give.

pub(crate) mod policies;
mod propose;
pub(crate) mod requirements;
pub(crate) mod weights;
mod whom;

pub use policies::{DEFAULT, InForce, MAX_LISTED, PolicyVersion, policies, policy_by_id, policy_in_force};
pub use propose::{Proposal, set_policy, try_policy};
pub use requirements::{requirements, set_requirements};
pub use weights::{Version, current, set_weights, weights, weights_by_id};
pub use whom::For;
