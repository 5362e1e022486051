//! What third parties are let see of verifications: to whom it was granted, by which link, and how often they looked.

use bonafide_core::{
    id::{ApplicantId, OrganizationId, ShareId, VerificationId},
    time::Timestamp,
};

use crate::{Context, Error, Result, Tx, column::row, crypto::Sealed, on, secrets::SecretHash};

/// What one third party is let see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Share {
    pub id: ShareId,
    pub organization: OrganizationId,
    /// In which the person agreed.
    pub verification: VerificationId,
    pub applicant: ApplicantId,
    /// What is shown.
    pub source: VerificationId,
    /// The third party's place among those that were named, from 0.
    pub ordinal: i64,
    /// Of the last link; none before the first.
    pub code_sha256: Option<SecretHash>,
    /// Who the third party is and what they see, sealed as [`crate::crypto::Object::Share`].
    pub sealed: Sealed,
    /// How often something was looked at.
    pub views: i64,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    /// The last time.
    pub viewed_at: Option<Timestamp>,
    pub revoked_at: Option<Timestamp>,
}
row!(Share: id, organization, verification, applicant, source, ordinal, code_sha256, sealed, views, created_at, expires_at,
    viewed_at, revoked_at);

/// Adds what a third party may see, without a link. False when the verification has one for the third party in this place.
pub async fn insert(tx: &mut Tx, organization: OrganizationId, new: &Share) -> Result<bool> {
    let rows = on!(tx, |c| sqlx::query(
        "INSERT INTO shares
         (id, organization, verification, applicant, source, ordinal, sealed, views, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, 0, $8, $9)
         ON CONFLICT (organization, verification, ordinal) DO NOTHING"
    )
    .bind(new.id.uuid())
    .bind(organization.uuid())
    .bind(new.verification.uuid())
    .bind(new.applicant.uuid())
    .bind(new.source.uuid())
    .bind(new.ordinal)
    .bind(new.sealed.as_bytes())
    .bind(new.created_at.0)
    .bind(new.expires_at.0)
    .execute(c)
    .await
    .map(|done| done.rows_affected()))
    .to("insert a share")?;
    Ok(rows == 1)
}

/// Those of a verification, in the order in which the third parties were named.
pub async fn list(
    tx: &mut Tx,
    organization: OrganizationId,
    verification: VerificationId,
) -> Result<Vec<Share>> {
    on!(tx, |c| sqlx::query_as(
        "SELECT * FROM shares WHERE organization = $1 AND verification = $2 ORDER BY ordinal"
    )
    .bind(organization.uuid())
    .bind(verification.uuid())
    .fetch_all(c)
    .await)
    .to("list the shares")
}

/// One of them.
pub async fn get(tx: &mut Tx, organization: OrganizationId, id: ShareId) -> Result<Option<Share>> {
    on!(tx, |c| sqlx::query_as("SELECT * FROM shares WHERE organization = $1 AND id = $2")
        .bind(organization.uuid())
        .bind(id.uuid())
        .fetch_optional(c)
        .await)
    .to("read a share")
}

/// Whose link this is, whether it still shows anything or not.
pub async fn find(tx: &mut Tx, presented: SecretHash) -> Result<Option<Share>> {
    on!(tx, |c| sqlx::query_as("SELECT * FROM shares WHERE code_sha256 = $1")
        .bind(presented.as_bytes())
        .fetch_optional(c)
        .await)
    .to("look up a share")
}

/// Puts a new link in the place of the one before, and what is sealed in the place of what was.
///
/// # Errors
/// [`Error::NotFound`], also of one that was revoked.
pub async fn renew(
    tx: &mut Tx,
    organization: OrganizationId,
    id: ShareId,
    code: SecretHash,
    sealed: &Sealed,
    expires_at: Timestamp,
) -> Result<()> {
    let rows = on!(tx, |c| sqlx::query(
        "UPDATE shares SET code_sha256 = $3, sealed = $4, expires_at = $5
         WHERE organization = $1 AND id = $2 AND revoked_at IS NULL"
    )
    .bind(organization.uuid())
    .bind(id.uuid())
    .bind(code.as_bytes())
    .bind(sealed.as_bytes())
    .bind(expires_at.0)
    .execute(c)
    .await
    .map(|done| done.rows_affected()))
    .to("renew a share")?;
    if rows == 0 { Err(Error::NotFound("share")) } else { Ok(()) }
}

/// Seals something else with the link that is there, or with none. False when another link took its place.
pub async fn reseal(
    tx: &mut Tx,
    organization: OrganizationId,
    id: ShareId,
    code: Option<SecretHash>,
    sealed: &Sealed,
) -> Result<bool> {
    let rows = on!(tx, |c| sqlx::query(
        "UPDATE shares SET sealed = $4
         WHERE organization = $1 AND id = $2 AND (code_sha256 = $3 OR ($3 IS NULL AND code_sha256 IS NULL))"
    )
    .bind(organization.uuid())
    .bind(id.uuid())
    .bind(code.as_ref().map(SecretHash::as_bytes))
    .bind(sealed.as_bytes())
    .execute(c)
    .await
    .map(|done| done.rows_affected()))
    .to("seal a share")?;
    Ok(rows == 1)
}

/// Ends one for good. False when that was done before.
pub async fn revoke(tx: &mut Tx, organization: OrganizationId, id: ShareId, now: Timestamp) -> Result<bool> {
    let rows = on!(tx, |c| sqlx::query(
        "UPDATE shares SET revoked_at = $3 WHERE organization = $1 AND id = $2 AND revoked_at IS NULL"
    )
    .bind(organization.uuid())
    .bind(id.uuid())
    .bind(now.0)
    .execute(c)
    .await
    .map(|done| done.rows_affected()))
    .to("revoke a share")?;
    Ok(rows == 1)
}

/// Counts a look; how many there are with it.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn count_view(
    tx: &mut Tx,
    organization: OrganizationId,
    id: ShareId,
    now: Timestamp,
) -> Result<i64> {
    let counted: Option<(i64,)> = on!(tx, |c| sqlx::query_as(
        "UPDATE shares SET views = views + 1, viewed_at = $3 WHERE organization = $1 AND id = $2 RETURNING views"
    )
    .bind(organization.uuid())
    .bind(id.uuid())
    .bind(now.0)
    .fetch_optional(c)
    .await)
    .to("count a view")?;
    Ok(counted.ok_or(Error::NotFound("share"))?.0)
}

/// Empties what is known of third parties and ends their links. The person's key is destroyed as well.
pub(crate) async fn forget(tx: &mut Tx, organization: OrganizationId, applicant: ApplicantId) -> Result<()> {
    on!(tx, |c| sqlx::query(
        "UPDATE shares SET sealed = $3, code_sha256 = NULL WHERE organization = $1 AND applicant = $2"
    )
    .bind(organization.uuid())
    .bind(applicant.uuid())
    .bind(Sealed::nothing().as_bytes())
    .execute(c)
    .await
    .map(drop))
    .to("forget the shares of a person")
}
