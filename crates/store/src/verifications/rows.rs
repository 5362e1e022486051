//! The rows of verifications.

use bonafide_core::{
    document::DocumentType,
    id::{ApplicantId, ClientId, CredentialId, MatterId, OrganizationId, VerificationId, WeightsId},
    policy::LivenessMode,
    time::Timestamp,
    verification::{Kind, Purpose, Status},
};
use sqlx::types::Json;

use crate::{Context, Error, Result, Tx, Word, column::row, crypto::Sealed, on, query::Query, search_terms};

/// One verification's row.
#[derive(Debug, Clone, PartialEq)]
pub struct Verification {
    pub id: VerificationId,
    pub organization: OrganizationId,
    pub applicant: ApplicantId,
    /// The credential it was created with.
    pub credential: Option<CredentialId>,
    /// The API it was created through.
    pub dialect: String,
    /// What it is about.
    pub kind: Word<Kind>,
    pub purpose: Word<Purpose>,
    /// The organization's own record of the person.
    pub client: Option<ClientId>,
    /// The organization's case that it belongs to.
    pub matter: Option<MatterId>,
    /// Who the person turned out to be, or says they are.
    pub identity: Option<ApplicantId>,
    /// The caller's word for their user; empty when they gave none.
    pub user_id: String,
    pub status: Word<Status>,
    /// Counts the writes. [`update`] compares and raises it.
    pub version: i64,
    pub consent_given: Option<bool>,
    pub consent_at: Option<Timestamp>,
    pub consent_text_version: Option<String>,
    pub document_type: Option<Word<DocumentType>>,
    pub liveness_mode: Word<LivenessMode>,
    /// What is required of this person: a whole object, no personal data.
    pub policy: serde_json::Value,
    /// The version of the organization's weights it is judged by.
    pub weights: Option<WeightsId>,
    /// Whatever may hold personal data: document reading, metadata, settings. Sealed as
    /// [`crate::crypto::Object::Verification`].
    pub sealed: Sealed,
    pub verified: Option<bool>,
    pub score: Option<f64>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub completed_at: Option<Timestamp>,
    pub expires_at: Option<Timestamp>,
}
row!(Verification: id, organization, applicant, credential, dialect, kind, identity, user_id, status, version, consent_given,
    consent_at, consent_text_version, document_type, liveness_mode, policy, weights, sealed, verified, score,
    created_at, updated_at, completed_at, expires_at, purpose, client, matter);

/// Adds a verification at version 1, whatever the row says.
pub async fn insert(tx: &mut Tx, organization: OrganizationId, v: &Verification) -> Result<()> {
    on!(tx, |c| sqlx::query(
        "INSERT INTO verifications
         (id, organization, applicant, credential, dialect, status, version, consent_given, consent_at,
          consent_text_version, document_type, liveness_mode, policy, weights, sealed, verified, score,
          created_at, updated_at, completed_at, expires_at, kind, identity, user_id, purpose, client, matter)
         VALUES ($1, $2, $3, $4, $5, $6, 1, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20,
             $21, $22, $23, $24, $25, $26)"
    )
    .bind(v.id.uuid())
    .bind(organization.uuid())
    .bind(v.applicant.uuid())
    .bind(v.credential.map(|id| id.uuid()))
    .bind(&v.dialect)
    .bind(v.status.as_str())
    .bind(v.consent_given)
    .bind(v.consent_at.map(|t| t.0))
    .bind(&v.consent_text_version)
    .bind(v.document_type.as_ref().map(Word::as_str))
    .bind(v.liveness_mode.as_str())
    .bind(Json(&v.policy))
    .bind(v.weights.map(|id| id.uuid()))
    .bind(v.sealed.as_bytes())
    .bind(v.verified)
    .bind(v.score)
    .bind(v.created_at.0)
    .bind(v.updated_at.0)
    .bind(v.completed_at.map(|t| t.0))
    .bind(v.expires_at.map(|t| t.0))
    .bind(v.kind.as_str())
    .bind(v.identity.map(|id| id.uuid()))
    .bind(&v.user_id)
    .bind(v.purpose.as_str())
    .bind(v.client.map(|id| id.uuid()))
    .bind(v.matter.map(|id| id.uuid()))
    .execute(c)
    .await
    .map(drop))
    .to("insert the verification")
}

/// One verification.
pub async fn get(
    tx: &mut Tx,
    organization: OrganizationId,
    id: VerificationId,
) -> Result<Option<Verification>> {
    on!(tx, |c| sqlx::query_as(
        "SELECT * FROM verifications WHERE organization = $1 AND id = $2 AND deleted_at IS NULL"
    )
    .bind(organization.uuid())
    .bind(id.uuid())
    .fetch_optional(c)
    .await)
    .to("read the verification")
}

/// The same, and nobody else writes it, or forgets its person, until the transaction ends. Ask for it before the head of the audit
/// log: whoever has that waits for no verification.
pub async fn hold(
    tx: &mut Tx,
    organization: OrganizationId,
    id: VerificationId,
) -> Result<Option<Verification>> {
    let mut query = Query::new("SELECT * FROM verifications WHERE organization = ");
    query.bind(organization.uuid()).push(" AND id = ").bind(id.uuid()).push(" AND deleted_at IS NULL");
    query.push(match tx {
        // There is one writer.
        Tx::Sqlite(_) => "",
        Tx::Postgres(_) => " FOR NO KEY UPDATE",
    });
    let rows: Vec<Verification> = query.fetch(tx).await.to("hold the verification")?;
    Ok(rows.into_iter().next())
}

/// Holds all verifications of a person, those that were deleted too; in the order of their ids, as everybody does who holds
/// several.
pub async fn hold_of(tx: &mut Tx, organization: OrganizationId, applicant: ApplicantId) -> Result<()> {
    if let Tx::Postgres(_) = tx {
        let mut query = Query::new("SELECT id FROM verifications WHERE organization = ");
        query.bind(organization.uuid()).push(" AND applicant = ").bind(applicant.uuid());
        query.push(" ORDER BY id FOR NO KEY UPDATE");
        query.execute(tx).await.to("hold the verifications of a person")?;
    }
    Ok(())
}

/// Holds these verifications, in the order of their ids.
pub async fn hold_all(tx: &mut Tx, organization: OrganizationId, ids: &[VerificationId]) -> Result<()> {
    if let (Tx::Postgres(_), false) = (&*tx, ids.is_empty()) {
        let mut query = Query::new("SELECT id FROM verifications WHERE organization = ");
        query.bind(organization.uuid()).push(" AND id IN ").list(ids.iter().map(|id| id.uuid()));
        query.push(" ORDER BY id FOR NO KEY UPDATE");
        query.execute(tx).await.to("hold some verifications")?;
    }
    Ok(())
}

/// What anybody read of a person's verifications before is not written back any more.
pub(crate) async fn outdate(tx: &mut Tx, organization: OrganizationId, applicant: ApplicantId) -> Result<()> {
    on!(tx, |c| sqlx::query(
        "UPDATE verifications SET version = version + 1 WHERE organization = $1 AND applicant = $2"
    )
    .bind(organization.uuid())
    .bind(applicant.uuid())
    .execute(c)
    .await
    .map(drop))
    .to("outdate the verifications of a person")
}

/// The people of an identity's verifications and authentications who were not forgotten.
pub async fn people_of(
    tx: &mut Tx,
    organization: OrganizationId,
    identity: ApplicantId,
) -> Result<Vec<ApplicantId>> {
    let mut query = Query::new(
        "SELECT v.applicant FROM verifications v
         JOIN applicants a ON a.organization = v.organization AND a.id = v.applicant
         WHERE a.anonymized_at IS NULL AND v.organization = ",
    );
    query.bind(organization.uuid()).push(" AND v.identity = ").bind(identity.uuid()).push(" ORDER BY v.id");
    let rows: Vec<(uuid::Uuid,)> = query.fetch(tx).await.to("read whose verifications are an identity's")?;
    Ok(rows.into_iter().map(|(id,)| ApplicantId::from_uuid(id)).collect())
}

/// Writes back everything but identity, origin and creation time, if nobody wrote since `v` was read, and
/// raises `v.version`.
///
/// # Errors
/// [`Error::Conflict`] when somebody did, or when this organization has no such verification.
pub async fn update(tx: &mut Tx, organization: OrganizationId, v: &mut Verification) -> Result<()> {
    let written: Option<(i64,)> = on!(tx, |c| sqlx::query_as(
        "UPDATE verifications SET status = $4, consent_given = $5, consent_at = $6, consent_text_version = $7,
             document_type = $8, liveness_mode = $9, policy = $10, weights = $11, sealed = $12, verified = $13,
             score = $14, updated_at = $15, completed_at = $16, expires_at = $17, identity = $18, version = version + 1
         WHERE organization = $1 AND id = $2 AND version = $3 AND deleted_at IS NULL RETURNING version"
    )
    .bind(organization.uuid())
    .bind(v.id.uuid())
    .bind(v.version)
    .bind(v.status.as_str())
    .bind(v.consent_given)
    .bind(v.consent_at.map(|t| t.0))
    .bind(&v.consent_text_version)
    .bind(v.document_type.as_ref().map(Word::as_str))
    .bind(v.liveness_mode.as_str())
    .bind(Json(&v.policy))
    .bind(v.weights.map(|id| id.uuid()))
    .bind(v.sealed.as_bytes())
    .bind(v.verified)
    .bind(v.score)
    .bind(v.updated_at.0)
    .bind(v.completed_at.map(|t| t.0))
    .bind(v.expires_at.map(|t| t.0))
    .bind(v.identity.map(|id| id.uuid()))
    .fetch_optional(c)
    .await)
    .to("update the verification")?;
    v.version = written.ok_or(Error::Conflict("verification"))?.0;
    Ok(())
}

/// Hides a verification from every query. Its personal data is erased by the caller.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn delete(
    tx: &mut Tx,
    organization: OrganizationId,
    id: VerificationId,
    now: Timestamp,
) -> Result<()> {
    let rows = on!(tx, |c| sqlx::query(
        "UPDATE verifications SET deleted_at = $3
         WHERE organization = $1 AND id = $2 AND deleted_at IS NULL"
    )
    .bind(organization.uuid())
    .bind(id.uuid())
    .bind(now.0)
    .execute(c)
    .await
    .map(|done| done.rows_affected()))
    .to("delete the verification")?;
    search_terms::withdraw(tx, organization, id).await?;
    if rows == 0 { Err(Error::NotFound("verification")) } else { Ok(()) }
}
