//! The postman: takes due messages to their endpoints, each endpoint at its own pace, and records what came of it.
//!
//! A message goes out at least once and always under the same id. Nothing is promised about the order; events are
//! numbered. An endpoint that fails is tried with one message at a time, so what it makes us wait for is its own.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
    time::Duration,
};

use bonafide_core::{
    event::{Event, Happened, Message, Snapshot, WebhookDialect},
    id::{EventId, OrganizationId, VerificationId, WebhookEndpointId},
    problem::trail,
    time::Timestamp,
};
use bonafide_courier::{Parcel, Receipt, sign};
use bonafide_store::{
    Tx,
    deliveries::{self as rows, Attempt, Delivery, Next},
    events as rows_of_events, organizations,
    secrets::PlainSecret,
    webhook_endpoints::{self, PER_VERIFICATION, WebhookEndpoint},
};
use tokio::task::{self, JoinSet};

use super::{chaos, headers, note, secrets};
use crate::{
    Engine, Error, Result,
    events::{Only, tell},
    record::Record,
};

/// Messages under way to one endpoint, and to one whose last attempt failed.
const AT_ONCE: usize = 16;
const AT_ONCE_FAILING: usize = 1;
/// How long a message is ours, in seconds: longer than an attempt can take.
const LEASE_S: i64 = 120;
/// Another process may have told an event: look at least this often.
const LOOK_EVERY: Duration = Duration::from_secs(2);
/// Receipts that are recorded in one transaction, and how long the first of them waits for others.
const BATCH: usize = 512;
const GATHER: Duration = Duration::from_millis(5);
/// Longest that a receiver may ask to be left alone, in seconds.
const LONGEST_PAUSE_S: u32 = 24 * 3600;

type Key = (OrganizationId, WebhookEndpointId);

/// One message, ready to be sent, and what became of it.
struct Sent {
    delivery: Delivery,
    at: Timestamp,
    receipt: Outcome,
    dialect: Arc<dyn WebhookDialect>,
}

enum Outcome {
    Answered(Receipt),
    /// It cannot be sent now or ever; a stable word.
    Not(&'static str),
}

/// Everything that the messages of one endpoint have in common.
struct Endpoint {
    row: WebhookEndpoint,
    dialect: Arc<dyn WebhookDialect>,
    headers: Vec<(String, String)>,
    secrets: Vec<PlainSecret>,
    sandbox: bool,
}

/// Delivers until `stop` is told; attempts under way are finished first.
pub async fn run(engine: Engine, mut stop: tokio::sync::watch::Receiver<bool>) {
    let mut tasks: JoinSet<Sent> = JoinSet::new();
    // Whose message each task carries.
    let mut under_way: HashMap<task::Id, Key> = HashMap::new();
    loop {
        let rung = engine.post.notified();
        tokio::pin!(rung);
        rung.as_mut().enable();
        if !*stop.borrow() {
            let mut counts: HashMap<Key, usize> = HashMap::new();
            for key in under_way.values() {
                *counts.entry(*key).or_default() += 1;
            }
            match claim(&engine, &counts).await {
                Ok(round) => {
                    for (endpoint, event, delivery) in round {
                        let (key, engine) = ((delivery.organization, delivery.endpoint), engine.clone());
                        let task =
                            tasks.spawn(async move { send(&engine, &endpoint, event, delivery).await });
                        under_way.insert(task.id(), key);
                    }
                }
                Err(error) => tracing::error!(error = trail(&error), "cannot look for due messages"),
            }
        }
        if *stop.borrow() && under_way.is_empty() {
            return;
        }
        let mut batch = vec![];
        let mut take = |done: std::result::Result<(task::Id, Sent), task::JoinError>| match done {
            Ok((id, sent)) => {
                under_way.remove(&id);
                batch.push(sent);
            }
            // Its lease runs out, and the message is sent again.
            Err(broken) => {
                under_way.remove(&broken.id());
                tracing::error!("the sending of a message broke off");
            }
        };
        tokio::select! {
            Some(done) = tasks.join_next_with_id() => {
                take(done);
                tokio::time::sleep(GATHER).await;
                for _ in 1..BATCH {
                    let Some(done) = tasks.try_join_next_with_id() else { break };
                    take(done);
                }
            }
            () = rung => {}
            () = tokio::time::sleep(LOOK_EVERY) => {}
            _ = stop.changed(), if !*stop.borrow() => {}
        }
        if let Err(error) = record(&engine, &batch).await {
            // The leases run out, and the messages are sent again under the same ids.
            tracing::error!(error = trail(&error), "cannot record what became of messages");
        }
    }
}

/// Delivers everything that is due now and returns how many attempts that took; for tests and for draining.
pub async fn run_pending(engine: &Engine) -> Result<usize> {
    let mut attempts = 0;
    loop {
        let round = claim(engine, &HashMap::new()).await?;
        if round.is_empty() {
            return Ok(attempts);
        }
        let mut tasks = JoinSet::new();
        for (endpoint, event, delivery) in round {
            let engine = engine.clone();
            tasks.spawn(async move { send(&engine, &endpoint, event, delivery).await });
        }
        let batch = tasks.join_all().await;
        attempts += batch.len();
        record(engine, &batch).await?;
    }
}

/// Gives back what a process that is gone had claimed: only where no other process can be at work.
pub async fn recover(engine: &Engine) -> Result<()> {
    let mut tx = engine.db.begin().await?;
    rows::release_all(&mut tx).await?;
    bonafide_store::idempotency::release_all(&mut tx).await?;
    tx.commit().await?;
    Ok(())
}

/// A message that is ours for now: where to, of what (`None` for an event of a newer program), and its row.
type Claimed = (Arc<Endpoint>, Option<Arc<Event>>, Delivery);

/// Claims what is due, as much of each endpoint as it has room for.
async fn claim(engine: &Engine, under_way: &HashMap<Key, usize>) -> Result<Vec<Claimed>> {
    let now = engine.now();
    let mut tx = engine.db.read().await?;
    let mut wanted = vec![];
    for due in rows::due(&mut tx, now).await? {
        let key = (due.organization, due.endpoint);
        let room = if due.failing { AT_ONCE_FAILING } else { AT_ONCE };
        let free = room.saturating_sub(under_way.get(&key).copied().unwrap_or_default());
        if due.next <= now && free > 0 {
            wanted.push((key, free));
        }
    }
    if wanted.is_empty() {
        return Ok(vec![]);
    }
    let mut open = HashMap::new();
    for ((organization, id), _) in &wanted {
        if let Some(endpoint) = prepare(engine, &mut tx, *organization, *id).await? {
            open.insert((*organization, *id), Arc::new(endpoint));
        }
    }
    drop(tx);
    let mut tx = engine.db.begin().await?;
    let mut claimed = vec![];
    for (key, free) in wanted {
        let Some(endpoint) = open.get(&key) else { continue };
        let until = now.plus_secs(LEASE_S);
        for delivery in rows::claim(&mut tx, key.0, key.1, now, until, free as i64).await? {
            claimed.push((endpoint.clone(), delivery));
        }
    }
    tx.commit().await?;
    // One event goes to many endpoints, and is read once.
    let mut tx = engine.db.read().await?;
    let mut events: HashMap<EventId, Option<Arc<Event>>> = HashMap::new();
    let mut round = vec![];
    for (endpoint, delivery) in claimed {
        let event = match events.get(&delivery.event) {
            Some(known) => known.clone(),
            None => {
                let row = rows_of_events::get(&mut tx, delivery.organization, delivery.event).await?;
                let told = row.and_then(|e| e.told(endpoint.sandbox)).map(Arc::new);
                events.insert(delivery.event, told.clone());
                told
            }
        };
        round.push((endpoint, event, delivery));
    }
    Ok(round)
}

/// `None` for an endpoint of an API that this program does not have.
async fn prepare(
    engine: &Engine,
    tx: &mut Tx,
    organization: OrganizationId,
    id: WebhookEndpointId,
) -> Result<Option<Endpoint>> {
    let Some(row) = webhook_endpoints::get(tx, organization, id).await? else { return Ok(None) };
    let Some(dialect) = engine.dialect(&row.dialect) else { return Ok(None) };
    Ok(Some(Endpoint {
        dialect: dialect.clone(),
        headers: headers(engine, tx, &row).await?.into_iter().collect(),
        secrets: secrets(engine, tx, &row).await?,
        sandbox: organizations::get(tx, organization).await?.is_some_and(|o| o.sandbox),
        row,
    }))
}

async fn send(engine: &Engine, endpoint: &Endpoint, event: Option<Arc<Event>>, delivery: Delivery) -> Sent {
    let at = engine.now();
    let receipt = match attempt(engine, endpoint, event.as_deref(), &delivery, at).await {
        Ok(outcome) => outcome,
        Err(error) => {
            tracing::error!(error = trail(&error), event = %delivery.event, "cannot word a message");
            Outcome::Not("internal")
        }
    };
    Sent { delivery, at, receipt, dialect: endpoint.dialect.clone() }
}

async fn attempt(
    engine: &Engine,
    endpoint: &Endpoint,
    event: Option<&Event>,
    delivery: &Delivery,
    at: Timestamp,
) -> Result<Outcome> {
    let Some(event) = event else { return Ok(Outcome::Not("unknown_event")) };
    let url = match endpoint.row.origin.as_str() {
        PER_VERIFICATION => {
            let mut tx = engine.db.read().await?;
            match address_of(engine, &mut tx, event).await? {
                Some(url) => url,
                None => return Ok(Outcome::Not("address_erased")),
            }
        }
        _ => endpoint.row.url.clone(),
    };
    let message = Message {
        event,
        word: &delivery.word,
        attempt: delivery.tries,
        public_url: &engine.settings.public_url,
    };
    let body = endpoint.dialect.body(&message).to_string();
    let chaos = &endpoint.row.chaos;
    if chaos::forged(chaos, event.id) && delivery.tries == delivery.tries_before + 1 {
        let forger = PlainSecret::webhook(&*engine.entropy);
        if let Ok(headers) = signed(endpoint, event.id, at, &body, &[&forger]) {
            engine.courier.post(&Parcel { url: &url, headers: &headers, body: body.clone().into() }).await;
        }
    }
    let all: Vec<&PlainSecret> = endpoint.secrets.iter().collect();
    let headers = match signed(endpoint, event.id, at, &body, &all) {
        Ok(headers) => headers,
        Err(_) => return Ok(Outcome::Not("secret_unusable")),
    };
    let parcel = Parcel { url: &url, headers: &headers, body: body.into() };
    if chaos::doubled(chaos) {
        engine.courier.post(&parcel).await;
    }
    Ok(Outcome::Answered(engine.courier.post(&parcel).await))
}

/// The address that a verification was created with; `None` once its person was erased.
async fn address_of(engine: &Engine, tx: &mut Tx, event: &Event) -> Result<Option<String>> {
    let id = VerificationId::from_uuid(event.subject);
    match Record::load(engine, tx, event.organization, id).await {
        Ok(record) => Ok(record.private.webhook_url),
        Err(Error::NotFound(_) | Error::Conflict { code: "anonymized", .. }) => Ok(None),
        Err(other) => Err(other),
    }
}

/// The subscriber's own headers, the vendor's signature under the newest secret, and the three of Standard Webhooks
/// under every secret that is good now.
fn signed(
    endpoint: &Endpoint,
    event: EventId,
    at: Timestamp,
    body: &str,
    secrets: &[&PlainSecret],
) -> std::result::Result<Vec<(String, String)>, sign::SignError> {
    let mut headers = endpoint.headers.clone();
    let mut add = |name: &str, value: String| headers.push((name.to_owned(), value));
    let (id, seconds) = (message_id(event), at.0.div_euclid(1000));
    let texts: Vec<&str> = secrets.iter().map(|s| s.expose()).collect();
    let standard = sign::standard(&id, seconds, body.as_bytes(), &texts)?;
    if let (Some(name), Some(newest)) = (endpoint.dialect.signature_header(), texts.first()) {
        add(name, sign::hex_hmac(newest, body.as_bytes()));
    }
    add("content-type", "application/json".to_owned());
    add("webhook-id", id);
    add("webhook-timestamp", seconds.to_string());
    add("webhook-signature", standard);
    Ok(headers)
}

/// What a receiver knows a message by, however often it comes.
pub fn message_id(event: EventId) -> String {
    format!("evt_{event}")
}

/// Records a batch: the attempts, what comes next, and the health of the endpoints.
async fn record(engine: &Engine, batch: &[Sent]) -> Result<()> {
    if batch.is_empty() {
        return Ok(());
    }
    let now = engine.now();
    let mut tx = engine.db.begin().await?;
    // In the same order in every process: none waits for the other.
    let mut health: BTreeMap<Key, Health> = BTreeMap::new();
    let mut attempts: BTreeMap<OrganizationId, Vec<(Attempt, Next)>> = BTreeMap::new();
    for sent in batch {
        let attempt = seen(sent);
        let next = next(sent, now);
        let result = match next {
            Next::Delivered => "delivered",
            Next::Again(_) => "failed",
            Next::Dead => "dead",
        };
        let api = sent.dialect.name();
        metrics::counter!("bonafide_deliveries_total", "api" => api, "result" => result).increment(1);
        metrics::histogram!("bonafide_delivery_seconds").record(attempt.ms as f64 / 1000.0);
        health.entry((sent.delivery.organization, sent.delivery.endpoint)).or_default().add(&attempt, next);
        attempts.entry(sent.delivery.organization).or_default().push((attempt, next));
    }
    for (organization, attempts) in &attempts {
        rows::record(&mut tx, *organization, attempts, now).await?;
    }
    for ((organization, id), health) in health {
        if let Some(row) = webhook_endpoints::get(&mut tx, organization, id).await? {
            health.note(engine, &mut tx, row, now).await?;
        }
    }
    tx.commit().await?;
    Ok(())
}

fn seen(sent: &Sent) -> Attempt {
    let (ms, http_status, failure, response) = match &sent.receipt {
        Outcome::Not(word) => (0, None, Some((*word).to_owned()), vec![]),
        Outcome::Answered(receipt) => {
            let failure = match (receipt.is_delivered(), receipt.failure) {
                (true, _) => None,
                (false, Some(failure)) => Some(failure.word().to_owned()),
                (false, None) => Some("refused".to_owned()),
            };
            (receipt.ms as i64, receipt.status.map(i64::from), failure, receipt.response.clone())
        }
    };
    Attempt {
        endpoint: sent.delivery.endpoint,
        event: sent.delivery.event,
        number: sent.delivery.tries,
        at: sent.at,
        ms,
        http_status,
        failure,
        response,
    }
}

/// When the message is tried again: by the schedule of its API, later when the receiver asks for it, and spread a
/// little so that what failed together does not come back together.
fn next(sent: &Sent, now: Timestamp) -> Next {
    let (tries, event) = (sent.delivery.tries - sent.delivery.tries_before, sent.delivery.event);
    let pause = match &sent.receipt {
        Outcome::Answered(receipt) if receipt.is_delivered() => return Next::Delivered,
        Outcome::Answered(receipt) if receipt.status == Some(410) => return Next::Dead,
        Outcome::Answered(receipt) => receipt.retry_after_s.unwrap_or_default().min(LONGEST_PAUSE_S),
        Outcome::Not("internal") => 0,
        Outcome::Not(_) => return Next::Dead,
    };
    let wait = usize::try_from(tries - 1).ok().and_then(|n| sent.dialect.waits().get(n));
    let Some(wait) = wait else { return Next::Dead };
    let ms = i64::from(*wait) * 1000;
    let spread = ms / 10 * (event.uuid().as_u128() & 0xff) as i64 / 255;
    Next::Again(now.plus_ms((ms + spread).max(i64::from(pause) * 1000)))
}

/// How an endpoint did in one batch.
#[derive(Default)]
struct Health {
    delivered: bool,
    failed_last: bool,
    gone: bool,
}

impl Health {
    fn add(&mut self, attempt: &Attempt, next: Next) {
        self.delivered |= next == Next::Delivered;
        self.failed_last = next != Next::Delivered;
        self.gone |= attempt.http_status == Some(410);
    }

    async fn note(
        &self,
        engine: &Engine,
        tx: &mut Tx,
        mut row: WebhookEndpoint,
        now: Timestamp,
    ) -> Result<()> {
        let since = match (self.delivered, self.failed_last) {
            (false, true) => Some(row.failing_since.unwrap_or(now)),
            (true, true) => Some(now),
            _ => None,
        };
        let given_up = since.is_some_and(|at| now.0 - at.0 >= engine.settings.webhook_patience_s * 1000);
        let reason = match (self.gone, given_up) {
            // One address of many on a host, each of one verification.
            (true, _) if row.origin != PER_VERIFICATION => Some("gone"),
            (_, true) => Some("failing"),
            (_, false) => None,
        };
        if since == row.failing_since && reason.is_none() {
            return Ok(());
        }
        row.failing_since = since;
        let (organization, id) = (row.organization, row.id);
        if let Some(reason) = reason.filter(|_| row.disabled_at.is_none()) {
            row.disabled_at = Some(now);
            row.disabled_reason = Some(reason.to_owned());
            note(engine, tx, organization, "postman", id, "webhook.disabled").await?;
            let snapshot = Snapshot { reason: Some(reason.to_owned()), ..Snapshot::default() };
            webhook_endpoints::update(tx, organization, &row).await?;
            tracing::warn!(endpoint = %id, reason, "a webhook was switched off");
            let (happened, whom) = (Happened::EndpointDisabled, Only::Everybody);
            tell(engine, tx, organization, happened, id.uuid(), &snapshot, whom).await?;
            return Ok(());
        }
        webhook_endpoints::update(tx, organization, &row).await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An API that tries twice more.
    struct Twice;

    impl WebhookDialect for Twice {
        fn name(&self) -> &'static str {
            "twice"
        }
        fn word(&self, _: Happened, _: bonafide_core::verification::Kind) -> Option<&'static str> {
            None
        }
        fn body(&self, _: &Message<'_>) -> serde_json::Value {
            serde_json::Value::Null
        }
        fn signature_header(&self) -> Option<&'static str> {
            None
        }
        fn waits(&self) -> &'static [u32] {
            &[10, 100]
        }
    }

    fn sent(tries: i64, tries_before: i64, receipt: Outcome) -> Sent {
        let delivery = Delivery {
            organization: OrganizationId::from_uuid(uuid::Uuid::nil()),
            endpoint: WebhookEndpointId::from_uuid(uuid::Uuid::nil()),
            event: EventId::from_uuid(uuid::Uuid::from_u128(0xff)),
            word: "x".into(),
            status: rows::PENDING.into(),
            tries,
            tries_before,
            run_at: Timestamp(0),
            created_at: Timestamp(0),
            finished_at: None,
        };
        Sent { delivery, at: Timestamp(0), receipt, dialect: Arc::new(Twice) }
    }

    fn answered(status: u16, retry_after_s: Option<u32>) -> Outcome {
        Outcome::Answered(Receipt {
            status: Some(status),
            failure: None,
            retry_after_s,
            response: vec![],
            ms: 1,
        })
    }

    #[test]
    fn messages_are_tried_again_by_the_schedule_and_then_dead() {
        let now = Timestamp(1_000_000);
        let after = |tries, before, outcome| next(&sent(tries, before, outcome), now);
        assert_eq!(after(1, 0, answered(204, None)), Next::Delivered);
        assert_eq!(after(1, 0, answered(500, None)), Next::Again(now.plus_ms(11_000)));
        assert_eq!(after(2, 0, answered(500, None)), Next::Again(now.plus_ms(110_000)));
        assert_eq!(after(3, 0, answered(500, None)), Next::Dead);
        assert_eq!(after(4, 3, answered(500, None)), Next::Again(now.plus_ms(11_000)), "sent again by hand");
        assert_eq!(after(1, 0, answered(429, Some(60))), Next::Again(now.plus_ms(60_000)));
        assert_eq!(after(1, 0, answered(503, Some(5))), Next::Again(now.plus_ms(11_000)));
        assert_eq!(after(1, 0, answered(410, None)), Next::Dead);
        assert_eq!(after(1, 0, Outcome::Not("address_erased")), Next::Dead);
        assert_eq!(after(1, 0, Outcome::Not("internal")), Next::Again(now.plus_ms(11_000)));
    }
}
