//! Noise of the sensor, tile by tile. It depends on brightness and on nothing else in one photograph; a part
//! that was painted over, smoothed or taken from another picture has less or more of it.

use bonafide_core::reason::Code;
use image::GrayImage;

use super::{cue::Cue, tiles};

/// Edge of the cells noise is measured in, in pixels.
const CELL: usize = 8;
/// Noise of the whole picture, in grey levels, that is needed: compression wipes out what is below.
const MIN_NOISE: f64 = 0.8;
/// A tile whose noise differs by this factor from that of tiles as bright.
const FACTOR: f64 = 3.0;
const MIN_TILES: usize = 6;
/// Brightness where the sensor is neither saturated nor dark.
const USABLE: std::ops::Range<f64> = 24.0..232.0;

/// A region with clearly less or more noise than the rest at the same brightness.
pub(super) fn inconsistent(luma: &GrayImage) -> Option<Cue> {
    let edge = tiles::edge(luma.width(), luma.height());
    let (columns, rows) = (luma.width() as usize / edge, luma.height() as usize / edge);
    let map: Vec<Option<(f64, f64)>> =
        (0..columns * rows).map(|i| floor(luma, i % columns * edge, i / columns * edge, edge)).collect();
    let known: Vec<(f64, f64)> = map.iter().flatten().copied().collect();
    if known.len() < 24 || median(known.iter().map(|(_, noise)| *noise)) < MIN_NOISE {
        return None;
    }
    // What tiles of about the same brightness have.
    let usual: Vec<f64> = (0..16)
        .map(|i| {
            median(known.iter().filter(|(l, _)| (l / 16.0 - f64::from(i) - 0.5).abs() < 1.5).map(|(_, n)| *n))
        })
        .collect();
    let usual = |light: f64| usual.get((light / 16.0) as usize).copied().unwrap_or(0.0);
    let ratio: Vec<Option<f64>> =
        map.iter().map(|t| t.map(|(light, noise)| noise.max(0.1) / usual(light).max(0.1))).collect();
    let groups = [
        ("less", ratio.iter().map(|r| r.is_some_and(|r| r < 1.0 / FACTOR)).collect::<Vec<bool>>()),
        ("more", ratio.iter().map(|r| r.is_some_and(|r| r > FACTOR)).collect()),
    ];
    let (word, group) = groups
        .iter()
        .filter_map(|(word, marked)| Some((word, tiles::largest(marked, columns)?)))
        .max_by_key(|(_, g)| g.tiles)?;
    let share = group.tiles as f64 / known.len() as f64;
    (group.tiles >= MIN_TILES && share < 0.25 && group.fill(columns, rows) > 0.5).then(|| {
        let detail = format!("there is {word} noise than elsewhere at the same brightness {}", group.place());
        Cue::new(Code::NoiseDiffersInRegion, 0.2, detail)
    })
}

/// Mean brightness and noise of the calmest cells of a tile; `None` where it is too dark or too bright.
fn floor(luma: &GrayImage, left: usize, top: usize, edge: usize) -> Option<(f64, f64)> {
    let (width, pixels) = (luma.width() as usize, luma.as_raw());
    let mut cells = vec![];
    for (cx, cy) in (0..edge / CELL).flat_map(|y| (0..edge / CELL).map(move |x| (x, y))) {
        let (x, y) = (left + cx * CELL, top + cy * CELL);
        let (mut sum, mut squares) = (0u32, 0i32);
        for j in (0..CELL).step_by(2) {
            let start = (y + j) * width + x;
            let (a, b) = (pixels.get(start..start + CELL)?, pixels.get(start + width..start + width + CELL)?);
            for (a, b) in a.chunks_exact(2).zip(b.chunks_exact(2)) {
                let (&[p, q], &[r, s]) = (a, b) else { continue };
                // The diagonal Haar coefficient: edges along rows and columns cancel out.
                let detail = i32::from(p) - i32::from(q) - i32::from(r) + i32::from(s);
                squares += detail * detail;
                sum += u32::from(p) + u32::from(q) + u32::from(r) + u32::from(s);
            }
        }
        let n = (CELL * CELL / 4) as f64;
        // The sum of four independent values has four times the variance of one.
        cells.push((f64::from(squares) / n / 4.0, f64::from(sum) / n / 4.0));
    }
    cells.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (variance, light) = *cells.get(cells.len() / 4)?;
    USABLE.contains(&light).then(|| (light, variance.sqrt()))
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(0.0)
}
