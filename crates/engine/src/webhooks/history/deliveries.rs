//! What became of messages.

use bonafide_core::{
    delivery::DeliveryStatus,
    id::{EventId, WebhookEndpointId},
    time::Timestamp,
};
use bonafide_store::{Word, deliveries as rows};

use crate::{
    base::{caller::Caller, engine::Engine, error::Result},
    webhooks::{
        endpoint::{load, may},
        sealed::existing_key,
    },
};

/// Most messages of one answer.
pub const MAX: i64 = 200;

/// One message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    pub endpoint: WebhookEndpointId,
    pub event: EventId,
    /// The event's name in the endpoint's API.
    pub event_type: String,
    pub status: Word<DeliveryStatus>,
    /// Attempts so far, one under way included.
    pub tries: i64,
    pub created_at: Timestamp,
    /// When it is due, while it is pending.
    pub run_at: Timestamp,
    pub finished_at: Option<Timestamp>,
}

impl From<rows::Delivery> for Delivery {
    fn from(row: rows::Delivery) -> Self {
        Self {
            endpoint: row.endpoint,
            event: row.event,
            run_at: row.run_at,
            event_type: row.event_type,
            status: row.status,
            tries: row.tries,
            created_at: row.created_at,
            finished_at: row.finished_at,
        }
    }
}

/// One attempt to deliver a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// Counts from 1.
    pub number: i64,
    pub at: Timestamp,
    pub ms: i64,
    /// Absent when there was no answer.
    pub http_status: Option<i64>,
    /// A stable word; absent when it was delivered.
    pub failure: Option<String>,
    /// The beginning of what was answered.
    pub response: Vec<u8>,
}

impl From<rows::Attempt> for Attempt {
    fn from(row: rows::Attempt) -> Self {
        let rows::Attempt { number, at, ms, http_status, failure, response, .. } = row;
        Self { number, at, ms, http_status, failure, response }
    }
}

/// Which messages to list.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    pub endpoint: Option<WebhookEndpointId>,
    pub event: Option<EventId>,
    pub status: Option<DeliveryStatus>,
    pub skip: i64,
    pub limit: i64,
}

/// A page of messages, newest first.
pub async fn deliveries(engine: &Engine, caller: &Caller, filter: &Filter) -> Result<Vec<Delivery>> {
    may(caller)?;
    let mut tx = engine.db().read().await?;
    if let Some(id) = filter.endpoint {
        load(&mut tx, caller, id).await?;
    }
    let wanted = rows::Filter { endpoint: filter.endpoint, event: filter.event, status: filter.status };
    let limit = filter.limit.clamp(1, MAX);
    let found = rows::list(&mut tx, caller.organization, &wanted, filter.skip.max(0), limit).await?;
    Ok(found.into_iter().map(Delivery::from).collect())
}

/// The attempts to deliver an event to an endpoint, oldest first.
pub async fn attempts(
    engine: &Engine,
    caller: &Caller,
    endpoint: WebhookEndpointId,
    event: EventId,
) -> Result<Vec<Attempt>> {
    may(caller)?;
    let mut tx = engine.db().read().await?;
    let organization = load(&mut tx, caller, endpoint).await?.organization;
    let own = existing_key(engine, &mut tx, organization).await?;
    let all = rows::attempts(&mut tx, organization, &own, endpoint, event).await?;
    Ok(all.into_iter().map(Attempt::from).collect())
}
