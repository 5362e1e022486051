//! The timer that ends a verification nobody finished, and setting it.

use bonafide_core::{id::VerificationId, verification::Action};
use bonafide_store::{Tx, jobs::Job};
use serde_json::json;

use super::{create::lifetime_s, transition::apply};
use crate::base::{
    engine::Engine,
    error::Result,
    jobs::{self, JobKind, NewJob, Work, finish},
    record::Record,
};

pub(crate) const WORK: Work = Work::in_the_end(JobKind::Expire, |engine, job| Box::pin(run(engine, job)));

/// Ends the verification if it still waits for the person and its time is over; otherwise there is nothing to do.
async fn run(engine: &Engine, job: &Job) -> Result<()> {
    let mut tx = engine.db().begin().await?;
    let id = VerificationId::from_uuid(job.subject);
    let record = Record::hold_if_there(engine, &mut tx, job.organization, id).await?;
    let is_over = |record: &Record| {
        let over = record.row.expires_at.is_none_or(|at| at <= engine.now());
        over && record.status().after(Action::Expire).is_ok()
    };
    if let Some(mut record) = record.filter(is_over) {
        apply(engine, &mut tx, &mut record, Action::Expire, "timer", json!({})).await?;
    }
    finish(engine, tx, job).await
}

/// Gives the person as much time as a new verification has. The record is not written yet.
pub(crate) async fn renew(engine: &Engine, tx: &mut Tx, record: &mut Record) -> Result<()> {
    let run_at = engine.now().plus_secs(lifetime_s(engine, record.private.lifetime_days));
    record.row.expires_at = Some(run_at);
    let kind = JobKind::Expire;
    let subject = record.row.id.uuid();
    let timer = NewJob { kind, subject, payload: json!({}), unique_key: None, run_at };
    jobs::enqueue(engine, tx, record.row.organization, timer).await?;
    Ok(())
}
