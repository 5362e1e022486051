use std::collections::HashMap;

use bonafide_core::{
    id::{JobId, OrganizationId},
    time::Timestamp,
};
use bonafide_store::jobs::{self, Claim, Failed, Job, NewJob};
use serde_json::json;

use crate::stage::Stage;

/// Enqueues a job and commits.
async fn enqueue(stage: &Stage, organization: OrganizationId, run_at: Timestamp, key: Option<&str>) -> bool {
    let mut tx = stage.begin().await;
    let payload = json!({});
    let added = jobs::enqueue(&mut tx, organization, new(stage, &payload, run_at, key)).await.unwrap();
    tx.commit().await.unwrap();
    added
}

fn new<'a>(
    stage: &Stage,
    payload: &'a serde_json::Value,
    run_at: Timestamp,
    unique_key: Option<&'a str>,
) -> NewJob<'a> {
    NewJob {
        id: stage.id(),
        queue: "q",
        kind: "test",
        subject: uuid::Uuid::from_u128(5),
        payload,
        unique_key,
        now: stage.now(),
        run_at,
        max_attempts: 3,
    }
}

/// Claims with a lease of ten seconds and commits.
async fn claim(stage: &Stage, limit: i64) -> Vec<Job> {
    let now = stage.now();
    let mut tx = stage.begin().await;
    let claim = Claim { queue: "q", owner: "w", now, lease_until: now.plus_secs(10), limit };
    let jobs = jobs::claim(&mut tx, claim).await.unwrap();
    tx.commit().await.unwrap();
    jobs
}

pub(crate) async fn every_job_is_claimed_once_and_its_effect_happens_once(stage: Stage) {
    const JOBS: usize = 2000;
    let organizations = [stage.organization().await, stage.organization().await, stage.organization().await];
    let now = stage.now();
    let mut tx = stage.begin().await;
    let payload = json!({"n": 1});
    for i in 0..JOBS {
        // Unevenly: the first tenant has most of it.
        let organization = organizations[if i % 10 == 0 { 1 + i % 2 } else { 0 }];
        assert!(jobs::enqueue(&mut tx, organization, new(&stage, &payload, now, None)).await.unwrap());
    }
    tx.commit().await.unwrap();

    let started = std::time::Instant::now();
    let workers: Vec<_> = (0..8)
        .map(|worker| {
            let db = stage.db.clone();
            tokio::spawn(async move {
                let owner = format!("worker {worker}");
                let mut finished: Vec<JobId> = vec![];
                loop {
                    let mut tx = db.begin().await.unwrap();
                    let lease_until = now.plus_secs(60);
                    let claim = Claim { queue: "q", owner: &owner, now, lease_until, limit: 10 };
                    let mine = jobs::claim(&mut tx, claim).await.unwrap();
                    tx.commit().await.unwrap();
                    assert!(mine.len() <= 10, "{} jobs were claimed", mine.len());
                    if mine.is_empty() {
                        return finished;
                    }
                    let mut tx = db.begin().await.unwrap();
                    for job in mine {
                        assert_eq!((job.attempts, &job.payload), (1, &json!({"n": 1})));
                        assert!(jobs::finish(&mut tx, &job, now).await.unwrap());
                        // A second time it is no longer ours.
                        assert!(!jobs::finish(&mut tx, &job, now).await.unwrap());
                        finished.push(job.id);
                    }
                    tx.commit().await.unwrap();
                }
            })
        })
        .collect();
    let mut finished = vec![];
    for worker in workers {
        finished.extend(worker.await.unwrap());
    }
    println!("{JOBS} jobs in {:?}", started.elapsed()); // seen with --nocapture
    let claimed = finished.len();
    finished.sort();
    finished.dedup();
    assert_eq!((claimed, finished.len()), (JOBS, JOBS));
    let mut tx = stage.read().await;
    assert_eq!(jobs::next_run_at(&mut tx, "q").await.unwrap(), None);
}

pub(crate) async fn tenants_take_turns(stage: Stage) {
    let [a, b, c] = [stage.organization().await, stage.organization().await, stage.organization().await];
    let start = stage.now();
    // A was first with all of its jobs.
    for (organization, count, at) in [(a, 6, 0), (b, 2, 10), (c, 1, 20)] {
        for i in 0..count {
            enqueue(&stage, organization, start.plus_ms(at + i), None).await;
        }
    }
    stage.clock.advance(100);
    let turns = |jobs: Vec<Job>| {
        let mut counts: HashMap<OrganizationId, i32> = HashMap::new();
        jobs.iter().for_each(|job| *counts.entry(job.organization).or_default() += 1);
        [a, b, c].map(|o| counts.get(&o).copied().unwrap_or(0))
    };
    assert_eq!(turns(claim(&stage, 3).await), [1, 1, 1]);
    // Each has one running now; B's last comes before A's third.
    assert_eq!(turns(claim(&stage, 2).await), [1, 1, 0]);
    // Only A waits, and it may have everything that is free.
    assert_eq!(turns(claim(&stage, 9).await), [4, 0, 0]);
    assert_eq!(turns(claim(&stage, 9).await), [0, 0, 0]);
    // A holds six; a newcomer is served before A's next.
    enqueue(&stage, a, start, None).await;
    enqueue(&stage, c, stage.now(), None).await;
    assert_eq!(turns(claim(&stage, 1).await), [0, 0, 1]);
}

pub(crate) async fn a_lease_that_ran_out_is_claimed_again_and_the_first_worker_cannot_finish(stage: Stage) {
    let organization = stage.organization().await;
    enqueue(&stage, organization, stage.now(), None).await;
    let first = claim(&stage, 1).await.remove(0);
    stage.clock.advance(9_999);
    assert_eq!(claim(&stage, 1).await, []);
    stage.clock.advance(1);
    // Late, but nobody else has it yet: still the holder.
    let mut tx = stage.begin().await;
    assert!(jobs::finish(&mut tx, &first, stage.now()).await.unwrap());
    tx.rollback().await.unwrap();

    let second = claim(&stage, 1).await.remove(0);
    assert_eq!((second.id, second.attempts), (first.id, 2));
    let now = stage.now();
    let mut tx = stage.begin().await;
    assert!(!jobs::renew(&mut tx, &first, now.plus_secs(10)).await.unwrap());
    assert!(!jobs::finish(&mut tx, &first, now).await.unwrap());
    assert_eq!(jobs::fail(&mut tx, &first, now, "late").await.unwrap(), Failed::LeaseLost);
    assert!(jobs::finish(&mut tx, &second, now).await.unwrap());
    tx.commit().await.unwrap();
    stage.clock.advance(1_000_000);
    assert_eq!(claim(&stage, 1).await, []);
}

pub(crate) async fn what_a_dead_process_held_is_due_at_once(stage: Stage) {
    let organization = stage.organization().await;
    enqueue(&stage, organization, stage.now(), None).await;
    enqueue(&stage, organization, stage.now().plus_secs(3600), None).await;
    let first = claim(&stage, 9).await.remove(0);
    let mut tx = stage.begin().await;
    assert_eq!(jobs::release_all(&mut tx).await.unwrap(), 1);
    tx.commit().await.unwrap();
    let again = claim(&stage, 9).await;
    assert_eq!(again.iter().map(|j| (j.id, j.attempts)).collect::<Vec<_>>(), [(first.id, 2)]);
}

pub(crate) async fn a_renewed_lease_holds(stage: Stage) {
    let organization = stage.organization().await;
    enqueue(&stage, organization, stage.now(), None).await;
    let job = claim(&stage, 1).await.remove(0);
    let lease_until = stage.now().plus_secs(30);
    let mut tx = stage.begin().await;
    assert!(jobs::renew(&mut tx, &job, lease_until).await.unwrap());
    tx.commit().await.unwrap();
    let other = stage.organization().await;
    let mut tx = stage.read().await;
    let renewed = Job { lease_until, ..job.clone() };
    assert_eq!(jobs::get(&mut tx, organization, job.id).await.unwrap(), Some(renewed));
    assert_eq!(jobs::get(&mut tx, other, job.id).await.unwrap(), None);
    drop(tx);
    stage.clock.advance(29_999);
    assert_eq!(claim(&stage, 1).await, []);
    stage.clock.advance(1);
    assert_eq!(claim(&stage, 1).await.len(), 1);
}

pub(crate) async fn an_open_unique_key_is_not_enqueued_twice(stage: Stage) {
    let (a, b) = (stage.organization().await, stage.organization().await);
    let now = stage.now();
    assert!(enqueue(&stage, a, now, Some("decide:1")).await);
    assert!(!enqueue(&stage, a, now, Some("decide:1")).await);
    assert!(enqueue(&stage, a, now, Some("decide:2")).await);
    assert!(enqueue(&stage, b, now, Some("decide:1")).await, "keys are per tenant");
    assert!(enqueue(&stage, a, now, None).await && enqueue(&stage, a, now, None).await);

    let mut tx = stage.begin().await;
    let subject = uuid::Uuid::from_u128(5);
    assert_eq!(jobs::open_count(&mut tx, a, subject).await.unwrap(), 4);
    tx.rollback().await.unwrap();
    for job in claim(&stage, 9).await {
        let mut tx = stage.begin().await;
        assert!(jobs::finish(&mut tx, &job, now).await.unwrap());
        tx.commit().await.unwrap();
    }
    assert!(enqueue(&stage, a, now, Some("decide:1")).await, "the earlier one is done");
}

pub(crate) async fn failures_wait_longer_and_end_dead(stage: Stage) {
    let organization = stage.organization().await;
    enqueue(&stage, organization, stage.now(), Some("once")).await;
    let mut waits = vec![];
    loop {
        let job = claim(&stage, 1).await.remove(0);
        let mut tx = stage.begin().await;
        let failed = jobs::fail(&mut tx, &job, stage.now(), "no model").await.unwrap();
        tx.commit().await.unwrap();
        match failed {
            Failed::Retry(at) => {
                waits.push(at.0 - stage.now().0);
                assert_eq!(claim(&stage, 1).await, [], "not before its time");
                stage.clock.set(at);
            }
            Failed::Dead => break,
            Failed::LeaseLost => panic!("the lease was lost"),
        }
    }
    assert_eq!(waits.len(), 2);
    assert!((5_000..=6_250).contains(&waits[0]) && (10_000..=12_500).contains(&waits[1]), "{waits:?}");
    stage.clock.advance(100_000_000);
    assert_eq!(claim(&stage, 1).await, []);
    assert!(enqueue(&stage, organization, stage.now(), Some("once")).await, "a dead job keeps no key");
}

pub(crate) async fn a_job_that_kills_its_workers_is_buried(stage: Stage) {
    let organization = stage.organization().await;
    enqueue(&stage, organization, stage.now(), None).await;
    let bury = async || {
        let mut tx = stage.begin().await;
        let buried = jobs::bury(&mut tx, stage.now()).await.unwrap();
        tx.commit().await.unwrap();
        buried
    };
    let mut last = None;
    for _ in 0..3 {
        assert_eq!(bury().await, None);
        last = claim(&stage, 1).await.pop();
        assert!(last.is_some());
        assert_eq!(bury().await, None, "somebody works on it");
        stage.clock.advance(10_000);
    }
    assert_eq!(claim(&stage, 1).await, [], "three attempts are three attempts");
    let buried = bury().await;
    assert_eq!(buried.map(|j| j.id), Some(last.clone().unwrap().id));
    assert_eq!(bury().await, None);
    let mut tx = stage.begin().await;
    assert!(!jobs::finish(&mut tx, &last.unwrap(), stage.now()).await.unwrap());
}

pub(crate) async fn the_next_due_time_is_known(stage: Stage) {
    let organization = stage.organization().await;
    let next = async || {
        let mut tx = stage.read().await;
        jobs::next_run_at(&mut tx, "q").await.unwrap()
    };
    assert_eq!(next().await, None);
    let now = stage.now();
    enqueue(&stage, organization, now.plus_secs(3600), None).await;
    assert_eq!(next().await, Some(now.plus_secs(3600)));
    assert_eq!(claim(&stage, 1).await, [], "a timer waits for its time");
    enqueue(&stage, organization, now, None).await;
    assert_eq!(next().await, Some(now));
    assert_eq!(claim(&stage, 9).await.len(), 1);
    assert_eq!(next().await, Some(now.plus_secs(10)), "when the lease runs out");
    stage.clock.advance(3_600_000);
    assert_eq!(claim(&stage, 9).await.len(), 2);
}
