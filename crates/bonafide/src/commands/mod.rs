//! One file per command.

pub(crate) mod eval;
pub(crate) mod models;

/// A command ends with nothing or with one sentence that says what to do next.
pub(crate) type CommandResult = Result<(), Box<dyn std::error::Error>>;
