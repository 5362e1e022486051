//! Work to do: outbox, queue and timers in one table.
//!
//! A job is inserted in the transaction that makes it necessary. A worker claims it for the length of a
//! lease, works outside any transaction, and calls [`finish`] in the transaction that writes the effects:
//! a job may run twice, its effects happen once. A worker that dies simply lets its lease run out.

use bonafide_core::{
    id::{JobId, OrganizationId},
    time::Timestamp,
};
use sqlx::types::Json;
use uuid::Uuid;

use crate::{Context, Result, Tx, column::row, on};

/// The wait before the second attempt; it doubles with each further one.
const FIRST_RETRY_MS: i64 = 5_000;
const LONGEST_RETRY_MS: i64 = 3_600_000;

/// A job to be enqueued.
#[derive(Debug, Clone, Copy)]
pub struct NewJob<'a> {
    pub id: JobId,
    /// Which workers take it.
    pub queue: &'a str,
    /// What to do.
    pub kind: &'a str,
    /// What it is about, a verification or an applicant.
    pub subject: Uuid,
    /// A whole object, no personal data.
    pub payload: &'a serde_json::Value,
    /// While a job of this organization with the same key is open, no second one is enqueued.
    pub unique_key: Option<&'a str>,
    pub now: Timestamp,
    /// When it becomes due: later than `now` for a timer.
    pub run_at: Timestamp,
    /// At least 1.
    pub max_attempts: i64,
}

/// A claimed job. Its attempt number is the proof of the lease: a later claim has a higher one.
#[derive(Debug, Clone, PartialEq)]
pub struct Job {
    pub id: JobId,
    pub organization: OrganizationId,
    pub queue: String,
    pub kind: String,
    pub subject: Uuid,
    pub payload: serde_json::Value,
    pub run_at: Timestamp,
    /// This one included.
    pub attempts: i64,
    pub max_attempts: i64,
    pub lease_until: Timestamp,
}
row!(Job: id, organization, queue, kind, subject, payload, run_at, attempts, max_attempts, lease_until);

/// What a worker asks for.
#[derive(Debug, Clone, Copy)]
pub struct Claim<'a> {
    pub queue: &'a str,
    /// Who asks; recorded for people who look at the table.
    pub owner: &'a str,
    pub now: Timestamp,
    pub lease_until: Timestamp,
    pub limit: i64,
}

/// What became of a failed attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failed {
    /// It becomes due again at this time.
    Retry(Timestamp),
    /// That was the last attempt. The caller says what that means for the subject, in the same transaction.
    Dead,
    /// The lease was lost before: somebody else has the job now, nothing was changed.
    LeaseLost,
}

/// Adds a job. `false`: an open job has the same unique key, nothing was added. That job may already be
/// running and have read what came before, so leave the key out where each change must be seen.
pub async fn enqueue(tx: &mut Tx, organization: OrganizationId, job: NewJob<'_>) -> Result<bool> {
    let rows = on!(tx, |c| sqlx::query(
        "INSERT INTO jobs
         (id, organization, queue, kind, subject, payload, unique_key, run_at, max_attempts, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
         ON CONFLICT (organization, unique_key) WHERE done_at IS NULL AND failed_at IS NULL DO NOTHING"
    )
    .bind(job.id.uuid())
    .bind(organization.uuid())
    .bind(job.queue)
    .bind(job.kind)
    .bind(job.subject)
    .bind(Json(job.payload))
    .bind(job.unique_key)
    .bind(job.run_at.0)
    .bind(job.max_attempts.max(1))
    .bind(job.now.0)
    .execute(c)
    .await
    .map(|done| done.rows_affected()))
    .to("enqueue the job")?;
    Ok(rows == 1)
}

/// One job, in whatever state it is.
pub async fn get(tx: &mut Tx, organization: OrganizationId, id: JobId) -> Result<Option<Job>> {
    on!(tx, |c| sqlx::query_as(
        "SELECT id, organization, queue, kind, subject, payload, run_at, attempts, max_attempts, lease_until
         FROM jobs WHERE organization = $1 AND id = $2"
    )
    .bind(organization.uuid())
    .bind(id.uuid())
    .fetch_optional(c)
    .await)
    .to("read the job")
}

/// Claims due jobs of all organizations, in turns: each organization's place is its jobs that run plus the
/// place among its jobs that wait, so nobody waits for the whole backlog of another.
///
/// The two texts differ in how they keep claims apart. SQLite has one writer. PostgreSQL locks the rows one
/// level above the window function, skips those another worker is claiming, and looks again at the
/// conditions on rows that were claimed since the statement began; so there are more candidates than asked
/// for. When twenty workers claim at the very same time one may still come away empty: [`next_run_at`] then
/// lies in the past and it asks again.
pub async fn claim(tx: &mut Tx, claim: Claim<'_>) -> Result<Vec<Job>> {
    /// `$1` queue, `$2` now, `$3` lease until, `$4` owner, `$5` limit. COALESCE keeps PostgreSQL from walking a
    /// partial index once per candidate, which it likes to do while it has no statistics: 1,200 waiting jobs
    /// took 200 ms that way and take 4 ms by primary key.
    macro_rules! claim {
        ($lock:literal) => {
            concat!(
                "WITH running AS MATERIALIZED (
                     SELECT organization, COUNT(*) AS jobs FROM jobs
                     WHERE queue = $1 AND done_at IS NULL AND failed_at IS NULL AND lease_until > $2
                     GROUP BY organization),
                 turns AS MATERIALIZED (
                     SELECT w.id, w.run_at, COALESCE(r.jobs, 0)
                         + ROW_NUMBER() OVER (PARTITION BY w.organization ORDER BY w.run_at, w.id) AS turn
                     FROM jobs w LEFT JOIN running r ON r.organization = w.organization
                     WHERE w.queue = $1 AND w.done_at IS NULL AND w.failed_at IS NULL AND w.run_at <= $2
                       AND w.lease_until <= $2 AND w.attempts < w.max_attempts
                     ORDER BY turn, w.run_at, w.id LIMIT $5 * 20),
                 picked AS MATERIALIZED (
                     SELECT j.id FROM turns t JOIN jobs j ON j.id = t.id
                     WHERE COALESCE(j.done_at, j.failed_at) IS NULL AND j.run_at <= $2
                       AND j.lease_until <= $2 AND j.attempts < j.max_attempts
                     ORDER BY t.turn, t.run_at, t.id LIMIT $5",
                $lock,
                ")
                 UPDATE jobs SET attempts = attempts + 1, lease_until = $3, lease_owner = $4
                 WHERE id IN (SELECT id FROM picked)
                 RETURNING id, organization, queue, kind, subject, payload, run_at, attempts, max_attempts,
                     lease_until"
            )
        };
    }
    let sql = match tx {
        Tx::Sqlite(_) => claim!(""),
        Tx::Postgres(_) => claim!(" FOR UPDATE OF j SKIP LOCKED"),
    };
    on!(tx, |c| sqlx::query_as(sql)
        .bind(claim.queue)
        .bind(claim.now.0)
        .bind(claim.lease_until.0)
        .bind(claim.owner)
        .bind(claim.limit)
        .fetch_all(c)
        .await)
    .to("claim jobs")
}

/// Extends the lease of a job that takes long. `false`: the lease was lost, stop working.
pub async fn renew(tx: &mut Tx, job: &Job, lease_until: Timestamp) -> Result<bool> {
    let rows = on!(tx, |c| sqlx::query(
        "UPDATE jobs SET lease_until = $3
         WHERE id = $1 AND attempts = $2 AND done_at IS NULL AND failed_at IS NULL"
    )
    .bind(job.id.uuid())
    .bind(job.attempts)
    .bind(lease_until.0)
    .execute(c)
    .await
    .map(|done| done.rows_affected()))
    .to("renew the lease of the job")?;
    Ok(rows == 1)
}

/// Marks a job as done. `false`: the lease was lost and somebody else has the job: roll this transaction
/// back, its effects are theirs.
#[must_use = "when the lease was lost the transaction must be rolled back"]
pub async fn finish(tx: &mut Tx, job: &Job, now: Timestamp) -> Result<bool> {
    let rows = on!(tx, |c| sqlx::query(
        "UPDATE jobs SET done_at = $3, lease_until = 0, error = NULL
         WHERE id = $1 AND attempts = $2 AND done_at IS NULL AND failed_at IS NULL"
    )
    .bind(job.id.uuid())
    .bind(job.attempts)
    .bind(now.0)
    .execute(c)
    .await
    .map(|done| done.rows_affected()))
    .to("finish the job")?;
    Ok(rows == 1)
}

/// Gives a job back after a failed attempt: due again after a growing wait, or dead after the last attempt.
/// `error` is for operators and must hold no personal data.
pub async fn fail(tx: &mut Tx, job: &Job, now: Timestamp, error: &str) -> Result<Failed> {
    let dead = job.attempts >= job.max_attempts;
    let retry_at = now.plus_ms(backoff_ms(job));
    let rows = on!(tx, |c| sqlx::query(
        "UPDATE jobs SET lease_until = 0, error = $3, failed_at = $4, run_at = $5
         WHERE id = $1 AND attempts = $2 AND done_at IS NULL AND failed_at IS NULL"
    )
    .bind(job.id.uuid())
    .bind(job.attempts)
    .bind(error)
    .bind(dead.then_some(now.0))
    .bind(if dead { job.run_at.0 } else { retry_at.0 })
    .execute(c)
    .await
    .map(|done| done.rows_affected()))
    .to("give the job back")?;
    Ok(match (rows, dead) {
        (0, _) => Failed::LeaseLost,
        (_, true) => Failed::Dead,
        (_, false) => Failed::Retry(retry_at),
    })
}

/// Whether [`bury`] would find any.
pub async fn any_to_bury(tx: &mut Tx, now: Timestamp) -> Result<bool> {
    let (any,): (bool,) = on!(tx, |c| sqlx::query_as(
        "SELECT EXISTS (SELECT 1 FROM jobs
         WHERE done_at IS NULL AND failed_at IS NULL AND attempts >= max_attempts AND lease_until <= $1)"
    )
    .bind(now.0)
    .fetch_one(c)
    .await)
    .to("look for dead jobs")?;
    Ok(any)
}

/// Marks a job as dead whose last attempt neither finished nor failed: the worker died, probably because of it. Returns it, so
/// that the caller says what that means for its subject, in the same transaction. One at a time: where that cannot be said of
/// one, it can be of the others.
pub async fn bury(tx: &mut Tx, now: Timestamp) -> Result<Option<Job>> {
    macro_rules! bury {
        ($lock:literal) => {
            concat!(
                "UPDATE jobs SET failed_at = $1, error = 'the worker stopped during the last attempt'
                 WHERE id = (SELECT id FROM jobs WHERE done_at IS NULL AND failed_at IS NULL
                             AND attempts >= max_attempts AND lease_until <= $1
                             ORDER BY lease_until, id LIMIT 1",
                $lock,
                ") RETURNING id, organization, queue, kind, subject, payload, run_at, attempts, max_attempts, lease_until"
            )
        };
    }
    let sql = match tx {
        Tx::Sqlite(_) => bury!(""),
        Tx::Postgres(_) => bury!(" FOR UPDATE SKIP LOCKED"),
    };
    on!(tx, |c| sqlx::query_as(sql).bind(now.0).fetch_optional(c).await).to("bury a dead job")
}

/// Gives a job back that was broken off, as if it had not been claimed. `false`: the lease was lost before.
pub async fn give_back(tx: &mut Tx, job: &Job) -> Result<bool> {
    let rows = on!(tx, |c| sqlx::query(
        "UPDATE jobs SET lease_until = 0, lease_owner = NULL, attempts = attempts - 1
         WHERE id = $1 AND attempts = $2 AND done_at IS NULL AND failed_at IS NULL"
    )
    .bind(job.id.uuid())
    .bind(job.attempts)
    .execute(c)
    .await
    .map(|done| done.rows_affected()))
    .to("give the job back")?;
    Ok(rows == 1)
}

/// Removes up to `limit` jobs that were done, or given up, before these times. How many there were.
pub async fn purge(tx: &mut Tx, done_before: Timestamp, dead_before: Timestamp, limit: i64) -> Result<u64> {
    on!(tx, |c| sqlx::query(
        "DELETE FROM jobs WHERE id IN (
             SELECT id FROM (SELECT id FROM jobs WHERE done_at IS NOT NULL AND done_at < $1 ORDER BY done_at LIMIT $3) AS done
             UNION ALL
             SELECT id FROM (SELECT id FROM jobs WHERE failed_at IS NOT NULL AND failed_at < $2 ORDER BY failed_at LIMIT $3)
                 AS dead)"
    )
    .bind(done_before.0)
    .bind(dead_before.0)
    .bind(limit)
    .execute(c)
    .await
    .map(|done| done.rows_affected()))
    .to("remove the jobs that are over")
}

/// How many jobs of each kind were given up and are still there, of all organizations.
pub async fn dead(tx: &mut Tx) -> Result<Vec<(String, i64)>> {
    on!(tx, |c| sqlx::query_as(
        "SELECT kind, COUNT(*) FROM jobs WHERE failed_at IS NOT NULL GROUP BY kind ORDER BY kind"
    )
    .fetch_all(c)
    .await)
    .to("count the jobs that were given up")
}

/// Ends every lease: what a process that is gone had claimed is due again at once. Only where no other process
/// can be at work, which on SQLite the lock of [`crate::Db::open`] guarantees. Returns how many there were.
pub async fn release_all(tx: &mut Tx) -> Result<u64> {
    on!(tx, |c| sqlx::query(
        "UPDATE jobs SET lease_until = 0, lease_owner = NULL
         WHERE done_at IS NULL AND failed_at IS NULL AND lease_until > 0"
    )
    .execute(c)
    .await
    .map(|done| done.rows_affected()))
    .to("release the leases")
}

/// When the next open job of a queue becomes due or its lease runs out; may lie in the past. A worker
/// without work sleeps until then or until it is woken.
pub async fn next_run_at(tx: &mut Tx, queue: &str) -> Result<Option<Timestamp>> {
    let (next,): (Option<i64>,) = on!(tx, |c| sqlx::query_as(
        "SELECT MIN(CASE WHEN lease_until > run_at THEN lease_until ELSE run_at END) FROM jobs
         WHERE queue = $1 AND done_at IS NULL AND failed_at IS NULL"
    )
    .bind(queue)
    .fetch_one(c)
    .await)
    .to("look for the next job")?;
    Ok(next.map(Timestamp))
}

/// How many jobs of each queue are due or being done, of all organizations, and since when the first of them is due.
pub async fn waiting(tx: &mut Tx, now: Timestamp) -> Result<Vec<(String, i64, Timestamp)>> {
    let rows: Vec<(String, i64, i64)> = on!(tx, |c| sqlx::query_as(
        "SELECT queue, COUNT(*), MIN(run_at) FROM jobs
         WHERE done_at IS NULL AND failed_at IS NULL AND run_at <= $1 GROUP BY queue"
    )
    .bind(now.0)
    .fetch_all(c)
    .await)
    .to("count the jobs that wait")?;
    Ok(rows.into_iter().map(|(queue, count, first)| (queue, count, Timestamp(first))).collect())
}

/// How many jobs about a subject are still open: 0 means that nothing more will happen by itself.
pub async fn open_count(tx: &mut Tx, organization: OrganizationId, subject: Uuid) -> Result<i64> {
    let (count,) = on!(tx, |c| sqlx::query_as(
        "SELECT COUNT(*) FROM jobs
         WHERE organization = $1 AND subject = $2 AND done_at IS NULL AND failed_at IS NULL"
    )
    .bind(organization.uuid())
    .bind(subject)
    .fetch_one(c)
    .await)
    .to("count the open jobs")?;
    Ok(count)
}

/// 5 s, 10 s, 20 s … 1 h, plus up to a quarter more, taken from the id: jobs that failed together for one
/// reason do not all come back in the same moment.
fn backoff_ms(job: &Job) -> i64 {
    let doublings = job.attempts.saturating_sub(1).clamp(0, 20);
    let wait = FIRST_RETRY_MS.saturating_mul(1 << doublings).min(LONGEST_RETRY_MS);
    let spread = (job.id.uuid().as_u128() & 0xff) as i64;
    wait + wait / 4 * spread / 255
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_grows_to_an_hour_and_is_spread() {
        let mut job = Job {
            id: JobId::from_uuid(Uuid::from_u128(0)),
            organization: OrganizationId::from_uuid(Uuid::nil()),
            queue: String::new(),
            kind: String::new(),
            subject: Uuid::nil(),
            payload: serde_json::json!({}),
            run_at: Timestamp(0),
            attempts: 1,
            max_attempts: 9,
            lease_until: Timestamp(0),
        };
        let waits = [1, 2, 3, 10, 11, 1000, i64::MAX].map(|attempts| {
            job.attempts = attempts;
            backoff_ms(&job)
        });
        assert_eq!(waits, [5_000, 10_000, 20_000, 2_560_000, 3_600_000, 3_600_000, 3_600_000]);
        job.id = JobId::from_uuid(Uuid::from_u128(0xff));
        assert_eq!(backoff_ms(&job), 4_500_000);
    }
}
