//! Where an organization wants its events sent, and what they are signed with.

use std::collections::{BTreeMap, HashMap};

use bonafide_core::{
    delivery::{Chaos, Origin},
    id::{OrganizationId, WebhookEndpointId, WebhookSecretId, WorkflowId},
    time::Timestamp,
};

use crate::{Context, Error, Result, Tx, Word, Words, column::row, crypto::Sealed, on};

/// One endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookEndpoint {
    pub id: WebhookEndpointId,
    pub organization: OrganizationId,
    /// The API it was registered through, which is the one its events are worded in.
    pub dialect: String,
    /// The client whose events it gets; empty for all of them.
    pub client: String,
    pub name: String,
    /// Of [`Origin::PerVerification`] endpoints only scheme, host and port.
    pub url: String,
    /// The names of the events it gets in its API, space-separated; all when empty, and [`NO_EVENTS`].
    pub event_types: String,
    pub origin: Word<Origin>,
    /// Switched on by the organization.
    pub active: bool,
    /// Faults injected on purpose in a sandbox.
    pub chaos: Words<Chaos>,
    /// Headers to send along, sealed as [`crate::crypto::Object::Webhook`].
    pub sealed: Option<Sealed>,
    pub created_at: Timestamp,
    /// Since when every attempt has failed.
    pub failing_since: Option<Timestamp>,
    /// When the server gave up on it, and why.
    pub disabled_at: Option<Timestamp>,
    pub disabled_reason: Option<String>,
    /// The workflow it is an action of: its name, its events and whether it is active follow from that.
    pub workflow: Option<WorkflowId>,
}
row!(WebhookEndpoint: id, organization, dialect, client, name, url, event_types, origin, active, chaos, sealed, created_at,
    failing_since, disabled_at, disabled_reason, workflow);

/// In the place of names of events: none.
pub const NO_EVENTS: &str = "-";

impl WebhookEndpoint {
    /// Switched on, and not given up on.
    pub fn is_open(&self) -> bool {
        self.active && self.disabled_at.is_none()
    }

    /// Whether it wants events of this name.
    pub fn wants(&self, event_type: &str) -> bool {
        self.event_types.is_empty() || self.event_types.split(' ').any(|w| w == event_type)
    }
}

/// Adds an endpoint. `false`: somebody else was first with the one that stands for this host in this API.
pub async fn insert(tx: &mut Tx, organization: OrganizationId, e: &WebhookEndpoint) -> Result<bool> {
    let rows = on!(tx, |c| sqlx::query(
        "INSERT INTO webhook_endpoints
         (id, organization, dialect, client, name, url, event_types, origin, active, chaos, sealed, created_at, workflow)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
         ON CONFLICT (organization, dialect, url) WHERE origin = 'per_verification' AND deleted_at IS NULL DO NOTHING"
    )
    .bind(e.id.uuid())
    .bind(organization.uuid())
    .bind(&e.dialect)
    .bind(&e.client)
    .bind(&e.name)
    .bind(&e.url)
    .bind(&e.event_types)
    .bind(e.origin.as_str())
    .bind(e.active)
    .bind(e.chaos.to_text())
    .bind(e.sealed.as_ref().map(Sealed::as_bytes))
    .bind(e.created_at.0)
    .bind(e.workflow.map(|id| id.uuid()))
    .execute(c)
    .await
    .map(|done| done.rows_affected()))
    .to("insert the webhook endpoint")?;
    Ok(rows == 1)
}

/// Writes what its owner may change: API, name, address, client, event types, headers, chaos, active.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn update(tx: &mut Tx, organization: OrganizationId, e: &WebhookEndpoint) -> Result<()> {
    let rows = on!(tx, |c| {
        sqlx::query(
        "UPDATE webhook_endpoints SET name = $3, url = $4, client = $5, event_types = $6, sealed = $7, chaos = $8,
             active = $9, dialect = $10
         WHERE organization = $1 AND id = $2 AND deleted_at IS NULL"
    )
    .bind(organization.uuid())
    .bind(e.id.uuid())
    .bind(&e.name)
    .bind(&e.url)
    .bind(&e.client)
    .bind(&e.event_types)
    .bind(e.sealed.as_ref().map(Sealed::as_bytes))
    .bind(e.chaos.to_text())
    .bind(e.active)
    .bind(&e.dialect)
    .execute(c)
    .await
    .map(|done| done.rows_affected())
    })
    .to("update the webhook endpoint")?;
    if rows == 0 { Err(Error::NotFound("webhook")) } else { Ok(()) }
}

/// The recent health of an endpoint, written by the sender only. The default is what a new endpoint has, and one that was
/// switched on again.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Health {
    /// Since when every attempt has failed.
    pub failing_since: Option<Timestamp>,
    /// When the last of them failed.
    pub failed_at: Option<Timestamp>,
    /// Nothing is sent before: its receiver asked for it, or it cannot be sent to for now.
    pub held_until: Option<Timestamp>,
    pub disabled_at: Option<Timestamp>,
    pub disabled_reason: Option<String>,
}
row!(Health: failing_since, failed_at, held_until, disabled_at, disabled_reason);

/// Reads an endpoint's health and holds every other writer of the endpoint back until the transaction ends. `None` when
/// it was deleted.
pub async fn health(
    tx: &mut Tx,
    organization: OrganizationId,
    id: WebhookEndpointId,
) -> Result<Option<Health>> {
    macro_rules! health {
        ($lock:literal) => {
            concat!(
                "SELECT failing_since, failed_at, held_until, disabled_at, disabled_reason FROM webhook_endpoints
                 WHERE organization = $1 AND id = $2 AND deleted_at IS NULL",
                $lock
            )
        };
    }
    let sql = match tx {
        Tx::Sqlite(_) => health!(""),
        // Messages to the endpoint may be written meanwhile: they refer to its key alone.
        Tx::Postgres(_) => health!(" FOR NO KEY UPDATE"),
    };
    on!(tx, |c| sqlx::query_as(sql).bind(organization.uuid()).bind(id.uuid()).fetch_optional(c).await)
        .to("read the health of the webhook endpoint")
}

/// Writes an endpoint's health; of one that was deleted nothing.
pub async fn set_health(
    tx: &mut Tx,
    organization: OrganizationId,
    id: WebhookEndpointId,
    health: &Health,
) -> Result<()> {
    on!(tx, |c| sqlx::query(
        "UPDATE webhook_endpoints SET failing_since = $3, failed_at = $4, held_until = $5, disabled_at = $6,
             disabled_reason = $7
         WHERE organization = $1 AND id = $2 AND deleted_at IS NULL"
    )
    .bind(organization.uuid())
    .bind(id.uuid())
    .bind(health.failing_since.map(|t| t.0))
    .bind(health.failed_at.map(|t| t.0))
    .bind(health.held_until.map(|t| t.0))
    .bind(health.disabled_at.map(|t| t.0))
    .bind(&health.disabled_reason)
    .execute(c)
    .await
    .map(drop))
    .to("write the health of the webhook endpoint")
}

/// One endpoint.
pub async fn get(
    tx: &mut Tx,
    organization: OrganizationId,
    id: WebhookEndpointId,
) -> Result<Option<WebhookEndpoint>> {
    on!(tx, |c| sqlx::query_as(
        "SELECT * FROM webhook_endpoints WHERE organization = $1 AND id = $2 AND deleted_at IS NULL"
    )
    .bind(organization.uuid())
    .bind(id.uuid())
    .fetch_optional(c)
    .await)
    .to("read the webhook endpoint")
}

/// Which endpoints to list. `None` leaves nothing out.
#[derive(Debug, Clone, Copy, Default)]
pub struct Filter<'a> {
    pub origin: Option<Origin>,
    pub dialect: Option<&'a str>,
    pub client: Option<&'a str>,
    pub workflow: Option<WorkflowId>,
}

/// What a [`Filter`] leaves of an organization's endpoints; its four values are bound after the organization.
macro_rules! matching {
    ($select:literal, $then:literal) => {
        concat!(
            $select,
            " FROM webhook_endpoints WHERE organization = $1 AND deleted_at IS NULL
                 AND ($2 IS NULL OR origin = $2) AND ($3 IS NULL OR dialect = $3) AND ($4 IS NULL OR client = $4)
                 AND ($5 IS NULL OR workflow = $5) ",
            $then
        )
    };
}

/// A page of an organization's endpoints: first those it registered, then those that stand for hosts, each newest first.
pub async fn list(
    tx: &mut Tx,
    organization: OrganizationId,
    filter: &Filter<'_>,
    skip: i64,
    limit: i64,
) -> Result<Vec<WebhookEndpoint>> {
    on!(tx, |c| sqlx::query_as(matching!(
        "SELECT *",
        "ORDER BY origin <> 'registered', created_at DESC, id DESC LIMIT $6 OFFSET $7"
    ))
    .bind(organization.uuid())
    .bind(filter.origin.map(Origin::as_str))
    .bind(filter.dialect)
    .bind(filter.client)
    .bind(filter.workflow.map(|id| id.uuid()))
    .bind(limit)
    .bind(skip)
    .fetch_all(c)
    .await)
    .to("list the webhook endpoints")
}

/// How many endpoints of an organization match.
pub async fn count(tx: &mut Tx, organization: OrganizationId, filter: &Filter<'_>) -> Result<i64> {
    let (count,): (i64,) = on!(tx, |c| sqlx::query_as(matching!("SELECT COUNT(*)", ""))
        .bind(organization.uuid())
        .bind(filter.origin.map(Origin::as_str))
        .bind(filter.dialect)
        .bind(filter.client)
        .bind(filter.workflow.map(|id| id.uuid()))
        .fetch_one(c)
        .await)
    .to("count the webhook endpoints")?;
    Ok(count)
}

/// The open ones that an organization registered, and another one if it is open.
pub async fn list_open(
    tx: &mut Tx,
    organization: OrganizationId,
    also: Option<WebhookEndpointId>,
) -> Result<Vec<WebhookEndpoint>> {
    on!(tx, |c| sqlx::query_as(
        "SELECT * FROM webhook_endpoints WHERE organization = $1 AND (origin = 'registered' OR id = $2)
             AND active AND disabled_at IS NULL AND deleted_at IS NULL
         ORDER BY created_at DESC, id DESC"
    )
    .bind(organization.uuid())
    .bind(also.map(|id| id.uuid()))
    .fetch_all(c)
    .await)
    .to("list the open webhook endpoints")
}

/// The endpoint that stands for the addresses of a host (scheme, host and port) in an API.
pub async fn of_host(
    tx: &mut Tx,
    organization: OrganizationId,
    dialect: &str,
    host: &str,
) -> Result<Option<WebhookEndpointId>> {
    let found: Option<(uuid::Uuid,)> = on!(tx, |c| sqlx::query_as(
        "SELECT id FROM webhook_endpoints WHERE organization = $1 AND dialect = $2 AND url = $3
             AND origin = 'per_verification' AND deleted_at IS NULL"
    )
    .bind(organization.uuid())
    .bind(dialect)
    .bind(host)
    .fetch_optional(c)
    .await)
    .to("look for the endpoint of the host")?;
    Ok(found.map(|(id,)| WebhookEndpointId::from_uuid(id)))
}

/// Delivery statistics of an endpoint.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Traffic {
    /// When the last attempt was made there, and the status that was answered.
    pub last: Option<(Timestamp, Option<i64>)>,
    /// Messages by status.
    pub counts: BTreeMap<String, i64>,
}

/// Delivery statistics of these endpoints, without those that were never sent anything.
pub async fn traffic(
    tx: &mut Tx,
    organization: OrganizationId,
    of: &[WebhookEndpointId],
) -> Result<HashMap<WebhookEndpointId, Traffic>> {
    let mut all: HashMap<_, Traffic> = HashMap::new();
    if of.is_empty() {
        return Ok(all);
    }
    let counts: Vec<(uuid::Uuid, String, i64)> = on!(tx, |c| {
        let mut query = sqlx::QueryBuilder::new(
            "SELECT endpoint, status, COUNT(*) FROM deliveries WHERE organization = ",
        );
        query.push_bind(organization.uuid()).push(" AND endpoint IN (");
        let mut ids = query.separated(", ");
        for id in of {
            ids.push_bind(id.uuid());
        }
        query.push(") GROUP BY endpoint, status").build_query_as().fetch_all(c).await
    })
    .to("count the deliveries")?;
    for (endpoint, status, count) in counts {
        let traffic = all.entry(WebhookEndpointId::from_uuid(endpoint)).or_default();
        traffic.counts.insert(status, count);
    }
    // The index leads each of them to its last attempt, where a grouping would read them all.
    let last: Vec<(uuid::Uuid, Option<i64>, Option<i64>)> = on!(tx, |c| {
        let mut query = sqlx::QueryBuilder::new(
            "SELECT id,
             (SELECT a.at FROM delivery_attempts a WHERE a.organization = e.organization AND a.endpoint = e.id
              ORDER BY a.at DESC LIMIT 1),
             (SELECT a.http_status FROM delivery_attempts a WHERE a.organization = e.organization
                 AND a.endpoint = e.id ORDER BY a.at DESC LIMIT 1)
             FROM webhook_endpoints e WHERE organization = ",
        );
        query.push_bind(organization.uuid()).push(" AND id IN (");
        let mut ids = query.separated(", ");
        for id in of {
            ids.push_bind(id.uuid());
        }
        query.push(")").build_query_as().fetch_all(c).await
    })
    .to("look for the last attempts")?;
    for (endpoint, at, status) in last {
        if let Some(at) = at {
            all.entry(WebhookEndpointId::from_uuid(endpoint)).or_default().last =
                Some((Timestamp(at), status));
        }
    }
    Ok(all)
}

/// Deletes an endpoint, with its secrets and the messages that still waited to be sent there.
///
/// # Errors
/// [`Error::NotFound`], also when it was deleted before.
pub async fn delete(
    tx: &mut Tx,
    organization: OrganizationId,
    id: WebhookEndpointId,
    now: Timestamp,
) -> Result<()> {
    let rows = on!(tx, |c| sqlx::query(
        "UPDATE webhook_endpoints SET deleted_at = $3, sealed = NULL
         WHERE organization = $1 AND id = $2 AND deleted_at IS NULL"
    )
    .bind(organization.uuid())
    .bind(id.uuid())
    .bind(now.0)
    .execute(c)
    .await
    .map(|done| done.rows_affected()))
    .to("delete the webhook endpoint")?;
    if rows == 0 {
        return Err(Error::NotFound("webhook"));
    }
    on!(tx, |c| sqlx::query("DELETE FROM webhook_secrets WHERE organization = $1 AND endpoint = $2")
        .bind(organization.uuid())
        .bind(id.uuid())
        .execute(c)
        .await
        .map(drop))
    .to("delete the secrets of the webhook endpoint")?;
    on!(tx, |c| sqlx::query(
        "UPDATE deliveries SET status = 'dead', finished_at = $3
         WHERE organization = $1 AND endpoint = $2 AND status = 'pending'"
    )
    .bind(organization.uuid())
    .bind(id.uuid())
    .bind(now.0)
    .execute(c)
    .await
    .map(drop))
    .to("end the deliveries of the webhook endpoint")
}

/// Something that messages are signed with. [`Object::WebhookSecret`](crate::crypto::Object::WebhookSecret).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookSecret {
    pub id: WebhookSecretId,
    pub sealed: Sealed,
    pub created_at: Timestamp,
    /// Until when it is used beside its successor.
    pub expires_at: Option<Timestamp>,
}
row!(WebhookSecret: id, sealed, created_at, expires_at);

/// Adds a secret. The one before it is used until `overlap_until`, and those before that one no more: there are never
/// more than two.
pub async fn add_secret(
    tx: &mut Tx,
    organization: OrganizationId,
    endpoint: WebhookEndpointId,
    secret: &WebhookSecret,
    overlap_until: Timestamp,
) -> Result<()> {
    on!(tx, |c| sqlx::query(
        "DELETE FROM webhook_secrets
         WHERE organization = $1 AND endpoint = $2 AND (expires_at IS NOT NULL OR $3 <= $4)"
    )
    .bind(organization.uuid())
    .bind(endpoint.uuid())
    .bind(overlap_until.0)
    .bind(secret.created_at.0)
    .execute(c)
    .await
    .map(drop))
    .to("remove the secrets that are over")?;
    on!(tx, |c| sqlx::query(
        "UPDATE webhook_secrets SET expires_at = $3 WHERE organization = $1 AND endpoint = $2"
    )
    .bind(organization.uuid())
    .bind(endpoint.uuid())
    .bind(overlap_until.0)
    .execute(c)
    .await
    .map(drop))
    .to("end the secret before")?;
    on!(tx, |c| sqlx::query(
        "INSERT INTO webhook_secrets (id, organization, endpoint, sealed, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6)"
    )
    .bind(secret.id.uuid())
    .bind(organization.uuid())
    .bind(endpoint.uuid())
    .bind(secret.sealed.as_bytes())
    .bind(secret.created_at.0)
    .bind(secret.expires_at.map(|t| t.0))
    .execute(c)
    .await
    .map(drop))
    .to("insert the webhook secret")
}

/// The secrets of an endpoint that are valid now, newest first.
pub async fn secrets(
    tx: &mut Tx,
    organization: OrganizationId,
    endpoint: WebhookEndpointId,
    now: Timestamp,
) -> Result<Vec<WebhookSecret>> {
    on!(tx, |c| sqlx::query_as(
        "SELECT id, sealed, created_at, expires_at FROM webhook_secrets
         WHERE organization = $1 AND endpoint = $2 AND (expires_at IS NULL OR expires_at > $3)
         ORDER BY expires_at IS NOT NULL, created_at DESC"
    )
    .bind(organization.uuid())
    .bind(endpoint.uuid())
    .bind(now.0)
    .fetch_all(c)
    .await)
    .to("read the webhook secrets")
}
