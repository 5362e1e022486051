//! Short-lived bearer tokens that OAuth clients exchange their secret for.

use bonafide_core::{
    id::{CredentialId, OrganizationId},
    time::Timestamp,
};

use crate::{Context, Result, Tx, column::row, on, secrets::SecretHash};

/// A token that was issued. The token itself is known only to its holder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessToken {
    pub token_sha256: SecretHash,
    pub organization: OrganizationId,
    pub credential: CredentialId,
    /// Space-separated words.
    pub scopes: String,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
}
row!(AccessToken: token_sha256, organization, credential, scopes, created_at, expires_at);

/// Records an issued token.
pub async fn insert(tx: &mut Tx, token: &AccessToken) -> Result<()> {
    on!(tx, |c| sqlx::query(
        "INSERT INTO access_tokens (token_sha256, organization, credential, scopes, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6)"
    )
    .bind(token.token_sha256.as_bytes())
    .bind(token.organization.uuid())
    .bind(token.credential.uuid())
    .bind(&token.scopes)
    .bind(token.created_at.0)
    .bind(token.expires_at.0)
    .execute(c)
    .await
    .map(drop))
    .to("insert the access token")
}

/// Authentication: who holds this token, if it and its credential are valid at this moment.
pub async fn authenticate(tx: &mut Tx, token: SecretHash, now: Timestamp) -> Result<Option<AccessToken>> {
    on!(tx, |c| sqlx::query_as(
        "SELECT t.* FROM access_tokens t
         JOIN credentials k ON k.organization = t.organization AND k.id = t.credential
         WHERE t.token_sha256 = $1 AND t.expires_at > $2
           AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > $2)"
    )
    .bind(token.as_bytes())
    .bind(now.0)
    .fetch_optional(c)
    .await)
    .to("look up an access token")
}

/// Removes the tokens of all organizations that expired; returns how many.
pub async fn purge(tx: &mut Tx, now: Timestamp) -> Result<u64> {
    on!(tx, |c| sqlx::query("DELETE FROM access_tokens WHERE expires_at <= $1")
        .bind(now.0)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))
    .to("purge expired access tokens")
}
