//! Edits as a forger makes them with simple means, the same each time for the same picture.

use bonafide_checks::image::{Picture, decode, encode_jpeg};
use image::{RgbImage, imageops};

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Edit {
    /// Saved twice and otherwise left alone.
    None,
    /// A rectangle of another picture, which was a JPEG of lower quality.
    Splice,
    /// A small part copied to another place, as a digit is.
    CopyMove,
    /// An ellipse of another picture where the portrait is.
    Portrait,
}

pub(super) const ALL: [Edit; 4] = [Edit::None, Edit::Splice, Edit::CopyMove, Edit::Portrait];

impl Edit {
    pub(super) fn metric(self) -> &'static str {
        match self {
            Self::None => "synthetic_none",
            Self::Splice => "synthetic_splice",
            Self::CopyMove => "synthetic_copy_move",
            Self::Portrait => "synthetic_portrait",
        }
    }
}

/// Quality of the picture before the edit, of what is pasted, and of the file that is submitted.
const BEFORE: u8 = 80;
const PASTED: u8 = 65;
const AFTER: u8 = 93;

/// The edited file; `None` where the picture is too small to be examined.
pub(super) fn make(edit: Edit, pictures: &[Picture], index: usize) -> Option<Vec<u8>> {
    let own = pictures.get(index)?;
    if own.rgb.width().min(own.rgb.height()) < 256 {
        return None;
    }
    let mut picture = saved(&own.rgb, BEFORE)?;
    let (width, height) = picture.dimensions();
    let mut random = Random(index as u64 + 1);
    match edit {
        Edit::None => {}
        Edit::Splice | Edit::Portrait => {
            let other = pictures.get((index + 1) % pictures.len())?;
            let (w, h) =
                if edit == Edit::Splice { (width / 3, height / 4) } else { (width / 4, height * 2 / 5) };
            let scaled = imageops::resize(&other.rgb, width, height, imageops::FilterType::CatmullRom);
            let other = saved(&scaled, PASTED)?;
            // Grids agree by chance in one of 64 cases; a forger does not look for it.
            let from = (random.below(width - w), random.below(height - h));
            let to = (random.below(width - w), random.below(height - h));
            let patch = imageops::crop_imm(&other, from.0, from.1, w, h).to_image();
            let ellipse = edit == Edit::Portrait;
            for (x, y, colour) in patch.enumerate_pixels() {
                let (u, v) = (2.0 * x as f32 / w as f32 - 1.0, 2.0 * y as f32 / h as f32 - 1.0);
                if !ellipse || u.hypot(v) < 1.0 {
                    picture.put_pixel(to.0 + x, to.1 + y, *colour);
                }
            }
        }
        Edit::CopyMove => {
            let (w, h) = ((width / 12).max(32), (height / 14).max(28));
            let (x, y) = most_detailed(&picture, w, h, &mut random);
            let patch = imageops::crop_imm(&picture, x, y, w, h).to_image();
            let place = |random: &mut Random| (random.below(width - w), random.below(height - h));
            let mut to = place(&mut random);
            for _ in 0..50 {
                if to.0.abs_diff(x) > w || to.1.abs_diff(y) > h {
                    break;
                }
                to = place(&mut random);
            }
            imageops::replace(&mut picture, &patch, to.0.into(), to.1.into());
        }
    }
    Some(encode_jpeg(&picture, AFTER))
}

fn saved(picture: &RgbImage, quality: u8) -> Option<RgbImage> {
    decode(&encode_jpeg(picture, quality)).ok().map(|p| p.rgb)
}

/// The most detailed of forty places: forgers copy print, not empty paper.
fn most_detailed(picture: &RgbImage, w: u32, h: u32, random: &mut Random) -> (u32, u32) {
    let places = (0..40).map(|_| (random.below(picture.width() - w), random.below(picture.height() - h)));
    let detail = |(left, top): (u32, u32)| -> u64 {
        let luma = |x, y| picture.get_pixel_checked(x, y).map_or(0, |p| i64::from(p.0[1]));
        (0..h)
            .flat_map(|y| (0..w.saturating_sub(1)).map(move |x| (left + x, top + y)))
            .map(|(x, y)| luma(x, y).abs_diff(luma(x + 1, y)))
            .sum()
    };
    places.max_by_key(|p| detail(*p)).unwrap_or((0, 0))
}

/// SplitMix64.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u32) -> u32 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % u64::from(limit.max(1))) as u32
    }
}
