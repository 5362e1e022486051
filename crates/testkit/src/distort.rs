//! What a hand, a lamp, a lens and a file format do to a document: one picture by a few numbers.
//!
//! The numbers are those that people vary in stress curves; everything else (what the document lies on,
//! where light and shadow come from, in which direction the camera leans) comes from the seed.

use image::{ImageResult, RgbImage};

use crate::specimen::random::Random;
use crate::specimen::{self, MRZ_CAPITAL_MM, PIXELS_PER_MM, Scene, Table};

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

/// The page as a JPEG of a photograph. `target` is the row of the page, as a share of its height, on which
/// a reflection falls. The same arguments give the same bytes, and the same seed the same surroundings.
///
/// # Errors
/// The JPEG encoder's, for a picture above 65,535 pixels a side.
pub fn shoot(page: &RgbImage, seed: u64, shot: &Shot, target: f32) -> ImageResult<Vec<u8>> {
    let mut random = Random::new(seed ^ 0x5407);
    let (width, height) = (page.width() as f32 / PIXELS_PER_MM, page.height() as f32 / PIXELS_PER_MM);
    let mut turn = || random.range(0.0, 360.0);
    let (lean, shadow_toward, motion_toward) = (turn(), turn(), turn());
    let along = random.range(-0.3, 0.3);
    let scene = Scene {
        fill: random.range(0.66, 0.74),
        roll: if random.chance(0.5) { shot.roll } else { -shot.roll },
        shift: (random.range(-3.0, 3.0), random.range(-3.0, 3.0)),
        table: [Table::Wood, Table::Slate, Table::Cloth][random.whole(0, 2) as usize],
        clutter: random.chance(0.5),
        light_fall_off: random.range(0.05, 0.25),
        glare: shot.glare,
        glare_at: (along * width, (target - 0.5) * height),
        shadow: shot.shadow,
        shadow_toward,
        blur: shot.blur,
        motion: shot.motion,
        motion_toward,
        noise: shot.noise,
        ..Scene::default()
    };
    let scene = scene.at_scale(width, shot.character_height / MRZ_CAPITAL_MM).tilted(shot.tilt, lean);
    specimen::to_jpeg(&specimen::photograph(page, seed, &scene), shot.quality)
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
