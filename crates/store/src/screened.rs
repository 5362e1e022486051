//! Against which lists each standing person was screened last: what there is to do after a change, and how far it is.

use bonafide_core::{
    id::{OrganizationId, VerificationId},
    time::Timestamp,
    verification::{Kind, Status},
};

use uuid::Uuid;

use crate::{Context, Result, Tx, on};

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Done {
    /// The lists were searched.
    Screened,
    /// They were searched and too old to say that the person is on none: to be done again once they are confirmed.
    Stale,
    /// There is no name to search for.
    Nameless,
    /// What is stored of the person cannot be read.
    Failed,
}

impl Done {
    /// The stored form.
    const fn as_str(self) -> &'static str {
        match self {
            Self::Screened => "screened",
            Self::Stale => "stale",
            Self::Nameless => "nameless",
            Self::Failed => "failed",
        }
    }

    fn parse(word: &str) -> Option<Self> {
        [Self::Screened, Self::Stale, Self::Nameless, Self::Failed].into_iter().find(|d| d.as_str() == word)
    }
}

/// Whose outcome stands or is waited for; the others are screened when they submit.
pub const STANDING: [Status; 3] = [Status::Approved, Status::ReviewRequired, Status::Declined];

/// The lists of now.
#[derive(Debug, Clone, Copy)]
pub struct Lists<'a> {
    /// A hash over all of them.
    pub version: &'a str,
    /// When one of them was last taken in or confirmed: who was screened against old lists before that is so again.
    pub confirmed_at: Timestamp,
}

/// How many people there are to screen, and how many are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    pub total: i64,
    /// With whatever came of it.
    pub done: i64,
    pub stale: i64,
    pub nameless: i64,
    pub failed: i64,
}

/// The join of standing people, and the condition of those who are left to do: `$1` organization, `$2` version,
/// `$3` confirmation, `$4` kind, `$5` to `$7` statuses.
macro_rules! standing {
    ($select:literal, $rest:literal) => {
        concat!(
            $select,
            " FROM verifications v
              JOIN subject_keys k ON k.organization = v.organization AND k.applicant = v.applicant
                  AND k.destroyed_at IS NULL
              LEFT JOIN screened s ON s.organization = v.organization AND s.verification = v.id
              WHERE v.organization = $1 AND v.deleted_at IS NULL AND v.kind = $4 AND v.status IN ($5, $6, $7)",
            $rest
        )
    };
}

/// Those whose people were not screened against these lists yet, oldest first. Nothing of them is read: a row that cannot be hides
/// no other.
pub async fn left(
    tx: &mut Tx,
    organization: OrganizationId,
    lists: Lists<'_>,
    limit: i64,
) -> Result<Vec<VerificationId>> {
    let sql = standing!(
        "SELECT v.id",
        " AND (s.lists IS NULL OR s.lists <> $2 OR s.outcome = 'stale' AND s.at < $3)
          ORDER BY v.created_at, v.id LIMIT $8"
    );
    let [a, b, c] = STANDING.map(Status::as_str);
    let ids: Vec<(Uuid,)> = on!(tx, |connection| sqlx::query_as(sql)
        .bind(organization.uuid())
        .bind(lists.version)
        .bind(lists.confirmed_at.0)
        .bind(Kind::IdentityVerification.as_str())
        .bind(a)
        .bind(b)
        .bind(c)
        .bind(limit)
        .fetch_all(connection)
        .await)
    .to("list the people to be screened")?;
    Ok(ids.into_iter().map(|(id,)| VerificationId::from_uuid(id)).collect())
}

/// How far an organization's standing people are screened against these lists.
pub async fn progress(tx: &mut Tx, organization: OrganizationId, lists: Lists<'_>) -> Result<Progress> {
    let sql = standing!(
        "SELECT CASE WHEN s.lists IS NULL OR s.lists <> $2 OR s.outcome = 'stale' AND s.at < $3 THEN ''
                ELSE s.outcome END AS state, COUNT(*)",
        " GROUP BY 1"
    );
    let [a, b, c] = STANDING.map(Status::as_str);
    let counts: Vec<(String, i64)> = on!(tx, |connection| sqlx::query_as(sql)
        .bind(organization.uuid())
        .bind(lists.version)
        .bind(lists.confirmed_at.0)
        .bind(Kind::IdentityVerification.as_str())
        .bind(a)
        .bind(b)
        .bind(c)
        .fetch_all(connection)
        .await)
    .to("count the people to be screened")?;
    let mut progress = Progress::default();
    for (state, count) in counts {
        progress.total += count;
        if state.is_empty() {
            continue;
        }
        progress.done += count;
        match Done::parse(&state) {
            Some(Done::Stale) => progress.stale += count,
            Some(Done::Nameless) => progress.nameless += count,
            Some(Done::Failed) => progress.failed += count,
            Some(Done::Screened) | None => {}
        }
    }
    Ok(progress)
}

/// Notes that a verification's person was screened. `false`: somebody else noted the same already, and what they found
/// stands.
pub async fn mark(
    tx: &mut Tx,
    organization: OrganizationId,
    verification: VerificationId,
    lists: Lists<'_>,
    done: Done,
    now: Timestamp,
) -> Result<bool> {
    let rows = on!(tx, |c| {
        sqlx::query(
        "INSERT INTO screened (organization, verification, lists, outcome, at) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (organization, verification) DO UPDATE
             SET lists = excluded.lists, outcome = excluded.outcome, at = excluded.at
             WHERE screened.lists <> excluded.lists OR screened.outcome = 'stale' AND screened.at < $6"
    )
    .bind(organization.uuid())
    .bind(verification.uuid())
    .bind(lists.version)
    .bind(done.as_str())
    .bind(now.0)
    .bind(lists.confirmed_at.0)
    .execute(c)
    .await
    .map(|done| done.rows_affected())
    })
    .to("note a screening")?;
    Ok(rows == 1)
}

/// The same when a person was screened anew, whatever was noted before.
pub async fn renew(
    tx: &mut Tx,
    organization: OrganizationId,
    verification: VerificationId,
    lists: Lists<'_>,
    done: Done,
    now: Timestamp,
) -> Result<()> {
    on!(tx, |c| sqlx::query(
        "INSERT INTO screened (organization, verification, lists, outcome, at) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (organization, verification) DO UPDATE
             SET lists = excluded.lists, outcome = excluded.outcome, at = excluded.at"
    )
    .bind(organization.uuid())
    .bind(verification.uuid())
    .bind(lists.version)
    .bind(done.as_str())
    .bind(now.0)
    .execute(c)
    .await
    .map(drop))
    .to("note a screening")
}
