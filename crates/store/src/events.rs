//! The outbox: what subscribers are told, written in the transaction that made it true.

use bonafide_core::{
    id::{EventId, OrganizationId, VerificationId},
    time::Timestamp,
};
use sqlx::types::Json;

use crate::{Context, Result, Tx, column::row, on};

/// Something that happened to a verification.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    pub id: EventId,
    pub organization: OrganizationId,
    pub verification: VerificationId,
    /// A stable word.
    pub kind: String,
    /// A whole object, no personal data.
    pub payload: serde_json::Value,
    pub at: Timestamp,
}
row!(Event: id, organization, verification, kind, payload, at);

/// Adds an event.
pub async fn insert(tx: &mut Tx, organization: OrganizationId, event: &Event) -> Result<()> {
    on!(tx, |c| sqlx::query(
        "INSERT INTO events (id, organization, verification, kind, payload, at) VALUES ($1, $2, $3, $4, $5, $6)"
    )
    .bind(event.id.uuid())
    .bind(organization.uuid())
    .bind(event.verification.uuid())
    .bind(&event.kind)
    .bind(Json(&event.payload))
    .bind(event.at.0)
    .execute(c)
    .await
    .map(drop))
    .to("insert the event")
}

/// The events of a verification, oldest first.
pub async fn list(
    tx: &mut Tx,
    organization: OrganizationId,
    verification: VerificationId,
) -> Result<Vec<Event>> {
    on!(tx, |c| sqlx::query_as(
        "SELECT * FROM events WHERE organization = $1 AND verification = $2 ORDER BY at, id"
    )
    .bind(organization.uuid())
    .bind(verification.uuid())
    .fetch_all(c)
    .await)
    .to("list the events")
}
