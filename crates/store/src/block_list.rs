//! What an organization does not want to see again.

use bonafide_core::{
    id::{ApplicantId, BlockedId, OrganizationId},
    time::Timestamp,
};

use crate::{Context, Error, Result, Tx, column::row, crypto::Sealed, on};

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blocked {
    pub id: BlockedId,
    /// What it is of; one kind is searched at a time.
    pub kind: String,
    /// Two entries of one kind with the same hash are one. Absent of faces that were blocked by an older program.
    pub hash: Option<Vec<u8>>,
    /// Whose own data it is; the entry goes with them.
    pub applicant: Option<ApplicantId>,
    /// Sealed as [`crate::crypto::Object::Blocked`] under the organization's own key.
    pub sealed: Option<Sealed>,
    /// Who added it, as in the audit log.
    pub actor: String,
    pub created_at: Timestamp,
}
row!(Blocked: id, kind, hash, applicant, sealed, actor, created_at);

/// Adds an entry; false where there is one with this hash.
pub async fn insert(tx: &mut Tx, organization: OrganizationId, entry: &Blocked) -> Result<bool> {
    on!(tx, |c| sqlx::query(
        "INSERT INTO block_list (id, organization, kind, hash, applicant, sealed, actor, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (organization, kind, hash) DO NOTHING"
    )
    .bind(entry.id.uuid())
    .bind(organization.uuid())
    .bind(&entry.kind)
    .bind(entry.hash.as_deref())
    .bind(entry.applicant.map(|id| id.uuid()))
    .bind(entry.sealed.as_ref().map(Sealed::as_bytes))
    .bind(&entry.actor)
    .bind(entry.created_at.0)
    .execute(c)
    .await
    .map(|done| done.rows_affected() == 1))
    .to("insert an entry of the block list")
}

/// The entry with this hash.
pub async fn find(
    tx: &mut Tx,
    organization: OrganizationId,
    kind: &str,
    hash: &[u8; 32],
) -> Result<Option<Blocked>> {
    on!(tx, |c| sqlx::query_as(
        "SELECT * FROM block_list WHERE organization = $1 AND kind = $2 AND hash = $3"
    )
    .bind(organization.uuid())
    .bind(kind)
    .bind(hash.as_slice())
    .fetch_optional(c)
    .await)
    .to("find an entry of the block list")
}

/// One entry.
pub async fn get(tx: &mut Tx, organization: OrganizationId, id: BlockedId) -> Result<Option<Blocked>> {
    on!(tx, |c| sqlx::query_as("SELECT * FROM block_list WHERE organization = $1 AND id = $2")
        .bind(organization.uuid())
        .bind(id.uuid())
        .fetch_optional(c)
        .await)
    .to("read an entry of the block list")
}

/// A page of the entries of one kind, or of all, newest first.
pub async fn list(
    tx: &mut Tx,
    organization: OrganizationId,
    kind: Option<&str>,
    skip: i64,
    limit: i64,
) -> Result<Vec<Blocked>> {
    on!(tx, |c| sqlx::query_as(
        "SELECT * FROM block_list WHERE organization = $1 AND ($2 = '' OR kind = $2)
         ORDER BY created_at DESC, id DESC LIMIT $3 OFFSET $4"
    )
    .bind(organization.uuid())
    .bind(kind.unwrap_or_default())
    .bind(limit)
    .bind(skip)
    .fetch_all(c)
    .await)
    .to("list the block list")
}

/// How many entries there are of one kind, or of all.
pub async fn count(tx: &mut Tx, organization: OrganizationId, kind: Option<&str>) -> Result<i64> {
    let (count,): (i64,) = on!(tx, |c| sqlx::query_as(
        "SELECT COUNT(*) FROM block_list WHERE organization = $1 AND ($2 = '' OR kind = $2)"
    )
    .bind(organization.uuid())
    .bind(kind.unwrap_or_default())
    .fetch_one(c)
    .await)
    .to("count the block list")?;
    Ok(count)
}

/// Removes an entry; a face's template goes with it.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn remove(tx: &mut Tx, organization: OrganizationId, id: BlockedId) -> Result<()> {
    let rows = on!(tx, |c| sqlx::query("DELETE FROM block_list WHERE organization = $1 AND id = $2")
        .bind(organization.uuid())
        .bind(id.uuid())
        .execute(c)
        .await
        .map(|done| done.rows_affected()))
    .to("remove an entry of the block list")?;
    if rows == 0 {
        return Err(Error::NotFound("entry"));
    }
    on!(tx, |c| sqlx::query("DELETE FROM features WHERE organization = $1 AND id = $2")
        .bind(organization.uuid())
        .bind(id.uuid())
        .execute(c)
        .await
        .map(drop))
    .to("remove a blocked template")
}

/// Removes every entry that is a person's own.
pub async fn forget(tx: &mut Tx, organization: OrganizationId, applicant: ApplicantId) -> Result<u64> {
    on!(tx, |c| sqlx::query("DELETE FROM block_list WHERE organization = $1 AND applicant = $2")
        .bind(organization.uuid())
        .bind(applicant.uuid())
        .execute(c)
        .await
        .map(|done| done.rows_affected()))
    .to("forget the block list's entries of an applicant")
}
