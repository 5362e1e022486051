//! Lines of text in the frame of the page, with the labels in them.

use bonafide_core::document::DocumentType;

use super::{
    super::{ocr::Line, text::plain},
    folded::Folded,
    labels::{Label, labels},
    words::kind,
};
use crate::image::warp::extent;

/// A line with what reading needs of it.
pub(super) struct Item<'a> {
    pub(super) line: &'a Line,
    pub(super) normal: String,
    pub(super) folded: Folded,
    pub(super) labels: Vec<Label>,
    pub(super) place: Place,
}

/// Where a piece of text lies, in the frame of the text: a tilted card reads like a straight one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Place {
    pub(super) left: f32,
    pub(super) right: f32,
    pub(super) middle: f32,
    pub(super) height: f32,
}

impl Item<'_> {
    /// The place of some characters of the line.
    pub(super) fn part(&self, from: usize, to: usize) -> Place {
        let n = self.line.chars.len().max(1) as f32;
        let at = |i: usize| self.line.chars.get(i).map_or(i as f32 / n, |c| c.at);
        let width = self.place.right - self.place.left;
        let start = if from == 0 { 0.0 } else { at(from) - 0.5 / n };
        let end = if to >= self.line.chars.len() { 1.0 } else { at(to) - 0.5 / n };
        Place {
            left: self.place.left + width * start.clamp(0.0, 1.0),
            right: self.place.left + width * end.clamp(start.clamp(0.0, 1.0), 1.0),
            ..self.place
        }
    }

    /// Whether the line begins with a label (a number of a field may stand before it).
    pub(super) fn is_label(&self) -> bool {
        self.labels.first().is_some_and(|l| self.folded.leads(l.from))
    }

    /// Where the n-th word of the line's normal form begins in its text, in characters.
    pub(super) fn char_of_word(&self, n: usize) -> usize {
        let (mut word, mut inside) = (0, false);
        for (i, c) in self.line.text.chars().enumerate() {
            let part = !plain(c.encode_utf8(&mut [0; 4])).is_empty();
            if part && !inside {
                if word == n {
                    return i;
                }
                word += 1;
            }
            inside = part || (inside && matches!(c, '\'' | '’' | '`'));
        }
        self.line.text.chars().count()
    }

    /// The text from a character on.
    pub(super) fn text_from(&self, from: usize) -> String {
        self.line.text.chars().skip(from).collect()
    }
}

/// The lines of a page from top to bottom. A machine readable zone at the foot and what runs across the
/// direction of the text (a watermark, a number along the edge) are left out.
pub(super) fn items(lines: &[Line]) -> Vec<Item<'_>> {
    let (mut dx, mut dy) = (0.0, 0.0);
    for line in lines {
        let [a, b, ..] = line.quad.0;
        (dx, dy) = (dx + b[0] - a[0], dy + b[1] - a[1]);
    }
    let norm = f32::hypot(dx, dy).max(1e-6);
    let (ux, uy) = if dx == 0.0 && dy == 0.0 { (1.0, 0.0) } else { (dx / norm, dy / norm) };
    let along = |p: [f32; 2]| p[0] * ux + p[1] * uy;
    let across = |p: [f32; 2]| p[1] * ux - p[0] * uy;
    let mut items: Vec<Item<'_>> = lines
        .iter()
        .filter(|l| !l.text.contains("<<"))
        .filter(|l| {
            let [a, b, ..] = l.quad.0;
            let (x, y) = (b[0] - a[0], b[1] - a[1]);
            x * ux + y * uy >= 0.9 * f32::hypot(x, y)
        })
        .map(|line| {
            let [a, b, c, d] = line.quad.0;
            let folded = Folded::of(&line.text);
            let normal = plain(&line.text);
            let mut labels = labels(&folded);
            // The name of the document is full of near misses: `permis de` is not Romanian for "issued by".
            if kind(&normal) != DocumentType::Unknown {
                labels.retain(|l| l.edits == 0);
            }
            Item {
                labels,
                normal,
                folded,
                line,
                place: Place {
                    left: along(a).min(along(d)),
                    right: along(b).max(along(c)),
                    middle: (across(a) + across(b) + across(c) + across(d)) / 4.0,
                    height: extent(&line.quad).1.max(1.0),
                },
            }
        })
        .collect();
    items.sort_by(|a, b| a.place.middle.total_cmp(&b.place.middle));
    items
}
