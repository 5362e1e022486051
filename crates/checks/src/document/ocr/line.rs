//! What is read.

use bonafide_core::document::Quad;

/// A character with its confidence (0..1) and where its middle is along the line (0 begin, 1 end).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Char {
    pub c: char,
    pub confidence: f32,
    pub at: f32,
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
