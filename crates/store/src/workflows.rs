//! What an organization wants told where: named conditions, whose actions are webhook endpoints.

use bonafide_core::{
    id::{OrganizationId, WorkflowId},
    time::Timestamp,
};
use serde_json::Value;
use sqlx::types::Json;

use crate::{Context, Error, Result, Tx, column::row, on};

/// One workflow.
#[derive(Debug, Clone, PartialEq)]
pub struct Workflow {
    pub id: WorkflowId,
    pub organization: OrganizationId,
    pub name: String,
    pub active: bool,
    /// A list of conditions.
    pub conditions: Value,
    pub created_at: Timestamp,
}
row!(Workflow: id, organization, name, active, conditions, created_at);

/// Adds a workflow.
pub async fn insert(tx: &mut Tx, organization: OrganizationId, new: &Workflow) -> Result<()> {
    on!(tx, |c| sqlx::query(
        "INSERT INTO workflows (id, organization, name, active, conditions, created_at)
         VALUES ($1, $2, $3, $4, $5, $6)"
    )
    .bind(new.id.uuid())
    .bind(organization.uuid())
    .bind(&new.name)
    .bind(new.active)
    .bind(Json(&new.conditions))
    .bind(new.created_at.0)
    .execute(c)
    .await
    .map(drop))
    .to("insert the workflow")
}

/// Writes its name, its conditions and whether it is active.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn update(tx: &mut Tx, organization: OrganizationId, workflow: &Workflow) -> Result<()> {
    let rows = on!(tx, |c| sqlx::query(
        "UPDATE workflows SET name = $3, active = $4, conditions = $5 WHERE organization = $1 AND id = $2"
    )
    .bind(organization.uuid())
    .bind(workflow.id.uuid())
    .bind(&workflow.name)
    .bind(workflow.active)
    .bind(Json(&workflow.conditions))
    .execute(c)
    .await
    .map(|done| done.rows_affected()))
    .to("update the workflow")?;
    if rows == 0 { Err(Error::NotFound("workflow")) } else { Ok(()) }
}

/// One workflow.
pub async fn get(tx: &mut Tx, organization: OrganizationId, id: WorkflowId) -> Result<Option<Workflow>> {
    on!(tx, |c| sqlx::query_as("SELECT * FROM workflows WHERE organization = $1 AND id = $2")
        .bind(organization.uuid())
        .bind(id.uuid())
        .fetch_optional(c)
        .await)
    .to("read the workflow")
}

/// Those of an organization, newest first.
pub async fn list(tx: &mut Tx, organization: OrganizationId) -> Result<Vec<Workflow>> {
    on!(tx, |c| sqlx::query_as(
        "SELECT * FROM workflows WHERE organization = $1 ORDER BY created_at DESC, id DESC"
    )
    .bind(organization.uuid())
    .fetch_all(c)
    .await)
    .to("list the workflows")
}

/// How many an organization has.
pub async fn count(tx: &mut Tx, organization: OrganizationId) -> Result<i64> {
    let (count,): (i64,) =
        on!(tx, |c| sqlx::query_as("SELECT COUNT(*) FROM workflows WHERE organization = $1")
            .bind(organization.uuid())
            .fetch_one(c)
            .await)
        .to("count the workflows")?;
    Ok(count)
}

/// Deletes a workflow. Its endpoints are the caller's to delete.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn delete(tx: &mut Tx, organization: OrganizationId, id: WorkflowId) -> Result<()> {
    let rows = on!(tx, |c| sqlx::query("DELETE FROM workflows WHERE organization = $1 AND id = $2")
        .bind(organization.uuid())
        .bind(id.uuid())
        .execute(c)
        .await
        .map(|done| done.rows_affected()))
    .to("delete the workflow")?;
    if rows == 0 { Err(Error::NotFound("workflow")) } else { Ok(()) }
}
