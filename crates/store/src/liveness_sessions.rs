//! Liveness captures: a token is handed out once and answered once.

use bonafide_core::{
    id::{LivenessSessionId, OrganizationId, VerificationId},
    time::Timestamp,
};

use crate::{Context, Result, Tx, column::row, on, secrets::SecretHash};

/// One liveness capture. The token itself is known only to its holder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LivenessSession {
    pub id: LivenessSessionId,
    pub organization: OrganizationId,
    pub verification: VerificationId,
    pub token_sha256: SecretHash,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    pub used_at: Option<Timestamp>,
    /// The movements that were asked for, as JSON; none when the frames alone are judged.
    pub challenge: Option<String>,
}
row!(LivenessSession: id, organization, verification, token_sha256, created_at, expires_at, used_at, challenge);

/// Adds a session and makes the earlier unused ones of the same verification useless: only the newest counts.
pub async fn insert(tx: &mut Tx, organization: OrganizationId, s: &LivenessSession) -> Result<()> {
    on!(tx, |c| sqlx::query(
        "UPDATE liveness_sessions SET expires_at = $3
         WHERE organization = $1 AND verification = $2 AND used_at IS NULL AND expires_at > $3"
    )
    .bind(organization.uuid())
    .bind(s.verification.uuid())
    .bind(s.created_at.0)
    .execute(c)
    .await
    .map(drop))
    .to("expire earlier liveness sessions")?;
    on!(tx, |c| sqlx::query(
        "INSERT INTO liveness_sessions
         (id, organization, verification, token_sha256, created_at, expires_at, used_at, challenge)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
    )
    .bind(s.id.uuid())
    .bind(organization.uuid())
    .bind(s.verification.uuid())
    .bind(s.token_sha256.as_bytes())
    .bind(s.created_at.0)
    .bind(s.expires_at.0)
    .bind(s.used_at.map(|t| t.0))
    .bind(s.challenge.as_deref())
    .execute(c)
    .await
    .map(drop))
    .to("insert the liveness session")
}

/// One session.
pub async fn get(
    tx: &mut Tx,
    organization: OrganizationId,
    id: LivenessSessionId,
) -> Result<Option<LivenessSession>> {
    on!(tx, |c| sqlx::query_as("SELECT * FROM liveness_sessions WHERE organization = $1 AND id = $2")
        .bind(organization.uuid())
        .bind(id.uuid())
        .fetch_optional(c)
        .await)
    .to("read the liveness session")
}

/// The session that waits for its answer: at most one, since a new one closes those before it.
pub async fn open(
    tx: &mut Tx,
    organization: OrganizationId,
    verification: VerificationId,
    now: Timestamp,
) -> Result<Option<LivenessSession>> {
    on!(tx, |c| sqlx::query_as(
        "SELECT * FROM liveness_sessions
         WHERE organization = $1 AND verification = $2 AND used_at IS NULL AND expires_at > $3"
    )
    .bind(organization.uuid())
    .bind(verification.uuid())
    .bind(now.0)
    .fetch_optional(c)
    .await)
    .to("read the open liveness session")
}

/// The newest session, answered or not.
pub async fn newest(
    tx: &mut Tx,
    organization: OrganizationId,
    verification: VerificationId,
) -> Result<Option<LivenessSession>> {
    on!(tx, |c| sqlx::query_as(
        "SELECT * FROM liveness_sessions WHERE organization = $1 AND verification = $2
         ORDER BY created_at DESC, id DESC LIMIT 1"
    )
    .bind(organization.uuid())
    .bind(verification.uuid())
    .fetch_optional(c)
    .await)
    .to("read the newest liveness session")
}

/// Uses up a session: `Some` for exactly one caller, and only before it expires.
pub async fn redeem(
    tx: &mut Tx,
    organization: OrganizationId,
    verification: VerificationId,
    token: SecretHash,
    now: Timestamp,
) -> Result<Option<LivenessSession>> {
    on!(tx, |c| sqlx::query_as(
        "UPDATE liveness_sessions SET used_at = $4
         WHERE organization = $1 AND verification = $2 AND token_sha256 = $3
           AND used_at IS NULL AND expires_at > $4
         RETURNING *"
    )
    .bind(organization.uuid())
    .bind(verification.uuid())
    .bind(token.as_bytes())
    .bind(now.0)
    .fetch_optional(c)
    .await)
    .to("redeem the liveness session")
}
