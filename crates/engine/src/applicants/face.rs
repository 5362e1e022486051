//! The face of somebody who takes their consent to its processing back.

use bonafide_core::{audit::AuditAction, verification::Action};
use bonafide_store::{Tx, evidence as rows};
use serde_json::json;

use super::erase::{self, FACES};
use crate::{
    base::{engine::Engine, error::Result, record::Record},
    verifications::transition::apply,
};

/// Destroys the pictures of the face of a verification and what was made of them, and cancels it where it is not over.
/// What the person gave beside it stays until the verification is erased. False, and nothing else, when that was done
/// before. After the commit [`is_gone`] has to be called.
pub(crate) async fn destroy(engine: &Engine, tx: &mut Tx, record: &mut Record, actor: &str) -> Result<bool> {
    if record.private.face_withdrawn_at.is_some() {
        return Ok(false);
    }
    let (organization, id, applicant) = (record.row.organization, record.row.id, record.row.applicant);
    for kind in FACES {
        rows::supersede(tx, organization, id, kind, engine.now()).await?;
    }
    engine.gallery().faces().withdraw(tx, organization, applicant).await?;
    engine.gallery().captures().withdraw(tx, organization, applicant).await?;
    // Whom the face resembled is told by the face.
    record.private.sightings.retain(|s| s.same_number || s.same_picture);
    for sighting in &mut record.private.sightings {
        (sighting.face, sighting.same_face) = (None, false);
    }
    record.private.face_withdrawn_at = Some(engine.now());
    let action = AuditAction::VerificationConsentWithdrawn;
    record.note(engine, tx, action, actor, &json!({"of": "biometric_face"})).await?;
    if record.status().is_final() {
        record.save(engine, tx).await?;
    } else {
        apply(engine, tx, record, Action::Cancel, actor, json!({"withdrawn": true})).await?;
    }
    // A job and not a loop here: the files must go even if this process ends now.
    erase::enqueue_faces(engine, tx, record).await?;
    Ok(true)
}

/// What of a destroyed face is in the memory of this process goes at once.
pub(crate) async fn is_gone(engine: &Engine, record: &Record) {
    engine.gallery().forget_face(record.row.organization, record.row.applicant).await;
    engine.bells().done.notify_waiters();
    engine.bells().work.notify_waiters();
}
