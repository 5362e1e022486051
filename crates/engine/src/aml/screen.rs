//! The first comparison.

use bonafide_core::{
    aml::AmlStatus,
    audit::AuditAction,
    event::EventType,
    id::{AmlId, OrganizationId},
};
use bonafide_store::{Tx, aml_verifications as rows, jobs::Job};
use serde_json::json;

use super::{
    compare::{Sources, compare},
    record::open,
};
use crate::base::{
    engine::Engine,
    error::Result,
    jobs::{JobKind, Work, finish_empty},
};

pub(crate) const WORK: Work = Work {
    kind: JobKind::ScreenClient,
    run: |engine, job| Box::pin(run(engine, job)),
    give_up: |engine, tx, job| Box::pin(give_up(engine, tx, job)),
};

async fn run(engine: &Engine, job: &Job) -> Result<()> {
    let (organization, id) = (job.organization, AmlId::from_uuid(job.subject));
    if !begin(engine, organization, id).await? {
        return finish_empty(engine, job).await;
    }
    compare(engine, organization, id, &Sources::of_now(engine).await?, Some(job)).await
}

/// Tells that the search begins, once. False where it came to its end before.
async fn begin(engine: &Engine, organization: OrganizationId, id: AmlId) -> Result<bool> {
    let mut tx = engine.db().begin().await?;
    let Some(row) = rows::get(&mut tx, organization, id).await? else { return Ok(false) };
    let status = row.status.known();
    if status == Some(AmlStatus::Created) {
        let mut opened = open(engine, &mut tx, row).await?;
        opened.change(AmlStatus::ScreeningInProgress, engine.now());
        opened.save(engine, &mut tx).await?;
        opened.tell(engine, &mut tx, &[EventType::AmlOnboardingStarted, EventType::AmlStatusChanged]).await?;
        tx.commit().await?;
    }
    Ok(status.is_some_and(AmlStatus::is_open))
}

/// Nobody could search the lists: a human has to look.
async fn give_up(engine: &Engine, tx: &mut Tx, job: &Job) -> Result<()> {
    let row = rows::get(tx, job.organization, AmlId::from_uuid(job.subject)).await?;
    let Some(row) = row.filter(|row| row.status.known().is_some_and(AmlStatus::is_open)) else {
        return Ok(());
    };
    let mut opened = open(engine, tx, row).await?;
    opened.change(AmlStatus::ReviewRequired, engine.now());
    opened.save(engine, tx).await?;
    let detail = json!({"hits": null, "status": opened.status(), "gave_up": true});
    opened.note(engine, tx, AuditAction::AmlScreened, "worker", &detail).await?;
    opened.tell(engine, tx, &[EventType::AmlOnboardingCompleted, EventType::AmlStatusChanged]).await
}
