//! Forgetting one verification.

use bonafide_core::{audit::AuditAction, id::VerificationId};
use bonafide_store::verifications as rows;
use serde_json::json;

use crate::{
    applicants::anonymize as forget,
    base::{
        caller::{Caller, Scope},
        engine::Engine,
        error::{Error, Result},
    },
};

/// Erases everything of a verification that says who the person is; its states, findings and decisions stay. What is
/// still going on is canceled. The person's identity, which has a key of its own, stays as well. Repeating it changes
/// nothing.
pub async fn anonymize(engine: &Engine, caller: &Caller, id: VerificationId) -> Result<()> {
    if !caller.may(Scope::Write) {
        return Err(Error::Forbidden);
    }
    let mut tx = engine.db().read().await?;
    let row = rows::get(&mut tx, caller.organization, id).await?.ok_or(Error::NotFound("session"))?;
    drop(tx);
    forget::anonymize(engine, caller, row.applicant).await
}

/// Erases a verification and takes it out of every list: from now on it is not found.
pub async fn delete(engine: &Engine, caller: &Caller, id: VerificationId) -> Result<()> {
    anonymize(engine, caller, id).await?;
    let mut tx = engine.db().begin().await?;
    rows::delete(&mut tx, caller.organization, id, engine.now()).await?;
    let object = format!("verification:{id}");
    let actor = caller.actor();
    let entry = bonafide_store::audit::Entry {
        at: engine.now(),
        actor: &actor,
        action: AuditAction::VerificationDeleted,
        object: &object,
        detail: &json!({}),
    };
    bonafide_store::audit::append(&mut tx, caller.organization, engine.key_ring(), entry).await?;
    tx.commit().await?;
    Ok(())
}
