//! A workflow's conditions. Its actions get the events that meet all of them, from the moment they are changed.

use bonafide_core::{
    audit::AuditAction,
    id::{ConditionId, WorkflowId},
};
use bonafide_store::{webhook_endpoints as endpoints, workflows as rows};
use serde_json::json;

use super::workflow::{Condition, Wanted, conditions, endpoints_of, event_types, load, note};
use crate::{
    base::{
        caller::Caller,
        engine::Engine,
        error::{Error, Result},
    },
    webhooks::endpoint::may,
};

/// Most conditions of one workflow.
const MAX: usize = 20;

/// Adds a condition.
pub async fn add(
    engine: &Engine,
    caller: &Caller,
    workflow: WorkflowId,
    wanted: Wanted,
) -> Result<ConditionId> {
    let id = ConditionId::new(engine.now(), &*engine.entropy);
    edit(engine, caller, workflow, |all| {
        if all.len() >= MAX {
            let message = format!("a workflow has at most {MAX} conditions; remove one first");
            return Err(Error::conflict("too_many_conditions", message));
        }
        all.push(Condition { id, wanted });
        Ok(())
    })
    .await?;
    Ok(id)
}

/// Puts another condition in the place of one, under the same id.
pub async fn change(
    engine: &Engine,
    caller: &Caller,
    workflow: WorkflowId,
    id: ConditionId,
    wanted: Wanted,
) -> Result<Condition> {
    let changed = Condition { id, wanted };
    edit(engine, caller, workflow, |all| {
        let known = all.iter_mut().find(|condition| condition.id == id);
        *known.ok_or(Error::NotFound("condition"))? = changed.clone();
        Ok(())
    })
    .await?;
    Ok(changed)
}

/// Removes a condition. Without any left every event is sent.
pub async fn remove(engine: &Engine, caller: &Caller, workflow: WorkflowId, id: ConditionId) -> Result<()> {
    edit(engine, caller, workflow, |all| {
        let before = all.len();
        all.retain(|condition| condition.id != id);
        if all.len() == before { Err(Error::NotFound("condition")) } else { Ok(()) }
    })
    .await
}

async fn edit(
    engine: &Engine,
    caller: &Caller,
    workflow: WorkflowId,
    edit: impl FnOnce(&mut Vec<Condition>) -> Result<()>,
) -> Result<()> {
    may(caller)?;
    let organization = caller.organization;
    let mut tx = engine.db().begin().await?;
    // Whoever changes a workflow of the organization waits here for the others.
    note(engine, &mut tx, caller, workflow, AuditAction::WorkflowChanged).await?;
    let mut row = load(&mut tx, caller, workflow).await?;
    let mut all = conditions(&row)?;
    edit(&mut all)?;
    row.conditions = json!(all);
    rows::update(&mut tx, organization, &row).await?;
    for mut endpoint in endpoints_of(&mut tx, organization, workflow).await? {
        endpoint.event_types = event_types(&all);
        endpoints::update(&mut tx, organization, &endpoint).await?;
    }
    tx.commit().await?;
    Ok(())
}
