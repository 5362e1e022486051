//! Compares the selfie of an authentication with the stored face of the identity.

use bonafide_checks::face::compare;
use bonafide_core::{
    evidence::EvidenceKind,
    finding::{Check, Code, Finding},
};
use bonafide_store::jobs::Job;

use super::{
    finish, is_current, load_current,
    read_document::{gone, unreadable},
    record_findings,
};
use crate::{Engine, Error, Result, evidence::load_pictures, identities, record::Record};

pub(super) async fn run(engine: &Engine, job: &Job) -> Result<()> {
    let Some((record, weights)) = load_current(engine, job).await? else {
        return finish(engine, engine.db.begin().await?, job).await;
    };
    let pictures = load_pictures(engine, &record, &[EvidenceKind::Selfie]).await?;
    let mut tx = engine.db.read().await?;
    let known = match record.row.identity {
        Some(identity) => match identities::template(engine, &mut tx, &record, identity).await {
            Err(Error::Conflict { code: "anonymized", .. }) => None,
            other => other?,
        },
        None => None,
    };
    drop(tx);
    let models = engine.models.clone();
    let findings = tokio::task::spawn_blocking(move || {
        let Some(known) = known else {
            let detail = "no face of this identity is stored to compare the selfie with";
            return Ok(vec![Finding::not_assessed(Check::FaceMatch, Code::NoTemplate, detail)]);
        };
        let (_, bytes) = pictures.first().ok_or_else(gone)?;
        let selfie = bonafide_checks::image::decode(bytes).map_err(unreadable)?;
        let start = std::time::Instant::now();
        let max_distance = weights.known_face_match_tolerance;
        let mut findings = compare::match_template(&models, &known, &selfie, max_distance).findings;
        findings.iter_mut().for_each(|f| f.ms = start.elapsed().as_millis() as u64);
        Ok::<_, Error>(findings)
    })
    .await??;
    let mut tx = engine.db.begin().await?;
    let record = Record::load(engine, &mut tx, job.organization, record.row.id).await?;
    if is_current(&record, job) {
        record_findings(engine, &mut tx, &record, &findings, job).await?;
    }
    finish(engine, tx, job).await?;
    engine.work.notify_waiters();
    Ok(())
}
