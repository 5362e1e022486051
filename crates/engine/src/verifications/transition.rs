//! A change of state and all that follows from it, in one transaction.

use bonafide_core::{
    attempt::AttemptStatus,
    audit::AuditAction,
    event::{EventType, Snapshot},
    verification::{Action, Status},
};
use bonafide_store::Tx;
use serde_json::{Value, json};

use crate::{
    attempts::follow::follow,
    base::{
        engine::Engine,
        error::Result,
        jobs::{self, JobKind, NewJob},
        record::Record,
    },
    events::emit::emit_for_with,
    identities::resolve::identify,
    shares::create::share,
    steps::asks::Asks,
};

/// Changes the state: with a history line, an audit entry and an event.
pub(crate) async fn apply(
    engine: &Engine,
    tx: &mut Tx,
    record: &mut Record,
    action: Action,
    actor: &str,
    detail: Value,
) -> Result<()> {
    apply_after(engine, tx, record, action, (actor, detail), &[]).await
}

/// The same, telling first what led to it. The audit entry comes before any event: every transaction takes the two
/// chains in this order, so that none waits for the other.
pub(crate) async fn apply_after(
    engine: &Engine,
    tx: &mut Tx,
    record: &mut Record,
    action: Action,
    (actor, detail): (&str, Value),
    first: &[EventType],
) -> Result<()> {
    apply_because(engine, tx, record, action, (actor, detail), first, None).await
}

/// The same, telling why as a stable word.
pub(crate) async fn apply_because(
    engine: &Engine,
    tx: &mut Tx,
    record: &mut Record,
    action: Action,
    (actor, detail): (&str, Value),
    first: &[EventType],
    why: Option<&str>,
) -> Result<()> {
    let mut follows = record.apply(action, engine.now())?;
    // Who is known later is known by document and face.
    if follows.identify && Asks::of(tx, &record.row).await?.identify() {
        identify(engine, tx, record, actor).await?;
    }
    record.save(engine, tx).await?;
    match follow(engine, tx, record, follows.status).await? {
        Some((AttemptStatus::QualityChecksInProgress, AttemptStatus::QualityChecksAborted)) => {
            // Not the checks ended it: they were not begun.
            let again = |told: &&mut EventType| **told == EventType::VerificationRetryRequired;
            if let Some(told) = follows.told.iter_mut().find(again) {
                *told = EventType::VerificationCaptureAborted;
            }
        }
        // Poor pictures that nobody is asked for again: they are checked as they are, by a human.
        Some((AttemptStatus::QualityChecksInProgress, AttemptStatus::ChecksInProgress)) => {
            follows.told.insert(0, EventType::VerificationSubmitted);
        }
        _ => {}
    }
    record.note(engine, tx, AuditAction::to(follows.status), actor, &detail).await?;
    if follows.status == Status::Approved {
        share(engine, tx, record, actor).await?;
    }
    for event_type in first.iter().chain(&follows.told) {
        let snapshot = Snapshot { reason: why.map(str::to_owned), ..Snapshot::default() };
        emit_for_with(engine, tx, record, *event_type, snapshot).await?;
    }
    if follows.reopen {
        let job = NewJob {
            kind: JobKind::Reopen,
            subject: record.row.id.uuid(),
            payload: json!({}),
            unique_key: None,
            run_at: engine.now().plus_secs(engine.settings.block_s),
        };
        jobs::enqueue(engine, tx, record.row.organization, job).await?;
    }
    let now = engine.now();
    // Its timer came while it was being checked, when there was nothing to end.
    if follows.status.waits_for_the_person() && record.row.expires_at.is_some_and(|at| at <= now) {
        let (kind, subject) = (JobKind::Expire, record.row.id.uuid());
        let timer = NewJob { kind, subject, payload: json!({}), unique_key: None, run_at: now };
        jobs::enqueue(engine, tx, record.row.organization, timer).await?;
    }
    Ok(())
}
