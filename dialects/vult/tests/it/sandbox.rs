//! The sandbox: outcomes that are steered, a clock that is set forward, and data of its own.

use bonafide_testkit::on_both;
use serde_json::{Value, json};

use crate::support::{App, sample};

on_both!(the_clock_runs_ahead, it_is_for_test_keys_alone);

/// An app whose own client is one of a sandbox.
async fn sandbox(app: &App) -> (String, String) {
    app.new_tenant("sandbox").await
}

/// On one database: it is many sessions, and the other tests go to both.
#[tokio::test(flavor = "multi_thread")]
async fn every_scenario_leads_where_it_says() {
    let app = App::start("sqlite").await;
    let (client, token) = sandbox(&app).await;
    let app = &app.speaking_as(&client, &token);
    let scenarios = app.ask("/sandbox/scenarios").await.ok();
    let scenarios = scenarios["scenarios"].as_array().unwrap();
    assert!(scenarios.len() > 20);
    let settings = |scenario: &Value| json!({"settings": {"sandbox": {scenario["step"].as_str().unwrap(): scenario["word"]}}});
    for scenario in scenarios {
        let session = app.consented_in(settings(scenario)).await;
        app.picture("front", &session, &sample("passport.jpg")).await.ok();
        app.liveness(&session, &[&sample("selfie.jpg")]).await.ok();
        app.finalize(&session).await.ok();
        let read = app.post("/idv/session/read", json!({"session_id": session})).await.ok();
        let outcome = match (read["status_e"].as_str().unwrap(), read["verified"].as_bool()) {
            ("complete", Some(true)) => "approved",
            ("complete", Some(false)) => "declined",
            ("temporarily_complete", _) => "review",
            ("in_progress", _) => "retry",
            _ => panic!("{read:#}"),
        };
        let expected = scenario["leads_to"].as_str().unwrap();
        assert!(expected.starts_with(outcome), "{scenario}: {outcome}\n{read:#}");
        if expected.ends_with("lower score") {
            assert!(read["score"].as_f64().unwrap() < 0.99, "{scenario}");
        }
    }
    // Pictures that show nothing, and yet everything is clear.
    let all = json!({"document": "clear", "face": "clear", "liveness": "clear", "screening": "clear"});
    let session = app.consented_in(json!({"settings": {"sandbox": all}})).await;
    app.picture("front", &session, &sample("selfie.jpg")).await.ok();
    app.liveness(&session, &[&sample("other.jpg")]).await.ok();
    let result = app.finalize(&session).await.ok();
    assert_eq!(result, json!({"verified": true, "on_sanction_list": false}));
}

async fn the_clock_runs_ahead(app: &App) {
    let (client, token) = sandbox(app).await;
    let ours = app.consented().await;
    let app = &app.speaking_as(&client, &token);
    let session = app.consented().await;
    let day = 24 * 3600;
    assert_eq!(
        app.post("/sandbox/clock/advance", json!({"seconds": 6 * day})).await.ok()["seconds_ahead"],
        6 * day
    );
    bonafide_engine::jobs::run_pending(&app.engine).await.unwrap();
    let status = async |session: &str| {
        app.post("/idv/session/read", json!({"session_id": session})).await.ok()["status_e"].clone()
    };
    assert_eq!(status(&session).await, "in_progress");
    app.post("/sandbox/clock/advance", json!({"seconds": 2 * day})).await.ok();
    bonafide_engine::jobs::run_pending(&app.engine).await.unwrap();
    assert_eq!(status(&session).await, "expired");
    // Documents run out as well.
    app.post("/sandbox/clock/advance", json!({"seconds": 20 * 365 * day})).await.ok();
    let session = app.consented().await;
    app.picture("front", &session, &sample("passport.jpg")).await.ok();
    app.liveness(&session, &[&sample("selfie.jpg")]).await.ok();
    assert_eq!(app.finalize(&session).await.ok()["verified"], false);
    let read = app.post("/idv/session/read", json!({"session_id": session})).await.ok();
    assert!(read["history"].to_string().contains("expired"), "{read:#}");
    for bad in [json!({}), json!({"seconds": 0}), json!({"seconds": -5}), json!({"seconds": 1e12})] {
        let fields = app.post("/sandbox/clock/advance", bad).await.refused(400, "invalid_request");
        assert_eq!(fields, ["seconds"]);
    }
    // Nobody else's clock moved.
    let engine = &app.engine;
    let tokens = bonafide_engine::jobs::run_pending(engine).await.unwrap();
    assert_eq!(tokens, 0, "no timer of {ours} is due");
}

async fn it_is_for_test_keys_alone(app: &App) {
    let steered = json!({"settings": {"sandbox": {"document": "clear"}}});
    let fields = app.post("/idv/session/create", steered.clone()).await.refused(400, "invalid_request");
    assert_eq!(fields, ["settings.sandbox"]);
    let session = app.consented().await;
    app.picture("front", &session, &sample("passport.jpg")).await.ok();
    app.liveness(&session, &[&sample("selfie.jpg")]).await.ok();
    let late = json!({"session_id": session, "settings": {"sandbox": {"document": "clear"}}});
    let fields = app.post("/idv/sdk/finalize", late).await.refused(400, "invalid_request");
    assert_eq!(fields, ["settings.sandbox"]);
    app.post("/sandbox/clock/advance", json!({"seconds": 60})).await.refused(403, "insufficient_scope");

    let (client, token) = sandbox(app).await;
    let live = app.post("/idv/session/read", json!({"session_id": session}));
    assert_eq!(live.await.ok()["session_id"], json!(session));
    let app = &app.speaking_as(&client, &token);
    app.post("/idv/session/read", json!({"session_id": session})).await.refused(404, "not_found");
    for (field, wrong) in [
        ("settings.sandbox", json!("clear")),
        ("settings.sandbox.document", json!({"document": "wonderful"})),
        ("settings.sandbox.weather", json!({"weather": "clear"})),
    ] {
        let body = json!({"settings": {"sandbox": wrong}});
        assert_eq!(app.post("/idv/session/create", body).await.refused(400, "invalid_request"), [field]);
    }
}
