//! Reading print: where lines of text are, and what they say.
//!
//! PP-OCR's two networks: one marks text pixels ([`detect`]), one reads a line 48 pixels high
//! ([`recognise`]). A small third one tells which way up a page is ([`upright_turns`]).

mod detect;
mod orient;
mod recognise;

use bonafide_core::document::Quad;

use crate::{
    image::Picture,
    models::{Models, RunError},
};

pub use detect::detect;
pub use orient::upright_turns;
pub(crate) use recognise::straighten;
pub use recognise::{Char, Recogniser};

/// Longer side of the picture that text is looked for in: enough for the small print of a card that fills
/// the picture, and bounded whatever comes in.
pub const LONG_SIDE: u32 = 960;

/// One line of text.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// Where it is, in pixels of the picture; top left is where the text begins.
    pub quad: Quad,
    pub text: String,
    /// Mean over the characters, 0..1.
    pub confidence: f64,
    /// Each character of `text` with its confidence and its place along the line.
    pub chars: Vec<Char>,
}

impl Line {
    /// The part of the quadrilateral that some characters (by index) take up.
    pub fn part(&self, from: usize, to: usize) -> Quad {
        let place = |i: usize| self.chars.get(i).map(|c| c.at);
        let pitch = 1.0 / (self.chars.len().max(1) as f32);
        let start = place(from).map_or(0.0, |x| x - pitch / 2.0).clamp(0.0, 1.0);
        let end = to.checked_sub(1).and_then(place).map_or(1.0, |x| x + pitch / 2.0).clamp(start, 1.0);
        let along = |a: [f32; 2], b: [f32; 2], t: f32| [a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t];
        let [a, b, c, d] = self.quad.0;
        Quad([along(a, b, start), along(a, b, end), along(d, c, end), along(d, c, start)])
    }
}

/// Reads every line of an upright picture, top to bottom. A picture without text gives no lines.
///
/// # Errors
/// When a network is missing or fails.
pub fn read_lines(models: &Models, picture: &Picture) -> Result<Vec<Line>, RunError> {
    let recogniser = Recogniser::new(models)?;
    let mut lines = vec![];
    for quad in detect(models, &picture.rgb, LONG_SIDE)? {
        let Some(line) = recogniser.read(&picture.rgb, &quad)? else { continue };
        lines.push(line);
    }
    Ok(lines)
}
