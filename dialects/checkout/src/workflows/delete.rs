//! `DELETE /workflows/{workflow_id}`

use axum::extract::State;
use bonafide_engine::{Engine, workflows};
use bonafide_http::{Caller, NoContent, Path, Result, operation};

use super::WORKFLOW;

/// Delete a workflow
///
/// With its conditions and actions. What waited to be sent to them is not sent any more.
#[operation(delete, "/workflows/{workflow_id}", tag = "Workflows", id = "deleteWorkflow", scope = "webhooks",
    params(("workflow_id" = String, Path, max_length = 255, pattern = r"^wf_\w+$")))]
pub(crate) async fn delete(
    State(engine): State<Engine>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<NoContent> {
    workflows::delete(&engine, &caller, WORKFLOW.read(&id)?).await?;
    Ok(NoContent)
}
