//! Handing in once and again.

use bonafide_core::{
    document::{DocumentType, Side},
    evidence::Position,
    id::VerificationId,
    recapture::Capture,
    verification::Status,
};
use bonafide_engine::{
    Error,
    evidence::{self, Picture},
    jobs,
    verifications::{self, View},
};
use bonafide_testkit::{data::sample, on_both};
use serde_json::json;

use crate::support::App;

on_both!(
    two_at_once_are_one_attempt,
    asking_again_waits_and_then_comes_to_the_same_result,
    nothing_new_is_no_new_attempt,
    other_settings_are_not_ignored,
    whose_time_runs_out_while_they_are_checked_is_not_waited_for,
);

async fn submit(app: &App, id: VerificationId) {
    verifications::submit(&app.engine, &app.caller, id, None).await.unwrap();
}

async fn judged(app: &App, id: VerificationId) -> View {
    jobs::run_pending(&app.engine).await.unwrap();
    verifications::read(&app.engine, &app.caller, id).await.unwrap()
}

/// Submissions that the history tells of.
fn attempts(view: &View) -> usize {
    view.history.iter().filter(|line| line.event == "processing").count()
}

async fn front(app: &App, id: VerificationId) {
    let position = Position { latitude: 45.5, longitude: -73.6 };
    let picture = Picture { field: "image".into(), bytes: std::fs::read(sample("passport.jpg")).unwrap() };
    evidence::accept_document(&app.engine, &app.caller, id, Side::Front, picture, position).await.unwrap();
}

async fn two_at_once_are_one_attempt(app: &App) {
    let app = app.sandbox().await;
    for _ in 0..5 {
        let id = app.captured(&[]).await;
        let hand_in = || async {
            let (engine, caller) = (app.engine.clone(), app.caller.clone());
            tokio::spawn(async move { verifications::submit(&engine, &caller, id, None).await })
                .await
                .unwrap()
        };
        let all = tokio::join!(hand_in(), hand_in(), hand_in(), hand_in());
        assert!(all.0.is_ok() && all.1.is_ok() && all.2.is_ok() && all.3.is_ok(), "{all:?}");
        let view = judged(&app, id).await;
        assert_eq!((view.status, attempts(&view)), (Status::Approved, 1));
    }
}

async fn asking_again_waits_and_then_comes_to_the_same_result(app: &App) {
    let app = app.sandbox().await;
    for (steps, expected) in [
        (&[][..], Status::Approved),
        (&[("face", "mismatch")], Status::Declined),
        (&[("decision", "review")], Status::ReviewRequired),
    ] {
        let id = app.captured(steps).await;
        submit(&app, id).await;
        submit(&app, id).await;
        let first = judged(&app, id).await;
        submit(&app, id).await;
        let wait = verifications::wait(&app.engine, &app.caller, id).await.unwrap();
        let again = judged(&app, id).await;
        assert_eq!((wait, first.status, again.status, attempts(&again)), (expected, expected, expected, 1));
        assert_eq!((first.judged_at, first.score), (again.judged_at, again.score));
    }
    // What never came to a result has none.
    let id = app.captured(&[]).await;
    verifications::delete(&app.engine, &app.caller, id).await.unwrap();
    assert!(verifications::submit(&app.engine, &app.caller, id, None).await.is_err());
}

async fn nothing_new_is_no_new_attempt(app: &App) {
    let app = app.sandbox().await;
    let id = app.captured(&[("liveness", "too_dark")]).await;
    for _ in 0..6 {
        submit(&app, id).await;
        let view = judged(&app, id).await;
        assert_eq!((view.status, attempts(&view)), (Status::RetryRequired, 1));
        assert!(view.has(Capture::DocumentFront) && !view.has(Capture::Liveness));
        assert_eq!(view.wanted.len(), 1, "{:?}", view.wanted);
        assert_eq!(view.wanted[0].capture, Capture::Liveness);
        assert!(view.wanted[0].reasons.iter().all(|r| r.code.is_capture() && !r.detail.is_empty()));
    }
    // Saying the same of the document again is nothing new either; a new picture is, and so is another word.
    let same = DocumentType::Unknown;
    verifications::set_document_type(&app.engine, &app.caller, id, same).await.unwrap();
    submit(&app, id).await;
    assert_eq!(attempts(&judged(&app, id).await), 1);
    front(&app, id).await;
    submit(&app, id).await;
    assert_eq!(attempts(&judged(&app, id).await), 2);
    verifications::set_document_type(&app.engine, &app.caller, id, DocumentType::Visa).await.unwrap();
    submit(&app, id).await;
    let view = judged(&app, id).await;
    assert_eq!((view.status, attempts(&view)), (Status::ReviewRequired, 3), "the attempts are used up");
}

async fn other_settings_are_not_ignored(app: &App) {
    let app = app.sandbox().await;
    let id = app.captured(&[]).await;
    let settings = json!({"sandbox": {"document": "clear", "face": "clear", "liveness": "clear"}});
    let hand_in = async |settings| verifications::submit(&app.engine, &app.caller, id, Some(settings)).await;
    hand_in(settings.clone()).await.unwrap();
    for _ in 0..2 {
        hand_in(settings.clone()).await.unwrap();
        submit(&app, id).await;
        let other = hand_in(json!({"sandbox": {"face": "mismatch"}})).await;
        assert!(matches!(other, Err(Error::Conflict { code: "already_finalized", .. })), "{other:?}");
        assert_eq!(attempts(&judged(&app, id).await), 1);
    }
}

async fn whose_time_runs_out_while_they_are_checked_is_not_waited_for(app: &App) {
    let app = app.sandbox().await;
    let id = app.captured(&[("liveness", "too_dark")]).await;
    submit(&app, id).await;
    // The timer is done with before the checks are: it finds nothing that it may end.
    app.clock.advance(8 * 86_400_000);
    assert_eq!(judged(&app, id).await.status, Status::Expired);
}
