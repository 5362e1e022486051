//! What became of events in workflows.

use std::collections::BTreeMap;

use bonafide_core::{
    delivery::DeliveryStatus,
    id::{EventId, WebhookEndpointId, WorkflowId},
    time::Timestamp,
};
use bonafide_store::{Tx, deliveries, events as rows, webhook_endpoints as endpoints};
use serde_json::Value;
use uuid::Uuid;

use super::workflow::{Action, see_action};
use crate::{
    base::{
        caller::Caller,
        engine::Engine,
        error::{Error, Result},
    },
    events::list::{Event, formatted},
    webhooks::{
        endpoint::may,
        history::{Attempt, Delivery},
        sealed::existing_key,
    },
};

/// Events of one subject that are told of at most: the newest.
const MAX: i64 = 200;

/// An event as an API words it.
#[derive(Debug, Clone)]
pub struct Told {
    pub event: Event,
    pub word: String,
    /// The whole message.
    pub message: Value,
}

/// What became of one event at one action.
#[derive(Debug, Clone)]
pub struct Invocation {
    pub workflow: WorkflowId,
    pub delivery: Delivery,
}

/// The same with each attempt.
#[derive(Debug, Clone)]
pub struct Sending {
    pub invocation: Invocation,
    pub action: Action,
    /// Oldest first.
    pub attempts: Vec<Attempt>,
}

/// One event in the words of an API; one that this API does not send is not found.
pub async fn event_of(engine: &Engine, caller: &Caller, dialect: &str, id: EventId) -> Result<Told> {
    may(caller)?;
    let mut tx = engine.db().read().await?;
    let event = rows::get(&mut tx, caller.organization, id).await?.map(Event::from);
    drop(tx);
    let event = event.ok_or(Error::NotFound("event"))?;
    let (word, message) = formatted(engine, &event, dialect).await?.ok_or(Error::NotFound("event"))?;
    Ok(Told { event, word, message })
}

/// The newest events of a verification or another object, oldest first. What nothing is told of is not found.
pub async fn events_of(engine: &Engine, caller: &Caller, dialect: &str, subject: Uuid) -> Result<Vec<Told>> {
    may(caller)?;
    let mut tx = engine.db().read().await?;
    let filter = rows::Filter { subject: Some(subject), newest_first: true, ..rows::Filter::default() };
    let found = rows::list(&mut tx, caller.organization, &filter, MAX).await?;
    drop(tx);
    let mut told = vec![];
    for event in found.into_iter().rev().map(Event::from) {
        if let Some((word, message)) = formatted(engine, &event, dialect).await? {
            told.push(Told { event, word, message });
        }
    }
    if told.is_empty() { Err(Error::NotFound("subject")) } else { Ok(told) }
}

/// What became of an event at the actions that there are.
pub async fn invocations(engine: &Engine, caller: &Caller, event: EventId) -> Result<Vec<Invocation>> {
    may(caller)?;
    let mut tx = engine.db().read().await?;
    let organization = caller.organization;
    let filter = deliveries::Filter { event: Some(event), ..deliveries::Filter::default() };
    let sent = deliveries::list(&mut tx, organization, &filter, 0, i64::MAX).await?;
    let all = endpoints::list(&mut tx, organization, &endpoints::Filter::default(), 0, i64::MAX).await?;
    let workflows: BTreeMap<WebhookEndpointId, WorkflowId> =
        all.into_iter().filter_map(|endpoint| Some((endpoint.id, endpoint.workflow?))).collect();
    let of = |row: deliveries::Delivery| {
        Some(Invocation { workflow: *workflows.get(&row.endpoint)?, delivery: row.into() })
    };
    Ok(sent.into_iter().filter_map(of).collect())
}

/// What became of an event at one action, attempt by attempt.
pub async fn invocation(
    engine: &Engine,
    caller: &Caller,
    event: EventId,
    action: WebhookEndpointId,
) -> Result<Sending> {
    may(caller)?;
    let organization = caller.organization;
    let mut tx: Tx = engine.db().read().await?;
    let endpoint = endpoints::get(&mut tx, organization, action).await?.ok_or(Error::NotFound("action"))?;
    let workflow = endpoint.workflow.ok_or(Error::NotFound("action"))?;
    let filter =
        deliveries::Filter { event: Some(event), endpoint: Some(action), ..deliveries::Filter::default() };
    let sent = deliveries::list(&mut tx, organization, &filter, 0, 1).await?;
    let delivery: Delivery = sent.into_iter().next().ok_or(Error::NotFound("invocation"))?.into();
    let own = existing_key(engine, &mut tx, organization).await?;
    let attempts = deliveries::attempts(&mut tx, organization, &own, action, event).await?;
    Ok(Sending {
        invocation: Invocation { workflow, delivery },
        action: see_action(engine, &mut tx, endpoint).await?,
        attempts: attempts.into_iter().map(Attempt::from).collect(),
    })
}

impl Invocation {
    /// Whether it arrived; `None` while it is on its way.
    pub fn arrived(&self) -> Option<bool> {
        match self.delivery.status.known() {
            Some(DeliveryStatus::Delivered) => Some(true),
            Some(DeliveryStatus::Dead) => Some(false),
            Some(DeliveryStatus::Pending) | None => None,
        }
    }
}

impl Attempt {
    /// An id of its own, which follows from what was sent where.
    pub fn id(&self, event: EventId, action: WebhookEndpointId) -> EventId {
        let number = u128::try_from(self.number).unwrap_or_default();
        let bits = event.uuid().as_u128() ^ action.uuid().as_u128().rotate_left(64);
        EventId::from_uuid(Uuid::from_u128(bits.wrapping_add(number)))
    }

    /// When its answer had come; `None` when there was none.
    pub fn answered_at(&self) -> Option<Timestamp> {
        self.http_status.map(|_| self.at.plus_ms(self.ms))
    }
}
