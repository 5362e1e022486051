//! The steps that the person was asked for, and what happened.

use bonafide_core::step::{StepData, StepKind, StepState, contact::ContactPart};
use bonafide_engine::{
    invitations::Channel,
    steps::Step,
    verifications::{Entry, View},
};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::words::{Requirement, StepStatus};

/// A step of the request.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StepDetail {
    #[schema(value_type = Requirement)]
    r#type: StepKind,
    #[schema(value_type = StepStatus)]
    status: StepState,
    /// What the person said. Absent where they said nothing, where the step is pictures, and after they were erased.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    data: Option<Value>,
    /// Of `contact`: what of it was confirmed by a code. Absent where nothing was.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    confirmed: Vec<ContactPart>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    updated_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    submitted_at: Option<String>,
}

impl StepDetail {
    /// In the order they were asked for.
    pub(crate) fn all(view: &View) -> Vec<Self> {
        let of = |step: &Step| Self {
            r#type: step.kind,
            status: step.state,
            data: step.data.as_ref().and_then(said),
            confirmed: step.confirmed.iter().copied().map(part).collect(),
            updated_at: step.updated_at.map(|at| at.to_string()),
            submitted_at: step.submitted_at.map(|at| at.to_string()),
        };
        view.steps.iter().map(of).collect()
    }
}

/// What a code was sent to.
const fn part(channel: Channel) -> ContactPart {
    match channel {
        Channel::Email => ContactPart::Email,
        Channel::Sms => ContactPart::Phone,
    }
}

/// What was said, without the kind of step that it was said in.
fn said(data: &StepData) -> Option<Value> {
    serde_json::to_value(data).ok()?.get_mut("data").map(Value::take)
}

/// Something that happened to the request.
#[derive(Serialize, ToSchema)]
pub(crate) struct TimelineEntry {
    #[schema(format = DateTime)]
    at: String,
    #[schema(example = "approved")]
    event: String,
    #[schema(value_type = Object)]
    detail: Value,
}

impl TimelineEntry {
    /// Oldest first.
    pub(crate) fn all(view: &View) -> Vec<Self> {
        let of = |entry: &Entry| Self {
            at: entry.at.to_string(),
            event: entry.event.clone(),
            detail: entry.detail.clone(),
        };
        view.history.iter().map(of).collect()
    }
}
