//! A person's tries at a verification.

use bonafide_core::{
    attempt::AttemptStatus,
    event::EventType,
    evidence::EvidenceKind,
    id::VerificationId,
    verification::{Kind, Status},
};
use bonafide_engine::{
    Caller, ClientAddress, Error, access,
    attempts::{self, Attempt, Brought, NewAttempt, Opener, Session},
    capture,
    clients::{self, Content},
    events,
    evidence::Picture,
    jobs,
    verifications::{self, NewVerification},
};
use bonafide_testkit::{data::sample, on_both};
use serde_json::json;

use crate::support::App;

on_both!(
    one_after_the_other,
    nobody_came_in_time,
    who_opened_it_is_known_until_they_are_forgotten,
    of_many_at_once_one_is_open,
    what_came_of_the_checks_ends_it,
    only_what_waits_for_the_person_takes_a_new_one,
    both_or_none,
    poor_pictures_that_nobody_is_asked_for_again_are_checked,
);

async fn attempt(app: &App, id: VerificationId) -> Result<Attempt, Error> {
    let new =
        NewAttempt { redirect_url: Some("https://example.com/back".to_owned()), ..NewAttempt::default() };
    attempts::create(&app.engine, &app.caller, id, new).await
}

async fn latest(app: &App, id: VerificationId) -> Attempt {
    attempts::latest(&app.engine, &app.caller, id).await.unwrap().unwrap()
}

async fn status(app: &App, id: VerificationId) -> Status {
    verifications::read(&app.engine, &app.caller, id).await.unwrap().status
}

/// The code of an attempt's link.
fn code(attempt: &Attempt) -> &str {
    attempt.url.as_deref().unwrap().split_once('#').unwrap().1
}

async fn exchange(app: &App, code: &str) -> Result<String, Error> {
    let by = Opener {
        address: Some(ClientAddress("203.0.113.7".parse().unwrap())),
        user_agent: Some("a phone".to_owned()),
    };
    Ok(capture::exchange(&app.engine, code, by).await?.token.to_string())
}

/// What was told of a verification, in order.
async fn told(app: &App, id: VerificationId) -> Vec<EventType> {
    let filter = events::Filter { subject: Some(id.uuid()), limit: events::MAX, ..events::Filter::default() };
    let all = events::list(&app.engine, &app.caller, &filter).await.unwrap();
    all.into_iter().filter_map(|event| event.kind.known()).collect()
}

async fn one_after_the_other(app: &App) {
    let id = app.created().await;
    assert!(attempts::latest(&app.engine, &app.caller, id).await.unwrap().is_none());
    let first = attempt(app, id).await.unwrap();
    assert_eq!((first.number, first.status), (1, AttemptStatus::PendingRedirection));
    assert_eq!(status(app, id).await, Status::Pending);
    let token = exchange(app, code(&first)).await.unwrap();
    assert_eq!(latest(app, id).await.status, AttemptStatus::CaptureInProgress);

    // The one before ends, with its link and its device.
    let second = attempt(app, id).await.unwrap();
    let before = attempts::read(&app.engine, &app.caller, id, first.id).await.unwrap();
    assert_eq!((before.status, before.outcome), (AttemptStatus::Terminated, Some(Status::Canceled)));
    assert!(matches!(access::authenticate(&app.engine, &token).await, Err(Error::Gone(_))));
    let third = attempt(app, id).await.unwrap();
    assert!(matches!(exchange(app, code(&second)).await, Err(Error::Gone(_))));
    exchange(app, code(&third)).await.unwrap();

    let (page, total) = attempts::list(&app.engine, &app.caller, id, 1, 10).await.unwrap();
    let numbers: Vec<_> = page.iter().map(|attempt| (attempt.number, attempt.status)).collect();
    assert_eq!((numbers, total), (vec![(2, AttemptStatus::Terminated), (1, AttemptStatus::Terminated)], 3));
    let reset = EventType::VerificationReset;
    let expected = [EventType::VerificationCreated, EventType::VerificationOpened, reset, reset];
    assert_eq!(told(app, id).await, expected);
    // Nobody else knows of it.
    let stranger = app.stranger().await;
    assert!(matches!(attempt(&stranger, id).await, Err(Error::NotFound(_))));
    assert!(matches!(
        attempts::read(&stranger.engine, &stranger.caller, id, first.id).await,
        Err(Error::NotFound(_))
    ));
    let other = app.created().await;
    assert!(matches!(
        attempts::read(&app.engine, &app.caller, other, first.id).await,
        Err(Error::NotFound(_))
    ));
}

async fn nobody_came_in_time(app: &App) {
    let id = app.created().await;
    let first = attempt(app, id).await.unwrap();
    app.clock.advance(15 * 60 * 1000);
    // Whether the timer has come to it or not.
    assert_eq!(latest(app, id).await.status, AttemptStatus::Expired);
    assert!(matches!(exchange(app, code(&first)).await, Err(Error::Gone(_))));
    jobs::run_pending(&app.engine).await.unwrap();
    let ended = latest(app, id).await;
    assert_eq!(
        (ended.status, ended.outcome, ended.url),
        (AttemptStatus::Expired, Some(Status::Expired), None)
    );
    assert!(matches!(exchange(app, code(&first)).await, Err(Error::Gone(_))));
    // The verification goes on.
    let second = attempt(app, id).await.unwrap();
    exchange(app, code(&second)).await.unwrap();
    app.clock.advance(15 * 60 * 1000);
    jobs::run_pending(&app.engine).await.unwrap();
    assert_eq!(
        latest(app, id).await.status,
        AttemptStatus::CaptureInProgress,
        "who came may take their time"
    );
    use EventType::{
        VerificationCreated, VerificationLinkExpired, VerificationOpened, VerificationRetryRequested,
    };
    let expected =
        [VerificationCreated, VerificationOpened, VerificationLinkExpired, VerificationRetryRequested];
    assert_eq!(told(app, id).await, expected);
}

async fn who_opened_it_is_known_until_they_are_forgotten(app: &App) {
    let id = app.created().await;
    let new = NewAttempt {
        client_information: json!({"pre_selected_residence_country": "FR"}),
        ..NewAttempt::default()
    };
    let made = attempts::create(&app.engine, &app.caller, id, new.clone()).await.unwrap();
    exchange(app, code(&made)).await.unwrap();
    let known = latest(app, id).await;
    let session =
        Session { address: Some("203.0.113.7".to_owned()), user_agent: Some("a phone".to_owned()), count: 1 };
    assert_eq!((known.new, known.session, known.url), (new, Some(session), None));
    app.anonymize(id).await;
    let forgotten = latest(app, id).await;
    assert_eq!((forgotten.new, forgotten.session), (NewAttempt::default(), None));
    assert_eq!(forgotten.status, AttemptStatus::Terminated, "what was going on was ended first");
    assert!(matches!(attempt(app, id).await, Err(Error::Conflict { .. })));
}

async fn of_many_at_once_one_is_open(app: &App) {
    let id = app.created().await;
    let all = (0..100).map(|_| {
        let (engine, caller) = (app.engine.clone(), app.caller.clone());
        tokio::spawn(async move { attempts::create(&engine, &caller, id, NewAttempt::default()).await })
    });
    for made in all.collect::<Vec<_>>() {
        made.await.unwrap().unwrap();
    }
    let (page, total) = attempts::list(&app.engine, &app.caller, id, 0, 200).await.unwrap();
    let open = page.iter().filter(|attempt| attempt.status == AttemptStatus::PendingRedirection).count();
    let ended = page.iter().filter(|attempt| attempt.status == AttemptStatus::Terminated).count();
    assert_eq!((total, open, ended, page[0].number), (100, 1, 99, 100));
    let mut expected = vec![EventType::VerificationCreated, EventType::VerificationOpened];
    expected.extend([EventType::VerificationReset; 99]);
    assert_eq!(told(app, id).await, expected);
}

/// An organization whose outcomes are steered.
async fn handed_in(app: &App, steps: &[(&str, &str)]) -> (App, VerificationId) {
    let app = app.sandbox().await;
    let id = app.captured(steps).await;
    let made = attempt(&app, id).await.unwrap();
    exchange(&app, code(&made)).await.unwrap();
    verifications::submit(&app.engine, &app.caller, id, None).await.unwrap();
    (app, id)
}

async fn what_came_of_the_checks_ends_it(app: &App) {
    for (steps, ended, outcome) in [
        (&[][..], AttemptStatus::Completed, Some(Status::Approved)),
        (&[("face", "mismatch")], AttemptStatus::Completed, Some(Status::Declined)),
        (&[("liveness", "too_dark")], AttemptStatus::ChecksInconclusive, Some(Status::RetryRequired)),
        (&[("decision", "review")], AttemptStatus::ChecksInProgress, None),
    ] {
        let (app, id) = handed_in(app, steps).await;
        assert_eq!(latest(&app, id).await.status, AttemptStatus::ChecksInProgress);
        jobs::run_pending(&app.engine).await.unwrap();
        let attempt = latest(&app, id).await;
        assert_eq!((attempt.status, attempt.outcome), (ended, outcome), "{steps:?}");
        let why = matches!(outcome, Some(Status::Declined | Status::RetryRequired));
        assert_eq!(!attempt.reasons.is_empty(), why, "{steps:?}: {:?}", attempt.reasons);
    }
    // Who has to try again does so with a new one.
    let (app, id) = handed_in(app, &[("liveness", "too_dark")]).await;
    jobs::run_pending(&app.engine).await.unwrap();
    let second = attempt(&app, id).await.unwrap();
    assert_eq!(second.number, 2);
    assert_eq!(told(&app, id).await.last(), Some(&EventType::VerificationRetryRequested));
    let token = exchange(&app, code(&second)).await.unwrap();
    let device: Caller = access::authenticate(&app.engine, &token).await.unwrap().unwrap();
    assert_eq!(device.session, Some(id));
}

async fn only_what_waits_for_the_person_takes_a_new_one(app: &App) {
    let (sandbox, id) = handed_in(app, &[]).await;
    let refused =
        |made: Result<Attempt, Error>| matches!(made, Err(Error::Conflict { code: "wrong_state", .. }));
    assert!(refused(attempt(&sandbox, id).await), "checks are running");
    jobs::run_pending(&sandbox.engine).await.unwrap();
    assert!(refused(attempt(&sandbox, id).await), "approved");
    let id = app.created().await;
    attempt(app, id).await.unwrap();
    verifications::consent(&app.engine, &app.caller, id, false).await.unwrap();
    assert_eq!(latest(app, id).await.status, AttemptStatus::CaptureRefused);
    assert!(refused(attempt(app, id).await), "refused");
    // Its time is over before the timer says so.
    let new = NewVerification { lifetime_days: Some(1), ..NewVerification::default() };
    let id = verifications::create(&app.engine, &app.caller, new).await.unwrap();
    app.clock.advance(24 * 3600 * 1000);
    assert!(refused(attempt(app, id).await), "expired");
}

async fn both_or_none(app: &App) {
    let (engine, caller) = (&app.engine, &app.caller);
    let open =
        async |about, new| attempts::create_and_open(engine, caller, about, new, NewAttempt::default()).await;
    let made = open(None, NewVerification::default()).await.unwrap();
    assert_eq!(status(app, made.verification).await, Status::Pending);
    let known = async || clients::list(engine, caller, &clients::Looking::default()).await.unwrap().1;
    let made = open(Some(Content::default()), NewVerification::default()).await.unwrap();
    let client = verifications::read(engine, caller, made.verification).await.unwrap().client;
    assert_eq!(clients::read(engine, caller, client.unwrap()).await.unwrap().request_count, 1);
    let before = known().await;
    let wrong = || NewVerification { lifetime_days: Some(1000), ..NewVerification::default() };
    assert!(matches!(open(None, wrong()).await, Err(Error::Invalid(_))));
    assert!(matches!(open(Some(Content::default()), wrong()).await, Err(Error::Invalid(_))));
    assert_eq!(known().await, before, "nobody is known of a refused request");
}

/// The last try ends in no other: a human looks at it, which subscribers are told as of one that goes on to the checks.
async fn poor_pictures_that_nobody_is_asked_for_again_are_checked(app: &App) {
    let app = app.sandbox().await;
    let settings = json!({"sandbox": {"all": "clear", "document": "blurry"}});
    let new = NewVerification { settings, ..NewVerification::default() };
    let (engine, caller) = (&app.engine, &app.caller);
    let kind = Kind::DocumentVerification;
    let id = verifications::create_with_pictures(engine, caller, kind, new).await.unwrap();
    for _ in 0..20 {
        let bytes = std::fs::read(sample("card_front.jpg")).unwrap();
        let picture = Picture { field: "document_front".into(), bytes };
        let brought = vec![Brought { kind: EvidenceKind::DocumentFront, picture }];
        attempts::create_with_pictures(engine, caller, id, brought, None).await.unwrap();
        jobs::run_pending(engine).await.unwrap();
        if status(&app, id).await != Status::RetryRequired {
            break;
        }
        assert_eq!(latest(&app, id).await.status, AttemptStatus::QualityChecksAborted);
    }
    let last = latest(&app, id).await.status;
    assert_eq!((status(&app, id).await, last), (Status::ReviewRequired, AttemptStatus::ChecksInProgress));
    let told = told(&app, id).await;
    let expected = [
        EventType::VerificationCaptureAborted,
        EventType::VerificationRetryRequested,
        EventType::VerificationSubmitted,
        EventType::VerificationReviewRequired,
    ];
    assert_eq!(told[told.len() - 4..], expected, "{told:?}");
}
