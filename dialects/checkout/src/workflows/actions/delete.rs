//! `DELETE /workflows/{workflow_id}/actions/{action_id}`

use axum::extract::State;
use bonafide_engine::{Engine, workflows};
use bonafide_http::{Caller, NoContent, Path, Result, operation};

use super::{super::WORKFLOW, ACTION};

/// Remove an action
///
/// What waited to be sent there is not sent any more.
#[operation(delete, "/workflows/{workflow_id}/actions/{action_id}", tag = "Workflows", id = "removeWorkflowAction",
    scope = "webhooks",
    params(("workflow_id" = String, Path, max_length = 255, pattern = r"^wf_\w+$"),
        ("action_id" = String, Path, max_length = 255, pattern = r"^wfa_\w+$")))]
pub(crate) async fn delete(
    State(engine): State<Engine>,
    caller: Caller,
    Path((workflow, action)): Path<(String, String)>,
) -> Result<NoContent> {
    workflows::remove_action(&engine, &caller, WORKFLOW.read(&workflow)?, ACTION.read(&action)?).await?;
    Ok(NoContent)
}
