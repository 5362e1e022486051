//! `GET /workflows/events/{event_id}`

use axum::extract::State;
use bonafide_engine::{Engine, workflows};
use bonafide_http::{Caller, Json, Path, Result, operation};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::{
    super::{WORKFLOW, actions::ACTION, sources::source},
    EVENT, InvocationStatus, event_id, path,
};
use crate::{
    NAME,
    answer::{Link, SelfLink, time},
};

/// What became of an event at one action.
#[derive(Serialize, ToSchema)]
pub(crate) struct ActionInvocation {
    workflow_id: String,
    workflow_action_id: String,
    #[schema(inline)]
    status: InvocationStatus,
    #[serde(rename = "_links")]
    links: SelfLink,
}

/// An event as messages tell it, and what became of those.
#[derive(Serialize, ToSchema)]
pub(crate) struct EventDetails {
    #[schema(example = "evt_01kt1gw6g0fmj99z5sfwzpmy4a")]
    id: String,
    source: &'static str,
    r#type: String,
    #[schema(format = DateTime)]
    timestamp: String,
    version: &'static str,
    #[schema(value_type = Object)]
    data: Value,
    /// Of the actions that there are.
    action_invocations: Vec<ActionInvocation>,
    #[serde(rename = "_links")]
    links: SelfLink,
}

/// Get an event
#[operation(get, "/workflows/events/{event_id}", tag = "Workflows", id = "getWorkflowEvent", scope = "webhooks",
    params(("event_id" = String, Path, max_length = 255, pattern = r"^evn?t_\w+$")))]
pub(crate) async fn read(
    State(engine): State<Engine>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<EventDetails>> {
    let id = event_id(&id)?;
    let mut told = workflows::event(&engine, &caller, NAME, id).await?;
    let invocations = workflows::invocations(&engine, &caller, id).await?;
    let of = |invocation: workflows::Invocation| {
        let action = ACTION.show(invocation.delivery.endpoint);
        ActionInvocation {
            workflow_id: WORKFLOW.show(invocation.workflow),
            status: InvocationStatus::of(&invocation),
            links: SelfLink { this: Link::to(&engine, &path(id, &action)) },
            workflow_action_id: action,
        }
    };
    let shown = EVENT.show(id);
    Ok(Json(EventDetails {
        source: source(&told.word),
        r#type: told.word,
        timestamp: time(told.event.at),
        version: crate::webhooks::VERSION,
        data: told.message["data"].take(),
        action_invocations: invocations.into_iter().map(of).collect(),
        links: SelfLink { this: Link::to(&engine, &format!("/workflows/events/{shown}")) },
        id: shown,
    }))
}
