//! Verifications that another one took the place of, and the users whom one is started for.

use bonafide_core::{
    id::{OrganizationId, VerificationId},
    time::Timestamp,
};

use crate::{Context, Result, Tx, column::row, on};

/// Says that `successor` was started in the place of `verification`.
///
/// # Errors
/// [`crate::Error::is_duplicate`] when another one was before.
pub async fn insert(
    tx: &mut Tx,
    organization: OrganizationId,
    verification: VerificationId,
    successor: VerificationId,
    now: Timestamp,
) -> Result<()> {
    on!(tx, |c| sqlx::query(
        "INSERT INTO restarts (organization, verification, successor, created_at) VALUES ($1, $2, $3, $4)"
    )
    .bind(organization.uuid())
    .bind(verification.uuid())
    .bind(successor.uuid())
    .bind(now.0)
    .execute(c)
    .await
    .map(drop))
    .to("insert the restart")
}

/// What was started in the place of a verification.
pub async fn successor(
    tx: &mut Tx,
    organization: OrganizationId,
    verification: VerificationId,
) -> Result<Option<VerificationId>> {
    let found: Option<Successor> = on!(tx, |c| sqlx::query_as(
        "SELECT successor FROM restarts WHERE organization = $1 AND verification = $2"
    )
    .bind(organization.uuid())
    .bind(verification.uuid())
    .fetch_optional(c)
    .await)
    .to("read the restart")?;
    Ok(found.map(|row| row.successor))
}

/// Holds everybody back who asks the same for this user of the caller's until the transaction ends. Ask for it before the
/// chains of events and of the audit log.
pub async fn hold_user(tx: &mut Tx, organization: OrganizationId, user_id: &str) -> Result<()> {
    on!(tx, |c| sqlx::query(
        "INSERT INTO users (organization, user_id) VALUES ($1, $2)
         ON CONFLICT (organization, user_id) DO UPDATE SET user_id = excluded.user_id"
    )
    .bind(organization.uuid())
    .bind(user_id)
    .execute(c)
    .await
    .map(drop))
    .to("hold the user")
}

struct Successor {
    successor: VerificationId,
}
row!(Successor: successor);
