//! Taking an entry off the block list.

use bonafide_core::{audit::AuditAction, id::BlockedId};
use bonafide_store::{audit, block_list as rows};
use serde_json::json;

use crate::base::{
    caller::{Caller, Scope},
    engine::Engine,
    error::{Error, Result},
};

/// Removes an entry. Whoever was refused because of it would be let in, so this takes the scope of what weakens a
/// decision; adding takes that of settings.
///
/// # Errors
/// [`Error::NotFound`], also when it was removed before.
pub async fn remove(engine: &Engine, caller: &Caller, id: BlockedId) -> Result<()> {
    if !caller.may(Scope::Policy) {
        return Err(Error::Forbidden);
    }
    let mut tx = engine.db().begin().await?;
    let row = rows::get(&mut tx, caller.organization, id).await?.ok_or(Error::NotFound("entry"))?;
    rows::remove(&mut tx, caller.organization, id).await?;
    let entry = audit::Entry {
        at: engine.now(),
        actor: &caller.actor(),
        action: AuditAction::BlockListRemoved,
        object: &format!("blocked:{id}"),
        detail: &json!({"kind": row.kind}),
    };
    audit::append(&mut tx, caller.organization, engine.key_ring(), entry).await?;
    // The gallery misses the template at its next search.
    Ok(tx.commit().await?)
}
