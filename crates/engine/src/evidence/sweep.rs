//! Pictures that nobody knows: of an upload that broke off, or of somebody whose erasure did.

use std::collections::HashSet;

pub use bonafide_store::blobs::FOLDERS;
use bonafide_store::{evidence as rows, installation};
use uuid::Uuid;

use crate::base::{engine::Engine, error::Result};

/// A picture is stored before the row that names it; after a day there will be none.
const AFTER_MS: i64 = 86_400_000;

/// Removes the pictures of one of the [`FOLDERS`] that are no evidence of anybody, and files that were not finished. How many
/// pictures there were.
///
/// Not where the pictures are another installation's: whoever starts a server with the wrong database would lose them all. A
/// folder that nothing says so of is this one's when most of its pictures are known. What is newer than all that the database
/// knows stays too: the database may be an older copy.
pub async fn sweep(engine: &Engine, folder: u32) -> Result<usize> {
    let blobs = engine.blobs();
    let until = engine.now().plus_ms(-AFTER_MS);
    let old = blobs.written_before(folder, until).await?;
    let mut bytes = [0; 16];
    engine.entropy.fill(&mut bytes);
    let mut tx = engine.db().begin().await?;
    let installation = installation::id(&mut tx, Uuid::from_bytes(bytes)).await?;
    tx.commit().await?;
    let mut tx = engine.db().read().await?;
    let names: Vec<_> = old.iter().map(|(name, _)| name.clone()).collect();
    let known: HashSet<_> = rows::known(&mut tx, &names).await?.into_iter().collect();
    let mut unknown = old;
    unknown.retain(|(name, _)| !known.contains(name));
    let newest = if unknown.is_empty() { None } else { rows::newest(&mut tx).await? };
    drop(tx);
    if !blobs.is_of(installation, known.len() > unknown.len()).await? {
        if !unknown.is_empty() {
            tracing::warn!(
                "there are pictures that this database does not know: is it theirs? they are left alone"
            );
        }
        return Ok(0);
    }
    blobs.remove_unfinished(folder, until).await?;
    let mut removed = 0;
    for (name, _) in unknown.iter().filter(|(_, written)| newest.is_some_and(|newest| *written < newest)) {
        blobs.delete(name).await?;
        removed += 1;
    }
    if removed > 0 {
        tracing::info!(removed, "removed pictures that are nobody's");
    }
    Ok(removed)
}
