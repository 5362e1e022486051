//! A stored picture as it is put on a page of a report.

use bonafide_checks::{
    image::{encode_jpeg, scale_to_fit},
    models::Models,
};
use bonafide_core::report::{LARGEST_PICTURE, LONGEST_SIDE};
use serde::{Deserialize, Serialize};

use super::{File, Job, Lane};

/// Tried one after the other until the file is small enough, which pictures of nothing but noise need.
const QUALITIES: [u8; 3] = [82, 60, 35];

#[derive(Serialize, Deserialize)]
pub struct OnPage {
    pub file: File,
}

#[derive(Serialize, Deserialize)]
pub struct Scaled {
    #[serde(with = "serde_bytes")]
    pub jpeg: Vec<u8>,
    pub width: u32,
    pub height: u32,
}

impl Job for OnPage {
    /// Scaled down to what a page needs; `None` where the file is damaged.
    type Answer = Option<Scaled>;
    const LANE: Lane = Lane::Pictures;

    fn perform(self, _: &Models) -> Self::Answer {
        let rgb = scale_to_fit(self.file.open().ok()?.rgb, LONGEST_SIDE);
        let (width, height) = rgb.dimensions();
        let files = QUALITIES.into_iter().map(|quality| encode_jpeg(&rgb, quality));
        let jpeg = files.into_iter().find(|jpeg| jpeg.len() <= LARGEST_PICTURE)?;
        Some(Scaled { jpeg, width, height })
    }
}

#[cfg(test)]
mod tests {
    use bonafide_checks::image::decode;
    use bonafide_testkit::data::sample;

    use super::*;

    #[test]
    fn a_picture_is_scaled_down_to_the_page() {
        let file = File(std::fs::read(sample("passport.jpg")).unwrap());
        let scaled = OnPage { file }.perform(&Models::default()).unwrap();
        assert_eq!(scaled.width.max(scaled.height), LONGEST_SIDE);
        assert!(scaled.jpeg.len() <= LARGEST_PICTURE, "{}", scaled.jpeg.len());
        let shown = decode(&scaled.jpeg).unwrap().rgb.dimensions();
        assert_eq!(shown, (scaled.width, scaled.height));
    }

    #[test]
    fn what_is_no_picture_is_not_shown() {
        assert!(OnPage { file: File(vec![0]) }.perform(&Models::default()).is_none());
    }
}
