//! Faces that an organization does not want to see again.

use bonafide_core::{audit::AuditAction, id::ApplicantId};
use bonafide_store::{applicants, audit, subject_keys};
use serde_json::json;

use crate::base::{
    caller::{Caller, Scope},
    engine::Engine,
    error::{Error, Result},
    features::Template,
};

/// Blocks the face of a person: whoever submits the same face is declined from now on. The entry is the
/// person's own data and goes when they are anonymized. Repeating it changes nothing.
pub async fn block(engine: &Engine, caller: &Caller, applicant: ApplicantId) -> Result<()> {
    if !caller.may(Scope::Settings) {
        return Err(Error::Forbidden);
    }
    let (organization, gallery) = (caller.organization, engine.gallery());
    let mut tx = engine.db().begin().await?;
    applicants::get(&mut tx, organization, applicant).await?.ok_or(Error::NotFound("person"))?;
    let key = subject_keys::load(&mut tx, organization, applicant, engine.key_ring()).await?;
    if !gallery.blocked().of(&mut tx, organization, &key).await?.is_empty() {
        return Ok(());
    }
    let face = gallery.faces().of(&mut tx, organization, &key).await?.pop();
    let known = gallery.identities().of(&mut tx, organization, &key).await?.pop();
    let of_identity = || known.and_then(|k| Some(Template { embedding: k.embedding?, holder: k.holder }));
    let newest = face.or_else(of_identity).ok_or_else(|| {
        Error::conflict("no_face", "this person has given no face yet, so there is none to block")
    })?;
    gallery.blocked().add(&mut tx, organization, None, &key, &newest.to_bytes()).await?;
    note(engine, &mut tx, caller, applicant, AuditAction::ApplicantBlocked).await?;
    Ok(tx.commit().await?)
}

/// Takes a person off the block list. Repeating it changes nothing.
pub async fn unblock(engine: &Engine, caller: &Caller, applicant: ApplicantId) -> Result<()> {
    if !caller.may(Scope::Settings) {
        return Err(Error::Forbidden);
    }
    let (organization, shelves) = (caller.organization, engine.gallery().blocked());
    let mut tx = engine.db().begin().await?;
    applicants::get(&mut tx, organization, applicant).await?.ok_or(Error::NotFound("person"))?;
    if shelves.withdraw(&mut tx, organization, applicant).await? {
        note(engine, &mut tx, caller, applicant, AuditAction::ApplicantUnblocked).await?;
    }
    tx.commit().await?;
    shelves.forget(organization, applicant).await;
    Ok(())
}

async fn note(
    engine: &Engine,
    tx: &mut bonafide_store::Tx,
    caller: &Caller,
    applicant: ApplicantId,
    action: AuditAction,
) -> Result<()> {
    let object = format!("applicant:{applicant}");
    let actor = caller.actor();
    let entry = audit::Entry { at: engine.now(), actor: &actor, action, object: &object, detail: &json!({}) };
    audit::append(tx, caller.organization, entry).await?;
    Ok(())
}
