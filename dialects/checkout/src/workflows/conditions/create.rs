//! `POST /workflows/{workflow_id}/conditions`

use axum::extract::State;
use bonafide_engine::{Engine, workflows};
use bonafide_http::{Caller, Created, Json, Path, Result, operation};

use super::{
    super::{Made, WORKFLOW, own_link},
    CONDITION, ConditionBody,
};

/// Add a condition
///
/// From now on an event has to meet it beside the others.
#[operation(post, "/workflows/{workflow_id}/conditions", tag = "Workflows", id = "addWorkflowCondition",
    scope = "webhooks",
    params(("workflow_id" = String, Path, max_length = 255, pattern = r"^wf_\w+$")))]
pub(crate) async fn create(
    State(engine): State<Engine>,
    caller: Caller,
    Path(id): Path<String>,
    Json(asked): Json<ConditionBody>,
) -> Result<Created<Made>> {
    let id = WORKFLOW.read(&id)?;
    let condition = workflows::add_condition(&engine, &caller, id, asked.read("")?).await?;
    Ok(Created(Made { id: CONDITION.show(condition), links: own_link(&engine, id) }))
}
