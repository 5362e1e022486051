//! A document handed over whole: both sides at once and what it is said to be, under the name of its front.

use bonafide_core::{
    audit::AuditAction,
    document::DocumentType,
    evidence::EvidenceKind,
    id::{EvidenceId, VerificationId},
    time::Timestamp,
};
use bonafide_store::{
    crypto::{self, Object},
    evidence as rows, verifications,
};
use serde_json::json;

use super::{
    accept::{self, Origin, Picture, Said, admit_document, load_capturing, quota, store},
    gate::may_capture,
};
use crate::{
    base::{
        caller::Caller,
        engine::Engine,
        error::{Error, Result},
        record::Record,
    },
    verifications::{
        View,
        describe::declare,
        view::{client_names, view},
    },
};

/// A document as it is handed over.
pub struct WholeDocument {
    pub document_type: DocumentType,
    /// Who is said to have issued it: ISO 3166-1 alpha-2.
    pub country: String,
    pub front: Picture,
    pub back: Option<Picture>,
}

/// A document that was handed over, and the verification it belongs to.
#[derive(Debug)]
pub struct Document {
    /// Of the front.
    pub id: EvidenceId,
    pub back: Option<EvidenceId>,
    pub at: Timestamp,
    /// Whether no newer one took its place.
    pub current: bool,
    /// What was said of it; absent after the person was forgotten.
    pub said: Option<(DocumentType, String)>,
    pub view: View,
}

/// Takes a document, which takes the place of an earlier one with both its sides. Nothing is taken where one of the
/// pictures is refused.
///
/// # Errors
/// [`Error::Invalid`] for a picture that is refused; [`Error::Conflict`] while nothing may be captured.
pub async fn accept_whole_document(
    engine: &Engine,
    caller: &Caller,
    id: VerificationId,
    document: WholeDocument,
) -> Result<EvidenceId> {
    let organization = caller.organization;
    let record = load_capturing(engine, organization, id).await?;
    let WholeDocument { document_type, country, front, back } = document;
    let front = admit_document(engine, organization, front).await?;
    let back = match back {
        Some(back) => Some(admit_document(engine, organization, back).await?),
        None => None,
    };
    let origin = Origin::of(caller, None);
    let mut stored = vec![];
    if let Some(back) = back {
        stored.push(store(engine, &record, EvidenceKind::DocumentBack, 0, back, origin.clone()).await?);
    }
    let mut front = store(engine, &record, EvidenceKind::DocumentFront, 0, front, origin).await?;
    let object = Object::Evidence(front.id);
    let mut private: accept::Private = crypto::open_json(&record.key, object, &front.sealed)?;
    private.said = Some(Said { document_type, country, back: stored.first().map(|back| back.id) });
    front.sealed = crypto::seal_json(&record.key, object, &private, &*engine.entropy)?;
    let named = front.id;
    stored.push(front);

    let mut tx = engine.db().begin().await?;
    let mut record = Record::hold(engine, &mut tx, organization, id).await?;
    may_capture(&record)?;
    quota(engine, &mut tx, &record).await?;
    for kind in [EvidenceKind::DocumentFront, EvidenceKind::DocumentBack] {
        rows::supersede(&mut tx, organization, id, kind, engine.now()).await?;
    }
    for row in &stored {
        rows::insert(&mut tx, organization, row).await?;
    }
    declare(&mut record, document_type);
    record.save(engine, &mut tx).await?;
    for row in &stored {
        let detail = json!({"kind": row.kind.as_str(), "width": row.width, "height": row.height});
        record
            .note(engine, &mut tx, AuditAction::VerificationEvidenceGiven, &caller.actor(), &detail)
            .await?;
    }
    tx.commit().await?;
    Ok(named)
}

/// A document by the picture of its front, however it was handed over.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn document(engine: &Engine, caller: &Caller, id: EvidenceId) -> Result<Document> {
    let mut tx = engine.db().read().await?;
    let row = rows::get(&mut tx, caller.organization, id).await?;
    let row = row.filter(|row| row.kind == EvidenceKind::DocumentFront);
    let row = row.ok_or(Error::NotFound("document"))?;
    let about = verifications::get(&mut tx, caller.organization, row.verification).await?;
    let about = about.ok_or(Error::NotFound("document"))?;
    let said = match Record::open(engine, &mut tx, about.clone()).await {
        Ok(record) => {
            let private: accept::Private = crypto::open_json(&record.key, Object::Evidence(id), &row.sealed)?;
            private.said
        }
        Err(Error::Conflict { code: "anonymized", .. }) => None,
        Err(other) => return Err(other),
    };
    let names = client_names(&mut tx, caller).await?;
    let view = view(engine, &mut tx, about, &names, false).await?;
    Ok(Document {
        id,
        back: said.as_ref().and_then(|said| said.back),
        at: row.created_at,
        current: row.superseded_at.is_none(),
        said: said.map(|said| (said.document_type, said.country)),
        view,
    })
}
