//! The postman: takes due messages to their endpoints, each endpoint at its own pace, and records what came of it.
//!
//! A message goes out at least once and always under the same id. Nothing is promised about the order; events are
//! numbered. An endpoint that fails is tried with one message at a time, so what it makes us wait for is its own.

mod health;
mod room;

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
    time::Duration,
};

use bonafide_core::{
    event::{Event, Message, WebhookDialect},
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

use self::{
    health::{Seen, switch_off, telling},
    room::{Key, OF_ENDPOINT, Room},
};
use super::{chaos, headers, own_key, secrets};
use crate::{Engine, Error, Result, record::Record};

/// Another process may have told an event: look at least this often.
const LOOK_EVERY: Duration = Duration::from_secs(2);
/// The bell rings before the event is committed: look again this soon after it rang.
const LOOK_AGAIN: [Duration; 3] =
    [Duration::from_millis(10), Duration::from_millis(50), Duration::from_millis(250)];
/// Receipts that are recorded in one transaction, and how long the first of them waits for others.
const BATCH: usize = 512;
const GATHER: Duration = Duration::from_millis(5);
/// Longest that a receiver may ask to be left alone, in seconds.
const LONGEST_PAUSE_S: u32 = 24 * 3600;
/// How long an endpoint waits whose headers or secrets do not open, in seconds.
const UNOPENED_WAIT_S: i64 = 60;

/// One message, and what became of it.
struct Sent {
    delivery: Delivery,
    at: Timestamp,
    receipt: Outcome,
    endpoint: Arc<Endpoint>,
}

enum Outcome {
    Answered(Receipt),
    /// It was not sent; a stable word.
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
    let mut looks = LOOK_AGAIN.iter();
    loop {
        let rung = engine.post.notified();
        tokio::pin!(rung);
        rung.as_mut().enable();
        if !*stop.borrow() {
            match claim(&engine, Room::of(under_way.values())).await {
                Ok(round) => {
                    for (endpoint, event, delivery) in round {
                        let (key, engine) = ((delivery.organization, delivery.endpoint), engine.clone());
                        let task = tasks.spawn(async move { send(&engine, endpoint, event, delivery).await });
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
        let pause = *looks.as_slice().first().unwrap_or(&LOOK_EVERY);
        let mut quiet = false;
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
            () = tokio::time::sleep(pause) => quiet = true,
            _ = stop.changed(), if !*stop.borrow() => {}
        }
        match quiet {
            true => _ = looks.next(),
            // Also after receipts: nobody hears the bell while they are recorded.
            false => looks = LOOK_AGAIN.iter(),
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
        let round = claim(engine, Room::default()).await?;
        if round.is_empty() {
            return Ok(attempts);
        }
        let mut tasks = JoinSet::new();
        for (endpoint, event, delivery) in round {
            let engine = engine.clone();
            tasks.spawn(async move { send(&engine, endpoint, event, delivery).await });
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

/// Claims what is due, as much of each endpoint as there is room for.
async fn claim(engine: &Engine, mut room: Room) -> Result<Vec<Claimed>> {
    let now = engine.now();
    let mut tx = engine.db.read().await?;
    let mut wanted = vec![];
    let mut unopened = vec![];
    for due in rows::due(&mut tx, now, OF_ENDPOINT as i64).await? {
        let key = (due.organization, due.endpoint);
        let messages = room.take(key, due.failing, usize::try_from(due.messages).unwrap_or_default());
        if messages == 0 {
            continue;
        }
        match prepare(engine, &mut tx, key.0, key.1).await {
            Ok(Some(endpoint)) => wanted.push((key, messages, Arc::new(endpoint))),
            Ok(None) => {}
            // The database's, and everybody's.
            Err(
                error @ (Error::Overloaded { .. } | Error::Store(bonafide_store::Error::Database { .. })),
            ) => return Err(error),
            Err(error) => {
                tracing::error!(error = trail(&error), endpoint = %key.1, "cannot open a webhook; it waits");
                unopened.push(key);
            }
        }
    }
    drop(tx);
    if wanted.is_empty() && unopened.is_empty() {
        return Ok(vec![]);
    }
    let mut tx = engine.db.begin().await?;
    unopened.sort_unstable();
    for (organization, id) in unopened {
        if let Some(mut health) = webhook_endpoints::health(&mut tx, organization, id).await? {
            health.held_until = Some(now.plus_secs(UNOPENED_WAIT_S));
            webhook_endpoints::set_health(&mut tx, organization, id, &health).await?;
        }
    }
    // Longer than an attempt can take, which in a sandbox are up to three.
    let until = now.plus_secs(engine.courier.timeout().as_secs() as i64 * 3 + 60);
    let mut claimed = vec![];
    for (key, messages, endpoint) in wanted {
        for delivery in rows::claim(&mut tx, key.0, key.1, now, until, messages as i64).await? {
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

async fn send(
    engine: &Engine,
    endpoint: Arc<Endpoint>,
    event: Option<Arc<Event>>,
    delivery: Delivery,
) -> Sent {
    let at = engine.now();
    let receipt = match attempt(engine, &endpoint, event.as_deref(), &delivery, at).await {
        Ok(outcome) => outcome,
        Err(error) => {
            tracing::error!(error = trail(&error), event = %delivery.event, "cannot word a message");
            Outcome::Not("internal")
        }
    };
    Sent { delivery, at, receipt, endpoint }
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
    // In the same order in every process: none waits for the other.
    let mut health: BTreeMap<Key, Seen> = BTreeMap::new();
    let mut attempts: BTreeMap<OrganizationId, Vec<(Attempt, Next)>> = BTreeMap::new();
    for sent in batch {
        let (attempt, endpoint) = (seen(sent), &sent.endpoint);
        let next = next(sent, now);
        let result = match next {
            Next::Delivered => "delivered",
            Next::Again(_) => "failed",
            Next::Dead => "dead",
        };
        let api = endpoint.dialect.name();
        metrics::counter!("bonafide_deliveries_total", "api" => api, "result" => result).increment(1);
        metrics::histogram!("bonafide_delivery_seconds").record(attempt.ms as f64 / 1000.0);
        if let Some(receipt) = telling(&sent.receipt, &endpoint.row.origin) {
            let key = (sent.delivery.organization, sent.delivery.endpoint);
            health.entry(key).or_default().add(receipt, &endpoint.row.origin);
        }
        attempts.entry(sent.delivery.organization).or_default().push((attempt, next));
    }
    let mut tx = engine.db.begin().await?;
    let mut given_up = vec![];
    for (key, seen) in &health {
        if let Some(reason) = seen.write(engine, &mut tx, *key).await? {
            given_up.push((*key, reason));
        }
    }
    for (organization, attempts) in &attempts {
        let own = own_key(engine, &mut tx, *organization).await?;
        rows::record(&mut tx, *organization, &own, attempts, now, &*engine.entropy).await?;
    }
    tx.commit().await?;
    for (key, reason) in given_up {
        switch_off(engine, key, reason).await?;
    }
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
        Outcome::Not("address_erased") => return Next::Dead,
        // A newer program may know the event, and a secret can be put in order.
        Outcome::Not(_) => 0,
    };
    let wait = usize::try_from(tries - 1).ok().and_then(|n| sent.endpoint.dialect.waits().get(n));
    let Some(wait) = wait else { return Next::Dead };
    let ms = i64::from(*wait) * 1000;
    let spread = ms / 10 * (event.uuid().as_u128() & 0xff) as i64 / 255;
    Next::Again(now.plus_ms((ms + spread).max(i64::from(pause) * 1000)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use bonafide_core::event::Happened;

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
        let row = WebhookEndpoint {
            id: delivery.endpoint,
            organization: delivery.organization,
            dialect: "twice".into(),
            client: String::new(),
            name: "a".into(),
            url: "https://example.com/".into(),
            words: String::new(),
            origin: webhook_endpoints::REGISTERED.into(),
            active: true,
            chaos: String::new(),
            sealed: None,
            created_at: Timestamp(0),
            failing_since: None,
            disabled_at: None,
            disabled_reason: None,
        };
        let dialect = Arc::new(Twice);
        let endpoint = Endpoint { row, dialect, headers: vec![], secrets: vec![], sandbox: false };
        Sent { delivery, at: Timestamp(0), receipt, endpoint: Arc::new(endpoint) }
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
        for word in ["internal", "unknown_event", "secret_unusable"] {
            assert_eq!(after(1, 0, Outcome::Not(word)), Next::Again(now.plus_ms(11_000)), "{word}");
        }
    }
}
