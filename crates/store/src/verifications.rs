//! Verifications: one question "is this the person they say they are" and its answer.

use bonafide_core::{
    document::DocumentType,
    id::{ApplicantId, ClientId, CredentialId, MatterId, OrganizationId, VerificationId, WeightsId},
    policy::LivenessMode,
    time::Timestamp,
    verification::{Kind, Purpose, Status},
};
use sqlx::types::Json;

use crate::{
    Context, Error, Result, Tx, Word,
    column::{Column, row},
    crypto::Sealed,
    on,
};

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

/// Which verifications to list. Empty lists and `None` leave nothing out.
#[derive(Debug, Clone, Default)]
pub struct Filter<'a> {
    pub kind: Option<Kind>,
    /// The API it was created through.
    pub dialect: Option<&'a str>,
    /// Why the decision that counts is no approval: the word of a reason.
    pub reason: Option<&'a str>,
    pub statuses: &'a [Status],
    pub applicants: &'a [ApplicantId],
    pub identities: &'a [ApplicantId],
    pub credentials: &'a [CredentialId],
    pub user_ids: &'a [String],
    pub verified: Option<bool>,
    /// Created at or after.
    pub from: Option<Timestamp>,
    /// Created before.
    pub until: Option<Timestamp>,
}

/// Which part of a list. Newest first.
#[derive(Debug, Clone, Copy)]
pub struct Page {
    /// Begin after this one (creation time and id): stable while rows are added.
    pub after: Option<(Timestamp, VerificationId)>,
    /// Leave out this many, for APIs that page by number.
    pub skip: i64,
    pub limit: i64,
}

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

/// Adds the tenant and the filter to a query. A macro because the builder's type names the driver.
macro_rules! filtered {
    ($query:expr, $organization:expr, $filter:expr) => {{
        let (query, filter): (_, &Filter<'_>) = (&mut $query, $filter);
        query.push(" WHERE deleted_at IS NULL AND organization = ").push_bind($organization.uuid());
        if let Some(kind) = filter.kind {
            query.push(" AND kind = ").push_bind(kind.as_str());
        }
        if let Some(dialect) = filter.dialect {
            query.push(" AND dialect = ").push_bind(dialect.to_owned());
        }
        if let Some(reason) = filter.reason {
            query.push(
                " AND EXISTS (SELECT 1 FROM assessment_reasons r WHERE r.organization = verifications.organization
                      AND r.verification = verifications.id AND r.code = ",
            );
            query.push_bind(reason.to_owned()).push(")");
        }
        if !filter.statuses.is_empty() {
            let mut list = query.push(" AND status IN (").separated(", ");
            for status in filter.statuses {
                list.push_bind(status.as_str());
            }
            query.push(")");
        }
        if !filter.applicants.is_empty() {
            let mut list = query.push(" AND applicant IN (").separated(", ");
            for id in filter.applicants {
                list.push_bind(id.uuid());
            }
            query.push(")");
        }
        if !filter.identities.is_empty() {
            let mut list = query.push(" AND identity IN (").separated(", ");
            for id in filter.identities {
                list.push_bind(id.uuid());
            }
            query.push(")");
        }
        if !filter.user_ids.is_empty() {
            let mut list = query.push(" AND user_id IN (").separated(", ");
            for id in filter.user_ids {
                list.push_bind(id.clone());
            }
            query.push(")");
        }
        if !filter.credentials.is_empty() {
            let mut list = query.push(" AND credential IN (").separated(", ");
            for id in filter.credentials {
                list.push_bind(id.uuid());
            }
            query.push(")");
        }
        if let Some(verified) = filter.verified {
            query.push(" AND verified = ").push_bind(verified);
        }
        if let Some(from) = filter.from {
            query.push(" AND created_at >= ").push_bind(from.0);
        }
        if let Some(until) = filter.until {
            query.push(" AND created_at < ").push_bind(until.0);
        }
    }};
}

/// A page of an organization's verifications, newest first.
pub async fn list(
    tx: &mut Tx,
    organization: OrganizationId,
    filter: &Filter<'_>,
    page: Page,
) -> Result<Vec<Verification>> {
    on!(tx, |c| {
        let mut query = sqlx::QueryBuilder::new("SELECT * FROM verifications");
        filtered!(query, organization, filter);
        if let Some((at, id)) = page.after {
            query.push(" AND (created_at, id) < (").push_bind(at.0).push(", ").push_bind(id.uuid()).push(")");
        }
        query.push(" ORDER BY created_at DESC, id DESC LIMIT ").push_bind(page.limit);
        query.push(" OFFSET ").push_bind(page.skip);
        query.build_query_as().fetch_all(c).await
    })
    .to("list the verifications")
}

/// How many verifications the filter matches, by status word.
pub async fn count(
    tx: &mut Tx,
    organization: OrganizationId,
    filter: &Filter<'_>,
) -> Result<Vec<(Word<Status>, i64)>> {
    let counts: Vec<(String, i64)> = on!(tx, |c| {
        let mut query = sqlx::QueryBuilder::new("SELECT status, COUNT(*) FROM verifications");
        filtered!(query, organization, filter);
        query.push(" GROUP BY status ORDER BY status");
        query.build_query_as().fetch_all(c).await
    })
    .to("count the verifications")?;
    Ok(counts.into_iter().map(|(status, n)| (Word::from_raw(status), n)).collect())
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
    if rows == 0 { Err(Error::NotFound("verification")) } else { Ok(()) }
}
