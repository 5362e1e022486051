//! A picture that a third party may look at.

use bonafide_core::{id::EvidenceId, step::StepKind};
use bonafide_store::evidence;

use super::{
    extent::pictures_for,
    open::{Opened, presented, viewed},
};
use crate::base::{
    engine::Engine,
    error::{Error, Result},
};

/// The picture, as JPEG. Each look is counted and in the audit log.
///
/// # Errors
/// [`Error::Gone`] when the link shows nothing any more, [`Error::NotFound`] for a picture that it does not show.
pub async fn picture(engine: &Engine, opened: &Opened, picture: EvidenceId) -> Result<Vec<u8>> {
    let mut tx = engine.db().begin().await?;
    let standing = presented(engine, &mut tx, opened).await?;
    let source = &standing.source;
    let all = evidence::list(&mut tx, source.row.organization, source.row.id).await?;
    let found = all.into_iter().find(|row| row.id == picture).filter(|row| {
        let is_shown =
            |step: &StepKind| pictures_for(&standing.kept.party, *step).iter().any(|kind| row.kind == *kind);
        StepKind::ALL.iter().any(is_shown)
    });
    let row = found.ok_or(Error::NotFound("picture"))?;
    viewed(engine, &mut tx, &standing, Some(picture)).await?;
    tx.commit().await?;
    Ok(engine.blobs().get(&source.key, row.id, &row.blob_key).await?.to_vec())
}
