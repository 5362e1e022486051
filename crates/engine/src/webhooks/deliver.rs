//! The postman: takes due messages to their endpoints, each endpoint at its own pace, and records what came of it.
//!
//! A message goes out at least once and always under the same id. Nothing is promised about the order; events are
//! numbered. An endpoint that fails is tried with one message at a time, so what it makes us wait for is its own.

mod attempt;
mod health;
mod record;
mod room;

use std::{collections::HashMap, sync::Arc, time::Duration};

use bonafide_core::{
    event::{Event, WebhookDialect},
    id::{EventId, OrganizationId, WebhookEndpointId},
    problem::trail,
    time::Timestamp,
};
use bonafide_courier::Receipt;
use bonafide_store::{
    Tx,
    deliveries::{self as rows, Delivery},
    events as rows_of_events, organizations,
    secrets::PlainSecret,
    webhook_endpoints::{self, WebhookEndpoint},
};
use tokio::task::{self, JoinSet};

use self::{
    attempt::send,
    record::record,
    room::{Key, OF_ENDPOINT, Room},
};
use super::{headers, secrets};
use crate::{Engine, Error, Result};

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
    dialect: &'static dyn WebhookDialect,
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
        dialect,
        headers: headers(engine, tx, &row).await?.into_iter().collect(),
        secrets: secrets(engine, tx, &row).await?,
        sandbox: organizations::get(tx, organization).await?.is_some_and(|o| o.sandbox),
        row,
    }))
}

/// What a receiver knows a message by, however often it comes.
pub fn message_id(event: EventId) -> String {
    format!("evt_{event}")
}
