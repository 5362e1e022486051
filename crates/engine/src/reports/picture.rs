//! A stored picture as it is put on a page.

use bonafide_checks::image::{decode, encode_jpeg, scale_to_fit};
use bonafide_core::{
    evidence::EvidenceKind,
    report::{LARGEST_PICTURE, LONGEST_SIDE, Picture},
    time::Timestamp,
};

use crate::base::error::{Error, Result};

/// Tried one after the other until the file is small enough, which pictures of nothing but noise need.
const QUALITIES: [u8; 3] = [82, 60, 35];

/// Scaled down to what a page needs.
pub(super) fn on_page(kind: EvidenceKind, given_at: Timestamp, stored: &[u8]) -> Result<Picture> {
    let damaged = || Error::conflict("evidence_damaged", "a stored picture cannot be decoded");
    let rgb = scale_to_fit(decode(stored).map_err(|_| damaged())?.rgb, LONGEST_SIDE);
    let (width, height) = rgb.dimensions();
    let files = QUALITIES.into_iter().map(|quality| encode_jpeg(&rgb, quality));
    let jpeg = files.into_iter().find(|jpeg| jpeg.len() <= LARGEST_PICTURE).ok_or_else(damaged)?;
    Ok(Picture { kind, given_at, width, height, jpeg })
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
    fn what_is_no_picture_is_said_to_be_damaged() {
        let shown = on_page(EvidenceKind::Selfie, Timestamp(0), &[0]);
        assert!(matches!(shown, Err(Error::Conflict { code: "evidence_damaged", .. })));
    }
}
