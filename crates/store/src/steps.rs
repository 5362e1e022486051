//! The steps of verifications that ask for more than a document and a face.

use bonafide_core::{
    id::{ApplicantId, OrganizationId, VerificationId},
    step::{StepKind, StepState},
    time::Timestamp,
};

use crate::{
    Context, Error, Result, Tx, Word,
    column::{Column, row},
    crypto::Sealed,
    on,
    query::Query,
};

/// One step.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    pub organization: OrganizationId,
    pub verification: VerificationId,
    pub applicant: ApplicantId,
    /// Its place in the order, from 0.
    pub ordinal: i64,
    pub kind: Word<StepKind>,
    pub state: Word<StepState>,
    /// What the person said, sealed as [`crate::crypto::Object::Step`]; nothing before they did.
    pub sealed: Sealed,
    pub updated_at: Option<Timestamp>,
    pub submitted_at: Option<Timestamp>,
}
row!(Step: organization, verification, applicant, ordinal, kind, state, sealed, updated_at, submitted_at);

/// Adds the steps of a new verification, in their order.
pub async fn insert_all(
    tx: &mut Tx,
    organization: OrganizationId,
    verification: VerificationId,
    applicant: ApplicantId,
    kinds: &[StepKind],
) -> Result<()> {
    for (ordinal, kind) in (0i64..).zip(kinds) {
        on!(tx, |c| sqlx::query(
            "INSERT INTO steps (organization, verification, applicant, ordinal, kind, state, sealed)
             VALUES ($1, $2, $3, $4, $5, $6, $7)"
        )
        .bind(organization.uuid())
        .bind(verification.uuid())
        .bind(applicant.uuid())
        .bind(ordinal)
        .bind(kind.as_str())
        .bind(StepState::Pending.as_str())
        .bind(Sealed::nothing().as_bytes())
        .execute(c)
        .await
        .map(drop))
        .to("insert a step")?;
    }
    Ok(())
}

/// The steps of a verification, in their order; none of one that asks for document and face alone.
pub async fn list(
    tx: &mut Tx,
    organization: OrganizationId,
    verification: VerificationId,
) -> Result<Vec<Step>> {
    on!(tx, |c| sqlx::query_as(
        "SELECT * FROM steps WHERE organization = $1 AND verification = $2 ORDER BY ordinal"
    )
    .bind(organization.uuid())
    .bind(verification.uuid())
    .fetch_all(c)
    .await)
    .to("list the steps")
}

/// Which steps a verification asks for, in their order.
pub async fn kinds(
    tx: &mut Tx,
    organization: OrganizationId,
    verification: VerificationId,
) -> Result<Vec<StepKind>> {
    let words: Vec<(String,)> = on!(tx, |c| sqlx::query_as(
        "SELECT kind FROM steps WHERE organization = $1 AND verification = $2 ORDER BY ordinal"
    )
    .bind(organization.uuid())
    .bind(verification.uuid())
    .fetch_all(c)
    .await)
    .to("list the kinds of steps")?;
    Ok(words.into_iter().filter_map(|(word,)| Word::from_raw(word).known()).collect())
}

/// The same of several verifications: each step with its verification's id.
pub async fn kinds_of_all(
    tx: &mut Tx,
    organization: OrganizationId,
    verifications: &[VerificationId],
) -> Result<Vec<(VerificationId, StepKind)>> {
    if verifications.is_empty() {
        return Ok(vec![]);
    }
    let mut query = Query::new("SELECT verification, kind FROM steps WHERE organization = ");
    query.bind(organization.uuid()).push(" AND verification IN ");
    query.list(verifications.iter().map(|id| id.uuid())).push(" ORDER BY verification, ordinal");
    let rows: Vec<(uuid::Uuid, String)> = query.fetch(tx).await.to("list the kinds of steps of a list")?;
    let known = |(id, word)| Some((VerificationId::from_uuid(id), Word::from_raw(word).known()?));
    Ok(rows.into_iter().filter_map(known).collect())
}

/// Writes a step's state, data and times back.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn update(tx: &mut Tx, organization: OrganizationId, step: &Step) -> Result<()> {
    let rows = on!(tx, |c| sqlx::query(
        "UPDATE steps SET state = $4, sealed = $5, updated_at = $6, submitted_at = $7
         WHERE organization = $1 AND verification = $2 AND kind = $3"
    )
    .bind(organization.uuid())
    .bind(step.verification.uuid())
    .bind(step.kind.as_str())
    .bind(step.state.as_str())
    .bind(step.sealed.as_bytes())
    .bind(step.updated_at.map(|t| t.0))
    .bind(step.submitted_at.map(|t| t.0))
    .execute(c)
    .await
    .map(|done| done.rows_affected()))
    .to("update a step")?;
    if rows == 0 { Err(Error::NotFound("step")) } else { Ok(()) }
}

/// Empties what a person said in every step. Their key, which opens it, is destroyed as well.
pub(crate) async fn forget(tx: &mut Tx, organization: OrganizationId, applicant: ApplicantId) -> Result<()> {
    on!(tx, |c| sqlx::query("UPDATE steps SET sealed = $3 WHERE organization = $1 AND applicant = $2")
        .bind(organization.uuid())
        .bind(applicant.uuid())
        .bind(Sealed::nothing().as_bytes())
        .execute(c)
        .await
        .map(drop))
    .to("forget the steps of a person")
}
