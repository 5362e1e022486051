//! Compares the selfie with the document's portrait.

use bonafide_checks::{face::compare::FaceMatch, image::Picture};
use bonafide_core::{
    evidence::EvidenceKind,
    finding::{Check, Finding, Outcome},
};
use bonafide_store::Tx;

use super::{
    job::{Case, CheckJob, unreadable},
    who::{self, Who},
};
use crate::{
    assess,
    base::{
        engine::Engine,
        error::{Error, Result},
        jobs::JobKind,
        record::Record,
    },
    evidence::pictures::load_pictures,
    sandbox::clock::today,
};

pub(crate) struct MatchFaces(Who);

impl CheckJob for MatchFaces {
    const KIND: JobKind = JobKind::MatchFaces;
    const CHECKS: &'static [Check] =
        &[Check::FaceMatch, Check::SelfieSource, Check::KnownFace, Check::IdentityConflict, Check::BlockList];

    async fn compute(engine: &Engine, case: Case) -> Result<Self> {
        let kinds = [EvidenceKind::Portrait, EvidenceKind::Selfie, EvidenceKind::LivenessFrame];
        let pictures = load_pictures(engine, &case.record, &kinds).await?;
        let (models, weights) = (engine.models.clone(), case.weights);
        let reading = case.record.private.reading.clone();
        let today = today(engine, case.organization).await?;
        let matched = tokio::task::spawn_blocking(move || {
            let of = |kind| pictures.iter().find(|(k, _)| *k == kind).map(|(_, bytes)| bytes);
            let decode = |kind| of(kind).map(|bytes| bonafide_checks::image::decode(bytes)).transpose();
            let portrait = decode(EvidenceKind::Portrait).map_err(unreadable)?;
            // Where no face is asked for, the document alone is looked for among the earlier ones.
            let Some(selfie) = decode(EvidenceKind::Selfie).map_err(unreadable)? else {
                return Ok(FaceMatch::default());
            };
            let mut matched = assess::faces(&models, &weights, portrait.as_ref(), &selfie);
            let others = other_frames(&pictures)?;
            let frames: Vec<&Picture> = std::iter::once(&selfie).chain(&others).collect();
            let portraits: Vec<&Picture> = portrait.iter().collect();
            let source = assess::source(&models, &portraits, &frames, Some(&matched));
            matched.findings.push(source);
            matched.findings.extend(assess::estimates(&models, &weights, reading.as_ref(), &selfie, today));
            Ok::<_, Error>(matched)
        })
        .await??;
        let mut findings = matched.findings;
        let is_match = |f: &Finding| f.check == Check::FaceMatch && f.outcome == Outcome::Clear;
        let same = findings.iter().any(is_match);
        let who = who::check(engine, &case, matched.embedding, same).await?;
        findings.extend(who.findings);
        Ok(Self(Who { findings, sightings: who.sightings }))
    }

    async fn record(self, engine: &Engine, tx: &mut Tx, record: &mut Record) -> Result<Vec<Finding>> {
        record.private.sightings = self.0.sightings;
        record.save(engine, tx).await?;
        Ok(self.0.findings)
    }
}

/// The frames of the capture beside the first, which is the selfie.
pub(super) fn other_frames(pictures: &[(EvidenceKind, Vec<u8>)]) -> Result<Vec<Picture>> {
    let frames = pictures.iter().filter(|(kind, _)| *kind == EvidenceKind::LivenessFrame).skip(1);
    let decoded = frames.map(|(_, bytes)| bonafide_checks::image::decode(bytes).map_err(unreadable));
    decoded.collect()
}
