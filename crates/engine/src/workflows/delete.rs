//! Deleting a workflow.

use bonafide_core::{audit::AuditAction, id::WorkflowId};
use bonafide_store::workflows as rows;

use super::workflow::{endpoints_of, load, note};
use crate::{
    base::{caller::Caller, engine::Engine, error::Result},
    webhooks::{delete as webhook, endpoint::may},
};

/// Deletes a workflow with its actions. What waited to be sent is not sent any more.
pub async fn delete(engine: &Engine, caller: &Caller, id: WorkflowId) -> Result<()> {
    may(caller)?;
    let mut tx = engine.db().begin().await?;
    note(engine, &mut tx, caller, id, AuditAction::WorkflowDeleted).await?;
    load(&mut tx, caller, id).await?;
    for endpoint in endpoints_of(&mut tx, caller.organization, id).await? {
        webhook::remove(engine, &mut tx, caller, endpoint.id).await?;
    }
    rows::delete(&mut tx, caller.organization, id).await?;
    tx.commit().await?;
    Ok(())
}
