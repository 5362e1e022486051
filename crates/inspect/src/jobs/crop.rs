//! A part of a stored picture.

use bonafide_checks::{
    image::{crop, encode_jpeg},
    models::Models,
};
use serde::{Deserialize, Serialize};

use super::{Damaged, File, Job, Lane};

/// Quality of a crop.
const JPEG_QUALITY: u8 = 92;

#[derive(Serialize, Deserialize)]
pub struct Crop {
    pub file: File,
    /// Left, top, right and bottom in pixels.
    pub region: [f32; 4],
}

impl Job for Crop {
    type Answer = Result<File, Damaged>;
    const LANE: Lane = Lane::Pictures;

    fn perform(self, _: &Models) -> Self::Answer {
        let [left, top, right, bottom] = self.region;
        let rgb = self.file.open()?.rgb;
        // What lies outside is not there to be shown; at least one pixel is.
        let clamp = |value: f32, most: u32| (value.max(0.0) as u32).min(most.saturating_sub(1));
        let (x, y) = (clamp(left.floor(), rgb.width()), clamp(top.floor(), rgb.height()));
        let (end_x, end_y) =
            (clamp(right.ceil() - 1.0, rgb.width()), clamp(bottom.ceil() - 1.0, rgb.height()));
        let (width, height) = (end_x.saturating_sub(x) + 1, end_y.saturating_sub(y) + 1);
        Ok(File(encode_jpeg(&crop(&rgb, (x, y), (width, height)), JPEG_QUALITY)))
    }
}
