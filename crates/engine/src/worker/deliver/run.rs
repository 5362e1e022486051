//! The loop.

use std::{collections::HashMap, time::Duration};

use bonafide_core::problem::with_causes;
use bonafide_store::deliveries::{self as rows, Delivery};
use tokio::{
    task::{self, JoinSet},
    time::Instant,
};

use super::{
    attempt::send,
    claim::claim,
    message::Sent,
    record::record,
    room::{Key, Room},
};
use crate::base::{engine::Engine, error::Result, wait::Pace};

/// Another process may have told an event: look at least this often.
const LOOK_EVERY: Duration = Duration::from_secs(2);
/// Receipts that are recorded in one transaction, and how long the first of them waits for others.
const BATCH: usize = 512;
const GATHER: Duration = Duration::from_millis(5);

/// How long attempts under way may take to come to their end when the process is stopped.
const LAST_ATTEMPTS: Duration = Duration::from_secs(10);

/// Delivers until `stop` is told; attempts under way are finished first, those that take too long are given back.
pub async fn run(engine: Engine, mut stop: tokio::sync::watch::Receiver<bool>) {
    let mut tasks: JoinSet<Sent> = JoinSet::new();
    // What each task carries.
    let mut under_way: HashMap<task::Id, Delivery> = HashMap::new();
    let whose = |message: &Delivery| -> Key { (message.organization, message.endpoint) };
    let mut until: Option<Instant> = None;
    let mut pace = Pace::new(LOOK_EVERY);
    loop {
        let rung = engine.bells().post.notified();
        tokio::pin!(rung);
        rung.as_mut().enable();
        if !*stop.borrow() {
            match claim(&engine, Room::of(under_way.values().map(whose))).await {
                Ok(round) => {
                    for (endpoint, event, delivery) in round {
                        let (engine, carried) = (engine.clone(), delivery.clone());
                        let task = tasks.spawn(async move { send(&engine, endpoint, event, delivery).await });
                        under_way.insert(task.id(), carried);
                    }
                }
                Err(error) => tracing::error!(error = with_causes(&error), "cannot look for due messages"),
            }
        }
        if *stop.borrow() {
            let until = *until.get_or_insert_with(|| Instant::now() + LAST_ATTEMPTS);
            if under_way.is_empty() {
                return;
            }
            if Instant::now() >= until {
                tasks.shutdown().await;
                if let Err(error) = give_back(&engine, under_way.values()).await {
                    // The leases run out.
                    tracing::error!(error = with_causes(&error), "cannot give messages back");
                }
                return;
            }
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
        let mut quiet = false;
        let left = until.map(|until| until.saturating_duration_since(Instant::now()));
        let pause = left.map_or(pace.pause(), |left| left.min(pace.pause()));
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
            true => pace.quiet(),
            // Also after receipts: nobody hears the bell while they are recorded.
            false => pace.rang(),
        }
        if let Err(error) = record(&engine, &batch).await {
            // The leases run out, and the messages are sent again under the same ids.
            tracing::error!(error = with_causes(&error), "cannot record what became of messages");
        }
    }
}

async fn give_back<'a>(engine: &Engine, messages: impl Iterator<Item = &'a Delivery>) -> Result<()> {
    let mut tx = engine.db().begin().await?;
    for message in messages {
        rows::give_back(&mut tx, message).await?;
    }
    tx.commit().await?;
    Ok(())
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
    let mut tx = engine.db().begin().await?;
    rows::release_all(&mut tx).await?;
    bonafide_store::idempotency::release_all(&mut tx).await?;
    tx.commit().await?;
    Ok(())
}
