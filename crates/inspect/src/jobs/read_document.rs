//! Reads a document, says whether its pictures were edited, and what it is known again by.

use bonafide_checks::{document::fingerprint::Fingerprint, image::encode_jpeg, models::Models};
use bonafide_core::{
    document::{DocumentReading, DocumentType, Side},
    finding::Finding,
    policy::Policy,
    weights::Weights,
};
use serde::{Deserialize, Serialize};

use super::{Admitted, Damaged, Job, Kept, Lane, Page, admit::JPEG_QUALITY};
use crate::assess;

#[derive(Serialize, Deserialize)]
pub struct ReadDocument {
    pub front: Page,
    pub back: Option<Page>,
    pub declared: DocumentType,
    pub policy: Policy,
    pub weights: Weights,
    pub today: jiff::civil::Date,
}

#[derive(Serialize, Deserialize)]
pub struct DocumentRead {
    pub reading: DocumentReading,
    pub findings: Vec<Finding>,
    /// The holder's portrait, cut out.
    pub portrait: Option<Admitted>,
    /// What each side is known again by.
    pub prints: Vec<(Side, Kept<Fingerprint>)>,
}

impl Job for ReadDocument {
    type Answer = Result<DocumentRead, Damaged>;
    const LANE: Lane = Lane::Checks;

    fn perform(self, models: &Models) -> Self::Answer {
        let Self { front, back, declared, policy, weights, today } = self;
        let front_picture = front.file.open()?;
        let back_picture = back.as_ref().map(|back| back.file.open()).transpose()?;
        let back_seen = back_picture.as_ref();
        let mut read =
            assess::document(models, &policy, &weights, &front_picture, back_seen, declared, today);
        let mut prints = vec![];
        let sides =
            [(Side::Front, Some(&front), Some(&front_picture)), (Side::Back, back.as_ref(), back_seen)];
        for (side, page, picture) in sides {
            let (Some(page), Some(picture)) = (page, picture) else { continue };
            read.findings.push(assess::manipulation(&read.reading, side, picture, page.traces.clone()));
            prints.push((side, Kept(Fingerprint::of(picture, &read.reading, side))));
        }
        let portrait = read.portrait.map(|p| Admitted {
            jpeg: encode_jpeg(&p.rgb, JPEG_QUALITY),
            width: p.rgb.width(),
            height: p.rgb.height(),
            traces: None,
        });
        Ok(DocumentRead { reading: read.reading, findings: read.findings, portrait, prints })
    }
}
