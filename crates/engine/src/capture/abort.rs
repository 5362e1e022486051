//! A person cannot go on: their camera is refused, they have no document, they leave.

use bonafide_core::{
    audit::AuditAction,
    event::{EventType, Snapshot},
    finding::Code,
    id::VerificationId,
};
use bonafide_store::Tx;
use serde_json::json;

use super::open::expect_open;
use crate::{
    attempts::follow,
    base::{caller::Caller, engine::Engine, error::Result, record::Record},
    events::emit::emit_for_with,
};

/// Ends the attempt that goes on, and with it the device's token; the verification waits for a new one. A verification without
/// attempts notes it alone, and its session stays open.
///
/// # Errors
/// [`crate::Error::Gone`] when the verification takes nothing more.
pub async fn abort(engine: &Engine, caller: &Caller, id: VerificationId, why: Code) -> Result<()> {
    expect_open(engine, caller).await?;
    let mut tx = engine.db().begin().await?;
    // Of this and a new attempt that come at once, one is first.
    let record = Record::hold(engine, &mut tx, caller.organization, id).await?;
    abort_in(engine, &mut tx, &record, why, &caller.actor()).await?;
    tx.commit().await?;
    Ok(())
}

/// The same, in a transaction that holds the verification.
pub(crate) async fn abort_in(
    engine: &Engine,
    tx: &mut Tx,
    record: &Record,
    why: Code,
    actor: &str,
) -> Result<()> {
    let snapshot = Snapshot { reason: Some(why.to_string()), ..Snapshot::default() };
    let detail = json!({ "reason": why });
    let ended = follow::aborted(engine, tx, record, why).await?;
    record.note(engine, tx, AuditAction::VerificationCaptureAborted, actor, &detail).await?;
    if ended {
        emit_for_with(engine, tx, record, EventType::VerificationCaptureAborted, snapshot).await?;
    }
    Ok(())
}
