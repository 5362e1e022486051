//! Taking an endpoint out of use.

use bonafide_core::{audit::AuditAction, id::WebhookEndpointId};
use bonafide_store::webhook_endpoints as rows;

use super::endpoint::{may, note};
use crate::base::{caller::Caller, engine::Engine, error::Result};

/// Takes an endpoint out of use.
pub async fn delete(engine: &Engine, caller: &Caller, id: WebhookEndpointId) -> Result<()> {
    may(caller)?;
    let mut tx = engine.db().begin().await?;
    note(engine, &mut tx, caller.organization, &caller.actor(), id, AuditAction::WebhookDeleted).await?;
    rows::delete(&mut tx, caller.organization, id, engine.now()).await?;
    tx.commit().await?;
    Ok(())
}
