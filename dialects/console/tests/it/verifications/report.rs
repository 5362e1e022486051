//! The report of a verification: there from the decision on, for whoever may read, and gone with the person.

use axum::http::StatusCode;
use bonafide_core::{id::VerificationId, verification::Status};
use bonafide_engine::verifications;
use bonafide_store::audit;
use serde_json::json;

use crate::support::App;

fn path(id: VerificationId) -> String {
    format!("/console/verifications/{id}/report")
}

fn holds(file: &[u8], wanted: &str) -> bool {
    file.windows(wanted.len()).any(|part| part == wanted.as_bytes())
}

#[tokio::test(flavor = "multi_thread")]
async fn there_is_a_report_of_what_was_decided() {
    let app = &App::start("sqlite").await;
    let waiting = app.waiting().await;
    app.get(&path(waiting)).await.refused(404, "not_found");
    app.get(&path(app.created().await)).await.refused(404, "not_found");
    assert!(!app.events(waiting).await.0.contains(&"verification.report_created".to_owned()));
    app.review(&app.key, waiting, json!({"verdict": "decline", "reason": "not_the_holder"})).await.ok();
    let (events, _) = app.events(waiting).await;
    assert_eq!(events.last().map(String::as_str), Some("verification.report_created"));

    for id in [waiting, app.decided(&[]).await] {
        let answer = app.get(&path(id)).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        assert_eq!(answer.headers["content-type"], "application/pdf");
        assert!(answer.bytes.starts_with(b"%PDF-1.7"));
        assert!(holds(&answer.bytes, &format!("Report of verification {id}")));
        assert!(holds(&answer.bytes, "/DCTDecode"), "its pictures are in it");
        // The same again, to the last byte.
        assert_eq!(app.get(&path(id)).await.bytes, answer.bytes);
    }
    app.get_as(&app.new_key("verifications:write").await, &path(waiting))
        .await
        .refused(403, "insufficient_scope");
    app.get_as(&app.stranger().await, &path(waiting)).await.refused(404, "not_found");

    // A decision that was taken back has none.
    app.post(&format!("/console/verifications/{waiting}/reopen"), json!({"reason": "new_information"}))
        .await
        .ok();
    app.get(&path(waiting)).await.refused(404, "not_found");

    let mut tx = app.db.read().await.unwrap();
    let log = audit::list(&mut tx, app.maker.organization, 0, 1000).await.unwrap();
    drop(tx);
    let taken: Vec<_> = log.iter().filter(|e| e.action == "verification.report_read").collect();
    assert_eq!(taken.len(), 4, "refused ones showed nothing");
    assert!(taken.iter().all(|e| e.actor.starts_with("credential:")));
    assert!(!app.history(waiting).await.contains(&"report_read".to_owned()), "reading changes nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_reported_of_who_was_forgotten() {
    let app = &App::start("sqlite").await;
    let id = app.decided(&[]).await;
    app.get(&path(id)).await.ok();
    verifications::anonymize(&app.engine, &app.maker, id).await.unwrap();
    app.get(&path(id)).await.refused(404, "not_found");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_who_was_really_looked_at_has_a_report() {
    let app = &App::looking().await;
    let id = app.decided(&[]).await;
    if !matches!(app.status(id).await, Status::Approved | Status::Declined) {
        app.review(&app.key, id, json!({"verdict": "approve", "reason": "evidence_in_order"})).await.ok();
    }
    let answer = app.get(&path(id)).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    // Portrait, selfie and the page of the passport.
    let pictures = answer.bytes.windows(10).filter(|part| part == b"/DCTDecode").count();
    assert_eq!(pictures, 3);
    if let Some(folder) = std::env::var_os("REPORT_FOLDER") {
        std::fs::write(std::path::Path::new(&folder).join("looked_at.pdf"), &answer.bytes).unwrap();
    }
}
