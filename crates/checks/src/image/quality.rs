//! How good a capture is: sharp, evenly lit, free of glare, large enough. The answer is a hint to the
//! person who holds the camera, so thresholds sit where a picture is of little use to anyone, and a poor
//! picture is something to look at or to take again, never a reason to refuse a person.

use bonafide_core::{
    document::{Quad, Side},
    finding::{Check, Code, Finding, Outcome, least, reaches},
};
use image::{GrayImage, RgbImage, imageops};

use super::warp;

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
    /// Pixels that show one millimetre of the document; `None` where its size is not known.
    pub px_per_mm: Option<f64>,
    /// Angle in degrees between the document and the picture's plane, estimated from its corners; `None`
    /// where it was not located.
    pub tilt: Option<f64>,
    /// Lines of text that run into the picture's edge.
    pub cut_lines: usize,
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
    let bright = share(|v| v >= WHITE);
    Quality {
        sharpness: sharpness(&gray),
        // Where most is white, white is the paper.
        glare: if bright < 0.5 { glare(&gray) } else { 0.0 },
        exposure: gray.as_raw().iter().map(|v| f64::from(*v)).sum::<f64>() / n,
        dark: share(|v| v <= BLACK),
        bright,
        width,
        height,
        px_per_mm: None,
        tilt: None,
        cut_lines: 0,
    }
}

/// Measures a picture of a document: within its corners where they are known. `text` are the lines of text
/// found in the picture.
pub fn measure_document(picture: &RgbImage, corners: Option<Quad>, text: &[Quad]) -> Quality {
    let (width, height) = (picture.width() as f32, picture.height() as f32);
    // A letter that the edge of the picture cuts leaves no room beside it.
    let cut = |q: &&Quad| {
        let margin = 0.1 * warp::extent(q).1;
        q.0.iter().any(|p| p[0] < margin || p[1] < margin || p[0] > width - margin || p[1] > height - margin)
    };
    Quality {
        tilt: corners.as_ref().map(tilt),
        cut_lines: text.iter().filter(cut).count(),
        ..measure(picture, corners)
    }
}

/// How far away a camera is held, in longer sides of the document: it fills about half of the picture then.
const DISTANCE: f32 = 2.5;

/// The nearer of two opposite sides looks longer. How much at which angle depends on how far away the camera
/// is, which is assumed.
fn tilt(corners: &Quad) -> f64 {
    let [a, b, c, d] = corners.0;
    let pair = |x: f32, y: f32| (x - y).abs() / (x + y).max(1.0);
    let [top, bottom] = [warp::length(a, b), warp::length(d, c)];
    let [left, right] = [warp::length(a, d), warp::length(b, c)];
    let (w, h) = warp::extent(corners);
    let long = w.max(h).max(1.0);
    // Sides above each other lie a height apart, sides beside each other a width.
    let by_height = pair(top, bottom) * 2.0 * DISTANCE * long / h.max(1.0);
    let by_width = pair(left, right) * 2.0 * DISTANCE * long / w.max(1.0);
    f64::from(by_height.max(by_width).clamp(0.0, 1.0).asin().to_degrees())
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

/// The share of burnt-out cells in spots that fade into their surroundings and do not reach the region's
/// edge. White paper is as bright, but ends in sharp print.
fn glare(gray: &GrayImage) -> f64 {
    let (columns, rows) = ((gray.width() / CELL) as usize, (gray.height() / CELL) as usize);
    if columns < 3 || rows < 3 {
        return 0.0;
    }
    let cells: Vec<Cell> = (0..rows * columns).map(|i| Cell::of(gray, i % columns, i / columns)).collect();
    let mut seen = vec![false; cells.len()];
    let mut burnt = 0u32;
    for start in 0..cells.len() {
        let (mut size, mut at_edge, mut around, mut soft) = (0u32, false, 0usize, 0usize);
        let mut open = vec![start];
        while let Some(i) = open.pop() {
            let (Some(cell), Some(seen)) = (cells.get(i), seen.get_mut(i)) else { continue };
            if *cell != Cell::White {
                around += usize::from(size > 0);
                soft += usize::from(size > 0 && *cell == Cell::Soft);
                continue;
            }
            if std::mem::replace(seen, true) {
                continue;
            }
            let (x, y) = (i % columns, i / columns);
            size += 1;
            at_edge |= x == 0 || y == 0 || x + 1 == columns || y + 1 == rows;
            open.extend([i.checked_sub(columns), Some(i + columns)].into_iter().flatten());
            open.extend((x > 0).then(|| i - 1));
            open.extend((x + 1 < columns).then_some(i + 1));
        }
        if !at_edge && 2 * soft > around {
            burnt += size;
        }
    }
    f64::from(burnt) / cells.len() as f64
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Cell {
    White,
    /// Bright and even: the fringe of a reflection.
    Soft,
    Other,
}

impl Cell {
    fn of(gray: &GrayImage, column: usize, row: usize) -> Self {
        let (left, top) = (column as u32 * CELL, row as u32 * CELL);
        let mut low = u8::MAX;
        let mut sum = 0;
        for (x, y) in (0..CELL).flat_map(|y| (0..CELL).map(move |x| (left + x, top + y))) {
            let value = gray.get_pixel_checked(x, y).map_or(0, |p| p.0[0]);
            low = low.min(value);
            sum += u32::from(value);
        }
        match (low, sum / (CELL * CELL)) {
            (WHITE.., _) => Self::White,
            (150.., 200..) => Self::Soft,
            _ => Self::Other,
        }
    }
}

/// Where a capture stops being usable. Usable documents of the test data have a sharpness of 0.14 and more, the
/// same blurred until print is illegible 0.02 and less; usable portraits have 0.02 and more.
struct Limits {
    sharpness: f64,
    glare: f64,
    dark: f64,
    bright: f64,
    /// Shorter and longer side, in pixels.
    sides: (u32, u32),
    /// Pixels a millimetre: print of 2 mm is six pixels high, the least that is read.
    px_per_mm: f64,
    /// Degrees.
    tilt: f64,
    /// A stray mark is found at the edge now and then.
    cut_lines: f64,
}

const DOCUMENT: Limits = Limits {
    sharpness: 0.03,
    glare: 0.025,
    dark: 40.0,
    bright: 0.95,
    sides: (150, 240),
    px_per_mm: 3.0,
    tilt: 40.0,
    cut_lines: 3.0,
};
const SELFIE: Limits = Limits {
    sharpness: 0.008,
    glare: 0.08,
    dark: 25.0,
    bright: 0.60,
    sides: (112, 112),
    px_per_mm: 0.0,
    tilt: 90.0,
    cut_lines: 1e3,
};

/// A picture is clear when its worst measure reaches half of full marks.
pub const THRESHOLD: f64 = 0.5;

/// What the measures mean for the use: clear, or `consider` with a hint for each thing to do better.
pub fn assess(quality: &Quality, side: Option<Side>, kind: Kind) -> Finding {
    let limits = match kind {
        Kind::Document => &DOCUMENT,
        Kind::Selfie => &SELFIE,
    };
    // Each measure as marks from 0 to 1, with its limit at the threshold.
    // What could not be measured is no good picture.
    let within = |mark: f64| if mark.is_nan() { 0.0 } else { mark.clamp(0.0, 1.0) };
    let at_least = |value: f64, limit: f64| within(THRESHOLD * value / limit);
    let at_most = |value: f64, limit: f64| within(1.0 - THRESHOLD * value / limit);
    let (short, long) = (quality.width.min(quality.height), quality.width.max(quality.height));
    let size = at_least(f64::from(short), f64::from(limits.sides.0))
        .min(at_least(f64::from(long), f64::from(limits.sides.1)))
        .min(quality.px_per_mm.map_or(1.0, |p| at_least(p, limits.px_per_mm)));
    let marks = [
        (Code::TooSmall, size, "The picture shows too few pixels; move closer or use a higher resolution."),
        (
            Code::TooBlurry,
            at_least(quality.sharpness, limits.sharpness),
            "The picture is blurred; hold the camera still and let it focus.",
        ),
        (
            Code::Glare,
            at_most(quality.glare, limits.glare),
            "A reflection hides part of the picture; tilt it away from the light.",
        ),
        (Code::TooDark, at_least(quality.exposure, limits.dark), "The picture is too dark; add light."),
        (
            Code::TooBright,
            at_most(quality.bright, limits.bright),
            "The picture is overexposed; reduce the light or turn off the flash.",
        ),
        (
            Code::CutOff,
            at_most(quality.cut_lines as f64, limits.cut_lines),
            "The document reaches over the edge of the picture; move back until all of it is visible.",
        ),
        (
            Code::Tilted,
            quality.tilt.map_or(1.0, |t| at_most(t, limits.tilt)),
            "The document is seen from the side; hold the camera straight above it.",
        ),
    ];
    let score = least(marks.iter().map(|(_, mark, _)| *mark));
    let mut finding = Finding::scored(Check::ImageQuality, score, THRESHOLD, Outcome::Consider);
    finding.side = side;
    for (code, _, hint) in marks.into_iter().filter(|(_, mark, _)| !reaches(*mark, THRESHOLD)) {
        finding = finding.because(code, hint);
    }
    finding
}

#[cfg(test)]
mod tests {
    use image::Rgb;

    use super::*;

    /// Lines of print on grey paper.
    fn page(width: u32, height: u32) -> RgbImage {
        RgbImage::from_fn(width, height, |x, y| {
            let ink = y / 12 % 2 == 0 && (x * 7 + y / 24 * 13) / 5 % 3 == 0 && x % 5 != 0;
            Rgb([if ink { 40 } else { 185 }; 3])
        })
    }

    fn codes(picture: &RgbImage, kind: Kind) -> Vec<Code> {
        let finding = assess(&measure(picture, None), Some(Side::Front), kind);
        assert_eq!(finding.check, Check::ImageQuality);
        assert_eq!(finding.side, Some(Side::Front));
        assert_eq!(finding.outcome == Outcome::Clear, finding.reasons.is_empty());
        assert!(matches!(finding.outcome, Outcome::Clear | Outcome::Consider));
        finding.reasons.into_iter().map(|r| r.code).collect()
    }

    #[test]
    fn each_fault_is_named() {
        let good = page(900, 600);
        assert!(codes(&good, Kind::Document).is_empty());
        assert_eq!(codes(&imageops::blur(&good, 5.0), Kind::Document), [Code::TooBlurry]);
        assert_eq!(codes(&page(140, 100), Kind::Document), [Code::TooSmall]);
        let scaled = |factor: f32, plus: f32| {
            RgbImage::from_fn(900, 600, |x, y| {
                Rgb(good.get_pixel(x, y).0.map(|v| (f32::from(v) * factor + plus) as u8))
            })
        };
        assert_eq!(codes(&scaled(0.1, 0.0), Kind::Document), [Code::TooDark]);
        assert_eq!(codes(&scaled(0.02, 252.0), Kind::Selfie), [Code::TooBright]);
        let reflection = RgbImage::from_fn(900, 600, |x, y| {
            let far = (x as f32 - 400.0).hypot(y as f32 - 300.0) / 150.0;
            let light = (1.6 - 1.2 * far).clamp(0.0, 1.0);
            Rgb(good.get_pixel(x, y).0.map(|v| (f32::from(v) + (255.0 - f32::from(v)) * light) as u8))
        });
        assert_eq!(codes(&reflection, Kind::Document), [Code::Glare]);
    }

    #[test]
    fn what_could_not_be_measured_is_no_good_picture() {
        let good = measure(&page(900, 600), None);
        let odd = |change: fn(&mut Quality)| {
            let mut quality = good;
            change(&mut quality);
            let finding = assess(&quality, None, Kind::Document);
            (finding.outcome, finding.score, finding.reasons.into_iter().map(|r| r.code).collect::<Vec<_>>())
        };
        for (change, code) in [
            ((|q| q.sharpness = f64::NAN) as fn(&mut Quality), Code::TooBlurry),
            (|q| q.glare = f64::NAN, Code::Glare),
            (|q| q.exposure = f64::NAN, Code::TooDark),
            (|q| q.bright = f64::INFINITY, Code::TooBright),
            (|q| q.px_per_mm = Some(f64::NAN), Code::TooSmall),
            (|q| q.tilt = Some(f64::NAN), Code::Tilted),
        ] {
            assert_eq!(odd(change), (Outcome::Consider, Some(0.0), vec![code]));
        }
    }

    #[test]
    fn tilt_cut_and_scale_are_named() {
        let good = page(900, 600);
        let flat = Quad([[50.0, 50.0], [850.0, 50.0], [850.0, 550.0], [50.0, 550.0]]);
        let leaning = Quad([[150.0, 50.0], [750.0, 50.0], [850.0, 550.0], [50.0, 550.0]]);
        let line = |x: f32| Quad([[x, 100.0], [x + 200.0, 100.0], [x + 200.0, 120.0], [x, 120.0]]);
        let codes = |corners, text: &[Quad], px_per_mm| {
            let quality = Quality { px_per_mm, ..measure_document(&good, Some(corners), text) };
            let finding = assess(&quality, None, Kind::Document);
            finding.reasons.into_iter().map(|r| r.code).collect::<Vec<_>>()
        };
        assert!(codes(flat, &[line(200.0)], Some(9.3)).is_empty());
        assert_eq!(codes(leaning, &[], Some(9.3)), [Code::Tilted]);
        assert_eq!(codes(flat, &[line(-3.0), line(1.0), line(699.0), line(700.0)], None), [Code::CutOff]);
        assert_eq!(codes(flat, &[], Some(2.0)), [Code::TooSmall]);
        assert!(measure_document(&good, Some(flat), &[]).tilt.unwrap() < 1.0);
    }

    #[test]
    fn white_paper_is_no_reflection() {
        let scan = RgbImage::from_fn(900, 600, |x, y| {
            let inside = (100..800).contains(&x) && (100..500).contains(&y);
            let ink = inside && y / 12 % 2 == 0 && x / 3 % 3 == 0;
            Rgb([if ink { 20 } else { 255 }; 3])
        });
        assert!(codes(&scan, Kind::Document).is_empty());
    }

    #[test]
    fn a_region_is_measured_alone() {
        let mut picture = RgbImage::new(1000, 1000);
        imageops::replace(&mut picture, &page(600, 400), 200, 300);
        let quad = Quad([[200.0, 300.0], [800.0, 300.0], [800.0, 700.0], [200.0, 700.0]]);
        let region = measure(&picture, Some(quad));
        assert_eq!((region.width, region.height), (600, 400));
        assert!(region.dark < 0.01 && measure(&picture, None).dark > 0.5);
        let outside = Quad([[-50.0, f32::NAN], [-10.0, 0.0], [-10.0, 5.0], [-50.0, 5.0]]);
        assert_eq!(measure(&picture, Some(outside)).width, 1000);
    }

    #[test]
    fn tiny_pictures_are_measured() {
        for (width, height) in [(1, 1), (2, 700), (9, 9)] {
            assert!(codes(&RgbImage::new(width, height), Kind::Selfie).contains(&Code::TooSmall.to_owned()));
        }
    }

    /// How many of the pictures nothing is said against.
    fn clear(pictures: impl IntoIterator<Item = RgbImage>, kind: Kind) -> (usize, usize) {
        let findings: Vec<Finding> =
            pictures.into_iter().map(|rgb| assess(&measure(&rgb, None), None, kind)).collect();
        (findings.iter().filter(|f| f.outcome == Outcome::Clear).count(), findings.len())
    }

    #[test]
    fn usable_specimens_are_clear() {
        use bonafide_specimen::{
            Fonts, Specimen,
            distort::{Shot, shoot},
            identity_card, large_card, passport,
        };
        let fonts = Fonts::installed().unwrap();
        let pages = (1..=4).flat_map(|seed| {
            let person = Specimen::random(seed);
            let [front, back] = identity_card(&person, &fonts);
            let pages = [passport(&person, &fonts), large_card(&person, &fonts), front, back];
            pages.map(|page| (seed, page))
        });
        let photographs =
            pages.map(|(seed, page)| decoded(&shoot(&page, seed, &Shot::default(), 0.5).unwrap()));
        assert_eq!(clear(photographs, Kind::Document), (16, 16));
        let selfies = ["selfie.jpg", "other.jpg"]
            .map(|name| decoded(&std::fs::read(bonafide_testkit::data::sample(name)).unwrap()));
        assert_eq!(clear(selfies, Kind::Selfie), (2, 2));
    }

    fn decoded(bytes: &[u8]) -> RgbImage {
        crate::image::decode(bytes).unwrap().rgb
    }

    /// What people could use must pass: portraits and documents of the real test data.
    #[test]
    #[ignore = "needs real data: faces/lfw, mrz/images"]
    fn usable_pictures_are_clear() {
        for (folder, kind, least) in [("faces/lfw", Kind::Selfie, 0.99), ("mrz/images", Kind::Document, 0.95)]
        {
            let files = std::fs::read_dir(bonafide_testkit::data::test_data(folder)).unwrap();
            let pictures =
                files.filter_map(|f| crate::image::decode(&std::fs::read(f.ok()?.path()).ok()?).ok());
            let (clear, all) = clear(pictures.take(200).map(|p| p.rgb), kind);
            assert!(all > 40 && clear as f64 >= least * all as f64, "{clear} of {all}");
        }
    }
}
