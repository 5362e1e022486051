//! Whether this process can do its work: real questions to the real parts.

use std::collections::BTreeMap;

use bonafide_core::time::Timestamp;
use bonafide_store::{deliveries, jobs, organizations};

use crate::{
    base::{engine::Engine, error::Result, jobs::Queue},
    screening::{self, Progress},
};

/// The state of one part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    pub ok: bool,
    /// `ok` or `error`; of the lists also `missing`, `stale`, `damaged` or `not_updated`.
    pub state: &'static str,
    /// What is wrong and what to do; "ok" otherwise.
    pub detail: String,
}

impl Part {
    fn of<E: std::fmt::Display>(result: Result<(), E>) -> Self {
        match result {
            Ok(()) => Self { ok: true, state: "ok", detail: "ok".to_owned() },
            Err(error) => Self { ok: false, state: "error", detail: error.to_string() },
        }
    }

    /// How the lists stand. What an update failed at may name an address with a token in it: who may know reads it where
    /// the lists are.
    fn of_lists(state: Result<screening::State>) -> Self {
        let state = match state {
            Ok(state) => state,
            Err(error) => return Self::of(Err::<(), _>(error)),
        };
        let not_updated = state.not_updated();
        match &state.trouble {
            Some(trouble) => Self { ok: false, state: trouble.word(), detail: trouble.to_string() },
            None if not_updated.is_empty() => Self::of(Ok::<(), String>(())),
            None => {
                let names = not_updated.join(", ");
                let detail = format!(
                    "the last update of {names} did not succeed and the version before stays; `bonafide lists status` \
                     says why"
                );
                Self { ok: false, state: "not_updated", detail }
            }
        }
    }
}

/// Asks the database, the blob store, the models and the lists. Missing models and lists that are missing, stale or damaged
/// do not make a server unready: their checks are not assessed, and people decide.
pub async fn check(engine: &Engine) -> BTreeMap<&'static str, Part> {
    let database = async {
        let mut tx = engine.db().read().await?;
        organizations::list(&mut tx).await.map(drop)
    };
    let missing = engine.models.unavailable();
    let models = if missing.is_empty() {
        Ok(())
    } else {
        Err(format!("{} of the models are missing or altered: run `bonafide doctor`", missing.len()))
    };
    BTreeMap::from([
        ("database", Part::of(database.await)),
        ("storage", Part::of(engine.blobs().check().await)),
        ("models", Part::of(models)),
        ("lists", Part::of_lists(screening::state(engine).await)),
    ])
}

/// Whether requests can be served: everything but the models and the lists.
pub fn is_ready(parts: &BTreeMap<&'static str, Part>) -> bool {
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

/// What the operating system tells of memory, in bytes.
#[derive(Debug, Clone, Copy, Default)]
pub struct Memory {
    /// In use by this process.
    pub resident: Option<u64>,
    /// Of the machine.
    pub total: Option<u64>,
}

/// Reads the process's and the machine's memory where there is a `/proc`.
pub fn memory() -> Memory {
    let kilobytes = |file: &str, name: &str| {
        let text = std::fs::read_to_string(file).ok()?;
        let line = text.lines().find(|l| l.starts_with(name))?;
        line.split_whitespace().nth(1)?.parse::<u64>().ok().map(|kb| kb * 1024)
    };
    Memory {
        resident: kilobytes("/proc/self/status", "VmRSS:"),
        total: kilobytes("/proc/meminfo", "MemTotal:"),
    }
}
