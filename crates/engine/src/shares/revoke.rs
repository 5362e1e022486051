//! A third party sees nothing any more.

use bonafide_core::{
    audit::AuditAction,
    id::{ShareId, VerificationId},
};
use bonafide_store::{audit, shares as rows};
use serde_json::json;

use crate::base::{
    caller::{Caller, Scope},
    engine::Engine,
    error::{Error, Result},
};

/// Ends what a third party may see, for good. Repeating it changes nothing.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn revoke(engine: &Engine, caller: &Caller, id: VerificationId, share: ShareId) -> Result<()> {
    if !caller.may(Scope::Write) {
        return Err(Error::Forbidden);
    }
    let organization = caller.organization;
    let mut tx = engine.db().begin().await?;
    let found = rows::get(&mut tx, organization, share).await?;
    found.filter(|row| row.verification == id).ok_or(Error::NotFound("share"))?;
    if rows::revoke(&mut tx, organization, share, engine.now()).await? {
        let (actor, object) = (caller.actor(), format!("verification:{id}"));
        let (action, detail) = (AuditAction::ShareRevoked, json!({"share": share}));
        let entry =
            audit::Entry { at: engine.now(), actor: &actor, action, object: &object, detail: &detail };
        audit::append(&mut tx, organization, engine.key_ring(), entry).await?;
    }
    tx.commit().await?;
    Ok(())
}
