//! Compares the selfie with the document's portrait.

use bonafide_core::{
    evidence::EvidenceKind,
    finding::{Check, Finding, Outcome},
};
use bonafide_inspect::jobs::{self, File};
use bonafide_store::Tx;

use super::{
    job::{Case, CheckJob},
    who::{self, Who},
};
use crate::{
    base::{engine::Engine, error::Result, jobs::JobKind, record::Record},
    evidence::pictures::{load_pictures, unreadable},
    sandbox::clock::today,
};

pub(crate) struct MatchFaces(Who);

impl CheckJob for MatchFaces {
    const KIND: JobKind = JobKind::MatchFaces;
    const CHECKS: &'static [Check] =
        &[Check::FaceMatch, Check::SelfieSource, Check::KnownFace, Check::IdentityConflict, Check::BlockList];

    async fn compute(engine: &Engine, case: Case) -> Result<Self> {
        let kinds = [EvidenceKind::Portrait, EvidenceKind::Selfie, EvidenceKind::LivenessFrame];
        let mut pictures = load_pictures(engine, &case.record, &kinds).await?;
        // Where no face is asked for, the document alone is looked for among the earlier ones.
        let (mut findings, face) = match take(&mut pictures, EvidenceKind::Selfie) {
            None => (vec![], None),
            Some(selfie) => {
                let job = jobs::MatchFaces {
                    portrait: take(&mut pictures, EvidenceKind::Portrait),
                    selfie,
                    frames: other_frames(pictures),
                    reading: case.record.private.reading.clone(),
                    weights: case.weights,
                    today: today(engine, case.organization).await?,
                };
                engine.inspect(case.organization, job).await?.map_err(unreadable)?
            }
        };
        let is_match = |f: &Finding| f.check == Check::FaceMatch && f.outcome == Outcome::Clear;
        let same = findings.iter().any(is_match);
        let who = who::check(engine, &case, face.map(|face| face.0), same).await?;
        findings.extend(who.findings);
        Ok(Self(Who { findings, sightings: who.sightings }))
    }

    async fn record(self, engine: &Engine, tx: &mut Tx, record: &mut Record) -> Result<Vec<Finding>> {
        record.private.sightings = self.0.sightings;
        record.save(engine, tx).await?;
        Ok(self.0.findings)
    }
}

pub(super) fn take(pictures: &mut Vec<(EvidenceKind, Vec<u8>)>, kind: EvidenceKind) -> Option<File> {
    let at = pictures.iter().position(|(k, _)| *k == kind)?;
    Some(File(pictures.remove(at).1))
}

/// The frames of the capture beside the first, which is the selfie.
pub(super) fn other_frames(pictures: Vec<(EvidenceKind, Vec<u8>)>) -> Vec<File> {
    let frames = pictures.into_iter().filter(|(kind, _)| *kind == EvidenceKind::LivenessFrame).skip(1);
    frames.map(|(_, bytes)| File(bytes)).collect()
}
