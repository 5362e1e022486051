//! Was the picture edited? Independent weak cues, each a function that measures one thing and says what
//! it measured.
//!
//! No cue proves an edit: phones, messengers and scanners save pictures again, crop and sharpen them.
//! So a cue has a strength between 0 and 1, strengths are combined as if independent, and the outcome is at
//! most `consider`. Only cues that hardly occur by themselves (an editor's name, a thumbnail of another
//! picture) reach it alone.

mod copy_move;
pub(super) mod cue;
pub(crate) mod file;
mod ghost;
mod grid;
mod metadata;
mod noise;
mod quantisation;
mod thumbnail;
mod tiles;

use bonafide_core::{
    document::{Quad, Side},
    finding::{Check, Code, Finding, Outcome, Reason},
};
use image::{GrayImage, Luma, RgbImage};
use serde::{Deserialize, Serialize};

pub use self::cue::Cue;
use super::{Picture, recapture};

/// A picture scores 1 without any cue; below this a person should look.
pub const THRESHOLD: f64 = 0.5;
/// Below this shorter side, in pixels, there are too few blocks to tell anything.
pub const MIN_SIDE: u32 = 160;

/// What the file as it was submitted shows. Kept beside the stored picture, whose own bytes are new.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Traces {
    pub cues: Vec<Cue>,
    /// What could not be looked at, and why.
    pub notes: Vec<Reason>,
    /// Whether anything at all could be told.
    pub assessed: bool,
}

/// Looks for traces in the file's bytes and in the picture decoded from them. Time and memory are bounded
/// by the gate's limits on size.
pub fn examine(bytes: &[u8], picture: &Picture) -> Traces {
    let file = file::File::of(bytes);
    let mut traces = Traces { assessed: true, ..Traces::default() };
    traces.cues.extend(metadata::software(&file));
    traces.cues.extend(recapture::screenshot(&file, &picture.rgb));
    traces.cues.extend(thumbnail::differs(&file, &picture.rgb));
    let (width, height) = picture.rgb.dimensions();
    if width.min(height) < MIN_SIDE {
        traces.assessed = !traces.cues.is_empty();
        traces.notes.push(Reason::new(
            Code::TooSmall,
            format!("the picture is {width} by {height} pixels; traces of editing need {MIN_SIDE} each way"),
        ));
        return traces;
    }
    if file.jpeg.is_none() {
        traces.notes.push(Reason::new(
            Code::NotAJpeg,
            "the file is not a JPEG, so only its pixels were examined, not its compression",
        ));
    }
    let luma = luma(&picture.rgb);
    traces.cues.extend(quantisation::tables(&file));
    traces.cues.extend(grid::inconsistent(&file, &luma));
    traces.cues.extend(ghost::inconsistent(&file, &luma));
    traces.cues.extend(noise::inconsistent(&luma));
    traces.cues.extend(copy_move::repeated(&luma));
    traces.cues.extend(recapture::screen(&luma));
    traces
}

impl Traces {
    /// Adds what is known only once the document was located: whether it is in colour.
    pub fn with_document(mut self, picture: &RgbImage, corners: Option<&Quad>, printed: &[Quad]) -> Self {
        self.cues.extend(recapture::no_colour(picture, corners, printed));
        self
    }

    /// 1 without any cue, 0 for proof.
    pub fn score(&self) -> f64 {
        self.cues.iter().map(|c| 1.0 - c.strength).product()
    }

    /// The finding: clear or `consider`, with every cue as a reason; `not_assessed` where nothing could
    /// be told.
    pub fn finding(&self, side: Side) -> Finding {
        let check = Check::ImageManipulation;
        let mut finding = if self.assessed {
            Finding::scored(check, self.score(), THRESHOLD, Outcome::Consider)
        } else {
            Finding::new(check, Outcome::NotAssessed)
        };
        let cues = self.cues.iter().map(|c| Reason::new(c.code.clone(), c.detail.clone()));
        finding.reasons.extend(cues.chain(self.notes.iter().cloned()));
        finding.on(side)
    }
}

fn luma(rgb: &RgbImage) -> GrayImage {
    let mut out = GrayImage::new(rgb.width(), rgb.height());
    for (Luma([y]), image::Rgb([r, g, b])) in out.pixels_mut().zip(rgb.pixels()) {
        // ITU-R BT.601, as in JFIF.
        *y = ((77 * u32::from(*r) + 150 * u32::from(*g) + 29 * u32::from(*b) + 128) >> 8) as u8;
    }
    out
}

#[cfg(test)]
mod tests;
