//! Scaling.

use std::borrow::Cow;

use fast_image_resize::{
    FilterType, ResizeAlg, ResizeOptions, Resizer,
    images::{TypedImage, TypedImageRef},
    pixels::U8x3,
};
use image::RgbImage;

/// A rectangle of a picture: left, top, width, height in pixels.
pub(crate) type Rect = [f64; 4];

/// The rectangle scaled to `width` × `height`; shrinking averages, so small things do not flicker.
/// `None` when the rectangle is empty or leaves the picture.
// Inlined, it took the library's kernels along into every unit that scales: half of this crate's machine code.
#[inline(never)]
pub(crate) fn scaled(rgb: &RgbImage, [x, y, w, h]: Rect, width: u32, height: u32) -> Option<RgbImage> {
    let source = TypedImageRef::<U8x3>::from_buffer(rgb.width(), rgb.height(), rgb.as_raw()).ok()?;
    let mut pixels = vec![0; width as usize * height as usize * 3];
    let mut target = TypedImage::<U8x3>::from_buffer(width, height, &mut pixels).ok()?;
    let options =
        ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Bilinear)).crop(x, y, w, h);
    // One pixel type by name: the untyped call would compile the code of twelve into this crate.
    Resizer::new().resize_typed(&source, &mut target, &options).ok()?;
    RgbImage::from_raw(width, height, pixels)
}

/// The whole picture at `width` × `height` (at least 1 × 1); the picture itself where that is its size.
pub(crate) fn resized(rgb: &RgbImage, width: u32, height: u32) -> Cow<'_, RgbImage> {
    let (width, height) = (width.max(1), height.max(1));
    if rgb.dimensions() == (width, height) {
        return Cow::Borrowed(rgb);
    }
    let whole = [0.0, 0.0, f64::from(rgb.width()), f64::from(rgb.height())];
    // Only an empty picture cannot be scaled.
    Cow::Owned(scaled(rgb, whole, width, height).unwrap_or_else(|| RgbImage::new(width, height)))
}

/// Scaled down so that no side is longer; a picture that fits already stays as it is.
pub fn scale_to_fit(rgb: RgbImage, longest: u32) -> RgbImage {
    let (width, height) = rgb.dimensions();
    let longer = width.max(height);
    if longer <= longest {
        return rgb;
    }
    let scaled = |side: u32| (f64::from(side) * f64::from(longest) / f64::from(longer)).round() as u32;
    resized(&rgb, scaled(width), scaled(height)).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_size_to_any_size() {
        let half = RgbImage::from_fn(64, 32, |x, _| image::Rgb([if x < 32 { 0 } else { 255 }; 3]));
        let small = resized(&half, 16, 8);
        assert_eq!((small.get_pixel(2, 4)[0], small.get_pixel(13, 4)[0]), (0, 255));
        assert!(matches!(resized(&half, 64, 32), Cow::Borrowed(_)));
        assert_eq!(resized(&half, 0, 0).dimensions(), (1, 1));
        assert_eq!(resized(&RgbImage::new(0, 0), 4, 4).dimensions(), (4, 4));
    }

    #[test]
    fn what_is_too_large_keeps_its_shape() {
        for (size, fits) in [((3000, 1500), (1000, 500)), ((9, 2500), (4, 1000)), ((640, 480), (640, 480))] {
            assert_eq!(scale_to_fit(RgbImage::new(size.0, size.1), 1000).dimensions(), fits);
        }
        assert_eq!(scale_to_fit(RgbImage::new(1, 5000), 1000).dimensions(), (1, 1000));
    }
}
