//! Versions of an organization's weights and tolerances. A change adds a version: decisions name theirs.

use bonafide_core::{
    id::{OrganizationId, WeightsId},
    time::Timestamp,
};
use sqlx::types::Json;

use crate::{Context, Result, Tx, column::row, on};

/// Whom settings are for. Empty words stand for everybody.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Whom<'a> {
    pub client: &'a str,
    pub user_id: &'a str,
}

/// One version of the knobs.
#[derive(Debug, Clone, PartialEq)]
pub struct Weights {
    pub id: WeightsId,
    pub organization: OrganizationId,
    /// The client these are for; empty for all of them.
    pub client: String,
    /// The caller's user these are for; empty for all of them.
    pub user_id: String,
    /// Counts the versions of this organization and user from 1.
    pub version: i64,
    /// A whole object, knob to number.
    pub knobs: serde_json::Value,
    pub created_at: Timestamp,
}
row!(Weights: id, organization, client, user_id, version, knobs, created_at);

/// Adds a version, which applies from now on; returns its number.
///
/// # Errors
/// [`crate::Error::is_duplicate`] when somebody else added one at the same time.
pub async fn insert(
    tx: &mut Tx,
    organization: OrganizationId,
    id: WeightsId,
    whom: Whom<'_>,
    knobs: &serde_json::Value,
    now: Timestamp,
) -> Result<i64> {
    let (version,) = on!(tx, |c| sqlx::query_as(
        "INSERT INTO weights (id, organization, user_id, version, knobs, created_at, client)
         SELECT $1, $2, $3, COALESCE(MAX(version), 0) + 1, $4, $5, $6
         FROM weights WHERE organization = $2 AND user_id = $3
         RETURNING version"
    )
    .bind(id.uuid())
    .bind(organization.uuid())
    .bind(whom.user_id)
    .bind(Json(knobs))
    .bind(now.0)
    .bind(whom.client)
    .fetch_one(c)
    .await)
    .to("insert the weights")?;
    Ok(version)
}

/// The version that applies: the newest of the closest. A user's own are closer than a client's, and those than
/// the organization's.
pub async fn current(tx: &mut Tx, organization: OrganizationId, whom: Whom<'_>) -> Result<Option<Weights>> {
    on!(tx, |c| sqlx::query_as(
        "SELECT * FROM weights WHERE organization = $1 AND user_id IN ('', $2) AND client IN ('', $3)
         ORDER BY user_id DESC, client DESC, version DESC LIMIT 1"
    )
    .bind(organization.uuid())
    .bind(whom.user_id)
    .bind(whom.client)
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
