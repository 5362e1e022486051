//! The worker: claims jobs by lease, runs them, commits the effect together with the end of the job.

use std::{sync::Arc, time::Duration};

use bonafide_core::problem::trail;
use bonafide_store::{
    Tx,
    jobs::{self as rows, Failed, Job},
};
use tokio::{sync::Semaphore, task::JoinSet};

use super::registry;
pub use crate::base::jobs::Queue;
use crate::{
    base::{
        engine::Engine,
        error::{Error, Result},
    },
    screening::rescreen,
};

/// Messages on their way at the same time, of one process.
pub const MAIL_SLOTS: usize = 8;

/// Runs jobs until `stop` is told; jobs under way are finished first. `parallel` is for what computes; messages have slots
/// of their own, so that a mail server which does not answer holds up no check, and no check a message.
pub async fn run(engine: Engine, parallel: usize, mut stop: tokio::sync::watch::Receiver<bool>) {
    /// Another process may have enqueued: look at least this often.
    const LOOK_EVERY: Duration = Duration::from_secs(2);
    let computing = Arc::new(Semaphore::new(parallel.max(1)));
    let mailing = Arc::new(Semaphore::new(MAIL_SLOTS));
    let owner = format!("worker:{}", std::process::id());
    let mut running = JoinSet::new();
    while !*stop.borrow() {
        let rung = engine.bells().work.notified();
        tokio::pin!(rung);
        rung.as_mut().enable();
        if let Err(error) = rescreen::watch(&engine).await {
            tracing::error!(error = trail(&error), "cannot look for changed lists");
        }
        let mut more = false;
        for queue in Queue::ALL {
            let slots = if queue == Queue::Mail { &mailing } else { &computing };
            match claim(&engine, queue, &owner, slots.available_permits()).await {
                Ok(jobs) => {
                    more |= !jobs.is_empty() && jobs.len() < slots.available_permits();
                    for job in jobs {
                        let Ok(slot) = slots.clone().acquire_owned().await else { return };
                        let engine = engine.clone();
                        running.spawn(async move {
                            work(&engine, job).await;
                            drop(slot);
                            engine.bells().work.notify_waiters();
                        });
                    }
                }
                Err(error) => {
                    tracing::error!(error = trail(&error), queue = queue.as_str(), "cannot claim jobs")
                }
            }
        }
        while running.try_join_next().is_some() {}
        if !more {
            tokio::select! {
                () = rung => {}
                () = tokio::time::sleep(LOOK_EVERY) => {}
                _ = stop.changed() => {}
            }
        }
    }
    while running.join_next().await.is_some() {}
}

/// Runs everything that is due now, one after the other; for tests and for draining.
pub async fn run_pending(engine: &Engine) -> Result<usize> {
    let mut ran = 0;
    rescreen::watch(engine).await?;
    loop {
        let mut none = true;
        for queue in Queue::ALL {
            for job in claim(engine, queue, "drain", 1).await? {
                work(engine, job).await;
                none = false;
                ran += 1;
            }
        }
        if none {
            return Ok(ran);
        }
    }
}

async fn claim(engine: &Engine, queue: Queue, owner: &str, limit: usize) -> Result<Vec<Job>> {
    if limit == 0 {
        return Ok(vec![]);
    }
    let now = engine.now();
    let mut tx = engine.db().begin().await?;
    for job in rows::bury(&mut tx, now).await? {
        give_up(engine, &mut tx, &job).await?;
    }
    let claim = rows::Claim {
        queue: queue.as_str(),
        owner,
        now,
        lease_until: now.plus_secs(engine.settings.job_lease_s),
        limit: limit as i64,
    };
    let jobs = rows::claim(&mut tx, claim).await?;
    tx.commit().await?;
    Ok(jobs)
}

/// Runs one job, keeping its lease alive, and records a failure.
async fn work(engine: &Engine, job: Job) {
    let kind = job.kind.clone();
    let start = std::time::Instant::now();
    let renewing = async {
        let every = Duration::from_secs(engine.settings.job_lease_s.max(3) as u64 / 3);
        loop {
            tokio::time::sleep(every).await;
            if let Err(error) = renew(engine, &job).await {
                tracing::warn!(error = trail(&error), job = %job.id, "cannot renew the lease");
            }
        }
    };
    let result = tokio::select! {
        result = perform(engine, &job) => result,
        () = renewing => return,
    };
    let ms = start.elapsed().as_millis() as u64;
    match result {
        Ok(()) => tracing::info!(job = %job.id, kind, ms, "job done"),
        Err(error) => {
            tracing::error!(error = trail(&error), job = %job.id, kind, attempt = job.attempts, ms, "job failed");
            if let Err(error) = fail(engine, &job, &error).await {
                tracing::error!(error = trail(&error), job = %job.id, "cannot record the failure; the lease will run out");
            }
        }
    }
    engine.bells().done.notify_waiters();
}

async fn perform(engine: &Engine, job: &Job) -> Result<()> {
    match registry::work(&job.kind) {
        Some(work) => (work.run)(engine, job).await,
        None => Err(Error::conflict("unknown_job", "this program does not know this kind of job")),
    }
}

async fn renew(engine: &Engine, job: &Job) -> Result<()> {
    let mut tx = engine.db().begin().await?;
    rows::renew(&mut tx, job, engine.now().plus_secs(engine.settings.job_lease_s)).await?;
    tx.commit().await?;
    Ok(())
}

async fn fail(engine: &Engine, job: &Job, error: &Error) -> Result<()> {
    let mut tx = engine.db().begin().await?;
    if rows::fail(&mut tx, job, engine.now(), &error.to_string()).await? == Failed::Dead {
        give_up(engine, &mut tx, job).await?;
    }
    tx.commit().await?;
    Ok(())
}

async fn give_up(engine: &Engine, tx: &mut Tx, job: &Job) -> Result<()> {
    match registry::work(&job.kind) {
        Some(work) => (work.give_up)(engine, tx, job).await,
        None => Ok(()),
    }
}

/// Gives back what a process that is gone had claimed. Only where no other process can be at work: on
/// SQLite, whose file one process has to itself.
pub async fn recover(engine: &Engine) -> Result<()> {
    let mut tx = engine.db().begin().await?;
    rows::release_all(&mut tx).await?;
    tx.commit().await?;
    Ok(())
}
