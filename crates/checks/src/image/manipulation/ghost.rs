//! Traces of earlier JPEG compression at lower quality ("JPEG ghosts", Farid 2009): coefficients of a block
//! that was quantised with step `s` before still gather around multiples of `s`. Where a picture has them
//! and a region has not, or the other way round, the region came from elsewhere.

use bonafide_core::reason::Code;
use image::GrayImage;

use super::{cue::Cue, file::File, quantisation, tiles};

/// Qualities an earlier compression is searched at, with the annex K table.
const QUALITIES: std::ops::RangeInclusive<u16> = 50..=92;
/// Blocks looked at, at most.
const BUDGET: usize = 50_000;
/// An earlier step must be this much larger than the present one to be seen through it.
const COARSER: f32 = 1.6;
/// Mean residual around the multiples, as a share of what any value has by chance (1): below is a trace,
/// above is none.
const TRACE: f64 = 0.5;
const NO_TRACE: f64 = 0.85;
/// Coefficients that must speak for one tile.
const MIN_COEFFICIENTS: f32 = 40.0;
const MIN_TILES: usize = 4;
/// Low frequencies per axis that are looked at.
const LOW: usize = 4;

/// Residuals of one tile at each quality.
#[derive(Clone)]
struct Tile {
    sum: Vec<f32>,
    n: Vec<f32>,
}

impl Tile {
    fn new(qualities: usize) -> Self {
        Self { sum: vec![0.0; qualities], n: vec![0.0; qualities] }
    }

    fn residual(&self, q: usize) -> Option<f64> {
        let (sum, n) = (*self.sum.get(q)?, *self.n.get(q)?);
        (n >= MIN_COEFFICIENTS).then(|| f64::from(sum / n))
    }
}

/// An earlier compression of the whole picture (common, says little), and a region that differs in it.
pub(super) fn inconsistent(file: &File<'_>, luma: &GrayImage) -> Vec<Cue> {
    let Some(jpeg) = &file.jpeg else { return vec![] };
    let orientation = file.orientation();
    let transposed = orientation >= 5;
    let stored = if transposed { (luma.height(), luma.width()) } else { (luma.width(), luma.height()) };
    if stored != (jpeg.width, jpeg.height) {
        return vec![];
    }
    let current = low_steps(&jpeg.luma, transposed);
    let qualities: Vec<(u16, [f32; LOW * LOW])> = QUALITIES
        .step_by(2)
        .map(|q| (q, low_steps(&quantisation::standard(q), transposed)))
        .filter(|(_, steps)| {
            steps.iter().zip(&current).skip(1).filter(|(s, c)| **s >= COARSER * **c).count() >= 6
        })
        .collect();
    if qualities.is_empty() {
        return vec![];
    }
    // Turned pictures: the grid begins where the last column or row was cut off.
    let (w, h) = (luma.width() as usize % 8, luma.height() as usize % 8);
    let origin = match orientation {
        2 | 6 => (w, 0),
        3 | 7 => (w, h),
        4 | 8 => (0, h),
        _ => (0, 0),
    };
    let (map, columns) = measure(luma, origin, &current, &qualities);
    judge(&map, columns, &qualities)
}

fn low_steps(table: &[u16; 64], transposed: bool) -> [f32; LOW * LOW] {
    std::array::from_fn(|i| {
        let (v, u) = if transposed { (i % LOW, i / LOW) } else { (i / LOW, i % LOW) };
        table.get(8 * v + u).map_or(1.0, |s| f32::from(*s))
    })
}

fn measure(
    luma: &GrayImage,
    (left, top): (usize, usize),
    current: &[f32; LOW * LOW],
    qualities: &[(u16, [f32; LOW * LOW])],
) -> (Vec<Tile>, usize) {
    let edge = tiles::edge(luma.width(), luma.height());
    let width = luma.width() as usize;
    let (across, down) = ((width - left) / 8, (luma.height() as usize - top) / 8);
    let (columns, rows) = ((across * 8 / edge).max(1), (down * 8 / edge).max(1));
    let mut map = vec![Tile::new(qualities.len()); columns * rows];
    // Every n-th block, in a pattern that spreads evenly over each tile.
    let skip = (across * down).div_ceil(BUDGET).max(1);
    let cosines = cosines();
    let pixels = luma.as_raw();
    for by in 0..down {
        for bx in 0..across {
            if (bx + by * 3) % skip != 0 {
                continue;
            }
            let (x, y) = (left + bx * 8, top + by * 8);
            let Some(low) = transform(pixels, width, x, y, &cosines) else { continue };
            let tile = (by * 8 / edge).min(rows - 1) * columns + (bx * 8 / edge).min(columns - 1);
            let Some(tile) = map.get_mut(tile) else { continue };
            for (q, (_, steps)) in qualities.iter().enumerate() {
                for ((value, step), current) in low.iter().zip(steps).zip(current).skip(1) {
                    // Values within half a step are multiples of it (zero) whatever came before.
                    if *step < COARSER * current || *step < 3.0 || value.abs() < 0.5 * step {
                        continue;
                    }
                    let part = value / step;
                    let off = part - part.round();
                    tile.sum[q] += 12.0 * off * off;
                    tile.n[q] += 1.0;
                }
            }
        }
    }
    (map, columns)
}

/// The 4 × 4 lowest frequencies of a block's DCT, row-major; `None` for a block with clipped pixels.
fn transform(
    pixels: &[u8],
    width: usize,
    x: usize,
    y: usize,
    cosines: &[[f32; 8]; LOW],
) -> Option<[f32; 16]> {
    let mut rows = [[0.0f32; LOW]; 8];
    for (j, out) in rows.iter_mut().enumerate() {
        let start = (y + j) * width + x;
        let row: &[u8; 8] = pixels.get(start..start + 8)?.first_chunk()?;
        if row.iter().any(|v| *v == 0 || *v == 255) {
            return None;
        }
        let row = row.map(|v| f32::from(v) - 128.0);
        for (value, cosine) in out.iter_mut().zip(cosines) {
            *value = row.iter().zip(cosine).map(|(p, c)| p * c).sum();
        }
    }
    let mut out = [0.0; 16];
    for (v, cosine) in cosines.iter().enumerate() {
        for u in 0..LOW {
            out[v * LOW + u] = rows.iter().zip(cosine).map(|(r, c)| r[u] * c).sum();
        }
    }
    Some(out)
}

/// The first rows of the orthonormal DCT-II of length 8.
fn cosines() -> [[f32; 8]; LOW] {
    std::array::from_fn(|u| {
        let scale = if u == 0 { (1.0f32 / 8.0).sqrt() } else { 0.5 };
        std::array::from_fn(|x| scale * ((2 * x + 1) as f32 * u as f32 * std::f32::consts::PI / 16.0).cos())
    })
}

fn judge(map: &[Tile], columns: usize, qualities: &[(u16, [f32; 16])]) -> Vec<Cue> {
    let rows = map.len() / columns.max(1);
    let mut cues = vec![];
    let mut whole: Option<(f64, u16)> = None;
    let mut region: Option<(tiles::Group, u16)> = None;
    for (q, (quality, _)) in qualities.iter().enumerate() {
        let residuals: Vec<Option<f64>> = map.iter().map(|t| t.residual(q)).collect();
        let mut known: Vec<f64> = residuals.iter().flatten().copied().collect();
        if known.len() < 3 * MIN_TILES {
            continue;
        }
        known.sort_by(f64::total_cmp);
        let share = |test: &dyn Fn(f64) -> bool| {
            known.iter().filter(|r| test(**r)).count() as f64 / known.len() as f64
        };
        let median = known.get(known.len() / 2).copied().unwrap_or(1.0);
        // Background with a trace, region without; or the other way round.
        let (with, without) = (share(&|r| r < TRACE), share(&|r| r > NO_TRACE));
        let marked: Vec<bool> = if with > 0.6 {
            residuals.iter().map(|r| r.is_some_and(|r| r > NO_TRACE)).collect()
        } else if without > 0.6 {
            residuals.iter().map(|r| r.is_some_and(|r| r < TRACE)).collect()
        } else {
            vec![]
        };
        if median < TRACE && whole.is_none_or(|(m, _)| median < m) {
            whole = Some((median, *quality));
        }
        if let Some(group) = tiles::largest(&marked, columns)
            && group.tiles >= MIN_TILES
            && group.fill(columns, rows) > 0.4
            && region.is_none_or(|(g, _)| group.tiles > g.tiles)
        {
            region = Some((group, *quality));
        }
    }
    if let Some((median, quality)) = whole {
        let detail = format!(
            "the picture was saved before at a JPEG quality of about {quality} (residual {median:.2})"
        );
        cues.push(Cue::new(Code::SavedAgain, 0.05, detail));
    }
    if let Some((group, quality)) = region {
        let detail = format!(
            "traces of an earlier compression at a quality of about {quality} differ {}",
            group.place()
        );
        cues.push(Cue::new(Code::ErrorLevelDiffersInRegion, 0.45, detail));
    }
    cues
}
