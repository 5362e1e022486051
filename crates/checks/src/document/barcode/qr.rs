//! QR symbols (ISO/IEC 18004), which some identity cards carry instead of PDF417. What they hold differs from
//! issuer to issuer and is often signed or encrypted, so their text is reported as it is.
//!
//! Aztec (ISO/IEC 24778) is not read: the library looks for it only in the middle of a picture.

use std::collections::HashSet;

use bonafide_core::document::Quad;
use rxing::{BarcodeFormat, DecodeHints, helpers::detect_in_luma_slice_with_hints};

use super::symbol::{Symbol, reduced};
use crate::image::Picture;

/// Long sides, in pixels, at which a picture is looked at, in this order.
const SIZES: [u32; 2] = [1000, 2000];

/// The first QR symbol of the picture; `None` where there is none or it cannot be read.
pub fn read_qr(picture: &Picture) -> Option<Symbol> {
    let long = picture.rgb.width().max(picture.rgb.height());
    // A picture below the first size is looked at as it is.
    let sizes =
        SIZES.into_iter().enumerate().filter(|(i, s)| *i == 0 || *s < 2 * long).map(|(_, s)| s.min(long));
    sizes.into_iter().find_map(|size| {
        let grey = reduced(picture, size);
        // Other people's code on hostile pixels: a panic in it is a symbol that cannot be read.
        let read = std::panic::catch_unwind(move || {
            let mut hints = DecodeHints {
                PossibleFormats: Some(HashSet::from([BarcodeFormat::QR_CODE])),
                TryHarder: Some(true),
                ..DecodeHints::default()
            };
            let (width, height) = grey.dimensions();
            detect_in_luma_slice_with_hints(grey.as_raw(), width, height, None, &mut hints).ok()
        });
        let read = read.ok().flatten()?;
        let scale = long as f32 / size as f32;
        let points = read.getPoints().iter().map(|p| [p.x * scale, p.y * scale]);
        Some(Symbol {
            text: read.getText().to_owned(),
            bytes: read.getRawBytes().to_vec(),
            letters: 1.0,
            incomplete: false,
            quad: around(points),
        })
    })
}

/// The upright rectangle around some points.
fn around(points: impl Iterator<Item = [f32; 2]>) -> Quad {
    let (mut low, mut high) = ([f32::MAX; 2], [f32::MIN; 2]);
    for p in points {
        for axis in 0..2 {
            low[axis] = low[axis].min(p[axis]);
            high[axis] = high[axis].max(p[axis]);
        }
    }
    let ([x0, y0], [x1, y1]) = (low, high);
    Quad([[x0, y0], [x1, y0], [x1, y1], [x0, y1]])
}

#[cfg(test)]
mod tests {
    use image::{Luma, Rgb, RgbImage};
    use rxing::{Writer, qrcode::QRCodeWriter};

    use super::*;

    fn drawn(text: &str, module: u32) -> Picture {
        let matrix = QRCodeWriter.encode(text, &BarcodeFormat::QR_CODE, 0, 0).unwrap();
        let (w, h) = (matrix.getWidth() * module, matrix.getHeight() * module);
        let mut rgb = RgbImage::from_pixel(w + 900, h + 600, Rgb([225, 222, 214]));
        for (x, y) in (0..w).flat_map(|x| (0..h).map(move |y| (x, y))) {
            let dark = matrix.get(x / module, y / module);
            let Luma([v]) = if dark { Luma([40u8]) } else { Luma([230]) };
            rgb.put_pixel(x + 500, y + 200, Rgb([v; 3]));
        }
        Picture { rgb }
    }

    #[test]
    fn a_symbol_is_read_and_placed() {
        let symbol = read_qr(&drawn("1.2.3|SPECIMEN|Zoë", 6)).unwrap();
        assert_eq!(symbol.text, "1.2.3|SPECIMEN|Zoë");
        let [[x, y], _, [x1, y1], _] = symbol.quad.0;
        assert!(x > 490.0 && y > 190.0 && x1 > x && y1 > y, "{:?}", symbol.quad);
    }

    #[test]
    fn nothing_in_plain_and_tiny_pictures() {
        for (w, h) in [(0, 0), (1, 1), (7, 900), (640, 480)] {
            assert_eq!(read_qr(&Picture { rgb: RgbImage::new(w, h) }), None);
        }
    }
}
