//! Holds what was read from a document against the registry of its issuer. A job of its own, beside the comparison of
//! faces: a registry may take seconds.

use bonafide_store::jobs::Job;

use super::{finish, is_current, load_current, record_findings};
use crate::{Engine, Result, record::Record, registry};

pub(super) async fn run(engine: &Engine, job: &Job) -> Result<()> {
    let Some((record, weights)) = load_current(engine, job).await? else {
        return finish(engine, engine.db.begin().await?, job).await;
    };
    let reading = record.private.reading.as_ref();
    let tolerance = weights.aamva_match_tolerance;
    let finding = registry::check(engine.registry.as_ref(), reading, tolerance).await;

    let mut tx = engine.db.begin().await?;
    let record = Record::load(engine, &mut tx, job.organization, record.row.id).await?;
    if is_current(&record, job) {
        record_findings(engine, &mut tx, &record, &[finding], job).await?;
    }
    finish(engine, tx, job).await?;
    engine.work.notify_waiters();
    Ok(())
}
