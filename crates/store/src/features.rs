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
    on,
    query::Query,
    subject_keys,
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
    pub bytes: Result<Zeroizing<Vec<u8>>, Shut>,
    pub created_at: Timestamp,
}

/// Why a feature is not opened: the others are all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shut {
    /// Its person was forgotten.
    Forgotten,
    /// It is damaged, or the key ring lacks what its key is wrapped under.
    Unreadable,
}

struct Row {
    id: FeatureId,
    applicant: ApplicantId,
    verification: Option<Uuid>,
    sealed: Sealed,
    created_at: Timestamp,
    key_id: String,
    wrapped_key: Vec<u8>,
    destroyed_at: Option<Timestamp>,
}
row!(Row: id, applicant, verification, sealed, created_at, key_id, wrapped_key, destroyed_at);

impl Row {
    fn open(self, organization: OrganizationId, ring: &dyn KeyRing) -> Opened {
        let bytes = || {
            let key =
                subject_keys::unwrap(organization, self.applicant, &self.key_id, &self.wrapped_key, ring)?;
            crypto::open(&key, Object::Feature(self.id), &self.sealed)
        };
        let bytes = match self.destroyed_at {
            Some(_) => Err(Shut::Forgotten),
            None => bytes().map_err(|_| Shut::Unreadable),
        };
        Opened {
            id: self.id,
            applicant: self.applicant,
            verification: self.verification.map(VerificationId::from_uuid),
            bytes,
            created_at: self.created_at,
        }
    }
}

/// Which features of one kind there are, in two numbers: where both are the same, so are the features.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    pub count: i64,
    sum: i64,
}
row!(Tally: count, sum);

impl Tally {
    /// One more, made at this time.
    pub fn add(&mut self, at: Timestamp) {
        self.count += 1;
        self.sum = self.sum.saturating_add(at.0 % TALLIED);
    }
}

/// A prime, so that no sum of less than nine thousand million rows is too large.
const TALLIED: i64 = 1_000_000_007;

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

/// Which features of one kind an organization has.
pub async fn tally(tx: &mut Tx, organization: OrganizationId, kind: &str) -> Result<Tally> {
    on!(tx, |c| sqlx::query_as(
        "SELECT COUNT(*) AS count, CAST(COALESCE(SUM(created_at % $3), 0) AS BIGINT) AS sum
         FROM features WHERE organization = $1 AND kind = $2"
    )
    .bind(organization.uuid())
    .bind(kind)
    .bind(TALLIED)
    .fetch_one(c)
    .await)
    .to("count the features")
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

/// The columns of a [`Row`].
const ROWS: &str = "SELECT f.id, f.applicant, f.verification, f.sealed, f.created_at, k.key_id, k.wrapped_key, k.destroyed_at
     FROM features f JOIN subject_keys k ON k.organization = f.organization AND k.applicant = f.applicant
     WHERE f.organization = ";

/// The features of one kind since a time, that time included, opened; oldest first. Each is opened under its
/// own applicant's key, which takes microseconds.
pub async fn open_since(
    tx: &mut Tx,
    organization: OrganizationId,
    kind: &str,
    since: Timestamp,
    ring: &dyn KeyRing,
) -> Result<Vec<Opened>> {
    let mut query = Query::new(ROWS);
    query.bind(organization.uuid()).push(" AND f.kind = ").bind(kind);
    query.push(" AND f.created_at >= ").bind(since.0).push(" ORDER BY f.created_at, f.id");
    let rows: Vec<Row> = query.fetch(tx).await.to("read the features")?;
    Ok(rows.into_iter().map(|row| row.open(organization, ring)).collect())
}

/// These features, opened; oldest first.
pub async fn open_these(
    tx: &mut Tx,
    organization: OrganizationId,
    ids: &[FeatureId],
    ring: &dyn KeyRing,
) -> Result<Vec<Opened>> {
    let mut opened = vec![];
    for batch in ids.chunks(BATCH) {
        let mut query = Query::new(ROWS);
        query.bind(organization.uuid()).push(" AND f.id IN ").list(batch.iter().map(|id| id.uuid()));
        query.push(" ORDER BY f.created_at, f.id");
        let rows: Vec<Row> = query.fetch(tx).await.to("read some features")?;
        opened.extend(rows.into_iter().map(|row| row.open(organization, ring)));
    }
    Ok(opened)
}

/// Rows of one statement.
const BATCH: usize = 1000;
