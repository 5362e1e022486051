//! Pictures of papers that belong to a step.

use bonafide_core::{audit::AuditAction, evidence::EvidenceKind, id::VerificationId, step::StepKind};
use bonafide_store::evidence as rows;
use serde_json::json;

use super::{give::begun, step::asked_for};
use crate::{
    base::{caller::Caller, engine::Engine, error::Result, record::Record},
    evidence::{
        Picture,
        accept::{self, load_capturing, quota},
        gate::may_capture,
    },
};

/// Takes the picture of a death certificate or of the proof of an executor's authority; a newer one takes its place.
pub async fn give_file(
    engine: &Engine,
    caller: &Caller,
    id: VerificationId,
    kind: EvidenceKind,
    picture: Picture,
) -> Result<()> {
    let record = load_capturing(engine, caller.organization, id).await?;
    let mut tx = engine.db().read().await?;
    asked_for(&mut tx, &record, StepKind::Estate).await?;
    drop(tx);
    let admitted = accept::admit(engine, caller.organization, picture).await?;
    let origin = accept::Origin::of(caller, None);
    let stored = accept::store(engine, &record, kind, 0, admitted, origin).await?;

    let mut tx = engine.db().begin().await?;
    let mut record = Record::hold(engine, &mut tx, caller.organization, id).await?;
    may_capture(&record)?;
    quota(engine, &mut tx, &record).await?;
    let mut step = asked_for(&mut tx, &record, StepKind::Estate).await?;
    begun(&mut step);
    step.save(engine, &mut tx, &record).await?;
    rows::supersede(&mut tx, caller.organization, id, kind, engine.now()).await?;
    rows::insert(&mut tx, caller.organization, &stored).await?;
    record.save(engine, &mut tx).await?;
    let detail = json!({"kind": kind, "width": stored.width, "height": stored.height});
    record.note(engine, &mut tx, AuditAction::VerificationEvidenceGiven, &caller.actor(), &detail).await?;
    tx.commit().await?;
    Ok(())
}
