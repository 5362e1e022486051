//! What a hand, a lamp, a lens and a file format do to a document: one picture by a few numbers.
//!
//! The numbers are those that people vary in stress curves; everything else (what the document lies on,
//! where light and shadow come from, in which direction the camera leans) comes from the seed.

use std::sync::OnceLock;

use image::{ImageResult, RgbImage};

use crate::random::Random;
use crate::{self as specimen, MRZ_CAPITAL_MM, PIXELS_PER_MM, Scene, Table};

/// How a page is photographed. The default is a good picture taken by hand, with letters of the machine
/// readable zone 20 pixels high.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shot {
    /// Degrees between the camera's axis and the page's normal.
    pub tilt: f32,
    /// Degrees by which the page is turned in the picture.
    pub roll: f32,
    /// Height in pixels of a capital in the machine readable zone (2.4 mm), were the camera not tilted;
    /// the scale of everything else follows.
    pub character_height: f32,
    /// Standard deviation of the blur in pixels.
    pub blur: f32,
    /// Length in pixels of the camera's path during the exposure.
    pub motion: f32,
    /// Standard deviation of the noise in 8-bit levels.
    pub noise: f32,
    /// 0..1: strength of a reflection that lies on `target`.
    pub glare: f32,
    /// 0..1: light taken away from one side of the page.
    pub shadow: f32,
    /// Quality of the JPEG, 1..100.
    pub quality: u8,
}

impl Default for Shot {
    fn default() -> Self {
        Self {
            tilt: 5.0,
            roll: 2.0,
            character_height: 20.0,
            blur: 0.6,
            motion: 0.0,
            noise: 2.0,
            glare: 0.0,
            shadow: 0.0,
            quality: 90,
        }
    }
}

impl Shot {
    /// Whether both let the same light fall: what a lens, a hand and a file do to it aside.
    fn same_light(&self, other: &Self) -> bool {
        let light = |s: &Self| [s.tilt, s.roll, s.character_height, s.glare, s.shadow];
        light(self) == light(other)
    }

    fn scene(&self, page: &RgbImage, seed: u64, target: f32) -> Scene {
        let mut random = Random::new(seed ^ 0x5407);
        let (width, height) = (page.width() as f32 / PIXELS_PER_MM, page.height() as f32 / PIXELS_PER_MM);
        let mut turn = || random.range(0.0, 360.0);
        let (lean, shadow_toward, motion_toward) = (turn(), turn(), turn());
        let along = random.range(-0.3, 0.3);
        let scene = Scene {
            fill: random.range(0.66, 0.74),
            roll: if random.chance(0.5) { self.roll } else { -self.roll },
            shift: (random.range(-3.0, 3.0), random.range(-3.0, 3.0)),
            table: random.pick(&[Table::Wood, Table::Slate, Table::Cloth]),
            clutter: random.chance(0.5),
            light_fall_off: random.range(0.05, 0.25),
            glare: self.glare,
            glare_at: (along * width, (target - 0.5) * height),
            shadow: self.shadow,
            shadow_toward,
            blur: self.blur,
            motion: self.motion,
            motion_toward,
            noise: self.noise,
            ..Scene::default()
        };
        scene.at_scale(width, self.character_height / MRZ_CAPITAL_MM).tilted(self.tilt, lean)
    }
}

/// The page as a JPEG of a photograph. `target` is the row of the page, as a share of its height, on which
/// a reflection falls. The same arguments give the same bytes, and the same seed the same surroundings.
///
/// # Errors
/// The JPEG encoder's, for a picture above 65,535 pixels a side.
pub fn shoot(page: &RgbImage, seed: u64, shot: &Shot, target: f32) -> ImageResult<Vec<u8>> {
    let scene = shot.scene(page, seed, target);
    specimen::to_jpeg(&specimen::photograph(page, seed, &scene), shot.quality)
}

/// A page that is photographed many times: [`shoot`], which here looks at the page only once for all shots
/// that differ from the usual one in blur, motion, noise and quality alone.
pub struct Sitter {
    page: RgbImage,
    seed: u64,
    target: f32,
    usual: OnceLock<RgbImage>,
}

impl Sitter {
    pub fn new(page: RgbImage, seed: u64, target: f32) -> Self {
        Self { page, seed, target, usual: OnceLock::new() }
    }

    /// As [`shoot`].
    ///
    /// # Errors
    /// The JPEG encoder's.
    pub fn shoot(&self, shot: &Shot) -> ImageResult<Vec<u8>> {
        let scene = shot.scene(&self.page, self.seed, self.target);
        let light = if shot.same_light(&Shot::default()) {
            self.usual.get_or_init(|| specimen::expose(&self.page, self.seed, &scene)).clone()
        } else {
            specimen::expose(&self.page, self.seed, &scene)
        };
        specimen::to_jpeg(&specimen::develop(light, self.seed, &scene), shot.quality)
    }
}

#[cfg(test)]
mod tests {
    use image::Rgb;

    use super::*;

    fn green(picture: &RgbImage) -> Vec<(u32, u32)> {
        let is = |Rgb([r, g, b]): &Rgb<u8>| *g > r.saturating_add(60) && *g > b.saturating_add(60);
        picture.enumerate_pixels().filter(|(_, _, p)| is(p)).map(|(x, y, _)| (x, y)).collect()
    }

    fn taken(page: &RgbImage, seed: u64, shot: &Shot) -> RgbImage {
        image::load_from_memory(&shoot(page, seed, shot, 0.9).unwrap()).unwrap().to_rgb8()
    }

    #[test]
    fn the_same_seed_gives_the_same_bytes() {
        let page = RgbImage::from_pixel(856, 540, Rgb([230; 3]));
        let shot = Shot { character_height: 6.0, ..Shot::default() };
        assert_eq!(shoot(&page, 3, &shot, 0.9).unwrap(), shoot(&page, 3, &shot, 0.9).unwrap());
        assert_ne!(shoot(&page, 3, &shot, 0.9).unwrap(), shoot(&page, 4, &shot, 0.9).unwrap());
    }

    #[test]
    fn a_sitter_looks_the_same_every_time() {
        let page = RgbImage::from_fn(300, 200, |x, y| Rgb([(x % 200) as u8, (y % 200) as u8, 90]));
        let sitter = Sitter::new(page.clone(), 9, 0.8);
        let shots = [
            Shot { noise: 9.0, ..Shot::default() },
            Shot { tilt: 20.0, ..Shot::default() },
            Shot { motion: 5.0, quality: 40, ..Shot::default() },
        ];
        for shot in shots {
            assert_eq!(sitter.shoot(&shot).unwrap(), shoot(&page, 9, &shot, 0.8).unwrap(), "{shot:?}");
        }
    }

    #[test]
    fn the_scale_is_as_asked() {
        let page = RgbImage::from_pixel(1250, 880, Rgb([20, 220, 20]));
        let shot = Shot { tilt: 0.0, roll: 0.0, character_height: 6.0, ..Shot::default() };
        let seen = green(&taken(&page, 1, &shot));
        let width = seen.iter().map(|p| p.0).max().unwrap() - seen.iter().map(|p| p.0).min().unwrap() + 1;
        // 125 mm at 2.5 pixels a millimetre.
        assert!((308..=318).contains(&width), "{width}");
    }

    #[test]
    fn a_tilt_foreshortens_the_page_by_its_cosine() {
        let page = RgbImage::from_pixel(1250, 880, Rgb([20, 220, 20]));
        let area = |tilt: f32, seed: u64| {
            let shot = Shot { tilt, roll: 0.0, character_height: 5.0, ..Shot::default() };
            green(&taken(&page, seed, &shot)).len() as f32
        };
        for seed in 0..4 {
            let share = area(40.0, seed) / area(0.0, seed);
            // Perspective adds a little at the near side.
            assert!((0.74..0.92).contains(&share), "{share}");
        }
    }
}
