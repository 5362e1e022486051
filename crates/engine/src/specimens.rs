//! The list of published specimen documents. It is the operator's, for all organizations.

use bonafide_checks::document::fingerprint::Fingerprint;
use bonafide_core::id::SpecimenId;
use bonafide_store::specimens::{self as rows, Specimen};
use sha2::{Digest, Sha256};

use crate::{Engine, Result};

/// Puts a picture of a specimen on the list; `false` when the same file is on it already.
pub async fn add(engine: &Engine, name: &str, file: &[u8], fingerprint: &Fingerprint) -> Result<bool> {
    let specimen = Specimen {
        id: SpecimenId::new(engine.now(), &*engine.entropy),
        name: name.to_owned(),
        picture_sha256: Sha256::digest(file).to_vec(),
        fingerprint: fingerprint.to_bytes(),
        created_at: engine.now(),
    };
    let mut tx = engine.db.begin().await?;
    let added = rows::insert(&mut tx, &specimen).await?;
    tx.commit().await?;
    Ok(added)
}

/// Everything on the list, oldest first.
pub async fn list(engine: &Engine) -> Result<Vec<Specimen>> {
    let mut tx = engine.db.read().await?;
    Ok(rows::list(&mut tx).await?)
}

/// Takes a specimen off the list.
pub async fn remove(engine: &Engine, id: SpecimenId) -> Result<()> {
    let mut tx = engine.db.begin().await?;
    rows::remove(&mut tx, id).await?;
    Ok(tx.commit().await?)
}
