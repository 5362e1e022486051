//! `DELETE /workflows/{workflow_id}/conditions/{condition_id}`

use axum::extract::State;
use bonafide_engine::{Engine, workflows};
use bonafide_http::{Caller, NoContent, Path, Result, operation};

use super::{super::WORKFLOW, CONDITION};

/// Remove a condition
///
/// Without any left, every event is sent.
#[operation(delete, "/workflows/{workflow_id}/conditions/{condition_id}", tag = "Workflows",
    id = "removeWorkflowCondition", scope = "webhooks",
    params(("workflow_id" = String, Path, max_length = 255, pattern = r"^wf_\w+$"),
        ("condition_id" = String, Path, max_length = 255, pattern = r"^wfc_\w+$")))]
pub(crate) async fn delete(
    State(engine): State<Engine>,
    caller: Caller,
    Path((workflow, condition)): Path<(String, String)>,
) -> Result<NoContent> {
    let (workflow, condition) = (WORKFLOW.read(&workflow)?, CONDITION.read(&condition)?);
    workflows::remove_condition(&engine, &caller, workflow, condition).await?;
    Ok(NoContent)
}
