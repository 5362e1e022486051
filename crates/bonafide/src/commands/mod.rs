//! One file per command.

pub(crate) mod audit;
pub(crate) mod backtest;
pub(crate) mod backup;
pub(crate) mod block_list;
pub(crate) mod config;
pub(crate) mod demo;
pub(crate) mod doctor;
pub(crate) mod eval;
pub(crate) mod events;
pub(crate) mod keyring;
pub(crate) mod keys;
pub(crate) mod listen;
pub(crate) mod lists;
pub(crate) mod liveness;
pub(crate) mod r#match;
pub(crate) mod models;
pub(crate) mod organizations;
pub(crate) mod pictures;
pub(crate) mod policy;
pub(crate) mod read;
pub(crate) mod ready;
pub(crate) mod remote;
pub(crate) mod replay;
pub(crate) mod routes;
pub(crate) mod screen;
pub(crate) mod screenings;
pub(crate) mod serve;
pub(crate) mod specimens;
pub(crate) mod trigger;
pub(crate) mod verifications;
pub(crate) mod verify;
pub(crate) mod webhooks;
pub(crate) mod worker;

/// A command ends with nothing or with one sentence that says what to do next.
pub(crate) type CommandResult = Result<(), Box<dyn std::error::Error>>;

/// What a command ends with that did a part of its work, and said of the rest why not: the exit status 3.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Incomplete(pub(crate) String);

/// Text from elsewhere, fit for one cell of a table: control characters would break its lines or steer the terminal.
fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}
