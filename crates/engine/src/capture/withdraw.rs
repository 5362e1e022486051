//! A person takes their consent to the processing of their face back.

use bonafide_core::{audit::AuditAction, id::VerificationId, verification::Action};
use bonafide_store::evidence as rows;
use serde_json::json;

use super::open::expect_open;
use crate::{
    applicants::erase::{self, FACES},
    base::{caller::Caller, engine::Engine, error::Result, record::Record},
    verifications::transition::apply,
};

/// Destroys the pictures of the face and what was made of them, and cancels the verification. What the person gave beside
/// it stays until the verification is erased.
///
/// # Errors
/// [`crate::Error::Gone`] when the verification takes nothing more: what was decided is for whoever asked the person.
pub async fn withdraw(engine: &Engine, caller: &Caller, id: VerificationId) -> Result<()> {
    expect_open(engine, caller).await?;
    let organization = caller.organization;
    let mut tx = engine.db().begin().await?;
    let mut record = Record::load(engine, &mut tx, organization, id).await?;
    let applicant = record.row.applicant;
    for kind in FACES {
        rows::supersede(&mut tx, organization, id, kind, engine.now()).await?;
    }
    engine.gallery().faces().withdraw(&mut tx, organization, applicant).await?;
    engine.gallery().captures().withdraw(&mut tx, organization, applicant).await?;
    // Whom the face resembled is told by the face.
    record.private.sightings.retain(|s| s.same_number || s.same_picture);
    for sighting in &mut record.private.sightings {
        (sighting.face, sighting.same_face) = (None, false);
    }
    let actor = caller.actor();
    let action = AuditAction::VerificationConsentWithdrawn;
    record.note(engine, &mut tx, action, &actor, &json!({"of": "biometric_face"})).await?;
    apply(engine, &mut tx, &mut record, Action::Cancel, &actor, json!({"withdrawn": true})).await?;
    // A job and not a loop here: the files must go even if this process ends now.
    erase::enqueue_faces(engine, &mut tx, &record).await?;
    tx.commit().await?;
    engine.gallery().forget_face(organization, applicant).await;
    engine.bells().work.notify_waiters();
    Ok(())
}
