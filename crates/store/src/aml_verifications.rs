//! Clients compared with the lists, once or for as long as they are monitored.

use bonafide_core::{
    aml::AmlStatus,
    id::{AmlId, ClientId, CredentialId, OrganizationId},
    time::Timestamp,
};
use uuid::Uuid;

use crate::{Context, Error, Result, Tx, Word, column::row, crypto::Sealed, on, screened::Lists};

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Aml {
    pub id: AmlId,
    pub organization: OrganizationId,
    pub client: ClientId,
    /// Who made it.
    pub credential: Option<CredentialId>,
    /// The caller's word for their user; empty when they gave none.
    pub user_id: String,
    /// The caller's word for how they want it searched; nothing here follows from it.
    pub configuration: String,
    pub monitored: bool,
    pub status: Word<AmlStatus>,
    /// How many hits count; none where nobody can say.
    pub hits: Option<i64>,
    /// The version of the lists that was searched last; empty before.
    pub lists: String,
    /// Those lists were too old to clear anybody.
    pub stale: bool,
    pub screened_at: Option<Timestamp>,
    /// When it was first approved or declined.
    pub decided_at: Option<Timestamp>,
    /// Sealed as [`crate::crypto::Object::Aml`] under the client's key.
    pub sealed: Sealed,
    /// Counts what was written.
    pub version: i64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub anonymized_at: Option<Timestamp>,
}
row!(Aml: id, organization, client, credential, user_id, configuration, monitored, status, hits, lists, stale, screened_at,
    decided_at, sealed, version, created_at, updated_at, anonymized_at);

/// Adds one.
pub async fn insert(tx: &mut Tx, organization: OrganizationId, new: &Aml) -> Result<()> {
    on!(tx, |c| sqlx::query(
        "INSERT INTO aml_verifications
         (id, organization, client, credential, user_id, configuration, monitored, status, hits, lists, stale, screened_at,
          decided_at, sealed, version, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)"
    )
    .bind(new.id.uuid())
    .bind(organization.uuid())
    .bind(new.client.uuid())
    .bind(new.credential.map(|id| id.uuid()))
    .bind(&new.user_id)
    .bind(&new.configuration)
    .bind(new.monitored)
    .bind(new.status.as_str())
    .bind(new.hits)
    .bind(&new.lists)
    .bind(new.stale)
    .bind(new.screened_at.map(|at| at.0))
    .bind(new.decided_at.map(|at| at.0))
    .bind(new.sealed.as_bytes())
    .bind(new.version)
    .bind(new.created_at.0)
    .bind(new.updated_at.0)
    .execute(c)
    .await
    .map(drop))
    .to("insert the AML verification")
}

/// One of them.
pub async fn get(tx: &mut Tx, organization: OrganizationId, id: AmlId) -> Result<Option<Aml>> {
    on!(tx, |c| sqlx::query_as("SELECT * FROM aml_verifications WHERE organization = $1 AND id = $2")
        .bind(organization.uuid())
        .bind(id.uuid())
        .fetch_optional(c)
        .await)
    .to("read the AML verification")
}

/// Writes back what changes, one version later, where nobody else did meanwhile.
///
/// # Errors
/// [`Error::Conflict`].
pub async fn update(tx: &mut Tx, organization: OrganizationId, changed: &Aml) -> Result<()> {
    let rows = on!(tx, |c| sqlx::query(
        "UPDATE aml_verifications SET status = $4, hits = $5, lists = $6, stale = $7, screened_at = $8, decided_at = $9,
             sealed = $10, version = version + 1, updated_at = $11
         WHERE organization = $1 AND id = $2 AND version = $3"
    )
    .bind(organization.uuid())
    .bind(changed.id.uuid())
    .bind(changed.version)
    .bind(changed.status.as_str())
    .bind(changed.hits)
    .bind(&changed.lists)
    .bind(changed.stale)
    .bind(changed.screened_at.map(|at| at.0))
    .bind(changed.decided_at.map(|at| at.0))
    .bind(changed.sealed.as_bytes())
    .bind(changed.updated_at.0)
    .execute(c)
    .await
    .map(|done| done.rows_affected()))
    .to("update the AML verification")?;
    if rows == 0 { Err(Error::Conflict("AML verification")) } else { Ok(()) }
}

/// Notes that one was looked at against these lists and nothing could be said, so that the others' turn comes.
pub async fn pass_over(
    tx: &mut Tx,
    organization: OrganizationId,
    id: AmlId,
    version: &str,
    now: Timestamp,
) -> Result<()> {
    on!(tx, |c| sqlx::query(
        "UPDATE aml_verifications SET lists = $3, stale = FALSE, screened_at = $4, version = version + 1
         WHERE organization = $1 AND id = $2"
    )
    .bind(organization.uuid())
    .bind(id.uuid())
    .bind(version)
    .bind(now.0)
    .execute(c)
    .await
    .map(drop))
    .to("pass over an AML verification")
}

/// Which of them to list. `None` leaves nothing out.
#[derive(Debug, Clone, Copy, Default)]
pub struct Filter {
    pub status: Option<AmlStatus>,
    pub client: Option<ClientId>,
}

/// Adds the tenant and the filter to a query. A macro because the builder's type names the driver.
macro_rules! filtered {
    ($query:expr, $organization:expr, $filter:expr) => {{
        let (query, filter): (_, &Filter) = (&mut $query, $filter);
        query.push(" WHERE organization = ").push_bind($organization.uuid());
        if let Some(status) = filter.status {
            query.push(" AND status = ").push_bind(status.as_str());
        }
        if let Some(client) = filter.client {
            query.push(" AND client = ").push_bind(client.uuid());
        }
    }};
}

/// A page of those that the filter matches, newest first.
pub async fn list(
    tx: &mut Tx,
    organization: OrganizationId,
    filter: &Filter,
    skip: i64,
    limit: i64,
) -> Result<Vec<Aml>> {
    on!(tx, |c| {
        let mut query = sqlx::QueryBuilder::new("SELECT * FROM aml_verifications");
        filtered!(query, organization, filter);
        query.push(" ORDER BY created_at DESC, id DESC LIMIT ").push_bind(limit);
        query.push(" OFFSET ").push_bind(skip);
        query.build_query_as().fetch_all(c).await
    })
    .to("list the AML verifications")
}

/// How many the filter matches.
pub async fn count(tx: &mut Tx, organization: OrganizationId, filter: &Filter) -> Result<i64> {
    let (count,): (i64,) = on!(tx, |c| {
        let mut query = sqlx::QueryBuilder::new("SELECT COUNT(*) FROM aml_verifications");
        filtered!(query, organization, filter);
        query.build_query_as().fetch_one(c).await
    })
    .to("count the AML verifications")?;
    Ok(count)
}

/// Those that are monitored, or of whom nobody could say anything, and were not compared with these lists yet, oldest first.
/// Who was declined is not monitored any more, and neither is who was anonymized.
pub async fn left(
    tx: &mut Tx,
    organization: OrganizationId,
    lists: Lists<'_>,
    limit: i64,
) -> Result<Vec<AmlId>> {
    let ids: Vec<(Uuid,)> = on!(tx, |c| sqlx::query_as(
        "SELECT id FROM aml_verifications
         WHERE organization = $1 AND (monitored OR hits IS NULL) AND anonymized_at IS NULL AND status IN ($4, $5)
             AND (lists <> $2 OR stale AND screened_at < $3)
         ORDER BY created_at, id LIMIT $6"
    )
    .bind(organization.uuid())
    .bind(lists.version)
    .bind(lists.confirmed_at.0)
    .bind(AmlStatus::Approved.as_str())
    .bind(AmlStatus::ReviewRequired.as_str())
    .bind(limit)
    .fetch_all(c)
    .await)
    .to("list the clients to be compared with the lists")?;
    Ok(ids.into_iter().map(|(id,)| AmlId::from_uuid(id)).collect())
}

/// Has the monitored ones of a client compared again, also with the same lists: it is called otherwise than before. False
/// where there is none.
pub async fn renamed(tx: &mut Tx, organization: OrganizationId, client: ClientId) -> Result<bool> {
    let rows = on!(tx, |c| sqlx::query(
        "UPDATE aml_verifications SET lists = '', version = version + 1
         WHERE organization = $1 AND client = $2 AND monitored AND anonymized_at IS NULL"
    )
    .bind(organization.uuid())
    .bind(client.uuid())
    .execute(c)
    .await
    .map(|done| done.rows_affected()))
    .to("note that a client has another name")?;
    Ok(rows > 0)
}

/// Empties what was found of a client. How many there were that said anything.
pub async fn forget(
    tx: &mut Tx,
    organization: OrganizationId,
    client: ClientId,
    now: Timestamp,
) -> Result<u64> {
    on!(tx, |c| sqlx::query(
        "UPDATE aml_verifications SET sealed = $3, anonymized_at = $4, updated_at = $4, version = version + 1
         WHERE organization = $1 AND client = $2 AND anonymized_at IS NULL"
    )
    .bind(organization.uuid())
    .bind(client.uuid())
    .bind(Sealed::nothing().as_bytes())
    .bind(now.0)
    .execute(c)
    .await
    .map(|done| done.rows_affected()))
    .to("forget what was found of a client")
}
