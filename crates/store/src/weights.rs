//! Versions of an organization's weights and tolerances. A change adds a version: decisions name theirs.

use bonafide_core::{
    id::{OrganizationId, WeightsId},
    time::Timestamp,
};
use sqlx::types::Json;

use crate::{Context, Result, Tx, column::row, on};

/// One version of the knobs.
#[derive(Debug, Clone, PartialEq)]
pub struct Weights {
    pub id: WeightsId,
    pub organization: OrganizationId,
    /// The caller's user these are for; empty for the whole organization.
    pub user_id: String,
    /// Counts the versions of this organization and user from 1.
    pub version: i64,
    /// A whole object, knob to number.
    pub knobs: serde_json::Value,
    pub created_at: Timestamp,
}
row!(Weights: id, organization, user_id, version, knobs, created_at);

/// Adds a version, which applies from now on; returns its number. `user_id` empty: for the whole organization.
///
/// # Errors
/// [`crate::Error::is_duplicate`] when somebody else added one at the same time.
pub async fn insert(
    tx: &mut Tx,
    organization: OrganizationId,
    id: WeightsId,
    user_id: &str,
    knobs: &serde_json::Value,
    now: Timestamp,
) -> Result<i64> {
    let (version,) = on!(tx, |c| sqlx::query_as(
        "INSERT INTO weights (id, organization, user_id, version, knobs, created_at)
         SELECT $1, $2, $3, COALESCE(MAX(version), 0) + 1, $4, $5
         FROM weights WHERE organization = $2 AND user_id = $3
         RETURNING version"
    )
    .bind(id.uuid())
    .bind(organization.uuid())
    .bind(user_id)
    .bind(Json(knobs))
    .bind(now.0)
    .fetch_one(c)
    .await)
    .to("insert the weights")?;
    Ok(version)
}

/// The version that applies to a user: their own newest, otherwise the organization's.
pub async fn current(tx: &mut Tx, organization: OrganizationId, user_id: &str) -> Result<Option<Weights>> {
    on!(tx, |c| sqlx::query_as(
        "SELECT * FROM weights WHERE organization = $1 AND user_id IN ('', $2)
         ORDER BY user_id DESC, version DESC LIMIT 1"
    )
    .bind(organization.uuid())
    .bind(user_id)
    .fetch_optional(c)
    .await)
    .to("read the weights")
}

/// Any version, current or not.
pub async fn get(tx: &mut Tx, organization: OrganizationId, id: WeightsId) -> Result<Option<Weights>> {
    on!(tx, |c| sqlx::query_as("SELECT * FROM weights WHERE organization = $1 AND id = $2")
        .bind(organization.uuid())
        .bind(id.uuid())
        .fetch_optional(c)
        .await)
    .to("read the weights")
}
