//! Data Matrix symbols (ISO/IEC 16022) somewhere on a page.
//!
//! The library finds a symbol that fills much of a picture; on a page it loses itself in print, and stops at the first one. So
//! squares are looked for that are as busy in one direction as in the other, which lines of print with the white between them
//! are not, and each is handed to the library alone.

use std::collections::HashSet;

use bonafide_core::document::Quad;
use image::{GrayImage, imageops};
use rxing::{BarcodeFormat, DecodeHints, helpers::detect_in_luma_slice_with_hints};

use super::symbol::{Symbol, reduced};
use crate::image::Picture;

/// Long sides, in pixels, at which a page is searched, in this order.
const SIZES: [u32; 3] = [1200, 2400, 700];
/// Side of the cells that a page is searched by, in pixels.
const CELL: usize = 8;
/// The least side of a symbol, in cells, and the most squares that are looked into at one size.
const LEAST: usize = 4;
const MOST: usize = 8;
/// Long sides, in pixels, at which a square is looked into: as large as it is, or else so large.
const LOOKS: [u32; 3] = [500, 900, 300];

/// The symbols on a page whose text is wanted.
pub fn read_data_matrix(picture: &Picture, wanted: impl Fn(&str) -> bool) -> Vec<Symbol> {
    let long = picture.rgb.width().max(picture.rgb.height());
    let sizes = SIZES.into_iter().filter(|size| *size <= long.max(SIZES[0]));
    for size in sizes {
        let grey = reduced(picture, size);
        let scale = long as f32 / size.min(long).max(1) as f32;
        let found: Vec<Symbol> = squares(&grey)
            .into_iter()
            .filter_map(|square| look_into(picture, square.map(|side| side as f32 * scale)))
            .filter(|symbol| wanted(&symbol.text))
            .collect();
        if !found.is_empty() {
            return found;
        }
    }
    vec![]
}

/// What is in a square: left, top, right, bottom.
fn look_into(picture: &Picture, [left, top, right, bottom]: [f32; 4]) -> Option<Symbol> {
    let (width, height) = picture.rgb.dimensions();
    let (x, y) = (left.max(0.0) as u32, top.max(0.0) as u32);
    let (w, h) = ((right as u32).min(width).checked_sub(x)?, (bottom as u32).min(height).checked_sub(y)?);
    if w == 0 || h == 0 {
        return None;
    }
    let cut = imageops::grayscale(&*imageops::crop_imm(&picture.rgb, x, y, w, h));
    LOOKS.into_iter().find_map(|look| {
        let scale = look as f32 / w.max(h) as f32;
        let side = |side: u32| ((side as f32 * scale) as u32).max(1);
        let grey = imageops::resize(&cut, side(w), side(h), imageops::FilterType::Triangle);
        // Other people's code on hostile pixels: a panic in it is a symbol that cannot be read.
        let read = std::panic::catch_unwind(move || {
            let mut hints = DecodeHints {
                PossibleFormats: Some(HashSet::from([BarcodeFormat::DATA_MATRIX])),
                TryHarder: Some(true),
                ..DecodeHints::default()
            };
            let (width, height) = grey.dimensions();
            detect_in_luma_slice_with_hints(grey.as_raw(), width, height, None, &mut hints).ok()
        });
        let read = read.ok().flatten()?;
        let corners: Vec<[f32; 2]> =
            read.getPoints().iter().map(|p| [x as f32 + p.x / scale, y as f32 + p.y / scale]).collect();
        let quad = match <[[f32; 2]; 4]>::try_from(corners) {
            Ok(corners) => Quad(corners),
            Err(_) => Quad([[left, top], [right, top], [right, bottom], [left, bottom]]),
        };
        Some(Symbol {
            text: read.getText().to_owned(),
            bytes: read.getRawBytes().to_vec(),
            letters: 1.0,
            incomplete: false,
            quad,
        })
    })
}

/// Squares that may be symbols, with the white around them, the largest first: left, top, right, bottom.
fn squares(grey: &GrayImage) -> Vec<[usize; 4]> {
    let busy = Cells::busy(grey);
    let mut found = busy.inner().groups();
    found.retain(|(_, [left, top, right, bottom])| {
        let (w, h) = (right - left, bottom - top);
        w >= LEAST && h >= LEAST && w <= 2 * h && h <= 2 * w
    });
    found.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
    found.truncate(MOST);
    let around = |[left, top, right, bottom]: [usize; 4]| {
        [left.saturating_sub(2), top.saturating_sub(2), right + 2, bottom + 2].map(|cells| cells * CELL)
    };
    found.into_iter().map(|(_, square)| around(square)).collect()
}

/// A picture by cells.
struct Cells {
    width: usize,
    height: usize,
    marked: Vec<bool>,
}

impl Cells {
    /// The cells in which dark and light change often, both ways.
    fn busy(grey: &GrayImage) -> Self {
        let columns = grey.width() as usize;
        let (width, height) = (columns / CELL, grey.height() as usize / CELL);
        let rows: Vec<&[u8]> = grey.as_raw().chunks_exact(columns.max(1)).collect();
        let cell = |x: usize, y: usize| {
            let rows = rows.get(y * CELL..(y + 1) * CELL).unwrap_or_default();
            rows.iter().map(move |row| row.get(x * CELL..(x + 1) * CELL).unwrap_or_default())
        };
        let places = || (0..height).flat_map(move |y| (0..width).map(move |x| (x, y)));
        let ranges: Vec<(u8, u8)> = places()
            .map(|(x, y)| cell(x, y).flatten().fold((255, 0), |(low, high), v| (low.min(*v), high.max(*v))))
            .collect();
        let marked = places().map(|(x, y)| {
            let (low, high) = neighbours(x, y, width, height)
                .filter_map(|at| ranges.get(at))
                .fold((255u8, 0u8), |(low, high), (l, h)| (low.min(*l), high.max(*h)));
            if high.saturating_sub(low) < 48 {
                return false;
            }
            let middle = low + (high - low) / 2;
            let dark: Vec<Vec<bool>> =
                cell(x, y).map(|row| row.iter().map(|v| *v < middle).collect()).collect();
            let count = dark.iter().flatten().filter(|dark| **dark).count();
            let across: usize =
                dark.iter().map(|row| row.windows(2).filter(|p| p.first() != p.last()).count()).sum();
            let down: usize = dark
                .windows(2)
                .map(|rows| match rows {
                    [a, b] => a.iter().zip(b).filter(|(a, b)| a != b).count(),
                    _ => 0,
                })
                .sum();
            let all = CELL * CELL;
            (all / 6..all - all / 6).contains(&count) && across >= all / 16 && down >= all / 16
        });
        Self { width, height, marked: marked.collect() }
    }

    fn is_marked(&self, at: usize) -> bool {
        self.marked.get(at) == Some(&true)
    }

    /// Those among whose neighbours hardly any is not marked.
    fn inner(&self) -> Self {
        let places = (0..self.height).flat_map(|y| (0..self.width).map(move |x| (x, y)));
        let marked = places.map(|(x, y)| {
            neighbours(x, y, self.width, self.height).filter(|at| self.is_marked(*at)).count() >= 7
        });
        Self { width: self.width, height: self.height, marked: marked.collect() }
    }

    /// Marked cells that touch: how many, and the rectangle of them and their neighbours.
    fn groups(&self) -> Vec<(usize, [usize; 4])> {
        let mut seen = vec![false; self.marked.len()];
        let mut groups = vec![];
        for start in 0..self.marked.len() {
            if !self.is_marked(start) || seen.get(start) == Some(&true) {
                continue;
            }
            let (mut waiting, mut count) = (vec![start], 0);
            let mut around = [usize::MAX, usize::MAX, 0, 0];
            while let Some(at) = waiting.pop() {
                match seen.get_mut(at) {
                    Some(seen) if !*seen => *seen = true,
                    _ => continue,
                }
                count += 1;
                let (x, y) = (at % self.width, at / self.width);
                let [left, top, right, bottom] = around;
                around = [
                    left.min(x.saturating_sub(1)),
                    top.min(y.saturating_sub(1)),
                    right.max(x + 2),
                    bottom.max(y + 2),
                ];
                waiting.extend(neighbours(x, y, self.width, self.height).filter(|at| self.is_marked(*at)));
            }
            groups.push((count, around));
        }
        groups
    }
}

/// A cell and those around it.
fn neighbours(x: usize, y: usize, width: usize, height: usize) -> impl Iterator<Item = usize> {
    let (xs, ys) = (x.saturating_sub(1)..(x + 2).min(width), y.saturating_sub(1)..(y + 2).min(height));
    ys.flat_map(move |y| xs.clone().map(move |x| y * width + x))
}

#[cfg(test)]
mod tests {
    use image::{Rgb, RgbImage};
    use rxing::{Writer, datamatrix::DataMatrixWriter};

    use super::*;

    /// A page with symbols of these texts at these places, by modules of this many pixels.
    fn page(symbols: &[(&str, u32, u32)], module: u32) -> Picture {
        let mut rgb = RgbImage::from_pixel(1600, 2200, Rgb([244, 242, 236]));
        // Lines of print, by and large.
        for y in (300..2100).step_by(40) {
            for x in (100..1500).filter(|x| x / 9 % 5 != 0 && (x * 7 + y) % 11 < 4) {
                (y..y + 18).filter(|v| (v * x) % 7 < 3).for_each(|v| rgb.put_pixel(x, v, Rgb([40; 3])));
            }
        }
        for (text, left, top) in symbols {
            let matrix = DataMatrixWriter.encode(text, &BarcodeFormat::DATA_MATRIX, 0, 0).unwrap();
            let (w, h) = (matrix.getWidth(), matrix.getHeight());
            for (x, y) in (0..(w + 4) * module).flat_map(|x| (0..(h + 4) * module).map(move |y| (x, y))) {
                let (column, row) = ((x / module).checked_sub(2), (y / module).checked_sub(2));
                let dark = column.zip(row).is_some_and(|(x, y)| x < w && y < h && matrix.get(x, y));
                rgb.put_pixel(left + x, top + y, if dark { Rgb([30; 3]) } else { Rgb([248; 3]) });
            }
        }
        Picture { rgb }
    }

    fn long(start: &str) -> String {
        format!("{start}{}", "FR03EDF1247E247E0001FR26FR247501110MME/SPECIMEN/NATACHA\u{1d}".repeat(3))
    }

    #[test]
    fn every_wanted_symbol_of_a_page_is_read_and_placed() {
        let (seal, stamp) = (long("DC04"), long("%00F"));
        for module in [4, 6] {
            let picture = page(&[(&stamp, 1100, 60), (&seal, 120, 800)], module);
            let found = read_data_matrix(&picture, |text| text.starts_with("DC"));
            let texts: Vec<&str> = found.iter().map(|symbol| symbol.text.as_str()).collect();
            assert_eq!(texts, [seal.as_str()], "{module}");
            let [left, top] = found[0].quad.0[0];
            let [right, bottom] = found[0].quad.0[2];
            let (x, y) = ((left + right) / 2.0, (top + bottom) / 2.0);
            assert!((120.0..800.0).contains(&x) && (800.0..1300.0).contains(&y), "{:?}", found[0].quad);
            assert_eq!(read_data_matrix(&picture, |_| true).len(), 2, "{module}");
        }
    }

    #[test]
    fn nothing_in_plain_and_tiny_pictures() {
        for (w, h) in [(0, 0), (1, 1), (7, 900), (640, 480)] {
            assert_eq!(read_data_matrix(&Picture { rgb: RgbImage::new(w, h) }, |_| true), []);
        }
        assert_eq!(read_data_matrix(&page(&[], 4), |_| true), []);
    }
}
