//! What happened to one verification, for its reader. Holds no personal data.

use bonafide_core::{
    id::{OrganizationId, VerificationId},
    time::Timestamp,
};
use sqlx::types::Json;

use crate::{Context, Error, Result, Tx, column::row, on};

/// One line.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Counts from 1 without gaps.
    pub seq: i64,
    pub at: Timestamp,
    /// A stable word.
    pub event: String,
    /// A whole object.
    pub detail: serde_json::Value,
}
row!(Entry: seq, at, event, detail);

/// Adds a line. Takes the verification's row until the end of the transaction, so lines never collide.
///
/// # Errors
/// [`Error::NotFound`] when this organization has no such verification.
pub async fn append(
    tx: &mut Tx,
    organization: OrganizationId,
    verification: VerificationId,
    at: Timestamp,
    event: &str,
    detail: &serde_json::Value,
) -> Result<()> {
    let seq: Option<(i64,)> = on!(tx, |c| sqlx::query_as(
        "UPDATE verifications SET history_length = history_length + 1
         WHERE organization = $1 AND id = $2 RETURNING history_length"
    )
    .bind(organization.uuid())
    .bind(verification.uuid())
    .fetch_optional(c)
    .await)
    .to("number a line of history")?;
    let (seq,) = seq.ok_or(Error::NotFound("verification"))?;
    on!(tx, |c| sqlx::query(
        "INSERT INTO history (organization, verification, seq, at, event, detail)
         VALUES ($1, $2, $3, $4, $5, $6)"
    )
    .bind(organization.uuid())
    .bind(verification.uuid())
    .bind(seq)
    .bind(at.0)
    .bind(event)
    .bind(Json(detail))
    .execute(c)
    .await
    .map(drop))
    .to("insert a line of history")
}

/// All lines of a verification, oldest first.
pub async fn list(
    tx: &mut Tx,
    organization: OrganizationId,
    verification: VerificationId,
) -> Result<Vec<Entry>> {
    on!(tx, |c| sqlx::query_as(
        "SELECT seq, at, event, detail FROM history WHERE organization = $1 AND verification = $2 ORDER BY seq"
    )
    .bind(organization.uuid())
    .bind(verification.uuid())
    .fetch_all(c)
    .await)
    .to("list the history")
}
