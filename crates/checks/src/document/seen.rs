//! What was seen on one side of a document, before the sides are put together.

use std::collections::BTreeMap;

use bonafide_core::document::{Field, FieldName, Quad, Side};

use super::{aamva, classify::Class, mrz::Found, ocr::Line, portrait::Portrait};
use crate::image::{quality::Quality, warp};

/// One side.
pub(super) struct Seen {
    pub(super) side: Side,
    pub(super) lines: Vec<Line>,
    pub(super) mrz: Option<Found>,
    pub(super) barcode: Option<Barcode>,
    /// The text of a symbol that is no licence's.
    pub(super) other_symbol: Option<String>,
    /// Whether a symbol's text goes on in others that are not in the picture.
    pub(super) incomplete_symbol: bool,
    pub(super) portrait: Option<Portrait>,
    pub(super) corners: Option<Quad>,
    /// Whether no other document and no other person is in the picture; `None` where that could not be judged.
    pub(super) alone: Option<bool>,
    pub(super) class: Class,
    pub(super) fields: BTreeMap<FieldName, Field>,
    pub(super) quality: Quality,
}

/// A licence's barcode.
pub(super) struct Barcode {
    pub(super) text: String,
    pub(super) licence: aamva::Licence,
    /// See [`Symbol::letters`](super::barcode::Symbol::letters).
    pub(super) letters: f64,
    pub(super) quad: Quad,
}

impl Seen {
    /// Takes all places from the upright picture back to the picture as it came.
    pub(super) fn turn_back(&mut self, turns: u8, width: u32, height: u32) {
        if turns == 0 {
            return;
        }
        let back = |q: &mut Quad| *q = warp::turn_back(q, turns, width, height);
        self.lines.iter_mut().for_each(|l| back(&mut l.quad));
        self.fields.values_mut().filter_map(|f| f.region.as_mut()).for_each(back);
        self.mrz.iter_mut().flat_map(|m| m.quads.iter_mut()).for_each(back);
        self.barcode.iter_mut().for_each(|b| back(&mut b.quad));
        self.portrait.iter_mut().for_each(|p| back(&mut p.region));
        self.corners.iter_mut().for_each(back);
    }
}
