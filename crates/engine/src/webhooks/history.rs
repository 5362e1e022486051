//! What became of messages, and sending them again.

use bonafide_core::{
    id::{EventId, WebhookEndpointId},
    time::Timestamp,
    verification::Kind,
};
use bonafide_store::{
    deliveries as rows, events, organizations, subject_keys,
    webhook_endpoints::{self, PER_VERIFICATION},
};

pub use bonafide_store::deliveries::{Attempt, Delivery, PENDING};

use super::{load, may, note, own_applicant};
use crate::{Caller, Engine, Error, Result};

/// Most messages of one answer.
pub const MOST: i64 = 200;
/// Events that one call sends again at most; the next call goes on.
const MOST_AGAIN: i64 = 1000;

/// Which messages to list.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    pub endpoint: Option<WebhookEndpointId>,
    pub event: Option<EventId>,
    /// `pending`, `delivered` or `dead`.
    pub status: Option<String>,
    pub skip: i64,
    pub limit: i64,
}

/// A page of messages, newest first.
pub async fn deliveries(engine: &Engine, caller: &Caller, filter: &Filter) -> Result<Vec<Delivery>> {
    may(caller)?;
    let mut tx = engine.db.read().await?;
    let wanted =
        rows::Filter { endpoint: filter.endpoint, event: filter.event, status: filter.status.as_deref() };
    let limit = filter.limit.clamp(1, MOST);
    Ok(rows::list(&mut tx, caller.organization, &wanted, filter.skip.max(0), limit).await?)
}

/// The attempts to deliver an event to an endpoint, oldest first.
pub async fn attempts(
    engine: &Engine,
    caller: &Caller,
    endpoint: WebhookEndpointId,
    event: EventId,
) -> Result<Vec<Attempt>> {
    may(caller)?;
    let mut tx = engine.db.read().await?;
    let organization = load(&mut tx, caller, endpoint).await?.organization;
    let own =
        subject_keys::load(&mut tx, organization, own_applicant(organization), &*engine.key_ring).await?;
    Ok(rows::attempts(&mut tx, organization, &own, endpoint, event).await?)
}

/// Which messages to send again.
#[derive(Debug, Clone, Default)]
pub struct Again {
    /// One endpoint; all that are switched on when absent.
    pub endpoint: Option<WebhookEndpointId>,
    /// One event; those of a time when absent.
    pub event: Option<EventId>,
    /// At or after.
    pub from: Option<Timestamp>,
    /// Before.
    pub until: Option<Timestamp>,
    /// Those that did not arrive alone.
    pub undelivered: bool,
}

/// Sends messages again under the ids they had, also to endpoints that were switched on only later. Returns how many;
/// when `more` is true, `from` set to the time returned goes on where this call ended.
pub async fn replay(engine: &Engine, caller: &Caller, what: &Again) -> Result<Replayed> {
    may(caller)?;
    let (now, organization) = (engine.now(), caller.organization);
    let mut tx = engine.db.begin().await?;
    let mut endpoints = match what.endpoint {
        Some(id) => vec![load(&mut tx, caller, id).await?],
        None => webhook_endpoints::list(&mut tx, organization).await?,
    };
    endpoints.retain(webhook_endpoints::WebhookEndpoint::is_open);
    if what.endpoint.is_some() && endpoints.is_empty() {
        return Err(Error::conflict("webhook_off", "the webhook is switched off; switch it on first"));
    }
    let found = match what.event {
        Some(id) => vec![events::get(&mut tx, organization, id).await?.ok_or(Error::NotFound("event"))?],
        None => {
            let filter = events::Filter { from: what.from, until: what.until, ..events::Filter::default() };
            events::list(&mut tx, organization, &filter, MOST_AGAIN).await?
        }
    };
    let sandbox = organizations::get(&mut tx, organization).await?.is_some_and(|o| o.sandbox);
    let mut messages = 0;
    for event in &found {
        let Some(told) = event.told(sandbox) else { continue };
        let facts = told.snapshot.verification.as_ref();
        let (kind, client) = facts.map_or((Kind::default(), ""), |v| (v.kind, v.client.as_str()));
        let filter = rows::Filter { event: Some(event.id), ..rows::Filter::default() };
        let known = rows::list(&mut tx, organization, &filter, 0, i64::MAX).await?;
        for endpoint in &endpoints {
            let before = known.iter().find(|d| d.endpoint == endpoint.id);
            if before
                .is_some_and(|d| what.undelivered && d.status == rows::DELIVERED || d.status == rows::PENDING)
            {
                continue;
            }
            if before.is_some() {
                rows::again(&mut tx, organization, endpoint.id, event.id, now).await?;
                messages += 1;
                continue;
            }
            // What an endpoint was never meant to get it does not get now either.
            let word = engine.dialect(&endpoint.dialect).and_then(|d| d.word(told.happened, kind));
            let wanted = |word: &&str| {
                endpoint.origin != PER_VERIFICATION
                    && endpoint.wants(word)
                    && (endpoint.client.is_empty() || endpoint.client == client)
                    && told.happened.subject() != bonafide_core::event::Subject::Endpoint
            };
            if let Some(word) = word.filter(wanted) {
                rows::insert(&mut tx, organization, endpoint.id, event.id, word, now, now).await?;
                messages += 1;
            }
        }
    }
    if let Some(id) = what.endpoint {
        note(engine, &mut tx, organization, &caller.actor(), id, "webhook.replayed").await?;
    }
    tx.commit().await?;
    engine.post.notify_waiters();
    let more = what.event.is_none() && found.len() as i64 == MOST_AGAIN;
    Ok(Replayed { messages, more, until: found.last().map(|e| e.at) })
}

/// What was sent again.
#[derive(Debug, Clone, Copy)]
pub struct Replayed {
    pub messages: usize,
    /// Whether there are later events that this call did not come to.
    pub more: bool,
    /// The time of the last event looked at.
    pub until: Option<Timestamp>,
}
