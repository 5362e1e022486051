//! A person tells whoever asked them that they take their consent to the processing of their face back.

use bonafide_core::id::{ApplicantId, OrganizationId, VerificationId};
use bonafide_store::{
    applicants,
    crypto::{self, Object},
    organizations,
    verifications::{self as rows, Page},
};

use super::person::{Opened, open};
use crate::{
    applicants::face,
    base::{
        caller::{Caller, Scope},
        engine::Engine,
        error::{Error, Result},
        features::Known,
        record::Record,
    },
};

/// Destroys the pictures of the person's face and what was made of them: of the verification, and where its person is an
/// identity, of that one and of every verification and authentication of theirs. What is not over is canceled; what was
/// decided stays so, and asks the person for nothing any more. Repeating it changes nothing.
///
/// # Errors
/// [`Error::NotFound`]; a conflict `anonymized` when the person was forgotten.
pub async fn withdraw(engine: &Engine, caller: &Caller, id: VerificationId) -> Result<()> {
    if !caller.may(Scope::Write) {
        return Err(Error::Forbidden);
    }
    let organization = caller.organization;
    let mut tx = engine.db().read().await?;
    let named = Record::load(engine, &mut tx, organization, id).await?;
    // What the person consented to since is not taken back by saying the same again.
    if named.private.face_withdrawn_at.is_some() {
        return Ok(());
    }
    let identity = named.row.identity;
    let mut others = vec![];
    if let Some(identity) = identity {
        let filter = rows::Filter { identities: &[identity], ..rows::Filter::default() };
        let page = Page { after: None, skip: 0, limit: i64::MAX };
        let theirs = rows::list(&mut tx, organization, &filter, page).await?;
        others.extend(theirs.into_iter().map(|row| row.id).filter(|other| *other != id));
    }
    drop(tx);
    for other in others {
        of_verification(engine, caller, other).await?;
    }
    if let Some(identity) = identity {
        of_identity(engine, organization, identity, id).await?;
    }
    // Last, so that a call that was cut short can be repeated.
    of_verification(engine, caller, id).await
}

async fn of_verification(engine: &Engine, caller: &Caller, id: VerificationId) -> Result<()> {
    let mut tx = engine.db().begin().await?;
    // Forgotten meanwhile: nothing of it is left.
    let found = Record::hold_if_there(engine, &mut tx, caller.organization, id).await?;
    let Some(mut record) = found else { return Ok(()) };
    if face::destroy(engine, &mut tx, &mut record, &caller.actor()).await? {
        tx.commit().await?;
        face::is_gone(engine, &record).await;
    }
    Ok(())
}

/// The identity is known by their documents alone from then on.
async fn of_identity(
    engine: &Engine,
    organization: OrganizationId,
    identity: ApplicantId,
    because: VerificationId,
) -> Result<()> {
    let mut tx = engine.db().begin().await?;
    // Of two who write what an identity is known by, the second sees what the first wrote.
    organizations::hold(&mut tx, organization).await?;
    let Opened { key, mut person, .. } = match open(engine, &mut tx, organization, identity).await {
        Ok(opened) => opened,
        Err(Error::NotFound(_) | Error::Conflict { code: "anonymized", .. }) => return Ok(()),
        Err(other) => return Err(other),
    };
    person.face_withdrawn_at = Some(engine.now());
    let sealed = crypto::seal_json(&key, Object::Applicant(identity), &person, &*engine.entropy)?;
    applicants::update(&mut tx, organization, identity, &sealed).await?;
    let shelf = engine.gallery().identities();
    let known = shelf.of(&mut tx, organization, &key).await?.pop();
    if let Some(known) = known.filter(|known| known.embedding.is_some()) {
        let known = Known { embedding: None, ..known };
        shelf.withdraw(&mut tx, organization, identity).await?;
        shelf.add(&mut tx, organization, Some(because), &key, &known.to_bytes()).await?;
    }
    tx.commit().await?;
    shelf.forget(organization, identity).await;
    Ok(())
}
