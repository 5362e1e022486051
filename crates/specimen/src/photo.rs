//! From a flat page to a picture of it taken by hand: a pinhole camera over a table, uneven light, a
//! slight blur, sensor noise.

use image::codecs::jpeg::JpegEncoder;
use image::{ImageResult, RgbImage, imageops};

use super::PIXELS_PER_MM;
use super::canvas::{mix, sample};
use super::random::{Random, fractal_noise, value_noise};

/// What the document lies on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Table {
    #[default]
    Wood,
    Slate,
    Cloth,
}

/// How the picture is taken. Angles are degrees, lengths pixels of the picture unless said otherwise.
#[derive(Debug, Clone)]
pub struct Scene {
    pub width: u32,
    pub height: u32,
    /// The document's width as a share of the picture's.
    pub fill: f32,
    /// Turn in the picture's plane, clockwise.
    pub roll: f32,
    /// Tilt of the camera forward and sideways.
    pub pitch: f32,
    pub yaw: f32,
    /// Displacement of the document's centre from the picture's, in millimetres on the table.
    pub shift: (f32, f32),
    pub table: Table,
    /// A pen, a sheet of paper and a coin beside the document.
    pub clutter: bool,
    /// 0 is even light; 0.3 leaves the far corner a third darker.
    pub light_fall_off: f32,
    /// 0..1: strength of a lamp's reflection on the document, about 25 mm wide.
    pub glare: f32,
    /// Where the reflection lies: millimetres right of and below the document's centre.
    pub glare_at: (f32, f32),
    /// 0..1: how much light something takes away from one side of a line through the document's centre.
    pub shadow: f32,
    /// Direction of the shadow, degrees clockwise from the right.
    pub shadow_toward: f32,
    /// Standard deviation of the blur.
    pub blur: f32,
    /// Length of the camera's path during the exposure.
    pub motion: f32,
    /// Its direction, degrees clockwise from the right.
    pub motion_toward: f32,
    /// Standard deviation of the noise, in 8-bit levels.
    pub noise: f32,
}

impl Default for Scene {
    /// A good hand-held picture by a telephone.
    fn default() -> Self {
        Self {
            width: 1920,
            height: 1440,
            fill: 0.76,
            roll: -2.6,
            pitch: 7.0,
            yaw: -4.0,
            shift: (1.5, 2.0),
            table: Table::Wood,
            clutter: true,
            light_fall_off: 0.22,
            glare: 0.0,
            glare_at: (18.0, -12.0),
            shadow: 0.0,
            shadow_toward: 0.0,
            blur: 0.7,
            motion: 0.0,
            motion_toward: 0.0,
            noise: 2.2,
        }
    }
}

impl Scene {
    /// The same scene with the camera so near that a millimetre at the centre of a page `width_mm` wide
    /// is `pixels_per_mm` pixels, when it is not tilted. The picture becomes as large as that asks for.
    #[must_use]
    pub fn at_scale(self, width_mm: f32, pixels_per_mm: f32) -> Self {
        let fill = self.fill.clamp(0.05, 2.0);
        let width = (width_mm * pixels_per_mm / fill).round().max(64.0);
        Self { width: width as u32, height: (width * 0.75).round() as u32, fill, ..self }
    }

    /// The same scene with the camera tilted: `degrees` between its axis and the page's normal, the page's
    /// side in the direction `toward` (clockwise from the right) farther away.
    #[must_use]
    pub fn tilted(self, degrees: f32, toward: f32) -> Self {
        let (sin, cos) = degrees.to_radians().sin_cos();
        let (down, right) = toward.to_radians().sin_cos();
        // The page's normal in camera coordinates, leaning against the farther side.
        let normal = [-sin * right, -sin * down, cos];
        let [x, y, z] = normal;
        // `View` turns by yaw, then by pitch: normal = (sin yaw, -cos yaw sin pitch, cos yaw cos pitch).
        Self { yaw: x.asin().to_degrees(), pitch: (-y).atan2(z).to_degrees(), ..self }
    }
}

/// Photographs a page drawn at [`PIXELS_PER_MM`].
pub fn photograph(page: &RgbImage, seed: u64, scene: &Scene) -> RgbImage {
    develop(expose(page, seed, scene), seed, scene)
}

/// The first half of [`photograph`], and the slow one: what falls through a perfect lens.
pub(crate) fn expose(page: &RgbImage, seed: u64, scene: &Scene) -> RgbImage {
    let view = View::new(page, seed, scene);
    RgbImage::from_fn(scene.width, scene.height, |x, y| {
        let sum = view.pixel(x as f32, y as f32);
        image::Rgb(sum.map(|v| v.round().clamp(0.0, 255.0) as u8))
    })
}

/// The second half: blur, motion and noise.
pub(crate) fn develop(mut photo: RgbImage, seed: u64, scene: &Scene) -> RgbImage {
    let mut random = Random::new(seed);
    if scene.blur > 0.0 {
        photo = imageops::blur(&photo, scene.blur);
    }
    if scene.motion > 0.0 {
        photo = smeared(&photo, scene.motion, scene.motion_toward);
    }
    for pixel in photo.pixels_mut() {
        let luma = random.normal() * scene.noise;
        for value in &mut pixel.0 {
            let noisy = f32::from(*value) + luma + 0.5 * scene.noise * random.normal();
            *value = noisy.round().clamp(0.0, 255.0) as u8;
        }
    }
    photo
}

/// The mean along a path of `length` pixels around each pixel.
fn smeared(photo: &RgbImage, length: f32, toward: f32) -> RgbImage {
    let (sin, cos) = toward.to_radians().sin_cos();
    let steps = (length.ceil() as usize * 2 + 1).min(201);
    let (right, bottom) = (photo.width() as f32 - 0.01, photo.height() as f32 - 0.01);
    RgbImage::from_fn(photo.width(), photo.height(), |x, y| {
        let mut sum = [0.0f32; 3];
        for step in 0..steps {
            let t = length * (step as f32 / (steps - 1) as f32 - 0.5);
            let (px, py) = (x as f32 + 0.5 + t * cos, y as f32 + 0.5 + t * sin);
            let colour = sample(photo, px.clamp(0.0, right), py.clamp(0.0, bottom)).unwrap_or_default();
            sum.iter_mut().zip(colour).for_each(|(s, c)| *s += c / steps as f32);
        }
        image::Rgb(sum.map(|v| v.round().clamp(0.0, 255.0) as u8))
    })
}

/// As a camera stores it; quality 1..100.
///
/// # Errors
/// The encoder's, for a picture without pixels or above 65,535 pixels a side.
pub fn to_jpeg(photo: &RgbImage, quality: u8) -> ImageResult<Vec<u8>> {
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, quality.clamp(1, 100)).encode_image(photo)?;
    Ok(bytes)
}

/// The camera and the table in millimetres; the origin is the document's centre, y points down.
struct View<'a> {
    page: &'a RgbImage,
    scene: &'a Scene,
    seed: u64,
    half: (f32, f32),
    focal: f32,
    distance: f32,
    /// Turns table coordinates into camera coordinates, by columns.
    axes: [[f32; 3]; 3],
}

impl<'a> View<'a> {
    fn new(page: &'a RgbImage, seed: u64, scene: &'a Scene) -> Self {
        let half = (page.width() as f32 / PIXELS_PER_MM / 2.0, page.height() as f32 / PIXELS_PER_MM / 2.0);
        // About a telephone's main camera: a horizontal field of view of 61 degrees.
        let focal = 0.85 * scene.width as f32;
        let distance = 2.0 * half.0 * focal / (scene.fill.clamp(0.05, 2.0) * scene.width as f32);
        let [(sr, cr), (sp, cp), (sy, cy)] =
            [scene.roll, scene.pitch, scene.yaw].map(|degrees| degrees.to_radians().sin_cos());
        // Roll first, then yaw about the vertical, then pitch about the horizontal axis.
        let turn = |[x, y, z]: [f32; 3]| {
            let (x, y) = (cr * x - sr * y, sr * x + cr * y);
            let (x, z) = (cy * x + sy * z, cy * z - sy * x);
            [x, cp * y - sp * z, sp * y + cp * z]
        };
        let axes = [turn([1.0, 0.0, 0.0]), turn([0.0, 1.0, 0.0]), turn([0.0, 0.0, 1.0])];
        Self { page, scene, seed, half, focal, distance, axes }
    }

    /// The colour of a pixel given by its corner. Several rays keep edges smooth: four on the document,
    /// two on a table with things; light changes slowly and is looked up once.
    fn pixel(&self, x: f32, y: f32) -> [f32; 3] {
        const RAYS: [(f32, f32); 4] = [(0.25, 0.25), (0.75, 0.75), (0.75, 0.25), (0.25, 0.75)];
        let Some((u, v)) = self.table_point(x + 0.5, y + 0.5) else { return [40.0; 3] };
        let count = match rounded_rectangle(u, v, self.half, 3.0) {
            near if near < 1.0 => 4,
            _ if self.scene.clutter => 2,
            _ => 1,
        };
        let mut colour = [0.0; 3];
        for (dx, dy) in RAYS.into_iter().take(count) {
            let (u, v) = self.table_point(x + dx, y + dy).unwrap_or((u, v));
            colour.iter_mut().zip(self.surface(u, v)).for_each(|(sum, ray)| *sum += ray / count as f32);
        }
        let (cx, cy) = (self.scene.width as f32 / 2.0, self.scene.height as f32 / 2.0);
        let lit = self.light(u, v, x / cx - 1.0, y / cy - 1.0);
        // A window's light is a little warm.
        colour.iter_mut().zip([1.015, 1.0, 0.965]).for_each(|(c, cast)| *c *= lit * cast);
        let (gu, gv) = self.scene.glare_at;
        let glare = self.scene.glare * (-((u - gu).powi(2) + (v - gv).powi(2)) / 260.0).exp();
        mix(colour, [255.0; 3], glare.clamp(0.0, 1.0))
    }

    /// Where the ray through a point of the picture meets the table, in millimetres from the document's
    /// centre; `None` where it looks over the table's horizon.
    fn table_point(&self, px: f32, py: f32) -> Option<(f32, f32)> {
        let (cx, cy) = (self.scene.width as f32 / 2.0, self.scene.height as f32 / 2.0);
        let ray = [(px - cx) / self.focal, (py - cy) / self.focal, 1.0];
        let [right, down, normal] = self.axes;
        let [_, _, normal_z] = normal;
        let facing = dot(normal, ray);
        if facing <= 1e-3 {
            return None;
        }
        let [x, y, z] = ray.map(|v| v * self.distance * normal_z / facing);
        let hit = [x, y, z - self.distance];
        Some((dot(right, hit) - self.scene.shift.0, dot(down, hit) - self.scene.shift.1))
    }

    fn light(&self, u: f32, v: f32, x: f32, y: f32) -> f32 {
        let away = ((u + 70.0).hypot(v + 60.0) / 190.0).min(1.4);
        let vignette = 0.07 * (x * x + y * y);
        // The photographer's own soft shadow.
        let shadow =
            0.4 * self.scene.light_fall_off * value_noise(u / 75.0 + 3.0, v / 75.0, self.seed ^ 0x51);
        let lit = 1.06 - self.scene.light_fall_off * away - vignette - shadow;
        (lit * (1.0 - self.cast(u, v))).max(0.05)
    }

    /// The share of light that the half-plane's shadow takes: its edge is 8 mm soft.
    fn cast(&self, u: f32, v: f32) -> f32 {
        let (sin, cos) = self.scene.shadow_toward.to_radians().sin_cos();
        let t = ((u * cos + v * sin) / 8.0 + 0.5).clamp(0.0, 1.0);
        self.scene.shadow * t * t * (3.0 - 2.0 * t)
    }

    fn surface(&self, u: f32, v: f32) -> [f32; 3] {
        let edge = rounded_rectangle(u, v, self.half, 3.0);
        if edge <= 0.0 {
            let (x, y) = ((u + self.half.0) * PIXELS_PER_MM, (v + self.half.1) * PIXELS_PER_MM);
            if let Some(colour) = sample(self.page, x, y) {
                // The cut edge catches less light.
                return if edge > -0.35 { mix(colour, [120.0; 3], 0.35) } else { colour };
            }
        }
        let colour = if self.scene.clutter { self.things(u, v) } else { None };
        let colour = colour.unwrap_or_else(|| self.table(u, v));
        // The document's shadow falls away from the light, to the lower right.
        let shadow = (-(rounded_rectangle(u - 0.9, v - 1.1, self.half, 3.0).max(0.0) / 1.3)).exp();
        mix(colour, [12.0; 3], 0.55 * shadow)
    }

    /// A sheet of paper, a pen and a coin at the document's sides.
    fn things(&self, u: f32, v: f32) -> Option<[f32; 3]> {
        let (w, h) = self.half;
        let (pu, pv) = rotate(u + w + 24.0, v + h - 12.0, 14.0);
        let pen = super::canvas::distance_to_segment((u, v), (w + 8.0, -h + 6.0), (w + 13.0, 0.35 * h));
        let coin = (u + w - 14.0).hypot(v - h - 13.0);
        if coin < 9.0 {
            let relief =
                14.0 * value_noise(u * 1.6, v * 1.6, self.seed) + if coin > 8.0 { 24.0 } else { 0.0 };
            return Some([186.0 + relief, 160.0 + relief, 96.0 + relief]);
        }
        if pen < 3.2 {
            let round = 1.0 - (pen / 3.2).powi(2);
            return Some(mix([14.0, 18.0, 44.0], [96.0, 110.0, 170.0], 0.8 * round.powi(3)));
        }
        if pen < 4.8 {
            return Some(mix(self.table(u, v), [12.0; 3], 0.4 * (4.8 - pen) / 1.6));
        }
        if pu.abs() < 52.0 && pv.abs() < 34.0 {
            // Handwriting-like lines on the sheet.
            let row = (pv / 7.0).fract().abs();
            let word = value_noise(pu / 2.2, (pv / 7.0).floor() * 9.0, self.seed ^ 0x77);
            let ink = row > 0.46 && row < 0.53 && word > 0.45;
            return Some(if ink { [96.0, 104.0, 140.0] } else { [232.0, 230.0, 222.0] });
        }
        None
    }

    fn table(&self, u: f32, v: f32) -> [f32; 3] {
        match self.scene.table {
            Table::Wood => {
                let bend = 6.0 * fractal_noise(u / 90.0, v / 22.0, 3, self.seed);
                let rings = 0.5 + 0.5 * ((v / 3.4 + bend + 0.02 * u) * 1.9).sin();
                let pores = fractal_noise(u / 14.0, v * 2.4, 3, self.seed ^ 0x33);
                let plank = if (v / 74.0 + 0.45).fract().abs() < 0.012 { 0.45 } else { 1.0 };
                mix([104.0, 66.0, 40.0], [168.0, 118.0, 76.0], 0.45 * rings + 0.55 * pores).map(|c| c * plank)
            }
            Table::Slate => {
                let grain = fractal_noise(u / 5.0, v / 5.0, 4, self.seed);
                mix([44.0, 48.0, 54.0], [92.0, 96.0, 102.0], grain)
            }
            Table::Cloth => {
                let weave = 0.25 * ((u * 7.0).sin() + (v * 7.0).sin()) + 0.5;
                let fold = fractal_noise(u / 60.0, v / 60.0, 3, self.seed);
                mix([70.0, 96.0, 130.0], [150.0, 176.0, 204.0], 0.35 * weave + 0.65 * fold)
            }
        }
    }
}

/// Distance from a rectangle with round corners around the origin; negative inside.
fn rounded_rectangle(u: f32, v: f32, half: (f32, f32), radius: f32) -> f32 {
    let (x, y) = (u.abs() - half.0 + radius, v.abs() - half.1 + radius);
    x.max(0.0).hypot(y.max(0.0)) + x.max(y).min(0.0) - radius
}

fn rotate(x: f32, y: f32, degrees: f32) -> (f32, f32) {
    let (s, c) = degrees.to_radians().sin_cos();
    (c * x - s * y, s * x + c * y)
}

fn dot(a: [f32; 3], b: [f32; 3]) -> f32 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[cfg(test)]
mod tests {
    use image::Rgb;

    use super::*;

    fn small() -> Scene {
        Scene { width: 320, height: 240, ..Scene::default() }
    }

    #[test]
    fn the_same_seed_gives_the_same_picture() {
        let page = RgbImage::from_pixel(1250, 880, Rgb([230, 230, 230]));
        let first = photograph(&page, 7, &small());
        assert_eq!(first, photograph(&page, 7, &small()));
        assert_ne!(first, photograph(&page, 8, &small()));
    }

    #[test]
    fn the_page_lies_in_the_middle_and_the_table_around_it() {
        let page = RgbImage::from_pixel(1250, 880, Rgb([20, 220, 20]));
        let photo = photograph(&page, 1, &Scene { clutter: false, ..small() });
        let green = |x, y| {
            let Rgb([r, g, b]) = *photo.get_pixel(x, y);
            g > r.saturating_add(60) && g > b.saturating_add(60)
        };
        assert!(green(160, 120));
        assert!([(4, 4), (315, 4), (4, 235), (315, 235)].into_iter().all(|(x, y)| !green(x, y)));
        let share =
            (0..240).flat_map(|y| (0..320).map(move |x| (x, y))).filter(|&(x, y)| green(x, y)).count();
        // 0.76 of the width at 125:88 is 0.54 of a 4:3 picture.
        assert!((0.46..0.62).contains(&(share as f64 / (320.0 * 240.0))), "{share}");
    }

    #[test]
    fn jpeg_keeps_the_size() {
        let bytes = to_jpeg(&RgbImage::new(64, 48), 90).unwrap();
        assert_eq!(image::load_from_memory(&bytes).unwrap().to_rgb8().dimensions(), (64, 48));
    }
}
