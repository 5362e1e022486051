//! Which events a workflow is about.

pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod replace;

use std::collections::BTreeMap;

use bonafide_core::problem::{Problem, Rule};
use bonafide_engine::workflows::{self, Wanted};
use serde::{Deserialize, Serialize};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ArrayBuilder, Schema},
};

use super::{Word, map_of, sources::is_known};
use crate::extract::Resource;

pub(crate) const CONDITION: Resource = Resource::new("wfc_", "condition");

/// Most keys in `events`, and most words under one of them or in a list.
const MOST_SOURCES: usize = 20;
const MOST_WORDS: usize = 100;
const LONGEST: usize = 255;

/// What a condition is about.
#[derive(Debug, Clone, Copy, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ConditionType {
    /// The event's type is one of `events`.
    Event,
    /// Kept, and met by every event: an organization is one whole here.
    Entity,
    /// The same.
    ProcessingChannel,
}

/// What an event has to be like. The member that its type is about is required.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct ConditionBody {
    r#type: ConditionType,
    /// Types of events, each list under a name of what they come from. Any name will do: see `GET /workflows/event-types`.
    #[schema(schema_with = event_map)]
    events: Option<BTreeMap<String, Vec<Word>>>,
    #[schema(max_items = 100)]
    entities: Option<Vec<Word>>,
    #[schema(max_items = 100)]
    processing_channels: Option<Vec<Word>>,
}

fn event_map() -> Schema {
    let words = ArrayBuilder::new().items(Word::schema()).max_items(Some(MOST_WORDS));
    map_of(words.into(), MOST_SOURCES)
}

impl ConditionBody {
    /// `before`: what stands before its members' names in what was asked.
    pub(super) fn read(self, before: &str) -> Result<Wanted, Vec<Problem>> {
        let mut problems = vec![];
        let mut wrong = |field: &str, rule, message: &str| {
            problems.push(Problem::new(format!("{before}{field}"), rule, message));
        };
        const REQUIRED: &str = "is required, and has to name at least one";
        let words = |words: Option<Vec<Word>>| -> Vec<String> {
            words.unwrap_or_default().into_iter().map(|Word(word)| word).collect()
        };
        let wanted = match self.r#type {
            ConditionType::Event => {
                let all = self.events.unwrap_or_default();
                if all.values().all(Vec::is_empty) {
                    wrong("events", Rule::Required, REQUIRED);
                }
                if all.len() > MOST_SOURCES {
                    wrong("events", Rule::Length, "must have at most 20 names");
                }
                let mut events = BTreeMap::new();
                for (name, these) in all {
                    let these = words(Some(these));
                    let field = format!("events.{name}");
                    if !(1..=LONGEST).contains(&name.len()) {
                        wrong("events", Rule::Length, "must have names of 1 to 255 characters");
                    } else if these.len() > MOST_WORDS {
                        wrong(&field, Rule::Length, "must have at most 100 types");
                    } else if !these.iter().all(|word| is_known(word)) {
                        let message =
                            "must name types of events that there are: see GET /workflows/event-types";
                        wrong(&field, Rule::Enum, message);
                    }
                    events.insert(name, these);
                }
                Wanted::Event { events }
            }
            ConditionType::Entity => {
                let entities = words(self.entities);
                if entities.is_empty() {
                    wrong("entities", Rule::Required, REQUIRED);
                }
                Wanted::Entity { entities }
            }
            ConditionType::ProcessingChannel => {
                let processing_channels = words(self.processing_channels);
                if processing_channels.is_empty() {
                    wrong("processing_channels", Rule::Required, REQUIRED);
                }
                Wanted::ProcessingChannel { processing_channels }
            }
        };
        if problems.is_empty() { Ok(wanted) } else { Err(problems) }
    }
}

/// What an event has to be like.
#[derive(Serialize, ToSchema)]
pub(crate) struct Condition {
    #[schema(example = "wfc_01kt1gw6g0fmj99z5sfwzpmy4a")]
    id: String,
    r#type: ConditionType,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    events: Option<BTreeMap<String, Vec<String>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    entities: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    processing_channels: Option<Vec<String>>,
}

impl Condition {
    pub(super) fn of(condition: workflows::Condition) -> Self {
        let id = CONDITION.show(condition.id);
        let bare = |r#type| Self { id, r#type, events: None, entities: None, processing_channels: None };
        match condition.wanted {
            Wanted::Event { events } => Self { events: Some(events), ..bare(ConditionType::Event) },
            Wanted::Entity { entities } => Self { entities: Some(entities), ..bare(ConditionType::Entity) },
            Wanted::ProcessingChannel { processing_channels } => Self {
                processing_channels: Some(processing_channels),
                ..bare(ConditionType::ProcessingChannel)
            },
        }
    }
}
