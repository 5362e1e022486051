//! `bonafide liveness F…`: was a live person in front of the camera?

use std::path::PathBuf;

use bonafide_core::{
    liveness::{Challenge, Step},
    weights::Weights,
};
use bonafide_inspect::assess::{self, CaptureFrame};

use super::{CommandResult, pictures, verify::Finding};
use crate::output;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Frames of one capture, in the order they were taken
    #[arg(required = true)]
    frames: Vec<PathBuf>,
    /// The movements that were asked for, in order: turn_left, turn_right, look_up, smile, blink, open_mouth,
    /// move_closer. The first frame looks straight, the others are divided evenly over the movements
    #[arg(long, value_delimiter = ',', value_parser = step)]
    steps: Vec<Step>,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
}

fn step(word: &str) -> Result<Step, String> {
    let known = || Step::ALL.map(Step::as_str).join(", ");
    Step::ALL.into_iter().find(|s| s.as_str() == word).ok_or_else(|| format!("not one of {}", known()))
}

pub(crate) fn run(args: Args) -> CommandResult {
    let frames = args.frames.iter().map(|f| pictures::load(f)).collect::<Result<Vec<_>, _>>()?;
    let models = pictures::models();
    let findings = if args.steps.is_empty() {
        assess::liveness(&models, &Weights::default(), &frames)
    } else {
        // Files do not say when they were taken, so there is no limit to keep.
        let challenge = Challenge { steps: args.steps, seconds: u32::MAX };
        let bound = challenge.bind(frames.len());
        let frames = frames.into_iter().zip(bound);
        let frames = frames.map(|(picture, step)| CaptureFrame { picture, step, at_ms: None }).collect();
        let judged = assess::capture(&models, &Weights::default(), Some(&challenge), frames);
        vec![judged.passive, judged.active]
    };
    if args.json {
        let findings: Vec<Finding> = findings.iter().map(Finding::from).collect();
        output::json(&serde_json::json!({"findings": findings}))?;
    } else {
        output::findings(&findings);
    }
    Ok(())
}
