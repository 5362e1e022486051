//! Taking an endpoint out of use.

use bonafide_core::{audit::AuditAction, id::WebhookEndpointId};
use bonafide_store::{Tx, webhook_endpoints as rows};

use super::endpoint::{load, may, note, stands_alone};
use crate::base::{caller::Caller, engine::Engine, error::Result};

/// Takes an endpoint out of use.
pub async fn delete(engine: &Engine, caller: &Caller, id: WebhookEndpointId) -> Result<()> {
    may(caller)?;
    let mut tx = engine.db().begin().await?;
    stands_alone(&load(&mut tx, caller, id).await?)?;
    remove(engine, &mut tx, caller, id).await?;
    tx.commit().await?;
    Ok(())
}

/// The same in a transaction.
pub(crate) async fn remove(
    engine: &Engine,
    tx: &mut Tx,
    caller: &Caller,
    id: WebhookEndpointId,
) -> Result<()> {
    note(engine, tx, caller.organization, &caller.actor(), id, AuditAction::WebhookDeleted).await?;
    Ok(rows::delete(tx, caller.organization, id, engine.now()).await?)
}
