//! What an organization keeps a record of: people and businesses, each with a data key of its own.

use bonafide_core::{
    client::MemberType,
    id::{ApplicantId, ClientId, OrganizationId},
    time::Timestamp,
};

use crate::{
    Context, Error, Result, Tx, Word,
    column::row,
    crypto::{Sealed, SubjectKey},
    keyring::KeyRing,
    on, subject_keys,
};

/// One record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client {
    pub id: ClientId,
    pub organization: OrganizationId,
    pub member_type: Word<MemberType>,
    pub active: bool,
    /// How many verifications were made for it.
    pub request_count: i64,
    /// Who it is, sealed as [`crate::crypto::Object::Client`].
    pub sealed: Sealed,
    /// The organization's own data, sealed as [`crate::crypto::Object::ClientMetadata`].
    pub metadata: Option<Sealed>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}
row!(Client: id, organization, member_type, active, request_count, sealed, metadata, created_at, updated_at);

/// Under which id a record's data key is kept.
pub fn subject(id: ClientId) -> ApplicantId {
    ApplicantId::from_uuid(id.uuid())
}

/// Which records to list. `None` leaves nothing out; what was deleted is in no list.
#[derive(Debug, Clone, Copy, Default)]
pub struct Filter {
    pub member_type: Option<MemberType>,
    pub active: Option<bool>,
}

/// What a list is sorted by; of equal ones the newest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sort {
    /// The newest first.
    #[default]
    CreatedAt,
    /// Those with the most verifications first.
    RequestCount,
}

/// Adds the tenant and the filter to a query. A macro because the builder's type names the driver.
macro_rules! filtered {
    ($query:expr, $organization:expr, $filter:expr) => {{
        let (query, filter): (_, &Filter) = (&mut $query, $filter);
        query.push(" WHERE c.deleted_at IS NULL AND c.organization = ").push_bind($organization.uuid());
        if let Some(member_type) = filter.member_type {
            query.push(" AND c.member_type = ").push_bind(member_type.as_str());
        }
        if let Some(active) = filter.active {
            query.push(" AND c.active = ").push_bind(active);
        }
    }};
}

/// Adds a record, whose row of applicants and data key exist.
pub async fn insert(tx: &mut Tx, organization: OrganizationId, client: &Client) -> Result<()> {
    on!(tx, |c| sqlx::query(
        "INSERT INTO clients
         (id, organization, member_type, active, request_count, sealed, metadata, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
    )
    .bind(client.id.uuid())
    .bind(organization.uuid())
    .bind(client.member_type.as_str())
    .bind(client.active)
    .bind(client.request_count)
    .bind(client.sealed.as_bytes())
    .bind(client.metadata.as_ref().map(Sealed::as_bytes))
    .bind(client.created_at.0)
    .bind(client.updated_at.0)
    .execute(c)
    .await
    .map(drop))
    .to("insert the client")
}

/// One record.
pub async fn get(tx: &mut Tx, organization: OrganizationId, id: ClientId) -> Result<Option<Client>> {
    on!(tx, |c| sqlx::query_as(
        "SELECT * FROM clients WHERE organization = $1 AND id = $2 AND deleted_at IS NULL"
    )
    .bind(organization.uuid())
    .bind(id.uuid())
    .fetch_optional(c)
    .await)
    .to("read the client")
}

/// One record, which nobody else can change until the transaction ends. Take it before the audit entry: whoever takes two
/// things in another order than everybody else waits for them for good.
pub async fn hold(tx: &mut Tx, organization: OrganizationId, id: ClientId) -> Result<Option<Client>> {
    on!(tx, |c| sqlx::query_as(
        "UPDATE clients SET active = active WHERE organization = $1 AND id = $2 AND deleted_at IS NULL RETURNING *"
    )
    .bind(organization.uuid())
    .bind(id.uuid())
    .fetch_optional(c)
    .await)
    .to("hold the client")
}

/// Writes back what may change, which is everything but the id, the creation time and the count.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn update(tx: &mut Tx, organization: OrganizationId, client: &Client) -> Result<()> {
    let rows = on!(tx, |c| sqlx::query(
        "UPDATE clients SET member_type = $3, active = $4, sealed = $5, metadata = $6, updated_at = $7
         WHERE organization = $1 AND id = $2 AND deleted_at IS NULL"
    )
    .bind(organization.uuid())
    .bind(client.id.uuid())
    .bind(client.member_type.as_str())
    .bind(client.active)
    .bind(client.sealed.as_bytes())
    .bind(client.metadata.as_ref().map(Sealed::as_bytes))
    .bind(client.updated_at.0)
    .execute(c)
    .await
    .map(|done| done.rows_affected()))
    .to("update the client")?;
    if rows == 0 { Err(Error::NotFound("client")) } else { Ok(()) }
}

/// Counts one more verification of it. Like [`hold`], before the audit entry.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn count_request(tx: &mut Tx, organization: OrganizationId, id: ClientId) -> Result<()> {
    let rows = on!(tx, |c| sqlx::query(
        "UPDATE clients SET request_count = request_count + 1
         WHERE organization = $1 AND id = $2 AND deleted_at IS NULL"
    )
    .bind(organization.uuid())
    .bind(id.uuid())
    .execute(c)
    .await
    .map(|done| done.rows_affected()))
    .to("count a request of the client")?;
    if rows == 0 { Err(Error::NotFound("client")) } else { Ok(()) }
}

/// Empties the record whose key is kept under this id, if there is one, and hides it from every query. Part of
/// [`crate::applicants::anonymize`], which destroys the key as well.
pub(crate) async fn forget(
    tx: &mut Tx,
    organization: OrganizationId,
    id: ApplicantId,
    now: Timestamp,
) -> Result<()> {
    on!(tx, |c| sqlx::query(
        "UPDATE clients SET sealed = $3, metadata = NULL, active = FALSE, updated_at = $4,
             deleted_at = COALESCE(deleted_at, $4)
         WHERE organization = $1 AND id = $2"
    )
    .bind(organization.uuid())
    .bind(id.uuid())
    .bind(Sealed::nothing().as_bytes())
    .bind(now.0)
    .execute(c)
    .await
    .map(drop))
    .to("forget the client")
}

/// How many records the filter matches.
pub async fn count(tx: &mut Tx, organization: OrganizationId, filter: &Filter) -> Result<u64> {
    let (count,): (i64,) = on!(tx, |c| {
        let mut query = sqlx::QueryBuilder::new("SELECT COUNT(*) FROM clients c");
        filtered!(query, organization, filter);
        query.build_query_as().fetch_one(c).await
    })
    .to("count the clients")?;
    Ok(u64::try_from(count).unwrap_or(0))
}

/// A page of the records that the filter matches.
pub async fn list(
    tx: &mut Tx,
    organization: OrganizationId,
    filter: &Filter,
    sort: Sort,
    skip: i64,
    limit: i64,
) -> Result<Vec<Client>> {
    on!(tx, |c| {
        let mut query = sqlx::QueryBuilder::new("SELECT c.* FROM clients c");
        filtered!(query, organization, filter);
        query.push(match sort {
            Sort::CreatedAt => " ORDER BY c.created_at DESC, c.id DESC",
            Sort::RequestCount => " ORDER BY c.request_count DESC, c.id DESC",
        });
        query.push(" LIMIT ").push_bind(limit).push(" OFFSET ").push_bind(skip);
        query.build_query_as().fetch_all(c).await
    })
    .to("list the clients")
}

/// What of a record has to be opened to search it.
#[derive(Debug)]
pub struct Searched {
    pub id: ClientId,
    pub key: SubjectKey,
    pub request_count: i64,
    pub sealed: Sealed,
    pub created_at: Timestamp,
}

struct Row {
    id: ClientId,
    request_count: i64,
    sealed: Sealed,
    created_at: Timestamp,
    key_id: String,
    wrapped_key: Vec<u8>,
}
row!(Row: id, request_count, sealed, created_at, key_id, wrapped_key);

/// The next records after `after` in the order of their ids, with their keys: for who goes through all of them.
pub async fn searched(
    tx: &mut Tx,
    organization: OrganizationId,
    filter: &Filter,
    after: Option<ClientId>,
    limit: i64,
    ring: &dyn KeyRing,
) -> Result<Vec<Searched>> {
    let rows: Vec<Row> = on!(tx, |c| {
        let mut query = sqlx::QueryBuilder::new(
            "SELECT c.id, c.request_count, c.sealed, c.created_at, k.key_id, k.wrapped_key
             FROM clients c JOIN subject_keys k ON k.organization = c.organization AND k.applicant = c.id",
        );
        filtered!(query, organization, filter);
        query.push(" AND k.destroyed_at IS NULL");
        if let Some(after) = after {
            query.push(" AND c.id > ").push_bind(after.uuid());
        }
        query.push(" ORDER BY c.id LIMIT ").push_bind(limit);
        query.build_query_as().fetch_all(c).await
    })
    .to("go through the clients")?;
    rows.into_iter()
        .map(|row| {
            let Row { id, request_count, sealed, created_at, key_id, wrapped_key } = row;
            let key = subject_keys::unwrap(organization, subject(id), &key_id, &wrapped_key, ring)?;
            Ok(Searched { id, key, request_count, sealed, created_at })
        })
        .collect()
}
