//! The sides of a card that one page shows: copiers put both on it, below or beside each other.

use image::{RgbImage, imageops};

/// Below it a pixel is no white paper.
const WHITE: u8 = 240;
/// Cells along the longer side of the page.
const CELLS: u32 = 400;
/// Of the page: a gap that parts nothing.
const GAP: f64 = 0.02;
/// Of the page: what is lower or narrower is a caption.
const LEAST: f64 = 0.08;
/// How much larger one side may be than the other.
const ALIKE: f64 = 1.7;
/// Of what was found: the margin around it.
const MARGIN: f64 = 0.02;
/// Of the page: what fills more of it is the page.
const WHOLE: f64 = 0.9;

/// What a page shows: two pictures where two of about one size stand apart on white paper, otherwise one, without the paper
/// around it.
pub fn sides(page: &RgbImage) -> Vec<RgbImage> {
    let ink = Ink::of(page);
    let whole = Area { left: 0, top: 0, right: ink.columns, bottom: ink.rows };
    let found = match ink.rows_of(whole).as_slice() {
        [one] => ink.columns_of(*one),
        bands => bands.iter().map(|band| ink.close(*band)).collect(),
    };
    match found.as_slice() {
        [one] if one.of(ink.columns, ink.rows) < WHOLE => vec![ink.cut(page, *one)],
        [first, second] if first.is_like(*second) => vec![ink.cut(page, *first), ink.cut(page, *second)],
        _ => vec![page.clone()],
    }
}

/// A rectangle of cells, without its right and bottom edge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Area {
    left: u32,
    top: u32,
    right: u32,
    bottom: u32,
}

impl Area {
    fn size(self) -> (f64, f64) {
        (f64::from(self.right.saturating_sub(self.left)), f64::from(self.bottom.saturating_sub(self.top)))
    }

    fn of(self, columns: u32, rows: u32) -> f64 {
        let (width, height) = self.size();
        width * height / (f64::from(columns) * f64::from(rows)).max(1.0)
    }

    fn is_like(self, other: Self) -> bool {
        let ((width, height), (wide, high)) = (self.size(), other.size());
        let alike = |a: f64, b: f64| a.max(b) <= ALIKE * a.min(b);
        alike(width, wide) && alike(height, high)
    }
}

/// Which cells of a page are not white.
struct Ink {
    cell: u32,
    columns: u32,
    rows: u32,
    cells: Vec<bool>,
}

impl Ink {
    fn of(page: &RgbImage) -> Self {
        let (width, height) = page.dimensions();
        let cell = (width.max(height) / CELLS).max(1);
        let (columns, rows) = (width.div_ceil(cell), height.div_ceil(cell));
        let mut cells = vec![false; columns as usize * rows as usize];
        for (x, y, pixel) in page.enumerate_pixels() {
            if pixel.0.iter().any(|c| *c < WHITE)
                && let Some(ink) = cells.get_mut((y / cell * columns + x / cell) as usize)
            {
                *ink = true;
            }
        }
        Self { cell, columns, rows, cells }
    }

    fn has(&self, x: u32, y: u32) -> bool {
        self.cells.get((y * self.columns + x) as usize).copied().unwrap_or(false)
    }

    /// Bands from edge to edge that stand apart.
    fn rows_of(&self, area: Area) -> Vec<Area> {
        let inked = |y: u32| (area.left..area.right).filter(|x| self.has(*x, y)).count() > 1;
        let bands = bands(area.top..area.bottom, self.rows, inked);
        bands.into_iter().map(|(top, bottom)| Area { top, bottom, ..area }).collect()
    }

    fn columns_of(&self, area: Area) -> Vec<Area> {
        let inked = |x: u32| (area.top..area.bottom).filter(|y| self.has(x, *y)).count() > 1;
        let bands = bands(area.left..area.right, self.columns, inked);
        bands.into_iter().map(|(left, right)| Area { left, right, ..area }).collect()
    }

    /// A band without the paper beside what it shows.
    fn close(&self, band: Area) -> Area {
        let columns = self.columns_of(band);
        let left = columns.iter().map(|area| area.left).min().unwrap_or(band.left);
        let right = columns.iter().map(|area| area.right).max().unwrap_or(band.right);
        Area { left, right, ..band }
    }

    fn cut(&self, page: &RgbImage, area: Area) -> RgbImage {
        let (width, height) = area.size();
        let margin = (width.max(height) * MARGIN).ceil() as u32;
        let (left, top) = (area.left.saturating_sub(margin), area.top.saturating_sub(margin));
        let right = (area.right + margin).min(self.columns);
        let bottom = (area.bottom + margin).min(self.rows);
        let pixels = |cells: u32| cells * self.cell;
        let (x, y) = (pixels(left), pixels(top));
        let wide = pixels(right - left).min(page.width().saturating_sub(x));
        let high = pixels(bottom - top).min(page.height().saturating_sub(y));
        imageops::crop_imm(page, x, y, wide, high).to_image()
    }
}

/// Where something is, from its beginning to behind its end: what is near belongs together, what is small is left out.
fn bands(of: std::ops::Range<u32>, all: u32, inked: impl Fn(u32) -> bool) -> Vec<(u32, u32)> {
    let mut bands: Vec<(u32, u32)> = vec![];
    for at in of.filter(|at| inked(*at)) {
        match bands.last_mut().filter(|(_, end)| f64::from(at - *end) <= GAP * f64::from(all)) {
            Some((_, end)) => *end = at + 1,
            None => bands.push((at, at + 1)),
        }
    }
    bands.retain(|(begin, end)| f64::from(end - begin) >= LEAST * f64::from(all));
    bands
}

#[cfg(test)]
mod tests {
    use image::Rgb;

    use super::*;

    /// A white page with grey cards on it: left, top, width, height.
    fn page(cards: &[[u32; 4]]) -> RgbImage {
        let mut page = RgbImage::from_pixel(1_000, 1_400, Rgb([255; 3]));
        for [left, top, width, height] in cards {
            for y in *top..top + height {
                for x in *left..left + width {
                    page.put_pixel(x, y, Rgb([120; 3]));
                }
            }
        }
        page
    }

    fn sizes(cards: &[[u32; 4]]) -> Vec<(u32, u32)> {
        sides(&page(cards)).iter().map(RgbImage::dimensions).collect()
    }

    #[test]
    fn two_cards_are_two_sides() {
        for cards in
            [[[250, 150, 500, 310], [250, 700, 500, 310]], [[60, 200, 400, 250], [540, 200, 400, 250]]]
        {
            let found = sizes(&cards);
            assert_eq!(found.len(), 2, "{cards:?}");
            for (width, height) in found {
                let [.., wide, high] = cards[0];
                assert!(
                    (wide..wide + 40).contains(&width) && (high..high + 40).contains(&height),
                    "{width} {height}"
                );
            }
        }
    }

    #[test]
    fn one_card_is_one_side_without_the_paper() {
        let found = sizes(&[[250, 150, 500, 310]]);
        assert!(matches!(found.as_slice(), [(500..540, 310..350)]), "{found:?}");
        // A caption beside it is none.
        let found = sizes(&[[250, 150, 500, 310], [250, 60, 300, 30]]);
        assert!(matches!(found.as_slice(), [(500..540, 310..350)]), "{found:?}");
    }

    #[test]
    fn what_cannot_be_told_apart_stays_whole() {
        for cards in [&[[0, 0, 1_000, 1_400]][..], &[], &[[100, 100, 800, 150], [100, 500, 200, 800]]] {
            assert_eq!(sizes(cards), [(1_000, 1_400)], "{cards:?}");
        }
    }
}
