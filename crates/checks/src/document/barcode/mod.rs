//! PDF417 symbols (ISO/IEC 15438), the barcode on the back of North American licences.
//!
//! Start and stop patterns are looked for along rows and columns of the picture, at a few sizes; between
//! them the rows are read with their perspective (see `scan`). The tables of bar patterns are rxing's;
//! its own detector follows no slanted rows and stops at the first symbol it cannot read.

mod content;
mod data_matrix;
mod field;
mod guard;
mod qr;
mod scan;
mod symbol;
mod symbols;

use std::collections::BTreeMap;

use bonafide_core::document::Quad;
use image::GrayImage;

use self::{
    content::Part,
    field::{Field, Vector},
    guard::Kind,
    scan::Side,
    symbol::reduced,
};
use crate::image::Picture;

pub use data_matrix::read_data_matrix;
pub use qr::read_qr;
pub use symbol::Symbol;

/// Long sides, in pixels, at which a larger picture is looked at, in this order.
const SIZES: [u32; 3] = [1600, 2800, 900];
/// Radii of the window that tells dark from light: wide for the solid bars of large symbols, narrow for
/// small symbols in uneven light.
const WINDOWS: [usize; 3] = [24, 64, 9];

/// Every PDF417 symbol in the picture, in any direction. Empty where there is none or it cannot be read.
pub fn read_pdf417(picture: &Picture) -> Vec<Symbol> {
    read(picture, usize::MAX)
}

/// The same at one size only: for pictures in which a symbol is possible but not expected.
pub(crate) fn glance_pdf417(picture: &Picture) -> Vec<Symbol> {
    read(picture, 1)
}

fn read(picture: &Picture, most_sizes: usize) -> Vec<Symbol> {
    let long = picture.rgb.width().max(picture.rgb.height());
    let mut sizes: Vec<u32> = SIZES.into_iter().filter(|s| *s < long).collect();
    if long <= SIZES[1] {
        sizes.insert(usize::from(long > SIZES[0] * 5 / 4), long);
    }
    let mut best = vec![];
    for size in sizes.into_iter().take(most_sizes) {
        let found = read_at(&reduced(picture, size), long as f32 / size as f32);
        if !found.is_empty() {
            best = joined(found);
            if best.iter().all(|s| !s.incomplete) {
                break;
            }
        }
    }
    best
}

/// A symbol and its place among those of one text.
type Found = (Symbol, Option<Part>);

/// The symbols with those of one text made one, in their order; where some are missing, what there is.
fn joined(found: Vec<Found>) -> Vec<Symbol> {
    let mut files: BTreeMap<Vec<u32>, Vec<(Symbol, Part)>> = BTreeMap::new();
    let mut symbols = vec![];
    for (symbol, part) in found {
        match part {
            Some(part) => files.entry(part.file.clone()).or_default().push((symbol, part)),
            None => symbols.push(symbol),
        }
    }
    for mut parts in files.into_values() {
        parts.sort_by_key(|(_, part)| part.index);
        parts.dedup_by_key(|(_, part)| part.index);
        let of = parts.iter().find_map(|(_, part)| part.of);
        // Sorted and different: as many as there are, the last of them in its place, are all.
        let whole =
            of == Some(parts.len()) && parts.last().is_some_and(|(_, last)| Some(last.index + 1) == of);
        let mut parts = parts.into_iter().map(|(symbol, _)| symbol);
        let Some(mut first) = parts.next() else { continue };
        for next in parts {
            first.text.push_str(&next.text);
            first.bytes.extend(next.bytes);
            first.letters = first.letters.min(next.letters);
        }
        // A letter of several bytes may be cut by the end of a symbol.
        if first.letters < 1.0 {
            (first.text, first.letters) = content::undeclared(&first.bytes);
        }
        first.incomplete = !whole;
        symbols.push(first);
    }
    symbols
}

/// The symbols of a picture at one size, their corners multiplied by `scale`.
fn read_at(picture: &GrayImage, scale: f32) -> Vec<Found> {
    if picture.width() < 40 && picture.height() < 40 {
        return vec![];
    }
    let upright = Field::new(picture);
    let turned = upright.transposed();
    let mut symbols: Vec<Found> = vec![];
    for window in WINDOWS {
        for (field, is_turned) in [(&upright, false), (&turned, true)] {
            let guards = guard::find(field, window);
            let sides: Vec<Side> = guards.iter().filter_map(|g| Side::read(field, g)).collect();
            for read in pairs(field, &sides) {
                let Some(content) = content::decode(&read.data) else { continue };
                let corner = |v: Vector| {
                    let v = if is_turned { v.swapped() } else { v };
                    [(v.x + 0.5) * scale, (v.y + 0.5) * scale]
                };
                let symbol = Symbol {
                    text: content.text,
                    bytes: content.bytes,
                    letters: content.letters,
                    incomplete: false,
                    quad: Quad(read.corners.map(corner)),
                };
                if !symbols.iter().any(|(s, _)| same_place(&s.quad, &symbol.quad)) {
                    symbols.push((symbol, content.part));
                }
            }
        }
        // Parts of one text are looked for on.
        if !symbols.is_empty() && symbols.iter().all(|(_, part)| part.is_none()) {
            break;
        }
    }
    symbols
}

/// Reads each guard with the other that fits it best, and alone where none does.
fn pairs(field: &Field, sides: &[Side]) -> Vec<scan::Read> {
    let mut found = vec![];
    let mut used = vec![false; sides.len()];
    let of = |kind: Kind| sides.iter().enumerate().filter(move |(_, s)| s.kind() == kind);
    for (i, start) in of(Kind::Start) {
        for (j, stop) in of(Kind::Stop) {
            if used.get(i) == Some(&true) || used.get(j) == Some(&true) || !start.faces(stop) {
                continue;
            }
            if let Some(read) = scan::read(field, Some(start), Some(stop)) {
                found.push(read);
                [i, j].into_iter().for_each(|k| used.get_mut(k).into_iter().for_each(|u| *u = true));
            }
        }
    }
    for (i, side) in sides.iter().enumerate() {
        if used.get(i) == Some(&true) {
            continue;
        }
        let (start, stop) = match side.kind() {
            Kind::Start => (Some(side), None),
            Kind::Stop => (None, Some(side)),
        };
        found.extend(scan::read(field, start, stop));
    }
    found
}

fn same_place(a: &Quad, b: &Quad) -> bool {
    let centre = |q: &Quad| [0, 1].map(|axis| q.0.iter().map(|c| c[axis]).sum::<f32>() / 4.0);
    let size = |q: &Quad| (q.0[0][0] - q.0[3][0]).hypot(q.0[0][1] - q.0[3][1]);
    let ([ax, ay], [bx, by]) = (centre(a), centre(b));
    (ax - bx).hypot(ay - by) < 0.6 * size(a).max(size(b))
}

#[cfg(test)]
mod tests;
