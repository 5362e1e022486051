//! What became of messages, and sending them again.

use bonafide_core::{
    event::{Event, Happened, Subject},
    id::{EventId, VerificationId, WebhookEndpointId},
    time::Timestamp,
};
use bonafide_store::{
    Tx, deliveries as rows, events, organizations,
    webhook_endpoints::{self, PER_VERIFICATION},
};

pub use bonafide_store::deliveries::{Attempt, Delivery, PENDING};

use super::{load, may, note, sealed::existing_key};
use crate::{
    Caller, Engine, Error, Result,
    events::{Only, word_for},
    record::Record,
};

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
    if let Some(id) = filter.endpoint {
        load(&mut tx, caller, id).await?;
    }
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
    let own = existing_key(engine, &mut tx, organization).await?;
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
    /// After this position.
    pub after: Option<i64>,
    /// Those that did not arrive alone.
    pub undelivered: bool,
}

/// Sends messages again under the ids they had, also to endpoints that were switched on only later, and now what waits
/// for another attempt.
pub async fn replay(engine: &Engine, caller: &Caller, what: &Again) -> Result<Replayed> {
    may(caller)?;
    let (now, organization) = (engine.now(), caller.organization);
    let mut tx = engine.db.begin().await?;
    if let Some(id) = what.endpoint {
        note(engine, &mut tx, organization, &caller.actor(), id, "webhook.replayed").await?;
    }
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
            let (from, until, after) = (what.from, what.until, what.after);
            let filter = events::Filter { from, until, after, ..events::Filter::default() };
            events::list(&mut tx, organization, &filter, MOST_AGAIN).await?
        }
    };
    let open = webhook_endpoints::list_open(&mut tx, organization, None).await?;
    let per_verification = endpoints.iter().any(|e| e.origin == PER_VERIFICATION);
    let sandbox = organizations::get(&mut tx, organization).await?.is_some_and(|o| o.sandbox);
    let mut messages = 0;
    for event in &found {
        let Some(told) = event.told(sandbox) else { continue };
        let record = if per_verification { record_of(engine, &mut tx, &told).await? } else { None };
        let whom = match &record {
            Some(record) => record.whom(),
            None if told.happened == Happened::EndpointTested => {
                Only::Endpoint(WebhookEndpointId::from_uuid(told.subject))
            }
            None => Only::Everybody,
        };
        let filter = rows::Filter { event: Some(event.id), ..rows::Filter::default() };
        let known = rows::list(&mut tx, organization, &filter, 0, i64::MAX).await?;
        for endpoint in &endpoints {
            if let Some(before) = known.iter().find(|d| d.endpoint == endpoint.id) {
                let on_its_way = before.status == rows::PENDING && before.run_at <= now;
                if on_its_way || what.undelivered && before.status == rows::DELIVERED {
                    continue;
                }
                rows::again(&mut tx, organization, endpoint.id, event.id, now).await?;
            } else {
                // What an endpoint was never meant to get it does not get now either.
                let word = word_for(engine, endpoint, &open, told.happened, &told.snapshot, whom);
                let Some(word) = word else { continue };
                rows::insert(&mut tx, organization, endpoint.id, event.id, word, now, now).await?;
            }
            messages += 1;
        }
    }
    tx.commit().await?;
    engine.post.notify_waiters();
    let more = what.event.is_none() && found.len() as i64 == MOST_AGAIN;
    Ok(Replayed { messages, next: found.last().map(|e| e.position).filter(|_| more) })
}

/// The verification that an event is about; `None` once its person was erased.
async fn record_of(engine: &Engine, tx: &mut Tx, event: &Event) -> Result<Option<Record>> {
    if event.happened.subject() != Subject::Verification {
        return Ok(None);
    }
    match Record::load(engine, tx, event.organization, VerificationId::from_uuid(event.subject)).await {
        Ok(record) => Ok(Some(record)),
        Err(Error::NotFound(_) | Error::Conflict { code: "anonymized", .. }) => Ok(None),
        Err(other) => Err(other),
    }
}

/// What was sent again.
#[derive(Debug, Clone, Copy)]
pub struct Replayed {
    pub messages: usize,
    /// There are more events after this position.
    pub next: Option<i64>,
}

/// Clears old messages away: what was answered first, later the messages themselves. Events stay.
pub(crate) async fn sweep(engine: &Engine) -> Result<()> {
    const ANSWERS_KEPT_S: i64 = 30 * 24 * 3600;
    /// Rows of one transaction.
    const AT_ONCE: i64 = 500;
    let now = engine.now();
    let answers = now.plus_secs(-ANSWERS_KEPT_S);
    let messages = now.plus_secs(-engine.settings.webhook_history_days.saturating_mul(24 * 3600));
    loop {
        let mut tx = engine.db.begin().await?;
        let forgotten = rows::forget_answers(&mut tx, answers, AT_ONCE).await?;
        let deleted = rows::delete_finished(&mut tx, messages, AT_ONCE).await?;
        tx.commit().await?;
        if forgotten == 0 && deleted == 0 {
            return Ok(());
        }
    }
}
