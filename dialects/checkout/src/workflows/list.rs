//! `GET /workflows`

use axum::extract::State;
use bonafide_engine::{Engine, workflows};
use bonafide_http::{Caller, Json, Result, operation};
use serde::Serialize;
use utoipa::ToSchema;

use super::WorkflowSummary;

/// All workflows, newest first.
#[derive(Serialize, ToSchema)]
pub(crate) struct Workflows {
    #[schema(max_items = 100)]
    data: Vec<WorkflowSummary>,
}

/// List the workflows
///
/// All of them: an organization has at most 100.
#[operation(get, "/workflows", tag = "Workflows", id = "listWorkflows", scope = "webhooks")]
pub(crate) async fn list(State(engine): State<Engine>, caller: Caller) -> Result<Json<Workflows>> {
    let all = workflows::list(&engine, &caller).await?;
    Ok(Json(Workflows { data: all.iter().map(|one| WorkflowSummary::of(&engine, one)).collect() }))
}
