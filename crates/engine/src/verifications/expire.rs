//! The timer that ends a verification nobody finished.

use bonafide_core::{id::VerificationId, verification::Action};
use bonafide_store::jobs::Job;
use serde_json::json;

use super::transition::apply;
use crate::base::{
    engine::Engine,
    error::Result,
    jobs::{JobKind, Work, finish},
    record::Record,
};

pub(crate) const WORK: Work = Work::new(JobKind::Expire, |engine, job| Box::pin(run(engine, job)));

/// Ends the verification if it still waits for the person; otherwise there is nothing to do.
async fn run(engine: &Engine, job: &Job) -> Result<()> {
    let mut tx = engine.db().begin().await?;
    let id = VerificationId::from_uuid(job.subject);
    let record = Record::find(engine, &mut tx, job.organization, id).await?;
    if let Some(mut record) = record.filter(|record| record.status().after(Action::Expire).is_ok()) {
        apply(engine, &mut tx, &mut record, Action::Expire, "timer", json!({})).await?;
    }
    finish(engine, tx, job).await
}
