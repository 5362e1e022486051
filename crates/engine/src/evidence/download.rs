//! Pictures on their way back to the caller.

use bonafide_core::{
    evidence::EvidenceKind,
    id::{OrganizationId, VerificationId},
};
use bonafide_store::{
    Tx,
    crypto::{self, Object},
    evidence as rows,
};

use super::accept;
use crate::base::{
    caller::Caller,
    engine::Engine,
    error::{Error, Result},
    record::Record,
};

/// A picture of a verification.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum File {
    DocumentFront,
    DocumentBack,
    Selfie,
    /// The straight look of the liveness capture.
    LivenessStraight,
    /// The movement with this index: the frame in the middle of those that answer it.
    LivenessStep(usize),
}

impl File {
    fn kind(self) -> EvidenceKind {
        match self {
            Self::DocumentFront => EvidenceKind::DocumentFront,
            Self::DocumentBack => EvidenceKind::DocumentBack,
            Self::Selfie => EvidenceKind::Selfie,
            Self::LivenessStraight | Self::LivenessStep(_) => EvidenceKind::LivenessFrame,
        }
    }
}

/// The picture that counts, as JPEG.
pub async fn download(engine: &Engine, caller: &Caller, id: VerificationId, file: File) -> Result<Vec<u8>> {
    let mut tx = engine.db().read().await?;
    download_in(engine, &mut tx, caller.organization, id, file).await
}

pub(crate) async fn download_in(
    engine: &Engine,
    tx: &mut Tx,
    organization: OrganizationId,
    id: VerificationId,
    file: File,
) -> Result<Vec<u8>> {
    let record = Record::load(engine, tx, organization, id).await?;
    let mut found = vec![];
    for row in rows::list(tx, organization, id).await? {
        if row.kind != file.kind() {
            continue;
        }
        let private: accept::Private = crypto::open_json(&record.key, Object::Evidence(row.id), &row.sealed)?;
        let step = private.frame.and_then(|f| f.step);
        let wanted = match file {
            File::LivenessStep(n) => step == Some(n),
            File::LivenessStraight => step.is_none(),
            File::DocumentFront | File::DocumentBack | File::Selfie => true,
        };
        if wanted {
            found.push(row);
        }
    }
    let middle = if matches!(file, File::LivenessStep(_)) { found.len() / 2 } else { 0 };
    let row = found.into_iter().nth(middle).ok_or(Error::NotFound("picture"))?;
    Ok(engine.blobs().get(&record.key, row.id, &row.blob_key).await?.to_vec())
}
