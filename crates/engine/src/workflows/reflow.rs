//! Events through workflows once more.

use bonafide_core::id::{EventId, WorkflowId};
use bonafide_store::{events as rows, workflows};
use uuid::Uuid;

use crate::{
    base::{
        caller::Caller,
        engine::Engine,
        error::{Error, Result},
    },
    webhooks::{
        endpoint::may,
        history::{Again, replay},
    },
};

/// Which events, and through which workflows.
#[derive(Debug, Clone, Default)]
pub struct Reflow {
    pub events: Vec<EventId>,
    /// All events of these.
    pub subjects: Vec<Uuid>,
    /// All that are active when empty.
    pub workflows: Vec<WorkflowId>,
}

/// Sends events again under the ids they had, to the actions of workflows whose conditions they meet. Everything that is
/// named has to be there.
pub async fn reflow(engine: &Engine, caller: &Caller, what: &Reflow) -> Result<()> {
    may(caller)?;
    let organization = caller.organization;
    let mut tx = engine.db().read().await?;
    for id in &what.workflows {
        let row = workflows::get(&mut tx, organization, *id).await?.ok_or(Error::NotFound("workflow"))?;
        if !row.active {
            return Err(Error::conflict("workflow_off", "the workflow is not active; make it active first"));
        }
    }
    for id in &what.events {
        rows::get(&mut tx, organization, *id).await?.ok_or(Error::NotFound("event"))?;
    }
    for subject in &what.subjects {
        let filter = rows::Filter { subject: Some(*subject), ..rows::Filter::default() };
        if rows::list(&mut tx, organization, &filter, 1).await?.is_empty() {
            return Err(Error::NotFound("subject"));
        }
    }
    drop(tx);
    let to = Again { workflows: Some(what.workflows.clone()), ..Again::default() };
    for id in &what.events {
        replay(engine, caller, &Again { event: Some(*id), ..to.clone() }).await?;
    }
    for subject in &what.subjects {
        let mut after = None;
        loop {
            let page = Again { subject: Some(*subject), after, ..to.clone() };
            after = replay(engine, caller, &page).await?.next;
            if after.is_none() {
                break;
            }
        }
    }
    Ok(())
}
