//! Faces that an organization does not want to see again.

use bonafide_core::id::{ApplicantId, FeatureId};
use bonafide_store::{applicants, audit, crypto, features, subject_keys};
use serde_json::json;

use crate::{
    Caller, Engine, Error, Result, Scope,
    gallery::{Known, Template},
};

/// Blocks the face of a person: whoever hands in the same face is declined from now on. The entry is the
/// person's own data and goes when they are anonymized. Repeating it changes nothing.
pub async fn block(engine: &Engine, caller: &Caller, applicant: ApplicantId) -> Result<()> {
    if !caller.may(Scope::Settings) {
        return Err(Error::Forbidden);
    }
    let (organization, gallery) = (caller.organization, engine.gallery());
    let mut tx = engine.db.begin().await?;
    applicants::get(&mut tx, organization, applicant).await?.ok_or(Error::NotFound("person"))?;
    let key = subject_keys::load(&mut tx, organization, applicant, &*engine.key_ring).await?;
    let blocked = gallery.blocked().kind();
    if !features::open_of(&mut tx, organization, blocked, applicant, &key).await?.is_empty() {
        return Ok(());
    }
    let faces = features::open_of(&mut tx, organization, gallery.faces().kind(), applicant, &key).await?;
    let known =
        features::open_of(&mut tx, organization, gallery.identities().kind(), applicant, &key).await?;
    let of_identity = || {
        let known = Known::from_bytes(known.last()?)?;
        Some(Template { embedding: known.embedding?, holder: known.holder }.to_bytes())
    };
    let newest = faces.last().cloned().or_else(of_identity).ok_or_else(|| {
        Error::conflict("no_face", "this person has given no face yet, so there is none to block")
    })?;
    let id = FeatureId::new(engine.now(), &*engine.entropy);
    let feature = features::Feature {
        id,
        applicant,
        verification: None,
        kind: blocked.to_owned(),
        sealed: crypto::seal(&key, crypto::Object::Feature(id), &newest, &*engine.entropy)?,
        created_at: engine.now(),
    };
    features::insert(&mut tx, organization, &feature).await?;
    note(engine, &mut tx, caller, applicant, "applicant.blocked").await?;
    Ok(tx.commit().await?)
}

/// Takes a person off the block list. Repeating it changes nothing.
pub async fn unblock(engine: &Engine, caller: &Caller, applicant: ApplicantId) -> Result<()> {
    if !caller.may(Scope::Settings) {
        return Err(Error::Forbidden);
    }
    let (organization, shelves) = (caller.organization, engine.gallery().blocked());
    let mut tx = engine.db.begin().await?;
    applicants::get(&mut tx, organization, applicant).await?.ok_or(Error::NotFound("person"))?;
    if features::withdraw_of(&mut tx, organization, applicant, shelves.kind()).await? > 0 {
        note(engine, &mut tx, caller, applicant, "applicant.unblocked").await?;
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
    action: &str,
) -> Result<()> {
    let object = format!("applicant:{applicant}");
    let actor = caller.actor();
    let entry = audit::Entry { at: engine.now(), actor: &actor, action, object: &object, detail: &json!({}) };
    audit::append(tx, caller.organization, entry).await?;
    Ok(())
}
