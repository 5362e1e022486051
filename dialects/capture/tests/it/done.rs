//! Handing in, and what comes after it.

use axum::http::Method;
use bonafide_core::{evidence::EvidenceKind, step::StepKind, verification::Status};
use bonafide_engine::{jobs, verifications::NewVerification};
use bonafide_testkit::on_both;
use serde_json::{Value, json};

use crate::{
    data,
    support::{App, Device, sample, step},
};

const USUAL: [StepKind; 2] = [StepKind::Document, StepKind::BiometricFace];

on_both!(
    requirement_04_after_handing_in_everything_is_gone,
    what_was_poor_is_wanted_again,
    requirement_13_withdrawing_destroys_the_face,
);

/// Whatever a device can ask for but the exchange and handing in.
async fn everything_is_gone(app: &App, device: &Device) {
    let operations = bonafide_capture::DIALECT.routes(&Default::default()).operations;
    for operation in operations.iter().filter(|op| op.scopes.is_some()) {
        if operation.path == "/capture/session/submit" {
            continue;
        }
        let path = operation.path.replace("{kind}", "person");
        let method: Method = operation.method.parse().unwrap();
        let body = (method != Method::GET).then(|| json!({}));
        app.ask(method, &device.token, &path, body).await.refused(410, "gone");
    }
}

async fn captured(app: &App, device: &Device) {
    app.picture(device, "document/front", &[("document_type", "passport")], Some(&sample("passport.jpg")))
        .await
        .ok();
    app.face(device).await.ok();
}

async fn requirement_04_after_handing_in_everything_is_gone(app: &App) {
    let device = app.consented(&USUAL).await;
    let missing = app.post(&device, "/capture/session/submit", json!({})).await.refused(409, "incomplete");
    assert_eq!(missing, ["document", "biometric_face"]);
    captured(app, &device).await;
    assert_eq!(app.session(&device).await["next"], "submit");
    assert_eq!(app.submit(&device).await.ok(), json!({"outcome": "done", "steps": []}));
    assert_eq!(app.view(device.session).await.status, Status::Approved);
    everything_is_gone(app, &device).await;
    app.post(&device, "/capture/session/submit", json!({})).await.refused(410, "gone");
    let link = bonafide_engine::capture::link(app.engine(), &app.maker, device.session).await;
    assert!(matches!(link, Err(bonafide_engine::Error::Gone(_))));
}

/// While the checks run a device may ask what comes of them, and nothing else.
#[tokio::test(flavor = "multi_thread")]
async fn the_result_is_waited_for() {
    let app = App::impatient().await;
    let device = app.consented(&USUAL).await;
    captured(&app, &device).await;
    for _ in 0..2 {
        let later = app.post(&device, "/capture/session/submit", json!({})).await;
        assert_eq!(later.headers["retry-after"], "5");
        later.refused(503, "processing");
    }
    everything_is_gone(&app, &device).await;
    jobs::run_pending(app.engine()).await.unwrap();
    let view = app.view(device.session).await;
    assert_eq!(view.status, Status::Approved);
    let handed_in = view.history.iter().filter(|line| line.event == "processing").count();
    assert_eq!(handed_in, 1, "asking again is no new attempt");
}

async fn what_was_poor_is_wanted_again(app: &App) {
    let poor = json!({"sandbox": {
        "document": "blurry", "face": "clear", "liveness": "clear", "screening": "clear",
    }});
    let new = NewVerification {
        steps: vec![StepKind::Document, StepKind::Person, StepKind::BiometricFace],
        settings: poor,
        ..NewVerification::default()
    };
    let device = app.device_of(app.created_with(new).await).await;
    app.post(&device, "/capture/session/consent", json!({"given": true})).await.ok();
    captured(app, &device).await;
    app.put(&device, "person", data::person()).await.ok();
    let again = app.submit(&device).await.ok();
    assert_eq!(again["outcome"], "again", "{again:#}");
    let steps = again["steps"].as_array().unwrap();
    assert_eq!(steps.len(), 1, "{again:#}");
    assert_eq!((&steps[0]["kind"], &steps[0]["state"]), (&json!("document"), &json!("returned")));
    assert_eq!(
        (&steps[0]["wanted"][0]["part"], &steps[0]["pictures"]),
        (&json!("document_front"), &json!([]))
    );
    let reason = &steps[0]["wanted"][0]["reasons"][0];
    assert_eq!(reason["code"], "too_blurry");
    assert!(reason["message"].as_str().is_some_and(|message| !message.is_empty()));
    let session = app.session(&device).await;
    assert_eq!((&session["status"], &session["next"]), (&json!("retry_required"), &json!("document")));
    assert_eq!(step(&session, "person")["state"], "submitted", "the rest stays");
    // Asking again without anything new comes to the same.
    assert_eq!(app.submit(&device).await.ok(), again);
    app.picture(&device, "document/front", &[], Some(&sample("passport.jpg"))).await.ok();
    assert_eq!(app.session(&device).await["next"], "submit");
}

async fn requirement_13_withdrawing_destroys_the_face(app: &App) {
    let device = app.consented(&USUAL).await;
    captured(app, &device).await;
    // Taken twice: the first one is kept beside the second.
    app.face(&device).await.ok();
    let faces = |kind: EvidenceKind| matches!(kind, EvidenceKind::Selfie | EvidenceKind::LivenessFrame);
    let files = || {
        let folder = app.folder().join("blobs");
        let all = std::fs::read_dir(folder).unwrap().flatten().filter(|entry| entry.path().is_dir());
        all.flat_map(|entry| std::fs::read_dir(entry.path()).unwrap()).count()
    };
    assert!(app.view(device.session).await.given.iter().any(|given| faces(given.kind)));
    assert_eq!(files(), 5, "a document, and twice a selfie and a frame");
    let answer = app.post(&device, "/capture/session/withdraw", json!({})).await;
    assert_eq!((answer.status.as_u16(), answer.body), (204, Value::Null));
    jobs::run_pending(app.engine()).await.unwrap();
    assert_eq!(files(), 1, "the document alone");
    let view = app.view(device.session).await;
    assert_eq!(view.status, Status::Canceled);
    assert!(view.given.iter().all(|given| !faces(given.kind)) && !view.given.is_empty());
    assert!(view.history.iter().any(|line| line.event == "consent_withdrawn"), "{:?}", view.history);
    everything_is_gone(app, &device).await;
}
