//! Workflows read back.

use bonafide_core::id::WorkflowId;
use bonafide_store::workflows as rows;

use super::workflow::{Workflow, load, see};
use crate::{
    base::{caller::Caller, engine::Engine, error::Result},
    webhooks::endpoint::may,
};

/// All of the organization, newest first. They are few, and come without conditions and actions.
pub async fn list(engine: &Engine, caller: &Caller) -> Result<Vec<Workflow>> {
    may(caller)?;
    let mut tx = engine.db().read().await?;
    let all = rows::list(&mut tx, caller.organization).await?;
    let bare = |row: rows::Workflow| Workflow {
        id: row.id,
        name: row.name,
        active: row.active,
        conditions: vec![],
        actions: vec![],
    };
    Ok(all.into_iter().map(bare).collect())
}

/// One workflow.
pub async fn read(engine: &Engine, caller: &Caller, id: WorkflowId) -> Result<Workflow> {
    may(caller)?;
    let mut tx = engine.db().read().await?;
    let row = load(&mut tx, caller, id).await?;
    see(engine, &mut tx, row).await
}
