//! What callers prove themselves with: API keys and OAuth clients.

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
    /// The OAuth client id, or the part of an API key that may be shown again. Unique over all tenants.
    pub public_id: String,
    pub secret_sha256: SecretHash,
    /// Space-separated words.
    pub scopes: String,
    pub created_at: Timestamp,
    pub expires_at: Option<Timestamp>,
    pub revoked_at: Option<Timestamp>,
}
row!(Credential: id, organization, kind, name, public_id, secret_sha256, scopes, created_at, expires_at,
    revoked_at);

impl Credential {
    /// Neither revoked nor expired.
    pub fn is_usable(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && self.expires_at.is_none_or(|at| now < at)
    }
}

/// Adds a credential.
///
/// # Errors
/// [`Error::is_duplicate`] when the public id is taken.
pub async fn insert(tx: &mut Tx, credential: &Credential) -> Result<()> {
    let v = credential;
    on!(tx, |c| sqlx::query(
        "INSERT INTO credentials
         (id, organization, kind, name, public_id, secret_sha256, scopes, created_at, expires_at, revoked_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
    )
    .bind(v.id.uuid())
    .bind(v.organization.uuid())
    .bind(v.kind.as_str())
    .bind(&v.name)
    .bind(&v.public_id)
    .bind(v.secret_sha256.as_bytes())
    .bind(&v.scopes)
    .bind(v.created_at.0)
    .bind(v.expires_at.map(|t| t.0))
    .bind(v.revoked_at.map(|t| t.0))
    .execute(c)
    .await
    .map(drop))
    .to("insert the credential")
}

/// The front door: finds whoever goes by this public id, in any organization. The caller compares the
/// secret and asks [`Credential::is_usable`].
pub async fn by_public_id(tx: &mut Tx, public_id: &str) -> Result<Option<Credential>> {
    on!(tx, |c| sqlx::query_as("SELECT * FROM credentials WHERE public_id = $1")
        .bind(public_id)
        .fetch_optional(c)
        .await)
    .to("look up a credential")
}

/// All credentials of an organization, oldest first.
pub async fn list(tx: &mut Tx, organization: OrganizationId) -> Result<Vec<Credential>> {
    on!(tx, |c| sqlx::query_as("SELECT * FROM credentials WHERE organization = $1 ORDER BY created_at, id")
        .bind(organization.uuid())
        .fetch_all(c)
        .await)
    .to("list the credentials")
}

/// Makes a credential and every access token it was exchanged for useless, from this commit on. Revoking
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
