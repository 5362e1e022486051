//! Weights: versions, whom they are for, what they change.

use axum::{
    body::Body,
    http::{Request, header},
};
use bonafide_testkit::on_both;
use serde_json::json;

use crate::support::App;

on_both!(weights_are_versions, what_weakens_decisions_takes_a_scope_of_its_own);

async fn what_weakens_decisions_takes_a_scope_of_its_own(app: &App) {
    let officer = app.as_officer().await;
    let defaults = app.ask("/idv/weights").await.ok();
    let with = |changes: &[(&str, f64)]| {
        let mut weights = defaults.clone();
        changes.iter().for_each(|(name, value)| weights[*name] = json!(value));
        weights
    };
    let open = with(&[("onboarding_face_encoding_tolerance", 1.0), ("idv_session_tolerance", 0.0)]);
    let fields = app.post("/idv/weights", open.clone()).await.refused(403, "insufficient_scope");
    assert_eq!(fields, ["onboarding_face_encoding_tolerance", "idv_session_tolerance"]);
    assert_eq!(app.ask("/idv/weights").await.ok(), defaults, "nothing was set");
    let strict = with(&[("onboarding_face_encoding_tolerance", 0.4), ("idv_session_tolerance", 0.9)]);
    app.post("/idv/weights", strict).await.ok();
    officer.post("/idv/weights", open.clone()).await.ok();
    assert_eq!(app.ask("/idv/weights").await.ok(), open);
    // What the officer set may stay, and may be made stricter again.
    let mut better = open;
    better["idv_session_tolerance"] = json!(0.3);
    app.post("/idv/weights", better).await.ok();
    app.post("/idv/weights", defaults).await.ok();
}

async fn weights_are_versions(app: &App) {
    let before = app.created().await;
    let mut weights = app.ask("/idv/weights").await.ok();
    assert_eq!(weights.as_object().unwrap().len(), 27, "{weights:#}");
    weights["idv_session_tolerance"] = json!(0.5);
    let officer = &app.as_officer().await;
    assert_eq!(officer.post("/idv/weights", weights.clone()).await.ok(), json!({}));
    assert_eq!(app.ask("/idv/weights").await.ok(), weights);
    let after = app.created().await;
    let used = async |session: &str| {
        let read = app.post("/idv/session/read", json!({"session_id": session})).await.ok();
        app.ask(&format!("/idv/weights/{}", read["idv_weights_id"].as_str().unwrap())).await.ok()
    };
    assert_eq!(used(&before).await["idv_session_tolerance"], 0.75, "a session keeps its version");
    assert_eq!(used(&after).await["idv_session_tolerance"], 0.5);

    // For one user, for one client; the closest applies.
    for (client, user, tolerance) in [(None, Some("u-1"), 0.6), (Some(&app.client_id), None, 0.7)] {
        let mut own = weights.clone();
        own["idv_session_tolerance"] = json!(tolerance);
        own["client_id"] = json!(client);
        own["user_id"] = json!(user);
        for name in ["client_id", "user_id"] {
            if own[name].is_null() {
                own.as_object_mut().unwrap().remove(name);
            }
        }
        let put = Request::put("/idv/weights")
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::AUTHORIZATION, format!("Bearer {}", officer.token))
            .body(Body::from(own.to_string()))
            .unwrap();
        app.send(put).await.ok();
    }
    for (query, tolerance) in [
        (String::new(), 0.5),
        ("?user_id=u-1".to_owned(), 0.6),
        ("?user_id=u-2".to_owned(), 0.5),
        (format!("?client_id={}", app.client_id), 0.7),
        (format!("?client_id={}&user_id=u-1", app.client_id), 0.6),
    ] {
        let found = app.ask(&format!("/idv/weights{query}")).await.ok();
        assert_eq!(found["idv_session_tolerance"], tolerance, "{query}");
    }
    assert_eq!(used(&app.created().await).await["idv_session_tolerance"], 0.7);
    let of_user = app.consented_in(json!({"settings": {"user_id": "u-1"}})).await;
    assert_eq!(used(&of_user).await["user_id"], "u-1");

    // What is wrong is named.
    for (name, bad) in [
        ("age_weight", json!(101)),
        ("age_weight", json!(-1)),
        ("age_tolerance", json!(121)),
        ("direction_tolerance", json!(1.01)),
        ("gender_weight", json!("1")),
        ("surprise", json!(1)),
        ("user_id", json!("anna@example.org")),
    ] {
        let mut wrong = weights.clone();
        wrong[name] = bad.clone();
        let fields = app.post("/idv/weights", wrong).await.refused(400, "invalid_request");
        assert_eq!(fields, [name], "{bad}");
    }
    app.ask("/idv/weights?client_id=nobody").await.refused(404, "not_found");
    weights["client_id"] = json!("nobody");
    app.post("/idv/weights", weights).await.refused(404, "not_found");
    app.ask("/idv/weights/nothing").await.refused(404, "not_found");
    let (_, token) = app.new_tenant("second").await;
    let read = app.post("/idv/session/read", json!({"session_id": before})).await.ok();
    let theirs = Request::get(format!("/idv/weights/{}", read["idv_weights_id"].as_str().unwrap()))
        .header(header::AUTHORIZATION, format!("Bearer {token}"))
        .body(Body::empty())
        .unwrap();
    app.send(theirs).await.refused(404, "not_found");
}
