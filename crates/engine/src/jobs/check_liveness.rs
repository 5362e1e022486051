//! Judges the frames of the liveness capture.

use bonafide_core::evidence::EvidenceKind;
use bonafide_store::jobs::Job;

use super::{finish, is_current, load_current, read_document::unreadable, record_findings};
use crate::{Engine, Error, Result, assess, evidence::load_pictures, record::Record};

pub(super) async fn run(engine: &Engine, job: &Job) -> Result<()> {
    let Some((record, weights)) = load_current(engine, job).await? else {
        return finish(engine, engine.db.begin().await?, job).await;
    };
    let frames = load_pictures(engine, &record, &[EvidenceKind::LivenessFrame]).await?;
    let models = engine.models.clone();
    let findings = tokio::task::spawn_blocking(move || {
        let frames: Vec<Vec<u8>> = frames.into_iter().map(|(_, bytes)| bytes).collect();
        let frames = assess::decode_all(&frames).map_err(unreadable)?;
        Ok::<_, Error>(assess::liveness(&models, &weights, &frames))
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
