//! Requests that are repeated.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use axum::http::header;
use bonafide_engine::verifications;
use bonafide_testkit::on_both;
use serde_json::json;

use crate::support::{Answer, App};

on_both!(
    requirement_18_a_repeated_request_does_nothing_twice,
    a_request_whose_caller_hangs_up_is_done_once,
    requirement_18_a_key_for_another_request_is_refused,
    requirement_18_an_answer_is_kept_for_a_day_and_opens_for_its_caller_alone,
);

/// Opens an order under an idempotency key.
async fn open(app: &App, key: &str, name: &str, user: &str) -> Answer {
    app.open(&[("X-Api-Key", key), ("Idempotency-Key", name)], user).await
}

/// How many orders there are.
async fn orders(app: &App) -> i64 {
    let filter = verifications::Filter { take: 1, ..Default::default() };
    let (_, counts) = verifications::list(&app.engine, &app.admin(), &filter).await.unwrap();
    counts.iter().map(|(_, n)| n).sum()
}

/// Wherever it is when its caller is gone: asked again, it gives the answer of what was done.
async fn a_request_whose_caller_hangs_up_is_done_once(app: &App) {
    const TIMES: u64 = 30;
    for n in 0..TIMES {
        let name = format!("key-{n}");
        let _ = tokio::time::timeout(Duration::from_micros(n * 300), open(app, &app.key, &name, "u")).await;
        let mut tries = 0;
        while open(app, &app.key, &name, "u").await.status != 201 {
            tries += 1;
            assert!(tries < 1000, "nobody is answering, and it is said to be in flight");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
    assert_eq!(orders(app).await, TIMES as i64);
}

/// What a caller may do with keys: whatever the order and however many at once, one thing is done for each.
async fn requirement_18_a_repeated_request_does_nothing_twice(app: &App) {
    const KEYS: u64 = 8;
    let mut seed = 12_345_u64;
    let mut random = move |below: u64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (seed >> 33) % below
    };
    let mut answers: BTreeMap<u64, BTreeSet<String>> = BTreeMap::new();
    for _ in 0..20 {
        let mut under_way = tokio::task::JoinSet::new();
        for _ in 0..1 + random(4) {
            let (n, app) = (random(KEYS), app.clone());
            let (name, user) = (format!("key-{n}"), format!("user-{n}"));
            under_way.spawn(async move { (n, open(&app, &app.key, &name, &user).await) });
        }
        for (n, answer) in under_way.join_all().await {
            match answer.status {
                201 => drop(answers.entry(n).or_default().insert(answer.body.to_string())),
                409 => assert_eq!(answer.headers[header::RETRY_AFTER], "1"),
                other => panic!("{other}: {}", answer.body),
            }
        }
    }
    assert!(answers.values().all(|ids| ids.len() == 1), "one answer for each key: {answers:?}");
    assert_eq!(orders(app).await, answers.len() as i64);
}

async fn requirement_18_a_key_for_another_request_is_refused(app: &App) {
    let first = open(app, &app.key, "a", "u").await;
    assert!(!first.headers.contains_key("idempotency-replayed"));
    let again = open(app, &app.key, "a", "u").await;
    assert_eq!(again.headers["idempotency-replayed"], "true");
    assert_eq!(first.ok(), again.ok());
    open(app, &app.key, "a", "other").await.refused(422, "idempotency_key_used");
    for wrong in ["", "x".repeat(256).as_str()] {
        open(app, &app.key, wrong, "u").await.refused(400, "invalid_idempotency_key");
    }
    // A refusal is an answer as well.
    let long = "u".repeat(21);
    let refused = open(app, &app.key, "b", &long).await;
    let same = open(app, &app.key, "b", &long).await;
    assert_eq!(same.headers["idempotency-replayed"], "true");
    assert_eq!((refused.status, refused.body), (400, same.body));
    // Reading does nothing, so nothing is kept of it.
    let headers = [("X-Api-Key", app.key.as_str()), ("Idempotency-Key", "c")];
    for id in ["none", "other"] {
        let read = app.ask("GET", &format!("/shop/orders/{id}"), &headers, json!({})).await;
        assert!(!read.headers.contains_key("idempotency-replayed"));
        read.refused(404, "not_found");
    }
}

async fn requirement_18_an_answer_is_kept_for_a_day_and_opens_for_its_caller_alone(app: &App) {
    let ask = async |key: &str| open(app, key, "same", "u").await.ok();
    let mine = ask(&app.key).await;
    let (_, theirs) = app.stranger().await;
    assert_ne!(ask(&theirs).await, mine);
    app.clock.advance(24 * 3600 * 1000 - 1);
    assert_eq!(ask(&app.key).await, mine);
    app.clock.advance(2_000);
    assert_ne!(ask(&app.key).await, mine, "after a day it is a new request");
}
