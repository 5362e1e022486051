//! What happened, numbered and never changed: written in the transaction that made it true.

use bonafide_core::{
    event::{EventType, Snapshot},
    id::{EventId, OrganizationId},
    time::Timestamp,
};
use sqlx::types::Json;
use uuid::Uuid;

use crate::{Context, Result, Tx, Word, column::row, on};

/// Something that happened.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    pub id: EventId,
    pub organization: OrganizationId,
    /// Counts the organization's events from 1 without gaps, in the order of their transactions.
    pub position: i64,
    pub kind: Word<EventType>,
    /// The verification, applicant, client's record or endpoint.
    pub subject: Uuid,
    /// Counts the events of the subject from 1 without gaps.
    pub sequence: i64,
    /// The facts of the moment: a [`Snapshot`].
    pub snapshot: serde_json::Value,
    pub at: Timestamp,
}
row!(Event: id, organization, position, kind, subject, sequence, snapshot, at);

/// Adds an event and gives it its numbers. Holds back every other event of the organization until the end of the
/// transaction, so that nobody who reads on from a position misses one.
pub async fn insert(
    tx: &mut Tx,
    organization: OrganizationId,
    id: EventId,
    event_type: EventType,
    subject: Uuid,
    snapshot: &Snapshot,
    at: Timestamp,
) -> Result<Event> {
    let (position,): (i64,) = on!(tx, |c| sqlx::query_as(
        "INSERT INTO event_heads (organization, position) VALUES ($1, 1)
         ON CONFLICT (organization) DO UPDATE SET position = event_heads.position + 1 RETURNING position"
    )
    .bind(organization.uuid())
    .fetch_one(c)
    .await)
    .to("number the event")?;
    on!(tx, |c| sqlx::query_as(
        "INSERT INTO events (id, organization, position, kind, subject, sequence, snapshot, at)
         SELECT $1, $2, $3, $4, $5, COALESCE(MAX(sequence), 0) + 1, $6, $7 FROM events
         WHERE organization = $2 AND subject = $5
         RETURNING *"
    )
    .bind(id.uuid())
    .bind(organization.uuid())
    .bind(position)
    .bind(event_type.as_str())
    .bind(subject)
    .bind(Json(snapshot))
    .bind(at.0)
    .fetch_one(c)
    .await)
    .to("insert the event")
}

/// One event.
pub async fn get(tx: &mut Tx, organization: OrganizationId, id: EventId) -> Result<Option<Event>> {
    on!(tx, |c| sqlx::query_as("SELECT * FROM events WHERE organization = $1 AND id = $2")
        .bind(organization.uuid())
        .bind(id.uuid())
        .fetch_optional(c)
        .await)
    .to("read the event")
}

/// Which events to list. `None` leaves nothing out.
#[derive(Debug, Clone, Copy, Default)]
pub struct Filter {
    pub subject: Option<Uuid>,
    pub kind: Option<EventType>,
    /// At or after.
    pub from: Option<Timestamp>,
    /// Before.
    pub until: Option<Timestamp>,
    /// After this position; before it when [`Filter::newest_first`].
    pub after: Option<i64>,
    pub newest_first: bool,
}

/// A page of an organization's events, in the order of their positions.
pub async fn list(
    tx: &mut Tx,
    organization: OrganizationId,
    filter: &Filter,
    limit: i64,
) -> Result<Vec<Event>> {
    on!(tx, |c| {
        let mut query = sqlx::QueryBuilder::new("SELECT * FROM events WHERE organization = ");
        query.push_bind(organization.uuid());
        if let Some(subject) = filter.subject {
            query.push(" AND subject = ").push_bind(subject);
        }
        if let Some(kind) = filter.kind {
            query.push(" AND kind = ").push_bind(kind.as_str());
        }
        if let Some(from) = filter.from {
            query.push(" AND at >= ").push_bind(from.0);
        }
        if let Some(until) = filter.until {
            query.push(" AND at < ").push_bind(until.0);
        }
        if let Some(after) = filter.after {
            query
                .push(if filter.newest_first { " AND position < " } else { " AND position > " })
                .push_bind(after);
        }
        query.push(" ORDER BY position");
        query.push(if filter.newest_first { " DESC" } else { "" });
        query.push(" LIMIT ").push_bind(limit);
        query.build_query_as().fetch_all(c).await
    })
    .to("list the events")
}

/// The position of an organization's last event; 0 before the first.
pub async fn head(tx: &mut Tx, organization: OrganizationId) -> Result<i64> {
    let head: Option<(i64,)> =
        on!(tx, |c| sqlx::query_as("SELECT position FROM event_heads WHERE organization = $1")
            .bind(organization.uuid())
            .fetch_optional(c)
            .await)
        .to("look for the last event")?;
    Ok(head.map_or(0, |(position,)| position))
}
