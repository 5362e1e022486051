//! `PATCH /workflows/{workflow_id}`

use axum::extract::State;
use bonafide_engine::{Engine, workflows};
use bonafide_http::{Caller, Json, Path, Result, operation};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{WORKFLOW, Workflow};

/// What is absent stays as it is.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub(crate) struct UpdateWorkflow {
    #[schema(min_length = 1, max_length = 200)]
    name: Option<String>,
    /// Switching on also takes up an action again that the server had given up on, and sends what waited.
    active: Option<bool>,
}

/// Change a workflow
///
/// Conditions and actions have operations of their own.
#[operation(patch, "/workflows/{workflow_id}", tag = "Workflows", id = "updateWorkflow", scope = "webhooks",
    params(("workflow_id" = String, Path, max_length = 255, pattern = r"^wf_\w+$")))]
pub(crate) async fn update(
    State(engine): State<Engine>,
    caller: Caller,
    Path(id): Path<String>,
    Json(asked): Json<UpdateWorkflow>,
) -> Result<Json<Workflow>> {
    let id = WORKFLOW.read(&id)?;
    let workflow = workflows::update(&engine, &caller, id, asked.name, asked.active).await?;
    Ok(Json(Workflow::of(&engine, workflow)))
}
