//! Tenants: every other row belongs to exactly one.

use bonafide_core::{id::OrganizationId, time::Timestamp};

use crate::{Context, Result, Tx, column::row, on};

/// A tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organization {
    pub id: OrganizationId,
    pub name: String,
    pub created_at: Timestamp,
}
row!(Organization: id, name, created_at);

/// Adds a tenant.
pub async fn insert(tx: &mut Tx, organization: &Organization) -> Result<()> {
    on!(tx, |c| sqlx::query("INSERT INTO organizations (id, name, created_at) VALUES ($1, $2, $3)")
        .bind(organization.id.uuid())
        .bind(&organization.name)
        .bind(organization.created_at.0)
        .execute(c)
        .await
        .map(drop))
    .to("insert the organization")
}

/// One tenant by its id.
pub async fn get(tx: &mut Tx, id: OrganizationId) -> Result<Option<Organization>> {
    on!(tx, |c| sqlx::query_as("SELECT * FROM organizations WHERE id = $1")
        .bind(id.uuid())
        .fetch_optional(c)
        .await)
    .to("read the organization")
}

/// All tenants, oldest first: for the command line, never for a caller.
pub async fn list(tx: &mut Tx) -> Result<Vec<Organization>> {
    on!(tx, |c| sqlx::query_as("SELECT * FROM organizations ORDER BY created_at, id").fetch_all(c).await)
        .to("list the organizations")
}

/// Holds every other writer that asks the same for this tenant back until the transaction ends.
pub async fn hold(tx: &mut Tx, id: OrganizationId) -> Result<()> {
    on!(tx, |c| sqlx::query("UPDATE organizations SET name = name WHERE id = $1")
        .bind(id.uuid())
        .execute(c)
        .await
        .map(drop))
    .to("hold the organization")
}
