//! Finalizing while the checks run, after a 503, and once more with the same idempotency key.

use axum::{
    body::Body,
    http::{Request, header},
};
use bonafide_engine::jobs;
use bonafide_testkit::engine::Setup;
use serde_json::json;

use crate::support::{Answer, App, sample};

async fn finalize(app: &App, of: &str, session: &str, key: &str) -> Answer {
    let request = Request::post(format!("/{of}/sdk/finalize"))
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::AUTHORIZATION, format!("Bearer {}", app.token))
        .header("X-Client-Id", &app.client_id)
        .header("Idempotency-Key", key)
        .body(Body::from(json!({"session_id": session}).to_string()))
        .unwrap();
    app.send(request).await
}

/// Asks as long as the server says "later", which it has to say as long as nothing works.
async fn through(app: &App, of: &str, session: &str, key: &str) -> Answer {
    for _ in 0..3 {
        let later = finalize(app, of, session, key).await;
        assert_eq!(
            (later.status.as_u16(), &later.headers[header::RETRY_AFTER]),
            (503, &"5".parse().unwrap())
        );
    }
    jobs::run_pending(&app.engine).await.unwrap();
    finalize(app, of, session, key).await
}

async fn a_503_is_followed_by_the_result(database: &str) {
    let app = App::start_impatient(database).await;
    let session = app.consented().await;
    app.picture("front", &session, &sample("passport.jpg")).await.ok();
    app.liveness(&session, &[&sample("selfie.jpg")]).await.ok();
    let first = through(&app, "idv", &session, "one").await;
    assert!(!first.headers.contains_key("idempotency-replayed"));
    let first = first.ok();
    assert_eq!(first["verified"], true);
    let kept = finalize(&app, "idv", &session, "one").await;
    assert_eq!(kept.headers["idempotency-replayed"], "true");
    assert_eq!((kept.ok(), finalize(&app, "idv", &session, "two").await.ok()), (first.clone(), first));
    let read = app.post("/idv/session/read", json!({"session_id": session})).await.ok();
    let submitted = read["history"].as_array().unwrap().iter().filter(|line| line["event"] == "processing");
    assert_eq!(submitted.count(), 1, "{read:#}");

    let identity = read["identity_id"].clone();
    let created = app.post("/ida/session/create", json!({"identity_id": identity})).await.ok();
    let session = created["session_id"].as_str().unwrap();
    app.liveness_of("ida", session, &[&sample("other.jpg")]).await.ok();
    through(&app, "ida", session, "three").await.ok();
    for key in ["three", "four"] {
        finalize(&app, "ida", session, key).await.ok();
    }
    let read = app.post("/ida/session/read", json!({"session_id": session})).await.ok();
    assert_eq!((&read["authenticated"], &read["status_e"]), (&json!(false), &json!("complete")), "{read:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_503_is_followed_by_the_result_on_sqlite() {
    a_503_is_followed_by_the_result("sqlite").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_503_is_followed_by_the_result_on_postgres() {
    a_503_is_followed_by_the_result("postgres").await;
}

/// Whoever dies while they decide leaves nobody waiting.
#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_could_decide_is_for_a_human() {
    let app = App::of("sqlite", Setup { dying: &["decide"], ..Setup::default() }).await;
    let session = app.consented().await;
    app.picture("front", &session, &sample("passport.jpg")).await.ok();
    app.liveness(&session, &[&sample("selfie.jpg")]).await.ok();
    assert_eq!(app.finalize(&session).await.ok()["verified"], false);
    let read = app.post("/idv/session/read", json!({"session_id": session})).await.ok();
    assert_eq!(read["status_e"], "temporarily_complete");
}
