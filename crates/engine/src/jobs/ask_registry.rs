//! Holds what was read from a document against the registry of its issuer. A job of its own, beside the comparison of
//! faces: a registry may take seconds.

use bonafide_core::{finding::Check, policy::DataSource};
use bonafide_store::{findings, jobs::Job};

use super::{finish, is_current, load_current, record_findings};
use crate::{Engine, Result, record::Record, registry, sandbox};

pub(super) async fn run(engine: &Engine, job: &Job) -> Result<()> {
    let Some((record, weights)) = load_current(engine, job).await? else {
        return finish(engine, engine.db.begin().await?, job).await;
    };
    let (reading, policy) = (record.private.reading.as_ref(), record.policy());
    let tolerance = weights.registry_tolerance;
    let mut tx = engine.db.read().await?;
    let sandbox = sandbox::is(&mut tx, job.organization).await?;
    drop(tx);
    // Whom a test is about is nobody's business.
    let provider = engine.registry.as_ref().filter(|_| !sandbox);
    let mut found = vec![registry::check(provider, reading, tolerance).await];
    // What is required of the registry could not be judged when the document was read.
    if let (Some(reading), Some(answer)) = (reading, found.first())
        && policy.requirements.iter().any(|r| r.source == DataSource::Dmv)
    {
        found.push(policy.required_fields(&registry::confirmed(reading, answer)));
    }

    let mut tx = engine.db.begin().await?;
    let record = Record::load(engine, &mut tx, job.organization, record.row.id).await?;
    if is_current(&record, job) {
        if found.iter().any(|f| f.check == Check::RequiredFields) {
            let (id, check) = (record.row.id, Check::RequiredFields);
            findings::supersede_check(&mut tx, job.organization, id, check, engine.now()).await?;
        }
        record_findings(engine, &mut tx, &record, &found, job).await?;
    }
    finish(engine, tx, job).await?;
    engine.work.notify_waiters();
    Ok(())
}
