//! The top: the loops of a process, which call use cases.

pub mod anchors;
pub mod deliver;
pub mod housekeeping;
pub mod jobs;
mod registry;
