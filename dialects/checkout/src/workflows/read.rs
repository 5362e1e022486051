//! `GET /workflows/{workflow_id}`

use axum::extract::State;
use bonafide_engine::{Engine, workflows};
use bonafide_http::{Caller, Json, Path, Result, operation};

use super::{WORKFLOW, Workflow};

/// Get a workflow
///
/// Of keys and of the values of headers their first five characters are shown.
#[operation(get, "/workflows/{workflow_id}", tag = "Workflows", id = "getWorkflow", scope = "webhooks",
    params(("workflow_id" = String, Path, max_length = 255, pattern = r"^wf_\w+$")))]
pub(crate) async fn read(
    State(engine): State<Engine>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<Workflow>> {
    let workflow = workflows::read(&engine, &caller, WORKFLOW.read(&id)?).await?;
    Ok(Json(Workflow::of(&engine, workflow)))
}
