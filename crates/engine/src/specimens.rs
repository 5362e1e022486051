//! The list of published specimen documents. It is the operator's, for all organizations.

use bonafide_checks::document::fingerprint::Fingerprint;
use bonafide_core::{id::SpecimenId, time::Timestamp};
use bonafide_store::specimens as rows;
use sha2::{Digest, Sha256};

use crate::base::{engine::Engine, error::Result};

/// A published specimen.
#[derive(Debug, Clone, PartialEq)]
pub struct Specimen {
    pub id: SpecimenId,
    pub name: String,
    pub created_at: Timestamp,
}

/// Puts a picture of a specimen on the list; `false` when the same file is on it already.
pub async fn add(engine: &Engine, name: &str, file: &[u8], fingerprint: &Fingerprint) -> Result<bool> {
    let specimen = rows::Specimen {
        id: SpecimenId::new(engine.now(), &*engine.entropy),
        name: name.to_owned(),
        picture_sha256: Sha256::digest(file).to_vec(),
        fingerprint: fingerprint.to_bytes(),
        created_at: engine.now(),
    };
    let mut tx = engine.db().begin().await?;
    let added = rows::insert(&mut tx, &specimen).await?;
    tx.commit().await?;
    Ok(added)
}

/// Everything on the list, oldest first.
pub async fn list(engine: &Engine) -> Result<Vec<Specimen>> {
    let mut tx = engine.db().read().await?;
    let all = rows::list(&mut tx).await?.into_iter();
    Ok(all.map(|s| Specimen { id: s.id, name: s.name, created_at: s.created_at }).collect())
}

/// Takes a specimen off the list.
pub async fn remove(engine: &Engine, id: SpecimenId) -> Result<()> {
    let mut tx = engine.db().begin().await?;
    rows::remove(&mut tx, id).await?;
    Ok(tx.commit().await?)
}
