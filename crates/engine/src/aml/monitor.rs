//! Monitoring: when a list changes, every monitored client is compared with it, and so is everybody of whom nobody could say
//! anything before.
//!
//! A page a job and a transaction a client: each row says which lists it was compared with, so whoever takes over after a
//! crash goes on where the last client ended.

use bonafide_store::{
    aml_verifications as rows,
    jobs::{self, Job},
};
use serde_json::Value;

use super::{
    compare::{Sources, compare},
    plan::monitor_after,
};
use crate::{
    base::{
        engine::Engine,
        error::{Error, Result},
        jobs::{JobKind, Work, finish_empty},
    },
    screening::{rescreen::current, search::is_of_one},
};

pub(crate) const WORK: Work = Work::new(JobKind::MonitorClients, |engine, job| Box::pin(run(engine, job)));

/// Clients a job.
const PAGE: i64 = 200;
/// How long after a page those are tried again whom somebody else was busy with.
const AGAIN_MS: i64 = 1_000;

async fn run(engine: &Engine, job: &Job) -> Result<()> {
    // Another process may have seen a newer list than this one.
    engine.screening.look_again();
    let Some(against) = current(engine).await? else { return finish_empty(engine, job).await };
    let organization = job.organization;
    let mut tx = engine.db().read().await?;
    let page = rows::left(&mut tx, organization, against.stored(), PAGE).await?;
    drop(tx);
    let whole_page = page.len() as i64 == PAGE;
    let sources = Sources::of(engine, against.lists.clone());
    let (mut busy, mut first) = (false, None);
    for id in page {
        match compare(engine, organization, id, &sources, None).await {
            Ok(()) => {}
            Err(Error::Conflict { code: "changed_meanwhile" | "anonymized", .. }) => busy = true,
            Err(error) if is_of_one(&error) || job.attempts >= job.max_attempts => {
                metrics::counter!("bonafide_screening_failed_total", "of" => "client").increment(1);
                tracing::error!(aml = %id, "what is stored of a client cannot be read; it is not monitored");
                let mut tx = engine.db().begin().await?;
                rows::pass_over(&mut tx, organization, id, &sources.version, engine.now()).await?;
                tx.commit().await?;
            }
            // It may go well later; the others do not wait for that.
            Err(error) => first = first.or(Some(error)),
        }
    }
    if let Some(error) = first {
        return Err(error);
    }
    let mut tx = engine.db().begin().await?;
    if !jobs::finish(&mut tx, job, engine.now()).await? {
        tx.rollback().await?;
        return Ok(());
    }
    if whole_page || busy {
        let why = job.payload.get("why").and_then(Value::as_str).unwrap_or_default();
        monitor_after(engine, &mut tx, organization, why, if whole_page { 0 } else { AGAIN_MS }).await?;
    }
    tx.commit().await?;
    Ok(())
}
