//! What the caller tells us about a verification while evidence is being captured.

use bonafide_core::{audit::AuditAction, document::DocumentType, id::VerificationId};
use serde_json::{Value, json};

use crate::{
    base::{
        caller::Caller,
        engine::Engine,
        error::{Error, Result},
        own_data::own_data,
        record::Record,
    },
    evidence::gate::may_capture,
};

pub async fn set_document_type(
    engine: &Engine,
    caller: &Caller,
    id: VerificationId,
    document_type: DocumentType,
) -> Result<()> {
    let mut tx = engine.db().begin().await?;
    let mut record = Record::hold(engine, &mut tx, caller.organization, id).await?;
    may_capture(&record)?;
    declare(&mut record, document_type);
    record.save(engine, &mut tx).await?;
    let detail = json!({"document_type": document_type});
    record.note(engine, &mut tx, AuditAction::VerificationDocumentTypeSet, &caller.actor(), &detail).await?;
    tx.commit().await?;
    Ok(())
}

/// Says what the document is. The record is not written yet.
pub(crate) fn declare(record: &mut Record, document_type: DocumentType) {
    record.row.document_type = Some(document_type.into());
    record.private.declared = Some(document_type);
    if let Some(before) = &mut record.private.handed_in {
        before.declared_anew = before.document_type != document_type;
    }
}

/// Facts about the capturing device, as the caller's SDK sees fit. Allowed before consent.
pub async fn set_sdk_metadata(
    engine: &Engine,
    caller: &Caller,
    id: VerificationId,
    metadata: Value,
) -> Result<()> {
    own_data("sdk_metadata", &metadata)?;
    let mut tx = engine.db().begin().await?;
    let mut record = Record::hold(engine, &mut tx, caller.organization, id).await?;
    if record.status().is_final() {
        return Err(Error::conflict("already_finished", "the session is finished and cannot be changed"));
    }
    record.private.sdk_metadata = metadata;
    record.save(engine, &mut tx).await?;
    tx.commit().await?;
    Ok(())
}
