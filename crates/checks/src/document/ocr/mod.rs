//! Reading print: where lines of text are, and what they say.
//!
//! PP-OCR's two networks: one marks text pixels ([`detect`]), one reads a line 48 pixels high
//! ([`Recogniser`]). Both exist in two sizes: the small ones settle most of what comes in, and what they are
//! not sure of goes to the others, which take several times as long. A third network tells which way up a
//! page is ([`upright_turns`]).

mod detect;
mod orient;
mod recognise;

use bonafide_core::document::Quad;

use crate::models::{Model, Models, Task, Unavailable};

pub use detect::detect;
pub use orient::upright_turns;
pub(crate) use recognise::straighten;
pub use recognise::{Char, LineReader, Recogniser};

/// Longer side of the picture that text is looked for in: enough for the small print of a card that fills
/// the picture, and bounded whatever comes in.
pub const LONG_SIDE: u32 = 960;
/// The same for the large print of a machine readable zone.
pub const ZONE_SIDE: u32 = 736;

/// Which of the two sizes of network to use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effort {
    /// The small one, or the other where only that is installed.
    Quick,
    Full,
}

impl Effort {
    fn model(self, models: &Models, quick: Task, full: Task) -> Result<&Model, Unavailable> {
        match self {
            Self::Quick => models.get(quick).or_else(|_| models.get(full)),
            Self::Full => models.get(full).or_else(|_| models.get(quick)),
        }
    }
}

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
