//! The checks of one submission, each a job, and the decision that they lead to.

pub(crate) mod ask_registry;
pub(crate) mod check_liveness;
pub(crate) mod check_steps;
pub(crate) mod decide;
mod duplicates;
pub(crate) mod job;
pub(crate) mod match_faces;
pub(crate) mod match_template;
pub(crate) mod read_address;
pub(crate) mod read_document;
pub(crate) mod who;
