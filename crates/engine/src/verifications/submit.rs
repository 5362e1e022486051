//! Hand-in: the state moves and the checks are enqueued, in one transaction; and waiting for the result.

use std::time::Duration;

use bonafide_core::{
    evidence::EvidenceKind,
    id::VerificationId,
    problem::{Problem, Rule},
    verification::{Action, Kind, Status},
};
use bonafide_store::{evidence as evidence_rows, findings, verifications as rows};
use serde_json::{Value, json};

use crate::{
    Caller, Engine, Error, Result,
    evidence::may_capture,
    jobs::{CHECK_LIVENESS, MATCH_TEMPLATE, READ_DOCUMENT, enqueue_check},
    record::Record,
    sandbox,
};

/// Hands in what was captured. While the checks run, handing in again changes nothing.
pub async fn submit(
    engine: &Engine,
    caller: &Caller,
    id: VerificationId,
    settings: Option<Value>,
) -> Result<()> {
    let mut tx = engine.db.begin().await?;
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
        Kind::IdentityVerification => (vec![front, selfie], [READ_DOCUMENT, CHECK_LIVENESS]),
        Kind::FaceAuthentication => (vec![selfie], [MATCH_TEMPLATE, CHECK_LIVENESS]),
    };
    let missing: Vec<Problem> = needed
        .into_iter()
        .filter(|(kind, ..)| !given.iter().any(|e| e.kind == kind.as_str()))
        .map(|(_, field, what)| Problem::new(field, Rule::Required, what))
        .collect();
    if !missing.is_empty() {
        return Err(Error::Incomplete(missing));
    }
    if let Some(settings) = settings {
        sandbox::check(caller, &settings)?;
        record.private.settings = settings;
    }
    record.private.attempt += 1;
    record.private.handed_in_at = Some(engine.now());
    record.private.reading = None;
    let attempt = record.private.attempt;
    findings::supersede(&mut tx, caller.organization, id, engine.now()).await?;
    record.apply(engine, &mut tx, Action::Submit, &caller.actor(), json!({"attempt": attempt})).await?;
    for kind in checks {
        enqueue_check(engine, &mut tx, &record, kind).await?;
    }
    tx.commit().await?;
    engine.work.notify_waiters();
    Ok(())
}

/// Waits until the checks have come to a result.
///
/// # Errors
/// [`Error::Busy`] when they have not within `patience`; they go on.
pub async fn wait(
    engine: &Engine,
    caller: &Caller,
    id: VerificationId,
    patience: Duration,
) -> Result<Status> {
    // Another machine's worker does not ring our bell, so look now and then without it.
    const LOOK_EVERY: Duration = Duration::from_millis(500);
    let waiting = async {
        loop {
            let rung = engine.done.notified();
            let mut tx = engine.db.read().await?;
            let row = rows::get(&mut tx, caller.organization, id).await?;
            drop(tx);
            let row = row.ok_or(Error::NotFound("session"))?;
            match Status::parse(&row.status) {
                Some(Status::Processing) => drop(tokio::time::timeout(LOOK_EVERY, rung).await),
                status => return Ok(status.unwrap_or(Status::ReviewRequired)),
            }
        }
    };
    tokio::time::timeout(patience, waiting).await.unwrap_or(Err(Error::Busy { retry_after_s: 5 }))
}
