//! Compares the selfie of an authentication with the stored face of the identity.

use bonafide_core::{
    evidence::EvidenceKind,
    finding::{Check, Finding},
};
use bonafide_inspect::jobs::{self, File, Kept};
use bonafide_store::Tx;

use super::{
    job::{Case, CheckJob, gone},
    match_faces::{other_frames, take},
    who,
};
use crate::{
    base::{
        engine::Engine,
        error::{Error, Result},
        jobs::JobKind,
        record::Record,
    },
    evidence::pictures::{load_pictures, unreadable},
    identities::template::{portraits, template},
};

pub(crate) struct MatchTemplate(Vec<Finding>);

impl CheckJob for MatchTemplate {
    const KIND: JobKind = JobKind::MatchTemplate;
    const CHECKS: &'static [Check] = &[Check::FaceMatch, Check::SelfieSource, Check::BlockList];

    async fn compute(engine: &Engine, case: Case) -> Result<Self> {
        let kinds = [EvidenceKind::Selfie, EvidenceKind::LivenessFrame];
        let mut pictures = load_pictures(engine, &case.record, &kinds).await?;
        let (known, portraits) = match case.record.row.identity {
            Some(identity) => {
                let mut tx = engine.db().read().await?;
                let known = match template(engine, &mut tx, case.organization, identity).await {
                    Err(Error::Conflict { code: "anonymized", .. }) => None,
                    other => other?,
                };
                drop(tx);
                (known, portraits(engine, case.organization, identity).await?)
            }
            None => (None, vec![]),
        };
        let job = jobs::MatchTemplate {
            known: known.map(Kept),
            portraits: portraits.into_iter().map(File).collect(),
            selfie: take(&mut pictures, EvidenceKind::Selfie).ok_or_else(gone)?,
            frames: other_frames(pictures),
            weights: case.weights,
        };
        let matched = engine.inspect(case.organization, job).await?;
        let (mut findings, face) = matched.map_err(unreadable)?;
        findings.extend(who::check_returning(engine, &case, face.map(|face| face.0)).await?);
        Ok(Self(findings))
    }

    async fn record(self, _: &Engine, _: &mut Tx, _: &mut Record) -> Result<Vec<Finding>> {
        Ok(self.0)
    }
}
