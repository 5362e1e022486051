//! The key of an organization's own secrets.

use bonafide_core::id::{ApplicantId, OrganizationId};
use bonafide_store::{Error, crypto::SubjectKey, organization_keys, subject_keys};

use super::{engine::Engine, error::Result};

/// Reads it, and makes it at its first use: only then there is something to write.
pub(crate) async fn own_key(engine: &Engine, organization: OrganizationId) -> Result<SubjectKey> {
    let ring = engine.key_ring();
    let mut tx = engine.db().read().await?;
    let itself = ApplicantId::from_uuid(organization.uuid());
    match subject_keys::load(&mut tx, organization, itself, ring).await {
        Err(Error::NotFound(_)) => drop(tx),
        other => return Ok(other?),
    }
    let mut tx = engine.db().begin().await?;
    let key = organization_keys::load_or_create(&mut tx, organization, ring, engine.now(), &*engine.entropy)
        .await?;
    tx.commit().await?;
    Ok(key)
}
