//! Versions of an organization's policies, by name. A change adds a version: verifications keep the one they were made with.

use bonafide_core::{
    id::{OrganizationId, PolicyId},
    time::Timestamp,
};
use sqlx::types::Json;

use crate::{Context, Result, Tx, column::row, on, weights::Whom};

/// One version of a policy.
#[derive(Debug, Clone, PartialEq)]
pub struct Policy {
    pub id: PolicyId,
    pub organization: OrganizationId,
    pub name: String,
    /// The client this is for; empty for all of them.
    pub client: String,
    /// The caller's user this is for; empty for all of them.
    pub user_id: String,
    /// Counts the versions under this name for this client and user from 1.
    pub version: i64,
    /// A whole policy.
    pub policy: serde_json::Value,
    pub created_at: Timestamp,
}
row!(Policy: id, organization, name, client, user_id, version, policy, created_at);

/// Adds a version, which applies from now on; returns its number.
///
/// # Errors
/// [`crate::Error::is_duplicate`] when somebody else added one at the same time.
pub async fn insert(
    tx: &mut Tx,
    organization: OrganizationId,
    id: PolicyId,
    name: &str,
    whom: Whom<'_>,
    policy: &serde_json::Value,
    now: Timestamp,
) -> Result<i64> {
    let (version,) = on!(tx, |c| sqlx::query_as(
        "INSERT INTO policies (id, organization, name, client, user_id, version, policy, created_at)
         SELECT $1, $2, $3, $4, $5, COALESCE(MAX(version), 0) + 1, $6, $7
         FROM policies WHERE organization = $2 AND name = $3 AND client = $4 AND user_id = $5
         RETURNING version"
    )
    .bind(id.uuid())
    .bind(organization.uuid())
    .bind(name)
    .bind(whom.client)
    .bind(whom.user_id)
    .bind(Json(policy))
    .bind(now.0)
    .fetch_one(c)
    .await)
    .to("insert the policy")?;
    Ok(version)
}

/// The version that applies under a name: the newest of the closest, as for the weights.
pub async fn current(
    tx: &mut Tx,
    organization: OrganizationId,
    name: &str,
    whom: Whom<'_>,
) -> Result<Option<Policy>> {
    on!(tx, |c| sqlx::query_as(
        "SELECT * FROM policies
         WHERE organization = $1 AND name = $2 AND user_id IN ('', $3) AND client IN ('', $4)
         ORDER BY user_id DESC, client DESC, version DESC LIMIT 1"
    )
    .bind(organization.uuid())
    .bind(name)
    .bind(whom.user_id)
    .bind(whom.client)
    .fetch_optional(c)
    .await)
    .to("read the policy")
}

/// Any version, current or not.
pub async fn get(tx: &mut Tx, organization: OrganizationId, id: PolicyId) -> Result<Option<Policy>> {
    on!(tx, |c| sqlx::query_as("SELECT * FROM policies WHERE organization = $1 AND id = $2")
        .bind(organization.uuid())
        .bind(id.uuid())
        .fetch_optional(c)
        .await)
    .to("read the policy")
}

/// A page of all versions, newest first; of one name where it is given.
pub async fn list(
    tx: &mut Tx,
    organization: OrganizationId,
    name: Option<&str>,
    skip: i64,
    limit: i64,
) -> Result<Vec<Policy>> {
    on!(tx, |c| sqlx::query_as(
        "SELECT * FROM policies WHERE organization = $1 AND ($2 = '' OR name = $2)
         ORDER BY created_at DESC, id DESC LIMIT $3 OFFSET $4"
    )
    .bind(organization.uuid())
    .bind(name.unwrap_or_default())
    .bind(limit)
    .bind(skip)
    .fetch_all(c)
    .await)
    .to("list the policies")
}
