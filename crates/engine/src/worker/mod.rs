//! The loops of a process.

pub mod deliver;
pub mod housekeeping;
pub mod jobs;
