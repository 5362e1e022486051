//! `PUT /workflows/{workflow_id}/conditions/{condition_id}`

use axum::extract::State;
use bonafide_engine::{Engine, workflows};
use bonafide_http::{Caller, Json, Path, Result, operation};

use super::{super::WORKFLOW, CONDITION, Condition, ConditionBody};

/// Replace a condition
///
/// Its id stays.
#[operation(put, "/workflows/{workflow_id}/conditions/{condition_id}", tag = "Workflows", id = "updateWorkflowCondition",
    scope = "webhooks",
    params(("workflow_id" = String, Path, max_length = 255, pattern = r"^wf_\w+$"),
        ("condition_id" = String, Path, max_length = 255, pattern = r"^wfc_\w+$")))]
pub(crate) async fn replace(
    State(engine): State<Engine>,
    caller: Caller,
    Path((workflow, condition)): Path<(String, String)>,
    Json(asked): Json<ConditionBody>,
) -> Result<Json<Condition>> {
    let (workflow, condition) = (WORKFLOW.read(&workflow)?, CONDITION.read(&condition)?);
    let wanted = asked.read("")?;
    let changed = workflows::change_condition(&engine, &caller, workflow, condition, wanted).await?;
    Ok(Json(Condition::of(changed)))
}
