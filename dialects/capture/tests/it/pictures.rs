//! Pictures of the document, of the face and of papers.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use bonafide_core::{document::DocumentType, policy::LivenessMode, step::StepKind};
use bonafide_engine::verifications::NewVerification;
use bonafide_testkit::on_both;
use serde_json::{Value, json};

use crate::support::{App, sample, step};

on_both!(a_document_is_taken_side_by_side, papers_of_an_estate_are_taken);

async fn a_document_is_taken_side_by_side(app: &App) {
    let device = app.device(&[StepKind::Document]).await;
    let (front, back) = (sample("card_front.jpg"), sample("card_back.jpg"));
    app.picture(&device, "document/front", &[], Some(&front)).await.refused(409, "consent_required");
    app.post(&device, "/capture/session/consent", json!({"given": true})).await.ok();
    type Case<'a> = (&'a [(&'a str, &'a str)], Option<&'a [u8]>, &'a [&'a str]);
    #[rustfmt::skip]
    let wrong: [Case<'_>; 9] = [
        (&[], None, &["image"]),
        (&[], Some(b""), &["image"]),
        (&[], Some(b"GIF89a, or so it says"), &["image"]),
        (&[("document_type", "library_card")], Some(&front), &["document_type"]),
        (&[("latitude", "45.5")], Some(&front), &["longitude"]),
        (&[("latitude", "91"), ("longitude", "0")], Some(&front), &["latitude"]),
        (&[("latitude", "north"), ("longitude", "0")], Some(&front), &["latitude"]),
        (&[("latitude", "1e1"), ("longitude", "0")], Some(&front), &["latitude"]),
        (&[("session", "x")], Some(&front), &["session"]),
    ];
    for (texts, image, fields) in wrong {
        let named =
            app.picture(&device, "document/front", texts, image).await.refused(400, "invalid_request");
        assert_eq!(named, fields, "{texts:?}");
    }
    assert_eq!(app.session(&device).await["next"], "document");
    let said = [("document_type", "identification_card"), ("latitude", "45.5"), ("longitude", "-73.6")];
    let session = app.picture(&device, "document/front", &said, Some(&front)).await.ok();
    assert_eq!(
        (&session["next"], &step(&session, "document")["state"]),
        (&json!("submit"), &json!("in_progress"))
    );
    let session = app.picture(&device, "document/back", &[], Some(&back)).await.ok();
    assert_eq!(step(&session, "document")["pictures"], json!(["document_front", "document_back"]));
    // A better one takes its place, and is no third one.
    let session = app.picture(&device, "document/back", &[], Some(&back)).await.ok();
    assert_eq!(step(&session, "document")["pictures"].as_array().unwrap().len(), 2);
    assert_eq!(app.view(device.session).await.document_type, DocumentType::IdentificationCard);
    // Nothing that was read is shown to the device.
    assert_eq!(step(&session, "document")["data"], Value::Null);
}

async fn papers_of_an_estate_are_taken(app: &App) {
    let device = app.consented(&[StepKind::Estate]).await;
    let paper = sample("card_front.jpg");
    assert_eq!(
        app.picture(&device, "estate/death_certificate", &[], None).await.refused(400, "invalid_request"),
        ["image"]
    );
    let two = [("latitude", "1")];
    let named = app
        .picture(&device, "estate/proof_of_authority", &two, Some(&paper))
        .await
        .refused(400, "invalid_request");
    assert_eq!(named, ["latitude"]);
    let session = app.picture(&device, "estate/death_certificate", &[], Some(&paper)).await.ok();
    assert_eq!(
        (&session["next"], &step(&session, "estate")["state"]),
        (&json!("estate"), &json!("in_progress"))
    );
    let session = app.put(&device, "estate", crate::data::estate()).await.ok();
    assert_eq!(session["next"], "estate", "a paper is missing");
    let missing = app.post(&device, "/capture/session/submit", json!({})).await.refused(409, "incomplete");
    assert_eq!(missing, ["estate.proof_of_authority"]);
    let session = app.picture(&device, "estate/proof_of_authority", &[], Some(&paper)).await.ok();
    assert_eq!(step(&session, "estate")["pictures"], json!(["death_certificate", "proof_of_authority"]));
    assert_eq!(session["next"], "submit");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_face_answers_its_movements() {
    let app = App::start("sqlite").await;
    let new = NewVerification {
        steps: vec![StepKind::BiometricFace],
        liveness_mode: LivenessMode::PassiveActive,
        ..NewVerification::default()
    };
    let device = app.device_of(app.created_with(new).await).await;
    let (open, answer) = ("/capture/steps/biometric_face/challenge", "/capture/steps/biometric_face");
    app.post(&device, open, json!({})).await.refused(409, "consent_required");
    app.post(&device, "/capture/session/consent", json!({"given": true})).await.ok();
    let selfie = BASE64_STANDARD.encode(sample("selfie.jpg"));
    let frames = |steps: &[Option<u32>]| -> Value {
        let frame = |(i, step): (usize, &Option<u32>)| match step {
            Some(step) => json!({"image": selfie, "step": step, "at_ms": 500 * i}),
            None => json!({"image": format!("data:image/jpeg;base64,{selfie}"), "at_ms": 500 * i}),
        };
        json!({"frames": steps.iter().enumerate().map(frame).collect::<Vec<_>>()})
    };
    let straight = || frames(&[None]);
    app.post(&device, answer, straight()).await.refused(409, "no_liveness_session");
    assert_eq!(
        app.post(&device, open, json!({"latitude": 1})).await.refused(400, "invalid_request"),
        ["longitude"]
    );
    let asked = app.post(&device, open, json!({"latitude": 45.5, "longitude": -73.6})).await.ok();
    let movements: Vec<&str> =
        asked["movements"].as_array().unwrap().iter().map(|m| m["movement"].as_str().unwrap()).collect();
    assert!(asked["movements"][0]["instruction"].as_str().is_some_and(|text| text.ends_with('.')));
    assert_eq!((movements.len(), &asked["expires_at"]), (4, &json!("2026-06-01T12:05:00.000Z")));
    let session = app.session(&device).await;
    assert_eq!(step(&session, "biometric_face")["movements"], json!(movements));
    for (body, field) in [
        (json!({}), "frames"),
        (json!({"frames": []}), "frames"),
        (json!({"frames": vec![json!({"image": "x"}); 17]}), "frames"),
        (json!({"frames": [{"image": "no base64!"}]}), "frames.0.image"),
        (
            json!({"frames": [{"image": BASE64_STANDARD.encode("no picture")}, {"image": selfie, "step": 4}]}),
            "frames.1.step",
        ),
        (json!({"frames": [{"image": selfie, "at_ms": -1}]}), "frames.0.at_ms"),
        (json!({"frames": [{"image": selfie, "name": "x"}]}), "frames.0.name"),
        (straight(), "frames"),
        (frames(&[None, Some(0), Some(1), Some(2)]), "frames"),
    ] {
        let named = app.post(&device, answer, body).await.refused(400, "invalid_request");
        assert!(named.iter().any(|named| named == field), "{field}: {named:?}");
    }
    let all = frames(&[None, Some(0), Some(1), Some(2), Some(3)]);
    let session = app.post(&device, answer, all.clone()).await.ok();
    let face = step(&session, "biometric_face");
    assert_eq!(
        (&session["next"], &face["pictures"], &face["movements"]),
        (&json!("submit"), &json!(["selfie"]), &Value::Null)
    );
    app.post(&device, answer, all).await.refused(409, "no_liveness_session");
    // Too late.
    app.post(&device, open, json!({})).await.ok();
    app.clock().advance(301_000);
    app.post(&device, answer, straight()).await.refused(409, "no_liveness_session");
}
