//! Pictures of a picture: of a screen, of a photocopy, of a screen's own memory.

use bonafide_core::{document::Quad, reason::Code};
use image::{GrayImage, ImageFormat, RgbImage, imageops};
use microfft::{Complex32, complex::cfft_256};

use super::{
    manipulation::{cue::Cue, file::File},
    warp,
};

/// Sizes of telephone and tablet screens, short side first. Sizes that cameras have too (720 × 1280,
/// 1080 × 1920, …) are not among them.
static SCREENS: [(u32, u32); 41] = [
    (640, 1136),
    (750, 1334),
    (828, 1792),
    (1125, 2436),
    (1170, 2532),
    (1179, 2556),
    (1206, 2622),
    (1242, 2208),
    (1242, 2688),
    (1284, 2778),
    (1290, 2796),
    (1320, 2868),
    (720, 1520),
    (720, 1560),
    (720, 1600),
    (1008, 2244),
    (1080, 2160),
    (1080, 2220),
    (1080, 2280),
    (1080, 2340),
    (1080, 2376),
    (1080, 2400),
    (1080, 2408),
    (1080, 2412),
    (1280, 2856),
    (1344, 2992),
    (1440, 2960),
    (1440, 3040),
    (1440, 3088),
    (1440, 3120),
    (1440, 3200),
    (1488, 2266),
    (1536, 2048),
    (1640, 2360),
    (1668, 2224),
    (1668, 2388),
    (2048, 2732),
    (768, 1366),
    (900, 1440),
    (1050, 1680),
    (1964, 3024),
];

/// The picture has the size of a screen and no camera's metadata; more so as a PNG and with the even bars
/// of a user interface at its edge.
pub(super) fn screenshot(file: &File<'_>, picture: &RgbImage) -> Option<Cue> {
    let (short, long) = (picture.width().min(picture.height()), picture.width().max(picture.height()));
    if !SCREENS.contains(&(short, long)) {
        return None;
    }
    let camera = file.fields().is_some_and(|e| {
        [exif::Tag::Make, exif::Tag::Model, exif::Tag::ExposureTime]
            .iter()
            .any(|tag| e.get_field(*tag, exif::In::PRIMARY).is_some())
    });
    if camera {
        return None;
    }
    let mut detail = format!("the picture has the size of a screen ({short} by {long}) and names no camera");
    let mut strength = 0.25;
    if file.format == Some(ImageFormat::Png) {
        strength += 0.15;
        detail += ", as a PNG file";
    }
    if bars(picture) {
        strength += 0.2;
        detail += ", with even bars at its edge";
    }
    Some(Cue::new(Code::Screenshot, strength, detail))
}

/// Whether at least 2 % of the rows at the top or the bottom are, but for a tenth, of one colour.
fn bars(picture: &RgbImage) -> bool {
    let (width, height) = picture.dimensions();
    let even = |y: u32| {
        let Some(first) = picture.get_pixel_checked(width / 2, y) else { return false };
        let same = (0..width).step_by(4).filter(|x| {
            picture
                .get_pixel_checked(*x, y)
                .is_some_and(|p| p.0.iter().zip(first.0).all(|(a, b)| a.abs_diff(b) < 3))
        });
        same.count() as u32 * 10 >= width.div_ceil(4) * 9
    };
    let rows = (height / 50).max(8);
    (0..rows).all(even) || (height.saturating_sub(rows)..height).all(even)
}

/// Edge of the squares whose spectrum is looked at.
const EDGE: usize = 256;
/// Squares along each axis.
const SQUARES: u32 = 3;
/// A peak is this many times the middle value of its ring.
const PEAK: f32 = 40.0;
/// What a camera's noise has at least in a ring, as a share of the contrast: a drawing has sharp edges and none.
const NOISE: f32 = 1e-9;
/// [`PEAK`] of one that is clear.
const CLEAR: f32 = 100.0;
/// And this many times the highest of its neighbours along an axis, where edges fill the whole axis.
const ON_AXIS: f32 = 8.0;
/// Periods per [`EDGE`] pixels of the rasters that are looked for on an axis: coarser ones are those of compression.
const FINE: f32 = 70.0;

/// The raster of a screen: two equally long, perpendicular peaks in the spectrum, or their moiré. Halftone
/// print has such a raster too, so this is weak unless both peaks are clear.
pub(crate) fn screen(luma: &GrayImage) -> Option<Cue> {
    let spectrum = spectrum(luma)?;
    let peaks = peaks(&spectrum);
    let half = EDGE as f32 / 2.0;
    for (i, a) in peaks.iter().enumerate() {
        for b in peaks.iter().skip(i + 1) {
            let (ra, rb) = (a.x.hypot(a.y), b.x.hypot(b.y));
            let cosine = (a.x * b.x + a.y * b.y) / (ra * rb);
            if (ra - rb).abs() < 0.06 * ra.max(rb) && cosine.abs() < 0.07 {
                let detail = format!(
                    "a square raster shows with {:.1} pixels a period, as of a screen that was photographed",
                    2.0 * half / ra
                );
                let strength = if a.height.min(b.height) > CLEAR { 0.55 } else { 0.35 };
                return Some(Cue::new(Code::ScreenRaster, strength, detail));
            }
        }
    }
    None
}

/// The mean power spectrum of squares spread over the picture, upper half plane; row and column are
/// frequencies in periods per [`EDGE`] pixels.
fn spectrum(luma: &GrayImage) -> Option<Vec<f32>> {
    let (width, height) = luma.dimensions();
    let edge = EDGE as u32;
    if width < edge || height < edge {
        return None;
    }
    let window: Vec<f32> =
        (0..EDGE).map(|i| 0.5 - 0.5 * (std::f32::consts::TAU * i as f32 / EDGE as f32).cos()).collect();
    let mut power = vec![0.0f32; EDGE * EDGE];
    let mut values = vec![Complex32::new(0.0, 0.0); EDGE * EDGE];
    let mut turned = values.clone();
    for (i, j) in (0..SQUARES).flat_map(|j| (0..SQUARES).map(move |i| (i, j))) {
        let (left, top) =
            ((width - edge) * (i + 1) / (SQUARES + 1), (height - edge) * (j + 1) / (SQUARES + 1));
        for (y, row) in values.chunks_exact_mut(EDGE).enumerate() {
            for (x, value) in row.iter_mut().enumerate() {
                let light = luma.get_pixel_checked(left + x as u32, top + y as u32).map_or(0, |p| p.0[0]);
                let weight = window.get(x).zip(window.get(y)).map_or(0.0, |(a, b)| a * b);
                *value = Complex32::new((f32::from(light) - 128.0) * weight, 0.0);
            }
        }
        transform_rows(&mut values);
        for (i, value) in turned.iter_mut().enumerate() {
            *value = values.get(i % EDGE * EDGE + i / EDGE).copied().unwrap_or_default();
        }
        transform_rows(&mut turned);
        // Each square counts alike, however much contrast it has.
        let total: f32 = turned.iter().skip(EDGE).map(Complex32::norm_sqr).sum::<f32>().max(1.0);
        power.iter_mut().zip(&turned).for_each(|(sum, v)| *sum += v.norm_sqr() / total);
    }
    Some(power)
}

/// The Fourier transform of each row of [`EDGE`] values, in place.
fn transform_rows(values: &mut [Complex32]) {
    for row in values.as_chunks_mut::<EDGE>().0 {
        let _ = cfft_256(row);
    }
}

/// A frequency that stands out of its ring.
struct Peak {
    /// In multiples of the ring's middle value.
    height: f32,
    x: f32,
    y: f32,
}

/// Frequencies that stand out of their ring, the clearest first. Along the axes straight edges and the blocks of compression
/// have theirs: a peak there has to stand out of the axis as well.
fn peaks(power: &[f32]) -> Vec<Peak> {
    const HALF: usize = EDGE / 2;
    let signed = |i: usize| if i < HALF { i as f32 } else { i as f32 - EDGE as f32 };
    let mut rings: Vec<Vec<f32>> = vec![vec![]; HALF + 1];
    for (i, value) in power.iter().enumerate() {
        let radius = signed(i / EDGE).hypot(signed(i % EDGE)).round() as usize;
        if let Some(ring) = rings.get_mut(radius) {
            ring.push(*value);
        }
    }
    let medians: Vec<f32> = rings
        .into_iter()
        .map(|mut ring| {
            ring.sort_by(f32::total_cmp);
            ring.get(ring.len() / 2).copied().unwrap_or(0.0)
        })
        .collect();
    let at = |x: f32, y: f32| {
        let place = |v: f32| (v.round() as i32).rem_euclid(EDGE as i32) as usize;
        power.get(place(y) * EDGE + place(x)).copied().unwrap_or(0.0)
    };
    let stands_out_of_axis = |x: f32, y: f32| {
        let along = if x.abs() < y.abs() { (0.0, 1.0) } else { (1.0, 0.0) };
        let beside = (-12..=12).filter(|step: &i32| step.abs() >= 4);
        let highest =
            beside.map(|step| at(x + along.0 * step as f32, y + along.1 * step as f32)).fold(0.0, f32::max);
        at(x, y) > ON_AXIS * highest
    };
    // The blocks of a picture that was scaled after its compression are a multiple of a lower frequency, which shows too.
    let is_harmonic = |x: f32, y: f32| {
        let at_part = |part: f32| {
            let near = |d: f32| {
                if x.abs() < y.abs() {
                    stands_out_of_axis(x, (y / part).round() + d)
                } else {
                    stands_out_of_axis((x / part).round() + d, y)
                }
            };
            [-1.0, 0.0, 1.0].into_iter().any(near)
        };
        [2.0, 3.0, 4.0].into_iter().any(at_part)
    };
    let mut found: Vec<Peak> = vec![];
    for (i, value) in power.iter().enumerate() {
        let (x, y) = (signed(i % EDGE), signed(i / EDGE));
        let radius = x.hypot(y);
        let upper = y > 0.0 || (y == 0.0 && x > 0.0);
        if !upper || !(28.0..120.0).contains(&radius) || on_block_grid(x, y) {
            continue;
        }
        let median = medians.get(radius.round() as usize).copied().unwrap_or(0.0);
        let height = *value / median;
        if median <= 0.0 || height <= PEAK {
            continue;
        }
        let on_axis = x.abs() < 2.5 || y.abs() < 2.5;
        let fine = || radius > FINE && median > NOISE && stands_out_of_axis(x, y) && !is_harmonic(x, y);
        if !on_axis || fine() {
            found.push(Peak { height, x, y });
        }
    }
    found.sort_by(|a, b| b.height.total_cmp(&a.height));
    // A raster has few, sharp peaks; print and texture fill whole areas.
    if found.len() > 80 {
        return vec![];
    }
    found
}

/// At a multiple of an eighth of the sampling frequency on both axes.
fn on_block_grid(x: f32, y: f32) -> bool {
    let eighth = |v: f32| {
        let step = EDGE as f32 / 8.0;
        (v / step - (v / step).round()).abs() * step < 2.6
    };
    eighth(x) && eighth(y)
}

/// Colour that a photocopy has at most: the spread of chroma, in grey levels, after a cast was taken out.
const GREY: f64 = 5.0;

/// The document is printed in grey. Fronts of identity documents are in colour in every country that issues
/// them; a photocopy, or a camera set to black and white, is not.
///
/// Where its edges were found too far out, the table's colours are within them: then the places of its print tell.
pub(super) fn no_colour(picture: &RgbImage, corners: Option<&Quad>, printed: &[Quad]) -> Option<Cue> {
    let view = match corners {
        Some(quad) => warp::cut(picture, quad, 160, 100),
        None => imageops::thumbnail(picture, 160, 160),
    };
    let mut spread = colour_spread(&view);
    if !printed.is_empty() {
        let mut strip = RgbImage::new(64, 16 * printed.len().min(64) as u32);
        for (i, quad) in (0..).zip(printed.iter().take(64)) {
            imageops::replace(&mut strip, &warp::cut(picture, quad, 64, 16), 0, 16 * i);
        }
        spread = spread.min(colour_spread(&strip));
    }
    (spread < GREY).then(|| {
        let detail = format!("the document shows no colour (spread {spread:.1} grey levels): a copy, or taken in black and white");
        Cue::new(Code::NotInColour, 0.55, detail)
    })
}

/// How far the colours of a picture lie apart beside brightness, in grey levels: the 95th percentile of
/// the distance to the colour cast of pixels as bright.
pub(super) fn colour_spread(view: &RgbImage) -> f64 {
    let chroma = |p: &image::Rgb<u8>| {
        let [r, g, b] = p.0.map(f64::from);
        (r - g, b - g, (r + g + b) / 3.0)
    };
    // A cast is the same share of each brightness.
    let (mut sum, mut light) = ([0.0; 2], 1.0);
    for p in view.pixels() {
        let (a, b, l) = chroma(p);
        sum[0] += a;
        sum[1] += b;
        light += l;
    }
    let cast = sum.map(|s| s / light);
    let mut distances: Vec<f64> = view
        .pixels()
        .map(|p| {
            let (a, b, l) = chroma(p);
            (a - cast[0] * l).hypot(b - cast[1] * l)
        })
        .collect();
    distances.sort_by(f64::total_cmp);
    distances.get(distances.len() * 19 / 20).copied().unwrap_or(0.0)
}
