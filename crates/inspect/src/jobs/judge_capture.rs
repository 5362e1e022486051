//! Judges the frames of a liveness capture.

use bonafide_checks::{liveness::replay, models::Models};
use bonafide_core::{finding::Finding, liveness::Challenge, weights::Weights};
use serde::{Deserialize, Serialize};

use super::{Damaged, File, Job, Lane};
use crate::assess::{self, Capture, CaptureFrame};

#[derive(Serialize, Deserialize)]
pub struct JudgeCapture {
    pub frames: Vec<Frame>,
    /// The movements that were asked for, if any were.
    pub challenge: Option<Challenge>,
    pub weights: Weights,
}

#[derive(Serialize, Deserialize)]
pub struct Frame {
    pub file: File,
    /// Index of the movement it answers; none for the straight look before the first.
    pub step: Option<usize>,
    /// When it was taken, in milliseconds after the movements were asked for, if the device said so.
    pub at_ms: Option<i64>,
}

#[derive(Serialize, Deserialize)]
pub struct Judged {
    pub passive: Finding,
    pub active: Finding,
    /// What it is known again by.
    pub kept: replay::Capture,
    pub traces: Vec<replay::Trace>,
}

impl Job for JudgeCapture {
    type Answer = Result<Judged, Damaged>;
    const LANE: Lane = Lane::Checks;

    fn perform(self, models: &Models) -> Self::Answer {
        let open = |frame: Frame| {
            Ok(CaptureFrame { picture: frame.file.open()?, step: frame.step, at_ms: frame.at_ms })
        };
        let frames = self.frames.into_iter().map(open).collect::<Result<_, Damaged>>()?;
        let Capture { passive, active, kept, traces } =
            assess::capture(models, &self.weights, self.challenge.as_ref(), frames);
        Ok(Judged { passive, active, kept, traces })
    }
}
