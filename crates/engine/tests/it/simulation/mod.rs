//! Random lives of one server: sessions, people, reviewers and workers, with crashes, lost leases, a full disk, requests that
//! are sent twice and erasure beside everything. After what was disturbed, and at the end, the invariants hold.
//!
//! What happens follows from a seed: `SIMULATION_SEED=7` lives one life again and looks after every step of it;
//! `SIMULATION_RUNS=1000` lives as many.

mod deeds;
mod facts;
mod faults;
mod invariants;
mod world;

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use bonafide_core::{
    event::{EventType, WebhookDialect},
    verification::Kind,
};
use tokio::runtime::{Builder, Runtime};

use self::world::{Template, World};
use crate::support::Invented;

/// Lives without being asked for more: what a busy machine goes through in a minute, unoptimised.
const RUNS: u64 = 60;
/// Deeds of one life.
const DEEDS: usize = 24;

/// Whether the webhook is told of an event.
fn wants(kind: &str) -> bool {
    EventType::parse(kind).is_some_and(|kind| Invented.word(kind, Kind::IdentityVerification).is_some())
}

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

async fn live(
    template: &'static Template,
    seed: u64,
    closely: bool,
    log: &Mutex<Vec<String>>,
) -> Result<(), String> {
    let mut world = World::new(template, seed, closely).await;
    let mut done = Ok(());
    for n in 0..=DEEDS {
        done = if n < DEEDS { world.step().await } else { world.end().await };
        log.lock().unwrap_or_else(PoisonError::into_inner).append(&mut world.log);
        if done.is_err() {
            break;
        }
    }
    done
}

/// Why a life broke an invariant, and how it came to that.
fn broken(template: &'static Template, seed: u64, closely: bool) -> Option<String> {
    let log = Mutex::default();
    let lived = catch_unwind(AssertUnwindSafe(|| runtime().block_on(live(template, seed, closely, &log))));
    let why = match lived {
        Ok(Ok(())) => return None,
        Ok(Err(why)) => why,
        Err(_) => "it panicked, see above".to_owned(),
    };
    let log = log.into_inner().unwrap_or_else(PoisonError::into_inner).join("\n  ");
    Some(format!("SIMULATION_SEED={seed} breaks an invariant:\n  {log}\n{why}"))
}

fn setting(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

#[test]
fn requirement_17_whatever_happens_the_invariants_hold() {
    // Its receiver of messages lives as long as all of them.
    let receiving = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let template = receiving.block_on(Template::get());
    let (one, runs) = (setting("SIMULATION_SEED"), setting("SIMULATION_RUNS").unwrap_or(RUNS));
    let seeds = one.map_or(0..runs, |seed| seed..seed + 1);
    let (next, first) = (AtomicU64::new(seeds.start), Mutex::new(None));
    let work = || {
        while first.lock().unwrap_or_else(PoisonError::into_inner).is_none() {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= seeds.end {
                return;
            }
            if let Some(why) = broken(template, seed, one.is_some()) {
                first.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(why);
            }
        }
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            // What is not optimised takes much of it.
            std::thread::Builder::new().stack_size(32 << 20).spawn_scoped(scope, work).unwrap();
        }
    });
    if let Some(why) = first.into_inner().unwrap_or_else(PoisonError::into_inner) {
        panic!("{why}");
    }
}
