//! What humans decided about verifications, and what one of two proposed.

use bonafide_core::{
    id::{ApplicantId, CredentialId, OrganizationId, ReviewId, VerificationId},
    review::{Grounds, Verdict},
    time::Timestamp,
    verification::Status,
};
use uuid::Uuid;

use crate::{Context, Result, Tx, Word, column::row, crypto::Sealed, on};

/// One review. Rows are never changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Review {
    pub id: ReviewId,
    pub verification: VerificationId,
    pub applicant: ApplicantId,
    pub verdict: Word<Verdict>,
    pub grounds: Word<Grounds>,
    /// Whether it took effect; a proposal waits for somebody else's word.
    pub decided: bool,
    /// How the verification stood after it.
    pub status: Word<Status>,
    /// The last decision that the reviewer saw: of an assessment or a review.
    pub seen: Option<Uuid>,
    /// The proposal that this one agrees with.
    pub confirms: Option<ReviewId>,
    pub credential: CredentialId,
    /// The note and what it asks for, sealed as [`crate::crypto::Object::Review`].
    pub sealed: Sealed,
    pub created_at: Timestamp,
    /// How many assessments there were before it. [`insert`] counts them.
    pub assessments: i64,
}
row!(Review: id, verification, applicant, verdict, grounds, decided, status, seen, confirms, credential, sealed,
    created_at, assessments);

/// Adds a review after those that there are.
pub async fn insert(tx: &mut Tx, organization: OrganizationId, review: &Review) -> Result<()> {
    on!(tx, |c| sqlx::query(
        "INSERT INTO reviews (id, organization, verification, applicant, verdict, grounds, decided, status, seen,
             confirms, credential, sealed, created_at, number, assessments)
         SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13,
             (SELECT COUNT(*) + 1 FROM reviews WHERE organization = $2 AND verification = $3),
             (SELECT COUNT(*) FROM assessments WHERE organization = $2 AND verification = $3)"
    )
    .bind(review.id.uuid())
    .bind(organization.uuid())
    .bind(review.verification.uuid())
    .bind(review.applicant.uuid())
    .bind(review.verdict.as_str())
    .bind(review.grounds.as_str())
    .bind(review.decided)
    .bind(review.status.as_str())
    .bind(review.seen)
    .bind(review.confirms.map(|id| id.uuid()))
    .bind(review.credential.uuid())
    .bind(review.sealed.as_bytes())
    .bind(review.created_at.0)
    .execute(c)
    .await
    .map(drop))
    .to("insert the review")
}

/// Every review of a verification, oldest first.
pub async fn list(
    tx: &mut Tx,
    organization: OrganizationId,
    verification: VerificationId,
) -> Result<Vec<Review>> {
    on!(tx, |c| sqlx::query_as(
        "SELECT id, verification, applicant, verdict, grounds, decided, status, seen, confirms, credential, sealed,
             created_at, assessments
         FROM reviews WHERE organization = $1 AND verification = $2 ORDER BY number, id"
    )
    .bind(organization.uuid())
    .bind(verification.uuid())
    .fetch_all(c)
    .await)
    .to("list the reviews")
}
