//! A sheet of pixels in 0..255 floats, so that inks can be laid over each other without rounding.

use image::{Rgb, RgbImage};

pub(crate) struct Canvas {
    pub(crate) width: u32,
    pub(crate) height: u32,
    pixels: Vec<[f32; 3]>,
}

impl Canvas {
    pub(crate) fn new(width: u32, height: u32, paint: impl Fn(f32, f32) -> [f32; 3]) -> Self {
        let pixels = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
        Self { width, height, pixels: pixels.map(|(x, y)| paint(x as f32 + 0.5, y as f32 + 0.5)).collect() }
    }

    /// Lays ink over a pixel; nothing happens outside the sheet.
    pub(crate) fn blend(&mut self, x: i32, y: i32, ink: [f32; 3], coverage: f32) {
        let (Ok(x), Ok(y)) = (u32::try_from(x), u32::try_from(y)) else { return };
        if x >= self.width || y >= self.height {
            return;
        }
        let index = y as usize * self.width as usize + x as usize;
        if let Some(pixel) = self.pixels.get_mut(index) {
            let a = coverage.clamp(0.0, 1.0);
            for (old, new) in pixel.iter_mut().zip(ink) {
                *old += (new - *old) * a;
            }
        }
    }

    /// Fills a rectangle given by its left, top, width and height.
    pub(crate) fn rectangle(&mut self, [left, top, width, height]: [f32; 4], ink: [f32; 3], coverage: f32) {
        for y in top as i32..(top + height) as i32 {
            for x in left as i32..(left + width) as i32 {
                self.blend(x, y, ink, coverage);
            }
        }
    }

    /// Draws a round-ended stroke through the points.
    pub(crate) fn stroke(&mut self, points: &[(f32, f32)], thickness: f32, ink: [f32; 3]) {
        for pair in points.windows(2) {
            let &[(x0, y0), (x1, y1)] = pair else { continue };
            let reach = thickness / 2.0 + 1.0;
            for y in (y0.min(y1) - reach) as i32..=(y0.max(y1) + reach) as i32 {
                for x in (x0.min(x1) - reach) as i32..=(x0.max(x1) + reach) as i32 {
                    let d = distance_to_segment((x as f32 + 0.5, y as f32 + 0.5), (x0, y0), (x1, y1));
                    self.blend(x, y, ink, thickness / 2.0 - d + 0.5);
                }
            }
        }
    }

    pub(crate) fn into_image(self) -> RgbImage {
        let bytes = self.pixels.iter().flatten().map(|v| v.round().clamp(0.0, 255.0) as u8).collect();
        RgbImage::from_raw(self.width, self.height, bytes)
            .unwrap_or_else(|| RgbImage::new(self.width, self.height))
    }
}

/// The colour at a point by bilinear interpolation; `None` outside. Pixel centres lie at halves.
pub(crate) fn sample(image: &RgbImage, x: f32, y: f32) -> Option<[f32; 3]> {
    let (width, height) = (image.width() as f32, image.height() as f32);
    if !(x >= 0.0 && y >= 0.0 && x < width && y < height) {
        return None;
    }
    let (x, y) = ((x - 0.5).clamp(0.0, width - 1.0), (y - 0.5).clamp(0.0, height - 1.0));
    let (x0, y0) = (x as u32, y as u32);
    let (x1, y1) = ((x0 + 1).min(image.width() - 1), (y0 + 1).min(image.height() - 1));
    let (u, v) = (x - x0 as f32, y - y0 as f32);
    let [a, b, c, d] =
        [(x0, y0), (x1, y0), (x0, y1), (x1, y1)].map(|(x, y)| image.get_pixel(x, y).0.map(f32::from));
    let mut out = [0.0; 3];
    for (((o, (a, b)), c), d) in out.iter_mut().zip(a.into_iter().zip(b)).zip(c).zip(d) {
        *o = (a * (1.0 - u) + b * u) * (1.0 - v) + (c * (1.0 - u) + d * u) * v;
    }
    Some(out)
}

/// Distance of a point from the line between two points.
pub(crate) fn distance_to_segment((x, y): (f32, f32), (x0, y0): (f32, f32), (x1, y1): (f32, f32)) -> f32 {
    let (dx, dy) = (x1 - x0, y1 - y0);
    let length = dx * dx + dy * dy;
    let t = if length == 0.0 { 0.0 } else { (((x - x0) * dx + (y - y0) * dy) / length).clamp(0.0, 1.0) };
    (x - x0 - t * dx).hypot(y - y0 - t * dy)
}

pub(crate) fn mix(a: [f32; 3], b: [f32; 3], share: f32) -> [f32; 3] {
    let mut out = a;
    for (o, b) in out.iter_mut().zip(b) {
        *o += (b - *o) * share;
    }
    out
}

pub(crate) fn grey(pixel: &Rgb<u8>) -> f32 {
    let [r, g, b] = pixel.0.map(f32::from);
    0.299 * r + 0.587 * g + 0.114 * b
}
