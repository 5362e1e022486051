//! Every face in the same place: the chip that embeddings are made from.

use image::RgbImage;

use super::pixels;
use crate::image::Picture;

/// Side of a chip in pixels.
pub const CHIP: u32 = 112;

/// Where the five points lie on a chip: the template that ArcFace and its successors were trained with.
pub const TEMPLATE: [[f32; 2]; 5] =
    [[38.2946, 51.6963], [73.5318, 51.5014], [56.0252, 71.7366], [41.5493, 92.3655], [70.7299, 92.2041]];

/// A similarity transform of the plane: turn, scale, shift, and no mirror.
/// (x, y) ↦ (a·x − b·y + tx, b·x + a·y + ty).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Similarity {
    pub a: f32,
    pub b: f32,
    pub tx: f32,
    pub ty: f32,
}

impl Similarity {
    /// The least-squares similarity that takes `from` to `to` (Umeyama 1991; in the plane, without mirror,
    /// it is one complex division). `None` when all of `from` is one point or a number is not finite.
    pub fn fit(from: &[[f32; 2]], to: &[[f32; 2]]) -> Option<Self> {
        let n = from.len().min(to.len()) as f64;
        let mean = |points: &[[f32; 2]]| {
            let sum = points
                .iter()
                .take(n as usize)
                .fold([0.0; 2], |s, p| [s[0] + f64::from(p[0]), s[1] + f64::from(p[1])]);
            [sum[0] / n, sum[1] / n]
        };
        let (mf, mt) = (mean(from), mean(to));
        let (mut re, mut im, mut norm) = (0.0, 0.0, 0.0);
        for (p, q) in from.iter().zip(to) {
            let (x, y) = (f64::from(p[0]) - mf[0], f64::from(p[1]) - mf[1]);
            let (u, v) = (f64::from(q[0]) - mt[0], f64::from(q[1]) - mt[1]);
            re += x * u + y * v;
            im += x * v - y * u;
            norm += x * x + y * y;
        }
        let (a, b) = (re / norm, im / norm);
        let fit = Self {
            a: a as f32,
            b: b as f32,
            tx: (mt[0] - a * mf[0] + b * mf[1]) as f32,
            ty: (mt[1] - b * mf[0] - a * mf[1]) as f32,
        };
        [fit.a, fit.b, fit.tx, fit.ty].iter().all(|v| v.is_finite()).then_some(fit)
    }

    pub fn apply(&self, [x, y]: [f32; 2]) -> [f32; 2] {
        [self.a * x - self.b * y + self.tx, self.b * x + self.a * y + self.ty]
    }

    /// `None` when the scale is zero.
    pub fn inverse(&self) -> Option<Self> {
        let d = self.a * self.a + self.b * self.b;
        if d.is_nan() || d <= f32::MIN_POSITIVE {
            return None;
        }
        let (a, b) = (self.a / d, -self.b / d);
        Some(Self { a, b, tx: -a * self.tx + b * self.ty, ty: -b * self.tx - a * self.ty })
    }
}

/// The same five points on dlib's 150-pixel chip, whose eyes lie at (47.7, 47.1) and (100.2, 47.1): [`TEMPLATE`]
/// turned and scaled so that the eyes meet.
pub const DLIB_TEMPLATE: [[f32; 2]; 5] =
    [[47.7, 47.1], [100.2, 47.1], [73.951, 77.103], [52.214, 107.718], [95.690, 107.718]];

/// Side of dlib's chip in pixels.
pub const DLIB_CHIP: u32 = 150;

/// A chip pixel that covers more than this many picture pixels is averaged, so that fine detail of a large face
/// does not alias.
const AVERAGE_FROM: f32 = 1.5;
/// Most samples of a chip pixel per side.
const MAX_SAMPLES: f32 = 6.0;

/// The face turned upright and scaled to [`CHIP`]² by its five points; black where the picture ends.
/// `None` when the points do not span a face.
pub fn chip(picture: &Picture, landmarks: &[[f32; 2]; 5]) -> Option<RgbImage> {
    chip_on(picture, landmarks, &TEMPLATE, CHIP)
}

/// The same on a chip of `side`², its points at `template`.
pub fn chip_on(
    picture: &Picture,
    landmarks: &[[f32; 2]; 5],
    template: &[[f32; 2]; 5],
    side: u32,
) -> Option<RgbImage> {
    let back = Similarity::fit(landmarks, template)?.inverse()?;
    let covered = back.a.hypot(back.b);
    let samples = if covered > AVERAGE_FROM { covered.round().clamp(2.0, MAX_SAMPLES) as u32 } else { 1 };
    let share = 1.0 / samples as f32;
    Some(RgbImage::from_fn(side, side, |u, v| {
        let mut sum = [0.0; 3];
        for i in 0..samples * samples {
            let off = |k: u32| (k as f32 + 0.5) * share - 0.5;
            let [x, y] = back.apply([u as f32 + off(i % samples), v as f32 + off(i / samples)]);
            for (s, c) in sum.iter_mut().zip(pixels::at(&picture.rgb, x, y)) {
                *s += c;
            }
        }
        image::Rgb(sum.map(|c| (c * share * share).round() as u8))
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(a: [f32; 2], b: [f32; 2]) -> bool {
        (a[0] - b[0]).abs() < 1e-2 && (a[1] - b[1]).abs() < 1e-2
    }

    #[test]
    fn finds_a_known_turn_scale_and_shift() {
        for degrees in [0.0f32, 30.0, 90.0, 179.0, -120.0] {
            let (s, c) = degrees.to_radians().sin_cos();
            let truth = Similarity { a: 2.5 * c, b: 2.5 * s, tx: 100.0, ty: -40.0 };
            let seen = TEMPLATE.map(|p| truth.apply(p));
            let fit = Similarity::fit(&seen, &TEMPLATE).unwrap();
            for (p, q) in seen.iter().zip(TEMPLATE) {
                assert!(near(fit.apply(*p), q), "{degrees}");
            }
            assert!(near(fit.inverse().unwrap().apply([56.0, 70.0]), truth.apply([56.0, 70.0])));
        }
    }

    #[test]
    fn never_mirrors() {
        let mirrored = TEMPLATE.map(|[x, y]| [112.0 - x, y]);
        let fit = Similarity::fit(&mirrored, &TEMPLATE).unwrap();
        assert!(fit.a * fit.a + fit.b * fit.b > 0.0);
        assert!(!near(fit.apply(mirrored[0]), TEMPLATE[0]));
    }

    #[test]
    fn points_that_span_nothing_give_no_chip() {
        let picture = Picture { rgb: RgbImage::new(10, 10) };
        assert!(chip(&picture, &[[3.0, 3.0]; 5]).is_none());
        assert!(chip(&picture, &[[f32::NAN, 3.0]; 5]).is_none());
        assert!(chip(&picture, &[[f32::INFINITY, 3.0]; 5]).is_none());
        assert!(Similarity::fit(&[], &[]).is_none());
    }

    #[test]
    fn fine_detail_of_a_large_face_is_averaged() {
        let seen = TEMPLATE.map(|[x, y]| [4.0 * x, 4.0 * y]);
        let rgb = RgbImage::from_fn(448, 448, |x, y| image::Rgb([if (x + y) % 2 == 0 { 255 } else { 0 }; 3]));
        let chip = chip(&Picture { rgb }, &seen).unwrap();
        for (x, y) in [(30, 30), (56, 70), (80, 95)] {
            assert!((120..=135).contains(&chip.get_pixel(x, y).0[0]), "{:?}", chip.get_pixel(x, y));
        }
    }

    #[test]
    fn the_eyes_land_on_the_template() {
        // A dot where the right eye is, in a picture twice as large and turned upside down.
        let seen = TEMPLATE.map(|[x, y]| [400.0 - 2.0 * x, 300.0 - 2.0 * y]);
        let eye = [seen[0][0].round(), seen[0][1].round()];
        let rgb = RgbImage::from_fn(400, 300, |x, y| {
            let d = (x as f32 - eye[0]).hypot(y as f32 - eye[1]);
            if d < 4.0 { image::Rgb([255; 3]) } else { image::Rgb([0; 3]) }
        });
        let chip = chip(&Picture { rgb }, &seen).unwrap();
        assert_eq!(chip.get_pixel(38, 52).0, [255; 3]);
        assert_eq!(chip.get_pixel(74, 52).0, [0; 3]);
    }
}
