//! Presentation attacks on a camera, simulated: a screen or a print that is photographed, a still that is moved,
//! frames that were submitted before. Pure functions: the same picture, seed and numbers give the same pixels.
//!
//! They are cruder than what people do with good equipment, so a rate measured on them says how a check
//! answers to these cues, and is not one of ISO/IEC 30107-3.

use image::{Rgb, RgbImage, imageops};

use crate::random::{Random, fractal_noise};

/// How a flat picture is held in front of a camera.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pose {
    /// Degrees about the vertical, the horizontal and the camera's own axis.
    pub yaw: f32,
    pub pitch: f32,
    pub roll: f32,
    /// Size in the picture; 1 is as large as it was.
    pub scale: f32,
    /// Shift as a share of the width.
    pub shift: [f32; 2],
    /// How much a print is bent about its vertical middle: the angle in degrees from there to its edge.
    pub bend: f32,
}

impl Default for Pose {
    fn default() -> Self {
        Self { yaw: 0.0, pitch: 0.0, roll: 0.0, scale: 1.0, shift: [0.0; 2], bend: 0.0 }
    }
}

/// Distance of the camera in widths of the picture.
const DISTANCE: f32 = 1.8;

/// A flat or bent picture in front of the camera; grey where it ends.
pub fn held(picture: &RgbImage, pose: &Pose) -> RgbImage {
    let (w, h) = (picture.width() as f32, picture.height() as f32);
    let (sy, cy) = pose.yaw.to_radians().sin_cos();
    let (sp, cp) = pose.pitch.to_radians().sin_cos();
    let (sr, cr) = pose.roll.to_radians().sin_cos();
    // Camera to picture: the transposes of the turns, in reverse order.
    let into = |[x, y, z]: [f32; 3]| {
        let [x, y] = [x * cr + y * sr, y * cr - x * sr];
        let [y, z] = [y * cp + z * sp, z * cp - y * sp];
        [x * cy + z * sy, y, z * cy - x * sy]
    };
    let bend = pose.bend.to_radians() * 2.0;
    RgbImage::from_fn(picture.width(), picture.height(), |i, j| {
        let u = ((i as f32 + 0.5) / w - 0.5 - pose.shift[0]) / pose.scale;
        let v = ((j as f32 + 0.5 - h / 2.0) / w - pose.shift[1]) / pose.scale;
        // The ray from the camera at (0, 0, −DISTANCE) through (u, v, 0), seen from the picture.
        let (eye, dir) = (into([0.0, 0.0, -DISTANCE]), into([u, v, DISTANCE]));
        let hit = if bend.abs() < 1e-3 { plane(eye, dir) } else { cylinder(eye, dir, bend) };
        match hit {
            Some([x, y]) => sample(picture, (x + 0.5) * w - 0.5, y * w + h / 2.0 - 0.5),
            None => Rgb([96; 3]),
        }
    })
}

fn plane(eye: [f32; 3], dir: [f32; 3]) -> Option<[f32; 2]> {
    let t = -eye[2] / dir[2];
    (t.is_finite() && t > 0.0).then(|| [eye[0] + t * dir[0], eye[1] + t * dir[1]])
}

/// Where a ray meets a sheet bent about the vertical axis, its middle at the origin, as a place on the sheet.
fn cylinder(eye: [f32; 3], dir: [f32; 3], bend: f32) -> Option<[f32; 2]> {
    let radius = 1.0 / bend;
    // Axis at z = radius: x² + (z − r)² = r².
    let (ex, ez) = (eye[0], eye[2] - radius);
    let a = dir[0] * dir[0] + dir[2] * dir[2];
    let b = 2.0 * (ex * dir[0] + ez * dir[2]);
    let c = ex * ex + ez * ez - radius * radius;
    let root = (b * b - 4.0 * a * c).sqrt();
    let near = |t: &f32| {
        let (x, z) = (ex + t * dir[0], ez + t * dir[2]);
        // The side of the tube where the sheet is, and no farther round than its edge.
        let angle = (x / radius).atan2(-z / radius);
        (*t > 0.0 && angle.abs() < std::f32::consts::FRAC_PI_2)
            .then_some([radius * angle, eye[1] + t * dir[1]])
    };
    let mut hits = [(-b - root) / (2.0 * a), (-b + root) / (2.0 * a)];
    hits.sort_by(f32::total_cmp);
    hits.iter().filter(|t| t.is_finite()).find_map(near)
}

fn sample(picture: &RgbImage, x: f32, y: f32) -> Rgb<u8> {
    if !(x > -0.5 && y > -0.5 && x < picture.width() as f32 - 0.5 && y < picture.height() as f32 - 0.5) {
        return Rgb([96; 3]);
    }
    imageops::interpolate_bilinear(
        picture,
        x.clamp(0.0, picture.width() as f32 - 1.001),
        y.clamp(0.0, picture.height() as f32 - 1.001),
    )
    .unwrap_or(Rgb([96; 3]))
}

/// The picture shown on a screen and photographed from it: the screen's raster against the camera's (moiré), its
/// colours and gamma, its bezel, a reflection, the camera's blur and noise. `close` leaves the bezel out.
pub fn screen(picture: &RgbImage, seed: u64, close: bool) -> RgbImage {
    let mut random = Random::new(seed ^ 0x5c7e);
    let (period, angle) = (random.range(2.05, 3.2), random.range(-0.12, 0.12));
    let (strength, gamma) = (random.range(0.08, 0.22), random.range(1.05, 1.3));
    let glow = [random.range(0.9, 0.98), random.range(0.95, 1.0), random.range(1.0, 1.1)];
    let reflection = (random.range(0.0, 1.0), random.range(0.0, 1.0), random.range(0.0, 0.25));
    let pose = Pose {
        yaw: random.range(-6.0, 6.0),
        pitch: random.range(-6.0, 6.0),
        roll: random.range(-4.0, 4.0),
        scale: if close { random.range(1.0, 1.1) } else { random.range(0.72, 0.85) },
        ..Pose::default()
    };
    let framed = if close { picture.clone() } else { framed(picture, Rgb([14, 14, 16]), 0.05) };
    let seen = held(&framed, &pose);
    let (w, h) = (seen.width() as f32, seen.height() as f32);
    let (s, c) = angle.sin_cos();
    let mut photo = RgbImage::from_fn(seen.width(), seen.height(), |i, j| {
        let Rgb(colour) = *seen.get_pixel(i, j);
        let (x, y) = (i as f32 * c - j as f32 * s, i as f32 * s + j as f32 * c);
        let lines = (std::f32::consts::TAU * y / period).cos();
        let off = ((i as f32 / w - reflection.0).powi(2) + (j as f32 / h - reflection.1).powi(2)) / 0.05;
        let shine = 255.0 * reflection.2 * (-off).exp();
        Rgb(std::array::from_fn(|k| {
            // The three colours' stripes lie beside each other.
            let stripe = (std::f32::consts::TAU * (x / period + k as f32 / 3.0)).cos();
            let light = (f32::from(colour[k]) / 255.0).powf(gamma) * 255.0 * glow[k];
            let light = light * (1.0 + strength * (0.6 * stripe + 0.4 * lines)) + shine;
            light.clamp(0.0, 255.0) as u8
        }))
    });
    photo = imageops::blur(&photo, random.range(0.5, 0.9));
    noise(&mut photo, &mut random, 2.5);
    photo
}

/// The picture printed on paper and photographed: fewer colours, a warm white, the paper's fibres, the raster of
/// the printer, and the paper's cut edge on a table. `close` shows no edge.
pub fn print(picture: &RgbImage, seed: u64, close: bool) -> RgbImage {
    let mut random = Random::new(seed ^ 0x9a9e);
    let (contrast, dot) = (random.range(0.62, 0.8), random.range(2.2, 3.5));
    let paper = [random.range(228.0, 246.0), random.range(224.0, 240.0), random.range(210.0, 232.0)];
    let mut sheet = RgbImage::from_fn(picture.width(), picture.height(), |i, j| {
        let Rgb(colour) = *picture.get_pixel(i, j);
        let fibre = 14.0 * (fractal_noise(i as f32 / 3.0, j as f32 / 3.0, 3, seed) - 0.5);
        let raster = 6.0 * ((i as f32 + j as f32) / dot).sin() * ((i as f32 - j as f32) / dot).sin();
        let grey = colour.iter().map(|c| f32::from(*c)).sum::<f32>() / 3.0;
        Rgb(std::array::from_fn(|k| {
            let faded = grey + 0.8 * (f32::from(colour[k]) - grey);
            let ink = 34.0 + contrast * faded;
            (ink * paper[k] / 240.0 + fibre + raster).clamp(0.0, 255.0) as u8
        }))
    });
    if !close {
        sheet = framed(&sheet, Rgb(paper.map(|p| p as u8)), 0.03);
    }
    let pose = Pose {
        yaw: random.range(-10.0, 10.0),
        pitch: random.range(-10.0, 10.0),
        roll: random.range(-6.0, 6.0),
        scale: if close { random.range(1.0, 1.1) } else { random.range(0.7, 0.85) },
        bend: random.range(0.0, 14.0),
        ..Pose::default()
    };
    let mut photo = imageops::blur(&held(&sheet, &pose), random.range(0.6, 1.1));
    noise(&mut photo, &mut random, 3.0);
    photo
}

/// The same moment as another file: cut, scaled, turned a little, other light; encode it as you like.
pub fn altered(picture: &RgbImage, seed: u64) -> RgbImage {
    let mut random = Random::new(seed ^ 0xa17e);
    let (w, h) = picture.dimensions();
    let cut = |random: &mut Random, side: u32| (side as f32 * random.range(0.0, 0.05)) as u32;
    let (left, top) = (cut(&mut random, w), cut(&mut random, h));
    let (right, bottom) = (cut(&mut random, w), cut(&mut random, h));
    let part = imageops::crop_imm(picture, left, top, w - left - right, h - top - bottom).to_image();
    let scale = random.range(0.75, 1.2);
    let size = |side: u32| ((side as f32 * scale) as u32).max(1);
    let scaled =
        imageops::resize(&part, size(part.width()), size(part.height()), imageops::FilterType::Triangle);
    let mut turned = held(&scaled, &Pose { roll: random.range(-2.0, 2.0), ..Pose::default() });
    let light = random.range(0.9, 1.12);
    turned.iter_mut().for_each(|v| *v = (f32::from(*v) * light).min(255.0) as u8);
    turned
}

/// A picture of the same kind taken a moment later, as far as one file can tell: other light and noise.
pub fn retaken(picture: &RgbImage, seed: u64) -> RgbImage {
    let mut random = Random::new(seed ^ 0x7e7a);
    let mut again = picture.clone();
    noise(&mut again, &mut random, 1.5);
    again
}

fn framed(picture: &RgbImage, colour: Rgb<u8>, share: f32) -> RgbImage {
    let edge = (picture.width() as f32 * share) as u32;
    let mut framed = RgbImage::from_pixel(picture.width(), picture.height(), colour);
    let (w, h) = (picture.width() - 2 * edge, picture.height() - 2 * edge.min(picture.height() / 3));
    let inner = imageops::resize(picture, w.max(1), h.max(1), imageops::FilterType::Triangle);
    imageops::replace(&mut framed, &inner, i64::from(edge), i64::from(edge.min(picture.height() / 3)));
    framed
}

fn noise(picture: &mut RgbImage, random: &mut Random, deviation: f32) {
    for value in picture.iter_mut() {
        *value = (f32::from(*value) + deviation * random.normal()).clamp(0.0, 255.0) as u8;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chart() -> RgbImage {
        RgbImage::from_fn(160, 120, |x, y| {
            if (x / 20 + y / 20) % 2 == 0 { Rgb([200, 60, 40]) } else { Rgb([40, 60, 200]) }
        })
    }

    fn difference(a: &RgbImage, b: &RgbImage) -> f32 {
        a.iter().zip(b.iter()).map(|(a, b)| f32::from(a.abs_diff(*b))).sum::<f32>() / a.len() as f32
    }

    #[test]
    fn a_picture_held_straight_stays_as_it_is() {
        assert!(difference(&held(&chart(), &Pose::default()), &chart()) < 1.0);
        let bent = held(&chart(), &Pose { bend: 0.2, ..Pose::default() });
        assert!(difference(&bent, &chart()) < 8.0);
    }

    #[test]
    fn a_tilt_narrows_and_a_bend_curves() {
        let dark = |p: &RgbImage| p.pixels().filter(|p| p.0 == [96; 3]).count() as f32 / (160.0 * 120.0);
        let tilted = dark(&held(&chart(), &Pose { yaw: 45.0, ..Pose::default() }));
        assert!((0.2..0.4).contains(&tilted), "{tilted}");
        let bent = dark(&held(&chart(), &Pose { bend: 50.0, ..Pose::default() }));
        assert!((0.05..0.4).contains(&bent), "{bent}");
    }

    #[test]
    fn seeds_repeat_and_differ() {
        for make in [|s| screen(&chart(), s, false), |s| print(&chart(), s, true), |s| altered(&chart(), s)] {
            assert_eq!(make(1), make(1));
            assert_ne!(make(1), make(2));
        }
        assert!(difference(&retaken(&chart(), 1), &chart()) < 3.0);
    }
}
