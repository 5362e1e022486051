//! A workflow as its owner sees it, and what its conditions come to.

use std::collections::{BTreeMap, BTreeSet};

use bonafide_core::{
    audit::AuditAction,
    id::{ConditionId, OrganizationId, WebhookEndpointId, WorkflowId},
};
use bonafide_store::{
    Tx, audit,
    secrets::PlainSecret,
    webhook_endpoints::{self as endpoints, NO_EVENTS, WebhookEndpoint},
    workflows::{self as rows},
};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{
    base::{
        caller::Caller,
        engine::Engine,
        error::{Error, Result},
    },
    webhooks::sealed::{headers, secrets},
};

/// A workflow.
#[derive(Debug, Clone, PartialEq)]
pub struct Workflow {
    pub id: WorkflowId,
    pub name: String,
    pub active: bool,
    pub conditions: Vec<Condition>,
    /// Oldest first.
    pub actions: Vec<Action>,
}

/// One condition: an event has to meet all of a workflow.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Condition {
    pub id: ConditionId,
    #[serde(flatten)]
    pub wanted: Wanted,
}

/// What a condition says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Wanted {
    /// Events of these types, by a name of what they come from.
    Event { events: BTreeMap<String, Vec<String>> },
    /// Of these parts of the organization. It is one whole here, and every event is one of theirs.
    Entity { entities: Vec<String> },
    /// The same.
    ProcessingChannel { processing_channels: Vec<String> },
}

/// An action: an endpoint that events are sent to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Action {
    pub id: WebhookEndpointId,
    /// The API whose format its messages have.
    pub dialect: String,
    pub url: String,
    /// The headers that are sent along; of their values so much that two can be told apart.
    pub headers: BTreeMap<String, String>,
    /// The same of what its messages are signed with.
    pub key: String,
}

/// The types of events that meet all conditions, as an endpoint's column has them.
pub(super) fn event_types(conditions: &[Condition]) -> String {
    let mut met: Option<BTreeSet<&str>> = None;
    for condition in conditions {
        let Wanted::Event { events } = &condition.wanted else { continue };
        let these: BTreeSet<&str> = events.values().flatten().map(String::as_str).collect();
        met = Some(match met {
            Some(before) => &before & &these,
            None => these,
        });
    }
    match met {
        None => String::new(),
        Some(none) if none.is_empty() => NO_EVENTS.to_owned(),
        Some(some) => some.into_iter().collect::<Vec<_>>().join(" "),
    }
}

/// As much of a secret as may be shown: its first five characters, of a short one none. Long enough to be sent back.
pub(super) fn masked(secret: &str) -> String {
    const SHOWN: usize = 5;
    const LONG_ENOUGH: usize = 16;
    let shown = if secret.len() < LONG_ENOUGH { 0 } else { SHOWN };
    format!("{}***************", secret.get(..shown).unwrap_or_default())
}

pub(super) async fn load(tx: &mut Tx, caller: &Caller, id: WorkflowId) -> Result<rows::Workflow> {
    rows::get(tx, caller.organization, id).await?.ok_or(Error::NotFound("workflow"))
}

/// What its row says of its conditions.
pub(super) fn conditions(row: &rows::Workflow) -> Result<Vec<Condition>> {
    let read = serde_json::from_value(row.conditions.clone());
    read.map_err(|_| Error::conflict("newer", "the workflow was written by a newer version of this server"))
}

/// The endpoints that are its actions, oldest first.
pub(super) async fn endpoints_of(
    tx: &mut Tx,
    organization: OrganizationId,
    id: WorkflowId,
) -> Result<Vec<WebhookEndpoint>> {
    let filter = endpoints::Filter { workflow: Some(id), ..endpoints::Filter::default() };
    let mut all = endpoints::list(tx, organization, &filter, 0, i64::MAX).await?;
    all.reverse();
    Ok(all)
}

/// One of them. That of another workflow is not found.
pub(super) async fn endpoint_of(
    tx: &mut Tx,
    organization: OrganizationId,
    workflow: WorkflowId,
    action: WebhookEndpointId,
) -> Result<WebhookEndpoint> {
    let found = endpoints::get(tx, organization, action).await?;
    found.filter(|row| row.workflow == Some(workflow)).ok_or(Error::NotFound("action"))
}

pub(super) async fn see_action(engine: &Engine, tx: &mut Tx, row: WebhookEndpoint) -> Result<Action> {
    let sent = headers(engine, tx, &row).await?;
    let key = secrets(engine, tx, &row).await?;
    Ok(Action {
        headers: sent.iter().map(|(name, value)| (name.clone(), masked(value))).collect(),
        key: masked(key.first().map(PlainSecret::expose).unwrap_or_default()),
        id: row.id,
        dialect: row.dialect,
        url: row.url,
    })
}

pub(super) async fn see(engine: &Engine, tx: &mut Tx, row: rows::Workflow) -> Result<Workflow> {
    let conditions = conditions(&row)?;
    let mut actions = vec![];
    for endpoint in endpoints_of(tx, row.organization, row.id).await? {
        actions.push(see_action(engine, tx, endpoint).await?);
    }
    Ok(Workflow { id: row.id, name: row.name, active: row.active, conditions, actions })
}

pub(super) async fn note(
    engine: &Engine,
    tx: &mut Tx,
    caller: &Caller,
    id: WorkflowId,
    action: AuditAction,
) -> Result<()> {
    let (actor, object) = (caller.actor(), format!("workflow:{id}"));
    let entry = audit::Entry { at: engine.now(), actor: &actor, action, object: &object, detail: &json!({}) };
    audit::append(tx, caller.organization, engine.key_ring(), entry).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(types: &[&str]) -> Condition {
        let words = types.iter().map(|word| (*word).to_owned()).collect();
        let events = BTreeMap::from([("any".to_owned(), words)]);
        Condition { id: ConditionId::from_uuid(uuid::Uuid::nil()), wanted: Wanted::Event { events } }
    }

    #[test]
    fn an_event_has_to_meet_every_condition() {
        let entity = Condition { wanted: Wanted::Entity { entities: vec!["ent_1".into()] }, ..of(&[]) };
        assert_eq!(event_types(&[]), "");
        assert_eq!(event_types(std::slice::from_ref(&entity)), "");
        assert_eq!(event_types(&[of(&["b", "a", "b"])]), "a b");
        assert_eq!(event_types(&[of(&["a", "b"]), entity, of(&["b", "c"])]), "b");
        assert_eq!(event_types(&[of(&["a"]), of(&["b"])]), NO_EVENTS);
    }

    #[test]
    fn little_is_shown_of_a_secret() {
        assert_eq!(masked("8V8x0dLK%AyD*DNS8JJr"), "8V8x0***************");
        assert_eq!(masked("short"), "***************");
        assert_eq!(masked("äöüäöüäöüäöü"), "***************", "a character is whole or not shown");
    }
}
