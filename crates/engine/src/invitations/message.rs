//! What the use cases of an invitation share: its link, its job, and whether it still matters.

use bonafide_core::{
    audit::AuditAction,
    event::{EventType, Snapshot},
    id::{JobId, VerificationId},
    time::Timestamp,
};
use bonafide_store::{Tx, jobs::Job};
use serde_json::json;

use crate::{
    base::{
        engine::Engine,
        error::Result,
        jobs::{self, JobKind, NewJob},
        record::Record,
    },
    events::emit::emit_for_with,
};

pub(super) fn waits(record: &Record) -> bool {
    record.status().waits_for_the_person()
}

/// Enqueues the invitation or a reminder.
pub(super) async fn enqueue(
    engine: &Engine,
    tx: &mut Tx,
    record: &Record,
    kind: JobKind,
    run_at: Timestamp,
) -> Result<JobId> {
    let job = NewJob {
        kind,
        subject: record.row.id.uuid(),
        payload: json!({"number": record.private.invitation.as_ref().map(|i| i.number)}),
        unique_key: None,
        run_at,
    };
    jobs::enqueue(engine, tx, record.row.organization, job).await
}

/// Tells that the last invitation did not arrive, and sends nothing more of it.
pub(super) async fn bounce(
    engine: &Engine,
    tx: &mut Tx,
    mut record: Record,
    actor: &str,
    reason: &str,
) -> Result<()> {
    let Some(invite) = &mut record.private.invitation else { return Ok(()) };
    invite.bounced = true;
    let detail = json!({"number": invite.number, "channel": invite.channel, "reason": reason});
    record.save(engine, tx).await?;
    record.note(engine, tx, AuditAction::VerificationInvitationBounced, actor, &detail).await?;
    let snapshot = Snapshot { reason: Some(reason.to_owned()), ..Snapshot::default() };
    emit_for_with(engine, tx, &record, EventType::InvitationBounced, snapshot).await?;
    Ok(())
}

/// The verification, while it waits for the person, and its last invitation is this one and did not bounce.
pub(super) async fn current(engine: &Engine, tx: &mut Tx, job: &Job) -> Result<Option<Record>> {
    let id = VerificationId::from_uuid(job.subject);
    let number = job.payload.get("number").and_then(serde_json::Value::as_u64);
    let record = Record::find(engine, tx, job.organization, id).await?;
    Ok(record.filter(|record| {
        let invite = record.private.invitation.as_ref().filter(|i| !i.bounced);
        waits(record) && invite.is_some_and(|i| Some(u64::from(i.number)) == number)
    }))
}
