//! A new verification in the place of one that was declined or ran out of time.

use bonafide_core::{
    audit::AuditAction,
    id::VerificationId,
    verification::{Kind, Status},
};
use bonafide_store::{audit, history, restarts, verifications as rows};
use serde_json::json;

use super::{
    active::{active_in, start_in},
    create::NewVerification,
};
use crate::base::{
    caller::{Caller, Scope},
    engine::Engine,
    error::{Error, Result},
    record,
};

/// Starts a verification anew for the same user. The old one stays as it is and is over for good: nobody reviews, opens
/// or restarts it again. `new` says what is asked; whom it is about is taken from the old one.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Conflict`] while the old one goes on or was approved, after another restart, and while the
/// user has another one that is not finished.
pub async fn restart(
    engine: &Engine,
    caller: &Caller,
    id: VerificationId,
    new: NewVerification,
) -> Result<VerificationId> {
    if !caller.may(Scope::Write) {
        return Err(Error::Forbidden);
    }
    let organization = caller.organization;
    let mut tx = engine.db().begin().await?;
    let row = rows::get(&mut tx, organization, id).await?;
    let mut row =
        row.filter(|row| row.kind == Kind::IdentityVerification).ok_or(Error::NotFound("session"))?;
    restarts::hold_user(&mut tx, organization, &row.user_id).await?;
    let status = record::status(&row);
    if !matches!(status, Status::Declined | Status::Refused | Status::Expired | Status::Canceled) {
        let message = "only what was rejected or has expired is started anew";
        return Err(Error::conflict("wrong_state", message));
    }
    if restarts::successor(&mut tx, organization, id).await?.is_some() {
        return Err(restarted());
    }
    if active_in(engine, &mut tx, caller, new.dialect, &row.user_id).await?.is_some() {
        let message = "the user has another verification that is not finished; go on with that one";
        return Err(Error::conflict("another_is_active", message));
    }
    // Of this and a reviewer's word at the same time one is refused.
    rows::update(&mut tx, organization, &mut row).await?;
    let new = NewVerification { user_id: row.user_id, ..new };
    let successor = start_in(engine, &mut tx, caller, new).await?;
    let now = engine.now();
    restarts::insert(&mut tx, organization, id, successor, now).await?;
    let (action, detail) = (AuditAction::VerificationRestarted, json!({ "successor": successor }));
    history::append(&mut tx, organization, id, now, action.in_history(), &detail).await?;
    let (actor, object) = (caller.actor(), format!("verification:{id}"));
    let entry = audit::Entry { at: now, actor: &actor, action, object: &object, detail: &detail };
    audit::append(&mut tx, organization, engine.key_ring(), entry).await?;
    tx.commit().await?;
    Ok(successor)
}

pub(crate) fn restarted() -> Error {
    Error::conflict(
        "restarted",
        "a new verification was started in the place of this one; go on with that one",
    )
}
