//! What an organization may set.

mod weights;

pub use weights::{
    For, Version, current, requirements, set_requirements, set_weights, weights, weights_by_id,
};
pub(crate) use weights::{requirements_for, weights_for};
