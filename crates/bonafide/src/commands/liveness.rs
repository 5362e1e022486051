//! `bonafide liveness F…`: was a live person in front of the camera?

use std::path::PathBuf;

use bonafide_core::weights::Weights;
use bonafide_engine::assess;

use super::{CommandResult, pictures, verify::Finding};
use crate::output;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Frames of one capture, in the order they were taken
    #[arg(required = true)]
    frames: Vec<PathBuf>,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: Args) -> CommandResult {
    let frames = args.frames.iter().map(|f| pictures::load(f)).collect::<Result<Vec<_>, _>>()?;
    let models = pictures::models();
    let findings = assess::liveness(&models, &Weights::default(), &frames);
    if args.json {
        let findings: Vec<Finding> = findings.iter().map(Finding::from).collect();
        output::json(&serde_json::json!({"findings": findings}))?;
    } else {
        output::findings(&findings);
    }
    Ok(())
}
