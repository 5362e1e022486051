//! What lets a person's device into one verification: links, each good for one exchange, and the tokens they are exchanged
//! for. Neither outlives the verification; both are known only to their holders.

use bonafide_core::{
    id::{OrganizationId, VerificationId},
    time::Timestamp,
};

use crate::{Context, Result, Tx, column::row, on, secrets::SecretHash};

/// A link or a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaptureToken {
    pub token_sha256: SecretHash,
    pub organization: OrganizationId,
    pub verification: VerificationId,
    /// Whether it is a link.
    pub link: bool,
    pub created_at: Timestamp,
    /// When it was exchanged, or another took its place.
    pub ended_at: Option<Timestamp>,
}
row!(CaptureToken: token_sha256, organization, verification, link, created_at, ended_at);

/// Ends the links, or the tokens, that a verification has.
pub async fn end(
    tx: &mut Tx,
    organization: OrganizationId,
    verification: VerificationId,
    link: bool,
    now: Timestamp,
) -> Result<()> {
    on!(tx, |c| sqlx::query(
        "UPDATE capture_tokens SET ended_at = $4
         WHERE organization = $1 AND verification = $2 AND link = $3 AND ended_at IS NULL"
    )
    .bind(organization.uuid())
    .bind(verification.uuid())
    .bind(link)
    .bind(now.0)
    .execute(c)
    .await
    .map(drop))
    .to("end capture tokens")
}

/// Adds a link or a token.
pub async fn insert(tx: &mut Tx, organization: OrganizationId, new: &CaptureToken) -> Result<()> {
    on!(tx, |c| sqlx::query(
        "INSERT INTO capture_tokens (token_sha256, organization, verification, link, created_at)
         VALUES ($1, $2, $3, $4, $5)"
    )
    .bind(new.token_sha256.as_bytes())
    .bind(organization.uuid())
    .bind(new.verification.uuid())
    .bind(new.link)
    .bind(new.created_at.0)
    .execute(c)
    .await
    .map(drop))
    .to("insert the capture token")
}

/// Whose this is, whether it still opens anything or not.
pub async fn find(tx: &mut Tx, presented: SecretHash) -> Result<Option<CaptureToken>> {
    on!(tx, |c| sqlx::query_as("SELECT * FROM capture_tokens WHERE token_sha256 = $1")
        .bind(presented.as_bytes())
        .fetch_optional(c)
        .await)
    .to("look up a capture token")
}

/// Ends a link. False when somebody else has: of two who exchange it at once, one gets the token.
pub async fn redeem(
    tx: &mut Tx,
    organization: OrganizationId,
    link: SecretHash,
    now: Timestamp,
) -> Result<bool> {
    let rows = on!(tx, |c| sqlx::query(
        "UPDATE capture_tokens SET ended_at = $3
         WHERE organization = $1 AND token_sha256 = $2 AND link AND ended_at IS NULL"
    )
    .bind(organization.uuid())
    .bind(link.as_bytes())
    .bind(now.0)
    .execute(c)
    .await
    .map(|done| done.rows_affected()))
    .to("redeem a link")?;
    Ok(rows == 1)
}
