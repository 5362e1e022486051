//! Making a workflow.

use bonafide_core::{
    audit::AuditAction,
    id::{ConditionId, WorkflowId},
};
use bonafide_store::workflows::{self as rows, Workflow};
use serde_json::json;

use super::{
    actions::{NewAction, insert},
    workflow::{Condition, Wanted, event_types, note},
};
use crate::{
    base::{
        caller::Caller,
        engine::Engine,
        error::{Error, Result},
    },
    webhooks::{create::Belonging, endpoint::may},
};

/// Most workflows of one organization.
const MAX: i64 = 100;

/// A workflow to make.
#[derive(Debug)]
pub struct NewWorkflow {
    pub name: String,
    pub active: bool,
    pub conditions: Vec<Wanted>,
    pub actions: Vec<NewAction>,
}

/// Makes a workflow with its conditions and actions.
pub async fn create(engine: &Engine, caller: &Caller, new: NewWorkflow) -> Result<WorkflowId> {
    may(caller)?;
    let (now, organization) = (engine.now(), caller.organization);
    let id = WorkflowId::new(now, &*engine.entropy);
    let mut tx = engine.db().begin().await?;
    note(engine, &mut tx, caller, id, AuditAction::WorkflowCreated).await?;
    if rows::count(&mut tx, organization).await? >= MAX {
        let message = format!("an organization has at most {MAX} workflows; delete one first");
        return Err(Error::conflict("too_many_workflows", message));
    }
    let named = |wanted| Condition { id: ConditionId::new(now, &*engine.entropy), wanted };
    let conditions: Vec<Condition> = new.conditions.into_iter().map(named).collect();
    let of = Belonging { workflow: id, active: new.active, event_types: event_types(&conditions) };
    let row = Workflow {
        id,
        organization,
        name: new.name,
        active: new.active,
        conditions: json!(conditions),
        created_at: now,
    };
    rows::insert(&mut tx, organization, &row).await?;
    for (i, action) in new.actions.into_iter().enumerate() {
        let field = format!("actions.{i}");
        insert(engine, &mut tx, caller, &row.name, &of, action, Some(&field)).await?;
    }
    tx.commit().await?;
    Ok(id)
}
