//! A picture that came in: through the gate, upright, without its metadata, encoded anew.

use bonafide_checks::{
    image::{
        self, Refused,
        manipulation::{self, Traces},
        upload,
    },
    models::Models,
};
use serde::{Deserialize, Serialize};

use super::{File, Job, Lane};

/// Quality of the stored JPEG: above what phones use, so that re-encoding adds no visible loss.
pub(super) const JPEG_QUALITY: u8 = 95;

#[derive(Serialize, Deserialize)]
pub struct Admit {
    pub file: File,
    /// Whether to look for traces of editing.
    pub examine: bool,
}

/// A picture that passed.
#[derive(Serialize, Deserialize)]
pub struct Admitted {
    #[serde(with = "serde_bytes")]
    pub jpeg: Vec<u8>,
    pub width: u32,
    pub height: u32,
    /// What the file as it came in shows of editing: it is not kept.
    pub traces: Option<Traces>,
}

impl Job for Admit {
    /// What was wrong with the file, and what to do.
    type Answer = Result<Admitted, String>;
    const LANE: Lane = Lane::Pictures;

    fn perform(self, _: &Models) -> Self::Answer {
        let admit = || {
            let decoded = image::decode(&self.file.0)?;
            upload::refuse_useless(&decoded)?;
            let (width, height) = decoded.rgb.dimensions();
            let traces = self.examine.then(|| manipulation::examine(&self.file.0, &decoded));
            let jpeg = image::encode_jpeg(&decoded.rgb, JPEG_QUALITY);
            Ok(Admitted { jpeg, width, height, traces })
        };
        admit().map_err(|refused: Refused| refused.to_string())
    }
}
