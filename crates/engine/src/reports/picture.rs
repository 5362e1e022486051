//! A stored picture as it is put on a page.

use bonafide_checks::image::{decode, encode_jpeg, scale_to_fit};
use bonafide_core::{
    evidence::EvidenceKind,
    report::{LARGEST_PICTURE, LONGEST_SIDE, Picture},
    time::Timestamp,
};

/// Tried one after the other until the file is small enough, which pictures of nothing but noise need.
const QUALITIES: [u8; 3] = [82, 60, 35];

/// Scaled down to what a page needs; `None` where the file is damaged.
pub(super) fn on_page(kind: EvidenceKind, given_at: Timestamp, stored: &[u8]) -> Option<Picture> {
    let rgb = scale_to_fit(decode(stored).ok()?.rgb, LONGEST_SIDE);
    let (width, height) = rgb.dimensions();
    let files = QUALITIES.into_iter().map(|quality| encode_jpeg(&rgb, quality));
    let jpeg = files.into_iter().find(|jpeg| jpeg.len() <= LARGEST_PICTURE)?;
    Some(Picture { kind, given_at, width, height, jpeg })
}

#[cfg(test)]
mod tests {
    use bonafide_testkit::data::sample;

    use super::*;

    #[test]
    fn a_picture_is_scaled_down_to_the_page() {
        let front = std::fs::read(sample("passport.jpg")).unwrap();
        let picture = on_page(EvidenceKind::DocumentFront, Timestamp(0), &front).unwrap();
        assert_eq!(picture.width.max(picture.height), LONGEST_SIDE);
        assert!(picture.jpeg.len() <= LARGEST_PICTURE, "{}", picture.jpeg.len());
        let shown = decode(&picture.jpeg).unwrap().rgb.dimensions();
        assert_eq!(shown, (picture.width, picture.height));
    }

    #[test]
    fn what_is_no_picture_is_not_shown() {
        assert!(on_page(EvidenceKind::Selfie, Timestamp(0), &[0]).is_none());
    }
}
