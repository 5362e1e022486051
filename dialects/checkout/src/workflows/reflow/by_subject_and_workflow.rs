//! `POST /workflows/events/subject/{subject_id}/workflow/{workflow_id}/reflow`

use axum::extract::State;
use bonafide_engine::{
    Engine,
    workflows::{self, Reflow},
};
use bonafide_http::{Caller, Json, Path, Result, operation};

use super::super::{WORKFLOW, events::subject_id};
use crate::answer::{Accepted, Nothing};

/// Reflow the events of a subject through a workflow
///
/// Sends all that happened to it again to the actions of this workflow, where the events meet the conditions. 409 where the
/// workflow is not active.
#[operation(post, "/workflows/events/subject/{subject_id}/workflow/{workflow_id}/reflow", tag = "Workflows",
    id = "reflowBySubjectAndWorkflow", scope = "webhooks",
    params(("subject_id" = String, Path, max_length = 255),
        ("workflow_id" = String, Path, max_length = 255, pattern = r"^wf_\w+$")),
    responses((status = 202, body = Nothing, description = "They are on their way")))]
pub(crate) async fn by_subject_and_workflow(
    State(engine): State<Engine>,
    caller: Caller,
    Path((subject, workflow)): Path<(String, String)>,
    Json(Nothing {}): Json<Nothing>,
) -> Result<Accepted> {
    let (subjects, workflows) = (vec![subject_id(&subject)?.uuid()], vec![WORKFLOW.read(&workflow)?]);
    workflows::reflow(&engine, &caller, &Reflow { subjects, workflows, ..Reflow::default() }).await?;
    Ok(Accepted)
}
