//! `PUT /workflows/{workflow_id}/actions/{action_id}`

use axum::extract::State;
use bonafide_engine::{Engine, workflows};
use bonafide_http::{Caller, Json, Path, Result, operation};

use super::{super::WORKFLOW, ACTION, Action, ActionBody};

/// Replace an action
///
/// Its id stays. A key or the value of a header that is sent as it is shown stays what it is.
#[operation(put, "/workflows/{workflow_id}/actions/{action_id}", tag = "Workflows", id = "updateWorkflowAction",
    scope = "webhooks",
    params(("workflow_id" = String, Path, max_length = 255, pattern = r"^wf_\w+$"),
        ("action_id" = String, Path, max_length = 255, pattern = r"^wfa_\w+$")))]
pub(crate) async fn replace(
    State(engine): State<Engine>,
    caller: Caller,
    Path((workflow, action)): Path<(String, String)>,
    Json(asked): Json<ActionBody>,
) -> Result<Json<Action>> {
    let (workflow, action) = (WORKFLOW.read(&workflow)?, ACTION.read(&action)?);
    let changed = workflows::change_action(&engine, &caller, workflow, action, asked.read()).await?;
    Ok(Json(Action::of(changed)))
}
