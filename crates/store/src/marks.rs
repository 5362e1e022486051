//! Keyed hashes by which submissions are recognised: see [`crate::crypto::mark`].

use bonafide_core::{
    id::{ApplicantId, OrganizationId, VerificationId},
    time::Timestamp,
    verification::Status,
};

use crate::{Context, Result, Tx, Word, column::row, on};

/// One thing that a submission came with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark<'a> {
    /// What was hashed: a stable word of the caller's.
    pub kind: &'a str,
    pub hash: [u8; 32],
    pub verification: VerificationId,
    pub applicant: ApplicantId,
    /// A keyed hash of who it was.
    pub person: [u8; 32],
    pub at: Timestamp,
}

/// Keeps a mark; the same one of the same verification is renewed.
pub async fn keep(tx: &mut Tx, organization: OrganizationId, mark: &Mark<'_>) -> Result<()> {
    on!(tx, |c| sqlx::query(
        "INSERT INTO marks (organization, kind, hash, verification, applicant, person, at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (organization, kind, hash, verification) DO UPDATE SET person = excluded.person, at = excluded.at"
    )
    .bind(organization.uuid())
    .bind(mark.kind)
    .bind(mark.hash.as_slice())
    .bind(mark.verification.uuid())
    .bind(mark.applicant.uuid())
    .bind(mark.person.as_slice())
    .bind(mark.at.0)
    .execute(c)
    .await
    .map(drop))
    .to("keep a mark")
}

/// Takes away the marks of these kinds that a verification left, before it leaves new ones.
pub async fn withdraw(
    tx: &mut Tx,
    organization: OrganizationId,
    verification: VerificationId,
    kinds: &[&str],
) -> Result<()> {
    for kind in kinds {
        on!(tx, |c| sqlx::query(
            "DELETE FROM marks WHERE organization = $1 AND verification = $2 AND kind = $3"
        )
        .bind(organization.uuid())
        .bind(verification.uuid())
        .bind(*kind)
        .execute(c)
        .await
        .map(drop))
        .to("withdraw the marks of a verification")?;
    }
    Ok(())
}

/// A verification that left a mark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    pub verification: VerificationId,
    pub applicant: ApplicantId,
    pub status: Word<Status>,
}
row!(Seen: verification, applicant, status);

/// The verifications that left a mark since a time, newest first, at most `limit`; without those that were deleted.
pub async fn seen(
    tx: &mut Tx,
    organization: OrganizationId,
    kind: &str,
    hash: &[u8; 32],
    since: Timestamp,
    limit: i64,
) -> Result<Vec<Seen>> {
    on!(tx, |c| sqlx::query_as(
        "SELECT m.verification, m.applicant, v.status FROM marks m
         JOIN verifications v ON v.organization = m.organization AND v.id = m.verification
         WHERE m.organization = $1 AND m.kind = $2 AND m.hash = $3 AND m.at >= $4 AND v.deleted_at IS NULL
         ORDER BY m.at DESC, m.verification DESC LIMIT $5"
    )
    .bind(organization.uuid())
    .bind(kind)
    .bind(hash.as_slice())
    .bind(since.0)
    .bind(limit)
    .fetch_all(c)
    .await)
    .to("read the marks")
}

/// How many people left a mark since a time.
pub async fn people(
    tx: &mut Tx,
    organization: OrganizationId,
    kind: &str,
    hash: &[u8; 32],
    since: Timestamp,
) -> Result<i64> {
    let (count,): (i64,) = on!(tx, |c| sqlx::query_as(
        "SELECT COUNT(DISTINCT person) FROM marks
         WHERE organization = $1 AND kind = $2 AND hash = $3 AND at >= $4"
    )
    .bind(organization.uuid())
    .bind(kind)
    .bind(hash.as_slice())
    .bind(since.0)
    .fetch_one(c)
    .await)
    .to("count the people of a mark")?;
    Ok(count)
}

/// Removes every mark of a person.
pub async fn forget(tx: &mut Tx, organization: OrganizationId, applicant: ApplicantId) -> Result<u64> {
    on!(tx, |c| sqlx::query("DELETE FROM marks WHERE organization = $1 AND applicant = $2")
        .bind(organization.uuid())
        .bind(applicant.uuid())
        .execute(c)
        .await
        .map(|done| done.rows_affected()))
    .to("forget the marks of an applicant")
}

/// Removes the marks of one kind that are older, of all organizations.
pub async fn purge(tx: &mut Tx, kind: &str, before: Timestamp) -> Result<u64> {
    on!(tx, |c| sqlx::query("DELETE FROM marks WHERE kind = $1 AND at < $2")
        .bind(kind)
        .bind(before.0)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))
    .to("remove old marks")
}
