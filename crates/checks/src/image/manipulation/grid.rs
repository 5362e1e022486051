//! The 8 × 8 grid of JPEG compression, seen in the pixels. A part that was compressed elsewhere and pasted
//! keeps its own grid, which lies differently from that of the rest (Li et al. 2009, Ye et al. 2007).

use bonafide_core::reason::Code;
use image::GrayImage;

use super::{cue::Cue, file::File, tiles};

/// Steps across a boundary are cut off here, in grey levels: print must not outweigh the grid.
const CUT: i32 = 10;
/// How clearly a tile's grid must show, in standard errors, along both axes.
const CLEAR: f64 = 4.5;
/// Tiles with one foreign grid that make a region.
const MIN_TILES: usize = 5;
/// Rows (for vertical boundaries) and columns looked at, in megapixels at most.
const BUDGET: u64 = 3_000_000;

/// How much stronger steps are at each of the 8 places, for one axis of one tile.
#[derive(Clone, Copy, Default)]
struct Steps {
    sum: [f64; 8],
    squares: [f64; 8],
    n: [f64; 8],
}

impl Steps {
    fn add(&mut self, phase: usize, value: i32) {
        let (i, value) = (phase & 7, f64::from(value));
        self.sum[i] += value;
        self.squares[i] += value * value;
        self.n[i] += 1.0;
    }

    fn join(&mut self, other: &Self) {
        for i in 0..8 {
            self.sum[i] += other.sum[i];
            self.squares[i] += other.squares[i];
            self.n[i] += other.n[i];
        }
    }

    /// The place with the strongest steps and how far it stands out, in standard errors.
    fn peak(&self) -> (usize, f64) {
        let mean: [f64; 8] = std::array::from_fn(|i| self.sum[i] / self.n[i].max(1.0));
        let best = (0..8).max_by(|a, b| mean[*a].total_cmp(&mean[*b])).unwrap_or(0);
        let rest = (mean.iter().sum::<f64>() - mean[best]) / 7.0;
        let n = self.n[best].max(1.0);
        let variance = (self.squares[best] / n - mean[best] * mean[best]).max(0.25);
        (best, (mean[best] - rest) / (variance / n).sqrt())
    }
}

struct Tile {
    across: Steps,
    down: Steps,
}

/// A region whose grid lies differently, or a grid of the whole picture that does not begin at its corner.
pub(super) fn inconsistent(file: &File<'_>, luma: &GrayImage) -> Vec<Cue> {
    let edge = tiles::edge(luma.width(), luma.height());
    let columns = (luma.width() as usize / edge).max(1);
    let map = measure(luma, edge, columns);
    let mut whole = Tile { across: Steps::default(), down: Steps::default() };
    for tile in &map {
        whole.across.join(&tile.across);
        whole.down.join(&tile.down);
    }
    let ((x, clear_x), (y, clear_y)) = (whole.across.peak(), whole.down.peak());
    let mut cues = vec![];
    if clear_x.min(clear_y) > 3.0 * CLEAR {
        let (expected_x, expected_y) = expected(file, luma);
        if file.jpeg.is_some() && (x, y) != (expected_x, expected_y) {
            let detail = format!(
                "the picture was a JPEG before and was cropped or moved by ({}, {}) pixels of the 8 by 8 grid",
                (x + 8 - expected_x) % 8,
                (y + 8 - expected_y) % 8
            );
            cues.push(Cue::new(Code::GridShifted, 0.15, detail));
        }
    }
    let mut best: Option<tiles::Group> = None;
    let peaks: Vec<((usize, f64), (usize, f64))> =
        map.iter().map(|t| (t.across.peak(), t.down.peak())).collect();
    for foreign in (0..64).map(|i| (i % 8, i / 8)).filter(|f| *f != (x, y)) {
        let marked: Vec<bool> =
            peaks.iter().map(|((x, cx), (y, cy))| (*x, *y) == foreign && cx.min(*cy) > CLEAR).collect();
        if marked.iter().filter(|m| **m).count() < MIN_TILES {
            continue;
        }
        if let Some(group) = tiles::largest(&marked, columns)
            && group.tiles > best.map_or(0, |b| b.tiles)
        {
            best = Some(group);
        }
    }
    if let Some(group) = best.filter(|g| g.tiles >= MIN_TILES) {
        let detail = format!("the 8 by 8 grid of compression lies differently {}", group.place());
        cues.push(Cue::new(Code::GridDiffersInRegion, 0.3, detail));
    }
    cues
}

/// Where the grid of the file's own compression lies after the picture was turned upright.
fn expected(file: &File<'_>, luma: &GrayImage) -> (usize, usize) {
    let (w, h) = (luma.width() as usize % 8, luma.height() as usize % 8);
    match file.orientation() {
        2 | 6 => (w, 0),
        3 | 7 => (w, h),
        4 | 8 => (0, h),
        _ => (0, 0),
    }
}

fn measure(luma: &GrayImage, edge: usize, columns: usize) -> Vec<Tile> {
    let (width, height) = (luma.width() as usize, luma.height() as usize);
    let rows = (height / edge).max(1);
    let mut map: Vec<Tile> =
        (0..columns * rows).map(|_| Tile { across: Steps::default(), down: Steps::default() }).collect();
    // An odd stride, so that every place of the other axis' grid is met.
    let stride = (width as u64 * height as u64 / BUDGET).max(1) as usize | 1;
    let pixels = luma.as_raw();
    for y in (0..height).step_by(stride) {
        let Some(row) = pixels.get(y * width..(y + 1) * width) else { continue };
        for (x, four) in row.windows(4).enumerate() {
            let &[a, b, c, d] = four else { continue };
            if let Some(tile) =
                map.get_mut((y / edge).min(rows - 1) * columns + ((x + 2) / edge).min(columns - 1))
            {
                tile.across.add(x + 2, step(a, b, c, d));
            }
        }
    }
    for y in 1..height.saturating_sub(2) {
        let at = |y: usize| pixels.get(y * width..(y + 1) * width).unwrap_or(&[]);
        let (a, b, c, d) = (at(y - 1), at(y), at(y + 1), at(y + 2));
        let tiles = (((y + 1) / edge).min(rows - 1)) * columns;
        for x in (0..width).step_by(stride) {
            let (Some(a), Some(b), Some(c), Some(d)) = (a.get(x), b.get(x), c.get(x), d.get(x)) else {
                continue;
            };
            if let Some(tile) = map.get_mut(tiles + (x / edge).min(columns - 1)) {
                tile.down.add(y + 1, step(*a, *b, *c, *d));
            }
        }
    }
    map
}

/// How much larger the step between `b` and `c` is than those beside it.
fn step(a: u8, b: u8, c: u8, d: u8) -> i32 {
    let [a, b, c, d] = [a, b, c, d].map(i32::from);
    (2 * (b - c).abs() - (a - b).abs() - (c - d).abs()).clamp(-CUT, CUT)
}
