//! Compares the selfie of an authentication with the stored face of the identity.

use bonafide_checks::{
    face::compare::{self, FaceMatch},
    image::Picture,
};
use bonafide_core::{
    evidence::EvidenceKind,
    finding::{Check, Code, Finding},
};
use bonafide_store::Tx;

use super::{
    job::{Case, CheckJob, gone, unreadable},
    match_faces::other_frames,
    who,
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
    identities::template::{portraits, template},
};

pub(crate) struct MatchTemplate(Vec<Finding>);

impl CheckJob for MatchTemplate {
    const KIND: JobKind = JobKind::MatchTemplate;
    const CHECKS: &'static [Check] = &[Check::FaceMatch, Check::SelfieSource, Check::BlockList];

    async fn compute(engine: &Engine, case: Case) -> Result<Self> {
        let kinds = [EvidenceKind::Selfie, EvidenceKind::LivenessFrame];
        let pictures = load_pictures(engine, &case.record, &kinds).await?;
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
        let (models, weights) = (engine.models.clone(), case.weights);
        let mut matched = tokio::task::spawn_blocking(move || {
            let selfie = pictures.iter().find(|(kind, _)| *kind == EvidenceKind::Selfie);
            let (_, bytes) = selfie.ok_or_else(gone)?;
            let selfie = bonafide_checks::image::decode(bytes).map_err(unreadable)?;
            let start = std::time::Instant::now();
            let mut matched = match &known {
                Some(known) => {
                    let max_distance = weights.known_face_match_tolerance;
                    compare::match_template(&models, known, &selfie, max_distance)
                }
                None => {
                    let detail = "no face of this identity is stored to compare the selfie with";
                    let finding = Finding::not_assessed(Check::FaceMatch, Code::NoTemplate, detail);
                    FaceMatch { findings: vec![finding], ..FaceMatch::default() }
                }
            };
            matched.findings.iter_mut().for_each(|f| f.ms = start.elapsed().as_millis() as u64);
            let decode = |bytes: &Vec<u8>| bonafide_checks::image::decode(bytes).map_err(unreadable);
            let portraits: Vec<Picture> = portraits.iter().map(decode).collect::<Result<_>>()?;
            let others = other_frames(&pictures)?;
            let frames: Vec<&Picture> = std::iter::once(&selfie).chain(&others).collect();
            let portraits: Vec<&Picture> = portraits.iter().collect();
            let face = matched.embedding.as_ref();
            let source = assess::source_of_known(&models, &portraits, &frames, face);
            matched.findings.push(source);
            Ok::<_, Error>(matched)
        })
        .await??;
        let returning = who::check_returning(engine, &case, matched.embedding).await?;
        matched.findings.extend(returning);
        Ok(Self(matched.findings))
    }

    async fn record(self, _: &Engine, _: &mut Tx, _: &mut Record) -> Result<Vec<Finding>> {
        Ok(self.0)
    }
}
