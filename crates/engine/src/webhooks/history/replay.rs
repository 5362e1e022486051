//! Sending messages again.

use bonafide_core::{
    audit::AuditAction,
    delivery::{DeliveryStatus, Origin},
    event::{self, EventType, Subject},
    id::{EventId, VerificationId, WebhookEndpointId, WorkflowId},
    time::Timestamp,
};
use bonafide_store::{Tx, deliveries as rows, events, organizations, webhook_endpoints};
use uuid::Uuid;

use crate::{
    base::{
        caller::Caller,
        engine::Engine,
        error::{Error, Result},
        record::Record,
    },
    events::{
        emit::{Recipients, event_type_for, recipients},
        list::Event,
    },
    webhooks::endpoint::{load, may, note},
};

/// Events that one call sends again at most; the next call goes on.
const MAX_AGAIN: i64 = 1000;

/// Which messages to send again.
#[derive(Debug, Clone, Default)]
pub struct Again {
    /// One endpoint; all that are switched on when absent.
    pub endpoint: Option<WebhookEndpointId>,
    /// Those of this API alone, in either of its formats.
    pub api: Option<&'static str>,
    /// Actions of workflows alone: of these, or of all when there is none of them.
    pub workflows: Option<Vec<WorkflowId>>,
    /// One event; those of a time when absent.
    pub event: Option<EventId>,
    /// Those of one verification, applicant, client's record or endpoint.
    pub subject: Option<Uuid>,
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
    let mut tx = engine.db().begin().await?;
    let replayed = replay_in(engine, &mut tx, caller, what).await?;
    tx.commit().await?;
    engine.bells().post.notify_waiters();
    Ok(replayed)
}

/// The same in a transaction.
pub(crate) async fn replay_in(
    engine: &Engine,
    tx: &mut Tx,
    caller: &Caller,
    what: &Again,
) -> Result<Replayed> {
    let (now, organization) = (engine.now(), caller.organization);
    if let Some(id) = what.endpoint {
        note(engine, tx, organization, &caller.actor(), id, AuditAction::WebhookReplayed).await?;
    }
    let mut endpoints = match what.endpoint {
        Some(id) => vec![load(tx, caller, id).await?],
        None => {
            let all = webhook_endpoints::Filter::default();
            webhook_endpoints::list(tx, organization, &all, 0, i64::MAX).await?
        }
    };
    endpoints.retain(webhook_endpoints::WebhookEndpoint::is_open);
    if let Some(api) = what.api {
        let native = engine.dialect(api).and_then(|dialect| dialect.native()).map(|native| native.name());
        endpoints.retain(|e| e.dialect == api || Some(e.dialect.as_str()) == native);
    }
    if let Some(some) = &what.workflows {
        endpoints.retain(|e| e.workflow.is_some_and(|id| some.is_empty() || some.contains(&id)));
    }
    if what.endpoint.is_some() && endpoints.is_empty() {
        return Err(Error::conflict("webhook_off", "the webhook is switched off; switch it on first"));
    }
    let found = match what.event {
        Some(id) => vec![events::get(tx, organization, id).await?.ok_or(Error::NotFound("event"))?],
        None => {
            let (from, until, after) = (what.from, what.until, what.after);
            let subject = what.subject;
            let filter = events::Filter { subject, from, until, after, ..events::Filter::default() };
            events::list(tx, organization, &filter, MAX_AGAIN).await?
        }
    };
    let open = webhook_endpoints::list_open(tx, organization, None).await?;
    let per_verification = endpoints.iter().any(|e| e.origin == Origin::PerVerification);
    let sandbox = organizations::get(tx, organization).await?.is_some_and(|o| o.sandbox);
    let mut messages = 0;
    for event in &found {
        let Some(told) = Event::from(event.clone()).told(sandbox) else { continue };
        let made_up = told.snapshot.test && told.event_type != EventType::EndpointTested;
        let record = if per_verification || made_up { record_of(engine, tx, &told).await? } else { None };
        // Made up for one workflow: nobody else gets it.
        let only_again = made_up && record.is_none();
        let told_to = match &record {
            Some(record) => recipients(record),
            None if told.event_type == EventType::EndpointTested => {
                Recipients::Endpoint(WebhookEndpointId::from_uuid(told.subject))
            }
            None => Recipients::Everybody,
        };
        let filter = rows::Filter { event: Some(event.id), ..rows::Filter::default() };
        let known = rows::list(tx, organization, &filter, 0, i64::MAX).await?;
        for endpoint in &endpoints {
            if let Some(before) = known.iter().find(|d| d.endpoint == endpoint.id) {
                let on_its_way = before.status == DeliveryStatus::Pending && before.run_at <= now;
                if on_its_way || what.undelivered && before.status == DeliveryStatus::Delivered {
                    continue;
                }
                rows::again(tx, organization, endpoint.id, event.id, now).await?;
            } else if only_again {
                continue;
            } else {
                // What an endpoint was never meant to get it does not get now either.
                let word = event_type_for(engine, endpoint, &open, told.event_type, &told.snapshot, told_to);
                let Some(word) = word else { continue };
                rows::insert(tx, organization, endpoint.id, event.id, word, now, now).await?;
            }
            messages += 1;
        }
    }
    let more = what.event.is_none() && found.len() as i64 == MAX_AGAIN;
    Ok(Replayed { messages, next: found.last().map(|e| e.position).filter(|_| more) })
}

/// The verification that an event is about; `None` once its person was erased.
async fn record_of(engine: &Engine, tx: &mut Tx, event: &event::Event) -> Result<Option<Record>> {
    if event.event_type.subject() != Subject::Verification {
        return Ok(None);
    }
    Record::find(engine, tx, event.organization, VerificationId::from_uuid(event.subject)).await
}

/// What was sent again.
#[derive(Debug, Clone, Copy)]
pub struct Replayed {
    pub messages: usize,
    /// There are more events after this position.
    pub next: Option<i64>,
}
