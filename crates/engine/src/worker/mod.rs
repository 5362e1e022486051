//! The top: the loops of a process, which call deeds.

pub mod deliver;
pub mod housekeeping;
pub mod jobs;
mod registry;
