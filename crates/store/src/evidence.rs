//! What people submit: pictures, each a row here and a file in [`crate::blobs`].

use bonafide_core::{
    evidence::EvidenceKind,
    id::{ApplicantId, EvidenceId, OrganizationId, VerificationId},
    time::Timestamp,
};

use crate::{Context, Result, Tx, Word, blobs::BlobKey, column::row, crypto::Sealed, on, query::Query};

/// One stored picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    pub id: EvidenceId,
    pub organization: OrganizationId,
    pub verification: VerificationId,
    pub applicant: ApplicantId,
    /// What it shows.
    pub kind: Word<EvidenceKind>,
    /// The place among the pictures of the same kind.
    pub sequence: i64,
    pub blob_key: BlobKey,
    /// The size of the picture, not of the sealed file.
    pub bytes: i64,
    pub width: i64,
    pub height: i64,
    /// Location and the like, sealed as [`crate::crypto::Object::Evidence`].
    pub sealed: Sealed,
    pub created_at: Timestamp,
    /// Set when a newer picture of the same kind took its place.
    pub superseded_at: Option<Timestamp>,
}
row!(Evidence: id, organization, verification, applicant, kind, sequence, blob_key, bytes, width, height, sealed,
    created_at, superseded_at);

/// Adds a picture's row. Put the picture into the blobs first: a row without a file is worse than a file
/// without a row.
pub async fn insert(tx: &mut Tx, organization: OrganizationId, e: &Evidence) -> Result<()> {
    on!(tx, |c| sqlx::query(
        "INSERT INTO evidence (id, organization, verification, applicant, kind, sequence, blob_key, bytes,
             width, height, sealed, created_at, superseded_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)"
    )
    .bind(e.id.uuid())
    .bind(organization.uuid())
    .bind(e.verification.uuid())
    .bind(e.applicant.uuid())
    .bind(e.kind.as_str())
    .bind(e.sequence)
    .bind(e.blob_key.as_str())
    .bind(e.bytes)
    .bind(e.width)
    .bind(e.height)
    .bind(e.sealed.as_bytes())
    .bind(e.created_at.0)
    .bind(e.superseded_at.map(|t| t.0))
    .execute(c)
    .await
    .map(drop))
    .to("insert the evidence")
}

/// One picture's row, superseded or not.
pub async fn get(tx: &mut Tx, organization: OrganizationId, id: EvidenceId) -> Result<Option<Evidence>> {
    on!(tx, |c| sqlx::query_as("SELECT * FROM evidence WHERE organization = $1 AND id = $2")
        .bind(organization.uuid())
        .bind(id.uuid())
        .fetch_optional(c)
        .await)
    .to("read the evidence")
}

/// The pictures of a verification that count, by kind and sequence.
pub async fn list(
    tx: &mut Tx,
    organization: OrganizationId,
    verification: VerificationId,
) -> Result<Vec<Evidence>> {
    on!(tx, |c| sqlx::query_as(
        "SELECT * FROM evidence WHERE organization = $1 AND verification = $2 AND superseded_at IS NULL
         ORDER BY kind, sequence, created_at, id"
    )
    .bind(organization.uuid())
    .bind(verification.uuid())
    .fetch_all(c)
    .await)
    .to("list the evidence")
}

/// Every picture that was ever submitted for a verification, in the order they came in.
pub async fn list_all(
    tx: &mut Tx,
    organization: OrganizationId,
    verification: VerificationId,
) -> Result<Vec<Evidence>> {
    on!(tx, |c| sqlx::query_as(
        "SELECT * FROM evidence WHERE organization = $1 AND verification = $2 ORDER BY created_at, kind, sequence, id"
    )
    .bind(organization.uuid())
    .bind(verification.uuid())
    .fetch_all(c)
    .await)
    .to("list every piece of evidence")
}

/// Retires the pictures of one kind before newer ones take their place; returns how many there were.
pub async fn supersede(
    tx: &mut Tx,
    organization: OrganizationId,
    verification: VerificationId,
    kind: EvidenceKind,
    now: Timestamp,
) -> Result<u64> {
    on!(tx, |c| sqlx::query(
        "UPDATE evidence SET superseded_at = $4
         WHERE organization = $1 AND verification = $2 AND kind = $3 AND superseded_at IS NULL"
    )
    .bind(organization.uuid())
    .bind(verification.uuid())
    .bind(kind.as_str())
    .bind(now.0)
    .execute(c)
    .await
    .map(|done| done.rows_affected()))
    .to("supersede the evidence")
}

/// Lets pictures count that were put aside when they came in: they belong together, and the last one is there now.
pub async fn restore(
    tx: &mut Tx,
    organization: OrganizationId,
    verification: VerificationId,
    ids: &[EvidenceId],
) -> Result<()> {
    on!(tx, |c| {
        let mut query =
            sqlx::QueryBuilder::new("UPDATE evidence SET superseded_at = NULL WHERE organization = ");
        query.push_bind(organization.uuid()).push(" AND verification = ").push_bind(verification.uuid());
        let mut list = query.push(" AND id IN (").separated(", ");
        for id in ids {
            list.push_bind(id.uuid());
        }
        query.push(")");
        query.build().execute(c).await.map(drop)
    })
    .to("restore the evidence")
}

/// How many pictures were ever submitted for a verification, superseded ones included, and their bytes:
/// what a quota is compared with.
pub async fn usage(
    tx: &mut Tx,
    organization: OrganizationId,
    verification: VerificationId,
) -> Result<(i64, i64)> {
    on!(tx, |c| sqlx::query_as(
        "SELECT COUNT(*), CAST(COALESCE(SUM(bytes), 0) AS BIGINT) FROM evidence
         WHERE organization = $1 AND verification = $2"
    )
    .bind(organization.uuid())
    .bind(verification.uuid())
    .fetch_one(c)
    .await)
    .to("add up the evidence")
}

/// The names of every picture of a person, those that newer ones replaced included.
pub async fn blob_keys(
    tx: &mut Tx,
    organization: OrganizationId,
    applicant: ApplicantId,
) -> Result<Vec<BlobKey>> {
    let rows: Vec<KeyRow> = on!(tx, |c| sqlx::query_as(
        "SELECT blob_key FROM evidence WHERE organization = $1 AND applicant = $2"
    )
    .bind(organization.uuid())
    .bind(applicant.uuid())
    .fetch_all(c)
    .await)
    .to("list the pictures of an applicant")?;
    Ok(rows.into_iter().map(|row| row.blob_key).collect())
}

/// Those of these pictures that somebody's evidence is, in any organization.
pub async fn known(tx: &mut Tx, names: &[BlobKey]) -> Result<Vec<BlobKey>> {
    /// Fewer than a statement may have parameters.
    const AT_ONCE: usize = 500;
    let mut known = vec![];
    for names in names.chunks(AT_ONCE) {
        let mut query = Query::new("SELECT blob_key FROM evidence WHERE blob_key IN ");
        query.list(names.iter().map(BlobKey::as_str));
        let rows: Vec<KeyRow> = query.fetch(tx).await.to("look for whose pictures they are")?;
        known.extend(rows.into_iter().map(|row| row.blob_key));
    }
    Ok(known)
}

/// When the newest evidence of all was given.
pub async fn newest(tx: &mut Tx) -> Result<Option<Timestamp>> {
    let (newest,): (Option<i64>,) =
        on!(tx, |c| sqlx::query_as("SELECT MAX(created_at) FROM evidence").fetch_one(c).await)
            .to("look for the newest evidence")?;
    Ok(newest.map(Timestamp))
}

struct KeyRow {
    blob_key: BlobKey,
}
row!(KeyRow: blob_key);
