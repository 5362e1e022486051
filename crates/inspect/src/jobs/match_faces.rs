//! Compares a selfie with the portrait on a document, and says whether it is a photograph of its own.

use bonafide_checks::{face::embed::Embedding, image::Picture, models::Models};
use bonafide_core::{document::DocumentReading, finding::Finding, weights::Weights};
use serde::{Deserialize, Serialize};

use super::{Damaged, File, Job, Kept, Lane, open_all};
use crate::assess;

#[derive(Serialize, Deserialize)]
pub struct MatchFaces {
    pub portrait: Option<File>,
    pub selfie: File,
    /// Of the capture, beside the selfie.
    pub frames: Vec<File>,
    pub reading: Option<DocumentReading>,
    pub weights: Weights,
    pub today: jiff::civil::Date,
}

impl Job for MatchFaces {
    /// What was found, and the selfie's template.
    type Answer = Result<(Vec<Finding>, Option<Kept<Embedding>>), Damaged>;
    const LANE: Lane = Lane::Checks;

    fn perform(self, models: &Models) -> Self::Answer {
        let Self { portrait, selfie, frames, reading, weights, today } = self;
        let portrait = portrait.map(|file| file.open()).transpose()?;
        let selfie = selfie.open()?;
        let mut matched = assess::faces(models, &weights, portrait.as_ref(), &selfie);
        let others = open_all(&frames)?;
        let frames: Vec<&Picture> = std::iter::once(&selfie).chain(&others).collect();
        let portraits: Vec<&Picture> = portrait.iter().collect();
        let source = assess::source(models, &portraits, &frames, Some(&matched));
        matched.findings.push(source);
        matched.findings.extend(assess::estimates(models, &weights, reading.as_ref(), &selfie, today));
        Ok((matched.findings, matched.embedding.map(Kept)))
    }
}
