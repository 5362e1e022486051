//! Changing a workflow.

use bonafide_core::{audit::AuditAction, id::WorkflowId};
use bonafide_store::workflows as rows;

use super::workflow::{Workflow, endpoints_of, load, note, see};
use crate::{
    base::{caller::Caller, engine::Engine, error::Result},
    webhooks::{Changes, endpoint::may, update::change},
};

/// Changes a workflow's name and whether it is active; `None` leaves it as it is. Making it active also forgets that the
/// server had given up on an action, and sends what waited.
pub async fn update(
    engine: &Engine,
    caller: &Caller,
    id: WorkflowId,
    name: Option<String>,
    active: Option<bool>,
) -> Result<Workflow> {
    may(caller)?;
    let organization = caller.organization;
    let mut tx = engine.db().begin().await?;
    note(engine, &mut tx, caller, id, AuditAction::WorkflowChanged).await?;
    let mut row = load(&mut tx, caller, id).await?;
    for endpoint in endpoints_of(&mut tx, organization, id).await? {
        let changes = Changes { name: name.clone(), active, ..Changes::default() };
        change(engine, &mut tx, caller, endpoint, changes, None).await?;
    }
    row.name = name.unwrap_or(row.name);
    row.active = active.unwrap_or(row.active);
    rows::update(&mut tx, organization, &row).await?;
    let seen = see(engine, &mut tx, row).await?;
    tx.commit().await?;
    engine.bells().post.notify_waiters();
    Ok(seen)
}
