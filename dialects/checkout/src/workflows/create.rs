//! `POST /workflows`

use axum::extract::State;
use bonafide_engine::{
    Engine,
    workflows::{self, NewWorkflow},
};
use bonafide_http::{Caller, Created, Json, Result, operation};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{Made, WORKFLOW, actions::ActionBody, conditions::ConditionBody, own_link};

#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct CreateWorkflow {
    #[schema(min_length = 1, max_length = 200, example = "Identities to our back office")]
    name: String,
    /// Active when absent. One that is not sends nothing.
    active: Option<bool>,
    /// An event has to meet all of them; without any, every event is sent.
    #[serde(default)]
    #[schema(max_items = 20)]
    conditions: Vec<ConditionBody>,
    #[serde(default)]
    #[schema(max_items = 20)]
    actions: Vec<ActionBody>,
}

/// Create a workflow
///
/// From then on every event that meets all its conditions is sent to each of its actions, signed with the action's key.
#[operation(post, "/workflows", tag = "Workflows", id = "createWorkflow", scope = "webhooks")]
pub(crate) async fn create(
    State(engine): State<Engine>,
    caller: Caller,
    Json(asked): Json<CreateWorkflow>,
) -> Result<Created<Made>> {
    let mut conditions = vec![];
    for (i, condition) in asked.conditions.into_iter().enumerate() {
        conditions.push(condition.read(&format!("conditions.{i}."))?);
    }
    let new = NewWorkflow {
        name: asked.name,
        active: asked.active.unwrap_or(true),
        conditions,
        actions: asked.actions.into_iter().map(ActionBody::read).collect(),
    };
    let id = workflows::create(&engine, &caller, new).await?;
    Ok(Created(Made { id: WORKFLOW.show(id), links: own_link(&engine, id) }))
}
