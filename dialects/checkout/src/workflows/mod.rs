//! Workflows: which events are sent where, and what became of them.

pub(crate) mod actions;
pub(crate) mod conditions;
pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod event_types;
pub(crate) mod events;
pub(crate) mod list;
pub(crate) mod read;
pub(crate) mod reflow;
pub(crate) mod signing_keys;
mod sources;
pub(crate) mod test;
pub(crate) mod update;

use bonafide_core::id::WorkflowId;
use bonafide_engine::{Engine, workflows};
use serde::Serialize;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{KnownFormat, ObjectBuilder, RefOr, Schema, SchemaFormat, schema::Type},
};

use self::{actions::Action, conditions::Condition};
use crate::{
    answer::{Link, SelfLink},
    extract::Resource,
};

pub(crate) const WORKFLOW: Resource = Resource::new("wf_", "workflow");

/// A workflow in a list.
#[derive(Serialize, ToSchema)]
pub(crate) struct WorkflowSummary {
    #[schema(example = "wf_01kt1gw6g0fmj99z5sfwzpmy4a")]
    id: String,
    name: String,
    active: bool,
    #[serde(rename = "_links")]
    links: SelfLink,
}

impl WorkflowSummary {
    fn of(engine: &Engine, workflow: &workflows::Workflow) -> Self {
        Self {
            id: WORKFLOW.show(workflow.id),
            name: workflow.name.clone(),
            active: workflow.active,
            links: own_link(engine, workflow.id),
        }
    }
}

/// A workflow: an event that meets all conditions is sent to every action.
#[derive(Serialize, ToSchema)]
pub(crate) struct Workflow {
    #[serde(flatten)]
    summary: WorkflowSummary,
    conditions: Vec<Condition>,
    actions: Vec<Action>,
}

impl Workflow {
    fn of(engine: &Engine, workflow: workflows::Workflow) -> Self {
        Self {
            summary: WorkflowSummary::of(engine, &workflow),
            conditions: workflow.conditions.into_iter().map(Condition::of).collect(),
            actions: workflow.actions.into_iter().map(Action::of).collect(),
        }
    }
}

/// What was made, and where it is.
#[derive(Serialize, ToSchema)]
pub(crate) struct Made {
    id: String,
    #[serde(rename = "_links")]
    links: SelfLink,
}

fn path(id: WorkflowId) -> String {
    format!("/workflows/{}", WORKFLOW.show(id))
}

fn own_link(engine: &Engine, id: WorkflowId) -> SelfLink {
    SelfLink { this: Link::to(engine, &path(id)) }
}

/// A word or an id in a list or a map, of which the schema can say no more than its length.
#[derive(Debug, Clone, serde::Deserialize)]
#[serde(transparent)]
pub(crate) struct Word(String);

impl PartialSchema for Word {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new().schema_type(Type::String).min_length(Some(1)).max_length(Some(255)).into()
    }
}

impl ToSchema for Word {}

/// The value of a header. It may be a secret, and is shown no more than in part.
#[derive(Debug, Clone, serde::Deserialize)]
#[serde(transparent)]
pub(crate) struct HeaderText(String);

impl PartialSchema for HeaderText {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Password)))
            .max_length(Some(2048))
            .into()
    }
}

impl ToSchema for HeaderText {}

/// A map of so many of these at most.
fn map_of(values: RefOr<Schema>, most: usize) -> Schema {
    let map = ObjectBuilder::new().additional_properties(Some(values)).max_properties(Some(most));
    Schema::Object(map.build())
}
