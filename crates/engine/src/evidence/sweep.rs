//! Pictures that nobody knows: of an upload that broke off, or of somebody whose erasure did.

pub use bonafide_store::blobs::FOLDERS;
use bonafide_store::{evidence as rows, installation};
use uuid::Uuid;

use crate::base::{engine::Engine, error::Result};

/// A picture is stored before the row that names it; after a day there will be none.
const AFTER_MS: i64 = 86_400_000;

/// Removes the pictures of one of the [`FOLDERS`] that are no evidence of anybody, and files that were not finished. How many
/// pictures there were.
///
/// Not where the pictures are another installation's: whoever starts a server with the wrong database would lose them all.
pub async fn sweep(engine: &Engine, folder: u32) -> Result<usize> {
    let blobs = engine.blobs();
    let old = blobs.written_before(folder, engine.now().plus_ms(-AFTER_MS)).await?;
    if old.is_empty() {
        return Ok(0);
    }
    let mut bytes = [0; 16];
    engine.entropy.fill(&mut bytes);
    let mut tx = engine.db().begin().await?;
    let installation = installation::id(&mut tx, Uuid::from_bytes(bytes)).await?;
    tx.commit().await?;
    let mut tx = engine.db().read().await?;
    let known = rows::known(&mut tx, &old).await?;
    drop(tx);
    if !blobs.is_of(installation, !known.is_empty()).await? {
        if known.is_empty() {
            tracing::warn!(
                "there are pictures that this database does not know: is it theirs? they are left alone"
            );
        }
        return Ok(0);
    }
    let mut removed = 0;
    for name in old.iter().filter(|name| !known.contains(name)) {
        blobs.delete(name).await?;
        removed += 1;
    }
    if removed > 0 {
        tracing::info!(removed, "removed pictures that are nobody's");
    }
    Ok(removed)
}
