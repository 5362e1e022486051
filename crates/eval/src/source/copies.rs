//! What somebody does to a picture that is not theirs before they hand it in as a selfie.

use bonafide_checks::image::{Picture, decode, encode_jpeg};
use bonafide_specimen::{
    Scene, Table,
    attack::{self, Pose},
};
use image::{RgbImage, imageops};

pub(super) type Kind = (&'static str, fn(&RgbImage, u64) -> RgbImage);

/// Copies of a file: nothing was photographed anew.
pub(super) static COPIES: [Kind; 18] = [
    ("itself", |p, _| p.clone()),
    ("cut", cut),
    ("JPEG 30", |p, _| encoded(p, 30)),
    ("JPEG 50", |p, _| encoded(p, 50)),
    ("JPEG 70", |p, _| encoded(p, 70)),
    ("JPEG 95", |p, _| encoded(p, 95)),
    ("half as large", |p, _| scaled(p, 0.5)),
    ("larger", |p, _| scaled(p, 1.7)),
    ("brighter", |p, _| lit(p, |v| v * 1.1 + 30.0)),
    ("darker", |p, _| lit(p, |v| v * 0.9 - 30.0)),
    ("gamma 0.6", |p, _| lit(p, |v| 255.0 * (v / 255.0).powf(0.6))),
    ("gamma 1.6", |p, _| lit(p, |v| 255.0 * (v / 255.0).powf(1.6))),
    ("turned", |p, seed| turned(p, if seed.is_multiple_of(2) { 8.0 } else { -8.0 })),
    ("mirrored", |p, _| imageops::flip_horizontal(p)),
    ("blurred", |p, _| imageops::blur(p, p.width() as f32 / 180.0)),
    ("noisy", |p, seed| noisy(p, seed, 8.0)),
    ("grey", |p, _| grey(p)),
    ("cut, scaled, turned, relit, JPEG 45", |p, seed| encoded(&attack::altered(p, seed), 45)),
];

/// The picture on paper or on a screen, before a camera.
pub(super) static SHOWN: [Kind; 4] = [
    ("print with its edge", |p, seed| attack::print(&enlarged(p), seed, false)),
    ("print that fills the picture", |p, seed| attack::print(&enlarged(p), seed, true)),
    ("screen with bezel", |p, seed| attack::screen(&enlarged(p), seed, false)),
    ("screen that fills the picture", |p, seed| attack::screen(&enlarged(p), seed, true)),
];

/// Least length of the longer side of what a camera takes.
const CAMERA: u32 = 1000;

/// A print or a screen is photographed with more pixels than a small picture has: dots and stripes are finer than it.
fn enlarged(picture: &RgbImage) -> RgbImage {
    let longer = picture.width().max(picture.height()).max(1);
    if longer >= CAMERA { picture.clone() } else { scaled(picture, CAMERA as f32 / longer as f32) }
}

fn cut(picture: &RgbImage, seed: u64) -> RgbImage {
    let (w, h) = picture.dimensions();
    let share = |n: u64, side: u32| side * ((seed / n % 10) as u32) / 100;
    let (left, top) = (share(1, w), share(10, h));
    let (right, bottom) = (share(100, w), share(1000, h));
    imageops::crop_imm(picture, left, top, w - left - right, h - top - bottom).to_image()
}

pub(super) fn encoded(picture: &RgbImage, quality: u8) -> RgbImage {
    decode(&encode_jpeg(picture, quality)).map_or_else(|_| picture.clone(), |p: Picture| p.rgb)
}

pub(super) fn scaled(picture: &RgbImage, by: f32) -> RgbImage {
    let side = |n: u32| ((n as f32 * by).round() as u32).max(1);
    imageops::resize(picture, side(picture.width()), side(picture.height()), imageops::FilterType::Triangle)
}

fn lit(picture: &RgbImage, light: fn(f32) -> f32) -> RgbImage {
    let mut lit = picture.clone();
    lit.iter_mut().for_each(|v| *v = light(f32::from(*v)).round().clamp(0.0, 255.0) as u8);
    lit
}

fn turned(picture: &RgbImage, degrees: f32) -> RgbImage {
    attack::held(picture, &Pose { roll: degrees, ..Pose::default() })
}

fn grey(picture: &RgbImage) -> RgbImage {
    let grey = imageops::grayscale(picture);
    RgbImage::from_fn(grey.width(), grey.height(), |x, y| image::Rgb([grey.get_pixel(x, y).0[0]; 3]))
}

/// Noise of this deviation, from the seed.
fn noisy(picture: &RgbImage, seed: u64, deviation: f32) -> RgbImage {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 40) as f32 / (1u64 << 24) as f32
    };
    let mut noisy = picture.clone();
    for value in noisy.iter_mut() {
        // The sum of twelve is nearly normal, with deviation 1.
        let normal = (0..12).map(|_| next()).sum::<f32>() - 6.0;
        *value = (f32::from(*value) + deviation * normal).round().clamp(0.0, 255.0) as u8;
    }
    noisy
}

/// How a document is photographed by hand, other each time.
pub(super) fn scene(seed: u64) -> Scene {
    let of = |n: u64, low: f32, high: f32| {
        low + (high - low) * ((seed.wrapping_mul(2_654_435_761).wrapping_add(n * 40_503) >> 7) % 1000) as f32
            / 999.0
    };
    let tables = [Table::Wood, Table::Slate, Table::Cloth];
    Scene {
        fill: of(1, 0.62, 0.8),
        roll: of(2, -4.0, 4.0),
        pitch: of(3, -9.0, 9.0),
        yaw: of(4, -9.0, 9.0),
        table: tables[(seed % 3) as usize],
        light_fall_off: of(5, 0.05, 0.25),
        blur: of(6, 0.5, 0.9),
        noise: of(7, 1.5, 3.0),
        ..Scene::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_copy_has_pixels_and_repeats() {
        let picture = RgbImage::from_fn(120, 90, |x, y| image::Rgb([x as u8, y as u8, 90]));
        for (name, make) in COPIES.iter().chain(&SHOWN) {
            let copy = make(&picture, 7);
            assert!(copy.width() > 40 && copy.height() > 30, "{name}");
            assert_eq!(copy, make(&picture, 7), "{name}");
        }
        let names: std::collections::BTreeSet<_> = COPIES.iter().chain(&SHOWN).map(|c| c.0).collect();
        assert_eq!(names.len(), COPIES.len() + SHOWN.len());
    }
}
