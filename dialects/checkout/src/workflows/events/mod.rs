//! Events, and what became of them in workflows.

pub(crate) mod invocations;
pub(crate) mod of_subject;
pub(crate) mod read;

use bonafide_core::id::{EventId, Id};
use bonafide_engine::{Error, workflows::Invocation};
use bonafide_http::Result;
use serde::Serialize;
use utoipa::ToSchema;

use crate::extract::Resource;

pub(crate) const EVENT: Resource = Resource::new("evt_", "event");
/// The same where messages have the older form.
const NATIVE_EVENT: Resource = Resource::new("evnt_", "event");

/// What ids of subjects begin with.
const SUBJECTS: [&str; 6] = ["idv_", "fav_", "iddv_", "adv_", "amlv_", "wfa_"];

pub(crate) fn event_id(text: &str) -> Result<EventId> {
    EVENT.read(text).or_else(|_| NATIVE_EVENT.read(text))
}

/// Any object that something happens to.
#[derive(Debug)]
pub(crate) enum Subject {}

/// The object that events happened to.
pub(crate) fn subject_id(text: &str) -> Result<Id<Subject>> {
    let id = SUBJECTS.into_iter().find_map(|prefix| text.strip_prefix(prefix)?.parse().ok());
    Ok(id.ok_or(Error::NotFound("subject"))?)
}

/// What became of an event at an action.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum InvocationStatus {
    Pending,
    Successful,
    Failed,
}

impl InvocationStatus {
    fn of(invocation: &Invocation) -> Self {
        match invocation.arrived() {
            None => Self::Pending,
            Some(true) => Self::Successful,
            Some(false) => Self::Failed,
        }
    }
}

/// Where the attempts to deliver an event to an action are.
fn path(event: EventId, action: &str) -> String {
    format!("/workflows/events/{}/actions/{action}", EVENT.show(event))
}
