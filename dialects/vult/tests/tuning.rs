//! Weights and requirements: versions, whom they are for, what they change; and the addresses for events.

#![allow(clippy::unwrap_used, unreachable_pub, reason = "a test stops at the first surprise")]

mod support;

use axum::{
    body::Body,
    http::{Request, header},
};
use serde_json::{Value, json};
use support::{App, sample};

on_both!(weights_are_versions, requirements_apply_from_the_next_session, webhooks_are_registered);

async fn weights_are_versions(app: &App) {
    let before = app.created().await;
    let mut weights = app.ask("/idv/weights").await.ok();
    assert_eq!(weights.as_object().unwrap().len(), 27, "{weights:#}");
    weights["idv_session_tolerance"] = json!(0.5);
    assert_eq!(app.post("/idv/weights", weights.clone()).await.ok(), json!({}));
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
            .header(header::AUTHORIZATION, format!("Bearer {}", app.token))
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

async fn requirements_apply_from_the_next_session(app: &App) {
    let all = app.ask("/idv/requirements").await.ok();
    assert!(all["requirements"].as_array().unwrap().len() >= 4, "{all:#}");
    let passport = app.ask("/idv/requirements?type_e=passport&data_source_e=mrz").await.ok();
    let mut passport = passport["requirements"][0].clone();
    assert_eq!(
        (&passport["birth_date_required"], &passport["middle_name_required"]),
        (&json!(true), &json!(false))
    );
    assert_eq!(passport.as_object().unwrap().len(), 27, "type, source and 25 switches: {passport:#}");

    let verify = async || {
        let session = app.consented().await;
        app.picture("front", &session, &sample("passport.jpg")).await.ok();
        app.liveness(&session, &[&sample("selfie.jpg")]).await.ok();
        app.finalize(&session).await.ok();
        app.post("/idv/session/read", json!({"session_id": session})).await.ok()
    };
    passport["street_required"] = json!(true);
    assert_eq!(app.post("/idv/requirements", passport.clone()).await.ok(), json!({}));
    let changed = app.ask("/idv/requirements?type_e=passport&data_source_e=mrz").await.ok();
    assert_eq!(changed["requirements"], json!([passport]));
    let read = verify().await;
    assert_eq!(read["status_e"], "temporarily_complete", "no machine readable zone holds a street");
    let reasons = read["history"].as_array().unwrap().last().unwrap()["detail"]["reasons"].to_string();
    assert!(reasons.contains("street_missing"), "{reasons}");
    // Another type's requirements do not touch a passport, and an absent source may be added.
    passport["street_required"] = json!(false);
    app.post("/idv/requirements", passport.clone()).await.ok();
    let mut licence = passport.clone();
    (licence["type_e"], licence["data_source_e"]) = (json!("driver_license"), json!("barcode"));
    licence["raw_barcode_required"] = json!(true);
    app.post("/idv/requirements", licence).await.ok();
    let listed = app.ask("/idv/requirements?data_source_e=barcode").await.ok();
    assert_eq!(listed["requirements"].as_array().unwrap().len(), 1);
    assert_eq!(verify().await["verified"], true);

    for (name, bad) in [
        ("type_e", json!("boat")),
        ("data_source_e", json!("rumour")),
        ("city_required", json!("yes")),
        ("x", json!(1)),
    ] {
        let mut wrong = passport.clone();
        wrong[name] = bad;
        assert_eq!(app.post("/idv/requirements", wrong).await.refused(400, "invalid_request"), [name]);
    }
    let fields = app.ask("/idv/requirements?type_e=boat").await.refused(400, "invalid_request");
    assert_eq!(fields, ["type_e"]);
}

async fn webhooks_are_registered(app: &App) {
    for n in 0..3 {
        let new = json!({"name": format!("hook {n}"), "url": format!("https://example.com/{n}")});
        let made = app.post("/webhook/create", new).await.ok();
        assert!(made["secret"].as_str().unwrap().starts_with("whsec_"), "shown once: {made}");
        app.clock.advance(1);
    }
    let own = json!({"name": "mine", "url": "https://example.com/mine", "client_id": app.client_id});
    app.post("/webhook/create", own).await.ok();
    let names = async |filter: Value| -> Vec<String> {
        let list = app.post("/webhook/list", filter).await.ok();
        let all = list["webhooks"].as_array().unwrap().iter();
        all.map(|w| w["name"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names(json!({"take": 2})).await, ["mine", "hook 2"], "newest first");
    assert_eq!(names(json!({"search_term": "HOOK", "skip": 2})).await, ["hook 0"]);
    assert_eq!(names(json!({"client_id": app.client_id})).await, ["mine"]);
    let list = app.post("/webhook/list", json!({"take": 1})).await.ok();
    assert_eq!(list["statistics"]["total"], 4);
    let id = list["webhooks"][0]["id"].clone();
    let (client, token) = app.new_tenant("second").await;
    let delete = json!({"id": id});
    app.post_as(&client, &token, "/webhook/delete", delete.clone()).await.refused(404, "not_found");
    app.post("/webhook/delete", delete.clone()).await.ok();
    app.post("/webhook/delete", delete).await.refused(404, "not_found");
    assert_eq!(names(json!({})).await.len(), 3);
    for (field, bad) in [
        ("url", json!({"name": "x", "url": "ftp://example.com/"})),
        ("url", json!({"name": "x", "url": "nowhere"})),
        ("name", json!({"name": "", "url": "https://example.com/"})),
    ] {
        assert_eq!(app.post("/webhook/create", bad).await.refused(400, "invalid_request"), [field]);
    }
    let foreign = json!({"name": "x", "url": "https://example.com/", "client_id": "nobody"});
    app.post("/webhook/create", foreign).await.refused(404, "not_found");
}
