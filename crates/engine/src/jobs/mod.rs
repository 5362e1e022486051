//! The worker: claims jobs by lease, runs them, commits the effect together with the end of the job.

mod ask_registry;
mod check_liveness;
mod decide;
mod match_faces;
mod match_template;
mod read_document;
mod reopen;
mod rescreen;

pub(crate) use rescreen::at as rescreen_at;

use std::{sync::Arc, time::Duration};

use bonafide_core::{
    finding::{Check, Code, Finding},
    id::{JobId, OrganizationId, VerificationId},
    problem::trail,
    verification::{Kind, Status},
    weights::Weights,
};
use bonafide_store::{
    Tx, findings,
    jobs::{self as rows, Failed, Job, NewJob},
    weights,
};
use serde_json::json;
use tokio::{sync::Semaphore, task::JoinSet};

use crate::{Engine, Error, Result, record::Record, verifications::expire};

/// Checks on pictures: heavy on the CPU.
pub const CHECKS: &str = "checks";
/// What happens at a time.
pub const TIMERS: &str = "timers";
/// Messages to people: nearly all of it is waiting for somebody else's server.
pub const MAIL: &str = "mail";
pub(crate) const QUEUES: [&str; 3] = [CHECKS, TIMERS, MAIL];

/// Messages on their way at the same time, of one process.
pub const MAIL_SLOTS: usize = 8;

pub(crate) const READ_DOCUMENT: &str = "read_document";
pub(crate) const MATCH_FACES: &str = "match_faces";
pub(crate) const MATCH_TEMPLATE: &str = "match_template";
pub(crate) const CHECK_LIVENESS: &str = "check_liveness";
pub(crate) const ASK_REGISTRY: &str = "ask_registry";
pub(crate) const DECIDE: &str = "decide";
pub(crate) const REOPEN: &str = "reopen";
pub(crate) const EXPIRE: &str = "expire";
pub(crate) const ERASE: &str = "erase";
pub(crate) const INVITE: &str = "invite";
pub(crate) const REMIND: &str = "remind";

/// A picture that makes a check crash does so each time: give up soon, a human will look.
const CHECK_ATTEMPTS: i64 = 4;

/// Enqueues a check for the current hand-in. It queues up by the time of the hand-in: who came first is done first, and
/// not everybody's first check before anybody's second.
pub(crate) async fn enqueue_check(engine: &Engine, tx: &mut Tx, record: &Record, kind: &str) -> Result<()> {
    let now = engine.now();
    let attempt = record.private.attempt;
    let job = NewJob {
        id: JobId::new(now, &*engine.entropy),
        queue: CHECKS,
        kind,
        subject: record.row.id.uuid(),
        payload: &json!({"attempt": attempt}),
        unique_key: Some(&format!("{kind}:{}:{attempt}", record.row.id)),
        now,
        run_at: record.private.handed_in_at.unwrap_or(now),
        max_attempts: CHECK_ATTEMPTS,
    };
    rows::enqueue(tx, record.row.organization, job).await?;
    Ok(())
}

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
        let rung = engine.work.notified();
        tokio::pin!(rung);
        rung.as_mut().enable();
        if let Err(error) = rescreen::watch(&engine).await {
            tracing::error!(error = trail(&error), "cannot look for changed lists");
        }
        let mut more = false;
        for queue in QUEUES {
            let slots = if queue == MAIL { &mailing } else { &computing };
            match claim(&engine, queue, &owner, slots.available_permits()).await {
                Ok(jobs) => {
                    more |= !jobs.is_empty() && jobs.len() < slots.available_permits();
                    for job in jobs {
                        let Ok(slot) = slots.clone().acquire_owned().await else { return };
                        let engine = engine.clone();
                        running.spawn(async move {
                            work(&engine, job).await;
                            drop(slot);
                            engine.work.notify_waiters();
                        });
                    }
                }
                Err(error) => tracing::error!(error = trail(&error), queue, "cannot claim jobs"),
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
        for queue in QUEUES {
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

async fn claim(engine: &Engine, queue: &str, owner: &str, limit: usize) -> Result<Vec<Job>> {
    if limit == 0 {
        return Ok(vec![]);
    }
    let now = engine.now();
    let mut tx = engine.db.begin().await?;
    for job in rows::bury(&mut tx, now).await? {
        give_up(engine, &mut tx, &job).await?;
    }
    let claim = rows::Claim {
        queue,
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
    engine.done.notify_waiters();
}

async fn perform(engine: &Engine, job: &Job) -> Result<()> {
    match job.kind.as_str() {
        READ_DOCUMENT => read_document::run(engine, job).await,
        MATCH_FACES => match_faces::run(engine, job).await,
        ASK_REGISTRY => ask_registry::run(engine, job).await,
        MATCH_TEMPLATE => match_template::run(engine, job).await,
        CHECK_LIVENESS => check_liveness::run(engine, job).await,
        REOPEN => reopen::run(engine, job).await,
        DECIDE => decide::run(engine, job).await,
        EXPIRE => {
            let mut tx = engine.db.begin().await?;
            expire::expire(engine, &mut tx, job).await?;
            finish(engine, tx, job).await
        }
        INVITE | REMIND => crate::invitations::run(engine, job).await,
        rescreen::RESCREEN => rescreen::run(engine, job).await,
        rescreen::RESCREEN_ONE => rescreen::one(engine, job).await,
        ERASE => {
            crate::applicants::erase(engine, job).await?;
            finish(engine, engine.db.begin().await?, job).await
        }
        _ => Err(Error::conflict("unknown_job", "this program does not know this kind of job")),
    }
}

async fn renew(engine: &Engine, job: &Job) -> Result<()> {
    let mut tx = engine.db.begin().await?;
    rows::renew(&mut tx, job, engine.now().plus_secs(engine.settings.job_lease_s)).await?;
    tx.commit().await?;
    Ok(())
}

/// Ends the job and commits, or rolls the effect back when somebody else has taken the job over.
pub(crate) async fn finish(engine: &Engine, mut tx: Tx, job: &Job) -> Result<()> {
    if rows::finish(&mut tx, job, engine.now()).await? {
        tx.commit().await?;
    } else {
        tx.rollback().await?;
    }
    Ok(())
}

async fn fail(engine: &Engine, job: &Job, error: &Error) -> Result<()> {
    let mut tx = engine.db.begin().await?;
    if rows::fail(&mut tx, job, engine.now(), &error.to_string()).await? == Failed::Dead {
        give_up(engine, &mut tx, job).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// A check that could not be run to its end is not assessed, and the verification goes on to a human. A message that could
/// not be sent is a bounce.
async fn give_up(engine: &Engine, tx: &mut Tx, job: &Job) -> Result<()> {
    let gone =
        |check| Finding::not_assessed(check, Code::CheckFailed, "the check could not be run to its end");
    let findings = match job.kind.as_str() {
        READ_DOCUMENT => {
            vec![gone(Check::DocumentReadable), gone(Check::FaceMatch), gone(Check::Registry)]
        }
        ASK_REGISTRY => vec![gone(Check::Registry)],
        MATCH_FACES | MATCH_TEMPLATE => vec![gone(Check::FaceMatch)],
        CHECK_LIVENESS => vec![gone(Check::PassiveLiveness)],
        INVITE | REMIND => return crate::invitations::give_up(engine, tx, job).await,
        _ => return Ok(()),
    };
    if let Some(record) = find(engine, tx, job.organization, VerificationId::from_uuid(job.subject)).await?
        && is_current(&record, job)
    {
        record_findings(engine, tx, &record, &findings, job).await?;
    }
    Ok(())
}

/// The verification a job is about; `None` when it was deleted or its person forgotten since.
pub(crate) async fn find(
    engine: &Engine,
    tx: &mut Tx,
    organization: OrganizationId,
    id: VerificationId,
) -> Result<Option<Record>> {
    match Record::load(engine, tx, organization, id).await {
        Err(Error::NotFound(_) | Error::Conflict { code: "anonymized", .. }) => Ok(None),
        other => other.map(Some),
    }
}

/// Whether the job belongs to the hand-in that is being checked now.
fn is_current(record: &Record, job: &Job) -> bool {
    record.status() == Status::Processing
        && job.payload.get("attempt").and_then(serde_json::Value::as_u64)
            == Some(record.private.attempt.into())
}

/// Loads the verification a check is about; `None` when the job is of an earlier hand-in.
async fn load_current(engine: &Engine, job: &Job) -> Result<Option<(Record, Weights)>> {
    let mut tx = engine.db.read().await?;
    let id = VerificationId::from_uuid(job.subject);
    let record = find(engine, &mut tx, job.organization, id).await?.filter(|record| is_current(record, job));
    let Some(record) = record else { return Ok(None) };
    let weights = weights_of(&mut tx, &record).await?;
    Ok(Some((record, weights)))
}

async fn weights_of(tx: &mut Tx, record: &Record) -> Result<Weights> {
    let Some(id) = record.row.weights else { return Ok(Weights::default()) };
    let row = weights::get(tx, record.row.organization, id).await?;
    Ok(row.and_then(|row| serde_json::from_value(row.knobs).ok()).unwrap_or_default())
}

/// Writes findings; whoever completes the set enqueues the decision. The history line comes first: it
/// locks the verification's row, so that of two checks ending at once the later one sees both.
async fn record_findings(
    engine: &Engine,
    tx: &mut Tx,
    record: &Record,
    new: &[Finding],
    job: &Job,
) -> Result<()> {
    let organization = record.row.organization;
    let surprise = |f: &&Finding| f.reasons.iter().any(|r| !f.check.may_say(&r.code));
    debug_assert!(
        !new.iter().any(|f| surprise(&f)),
        "not in Check::may_say: {:?}",
        new.iter().find(surprise)
    );
    let new = &crate::sandbox::steer(tx, record, &job.kind, new.to_vec()).await?;
    record.note(engine, tx, "checked", "worker", &json!({"job": job.kind})).await?;
    findings::insert(tx, organization, record.row.id, new, engine.now(), &*engine.entropy).await?;
    let all = findings::list(tx, organization, record.row.id).await?;
    let has = |check| all.iter().any(|f| f.check == check);
    let document =
        record.kind() == Kind::FaceAuthentication || has(Check::DocumentReadable) && has(Check::Registry);
    if document && has(Check::FaceMatch) && has(Check::PassiveLiveness) {
        enqueue_check(engine, tx, record, DECIDE).await?;
    }
    Ok(())
}

/// Gives back what a process that is gone had claimed. Only where no other process can be at work: on
/// SQLite, whose file one process has to itself.
pub async fn recover(engine: &Engine) -> Result<()> {
    let mut tx = engine.db.begin().await?;
    rows::release_all(&mut tx).await?;
    tx.commit().await?;
    Ok(())
}
