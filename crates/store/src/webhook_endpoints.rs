//! Where an organization wants its events sent.

use bonafide_core::{
    id::{OrganizationId, WebhookEndpointId},
    time::Timestamp,
};

use crate::{Context, Error, Result, Tx, column::row, on};

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
    pub url: String,
    pub created_at: Timestamp,
}
row!(WebhookEndpoint: id, organization, dialect, client, name, url, created_at);

/// Adds an endpoint.
pub async fn insert(tx: &mut Tx, organization: OrganizationId, e: &WebhookEndpoint) -> Result<()> {
    on!(tx, |c| sqlx::query(
        "INSERT INTO webhook_endpoints (id, organization, dialect, client, name, url, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)"
    )
    .bind(e.id.uuid())
    .bind(organization.uuid())
    .bind(&e.dialect)
    .bind(&e.client)
    .bind(&e.name)
    .bind(&e.url)
    .bind(e.created_at.0)
    .execute(c)
    .await
    .map(drop))
    .to("insert the webhook endpoint")
}

/// All endpoints of an organization that were registered through one API, newest first.
pub async fn list(tx: &mut Tx, organization: OrganizationId, dialect: &str) -> Result<Vec<WebhookEndpoint>> {
    on!(tx, |c| sqlx::query_as(
        "SELECT * FROM webhook_endpoints WHERE organization = $1 AND dialect = $2 AND deleted_at IS NULL
         ORDER BY created_at DESC, id DESC"
    )
    .bind(organization.uuid())
    .bind(dialect)
    .fetch_all(c)
    .await)
    .to("list the webhook endpoints")
}

/// Takes an endpoint out of use.
///
/// # Errors
/// [`Error::NotFound`], also when it was deleted before.
pub async fn delete(
    tx: &mut Tx,
    organization: OrganizationId,
    dialect: &str,
    id: WebhookEndpointId,
    now: Timestamp,
) -> Result<()> {
    let rows = on!(tx, |c| sqlx::query(
        "UPDATE webhook_endpoints SET deleted_at = $4
         WHERE organization = $1 AND dialect = $2 AND id = $3 AND deleted_at IS NULL"
    )
    .bind(organization.uuid())
    .bind(dialect)
    .bind(id.uuid())
    .bind(now.0)
    .execute(c)
    .await
    .map(|done| done.rows_affected()))
    .to("delete the webhook endpoint")?;
    if rows == 0 { Err(Error::NotFound("webhook")) } else { Ok(()) }
}
