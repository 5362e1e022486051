//! Messages on their way to subscribers: one row for each event and endpoint, written in the event's transaction.
//!
//! A sender claims rows for the length of a lease, sends outside any transaction, and records what came of it. A
//! sender that dies lets its lease run out, and the message is sent again under the same id.

use bonafide_core::{
    delivery::DeliveryStatus,
    id::{Entropy, EventId, OrganizationId, WebhookEndpointId},
    time::Timestamp,
};
use uuid::Uuid;

use crate::{
    Context, Result, Tx, Word,
    column::row,
    crypto::{self, Object, Sealed, SubjectKey},
    on,
};

/// One message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    pub organization: OrganizationId,
    pub endpoint: WebhookEndpointId,
    pub event: EventId,
    /// The event's name in the endpoint's API.
    pub event_type: String,
    pub status: Word<DeliveryStatus>,
    /// Attempts so far, including one under way. Proves who holds the lease.
    pub tries: i64,
    /// Attempts that the schedule does not count: those before it was last sent again by hand, and those that nobody
    /// recorded because the sender stopped.
    pub tries_before: i64,
    /// When it is due.
    pub run_at: Timestamp,
    pub created_at: Timestamp,
    pub finished_at: Option<Timestamp>,
}
row!(Delivery: organization, endpoint, event, event_type, status, tries, tries_before, run_at, created_at, finished_at);

const COLUMNS: &str =
    "organization, endpoint, event, event_type, status, tries, tries_before, run_at, created_at, finished_at";

/// One attempt to deliver a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    pub endpoint: WebhookEndpointId,
    pub event: EventId,
    /// Counts from 1.
    pub number: i64,
    pub at: Timestamp,
    pub ms: i64,
    /// Absent when there was no answer.
    pub http_status: Option<i64>,
    /// A stable word; absent when it was delivered.
    pub failure: Option<String>,
    /// The beginning of what was answered; kept sealed, and only for a while.
    pub response: Vec<u8>,
}

struct AttemptRow {
    endpoint: WebhookEndpointId,
    event: EventId,
    number: i64,
    at: Timestamp,
    ms: i64,
    http_status: Option<i64>,
    failure: Option<String>,
    sealed: Option<Sealed>,
}
row!(AttemptRow: endpoint, event, number, at, ms, http_status, failure, sealed);

impl AttemptRow {
    fn open(self, own: &SubjectKey) -> Result<Attempt> {
        let Self { endpoint, event, number, at, ms, http_status, failure, sealed } = self;
        let response = match sealed {
            Some(sealed) => crypto::open(own, Object::Answer(event), &sealed)?.to_vec(),
            None => vec![],
        };
        Ok(Attempt { endpoint, event, number, at, ms, http_status, failure, response })
    }
}

/// Adds a message that is due at a time. An existing one stays as it is.
pub async fn insert(
    tx: &mut Tx,
    organization: OrganizationId,
    endpoint: WebhookEndpointId,
    event: EventId,
    event_type: &str,
    now: Timestamp,
    run_at: Timestamp,
) -> Result<()> {
    on!(tx, |c| sqlx::query(
        "INSERT INTO deliveries (organization, endpoint, event, event_type, status, run_at, created_at)
         VALUES ($1, $2, $3, $4, 'pending', $5, $6) ON CONFLICT (organization, endpoint, event) DO NOTHING"
    )
    .bind(organization.uuid())
    .bind(endpoint.uuid())
    .bind(event.uuid())
    .bind(event_type)
    .bind(run_at.0)
    .bind(now.0)
    .execute(c)
    .await
    .map(drop))
    .to("insert the delivery")
}

/// Adds the messages of one event, each to an endpoint and due at a time, in one statement.
pub async fn insert_all(
    tx: &mut Tx,
    organization: OrganizationId,
    event: EventId,
    to: &[(WebhookEndpointId, &str, Timestamp)],
    now: Timestamp,
) -> Result<()> {
    if to.is_empty() {
        return Ok(());
    }
    on!(tx, |c| {
        let mut query = sqlx::QueryBuilder::new(
            "INSERT INTO deliveries (organization, endpoint, event, event_type, status, run_at, created_at) ",
        );
        query.push_values(to, |mut row, (endpoint, event_type, run_at)| {
            row.push_bind(organization.uuid()).push_bind(endpoint.uuid()).push_bind(event.uuid());
            row.push_bind((*event_type).to_owned())
                .push_bind(DeliveryStatus::Pending.as_str())
                .push_bind(run_at.0)
                .push_bind(now.0);
        });
        query.build().execute(c).await.map(drop)
    })
    .to("insert the deliveries")
}

/// An endpoint that messages are due at.
pub struct Due {
    pub organization: OrganizationId,
    pub endpoint: WebhookEndpointId,
    /// Whether its last attempt failed.
    pub failing: bool,
    /// When the first of them was due.
    pub since: Timestamp,
    /// How many, counted up to the number asked for.
    pub messages: i64,
}
row!(Due: organization, endpoint, failing, since, messages);

/// The open endpoints of all organizations that messages are due at, the one that waits longest first.
pub async fn due(tx: &mut Tx, now: Timestamp, most: i64) -> Result<Vec<Due>> {
    on!(tx, |c| sqlx::query_as(
        "SELECT organization, endpoint, failing, since,
             (SELECT COUNT(*) FROM (SELECT 1 FROM deliveries d
              WHERE d.endpoint = waiting.endpoint AND d.status = 'pending' AND d.run_at <= $1
                AND d.lease_until <= $1 LIMIT $2) AS counted) AS messages
         FROM (
             SELECT e.organization AS organization, e.id AS endpoint, e.failing_since IS NOT NULL AS failing,
                 (SELECT MIN(d.run_at) FROM deliveries d
                  WHERE d.endpoint = e.id AND d.status = 'pending' AND d.lease_until <= $1) AS since
             FROM webhook_endpoints e
             WHERE e.active AND e.disabled_at IS NULL AND e.deleted_at IS NULL
               AND (e.held_until IS NULL OR e.held_until <= $1)) AS waiting
         WHERE since <= $1 ORDER BY since"
    )
    .bind(now.0)
    .bind(most)
    .fetch_all(c)
    .await)
    .to("look for due deliveries")
}

/// Claims due messages of one endpoint, the oldest first. The choice is materialized: PostgreSQL would otherwise make it
/// once for each row, and claim more than the limit.
pub async fn claim(
    tx: &mut Tx,
    organization: OrganizationId,
    endpoint: WebhookEndpointId,
    now: Timestamp,
    lease_until: Timestamp,
    limit: i64,
) -> Result<Vec<Delivery>> {
    macro_rules! claim {
        ($lock:literal) => {
            concat!(
                "WITH picked AS MATERIALIZED (
                     SELECT event FROM deliveries
                     WHERE organization = $1 AND endpoint = $2 AND status = 'pending' AND run_at <= $3
                       AND lease_until <= $3
                     ORDER BY run_at, event LIMIT $5",
                $lock,
                ")
                 UPDATE deliveries SET tries = tries + 1, lease_until = $4,
                     tries_before = tries_before + CASE WHEN lease_until > 0 THEN 1 ELSE 0 END
                 WHERE organization = $1 AND endpoint = $2 AND event IN (SELECT event FROM picked)
                 RETURNING organization, endpoint, event, event_type, status, tries, tries_before, run_at, created_at,
                     finished_at"
            )
        };
    }
    let sql = match tx {
        Tx::Sqlite(_) => claim!(""),
        Tx::Postgres(_) => claim!(" FOR UPDATE SKIP LOCKED"),
    };
    on!(tx, |c| sqlx::query_as(sql)
        .bind(organization.uuid())
        .bind(endpoint.uuid())
        .bind(now.0)
        .bind(lease_until.0)
        .bind(limit)
        .fetch_all(c)
        .await)
    .to("claim deliveries")
}

/// What happens to a claimed message next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    Delivered,
    Again(Timestamp),
    Dead,
}

/// Records attempts and what comes next of each. Where a lease was lost somebody else has the message: the attempt is kept
/// all the same, for it was made, and changes nothing. `own` is the organization's own key.
pub async fn record(
    tx: &mut Tx,
    organization: OrganizationId,
    own: &SubjectKey,
    attempts: &[(Attempt, Next)],
    now: Timestamp,
    entropy: &dyn Entropy,
) -> Result<()> {
    if attempts.is_empty() {
        return Ok(());
    }
    let seal = |(attempt, _): &(Attempt, Next)| match attempt.response.as_slice() {
        [] => Ok(None),
        answer => crypto::seal(own, Object::Answer(attempt.event), answer, entropy).map(Some),
    };
    let sealed = attempts.iter().map(seal).collect::<Result<Vec<_>>>()?;
    on!(tx, |c| {
        let mut query = sqlx::QueryBuilder::new(
            "INSERT INTO delivery_attempts
             (organization, endpoint, event, number, at, ms, http_status, failure, sealed) ",
        );
        query.push_values(attempts.iter().zip(&sealed), |mut row, ((attempt, _), sealed)| {
            row.push_bind(organization.uuid())
                .push_bind(attempt.endpoint.uuid())
                .push_bind(attempt.event.uuid());
            row.push_bind(attempt.number).push_bind(attempt.at.0).push_bind(attempt.ms);
            row.push_bind(attempt.http_status).push_bind(&attempt.failure);
            row.push_bind(sealed.as_ref().map(Sealed::as_bytes));
        });
        query.push(" ON CONFLICT DO NOTHING").build().execute(c).await.map(drop)
    })
    .to("record the attempts")?;
    // Most arrive: those take one statement together.
    let (arrived, others): (Vec<_>, Vec<_>) = attempts.iter().partition(|(_, next)| *next == Next::Delivered);
    if !arrived.is_empty() {
        on!(tx, |c| {
            let mut query =
                sqlx::QueryBuilder::new("UPDATE deliveries SET status = 'delivered', finished_at = ");
            query.push_bind(now.0).push(", lease_until = 0 WHERE status = 'pending' AND organization = ");
            query.push_bind(organization.uuid()).push(" AND (endpoint, event, tries) IN (");
            query.push_values(&arrived, |mut row, (attempt, _)| {
                row.push_bind(attempt.endpoint.uuid())
                    .push_bind(attempt.event.uuid())
                    .push_bind(attempt.number);
            });
            query.push(")").build().execute(c).await.map(drop)
        })
        .to("record what arrived")?;
    }
    for (attempt, next) in others {
        let (status, run_at, finished_at) = match next {
            Next::Delivered => (DeliveryStatus::Delivered, None, Some(now.0)),
            Next::Again(at) => (DeliveryStatus::Pending, Some(at.0), None),
            Next::Dead => (DeliveryStatus::Dead, None, Some(now.0)),
        };
        on!(tx, |c| sqlx::query(
            "UPDATE deliveries SET status = $5, run_at = COALESCE($6, run_at), finished_at = $7, lease_until = 0
             WHERE organization = $1 AND endpoint = $2 AND event = $3 AND tries = $4 AND status = 'pending'"
        )
        .bind(organization.uuid())
        .bind(attempt.endpoint.uuid())
        .bind(attempt.event.uuid())
        .bind(attempt.number)
        .bind(status.as_str())
        .bind(run_at)
        .bind(finished_at)
        .execute(c)
        .await
        .map(drop))
        .to("record what came of the delivery")?;
    }
    Ok(())
}

/// Sends a message again from its first attempt on, whatever became of it. `false` when there is none.
pub async fn again(
    tx: &mut Tx,
    organization: OrganizationId,
    endpoint: WebhookEndpointId,
    event: EventId,
    now: Timestamp,
) -> Result<bool> {
    let rows = on!(tx, |c| sqlx::query(
        "UPDATE deliveries SET status = 'pending', tries_before = tries, run_at = $4, finished_at = NULL
         WHERE organization = $1 AND endpoint = $2 AND event = $3"
    )
    .bind(organization.uuid())
    .bind(endpoint.uuid())
    .bind(event.uuid())
    .bind(now.0)
    .execute(c)
    .await
    .map(|done| done.rows_affected()))
    .to("send the message again")?;
    Ok(rows == 1)
}

/// Makes the waiting messages of an endpoint due now.
pub async fn hasten(
    tx: &mut Tx,
    organization: OrganizationId,
    endpoint: WebhookEndpointId,
    now: Timestamp,
) -> Result<()> {
    on!(tx, |c| sqlx::query(
        "UPDATE deliveries SET run_at = $3
         WHERE organization = $1 AND endpoint = $2 AND status = 'pending' AND run_at > $3"
    )
    .bind(organization.uuid())
    .bind(endpoint.uuid())
    .bind(now.0)
    .execute(c)
    .await
    .map(drop))
    .to("hasten the deliveries")
}

/// Gives a message back whose sending was broken off; the schedule does not count it.
pub async fn give_back(tx: &mut Tx, claimed: &Delivery) -> Result<()> {
    on!(tx, |c| sqlx::query(
        "UPDATE deliveries SET lease_until = 0, tries_before = tries_before + 1
         WHERE organization = $1 AND endpoint = $2 AND event = $3 AND tries = $4 AND status = 'pending'"
    )
    .bind(claimed.organization.uuid())
    .bind(claimed.endpoint.uuid())
    .bind(claimed.event.uuid())
    .bind(claimed.tries)
    .execute(c)
    .await
    .map(drop))
    .to("give a delivery back")
}

/// Ends every lease. Only safe where no other process can be working.
pub async fn release_all(tx: &mut Tx) -> Result<u64> {
    on!(tx, |c| sqlx::query(
        "UPDATE deliveries SET lease_until = 0, tries_before = tries_before + 1
         WHERE status = 'pending' AND lease_until > 0"
    )
    .execute(c)
    .await
    .map(|done| done.rows_affected()))
    .to("release the leases of deliveries")
}

/// Which messages to list.
#[derive(Debug, Clone, Copy, Default)]
pub struct Filter {
    pub endpoint: Option<WebhookEndpointId>,
    pub event: Option<EventId>,
    pub status: Option<DeliveryStatus>,
}

/// A page of messages, newest first.
pub async fn list(
    tx: &mut Tx,
    organization: OrganizationId,
    filter: &Filter,
    skip: i64,
    limit: i64,
) -> Result<Vec<Delivery>> {
    on!(tx, |c| {
        let mut query = sqlx::QueryBuilder::new("SELECT ");
        query.push(COLUMNS).push(" FROM deliveries WHERE organization = ").push_bind(organization.uuid());
        if let Some(endpoint) = filter.endpoint {
            query.push(" AND endpoint = ").push_bind(endpoint.uuid());
        }
        if let Some(event) = filter.event {
            query.push(" AND event = ").push_bind(event.uuid());
        }
        if let Some(status) = filter.status {
            query.push(" AND status = ").push_bind(status.as_str());
        }
        query.push(" ORDER BY created_at DESC, event DESC, endpoint LIMIT ").push_bind(limit);
        query.push(" OFFSET ").push_bind(skip);
        query.build_query_as().fetch_all(c).await
    })
    .to("list the deliveries")
}

/// How many messages are due at endpoints that take them and do not fail, of all organizations, and since when the first
/// of them is: what waits for us and not for a receiver.
pub async fn waiting(tx: &mut Tx, now: Timestamp) -> Result<(i64, Option<Timestamp>)> {
    let (count, first): (i64, Option<i64>) = on!(tx, |c| sqlx::query_as(
        "SELECT COUNT(*), MIN(d.run_at) FROM deliveries d
         JOIN webhook_endpoints e ON e.organization = d.organization AND e.id = d.endpoint
         WHERE d.status = 'pending' AND d.run_at <= $1 AND e.active AND e.disabled_at IS NULL
           AND e.failing_since IS NULL AND (e.held_until IS NULL OR e.held_until <= $1)"
    )
    .bind(now.0)
    .fetch_one(c)
    .await)
    .to("count the messages that wait")?;
    Ok((count, first.map(Timestamp)))
}

/// The attempts of one message, oldest first. `own` is the organization's own key.
pub async fn attempts(
    tx: &mut Tx,
    organization: OrganizationId,
    own: &SubjectKey,
    endpoint: WebhookEndpointId,
    event: EventId,
) -> Result<Vec<Attempt>> {
    let rows: Vec<AttemptRow> = on!(tx, |c| sqlx::query_as(
        "SELECT endpoint, event, number, at, ms, http_status, failure, sealed FROM delivery_attempts
         WHERE organization = $1 AND endpoint = $2 AND event = $3 ORDER BY number"
    )
    .bind(organization.uuid())
    .bind(endpoint.uuid())
    .bind(event.uuid())
    .fetch_all(c)
    .await)
    .to("list the attempts")?;
    rows.into_iter().map(|row| row.open(own)).collect()
}

/// Erases the recorded responses of up to `limit` attempts made before a time. Returns how many.
pub async fn forget_answers(tx: &mut Tx, before: Timestamp, limit: i64) -> Result<u64> {
    on!(tx, |c| sqlx::query(
        "UPDATE delivery_attempts SET sealed = NULL
         WHERE (organization, endpoint, event, number) IN (
             SELECT organization, endpoint, event, number FROM delivery_attempts
             WHERE sealed IS NOT NULL AND at < $1 ORDER BY at LIMIT $2)"
    )
    .bind(before.0)
    .bind(limit)
    .execute(c)
    .await
    .map(|done| done.rows_affected()))
    .to("forget what was answered")
}

/// Deletes up to `limit` messages that were delivered or given up before a time, with their attempts. Returns how many.
pub async fn delete_finished(tx: &mut Tx, before: Timestamp, limit: i64) -> Result<usize> {
    macro_rules! finished {
        ($lock:literal) => {
            concat!(
                "SELECT organization, endpoint, event FROM deliveries WHERE finished_at < $1
                 ORDER BY finished_at LIMIT $2",
                $lock
            )
        };
    }
    let sql = match tx {
        Tx::Sqlite(_) => finished!(""),
        Tx::Postgres(_) => finished!(" FOR UPDATE SKIP LOCKED"),
    };
    let finished: Vec<(Uuid, Uuid, Uuid)> =
        on!(tx, |c| sqlx::query_as(sql).bind(before.0).bind(limit).fetch_all(c).await)
            .to("look for finished deliveries")?;
    if finished.is_empty() {
        return Ok(0);
    }
    for delete in ["DELETE FROM delivery_attempts", "DELETE FROM deliveries"] {
        on!(tx, |c| {
            let mut query = sqlx::QueryBuilder::new(delete);
            query.push(" WHERE (organization, endpoint, event) IN (");
            query.push_values(&finished, |mut row, (organization, endpoint, event)| {
                row.push_bind(*organization).push_bind(*endpoint).push_bind(*event);
            });
            query.push(")").build().execute(c).await.map(drop)
        })
        .to("delete finished deliveries")?;
    }
    Ok(finished.len())
}
