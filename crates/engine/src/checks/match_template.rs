//! Compares the selfie of an authentication with the stored face of the identity.

use bonafide_checks::face::compare;
use bonafide_core::{
    evidence::EvidenceKind,
    finding::{Check, Code, Finding},
};
use bonafide_store::Tx;

use super::{
    job::{Case, CheckJob, gone, unreadable},
    who,
};
use crate::{
    base::{
        engine::Engine,
        error::{Error, Result},
        jobs::JobKind,
        record::Record,
    },
    evidence::pictures::load_pictures,
    identities::template::template,
};

pub(crate) struct MatchTemplate(Vec<Finding>);

impl CheckJob for MatchTemplate {
    const KIND: JobKind = JobKind::MatchTemplate;
    const CHECKS: &'static [Check] = &[Check::FaceMatch, Check::BlockList];

    async fn compute(engine: &Engine, case: Case) -> Result<Self> {
        let pictures = load_pictures(engine, &case.record, &[EvidenceKind::Selfie]).await?;
        let mut tx = engine.db().read().await?;
        let known = match case.record.row.identity {
            Some(identity) => match template(engine, &mut tx, case.organization, identity).await {
                Err(Error::Conflict { code: "anonymized", .. }) => None,
                other => other?,
            },
            None => None,
        };
        drop(tx);
        let (models, weights) = (engine.models.clone(), case.weights);
        let matched = tokio::task::spawn_blocking(move || {
            let Some(known) = known else {
                let detail = "no face of this identity is stored to compare the selfie with";
                let none = Finding::not_assessed(Check::FaceMatch, Code::NoTemplate, detail);
                return Ok(compare::FaceMatch { findings: vec![none], ..Default::default() });
            };
            let (_, bytes) = pictures.first().ok_or_else(gone)?;
            let selfie = bonafide_checks::image::decode(bytes).map_err(unreadable)?;
            let start = std::time::Instant::now();
            let max_distance = weights.known_face_match_tolerance;
            let mut matched = compare::match_template(&models, &known, &selfie, max_distance);
            matched.findings.iter_mut().for_each(|f| f.ms = start.elapsed().as_millis() as u64);
            Ok::<_, Error>(matched)
        })
        .await??;
        let mut findings = matched.findings;
        findings.extend(who::check_returning(engine, &case, matched.embedding).await?);
        Ok(Self(findings))
    }

    async fn record(self, _: &Engine, _: &mut Tx, _: &mut Record) -> Result<Vec<Finding>> {
        Ok(self.0)
    }
}
