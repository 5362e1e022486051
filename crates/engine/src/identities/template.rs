//! The stored face of an identity.

use bonafide_checks::face::embed::Embedding;
use bonafide_core::id::{ApplicantId, OrganizationId};
use bonafide_store::{Tx, subject_keys};

use crate::base::{engine::Engine, error::Result};

/// `None` when they gave none.
pub(crate) async fn template(
    engine: &Engine,
    tx: &mut Tx,
    organization: OrganizationId,
    identity: ApplicantId,
) -> Result<Option<Embedding>> {
    let key = subject_keys::load(tx, organization, identity, engine.key_ring()).await?;
    let known = engine.gallery().identities().of(tx, organization, &key).await?;
    Ok(known.into_iter().next_back().and_then(|k| k.embedding))
}
