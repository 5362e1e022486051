//! The stored face of an identity, and the portraits on their documents.

use bonafide_checks::face::embed::Embedding;
use bonafide_core::{
    evidence::EvidenceKind,
    id::{ApplicantId, OrganizationId},
};
use bonafide_store::{Tx, subject_keys};

use super::person;
use crate::{
    base::{
        engine::Engine,
        error::{Error, Result},
        record::Record,
    },
    evidence::pictures::load_pictures,
};

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

/// Most portraits that a selfie is held against.
const PORTRAITS: usize = 3;

/// The portraits on the identity's documents, as far as their pictures are still kept, newest first.
pub(crate) async fn portraits(
    engine: &Engine,
    organization: OrganizationId,
    identity: ApplicantId,
) -> Result<Vec<Vec<u8>>> {
    let mut tx = engine.db().read().await?;
    let person = match person::open(engine, &mut tx, organization, identity).await {
        Ok(opened) => opened.person,
        // Forgotten, or no identity any more.
        Err(Error::NotFound(_) | Error::Conflict { code: "anonymized", .. }) => return Ok(vec![]),
        Err(error) => return Err(error),
    };
    let mut records = vec![];
    for document in person.documents.iter().rev().take(PORTRAITS) {
        records.extend(Record::find(engine, &mut tx, organization, document.verification).await?);
    }
    drop(tx);
    let mut found = vec![];
    for record in records {
        let pictures = load_pictures(engine, &record, &[EvidenceKind::Portrait]).await?;
        found.extend(pictures.into_iter().map(|(_, bytes)| bytes));
    }
    Ok(found)
}
