//! A person pauses, their phone dies, the server is stopped: they go on where they were.

use axum::http::Method;
use bonafide_core::step::StepKind;
use bonafide_testkit::on_both;
use serde_json::{Value, json};

use crate::{
    data,
    support::{App, sample, step},
};

on_both!(a_draft_is_kept_as_it_is);

async fn a_draft_is_kept_as_it_is(app: &App) {
    let device = app.consented(&[StepKind::Person, StepKind::Document]).await;
    let draft = async |kind: &str, body: Value| {
        app.ask(Method::PUT, &device.token, &format!("/capture/steps/{kind}/draft"), Some(body)).await
    };
    // Nothing of it is judged.
    let half = json!({"last_name": "Hyth", "birth_date": "1978-", "page": {"field": 3}});
    assert_eq!(draft("person", half.clone()).await.status, 204);
    let session = app.session(&device).await;
    let person = step(&session, "person");
    assert_eq!(
        (&person["state"], &person["draft"], &person["data"]),
        (&json!("in_progress"), &half, &Value::Null)
    );
    assert_eq!(session["next"], "person");
    assert_eq!(draft("person", json!({"note": "x".repeat(65_000)})).await.status, 204);
    draft("person", json!({"note": "x".repeat(66_000)})).await.refused(400, "invalid_request");
    draft("person", json!(["no object"])).await.refused(400, "invalid_request");
    draft("document", json!({})).await.refused(409, "no_draft_of_pictures");
    draft("financial", json!({})).await.refused(409, "step_not_asked_for");
    // Given, the step needs no draft; begun anew, it has one again and still what was given.
    let session = app.put(&device, "person", data::person()).await.ok();
    assert_eq!((&step(&session, "person")["draft"], &session["next"]), (&Value::Null, &json!("document")));
    draft("person", half.clone()).await.ok();
    let session = app.session(&device).await;
    assert_eq!((&step(&session, "person")["draft"], &session["next"]), (&half, &json!("person")));
    let missing = app.post(&device, "/capture/session/submit", json!({})).await.refused(409, "incomplete");
    assert_eq!(missing, ["document", "person"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_process_goes_on() {
    let mut app = App::start("sqlite").await;
    let steps = [StepKind::Document, StepKind::Person, StepKind::Contact, StepKind::BiometricFace];
    let device = app.consented(&steps).await;
    app.picture(&device, "document/front", &[("document_type", "passport")], Some(&sample("passport.jpg")))
        .await
        .ok();
    app.put(&device, "person", data::person()).await.ok();
    let to = json!({"channel": "email", "to": "raphael@example.com"});
    app.post(&device, "/capture/steps/contact/code", to).await.ok();
    let code = app.code();
    let draft = json!({"email": "raph"});
    app.ask(Method::PUT, &device.token, "/capture/steps/contact/draft", Some(draft)).await.ok();
    let before = app.session(&device).await;
    app.restart().await;
    assert_eq!(app.session(&device).await, before, "the same token, the same state");
    assert_eq!(before["next"], "contact");
    // The code of before is good, and so is everything that was given.
    let confirm = json!({"channel": "email", "code": code});
    app.post(&device, "/capture/steps/contact/code/confirm", confirm).await.ok();
    app.put(&device, "contact", json!({"email": "raphael@example.com"})).await.ok();
    app.post(&device, "/capture/steps/biometric_face/challenge", json!({})).await.ok();
    app.restart().await;
    assert_eq!(app.session(&device).await["next"], "biometric_face");
    app.face(&device).await.ok();
    assert_eq!(app.submit(&device).await.ok(), json!({"outcome": "done", "steps": []}));
}

#[tokio::test(flavor = "multi_thread")]
async fn another_device_goes_on() {
    let app = App::start("sqlite").await;
    let device = app.consented(&[StepKind::Person, StepKind::Location]).await;
    app.put(&device, "person", data::person()).await.ok();
    let taken = app.exchange(&app.link(device.session).await).await.ok();
    app.ask(Method::GET, &device.token, "/capture/session", None).await.refused(410, "gone");
    let token = taken["token"].as_str().unwrap();
    let session = app.ask(Method::GET, token, "/capture/session", None).await.ok();
    assert_eq!(
        (&session["next"], &step(&session, "person")["state"]),
        (&json!("location"), &json!("submitted"))
    );
}
