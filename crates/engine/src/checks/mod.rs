//! The checks of one hand-in, each a job.

pub(crate) mod ask_registry;
pub(crate) mod check_liveness;
pub(crate) mod decide;
pub(crate) mod match_faces;
pub(crate) mod match_template;
pub(crate) mod read_document;
