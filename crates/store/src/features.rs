//! Features by which documents and faces are recognised again, among the people of one organization.

use std::collections::HashSet;

use bonafide_core::{
    id::{ApplicantId, FeatureId, OrganizationId, VerificationId},
    time::Timestamp,
};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::{
    Context, Result, Tx,
    column::row,
    crypto::{self, Object, Sealed, SubjectKey},
    keyring::KeyRing,
    on, subject_keys,
};

/// One feature, sealed as [`Object::Feature`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Feature {
    pub id: FeatureId,
    pub applicant: ApplicantId,
    pub verification: Option<VerificationId>,
    /// What it is a feature of; one kind is searched at a time.
    pub kind: String,
    pub sealed: Sealed,
    pub created_at: Timestamp,
}

/// A feature in the clear. Wiped when dropped.
pub struct Opened {
    pub id: FeatureId,
    pub applicant: ApplicantId,
    pub verification: Option<VerificationId>,
    pub bytes: Zeroizing<Vec<u8>>,
    pub created_at: Timestamp,
}

struct Row {
    id: FeatureId,
    applicant: ApplicantId,
    verification: Option<Uuid>,
    sealed: Sealed,
    created_at: Timestamp,
    key_id: String,
    wrapped_key: Vec<u8>,
}
row!(Row: id, applicant, verification, sealed, created_at, key_id, wrapped_key);

/// Adds a feature.
pub async fn insert(tx: &mut Tx, organization: OrganizationId, feature: &Feature) -> Result<()> {
    on!(tx, |c| sqlx::query(
        "INSERT INTO features (id, organization, applicant, verification, kind, sealed, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)"
    )
    .bind(feature.id.uuid())
    .bind(organization.uuid())
    .bind(feature.applicant.uuid())
    .bind(feature.verification.map(|v| v.uuid()))
    .bind(&feature.kind)
    .bind(feature.sealed.as_bytes())
    .bind(feature.created_at.0)
    .execute(c)
    .await
    .map(drop))
    .to("insert a feature")
}

/// Removes the features of one kind that a verification gave, before it gives new ones.
pub async fn withdraw(
    tx: &mut Tx,
    organization: OrganizationId,
    verification: VerificationId,
    kind: &str,
) -> Result<u64> {
    on!(tx, |c| sqlx::query(
        "DELETE FROM features WHERE organization = $1 AND verification = $2 AND kind = $3"
    )
    .bind(organization.uuid())
    .bind(verification.uuid())
    .bind(kind)
    .execute(c)
    .await
    .map(|done| done.rows_affected()))
    .to("withdraw features")
}

/// Removes the features of one kind of a person.
pub async fn withdraw_of(
    tx: &mut Tx,
    organization: OrganizationId,
    applicant: ApplicantId,
    kind: &str,
) -> Result<u64> {
    on!(tx, |c| sqlx::query("DELETE FROM features WHERE organization = $1 AND applicant = $2 AND kind = $3")
        .bind(organization.uuid())
        .bind(applicant.uuid())
        .bind(kind)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))
    .to("withdraw the features of an applicant")
}

/// Removes every feature of a person.
pub async fn forget(tx: &mut Tx, organization: OrganizationId, applicant: ApplicantId) -> Result<u64> {
    on!(tx, |c| sqlx::query("DELETE FROM features WHERE organization = $1 AND applicant = $2")
        .bind(organization.uuid())
        .bind(applicant.uuid())
        .execute(c)
        .await
        .map(|done| done.rows_affected()))
    .to("forget the features of an applicant")
}

/// How many features of one kind an organization has.
pub async fn count(tx: &mut Tx, organization: OrganizationId, kind: &str) -> Result<usize> {
    let (count,): (i64,) =
        on!(tx, |c| sqlx::query_as("SELECT COUNT(*) FROM features WHERE organization = $1 AND kind = $2")
            .bind(organization.uuid())
            .bind(kind)
            .fetch_one(c)
            .await)
        .to("count the features")?;
    Ok(usize::try_from(count).unwrap_or(0))
}

/// Their ids.
pub async fn ids(tx: &mut Tx, organization: OrganizationId, kind: &str) -> Result<HashSet<FeatureId>> {
    let rows: Vec<(Uuid,)> =
        on!(tx, |c| sqlx::query_as("SELECT id FROM features WHERE organization = $1 AND kind = $2")
            .bind(organization.uuid())
            .bind(kind)
            .fetch_all(c)
            .await)
        .to("list the features")?;
    Ok(rows.into_iter().map(|(id,)| FeatureId::from_uuid(id)).collect())
}

/// The features of one kind of one person, opened; oldest first.
pub async fn open_of(
    tx: &mut Tx,
    organization: OrganizationId,
    kind: &str,
    applicant: ApplicantId,
    key: &SubjectKey,
) -> Result<Vec<Zeroizing<Vec<u8>>>> {
    let rows: Vec<SealedRow> = on!(tx, |c| sqlx::query_as(
        "SELECT id, sealed FROM features WHERE organization = $1 AND applicant = $2 AND kind = $3
         ORDER BY created_at, id"
    )
    .bind(organization.uuid())
    .bind(applicant.uuid())
    .bind(kind)
    .fetch_all(c)
    .await)
    .to("read the features of an applicant")?;
    rows.into_iter().map(|row| crypto::open(key, Object::Feature(row.id), &row.sealed)).collect()
}

struct SealedRow {
    id: FeatureId,
    sealed: Sealed,
}
row!(SealedRow: id, sealed);

/// The features of one kind since a time, that time included, opened; oldest first. Each is opened under its
/// own applicant's key, which takes microseconds.
pub async fn open_since(
    tx: &mut Tx,
    organization: OrganizationId,
    kind: &str,
    since: Timestamp,
    ring: &dyn KeyRing,
) -> Result<Vec<Opened>> {
    let rows: Vec<Row> = on!(tx, |c| sqlx::query_as(
        "SELECT f.id, f.applicant, f.verification, f.sealed, f.created_at, k.key_id, k.wrapped_key
         FROM features f JOIN subject_keys k ON k.organization = f.organization AND k.applicant = f.applicant
         WHERE f.organization = $1 AND f.kind = $2 AND f.created_at >= $3 AND k.destroyed_at IS NULL
         ORDER BY f.created_at, f.id"
    )
    .bind(organization.uuid())
    .bind(kind)
    .bind(since.0)
    .fetch_all(c)
    .await)
    .to("read the features")?;
    rows.into_iter()
        .map(|row| {
            let key = subject_keys::unwrap(organization, row.applicant, &row.key_id, &row.wrapped_key, ring)?;
            Ok(Opened {
                id: row.id,
                applicant: row.applicant,
                verification: row.verification.map(VerificationId::from_uuid),
                bytes: crypto::open(&key, Object::Feature(row.id), &row.sealed)?,
                created_at: row.created_at,
            })
        })
        .collect()
}
