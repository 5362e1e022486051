//! Hand-in: the state moves and the checks are enqueued, in one transaction.

use bonafide_core::{
    evidence::EvidenceKind,
    id::VerificationId,
    problem::{Problem, Rule},
    verification::{Action, Kind, Status},
};
use bonafide_store::{evidence as evidence_rows, findings};
use serde_json::{Value, json};

use super::transition::apply;
use crate::{
    base::{
        caller::Caller,
        engine::Engine,
        error::{Error, Result},
        jobs::{JobKind, enqueue_check},
        record::Record,
    },
    evidence::gate::may_capture,
    sandbox::scenarios,
};

/// Submits what was captured. While the checks run, submitting again changes nothing.
pub async fn submit(
    engine: &Engine,
    caller: &Caller,
    id: VerificationId,
    settings: Option<Value>,
) -> Result<()> {
    let mut tx = engine.db().begin().await?;
    let mut record = Record::load(engine, &mut tx, caller.organization, id).await?;
    match record.status() {
        Status::Processing => return Ok(()),
        Status::Inconclusive => may_capture(&record)?,
        status if status.is_final() || status == Status::ReviewRequired => {
            return Err(Error::conflict(
                "already_finalized",
                "the session was finalized before; read its result",
            ));
        }
        _ => may_capture(&record)?,
    }
    let given = evidence_rows::list(&mut tx, caller.organization, id).await?;
    let front = (EvidenceKind::DocumentFront, "document_front", "add the front of the document first");
    let selfie = (EvidenceKind::Selfie, "liveness", "process a liveness session first");
    let (needed, checks) = match record.kind() {
        Kind::IdentityVerification => (vec![front, selfie], [JobKind::ReadDocument, JobKind::CheckLiveness]),
        Kind::FaceAuthentication => (vec![selfie], [JobKind::MatchTemplate, JobKind::CheckLiveness]),
    };
    let missing: Vec<Problem> = needed
        .into_iter()
        .filter(|(kind, ..)| !given.iter().any(|e| e.kind == *kind))
        .map(|(_, field, what)| Problem::new(field, Rule::Required, what))
        .collect();
    if !missing.is_empty() {
        return Err(Error::Incomplete(missing));
    }
    if let Some(settings) = settings {
        scenarios::check(caller, &settings)?;
        record.private.settings = settings;
    }
    record.private.attempt += 1;
    record.private.handed_in_at = Some(engine.now());
    record.private.reading = None;
    record.private.asked_again = None;
    let attempt = record.private.attempt;
    findings::supersede(&mut tx, caller.organization, id, engine.now()).await?;
    let detail = json!({"attempt": attempt});
    apply(engine, &mut tx, &mut record, Action::Submit, &caller.actor(), detail).await?;
    for kind in checks {
        enqueue_check(engine, &mut tx, &record, kind).await?;
    }
    tx.commit().await?;
    engine.bells().work.notify_waiters();
    Ok(())
}
