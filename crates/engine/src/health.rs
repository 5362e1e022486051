//! Whether this process can do its work: real questions to the real parts.

use std::{collections::BTreeMap, time::Duration};

use bonafide_core::time::Timestamp;
use bonafide_store::{Error, deliveries, installation, jobs, organizations};
use tokio::time::timeout;

pub use crate::base::part::{Part, Parts};
use crate::{
    base::{
        engine::Engine,
        error::Result,
        jobs::{JobKind, Queue},
    },
    screening::{self, Progress},
};

/// How long the database may take for a small write: longer, and requests wait as long.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long what was found is told again, in milliseconds.
const TOLD_AGAIN_MS: i64 = 2_000;

/// How the lists stand. What an update failed at may name an address with a token in it: who may know reads it where the
/// lists are.
fn of_lists(state: Result<screening::State>) -> Part {
    let state = match state {
        Ok(state) => state,
        Err(error) => return Part::of(Err::<(), _>(error)),
    };
    let not_updated = state.not_updated();
    match &state.trouble {
        Some(trouble) => Part::ill(trouble.word(), trouble.to_string()),
        None if not_updated.is_empty() => Part::well(),
        None => {
            let names = not_updated.join(", ");
            let detail = format!(
                "the last update of {names} did not succeed and the version before stays; `bonafide lists status` says why"
            );
            Part::ill("not_updated", detail)
        }
    }
}

/// Asks the database, the blob store, the models and the lists. Missing models and lists that are missing, stale or damaged
/// do not make a server unready: their checks are not assessed, and people decide.
pub async fn check(engine: &Engine) -> Parts {
    let database = async {
        let mut tx = engine.db().begin().await?;
        installation::try_writing(&mut tx, engine.now()).await?;
        tx.commit().await
    };
    let database = timeout(PATIENCE, database).await;
    let models = match engine.inspector.installed().await {
        Err(failed) => Part::ill("error", failed.to_string()),
        Ok(_) if !engine.inspector.is_well() => {
            Part::ill("error", "no process to look at pictures can be started: the log says why".to_owned())
        }
        Ok(installed) => match installed.missing.len() {
            0 => Part::well(),
            n => {
                Part::ill("error", format!("{n} of the models are missing or altered: run `bonafide doctor`"))
            }
        },
    };
    BTreeMap::from([
        ("database", Part::of(database.unwrap_or(Err(Error::Overloaded("write to the database"))))),
        ("storage", Part::of(engine.blobs().check().await)),
        ("models", models),
        ("lists", of_lists(screening::state(engine).await)),
    ])
}

/// The same without a write, for whoever only looks: see [`Engine::look`].
pub async fn look(engine: &Engine) -> Parts {
    let database = async {
        let mut tx = engine.db().read().await?;
        organizations::list(&mut tx).await.map(drop)
    };
    BTreeMap::from([
        ("database", Part::of(database.await)),
        ("storage", Part::of(engine.blobs().check().await)),
        ("lists", of_lists(screening::state(engine).await)),
    ])
}

/// The same as it was a moment ago: however many strangers ask, the parts are asked now and then.
pub async fn lately(engine: &Engine) -> Parts {
    let mut last = engine.last_seen().lock().await;
    let now = engine.now();
    if let Some((at, parts)) = &*last
        && (0..TOLD_AGAIN_MS).contains(&(now.0 - at.0))
    {
        return parts.clone();
    }
    let parts = check(engine).await;
    for (name, part) in parts.iter().filter(|(_, part)| part.inside) {
        let before = last.as_ref().and_then(|(_, parts)| parts.get(name));
        if before != Some(part) {
            tracing::error!(part = name, error = part.detail, "a part of the server does not work");
        }
    }
    *last = Some((now, parts.clone()));
    parts
}

/// Whether requests can be served: everything but the models and the lists.
pub fn is_ready(parts: &Parts) -> bool {
    parts.iter().all(|(name, part)| part.ok || matches!(*name, "models" | "lists"))
}

/// What waits to be done, by what does it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backlog {
    /// `checks`, `timers`, `mail` or `messages`.
    pub queue: String,
    pub waiting: i64,
    /// Seconds since the first of them was due.
    pub oldest_s: i64,
}

/// Jobs that are due or being done, and messages to webhooks that are due, of all organizations and processes.
pub async fn backlog(engine: &Engine) -> Result<Vec<Backlog>> {
    let now = engine.now();
    let mut tx = engine.db().read().await?;
    let mut found: BTreeMap<String, (i64, Option<Timestamp>)> =
        Queue::ALL.into_iter().map(|queue| (queue.as_str().to_owned(), (0, None))).collect();
    let jobs = jobs::waiting(&mut tx, now).await?;
    found.extend(jobs.into_iter().map(|(queue, waiting, first)| (queue, (waiting, Some(first)))));
    found.insert("messages".to_owned(), deliveries::waiting(&mut tx, now).await?);
    let age = |first: Option<Timestamp>| first.map_or(0, |at| (now.0 - at.0) / 1000);
    let all = found.into_iter();
    Ok(all.map(|(queue, (waiting, first))| Backlog { queue, waiting, oldest_s: age(first) }).collect())
}

/// Jobs that were given up and are still there to look at, by kind; 0 for a kind of which there are none.
pub async fn dead(engine: &Engine) -> Result<Vec<(String, i64)>> {
    let mut tx = engine.db().read().await?;
    let dead = jobs::dead(&mut tx).await?;
    let none =
        JobKind::ALL.into_iter().map(JobKind::as_str).filter(|kind| !dead.iter().any(|(k, _)| k == kind));
    let none: Vec<_> = none.map(|kind| (kind.to_owned(), 0)).collect();
    Ok(dead.into_iter().chain(none).collect())
}

/// How far all standing people of all organizations together are screened against the lists of now.
pub async fn screened(engine: &Engine) -> Result<Progress> {
    let mut sum = Progress::default();
    for (_, one) in screening::progress_by_organization(engine).await? {
        sum.total += one.total;
        sum.done += one.done;
        sum.stale += one.stale;
        sum.nameless += one.nameless;
        sum.failed += one.failed;
    }
    Ok(sum)
}
