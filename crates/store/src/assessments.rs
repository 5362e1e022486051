//! Results of `decide`: the score under one version of the weights, and why. Rows are never changed, only superseded.

use bonafide_core::{
    decision::Decision,
    id::{AssessmentId, OrganizationId, VerificationId, WeightsId},
    time::Timestamp,
    verification::Status,
};
use sqlx::types::Json;

use crate::{Context, Result, Tx, Word, column::row, on};

/// One assessment.
#[derive(Debug, Clone, PartialEq)]
pub struct Assessment {
    pub id: AssessmentId,
    pub organization: OrganizationId,
    pub verification: VerificationId,
    pub weights: Option<WeightsId>,
    pub outcome: Word<Decision>,
    /// 0..1; absent when nothing with a weight was assessed.
    pub score: Option<f64>,
    /// Everything needed to replay the decision: a whole object, no personal data.
    pub detail: serde_json::Value,
    pub created_at: Timestamp,
}
row!(Assessment: id, organization, verification, weights, outcome, score, detail, created_at);

/// Adds an assessment after the existing ones.
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
    .bind(a.outcome.as_str())
    .bind(a.score)
    .bind(Json(&a.detail))
    .bind(a.created_at.0)
    .execute(c)
    .await
    .map(drop))
    .to("insert the assessment")?;
    keep_reasons(tx, organization, a).await
}

/// The reasons of the assessment that counts, in the place of those before, to look for.
async fn keep_reasons(tx: &mut Tx, organization: OrganizationId, a: &Assessment) -> Result<()> {
    on!(tx, |c| sqlx::query("DELETE FROM assessment_reasons WHERE organization = $1 AND verification = $2")
        .bind(organization.uuid())
        .bind(a.verification.uuid())
        .execute(c)
        .await
        .map(drop))
    .to("drop the reasons of the assessment before")?;
    let reasons = a.detail["assessment"]["reasons"].as_array().map(Vec::as_slice).unwrap_or_default();
    let mut codes: Vec<&str> = reasons.iter().filter_map(|reason| reason["code"].as_str()).collect();
    codes.sort_unstable();
    codes.dedup();
    for code in codes {
        on!(tx, |c| sqlx::query(
            "INSERT INTO assessment_reasons (organization, verification, code) VALUES ($1, $2, $3)"
        )
        .bind(organization.uuid())
        .bind(a.verification.uuid())
        .bind(code)
        .execute(c)
        .await
        .map(drop))
        .to("insert a reason of the assessment")?;
    }
    Ok(())
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

/// The assessment that counts of one verification, and how the verification stands now.
#[derive(Debug, Clone, PartialEq)]
pub struct Past {
    pub verification: VerificationId,
    pub outcome: Word<Decision>,
    /// [`Assessment::detail`] as JSON text.
    pub detail: String,
    pub status: Word<Status>,
    pub created_at: Timestamp,
    pub id: AssessmentId,
}
row!(Past: verification, outcome, detail, status, created_at, id);

/// A page of the assessments that count since a time, oldest first, after one (time and id): for looking back.
pub async fn past(
    tx: &mut Tx,
    organization: OrganizationId,
    since: Timestamp,
    after: Option<(Timestamp, AssessmentId)>,
    limit: i64,
) -> Result<Vec<Past>> {
    let (after_at, after_id) = after.map_or((i64::MIN, uuid::Uuid::nil()), |(at, id)| (at.0, id.uuid()));
    on!(tx, |c| sqlx::query_as(
        "SELECT a.verification, a.outcome, CAST(a.detail AS TEXT) AS detail, v.status, a.created_at, a.id
         FROM assessments a
         JOIN verifications v ON v.organization = a.organization AND v.id = a.verification
         WHERE a.organization = $1 AND a.created_at >= $2 AND (a.created_at, a.id) > ($3, $4)
           AND v.deleted_at IS NULL
           AND a.number = (SELECT MAX(number) FROM assessments n
               WHERE n.organization = a.organization AND n.verification = a.verification)
         ORDER BY a.created_at, a.id LIMIT $5"
    )
    .bind(organization.uuid())
    .bind(since.0)
    .bind(after_at)
    .bind(after_id)
    .bind(limit)
    .fetch_all(c)
    .await)
    .to("read past assessments")
}

/// How many there are for [`past`], at most: verifications that were assessed since.
pub async fn count_since(tx: &mut Tx, organization: OrganizationId, since: Timestamp) -> Result<u64> {
    let (count,): (i64,) = on!(tx, |c| {
        sqlx::query_as(
        "SELECT COUNT(DISTINCT verification) FROM assessments WHERE organization = $1 AND created_at >= $2"
    )
    .bind(organization.uuid())
    .bind(since.0)
    .fetch_one(c)
    .await
    })
    .to("count past assessments")?;
    Ok(u64::try_from(count).unwrap_or(0))
}

/// Every assessment of a verification, oldest first.
pub async fn list(
    tx: &mut Tx,
    organization: OrganizationId,
    verification: VerificationId,
) -> Result<Vec<Assessment>> {
    on!(tx, |c| sqlx::query_as(
        "SELECT * FROM assessments WHERE organization = $1 AND verification = $2 ORDER BY number"
    )
    .bind(organization.uuid())
    .bind(verification.uuid())
    .fetch_all(c)
    .await)
    .to("list the assessments")
}
