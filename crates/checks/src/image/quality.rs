//! How good a capture is: sharp, evenly lit, free of glare, large enough. The answer is a hint to the
//! person who holds the camera, so thresholds sit where a picture is of little use to anyone, and a poor
//! picture is something to look at or to take again, never a reason to refuse a person.

use bonafide_core::{
    document::{Quad, Side},
    finding::{Check, Finding, Outcome},
};
use image::{GrayImage, RgbImage, imageops};

/// Long side, in pixels, at which everything but the resolution is measured; larger pictures are reduced.
const SCALE: u32 = 640;
/// Side of the cells in which glare is looked for, in pixels of the reduced picture.
const CELL: u32 = 8;
/// From this luma on a pixel is white and holds no detail; up to the other it is black.
const WHITE: u8 = 250;
const BLACK: u8 = 8;

/// What was measured, of the region that was asked for. Shares are 0 to 1 of its area.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quality {
    /// Variance of the Laplacian over the variance of the luma, at a long side of at most 640 pixels: detail
    /// that does not depend on contrast. 0 for an even surface.
    pub sharpness: f64,
    /// Share of burnt-out spots inside the region. White paper reaches the region's edge; a reflection
    /// lies inside it.
    pub glare: f64,
    /// Mean luma, 0 to 255.
    pub exposure: f64,
    /// Share of black pixels without detail.
    pub dark: f64,
    /// Share of white pixels without detail.
    pub bright: f64,
    /// Size of the region in pixels of the picture.
    pub width: u32,
    pub height: u32,
}

/// What the picture is to be used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Document,
    Selfie,
}

/// Measures a picture, or the bounding box of a region of it.
pub fn measure(picture: &RgbImage, region: Option<Quad>) -> Quality {
    let (x, y, width, height) = bounds(picture, region);
    let view = imageops::crop_imm(picture, x, y, width, height);
    let long = width.max(height);
    let gray = if long > SCALE {
        let reduce = |side: u32| (u64::from(side) * u64::from(SCALE) / u64::from(long)).max(1) as u32;
        imageops::grayscale(&imageops::thumbnail(&*view, reduce(width), reduce(height)))
    } else {
        imageops::grayscale(&*view)
    };
    let n = f64::from(gray.width() * gray.height()).max(1.0);
    let share = |test: fn(u8) -> bool| gray.as_raw().iter().filter(|v| test(**v)).count() as f64 / n;
    Quality {
        sharpness: sharpness(&gray),
        glare: glare(&gray),
        exposure: gray.as_raw().iter().map(|v| f64::from(*v)).sum::<f64>() / n,
        dark: share(|v| v <= BLACK),
        bright: share(|v| v >= WHITE),
        width,
        height,
    }
}

/// x, y, width, height of the region inside the picture; all of the picture where the region misses it.
fn bounds(picture: &RgbImage, region: Option<Quad>) -> (u32, u32, u32, u32) {
    let all = (0, 0, picture.width(), picture.height());
    let Some(Quad(corners)) = region else { return all };
    let span = |axis: usize, limit: u32| {
        let values = corners.iter().map(|c| c[axis].clamp(0.0, limit as f32));
        let low = values.clone().fold(f32::INFINITY, f32::min).floor();
        let high = values.fold(0.0, f32::max).ceil();
        (low.is_finite() && high - low >= 8.0).then_some((low as u32, (high - low) as u32))
    };
    match (span(0, picture.width()), span(1, picture.height())) {
        (Some((x, width)), Some((y, height))) => (x, y, width, height),
        _ => all,
    }
}

fn sharpness(gray: &GrayImage) -> f64 {
    let (width, height) = (gray.width() as usize, gray.height() as usize);
    if width < 3 || height < 3 {
        return 0.0;
    }
    let pixels = gray.as_raw();
    let mut laplacian = Variance::default();
    for rows in pixels.chunks_exact(width).collect::<Vec<_>>().windows(3) {
        let &[above, row, below] = rows else { continue };
        for ((middle, up), down) in row.windows(3).zip(above.iter().skip(1)).zip(below.iter().skip(1)) {
            let &[left, centre, right] = middle else { continue };
            let around = f64::from(left) + f64::from(right) + f64::from(*up) + f64::from(*down);
            laplacian.add(around - 4.0 * f64::from(centre));
        }
    }
    let mut luma = Variance::default();
    pixels.iter().for_each(|v| luma.add(f64::from(*v)));
    // An even surface has neither detail nor contrast: the constant keeps noise on it from counting.
    laplacian.get() / (luma.get() + 100.0)
}

#[derive(Default)]
struct Variance {
    n: f64,
    sum: f64,
    squares: f64,
}

impl Variance {
    fn add(&mut self, value: f64) {
        self.n += 1.0;
        self.sum += value;
        self.squares += value * value;
    }
    fn get(&self) -> f64 {
        if self.n == 0.0 {
            return 0.0;
        }
        (self.squares / self.n - (self.sum / self.n).powi(2)).max(0.0)
    }
}

/// The share of cells that are white throughout and not connected to the region's edge.
fn glare(gray: &GrayImage) -> f64 {
    let (columns, rows) = ((gray.width() / CELL) as usize, (gray.height() / CELL) as usize);
    if columns < 3 || rows < 3 {
        return 0.0;
    }
    let mut white: Vec<bool> = (0..rows * columns)
        .map(|i| {
            let (x, y) = ((i % columns) as u32 * CELL, (i / columns) as u32 * CELL);
            imageops::crop_imm(gray, x, y, CELL, CELL).to_image().as_raw().iter().all(|v| *v >= WHITE)
        })
        .collect();
    let edge = (0..rows * columns).filter(|i| {
        let (x, y) = (i % columns, i / columns);
        x == 0 || y == 0 || x + 1 == columns || y + 1 == rows
    });
    let mut open: Vec<usize> = edge.collect();
    while let Some(i) = open.pop() {
        let Some(cell) = white.get_mut(i) else { continue };
        if !std::mem::take(cell) {
            continue;
        }
        let x = i % columns;
        open.extend([i.checked_sub(columns), Some(i + columns)].into_iter().flatten());
        open.extend((x > 0).then(|| i - 1));
        open.extend((x + 1 < columns).then_some(i + 1));
    }
    white.iter().filter(|w| **w).count() as f64 / white.len() as f64
}

/// Where a capture stops being usable. Set below what the poorest usable pictures of the test data show
/// (photos of documents, 250-pixel portraits).
struct Limits {
    sharpness: f64,
    glare: f64,
    dark: f64,
    bright: f64,
    /// Shorter and longer side, in pixels.
    sides: (u32, u32),
}

const DOCUMENT: Limits =
    Limits { sharpness: 0.012, glare: 0.06, dark: 40.0, bright: 0.75, sides: (180, 280) };
const SELFIE: Limits = Limits { sharpness: 0.004, glare: 0.10, dark: 30.0, bright: 0.60, sides: (112, 112) };

/// A picture is clear when its worst measure reaches half of full marks.
pub const THRESHOLD: f64 = 0.5;

/// What the measures mean for the use: clear, or `consider` with a hint for each thing to do better.
pub fn assess(quality: &Quality, side: Option<Side>, kind: Kind) -> Finding {
    let limits = match kind {
        Kind::Document => &DOCUMENT,
        Kind::Selfie => &SELFIE,
    };
    // Each measure as marks from 0 to 1, with its limit at the threshold.
    let at_least = |value: f64, limit: f64| (THRESHOLD * value / limit).clamp(0.0, 1.0);
    let at_most = |value: f64, limit: f64| (1.0 - THRESHOLD * value / limit).clamp(0.0, 1.0);
    let (short, long) = (quality.width.min(quality.height), quality.width.max(quality.height));
    let size = at_least(f64::from(short), f64::from(limits.sides.0))
        .min(at_least(f64::from(long), f64::from(limits.sides.1)));
    let marks = [
        ("too_small", size, "The picture shows too few pixels; move closer or use a higher resolution."),
        (
            "too_blurry",
            at_least(quality.sharpness, limits.sharpness),
            "The picture is blurred; hold the camera still and let it focus.",
        ),
        (
            "glare",
            at_most(quality.glare, limits.glare),
            "A reflection hides part of the picture; tilt it away from the light.",
        ),
        ("too_dark", at_least(quality.exposure, limits.dark), "The picture is too dark; add light."),
        (
            "too_bright",
            at_most(quality.bright, limits.bright),
            "The picture is overexposed; reduce the light or turn off the flash.",
        ),
    ];
    let score = marks.iter().map(|(_, mark, _)| *mark).fold(1.0, f64::min);
    let mut finding = Finding::scored(Check::ImageQuality, score, THRESHOLD, Outcome::Consider);
    finding.side = side;
    for (code, _, hint) in marks.iter().filter(|(_, mark, _)| *mark < THRESHOLD) {
        finding = finding.because(*code, *hint);
    }
    finding
}
