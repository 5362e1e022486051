//! `bonafide worker`: a child of the server that looks at pictures. The server starts it; `crates/inspect` says how.

use bonafide_checks::models::Models;
use bonafide_inspect::worker;
use bonafide_models::{Plan, load_planned};

use super::CommandResult;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// What it may take of addresses
    #[arg(long, value_name = "MIB")]
    memory_mib: u64,
}

pub(crate) fn run(args: Args) -> CommandResult {
    Ok(worker::run(args.memory_mib, networks)?)
}

/// What the server made out when it started, or why it could not.
fn networks(plan: &str) -> Models {
    match serde_json::from_str::<Result<Plan, String>>(plan) {
        Ok(Ok(plan)) => load_planned(plan),
        Ok(Err(why)) => Models::none(&why),
        Err(error) => Models::none(&error.to_string()),
    }
}
