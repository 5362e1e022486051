//! `POST /workflows/{workflow_id}/test`

use axum::extract::State;
use bonafide_core::problem::{Problem, Rule};
use bonafide_engine::{Engine, trigger, workflows};
use bonafide_http::{Caller, Json, NoContent, Path, Result, operation};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{WORKFLOW, Word};
use crate::NAME;

#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct TestWorkflow {
    /// Names of events that this server sends: see `GET /workflows/event-types`.
    #[schema(min_items = 1, max_items = 20, example = json!(["identity_verification_created"]))]
    event_types: Vec<Word>,
}

/// Test a workflow
///
/// Sends one made-up event of each type to all actions of an active workflow, whatever its conditions, with `"test": true` in
/// its data. They are about nobody.
#[operation(post, "/workflows/{workflow_id}/test", tag = "Workflows", id = "testWorkflow", scope = "webhooks",
    params(("workflow_id" = String, Path, max_length = 255, pattern = r"^wf_\w+$")))]
pub(crate) async fn test(
    State(engine): State<Engine>,
    caller: Caller,
    Path(id): Path<String>,
    Json(asked): Json<TestWorkflow>,
) -> Result<NoContent> {
    let (mut types, mut problems) = (vec![], vec![]);
    for (i, Word(word)) in asked.event_types.iter().enumerate() {
        match trigger::meaning(&engine, NAME, word) {
            Some(meant) if !types.contains(&meant) => types.push(meant),
            Some(_) => {}
            None => {
                let message = "is no event that this server sends: see GET /workflows/event-types";
                problems.push(Problem::new(format!("event_types.{i}"), Rule::Enum, message));
            }
        }
    }
    if !problems.is_empty() {
        return Err(problems.into());
    }
    workflows::test(&engine, &caller, WORKFLOW.read(&id)?, &types).await?;
    Ok(NoContent)
}
