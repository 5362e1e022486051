//! Decisions of humans, many at once.

use bonafide_core::{
    event::EventType,
    evidence::Position,
    recapture::Capture,
    review::{Grounds, Verdict},
    verification::Status,
};
use bonafide_engine::{
    Caller, Error, events, evidence, jobs, reviews,
    verifications::{self, NewVerification},
};
use bonafide_testkit::on_both;

use crate::support::App;

on_both!(
    requirement_17_of_a_hundred_decisions_at_once_one_counts,
    requirement_13_who_never_consented_is_not_asked_again,
);

async fn requirement_17_of_a_hundred_decisions_at_once_one_counts(app: &App) {
    let app = app.sandbox().await;
    let id = app.captured(&[("decision", "review")]).await;
    verifications::submit(&app.engine, &app.caller, id, None).await.unwrap();
    jobs::run_pending(&app.engine).await.unwrap();
    let reviewer = Caller { scopes: "verifications reviews".to_owned(), ..app.caller.clone() };
    let seen = reviews::last_decision(&app.engine, &reviewer, id).await.unwrap();
    let decide = |n: u32| {
        let (engine, reviewer, seen) = (app.engine.clone(), reviewer.clone(), seen.clone());
        let (verdict, grounds) = match n % 2 {
            0 => (Verdict::Approve, Grounds::EvidenceInOrder),
            _ => (Verdict::Decline, Grounds::NotTheHolder),
        };
        tokio::spawn(async move {
            let said = reviews::Saying { verdict, grounds, note: None, captures: &[], seen: seen.as_deref() };
            reviews::review(&engine, &reviewer, id, &said).await
        })
    };
    let all: Vec<_> = (0..100).map(decide).collect();
    let mut decided = vec![];
    for one in all {
        match one.await.unwrap() {
            Ok(said) => decided.push(said.status),
            Err(error) => assert!(matches!(error, Error::Conflict { .. }), "{error:?}"),
        }
    }
    let [status] = decided[..] else { panic!("{} decisions counted", decided.len()) };
    let view = verifications::read(&app.engine, &app.caller, id).await.unwrap();
    assert_eq!(view.status, status);
    let lines: Vec<&str> = view.history.iter().map(|line| line.event.as_str()).collect();
    let ends = [Status::Approved.as_str(), Status::Declined.as_str()];
    assert_eq!(lines.iter().filter(|line| ends.contains(line)).count(), 1, "{lines:?}");
    let told = events::Filter { limit: 200, ..events::Filter::default() };
    let told = events::list(&app.engine, &app.caller, &told).await.unwrap();
    let of_ends = [EventType::VerificationApproved, EventType::VerificationDeclined];
    let told = told.iter().filter(|event| event.kind.known().is_some_and(|kind| of_ends.contains(&kind)));
    assert_eq!(told.count(), 1, "it is told once");
}

async fn requirement_13_who_never_consented_is_not_asked_again(app: &App) {
    let app = app.sandbox().await;
    let id = verifications::create(&app.engine, &app.caller, NewVerification::default()).await.unwrap();
    let reviewer = Caller { scopes: "verifications reviews".to_owned(), ..app.caller.clone() };
    let said = |verdict, captures, seen| reviews::Saying {
        verdict,
        grounds: Grounds::Other,
        note: Some("a note"),
        captures,
        seen,
    };
    // Turned down before they were asked, and opened again.
    let (engine, turn_down) = (&app.engine, said(Verdict::Decline, &[], None));
    reviews::review_unfinished(engine, &reviewer, id, &turn_down).await.unwrap();
    reviews::review(engine, &reviewer, id, &said(Verdict::Reopen, &[], None)).await.unwrap();
    let seen = reviews::last_decision(engine, &reviewer, id).await.unwrap();
    let again = said(Verdict::AskAgain, &[Capture::Liveness], seen.as_deref());
    let refused = reviews::review(engine, &reviewer, id, &again).await;
    assert!(matches!(refused, Err(Error::Conflict { code: "never_consented", .. })), "{refused:?}");
    let position = Position { latitude: 45.5, longitude: -73.6 };
    assert!(evidence::start_liveness(engine, &app.caller, id, position).await.is_err());
}
