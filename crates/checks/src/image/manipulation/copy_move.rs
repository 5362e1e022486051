//! A part of the picture copied to another place in it: corners whose surroundings are the same to the
//! grey level, many of them at one and the same offset.

use bonafide_core::reason::Code;
use std::collections::HashMap;

use image::GrayImage;

use super::cue::Cue;

/// Half the edge of a patch, in pixels, and the spacing of its samples.
const REACH: usize = 8;
const SAMPLES: usize = 64;
/// Corners compared, the strongest first.
const MAX_CORNERS: usize = 6000;
/// Response of a corner, in grey levels.
const CORNER: i32 = 48;
/// Largest root mean square difference of a copied patch (compression adds some), and least contrast.
const ALIKE: f32 = 4.5;
const CONTRAST: f32 = 18.0;
/// Nearer patches overlap, or belong to one stroke.
const MIN_OFFSET: i64 = 24;
/// Corners that must have moved by the same offset.
const MIN_CORNERS: usize = 8;
/// Partners looked at for one corner.
const MAX_PARTNERS: usize = 300;

struct Patch {
    x: u32,
    y: u32,
    mean: f32,
    samples: [f32; SAMPLES],
}

/// A region that occurs twice. Print repeats itself, so patterns that occur three times or at several
/// offsets are left out.
pub(super) fn repeated(luma: &GrayImage) -> Option<Cue> {
    let mut patches: Vec<Patch> = corners(luma).into_iter().filter_map(|(x, y)| patch(luma, x, y)).collect();
    patches.sort_by(|a, b| a.mean.total_cmp(&b.mean));
    let mut pairs: Vec<(usize, usize)> = vec![];
    let mut partners = vec![0u32; patches.len()];
    for (i, a) in patches.iter().enumerate() {
        let near = patches.iter().enumerate().skip(i + 1).take_while(|(_, b)| b.mean - a.mean < 1.5);
        for (j, b) in near.take(MAX_PARTNERS) {
            if alike(a, b) {
                pairs.push((i, j));
                for k in [i, j] {
                    if let Some(n) = partners.get_mut(k) {
                        *n += 1;
                    }
                }
            }
        }
    }
    let single = |i: &usize| partners.get(*i) == Some(&1);
    let mut offsets: HashMap<(i64, i64), Vec<&Patch>> = HashMap::new();
    for (i, j) in pairs.iter().filter(|(i, j)| single(i) && single(j)) {
        let (Some(a), Some(b)) = (patches.get(*i), patches.get(*j)) else { continue };
        let (dx, dy) = (i64::from(b.x) - i64::from(a.x), i64::from(b.y) - i64::from(a.y));
        let (key, from) = if (dy, dx) >= (0, 0) { ((dx, dy), a) } else { ((-dx, -dy), b) };
        if dx * dx + dy * dy >= MIN_OFFSET * MIN_OFFSET {
            offsets.entry(key).or_default().push(from);
        }
    }
    let mut groups: Vec<((i64, i64), Vec<&Patch>)> =
        offsets.into_iter().filter(|(_, g)| g.len() >= MIN_CORNERS).collect();
    groups.sort_by_key(|(offset, g)| (std::cmp::Reverse(g.len()), *offset));
    if groups.len() > 3 {
        return None;
    }
    let (offset, group) = groups.first()?;
    let span = |values: Vec<u32>| {
        values.iter().max().copied().unwrap_or(0) - values.iter().min().copied().unwrap_or(0)
    };
    let (w, h) = (span(group.iter().map(|p| p.x).collect()), span(group.iter().map(|p| p.y).collect()));
    // A line of corners is a repeated stroke.
    if w.min(h) < 6 {
        return None;
    }
    let detail = format!(
        "a part of about {} by {} pixels occurs twice, {} pixels apart ({} corners agree)",
        w as usize + 2 * REACH,
        h as usize + 2 * REACH,
        ((offset.0.pow(2) + offset.1.pow(2)) as f64).sqrt().round(),
        group.len()
    );
    Some(Cue::new(Code::RegionCopied, 0.3, detail))
}

/// The strongest places where brightness changes across both diagonals' quadrants, the strongest first,
/// each the strongest within four pixels.
fn corners(luma: &GrayImage) -> Vec<(u32, u32)> {
    let (width, height) = (luma.width() as usize, luma.height() as usize);
    let pixels = luma.as_raw();
    let row = |y: usize| pixels.get(y * width..(y + 1) * width).unwrap_or(&[]);
    if width < 4 * REACH || height < 4 * REACH {
        return vec![];
    }
    // Responses of nine rows at a time would do; two rows of cells keep only the best of each cell.
    const CELL: usize = 5;
    let columns = width.div_ceil(CELL);
    let mut best: Vec<(i32, u32, u32)> = vec![(0, 0, 0); columns * height.div_ceil(CELL)];
    for y in REACH..height - REACH {
        let (above, below) = (row(y - 2), row(y + 2));
        for ((x, up), down) in above.windows(5).enumerate().zip(below.windows(5)) {
            let (&[a, _, _, _, b], &[c, _, _, _, d]) = (up, down) else { continue };
            let response = (i32::from(a) - i32::from(b) - i32::from(c) + i32::from(d)).abs();
            if response < CORNER {
                continue;
            }
            if let Some(cell) = best.get_mut(y / CELL * columns + (x + 2) / CELL)
                && response > cell.0
            {
                *cell = (response, (x + 2) as u32, y as u32);
            }
        }
    }
    let mut found: Vec<(i32, u32, u32)> = vec![];
    for (i, (response, x, y)) in best.iter().enumerate().filter(|(_, c)| c.0 > 0) {
        let (cx, cy) = (i % columns, i / columns);
        let beaten = (cy.saturating_sub(1)..=cy + 1).any(|ny| {
            (cx.saturating_sub(1)..=(cx + 1).min(columns - 1)).any(|nx| {
                best.get(ny * columns + nx).is_some_and(|(r, bx, by)| {
                    bx.abs_diff(*x) <= 4 && by.abs_diff(*y) <= 4 && (*r, *by, *bx) > (*response, *y, *x)
                })
            })
        });
        if !beaten {
            found.push((*response, *x, *y));
        }
    }
    found.sort_unstable_by_key(|c| (std::cmp::Reverse(c.0), c.2, c.1));
    found.truncate(MAX_CORNERS);
    found.into_iter().map(|(_, x, y)| (x, y)).collect()
}

fn patch(luma: &GrayImage, x: u32, y: u32) -> Option<Patch> {
    let (width, pixels) = (luma.width() as usize, luma.as_raw());
    let (left, top) = ((x as usize).checked_sub(REACH)?, (y as usize).checked_sub(REACH)?);
    if left + 2 * REACH > width {
        return None;
    }
    let mut samples = [0.0f32; SAMPLES];
    for (i, sample) in samples.iter_mut().enumerate() {
        let start = (top + i / 8 * 2) * width + left + i % 8 * 2;
        let (two, next) = (pixels.get(start..start + 2)?, pixels.get(start + width..start + width + 2)?);
        *sample = two.iter().chain(next).map(|v| f32::from(*v)).sum::<f32>() / 4.0;
    }
    let mean = samples.iter().sum::<f32>() / SAMPLES as f32;
    let variance = samples.iter().map(|s| (s - mean).powi(2)).sum::<f32>() / SAMPLES as f32;
    (variance > CONTRAST * CONTRAST).then_some(Patch { x, y, mean, samples })
}

fn alike(a: &Patch, b: &Patch) -> bool {
    let limit = ALIKE * ALIKE * SAMPLES as f32;
    let mut sum = 0.0;
    for (p, q) in a.samples.chunks(16).zip(b.samples.chunks(16)) {
        sum += p.iter().zip(q).map(|(p, q)| (p - q).powi(2)).sum::<f32>();
        if sum > limit {
            return false;
        }
    }
    true
}
