//! `bonafide replay`: a stored decision made again.

use bonafide_engine::backtest;

use super::{CommandResult, keys};
use crate::{
    config::{Flags, block_on},
    output,
};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// The session
    session: String,
    #[command(flatten)]
    flags: Flags,
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: Args) -> CommandResult {
    block_on(async {
        let id = args.session.parse().map_err(|_| format!("{:?} is not a session id", args.session))?;
        let engine = keys::look(&args.flags).await?;
        let organization = backtest::organization_of(&engine, id).await?;
        let replayed = backtest::replay(&engine, organization, id).await?;
        engine.close().await;
        if args.json {
            output::json(&replayed)?;
        } else if replayed.is_empty() {
            output::line!("This session was not judged yet.");
        } else {
            for one in &replayed {
                let verdict = if one.same { "the same, to the last bit" } else { "NOT the same" };
                output::line!("\n{}: {verdict}", one.at);
                if !one.same {
                    output::line!("\nStored:");
                    output::assessment(&one.stored);
                    output::line!("\nMade again:");
                }
                output::assessment(&one.again);
            }
        }
        match replayed.iter().filter(|r| !r.same).count() {
            0 => Ok(()),
            n => Err(format!("{n} of {} decisions are not reproduced", replayed.len()).into()),
        }
    })
}
