//! Results of `decide`: the score under one version of the weights, and why. Never changed, only followed.

use bonafide_core::{
    id::{AssessmentId, OrganizationId, VerificationId, WeightsId},
    time::Timestamp,
};
use sqlx::types::Json;

use crate::{Context, Result, Tx, column::row, on};

/// One assessment.
#[derive(Debug, Clone, PartialEq)]
pub struct Assessment {
    pub id: AssessmentId,
    pub organization: OrganizationId,
    pub verification: VerificationId,
    pub weights: Option<WeightsId>,
    /// The core decision word.
    pub outcome: String,
    /// 0..1; absent when nothing with a weight was assessed.
    pub score: Option<f64>,
    /// Everything needed to replay the decision: a whole object, no personal data.
    pub detail: serde_json::Value,
    pub created_at: Timestamp,
}
row!(Assessment: id, organization, verification, weights, outcome, score, detail, created_at);

/// Adds an assessment after those that are there.
///
/// # Errors
/// [`crate::Error::is_duplicate`] when another one was added at the same time.
pub async fn insert(tx: &mut Tx, organization: OrganizationId, a: &Assessment) -> Result<()> {
    on!(tx, |c| sqlx::query(
        "INSERT INTO assessments
         (id, organization, verification, number, weights, outcome, score, detail, created_at)
         SELECT $1, $2, $3, COALESCE(MAX(number), 0) + 1, $4, $5, $6, $7, $8
         FROM assessments WHERE organization = $2 AND verification = $3"
    )
    .bind(a.id.uuid())
    .bind(organization.uuid())
    .bind(a.verification.uuid())
    .bind(a.weights.map(|id| id.uuid()))
    .bind(&a.outcome)
    .bind(a.score)
    .bind(Json(&a.detail))
    .bind(a.created_at.0)
    .execute(c)
    .await
    .map(drop))
    .to("insert the assessment")
}

/// The assessment that counts.
pub async fn latest(
    tx: &mut Tx,
    organization: OrganizationId,
    verification: VerificationId,
) -> Result<Option<Assessment>> {
    on!(tx, |c| sqlx::query_as(
        "SELECT * FROM assessments WHERE organization = $1 AND verification = $2 ORDER BY number DESC LIMIT 1"
    )
    .bind(organization.uuid())
    .bind(verification.uuid())
    .fetch_optional(c)
    .await)
    .to("read the assessment")
}
