//! `bonafide lists bench`: how long the lists of an installation take to load and to search, and what they weigh.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use bonafide_screening::{
    index::{Index, Query, THRESHOLD},
    names::Kind,
    snapshot::Store,
    table,
};
use serde::Serialize;
use serde_json::json;

use crate::{commands::CommandResult, output};

/// Searches of one measurement, where no queries are given.
const QUERIES: usize = 4000;

/// Times of one measurement, in milliseconds.
#[derive(Serialize)]
struct Times {
    threads: usize,
    searches: usize,
    per_second: f64,
    p50_ms: f64,
    p95_ms: f64,
    p99_ms: f64,
    slowest_ms: f64,
}

pub(super) fn run(store: &Store, queries: &[std::path::PathBuf], json: bool) -> CommandResult {
    let before = resident();
    let start = Instant::now();
    let (index, snapshots) = store.index()?;
    let load = start.elapsed();
    let resident = resident().zip(before).map(|(after, before)| after.saturating_sub(before) >> 20);
    if snapshots.is_empty() {
        return Err("no list is there to search; `bonafide lists import NAME FILE…` takes one in".into());
    }
    let mut asked = vec![];
    for file in queries {
        asked.extend(from_file(file)?);
    }
    if asked.is_empty() {
        asked = from_lists(store)?;
    }
    // Once over all, so that no measurement pays for the first touch of the memory.
    let hits = asked.iter().filter(|q| !index.search(q, THRESHOLD, 10).is_empty()).count();
    let times = [measure(&index, &asked, 1), measure(&index, &asked, 2)];
    if json {
        let lists: Vec<_> = index
            .sources()
            .iter()
            .map(|s| json!({"list": s.name, "entries": s.entries, "names": s.names}))
            .collect();
        output::json(&json!({"lists": lists, "load_ms": ms(load), "resident_mib": resident,
            "queries": asked.len(), "queries_with_hits": hits, "times": times}))?;
        return Ok(());
    }
    let mut table = output::table(["list", "entries", "names"]);
    for source in index.sources() {
        table.add_row([source.name.clone(), source.entries.to_string(), source.names.to_string()]);
    }
    let sum = |of: fn(&bonafide_screening::index::Source) -> usize| -> String {
        index.sources().iter().map(of).sum::<usize>().to_string()
    };
    table.add_row(["all".to_owned(), sum(|s| s.entries), sum(|s| s.names)]);
    output::print(&table);
    let memory = resident.map_or_else(|| "unknown".to_owned(), |m| format!("{m} MiB"));
    output::line!("\nload {:.0} ms, resident memory {memory}", ms(load));
    output::line!("{} queries, {hits} of them with hits\n", asked.len());
    let mut table = output::table(["threads", "a second", "p50 ms", "p95 ms", "p99 ms", "slowest ms"]);
    for t in times {
        let cells = [t.p50_ms, t.p95_ms, t.p99_ms, t.slowest_ms].map(|v| format!("{v:.2}"));
        let mut row = vec![t.threads.to_string(), format!("{:.0}", t.per_second)];
        row.extend(cells);
        table.add_row(row);
    }
    output::print(&table);
    Ok(())
}

fn ms(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}

/// Bytes of this process in memory, where the system tells.
fn resident() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|l| l.strip_prefix("VmRSS:"))?;
    Some(line.trim().trim_end_matches("kB").trim().parse::<u64>().ok()? << 10)
}

/// Every query once, shared out among the threads, each search timed by itself.
fn measure(index: &Index, queries: &[Query], threads: usize) -> Times {
    let start = Instant::now();
    let mut all: Vec<Duration> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map(|n| {
                let mine = queries.iter().skip(n).step_by(threads);
                scope.spawn(move || {
                    let timed = |query| {
                        let start = Instant::now();
                        std::hint::black_box(index.search(query, THRESHOLD, 10));
                        start.elapsed()
                    };
                    mine.map(timed).collect::<Vec<_>>()
                })
            })
            .collect();
        workers.into_iter().filter_map(|w| w.join().ok()).flatten().collect()
    });
    let took = start.elapsed();
    all.sort();
    let share = |p: f64| {
        all.get(((all.len() as f64 * p) as usize).min(all.len().saturating_sub(1))).map_or(0.0, |d| ms(*d))
    };
    Times {
        threads,
        searches: all.len(),
        per_second: all.len() as f64 / took.as_secs_f64().max(f64::MIN_POSITIVE),
        p50_ms: share(0.5),
        p95_ms: share(0.95),
        p99_ms: share(0.99),
        slowest_ms: share(1.0),
    }
}

fn from_file(file: &Path) -> Result<Vec<Query>, Box<dyn std::error::Error>> {
    let wrong = |e: &dyn std::fmt::Display| format!("cannot read {}: {e}", file.display());
    let bytes = std::fs::read(file).map_err(|e| wrong(&e))?;
    let rows = table::read(&bytes, Some(Kind::Person)).map_err(|e| wrong(&e))?.rows;
    let (all, queries) = (rows.len(), rows.into_iter().filter_map(|row| row.query.ok()).collect::<Vec<_>>());
    if queries.len() < all {
        let left = all - queries.len();
        anstream::eprintln!("warning: {left} of {all} rows of {} cannot be asked", file.display());
    }
    Ok(queries)
}

/// Names of the lists, evenly over all of them: as written, with the words turned around, with a letter missing.
fn from_lists(store: &Store) -> Result<Vec<Query>, Box<dyn std::error::Error>> {
    let loaded = store.load()?;
    let names: Vec<_> = loaded
        .iter()
        .flat_map(|(_, entries)| entries)
        .flat_map(|e| e.names.iter().map(|n| (e.kind, n.text.as_str())))
        .collect();
    let step = (names.len() / QUERIES).max(1);
    let queries = names.iter().step_by(step).enumerate().map(|(i, (kind, text))| {
        let name = match i % 3 {
            0 => (*text).to_owned(),
            1 => text.split_whitespace().rev().collect::<Vec<_>>().join(" "),
            _ => text.chars().enumerate().filter(|(at, _)| *at != 3).map(|(_, c)| c).collect(),
        };
        Query { name, kind: Some(*kind), ..Query::default() }
    });
    Ok(queries.collect())
}
