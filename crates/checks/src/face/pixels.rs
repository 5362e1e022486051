//! Cutting, scaling and measuring pixels for the face networks.

use image::RgbImage;

pub(crate) use crate::image::scale::{Rect, scaled};
use crate::models::Tensor;

/// The colour at a point between pixels, by bilinear interpolation. Pixel centres are whole numbers;
/// outside the picture is black.
pub(crate) fn at(rgb: &RgbImage, x: f32, y: f32) -> [f32; 3] {
    let (w, h) = (rgb.width() as f32, rgb.height() as f32);
    if !(x > -1.0 && y > -1.0 && x < w && y < h) {
        return [0.0; 3];
    }
    let (x0, y0) = (x.floor(), y.floor());
    let (fx, fy) = (x - x0, y - y0);
    let mut sum = [0.0; 3];
    for (dx, dy, share) in
        [(0, 0, (1.0 - fx) * (1.0 - fy)), (1, 0, fx * (1.0 - fy)), (0, 1, (1.0 - fx) * fy), (1, 1, fx * fy)]
    {
        let (Ok(px), Ok(py)) = (u32::try_from(x0 as i64 + dx), u32::try_from(y0 as i64 + dy)) else {
            continue;
        };
        if let Some(p) = rgb.get_pixel_checked(px, py) {
            for (s, v) in sum.iter_mut().zip(p.0) {
                *s += share * f32::from(v);
            }
        }
    }
    sum
}

/// The rectangle scaled without averaging, edges repeated: what networks saw that were trained on
/// plain bilinear thumbnails.
pub(crate) fn thumbnail(rgb: &RgbImage, [x, y, w, h]: Rect, side: u32) -> RgbImage {
    let limit = |v: f64, n: u32| v.clamp(0.0, f64::from(n.saturating_sub(1))) as f32;
    RgbImage::from_fn(side, side, |u, v| {
        let along = |at: u32, len: f64| (f64::from(at) + 0.5) * len / f64::from(side) - 0.5;
        let (sx, sy) =
            (along(u, w).clamp(0.0, (w - 1.0).max(0.0)), along(v, h).clamp(0.0, (h - 1.0).max(0.0)));
        let c = at(rgb, limit(x + sx, rgb.width()), limit(y + sy, rgb.height()));
        image::Rgb(c.map(|v| v.round() as u8))
    })
}

#[derive(Clone, Copy)]
pub(crate) enum Order {
    Rgb,
    Bgr,
}

/// 1 × 3 × height × width, values 0..255.
pub(crate) fn tensor(rgb: &RgbImage, order: Order) -> Tensor {
    let (w, h) = (rgb.width() as usize, rgb.height() as usize);
    let pixels = rgb.as_raw().as_chunks::<3>().0;
    let plane = |c: usize| pixels.iter().map(move |p| f32::from(p[c]));
    let data = match order {
        Order::Rgb => plane(0).chain(plane(1)).chain(plane(2)).collect(),
        Order::Bgr => plane(2).chain(plane(1)).chain(plane(0)).collect(),
    };
    Tensor { shape: vec![1, 3, h, w], data }
}

/// Brightness of one pixel, 0..255 (ITU-R BT.601).
pub(crate) fn luma(p: [u8; 3]) -> f32 {
    0.299 * f32::from(p[0]) + 0.587 * f32::from(p[1]) + 0.114 * f32::from(p[2])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ramp() -> RgbImage {
        RgbImage::from_fn(8, 4, |x, y| image::Rgb([x as u8 * 10, y as u8 * 20, 7]))
    }

    #[test]
    fn interpolates_between_pixels_and_is_black_outside() {
        let r = ramp();
        assert_eq!(at(&r, 2.5, 1.25), [25.0, 25.0, 7.0]);
        assert_eq!(at(&r, 7.0, 3.0), [70.0, 60.0, 7.0]);
        assert_eq!(at(&r, 7.5, 3.0), [35.0, 30.0, 3.5]);
        for (x, y) in [(-1.0, 0.0), (8.0, 0.0), (0.0, 99.0), (f32::NAN, 0.0), (f32::INFINITY, 0.0)] {
            assert_eq!(at(&r, x, y), [0.0; 3]);
        }
    }

    #[test]
    fn tensors_are_planes_in_the_asked_order() {
        let t = tensor(&ramp(), Order::Bgr);
        assert_eq!((t.shape.as_slice(), t.data.len()), ([1, 3, 4, 8].as_slice(), 96));
        assert_eq!((t.data[0], t.data[32 + 8], t.data[64 + 1]), (7.0, 20.0, 10.0));
        assert_eq!(tensor(&ramp(), Order::Rgb).data[1], 10.0);
    }

    #[test]
    fn scaling_refuses_what_lies_outside() {
        assert!(scaled(&ramp(), [0.0, 0.0, 9.0, 4.0], 4, 4).is_none());
        assert_eq!(scaled(&ramp(), [0.0, 0.0, 8.0, 4.0], 4, 2).unwrap().dimensions(), (4, 2));
        assert_eq!(thumbnail(&RgbImage::new(1, 1), [0.0, 0.0, 1.0, 1.0], 80).dimensions(), (80, 80));
    }
}
