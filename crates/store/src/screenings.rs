//! The log of screenings: what was asked, against which lists, and what came of it.

use bonafide_core::{
    id::{ApplicantId, OrganizationId, ScreeningId, VerificationId},
    time::Timestamp,
};
use zeroize::Zeroizing;

use crate::{
    Context, Result, Tx,
    column::row,
    crypto::{self, Object, Sealed},
    keyring::KeyRing,
    on, subject_keys,
};

/// Most screenings of one verification that are kept: the newest. Lists change daily, results rarely.
pub const KEPT: i64 = 50;

/// One screening, sealed as [`Object::Screening`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Screening {
    pub id: ScreeningId,
    pub applicant: ApplicantId,
    pub verification: VerificationId,
    pub sealed: Sealed,
    pub created_at: Timestamp,
}

/// A screening in the clear. Wiped when dropped.
pub struct Opened {
    pub id: ScreeningId,
    pub verification: VerificationId,
    pub bytes: Zeroizing<Vec<u8>>,
    pub created_at: Timestamp,
}

struct Row {
    id: ScreeningId,
    applicant: ApplicantId,
    verification: VerificationId,
    sealed: Sealed,
    created_at: Timestamp,
    key_id: String,
    wrapped_key: Vec<u8>,
}
row!(Row: id, applicant, verification, sealed, created_at, key_id, wrapped_key);

/// Adds a screening; of one verification the newest [`KEPT`] stay.
pub async fn insert(tx: &mut Tx, organization: OrganizationId, screening: &Screening) -> Result<()> {
    on!(tx, |c| sqlx::query(
        "INSERT INTO screenings (id, organization, applicant, verification, sealed, created_at)
         VALUES ($1, $2, $3, $4, $5, $6)"
    )
    .bind(screening.id.uuid())
    .bind(organization.uuid())
    .bind(screening.applicant.uuid())
    .bind(screening.verification.uuid())
    .bind(screening.sealed.as_bytes())
    .bind(screening.created_at.0)
    .execute(c)
    .await
    .map(drop))
    .to("insert a screening")?;
    on!(tx, |c| sqlx::query(
        "DELETE FROM screenings WHERE organization = $1 AND verification = $2 AND id NOT IN (
             SELECT id FROM screenings WHERE organization = $1 AND verification = $2
             ORDER BY created_at DESC, id DESC LIMIT $3)"
    )
    .bind(organization.uuid())
    .bind(screening.verification.uuid())
    .bind(KEPT)
    .execute(c)
    .await
    .map(drop))
    .to("drop the oldest screenings")
}

/// A page of screenings since a time, opened, oldest first; `after` is the last one of the page before. Those of
/// anonymized people are gone.
pub async fn page(
    tx: &mut Tx,
    organization: OrganizationId,
    since: Timestamp,
    after: Option<(Timestamp, ScreeningId)>,
    limit: i64,
    ring: &dyn KeyRing,
) -> Result<Vec<Opened>> {
    let (at, id) = after.map_or((i64::MIN, uuid::Uuid::nil()), |(at, id)| (at.0, id.uuid()));
    let rows: Vec<Row> = on!(tx, |c| sqlx::query_as(
        "SELECT s.id, s.applicant, s.verification, s.sealed, s.created_at, k.key_id, k.wrapped_key
         FROM screenings s JOIN subject_keys k ON k.organization = s.organization AND k.applicant = s.applicant
         WHERE s.organization = $1 AND s.created_at >= $2 AND (s.created_at, s.id) > ($3, $4)
             AND k.destroyed_at IS NULL
         ORDER BY s.created_at, s.id LIMIT $5"
    )
    .bind(organization.uuid())
    .bind(since.0)
    .bind(at)
    .bind(id)
    .bind(limit)
    .fetch_all(c)
    .await)
    .to("read the screenings")?;
    rows.into_iter()
        .map(|row| {
            let key = subject_keys::unwrap(organization, row.applicant, &row.key_id, &row.wrapped_key, ring)?;
            Ok(Opened {
                id: row.id,
                verification: row.verification,
                bytes: crypto::open(&key, Object::Screening(row.id), &row.sealed)?,
                created_at: row.created_at,
            })
        })
        .collect()
}

/// Removes every screening of a person.
pub async fn forget(tx: &mut Tx, organization: OrganizationId, applicant: ApplicantId) -> Result<u64> {
    on!(tx, |c| sqlx::query("DELETE FROM screenings WHERE organization = $1 AND applicant = $2")
        .bind(organization.uuid())
        .bind(applicant.uuid())
        .execute(c)
        .await
        .map(|done| done.rows_affected()))
    .to("forget the screenings of an applicant")
}
