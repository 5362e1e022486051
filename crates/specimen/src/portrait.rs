//! From a photograph of a person to the portrait on a document.

use image::RgbImage;
use image::imageops::{self, FilterType};

use super::canvas::mix;
use super::random::Random;

/// Cuts the rectangle `[left, top, width, height]` (pixels, clamped to the picture) and scales it.
pub fn crop(
    photo: &RgbImage,
    [left, top, width, height]: [u32; 4],
    (to_width, to_height): (u32, u32),
) -> RgbImage {
    let left = left.min(photo.width().saturating_sub(1));
    let top = top.min(photo.height().saturating_sub(1));
    let width = width.clamp(1, photo.width() - left);
    let height = height.clamp(1, photo.height() - top);
    let part = imageops::crop_imm(photo, left, top, width, height).to_image();
    imageops::resize(&part, to_width.max(1), to_height.max(1), FilterType::Lanczos3)
}

/// Puts the person before a plain background, as passport offices ask: what lies outside the outline
/// (a polygon in pixels) becomes the colour, over a soft edge of `feather` pixels.
pub fn cut_out(photo: &RgbImage, outline: &[[f32; 2]], background: [u8; 3], feather: f32) -> RgbImage {
    let background = background.map(f32::from);
    let mut out = photo.clone();
    for (x, y, pixel) in out.enumerate_pixels_mut() {
        let inside = signed_distance(outline, x as f32 + 0.5, y as f32 + 0.5);
        let share = (0.5 + inside / feather.max(0.5)).clamp(0.0, 1.0);
        let colour = mix(background, pixel.0.map(f32::from), share * share * (3.0 - 2.0 * share));
        pixel.0 = colour.map(|v| v.round().clamp(0.0, 255.0) as u8);
    }
    out
}

/// A drawn head and shoulders, 350×450 pixels: for pages whose face does not matter. A face detector may
/// or may not take it for a face.
pub fn drawn(seed: u64) -> RgbImage {
    let mut random = Random::new(seed);
    let skin = mix([236.0, 196.0, 168.0], [112.0, 74.0, 52.0], random.range(0.0, 1.0));
    let hair = mix([34.0, 26.0, 22.0], [196.0, 160.0, 104.0], random.range(0.0, 1.0));
    let cloth = [random.range(30.0, 160.0), random.range(30.0, 140.0), random.range(40.0, 170.0)];
    let (wide, long) = (random.range(84.0, 100.0), random.range(116.0, 132.0));
    let ellipse = |x: f32, y: f32, a: f32, b: f32| (1.0 - (x / a).hypot(y / b)) * a.min(b);
    RgbImage::from_fn(350, 450, |x, y| {
        let (x, y) = (x as f32 - 175.0, y as f32 - 205.0);
        let side = x.abs();
        let shade = 1.0 - 0.12 * (x / wide) - 0.08 * (y / long);
        let layers = [
            (ellipse(x, y - 262.0, 190.0, 140.0), cloth),
            (ellipse(x, y - 120.0, 46.0, 80.0), skin.map(|c| c * 0.86)),
            (ellipse(x, y + 22.0, wide + 16.0, long + 8.0).min(40.0 - y), hair),
            (ellipse(x, y, wide, long), skin.map(|c| c * shade)),
            (ellipse(x, y + 92.0, wide * 0.94, 46.0), hair),
            (ellipse(side - 38.0, y + 28.0, 24.0, 5.0), hair),
            (ellipse(side - 38.0, y + 4.0, 17.0, 9.0), [240.0; 3]),
            (ellipse(side - 38.0, y + 4.0, 8.0, 8.0), [48.0, 36.0, 30.0]),
            (ellipse(side - 9.0, y - 40.0, 10.0, 7.0), skin.map(|c| c * 0.78)),
            (ellipse(x, y - 70.0, 32.0, 8.0), [158.0, 84.0, 80.0]),
        ];
        let ground = [226.0, 229.0, 233.0];
        let colour =
            layers.iter().fold(ground, |below, (inside, ink)| mix(below, *ink, inside.clamp(0.0, 1.0)));
        image::Rgb(colour.map(|v| v.round().clamp(0.0, 255.0) as u8))
    })
}

/// Distance from the polygon's edge: positive inside, negative outside.
fn signed_distance(polygon: &[[f32; 2]], x: f32, y: f32) -> f32 {
    let mut nearest = f32::INFINITY;
    let mut inside = false;
    let next = polygon.iter().cycle().skip(1);
    for (&[x0, y0], &[x1, y1]) in polygon.iter().zip(next) {
        nearest = nearest.min(super::canvas::distance_to_segment((x, y), (x0, y0), (x1, y1)));
        if (y0 > y) != (y1 > y) && x < x0 + (y - y0) / (y1 - y0) * (x1 - x0) {
            inside = !inside;
        }
    }
    if inside { nearest } else { -nearest }
}

#[cfg(test)]
mod tests {
    use image::Rgb;

    use super::*;

    #[test]
    fn outside_the_outline_is_background() {
        let photo = RgbImage::from_pixel(40, 40, Rgb([10, 20, 30]));
        let square = [[10.0, 10.0], [30.0, 10.0], [30.0, 30.0], [10.0, 30.0]];
        let out = cut_out(&photo, &square, [200, 210, 220], 2.0);
        assert_eq!(out.get_pixel(20, 20).0, [10, 20, 30]);
        assert_eq!(out.get_pixel(3, 20).0, [200, 210, 220]);
    }

    #[test]
    fn a_crop_outside_the_picture_is_clamped() {
        let photo = RgbImage::new(20, 10);
        assert_eq!(crop(&photo, [500, 500, 90, 90], (35, 45)).dimensions(), (35, 45));
    }
}
