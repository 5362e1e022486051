//! `POST /workflows/events/{event_id}/workflow/{workflow_id}/reflow`

use axum::extract::State;
use bonafide_engine::{
    Engine,
    workflows::{self, Reflow},
};
use bonafide_http::{Caller, Json, Path, Result, operation};

use super::super::{WORKFLOW, events::event_id};
use crate::answer::{Accepted, Nothing};

/// Reflow an event through a workflow
///
/// Sends it again to the actions of this workflow, if it meets the conditions. 409 where the workflow is not active.
#[operation(post, "/workflows/events/{event_id}/workflow/{workflow_id}/reflow", tag = "Workflows",
    id = "reflowByEventAndWorkflow", scope = "webhooks",
    params(("event_id" = String, Path, max_length = 255, pattern = r"^evn?t_\w+$"),
        ("workflow_id" = String, Path, max_length = 255, pattern = r"^wf_\w+$")),
    responses((status = 202, body = Nothing, description = "It is on its way")))]
pub(crate) async fn by_event_and_workflow(
    State(engine): State<Engine>,
    caller: Caller,
    Path((event, workflow)): Path<(String, String)>,
    Json(Nothing {}): Json<Nothing>,
) -> Result<Accepted> {
    let (events, workflows) = (vec![event_id(&event)?], vec![WORKFLOW.read(&workflow)?]);
    workflows::reflow(&engine, &caller, &Reflow { events, workflows, ..Reflow::default() }).await?;
    Ok(Accepted)
}
