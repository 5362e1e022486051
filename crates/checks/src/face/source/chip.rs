//! A face and what surrounds it in grey, every face in the same place, and what is left of it in one band of detail.

use crate::{
    face::{Face, align::Similarity, pixels},
    image::Picture,
};

/// Side of a chip in pixels.
pub(super) const SIDE: usize = 128;

/// Where the five points lie: the eyes 28 pixels apart, so that hair, neck and some of the background are on the chip.
pub(super) const POINTS: [[f32; 2]; 5] =
    [[49.93, 50.43], [77.93, 50.28], [64.02, 66.35], [52.52, 82.74], [75.70, 82.61]];

/// Grey levels, row by row.
pub(super) type Grey = Vec<f32>;

/// A face on its chip.
#[derive(Clone)]
pub(super) struct Chip {
    pub(super) grey: Grey,
    /// Whether a pixel lies in the picture; beyond its edge the nearest one is repeated.
    pub(super) inside: Vec<bool>,
}

/// Chip pixels that cover more than this many of the picture's are averaged from a smaller copy of it.
const SHRINK_FROM: f32 = 1.5;

impl Chip {
    /// `None` when the points span nothing or the face lies outside.
    pub(super) fn of(picture: &Picture, face: &Face) -> Option<Self> {
        let map = Similarity::fit(&POINTS, &face.landmarks)?;
        let (width, height) = picture.rgb.dimensions();
        let covered = map.a.hypot(map.b);
        if !(covered > 0.0 && covered.is_finite()) || width < 2 || height < 2 {
            return None;
        }
        let small;
        let (rgb, origin, by) = if covered > SHRINK_FROM {
            let far = SIDE as f32;
            let corners = [[0.0, 0.0], [far, 0.0], [0.0, far], [far, far]].map(|p| map.apply(p));
            let span = |axis: usize, max: u32| {
                let ends = corners.iter().map(|c| c[axis]);
                let low = ends.clone().fold(f32::MAX, f32::min).floor().clamp(0.0, max as f32);
                (low, ends.fold(f32::MIN, f32::max).ceil().clamp(low, max as f32) - low)
            };
            let ((left, w), (top, h)) = (span(0, width), span(1, height));
            let (sw, sh) = ((w / covered).round() as u32, (h / covered).round() as u32);
            if sw < 2 || sh < 2 {
                return None;
            }
            let part = [f64::from(left), f64::from(top), f64::from(w), f64::from(h)];
            small = pixels::scaled(&picture.rgb, part, sw, sh)?;
            (&small, [left, top], [w / sw as f32, h / sh as f32])
        } else {
            (&picture.rgb, [0.0; 2], [1.0; 2])
        };
        let (right, bottom) = ((rgb.width() - 1) as f32, (rgb.height() - 1) as f32);
        let (mut grey, mut inside) = (Vec::with_capacity(SIDE * SIDE), Vec::with_capacity(SIDE * SIDE));
        for i in 0..SIDE * SIDE {
            let [x, y] = map.apply([(i % SIDE) as f32, (i / SIDE) as f32]);
            inside.push((0.0..width as f32).contains(&x) && (0.0..height as f32).contains(&y));
            let at = |v: f32, from: f32, by: f32, max: f32| ((v - from + 0.5) / by - 0.5).clamp(0.0, max);
            let (x, y) = (at(x, origin[0], by[0], right), at(y, origin[1], by[1], bottom));
            let [r, g, b] = pixels::at(rgb, x, y);
            grey.push(0.299 * r + 0.587 * g + 0.114 * b);
        }
        Some(Self { grey, inside })
    }

    /// The same as in a mirror: cameras that face their owner often save it that way.
    pub(super) fn mirrored(&self) -> Self {
        // The middle between the eyes, on which the points mirror each other.
        let middle = POINTS[0][0] + POINTS[1][0];
        let from = |i: usize| {
            let x = (middle - (i % SIDE) as f32).round();
            let inside = (0.0..SIDE as f32).contains(&x);
            (inside, i / SIDE * SIDE + (x.clamp(0.0, (SIDE - 1) as f32) as usize))
        };
        let of = |i: usize| {
            let (known, i) = from(i);
            (self.grey[i], known && self.inside[i])
        };
        let (grey, inside) = (0..SIDE * SIDE).map(of).unzip();
        Self { grey, inside }
    }

    /// The chip seen through a map from a new chip's pixels to this one's.
    pub(super) fn through(&self, map: &[[f32; 3]; 2]) -> Self {
        let last = (SIDE - 1) as f32;
        let of = |i: usize| {
            let (u, v) = ((i % SIDE) as f32, (i / SIDE) as f32);
            let [x, y] = map.map(|[a, b, c]| a * u + b * v + c);
            let known = (0.0..=last).contains(&x) && (0.0..=last).contains(&y);
            let (x, y) = (x.clamp(0.0, last), y.clamp(0.0, last));
            let (x0, y0) = (x as usize, y as usize);
            let (x1, y1) = ((x0 + 1).min(SIDE - 1), (y0 + 1).min(SIDE - 1));
            let (fx, fy) = (x - x0 as f32, y - y0 as f32);
            let row = |y: usize| {
                let (a, b) = (self.grey[y * SIDE + x0], self.grey[y * SIDE + x1]);
                a + (b - a) * fx
            };
            let (top, low) = (row(y0), row(y1));
            let nearest = (y.round() as usize) * SIDE + x.round() as usize;
            (top + (low - top) * fy, known && self.inside[nearest])
        };
        let (grey, inside) = (0..SIDE * SIDE).map(of).unzip();
        Self { grey, inside }
    }

    /// What is finer than `coarse` and coarser than `fine` (standard deviations in pixels): neither light and
    /// exposure nor noise and the blocks of a JPEG.
    pub(super) fn band(&self, fine: f32, coarse: f32) -> Grey {
        let wide = blurred(&self.grey, coarse);
        let mut band = blurred(&self.grey, fine);
        band.iter_mut().zip(wide).for_each(|(v, w)| *v -= w);
        band
    }
}

/// A Gaussian blur, edges repeated.
fn blurred(grey: &[f32], deviation: f32) -> Grey {
    let reach = (3.0 * deviation).ceil() as isize;
    let mut kernel: Vec<f32> =
        (-reach..=reach).map(|d| (-((d * d) as f32) / (2.0 * deviation * deviation)).exp()).collect();
    let sum: f32 = kernel.iter().sum();
    kernel.iter_mut().for_each(|k| *k /= sum);
    let clamp = |v: isize| v.clamp(0, SIDE as isize - 1) as usize;
    let pass = |from: &[f32], place: &dyn Fn(usize, usize) -> usize| {
        let mut out = vec![0.0; SIDE * SIDE];
        for line in 0..SIDE {
            for at in 0..SIDE {
                let near = (at as isize - reach..).map(clamp).zip(&kernel);
                out[place(line, at)] = near.map(|(i, k)| k * from[place(line, i)]).sum();
            }
        }
        out
    };
    let across = pass(grey, &|line, at| line * SIDE + at);
    pass(&across, &|line, at| at * SIDE + line)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flat(value: f32) -> Chip {
        Chip { grey: vec![value; SIDE * SIDE], inside: vec![true; SIDE * SIDE] }
    }

    #[test]
    fn even_light_leaves_nothing_in_the_band() {
        let mut chip = flat(90.0);
        assert!(chip.band(1.5, 6.0).iter().all(|v| v.abs() < 1e-3));
        chip.grey[64 * SIDE + 64] = 200.0;
        assert!(chip.band(1.5, 6.0)[64 * SIDE + 64] > 1.0);
    }

    #[test]
    fn a_mirror_twice_is_no_mirror_and_the_plain_map_changes_nothing() {
        let mut chip = flat(10.0);
        chip.grey.iter_mut().enumerate().for_each(|(i, v)| *v = (i % SIDE) as f32);
        let twice = chip.mirrored().mirrored();
        assert_eq!(twice.grey[64 * SIDE + 30], 30.0);
        assert!((chip.mirrored().grey[30] - 98.0).abs() < 1.0);
        assert_eq!(chip.through(&[[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]).grey, chip.grey);
        assert!(!chip.through(&[[1.0, 0.0, 40.0], [0.0, 1.0, 0.0]]).inside[100]);
    }

    #[test]
    fn the_eyes_land_on_their_points_at_any_size() {
        for scale in [0.8f32, 5.0] {
            let at = POINTS.map(|[x, y]| [x * scale, y * scale]);
            let side = (SIDE as f32 * scale) as u32;
            let rgb = image::RgbImage::from_fn(side, side, |x, y| {
                let near = (x as f32 - at[0][0]).hypot(y as f32 - at[0][1]) < 4.0 * scale;
                image::Rgb([if near { 255 } else { 0 }; 3])
            });
            let face = Face { bbox: [0.0; 4], landmarks: at, score: 1.0 };
            let chip = Chip::of(&Picture { rgb }, &face).unwrap();
            assert!(chip.grey[50 * SIDE + 50] > 250.0 && chip.grey[50 * SIDE + 78] < 5.0, "{scale}");
            assert!(chip.inside.iter().filter(|i| **i).count() > SIDE * SIDE * 9 / 10);
        }
        let face = Face { bbox: [0.0; 4], landmarks: [[3.0; 2]; 5], score: 1.0 };
        assert!(Chip::of(&Picture { rgb: image::RgbImage::new(9, 9) }, &face).is_none());
    }
}
