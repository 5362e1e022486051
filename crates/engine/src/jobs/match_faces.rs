//! Compares the selfie with the document's portrait.

use bonafide_core::evidence::EvidenceKind;
use bonafide_store::jobs::Job;

use super::{
    finish, is_current, load_current,
    read_document::{gone, unreadable},
    record_findings,
};
use crate::{Engine, Error, Result, assess, evidence::load_pictures, record::Record};

pub(super) async fn run(engine: &Engine, job: &Job) -> Result<()> {
    let Some((record, weights)) = load_current(engine, job).await? else {
        return finish(engine, engine.db.begin().await?, job).await;
    };
    let kinds = [EvidenceKind::Portrait, EvidenceKind::Selfie];
    let pictures = load_pictures(engine, &record, &kinds).await?;
    let models = engine.models.clone();
    let findings = tokio::task::spawn_blocking(move || {
        let of = |kind| pictures.iter().find(|(k, _)| *k == kind).map(|(_, bytes)| bytes);
        let decode = |kind| of(kind).map(|bytes| bonafide_checks::image::decode(bytes)).transpose();
        let portrait = decode(EvidenceKind::Portrait).map_err(unreadable)?;
        let selfie = decode(EvidenceKind::Selfie).map_err(unreadable)?.ok_or_else(gone)?;
        Ok::<_, Error>(assess::faces(&models, &weights, portrait.as_ref(), &selfie).findings)
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
