//! The end of the pause after too many failed tries.

use bonafide_core::{
    id::{JobId, VerificationId},
    verification::{Action, Status},
};
use bonafide_store::{
    Tx,
    jobs::{self as rows, Job, NewJob},
};
use serde_json::json;

use crate::jobs::{REOPEN, TIMERS, finish};
use crate::{Engine, Error, Result, record::Record};

/// Sets the timer, in the transaction that blocks.
pub(crate) async fn later(engine: &Engine, tx: &mut Tx, record: &Record) -> Result<()> {
    let now = engine.now();
    let job = NewJob {
        id: JobId::new(now, &*engine.entropy),
        queue: TIMERS,
        kind: REOPEN,
        subject: record.row.id.uuid(),
        payload: &json!({}),
        unique_key: None,
        now,
        run_at: now.plus_secs(engine.settings.block_s),
        max_attempts: 20,
    };
    rows::enqueue(tx, record.row.organization, job).await?;
    Ok(())
}

/// Lets the person try again, with as many attempts as before; or ends what has expired meanwhile.
pub(crate) async fn run(engine: &Engine, job: &Job) -> Result<()> {
    let mut tx = engine.db.begin().await?;
    let id = VerificationId::from_uuid(job.subject);
    match Record::load(engine, &mut tx, job.organization, id).await {
        Ok(mut record) if record.status() == Status::Inconclusive => {
            record.private.failed_before = record.private.attempt;
            record.apply(engine, &mut tx, Action::Reopen, "timer", json!({})).await?;
            if record.row.expires_at.is_some_and(|at| at <= engine.now()) {
                record.apply(engine, &mut tx, Action::Expire, "timer", json!({})).await?;
            }
        }
        Ok(_) | Err(Error::NotFound(_) | Error::Conflict { code: "anonymized", .. }) => {}
        Err(other) => return Err(other),
    }
    finish(engine, tx, job).await
}
