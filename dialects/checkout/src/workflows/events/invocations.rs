//! `GET /workflows/events/{event_id}/actions/{action_id}`

use std::collections::BTreeMap;

use axum::extract::State;
use bonafide_engine::{Engine, workflows};
use bonafide_http::{Caller, Json, Path, Result, operation};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    super::{
        WORKFLOW,
        actions::{ACTION, ActionType},
    },
    EVENT, InvocationStatus, event_id, path,
};
use crate::{
    answer::{Link, SelfLink, time},
    extract::Resource,
};

const INVOCATION: Resource = Resource::new("ivc_", "invocation");

/// What was sent, and what came back. What is not known is left out.
#[derive(Serialize, ToSchema)]
pub(crate) struct ResultDetails {
    /// Absent when there was no answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    status_code: Option<i64>,
    /// Why it did not arrive: a stable word.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    failure: Option<String>,
    /// As the action has it today.
    url: String,
    /// As the action has them today; of their values the first five characters.
    headers: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, format = DateTime)]
    response_received_timestamp: Option<String>,
}

/// One attempt to deliver an event.
#[derive(Serialize, ToSchema)]
pub(crate) struct Invoked {
    #[schema(example = "ivc_01kt1gw6g0fmj99z5sfwzpmy4a")]
    invocation_id: String,
    #[schema(format = DateTime)]
    timestamp: String,
    /// How many attempts were before it.
    retry: i64,
    succeeded: bool,
    /// Whether it is the last one.
    r#final: bool,
    result_details: ResultDetails,
}

/// What became of an event at one action, attempt by attempt.
#[derive(Serialize, ToSchema)]
pub(crate) struct Invocations {
    workflow_id: String,
    event_id: String,
    workflow_action_id: String,
    action_type: ActionType,
    #[schema(inline)]
    status: InvocationStatus,
    /// Oldest first.
    action_invocations: Vec<Invoked>,
    #[serde(rename = "_links")]
    links: SelfLink,
}

/// Get what became of an event at an action
///
/// Every attempt to deliver it, the schedule being 5, 10, 15 and 30 minutes, 1, 4, 12 and 12 hours.
#[operation(get, "/workflows/events/{event_id}/actions/{action_id}", tag = "Workflows", id = "getActionInvocations",
    scope = "webhooks",
    params(("event_id" = String, Path, max_length = 255, pattern = r"^evn?t_\w+$"),
        ("action_id" = String, Path, max_length = 255, pattern = r"^wfa_\w+$")))]
pub(crate) async fn invocations(
    State(engine): State<Engine>,
    caller: Caller,
    Path((event, action)): Path<(String, String)>,
) -> Result<Json<Invocations>> {
    let (event, id) = (event_id(&event)?, ACTION.read(&action)?);
    let sent = workflows::invocation(&engine, &caller, event, id).await?;
    let over = sent.invocation.arrived().is_some();
    let last = sent.attempts.len();
    let mut all = vec![];
    for (i, attempt) in sent.attempts.into_iter().enumerate() {
        all.push(Invoked {
            invocation_id: INVOCATION.show(attempt.id(event, id)),
            timestamp: time(attempt.at),
            retry: attempt.number - 1,
            succeeded: attempt.failure.is_none(),
            r#final: over && i + 1 == last,
            result_details: ResultDetails {
                status_code: attempt.http_status,
                response_received_timestamp: attempt.answered_at().map(time),
                failure: attempt.failure,
                url: sent.action.url.clone(),
                headers: sent.action.headers.clone(),
            },
        });
    }
    Ok(Json(Invocations {
        workflow_id: WORKFLOW.show(sent.invocation.workflow),
        event_id: EVENT.show(event),
        action_type: ActionType::Webhook,
        status: InvocationStatus::of(&sent.invocation),
        action_invocations: all,
        links: SelfLink { this: Link::to(&engine, &path(event, &action)) },
        workflow_action_id: action,
    }))
}
