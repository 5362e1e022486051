//! The thumbnail that a camera puts into EXIF: an editor that does not renew it leaves the old picture there.

use bonafide_core::reason::Code;
use image::{GrayImage, RgbImage, imageops};

use super::{cue::Cue, file::File};
use crate::image::{decode, warp};

/// Thumbnails are compared at this size.
const SIDE: u32 = 48;
/// Correlation of brightness; the same picture at thumbnail size is above 0.95.
const SAME: f64 = 0.8;
/// A region of the 6 × 6 parts that has this much less in common than the picture as a whole.
const PART: f64 = 0.3;
/// An honest thumbnail is 160 × 120; nothing larger is decoded.
const MAX_BYTES: usize = 256 << 10;

/// The embedded thumbnail shows another picture, or another content in one part.
pub(super) fn differs(file: &File<'_>, picture: &RgbImage) -> Option<Cue> {
    let thumbnail = embedded(file)?;
    let (own, other) = (gray(picture), fitted(&thumbnail, picture.dimensions())?);
    let whole = correlation(&own, &other, 0, 0, SIDE)?;
    if whole < SAME {
        let detail = format!(
            "the thumbnail inside the file shows something else than the picture (correlation {whole:.2})"
        );
        return Some(Cue::new(Code::ThumbnailDiffers, 0.7, detail));
    }
    let step = SIDE / 6;
    let parts = (0..36u32).filter_map(|i| correlation(&own, &other, i % 6 * step, i / 6 * step, step));
    let least = parts.fold(1.0, f64::min);
    (least < PART).then(|| {
        let detail = format!(
            "one part of the thumbnail inside the file differs from the picture (correlation {least:.2})"
        );
        Cue::new(Code::ThumbnailDiffersInPart, 0.4, detail)
    })
}

/// The thumbnail, upright like the picture.
fn embedded(file: &File<'_>) -> Option<RgbImage> {
    let exif = file.fields()?;
    let number =
        |tag| exif.get_field(tag, exif::In::THUMBNAIL).and_then(|f| f.value.get_uint(0)).map(|n| n as usize);
    let (offset, length) =
        (number(exif::Tag::JPEGInterchangeFormat)?, number(exif::Tag::JPEGInterchangeFormatLength)?);
    if length > MAX_BYTES {
        return None;
    }
    let bytes = exif.buf().get(offset..offset.checked_add(length)?)?;
    let thumbnail = decode(bytes).ok()?.rgb;
    if thumbnail.width().min(thumbnail.height()) < 32 {
        return None;
    }
    Some(match file.orientation() {
        2 => imageops::flip_horizontal(&thumbnail),
        3 => warp::quarter_turns(&thumbnail, 2),
        4 => imageops::flip_vertical(&thumbnail),
        5 => imageops::flip_horizontal(&warp::quarter_turns(&thumbnail, 1)),
        6 => warp::quarter_turns(&thumbnail, 1),
        7 => imageops::flip_horizontal(&warp::quarter_turns(&thumbnail, 3)),
        8 => warp::quarter_turns(&thumbnail, 3),
        _ => thumbnail,
    })
}

fn gray(picture: &RgbImage) -> GrayImage {
    imageops::grayscale(&imageops::thumbnail(picture, SIDE, SIDE))
}

/// The thumbnail without the black bars that fill 4:3 when the picture has another shape. A shape that no
/// bars explain means that picture or thumbnail was cropped, which says nothing here.
fn fitted(thumbnail: &RgbImage, (width, height): (u32, u32)) -> Option<GrayImage> {
    let (w, h) = (f64::from(thumbnail.width()), f64::from(thumbnail.height()));
    let wanted = f64::from(width) / f64::from(height.max(1));
    let (inner_w, inner_h) = if wanted > w / h { (w, w / wanted) } else { (h * wanted, h) };
    let (x, y) = (((w - inner_w) / 2.0).round(), ((h - inner_h) / 2.0).round());
    if x.max(y) > 1.0 {
        let dark =
            |x: u32, y: u32| thumbnail.get_pixel_checked(x, y).is_none_or(|p| p.0.iter().all(|c| *c < 24));
        let middle = (thumbnail.width() / 2, thumbnail.height() / 2);
        let bars = if y > x { dark(middle.0, 0) } else { dark(0, middle.1) };
        if !bars {
            return None;
        }
    }
    let (inner_w, inner_h) = (inner_w.max(1.0) as u32, inner_h.max(1.0) as u32);
    let inner = imageops::crop_imm(thumbnail, x as u32, y as u32, inner_w, inner_h).to_image();
    Some(gray(&inner))
}

/// Pearson's, of a square part; `None` where one of them is even.
fn correlation(a: &GrayImage, b: &GrayImage, left: u32, top: u32, side: u32) -> Option<f64> {
    let (mut n, mut sums) = (0.0, [0.0f64; 5]);
    for (x, y) in (0..side).flat_map(|y| (0..side).map(move |x| (left + x, top + y))) {
        let (p, q) = (f64::from(a.get_pixel_checked(x, y)?.0[0]), f64::from(b.get_pixel_checked(x, y)?.0[0]));
        n += 1.0;
        sums.iter_mut().zip([p, q, p * p, q * q, p * q]).for_each(|(s, v)| *s += v);
    }
    let [p, q, pp, qq, pq] = sums.map(|s| s / f64::max(n, 1.0));
    let (vp, vq) = (pp - p * p, qq - q * q);
    (vp > 36.0 && vq > 36.0).then(|| (pq - p * q) / (vp * vq).sqrt())
}
