//! `bonafide models`

use super::CommandResult;

#[derive(clap::Args)]
pub(crate) struct Args {}

pub(crate) fn run(_args: Args) -> CommandResult {
    unimplemented!()
}
