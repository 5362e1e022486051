//! Ongoing monitoring: when a list changes, everybody who was screened is screened again, and what changed for them
//! is emitted. A page of people a job; who was screened against the lists of now already is passed over, so running it
//! twice changes nothing.

use std::sync::Arc;

use bonafide_core::{
    audit::AuditAction,
    event::EventType,
    finding::{Check, Finding},
    id::{OrganizationId, VerificationId},
    time::Timestamp,
    verification::Status,
};
use bonafide_store::{
    Tx, findings,
    jobs::Job,
    organizations,
    verifications::{self, Filter, Page},
};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    dismiss::{active, emit_hits},
    log::keep,
    screen::{lists_of_now, screen},
};
use crate::{
    base::{
        engine::Engine,
        error::Result,
        jobs::{self, JobKind, NewJob, Work, finish, finish_empty},
        lists::Lists,
        record::Record,
    },
    tuning::weights::weights_of,
};

pub(crate) const PAGE_WORK: Work = Work::new(JobKind::Rescreen, |engine, job| Box::pin(run(engine, job)));
pub(crate) const ONE_WORK: Work = Work::new(JobKind::RescreenOne, |engine, job| Box::pin(one(engine, job)));

/// People a job.
const PAGE: i64 = 50;
/// Those whose outcome stands or is waited for; the others will be screened when they submit.
const STATUSES: [Status; 3] = [Status::Approved, Status::ReviewRequired, Status::Declined];

/// Where a page begins, and the lists it is about.
#[derive(Debug, Serialize, Deserialize)]
struct Payload {
    after: Option<(Timestamp, VerificationId)>,
    lists: String,
}

/// Enqueues the work where a list changed since this process last looked; otherwise nothing.
pub(crate) async fn watch(engine: &Engine) -> Result<()> {
    let Some(lists) = current(engine).await? else { return Ok(()) };
    if !engine.screening.is_news(&lists) {
        return Ok(());
    }
    let mut tx = engine.db().begin().await?;
    for organization in organizations::list(&mut tx).await? {
        enqueue(engine, &mut tx, organization.id, None, &lists.version()).await?;
    }
    tx.commit().await?;
    engine.screening.told(&lists);
    Ok(())
}

/// The lists of now; `None` without any.
async fn current(engine: &Engine) -> Result<Option<Arc<Lists>>> {
    let lists = lists_of_now(engine).await?;
    Ok((!lists.snapshots.is_empty()).then_some(lists))
}

async fn enqueue(
    engine: &Engine,
    tx: &mut Tx,
    organization: OrganizationId,
    after: Option<(Timestamp, VerificationId)>,
    lists: &str,
) -> Result<()> {
    // Several processes see the change; one of them enqueues.
    let after_id = after.map_or_else(String::new, |(_, id)| id.to_string());
    let key = format!("{}:{lists}:{after_id}", JobKind::Rescreen.as_str());
    let job = NewJob {
        kind: JobKind::Rescreen,
        subject: organization.uuid(),
        payload: json!(Payload { after, lists: lists.to_owned() }),
        unique_key: Some(&key),
        run_at: engine.now(),
    };
    jobs::enqueue(engine, tx, organization, job).await?;
    Ok(())
}

async fn run(engine: &Engine, job: &Job) -> Result<()> {
    let payload: Option<Payload> = serde_json::from_value(job.payload.clone()).ok();
    let (Some(payload), Some(lists)) = (payload, current(engine).await?) else {
        return finish_empty(engine, job).await;
    };
    let mut tx = engine.db().read().await?;
    let filter = Filter { statuses: &STATUSES, ..Filter::default() };
    let page = Page { after: payload.after, skip: 0, limit: PAGE };
    let people = verifications::list(&mut tx, job.organization, &filter, page).await?;
    drop(tx);
    for row in &people {
        again(engine, job.organization, row.id, &lists).await?;
    }
    let mut tx = engine.db().begin().await?;
    if let Some(last) = people.last().filter(|_| people.len() as i64 == PAGE) {
        enqueue(engine, &mut tx, job.organization, Some((last.created_at, last.id)), &payload.lists).await?;
    }
    finish(engine, tx, job).await
}

async fn one(engine: &Engine, job: &Job) -> Result<()> {
    if let Some(lists) = current(engine).await? {
        again(engine, job.organization, VerificationId::from_uuid(job.subject), &lists).await?;
    }
    finish_empty(engine, job).await
}

/// Screens one person again. Somebody else's change in between wins: the next list will find them.
async fn again(
    engine: &Engine,
    organization: OrganizationId,
    id: VerificationId,
    lists: &Arc<Lists>,
) -> Result<()> {
    let mut tx = engine.db().read().await?;
    let Some(record) = Record::find(engine, &mut tx, organization, id).await? else { return Ok(()) };
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

    let mut tx = engine.db().begin().await?;
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
        record
            .note(
                engine,
                &mut tx,
                AuditAction::VerificationScreeningChanged,
                "worker",
                &json!({"hits": hits}),
            )
            .await?;
        emit_hits(engine, &mut tx, &record, EventType::ScreeningChanged, hits).await?;
    }
    tx.commit().await?;
    Ok(())
}
