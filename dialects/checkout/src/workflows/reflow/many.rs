//! `POST /workflows/events/reflow`

use axum::extract::State;
use bonafide_core::problem::{Problem, Rule};
use bonafide_engine::{
    Engine,
    workflows::{self, Reflow},
};
use bonafide_http::{Caller, Json, Result, operation};
use serde::Deserialize;
use utoipa::ToSchema;

use super::super::{
    WORKFLOW, Word,
    events::{event_id, subject_id},
};
use crate::answer::{Accepted, Nothing};

/// Events, or subjects whose events are meant, and through which workflows they go.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub(crate) struct ReflowMany {
    #[serde(default)]
    #[schema(max_items = 100, example = json!(["evt_01kt1gw6g0fmj99z5sfwzpmy4a"]))]
    events: Vec<Word>,
    #[serde(default)]
    #[schema(max_items = 20, example = json!([]))]
    subjects: Vec<Word>,
    /// All that are active when absent.
    #[serde(default)]
    #[schema(max_items = 100, example = json!([]))]
    workflows: Vec<Word>,
}

/// Reflow many events
///
/// Sends them again to the actions of workflows whose conditions they meet. What is named and not there is a 404, and then
/// nothing is sent.
#[operation(post, "/workflows/events/reflow", tag = "Workflows", id = "reflow", scope = "webhooks",
    responses((status = 202, body = Nothing, description = "They are on their way")))]
pub(crate) async fn many(
    State(engine): State<Engine>,
    caller: Caller,
    Json(asked): Json<ReflowMany>,
) -> Result<Accepted> {
    if asked.events.is_empty() && asked.subjects.is_empty() {
        let message = "name at least one here or in subjects";
        return Err(Problem::new("events", Rule::Required, message).into());
    }
    let what = Reflow {
        events: asked.events.iter().map(|Word(id)| event_id(id)).collect::<Result<_>>()?,
        subjects: asked.subjects.iter().map(|Word(id)| Ok(subject_id(id)?.uuid())).collect::<Result<_>>()?,
        workflows: asked.workflows.iter().map(|Word(id)| WORKFLOW.read(id)).collect::<Result<_>>()?,
    };
    workflows::reflow(&engine, &caller, &what).await?;
    Ok(Accepted)
}
