//! Pictures that nobody can use, known before any network looks at them: so small, so dark or so empty that the person can
//! be told while they still hold the camera. The bounds lie far below what a photograph of anything shows; how good a
//! picture is that passes is for [`super::quality`].

use image::{RgbImage, imageops};

use super::{Picture, Refused};

/// Fewest pixels of the shorter side.
pub const MIN_SIDE: u32 = 64;
/// Least difference between the darkest and the brightest hundredth of a picture, in its most varied channel (0 to 255).
pub const MIN_RANGE: u8 = 16;
/// Least brightness of the brightest hundredth (luma, 0 to 255).
pub const MIN_BRIGHT: u8 = 32;

/// Long side at which light is measured, in pixels: noise is averaged away.
const SCALE: u32 = 160;

/// What decides whether a picture shows anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Light {
    /// From the darkest to the brightest hundredth, in the channel where that is most.
    pub range: u8,
    /// Luma of the brightest hundredth.
    pub bright: u8,
}

/// Measures a picture; nothing of one without pixels.
pub fn light(rgb: &RgbImage) -> Light {
    let (width, height) = rgb.dimensions();
    let long = width.max(height);
    let small = (long > SCALE).then(|| {
        let reduce = |side: u32| (u64::from(side) * u64::from(SCALE) / u64::from(long)).max(1) as u32;
        imageops::thumbnail(rgb, reduce(width), reduce(height))
    });
    let rgb = small.as_ref().unwrap_or(rgb);
    let ends = |values: &mut Vec<u8>| -> (u8, u8) {
        values.sort_unstable();
        let edge = values.len() / 100;
        let at = |i: usize| values.get(i).copied().unwrap_or_default();
        (at(edge), at(values.len().saturating_sub(1 + edge)))
    };
    let range = (0..3).map(|channel| {
        let (low, high) = ends(&mut rgb.pixels().map(|p| p.0[channel]).collect());
        high - low
    });
    let range = range.max().unwrap_or_default();
    let (_, bright) = ends(&mut imageops::grayscale(rgb).into_raw());
    Light { range, bright }
}

/// Refuses a picture that shows nothing.
///
/// # Errors
/// [`Refused::TooSmall`], [`Refused::TooDark`] or [`Refused::Blank`].
pub fn refuse_useless(picture: &Picture) -> Result<(), Refused> {
    let (width, height) = picture.rgb.dimensions();
    if width.min(height) < MIN_SIDE {
        return Err(Refused::TooSmall);
    }
    let light = light(&picture.rgb);
    if light.bright < MIN_BRIGHT {
        return Err(Refused::TooDark);
    }
    if light.range < MIN_RANGE {
        return Err(Refused::Blank);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use image::Rgb;

    use super::*;

    fn judged(rgb: RgbImage) -> Option<&'static str> {
        refuse_useless(&Picture { rgb }).err().map(|refused| refused.code())
    }

    /// A surface of one colour as a sensor sees it.
    fn noisy(width: u32, height: u32, colour: [u8; 3], noise: u32) -> RgbImage {
        RgbImage::from_fn(width, height, |x, y| {
            let n = (x.wrapping_mul(73_856_093) ^ y.wrapping_mul(19_349_663)) >> 7;
            Rgb(colour.map(|c| c.saturating_add((n % (noise + 1)) as u8)))
        })
    }

    #[test]
    fn what_shows_nothing_is_refused_with_the_reason() {
        assert_eq!(judged(RgbImage::new(1, 1)), Some("too_small"));
        assert_eq!(judged(noisy(2000, 63, [90; 3], 100)), Some("too_small"));
        assert_eq!(judged(RgbImage::new(800, 600)), Some("too_dark"));
        assert_eq!(judged(noisy(800, 600, [0; 3], 24)), Some("too_dark"));
        for colour in [[255; 3], [120; 3], [200, 30, 30], [40, 40, 40]] {
            assert_eq!(judged(RgbImage::from_pixel(800, 600, Rgb(colour))), Some("blank"), "{colour:?}");
            assert_eq!(judged(noisy(800, 600, colour, 12)), Some("blank"), "{colour:?}");
        }
    }

    #[test]
    fn what_shows_something_passes() {
        // A line of text on white, a face in a dark room, one colour beside another of the same brightness.
        let text = RgbImage::from_fn(800, 600, |x, y| {
            let ink = (280..320).contains(&y) && (100..700).contains(&x) && (x / 4) % 2 == 0;
            Rgb(if ink { [20; 3] } else { [250; 3] })
        });
        let dim = RgbImage::from_fn(800, 600, |x, y| {
            let lit = x.abs_diff(400) + y.abs_diff(300) < 120;
            Rgb(if lit { [48; 3] } else { [3; 3] })
        });
        let colours =
            RgbImage::from_fn(64, 64, |x, _| Rgb(if x < 32 { [110, 90, 90] } else { [90, 100, 90] }));
        for (what, rgb) in [("text", text), ("dim", dim), ("colours", colours)] {
            assert_eq!(judged(rgb), None, "{what}");
        }
    }

    fn pictures(folder: &Path, found: &mut Vec<std::path::PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                pictures(&path, found);
            } else {
                found.push(path);
            }
        }
    }

    /// With `--nocapture` it prints how far the real ones are from the bounds.
    #[test]
    #[ignore = "needs real data: documents, faces, faces_london, pad, cases, tamper"]
    fn no_real_photograph_is_refused() {
        let mut least: std::collections::BTreeMap<&str, (usize, u32, u8, u8)> = Default::default();
        let mut refused = vec![];
        for kind in ["documents", "faces", "faces_london", "pad", "cases", "tamper"] {
            let mut files = vec![];
            pictures(&bonafide_testkit::data::test_data(kind), &mut files);
            for file in files {
                let Ok(picture) = super::super::decode(&std::fs::read(&file).unwrap()) else { continue };
                // No photograph: one colour, to be found without a face.
                if file.ends_with("20-face-pictures-oddly-encoded/noface.jpg") {
                    assert_eq!(refuse_useless(&picture), Err(Refused::Blank));
                    continue;
                }
                let (light, side) = (light(&picture.rgb), picture.rgb.width().min(picture.rgb.height()));
                let of = least.entry(kind).or_insert((0, u32::MAX, u8::MAX, u8::MAX));
                *of = (of.0 + 1, of.1.min(side), of.2.min(light.range), of.3.min(light.bright));
                if let Err(why) = refuse_useless(&picture) {
                    refused.push(format!("{}: {} ({side} px, {light:?})", file.display(), why.code()));
                }
            }
        }
        for (kind, (n, side, range, bright)) in &least {
            println!("{kind}: {n} pictures, least side {side}, range {range}, brightest hundredth {bright}");
        }
        assert!(least.values().map(|of| of.0).sum::<usize>() > 700, "{least:?}");
        assert!(refused.is_empty(), "{refused:#?}");
    }
}
