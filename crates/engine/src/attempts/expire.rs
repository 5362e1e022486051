//! The timer that ends an attempt whose link nobody opened.

use bonafide_core::{
    attempt::AttemptStatus, event::EventType, id::VerificationId, time::Timestamp, verification::Status,
};
use bonafide_store::{Tx, attempts as rows, capture_tokens, jobs::Job};
use serde_json::json;

use super::follow::end;
use crate::{
    base::{
        engine::Engine,
        error::Result,
        jobs::{self, JobKind, NewJob, Work, finish},
        record::Record,
    },
    events::emit::emit_for,
};

pub(crate) const WORK: Work = Work::in_the_end(JobKind::ExpireLink, |engine, job| Box::pin(run(engine, job)));

pub(super) async fn enqueue(engine: &Engine, tx: &mut Tx, attempt: &rows::Attempt) -> Result<()> {
    let job = NewJob {
        kind: JobKind::ExpireLink,
        subject: attempt.verification.uuid(),
        payload: json!({ "attempt": attempt.number }),
        unique_key: None,
        run_at: attempt.expires_at,
    };
    jobs::enqueue(engine, tx, attempt.organization, job).await?;
    Ok(())
}

/// Ends the attempt if nobody has opened its link; otherwise there is nothing to do. The verification waits for a new one.
async fn run(engine: &Engine, job: &Job) -> Result<()> {
    let mut tx = engine.db().begin().await?;
    let id = VerificationId::from_uuid(job.subject);
    if let Some(record) = Record::hold_if_there(engine, &mut tx, job.organization, id).await?
        && let Some(attempt) = rows::latest(&mut tx, job.organization, id).await?
        && job.payload["attempt"].as_i64() == Some(attempt.number)
        && is_unopened(&attempt, engine.now())
    {
        capture_tokens::end(&mut tx, job.organization, id, true, engine.now()).await?;
        let (status, outcome) = (AttemptStatus::Expired, Some(Status::Expired));
        end(engine, &mut tx, &record, attempt, status, outcome, vec![]).await?;
        emit_for(engine, &mut tx, &record, EventType::VerificationLinkExpired).await?;
    }
    finish(engine, tx, job).await
}

/// Whether nobody opened the link of an attempt in time.
pub(crate) fn is_unopened(attempt: &rows::Attempt, now: Timestamp) -> bool {
    attempt.status == AttemptStatus::PendingRedirection && attempt.expires_at <= now
}
