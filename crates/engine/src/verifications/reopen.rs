//! The end of the pause after too many failed tries.

use bonafide_core::{
    id::VerificationId,
    verification::{Action, Status},
};
use bonafide_store::jobs::Job;
use serde_json::json;

use super::transition::apply;
use crate::base::{
    engine::Engine,
    error::Result,
    jobs::{JobKind, Work, finish},
    record::Record,
};

pub(crate) const WORK: Work = Work::in_the_end(JobKind::Reopen, |engine, job| Box::pin(run(engine, job)));

/// Lets the person try again, with as many attempts as before; or ends what has expired meanwhile.
async fn run(engine: &Engine, job: &Job) -> Result<()> {
    let mut tx = engine.db().begin().await?;
    let id = VerificationId::from_uuid(job.subject);
    let record = Record::hold_if_there(engine, &mut tx, job.organization, id).await?;
    let waits = |record: &Record| {
        record.status() == Status::Inconclusive && record.private.face_withdrawn_at.is_none()
    };
    if let Some(mut record) = record.filter(waits) {
        record.private.failed_before = record.private.attempt;
        apply(engine, &mut tx, &mut record, Action::Reopen, "timer", json!({})).await?;
        if record.row.expires_at.is_some_and(|at| at <= engine.now()) {
            apply(engine, &mut tx, &mut record, Action::Expire, "timer", json!({})).await?;
        }
    }
    finish(engine, tx, job).await
}
