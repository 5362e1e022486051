//! The people being verified. Everything that says who they are is in the sealed column.

use bonafide_core::{
    id::{ApplicantId, ClientId, CredentialId, OrganizationId},
    time::Timestamp,
};

use crate::{Context, Error, Result, Tx, column::row, crypto::Sealed, on};

/// A person, as one organization knows them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applicant {
    pub id: ApplicantId,
    pub organization: OrganizationId,
    /// Personal data, sealed as [`crate::crypto::Object::Applicant`].
    pub sealed: Sealed,
    pub created_at: Timestamp,
    pub anonymized_at: Option<Timestamp>,
    /// When the person was first verified; who never was is no identity.
    pub identity_since: Option<Timestamp>,
}
row!(Applicant: id, organization, sealed, created_at, anonymized_at, identity_since);

/// Adds the tenant and the filter to a query. A macro because the builder's type names the driver.
macro_rules! filtered {
    ($query:expr, $organization:expr, $filter:expr) => {{
        let (query, filter): (_, &Filter<'_>) = (&mut $query, $filter);
        query.push(" WHERE a.identity_since IS NOT NULL AND a.anonymized_at IS NULL AND a.organization = ");
        query.push_bind($organization.uuid());
        if !filter.ids.is_empty() {
            let mut list = query.push(" AND a.id IN (").separated(", ");
            for id in filter.ids {
                list.push_bind(id.uuid());
            }
            query.push(")");
        }
        if !filter.credentials.is_empty() || !filter.user_ids.is_empty() {
            query.push(" AND EXISTS (SELECT 1 FROM verifications v WHERE v.organization = a.organization AND v.identity = a.id AND v.deleted_at IS NULL");
            if !filter.credentials.is_empty() {
                let mut list = query.push(" AND v.credential IN (").separated(", ");
                for id in filter.credentials {
                    list.push_bind(id.uuid());
                }
                query.push(")");
            }
            if !filter.user_ids.is_empty() {
                let mut list = query.push(" AND v.user_id IN (").separated(", ");
                for id in filter.user_ids {
                    list.push_bind(id.clone());
                }
                query.push(")");
            }
            query.push(")");
        }
        if let Some(from) = filter.from {
            query.push(" AND a.identity_since >= ").push_bind(from.0);
        }
        if let Some(until) = filter.until {
            query.push(" AND a.identity_since < ").push_bind(until.0);
        }
    }};
}

/// Adds a person before their key exists (the key refers to the person): seal and [`update`] once it does.
pub async fn insert(
    tx: &mut Tx,
    organization: OrganizationId,
    id: ApplicantId,
    now: Timestamp,
) -> Result<()> {
    on!(tx, |c| sqlx::query(
        "INSERT INTO applicants (id, organization, sealed, created_at) VALUES ($1, $2, $3, $4)"
    )
    .bind(id.uuid())
    .bind(organization.uuid())
    .bind(Sealed::nothing().as_bytes())
    .bind(now.0)
    .execute(c)
    .await
    .map(drop))
    .to("insert the applicant")
}

/// One person.
pub async fn get(tx: &mut Tx, organization: OrganizationId, id: ApplicantId) -> Result<Option<Applicant>> {
    on!(tx, |c| sqlx::query_as("SELECT * FROM applicants WHERE organization = $1 AND id = $2")
        .bind(organization.uuid())
        .bind(id.uuid())
        .fetch_optional(c)
        .await)
    .to("read the applicant")
}

/// Replaces a person's sealed data.
///
/// # Errors
/// [`Error::NotFound`], also when the person was anonymized.
pub async fn update(
    tx: &mut Tx,
    organization: OrganizationId,
    id: ApplicantId,
    sealed: &Sealed,
) -> Result<()> {
    let rows = on!(tx, |c| sqlx::query(
        "UPDATE applicants SET sealed = $3 WHERE organization = $1 AND id = $2 AND anonymized_at IS NULL"
    )
    .bind(organization.uuid())
    .bind(id.uuid())
    .bind(sealed.as_bytes())
    .execute(c)
    .await
    .map(|done| done.rows_affected()))
    .to("update the applicant")?;
    if rows == 0 { Err(Error::NotFound("applicant")) } else { Ok(()) }
}

/// Forgets who a person is: their sealed data, what they are known again by, and their key go, the row stays
/// as a tombstone. Repeating it changes nothing. Call [`crate::Db::scrub`] after the commit.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn anonymize(
    tx: &mut Tx,
    organization: OrganizationId,
    id: ApplicantId,
    now: Timestamp,
) -> Result<()> {
    let rows = on!(tx, |c| sqlx::query(
        "UPDATE applicants SET sealed = $3, anonymized_at = COALESCE(anonymized_at, $4)
         WHERE organization = $1 AND id = $2"
    )
    .bind(organization.uuid())
    .bind(id.uuid())
    .bind(Sealed::nothing().as_bytes())
    .bind(now.0)
    .execute(c)
    .await
    .map(|done| done.rows_affected()))
    .to("anonymize the applicant")?;
    if rows == 0 {
        return Err(Error::NotFound("applicant"));
    }
    crate::features::forget(tx, organization, id).await?;
    crate::screenings::forget(tx, organization, id).await?;
    crate::dismissals::forget(tx, organization, id).await?;
    crate::marks::forget(tx, organization, id).await?;
    crate::search_terms::forget(tx, organization, id).await?;
    crate::steps::forget(tx, organization, id).await?;
    crate::shares::forget(tx, organization, id).await?;
    crate::attempts::forget(tx, organization, id).await?;
    crate::clients::forget(tx, organization, id, now).await?;
    crate::aml_verifications::forget(tx, organization, ClientId::from_uuid(id.uuid()), now).await?;
    crate::block_list::forget(tx, organization, id).await?;
    crate::subject_keys::destroy(tx, organization, id, now).await
}

/// Makes a person an identity. Repeating it keeps the first time.
pub async fn become_identity(
    tx: &mut Tx,
    organization: OrganizationId,
    id: ApplicantId,
    now: Timestamp,
) -> Result<()> {
    on!(tx, |c| sqlx::query(
        "UPDATE applicants SET identity_since = COALESCE(identity_since, $3) WHERE organization = $1 AND id = $2"
    )
    .bind(organization.uuid())
    .bind(id.uuid())
    .bind(now.0)
    .execute(c)
    .await
    .map(drop))
    .to("make the applicant an identity")
}

/// Which identities to list. Empty lists and `None` leave nothing out.
#[derive(Debug, Clone, Default)]
pub struct Filter<'a> {
    pub ids: &'a [ApplicantId],
    /// Verified through one of these.
    pub credentials: &'a [CredentialId],
    /// Verified for one of these users.
    pub user_ids: &'a [String],
    /// An identity since this time or later.
    pub from: Option<Timestamp>,
    /// An identity before this time.
    pub until: Option<Timestamp>,
}

/// A page of the identities that were not anonymized, newest first.
pub async fn identities(
    tx: &mut Tx,
    organization: OrganizationId,
    filter: &Filter<'_>,
    skip: i64,
    limit: i64,
) -> Result<Vec<Applicant>> {
    on!(tx, |c| {
        let mut query = sqlx::QueryBuilder::new("SELECT * FROM applicants a");
        filtered!(query, organization, filter);
        query.push(" ORDER BY identity_since DESC, id DESC LIMIT ").push_bind(limit);
        query.push(" OFFSET ").push_bind(skip);
        query.build_query_as().fetch_all(c).await
    })
    .to("list the identities")
}

/// How many identities the filter matches.
pub async fn count_identities(tx: &mut Tx, organization: OrganizationId, filter: &Filter<'_>) -> Result<i64> {
    let (count,): (i64,) = on!(tx, |c| {
        let mut query = sqlx::QueryBuilder::new("SELECT COUNT(*) FROM applicants a");
        filtered!(query, organization, filter);
        query.build_query_as().fetch_one(c).await
    })
    .to("count the identities")?;
    Ok(count)
}
