//! The addresses for events, and one message from end to end. How messages are delivered is tested in the engine.

use bonafide_courier::sign;
use bonafide_engine::deliver::run_pending;
use bonafide_testkit::{
    on_both,
    receiver::{Received, Receiver},
};
use serde_json::{Value, json};

use crate::support::App;

on_both!(
    webhooks_are_registered,
    what_happens_is_told_signed_and_numbered,
    an_address_given_per_verification_is_judged_and_not_listed,
);

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

fn is_signed_with(message: &Received, secret: &str) -> bool {
    let at = message.headers["webhook-timestamp"].parse().unwrap();
    let right = sign::standard(message.id(), at, message.body.as_bytes(), &[secret]).unwrap();
    message.headers["webhook-signature"].split(' ').any(|signature| signature == right)
}

async fn what_happens_is_told_signed_and_numbered(app: &App) {
    let receiver = Receiver::start().await;
    let made = app.post("/webhook/create", json!({"name": "a", "url": receiver.url})).await.ok();
    let secret = made["secret"].as_str().unwrap();
    let session = app.consented().await;
    app.clock.advance(1000);
    app.post("/idv/session/delete", json!({"session_id": session})).await.ok();
    run_pending(&app.engine).await.unwrap();
    let received = receiver.received();
    let mut told: Vec<(i64, String)> = received
        .iter()
        .filter(|r| r.json()["session_id"] == session.as_str())
        .map(|r| (r.json()["sequence"].as_i64().unwrap(), r.json()["type"].as_str().unwrap().to_owned()))
        .collect();
    told.sort();
    let names = ["created", "started", "canceled", "anonymized"].map(|n| format!("idv.session.{n}"));
    assert_eq!(told, (1..).zip(names).collect::<Vec<_>>());
    for message in &received {
        assert!(is_signed_with(message, secret), "{message:?}");
        assert!(!is_signed_with(message, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"));
        assert_eq!(message.headers["content-type"], "application/json");
        assert_eq!(format!("evt_{}", message.json()["id"].as_str().unwrap()), message.id());
    }
    // Nothing is sent twice.
    assert_eq!(run_pending(&app.engine).await.unwrap(), 0);
}

async fn an_address_given_per_verification_is_judged_and_not_listed(app: &App) {
    let created = |url: &str| app.post("/idv/session/create", json!({"webhook_url": url}));
    created("https://example.com/of/this").await.ok();
    assert_eq!(app.post("/webhook/list", json!({})).await.ok()["webhooks"], json!([]));
    let fields = created("http://10.0.0.1/hooks").await.refused(400, "invalid_request");
    assert_eq!(fields, ["webhook_url"]);
}
