//! `bonafide config`: the settings file.

use super::CommandResult;
use crate::{output, settings};

#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(clap::Subcommand)]
enum Action {
    /// Print a settings file in which every setting is explained and none is changed
    Example,
}

pub(crate) fn run(args: Args) -> CommandResult {
    match args.action {
        Action::Example => output::line!("{}", settings::example().trim_end()),
    }
    Ok(())
}
