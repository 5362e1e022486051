//! What an organization's messages are signed with where receivers have its public half: one key, sealed under the
//! organization's own.

use bonafide_core::{
    id::{OrganizationId, SigningKeyId},
    time::Timestamp,
};

use crate::{Context, Result, Tx, column::row, crypto::Sealed, on};

/// A key of two halves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SigningKey {
    pub id: SigningKeyId,
    /// The private half, sealed as [`crate::crypto::Object::SigningKey`].
    pub sealed: Sealed,
    /// In PEM.
    pub public_key: String,
    pub created_at: Timestamp,
}
row!(SigningKey: id, sealed, public_key, created_at);

/// That of an organization, once it was made.
pub async fn get(tx: &mut Tx, organization: OrganizationId) -> Result<Option<SigningKey>> {
    on!(tx, |c| sqlx::query_as(
        "SELECT id, sealed, public_key, created_at FROM signing_keys WHERE organization = $1"
    )
    .bind(organization.uuid())
    .fetch_optional(c)
    .await)
    .to("read the signing key")
}

/// Keeps a new one, unless somebody else was first.
pub async fn insert(tx: &mut Tx, organization: OrganizationId, new: &SigningKey) -> Result<()> {
    on!(tx, |c| sqlx::query(
        "INSERT INTO signing_keys (id, organization, sealed, public_key, created_at) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (organization) DO NOTHING"
    )
    .bind(new.id.uuid())
    .bind(organization.uuid())
    .bind(new.sealed.as_bytes())
    .bind(&new.public_key)
    .bind(new.created_at.0)
    .execute(c)
    .await
    .map(drop))
    .to("insert the signing key")
}
