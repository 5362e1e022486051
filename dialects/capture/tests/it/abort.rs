//! A person who cannot go on.

use axum::http::Method;
use bonafide_core::{attempt::AttemptStatus, finding::Code, id::VerificationId, step::StepKind};
use bonafide_engine::{
    attempts::{self, NewAttempt},
    verifications,
};
use bonafide_testkit::on_both;
use serde_json::json;

use crate::support::{App, Device};

on_both!(every_reason_ends_an_attempt, without_attempts_the_session_goes_on, what_is_no_reason_is_refused);

const ABORT: &str = "/capture/session/abort";

impl App {
    /// The device of somebody who opened the link of a new attempt.
    async fn at_an_attempt(&self, session: VerificationId) -> Device {
        let made = attempts::create(self.engine(), &self.maker, session, NewAttempt::default()).await;
        let url = made.unwrap().url.unwrap();
        let exchanged = self.exchange(url.rsplit_once('#').unwrap().1).await.ok();
        Device { token: exchanged["token"].as_str().unwrap().to_owned(), session }
    }

    async fn last_attempt(&self, session: VerificationId) -> (AttemptStatus, Vec<Code>) {
        let last = attempts::latest(self.engine(), &self.maker, session).await.unwrap().unwrap();
        (last.status, last.reasons)
    }
}

async fn every_reason_ends_an_attempt(app: &App) {
    let session = app.created(&[StepKind::Document, StepKind::BiometricFace]).await;
    for (reason, why) in [
        ("camera_refused", Code::CameraRefused),
        ("camera_not_found", Code::CameraNotFound),
        ("browser_not_supported", Code::BrowserNotSupported),
        ("connection", Code::ConnectionPoor),
        ("no_document", Code::NoDocumentAtHand),
        ("not_ready", Code::NotReady),
        ("dropped", Code::CaptureDropped),
    ] {
        let device = app.at_an_attempt(session).await;
        app.post(&device, "/capture/session/consent", json!({"given": true})).await.ok();
        let answer = app.post(&device, ABORT, json!({ "reason": reason })).await;
        assert_eq!(answer.status, 204, "{reason}: {}", answer.body);
        assert_eq!(app.last_attempt(session).await, (AttemptStatus::CaptureAborted, vec![why.clone()]));
        assert_eq!(verifications::reasons(app.engine(), &app.maker, session).await.unwrap(), [why]);
        // Its device is good for nothing more.
        app.ask(Method::GET, &device.token, "/capture/session", None).await.refused(410, "gone");
        app.post(&device, ABORT, json!({ "reason": reason })).await.refused(410, "gone");
    }
    // The person goes on with the next one where they were.
    let device = app.at_an_attempt(session).await;
    let read = app.session(&device).await;
    assert_eq!((&read["status"], &read["next"]), (&json!("capturing"), &json!("document")));
}

async fn without_attempts_the_session_goes_on(app: &App) {
    let device = app.consented(&[StepKind::Person]).await;
    assert_eq!(app.post(&device, ABORT, json!({"reason": "not_ready"})).await.status, 204);
    assert_eq!(app.session(&device).await["next"], "person");
    let history = app.view(device.session).await.history;
    let noted = history.last().unwrap();
    assert_eq!((noted.event.as_str(), &noted.detail), ("capture_aborted", &json!({"reason": "not_ready"})));
}

async fn what_is_no_reason_is_refused(app: &App) {
    let session = app.created(&[StepKind::Person]).await;
    let device = app.at_an_attempt(session).await;
    for (body, field) in [
        (json!({}), "reason"),
        (json!({"reason": "bored"}), "reason"),
        (json!({"reason": null}), "reason"),
        (json!({"reason": "dropped", "why": "rain"}), "why"),
    ] {
        let mut fields = app.post(&device, ABORT, body).await.refused(400, "invalid_request");
        // Null is of no type that fits, and none of the words.
        fields.dedup();
        assert_eq!(fields, [field]);
    }
    assert_eq!(app.last_attempt(session).await, (AttemptStatus::CaptureInProgress, vec![]));
}
