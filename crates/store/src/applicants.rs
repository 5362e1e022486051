//! The people being verified. Everything that says who they are is in the sealed column.

use bonafide_core::{
    id::{ApplicantId, ClientId, CredentialId, OrganizationId},
    time::Timestamp,
};

use crate::{
    Context, Error, Result, Tx, column::row, crypto::Sealed, identity_terms, on, query::Query,
    search_terms::Term,
};

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
    crate::verifications::outdate(tx, organization, id).await?;
    crate::features::forget(tx, organization, id).await?;
    crate::screenings::forget(tx, organization, id).await?;
    crate::dismissals::forget(tx, organization, id).await?;
    crate::marks::forget(tx, organization, id).await?;
    crate::search_terms::forget(tx, organization, id).await?;
    crate::identity_terms::forget(tx, organization, id).await?;
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
    /// Found by all of these.
    pub terms: &'a [Term],
}

/// A page of the identities that were not anonymized, newest first, and how many there are in all. Who is looked for by terms is
/// read in the order of the rarest one.
pub async fn identities(
    tx: &mut Tx,
    organization: OrganizationId,
    filter: &Filter<'_>,
    skip: i64,
    limit: i64,
) -> Result<(Vec<Applicant>, i64)> {
    let terms = identity_terms::rarest_first(tx, organization, filter.terms).await?;
    let mut counted = Query::new("SELECT COUNT(*)");
    matching(&mut counted, organization, filter, &terms);
    let counted: Vec<(i64,)> = counted.fetch(tx).await.to("count the identities")?;
    // Of what is left out no more than its place in the index is read.
    let mut query = Query::new("SELECT * FROM applicants WHERE organization = ");
    query.bind(organization.uuid()).push(" AND id IN (SELECT a.id");
    matching(&mut query, organization, filter, &terms);
    query.push(if terms.is_empty() {
        " ORDER BY a.identity_since DESC, a.id DESC LIMIT "
    } else {
        " ORDER BY t.since DESC, t.identity DESC LIMIT "
    });
    query.bind(limit).push(" OFFSET ").bind(skip).push(") ORDER BY identity_since DESC, id DESC");
    let page = query.fetch(tx).await.to("list the identities")?;
    Ok((page, counted.first().map_or(0, |(n,)| *n)))
}

/// From where, and under which conditions. `terms`: the rarest first.
fn matching(query: &mut Query, organization: OrganizationId, filter: &Filter<'_>, terms: &[Term]) {
    match terms {
        [] => {
            query.push(" FROM applicants a WHERE a.organization = ").bind(organization.uuid());
            query.push(" AND a.identity_since IS NOT NULL");
        }
        [rarest, others @ ..] => {
            // In this order on SQLite too.
            query.push(" FROM identity_terms t CROSS JOIN applicants a WHERE t.organization = ");
            query.bind(organization.uuid()).push(" AND t.term = ").bind(*rarest);
            query.push(" AND a.organization = t.organization AND a.id = t.identity");
            for term in others {
                query.push(
                    " AND EXISTS (SELECT 1 FROM identity_terms o WHERE o.organization = t.organization",
                );
                query.push(" AND o.term = ").bind(*term);
                query.push(" AND o.since = t.since AND o.identity = t.identity)");
            }
        }
    }
    query.push(" AND a.anonymized_at IS NULL");
    if !filter.ids.is_empty() {
        query.push(" AND a.id IN ").list(filter.ids.iter().map(|id| id.uuid()));
    }
    if !filter.credentials.is_empty() || !filter.user_ids.is_empty() {
        query.push(" AND EXISTS (SELECT 1 FROM verifications v WHERE v.organization = a.organization");
        query.push(" AND v.identity = a.id AND v.deleted_at IS NULL");
        if !filter.credentials.is_empty() {
            query.push(" AND v.credential IN ").list(filter.credentials.iter().map(|id| id.uuid()));
        }
        if !filter.user_ids.is_empty() {
            query.push(" AND v.user_id IN ").list(filter.user_ids.iter().map(String::as_str));
        }
        query.push(")");
    }
    let since = if terms.is_empty() { "a.identity_since" } else { "t.since" };
    if let Some(from) = filter.from {
        query.push(" AND ").push(since).push(" >= ").bind(from.0);
    }
    if let Some(until) = filter.until {
        query.push(" AND ").push(since).push(" < ").bind(until.0);
    }
}
