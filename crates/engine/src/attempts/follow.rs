//! How an attempt goes on with its verification.

use bonafide_core::{
    attempt::AttemptStatus,
    event::EventType,
    finding::{Check, Finding, Outcome},
    id::VerificationId,
    reason::Code,
    verification::Status,
};
use bonafide_store::{Tx, attempts as rows, capture_tokens};
use serde_json::json;

use super::record::{Session, private, seal};
use crate::{
    base::{caller::ClientAddress, engine::Engine, error::Result, record::Record},
    events::emit::{emit_for, reasons},
};

/// Who opens a link.
#[derive(Clone, Default)]
pub struct Opener {
    pub address: Option<ClientAddress>,
    /// What the device's program says it is.
    pub user_agent: Option<String>,
}

/// Most characters that are kept of what a program says it is.
const LONGEST_USER_AGENT: usize = 500;

/// The verification has a new status: what the attempt that goes on was, and what becomes of it. None where there is none.
pub(crate) async fn follow(
    engine: &Engine,
    tx: &mut Tx,
    record: &Record,
    status: Status,
) -> Result<Option<(AttemptStatus, AttemptStatus)>> {
    let Some(attempt) = current(tx, record, record.row.id).await? else { return Ok(None) };
    let Some(before) = attempt.status.known() else { return Ok(None) };
    let after = before.after(status);
    if after == before {
        return Ok(Some((before, after)));
    }
    if !after.is_over() {
        end(engine, tx, record, attempt, after, None, vec![]).await?;
        return Ok(Some((before, after)));
    }
    let why = match status {
        Status::RetryRequired | Status::Inconclusive | Status::Declined => reasons(tx, &record.row).await?,
        _ => vec![],
    };
    if status == Status::RetryRequired {
        // Who goes on does so with a new attempt, and its device.
        capture_tokens::end(tx, record.row.organization, record.row.id, false, engine.now()).await?;
    }
    end(engine, tx, record, attempt, after, Some(status), why).await?;
    Ok(Some((before, after)))
}

/// What the checks found so far of pictures that an attempt brought. Unless they are too poor to go on, the checks do, and that
/// is told.
pub(crate) async fn looked_at(
    engine: &Engine,
    tx: &mut Tx,
    record: &Record,
    findings: &[Finding],
) -> Result<()> {
    let attempt = current(tx, record, record.row.id).await?;
    let Some(attempt) = attempt.filter(|a| a.status == AttemptStatus::QualityChecksInProgress) else {
        return Ok(());
    };
    let is_poor = |finding: &Finding| {
        matches!(finding.check, Check::ImageQuality | Check::DocumentReadable)
            && finding.outcome == Outcome::Fail
            && finding.reasons.iter().any(|reason| reason.code.is_capture())
    };
    if findings.iter().any(is_poor) {
        return Ok(());
    }
    end(engine, tx, record, attempt, AttemptStatus::ChecksInProgress, None, vec![]).await?;
    emit_for(engine, tx, record, EventType::VerificationSubmitted).await?;
    Ok(())
}

/// The person could not go on with the attempt that they opened: it ends, and with it its device. False where there is none.
pub(crate) async fn aborted(engine: &Engine, tx: &mut Tx, record: &Record, why: Code) -> Result<bool> {
    let attempt = current(tx, record, record.row.id).await?;
    let Some(attempt) = attempt.filter(|a| a.status == AttemptStatus::CaptureInProgress) else {
        return Ok(false);
    };
    capture_tokens::end(tx, record.row.organization, record.row.id, false, engine.now()).await?;
    let (status, outcome) = (AttemptStatus::CaptureAborted, Some(Status::RetryRequired));
    end(engine, tx, record, attempt, status, outcome, vec![why]).await?;
    Ok(true)
}

/// Somebody opened the link of the attempt that goes on.
pub(crate) async fn opened(engine: &Engine, tx: &mut Tx, record: &Record, by: Opener) -> Result<()> {
    let Some(mut attempt) = current(tx, record, record.row.id).await? else { return Ok(()) };
    if !attempt.status.known().is_some_and(AttemptStatus::is_open) {
        return Ok(());
    }
    let mut known = private(&record.key, &attempt)?;
    let count = known.session.map_or(0, |session| session.count);
    known.session = Some(Session {
        address: by.address.map(|address| address.0.to_string()),
        user_agent: by.user_agent.map(|text| text.chars().take(LONGEST_USER_AGENT).collect()),
        count: count.saturating_add(1),
    });
    known.url = None;
    seal(engine, &record.key, &mut attempt, &known)?;
    attempt.status = AttemptStatus::CaptureInProgress.into();
    attempt.updated_at = engine.now();
    Ok(rows::update(tx, record.row.organization, &attempt).await?)
}

/// The last attempt, unless it is over.
async fn current(tx: &mut Tx, record: &Record, id: VerificationId) -> Result<Option<rows::Attempt>> {
    let latest = rows::latest(tx, record.row.organization, id).await?;
    Ok(latest.filter(|attempt| attempt.status.known().is_none_or(|status| !status.is_over())))
}

/// Writes down how an attempt stands from now on. Its link is good for nothing any more.
pub(super) async fn end(
    engine: &Engine,
    tx: &mut Tx,
    record: &Record,
    mut attempt: rows::Attempt,
    status: AttemptStatus,
    outcome: Option<Status>,
    reasons: Vec<Code>,
) -> Result<()> {
    let mut known = private(&record.key, &attempt)?;
    if known.url.take().is_some() {
        seal(engine, &record.key, &mut attempt, &known)?;
    }
    attempt.status = status.into();
    attempt.outcome = outcome.map(Into::into);
    attempt.reasons = json!(reasons);
    attempt.updated_at = engine.now();
    Ok(rows::update(tx, record.row.organization, &attempt).await?)
}
