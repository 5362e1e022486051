//! Tenants: every other row belongs to exactly one.

use bonafide_core::{id::OrganizationId, plan::Plan, time::Timestamp};

use crate::{Context, Result, Tx, Word, column::row, on, query::Query};

/// A tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organization {
    pub id: OrganizationId,
    pub name: String,
    pub created_at: Timestamp,
    /// For test keys: outcomes may be steered, and the clock set forward.
    pub sandbox: bool,
    /// How far a sandbox's clock is ahead of time, in milliseconds.
    pub clock_ahead_ms: i64,
    /// What it has subscribed to.
    pub plan: Word<Plan>,
}
row!(Organization: id, name, created_at, sandbox, clock_ahead_ms, plan);

/// Adds a tenant.
pub async fn insert(tx: &mut Tx, organization: &Organization) -> Result<()> {
    on!(tx, |c| sqlx::query(
        "INSERT INTO organizations (id, name, created_at, sandbox, clock_ahead_ms, plan)
         VALUES ($1, $2, $3, $4, $5, $6)"
    )
    .bind(organization.id.uuid())
    .bind(&organization.name)
    .bind(organization.created_at.0)
    .bind(organization.sandbox)
    .bind(organization.clock_ahead_ms)
    .bind(organization.plan.as_str())
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

/// Sets what a tenant has subscribed to; false when there is no such tenant.
pub async fn set_plan(tx: &mut Tx, id: OrganizationId, plan: Plan) -> Result<bool> {
    let changed = on!(tx, |c| sqlx::query("UPDATE organizations SET plan = $2 WHERE id = $1")
        .bind(id.uuid())
        .bind(plan.as_str())
        .execute(c)
        .await
        .map(|done| done.rows_affected()))
    .to("set the plan")?;
    Ok(changed == 1)
}

/// Holds every other writer that asks the same for this tenant back until the transaction ends, and whoever writes the audit log.
/// On PostgreSQL that is one lock, so that nobody takes the two in another order than somebody else.
pub async fn hold(tx: &mut Tx, id: OrganizationId) -> Result<()> {
    if let Tx::Postgres(_) = tx {
        let mut query = Query::new("SELECT hold_audit_head(");
        query.bind(id.uuid()).push(")");
        query.execute(tx).await.to("hold the organization")?;
    }
    // The file of an SQLite database has one writer.
    Ok(())
}

/// Sets a sandbox's clock forward: what is due at a time is due that much earlier.
pub async fn advance_clock(tx: &mut Tx, id: OrganizationId, ms: i64) -> Result<()> {
    on!(tx, |c| sqlx::query(
        "UPDATE organizations SET clock_ahead_ms = clock_ahead_ms + $2 WHERE id = $1 AND sandbox"
    )
    .bind(id.uuid())
    .bind(ms)
    .execute(c)
    .await
    .map(drop))
    .to("set the clock forward")?;
    on!(tx, |c| sqlx::query(
        "UPDATE jobs SET run_at = run_at - $2
         WHERE organization = $1 AND queue IN ('timers', 'mail') AND done_at IS NULL AND failed_at IS NULL"
    )
    .bind(id.uuid())
    .bind(ms)
    .execute(c)
    .await
    .map(drop))
    .to("bring the timers forward")?;
    on!(tx, |c| sqlx::query(
        "UPDATE verifications SET expires_at = expires_at - $2 WHERE organization = $1 AND completed_at IS NULL"
    )
    .bind(id.uuid())
    .bind(ms)
    .execute(c)
    .await
    .map(drop))
    .to("bring the expiry forward")
}
