//! The log of screenings: what was asked, against which lists, and what came of it.

use bonafide_core::{
    id::{AmlId, ApplicantId, OrganizationId, ScreeningId, VerificationId},
    time::Timestamp,
};
use uuid::Uuid;
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

/// What somebody was searched for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    Verification(VerificationId),
    Aml(AmlId),
}

/// One screening, sealed as [`Object::Screening`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Screening {
    pub id: ScreeningId,
    /// Whose key it is sealed under.
    pub applicant: ApplicantId,
    pub purpose: Purpose,
    pub sealed: Sealed,
    pub created_at: Timestamp,
}

/// A screening in the clear. Wiped when dropped.
pub struct Opened {
    pub id: ScreeningId,
    pub purpose: Purpose,
    pub bytes: Zeroizing<Vec<u8>>,
    pub created_at: Timestamp,
}

struct Row {
    id: ScreeningId,
    applicant: ApplicantId,
    verification: Uuid,
    aml: bool,
    sealed: Sealed,
    created_at: Timestamp,
    key_id: String,
    wrapped_key: Vec<u8>,
}
row!(Row: id, applicant, verification, aml, sealed, created_at, key_id, wrapped_key);

/// Adds a screening; of one verification the newest [`KEPT`] stay.
pub async fn insert(tx: &mut Tx, organization: OrganizationId, screening: &Screening) -> Result<()> {
    macro_rules! texts {
        ($table:literal) => {
            (
                concat!(
                    "INSERT INTO ",
                    $table,
                    " (id, organization, applicant, verification, sealed, created_at)
                     VALUES ($1, $2, $3, $4, $5, $6)"
                ),
                concat!(
                    "DELETE FROM ",
                    $table,
                    " WHERE organization = $1 AND verification = $2 AND id NOT IN (SELECT id FROM ",
                    $table,
                    " WHERE organization = $1 AND verification = $2 ORDER BY created_at DESC, id DESC LIMIT $3)"
                ),
            )
        };
    }
    let (about, (add, thin)) = match screening.purpose {
        Purpose::Verification(id) => (id.uuid(), texts!("screenings")),
        Purpose::Aml(id) => (id.uuid(), texts!("aml_screenings")),
    };
    on!(tx, |c| sqlx::query(add)
        .bind(screening.id.uuid())
        .bind(organization.uuid())
        .bind(screening.applicant.uuid())
        .bind(about)
        .bind(screening.sealed.as_bytes())
        .bind(screening.created_at.0)
        .execute(c)
        .await
        .map(drop))
    .to("insert a screening")?;
    on!(tx, |c| sqlx::query(thin).bind(organization.uuid()).bind(about).bind(KEPT).execute(c).await.map(drop))
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
    macro_rules! of {
        ($table:literal, $aml:literal) => {
            concat!(
                "SELECT * FROM (SELECT s.id, s.applicant, s.verification, ",
                $aml,
                " AS aml, s.sealed, s.created_at, k.key_id, k.wrapped_key FROM ",
                $table,
                " s JOIN subject_keys k ON k.organization = s.organization AND k.applicant = s.applicant
                 WHERE s.organization = $1 AND s.created_at >= $2 AND (s.created_at, s.id) > ($3, $4)
                     AND k.destroyed_at IS NULL
                 ORDER BY s.created_at, s.id LIMIT $5) AS ",
                $table
            )
        };
    }
    const TEXT: &str = concat!(
        of!("screenings", "FALSE"),
        " UNION ALL ",
        of!("aml_screenings", "TRUE"),
        " ORDER BY created_at, id LIMIT $5"
    );
    let (at, id) = after.map_or((i64::MIN, Uuid::nil()), |(at, id)| (at.0, id.uuid()));
    let rows: Vec<Row> = on!(tx, |c| sqlx::query_as(TEXT)
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
                purpose: match row.aml {
                    true => Purpose::Aml(AmlId::from_uuid(row.verification)),
                    false => Purpose::Verification(VerificationId::from_uuid(row.verification)),
                },
                bytes: crypto::open(&key, Object::Screening(row.id), &row.sealed)?,
                created_at: row.created_at,
            })
        })
        .collect()
}

/// Removes every screening of a person, or of a client.
pub async fn forget(tx: &mut Tx, organization: OrganizationId, applicant: ApplicantId) -> Result<u64> {
    let mut gone = 0;
    for text in [
        "DELETE FROM screenings WHERE organization = $1 AND applicant = $2",
        "DELETE FROM aml_screenings WHERE organization = $1 AND applicant = $2",
    ] {
        gone += on!(tx, |c| sqlx::query(text)
            .bind(organization.uuid())
            .bind(applicant.uuid())
            .execute(c)
            .await
            .map(|done| done.rows_affected()))
        .to("forget the screenings of an applicant")?;
    }
    Ok(gone)
}
