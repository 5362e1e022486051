//! What callers authenticate with: API keys and OAuth clients.

use bonafide_core::{
    id::{CredentialId, OrganizationId},
    time::Timestamp,
};

use crate::{
    Context, Error, Result, Tx,
    column::{Column, row},
    on,
    secrets::SecretHash,
};

/// How a credential is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Sent with each request.
    ApiKey,
    /// Exchanged for a short-lived access token (RFC 6749, client credentials).
    OauthClient,
}

impl Kind {
    fn as_str(self) -> &'static str {
        match self {
            Self::ApiKey => "api_key",
            Self::OauthClient => "oauth_client",
        }
    }
}

impl Column for Kind {
    type Raw = String;
    fn from_raw(raw: String) -> Self {
        // The table's CHECK allows no third word.
        if raw == "api_key" { Self::ApiKey } else { Self::OauthClient }
    }
}

/// A key or client that speaks for an organization.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credential {
    pub id: CredentialId,
    pub organization: OrganizationId,
    pub kind: Kind,
    pub name: String,
    /// The OAuth client id, or how a key is named without showing it. Unique over all tenants.
    pub public_id: String,
    /// Space-separated words.
    pub scopes: String,
    /// Requests a minute; the server's own limit when absent.
    pub per_minute: Option<i64>,
    pub created_at: Timestamp,
    pub expires_at: Option<Timestamp>,
    pub revoked_at: Option<Timestamp>,
    /// To the minute.
    pub last_used_at: Option<Timestamp>,
}
row!(Credential: id, organization, kind, name, public_id, scopes, per_minute, created_at, expires_at, revoked_at,
    last_used_at);

impl Credential {
    /// Neither revoked nor expired.
    pub fn is_usable(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && self.expires_at.is_none_or(|at| now < at)
    }
}

/// What a credential is proven with. It has one, and two while one takes the other's place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Secret {
    pub secret_sha256: SecretHash,
    /// What may be shown of it again; empty where that is nothing.
    pub hint: String,
    pub created_at: Timestamp,
    pub expires_at: Option<Timestamp>,
}
row!(Secret: secret_sha256, hint, created_at, expires_at);

/// Adds a credential with its first secret.
///
/// # Errors
/// [`Error::is_duplicate`] when the public id is taken.
pub async fn insert(tx: &mut Tx, credential: &Credential, secret: &Secret) -> Result<()> {
    let v = credential;
    on!(tx, |c| sqlx::query(
        "INSERT INTO credentials
         (id, organization, kind, name, public_id, scopes, per_minute, created_at, expires_at, revoked_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
    )
    .bind(v.id.uuid())
    .bind(v.organization.uuid())
    .bind(v.kind.as_str())
    .bind(&v.name)
    .bind(&v.public_id)
    .bind(&v.scopes)
    .bind(v.per_minute)
    .bind(v.created_at.0)
    .bind(v.expires_at.map(|t| t.0))
    .bind(v.revoked_at.map(|t| t.0))
    .execute(c)
    .await
    .map(drop))
    .to("insert the credential")?;
    insert_secret(tx, v.organization, v.id, secret).await
}

async fn insert_secret(
    tx: &mut Tx,
    organization: OrganizationId,
    id: CredentialId,
    secret: &Secret,
) -> Result<()> {
    on!(tx, |c| sqlx::query(
        "INSERT INTO credential_secrets (secret_sha256, organization, credential, hint, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6)"
    )
    .bind(secret.secret_sha256.as_bytes())
    .bind(organization.uuid())
    .bind(id.uuid())
    .bind(&secret.hint)
    .bind(secret.created_at.0)
    .bind(secret.expires_at.map(|t| t.0))
    .execute(c)
    .await
    .map(drop))
    .to("insert the secret of the credential")
}

/// Adds a secret; the one before it is good until `overlap_until` at most, and those before that one are removed.
pub async fn add_secret(
    tx: &mut Tx,
    organization: OrganizationId,
    id: CredentialId,
    secret: &Secret,
    overlap_until: Timestamp,
) -> Result<()> {
    // Of two who add at once, the second sees the secret of the first.
    on!(tx, |c| sqlx::query("UPDATE credentials SET id = id WHERE organization = $1 AND id = $2")
        .bind(organization.uuid())
        .bind(id.uuid())
        .execute(c)
        .await
        .map(drop))
    .to("lock the credential")?;
    on!(tx, |c| sqlx::query(
        "DELETE FROM credential_secrets WHERE organization = $1 AND credential = $2 AND expires_at IS NOT NULL"
    )
    .bind(organization.uuid())
    .bind(id.uuid())
    .execute(c)
    .await
    .map(drop))
    .to("remove the secrets before the last")?;
    on!(tx, |c| sqlx::query(
        "UPDATE credential_secrets SET expires_at = $3 WHERE organization = $1 AND credential = $2"
    )
    .bind(organization.uuid())
    .bind(id.uuid())
    .bind(overlap_until.0)
    .execute(c)
    .await
    .map(drop))
    .to("end the secret before")?;
    insert_secret(tx, organization, id, secret).await
}

/// The secrets of a credential that are valid now, newest first.
pub async fn secrets(
    tx: &mut Tx,
    organization: OrganizationId,
    id: CredentialId,
    now: Timestamp,
) -> Result<Vec<Secret>> {
    on!(tx, |c| sqlx::query_as(
        "SELECT secret_sha256, hint, created_at, expires_at FROM credential_secrets
         WHERE organization = $1 AND credential = $2 AND (expires_at IS NULL OR expires_at > $3)
         ORDER BY created_at DESC"
    )
    .bind(organization.uuid())
    .bind(id.uuid())
    .bind(now.0)
    .fetch_all(c)
    .await)
    .to("read the secrets of the credential")
}

/// Authentication: whose secret this is, in any organization, if it and the credential are valid at this moment.
pub async fn authenticate(
    tx: &mut Tx,
    kind: Kind,
    secret: SecretHash,
    now: Timestamp,
) -> Result<Option<Credential>> {
    on!(tx, |c| sqlx::query_as(
        "SELECT k.* FROM credential_secrets s
         JOIN credentials k ON k.organization = s.organization AND k.id = s.credential
         WHERE s.secret_sha256 = $1 AND k.kind = $2 AND (s.expires_at IS NULL OR s.expires_at > $3)
           AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > $3)"
    )
    .bind(secret.as_bytes())
    .bind(kind.as_str())
    .bind(now.0)
    .fetch_optional(c)
    .await)
    .to("look up a credential")
}

/// For the operator: whoever goes by this public id, in any organization.
pub async fn by_public_id(tx: &mut Tx, public_id: &str) -> Result<Option<Credential>> {
    on!(tx, |c| sqlx::query_as("SELECT * FROM credentials WHERE public_id = $1")
        .bind(public_id)
        .fetch_optional(c)
        .await)
    .to("look up a credential")
}

/// One credential of an organization.
pub async fn get(tx: &mut Tx, organization: OrganizationId, id: CredentialId) -> Result<Option<Credential>> {
    on!(tx, |c| sqlx::query_as("SELECT * FROM credentials WHERE organization = $1 AND id = $2")
        .bind(organization.uuid())
        .bind(id.uuid())
        .fetch_optional(c)
        .await)
    .to("read the credential")
}

/// Notes that a credential was used.
pub async fn used(tx: &mut Tx, organization: OrganizationId, id: CredentialId, at: Timestamp) -> Result<()> {
    on!(tx, |c| sqlx::query(
        "UPDATE credentials SET last_used_at = $3
         WHERE organization = $1 AND id = $2 AND (last_used_at IS NULL OR last_used_at < $3)"
    )
    .bind(organization.uuid())
    .bind(id.uuid())
    .bind(at.0)
    .execute(c)
    .await
    .map(drop))
    .to("note the use of the credential")
}

/// All credentials of an organization, oldest first.
pub async fn list(tx: &mut Tx, organization: OrganizationId) -> Result<Vec<Credential>> {
    on!(tx, |c| sqlx::query_as("SELECT * FROM credentials WHERE organization = $1 ORDER BY created_at, id")
        .bind(organization.uuid())
        .fetch_all(c)
        .await)
    .to("list the credentials")
}

/// Revokes a credential and every access token it was exchanged for, from this commit on. Revoking
/// twice keeps the first time.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn revoke(
    tx: &mut Tx,
    organization: OrganizationId,
    id: CredentialId,
    now: Timestamp,
) -> Result<()> {
    let rows = on!(tx, |c| sqlx::query(
        "UPDATE credentials SET revoked_at = COALESCE(revoked_at, $3) WHERE organization = $1 AND id = $2"
    )
    .bind(organization.uuid())
    .bind(id.uuid())
    .bind(now.0)
    .execute(c)
    .await
    .map(|done| done.rows_affected()))
    .to("revoke the credential")?;
    if rows == 0 { Err(Error::NotFound("credential")) } else { Ok(()) }
}
