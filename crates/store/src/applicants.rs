//! The people being verified. Everything that says who they are is in the sealed column.

use bonafide_core::{
    id::{ApplicantId, OrganizationId},
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
}
row!(Applicant: id, organization, sealed, created_at, anonymized_at);

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
    crate::subject_keys::destroy(tx, organization, id, now).await
}
