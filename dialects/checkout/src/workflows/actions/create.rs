//! `POST /workflows/{workflow_id}/actions`

use axum::extract::State;
use bonafide_engine::{Engine, workflows};
use bonafide_http::{Caller, Created, Json, Path, Result, operation};

use super::{
    super::{Made, WORKFLOW, own_link},
    ACTION, ActionBody,
};

/// Add an action
///
/// It gets the events from now on; those before by a reflow.
#[operation(post, "/workflows/{workflow_id}/actions", tag = "Workflows", id = "addWorkflowAction", scope = "webhooks",
    params(("workflow_id" = String, Path, max_length = 255, pattern = r"^wf_\w+$")))]
pub(crate) async fn create(
    State(engine): State<Engine>,
    caller: Caller,
    Path(id): Path<String>,
    Json(asked): Json<ActionBody>,
) -> Result<Created<Made>> {
    let id = WORKFLOW.read(&id)?;
    let action = workflows::add_action(&engine, &caller, id, asked.read()).await?;
    Ok(Created(Made { id: ACTION.show(action), links: own_link(&engine, id) }))
}
