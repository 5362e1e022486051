//! Compares a selfie with a stored face.

use std::time::Instant;

use bonafide_checks::{
    face::{
        compare::{self, FaceMatch},
        embed::Embedding,
    },
    image::Picture,
    models::Models,
};
use bonafide_core::{
    finding::{Check, Code, Finding},
    weights::Weights,
};
use serde::{Deserialize, Serialize};

use super::{Damaged, File, Job, Kept, Lane, open_all};
use crate::assess;

#[derive(Serialize, Deserialize)]
pub struct MatchTemplate {
    pub known: Option<Kept<Embedding>>,
    /// On the documents of the person.
    pub portraits: Vec<File>,
    pub selfie: File,
    /// Of the capture, beside the selfie.
    pub frames: Vec<File>,
    pub weights: Weights,
}

impl Job for MatchTemplate {
    /// What was found, and the selfie's template.
    type Answer = Result<(Vec<Finding>, Option<Kept<Embedding>>), Damaged>;
    const LANE: Lane = Lane::Checks;

    fn perform(self, models: &Models) -> Self::Answer {
        let Self { known, portraits, selfie, frames, weights } = self;
        let selfie = selfie.open()?;
        let start = Instant::now();
        let mut matched = match &known {
            Some(Kept(known)) => {
                compare::match_template(models, known, &selfie, weights.known_face_match_tolerance)
            }
            None => {
                let detail = "no face of this identity is stored to compare the selfie with";
                let finding = Finding::not_assessed(Check::FaceMatch, Code::NoTemplate, detail);
                FaceMatch { findings: vec![finding], ..FaceMatch::default() }
            }
        };
        matched.findings.iter_mut().for_each(|f| f.ms = start.elapsed().as_millis() as u64);
        let (portraits, others) = (open_all(&portraits)?, open_all(&frames)?);
        let frames: Vec<&Picture> = std::iter::once(&selfie).chain(&others).collect();
        let portraits: Vec<&Picture> = portraits.iter().collect();
        let face = matched.embedding.as_ref();
        let source = assess::source_of_known(models, &portraits, &frames, face);
        matched.findings.push(source);
        Ok((matched.findings, matched.embedding.map(Kept)))
    }
}
