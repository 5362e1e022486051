//! The tries of people at their verifications.

use bonafide_core::{
    attempt::AttemptStatus,
    id::{ApplicantId, AttemptId, OrganizationId, VerificationId},
    reason::Code,
    time::Timestamp,
    verification::Status,
};
use serde_json::Value;
use sqlx::types::Json;

use crate::{Context, Error, Result, Tx, Word, column::row, crypto::Sealed, on};

/// One try.
#[derive(Debug, Clone, PartialEq)]
pub struct Attempt {
    pub id: AttemptId,
    pub organization: OrganizationId,
    pub verification: VerificationId,
    pub applicant: ApplicantId,
    /// Its place among those of the verification, from 1.
    pub number: i64,
    pub status: Word<AttemptStatus>,
    /// The verification's status that ended it, where one did.
    pub outcome: Option<Word<Status>>,
    /// Why: a list of reasons' codes.
    pub reasons: Value,
    /// Sealed as [`crate::crypto::Object::Attempt`].
    pub sealed: Sealed,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    /// Until when its link is to be opened.
    pub expires_at: Timestamp,
}
row!(Attempt: id, organization, verification, applicant, number, status, outcome, reasons, sealed, created_at, updated_at,
    expires_at);

impl Attempt {
    /// Why it ended as it did. What a newer program wrote is left out.
    pub fn reasons(&self) -> Vec<Code> {
        let all = self.reasons.as_array().cloned().unwrap_or_default();
        all.into_iter().filter_map(|code| serde_json::from_value(code).ok()).collect()
    }
}

/// Adds a try.
pub async fn insert(tx: &mut Tx, organization: OrganizationId, new: &Attempt) -> Result<()> {
    on!(tx, |c| sqlx::query(
        "INSERT INTO attempts
         (id, organization, verification, applicant, number, status, outcome, reasons, sealed, created_at, updated_at,
          expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"
    )
    .bind(new.id.uuid())
    .bind(organization.uuid())
    .bind(new.verification.uuid())
    .bind(new.applicant.uuid())
    .bind(new.number)
    .bind(new.status.as_str())
    .bind(new.outcome.as_ref().map(Word::as_str))
    .bind(Json(&new.reasons))
    .bind(new.sealed.as_bytes())
    .bind(new.created_at.0)
    .bind(new.updated_at.0)
    .bind(new.expires_at.0)
    .execute(c)
    .await
    .map(drop))
    .to("insert an attempt")
}

/// Writes back how it stands and what is known of it.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn update(tx: &mut Tx, organization: OrganizationId, attempt: &Attempt) -> Result<()> {
    let rows = on!(tx, |c| sqlx::query(
        "UPDATE attempts SET status = $3, outcome = $4, reasons = $5, sealed = $6, updated_at = $7
         WHERE organization = $1 AND id = $2"
    )
    .bind(organization.uuid())
    .bind(attempt.id.uuid())
    .bind(attempt.status.as_str())
    .bind(attempt.outcome.as_ref().map(Word::as_str))
    .bind(Json(&attempt.reasons))
    .bind(attempt.sealed.as_bytes())
    .bind(attempt.updated_at.0)
    .execute(c)
    .await
    .map(|done| done.rows_affected()))
    .to("update an attempt")?;
    if rows == 0 { Err(Error::NotFound("attempt")) } else { Ok(()) }
}

/// The last one of a verification.
pub async fn latest(
    tx: &mut Tx,
    organization: OrganizationId,
    verification: VerificationId,
) -> Result<Option<Attempt>> {
    on!(tx, |c| sqlx::query_as(
        "SELECT * FROM attempts WHERE organization = $1 AND verification = $2 ORDER BY number DESC LIMIT 1"
    )
    .bind(organization.uuid())
    .bind(verification.uuid())
    .fetch_optional(c)
    .await)
    .to("read the last attempt")
}

/// One of a verification's.
pub async fn get(
    tx: &mut Tx,
    organization: OrganizationId,
    verification: VerificationId,
    id: AttemptId,
) -> Result<Option<Attempt>> {
    on!(tx, |c| sqlx::query_as(
        "SELECT * FROM attempts WHERE organization = $1 AND verification = $2 AND id = $3"
    )
    .bind(organization.uuid())
    .bind(verification.uuid())
    .bind(id.uuid())
    .fetch_optional(c)
    .await)
    .to("read an attempt")
}

/// A page of a verification's, the last one first.
pub async fn list(
    tx: &mut Tx,
    organization: OrganizationId,
    verification: VerificationId,
    skip: i64,
    take: i64,
) -> Result<Vec<Attempt>> {
    on!(tx, |c| sqlx::query_as(
        "SELECT * FROM attempts WHERE organization = $1 AND verification = $2 ORDER BY number DESC LIMIT $3 OFFSET $4"
    )
    .bind(organization.uuid())
    .bind(verification.uuid())
    .bind(take)
    .bind(skip)
    .fetch_all(c)
    .await)
    .to("list the attempts")
}

/// How many a verification has.
pub async fn count(tx: &mut Tx, organization: OrganizationId, verification: VerificationId) -> Result<i64> {
    let (count,): (i64,) = on!(tx, |c| sqlx::query_as(
        "SELECT COUNT(*) FROM attempts WHERE organization = $1 AND verification = $2"
    )
    .bind(organization.uuid())
    .bind(verification.uuid())
    .fetch_one(c)
    .await)
    .to("count the attempts")?;
    Ok(count)
}

/// What is known of a person's tries goes; that there were some stays.
pub(crate) async fn forget(tx: &mut Tx, organization: OrganizationId, applicant: ApplicantId) -> Result<()> {
    on!(tx, |c| sqlx::query("UPDATE attempts SET sealed = $3 WHERE organization = $1 AND applicant = $2")
        .bind(organization.uuid())
        .bind(applicant.uuid())
        .bind(Sealed::nothing().as_bytes())
        .execute(c)
        .await
        .map(drop))
    .to("forget the attempts of a person")
}
