//! How often may be asked.

use axum::http::header;
use bonafide_testkit::on_both;
use serde_json::json;

use crate::support::{App, LET_IN};

on_both!(
    requirement_21_a_limit_holds_for_one_caller_and_is_told,
    requirement_21_many_keys_do_not_make_more_of_one_organization,
    requirement_21_guessing_is_counted_by_the_address_that_guesses,
    who_guesses_too_often_does_not_reach_the_database,
);

async fn requirement_21_a_limit_holds_for_one_caller_and_is_told(app: &App) {
    let (_, slow) = app.key("verifications", Some(10)).await;
    let (_, other) = app.key("verifications", Some(10)).await;
    let ask = async || app.ask("GET", "/shop/orders/none", &[("X-Api-Key", &slow)], json!({})).await;
    for left in (0..10).rev() {
        let answer = ask().await;
        assert_eq!(answer.headers["ratelimit-policy"], "\"default\";q=10;w=60");
        assert!(answer.headers["ratelimit"].to_str().unwrap().contains(&format!("r={left};")), "{answer:?}");
        assert_eq!(answer.status, LET_IN);
    }
    let refused = ask().await;
    assert_eq!(refused.headers[header::RETRY_AFTER], "6", "a tenth of a minute");
    refused.refused(429, "too_many_requests");
    assert_eq!(app.knock(&other).await, LET_IN);
    app.clock.advance(6_000);
    assert_eq!((app.knock(&slow).await, app.knock(&slow).await), (LET_IN, 429));

    // What costs more than a question takes more of the limit.
    let (_, orders) = app.key("verifications", Some(12)).await;
    let mut answers = vec![];
    for _ in 0..3 {
        answers.push(app.open(&[("X-Api-Key", &orders)], "u").await.status);
    }
    assert_eq!(answers, [201, 201, 429]);
}

async fn requirement_21_many_keys_do_not_make_more_of_one_organization(app: &App) {
    let mut granted = 0;
    for _ in 0..5 {
        let (_, secret) = app.key("verifications", Some(10)).await;
        for _ in 0..10 {
            granted += u32::from(app.knock(&secret).await == LET_IN);
        }
    }
    assert_eq!(granted, 40, "the organization's limit");
    let (_, stranger) = app.stranger().await;
    assert_eq!(app.knock(&stranger).await, LET_IN);
}

async fn requirement_21_guessing_is_counted_by_the_address_that_guesses(app: &App) {
    app.peer.set("203.0.113.7:4711".parse().unwrap()).unwrap();
    assert_eq!(app.knock(&app.key).await, LET_IN);
    for _ in 0..60 {
        assert_eq!(app.knock("sk_wrong").await, 401);
    }
    let refused = app.open(&[("X-Api-Key", "sk_wrong")], "u").await;
    assert_eq!(refused.headers[header::RETRY_AFTER], "1");
    refused.refused(429, "too_many_requests");
    // Whoever was let in there before is let in all the same.
    assert_eq!(app.knock(&app.key).await, LET_IN);
    app.clock.advance(1_000);
    assert_eq!(app.knock("sk_wrong").await, 401);
}

async fn who_guesses_too_often_does_not_reach_the_database(app: &App) {
    app.peer.set("203.0.113.7:4711".parse().unwrap()).unwrap();
    let (_, unseen) = app.key("verifications", None).await;
    assert_eq!(app.knock(&app.key).await, LET_IN);
    for n in 0..60 {
        assert_eq!(app.knock(&format!("bft_wrong{n}")).await, 401);
    }
    assert_eq!(app.knock("bft_wrong").await, 429);
    // Without a database, asking it is a bug of ours: so it shows who is looked up.
    app.engine.close().await;
    for guessed in ["bft_wrong", "cap_wrong", &unseen] {
        app.ask("GET", "/shop/orders/none", &[("X-Api-Key", guessed)], json!({}))
            .await
            .refused(429, "too_many_requests");
    }
    assert_eq!(app.knock(&app.key).await, 500, "who was let in before is looked up");
}
