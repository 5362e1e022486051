//! Ongoing monitoring: when a list changes, everybody who was screened is screened again, and what changed for them
//! is told. A page of people a job; who was screened against the lists of now already is passed over, so running it
//! twice changes nothing.

use std::sync::Arc;

use bonafide_core::{
    event::Happened,
    finding::{Check, Finding},
    id::{JobId, OrganizationId, VerificationId},
    time::Timestamp,
    verification::Status,
};
use bonafide_store::{
    Tx, findings,
    jobs::{self as rows, Job, NewJob},
    organizations,
    verifications::{self, Filter, Page},
};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{TIMERS, find, finish, weights_of};
use crate::{
    Engine, Error, Result,
    record::Record,
    screening::{Lists, active, keep, screen, tell},
};

pub(crate) const RESCREEN: &str = "rescreen";
/// The same for one person, when a dismissal ends.
pub(crate) const RESCREEN_ONE: &str = "rescreen_one";
/// People a job.
const PAGE: i64 = 50;
/// Those whose outcome stands or is waited for; the others will be screened when they hand in.
const STATUSES: [&str; 3] =
    [Status::Approved.as_str(), Status::ReviewRequired.as_str(), Status::Declined.as_str()];

/// Where a page begins, and the lists it is about.
#[derive(Debug, Serialize, Deserialize)]
struct Payload {
    after: Option<(Timestamp, VerificationId)>,
    lists: String,
}

/// Enqueues the work where a list changed since this process last looked; otherwise nothing.
pub(super) async fn watch(engine: &Engine) -> Result<()> {
    let Some(lists) = current(engine).await? else { return Ok(()) };
    if !engine.screening.is_news(&lists) {
        return Ok(());
    }
    let mut tx = engine.db.begin().await?;
    for organization in organizations::list(&mut tx).await? {
        enqueue(engine, &mut tx, organization.id, None, &lists.version()).await?;
    }
    tx.commit().await?;
    engine.screening.told(&lists);
    Ok(())
}

/// The lists of now; `None` without any.
async fn current(engine: &Engine) -> Result<Option<Arc<Lists>>> {
    let (screening, now) = (engine.screening.clone(), engine.now());
    let lists = tokio::task::spawn_blocking(move || screening.lists(now)).await?;
    let lists = lists.map_err(|error| Error::Lists(Box::new(error)))?;
    Ok((!lists.snapshots.is_empty()).then_some(lists))
}

async fn enqueue(
    engine: &Engine,
    tx: &mut Tx,
    organization: OrganizationId,
    after: Option<(Timestamp, VerificationId)>,
    lists: &str,
) -> Result<()> {
    let now = engine.now();
    // Several processes see the change; one of them enqueues.
    let key = format!("{RESCREEN}:{lists}:{}", after.map_or_else(String::new, |(_, id)| id.to_string()));
    let job = NewJob {
        id: JobId::new(now, &*engine.entropy),
        queue: TIMERS,
        kind: RESCREEN,
        subject: organization.uuid(),
        payload: &json!(Payload { after, lists: lists.to_owned() }),
        unique_key: Some(&key),
        now,
        run_at: now,
        max_attempts: 10,
    };
    rows::enqueue(tx, organization, job).await?;
    Ok(())
}

pub(super) async fn run(engine: &Engine, job: &Job) -> Result<()> {
    let payload: Option<Payload> = serde_json::from_value(job.payload.clone()).ok();
    let (Some(payload), Some(lists)) = (payload, current(engine).await?) else {
        return finish(engine, engine.db.begin().await?, job).await;
    };
    let mut tx = engine.db.read().await?;
    let filter = Filter { statuses: &STATUSES, ..Filter::default() };
    let page = Page { after: payload.after, skip: 0, limit: PAGE };
    let people = verifications::list(&mut tx, job.organization, &filter, page).await?;
    drop(tx);
    for row in &people {
        again(engine, job.organization, row.id, &lists).await?;
    }
    let mut tx = engine.db.begin().await?;
    if let Some(last) = people.last().filter(|_| people.len() as i64 == PAGE) {
        enqueue(engine, &mut tx, job.organization, Some((last.created_at, last.id)), &payload.lists).await?;
    }
    finish(engine, tx, job).await
}

/// Screens a person again at a time: in the transaction of what makes that needed.
pub(crate) async fn at(
    engine: &Engine,
    tx: &mut Tx,
    organization: OrganizationId,
    verification: VerificationId,
    run_at: Timestamp,
) -> Result<()> {
    let now = engine.now();
    let job = NewJob {
        id: JobId::new(now, &*engine.entropy),
        queue: TIMERS,
        kind: RESCREEN_ONE,
        subject: verification.uuid(),
        payload: &json!({}),
        unique_key: None,
        now,
        run_at,
        max_attempts: 10,
    };
    rows::enqueue(tx, organization, job).await?;
    Ok(())
}

pub(super) async fn one(engine: &Engine, job: &Job) -> Result<()> {
    if let Some(lists) = current(engine).await? {
        again(engine, job.organization, VerificationId::from_uuid(job.subject), &lists).await?;
    }
    finish(engine, engine.db.begin().await?, job).await
}

/// Screens one person again. Somebody else's change in between wins: the next list will find them.
async fn again(
    engine: &Engine,
    organization: OrganizationId,
    id: VerificationId,
    lists: &Arc<Lists>,
) -> Result<()> {
    let mut tx = engine.db.read().await?;
    let Some(record) = find(engine, &mut tx, organization, id).await? else { return Ok(()) };
    let weights = weights_of(&mut tx, &record).await?;
    let dismissed = active(engine, &mut tx, &record, record.private.reading.as_ref()).await?;
    drop(tx);
    let (Some(before), Some(reading)) = (record.private.screened.clone(), record.private.reading.clone())
    else {
        return Ok(());
    };
    let mut now_aside = before.clone();
    now_aside.set_aside(&dismissed);
    if before.lists == lists.pinned() && before.entries() == now_aside.entries() {
        return Ok(());
    }
    let (lists, now) = (lists.clone(), engine.now());
    let tolerance = weights.sanctions_tolerance;
    let (finding, screened) =
        tokio::task::spawn_blocking(move || screen(&lists, &reading, &dismissed, tolerance, now)).await?;
    let Some(mut screened) = screened else { return Ok(()) };

    let mut tx = engine.db.begin().await?;
    let mut record = Record::load(engine, &mut tx, organization, id).await?;
    // Somebody may have dismissed a hit meanwhile.
    screened.set_aside(&active(engine, &mut tx, &record, record.private.reading.as_ref()).await?);
    let finding = Finding { ms: finding.ms, ..screened.finding() };
    let before = record.private.screened.take().unwrap_or(before);
    let changed = screened.entries() != before.entries();
    let hits = screened.counting().count();
    record.private.screened = Some(screened);
    record.save(engine, &mut tx).await?;
    keep(engine, &mut tx, &record).await?;
    if changed {
        findings::supersede_check(&mut tx, organization, id, Check::Sanctions, now).await?;
        findings::insert(&mut tx, organization, id, &[finding], now, &*engine.entropy).await?;
        record.note(engine, &mut tx, "screening_changed", "worker", &json!({"hits": hits})).await?;
        tell(engine, &mut tx, &record, Happened::ScreeningChanged, hits).await?;
    }
    tx.commit().await?;
    Ok(())
}
