//! Hits of a screening that a reviewer said are somebody else.

use bonafide_core::{
    id::{ApplicantId, DismissalId, OrganizationId, VerificationId},
    time::Timestamp,
};

use crate::{Context, Result, Tx, column::row, crypto::Sealed, on};

/// One hit that does not count for one person, for a while.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dismissal {
    pub id: DismissalId,
    pub applicant: ApplicantId,
    /// Where the reviewer saw the hit.
    pub verification: VerificationId,
    /// Who said so, as in the audit log.
    pub actor: String,
    /// The entry and the reason, sealed as [`crate::crypto::Object::Dismissal`].
    pub sealed: Sealed,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
}
row!(Dismissal: id, applicant, verification, actor, sealed, created_at, expires_at);

/// Adds a dismissal.
pub async fn insert(tx: &mut Tx, organization: OrganizationId, dismissal: &Dismissal) -> Result<()> {
    on!(tx, |c| sqlx::query(
        "INSERT INTO dismissals (id, organization, applicant, verification, actor, sealed, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
    )
    .bind(dismissal.id.uuid())
    .bind(organization.uuid())
    .bind(dismissal.applicant.uuid())
    .bind(dismissal.verification.uuid())
    .bind(&dismissal.actor)
    .bind(dismissal.sealed.as_bytes())
    .bind(dismissal.created_at.0)
    .bind(dismissal.expires_at.0)
    .execute(c)
    .await
    .map(drop))
    .to("insert a dismissal")
}

/// The dismissals of a person that hold now, oldest first.
pub async fn active(
    tx: &mut Tx,
    organization: OrganizationId,
    applicant: ApplicantId,
    now: Timestamp,
) -> Result<Vec<Dismissal>> {
    on!(tx, |c| sqlx::query_as(
        "SELECT id, applicant, verification, actor, sealed, created_at, expires_at FROM dismissals
         WHERE organization = $1 AND applicant = $2 AND expires_at > $3 ORDER BY created_at, id"
    )
    .bind(organization.uuid())
    .bind(applicant.uuid())
    .bind(now.0)
    .fetch_all(c)
    .await)
    .to("read the dismissals of an applicant")
}

/// Whether any dismissal of an organization holds now.
pub async fn any(tx: &mut Tx, organization: OrganizationId, now: Timestamp) -> Result<bool> {
    let found: Option<(i64,)> = on!(tx, |c| sqlx::query_as(
        "SELECT CAST(1 AS BIGINT) FROM dismissals WHERE organization = $1 AND expires_at > $2 LIMIT 1"
    )
    .bind(organization.uuid())
    .bind(now.0)
    .fetch_optional(c)
    .await)
    .to("look for dismissals")?;
    Ok(found.is_some())
}

/// Ends a dismissal at once.
pub async fn end(tx: &mut Tx, organization: OrganizationId, id: DismissalId, now: Timestamp) -> Result<()> {
    on!(tx, |c| sqlx::query(
        "UPDATE dismissals SET expires_at = $3 WHERE organization = $1 AND id = $2 AND expires_at > $3"
    )
    .bind(organization.uuid())
    .bind(id.uuid())
    .bind(now.0)
    .execute(c)
    .await
    .map(drop))
    .to("end a dismissal")
}

/// Removes every dismissal of a person.
pub async fn forget(tx: &mut Tx, organization: OrganizationId, applicant: ApplicantId) -> Result<u64> {
    on!(tx, |c| sqlx::query("DELETE FROM dismissals WHERE organization = $1 AND applicant = $2")
        .bind(organization.uuid())
        .bind(applicant.uuid())
        .execute(c)
        .await
        .map(|done| done.rows_affected()))
    .to("forget the dismissals of an applicant")
}
