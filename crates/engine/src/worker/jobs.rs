//! The worker: claims jobs by lease, runs them, commits the effect together with the end of the job.

use std::{
    collections::HashMap,
    panic::AssertUnwindSafe,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use bonafide_core::{id::JobId, problem::with_causes};
use bonafide_store::{
    Tx, again,
    jobs::{self as rows, Failed, Job},
};
use futures_util::FutureExt as _;
use tokio::{
    sync::Semaphore,
    task::JoinSet,
    time::{Instant, timeout},
};

use super::registry;
pub use crate::base::jobs::Queue;
use crate::{
    base::{
        engine::Engine,
        error::{Error, Result},
        jobs::finish_empty,
    },
    checks::decide,
    screening::rescreen,
};

/// Messages on their way at the same time, of one process.
pub const MAIL_SLOTS: usize = 8;

/// How long jobs under way may take to come to their end when the process is stopped.
const LAST_JOBS: Duration = Duration::from_secs(10);

/// Runs jobs until `stop` is told; jobs under way are finished first, those that take too long are given back. `parallel` is
/// for what computes; messages have slots of their own, so that a mail server which does not answer holds up no check, and
/// no check a message.
pub async fn run(engine: Engine, parallel: usize, mut stop: tokio::sync::watch::Receiver<bool>) {
    /// Another process may have enqueued: look at least this often.
    const LOOK_EVERY: Duration = Duration::from_secs(2);
    let computing = Arc::new(Semaphore::new(parallel.max(1)));
    let mailing = Arc::new(Semaphore::new(MAIL_SLOTS));
    let owner = format!("worker:{}", std::process::id());
    let mut running = JoinSet::new();
    let under_way = UnderWay::default();
    let mut bury_at = Instant::now();
    while !*stop.borrow() {
        let rung = engine.bells().work.notified();
        tokio::pin!(rung);
        rung.as_mut().enable();
        if let Err(error) = rescreen::watch(&engine).await {
            tracing::error!(error = with_causes(&error), "cannot look for changed lists");
        }
        if Instant::now() >= bury_at {
            if let Err(error) = bury(&engine).await {
                tracing::error!(error = with_causes(&error), "cannot look for jobs that died");
            }
            bury_at = Instant::now() + LOOK_EVERY;
        }
        let mut more = false;
        for queue in Queue::ALL {
            let slots = if queue == Queue::Mail { &mailing } else { &computing };
            match claim(&engine, queue, &owner, slots.available_permits()).await {
                Ok(jobs) => {
                    more |= !jobs.is_empty() && jobs.len() < slots.available_permits();
                    for job in jobs {
                        let Ok(slot) = slots.clone().acquire_owned().await else { return };
                        let (engine, under_way) = (engine.clone(), under_way.clone());
                        let id = job.id;
                        under_way.jobs().insert(id, job.clone());
                        running.spawn(async move {
                            work(&engine, job).await;
                            under_way.jobs().remove(&id);
                            drop(slot);
                            engine.bells().work.notify_waiters();
                        });
                    }
                }
                Err(error) => {
                    tracing::error!(error = with_causes(&error), queue = queue.as_str(), "cannot claim jobs")
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
    let all = async { while running.join_next().await.is_some() {} };
    if timeout(LAST_JOBS, all).await.is_err() {
        running.shutdown().await;
        let left: Vec<Job> = under_way.jobs().drain().map(|(_, job)| job).collect();
        match give_back(&engine, &left).await {
            Ok(()) => tracing::info!(jobs = left.len(), "jobs under way were given back"),
            // The leases run out.
            Err(error) => tracing::error!(error = with_causes(&error), "cannot give jobs back"),
        }
    }
}

/// The jobs that a process is at.
#[derive(Clone, Default)]
struct UnderWay(Arc<Mutex<HashMap<JobId, Job>>>);

impl UnderWay {
    fn jobs(&self) -> MutexGuard<'_, HashMap<JobId, Job>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn give_back(engine: &Engine, jobs: &[Job]) -> Result<()> {
    let mut tx = engine.db().begin().await?;
    for job in jobs {
        rows::give_back(&mut tx, job).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Runs everything that is due now, one after the other; for tests and for draining.
pub async fn run_pending(engine: &Engine) -> Result<usize> {
    let mut ran = 0;
    rescreen::watch(engine).await?;
    loop {
        bury(engine).await?;
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

/// Gives up the jobs whose last attempt came to no end, each by itself: one that cannot be given up now keeps no other, and is
/// looked at again when a lease would have run out.
async fn bury(engine: &Engine) -> Result<()> {
    loop {
        let now = engine.now();
        let mut tx = engine.db().read().await?;
        if !rows::any_to_bury(&mut tx, now).await? {
            return Ok(());
        }
        drop(tx);
        let mut tx = engine.db().begin().await?;
        let Some(job) = rows::bury(&mut tx, now).await? else { return Ok(()) };
        match give_up(engine, &mut tx, &job).await {
            Ok(()) => {
                tx.commit().await?;
                tracing::error!(job = %job.id, kind = job.kind, "a job was given up: its worker stopped");
                engine.bells().work.notify_waiters();
                engine.bells().done.notify_waiters();
            }
            Err(error) => {
                drop(tx);
                tracing::error!(error = with_causes(&error), job = %job.id, kind = job.kind, "cannot give a job up");
                renew(engine, &job).await?;
            }
        }
    }
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
                tracing::warn!(error = with_causes(&error), job = %job.id, "cannot renew the lease");
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
        Err(error) => match fail(engine, &job, &error).await {
            // What is tried again nobody has to look at.
            Ok(Failed::Retry(_)) => {
                tracing::warn!(error = with_causes(&error), job = %job.id, kind, attempt = job.attempts, ms, "job failed");
            }
            Ok(Failed::Dead | Failed::LeaseLost) => {
                tracing::error!(error = with_causes(&error), job = %job.id, kind, attempt = job.attempts, ms, "job failed");
            }
            Err(unrecorded) => {
                tracing::error!(error = with_causes(&error), job = %job.id, kind, attempt = job.attempts, ms, "job failed");
                tracing::error!(error = with_causes(&unrecorded), job = %job.id, "cannot record the failure; the lease will run out");
            }
        },
    }
    engine.bells().done.notify_waiters();
}

async fn perform(engine: &Engine, job: &Job) -> Result<()> {
    let Some(work) = registry::work(&job.kind) else {
        return Err(Error::conflict("unknown_job", "this program does not know this kind of job"));
    };
    // A job may run twice anyhow.
    match caught(again(&*engine.entropy, || (work.run)(engine, job))).await {
        // The person was erased meanwhile: there is nothing left to do.
        Err(Error::Conflict { code: "anonymized", .. }) if work.kind.is_of_one_person() => {
            finish_empty(engine, job).await
        }
        ended => ended,
    }
}

/// What panics has failed: the job is tried again, and given up, like any other.
async fn caught(work: impl Future<Output = Result<()>>) -> Result<()> {
    let panicked = |_| Err(Error::conflict("panicked", "the program crashed while it did this"));
    AssertUnwindSafe(work).catch_unwind().await.unwrap_or_else(panicked)
}

async fn renew(engine: &Engine, job: &Job) -> Result<()> {
    let mut tx = engine.db().begin().await?;
    rows::renew(&mut tx, job, engine.now().plus_secs(engine.settings.job_lease_s)).await?;
    tx.commit().await?;
    Ok(())
}

async fn fail(engine: &Engine, job: &Job, error: &Error) -> Result<Failed> {
    let mut tx = engine.db().begin().await?;
    let failed = rows::fail(&mut tx, job, engine.now(), &error.to_string()).await?;
    if failed == Failed::Dead {
        give_up(engine, &mut tx, job).await?;
    }
    tx.commit().await?;
    Ok(failed)
}

async fn give_up(engine: &Engine, tx: &mut Tx, job: &Job) -> Result<()> {
    match registry::work(&job.kind) {
        Some(work) => caught((work.give_up)(engine, tx, job)).await,
        // A newer program's, and nobody knows what a verification waits for in it.
        None => caught(decide::give_up(engine, tx, job)).await,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_panics_has_failed() {
        assert!(caught(async { Ok(()) }).await.is_ok());
        let first = caught(async { panic!("at once") }).await;
        let later = caught(async {
            tokio::task::yield_now().await;
            panic!("later")
        });
        for crashed in [first, later.await] {
            assert!(matches!(crashed, Err(Error::Conflict { code: "panicked", .. })), "{crashed:?}");
        }
    }
}
